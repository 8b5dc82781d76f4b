"""Each structural, encoding and layout mess of real exports (kinds 35 to 53 of the catalogue): read, set
aside or said.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from manfaat.base.problems import ProblemsError
from manfaat.files.formats import (
    FormatOptions,
    RawTable,
    find_unnamed_blocks,
    fold_multiple,
    match_headers,
    read_any,
    repair_mojibake,
    strip_groups,
    unite,
)

ANSWERS = [
    ["P1", "Budi", 2500000, 3],
    ["P2", "Siti", 3100000, 4],
    ["P3", "Agus", 1800000, 5],
    ["P4", "Wati", 2000000, 2],
]
TEXTS = [[str(cell) for cell in row] for row in ANSWERS]


def book(
    path: Path,
    sheets: dict[str, list[list]],
    *,
    merge: dict[str, list[str]] | None = None,
    hide: tuple[str, ...] = (),
) -> Path:
    """Write a workbook; ``merge`` names ranges by sheet, ``hide`` the sheets to hide."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merge or {}).get(name, []):
            sheet.merge_cells(area)
        sheet.sheet_state = "hidden" if name in hide else "visible"
    workbook.save(path)
    return path


def text(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def only(path: Path, **options: object) -> RawTable:
    tables = read_any(path, FormatOptions(**options))
    assert len(tables) == 1
    return tables[0]


def cells(table: RawTable) -> list[list[str]]:
    return table.frame[table.columns].to_numpy().tolist()


def rows(table: RawTable) -> list[int]:
    return table.frame["_row"].tolist()


def said(table: RawTable, what: str) -> str:
    """All that the log says about one thing."""
    return " | ".join(
        f"{entry.value}: {entry.how} [{entry.place}]" for entry in table.log if entry.what == what
    )


def rules(table: RawTable) -> dict[int, str]:
    return dict(zip(table.dropped["_row"], table.dropped["rule"], strict=True))


HEADER = ["id", "nama", "gaji", "nilai"]
GROUPED = [
    ["No", "Nama", "Sebelum", None, "Sesudah", None],
    [None, None, "gaji", "jabatan", "gaji", "jabatan"],
]
GROUPED_NAMES = ["No", "Nama", "Sebelum / gaji", "Sebelum / jabatan", "Sesudah / gaji", "Sesudah / jabatan"]
GROUPED_ANSWERS = [
    [1, "Budi", 200, "operator", 300, "leader"],
    [2, "Siti", 250, "operator", 260, "operator"],
    [3, "Agus", 210, "leader", 400, "mandor"],
]


@pytest.mark.parametrize(
    "merged", [True, False], ids=["35-merged-header-xlsx", "35-two-row-header-xlsx-without-merges"]
)
def test_two_row_header_of_a_sheet(tmp_path, merged):
    areas = ["A1:A2", "B1:B2", "C1:D1", "E1:F1"] if merged else []
    table = only(book(tmp_path / "a.xlsx", {"S": GROUPED + GROUPED_ANSWERS}, merge={"S": areas}))
    assert table.columns == GROUPED_NAMES
    assert rows(table) == [3, 4, 5]
    assert cells(table)[0] == ["1", "Budi", "200", "operator", "300", "leader"]
    assert "rows 1, 2" in said(table, "header")


@pytest.mark.parametrize(
    "separator", [",", ";"], ids=["35-two-row-header-csv-comma", "35-two-row-header-csv-semicolon"]
)
def test_two_row_header_of_a_text_file(tmp_path, separator):
    lines = [
        separator.join("" if cell is None else str(cell) for cell in row) for row in GROUPED + GROUPED_ANSWERS
    ]
    table = only(text(tmp_path / "a.csv", "\n".join(lines)))
    assert table.columns == GROUPED_NAMES
    assert rows(table) == [3, 4, 5]


def test_two_rows_are_joined_only_when_the_second_is_no_answer(tmp_path):
    # 35: a column without a name is no reason to eat the first answer
    table = only(
        text(tmp_path / "a.csv", "id,nama,,kota\nP1,Budi,ya,Jakarta\nP2,Siti,ya,Bogor\nP3,Agus,tidak,Depok\n")
    )
    assert rows(table) == [2, 3, 4]
    assert any(entry.what == "header" and entry.value == "row 2" for entry in table.doubts)


@pytest.mark.parametrize("kind", ["36-titles-notes-totals-csv", "36-titles-notes-totals-xlsx"])
def test_titles_blank_rows_totals_and_notes_are_set_aside(tmp_path, kind):
    grid = [
        ["DAFTAR PESERTA PELATIHAN"],
        ["Tahun 1998"],
        [],
        HEADER,
        *ANSWERS[:2],
        [],
        *ANSWERS[2:],
        ["TOTAL", None, 9400000, 14],
        ["Rata-rata", None, 2350000, 3.5],
        [],
        ["Sumber: arsip dinas"],
        ["Jakarta, 3 Mei 1999"],
        ["Kepala Dinas"],
    ]
    if kind.endswith("csv"):
        lines = [
            ";".join("" if cell is None else str(cell) for cell in row)
            + (";" * (4 - len(row)) if row else "")
            for row in grid
        ]
        table = only(text(tmp_path / "a.csv", "\n".join(lines) + "\n"))
    else:
        table = only(book(tmp_path / "a.xlsx", {"S": grid}, merge={"S": ["A1:D1"]}))
    assert table.columns == HEADER
    assert cells(table) == TEXTS
    assert rows(table) == [5, 6, 8, 9]
    assert rules(table) == {
        1: "title row",
        2: "title row",
        3: "empty row",
        7: "empty row",
        10: "total row",
        11: "total row",
        12: "empty row",
        13: "footer",
        14: "footer",
        15: "footer",
    }
    assert "total row: rows 10, 11" in said(table, "rows left out")
    assert table.dropped.set_index("_row")["text"][10].startswith("TOTAL\t\t9400000")


def test_totals_and_notes_stay_when_asked(tmp_path):
    path = text(tmp_path / "a.csv", "id,nama,gaji\nP1,Budi,2\nP2,Siti,3\nTOTAL,,5\nSumber: arsip,,\n")
    assert rows(only(path)) == [2, 3]
    assert rows(only(path, keep_totals=True)) == [2, 3, 4]
    assert rows(only(path, keep_totals=True, keep_footer=True)) == [2, 3, 4, 5]
    assert rows(only(path, keep_totals=True, skip_rows=(3,))) == [2, 4]


def test_a_partial_answer_at_the_end_is_not_taken_for_a_note(tmp_path):
    # 36 against 57: the last person gave only a number
    table = only(text(tmp_path / "a.csv", "id,nama,gaji,nilai\nP01,Budi,2,3\nP02,Siti,3,4\nP03,,,\n"))
    assert rows(table) == [2, 3, 4]
    assert "row 4" in said(table, "perhaps a note")


def test_a_total_inside_a_category_is_kept_and_named(tmp_path):
    table = only(text(tmp_path / "a.csv", "tahun,kelompok,n\n1998,Total,20\n1998,L,12\n1999,Total biaya,3\n"))
    assert rows(table) == [2, 3, 4]
    assert "rows 2, 4" in said(table, "perhaps totals")


def test_repeated_headers_and_column_numbers_leave(tmp_path):
    # 36: printed lists repeat the header on each page and number the columns
    table = only(text(tmp_path / "a.csv", "id,nama,gaji\n(1),(2),(3)\nP1,Budi,2\nid,nama,gaji\nP2,Siti,3\n"))
    assert rows(table) == [3, 5]
    assert rules(table) == {2: "column numbers", 4: "repeated header"}


class Asked:
    """A variable as the codebook has it."""

    def __init__(self, name: str, source: str, label_en: str, label_id: str) -> None:
        self.name, self.source, self.label_en, self.label_id = name, source, label_en, label_id


@pytest.mark.parametrize(
    "header",
    ["C7a. Upah/gaji bersih", "Upah/gaji bersih", "Net wage", "C7a", "wage_pre"],
    ids=lambda header: f"37-{header}",
)
def test_question_texts_are_matched(header):
    variables = [
        Asked("wage_pre", "C7a", "Net wage", "Upah/gaji bersih"),
        Asked("hours_pre", "C8", "Hours worked", "Jam kerja seminggu"),
    ]
    assert match_headers([header], variables).mapping == {header: "wage_pre"}


def test_38_group_names_are_taken_off(tmp_path):
    path = text(
        tmp_path / "a.csv",
        "grp_C/wage_pre,grp_C/sub/hours,_submission_time,_uuid\n2500000,40,2019-03-05T10:15:22,u1\n",
    )
    assert strip_groups(only(path)).columns == ["wage_pre", "hours", "_submission_time", "_uuid"]


@pytest.mark.parametrize(
    ("header", "names", "verdict"),
    [
        ("wage,wage", ["wage", "wage.1"], "different in 1 row: compared cell by cell; rows 3"),
        ("wage,wage.1", ["wage", "wage.1"], "different in 1 row"),
        ("a,_row", ["a", "_row.1"], ""),
    ],
    ids=["39-same-name", "39-pandas-suffix", "39-name-of-the-reader"],
)
def test_duplicate_columns_are_kept_apart_and_compared(tmp_path, header, names, verdict):
    table = only(text(tmp_path / "a.csv", f"id,{header}\nP1,5,5\nP2,6,7\n"))
    assert table.columns == ["id", *names]
    assert verdict in said(table, "same name")
    assert rows(table) == [2, 3]


def test_40_wide_and_long_layouts_leave_as_they_stand(tmp_path):
    wide = only(text(tmp_path / "wide.csv", "id,kn1_then,kn1_now\nP1,2,4\n"))
    long = only(text(tmp_path / "long.csv", "id,time,kn1\nP1,then,2\nP1,now,4\n"))
    assert cells(wide) == [["P1", "2", "4"]]
    assert cells(long) == [["P1", "then", "2"], ["P1", "now", "4"]]


def test_41_hidden_sheets_are_named_and_read_only_when_asked(tmp_path):
    path = book(
        tmp_path / "a.xlsx", {"1998": [HEADER, *ANSWERS], "lama": [HEADER, *ANSWERS[:1]]}, hide=("lama",)
    )
    table = only(path)
    assert table.name == "1998"
    assert "not read: lama" in said(table, "hidden sheets")
    (old,) = read_any(path, FormatOptions(sheets=("lama",)))
    assert old.name == "lama"
    assert "given by 'sheets'" in said(old, "sheets")
    assert not [entry for entry in old.doubts if entry.what == "hidden sheets"]
    assert [t.name for t in read_any(path, FormatOptions(hidden_sheets=True))] == ["1998", "lama"]


def test_41_sheets_of_several_cohorts_are_united_with_a_report(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        {
            "1998": [HEADER, *ANSWERS[:2]],
            "Angkt 99": [["id", "Nama", "gaji"], ["P9", "Rina", 5]],
            "kosong": [],
        },
    )
    tables = read_any(path)
    assert [table.name for table in tables] == ["1998", "Angkt 99"]
    assert "kosong" in said(tables[0], "empty sheets")
    united = unite(tables)
    assert united.columns == ["id", "nama", "gaji", "nilai", "Nama"]
    assert list(zip(united.frame["_sheet"], united.frame["_row"], united.frame["nilai"], strict=True)) == [
        ("1998", 2, "3"),
        ("1998", 3, "4"),
        ("Angkt 99", 2, ""),
    ]
    assert "nilai" in said(united, "columns differ")
    assert "nama, Nama" in said(united, "columns differ")
    absent = united.missing[united.missing["kind"] == "not in sheet"]
    assert set(zip(absent["variable"], absent["low"], absent["count"], strict=True)) == {
        ("nama", "Angkt 99", 1),
        ("nilai", "Angkt 99", 1),
        ("Nama", "1998", 2),
    }


@pytest.mark.parametrize("coloured", [True, False], ids=["42-coloured-cells", "42-no-colour"])
def test_colours_are_warned_of(tmp_path, coloured):
    path = book(tmp_path / "a.xlsx", {"S": [HEADER, *ANSWERS]})
    if coloured:
        workbook = openpyxl.load_workbook(path)
        workbook["S"]["A3"].fill = PatternFill("solid", fgColor="FF0000")
        workbook.save(path)
    assert ("colour cannot be read" in said(only(path), "cell colours")) is coloured


@pytest.mark.parametrize(
    "unit", ["(ribu Rp)", "(dalam jutaan rupiah)", "(Rp)", "(%)"], ids=lambda unit: f"43-{unit}"
)
def test_units_in_the_header_are_said_and_nothing_is_multiplied(tmp_path, unit):
    table = only(text(tmp_path / "a.csv", f"id;gaji {unit}\nP1;2.500\n"))
    assert cells(table) == [["P1", "2.500"]]
    assert unit in said(table, "unit in header")


def test_43_units_under_the_header_are_joined_to_it(tmp_path):
    table = only(text(tmp_path / "a.csv", "id;gaji;umur\n;(ribu Rp);(tahun)\nP1;2.500;30\nP2;2.600;31\n"))
    assert table.columns == ["id", "gaji / (ribu Rp)", "umur / (tahun)"]
    assert rows(table) == [3, 4]


def test_44_formulas_leave_as_computed_or_as_their_text_with_a_warning(tmp_path):
    path = book(
        tmp_path / "a.xlsx", {"S": [["id", "gaji", "setahun"], ["P1", 2, "=B2*12"], ["P2", 3, "=B3*12"]]}
    )
    table = only(path)
    assert cells(table) == [["P1", "2", "=B2*12"], ["P2", "3", "=B3*12"]]
    assert "2 formulas without a value" in said(table, "formulas")
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for formula, value in ((b"B2*12", b"24"), (b"B3*12", b"36")):
        parts[part], done = re.subn(
            rb"<f>" + re.escape(formula) + rb"</f><v ?(?:/>|></v>)",
            b"<f>" + formula + b"</f><v>" + value + b"</v>",
            parts[part],
        )
        assert done == 1
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    computed = only(tmp_path / "b.xlsx")
    assert cells(computed) == [["P1", "2", "24"], ["P2", "3", "36"]]
    assert "computed values" in said(computed, "formulas")


def test_45_mixed_types_are_named_with_their_rows(tmp_path):
    grid = [
        ["id", "gaji", "tgl"],
        ["P1", 2500000, dt.date(1998, 4, 3)],
        ["P2", "3 juta", "03/04/98"],
        ["P3", 1.5, dt.date(1999, 1, 1)],
        ["P4", True, None],
    ]
    table = only(book(tmp_path / "a.xlsx", {"S": grid}))
    assert cells(table) == [
        ["P1", "2500000", "1998-04-03"],
        ["P2", "3 juta", "03/04/98"],
        ["P3", "1.5", "1999-01-01"],
        ["P4", "TRUE", ""],
    ]
    assert "texts in row 3 [column tgl, sheet S]" in said(table, "mixed types")
    assert "1 text, 2 numbers, 1 true/false" in said(table, "mixed types")


WORDS = "id,nama\nP1,José\nP2,“Zoë” – 2 €\n"
JAPANESE = "番号,氏名\n1,やまだ太郎\n2,トヨタ自動車\n"


@pytest.mark.parametrize(
    ("content", "encoding", "shown", "doubtful"),
    [
        (WORDS, "utf-8-sig", "byte order mark", False),
        (WORDS, "utf-8", "valid UTF-8", False),
        (WORDS, "cp1252", "words to check: José", True),
        ("id,nama\nP1,José\nP2,Zoë\n", "latin-1", "words to check: José, Zoë", True),
        (WORDS, "utf-16", "byte order mark", False),
        (WORDS, "utf-16-le", "every second byte is empty", True),
        (WORDS, "utf-32", "byte order mark", False),
        (JAPANESE, "shift_jis", "everyday Japanese; words to check: 番号", False),
        (JAPANESE, "euc_jp", "everyday Japanese", False),
    ],
    ids=[
        "46-utf8-bom",
        "47-utf8",
        "47-cp1252",
        "47-latin1",
        "48-utf16",
        "48-utf16-without-mark",
        "48-utf32",
        "48-shift-jis",
        "48-euc-jp",
    ],
)
def test_encodings_are_told(tmp_path, content, encoding, shown, doubtful):
    table = only(text(tmp_path / "a.csv", content.encode(encoding)))
    lines = [line.split(",") for line in content.splitlines()]
    assert table.columns == lines[0]
    assert cells(table) == lines[1:]
    assert shown in said(table, "encoding")
    assert any(entry.what == "encoding" and entry.doubtful for entry in table.log) is doubtful


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "номер,имя\n1,Иван Петров\n"),
        ("gb18030", "id,姓\n1,张三丰先生您好吗\n"),
        ("mac_roman", "id,nama\n1,Çédille à\n2,ïve\n"),
    ],
    ids=["47-cyrillic-is-asked-for", "47-chinese-is-asked-for", "47-mac-is-asked-for"],
)
def test_an_encoding_that_cannot_be_told_is_asked_for(tmp_path, encoding, words):
    path = text(tmp_path / "a.csv", words.encode(encoding))
    with pytest.raises(ProblemsError, match="the encoding cannot be told"):
        read_any(path)
    assert cells(only(path, encoding=encoding))[0] == words.splitlines()[1].split(",")


