"""Ledgers, review lists and rows worked by hand: what is kept, what waits, what is counted and what can be
put back.
"""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from manfaat.base.problems import ProblemsError
from manfaat.cleaning import apart, ledger, reviews, rows, strange_rows
from manfaat.cleaning.cells import READ_COLUMNS, ColumnReading
from manfaat.cleaning.checks import explain_blanks
from manfaat.cleaning.columns import Column, encode, with_kinds
from manfaat.cleaning.holding import hold
from manfaat.cleaning.precision import partial_dates
from manfaat.cleaning.row_checks import Slip
from manfaat.definitions.codebook import Variable
from manfaat.definitions.corrections import Correction

WORDS = {"label::English (en)": "x", "label::Bahasa Indonesia (id)": "x"}


def variable(name: str, kind: str = "text", role: str = "", **more: str) -> Variable:
    """A variable of the table of people."""
    return Variable.model_validate(
        {"table": "people", "name": name, "type": kind, "source": name, "role": role} | WORDS | more
    )


def places(*where: tuple) -> pd.DataFrame:
    """Keys and places of rows: (key, file, sheet, row)."""
    return pd.DataFrame(where, columns=["_key", "_file", "_sheet", "_row"])


def clean_table() -> ledger.CleanTable:
    """Three rows kept and one set aside: "7.0" became 7, "ja" became 1 twice, and a name stands apart."""
    kept = places(("a", "f", "", 1), ("b", "f", "", 2), ("c", "f", "", 4)).assign(
        age=[7.0, 30.0, np.nan], yes=pd.array([1, 0, 1], dtype="Int64")
    )
    aside = places(("d", "f", "", 3)).assign(
        age=[""], yes=[""], name=["Dee"], rule=["empty row"], reason=["nothing"]
    )
    changes = pd.DataFrame(
        [
            ("age", "7.0", "7", "number", "r"),
            ("yes", "ja", "1", "label", "r"),
            ("name", " Ann", "Ann", "spaces", "r"),
        ],
        columns=ledger.CHANGE_COLUMNS,
    )
    changed = pd.DataFrame({"row": [0, 0, 2, 0], "line": [0, 1, 1, 2]}).astype("int32")
    reasons = pd.DataFrame({"key": ["c"], "variable": ["age"], "reason": ["blank"]})
    names = pd.DataFrame({"_key": ["c", "a", "b"], "name": ["Cy", "Ann", "Bo"]})
    return ledger.CleanTable("people", kept, aside, changes, changed, 4, reasons=reasons, identifiers=names)


VARIABLES = [variable("age", "decimal"), variable("yes", "integer"), variable("name", role="identifier")]
RAW = places(("a", "f", "", 1), ("b", "f", "", 2), ("d", "f", "", 3), ("c", "f", "", 4)).assign(
    age=["7.0", "30", "", ""], yes=["ja", "0", "", "ja"], name=[" Ann", "Bo", "Dee", "Cy"]
)


# --- the ledger closes, and what it counts


def test_raw_text_is_rebuilt_in_the_order_delivered():
    found = ledger.rebuild_raw(clean_table(), VARIABLES)
    assert (
        found[["age", "yes", "name"]].to_numpy().tolist() == RAW[["age", "yes", "name"]].to_numpy().tolist()
    )
    assert found["_row"].tolist() == [1, 2, 3, 4]
    ledger.check_ledger(clean_table(), RAW, VARIABLES)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda table, raw: (replace(table, rows_in=5), raw), "does not close"),
        (lambda table, raw: (replace(table, rows_in=5), pd.concat([raw, raw.iloc[:1]])), "does not close"),
        (lambda table, raw: (table, raw.iloc[:3]), "does not close"),
        (lambda table, raw: (table, raw.assign(_row=[1, 2, 3, 9])), "not the rows delivered"),
        (
            lambda table, raw: (replace(table, kept=table.kept.assign(_row=[1, 2, 2])), raw),
            "not the rows delivered",
        ),
        (lambda table, raw: (table, raw.assign(yes=["ja", "0", "", "1"])), "1 raw cells cannot be rebuilt"),
        (lambda table, raw: (table, raw.assign(age=["7", "31", "", ""])), "2 raw cells cannot be rebuilt"),
        (
            lambda table, raw: (table, raw.assign(name=["Ann", "Bo", "Dee", "Cy"])),
            "1 raw cells cannot be rebuilt",
        ),
    ],
)
def test_ledger_that_does_not_close_is_refused(spoil, said):
    table, raw = spoil(clean_table(), RAW)
    with pytest.raises(ProblemsError, match=said):
        ledger.check_ledger(table, raw, VARIABLES)


