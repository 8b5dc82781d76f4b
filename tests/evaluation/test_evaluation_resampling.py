"""The wild cluster bootstrap and randomisation inference against pyfixest, repeated regressions and complete
enumeration.
"""

from itertools import combinations, product

import numpy as np
import pytest
import statsmodels.api as sm

from evaluation_cases import sample, spec, unequal_firms
from manfaat.evaluation import methods, resampling
from manfaat.evaluation.estimate import Inference, Settings
from manfaat.evaluation.linear import regress
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError


def firms(**more):
    d = unequal_firms()
    return sample(d["y"], d["t"], x=d["x"], cluster_=d["firm"], **more)


def drawn_firms(draws: int = 9_999, seed: int = 1):
    study = firms()
    return resampling.wild_bootstrap(
        regress(study, study.treated, ["x"]), study.treated, study.clusters, draws=draws, seed=seed
    )


def test_every_sign_vector_equals_repeated_regressions():
    # twelve firms: 4,096 vectors of signs, all used; a hundred of them computed the slow way
    d, drawn = unequal_firms(), drawn_firms()
    assert len(drawn.top0) == 4096
    design, g = np.column_stack([np.ones(len(d)), d["t"], d["x"]]), (d["firm"] - 1).to_numpy().astype(int)
    rest, y = design[:, [0, 2]], d["y"].to_numpy()
    for hypothesis in (0.0, 0.7):
        shifted = y - hypothesis * design[:, 1]
        fitted = rest @ np.linalg.lstsq(rest, shifted, rcond=None)[0]
        found = drawn.statistics(hypothesis)
        for place in range(0, 4096, 41):
            signs = 1 - 2 * ((place >> np.arange(12)) & 1)
            again = sm.OLS(fitted + (shifted - fitted) * signs[g], design).fit(
                cov_type="cluster", cov_kwds={"groups": g, "use_correction": False}
            )
            assert found[place] == pytest.approx(abs(again.params[1] / again.bse[1]), rel=1e-8, abs=1e-9)


def test_p_value_equals_that_of_pyfixest():
    # pyfixest 0.60.0 with wildboottest 0.3.2, which enumerate the same 4,096 vectors of signs:
    # f = pyfixest.feols("y ~ t + x", d, vcov={"CRV1": "firm"}); f.wildboottest(reps=9_999, cluster="firm",
    # param="t", seed=1,
    # return_bootstrapped_t_stats=True) → t 2.08959356, p 0.09765625 = 400 / 4,096, not counting the data and
    # their mirror image
    drawn, factor = drawn_firms(), np.sqrt(1.112511)  # its small-sample factor
    assert drawn.p_value(0.0) == (400 + 2) / 4096
    assert drawn.statistics(0.0)[0] / factor == pytest.approx(2.08959356, rel=1e-6)
    assert np.quantile(drawn.statistics(0.0), [0.5, 0.9, 0.95]) / factor == pytest.approx(
        [0.8964892, 2.06533323, 2.49465426], rel=1e-6
    )


def test_fixed_effects_carry_the_bootstrap_as_dummies_would():
    from manfaat.evaluation.linear import basis, dummies, fit
    from manfaat.evaluation.panel import demeaned

    d = unequal_firms()
    g, years = (d["firm"] - 1).to_numpy().astype(int), dummies((d["year"] - 1).to_numpy().astype(int))
    within = demeaned(np.column_stack([d["y"], d["x"], years]), g, np.ones(len(d)))
    absorbed = resampling.wild_bootstrap(
        fit(basis(within[:, 1:], 0, absorbed=12), within[:, 0]), within[:, 1], g, draws=99, seed=1
    )
    full = np.column_stack([d["x"], np.ones(len(d)), years, dummies(g)])
    spelled = resampling.wild_bootstrap(
        fit(basis(full, 0), d["y"].to_numpy()), d["x"].to_numpy(), g, draws=99, seed=1
    )
    assert absorbed.statistics(0.3) == pytest.approx(spelled.statistics(0.3), rel=1e-6)


def test_interval_holds_what_is_not_rejected():
    study, drawn = firms(), drawn_firms()
    fitted = regress(study, study.treated, ["x"])
    low, high = resampling.invert(drawn, fitted.estimate, 0.6, 0.95)
    for inside, outside in ((low + 1e-3, low - 1e-3), (high - 1e-3, high + 1e-3)):
        assert drawn.p_value(inside) > 0.05 >= drawn.p_value(outside) - 1 / 4096
    assert low < fitted.estimate < high


