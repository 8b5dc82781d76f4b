"""Differences between quantiles of the participants' and the comparison group's outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import BY_INFLUENCE, Error
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized, refused
from manfaat.evaluation.inference import each_kind, influence_error
from manfaat.evaluation.linear import check_groups, check_treatment
from manfaat.evaluation.methods import with_size
from manfaat.evaluation.nuisance import design_matrix, propensity, survey_weights
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.weighted import weighted_quantile
from manfaat.evaluation.weighting import beyond_comparison, overlap

Slope = tuple[np.ndarray, np.ndarray, np.ndarray]  # of weights: factor (n), regressors, influence
Slopes = tuple[Slope | None, Slope | None]

# of a group with one and the same value at a quantile: above it the quantile jumps and has no usable interval
SHARED = 0.1
FEWEST_BEYOND = 5.0  # units of a group beyond a quantile
NORMAL = 1.959964  # width, in standard errors, of the step from which the density at a quantile is taken


def quantile_effects(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups' quantiles, one result a declared quantile; with covariates, after
    weighting by the propensity score.

    Quantiles of the two distributions, not of individual gains (Firpo 2007). Without covariates the groups
    stand as they are; with them, the comparison group is weighted to the participants (ATT) or both to
    everyone (ATE). Standard errors: influence functions, with the density at the quantile from the step in
    the distribution function that its own standard error spans (Woodruff 1952).
    """
    check_groups(sample)
    check_treatment(sample)
    upper, lower, slopes, overlapping = group_weights(sample, spec)

    def one(level: float) -> list[Result]:
        high, first = quantile_scores(sample.now, upper, level, slopes[0], sample)
        low, second = quantile_scores(sample.now, lower, level, slopes[1], sample)
        results = one_quantile(sample, spec, high - low, first - second)
        return [replace(it, reasons=(*(() if it.is_refused else overlapping), *it.reasons)) for it in results]

    whom = (spec.estimand or "att").upper() if spec.covariates else ""
    return with_size(each_level(spec, whom, one), sample)


def each_level(spec: Specification, whom: str, one: Callable[[float], list[Result]]) -> list[Result]:
    """Results of every declared quantile; one that cannot be had says why. ``whom`` they are about is told
    beside the quantile.

    Raises
    ------
    NotApplicableError where none can be had, all for one reason.
    """
    found: list[Result] = []
    for level in spec.quantiles:
        about = About(whom, Measure.QUANTILE, level)
        try:
            found += [replace(result, about=about) for result in one(level)]
        except NotApplicableError as failure:
            found.append(refused(spec.std_errors[0], failure.reason, about))
    if all(result.is_refused for result in found) and len({result.reasons for result in found}) == 1:
        raise NotApplicableError(found[0].reasons[0])
    return found


register(
    Method(
        "quantile_effects",
        quantile_effects,
        std_errors=("auto", "influence", "CR1", "survey"),
        auto=BY_INFLUENCE,
        estimands=("att", "ate"),
        about=About(measure=Measure.QUANTILES),
        several="several quantiles",
        formula="Q₁(q) − Q₀(q), for each quantile q",
    )
)


def one_quantile(sample: Sample, spec: Specification, estimate: float, scores: np.ndarray) -> list[Result]:
    """Results of one quantile, one a kind of standard error."""

    def one(kind: str) -> Error:
        return influence_error(
            scores,
            kind,
            sample,
            2 + (design_matrix(sample, spec.covariates).shape[1] - 1 if spec.covariates else 0),
        )

    return each_kind(sample, spec, estimate, one)


def group_weights(
    sample: Sample, spec: Specification
) -> tuple[np.ndarray, np.ndarray, Slopes, tuple[Reason, ...]]:
    """Weights (n) of participants and comparison group, what estimating them adds to the scores, and reasons
    about overlap.
    """
    d, s = sample.treated, survey_weights(sample)
    if not spec.covariates:
        return s * d, s * (1 - d), (None, None), ()
    x, p = design_matrix(sample, spec.covariates), propensity(sample, spec.covariates)
    if spec.estimand == "ate":
        upper, lower = s * d * p.by_score, s * (1 - d) * p.by_rest
        slopes: tuple[Slope | None, Slope | None] = (
            (-upper * (1 - p.score), x, p.influence),
            (lower * p.score, x, p.influence),
        )
    else:
        upper, lower = s * d, s * (1 - d) * p.odds
        slopes = (None, (lower, x, p.influence))
    about = [
        reason
        for weights in (upper, lower)
        for reason in overlap(weights, int((weights <= 0).sum())).reasons
        if spec.estimand == "ate" or weights is lower
    ]
    about += beyond_comparison(p.score, d, s, both=spec.estimand == "ate")
    return upper, lower, slopes, tuple(dict.fromkeys(about))


def quantile_scores(
    outcome: np.ndarray, weights: np.ndarray, level: float, slope: Slope | None, sample: Sample
) -> tuple[float, np.ndarray]:
    """A quantile of a weighted group and its scores (n).

    Raises
    ------
    NotApplicableError where many share the value at the quantile, or few lie beyond it.
    """
    used = weights > 0
    values, part = outcome[used], weights[used]
    if min(level, 1 - level) * part.sum() ** 2 / (part @ part) < FEWEST_BEYOND:
        raise NotApplicableError(EstimateReason.FEW_BEYOND_QUANTILE())
    quantile = weighted_quantile(values, part, level)
    total = part.sum()
    if part[values == quantile].sum() / total > SHARED:
        raise NotApplicableError(EstimateReason.QUANTILE_JUMPS())
    below = outcome <= quantile
    centre = float(weights @ below / total)
    scores = weights * (below - centre) / total
    if slope is not None:
        factor, x, influence = slope
        scores = scores + influence @ ((factor * (below - centre)) @ x / total)
    groups = sample.clusters
    step = scores if groups is None else np.bincount(groups, weights=scores)
    width = NORMAL * float(np.sqrt(step @ step))
    low, high = max(level - width, 0.0), min(level + width, 1.0)
    spread = weighted_quantile(values, part, high) - weighted_quantile(values, part, max(low, 1e-12))
    if not spread > 0:
        raise NotApplicableError(EstimateReason.QUANTILE_JUMPS())
    return quantile, -scores * spread / (high - low)
