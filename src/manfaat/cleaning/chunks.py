"""Delimited files too large for memory, cleaned part by part with the same functions and the same ledgers.

The file is read twice. The first pass counts the texts of every column (a column's conventions are those of
all its rows) and finds keys that stand twice; the second cleans part by part, proves each part's ledger, and
writes it out. Memory does not grow with the file but for eight bytes a row (the keys' fingerprints) and the
distinct texts that have conventions.

What the second pass cannot treat as the whole would be treated (notes and totals below the answers, one
column an answer of a multiple choice) is refused, never passed over.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from manfaat.base import disclosure
from manfaat.base.paths import private
from manfaat.base.problems import Problem, ProblemsError, refuse
from manfaat.cleaning.apart import take_apart
from manfaat.cleaning.cells import ColumnReading, read_column
from manfaat.cleaning.columns import Column, encode
from manfaat.cleaning.corrections import misfit
from manfaat.cleaning.date_orders import Contexts, contexts_of_counts
from manfaat.cleaning.declared import KINDS
from manfaat.cleaning.instructions import Instructions
from manfaat.cleaning.ledger import (
    PARQUET,
    CleanTable,
    cell_ledger,
    cell_table,
    check_ledger,
    missing_answers,
    row_ledger,
)
from manfaat.cleaning.readers import (
    ABSENT,
    FILE,
    PLACE,
    ROW,
    SHEET,
    Told,
    header_units,
    lacking,
    match_columns,
    prepare,
)
from manfaat.cleaning.reviews import WHOLE_ROW, by_place, decided_rows, row_names
from manfaat.cleaning.rows import row_keys, set_aside_raw
from manfaat.cleaning.table import Conventions, Whole, clean_table, same_conventions
from manfaat.cleaning.threads import each
from manfaat.definitions.codebook import KEY, Codebook, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.raw_files import RawFile
from manfaat.files.formats import FormatOptions, RawTable, read_any
from manfaat.files.parsing import language_of

HEAD_LINES = 2_000  # enough to tell encoding, separator and columns
TAIL = 64 << 10  # bytes of the file's end in which notes and totals are looked for
BLOCK = 32 << 20  # bytes of the file read at a time
MOST_READ = 200_000  # distinct texts of a column that are read once for all parts
MOST_TEXTS = 2_000_000  # distinct texts of a column that are counted; conventions show long before


@dataclass
class Totals:
    """What all parts add up to: ``rows, cells, missing`` as the ledgers have them, and how many answers wait
    for a person.

    ``found`` : rows that break each rule or check. ``not_checked`` : why some checks decided nothing: they
    need the whole table, another table, or prices.
    """

    rows: Counter[tuple[str, ...]] = field(default_factory=Counter)
    cells: Counter[tuple[str, ...]] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    to_decide: int = 0
    found: Counter[str] = field(default_factory=Counter)
    not_checked: dict[str, str] = field(default_factory=dict)

    def add(self, part: CleanTable, codebook: Codebook) -> None:
        """Add one part."""
        tables = {part.name: part}
        rows, cells, missing = row_ledger(tables), cell_ledger(tables), missing_answers(tables, codebook)
        checked = part.checked
        self.rows.update(dict(zip(zip(rows["entry"], rows["rule"], strict=True), rows["rows"], strict=True)))
        self.cells.update(
            dict(zip(zip(cells["variable"], cells["rule"], strict=True), cells["cells"], strict=True))
        )
        self.missing.update(dict(zip(missing["variable"], missing["n_missing"], strict=True)))
        self.to_decide += len(part.review)
        self.found.update(
            {check: n for check, n in zip(checked["check"], checked["n_found"], strict=True) if n}
        )
        self.not_checked |= {
            check: because
            for check, because, n in zip(
                checked["check"], checked["because"], checked["n_checked"], strict=True
            )
            if because and not n
        }


def ends_of(path: Path) -> tuple[bytes, bytes]:
    """Return the beginning of a text file, and its header with its end: both in whole lines."""
    with path.open("rb") as stream:
        lines = [line for _, line in zip(range(HEAD_LINES), stream, strict=False)]
        read, size = sum(map(len, lines)), path.stat().st_size
        stream.seek(max(read, size - TAIL))
        if size - TAIL > read:
            stream.readline()  # the rest of a line
        return b"".join(lines), b"".join([*lines[:1], stream.read()])


def rows_of(text: bytes, path: Path, item: RawFile) -> RawTable:
    """Read a piece of a file as the readers read whole files."""
    with tempfile.TemporaryDirectory() as folder:
        piece = Path(folder) / path.name
        piece.write_bytes(text)
        return read_any(piece, FormatOptions(encoding="utf-8", separator=item.separator), name=path.name)[0]


def notes_of(table: RawTable, path: Path, tail: bytes, item: RawFile) -> list[str]:
    """Rows at the beginning or end of a file that are no answers: titles, notes, totals."""
    dropped = [table.dropped]
    if tail.count(b"\n") > 1:
        with contextlib.suppress(
            ProblemsError
        ):  # a row of another width: the next pass names it by its number in the file
            dropped.append(rows_of(tail, path, item).dropped)
    return [str(row.text).strip() for part in dropped for row in part.itertuples() if row.rule != "empty row"]


def head_of(path: Path, item: RawFile, codebook: Codebook) -> tuple[RawTable, dict[str, str], str]:
    """Read the beginning and the end of a file; return their table, the variable of each column, and the
    separator.

    Raises
    ------
    ProblemsError unless it is UTF-8 text with its header in the first row, nothing but answers below, and no
    quoted line breaks: larger files are not guessed at.
    """
    head, tail = ends_of(path)
    variables = codebook.table(item.table)
    table = rows_of(head, path, item)
    matched = match_columns(table, variables, item, file=path.name)
    versions = {item.version} - {""}  # a column with the version may say others further down
    problems = matched.problems + lacking(table, matched, codebook, item, versions, file=path.name)
    first, noted = int(table.frame["_row"].iloc[0]), notes_of(table, path, tail, item)
    if first != 2 or noted:
        told = (
            f"its table begins in row {first - 1}"
            if first != 2
            else f"'{noted[0][:40]}' is no row of answers"
        )
        problems.append(
            Problem(
                path.name,
                told,
                expected="a large file with the header in its first row and nothing but answers below",
            )
        )
    folded = [column for column in prepare(table, variables, codebook).columns if column not in table.columns]
    expected = "one column a question, under its own name, in a file that is read part by part"
    problems += [
        Problem(
            path.name, "columns of this question must be put together first", column=name, expected=expected
        )
        for name in folded
    ]
    refuse(problems)
    separator = item.separator or next(entry.value for entry in table.log if entry.what == "separator")
    return (
        table,
        matched.mapping,
        {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}.get(separator, separator),
    )


def batches(
    path: Path, columns: list[str], separator: str, *, threads: bool = True
) -> Iterator[pa.RecordBatch]:
    """Yield some columns of the file as text, block by block; without threads a failure names its row."""
    options = pacsv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()), include_columns=columns, strings_can_be_null=False
    )
    layout = pacsv.ParseOptions(delimiter=separator, newlines_in_values=False, ignore_empty_lines=False)
    yield from pacsv.open_csv(path, pacsv.ReadOptions(block_size=BLOCK, use_threads=threads), layout, options)


def parts_of(
    path: Path, item: RawFile, mapping: dict[str, str], separator: str, variables: list[Variable]
) -> Iterator[pd.DataFrame]:
    """Yield the file part by part as raw text, shaped as ``readers.shape`` does."""
    row = 2
    try:
        for batch in batches(path, list(mapping), separator):
            texts = pa.table({mapping[name]: batch.column(name) for name in mapping}).to_pandas(
                types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get
            )
            place = pd.DataFrame({FILE: item.file, SHEET: "", ROW: np.arange(row, row + len(texts))})
            row += len(texts)
            lacking = {
                variable.name: item.version if variable.role == "version" else ""
                for variable in variables
                if variable.name not in texts
            }
            yield pd.concat([place, texts], axis=1).assign(**lacking)[[*PLACE, *[v.name for v in variables]]]
    except (pa.ArrowInvalid, KeyError) as failure:
        refuse([unreadable(path, mapping, separator, failure)])


def counted(parts: Iterator[pd.DataFrame], tell: Callable[[int], None]) -> Iterator[pd.DataFrame]:
    """Yield parts, and tell how many rows are done after each."""
    rows = 0
    for part in parts:
        yield part
        rows += len(part)
        tell(rows)


def unreadable(path: Path, mapping: dict[str, str], separator: str, failure: Exception) -> Problem:
    """Say which row of the file cannot be read."""
    try:
        for _ in batches(path, list(mapping), separator, threads=False):
            pass
    except (pa.ArrowInvalid, KeyError) as again:
        failure = again
    told = str(failure).splitlines()[0]
    row = re.search(r"Row #(\d+)", told)
    expected = "UTF-8 text, the same number of cells in every row, no blank line, no line break inside a cell"
    return Problem(
        path.name, f"a row cannot be read: {told}", row=int(row.group(1)) if row else None, expected=expected
    )


def survey(
    parts: Iterator[pd.DataFrame], variables: list[Variable], key: list[str]
) -> tuple[dict[str, pd.Series], np.ndarray]:
    """First pass: count the texts of every column that has conventions; fingerprint every key.

    Returns
    -------
    Counts by variable, and one 64-bit fingerprint a row (none when rows have no key of their own).
    """
    counts: dict[str, Counter[str]] = {
        variable.name: Counter() for variable in variables if variable.kind != "text"
    }
    prints = []
    for part in parts:
        columns = {
            variable.name: encode(part[variable.name])
            for variable in variables
            if variable.kind != "text" or variable.name in key
        }
        for name, counter in counts.items():
            if len(counter) < MOST_TEXTS:
                column = columns[name]
                counter.update(
                    dict(
                        zip(
                            column.texts,
                            np.bincount(column.codes, minlength=len(column.texts)).tolist(),
                            strict=True,
                        )
                    )
                )
        if key != ["row"]:
            prints.append(pd.util.hash_array(row_keys(part, columns, key)))
    series = {name: pd.Series(counter, dtype="int64") for name, counter in counts.items()}
    return series, np.concatenate(prints) if prints else np.array([], dtype="uint64")


def read_once(
    counts: dict[str, pd.Series], dates: Contexts, instructions: Instructions, declared: pd.DataFrame
) -> dict[str, ColumnReading]:
    """Read every text of the columns that have conventions and not too many texts, once for all parts."""
    files, readings = instructions.files, {}
    for variable in instructions.variables:
        texts = counts.get(variable.name, pd.Series())
        if 0 < len(texts) <= MOST_READ and same_conventions(files, variable, dates, declared):
            readings[variable.name] = read_column(
                Column(np.arange(len(texts), dtype="int32"), list(texts.index)),
                instructions.coding(variable, files[0]),
                whole=texts,
                dates=dates.get((files[0].file, variable.name)),
            )
    return readings


def doubles(parts: Iterator[pd.DataFrame], prints: np.ndarray, instructions: Instructions) -> pd.DataFrame:
    """Decide which rows with a key that stands twice are set aside, wherever in the file they are: ``rule,
    reason`` by row number.

    Raises
    ------
    ProblemsError when a key stands on rows with different answers and the cohort says that this stops the
    run.
    """
    order = np.argsort(prints, kind="stable")
    same = prints[order][1:] == prints[order][:-1]
    rows = np.unique(np.r_[order[1:][same], order[:-1][same]]) + 2
    if not len(rows):
        return pd.DataFrame(columns=["rule", "reason"], index=pd.Index([], dtype="int64"))
    variables, key = instructions.variables, instructions.definition.key
    found = pd.concat([part[part[ROW].isin(rows)] for part in parts], ignore_index=True)
    columns = {variable.name: encode(found[variable.name]) for variable in variables}
    place = found[list(PLACE)]
    place.insert(0, KEY, row_keys(place, columns, key))
    decided, misfits = decided_rows(
        place, about_rows(instructions.lines, place), file=instructions.corrections_file
    )
    aside, problems = set_aside_raw(place, columns, variables, key, stop=instructions.stops, decided=decided)
    refuse(misfits + problems)
    return aside.set_axis(found[ROW].to_numpy()[aside.index])


class Writer:
    """Appends parts to one Parquet file each; the first part fixes the types. Nothing stands in the folder
    until all is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = private(folder)
        self.open: dict[str, pq.ParquetWriter] = {}
        self.parts = Path(tempfile.mkdtemp(prefix=".parts-", dir=folder))

    def append(self, table: pa.Table, name: str) -> None:
        """Append a part."""
        if name not in self.open:
            (self.parts / name).parent.mkdir(exist_ok=True)
            self.open[name] = pq.ParquetWriter(self.parts / f"{name}.parquet", table.schema, **PARQUET)
        self.open[name].write_table(table.cast(self.open[name].schema))

    def append_csv(self, frame: pd.DataFrame, name: str) -> None:
        """Append a part of a list that a person works through."""
        path = self.parts / f"{name}.csv"
        disclosure.without_formulas(frame).to_csv(path, index=False, mode="a", header=not path.exists())

    def close(self, *, keep: bool) -> None:
        """Finish all files and put them in place, or leave none."""
        for writer in self.open.values():
            writer.close()
        for path in sorted(self.parts.rglob("*.*")) if keep else []:
            target = self.folder / path.relative_to(self.parts)
            target.parent.mkdir(exist_ok=True)
            if target.parent != self.folder:  # who is meant by a key
                path.chmod(0o600)
            os.replace(path, target)
        shutil.rmtree(self.parts)


