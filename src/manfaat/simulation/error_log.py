"""The log of every error: what was right, what was written, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.columns import TextColumn, column_of
from manfaat.simulation.exports import Layout, Places
from manfaat.simulation.layout import pairs_of
from manfaat.simulation.mess.cells import LOG_COLUMNS
from manfaat.simulation.mess.writing_styles import BARE_COMMA
from manfaat.simulation.messing import MessyBlock
from manfaat.simulation.tables import TableBlock

if TYPE_CHECKING:
    import pyarrow as pa


def log_columns(
    part: TableBlock, made: MessyBlock, places: Places, layout: Layout, codebook: Codebook
) -> dict[str, TextColumn | pa.Array]:
    """The error log of one block of a table, with the columns of ``LOG_COLUMNS``.

    ``true`` is what a clean table holds. Lines without a variable are about whole records. ``row`` is counted
    from 1 as in the file; it is empty where the record was not written (its sheet is missing).
    """
    variables = codebook.table(part.name)
    headers = headers_of(part.name, layout, variables)
    parts = record_lines(part, made, layout, headers)
    for entry in made.entries:
        same = {
            "table": part.name,
            "variable": entry.variable,
            "kind": str(entry.kind),
            "expected": entry.expected,
            "file": layout.file(part.name),
        }
        same["column"] = headers[entry.variable]
        for name, text in same.items():
            parts[name].append(TextColumn(np.zeros(len(entry.rows), dtype="int32"), [text]))
        parts["true"].append(entry.true)
        parts["raw"].append(
            TextColumn(entry.raw.codes, [text.replace(BARE_COMMA, ",") for text in entry.raw.pool])
        )
    found = {name: joined(columns) for name, columns in parts.items()}
    cells = (
        np.concatenate([part.keys.codes[entry.rows] for entry in made.entries])
        if made.entries
        else np.zeros(0, dtype="int32")
    )
    found["key"] = joined([found["key"], TextColumn(cells.astype("int32"), part.keys.pool)])
    found |= where(made, places, layout, variables, part.name)
    return {name: found[name] for name in LOG_COLUMNS}


def record_lines(
    part: TableBlock, made: MessyBlock, layout: Layout, headers: dict[str, str]
) -> dict[str, list[TextColumn]]:
    """What was done to records, by column of the log but for the places."""
    texts, file = part.keys.texts(), layout.file(part.name)
    rows = [
        (
            part.name,
            str(texts[row]) if row >= 0 else raw,
            variable,
            true,
            raw,
            str(kind),
            expected,
            file,
            headers[variable],
        )
        for row, variable, true, raw, kind, expected, _ in made.records.log
    ]
    names = [name for name in LOG_COLUMNS if name not in ("sheet", "row")]
    return {name: [column_of([row[place] for row in rows])] for place, name in enumerate(names)}


def headers_of(table: str, layout: Layout, variables: Sequence[Variable]) -> dict[str, str]:
    """What stands over each column: of variables, of those that nobody asked for; nothing over a whole record
    ("").
    """
    return (
        {"": ""}
        | {variable.name: layout.column(table, variable, variables) for variable in variables}
        | dict(layout.extras(table, variables))
    )


def where(
    made: MessyBlock, places: Places, layout: Layout, variables: Sequence[Variable], table: str
) -> dict[str, TextColumn | pa.Array]:
    """Sheet and row of every line of the log: those of records, then those of answers."""
    import pyarrow as pa

    now = {name for _, _, name in pairs_of(variables)} if layout.is_long(table) else set()
    at = [
        np.array([line[6] for line in made.records.log], dtype="int64"),
        *[entry.rows for entry in made.entries],
    ]
    later = [
        np.array([line[1] in now for line in made.records.log], dtype="int64"),
        *[np.full(len(e.rows), int(e.variable in now)) for e in made.entries],
    ]
    rows, after = np.concatenate(at), np.concatenate(later)
    is_answer = np.concatenate(
        [
            np.array([line[1] != "" for line in made.records.log], dtype=bool),
            *[np.ones(len(e.rows), dtype=bool) for e in made.entries],
        ]
    )
    moved = np.arange(len(places.rows))
    moved[list(made.records.fuller)] = list(made.records.fuller.values())
    rows = np.where(is_answer, moved[rows], rows)
    numbers = places.rows[rows]
    return {"sheet": places.sheets.take(rows), "row": pa.array(numbers + after, mask=numbers == 0)}


def joined(columns: list[TextColumn]) -> TextColumn:
    """Several columns of texts one below the other."""
    sizes = np.cumsum([0, *[len(column.codes) for column in columns]])
    codes = np.empty(sizes[-1], dtype="int32")
    pool: list[str] = []
    for column, start, end in zip(columns, sizes[:-1], sizes[1:], strict=True):
        np.minimum(column.codes, len(column.pool), out=codes[start:end], casting="unsafe")
        codes[start:end] += len(pool)
        pool += [*column.pool, ""]
    return TextColumn(codes, pool)


def structure_log(layout: Layout, tables: Sequence[str], codebook: Codebook) -> dict[str, TextColumn]:
    """What is unusual about whole files, sheets and columns, with the columns of ``LOG_COLUMNS``."""
    rows = []
    for table in tables:
        variables = codebook.table(table)
        headers = headers_of(table, layout, variables)
        for entry in layout.structure(table, variables):
            place = (layout.file(table), entry.sheet, "", headers[entry.variable])
            rows.append(
                (table, "", entry.variable, entry.true, entry.raw, str(entry.kind), entry.expected, *place)
            )
    return {name: column_of([row[place] for row in rows]) for place, name in enumerate(LOG_COLUMNS)}
