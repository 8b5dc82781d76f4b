"""Workbooks as messages: sheets, then the rows of those to read. Runs in the reading process."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from manfaat.files.formats.celltext import (
    DATE,
    FAULT,
    LOGICAL,
    NOTHING,
    NUMBER,
    TIME,
    WORDS,
    batches,
    cells_text,
    moment_text,
    number_text,
)


def wanted(names: list[str], shown: list[bool], request: dict[str, Any]) -> list[int]:
    """Return the positions of the sheets to read: those asked for, or those that are shown."""
    asked = request.get("sheets")
    return [
        at
        for at, name in enumerate(names)
        if (name in asked if asked is not None else shown[at] or request.get("hidden"))
    ]


def read_calamine(request: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the sheets of an XLSX, XLSB or ODS workbook and the rows of those to read."""
    import python_calamine

    book = python_calamine.load_workbook(request["file"])
    sheets = book.sheets_metadata
    ordinary = [str(sheet.typ).endswith("WorkSheet") for sheet in sheets]
    shown = [str(sheet.visible).endswith(".Visible") for sheet in sheets]
    names = [sheet.name for sheet in sheets]
    yield ("sheets", [(name, shown[at], ordinary[at]) for at, name in enumerate(names)], {})
    for at in wanted(names, shown, request):
        if not ordinary[at]:
            continue
        sheet = book.get_sheet_by_index(at)
        start, end = sheet.start, sheet.end
        width, left = (end[1] + 1, start[1]) if start and end else (0, 0)
        if end and (end[0] + 1) * width > request["cells"]:
            raise MemoryError("cells")
        yield ("sheet", names[at], width, [list(low + high) for low, high in sheet.merged_cell_ranges or ()])
        yield from batches((cells_text(row, left) for row in sheet.iter_rows()), width)


def xls_cells(sheet: Any, row: int, datemode: int) -> tuple[list[str], bytes]:
    """Return the text and kind of every cell of one row of an XLS sheet."""
    import xlrd

    texts, kinds = [], bytearray()
    for value, kind in zip(sheet.row_values(row), sheet.row_types(row), strict=True):
        text, code = "", NOTHING
        if kind == xlrd.XL_CELL_TEXT:
            text, code = value, WORDS if value else NOTHING
        elif kind == xlrd.XL_CELL_NUMBER:
            text, code = number_text(value), NUMBER
        elif kind == xlrd.XL_CELL_BOOLEAN:
            text, code = "TRUE" if value else "FALSE", LOGICAL
        elif kind == xlrd.XL_CELL_ERROR:
            text, code = xlrd.error_text_from_code.get(value, "#ERROR!"), FAULT
        elif kind == xlrd.XL_CELL_DATE:
            text, code = xls_date(value, datemode)
        texts.append(text)
        kinds.append(code)
    return texts, bytes(kinds)


def xls_styles(sheet: Any) -> set[int]:
    """Return the numbers of the cell styles that the first rows of an XLS sheet use."""
    return {
        sheet.cell_xf_index(row, column)
        for row in range(min(sheet.nrows, 2000))
        for column in range(sheet.row_len(row))
    }


def xls_date(value: float, datemode: int) -> tuple[str, int]:
    """Return an Excel serial number as ISO text, or as the number when it is no date."""
    import xlrd

    try:
        moment = xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return number_text(value), NUMBER
    return (moment.time().isoformat(), TIME) if 0 <= value < 1 else (moment_text(moment), DATE)


def read_xls(request: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the sheets of an XLS workbook and the rows of those to read; error cells keep their text."""
    import xlrd

    said = io.StringIO()
    with contextlib.closing(said):
        book = xlrd.open_workbook(request["file"], logfile=said, formatting_info=True, on_demand=False)
        sheets = book.sheets()
        names = [sheet.name for sheet in sheets]
        shown = [sheet.visibility == 0 for sheet in sheets]
        used = [book.xf_list[at] for at in {at for sheet in sheets for at in xls_styles(sheet)}]
        formats = sorted(
            {
                book.format_map[style.format_key].format_str
                for style in used
                if style.format_key in book.format_map
            }
        )
        facts = {
            "fills": any(style.background.fill_pattern for style in used),
            "formats": formats,
            "epoch": 1904 if book.datemode else 1900,
        }
        facts["warnings"] = [line.strip(" *") for line in said.getvalue().splitlines() if line.strip()][:5]
        yield ("sheets", [(name, shown[at], True) for at, name in enumerate(names)], facts)
        for at in wanted(names, shown, request):
            sheet = sheets[at]
            if sheet.nrows * sheet.ncols > request["cells"]:
                raise MemoryError("cells")
            merged = [[r1, c1, r2 - 1, c2 - 1] for r1, r2, c1, c2 in sheet.merged_cells]
            yield ("sheet", names[at], sheet.ncols, merged)
            yield from batches(
                (xls_cells(sheet, row, book.datemode) for row in range(sheet.nrows)), sheet.ncols
            )
