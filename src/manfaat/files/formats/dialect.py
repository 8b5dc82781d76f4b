"""How a text file separates its cells and writes its decimals, told from its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from manfaat.files.formats.layout import LONGEST_NUMBER
from manfaat.files.formats.tables import Detected, count_of

SEPARATORS = (";", "\t", "|", ",")  # the comma last: it also stands in sentences and decimals
NAMES = {";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"}
SAMPLE_ROWS = 300
SAMPLE_BYTES = 1 << 20
LONGEST_CELL = 64 << 20
COMMA = re.compile(r"\s*[+-]?(?:\d+,\d{1,2}|\d{1,3}(?:\.\d{3})+,\d+|0,\d+)\s*%?\s*")
POINT = re.compile(r"\s*[+-]?(?:\d+\.\d{1,2}|\d{1,3}(?:,\d{3})+\.\d+|0\.\d+)\s*%?\s*")


@contextmanager
def long_cells() -> Iterator[None]:
    """Let Python's csv module read cells of any length inside, and put its limit back."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def head_rows(
    content: bytes, separator: str, quote: str, *, rows: int = SAMPLE_ROWS, size: int = SAMPLE_BYTES
) -> list[tuple[int, list[str]]]:
    """Return the first rows as (line where the row begins, cells); a row that the sample cuts off is left
    out.
    """
    found, before = [], 0
    cut = len(content) > size
    stream = io.TextIOWrapper(io.BytesIO(content[:size]), "utf-8", "replace", newline="")
    with long_cells():
        reader = csv.reader(stream, delimiter=separator, quotechar=quote)
        for cells in reader:
            found.append((before + 1, cells))
            before = reader.line_num
            if len(found) > rows:
                break
    if cut and len(found) < 4:
        if size >= LONGEST_CELL:
            raise csv.Error(f"no line ends in the first {size >> 20} megabytes")
        return head_rows(content, separator, quote, rows=rows, size=8 * size)
    return found[:rows] if not cut or len(found) > rows else found[:-1]


def find_separator(content: bytes, quote: str) -> tuple[str, list[Detected]]:
    """Return the separator that cuts most of the first rows into the same number of cells, and how sure that
    is.

    A first line ``sep=;`` as Excel writes it is believed. A file without any separator is one column.
    """
    declared = re.match(rb"sep=([;,|\t])\r?\n", content)
    if declared:
        separator = declared.group(1).decode()
        return separator, [Detected("separator", NAMES[separator], "the first line of the file says so")]
    tries = {separator: spread(head_rows(content, separator, quote)) for separator in SEPARATORS}
    possible = [separator for separator in SEPARATORS if tries[separator][1] > 1]
    if not possible:
        return ",", [
            Detected("separator", "none", "the first rows hold no comma, semicolon, tab or bar: one column")
        ]
    best = max(possible, key=lambda separator: tries[separator])
    share, width, total = tries[best]
    rivals = [
        separator
        for separator in possible
        if separator != best and tries[separator][0] >= 0.9 and share - tries[separator][0] < 0.05
    ]
    rivals = [
        separator
        for separator in rivals
        if names_all(head_rows(content, separator, quote), tries[separator][1])
    ]
    first = next(
        (len(cells) for _, cells in head_rows(content, best, quote) if any(cell.strip() for cell in cells)),
        width,
    )
    how = f"{share:.0%} of the first {count_of(total, 'row')} have {width:,} cells"
    how += "".join(
        f"; by {NAMES[rival]} {tries[rival][0]:.0%} would have {tries[rival][1]:,}" for rival in rivals
    )
    how += f"; the first row has {first:,}" if first != width else ""
    return best, [
        Detected("separator", NAMES[best], how, doubtful=bool(rivals) or share < 0.5 or first != width)
    ]


def names_all(rows: list[tuple[int, list[str]]], width: int) -> bool:
    """Say whether the first row of several cells has as many as most rows; the commas of decimals part
    answers and no names.
    """
    return next((len(cells) for _, cells in rows if any(cell.strip() for cell in cells)), 0) == width


def spread(rows: list[tuple[int, list[str]]]) -> tuple[float, int, int]:
    """Return the share of filled rows that have the commonest number of cells (above one), that number, and
    the rows.
    """
    widths = Counter(len(cells) for _, cells in rows if any(cell.strip() for cell in cells))
    total = sum(widths.values())
    several = {width: number for width, number in widths.items() if width > 1}
    if not several:
        return 0.0, 1, total
    width = max(several, key=lambda width: (several[width], width))
    return several[width] / total, width, total


def find_decimal(cells: Iterator[str], given: str | None) -> Detected:
    """State how decimals are written, from cells that can only be read one way; cells such as ``2.500``
    decide nothing.
    """
    if given:
        return Detected("decimal sign", given, "given; cells stay as they are")
    counts: Counter[str] = Counter()
    for cell in cells:
        if ("," in cell or "." in cell) and len(cell) <= LONGEST_NUMBER:
            counts[","] += bool(COMMA.fullmatch(cell))
            counts["."] += bool(POINT.fullmatch(cell))
    comma, point = counts[","], counts["."]
    how = (
        f"{count_of(comma, 'cell')} can only be read with a comma, {point:,} only with a point (first rows);"
        " cells stay as they are"
    )
    if comma and point:
        return Detected("decimal sign", "mixed", how, doubtful=True)
    if comma or point:
        return Detected("decimal sign", "," if comma else ".", how)
    return Detected("decimal sign", "not seen", "no cell of the first rows shows it")
