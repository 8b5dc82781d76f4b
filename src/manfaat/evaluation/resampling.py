"""Inference by drawing: the wild cluster bootstrap and randomisation inference, as algebra on sums, not as
repeated regressions.

Both ask how far a t statistic under a hypothesis "the coefficient is b" lies in the spread of the statistics
drawn under it. Numerator and squared denominator of every drawn statistic are a line and a parabola in b, so
one pass over the data serves every b, and the interval is the set of b that is not rejected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from manfaat.evaluation.errors import FEWEST_CLUSTERS, by_group, clustered
from manfaat.evaluation.linear import Fit
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample

WEBB_BELOW = 12  # clusters: below it six-point weights give more distinct draws than signs (Webb 2023)
ENUMERATED = 2**14  # sign vectors: up to here all are used instead of a draw of them
LARGEST = 2 * 10**8  # units × draws of randomisation inference
CHUNK = 2**22  # numbers held at once while drawing
SMALL_CHUNK = 2**16  # … where many passes are made over them, so that they stay in the processor's cache


@dataclass(frozen=True)
class Drawn:
    """Drawn statistics as functions of the hypothesis b: (top0 − b·top1) / √(square0 − 2b·cross +
    b²·square1), one entry a draw.

    The first entry is the statistic of the data themselves.
    """

    top0: np.ndarray
    top1: np.ndarray
    square0: np.ndarray
    cross: np.ndarray
    square1: np.ndarray

    def statistics(self, b: float) -> np.ndarray:
        """|t| of every draw under the hypothesis b."""
        spread = np.maximum(self.square0 - 2 * b * self.cross + b * b * self.square1, 0.0)
        top = np.abs(self.top0 - b * self.top1)
        tiny = 1e-24 * max(float(spread.max()), np.finfo(float).tiny)
        return np.where(
            spread > tiny, top / np.sqrt(np.maximum(spread, tiny)), np.where(top > 0, np.inf, 0.0)
        )

    def p_value(self, b: float) -> float:
        """Share of draws, the data among them, at least as far out as the data; two-sided, ties count."""
        found = self.statistics(b)
        return float((found >= found[0] * (1 - 1e-9)).mean())


def invert(drawn: Drawn, estimate: float, std_error: float, confidence: float) -> tuple[float, float]:
    """The interval of hypotheses that are not rejected at 1 − confidence.

    Raises
    ------
    NotApplicableError if it has no end.
    """
    level = 1 - confidence
    if drawn.p_value(estimate) <= level:
        raise NotApplicableError(EstimateReason.FEW_DRAWS())

    def end(direction: float) -> float:
        inner, step = 0.0, 1.0
        while drawn.p_value(estimate + direction * step * std_error) > level:
            inner, step = step, step * 2
            if step > 1_000:
                raise NotApplicableError(EstimateReason.FEW_DRAWS())
        found = brentq(
            lambda width: drawn.p_value(estimate + direction * width * std_error) - level,
            inner,
            step,
            xtol=1e-6,
            rtol=1e-10,
        )
        return float(estimate + direction * found * std_error)

    return end(-1.0), end(1.0)


def cluster_signs(count: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Weights of the clusters (G × draws), the first column all 1: every vector of signs where they are few,
    Webb's six points below 12 clusters.
    """
    if count < WEBB_BELOW:
        points = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
        return np.column_stack([np.ones(count), rng.choice(points, (count, draws))])
    if 2**count <= min(ENUMERATED, draws + 1):
        return 1.0 - 2.0 * ((np.arange(2**count)[None, :] >> np.arange(count)[:, None]) & 1)
    return np.column_stack([np.ones(count), 2.0 * rng.integers(0, 2, (count, draws)) - 1.0])


