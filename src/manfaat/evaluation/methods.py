"""The estimators that are least squares, each from a complete sample to coefficients with standard errors.

The difference in means regresses the outcome on participation, the regression adds covariates, strata fixed
effects add one effect a stratum, the difference-in-differences regresses the change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import BY_STRATA
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized, hedges_factor
from manfaat.evaluation.inference import least_squares_results
from manfaat.evaluation.linear import Fit, Regression, basis, check_groups, fit, regress, root_weights
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, Rung, register
from manfaat.evaluation.sample import POST, NotApplicableError, Sample
from manfaat.evaluation.std_errors import least_squares

SD_KIND = "Hedges g (SD within groups)"
SD_BEFORE_KIND = "d (SD of the level)"
D_Z_KIND = "d_z (SD of the change)"
BEFORE = ("fixed", "before")  # when covariates were measured that may be adjusted for


def within_sd(values: np.ndarray, treated: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Standard deviation of an outcome within the two groups, weighted by degrees of freedom and survey
    weights.
    """
    weights = np.ones(len(values)) if weights is None else weights
    group = (treated > 0).astype("int64")
    totals = np.bincount(group, weights=weights)
    means = np.bincount(group, weights=weights * values) / np.where(totals > 0, totals, 1.0)
    df = len(values) - np.count_nonzero(totals)
    return float(np.sqrt(weights @ (values - means[group]) ** 2 / df)) if df > 0 else np.nan


def standardised(estimate: float, sample: Sample, outcome: np.ndarray | None = None) -> tuple[float, str]:
    """Effect size: the estimate in standard deviations of the outcome within the two groups, corrected for
    small samples.
    """
    sd = within_sd(sample.now if outcome is None else outcome, sample.treated, sample.weights)
    return (estimate / sd * hedges_factor(len(sample.frame) - 2) if sd > 0 else np.nan), SD_KIND


def with_size(results: list[Result], sample: Sample) -> Sized:
    """Add the effect size to each result."""
    return [(result, standardised(result.estimate, sample)) for result in results]


def difference_fit(sample: Sample, spec: Specification) -> Fit:
    """The outcome on participation alone."""
    return regress(sample, sample.treated, [])


