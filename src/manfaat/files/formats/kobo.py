"""Exports of KoboToolbox and ODK: group names in column names, system columns, repeat groups as tables of
their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from manfaat.files.formats.multiple import Block, find_multiple
from manfaat.files.formats.redcap import part_repeats
from manfaat.files.formats.tables import ROW, TEXT, Detected, RawTable, count_of, rows_text, some

KOBO = (
    "_uuid",
    "_submission_time",
    "_id",
    "_index",
    "_parent_index",
    "_parent_table_name",
    "_submission__uuid",
    "_submission__id",
    "meta/instanceID",
)
ODK = ("KEY", "PARENT_KEY", "SubmissionDate", "meta-instanceID", "instanceID")
NAME = re.compile(r"[A-Za-z_][\w.]*")
LINKS = (("_parent_index", "_index"), ("PARENT_KEY", "KEY"))


def flavour(table: RawTable) -> str:
    """Return ``kobo``, ``odk`` or nothing, by the system columns of the export; two of them are needed."""
    columns = set(table.columns)
    if len(columns & set(KOBO)) >= 2:
        return "kobo"
    return "odk" if len(columns & set(ODK)) >= 2 else ""


def strip_groups(table: RawTable) -> RawTable:
    """Return the table with group names taken off: ``grp_C/wage_pre`` becomes ``wage_pre``,
    ``grp_G/assets/1`` ``assets/1``.

    Only exports of KoboToolbox and ODK are changed, and in them only names made of form names. Names that
    would become the same keep their groups, as do columns of 0 and 1 of which it is unclear whether they are
    options of one question.
    """
    kind = flavour(table)
    if not kind:
        return replace(
            table,
            log=(
                *table.log,
                Detected(
                    "form groups",
                    "not looked for",
                    "no system columns of KoboToolbox or ODK such as _uuid or KEY",
                ),
            ),
        )
    blocks = find_multiple(table)
    unsure = {column for block in blocks if not block.sure for column in block.columns}
    options = {column: block for block in blocks if block.sure for column in block.columns}
    wished = {
        column: column if column in unsure else bare(column, kind, options.get(column))
        for column in table.columns
    }
    counts = Counter(wished.values())
    clash = [column for column, name in wished.items() if counts[name] > 1 and name != column]
    final = {column: column if column in clash else name for column, name in wished.items()}
    kinds = {final.get(column, column): codes for column, codes in table.kinds.items()}
    return replace(
        table,
        frame=table.frame.rename(columns=final),
        kinds=kinds,
        log=(*table.log, *group_log(kind, final, clash, blocks)),
    )


def bare(column: str, kind: str, block: Block | None) -> str:
    """Return a column's name without its groups, but with its option when it is one."""
    if column.startswith(("_", "SET-OF-")) or column in ODK:
        return column
    if block is not None:
        return f"{bare(block.question, kind, None)}/{column.rpartition('/')[2]}"
    for joint in ("/",) if kind == "kobo" else ("/", "-", ":"):
        parts = column.split(joint)
        if len(parts) > 1 and all(NAME.fullmatch(part) for part in parts):
            return parts[-1]
    return column


def group_log(
    kind: str, final: dict[str, str], clash: Sequence[str], blocks: Sequence[Block]
) -> list[Detected]:
    """Say which names lost their groups and which kept them, and which questions have several answers."""
    program = "KoboToolbox" if kind == "kobo" else "ODK"
    changed = [f"{column} → {name}" for column, name in final.items() if column != name]
    how = f"an export of {program}, by its system columns" + (
        f": {some(changed)}" if changed else "; no group names"
    )
    log = [Detected("form groups", f"{count_of(len(changed), 'name')} shortened", how)]
    if clash:
        log.append(
            Detected(
                "form groups",
                f"{count_of(len(clash), 'name')} kept",
                f"without their groups they would be the same: {some(clash)}",
                doubtful=True,
            )
        )
    for block in blocks:
        how = block.how if block.sure else f"{block.how}; names left whole"
        log.append(
            Detected(
                "several answers",
                f"{block.question}: {count_of(len(block.columns), 'column')}",
                how,
                doubtful=not block.sure,
            )
        )
    return log


def link_repeats(tables: Sequence[RawTable]) -> list[RawTable]:
    """Return the tables with each repeat group linked to its parent: a column ``_parent_row`` holds the
    parent's row as text.

    A repeat group is a table with ``_parent_index`` (KoboToolbox) or ``PARENT_KEY`` (ODK), or the rows of a
    repeating instrument (REDCap). Rows whose parent is absent or stands twice get empty text and are named in
    the log; tables without such a column leave unchanged.
    """
    return [linked(part, tables) for table in tables for part in part_repeats(table)]


def linked(table: RawTable, tables: Sequence[RawTable]) -> RawTable:
    """Return one table, linked to its parent if it is a repeat group."""
    link = next(((child, key) for child, key in LINKS if child in table.columns), None)
    if link is None:
        return table
    parent = find_parent(table, tables, *link)
    if parent is None:
        note = Detected(
            "repeat group",
            table.name,
            f"the table that '{link[0]}' points to is not among the sheets read",
            doubtful=True,
        )
        return replace(table, log=(*table.log, note))
    keys = parent.frame[link[1]]
    twice = set(keys[keys.duplicated(keep=False)])
    rows = dict(zip(keys, parent.frame[ROW].astype(str), strict=True))
    found = [rows.get(value, "") if value and value not in twice else "" for value in table.frame[link[0]]]
    frame = table.frame.assign(_parent_row=pd.array(found, dtype=TEXT))
    lost = table.frame[ROW][[not value for value in found]]
    log = [
        Detected(
            "repeat group",
            table.name,
            f"{count_of(len(found) - len(lost), 'row')} linked to '{parent.name}' by {link[0]} = {link[1]}",
        )
    ]
    if len(lost):
        log.append(
            Detected(
                "repeat group",
                f"{count_of(len(lost), 'row')} without a parent",
                f"the parent is absent or stands twice: {rows_text(lost)}",
                doubtful=True,
            )
        )
    return replace(table, frame=frame, log=(*table.log, *log))


def find_parent(table: RawTable, tables: Sequence[RawTable], child: str, key: str) -> RawTable | None:
    """Return the parent that the export names, or the only other table that has the key and is no repeat
    group itself.
    """
    others = [other for other in tables if other is not table and key in other.columns]
    if "_parent_table_name" in table.columns and len(table.frame):
        named = set(table.frame["_parent_table_name"]) - {""}
        by_name = [other for other in others if named == {other.name}]
        if by_name:
            return by_name[0]
    roots = [other for other in others if child not in other.columns]
    return roots[0] if len(roots) == 1 else None
