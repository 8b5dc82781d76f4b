"""Where a table begins: title rows, the header of one or more rows, the names it gives.

Works on the first rows of any grid, of a sheet or of a text file. Everything here can be overruled with
``header_rows``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from manfaat.files.formats.characters import plain
from manfaat.files.formats.names import AUTOMATIC
from manfaat.files.formats.tables import Detected, count_of, rows_text

JOINT = " / "
LONGEST_NUMBER = 60  # no longer cell is one; also keeps the search short for cells of a million spaces
HEADER_SHARE = 0.6  # of the widest row's cells that a header row must fill
NUMBER = re.compile(r"[\s(]*[-+]?(?:rp\.?|idr|us\$|\$|¥)?\s*[\d.,' ]*\d\s*%?[\s)]*", re.IGNORECASE)
DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
BRACKETED = re.compile(r"\(.*\)")
IMPORT_ID = '{"ImportId":'  # the third header row of Qualtrics
COLUMN_NUMBER = re.compile(r"\(\d{1,3}\)")

Grid = Sequence[tuple[int, Sequence[str]]]


Line = tuple[int, list[str]]  # number of a row, and its cells


@dataclass(frozen=True)
class Merge:
    """A merged cell of a sheet: first and last row (from 1) and column (from 0)."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Layout:
    """The rows above the answers: ``header`` row numbers, ``names`` of the columns, ``above`` rows left out,
    ``first`` row of answers.

    ``texts`` holds the questions by column name where they stand in a row of their own under the header.
    """

    header: list[int]
    names: list[str]
    first: int
    above: list[tuple[int, Sequence[str], str]] = field(default_factory=list)
    log: list[Detected] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def find_layout(
    grid: Grid, *, merges: Sequence[Merge] = (), header_rows: tuple[int, ...] | None = None, place: str = ""
) -> Layout:
    """Return where the table begins; ``grid`` holds the first rows as (number, cells), empty rows may be left
    out.

    Raises
    ------
    ValueError if none of the given header rows is in the grid.
    """
    rows = [
        (number, fill_across(cells, number, merges))
        for number, cells in grid
        if any(cell.strip() for cell in cells)
    ]
    if header_rows is not None:
        return given_layout(rows, header_rows, merges, place)
    if not rows:
        return Layout(
            [], [], 1, log=[Detected("header", "none", "there is no filled row", place, doubtful=True)]
        )
    widest = max(filled(cells) for _, cells in rows)
    several = min(2, widest)  # a title merged across the sheet fills every column with one text
    full = (
        at
        for at, (_, cells) in enumerate(rows)
        if row_names(cells) or (filled(cells) >= HEADER_SHARE * widest and different(cells) >= several)
    )
    start, log = next(full, None), []
    if start is None:
        start = 0
        log.append(
            Detected(
                "header",
                rows_text([rows[0][0]]),
                "no row fills most columns with different names; the first one is taken",
                place,
                doubtful=True,
            )
        )
    start -= too_narrow(rows, start)
    rows[start] = (rows[start][0], without_made_names(rows, start))
    top = upward(rows, start, merges)
    bottom = downward(rows, start, merges, log, place)
    header = rows[top : bottom + 1]
    names = join_names(header, merges)
    layout = Layout([number for number, _ in header], names, header[-1][0] + 1, log=log)
    layout.above = [(number, cells, "title row") for number, cells in rows[:top]]
    skip_number_row(rows, bottom, layout, place)
    skip_import_row(rows, bottom, layout, place)
    describe(rows, bottom, layout, place)
    return layout


def given_layout(
    rows: list[Line], header_rows: tuple[int, ...], merges: Sequence[Merge], place: str
) -> Layout:
    """Return the layout that the user stated."""
    if not header_rows:
        width = max((len(cells) for _, cells in rows), default=0)
        how = "given: the file has no header, columns are named by position"
        return Layout(
            [], [""] * width, rows[0][0] if rows else 1, log=[Detected("header", "none", how, place)]
        )
    header = [(number, cells) for number, cells in rows if number in header_rows]
    if not header:
        raise ValueError(
            f"header_rows {header_rows} are empty rows or lie beyond the first"
            f" {count_of(len(rows), 'filled row')}"
        )
    above: list[tuple[int, Sequence[str], str]] = [
        (number, cells, "above the stated header")
        for number, cells in rows
        if number < header_rows[-1] and number not in header_rows
    ]
    log = [Detected("header", rows_text(header_rows), "given", place)]
    return Layout(list(header_rows), join_names(header, merges), header_rows[-1] + 1, above, log)


def fill_across(cells: Sequence[str], number: int, merges: Sequence[Merge]) -> list[str]:
    """Return the cells with the text of a merged cell in every column that it spans."""
    found = list(cells)
    for merge in merges:
        if merge.top == number and merge.right > merge.left < len(found) and found[merge.left]:
            for at in range(merge.left, min(merge.right + 1, len(found))):
                found[at] = found[merge.left]
    return found


