"""Samples and own baselines: every number against plain pandas and statsmodels on the raw file."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from conftest import ROOT
from manfaat.definitions.codebook import KEY, load_codebook
from manfaat.definitions.programme import SampleOf, Specification, load_programme
from manfaat.evaluation.asked import asked, is_chosen_late
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_one, estimate_stages
from manfaat.evaluation.sample import Dataset
from manfaat.evaluation.specifications import check_methods
from manfaat.evaluation.summaries import flow_counts
from manfaat.indicators import load_indicators
from manfaat.threats.driver import run

RAW = pd.read_csv(ROOT / "data/raw/nsw-1976/nsw.csv").astype("float64")
FOLDER = ROOT / "programmes/nsw"
PROGRAMME = load_programme(FOLDER, root=ROOT)[0]
BOOK = load_codebook(FOLDER, PROGRAMME, root=ROOT)[0]
LINES = load_indicators(FOLDER, PROGRAMME, BOOK, root=ROOT)[0]
PAY = next(line for line in LINES if line.name == "earnings_1978")
SAMPLES = {
    "married": {"when": "${married} = 1", "label": {"en": "married people", "id": "orang yang menikah"}},
    "working": {"when": "${zero_1978} = 0", "label": {"en": "those in work", "id": "yang bekerja"}},
}
PROGRAMME = PROGRAMME.model_copy(
    update={"samples": {name: SampleOf.model_validate(one) for name, one in SAMPLES.items()}}
)
SETTINGS = Settings("nsw-1976", "randomised", "difference")


def table() -> pd.DataFrame:
    """The indicators that the tests need, straight from the raw file."""
    return pd.DataFrame(
        {
            KEY: [f"P{at}" for at in range(len(RAW))],
            "group": RAW["treat"].map({1.0: "train", 0.0: "control"}),
            "age": RAW["age"],
            "married": RAW["marr"],
            "earnings_1975": RAW["re75"],
            "zero_1975": (RAW["re75"] == 0).astype("float64"),
            "earnings_1978": RAW["re78"],
            "zero_1978": (RAW["re78"] == 0).astype("float64"),
        }
    )


def spec(**told) -> Specification:
    """A specification by least squares."""
    return Specification.model_validate({"id": "own", "method": "regression", "std_errors": ["HC1"]} | told)


def data(rows: pd.DataFrame, programme=PROGRAMME) -> Dataset:
    """The rows with what their columns mean; group codes are those of the raw file."""
    codes = {"train": programme.design.participants[0], "control": programme.design.comparison[0]}
    return Dataset(rows.assign(group=rows["group"].map(codes)), programme, LINES)


def test_own_value_before_is_one_more_covariate():
    (row,) = estimate_one(data(table()), PAY, spec(covariates=["age"], baseline="adjust"), SETTINGS)
    fit = smf.ols("re78 ~ treat + age + re75", RAW).fit(cov_type="HC1", use_t=True)
    assert (row.estimate, row.std_error) == pytest.approx((fit.params["treat"], fit.bse["treat"]))
    assert row.estimand == "effect"
    zero = next(line for line in LINES if line.name == "zero_1978")
    (other,) = estimate_one(data(table()), zero, spec(covariates=["age"], baseline="adjust"), SETTINGS)
    raw = RAW.assign(z78=RAW["re78"] == 0, z75=RAW["re75"] == 0).astype("float64")
    fit = smf.ols("z78 ~ treat + age + z75", raw).fit(cov_type="HC1", use_t=True)
    assert other.estimate == pytest.approx(fit.params["treat"])


def test_an_outcome_without_a_value_before_says_so():
    line = PAY.model_copy(update={"indicator": "other"})
    (row,) = estimate_one(data(table()), line, spec(baseline="adjust"), SETTINGS)
    assert (np.isnan(row.estimate), row.reasons) == (True, "not_measured_before")


def test_a_sample_holds_those_for_whom_its_condition_holds_and_nobody_else_is_missing():
    (row,) = estimate_one(data(table()), PAY, spec(covariates=["age"], where="married"), SETTINGS)
    own = RAW[RAW["marr"] == 1]
    fit = smf.ols("re78 ~ treat + age", own).fit(cov_type="HC1", use_t=True)
    assert (row.estimate, row.std_error) == pytest.approx((fit.params["treat"], fit.bse["treat"]))
    assert (row.n, row.n_comparison, row.n_missing) == (own["treat"].sum(), (own["treat"] == 0).sum(), 0)


def test_who_may_belong_to_a_sample_counts_as_left_out():
    rows = table()
    rows.loc[:6, "married"] = np.nan
    (row,) = estimate_one(data(rows), PAY, spec(covariates=["age"], where="married"), SETTINGS)
    known = RAW.iloc[7:]
    own = known[known["marr"] == 1]
    assert (row.n + row.n_comparison, row.n_missing) == (len(own), 7)
    fit = smf.ols("re78 ~ treat + age", own).fit()
    assert row.estimate == pytest.approx(fit.params["treat"])


def test_a_sample_chosen_after_the_programme_is_no_lotterys():
    chosen = spec(method="difference_in_means", where="working")
    (row,) = estimate_one(data(table()), PAY, chosen, SETTINGS)
    own = RAW[RAW["re78"] > 0].groupby("treat")["re78"].mean()
    assert row.estimate == pytest.approx(own[1] - own[0])
    assert (row.estimand, row.reasons.split("; ")[0]) == ("difference", "chosen_late")
    assert is_chosen_late(chosen, PROGRAMME, LINES)
    assert not is_chosen_late(spec(where="married"), PROGRAMME, LINES)


def test_what_was_asked_before_is_left_as_it_is():
    first = asked(data(table()), PAY, spec(where="married", baseline="adjust"))
    again = asked(first[0], PAY, first[1])
    pd.testing.assert_frame_equal(again[0].table, first[0].table)
    assert again[1] == first[1]


def test_specifications_about_another_sample_are_no_check_of_the_primary_one():
    specs = [
        spec(id="difference", method="difference_in_means"),
        spec(id="adjusted", covariates=["age"]),
        spec(id="wed", method="difference_in_means", where="married"),
    ]
    programme = PROGRAMME.model_copy(update={"specifications": specs, "subgroups": [], "history": {}})
    own = data(table(), programme)
    estimates = estimate_stages(own.table, programme, LINES, SETTINGS, stages=("outcome",))
    assert set(estimates["specification"]) == {"difference", "adjusted", "wed"}
    found = run(own.table, programme, LINES, estimates, SETTINGS)
    curve = found.tables["curve"].query("kind == 'declared' and indicator == 'earnings'")
    assert set(curve["specification"]) == {"difference", "adjusted"}


def test_threats_to_an_estimate_about_a_sample_look_at_that_sample():
    specs = [spec(id="difference", covariates=["age"], where="married")]
    programme = PROGRAMME.model_copy(update={"specifications": specs, "subgroups": [], "history": {}})
    own = data(table(), programme)
    estimates = estimate_stages(own.table, programme, LINES, SETTINGS, stages=("outcome",))
    rows = run(own.table, programme, LINES, estimates, SETTINGS).rows
    married = RAW[RAW["marr"] == 1]
    placebo = rows.query("threat == 'placebo' and statistic == 'estimate' and indicator == 'earnings'")
    fit = smf.ols("re75 ~ treat + age", married).fit()
    assert placebo["value"].iloc[0] == pytest.approx(fit.params["treat"])
    assert placebo["n"].iloc[0] == len(married)


def test_counts_of_the_flow_name_each_sample_that_is_asked_about():
    programme = PROGRAMME.model_copy(update={"specifications": [spec(where="married")]})
    own = data(table(), programme)
    counts = flow_counts(own.table, programme, LINES).query("step == 'sample'")
    married = RAW[RAW["marr"] == 1]
    assert counts["n"].tolist() == [married["treat"].sum(), (married["treat"] == 0).sum()]
    assert set(counts["sample"]) == {"married"}


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"where": "maried"}, "'maried' is not declared under 'samples'"),
        (
            {"method": "difference_in_differences", "baseline": "adjust"},
            "'difference_in_differences' does not adjust for the value before",
        ),
        (
            {"method": "before_after_change", "baseline": "adjust"},
            "'before_after_change' does not adjust for the value before",
        ),
    ],
)
def test_mistakes_are_told(told, message):
    programme = PROGRAMME.model_copy(update={"specifications": [spec(**told)], "primary": None})
    assert any(message in str(problem) for problem in check_methods(programme, LINES, "programme.yml"))
