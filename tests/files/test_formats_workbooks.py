"""Workbooks of every kind: typed cells as text, errors, calendars, layouts, sheets, real files."""

from __future__ import annotations

import datetime as dt
import importlib.util
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from manfaat.base.problems import ProblemsError
from manfaat.files.formats import FormatOptions, RawTable, celltext, log_table, read_any, worker_books
from manfaat.files.formats.workbook_scan import column_at

MOMENT = dt.datetime(1998, 4, 3, 10, 15, 22)


def said(table: RawTable, what: str) -> str:
    return " | ".join(
        f"{entry.value}: {entry.how} [{entry.place}]" for entry in table.log if entry.what == what
    )


def cells(table: RawTable) -> list[list[str]]:
    return table.frame[table.columns].to_numpy().tolist()


def xlsx(path: Path, grid: list[list], *, epoch: dt.datetime | None = None) -> Path:
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    for row in grid:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2500000.0, "2500000"),
        (0.1, "0.1"),
        (-3, "-3"),
        (-0.0, "0"),
        (1e20, "1e+20"),
        (123456789012345.0, "123456789012345"),
        (2.5e-7, "2.5e-07"),
        (0.1 + 0.2, "0.30000000000000004"),
        (float("inf"), "inf"),
        (9007199254740993.0, "9007199254740992"),
    ],
)
def test_numbers_leave_as_their_shortest_text(value, text):
    assert celltext.number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.timedelta(hours=30), "30:00:00"),
        (dt.timedelta(seconds=-90), "-00:01:30"),
        (dt.timedelta(seconds=1.5), "00:00:01.5"),
        (dt.timedelta(hours=1, minutes=2, seconds=3), "01:02:03"),
    ],
)
def test_lengths_of_time_leave_as_hours(value, text):
    assert celltext.length_text(value) == text


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904], ids=["calendar-1900", "calendar-1904"])
def test_stored_values_leave_as_canonical_text(tmp_path, epoch):
    header = ["text", "whole", "part", "yes", "day", "moment", "time", "length", "space"]
    row = [
        "0007",
        2500000,
        0.25,
        True,
        dt.date(1998, 4, 3),
        MOMENT,
        dt.time(10, 15),
        dt.timedelta(hours=30),
        "  a  b ",
    ]
    (table,) = read_any(xlsx(tmp_path / "a.xlsx", [header, row], epoch=epoch))
    assert cells(table) == [
        [
            "0007",
            "2500000",
            "0.25",
            "TRUE",
            "1998-04-03",
            "1998-04-03T10:15:22",
            "10:15:00",
            "30:00:00",
            "  a  b ",
        ]
    ]
    assert said(table, "calendar").startswith("1904" if epoch else "1900")
    assert "2 texts, 2 numbers, 2 dates, 2 times, 1 true/false" in said(table, "typed cells")
    assert str(table.frame["whole"].dtype) == "str"


