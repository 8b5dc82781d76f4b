"""By how much an estimate that is told from zero overshoots, when the study is small for what it looks for.

Source: Gelman and Carlin (2014), Perspectives on Psychological Science 9(6), 641–651 (error of type M).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats


def exaggeration(effect: float, std_error: float, df: float, confidence: float = 0.95) -> float:
    """Expected size of an estimate that is told from zero, over the true ``effect``: at least 1, and the
    larger the smaller the power.

    The estimate is ``effect`` plus the standard error times Student's t with ``df``; infinite where the truth
    is zero.
    """
    df = np.inf if np.isnan(df) else df
    shift, critical = abs(effect) / std_error, stats.t.ppf((1 + confidence) / 2, df)
    if not shift > 0:
        return np.inf
    above, below = stats.t.sf(critical - shift, df), stats.t.cdf(-critical - shift, df)
    beyond = tail_mean(critical - shift, df) + tail_mean(critical + shift, df)
    return float((shift * (above - below) + beyond) / (shift * (above + below)))


def tail_mean(point: float, df: float) -> float:
    """The integral of t times its density beyond a point: (df + point²) / (df − 1) times the density
    there.
    """
    if not np.isfinite(df) or df > 1e6:
        return float(stats.norm.pdf(point))
    return float((df + point**2) / (df - 1) * stats.t.pdf(point, df)) if df > 1 else np.inf


def is_overshooting(estimate: float, low: float, high: float, mde: float) -> bool:
    """Whether an estimate is told from zero though it is smaller than what the study could be expected to
    find.
    """
    return bool((low > 0 or high < 0) and abs(estimate) < mde)


def overshooting(rows: pd.DataFrame) -> pd.Series:
    """The same of every row of estimates."""
    return ((rows["ci_low"] > 0) | (rows["ci_high"] < 0)) & (rows["estimate"].abs() < rows["mde"])
