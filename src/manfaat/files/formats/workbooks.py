"""Workbooks (XLSX, XLS, ODS, XLSB) → one raw table a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from manfaat.base.problems import ProblemsError, nearest
from manfaat.base.typed import required
from manfaat.files.formats.body import Body, Columns
from manfaat.files.formats.celltext import DATE, FAULT, LOGICAL, NUMBER, TIME, WORDS
from manfaat.files.formats.characters import unusual_in_frame
from manfaat.files.formats.dialect import find_decimal
from manfaat.files.formats.finishing import Origin, finish
from manfaat.files.formats.isolated import MEMORY_WORDS, read_apart
from manfaat.files.formats.layout import Layout, Merge, find_layout
from manfaat.files.formats.safety import check_zip, refusal
from manfaat.files.formats.tables import ROW, Detected, FormatOptions, RawTable, count_of, rows_text, some
from manfaat.files.formats.workbook_scan import BookScan, SheetScan, scan_ods, scan_xlsx, too_far

HEAD_ROWS = 100
SCALED = re.compile(r"[0#?],+(?![0#?,])")  # a comma after the last digit divides what is shown by a thousand
KIND_NAMES = {
    WORDS: ("text", "texts"),
    NUMBER: ("number", "numbers"),
    DATE: ("date", "dates"),
    TIME: ("time", "times"),
    LOGICAL: ("true/false", "true/false"),
    FAULT: ("error", "errors"),
}
Row = tuple[int, list[str], bytes]


def read_workbook(
    path: Path, kind: str, options: FormatOptions, *, file: str, log: Sequence[Detected] = ()
) -> list[RawTable]:
    """Return one table for each sheet read: the stated ones, or all that are shown.

    Raises
    ------
    ProblemsError if the workbook is protected, damaged, too large, or has none of the stated sheets, or no
    filled cell.
    """
    book = scan(path, kind, options, file=file)
    try:
        sheets, tables = read_sheets(path, kind, options, book, file=file, log=log)
    except ProblemsError as error:
        if MEMORY_WORDS in str(error) and (far := too_far(book, options, file=file)):
            raise far from error
        raise
    if not any(table is not None for table in tables):
        raise refusal(
            file,
            "no sheet that was read holds a filled cell",
            expected="a sheet with a header row and answers; hidden sheets are read when named",
        )
    empty = [
        name
        for name, table in zip([s[0] for s in wanted(sheets, options)], tables, strict=False)
        if table is None
    ]
    return [with_log(table, empty, book.epoch) for table in tables if table is not None]


def read_sheets(
    path: Path, kind: str, options: FormatOptions, book: BookScan, *, file: str, log: Sequence[Detected]
) -> tuple[list[tuple[str, bool, bool]], list[RawTable | None]]:
    """Return the workbook's sheets as (name, shown, ordinary), and the table of each that was read; None for
    an empty one.
    """
    tables: list[RawTable | None] = []
    with closing(read_apart(path, kind, options, file=file)) as stream:
        _, sheets, facts = next(stream)
        book.fills, book.formats, book.epoch = (
            book.fills or facts.get("fills", False),
            book.formats + facts.get("formats", []),
            facts.get("epoch", book.epoch),
        )
        said = [*log, *sheet_notes(sheets, options, file=file), *book_notes(book, kind)]
        said += [
            Detected("workbook", text, "the reading library warns of the file's structure", doubtful=True)
            for text in facts.get("warnings", ())
        ]
        message = next(stream, None)
        while message is not None:
            _, name, width, merged = message
            rows = SheetRows(stream, book.sheets.get(name, SheetScan()), width)
            tables.append(
                sheet_table(rows, merged or rows.scan.merged, Origin(file, kind, name, name), options, said)
            )
            message = rows.following
    return sheets, tables


def scan(path: Path, kind: str, options: FormatOptions, *, file: str) -> BookScan:
    """Return what the workbook says besides its cells, after checking that it may be unpacked."""
    if kind == "xls":
        return BookScan()
    check_zip(path, options, file=file)
    return (
        scan_xlsx(path, options, file=file)
        if kind == "xlsx"
        else scan_ods(path, options, file=file)
        if kind == "ods"
        else BookScan()
    )


def wanted(sheets: Sequence[tuple[str, bool, bool]], options: FormatOptions) -> list[tuple[str, bool, bool]]:
    """Return the sheets that the reading process reads."""
    return [
        s
        for s in sheets
        if s[2] and (s[0] in options.sheets if options.sheets is not None else s[1] or options.hidden_sheets)
    ]


def sheet_notes(
    sheets: Sequence[tuple[str, bool, bool]], options: FormatOptions, *, file: str
) -> list[Detected]:
    """Say which sheets there are, which are hidden, and which are not read.

    Raises
    ------
    ProblemsError if a stated sheet does not exist.
    """
    names = [name for name, _, _ in sheets]
    missing = [name for name in options.sheets or () if name not in names]
    if missing:
        raise refusal(file, f"there is no sheet '{missing[0]}'", expected=nearest(missing[0], names))
    log = [
        Detected(
            "sheets",
            some(names, limit=30),
            "given by 'sheets'" if options.sheets is not None else "all that are shown are read",
        )
    ]
    hidden = [name for name, shown, ordinary in sheets if ordinary and not shown]
    left = [name for name in hidden if options.sheets is None and not options.hidden_sheets]
    if hidden:
        how = f"not read: {some(left)}; name them in 'sheets' to read them" if left else "read as stated"
        log.append(Detected("hidden sheets", some(hidden), how, doubtful=bool(left)))
    other = [name for name, _, ordinary in sheets if not ordinary]
    if other:
        log.append(Detected("sheets without cells", some(other), "charts or macros; not read"))
    return log


def book_notes(book: BookScan, kind: str) -> list[Detected]:
    """Say once what a reader of cells cannot see: colours, and numbers that are shown otherwise than they are
    stored.
    """
    log = (
        [Detected("calendar", str(book.epoch), "dates count from this year; they leave as ISO text")]
        if kind in ("xlsx", "xls")
        else []
    )
    if book.fills:
        how = "colour cannot be read: if it says something (red = dropped out), write it in a column"
        log.append(Detected("cell colours", "some cells are coloured", how, doubtful=True))
    percent = [code for code in book.formats if "%" in code]
    if percent:
        log.append(
            Detected(
                "percent cells",
                some(dict.fromkeys(percent), limit=3),
                "a cell that shows 3.5% is stored, and leaves, as 0.035",
                doubtful=True,
            )
        )
    padded = [code for code in book.formats if code.strip('";@').startswith("00") and set(code) <= set("0")]
    if padded:
        log.append(
            Detected(
                "leading zeros",
                some(dict.fromkeys(padded), limit=3),
                "a cell that shows 0007 may be stored, and leave, as 7",
                doubtful=True,
            )
        )
    scaled = [code for code in book.formats if SCALED.search(code)]
    if scaled:
        log.append(
            Detected(
                "scaled cells",
                some(dict.fromkeys(scaled), limit=3),
                "a cell that shows 2,500 may be stored, and leave, as 2500000",
                doubtful=True,
            )
        )
    if kind in ("xlsb", "xls"):
        log.append(
            Detected(
                "formulas",
                "not checked",
                f"in an {kind.upper()} file a formula without a stored result cannot be told from an empty"
                " cell",
            )
        )
    if kind == "xlsb":
        log.append(
            Detected(
                "errors and colours",
                "not checked",
                "in an XLSB file error cells leave as empty text and colours are not seen",
                doubtful=True,
            )
        )
    return log


class SheetRows:
    """Hands out the rows of one sheet at full width, errors and formulas put back, and keeps the message that
    follows them.
    """

    def __init__(self, stream: Iterator[tuple[Any, ...]], scan: SheetScan, width: int) -> None:
        self.stream, self.scan, self.read_width = stream, scan, width
        self.extra = by_row(scan)
        self.width = max([width, *(column + 1 for lost in self.extra.values() for column in lost)])
        self.following: tuple[Any, ...] | None = None

    def __iter__(self) -> Iterator[Row]:
        """Yield (row number, cells, kinds), in the order of the sheet."""
        waiting = sorted(self.extra, reverse=True)
        for number, cells, kinds in self.delivered():
            while waiting and waiting[-1] <= number:
                if (lost := waiting.pop()) < number:
                    yield self.put_back(lost, [], b"")
            yield self.put_back(number, cells, kinds)
        while waiting:
            yield self.put_back(waiting.pop(), [], b"")

    def delivered(self) -> Iterator[Row]:
        """Yield the rows as the reading process sends them."""
        for message in self.stream:
            if message[0] != "rows":
                self.following = message
                return
            _, numbers, texts, kinds = message
            for at, (number, cells) in enumerate(zip(numbers, texts, strict=True)):
                yield number, cells, kinds[at * self.read_width : (at + 1) * self.read_width]

    def put_back(self, number: int, cells: list[str], kinds: bytes) -> Row:
        """Return the row at full width, with the texts that the reader lost."""
        lost = self.extra.get(number)
        if lost is None and len(cells) == self.width:
            return number, cells, kinds
        cells, codes = [*cells, *[""] * (self.width - len(cells))], bytearray(kinds.ljust(self.width, b"\0"))
        for column, text in (lost or {}).items():
            if not cells[column]:
                cells[column], codes[column] = text, FAULT
        return number, cells, bytes(codes)


def by_row(scan: SheetScan) -> dict[int, dict[int, str]]:
    """Return the texts to put back as row → column → text."""
    found: dict[int, dict[int, str]] = {}
    for (row, column), text in {**scan.formulas, **scan.errors}.items():
        found.setdefault(row, {})[column] = text
    return found


def sheet_table(
    rows: SheetRows,
    merged: Sequence[Sequence[int]],
    origin: Origin,
    options: FormatOptions,
    log: Sequence[Detected],
) -> RawTable | None:
    """Return the table of one sheet; None when no cell is filled."""
    source = iter(rows)
    head = list(islice(source, HEAD_ROWS))
    if not head:
        return None
    grid = [(number, cells) for number, cells, _ in head if number not in options.skip_rows]
    merges = [Merge(top + 1, left, bottom + 1, right) for top, left, bottom, right in merged]
    try:
        layout = find_layout(grid, merges=merges, header_rows=options.header_rows, place=origin.place)
    except ValueError as error:
        raise refusal(
            origin.file, f"sheet '{origin.sheet}': {error}", expected="the row that names the columns"
        ) from error
    header = next((cells for number, cells, _ in head if layout.header and number == layout.header[-1]), [])
    layout.above += [
        (number, cells, "skip_rows")
        for number, cells, _ in head
        if number in options.skip_rows and number < layout.first
    ]
    body = collect(head, source, layout, rows.width)
    typed = (
        cell for _, cells, kinds in head for cell, kind in zip(cells, kinds, strict=True) if kind == WORDS
    )
    decimal = find_decimal(typed, options.decimal)
    layout.log = [*log, replace(decimal, place=origin.place), *layout.log]
    table, trimmed = finish(body, layout, header, origin, options)
    extra = [
        *formula_notes(rows.scan, origin),
        *kind_notes(trimmed, table, origin),
        *unusual_in_frame(table.frame, place=origin.place),
        *inner_merges(merges, layout, origin),
        *hidden_rows(rows.scan, table, origin),
    ]
    kinds = (
        {}
        if trimmed.kinds is None
        else {column: trimmed.kinds[:, at] for at, column in enumerate(table.columns)}
    )
    return replace(table, log=(*table.log, *extra), kinds=kinds)


def collect(head: list[Row], rest: Iterator[Row], layout: Layout, width: int) -> Body:
    """Return the rows below the header; the gaps between row numbers are empty rows."""
    columns, before = Columns(width), 0
    kinds: list[bytes | bytearray] = []
    blank: list[int] = []
    left_out = {number for number, _, _ in layout.above} | set(layout.header)
    for source in (head, rest):
        for number, cells, codes in source:
            blank.extend(range(before + 1, number))
            before = number
            if number >= layout.first and number not in left_out:
                columns.add(number, cells)
                kinds.append(codes)
    body = columns.body()
    body.kinds = np.frombuffer(b"".join(kinds), dtype=np.uint8).reshape(len(kinds), width)
    body.blank, body.how = blank, "row numbers are those of the sheet"
    return body


def kind_notes(body: Body, table: RawTable, origin: Origin) -> list[Detected]:
    """Say which types the cells were stored as, and name the columns and rows where types are mixed."""
    if body.kinds is None or not body.kinds.size:
        return []
    totals = {code: int((body.kinds == code).sum()) for code in KIND_NAMES}
    value = ", ".join(count_of(count, *KIND_NAMES[code]) for code, count in totals.items() if count)
    how = (
        "stored types; numbers leave as their shortest text, dates as ISO text, true and false as TRUE and"
        " FALSE"
    )
    log = [Detected("typed cells", value, how, origin.place)]
    for at, column in enumerate(table.columns):
        codes = body.kinds[:, at]
        counts = {code: int((codes == code).sum()) for code in KIND_NAMES if code != FAULT}
        present = {code: count for code, count in counts.items() if count}
        if len(present) > 1:
            fewest = min(present, key=lambda code: present[code])
            mix = ", ".join(count_of(count, *KIND_NAMES[code]) for code, count in present.items())
            log.append(
                Detected(
                    "mixed types",
                    mix,
                    f"{KIND_NAMES[fewest][1]} in {rows_text(body.rows[codes == fewest])}",
                    f"column {column}, {origin.place}",
                )
            )
        wrong = codes == FAULT
        if wrong.any():
            how = f"kept as text, such as #N/A: {rows_text(body.rows[wrong])}"
            log.append(
                Detected(
                    "error cells",
                    count_of(int(wrong.sum()), "cell"),
                    how,
                    f"column {column}, {origin.place}",
                    doubtful=True,
                )
            )
    return log + long_numbers(body, table, origin)


def long_numbers(body: Body, table: RawTable, origin: Origin) -> list[Detected]:
    """Name the columns with whole numbers of more than 15 digits, of which a workbook keeps only the first
    15.
    """
    log = []
    for at, column in enumerate(table.columns):
        cells = body.table.column(at)
        whole = pc.match_substring_regex(cells, r"^-?\d{16,}$|e\+").to_numpy()
        kinds = required(body.kinds, "the types of the cells")
        long = np.flatnonzero(whole & (kinds[:, at] == NUMBER))
        if len(long):
            how = (
                "stored as a number, which keeps only 15 digits: the last digits are lost;"
                f" {rows_text(body.rows[long])}"
            )
            log.append(
                Detected(
                    "long numbers",
                    count_of(len(long), "cell"),
                    how,
                    f"column {column}, {origin.place}",
                    doubtful=True,
                )
            )
    return log


def formula_notes(scan: SheetScan, origin: Origin) -> list[Detected]:
    """Say whether formulas were read as their stored result, and where a result is absent."""
    if not scan.formulas:
        return (
            [
                Detected(
                    "formulas",
                    "computed values",
                    "the result stored with each formula was read",
                    origin.place,
                )
            ]
            if scan.any_formula
            else []
        )
    rows = sorted({row for row, _ in scan.formulas})
    how = (
        f"no stored result, so the formula itself leaves as text: {rows_text(rows)}; open and save the file"
        " in a spreadsheet program"
    )
    return [
        Detected(
            "formulas",
            count_of(len(scan.formulas), "formula without a value", "formulas without a value"),
            how,
            origin.place,
            doubtful=True,
        )
    ]


def hidden_rows(scan: SheetScan, table: RawTable, origin: Origin) -> list[Detected]:
    """Name hidden rows that were read, such as those that a filter hides."""
    rows = [row for row in scan.hidden_rows if row in set(table.frame[ROW])]
    if not rows:
        return []
    return [
        Detected(
            "hidden rows",
            rows_text(rows),
            "hidden in the sheet, perhaps by a filter; read like the others",
            origin.place,
            doubtful=True,
        )
    ]


def inner_merges(merges: Sequence[Merge], layout: Layout, origin: Origin) -> list[Detected]:
    """Name merged cells among the answers: only their first cell holds the text."""
    inner = sorted(
        {merge.top for merge in merges if merge.bottom >= layout.first and merge.top >= layout.first}
    )
    if not inner:
        return []
    how = f"only the first cell of each holds the text, the others are empty: {rows_text(inner)}"
    return [
        Detected(
            "merged cells",
            count_of(len(inner), "row with merged answers", "rows with merged answers"),
            how,
            origin.place,
            doubtful=True,
        )
    ]


def with_log(table: RawTable, empty: Sequence[str], epoch: int) -> RawTable:
    """Return the table with the workbook's calendar and a note on the sheets that hold nothing."""
    note = (Detected("empty sheets", some(empty), "no filled cell; no table made"),) if empty else ()
    return replace(table, log=(*table.log, *note), epoch=epoch)
