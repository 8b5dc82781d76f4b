"""What rests on few people is shown nowhere: one rule, looked at where each table and figure comes about."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, examples
from evaluation_cases import LINES, programme
from manfaat.analysis.study import load_study
from manfaat.base.disclosure import (
    check_exhibit,
    hide_small,
    is_few,
    share_of_few,
    without_few,
    without_few_both_ways,
)
from manfaat.base.solving import given_away, linked, without_few_linked
from manfaat.costs import basis
from manfaat.desk.export import shown_answers
from manfaat.evaluation import summaries
from manfaat.evaluation.levels import level_row
from manfaat.measurement import profiles
from manfaat.measurement.scales import safe_share
from manfaat.report import attention, ledgers
from manfaat.report.counts import is_hidden, shown_count
from manfaat.report.exhibits import told_steps
from manfaat.report.figures import distribution
from manfaat.report.ledgers import without_few_reasons
from manfaat.report.reader import Reader
from manfaat.report.words import Language
from manfaat.threats.survival import survival_curves

EN = Language("en")
STUDY = programme(
    [
        {
            "id": "difference",
            "label": {"en": "d", "id": "d"},
            "method": "difference_in_means",
            "std_errors": ["HC2"],
        }
    ]
)
DESIGN = STUDY.design


@pytest.mark.parametrize(
    ("count", "few"),
    [
        (0, False),
        (1, True),
        (4, True),
        (5, False),
        (0.9999999, True),
        (4.9999999, False),
        (float("nan"), False),
    ],
)
def test_one_to_four_are_few_and_nobody_is_not(count, few):
    assert bool(is_few(count)) is few
    assert is_few(pd.Series([count])).tolist() == [few]


@pytest.mark.parametrize(
    ("ones", "n", "few"),
    [
        (0, 57, False),
        (1, 57, True),
        (4, 57, True),
        (5, 57, False),
        (52, 57, False),
        (53, 57, True),
        (56, 57, True),
        (57, 57, False),
        (0, 4, True),
        (5, 9, True),
    ],
)
def test_share_rests_on_few_when_those_it_holds_for_or_the_others_are(ones, n, few):
    """98.2 % of 57 is one person who has no job."""
    assert bool(share_of_few(ones / n, n)) is few


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([30, 3, 7, 0], [30, None, None, 0]),  # 3 is what is lacking
        ([30, 4, 4, 9], [30, None, None, None]),  # 8 by two that are at most 4: four each
        ([30, 4, 3, 9], [30, None, None, 9]),
        ([30, 1, 1, 1, 1, 1, 9], [30, None, None, None, None, None, None]),  # 5 by five that are at least 1
        (
            [161, 4, 4, 4, 12],
            [161, None, None, None, None],
        ),  # twelve by three hidden steps: each exactly four
        ([3, 0, 0], [None, None, None]),  # the total is small itself
        ([5, 6, 0], [5, 6, 0]),
    ],
)
def test_hidden_counts_do_not_follow_from_the_total(counts, shown):
    safe = without_few(np.array(counts))
    assert [None if np.isnan(count) else count for count in safe] == shown


def test_rows_hide_numbers_that_rest_on_few_and_who_lacks_an_answer():
    """An n of 1 beside 131 without an answer, in a group of 132, is not hidden by blanking the 1."""
    table = pd.DataFrame(
        {"n": [1, 70, 70, 70], "n_missing": [131, 4, 0, 9], "mean": [3.0, 0.5, 0.02, 0.4], "sd": 1.0}
    )
    hidden = hide_small(
        table, "n", ["mean", "sd"], rests_on_few=pd.Series([False, False, True, False]), missing="n_missing"
    )
    assert hidden["n"].isna().tolist() == [True, False, False, False]
    assert hidden["n_missing"].isna().tolist() == [True, True, False, False]
    assert hidden["mean"].isna().tolist() == hidden["sd"].isna().tolist() == [True, False, True, False]
    assert table["n"].tolist() == [1, 70, 70, 70]  # what was given is as it was


def test_no_file_says_how_many_lack_an_answer_where_they_are_few():
    written = check_exhibit(pd.DataFrame({"n": [73, 70], "n_missing": [1, 8]}))
    assert written["n_missing"].isna().tolist() == [True, False]
    assert check_exhibit(pd.DataFrame({"n_missing": ["< 5"]}))["n_missing"].tolist() == [
        "< 5"
    ]  # words, as the page has them
    with pytest.raises(ValueError, match="identifies"):
        check_exhibit(pd.DataFrame({"_key": [1]}))


def test_counts_in_words():
    assert [shown_count(n, EN) for n in (0, 1, 4, 5, 1200, float("nan"))] == [
        "0",
        "< 5",
        "< 5",
        "5",
        "1,200",
        "–",
    ]
    assert [is_hidden(n) for n in (0, 1, 5, float("nan"))] == [False, True, False, True]


def spread_of(now: list[float]) -> pd.DataFrame:
    """The spread of one indicator among participants."""
    from types import SimpleNamespace

    table = pd.DataFrame({DESIGN.group: DESIGN.participants[0], "y": now})
    line = SimpleNamespace(name="y", indicator="y", rater="")
    return summaries.spread(table, line, STUDY, [])


def test_spread_of_a_yes_or_no_hides_the_share_of_few():
    assert np.isnan(spread_of([1.0] * 56 + [0.0])["mean"].iloc[0])
    assert spread_of([1.0] * 52 + [0.0] * 5)["mean"].iloc[0] == pytest.approx(52 / 57)
    assert spread_of([1.0] * 57)["mean"].iloc[0] == 1


def test_percentiles_are_nobodys_own_value():
    rng = np.random.default_rng(4)
    values = np.sort(rng.lognormal(8, 1, 61))
    found = spread_of(values.tolist()).iloc[0]
    assert found["median"] == pytest.approx(values[28:33].mean())
    assert found["p25"] == pytest.approx(values[13:18].mean())
    assert found["p90"] == pytest.approx(values[52:57].mean())
    assert not np.isin(found[["p10", "p25", "median", "p75", "p90"]].astype(float), values).any()
    assert spread_of([1.0] * 20 + [2.0] * 31 + [7.5] * 10).iloc[0]["median"] == 2  # which many have
    short = spread_of(values[:12].tolist()).iloc[0]
    assert np.isnan([short["p10"], short["p25"], short["p75"], short["p90"]]).all()
    assert np.isfinite(short["median"])


def test_whisker_is_not_drawn_where_the_percentile_is_not_known():
    from manfaat.report.figures.style import new_figure

    rows = [("A", "now", 20, 2.5, np.nan, 2.0, 2.4, 3.0, 4.0), ("B", "now", 60, 2.5, 1.0, 2.0, 2.4, 3.0, 4.0)]
    data = pd.DataFrame(rows, columns=["label", "time", "n", "mean", "p10", "p25", "median", "p75", "p90"])
    data = data.assign(group=data["label"])
    _, ax = new_figure(2)
    distribution.draw_boxes(data, ax, distribution.Look.of(data))
    level = [line for line in ax.lines if line.get_visible()]
    ends = [line.get_xdata() for line in level]
    assert sum(list(end) == [2.0, 1.0] for end in ends) == 1  # the lower whisker of B
    assert not any(list(end) == [2.0, 2.0] for end in ends)  # neither a whisker of no length nor its cap
    assert sum(list(end) == [3.0, 4.0] for end in ends) == 2


def test_share_that_is_not_shown_is_a_dash_and_no_bar():
    from manfaat.report.figures.style import new_figure

    data = pd.DataFrame({"group": ["A", "B"], "label": ["A", "B"], "time": "now", "mean": [np.nan, 0.4]})
    _, ax = new_figure(2)
    distribution.draw_shares(data, ax, EN)
    assert [patch.get_width() for patch in ax.patches] == [0, 40]
    assert [text.get_text() for text in ax.texts] == ["–", "40.0%"]


def test_curve_falls_only_where_five_events_have_come():
    """0.976744 of 43 at time 0 is one person."""
    time = np.array([0.0] + [2.0] * 3 + [5.0] * 4 + [9.0] * 35)
    event = np.array([1] * 8 + [0] * 35)
    curve = survival_curves(time, event, np.ones(43), 0.95).set_index("time")
    assert curve.loc[0, "survival"] == 1
    assert curve.loc[[1, 2, 4], "survival"].eq(1).all()
    assert curve.loc[5, "survival"] == pytest.approx(35 / 43)  # eight events
    assert curve.loc[0, "at_risk"] == 43
    assert curve.loc[[1, 2], "at_risk"].isna().tolist() == [True, True]
    falls = -np.diff(np.append(43, curve["at_risk"].dropna()))
    assert not is_few(falls).any()


def test_reasons_that_few_gave_do_not_follow_from_the_others():
    missing = pd.DataFrame(
        {
            "n": [74, 74, 74],
            "n_missing": [1, 20, 30],
            "share_missing": [1 / 74, 20 / 74, 30 / 74],
            "refused": [1, 2, 0],
            "not_asked": [0, 18, 30],
        }
    )
    hidden = without_few_reasons(missing, ["refused", "not_asked"])
    assert (
        hidden["n_missing"].isna().tolist() == hidden["share_missing"].isna().tolist() == [True, False, False]
    )
    assert hidden["refused"].isna().tolist() == [True, True, False]
    assert hidden["not_asked"].isna().tolist() == [False, True, False]  # or the two who refused would follow


def test_gaps_levels_and_items_go_by_the_same_rule():
    assert np.isnan(safe_share(pd.Series([True] * 4 + [False] * 30)))
    assert safe_share(pd.Series([False] * 30)) == 0
    table = pd.DataFrame(
        {DESIGN.group: DESIGN.participants[0], "x": [np.nan] * 4 + [1.0] * 40, "y": [np.nan] * 6 + [1.0] * 38}
    )
    found = profiles.gaps(table, STUDY, ["x", "y"]).set_index("name")
    assert np.isnan(found.loc["x", "share"])
    assert found.loc["y", "share"] == pytest.approx(6 / 44)


def test_level_that_holds_for_all_but_two_is_not_told():
    from types import SimpleNamespace

    line = SimpleNamespace(
        stage_thesis="outcome", indicator="promoted", rater="", recipe="copy", unit="share"
    )
    settings = SimpleNamespace(cohort="c", confidence=0.95, power=0.8)
    row = level_row(pd.Series([1.0] * 29 + [0.0] * 2), line, settings, is_share=True)
    assert np.isnan([row.estimate, row.ci_low, row.ci_high, row.std_error]).all()
    assert row.reasons == "few_alike"
    shown = level_row(pd.Series([1.0] * 26 + [0.0] * 5), line, settings, is_share=True)
    assert shown.estimate == pytest.approx(26 / 31)


def test_techniques_join_years_until_nothing_is_few():
    from types import SimpleNamespace

    declared = SimpleNamespace(adopted="adopted", still="still", count="count", since="since", firm="firm")

    def found(years: list[tuple[int, int, int]]) -> pd.DataFrame:
        rows = [
            {"since": f"{year}-01", "adopted": int(place < 8), "still": int(place < still), "count": 1}
            for year, n, still in years
            for place in range(n)
        ]
        table = pd.DataFrame(rows).assign(**{DESIGN.group: DESIGN.participants[0]})
        return basis.techniques_by_year(table, declared, pd.Series(range(len(table))), STUDY)

    joined = found([(1994, 16, 1), (1995, 16, 8), (1996, 16, 8)])
    assert joined[["first", "last"]].values.tolist() == [[1994, 1995], [1996, 1996]]
    assert joined["still"].tolist() == [9, 8]
    last = found(
        [(1994, 16, 8), (1995, 16, 8), (1996, 9, 8)]
    )  # one of nine reports none: joined with the year before
    assert last[["first", "last"]].values.tolist() == [[1994, 1994], [1995, 1996]]
    alone = found([(1994, 16, 1)])
    assert alone["forms"].tolist() == [16]
    assert alone[["adopted", "techniques", "still", "firms"]].isna().all(axis=None)
    assert found([(1994, 4, 0)]).empty


def test_codebook_counts_do_not_give_small_answers_away():
    assert shown_answers([30, 4, 4, 9], 47, EN) == ["30", "< 5", "< 5", "≥ 5"]
    assert shown_answers([30, 3, 9, 0], 42, EN) == ["30", "< 5", "≥ 5", "0"]
    assert shown_answers([39, 12], 40, EN) == [
        "≥ 5",
        "12",
    ]  # several answers at once: one person did not mark the first
    assert shown_answers([1, 2], 3, EN) == ["< 5", "< 5"]


def test_a_person_of_no_group_is_no_column_of_a_table_by_group():
    table = pd.DataFrame({"x": [1.0] * 12})
    found = summaries.describe(
        table,
        programme([{"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]}]),
        [LINES[2]],
        pd.Series(["1"] * 6 + ["0"] * 5 + [""]),
    )
    assert found[["group", "n"]].to_numpy().tolist() == [["1", 6], ["0", 5]]


def test_no_hidden_count_of_a_table_follows_from_its_row_or_its_column():
    # 3 alone in its row and its column follows from the totals of both, so a second in each is hidden, and
    # what is then alone in its own line draws a fourth after it
    table = np.array([[3.0, 20.0, 30.0], [40.0, 50.0, 60.0], [10.0, 8.0, 70.0]])
    hidden = np.isnan(without_few_both_ways(table))
    assert hidden.tolist() == [[True, True, False], [False, False, False], [True, True, False]]
    assert not np.isnan(without_few_both_ways(np.array([[5.0, 0.0], [9.0, 7.0]]))).any()


# each has a hidden count that follows from the totals of rows and columns together, though not from one line
LINKED = (
    [[0, 4, 4, 12, 0], [5, 17, 0, 14, 13], [1, 22, 14, 2, 12], [0, 2, 11, 6, 0]],
    [[5, 13, 9], [0, 0, 1], [27, 2, 10], [8, 1, 8]],
)


@pytest.mark.parametrize("counts", LINKED)
def test_no_hidden_count_follows_from_all_totals_of_a_table_together(counts):
    table = np.array(counts, dtype="float64")
    line_by_line = np.isnan(without_few_both_ways(table))
    assert list(given_away(linked(table, line_by_line)))  # or nothing would be tested
    hidden = np.isnan(without_few_linked(table))
    assert (hidden >= line_by_line).all()
    assert not hidden.all()
    assert list(given_away(linked(table, hidden))) == []


def test_random_tables_are_not_solved_from_their_totals():
    rng = np.random.default_rng(5)
    for _ in range(examples(30)):
        shape = tuple(rng.integers(2, 6, 2))
        people = rng.integers(40, 160)
        drawn = rng.multinomial(people, rng.dirichlet(np.full(shape[0] * shape[1], 0.8)))
        table = drawn.reshape(shape).astype("float64")
        hidden = np.isnan(without_few_linked(table))
        assert hidden.all() or list(given_away(linked(table, hidden))) == []
        assert hidden[(table > 0) & (table < 5)].all()


@pytest.mark.parametrize(
    ("counts", "delivered", "told"),
    [
        ([[130, 96, 74, 74], [260, 235, 215, 215]], 2, [0, 1, 2, 3]),
        ([[130, 96, 74, 72], [260, 235, 215, 215]], 2, [0, 1, 2]),  # two lack every answer
        ([[130, 96, 74, 72, 60], [260, 235, 215, 215, 200]], 2, [0, 1, 2, 4]),
        ([[130, 77, 74, 74], [260, 235, 215, 215]], 2, [0, 2, 3]),  # who is in the delivery is told elsewhere
        ([[77, 74], [235, 215]], 1, [1]),
        ([[74, 73, 71, 66], [215, 215, 215, 215]], 0, [0, 3]),
        ([], 0, []),
    ],
)
def test_no_step_of_a_flow_tells_that_few_were_lost(counts, delivered, told):
    assert told_steps(counts, delivered) == told


# --- what the files themselves say


def reader_of(*, is_public: bool):
    """A reader of a cohort that anybody can download, or nobody."""
    from types import SimpleNamespace

    from manfaat.report.reader import Reader

    known = SimpleNamespace(address="https://example.org", licence="MIT") if is_public else None
    return Reader(
        "en", SimpleNamespace(cohort=SimpleNamespace(public_data=known, is_confidential=known is None))
    )


def test_what_an_exhibit_calls_few_is_not_counted_in_its_file():
    """Three rows break a rule: "< 5" on the page, and nothing in the file beside it."""
    from manfaat.report.tables import PEOPLE, Layout

    layout = Layout(
        "findings", "F", [("rule", "Rule"), ("checked", "Checked", "count"), ("rows", "Rows", PEOPLE)]
    )
    data = pd.DataFrame({"rule": ["a", "b"], "checked": [3.0, 287.0], "rows": [3, 13]})
    made = layout.exhibit(reader_of(is_public=True), data)
    assert [[cell.text for cell in row] for row in made.rows] == [["a", "3", "< 5"], ["b", "287", "13"]]
    assert made.data["rows"].isna().tolist() == [True, False]
    assert made.data["checked"].tolist() == [3, 287]


def test_quotes_from_delivered_files_leave_with_public_data_alone():
    """A reader's log quotes the text around what it could not read: a name, a firm, a row."""
    from types import SimpleNamespace

    from manfaat.report.ledgers import detected_table

    line = {
        "what": "mojibake",
        "value": "1 column",
        "how": "text such as 'Siti Aminah': row 234",
        "doubtful": True,
    }
    delivery = SimpleNamespace(log=pd.DataFrame([line | {"file": "people.csv"}]))
    (told,) = detected_table(reader_of(is_public=False), delivery)
    assert "Siti" not in told.data.to_csv() + told.text
    assert "234" not in told.data.to_csv() + told.text
    assert told.data["size"].tolist() == [1]
    (told,) = detected_table(reader_of(is_public=True), delivery)
    assert "Siti" in told.data.to_csv()


