"""What the libraries open is not refused for its first bytes or the names of its parts."""

import bz2
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from test_formats_workbooks import cells, said

from manfaat.base.problems import ProblemsError
from manfaat.files.formats import read_any


@pytest.mark.parametrize("version", [8, 10, 12])
@pytest.mark.parametrize("unused", [0, 1, 0x4C, 255])
def test_old_stata_files_whatever_their_unused_byte_holds(tmp_path, version, unused):
    # Seven of eight published files of one folder were "no such file": Stata leaves the fourth byte of an old
    # header undefined.
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(pd.DataFrame({"wage": [1.5, 2.25], "name": ["a", "b"]}), str(path), version=version)
    content = bytearray(path.read_bytes())
    assert content[2] == 1
    content[3] = unused
    path.write_bytes(content)
    (table,) = read_any(path)
    assert cells(table) == [["1.5", "a"], ["2.25", "b"]]


def repacked(path, name, body=lambda part, content: content):
    """Write a small workbook whose parts have other names."""
    book = openpyxl.Workbook()
    for row in (["id", "x", "y"], ["a", 1.5, "=1/0"]):
        book.active.append(row)
    book.save(path.with_suffix(".usual"))
    with zipfile.ZipFile(path.with_suffix(".usual")) as usual, zipfile.ZipFile(path, "w") as other:
        for part in usual.infolist():
            other.writestr(name(part.filename), body(part.filename, usual.read(part)))
    return path


def moved(folder):
    """Names and contents of a workbook that lies in another folder, as its relations say."""

    def content(part, old):
        return old.replace(b"xl/", folder.encode()) if part.endswith(".rels") or part.startswith("[") else old

    return lambda part: folder + part[3:] if part.startswith("xl/") else part, content


@pytest.mark.parametrize(
    "change",
    [
        (lambda part: part.replace("/", "\\"),),
        (lambda part: part.replace("xl/", "XL/").replace("workbook", "Workbook"),),
        moved(""),
        moved("sheets/"),
    ],
    ids=["backslashes", "capitals", "at the top", "another folder"],
)
def test_workbooks_whose_parts_have_other_names(tmp_path, change):
    (table,) = read_any(repacked(tmp_path / "a.xlsx", *change))
    assert cells(table) == [["a", "1.5", "=1/0"]]  # the formula without a result is found in the same part
    assert "1 formula without a value" in said(table, "formulas")


def test_an_archive_that_no_library_opens_is_refused_as_one(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "id,x\na,1\n")
    with pytest.raises(ProblemsError, match="an archive of other files"):
        read_any(path)


@pytest.mark.parametrize("ending", [".sav", ".dta", ".por"])
def test_a_text_under_another_name_is_refused_as_one(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_text("id,x\na,1\n")
    with pytest.raises(ProblemsError, match="no such file"):
        read_any(path)


def test_a_length_of_time_beyond_all_lengths_stays_a_number(tmp_path):
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(pd.DataFrame({"t": [3600.0, 1e20]}), str(path), variable_format={"t": "TIME10"})
    (table,) = read_any(path)
    assert cells(table) == [["01:00:00"], ["1e+20"]]


@pytest.mark.parametrize("name", ["PK", "PAR1", "BZh9", "Rar!", "PK_id"])
def test_a_column_may_be_named_as_the_files_of_others_begin(tmp_path, name):
    path = tmp_path / "a.csv"
    path.write_text(f"{name},x\na,1\n")
    (table,) = read_any(path)
    assert table.columns == [name, "x"]


def test_parquet_and_bzip2_files_are_still_named(tmp_path):
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.bz2").write_bytes(bz2.compress(b"x\n1\n"))
    for file, word in (("a.parquet", "Parquet"), ("a.bz2", "bzip2")):
        with pytest.raises(ProblemsError, match=word):
            read_any(tmp_path / file)
