"""Why units are left out of the primary estimates: which answer is missing, and why it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.typed import required
from manfaat.definitions.codebook import KEY
from manfaat.definitions.indicator import Indicator, concepts, measured_before
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.asked import asked
from manfaat.evaluation.estimate import as_rows
from manfaat.evaluation.ladder import primary, sample_for
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import (
    CLUSTER,
    INSTRUMENT,
    STRATUM,
    WEIGHT,
    Dataset,
    NotApplicableError,
    Sample,
    periods_of,
    sides,
)

COLUMNS = ["indicator", "rater", "arm", "specification", "reason", "n", "total"]
WAITS, ABSENT, ONCE, OTHER = "to_decide", "absent", "once", "other"
ORDER = (
    WAITS,
    "damaged",
    ABSENT,
    "no_record",
    "not_delivered",
    "not_asked",
    "not_applicable",
    "refused",
    "dont_know",
    "blank",
    OTHER,
)  # of several the first


def left_out(
    table: pd.DataFrame,
    why: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    estimates: pd.DataFrame,
) -> pd.DataFrame:
    """Count the units that each primary estimate leaves out, by the reason why an answer that it needs is
    missing.

    Parameters
    ----------
    why : ``key, indicator, reason`` of every missing value, as ``indicators.explain_missing`` gives them.

    Returns
    -------
    ``COLUMNS``, one row an indicator, rater, arm and reason; ``reason`` is one of ``ORDER`` or ``once`` (a
    unit of a panel seen in one period only); ``total`` are all units, or unit-periods, of the groups that are
    compared. What claims name and no primary estimate is about stands there with an empty ``specification``,
    counted over all who have a group.
    """
    arms = {one.arm: Dataset(table, programme.of(one), indicators) for one in programme.design.contrasts()}
    named = {name for claim in programme.claims for name in claim.indicators}
    told = why.drop_duplicates(["key", "indicator"]).set_index(["key", "indicator"])["reason"]
    lines: dict[tuple[str, str], Indicator] = {(o.indicator, o.rater): o for o in concepts(indicators)}
    rows, done = [], set()
    for row in as_rows(primary(estimates).drop_duplicates(["indicator", "rater", "arm"])):
        spec = programme.specification(row.specification)
        line = lines[row.indicator, row.rater if isinstance(row.rater, str) else ""]
        try:
            sample, reasons = reasons_of(arms[row.arm], told, line, spec)
        except NotApplicableError:
            continue
        rows += counted(line, spec.id, reasons, len(sample.frame) + len(sample.left_out), row.arm)
        done.add((line.indicator, line.rater))
    compared = table[sides(table, programme).notna().to_numpy()]
    for line in indicators:
        if (
            line.indicator in named
            and line.time in ("now", "period")
            and (line.indicator, line.rater) not in done
        ):
            absent = compared.loc[compared[line.name].isna(), [line.name]]
            rows += counted(
                line,
                "",
                first_reasons(table, told, absent, {line.name: line.name}, None, set()),
                len(compared),
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def counted(
    line: Indicator, specification: str, reasons: pd.Series, total: int, arm: str = ""
) -> list[dict[str, object]]:
    """One row a reason."""
    fixed = {"indicator": line.indicator, "rater": line.rater, "arm": arm, "specification": specification}
    return [
        fixed | {"total": total, "reason": reason, "n": int(n)}
        for reason, n in reasons.value_counts(sort=False).items()
    ]


def reasons_of(
    data: Dataset, told: pd.Series, line: Indicator, spec: Specification
) -> tuple[Sample, pd.Series]:
    """The sample of one specification, and the reason of each row that it leaves out."""
    data, spec = asked(data, line, spec)
    table, design = data.table, data.programme.design
    sample = sample_for(data, line, spec)
    if METHODS[spec.method].draw:
        columns = {"outcome_": line.name, **{name: name for name in (*spec.treatment, *spec.covariates)}}
        earlier = set()
    else:
        before = measured_before(data.indicators, line.indicator, line.rater or None, time=spec.baseline)
        panel = design.panel is not None and not METHODS[spec.method].two_periods
        columns = {
            "now": line.name,
            "before": line.name if panel or before is None else before.name,
            **{name: name for name in spec.covariates},
        }
        earlier = (
            {"before", *(spec.covariates if spec.covariates_measured == "before" else [])} if panel else set()
        )
    places: dict[str, str | None] = {
        **columns,
        WEIGHT: design.weight,
        STRATUM: spec.strata or design.strata,
        CLUSTER: design.cluster,
        INSTRUMENT: spec.instrument,
    }
    return sample, first_reasons(
        table,
        told,
        sample.left_out,
        places,
        before_rows(table, sample, spec, data.programme) if earlier else None,
        earlier,
    )


def before_rows(table: pd.DataFrame, sample: Sample, spec: Specification, programme: Programme) -> pd.Series:
    """The key of each left-out unit's row of the period before; of the later one where the specification
    names none before.
    """
    panel = required(programme.design.panel, "the panel")
    before = periods_of(table[panel.period], spec).before
    if before is None:
        return table[KEY].loc[sample.left_out.index]
    keys = table[table[panel.period] == before].set_index(panel.unit)[KEY]
    return keys.reindex(table[panel.unit].loc[sample.left_out.index]).set_axis(sample.left_out.index)


def first_reasons(
    table: pd.DataFrame,
    told: pd.Series,
    left: pd.DataFrame,
    places: dict[str, str | None],
    before: pd.Series | None,
    earlier: set[str],
) -> pd.Series:
    """The first reason, in ``ORDER``, of each row that is left out; ``once`` where nothing is missing in
    it.
    """
    rank = pd.Series(len(ORDER), index=left.index)
    own, known = table[KEY].loc[left.index], told.to_dict()
    for name in left.columns:
        absent = left[name].isna()
        if not absent.any():
            continue
        keys = own if before is None or name not in earlier else before
        column = places.get(name) or ""
        found = [ABSENT if pd.isna(key) else best(known.get((key, column))) for key in keys[absent]]
        rank[absent] = np.minimum(rank[absent], [ORDER.index(reason) for reason in found])
    return rank.map(lambda place: ONCE if place == len(ORDER) else ORDER[place])


def best(text: object) -> str:
    """Of the reasons of one missing value (``; `` between them) the first in ``ORDER``."""
    reasons = str(text).split("; ") if isinstance(text, str) else []
    return next((reason for reason in ORDER if reason in reasons), OTHER)


def waiting(left: pd.DataFrame) -> pd.Series:
    """Share of the units of each indicator and rater whose answers wait for a person's decision."""
    own = left[left["reason"] == WAITS]
    whole = own.groupby(["indicator", "rater"], sort=False)[["n", "total"]].sum()
    return whole["n"] / whole["total"]


def shown(left: pd.DataFrame, *, smallest: int = SMALLEST_CELL) -> list[tuple[str, int]]:
    """The reasons with their counts in the order of ``ORDER``; none of 1 to ``smallest`` − 1 units: such
    reasons are one with others.
    """
    counts = left.groupby("reason")["n"].sum()
    large = {
        reason: int(counts[reason])
        for reason in (*ORDER, ONCE)
        if reason != OTHER and counts.get(reason, 0) >= smallest
    }
    while 0 < int(counts.sum()) - sum(large.values()) < smallest and large:
        large.pop(min(large, key=lambda reason: (reason == WAITS, large[reason])))
    rest = int(counts.sum()) - sum(large.values())
    return [*large.items(), *([(OTHER, rest)] if rest else [])]
