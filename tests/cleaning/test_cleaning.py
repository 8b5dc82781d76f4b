"""Nothing is lost or changed unseen."""

import string
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, examples, replace_in, seal
from manfaat import cleaning
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.cleaning import Instructions
from manfaat.cleaning.cells import Coding, read_column
from manfaat.cleaning.columns import encode
from manfaat.cleaning.readers import Told
from manfaat.definitions.codebook import Choice, Codebook, Rule, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import Programme, Table

WORDS = {"en": "x", "id": "x"}


def variable(name: str, type: str, **more) -> Variable:
    return Variable.model_validate(
        {
            "table": "people",
            "name": name,
            "type": type,
            "source": name,
            "label::English (en)": name,
            "label::Bahasa Indonesia (id)": name,
            "required": "no",
            **more,
        }
    )


VARIABLES = (
    variable("id", "text", role="key"),
    variable("count", "integer"),
    variable("amount", "decimal", missing="-9=refused;-8=dont_know"),
    variable("answer", "select_one yn"),
)
CHOICES = tuple(
    Choice.model_validate(
        {"list_name": "yn", "name": code, "label::English (en)": label, "label::Bahasa Indonesia (id)": label}
    )
    for code, label in (("1", "Yes"), ("2", "No"))
)
BOOK = Codebook(VARIABLES, CHOICES)
PROGRAMME = Programme.model_validate(
    {
        "programme": "trial",
        "title": WORDS,
        "summary": WORDS,
        "tables": {"people": {"label": WORDS, "key": ["id"]}},
        "units": {},
        "design": {
            "unit": {"one": WORDS, "many": WORDS},
            "group": "answer",
            "participants": ["1"],
            "times": {"now": WORDS},
        },
        "specifications": [
            {"id": "a", "label": WORDS, "method": "difference_in_means", "std_errors": ["HC1"]}
        ],
        "primary": {"randomised": "a", "observational": "a"},
    }
)


def cohort(unreadable: str = "review", **file) -> Cohort:
    return Cohort.model_validate(
        {
            "cohort": "c",
            "unreadable": unreadable,
            "programme": "trial",
            "label": WORDS,
            "kind": "real",
            "assignment": "randomised",
            "files": [{"file": "f.csv", "table": "people", **file}],
            "period": WORDS,
            "denominators": {},
            "origin": "o",
            "licence": "l",
            "citation": "c",
        }
    )


def raw(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["id", "count", "amount", "answer"], dtype="str")
    frame.insert(0, "_file", "f.csv")
    frame.insert(1, "_sheet", "")
    frame.insert(2, "_row", range(2, len(rows) + 2))
    return frame


def clean(frame: pd.DataFrame, corrections=(), **file) -> cleaning.CleanTable:
    return cleaning.clean_table(
        frame, Instructions("people", PROGRAMME, BOOK, cohort(**file), list(corrections))
    )


space = st.sampled_from(["", " ", "\t", "  "])
whole = st.builds(
    lambda a, n, zero, b: f"{a}{zero}{n}{b}",
    space,
    st.integers(0, 10**9),
    st.sampled_from(["", "0", "00"]),
    space,
)
odd = st.sampled_from(
    [
        "-9",
        "NA",
        "",
        " ",
        "1e3",
        "+5",
        "0.10",
        "7.",
        ".5",
        "2.500",
        "2,500",
        "2,5 juta",
        "lupa",
        "TT",
        "12-13",
        "#REF!",
        "\u200b",
        "Rp 2.500.000,-",
        "\uff11\uff12",
    ]
)
number = st.one_of(st.floats(-1e9, 1e9).map(lambda x: f"{x:.4f}"), odd)
answer = st.sampled_from(["1", "2", " 1", "2 ", "", "Yes", "no", "ya", "3", "1-2", "V", "-9"])
tables = st.lists(st.tuples(whole | st.just(""), number, answer), max_size=25).map(
    lambda rows: [(f"p{i}", *row) for i, row in enumerate(rows)]
)


@settings(max_examples=examples(150), deadline=None)
@given(tables)
@pytest.mark.slow
def test_raw_is_rebuilt_from_clean_and_ledger(rows):
    frame = raw(rows)
    table = clean(frame)
    cleaning.check_ledger(table, frame, list(VARIABLES))
    rebuilt = cleaning.rebuild_raw(table, list(VARIABLES))
    names = ["id", "count", "amount", "answer"]
    assert rebuilt[names].to_numpy().tolist() == frame[names].to_numpy().tolist()
    assert table.rows_in == len(table.kept) + len(table.aside)


