"""SPSS and Stata files: codes stay codes; labels, user-missing values and tagged missings are kept apart."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from test_formats_workbooks import cells, said, shipped

from manfaat.base.problems import ProblemsError
from manfaat.files.formats import FormatOptions, RawTable, read_any, worker_statistics

SURVEY = pd.DataFrame(
    {
        "resp_id": ["P1", "P2", "P3", "P4"],
        "wage": [2500000.0, 9.0, 95.0, np.nan],
        "share": [0.1, 1e20, -5.0, 0.25],
        "depart": [dt.date(1998, 4, 3), None, dt.date(1582, 10, 15), dt.date(2020, 1, 1)],
        "stamp": pd.to_datetime(["1998-04-03 10:15:22", None, "1998-04-03 00:00:00", "2000-01-01 00:00:00"]),
        "nama": ["José", "", "x", "tt"],
    }
)
TEXTS = [
    ["P1", "2500000", "0.1", "1998-04-03", "1998-04-03T10:15:22", "José"],
    ["P2", "9", "1e+20", "", "", ""],
    ["P3", "95", "-5", "1582-10-15", "1998-04-03", "x"],
    ["P4", "", "0.25", "2020-01-01", "2000-01-01", "tt"],
]
LABELS = {"wage": "Upah bersih", "nama": "Nama lengkap"}
VALUES = {"wage": {9.0: "Menolak", 95.0: "Tidak tahu"}}


def sav(path: Path, **more: object) -> Path:
    ranges = {"wage": [9, {"lo": 90, "hi": 99}], "share": [{"lo": -np.inf, "hi": -1}], "nama": ["tt"]}
    pyreadstat.write_sav(
        SURVEY,
        path,
        column_labels=LABELS,
        variable_value_labels=VALUES,
        missing_ranges=ranges,
        file_label="Survei",
        **more,
    )
    return path


def rows_of(frame: pd.DataFrame) -> set[tuple]:
    return set(frame.itertuples(index=False, name=None))


@pytest.mark.parametrize("compress", [False, True], ids=["sav", "zsav"])
def test_spss_files_keep_codes_labels_and_missing_ranges(tmp_path, compress):
    (table,) = read_any(sav(tmp_path / ("a.zsav" if compress else "a.sav"), compress=compress))
    assert table.columns == list(SURVEY)
    assert cells(table) == TEXTS
    assert table.frame["_row"].tolist() == [1, 2, 3, 4]
    assert rows_of(table.labels) == {
        ("wage", "variable", "", "Upah bersih"),
        ("nama", "variable", "", "Nama lengkap"),
        ("wage", "value", "9", "Menolak"),
        ("wage", "value", "95", "Tidak tahu"),
    }
    assert rows_of(table.missing) == {
        ("wage", "value", "9", "9", "Menolak", 1),
        ("wage", "range", "90", "99", "95 Tidak tahu", 1),
        ("wage", "system", "", "", "system missing", 1),
        ("share", "range", "LOWEST", "-1", "", 1),
        ("nama", "value", "tt", "tt", "", 1),
        ("depart", "system", "", "", "system missing", 1),
        ("stamp", "system", "", "", "system missing", 1),
    }
    assert "UTF-8: as the file says" in said(table, "encoding")
    assert "shown as DATE11; leaves as ISO text [column depart]" in said(table, "dates")
    assert "Survei" in said(table, "file label")
    assert "4 labels" in said(table, "labels")
    assert "4 values or ranges" in said(table, "declared missing")
    assert "3 cells" in said(table, "system missing")
    assert "4 numeric columns, 2 text columns" in said(table, "typed cells")


def portable(path: Path) -> Path:
    """Write a portable file with user-missing values and value labels, which pyreadstat itself cannot
    write.
    """
    pyreadstat.write_por(
        pd.DataFrame({"W": [1.0, 9.0, 3.0], "V": [1.0, 2.0, 9.0]}), path, column_labels=["gaji", "v"]
    )
    flat = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"")
    for mark, record in ((b"C4/gaji", b"89/"), (b"C1/v", b"B9/A/"), (b"F1/1/9", b"D1/1/W1/9/7/MENOLAK")):
        assert flat.count(mark) == 1
        flat = flat.replace(mark, record + mark)
    flat = flat[: flat.index(b"ZZZZ")]
    flat += b"Z" * (80 - len(flat) % 80)
    path.write_bytes(b"".join(flat[at : at + 80] + b"\r\n" for at in range(0, len(flat), 80)))
    return path


def test_portable_files_keep_user_missing_values(tmp_path):
    assert (
        pyreadstat.read_por(portable(tmp_path / "a.por"))[0]["W"].isna().sum() == 1
    )  # what the library alone would lose
    (table,) = read_any(tmp_path / "a.por")
    assert cells(table) == [["1", "1"], ["9", "2"], ["3", "9"]]
    assert rows_of(table.missing) == {
        ("W", "value", "9", "9", "MENOLAK", 1),
        ("V", "range", "9", "10", "", 1),
    }
    assert rows_of(table.labels) >= {("W", "variable", "", "gaji"), ("W", "value", "9", "MENOLAK")}


def test_stata_files_keep_tagged_missings_apart(tmp_path):
    frame = pd.DataFrame(
        {
            "wage": [2500000.0, "a", "z", np.nan],
            "grade": ["a", "b", ".a", ""],
            "year": pd.array([1, 2, 3, 4], dtype="int8"),
        }
    )
    pyreadstat.write_dta(
        frame,
        tmp_path / "a.dta",
        column_labels=["Upah", None, None],
        missing_user_values={"wage": ["a", "z"]},
        variable_value_labels={"wage": {"a": "Menolak", "z": "Lupa", 1: "satu"}},
    )
    (table,) = read_any(tmp_path / "a.dta")
    assert cells(table) == [["2500000", "a", "1"], [".a", "b", "2"], [".z", ".a", "3"], ["", "", "4"]]
    assert rows_of(table.missing) == {
        ("wage", "tagged", ".a", ".a", "Menolak", 1),
        ("wage", "tagged", ".z", ".z", "Lupa", 1),
        ("wage", "system", "", "", "system missing", 1),
    }
    assert rows_of(table.labels) == {
        ("wage", "variable", "", "Upah"),
        ("wage", "value", ".a", "Menolak"),
        ("wage", "value", ".z", "Lupa"),
        ("wage", "value", "1", "satu"),
    }


def test_single_precision_numbers_leave_as_they_were_typed(tmp_path):
    frame = pd.DataFrame(
        {"x": np.array([0.1, 2.5, 1e6, 16777216.0], dtype="float32"), "y": [0.1, 1 / 3, 2.0, 1e15]}
    )
    frame.to_stata(tmp_path / "a.dta", write_index=False)
    (table,) = read_any(tmp_path / "a.dta")
    assert cells(table) == [
        ["0.1", "0.1"],
        ["2.5", "0.3333333333333333"],
        ["1000000", "2"],
        ["16777216", "1000000000000000"],
    ]


@pytest.mark.parametrize(
    ("form", "values", "texts"),
    [
        ("tc", [0, 1000], ["1960-01-01", "1960-01-01T00:00:01"]),
        ("td", [0, 366], ["1960-01-01", "1961-01-01"]),
        ("tm", [459, -1], ["1998-04", "1959-12"]),
        ("tq", [153, 154], ["153", "154"]),
        ("ty", [1998, 1999], ["1998", "1999"]),
    ],
)
def test_stata_dates(tmp_path, form, values, texts):
    pyreadstat.write_dta(
        pd.DataFrame({"when": values}), tmp_path / "a.dta", variable_format={"when": f"%{form}"}
    )
    (table,) = read_any(tmp_path / "a.dta")
    assert [row[0] for row in cells(table)] == texts
    left = [entry for entry in table.doubts if entry.what == "dates"]
    assert bool(left) is (form in ("tq", "ty"))


@pytest.mark.parametrize(
    ("kind", "form", "value", "text"),
    [
        ("sav", "DATE11", 13110940800.0, "1998-04-03"),
        ("sav", "DATETIME20", 13110977722.0, "1998-04-03T10:15:22"),
        ("sav", "TIME8", 108000.0, "30:00:00"),
        ("sav", "MOYR8", 13110768000.0, "1998-04-01"),
        ("sav", "DATE11", 1e15, None),
        ("sav", "F8.2", 1.0, "-"),
        ("sav", "WKDAY3", 2.0, "-"),
        ("dta", "%tdDD/NN/CCYY", 13972.0, "1998-04-03"),
        ("dta", "%d", 13972.0, "1998-04-03"),
        ("dta", "%-td", 13972.0, "1998-04-03"),
        ("dta", "%tc", 1e30, None),
        ("dta", "%tm", 1e9, None),
        ("dta", "%9.0g", 1.0, "-"),
    ],
)
def test_display_formats_decide_what_is_a_date(kind, form, value, text):
    found = worker_statistics.dated(kind, form)
    assert (found[1](value) if found else "-") == text


def test_dates_outside_the_calendar_stay_numbers_and_are_named(tmp_path):
    frame = pd.DataFrame({"when": [13110940800.0, 1e15]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_format={"when": "DATE11"})
    (table,) = read_any(tmp_path / "a.sav")
    assert [row[0] for row in cells(table)] == ["1998-04-03", "1000000000000000"]
    assert any("outside the calendar" in entry.how for entry in table.doubts)


@pytest.mark.slow
def test_letters_of_an_older_file_are_read_and_doubted(tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"nama": ["JosXX", "Siti"]}), path)
    content = path.read_bytes()
    assert content.count(b"JosXX") == 1
    path.write_bytes(content.replace(b"JosXX", b"Jos\xe9 "))
    (table,) = read_any(path)
    assert cells(table) == [["José"], ["Siti"]]
    assert any(entry.what == "encoding" and entry.doubtful for entry in table.log)
    (given,) = read_any(path, FormatOptions(encoding="cp1252"))
    assert cells(given) == [["José"], ["Siti"]]
    (insisted,) = read_any(path, FormatOptions(encoding="utf-8"))
    assert cells(insisted) == [["Jos"], ["Siti"]]
    assert "1 cell" in said(insisted, "lost letters")


def test_a_letter_cut_off_at_the_width_of_a_text_is_said(tmp_path):
    # the library drops the half letter without a word
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"nama": ["ZoéXX", "José", "Siti"], "n": [1.0, 2.0, 3.0]}), path)
    content = path.read_bytes()
    assert content.count("ZoéXX".encode()) == 1
    path.write_bytes(content.replace("ZoéXX".encode(), "Zoé".encode() + b"\xc3 "))
    (table,) = read_any(path)
    assert [row[0] for row in cells(table)] == ["Zoé", "José", "Siti"]
    assert "nama in row 1" in said(table, "lost letters")


def test_a_file_that_declares_more_rows_than_it_holds_is_refused(tmp_path, monkeypatch):
    path = sav(tmp_path / "a.sav")
    content = bytearray(path.read_bytes())
    assert struct.unpack("<i", content[80:84]) == (4,)
    content[80:84] = struct.pack("<i", 5000)
    path.write_bytes(content)
    with pytest.raises(ProblemsError):
        read_any(path)


def test_many_rows_come_in_portions(tmp_path, monkeypatch):
    from test_formats_safety import here

    from manfaat.files.formats import isolated

    monkeypatch.setattr(isolated, "started", here)
    monkeypatch.setattr(worker_statistics, "PORTION", 2000)
    pyreadstat.write_sav(
        pd.DataFrame({"n": np.arange(3500.0), "s": [f"P{n}" for n in range(3500)]}), tmp_path / "a.sav"
    )
    (table,) = read_any(tmp_path / "a.sav")
    assert table.frame["n"].tolist() == [str(n) for n in range(3500)]
    assert table.frame["_row"].tolist() == list(range(1, 3501))


def test_a_data_set_without_rows_is_a_table_that_is_doubted(tmp_path):
    pyreadstat.write_sav(
        pd.DataFrame({"n": np.array([], dtype=float), "s": np.array([], dtype=object)}), tmp_path / "a.sav"
    )
    (table,) = read_any(tmp_path / "a.sav")
    assert table.columns == ["n", "s"]
    assert any(entry.what == "table" for entry in table.doubts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "parts", "shape", "first"),
    [
        (
            "statsmodels",
            ("sandbox", "regression", "tests", "griliches76.dta"),
            (758, 20),
            {"iq": "93", "lw": "5.9"},
        ),
        ("statsmodels", ("iolib", "tests", "results", "data_missing.dta"), None, {}),
        (
            "statsmodels",
            ("datasets", "macrodata", "macrodata.dta"),
            (203, 14),
            {"year": "1959", "realgdp": "2710.349"},
        ),
        ("statsmodels", ("tsa", "tests", "results", "lutkepohl2.dta"), (92, 10), {"qtr": "0", "inv": "180"}),
        ("pyfixest", ("did", "data", "lpdidtestdata1.dta"), (100000, 7), {"unit": "1", "event_date": "27"}),
    ],
    ids=["griliches76", "data_missing", "macrodata", "lutkepohl2", "lpdidtestdata1"],
)
def test_real_stata_files_equal_what_pandas_reads(package, parts, shape, first):
    path = shipped(package, *parts)
    (table,) = read_any(path)
    reference = pd.read_stata(path, convert_categoricals=False, convert_dates=False)
    assert shape is None or (len(table.frame), len(table.columns)) == shape
    assert {name: table.frame[name].iloc[0] for name in first} == first
    equal_to(table, reference)


def equal_to(table: RawTable, reference: pd.DataFrame) -> None:
    """Compare every number with pandas' own reader, and every empty cell with its missing values."""
    assert table.columns == list(reference.columns)
    dates = {entry.place for entry in table.log if entry.what == "dates"}
    for name in table.columns:
        if f"column {name}" in dates:
            continue
        values = reference[name]
        if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
            assert table.frame[name].tolist() == values.fillna("").tolist()
            continue
        numbers = pd.to_numeric(table.frame[name].where(table.frame[name] != ""))
        assert (numbers.isna() == values.isna()).all()
        np.testing.assert_array_equal(
            numbers.astype(values.dtype if values.dtype.kind == "f" else "float64"),
            values.astype("float64" if values.dtype.kind != "f" else values.dtype),
        )
