"""Simulated cohorts as files: raw exports with their mess, the truth, and the log of every error. Same seed, same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from helpers.codebook import Codebook, Variable
from helpers.programme import Programme
from helpers.synthetic.columns import TextColumn, canonical_column, column_of
from helpers.synthetic.listings import listing_columns
from helpers.synthetic.mess.cells import LOG_COLUMNS, Entry, inject_cells
from helpers.synthetic.mess.rates import rates_of
from helpers.synthetic.mess.records import Messed, inject_records
from helpers.synthetic.mess.rendering import Rendering, render
from helpers.synthetic.people import Block, Plan, blocks
from helpers.synthetic.truth import DIGITS, keys_of
from helpers.synthetic.world import World

if TYPE_CHECKING:
    import pyarrow as pa

TRUTH_FILE, LOG_FILE = "truth.csv", "errors.csv"


@dataclass(frozen=True)
class Layout:
    """How the exports of a cohort look.

    ``level`` : how much mess (low, real, high; empty for none). ``headers`` : variable names, or questions in one language with their
    number. ``separator``, ``encoding`` (``utf-8-sig`` begins with a mark). ``titles`` : lines above the header. ``footer`` : a line
    with the number of rows at the end.
    """

    level: str = "real"
    rendering: Rendering = field(default_factory=Rendering)
    headers: str = "name"
    separator: str = ","
    encoding: str = "utf-8"
    titles: Sequence[str] = ()
    footer: bool = False


@dataclass(frozen=True)
class Written:
    """What was written: rows of each table, errors by kind of mess."""

    rows: dict[str, int]
    errors: dict[int, int]


@dataclass(frozen=True)
class TableBlock:
    """Some rows of one table: canonical texts, reasons of missing answers, keys."""

    name: str
    canonical: dict[str, TextColumn]
    reasons: dict[str, np.ndarray]
    keys: TextColumn


def table_blocks(block: Block, plan: Plan, codebook: Codebook) -> Iterator[TableBlock]:
    """The delivered rows of every table of a block, as canonical texts."""
    keys, everybody = keys_of(block, plan), np.flatnonzero(block.answered)
    for name, (world, rows) in {plan.main_table: (block.people, everybody), **{n: (w, np.flatnonzero(m)) for n, (w, m) in block.tables.items()}}.items():
        yield table_block(name, world, rows, keys.take(rows), plan, codebook)


def table_block(name: str, world: World, rows: np.ndarray, keys: TextColumn, plan: Plan, codebook: Codebook) -> TableBlock:
    """Some rows of one table as canonical texts."""
    columns, reasons = {}, {}
    for variable in codebook.table(name):
        if variable.name == plan.simulation.key:
            columns[variable.name] = keys
        elif variable.name in world.values:
            columns[variable.name] = canonical_column(world, variable.name, rows, digits=DIGITS)
            if variable.name in world.reasons:
                reasons[variable.name] = world.reasons[variable.name][rows]
        else:
            columns[variable.name] = TextColumn(np.zeros(len(rows), dtype="int32"), [""])
    return TableBlock(name, columns, reasons, keys)


def mess_up(part: TableBlock, number: int, plan: Plan, programme: Programme, codebook: Codebook, layout: Layout) -> tuple[Messed, list[Entry]]:
    """Write one block of a table as the export would, with its mess."""
    variables = codebook.table(part.name)
    raw = {v.name: render(part.canonical[v.name], part.reasons.get(v.name), v, codebook, layout.rendering) for v in variables}
    n = len(part.keys.codes)
    if not layout.level:
        return Messed(raw, np.arange(n), []), []
    rates = rates_of(layout.level)
    stream = World(n, plan.seed, number).stream(f"mess in {part.name}")
    messed, entries = inject_cells(part.canonical, raw, part.reasons, variables, programme, codebook, layout.rendering, rates, stream)
    if part.name != plan.main_table:
        rates = {kind: rate for kind, rate in rates.items() if kind not in (55, 56, 57, 58)}
    scales = programme.tables[part.name].scales
    return inject_records(messed, variables, scales, plan.simulation.key, rates, stream), entries


def arrow_column(column: TextColumn) -> pa.Array:
    """A column of texts in Arrow's form."""
    import pyarrow as pa

    return pa.array([*column.pool, ""], type=pa.string()).take(pa.array(column.codes))


def write_rows(columns: dict[str, TextColumn], sink: BinaryIO, separator: str) -> None:
    """Append rows to an open CSV file, quoted where needed."""
    import pyarrow as pa
    from pyarrow import csv

    table = pa.table({name: arrow_column(column) for name, column in columns.items()})
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, delimiter=separator, quoting_style="needed"))


def header_of(variables: list[Variable], layout: Layout) -> str:
    """The header line: names, or question number and text."""
    import csv as text_csv
    from io import StringIO

    names = [variable.sources[0] for variable in variables]
    if layout.headers != "name":
        numbers = [next((source for source in variable.sources[1:] if source[:1].isupper() and source[1:2].isdigit()), "") for variable in variables]
        names = [f"{number}. {v.label(layout.headers)}" if number else v.label(layout.headers) for number, v in zip(numbers, variables, strict=True)]
    stream = StringIO()
    text_csv.writer(stream, delimiter=layout.separator, lineterminator="\n").writerow(names)
    return stream.getvalue()