def difference_in_means(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Mean of the participants minus mean of the comparison group."""
    check_groups(sample)
    fitted = difference_fit(sample, spec)
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


register(
    Method(
        "difference_in_means",
        difference_in_means,
        takes_covariates=False,
        fit=difference_fit,
        rung=Rung("difference", 10),
        formula="ȳ₁ − ȳ₀",
    )
)


def regression_fit(sample: Sample, spec: Specification) -> Fit:
    """The outcome on participation and covariates."""
    return regress(sample, sample.treated, spec.covariates)


def regression(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups at equal covariates (linear, no interactions)."""
    check_groups(sample)
    fitted = regression_fit(sample, spec)
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


register(
    Method(
        "regression",
        regression,
        fit=regression_fit,
        rung=Rung("adjusted", 30, covariates=BEFORE),
        formula="b in y = a + b·d + c'x + e",
    )
)


def strata_fit(sample: Sample, spec: Specification) -> Fit:
    """The outcome on participation, covariates and one effect a stratum."""
    return regress(sample, sample.treated, spec.covariates, strata=True)


def strata_fixed_effects(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups within strata, and at equal covariates: one effect a stratum.

    Strata count by how much they tell (their size times the variance of the treatment within them).
    """
    if sample.strata is None:
        raise NotApplicableError(EstimateReason.NO_STRATA())
    check_groups(sample)
    fitted = strata_fit(sample, spec)
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


register(
    Method(
        "strata_fixed_effects",
        strata_fixed_effects,
        auto=BY_STRATA,
        needs="strata",
        fit=strata_fit,
        rung=Rung("strata", 20),
        formula="b in y = aₛ + b·d + c'x + e, with one aₛ a stratum",
    )
)


def change_fit(sample: Sample, spec: Specification) -> Fit:
    """The change on participation and covariates."""
    return regress(sample.change(), sample.treated, spec.covariates)


def difference_in_differences(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of the participants minus change of the comparison group, each unit measured twice."""
    changed = sample.change()
    check_groups(changed)
    fitted = change_fit(sample, spec)
    return with_size(least_squares_results(fitted, sample.treated, changed, spec, inference), sample)


register(
    Method(
        "difference_in_differences",
        difference_in_differences,
        needs_before=True,
        fit=change_fit,
        rung=Rung("did", 80),
        formula="(ȳ₁ now − ȳ₁ before) − (ȳ₀ now − ȳ₀ before)",
    )
)


def change_of_treatment(sample: Sample) -> np.ndarray:
    """The change of the treatment, one number a unit."""
    return (sample.frame["treated"] - sample.frame["treated_before"]).to_numpy()


def first_difference_fit(sample: Sample, spec: Specification) -> Fit:
    """The change on the change of the treatment and covariates."""
    return regress(sample.change(), change_of_treatment(sample), spec.covariates, key="change")


def first_difference(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of the outcome regressed on the change of the treatment, units of a panel, two periods."""
    if "treated_before" not in sample.frame:
        raise NotApplicableError(EstimateReason.NO_PANEL())
    changed, wanted = sample.change(), change_of_treatment(sample)
    check_groups(Sample(changed.frame.assign(treated=wanted), 0))
    fitted = first_difference_fit(sample, spec)
    level_sd = sample.sd("before")
    return [
        (result, (result.estimate / level_sd if level_sd > 0 else np.nan, SD_BEFORE_KIND))
        for result in least_squares_results(fitted, wanted, changed, spec, inference)
    ]


register(
    Method(
        "first_difference",
        first_difference,
        needs_before=True,
        needs="a panel",
        fit=first_difference_fit,
        formula="b in Δy = a + b·Δd + c'Δx + e",
    )
)


def repeated_cross_sections(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference-in-differences of group means, the people asked before and after not being the same ones;
    covariates may be added.

    The coefficient of participant × later period in a regression on both and the covariates (Card and Krueger
    1994).
    """
    check_groups(sample)
    later = sample.frame[POST].to_numpy()
    cells = np.bincount((2 * sample.treated + later).astype("int64"), minlength=4)
    if (cells < 2).any():
        raise NotApplicableError(EstimateReason.FEW_IN_A_CELL())
    fitted, wanted = waves_fit(sample, spec), sample.treated * later
    return with_size(least_squares_results(fitted, wanted, sample, spec, inference), sample)


def waves_fit(sample: Sample, spec: Specification) -> Fit:
    """The outcome on participation, later period, both together and covariates."""
    sides = pd.DataFrame({"(group)": sample.treated, "(later)": sample.frame[POST].to_numpy()})
    wanted = sides.prod(axis=1).to_numpy()
    return regress(sample, wanted, spec.covariates, extra=sides, key="wave")


register(
    Method(
        "repeated_cross_sections",
        repeated_cross_sections,
        two_periods=True,
        whole=lambda sample, spec: Regression(waves_fit(sample, spec), sample, sample.now),
        needs="a panel or waves",
        rung=Rung("waves", 100),
        formula="b in y = a + g·d + t·later + b·d·later + c'x + e",
    )
)


def before_after_change(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Mean change of the participants alone: the paired t test (Student 1908). Not an effect: nobody is
    compared.

    Survey weights and clusters enter as in a regression on nothing but a constant.
    """
    changed = sample.change()
    if len(changed.frame) < 2:
        raise NotApplicableError(EstimateReason.FEW_MEASURED_TWICE())
    if not np.ptp(changed.now) > 0:
        raise NotApplicableError(EstimateReason.ALL_CHANGED_ALIKE())
    root = root_weights(changed)
    fitted = fit(basis(root[:, None], 0), changed.now * root)
    sd = float(np.sqrt(fitted.residuals @ fitted.residuals / fitted.basis.df))
    results = least_squares_results(fitted, np.ones(len(root)), changed, spec, inference)
    return [(result, (result.estimate / sd, D_Z_KIND)) for result in results]


register(
    Method(
        "before_after_change",
        before_after_change,
        std_errors=least_squares(without="HC2 HC3 randomisation", also="finite_population"),
        needs_before=True,
        participants_only=True,
        rung=Rung("change", 120, ("auto", "finite_population")),
        formula="mean of y now − y before, participants",
    )
)