def test_47_wrongly_decoded_letters_are_said_and_can_be_repaired(tmp_path):
    table = only(text(tmp_path / "a.csv", "id,nama\nP1,JosÃ©\nP2,â€œyaâ€\n"))
    assert cells(table)[0] == ["P1", "JosÃ©"]
    assert "repair_mojibake" in said(table, "unusual signs")
    assert repair_mojibake("JosÃ©") == "José"
    assert repair_mojibake("São José") == "São José"


def test_47_a_file_in_two_encodings_is_refused_with_its_row(tmp_path):
    path = text(tmp_path / "a.csv", "id,nama\nP1,José\nP2,Zoë\n".encode() + "P3,Émile\n".encode("cp1252"))
    with pytest.raises(ProblemsError, match="row 4: the file mixes encodings"):
        read_any(path)


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("Budi\u00a0S", "no-break spaces"),
        ("Bu\u200bdi", "zero-width signs"),
        ("１２３", "full-width letters or digits"),
        ("“ya”", "curly quotes"),
    ],
    ids=["49-nbsp", "49-zero-width", "49-full-width", "49-curly-quotes"],
)
def test_look_alike_signs_are_said_and_left(tmp_path, sign, name):
    csv_table = only(text(tmp_path / "a.csv", f"id,nama\nP1,{sign}\n"))
    sheet_table = only(book(tmp_path / "a.xlsx", {"S": [["id", "nama"], ["P1", sign]]}))
    for table in (csv_table, sheet_table):
        assert cells(table) == [["P1", sign]]
        assert name in said(table, "unusual signs")


