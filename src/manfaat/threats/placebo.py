"""Does the specification find an effect where there can be none: on what was measured before the programme
began?
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.typed import required
from manfaat.definitions.indicator import NEEDS_PRICES, Indicator, measured_before
from manfaat.definitions.programme import Specification
from manfaat.evaluation.estimate import minimum_detectable
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import NotApplicableError, sides
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason


def raw_inputs(line: Indicator, indicators: list[Indicator]) -> frozenset[str]:
    """The raw answers that an indicator rests on, through the indicators it is made from; a scale that names
    no items stands for itself.
    """
    names, found, waiting = {one.name: one for one in indicators}, set(), [line]
    while waiting:
        one = waiting.pop()
        if not one.inputs and "scale" in one.options:
            found.add(" ".join(one.options.get(name, "") for name in ("scale", "suffix", "table")))
        for name in one.inputs.split():
            if name in names and names[name] is not one and one.name != name:
                waiting.append(names[name])
            else:
                found.add(name)
    return frozenset(found)


def deflating_dates(indicators: list[Indicator]) -> frozenset[str]:
    """The raw dates by which amounts are deflated: they say when an amount was of, and are no part of the
    answer.
    """
    names: dict[str, Indicator] = {one.name: one for one in indicators}
    found: set[str] = set()
    for line in indicators:
        if line.recipe in NEEDS_PRICES:
            for name in line.inputs.split()[1:]:
                found |= raw_inputs(names[name], indicators) if name in names else {name}
    return frozenset(found)


def unrelated(
    spec: Specification, outcomes: list[Indicator], indicators: list[Indicator], later: Collection[str] = ()
) -> Specification:
    """The specification with all its covariates but those that rest on the answers that serve as the outcome,
    or on ``later`` indicators.
    """
    wanted = [*outcomes, *[line for line in indicators if line.name in later]]
    own = frozenset().union(*(raw_inputs(line, indicators) for line in wanted)) - deflating_dates(indicators)
    taken = {line.name for line in wanted} | {
        line.name for line in indicators if raw_inputs(line, indicators) & own
    }
    return spec.model_copy(
        update={"covariates": [name for name in spec.covariates if name not in taken], "indicators": []}
    )


def measured_after(case: Case, name: str) -> list[str]:
    """What the programme's history says was measured after an indicator of before the programme."""
    found = case.programme.history.get(case.line.indicator, [])
    return found[found.index(name) + 1 :] if name in found else []


def left_out_row(case: Case, spec: Specification, threat: str) -> dict[str, object]:
    """Which covariates of the primary specification the other one is without."""
    names = [name for name in case.spec.covariates if name not in spec.covariates]
    return entry(
        threat, "covariates left out", float(len(names)), detail=" ".join(names), meaning="number only"
    )


def difference_rows(case: Case, found: pd.Series, threat: str, detail: str) -> list[dict[str, object]]:
    """A difference that should not be there, and what the placebo would have detected: an empty-handed one
    decides only if it could see as much.
    """
    detectable, size = float(found["mde"]), abs(case.estimate)
    passes = False if conclusion(found["ci_low"], found["ci_high"]) else True if detectable <= size else None
    verdict = judged(passes, "no difference found", "difference found", "too small to tell")
    n = found["n"] + found["n_comparison"]
    return [
        entry(
            threat,
            "estimate",
            float(found["estimate"]),
            interval=(found["ci_low"], found["ci_high"]),
            detail=detail,
            n=n,
            **verdict,
        ),
        entry(threat, "detectable", detectable, limit=size, detail=detail, n=n, meaning="number only"),
    ]


def placebo_rows(case: Case) -> list[dict[str, object]]:
    """The same specification with the indicator as it was before the programme as the outcome."""
    before = measured_before(case.indicators, case.line.indicator, case.line.rater or None)
    method = METHODS[case.spec.method]
    if case.programme.design.panel or (method.needs_before and not method.participants_only):
        raise NotApplicableError(ThreatReason.TAKES_OFF())
    if before is None:
        raise NotApplicableError(EstimateReason.NOT_MEASURED_BEFORE())
    spec = unrelated(case.spec, [before], case.indicators, measured_after(case, before.name))
    rows = difference_rows(case, case.again(spec=spec, line=before), "placebo", before.name)
    return [*rows, left_out_row(case, spec, "placebo")] if case.spec.covariates else rows


PLACEBO = Threat(
    "placebo",
    placebo_rows,
    is_decisive=True,
    formula="the same specification with y before in the place of y",
    falls="its interval excludes zero; it cannot tell where it would have found only more than the estimate",
    source="Imbens, G. W. (2015). Matching methods in practice: three examples. Journal of Human "
    "Resources 50(2), 373–419.",
)


