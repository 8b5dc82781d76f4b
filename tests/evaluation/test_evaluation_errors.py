"""Standard errors against R packages, other Python packages, formulas written out in full, and the rule that
chooses among them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm

from evaluation_cases import petersen, sample, spec, unequal_firms
from manfaat.evaluation import errors, methods
from manfaat.evaluation.estimate import DEFAULT, Inference
from manfaat.evaluation.linear import dummies, orthonormal, regress
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError
from manfaat.evaluation.std_errors import Coefficient

# R 4.2.2 on unequal_firms() (104 rows): m <- lm(y ~ t + x, d); sandwich 3.0-2 sqrt(diag(vcovHC(m, h)))["t"];
# clubSandwich 0.5.8 coef_test(m, vcov = v, cluster = d$firm); BM is CR2 with cluster = 1:104
IN_R = {
    "classical": (0.42937204, 101),
    "HC1": (0.35359874, 101),
    "HC2": (0.35586485, 101),
    "HC3": (0.36350803, 101),
    "BM": (0.35586485, 42.555735),
    "CR1": (0.61132615, 11),
    "CR2": (0.69219482, 3.274717),
    "CR3": (
        0.85053748 * np.sqrt(11 / 12),
        11,
    ),  # clubSandwich leaves out the factor (G − 1) / G of MacKinnon, Nielsen and Webb
}


def firms(*, weighted: bool = False, **more):
    d = unequal_firms()
    columns = {
        "x": d["x"],
        "cluster_": d["firm"],
        "stratum_": d["s"],
        **({"weight_": d["w"] / d["w"].mean()} if weighted else {}),
    }
    return sample(d["y"], d["t"], **columns, **more)


def error_of(study, kind: str, *, covariates=("x",)):
    fitted = regress(study, study.treated, list(covariates))
    return fitted.estimate, Coefficient(fitted, study).error(kind)


@pytest.mark.parametrize("kind", IN_R)
def test_errors_and_degrees_of_freedom_as_in_r(kind):
    _, error = error_of(firms(), kind)
    assert error.std_error == pytest.approx(IN_R[kind][0], abs=6e-9)
    assert error.df == pytest.approx(IN_R[kind][1], abs=6e-7)


def test_satterthwaite_below_four_is_told():
    told = error_of(firms(), "CR2")[1].reasons
    assert told == (EstimateReason.FEW_DF(df=3.3), EstimateReason.UNEQUAL_CLUSTERS(clusters=12, df=3.3))
    assert error_of(firms(), "BM")[1].reasons == ()


@pytest.mark.parametrize(
    ("kind", "std_error", "df"),
    [
        # mw <- lm(y ~ t + x, d, weights = w); sqrt(diag(vcovHC(mw, h)))["t"]
        ("HC1", 0.38022071, 101),
        ("HC2", 0.38474043, 101),
        ("HC3", 0.39521319, 101),
        # survey 4.1-1: svyglm(y ~ t + x, svydesign(ids = ~firm, strata = ~s, weights = ~w, data = d)); SE;
        # degf(design) + 1 - 3
        ("survey", 0.62485708, 8),
    ],
)
def test_weighted_errors_as_in_r(kind, std_error, df):
    estimate, error = error_of(firms(weighted=True), kind)
    assert estimate == pytest.approx(1.58712151, abs=6e-9)
    assert (error.std_error, error.df) == (pytest.approx(std_error, abs=6e-9), pytest.approx(df, abs=6e-7))


def test_survey_error_without_clusters_as_in_r():
    # svydesign(ids = ~1, strata = ~s, weights = ~w, data = d)
    study = firms(weighted=True)
    fitted = regress(study, study.treated, ["x"])
    error = errors.linearised(fitted.basis.influence * fitted.residuals, study.strata, None, 3)
    assert (error.std_error, error.df) == (pytest.approx(0.37831275, abs=6e-9), 100)


@pytest.mark.parametrize(("cluster", "printed", "df"), [("firm", 0.0506, 499), ("year", 0.0334, 9)])
def test_clustered_errors_of_petersen(cluster, printed, df):
    # Petersen (2009) and R: sqrt(diag(vcovCL(lm(y ~ x, PetersenCL), ~firm))) → 0.0505957; ~year → 0.0333889
    d = petersen()
    study = sample(d["y"], d["x"], cluster_=d[cluster])
    fitted = regress(study, study.treated, [])
    assert fitted.estimate == pytest.approx(1.0348, abs=5e-5)
    error = Coefficient(fitted, study).error("CR1")
    assert (error.std_error, error.df) == (pytest.approx(printed, abs=5e-5), df)
    assert Coefficient(fitted, study).error("classical").std_error == pytest.approx(0.0286, abs=5e-5)
    assert Coefficient(fitted, study).error("HC1").std_error == pytest.approx(0.0284, abs=5e-5)


def in_full(x: np.ndarray, e: np.ndarray, g: np.ndarray, place: int) -> tuple[float, float]:
    """CR2 and its degrees of freedom with n × n matrices, as Bell and McCaffrey (2002) write them."""
    inverse = np.linalg.inv(x.T @ x)
    hat, total, columns = x @ inverse @ x.T, 0.0, []
    for cluster in np.unique(g):
        rows = np.flatnonzero(g == cluster)
        values, vectors = np.linalg.eigh(np.eye(len(rows)) - hat[np.ix_(rows, rows)])
        root = vectors @ np.diag([1 / np.sqrt(v) if v > 1e-9 else 0.0 for v in values]) @ vectors.T
        a = root @ x[rows] @ inverse[place]
        total += (a @ e[rows]) ** 2
        columns.append((np.eye(len(x)) - hat)[:, rows] @ a)
    spectrum = np.linalg.eigvalsh(np.column_stack(columns).T @ np.column_stack(columns))
    return float(np.sqrt(total)), float(spectrum.sum() ** 2 / (spectrum**2).sum())


def test_cr2_equals_the_formula_in_full():
    rng = np.random.default_rng(3)
    g = np.repeat(np.arange(7), [1, 2, 9, 4, 6, 3, 5])
    x, t = rng.normal(size=30), (g % 2).astype(float)
    y = rng.normal(size=7)[g] + x + rng.normal(size=30)
    study = sample(y, t, x=x, cluster_=g)
    fitted = regress(study, t, ["x"])
    design = np.column_stack([np.ones(30), t, x])
    error = errors.bias_reduced(fitted, study.clusters)
    assert (error.std_error, error.df) == pytest.approx(in_full(design, fitted.residuals, g, 1), rel=1e-10)


def test_weighted_cr2_is_that_of_the_rows_times_root_weight():
    # its square root of the adjustment differs from clubSandwich's (0.74793082, df 2.724959); both are
    # unbiased under the same working model
    study, d = firms(weighted=True), unequal_firms()
    fitted = regress(study, study.treated, ["x"])
    root = np.sqrt(d["w"] / d["w"].mean()).to_numpy()
    design = np.column_stack([np.ones(len(d)), d["t"], d["x"]]) * root[:, None]
    error = errors.bias_reduced(fitted, study.clusters)
    assert (error.std_error, error.df) == pytest.approx(
        in_full(design, fitted.residuals, d["firm"].to_numpy(), 1), rel=1e-10
    )
    assert (error.std_error, error.df) == (pytest.approx(0.748, rel=0.01), pytest.approx(2.72, rel=0.02))


def test_cr2_with_effects_nested_in_clusters_equals_the_formula_with_dummies():
    # Pustejovsky and Tipton (2018), theorem 2; clubSandwich: lm(y ~ x + factor(year) + factor(firm)) →
    # 0.16428442, df 9.323718
    from manfaat.evaluation.linear import basis, fit
    from manfaat.evaluation.panel import demeaned

    d = unequal_firms()
    firm, year = np.unique(d["firm"], return_inverse=True)[1], np.unique(d["year"], return_inverse=True)[1]
    columns = np.column_stack([d["y"], d["x"], dummies(year)])
    within = demeaned(columns, firm, np.ones(len(d)))
    fitted = fit(basis(within[:, 1:], 0, absorbed=12), within[:, 0])
    error = errors.bias_reduced(fitted, firm)
    assert (error.std_error, error.df) == (
        pytest.approx(0.16428442, abs=6e-9),
        pytest.approx(9.323718, abs=6e-7),
    )
    design = np.column_stack([d["x"], np.ones(len(d)), dummies(year), dummies(firm)])
    assert (error.std_error, error.df) == pytest.approx(in_full(design, fitted.residuals, firm, 0), rel=1e-8)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pyfixest
def test_cr3_equals_leaving_out_each_cluster_and_pyfixest():
    d = unequal_firms()
    study = firms()
    estimate, error = error_of(study, "CR3")
    left = []
    for firm in d["firm"].unique():
        rest = d[d["firm"] != firm]
        left.append(sm.OLS(rest["y"], sm.add_constant(rest[["t", "x"]])).fit().params["t"])
    assert error.std_error == pytest.approx(
        np.sqrt(11 / 12 * ((np.array(left) - estimate) ** 2).sum()), rel=1e-10
    )
    fit = pyfixest.feols("y ~ t + x", d, vcov={"CRV3": "firm"}, ssc=pyfixest.ssc(k_adj=False, G_adj=False))
    assert error.std_error == pytest.approx(fit.se()["t"] * np.sqrt(11 / 12), rel=1e-8)


def test_wide_designs_lose_no_digits():
    rng = np.random.default_rng(8)
    columns = np.column_stack([np.ones(50), 1e9 + rng.normal(size=50), rng.normal(size=50) * 1e-7])
    columns[:, 1] -= columns[:, 1].mean()
    q, r = orthonormal(columns)
    assert np.abs(q.T @ q - np.eye(3)).max() < 1e-14
    assert np.abs(q @ r - columns).max() < 1e-12


@pytest.mark.parametrize(
    ("clusters", "smaller", "options", "kind"),
    [
        (None, 0, {}, "BM"),
        (2, 1, {}, "BM"),
        (4, 2, {}, "BM"),
        (5, 2, {}, "CR2"),
        (49, 24, {}, "CR2"),
        (50, 19, {}, "CR2"),
        (60, 20, {}, "CR2"),  # two large ones of 60: CR1 covered .84
        (500, 250, {}, "CR2"),
        (None, 0, {"by": errors.BY_WEIGHTING}, "jackknife"),
        (4, 2, {"by": errors.BY_WEIGHTING}, "jackknife"),
        (12, 6, {"by": errors.BY_WEIGHTING}, "jackknife"),
        (12, 6, {"by": errors.BY_INFLUENCE}, "CR1"),
        (12, 6, {"survey": True}, "BRL"),  # 3 strata of 4 clusters: Binder's linearisation covered .86
        (None, 0, {"survey": True}, "BRL"),
        (3, 1, {"survey": True}, "BM"),
    ],
)
def test_rule_that_chooses(clusters, smaller, options, kind):
    choice = errors.choose(clusters, smaller, **options)
    assert choice.kind == kind
    assert choice.reason.code in EstimateReason


def test_two_cities_are_not_a_clustered_sample():
    rng = np.random.default_rng(2)
    city = np.repeat([0, 1], 60)
    study = sample(rng.normal(size=120), np.tile([0, 1], 60), cluster_=city)
    for kinds in (("auto",), ("HC1",), ("CR1",)):
        result = methods.difference_in_means(study, spec("difference_in_means", kinds))[0][0]
        assert EstimateReason.TOO_FEW_CLUSTERS(clusters=2) in result.reasons
    assert (
        methods.difference_in_means(study, spec("difference_in_means", ("auto",)))[0][0].std_error_kind
        == "BM"
    )


def test_units_of_clusters_taken_as_independent_are_told():
    result = methods.regression(firms(), spec("regression", ("HC1",), covariates=["x"]))[0][0]
    assert result.reasons[0] == EstimateReason.UNITS_ALONE()


def test_kinds_that_cannot_be_had_say_why_and_leave_the_others():
    study = sample(np.arange(20.0) ** 1.5, np.tile([0, 1], 10), weight_=np.ones(20))
    results = [
        one
        for one, _ in methods.difference_in_means(
            study, spec("difference_in_means", ("CR2", "classical", "HC1"))
        )
    ]
    assert [one.is_refused for one in results] == [True, True, False]
    assert results[0].reasons == (EstimateReason.NO_CLUSTERS(),)
    assert results[1].reasons == (EstimateReason.CLASSICAL_WEIGHTED(),)
    with pytest.raises(NotApplicableError, match="no_clusters"):
        methods.difference_in_means(study, spec("difference_in_means", ("CR2", "CR3")))


def test_randomisation_inference_needs_a_lottery():
    study = sample(np.arange(20.0) ** 1.5, np.tile([0, 1], 10))
    results = methods.difference_in_means(
        study, spec("difference_in_means", ("HC2", "randomisation")), Inference(is_lottery=False)
    )
    assert results[1][0].reasons == (EstimateReason.NO_LOTTERY(),)
    assert DEFAULT.is_lottery


def test_weights_that_are_all_equal_change_nothing():
    d = unequal_firms()
    plain = error_of(sample(d["y"], d["t"], x=d["x"], cluster_=d["firm"]), "CR2")
    weighted = error_of(sample(d["y"], d["t"], x=d["x"], cluster_=d["firm"], weight_=np.ones(len(d))), "CR2")
    assert plain[0] == pytest.approx(weighted[0], rel=1e-12)
    assert plain[1].std_error == pytest.approx(weighted[1].std_error, rel=1e-12)


def test_change_of_participants_alone_carries_weights_and_clusters():
    # statsmodels: WLS of the change on a constant, clustered; and the plain paired t
    d = unequal_firms()
    before, ones = d["y"] - d["x"], np.ones(len(d))
    plain = methods.before_after_change(sample(d["y"], ones, before=before), spec("before_after_change"))[0]
    assert plain[0].std_error == pytest.approx(d["x"].std() / np.sqrt(len(d)), rel=1e-10)
    assert plain[1][0] == pytest.approx(d["x"].mean() / d["x"].std(), rel=1e-10)
    case = sample(d["y"], ones, before=before, cluster_=d["firm"], weight_=d["w"] / d["w"].mean())
    clustered, chosen = (
        one for one, _ in methods.before_after_change(case, spec("before_after_change", ("CR1", "auto")))
    )
    fit = sm.WLS(d["x"], ones, weights=d["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": d["firm"].astype(int)}
    )
    assert (clustered.estimate, clustered.std_error) == (
        pytest.approx(fit.params.iloc[0], rel=1e-10),
        pytest.approx(fit.bse.iloc[0], rel=1e-10),
    )
    assert chosen.std_error_kind == "CR2"
    assert chosen.reasons[0] == EstimateReason.CHOSEN_CLUSTERS(clusters=12, smaller=12)


def test_effects_of_strata_that_hold_several_clusters_take_the_cluster_jackknife():
    rng = np.random.default_rng(6)
    cluster = np.repeat(np.arange(30), 8)
    treated = np.tile([0.0, 1.0], 15)[cluster]
    y, weight = rng.normal(size=240) + rng.normal(size=30)[cluster], np.exp(0.3 * rng.normal(size=240))
    roles = {"cluster_": cluster, "weight_": weight / weight.mean()}
    asked = spec("strata_fixed_effects", ("auto",))
    nested = sample(y, treated, stratum_=cluster // 6, **roles)
    assert methods.strata_fixed_effects(nested, asked)[0][0].std_error_kind == "CR3"
    alike = sample(y, rng.integers(0, 2, 240) * 1.0, stratum_=cluster, cluster_=cluster)
    assert methods.strata_fixed_effects(alike, asked)[0][0].std_error_kind == "CR2"
    assert (
        methods.difference_in_means(
            sample(y, treated, stratum_=cluster // 6, **roles), spec("difference_in_means", ("auto",))
        )[0][0].std_error_kind
        == "BRL"
    )


def test_strata_fixed_effects_equal_dummies_of_statsmodels():
    d = unequal_firms().assign(t=lambda table: (table["year"] % 2 == 0) * 1.0)
    study = sample(d["y"], d["t"], x=d["x"], stratum_=d["firm"])
    result = methods.strata_fixed_effects(study, spec("strata_fixed_effects", ("HC2",), covariates=["x"]))[0][
        0
    ]
    design = pd.get_dummies(d["firm"], drop_first=True, dtype=float).assign(t=d["t"], x=d["x"])
    fit = sm.OLS(d["y"], sm.add_constant(design)).fit(cov_type="HC2")
    assert (result.estimate, result.std_error) == (
        pytest.approx(fit.params["t"], rel=1e-10),
        pytest.approx(fit.bse["t"], rel=1e-10),
    )


def test_bias_reduced_linearisation_by_brute_force():
    # P is the matrix of the quadratic form in white errors: tr(P) times their variance is its expectation,
    # tr(P)² / tr(P²) its degrees of freedom
    d = unequal_firms()
    study = sample(
        d["y"], d["t"], x=d["x"], cluster_=d["firm"], stratum_=d["s"], weight_=d["w"] / d["w"].mean()
    )
    fitted = regress(study, study.treated, ["x"])
    found = errors.bias_reduced_linearisation(fitted, study.strata, study.clusters)
    part, n = errors.reduced_parts(fitted.basis, study.clusters)[0], len(d)
    rows = np.array([(study.clusters == one) * part for one in range(12)]) @ (
        np.eye(n) - fitted.basis.q @ fitted.basis.q.T
    )
    strata = np.array([study.strata[study.clusters == one][0] for one in range(12)])
    form = np.zeros((n, n))
    for stratum in (0, 1):
        own = rows[strata == stratum]
        centred = own - own.mean(axis=0)
        form += len(own) / (len(own) - 1) * centred.T @ centred
    assert found.std_error**2 == pytest.approx(fitted.residuals @ form @ fitted.residuals, rel=1e-9)
    assert found.df == pytest.approx(np.trace(form) ** 2 / (form**2).sum(), rel=1e-9)


def test_bias_reduced_linearisation_of_one_stratum_is_cr2_but_for_the_mean():
    study = firms()
    whole = replace(study, frame=study.frame.assign(stratum_=0.0))
    fitted = regress(whole, whole.treated, ["x"])
    plain, within = (
        errors.bias_reduced(fitted, whole.clusters),
        errors.bias_reduced_linearisation(fitted, whole.strata, whole.clusters),
    )
    assert within.std_error == pytest.approx(plain.std_error, rel=0.25)
    alone = errors.bias_reduced_linearisation(fitted, None, None)
    assert alone.std_error == pytest.approx(errors.bell_mccaffrey(fitted).std_error, rel=0.05)


def test_a_declared_kind_that_is_too_narrow_says_so():
    # 6 of 60 treated with three times the spread: classical covers .64, HC1 .885
    rng = np.random.default_rng(4)
    d = (np.arange(60) < 6) * 1.0
    study = sample(rng.normal(size=60) * np.where(d == 1, 3, 1), d)
    found = {
        one.std_error_kind: one.reasons
        for one, _ in methods.difference_in_means(
            study, spec("difference_in_means", ("classical", "HC1", "BM", "auto"))
        )
    }
    assert EstimateReason.TOO_NARROW in {reason.code for reason in found["classical"]}
    assert EstimateReason.TOO_NARROW in {reason.code for reason in found["HC1"]}
    assert not any(reason.doubts for reason in found["BM"])
    equal = sample(rng.normal(size=200), np.tile([0, 1], 100))
    kinds = ("classical", "HC1", "HC2", "HC3")
    assert not any(
        reason.doubts
        for one, _ in methods.difference_in_means(equal, spec("difference_in_means", kinds))
        for reason in one.reasons
    )


def test_unequal_weights_and_skewed_values_are_told():
    rng = np.random.default_rng(5)
    weight = np.exp(1.2 * rng.normal(size=200))
    lot = np.tile([0, 1], 100)
    told = methods.difference_in_means(
        sample(rng.normal(size=200), lot, weight_=weight / weight.mean()),
        spec("difference_in_means", ("auto",)),
    )[0][0].reasons
    assert EstimateReason.UNEQUAL_WEIGHTS in {reason.code for reason in told}
    few = (np.arange(130) < 13) * 1.0
    pay = np.exp(rng.normal(size=130))
    kinds = ("auto", "randomisation")
    both = [
        one.reasons
        for one, _ in methods.difference_in_means(
            sample(pay, few), spec("difference_in_means", kinds), Inference(draws=199)
        )
    ]
    assert [EstimateReason.TOO_SKEWED() in told for told in both] == [True, False]
    assert [any(reason.doubts for reason in told) for told in both] == [True, True]  # 13 of one group
    assert not methods.difference_in_means(sample(np.log(pay), few), spec("difference_in_means", ("auto",)))[
        0
    ][0].reasons[1:]
