"""Simulated cohorts as files: raw exports with their mess, the truth, and the log of every error. Same seed,
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from manfaat.definitions.codebook import Codebook
from manfaat.definitions.programme import Programme
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.error_log import log_columns, structure_log
from manfaat.simulation.exports import Layout, Sink, open_sink
from manfaat.simulation.listings import listing_columns
from manfaat.simulation.mess.cells import LOG_COLUMNS
from manfaat.simulation.mess.rendering import Rendering, render
from manfaat.simulation.messing import MessyBlock, mess_up
from manfaat.simulation.people import FATES, Block, Plan, blocks
from manfaat.simulation.tables import TableBlock, table_blocks
from manfaat.simulation.text_files import write_rows

__all__ = ["LOG_FILE", "TRUTH_FILE", "TableBlock", "Written", "table_blocks", "write_cohort"]

TRUTH_FILE, LOG_FILE = "effects.csv", "errors.csv"
TRUE = Rendering(
    answers="code", dates="iso", skipped="code"
)  # how true answers are written: codes, ISO dates, missing codes


@dataclass(frozen=True)
class Written:
    """What was written: rows of each table, errors by kind of mess, and what became of the people of each
    group (see ``people.FATES``).
    """

    rows: dict[str, int]
    errors: dict[int, int]
    fates: dict[str, dict[str, int]] = field(default_factory=dict)


def write_cohort(
    folder: Path,
    plan: Plan,
    programme: Programme,
    layout: Layout,
    *,
    apart: Path | None = None,
    progress: Callable[[int], None] = lambda people: None,
) -> Written:
    """Simulate a cohort and write its raw exports (one file a table) and the log of errors (``errors.csv``),
    block by block.

    The true text of a messed-up answer is its canonical one; a trial row has the key that was written. Memory
    does not grow with the number of people, unless a table goes into a workbook or an SPSS file.

    Parameters
    ----------
    apart : where the log lies, and with it every true answer (a CSV file a table); without it the log lies
    beside the exports and the
        true answers are not written. progress : told the number of people written so far.

    Raises
    ------
    FileExistsError when one of the files is already there: nothing that was delivered is overwritten.
    ValueError when a workbook or an SPSS file would become too large.
    """
    codebook = plan.codebook
    tables = [plan.main_table, *[rows.table for rows in plan.simulation.rows]]
    listings = [listing.table for listing in plan.simulation.listings]
    paths = {name: folder / layout.file(name) for name in (*tables, *listings)} | {
        "": (apart or folder) / LOG_FILE
    }
    for path in paths.values():
        if path.exists():
            raise FileExistsError(f"'{path.name}' is already there")
        path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context(paths[""].open("wb"))
        log.write((",".join(LOG_COLUMNS) + "\n").encode())
        if (told := structure_log(layout, tables, codebook))["kind"].pool:
            write_rows(told, log, ",")
        answers = (
            {name: stack.enter_context((apart / f"{name}.csv").open("wb")) for name in tables}
            if apart
            else {}
        )
        for name, stream in answers.items():
            stream.write((",".join(variable.name for variable in codebook.table(name)) + "\n").encode())
        sinks = {name: open_sink(paths[name], name, codebook, layout) for name in tables}
        stack.callback(let_go, sinks)
        counts, errors, fates = write_blocks(
            Files(sinks, log, answers), plan, programme, codebook, layout, progress
        )
    for name in listings:
        counts[name] = write_listing(paths[name], plan, codebook, plain_layout(layout), name)
        if apart:
            write_listing(apart / f"{name}.csv", plan, codebook, Layout(level="", rendering=TRUE), name)
    return Written(counts, dict(sorted(errors.items())), fates)


class Files(NamedTuple):
    """The open files of a cohort: a raw export a table, the log of errors, and the true answers where they
    are asked for.
    """

    sinks: Mapping[str, Sink]
    log: BinaryIO
    answers: Mapping[str, BinaryIO]


def write_blocks(
    files: Files,
    plan: Plan,
    programme: Programme,
    codebook: Codebook,
    layout: Layout,
    progress: Callable[[int], None],
) -> tuple[dict[str, int], dict[int, int], dict[str, dict[str, int]]]:
    """Write all blocks to open files and finish the files; return the rows of each table, the errors of each
    kind, the fates of each group.

    Rows are written, in their order, while the next ones are simulated; no more than one part of a block
    waits.
    """
    from concurrent.futures import ThreadPoolExecutor

    counts, fates = (
        dict.fromkeys(files.sinks, 0),
        {code: dict.fromkeys(FATES, 0) for code in plan.simulation.groups},
    )
    errors: dict[int, int] = {}
    with ThreadPoolExecutor(max_workers=1) as writer:
        job, people = None, 0
        for number, block in enumerate(blocks(plan)):
            add_fates(fates, block, plan)
            for part in table_blocks(block, plan, codebook):
                made = mess_up(part, number, plan, programme, codebook, layout)
                counts[part.name] += len(made.coloured)
                for kind, count in [(entry.kind, len(entry.rows)) for entry in made.entries] + [
                    (line[4], 1) for line in made.records.log
                ]:
                    errors[kind] = errors.get(kind, 0) + count
                if job:
                    job.result()
                job = writer.submit(write_part, files, part, made, layout, codebook)
            people += block.people.n
            progress(people)
        if job:
            job.result()
    for name, sink in files.sinks.items():
        sink.close(counts[name])
    return counts, errors, fates


def true_columns(part: TableBlock, codebook: Codebook) -> dict[str, TextColumn]:
    """The true answers of one block of a table; missing ones as their codes, so that the reason is kept."""
    return {
        v.name: render(part.canonical[v.name], part.reasons.get(v.name), v, codebook, TRUE)
        for v in codebook.table(part.name)
    }


def let_go(sinks: Mapping[str, Sink]) -> None:
    """Close the text files that an interruption left open."""
    for sink in sinks.values():
        if (stream := getattr(sink, "stream", None)) is not None:
            stream.close()


def write_part(files: Files, part: TableBlock, made: MessyBlock, layout: Layout, codebook: Codebook) -> None:
    """Write some rows of a table, what was done to them, and the true answers where they are asked for."""
    places = files.sinks[part.name].append(made.columns, made.coloured, made.sheets)
    write_rows(log_columns(part, made, places, layout, codebook), files.log, ",")
    if part.name in files.answers:
        write_rows(true_columns(part, codebook), files.answers[part.name], ",")


def add_fates(fates: dict[str, dict[str, int]], block: Block, plan: Plan) -> None:
    """Count what became of the people of a block, by group."""
    groups = block.people.values[plan.simulation.group]
    for code, found in fates.items():
        for fate, number in zip(
            FATES, np.bincount(block.fates[groups == float(code)], minlength=len(FATES)), strict=True
        ):
            found[fate] += int(number)


def write_listing(path: Path, plan: Plan, codebook: Codebook, layout: Layout, table: str) -> int:
    """Write a table that is not about people; return its rows."""
    columns = listing_columns(plan, table)
    n = len(next(iter(columns.values())).codes)
    blank = TextColumn(np.zeros(n, dtype="int32"), [""])
    sink = open_sink(path, table, codebook, layout)
    sink.append(
        {
            v.name: render(columns.get(v.name, blank), None, v, codebook, layout.rendering)
            for v in codebook.table(table)
        },
        np.zeros(n, dtype=bool),
        None,
    )
    sink.close(n)
    return n


def plain_layout(layout: Layout) -> Layout:
    """The same kinds of file, with nothing unusual about them."""
    return Layout(
        layout.level, layout.rendering, layout.formats, layout.headers, layout.separator, layout.mark
    )
