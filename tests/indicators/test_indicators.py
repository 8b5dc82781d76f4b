"""Constructs against hand-worked values, at their edges, and definitions with mistakes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT, replace_in
from manfaat.base.problems import ProblemsError
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.indicator import measured_before
from manfaat.definitions.programme import load_programme
from manfaat.indicators import (
    CONSTRUCTS,
    Context,
    Item,
    build_indicators,
    explain_missing,
    join_linked,
    load_indicators,
    panel_context,
)
from manfaat.indicators.assets import first_component

NA = pd.NA
CPI = pd.Series({1997: 35.76, 1998: 56.66, 2004: 100.0}, name="cpi")
WAGE = pd.Series({2004: 671_550.0}, name="minimum_wage")
LEVELS, RATINGS = tuple("1234567"), tuple("12345")
ITEMS = {
    "level": Item("level", "people", "select_one", LEVELS, "level"),
    "other_level": Item("other_level", "people", "select_one", LEVELS, "level"),
    "et1": Item("et1", "people", "select_one", RATINGS, "ability", "effect"),
    "et2": Item("et2", "people", "select_one", RATINGS, "ability", "effect", frozenset("2")),
    "goods": Item("goods", "people", "select_multiple", tuple("123"), "goods"),
    "use": Item("use", "people", "select_one", ("never", "rarely", "often"), "use"),
}


def build(
    recipe: str,
    *columns: list,
    names: tuple[str, ...] = (),
    context: Context | None = None,
    **options: object,
) -> list:
    """The values that a construct gives, missing ones as None."""
    series = [
        pd.Series(values, name=names[place] if names else f"x{place}") for place, values in enumerate(columns)
    ]
    before = [column.copy() for column in series]
    built = CONSTRUCTS[recipe].build(
        series,
        {name: str(value) for name, value in options.items()},
        context or Context(prices=CPI, base_year=2004, items=ITEMS),
    )
    for column, copy in zip(series, before, strict=True):
        pd.testing.assert_series_equal(column, copy)  # inputs are not changed
    return [None if pd.isna(value) else value for value in built]


def text(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="string")


def near(*values: float) -> list:
    return [None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12) for value in values]


def test_sums_products_and_differences():
    assert build("sum", [1, NA], [2, 2]) == [3, None]
    assert build("sum", [1, NA, NA], [2, 2, NA], minimum=1) == [3, 2, None]
    assert build("product", [40.0, np.nan], [39.0, 1.0], factor=0.5) == [780, None]
    assert build("difference", [4.2, np.nan], [3.0, 1.0]) == near(1.2, None)
    assert build("ratio", [30.0, 1.0], [120.0, 0.0]) == [0.25, None]  # savings rate; no income
    assert build("part", [40, 0, 1, 1], [10, 0, NA, -1], [10, 0, 1, 0]) == near(40 / 60, None, None, None)


def test_log_ratio_of_defects():
    # 6 → 4 defects per cent: ln(4/6) = −0.405465
    assert build("log_ratio", [4.0, 0.0, 4.0], [6.0, 6.0, np.nan]) == near(-0.4054651081081644, None, None)


def test_normalised_gain():
    # (80 − 60) / (100 − 60) = 0.5; a fall is negative; nothing to gain at 100
    assert build("normalised_gain", [80.0, 50.0, 90.0], [60.0, 60.0, 100.0], maximum=100) == near(
        0.5, -0.25, None
    )


def test_sets_of_codes():
    assert build("in_set", text("1", "3", None), values="1 2") == [1, 0, None]
    assert build("in_set", [1.0, 3.0, np.nan], values="1 2") == [1, 0, None]
    assert build("same", text("C", "C", None), text("C", "F", "C")) == [1, 0, None]
    assert build("map_codes", text("5", "0", None), **{"5": 12}) == [12, None, None]
    assert build("code_above", text("often", "rarely", "never", None, "?"), names=("use",), code="never") == [
        1,
        1,
        0,
        None,
        None,
    ]
    assert build("code_above", [0.0, 2.0, np.nan], code=0) == [0, 1, None]


def test_count_share_and_any():
    one, two, three = text("5", "4", None, None), text("1", "4", "4", None), text("2", "5", "1", None)
    assert build("count", one, two, three, values="4 5") == [1, 3, None, None]
    assert build("share", one, two, three, values="4 5", minimum=2) == near(1 / 3, 1, 0.5, None)
    assert build("any", one, two, three, values="4 5") == [1, 1, 1, None]
    assert build("any", one, two, three, values="3") == [0, 0, None, None]  # one not answered: nobody knows


def test_steps_on_a_ladder_are_places_in_the_list():
    assert build("steps", text("5", "2", None), text("2", "3", "1"), names=("level", "other_level")) == [
        3,
        -1,
        None,
    ]


def test_scale_score_turns_an_item_round_only_in_the_version_that_rewords_it():
    context = Context(items=ITEMS, versions={"people": text("1", "2", None)})
    # version 1: (4 + 2) / 2; version 2: (4 + (1 + 5 − 2)) / 2; version unknown: et2 does not count
    assert build(
        "mean_items",
        text("4", "4", "4"),
        text("2", "2", "2"),
        names=("et1", "et2"),
        context=context,
        minimum=1,
    ) == [3, 4, 4]
    assert build(
        "mean_items",
        text("4", "4", "4"),
        text("2", "2", "2"),
        names=("et1", "et2"),
        context=context,
        minimum=2,
    ) == [3, 4, None]


@pytest.mark.parametrize(
    ("answers", "minimum", "expected"),
    [([4, 5, 3], 3, 4.0), ([4, NA, 3], 2, 3.5), ([4, NA, NA], 2, None), ([NA, NA, NA], 1, None)],
)
def test_scale_score_needs_a_minimum_of_answers(answers, minimum, expected):
    assert build("mean_items", *[[answer] for answer in answers], minimum=minimum) == [expected]


def test_deflation_by_the_date_of_each_wage():
    # Rp 1.0 m of 1997 at 2004 prices: 1,000,000 × 100 / 35.76 = 2,796,420; a nominal doubling until 2004 is a
    # loss of 28 per cent
    real = build(
        "deflate", [1_000_000.0, 1_000_000.0, np.nan, 1.0], text("1997-05", "1998-01-31", "1850", None)
    )
    assert real == near(1_000_000 * 100 / 35.76, 1_000_000 * 100 / 56.66, None, None)
    assert 2_000_000 / real[0] == pytest.approx(0.7152)
    assert build("deflate", [5.0], [2004]) == [5.0]


def test_a_year_without_a_price_is_refused_or_declared_missing_never_filled():
    with pytest.raises(ProblemsError, match="it has no value for 1999"):
        build("deflate", [1.0, 1.0], [1999, 2004])
    assert build("deflate", [1.0, 1.0], [1999, 2004], absent="missing") == [None, 1.0]


def test_wage_in_minimum_wages():
    context = Context(series={"minimum_wage": WAGE})
    with pytest.raises(ProblemsError, match="price series 'minimum_wage': it has no value for 2003"):
        build("ratio_to_series", [1.0], text("2003-12"), context=context, series="minimum_wage")
    wages = build(
        "ratio_to_series",
        [1_343_100.0, 1.0],
        text("2004-03", "2003-12"),
        context=context,
        series="minimum_wage",
        absent="missing",
    )
    assert wages == [2.0, None]


def test_time_between_dates():
    assert build(
        "months_between",
        text("1998-11-30", "1998-11", "1998", None),
        text("1999-02-01", "1998-10", "1999-01", "1999-01"),
    ) == [3, -1, None, None]
    assert build("years_between", text("1968-04"), text("1998-10")) == [30.5]
    assert build("days_between", text("1999-02-26", "1999-02"), text("1999-03-05", "1999-03-05"), days=7) == [
        1,
        None,
    ]
    assert build("shift_months", text("1998-01-15", "2000-12", None, "2000"), months=-1) == [
        "1997-12",
        "2000-11",
        None,
        None,
    ]
    assert build("year", text("1998-01-15", "1999", None)) == [1998, 1999, None]


def test_time_to_event_with_censoring():
    answer = text("1", "2", "1", "1", None, "2")
    event = text("2001-03", None, None, "2009-01", "2001-03", None)
    start, end = text(*["2000-01"] * 5, None), text(*["2004-01-15"] * 6)
    # promoted after 14 months; not until the interview (48 months); month unknown; after the interview; not
    # answered; no start
    options = {"happened": 1, "not_happened": 2}
    assert build("event_observed", answer, event, start, end, **options) == [1, 0, None, None, None, None]
    assert build("event_duration", answer, event, start, end, **options) == [14, 48, None, None, None, None]


def test_first_known_is_another_source_of_the_same_fact():
    assert build("first_known", text("1998-01", None, None), text("1997-01", "1997-02", None)) == [
        "1998-01",
        "1997-02",
        None,
    ]
    assert build("first_known", [1.0, np.nan], [np.nan, 0.0]) == [1, 0]


def test_number_of_assets():
    assert build("count_selected", text("1 3", "", None), names=("goods",)) == [2, 0, None]
    assert build("count_selected", text("1 3"), names=("goods",), values="3 2") == [1]


def test_asset_index_as_a_sum_is_a_z_score_of_the_comparison_group():
    # comparison group owns 0, 1, 2 kinds: mean 1, SD 1
    context = Context(items=ITEMS, comparison=pd.Series([False, True, True, True, False]))
    goods = text("1 2 3", "", "1", "1 2", None)
    assert build("asset_index", goods, names=("goods",), context=context, method="sum") == [2, -1, 0, 1, None]


def test_asset_index_by_the_first_component():
    # two columns that always go together and a constant one: loadings √½ each, the constant counts nothing.
    # The comparison group
    # has (0, 0) and (1, 1): standardised −1 and +1, scores ∓√2, mean 0, SD (n − 1) = 2; so 'both' is √2/2 and
    # 'one' is 0.
    context = Context(items=ITEMS, comparison=pd.Series([True, True, False, False]))
    values = build(
        "asset_index", text("3", "1 2 3", "1", "1 2"), names=("goods",), context=context, method="component"
    )
    assert values == near(-np.sqrt(0.5), np.sqrt(0.5), 0, np.sqrt(0.5))


def test_asset_index_now_keeps_the_weights_and_the_standard_of_before():
    context = Context(items=ITEMS, comparison=pd.Series([True, True, True]))
    goods = {"goods": text("", "1 2", "1 2"), "now": text("1 2", "1 2", "1 2")}
    before = build("asset_index", goods["goods"], names=("goods",), context=context, method="component")
    now = build(
        "asset_index",
        goods["now"],
        goods["goods"],
        names=("goods", "goods"),
        context=context,
        method="component",
    )
    assert now == near(before[1], before[1], before[1])


@pytest.mark.parametrize(
    "goods", [("1", "1", "1"), (None, None, None), ("1", None, None)], ids=["all equal", "all missing", "one"]
)
def test_asset_index_without_variation_is_missing(goods):
    context = Context(items=ITEMS, comparison=pd.Series([True, True, True]))
    for method in ("component", "sum"):
        assert build("asset_index", text(*goods), names=("goods",), context=context, method=method) == [
            None,
            None,
            None,
        ]


def test_first_component_agrees_with_the_eigenvector_of_the_correlation_matrix():
    rng = np.random.default_rng(4)
    data = (rng.normal(size=(400, 5)) + rng.normal(size=(400, 1)) > 0).astype(float)
    vectors = np.linalg.eigh(np.corrcoef(data, rowvar=False))[1][:, -1]
    np.testing.assert_allclose(
        first_component(data) * data.std(axis=0), vectors * np.sign(vectors.sum()), atol=1e-10
    )
    negative = np.array(
        [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    )  # weights that add up to zero: the first is positive
    assert first_component(negative)[0] > 0


EMPTY = pd.Series([], dtype="float64")


@pytest.mark.parametrize("recipe", sorted(set(CONSTRUCTS) - {"previous_period", "first_period"}))
@pytest.mark.parametrize("rows", [0, 1, 3], ids=["none", "one", "all missing"])
def test_every_construct_bears_nobody_one_and_all_missing(recipe, rows):
    needs = CONSTRUCTS[recipe]
    names = {
        "asset_index": ["goods"],
        "count_selected": ["goods"],
        "steps": ["level", "other_level"],
        "code_above": ["level"],
    }.get(recipe)
    names = names or [
        f"x{place}"
        for place in range(max(needs.fewest, 2 if recipe in ("deflate", "ratio_to_series") else 1))
    ]
    columns = [
        pd.Series(
            [None] * rows, name=name, dtype="string" if "goods" in names or "level" in names else "Int64"
        )
        for name in names
    ]
    options = {
        "value": "1",
        "threshold": "1",
        "exponent": "2",
        "maximum": "100",
        "values": "1",
        "code": "1",
        "minimum": "1",
        "months": "1",
        "series": "w",
    }
    options |= {"happened": "1", "not_happened": "2", "method": "component", "1": "1"}
    options |= {"formula": "${x0} + 1"}
    chosen = {"1": "1"} if recipe == "map_codes" else {name: options[name] for name in needs.must}
    context = Context(
        prices=CPI,
        base_year=2004,
        items=ITEMS,
        series={"w": WAGE},
        comparison=pd.Series([True] * rows, dtype=bool),
    )
    built = needs.build(columns, chosen, context)
    assert len(built) == rows
    assert built.isna().all()


# --- a whole programme


@pytest.fixture(scope="module")
def instrument() -> SimpleNamespace:
    folder = ROOT / "programmes/jakarta-tokyo"
    programme, problems = load_programme(folder, root=ROOT)
    codebook, more = load_codebook(folder, programme, root=ROOT)
    lines, wrong = load_indicators(folder, programme, codebook, root=ROOT)
    assert [str(problem) for problem in problems + more + wrong] == []
    return SimpleNamespace(folder=folder, programme=programme, codebook=codebook, lines=lines)


def empty_rows(instrument: SimpleNamespace, table: str, keys: list[str]) -> pd.DataFrame:
    """Clean rows without any answer."""
    frame = pd.DataFrame({"_key": keys, "resp_id": pd.array(keys, dtype="string")})
    kinds = {"integer": "Int64", "decimal": "float64", "money": "float64"}
    for variable in instrument.codebook.table(table):
        if variable.name != "resp_id":
            frame[variable.name] = pd.Series([None] * len(keys), dtype=kinds.get(variable.kind, "string"))
    return frame


@pytest.fixture(scope="module")
def built(instrument: SimpleNamespace) -> SimpleNamespace:
    """Two people: an alumnus with a supervisor's form, a co-worker without one."""
    people, sheets = (
        empty_rows(instrument, "participants", ["P1", "P2"]),
        empty_rows(instrument, "supervisors", ["P1", "P9"]),
    )
    answers = {
        "grp": ("1", "3"),
        "form_ver": ("2", "1"),
        "depart_date": ("1997-06-15", None),
        "return_date": ("1998-04-10", None),
        "ref_ym": (None, "1997-05"),
        "int_date": ("2004-08-20", "2004-08-21"),
        "birth_ym": ("1970-05", "1972-11"),
        "wage_pre": (500_000, 500_000),
        "wagekind_pre": (0, 0),
        "wage_now": (1_343_100, 0),
        "wagekind_now": (0, 0),
        "lvl_pre": ("1", "2"),
        "lvl_now": ("5", "2"),
        "work_now": ("4", "0"),
        "same_emp": ("1", None),
        "et1_now": ("4", "4"),
        "et2_now": ("2", "2"),
        "et3_now": ("4", "4"),
        "et4_now": ("4", "4"),
        "assets_pre": ("1 2", "1"),
        "assets_now": ("1 2", None),
    }
    for name, values in answers.items():
        people[name] = pd.Series(values, dtype=people[name].dtype)
    sheets["et2_sup_now"], sheets["et1_sup_now"], sheets["et3_sup_now"] = [
        pd.array(["5", "5"], dtype="string")
    ] * 3
    sheets["sup_form_ver"] = pd.array(["1", "1"], dtype="string")
    joined = join_linked(people, {"supervisors": sheets}, instrument.programme, instrument.codebook)
    context = panel_context(
        joined, instrument.programme, instrument.folder, root=ROOT, codebook=instrument.codebook
    )
    table = build_indicators(joined, instrument.lines, context, instrument.programme)
    reasons = pd.DataFrame(
        {"key": ["P2", "P2"], "variable": ["assets_now", "same_emp"], "reason": ["refused", "not_applicable"]}
    )
    why = explain_missing(joined, table, instrument.lines, context, instrument.programme, reasons)
    return SimpleNamespace(
        table=table.set_index("_key"),
        joined=joined,
        context=context,
        why=why.set_index(["key", "indicator"])["reason"],
    )


