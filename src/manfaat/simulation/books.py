"""Excel workbooks and SPSS files: held in memory until they are complete, and refused when too large."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.layout import HIDDEN_SHEET, OTHERS_SHEET, Layout, Places, header_of, sections_of

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet
    from pyreadstat.pyclasses import MissingRange

Row = tuple[object, ...]
MOST_ROWS = 200_000
DAY = re.compile(r"([0-3][0-9])/([01][0-9])/([0-9]{4})")
NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,2})?"
)  # three digits after a point may be thousands
MOMENT = datetime(2000, 1, 1)  # written into files that want to know when they were made
DOUBLED = re.compile(
    rb"<f>([0-9]+)\*2</f><v ?/>|<f>([0-9]+)\*2</f><v></v>"
)  # the formulas whose value is stored; others have none
RED = "FFFF0000"
DATA_SHEET = "Data"


class BookSink:
    """A sheet of an Excel workbook, or one for each value of a variable: numbers as numbers, days as dates,
    everything else as text.
    """

    def __init__(
        self, path: Path, table: str, variables: list[Variable], codebook: Codebook, layout: Layout
    ) -> None:
        from openpyxl import Workbook

        self.path, self.layout, self.rows, self.codebook, self.variables = (
            path,
            layout,
            0,
            codebook,
            variables,
        )
        self.book, self.widest = Workbook(write_only=True), 0
        self.header = [*header_of(variables, layout), *[text for _, text in layout.extras(table, variables)]]
        self.by_value = layout.sheets in {variable.name for variable in variables}
        self.texts = {
            variable.name
            for variable in variables
            if variable.kind in ("text", "dateTime", "select_multiple")
        }
        self.kept: dict[str, list[tuple[Row, bool]]] = {}
        if not self.by_value:
            self.sheet = self.new_sheet(DATA_SHEET)

    @property
    def above(self) -> int:
        """Rows above the first record."""
        return len(self.layout.titles) + self.layout.sections + 1

    def new_sheet(self, name: str) -> WriteOnlyWorksheet:
        """Begin a sheet with its titles and names of columns."""
        sheet = self.book.create_sheet(name)
        for title in self.layout.titles:
            sheet.append([title])
        if self.layout.sections:
            sheet.append([text or None for text in sections_of(self.variables)])
        sheet.append(self.header)
        return sheet

    def append(
        self, columns: dict[str, TextColumn], coloured: np.ndarray, sheets: TextColumn | None
    ) -> Places:
        """Add rows, ``coloured`` ones (a mask) in red; return where they stand.

        ``sheets`` : the value of the variable that divides the rows into sheets.
        """
        n = len(next(iter(columns.values())).codes)
        first, self.rows = self.rows, refuse_too_many(self.path, self.rows + n)
        made = []
        for name, column in columns.items():
            cells = (
                [text or None for text in column.pool]
                if name in self.texts
                else [self.cell(text) for text in column.pool]
            )
            made.append(np.array([*cells, None], dtype=object)[column.codes])
        rows = zip(*made, strict=True)
        if not self.by_value or sheets is None:
            for row, is_red in zip(rows, coloured, strict=True):
                self.sheet.append(self.cells(self.sheet, row, is_red))
            return Places(
                TextColumn(np.zeros(n, dtype="int32"), [DATA_SHEET]),
                1 + self.above + np.arange(first, first + n),
            )
        return self.divide(
            rows,
            coloured,
            [text or OTHERS_SHEET for text in sheets.texts()],
            [text or OTHERS_SHEET for text in [*sheets.pool, ""]],
            sheets,
        )

    def divide(
        self, rows: Iterable[Row], coloured: np.ndarray, names: list[str], pool: list[str], sheets: TextColumn
    ) -> Places:
        """Keep rows until it is known how many each sheet has."""
        numbers = []
        for row, is_red, name in zip(rows, coloured, names, strict=True):
            kept = self.kept.setdefault(name, [])
            kept.append((row, is_red))
            numbers.append(0 if name == self.layout.lost else self.above + len(kept))
        return Places(TextColumn(sheets.codes, pool), np.array(numbers, dtype="int64"))

    def cells(self, sheet: WriteOnlyWorksheet, row: Row, is_red: bool) -> list[object]:
        """The cells of a row: days shown as people here write them, red where the row is."""
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import PatternFill

        made = []
        for value in row:
            if not is_red and not isinstance(value, date):
                made.append(value)
                continue
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, date):
                cell.number_format = "DD/MM/YYYY"
            if is_red:
                cell.fill = PatternFill("solid", fgColor=RED)
            made.append(cell)
        return made

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

    def close(self, rows: int) -> None:
        """Write the sheets, the total, if there is to be one, and the workbook without the time at which it
        was made.
        """
        for name in sorted(name for name in self.kept if name != self.layout.lost):
            self.sheet = self.new_sheet(name)
            for row, is_red in self.kept[name]:
                self.sheet.append(self.cells(self.sheet, row, is_red))
            if self.layout.footer:
                self.sheet.append(["Jumlah", len(self.kept[name])])
        if self.by_value:
            self.hide_codes()
        elif self.layout.footer:
            self.sheet.append(["Jumlah", rows])
        self.book.properties.creator = ""
        self.book.properties.created = MOMENT
        self.book.save(self.path)
        pack_again(self.path)

    def hide_codes(self) -> None:
        """Add the sheet of answers that a form designer leaves behind."""
        sheet = self.book.create_sheet(HIDDEN_SHEET)
        sheet.sheet_state = "hidden"
        sheet.append(["list_name", "name", "label"])
        for name in dict.fromkeys(variable.list_name for variable in self.variables if variable.list_name):
            for choice in self.codebook.answers(name):
                sheet.append([name, choice.name, choice.label_id])


def pack_again(path: Path) -> None:
    """Write a workbook's archive anew with fixed times, so that the same rows give the same bytes, and with
    the values of simple formulas.
    """
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in sorted(archive.namelist())]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*",
                    rb"\g<1>" + MOMENT.isoformat().encode() + b"Z",
                    content,
                )
            elif name.startswith("xl/worksheets/"):
                content = DOUBLED.sub(computed, content)
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def computed(match: re.Match[bytes]) -> bytes:
    """Return a formula with the value that a spreadsheet stores beside it."""
    number = match[1] or match[2]
    return b"<f>" + number + b"*2</f><v>" + str(int(number) * 2).encode() + b"</v>"


class SavSink:
    """An SPSS file: columns of nothing but numbers are numeric, with labels of values and missing codes; the
    others are texts.
    """

    def __init__(self, path: Path, variables: list[Variable], codebook: Codebook) -> None:
        self.path, self.variables, self.codebook, self.rows = path, variables, codebook, 0
        self.parts: list[dict[str, np.ndarray]] = []

    def append(
        self, columns: dict[str, TextColumn], coloured: np.ndarray, sheets: TextColumn | None
    ) -> Places:
        """Keep rows; return where they stand. Colours and sheets mean nothing here."""
        n = len(next(iter(columns.values())).codes)
        first, self.rows = self.rows, refuse_too_many(self.path, self.rows + n)
        self.parts.append({name: column.texts() for name, column in columns.items()})
        return Places(TextColumn(np.zeros(n, dtype="int32"), [""]), 1 + np.arange(first, first + n))

    def labels(self, variable: Variable) -> dict[str, str]:
        """Code → label; none for a code that means one answer in one version of the form and another in the
        next.
        """
        moved = {old for pairs in variable.recodes.values() for old, new in pairs.items() if old != new}
        return {
            c.name: c.label_id
            for c in self.codebook.answers(variable.list_name)
            if c.name.isdigit() and c.name not in moved
        }

    def close(self, rows: int) -> None:
        """Write the file without the time at which it was made."""
        import pandas as pd
        import pyreadstat

        texts = (
            {v.name: np.concatenate([part[v.name] for part in self.parts]) for v in self.variables}
            if self.parts
            else {}
        )
        numeric = [
            v
            for v in self.variables
            if v.kind not in ("text", "select_multiple")
            and all(not t or NUMBER.fullmatch(t) for t in set(texts[v.name]))
        ]
        names = {variable.name for variable in numeric}
        frame = pd.DataFrame(
            {
                name: pd.to_numeric(pd.Series(column).replace("", None)) if name in names else column
                for name, column in texts.items()
            }
        )
        labels = {
            v.name: {float(c): label for c, label in self.labels(v).items()} for v in numeric if v.list_name
        }
        missing: dict[str, list[int | float | str | MissingRange]] = {
            v.name: [{"lo": min(codes), "hi": max(codes)}]
            for v in numeric
            if (codes := [float(c) for c in v.missing_codes if c.startswith("-")])
        }
        pyreadstat.write_sav(
            frame,
            str(self.path),
            column_labels={v.name: v.label_id for v in self.variables},
            variable_value_labels=labels,
            missing_ranges=missing,
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