def test_49_invisible_signs_around_column_names_are_taken_off(tmp_path):
    table = only(text(tmp_path / "a.csv", "\u200bid\u00a0,nama\u200b\n1,2\n"))
    assert table.columns == ["id", "nama"]
    assert "id, nama" in said(table, "column names")


@pytest.mark.parametrize(
    "separator", [",", ";", "\t", "|"], ids=["50-comma", "50-semicolon", "50-tab", "50-bar"]
)
def test_separators_are_told(tmp_path, separator):
    lines = [["id", "nama", "gaji"], ["P1", "Budi", "2500"], ["P2", "Siti", "2600"]]
    table = only(text(tmp_path / "a.txt", "\n".join(separator.join(line) for line in lines)))
    assert [table.columns, *cells(table)] == lines


def test_50_decimal_commas_do_not_hide_the_semicolon(tmp_path):
    table = only(text(tmp_path / "a.csv", "id;gaji;jam\nP1;2,5;8,0\nP2;3,1;7,5\n"))
    assert cells(table) == [["P1", "2,5", "8,0"], ["P2", "3,1", "7,5"]]
    assert said(table, "decimal sign").startswith(",: 4 cells")


def test_50_line_breaks_in_quotes_do_not_move_row_numbers(tmp_path):
    content = (
        'id,catatan,kota\nP1,"baris satu\nbaris dua\r\nbaris tiga",Bogor\nP2,"a ""b"",'
        ' c",Depok\nP3,,"x\ry"\nP4,,\n'
    )
    table = only(text(tmp_path / "a.csv", content))
    assert rows(table) == [2, 5, 6, 8]
    assert cells(table)[0] == ["P1", "baris satu\nbaris dua\r\nbaris tiga", "Bogor"]
    assert "8 lines" not in said(table, "table")
    assert "3 line breaks inside quoted cells" in said(table, "table")