def test_cells_are_one_line_a_changed_cell_and_written_the_same(tmp_path):
    table = clean_table()
    assert table.cells[["key", "variable", "raw", "clean"]].to_numpy().tolist() == [
        ["a", "age", "7.0", "7"],
        ["a", "yes", "ja", "1"],
        ["c", "yes", "ja", "1"],
        ["a", "name", " Ann", "Ann"],
    ]
    ledger.write_cells(table, tmp_path / "cells.parquet")
    pd.testing.assert_frame_equal(
        pq.read_table(tmp_path / "cells.parquet").to_pandas().astype("object"), table.cells.astype("object")
    )


def test_number_written_otherwise_is_no_change_that_is_counted_but_a_correction_is():
    table = clean_table()
    found = ledger.cell_ledger({"people": table})
    assert found.to_numpy().tolist() == [["people", "yes", "label", 2], ["people", "name", "spaces", 1]]
    by_hand = replace(table, changes=table.changes.assign(rule=["correction", "label", "spaces"]))
    assert ledger.cell_ledger({"people": by_hand})["cells"].tolist() == [1, 2, 1]
    assert ledger.cell_ledger(
        {"people": replace(table, changes=table.changes.iloc[:0], changed=table.changed.iloc[:0])}
    ).empty


@pytest.mark.parametrize(
    ("raw", "clean", "same"),
    [
        ("7.0", "7", True),
        ("7.50", "7.5", True),
        ("-7.", "-7", True),
        ("70", "7", False),
        ("7.01", "7", False),
        ("7.0", "70", False),
        ("2004-05-06 10:05:00.123", "2004-05-06T10:05:00", True),
        ("2004-05-06 10:05:00,1", "2004-05-06T10:05:00", True),
        ("2004-05-06 10:05:01", "2004-05-06T10:05:00", False),
        ("10 x 7", "10TxT7", False),
    ],
)
def test_texts_that_programs_store_otherwise_say_the_same(raw, clean, same):
    assert ledger.same_value(raw, clean) is same


def test_rows_in_less_rows_set_aside_are_rows_kept():
    other = pd.DataFrame({"table": ["people", "people", "else"], "rule": ["title", "title", "total"]})
    found = ledger.row_ledger({"people": clean_table()}, other)
    assert found[["entry", "rule", "rows"]].to_numpy().tolist() == [
        ["rows in", "", 6],
        ["left out", "title", -2],
        ["set aside", "empty row", -1],
        ["rows kept", "", 3],
    ]
    assert ledger.row_ledger({"people": clean_table()})["rows"].tolist() == [4, -1, 3]
    assert ledger.row_ledger({"people": clean_table()}, other.iloc[:0])["rows"].tolist() == [4, -1, 3]


def test_missing_answers_are_counted_among_the_rows_kept_with_their_reasons():
    codebook = SimpleNamespace(table=lambda name: VARIABLES)
    found = ledger.missing_answers({"people": clean_table()}, codebook)
    assert found[["variable", "n", "n_missing", "blank"]].to_numpy().tolist() == [
        ["age", 3, 1, 1],
        ["yes", 3, 0, 0],
    ]  # names are kept apart
    assert found["share_missing"].tolist() == pytest.approx([1 / 3, 0])
    empty = replace(clean_table(), kept=clean_table().kept.iloc[:0], reasons=clean_table().reasons.iloc[:0])
    assert ledger.missing_answers({"people": empty}, codebook)["share_missing"].isna().all()


def test_changes_of_all_variables_are_numbered_on():
    def frame(*names: str) -> pd.DataFrame:
        return pd.DataFrame([(name, "x", "y", "r", "w") for name in names], columns=ledger.CHANGE_COLUMNS)

    parts = [
        (frame("a", "a"), np.array([0, 5]), np.array([0, 1])),
        (frame(), np.array([], int), np.array([], int)),
        (frame("b"), np.array([3, 4]), np.array([0, 0])),
    ]
    changes, changed = ledger.gather_changes(parts)
    assert changes["variable"].tolist() == ["a", "a", "b"]
    assert changes.index.tolist() == [0, 1, 2]
    assert changed.to_numpy().tolist() == [[0, 0], [5, 1], [3, 2], [4, 2]]
    nothing, none = ledger.gather_changes(parts[1:2])
    assert (list(nothing.columns), len(nothing), len(none)) == (ledger.CHANGE_COLUMNS, 0, 0)


