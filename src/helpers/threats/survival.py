"""When? Time to an event with censoring: Kaplan–Meier with those at risk, the log-rank test, Cox regression with its check.

Sources: Kaplan and Meier (1958); Mantel (1966); Cox (1972); Grambsch and Therneau (1994), Biometrika 81(3), 515–526.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from helpers.disclosure import SMALLEST_CELL
from helpers.evaluation.sample import NotApplicableError

NO_EVENTS = "fewer than five events were observed in one of the two groups"
NO_FIT = "the hazard regression has no maximum"
CURVE_COLUMNS = ["group", "time", "at_risk", "survival", "ci_low", "ci_high"]


def kaplan_meier(time: np.ndarray, event: np.ndarray, confidence: float = 0.95) -> pd.DataFrame:
    """Share without the event after each time at which there was one, with Greenwood's interval on the log–log scale.

    Returns
    -------
    ``time, at_risk`` (just before it), ``events, survival, ci_low, ci_high``; the interval is missing where the share is 1 or 0.
    """
    if not event.sum():
        return pd.DataFrame(columns=["time", "at_risk", "events", "survival", "ci_low", "ci_high"], dtype="float64")
    found = SurvfuncRight(time, event)
    share, critical = found.surv_prob, norm.ppf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = critical * found.surv_prob_se / (share * np.abs(np.log(share)))
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    return pd.DataFrame({"time": found.surv_times, "at_risk": found.n_risk, "events": found.n_events, "survival": share, "ci_low": low, "ci_high": high})


def log_rank(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """χ² with one degree of freedom, and p value, that the event comes equally fast in both groups."""
    statistic, p = survdiff(time, event, treated)
    return float(statistic), float(p)


@dataclass(frozen=True)
class Hazard:
    """Ratio of hazards of participants to comparison group, its interval, and the p value that the ratio does not change with time."""

    ratio: float
    ci_low: float
    ci_high: float
    proportional_p: float


def cox(time: np.ndarray, event: np.ndarray, treated: np.ndarray, covariates: np.ndarray | None = None, *, confidence: float = 0.95) -> Hazard:
    """Cox regression on participation and covariates (n × k), ties by Efron.

    The check is that of Grambsch and Therneau on scaled Schoenfeld residuals against Kaplan–Meier time, for participation alone.

    Raises
    ------
    NotApplicableError where there is no maximum.
    """
    columns = treated[:, None] if covariates is None else np.column_stack([treated, covariates])
    try:
        fitted = PHReg(time, columns, status=event, ties="efron").fit(disp=False)
    except (np.linalg.LinAlgError, ValueError) as failure:
        raise NotApplicableError(NO_FIT) from failure
    beta, error = float(fitted.params[0]), float(fitted.bse[0])
    if not (np.isfinite(beta) and np.isfinite(error) and 0 < error < 100):
        raise NotApplicableError(NO_FIT)
    margin = norm.ppf((1 + confidence) / 2) * error
    return Hazard(float(np.exp(beta)), float(np.exp(beta - margin)), float(np.exp(beta + margin)), proportionality(fitted, time, event))


def proportionality(fitted: object, time: np.ndarray, event: np.ndarray) -> float:
    """Test the slope of participation's scaled Schoenfeld residuals over 1 − Kaplan–Meier (the ``km`` transform), score form; return the p value."""
    happened = event == 1
    residuals = fitted.schoenfeld_residuals[happened]
    covariance, count = np.atleast_2d(fitted.cov_params()), int(happened.sum())
    scaled = residuals @ covariance * count
    curve = kaplan_meier(time, event)
    steps = np.concatenate([[1.0], curve["survival"].to_numpy()])  # left-continuous: the value just before each time
    before = steps[np.searchsorted(curve["time"].to_numpy(), time[happened])]
    course = (1 - before) - (1 - before).mean()
    spread = covariance[0, 0] * count * (course**2).sum()
    if not spread > 0:
        return np.nan
    return float(chi2.sf((course @ scaled[:, 0]) ** 2 / spread, 1))


def survival_curves(time: np.ndarray, event: np.ndarray, treated: np.ndarray, confidence: float, *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Curves of both groups on a grid, for drawing and for the at-risk table, as far as enough units are at risk.

    Returns
    -------
    ``group`` (1 participants, 0 comparison), ``time`` (in twelfths of the longest, rounded up), ``at_risk, survival, ci_low, ci_high``. Times
    are on a grid, and the curve ends where fewer than ``smallest`` are at risk, so that no single event can be seen.
    """
    step = max(1.0, float(np.ceil(time.max() / 12))) if len(time) else 1.0
    rows = []
    for group in (1, 0):
        own_time, own_event = time[treated == group], event[treated == group]
        curve = kaplan_meier(own_time, own_event, confidence)
        for point in np.arange(0, (time.max() if len(time) else 0) + step, step):
            at_risk = int((own_time >= point).sum())
            if at_risk < smallest:
                break
            past = curve[curve["time"] <= point]
            last = past.iloc[-1] if len(past) else {"survival": 1.0, "ci_low": np.nan, "ci_high": np.nan}
            rows.append({"group": group, "time": point, "at_risk": at_risk, **{name: last[name] for name in ("survival", "ci_low", "ci_high")}})
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)
