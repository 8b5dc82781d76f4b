"""Delimited files too large for memory, cleaned part by part with the same functions and the same ledgers.

The file is read twice. The first pass counts the texts of every column (a column's conventions are those of all its rows)
and finds keys that stand twice; the second cleans part by part, proves each part's ledger, and writes it out. Memory does not
grow with the file but for eight bytes a row (the keys' fingerprints) and the distinct texts that have conventions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from helpers.cleaning.cells import encode
from helpers.cleaning.corrections import KEY
from helpers.cleaning.declared import KINDS
from helpers.cleaning.ledger import CleanTable, cell_ledger, cell_table, check_ledger, missing_answers, row_ledger
from helpers.cleaning.outcomes import Prices
from helpers.cleaning.rows import row_keys, set_aside_raw
from helpers.cleaning.table import Whole, clean_table
from helpers.codebook import Codebook, Variable
from helpers.formats import FormatOptions, RawTable, read_any
from helpers.problems import Problem, refuse
from helpers.programme import Cohort, Programme, RawFile
from helpers.readers import FILE, PLACE, ROW, SHEET, match_columns

HEAD_LINES = 2_000  # enough to tell encoding, separator and columns
BLOCK = 32 << 20  # bytes of the file read at a time
MOST_TEXTS = 2_000_000  # distinct texts of a column that are counted; conventions show long before


@dataclass
class Totals:
    """What all parts add up to: ``rows, cells, missing`` as the ledgers have them, and how many answers wait for a person.

    ``found`` : rows that break each rule or check. ``not_checked`` : why some checks decided nothing: they need the whole table,
    another table, or prices.
    """

    rows: Counter = field(default_factory=Counter)
    cells: Counter = field(default_factory=Counter)
    missing: Counter = field(default_factory=Counter)
    to_decide: int = 0
    found: Counter = field(default_factory=Counter)
    not_checked: dict[str, str] = field(default_factory=dict)

    def add(self, part: CleanTable, codebook: Codebook) -> None:
        """Add one part."""
        tables = {part.name: part}
        self.rows.update({(row.entry, row.rule): row.rows for row in row_ledger(tables).itertuples(index=False)})
        self.cells.update({(row.variable, row.rule): row.cells for row in cell_ledger(tables).itertuples(index=False)})
        self.missing.update({row.variable: row.n_missing for row in missing_answers(tables, codebook).itertuples(index=False)})
        self.to_decide += len(part.review)
        self.found.update({row.check: row.n_found for row in part.checked.itertuples(index=False) if row.n_found})
        self.not_checked |= {row.check: row.because for row in part.checked.itertuples(index=False) if row.because and not row.n_checked}


def head_of(path: Path, item: RawFile, variables: list[Variable]) -> tuple[RawTable, dict[str, str], str]:
    """Read the beginning of a file; return its table, the variable of each column, and the separator.

    Raises
    ------
    ProblemsError unless it is UTF-8 text with its header in the first row and no quoted line breaks: larger files are not guessed at.
    """
    lines = []
    with path.open("rb") as stream:
        for _, line in zip(range(HEAD_LINES), stream, strict=False):
            lines.append(line)
    head = path.with_name(f".{path.name}.head")
    head.write_bytes(b"".join(lines))
    try:
        table = read_any(head, FormatOptions(encoding="utf-8", separator=item.separator), name=path.name)[0]
    finally:
        head.unlink()
    mapping, _, problems, _ = match_columns(table, variables, item, file=path.name)
    first = int(table.frame["_row"].iloc[0])
    problems += (
        []
        if first == 2 and table.dropped.empty
        else [
            Problem(
                path.name,
                f"its table begins in row {first - 1} or has notes",
                expected="a large file with the header in its first row and nothing but answers below",
            )
        ]
    )
    refuse(problems)
    separator = item.separator or next(entry.value for entry in table.log if entry.what == "separator")
    return table, mapping, {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}.get(separator, separator)


def parts_of(path: Path, item: RawFile, mapping: dict[str, str], separator: str, variables: list[Variable]) -> Iterator[pd.DataFrame]:
    """Yield the file part by part as raw text, shaped as ``readers.shape`` does."""
    options = pacsv.ConvertOptions(column_types=dict.fromkeys(mapping, pa.string()), include_columns=list(mapping), strings_can_be_null=False)
    reader = pacsv.open_csv(path, pacsv.ReadOptions(block_size=BLOCK), pacsv.ParseOptions(delimiter=separator, newlines_in_values=False), options)
    row = 2
    try:
        for batch in reader:
            texts = pa.table({mapping[name]: batch.column(name) for name in mapping}).to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
            place = pd.DataFrame({FILE: item.file, SHEET: path.stem, ROW: np.arange(row, row + len(texts))})
            row += len(texts)
            lacking = {variable.name: item.version if variable.role == "version" else "" for variable in variables if variable.name not in texts}
            yield pd.concat([place, texts], axis=1).assign(**lacking)[[*PLACE, *[v.name for v in variables]]]
    except pa.ArrowInvalid as failure:
        refuse(
            [
                Problem(
                    path.name,
                    f"a row cannot be read: {str(failure).splitlines()[0]}",
                    expected="the same number of cells in every row, no line break inside a cell",
                )
            ]
        )


def survey(parts: Iterator[pd.DataFrame], variables: list[Variable], key: list[str]) -> tuple[dict[str, pd.Series], np.ndarray]:
    """First pass: count the texts of every column that has conventions; fingerprint every key.

    Returns
    -------
    Counts by variable, and one 64-bit fingerprint a row (none when rows have no key of their own).
    """
    counts = {variable.name: Counter() for variable in variables if variable.kind != "text"}
    prints = []
    for part in parts:
        columns = {variable.name: encode(part[variable.name]) for variable in variables if variable.kind != "text" or variable.name in key}
        for name, counter in counts.items():
            if len(counter) < MOST_TEXTS:
                column = columns[name]
                counter.update(dict(zip(column.texts, np.bincount(column.codes, minlength=len(column.texts)).tolist(), strict=True)))
        if key != ["row"]:
            prints.append(pd.util.hash_array(row_keys(part, columns, key)))
    series = {name: pd.Series(counter, dtype="int64") for name, counter in counts.items()}
    return series, np.concatenate(prints) if prints else np.array([], dtype="uint64")


def doubles(parts: Iterator[pd.DataFrame], prints: np.ndarray, variables: list[Variable], key: list[str], *, stop: bool) -> pd.DataFrame:
    """Decide which rows with a key that stands twice are set aside, wherever in the file they are: ``rule, reason`` by row number.

    Raises
    ------
    ProblemsError when a key stands on rows with different answers and the cohort says that this stops the run.
    """
    order = np.argsort(prints, kind="stable")
    same = prints[order][1:] == prints[order][:-1]
    rows = np.unique(np.r_[order[1:][same], order[:-1][same]]) + 2
    if not len(rows):
        return pd.DataFrame(columns=["rule", "reason"], index=pd.Index([], dtype="int64"))
    found = pd.concat([part[part[ROW].isin(rows)] for part in parts], ignore_index=True)
    columns = {variable.name: encode(found[variable.name]) for variable in variables}
    place = found[list(PLACE)]
    place.insert(0, KEY, row_keys(place, columns, key))
    aside, problems = set_aside_raw(place, columns, variables, key, stop=stop)
    refuse(problems)
    return aside.set_axis(found[ROW].to_numpy()[aside.index])


class Writer:
    """Appends parts to one Parquet file each; the first part fixes the types."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.open = folder, {}
        folder.mkdir(parents=True, exist_ok=True)

    def append(self, table: pa.Table, name: str) -> None:
        """Append a part."""
        if name not in self.open:
            self.open[name] = pq.ParquetWriter(self.folder / f"{name}.parquet", table.schema)
        self.open[name].write_table(table.cast(self.open[name].schema))

    def close(self) -> None:
        """Finish all files."""
        for writer in self.open.values():
            writer.close()


