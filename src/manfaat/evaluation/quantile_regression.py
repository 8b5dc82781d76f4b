"""Quantiles of an outcome at equal covariates: linear quantile regression, and the same among those whom an
offer moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from scipy.optimize import linprog

from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import BY_INFLUENCE, robust
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized
from manfaat.evaluation.inference import each_kind, influence_error
from manfaat.evaluation.linear import (
    check_groups,
    check_treatment,
    independent_places,
    regress,
    regressors,
)
from manfaat.evaluation.methods import with_size
from manfaat.evaluation.nuisance import logit, survey_weights
from manfaat.evaluation.quantiles import FEWEST_BEYOND, SHARED, each_level
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.sample import INSTRUMENT, NotApplicableError, Sample

KINDS = ("auto", "influence", "CR1", "survey")
ON_THE_LINE = 1e-9  # of the outcome's range: residuals below it are none
MIDWAY = 1e-6  # on both sides of a quantile: the ends of the lines that are as good
DEGREES = 3  # powers of the outcome's rank by which the offer is predicted
SURELY_MOVED = 1.959964  # standard errors that take-up must differ from none


def hall_sheather(level: float, n: float, miss: float = 0.05) -> float:
    """Half the width, in shares of units, of the window at a quantile (Hall and Sheather 1988)."""
    point = stats.norm.ppf(level)
    height = stats.norm.pdf(point)
    width = n ** (-1 / 3) * stats.norm.ppf(1 - miss / 2) ** (2 / 3)
    return float(width * (1.5 * height**2 / (2 * point**2 + 1)) ** (1 / 3)) if height > 0 else np.nan


@dataclass(frozen=True)
class QuantileFit:
    """Coefficients (k) of a regression line at one quantile, the residuals (n), and the inverse (k × k) of
    the regressors' moments weighted by the density there.
    """

    level: float
    beta: np.ndarray
    residuals: np.ndarray
    bread: np.ndarray

    @property
    def below(self) -> np.ndarray:
        """By how much each unit pulls the line: the level, less 1 for those below it."""
        pull: np.ndarray = self.level - (self.residuals < 0)
        return pull


def quantile_fit(x: np.ndarray, outcome: np.ndarray, weights: np.ndarray, level: float) -> QuantileFit:
    """The line that has, by weight, the share ``level`` of the outcomes below it (Koenker and Bassett 1978),
    exactly: by linear programming. Where many lines are as good it is midway, as a median of two is.

    The density at the line is Powell's (1991), a normal kernel as wide as Hall and Sheather (1988) have it.

    Parameters
    ----------
    x : regressors (n × k), the constant first. weights : n, not negative.

    Raises
    ------
    NotApplicableError where few units lie beyond the line, many on it, or a regressor follows from others.
    """
    used = weights > 0
    effective = weights.sum() ** 2 / (weights @ weights)
    if min(level, 1 - level) * effective < FEWEST_BEYOND or used.sum() <= x.shape[1]:
        raise NotApplicableError(EstimateReason.FEW_BEYOND_QUANTILE())
    middle, scale = float(np.median(outcome[used])), float(np.ptp(outcome[used]))
    if not scale > 0:
        raise NotApplicableError(EstimateReason.ALL_THE_SAME())
    values = (outcome - middle) / scale
    ends = [line(x[used], values[used], weights[used], level + side * MIDWAY) for side in (-1, 1)]
    beta = (ends[0] + ends[1]) / 2
    residuals = values - x @ beta
    residuals = np.where(np.abs(residuals) < ON_THE_LINE, 0.0, residuals)
    if weights[used][residuals[used] == 0].sum() > SHARED * weights.sum() + x.shape[1] * weights.max():
        raise NotApplicableError(EstimateReason.QUANTILE_JUMPS())
    moments = (x * (weights * density(residuals, weights, level, effective))[:, None]).T @ x
    if not np.linalg.cond(moments) < 1e12:
        raise NotApplicableError(EstimateReason.QUANTILE_JUMPS())
    whole = beta * scale
    whole[0] += middle
    return QuantileFit(level, whole, residuals * scale, np.linalg.inv(moments) * scale)


def line(x: np.ndarray, outcome: np.ndarray, weights: np.ndarray, level: float) -> np.ndarray:
    """The coefficients (k) that minimise the weighted sum of absolute residuals, those above the line times
    ``level`` and those below it times 1 − ``level``: the dual of a linear programme.

    Raises
    ------
    NotApplicableError where there are none.
    """
    rows = x * weights[:, None]
    target = (1 - level) * rows.sum(axis=0)
    found = linprog(-outcome * weights, A_eq=rows.T, b_eq=target, bounds=(0, 1), method="highs")
    if found.status != 0:
        raise NotApplicableError(EstimateReason.COLLINEAR())
    coefficients: np.ndarray = -found.eqlin.marginals
    return coefficients


def density(residuals: np.ndarray, weights: np.ndarray, level: float, effective: float) -> np.ndarray:
    """What each unit adds to the density at the line: a normal kernel of its residual."""
    half = min(hall_sheather(level, effective), level / 1.01, (1 - level) / 1.01)
    used = weights > 0
    values, shares = residuals[used], weights[used] / weights.sum()
    order = np.argsort(values)
    quarters = np.interp([0.25, 0.75], np.cumsum(shares[order]), values[order])
    sd = np.sqrt(shares @ (values - shares @ values) ** 2)
    spread = min(sd, np.ptp(quarters) / 1.34) or sd
    width = spread * float(np.diff(stats.norm.ppf([level - half, level + half]))[0])
    kernel: np.ndarray = stats.norm.pdf(residuals / width) / width
    return kernel


def results_at(
    sample: Sample, spec: Specification, found: QuantileFit, pulled: np.ndarray, x: np.ndarray
) -> list[Result]:
    """Results of the coefficient beside the constant; ``pulled`` (n × k) is what each unit adds to the
    equations that the line solves.
    """
    scores = pulled @ found.bread[:, 1]
    return each_kind(
        sample,
        spec,
        float(found.beta[1]),
        lambda kind: influence_error(scores, kind, sample, x.shape[1]),
    )


def lines(sample: Sample, covariates: list[str]) -> np.ndarray:
    """A constant, participation, and the covariates, centred and scaled (n × k)."""
    ones = np.ones(len(sample.frame))
    return np.column_stack([ones, sample.treated, regressors(sample.frame, covariates)])


def quantile_regression(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between the groups' quantiles at equal covariates: linear, one result a declared quantile.

    Of the distribution given the covariates, and of no individual gain. Standard errors are those of Powell
    (1991), which let the spread differ between units; by clusters as in Parente and Santos Silva (2016).
    """
    check_groups(sample)
    x, weights = lines(sample, spec.covariates), survey_weights(sample)

    def one(level: float) -> list[Result]:
        found = quantile_fit(x, sample.now, weights, level)
        return results_at(sample, spec, found, x * (weights * found.below)[:, None], x)

    return with_size(each_level(spec, "", one), sample)


