"""Bounds on the primary estimate where answers are missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.evaluation.errors import bell_mccaffrey
from manfaat.evaluation.linear import basis, fit, regressors
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats.bounds import extreme_fills, imbens_manski, lee, lee_within
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason


def complete_rows(threat: str, case: Case, n: int) -> list[dict[str, object]]:
    """Where nothing is missing the bounds are the estimate."""
    interval = (case.row["ci_low"], case.row["ci_high"])
    return [entry(threat, "interval", interval=interval, n=n, passed="yes", meaning="nothing missing")]


def bound_rows(
    threat: str,
    case: Case,
    bounds: tuple[float, float],
    interval: tuple[float, float],
    n: int,
    detail: str = "",
) -> list[dict[str, object]]:
    """Both bounds, and first the interval for what lies between; the estimate stands where it leads to the
    same conclusion.
    """
    passes = conclusion(*interval) == case.conclusion if case.conclusion else None
    verdict = judged(passes, "conclusion stands", "conclusion changes", "nothing to overturn")
    first = entry(threat, "interval", interval=interval, n=n, detail=detail) | verdict
    return [
        first,
        entry(threat, "lower", bounds[0], n=n, detail=detail),
        entry(threat, "upper", bounds[1], n=n, detail=detail),
    ]


def lee_rows(case: Case) -> list[dict[str, object]]:
    """Lee's bounds on the difference in means, within the lottery's strata where it had any."""
    if not case.is_lottery:
        raise NotApplicableError(ThreatReason.NEEDS_LOTTERY())
    frame = case.one_row_a_unit()
    if case.programme.design.cluster:
        raise NotApplicableError(EstimateReason.NO_CLUSTERS_CARRIED())
    outcome, treated = frame["outcome"].to_numpy(), frame["treated"].to_numpy()
    if not np.isnan(outcome).any():
        return complete_rows("lee bounds", case, len(frame))
    strata = case.programme.design.strata
    found = (
        lee(outcome, treated)
        if not strata
        else lee_within(outcome, treated, pd.factorize(case.table.loc[frame.index, strata])[0])
    )
    if (
        found.trimmed * max((~np.isnan(outcome[treated == value])).sum() for value in (1, 0)) < SMALLEST_CELL
        and found.trimmed > 0
    ):
        raise NotApplicableError(ThreatReason.FEW_TRIMMED())
    n = found.n
    thin = {"strata pooled": found.pooled, "units left out": found.left_out}
    return [
        *bound_rows("lee bounds", case, (found.low, found.high), found.interval(case.settings.confidence), n),
        entry("lee bounds", "share set aside", found.trimmed, n=n),
        *[entry("lee bounds", name, float(count), n=n) for name, count in thin.items() if count],
    ]


LEE_BOUNDS = Threat(
    "lee bounds",
    lee_rows,
    formula="difference in means with the share of surplus answers cut from the one or the other end",
    falls="the interval of the bounds concludes otherwise",
    source="Lee, D. S. (2009). Training, wages, and sample selection: estimating sharp bounds on "
    "treatment effects. Review of Economic Studies 76(3), 1071–1102.",
)


def outcome_range(outcome: np.ndarray) -> tuple[float, float]:
    """What a missing answer can be at least and at most: 0 and 1 of a share, else the range of the answers
    but for five at each end.

    The extremes are left out because a bound that rests on them would tell the answer of one person.
    """
    known = np.sort(outcome[~np.isnan(outcome)])
    if np.isin(known, (0.0, 1.0)).all():
        return 0.0, 1.0
    if len(known) <= 2 * SMALLEST_CELL or known[SMALLEST_CELL] == known[-1 - SMALLEST_CELL]:
        raise NotApplicableError(ThreatReason.RANGE_UNKNOWN())
    return float(known[SMALLEST_CELL]), float(known[-1 - SMALLEST_CELL])


def worst_case_rows(case: Case) -> list[dict[str, object]]:
    """The primary coefficient if every missing answer were the one that lowers it most, or raises it most
    (Horowitz and Manski 2000).

    A least-squares coefficient is a weighted sum of the outcomes, so that the extremes are exact; HC2
    standard errors.
    """
    frame = case.one_row_a_unit()
    outcome = frame["outcome"].to_numpy()
    is_missing = np.isnan(outcome)
    if not is_missing.any():
        return complete_rows("worst case", case, len(frame))
    least, most = outcome_range(outcome)
    design = np.column_stack([np.ones(len(frame)), frame["treated"], regressors(frame, case.spec.covariates)])
    if len(design) <= design.shape[1]:
        raise NotApplicableError(EstimateReason.FEW_UNITS())
    prepared, found = basis(design, 1), []
    for lowest in (True, False):
        filled = outcome.copy()
        filled[is_missing] = extreme_fills(prepared.influence, is_missing, least, most, lowest=lowest)
        fitted = fit(prepared, filled)
        found.append((fitted.estimate, bell_mccaffrey(fitted).std_error))
    interval = imbens_manski(
        found[0][0], found[1][0], found[0][1], found[1][1], confidence=case.settings.confidence
    )
    share = entry("worst case", "share missing", float(is_missing.mean()), n=len(frame))
    detail = "0 or 1" if (least, most) == (0.0, 1.0) else "range of answers"
    rows = bound_rows("worst case", case, (found[0][0], found[1][0]), interval, len(frame), detail)
    rows[0]["passed"] = (
        "yes" if rows[0]["passed"] == "yes" else "none"
    )  # that it changes shows what could be, not what is
    return [*rows, share]


WORST_CASE = Threat(
    "worst case",
    worst_case_rows,
    formula="the coefficient with every missing answer at the end of the range that lowers, or "
    "raises, it most",
    falls="never: bounds that suppose nothing can only say that the data alone do not decide",
    source="Horowitz, J. L. and Manski, C. F. (2000). Nonparametric analysis of randomized "
    "experiments with missing covariate and outcome data. Journal of the American Statistical "
    "Association 95(449), 77–84.",
)
