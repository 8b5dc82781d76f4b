"""What leaves the house goes through here: numbers as finely as people's answers allow, and every file of a
report.

Notebooks compute with exact numbers, and show them as ``told`` has them. A run writes into a folder that
stays in the house; ``let_out`` turns it into what may leave, and keeps the exact numbers beside the tables
about people. Nothing else writes into a report.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from manfaat.base.paths import EXACT, private
from manfaat.base.precision import capped, coarse, in_steps, p_values, roughly, steps
from manfaat.base.writing import written_whole
from manfaat.definitions.study import Study
from manfaat.evaluation.contributors import dominated
from manfaat.report import identifying
from manfaat.threats import Threats
from manfaat.verdict.evidence import TAKEN

ESTIMATES = "estimates"
COARSE = (  # what notebooks write with exact numbers, to be read by later ones
    *(f"{ESTIMATES}.csv", f"{ESTIMATES}/*", "coefficients/*", "threats/*"),
    *("scales.csv", "scale_items.csv", "basis.csv", "indexes.csv"),
)
CONTRIBUTORS = "contributors"  # among the tables about people: who stands behind each mean
LEVELS = (  # of a group, not of a difference
    *("mean", "sd", "before", "now", "earlier", "median", "p10", "p25", "p75", "p90", "lowest", "highest"),
    *("mean_comparison", "sd_comparison", "percent_of_comparison"),
)
OF_ONE_GROUP = ("estimate", "ci_low", "ci_high", "std_error", "mde", "percent")
LEVEL_METHODS = ("mean", "share")
IN_UNIT = (  # of what threatens an estimate
    *("estimate", "adjusted", "median", "within", "interaction", "detectable", "largest change"),
    *("interval", "lower", "upper"),
)
KINDS = (".csv", ".json", ".svg", ".png", ".pdf", ".html", ".docx", ".tex")  # of files that may leave
OF_ANSWERS = ("corrections.csv",)  # a definition that repeats answers
MOST = 5  # files that a message names
TESTED = ("indicator", "rater", "arm", "treatment")
OF_COSTS = ("cost_indicators.csv", "exhibits/*-cost-*", "exhibits/*-payers.csv", "exhibits/*-waterfall.csv")


def shares_of(study: Study) -> list[str]:
    """Names of the units that are shares."""
    return [name for name, unit in study.programme.units.items() if unit.is_share]


def told(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """A table of exact numbers as it may leave the house; as it is where the data are public."""
    return told_of(study, table, dominated_of(study)) if study.cohort.is_confidential else table


def told_of(study: Study, table: pd.DataFrame, dominated: Collection[str]) -> pd.DataFrame:
    """The same of confidential data; ``dominated`` : names of the indicators of which few have nearly all.
    What these measure is told of no rater where a table does not name the indicator itself.
    """
    names = dominated if "name" in table else measured_by(study, dominated)
    return without_levels(coarse(table, shares=shares_of(study)), names)


def dominated_of(study: Study, folder: Path | None = None) -> frozenset[str]:
    """Names of the indicators of which few have nearly all in some group, as ``02_indicators`` wrote them
    down; none of public data. ``folder`` : where, unless in this session's.
    """
    path = (folder or study.places.tables) / f"{CONTRIBUTORS}.parquet"
    if not study.cohort.is_confidential or not path.is_file():
        return frozenset()
    return dominated_in(path, path.stat().st_mtime_ns)


def measured_by(study: Study, names: Collection[str]) -> frozenset[str]:
    """What some indicators measure, whoever rates it."""
    return frozenset(line.indicator for line in study.indicators if line.name in names)


@lru_cache(maxsize=4)
def dominated_in(path: Path, _: int) -> frozenset[str]:
    """The same of a file at a moment, by its time in nanoseconds."""
    return dominated(pd.read_parquet(path))


def without_levels(table: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """The same without means, and whatever else tells how much there is, of some indicators; how much more a
    group has than another is told roughly.
    """
    key = next((name for name in ("name", "indicator") if name in table), "")
    own = table[key].isin([*names]) if key else pd.Series(data=False, index=table.index)
    if not own.any():
        return table
    alone = own & table["role"].eq("constant") if "role" in table else pd.Series(data=False, index=own.index)
    if "method" in table:
        alone |= own & table["method"].isin(LEVEL_METHODS)
    hidden = {name: own for name in LEVELS} | {name: alone for name in OF_ONE_GROUP}
    told = {name: table[name].mask(which) for name, which in hidden.items() if name in table}
    return roughly(table.assign(**told), own & in_unit(table))


def in_unit(table: pd.DataFrame) -> pd.Series:
    """Which rows tell something in the unit of their indicator: no share, ratio, correlation or p value, of
    which nobody's amount follows.
    """
    told = pd.Series("survival" not in table, index=table.index)
    if "threat" in table:
        told &= table["statistic"].isin(IN_UNIT)
    return told & table["unit"].fillna("").ne("") if "unit" in table else told


def told_level(study: Study, value: float, answers: pd.Series) -> float:
    """A mean, a median or a percentile of some people's answers as it may leave the house."""
    known = answers.dropna().astype("float64")
    if not study.cohort.is_confidential or not len(known):
        return value
    spread = 1.0 if known.isin([0.0, 1.0]).all() else known.std()
    return float(in_steps(value, steps(spread, len(known))))


