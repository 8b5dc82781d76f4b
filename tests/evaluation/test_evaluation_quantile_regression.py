"""Quantile regression, and the same with an instrument: published numbers, statsmodels, truths, edges."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from evaluation_cases import people, sample, spec
from manfaat.evaluation.quantile_regression import (
    instrumental_quantiles,
    lines,
    moved,
    quantile_fit,
    quantile_regression,
)
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample


def quantiles(given: Sample, kind="influence", levels=(0.25, 0.5, 0.75), **more):
    asked = spec("quantile_regression", (kind,), quantiles=list(levels), **more)
    return [result for result, _ in quantile_regression(given, asked)]


def instrumented(given: Sample, kind="influence", levels=(0.25, 0.5, 0.75), **more):
    asked = spec("instrumental_quantiles", (kind,), quantiles=list(levels), instrument="offer", **more)
    return [result for result, _ in instrumental_quantiles(given, asked)]


def trial(n=400, seed=1) -> Sample:
    one = people(n, 1.0, seed=seed)
    return sample(one["score_now"], one["group"], x=one["x"], z=one["z"])


def test_engel_as_published():
    """Koenker and Bassett (1982): food on income of 235 households; R quantreg prints 81.4822 and 0.5602."""
    table = sm.datasets.engel.load_pandas().data
    engel = sample(table["foodexp"], table["income"])
    found = quantile_fit(lines(engel, []), engel.now, np.ones(235), 0.5)
    assert found.beta.round(4).tolist() == [81.4822, 0.5602]
    slopes = [one.estimate for one in quantiles(engel, levels=(0.05, 0.25, 0.5, 0.75, 0.95))]
    assert np.round(slopes, 4).tolist() == [0.3434, 0.4741, 0.5602, 0.6440, 0.7091]


@pytest.mark.parametrize("level", [0.1, 0.5, 0.8])
def test_the_line_is_that_of_statsmodels_and_has_its_share_below(level):
    given = trial()
    x = lines(given, ["x", "z"])
    found = quantile_fit(x, given.now, np.ones(400), level)
    theirs = sm.QuantReg(given.now, x).fit(level, max_iter=5000)
    np.testing.assert_allclose(found.beta, theirs.params, atol=4e-3)  # theirs stops near it
    loss = [np.sum(rest * (level - (rest < 0))) for rest in (found.residuals, given.now - x @ theirs.params)]
    assert loss[0] <= loss[1] + 1e-9
    assert (found.residuals < 0).mean() == pytest.approx(level, abs=4 / 400)


def test_errors_are_powells():
    """As R quantreg has them (summary.rq, se = "ker"), written out."""
    given, level = trial(), 0.5
    x = lines(given, ["x"])
    found = quantile_fit(x, given.now, np.ones(400), level)
    rest = found.residuals
    width = 400 ** (-1 / 3) * stats.norm.ppf(0.975) ** (2 / 3) * (1.5 * stats.norm.pdf(0) ** 2) ** (1 / 3)
    quarters = np.interp([0.25, 0.75], np.arange(1, 401) / 400, np.sort(rest))
    spread = min(rest.std(), np.diff(quarters)[0] / 1.34)
    half = np.diff(stats.norm.ppf([level - width, level + width]))[0] * spread
    bread = np.linalg.inv((x * (stats.norm.pdf(rest / half) / half)[:, None]).T @ x)
    variance = level * (1 - level) * (bread @ (x.T @ x) @ bread)[1, 1]
    [ours] = quantiles(given, levels=(level,), covariates=["x"])
    assert ours.std_error == pytest.approx(variance**0.5 * (400 / 397) ** 0.5, rel=1e-6)


def test_frequencies_as_weights_give_the_line_of_the_rows_repeated():
    given = trial(120)
    times = 1 + np.arange(120) % 3
    x = lines(given, ["x"])
    weighted = quantile_fit(x, given.now, times.astype(float), 0.4)
    repeated = quantile_fit(
        np.repeat(x, times, axis=0), np.repeat(given.now, times), np.ones(times.sum()), 0.4
    )
    np.testing.assert_allclose(weighted.beta, repeated.beta, atol=1e-9)


@pytest.mark.parametrize("ask", [quantiles, instrumented])
def test_shifting_turning_and_scaling(ask):
    """Q of a + c·y is a + c·Q, of −y that of 1 − q; the order of rows tells nothing."""
    given = trial()
    given = Sample(given.frame.assign(instrument_=given.frame["treated"]), 0)
    plain = ask(given, levels=(0.25,), covariates=["x", "z"])[0]
    moved_ = ask(Sample(given.frame.assign(now=7 + 3 * given.now), 0), levels=(0.25,), covariates=["x", "z"])[
        0
    ]
    assert (moved_.estimate, moved_.std_error) == pytest.approx((3 * plain.estimate, 3 * plain.std_error))
    turned = ask(Sample(given.frame.assign(now=-given.now), 0), levels=(0.75,), covariates=["x", "z"])[0]
    assert turned.estimate == pytest.approx(-plain.estimate)
    shuffled = ask(
        Sample(given.frame.sample(frac=1, random_state=3), 0), levels=(0.25,), covariates=["x", "z"]
    )
    assert shuffled[0].estimate == pytest.approx(plain.estimate)
    assert shuffled[0].std_error == pytest.approx(plain.std_error)


def test_clusters_of_equal_people_make_the_error_larger():
    given = trial(200)
    four = Sample(
        given.frame.loc[given.frame.index.repeat(4)].assign(cluster_=np.repeat(np.arange(200.0), 4)), 0
    )
    naive, honest = (
        quantiles(four, kind, levels=(0.5,), covariates=["x"])[0] for kind in ("influence", "CR1")
    )
    assert honest.std_error == pytest.approx(2 * naive.std_error, rel=0.02)


def test_where_the_offer_is_the_treatment_it_is_quantile_regression():
    given = trial()
    offered = Sample(given.frame.assign(instrument_=given.frame["treated"]), 0)
    for one, other in zip(
        instrumented(offered, covariates=["x"]), quantiles(given, covariates=["x"]), strict=True
    ):
        assert one.estimate == pytest.approx(other.estimate)
        assert one.std_error == pytest.approx(other.std_error, rel=1e-6)
        assert str(one.about) == f"{other.about}, LATE"


def noncompliance(n: int, seed: int) -> Sample:
    """Three in five are moved by the offer; who always takes part has more, who never does less. Those moved
    gain 1 + e / 2, e their place.
    """
    rng = np.random.default_rng(seed)
    x, e, kind = rng.normal(size=n), rng.normal(size=n), rng.random(n)
    z = (rng.random(n) < 0.5) * 1.0
    d = np.where(kind < 0.15, 1.0, np.where(kind < 0.4, 0.0, z))
    e = e + np.where(kind < 0.15, 1.0, np.where(kind < 0.4, -1.0, 0.0))
    return sample(x + e + d * (1 + e / 2), d, x=x, instrument_=z)


def test_the_weights_count_those_whom_the_offer_moved():
    given = noncompliance(20_000, 1)
    found = moved(given, spec("instrumental_quantiles", instrument="offer", covariates=["x"]))
    assert found.plain.mean() == pytest.approx(0.6, abs=0.02)
    assert found.given.mean() == pytest.approx(0.6, abs=0.03)
    assert found.plain.min() < 0 <= found.given.min()
    assert found.plain @ given.frame["x"] / found.plain.sum() == pytest.approx(0, abs=0.05)


@pytest.mark.simulation
def test_the_truth_of_those_whom_the_offer_moved_is_found():
    truth = 1 + stats.norm.ppf([0.25, 0.5, 0.75]) / 2
    rows = [instrumented(noncompliance(1500, seed), covariates=["x"]) for seed in range(80)]
    found = np.array([[(one.estimate, one.std_error) for one in row] for row in rows])
    np.testing.assert_allclose(found[:, :, 0].mean(axis=0), truth, atol=0.05)
    inside = np.abs(found[:, :, 0] - truth) < 1.96 * found[:, :, 1]
    assert inside.mean() > 0.92
    naive = [quantiles(noncompliance(1500, seed), covariates=["x"])[1].estimate for seed in range(20)]
    assert np.mean(naive) > 1.5  # those who take part unmoved have more anyway


@pytest.mark.simulation
def test_intervals_of_quantile_regression_hold_the_truth():
    inside = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        d, x = rng.permutation(300) % 2, rng.normal(size=300)
        y = x + d + (1 + d) * rng.normal(size=300)
        result = quantiles(sample(y, d, x=x), levels=(0.75,), covariates=["x"])[0]
        inside.append(abs(result.estimate - 1 - stats.norm.ppf(0.75)) < 1.97 * result.std_error)
    assert 0.91 <= np.mean(inside) <= 0.985


def refusal(ask, given: Sample, **more) -> EstimateReason:
    with pytest.raises(NotApplicableError) as failure:
        ask(given, **more)
    return failure.value.reason.code


def test_what_cannot_be_had_says_why():
    rng = np.random.default_rng(1)
    shares = sample((rng.random(200) < 0.5) * 1.0, np.arange(200) % 2, x=rng.normal(size=200))
    assert refusal(quantiles, shares, covariates=["x"]) == EstimateReason.QUANTILE_JUMPS
    few = sample(rng.normal(size=12), np.arange(12) % 2)
    assert refusal(quantiles, few, levels=(0.1,)) == EstimateReason.FEW_BEYOND_QUANTILE
    assert refusal(quantiles, sample(np.ones(9), np.arange(9) % 2)) == EstimateReason.ALL_THE_SAME
    assert refusal(quantiles, sample(np.arange(9.0), np.ones(9))) == EstimateReason.NOBODY_TO_COMPARE
    given = noncompliance(300, 2)
    idle = Sample(given.frame.assign(instrument_=rng.permutation(300) % 2 * 1.0), 0)
    assert refusal(instrumented, idle) == EstimateReason.WEAK_OFFER
    nobody = Sample(given.frame.assign(instrument_=1.0), 0)
    assert refusal(instrumented, nobody) == EstimateReason.NOBODY_TO_COMPARE
    hours = Sample(given.frame.assign(treated=given.frame["treated"] * 3), 0)
    assert refusal(instrumented, hours) == EstimateReason.NOT_BINARY
    one_sided = Sample(given.frame.assign(treated=given.treated * given.frame["instrument_"]), 0)
    assert all(np.isfinite(one.std_error) for one in instrumented(one_sided, covariates=["x"]))
