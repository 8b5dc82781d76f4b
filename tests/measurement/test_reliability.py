"""Reliability of scales: published numbers, closed forms, simulation, what looks wrong, and the edges."""

import doctest
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal, norm
from statsmodels.multivariate.factor import Factor

from manfaat.evaluation.jackknife import jackknife
from manfaat.evaluation.sample import NotApplicableError
from manfaat.measurement import one_factor, reliability

# R: datasets::attitude (Chatterjee and Price 1977): rating, complaints, privileges, learning, raises,
# critical, advance
ATTITUDE = np.array(
    [
        [43, 51, 30, 39, 61, 92, 45],
        [63, 64, 51, 54, 63, 73, 47],
        [71, 70, 68, 69, 76, 86, 48],
        [61, 63, 45, 47, 54, 84, 35],
        [81, 78, 56, 66, 71, 83, 47],
        [43, 55, 49, 44, 54, 49, 34],
        [58, 67, 42, 56, 66, 68, 35],
        [71, 75, 50, 55, 70, 66, 41],
        [72, 82, 72, 67, 71, 83, 31],
        [67, 61, 45, 47, 62, 80, 41],
        [64, 53, 53, 58, 58, 67, 34],
        [67, 60, 47, 39, 59, 74, 41],
        [69, 62, 57, 42, 55, 63, 25],
        [68, 83, 83, 45, 59, 77, 35],
        [77, 77, 54, 72, 79, 77, 46],
        [81, 90, 50, 72, 60, 54, 36],
        [74, 85, 64, 69, 79, 79, 63],
        [65, 60, 65, 75, 55, 80, 60],
        [65, 70, 46, 57, 75, 85, 46],
        [50, 58, 68, 54, 64, 78, 52],
        [50, 40, 33, 34, 43, 64, 33],
        [64, 61, 52, 62, 66, 80, 41],
        [53, 66, 52, 50, 63, 80, 37],
        [40, 37, 42, 58, 50, 57, 49],
        [63, 54, 42, 48, 66, 75, 33],
        [66, 77, 66, 63, 88, 76, 72],
        [78, 75, 58, 74, 80, 78, 49],
        [48, 57, 44, 45, 51, 83, 38],
        [85, 85, 71, 71, 77, 74, 55],
        [82, 82, 39, 59, 64, 78, 39],
    ],
    dtype="float64",
)
LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.65])
CUTS = np.array([-1.8, -0.7, 0.5, 1.5])


@pytest.fixture(scope="module")
def attitude() -> np.ndarray:
    return reliability.covariance(pd.DataFrame(ATTITUDE))


def drawn(n: int, seed: int, *, on_five_points: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, 1)) * LOADINGS + rng.standard_normal((n, len(LOADINGS))) * np.sqrt(
        1 - LOADINGS**2
    )
    return np.searchsorted(CUTS, values) + 1.0 if on_five_points else values


def five_point_covariance() -> np.ndarray:
    """Covariance of five-point answers by cutting normal variables, from normal and bivariate normal
    distribution functions.
    """
    at = np.array([norm.sf(cut) for cut in CUTS])
    both = np.empty((5, 5))
    for one in range(5):
        for other in range(5):
            if one == other:
                joint = np.minimum.outer(at, at)
            else:
                spread = [[1, LOADINGS[one] * LOADINGS[other]], [LOADINGS[one] * LOADINGS[other], 1]]
                joint = np.array(
                    [[multivariate_normal.cdf([-a, -b], cov=spread) for b in CUTS] for a in CUTS]
                )
            both[one, other] = joint.sum() - at.sum() ** 2
    return both


# --- Cronbach α


def test_alpha_is_the_published_one(attitude):
    # R: psych::alpha(attitude)$total[c("raw_alpha", "std.alpha")]: .8431, .8391
    assert reliability.cronbach_alpha(attitude) == pytest.approx(0.8431, abs=5e-5)
    assert reliability.cronbach_alpha(reliability.correlations(attitude)) == pytest.approx(0.8391, abs=5e-5)


def test_item_statistics_equal_those_computed_the_long_way(attitude):
    rest = [np.corrcoef(ATTITUDE[:, i], np.delete(ATTITUDE, i, 1).sum(axis=1))[0, 1] for i in range(7)]
    without = []
    for i in range(7):
        others = np.delete(ATTITUDE, i, 1)
        without.append(6 / 5 * (1 - others.var(axis=0, ddof=1).sum() / others.sum(axis=1).var(ddof=1)))
    np.testing.assert_allclose(reliability.item_rest(attitude), rest, rtol=1e-12)
    np.testing.assert_allclose(reliability.alpha_without(attitude), without, rtol=1e-12)
    assert reliability.mean_correlation(attitude) == pytest.approx(
        np.corrcoef(ATTITUDE, rowvar=False)[np.triu_indices(7, 1)].mean()
    )