def test_corrected_cell_is_a_change_of_its_own_beside_what_was_written_otherwise():
    """Of four rows the first two are "ja" for 1, the third is corrected from "9" to 1, and the last stands as
    it is.
    """
    read = pd.DataFrame(
        [("ja", "1", "label", "", ""), ("1", "1", "as-it-is", "", "")],
        columns=["text", "clean", "rule", "note", "missing"],
    )
    read = read.assign(value=["1", "1"], flag="", proposal="")[READ_COLUMNS].astype("object")
    original, reading_ = column("ja", "ja", "9", "1"), ColumnReading(np.array([0, 0, 1, 1]), read)
    done = pd.DataFrame(
        {"row": [2], "variable": ["yes"], "reason": ["seen"], "number": [2], "stays": [False]}
    )
    changes, rows_, lines = ledger.changes_of(original, reading_, variable("yes", "integer"), done)
    assert changes[["raw", "clean", "rule"]].to_numpy().tolist() == [
        ["ja", "1", "label"],
        ["9", "1", "correction"],
    ]
    assert changes.index.tolist() == [0, 1]
    assert (rows_.tolist(), lines.tolist()) == ([0, 1, 2], [0, 0, 1])
    other = ledger.changes_of(original, reading_, variable("yes", "integer"), done.assign(variable="no"))
    assert (len(other[0]), other[1].tolist()) == (1, [0, 1])


def test_reason_of_a_change_is_its_note_its_missing_code_or_its_form():
    assert ledger.reason_of("n", "refused") == "n"
    assert ledger.reason_of("", "not_asked") == "missing: not asked"
    assert ledger.reason_of("", "") == "the same answer in its standard form"


# --- what identifies is taken apart; what waits is taken out


def test_identifiers_and_their_changes_are_taken_out_of_the_ledgers():
    shared, own, names = apart.take_apart(clean_table())
    assert shared.cells[["key", "variable"]].to_numpy().tolist() == [["a", "age"], ["a", "yes"], ["c", "yes"]]
    assert own.cells[["key", "variable", "raw"]].to_numpy().tolist() == [["a", "name", " Ann"]]
    assert list(shared.changes.columns) == list(own.changes.columns) == ledger.CHANGE_COLUMNS
    assert "name" not in shared.aside
    assert names[["_key", "name"]].to_numpy().tolist() == [["d", "Dee"]]
    open_ = replace(clean_table(), identifiers=clean_table().identifiers[["_key"]])
    same, nothing, _ = apart.take_apart(open_)
    assert len(same.cells) == 4
    assert len(nothing.cells) == 0


def test_answer_that_waits_is_missing_and_its_raw_text_can_be_put_back():
    waiting = pd.DataFrame(
        {
            "key": ["a", "b", "c", "c"],
            "variable": ["age", "age", "yes", "yes"],
            "reason": ["a slip", "a slip", "which", "again"],
        }
    )
    held = hold(clean_table(), waiting, VARIABLES)
    assert held.kept["age"].isna().tolist() == [True, True, True]
    assert held.kept["yes"].isna().tolist() == [False, False, True]
    assert held.kept["yes"].tolist()[:2] == [1, 0]
    assert sorted(held.cells[["key", "variable", "raw", "rule"]].to_numpy().tolist()) == [
        ["a", "age", "7.0", "waits"],
        ["a", "name", " Ann", "spaces"],
        ["a", "yes", "ja", "label"],
        ["b", "age", "30", "waits"],
        ["c", "yes", "ja", "waits"],
    ]
    assert held.reasons[["key", "variable", "reason"]].to_numpy().tolist() == [
        ["c", "age", "blank"],
        ["a", "age", "to_decide"],
        ["b", "age", "to_decide"],
        ["c", "yes", "to_decide"],
    ]
    assert held.reasons.index.tolist() == [0, 1, 2, 3]
    ledger.check_ledger(held, RAW, VARIABLES)
    table = clean_table()
    assert hold(table, waiting.iloc[:0], VARIABLES) is table