def test_51_ragged_rows_are_refused_by_number_and_never_guessed(tmp_path):
    path = text(tmp_path / "a.csv", "id,gaji,nilai\nP1,2,5,3\nP2,3,4\nP3,3\n")
    with pytest.raises(ProblemsError) as caught:
        read_any(path)
    message = str(caught.value)
    assert "row 2: the row has 4 cells, the header 3; perhaps decimal commas" in message
    assert "row 4: the row has 2 cells" in message
    aside = only(path, ragged="set aside")
    assert rows(aside) == [3]
    assert rules(aside) == {2: "ragged row", 4: "ragged row"}
    with pytest.raises(ProblemsError, match="row 2"):
        read_any(path, FormatOptions(ragged="pad"))
    short = only(text(tmp_path / "b.csv", "id,gaji,nilai\nP1,2\nP2,3,4\n"), ragged="pad")
    assert cells(short) == [["P1", "2", ""], ["P2", "3", "4"]]
    assert "row 2" in said(short, "short rows")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"], ids=["52-windows", "52-unix", "52-old-mac"])
@pytest.mark.parametrize("last", [True, False], ids=["with-last-newline", "without-last-newline"])
def test_line_ends_make_no_difference(tmp_path, end, last):
    table = only(
        text(tmp_path / "a.csv", end.join(["id,nama", "P1,Budi", "P2,Siti"]) + (end if last else ""))
    )
    assert cells(table) == [["P1", "Budi"], ["P2", "Siti"]]
    assert rows(table) == [2, 3]


