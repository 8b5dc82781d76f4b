"""Each kind of declared check by itself: known answers, edges, what it must see, what it refuses."""

import numpy as np
import pandas as pd
import pytest
from test_cleaning import BOOK, CHOICES, PROGRAMME, VARIABLES, WORDS, cohort, raw, variable

from manfaat import cleaning
from manfaat.base.problems import ProblemsError
from manfaat.cleaning import Instructions, between_checks, chunks, row_checks, table_checks
from manfaat.cleaning.declared import KINDS, apply_checks, check_declarations
from manfaat.cleaning.outcomes import Given, Prices
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.cohort import Fieldwork
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import Check, Programme, Table

INDEX = Prices(pd.Series({1998: 50.0, 2004: 100.0}), 2004)


def check(kind: str, variables: list[str], table: str = "people", **arguments) -> Check:
    return Check.model_validate(
        {
            "id": "X1",
            "table": table,
            "severity": "warning",
            "kind": kind,
            "variables": variables,
            "arguments": arguments,
            "label": WORDS,
        }
    )


def frame(**columns) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame(
        {
            "_key": [f"k{i}" for i in range(n)],
            "_file": "f.csv",
            "_sheet": "",
            "_row": range(2, n + 2),
            **columns,
        }
    )


def keys(outcome) -> list[str]:
    return outcome.hits["key"].tolist()


def test_amounts_are_held_against_the_range_at_constant_prices():
    # 100 of 1998 are 100 × 100 / 50 = 200 of 2004
    table = frame(
        wage=[100.0, 49.0, 0.0, np.nan, 100.0, 300.0, 0.06],
        date=["1998-05", "1998-01-02", "1998", "1998", None, "2004", "1998"],
    )
    outcome = row_checks.real_range(
        Given(check("real_range", ["wage"], dates={"wage": ["date"]}, low=100, high=299), table, prices=INDEX)
    )
    assert keys(outcome) == ["k1", "k5", "k6"]
    assert outcome.hits["note"].tolist() == [
        "below the range, at constant prices",
        "above the range, at constant prices",
        "below the range, at constant prices; perhaps thousands",
    ]
    assert outcome.hits["slip"].tolist() == ["", "", "thousands"]
    assert outcome.n_checked == 4
    assert outcome.because == "1 amounts of wage have no date or no price of their year"
    none = row_checks.real_range(
        Given(check("real_range", ["wage"], dates={"wage": ["date"]}, low=1, high=2), table)
    )
    assert (none.n_checked, none.because) == (0, "no price series was given")


def test_the_ratio_of_real_amounts():
    table = frame(
        now=[400.0, 399.0, 10.0, 5.0],
        then=[100.0, 100.0, 100.0, np.nan],
        day=["2004"] * 4,
        before=["1998"] * 4,
    )
    given = Given(
        check("real_ratio", ["now", "then"], dates={"now": ["day"], "then": ["before"]}, low=0.2, high=1.999),
        table,
        prices=INDEX,
    )
    assert keys(row_checks.real_ratio(given)) == ["k0", "k2"]
    assert row_checks.real_ratio(given).n_checked == 3


def test_the_first_date_known_counts():
    table = frame(wage=[100.0, 100.0], a=[None, "1998-01"], b=["2004-01", None])
    given = Given(
        check("real_range", ["wage"], dates={"wage": ["a", "b"]}, low=150, high=1000), table, prices=INDEX
    )
    assert keys(row_checks.real_range(given)) == ["k0"]


def test_times_ratings_orders_and_sections():
    table = frame(
        start=["2004-01-01T08:00:00"] * 5,
        end=[
            "2004-01-01T08:07:59",
            "2004-01-01T08:08:00",
            "2004-01-01T11:00:01",
            "2004-01-01T07:00:00",
            None,
        ],
        a=["2004-01", "2003", None, "2004-05-02", "2004"],
        b=["2003-12-31", "2003-01-01", "2000", "2004-05", "2003"],
        q1=["3", "3", None, "1", None],
        q2=["3", "3", "3", "2", None],
        q3=["3", None, "3", "3", None],
    )
    assert keys(row_checks.interview_length(Given(check("interview_length", ["start", "end"]), table))) == [
        "k3",
        "k0",
        "k2",
    ]
    assert keys(row_checks.date_order(Given(check("date_order", ["a", "b"]), table))) == ["k0", "k4"]
    lines = row_checks.straight_line(Given(check("straight_line", ["q1", "q2", "q3"], fewest=2), table))
    assert (keys(lines), lines.n_checked) == (["k0", "k1", "k2"], 4)
    parts = row_checks.partial(
        Given(check("partial", ["q1"], sections={"A": ["q1", "q2"], "B": ["q3"]}), table)
    )
    assert dict(zip(parts.hits["key"], parts.hits["note"], strict=True)) == {
        "k1": "ends with section A",
        "k4": "holds no answer of any section",
    }


