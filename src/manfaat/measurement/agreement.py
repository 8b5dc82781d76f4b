"""How far raters agree: intraclass correlations, limits of agreement, kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from manfaat.evaluation.jackknife import jackknife, sums_without
from manfaat.evaluation.sample import NotApplicableError
from manfaat.measurement.reasons import ScaleReason

NEGLIGIBLE = 1e-12  # variance relative to the total: rounding, not disagreement
MOST_CODES = 11  # of a single item that counts as ordered


@dataclass(frozen=True)
class Interval:
    """A number with its interval; ``std_error`` where the interval rests on one."""

    estimate: float
    low: float
    high: float
    std_error: float = np.nan


@dataclass(frozen=True)
class MeanSquares:
    """Two-way analysis of variance of n people (rows) by k raters (columns), one rating a cell.

    ``people`` BMS, ``within`` WMS, ``raters`` JMS, ``error`` EMS in the notation of Shrout and Fleiss (1979).
    """

    n: int
    k: int
    people: float
    within: float
    raters: float
    error: float


def mean_squares(ratings: np.ndarray) -> MeanSquares:
    """Analyse the variance of complete ratings (n × k).

    Raises
    ------
    NotApplicableError for fewer than two people or raters, and where nobody differs or the raters never do.
    """
    n, k = ratings.shape
    if n < 2:
        raise NotApplicableError(ScaleReason.NOT_RATED_BY_BOTH())
    centred = ratings - ratings.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    left = centred - rows[:, None] - columns
    people, raters, error = k * rows @ rows, n * columns @ columns, (left**2).sum()
    total = (centred**2).sum()
    if not people > NEGLIGIBLE * max(total, 1e-300):
        raise NotApplicableError(ScaleReason.ALL_RATED_ALIKE())
    if not error > NEGLIGIBLE * total:
        raise NotApplicableError(ScaleReason.RATERS_DIFFER_ALIKE())
    return MeanSquares(
        n,
        k,
        people / (n - 1),
        (raters + error) / (n * (k - 1)),
        raters / (k - 1),
        error / ((n - 1) * (k - 1)),
    )


def from_ratio(ratio: float, k: int) -> float:
    """Correlation of single ratings from a ratio of mean squares F: (F − 1) / (F + k − 1)."""
    return (ratio - 1) / (ratio + k - 1)


def of_average(single: float, k: int) -> float:
    """Correlation of averages of k ratings, from that of single ones (Spearman and Brown)."""
    return k * single / (1 + (k - 1) * single)


def agreement_interval(squares: MeanSquares, confidence: float) -> Interval:
    """ICC(2,1), absolute agreement of raters who stand for others, with the interval of Shrout and Fleiss
    (Satterthwaite df).
    """
    n, k, people, raters, error = squares.n, squares.k, squares.people, squares.raters, squares.error
    icc = (people - error) / (people + (k - 1) * error + k * (raters - error) / n)
    ratio, rest = raters / error, n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (k * icc * ratio + rest) ** 2 / ((n - 1) * (k * icc * ratio) ** 2 + rest**2)
    above, below = stats.f.ppf((1 + confidence) / 2, n - 1, df), stats.f.ppf((1 + confidence) / 2, df, n - 1)
    mixed = k * raters + (k * n - k - n) * error
    low = n * (people - above * error) / (above * mixed + n * people)
    high = n * (below * people - error) / (mixed + n * below * people)
    return Interval(float(icc), max(float(low), -1 / (k - 1)), min(float(high), 1.0))


def ratio_of(single: np.ndarray | float, k: int) -> np.ndarray:
    """Logarithm of the ratio of mean squares that stands for a correlation of single ratings: log((1 + (k −
    1) ρ) / (1 − ρ)).
    """
    return np.asarray(np.log((1 + (k - 1) * single) / (1 - single)))


def single_correlations(squares: MeanSquares) -> dict[str, float]:
    """The three correlations of single ratings; of mean squares that are arrays, arrays."""
    n, k, people, raters, error = squares.n, squares.k, squares.people, squares.raters, squares.error
    return {
        "ICC(1,1)": (people - squares.within) / (people + (k - 1) * squares.within),
        "ICC(2,1)": (people - error) / (people + (k - 1) * error + k * (raters - error) / n),
        "ICC(3,1)": (people - error) / (people + (k - 1) * error),
    }


def without_each(ratings: np.ndarray) -> MeanSquares:
    """Mean squares without each person (arrays of n), in one pass."""
    n, k = ratings.shape
    centred = ratings - ratings.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    left = centred - rows[:, None] - columns
    people, error = k * sums_without(rows), sums_without(left).sum(axis=1)
    raters = (n - 1) * ((columns - left / (n - 1)) ** 2).sum(axis=1)
    within = (raters + error) / ((n - 1) * (k - 1))
    return MeanSquares(n - 1, k, people / (n - 2), within, raters / (k - 1), error / ((n - 2) * (k - 1)))


def intraclass(ratings: np.ndarray, confidence: float) -> dict[str, Interval]:
    """All six intraclass correlations of complete ratings (n × k), with jackknife intervals of log((1 + (k −
    1) ρ) / (1 − ρ)).

    The F intervals of Shrout and Fleiss suppose normal ratings and cover 77 to 87 in 100 where these are
    skewed. Raters who stand for others, ICC(2,·), vary too, which leaving out people does not show: there the
    interval is widened to theirs.

    Returns
    -------
    ``ICC(1,1)`` (each person has raters of his own), ``ICC(2,1)`` (raters stand for others, absolute
    agreement), ``ICC(3,1)`` (these raters only, differences in level left out), and of averages ``ICC(1,k)``,
    ``ICC(2,k)``, ``ICC(3,k)``.

    Source: Shrout and Fleiss (1979), Psychological Bulletin 86, 420–428; McGraw and Wong (1996),
    Psychological Methods 1, 30–46; Ukoumunne, Davison, Gulliford and Chinn (2003), Statistics in Medicine 22,
    3805–3821, for logarithms of F where ratings are not normal.

    Raises
    ------
    NotApplicableError for fewer than three people, and where a correlation does not exist without one of
    them.
    """
    squares = mean_squares(ratings)
    k, whole = squares.k, single_correlations(squares)
    if squares.n < 3:
        raise NotApplicableError(ScaleReason.FEW_RATED_TWICE())
    with np.errstate(invalid="ignore", divide="ignore"):
        left = {
            name: ratio_of(values, k) for name, values in single_correlations(without_each(ratings)).items()
        }
    found = {}
    for name, value in whole.items():
        error, low, high = jackknife(float(ratio_of(value, k)), left[name], confidence)
        lower, upper = (float(from_ratio(np.exp(end), k)) for end in (low, high))
        of_single = float(error * (1 - value) * (1 + (k - 1) * value) / k)
        found[name] = Interval(float(value), lower, upper, of_single)
    theirs = agreement_interval(squares, confidence)
    both = found["ICC(2,1)"]
    found["ICC(2,1)"] = Interval(
        both.estimate, min(both.low, theirs.low), max(both.high, theirs.high), both.std_error
    )
    return found | {f"{name[:5]},k)": averaged(single, k) for name, single in found.items()}


def averaged(single: Interval, k: int) -> Interval:
    """The same interval for averages of k ratings; an end that has no finite value is missing."""
    ends = [
        of_average(value, k) if 1 + (k - 1) * value > 1e-9 else np.nan
        for value in (single.estimate, single.low, single.high)
    ]
    return Interval(*ends)


@dataclass(frozen=True)
class Limits:
    """Mean difference of two raters (``bias``), its standard deviation, and the limits between which most
    differences lie.
    """

    bias: Interval
    sd: float
    lower: Interval
    upper: Interval


def limits_of_agreement(first: np.ndarray, second: np.ndarray, confidence: float) -> Limits:
    """First minus second rating: mean with a t interval, and the limits, mean ± z × standard deviation, with
    jackknife intervals.

    The limits hold the share ``confidence`` of the differences where these are normal. How exactly they are
    known depends on the fourth moment of the differences; the usual standard error takes it from the normal
    law and covers 65 to 70 in 100 where they are skewed.

    Source: Bland and Altman (1986), Lancet 327, 307–310, for the limits.

    Raises
    ------
    NotApplicableError for fewer than two people, or where all differences are the same.
    """
    difference = first - second
    n = len(difference)
    if n < 2:
        raise NotApplicableError(ScaleReason.NOT_RATED_BY_BOTH())
    mean, sd = float(difference.mean()), float(difference.std(ddof=1))
    if not sd > 1e-9 * max(1.0, float(np.abs(difference).max())):
        raise NotApplicableError(ScaleReason.RATERS_DIFFER_ALIKE())
    tail = (1 + confidence) / 2
    z, margin, error = (
        stats.norm.ppf(tail),
        stats.t.ppf(tail, n - 1) * sd / np.sqrt(n),
        float(sd / np.sqrt(n)),
    )
    bias = Interval(mean, float(mean - margin), float(mean + margin), error)
    if n < 3:
        missing = [Interval(mean + sign * float(z) * sd, np.nan, np.nan) for sign in (-1, 1)]
        return Limits(bias, sd, *missing)
    around = difference - mean
    means, deviations = mean - around / (n - 1), np.sqrt(np.maximum(sums_without(around), 0) / (n - 2))

    def limit(sign: int) -> Interval:
        centre = mean + sign * float(z) * sd
        of_limit, low, high = jackknife(centre, means + sign * z * deviations, confidence)
        return Interval(centre, low, high, of_limit)

    return Limits(bias, sd, limit(-1), limit(1))


def is_ordered_item(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether both raters gave whole numbers of a short list (yes or no among them), and not averages."""
    both = np.concatenate([first, second])
    return len(both) > 0 and bool(np.all(both == np.round(both))) and np.ptp(both) < MOST_CODES