def test_the_interval_of_alpha_is_that_of_alpha_without_each_person():
    n = len(ATTITUDE)
    left = [
        np.log(1 - reliability.cronbach_alpha(np.cov(np.delete(ATTITUDE, person, 0), rowvar=False)))
        for person in range(n)
    ]
    alpha = reliability.cronbach_alpha(np.cov(ATTITUDE, rowvar=False))
    expected = jackknife(float(np.log(1 - alpha)), np.array(left), 0.95)
    error, low, high = reliability.alpha_interval(ATTITUDE, 0.95)
    assert (error, low, high) == pytest.approx(
        (expected[0] * (1 - alpha), 1 - np.exp(expected[2]), 1 - np.exp(expected[1])), rel=1e-9
    )
    assert low < alpha < high


def test_the_example_of_the_jackknife_gives_what_it_says():
    found = doctest.testmod(sys.modules[jackknife.__module__])
    assert (found.attempted, found.failed) == (3, 0)


@pytest.mark.simulation
@pytest.mark.parametrize(
    ("cuts", "people"),
    [((-1.8, -0.7, 0.5, 1.5), 40), ((-2.2, -1.6, -1.0, -0.2), 60), ((-2.2, -1.6, -1.0, -0.2), 400)],
)
def test_the_interval_of_alpha_covers_as_stated_for_skewed_answers_too(cuts, people):
    """Feldt's F covers .87 to .90 for the second and third, and no better with more people."""
    rng = np.random.default_rng(8)

    def answers(n):
        return np.digitize(
            rng.standard_normal((n, 1)) * LOADINGS + rng.standard_normal((n, 5)) * np.sqrt(1 - LOADINGS**2),
            cuts,
        ).astype(float)

    truth, hits = reliability.cronbach_alpha(np.cov(answers(400_000), rowvar=False)), 0
    for _ in range(500):
        _, low, high = reliability.alpha_interval(answers(people), 0.95)
        hits += low <= truth <= high
    assert 0.92 <= hits / 500 <= 0.985


# --- ω


def test_one_factor_is_that_of_other_programs(attitude):
    model = one_factor.fit_one_factor(attitude)
    # R: factanal(attitude, 1, control = list(opt = list(factr = 1)))
    np.testing.assert_allclose(
        model.standardised,
        [0.85247736, 0.90224108, 0.59270556, 0.73069667, 0.76499433, 0.24609277, 0.37784530],
        atol=1e-7,
    )
    np.testing.assert_allclose(
        model.uniquenesses / np.diag(attitude),
        [0.27328235, 0.18596103, 0.64870012, 0.46608238, 0.41478368, 0.93943835, 0.85723293],
        atol=1e-7,
    )
    other = Factor(ATTITUDE, n_factor=1, method="ml").fit()
    np.testing.assert_allclose(
        model.standardised, np.abs(other.loadings.ravel()), atol=1e-5
    )  # its sign is arbitrary
    # R: l, u, s from above; sum(l)^2 / (sum(l)^2 + sum(u)); the same with l * s and u * s^2
    point = np.concatenate([model.loadings, model.uniquenesses])
    assert one_factor.omega_of(point, standardised=True) == pytest.approx(0.8405445, abs=1e-7)
    assert one_factor.omega_of(point, standardised=False) == pytest.approx(0.8563268, abs=1e-7)


def test_the_gradient_that_is_searched_with_is_the_slope(attitude):
    matrix, at = reliability.correlations(attitude), np.linspace(0.2, 0.8, 7)
    slope = approx_fprime(at, lambda point: one_factor.misfit(point, matrix)[0], 1e-7)
    np.testing.assert_allclose(one_factor.misfit(at, matrix)[1], slope, rtol=1e-4)


def test_a_given_covariance_gives_back_its_loadings_and_omega():
    scale = np.array([1.0, 2.0, 0.5, 3.0, 1.5])
    model = one_factor.fit_one_factor(
        np.outer(LOADINGS * scale, LOADINGS * scale) + np.diag((1 - LOADINGS**2) * scale**2)
    )
    np.testing.assert_allclose(model.loadings, LOADINGS * scale, rtol=1e-6)
    expected = 3.25**2 / (3.25**2 + 5 - (LOADINGS**2).sum())
    assert one_factor.omega_of(
        np.concatenate([model.loadings, model.uniquenesses]), standardised=True
    ) == pytest.approx(expected, rel=1e-6)


