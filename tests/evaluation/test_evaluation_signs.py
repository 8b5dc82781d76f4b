"""Signs and sides in estimators: each value follows from a handful of numbers."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation_cases import LINES, indicator, programme, sample, spec
from manfaat.evaluation import categories, change, chooser, errors, families, indexes, inference, instrument
from manfaat.evaluation.estimate import Applied, Estimate, Result, Settings, hedges_factor
from manfaat.evaluation.linear import basis, fit
from manfaat.evaluation.methods import SD_BEFORE_KIND
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.rows import estimate_row
from manfaat.evaluation.sample import Counts, NotApplicableError
from manfaat.evaluation.std_errors import Coefficient
from manfaat.measurement import one_factor


def test_noncentral_t_without_the_series_is_the_same_by_quantiles(monkeypatch):
    """scipy.stats.nct.cdf(1, 10, 0.5) where it works, the mean over the quantiles of the spread where it does
    not.
    """
    wanted = [float(stats.nct.cdf(t, 10, shift)) for t, shift in ((1.0, 0.5), (3.0, 0.5), (-1.0, 2.0))]
    monkeypatch.setattr(change.stats.nct, "cdf", lambda *_: np.nan)
    assert [
        change.noncentral_below(t, 10, shift) for t, shift in ((1.0, 0.5), (3.0, 0.5), (-1.0, 2.0))
    ] == pytest.approx(wanted, abs=1e-4)


def test_skewed_changes_are_told_and_even_ones_are_not():
    even, skewed = np.arange(12.0), np.r_[np.zeros(11), 30.0] + np.arange(12) / 100
    for values, told in ((even, False), (skewed, True)):
        result = next(
            r
            for r, (_, kind) in change.standardised_change(
                sample(values, np.ones(12), np.zeros(12)), spec("standardised_change")
            )
            if kind == change.D_Z_KIND
        )
        assert (EstimateReason.SKEWED_CHANGES() in result.reasons) is told


def test_walsh_averages_of_many_values_are_found_without_forming_them(monkeypatch):
    values = np.random.default_rng(4).normal(size=60)
    first, second = np.triu_indices(60)
    every = np.sort((values[first] + values[second]) / 2)
    monkeypatch.setattr(change, "MOST_AVERAGES", 20)
    found = [change.nth_average(np.sort(values), rank) for rank in (1, 2, 700, 1829, 1830)]
    assert found == pytest.approx(every[[0, 1, 699, 1828, 1829]])
    assert change.averages_upto(np.array([1.0, 2, 4]), 2.0) == 3  # 1, 1.5, 2 of 1, 1.5, 2, 2.5, 3, 4


@pytest.mark.parametrize(
    ("clusters", "treated", "smaller"),
    [
        ([0, 0, 1, 2], [1, 1, 0, 0], 1),
        ([0, 1, 2, 2], [1, 1, 0, 0], 1),
        ([0, 1, 2, 3], [1, 1, 0, 0], 2),
        ([0, 1, 2], [1, 1, 1], 3),
        ([0, 1, 2, 0], [1, 1, 0, 0], 2),
    ],
)
def test_smaller_side_is_that_with_fewer_clusters(clusters, treated, smaller):
    assert errors.smaller_side(np.array(clusters), np.array(treated, dtype=float)) == smaller


@pytest.mark.parametrize(("p_value", "shown"), [(0.0, 0.0001), (0.00011, 0.0002), (0.5, 0.5)])
def test_p_value_of_a_joint_test_is_rounded_up_and_never_zero(p_value, shown):
    assert categories.told(EstimateReason.BOWKER, categories.JointTest(3.0, 2, p_value)) == (
        EstimateReason.BOWKER(statistic=3.0, df=2, p=shown),
    )
    assert categories.told(EstimateReason.BOWKER, None) == ()


def study(**design: object) -> SimpleNamespace:
    fixed = {
        "group": "group",
        "comparison": ["0"],
        "panel": None,
        "wave": None,
        "strata": None,
        "sampling_weight": None,
        "cluster": None,
        "instrument": None,
        "assigned": None,
        "contrast": SimpleNamespace(offer=""),
        "times": SimpleNamespace(before=None),
    }
    return SimpleNamespace(design=SimpleNamespace(**fixed | design))


def test_effect_was_measured_before_only_by_the_same_rater():
    now, earlier = indicator("a", "now", "effect", "skill"), indicator("b", "before", "covariate", "skill")
    for rater, before in (("boss", True), ("self", False), ("", False)):
        lines = [now.model_copy(update={"rater": rater}), earlier.model_copy(update={"rater": "boss"})]
        assert chooser.was_measured_before(study(), lines) is before
    panel = {"panel": SimpleNamespace(period="year")}
    assert not chooser.was_measured_before(study(**panel), [now, earlier])
    assert chooser.was_measured_before(study(**panel, times=SimpleNamespace(before="b")), [now])


def test_covariates_are_those_of_before_and_matching_needs_neither_weights_nor_clusters():
    lines = [
        indicator("x", "fixed", "covariate"),
        indicator("y", "before", "covariate"),
        indicator("z", "now", "effect"),
        indicator("p", "period", "covariate"),
    ]
    assert chooser.adjusting(lines, "fixed", "before") == ["x", "y"]
    assert chooser.adjusting(lines, "period") == ["p"]
    fixed = [line for line in lines if line.time != "before"]
    assert [rung.id for rung in chooser.ladder_of(study(), fixed)][-1] == "matching"
    for forbidding in ({"sampling_weight": "w"}, {"cluster": "c"}):
        assert [rung.id for rung in chooser.ladder_of(study(**forbidding), fixed)] == [
            "difference",
            "adjusted",
            "ipw",
            "aipw",
            "entropy",
        ]
    assert [rung.id for rung in chooser.ladder_of(study(), fixed[1:])] == ["difference"]
    assert chooser.periods(study()) is None
    assert chooser.periods(study(wave="w")).before is None
    assert (
        chooser.periods(study(wave="w", times=SimpleNamespace(before="b"))).before,
        chooser.periods(study(wave="w")).now,
    ) == ("first", "last")


def test_panel_adjusts_for_what_its_first_period_measured():
    lines = [
        indicator("x", "fixed", "covariate"),
        indicator("z", "period", "effect", "score"),
        indicator("p", "period", "covariate", "other"),
    ]
    panel = {"panel": SimpleNamespace(period="year")}
    with_first = chooser.ladder_of(study(**panel, times=SimpleNamespace(before="b")), lines)
    assert next(rung for rung in with_first if rung.id == "adjusted").covariates == ["x", "p"]
    without = chooser.ladder_of(study(**panel), lines)
    assert next(rung for rung in without if rung.id == "adjusted").covariates == ["x"]


# --- rows, indexes, draws


def test_factor_of_hedges_needs_more_than_one_degree_of_freedom():
    assert hedges_factor(1.5) == pytest.approx(0.4)  # 1 − 3 / 5
    assert np.isnan(hedges_factor(1))


def test_row_is_primary_by_the_first_kind_of_error_and_has_the_results_own_unit():
    settings, method = (
        Settings("c", "randomised", "difference-in-means"),
        spec("difference_in_means", ("HC2", "HC3")),
    )

    applied = Applied(LINES[5], method, settings, Counts(5, 6, 1))

    def row(kind: str, unit: str | None = None, **more: bool) -> Estimate:
        return estimate_row(applied, "group", Result(1.0, 0.5, kind, 10.0, unit=unit), **more)

    assert [row("HC2").is_primary, row("HC3").is_primary, row("HC3", is_first=True).is_primary] == [
        True,
        False,
        True,
    ]
    assert [row("HC2").unit, row("HC2", "share").unit, row("HC2", "").unit] == [
        "points",
        "share",
        "",
    ]
    # t of ten degrees 2.228139: 1 ± 1.114069; p of t = 2: 0.073388
    assert [getattr(row("HC2"), name) for name in ("ci_low", "ci_high", "p_value")] == pytest.approx(
        [-0.114069, 2.114069, 0.073388], abs=1e-6
    )
    with pytest.raises(ValueError, match="has no name"):
        estimate_row(applied, "group", Result(1.0, 0.5, "HC2", 10.0), (0.3, ""))


def family(rater: str = "") -> list:
    """Two indicators of one family with what they were before, and one of a family of its own."""
    made = [
        indicator(f"{name}_{time}", time, use, name)
        for time, use in (("now", "effect"), ("before", "covariate"))
        for name in "ab"
    ]
    return [line.model_copy(update={"family": "f", "rater": rater}) for line in made] + [
        indicator("c_now", "now", "effect", "c").model_copy(update={"family": "g"})
    ]


def measured(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(n, 5)), columns=["a_now", "b_now", "a_before", "b_before", "c_now"])
    return table.assign(group=["0"] * (n // 2) + ["1"] * (n // 2), _key=[str(place) for place in range(n)])


@pytest.mark.parametrize("method", ["difference_in_means", "difference_in_differences"])
def test_index_is_estimated_of_each_family_that_has_one(method):
    name = method.replace("_", "-")
    study_ = programme([{"method": method, "std_errors": ["HC2"]}], primary=name)
    found = indexes.index_estimates(measured(), study_, family(), Settings("c", "randomised", name))
    assert found["indicator"].tolist() == ["index_f"]  # one indicator alone is no index
    assert np.isfinite(found["estimate"]).all()
    assert found["reasons"].tolist() == [""]
    own = indexes.family_index(measured(), family()[:2], study_, family())
    moved = own.values - (own.before if method == "difference_in_differences" else 0)
    assert found["estimate"].iloc[0] == pytest.approx(moved[30:].mean() - moved[:30].mean())


def test_index_before_is_that_of_the_same_rater():
    study_ = programme(
        [{"method": "difference_in_means", "std_errors": ["HC2"]}], primary="difference-in-means"
    )
    same = family("self")
    assert indexes.family_index(measured(), same[:2], study_, same).before is not None
    other = same[:2] + [line.model_copy(update={"rater": "boss"}) for line in same[2:4]]
    assert indexes.family_index(measured(), other[:2], study_, other).before is None


def test_covariance_by_weight_needs_ten_complete_units():
    values, weights = measured()[["a_now", "b_now"]], pd.Series([1.0, 3.0] * 30)
    found = indexes.weighted_covariance(values.iloc[:9], weights)
    assert found.shape == (2, 2)
    assert np.isnan(found).all()
    doubled = pd.concat([values, *[values.iloc[1::2]] * 2])  # a weight of three as three units
    assert indexes.weighted_covariance(values, weights) == pytest.approx(
        np.cov(doubled.to_numpy().T, ddof=0) * 120 / (120 - (30 + 90 * 3) / 120), rel=1e-9
    )


def test_draws_of_very_many_clusters_have_the_covariance_of_their_sums(monkeypatch):
    scores = np.array([[1.0, 2.0], [2.0, 1.0], [0.0, 1.0]])
    own = families.drawn_statistics(scores, 20_000, 1)
    assert (
        np.abs(own).max() <= np.sqrt(3) + 1e-9
    )  # each by its own spread: never beyond the root of the number of clusters
    monkeypatch.setattr(families, "STUDENTISED_UP_TO", 2)
    assert np.cov(families.drawn_statistics(scores, 20_000, 1).T) == pytest.approx(
        scores.T @ scores, abs=0.15
    )


# --- what is told of a standard error


@pytest.mark.parametrize(
    ("weights", "told"), [([1.0, 0.0], False), ([1.0, 0.0, 0.0], True), ([1.0, 1.0, 1.0], False)]
)
def test_weights_are_unequal_where_the_sample_is_worth_less_than_half(weights, told):
    n = len(weights)
    assert bool(inference.unequal_weights(sample(np.ones(n), np.ones(n), weight_=weights))) is told
    assert inference.unequal_weights(sample(np.ones(n), np.ones(n))) == ()


@pytest.mark.parametrize(("safe", "ratio"), [(1.1, None), (1.2, 1.2), (2.0, 2.0), (500.0, 99.0)])
def test_narrow_interval_is_told_where_it_would_miss_half_again_as_often(safe, ratio):
    """With 100 degrees of freedom 1.984 errors of 1 are 1.803 of 1.1: 7.4 in a hundred are missed, less than
    7.5; of 1.2 they are 1.653: 10.1.
    """
    found = inference.too_narrow(errors.Error(1.0, 100.0), lambda kind: errors.Error(safe, 100.0), "HC3")
    assert found == (() if ratio is None else (EstimateReason.TOO_NARROW(ratio=ratio),))


@pytest.mark.parametrize(("high", "told"), [(6, True), (8, False)])
def test_skewness_is_told_beyond_what_chance_gives(high, told):
    """Of 24 values two standard errors are 1: six high ones have a skewness of 0.5 / √0.1875 = 1.15, eight of
    0.71.
    """
    values = np.r_[np.ones(high), np.zeros(24 - high)] - high / 24
    assert bool(inference.skew_warning(values, np.eye(24)[0])) is told
    assert (
        inference.skew_warning(values, np.ones(24)) == () or told
    )  # over all units an estimate is as skewed as their mean
    assert inference.skew_warning(np.zeros(24), np.ones(24)) == ()


def test_every_kind_of_error_is_that_of_its_name():
    rng = np.random.default_rng(7)
    strata, clusters = np.repeat([0, 1], 12), np.repeat(np.arange(8), 3)
    design = np.column_stack([np.tile([1.0, 0, 1], 8) * (clusters % 2), np.ones(24)])
    fitted = fit(basis(design, 0), rng.normal(size=24))
    drawn = sample(np.ones(24), np.ones(24), stratum_=strata, cluster_=clusters)
    wanted = {
        "classical": errors.classical(fitted),
        "HC2": errors.robust(fitted, "HC2"),
        "BM": errors.bell_mccaffrey(fitted),
        "CR1": errors.cluster_robust(fitted, clusters),
        "CR2": errors.bias_reduced(fitted, clusters),
        "CR3": errors.jackknife(fitted, clusters),
        "BRL": errors.bias_reduced_linearisation(fitted, strata, clusters),
    }
    for kind, error in wanted.items():
        assert Coefficient(fitted, drawn).error(kind).std_error == pytest.approx(error.std_error)
    assert len({round(error.std_error, 9) for error in wanted.values()}) >= 6
    for kind, weights in (("classical", {"weight_": 1.0}), ("other", {})):
        with pytest.raises(NotApplicableError):
            Coefficient(fitted, sample(np.ones(24), np.ones(24), **weights)).error(kind)


def test_offer_participation_and_outcome_are_changes_where_both_periods_are_there():
    drawn = sample(
        [5.0, 4], [1, 0], [2.0, 3], instrument_=[1, 1], instrument_before=[0, 1], treated_before=[0, 0]
    )
    offered, taken, moved = instrument.differenced(drawn)
    assert (offered.tolist(), taken.tolist(), moved.now.tolist()) == ([1, 0], [1, 0], [3, 1])
    offered, taken, same = instrument.differenced(sample([5.0, 4], [1, 0], instrument_=[1, 1]))
    assert (offered.tolist(), taken.tolist(), same.now.tolist()) == ([1, 1], [1, 0], [5, 4])


def test_effect_of_an_offer_between_periods_is_in_spreads_of_before():
    rng = np.random.default_rng(9)
    offered = np.tile([1.0, 0.0], 40)
    taken, before = offered * (rng.random(80) < 0.8), rng.normal(0, 3, 80)
    drawn = sample(
        before + taken + rng.normal(0, 0.1, 80),
        taken,
        before,
        instrument_=offered,
        instrument_before=0.0,
        treated_before=0.0,
    )
    found = instrument.instrumental_variables(
        drawn, spec("instrumental_variables", ("HC2",), instrument="offer", treatment=["taken"])
    )
    late, (size, kind) = next((result, sized) for result, sized in found if str(result.about) == "LATE")
    assert late.estimate == pytest.approx(1, abs=0.1)
    assert (size, kind) == (pytest.approx(late.estimate / before.std(ddof=1)), SD_BEFORE_KIND)


def test_interval_of_a_share_is_even_in_log_odds_and_needs_a_width():
    """0.5 ± t · 0.1 / 0.25 in log-odds; t of ten degrees 2.228139."""
    low, high = one_factor.logit_interval(0.5, 0.1, 10, 0.95)
    assert (low, high) == pytest.approx((1 / (1 + np.exp(0.8912555)), 1 / (1 + np.exp(-0.8912555))), abs=1e-6)
    for share, error in ((0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (1.5, 0.1)):
        assert np.isnan(one_factor.logit_interval(share, error, 10, 0.95)).all()
    assert np.isfinite(one_factor.logit_interval(0.999, 0.1, 10, 0.95)).all()


def test_complex_step_gives_the_slope():
    assert one_factor.derivatives(
        lambda at: at[0] ** 3 * at[1], np.array([2.0, 5.0])
    ).tolist() == pytest.approx([60, 8])
