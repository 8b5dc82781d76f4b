"""Broken, hostile and foreign files: always a table or a ProblemsError that a person can act on, never
anything else.
"""

from __future__ import annotations

import io
import os
import random
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import xlwt

from manfaat.base.problems import ProblemsError
from manfaat.files.formats import FormatOptions, RawTable, isolated, read_any, safety, worker
from manfaat.files.formats.safety import plain_problems

FRAME = pd.DataFrame(
    {
        "id": [f"P{n}" for n in range(20)],
        "wage": [float(n * 1000) for n in range(20)],
        "note": ["ya, é" if n % 3 else "" for n in range(20)],
    }
)
KINDS = ("csv", "xlsx", "xls", "ods", "sav", "zsav", "por", "dta")
SEEDS = {"csv": 150, "xlsx": 60, "ods": 60, "xls": 60, "sav": 60, "zsav": 30, "por": 60, "dta": 60}


def valid(kind: str, folder: Path) -> bytes:
    """Return the bytes of a valid file of one kind."""
    path = folder / f"valid.{kind}"
    if kind == "csv":
        path.write_text(FRAME.to_csv(index=False) + '"P20","1,5","two\nlines"\n', encoding="utf-8")
    elif kind == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("S")
        for row, cells in enumerate([list(FRAME), *FRAME.to_numpy().tolist()]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        book.save(str(path))
    elif kind in ("xlsx", "ods"):
        FRAME.to_excel(path, index=False, engine="odf" if kind == "ods" else "openpyxl")
    elif kind == "dta":
        pyreadstat.write_dta(FRAME, path, variable_value_labels={"wage": {1000: "rendah"}})
    elif kind == "por":
        pyreadstat.write_por(FRAME.assign(note="ya").rename(columns=str.upper), path)
    else:
        pyreadstat.write_sav(
            FRAME, path, compress=kind == "zsav", missing_ranges={"wage": [{"lo": 5000, "hi": 9000}]}
        )
    return path.read_bytes()


@contextmanager
def here(request: dict, seconds: float, *, file: str):
    """Stand in for the reading process, without the cost of starting one."""
    yield worker.answers(request)


def tables_or_problems(path: Path, options: FormatOptions | None = None) -> list[RawTable] | ProblemsError:
    """Return what came out; anything but tables or a ProblemsError fails the test."""
    try:
        found = read_any(path, options)
    except ProblemsError as error:
        found = error
    if isinstance(found, ProblemsError):
        assert path.name in str(found)
        return found
    assert found
    assert all(
        isinstance(table, RawTable) and list(table.frame.columns[:2]) == ["_sheet", "_row"] for table in found
    )
    return found


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return the bytes cut off, flipped, replaced, with insertions or without a stretch."""
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 6))):
        at = chance.randrange(len(found) + 1)
        way = chance.randrange(5)
        if way == 0 and chance.random() < 0.5:
            del found[at:]
        elif way == 1 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif way == 2 and at < len(found):
            found[at] = chance.choice((0, 255, 128, chance.randrange(256)))
        elif way == 3:
            found[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 12)))
        else:
            del found[at : at + chance.randrange(1, 30)]
    return bytes(found)


def inside(content: bytes, chance: random.Random) -> bytes:
    """Return a zipped workbook of which one part was mutated and packed again, so that the damage gets past
    the checksums.
    """
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    victim = chance.choice([name for name in source.namelist() if name.endswith((".xml", ".rels"))])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(
                name, mutated(source.read(name), chance) if name == victim else source.read(name)
            )
    return target.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_mutated_files_give_a_table_or_a_message(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(isolated, "started", here)
    content, outcomes = valid(kind, tmp_path), []
    for seed in range(SEEDS[kind]):
        chance = random.Random(seed)
        broken = inside(content, chance) if kind in ("xlsx", "ods") and seed % 3 else mutated(content, chance)
        path = tmp_path / f"broken.{kind}"
        path.write_bytes(broken)
        started = time.monotonic()
        outcomes.append(isinstance(tables_or_problems(path), ProblemsError))
        assert time.monotonic() - started < 5, f"seed {seed}"
    assert any(outcomes), "no mutation was noticed"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "csv"])
def test_mutated_files_through_the_reading_process(kind, tmp_path):
    content = valid(kind, tmp_path)
    for seed in range(2):
        path = tmp_path / f"broken.{kind}"
        path.write_bytes(mutated(content, random.Random(1000 + seed)))
        tables_or_problems(path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_in_half_is_a_message(kind, tmp_path):
    path = tmp_path / f"half.{kind}"
    content = valid(kind, tmp_path)
    path.write_bytes(content[: len(content) // 2] if kind != "csv" else b'id,nama\nP1,"Budi\nP2,Siti\n')
    assert isinstance(tables_or_problems(path), ProblemsError)


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_counts_and_not_the_name(kind, tmp_path):
    path = tmp_path / "answers.bin"
    path.write_bytes(valid(kind, tmp_path))
    tables = tables_or_problems(path)
    assert len(tables[0].frame) >= 20
    assert any(entry.what == "file type" and entry.doubtful for entry in tables[0].log)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\n...", "a PDF document"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a web page"),
        (
            (
                b'<?xml version="1.0"?><Workbook'
                b' xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
            ),
            "XML, not a table",
        ),
        (b'[{"id": 1}]', "JSON"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PAR1\x00", "Parquet"),
        (b"SR\x00\x04\x00\x02", "not an SPSS file"),
        (b"\x09\x00\x04\x00\x07\x00\x10\x00", "older than 1993"),
        (b"id,nama\nP1,Bu\x00di\n", "row 2: the file holds NUL bytes"),
        (b"\n \n,,\n", "no filled cell"),
        (b'id,nama\nP1,"Budi\nP2,Siti\nP3,Agus\n', "row 2: a quote opens here and is never closed"),
        (b'id,"nama\nP1,Budi\nP2,Siti\n', "a quote opens in the header and is never closed"),
        ("id,nama\nP1,José".encode()[:-1], "cut off"),
        (b"PK\x03\x04rubbish", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a text document"),
        (b"$FL2" + bytes(200), "damaged"),
        (b"<stata_dta><header>", "damaged"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_files_that_hold_no_table_say_what_they_are(content, words, tmp_path):
    path = tmp_path / "delivered.csv"
    path.write_bytes(content)
    assert words in str(tables_or_problems(path))


def zipped(path: Path, parts: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def workbook(tmp_path) -> Path:
    (tmp_path / "valid.xlsx").write_bytes(valid("xlsx", tmp_path))
    return tmp_path / "valid.xlsx"


def test_archives_and_documents_are_told_apart(tmp_path):
    assert "a text document" in str(
        tables_or_problems(zipped(tmp_path / "a.docx", {"word/document.xml": "<w/>"}))
    )
    assert "an archive of other files" in str(
        tables_or_problems(zipped(tmp_path / "a.zip", {"answers.csv": "a,b"}))
    )
    manifest = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": "<x/>",
        "META-INF/manifest.xml": "<manifest:encryption-data/>",
    }
    assert "password" in str(tables_or_problems(zipped(tmp_path / "a.ods", manifest)))


def test_zip_bombs_are_refused_before_they_unpack(workbook, tmp_path):
    parts = parts_of(workbook)
    bomb = zipped(tmp_path / "bomb.xlsx", parts | {"xl/media/x.bin": bytes(40_000_000)})
    assert "200 times its size" in str(tables_or_problems(bomb))
    assert "more than 3,000,000 bytes" in str(tables_or_problems(bomb, FormatOptions(max_bytes=3_000_000)))


def test_an_ordinary_large_workbook_is_no_bomb(workbook, tmp_path):
    path = zipped(
        tmp_path / "photo.xlsx",
        parts_of(workbook) | {"xl/media/photo.jpg": random.Random(1).randbytes(4_000_000)},
    )
    assert len(tables_or_problems(path)[0].frame) == 20


def test_a_zip_that_declares_less_than_it_holds_is_noticed(workbook, tmp_path):
    path = zipped(tmp_path / "liar.xlsx", parts_of(workbook) | {"xl/media/x.bin": bytes(40_000_000)})
    content = path.read_bytes().replace((40_000_000).to_bytes(4, "little"), (40_000).to_bytes(4, "little"))
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/media/x.bin").file_size == 40_000
    assert "200 times its size" in str(tables_or_problems(path))


@pytest.mark.parametrize("declaration", ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!ENTITY lol "&lol2;">'])
def test_xml_entities_are_refused(declaration, workbook, tmp_path):
    parts = parts_of(workbook)
    parts["xl/workbook.xml"] = declaration.encode() + parts["xl/workbook.xml"]
    assert "declares XML entities" in str(tables_or_problems(zipped(tmp_path / "a.xlsx", parts)))


def test_a_stray_cell_far_from_the_table_is_refused_quickly(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "id", "x"
    book.save(tmp_path / "far.xlsx")
    started = time.monotonic()
    assert "reaches to row 1,048,576 and column 16,384" in str(tables_or_problems(tmp_path / "far.xlsx"))
    assert time.monotonic() - started < 3


def test_ods_repeats_that_unroll_to_too_much_are_refused(tmp_path):
    cell = (
        '<table:table-cell office:value-type="string"'
        ' table:number-columns-repeated="16000"><text:p>a</text:p></table:table-cell>'
    )
    content = (
        '<office:document-content xmlns:office="o" xmlns:table="t"'
        ' xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">'
        "<table:table-row"
        f' table:number-rows-repeated="1000000">{cell}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>'  # noqa: E501
    )
    path = zipped(
        tmp_path / "a.ods",
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content},
    )
    assert "unrolls to more than 40,000,000 cells" in str(tables_or_problems(path))


def test_the_reading_process_is_stopped_when_it_takes_too_long(workbook, tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(worker, "__file__", str(slow))
    started = time.monotonic()
    assert "took too long" in str(tables_or_problems(workbook, FormatOptions(seconds=0.5)))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import os; os.abort()", "stopped with code -6"),
        ("import sys; sys.exit(3)", "stopped with code 3"),
        ("import sys; sys.stdout.write('rubbish')", "damaged"),
        ("import sys; sys.stderr.write('memory allocation of 5 bytes failed'); sys.exit(1)", "more memory"),
        ("import nothing_of_this_name", "a library to read it is missing"),
    ],
    ids=["abort", "exit", "rubbish", "memory", "library"],
)
def test_a_reading_process_that_dies_is_a_message(script, words, workbook, tmp_path, monkeypatch):
    (tmp_path / "dies.py").write_text(script)
    monkeypatch.setattr(worker, "__file__", str(tmp_path / "dies.py"))
    assert words in str(tables_or_problems(workbook))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux caps the memory of a process")
def test_the_reading_process_cannot_take_all_memory(workbook, tmp_path, monkeypatch):
    source = Path(worker.__file__).read_text(encoding="utf-8")
    greedy = source.replace("    stand_in()\n", "").replace(
        'yield from reader(request["kind"])(request)', "yield bytearray(3 << 30)"
    )
    assert greedy.count("bytearray") == 1
    (tmp_path / "greedy.py").write_text(greedy, encoding="utf-8")
    monkeypatch.setattr(worker, "__file__", str(tmp_path / "greedy.py"))
    assert "more memory" in str(tables_or_problems(workbook))


@pytest.mark.many
@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"a," + b" " * 200_000 + b"x\n1,2\n", False),
        (b"\xe9,b\n" + b"a" * 2_000_000 + b",1\n", False),
        (2 * (b"a" + b"," * 5_000_000 + b"\n"), True),
        (b"a" * 70_000_000, True),
        (b'"' * 3_000_001, True),
        (b"\n" * 5_000_000, True),
        (b"a,b\n" + (b"1," * 1000 + b"\n") * 20_000, True),
        (b"(" * 1_000_000 + b",b\n1,2\n", False),
        (b"1,1,1\n" * 3, False),
        (b"a,b\n" + b"1,2,3\n" * 200_000, True),
    ],
    ids=[
        "spaces",
        "letters",
        "commas",
        "one-cell",
        "quotes",
        "lines",
        "wide-rows",
        "brackets",
        "equal-cells",
        "ragged",
    ],
)
def test_hostile_text_neither_hangs_nor_raises(content, refused, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    started = time.monotonic()
    assert isinstance(tables_or_problems(path), ProblemsError) is refused
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="1">' + b'<c t="e" a' * 300_000,
        b"<row a" * 300_000,
        b'<row hidden="1" ' * 300_000,
        b'<c r="A1" t="e">' + b"<v" * 300_000,
        b"<a>" * 300_000,
    ],
    ids=["cells", "rows", "hidden-rows", "values", "depth"],
)
def test_hostile_sheets_neither_hang_nor_raise(sheet, workbook, tmp_path):
    parts = parts_of(workbook) | {
        "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>" + sheet,
        "xl/styles.xml": b"<styleSheet>" + b"<fills" * 300_000,
    }
    started = time.monotonic()
    tables_or_problems(zipped(tmp_path / "a.xlsx", parts), FormatOptions(max_ratio=10**6))
    assert time.monotonic() - started < 15


@pytest.mark.slow
def test_a_hundred_thousand_columns(tmp_path):
    path = tmp_path / "wide.csv"
    names = [f"v{n}" for n in range(100_000)]
    path.write_text(",".join(names) + "\n" + ",".join("1" * 100_000) + "\n" + ",".join("2" * 100_000) + "\n")
    started = time.monotonic()
    (table,) = tables_or_problems(path)
    assert table.columns == names
    assert table.frame["_row"].tolist() == [2, 3]
    assert (
        time.monotonic() - started < 90
    )  # a time that grows with the square of the columns would be an hour


@pytest.mark.parametrize("target", ["folder", "missing", "pipe"])
def test_what_is_no_file_is_a_message(target, tmp_path):
    path = tmp_path / "x.csv"
    if target == "folder":
        path.mkdir()
    elif target == "pipe":
        os.mkfifo(path)
    assert isinstance(tables_or_problems(path), ProblemsError)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (FormatOptions(encoding="klingon"), "the encoding 'klingon' is not known"),
        (FormatOptions(encoding="rot13"), "the encoding 'rot13' is not known"),
        (FormatOptions(separator=";;"), "the separator ';;' cannot be used"),
        (FormatOptions(quote=""), "the quote '' cannot be used"),
        (FormatOptions(decimal="x"), "the decimal sign 'x' cannot be used"),
        (FormatOptions(ragged="guess"), "ragged 'guess' is not a choice"),
        (FormatOptions(header_rows=(3, 2)), "header_rows (3, 2) cannot be used"),
        (FormatOptions(skip_rows=(0,)), "skip_rows (0,) cannot be used"),
        (FormatOptions(header_rows=(999,)), "no row begins on line 999"),
        (FormatOptions(encoding="utf-16"), "not text in the encoding 'utf-16'"),
        (FormatOptions(max_bytes=10), "more than the 10 allowed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_cannot_be_meant_are_refused(options, words, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,nama\nP1,Budi\n\n")
    assert words in str(tables_or_problems(path, options))


def test_the_wrapper_lets_interrupts_pass_and_explains_the_rest():
    with pytest.raises(KeyboardInterrupt), plain_problems("a.csv"):
        raise KeyboardInterrupt
    for error, words in (
        (MemoryError(), "more memory"),
        (RecursionError("deep"), "RecursionError: deep"),
        (PermissionError(), "may not be read"),
    ):
        with pytest.raises(ProblemsError, match=words) as caught, plain_problems("a.csv"):
            raise error
        assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("File /home/x/data raw/a.sav is bad", "File data raw/a.sav is bad"),
        ("'/tmp/y/a.xls'", "'a.xls'"),
        (r"C:\x\y\a.xls: no", "a.xls: no"),
        ("1/2 of it", "1/2 of it"),
    ],
)
def test_messages_name_no_folders(text, shown):
    assert safety.without_folders(text) == shown