def weighted_kappa(first: np.ndarray, second: np.ndarray, confidence: float) -> Interval:
    """Cohen's kappa with quadratic weights of two raters' codes (for yes or no: the simple kappa), by the
    jackknife of log(1 − κ).

    1 − κ is the mean squared difference over the one expected of two who rate alike by chance: its logarithm
    varies evenly where nearly all ratings are the highest, κ does not.

    Source: Cohen (1968), Psychological Bulletin 70, 213–220; Blackman and Koval (2000), Statistics in
    Medicine 19, 723–741, for the jackknife.

    Raises
    ------
    NotApplicableError for fewer than two people, where a rater always says the same, and where the raters
    always agree.
    """
    if len(first) < 2:
        raise NotApplicableError(ScaleReason.NOT_RATED_BY_BOTH())
    if not (np.ptp(first) > 0 and np.ptp(second) > 0):
        raise NotApplicableError(ScaleReason.RATER_CONSTANT())
    if np.array_equal(first, second):
        raise NotApplicableError(ScaleReason.RATERS_AGREE())
    parts = np.column_stack([np.ones_like(first), (first - second) ** 2, first, second, first**2 + second**2])

    def disagreement(sums: np.ndarray) -> np.ndarray:
        n, apart, one, other, squares = np.moveaxis(sums, -1, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.log(apart / (squares - 2 * one * other / n)))

    total = parts.sum(axis=0)
    whole = float(disagreement(total))
    error, low, high = jackknife(whole, disagreement(total - parts), confidence)
    return Interval(
        1 - float(np.exp(whole)),
        1 - float(np.exp(high)),
        1 - float(np.exp(low)),
        error * float(np.exp(whole)),
    )