def test_trials_and_personal_data_are_found_and_not_repeated():
    table = frame(
        title=["operator", "Wati", "coba", None],
        note=["hubungi 0812-3456-7890", "Budi Santoso", "Pak Mandor", ""],
    )
    trial = row_checks.trial_text(Given(check("trial_text", ["title"], names=["wati"]), table))
    assert keys(trial) == ["k1", "k2"]
    personal = row_checks.personal(
        Given(check("personal_data", ["note", "title"]), table, names=("Budi Santoso",))
    )
    assert personal.hits[["key", "note"]].to_numpy().tolist() == [["k0", "phone"], ["k1", "name"]]
    assert not personal.hits.to_csv().count("0812")


def test_doubles_near_doubles_and_copies():
    table = frame(
        id=["a", "b", "c", None], x=["1", "1", "2", "2"], y=[5.0, 5.0, 5.0, np.nan], w=["A", "A", "B", "B"]
    )
    aside = table.iloc[:1].assign(rule="exact duplicate", _key="a")
    double = table_checks.duplicate_key(
        Given(check("duplicate_key", ["id"]), table, aside=aside, key=("id",))
    )
    assert double.hits.to_numpy().tolist() == [["a", "id", "set aside: exact duplicate"]]
    assert keys(table_checks.duplicate_key(Given(check("duplicate_key", ["x"]), table, key=("id",)))) == [
        "k0",
        "k1",
        "k2",
        "k3",
    ]
    near = table_checks.near_duplicate(Given(check("near_duplicate", ["x", "y"]), table))
    assert (keys(near), near.n_checked, near.hits["note"][0]) == (
        ["k0", "k1"],
        3,
        "perhaps one person: k0, k1",
    )
    assert keys(
        table_checks.repeated(Given(check("repeated_answers", ["x", "y"], by=["w"], fewest=2), table))
    ) == ["k0", "k1"]
    assert keys(table_checks.repeated(Given(check("repeated_answers", ["y"], fewest=1), table))) == [
        "k0",
        "k1",
        "k2",
    ]


def test_shares_add_up_within_groups_and_a_missing_share_decides_nothing():
    table = frame(share=[0.4, 0.6, 0.5, 0.4, np.nan, 0.2, 1.0], item=["a", "a", "b", "b", "c", "c", None])
    outcome = table_checks.shares_sum(
        Given(check("shares_sum", ["share"], by=["item"], total=1, tolerance=0.005), table)
    )
    assert keys(outcome) == ["k2", "k3"]
    assert set(outcome.hits["note"]) == {"the shares add up to 0.9"}
    assert outcome.n_checked == 4
    assert outcome.because == "3 rows belong to a group with a missing share"


def test_an_interviewer_far_from_the_others_is_found_and_chance_is_not():
    # distance of group A from the others, written out: numpy.std(others' means, ddof=1) and the pooled
    # standard error
    rng = np.random.default_rng(1)
    ratings = {name: rng.normal(3, 0.4, 30) for name in "ABCDE"}
    ratings["A"] = ratings["A"] + 1
    table = frame(by=np.repeat(list("ABCDE"), 30), q=np.concatenate(list(ratings.values())))
    outcome = table_checks.interviewer_mean(
        Given(check("interviewer_mean", ["q"], by=["by"], limit=2.5), table)
    )
    assert set(keys(outcome)) == {f"k{i}" for i in range(30)}
    others = np.concatenate([ratings[name] for name in "BCDE"])
    means = np.array([ratings[name].mean() for name in "BCDE"])
    yardstick = max(means.std(ddof=1), others.std(ddof=1) * np.sqrt(1 / 30 + 1 / 120))
    groups = (
        table.groupby("by")["q"]
        .agg(["mean", "size", "sum"])
        .assign(squares=(table["q"] ** 2).groupby(table["by"]).sum())
    )
    assert table_checks.distance_from_others(groups)["A"] == pytest.approx(
        (ratings["A"].mean() - means.mean()) / yardstick
    )
    few = table_checks.interviewer_mean(
        Given(check("interviewer_mean", ["q"], by=["by"]), table[table["by"] < "D"])
    )
    assert (few.n_checked, few.because) == (0, "fewer than 4 interviewers have 5 interviews")