def with_header_units(
    cohort: Cohort, item: RawFile, mapping: dict[str, str], variables: list[Variable]
) -> Cohort:
    """Add the units that the file's headers state ("(ribu Rp)") to what ``cohort.yml`` says of it."""
    stated = {
        name: factor
        for _, name, _, factor in header_units(
            {name: column for column, name in mapping.items()}, variables, item
        )
    }
    own = item.model_copy(update={"multiply": stated | item.multiply})
    return cohort.model_copy(
        update={"files": [own if other.file == item.file else other for other in cohort.files]}
    )


def about_rows(lines: list[tuple[int, Correction]], place: pd.DataFrame) -> list[tuple[int, Correction]]:
    """The decisions about whole rows that stand in a part of the table."""
    names = set(row_names(place, place)) if lines else set()
    return [line for line in lines if line[1].variable == WHOLE_ROW and line[1].old in names]


def corrections_for(
    raw: pd.DataFrame, instructions: Instructions, aside: pd.DataFrame
) -> list[tuple[int, Correction]]:
    """The decisions about rows of this part, and the corrections whose key stands on a row of it that is not
    set aside.
    """
    lines, key = instructions.lines, instructions.definition.key
    if not lines:
        return []
    alive = raw[~raw[ROW].isin(aside.index)].reset_index(drop=True)
    keys = row_keys(alive, {name: encode(alive[name]) for name in key if name in alive}, key)
    cells = by_place(
        [line for line in lines if line[1].variable != WHOLE_ROW], alive[list(PLACE)].assign(**{KEY: keys})
    )
    here = set(keys)
    return about_rows(lines, raw) + [line for line in cells if line[1].key in here]


