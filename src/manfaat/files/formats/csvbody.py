"""Rows of delimited text, fast where the file is regular and carefully where it is not.

The fast way reads with Arrow. It is only believed when every line of the file is accounted for: lines in the
file = rows + line breaks inside cells. Blank lines, ragged rows and stray quotes break that sum, and the file
is then read again with Python's csv module, which knows the line on which each row begins.
"""

from __future__ import annotations

import csv
import io
import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from manfaat.files.formats.body import Body, Columns
from manfaat.files.formats.dialect import long_cells
from manfaat.files.formats.layout import shape
from manfaat.files.formats.safety import refusal
from manfaat.files.formats.tables import count_of

LINE_END = re.compile(rb"\r\n|\r|\n")
CLOSE = "the closing quote; or another 'quote' option, such as ^, if quotes are ordinary signs here"
BLOCK = 8 << 20
MANY_BREAKS = 20
SAMPLE = 200
MOST_RAGGED, MOST_RAGGED_CELLS = 100_000, 5_000_000


def count_lines(content: bytes, start: int = 0, end: int | None = None) -> int:
    """Return the number of lines between two positions, of any line ending, a last one without an ending
    included.
    """
    end = len(content) if end is None else end
    ends = content.count(b"\n", start, end)
    if content.find(b"\r", start, end) >= 0:
        ends += content.count(b"\r", start, end) - content.count(b"\r\n", start, end)
    return ends + (end > start and content[end - 1] not in b"\r\n")


def offset_of(content: bytes, line: int) -> int:
    """Return the position where a line, counted from 1, begins."""
    position = 0
    for _ in range(line - 1):
        match = LINE_END.search(content, position)
        if match is None:
            return len(content)
        position = match.end()
    return position


class Dialect(NamedTuple):
    """How a delimited file separates its cells and quotes them."""

    separator: str
    quote: str


def read_body(content: bytes, *, first: int, widths: tuple[int, int], dialect: Dialect, file: str) -> Body:
    """Return the rows from line ``first`` on; rows within the two ``widths`` lack only columns without
    a name.

    Raises
    ------
    ProblemsError if a quote is never closed, or nearly all rows have another width than the header.
    """
    start = offset_of(content, first)
    end = len(content)
    while end > start and content[end - 1] in b"\r\n":
        end -= 1
    blank = trailing_blank(content, start, end, first)
    body = fast_body(content, start, end, first, widths[1], dialect)
    if body is None:
        body = careful_body(content[start:end], first, widths, dialect, file=file)
    body.blank += blank
    return body


def trailing_blank(content: bytes, start: int, end: int, first: int) -> list[int]:
    """Return the numbers of the blank lines at the end of the file."""
    blank = max(0, count_lines(content, end) - (end > start))
    if not blank:
        return []
    last = first + count_lines(content, start, end) - 1
    return list(range(last + 1, last + 1 + blank))


def fast_body(content: bytes, start: int, end: int, first: int, width: int, dialect: Dialect) -> Body | None:
    """Return the rows as Arrow reads them; None where the lines do not add up or Arrow cannot read the
    file.
    """
    quotes = content.count(dialect.quote.encode(), start, end)
    if end == start or quotes % 2:
        return None
    names = [f"c{at}" for at in range(width)]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(content).slice(start, end - start)),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=dialect.separator, quote_char=dialect.quote, newlines_in_values=quotes > 0
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    lines = count_lines(content, start, end)
    if table.num_rows == lines:
        return Body(
            table,
            np.arange(first, first + lines, dtype=np.int64),
            how=f"{count_of(lines, 'line')}, one row each",
        )
    breaks = line_breaks(table)
    if table.num_rows + int(breaks.sum()) != lines:
        return None
    starts = first + np.arange(table.num_rows, dtype=np.int64) + np.concatenate([[0], np.cumsum(breaks)[:-1]])
    how = (
        f"{lines:,} lines = {table.num_rows:,} rows + {int(breaks.sum()):,} line breaks inside quoted cells;"
        " a row's number is the line where it begins"
    )
    return Body(table, starts, breaks=list(starts[breaks > MANY_BREAKS]), how=how)


def line_breaks(table: pa.Table) -> np.ndarray:
    """Return the number of line breaks inside the cells of each row."""
    total = np.zeros(table.num_rows, dtype=np.int64)
    for column in table.columns:
        if not any(holds_break(chunk) for chunk in column.chunks):
            continue
        ends = [pc.count_substring(column, end).to_numpy() for end in ("\n", "\r", "\r\n")]
        total += ends[0] + ends[1] - ends[2]
    return total