def wild_bootstrap(
    fitted: Fit, regressor: np.ndarray, clusters: np.ndarray | None, *, draws: int, seed: int
) -> Drawn:
    """Wild cluster bootstrap with the null imposed (Cameron, Gelbach and Miller 2008), by score algebra
    (Roodman et al. 2019).

    ``regressor`` (n) is the wanted one, as it stands in the fit (times √w). Statistics are t with CR1 up to
    its constant factor.

    Raises
    ------
    NotApplicableError with fewer than 5 clusters.
    """
    (clusters, count), base = clustered(clusters), fitted.basis
    if count < FEWEST_CLUSTERS:
        raise NotApplicableError(EstimateReason.FEW_TO_BOOTSTRAP())
    rest = without_wanted(fitted)
    restricted = [values - rest @ (rest.T @ values) for values in (fitted.outcome, regressor)]
    q, contrast = (
        (base.q, base.contrast)
        if base.strata is None
        else (np.column_stack([base.q, base.strata.toarray()]), np.r_[base.contrast, np.zeros(base.absorbed)])
    )
    blocks = by_group(q * base.influence[:, None], clusters)  # a_g'Q_g, one row a cluster
    scores = [by_group(q * values[:, None], clusters) for values in restricted]  # Q_g'ũ_g, one row a cluster
    signs, parts = cluster_signs(count, draws, np.random.default_rng(seed)), []
    size = max(1, CHUNK // count)
    for start in range(0, signs.shape[1], size):
        parts.append(bootstrap_block(signs[:, start : start + size], scores, blocks, contrast))
    return Drawn(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def bootstrap_block(
    signs: np.ndarray, scores: list[np.ndarray], blocks: np.ndarray, contrast: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Numerators and denominators of the statistics of some sign vectors (G × draws), as functions of the
    hypothesis.
    """
    own = [score @ contrast for score in scores]  # a_g'ũ_g, since a = Ql
    spreads = [
        part[:, None] * signs - blocks @ (score.T @ signs) for part, score in zip(own, scores, strict=True)
    ]
    squares = [(spreads[i] * spreads[j]).sum(axis=0) for i, j in ((0, 0), (0, 1), (1, 1))]
    return own[0] @ signs, own[1] @ signs, *squares


def permutations(treated: np.ndarray, blocks: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Assignments (draws × n, 0 or 1) that could have been drawn by lot: as many treated within each block as
    there were.
    """
    lots = np.zeros((draws, len(treated)))
    for block in np.unique(blocks):
        members = np.flatnonzero(blocks == block)
        count = int(treated[members].sum())
        if count == len(members):
            lots[:, members] = 1.0
        elif count:
            chosen = np.argpartition(rng.random((draws, len(members)), dtype="float32"), count, axis=1)[
                :, :count
            ]
            np.put_along_axis(lots, members[chosen], 1.0, axis=1)
    return lots


def without_wanted(fitted: Fit) -> np.ndarray:
    """An orthonormal basis (n × (k − 1)) of the regressors other than the wanted one."""
    base = fitted.basis
    direction = base.contrast / np.linalg.norm(base.contrast)
    turn = np.linalg.qr(np.column_stack([direction, np.eye(len(direction))]))[0]
    rest: np.ndarray = base.q @ turn[:, 1:]
    if base.strata is None:
        return rest
    if base.strata.shape[0] * base.strata.shape[1] > LARGEST:
        raise NotApplicableError(EstimateReason.MANY_STRATA())
    return np.column_stack([rest, base.strata.toarray()])


def randomisation(fitted: Fit, sample: Sample, root: np.ndarray, *, draws: int, seed: int) -> Drawn:
    """Randomisation inference (Fisher 1935) with a studentised statistic, which also holds if effects differ
    (Wu and Ding 2021).

    The lottery is repeated as the design says it was: whole clusters where all of a cluster had the same lot,
    within strata where there are some. Hypotheses are of one effect for all.

    Raises
    ------
    NotApplicableError for samples so large that it would only repeat what t says, slowly.
    """
    treated, clusters, strata = sample.treated, sample.clusters, sample.strata
    if len(treated) * draws > LARGEST:
        raise NotApplicableError(EstimateReason.TOO_LARGE_TO_DRAW())
    groups = clusters if assigned_whole(treated, clusters) else None
    member = np.arange(len(treated)) if groups is None else groups
    first = np.unique(member, return_index=True)[1]
    lots, blocks = treated[first], np.zeros(len(first), dtype="int64") if strata is None else strata[first]
    rest = without_wanted(fitted)
    outcome, regressor = (values - rest @ (rest.T @ values) for values in (fitted.outcome, treated * root))
    rng, parts = (
        np.random.default_rng(seed),
        [drawn_block(treated[None, :] * root, outcome, regressor, rest, groups)],
    )
    size = max(1, SMALL_CHUNK // len(treated))
    for start in range(0, draws, size):
        lot = permutations(lots, blocks, min(size, draws - start), rng)
        parts.append(drawn_block(lot[:, member] * root, outcome, regressor, rest, groups))
    return Drawn(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def assigned_whole(treated: np.ndarray, clusters: np.ndarray | None) -> bool:
    """Whether all units of each cluster had the same lot."""
    return clusters is not None and not np.ptp(extremes(treated, clusters), axis=1).any()


def extremes(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Smallest and largest value of each group (G × 2)."""
    low, high = np.full(groups.max() + 1, np.inf), np.full(groups.max() + 1, -np.inf)
    np.minimum.at(low, groups, values)
    np.maximum.at(high, groups, values)
    return np.column_stack([low, high])


def drawn_block(
    lots: np.ndarray, outcome: np.ndarray, regressor: np.ndarray, rest: np.ndarray, groups: np.ndarray | None
) -> tuple[np.ndarray, ...]:
    """Numerators and denominators of the statistics of some assignments (draws × n), as functions of the
    hypothesis.

    ``groups`` are the clusters assigned as a whole; None where units were assigned, whose sums are products
    of powers.
    """
    residual = lots - (lots @ rest) @ rest.T
    square = residual**2
    total = np.maximum(square.sum(axis=1), np.finfo(float).tiny)
    slope0, slope1 = residual @ outcome / total, residual @ regressor / total
    if groups is None:
        both = square @ np.column_stack([outcome**2, outcome * regressor, regressor**2])
        fourth = np.einsum("ij,ij->i", square, square)
        cube = (square * residual) @ np.column_stack([outcome, regressor])
        first = both[:, 0] - 2 * slope0 * cube[:, 0] + slope0**2 * fourth
        cross = both[:, 1] - slope0 * cube[:, 1] - slope1 * cube[:, 0] + slope0 * slope1 * fourth
        second = both[:, 2] - 2 * slope1 * cube[:, 1] + slope1**2 * fourth
        return slope0, slope1, first / total**2, cross / total**2, second / total**2
    parts = [
        by_group((residual * (values - slope[:, None] * residual)).T, groups)
        for values, slope in ((outcome, slope0), (regressor, slope1))
    ]
    part0, part1 = (part / total for part in parts)
    return slope0, slope1, (part0**2).sum(axis=0), (part0 * part1).sum(axis=0), (part1**2).sum(axis=0)