def test_indicators_of_two_people(built):
    one, two = built.table.loc["P1"], built.table.loc["P2"]
    assert (one["reference_month"], two["reference_month"]) == ("1997-05", "1997-05")
    assert one["age"] == 27.0
    assert one["pay_before"] == pytest.approx(500_000 * 100 / 35.76)
    assert one["log_pay_now"] - one["log_pay_before"] == pytest.approx(
        np.log(1_343_100 / (500_000 * 100 / 35.76))
    )
    assert one["wage_to_minimum"] == 2.0
    assert (one["promotion_steps"], one["promoted"], two["promoted"]) == (4, 1, 0)
    assert (one["effectiveness_now"], two["effectiveness_now"]) == (
        4.0,
        3.5,
    )  # et2 turned round in version 2 only
    assert one["effectiveness_sup_now"] == 5.0
    assert (one["stayed"], two["stayed"]) == (1, 0)  # who does not work has not stayed
    assert (
        built.table["asset_index_before"].isna().all()
    )  # the comparison group is one person: no variation to measure by


def test_reasons_are_carried_on(built):
    why = built.why
    assert why["P2", "asset_index_now"] == "refused"
    assert why["P2", "log_pay_now"] == "not_positive"
    assert why["P2", "log_pay_growth"] == "not_positive"
    assert why["P2", "effectiveness_sup_now"] == "no_record"
    assert why["P1", "effectiveness_sup_gain"] == "blank"
    assert why["P2", "same_employer"] == "not_applicable"
    assert ("P1", "stayed") not in why.index
    missing = built.table.isna().sum().sum()
    assert len(why) == missing  # every missing value has a reason, no other has one


