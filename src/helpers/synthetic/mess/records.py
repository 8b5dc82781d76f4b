"""Mess in whole records: sent twice, two persons under one number, trial rows, interviews that stop, the same answer throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers.codebook import Variable
from helpers.synthetic.columns import TextColumn

TRIAL = ("TEST", "coba", "asdf")


@dataclass(frozen=True)
class Messed:
    """A table after mess in its records: the columns, and for each row the person it came from (−1 for a trial row).

    ``log`` : (row in the table before, or −1; variable, "" for the whole record; true text; raw text; kind; expected).
    """

    columns: dict[str, TextColumn]
    origin: np.ndarray
    log: list[tuple[int, str, str, str, int, str]]


def draw_rows(n: int, rate: float, stream: np.random.Generator) -> np.ndarray:
    """Rows that a kind of mess befalls."""
    return np.flatnonzero(stream.random(n) < rate) if rate and n else np.zeros(0, dtype="int64")


def inject_records(
    columns: Mapping[str, TextColumn], variables: list[Variable], scales: list[list[str]], key: str, rates: Mapping[int, float], stream: np.random.Generator
) -> Messed:
    """Mess up whole records of one table of raw texts.

    Parameters
    ----------
    columns : raw texts by variable, in the order of the form. scales : batteries of ratings that may be answered all alike.
    """
    n, found, log = len(columns[key].codes), dict(columns), []
    stop_early(found, variables, draw_rows(n, rates.get(57, 0.0), stream), stream, log)
    answer_alike(found, variables, scales, draw_rows(n, rates.get(58, 0.0), stream), stream, log)
    share_number(found, key, draw_rows(n, rates.get(55, 0.0), stream), log)
    again, trials = draw_rows(n, rates.get(54, 0.0), stream), len(draw_rows(n, rates.get(56, 0.0), stream))
    order = np.concatenate([np.arange(n), again])
    found = {name: column.take(order) for name, column in found.items()}
    log += [(int(row), "", "", "sent twice", 54, "repair") for row in again]
    if trials:
        found = {name: add_trials(column, variable_of(name, variables), name == key, trials) for name, column in found.items()}
        log += [(-1, "", "", TRIAL[place % len(TRIAL)], 56, "repair") for place in range(trials)]
    return Messed(found, np.concatenate([order, np.full(trials, -1, dtype="int64")]), log)


def variable_of(name: str, variables: list[Variable]) -> Variable:
    """The variable of a name."""
    return next(variable for variable in variables if variable.name == name)


def text_at(column: TextColumn, row: int) -> str:
    """One text of a column."""
    return column.pool[column.codes[row]] if column.codes[row] < len(column.pool) else ""


def note_cells(found: dict[str, TextColumn], name: str, rows: np.ndarray, texts: list[str], kind: int, expected: str, log: list) -> None:
    """Put other texts into some rows of a column and log those that change."""
    changed = [
        (int(row), name, text_at(found[name], row), text, kind, expected) for row, text in zip(rows, texts, strict=True) if text_at(found[name], row) != text
    ]
    found[name] = found[name].put(rows, texts)
    log += changed


def stop_early(found: dict[str, TextColumn], variables: list[Variable], rows: np.ndarray, stream: np.random.Generator, log: list) -> None:
    """Blank everything after a place in the last two thirds of the form; times of the interview stay."""
    names = [
        variable.name for variable in variables if variable.name in found and variable.role not in ("key", "group", "version", "start", "end", "submitted")
    ]
    stops = stream.integers(len(names) // 3, len(names), len(rows)) if len(names) > 3 else np.full(len(rows), len(names))
    for place, name in enumerate(names):
        hit = rows[stops < place]
        note_cells(found, name, hit, [""] * len(hit), 57, "report", log)


def answer_alike(
    found: dict[str, TextColumn], variables: list[Variable], scales: list[list[str]], rows: np.ndarray, stream: np.random.Generator, log: list
) -> None:
    """Give the same answer to all ratings of the first battery, and let the interview end after four minutes."""
    if not scales or not len(rows):
        return
    names = [name for name in scales[0] if name in found]
    alike = [text_at(found[names[0]], row) or text_at(found[names[1]], row) for row in rows]
    for name in names:
        note_cells(found, name, rows, alike, 58, "report", log)
    start, end = (next((variable.name for variable in variables if variable.role == role), None) for role in ("start", "end"))
    if start and end:
        moments = [text_at(found[start], row) for row in rows]
        quick = [
            str(np.datetime64(text, "m") + 4) if len(text) >= 16 and text[4] == "-" else text_at(found[end], row)
            for text, row in zip(moments, rows, strict=True)
        ]
        note_cells(found, end, rows, quick, 58, "report", log)


def share_number(found: dict[str, TextColumn], key: str, rows: np.ndarray, log: list) -> None:
    """Give a record the number of the record before it."""
    rows = rows[rows > 0]
    note_cells(found, key, rows, [text_at(found[key], row - 1) for row in rows], 55, "report", log)


def add_trials(column: TextColumn, variable: Variable, is_key: bool, trials: int) -> TextColumn:
    """Append trial rows: a trial word as number and in free texts, nothing else."""
    words = [TRIAL[place % len(TRIAL)] + (str(place + 1) if is_key else "") for place in range(trials)]
    texts = words if is_key or variable.role == "text" else [""] * trials
    longer = TextColumn(np.concatenate([column.codes, np.zeros(trials, dtype="int32")]), column.pool)
    return longer.put(np.arange(len(column.codes), len(longer.codes)), texts)
