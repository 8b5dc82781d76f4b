"""The canonical text of a stored value. Standard library only: the reading process starts with it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Any

CELLS = 200_000  # cells sent at a time
NOTHING, WORDS, NUMBER, DATE, TIME, LOGICAL, FAULT = range(7)


def number_text(value: float) -> str:
    """Return whole numbers without a decimal point, others as the shortest text that gives the same
    number.
    """
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    whole = int(value)
    return str(whole) if whole == value and abs(whole) < 10**16 else repr(value)


def moment_text(value: datetime.datetime) -> str:
    """Return the ISO date, with the time where there is one."""
    return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()


def length_text(value: datetime.timedelta) -> str:
    """Return a length of time as hours, minutes and seconds; hours may pass 24."""
    seconds = value.total_seconds()
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    whole = int(seconds)
    part = f"{seconds - whole:.6f}"[1:].rstrip("0").rstrip(".")
    return f"{sign}{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}{part}"


CONVERT: dict[type, tuple[int, Callable[[Any], str]]] = {
    float: (NUMBER, number_text),
    int: (NUMBER, str),
    bool: (LOGICAL, lambda value: "TRUE" if value else "FALSE"),
    datetime.datetime: (DATE, moment_text),
    datetime.date: (DATE, datetime.date.isoformat),
    datetime.time: (TIME, datetime.time.isoformat),
    datetime.timedelta: (TIME, length_text),
}


def cells_text(row: list[Any], left: int) -> tuple[list[str], bytes]:
    """Return the text and the stored type of every cell of one row, after ``left`` empty columns; no kinds
    for an empty row.
    """
    if row.count("") == len(row):
        return [], b""
    texts, kinds = [""] * left, bytearray(left)
    for value in row:
        if type(value) is str:
            texts.append(value)
            kinds.append(WORDS if value else NOTHING)
        else:
            kind, convert = CONVERT[type(value)]
            texts.append(convert(value))
            kinds.append(kind)
    return texts, bytes(kinds)


def batches(rows: Iterable[tuple[list[str], bytes]], width: int) -> Iterator[tuple[Any, ...]]:
    """Yield messages of about ``CELLS`` cells: row numbers from 1, texts, kinds. Empty rows are left out: the
    numbers show them.
    """
    size = max(1, CELLS // max(1, width))
    numbers, texts, kinds = [], [], []
    for number, (text, kind) in enumerate(rows, start=1):
        if not any(kind):
            continue
        numbers.append(number)
        texts.append(text)
        kinds.append(kind)
        if len(texts) == size:
            yield ("rows", numbers, texts, b"".join(kinds))
            numbers, texts, kinds = [], [], []
    if texts:
        yield ("rows", numbers, texts, b"".join(kinds))
