"""Skewed values of small groups: who is warned, who is not, and what a lottery offers beside."""

import numpy as np
import pytest
from scipy import stats

from evaluation_cases import FAST, sample, spec
from manfaat.evaluation import matching, methods, weighting
from manfaat.evaluation.estimate import Inference
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.skewness import BY_CUBES, BY_ORDER, l_skewness, mean_difference, skew_warning, spreads

LOG_NORMAL = stats.lognorm(1)


def is_skewed(values: np.ndarray) -> bool:
    return bool(skew_warning(values - values.mean(), np.ones(len(values))))


def test_l_skewness_as_by_all_triples_and_as_tabulated():
    values = np.random.default_rng(1).exponential(size=9)
    triples = np.array([sorted(values[[i, j, k]]) for i in range(9) for j in range(i) for k in range(j)])
    pairs = np.array([abs(values[i] - values[j]) for i in range(9) for j in range(i)])
    assert l_skewness(values) == pytest.approx(
        ((triples[:, 2] - 2 * triples[:, 1] + triples[:, 0]).mean() / 3) / (pairs.mean() / 2)
    )
    assert l_skewness(np.ones(5)) == 0
    place = (np.arange(200_000) + 0.5) / 200_000
    assert l_skewness(stats.expon.ppf(place)) == pytest.approx(1 / 3, abs=1e-4)  # Hosking (1990), table 1
    for order, cubes, spread in zip(BY_ORDER[1:], BY_CUBES[1:], (0.2, 0.4, 0.6, 0.8, 1.0, 1.05), strict=True):
        assert l_skewness(stats.lognorm.ppf(place, spread)) == pytest.approx(order, abs=2e-3)
        assert float(stats.lognorm.stats(spread, moments="s")) == pytest.approx(cubes, abs=6e-3)


@pytest.mark.parametrize(
    ("law", "n", "least", "most"),
    [
        (LOG_NORMAL, 30, 0.95, 1),
        (LOG_NORMAL, 130, 0.95, 1),
        (LOG_NORMAL, 400, 0.9, 1),
        (stats.norm, 12, 0, 0.4),
        (stats.norm, 20, 0, 0.1),
        (stats.norm, 60, 0, 0.02),
        (stats.t(5), 60, 0, 0.1),
    ],
)
def test_skewed_laws_are_nearly_always_doubted_and_even_ones_hardly_ever(law, n, least, most):
    rng = np.random.default_rng(11)
    share = np.mean([is_skewed(law.rvs(size=n, random_state=rng)) for _ in range(200)])
    assert least <= share <= most


@pytest.mark.parametrize("law", [stats.lognorm(0.5), stats.lognorm(1), stats.expon()])
@pytest.mark.parametrize("n", [10, 15, 20, 30])
def test_small_samples_of_skewed_laws_rarely_miss_without_a_doubt(law, n):
    # of 1,000 draws; the interval by t alone misses up to one in six
    draws = law.rvs(size=(1_000, n), random_state=np.random.default_rng(12))
    missed = np.abs(stats.ttest_1samp(draws, law.mean(), axis=1).statistic) > stats.t.ppf(0.975, n - 1)
    assert (
        np.mean(
            [is_missed and not is_skewed(values) for is_missed, values in zip(missed, draws, strict=True)]
        )
        <= 0.07
    )


def test_mean_difference_as_by_all_pairs_and_its_error_as_by_simulation():
    rng = np.random.default_rng(4)
    values = rng.normal(size=9)
    assert mean_difference(values)[0] == pytest.approx(np.abs(values[:, None] - values).sum() / 72)
    drawn = np.log([mean_difference(rng.exponential(size=200))[0] for _ in range(400)])
    assert np.mean([mean_difference(rng.exponential(size=200))[1] for _ in range(50)]) == pytest.approx(
        drawn.std(), rel=0.15
    )
    assert mean_difference(np.ones(6)) == (0.0, 0.0)


