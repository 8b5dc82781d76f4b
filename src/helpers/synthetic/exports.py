"""The files of an export: delimited text, a KoboToolbox export, an Excel workbook, an SPSS file. Same rows, same bytes.

Text is written block by block; workbooks and SPSS files are held in memory until they are complete, and are refused when too large.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

import numpy as np

from helpers.codebook import Codebook, Variable
from helpers.synthetic.columns import TextColumn
from helpers.synthetic.mess.rendering import Rendering

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["csv", "kobo", "xlsx", "sav"]
SUFFIXES = {"csv": "csv", "kobo": "csv", "xlsx": "xlsx", "sav": "sav"}
MOST_ROWS = 200_000  # of a file that is held in memory
DAY = re.compile(r"([0-3][0-9])/([01][0-9])/([0-9]{4})")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,2})?")  # three digits after a point may be thousands
MOMENT = datetime(2000, 1, 1)  # written into files that want to know when they were made


@dataclass(frozen=True)
class Layout:
    """How the exports of a cohort look.

    ``level`` : how much mess (low, real, high; empty for none). ``formats`` : the kind of file by table, delimited text unless named.
    ``headers`` : variable names, or questions in one language with their number. ``separator``, ``mark`` : of delimited text; the
    mark is the one that some programs put at the beginning of UTF-8. ``titles`` : lines above the header. ``footer`` : a line with
    the number of rows at the end.
    """

    level: str = "real"
    rendering: Rendering = field(default_factory=Rendering)
    formats: Mapping[str, Format] = field(default_factory=dict)
    headers: Literal["name", "en", "id"] = "name"
    separator: str = ","
    mark: bool = False
    titles: Sequence[str] = ()
    footer: bool = False

    def format(self, table: str) -> Format:
        """The kind of file of a table."""
        return self.formats.get(table, "csv")

    def file(self, table: str) -> str:
        """The name of a table's file."""
        return f"{table}.{SUFFIXES[self.format(table)]}"

    def structure(self, table: str) -> list[tuple[int, str]]:
        """What is unusual about a file as a whole: kind of mess and what was done."""
        kind = self.format(table)
        found = [(36, "titles above the header")] if self.titles and kind in ("csv", "xlsx") else []
        found += [(36, "a total below the rows")] if self.footer and kind in ("csv", "xlsx") else []
        found += [(37, "questions for names")] if self.headers != "name" and kind in ("csv", "xlsx") else []
        found += [(38, "names of groups"), (32, "one column for each answer")] if kind == "kobo" else []
        found += [(46, "mark at the beginning")] if self.mark and kind == "csv" else []
        found += [(50, f"separated by '{self.separator}'")] if self.separator != "," and kind == "csv" else []
        return found


class Sink(Protocol):
    """A file that takes rows and is then closed with their number."""

    def append(self, columns: dict[str, TextColumn]) -> None:
        """Add rows."""

    def close(self, rows: int) -> None:
        """Finish the file."""


def open_sink(path: Path, table: str, codebook: Codebook, layout: Layout) -> Sink:
    """Open the file of one table."""
    variables, kind = codebook.table(table), layout.format(table)
    if kind == "xlsx":
        return BookSink(path, variables, layout)
    if kind == "sav":
        return SavSink(path, variables, codebook)
    return KoboSink(path, variables, codebook, layout) if kind == "kobo" else TextSink(path, header_of(variables, layout), layout)


def header_of(variables: list[Variable], layout: Layout) -> list[str]:
    """The names of the columns: of variables, or question number and text."""
    if layout.headers == "name":
        return [variable.sources[0] for variable in variables]
    numbers = [question_number(variable) for variable in variables]
    return [f"{number}. {v.label(layout.headers)}" if number else v.label(layout.headers) for number, v in zip(numbers, variables, strict=True)]


def question_number(variable: Variable) -> str:
    """The number of a question, when its other names hold one (``C7a``)."""
    return next((source for source in variable.sources[1:] if source[:1].isupper() and source[1:2].isdigit()), "")


