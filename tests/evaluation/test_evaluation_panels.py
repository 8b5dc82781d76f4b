"""Panels, periods, parts and families by hand: what is drawn of which period, what is counted, what is
joined.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, indicator, programme, sample
from manfaat.definitions.programme import Periods
from manfaat.evaluation import chooser, indexes, left_out, romano_wolf, summaries
from manfaat.evaluation.estimand import About, Word
from manfaat.evaluation.estimate import Applied, Result, Settings
from manfaat.evaluation.ladder import KEYS, reported
from manfaat.evaluation.methods import with_size
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.rows import rows_of
from manfaat.evaluation.sample import (
    WEIGHT,
    Counts,
    Dataset,
    NotApplicableError,
    check_columns,
    draw_sample,
    periods_of,
)
from manfaat.evaluation.weighted import Answers, answers
from manfaat.measurement import measurement, profiles, reliability, response_shift, scales
from manfaat.measurement.reasons import ScaleReason

PANEL = {"panel": {"unit": "firm", "period": "year"}}
SCORE = indicator("score", "period", "effect")
SETTINGS = Settings("c", "randomised", "difference-in-differences")


def study(method: str = "difference_in_differences", *, design: dict | None = None, **more: object):
    """A programme with one specification."""
    return programme(
        [{"method": method, "std_errors": ["HC2"], **more}],
        primary=method.replace("_", "-"),
        **(PANEL if design is None else design),
    )


def firms(**columns: list) -> pd.DataFrame:
    """Three firms in the years 1 to 3; the last is not seen in the first."""
    table = pd.DataFrame(
        {
            "firm": list("aaabbbcc"),
            "year": [1, 2, 3, 1, 2, 3, 2, 3],
            "group": list("11100011"),
            "score": [1.0, 2, 4, 1, 1, 2, 7, 9],
            "_key": [f"k{place}" for place in range(8)],
        }
    )
    return table.assign(**columns)


# --- periods


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [("first", "last", (1, 3)), (2, 3, (2, 3)), (None, "last", (None, 3)), ("first", 2, (1, 2))],
)
def test_first_and_last_are_those_of_the_column_and_numbers_themselves(before, now, found):
    periods = periods_of(
        pd.Series([2, 1, 3]), SimpleNamespace(periods=Periods.model_construct(before=before, now=now))
    )
    assert (periods.before, periods.now) == found
    with pytest.raises(NotApplicableError, match="no_periods_named"):
        periods_of(pd.Series([1]), SimpleNamespace(periods=None))


def test_unit_of_a_panel_is_compared_with_itself_in_the_period_before():
    one = study(periods={"before": 1, "now": 3})
    drawn = draw_sample(Dataset(firms(), one, [SCORE]), SCORE, one.specifications[0], needs_before=True)
    assert drawn.frame[["treated", "before", "now"]].to_numpy().tolist() == [[1, 1, 4], [0, 1, 2]]
    assert drawn.n_missing == 1
    assert drawn.left_out.index.tolist() == [7]  # the row of what was asked for, of whom was not seen before
    with pytest.raises(NotApplicableError, match="several_answers"):
        draw_sample(
            Dataset(firms(year=[1, 3, 3, 1, 2, 3, 2, 3]), one, [SCORE]),
            SCORE,
            one.specifications[0],
            needs_before=True,
        )
    with pytest.raises(NotApplicableError, match="several_answers"):
        draw_sample(
            Dataset(firms(year=[1, 1, 3, 1, 2, 3, 2, 3]), one, [SCORE]),
            SCORE,
            one.specifications[0],
            needs_before=True,
        )


def test_what_is_kept_for_a_sample_is_kept_for_the_same_units():
    one = study(periods={"before": 1, "now": 3})
    data, spec_ = Dataset(firms(), one, [SCORE]), one.specifications[0]
    first = draw_sample(data, SCORE, spec_, needs_before=True)
    first.memory["x"] = 1
    again = draw_sample(data, SCORE, spec_, needs_before=True)
    assert again.memory == {"x": 1}
    other = draw_sample(data, SCORE, spec_)
    assert other.memory == {}


def test_covariate_of_after_the_programme_is_refused_where_it_is_held_to_be_of_before():
    lines = [*LINES, indicator("late", "now", "covariate")]
    table = pd.DataFrame(columns=["group", "late", "x"])
    for name, kind, refused in (
        ("late", "before", True),
        ("x", "before", False),
        ("late", "same_period", False),
    ):
        spec = SimpleNamespace(columns=lambda design: ["group"], covariates_measured=kind, covariates=[name])
        if refused:
            with pytest.raises(NotApplicableError, match="covariate_after"):
                check_columns(Dataset(table, study(), lines), spec)
        else:
            check_columns(Dataset(table, study(), lines), spec)


def test_before_and_now_of_a_panel_are_its_first_and_last_period():
    weighted = study(design=PANEL | {"weight": "w"})
    found = summaries.before_and_now(
        firms(w=[1.0, 2, 3, 4, 5, 6, 7, 8]), SCORE, weighted, [SCORE]
    ).sort_values("now", ignore_index=True)
    assert found[["participant", "now", WEIGHT]].to_numpy().tolist() == [[0, 2, 6], [1, 4, 3], [1, 9, 8]]
    assert found["before"].tolist() == pytest.approx([1, 1, np.nan], nan_ok=True)
    assert list(summaries.before_and_now(firms(), SCORE, study(), [SCORE]).columns) == [
        "participant",
        "before",
        "now",
    ]


def test_trend_is_the_mean_of_each_period_with_the_interval_of_t():
    """1 to 5 in year 1: 3 ± 2.776445 × 0.707107; four are too few."""
    table = pd.DataFrame(
        {
            "firm": list("abcdefghi"),
            "year": [1] * 9,
            "group": ["1"] * 5 + ["0"] * 4,
            "score": [1.0, 2, 3, 4, 5, 1, 2, 3, 4],
        }
    )
    found = summaries.trends(table, SCORE, study(), confidence=0.95)
    assert found[["group", "period", "n", "mean"]].to_numpy().tolist() == [["1", 1, 5, 3]]
    assert found[["ci_low", "ci_high"]].iloc[0].tolist() == pytest.approx([3 - 1.963243, 3 + 1.963243])


def test_percentile_that_five_share_is_told_and_else_five_around_it():
    shared = Answers(np.r_[np.zeros(5), np.full(5, 3.0), np.arange(10, 15)], np.ones(15))
    assert summaries.percentile(shared, 0.5, 5) == 3
    assert summaries.percentile(
        Answers(np.r_[np.zeros(6), np.full(4, 3.0), np.arange(10.0, 15)], np.ones(15)), 0.5, 5
    ) == pytest.approx((0 + 3 * 4) / 5)


# --- why units of a panel are left out


def test_value_of_the_period_before_is_missing_for_its_own_reason():
    one = study(periods={"before": 1, "now": 3}, covariates=["size"])
    table = firms(score=[np.nan, 2, 4, 1, 1, np.nan, 7, 9], size=1.0)
    drawn = draw_sample(Dataset(table, one, [SCORE]), SCORE, one.specifications[0], needs_before=True)
    before = left_out.before_rows(table, drawn, one.specifications[0], one)
    assert before.where(before.notna(), "").to_dict() == {2: "k0", 5: "k3", 7: ""}
    unnamed = SimpleNamespace(periods=Periods.model_construct(before=None, now=3))
    assert left_out.before_rows(table, drawn, unnamed, one).to_dict() == {2: "k2", 5: "k5", 7: "k7"}
    told = pd.Series({("k0", "score"): "refused", ("k5", "score"): "blank"})
    _, reasons = left_out.reasons_of(Dataset(table, one, [SCORE]), told, SCORE, one.specifications[0])
    assert reasons.to_dict() == {2: "refused", 5: "blank", 7: "absent"}
    assert left_out.counted(SCORE, "s", reasons, 3) == [
        {"indicator": "score", "rater": "", "arm": "", "specification": "s"}
        | {"total": 3, "reason": reason, "n": 1}
        for reason in ("refused", "blank", "absent")
    ]


# --- rows of a ladder


def test_row_of_take_up_has_the_unit_of_what_is_taken_up():
    line, spec_ = LINES[5], study("instrumental_variables", design={}, instrument="taken").specifications[0]
    results = [
        (Result(1.0, 0.5, "HC2", 9.0, about=About("LATE")), (np.nan, "")),
        (Result(0.8, 0.1, "HC2", 9.0, word=Word.TAKE_UP), (np.nan, "")),
    ]
    lines = [
        indicator("other", "fixed", "treatment").model_copy(update={"unit": "yen"}),
        indicator("taken", "fixed", "treatment").model_copy(update={"unit": "share"}),
    ]
    applied = Applied(line, spec_, SETTINGS, Counts(5, 6, 0))
    found = rows_of(results, applied, "taken", lines)
    assert [row.unit for row in found] == ["points", "share"]
    group = [indicator("taken", "fixed", "group").model_copy(update={"unit": "share"})]
    assert rows_of(results, applied, "taken", group)[1].unit == ""


def test_first_declared_kind_of_error_is_reported():
    keys = {name: "x" for name in KEYS}
    rows = pd.DataFrame(
        [keys | {"estimate": 1.0}, keys | {"estimate": 2.0}, keys | {KEYS[0]: "y", "estimate": 3.0}]
    )
    assert reported(rows, study())["estimate"].tolist() == [1, 3]


def test_methods_of_change_need_what_was_before_and_participants_alone():
    alone = {
        "before_after_change",
        "standardised_change",
        "signed_rank_change",
        "sign_test",
        "paired_shares",
        "marginal_homogeneity",
        "ordered_change",
    }
    assert {name for name, method in METHODS.items() if method.participants_only} == alone
    assert {name for name, method in METHODS.items() if method.needs_before} == alone | {
        "difference_in_differences", "doubly_robust_difference_in_differences", "first_difference",
    }  # fmt: skip
    assert {name for name, method in METHODS.items() if method.two_periods} == {"repeated_cross_sections"}


# --- families


def test_only_tests_of_families_that_can_be_drawn_are_adjusted(monkeypatch):
    lines = [indicator(name, "now", "effect", name) for name in "abcd"]
    tests = pd.DataFrame(
        {
            "indicator": list("abcd"),
            "rater": "",
            "arm": "",
            "treatment": "group",
            "family": list("ffgh"),
            "p": [0.01, 0.04, 0.3, 0.2],
        },
        index=[3, 5, 7, 9],
    )
    tests = tests.assign(romano_wolf=np.nan, romano_wolf_reason="")
    rng, few = np.random.default_rng(1), romano_wolf.FEWEST_CLUSTERS - 1
    full = {name: pd.Series(rng.normal(size=40)) for name in "ab"}
    scores = {
        "a": {"group": full["a"]},
        "b": {"group": full["b"]},
        "c": {},
        "d": {"group": pd.Series(np.r_[np.ones(few), np.zeros(40 - few)])},
    }
    monkeypatch.setattr(romano_wolf, "scores_of", lambda table, line, *_: scores[line.name])
    settings = SimpleNamespace(primary="difference-in-differences", draws=199, seed=1)
    found = romano_wolf.adjusted(tests, None, study(), lines, settings)
    assert found["romano_wolf_reason"].tolist() == ["", "", "no_scores", "few_clusters_to_draw"]
    assert found["romano_wolf"].notna().tolist() == [True, True, False, False]
    assert (found["romano_wolf"].iloc[:2] >= tests["p"].iloc[:2]).all()
    scores["d"] = {"group": pd.Series(np.r_[np.ones(few + 1), np.zeros(39 - few)])}
    alone = romano_wolf.adjusted(tests, None, study(), lines, settings)
    assert alone["romano_wolf_reason"].tolist() == ["", "", "no_scores", ""]
    half = {"a": {"group": full["a"].iloc[:few]}, "b": {"group": full["b"]}}
    scores.update(half)  # a cluster that one test does not have has no part in it
    assert (
        romano_wolf.adjusted(tests, None, study(), lines, settings)["romano_wolf_reason"].tolist()[:2]
        == ["few_clusters_to_draw"] * 2
    )


# --- answers counted with their neighbours, parts, scales


def test_end_answer_of_few_is_counted_with_its_neighbour():
    counts, includes = profiles.ends_joined(np.array([2, 20, 20, 20, 3]), 5)
    assert counts.tolist() == pytest.approx([np.nan, 22, 20, 23, np.nan], nan_ok=True)
    assert includes == ["", "1", "", "5", ""]
    seven, told = profiles.ends_joined(np.array([1, 2, 20, 9, 20, 0, 4]), 5)
    assert seven.tolist() == pytest.approx([np.nan, np.nan, 23, 9, 24, np.nan, np.nan], nan_ok=True)
    assert told == ["", "", "1 2", "", "7 6", "", ""]
    whole, none = profiles.ends_joined(np.array([5, 20, 20, 20, 0]), 5)
    assert (whole.tolist(), none) == ([5, 20, 20, 20, 0], [""] * 5)


def test_units_are_parted_by_their_weight_with_five_in_each():
    order = np.arange(20)
    plain = profiles.equal_parts(order, Answers(np.arange(20.0), np.ones(20)), 4, 5)
    assert [len(part) for part in plain] == [5, 5, 5, 5]
    weights = np.r_[np.full(10, 0.5), np.full(10, 1.5)]
    parts = profiles.equal_parts(order, Answers(np.arange(20.0), weights, is_weighted=True), 2, 5)
    assert [part.tolist() for part in parts] == [
        list(range(14)),
        list(range(14, 20)),
    ]  # 10 × 0.5 + 4 × 1.5 ≥ 10
    heavy = Answers(np.arange(20.0), np.r_[np.full(17, 0.5), np.full(3, 23 / 6)], is_weighted=True)
    assert [len(part) for part in profiles.equal_parts(order, heavy, 2, 5)] == [
        20
    ]  # of three people no part is told


def test_pairwise_alpha_rests_on_who_answered_two_items():
    given = pd.DataFrame({"a": [1.0, 2, 3, 4, np.nan], "b": [1.0, 3, 2, 4, np.nan], "c": [2.0, 2, 4, 5, 1]})
    assert scales.alpha_pairwise(given).estimate == pytest.approx(
        reliability.cronbach_alpha(given.cov().to_numpy())
    )
    two = given.iloc[:3].assign(c=np.nan)[["a", "b"]]
    assert np.isfinite(scales.alpha_pairwise(two).estimate)  # three people who answered both
    with pytest.raises(NotApplicableError, match="few_complete"):
        scales.alpha_pairwise(given.iloc[[0, 1, 4]])


def test_what_is_told_of_a_scale():
    rng = np.random.default_rng(3)
    latent = rng.normal(size=40)
    items = pd.DataFrame({name: np.clip(np.round(3 + latent + rng.normal(size=40)), 1, 5) for name in "abc"})
    assert scales.reasons_of(items, reliability.covariance(items), (1, 5)) == []
    ends = items.assign(a=[5.0] * 33 + [4.0] * 7)
    assert ScaleReason.ONE_END_OF_ITEM() in scales.reasons_of(ends, reliability.covariance(ends), (1, 5))
    assert ScaleReason.ONE_END_OF_ITEM() not in scales.reasons_of(
        ends.assign(a=[5.0] * 32 + [4.0] * 8), reliability.covariance(ends), (1, 5)
    )
    assert ScaleReason.FEW_PEOPLE() in scales.reasons_of(
        items.iloc[:29], reliability.covariance(items), (1, 5)
    )
    assert ScaleReason.FEW_ITEMS() in scales.reasons_of(
        items[["a", "b"]], reliability.covariance(items[["a", "b"]]), (1, 5)
    )
    turned = items.assign(c=6 - items["c"])
    assert reliability.unreversed(reliability.covariance(turned)) == [2]
    assert reliability.unreversed(reliability.covariance(items)) == []
    assert np.isnan(reliability.covariance(items.iloc[:1])).all()
    assert reliability.covariance(items.iloc[:1]).shape == (3, 3)
    assert np.isfinite(reliability.covariance(items.iloc[:2])).all()


def test_items_are_described_by_mean_and_spread():
    rng = np.random.default_rng(3)
    latent = rng.normal(size=40)
    items = pd.DataFrame({name: np.clip(np.round(3 + latent + rng.normal(size=40)), 1, 5) for name in "abc"})
    scale = SimpleNamespace(items=items, line=LINES[5], low=1.0, high=5.0)
    found = pd.DataFrame(scales.item_rows(scale, pd.Series([True] * 40)))
    assert found["mean"].tolist() == pytest.approx(items.mean().tolist())
    assert found["sd"].tolist() == pytest.approx(items.std().tolist())
    assert found["item_rest_r"].iloc[0] == pytest.approx(
        np.corrcoef(items["a"], items["b"] + items["c"])[0, 1]
    )
    assert [row["reasons"] for row in scales.item_rows(scale, pd.Series([True] * 4 + [False] * 36))] == [
        "too_few"
    ] * 3


def test_recalled_state_without_an_earlier_one_gives_its_reason_once_a_group():
    table = pd.DataFrame({"group": ["1", "0"], "then": [1.0, 2.0]})
    found = response_shift.shift_estimates(
        table, study("difference_in_means", design={}), [indicator("then", "then", "effect")], SETTINGS
    )
    assert found["estimand"].tolist() == ["response shift"] * 3
    assert (found["items"] == 1).all()
    assert found["reasons"].tolist() == ["not_both"] * 3


def test_nothing_to_measure_gives_no_rows_and_parts_are_numbered_on():
    table = pd.DataFrame(
        {"group": ["1", "0"] * 20, "then": 1.0, "a": np.arange(40.0), "b": np.arange(40.0) + 1}
    )
    one = study("difference_in_means", design={})
    empty = measurement.measurement_estimates([], table, one, [], SETTINGS)
    assert (len(empty), list(empty.columns)) == (0, measurement.ALL_COLUMNS)
    rated = [
        indicator(name, "now", "effect", "skill").model_copy(update={"rater": rater})
        for name, rater in (("a", "self"), ("b", "boss"))
    ]
    both = measurement.measurement_estimates(
        [], table, one, [*rated, indicator("then", "then", "effect")], SETTINGS
    )
    assert set(both["estimand"]) == {"agreement", "rater difference", "response shift"}
    assert both.index.tolist() == list(range(len(both)))
    agreed = both[both["estimand"] == "rater difference"]
    assert (agreed["items"] == 1).all()
    assert (agreed["rater"] == "self, boss").all()


def test_indexes_and_choice_look_at_the_same_rater():
    """A rater's own earlier value counts; what somebody else rated before does not."""
    now, earlier = indicator("a", "now", "effect", "skill"), indicator("b", "before", "covariate", "skill")
    rated = [now.model_copy(update={"rater": "boss"}), earlier.model_copy(update={"rater": "boss"})]
    plain = SimpleNamespace(design=SimpleNamespace(panel=None))
    assert chooser.was_measured_before(plain, rated)
    assert not chooser.was_measured_before(plain, [rated[0], earlier.model_copy(update={"rater": "self"})])
    assert indexes.oriented(now) == 1


def test_size_of_an_effect_and_answers_without_a_weight():
    known = answers(pd.Series([1.0, 2.0]), pd.Series([np.nan, np.nan]))
    assert (known.n, known.is_weighted, len(known.weights)) == (0, True, 0)
    assert with_size([], sample([1.0, 2.0], [1, 0])) == []