def pre_trend_rows(case: Case) -> list[dict[str, object]]:
    """Whether the groups already drifted apart before the programme."""
    return panel_trend(case) if case.programme.design.panel else history_trend(case)


PRE_TREND = Threat(
    "pre-trend",
    pre_trend_rows,
    is_decisive=True,
    formula="the same specification with the last change before the programme as the outcome",
    falls="its interval excludes zero; it cannot tell where it would have found only more than the estimate",
    source="Roth, J. (2022). Pretest with caution: event-study estimates after testing for parallel "
    "trends. AER: Insights 4(3), 305–322.",
)


def history_trend(case: Case) -> list[dict[str, object]]:
    """The same specification with the last change before the programme as the outcome, where the programme
    declares a history.
    """
    names = case.programme.history.get(case.line.indicator, [])
    lines = [next(line for line in case.indicators if line.name == name) for name in names]
    if len(lines) < 2:
        raise NotApplicableError(ThreatReason.ONE_PERIOD_BEFORE())
    earlier, later = lines[-2:]
    name = "change_before_"
    change = later.model_copy(update={"name": name})
    spec = unrelated(case.spec, [earlier, later], case.indicators)
    spec = spec.model_copy(update={"method": "difference_in_means" if not spec.covariates else spec.method})
    if spec.method not in ("difference_in_means", "regression"):
        spec = spec.model_copy(update={"method": "regression", "std_errors": ["auto"]})
    table = case.table.assign(
        **{name: case.table[later.name].astype("float64") - case.table[earlier.name].astype("float64")}
    )
    found = case.again(table=table, spec=spec, line=change)
    return difference_rows(case, found, "pre-trend", f"{earlier.name} {later.name}")


def panel_trend(case: Case) -> list[dict[str, object]]:
    """Change, while nobody was treated, of units treated later minus that of units never treated; Welch's t,
    one change a unit.
    """
    if case.programme.design.sampling_weight:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    changes = changes_before(case)
    groups = [changes.loc[changes["later"] == value, "change"].to_numpy() for value in (True, False)]
    if min(len(values) for values in groups) < 2:
        raise NotApplicableError(ThreatReason.ONE_PERIOD_BEFORE())
    variances = [values.var(ddof=1) / len(values) for values in groups]
    error = np.sqrt(sum(variances))
    if not error > 0:
        raise NotApplicableError(EstimateReason.ALL_THE_SAME())
    df = sum(variances) ** 2 / sum(
        v**2 / (len(values) - 1) for v, values in zip(variances, groups, strict=True)
    )
    estimate = groups[0].mean() - groups[1].mean()
    margin = stats.t.ppf((1 + case.settings.confidence) / 2, df) * error
    found = {
        "estimate": estimate,
        "ci_low": estimate - margin,
        "ci_high": estimate + margin,
        "n": len(groups[0]),
        "n_comparison": len(groups[1]),
    }
    found["mde"] = minimum_detectable(error, df, case.settings)
    return difference_rows(case, pd.Series(found), "pre-trend", "")


def changes_before(case: Case) -> pd.DataFrame:
    """Mean change a period of every unit over the periods before its first treatment; units never treated
    over the same periods.

    Returns ``later`` (treated in a later period) and ``change``, one row a unit.
    """
    design = case.programme.design
    panel = required(design.panel, "the panel")
    unit, period = panel.unit, panel.period
    frame = case.table[[unit, period]].assign(
        value=case.table[case.line.name].astype("float64"), member=sides(case.table, case.programme)
    )
    treated = (
        (case.table[case.spec.treatment] > 0).any(axis=1) if case.spec.treatment else frame["member"] == 1
    )
    started = frame[period].where(treated.to_numpy()).groupby(frame[unit]).min()
    frame["start"] = frame[unit].map(started)
    ever = frame["member"] == 1
    last = frame.loc[ever, "start"].max()
    kept = (
        frame[(frame[period] < frame["start"]) | (~ever & frame["start"].isna() & (frame[period] < last))]
        .dropna(subset=["value"])
        .sort_values([unit, period])
    )
    ends = kept.groupby(unit).agg(
        first=("value", "first"),
        final=("value", "last"),
        begin=(period, "first"),
        end=(period, "last"),
        later=("member", "max"),
    )
    ends = ends[ends["end"] > ends["begin"]]
    return pd.DataFrame(
        {
            "later": ends["later"] == 1,
            "change": (ends["final"] - ends["first"]) / (ends["end"] - ends["begin"]),
        }
    )