@settings(max_examples=examples(60), deadline=None)
@given(tables, st.integers(0, 24), st.integers(0, 3))
def test_a_ledger_that_was_tampered_with_does_not_close(rows, place, column):
    frame = raw(rows)
    table = clean(frame)
    if len(table.kept) == 0:
        return
    name = ["id", "count", "amount", "answer"][column]
    changed = frame.copy()
    row = place % len(frame)
    changed.loc[row, name] = changed.loc[row, name] + "#"
    with pytest.raises(ProblemsError, match="cannot be rebuilt"):
        cleaning.check_ledger(table, changed, list(VARIABLES))


@settings(max_examples=examples(200), deadline=None)
@given(st.text(string.printable, max_size=12))
def test_any_text_is_read_or_named_never_a_crash(text):
    for line in VARIABLES:
        read = read_column(
            encode(pd.Series([text], dtype="str")), Coding(line, BOOK, None, cohort().files[0])
        ).read.iloc[0]
        assert read["flag"] in ("", "report", "review", "unreadable")
        assert (read["value"] is None) == (read["clean"] == "")


@pytest.mark.slow
def test_every_shipped_delivery_is_rebuilt():
    for name in ("nsw-1976", "nsw-1976-cps", "nsw-1976-psid", "michigan-1987-89"):
        study = load_study(name, root=ROOT)
        delivered = read_raw(study).tables
        tables = clean_tables(study, read_raw(study))  # checks the ledger itself
        for table_name, table in tables.items():
            names = [v.name for v in study.codebook.table(table_name)]
            rebuilt = cleaning.rebuild_raw(table, study.codebook.table(table_name))[names]
            wanted = delivered[table_name].sort_values(["_file", "_sheet", "_row"], ignore_index=True)[names]
            assert rebuilt.to_numpy().tolist() == wanted.to_numpy().tolist()


def test_missing_codes_become_missing_and_the_reason_is_kept():
    table = clean(
        raw([("a", "1", "-9", "1"), ("b", "2", "-8", "2"), ("c", "3", "", ""), ("d", "4", "5", "2")])
    )
    assert table.kept["amount"].isna().tolist() == [True, True, True, False]
    found = table.reasons[table.reasons["variable"] == "amount"].set_index("key")["reason"].to_dict()
    assert found == {"a": "refused", "b": "dont_know", "c": "blank"}


def test_units_are_converted_exactly_and_logged():
    table = clean(raw([("a", "1", "9.93005", "1")]), multiply={"amount": 1000})
    assert table.kept["amount"].tolist() == [9930.05]  # 9.93005 * 1000 is 9930.050000000001 in binary
    assert table.cells[["raw", "clean", "rule", "reason"]].to_numpy().tolist() == [
        ["9.93005", "9930.05", "unit", "multiplied by 1000"]
    ]


def test_empty_rows_and_exact_duplicates_are_set_aside():
    table = clean(raw([("a", "1", "2", "1"), ("", " ", "", ""), ("a", "1", "2", "1")]))
    assert (len(table.kept), table.aside["rule"].tolist()) == (1, ["empty row", "exact duplicate"])
    assert table.aside["_row"].tolist() == [3, 4]


def test_one_key_with_two_answers_is_refused():
    with pytest.raises(ProblemsError, match=r"the key 'a' stands on rows 2, 3 with different answers"):
        clean(raw([("a", "1", "2", "1"), ("a", "1", "3", "1")]), unreadable="stop")


def correction(**changes) -> tuple[int, Correction]:
    line = {
        "cohort": "c",
        "table": "people",
        "key": "a",
        "variable": "amount",
        "old": "2",
        "new": "20",
        "who": "AB",
        "when": "2026-01-01",
        "why": "pay slip",
    }
    return 2, Correction.model_validate(line | changes)


def test_a_correction_changes_one_cell_and_is_logged():
    table = clean(raw([("a", "1", "2", "1"), ("b", "1", "2", "1")]), [correction()])
    assert table.kept["amount"].tolist() == [20.0, 2.0]
    assert table.cells[["key", "raw", "clean", "rule", "reason"]].to_numpy().tolist() == [
        ["a", "2", "20", "correction", "pay slip (AB, 2026-01-01)"]
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "z"}, "matches 0 cells"),
        ({"variable": "wages"}, "matches no variable"),
        ({"old": "3"}, "is '2', not '3'"),
        ({"old": "5", "new": "2"}, "already is '2'"),
    ],
)
def test_a_correction_that_fits_nothing_is_refused(changes, message):
    with pytest.raises(ProblemsError, match=message):
        clean(raw([("a", "1", "2", "1")]), [correction(**changes)])


