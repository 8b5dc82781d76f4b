"""How bad could it be that some outcomes are missing? Bounds on a difference between two groups, and
intervals for what lies between.

Notation: s₁, s₀ shares that answered among participants and comparison group, r = the smaller over the larger
of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.reasons import ThreatReason

# of each group in a cell: a trimmed mean of fewer lies inside its bound, and intervals of ten such cells
# cover 90 %
FEWEST_ANSWERS = 10


@dataclass(frozen=True)
class Bounds:
    """Lower and upper bound with their standard errors; ``trimmed`` is the share of a group that was set
    aside (0 for the worst case).

    ``pooled`` cells were too thin for bounds of their own and were taken together; ``left_out`` units were in
    cells that could not even so be bounded. ``n`` : answers used.
    """

    low: float
    high: float
    low_error: float
    high_error: float
    trimmed: float = 0.0
    pooled: int = 0
    left_out: int = 0
    n: int = 0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Interval of Imbens and Manski for the difference that lies between the bounds."""
        return imbens_manski(self.low, self.high, self.low_error, self.high_error, confidence=confidence)


def imbens_manski(
    low: float, high: float, low_error: float, high_error: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval that covers the parameter, wherever it lies between two estimated bounds, with the given
    probability.

    The critical value c solves Φ(c + (high − low) / max(errors)) − Φ(−c) = confidence: 1.96 where the bounds
    meet, 1.645 where they are far apart. Source: Imbens and Manski (2004), Econometrica 72(6), 1845–1857.
    """
    largest, width = max(low_error, high_error), max(high - low, 0.0)
    if not largest > 0:
        return low, high
    critical = brentq(lambda c: norm.cdf(c + width / largest) - norm.cdf(-c) - confidence, 0.0, 40.0)
    return float(low - critical * low_error), float(high + critical * high_error)


def trimmed_mean(values: np.ndarray, kept: float, *, largest: bool) -> tuple[float, float, float]:
    """Mean and variance of the share ``kept`` of the values that is largest (or smallest), and the value
    where it is cut.

    A unit at the cut may count in part, so that ties do no harm.
    """
    ordered = np.sort(values)[:: -1 if largest else 1]
    wanted = kept * len(ordered)
    weights = np.clip(wanted - np.arange(len(ordered)), 0.0, 1.0)
    mean = float(weights @ ordered / wanted)
    cut = float(ordered[int(np.flatnonzero(weights > 0)[-1])])
    return mean, float(weights @ (ordered - mean) ** 2 / wanted), cut


def side_error(
    trimmed: tuple[float, float, float], n_answers: int, kept: float, share_error: float, other: np.ndarray
) -> float:
    """Standard error of one of Lee's bounds: the trimmed mean, the cut, the estimated share (``share_error``
    is that of log r), the other group.
    """
    mean, variance, cut = trimmed
    own = (variance + (cut - mean) ** 2 * (1 - kept)) / (n_answers * kept) + ((cut - mean) * share_error) ** 2
    return float(np.sqrt(own + other.var(ddof=1) / len(other)))


def lee(outcome: np.ndarray, treated: np.ndarray) -> Bounds:
    """Trimming bounds on the effect on those who would answer in either group.

    They suppose a lottery, and that the programme moves answering in one direction only. The group that
    answers more often is trimmed from above and from below until both answer equally often.

    Parameters
    ----------
    outcome : n values, NaN where there is no answer. treated : n, 1 or 0.

    Raises
    ------
    NotApplicableError where a group has fewer than two answers.

    Source: Lee (2009), Review of Economic Studies 76(3), 1071–1102; standard errors from his proposition 3.
    """
    answered = ~np.isnan(outcome)
    groups = {value: outcome[answered & (treated == value)] for value in (1, 0)}
    shares = {
        value: float(answered[treated == value].mean()) if (treated == value).any() else 0.0
        for value in (1, 0)
    }
    if min(len(values) for values in groups.values()) < 2:
        raise NotApplicableError(ThreatReason.FEW_ANSWERS_IN_A_GROUP())
    more = 1 if shares[1] >= shares[0] else 0
    kept = shares[1 - more] / shares[more]
    if kept * len(groups[more]) < 1:
        raise NotApplicableError(ThreatReason.FEW_ANSWERS_IN_A_GROUP())
    share_error = np.sqrt(
        sum((1 - shares[value]) / (shares[value] * (treated == value).sum()) for value in (1, 0))
    )
    other, found = groups[1 - more], {}
    for largest in (False, True):
        trimmed = trimmed_mean(groups[more], kept, largest=largest)
        found[largest] = (
            trimmed[0] - other.mean(),
            side_error(trimmed, len(groups[more]), kept, share_error if kept < 1 else 0.0, other),
        )
    (low, low_error), (high, high_error) = found[False], found[True]
    if more == 0:
        low, low_error, high, high_error = -high, high_error, -low, low_error
    return Bounds(float(low), float(high), low_error, high_error, 1 - kept, n=int(answered.sum()))


def lee_within(outcome: np.ndarray, treated: np.ndarray, cells: np.ndarray) -> Bounds:
    """Lee's bounds within cells of covariates (n codes), averaged over those who would answer in either
    group: never wider, as a rule narrower.

    Each cell is trimmed in its own direction (Semenova 2020); it counts by its units times the smaller of its
    two shares of answers. The standard errors take the cells' estimated weights into account as Lee (2009,
    section 3.3) does. Cells too thin for bounds of their own are taken together where the same share of units
    was drawn; what is still too thin is left out, and counted.

    Raises
    ------
    NotApplicableError where a group has fewer than two answers in every cell.
    """
    cells, n_pooled = pooled_cells(outcome, treated, cells)
    inside = cells >= 0
    n_left_out = int((~inside).sum())
    if not inside.any():
        raise NotApplicableError(ThreatReason.FEW_ANSWERS_IN_A_GROUP())
    outcome, treated, cells = outcome[inside], treated[inside], cells[inside]
    answered, parts, weights = ~np.isnan(outcome), [], []
    for cell in np.unique(cells):
        inside = cells == cell
        parts.append(lee(outcome[inside], treated[inside]))
        shares = [answered[inside & (treated == value)].mean() for value in (1, 0)]
        weights.append(inside.sum() * min(shares))
    share = np.array(weights) / sum(weights)
    units = min((answered & (treated == value)).sum() for value in (1, 0))

    def pooled(side: str) -> tuple[float, float]:
        values, errors = (
            np.array([getattr(part, name) for part in parts]) for name in (side, f"{side}_error")
        )
        mean = float(share @ values)
        return mean, float(np.sqrt(share**2 @ errors**2 + share @ (values - mean) ** 2 / units))

    (low, low_error), (high, high_error) = pooled("low"), pooled("high")
    return Bounds(
        low,
        high,
        low_error,
        high_error,
        float(share @ [part.trimmed for part in parts]),
        n_pooled,
        n_left_out,
        int(answered.sum()),
    )


def is_thin(outcome: np.ndarray, treated: np.ndarray) -> bool:
    """Whether a cell has too few answers for bounds of its own."""
    if min((~np.isnan(outcome[treated == value])).sum() for value in (1, 0)) < FEWEST_ANSWERS:
        return True
    try:
        lee(outcome, treated)
    except NotApplicableError:
        return True
    return False


def pooled_cells(outcome: np.ndarray, treated: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, int]:
    """Codes of cells in which thin ones of the same share of treated units are one (−1: still too thin), and
    how many were taken together.

    Only where the same share was drawn are the two groups of cells taken together alike.
    """
    found = np.full(len(cells), -1)
    pools: dict[float, list[np.ndarray]] = {}
    for place, cell in enumerate(np.unique(cells)):
        inside = cells == cell
        if is_thin(outcome[inside], treated[inside]):
            pools.setdefault(round(float(treated[inside].mean()), 6), []).append(inside)
        else:
            found[inside] = place
    taken = 0
    for place, members in enumerate(pools.values()):
        together = np.logical_or.reduce(members)
        if not is_thin(outcome[together], treated[together]):
            found[together] = len(cells) + place
            taken += len(members)
    return found, taken


def extreme_fills(
    influence: np.ndarray, is_missing: np.ndarray, least: float, most: float, *, lowest: bool
) -> np.ndarray:
    """What the missing outcomes must be for a least-squares coefficient Σ influence·y to be lowest (or
    highest), one value a missing unit.
    """
    positive = influence[is_missing] > 0
    return np.where(positive == lowest, least, most)
