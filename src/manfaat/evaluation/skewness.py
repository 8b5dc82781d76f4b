"""Is an estimate so skewed that its interval by t covers less often than it says?"""

from __future__ import annotations

import numpy as np

from manfaat.base.reasons import Reason
from manfaat.evaluation.reasons import EstimateReason

# of an estimate: at .29 intervals of 95 % cover 93 % (Edgeworth; Hall 1992, section 2.6), and small samples
# show less skew than there is
MOST_SKEW = 0.2
SURE = 2.0  # standard errors from none
# of fewer units half of all skewed laws show too little: they are judged by the most skewness that their
# sample is compatible with
SMALL = 20
# answers that take no more values have no tail that a sample could miss; of small samples half as many as
# there are units
CANCELLED = 0.5  # of the skewness of two groups, where the smaller has at least .58 of the larger
UNLIKE = 1.5  # standard errors by which two spreads differ before they are taken for different
FEWEST_OF_A_SIDE = 5
FEW_VALUES = 10
# L-skewness of a log-normal law and its skewness, for log SDs of 0, .2, .4, .6, .8, 1 and 1.05
BY_ORDER = (0.0, 0.098, 0.194, 0.287, 0.377, 0.462, 0.483)
BY_CUBES = (0.0, 0.61, 1.32, 2.26, 3.69, 6.18, 7.11)


def l_skewness(values: np.ndarray) -> float:
    """Skewness by order of size, between −1 and 1 (L-moments; Hosking 1990, JRSS B 52, 105–124); 0 of values
    that are all the same.

    A sample of 30 from a skewed law mostly lacks its largest values and shows half of its skewness; this it
    shows nearly in full.
    """
    n = len(values)
    place, ordered = np.arange(n), np.sort(values)
    first = float(ordered.mean())
    second = float(ordered @ place) / (n * (n - 1))
    third = float(ordered @ (place * (place - 1.0))) / (n * (n - 1.0) * (n - 2))
    spread = 2 * second - first
    return (6 * third - 6 * second + first) / spread if spread > 0 else 0.0


def skew_warning(
    values: np.ndarray, pull: np.ndarray, answers: np.ndarray | None = None
) -> tuple[Reason, ...]:
    """The warning where an estimate Σ a·value is itself skewed: skewness of its values times Σa³ / (Σa²)^1.5,
    as of independent units.

    The values' skewness is the larger of the sample's and that of the log-normal law with the same
    L-skewness; only the sample's where the ``answers`` (the values where not given) take few values. Skewness
    that chance alone would give normal values says nothing, but in samples below ``SMALL`` one standard error
    is added to it.
    """
    n, answers = len(values), values if answers is None else answers
    square = float(values @ values) / n
    if n < 3 or not square > 0 or BY_CUBES[-1] * np.abs(pull**3).sum() / (pull @ pull) ** 1.5 <= MOST_SKEW:
        return ()
    if abs((pull**3).sum()) < CANCELLED * np.abs(pull**3).sum():
        scale = spreads(values, pull)
        values, pull = values / scale, pull * scale
    lean = abs(float((pull * pull) @ pull / (pull @ pull) ** 1.5))
    skew = abs(float((values * values) @ values) / n / (float(values @ values) / n) ** 1.5)
    if len(np.unique(answers)) <= min(FEW_VALUES, n // 2):
        is_sure = skew > SURE * np.sqrt(6 / n)
    else:
        error = np.sqrt(0.1866 / n + 0.8 / n**2)  # of normal values
        ordered = abs(l_skewness(values)) + (error if n < SMALL else 0.0)
        is_sure = ordered > SURE * error
        skew = max(skew, float(np.interp(ordered, BY_ORDER, BY_CUBES)))
    return (EstimateReason.TOO_SKEWED(),) if is_sure and skew * lean > MOST_SKEW else ()


def spreads(values: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """The spread of each unit's values: that of the units which pull the estimate up, or down, as a multiple
    of the larger of both; 1 for all where they differ by no more than chance.

    Skewed values of two groups of about one size cancel out, but not where those of one spread wider.
    """
    scale, sides = np.ones(len(values)), (pull > 0, pull < 0)
    if min(side.sum() for side in sides) < FEWEST_OF_A_SIDE:
        return scale
    (up, up_error), (down, down_error) = (mean_difference(values[side]) for side in sides)
    if min(up, down) > 0 and abs(np.log(up / down)) > UNLIKE * np.hypot(up_error, down_error):
        for side, own in zip(sides, (up, down), strict=True):
            scale[side] = own / max(up, down)
    return scale


def mean_difference(values: np.ndarray) -> tuple[float, float]:
    """Mean distance of two values (Gini), and the standard error of its logarithm (Hoeffding 1948)."""
    ordered, n = np.sort(values), len(values)
    place, below = np.arange(n), np.cumsum(values[np.argsort(values)])
    distance = (ordered * (2 * place - n + 2) - 2 * below + below[-1]) / (n - 1)
    mean = float(distance.mean())
    return mean, float(2 * distance.std(ddof=1) / (mean * np.sqrt(n))) if mean > 0 else 0.0


def adjusted_skew_warning(
    x: np.ndarray, treated: np.ndarray, outcome: np.ndarray, pull: np.ndarray
) -> tuple[Reason, ...]:
    """The same for an estimate that weights or matches: its outcomes count less what a regression on ``x`` (n
    × k) and participation predicts.
    """
    design = np.column_stack([x, treated])
    slopes = np.linalg.lstsq(design.T @ design, design.T @ (outcome - outcome.mean()), rcond=None)[0]
    return skew_warning(outcome - outcome.mean() - design @ slopes, pull, outcome)