def arrow_column(column: TextColumn) -> pa.Array:
    """A column of texts in Arrow's form."""
    import pyarrow as pa

    return pa.array([*column.pool, ""], type=pa.string()).take(pa.array(column.codes))


def write_rows(columns: dict[str, TextColumn], stream: BinaryIO, separator: str) -> None:
    """Append rows to an open text file."""
    import pyarrow as pa
    from pyarrow import csv

    table = pa.table({name: arrow_column(column) for name, column in columns.items()})
    csv.write_csv(table, stream, csv.WriteOptions(include_header=False, delimiter=separator, quoting_style="needed"))


class TextSink:
    """Delimited text; titles and total fill up their row with empty cells, as a sheet does that is saved as text."""

    def __init__(self, path: Path, header: list[str], layout: Layout) -> None:
        import csv
        from io import StringIO

        self.stream, self.layout, lines, self.rest = path.open("wb"), layout, StringIO(), layout.separator * (len(header) - 1)
        for title in layout.titles:
            lines.write(f"{title}{self.rest}\n")
        csv.writer(lines, delimiter=layout.separator, lineterminator="\n").writerow(header)
        self.stream.write(lines.getvalue().encode("utf-8-sig" if layout.mark else "utf-8"))

    def append(self, columns: dict[str, TextColumn]) -> None:
        """Write rows."""
        write_rows(columns, self.stream, self.layout.separator)

    def close(self, rows: int) -> None:
        """Write the total, if there is to be one."""
        if self.layout.footer:
            self.stream.write(f"Jumlah{self.layout.separator}{rows}{self.rest[1:]}\n".encode())
        self.stream.close()


class KoboSink(TextSink):
    """An export of KoboToolbox: names of groups before those of questions, one column for each of several answers, system columns."""

    def __init__(self, path: Path, variables: list[Variable], codebook: Codebook, layout: Layout) -> None:
        self.variables, self.rows = variables, 0
        self.options = {v.name: [choice.name for choice in codebook.answers(v.list_name)] for v in variables if v.kind == "select_multiple"}
        header = []
        for variable in variables:
            name = kobo_name(variable)
            header += [name, *[f"{name}/{code}" for code in self.options.get(variable.name, ())]]
        plain = Layout(level=layout.level)
        super().__init__(path, [*header, "_id", "_uuid", "_index"], plain)

    def append(self, columns: dict[str, TextColumn]) -> None:
        """Write rows with their marks and system columns."""
        found: dict[str, TextColumn] = {}
        for variable in self.variables:
            column = found[variable.name] = columns[variable.name]
            for code in self.options.get(variable.name, ()):
                marks = ["" if not text.replace(" ", "").isdigit() else str(int(code in text.split())) for text in column.pool]
                found[f"{variable.name}/{code}"] = TextColumn(column.codes, marks)
        n = len(next(iter(columns.values())).codes)
        numbers, codes = range(self.rows + 1, self.rows + n + 1), np.arange(n, dtype="int32")
        found["_id"] = TextColumn(codes, [str(70_000 + number) for number in numbers])
        found["_uuid"] = TextColumn(codes, [f"{number * 2_654_435_761 % 2**32:08x}-0000-4000-8000-{number:012x}" for number in numbers])
        found["_index"] = TextColumn(codes, [str(number) for number in numbers])
        self.rows += n
        super().append(found)


def kobo_name(variable: Variable) -> str:
    """The name of a question with its group; the time of submission is a system column."""
    if variable.role == "submitted":
        return "_submission_time"
    number = question_number(variable)
    return f"grp_{number[0]}/{variable.sources[0]}" if number else variable.sources[0]