def test_what_is_about_participants_alone_has_no_value_for_others(instrument):
    """A table printed "0.0 % of 31" for co-workers under techniques brought home from Tokyo."""
    people, sheets = (
        empty_rows(instrument, "participants", ["P1", "P2"]),
        empty_rows(instrument, "supervisors", ["P1", "P2"]),
    )
    people["grp"], sheets["tech_n"] = pd.array(["1", "3"], dtype="string"), pd.array([2, 0], dtype="Int64")
    joined = join_linked(people, {"supervisors": sheets}, instrument.programme, instrument.codebook)
    context = panel_context(
        joined, instrument.programme, instrument.folder, root=ROOT, codebook=instrument.codebook
    )
    table = build_indicators(joined, instrument.lines, context, instrument.programme)
    assert table["techniques"].fillna(-1).tolist() == [2, -1]
    assert table["any_technique"].fillna(-1).tolist() == [1, -1]
    nothing = pd.DataFrame(columns=["key", "variable", "reason"])
    why = explain_missing(joined, table, instrument.lines, context, instrument.programme, nothing).set_index(
        ["key", "indicator"]
    )["reason"]
    assert why["P2", "techniques"] == why["P2", "any_technique"] == "not_applicable"


def test_linked_records_that_stand_twice_are_refused(instrument):
    people, sheets = (
        empty_rows(instrument, "participants", ["P1"]),
        empty_rows(instrument, "supervisors", ["P1", "P1", "P2"]),
    )
    with pytest.raises(ProblemsError, match="table 'supervisors', column resp_id: 'P1' stands on 2 rows"):
        join_linked(people, {"supervisors": sheets}, instrument.programme, instrument.codebook)
    none = join_linked(people, {"supervisors": None}, instrument.programme, instrument.codebook)
    assert none["et1_sup_now"].isna().all()
    assert none["_has_supervisors"].tolist() == [False]
    empty = join_linked(people, {"supervisors": sheets.iloc[:0]}, instrument.programme, instrument.codebook)
    assert empty["_has_supervisors"].tolist() == [False]
    with pytest.raises(KeyError):
        join_linked(people, {}, instrument.programme, instrument.codebook)