def test_53_leading_zeros_and_long_numbers(tmp_path):
    table = only(text(tmp_path / "a.csv", "id,telp\n0007,0812345\n0010,+62\n"))
    assert cells(table) == [["0007", "0812345"], ["0010", "+62"]]
    path = book(
        tmp_path / "a.xlsx",
        {"S": [["id", "nik", "no"], ["0007", 3174010101900001, 7], ["0008", "3174010101900002", 8]]},
    )
    workbook = openpyxl.load_workbook(path)
    workbook["S"]["C2"].number_format = "0000"
    workbook.save(path)
    sheet = only(path)
    assert cells(sheet) == [["0007", "3174010101900001", "7"], ["0008", "3174010101900002", "8"]]
    assert "keeps only 15 digits" in said(sheet, "long numbers")
    assert "0007" in said(sheet, "leading zeros")


def test_32_unnamed_answers_of_a_survey_tool_are_found(tmp_path):
    # the second header row of SurveyMonkey, and the same export after a program named the empty headers
    double = only(
        text(
            tmp_path / "a.csv",
            "Respondent ID,Punya apa?,,,Umur\n,Rumah,Motor,Mobil,Open-Ended"
            " Response\n11,Rumah,,Mobil,20\n12,,Motor,,30\n13,,,,31\n",
        )
    )
    assert double.columns == [
        "Respondent ID",
        "Punya apa? / Rumah",
        "Punya apa? / Motor",
        "Punya apa? / Mobil",
        "Umur / Open-Ended Response",
    ]
    single = only(
        text(
            tmp_path / "b.csv",
            "Respondent ID,Punya apa?,Unnamed: 2,Column3,Umur\n11,Rumah,,Mobil,20\n12,,Motor,,30\n13,,,,31\n",
        )
    )
    assert "made up" in said(single, "column names")
    (block,) = find_unnamed_blocks(single)
    folded = fold_multiple(single, block).table
    assert folded.frame["Punya apa?"].tolist() == ["Rumah Mobil", "Motor", ""]
    assert folded.columns == ["Respondent ID", "Punya apa?", "Umur"]


