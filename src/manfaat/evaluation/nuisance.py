"""What weighting methods estimate on the way: propensity scores, outcome regressions, balancing weights; each
with its influence function.

An influence function here is one row of scores a unit whose sum is the estimate's deviation from the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit

from manfaat.evaluation.linear import COLLINEAR, independent, regressors, standardise
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample

LARGEST_LOGIT = 500.0
ROUNDS = 200
# of a regression that is left without a unit or a cluster: below it the coefficients rest on that one alone
ALONE = 1e-3


@dataclass(frozen=True)
class Propensity:
    """Probability p of taking part, given the covariates (logit).

    ``odds`` p / (1 − p), ``by_score`` 1 / p and ``by_rest`` 1 / (1 − p), each n; ``influence`` of the
    coefficients (n × k). What rests on no outcome is kept in ``memory``.
    """

    score: np.ndarray
    odds: np.ndarray
    influence: np.ndarray
    memory: dict[int, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def by_score(self) -> np.ndarray:
        """1 / p, without dividing by a p that rounds to zero."""
        return 1 + 1 / self.odds

    @property
    def by_rest(self) -> np.ndarray:
        """1 / (1 − p)."""
        return 1 + self.odds


@dataclass(frozen=True)
class Balance:
    """Entropy-balancing weights of the comparison units (sum 1, 0 for participants) and what their influence
    function needs.

    ``centred`` (n × k) moments minus the participants' averages, ``spread`` (k × k) their weighted
    covariance.
    """

    weights: np.ndarray
    centred: np.ndarray
    spread: np.ndarray


def survey_weights(sample: Sample) -> np.ndarray:
    """Survey weights, 1 where none are declared."""
    return np.ones(len(sample.frame)) if sample.weights is None else sample.weights


def design_matrix(sample: Sample, covariates: list[str]) -> np.ndarray:
    """A constant and the covariates that tell units apart, centred and scaled (n × (1 + k)).

    Raises
    ------
    NotApplicableError if no covariate does.
    """

    def build() -> np.ndarray:
        found = regressors(sample.frame, covariates)
        if not found.shape[1]:
            raise NotApplicableError(EstimateReason.COVARIATES_THE_SAME())
        return np.column_stack([np.ones(len(found)), found])

    return sample.once(("design", tuple(covariates)), build)


def propensity(sample: Sample, covariates: list[str]) -> Propensity:
    """Logit of participation on the covariates by Newton's method, with survey weights.

    Raises
    ------
    NotApplicableError when it has no maximum: the covariates tell the groups apart.
    """
    return sample.once(
        ("propensity", tuple(covariates)),
        lambda: logit(design_matrix(sample, covariates), sample.treated, survey_weights(sample)),
    )


def logit(x: np.ndarray, treated: np.ndarray, weights: np.ndarray) -> Propensity:
    """Maximum likelihood by Newton steps, halved where they do not help; where there is no maximum the steps
    never become small.
    """
    beta, best, step = np.zeros(x.shape[1]), -np.inf, np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        eta = np.clip(x @ (beta + step), -LARGEST_LOGIT, LARGEST_LOGIT)
        likelihood = float(weights @ (treated * eta - np.logaddexp(0.0, eta)))
        if likelihood < best - 1e-10 * abs(best):
            step = step / 2
            continue
        beta, best = beta + step, likelihood
        score = expit(eta)
        information = (x * (weights * score * (1 - score))[:, None]).T @ x
        if (
            np.linalg.eigvalsh(information)[0] < 1e-11 * np.trace(information)
            or np.abs(beta).max() > LARGEST_LOGIT
        ):
            raise NotApplicableError(EstimateReason.NO_OVERLAP())
        deviations = x * (weights * (treated - score))[:, None]
        step = np.linalg.solve(information, deviations.sum(axis=0))
        if np.abs(step).max() < 1e-9:
            return Propensity(score, np.exp(eta), np.linalg.solve(information, deviations.T).T)
    raise NotApplicableError(EstimateReason.NO_OVERLAP())


def solved(
    x: np.ndarray, weights: np.ndarray, scores: np.ndarray, leaving: np.ndarray | None = None
) -> np.ndarray:
    """Influence on coefficients: (Σ w x x')⁻¹ times each unit's scores (n × k).

    With ``leaving`` (n codes of groups) each unit's group is left out of the sum: the step that the
    coefficients take when the group is deleted (one step of the jackknife; units alone by their leverage).

    Raises
    ------
    NotApplicableError where the coefficients do not exist without one of the groups.
    """
    moments = (x * weights[:, None]).T @ x
    if leaving is None:
        return scores @ np.linalg.inv(moments)
    found: np.ndarray
    if len(np.bincount(leaving)) == len(x):
        inverse = np.linalg.inv(moments)
        rest = 1 - weights * np.einsum("ij,ij->i", x, x @ inverse)
        if (rest < ALONE).any():
            raise NotApplicableError(EstimateReason.ONE_LEFT_OUT())
        found = scores @ inverse / rest[:, None]
        return found
    k = x.shape[1]
    of_groups = np.empty((int(leaving.max()) + 1, k, k))
    for i, weighted in enumerate((x * weights[:, None]).T):
        for j in range(i + 1):
            of_groups[:, i, j] = of_groups[:, j, i] = np.bincount(leaving, weights=weighted * x[:, j])
    left = moments - of_groups
    if np.linalg.eigvalsh(left)[:, 0].min() < ALONE * np.linalg.eigvalsh(moments)[0]:
        raise NotApplicableError(EstimateReason.ONE_LEFT_OUT())
    found = np.einsum("nij,nj->ni", np.linalg.inv(left)[leaving], scores)
    return found


@dataclass(frozen=True)
class Regression:
    """An outcome regression of one group: ``fitted`` for everyone (n), the influence of its coefficients (n ×
    k), and what of these is each outcome's (``pull``, n × k: the coefficients are pull'y).
    """

    fitted: np.ndarray
    influence: np.ndarray
    pull: np.ndarray


def outcome_regression(
    x: np.ndarray,
    outcome: np.ndarray,
    group: np.ndarray,
    weights: np.ndarray,
    leaving: np.ndarray | None = None,
) -> Regression:
    """Least squares of the outcome on x among ``group`` (booleans), predicted for everyone; ``leaving`` as
    for ``solved``.

    Raises
    ------
    NotApplicableError if the group is too small for it, or alike in a covariate.
    """
    inside = x[group]
    if len(inside) <= x.shape[1]:
        raise NotApplicableError(EstimateReason.GROUP_BELOW_COEFFICIENTS())
    moments = (inside * weights[group][:, None]).T @ inside
    scale = np.sqrt(np.diag(moments))
    if (scale <= 0).any() or np.linalg.eigvalsh(moments / np.outer(scale, scale))[0] < COLLINEAR:
        raise NotApplicableError(EstimateReason.COLLINEAR_WITHIN())
    beta = np.linalg.solve(moments, inside.T @ (weights[group] * outcome[group]))
    fitted = x @ beta
    pull = x * (group * weights)[:, None]
    return Regression(
        fitted,
        solved(x, group * weights, pull * (outcome - fitted)[:, None], leaving),
        pull @ np.linalg.inv(moments),
    )


def moments_of(sample: Sample, covariates: list[str], degree: int) -> np.ndarray:
    """Covariates and, for degree 2, squares of those that are not 0 or 1, and products; centred and scaled (n
    × m).
    """
    x = design_matrix(sample, covariates)[:, 1:]
    if degree == 1:
        return x
    place = [(i, j) for i in range(x.shape[1]) for j in range(i, x.shape[1])]
    products = [x[:, i] * x[:, j] for i, j in place if i != j or len(np.unique(x[:, i])) > 2]
    return np.column_stack([x, standardise(np.column_stack(products))]) if products else x


def entropy_balance(sample: Sample, covariates: list[str], degree: int) -> Balance:
    """Weights of the comparison units closest to their survey weights whose averages equal the participants'
    (Hainmueller 2012).

    ``degree`` 1 balances means, 2 also squares and products. Solved by Newton's method in the dual.

    Raises
    ------
    NotApplicableError when there are none.
    """

    def solve() -> Balance:
        moments = moments_of(sample, covariates, degree)
        moments = independent(moments) if degree > 1 else moments
        treated, weights = sample.treated > 0, survey_weights(sample)
        centred = moments - np.average(moments[treated], axis=0, weights=weights[treated])
        solved = tilt(centred[~treated], weights[~treated] / weights[~treated].sum())
        full = np.zeros(len(treated))
        full[~treated] = solved
        return Balance(full, centred, (centred * full[:, None]).T @ centred)

    return sample.once(("entropy", tuple(covariates), degree), solve)


def tilt(centred: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Weights base·exp(λ'x) / Σ whose average of x (n × k) is zero: minimise log Σ base·exp(λ'x)."""
    slope = np.zeros(centred.shape[1])

    def at(point: np.ndarray) -> tuple[float, np.ndarray]:
        tilted = centred @ point
        top = tilted.max()
        weights = base * np.exp(tilted - top)
        return float(top + np.log(weights.sum())), weights / weights.sum()

    value, weights = at(slope)
    for _ in range(ROUNDS):
        gap = centred.T @ weights
        if np.abs(gap).max() < 1e-9:
            return weights
        spread = (centred * weights[:, None]).T @ centred - np.outer(gap, gap)
        if np.linalg.eigvalsh(spread)[0] < 1e-12:
            raise NotApplicableError(EstimateReason.UNBALANCED())
        direction, size = -np.linalg.solve(spread, gap), 1.0
        while size > 1e-8:
            trial, tried = at(slope + size * direction)
            if trial < value + 1e-4 * size * (gap @ direction):
                break
            size /= 2
        else:
            if np.abs(gap).max() < 1e-7:
                return weights
            raise NotApplicableError(EstimateReason.UNBALANCED())
        slope, value, weights = slope + size * direction, trial, tried
        if value < -50 or np.abs(slope).max() > 1e4:
            raise NotApplicableError(EstimateReason.UNBALANCED())
    raise NotApplicableError(EstimateReason.UNBALANCED())
