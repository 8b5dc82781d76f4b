"""Simulated cohorts as files: raw exports with their mess, the truth, and the log of every error. Same seed, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from helpers.codebook import Codebook
from helpers.programme import Programme
from helpers.synthetic.columns import TextColumn, canonical_column, column_of
from helpers.synthetic.exports import Layout, Sink, open_sink, write_rows
from helpers.synthetic.listings import listing_columns
from helpers.synthetic.mess.cells import LOG_COLUMNS, Entry, inject_cells
from helpers.synthetic.mess.rates import RECORD_RATES, rates_of
from helpers.synthetic.mess.records import Records, append_records, change_records
from helpers.synthetic.mess.rendering import Rendering, render
from helpers.synthetic.people import Block, Plan, blocks
from helpers.synthetic.truth import DIGITS, keys_of
from helpers.synthetic.world import World

TRUTH_FILE, LOG_FILE = "effects.csv", "errors.csv"
TRUE = Rendering(answers="code", dates="iso", skipped="code")  # how true answers are written: codes, ISO dates, missing codes


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


def mess_up(
    part: TableBlock, number: int, plan: Plan, programme: Programme, codebook: Codebook, layout: Layout
) -> tuple[dict[str, TextColumn], Records, list[Entry]]:
    """Write one block of a table as the export would, with its mess; return the columns, and what was done to records and to answers."""
    variables, key = codebook.table(part.name), plan.simulation.key
    raw = {v.name: render(part.canonical[v.name], part.reasons.get(v.name), v, codebook, layout.rendering) for v in variables}
    records = Records(part.canonical, raw, variables)
    if not layout.level:
        return raw, records, []
    rates = rates_of(layout.level)
    if part.name != plan.main_table:
        rates = {kind: rate for kind, rate in rates.items() if kind not in RECORD_RATES}
    stream = World(len(part.keys.codes), plan.seed, number).stream(f"mess in {part.name}")
    change_records(records, programme.tables[part.name].scales, key, rates, stream)
    messed, entries = inject_cells(
        part.canonical, records.columns, part.reasons, records.touched, variables, programme, codebook, layout.rendering, rates, stream
    )
    return append_records(records, messed, key, rates, stream), records, entries


def log_columns(table: str, keys: TextColumn, entries: list[Entry], records: Records) -> dict[str, TextColumn]:
    """The error log of one block of a table, with the columns of ``LOG_COLUMNS``."""
    texts = keys.texts()
    rows = [(table, str(texts[row]) if row >= 0 else raw, variable, true, raw, str(kind), expected) for row, variable, true, raw, kind, expected in records.log]
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


def structure_log(layout: Layout, tables: Sequence[str]) -> dict[str, TextColumn]:
    """What is unusual about the files as a whole, with the columns of ``LOG_COLUMNS``."""
    rows = [(table, "", "", "", what, str(kind), "as is") for table in tables for kind, what in layout.structure(table)]
    return {name: column_of([row[place] for row in rows]) for place, name in enumerate(LOG_COLUMNS)}


def write_cohort(
    folder: Path,
    plan: Plan,
    programme: Programme,
    codebook: Codebook,
    layout: Layout,
    *,
    apart: Path | None = None,
    progress: Callable[[int], None] = lambda people: None,
) -> Written:
    """Simulate a cohort and write its raw exports (one file a table) and the log of errors (``errors.csv``), block by block.

    The true text of a messed-up answer is its canonical one; a trial row has the key that was written. Memory does not grow with the
    number of people, unless a table goes into a workbook or an SPSS file.

    Parameters
    ----------
    apart : where the log lies, and with it every true answer (a CSV file a table); without it the log lies beside the exports and the
        true answers are not written. progress : told the number of people written so far.

    Raises
    ------
    FileExistsError when one of the files is already there: nothing that was delivered is overwritten. ValueError when a workbook or
    an SPSS file would become too large.
    """
    tables = [plan.main_table, *[rows.table for rows in plan.simulation.rows]]
    listings = [listing.table for listing in plan.simulation.listings]
    paths = {name: folder / layout.file(name) for name in (*tables, *listings)} | {"": (apart or folder) / LOG_FILE}
    for path in paths.values():
        if path.exists():
            raise FileExistsError(f"'{path.name}' is already there")
        path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context(paths[""].open("wb"))
        log.write((",".join(LOG_COLUMNS) + "\n").encode())
        if any(layout.structure(name) for name in tables):
            write_rows(structure_log(layout, tables), log, ",")
        answers = {name: stack.enter_context((apart / f"{name}.csv").open("wb")) for name in tables} if apart else {}
        for name, stream in answers.items():
            stream.write((",".join(variable.name for variable in codebook.table(name)) + "\n").encode())
        sinks = {name: open_sink(paths[name], name, codebook, layout) for name in tables}
        counts, errors = write_blocks(sinks, log, answers, plan, programme, codebook, layout, progress)
    for name in listings:
        counts[name] = write_listing(paths[name], plan, codebook, replace(layout, titles=(), footer=False), name)
        if apart:
            write_listing(apart / f"{name}.csv", plan, codebook, Layout(level="", rendering=TRUE), name)
    return Written(counts, dict(sorted(errors.items())))


def write_blocks(
    sinks: Mapping[str, Sink], log: BinaryIO, answers: Mapping[str, BinaryIO], plan: Plan, programme: Programme, codebook: Codebook, layout: Layout,
    progress: Callable[[int], None],
) -> tuple[dict[str, int], dict[int, int]]:  # fmt: skip
    """Write all blocks to open files and finish the files; return the rows of each table and the errors of each kind."""
    counts, errors, people = dict.fromkeys(sinks, 0), {}, 0
    for number, block in enumerate(blocks(plan)):
        for part in table_blocks(block, plan, codebook):
            columns, records, entries = mess_up(part, number, plan, programme, codebook, layout)
            sinks[part.name].append(columns)
            counts[part.name] += len(next(iter(columns.values())).codes)
            if part.name in answers:
                write_rows(true_columns(part, codebook), answers[part.name], ",")
            write_rows(log_columns(part.name, part.keys, entries, records), log, ",")
            for kind, count in [(entry.kind, len(entry.rows)) for entry in entries] + [(line[4], 1) for line in records.log]:
                errors[kind] = errors.get(kind, 0) + count
        people += block.people.n
        progress(people)
    for name, sink in sinks.items():
        sink.close(counts[name])
    return counts, errors


def true_columns(part: TableBlock, codebook: Codebook) -> dict[str, TextColumn]:
    """The true answers of one block of a table; missing ones as their codes, so that the reason is kept."""
    return {v.name: render(part.canonical[v.name], part.reasons.get(v.name), v, codebook, TRUE) for v in codebook.table(part.name)}


def write_listing(path: Path, plan: Plan, codebook: Codebook, layout: Layout, table: str) -> int:
    """Write a table that is not about people; return its rows."""
    columns = listing_columns(plan, table)
    n = len(next(iter(columns.values())).codes)
    blank = TextColumn(np.zeros(n, dtype="int32"), [""])
    sink = open_sink(path, table, codebook, layout)
    sink.append({v.name: render(columns.get(v.name, blank), None, v, codebook, layout.rendering) for v in codebook.table(table)})
    sink.close(n)
    return n