@pytest.mark.slow
def test_chance_alone_is_seldom_taken_for_an_interviewer():
    # 8 interviewers without any difference, 400 times: P(|z| > 2.5) is 0.012 each, and the spread of the
    # others' means makes it less
    rng, found = np.random.default_rng(2), 0
    for _ in range(400):
        table = frame(by=np.repeat(list("ABCDEFGH"), 40), q=rng.normal(3, 0.4, 320))
        found += (
            len(
                table_checks.interviewer_mean(
                    Given(check("interviewer_mean", ["q"], by=["by"], limit=2.5), table)
                ).hits
            )
            > 0
        )
    assert found / 400 < 0.10


def test_an_amount_with_a_digit_too_many_is_listed_and_a_wide_spread_is_not():
    rng = np.random.default_rng(3)
    pay = np.exp(rng.normal(14, 0.5, 200)).round(-3)
    slipped = pay.copy()
    slipped[7] *= 10  # a zero too many of an ordinary amount
    slipped[9] /= 1000  # thousands left out
    outcome = table_checks.outlier(Given(check("outlier", ["pay"]), frame(pay=slipped)))
    assert set(keys(outcome)) <= {"k7", "k9"}
    assert "k9" in keys(outcome)
    assert outcome.n_checked == 200
    assert len(table_checks.outlier(Given(check("outlier", ["pay"]), frame(pay=pay))).hits) == 0
    for spread, most in ((0.7, 2), (1.5, 12)):  # of 20,000 right amounts
        drawn = [frame(x=np.exp(spread * rng.standard_normal(400))) for _ in range(50)]
        assert (
            sum(len(table_checks.outlier(Given(check("outlier", ["x"]), table)).hits) for table in drawn)
            <= most
        )


def test_amounts_are_held_against_their_own_group_where_it_is_large_enough():
    values, groups = (
        np.r_[np.full(30, 100.0) + np.arange(30), np.full(30, 9_000.0) + np.arange(30), 9_010.0],
        ["day"] * 30 + ["month"] * 30 + ["day"],
    )
    apart = table_checks.outlier(
        Given(check("outlier", ["pay"], by=["basis"]), frame(pay=values, basis=groups))
    )
    assert keys(apart) == ["k60"]
    assert apart.hits["note"].tolist() == [
        "78.3 times the usual amount"
    ]  # 9,010 over 115, the median of the 31 paid by the day
    assert (
        len(table_checks.outlier(Given(check("outlier", ["pay"]), frame(pay=values, basis=groups))).hits) == 0
    )


def test_zeros_negative_amounts_and_few_amounts_decide_nothing():
    few = table_checks.outlier(Given(check("outlier", ["x"]), frame(x=[1.0] * 18 + [1e9])))
    assert (few.n_checked, few.because) == (0, "fewer than 20 amounts")
    zeros = table_checks.outlier(Given(check("outlier", ["x"]), frame(x=[0.0] * 20 + [10.0, 11.0] * 10)))
    assert (zeros.n_checked, len(zeros.hits)) == (20, 0)
    slipped = [-500.0, *[1000.0, 1100.0] * 30, 1.0]
    assert len(table_checks.outlier(Given(check("outlier", ["x"]), frame(x=slipped))).hits) == 1
    years = [1.0, *[12.0, 13.0] * 30]  # of school: one year is little, and no slip
    assert len(table_checks.outlier(Given(check("outlier", ["x"]), frame(x=years))).hits) == 0
    assert len(table_checks.outlier(Given(check("outlier", ["x"]), frame(x=[*years, 130.0]))).hits) == 1
    changes = [-500.0, -600.0, *[1000.0, 1100.0] * 30, 1.0]  # near zero is nothing special
    told = table_checks.outlier(Given(check("outlier", ["x"]), frame(x=changes)))
    assert (told.n_checked, len(told.hits)) == (0, 0)


