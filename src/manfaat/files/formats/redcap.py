"""Exports of REDCap: rows of repeating instruments stand among the rows of people, and become tables of their
own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.files.formats.tables import DROPPED, ROW, SHEET, TEXT, Detected, RawTable, count_of, empty

INSTRUMENT, INSTANCE, EVENT = "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_event_name"
PARENT = "_parent_row"


def part_repeats(table: RawTable) -> list[RawTable]:
    """Part an export of REDCap into the rows of people and one table for each instrument that was filled in
    several times.

    Returns
    -------
    The table as it is where it names no repeating instrument. Else first the rows without one, then the
    others under their instrument's name, with the row that they belong to in ``_parent_row`` (empty where it
    is absent or stands twice); each with the columns that it answers.
    """
    if INSTRUMENT not in table.columns or not len(table.frame):
        return [table]
    which = table.frame[INSTRUMENT].str.strip()
    names = [name for name in which.unique() if name]
    if not names:
        return [table]
    person = [column for column in (table.columns[0], EVENT) if column in table.columns]
    masks = [(which == name).to_numpy() for name in ("", *names)]
    people, *parts = (table.frame[mask] for mask in masks)
    n = count_of(len(table.frame) - len(people), "row")
    how = (
        f"an export of REDCap: {n} of repeating instruments are no people; each instrument is a table of"
        " its own"
    )
    log = (
        *table.log,
        Detected("repeat group", f"{count_of(len(names), 'instrument')}: {', '.join(names)}", how),
    )
    frames = [
        answered(people, [*person, *unasked(table, parts)]),
        *[linked(part, people, person) for part in parts],
    ]
    found = [
        replace(
            table,
            name=name or table.name,
            frame=frame,
            log=log,
            dropped=empty(DROPPED) if name else table.dropped,
            kinds=stored(table, mask),
        )
        for name, frame, mask in zip(("", *names), frames, masks, strict=True)
    ]
    return found if len(people) else found[1:]


def stored(table: RawTable, mask: np.ndarray) -> dict[str, np.ndarray]:
    """The stored types of the cells of some rows."""
    return {column: codes[mask] for column, codes in table.kinds.items()}


def unasked(table: RawTable, parts: list[pd.DataFrame]) -> list[str]:
    """The columns that no repeating instrument answers, which stay with the people even where nobody answered
    them.
    """
    return [
        column
        for column in table.columns
        if not any((part[column].str.strip() != "").any() for part in parts)
    ]


def answered(frame: pd.DataFrame, kept: list[str]) -> pd.DataFrame:
    """Leave out the columns without any answer, but those to be kept."""
    own = (INSTRUMENT, INSTANCE)
    columns = [
        c
        for c in frame.columns
        if c in (SHEET, ROW, *kept) or (c not in own and (frame[c].str.strip() != "").any())
    ]
    return frame[columns].reset_index(drop=True)


def linked(part: pd.DataFrame, people: pd.DataFrame, person: list[str]) -> pd.DataFrame:
    """The rows of one instrument with the row of the person that each belongs to."""
    keys = pd.Series([tuple(key) for key in people[person].to_numpy()], dtype="object")
    rows, twice = dict(zip(keys, people[ROW].astype(str), strict=True)), set(keys[keys.duplicated()])
    found = ["" if key in twice else rows.get(key, "") for key in map(tuple, part[person].to_numpy())]
    return answered(part, [*person, INSTANCE]).assign(**{PARENT: pd.array(found, dtype=TEXT)})
