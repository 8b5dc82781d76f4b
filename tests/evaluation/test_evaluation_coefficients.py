"""A regression is a table: held against statsmodels, published numbers, and formulas written out."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from evaluation_cases import LINES, indicator, people, programme
from manfaat.evaluation.coefficients import all_tables, model_of, told, wald
from manfaat.evaluation.estimate import DEFAULT, Settings
from manfaat.evaluation.ladder import estimate_stages, sample_for
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import Dataset

SETTINGS = Settings("trial", "randomised", "regression", draws=99)


def study(kind="HC1", method="regression", **more):
    spec = {"method": method, "std_errors": [kind], **more}
    return programme([spec], primary=method.replace("_", "-"))


def trial(n=90):
    return people(n, 1.0).assign(
        age=lambda one: 30 + 5 * one["x"], score_now=lambda one: 20 + one["score_now"]
    )


LINED = [*LINES, indicator("age", "fixed", "covariate", "age")]


def table_of(made, table, lines=LINED):
    return all_tables(table, made, lines, SETTINGS, stages=("outcome",))


@pytest.mark.parametrize(
    ("kind", "of_statsmodels"), [("classical", "nonrobust"), ("HC1", "HC1"), ("HC2", "HC2"), ("HC3", "HC3")]
)
def test_all_coefficients_are_those_of_statsmodels(kind, of_statsmodels):
    table = trial()
    found = table_of(study(kind, covariates=["age", "z"]), table)
    fitted = smf.ols("score_now ~ group + age + z", table).fit(cov_type=of_statsmodels, use_t=True)
    assert found["term"].tolist() == ["(constant)", "group", "age", "z"]
    order = ["Intercept", "group", "age", "z"]
    for name, theirs in (("estimate", fitted.params), ("std_error", fitted.bse), ("p_value", fitted.pvalues)):
        np.testing.assert_allclose(found[name], theirs[order], rtol=1e-8)
    np.testing.assert_allclose(found[["ci_low", "ci_high"]], fitted.conf_int().loc[order], rtol=1e-8)
    assert found["r_squared"].unique() == pytest.approx([fitted.rsquared])
    others = table.loc[table["group"] == 0, "score_now"]
    assert found.loc[0, ["n", "mean_comparison", "sd_comparison"]].tolist() == pytest.approx(
        [90, others.mean(), others.std()]
    )


def test_clusters_and_weights_enter_every_coefficient():
    table = trial()
    made = programme(
        [{"method": "regression", "std_errors": ["CR1"], "covariates": ["age"]}],
        primary="regression",
        cluster="place",
        weight="weight",
    )
    lines = [
        *LINED,
        indicator("place", "fixed", "technical", "p"),
        indicator("weight", "fixed", "technical", "w"),
    ]
    found = table_of(made, table, lines)
    fitted = smf.wls("score_now ~ group + age", table, weights=table["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": table["place"]}, use_t=True
    )
    np.testing.assert_allclose(found["estimate"], fitted.params[["Intercept", "group", "age"]], rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], fitted.bse[["Intercept", "group", "age"]], rtol=1e-8)
    assert found["r_squared"][0] == pytest.approx(fitted.rsquared)


def test_an_indicator_that_nobody_answered_has_no_table():
    table = trial().assign(score_now=np.nan)
    assert table_of(study("HC1", covariates=["age"]), table).empty


def test_within_strata_as_with_a_column_for_each():
    table = trial()
    made = study("HC1", "strata_fixed_effects", covariates=["age"], strata="block")
    found = table_of(made, table, [*LINED, indicator("block", "fixed", "technical", "block")])
    fitted = smf.ols("score_now ~ group + age + C(block)", table).fit(cov_type="HC1", use_t=True)
    np.testing.assert_allclose(found["estimate"], fitted.params[["group", "age"]], rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], fitted.bse[["group", "age"]], rtol=1e-8)
    assert found["r_squared"][0] == pytest.approx(fitted.rsquared)


def test_an_effect_in_per_cent_has_the_error_of_the_delta_method():
    """Two groups of one size: ȳ₁ / ȳ₀ − 1 has the variance s₁² / n₁ + (ȳ₁ / ȳ₀)² · s₀² / n₀, over ȳ₀²."""
    table = trial()
    effect = table_of(study("HC2", "difference_in_means"), table).iloc[1]
    one, other = (table.loc[table["group"] == side, "score_now"] for side in (1, 0))
    ratio = one.mean() / other.mean()
    variance = (one.var() / len(one) + ratio**2 * other.var() / len(other)) / other.mean() ** 2
    assert effect["percent"] == pytest.approx(100 * (ratio - 1))
    assert effect["percent_std_error"] == pytest.approx(100 * variance**0.5)
    assert effect["in_sd"] == pytest.approx((one.mean() - other.mean()) / other.std())


@pytest.mark.simulation
def test_the_per_cent_of_a_regression_vary_as_their_error_says():
    """By simulation: 400 samples of 200, outcome 10 + 2·d + x + e."""
    rng, found = np.random.default_rng(5), []
    made = study("HC1", covariates=["x"])
    for _ in range(400):
        d, x = rng.permutation(200) % 2, rng.normal(size=200)
        frame = pd.DataFrame({"_key": np.arange(200).astype(str), "group": d * 1.0, "x": x})
        frame["score_now"] = 10 + 2 * d + x + rng.normal(size=200) * (1 + d)
        found.append(table_of(made, frame, [*LINES[:1], LINES[2], LINES[5]]).iloc[1])
    shown = pd.DataFrame(found)
    assert shown["percent"].mean() == pytest.approx(20, abs=0.3)
    assert shown["percent_std_error"].mean() == pytest.approx(shown["percent"].std(), rel=0.08)


def test_tests_of_equality_are_those_of_wald():
    table = trial()
    made = study("HC1", covariates=["age", "z", "place"])
    lines = [*LINED, indicator("place", "fixed", "covariate", "place")]
    data, spec = Dataset(table, made, lines), made.specifications[0]
    sample = sample_for(data, LINED[5], spec)
    model = model_of(METHODS["regression"].regression(sample, spec), spec, DEFAULT)
    terms = model.regression.fitted.basis.terms
    fitted = smf.ols("score_now ~ group + age + z + place", table).fit(cov_type="HC1", use_t=True)
    for tested, words in (
        (["z"], "z = 0"),
        (["age", "z"], "age = 0, z = 0"),
        (["age", "z", "place"], "age=z=place=0"),
    ):
        theirs = fitted.f_test(words)
        ours = wald(model, [terms[name] for name in tested])
        assert (ours.statistic, ours.p_value) == pytest.approx(
            (float(np.squeeze(theirs.statistic)), float(theirs.pvalue))
        )
    assert (ours.numerator, ours.denominator) == (3, 85)
    one = wald(model, [terms["(treatment)"] - terms["z"]])
    assert one.statistic == pytest.approx(fitted.t_test("group = z").tvalue.item() ** 2)


def test_several_treatments_of_a_panel_and_whether_they_are_equal():
    made = programme(
        [{"method": "fixed_effects", "treatment": ["first", "second", "third"], "std_errors": ["CR1"]}],
        primary="fixed-effects",
        panel={"unit": "unit", "period": "year"},
    )
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"unit": np.repeat(np.arange(60), 4), "year": np.tile([1, 2, 3, 4], 60)})
    table = table.assign(group=(table["unit"] % 2) * 1.0, _key=table.index.astype(str))
    for name in ("first", "second", "third"):
        table[name] = (rng.random(240) < 0.4) * 1.0
    table["score_now"] = 5 + table["first"] + table["second"] + rng.normal(size=240) + table["unit"] % 7
    lines = [LINES[0], indicator("score_now", "period", "effect")]
    lines += [indicator(name, "period", "treatment", name) for name in ("first", "second", "third")]
    found = table_of(made, table, lines)
    assert found["term"].tolist() == [
        *("first", "second", "third", "(period) 2", "(period) 3", "(period) 4"),
        *("first = second", "first = third", "second = third", "first = second = third"),
    ]
    fitted = smf.ols("score_now ~ first + second + third + C(year) + C(unit)", table).fit()
    np.testing.assert_allclose(found["estimate"][:3], fitted.params[["first", "second", "third"]], rtol=1e-8)
    assert found["r_squared"][0] == pytest.approx(fitted.rsquared)
    for row, (one, other) in zip(range(6, 9), combinations(("first", "second", "third"), 2), strict=True):
        assert found["estimate"][row] == pytest.approx(fitted.params[one] - fitted.params[other])
    assert found["df_numerator"][9] == 2
    assert found["statistic"][9] > 1
    assert found["p_value"][9] < 0.01


def test_an_estimate_carries_what_the_comparison_group_has():
    table = trial()
    made = study("HC1", covariates=["age"])
    row = estimate_stages(table, made, LINED, SETTINGS, stages=("outcome",)).iloc[0]
    others = table.loc[table["group"] == 0, "score_now"]
    digits = [float(f"{one:.4g}") for one in (others.mean(), others.std())]
    assert row[["mean_comparison", "sd_comparison"]].tolist() == digits
    assert row["percent_of_comparison"] == float(f"{100 * row['estimate'] / others.mean():.4g}")


def test_what_rests_on_few_is_not_told():
    table = trial().assign(z=lambda one: (one.index < 3) * 1.0)
    found = table_of(study("HC1", covariates=["age", "z"]), table)
    assert found["estimate"].isna().tolist() == [False, False, False, True]
    assert found["reasons"].tolist()[3] == "few_alike"
    rare = trial().assign(score_now=lambda one: (one.index < 3) * 1.0)
    found = table_of(study("HC1", covariates=["age"]), rare)
    assert found.loc[0, ["estimate", "mean_comparison", "sd_comparison"]].isna().all()
    assert found.loc[1, ["percent", "in_sd"]].isna().all()
    row = estimate_stages(rare, study(covariates=["age"]), LINED, SETTINGS, stages=("outcome",)).iloc[0]
    assert row[["mean_comparison", "sd_comparison", "percent_of_comparison"]].isna().all()


def test_a_number_of_the_file_has_four_digits():
    shown = told(table_of(study(covariates=["age"]), trial()))
    assert [float(f"{one:.4g}") for one in shown["estimate"]] == shown["estimate"].tolist()
    assert shown["n"].tolist() == [90, 90, 90]


def test_no_table_without_a_regression_or_with_nothing_to_estimate():
    assert table_of(study("influence", "inverse_probability_weighting", covariates=["x"]), trial()).empty
    assert table_of(study(covariates=["x"]), trial().assign(group=1.0)).empty
    constant = trial().assign(score_now=1.0)
    assert table_of(study(covariates=["x"]), constant).empty


@pytest.mark.parametrize("kind", ["randomisation", "wild", "auto"])
def test_a_kind_that_is_drawn_gives_way_to_that_beside_it(kind):
    made = programme(
        [{"method": "difference_in_means", "std_errors": [kind]}],
        primary="difference-in-means",
        cluster="place",
    )
    lines = [*LINED, indicator("place", "fixed", "technical", "p")]
    found = table_of(made, trial(), lines)
    assert found["std_error_kind"].unique().tolist() == [
        {"randomisation": "HC2", "wild": "CR1", "auto": "CR2"}[kind]
    ]
    assert found["std_error"].notna().all()
