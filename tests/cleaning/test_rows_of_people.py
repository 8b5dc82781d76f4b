"""Rows that are no people of their own: repeats of REDCap, second headers, tables below the table."""

import pandas as pd
import pytest
from test_cleaning import CHOICES, PROGRAMME, VARIABLES, cohort, raw, variable
from test_exports_by_hand import write

from manfaat import cleaning
from manfaat.base.problems import ProblemsError
from manfaat.cleaning import Instructions
from manfaat.cleaning.kinds import kinds_of, with_kinds
from manfaat.cleaning.readers import chosen
from manfaat.cleaning.strange_rows import header_problems
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.raw_files import RawFile
from manfaat.desk.drafts import draft_from_data
from manfaat.desk.scaffold import supposed
from manfaat.files.formats import link_repeats, read_any

# Twenty people, of whom some name medicines and visits: 43 rows, as in a file that teaches REDCap.
HEAD = [
    "record_id",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "age",
    "sex",
    "drug",
    "dose",
    "visit_date",
]


def redcap_rows():
    rows = []
    for person in range(1, 21):
        rows.append([str(person), "", "", str(30 + person), str(person % 2), "", "", ""])
        rows += [
            [str(person), "medications", str(n), "", "", f"drug {n}", str(5 * n), ""]
            for n in range(1, 1 + person % 2)
        ]
        rows += [[str(person), "visits", "1", "", "", "", "", "2024-03-01"] for _ in range(person > 7)]
    return rows


def test_rows_of_repeating_instruments_are_tables_of_their_own(tmp_path):
    rows = redcap_rows()
    assert len(rows) == 43
    people, drugs, visits = link_repeats(read_any(write(tmp_path / "redcap.csv", [HEAD, *rows])))
    assert (len(people.frame), len(drugs.frame), len(visits.frame)) == (20, 10, 13)
    assert people.columns == ["record_id", "age", "sex"]
    assert drugs.columns == ["record_id", "redcap_repeat_instance", "drug", "dose", "_parent_row"]
    assert drugs.frame["_parent_row"].tolist()[:2] == ["2", "5"]
    assert pd.concat([people.frame, drugs.frame, visits.frame])["_row"].is_unique
    drafted = draft_from_data(read_any(tmp_path / "redcap.csv"))
    assert list(dict.fromkeys(line["table"] for line in drafted.variables)) == [
        "redcap",
        "medications",
        "visits",
    ]


def test_events_of_a_person_are_kept_apart_and_repeats_know_theirs(tmp_path):
    head = [
        "record_id",
        "redcap_event_name",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "age",
        "drug",
    ]
    rows = [
        ["1", "baseline_arm_1", "", "", "30", ""],
        ["1", "followup_arm_1", "", "", "31", ""],
        ["1", "followup_arm_1", "medications", "1", "", "a"],
    ]
    people, drugs = link_repeats(read_any(write(tmp_path / "r.csv", [head, *rows])))
    assert people.frame[["redcap_event_name", "age"]].to_numpy().tolist() == [
        ["baseline_arm_1", "30"],
        ["followup_arm_1", "31"],
    ]
    assert drugs.frame["_parent_row"].tolist() == ["3"]


@pytest.mark.parametrize(
    "rows",
    [[["1", "", "", "30", "1", "", "", ""]], [["1", "medications", "1", "", "", "a", "5", ""]]],
    ids=["nobody repeats", "nothing else"],
)
def test_an_export_with_one_kind_of_rows_stays_one_table(tmp_path, rows):
    (table,) = link_repeats(read_any(write(tmp_path / "r.csv", [HEAD, *rows])))
    assert len(table.frame) == 1


def test_the_tables_that_a_cohort_names_are_read(tmp_path):
    tables = link_repeats(read_any(write(tmp_path / "redcap.csv", [HEAD, *redcap_rows()])))
    assert [
        table.name
        for table in chosen(tables, RawFile(file="redcap.csv", table="people", sheets=["medications"]))
    ] == ["medications"]
    assert len(chosen(tables, RawFile(file="redcap.csv", table="people"))) == 3


