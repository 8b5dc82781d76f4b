"""Bias and coverage by simulation where the truth is known and each method's assumptions hold, without and
with an effect.

Tolerances: four standard errors of a mean over the runs; coverage of 95 % intervals within four standard
errors of a share, and a little more downwards for methods that are right only in large samples.
"""

import numpy as np
import pytest

from evaluation_cases import people, sample, spec
from manfaat.evaluation import instrument, matching, methods, quantiles, weighting
from manfaat.evaluation.estimate import Inference, Settings
from manfaat.evaluation.registry import METHODS

pytestmark = pytest.mark.simulation

RUNS = 200
COVARIATES = ["x", "z"]
TRUTHS = (0.0, 0.5)


def check(results: dict, truth: float, *, least: float = 0.885, size: int = RUNS) -> None:
    """``results``: per method the list of its results."""
    for name, found in results.items():
        assert len(found) >= 0.97 * size, name
        estimates = np.array([one.estimate for one in found])
        assert abs(estimates.mean() - truth) < 4 * estimates.std() / np.sqrt(len(found)), name
        inside = np.mean([low <= truth <= high for low, high in (bounds(one) for one in found)])
        assert least <= inside <= 1.0, (name, inside)
        errors = np.array([one.std_error for one in found])
        assert np.median(errors) == pytest.approx(estimates.std(), rel=0.2), name


def bounds(result) -> tuple[float, float]:
    from manfaat.evaluation.estimate import margins

    return margins(result, Settings("trial", "randomised", "x"))[:2]


def gather(results: dict, name: str, found) -> None:
    for one, _ in found:
        if not one.is_refused:
            results.setdefault((name, str(one.about), one.std_error_kind), []).append(one)


SELECTED = [
    ("regression", ("HC1", "HC3", "BM"), {}),
    ("inverse_probability_weighting", ("influence",), {"estimand": "att"}),
    ("inverse_probability_weighting", ("influence",), {"estimand": "ate"}),
    ("doubly_robust", ("influence",), {"estimand": "att"}),
    ("doubly_robust", ("influence",), {"estimand": "ate"}),
    ("entropy_balancing", ("influence",), {}),
    ("nearest_neighbour", ("AI", "AI_equal"), {}),
    ("regression_imputation", ("influence",), {"estimand": "att"}),
    ("regression_imputation", ("influence",), {"estimand": "ate"}),
    ("quantile_effects", ("influence",), {"quantiles": [0.5]}),
    ("doubly_robust_difference_in_differences", ("influence",), {}),
]


@pytest.mark.parametrize("truth", TRUTHS)
def test_adjusting_methods_where_the_abler_take_part(truth):
    results = {}
    for seed in range(RUNS):
        d = people(300, truth, seed, selected=0.7)
        case = sample(d["score_now"], d["group"], before=d["score_before"], x=d["x"], z=d["z"])
        for method, kinds, options in SELECTED:
            gather(
                results,
                method,
                METHODS[method].estimate(case, spec(method, kinds, covariates=COVARIATES, **options)),
            )
    assert len(results) == 14
    check(results, truth)


def test_the_raw_difference_is_biased_there():
    found = [
        methods.difference_in_means(
            sample(d["score_now"], d["group"]), spec("difference_in_means", ("HC2",))
        )[0][0]
        for d in (people(300, 0.0, s, selected=0.7) for s in range(20))
    ]
    assert np.mean([one.estimate for one in found]) > 0.4


@pytest.mark.parametrize(("wrong", "methods_right"), [("outcome", "propensity"), ("propensity", "outcome")])
def test_doubly_robust_is_right_if_one_of_its_models_is(wrong, methods_right):
    # one of the two models lacks the square that matters for it
    errors, single = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=800)
        for_outcome, for_score = (x**2 + x, x) if wrong == "outcome" else (x, x**2 / 2 + x)
        d = (rng.random(800) < 1 / (1 + np.exp(-0.7 * for_score))).astype(float)
        case = sample(for_outcome + 0.5 * d + rng.normal(size=800), d, x=x)
        chosen = spec("doubly_robust", ("influence",), covariates=["x"])
        errors.append(weighting.doubly_robust(case, chosen)[0][0].estimate - 0.5)
        other = (
            weighting.regression_imputation if wrong == "outcome" else weighting.inverse_probability_weighting
        )
        single.append(other(case, chosen)[0][0].estimate - 0.5)
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(60)
    assert abs(np.mean(single)) > abs(np.mean(errors)) + 0.02 or methods_right == "outcome"


