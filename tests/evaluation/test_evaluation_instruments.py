"""Instrumental variables against pyfixest and against Anderson–Rubin tests made one by one; quantiles against
the bootstrap.
"""

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm
from scipy import stats

from conftest import ROOT
from evaluation_cases import people, sample, spec
from manfaat.evaluation import instrument, quantiles
from manfaat.evaluation.estimate import Inference
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError


def offered(n: int = 240, compliance: float = 0.7, **roles):
    d = people(n, 1.0, 4, compliance=compliance)
    return d, sample(d["score_now"], d["taken"], x=d["x"], instrument_=d["group"], **roles)


def rows(case, kinds=("classical",), covariates=("x",), confidence: float = 0.95) -> dict:
    asked = spec(
        "instrumental_variables", kinds, covariates=list(covariates), instrument="group", treatment=["taken"]
    )
    found = [one for one, _ in instrument.instrumental_variables(case, asked, Inference(confidence))]
    return {(str(one.word or one.about), one.std_error_kind): one for one in found}


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pyfixest
@pytest.mark.parametrize(
    ("kind", "theirs"), [("classical", "iid"), ("HC1", "HC1"), ("CR1", {"CRV1": "place"})]
)
def test_two_stage_least_squares_as_in_pyfixest(kind, theirs):
    d, _ = offered()
    case = sample(d["score_now"], d["taken"], x=d["x"], instrument_=d["group"], cluster_=d["place"])
    ours = rows(case, (kind,))
    late = pyfixest.feols("score_now ~ x | taken ~ group", d, vcov=theirs)
    offer, uptake = (pyfixest.feols(f"{name} ~ group + x", d, vcov=theirs) for name in ("score_now", "taken"))
    for population, fit, name in (
        ("LATE", late, "taken"),
        ("ITT", offer, "group"),
        ("take-up", uptake, "group"),
    ):
        assert ours[population, kind].estimate == pytest.approx(fit.coef()[name], rel=1e-9)
        assert ours[population, kind].std_error == pytest.approx(fit.se()[name], rel=1e-8)


@pytest.mark.parametrize("kind", ["classical", "HC1", "HC3"])
def test_interval_is_every_effect_that_anderson_and_rubin_do_not_reject(kind):
    d, case = offered(120, 0.4)
    late = rows(case, (kind,))["LATE", kind]
    design = sm.add_constant(d[["group", "x"]])

    def p_value(b: float) -> float:
        fit = sm.OLS(d["score_now"] - b * d["taken"], design).fit()
        errors = fit.bse if kind == "classical" else getattr(fit, f"{kind}_se")
        return 2 * stats.t.sf(abs(fit.params["group"] / errors["group"]), fit.df_resid)

    low, high = late.interval
    assert [p_value(end) for end in (low, high)] == pytest.approx([0.05, 0.05], abs=1e-6)
    assert late.p_value == pytest.approx(p_value(0.0), rel=1e-6)
    assert low < late.estimate < high
    assert late.estimate - low != pytest.approx(high - late.estimate, rel=0.02)  # lopsided, as it should be


def test_offer_that_moved_hardly_anyone_gives_a_reason():
    rng = np.random.default_rng(1)
    group, taken = np.tile([0.0, 1.0], 60), (rng.random(120) < 0.5).astype(float)
    ours = rows(sample(rng.normal(size=120), taken, x=rng.normal(size=120), instrument_=group))
    assert ours["LATE", "classical"].is_refused
    assert ours["LATE", "classical"].reasons == (EstimateReason.WEAK_OFFER(),)
    assert not ours["ITT", "classical"].is_refused


def test_nothing_to_correct_and_nobody_taken_give_reasons():
    d = people(60, 1.0, 4)
    with pytest.raises(NotApplicableError, match="offer_is_participation"):
        rows(sample(d["score_now"], d["group"], x=d["x"], instrument_=d["group"]))
    with pytest.raises(NotApplicableError, match="all_or_nobody"):
        rows(sample(d["score_now"], d["group"] * 0, x=d["x"], instrument_=d["group"]))


def test_training_hours_and_scrap_as_published():
    # Holzer et al. (1993) data, first differences 1987-88, 45 firms: Δhours −.0142 (.0079), first stage 24.44
    # (5.18), F 22.2
    wide = pd.read_csv(ROOT / "data/raw/michigan-1987-89/jtrain.csv").pivot(
        index="fcode", columns="year", values=["scrap", "hrsemp", "grant"]
    )
    wide.columns = [f"{name}_{year}" for name, year in wide.columns]
    wide = wide.dropna(subset=["scrap_1987", "scrap_1988", "hrsemp_1987", "hrsemp_1988"])
    case = sample(
        np.log(wide["scrap_1988"]),
        wide["hrsemp_1988"],
        before=np.log(wide["scrap_1987"]),
        treated_before=wide["hrsemp_1987"],
        instrument_=wide["grant_1988"],
        instrument_before=wide["grant_1987"],
    )
    ours = rows(case, covariates=())
    assert len(wide) == 45
    late, uptake = ours["LATE", "classical"], ours["take-up", "classical"]
    assert (late.estimate, late.std_error) == (
        pytest.approx(-0.0142, abs=5.1e-5),
        pytest.approx(0.0079, abs=5.1e-5),
    )
    assert (uptake.estimate, uptake.std_error) == (
        pytest.approx(24.44, abs=5.1e-3),
        pytest.approx(5.18, abs=5.1e-3),
    )
    assert (uptake.estimate / uptake.std_error) ** 2 == pytest.approx(22.2, abs=0.06)