def clean_in_chunks(
    path: Path, item: RawFile, programme: Programme, codebook: Codebook, cohort: Cohort, folder: Path, *, prices: Prices | None = None
) -> Totals:
    """Clean a large delimited file part by part.

    Writes ``<table>.parquet`` and beside it ``<table>_cells, _reasons, _review, _findings`` into ``folder``. Rules and checks that
    look at one row at a time find what they find in the whole table; the others are named in ``not_checked``.

    Returns
    -------
    The totals of the ledgers.

    Raises
    ------
    ProblemsError as ``clean_table``; also when a part's ledger does not close.
    """
    variables, key = codebook.table(item.table), programme.tables[item.table].key
    _, mapping, separator = head_of(path, item, variables)

    def parts() -> Iterator[pd.DataFrame]:
        return parts_of(path, item, mapping, separator, variables)

    counts, prints = survey(parts(), variables, key)
    whole = Whole(counts, doubles(parts(), prints, variables, key, stop=cohort.unreadable == "stop"))
    del prints
    totals, writer = Totals(), Writer(folder)
    for raw in parts():
        part = clean_table(raw, item.table, programme, codebook, cohort, whole=whole, prices=prices)
        check_ledger(part, raw, variables)
        totals.add(part, codebook)
        write_part(writer, part)
    writer.close()
    totals.not_checked |= {c.id: "it needs another table" for c in programme.checks if c.table == item.table and KINDS[c.kind].sees == "other"}
    return totals


def write_part(writer: Writer, part: CleanTable) -> None:
    """Write one part's rows, changed cells, reasons, open decisions and findings."""
    writer.append(pa.Table.from_pandas(part.kept, preserve_index=False), part.name)
    cells = cell_table(part)
    writer.append(pa.table({name: cells.column(name).cast(pa.string()) for name in cells.column_names}), f"{part.name}_cells")
    for name in ("reasons", "review", "findings"):
        frame = getattr(part, name)
        writer.append(pa.table({column: pa.array(frame[column].astype("str"), type=pa.string()) for column in frame}), f"{part.name}_{name}")
