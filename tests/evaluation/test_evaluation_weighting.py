"""Weighting and imputation against statsmodels, R, and estimating equations solved and differentiated by
brute force.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.special import expit
from statsmodels.discrete.discrete_model import Logit
from statsmodels.regression.linear_model import OLS
from statsmodels.treatment.treatment_effects import TreatmentEffect

from conftest import ROOT
from evaluation_cases import people, sample, spec
from manfaat.evaluation import nuisance, weighting
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError

COVARIATES = ["x", "z"]


def study(n: int = 300, seed: int = 1, **more):
    d = people(n, 0.4, seed, selected=0.8)
    columns = {"x": d["x"], "z": d["z"], **more}
    return sample(d["score_now"] + 0.3 * d["x"] * d["group"], d["group"], before=d["score_before"], **columns)


def run(method: str, case, **options):
    found = getattr(weighting, method)(
        case, spec(method, options.pop("kinds", ("influence",)), covariates=COVARIATES, **options)
    )
    return found[0][0]


def bare_error(result, case, k: int) -> float:
    """The standard error without the factor n / (n − k) for small samples."""
    n = len(case.frame)
    return result.std_error * np.sqrt((n - k) / n)


@pytest.mark.parametrize(
    ("method", "theirs", "estimand", "tolerance"),
    [
        ("inverse_probability_weighting", "ipw", "ate", 1e-8),
        ("inverse_probability_weighting", "ipw", "att", 1e-8),
        ("regression_imputation", "ra", "ate", 1e-8),
        ("regression_imputation", "ra", "att", 1e-8),
        (
            "doubly_robust",
            "aipw",
            "ate",
            2e-4,
        ),  # statsmodels does not divide the weights of the residuals by their sum, we do
    ],
)
@pytest.mark.filterwarnings("ignore")  # of the optimiser inside statsmodels
def test_same_numbers_as_statsmodels(method, theirs, estimand, tolerance):
    case = study()
    regressors, treated = case.frame.assign(constant=1.0)[["constant", *COVARIATES]], case.treated.astype(int)
    effect = TreatmentEffect(
        OLS(case.now, regressors), treated, results_select=Logit(treated, regressors).fit(disp=0, tol=1e-12)
    )
    found = getattr(effect, theirs)(
        return_results=True,
        **({} if theirs == "aipw" else {"effect_group": {"ate": "all", "att": 1}[estimand]}),
    )
    ours = run(method, case, estimand=estimand)
    assert ours.estimate == pytest.approx(found.effect[0], rel=tolerance)
    assert bare_error(ours, case, 4) == pytest.approx(found.results_gmm.bse[0], rel=tolerance)


def stacked(case, method: str, weights: np.ndarray):
    """Estimating equations (n × p) of a method and its starting point, the estimate first, spelled out
    without any algebra.
    """
    y, d = case.now, case.treated
    x = np.column_stack([np.ones(len(y)), case.frame[COVARIATES]])
    k, s = x.shape[1], weights

    def logit(b):
        return s[:, None] * (d - expit(x @ b))[:, None] * x

    def line(b, group):
        return (s * group * (y - x @ b))[:, None] * x

    def ipw_att(theta):
        t, m0, b = theta[0], theta[1], theta[2:]
        odds = np.exp(x @ b)
        return np.column_stack([s * d * (y - m0 - t), s * (1 - d) * odds * (y - m0), logit(b)])

    def ipw_ate(theta):
        t, m0, b = theta[0], theta[1], theta[2:]
        p = expit(x @ b)
        return np.column_stack([s * d / p * (y - m0 - t), s * (1 - d) / (1 - p) * (y - m0), logit(b)])

    def aipw_att(theta):
        t, c, b, g = theta[0], theta[1], theta[2 : 2 + k], theta[2 + k :]
        rest = y - x @ g
        return np.column_stack(
            [s * d * (rest - c - t), s * (1 - d) * np.exp(x @ b) * (rest - c), logit(b), line(g, 1 - d)]
        )

    def aipw_ate(theta):
        t, r1, r0, b, g1, g0 = (
            theta[0],
            theta[1],
            theta[2],
            theta[3 : 3 + k],
            theta[3 + k : 3 + 2 * k],
            theta[3 + 2 * k :],
        )
        p = expit(x @ b)
        top = s * (x @ g1 - x @ g0 + r1 - r0 - t)
        return np.column_stack(
            [
                top,
                s * d / p * (y - x @ g1 - r1),
                s * (1 - d) / (1 - p) * (y - x @ g0 - r0),
                logit(b),
                line(g1, d),
                line(g0, 1 - d),
            ]
        )

    def entropy(theta):
        t, m0, lam, mean = theta[0], theta[1], theta[2 : 1 + k], theta[1 + k :]
        apart = x[:, 1:] - mean
        w = s * (1 - d) * np.exp(x[:, 1:] @ lam)
        return np.column_stack(
            [s * d * (y - m0 - t), w * (y - m0), w[:, None] * apart, (s * d)[:, None] * apart]
        )

    def imputation(theta):
        t, g = theta[0], theta[1:]
        return np.column_stack([s * d * (y - x @ g - t), line(g, 1 - d)])

    size = {
        "ipw_att": 2 + k,
        "ipw_ate": 2 + k,
        "aipw_att": 2 + 2 * k,
        "aipw_ate": 3 + 3 * k,
        "entropy": 2 + 2 * (k - 1),
        "imputation": 1 + k,
    }
    return {
        "ipw_att": ipw_att,
        "ipw_ate": ipw_ate,
        "aipw_att": aipw_att,
        "aipw_ate": aipw_ate,
        "entropy": entropy,
        "imputation": imputation,
    }[method], size[method]


STACKED = [
    ("inverse_probability_weighting", {"estimand": "att"}, "ipw_att"),
    ("inverse_probability_weighting", {"estimand": "ate"}, "ipw_ate"),
    ("doubly_robust", {"estimand": "att"}, "aipw_att"),
    ("doubly_robust", {"estimand": "ate"}, "aipw_ate"),
    ("entropy_balancing", {}, "entropy"),
    ("regression_imputation", {"estimand": "att"}, "imputation"),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("method", "options", "name"), STACKED)
def test_estimates_and_errors_equal_stacked_estimating_equations(method, options, name, weighted):
    from scipy.optimize import root

    weights = 1.0 + np.arange(300) % 3 if weighted else np.ones(300)
    weights = weights / weights.mean()
    case = study(**({"weight_": weights} if weighted else {}))
    equations, size = stacked(case, name, weights)
    ours = run(method, case, **options)
    start = np.zeros(size)
    start[0] = ours.estimate
    solved = root(lambda theta: equations(theta).mean(axis=0), start, tol=1e-12)
    assert ours.estimate == pytest.approx(solved.x[0], rel=1e-7)
    slope = approx_fprime(solved.x, lambda theta: equations(theta).mean(axis=0), 1e-7)
    inverse = np.linalg.inv(slope)
    found = equations(solved.x)
    variance = inverse @ (found.T @ found / 300) @ inverse.T / 300
    assert bare_error(ours, case, 4) == pytest.approx(np.sqrt(variance[0, 0]), rel=2e-4)


def test_clusters_are_summed_before_squaring():
    clusters = np.arange(300) // 10
    case = study(cluster_=clusters)
    y, d, x = case.now, case.treated, nuisance.design_matrix(case, COVARIATES)
    found = weighting.aipw_att(weighting.Units(y, d, np.ones(300), x), nuisance.propensity(case, COVARIATES))
    sums = np.bincount(clusters, weights=found.scores)
    ours = run("doubly_robust", case, kinds=("CR1",))
    assert (ours.std_error, ours.df) == (pytest.approx(np.sqrt(30 / 29 * sums @ sums), rel=1e-12), 29)
    assert run("doubly_robust", case, kinds=("auto",)).std_error_kind == "jackknife"


@pytest.mark.slow
@pytest.mark.parametrize("cohort", ["nsw", "cps", "psid"])
def test_doubly_robust_difference_in_differences_as_in_r(cohort):
    # R 4.2.2, drdid_panel of the package DRDID (Sant'Anna and Zhao 2020), logit by glm.fit to 1e-13:
    # y1 = re78, y0 = re75, covariates 1, age, education, black, hispanic, married, nodegree, re74, u74
    expected = {"nsw": (1475.3370, 720.1967), "cps": (1961.7353, 661.0418), "psid": (4106.8162, 930.1218)}[
        cohort
    ]
    d = delivered(cohort)
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "u74"]
    case = sample(d["re78"], d["treat"], before=d["re75"], **{name: d[name] for name in names})
    method = "doubly_robust_difference_in_differences"
    ours = weighting.doubly_robust_difference_in_differences(
        case, spec(method, ("influence",), covariates=names)
    )[0][0]
    assert ours.estimate == pytest.approx(expected[0], abs=6e-5)
    assert bare_error(ours, case, 10) == pytest.approx(expected[1], abs=6e-5)


def delivered(cohort: str) -> pd.DataFrame:
    """The shipped files, as the published papers use them."""
    raw = ROOT / "data" / "raw"
    if cohort == "nsw":
        d = pd.read_csv(raw / "nsw-1976" / "nsw.csv")
    elif cohort == "cps":
        d = pd.concat(
            [
                pd.read_csv(raw / "nsw-1976-cps" / name)
                for name in ("nsw-participants.csv", "cps-comparison.csv")
            ],
            ignore_index=True,
        )
    else:
        d = pd.read_csv(raw / "nsw-1976-psid" / "jtrain3.csv").rename(
            columns={"train": "treat", "married": "marr"}
        )
        d = d.assign(re74=d["re74"] * 1000, re75=d["re75"] * 1000, re78=d["re78"] * 1000)
    return d.assign(nodegree=(d["educ"] < 12) * 1.0, u74=(d["re74"] == 0) * 1.0, u75=(d["re75"] == 0) * 1.0)


def test_entropy_balancing_balances_and_stays_close_to_the_survey_weights():
    case = study(weight_=(1.0 + np.arange(300) % 3) / 2)
    for degree, columns in ((1, ["x", "z"]), (2, ["x", "z", "xx", "xz"])):
        balance = nuisance.entropy_balance(case, COVARIATES, degree)
        frame = case.frame.assign(xx=lambda t: t["x"] ** 2, xz=lambda t: t["x"] * t["z"])
        treated = frame["treated"] == 1
        for name in columns:
            target = np.average(frame.loc[treated, name], weights=frame.loc[treated, "weight_"])
            assert balance.weights @ frame[name] == pytest.approx(target, abs=1e-7)
        # the weights are the survey weights times exp(linear): that is what makes them the closest in entropy
        # (Hainmueller 2012)
        ratio = np.log(balance.weights[~treated] / frame.loc[~treated, "weight_"])
        basis = np.column_stack([np.ones((~treated).sum()), frame.loc[~treated, columns]])
        assert np.abs(ratio - basis @ np.linalg.lstsq(basis, ratio, rcond=None)[0]).max() < 1e-6


@pytest.mark.parametrize("cohort", ["cps", "psid"])
def test_effective_sample_sizes_of_entropy_balancing(cohort):
    # effective sample size of the balanced comparison group: 268.8 (CPS), 23.4 (PSID)
    d = delivered(cohort)
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "u74", "u75"]
    case = sample(d["re78"], d["treat"], **{name: d[name] for name in names})
    found = weighting.overlap(nuisance.entropy_balance(case, names, 1).weights)
    assert found.effective == pytest.approx({"cps": 268.8, "psid": 23.4}[cohort], abs=0.06)
    told = weighting.entropy_balancing(case, spec("entropy_balancing", ("influence",), covariates=names))[0][
        0
    ].reasons
    # 15,992 for 185 participants: that most of a large pool count for nothing is as it should be; 23 for as
    # many are few
    assert (
        told[:1]
        == {
            "cps": (),
            "psid": (EstimateReason.FEW_EFFECTIVE(units=2490, effective=23),),
        }[cohort]
    )


def test_overlap_by_hand():
    found = weighting.overlap(np.array([0.0, 1.0, 1.0, 2.0]))
    assert (found.effective, found.units, found.largest_share) == (pytest.approx(16 / 6), 3, 0.5)
    assert found.reasons == ()  # three alike are few, and that is all
    assert weighting.overlap(np.ones(20)).reasons == ()
    assert weighting.overlap(np.r_[np.ones(20), np.full(80, 1e-6)]).reasons == (
        EstimateReason.FEW_EFFECTIVE(units=100, effective=20),
    )
    assert (
        weighting.overlap(np.r_[np.ones(20), np.full(80, 1e-6)], 60).reasons == ()
    )  # a third of those whom they are to resemble


def test_trimming_leaves_out_who_is_like_nobody_and_says_so():
    case = study(1000, seed=3)
    chosen = spec(
        "inverse_probability_weighting", ("influence",), covariates=COVARIATES, estimand="ate", trim=0.2
    )
    rest = weighting.trimmed(case, chosen)
    score = nuisance.propensity(case, COVARIATES).score
    assert len(rest.frame) == ((score >= 0.2) & (score <= 0.8)).sum() < 1000
    share = 100 * (1 - len(rest.frame) / 1000)
    assert rest.notes == (EstimateReason.TRIMMED(share=round(share, 1)),)
    assert rest.memory is not case.memory
    for_participants = weighting.trimmed(case, chosen.model_copy(update={"estimand": "att"}))
    assert len(for_participants.frame) == (score <= 0.8).sum()


def test_no_overlap_is_refused_by_each_method():
    x = np.r_[np.linspace(0, 1, 20), np.linspace(2, 3, 20)]
    case = sample(np.sin(9 * x), np.r_[np.zeros(20), np.ones(20)], x=x, z=np.tile([0.0, 1.0, 1.0, 0.0], 10))
    for method in ("inverse_probability_weighting", "doubly_robust"):
        with pytest.raises(NotApplicableError, match="no_overlap"):
            run(method, case)
    with pytest.raises(NotApplicableError, match="unbalanced"):
        run("entropy_balancing", case)


def test_a_value_that_only_one_group_has_is_no_overlap():
    rng = np.random.default_rng(1)
    d = np.tile([0, 1], 40)
    case = sample(rng.normal(size=80), d, x=rng.normal(size=80), z=(d == 0) & (np.arange(80) < 12))
    with pytest.raises(NotApplicableError, match="no_overlap"):
        run("inverse_probability_weighting", case)


def test_second_moments_that_cannot_be_met_are_refused():
    d = delivered("psid")
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "u74", "u75"]
    case = sample(d["re78"], d["treat"], **{name: d[name] for name in names})
    with pytest.raises(NotApplicableError, match="unbalanced"):
        weighting.entropy_balancing(
            case, spec("entropy_balancing", ("influence",), covariates=names, moments=2)
        )


def test_what_rests_on_covariates_alone_is_computed_once():
    case = study()
    run("inverse_probability_weighting", case)
    kept = case.memory[("propensity", tuple(COVARIATES))]
    run("doubly_robust", case)
    assert case.memory[("propensity", tuple(COVARIATES))] is kept


REFITTED = [
    ("inverse_probability_weighting", {"estimand": "att"}),
    ("inverse_probability_weighting", {"estimand": "ate"}),
    ("doubly_robust", {"estimand": "att"}),
    ("doubly_robust", {"estimand": "ate"}),
    ("entropy_balancing", {}),
    ("regression_imputation", {"estimand": "att"}),
    ("regression_imputation", {"estimand": "ate"}),
]


@pytest.mark.many
@pytest.mark.parametrize("by_cluster", [False, True])
@pytest.mark.parametrize(("method", "options"), REFITTED)
def test_one_step_of_the_jackknife_is_near_the_jackknife_itself(method, options, by_cluster):
    # everything estimated anew without each unit (each cluster): (G − 1) / G · Σ(b₍₋g₎ − b)²
    case = study()
    case = replace(case, frame=case.frame.iloc[:120])
    clusters = np.arange(120) // 6
    shown = replace(case, frame=case.frame.assign(cluster_=clusters * 1.0)) if by_cluster else case
    ours = run(method, shown, kinds=("jackknife",), **options)
    groups = clusters if by_cluster else np.arange(120)
    without = [
        run(method, replace(case, frame=case.frame[groups != one], memory={}), **options).estimate
        for one in np.unique(groups)
    ]
    expected = np.sqrt(
        (len(without) - 1) / len(without) * ((np.array(without) - np.mean(without)) ** 2).sum()
    )
    assert ours.std_error == pytest.approx(expected, rel=0.06)
    assert ours.std_error > run(
        method, shown, kinds=("CR1" if by_cluster else "influence",), **options
    ).std_error * (0.97 if by_cluster else 0.99)


def test_degrees_of_freedom_of_the_jackknife_are_those_of_welch_where_nothing_is_adjusted():
    # equal variances: (1/13 + 1/117)² / (1/13³ + 1/117³) = 16.01; the propensity depends on nothing
    rng = np.random.default_rng(3)
    x = np.tile([-1.0, 1.0], 65)
    d = np.r_[np.ones(13), np.zeros(117)]
    x[:13], x[13:] = np.linspace(-1, 1, 13), np.linspace(-1, 1, 117)
    case = sample(rng.normal(size=130), d, x=x)
    chosen = spec("inverse_probability_weighting", ("jackknife",), covariates=["x"], estimand="ate")
    assert weighting.inverse_probability_weighting(case, chosen)[0][0].df == pytest.approx(16.0, abs=0.5)
