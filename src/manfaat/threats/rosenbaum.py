"""How strongly would a hidden cause have to decide who took part, for the result of matched pairs to be
chance? Rosenbaum's Γ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import norm, rankdata

from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.reasons import ThreatReason

MOST_DISTANCES = 5_000_000  # participants × comparison units that are compared with one another
STEP = 1e-6  # of squared distances: whole steps add up exactly, so that every machine breaks ties alike
FEWEST_PAIRS = 6  # with five pairs or fewer not even equal signs throughout reach p = .025
LARGEST_GAMMA = 1e6


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed rank statistic of matched pairs: sum of the ranks of positive differences, and all
    ranks of differences that are not zero.
    """

    positive: float
    ranks: np.ndarray

    @property
    def n(self) -> int:
        """Pairs whose members differ."""
        return len(self.ranks)


def signed_rank(differences: np.ndarray) -> SignedRank:
    """Rank the absolute differences (ties share their mean rank, zeros are left out) and add up those of
    positive ones.
    """
    kept = differences[differences != 0]
    ranks = rankdata(np.abs(kept))
    return SignedRank(float(ranks[kept > 0].sum()), ranks)


def upper_p(statistic: SignedRank, gamma: float) -> float:
    """Largest one-sided p value if a hidden cause made one member of a pair up to Γ times as likely to take
    part as the other.

    Normal approximation with mean Γ/(1+Γ)·Σr and variance Γ/(1+Γ)²·Σr².
    Source: Rosenbaum (2002), Observational Studies, 2nd ed., section 4.3.
    """
    if gamma < 1:
        raise ValueError(f"gamma must be at least 1, not {gamma}")
    share = gamma / (1 + gamma)
    spread = np.sqrt(share * (1 - share) * (statistic.ranks**2).sum())
    return (
        float(norm.sf((statistic.positive - share * statistic.ranks.sum()) / spread)) if spread > 0 else 1.0
    )


def critical_gamma(statistic: SignedRank, alpha: float) -> float:
    """Smallest Γ at which the p value reaches ``alpha``; below 1 never: 1 where it exceeds ``alpha`` without
    any hidden cause.

    Raises
    ------
    NotApplicableError where fewer than six pairs differ.
    """
    if statistic.n < FEWEST_PAIRS:
        raise NotApplicableError(ThreatReason.FEW_PAIRS())
    if upper_p(statistic, 1.0) >= alpha:
        return 1.0
    return float(brentq(lambda gamma: upper_p(statistic, gamma) - alpha, 1.0, LARGEST_GAMMA, xtol=1e-8))


def optimal_pairs(covariates: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair each unit of the smaller group with another one of the larger, no unit twice, at the least total
    Mahalanobis distance. Of units that are equally near the one that stands first in the table is taken.

    Returns
    -------
    Row numbers of the participants and of their partners.

    Raises
    ------
    NotApplicableError where there are too many units. Source: Rosenbaum (1989), JASA 84(408), 1024–1032.
    """
    rows = {value: np.flatnonzero(treated == value) for value in (1, 0)}
    if len(rows[1]) * len(rows[0]) > MOST_DISTANCES:
        raise NotApplicableError(ThreatReason.MANY_TO_PAIR())
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(covariates.T)))
    kept = values > 1e-10 * values.max()
    white = (covariates - covariates.mean(axis=0)) @ (vectors[:, kept] / np.sqrt(values[kept]))
    distances = np.round(cdist(white[rows[1]], white[rows[0]], "sqeuclidean") / STEP)
    ours, theirs = linear_sum_assignment(distances)
    return rows[1][ours], rows[0][theirs]