def unfit(lines: list[tuple[int, Correction]], names: list[str], file: str) -> list[Problem]:
    """Say of corrections that fit no part why."""
    rows = [line for line in lines if line[1].variable == WHOLE_ROW]
    _, problems = decided_rows(pd.DataFrame(columns=[KEY, *PLACE]), rows, file=file)
    for number, line in lines:
        if line.variable != WHOLE_ROW:
            nobody = {name: Column(np.array([], dtype="int64"), []) for name in names}
            wrong = misfit(line, np.array([], dtype="int64"), nobody)
            problems += [Problem(file, wrong[0], row=number, expected=wrong[1])] if wrong else []
    return problems


def clean_in_chunks(
    path: Path,
    item: RawFile,
    instructions: Instructions,
    folder: Path,
    tell: Callable[[str, int], None] = lambda doing, rows: None,
) -> Totals:
    """Clean a large delimited file part by part.

    Writes into ``folder`` what the stage writes for a table cleaned whole, lines in the order of the parts:
    ``<table>.parquet``, ``<table>_cells, _aside, _reasons, _findings``, ``review.csv``, and apart
    ``identifiers/<table>``, ``<table>_cells, _aside``.
    Rules and checks that look at one row at a time find what they find in the whole table; the others are
    named in ``not_checked``.

    Returns
    -------
    The totals of the ledgers. ``tell`` is told what is being done and how many rows are done.

    Raises
    ------
    ProblemsError as ``clean_table``; also when a part's ledger does not close. Then no file is written.
    """
    variables, name, codebook = instructions.variables, instructions.name, instructions.codebook
    header, mapping, separator = head_of(path, item, codebook)
    cohort = with_header_units(instructions.cohort, item, mapping, variables)
    instructions = replace(instructions, cohort=cohort)

    def parts(doing: str) -> Iterator[pd.DataFrame]:
        return counted(parts_of(path, item, mapping, separator, variables), lambda rows: tell(doing, rows))

    counts, prints = survey(parts("counting"), variables, instructions.definition.key)
    aside = doubles(parts("comparing doubles"), prints, instructions)
    lacks = [(item.file, "", v.name) for v in variables if v.name not in mapping.values()]
    told = Told(
        headers={(item.file, name): column for column, name in mapping.items()},
        languages={item.file: language_of(header.columns)},
        absent=pd.DataFrame(lacks, columns=ABSENT),
    )
    dates = contexts_of_counts(counts, variables, item, told)
    read = read_once(counts, dates, instructions, told.missing)
    whole = Whole(aside, Conventions(dates, counts, read))
    del prints
    totals, writer, fitted, done = Totals(), Writer(folder), set(), False
    try:
        for raw in parts("cleaning"):
            here = corrections_for(raw, instructions, aside)
            fitted |= {number for number, _ in here}
            part = clean_table(raw, replace(instructions, corrections=here), told, whole)
            check_ledger(part, raw, variables)
            totals.add(part, codebook)
            write_part(writer, part)
        rest = [line for line in instructions.lines if line[0] not in fitted]
        refuse(unfit(rest, [v.name for v in variables], instructions.corrections_file))
        done = True
    finally:
        writer.close(keep=done)
    totals.not_checked |= {
        c.id: "it needs another table"
        for c in instructions.programme.checks
        if c.table == name and KINDS[c.kind].sees == "other"
    }
    return totals