def test_rows_to_skip_are_skipped_wherever_they_stand(tmp_path):
    # before the header, ragged, and among the answers
    path = text(tmp_path / "a.csv", "sampah,1\nid,nama,gaji\nP1,Budi,2\nP2,Siti\nP3,Agus,4\n")
    table = only(path, skip_rows=(1, 4))
    assert table.columns == ["id", "nama", "gaji"]
    assert rows(table) == [3, 5]
    assert rules(table) == {1: "skip_rows", 4: "skip_rows"}
    sheet = only(book(tmp_path / "a.xlsx", {"S": [["a", "b", "c"], HEADER, *ANSWERS]}), skip_rows=(1, 4))
    assert sheet.columns == HEADER
    assert rows(sheet) == [3, 5, 6]
    assert rules(sheet) == {1: "skip_rows", 4: "skip_rows"}


def test_50_what_excel_and_old_programs_add_to_text_files(tmp_path):
    table = only(text(tmp_path / "a.csv", "sep=;\nid;nama\nP1;Budi, S.T.\nP2;Siti\n\x1a"))
    assert cells(table) == [["P1", "Budi, S.T."], ["P2", "Siti"]]
    assert rows(table) == [3, 4]
    assert rules(table) == {1: "separator line"}
    assert "the first line of the file says so" in said(table, "separator")
    assert "taken off" in said(table, "end mark")


def test_50_surplus_separators_are_cut_only_where_nothing_stands(tmp_path):
    table = only(text(tmp_path / "a.csv", "id;nama;gaji;;\nP1;Budi;2;;\nP2;Siti;3\nP3;Agus;4;;;;\n"))
    assert cells(table) == [["P1", "Budi", "2"], ["P2", "Siti", "3"], ["P3", "Agus", "4"]]
    assert "columns 4, 5" in said(table, "empty columns")
    assert "row 3" in said(table, "short rows")
    assert "row 4" in said(table, "surplus cells")
    with pytest.raises(ProblemsError, match="every row has one cell more than the header"):
        read_any(text(tmp_path / "b.csv", "nama,gaji\n1,Budi,2\n2,Siti,3\n"))


def test_51_a_shifted_row_is_not_taken_for_one_with_a_surplus_separator(tmp_path):
    rows_before = "".join(f"P{number},3.5,{number},\n" for number in range(1, 9))
    path = text(tmp_path / "a.csv", f"id,defects,level,note\n{rows_before}P9,2,5,3,\n")
    with pytest.raises(
        ProblemsError, match="row 10: the row has 5 cells, the header 4; perhaps decimal commas"
    ):
        read_any(path)
    table = only(path, ragged="set aside")
    assert [row[0] for row in cells(table)] == [f"P{number}" for number in range(1, 9)]
    every = only(text(tmp_path / "b.csv", "id,level\nP1,1,\nP2,2,\nP3,3,\n"))
    assert cells(every) == [["P1", "1"], ["P2", "2"], ["P3", "3"]]


def test_a_text_file_without_header_and_a_name_without_text(tmp_path):
    table = only(text(tmp_path / "a.csv", "P1,5\nP2,6\n"), header_rows=())
    assert table.columns == ["column_1", "column_2"]
    assert rows(table) == [1, 2]
    named = only(text(tmp_path / "b.csv", "id,,kota\n1,2,3\n"))
    assert named.columns == ["id", "column_2", "kota"]
    assert "columns 2" in said(named, "column names")


@pytest.mark.parametrize(
    "word",
    [
        "Jumlah: 12",
        "Rata-rata = 3,5",
        "TOTAL 1998",
        "Sub total",
        "Grand Total",
        "合計",
        "Std. deviasi",
        "Jumlah (orang)",
    ],
)
def test_36_ways_of_writing_a_total(tmp_path, word):
    table = only(text(tmp_path / "a.csv", f"nama;gaji;nilai\nBudi;2;3\nSiti;3;4\n{word};5;7\n"))
    assert rows(table) == [2, 3]
    assert rules(table) == {4: "total row"}
    assert not said(table, "perhaps totals")


@pytest.mark.parametrize("word", ["Totalindo", "Jumlahwati", "Total biaya perjalanan", "Meana"])
def test_36_words_that_only_begin_like_a_total_stay(tmp_path, word):
    table = only(text(tmp_path / "a.csv", f"nama;gaji;nilai\nBudi;2;3\nSiti;3;4\n{word};5;7\n"))
    assert rows(table) == [2, 3, 4]
    assert bool(said(table, "perhaps totals")) is word.startswith("Total ")


def test_36_signatures_under_the_table_leave_together(tmp_path):
    table = only(
        text(
            tmp_path / "a.csv",
            "nama,umur,kota,ket\nBudi,20,Bogor,a\nSiti,30,Depok,b\n\nKepala Dinas,,,\nBudi Santoso,,,\n",
        )
    )
    assert rows(table) == [2, 3]
    assert rules(table) == {4: "empty row", 5: "footer", 6: "footer"}