class BookSink:
    """One sheet of an Excel workbook: numbers as numbers, days as dates, everything else as text."""

    def __init__(self, path: Path, variables: list[Variable], layout: Layout) -> None:
        from openpyxl import Workbook

        self.path, self.layout, self.rows = path, layout, 0
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet("Data")
        for title in layout.titles:
            self.sheet.append([title])
        self.sheet.append(header_of(variables, layout))
        self.texts = {variable.name for variable in variables if variable.kind in ("text", "dateTime", "select_multiple")}

    def append(self, columns: dict[str, TextColumn]) -> None:
        """Add rows."""
        n = len(next(iter(columns.values())).codes)
        self.rows = refuse_too_many(self.path, self.rows + n)
        made = []
        for name, column in columns.items():
            cells = [text or None for text in column.pool] if name in self.texts else [self.cell(text) for text in column.pool]
            made.append(np.array([*cells, None], dtype=object)[column.codes])
        for row in zip(*made, strict=True):
            self.sheet.append([self.dated(value) if isinstance(value, date) else value for value in row])

    def cell(self, text: str) -> object:
        """What a spreadsheet makes of a typed text."""
        if not text:
            return None
        if NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        parts = DAY.fullmatch(text)
        try:
            return date(int(parts[3]), int(parts[2]), int(parts[1])) if parts else text
        except ValueError:
            return text

    def dated(self, value: date) -> object:
        """A cell that shows a day as people here write it."""
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet, value=value)
        cell.number_format = "DD/MM/YYYY"
        return cell

    def close(self, rows: int) -> None:
        """Write the total, if there is to be one, and the workbook without the time at which it was made."""
        if self.layout.footer:
            self.sheet.append(["Jumlah", rows])
        self.book.properties.creator = ""
        self.book.properties.created = MOMENT
        self.book.save(self.path)
        pack_again(self.path)


def pack_again(path: Path) -> None:
    """Write a workbook's archive anew with fixed times, so that the same rows give the same bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in sorted(archive.namelist())]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + MOMENT.isoformat().encode() + b"Z", content)
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


class SavSink:
    """An SPSS file: columns of nothing but numbers are numeric, with labels of values and missing codes; the others are texts."""

    def __init__(self, path: Path, variables: list[Variable], codebook: Codebook) -> None:
        self.path, self.variables, self.codebook, self.rows = path, variables, codebook, 0
        self.parts: list[dict[str, np.ndarray]] = []

    def append(self, columns: dict[str, TextColumn]) -> None:
        """Keep rows."""
        self.rows = refuse_too_many(self.path, self.rows + len(next(iter(columns.values())).codes))
        self.parts.append({name: column.texts() for name, column in columns.items()})

    def close(self, rows: int) -> None:
        """Write the file without the time at which it was made."""
        import pandas as pd
        import pyreadstat

        texts = {v.name: np.concatenate([part[v.name] for part in self.parts]) for v in self.variables} if self.parts else {}
        numeric = [v for v in self.variables if v.kind not in ("text", "select_multiple") and all(not t or NUMBER.fullmatch(t) for t in set(texts[v.name]))]
        names = {variable.name for variable in numeric}
        frame = pd.DataFrame({name: pd.to_numeric(pd.Series(column).replace("", None)) if name in names else column for name, column in texts.items()})
        labels = {v.name: {float(c.name): c.label_id for c in self.codebook.answers(v.list_name) if c.name.isdigit()} for v in numeric if v.list_name}
        missing = {v.name: [{"lo": min(codes), "hi": max(codes)}] for v in numeric if (codes := [float(c) for c in v.missing_codes if c.startswith("-")])}
        pyreadstat.write_sav(
            frame, str(self.path), column_labels={v.name: v.label_id for v in self.variables}, variable_value_labels=labels, missing_ranges=missing
        )
        content = bytearray(self.path.read_bytes())
        content[92:109] = b"01 Jan 0000:00:00"  # day and time of making, at their place in the file's header
        self.path.write_bytes(bytes(content))


def refuse_too_many(path: Path, rows: int) -> int:
    """Return the number of rows.

    Raises
    ------
    ValueError when a file that is held in memory would become too large.
    """
    if rows > MOST_ROWS:
        raise ValueError(f"'{path.name}' would have more than {MOST_ROWS} rows: write delimited text instead")
    return rows
