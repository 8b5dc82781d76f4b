"""Which rows are answers of their own: keys, empty rows, duplicates, resubmissions, declared exclusions."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem
from manfaat.cleaning.columns import Column, plain_texts
from manfaat.cleaning.readers import FILE, ROW, SHEET
from manfaat.definitions.codebook import KEY, Variable
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.programme import Table
from manfaat.files.parsing import DateContext, date_context, normalise, read_date

NOTE_COLUMNS = ["rule", "reason"]
SAME_PERSON = 0.5  # share of equal answers below which two rows under one key may be two persons


def row_keys(place: pd.DataFrame, columns: dict[str, Column], key: list[str]) -> np.ndarray:
    """Name each row by its key variables, or by file, sheet (where there are several) and row number."""
    if key == ["row"]:
        name = place[FILE].map(lambda file: Path(file).stem)
        several = place.groupby(FILE)[SHEET].transform("nunique") > 1
        return (name + ("/" + place[SHEET]).where(several, "") + ":" + place[ROW].astype(str)).to_numpy(
            dtype=object
        )
    parts = [Column(columns[name].codes, tidy_texts(columns[name].texts)).array() for name in key]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "|" + part
    return joined


def tidy_texts(texts: list[str]) -> list[str]:
    """Texts with their characters and spaces in order."""
    return [
        text if is_plain else normalise(text).value or ""
        for text, is_plain in zip(texts, plain_texts(texts), strict=True)
    ]


def blank_rows(columns: dict[str, Column], size: int) -> np.ndarray:
    """Mask of rows without any answer."""
    blank = np.ones(size, dtype=bool)
    for column in columns.values():
        empty = np.array([not text.strip() for text in column.texts], dtype=bool)
        blank &= empty[column.codes] if len(empty) else False
        if not blank.any():
            break
    return blank


def noted(rows: np.ndarray, rule: str, reason: str) -> pd.DataFrame:
    """One line a row position: ``rule, reason``."""
    return pd.DataFrame({"rule": rule, "reason": reason}, index=rows, columns=NOTE_COLUMNS)


def set_aside_raw(
    place: pd.DataFrame,
    columns: dict[str, Column],
    variables: list[Variable],
    key: list[str],
    *,
    stop: bool,
    decided: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Say for each row that is no answer of its own by which rule and reason it is set aside.

    Parameters
    ----------
    place : ``_key, _file, _sheet, _row`` of every row. decided : ``decision, reason`` by position, where a
    person decided.

    Returns
    -------
    One line a row set aside (``rule, reason``), by its position; and, with ``stop``, a problem for each key
    that stands on rows with different answers (else those rows are set aside until a person decides).
    """
    size = len(place)
    blank = blank_rows(columns, size)
    decided = pd.DataFrame(columns=["decision", "reason"]) if decided is None else decided
    stays, goes = (decided[decided["decision"] == word] for word in ("keep", "set aside"))
    blank[stays.index] = False
    blank[goes.index] = False
    found = [
        noted(np.flatnonzero(blank), "empty row", "no answer in any column"),
        goes.assign(rule="decided")[NOTE_COLUMNS],
    ]
    if key == ["row"]:
        return pd.concat(found), []
    alive = ~blank
    alive[goes.index.to_numpy(dtype="int64")] = False
    alive = np.flatnonzero(alive)
    double = alive[place[KEY].iloc[alive].duplicated(keep=False).to_numpy()]
    rows = pd.DataFrame(
        {name: column.select(double).array() for name, column in columns.items()}, index=double
    ).assign(**{c: place[c].to_numpy()[double] for c in (KEY, FILE, ROW)})
    twice = rows[list(columns)].duplicated(keep="first") & ~rows.index.isin(stays.index)
    found.append(
        noted(
            double[twice.to_numpy()],
            "exact duplicate",
            "the same in every column as an earlier row; the earlier one is kept",
        )
    )
    again, problems = same_key(rows[~twice], variables, stays, stop=stop)
    return pd.concat([*found, again]), problems