def told_threats(study: Study, found: Threats) -> Threats:
    """What threatens the estimates, as it may leave the house."""
    tables = {name: told(study, table) for name, table in found.tables.items()}
    return (
        replace(found, rows=told(study, found.rows), tables=tables) if study.cohort.is_confidential else found
    )


def told_evidence(study: Study, evidence: pd.DataFrame, of_told: pd.DataFrame) -> pd.DataFrame:
    """What bears on the claims: decided by exact numbers, told by those of ``of_told``, the same lines made
    of told estimates.
    """
    if not study.cohort.is_confidential:
        return evidence
    adjusted = {name: p_values(evidence[name]) for name in ("p_holm", "p_family") if name in evidence}
    return evidence.assign(**{name: of_told[name] for name in TAKEN}, **adjusted)


def told_tests(study: Study, tests: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """The primary estimates as tests, with estimate and standard error as the told ``estimates`` have
    them.
    """
    if not study.cohort.is_confidential or tests.empty:
        return tests
    keys = [name for name in TESTED if name in tests and name in estimates]
    own = estimates[estimates["is_primary"].astype(bool)].drop_duplicates(keys)
    own = tests[keys].merge(own[[*keys, "estimate", "std_error"]], on=keys, how="left")
    own = own.set_index(tests.index)
    known = {name: own[name].where(own[name].notna(), tests[name]) for name in ("estimate", "std_error")}
    return told(study, tests).assign(**known)


def told_balance(study: Study, balance: pd.DataFrame) -> pd.DataFrame:
    """The groups before the programme as they may be told; a covariate's spread follows from its standardised
    difference.
    """
    if not study.cohort.is_confidential:
        return balance
    yes = balance["name"].isin([line.name for line in study.indicators if line.unit in shares_of(study)])
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (balance["mean"] - balance["mean_comparison"]).abs() / balance["smd"].abs()
    spread = spread.mask(yes, 1.0)
    sides = {"mean": "n", "mean_comparison": "n_comparison"}
    means = {side: in_steps(balance[side], steps(spread, balance[n])) for side, n in sides.items()}
    return told(study, balance.drop(columns=list(means))).assign(**means)[list(balance)]


def let_out(study: Study, folder: Path) -> None:
    """Turn what notebooks left in ``folder`` into what may leave the house: exact numbers are kept below
    ``data/processed/<cohort>``, and the files hold those that are told.
    """
    kept = private(study.places.processed / EXACT)
    dominated = dominated_of(study, study.places.processed)
    for path in sorted(folder.rglob("*.csv")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if any(name.match(pattern) for pattern in COARSE) and len(name.parts) < 3:
            keep(path, kept / name)
        release(study, path, name, dominated)
    if (kept / f"{ESTIMATES}.csv").is_file():
        exact = pd.read_csv(kept / f"{ESTIMATES}.csv", dtype={"rater": "str", "subgroup": "str"})
        with written_whole(study.places.processed / f"{ESTIMATES}.parquet") as target:
            exact.to_parquet(target, index=False)


def refuse_strange(folder: Path) -> None:
    """Hold the files that are about to leave against the kinds that a report has.

    Raises
    ------
    ValueError naming the first file of another kind: nothing knows what it holds.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in KINDS:
            name = path.relative_to(folder).as_posix()
            raise ValueError(f"'{name}' is no file of a report, so it may not leave the house")


def refuse_named(study: Study, folder: Path) -> None:
    """Look for what names a person, a machine or its user in every file that is about to leave.

    Raises
    ------
    ValueError naming every file that holds some, and what kind of it, never what it says.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = named_in(study, {path.relative_to(folder).as_posix(): path for path in files})
    if found:
        told = "; ".join(f"'{name}' holds {kind} ({len(text)} letters)" for name, kind, text in found[:MOST])
        raise ValueError(f"{told}: it may not leave the house")


def named_in(study: Study, files: Mapping[str, Path]) -> list[tuple[str, str, str]]:
    """File, kind and text of what names somebody in some files; not what the definitions say themselves, but
    for those that repeat answers.
    """
    definitions = [*study.definitions.glob("*"), study.places.raw / "cohort.yml"]
    known = [path for path in definitions if path.is_file() and path.name not in OF_ANSWERS]
    allowed = "\n".join(path.read_text("utf-8", "replace") for path in known)
    values = identifying.named_values(study.places.processed / "identifiers")
    return identifying.found_in(files.items(), values, allowed)


def put(page: Path, text: str) -> None:
    """Write a page among the reports that no run makes (an overview, a codebook), whole or not at all.

    Raises
    ------
    ValueError for a file of another kind, and for a text that names a machine or has the form of an identity
    number; the former page stays.
    """
    if page.suffix not in KINDS:
        raise ValueError(f"'{page.name}' is no file of a report, so it may not leave the house")
    for _, kind, found in identifying.formed(page.name, identifying.plain(text), ""):
        if kind in identifying.NEVER:
            raise ValueError(
                f"'{page.name}' holds {kind} ({len(found)} letters), so it may not leave the house"
            )
    with written_whole(page) as target:
        target.write_text(text, encoding="utf-8")


def cap(study: Study, folder: Path) -> None:
    """The same for tables made of reports that were let out already: none has more digits than those had."""
    for path in sorted(folder.rglob("*.csv")):
        release(study, path, PurePosixPath("exhibits", path.name))


def keep(path: Path, target: Path) -> None:
    """Keep a file of exact numbers in the house."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as whole:
        shutil.copyfile(path, whole)


def release(study: Study, path: Path, name: PurePosixPath, dominated: Collection[str] = ()) -> None:
    """Write a table anew with numbers as they are told; texts, and what is no number, stay as they are
    written.
    """
    if not study.cohort.is_confidential or any(name.match(pattern) for pattern in OF_COSTS):
        return
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = pd.read_csv(path, low_memory=False)
    exact = any(name.match(pattern) for pattern in COARSE) and len(name.parts) < 3
    numbers = told_of(study, table, dominated) if exact else capped(table)
    for column in table.columns:
        if pd.api.types.is_float_dtype(table[column]):
            moved = numbers[column].notna() & (numbers[column] != table[column])
            texts.loc[moved, column] = [repr(float(value)) for value in numbers.loc[moved, column]]
            texts.loc[numbers[column].isna(), column] = ""
    texts.to_csv(path, index=False)