def test_documents_of_a_cost_sheet_are_counted_and_not_quoted():
    from types import SimpleNamespace

    from manfaat.report.cost_words import Teller

    documents = pd.DataFrame({"document": ["receipt of Ibu Rina", "", "receipt of Ibu Rina", "tender"]})
    accounts = SimpleNamespace(alternatives=documents)
    assert Teller(reader_of(is_public=False), accounts).sources == "2 documents that the cost sheet names"
    assert Teller(reader_of(is_public=True), accounts).sources == "“receipt of Ibu Rina”; “tender”"
    none = SimpleNamespace(alternatives=documents.iloc[1:2])
    assert Teller(reader_of(is_public=False), none).sources == ""


def test_round_answers_of_few_have_no_share():
    from types import SimpleNamespace

    from manfaat.report import ledgers
    from manfaat.report.reader import Reader

    found = pd.DataFrame(
        {"variable": ["pay", "pay"], "pattern": ["January", "year ends in 0 or 5"], "n": [74, 74]}
    ).assign(share=[1 / 74, 0.5], expected=[1 / 12, 0.2])
    reader = reader_of(is_public=False)
    reader.study.codebook = SimpleNamespace(
        variables=[SimpleNamespace(name="pay", label=lambda code: "Pay")], table=lambda name: None
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ledgers, "heaping", lambda kept, book: found)
        patched.setattr(Reader, "source_note", lambda self, **_: "")
        (made,) = ledgers.heaping_table(reader, {"people": SimpleNamespace(kept=None)})
    assert made.data["share"].isna().tolist() == [True, False]


