"""Many indicators: p values adjusted for how many were examined, within and across the families declared in
``indicators.csv``.

Which tests count is fixed by the definitions, not by the results: each indicator that an effect is asked for
counts once, by its primary specification; ratings by different raters are tests of their own, and so are the
treatments of a primary specification that has several, and the arms against the comparison group. The other
rungs of the ladder, and arms against each other, are no tests but checks of these.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from statsmodels.stats.multitest import multipletests

from manfaat.definitions.indicator import Indicator
from manfaat.evaluation.ladder import primary

KEYS = ["indicator", "rater", "arm", "treatment"]
COLUMNS = [
    *KEYS,
    "family",
    "n_tests",
    "estimate",
    "std_error",
    "df",
    "p",
    "holm",
    "bh",
    "q_sharpened",
    "romano_wolf",
    "romano_wolf_reason",
]
HOLM_KIND = "Holm, within the family"
GRID = 1_000  # sharpened q values are found to one part in so many
STUDENTISED_UP_TO = 1_000  # clusters or units: above it a draw's own spread is as good as known


def family_table(estimates: pd.DataFrame, indicators: list[Indicator]) -> pd.DataFrame:
    """List the tests with their raw and adjusted p values; those that gave no number are no tests.

    Returns
    -------
    ``COLUMNS``, one row a test: ``holm`` within its family of ``n_tests``; ``bh`` (Benjamini and Hochberg
    1995) and ``q_sharpened`` across all families; ``romano_wolf`` missing until ``romano_wolf.adjusted`` has
    drawn it, ``romano_wolf_reason`` why it could not. Indicators without a family are one together.
    """
    of = {(line.indicator, line.rater): line.family for line in indicators if line.use == "effect"}
    rows = primary(estimates).dropna(subset=["estimate", "p_value"])
    found = rows[[*KEYS, "estimate", "std_error", "df"]].assign(p=rows["p_value"])
    found["family"] = [of.get(key, "") for key in zip(rows["indicator"], rows["rater"], strict=True)]
    found["n_tests"] = found.groupby("family")["p"].transform("size")
    found["holm"] = found.groupby("family")["p"].transform(holm)
    found["bh"] = benjamini_hochberg(found["p"].to_numpy())
    found["q_sharpened"] = sharpened(found["p"].to_numpy())
    return found.assign(romano_wolf=np.nan, romano_wolf_reason="")[COLUMNS].reset_index(drop=True)


def holm(p: pd.Series) -> np.ndarray:
    """Holm's step-down p values (1979), which bound the chance of even one false alarm.

    As statsmodels' ``multipletests``, which collects garbage at each call and so takes half a second in a
    full run.
    """
    values = p.to_numpy()
    order = np.argsort(values, kind="stable")
    found = np.empty(len(values))
    found[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)), 1.0)
    return found


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Step-up p values that bound the expected share of false alarms among the alarms (Benjamini and Hochberg
    1995).
    """
    return multipletests(p, method="fdr_bh")[1] if len(p) else p


def sharpened(p: np.ndarray) -> np.ndarray:
    """Sharpened q values: the smallest level at which the two-stage procedure of Benjamini, Krieger and
    Yekutieli (2006) rejects.

    On a grid of 0.001, as Anderson (2008, JASA 103, 1481–1495) computes them. They may lie below the p values
    where much is rejected.
    """
    count = len(p)
    if not count:
        return p
    levels = np.arange(GRID, 0, -1) / GRID
    order = np.argsort(p, kind="stable")
    shares, ranks = p[order], np.arange(1, count + 1)
    first = levels / (1 + levels)
    rejected = last_rejected(shares, first[:, None] * ranks / count)
    with np.errstate(divide="ignore"):
        second = first * np.where(rejected < count, count / (count - np.minimum(rejected, count - 1)), np.inf)
    rejected = last_rejected(shares, second[:, None] * ranks / count)
    kept = rejected[:, None] >= ranks  # levels × tests
    q = np.where(kept.any(axis=0), np.where(kept, levels[:, None], np.inf).min(axis=0), 1.0)
    found = np.empty(count)
    found[order] = q
    return found


def last_rejected(ordered: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Rank of the last p value that does not exceed its limit, for each row of limits; 0 where none."""
    rank: np.ndarray = (np.arange(1, len(ordered) + 1) * (ordered <= limits)).max(axis=1)
    return rank


def with_adjusted(estimates: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Fill ``p_adjusted`` of the primary estimates with Holm's p values and say so in ``p_adjusted_kind``;
    raw p values stay.
    """
    place = pd.MultiIndex.from_frame(estimates[KEYS])
    values = tests.set_index(KEYS)["holm"].reindex(place).to_numpy()
    counts = (estimates["is_primary"].astype(bool) & estimates["p_value"].notna()).to_numpy()
    return estimates.assign(
        p_adjusted=np.where(counts, values, np.nan), p_adjusted_kind=np.where(counts, HOLM_KIND, "")
    )


def step_down(p: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Step-down p values of m tests from draws of their statistics under the null (draws × m).

    The step-down of Romano and Wolf (2005, 2016) in the min-p form of Westfall and Young (1993): each draw is
    turned into a p value by its rank among the draws of its own test, so that tests whose p values rest on
    unequal or few degrees of freedom are compared alike. The draws say how the tests go together, their own p
    values how sure each is: one test alone keeps its p value, none falls below it.
    """
    order = np.argsort(p, kind="stable")
    ranks = np.column_stack([rankdata(-np.abs(column), method="max") for column in drawn.T]) / len(drawn)
    smallest = np.minimum.accumulate(ranks[:, order[::-1]], axis=1)[:, ::-1]  # of those not yet rejected
    shares = (1 + (smallest <= p[order] * (1 + 1e-12)).sum(axis=0)) / (1 + len(drawn))
    found = np.empty(len(p))
    found[order] = np.maximum.accumulate(shares)
    np.maximum(found, p, out=found)
    return found


def drawn_statistics(scores: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Draw the m statistics together under the null: each cluster's (or unit's) scores are multiplied by one
    normal number.

    Parameters
    ----------
    scores : clusters × m, sums of an estimate's influence; 0 where a cluster has no part in it.

    Returns
    -------
    draws × m, each studentised by its own draw (Kline and Santos 2012). Normal numbers and not signs, of
    which few clusters allow too few. Above ``STUDENTISED_UP_TO`` clusters the sums are drawn with their exact
    covariance.
    """
    rng = np.random.default_rng(seed)
    if len(scores) > STUDENTISED_UP_TO:
        values, vectors = np.linalg.eigh(scores.T @ scores)
        factor = (vectors * np.sqrt(np.maximum(values, 0.0))).T
        drawn: np.ndarray = rng.standard_normal((draws, len(values))) @ factor
        return drawn
    multipliers = rng.standard_normal((draws, len(scores)))
    drawn = (multipliers @ scores) / np.sqrt(multipliers**2 @ scores**2)
    return drawn