@pytest.mark.parametrize("truth", TRUTHS)
def test_offer_and_take_up(truth):
    late, offer = {}, {}
    for seed in range(RUNS):
        d = people(200, truth, seed, compliance=0.7)
        case = sample(d["score_now"], d["taken"], x=d["x"], instrument_=d["group"])
        found = instrument.instrumental_variables(
            case,
            spec(
                "instrumental_variables", ("HC1",), covariates=["x"], instrument="group", treatment=["taken"]
            ),
        )
        gather(late, "late", found[:1])
        gather(offer, "offer", found[1:2])
    check(late, truth)
    check(offer, 0.6 * truth)


@pytest.mark.parametrize("truth", TRUTHS)
def test_villages_assigned_as_a_whole(truth):
    results = {}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        village = np.repeat(np.arange(12), rng.integers(4, 16, 12))
        d = np.isin(village, rng.permutation(12)[:6]).astype(float)
        y = truth * d + 0.7 * rng.normal(size=12)[village] + rng.normal(size=len(village))
        chosen = spec("difference_in_means", ("HC1", "auto", "CR3", "wild", "randomisation"))
        gather(
            results,
            "means",
            methods.difference_in_means(sample(y, d, cluster_=village), chosen, Inference(draws=399)),
        )
    alone = results.pop(("means", "", "HC1"))
    assert np.mean([bounds(one)[0] <= truth <= bounds(one)[1] for one in alone]) < 0.8  # why clusters matter
    assert {kind for _, _, kind in results} == {"CR2", "CR3", "wild", "randomisation"}
    for key in list(results):
        check({key: results[key]}, truth, size=RUNS if key[2] != "wild" else RUNS * 0.98)


@pytest.mark.parametrize("truth", TRUTHS)
def test_lottery_within_strata_and_survey_weights(truth):
    results = {}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        stratum = np.arange(120) % 6
        share = np.array([0.3, 0.4, 0.5, 0.5, 0.6, 0.7])[stratum]
        d = (rng.random(120) < share).astype(float)
        case = sample(truth * d + stratum + rng.normal(size=120), d, stratum_=stratum)
        gather(
            results,
            "strata",
            methods.strata_fixed_effects(
                case, spec("strata_fixed_effects", ("HC2", "BM", "randomisation")), Inference(draws=199)
            ),
        )
        # two kinds of people, one of them asked four times as often, with effects that average to the truth
        # in the population
        kind, lot = (rng.random(150) < 0.8).astype(float), rng.integers(0, 2, 150).astype(float)
        weight = np.where(kind == 1, 1.0, 4.0)
        y = lot * (truth + 0.4 * np.where(kind == 1, 1.0, -1.0)) + rng.normal(size=150)
        weighted = sample(y, lot, weight_=weight / weight.mean())
        gather(
            results,
            "weights",
            methods.difference_in_means(weighted, spec("difference_in_means", ("HC2", "survey"))),
        )
    check(results, truth)


@pytest.mark.parametrize("truth", TRUTHS)
def test_repeated_cross_sections(truth):
    results = {}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        d, later = rng.integers(0, 2, 200).astype(float), rng.integers(0, 2, 200).astype(float)
        y = d + 0.5 * later + truth * d * later + rng.normal(size=200)
        gather(
            results,
            "waves",
            methods.repeated_cross_sections(
                sample(y, d, post_=later), spec("repeated_cross_sections", ("HC1",))
            ),
        )
    check(results, truth)


@pytest.mark.parametrize("truth", TRUTHS)
def test_quantiles_of_a_lottery(truth):
    results = {}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        d = np.tile([0.0, 1.0], 100)
        case = sample(truth * d + rng.gamma(2, 1, 200), d)
        gather(
            results,
            "quantiles",
            quantiles.quantile_effects(
                case, spec("quantile_effects", ("influence",), quantiles=[0.25, 0.5, 0.75])
            ),
        )
    assert len(results) == 3
    check(results, truth)


def test_matching_on_more_neighbours_is_right_as_well():
    results = {}
    for seed in range(100):
        d = people(300, 0.5, seed, selected=0.7)
        case = sample(d["score_now"], d["group"], x=d["x"], z=d["z"])
        gather(
            results,
            "four",
            matching.nearest_neighbour(
                case, spec("nearest_neighbour", ("AI",), covariates=COVARIATES, neighbours=4)
            ),
        )
    check(results, 0.5, least=0.86, size=100)