def test_skewed_values_of_equal_groups_do_not_cancel_out_where_those_of_one_spread_wider():
    rng, pull = np.random.default_rng(7), np.repeat([1 / 200, -1 / 200], 200)
    pay = np.exp(rng.normal(size=400))
    even = pay - np.repeat([pay[:200].mean(), pay[200:].mean()], 200)
    assert skew_warning(even, pull) == ()
    wide = even * np.repeat([3.0, 1.0], 200)
    assert skew_warning(wide, pull) == (EstimateReason.TOO_SKEWED(),)
    assert set(spreads(even, pull)) == {1.0}
    assert spreads(wide, pull)[[0, 399]] == pytest.approx([1, 1 / 3], rel=0.3)
    assert skew_warning(rng.normal(size=400) * np.repeat([3.0, 1.0], 200), pull) == ()
    assert set(spreads(wide[:8], np.ones(8))) == {1.0}  # of one side there is nothing to compare


def test_answers_of_few_values_have_no_tail_that_is_missed():
    assert not is_skewed((np.arange(400) < 60) * 1.0)  # skewness 1.96 / 20; by order it would be more than .2
    assert is_skewed((np.arange(60) < 6) * 1.0)  # 2.67 / 7.7


def both(
    n: int, few: int, *, kinds=("auto",), is_lottery: bool = True, values=None, **roles
) -> list[tuple[str, tuple[str, ...]]]:
    rng = np.random.default_rng(2)
    pay = np.exp(rng.normal(size=n)) if values is None else values
    case = sample(pay, (np.arange(n) < few) * 1.0, **roles)
    found = methods.difference_in_means(
        case, spec("difference_in_means", kinds), Inference(draws=199, is_lottery=is_lottery)
    )
    return [(one.std_error_kind, one.reasons) for one, _ in found]


def test_after_a_lottery_auto_repeats_it_for_skewed_values():
    small = both(130, 13)
    assert [kind for kind, _ in small] == ["BM", "randomisation"]
    assert EstimateReason.TOO_SKEWED() in small[0][1]
    assert small[1][1] == (
        EstimateReason.BY_LOT(),
        EstimateReason.BESIDE_BY_LOT(),
    )  # whose p value holds, and whose interval need not
    large = both(400, 40)
    assert [kind for kind, _ in large] == [
        "randomisation",
        "BM",
    ]  # neither group is small: it is the one that is reported
    assert not any(reason.doubts for reason in large[0][1])
    assert [kind for kind, _ in both(400, 40, is_lottery=False)] == ["BM"]
    assert [kind for kind, _ in both(130, 13, values=np.random.default_rng(3).normal(size=130))] == ["BM"]
    assert [kind for kind, _ in both(130, 13, kinds=("auto", "randomisation"))] == ["BM", "randomisation"]
    assert "randomisation" not in [kind for kind, _ in both(130, 13, cluster_=np.arange(130) % 10)]


def test_estimates_that_weight_or_match_are_doubted_as_well():
    rng = np.random.default_rng(4)
    x, noise = rng.normal(size=130), rng.normal(size=130)
    treated = (np.argsort(np.argsort(0.5 * x + rng.normal(size=130))) >= 117) * 1.0
    for name, estimate in (
        ("doubly_robust", weighting.doubly_robust),
        ("inverse_probability_weighting", weighting.inverse_probability_weighting),
    ):
        told = [
            estimate(sample(x + values, treated, x=x), spec(name, ("auto",), covariates=["x"]))[0][0].reasons
            for values in (np.exp(noise), noise)
        ]
        assert [EstimateReason.TOO_SKEWED() in one for one in told] == [True, False]
    pay = matching.nearest_neighbour(
        sample(x + np.exp(2 * noise), treated, x=x), spec("nearest_neighbour", ("AI",), covariates=["x"])
    )
    assert EstimateReason.TOO_SKEWED() in pay[0][0].reasons
    alone = methods.before_after_change(
        sample(np.exp(noise), np.ones(130), before=np.zeros(130)),
        spec("before_after_change", ("auto", "finite_population")),
        FAST,
    )
    assert EstimateReason.TOO_SKEWED() in alone[0][0].reasons
