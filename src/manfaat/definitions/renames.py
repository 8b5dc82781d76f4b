"""Columns that a delivery lacks: which of its unused columns may be meant, by their names and by their
answers, and how to say so.
"""

from __future__ import annotations

import difflib
import json

import pandas as pd

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.codebook import Codebook, Variable, answers_of
from manfaat.definitions.programme import Programme
from manfaat.definitions.raw_files import RawFile
from manfaat.files.formats import match_headers
from manfaat.files.parsing import read_choice

SAME_NAME = 0.6  # share of alike letters, as difflib counts them
FITS = 0.9  # share of the answers that must be answers of the question
MOST_SHOWN = 3
MOST_SEARCHED = (
    300  # unused columns whose answers are looked at: every one is held against every variable that has none
)
NUMBERS = r"-?\d+(?:[.,]\d+)?"


def is_asked(variable: Variable, item: RawFile, versions: set[str]) -> bool:
    """Whether a file must have a column for a variable: one that the cohort declares absent, or no version in
    the file asks, need not be there.
    """
    if variable.name in item.absent or (variable.role == "version" and item.version):
        return False
    return not (variable.versions and versions and not versions & set(variable.versions.split()))


def column_missing(variable: Variable, frame: pd.DataFrame, codebook: Codebook, *, file: str) -> Problem:
    """Say that a column is missing, which unused column (of ``frame``) may hold it, and how to say which, or
    that there is none.
    """
    found = proposals(variable, frame, codebook)
    near = nearest(variable.sources[0], list(frame.columns)) if len(frame.columns) else ""
    named = " or ".join(f"{column} ({why})" for column, why in found.items())
    hint = f"did you mean {named}?" if found else near if near.startswith("did") else "a column of this name"
    column = next(iter(found), None) or "the column's name"
    says = (
        f"columns: {{{json.dumps(column, ensure_ascii=False)}: {variable.name}}}"
        if found
        else f'columns: {{"name of the column": {variable.name}}}'
    )
    ways = (
        f"under this file in cohort.yml say {says} where it has another name, or absent: [{variable.name}]"
        " where it was not delivered"
    )
    return Problem(
        file, "the column is missing", column=" or ".join(variable.sources), expected=f"{hint}; {ways}"
    )


def proposals(variable: Variable, frame: pd.DataFrame, codebook: Codebook) -> dict[str, str]:
    """Unused columns that may be a variable's, the likeliest first: column → why; none in a file of very many
    columns.
    """
    if len(frame.columns) > MOST_SEARCHED:
        return {}
    found: dict[str, list[str]] = {}
    for column in frame.columns:
        reasons = ["its name is alike"] if alike(column, variable) else []
        reasons += ["its answers fit"] if answers_fit(frame[column], variable, codebook) else []
        if reasons:
            found[str(column)] = reasons
    ranked = sorted(found, key=lambda column: (-len(found[column]), found[column] == ["its answers fit"]))
    if (
        variable.list_name is None
    ):  # numbers and dates fit many questions: only their name tells, or that there is no other
        ranked = [column for column in ranked if found[column][0] != "its answers fit" or len(ranked) == 1]
    return {column: " and ".join(found[column]) for column in ranked[:MOST_SHOWN]}


def alike(column: str, variable: Variable) -> bool:
    """Whether a column's name is near to one of a variable's, or to its question."""
    names = [name.casefold() for name in (*variable.sources, variable.name)]
    if difflib.get_close_matches(str(column).casefold(), names, n=1, cutoff=SAME_NAME):
        return True
    review = match_headers([column], [variable]).review
    return bool(len(review) and (review["variable"] == variable.name).any())


def answers_fit(values: pd.Series, variable: Variable, codebook: Codebook) -> bool:
    """Whether nearly all answers of a column are answers of a question; two different ones at least must be
    there.
    """
    texts = values.astype("str").str.strip()
    counts = texts[texts != ""].value_counts()
    if len(counts) < 2:
        return False
    if variable.kind == "select_one":
        answers = answers_of(variable, codebook, {})
        read = [
            reading.is_read or bool(reading.missing)
            for reading in (read_choice(text, answers) for text in counts.index)
        ]
        return (
            len(counts) <= 2 * len(answers.codes) + len(answers.missing)
            and counts[read].sum() >= FITS * counts.sum()
        )
    if variable.kind in ("integer", "decimal", "money"):
        plain = counts.index.str.fullmatch(NUMBERS)
        return counts[plain].sum() >= FITS * counts.sum()
    return False


def check_absent(item: RawFile, programme: Programme, codebook: Codebook, file: str) -> list[Problem]:
    """Say which variable is stated twice, or declared absent though nothing works without it."""
    place, key = f"files.{item.file}", programme.tables[item.table].key
    stated = list(item.columns.values())
    needed = {
        v.name: "the key" if v.name in key else "who took part"
        for v in codebook.table(item.table)
        if v.name in key or v.role in ("group", "treatment")
    }
    problems = [
        Problem(file, f"two columns are stated for '{name}'", column=f"{place}.columns")
        for name in sorted({n for n in stated if stated.count(n) > 1})
    ]
    for name in item.absent:
        if name in needed:
            problems.append(
                Problem(file, f"'{name}' says {needed[name]} and cannot be absent", column=f"{place}.absent")
            )
        elif name in stated:
            problems.append(
                Problem(
                    file,
                    f"'{name}' is declared absent and has a column under 'columns'",
                    column=f"{place}.absent",
                    expected="one of the two",
                )
            )
    return problems
