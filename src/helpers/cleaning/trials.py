"""Rows that somebody may have entered to try the form: what speaks for it, and what a person is asked.

A word alone never takes a person out of the data: people are called Tess, and answer "Test" or "Contoh" when asked what they sat or need.
A row is asked about where two signs that do not depend on each other agree, and is kept until a person has decided.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.cleaning.cells import Column
from helpers.cleaning.reviews import WHOLE_ROW, kept_by_hand, review_lines, row_names
from helpers.codebook import Variable
from helpers.parsing import date_context, read_date
from helpers.parsing.checks import is_trial_text
from helpers.programme import Fieldwork

THREE_LETTERS = r"(?:[A-Za-z][^A-Za-z]*){3}|[^\x00-\x7f]"  # or letters of another script
NEARLY_EMPTY = 0.2  # share of the questions that a row answers at most to be nearly empty
RECORD = ("key", "identifier", "version", "submitted", "start", "end", "enumerator")  # roles that say nothing about the person
SIGNS = (
    "its key or name is a trial word",
    "a text is nothing but a trial word",
    "it was sent before the fieldwork began",
    "hardly any question is answered",
)


def wordy(texts: list[str]) -> np.ndarray:
    """Positions of the texts with three letters, and more letters than digits: numbers and identifiers are no trial words."""
    every = pa.array(texts, type=pa.string())
    three = np.flatnonzero(pc.match_substring_regex(every, THREE_LETTERS).to_numpy(zero_copy_only=False))
    begin = pc.utf8_slice_codeunits(every.take(pa.array(three)), 0, 80)
    letters, digits = (pc.count_substring_regex(begin, pattern) for pattern in (r"\pL", r"\pN"))
    return three[pc.greater(letters, digits).to_numpy(zero_copy_only=False)]


def trial_words(column: Column) -> np.ndarray:
    """Mask of rows whose text is a trial word as a whole: TEST, coba, asdf."""
    found = [at for at in wordy(column.texts) if is_trial_text(column.texts[at])]
    return np.isin(column.codes, found) if found else np.zeros(len(column.codes), dtype=bool)


def sent_before(columns: dict[str, Column], variables: list[Variable], begins: date | None, size: int) -> np.ndarray:
    """Mask of rows whose record was made before the fieldwork began, by the first stamp that the table has."""
    stamps = [v.name for role in ("start", "submitted", "end") for v in variables if v.role == role and v.kind in ("date", "dateTime")]
    if begins is None or not stamps:
        return np.zeros(size, dtype=bool)
    column = columns[stamps[0]]
    context = date_context(pd.Series(np.bincount(column.codes, minlength=len(column.texts)), index=column.texts))
    read = [read_date(text, context).value for text in column.texts]
    early = [at for at, value in enumerate(read) if value is not None and value[:10] < begins.isoformat()[: len(value)]]
    return np.isin(column.codes, early)


def hardly_answered(rows: np.ndarray, columns: dict[str, Column], variables: list[Variable]) -> np.ndarray:
    """For some row positions whether hardly any question is answered; trial words and what the form records by itself do not count."""
    answers, asked = np.zeros(len(rows), dtype=int), 0
    for variable in variables:
        if variable.role in RECORD:
            continue
        column, asked = columns[variable.name].select(rows), asked + 1
        filled = np.array([bool(text.strip()) for text in column.texts], dtype=bool)[column.codes]
        answers += filled & ~trial_words(column) if variable.kind == "text" else filled
    return answers <= NEARLY_EMPTY * asked


def perhaps_trials(columns: dict[str, Column], variables: list[Variable], size: int, begins: date | None = None) -> pd.Series:
    """Say of which rows at least two signs tell that they were entered to try the form: the signs in words, by row position.

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
    return pd.Series(told, index=rows, dtype="object")[signs.sum(axis=1) >= 2]


def trials_to_decide(
    here: pd.DataFrame,
    columns: dict[str, Column],
    variables: list[Variable],
    fieldwork: Fieldwork | None,
    place: pd.DataFrame,
    decided: pd.DataFrame,
) -> pd.DataFrame:
    """List the rows that were perhaps entered to try the form, but those that a person decided to keep; all are kept until then.

    Parameters
    ----------
    here, columns : place and raw texts of every row that is not set aside. place, decided : as in ``reviews.to_decide``.
    """
    signs = perhaps_trials(columns, variables, len(here), fieldwork and fieldwork.begins)
    rows = here.iloc[signs.index]
    names = row_names(rows, place).to_numpy(dtype=object)
    is_open = ~np.isin(names, list(kept_by_hand(place, decided)))
    told = "perhaps entered to try the form: " + signs.to_numpy(dtype=object)[is_open]
    return review_lines(rows[is_open], variables[0].table, WHOLE_ROW, names[is_open], "", told, "kept")