register(
    Method(
        "quantile_regression",
        quantile_regression,
        std_errors=KINDS,
        auto=BY_INFLUENCE,
        about=About(measure=Measure.QUANTILES),
        several="several quantiles",
        formula="b in Q(y | d, x) = a + b·d + c'x, Q the quantile, for each of them",
    )
)


@dataclass(frozen=True)
class Moved:
    """How much each unit (n) counts as one whom the offer moved: ``plain`` as it is known, ``given`` as it is
    expected with the same outcome, participation and covariates.

    ``slope`` is by what ``plain`` grows with the index of the offer's chance, whose regressors are ``x`` and
    whose coefficients have ``influence`` (n × k).
    """

    plain: np.ndarray
    given: np.ndarray
    slope: np.ndarray
    x: np.ndarray
    influence: np.ndarray


def moved(sample: Sample, spec: Specification) -> Moved:
    """Abadie's (2003) weights: 1 − d(1 − z) / (1 − p) − (1 − d)z / p, z the offer, p its chance given the
    covariates by a logit.

    They are negative for those whom the offer could not move; what is expected of them given outcome,
    participation and covariates is not (Abadie, Angrist and Imbens 2002). That the offer was made is
    predicted, within participants and within the others, by a logit on the covariates and powers of the rank
    of what they leave of the outcome.
    """
    z, d, s = sample.frame[INSTRUMENT].to_numpy(), sample.treated, survey_weights(sample)
    x = np.ones((len(z), 1))
    if spec.covariates:
        x = np.column_stack([x, regressors(sample.frame, spec.covariates)])
    chance = logit(x, z, s)
    p = chance.score
    offered = z.astype("float64").copy()
    for side in (d > 0, d <= 0):
        if np.ptp(z[side]) > 0:
            rest = sample.now[side] - x[side] @ np.linalg.lstsq(x[side], sample.now[side])[0]
            rank = stats.rankdata(rest) / side.sum() - 0.5
            terms = np.column_stack([x[side], rank[:, None] ** np.arange(1, DEGREES + 1)])
            kept = [0, *independent_places(terms)]
            offered[side] = logit(terms[:, kept], z[side], s[side]).score
    plain, given = (1 - d * (1 - v) / (1 - p) - (1 - d) * v / p for v in (z, offered))
    slope = (1 - d) * z / p**2 - d * (1 - z) / (1 - p) ** 2
    return Moved(plain, np.maximum(given, 0.0), slope * p * (1 - p), x, chance.influence)


