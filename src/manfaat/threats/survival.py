"""When? Time to an event with censoring: Kaplan–Meier with those at risk, the log-rank test, Cox regression
with its check.

Sources: Kaplan and Meier (1958); Mantel (1966); Cox (1972); Grambsch and Therneau (1994), Biometrika 81(3),
515–526. statsmodels is loaded only where it is needed: few studies hold times, and it would lengthen the
start of every notebook.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from manfaat.base.disclosure import SMALLEST_CELL, is_few
from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.reasons import ThreatReason

FEW_OF_ONE = (
    0.2  # share of the smaller group: at a tenth the check of proportional hazards rejects in 7 to 8 of 100
)
CURVE_COLUMNS = ["group", "time", "at_risk", "survival", "ci_low", "ci_high"]


def kaplan_meier(time: np.ndarray, event: np.ndarray, confidence: float = 0.95) -> pd.DataFrame:
    """Share without the event after each time at which there was one, with Greenwood's interval on the
    log–log scale.

    Returns
    -------
    ``time, at_risk`` (just before it), ``events, survival, ci_low, ci_high``; the interval is missing where
    the share is 1 or 0.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    if not event.sum():
        return pd.DataFrame(
            columns=["time", "at_risk", "events", "survival", "ci_low", "ci_high"], dtype="float64"
        )
    found = SurvfuncRight(time, event)
    share, critical = found.surv_prob, norm.ppf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = critical * found.surv_prob_se / (share * np.abs(np.log(share)))
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    return pd.DataFrame(
        {
            "time": found.surv_times,
            "at_risk": found.n_risk,
            "events": found.n_events,
            "survival": share,
            "ci_low": low,
            "ci_high": high,
        }
    )


def log_rank(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """χ² with one degree of freedom, and p value, that the event comes equally fast in both groups."""
    from statsmodels.duration.survfunc import survdiff

    statistic, p = survdiff(time, event, treated)
    return float(statistic), float(p)


@dataclass(frozen=True)
class Hazard:
    """Ratio of hazards of participants to comparison group, its interval, and the p value that the ratio does
    not change with time.
    """

    ratio: float
    ci_low: float
    ci_high: float
    proportional_p: float


def cox(
    time: np.ndarray,
    event: np.ndarray,
    treated: np.ndarray,
    covariates: np.ndarray | None = None,
    *,
    confidence: float = 0.95,
) -> Hazard:
    """Cox regression on participation and covariates (n × k), ties by Efron.

    The check is that of Grambsch and Therneau over Kaplan–Meier time, for participation alone.

    Raises
    ------
    NotApplicableError where there is no maximum.
    """
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.tools.sm_exceptions import ModelWarning

    columns = treated[:, None] if covariates is None else np.column_stack([treated, covariates])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ModelWarning)  # no convergence is no result
            fitted = PHReg(time, columns, status=event, ties="efron").fit(disp=False)
    except (np.linalg.LinAlgError, ValueError, ModelWarning) as failure:
        raise NotApplicableError(ThreatReason.NO_HAZARD()) from failure
    beta, error = float(fitted.params[0]), float(fitted.bse[0])
    if not (np.isfinite(beta) and np.isfinite(error) and 0 < error < 100):
        raise NotApplicableError(ThreatReason.NO_HAZARD())
    margin = norm.ppf((1 + confidence) / 2) * error
    return Hazard(
        float(np.exp(beta)),
        float(np.exp(beta - margin)),
        float(np.exp(beta + margin)),
        proportionality(columns, np.asarray(fitted.params), time, event),
    )


def proportionality(columns: np.ndarray, beta: np.ndarray, time: np.ndarray, event: np.ndarray) -> float:
    """P value that the first column's coefficient does not drift with 1 − Kaplan–Meier: the score test of
    Grambsch and Therneau.

    It asks whether that column times g(t) belongs into the regression; g is 1 − the curve just before each
    event, ties by Efron.
    """
    curve = kaplan_meier(time, event)
    course = 1 - np.concatenate([[1.0], curve["survival"].to_numpy()[:-1]])
    course = course - np.average(course, weights=curve["events"])
    k, score = columns.shape[1], 0.0
    own, cross, rest = 0.0, np.zeros(k), np.zeros((k, k))
    risk = np.exp((columns - columns.mean(axis=0)) @ beta)
    for g, moment in zip(course, curve["time"], strict=True):
        at_risk, now = time >= moment, (time == moment) & (event == 1)
        score += g * columns[now, 0].sum()
        for tied in range(now.sum()):
            weights = (risk - now * risk * tied / now.sum())[at_risk]
            weights = weights / weights.sum()
            mean = weights @ columns[at_risk]
            centred = columns[at_risk] - mean
            spread = (centred * weights[:, None]).T @ centred
            score -= g * mean[0]
            own, cross, rest = own + g**2 * spread[0, 0], cross + g * spread[0], rest + spread
    variance = own - cross @ np.linalg.pinv(rest) @ cross
    return float(chi2.sf(score**2 / variance, 1)) if variance > 1e-12 * max(own, 1e-300) else np.nan


def survival_curves(
    time: np.ndarray,
    event: np.ndarray,
    treated: np.ndarray,
    confidence: float,
    *,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Curves of both groups on a grid, for drawing and for the at-risk table, as far as enough units are at
    risk.

    Returns
    -------
    ``group`` (1 participants, 0 comparison), ``time`` (in twelfths of the longest, rounded up), ``at_risk,
    survival, ci_low, ci_high``. Times are on a grid, the curve falls only where ``smallest`` events have come
    since it last fell, ``at_risk`` is missing where fewer than that have left since it was last shown, and
    the curve ends where fewer than that are left: no single event can be seen.
    """
    step = max(1.0, float(np.ceil(time.max() / 12))) if len(time) else 1.0
    rows = []
    for group in (1, 0):
        own_time, own_event = time[treated == group], event[treated == group]
        curve = kaplan_meier(own_time, own_event, confidence)
        level, told, left = {"survival": 1.0, "ci_low": np.nan, "ci_high": np.nan}, 0, len(own_time)
        for point in np.arange(0, (time.max() if len(time) else 0) + step, step):
            at_risk = int((own_time >= point).sum())
            if at_risk < smallest:
                break
            events = int(own_event[own_time <= point].sum())
            if events > told and not is_few(events - told, smallest=smallest):
                level, told = (
                    curve.loc[curve["time"] <= point, ["survival", "ci_low", "ci_high"]].iloc[-1].to_dict(),
                    events,
                )
            is_shown = not is_few(left - at_risk, smallest=smallest)
            left = at_risk if is_shown else left
            rows.append({"group": group, "time": point, "at_risk": at_risk if is_shown else np.nan, **level})
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)
