"""The one-factor model by maximum likelihood, and McDonald ω with an interval that does not need normal
answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize, stats

from manfaat.evaluation.sample import NotApplicableError
from manfaat.measurement.reasons import ScaleReason
from manfaat.measurement.reliability import correlations

SMALLEST_UNIQUENESS = 0.005  # of an item's variance; the bound of R's factanal
SINGULAR = 1e-10  # smallest eigenvalue of a correlation matrix that can be inverted
STEP = 1e-30  # of the complex step, which has no rounding error


@dataclass(frozen=True)
class OneFactor:
    """A fitted model in the items' own metric: covariance = λλ' + diag(ψ).

    ``loadings`` λ (k) and ``uniquenesses`` ψ (k); ``standardised`` : loadings over standard deviations.
    """

    loadings: np.ndarray
    uniquenesses: np.ndarray

    @property
    def standardised(self) -> np.ndarray:
        """Loadings in standard deviations of the items (k)."""
        return np.asarray(self.loadings / np.sqrt(self.loadings**2 + self.uniquenesses))

    @property
    def is_improper(self) -> bool:
        """Whether an item's own variance lies at its bound (Heywood case)."""
        return bool(
            np.any(self.uniquenesses <= 1.01 * SMALLEST_UNIQUENESS * (self.loadings**2 + self.uniquenesses))
        )


def fit_one_factor(matrix: np.ndarray) -> OneFactor:
    """Fit one factor to a covariance matrix (k × k) by maximum likelihood.

    For given ψ the best λ is known in closed form, so that only ψ is searched for.

    Source: Jöreskog (1967), Psychometrika 32, 443–482.

    Raises
    ------
    NotApplicableError where k < 3 (not identified), an item follows from the others, or the search does not
    end.
    """
    k, scale = len(matrix), np.sqrt(np.diag(matrix))
    if k < 3:
        raise NotApplicableError(ScaleReason.FEW_ITEMS_FOR_FACTOR())
    found = correlations(matrix)
    if linalg.eigvalsh(found)[0] < SINGULAR:
        raise NotApplicableError(ScaleReason.ITEM_FOLLOWS())
    start = np.clip((1 - 0.5 / k) / np.diag(linalg.inv(found)), 2 * SMALLEST_UNIQUENESS, 1)
    bounds = [(SMALLEST_UNIQUENESS, 1.0)] * k
    done = optimize.minimize(
        misfit,
        start,
        args=(found,),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 1000, "ftol": 1e-15, "gtol": 1e-9},
    )
    inside = (done.x > 1.01 * SMALLEST_UNIQUENESS) & (done.x < 0.999)
    if np.abs(done.jac[inside]).max(initial=0) > 1e-4:
        raise NotApplicableError(ScaleReason.NO_FIT())
    loadings = best_loadings(done.x, found)
    loadings *= 1 if loadings.sum() >= 0 else -1
    return OneFactor(loadings * scale, done.x * scale**2)