def filled(cells: Sequence[str]) -> int:
    """Return the number of cells that are not blank."""
    return sum(bool(cell.strip()) for cell in cells)


def row_names(cells: Sequence[str]) -> bool:
    """Say whether only the first cell is blank, as programs write it that put row names in a column without a
    name.
    """
    return len(cells) > 1 and not cells[0].strip() and filled(cells) == len(cells) - 1


def different(cells: Sequence[str]) -> int:
    """Return the number of different texts among the cells."""
    return len({cell.strip() for cell in cells if cell.strip()})


def get(cells: Sequence[str], at: int) -> str:
    """Return the cell at a position without surrounding space, or empty text beyond the end."""
    return cells[at].strip() if at < len(cells) else ""


def numeric(cell: str) -> bool:
    """Say whether a cell looks like an answer in numbers or a date rather than a name."""
    return len(cell) <= LONGEST_NUMBER and bool(NUMBER.fullmatch(cell) or DATE.fullmatch(cell))


def shape(cell: str) -> str:
    """Return the pattern of a cell: runs of digits as 9, runs of letters as a."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip()))


def upward(rows: list[Line], start: int, merges: Sequence[Merge]) -> int:
    """Return the first row of a header that began above ``start``: rows directly above that name groups of
    columns.
    """
    top = start
    while top > 0:
        number, cells = rows[top - 1]
        below_number, below = rows[top]
        if number != below_number - 1 or different(cells) < 2:
            break
        gaps = [at for at in range(len(below)) if get(cells, at) and not get(below, at)]
        repeated = len({plain(cell) for cell in below if cell.strip()}) < filled(below)
        spans = any(merge.top == number and merge.right > merge.left for merge in merges)
        if not (gaps or repeated or spans):
            break
        top -= 1
    return top


def downward(rows: list[Line], start: int, merges: Sequence[Merge], log: list[Detected], place: str) -> int:
    """Return the last row of the header that begins at ``start``."""
    bottom = start
    while bottom + 1 < len(rows):
        number, cells = rows[bottom]
        below_number, below = rows[bottom + 1]
        if below_number != number + 1:
            break
        body = [row for _, row in rows[bottom + 2 : bottom + 42]]
        if not (
            spanned(number, below_number, below, merges)
            or bracketed(below)
            or fills_gaps(cells, below, body, log, below_number, place)
        ):
            break
        bottom += 1
    return bottom


def spanned(number: int, below_number: int, below: Sequence[str], merges: Sequence[Merge]) -> bool:
    """Say whether merged cells of one row make the next one part of the header."""
    across = any(
        m.top == number
        and m.bottom == number
        and m.right > m.left
        and any(get(below, at) for at in range(m.left, m.right + 1))
        for m in merges
    )
    down = any(m.top <= number and m.bottom >= below_number for m in merges)
    return across or down


def bracketed(cells: Sequence[str]) -> bool:
    """Say whether a row holds only bracketed remarks such as ``(ribu Rp)``: units under the names."""
    texts = [cell.strip() for cell in cells if cell.strip()]
    return bool(texts) and all(BRACKETED.fullmatch(text) and not numeric(text) for text in texts)


def fills_gaps(
    cells: Sequence[str],
    below: Sequence[str],
    body: list[list[str]],
    log: list[Detected],
    number: int,
    place: str,
) -> bool:
    """Say whether a row goes on with a header because it names the columns that the header's first row leaves
    empty.
    """
    width = max(len(cells), len(below))
    named = [at for at in range(width) if get(cells, at)]
    gaps = [
        at
        for at in range(width)
        if not get(cells, at) and named and at > named[0] and any(get(row, at) for row in [below, *body])
    ]
    texts = [cell for cell in below if cell.strip()]
    if (
        not gaps
        or sum(bool(get(below, at)) for at in gaps) < 0.5 * len(gaps)
        or any(numeric(cell) for cell in texts)
    ):
        return False
    open_below = [
        at
        for at in named
        if not get(below, at) and body and sum(bool(get(row, at)) for row in body) >= 0.5 * len(body)
    ]
    if open_below:
        return True
    filled_below = [at for at in range(width) if get(below, at)]
    alike = [at for at in filled_below if any(shape(get(row, at)) == shape(get(below, at)) for row in body)]
    if body and len(alike) < 0.5 * len(filled_below):
        return True
    log.append(
        Detected(
            "header",
            f"row {number}",
            "it may be a second header row, but looks like the answers below it; taken as answers",
            place,
            doubtful=True,
        )
    )
    return False


def join_names(header: list[Line], merges: Sequence[Merge]) -> list[str]:
    """Return the names of the columns: the texts of the header's rows from top to bottom, group names carried
    to the right.
    """
    width = max(len(cells) for _, cells in header)
    parts: list[list[str]] = [[] for _ in range(width)]
    for at, (number, cells) in enumerate(header):
        below = [row for _, row in header[at + 1 :]]
        known = any(merge.top == number and merge.right > merge.left for merge in merges)
        current = ""
        for column in range(width):
            text, named_below = get(cells, column), any(get(row, column) for row in below)
            if text:
                current = text if named_below else ""  # a name with nothing below it is no group
            carried = not text and not known and not parts[column] and named_below
            part = text or (current if carried else "")
            if part and (not parts[column] or parts[column][-1] != part):
                parts[column].append(part)
    return [JOINT.join(part) for part in parts]


def skip_number_row(rows: list[Line], bottom: int, layout: Layout, place: str) -> None:
    """Leave out a row that numbers the columns, ``(1) (2) (3)``, as printed tables have under the header."""
    if bottom + 1 >= len(rows):
        return
    number, cells = rows[bottom + 1]
    texts = [cell.strip() for cell in cells if cell.strip()]
    if len(texts) > 1 and all(COLUMN_NUMBER.fullmatch(text) for text in texts):
        layout.above.append((number, cells, "column numbers"))
        layout.first = number + 1
    elif len(texts) > 5 and texts == [str(at) for at in range(1, len(texts) + 1)]:
        layout.log.append(
            Detected(
                "header",
                f"row {number}",
                "it may number the columns (1, 2, 3 …); taken as answers; 'skip_rows' leaves it out",
                place,
                doubtful=True,
            )
        )


def too_narrow(rows: list[Line], start: int) -> bool:
    """Say whether the row above is the header after all: it names fewer columns than rows of numbers have, as
    where decimal commas part them.
    """
    if start == 0 or rows[start - 1][0] != rows[start][0] - 1:
        return False
    above, cells = ([cell for cell in rows[at][1] if cell.strip()] for at in (start - 1, start))
    numbers = sum(numeric(cell) for cell in cells) >= 0.5 * len(cells)
    return (
        numbers
        and len(rows[start - 1][1]) < len(rows[start][1])
        and different(above) > 1
        and not any(numeric(cell) for cell in above)
    )


def without_made_names(rows: list[Line], start: int) -> list[str]:
    """Return the header's first row without names such as ``Unnamed: 12``, where a second row names these
    columns.
    """
    cells = rows[start][1]
    bare = ["" if AUTOMATIC.fullmatch(cell.strip()) else cell for cell in cells]
    if bare == cells or start + 1 >= len(rows):
        return cells
    body = [row for _, row in rows[start + 2 : start + 42]]
    return bare if fills_gaps(bare, rows[start + 1][1], body, [], rows[start + 1][0], "") else cells


def skip_import_row(rows: list[Line], bottom: int, layout: Layout, place: str) -> None:
    """Leave out the rows of question texts and import codes that Qualtrics writes under the names."""
    at = next((at for at in (bottom + 1, bottom + 2) if at < len(rows) and is_import_row(rows[at][1])), None)
    if at is None:
        return
    layout.above += [(number, cells, "question texts") for number, cells in rows[bottom + 1 : at]] + [
        (*rows[at], "import codes")
    ]
    layout.first = rows[at][0] + 1
    if at == bottom + 2:
        layout.texts = {
            name: text
            for name, text in zip(layout.names, rows[bottom + 1][1], strict=False)
            if name and text.strip()
        }
    layout.log.append(
        Detected(
            "header",
            rows_text([number for number, *_ in layout.above[-2:]]),
            "question texts and import codes as Qualtrics writes them",
            place,
        )
    )


def is_import_row(cells: Sequence[str]) -> bool:
    """Say whether every filled cell is an import code of Qualtrics."""
    return filled(cells) > 0 and all(cell.strip().startswith(IMPORT_ID) for cell in cells if cell.strip())


def describe(rows: list[Line], bottom: int, layout: Layout, place: str) -> None:
    """Log the header and the rows above it; doubt a header that looks like answers or stands directly under a
    title.
    """
    texts = [cell for cell in rows[bottom][1] if cell.strip()]
    looks = sum(numeric(cell) for cell in texts) >= 0.5 * len(texts)
    titles = [number for number, _, reason in layout.above if reason == "title row"]
    close = bool(titles) and titles[-1] == layout.header[0] - 1
    how = f"the first row that fills at least {HEADER_SHARE:.0%} of the columns" + (
        f", after {count_of(len(titles), 'title row')}" if titles else ""
    )
    how += "; the row directly above it was taken for a title: look whether it is the header" if close else ""
    how += "; group names joined to the names below them" if len(layout.header) > 1 else ""
    how += (
        "; half of its cells look like answers: if the file has no header, give header_rows=()"
        if looks
        else ""
    )
    layout.log.insert(0, Detected("header", rows_text(layout.header), how, place, doubtful=looks or close))
