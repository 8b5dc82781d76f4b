"""Summaries, levels, styles and adjusted p values worked by hand, at the counts and shares where they
turn.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, indicator, programme
from manfaat.evaluation import families, indexes, left_out, levels, summaries
from manfaat.evaluation.associations import associations, correlation
from manfaat.evaluation.balance import balance, baseline
from manfaat.evaluation.change import net_share
from manfaat.evaluation.estimate import Estimate, Settings
from manfaat.evaluation.exaggeration import is_overshooting, overshooting
from manfaat.evaluation.sample import NotApplicableError
from manfaat.evaluation.weighted import Answers, answers, weighted_quantile, weights_of
from manfaat.measurement import agreement, raters, response_shift, response_style, scale_rows
from manfaat.measurement.reasons import ScaleReason

SPECS = [{"method": "difference_in_means", "std_errors": ["HC2"]}]
STUDY = programme(SPECS, primary="difference-in-means")
WEIGHED = programme(SPECS, primary="difference-in-means", weight="w")
SETTINGS = Settings("c", "randomised", "difference-in-means")


# --- weighted answers


def test_people_who_weigh_nothing_or_whose_weight_is_not_known_stand_for_nobody():
    table = pd.DataFrame({"w": ["2", "0", None, "-1", "4"]})
    assert weights_of(table, WEIGHED).tolist() == pytest.approx([2, np.nan, np.nan, np.nan, 4], nan_ok=True)
    assert weights_of(table, STUDY) is None
    known = answers(pd.Series([1.0, 2, 3, 4, 7]), weights_of(table, WEIGHED))
    # 1 of weight 2 and 7 of weight 4: mean (2 + 28) / 6 = 5; worth 36 / 20 = 1.8 answers
    assert (known.n, known.mean, known.effective) == (2, pytest.approx(5), pytest.approx(1.8))
    # weights with mean 1 are 2/3 and 4/3: variance (2/3 · 16 + 4/3 · 4) / 1 = 16; error √(2 · ((2/3 · 4)² +
    # (4/3 · 2)²)) / 2 = 2.6667
    assert (known.variance, known.sd, known.std_error) == pytest.approx((16, 4, 8 / 3))


def test_nobody_and_one_person_have_no_spread():
    nobody, one = answers(pd.Series([], dtype=float)), answers(pd.Series([3.0]))
    assert np.isnan(
        [
            nobody.mean,
            nobody.variance,
            nobody.std_error,
            nobody.quantile(0.5),
            nobody.ones,
            one.variance,
            one.std_error,
        ]
    ).all()
    assert (nobody.effective, one.mean, one.effective, one.quantile(0.5)) == (0, 3, 1, 3)
    assert not nobody.rests_on_few()
    pair = answers(pd.Series([3.0, 5.0]))
    assert (pair.variance, pair.std_error) == (2, 1)


@pytest.mark.parametrize(
    ("ones", "n", "few"),
    [(5, 10, False), (4, 10, True), (6, 10, True), (0, 10, False), (10, 10, False), (2, 4, True)],
)
def test_share_rests_on_few_by_people_and_not_by_weight(ones, n, few):
    values = np.r_[np.ones(ones), np.zeros(n - ones)]
    assert Answers(values, np.ones(n)).rests_on_few() is few
    assert not Answers(values * 2, np.ones(n)).rests_on_few() or (ones == 0 and few)  # 0 and 2 are no share


def test_quantile_by_weight_is_where_the_share_is_reached_and_midway_where_it_is_exactly():
    values, weights = np.array([3.0, 1.0, 2.0, 4.0]), np.array([1.0, 1.0, 1.0, 1.0])
    assert [weighted_quantile(values, weights, level) for level in (0.25, 0.3, 0.5, 0.99, 1.0)] == [
        1.5,
        2,
        2.5,
        4,
        4,
    ]
    assert weighted_quantile(np.array([1.0, 9.0]), np.array([3.0, 1.0]), 0.7) == 1
    assert Answers(np.array([1.0, 2, 3, 4]), np.ones(4)).quantile(0.5) == 2.5
    known = Answers(np.array([1.0, 2, 2, 4, 5]), np.ones(5))
    assert [known.beyond(share) for share in (0.5, 0.25, 0.75, 1.0)] == [3, 3, 2, 1]


# --- levels, balance, associations


def level(values: list[float], *, is_share: bool = False, recipe: str = "copy") -> Estimate:
    line = SimpleNamespace(stage_thesis="outcome", indicator="i", rater="", recipe=recipe, unit="points")
    return levels.level_row(pd.Series(values), line, SETTINGS, is_share=is_share)


def test_level_is_a_mean_with_the_interval_of_t_from_two_answers_on():
    """1 and 3: mean 2, error 1, t of one degree of freedom 12.7062."""
    row = level([1.0, 3.0, np.nan])
    assert (row.n, row.n_missing, row.estimate, row.std_error, row.df) == (2, 1, 2, 1, 1)
    assert (row.ci_low, row.ci_high) == pytest.approx((2 - 12.7062, 2 + 12.7062), abs=1e-4)
    assert (row.estimand, level([1.0, 3.0], recipe="difference").estimand) == ("level", "change")
    assert level([1.0]).reasons == "few_answered"
    assert level([2.0, 2.0]).reasons == "participants_the_same"
    assert np.isnan(level([2.0, 2.0]).estimate)


def test_level_of_a_share_has_wilsons_interval():
    """12 of 20: (0.6 + 1.9208 / 20 ± 1.96 √(0.24 / 20 + 0.9604 / 400)) / (1 + 3.8415 / 20)."""
    row = level([1.0] * 12 + [0.0] * 8, is_share=True)
    assert (row.estimate, row.std_error, row.std_error_kind) == (
        0.6,
        pytest.approx(np.sqrt(0.24 / 20)),
        "Wilson",
    )
    assert (row.ci_low, row.ci_high) == pytest.approx((0.386582, 0.781193), abs=1e-5)
    assert np.isnan(level([1.0] * 16 + [0.0] * 4, is_share=True).estimate)


def test_levels_are_estimated_of_what_claims_name_and_of_participants():
    def line(name: str, **more: str):
        return indicator(name, "now", "describe", name).model_copy(update={"recipe": "copy", **more})

    lines = [
        line("a"),
        line("b"),
        line("c", recipe="mean"),
        line("d", time="before"),
        line("e", use="effect"),
        line("f", use="effect", recipe="difference"),
    ]
    claims = [SimpleNamespace(indicators=["a", "c", "d", "e", "f"])]
    table = pd.DataFrame(
        {"group": ["1"] * 4 + ["0"] * 2, **{name: [1.0, 2, 3, 4, 90, 90] for name in "abcdef"}}
    )
    found = levels.estimate_levels(table, STUDY.model_copy(update={"claims": claims}), lines, SETTINGS)
    assert found["indicator"].tolist() == ["a", "f"]
    assert found["estimate"].tolist() == [2.5, 2.5]
    assert found["estimand"].tolist() == ["level", "change"]
    assert levels.estimate_levels(
        table, STUDY.model_copy(update={"claims": claims}), lines, SETTINGS, stages=("impact",)
    ).empty


def test_balance_is_in_root_mean_variances():
    """2, 4 against 1, 1, 4: means 3 and 2, variances 2 and 3: 1 / √2.5, ratio 2 / 3."""
    table = pd.DataFrame(
        {
            "group": ["1", "1", "0", "0", "0"],
            "x": [2.0, 4, 1, 1, 4],
            "z": [1.0, 1, 1, 1, 1],
            "score_before": [1.0, 0, 1, 0, 0],
        }
    )
    found = balance(table, STUDY, LINES[:4]).set_index("name")
    assert found.loc["x", ["n", "n_comparison", "mean", "mean_comparison"]].tolist() == [2, 3, 3, 2]
    assert found.loc["x", ["smd", "variance_ratio"]].tolist() == pytest.approx([1 / np.sqrt(2.5), 2 / 3])
    assert found.loc["z", ["smd", "variance_ratio"]].isna().all()  # nothing varies
    assert "group" not in found.index


def test_correlation_needs_ten_pairs_and_two_values():
    x = np.arange(10.0)
    assert correlation(x[:9], x[:9] ** 2, 0.95, 0.8)["reason"] == "too few"
    assert correlation(x, np.ones(10), 0.95, 0.8)["reason"] == "all alike"
    assert correlation(np.ones(10), x, 0.95, 0.8)["reason"] == "all alike"
    found = correlation(x, np.r_[x[:5], x[:5]], 0.95, 0.8)
    # r = Σ(x − 4.5)(y − 2) / √(82.5 · 20) = 20 / 40.6202; arctanh ± 1.96 / √7; what would be found:
    # tanh((1.96 + 0.8416) / √7)
    r = 20 / np.sqrt(82.5 * 20)
    assert found["r"] == pytest.approx(r)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(
        (np.tanh(np.arctanh(r) - 0.740797), np.tanh(np.arctanh(r) + 0.740797)), abs=1e-6
    )
    assert found["mde"] == pytest.approx(np.tanh((1.959964 + 0.841621) / np.sqrt(7)), abs=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_correlation_has_an_interval(sign):
    found = correlation(np.arange(12.0), sign * np.arange(12.0), 0.95, 0.8)
    assert found["r"] == pytest.approx(sign)
    assert all(0.999 < sign * found[end] <= 1 for end in ("ci_low", "ci_high"))


def test_groups_are_compared_as_a_panel_first_measured_them():
    table = pd.DataFrame({"year": [2002, 2001, 2001], "wave": [5, 4, 4]})
    for design in ({"panel": SimpleNamespace(period="year"), "wave": None}, {"panel": None, "wave": "wave"}):
        assert baseline(table, SimpleNamespace(design=SimpleNamespace(**design))).index.tolist() == [1, 2]
    assert baseline(table, STUDY) is table


@pytest.mark.parametrize(
    ("estimate", "low", "high", "over"),
    [
        (0.4, 0.1, 0.7, True),
        (0.5, 0.1, 0.9, False),
        (0.4, 0.0, 0.8, False),
        (-0.4, -0.8, 0.0, False),
        (-0.4, -0.7, -0.1, True),
    ],
)
def test_estimate_overshoots_where_it_is_told_from_zero_though_it_is_below_what_could_be_found(
    estimate, low, high, over
):
    assert is_overshooting(estimate, low, high, 0.5) is over
    rows = pd.DataFrame({"estimate": [estimate], "ci_low": [low], "ci_high": [high], "mde": [0.5]})
    assert overshooting(rows).tolist() == [over]


def test_associations_are_of_participants_and_adjusted_for_all_pairs():
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "y"]).assign(
        group=["1"] * 30 + ["0"] * 10, flat=1.0
    )
    table["y"] += table["a"]
    found = associations(table, ["a", "b", "flat", "y"], ["y"], STUDY).set_index("feature")
    assert found["n"].tolist() == [30, 30, 30, 0]
    assert found["reason"].tolist() == ["", "", "all alike", "too few"]
    low, high = sorted(found["p_value"].dropna())
    assert sorted(found["p_adjusted"].dropna()) == pytest.approx(
        [2 * low, max(high, 2 * low)]
    )  # two pairs that were tested
    assert associations(table.assign(w=1.0), ["a"], ["y"], WEIGHED)["reason"].tolist() == ["weighted"]
    assert associations(table, ["flat"], ["y"], STUDY)["p_adjusted"].isna().all()


def test_net_share_is_who_rose_less_who_fell():
    """Three rose and one fell of five; Bonett and Price: 4/7 − 2/7, error √((6/7 − (2/7)²) / 7)."""
    found = net_share(3, 1, 5, "exact", 0.95)
    assert found.estimate == pytest.approx(0.4)
    error = np.sqrt((6 / 7 - 4 / 49) / 7)
    assert found.std_error == pytest.approx(error)
    assert found.interval == pytest.approx((2 / 7 - 1.959964 * error, min(2 / 7 + 1.959964 * error, 1)))


# --- summaries


def test_groups_are_described_with_what_is_missing_and_how_many_are_one():
    table = pd.DataFrame(
        {
            "x": [1.0, 0, 1, 0, np.nan],
            "z": [1.0, 2, 3, 4, 5],
            "score_before": ["a"] * 5,
            "group": list("11100"),
        }
    )
    found = summaries.describe(table, STUDY, LINES[:1] + LINES[2:5], table["group"])
    assert found[["name", "group", "n", "n_missing"]].to_numpy().tolist() == [
        ["x", "1", 3, 0],
        ["x", "0", 1, 1],
        ["z", "1", 3, 0],
        ["z", "0", 2, 0],
    ]
    assert found["mean"].tolist() == pytest.approx([2 / 3, 0, 2, 4.5])
    assert found["ones"].tolist() == pytest.approx([2, 0, np.nan, np.nan], nan_ok=True)
    empty = summaries.describe(table.assign(x=[np.nan] * 3 + [1.0, 0]), STUDY, LINES[2:3], table["group"])
    assert empty["ones"].tolist() == [0, 1]


def test_flow_counts_units_with_any_and_with_all_answers():
    lines = [indicator("a", "now", "effect", "a"), indicator("b", "now", "effect", "b")]
    table = pd.DataFrame(
        {
            "_key": list("uvwxy"),
            "group": list("11100"),
            "a": [1.0, 1, np.nan, 1, np.nan],
            "b": [1.0, np.nan, np.nan, 1, 1],
        }
    )
    assert summaries.flow_counts(table, STUDY, lines)["n"].tolist() == [3, 2, 1, 2, 2, 1]
    assert summaries.measured_counts(table, STUDY, lines)[["n", "n_comparison"]].to_numpy().tolist() == [
        [2, 1],
        [1, 2],
    ]


def test_spread_is_told_of_five_and_more_and_percentiles_with_five_beyond():
    n = 40
    table = pd.DataFrame(
        {
            "_key": range(n + 4),
            "group": ["1"] * n + ["0"] * 4,
            "score_now": np.arange(n + 4.0),
            "score_before": 1.0,
        }
    )
    found = summaries.spread(table, LINES[5], STUDY, LINES).set_index("time")
    assert found["participant"].unique().tolist() == [1]  # four are too few
    assert found.loc["now", ["n", "mean"]].tolist() == [40, 19.5]
    # of 40, four lie beyond a tenth; a quarter: around 0.25 × 39 = 9.75 the five values 8 to 12
    assert np.isnan(found.loc["now", ["p10", "p90"]].astype(float)).all()
    assert found.loc["now", ["p25", "median", "p75"]].tolist() == [10, 19.5 + 0.5, 29]
    assert found.loc["before", "median"] == 1  # shared by all
    yes_no = summaries.spread(
        table.assign(score_now=[1.0] * 36 + [0.0] * 8), LINES[5], STUDY, LINES[:4] + LINES[5:]
    )
    assert yes_no["mean"].isna().all()  # four of forty
    assert list(yes_no.columns) == ["participant", "time", "n", "mean"]
    more = summaries.spread(
        table.assign(score_now=[1.0] * 35 + [0.0] * 9), LINES[5], STUDY, LINES[:4] + LINES[5:]
    )
    assert more["mean"].tolist() == [35 / 40]


# --- many tests


def test_holm_multiplies_by_those_not_yet_rejected_and_never_falls():
    assert families.holm(pd.Series([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert families.holm(pd.Series([0.6, 0.9])).tolist() == pytest.approx([1, 1])
    assert families.holm(pd.Series([], dtype=float)).tolist() == []


def test_sharpened_values_are_those_of_the_two_stage_procedure():
    """One p of 0.02: rejected where 0.02 ≤ q / (1 + q), so from 0.0205 on, 0.021 of the grid. Two of 0.02:
    the same, all at once.
    """
    assert families.sharpened(np.array([0.02])).tolist() == pytest.approx([0.021])
    assert families.sharpened(np.array([0.02, 0.02])).tolist() == pytest.approx([0.021, 0.021])
    # 0.02 and 0.9: the first stage rejects one where q / (1 + q) / 2 ≥ 0.02, from 0.042 on; one is then left,
    # and the limit of 0.9 is
    # twice q / (1 + q), reached from 0.819 on
    assert families.sharpened(np.array([0.9, 0.02])).tolist() == pytest.approx([0.819, 0.042], abs=1e-9)
    assert families.sharpened(np.array([])).tolist() == []


def test_step_down_counts_draws_as_extreme_among_tests_that_are_left():
    """Four draws of two tests: ranks of size; the smaller p is held against the least rank of both, the
    larger against its own.
    """
    drawn = np.array([[4.0, 1.0], [3.0, 2.0], [2.0, 3.0], [1.0, 4.0]])
    # ranks: ¼ ½ ¾ 1 and 1 ¾ ½ ¼; least of both: ¼ ½ ½ ¼
    assert families.step_down(np.array([0.25, 0.5]), drawn).tolist() == pytest.approx([(1 + 2) / 5, 0.6])
    assert families.step_down(np.array([0.2, 0.3]), drawn).tolist() == pytest.approx([0.2, 0.4])
    assert families.step_down(np.array([0.3, 0.2]), drawn).tolist() == pytest.approx([0.4, 0.2])
    assert families.step_down(np.array([0.9]), drawn[:, :1]).tolist() == pytest.approx(
        [0.9]
    )  # 4 / 5, but none falls below its own


def test_family_table_counts_primary_tests_with_a_number():
    lines = [
        indicator(name, "now", "effect", name).model_copy(update={"family": family})
        for name, family in (("a", "f"), ("b", "f"), ("c", "g"))
    ]
    rows = [("a", 0.01, True), ("b", 0.04, True), ("c", 0.03, True), ("a", 0.001, False), ("d", np.nan, True)]
    estimates = pd.DataFrame(rows, columns=["indicator", "p_value", "is_primary"]).assign(
        rater="", arm="", treatment="", estimate=1.0, std_error=1.0, df=9.0
    )
    found = families.family_table(estimates, lines)
    assert found[["indicator", "family", "n_tests"]].to_numpy().tolist() == [
        ["a", "f", 2],
        ["b", "f", 2],
        ["c", "g", 1],
    ]
    assert found["holm"].tolist() == pytest.approx([0.02, 0.04, 0.03])
    assert found["bh"].tolist() == pytest.approx([0.03, 0.04, 0.04])
    filled = families.with_adjusted(estimates, found)
    assert filled["p_adjusted"].tolist() == pytest.approx([0.02, 0.04, 0.03, np.nan, np.nan], nan_ok=True)
    assert filled["p_adjusted_kind"].tolist() == [families.HOLM_KIND] * 3 + [""] * 2


def test_index_is_the_mean_of_what_is_there_by_positive_weight():
    values = pd.DataFrame({"a": [1.0, np.nan, np.nan, 2], "b": [3.0, 5, np.nan, np.nan]})
    assert indexes.weighted(values, np.array([1.0, 3.0])).tolist() == pytest.approx(
        [2.5, 5, np.nan, 2], nan_ok=True
    )
    assert indexes.weighted(values, np.array([-1.0, 3.0])).tolist() == pytest.approx(
        [4, 5, np.nan, np.nan], nan_ok=True
    )


def test_index_needs_two_indicators_of_ten_in_the_comparison_group():
    rng = np.random.default_rng(2)
    lines = [indicator(name, "now", "effect", name) for name in ("a", "b")]
    table = pd.DataFrame(rng.normal(size=(30, 2)), columns=["a", "b"]).assign(group=["0"] * 10 + ["1"] * 20)
    found = indexes.family_index(table, lines, STUDY, lines)
    assert sum(found.weights.values()) == pytest.approx(1)
    assert found.values[:10].mean() == pytest.approx(0)
    assert found.before is None
    down = indexes.family_index(
        table.assign(b=-table["b"]),
        [lines[0], lines[1].model_copy(update={"direction": "lower"})],
        STUDY,
        lines,
    )
    assert down.values.tolist() == pytest.approx(found.values.tolist())
    assert indexes.family_index(table.iloc[1:], lines, STUDY, lines) is None  # nine
    assert indexes.family_index(table, lines[:1], STUDY, lines) is None
    assert (
        indexes.family_index(table.assign(b=2 * table["a"]), lines, STUDY, lines) is None
    )  # one follows from the other
    assert (
        indexes.family_index(table, [lines[0], lines[1].model_copy(update={"direction": ""})], STUDY, lines)
        is None
    )


# --- scales: ends, styles, response shift, raters


def test_share_at_an_end_warns_above_fifteen_in_a_hundred():
    scale = SimpleNamespace(high=5.0, low=1.0)
    subject = scale_rows.Subject("s", "i", "now", "", "outcome", "share", 3)
    top, bottom = response_style.end_rows(
        scale, pd.Series([5.0] * 3 + [1.0] * 4 + [3.0] * 13), subject, SETTINGS
    )
    assert (top["estimate"], top["reasons"], top["estimand"]) == (0.15, "", "ceiling")
    assert (bottom["estimate"], bottom["reasons"]) == (0.2, "at_floor")
    assert (
        "no_common_answers"
        in response_style.end_rows(
            SimpleNamespace(high=np.nan, low=np.nan), pd.Series([1.0]), subject, SETTINGS
        )[0]["reasons"]
    )
    assert (
        response_style.end_rows(scale, pd.Series([], dtype=float), subject, SETTINGS)[0]["reasons"]
        == "nobody_answered"
    )


def test_wilson_reaches_nothing_and_all_exactly():
    assert scale_rows.share_interval(0, 10, 0.95).low == 0
    assert scale_rows.share_interval(10, 10, 0.95).high == 1
    found = scale_rows.share_interval(1, 1, 0.95)
    assert (found.estimate, found.low) == (1, pytest.approx(1 / (1 + 3.841459), abs=1e-6))
    with pytest.raises(NotApplicableError, match="nobody"):
        scale_rows.share_interval(0, 0, 0.95)


def test_agreeing_as_such_is_what_both_wordings_share():
    """A list of 1 to 5: 4 to items of one wording and 3 to the other lean 0.5 above the middle; without both
    wordings none is told.
    """
    scale = SimpleNamespace(
        low=1.0,
        high=5.0,
        answers=pd.DataFrame({"a": [4.0, 4, 2], "b": [3.0, np.nan, 4]}),
        is_reversed=pd.DataFrame({"a": [0] * 3, "b": [1] * 3}),
    )
    assert response_style.leaning_of([scale], pd.Series([True] * 3)).to_dict() == {0: 0.5, 2: 0.0}
    assert response_style.leaning_of([scale], pd.Series([True, False, False])).to_dict() == {0: 0.5}
    assert response_style.tilt(pd.Series([0.5, 0.6, 0.7]), 0.95) == (ScaleReason.AGREES(),)
    assert response_style.tilt(pd.Series([-0.5, -0.6, -0.7]), 0.95) == (ScaleReason.DISAGREES(),)
    assert (
        response_style.tilt(pd.Series([-0.5, 0.6]), 0.95) == response_style.tilt(pd.Series([0.5]), 0.95) == ()
    )


@pytest.mark.parametrize(("items", "said"), [(7, "few_for_lines"), (8, "")])
def test_same_answer_is_odd_from_eight_items_on(items, said):
    if said:
        with pytest.raises(NotApplicableError, match=said):
            response_style.straight_lining(2, 10, items, 0.95)
    else:
        assert response_style.straight_lining(2, 10, items, 0.95).estimate == 0.2


def test_people_who_answered_eight_items_are_judged():
    given = pd.DataFrame([[3.0] * 8 + [np.nan], [3.0] * 7 + [np.nan] * 2, [3.0] * 8 + [4], [np.nan] * 9])
    scale = SimpleNamespace(line=LINES[5], low=1.0, high=5.0, answers=given, is_reversed=given * 0)
    row = response_style.battery_rows([scale], pd.Series([True] * 4), "", SETTINGS)[0]
    assert (row["n"], row["n_missing"], row["estimate"]) == (2, 1, 0.5)


def test_shift_between_two_times_is_a_paired_t():
    """1, 2, 3: mean 2, error 1 / √3, t of two degrees 4.302653; d_z 2."""
    found = response_shift.paired(np.array([1.0, 2, 3]), 0.95)
    assert (found.estimate, found.std_error) == pytest.approx((2, 1 / np.sqrt(3)))
    assert (found.low, found.high) == pytest.approx(
        (2 - 4.302653 / np.sqrt(3), 2 + 4.302653 / np.sqrt(3)), abs=1e-6
    )
    row = {"estimate": 2.0, "std_error": 1 / np.sqrt(3)}
    more = response_shift.sizes(row, np.array([1.0, 2, 3]), SETTINGS)
    assert (more["df"], more["effect_size"], more["p_value"]) == (
        2,
        2,
        pytest.approx(0.074180, abs=1e-6),
    )  # 2 × P(t₂ > 3.4641)
    assert response_shift.sizes({"estimate": np.nan}, np.array([1.0]), SETTINGS) == {}
    with pytest.raises(NotApplicableError, match="few_at_three_times"):
        response_shift.paired(np.array([1.0]), 0.95)
    with pytest.raises(NotApplicableError, match="differ_alike"):
        response_shift.paired(np.array([1.0, 1.0]), 0.95)
    assert response_shift.paired(np.array([1.0, 2.0]), 0.95).estimate == 1.5


def test_three_differences_of_recalled_earlier_and_present_state():
    answers_ = pd.DataFrame(
        {"before": [1.0, 2, 3, 9, np.nan], "then": [2.0, 2, 5, np.nan, np.nan], "now": [4.0, 4, 9, 1, np.nan]}
    )
    rows = response_shift.shift_rows(LINES[4], answers_, "", SETTINGS)
    assert [row["estimate"] for row in rows] == pytest.approx([1, 11 / 3, 8 / 3])
    assert [(row["n"], row["n_missing"]) for row in rows] == [(3, 1)] * 3


def ratings(n: int, *, ends: int = 0) -> np.ndarray:
    """n pairs of ratings of 1 to 5, ``ends`` of both being 5."""
    return np.array([[5.0, 5.0]] * ends + [[2.0, 3.0]] * (n - ends))


def test_what_is_told_of_an_agreement_depends_on_people_ends_and_skew():
    assert raters.reasons_of("weighted_kappa", ratings(29)) == (ScaleReason.FEW_RATED(),)
    assert raters.reasons_of("weighted_kappa", ratings(30)) == ()
    assert raters.reasons_of("bias", ratings(29)) == ()
    assert raters.reasons_of("ICC(2,k)", ratings(30)) == (ScaleReason.TWO_RATERS(),)
    assert raters.reasons_of("ICC(3,k)", ratings(30)) == ()
    assert raters.reasons_of("weighted_kappa", ratings(40, ends=32)) == ()  # four fifths exactly
    assert raters.reasons_of("weighted_kappa", ratings(40, ends=33)) == (ScaleReason.ONE_END_OF_RATINGS(),)
    skewed = np.array([[1.0, 1.0]] * 30 + [[5.0, 1.0]] * 2)
    assert raters.reasons_of("limit_upper", skewed) == (ScaleReason.SKEWED_DIFFERENCES(),)
    assert raters.reasons_of("limit_upper", np.array([[1.0, 1.0], [2.0, 1.0]] * 16)) == ()


def test_raters_are_paired_who_measure_the_same_at_one_time_in_one_unit():
    def line(name: str, rater: str, **more: str):
        return indicator(name, "now", "effect", "skill").model_copy(update={"rater": rater, **more})

    own, boss, other = line("a", "self"), line("b", "supervisor"), line("c", "test", unit="yen")
    lines = [
        own,
        boss,
        other,
        line("d", "test", time="before"),
        line("e", ""),
        line("f", "test", use="covariate"),
        line("g", "self"),
    ]
    assert [(one.name, two.name) for one, two in raters.rater_pairs(lines)] == [("a", "b"), ("b", "g")]


def test_number_of_few_hides_that_of_the_other_group_too():
    rows = [
        {
            "name": "s",
            "time": "now",
            "rater": "",
            "estimand": "ceiling",
            "method": "share",
            "items": 3,
            "subgroup": group,
            "n": n,
            "n_missing": 0,
            "estimate": share,
            "reasons": "",
        }
        for group, n, share in (("", 60, 0.5), ("participants", 30, 0.1), ("comparison", 30, 0.5))
    ]
    found = scale_rows.as_protected_table(rows)
    assert found["estimate"].tolist() == pytest.approx([0.5, np.nan, np.nan], nan_ok=True)
    assert found["reasons"].tolist() == ["", "few_alike", "few_others"]
    open_ = scale_rows.as_protected_table([rows[0], rows[1] | {"estimate": 0.2}, rows[2]])
    assert open_["estimate"].tolist() == [0.5, 0.2, 0.5]
    other = scale_rows.as_protected_table([rows[0], rows[1], rows[2] | {"time": "then"}])
    assert other["estimate"].tolist() == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    few = scale_rows.as_protected_table([rows[0] | {"estimand": "mean", "n": 4}])
    assert few["reasons"].tolist() == ["too_few"]


# --- why units are left out


def test_first_reason_of_several_is_told():
    assert left_out.best("blank; refused") == "refused"
    assert left_out.best("blank; to_decide") == "to_decide"
    assert left_out.best("odd") == left_out.best(np.nan) == "other"


def test_each_row_has_the_first_of_its_reasons_and_once_where_nothing_is_missing():
    table = pd.DataFrame({"_key": list("abcd")})
    told = pd.Series({("a", "y"): "blank", ("a", "x"): "refused", ("b", "y"): "to_decide; blank"})
    told.index.names = ["key", "indicator"]
    left = pd.DataFrame(
        {"now": [np.nan, np.nan, 1.0, np.nan], "x": [np.nan, 1.0, 1.0, 1.0]}, index=table.index
    )
    found = left_out.first_reasons(table, told, left, {"now": "y", "x": "x"}, None, set())
    assert found.tolist() == ["refused", "to_decide", "once", "other"]
    before = pd.Series(["b", None, "c", "b"], index=table.index)
    assert left_out.first_reasons(table, told, left, {"now": "y", "x": "x"}, before, {"now"}).tolist() == [
        "to_decide",
        "absent",
        "once",
        "to_decide",
    ]


def test_reasons_of_few_are_one_with_others():
    def shown(**counts: int) -> list[tuple[str, int]]:
        return left_out.shown(pd.DataFrame({"reason": list(counts), "n": list(counts.values())}))

    assert shown(blank=5, refused=7) == [("refused", 7), ("blank", 5)]
    assert shown(blank=4, refused=7) == [("other", 11)]  # four would follow from the whole
    assert shown(blank=4, dont_know=1, refused=7) == [("refused", 7), ("other", 5)]
    assert shown(to_decide=5, refused=9, blank=2) == [
        ("to_decide", 5),
        ("other", 11),
    ]  # what waits is given up last
    assert shown(once=6, other=8) == [("once", 6), ("other", 8)]
    assert shown(other=3) == [("other", 3)]


def test_share_that_waits_is_of_all_units():
    left = pd.DataFrame(
        {
            "indicator": ["a", "a", "b"],
            "rater": ["", "", "self"],
            "reason": ["to_decide", "blank", "to_decide"],
            "n": [3, 9, 5],
            "total": [60, 60, 50],
        }
    )
    assert left_out.waiting(left).to_dict() == {("a", ""): 0.05, ("b", "self"): 0.1}


def test_agreement_within_limits_is_bias_and_twice_the_spread():
    """Differences 0, 1, 2: bias 1, sd 1: limits 1 ± 1.959964."""
    found = agreement.limits_of_agreement(np.array([1.0, 3, 5]), np.array([1.0, 2, 3]), 0.95)
    assert (found.bias.estimate, found.lower.estimate, found.upper.estimate) == pytest.approx(
        (1, 1 - 1.959964, 1 + 1.959964), abs=1e-6
    )
