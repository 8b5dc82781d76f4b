"""Intervals by leaving out one person after another, for what normal theory gets wrong on skewed answers."""

from __future__ import annotations

import numpy as np
from scipy import stats

from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError

FEWEST_PEOPLE = 30  # below it no interval of this kind keeps its level on skewed answers


def jackknife(whole: float, without: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Standard error and interval of a number from its values without each person.

    Parameters
    ----------
    whole : the number from all n people, on a scale on which it varies evenly (a logarithm of a ratio, say).
    without : the same from the others, one value a person left out (n).
    confidence : coverage of the interval, between 0 and 1.

    Returns
    -------
    Standard error, lower and upper end, on the scale of ``whole``.

    The t distribution has 1.5 n / (κ − .5) degrees of freedom, κ the kurtosis of the contributions.
    Satterthwaite's, 2 n / (κ − 1), would hold if κ were known; the sample's is too small where few people
    carry the result, as one answer in ten does on a scale where nearly all give the highest. Between n − 1
    for even contributions and few where one outweighs the others, this covers 93 to 97 in 100 from 30 people
    on, but for answers nearly all of which are the same (``docs/coverage.md``).

    Source: Tukey (1958), Annals of Mathematical Statistics 29, 614; Miller (1974), Biometrika 61, 1–15.

    Raises
    ------
    NotApplicableError where the number does not exist without some person, or never changes.

    Examples
    --------
    The mean, whose jackknife error is its ordinary one:

    >>> values = np.array([1.0, 2.0, 4.0, 5.0])
    >>> error, low, high = jackknife(values.mean(), (values.sum() - values) / 3, 0.95)
    >>> f"{error:.4f}", f"{values.std(ddof=1) / 2:.4f}"
    ('0.9129', '0.9129')
    """
    n = len(without)
    if n < 3 or not np.isfinite(whole) or not np.isfinite(without).all():
        raise NotApplicableError(EstimateReason.DECIDES_ALONE())
    parts = without - without.mean()
    squares = float(parts @ parts)
    if not squares > 1e-24 * max(1.0, whole**2):
        raise NotApplicableError(EstimateReason.DECIDES_ALONE())
    kurtosis = n * float((parts**4).sum()) / squares**2
    error = float(np.sqrt((n - 1) / n * squares))
    margin = (
        float(stats.t.ppf((1 + confidence) / 2, float(np.clip(1.5 * n / (kurtosis - 0.5), 1, n - 1)))) * error
    )
    return error, whole - margin, whole + margin


def sums_without(parts: np.ndarray) -> np.ndarray:
    """Sum of squares of deviations from the mean without each person, from the deviations with all (n, or n ×
    k): S − n / (n − 1) d².
    """
    squares = parts**2
    without: np.ndarray = squares.sum(axis=0) - len(parts) / (len(parts) - 1) * squares
    return without