def test_input_is_not_changed():
    frame = raw([("a", " 1", "-9", "1"), ("b", "2", "3", "2")])
    before = frame.copy(deep=True)
    clean(frame, [correction(old="-9")])
    pd.testing.assert_frame_equal(frame, before)


def test_what_cannot_be_read_waits_for_a_person_or_stops_the_run():
    rows = [("a", "1", "2,5", "1"), ("b", "many", "3,5", "7")]
    table = clean(raw(rows))
    assert table.kept["count"].tolist() == [1, pd.NA]
    assert sorted(table.review["raw"]) == ["7", "many"]
    assert set(table.reasons[table.reasons["key"] == "b"]["reason"]) == {"to_decide"}
    with pytest.raises(ProblemsError, match=r"f.csv, row 3, column count \(count\): 'many' cannot be used"):
        clean(raw(rows), unreadable="stop")


def test_a_double_key_waits_for_a_person_when_nothing_may_stop():
    table = clean(raw([("a", "1", "2", "1"), ("a", "1", "3", "1"), ("b", "1", "2", "2")]))
    assert table.kept["id"].tolist() == ["b"]
    assert table.aside["rule"].tolist() == ["same key, different answers"] * 2


def variables_with(**changes) -> Codebook:
    more = {"id": {}, "count": {}, "amount": {}, "answer": {}} | changes
    return Codebook(tuple(line.model_copy(update=more[line.name]) for line in VARIABLES), CHOICES)


def clean_by(book: Codebook, frame: pd.DataFrame, programme: Programme = PROGRAMME) -> cleaning.CleanTable:
    table = cleaning.clean_table(frame, Instructions("people", programme, book, cohort()))
    cleaning.check_ledger(table, frame, list(book.variables))
    return table


def test_blanks_say_why_they_are_blank():
    book = variables_with(amount={"relevant": "${answer} = 1"}, count={"versions": "2"})
    book = Codebook((*book.variables, variable("form", "text", role="version")), CHOICES)
    frame = raw([("a", "", "", "2"), ("b", "", "", "1"), ("c", "5", "7", "2")]).assign(form=["1", "2", "1"])
    table = clean_by(book, frame)
    reasons = {(row.key, row.variable): row.reason for row in table.reasons.itertuples()}
    assert reasons == {
        ("a", "count"): "not_asked",
        ("b", "count"): "blank",
        ("a", "amount"): "not_applicable",
        ("b", "amount"): "blank",
    }
    assert table.findings[["check", "key"]].to_numpy().tolist() == [["skip:amount", "c"]]


def test_consistency_rules_report_and_change_nothing():
    rule = Rule.model_validate(
        {
            "id": "V1",
            "table": "people",
            "severity": "error",
            "rule": "${amount} >= ${count}",
            "label::English (en)": "enough",
            "label::Bahasa Indonesia (id)": "cukup",
        }
    )
    book = Codebook(VARIABLES, CHOICES, (rule,))
    table = clean_by(book, raw([("a", "5", "7", "1"), ("b", "8", "7", "1"), ("c", "8", "", "1")]))
    assert table.findings.to_numpy().tolist() == [["V1", "error", "b", "", "enough", ""]]
    assert table.kept["amount"].tolist()[:2] == [7.0, 7.0]


def test_recodes_apply_to_their_version_of_the_form_only():
    book = variables_with(answer={"recode": "1: 0=2;1=1"})
    book = Codebook((*book.variables, variable("form", "text", role="version")), CHOICES)
    table = clean_by(
        book,
        raw([("a", "1", "1", "0"), ("b", "1", "1", "1"), ("c", "1", "1", "2"), ("d", "1", "1", "0")]).assign(
            form=["1", "1", "2", "2"]
        ),
    )
    assert table.kept["answer"].tolist()[:3] == ["2", "1", "2"]
    assert table.review["key"].tolist() == ["d"]
    assert table.kept["answer"].isna().tolist() == [False, False, False, True]


def test_identifiers_leave_the_table_and_come_back_for_the_raw_text():
    book = Codebook((*VARIABLES, variable("phone", "text", role="identifier")), CHOICES)
    frame = raw([("a", "1", "1", "1"), ("b", "1", "1", "1")]).assign(phone=["0812 345", " 0813"])
    table = clean_by(book, frame)
    assert "phone" not in table.kept
    assert table.identifiers["phone"].tolist() == ["0812 345", "0813"]


