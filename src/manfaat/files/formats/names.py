"""Column names: each one once, none empty, none of the two that the reader adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

import pyarrow as pa
import pyarrow.compute as pc

from manfaat.files.formats.body import Body
from manfaat.files.formats.characters import INVISIBLE
from manfaat.files.formats.tables import ROW, SHEET, Detected, count_of, some

MANY_LINES = 5
SCALE = r"(?:ribu|juta|miliar|ribuan|jutaan|thousand|million|'000|000)\b[^)]*"
CURRENCY = r"rp\.?|idr|usd|jpy|yen|rupiah|us\$|\$|¥|%"
UNIT = re.compile(rf"\(\s*(?:(?:dalam|in)\s+)?(?:{SCALE}|{CURRENCY})\s*\)", re.IGNORECASE)
AUTOMATIC = re.compile(r"Unnamed: \d+(?:_level_\d+)?|Column\d+|Kolom\d+|\.\.\.\d+", re.IGNORECASE)
COPY = re.compile(r"(.+)\.\d{1,2}")


def clean_names(names: Sequence[str], *, place: str = "") -> tuple[list[str], list[Detected]]:
    """Return usable names in the same order, and what was changed.

    Space and invisible signs around a name are taken off; an empty name becomes ``column_12`` by its
    position; the second ``wage`` becomes ``wage.1``; a delivered ``_row`` or ``_sheet`` becomes ``_row.1``.
    """
    trimmed = [name.translate(INVISIBLE).strip() for name in names]
    changed = [new for old, new in zip(names, trimmed, strict=True) if old != new and new]
    unnamed = [at for at, name in enumerate(trimmed, start=1) if not name]
    wished = [name or f"column_{at}" for at, name in enumerate(trimmed, start=1)]
    found, copies = [], []
    used, taken = {SHEET, ROW}, {SHEET, ROW, *wished}
    for name in wished:
        new = (
            name
            if name not in used
            else next(
                f"{name}.{k}" for k in count(1) if f"{name}.{k}" not in used and f"{name}.{k}" not in taken
            )
        )
        if new != name:
            copies.append(f"{name} → {new}")
        used.add(new)
        found.append(new)
    log = []
    if changed:
        log.append(
            Detected(
                "column names",
                count_of(len(changed), "name"),
                f"space or invisible signs around them taken off: {some(changed)}",
                place,
            )
        )
    if unnamed:
        log.append(
            Detected(
                "column names",
                f"{len(unnamed)} without a name",
                f"named by position: columns {some(unnamed)}",
                place,
                doubtful=True,
            )
        )
    if copies:
        log.append(
            Detected(
                "column names",
                f"{len(copies)} stand twice",
                f"numbered: {some(copies)}",
                place,
                doubtful=True,
            )
        )
    return found, log


def remarks(names: Sequence[str], *, place: str = "") -> list[Detected]:
    """Say which names carry a unit and which were made up by a program for columns without a name."""
    log = []
    for name in names:
        if match := UNIT.search(name):
            where = f"column {' '.join(name.split())}" + (f", {place}" if place else "")
            log.append(
                Detected(
                    "unit in header",
                    match.group(0),
                    "cells stay as they are; the cleaning stage has to apply it",
                    where,
                )
            )
    long = [" ".join(name[:30].split()) for name in names if name.count("\n") > MANY_LINES]
    if long:
        how = (
            f"a name holds more than {MANY_LINES} lines; perhaps a quote is missing: {some(long, limit=3)} …"
        )
        log.append(Detected("long cells", count_of(len(long), "name"), how, place, doubtful=True))
    automatic = [name for name in names if AUTOMATIC.fullmatch(name)]
    if automatic:
        how = (
            f"a program made these names up: {some(automatic)}; perhaps the other answers of a question with"
            " several answers"
        )
        log.append(Detected("column names", f"{len(automatic)} made up", how, place, doubtful=True))
    return log


def drop_empty_columns(
    body: Body, names: list[str], *, place: str = ""
) -> tuple[Body, list[str], list[Detected]]:
    """Leave out the columns that have neither a name nor a single filled cell."""
    gone = [at for at, name in enumerate(names) if not name.strip() and blank_column(body.table.column(at))]
    if not gone:
        return body, names, []
    kept = [at for at in range(len(names)) if at not in set(gone)]
    body.table = body.table.select(kept)
    body.kinds = None if body.kinds is None else body.kinds[:, kept]
    how = f"no name and no filled cell: columns {some(at + 1 for at in gone)}"
    return body, [names[at] for at in kept], [Detected("empty columns", f"{len(gone)} left out", how, place)]


def blank_column(column: pa.ChunkedArray) -> bool:
    """Say whether no cell of a column holds more than space."""
    return (
        not pc.any(pc.not_equal(column, "")).as_py()
        or not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()
    )


def compare_copies(body: Body, names: list[str], *, place: str = "") -> list[Detected]:
    """Compare columns of the same name (``wage``, ``wage.1``) and say in which rows they differ."""
    log, positions = [], {name: at for at, name in enumerate(names)}
    for name, at in positions.items():
        match = COPY.fullmatch(name)
        if (
            not match
            or match.group(1) not in positions
            or not any(letter.isalpha() for letter in match.group(1))
        ):
            continue
        first = match.group(1)
        differ = pc.not_equal(body.table.column(positions[first]), body.table.column(at)).to_numpy()
        rows = body.rows[differ]
        value = "the same in all rows" if not len(rows) else f"different in {count_of(len(rows), 'row')}"
        how = "compared cell by cell" + (f"; rows {some(rows)}" if len(rows) else "")
        log.append(
            Detected(
                "same name",
                value,
                how,
                f"columns {first} and {name}" + (f", {place}" if place else ""),
                doubtful=bool(len(rows)),
            )
        )
    return log
