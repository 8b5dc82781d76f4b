"""From an estimator's coefficient to results, one for each kind of standard error that a specification asks
for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import stats

from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Specification
from manfaat.evaluation import errors
from manfaat.evaluation.errors import BY_INFLUENCE, Auto, Error
from manfaat.evaluation.estimate import Inference, Result, refused
from manfaat.evaluation.linear import Fit
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.skewness import skew_warning
from manfaat.evaluation.std_errors import STD_ERRORS, Coefficient, is_small

MANY_CLUSTERS = 50  # below it CR1 is too small where no leverage is known
FEWEST_WEIGHTED = 0.5  # effective units over units (Kish 1965)
MOST_TOLD = 99.0  # times as wide: more is not worth a number
MOST_MISSED = 1.5  # times the nominal share of misses: 92.5 % instead of 95 %


def each_kind(
    sample: Sample,
    spec: Specification,
    estimate: float,
    one: Callable[[str], Result | Error],
) -> list[Result]:
    """Return one result a declared kind; a kind that cannot be had says why. ``one`` computes a kind.

    A declared kind whose interval is much narrower than that of the kind that ``auto`` would take says so.

    Raises
    ------
    NotApplicableError if none can be had.
    """
    results, about, by = [], unequal_weights(sample), METHODS[spec.method].auto
    for declared in spec.std_errors:
        kind, notes = resolve(declared, sample, by=by)
        try:
            found = one(kind)
            if isinstance(found, Error):
                doubts = (
                    too_narrow(found, one, resolve("auto", sample, by=by)[0])
                    if STD_ERRORS[declared].is_naive
                    else ()
                )
                found = Result(estimate, found.std_error, kind, found.df, reasons=(*found.reasons, *doubts))
            if not (
                np.isfinite(found.estimate)
                and np.isfinite(found.std_error)
                and found.std_error > 1e-8 * abs(found.estimate)
            ):
                raise NotApplicableError(EstimateReason.NO_VARIATION())
            results.append(replace(found, reasons=(*notes, *found.reasons, *about)))
        except NotApplicableError as failure:
            results.append(refused(kind, failure.reason))
    if all(result.is_refused for result in results):
        raise NotApplicableError(results[0].reasons[0])
    return results


def too_narrow(found: Error, one: Callable[[str], Result | Error], safe: str) -> tuple[Reason, ...]:
    """The warning where a nominal 95 % interval is so much narrower than that of the ``safe`` kind that it
    would miss half again as often.
    """
    try:
        other = one(safe)
    except NotApplicableError:
        return ()
    width, wanted = (stats.t.ppf(0.975, each.df) * each.std_error for each in (found, other))
    if not width > 0 or 2 * stats.t.sf(width / other.std_error, other.df) <= MOST_MISSED * 0.05:
        return ()
    ratio = min(np.floor(100 * wanted / width) / 100, MOST_TOLD)
    return (EstimateReason.TOO_NARROW(ratio=round(float(ratio), 2)),)


def unequal_weights(sample: Sample) -> tuple[Reason, ...]:
    """The warning where survey weights are so unequal that the sample is worth less than half its units
    ((Σw)² / Σw²; Kish 1965).
    """
    if sample.weights is None:
        return ()
    count, effective = len(sample.weights), sample.weights.sum() ** 2 / (sample.weights @ sample.weights)
    if effective >= FEWEST_WEIGHTED * count:
        return ()
    return (EstimateReason.UNEQUAL_WEIGHTS(units=count, effective=round(float(effective))),)


def resolve(declared: str, sample: Sample, *, by: Auto) -> tuple[str, tuple[Reason, ...]]:
    """The kind that stands for ``auto``, with the reason; for a declared kind, what its choice leaves out."""
    clusters = sample.clusters
    count = None if clusters is None else int(clusters.max()) + 1
    if declared == "auto":
        smaller = 0 if clusters is None else errors.smaller_side(clusters, sample.treated)
        if by.without_strata and (
            count is None or sample.strata is None or count <= len(np.unique(sample.strata))
        ):
            by = by.without_strata  # the strata are the clusters, or there are none
        choice = errors.choose(
            count, smaller, by=by, survey=sample.weights is not None and sample.strata is not None
        )
        few = (
            (EstimateReason.FEW_FOR_INFLUENCE(),)
            if choice.kind == "CR1" and (count or 0) < MANY_CLUSTERS
            else ()
        )
        return choice.kind, (choice.reason, *few)
    known = STD_ERRORS[declared]
    if count is None or known.is_exact:
        return declared, ()
    if count < errors.FEWEST_CLUSTERS:
        return declared, (EstimateReason.TOO_FEW_CLUSTERS(clusters=count),)
    if known.clusters == "ignored":
        return declared, (EstimateReason.UNITS_ALONE(),)
    return declared, (
        (EstimateReason.FEW_FOR_INFLUENCE(),) if by == BY_INFLUENCE and count < MANY_CLUSTERS else ()
    )


def least_squares_results(
    fitted: Fit,
    regressor: np.ndarray,
    sample: Sample,
    spec: Specification,
    inference: Inference,
    *,
    counted: int | None = None,
) -> list[Result]:
    """Results of a least-squares coefficient; ``regressor`` (n) is the wanted one before weighting,
    ``counted`` as for CR1.

    After a lottery ``auto`` has a second row by randomisation where the values are too skewed for t, the
    first one where neither group is small.
    """
    about = skew_warning(fitted.residuals, fitted.basis.influence, sample.now)
    coefficient = Coefficient(fitted, sample, inference, regressor, counted, about)

    def one(kind: str) -> Result | Error:
        found = coefficient.error(kind)
        return found if isinstance(found, Result) else replace(found, reasons=(*found.reasons, *about))

    scores = fitted.basis.influence * fitted.residuals
    made = each_kind(sample, spec, fitted.estimate, one)
    if (
        about
        and inference.is_lottery
        and np.ptp(sample.treated) > 0
        and sample.clusters is None
        and sample.weights is None
    ):
        made = with_lottery(made, spec, one, is_first=not is_small(sample.treated))
    return [result if result.is_refused else replace(result, scores=scores) for result in made]


def with_lottery(
    results: list[Result], spec: Specification, one: Callable[[str], Result | Error], *, is_first: bool
) -> list[Result]:
    """Results with one by randomisation beside that of ``auto``, before it if ``is_first``; the same where
    one is declared or cannot be had.
    """
    found = []
    for declared, result in zip(spec.std_errors, results, strict=True):
        found.append(result)
        if declared != "auto" or "randomisation" in spec.std_errors:
            continue
        try:
            drawn = one("randomisation")
        except NotApplicableError:
            continue
        if isinstance(drawn, Result):
            told = (EstimateReason.BY_LOT(), *drawn.reasons)
            found.insert(len(found) - is_first, replace(drawn, reasons=told))
    return found


def influence_error(scores: np.ndarray, kind: str, sample: Sample, k: int) -> Error:
    """Standard error from an estimator's influence function: scores (n) whose sum is its deviation from the
    truth.

    ``influence`` takes units as independent, ``CR1`` clusters, ``survey`` clusters within strata. ``k``
    counts the coefficients of a regression with as many covariates; t has n − k degrees of freedom (clusters
    − 1, clusters − strata + 1 − k).

    Raises
    ------
    NotApplicableError if the kind does not apply.
    """
    if kind == "survey":
        return errors.linearised(scores, sample.strata, sample.clusters, k)
    if kind == "CR1":
        clusters, count = errors.clustered(sample.clusters)
        sums = errors.by_group(scores, clusters)
        return Error(float(np.sqrt(count / (count - 1) * (sums @ sums))), count - 1.0)
    if kind != "influence":
        raise NotApplicableError(EstimateReason.WRONG_ERROR())
    df = len(scores) - k
    if df < 1:
        raise NotApplicableError(EstimateReason.FEW_UNITS())
    return Error(float(np.sqrt(scores @ scores * len(scores) / df)), float(df))
