"""The log of every error: what was right, what was written, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.codebook import Codebook, Variable
from helpers.synthetic.columns import TextColumn, column_of
from helpers.synthetic.exports import Layout, Places
from helpers.synthetic.layout import pairs_of
from helpers.synthetic.mess.cells import LOG_COLUMNS
from helpers.synthetic.mess.writing_styles import BARE_COMMA
from helpers.synthetic.messing import MessyBlock
from helpers.synthetic.tables import TableBlock


def log_columns(part: TableBlock, made: MessyBlock, places: Places, layout: Layout, codebook: Codebook) -> dict[str, TextColumn]:
    """The error log of one block of a table, with the columns of ``LOG_COLUMNS``.

    ``true`` is what a clean table holds. Lines without a variable are about whole records. ``row`` is counted from 1 as in the file; it
    is empty where the record was not written (its sheet is missing).
    """
    variables = codebook.table(part.name)
    parts = {name: [*texts] for name, texts in record_lines(part, made, layout, variables).items()}
    for entry in made.entries:
        same = {"table": part.name, "variable": entry.variable, "kind": str(entry.kind), "expected": entry.expected, "file": layout.file(part.name)}
        same["column"] = column_name(part.name, entry.variable, layout, variables)
        for name, text in same.items():
            parts[name].append(TextColumn(np.zeros(len(entry.rows), dtype="int32"), [text]))
        parts["true"].append(entry.true)
        parts["raw"].append(TextColumn(entry.raw.codes, [text.replace(BARE_COMMA, ",") for text in entry.raw.pool]))
    found = {name: joined(columns) for name, columns in parts.items()}
    cells = np.concatenate([part.keys.codes[entry.rows] for entry in made.entries]) if made.entries else np.zeros(0, dtype="int32")
    found["key"] = joined([found["key"], TextColumn(cells.astype("int32"), part.keys.pool)])
    return {name: (found | where(made, places, layout, variables, part.name))[name] for name in LOG_COLUMNS}


def record_lines(part: TableBlock, made: MessyBlock, layout: Layout, variables: Sequence[Variable]) -> dict[str, list[TextColumn]]:
    """What was done to records, by column of the log but for the places."""
    texts, file = part.keys.texts(), layout.file(part.name)
    rows = [
        (part.name, str(texts[row]) if row >= 0 else raw, variable, true, raw, str(kind), expected, file, column_name(part.name, variable, layout, variables))
        for row, variable, true, raw, kind, expected, _ in made.records.log
    ]
    names = [name for name in LOG_COLUMNS if name not in ("sheet", "row")]
    return {name: [column_of([row[place] for row in rows])] for place, name in enumerate(names)}


def column_name(table: str, name: str, layout: Layout, variables: Sequence[Variable]) -> str:
    """What stands over a column: of a variable, of one that nobody asked for, or nothing for a whole record."""
    extra = dict(layout.extras(table, variables))
    if name in extra or not name:
        return extra.get(name, "")
    return layout.column(table, next(variable for variable in variables if variable.name == name), variables)


def where(made: MessyBlock, places: Places, layout: Layout, variables: Sequence[Variable], table: str) -> dict[str, TextColumn]:
    """Sheet and row of every line of the log: those of records, then those of answers."""
    now = {name for _, _, name in pairs_of(variables)} if layout.is_long(table) else set()
    at = [np.array([line[6] for line in made.records.log], dtype="int64"), *[entry.rows for entry in made.entries]]
    later = [np.array([line[1] in now for line in made.records.log], dtype="int64"), *[np.full(len(e.rows), int(e.variable in now)) for e in made.entries]]
    at, later = np.concatenate(at), np.concatenate(later)
    rows = places.rows[at]
    numbers, codes = np.unique(np.where(rows > 0, rows + later, 0), return_inverse=True)
    return {"sheet": places.sheets.take(at), "row": TextColumn(codes.astype("int32"), [str(number or "") for number in numbers.tolist()])}


def joined(columns: list[TextColumn]) -> TextColumn:
    """Several columns of texts one below the other."""
    codes, pool = [], []
    for column in columns:
        codes.append(np.where(column.codes < len(column.pool), column.codes, -1) + len(pool))
        pool += [*column.pool, ""]
    return TextColumn(np.concatenate(codes).astype("int32"), pool)


def structure_log(layout: Layout, tables: Sequence[str], codebook: Codebook) -> dict[str, TextColumn]:
    """What is unusual about whole files, sheets and columns, with the columns of ``LOG_COLUMNS``."""
    rows = []
    for table in tables:
        variables = codebook.table(table)
        for entry in layout.structure(table, variables):
            known = entry.variable in {variable.name for variable in variables} | dict(layout.extras(table, variables)).keys()
            column = column_name(table, entry.variable, layout, variables) if known else ""
            rows.append((table, "", entry.variable, entry.true, entry.raw, str(entry.kind), entry.expected, layout.file(table), entry.sheet, "", column))
    return {name: column_of([row[place] for row in rows]) for place, name in enumerate(LOG_COLUMNS)}
