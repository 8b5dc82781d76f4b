"""Rows on response shift: whether people, looking back, rate their earlier selves otherwise than they did at
the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings, minimum_detectable
from manfaat.evaluation.methods import D_Z_KIND
from manfaat.evaluation.sample import NotApplicableError
from manfaat.indicators import Scale
from manfaat.measurement import one_factor, reliability
from manfaat.measurement.agreement import Interval
from manfaat.measurement.reasons import ScaleReason
from manfaat.measurement.scale_rows import Measure, as_protected_table, estimate_row, subgroups, subject_of
from manfaat.measurement.scales import fitted

DIFFERENCES = (
    ("response shift", "then_minus_before"),
    ("change", "now_minus_before"),
    ("change", "now_minus_then"),
)


def shift_estimates(
    table: pd.DataFrame, programme: Programme, lines: list[Indicator], settings: Settings
) -> pd.DataFrame:
    """Recalled minus measured earlier state of every indicator that is recalled: for all, participants,
    comparison group.

    Returns
    -------
    Rows in the contract's shape and ``name, time, items``: ``estimand`` ``response shift``
    (``then_minus_before``) and, from the same people, the ``change`` that each baseline would give
    (``now_minus_before``, ``now_minus_then``); paired t intervals, d_z and the minimum detectable difference.
    Where nothing was measured before, one row a group with the reason.

    Source: Howard (1980), Evaluation Review 4, 93–106. What is recalled is not thereby right: Hill and Betz
    (2005), American Journal of Evaluation 26, 501–517.
    """
    groups, rows = subgroups(table, programme), []
    for then in [line for line in lines if line.time == "then" and line.use in ("effect", "describe")]:
        before = measured_before(lines, then.indicator, then.rater)
        now = measured_before(lines, then.indicator, then.rater, time="now")
        for name, here in groups.items():
            if before is None or now is None or len({before.unit, then.unit, now.unit}) > 1:
                refused = Measure(*DIFFERENCES[0], "t", refuse_shift)
                rows.append(estimate_row(subject_of(then, 1, name), refused, settings, n=0))
            else:
                rows += shift_rows(
                    then,
                    table.loc[here, [before.name, then.name, now.name]].astype("float64"),
                    name,
                    settings,
                )
    return as_protected_table(rows)


def refuse_shift() -> Interval:
    """Say why there is no response shift."""
    raise NotApplicableError(ScaleReason.NOT_BOTH())


def shift_rows(
    then: Indicator, answers: pd.DataFrame, subgroup: str, settings: Settings
) -> list[dict[str, object]]:
    """The three differences of one indicator and group; columns are before, then, now."""
    complete = answers.dropna()
    n_missing = int(answers.notna().any(axis=1).sum() - len(complete))
    before, recalled, now = complete.to_numpy().T
    rows = []
    for (estimand, method), difference in zip(
        DIFFERENCES, (recalled - before, now - before, now - recalled), strict=True
    ):
        measure = Measure(estimand, method, "t", partial(paired, difference, settings.confidence))
        subject = subject_of(then, 1, subgroup)
        row = estimate_row(subject, measure, settings, n=len(complete), n_missing=n_missing)
        rows.append(row | sizes(row, difference, settings))
    return rows


def paired(difference: np.ndarray, confidence: float) -> Interval:
    """Mean difference with its t interval (Student 1908)."""
    if len(difference) < 2:
        raise NotApplicableError(ScaleReason.FEW_AT_THREE_TIMES())
    if not np.ptp(difference) > 1e-12:
        raise NotApplicableError(ScaleReason.DIFFER_ALIKE())
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    margin = stats.t.ppf((1 + confidence) / 2, len(difference) - 1) * error
    return Interval(
        float(difference.mean()), float(difference.mean() - margin), float(difference.mean() + margin), error
    )


def sizes(row: Mapping[str, Any], difference: np.ndarray, settings: Settings) -> dict[str, object]:
    """Effect size, degrees of freedom, p value and minimum detectable difference of a row that has a
    number.
    """
    if np.isnan(row["estimate"]):
        return {}
    df = len(difference) - 1
    return {
        "df": df,
        "p_value": float(2 * stats.t.sf(abs(row["estimate"] / row["std_error"]), df)),
        "power": settings.power,
        "effect_size": float(difference.mean() / difference.std(ddof=1)),
        "effect_size_kind": D_Z_KIND,
        "mde": minimum_detectable(row["std_error"], df, settings),
    }


def congruence_estimates(
    scales: list[Scale], table: pd.DataFrame, programme: Programme, settings: Settings
) -> pd.DataFrame:
    """Whether the items of a scale hang together alike then and now: Tucker's congruence of the loadings of
    the same items.

    Returns
    -------
    One row a scale, rater and group in the contract's shape and ``name, time, items``; ``estimand`` is
    ``loadings then and now``. No interval is given. It compares patterns, not levels: equal patterns do not
    show that a point means the same at both times.
    """
    groups, rows = subgroups(table, programme), []
    by_time = {(scale.line.indicator, scale.line.rater, scale.line.time): scale for scale in scales}
    for (indicator, rater, time), then in by_time.items():
        now = by_time.get((indicator, rater, "now"))
        if time != "then" or now is None or then.places != now.places:
            continue
        for name, here in groups.items():
            both = pd.concat([then.items[here], now.items[here]], axis=1).dropna()
            k = then.items.shape[1]
            compute = partial(loadings_alike, both.iloc[:, :k], both.iloc[:, k:])
            subject = subject_of(now.line, k, name, unit="")
            measure = Measure("loadings then and now", "tucker_congruence", "", compute)
            rows.append(estimate_row(subject, measure, settings, n=len(both)))
    return as_protected_table(rows)


def loadings_alike(then: pd.DataFrame, now: pd.DataFrame) -> Interval:
    """Congruence of the standardised loadings of complete answers."""
    models = [fitted(part, reliability.covariance(part)).standardised for part in (then, now)]
    return Interval(one_factor.congruence(*models), np.nan, np.nan)
