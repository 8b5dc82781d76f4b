"""Delimited text (CSV, semicolons, tabs, bars) → one raw table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from manfaat.base.problems import Problem, ProblemsError
from manfaat.files.formats.body import Body
from manfaat.files.formats.characters import unusual
from manfaat.files.formats.charset import to_utf8
from manfaat.files.formats.csvbody import (
    CLOSE,
    Dialect,
    count_lines,
    offset_of,
    read_body,
    swallowed,
    unclosed,
)
from manfaat.files.formats.dialect import NAMES, find_decimal, find_separator, head_rows, long_cells
from manfaat.files.formats.finishing import Origin, finish
from manfaat.files.formats.layout import Layout, filled, find_layout, numeric
from manfaat.files.formats.safety import refusal
from manfaat.files.formats.tables import Detected, FormatOptions, RawTable, count_of, rows_text, some, stem
from manfaat.files.formats.trimming import FOOTER_REASON, TOTAL_REASON, Drop, joined, names_total, note_like

SHOWN = 20
MOST_COLUMNS = 200_000
EACH = (
    "the same number of cells in every row; or 'skip_rows' or ragged='set aside' to leave such rows out, or"
    " ragged='pad' to fill short ones up"
)


def read_delimited(
    path: Path, options: FormatOptions, *, file: str, log: Sequence[Detected] = ()
) -> list[RawTable]:
    """Return the table of a text file as a list of one.

    Raises
    ------
    ProblemsError if the encoding cannot be told, rows are ragged, a quote is never closed, or no row is
    filled.
    """
    content, said = to_utf8(path.read_bytes(), options.encoding, file=file)
    content, ended = without_end_mark(content)
    separator, more = given_separator(content, options)
    said = [*log, *said, *ended, *more]
    head = head_rows(content, separator, options.quote)
    if not any(cell.strip() for _, cells in head for cell in cells):
        raise refusal(
            file, "the file holds no filled cell", expected="a header row and at least one row of answers"
        )
    check_cells(content, head, separator, options, file=file)
    layout, header = text_layout(content, head, options, file=file)
    refuse_open_header(content, layout, separator, options, file=file)
    said += [find_decimal((cell for _, cells in head for cell in cells), options.decimal), *unusual(content)]
    least = max((at for at, name in enumerate(layout.names, start=1) if name), default=len(layout.names))
    body = read_body(
        content,
        first=layout.first,
        widths=(least, len(layout.names)),
        dialect=Dialect(separator, options.quote),
        file=file,
    )
    del content
    if not options.quote_stated:
        refuse_swallowed(body, separator, file=file)
    body, dropped = settle_ragged(body, options, file=file)
    body.blank += [
        line for line, cells in head if line < layout.first and not any(cell.strip() for cell in cells)
    ]
    layout.log = [*said, *layout.log]
    table, _ = finish(body, layout, header, Origin(file, "delimited text", stem(path)), options, dropped)
    return [table]


def without_end_mark(content: bytes) -> tuple[bytes, list[Detected]]:
    """Return the text without the sign (Ctrl-Z) with which old programs end a file."""
    if not content.endswith(b"\x1a"):
        return content, []
    return content[:-1], [
        Detected("end mark", "Ctrl-Z", "the sign with which old programs end a file; taken off")
    ]


def refuse_open_header(
    content: bytes, layout: Layout, separator: str, options: FormatOptions, *, file: str
) -> None:
    """Refuse a file whose header opens a quote that is never closed, so that the whole file is one name."""
    if offset_of(content, layout.first) == len(content) and content.count(options.quote.encode()) % 2:
        lines = content.decode("utf-8", "replace").splitlines(keepends=True)
        with long_cells():
            if unclosed(lines, separator, options.quote):
                raise refusal(
                    file,
                    "a quote opens in the header and is never closed, so all that follows would be one name",
                    row=1,
                    expected=CLOSE,
                )


def refuse_swallowed(body: Body, separator: str, *, file: str) -> None:
    """Refuse a file in which a quoted cell holds what looks like whole rows: two stray quotes make one cell
    of the people between them.
    """
    rows = swallowed(body, separator)
    if rows:
        found = (
            "a quoted cell holds lines that look like whole rows; perhaps a quote is missing"
            f" ({rows_text(rows)})"
        )
        raise refusal(
            file,
            found,
            row=rows[0],
            expected="the quote put right; or 'quote' stated in cohort.yml, if these lines are one answer",
        )


def check_cells(
    content: bytes,
    head: Sequence[tuple[int, list[str]]],
    separator: str,
    options: FormatOptions,
    *,
    file: str,
) -> None:
    """Refuse a file with more cells than ``max_cells``, or one row with too many, before they fill the
    memory.
    """
    widest = max(len(row) for _, row in head)
    if widest > MOST_COLUMNS:
        raise refusal(
            file,
            f"a row has {widest:,} cells, more than the {MOST_COLUMNS:,} that a table may have",
            expected="the right separator and quote",
        )
    lines = count_lines(content)
    cells = content.count(separator.encode()) + lines
    if cells + 2 * lines > options.max_cells:  # a row costs as much as two cells besides its own
        raise refusal(
            file,
            f"the file has {cells:,} cells in {lines:,} rows, which need more memory than allowed",
            expected="a smaller file, a larger max_cells, or part by part with manfaat clean",
        )


def given_separator(content: bytes, options: FormatOptions) -> tuple[str, list[Detected]]:
    """Return the separator that was stated, or the one detected."""
    if options.separator is None:
        return find_separator(content, options.quote)
    return options.separator, [
        Detected("separator", NAMES.get(options.separator, options.separator), "given")
    ]


def text_layout(
    content: bytes, head: list[tuple[int, list[str]]], options: FormatOptions, *, file: str
) -> tuple[Layout, list[str]]:
    """Return the layout in line numbers of the file, and the cells of the header's last row.

    The header is looked for among rows counted one by one, since a row can stretch over several lines.
    """
    declared = head[:1] if head[0][0] == 1 and joined(head[0][1]).startswith("sep=") else []
    skipped = [(line, cells) for line, cells in head if line in options.skip_rows]
    head = [(line, cells) for line, cells in head[len(declared) :] if line not in options.skip_rows]
    lines = [line for line, _ in head]
    stated = options.header_rows
    wanted = None if stated is None else tuple(at + 1 for at, line in enumerate(lines) if line in stated)
    if stated and wanted is not None and len(wanted) != len(stated):
        absent = some([row for row in stated if row not in lines])
        raise refusal(
            file,
            f"no row begins on line {absent}",
            expected=f"header_rows among the first {len(lines)} rows of the file",
        )
    grid = [(at, cells) for at, (_, cells) in enumerate(head, start=1)]
    try:
        layout = find_layout(grid, header_rows=wanted)
    except ValueError as error:
        raise refusal(file, str(error), expected="the row that names the columns") from error
    header = head[layout.header[-1] - 1][1] if layout.header else []
    after = layout.first - 1
    layout.first = lines[after] if after < len(lines) else count_lines(content) + 1
    layout.header = [lines[at - 1] for at in layout.header]
    layout.above = [(lines[at - 1], cells, reason) for at, cells, reason in layout.above]
    layout.above += [(line, cells, "separator line") for line, cells in declared]
    layout.above += [(line, cells, "skip_rows") for line, cells in skipped if line < layout.first]
    if layout.header:
        layout.log[0] = replace(layout.log[0], value=rows_text(layout.header))
    return layout, header


def settle_ragged(body: Body, options: FormatOptions, *, file: str) -> tuple[Body, list[Drop]]:
    """Deal with rows of another width: notes and totals leave, the rest is refused, set aside or filled up as
    stated.

    Raises
    ------
    ProblemsError naming the first rows that have more or fewer cells than the header.
    """
    if not body.ragged:
        return body, []
    width = body.table.num_columns
    last = int(body.rows[-1]) if len(body.rows) else 0
    sample = [body.cells(at) for at in range(min(40, len(body.rows)))]
    dropped, wrong, short = [], [], []
    for number, cells in body.ragged:
        first = next(cell for cell in cells if cell.strip()) if filled(cells) else ""
        few = number > last and len(cells) < width and filled(cells) <= 2
        if number in options.skip_rows:
            dropped.append((number, "skip_rows", "left out as stated", joined(cells)))
        elif not options.keep_totals and len(cells) < width and names_total(first):
            dropped.append((number, "total row", TOTAL_REASON, joined(cells)))
        elif (
            not options.keep_footer
            and few
            and note_like(cells, sample, apart=number - 1 in body.blank or bool(dropped)) == "note"
        ):
            dropped.append((number, "footer", FOOTER_REASON, joined(cells)))
        elif options.ragged == "set aside":
            dropped.append(
                (
                    number,
                    "ragged row",
                    f"{len(cells)} cells where the header has {width}; set aside as stated",
                    joined(cells),
                )
            )
        elif options.ragged == "pad" and len(cells) < width:
            short.append((number, cells))
        else:
            wrong.append((number, cells))
    if wrong:
        raise ragged_error(wrong, width, len(body.rows) + len(body.ragged), file=file)
    return padded(body, short), dropped


def padded(body: Body, short: Sequence[tuple[int, list[str]]]) -> Body:
    """Return the body with the short rows filled up with empty cells, in the order of the file."""
    if not short:
        return body
    width = body.table.num_columns
    columns = zip(*([*cells, *[""] * (width - len(cells))] for _, cells in short), strict=True)
    extra = pa.Table.from_arrays(
        [pa.array(column, pa.large_string()) for column in columns], schema=body.table.schema
    )
    rows = np.concatenate([body.rows, np.array([number for number, _ in short], dtype=np.int64)])
    order = np.argsort(rows, kind="stable")
    body.table, body.rows = pa.concat_tables([body.table, extra]).take(pa.array(order)), rows[order]
    body.padded = [number for number, _ in short]
    return body


def ragged_error(
    wrong: Sequence[tuple[int, list[str]]], width: int, total: int, *, file: str
) -> ProblemsError:
    """Return the error that names the ragged rows, with the likely cause where all have the same surplus."""
    lengths = {len(cells) for _, cells in wrong}
    cause = ""
    if len(wrong) == total and lengths == {width + 1}:
        cause = "; every row has one cell more than the header, so a column has no name"
    elif (
        any(numeric(cell) and len(cell) <= 2 for _, cells in wrong for cell in cells) and max(lengths) > width
    ):
        cause = "; perhaps decimal commas, or text with the separator in it, without quotes"
    problems = [
        Problem(
            file,
            f"the row has {count_of(len(cells), 'cell')}, the header {width}{cause}",
            row=number,
            expected=EACH,
        )
        for number, cells in wrong[:SHOWN]
    ]
    if len(wrong) > SHOWN:
        more = count_of(len(wrong) - SHOWN, "more row", "more rows")
        problems.append(
            Problem(file, f"{more} of another width than the header, the last in row {wrong[-1][0]}")
        )
    return ProblemsError(problems)
