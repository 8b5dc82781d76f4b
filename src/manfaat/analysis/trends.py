"""Cohorts of one programme side by side, from their finished reports alone: what claims rest on, what may be
compared, by how much it differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from manfaat.analysis.study import load_study
from manfaat.base.paths import find_root, known_cohorts
from manfaat.base.problems import Problem
from manfaat.base.strict import held_in
from manfaat.definitions.freshness import recorded_sources
from manfaat.definitions.records import shown
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import SIDES
from manfaat.indicators.context import input_names, items_of
from manfaat.indicators.refusals import nominal_money
from manfaat.verdict import evidence

NEEDED = ("estimates.csv", "verdicts.csv", "run.json")
TEXTS = ("rater", "subgroup", "reasons", "treatment", "unit", "specification", "estimand")
DEFINING = (
    "programme.yml",
    "indicators.csv",
    "codebook.csv",
    "choices.csv",
)  # what a number means stands in these
RELATIVE = ("asset_index",)  # recipes whose unit is made of the cohort's own people
LINE = [
    "cohort",
    "claim",
    "indicator",
    "rater",
    "basis",
    "specification",
    "unit",
    "estimate",
    "ci_low",
    "ci_high",
    "confidence",
    "n",
    "n_comparison",
]
DIFFERENCE = [
    "indicator",
    "rater",
    "unit",
    "earlier",
    "later",
    "difference",
    "ci_low",
    "ci_high",
    "confidence",
    "reason",
]


@dataclass(frozen=True)
class Finished:
    """One cohort's finished report: its definitions, ``estimates.csv``, ``verdicts.csv`` and ``run.json``."""

    study: Study
    estimates: pd.DataFrame
    verdicts: pd.DataFrame
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the cohort."""
        return self.study.cohort.cohort


def finished(
    programme: str, *, data_dir: str = "data", reports_dir: str = "reports", root: Path | None = None
) -> list[Finished]:
    """Read the finished reports of a programme's cohorts, in the order of their names.

    Raises
    ------
    ProblemsError with every mistake in the definition files of a cohort that has a report.
    """
    base, found = root or find_root(), []
    for name in known_cohorts(base / data_dir):
        folder = base / reports_dir / name
        if not all((folder / file).is_file() for file in NEEDED):
            continue
        record = held_in(folder / "run.json")
        if record.get("programme") == programme:
            estimates = pd.read_csv(folder / "estimates.csv", dtype=dict.fromkeys(TEXTS, "str"))
            if "reasons" not in estimates:  # of an earlier version, whose doubts cannot be read
                continue
            estimates = estimates.assign(**{side: "" for side in SIDES if side not in estimates})
            estimates[[*TEXTS, *SIDES]] = estimates[[*TEXTS, *SIDES]].fillna("")
            study = load_study(name, data_dir=data_dir, reports_dir=reports_dir, root=root)
            found.append(
                Finished(
                    study,
                    estimates,
                    pd.read_csv(folder / "verdicts.csv", dtype="str", keep_default_na=False),
                    record,
                )
            )
    return found


def up_to_date(reports: list[Finished]) -> tuple[list[Finished], list[Problem]]:
    """Part the reports whose definitions and delivery are still as they were from those that must be made
    again, and say why.
    """
    fresh, outdated = [], []
    for report in reports:
        place, sources = report.study.places, report.study.sources
        then = recorded_sources(report.record, sources)
        changed = [file for file, sum_then in then.items() if sources[file] != sum_then]
        if changed:
            expected = f"manfaat run {report.name}, and then the cohorts are set side by side again"
            outdated.append(
                Problem(
                    shown(place.reports, place.root),
                    f"the report is older than {changed[0]}",
                    expected=expected,
                )
            )
        else:
            fresh.append(report)
    return fresh, outdated


def speaking(report: Finished) -> pd.DataFrame:
    """The estimate that counts for each indicator that a claim rests on (columns ``LINE``), as the cohort's
    own verdicts chose it.
    """
    study = report.study
    nobody = pd.DataFrame(
        columns=["indicator", "rater", "specification", "threat", "passed"]
    )  # threats grade, they do not choose
    named = {name for claim in study.programme.claims for name in claim.indicators}
    estimates = report.estimates[report.estimates["indicator"].isin(named)]
    rows = evidence(study.programme, list(study.indicators), estimates, nobody, study.cohort.assignment)
    rows = rows[rows["speaks"].astype(bool) & rows["estimate"].notna()].drop_duplicates("indicator")
    return rows.assign(cohort=report.name)[LINE].reset_index(drop=True)


def side_by_side(reports: list[Finished]) -> pd.DataFrame:
    """Gather ``speaking`` of all cohorts, in the order of the claims; no rows of none."""
    if not reports:
        return pd.DataFrame(columns=LINE)
    order = list(
        dict.fromkeys(name for claim in reports[0].study.programme.claims for name in claim.indicators)
    )
    lines = pd.concat([speaking(report) for report in reports], ignore_index=True)
    return lines.sort_values(
        "indicator", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
    )


def grades(reports: list[Finished]) -> pd.DataFrame:
    """The grade of each claim, one row a claim and one column a cohort; empty text where a report has no
    verdict on it; no rows of no cohort.
    """
    if not reports:
        return pd.DataFrame(columns=["claim"])
    table = pd.DataFrame({"claim": [claim.id for claim in reports[0].study.programme.claims]})
    for report in reports:
        table[report.name] = table["claim"].map(report.verdicts.set_index("claim")["grade"]).fillna("")
    return table


def sources(study: Study, indicator: str, rater: str) -> tuple[set[str], set[str]]:
    """Names of everything an indicator is made of, down to the questions of the form, and the recipes on the
    way.
    """
    lines, items = {line.name: line for line in study.indicators}, items_of(study.programme, study.codebook)
    waiting = [
        line.name
        for line in study.indicators
        if line.indicator == indicator and line.rater == rater and line.use in ("effect", "describe")
    ]
    names, recipes = set(), set()
    while waiting:
        name = waiting.pop()
        if name not in names and (line := lines.get(name)):
            recipes.add(line.recipe)
            waiting += input_names(line.inputs, line.options, items, study.programme.main_table)
        names.add(name)
    return names, recipes


def asked_otherwise(one: Finished, other: Finished, names: set[str]) -> bool:
    """Whether the versions of the form that most people filled in ask any of these questions differently, or
    only one of them asks it.

    Where a version is not known, a question that any version asks differently counts as asked otherwise.
    """
    first, second = one.record.get("form_versions", {}), other.record.get("form_versions", {})
    for variable in one.study.codebook.variables:
        if variable.name in names:
            versions = [first.get(variable.table, ""), second.get(variable.table, "")]
            for where in (variable.versions, variable.reversed):
                listed = where.replace("|", " ").split()
                if listed and ("" in versions or (versions[0] in listed) != (versions[1] in listed)):
                    return True
    return False


def other_definitions(one: Finished, other: Finished) -> bool:
    """Whether two reports were made from different definitions or price series."""
    prices = one.study.programme.prices
    names = [*DEFINING, prices.file] if prices and prices.file else list(DEFINING)
    if any(one.record["definitions"].get(name) != other.record["definitions"].get(name) for name in names):
        return True
    if prices is None or not prices.series:
        return False
    name = f"{prices.series}.csv"
    return bool(one.record["series"].get(name) != other.record["series"].get(name))


def same_people(one: Finished, other: Finished) -> bool:
    """Whether two cohorts are of the same participants, as their deliveries say, or hold the same file."""
    first, second = one.study.cohort, other.study.cohort
    said = {first.same_participants_as or first.cohort} & {second.same_participants_as or second.cohort}
    files = [
        {sum_ for name, sum_ in report.record["inputs"].items() if name not in ("cohort.yml", "SHA256SUMS")}
        for report in (one, other)
    ]
    return bool(said) or bool(files[0] & files[1])


def obstacle(one: Finished, other: Finished, first: pd.Series, second: pd.Series) -> str:
    """Why the estimates of two cohorts must not be subtracted; empty where they may."""
    study = one.study
    names, recipes = sources(study, first["indicator"], first["rater"])
    unit = study.programme.units.get(first["unit"])
    told = {
        "same people": same_people(one, other),
        "other definitions": other_definitions(one, other),
        "other rater": first["rater"] != second["rater"],
        "other comparison": (
            first["basis"] != second["basis"] or first["specification"] != second["specification"]
        ),
        "other unit": first["unit"] != second["unit"],
        "other confidence": first["confidence"] != second["confidence"],
        "nominal money": bool(
            unit
            and unit.currency
            and names
            & nominal_money(study.programme, study.codebook, list(study.indicators))
            & column_names(study, first)
        ),
        "own unit": bool(recipes & set(RELATIVE)),
        "other form": asked_otherwise(one, other, names),
    }
    return next((reason for reason, holds in told.items() if holds), "")


def column_names(study: Study, line: pd.Series) -> set[str]:
    """The columns that measure an indicator."""
    return {
        column.name
        for column in study.indicators
        if column.indicator == line["indicator"] and column.rater == line["rater"]
    }


def difference(first: pd.Series, second: pd.Series) -> tuple[float, float, float]:
    """Second minus first estimate of independent samples, with its interval, from the two intervals alone.

    The limits are the method of variance estimates recovery (Zou and Donner 2008, Statistics in Medicine
    27:1693), which for two shares with Wilson's intervals is Newcombe's tenth method (1998, Statistics in
    Medicine 17:873).
    """
    gap = second["estimate"] - first["estimate"]
    low = gap - np.hypot(second["estimate"] - second["ci_low"], first["ci_high"] - first["estimate"])
    high = gap + np.hypot(second["ci_high"] - second["estimate"], first["estimate"] - first["ci_low"])
    return float(gap), float(low), float(high)


def compared(reports: list[Finished]) -> list[tuple[Finished, Finished]]:
    """Each cohort with the one before it, and the last with the first."""
    pairs = list(pairwise(reports))
    return pairs + ([(reports[0], reports[-1])] if len(reports) > 2 else [])


def differences(reports: list[Finished], lines: pd.DataFrame) -> pd.DataFrame:
    """Differences between cohorts of what claims rest on (columns ``DIFFERENCE``), one row an indicator and
    pair; those refused have a ``reason`` and no numbers.

    An indicator that one of the two did not estimate has the reason ``not estimated``.
    """
    rows = []
    for indicator in dict.fromkeys(lines["indicator"]):
        own = {row["cohort"]: row for _, row in lines[lines["indicator"] == indicator].iterrows()}
        for one, other in compared(reports):
            here = next(
                row for row in (own.get(one.name), own.get(other.name), *own.values()) if row is not None
            )
            named = {
                "indicator": indicator,
                "rater": here["rater"],
                "unit": here["unit"],
                "earlier": one.name,
                "later": other.name,
                "confidence": here["confidence"],
            }
            both = one.name in own and other.name in own
            reason = obstacle(one, other, own[one.name], own[other.name]) if both else "not estimated"
            gap, low, high = (np.nan,) * 3 if reason else difference(own[one.name], own[other.name])
            rows.append(named | {"difference": gap, "ci_low": low, "ci_high": high, "reason": reason})
    return pd.DataFrame(rows, columns=DIFFERENCE)
