"""Single changes in definition files that people keep: the rest of the text stays as it is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import yaml

from manfaat.definitions.codebook import grid_of
from manfaat.definitions.grids import KEPT_EMPTY, LIKE, by_section, written_out
from manfaat.definitions.programme import Programme


def with_cell(text: str, line: dict[str, str], column: str, change: Callable[[str], str]) -> str:
    """Return a CSV text in which one cell is changed; only its line is written anew, all lines where the
    column is new.

    Parameters
    ----------
    line : what stands in other columns of the line that is meant. change : the cell as it is → as it shall
    be.

    Raises
    ------
    LookupError unless exactly one line is meant.
    """
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    head = body.split("\n", 1)[0]
    sign, end = max(",;\t", key=head.count), "\r\n" if "\r\n" in body else "\n"
    parts = records(body, sign)
    if column not in parts[0][1]:
        wider = [[*cells, "" if at else column] if cells else [] for at, (_, cells) in enumerate(parts)]
        parts = [(as_line(cells, sign, end), cells) for cells in wider]
    names = parts[0][1]
    found = [
        at
        for at, (_, cells) in enumerate(parts)
        if at and len(cells) == len(names) and stands(dict(zip(names, cells, strict=True)), line)
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} lines are meant by {line}")
    cells = list(parts[found[0]][1])
    cells[names.index(column)] = change(cells[names.index(column)])
    parts[found[0]] = (as_line(cells, sign, end), cells)
    return mark + "".join(raw for raw, _ in parts)


def stand_alone(text: str, table: str, name: str, programme: Programme) -> str:
    """Return the text of ``codebook.csv`` in which a variable has a line of its own.

    The line that stands for it and for others, and lines that are like that one, are written out in full; a
    text in which it stands alone already stays as it is.
    """
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    head = body.split("\n", 1)[0]
    sign, end = max(",;\t", key=head.count), "\r\n" if "\r\n" in body else "\n"
    parts = records(body, sign)
    columns = parts[0][1]
    rows = [
        (at, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)})
        for at, (_, cells) in enumerate(parts)
        if at and len(cells) == len(columns)
    ]
    whole: dict[int, list[dict[str, str]]] = {}
    for at, row in written_out(rows, "", grid_of(programme))[0]:
        whole.setdefault(at, []).append(row)
    wanted = {"table": table, "name": name}
    short: dict[int, dict[str, str]] = {}  # line to be written out → what the section above it says
    gone: set[str] = set()
    for at, row, section in by_section(rows):
        bases = row.get(LIKE, "").split()
        if any(stands(one, wanted) for one in whole.get(at, [])) or gone & set(bases):
            alone = not gone and not bases and not section and stands(row, wanted)
            short[at] = section
            gone |= {row["name"].replace("{like}", base) for base in bases or [""]}
    if len(short) == 1 and alone:
        return text
    for at, section in short.items():
        lines = [
            [one.get(column, "") or (KEPT_EMPTY if section.get(column) else "") for column in columns]
            for one in whole[at]
        ]
        parts[at] = ("".join(as_line(line, sign, end) for line in lines), parts[at][1])
    return mark + "".join(raw for raw, _ in parts)


def stands(cells: dict[str, str], line: dict[str, str]) -> bool:
    """Whether a line holds these cells; a column that the file does not have tells nothing apart."""
    return all(cells[name].strip() == value for name, value in line.items() if name in cells)


def records(body: str, sign: str) -> list[tuple[str, list[str]]]:
    """The records of a CSV text: as written, and parted into cells."""
    lines, found, last = io.StringIO(body, newline="").readlines(), [], 0
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=sign)
    for cells in reader:
        found.append(("".join(lines[last : reader.line_num]), cells))
        last = reader.line_num
    return found


def as_line(cells: list[str], sign: str, end: str) -> str:
    """One record as it is written."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=sign, lineterminator=end).writerow(cells)
    return stream.getvalue()


def with_date_order(text: str, entry: tuple[str, str], variable: str, order: str) -> str:
    """Return the text of ``cohort.yml`` that says which of day and month comes first in one column.

    Parameters
    ----------
    entry : the file and the table that it feeds. order : ``dmy`` or ``mdy``.

    Raises
    ------
    LookupError unless one entry of ``files`` is meant, and it states no other order of the column.
    """
    files = value_of(yaml.compose(text), "files")
    items = [
        item
        for item in (files.value if files is not None else [])
        if all(
            (node := value_of(item, key)) is not None and node.value == said
            for key, said in zip(("file", "table"), entry, strict=True)
        )
    ]
    known = value_of(items[0], "date_order") if len(items) == 1 else None
    stated = value_of(known, variable) if isinstance(known, yaml.MappingNode) else known
    if len(items) != 1 or (stated is not None and stated.value != order):
        raise LookupError(
            f"{len(items)} entries of 'files' are meant"
            if len(items) != 1
            else f"another order of '{variable}' is stated"
        )
    if stated is not None:
        return text
    own = f"{variable}: {order}"
    if known is None:
        return put_in(text, items[0], f"date_order: {{{own}}}")
    return put_in(text, known, own)


def value_of(node: yaml.MappingNode, name: str) -> yaml.Node | None:
    """The value of a key of a mapping; None where it has none."""
    return next((value for key, value in node.value if key.value == name), None)


def put_in(text: str, node: yaml.MappingNode, own: str) -> str:
    """Put one more ``key: value`` into a mapping, in the way that it is written."""
    if node.flow_style:
        at = node.end_mark.index - 1
        before = text[:at].rstrip()
        return before + ("" if before.endswith(("{", ",")) else ", ") + own + text[at:]
    name, value = node.value[0]
    at = text.find(
        "\n", value.end_mark.index if isinstance(value, yaml.ScalarNode) else name.start_mark.index
    )
    at = len(text) if at < 0 else at
    indent = " " * int(name.start_mark.column)
    return f"{text[:at]}\n{indent}{own}{text[at:]}"
