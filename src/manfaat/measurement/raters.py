"""Rows on how far two raters agree about the same thing at the same time, by the declared indicators."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.reasons import Reason
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.jackknife import FEWEST_PEOPLE
from manfaat.measurement import agreement
from manfaat.measurement.agreement import Interval
from manfaat.measurement.reasons import ScaleReason
from manfaat.measurement.scale_rows import Measure, as_protected_table, estimate_row, subgroups, subject_of

MOST_AT_ONE_END = 0.8
MOST_SKEWED = 1.0
ICCS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


def rater_pairs(lines: list[Indicator]) -> list[tuple[Indicator, Indicator]]:
    """Pairs of columns that measure one indicator at one time in one unit by two raters, in the order
    declared.
    """
    rated = [line for line in lines if line.rater and line.unit and line.use in ("effect", "describe")]
    return [
        (first, second)
        for first, second in combinations(rated, 2)
        if (first.indicator, first.time, first.unit) == (second.indicator, second.time, second.unit)
        and first.rater != second.rater
    ]


def agreement_estimates(
    table: pd.DataFrame, programme: Programme, lines: list[Indicator], settings: Settings
) -> pd.DataFrame:
    """Agreement of every two raters: for all, for the participants, for the comparison group.

    Returns
    -------
    Rows in the contract's shape and ``name, time, items``; ``rater`` names both (``self, supervisor``),
    differences are the first minus the second. ``estimand`` is ``agreement`` with the six intraclass
    correlations, or ``weighted_kappa`` where both rate by whole numbers of a short list (yes and no among
    them); or ``rater difference`` with ``bias``, and with ``limit_lower`` and ``limit_upper`` unless the
    answer is yes or no. ``n_missing`` counts people whom only one of the two rated.
    """
    groups, rows = subgroups(table, programme), []
    for first, second in rater_pairs(lines):
        for name, here in groups.items():
            pair = table.loc[here, [first.name, second.name]].astype("float64")
            rows += pair_rows(first, second, pair, name, settings)
    return as_protected_table(rows)


def pair_rows(
    first: Indicator, second: Indicator, pair: pd.DataFrame, subgroup: str, settings: Settings
) -> list[dict[str, object]]:
    """All rows of one pair of raters."""
    complete = pair.dropna().to_numpy()
    left, right, confidence = complete[:, 0], complete[:, 1], settings.confidence
    subject = subject_of(first, 1, subgroup, rater=f"{first.rater}, {second.rater}")
    unitless = subject_of(first, 1, subgroup, rater=subject.rater, unit="")
    counts = {"n": len(complete), "n_missing": int(pair.notna().any(axis=1).sum() - len(complete))}
    is_item, yes_no = (
        agreement.is_ordered_item(left, right),
        bool(np.isin(complete, (0, 1)).all()) and len(complete) > 0,
    )
    limits = partial(agreement.limits_of_agreement, left, right, confidence)
    make: list[tuple[str, str, str, Callable[[], Interval]]] = []
    if is_item:
        kappa = partial(agreement.weighted_kappa, left, right, confidence)
        make.append(("agreement", "weighted_kappa", "jackknife", kappa))
    if not yes_no:
        make += [
            ("agreement", name, "jackknife", partial(one_icc, name, complete, confidence)) for name in ICCS
        ]
    make.append(("rater difference", "bias", "t", lambda: limits().bias))
    if not yes_no:
        make.append(("rater difference", "limit_lower", "jackknife", lambda: limits().lower))
        make.append(("rater difference", "limit_upper", "jackknife", lambda: limits().upper))
    return [
        estimate_row(
            unitless if what == "agreement" else subject,
            Measure(what, method, kind, compute, reasons_of(method, complete)),
            settings,
            **counts,
        )
        for what, method, kind, compute in make
    ]


def reasons_of(method: str, complete: np.ndarray) -> tuple[Reason, ...]:
    """What a reader must know of the interval of an agreement (ratings n × 2) before relying on it."""
    if method == "bias":
        return ()
    told = [ScaleReason.FEW_RATED()] if len(complete) < FEWEST_PEOPLE else []
    if method.startswith("ICC(2"):
        told.append(ScaleReason.TWO_RATERS())
    if (
        method == "weighted_kappa"
        and len(complete)
        and any((complete == end).mean() > MOST_AT_ONE_END for end in (complete.min(), complete.max()))
    ):
        told.append(ScaleReason.ONE_END_OF_RATINGS())
    if method.startswith("limit"):
        difference = complete[:, 0] - complete[:, 1]
        told += (
            [ScaleReason.SKEWED_DIFFERENCES()]
            if len(difference) > 2 and np.ptp(difference) > 0 and abs(stats.skew(difference)) > MOST_SKEWED
            else []
        )
    return tuple(told)


def one_icc(name: str, complete: np.ndarray, confidence: float) -> Interval:
    """One of the six intraclass correlations."""
    return agreement.intraclass(complete, confidence)[name]