def test_heaps_and_crowded_memories_are_about_the_column():
    table = frame(
        wage=[500_000.0, 1_000_000.0, 1_500_000.0, 1_234_567.0], month=["2000-01", "2000-02", "2000-03", None]
    )
    heaps = table_checks.heaped(Given(check("heaping", ["wage", "month"], limit=0.5), table))
    assert heaps.hits.to_numpy().tolist() == [["", "wage", "75.0% of 4: multiple of 500000"]]
    late = frame(first=["2003-06"] * 9 + ["2002-06"], day=["2004-03-02"] * 10)
    # scipy.stats.binomtest(9, 10, 0.5, alternative="greater").pvalue = 0.0107
    assert keys(
        table_checks.recent_dates(
            Given(check("recent_dates", ["first"], until=["day"], months=12, limit=0.011), late)
        )
    ) == [""]
    assert (
        keys(
            table_checks.recent_dates(
                Given(check("recent_dates", ["first"], until=["day"], months=12, limit=0.01), late)
            )
        )
        == []
    )
    nobody = table_checks.recent_dates(Given(check("recent_dates", ["first"], until=["day"]), late.iloc[:0]))
    assert (nobody.n_checked, keys(nobody)) == (0, [])


def test_two_tables_are_held_against_each_other():
    rows = frame(
        id=["a", "b", "c", "d", None],
        firm=["f", "f", "g", "h", "h"],
        wage=[100.0, 126.0, 10.0, 5.0, 1.0],
        month=["2000-01", "2001-02", "2000-01", None, "2000-01"],
    )
    records = frame(
        id=["a", "b", "b", "c", "x", None],
        paid=[125.0, 100.0, 100.0, 0.0, 1.0, 1.0],
        file=["2000-07", "2001-02", "2001-02", "2000-08", "2000-01", "2000-01"],
    )
    given = {"clean": rows, "other": records, "by": "id"}
    agree = between_checks.agreement(
        Given(check("agreement", ["wage"], with_table="x", with_variable="paid", tolerance=0.2), **given)
    )
    assert (keys(agree), agree.n_checked) == (
        ["k2"],
        2,
    )  # b is ambiguous, d has no record, 100 lies 20% below 125
    dates = between_checks.date_agreement(
        Given(check("date_agreement", ["month"], with_table="x", with_variable="file", months=6), **given)
    )
    assert (keys(dates), dates.n_checked, dates.hits["note"].tolist()) == (
        ["k2"],
        2,
        ["remembered 7 months too early"],
    )
    alone = between_checks.linked_rows(Given(check("linked_rows", ["id"], with_table="x"), **given))
    assert keys(alone) == ["k3", "k4"]
    firms = between_checks.linked_rows(
        Given(check("linked_rows", ["id"], with_table="x", by=["firm"], where="${wage} >= 5"), **given)
    )
    assert (keys(firms), firms.n_checked) == (["k3"], 4)
    assert keys_of(between_checks.orphans(Given(check("linked_rows", ["id"], with_table="x"), **given))) == [
        "k4",
        "k5",
    ]


def keys_of(lines: pd.DataFrame) -> list[str]:
    return lines["key"].tolist()


@pytest.mark.parametrize("kind", [kind for kind, entry in KINDS.items() if entry.sees != "other"])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_nobody_one_and_two_rows_are_no_mistake(kind, n):
    table = (
        frame(a=["2000-01-01"] * n, b=["2001-01-01"] * n, x=np.ones(n), y=np.ones(n))
        if n
        else frame(a=pd.Series(dtype="string"), b=pd.Series(dtype="string"), x=np.array([]), y=np.array([]))
    )
    dated = kind in ("interview_length", "date_order", "recent_dates", "personal_data", "trial_text")
    arguments = {
        name: (
            {
                "dates": {"x": ["a"], "y": ["b"]},
                "sections": {"A": ["x"], "B": ["y"]},
                "by": ["a"],
                "until": ["b"],
            }.get(name, 1)
        )
        for name in KINDS[kind].needs
    }
    outcome = KINDS[kind].run(
        Given(check(kind, ["a", "b"] if dated else ["x", "y"], **arguments), table, key=("a",), prices=INDEX)
    )
    assert list(outcome.hits.columns) == ["key", "variable", "note"]
    assert 0 <= outcome.n_checked <= 2 * n


# --- in the cleaning stage


def programme_with(*checks: Check, **tables) -> Programme:
    return PROGRAMME.model_copy(update={"checks": list(checks), "tables": PROGRAMME.tables | tables})


