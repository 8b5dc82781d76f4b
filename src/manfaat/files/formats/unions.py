"""Sheets or files of the same table, one under the other."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from manfaat.files.formats.characters import plain
from manfaat.files.formats.tables import (
    MISSING,
    ROW,
    SHEET,
    TEXT,
    Detected,
    RawTable,
    count_of,
    records,
    some,
)


def unite(tables: Sequence[RawTable], *, name: str = "") -> RawTable:
    """Return one table with the rows of all, columns matched by their exact names.

    A column that a table lacks is empty there and listed in ``missing`` as ``not in sheet`` with the number
    of its rows, so that "not asked" is not mistaken for "not answered". Names that differ only in case, space
    or look-alike signs are named in the log, not merged. Each row keeps its ``_sheet`` and ``_row``; with
    tables of several files the sheet is ``file:sheet``.

    Raises
    ------
    ValueError if there is no table.
    """
    if not tables:
        raise ValueError("there is no table to unite")
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    several = len({table.file for table in tables}) > 1
    frames = [labelled(table, several).reindex(columns=[SHEET, ROW, *columns]) for table in tables]
    frame = pd.concat(frames, ignore_index=True)
    frame[columns] = frame[columns].fillna("").astype(TEXT)
    absent = [
        (
            column,
            "not in sheet",
            place_of(table, several),
            "",
            "the column is not in this sheet",
            len(table.frame),
        )
        for table in tables
        for column in columns
        if column not in table.columns
    ]
    missing = pd.concat([records(absent, MISSING), *(table.missing for table in tables)], ignore_index=True)
    log = [
        *dict.fromkeys(entry for table in tables for entry in table.log),
        *union_log(tables, columns, several),
    ]
    dropped = pd.concat([table.dropped for table in tables], ignore_index=True)
    labels = pd.concat([table.labels for table in tables], ignore_index=True).drop_duplicates(
        ignore_index=True
    )
    file = " + ".join(dict.fromkeys(table.file for table in tables))
    return RawTable(name or tables[0].name, frame, tuple(log), dropped, labels, missing, file, tables[0].kind)


def place_of(table: RawTable, several: bool) -> str:
    """Return the sheet, or file and sheet where there are several files."""
    return f"{table.file}:{table.name}" if several else table.name


def labelled(table: RawTable, several: bool) -> pd.DataFrame:
    """Return the frame with the file in ``_sheet`` where there are several files."""
    return (
        table.frame.assign(**{SHEET: pd.array([place_of(table, several)] * len(table.frame), dtype=TEXT)})
        if several
        else table.frame
    )


def union_log(tables: Sequence[RawTable], columns: Sequence[str], several: bool) -> list[Detected]:
    """Say how many rows each table gave, which columns are not in all of them, and which names look alike."""
    parts = some([f"{place_of(table, several)} {len(table.frame):,}" for table in tables], limit=30)
    total = sum(len(table.frame) for table in tables)
    log = [
        Detected(
            "union", count_of(total, "row"), f"one under the other, columns matched by exact name: {parts}"
        )
    ]
    for column in columns:
        lacking = [place_of(table, several) for table in tables if column not in table.columns]
        if lacking:
            log.append(
                Detected(
                    "columns differ",
                    column,
                    f"not in {some(lacking)}; empty there, which does not mean 'not answered'",
                    f"column {column}",
                    doubtful=True,
                )
            )
    alike: dict[str, list[str]] = {}
    for column in columns:
        alike.setdefault(plain(column).replace(" ", "").replace("_", ""), []).append(column)
    for names in alike.values():
        if len(names) > 1:
            log.append(
                Detected(
                    "columns differ",
                    some(names),
                    "these names look like the same column written differently; not merged",
                    doubtful=True,
                )
            )
    return log