# --- the review list


def test_row_is_named_by_file_and_number_and_by_sheet_where_there_are_several():
    place = places(("a", "f", "one", 3), ("b", "f", "two", 3), ("c", "g", "only", 4))
    assert reviews.row_names(place, place).tolist() == ["f/one:3", "f/two:3", "g:4"]


def line(key: str, old: str = "", new: str = "keep", name: str = "_row") -> Correction:
    """A decision of a person."""
    return Correction(
        cohort="c",
        table="people",
        key=key,
        variable=name,
        old=old,
        new=new,
        who="Ann",
        when="2024",
        why="seen",
    )


def test_decision_fits_exactly_one_row_once():
    place = places(("a", "f", "", 3), ("a", "f", "", 4), ("b", "f", "", 5))
    lines = [
        (2, line("a", "f:3")),
        (3, line("b", "f:5", "set aside")),
        (4, line("a", "f:3")),
        (5, line("b", "f:4")),
        (6, line("a", "f:4", "drop")),
    ]
    found, problems = reviews.decided_rows(place, lines, file="corrections.csv")
    assert found["decision"].to_dict() == {0: "keep", 2: "set aside"}
    assert found["reason"].tolist() == ["seen (Ann, 2024)"] * 2
    assert [problem.row for problem in problems] == [4, 5, 6]
    said = [str(problem) for problem in problems]
    assert "is decided twice" in said[0]
    assert "matches 0 rows" in said[1]
    assert "is no decision" in said[2]
    assert reviews.decided_rows(place, [], file="x")[1] == []


def test_correction_may_name_a_row_by_its_place():
    place = places(("a", "f", "", 3), ("b", "f", "", 4))
    lines = [(2, line("a")), (3, line("f:4")), (4, line("row 3")), (5, line("nobody"))]
    assert [one.key for _, one in reviews.by_place(lines, place)] == ["a", "b", "a", "nobody"]
    assert [n for n, _ in reviews.by_place(lines, place)] == [2, 3, 4, 5]
    two = places(("a", "f", "", 3), ("b", "g", "", 4))
    assert [one.key for _, one in reviews.by_place(lines, two)] == [
        "a",
        "f:4",
        "row 3",
        "nobody",
    ]  # "row 3" of which file?
    sheets = places(("a", "f", "x", 3), ("b", "f", "y", 4))
    assert [one.key for _, one in reviews.by_place(lines, sheets)] == ["a", "f:4", "row 3", "nobody"]


def test_rows_that_were_decided_are_not_asked_about_again():
    place = clean_table().kept[["_key", "_file", "_sheet", "_row"]]
    found = pd.DataFrame({"check": ["X", "X"], "key": ["a", "c"], "note": ["odd", "odder"]})
    asked = reviews.rows_asked(clean_table(), found, place, {"f:1"})
    assert asked[["key", "raw", "reason", "until_then"]].to_numpy().tolist() == [
        ["c", "f:4", "X: odder", "kept"]
    ]
    decided = pd.DataFrame({"decision": ["keep", "set aside"]}, index=[0, 1])
    assert reviews.kept_by_hand(place, decided) == {"f:1"}
    assert reviews.kept_by_hand(place, decided.iloc[:0]) == set()


@pytest.mark.parametrize(
    ("factor", "proposal", "until"), [(1000.0, "7000", "missing"), (1 / 12, "0.583333", "kept")]
)
def test_slip_of_unit_is_proposed_with_what_it_would_be(factor, proposal, until):
    table, check = clean_table(), SimpleNamespace(id="P", table="people")
    found = pd.DataFrame(
        {
            "check": ["P", "P", "Q", "P"],
            "key": ["a", "b", "a", "b"],
            "variable": ["age"] * 4,
            "note": ["as a year", "as a year", "as a year", "as a year instead"],
            "slip": ["year", "year", "year", ""],
        }
    )
    raw = {"age": np.array(["7.0", "30", ""], dtype=object)}
    lines = reviews.slips_of(check, Slip("year", "as a year", factor), table.kept, raw, found, {("b", "age")})
    assert lines[["key", "variable", "raw", "proposal", "reason", "until_then"]].to_numpy().tolist() == [
        ["a", "age", "7.0", proposal, "P: as a year", until]
    ]


