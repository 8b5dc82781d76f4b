"""Instrumental variables for non-compliance: an offer that not everyone took up, or that others found a way
around.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from manfaat.base.typed import required
from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimand import About, Word
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized, refused
from manfaat.evaluation.inference import (
    each_kind,
    least_squares_results,
)
from manfaat.evaluation.linear import Fit, check_groups, fit, regress, root_weights
from manfaat.evaluation.methods import SD_BEFORE_KIND, with_size
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, Rung, register
from manfaat.evaluation.sample import INSTRUMENT, NotApplicableError, Sample
from manfaat.evaluation.skewness import skew_warning
from manfaat.evaluation.std_errors import Coefficient, least_squares


def instrumental_variables(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Effect of taking part on those whom the offer moved (LATE), effect of the offer (ITT), and take-up.

    The LATE is ITT over take-up, which is two-stage least squares with one instrument; its standard error is
    that of two-stage least squares. Its interval and p value are those of Anderson and Rubin (1949), which
    hold however weak the instrument: all effects b for which the outcome less b × participation does not
    differ by the offer. Where that interval has no end the row says so.

    With ``periods.before`` all three are changes between the periods. A treatment that is not 0 or 1 gives
    the average effect of one unit of it (Angrist and Imbens 1995).
    """
    offered, taken, sample = differenced(sample)
    level_sd = sample.sd("before") if "before" in sample.frame else None
    check_groups(Sample(sample.frame.assign(treated=offered), 0))
    if np.ptp(taken) == 0:
        raise NotApplicableError(EstimateReason.ALL_OR_NOBODY())
    by_offer = replace(sample, frame=sample.frame.assign(treated=offered))
    reduced = regress(by_offer, offered, spec.covariates, key="offer")
    root = root_weights(sample)
    try:
        first = fit(reduced.basis, taken * root)
    except NotApplicableError:
        raise NotApplicableError(EstimateReason.OFFER_IS_PARTICIPATION()) from None
    joint = fit(reduced.basis, (sample.now + taken) * root)
    try:
        late = each_kind(
            by_offer,
            spec,
            reduced.estimate / first.estimate,
            lambda kind: late_result(kind, reduced, first, joint, by_offer, inference),
        )
    except NotApplicableError as failure:
        late = [refused(spec.std_errors[0], failure.reason)]
    offer = least_squares_results(reduced, offered, by_offer, spec, inference)
    uptake = each_kind(by_offer, spec, first.estimate, Coefficient(first, by_offer, inference).error)
    scores = (
        reduced.basis.influence * reduced.residuals
    )  # the p value of the LATE is that of the ITT (Anderson and Rubin 1949)
    late = [one if one.is_refused else replace(one, scores=scores) for one in late]
    by_lot = required(spec.instrument, "the instrument")
    results = [replace(one, about=About("LATE"), treatment="") for one in late]
    results += [replace(one, about=About("ITT"), treatment=by_lot) for one in offer]
    sized = (
        with_size(results, by_offer)
        if level_sd is None
        else [(one, (one.estimate / level_sd, SD_BEFORE_KIND)) for one in results]
    )
    named = [replace(one, word=Word.TAKE_UP, treatment=by_lot, unit="") for one in uptake]
    return [*sized, *((one, (np.nan, "")) for one in named)]


register(
    Method(
        "instrumental_variables",
        instrumental_variables,
        std_errors=least_squares(without="wild randomisation"),
        has_instrument=True,
        about=About("LATE"),
        rung=Rung("offer", 110),
        formula="(ȳ offered − ȳ not offered) / (d̄ offered − d̄ not offered)",
    )
)


def differenced(sample: Sample) -> tuple[np.ndarray, np.ndarray, Sample]:
    """Offer, participation and outcome: changes between the periods where both are there."""
    frame = sample.frame
    if "before" not in frame:
        return frame[INSTRUMENT].to_numpy(), sample.treated, sample
    return (
        (frame[INSTRUMENT] - frame["instrument_before"]).to_numpy(),
        (frame["treated"] - frame["treated_before"]).to_numpy(),
        sample.change(),
    )


def late_result(
    kind: str, reduced: Fit, first: Fit, joint: Fit, sample: Sample, inference: Inference
) -> Result:
    """One kind of standard error of a LATE, with its Anderson–Rubin interval.

    The variance of ITT − b × take-up is a parabola in b, known from the variances of ITT, take-up and their
    sum.

    Raises
    ------
    NotApplicableError if the interval is not bounded.
    """
    found = [Coefficient(one, sample, inference).error(kind) for one in (reduced, first, joint)]
    of_outcome, of_taken, of_sum = (one.std_error**2 for one in found)
    both = (of_sum - of_outcome - of_taken) / 2
    estimate = reduced.estimate / first.estimate
    error = Error(
        float(
            np.sqrt(max(of_outcome - 2 * estimate * both + estimate**2 * of_taken, 0.0)) / abs(first.estimate)
        ),
        found[0].df,
        found[0].reasons,
    )
    square = stats.t.ppf((1 + inference.confidence) / 2, error.df) ** 2
    a = first.estimate**2 - square * of_taken
    b = reduced.estimate * first.estimate - square * both
    c = reduced.estimate**2 - square * of_outcome
    if a <= 0:
        raise NotApplicableError(EstimateReason.WEAK_OFFER())
    half = np.sqrt(max(b**2 - a * c, 0.0))
    p_value = 2 * stats.t.sf(abs(reduced.estimate) / found[0].std_error, error.df)
    told = (*error.reasons, *skew_warning(reduced.residuals, reduced.basis.influence, sample.now))
    return Result(
        estimate,
        error.std_error,
        kind,
        error.df,
        (float((b - half) / a), float((b + half) / a)),
        float(p_value),
        reasons=told,
    )