def test_errors_stay_text_in_xlsx(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["id", "gaji", "nilai"], ["P1", 1, 2], ["P2", None, 3], ["P3", 4, 5]):
        sheet.append(row)
    sheet["B3"], sheet["D6"] = "#N/A", "#REF!"
    sheet["B3"].data_type = sheet["D6"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    (table,) = read_any(tmp_path / "a.xlsx")
    assert cells(table) == [
        ["P1", "1", "2", ""],
        ["P2", "#N/A", "3", ""],
        ["P3", "4", "5", ""],
        ["", "", "", "#REF!"],
    ]
    assert table.frame["_row"].tolist() == [2, 3, 4, 6]
    assert "row 3 [column gaji" in said(table, "error cells")


def xls(path: Path, grid: list[list], **style: object) -> Path:
    book = xlwt.Workbook()
    book.dates_1904 = bool(style.get("mac"))
    sheet = book.add_sheet("Data")
    hidden = book.add_sheet("Lama")
    hidden.visibility = 1
    hidden.write(0, 0, "x")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for row, values in enumerate(grid):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(
                    row,
                    column,
                    value,
                    day if isinstance(value, dt.date) else xlwt.easyxf(str(style.get("colour", ""))),
                )
    for area in style.get("merge", ()):
        sheet.merge(*area)
    book.save(str(path))
    return path


def test_xls_keeps_errors_dates_hidden_sheets_and_merged_headers(tmp_path):
    grid = [
        ["No", "Sebelum", None],
        [None, "gaji", "masuk"],
        [1, 2.5, dt.datetime(1998, 4, 3)],
        [2, xlwt.Formula("1/0"), MOMENT],
        [3, True, None],
    ]
    (table,) = read_any(xls(tmp_path / "a.xls", grid, merge=[(0, 1, 0, 0), (0, 0, 1, 2)]))
    assert table.columns == ["No", "Sebelum / gaji", "Sebelum / masuk"]
    assert [row[2] for row in cells(table)] == ["1998-04-03", "1998-04-03T10:15:22", ""]
    assert cells(table)[2][1] == "TRUE"
    assert "not read: Lama" in said(table, "hidden sheets")
    assert "cannot be told from an empty cell" in said(table, "formulas")


def test_xls_error_cells_are_kept(tmp_path, monkeypatch):
    import xlrd

    (table,) = read_any(xls(tmp_path / "a.xls", [["id", "gaji"], ["P1", 5], ["P2", 6]]))
    assert cells(table) == [["P1", "5"], ["P2", "6"]]
    book = xlrd.open_workbook(tmp_path / "a.xls", formatting_info=True)
    book.sheet_by_index(0)._cell_types[1][1], book.sheet_by_index(0)._cell_values[1][1] = (
        xlrd.XL_CELL_ERROR,
        0x2A,
    )
    assert worker_books.xls_cells(book.sheet_by_index(0), 1, 0) == (
        ["P1", "#N/A"],
        bytes([celltext.WORDS, celltext.FAULT]),
    )


@pytest.mark.parametrize("mac", [False, True])
def test_xls_dates_of_both_calendars(tmp_path, mac):
    (table,) = read_any(xls(tmp_path / "a.xls", [["id", "tgl"], ["P1", dt.datetime(1998, 4, 3)]], mac=mac))
    assert said(table, "calendar").startswith("1904" if mac else "1900")
    assert cells(table)[0][1] == "1998-04-03"


def test_xls_colours_are_warned_of(tmp_path):
    grid = [["id", "gaji"], ["P1", 5]]
    assert "colour" in said(
        read_any(xls(tmp_path / "a.xls", grid, colour="pattern: pattern solid, fore_colour red"))[0],
        "cell colours",
    )
    assert not said(read_any(xls(tmp_path / "b.xls", grid))[0], "cell colours")


ODS = """<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:calcext="c" xmlns:fo="f" xmlns:style="s"><office:automatic-styles>
<style:style style:name="red"><style:table-cell-properties fo:background-color="#ff0000"/></style:style></office:automatic-styles>
<office:body><office:spreadsheet><table:table table:name="1998">%s</table:table></office:spreadsheet></office:body></office:document-content>"""  # noqa: E501


def ods(path: Path, *rows: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", ODS % "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        )
        archive.writestr("META-INF/manifest.xml", "<m/>")
    return path


def word(text: str, extra: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {extra}><text:p>{text}</text:p></table:table-cell>'


def test_ods_values_errors_comments_and_merged_headers(tmp_path):
    path = ods(
        tmp_path / "a.ods",
        word("No")
        + word("Sebelum", 'table:number-columns-spanned="3"')
        + "<table:covered-table-cell/><table:covered-table-cell/>",
        "<table:table-cell/>" + word("gaji") + word("masuk") + word("ket"),
        '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
        '<table:table-cell office:value-type="currency" office:value="2500000"><text:p>Rp'
        " 2.500.000</text:p></table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="1998-04-03"><text:p>3'
        " Apr</text:p></table:table-cell>"
        "<table:table-cell"
        ' office:value-type="string"><office:annotation><text:p>catatan</text:p></office:annotation><text:p>ya</text:p></table:table-cell>',  # noqa: E501
        '<table:table-cell office:value-type="float"'
        ' office:value="2"><text:p>2</text:p></table:table-cell><table:table-cell table:formula="of:=1/0"'
        ' office:value-type="string" office:string-value=""'
        ' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell'
        ' table:formula="of:=B3"/>' + word("tidak"),
    )
    (table,) = read_any(path)
    assert table.name == "1998"
    assert table.columns == ["No", "Sebelum / gaji", "Sebelum / masuk", "Sebelum / ket"]
    assert cells(table) == [["1", "2500000", "1998-04-03", "ya"], ["2", "#DIV/0!", "=B3", "tidak"]]
    assert "row 4" in said(table, "error cells")
    assert "1 formula without a value" in said(table, "formulas")
    assert "colour cannot be read" in said(table, "cell colours")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("0.0%", "percent cells"),
        ("00000", "leading zeros"),
        ("#,##0,", "scaled cells"),
        ('#,##0," rb"', "scaled cells"),
        ('"Rp"#,##0.00', ""),
    ],
    ids=["percent", "leading-zeros", "thousands", "thousands-in-words", "plain"],
)
def test_numbers_shown_otherwise_than_stored_are_warned_of(tmp_path, code, what):
    path = xlsx(tmp_path / "a.xlsx", [["id", "x"], ["P1", 0.035]])
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = code
    book.save(path)
    (table,) = read_any(path)
    assert cells(table) == [["P1", "0.035"]]
    for name in ("percent cells", "leading zeros", "scaled cells"):
        assert bool(said(table, name)) is (name == what)


@pytest.mark.parametrize(
    "code", ['#,##0 "jt"', "[$Rp-421]#,##0", "[Red]0", '0"d"', "0 \\h\\a\\r\\i", 'General "bulan"']
)
def test_number_formats_with_letters_make_no_dates(tmp_path, code):
    path = xlsx(tmp_path / "a.xlsx", [["id", "x"], ["P1", 36012]])
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = code
    book.save(path)
    assert cells(read_any(path)[0]) == [["P1", "36012"]]


