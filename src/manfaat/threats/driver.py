"""Run every threat that the data allow, against every primary estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from manfaat.base.showing import card, counted, line
from manfaat.definitions.programme import Cohort, Programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import primary
from manfaat.evaluation.linear import varying
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, participation, unit_keys
from manfaat.indicators import Indicator, concepts
from manfaat.threats import survival
from manfaat.threats.case import Case
from manfaat.threats.contract import LIMITS, as_table, cannot, entry, judged
from manfaat.threats.hidden import e_value_rows, oster_rows, robustness_rows, rosenbaum_rows
from manfaat.threats.leave_one_out import leave_one_out_rows
from manfaat.threats.missing import lee_rows, worst_case_rows
from manfaat.threats.omnibus import balance_rows, overlap_rows
from manfaat.threats.placebo import placebo_rows, pre_trend_rows
from manfaat.threats.reasons import ThreatReason
from manfaat.threats.response import attrition_rows, raking_rows, rate_rows, response_weight_rows
from manfaat.threats.specification_curve import curve, curve_rows
from manfaat.threats.subgroups import subgroup_rows
from manfaat.threats.transitions import all_transitions

THREATS: dict[str, Callable[[Case], list[dict[str, object]]]] = {
    "balance": balance_rows,
    "overlap": overlap_rows,
    "placebo": placebo_rows,
    "pre-trend": pre_trend_rows,
    "attrition": attrition_rows,
    "response weights": response_weight_rows,
    "lee bounds": lee_rows,
    "worst case": worst_case_rows,
    "rosenbaum": rosenbaum_rows,
    "oster": oster_rows,
    "robustness": robustness_rows,
    "e-value": e_value_rows,
    "leave one out": leave_one_out_rows,
    "subgroup": subgroup_rows,
}
NAMES = ["cohort", "stage", "indicator", "rater", "specification", "treatment"]
BY_COVARIATES = ("balance", "overlap")  # rest on the units and their covariates alone


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
        return card("Threats", {name: counted(n, "row") for name, n in asked.items()})


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
    memory, rows, curves = {}, [], []
    for case in cases(table, programme, indicators, estimates, settings, memory):
        if np.isnan(case.estimate):
            found = [
                cannot(name, ThreatReason.NO_PRIMARY())
                for name in (*THREATS, "raking", "specification curve")
            ]
        else:
            found = [row for name, threat in THREATS.items() for row in attempt(name, case, threat)]
            found += attempt("raking", case, lambda one: raking_rows(one, cohort.totals if cohort else {}))
            drawn = curve(case, estimates)
            found += attempt("specification curve", case, lambda one, drawn=drawn: curve_rows(one, drawn))
            curves.append(
                drawn.assign(indicator=case.line.indicator, rater=case.line.rater, treatment=case.treatment)
            )
        named = {
            "cohort": settings.cohort,
            "stage": case.line.stage_thesis,
            "indicator": case.line.indicator,
            "rater": case.line.rater,
        }
        rows += [named | {"specification": case.spec.id, "treatment": case.treatment} | row for row in found]
    if cohort:
        wave = programme.design.wave  # who was asked in an earlier wave had not taken part yet
        asked = table if wave is None else table[table[wave] == table[wave].max()]
        answered = int(unit_keys(asked, programme)[participation(asked, programme) == 1].nunique())
        named = dict.fromkeys(NAMES, "") | {"cohort": settings.cohort}
        rows += [named | row for row in rate_rows(answered, cohort.denominators)]
    stages = set(estimates["stage"])
    times, steps = (
        [line for line in event_times(indicators) if line[0].stage_thesis in stages],
        all_transitions(table, programme, indicators),
    )
    events, grids = run_events(table, programme, indicators, settings, times)
    tables = {
        "curve": gathered(curves, ["indicator", "rater", "treatment"]),
        "survival": gathered(grids, ["indicator", "rater"]),
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
    memory: dict,
) -> Iterator[Case]:
    """One case a primary estimate, in the order of the estimates."""
    lines = {(line.indicator, line.rater): line for line in concepts(indicators)}
    for _, row in primary(estimates).drop_duplicates(["indicator", "rater", "treatment"]).iterrows():
        line = lines[row["indicator"], row["rater"] if isinstance(row["rater"], str) else ""]
        yield Case(
            table,
            programme,
            indicators,
            line,
            programme.specification(row["specification"]),
            settings,
            row,
            memory,
        )


def attempt(
    name: str, case: Case, threat: Callable[[Case], list[dict[str, object]]]
) -> list[dict[str, object]]:
    """Run one threat; where it cannot be run, say why. What rests on covariates alone is computed once for
    the same units.
    """
    try:
        if name not in BY_COVARIATES:
            return threat(case)
        key = (name, case.spec.id, tuple(case.described.index))
        if key not in case.memory:
            case.memory[key] = threat(case)
        return case.memory[key]
    except NotApplicableError as failure:
        return [cannot(name, failure.reason)]


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
        named |= {"specification": spec.id, "treatment": programme.design.group}
        frame = table[[duration.name, happened.name]].set_axis(["time", "event"], axis=1).astype("float64")
        frame = (
            frame.assign(treated=participation(table, programme))
            .join(table[spec.covariates].astype("float64"))
            .dropna(subset=["time", "event", "treated"])
        )
        try:
            if programme.design.sampling_weight:
                raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
            found = event_rows(frame, spec.covariates, settings.confidence)
            grid = survival.survival_curves(
                *(frame[name].to_numpy() for name in ("time", "event", "treated")), settings.confidence
            )
            grids.append(grid.assign(indicator=duration.indicator, rater=duration.rater))
        except NotApplicableError as failure:
            found = [cannot("time to event", failure.reason)]
        rows += [named | row for row in found]
    return rows, grids


def event_rows(frame: pd.DataFrame, covariates: list[str], confidence: float) -> list[dict[str, object]]:
    """Cox's ratio of hazards at equal covariates, its check, and the log-rank test of the groups as they
    are.
    """
    events = frame.groupby("treated")["event"].sum()
    if len(events) < 2 or events.min() < survival.SMALLEST_CELL:
        raise NotApplicableError(ThreatReason.FEW_EVENTS())
    time, event, treated = (frame[name].to_numpy() for name in ("time", "event", "treated"))
    statistic, p = survival.log_rank(time, event, treated)
    rank = entry("time to event", "log-rank p", p, detail=f"chi2(1) = {statistic:.2f}", n=len(frame))
    complete = frame.dropna()
    columns = complete[varying(complete, covariates)].to_numpy()
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    try:
        found = survival.cox(
            *(complete[name].to_numpy() for name in ("time", "event", "treated")),
            columns,
            confidence=confidence,
        )
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
