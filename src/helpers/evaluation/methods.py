"""The estimators, each from a complete sample to coefficients with standard errors.

All comparisons of two groups are least squares, so one function computes them: the difference in means regresses
the outcome on participation, the regression adds covariates, the difference-in-differences regresses the change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from helpers.evaluation.estimate import Counts, Result, hedges_factor, pooled_sd
from helpers.evaluation.sample import NotApplicableError, Sample
from helpers.programme import Programme, Specification

SD_KIND = "Hedges g (SD within groups)"
SD_BEFORE_KIND = "d (SD of the level)"
D_Z_KIND = "d_z (SD of the change)"


def least_squares(outcome: pd.Series, regressors: pd.DataFrame, wanted: str, std_errors: list[str]) -> list[Result]:
    """Fit by ordinary least squares with a constant; return the wanted coefficient once per kind of standard error.

    ``classical`` assumes one residual variance; HC1–HC3 do not (MacKinnon and White 1985). All use t with n − k
    degrees of freedom.

    Raises
    ------
    NotApplicableError when the sample cannot carry the estimate.
    """
    design = np.column_stack([np.ones(len(outcome)), standardise(regressors, wanted).to_numpy(dtype="float64")])
    check_design(outcome.to_numpy(), design, regressors, wanted)
    fit = OLS(outcome.to_numpy(), design).fit()
    if fit.ssr <= 1e-18 * max(fit.uncentered_tss, fit.centered_tss):
        raise NotApplicableError("the indicator follows exactly from the covariates")
    place = 1 + list(regressors.columns).index(wanted)
    results = []
    for kind in std_errors:
        errors = fit.bse if kind == "classical" else getattr(fit, f"{kind}_se")
        results.append(Result(float(fit.params[place]), float(errors[place]), kind, float(fit.df_resid)))
    if not all(np.isfinite(r.std_error) and r.std_error > 0 for r in results):
        raise NotApplicableError("there is no variation left to estimate a standard error from")
    return results


def standardise(regressors: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Centre and scale the covariates: the wanted coefficient stays the same, the arithmetic loses no digits."""
    covariates = regressors.drop(columns=wanted)
    spread = covariates.std().where(lambda sd: sd > 0, 1.0)
    return regressors[[wanted]].join((covariates - covariates.mean()) / spread)[list(regressors.columns)]


def check_design(outcome: np.ndarray, design: np.ndarray, regressors: pd.DataFrame, wanted: str) -> None:
    """Refuse, with the reason, a sample that cannot carry the regression."""
    if len(outcome) == 0:
        raise NotApplicableError("no unit has all the answers needed")
    if regressors[wanted].nunique() < 2:
        raise NotApplicableError("there is nobody to compare: participants or comparison group are missing")
    if min(regressors[wanted].value_counts()) < 2:
        raise NotApplicableError("one of the two groups has fewer than two units")
    if len(outcome) <= design.shape[1]:
        raise NotApplicableError("there are not more units than coefficients")
    if np.ptp(outcome) == 0:
        raise NotApplicableError("every unit has the same value")
    scaled = design / np.sqrt((design**2).sum(axis=0)).clip(min=np.finfo(float).tiny)
    if np.linalg.matrix_rank(scaled) < design.shape[1]:
        raise NotApplicableError("a covariate is constant or follows from the others")


def standardised(estimate: float, sample: Sample) -> tuple[float, str]:
    """Effect size: the estimate in standard deviations of the outcome within the two groups, corrected for small samples."""
    treated = sample.frame["treated"] > 0
    sd = pooled_sd(sample.frame.loc[treated, "now"], sample.frame.loc[~treated, "now"])
    return (estimate / sd * hedges_factor(len(sample.frame) - 2) if sd and sd > 0 else np.nan), SD_KIND


def difference_in_means(sample: Sample, spec: Specification) -> list[tuple[Result, tuple[float, str]]]:
    """Mean of the participants minus mean of the comparison group."""
    results = least_squares(sample.frame["now"], sample.frame[["treated"]], "treated", spec.std_errors)
    return [(result, standardised(result.estimate, sample)) for result in results]


def regression(sample: Sample, spec: Specification) -> list[tuple[Result, tuple[float, str]]]:
    """Difference between the groups at equal covariates (linear, no interactions)."""
    results = least_squares(sample.frame["now"], sample.frame[["treated", *spec.covariates]], "treated", spec.std_errors)
    return [(result, standardised(result.estimate, sample)) for result in results]