def test_tables_that_do_not_begin_in_the_first_cell(tmp_path):
    book = openpyxl.Workbook()
    for place, value in {"C4": "id", "D4": "gaji", "C5": "P1", "D5": 5, "C7": "P2", "D7": 6}.items():
        book.active[place] = value
    book.save(tmp_path / "a.xlsx")
    (table,) = read_any(tmp_path / "a.xlsx")
    assert table.columns == ["id", "gaji"]
    assert table.frame["_row"].tolist() == [5, 7]
    assert list(zip(table.dropped["_row"], table.dropped["reason"], strict=True)) == [
        (1, "no filled cell in rows 1 to 3"),
        (6, "no filled cell"),
    ]
    assert "columns 1, 2" in said(table, "empty columns")


def test_the_user_can_state_header_rows_and_rows_to_skip(tmp_path):
    grid = [["judul"], ["a", "b"], ["id", "gaji"], ["P1", 5], ["x", 0], ["P2", 6]]
    (table,) = read_any(xlsx(tmp_path / "a.xlsx", grid), FormatOptions(header_rows=(2, 3), skip_rows=(5,)))
    assert table.columns == ["a / id", "b / gaji"]
    assert table.frame["_row"].tolist() == [4, 6]
    assert "given" in said(table, "header")
    (bare,) = read_any(xlsx(tmp_path / "b.xlsx", [["P1", 5], ["P2", 6]]), FormatOptions(header_rows=()))
    assert bare.columns == ["column_1", "column_2"]
    assert cells(bare) == [["P1", "5"], ["P2", "6"]]
    with pytest.raises(ProblemsError, match="header_rows"):
        read_any(tmp_path / "b.xlsx", FormatOptions(header_rows=(50,)))


def test_a_header_that_looks_like_answers_is_doubted(tmp_path):
    (table,) = read_any(xlsx(tmp_path / "a.xlsx", [["P1", 5, 6], ["P2", 7, 8]]))
    assert any(entry.what == "header" and "header_rows=()" in entry.how for entry in table.doubts)


def test_merged_answers_are_named(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["id", "kota"], ["P1", "Bogor"], ["P2", None], ["P3", "Depok"]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("B2:B3")
    book.save(path)
    (table,) = read_any(path)
    assert cells(table)[1] == ["P2", ""]
    assert "row 2" in said(table, "merged cells")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            FormatOptions(sheets=("Angkt 98",)),
            "there is no sheet 'Angkt 98'. Expected: did you mean Angkt 99",
        ),
        (FormatOptions(sheets=("kosong",)), "holds a filled cell"),
    ],
    ids=["unknown", "empty"],
)
def test_sheets_that_cannot_be_read_are_refused(tmp_path, options, words):
    book = openpyxl.Workbook()
    book.active.title = "Angkt 99"
    book.active["A1"] = "id"
    book.create_sheet("kosong")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ProblemsError, match=words):
        read_any(tmp_path / "a.xlsx", options)


def test_the_log_of_several_sheets_is_one_table(tmp_path):
    book = openpyxl.Workbook()
    for name in ("1998", "1999"):
        sheet = book.create_sheet(name)
        sheet.append(["id", "gaji"])
        sheet.append(["P1", 5])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    log = log_table(read_any(tmp_path / "a.xlsx", name="raw/x/a.xlsx"))
    assert list(log.columns) == ["file", "table", "what", "value", "how", "place", "doubtful"]
    assert set(log["table"]) == {"1998", "1999"}
    assert set(log["file"]) == {"raw/x/a.xlsx"}


@pytest.mark.parametrize(("letters", "position"), [(b"A", 0), (b"Z", 25), (b"AA", 26), (b"XFD", 16383)])
def test_column_letters(letters, position):
    assert column_at(letters) == position


def shipped(package: str, *parts: str) -> Path:
    """Return a file that an installed package ships, or skip."""
    found = importlib.util.find_spec(package)
    path = Path(found.origin).parent.joinpath(*parts) if found else Path("/nowhere")
    if not path.is_file():
        pytest.skip(f"{package} does not ship {parts[-1]} here")
    return path


def test_a_real_workbook_of_another_program():
    tables = read_any(
        shipped("statsmodels", "datasets", "macrodata", "src", "macrodata.xls", "macrodata.xls")
    )
    assert [(table.name, len(table.frame)) for table in tables] == [
        ("README", 187),
        ("Monthly", 911),
        ("Quarterly", 251),
    ]
    quarterly = tables[2].frame
    assert quarterly.iloc[0].tolist() == [
        "Quarterly",
        2,
        "1947-01-01",
        "1218.6",
        "223.682",
        "1772.204",
        "189.365",
        "1131.5",
    ]
    assert any(entry.value == "one column" for entry in tables[0].doubts)