def test_36_headings_inside_the_table_are_named_and_stay(tmp_path):
    lines = [
        "id,nama,gaji,nilai",
        "Angkatan 1998,,,",
        "P1,Budi,2,3",
        "P2,Siti,3,4",
        "Angkatan 1999,,,",
        "P3,Agus,4,5",
        "P4,Wati,4,5",
    ]
    table = only(text(tmp_path / "a.csv", "\n".join(lines)))
    assert rows(table) == [2, 3, 4, 5, 6, 7]
    assert "rows 2, 5" in said(table, "single cells")


def test_41_hidden_rows_are_read_and_named(tmp_path):
    path = book(tmp_path / "a.xlsx", {"S": [HEADER, *ANSWERS]})
    workbook = openpyxl.load_workbook(path)
    workbook["S"].row_dimensions[3].hidden = True
    workbook.save(path)
    table = only(path)
    assert rows(table) == [2, 3, 4, 5]
    assert said(table, "hidden rows").startswith("row 3")


def test_51_more_cells_than_allowed_are_refused(tmp_path):
    with pytest.raises(ProblemsError, match="the file has 6 cells in 3 rows, which need more memory"):
        read_any(text(tmp_path / "a.csv", "id,nama\nP1,Budi\nP2,Siti\n"), FormatOptions(max_cells=11))
    assert len(read_any(tmp_path / "a.csv", FormatOptions(max_cells=12))[0].frame) == 2


@pytest.mark.parametrize(
    ("cells_text", "value"),
    [
        (["2,5", "1.250,00"], ","),
        (["2.5", "1,250.00"], "."),
        (["2,5", "2.5"], "mixed"),
        (["2.500", "2,500", "3/4/98"], "not seen"),
    ],
    ids=["51-comma", "51-point", "51-mixed", "51-undecided"],
)
def test_decimal_signs_are_stated_and_cells_left(tmp_path, cells_text, value):
    table = only(
        text(tmp_path / "a.csv", "id;x\n" + "".join(f"P{n};{cell}\n" for n, cell in enumerate(cells_text)))
    )
    assert said(table, "decimal sign").startswith(value)
    assert [row[1] for row in cells(table)] == cells_text
    assert said(only(tmp_path / "a.csv", decimal=","), "decimal sign").startswith(",: given")


def test_36_a_title_directly_above_the_header_is_doubted(tmp_path):
    # one column of places, each with a comma: the comma seems to separate, and the header seems a title
    table = only(text(tmp_path / "a.csv", "kota\nBogor, Jabar\nDepok, Jabar\nSerang, Banten\n"))
    assert any(entry.what == "separator" and "the first row has 1" in entry.how for entry in table.doubts)
    assert any(
        entry.what == "header" and "look whether it is the header" in entry.how for entry in table.doubts
    )
    apart = only(text(tmp_path / "b.csv", "Daftar peserta,\n\nid,nama\nP1,Budi\nP2,Siti\n"))
    assert not [entry for entry in apart.doubts if entry.what in ("separator", "header")]
    assert cells(only(tmp_path / "a.csv", separator=";")) == [
        ["Bogor, Jabar"],
        ["Depok, Jabar"],
        ["Serang, Banten"],
    ]


@pytest.mark.parametrize(
    ("top", "names", "expected"),
    [
        (
            ";;Sebelum;;;Sesudah;;",
            "No;Nama;gaji;jam;jab;gaji;jam;jab",
            ["No", "Nama", "Sebelum / gaji", "Sebelum / jam", "Sebelum / jab", "Sesudah / gaji"],
        ),
        (
            "No;;Kerja;;;;;",
            ";Nama;gaji;jam;jab;kota;umur;ket",
            ["No", "Nama", "Kerja / gaji", "Kerja / jam", "Kerja / jab", "Kerja / kota"],
        ),
        (
            "Diri;;;Kerja;;;;",
            "No;Nama;umur;gaji;jam;jab;kota;ket",
            ["No", "Nama", "umur", "gaji", "jam", "jab"],
        ),
    ],
    ids=[
        "35-groups-over-repeated-names",
        "35-groups-beside-names",
        "35-groups-that-add-nothing-are-a-doubted-title",
    ],
)
def test_sparse_group_rows_above_the_names(tmp_path, top, names, expected):
    table = only(text(tmp_path / "a.csv", f"{top}\n{names}\n1;Budi;2;3;4;5;6;7\n2;Siti;3;4;5;6;7;8\n"))
    assert table.columns[:6] == expected
    assert rows(table) == [3, 4]
    assert rules(table) == ({1: "title row"} if expected[2] == "umur" else {})
    assert any(entry.what == "header" for entry in table.doubts) is (expected[2] == "umur")