def swallowed(body: Body, separator: str) -> list[int]:
    """Return the numbers of the rows with a cell that holds a whole line of as many cells as the table has,
    beginning as its rows do.
    """
    width = body.table.num_columns
    if width < 2 or not len(body.rows):
        return []
    starts = {shape(cell) for cell in body.table.column(0).slice(0, SAMPLE).to_pylist()} - {""}
    found: set[int] = set()
    longer = np.r_[
        np.flatnonzero(np.diff(body.rows) > 1), len(body.rows) - 1
    ]  # only rows of several lines hold a line break
    for place, column in enumerate(body.table.take(pa.array(longer)).columns):
        for at in np.flatnonzero(pc.match_substring(column, "\n").to_numpy()):
            lines = column[int(at)].as_py().split("\n")
            counts = [
                (
                    line.count(separator)
                    if line.partition(separator)[1] and shape(line.partition(separator)[0]) in starts
                    else -1
                )
                for line in lines
            ]
            joined = (
                counts[-1] == place and lines[0].count(separator) == width - 1 - place
            )  # the end of one row and the beginning of the next
            if width - 1 in counts[1:-1] or joined:
                found.add(int(body.rows[longer[at]]))
    return sorted(found)


def holds_break(chunk: pa.Array) -> bool:
    """Say whether the bytes of a column hold a line break anywhere."""
    data = chunk.buffers()[2]
    return data is not None and re.search(rb"[\r\n]", memoryview(data)) is not None


class Remembered:
    """Hands lines on to the csv reader and remembers those of the current row."""

    def __init__(self, content: bytes) -> None:
        self.stream = io.TextIOWrapper(io.BytesIO(content), "utf-8", "replace", newline="")
        self.lines: list[str] = []

    def __iter__(self) -> Remembered:
        """Return itself."""
        return self

    def __next__(self) -> str:
        """Return the next line with its ending."""
        line = next(self.stream)
        self.lines.append(line)
        return line


def careful_body(content: bytes, first: int, widths: tuple[int, int], dialect: Dialect, *, file: str) -> Body:
    """Return the rows as Python's csv module reads them, those of another width set apart.

    Raises
    ------
    ProblemsError if a quote is never closed, or very many rows have another width than the header.
    """
    least, width = widths
    columns, blank, ragged, cut, short, breaks = Columns(width), [], [], [], [], []
    source, before, number, ragged_cells = Remembered(content), 0, first, 0
    with long_cells():
        reader = csv.reader(source, delimiter=dialect.separator, quotechar=dialect.quote)
        for cells in reader:
            number, lines, before = first + before, reader.line_num - before, reader.line_num
            if lines > MANY_BREAKS:
                breaks.append(number)
            if len(cells) == width:
                columns.add(number, cells)
            elif not any(cells):
                blank.append(number)
            elif len(cells) > width and not any(cells[width:]):
                cut.append((number, cells))
                columns.add(number, cells[:width])
            elif least <= len(cells) < width:
                short.append(number)
                columns.add(number, [*cells, *[""] * (width - len(cells))])
            else:
                ragged.append((number, cells))
                ragged_cells += len(cells)
            last, source.lines = source.lines, []
            if len(ragged) > MOST_RAGGED or ragged_cells > MOST_RAGGED_CELLS:
                many = f"very many rows do not have the {width} cells of the header"
                raise refusal(file, many, row=ragged[0][0], expected="the right separator and header row")
        if before and unclosed(last, *dialect):
            open_quote = "a quote opens here and is never closed, so all that follows would be one cell"
            raise refusal(file, open_quote, row=number, expected=CLOSE)
    body = columns.body()
    body.blank, body.ragged, body.cut, body.short, body.breaks = (
        blank,
        ragged,
        [number for number, _ in cut],
        short,
        breaks,
    )
    body.how = "read row by row with Python's csv module; a row's number is the line where it begins"
    return without_shifted(body, cut) if dialect.separator == "," and len(cut) * 2 < len(body.rows) else body


def without_shifted(body: Body, cut: list[tuple[int, list[str]]]) -> Body:
    """Turn rows with surplus empty cells into ragged ones.

    Between commas a few such rows may hold decimal commas without quotes: all that follows the first stands
    one column too far to the right, and only an empty last answer hides it.
    """
    kept = body.keep(~np.isin(body.rows, body.cut))
    kept.ragged, kept.cut = sorted([*body.ragged, *cut]), []
    return kept


def unclosed(lines: list[str], separator: str, quote: str) -> bool:
    """Say whether the last row ends inside quotes."""
    try:
        list(csv.reader(lines, delimiter=separator, quotechar=quote, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