def difference_in_differences(sample: Sample, spec: Specification) -> list[tuple[Result, tuple[float, str]]]:
    """Change of the participants minus change of the comparison group, each unit measured twice."""
    change = sample.frame["now"] - sample.frame["before"]
    results = least_squares(change, sample.frame[["treated", *spec.covariates]], "treated", spec.std_errors)
    return [(result, standardised(result.estimate, sample)) for result in results]


def first_difference(sample: Sample, spec: Specification) -> list[tuple[Result, tuple[float, str]]]:
    """Change of the outcome regressed on the change of the treatment, units of a panel, two periods."""
    change = sample.frame["now"] - sample.frame["before"]
    regressors = sample.frame[spec.covariates].assign(treated=sample.frame["treated"] - sample.frame["treated_before"])
    results = least_squares(change, regressors, "treated", spec.std_errors)
    level_sd = sample.frame["before"].std()
    return [(result, (result.estimate / level_sd if level_sd > 0 else np.nan, SD_BEFORE_KIND)) for result in results]


def before_after_change(sample: Sample, spec: Specification) -> list[tuple[Result, tuple[float, str]]]:
    """Mean change of the participants alone: the paired t test (Student 1908). Not an effect: nobody is compared."""
    change = sample.frame["now"] - sample.frame["before"]
    if len(change) < 2:
        raise NotApplicableError("fewer than two participants were measured both before and after")
    sd = change.std()
    if not sd > 0:
        raise NotApplicableError("every participant changed by the same amount")
    result = Result(float(change.mean()), float(sd / np.sqrt(len(change))), "classical", float(len(change) - 1))
    return [(result, (result.estimate / sd, D_Z_KIND))]


def fixed_effects(
    table: pd.DataFrame, name: str, spec: Specification, programme: Programme
) -> tuple[dict[str, list[tuple[Result, tuple[float, str]]]], Counts]:
    """Regress a panel's outcome on the treatments with one effect per unit and per period (within estimator).

    Standard errors: ``classical``, and ``CR1`` clustered by unit with G / (G − 1) and t with G − 1 degrees of
    freedom (Liang and Zeger 1986).

    Returns
    -------
    Per treatment the results, and the counts of unit-periods (treated at any time, never treated, missing).
    """
    import pyfixest  # costs a second to load; only panels need it

    panel = programme.design.panel
    columns = [panel.unit, panel.period, name, *spec.treatment, *spec.covariates]
    frame = table[columns].assign(participant=table[programme.design.group].isin(programme.design.participants))
    complete = frame.dropna().rename(columns={name: "outcome_", panel.unit: "unit_", panel.period: "period_"})
    complete = complete[complete["unit_"].duplicated(keep=False)]  # a unit seen once says nothing about change within units
    check_panel(complete, spec)
    complete = complete.assign(unit_=complete["unit_"].astype(str), period_=complete["period_"].astype("int64").astype(str))
    fit = pyfixest.feols(f"outcome_ ~ {' + '.join([*spec.treatment, *spec.covariates])} + C(period_) | unit_", data=complete, vcov="iid")
    level_sd = complete["outcome_"].std()
    found: dict[str, list[tuple[Result, tuple[float, str]]]] = {treatment: [] for treatment in spec.treatment}
    for kind in spec.std_errors:
        errors = fit.vcov("iid" if kind == "classical" else {"CRV1": "unit_"})
        df = float(fit._df_t if kind == "classical" else complete["unit_"].nunique() - 1)
        for treatment in spec.treatment:
            estimate, error = float(errors.coef()[treatment]), float(errors.se()[treatment])
            found[treatment].append((Result(estimate, error, kind, df), (estimate / level_sd, SD_BEFORE_KIND)))
    participants = int(complete["participant"].sum())
    return found, Counts(participants, len(complete) - participants, len(frame) - len(complete))


def check_panel(complete: pd.DataFrame, spec: Specification) -> None:
    """Refuse, with the reason, a panel that cannot carry fixed effects."""
    if complete.empty:
        raise NotApplicableError("no unit has all the answers needed")
    within = complete.groupby("unit_")[["outcome_", *spec.treatment]].transform(lambda values: values - values.mean())
    if np.allclose(within["outcome_"], 0):
        raise NotApplicableError("no unit's value changes between periods")
    if any(np.allclose(within[treatment], 0) for treatment in spec.treatment):
        raise NotApplicableError("no unit's treatment changes between periods")
    if complete["unit_"].nunique() < 2 or len(complete) - complete["unit_"].nunique() - complete["period_"].nunique() + 1 <= len(spec.treatment):
        raise NotApplicableError("there are not more observations than coefficients")