HEADERS = {
    "questions under the names": (2, ("Respondent", "How many?", "How much?", "Do you agree?")),
    "the names in another language": (3, ("kode", "jumlah", "upah", "jawaban")),
    "another table below": (4, ("Kota", "Laki-laki", "Perempuan", "Semua")),
}


@pytest.mark.parametrize(("at", "cells"), HEADERS.values(), ids=HEADERS)
def test_a_header_among_the_rows_is_asked_about_and_named_first_where_the_run_stops(at, cells):
    rows = [("a", "3", "2.5", "1"), ("b", "4", "2.5", "2"), ("c", "5", "1.5", "1")]
    frame = raw([*rows[: at - 2], cells, *rows[at - 2 :]])
    book = Codebook(VARIABLES, CHOICES)
    done = cleaning.clean_table(frame, Instructions("people", PROGRAMME, book, cohort("review")))
    line = done.review[done.review["variable"] == "_row"].iloc[0]
    assert (line["key"], line["row"], line["until_then"]) == (cells[0], at, "kept")
    assert (
        line["reason"]
        == "perhaps a second header, or where another table begins: 3 of 3 answers cannot be read; look at"
        " the rows below it too"
    )
    with pytest.raises(ProblemsError) as caught:
        cleaning.clean_table(frame, Instructions("people", PROGRAMME, book, cohort("stop")))
    assert f"f.csv, row {at}: perhaps a second header" in str(caught.value.problems[0])
    assert "'skip_rows' in cohort.yml" in str(caught.value.problems[0])


def stacked(above=12, below=8):
    """Rows of people, and a table of words under its own header below them."""
    people = [(f"p{at}", str(3 + at), "2.5", "1") for at in range(above)]
    return raw(
        [
            *people,
            ("Kota", "Laki-laki", "Perempuan", "Semua"),
            *[(f"kota {at}", "sedikit", "banyak", "cukup") for at in range(below)],
        ]
    )


def test_the_rows_of_another_table_are_told_together_and_settled_once():
    frame, book = stacked(), Codebook(VARIABLES, CHOICES)
    with pytest.raises(ProblemsError) as caught:
        cleaning.clean_table(frame, Instructions("people", PROGRAMME, book, cohort("stop")))
    (problem,) = caught.value.problems
    assert "f.csv, row 14: perhaps a second header" in str(problem)
    assert "the rows 14 to 22 cannot be read as those above them" in str(problem)
    done = cleaning.clean_table(frame, Instructions("people", PROGRAMME, book, cohort("review")))
    rows = done.review[done.review["variable"] == "_row"]
    assert rows["row"].tolist() == list(range(14, 23))
    assert len(kinds_of(with_kinds(rows))) == 1
    assert kinds_of(with_kinds(rows))["rows"].tolist() == [9]


def test_tables_below_at_the_same_rows_of_two_files_are_both_told():
    """Told once by their words alone, the second file's was not named."""
    place = pd.DataFrame({"_file": ["a.csv"] * 4 + ["b.csv"] * 4, "_sheet": "", "_row": [2, 3, 4, 5] * 2})
    signs = pd.Series("a sign", index=[1, 2, 3, 5, 6, 7], dtype="object")
    told = [str(problem) for problem in header_problems(place, signs)]
    assert [text.split(":")[0] for text in told] == ["a.csv, row 3", "b.csv, row 3"]
    assert all("the rows 3 to 5 cannot be read as those above them" in text for text in told)
    assert header_problems(place, signs.iloc[:0]) == []
    waiting = pd.DataFrame(
        {
            "table": "people",
            "variable": "_row",
            "raw": "x",
            "proposal": "",
            "rule": "",
            "reason": told[0][-20:],
            "until_then": "kept",
        },
        index=range(8),
    )
    assert (
        with_kinds(pd.concat([waiting, place.set_axis(["file", "sheet", "row"], axis=1)], axis=1))[
            "kind"
        ].tolist()
        == [1] * 4 + [2] * 4
    )


def test_a_delivery_of_which_most_cannot_be_read_has_no_table_below():
    done = cleaning.clean_table(
        stacked(4, 9),
        Instructions("people", PROGRAMME, Codebook(VARIABLES, CHOICES), cohort("review")),
    )
    assert "_row" not in set(done.review["variable"])


