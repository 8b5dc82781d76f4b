"""The estimators that are least squares, each from a complete sample to coefficients with standard errors.

The difference in means regresses the outcome on participation, the regression adds covariates, strata fixed
effects add one effect a stratum, the difference-in-differences regresses the change.
"""

from __future__ import annotations

import numpy as np

from manfaat.definitions.programme import Specification
from manfaat.evaluation.estimate import Result, hedges_factor
from manfaat.evaluation.inference import DEFAULT, Inference, least_squares_results
from manfaat.evaluation.linear import basis, check_groups, fit, regress, root_weights
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import POST, NotApplicableError, Sample

SD_KIND = "Hedges g (SD within groups)"
SD_BEFORE_KIND = "d (SD of the level)"
D_Z_KIND = "d_z (SD of the change)"
Sized = list[tuple[Result, tuple[float, str]]]


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


def difference_in_means(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Mean of the participants minus mean of the comparison group."""
    check_groups(sample)
    fitted = regress(sample, sample.treated, [])
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


def regression(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups at equal covariates (linear, no interactions)."""
    check_groups(sample)
    fitted = regress(sample, sample.treated, spec.covariates)
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


def strata_fixed_effects(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups within strata, and at equal covariates: one effect a stratum.

    Strata count by how much they tell (their size times the variance of the treatment within them).
    """
    if sample.strata is None:
        raise NotApplicableError(EstimateReason.NO_STRATA())
    check_groups(sample)
    fitted = regress(sample, sample.treated, spec.covariates, strata=True)
    return with_size(least_squares_results(fitted, sample.treated, sample, spec, inference), sample)


def difference_in_differences(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of the participants minus change of the comparison group, each unit measured twice."""
    changed = sample.change()
    check_groups(changed)
    fitted = regress(changed, sample.treated, spec.covariates)
    return with_size(least_squares_results(fitted, sample.treated, changed, spec, inference), sample)


def first_difference(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of the outcome regressed on the change of the treatment, units of a panel, two periods."""
    if "treated_before" not in sample.frame:
        raise NotApplicableError(EstimateReason.NO_PANEL())
    changed, wanted = sample.change(), (sample.frame["treated"] - sample.frame["treated_before"]).to_numpy()
    check_groups(Sample(changed.frame.assign(treated=wanted), 0))
    fitted = regress(changed, wanted, spec.covariates, key="change")
    level_sd = sample.sd("before")
    size = lambda estimate: (estimate / level_sd if level_sd > 0 else np.nan, SD_BEFORE_KIND)  # noqa: E731
    return [
        (result, size(result.estimate))
        for result in least_squares_results(fitted, wanted, changed, spec, inference)
    ]


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
    wanted = sample.treated * later
    fitted = regress(
        sample, wanted, spec.covariates, extra=np.column_stack([sample.treated, later]), key="wave"
    )
    return with_size(least_squares_results(fitted, wanted, sample, spec, inference), sample)


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