def test_declared_exclusions_and_resubmissions():
    definition = {
        "label": WORDS,
        "key": ["id"],
        "set_aside": [{"rule": "no consent", "when": "${answer} = 2", "reason": WORDS}],
    }
    programme = PROGRAMME.model_copy(update={"tables": {"people": Table.model_validate(definition)}})
    book = Codebook((*VARIABLES, variable("sent", "text", role="submitted")), CHOICES)
    rows = [("a", "1", "", "1"), ("a", "1", "4", "1"), ("b", "1", "1", "2"), ("TEST", "1", "1", "1")]
    table = clean_by(
        book, raw(rows).assign(sent=["2020-02-01", "2020-01-01", "2020-01-01", "2020-01-01"]), programme
    )
    assert table.kept[["id", "amount"]].to_numpy().tolist() == [
        ["a", 4.0],
        ["TEST", 1.0],
    ]  # a word alone takes nobody out
    assert sorted(table.aside["rule"]) == ["no consent", "resubmission"]
    assert cleaning.row_ledger({"people": table})["rows"].tolist() == [4, -1, -1, 2]


def test_files_may_differ_in_their_conventions():
    from manfaat.definitions.raw_files import RawFile

    items = [
        RawFile(file="f.csv", table="people", decimal=",", date_order="dmy"),
        RawFile(file="g.csv", table="people", decimal="."),
    ]
    frame = pd.concat(
        [raw([("a", "1", "2,500", "1")]), raw([("b", "1", "2.500", "1")]).assign(_file="g.csv")],
        ignore_index=True,
    )
    table = cleaning.clean_table(
        frame, Instructions("people", PROGRAMME, BOOK, cohort().model_copy(update={"files": items}))
    )
    assert table.kept["amount"].tolist() == [2.5, 2.5]


def test_what_a_file_has_no_column_for_was_not_asked():
    study = load_study("nsw-1976-psid", root=ROOT)
    table = clean_tables(study, read_raw(study))["people"]
    assert table.reasons.groupby(["variable", "reason"]).size().to_dict() == {
        ("no_degree_delivered", "not_asked"): 2675
    }


