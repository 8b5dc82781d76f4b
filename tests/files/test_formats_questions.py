"""Questions across columns: Kobo groups and repeats, several answers, headers matched with the codebook,
sheets united.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import openpyxl
import pandas as pd
import pytest
from test_formats_workbooks import said

from manfaat.definitions.codebook import Variable
from manfaat.files.formats import (
    Block,
    FormatOptions,
    RawTable,
    find_multiple,
    find_unnamed_blocks,
    fold_multiple,
    link_repeats,
    match_headers,
    read_any,
    strip_groups,
    unite,
)
from manfaat.files.formats.headers import split_code


def made(columns: dict[str, list[str]], *, name: str = "main", file: str = "a.xlsx") -> RawTable:
    """Return a raw table of the given columns."""
    count = len(next(iter(columns.values())))
    frame = pd.DataFrame({"_sheet": [name] * count, "_row": range(2, count + 2), **columns})
    return RawTable(name, frame.astype(dict.fromkeys(["_sheet", *columns], "str")), file=file, kind="xlsx")


SYSTEM = {"_uuid": ["u1", "u2", "u3"], "_submission_time": ["2019-03-05"] * 3}
MARKS = {"g/assets/1": ["1", "0", ""], "g/assets/2": ["0", "1", ""], "g/assets/9": ["1", "0", ""]}


def test_groups_are_taken_off_but_options_stay():
    table = strip_groups(
        made({"grp_C/wage_pre": ["1", "2", "3"], **MARKS, "Upah/gaji bersih": ["1", "2", "3"], **SYSTEM})
    )
    assert table.columns == [
        "wage_pre",
        "assets/1",
        "assets/2",
        "assets/9",
        "Upah/gaji bersih",
        "_uuid",
        "_submission_time",
    ]
    assert "grp_C/wage_pre → wage_pre" in said(table, "form groups")


def test_names_that_would_become_the_same_keep_their_groups():
    table = strip_groups(made({"then/kn1": ["1"] * 3, "now/kn1": ["2"] * 3, "now/kn2": ["3"] * 3, **SYSTEM}))
    assert table.columns == ["then/kn1", "now/kn1", "kn2", "_uuid", "_submission_time"]
    assert any(entry.what == "form groups" and "then/kn1, now/kn1" in entry.how for entry in table.doubts)


def test_a_group_of_yes_no_questions_is_not_taken_for_options():
    table = strip_groups(made({"health/smokes": ["1", "0", "0"], "health/drinks": ["0", "0", "1"], **SYSTEM}))
    assert table.columns[:2] == ["health/smokes", "health/drinks"]
    assert any("group of yes/no questions" in entry.how for entry in table.doubts)


@pytest.mark.parametrize(
    ("columns", "system", "expected"),
    [
        (["grp-wage_pre", "a-b-hours"], {"KEY": ["u1"], "SubmissionDate": ["x"]}, ["wage_pre", "hours"]),
        (["grp:wage_pre"], {"KEY": ["u1"], "PARENT_KEY": [""]}, ["wage_pre"]),
        (["grp/wage_pre"], {}, ["grp/wage_pre"]),
        (["grp/wage_pre"], {"_uuid": ["u1"]}, ["grp/wage_pre"]),
    ],
    ids=["odk-central", "odk-aggregate", "no-system-columns", "one-is-not-enough"],
)
def test_only_exports_that_show_what_they_are_are_changed(columns, system, expected):
    table = strip_groups(made({**{column: ["5"] for column in columns}, **system}))
    assert table.columns[: len(expected)] == expected


def test_marks_are_folded_and_silence_is_told_from_no():
    table = made({**MARKS, "x": ["a", "b", "c"]})
    table.frame.loc[1, list(MARKS)] = "0"
    (block,) = find_multiple(table)
    assert (block.question, block.options, block.kind, block.combined, block.sure) == (
        "g/assets",
        ("1", "2", "9"),
        "marks",
        None,
        True,
    )
    folded = fold_multiple(table, block, name="assets", none="none")
    assert folded.table.columns == ["assets", "x"]
    assert folded.table.frame["assets"].tolist() == ["1 9", "none", ""]
    assert folded.disagreements.empty
    assert "1 row with only zeros" in said(folded.table, "several answers")
    assert "codes separated by a space" in said(folded.table, "several answers")
    assert "3 columns folded into one" in said(folded.table, "several answers")
    assert table.columns == [*MARKS, "x"]


def test_two_ways_of_storing_one_answer_are_compared_row_by_row():
    table = made(
        {
            "id": ["a", "b", "c", "d", "e", "f"],
            "own": ["1 2", "2 1", "2", "", "1", ""],
            "own/1": ["1", "1", "1", "1", "", ""],
            "own/2": ["1", "1", "0", "0", "", ""],
        }
    )
    (block,) = find_multiple(table)
    assert (block.combined, block.sure) == ("own", True)
    folded = fold_multiple(table, block)
    assert folded.table.columns == ["id", "own"]
    assert folded.table.frame["own"].tolist() == [
        "1 2",
        "2 1",
        "2",
        "1",
        "1",
        "",
    ]  # marks are no less an answer where the other column is empty
    found = folded.disagreements[["_row", "combined", "separate", "reason"]].itertuples(
        index=False, name=None
    )
    assert list(found) == [
        (4, "2", "1", "the codes differ"),
        (5, "", "1", "only one of the two is filled"),
        (6, "1", "", "only one of the two is filled"),
    ]
    assert "rows 4, 5, 6" in said(folded.table, "several answers")


def test_marks_that_are_neither_yes_nor_no_are_named():
    table = made({"own/1": ["1", "x", "0"], "own/2": ["0", "1", ""]})
    block = Block("own", ("own/1", "own/2"), ("1", "2"), "marks", None, True, "stated")
    folded = fold_multiple(table, block)
    assert folded.table.frame["own"].tolist() == ["1", "2 own/1=x", ""]  # read as for review, with 2 proposed
    assert folded.disagreements[["_row", "reason"]].to_numpy().tolist() == [
        [3, "a mark is neither yes nor no"]
    ]
    assert "partly filled" in said(folded.table, "several answers")
    assert find_multiple(table) == []


def test_options_in_words_get_a_separator_that_they_do_not_hold():
    table = made(
        {"Punya? / Sepeda motor": ["Sepeda motor", "", ""], "Punya? / Rumah": ["Rumah", "Rumah", ""]}
    )
    (block,) = find_multiple(table)
    assert (block.kind, block.sure) == ("texts", True)
    assert fold_multiple(table, block).table.frame["Punya?"].tolist() == ["Sepeda motor;Rumah", "Rumah", ""]
    with pytest.raises(ValueError, match="holds the separator"):
        fold_multiple(table, block, separator=" ")
    with pytest.raises(KeyError, match="no column"):
        fold_multiple(table, replace(block, columns=("nothing",)))
    with pytest.raises(ValueError, match="already has a column 'x'"):
        fold_multiple(
            made({"own/1": ["1"], "own/2": ["0"], "x": ["5"]}),
            replace(block, columns=("own/1", "own/2"), kind="marks"),
            name="x",
        )


def test_free_text_for_other_answers_stays_a_column_of_its_own():
    table = made(
        {
            "Punya? / Rumah": ["Rumah", "", ""],
            "Punya? / Motor": ["Motor", "", ""],
            "Punya? / Lainnya (sebutkan)": ["", "perahu", "kuda"],
        }
    )
    (block,) = find_multiple(table)
    assert block.options == ("Rumah", "Motor")
    folded = fold_multiple(table, block).table
    assert folded.columns == ["Punya?", "Punya? / Lainnya (sebutkan)"]
    marked = made({"own/1": ["1", "0"], "own/2": ["0", "1"], "own/other": ["1", "0"]})
    assert find_multiple(marked)[0].options == ("1", "2", "other")


def test_unnamed_columns_with_several_texts_are_no_options():
    table = made({"Kota": ["Bogor", "Depok", "Bogor"], "Unnamed: 1": ["a", "b", ""], "Umur": ["1", "2", "3"]})
    assert find_unnamed_blocks(table) == []
    never = made({"Punya?": ["Rumah", "", ""], "Column2": ["", "Motor", ""], "column_3": ["", "", ""]})
    (block,) = find_unnamed_blocks(never)
    assert block.options == ("Rumah", "Motor")
    assert "1 column that nobody chose" in block.how


def kobo_book(path, children: list[list]) -> list[RawTable]:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in [["grp/name", "_index", "_uuid"], ["Budi", 1, "u1"], ["Siti", 2, "u2"]]:
        book.active.append(row)
    sheet = book.create_sheet("jobs")
    for row in [["jobs/title", "_index", "_parent_table_name", "_parent_index"], *children]:
        sheet.append(row)
    book.save(path)
    return read_any(path)


def test_repeat_groups_are_linked_to_the_rows_of_their_parents(tmp_path):
    tables = kobo_book(
        tmp_path / "a.xlsx",
        [["operator", 1, "survey", 1], ["leader", 2, "survey", 1], ["mandor", 3, "survey", 2]],
    )
    survey, jobs = link_repeats([strip_groups(table) for table in tables])
    assert (survey.name, jobs.name) == ("survey", "jobs")
    assert survey.columns == ["name", "_index", "_uuid"]
    assert jobs.frame[["title", "_parent_row"]].to_numpy().tolist() == [
        ["operator", "2"],
        ["leader", "2"],
        ["mandor", "3"],
    ]
    assert "3 rows linked to 'survey' by _parent_index = _index" in said(jobs, "repeat group")
    assert not [entry for entry in jobs.doubts if entry.what == "repeat group"]


def test_repeats_without_or_with_two_parents_are_named():
    survey = made({"_index": ["1", "2", "2"], "x": ["a", "b", "c"]}, name="survey")
    jobs = made({"_parent_index": ["1", "2", "7", ""], "y": ["p", "q", "r", "s"]}, name="jobs")
    linked = link_repeats([survey, jobs])[1]
    assert linked.frame["_parent_row"].tolist() == ["2", "", "", ""]
    assert "rows 3, 4, 5" in said(linked, "repeat group")
    assert link_repeats([survey])[0] is survey
    alone = link_repeats([jobs])[0]
    assert "not among the sheets read" in said(alone, "repeat group")


def variable(name: str, source: str, en: str, bahasa: str) -> Variable:
    return Variable.model_validate(
        {
            "table": "people",
            "name": name,
            "type": "text",
            "source": source,
            "label::English (en)": en,
            "label::Bahasa Indonesia (id)": bahasa,
        }
    )


@dataclass
class Loose:
    """A variable of another kind of codebook, with its question code apart."""

    name: str
    label_en: str
    label_id: str
    source: str = ""
    code: str = ""


PAY = "upah/gaji bersih yang diterima selama sebulan dari pekerjaan utama, berupa uang"
CODEBOOK = [
    variable("wage_pre", "C7a", "Net wage received before departure, in cash", f"{PAY}, sebelum berangkat"),
    variable("wage_now", "F8a", "Net wage received now, in cash", f"{PAY}, sekarang"),
    variable("hours_pre", "C8|jam_pre", "Hours worked in a usual week", "Jam kerja seminggu"),
    Loose("edu_pre", "Highest education completed", "Pendidikan tertinggi yang ditamatkan", code="B3"),
    Loose("pr1", "Output per hour", "Hasil per jam", code="E11"),
    Loose("pr2", "Reach targets", "Mencapai target", code="E11"),
    Loose("sex", "Sex", "Jenis kelamin"),
]


@pytest.mark.parametrize(
    ("column", "name", "how"),
    [
        (f"C7a. {PAY}, sebelum berangkat", "wage_pre", "code and text"),
        ("C7a.", "wage_pre", "code alone"),
        ("[C7a] Berapa gaji?", "wage_pre", "code"),
        ("c7A) Berapa gaji?", "wage_pre", "code"),
        (f"{PAY.upper()},  SEKARANG ", "wage_now", "exact text"),
        ("Net wage received now, in cash", "wage_now", "exact text"),
        (f"Upah gaji bersih{PAY[16:]}, sekarang", "wage_now", "similar text"),
        ("JAM_PRE", "hours_pre", "name"),
        ("Hours worked in an usual week", "hours_pre", "similar text"),
        ("B3 Pendidikan tertinggi yang ditamatkan?", "edu_pre", "code"),
        ("E11 Hasil per jam", "pr1", "code and text"),
        ("E11 Hasil per jamm", "pr1", "code and similar text"),
        ("Bagian B / Jenis kelamin", "sex", "exact text"),
        ("Sex / Open-Ended Response", "sex", "name"),
        ("Ｊｅｎｉｓ\u00a0kelamin\u200b", "sex", "exact text"),
    ],
)
def test_headers_that_are_matched(column, name, how):
    match = match_headers([column], CODEBOOK)
    assert match.mapping == {column: name}
    assert match.found["how"].tolist() == [how]
    assert match.review.empty


@pytest.mark.parametrize(
    ("columns", "proposed", "reason"),
    [
        ([f"{PAY}, sesudah kembali"], "wage_now", "deciding word: sekarang, sesudah"),
        ([f"C8. {PAY}, sekarang"], "wage_now", "the code and the text point to different variables"),
        ([f"C8. {PAY}, sekarangg"], "wage_now", "the code and the text point to different variables"),
        (["E11. Ritme kerja stabil"], "pr1", "several variables share this question code"),
        (
            ["Jam kerja seminggu", "Hours worked in a usual week"],
            "hours_pre",
            "another column fits the same variable",
        ),
        (["Hours worked"], "hours_pre", "no text is alike enough"),
        (["Nama lengkap"], "", "no text is alike enough"),
        (["Hours worked in 2 usual week"], "hours_pre", "deciding word: 2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_headers_that_a_person_must_decide(columns, proposed, reason):
    match = match_headers(columns, CODEBOOK)
    assert match.mapping == {}
    assert proposed in set(match.review["variable"])
    assert set(match.review["column"]) == set(columns)
    assert match.review["reason"].str.contains(reason, regex=False).all()
    assert any("in the review list" in entry.how and entry.doubtful for entry in match.log)


def test_two_variables_with_one_text_are_not_told_apart():
    twins = [
        Loose("a", "Satisfaction with the course", "Kepuasan"),
        Loose("b", "Satisfaction with the course", "Kepuasan lain"),
    ]
    match = match_headers(["Satisfaction with the course", "Satisfaction with the courses"], twins)
    assert match.mapping == {}
    assert set(match.review["reason"]) == {
        "several variables have this text",
        "several variables have nearly this text",
    }


def test_a_match_by_name_beats_a_match_by_text():
    match = match_headers(["hours_pre", "Jam kerja seminggu", "_uuid"], CODEBOOK)
    assert match.mapping == {"hours_pre": "hours_pre"}
    assert match.review["column"].tolist() == ["Jam kerja seminggu"]


def test_a_code_with_a_very_different_text_is_doubted():
    match = match_headers(["C8. Warna kesukaan"], CODEBOOK)
    assert match.mapping == {"C8. Warna kesukaan": "hours_pre"}
    assert any("although the text differs much" in entry.how and entry.doubtful for entry in match.log)


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("C7a. Upah", "c7a", "Upah"),
        ("C7a Upah", "c7a", "Upah"),
        ("(B1) Sex", "b1", "Sex"),
        ("12) Umur", "12", "Umur"),
        ("12. Umur", "12", "Umur"),
        ("12 tahun", "", "12 tahun"),
        ("Upah", "", "Upah"),
        ("C7a", "c7a", ""),
        ("Q12 - Umur", "q12", "Umur"),
    ],
)
def test_question_codes_are_split_from_their_text(text, code, rest):
    assert split_code(text) == (code, rest)


def test_files_are_united_with_file_and_sheet():
    first, second = made({"id": ["P1"]}, file="a.csv", name="a"), made({"id": ["P1"]}, file="b.csv", name="b")
    united = unite([first, second], name="all")
    assert united.frame["_sheet"].tolist() == ["a.csv:a", "b.csv:b"]
    assert united.file == "a.csv + b.csv"
    assert united.frame["_row"].tolist() == [2, 2]
    assert united.frame.index.tolist() == [0, 1]
    other = unite([first, made({"nama": ["Siti"]}, file="b.csv", name="b")])
    assert other.missing.index.tolist() == [0, 1]
    assert str(united.frame["id"].dtype) == "str"
    with pytest.raises(ValueError, match="no table"):
        unite([])


def test_reading_leaves_the_options_alone():
    options = FormatOptions(sheets=("a",))
    assert options == FormatOptions(sheets=("a",))
    with pytest.raises(AttributeError):
        options.sheets = ()