def test_a_person_with_two_slips_and_a_column_that_is_not_understood_are_no_headers():
    rows = [("a", "three", "much", "1"), ("b", "4", "2.5", "2"), ("c", "5", "1.5", "1")]
    done = cleaning.clean_table(
        raw(rows), Instructions("people", PROGRAMME, Codebook(VARIABLES, CHOICES), cohort("review"))
    )
    assert "_row" not in set(done.review["variable"])
    book = Codebook(
        (*VARIABLES, variable("x", "integer"), variable("y", "integer"), variable("z", "integer")), CHOICES
    )
    words = raw([(name, "1", "1", "1") for name in "abcdefgh"]).assign(x="many", y="few", z="none at all")
    assert "_row" not in set(
        cleaning.clean_table(words, Instructions("people", PROGRAMME, book, cohort("review"))).review[
            "variable"
        ]
    )


@pytest.mark.parametrize(
    ("again", "kept"),
    [
        (["id", "umur", "upah", "kota"], False),
        (["ID", "Umur ", "UPAH", "Kota"], False),
        (["id", "umur", "upah", ""], True),
        (["id", "umur", "upah", "Bogor"], True),
        (["p9", "umur", "upah", "kota"], True),
    ],
)
def test_a_header_that_is_repeated_in_any_letter_case_is_left_out_and_a_person_is_not(tmp_path, again, kept):
    rows = [
        ["id", "umur", "upah", "kota"],
        *[[f"p{at}", str(20 + at), str(1000 + at), "Bogor"] for at in range(8)],
    ]
    rows.insert(5, again)
    table = read_any(write(tmp_path / "a.csv", rows))[0]
    assert len(table.frame) == 8 + kept


def test_a_draft_tells_of_questions_under_the_names_and_guesses_without_them(tmp_path):
    rows = [
        ["id", "age", "wage", "start", "town"],
        ["Number", "How old are you?", "What do you earn?", "Since when?", "Where?"],
    ]
    rows += [
        [str(100 + at), str(20 + at), f"{1000 + at}.5", f"2004-03-{1 + at:02}", f"town {at}"]
        for at in range(20)
    ]
    draft = draft_from_data(read_any(write(tmp_path / "a.csv", rows)))
    assert [line["type"] for line in draft.variables] == ["integer", "integer", "decimal", "date", "text"]
    assert any("row 2: perhaps a second header" in line for line in draft.decide)


def test_a_draft_tells_of_another_table_by_its_rows(tmp_path):
    rows = [
        ["id", "age", "wage", "start", "town"],
        *[[str(at), str(20 + at), f"{1000 + at}.5", f"2004-03-{1 + at:02}", "Bogor"] for at in range(20)],
    ]
    rows += [
        ["Kota", "Laki-laki", "Perempuan", "Semua", "Catatan"],
        ["Bogor", "sedikit", "banyak", "cukup", "ya"],
        ["Depok", "banyak", "ada", "tiada", "ya"],
    ]
    told = [
        line
        for line in draft_from_data(read_any(write(tmp_path / "a.csv", rows))).decide
        if "second header" in line
    ]
    assert len(told) == 1
    assert "rows 22 to 24: perhaps a second header" in told[0]


def test_a_draft_proposes_the_person_and_the_event_as_key(tmp_path):
    rows = [
        ["record_id", "redcap_event_name", "age"],
        *[[str(at // 2), ("baseline_arm_1", "endline_arm_1")[at % 2], str(30 + at)] for at in range(12)],
    ]
    sheets = read_any(write(tmp_path / "r.csv", rows))
    assert supposed(draft_from_data(sheets), sheets).main.key == ["record_id", "redcap_event_name"]
    again = read_any(write(tmp_path / "r.csv", [*rows, [*rows[-1][:2], "99"]]))
    assert supposed(draft_from_data(again), again).main.key == []


def test_a_draft_of_ordinary_answers_leaves_nobody_out(tmp_path):
    rows = [
        ["id", "age", "wage", "town"],
        *[[str(at), str(20 + at), f"{1000 + at}", "Bogor"] for at in range(20)],
        ["21", "many", "none yet", "Depok"],
    ]
    draft = draft_from_data(read_any(write(tmp_path / "a.csv", rows)))
    assert not any("second header" in line for line in draft.decide)
