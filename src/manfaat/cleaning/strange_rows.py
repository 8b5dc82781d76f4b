"""Rows that may be no person's answers: entered to try the form, a second header, where another table begins.

A word alone never takes a person out of the data: people are called Tess, and answer "Test" or "Contoh" when
asked what they sat or need. A row is asked about where several signs that do not depend on each other agree,
and is kept until a person has decided.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.base.problems import Problem
from manfaat.cleaning.cells import ColumnReading
from manfaat.cleaning.columns import Column
from manfaat.cleaning.readers import FILE, ROW, SHEET
from manfaat.cleaning.reviews import kept_by_hand, review_lines, row_names
from manfaat.definitions.codebook import Variable
from manfaat.definitions.cohort import Fieldwork
from manfaat.files.parsing import date_context, read_date
from manfaat.files.parsing.checks import is_trial_text

THREE_LETTERS = r"(?:[A-Za-z][^A-Za-z]*){3}|[^\x00-\x7f]"  # or letters of another script
NEARLY_EMPTY = 0.2  # share of the questions that a row answers at most to be nearly empty
RECORD = (
    "key",
    "identifier",
    "version",
    "submitted",
    "start",
    "end",
    "enumerator",
)  # roles that say nothing about the person
TRIAL, HEADER = "perhaps entered to try the form", "perhaps a second header, or where another table begins"
FEWEST = 3  # questions, or unread answers, from which on they tell something of a row
HEADER_LIKE = 0.6  # share of the answers of a row that cannot be read in a header
WIDEST_GAP = 2  # places from one row of another table to the next that tells of it
MOST_UNREAD = (
    0.2  # share of a column's answers that may be unread before it is the column that is not understood
)
SIGNS = (
    "its key or name is a trial word",
    "a text is nothing but a trial word",
    "it was sent before the fieldwork began",
    "hardly any question is answered",
)


def wordy(texts: list[str]) -> np.ndarray:
    """Positions of the texts with three letters, and more letters than digits: numbers and identifiers are no
    trial words.
    """
    every = pa.array(texts, type=pa.string())
    three = np.flatnonzero(pc.match_substring_regex(every, THREE_LETTERS).to_numpy(zero_copy_only=False))
    begin = pc.utf8_slice_codeunits(every.take(pa.array(three)), 0, 80)
    letters, digits = (pc.count_substring_regex(begin, pattern) for pattern in (r"\pL", r"\pN"))
    found: np.ndarray = three[pc.greater(letters, digits).to_numpy(zero_copy_only=False)]
    return found


def trial_words(column: Column) -> np.ndarray:
    """Mask of rows whose text is a trial word as a whole: TEST, coba, asdf."""
    found = [at for at in wordy(column.texts) if is_trial_text(column.texts[at])]
    return np.isin(column.codes, found) if found else np.zeros(len(column.codes), dtype=bool)


def sent_before(
    columns: dict[str, Column], variables: list[Variable], begins: date | None, size: int
) -> np.ndarray:
    """Mask of rows whose record was made before the fieldwork began, by the first stamp that the table
    has.
    """
    stamps = [
        v.name
        for role in ("start", "submitted", "end")
        for v in variables
        if v.role == role and v.kind in ("date", "dateTime")
    ]
    if begins is None or not stamps:
        return np.zeros(size, dtype=bool)
    column = columns[stamps[0]]
    context = date_context(
        pd.Series(np.bincount(column.codes, minlength=len(column.texts)), index=column.texts)
    )
    read = [read_date(text, context).value for text in column.texts]
    early = [
        at
        for at, value in enumerate(read)
        if value is not None and value[:10] < begins.isoformat()[: len(value)]
    ]
    return np.isin(column.codes, early)


def hardly_answered(rows: np.ndarray, columns: dict[str, Column], variables: list[Variable]) -> np.ndarray:
    """For some row positions whether hardly any of at least three questions is answered.

    What the form records by itself is no question, nor is one answered by a trial word: that would tell the
    same thing twice.
    """
    answers, asked = np.zeros(len(rows), dtype=int), np.zeros(len(rows), dtype=int)
    for variable in variables:
        if variable.role in RECORD:
            continue
        column = columns[variable.name].select(rows)
        filled = np.array([bool(text.strip()) for text in column.texts], dtype=bool)[column.codes]
        trial = trial_words(column) if variable.kind == "text" else np.zeros(len(rows), dtype=bool)
        answers += filled & ~trial
        asked += ~trial
    return (answers <= NEARLY_EMPTY * asked) & (asked >= FEWEST)


def perhaps_trials(
    columns: dict[str, Column], variables: list[Variable], size: int, begins: date | None = None
) -> pd.Series:
    """Say of which rows at least two signs tell that they were entered to try the form: the signs in words,
    by row position.

    Parameters
    ----------
    columns : raw texts by variable. begins : the first day of the fieldwork, where the delivery states it.
    """
    named, said = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for variable in variables:
        if variable.kind == "text":
            found = named if variable.role in ("key", "identifier") else said
            found |= trial_words(columns[variable.name])
    early = sent_before(columns, variables, begins, size)
    rows = np.flatnonzero(named | said | early)
    signs = np.column_stack([named[rows], said[rows], early[rows], hardly_answered(rows, columns, variables)])
    told = ["; ".join(sign for sign, is_so in zip(SIGNS, line, strict=True) if is_so) for line in signs]
    several: pd.Series = pd.Series(told, index=rows, dtype="object")[signs.sum(axis=1) >= 2]
    return several


def perhaps_headers(readings: dict[str, ColumnReading], variables: list[Variable]) -> pd.Series:
    """Say in which rows most answers cannot be read although their columns can, as in a header among the
    rows: in words, by row position.

    Texts count for nothing, whatever stands there can be read; nor does a column in which one answer in five
    is unread.
    """
    asked = [
        readings[variable.name]
        for variable in variables
        if variable.kind != "text" and variable.role != "identifier"
    ]
    filled = [filled_rows(reading) for reading in asked if reading.waits().any()]
    waiting = [reading.waits() for reading in asked if reading.waits().any()]
    above = rows_above(waiting, asked)
    known = [
        waits
        for waits, full in zip(waiting, filled, strict=True)
        if waits[:above].sum() <= max(1, MOST_UNREAD * full[:above].sum())
    ]
    if len(known) < FEWEST:
        return pd.Series(dtype="object")
    unread = np.sum(known, axis=0)
    rows = np.flatnonzero(unread >= FEWEST)
    answers = np.sum([filled_rows(reading)[rows] for reading in asked], axis=0)
    told = [
        f"{n} of {of} answers cannot be read; look at the rows below it too"
        for n, of in zip(unread[rows], answers, strict=True)
    ]
    found: pd.Series = pd.Series(told, index=rows, dtype="object")[unread[rows] >= HEADER_LIKE * answers]
    return found


def rows_above(waiting: list[np.ndarray], asked: list[ColumnReading]) -> int:
    """How many rows stand above those at the end of which most answers cannot be read, as of another table;
    all where those are the most.
    """
    unread = np.sum(waiting, axis=0) if waiting else np.zeros(0)
    answers = np.sum([filled_rows(reading) for reading in asked], axis=0) if waiting else unread
    strange = (unread >= FEWEST) & (unread >= HEADER_LIKE * answers)
    above = int(np.flatnonzero(~strange)[-1]) + 1 if (~strange).any() else 0
    return above if above > len(strange) - above else len(strange)


def stretches(place: pd.DataFrame, signs: pd.Series) -> list[np.ndarray]:
    """The rows that may be headers, those of one other table together: they stand below one another in a
    sheet.
    """
    rows = np.sort(signs.index.to_numpy(dtype="int64"))
    sheets = place[[FILE, SHEET]].iloc[rows].reset_index(drop=True)
    begins = (np.diff(rows, prepend=rows[:1]) > WIDEST_GAP) | (sheets != sheets.shift()).any(
        axis=1
    ).to_numpy()
    return [rows[part] for part in np.split(np.arange(len(rows)), np.flatnonzero(begins)) if len(part)]


def together(place: pd.DataFrame, signs: pd.Series) -> pd.Series:
    """The signs of rows that may be headers, with one text for all rows of another table."""
    told = signs.copy()
    for part in stretches(place, signs):
        if len(part) > 1:
            first, last = (int(place[ROW].iloc[at]) for at in (part[0], part[-1]))
            told.loc[part] = f"the rows {first} to {last} cannot be read as those above them"
    return told


def filled_rows(reading: ColumnReading) -> np.ndarray:
    """Mask of rows in which something stands."""
    texts = np.array([bool(str(text).strip()) for text in reading.read["text"]], dtype=bool)
    return texts[reading.codes] if len(texts) else np.zeros(len(reading.codes), dtype=bool)


def header_problems(place: pd.DataFrame, signs: pd.Series) -> list[Problem]:
    """Say of which rows the run stops because they may be headers; rows of another table are told
    together.
    """
    wanted = (
        "its number under 'skip_rows' in cohort.yml, if it is no person; else its answers in corrections.csv"
    )
    told, first = together(place, signs), [part[0] for part in stretches(place, signs)]
    return [
        Problem(
            str(place[FILE].iloc[at]), f"{HEADER}: {told[at]}", row=int(place[ROW].iloc[at]), expected=wanted
        )
        for at in first
    ]


def open_names(here: pd.DataFrame, place: pd.DataFrame, decided: pd.DataFrame) -> pd.Series:
    """The names of the rows in ``here``, missing where a person decided to keep the row; ``place, decided``
    as in ``reviews.to_decide``.
    """
    names = row_names(here, place)
    return names.mask(names.isin(kept_by_hand(place, decided)))


def rows_to_decide(
    here: pd.DataFrame,
    names: pd.Series,
    columns: dict[str, Column],
    readings: dict[str, ColumnReading],
    variables: list[Variable],
    fieldwork: Fieldwork | None,
) -> pd.DataFrame:
    """List the rows that may be no person's answers; all are kept until a person decides.

    Parameters
    ----------
    here, columns, readings : place, raw texts and readings of every row that is not set aside. names : as
    ``open_names`` gives them.
    """
    trials = perhaps_trials(columns, variables, len(here), fieldwork.begins if fieldwork else None)
    headers = together(here, perhaps_headers(readings, variables))
    told: dict[int, str] = {
        row: f"{kind}: {sign}"
        for kind, signs in ((TRIAL, trials), (HEADER, headers))
        for row, sign in zip(signs.index, signs, strict=True)
    }
    rows = [row for row in sorted(told) if pd.notna(names.iloc[row])]
    reasons = [told[row] for row in rows]
    return review_lines(here.iloc[rows], variables[0].table, "kept").assign(
        raw=names.iloc[rows].to_numpy(dtype=object), reason=reasons
    )
