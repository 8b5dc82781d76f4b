"""The numbers in print come out of the notebooks, run by the runner from the raw files, through definition
files only.

Each expected value stands with the printed digits; the estimate must round to it.
"""

import pandas as pd
import pytest

# cohort, indicator, specification, treatment, kind of standard error: estimate, standard error, as printed.
# LaLonde (1986); Dehejia and Wahba (1999); Imbens and Xu (2024), table B1; Holzer et al. (1993), as
# recomputed in R:
#   lm(re78 ~ treat, nsw); lm(re78 ~ treat + age + educ + black + hisp + marr + nodegree + re74 + re75, nsw)
#   plm(lscrap ~ d88 + d89 + grant + grant_1, index = c("fcode", "year"), model = "within")
PUBLISHED = [
    ("nsw-1976", "earnings", "difference", "group", "classical", "1794.34", "632.85"),
    ("nsw-1976", "earnings", "difference", "group", "HC1", "1794.34", "670.82"),
    ("nsw-1976", "earnings", "difference", "group", "HC2", "1794.34", "671.00"),
    ("nsw-1976", "earnings", "adjusted-8", "group", "classical", "1676.34", "638.68"),
    ("nsw-1976", "earnings", "adjusted-10", "group", "HC1", "1670.71", "680.20"),
    ("nsw-1976", "no_earnings", "difference", "group", "classical", "-0.111", "0.044"),
    ("nsw-1976-psid", "earnings", "difference", "group", "classical", "-15204.78", "1154.61"),
    ("nsw-1976-psid", "earnings", "difference", "group", "HC1", "-15204.78", "655.91"),
    ("nsw-1976-psid", "earnings", "adjusted-10", "group", "HC1", "4.16", "854.15"),
    ("nsw-1976-cps", "earnings", "difference", "group", "classical", "-8497.52", "712.02"),
    ("nsw-1976-cps", "earnings", "difference", "group", "HC1", "-8497.52", "581.92"),
    ("nsw-1976-cps", "earnings", "adjusted-10", "group", "HC1", "1066.38", "626.85"),
    ("michigan-1987-89", "log_scrap", "fixed-effects", "grant", "classical", "-0.2523", "0.1506"),
    ("michigan-1987-89", "log_scrap", "fixed-effects", "grant_last_year", "classical", "-0.4216", "0.2102"),
    ("michigan-1987-89", "log_scrap", "first-difference", "grant", "classical", "-0.3171", "0.1639"),
    ("michigan-1987-89", "scrap_rate", "first-difference", "grant", "classical", "-0.7394", "0.6826"),
    ("michigan-1987-89", "training_hours", "cross-section", "grant", "classical", "26.25", "5.59"),
]


def decimals(printed: str) -> int:
    return len(printed.partition(".")[2])


def row(estimates: pd.DataFrame, indicator: str, specification: str, treatment: str, kind: str) -> pd.Series:
    keys = {
        "indicator": indicator,
        "specification": specification,
        "treatment": treatment,
        "std_error_kind": kind,
    }
    found = estimates[(estimates[list(keys)] == pd.Series(keys)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize(
    ("cohort", "indicator", "specification", "treatment", "kind", "estimate", "std_error"), PUBLISHED
)
def test_estimate_and_standard_error_as_printed(
    finished, cohort, indicator, specification, treatment, kind, estimate, std_error
):
    found = row(finished.estimates(cohort), indicator, specification, treatment, kind)
    # half a unit of the last printed digit, plus what single-precision source files lose
    assert found["estimate"] == pytest.approx(float(estimate), abs=0.51 * 10 ** -decimals(estimate))
    assert found["std_error"] == pytest.approx(float(std_error), abs=0.51 * 10 ** -decimals(std_error))


def test_fixed_effects_use_162_observations_and_104_degrees_of_freedom(finished):
    found = row(finished.estimates("michigan-1987-89"), "log_scrap", "fixed-effects", "grant", "classical")
    assert found["n"] + found["n_comparison"] == 162
    assert found["df"] == 104


def test_first_difference_uses_54_firms(finished):
    found = row(finished.estimates("michigan-1987-89"), "log_scrap", "first-difference", "grant", "classical")
    assert found["n"] + found["n_comparison"] == 54


def test_cross_section_of_hours_uses_105_firms(finished):
    found = row(
        finished.estimates("michigan-1987-89"), "training_hours", "cross-section", "grant", "classical"
    )
    assert found["n"] + found["n_comparison"] == 105


def test_effect_size_and_p_value_of_the_randomised_difference(finished):
    # pingouin.compute_effsize(t, c, eftype="hedges") → 0.2723
    found = row(finished.estimates("nsw-1976"), "earnings", "difference", "group", "HC2")
    assert found["effect_size"] == pytest.approx(0.2723, abs=0.00005)
    assert found["effect_size_kind"] == "Hedges g (SD within groups)"


def test_standardised_differences_before_the_programme(finished):
    shown = pd.read_csv(finished.reports / "nsw-1976" / "exhibits" / "03-balance-plot.csv").set_index(
        "label"
    )["smd"]
    for label, printed in {
        "No high-school degree": -0.304,
        "Hispanic": -0.175,
        "No earnings in 1975": -0.177,
    }.items():
        assert shown[label] == pytest.approx(printed, abs=0.0006)


def test_only_one_specification_speaks_for_a_cohort(finished, cohorts):
    for cohort in cohorts:
        estimates = finished.estimates(cohort)
        assert estimates.loc[estimates["is_primary"], "specification"].nunique() == 1