def confidential(cohort: str = "nsw-1976") -> Reader:
    study = load_study(cohort, root=ROOT)
    return Reader("en", replace(study, cohort=study.cohort.model_copy(update={"public_data": None})))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"a": 15, "b": 3}, {"several rules": 18}),  # 3 would follow from the total
        ({"a": 15, "b": 3, "c": 2}, {"a": 15, "several rules": 5}),
        ({"a": 15, "b": 2, "c": 1, "d": 7}, {"a": 15, "several rules": 10}),
        ({"a": 15, "b": 5}, {"a": 15, "b": 5}),
        ({"a": 3}, {"a": 3}),
    ],
)
def test_rules_that_set_few_rows_aside_are_one_line_and_the_column_adds_up(rules, told):
    rest = 100 - sum(rules.values())
    exact = pd.DataFrame(
        [
            ("people", "rows in", "", 100),
            *(("people", "set aside", rule, -n) for rule, n in rules.items()),
            ("people", "rows kept", "", rest),
        ],
        columns=["table", "entry", "rule", "rows"],
    )
    shown = ledgers.told_rows(confidential().study, exact)
    aside = shown[shown["entry"] == "set aside"]
    assert dict(zip(aside["rule"], -aside["rows"], strict=True)) == told
    assert shown["rows"].iloc[:-1].sum() == shown["rows"].iloc[-1] == rest
    assert ledgers.told_rows(load_study("nsw-1976", root=ROOT), exact) is exact


def test_few_records_without_a_partner_are_not_counted():
    pairs = [("a", "b", "one to one")] * 20 + [("a", "b", "without record")] * 3
    matches = pd.DataFrame(
        [*pairs, *[("b", "a", "one to one")] * 20, *[("c", "a", "one to one")] * 9],
        columns=["table", "with_table", "match"],
    )
    reader = confidential()
    reader = Reader("en", replace(reader.study, programme=named_tables(reader, "a", "b", "c")))
    rows = attention.matches_table(reader, matches)[0].data["rows"]
    assert rows.isna().tolist() == [True, True, True, False]


def named_tables(reader: Reader, *names: str):
    """A programme with tables of these names."""
    programme = reader.study.programme
    table = next(iter(programme.tables.values()))
    return programme.model_copy(update={"tables": {name: table for name in names}})