def test_a_self_rating_has_no_baseline_in_a_test(instrument):
    assert measured_before(instrument.lines, "knowledge", "self") is None
    assert measured_before(instrument.lines, "knowledge") is None  # several raters measure it
    assert measured_before(instrument.lines, "knowledge", "test").name == "test_before"
    assert measured_before(instrument.lines, "knowledge", "self", time="then").name == "knowledge_then"
    assert measured_before(instrument.lines, "log_pay").name == "log_pay_before"


MISTAKES = [
    (
        "mean_items,,scale=satisfaction;minimum=4",
        "mean_items,,scale=satisfacton;minimum=4",
        "no variable of the scale 'satisfacton' fits. Expected: did you mean satisfaction",
    ),
    (
        "mean_items,,scale=satisfaction;minimum=4",
        "mean_items,,scale=satisfaction;minimum=6",
        "'minimum' is 6. Expected: 1 to 5, the number of items",
    ),
    (
        "mean_items,,scale=satisfaction;minimum=4",
        "mean_items,,scale=satisfaction",
        "column arguments: 'mean_items' needs the argument 'minimum'",
    ),
    ("in_set,sex,values=2", "in_set,sex,values=3", "'3' is not an answer. Expected: one of 1, 2"),
    ("in_set,sex,values=2", "in_set,sex,value=2", "'in_set' has no argument 'value'"),
    ("deflate,own_cost depart_date", "deflate,own_cost", "'deflate' needs the date of each amount"),
    (
        "deflate,own_cost depart_date",
        "deflate,own_cost sex",
        "'deflate' cannot use 'sex', which is of the type select_one",
    ),
    (
        "series=minimum_wage",
        "series=minimum_wages",
        "the price file has no series 'minimum_wages'. Expected: did you mean minimum_wage",
    ),
    ("absent=missing", "absent=skip", "'absent' is 'skip'. Expected: one of missing"),
    (
        "years_between,birth_ym reference_month",
        "years_between,sex reference_month",
        "'years_between' cannot use 'sex'",
    ),
    (
        "shift_months,depart_date,months=-1",
        "shift_months,depart_date,months=x",
        "'months' is 'x'. Expected: a whole number",
    ),
    (
        "steps,lvl_now lvl_pre",
        "steps,lvl_now edu_pre",
        "'steps' compares answers of different lists: education, level",
    ),
    ("1=0;2=6;3=9", "1=0;2=six;3=9", "'2' becomes 'six'. Expected: a number"),
    ("1=0;2=6;3=9", "0=0;2=6;3=9", "'0' is not an answer"),
    (
        "group,,,,,,,,copy",
        "group,,,,boss,,,,copy",
        "'boss' is not allowed. Expected: one of , self, supervisor, test",
    ),
    (
        "reference_month,,years,,,,,Age,",
        "reference_month,,years,,,,participants,Age,",
        "what is about participants alone cannot compare the groups",
    ),
    ("method=component", "method=mean", "'method' is 'mean'. Expected: one of component, sum"),
    (
        "ratio,save_now hhinc_now",
        "ratio,save_naw hhinc_now",
        "'save_naw' is neither a variable nor an earlier indicator. Expected: did you mean",
    ),
    (
        "knowledge_{sup}gain,,,test,OP03",
        "knowledge_{sup}gain,,,self,OP03",
        "'knowledge_gain' is measured twice at the time 'now' by the same rater",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_in_definitions_are_told_with_their_place(project, instrument, right, wrong, message):
    folder = project / "programmes/jakarta-tokyo"
    replace_in(folder / "indicators.csv", right, wrong)
    _, problems = load_indicators(folder, instrument.programme, instrument.codebook, root=project)
    told = [str(problem) for problem in problems]
    assert any(
        message in text and text.startswith("programmes/jakarta-tokyo/indicators.csv, row ") for text in told
    ), told