def test_what_a_check_asks_goes_to_the_review_list_and_a_decision_ends_it(tmp_path):
    programme = programme_with(check("near_duplicate", ["count", "amount"]))
    rows = raw([("a", "3", "2.5", "1"), ("b", "3", "2.5", "2"), ("c", "4", "2.5", "2")])
    table = cleaning.clean_table(rows, Instructions("people", programme, BOOK, cohort()))
    assert table.review[["key", "variable", "raw", "until_then"]].to_numpy().tolist() == [
        ["a", "_row", "f.csv:2", "kept"],
        ["b", "_row", "f.csv:3", "kept"],
    ]
    assert table.checked.to_numpy().tolist() == [["X1", "warning", 3, 2, ""]]

    def decided(key: str, place: str, word: str) -> tuple[int, Correction]:
        values = {
            "cohort": "c",
            "table": "people",
            "key": key,
            "variable": "_row",
            "old": place,
            "new": word,
            "who": "AB",
            "when": "2026-01-01",
            "why": "twins",
        }
        return 2, Correction.model_validate(values)

    kept = cleaning.clean_table(
        rows,
        Instructions(
            "people",
            programme,
            BOOK,
            cohort(),
            [decided("a", "f.csv:2", "keep"), decided("b", "f.csv:3", "keep")],
        ),
    )
    assert kept.review.empty
    assert len(kept.kept) == 3
    assert len(kept.findings) == 2
    gone = cleaning.clean_table(
        rows,
        Instructions("people", programme, BOOK, cohort(), [decided("b", "f.csv:3", "set aside")]),
    )
    assert gone.kept["_key"].tolist() == ["a", "c"]
    assert gone.aside[["rule", "reason"]].to_numpy().tolist() == [["decided", "twins (AB, 2026-01-01)"]]
    assert gone.findings.empty
    cleaning.check_ledger(gone, rows, list(VARIABLES))
    for wrong, words in (
        (decided("a", "f.csv:9", "keep"), "matches 0 rows"),
        (decided("a", "f.csv:2", "maybe"), "'maybe' is no decision about a row"),
    ):
        with pytest.raises(ProblemsError, match=words):
            cleaning.clean_table(rows, Instructions("people", programme, BOOK, cohort(), [wrong]))


def test_a_person_decides_between_rows_under_one_key():
    rows = raw([("a", "3", "2.5", "1"), ("a", "9", "7", "2"), ("c", "4", "2.5", "2")])
    table = cleaning.clean_table(rows, Instructions("people", PROGRAMME, BOOK, cohort()))
    assert table.review[["key", "raw", "until_then"]].to_numpy().tolist() == [
        ["a", "f.csv:2", "set aside"],
        ["a", "f.csv:3", "set aside"],
    ]
    values = {
        "cohort": "c",
        "table": "people",
        "key": "a",
        "variable": "_row",
        "old": "f.csv:3",
        "new": "keep",
        "who": "AB",
        "when": "2026-01-01",
        "why": "called",
    }
    line = (2, Correction.model_validate(values))
    for stop in ("review", "stop"):
        done = cleaning.clean_table(rows, Instructions("people", PROGRAMME, BOOK, cohort(stop), [line]))
        assert done.kept[["_key", "count"]].to_numpy().tolist() == [["a", 9], ["c", 4]]
        assert done.aside["reason"].tolist() == ["row 3 was kept: called (AB, 2026-01-01)"]
        assert done.review.empty
        cleaning.check_ledger(done, rows, list(VARIABLES))


# Seven of seven rows that one word took out of published surveys were people; two signs ask a person, and
# nothing leaves unasked.
TRIALS = {
    "a remark": (["a", "b"], [("3", "2.5", "1"), ("3", "2.5", "1")], ["Test", ""], ["", ""], []),
    "an answer that is a trial word elsewhere": (
        ["a", "b"],
        [("3", "2.5", "1"), ("3", "2.5", "1")],
        ["Contoh", "Xxx"],
        ["", ""],
        [],
    ),
    "a name": (["Tes", "b"], [("3", "2.5", "1"), ("3", "2.5", "1")], ["", ""], ["", ""], []),
    "a name and a remark": (
        ["TEST01", "b"],
        [("3", "2.5", "1"), ("3", "2.5", "1")],
        ["testing", ""],
        ["", ""],
        ["TEST01"],
    ),
    "a remark and nothing else": (
        ["a", "b"],
        [("", "", ""), ("3", "2.5", "1")],
        ["coba", ""],
        ["", ""],
        ["a"],
    ),
    "before the fieldwork": (
        ["TEST", "b"],
        [("3", "2.5", "1"), ("3", "2.5", "1")],
        ["", ""],
        ["2004-02-27", "2004-02-27"],
        ["TEST"],
    ),
    "a row with few answers": (["a", "b"], [("", "", ""), ("3", "2.5", "1")], ["", ""], ["", ""], []),
}


