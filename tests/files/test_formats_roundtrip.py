"""What is written comes back: generated text tables, real tables in every format, and every row accounted
for.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_formats_safety import here

from conftest import examples
from manfaat.base.problems import ProblemsError
from manfaat.files.formats import FormatOptions, isolated, read_any
from manfaat.files.formats.csvbody import Dialect, careful_body, count_lines, fast_body, offset_of
from manfaat.files.formats.multiple import join_codes

FORMATS = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
SIGNS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t")
CELL = st.one_of(
    st.text(SIGNS, max_size=8),
    st.sampled_from(
        [
            "",
            "a,b",
            'a "b"',
            "x\r\ny",
            "0007",
            "2.500",
            " ",
            "'",
            '"',
            "é;|",
            "１２３",
            "=1+1",
            "#N/A",
            "nan",
            "NULL",
        ]
    ),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """Return a table of text; the first column is a number, so that no row is blank, a total or a note."""
    width, height = draw(st.integers(2, 5)), draw(st.integers(1, 8))
    rows = [
        [str(number), *draw(st.lists(CELL, min_size=width - 1, max_size=width - 1))]
        for number in range(height)
    ]
    return [["id", *[f"v{at}" for at in range(1, width)]], *rows]


def lines_of(grid: list[list[str]], separator: str, end: str) -> tuple[str, list[int]]:
    """Return the text of a grid and the line on which each of its rows begins."""
    parts, starts, line = [], [], 1
    for row in grid:
        out = io.StringIO(newline="")
        csv.writer(
            out,
            delimiter=separator,
            lineterminator=end,
            quoting=csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL,
        ).writerow(row)
        parts.append(out.getvalue())
        starts.append(line)
        line += count_lines(out.getvalue().encode())
    return "".join(parts), starts


@FORMATS
@given(
    grid=grids(),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_text_tables_come_back_with_their_line_numbers(tmp_path, grid, separator, end, encoding):
    content, starts = lines_of(grid, separator, end)
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode(encoding))
    (table,) = read_any(path, FormatOptions(separator=separator, header_rows=(1,)))
    assert table.columns == grid[0]
    assert table.frame[table.columns].to_numpy().tolist() == grid[1:]
    assert table.frame["_row"].tolist() == starts[1:]


@FORMATS
@given(
    grid=grids(),
    separator=st.sampled_from([",", ";"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
)
def test_the_fast_and_the_careful_way_agree(grid, separator, end, last):
    content = lines_of(grid, separator, end)[0].encode()
    content = content if last else content.rstrip(b"\r\n")
    width = len(grid[0])
    careful = careful_body(content, 1, (width, width), Dialect(separator, '"'), file="a.csv")
    fast = fast_body(content, 0, len(content), 1, width, Dialect(separator, '"'))
    assert fast is not None or content.count(b'"') % 2
    if fast is not None:
        assert fast.table.to_pydict() == careful.table.to_pydict()
        assert fast.rows.tolist() == careful.rows.tolist()


SHEET_CELL = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=8),
    st.sampled_from(["", "0007", "2.500", "a\nb", "' x", "#ya", "TRUE", "1998-04-03"]),
)


@FORMATS
@given(rows=st.lists(st.lists(SHEET_CELL, min_size=2, max_size=2), min_size=1, max_size=6))
def test_sheets_of_text_come_back(tmp_path, rows):
    book = openpyxl.Workbook()
    book.active.append(["id", "v1", "v2"])
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate([f"P{number}", *row], start=1):
            cell = book.active.cell(number, column)
            cell.value = value
            cell.data_type = "s" if value else "n"
    book.save(tmp_path / "a.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolated, "started", here)
        (table,) = read_any(tmp_path / "a.xlsx", FormatOptions(keep_footer=True, header_rows=(1,)))
    assert table.frame["_row"].tolist() == list(range(2, len(rows) + 2))
    assert table.frame[["v1", "v2"]].to_numpy().tolist() == rows


MESSY = st.sampled_from(
    [
        "",
        "",
        "",
        "TOTAL",
        "Jumlah",
        "Budi",
        "Siti",
        "5",
        "2,5",
        "Sumber: arsip",
        "id",
        "nama",
        "(1)",
        "#N/A",
        "P1",
        "P2",
        "catatan kecil",
    ]
)


@settings(FORMATS, max_examples=examples(150))
@given(grid=st.lists(st.lists(MESSY, min_size=4, max_size=4), min_size=1, max_size=12), sheet=st.booleans())
def test_no_filled_cell_is_ever_lost(tmp_path, grid, sheet):
    if sheet:
        book = openpyxl.Workbook()
        for number, row in enumerate(grid, start=1):
            for column, value in enumerate(row, start=1):
                if value:
                    book.active.cell(number, column).value = value
                    book.active.cell(number, column).data_type = "s"
        book.save(tmp_path / "a.xlsx")
    else:
        (tmp_path / "a.csv").write_text("".join(";".join(row) + "\n" for row in grid))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(isolated, "started", here)
        try:
            (table,) = read_any(
                tmp_path / ("a.xlsx" if sheet else "a.csv"), None if sheet else FormatOptions(separator=";")
            )
        except ProblemsError:
            assert not any(cell for row in grid for cell in row)
            return
    value = next(entry.value for entry in table.log if entry.what == "header")
    header = [int(number) for number in value.removeprefix("rows ").removeprefix("row ").split(", ")]
    found = [cell for number in header for cell in grid[number - 1]] + table.frame[
        table.columns
    ].to_numpy().ravel().tolist()
    found += [cell for text in table.dropped["text"] for cell in text.split("\t")]
    assert Counter(cell for cell in found if cell) == Counter(cell for row in grid for cell in row if cell)
    kept = dict(zip(table.frame["_row"], table.frame[table.columns].to_numpy().tolist(), strict=True))
    assert all(
        [cell for cell in cells if cell] == [cell for cell in grid[number - 1] if cell]
        for number, cells in kept.items()
    )


def real(name: str) -> pd.DataFrame:
    """Return the first rows of a real data set that statsmodels ships."""
    import statsmodels.api as sm

    frame = getattr(sm.datasets, name).load_pandas().data.head(150).round(6)  # openpyxl writes 15 digits only
    frame.columns = [f"{str(column).lower()[:6]}{at}" for at, column in enumerate(frame.columns)]
    frame["note"] = [("José" if n % 7 == 0 else "" if n % 3 == 0 else f"ya; {n}") for n in range(len(frame))]
    return frame.reset_index(drop=True)


def as_text(value: object) -> str:
    """Return the canonical text of a value, written independently of the reader."""
    if isinstance(value, str):
        return value
    if value is None or np.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


FORMATS = ("csv", "semicolon", "utf-16", "xlsx", "xls", "ods", "sav", "zsav", "dta", "por")


def write(frame: pd.DataFrame, form: str, path: Path) -> Path:
    labels = [f"label of {name}" for name in frame.columns]
    values = {frame.columns[0]: {float(frame.iloc[0, 0]): "first"}}
    text = frame.map(as_text)
    if form in ("csv", "semicolon", "utf-16"):
        text.to_csv(
            path,
            index=False,
            sep=";" if form == "semicolon" else ",",
            encoding="utf-16" if form == "utf-16" else "utf-8",
        )
    elif form in ("xlsx", "ods"):
        frame.to_excel(path, index=False, engine="openpyxl" if form == "xlsx" else "odf")
    elif form == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("S")
        for row, cells in enumerate([list(frame), *frame.to_numpy().tolist()]):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) or not np.isnan(cell):
                    sheet.write(row, column, cell)
        book.save(str(path))
    elif form == "dta":
        pyreadstat.write_dta(
            frame,
            path,
            column_labels=labels,
            variable_value_labels={k: {int(c): t for c, t in v.items()} for k, v in values.items()},
        )
    elif form == "por":
        pyreadstat.write_por(frame, path, column_labels=labels)
    else:
        pyreadstat.write_sav(
            frame, path, column_labels=labels, variable_value_labels=values, compress=form == "zsav"
        )
    return path


@pytest.mark.many
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["anes96", "fair", "macrodata"])
def test_real_tables_come_back_the_same_from_every_format(tmp_path, name, form):
    frame = real(name)
    if (
        form == "por"
    ):  # the format knows only unaccented letters and upper-case names, and keeps 11 digits of a number
        frame = frame.assign(note=frame["note"].str.replace("é", "e")).rename(columns=str.upper)
    if form in ("sav", "zsav", "dta"):
        frame = frame.astype(
            {column: "float64" for column in frame.columns if frame[column].dtype.kind in "if"}
        )
    ending = {"semicolon": "csv", "utf-16": "csv"}.get(form, form)
    (table,) = read_any(write(frame, form, tmp_path / f"a.{ending}"))
    expected = frame.map(as_text)
    assert table.columns == list(expected.columns)
    if form == "por":
        numbers = [column for column in frame.columns if frame[column].dtype.kind in "if"]
        np.testing.assert_allclose(
            table.frame[numbers].replace("", "nan").astype(float), frame[numbers].astype(float), rtol=1e-9
        )
        expected = expected.drop(columns=numbers)
    assert table.frame[list(expected.columns)].to_numpy().tolist() == expected.to_numpy().tolist()
    first = 1 if form in ("sav", "zsav", "dta", "por") else 2
    assert table.frame["_row"].tolist() == list(range(first, first + len(frame)))
    if form in ("sav", "zsav", "dta", "por"):
        labels = table.labels[table.labels["kind"] == "variable"]
        assert labels["label"].tolist() == [f"label of {column}" for column in frame.columns]
    if form in ("sav", "zsav", "dta"):
        assert "first" in set(table.labels["label"])


@pytest.mark.parametrize(
    "lines",
    [
        [
            "judul",
            "",
            "id,nama,gaji",
            "P1,Budi,2",
            "",
            "P2,Siti,3",
            "TOTAL,,5",
            "",
            "Sumber: arsip,,",
            "",
            "",
        ],
        ["id,nama,gaji", "P1,Budi,2", "id,nama,gaji", "P2,Siti,3", ",,", "  ,,", "P3,Agus,4"],
        ["a,b", "1,2"],
    ],
    ids=["titles-and-notes", "pages", "plain"],
)
def test_every_line_is_a_header_an_answer_or_set_aside(tmp_path, lines):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n")
    (table,) = read_any(path)
    header = [
        int(row)
        for row in (
            next(entry.value for entry in table.log if entry.what == "header")
            .removeprefix("row ")
            .split(", ")
        )
    ]
    aside: list[int] = []
    for row, reason in zip(table.dropped["_row"], table.dropped["reason"], strict=True):
        last = int(reason.rsplit(" to ", 1)[1]) if " to " in reason else row
        aside += range(row, last + 1)
    assert sorted([*header, *table.frame["_row"], *aside]) == list(range(1, len(lines) + 1))


def test_a_large_file_is_read_fast_and_its_rows_are_counted(tmp_path):
    import time

    count = 60_000
    path = tmp_path / "a.csv"
    path.write_text(
        "id,note,wage,city\n" + "".join(f'P{n},"baris\n{n}",{n}.5,"Kota, {n % 7}"\n' for n in range(count))
    )
    started = time.monotonic()
    (table,) = read_any(path)
    assert time.monotonic() - started < 5
    assert len(table.frame) == count
    assert table.frame["_row"].iloc[[0, 1, -1]].tolist() == [2, 4, 2 * count]
    assert "line breaks inside quoted cells" in next(
        entry.how for entry in table.log if entry.what == "table"
    )


@pytest.mark.parametrize(
    ("content", "line", "position"),
    [
        (b"a\nb\r\nc\rd", 1, 0),
        (b"a\nb\r\nc\rd", 2, 2),
        (b"a\nb\r\nc\rd", 3, 5),
        (b"a\nb\r\nc\rd", 4, 7),
        (b"a", 9, 1),
    ],
)
def test_positions_of_lines(content, line, position):
    assert offset_of(content, line) == position


@pytest.mark.parametrize(
    ("content", "lines"), [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"a\r\nb\rc\n\n", 4)]
)
def test_lines_are_counted_with_any_ending(content, lines):
    assert count_lines(content) == lines


def test_codes_are_joined_even_where_nothing_is_chosen():
    chosen = np.array([[True, False, False], [True, False, True]])
    assert join_codes(chosen, ["1", "2"], " ").tolist() == ["1 2", "", "2"]