def test_with_equal_loadings_omega_is_alpha():
    matrix = np.full((4, 4), 0.5) + np.diag(np.full(4, 0.5))
    model = one_factor.fit_one_factor(matrix)
    assert one_factor.omega(model.loadings, model.uniquenesses) == pytest.approx(
        reliability.cronbach_alpha(matrix), rel=1e-7
    )


@pytest.mark.simulation
def test_standard_error_of_omega_is_that_of_the_bootstrap():
    values = drawn(400, 3, on_five_points=True)
    model = one_factor.fit_one_factor(np.cov(values, rowvar=False))
    rng, again = np.random.default_rng(4), []
    for _ in range(400):
        other = one_factor.fit_one_factor(np.cov(values[rng.integers(0, 400, 400)], rowvar=False))
        again.append(
            [
                one_factor.omega_of(np.concatenate([other.loadings, other.uniquenesses]), standardised=kind)
                for kind in (False, True)
            ]
        )
    for place, kind in enumerate((False, True)):
        assert one_factor.omega_error(values, model, standardised=kind) == pytest.approx(
            np.std(again, axis=0)[place], rel=0.15
        )


@pytest.mark.simulation
def test_interval_of_omega_covers_as_stated_for_five_points():
    truth = one_factor.fit_one_factor(five_point_covariance())
    omega, hits = one_factor.omega(truth.loadings, truth.uniquenesses), 0
    for seed in range(500):
        values = drawn(100, seed, on_five_points=True)
        model = one_factor.fit_one_factor(np.cov(values, rowvar=False))
        found = one_factor.omega(model.loadings, model.uniquenesses)
        low, high = one_factor.logit_interval(found, one_factor.omega_error(values, model), 99, 0.95)
        hits += low <= omega <= high
    assert 0.92 <= hits / 500 <= 0.98


def test_what_has_no_proper_model_says_so():
    heywood = np.array([[1, 0.85, 0.85], [0.85, 1, 0.6], [0.85, 0.6, 1.0]])  # the first loading would be 1.10
    assert one_factor.fit_one_factor(heywood).is_improper
    with pytest.raises(NotApplicableError, match="few_items_for_factor"):
        one_factor.fit_one_factor(np.eye(2))
    with pytest.raises(NotApplicableError, match="item_follows"):
        one_factor.fit_one_factor(np.cov(np.column_stack([ATTITUDE, ATTITUDE[:, 0]]), rowvar=False))


def test_congruence_is_of_pattern_not_of_size():
    assert one_factor.congruence(LOADINGS, 2 * LOADINGS) == pytest.approx(1)
    assert one_factor.congruence(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 0
    assert np.isnan(one_factor.congruence(np.zeros(3), np.ones(3)))


# --- what looks wrong with an item


@pytest.mark.parametrize("wrong", [[0], [3], [1, 4]])
def test_unreversed_items_are_found(wrong):
    values = drawn(300, 5, on_five_points=True)
    values[:, wrong] = 6 - values[:, wrong]
    assert reliability.unreversed(np.cov(values, rowvar=False)) == wrong


def test_negative_alpha_names_an_item_and_two_items_cannot_tell_which():
    values = drawn(300, 6)[:, :3]
    values[:, 1] = -3 * values[:, 1]
    matrix = np.cov(values, rowvar=False)
    assert reliability.cronbach_alpha(matrix) < 0
    assert reliability.unreversed(matrix) == [1]
    assert reliability.unreversed(np.array([[1, -0.5], [-0.5, 1.0]])) == [0, 1]
    assert reliability.unreversed(np.array([[1, 0.5], [0.5, 1.0]])) == []


def test_numbers_that_do_not_exist_are_missing():
    assert np.isnan(reliability.cronbach_alpha(np.array([[1.0]])))
    assert np.isnan(reliability.cronbach_alpha(np.zeros((3, 3))))
    assert np.isnan(reliability.cronbach_alpha(np.array([[1.0, -1.0], [-1.0, 1.0]])))  # the sum never varies
    alike, but_for_one = (
        np.repeat(np.arange(6.0)[:, None], 3, axis=1),
        np.repeat(np.arange(6.0)[:, None], 3, axis=1),
    )
    but_for_one[0, 0] = 1.0
    for answers in (alike, but_for_one):
        with pytest.raises(NotApplicableError, match="decides_alone"):
            reliability.alpha_interval(answers, 0.95)
    assert np.isnan(reliability.item_rest(np.diag([1.0, 0.0, 1.0]))[1])
    assert np.isnan(one_factor.logit_interval(0.8, 0.0, 9, 0.95)).all()