@pytest.mark.parametrize("case", TRIALS.values(), ids=TRIALS)
def test_a_row_is_asked_about_where_two_signs_say_that_it_was_a_trial_and_none_is_lost(case):
    ids, answers, notes, days, asked = case
    book = Codebook((*VARIABLES, variable("note", "text"), variable("day", "date", role="start")), CHOICES)
    rows = raw([(name, *line) for name, line in zip(ids, answers, strict=True)]).assign(note=notes, day=days)
    begun = cohort("review").model_copy(update={"fieldwork": Fieldwork(begins="2004-03-01")})
    done = cleaning.clean_table(rows, Instructions("people", PROGRAMME, book, begun))
    assert done.kept["_key"].tolist() == ids
    lines = done.review[done.review["variable"] == "_row"]
    assert lines["key"].tolist() == asked
    assert set(lines["until_then"]) <= {"kept"}


def test_where_little_is_asked_a_trial_word_is_one_sign_and_not_two():
    book = Codebook((variable("id", "text", role="key"), variable("note", "text")), CHOICES)
    rows = raw([("a", "", "", ""), ("b", "", "", "")])[["_file", "_sheet", "_row", "id"]].assign(
        note=["Test", "good"]
    )
    assert cleaning.clean_table(rows, Instructions("people", PROGRAMME, book, cohort())).review.empty


@pytest.mark.parametrize(("word", "kept"), [("keep", ["a", "b"]), ("set aside", ["b"])])
def test_what_a_person_says_about_a_trial_row_is_done_and_not_asked_again(word, kept):
    book = Codebook((*VARIABLES, variable("note", "text")), CHOICES)
    rows = raw([("a", "", "", ""), ("b", "4", "2.5", "2")]).assign(note=["coba", ""])
    assert cleaning.clean_table(rows, Instructions("people", PROGRAMME, book, cohort())).review[
        "key"
    ].tolist() == ["a"]
    values = {
        "cohort": "c",
        "table": "people",
        "key": "a",
        "variable": "_row",
        "old": "f.csv:2",
        "new": word,
        "who": "AB",
        "when": "2026-01-01",
        "why": "w",
    }
    done = cleaning.clean_table(
        rows,
        Instructions("people", PROGRAMME, book, cohort(), [(2, Correction.model_validate(values))]),
    )
    assert done.kept["_key"].tolist() == kept
    assert done.review.empty


def test_a_slip_of_unit_is_proposed_and_never_made_good(tmp_path):
    book = Codebook((*VARIABLES, variable("day", "date")), CHOICES)
    programme = programme_with(
        check("real_range", ["amount"], dates={"amount": ["day"]}, low=100_000, high=5_000_000)
    )
    rows = raw([("a", "3", "2500", "1"), ("b", "4", "30000000", "2"), ("c", "4", "7", "2")]).assign(
        day="2004-01-02"
    )

    def cleaned(*lines: dict) -> cleaning.CleanTable:
        base = {
            "cohort": "c",
            "table": "people",
            "variable": "amount",
            "who": "AB",
            "when": "2026-01-01",
            "why": "asked",
        }
        found = cleaning.clean_table(
            rows,
            Instructions(
                "people",
                programme,
                book,
                cohort(),
                [(2, Correction.model_validate(base | line)) for line in lines],
                prices=INDEX,
            ),
        )
        cleaning.check_ledger(found, rows, list(book.variables))
        return found

    table = cleaned()
    lines = table.review[["key", "variable", "raw", "proposal", "until_then"]].to_numpy().tolist()
    # a thousand times too little cannot be meant; a year's amount in a month may be, by somebody rich
    assert lines == [
        ["a", "amount", "2500", "2500000", "missing"],
        ["b", "amount", "30000000", "2500000", "kept"],
    ]
    assert canonical(table.kept["amount"]) == ["", "30000000", "7"]
    assert table.findings["key"].tolist() == ["a", "b", "c"]
    again = cleaned({"key": "a", "old": "2500", "new": "2600"})
    assert again.review["key"].tolist() == [
        "b"
    ]  # what a person put right is not asked again, but still found
    assert again.findings["key"].tolist() == ["a", "b", "c"]
    confirmed = cleaned({"key": "a", "old": "2500", "new": "2500"})
    assert canonical(confirmed.kept["amount"]) == ["2500", "30000000", "7"]
    looked_at = cleaned(
        {"key": "c", "old": "7", "new": "7"}
    )  # nobody asked, and a person may say so all the same
    assert canonical(looked_at.kept["amount"]) == ["", "30000000", "7"]


