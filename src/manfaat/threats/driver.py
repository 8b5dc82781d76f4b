"""Run every threat that the data allow, against every primary estimate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.showing import card, counted, line
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.programme import Programme
from manfaat.evaluation.asked import asked
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import primary
from manfaat.evaluation.linear import varying
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import Dataset, Memory, NotApplicableError, participation, sides, unit_keys
from manfaat.threats import (
    hidden,
    leave_one_out,
    missing,
    omnibus,
    placebo,
    response,
    specification_curve,
    subgroups,
    survival,
)
from manfaat.threats.case import Case, Row, Threat
from manfaat.threats.contract import LIMITS, as_table, cannot, entry, judged
from manfaat.threats.reasons import ThreatReason
from manfaat.threats.transitions import all_transitions

THREATS: dict[str, Threat] = {  # in the order in which they are told
    one.name: one
    for one in (
        omnibus.BALANCE,
        omnibus.OVERLAP,
        placebo.PLACEBO,
        placebo.PRE_TREND,
        response.ATTRITION,
        response.RESPONSE_WEIGHTS,
        missing.LEE_BOUNDS,
        missing.WORST_CASE,
        hidden.ROSENBAUM,
        hidden.OSTER,
        hidden.ROBUSTNESS,
        hidden.E_VALUE,
        leave_one_out.LEAVE_ONE_OUT,
        subgroups.SUBGROUP,
        response.RAKING,
        specification_curve.SPECIFICATION_CURVE,
    )
}
NAMES = ["cohort", "stage", "indicator", "rater", "arm", "specification", "treatment"]


@dataclass(frozen=True, repr=False)
class Threats:
    """All rows (``manfaat.threats.contract``), and what is drawn, each table tidy and fit to leave the house.

    ``tables``: ``curve`` (every specification; the columns of ``specification_curve.curve`` after
    ``indicator, rater, treatment``), ``survival`` (``survival.survival_curves`` after ``indicator, rater``),
    ``transitions`` (``transitions.transition_matrix`` and ``indicator, rater``). A table that the data do not
    hold is empty.
    """

    rows: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __repr__(self) -> str:
        indicators = self.rows.loc[self.rows["indicator"] != "", "indicator"].nunique()
        return line("threats", counted(len(self.rows), "row"), f"about {counted(indicators, 'indicator')}")

    def _repr_html_(self) -> str:
        asked = self.rows.groupby("threat", sort=False).size()
        return card("Threats", {str(name): counted(n, "row") for name, n in asked.items()})


def run(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    estimates: pd.DataFrame,
    settings: Settings,
    *,
    cohort: Cohort | None = None,
) -> Threats:
    """Run all threats against the primary estimates in ``estimates`` (as
    ``evaluation.ladder.estimate_stages`` gives them).

    A threat that cannot be run gives one row with the reason. ``cohort`` brings the known totals to rake to,
    and how many were asked: the rows of ``response rate`` are about the whole delivery and name no indicator.
    """
    memory: Memory = {}
    rows, curves = [], []
    for case in cases(table, programme, indicators, estimates, settings, memory):
        case.totals = cohort.totals if cohort else {}
        if np.isnan(case.estimate):
            found = [cannot(name, ThreatReason.NO_PRIMARY()) for name in THREATS]
        else:
            found = [row for threat in THREATS.values() for row in attempt(case, threat)]
            drawn = specification_curve.curve(case)
            curves.append(
                drawn.assign(
                    indicator=case.line.indicator,
                    rater=case.line.rater,
                    arm=case.arm,
                    treatment=case.treatment,
                )
            )
        named = {
            "cohort": settings.cohort,
            "stage": case.line.stage_thesis,
            "indicator": case.line.indicator,
            "rater": case.line.rater,
            "arm": case.arm,
        }
        rows += [named | {"specification": case.spec.id, "treatment": case.treatment} | row for row in found]
    if cohort:
        wave = programme.design.wave  # who was asked in an earlier wave had not taken part yet
        asked = table if wave is None else table[table[wave] == table[wave].max()]
        answered = int(unit_keys(asked, programme)[participation(asked, programme) == 1].nunique())
        named = dict.fromkeys(NAMES, "") | {"cohort": settings.cohort}
        rows += [named | row for row in response.rate_rows(answered, cohort.denominators)]
    stages = set(estimates["stage"])
    times, steps = (
        [line for line in event_times(indicators) if line[0].stage_thesis in stages],
        all_transitions(table, programme, indicators),
    )
    events, grids = list[Row](), list[pd.DataFrame]()
    for contrast in programme.design.contrasts():
        found, drawn_by = run_events(table, programme.of(contrast), indicators, settings, times)
        events, grids = [*events, *found], [*grids, *drawn_by]
    tables = {
        "curve": gathered(curves, ["indicator", "rater", "treatment", "arm"]),
        "survival": gathered(grids, ["indicator", "rater", "arm"]),
        "transitions": steps[
            steps["indicator"].isin([line.indicator for line in indicators if line.stage_thesis in stages])
        ],
    }
    return Threats(as_table(rows + events), tables)


def gathered(parts: list[pd.DataFrame], first: list[str]) -> pd.DataFrame:
    """One table of several, what names a part standing first."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=first)
    whole = pd.concat(filled, ignore_index=True)
    return whole[[*first, *[name for name in whole.columns if name not in first]]]