# --- dates of which a part is known


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("date", {"2004": "the year is known", "2004-05": "year and month are known"}),
        ("month", {"2004": "the year is known"}),
    ],
)
def test_part_of_a_date_is_reported_where_less_is_known_than_was_asked(kind, found):
    clean = pd.DataFrame(
        {
            "_key": list("abcd"),
            "day": ["2004", "2004-05", "2004-05-06" if kind == "date" else "2004-06", None],
        }
    )
    lines = partial_dates(clean.astype({"day": "string"}), [variable("day", kind), variable("absent", kind)])
    assert (
        dict(zip(clean.set_index("_key").loc[lines["key"], "day"], lines["note"], strict=True)).keys()
        == found.keys()
    )
    assert all(end in note for note, end in zip(lines["note"], found.values(), strict=True))
    assert partial_dates(clean[["_key"]], [variable("day", kind)]).empty


def test_time_without_a_time_of_day_is_part_of_a_date():
    clean = pd.DataFrame({"_key": list("ab"), "at": ["2004-05-06", "2004-05-06T10:05"]})
    assert partial_dates(clean, [variable("at", "dateTime")])[["key", "note"]].to_numpy().tolist() == [
        ["a", "the time of day is not known"]
    ]


# --- rows that may be no person's


def column(*texts: str) -> Column:
    """A column of these texts."""
    return encode(pd.Series(texts, dtype="str"))


@pytest.mark.parametrize(
    ("text", "is_word"),
    [
        ("abc", True),
        ("ab", False),
        ("ab1c", True),
        ("abc12", True),
        ("abc123", False),
        ("試", True),
        ("試1", False),
        ("123", False),
    ],
)
def test_word_has_three_letters_and_more_letters_than_digits(text, is_word):
    assert (strange_rows.wordy([text]).size == 1) is is_word


def test_record_made_before_the_fieldwork_began_is_a_sign():
    when = {
        "began": column("2004-07-04 10:00", "2004-07-05 10:00", "", "2004-07-03 09:00"),
        "sent": column("2004-01-01", "2004-01-01", "2004-01-01", "2004-01-01"),
    }
    stamps = [variable("sent", "date", "submitted"), variable("began", "dateTime", "start")]
    assert strange_rows.sent_before(when, stamps, date(2004, 7, 5), 4).tolist() == [
        True,
        False,
        False,
        True,
    ]  # the start counts before the end
    assert strange_rows.sent_before(when, stamps[:1], date(2004, 7, 5), 4).all()
    assert not strange_rows.sent_before(when, stamps, None, 4).any()
    assert not strange_rows.sent_before(when, [variable("began", "text", "start")], date(2004, 7, 5), 4).any()


@pytest.mark.parametrize(
    ("answered", "asked", "hardly"),
    [(1, 5, True), (2, 5, False), (0, 3, True), (0, 2, False), (1, 4, False), (2, 10, True)],
)
def test_row_hardly_answers_up_to_a_fifth_of_at_least_three_questions(answered, asked, hardly):
    columns = {f"q{place}": column("x" if place < answered else " ") for place in range(asked)} | {
        "id": column("7")
    }
    questions = [variable(name, "integer", "key" if name == "id" else "") for name in columns]
    assert strange_rows.hardly_answered(np.array([0]), columns, questions).tolist() == [hardly]


def test_one_sign_is_none_and_two_are_told():
    columns = {
        "id": column("test", "7", "test"),
        "say": column("well", "coba", "coba"),
        **{f"q{place}": column("1", "1", "1") for place in range(4)},
    }
    questions = [
        variable("id", role="key"),
        variable("say"),
        *(variable(f"q{place}", "integer") for place in range(4)),
    ]
    assert strange_rows.perhaps_trials(columns, questions, 3).to_dict() == {
        2: f"{strange_rows.SIGNS[0]}; {strange_rows.SIGNS[1]}"
    }