def test_a_unit_in_the_header_is_applied_and_logged(project):
    raw = project / "data/raw/nsw-1976"
    replace_in(raw / "nsw.csv", "re78", "Earnings in 1978 (thousands)")
    replace_in(
        raw / "cohort.yml",
        'separator: ","',
        'separator: ","\n    columns: {Earnings in 1978 (thousands): pay_1978}',
    )
    seal(raw)
    study = load_study("nsw-1976", root=project)
    delivery = read_raw(study)
    assert delivery.header_units.to_numpy().tolist() == [
        ["nsw.csv", "pay_1978", "Earnings in 1978 (thousands)", 1000]
    ]
    table = clean_tables(study, delivery)["people"]
    assert table.kept["pay_1978"].tolist()[:2] == [9930046.0, 3595894.0]
    assert set(table.cells["rule"]) == {"unit"}
    replace_in(raw / "cohort.yml", 'separator: ","', 'separator: ","\n    multiply: {pay_1978: 1}')
    assert (
        clean_tables(load_study("nsw-1976", root=project), read_raw(load_study("nsw-1976", root=project)))[
            "people"
        ]
        .kept["pay_1978"]
        .tolist()[0]
        == 9930.046
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_damaged_file_gives_a_clear_error_or_a_closed_ledger(project, kind):
    import numpy as np

    raw = project / "data/raw/nsw-1976"
    whole = pd.read_csv(raw / "nsw.csv", dtype=str).head(60)
    name = f"nsw.{kind}"
    whole.to_csv(raw / name, index=False) if kind == "csv" else whole.to_excel(raw / name, index=False)
    replace_in(raw / "cohort.yml", "file: nsw.csv", f"file: {name}")
    replace_in(raw / "cohort.yml", "assignment: randomised", "assignment: randomised\nunreadable: review")
    content, rng, closed = (raw / name).read_bytes(), np.random.default_rng(7), 0
    refused = 0
    for _ in range(40):
        bytes_ = bytearray(content)
        at = int(rng.integers(0, len(bytes_)))
        way = int(rng.integers(0, 3))
        if way == 0:
            del bytes_[at:]
        elif way == 1:
            bytes_[at] = int(rng.integers(0, 256))
        else:
            bytes_[at:at] = bytes(rng.integers(0, 256, 3).tolist())
        (raw / name).write_bytes(bytes(bytes_))
        import hashlib

        (raw / "SHA256SUMS").write_text(f"{hashlib.sha256(bytes(bytes_)).hexdigest()}  {name}\n")
        try:
            study = load_study("nsw-1976", root=project)
            clean_tables(study, read_raw(study))  # refuses a ledger that does not close
            closed += 1
        except ProblemsError:
            refused += 1
    assert closed + refused == 40
    assert closed >= (5 if kind == "csv" else 0)


@pytest.mark.parametrize(
    ("second", "sent", "rule", "kept"),
    [
        (
            ("a", "1", "2", "1"),
            ("05/03/2020", "20/02/2020"),
            "resubmission",
            "9",
        ),  # day first: March is later, though its text sorts first
        (
            ("a", "7", "8", "2"),
            ("01/02/2020", "02/02/2020"),
            "same key, different answers",
            None,
        ),  # nothing alike: perhaps two persons
        (
            ("a", "1", "2", "1"),
            ("01/02/2020", "soon"),
            "same key, different answers",
            None,
        ),  # a time that cannot be read decides nothing
    ],
)
def test_rows_under_one_key_are_one_persons_or_for_a_person_to_decide(second, sent, rule, kept):
    book = Codebook(
        (*VARIABLES, variable("sent", "text", role="submitted"), variable("more", "text")), CHOICES
    )
    frame = raw([("a", "1", "2", "1"), second]).assign(sent=list(sent), more=["9", "5"])
    table = clean_by(book, frame)
    assert set(table.aside["rule"]) == {rule}
    assert table.kept["more"].tolist() == ([kept] if kept else [])


def test_codes_that_the_file_declares_missing_are_no_other_version():
    """In a published file each of 93 columns with a declared 0 was taken for one coded from 0, and all its
    answers waited.
    """
    answers = [
        Choice.model_validate(
            {"list_name": "often", "name": n, "label::English (en)": t, "label::Bahasa Indonesia (id)": t}
        )
        for n, t in zip("123", ("never", "at times", "always"), strict=True)
    ]
    book = Codebook((*VARIABLES, variable("often", "select_one often")), (*CHOICES, *answers))
    frame = raw([(str(at), "1", "1", "1") for at in range(6)]).assign(often=["0", "1", "2"] * 2)
    declared = pd.DataFrame(
        [
            {
                "file": "f.csv",
                "variable": "often",
                "kind": "value",
                "low": "0",
                "high": "0",
                "reason": "refused",
                "count": 2,
            }
        ]
    )
    assert (
        clean_by(book, frame).review["variable"].tolist() == ["often"] * 6
    )  # undeclared, 0 to 2 may stand for 1 to 3
    done = cleaning.clean_table(
        frame, Instructions("people", PROGRAMME, book, cohort("review")), Told(missing=declared)
    )
    assert done.review.empty
    assert done.kept["often"].fillna("").tolist() == ["", "1", "2"] * 2


def test_text_that_nothing_uses_is_not_rewritten_and_damaged_letters_are_repaired():
    texts = ["\u201cgood\u201d \u2013  very ", " plain ", "caf\u00c3\u00a9", "   "]
    frame = raw([(str(at), "1", "1", "1") for at in range(4)]).assign(note=texts)
    book = Codebook((*VARIABLES, variable("note", "text", role="text")), CHOICES)
    assert clean_by(book, frame).kept["note"].tolist() == ['"good" - very', "plain", "caf\u00e9", pd.NA]
    idle = clean_by(replace(book, idle=frozenset({("people", "note")})), frame)
    assert idle.kept["note"].tolist() == [*texts[:2], "caf\u00e9", pd.NA]
    assert idle.changes["raw"].tolist() == texts[2:]
    cleaning.check_ledger(idle, frame, list(book.variables))


def test_what_says_the_same_is_kept_in_the_ledger_and_not_counted():
    frame = raw([("a", "7.0", "2.50", "1.0"), ("b", "8", "3,5", "2")]).assign(
        at=["2004-03-12T10:05:00.123", "2004-03-12T10:06:00"]
    )
    book = Codebook((*VARIABLES, variable("at", "dateTime", role="start")), CHOICES)
    done = clean_by(book, frame)
    assert done.kept["count"].tolist() == [7, 8]
    told = cleaning.cell_ledger({"people": done})
    assert told[["variable", "cells"]].to_numpy().tolist() == [
        ["amount", 1]
    ]  # 3,5 for 3.5: read by a convention
    assert len(done.cells) == 5
    cleaning.check_ledger(done, frame, list(book.variables))