def canonical(values: pd.Series) -> list[str]:
    return [cleaning.canonical(None if pd.isna(value) else value) for value in values]


def test_declared_checks_take_the_place_of_the_usual_ones():
    book = Codebook((*VARIABLES, variable("note", "text"), variable("other", "text")), CHOICES)
    rows = raw([("a", "3", "2.5", "1")]).assign(note="0812-3456-7890", other="0812-3456-7890")
    table = cleaning.clean_table(
        rows,
        Instructions("people", programme_with(check("personal_data", ["note"])), book, cohort()),
    )
    assert table.findings[["check", "variable"]].to_numpy().tolist() == [
        ["X1", "note"],
        ["personal data: phone", "other"],
    ]


@pytest.mark.slow
def test_row_wise_checks_find_the_same_part_by_part(tmp_path, monkeypatch):
    import pyarrow.parquet as pq

    monkeypatch.setattr(chunks, "BLOCK", 4096)
    book = Codebook((*VARIABLES, variable("note", "text")), CHOICES)
    programme = programme_with(
        check("personal_data", ["note"]),
        check("near_duplicate", ["count", "amount"]).model_copy(update={"id": "X2"}),
        check("duplicate_key", ["id"]).model_copy(update={"id": "X3"}),
        check("linked_rows", ["id"], with_table="more").model_copy(update={"id": "X4"}),
        more=Table.model_validate({"label": WORDS, "key": ["id"], "link": {"to": "people", "by": "id"}}),
    )
    path = tmp_path / "f.csv"
    lines = [
        f"p{i};{i % 7};{i % 5};{1 + i % 2};{'0812-3456-7890' if i % 100 == 0 else 'ya'}" for i in range(3000)
    ]
    path.write_text("\n".join(["id;count;amount;answer;note", *lines, "p5;1;1;1;lain"]) + "\n")
    study = cohort()
    study = study.model_copy(update={"files": [study.files[0].model_copy(update={"file": "f.csv"})]})
    totals = chunks.clean_in_chunks(
        path, study.files[0], Instructions("people", programme, book, study), tmp_path / "out"
    )
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    frame = pd.concat(
        [pd.DataFrame({"_file": "f.csv", "_sheet": "f", "_row": range(2, len(frame) + 2)}), frame], axis=1
    )
    whole = cleaning.clean_table(frame, Instructions("people", programme, book, study))
    theirs = pq.read_table(tmp_path / "out" / "people_findings.parquet").to_pandas()
    ours = whole.findings[whole.findings["check"] != "X2"].astype(str)
    assert sorted(theirs.to_numpy().tolist()) == sorted(ours.to_numpy().tolist())
    assert dict(totals.found) == {"X1": 30, "X3": 2}
    assert totals.not_checked == {
        "X2": "it needs the whole table, which was cleaned part by part",
        "X4": "it needs another table",
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (check("real_range", ["amount"], low=1, high=2), "the argument 'dates' is missing"),
        (
            check("real_range", ["amount"], dates={"amount": ["id"]}, low=1, high=2),
            "'real_range' needs a price series",
        ),
        (
            check("real_ratio", ["amount"], dates={"amount": ["id"]}, low=1, high=2),
            "compares two variables, not 1",
        ),
        (
            check("real_ratio", ["amount", "count"], dates={"amount": ["id"]}, low=1, high=2),
            "'count' has no date to take its prices of",
        ),
        (
            check("real_range", ["amount"], dates={"amount": ["idd"]}, low=1, high=2),
            "there is no variable 'idd'",
        ),
        (check("interview_length", ["amount"]), "'interview_length' compares two variables, not 1"),
        (
            check("straight_line", ["count"], fewset=3),
            "'fewset' is not an argument of 'straight_line'. Expected: did you mean fewest",
        ),
        (check("shares_sum", ["amount"], by=["groop"]), "there is no variable 'groop'"),
        (check("partial", ["amount"], sections={"A": ["amuont"]}), "there is no variable 'amuont'"),
        (check("linked_rows", ["id"], with_table="apart"), "the tables 'people' and 'apart' are not linked"),
        (
            check("linked_rows", ["id"], with_table="more", where="${amuont} > 1"),
            "there is no variable 'amuont'",
        ),
        (check("linked_rows", ["id"], with_table="more", where="${amount} >"), "a value is missing"),
        (check("trial_text", ["id"], names="test"), "'names' cannot be 'test'. Expected: a list of names"),
        (check("shares_sum", ["amount"], by="answer"), "'by' cannot be 'answer'. Expected: a list of names"),
        (
            check("partial", ["amount"], sections=["amount"]),
            "'sections' cannot be ['amount']. Expected: a list of names for each section",
        ),
        (check("straight_line", ["count"], fewest="many"), "'fewest' cannot be 'many'. Expected: a number"),
        (
            check("agreement", ["amount"], with_table="more", with_variable="paid"),
            "there is no variable 'paid'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_declarations_that_cannot_work_are_told(wrong, words):
    linked = Table.model_validate({"label": WORDS, "key": ["id"], "link": {"to": "people", "by": "id"}})
    programme = programme_with(
        wrong, more=linked, apart=Table.model_validate({"label": WORDS, "key": ["id"]})
    )
    book = Codebook((*VARIABLES, variable("id", "text", table="more")), CHOICES)
    problems = [str(problem) for problem in check_declarations(programme, book, "programme.yml")]
    assert any(words in text and "checks.X1" in text for text in problems), problems


def test_a_check_of_another_table_waits_for_it():
    linked = Table.model_validate({"label": WORDS, "key": ["id"], "link": {"to": "people", "by": "id"}})
    programme = programme_with(check("linked_rows", ["id"], with_table="more"), more=linked)
    table = cleaning.clean_table(
        raw([("a", "3", "2.5", "1")]), Instructions("people", programme, BOOK, cohort())
    )
    assert table.checked.empty
    done = cleaning.apply_between({"people": table}, programme)["people"]
    assert done.checked.to_numpy().tolist() == [["X1", "warning", 0, 0, "the table 'more' was not delivered"]]
    assert done.findings.empty
    instructions = Instructions("people", programme, BOOK, cohort())
    assert apply_checks(table.kept, table.aside, instructions, is_whole=True)[0].empty


def test_matches_are_listed_row_by_row():
    linked = Table.model_validate({"label": WORDS, "key": ["row"], "link": {"to": "people", "by": "id"}})
    programme = programme_with(more=linked)
    people, more = frame(id=["a", "b", "c", None, "e", "e"]), frame(id=["a", "b", "b", "x", None, "e"])
    listed = cleaning.matches({"people": people, "more": more}, programme)
    ours, theirs = (listed[listed["table"] == name] for name in ("people", "more"))
    assert ours["match"].tolist() == [
        "one to one",
        "ambiguous",
        "without record",
        "without record",
        "ambiguous",
        "ambiguous",
    ]
    assert theirs["match"].tolist() == [
        "one to one",
        "ambiguous",
        "ambiguous",
        "without row",
        "without row",
        "ambiguous",
    ]
    assert ours[["n_rows", "n_records"]].to_numpy().tolist() == [
        [1, 1],
        [1, 2],
        [1, 0],
        [0, 0],
        [2, 1],
        [2, 1],
    ]
    assert listed[["file", "row"]].to_numpy().tolist()[:2] == [["f.csv", 2], ["f.csv", 3]]
    assert cleaning.matches({"people": people}, programme).empty


def test_units_of_a_panel_that_lack_a_period_are_listed():
    from manfaat.definitions.programme import Panel

    programme = PROGRAMME.model_copy(
        update={"design": PROGRAMME.design.model_copy(update={"panel": Panel(unit="id", period="year")})}
    )
    people = frame(id=["a", "a", "b", "c", "c"], year=[1, 2, 1, 2, 2])
    assert cleaning.matches({"people": people}, programme)["match"].tolist() == [
        "all periods",
        "all periods",
        "periods lost",
        "ambiguous",
        "ambiguous",
    ]


def test_every_reason_has_a_name_for_the_reader():
    from manfaat.indicators import CONSTRUCTS
    from manfaat.indicators.reasons import FIRST
    from manfaat.report import attention, labels

    named = labels.MISSING_REASONS | attention.UNDEFINED
    assert {construct.undefined for construct in CONSTRUCTS.values()} | set(FIRST) <= set(named)