def test_trial_word_in_the_key_is_told_as_that_and_counts_for_no_text_of_a_number():
    blank = {f"q{place}": column("") for place in range(3)}
    columns = {"id": column("test"), "say": column("well"), **blank}
    questions = [variable("id", role="key"), variable("say"), *(variable(name, "integer") for name in blank)]
    wide = [*questions, variable("q3", "integer")]
    assert strange_rows.perhaps_trials(columns | {"q3": column("")}, wide, 1).to_dict() == {
        0: f"{strange_rows.SIGNS[0]}; {strange_rows.SIGNS[3]}"
    }
    assert strange_rows.perhaps_trials(columns, questions, 1).empty  # one of four is more than a fifth
    numbers = [variable(name, "integer") for name in ("a", "b", "c", "d")]
    assert not strange_rows.hardly_answered(
        np.array([0]), {"a": column("test"), **{name: column("") for name in "bcd"}}, numbers
    ).any()


def reading(*texts: str, unread: str) -> SimpleNamespace:
    """A column as it was read: which texts wait for a person."""
    codes, distinct = pd.factorize(np.array(texts, dtype=object))
    return SimpleNamespace(
        read=pd.DataFrame({"text": distinct}),
        codes=codes,
        waits=lambda: np.array([text == unread for text in texts]),
    )


def test_row_most_of_whose_answers_cannot_be_read_may_be_a_header():
    """Five questions; in row 2 three of five cannot be read (6 in 10), in row 3 none; of texts and names
    nothing is asked.
    """
    rows_ = [["1", "2", "Q", "4", "5"]] * 3 + [["1", "2", "3", "4", ""]] * 2
    readings = {name: reading(*texts, unread="Q") for name, texts in zip("abc", rows_[:3], strict=True)}
    readings |= {name: reading(*texts, unread="Q") for name, texts in zip("de", rows_[3:], strict=True)} | {
        "say": reading(*"QQQQQ", unread="Q")
    }
    questions = [*(variable(name, "integer") for name in "abcde"), variable("say")]
    found = strange_rows.perhaps_headers(readings, questions)
    assert found.to_dict() == {2: "3 of 5 answers cannot be read; look at the rows below it too"}
    more = readings | {"f": reading(*"12345", unread="Q")}  # three of six are fewer than 6 in 10
    assert strange_rows.perhaps_headers(more, [*questions, variable("f", "integer")]).empty
    two = {name: readings[name] for name in "abde"}
    assert strange_rows.perhaps_headers(two, [variable(name, "integer") for name in "abde"]).empty
    odd = readings | {
        "c": reading("Q", "Q", "Q", "4", "5", unread="Q")
    }  # three in five unread: the column is not understood
    assert strange_rows.perhaps_headers(odd, questions).empty
    two_of_five = readings | {"c": reading("1", "Q", "Q", "4", "5", unread="Q")}
    assert strange_rows.perhaps_headers(two_of_five, questions).empty


# --- rows, columns, blanks


def test_rows_are_named_by_their_key_or_by_their_place():
    place = places(("", "f.xlsx", "one", 2), ("", "f.xlsx", "two", 2), ("", "g.csv", "", 5))
    assert rows.row_keys(place, {}, ["row"]).tolist() == ["f/one:2", "f/two:2", "g:5"]
    keys = {"a": column(" 1", "2 ", "1"), "b": column("x", "y", "z")}
    assert rows.row_keys(place, keys, ["a"]).tolist() == ["1", "2", "1"]
    assert rows.row_keys(place, keys, ["a", "b"]).tolist() == ["1|x", "2|y", "1|z"]


def test_row_without_an_answer_is_empty_unless_a_person_keeps_it():
    columns = {"a": column("1", " ", "", ""), "b": column("", "", "  ", "2")}
    assert rows.blank_rows(columns, 4).tolist() == [False, True, True, False]
    place = places(*((str(n), "f", "", n) for n in range(4)))
    decided = pd.DataFrame({"decision": ["keep", "set aside"], "reason": ["seen", "double"]}, index=[1, 3])
    found, problems = rows.set_aside_raw(
        place, columns, [variable("a"), variable("b")], ["row"], stop=True, decided=decided
    )
    assert (found["rule"].to_dict(), problems) == ({2: "empty row", 3: "decided"}, [])