def run_quantiles(case, kinds=("influence",), **options):
    return {
        str(one.about): one
        for one, _ in quantiles.quantile_effects(case, spec("quantile_effects", kinds, **options))
    }


def test_quantiles_without_covariates_are_those_of_the_groups():
    rng = np.random.default_rng(1)
    y, d = rng.normal(size=201), np.r_[np.ones(100), np.zeros(101)]
    found = run_quantiles(sample(y, d), quantiles=[0.25, 0.5, 0.9])
    for level, population in ((0.25, "quantile 0.25"), (0.5, "quantile 0.5"), (0.9, "quantile 0.9")):
        expected = np.quantile(y[d == 1], level, method="averaged_inverted_cdf") - np.quantile(
            y[d == 0], level, method="averaged_inverted_cdf"
        )
        assert found[population].estimate == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("level", [0.25, 0.5, 0.75])
def test_error_of_a_quantile_near_that_of_the_bootstrap(level):
    rng = np.random.default_rng(2)
    high, low = rng.gamma(2, 1, 400) + 0.5, rng.gamma(2, 1, 300)
    found = run_quantiles(sample(np.r_[high, low], np.r_[np.ones(400), np.zeros(300)]), quantiles=[level])
    draws = [
        np.quantile(rng.choice(high, 400), level) - np.quantile(rng.choice(low, 300), level)
        for _ in range(2_000)
    ]
    assert found[f"quantile {level:g}"].std_error == pytest.approx(np.std(draws), rel=0.15)


@pytest.mark.parametrize("estimand", ["att", "ate"])
def test_weighted_quantiles_remove_what_the_covariate_explains(estimand):
    rng = np.random.default_rng(3)
    x = rng.normal(size=6_000)
    d = (rng.random(6_000) < 1 / (1 + np.exp(-x))).astype(float)
    case = sample(x + 0.5 * d + rng.normal(size=6_000), d, x=x)
    found = run_quantiles(case, covariates=["x"], estimand=estimand)
    plain = run_quantiles(case)
    for level in (0.25, 0.5, 0.75):
        one = found[f"quantile {level:g}, {estimand.upper()}"]
        assert abs(one.estimate - 0.5) < 4 * one.std_error < 0.5
        assert plain[f"quantile {level:g}"].estimate > 0.9


@pytest.mark.slow
def test_weighted_quantile_error_near_that_of_the_bootstrap():
    d = people(400, 0.5, 6, selected=0.7)
    chosen = spec("quantile_effects", ("influence",), covariates=["x"], quantiles=[0.5])

    def case(table):
        return sample(table["score_now"], table["group"], x=table["x"])

    def estimate(table):
        upper, lower, _, _ = quantiles.group_weights(case(table), chosen)
        return np.subtract(
            *(
                quantiles.weighted_quantile(table["score_now"].to_numpy(), weights, 0.5)
                for weights in (upper, lower)
            )
        )

    rng = np.random.default_rng(1)
    draws = [estimate(d.iloc[rng.integers(0, 400, 400)]) for _ in range(400)]
    ours = quantiles.quantile_effects(case(d), chosen)[0][0]
    assert ours.estimate == estimate(d)
    assert ours.std_error == pytest.approx(np.std(draws), rel=0.2)


def test_quantile_that_many_share_gives_a_reason_and_the_others_stand():
    rng = np.random.default_rng(4)
    y = np.where(rng.random(400) < 0.35, 0.0, rng.gamma(2, 1, 400))
    found = run_quantiles(sample(y, np.tile([0, 1], 200)))
    assert found["quantile 0.25"].reasons == (EstimateReason.QUANTILE_JUMPS(),)
    assert not found["quantile 0.75"].is_refused


def test_quantile_in_a_heap_is_refused_even_where_its_step_has_a_width():
    # a seventh of the comparison group has the same pay, right at its median
    low = np.r_[np.linspace(1, 2, 43), np.full(14, 2.5), np.linspace(3, 4, 43)]
    found = run_quantiles(
        sample(np.r_[low, low + np.linspace(0, 1, 100)], np.r_[np.zeros(100), np.ones(100)]),
        quantiles=[0.5, 0.9],
    )
    assert found["quantile 0.5"].reasons[0] == EstimateReason.QUANTILE_JUMPS()
    assert not found["quantile 0.9"].is_refused


def test_quantile_of_a_yes_or_no_and_of_a_handful_are_refused():
    with pytest.raises(NotApplicableError, match="quantile_jumps"):
        run_quantiles(sample(np.tile([0, 1, 1, 0, 1], 40), np.tile([0, 1], 100)))
    with pytest.raises(NotApplicableError, match="few_beyond_quantile"):
        run_quantiles(sample(np.arange(12.0), np.tile([0, 1], 6)))
