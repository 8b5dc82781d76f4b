"""How far raters agree: intraclass correlations, limits of agreement, kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.evaluation.sample import NotApplicableError

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
        raise NotApplicableError("fewer than two people were rated by both")
    centred = ratings - ratings.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    left = centred - rows[:, None] - columns
    people, raters, error = k * rows @ rows, n * columns @ columns, (left**2).sum()
    total = (centred**2).sum()
    if not people > NEGLIGIBLE * max(total, 1e-300):
        raise NotApplicableError("all people are rated alike, so that nothing can agree or disagree")
    if not error > NEGLIGIBLE * total:
        raise NotApplicableError("the raters differ by the same amount for everyone")
    return MeanSquares(n, k, people / (n - 1), (raters + error) / (n * (k - 1)), raters / (k - 1), error / ((n - 1) * (k - 1)))


def from_ratio(ratio: float, k: int) -> float:
    """Correlation of single ratings from a ratio of mean squares F: (F − 1) / (F + k − 1)."""
    return (ratio - 1) / (ratio + k - 1)


def of_average(single: float, k: int) -> float:
    """Correlation of averages of k ratings, from that of single ones (Spearman and Brown)."""
    return k * single / (1 + (k - 1) * single)


def f_interval(ratio: float, df: tuple[float, float], k: int, confidence: float) -> Interval:
    """Estimate and interval of a correlation that is a function of one F ratio."""
    tail = (1 + confidence) / 2
    low, high = ratio / stats.f.ppf(tail, *df), ratio * stats.f.ppf(tail, *df[::-1])
    return Interval(*(float(from_ratio(value, k)) for value in (ratio, low, high)))


def agreement_interval(squares: MeanSquares, confidence: float) -> Interval:
    """ICC(2,1), absolute agreement of raters who stand for others, with the interval of Shrout and Fleiss (Satterthwaite df)."""
    n, k, people, raters, error = squares.n, squares.k, squares.people, squares.raters, squares.error
    icc = (people - error) / (people + (k - 1) * error + k * (raters - error) / n)
    ratio, rest = raters / error, n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (k * icc * ratio + rest) ** 2 / ((n - 1) * (k * icc * ratio) ** 2 + rest**2)
    above, below = stats.f.ppf((1 + confidence) / 2, n - 1, df), stats.f.ppf((1 + confidence) / 2, df, n - 1)
    mixed = k * raters + (k * n - k - n) * error
    low = n * (people - above * error) / (above * mixed + n * people)
    high = n * (below * people - error) / (mixed + n * below * people)
    return Interval(float(icc), max(float(low), -1 / (k - 1)), min(float(high), 1.0))


def intraclass(squares: MeanSquares, confidence: float) -> dict[str, Interval]:
    """All six intraclass correlations, with F intervals.

    Returns
    -------
    ``ICC(1,1)`` (each person has raters of his own), ``ICC(2,1)`` (raters stand for others, absolute agreement), ``ICC(3,1)``
    (these raters only, differences in level left out), and of averages ``ICC(1,k)``, ``ICC(2,k)``, ``ICC(3,k)``.

    Source: Shrout and Fleiss (1979), Psychological Bulletin 86, 420–428; McGraw and Wong (1996), Psychological Methods 1, 30–46.
    """
    n, k = squares.n, squares.k
    single = {
        "ICC(1,1)": f_interval(squares.people / squares.within, (n - 1, n * (k - 1)), k, confidence),
        "ICC(2,1)": agreement_interval(squares, confidence),
        "ICC(3,1)": f_interval(squares.people / squares.error, (n - 1, (n - 1) * (k - 1)), k, confidence),
    }
    averages = {f"{name[:5]},k)": averaged(found, k) for name, found in single.items()}
    return single | averages


def averaged(single: Interval, k: int) -> Interval:
    """The same interval for averages of k ratings; an end that has no finite value is missing."""
    ends = [of_average(value, k) if 1 + (k - 1) * value > 1e-9 else np.nan for value in (single.estimate, single.low, single.high)]
    return Interval(*ends)


@dataclass(frozen=True)
class Limits:
    """Mean difference of two raters (``bias``), its standard deviation, and the limits between which most differences lie."""

    bias: Interval
    sd: float
    lower: Interval
    upper: Interval


def limits_of_agreement(first: np.ndarray, second: np.ndarray, confidence: float) -> Limits:
    """First minus second rating: mean and limits, mean ± z × standard deviation, each with a t interval.

    The limits hold the share ``confidence`` of the differences where these are normal.

    Source: Bland and Altman (1986), Lancet 327, 307–310; standard error of a limit from Bland and Altman (1999), Statistical
    Methods in Medical Research 8, 135–160: s² (1/n + z² / (2 (n − 1))).

    Raises
    ------
    NotApplicableError for fewer than two people, or where all differences are the same.
    """
    difference = first - second
    n = len(difference)
    if n < 2:
        raise NotApplicableError("fewer than two people were rated by both")
    mean, sd = float(difference.mean()), float(difference.std(ddof=1))
    if not sd > 1e-9 * max(1.0, float(np.abs(difference).max())):
        raise NotApplicableError("the raters differ by the same amount for everyone")
    tail = (1 + confidence) / 2
    z, t = stats.norm.ppf(tail), stats.t.ppf(tail, n - 1)
    of_limit = sd * np.sqrt(1 / n + z**2 / (2 * (n - 1)))

    def around(centre: float, error: float) -> Interval:
        return Interval(centre, float(centre - t * error), float(centre + t * error), float(error))

    return Limits(around(mean, sd / np.sqrt(n)), sd, around(float(mean - z * sd), of_limit), around(float(mean + z * sd), of_limit))


def is_ordered_item(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether both raters gave whole numbers of a short list (yes or no among them), and not averages."""
    both = np.concatenate([first, second])
    return len(both) > 0 and bool(np.all(both == np.round(both))) and np.ptp(both) < MOST_CODES


def weighted_kappa(first: np.ndarray, second: np.ndarray, confidence: float) -> Interval:
    """Cohen's kappa with quadratic weights of two raters' codes (for yes or no: the simple kappa), with a normal interval.

    Source: Cohen (1968), Psychological Bulletin 70, 213–220; standard error of Fleiss, Cohen and Everitt (1969), by statsmodels.

    Raises
    ------
    NotApplicableError for fewer than two people, where a rater always says the same, and where the raters always agree.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    if len(first) < 2:
        raise NotApplicableError("fewer than two people were rated by both")
    if not (np.ptp(first) > 0 and np.ptp(second) > 0):
        raise NotApplicableError("a rater gives everyone the same rating")
    lowest = min(first.min(), second.min())
    size = int(max(first.max(), second.max()) - lowest) + 1
    table = np.zeros((size, size))
    np.add.at(table, ((first - lowest).astype("int64"), (second - lowest).astype("int64")), 1)
    found = cohens_kappa(table, wt="quadratic")
    error = float(np.sqrt(max(found.var_kappa, 0.0)))
    if not error > 1e-9:
        raise NotApplicableError("the raters always agree, so that an interval has no width")
    margin = stats.norm.ppf((1 + confidence) / 2) * error
    return Interval(float(found.kappa), float(found.kappa - margin), min(float(found.kappa + margin), 1.0), error)
