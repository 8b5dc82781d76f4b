"""Columns that nobody asked for: identity numbers, and a question that stands twice."""

from __future__ import annotations

import zlib

import numpy as np

from manfaat.simulation.columns import BLANK, TextColumn
from manfaat.simulation.mess.cells import Entry
from manfaat.simulation.mess.writing_styles import IDENTITY

NO_PROVINCE = "99"  # no identity number of anybody begins like this
CONFLICTS = 0.02  # of a second column


def identity_numbers(
    keys: TextColumn, order: np.ndarray, rate: float, stream: np.random.Generator
) -> tuple[TextColumn, list[Entry]]:
    """A column of made-up identity numbers, a share of them mistyped.

    Parameters
    ----------
    order : for each written record the row of ``keys`` it comes from; -1 for a trial row, which has no
    number.
    """
    numbers = [f"{NO_PROVINCE}{zlib.crc32(str(key).encode()):014d}" for key in keys.texts()]
    wrong = np.flatnonzero(stream.random(len(numbers)) < rate)
    typed = [IDENTITY[place % len(IDENTITY)].write(numbers[row]) or "" for place, row in enumerate(wrong)]
    right = TextColumn(np.arange(len(numbers), dtype="int32"), numbers)
    column = right.put(wrong, typed)
    entries = (
        [
            Entry(
                "NIK",
                wrong,
                right.take(wrong),
                TextColumn(np.arange(len(wrong), dtype="int32"), typed),
                62,
                "report",
            )
        ]
        if len(wrong)
        else []
    )
    pool = [*column.pool, BLANK]
    return TextColumn(np.where(order < 0, len(pool) - 1, column.codes[order]).astype("int32"), pool), entries


def second_column(
    column: TextColumn, name: str, n: int, is_messy: bool, stream: np.random.Generator
) -> tuple[TextColumn, list[Entry]]:
    """A question once more: the same answers, some of those in the first ``n`` rows slipped from the row
    above.
    """
    rows = np.flatnonzero(stream.random(n) < CONFLICTS) if is_messy else np.zeros(0, dtype="int64")
    rows = rows[rows > 0]
    slipped = [str(text) for text in column.take(rows - 1).texts()]
    own = [str(text) for text in column.take(rows).texts()]
    rows = rows[[one != two for one, two in zip(slipped, own, strict=True)]]
    found = column.put(rows, [one for one, two in zip(slipped, own, strict=True) if one != two])
    return found, (
        [Entry(name, rows, column.take(rows), found.take(rows), 39, "report")] if len(rows) else []
    )