def instrumental_quantiles(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference between quantiles with and without taking part, at equal covariates, among those whom the
    offer moved: quantile regression with Abadie's weights (Abadie, Angrist and Imbens 2002).

    Where everybody took up the offer and nobody else, all count as one and it is quantile regression. The
    scores count that the chance of the offer is estimated.
    """
    check_groups(sample)
    check_treatment(sample)
    by_offer = replace(sample, frame=sample.frame.assign(treated=sample.frame[INSTRUMENT]))
    check_treatment(by_offer)
    check_moved(by_offer, sample.treated, spec)
    x, s, who = lines(sample, spec.covariates), survey_weights(sample), moved(sample, spec)

    def one(level: float) -> list[Result]:
        found = quantile_fit(x, sample.now, s * who.given, level)
        pull = x * (s * found.below)[:, None]
        of_chance = who.influence @ (who.x.T @ (pull * who.slope[:, None]))
        return results_at(sample, spec, found, pull * who.plain[:, None] + of_chance, x)

    return with_size(each_level(spec, "LATE", one), sample)


def check_moved(by_offer: Sample, taken: np.ndarray, spec: Specification) -> None:
    """Refuse an offer that does not surely add to participation.

    Raises
    ------
    NotApplicableError with the reason.
    """
    check_groups(by_offer)
    if np.array_equal(by_offer.treated, taken):
        return
    first = regress(
        replace(by_offer, frame=by_offer.frame.assign(now=taken)), by_offer.treated, [], key="offer"
    )
    if first.estimate <= SURELY_MOVED * robust(first, "HC1").std_error:
        raise NotApplicableError(EstimateReason.WEAK_OFFER())


register(
    Method(
        "instrumental_quantiles",
        instrumental_quantiles,
        std_errors=KINDS,
        auto=BY_INFLUENCE,
        has_instrument=True,
        about=About(measure=Measure.QUANTILES),
        several="several quantiles",
        formula="as quantile_regression, weighted by 1 − d(1 − z) / (1 − p) − (1 − d)z / p, z the offer, p"
        " its chance",
    )
)