def best_loadings(uniquenesses: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Loadings (k) that fit best with given uniquenesses."""
    root = np.sqrt(uniquenesses)
    values, vectors = linalg.eigh(matrix / np.outer(root, root))
    return np.asarray(root * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0)))


def misfit(uniquenesses: np.ndarray, matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """Discrepancy of maximum likelihood (up to a constant), with the best loadings put in, and its
    gradient.
    """
    root = np.sqrt(uniquenesses)
    values = linalg.eigvalsh(matrix / np.outer(root, root))[:-1]
    loadings = best_loadings(uniquenesses, matrix)
    off = loadings**2 + uniquenesses - np.diag(matrix)
    return float((values - np.log(values)).sum()), off / uniquenesses**2


def omega(loadings: np.ndarray, uniquenesses: np.ndarray) -> float:
    """Share of the variance of the items' sum that the factor explains: (Σλ)² / ((Σλ)² + Σψ).

    Source: McDonald (1999), Test Theory: A Unified Treatment.
    """
    common = loadings.sum() ** 2
    share: float = common / (common + uniquenesses.sum())  # complex where it is differentiated
    return share


def omega_of(parameters: np.ndarray, *, standardised: bool) -> float:
    """Return ω of the parameters (λ, ψ; 2k), of the items as they are or divided by their standard
    deviations.
    """
    loadings, uniquenesses = np.split(parameters, 2)
    variance = loadings**2 + uniquenesses if standardised else 1.0
    return omega(loadings / variance**0.5, uniquenesses / variance)


def gradient(parameters: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Mean score of the normal likelihood in (λ, ψ), the mean profiled out (2k); zero at the estimate."""
    loadings, uniquenesses = np.split(parameters, 2)
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    excess = inverse @ matrix @ inverse - inverse
    return np.concatenate([excess @ loadings, np.diag(excess) / 2])


def scores(values: np.ndarray, model: OneFactor) -> np.ndarray:
    """Each person's score (n × 2k); ``values`` are centred answers (n × k)."""
    inverse = np.linalg.inv(np.outer(model.loadings, model.loadings) + np.diag(model.uniquenesses))
    weighted = values @ inverse
    by_loading = weighted * (weighted @ model.loadings)[:, None] - inverse @ model.loadings
    return np.hstack([by_loading, (weighted**2 - np.diag(inverse)) / 2])


def derivatives(function: Callable[[np.ndarray], np.ndarray | complex], parameters: np.ndarray) -> np.ndarray:
    """Exact derivatives of a function of 2k parameters by the complex step; one row a parameter."""
    steps = 1j * STEP * np.eye(len(parameters))
    return np.array([np.imag(function(parameters + step)) / STEP for step in steps])


def omega_error(values: np.ndarray, model: OneFactor, *, standardised: bool = False) -> float:
    """Standard error of ω by the delta method, from the sandwich covariance of the parameters.

    The sandwich (inverse Hessian, outer product of scores, inverse Hessian) holds where answers are not
    normal, as on five points, and where one factor fits only roughly; nothing is drawn.

    Parameters
    ----------
    values : complete answers (n × k).

    Source: Zhang and Yuan (2014), Robust coefficients alpha and omega, without their down-weighting of
    outliers; White (1982), Econometrica 50, 1–25.
    """
    centred = values - values.mean(axis=0)
    n, matrix = len(centred), centred.T @ centred / len(centred)
    rescaled = OneFactor(model.loadings * np.sqrt((n - 1) / n), model.uniquenesses * (n - 1) / n)
    point = np.concatenate([rescaled.loadings, rescaled.uniquenesses])
    own = scores(centred, rescaled)
    bread = np.linalg.inv(-derivatives(lambda at: gradient(at, matrix), point))
    slope = derivatives(lambda at: omega_of(at, standardised=standardised), point)
    influence = own @ (bread @ slope)
    return float(np.sqrt(influence @ influence)) / n


def logit_interval(share: float, error: float, df: float, confidence: float) -> tuple[float, float]:
    """Interval of a share strictly between 0 and 1, from its standard error and t, symmetric in the log-odds.

    Missing where it would have no width.
    """
    if not (0 < share < 1 and error > 0):
        return np.nan, np.nan
    centre, margin = (
        np.log(share / (1 - share)),
        stats.t.ppf((1 + confidence) / 2, df) * error / (share * (1 - share)),
    )
    low, high = 1 / (1 + np.exp(-(centre + np.array([-margin, margin]))))
    return float(low), float(high)


def congruence(first: np.ndarray, second: np.ndarray) -> float:
    """Tucker's congruence of two sets of loadings: 1 when they are proportional.

    Source: Lorenzo-Seva and ten Berge (2006), Methodology 2, 57–64: .95 and more counts as equal, .85 to .94
    as fairly similar.
    """
    size = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / size) if size > 0 else np.nan
