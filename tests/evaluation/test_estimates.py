"""Estimators against independent implementations, simulation and edges."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation import methods
from manfaat.evaluation.balance import standardised_difference
from manfaat.evaluation.estimate import COLUMNS, Settings, as_table, hedges_factor, minimum_detectable
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.weighted import answers

WORDS = {"en": "x", "id": "x"}


def spec(method: str, kinds: tuple[str, ...] = ("classical",), **more) -> Specification:
    return Specification(
        id=method.replace("_", "-"), label=WORDS, method=method, std_errors=list(kinds), **more
    )


def sample(now, treated, before=None, **covariates) -> Sample:
    frame = pd.DataFrame({"now": np.asarray(now, float), "treated": np.asarray(treated, float), **covariates})
    return Sample(frame if before is None else frame.assign(before=np.asarray(before, float)), 0)


def programme(**design) -> Programme:
    values = {
        "programme": "trial",
        "title": WORDS,
        "summary": WORDS,
        "tables": {"people": {"label": WORDS, "key": ["row"]}},
        "units": {"points": {"label": WORDS}},
        "design": {
            "unit": {"one": WORDS, "many": WORDS},
            "group": "group",
            "participants": ["1"],
            "comparison": ["0"],
            "times": {"now": WORDS},
            **design,
        },
        "specifications": [
            {
                "id": "difference",
                "label": WORDS,
                "method": "difference_in_means",
                "std_errors": ["HC2", "classical"],
            },
            {
                "id": "adjusted",
                "label": WORDS,
                "method": "regression",
                "covariates": ["x"],
                "std_errors": ["HC1"],
            },
            {"id": "did", "label": WORDS, "method": "difference_in_differences", "std_errors": ["HC1"]},
            {"id": "change", "label": WORDS, "method": "before_after_change", "std_errors": ["classical"]},
            {
                "id": "fe",
                "label": WORDS,
                "method": "fixed_effects",
                "treatment": ["group"],
                "std_errors": ["CR1"],
            },
        ],
        "primary": {"randomised": "difference", "observational": "adjusted"},
    }
    return Programme.model_validate(values)


def indicator(name: str, time: str, use: str, concept: str = "score") -> Indicator:
    labels = {
        "label::English (en)": name,
        "label::Bahasa Indonesia (id)": name,
        "definition::English (en)": name,
        "definition::Bahasa Indonesia (id)": name,
    }
    return Indicator.model_validate(
        {
            "name": name,
            "indicator": concept,
            "time": time,
            "stage_thesis": "outcome",
            "stage_dac": "outcome",
            "construct": "copy",
            "inputs": name,
            "unit": "points",
            "direction": "higher",
            "use": use,
            **labels,
        }
    )


LINES = [
    indicator("group", "fixed", "group", "group"),
    indicator("x", "fixed", "covariate", "x"),
    indicator("score_before", "before", "covariate"),
    indicator("score_now", "now", "effect"),
]


def ladder(table: pd.DataFrame, **settings) -> pd.DataFrame:
    return estimate_stages(
        table,
        programme(),
        LINES,
        Settings("trial", "randomised", "difference", **settings),
        stages=("outcome",),
    )


def people(n: int, effect: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group, ability = np.arange(n) % 2, rng.normal(size=n)
    before = ability + rng.normal(size=n)
    return pd.DataFrame(
        {
            "_key": np.arange(n).astype(str),
            "group": group.astype(float),
            "x": ability,
            "score_before": before,
            "score_now": ability + effect * group + rng.normal(size=n),
        }
    )


def test_difference_equals_students_and_welchs_t():
    rng = np.random.default_rng(5)
    one, other = rng.normal(1, 2, 40), rng.normal(0, 1, 25)
    results = methods.difference_in_means(
        sample(np.r_[one, other], np.r_[np.ones(40), np.zeros(25)]),
        spec("difference_in_means", ("classical", "HC2")),
    )
    classical, hc2 = results[0][0], results[1][0]
    student, welch = stats.ttest_ind(one, other), stats.ttest_ind(one, other, equal_var=False)
    assert classical.estimate / classical.std_error == pytest.approx(student.statistic, rel=1e-12)
    assert hc2.estimate / hc2.std_error == pytest.approx(
        welch.statistic, rel=1e-12
    )  # HC2 is the unpooled variance


def test_before_after_change_equals_students_sleep_data():
    # R: t.test(extra ~ group, data = sleep, paired = TRUE) → t -4.0621, p 0.00283, -1.58 [-2.4599, -0.7001];
    # d_z -1.2846
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    table = pd.DataFrame(
        {"_key": list("abcdefghij"), "group": 1.0, "x": range(10), "score_before": second, "score_now": first}
    )
    change = ladder(table).set_index("specification").loc["change"]
    assert change["estimate"] == pytest.approx(-1.58)
    assert change["p_value"] == pytest.approx(0.00283, abs=5e-6)
    assert (change["ci_low"], change["ci_high"]) == (
        pytest.approx(-2.4599, abs=5e-5),
        pytest.approx(-0.7001, abs=5e-5),
    )
    assert (change["effect_size"], change["effect_size_kind"]) == (
        pytest.approx(-1.2846, abs=5e-5),
        "d_z (SD of the change)",
    )
    assert change["n_comparison"] == 0


@pytest.mark.parametrize(
    ("n", "expected"),
    [(20, 0.909), (30, 0.736), (50, 0.566), (60, 0.516), (80, 0.446), (100, 0.398), (150, 0.325)],
)
def test_minimum_detectable_effect_of_two_groups(n, expected):
    # statsmodels: TTestIndPower().solve_power(nobs1=n, alpha=0.05, power=0.8) → noncentral t, a little above
    # the sum of two t quantiles
    error = np.sqrt(2 / n)
    assert minimum_detectable(error, 2 * n - 2, Settings("c", "randomised", "p")) == pytest.approx(
        expected, abs=0.006
    )


def test_difference_in_differences_equals_difference_of_mean_changes():
    table = people(60, 0.5, 3)
    row = ladder(table).set_index("specification").loc["did"]
    change = table["score_now"] - table["score_before"]
    assert row["estimate"] == pytest.approx(
        change[table["group"] == 1].mean() - change[table["group"] == 0].mean(), rel=1e-12
    )


def test_effect_size_parts():
    # Hedges (1981): J(10) = 1 − 3 / 39
    assert hedges_factor(10) == pytest.approx(1 - 3 / 39)
    assert standardised_difference(
        answers(pd.Series([1.0, 3.0])), answers(pd.Series([0.0, 2.0]))
    ) == pytest.approx(1 / np.sqrt(2))


@pytest.mark.slow
def test_unbiased_with_nominal_coverage_where_assumptions_hold():
    truth, inside, estimates = 0.4, {}, {}
    runs = 400
    for seed in range(runs):
        rows = ladder(people(80, truth, seed))
        for row in rows[rows["estimand"] != "change"].dropna(subset=["estimate"]).itertuples():
            key = (row.specification, row.std_error_kind)
            inside[key] = inside.get(key, 0) + (row.ci_low <= truth <= row.ci_high)
            estimates.setdefault(key, []).append(row.estimate)
    assert set(estimates) == {
        ("difference", "HC2"),
        ("difference", "classical"),
        ("adjusted", "HC1"),
        ("did", "HC1"),
    }
    for key, values in estimates.items():
        assert abs(np.mean(values) - truth) < 4 * np.std(values) / np.sqrt(runs), key
        assert 0.91 <= inside[key] / runs <= 0.985, key  # 95 % ± 4 standard errors of a share over 400 runs


def test_small_whole_number_types_do_not_overflow():
    table = people(40, 0.0, 1).assign(x=np.arange(100, 140, dtype="int8") % 127)
    squared = (table["x"].astype("int8") ** 2).astype("float64")
    assert (squared < 0).any()  # this is what is guarded against
    from manfaat.indicators import Context, build_power

    built = build_power([table["x"].astype("int8")], {"exponent": "2"}, Context())
    assert built.tolist() == [float(int(value)) ** 2 for value in table["x"]]


EDGES = {
    "nobody": people(0, 0, 1),
    "one person": people(1, 0, 1),
    "one of each": people(2, 0, 1),
    "two and two, all equal": people(4, 0, 1).assign(score_now=1.0, score_before=1.0),
    "all missing": people(20, 0, 1).assign(score_now=np.nan),
    "only participants": people(20, 0, 1).assign(group=1.0),
    "only comparison": people(20, 0, 1).assign(group=0.0),
    "one treated": people(20, 0, 1).assign(group=[1.0] + [0.0] * 19),
    "constant covariate": people(20, 0, 1).assign(x=3.0),
    "outcome follows from covariate": people(20, 0, 1).assign(score_now=lambda t: 2 * t["x"]),
    "group follows from covariate": people(20, 0, 1).assign(x=lambda t: t["group"]),
    "huge covariate": people(20, 0, 1).assign(x=lambda t: t["x"] * 1e9 + 1e12),
}


@pytest.mark.parametrize("edge", EDGES)
def test_edges_give_a_reason_or_a_finite_interval_of_some_width(edge):
    rows = ladder(EDGES[edge])
    assert list(rows.columns) == COLUMNS
    assert set(rows["specification"]) == {"difference", "adjusted", "did", "change", "fe"}
    for row in rows.itertuples():
        if pd.isna(row.estimate):
            assert row.reasons
            assert pd.isna(row.std_error)
        else:
            assert np.isfinite([row.estimate, row.std_error, row.ci_low, row.ci_high, row.mde]).all()
            assert row.ci_low < row.ci_high


def test_edges_name_the_right_reason():
    reasons = {edge: ladder(table).set_index("specification")["reasons"] for edge, table in EDGES.items()}
    assert reasons["nobody"].loc["difference"] == "no_complete_unit"
    assert reasons["only participants"].loc["difference"].startswith("nobody_to_compare")
    assert reasons["one treated"].loc["difference"] == "few_in_a_group"
    assert reasons["two and two, all equal"].loc["difference"] == "all_the_same"
    assert (
        reasons["constant covariate"].loc["adjusted"] == ""
    )  # it changes nothing, see test_evaluation_invariances
    assert reasons["outcome follows from covariate"].loc["adjusted"] == "follows_exactly"
    assert reasons["all missing"].loc["fe"] == "no_panel"


def test_input_is_not_changed():
    table = people(30, 0.2, 2)
    before = table.copy(deep=True)
    ladder(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0, 95])
def test_impossible_confidence_is_refused(value):
    with pytest.raises(ValueError, match="confidence must be at least"):
        Settings("c", "randomised", "p", confidence=value)


def test_covariate_that_is_also_subtracted_is_refused():
    from manfaat.evaluation.sample import Dataset, draw_sample

    with pytest.raises(NotApplicableError, match="before_twice"):
        draw_sample(
            Dataset(people(20, 0, 1), programme(), LINES),
            LINES[3],
            spec("difference_in_differences", covariates=["score_before"]),
            needs_before=True,
        )


def test_nothing_to_estimate_is_an_empty_table_of_the_right_shape():
    assert list(as_table([]).columns) == COLUMNS