def test_same_row_twice_is_kept_once_and_same_key_otherwise_waits_or_stops():
    place = places(
        ("a", "f", "", 2), ("a", "f", "", 3), ("b", "f", "", 4), ("b", "f", "", 5), ("c", "f", "", 6)
    )
    columns = {"id": column("a", "a", "b", "b", "c"), "q": column("1", "1", "1", "2", "1")}
    names = [variable("id", role="key"), variable("q")]
    found, problems = rows.set_aside_raw(place, columns, names, ["id"], stop=False)
    assert found["rule"].to_dict() == {
        1: "exact duplicate",
        2: "same key, different answers",
        3: "same key, different answers",
    }
    assert problems == []
    found, problems = rows.set_aside_raw(place, columns, names, ["id"], stop=True)
    assert found["rule"].to_dict() == {1: "exact duplicate"}
    assert "the key 'b' stands on rows 4, 5" in str(problems[0])
    two = rows.set_aside_raw(
        place.assign(_file=list("ffffg"), _key=list("aabcb")), columns, names, ["id"], stop=True
    )[1]
    assert (two[0].file, "rows 4, 6" in str(two[0])) == ("f", True)  # told where the first of them stands
    keep = pd.DataFrame({"decision": ["keep"], "reason": ["seen"]}, index=[3])
    found, problems = rows.set_aside_raw(place, columns, names, ["id"], stop=True, decided=keep)
    assert found.loc[2].tolist() == ["decided", "row 5 was kept: seen"]
    both = pd.DataFrame({"decision": ["keep"] * 2, "reason": ["seen"] * 2}, index=[2, 3])
    assert "decided to keep several" in str(
        rows.set_aside_raw(place, columns, names, ["id"], stop=True, decided=both)[1][0]
    )


def test_later_submission_of_one_person_is_kept():
    place = places(("a", "f", "", 2), ("a", "f", "", 3))
    columns = {
        "id": column("a", "a"),
        "sent": column("2004-05-06 10:00", "2004-05-07 10:00"),
        "q": column("1", "1"),
        "p": column("2", "3"),
    }
    names = [
        variable("id", role="key"),
        variable("sent", "dateTime", "submitted"),
        variable("q"),
        variable("p"),
    ]
    found, _ = rows.set_aside_raw(place, columns, names, ["id"], stop=True)
    assert found["rule"].to_dict() == {0: "resubmission"}
    unread = columns | {"sent": column("2004-05-06 10:00", "yesterday")}
    assert rows.set_aside_raw(place, unread, names, ["id"], stop=True)[1]


@pytest.mark.parametrize(
    ("births", "one"),
    [
        (("1980-05", "1980-05"), True),
        (("1980-05", "1981-05"), False),
        (("1980", "1980-05"), True),
        (("", "1980-05"), True),
    ],
)
def test_two_months_of_birth_are_two_persons(births, one):
    table = pd.DataFrame({"born": births, "other": ["1990-01", "1991-01"]})
    assert (
        rows.one_birth(table, [variable("born", "month", "quasi-identifier"), variable("other", "month")])
        is one
    )


def test_text_that_stands_as_number_and_as_text_stands_twice():
    found = with_kinds(Column(np.array([0, 0, 1, 0], dtype="int32"), ["7", "x"]), np.array([2, 1, 1, 2]))
    assert found.array().tolist() == ["7", "7", "x", "7"]
    assert found.kinds[found.codes].tolist() == [2, 1, 1, 2]
    assert len(found.texts) == 3
    changed = found.put(1, "8")
    assert changed.array().tolist() == ["7", "8", "x", "7"]
    assert len(changed.kinds) == len(changed.texts)
    assert found.array().tolist() == ["7", "7", "x", "7"]
    assert found.select(np.array([2, 1])).array().tolist() == ["x", "7"]


def test_blank_is_skipped_not_asked_or_not_answered():
    clean = pd.DataFrame({"q": [5.0, np.nan] * 4, "age": [20.0, 10.0, 10.0, 20.0, 20.0, np.nan, 20.0, 20.0]})
    rows = np.array([1, 3, 5, 7])
    versions = pd.Series(["1", "1", "1", "1", "1", "2", "1", "3"])
    asked = variable("q", "integer", relevant="${age} >= 18", versions="1 2")
    assert explain_blanks(clean, rows, asked, versions).tolist() == [
        "not_applicable",
        "blank",
        "blank",
        "not_asked",
    ]
    assert explain_blanks(clean, rows, asked, None).tolist() == ["not_applicable", "blank", "blank", "blank"]
    assert explain_blanks(clean, rows, variable("q", "integer"), versions).tolist() == ["blank"] * 4