def test_seed_decides_and_same_seed_repeats():
    rng = np.random.default_rng(5)
    g = np.repeat(np.arange(30), 4)
    study = sample(rng.normal(size=120) + rng.normal(size=30)[g], (g % 2).astype(float), cluster_=g)
    fitted = regress(study, study.treated, [])
    first, again, other = (
        resampling.wild_bootstrap(fitted, study.treated, study.clusters, draws=499, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first.top0, again.top0)
    assert not np.array_equal(first.top0, other.top0)


def test_webb_weights_below_twelve_clusters():
    signs = resampling.cluster_signs(6, 5_000, np.random.default_rng(1))
    assert set(np.round(np.unique(signs[:, 1:]) ** 2, 9)) == {0.5, 1.0, 1.5}
    assert (signs[:, 0] == 1).all()
    assert signs[:, 1:].var() == pytest.approx(1, abs=0.02)


def test_bootstrap_of_a_handful_of_clusters_is_refused():
    study = sample(np.arange(20.0) ** 1.2, np.tile([0, 1], 10), cluster_=np.repeat([0, 1, 2, 3], 5))
    with pytest.raises(NotApplicableError, match="few_to_bootstrap"):
        methods.difference_in_means(study, spec("difference_in_means", ("wild",)))


def test_lottery_of_ten_equals_complete_enumeration():
    # the share of all 252 assignments with a statistic at least as far out
    rng = np.random.default_rng(4)
    y, t = rng.normal(size=10) + np.array([1.5] * 5 + [0] * 5), np.array([1.0] * 5 + [0.0] * 5)

    def statistic(lot: np.ndarray) -> float:
        fit = sm.OLS(y, sm.add_constant(lot)).fit(cov_type="HC0")
        return abs(fit.params[1] / fit.bse[1])

    lots = [np.isin(np.arange(10), chosen).astype(float) for chosen in combinations(range(10), 5)]
    exact = np.mean([statistic(lot) >= statistic(t) * (1 - 1e-9) for lot in lots])
    study = sample(y, t)
    drawn = resampling.randomisation(regress(study, t, []), study, np.ones(10), draws=20_000, seed=1)
    assert drawn.p_value(0.0) == pytest.approx(exact, abs=0.006)


def test_lottery_with_covariates_weights_and_strata_equals_repeated_regressions():
    rng = np.random.default_rng(6)
    n = 24
    strata, x, w = np.arange(n) % 3, rng.normal(size=n), 1.0 + np.arange(n) % 2
    t = (np.arange(n) // 3 % 2).astype(float)
    y = x + t + rng.normal(size=n)
    study = sample(y, t, x=x, weight_=w, stratum_=strata)
    root = np.sqrt(w)
    drawn = resampling.randomisation(regress(study, t, ["x"]), study, root, draws=40, seed=9)
    lots = resampling.permutations(t, strata, 40, np.random.default_rng(9))
    assert [lots[:, strata == s].sum(axis=1).tolist() == [t[strata == s].sum()] * 40 for s in range(3)] == [
        True
    ] * 3
    for place, lot in enumerate(lots, start=1):
        fit = sm.WLS(y - 0.4 * t, np.column_stack([np.ones(n), lot, x]), weights=w).fit(cov_type="HC0")
        assert drawn.statistics(0.4)[place] == pytest.approx(abs(fit.params[1] / fit.bse[1]), rel=1e-8)


def test_lottery_of_whole_villages_moves_whole_villages():
    rng = np.random.default_rng(7)
    g = np.repeat(np.arange(8), 5)
    t, y = (g < 4).astype(float), rng.normal(size=40) + rng.normal(size=8)[g]
    study = sample(y, t, cluster_=g)
    drawn = resampling.randomisation(regress(study, t, []), study, np.ones(40), draws=20_000, seed=1)

    def statistic(lot: np.ndarray) -> float:
        fit = sm.OLS(y, sm.add_constant(lot[g])).fit(
            cov_type="cluster", cov_kwds={"groups": g, "use_correction": False}
        )
        return abs(fit.params[1] / fit.bse[1])

    lots = [np.array(lot, float) for lot in product((0, 1), repeat=8) if sum(lot) == 4]
    observed = statistic((np.arange(8) < 4).astype(float))
    exact = np.mean([statistic(lot) >= observed * (1 - 1e-9) for lot in lots])
    assert drawn.p_value(0.0) == pytest.approx(exact, abs=0.012)


def test_lottery_of_too_large_a_sample_is_refused_with_the_reason():
    n = 30_000
    study = sample(np.arange(n) ** 0.5, np.arange(n) % 2)
    results = methods.difference_in_means(study, spec("difference_in_means", ("HC2", "randomisation")))
    assert results[1][0].reasons == (EstimateReason.TOO_LARGE_TO_DRAW(),)


def test_rows_carry_the_drawn_interval_and_p_value():
    study = firms()
    results = [
        one
        for one, _ in methods.regression(
            study, spec("regression", ("CR1", "wild"), covariates=["x"]), Inference(draws=4_095)
        )
    ]
    assert results[0].interval is None
    assert results[1].std_error == results[0].std_error
    assert results[1].p_value == drawn_firms(4_095).p_value(0.0)
    assert results[1].interval[0] < results[1].estimate < results[1].interval[1]


@pytest.mark.parametrize("choice", [{"seed": -1}, {"draws": 98}])
def test_impossible_seeds_and_draws_are_refused(choice):
    with pytest.raises(ValueError, match="draws at least 99"):
        Settings("trial", "randomised", "difference", **choice)