def test_35_a_merged_group_over_a_part_of_the_names(tmp_path):
    grid = [
        [None, None, "Kerja", None, None, None, None, None],
        ["No", "Nama", "gaji", "jam", "jab", "kota", "umur", "ket"],
        [1, "Budi", 2, 3, 4, 5, 6, 7],
    ]
    table = only(book(tmp_path / "a.xlsx", {"S": [*grid, ["x"]]}, merge={"S": ["C1:D1"]}), skip_rows=(4,))
    assert table.columns == [
        "No",
        "Nama",
        "gaji",
        "jam",
        "jab",
        "kota",
        "umur",
        "ket",
    ]  # one group alone names too little: it is a title
    grid[0][4] = "Diri"
    two = only(book(tmp_path / "b.xlsx", {"S": grid}, merge={"S": ["C1:D1", "E1:F1"]}))
    assert two.columns == [
        "No",
        "Nama",
        "Kerja / gaji",
        "Kerja / jam",
        "Diri / jab",
        "Diri / kota",
        "umur",
        "ket",
    ]
    assert rows(two) == [3]


def test_35_a_second_header_row_without_gaps(tmp_path):
    table = only(
        text(
            tmp_path / "a.csv",
            "id;Sebelum;;Sesudah;\nnomor;gaji;jam;gaji;jam\n1;200;40;300;41\n2;250;42;350;43\n",
        )
    )
    assert table.columns == [
        "id / nomor",
        "Sebelum / gaji",
        "Sebelum / jam",
        "Sesudah / gaji",
        "Sesudah / jam",
    ]
    assert rows(table) == [3, 4]


def test_35_a_merged_header_without_answers(tmp_path):
    table = only(book(tmp_path / "a.xlsx", {"S": GROUPED}, merge={"S": ["A1:A2", "B1:B2", "C1:D1", "E1:F1"]}))
    assert table.columns == GROUPED_NAMES
    assert rows(table) == []
    assert any(entry.what == "table" for entry in table.doubts)


def test_36_what_was_left_out_by_judgement_is_doubted(tmp_path):
    table = only(
        text(
            tmp_path / "a.csv",
            "Judul,,\n\nid,nama,gaji\nP1,Budi,2\nid,nama,gaji\n\nP2,Siti,3\nTOTAL,,5\nSumber: arsip,,\n",
        )
    )
    doubtful = {
        entry.value.split(":")[0]: entry.doubtful for entry in table.log if entry.what == "rows left out"
    }
    assert doubtful == {
        "title row": False,
        "empty row": False,
        "repeated header": True,
        "total row": True,
        "footer": True,
    }


def test_50_rows_longer_than_the_sample(tmp_path):
    table = only(text(tmp_path / "a.csv", "id;" + "n" * 1_200_000 + "\nP1;x\nP2;y\n"))
    assert cells(table) == [["P1", "x"], ["P2", "y"]]


def test_a_row_with_too_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("manfaat.files.formats.delimited.MOST_COLUMNS", 3)
    assert only(text(tmp_path / "a.csv", "a,b,c\n1,2,3\n")).columns == ["a", "b", "c"]
    with pytest.raises(ProblemsError, match="a row has 4 cells, more than the 3"):
        read_any(text(tmp_path / "b.csv", "a,b,c,d\n1,2,3,4\n"))


def test_a_text_file_without_an_ending_is_no_doubt(tmp_path):
    table = only(text(tmp_path / "answers", "id,nama\nP1,Budi\n"))
    assert table.name == "answers"
    assert table.doubts == []


def test_a_header_name_of_many_lines_is_doubted(tmp_path):
    table = only(
        text(tmp_path / "a.csv", 'id,"nama\nP1,Budi\nP2,Siti\nP3,Agus\nP4,Wati\nP5,Rina\nP6,Dewi"\nP7,Ayu\n')
    )
    assert "perhaps a quote is missing" in said(table, "long cells")
    long = only(text(tmp_path / "b.csv", 'id,nama\nP1,"' + "x\n" * 25 + '"\nP2,Siti\n'))
    assert "row 2" in said(long, "long cells")


def test_51_short_rows_at_the_end_are_notes_only_when_they_look_like_notes(tmp_path):
    body = "nama;umur;kota\nBudi;20;Bogor\nSiti;30;Depok\n"
    apart = only(text(tmp_path / "a.csv", body + "\nKepala,\n"))
    assert rules(apart) == {4: "empty row", 5: "footer"}
    note = only(text(tmp_path / "b.csv", body + "Sumber: arsip\nTOTAL;50\n"))
    assert rules(note) == {4: "footer", 5: "total row"}
    with pytest.raises(ProblemsError, match="row 4: the row has 1 cell, the header 3") as caught:
        read_any(text(tmp_path / "c.csv", body + "Kepala\n"))
    assert "a column has no name" not in str(caught.value)
    with pytest.raises(ProblemsError) as caught:
        read_any(text(tmp_path / "d.csv", body + "Agus;40;Depok;x\n"))
    assert "a column has no name" not in str(caught.value)


def test_51_many_ragged_rows_are_counted(tmp_path):
    with pytest.raises(ProblemsError) as caught:
        read_any(text(tmp_path / "a.csv", "a,b\n1,2\n" + "1,2,3\n" * 30))
    message = str(caught.value)
    assert "row 22:" in message
    assert "row 23:" not in message
    assert "10 more rows of another width than the header, the last in row 32" in message
