"""Nothing is lost or changed unseen."""

import string

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from helpers import cleaning
from helpers.codebook import Choice, Codebook, Variable
from helpers.problems import ProblemsError
from helpers.programme import Cohort, Programme
from helpers.study import clean_tables, load_study, read_raw

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
    variable("amount", "decimal", missing="-9=refused;NA"),
    variable("answer", "select_one yn"),
)
CHOICES = tuple(
    Choice.model_validate({"list_name": "yn", "name": code, "label::English (en)": label, "label::Bahasa Indonesia (id)": label})
    for code, label in (("1", "Yes"), ("2", "No"))
)
BOOK = Codebook(VARIABLES, CHOICES)
PROGRAMME = Programme.model_validate(
    {
        "programme": "trial", "title": WORDS, "summary": WORDS, "tables": {"people": {"label": WORDS, "key": ["id"]}}, "units": {},
        "design": {"unit": {"one": WORDS, "many": WORDS}, "group": "answer", "participants": ["1"], "times": {"now": WORDS}},
        "specifications": [{"id": "a", "label": WORDS, "method": "difference_in_means", "std_errors": ["HC1"]}],
        "primary": {"randomised": "a", "observational": "a"},
    }
)  # fmt: skip


def cohort(**file) -> Cohort:
    return Cohort.model_validate(
        {
            "cohort": "c",
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
    frame.insert(1, "_row", range(2, len(rows) + 2))
    return frame


def clean(frame: pd.DataFrame, corrections=(), **file) -> cleaning.CleanTable:
    return cleaning.clean_table(frame, "people", PROGRAMME, BOOK, cohort(**file), list(corrections))


space = st.sampled_from(["", " ", "\t", "  "])
whole = st.builds(lambda a, n, zero, b: f"{a}{zero}{n}{b}", space, st.integers(0, 10**9), st.sampled_from(["", "0", "00"]), space)
number = st.one_of(st.floats(-1e9, 1e9).map(lambda x: f"{x:.4f}"), st.sampled_from(["-9", "NA", "", " ", "1e3", "+5", "0.10", "7.", ".5"])).filter(
    lambda t: t not in ("7.",)
)
answer = st.sampled_from(["1", "2", " 1", "2 ", ""])
tables = st.lists(st.tuples(whole | st.just(""), number, answer), max_size=25).map(lambda rows: [(f"p{i}", *row) for i, row in enumerate(rows)])


@settings(max_examples=150, deadline=None)
@given(tables)
def test_raw_is_rebuilt_from_clean_and_ledger(rows):
    frame = raw(rows)
    table = clean(frame)
    cleaning.check_ledger(table, frame, list(VARIABLES))
    rebuilt = cleaning.rebuild_raw(table, list(VARIABLES))
    names = ["id", "count", "amount", "answer"]
    assert rebuilt[names].to_numpy().tolist() == frame[names].to_numpy().tolist()
    assert table.rows_in == len(table.kept) + len(table.aside)


@settings(max_examples=60, deadline=None)
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


@settings(max_examples=200, deadline=None)
@given(st.text(string.printable, max_size=12))
def test_any_text_is_read_or_named_never_a_crash(text):
    for line in VARIABLES[1:]:
        cell = cleaning.read_cell(text, line, {"1": "Yes", "2": "No"}, 1)
        assert cell.wrong or cell.value is None or cell.value == cell.value


def test_every_shipped_delivery_is_rebuilt():
    for name in ("nsw-1976", "nsw-1976-cps", "nsw-1976-psid", "michigan-1987-89"):
        study = load_study(name, root=ROOT)
        delivered, _ = read_raw(study)
        tables = clean_tables(study, delivered)  # checks the ledger itself
        for table_name, table in tables.items():
            names = [v.name for v in study.codebook.table(table_name)]
            rebuilt = cleaning.rebuild_raw(table, study.codebook.table(table_name))[names]
            wanted = delivered[table_name].sort_values(["_file", "_row"], ignore_index=True)[names]
            assert rebuilt.to_numpy().tolist() == wanted.to_numpy().tolist()


def test_missing_codes_become_missing_and_the_reason_is_kept():
    table = clean(raw([("a", "1", "-9", "1"), ("b", "2", "NA", "2"), ("c", "3", "5", "")]))
    assert table.kept["amount"].isna().tolist() == [True, True, False]
    assert table.cells.set_index("key")["reason"].to_dict() == {"a": "refused", "b": "missing"}


def test_units_are_converted_exactly_and_logged():
    table = clean(raw([("a", "1", "9.93005", "1")]), multiply={"amount": 1000})
    assert table.kept["amount"].tolist() == [9930.05]  # 9.93005 * 1000 is 9930.050000000001 in binary
    assert table.cells[["raw", "clean", "rule"]].to_numpy().tolist() == [["9.93005", "9930.05", "unit"]]


def test_empty_rows_and_exact_duplicates_are_set_aside():
    table = clean(raw([("a", "1", "2", "1"), ("", " ", "", ""), ("a", "1", "2", "1")]))
    assert (len(table.kept), table.aside["rule"].tolist()) == (1, ["empty row", "exact duplicate"])
    assert table.aside["_row"].tolist() == [3, 4]


def test_one_key_with_two_answers_is_refused():
    with pytest.raises(ProblemsError, match=r"the key 'a' of table 'people' stands on rows 2, 3"):
        clean(raw([("a", "1", "2", "1"), ("a", "1", "3", "1")]))


def correction(**changes) -> tuple[int, cleaning.Correction]:
    line = {"cohort": "c", "table": "people", "key": "a", "variable": "amount", "old": "2", "new": "20", "who": "AB", "when": "2026-01-01", "why": "pay slip"}
    return 2, cleaning.Correction.model_validate(line | changes)


def test_a_correction_changes_one_cell_and_is_logged():
    table = clean(raw([("a", "1", "2", "1"), ("b", "1", "2", "1")]), [correction()])
    assert table.kept["amount"].tolist() == [20.0, 2.0]
    assert table.cells[["key", "raw", "clean", "rule", "reason"]].to_numpy().tolist() == [["a", "2", "20", "correction", "pay slip (AB, 2026-01-01)"]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"key": "z"}, "matches 0 cells"), ({"variable": "wages"}, "matches no variable"), ({"old": "3"}, "is '2', not '3'"), ({"new": "2"}, "already is '2'")],
)
def test_a_correction_that_fits_nothing_is_refused(changes, message):
    with pytest.raises(ProblemsError, match=message):
        clean(raw([("a", "1", "2", "1")]), [correction(**changes)])


def test_input_is_not_changed():
    frame = raw([("a", " 1", "-9", "1"), ("b", "2", "3", "2")])
    before = frame.copy(deep=True)
    clean(frame, [correction(old="-9")])
    pd.testing.assert_frame_equal(frame, before)