def write_part(writer: Writer, part: CleanTable) -> None:
    """Write one part's rows, changed cells, rows set aside, reasons, findings, open decisions, and apart what
    identifies people.
    """
    shared, secret, aside = take_apart(part)
    tables = {
        part.name: pa.Table.from_pandas(part.kept, preserve_index=False),
        f"{part.name}_cells": cell_table(shared),
    }
    if len(part.identifiers.columns) > 1:
        tables[f"identifiers/{part.name}"] = pa.Table.from_pandas(part.identifiers, preserve_index=False)
        tables |= {
            f"identifiers/{part.name}_cells": cell_table(secret),
            f"identifiers/{part.name}_aside": as_strings(aside),
        }
    tables |= {
        f"{part.name}_{name}": as_strings(getattr(shared, name)) for name in ("aside", "reasons", "findings")
    }
    each(lambda name: writer.append(tables[name], name), tables)
    writer.append_csv(part.review, "review")


def as_strings(frame: pd.DataFrame) -> pa.Table:
    """A frame as texts, but for the row number."""
    types = {column: pa.int64() if column == ROW else pa.string() for column in frame}
    texts = {column: frame[column] if column == ROW else frame[column].astype("str") for column in frame}
    return pa.table(
        {column: pa.array(texts[column], type=kind, from_pandas=True) for column, kind in types.items()}
    )