def same_key(
    rows: pd.DataFrame, variables: list[Variable], stays: pd.DataFrame, *, stop: bool
) -> tuple[pd.DataFrame, list[Problem]]:
    """Decide on several rows under one key; the one that a person decided to keep is kept.

    Of submissions by one person the fullest is kept, of equally full ones the last. Rows whose time of
    submission cannot be read, that agree in less than half of what both answer or give two dates of birth,
    and may be two persons', are for a person to decide.
    """
    notes, problems = [], []
    for key, several in rows[rows[KEY].duplicated(keep=False)].groupby(KEY, sort=False):
        numbers = ", ".join(map(str, several[ROW]))
        when, chosen = submission_times(several, variables), several.index.intersection(stays.index)
        if len(chosen) > 1:
            wanted = "one row a key: keep one of them"
            problems.append(
                Problem(
                    str(several[FILE].iloc[0]),
                    f"rows {numbers} have the key '{key}', and it was decided to keep several",
                    expected=wanted,
                )
            )
            continue
        if len(chosen) == 1:
            reason = f"row {several.loc[chosen[0], ROW]} was kept: {stays.loc[chosen[0], 'reason']}"
            notes.append(noted(several.index.drop(chosen).to_numpy(), "decided", reason))
        elif when is not None and agree(several, variables) and one_birth(several, variables):
            kept = fullest(several, [variable.name for variable in variables], when)
            reason = (
                f"submitted again under the same key; row {several[ROW].loc[kept]}, the fullest and latest,"
                " is kept"
            )
            notes.append(noted(several.index.drop([kept]).to_numpy(), "resubmission", reason))
        elif stop:
            problems.append(
                Problem(
                    str(several[FILE].iloc[0]),
                    f"the key '{key}' stands on rows {numbers} with different answers",
                    expected="one row a key",
                )
            )
        else:
            notes.append(
                noted(
                    several.index.to_numpy(),
                    "same key, different answers",
                    f"rows {numbers} have the same key; a person must decide",
                )
            )
    return pd.concat(notes) if notes else noted(np.array([], dtype="int64"), "", ""), problems


def submission_times(rows: pd.DataFrame, variables: list[Variable]) -> pd.Series | None:
    """When each row was submitted, as ISO text that sorts; None when the form does not say or one time cannot
    be read.
    """
    name = next((variable.name for variable in variables if variable.role == "submitted"), None)
    if name is None:
        return None
    context = date_context(Counter(rows[name].dropna()), DateContext(years=(1970, 2069)))
    read = {text: read_date(text, context).value for text in rows[name].unique()}
    return None if any(value is None for value in read.values()) else rows[name].map(read)


def agree(rows: pd.DataFrame, variables: list[Variable]) -> bool:
    """Whether all rows give the first row's answer to at least half of what both answer; times of the record
    do not count.
    """
    names = [
        variable.name for variable in variables if variable.role not in ("key", "submitted", "start", "end")
    ]
    texts = rows[names].apply(lambda column: column.str.strip())
    first = texts.iloc[0]
    for _, other in texts.iloc[1:].iterrows():
        both = (first != "") & (other != "")
        if both.any() and (first[both] == other[both]).mean() < SAME_PERSON:
            return False
    return True


def one_birth(rows: pd.DataFrame, variables: list[Variable]) -> bool:
    """Whether all rows give the same dates by which a person can be known (a month of birth), as far as each
    gives them.
    """
    for variable in variables:
        if variable.role == "quasi-identifier" and variable.kind in ("date", "month"):
            context = date_context(
                Counter(rows[variable.name].dropna()), DateContext(missing=variable.missing_codes)
            )
            read = [
                reading.value[:7]
                for text in rows[variable.name].unique()
                if (reading := read_date(text, context)).is_read
            ]
            if any(
                not (one.startswith(other) or other.startswith(one))
                for one, other in combinations(dict.fromkeys(read), 2)
            ):
                return False
    return True


def fullest(rows: pd.DataFrame, names: list[str], when: pd.Series) -> int:
    """The position of the row with most answers; of several, the one submitted last (then the one that stands
    last).
    """
    answers = (rows[names].apply(lambda column: column.str.strip()) != "").sum(axis=1)
    best = when[answers == answers.max()]
    return int(best.sort_values(kind="stable").index[-1])


def set_aside_declared(clean: pd.DataFrame, table: Table, language: str = "en") -> pd.DataFrame:
    """Rows that a declared rule of the programme sets aside, for instance those without consent; by their
    index.
    """
    notes, excluded = [], np.zeros(len(clean), dtype=bool)
    for entry in table.set_aside:
        hit = evaluate(parse_expression(entry.when), clean).fillna(False).astype(bool).to_numpy() & ~excluded
        notes.append(noted(clean.index[hit].to_numpy(), entry.rule, entry.reason[language]))
        excluded |= hit
    return pd.concat(notes) if notes else noted(np.array([], dtype="int64"), "", "")
