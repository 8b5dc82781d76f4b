"""Answers on ordered levels: proportional odds, then and now or between groups, and the probability of
superiority.

statsmodels' ``OrderedModel`` gives the same coefficients; it knows neither survey weights nor clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

from manfaat.definitions.programme import Specification
from manfaat.evaluation.change import SHARE
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized
from manfaat.evaluation.inference import each_kind, influence_error
from manfaat.evaluation.linear import check_groups, check_treatment, regressors
from manfaat.evaluation.nuisance import logit
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.sample import CLUSTER, WEIGHT, NotApplicableError, Sample

ODDS_KIND = "odds ratio (proportional odds)"
SUPERIORITY_KIND = "probability of superiority (ties count half)"
MOST_LEVELS = 30
LARGEST = 15.0  # log odds ratio: beyond it the levels do not overlap
ROUNDS = 100


@dataclass(frozen=True)
class OrderedFit:
    """Coefficients (k) and thresholds (levels − 1) of proportional odds, deviance, and the influence of the
    coefficients (n × k).
    """

    beta: np.ndarray
    thresholds: np.ndarray
    deviance: float
    influence: np.ndarray
    information: np.ndarray


def split(parameters: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Thresholds and coefficients."""
    return parameters[:count], parameters[count:]


def pieces(
    parameters: np.ndarray, level: np.ndarray, x: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower bound of each unit's level on the logistic scale, less its index; infinite at the
    ends.
    """
    cut, beta = split(parameters, count)
    index = x @ beta
    bounds = np.concatenate([[-np.inf], cut, [np.inf]])
    return bounds[level + 1] - index, bounds[level] - index


def likelihood(upper: np.ndarray, lower: np.ndarray, weights: np.ndarray) -> float:
    """Weighted log likelihood; minus infinity where thresholds are out of order."""
    chance = expit(upper) - expit(lower)
    return float(weights @ np.log(chance)) if (chance > 0).all() else -np.inf


def derivatives(
    upper: np.ndarray, lower: np.ndarray, level: np.ndarray, x: np.ndarray, count: int
) -> tuple[np.ndarray, ...]:
    """Scores (n × parameters) and what the second derivatives need: bounds' rows and their curvatures."""
    n, k = x.shape
    high, low = np.zeros((n, count + k)), np.zeros((n, count + k))
    inner, above = level < count, level > 0
    high[np.flatnonzero(inner), level[inner]] = 1.0
    low[np.flatnonzero(above), level[above] - 1] = 1.0
    high[inner, count:] = -x[inner]
    low[above, count:] = -x[above]
    at_high, at_low = expit(upper), expit(lower)
    chance = at_high - at_low
    slope_high, slope_low = at_high * (1 - at_high) / chance, -at_low * (1 - at_low) / chance
    scores = high * slope_high[:, None] + low * slope_low[:, None]
    curved = (slope_high * (1 - 2 * at_high), slope_low * (1 - 2 * at_low))
    return scores, high, low, *curved


def proportional_odds(level: np.ndarray, x: np.ndarray, weights: np.ndarray) -> OrderedFit:
    """Logistic regression of ordered levels with the same odds ratio at every level (McCullagh 1980), by
    Newton steps.

    Parameters
    ----------
    level : codes 0, 1, … (n), all of which occur. x : regressors without a constant (n × k). weights : n,
    frequencies or survey weights.

    Raises
    ------
    NotApplicableError when the likelihood has no maximum.
    """
    count = int(level.max())
    below = np.cumsum(np.bincount(level, weights=weights))[:-1] / weights.sum()
    parameters = np.concatenate([np.log(below / (1 - below)), np.zeros(x.shape[1])])
    best = likelihood(*pieces(parameters, level, x, count), weights)
    for _ in range(ROUNDS):
        scores, high, low, of_high, of_low = derivatives(
            *pieces(parameters, level, x, count), level, x, count
        )
        weighted = weights[:, None]
        information = (
            scores.T @ (weighted * scores)
            - high.T @ (weighted * of_high[:, None] * high)
            - low.T @ (weighted * of_low[:, None] * low)
        )
        gradient = scores.T @ weights
        if np.abs(parameters[count:]).max(initial=0.0) > LARGEST or np.linalg.cond(information) > 1e14:
            raise NotApplicableError(EstimateReason.LEVELS_APART())
        step = np.linalg.solve(information, gradient)
        if np.abs(step).max() < 1e-9:
            influence = np.linalg.solve(information, (scores * weighted).T).T[:, count:]
            return OrderedFit(parameters[count:], parameters[:count], -2 * best, influence, information)
        parameters, best = climbed(
            parameters, step, best, lambda p: likelihood(*pieces(p, level, x, count), weights)
        )
    raise NotApplicableError(EstimateReason.LEVELS_APART())


def climbed(
    parameters: np.ndarray, step: np.ndarray, best: float, height: Callable[[np.ndarray], float]
) -> tuple[np.ndarray, float]:
    """Go a step, or the half of it again and again until the likelihood does not fall."""
    for _ in range(40):
        found = height(parameters + step)
        if found >= best - 1e-10 * abs(best):
            return parameters + step, found
        step = step / 2
    return parameters, best


def same_odds(
    level: np.ndarray, x: np.ndarray, weights: np.ndarray, clusters: np.ndarray
) -> tuple[float, int] | None:
    """Wald test that the first regressor's log odds ratio is the same at every level: chi-square and degrees
    of freedom.

    One logistic regression a threshold, their joint covariance from their influence functions, summed over
    clusters (as Brant 1990, whose covariance is that of independent units). None where a threshold has no
    estimate.
    """
    design = np.column_stack([np.ones(len(level)), x])
    slopes, influences = [], []
    for cut in range(int(level.max())):
        try:
            fitted = logit_with_slope(design, (level > cut).astype("float64"), weights)
        except NotApplicableError:
            return None
        slopes.append(fitted[0])
        influences.append(np.bincount(clusters, weights=fitted[1]))
    if len(slopes) < 2:
        return None
    contrast = np.diff(np.eye(len(slopes)), axis=0)
    spread = contrast @ np.cov(np.array(influences), ddof=0, bias=True) @ contrast.T * len(influences[0])
    apart = contrast @ np.array(slopes)
    if np.linalg.cond(spread) > 1e12:
        return None
    return float(apart @ np.linalg.solve(spread, apart)), len(apart)


def logit_with_slope(
    design: np.ndarray, outcome: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """Second coefficient of a logistic regression and its influence (n)."""
    fitted = logit(design, outcome, weights)
    slope = np.linalg.lstsq(
        design * np.sqrt(weights)[:, None], np.log(fitted.odds) * np.sqrt(weights), rcond=None
    )[0]
    return float(slope[1]), fitted.influence[:, 1]


def levels_of(values: np.ndarray) -> np.ndarray:
    """Codes 0, 1, … of an indicator's levels.

    Raises
    ------
    NotApplicableError where there is one level, or so many that they are a scale.
    """
    distinct, level = np.unique(values, return_inverse=True)
    if len(distinct) < 2:
        raise NotApplicableError(EstimateReason.ALL_THE_SAME())
    if len(distinct) > MOST_LEVELS:
        raise NotApplicableError(EstimateReason.MANY_LEVELS())
    return level


def odds_results(
    sample: Sample, spec: Specification, x: np.ndarray, clusters: np.ndarray, inference: Inference
) -> Sized:
    """Log odds ratio of the first regressor and the odds ratio itself, with the check of proportional
    odds.
    """
    level = levels_of(sample.now)
    weights = np.ones(len(level)) if sample.weights is None else sample.weights
    if len(level) <= x.shape[1] + level.max():
        raise NotApplicableError(EstimateReason.FEW_UNITS())
    fitted = proportional_odds(level, x, weights)
    check = same_odds(level, x, weights, clusters)
    note = EstimateReason.ODDS_UNTESTED()
    if check:
        p_value = max(np.ceil(stats.chi2.sf(*check) * 10_000), 1) / 10_000
        note = EstimateReason.SAME_ODDS_TEST(
            statistic=round(float(check[0]), 2), df=int(check[1]), p=round(float(p_value), 4)
        )
    found = each_kind(
        sample,
        spec,
        float(fitted.beta[0]),
        lambda kind: influence_error(fitted.influence[:, 0], kind, sample, x.shape[1] + 1),
    )
    sized: Sized = []
    for result in found:
        if result.is_refused:
            sized.append((result, (np.nan, "")))
            continue
        log_odds = replace(
            result, about=About(measure=Measure.LOG_ODDS), unit="", reasons=(note, *result.reasons)
        )
        sized += [
            (log_odds, (float(np.exp(result.estimate)), ODDS_KIND)),
            (as_odds(log_odds, inference.confidence), (np.nan, "")),
        ]
    return sized


def as_odds(result: Result, confidence: float) -> Result:
    """The odds ratio of a log odds ratio; its interval and p value are those of the logarithm, its standard
    error by the delta method.
    """
    margin = stats.t.ppf((1 + confidence) / 2, result.df) * result.std_error
    interval = (float(np.exp(result.estimate - margin)), float(np.exp(result.estimate + margin)))
    p_value = float(2 * stats.t.sf(abs(result.estimate) / result.std_error, result.df))
    odds = float(np.exp(result.estimate))
    return replace(
        result,
        estimate=odds,
        std_error=odds * result.std_error,
        interval=interval,
        p_value=p_value,
        about=About(measure=Measure.ODDS),
    )


def ordered_change(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Odds ratio of a higher level now against before, the same participants both times: each is a cluster of
    two answers.
    """
    frame = sample.frame
    if len(frame) < 2:
        raise NotApplicableError(EstimateReason.FEW_MEASURED_TWICE())
    if not (frame["now"] != frame["before"]).any():
        raise NotApplicableError(EstimateReason.NOBODY_CHANGED())
    both = [frame.assign(now=frame["before"], later=0.0), frame.assign(later=1.0)]
    stacked = {name: np.concatenate([part[name].to_numpy() for part in both]) for name in ("now", "later")}
    person = np.tile(np.arange(len(frame)), 2)
    kept = {name: np.tile(frame[name].to_numpy(), 2) for name in (WEIGHT, CLUSTER) if name in frame}
    answers = Sample(
        pd.DataFrame({"now": stacked["now"], "treated": 1.0, CLUSTER: person, **kept}), sample.n_missing
    )
    clusters = person if answers.clusters is None else answers.clusters
    return odds_results(answers, spec, stacked["later"][:, None], clusters, inference)


register(
    Method(
        "ordered_change",
        ordered_change,
        std_errors=("CR1",),
        needs_before=True,
        participants_only=True,
        formula="exp(b) in logit P(y ≥ k) = aₖ + b·now",
    )
)


def ordered_logit(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Odds ratio of a higher level for participants against the comparison group, at equal covariates."""
    check_groups(sample)
    check_treatment(sample)
    x = np.column_stack([sample.treated, regressors(sample.frame, spec.covariates)])
    clusters = np.arange(len(sample.frame)) if sample.clusters is None else sample.clusters
    return odds_results(sample, spec, x, clusters, inference)


register(
    Method(
        "ordered_logit",
        ordered_logit,
        std_errors=("influence", "CR1"),
        takes_covariates=False,
        formula="exp(b) in logit P(y ≥ k) = aₖ + b·d + c'x",
    )
)


def probability_of_superiority(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """How much oftener a participant exceeds one of the comparison group than the reverse: 2p − 1, p the
    probability of superiority.

    Brunner and Munzel (2000): unequal spreads and ties are allowed, t with Satterthwaite degrees of freedom.
    """
    check_groups(sample)
    check_treatment(sample)
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    first, second = sample.now[sample.treated == 1], sample.now[sample.treated == 0]
    both = stats.rankdata(np.concatenate([first, second]))
    places = [both[: len(first)] - stats.rankdata(first), both[len(first) :] - stats.rankdata(second)]
    parts = [
        place.var(ddof=1) / len(place) / other**2
        for place, other in zip(places, (len(second), len(first)), strict=True)
    ]
    probability = float(places[0].mean() / len(second))
    spread = sum(parts)
    if not spread > 0:
        raise NotApplicableError(EstimateReason.ALL_EXCEED())
    df = spread**2 / (parts[0] ** 2 / (len(first) - 1) + parts[1] ** 2 / (len(second) - 1))
    error = 2 * float(np.sqrt(spread))

    def one(kind: str) -> Result:
        estimate, margin = 2 * probability - 1, stats.t.ppf((1 + inference.confidence) / 2, df) * error
        interval = (max(estimate - margin, -1.0), min(estimate + margin, 1.0))
        return Result(
            estimate,
            error,
            kind,
            float(df),
            interval,
            float(2 * stats.t.sf(abs(estimate) / error, df)),
            About(measure=Measure.SUPERIORITY),
            unit=SHARE,
        )

    return [(result, (probability, SUPERIORITY_KIND)) for result in each_kind(sample, spec, 1.0, one)]


register(
    Method(
        "probability_of_superiority",
        probability_of_superiority,
        std_errors=("brunner_munzel",),
        takes_covariates=False,
        formula="P(Y₁ > Y₀) − P(Y₁ < Y₀)",
    )
)