def cases(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    estimates: pd.DataFrame,
    settings: Settings,
    memory: Memory,
) -> Iterator[Case]:
    """One case a primary estimate, in the order of the estimates."""
    lines: dict[tuple[str, str], Indicator] = {(o.indicator, o.rater): o for o in concepts(indicators)}
    arms = {one.arm: programme.of(one) for one in programme.design.contrasts()}
    for _, row in primary(estimates).drop_duplicates(["indicator", "rater", "arm", "treatment"]).iterrows():
        line = lines[row["indicator"], row["rater"] if isinstance(row["rater"], str) else ""]
        declared, own = programme.specification(row["specification"]), table
        with suppress(NotApplicableError):  # then there is no estimate either
            data, declared = asked(Dataset(table, arms[row["arm"]], indicators, memory), line, declared)
            own = data.table
        yield Case(
            own,
            arms[row["arm"]],
            indicators,
            line,
            declared,
            settings,
            row,
            memory,
            estimates,
        )


def attempt(case: Case, threat: Threat) -> list[Row]:
    """Run one threat; where it cannot be run, say why. What rests on covariates alone is computed once for
    the same units.
    """
    try:
        if not threat.by_covariates:
            return threat.rows(case)
        key = (threat.name, case.spec.id, case.arm, tuple(case.described.index))
        if key not in case.memory:
            case.memory[key] = threat.rows(case)
        found: list[Row] = case.memory[key]
        return found
    except NotApplicableError as failure:
        return [cannot(threat.name, failure.reason)]


def event_times(indicators: list[Indicator]) -> list[tuple[Indicator, Indicator]]:
    """Indicators of time to an event, each with the one that says whether it was observed: made from the same
    answers.
    """
    observed = {line.inputs: line for line in indicators if line.recipe == "event_observed"}
    return [
        (line, observed[line.inputs])
        for line in indicators
        if line.recipe == "event_duration" and line.inputs in observed
    ]


def run_events(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    times: list[tuple[Indicator, Indicator]],
) -> tuple[list[dict[str, object]], list[pd.DataFrame]]:
    """Rows and curves of every time to an event."""
    rows, grids, spec = [], [], programme.specification(settings.primary)
    for duration, happened in times:
        named = {
            "cohort": settings.cohort,
            "stage": duration.stage_thesis,
            "indicator": duration.indicator,
            "rater": duration.rater,
        }
        contrast = programme.design.contrast
        named |= {"arm": contrast.arm, "specification": spec.id, "treatment": contrast.column}
        frame = table[[duration.name, happened.name]].set_axis(["time", "event"], axis=1).astype("float64")
        frame = (
            frame.assign(treated=sides(table, programme))
            .join(table[spec.covariates].astype("float64"))
            .dropna(subset=["time", "event", "treated"])
        )
        try:
            if programme.design.sampling_weight:
                raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
            found = event_rows(frame, spec.covariates, settings.confidence)
            time, event, treated = (frame[name].to_numpy() for name in ("time", "event", "treated"))
            grid = survival.survival_curves(time, event, treated, settings.confidence)
            grids.append(grid.assign(indicator=duration.indicator, rater=duration.rater, arm=contrast.arm))
        except NotApplicableError as failure:
            found = [cannot("time to event", failure.reason)]
        rows += [named | row for row in found]
    return rows, grids


def event_rows(frame: pd.DataFrame, covariates: list[str], confidence: float) -> list[dict[str, object]]:
    """Cox's ratio of hazards at equal covariates, its check, and the log-rank test of the groups as they
    are.
    """
    events = frame.groupby("treated")["event"].sum()
    if len(events) < 2 or events.min() < SMALLEST_CELL:
        raise NotApplicableError(ThreatReason.FEW_EVENTS())
    time, event, treated = (frame[name].to_numpy() for name in ("time", "event", "treated"))
    statistic, p = survival.log_rank(time, event, treated)
    rank = entry("time to event", "log-rank p", p, detail=f"chi2(1) = {statistic:.2f}", n=len(frame))
    complete = frame.dropna()
    columns = complete[varying(complete, covariates)].to_numpy()
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    try:
        time, event, treated = (complete[name].to_numpy() for name in ("time", "event", "treated"))
        found = survival.cox(time, event, treated, columns, confidence=confidence)
    except NotApplicableError:
        return [rank]
    ratio = entry(
        "time to event",
        "hazard ratio",
        found.ratio,
        interval=(found.ci_low, found.ci_high),
        limit=1.0,
        n=len(complete),
    )
    holds = judged(found.proportional_p >= LIMITS["p"], "alike", "differ") | {"passed": "none"}
    share = complete["treated"].mean()
    if min(share, 1 - share) < survival.FEW_OF_ONE and holds["meaning"] == "differ":
        holds |= {"meaning": "too small to tell"}
    return [
        ratio,
        rank,
        entry(
            "time to event",
            "proportional hazards p",
            found.proportional_p,
            limit=LIMITS["p"],
            n=len(complete),
            **holds,
        ),
    ]