def log_columns(table: str, keys: TextColumn, entries: list[Entry], messed: Messed) -> dict[str, TextColumn]:
    """The error log of one block of a table, with the columns of ``LOG_COLUMNS``."""
    texts = keys.texts()
    rows = [(table, str(texts[row]) if row >= 0 else raw, variable, true, raw, str(kind), expected) for row, variable, true, raw, kind, expected in messed.log]
    parts = {name: [column_of([row[place] for row in rows])] for place, name in enumerate(LOG_COLUMNS)}
    for entry in entries:
        same = {"table": table, "variable": entry.variable, "kind": str(entry.kind), "expected": entry.expected}
        for name, text in same.items():
            parts[name].append(TextColumn(np.zeros(len(entry.rows), dtype="int32"), [text]))
        parts["true"].append(entry.true)
        parts["raw"].append(entry.raw)
    found = {name: joined(columns) for name, columns in parts.items() if name != "key"}
    cells = np.concatenate([keys.codes[entry.rows] for entry in entries]) if entries else np.zeros(0, dtype="int32")
    found["key"] = joined([*parts["key"], TextColumn(cells.astype("int32"), keys.pool)])
    return {name: found[name] for name in LOG_COLUMNS}


def joined(columns: list[TextColumn]) -> TextColumn:
    """Several columns of texts one below the other."""
    codes, pool = [], []
    for column in columns:
        codes.append(column.codes + len(pool))
        pool += column.pool
    return TextColumn(np.concatenate(codes).astype("int32"), pool)


def write_cohort(folder: Path, plan: Plan, programme: Programme, codebook: Codebook, layout: Layout) -> Written:
    """Simulate a cohort and write its raw exports (``<table>.csv``) and the log of errors (``errors.csv``), block by block.

    The true texts of a messed-up record are those of the export before the mess in its records; trial rows have the key that was
    written. Memory does not grow with the number of people.

    Raises
    ------
    FileExistsError when one of the files is already there: nothing that was delivered is overwritten.
    """
    tables = [plan.main_table, *[rows.table for rows in plan.simulation.rows]]
    paths = {name: folder / f"{name}.csv" for name in (*tables, *[listing.table for listing in plan.simulation.listings])} | {"": folder / LOG_FILE}
    for path in paths.values():
        if path.exists():
            raise FileExistsError(f"'{path.name}' is already there")
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        sinks = {name: stack.enter_context(paths[name].open("wb")) for name in (*tables, "")}
        counts, errors = write_blocks(sinks, plan, programme, codebook, layout)
    for listing in plan.simulation.listings:
        counts[listing.table] = write_listing(paths[listing.table], plan, codebook, layout, listing.table)
    return Written(counts, dict(sorted(errors.items())))


def write_blocks(sinks: dict[str, BinaryIO], plan: Plan, programme: Programme, codebook: Codebook, layout: Layout) -> tuple[dict[str, int], dict[int, int]]:
    """Write headers, all blocks and footers to open files; return the rows of each table and the errors of each kind."""
    counts, errors = dict.fromkeys((name for name in sinks if name), 0), {}
    sinks[""].write((",".join(LOG_COLUMNS) + "\n").encode())
    for name in counts:
        start = "".join(f"{title}\n" for title in layout.titles) + header_of(codebook.table(name), layout)
        sinks[name].write(start.encode(layout.encoding))
    for number, block in enumerate(blocks(plan)):
        for part in table_blocks(block, plan, codebook):
            messed, entries = mess_up(part, number, plan, programme, codebook, layout)
            write_rows(messed.columns, sinks[part.name], layout.separator)
            counts[part.name] += len(messed.origin)
            write_rows(log_columns(part.name, part.keys, entries, messed), sinks[""], ",")
            for kind, count in [(entry.kind, len(entry.rows)) for entry in entries] + [(line[4], 1) for line in messed.log]:
                errors[kind] = errors.get(kind, 0) + count
    for name in counts if layout.footer else ():
        sinks[name].write(f"Jumlah baris{layout.separator}{counts[name]}\n".encode())
    return counts, errors


def write_listing(path: Path, plan: Plan, codebook: Codebook, layout: Layout, table: str) -> int:
    """Write a table that is not about people; return its rows."""
    columns, variables = listing_columns(plan, table), codebook.table(table)
    n = len(next(iter(columns.values())).codes)
    blank = TextColumn(np.zeros(n, dtype="int32"), [""])
    raw = {v.name: render(columns.get(v.name, blank), None, v, codebook, layout.rendering) for v in variables}
    with path.open("wb") as sink:
        sink.write(header_of(variables, layout).encode(layout.encoding))
        write_rows(raw, sink, layout.separator)
    return n
