"""How reliable the declared scales are, as rows, and what each item adds."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, share_of_few
from manfaat.base.reasons import Reason, write_reasons
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.sample import NotApplicableError
from manfaat.indicators import Scale
from manfaat.measurement import one_factor, reliability
from manfaat.measurement.agreement import Interval
from manfaat.measurement.reasons import ScaleReason
from manfaat.measurement.scale_rows import (
    Measure,
    Subject,
    as_protected_table,
    estimate_row,
    subgroups,
    subject_of,
)

MOST_AT_ONE_END = 0.8
ITEM_COLUMNS = [
    "name",
    "indicator",
    "time",
    "rater",
    "item",
    "n",
    "mean",
    "sd",
    "item_rest_r",
    "alpha_without",
    "loading",
    "share_lowest",
    "share_highest",
    "reasons",
]


def reliability_estimates(
    scales: list[Scale], table: pd.DataFrame, programme: Programme, settings: Settings
) -> pd.DataFrame:
    """Reliability of every scale: for all, for the participants, for the comparison group.

    Returns
    -------
    Rows in the contract's shape and ``name, time, items``; ``estimand`` is ``reliability``, ``method`` one of
    ``cronbach_alpha`` (of those who answered all items), ``cronbach_alpha_standardised``,
    ``cronbach_alpha_pairwise`` (each covariance from all who answered both), ``mcdonald_omega``,
    ``mcdonald_omega_standardised``, ``mean_inter_item_correlation``. ``n_missing`` counts people who answered
    some of the items. Survey weights and clusters do not enter.
    """
    groups, rows = subgroups(table, programme), []
    for scale in scales:
        for name, here in groups.items():
            rows += scale_rows(
                scale, here, subject_of(scale.line, scale.items.shape[1], name, unit=""), settings
            )
    return as_protected_table(rows)


def scale_rows(
    scale: Scale, here: pd.Series, subject: Subject, settings: Settings
) -> list[dict[str, object]]:
    """All reliability rows of one scale and group."""
    frame = scale.items[here]
    complete, some = frame.dropna(), frame.notna().any(axis=1).sum()
    matrix, n, confidence = reliability.covariance(complete), len(complete), settings.confidence
    told = (
        *reasons_of(complete, matrix, (scale.low, scale.high)),
        *([ScaleReason.IN_PART()] if n < 0.8 * some else []),
    )
    model = cache(partial(fitted, complete, matrix))
    measures = [
        Measure("reliability", method, kind, compute, told)
        for method, kind, compute in (
            ("cronbach_alpha", "jackknife", lambda: alpha_interval(complete, matrix, confidence)),
            ("cronbach_alpha_standardised", "", lambda: alpha_standardised(complete, matrix)),
            ("cronbach_alpha_pairwise", "", lambda: alpha_pairwise(frame)),
            (
                "mcdonald_omega",
                "sandwich",
                lambda: omega_interval(complete, model(), confidence, standardised=False),
            ),
            (
                "mcdonald_omega_standardised",
                "sandwich",
                lambda: omega_interval(complete, model(), confidence, standardised=True),
            ),
            ("mean_inter_item_correlation", "", lambda: mean_correlation(complete, matrix)),
        )
    ]
    two = int((frame.notna().sum(axis=1) >= 2).sum())
    return [
        estimate_row(subject, measure, settings, n=two)
        if measure.method == "cronbach_alpha_pairwise"
        else estimate_row(subject, measure, settings, n=n, n_missing=int(some - n))
        for measure in measures
    ]


def reasons_of(complete: pd.DataFrame, matrix: np.ndarray, ends: tuple[float, float]) -> list[Reason]:
    """What a reader must know of a scale, whose lowest and highest answer are ``ends``, before relying on
    it.
    """
    told = [ScaleReason.FEW_ITEMS()] if complete.shape[1] < 3 else []
    if len(complete) < 2:
        return told
    told += [ScaleReason.FEW_PEOPLE()] if len(complete) < reliability.FEWEST_PEOPLE else []
    told += (
        [ScaleReason.ONE_END_OF_ITEM()]
        if any((complete == end).mean().gt(MOST_AT_ONE_END).any() for end in ends)
        else []
    )
    constant = reliability.is_constant(complete)
    told += (
        [ScaleReason.SAME_ANSWER(item=str(name)) for name in complete.columns[constant]]
        if not constant.all()
        else []
    )
    told += [
        ScaleReason.ITEM_AGAINST(item=str(complete.columns[place]))
        for place in reliability.unreversed(matrix)
    ]
    return told + (
        [ScaleReason.REDUNDANT()] if reliability.cronbach_alpha(matrix) > reliability.HIGHEST_ALPHA else []
    )


def check_answers(complete: pd.DataFrame) -> None:
    """Refuse, with the reason, what no reliability can be had from."""
    if complete.shape[1] < 2:
        raise NotApplicableError(ScaleReason.ONE_ITEM())
    if len(complete) < 3:
        raise NotApplicableError(ScaleReason.FEW_COMPLETE())
    if reliability.is_constant(complete).all():
        raise NotApplicableError(ScaleReason.SAME_ANSWERS())


def alpha_interval(complete: pd.DataFrame, matrix: np.ndarray, confidence: float) -> Interval:
    """Cronbach α with its jackknife interval."""
    check_answers(complete)
    alpha = reliability.cronbach_alpha(matrix)
    if np.isnan(alpha):
        raise NotApplicableError(ScaleReason.SUM_CONSTANT())
    if not 1 - alpha > reliability.NEGLIGIBLE:
        raise NotApplicableError(ScaleReason.ITEMS_DIFFER_ALIKE())
    error, low, high = reliability.alpha_interval(complete.to_numpy(dtype="float64"), confidence)
    return Interval(alpha, low, high, error)


def check_varied(complete: pd.DataFrame) -> None:
    """Refuse correlations with an item that does not vary."""
    check_answers(complete)
    if reliability.is_constant(complete).any():
        raise NotApplicableError(ScaleReason.ITEM_CONSTANT())


def alpha_standardised(complete: pd.DataFrame, matrix: np.ndarray) -> Interval:
    """Cronbach α of items divided by their standard deviations; no interval is given."""
    check_varied(complete)
    return Interval(reliability.cronbach_alpha(reliability.correlations(matrix)), np.nan, np.nan)


def mean_correlation(complete: pd.DataFrame, matrix: np.ndarray) -> Interval:
    """Mean correlation between the items; no interval is given."""
    check_varied(complete)
    return Interval(reliability.mean_correlation(matrix), np.nan, np.nan)


def alpha_pairwise(frame: pd.DataFrame) -> Interval:
    """Cronbach α from pairwise covariances; no interval is given, since each rests on other people."""
    check_answers(frame[frame.notna().sum(axis=1) >= 2])
    matrix = frame.cov(min_periods=3).to_numpy()
    if np.isnan(matrix).any():
        raise NotApplicableError(ScaleReason.FEW_IN_PAIRS())
    alpha = reliability.cronbach_alpha(matrix)
    if np.isnan(alpha):
        raise NotApplicableError(ScaleReason.SUM_CONSTANT())
    return Interval(alpha, np.nan, np.nan)


def fitted(complete: pd.DataFrame, matrix: np.ndarray) -> one_factor.OneFactor:
    """Fit one factor, or refuse with the reason."""
    check_varied(complete)
    n, k = complete.shape
    if n <= 2 * k:
        raise NotApplicableError(ScaleReason.FEW_FOR_MODEL())
    model = one_factor.fit_one_factor(matrix)
    if model.is_improper:
        raise NotApplicableError(ScaleReason.HEYWOOD())
    return model


def omega_interval(
    complete: pd.DataFrame, model: one_factor.OneFactor, confidence: float, *, standardised: bool
) -> Interval:
    """McDonald ω with its interval (sandwich standard error, log-odds)."""
    omega = one_factor.omega_of(
        np.concatenate([model.loadings, model.uniquenesses]), standardised=standardised
    )
    error = one_factor.omega_error(complete.to_numpy(dtype="float64"), model, standardised=standardised)
    low, high = one_factor.logit_interval(float(omega), error, len(complete) - 1, confidence)
    if np.isnan(low):
        raise NotApplicableError(ScaleReason.NO_FACTOR())
    return Interval(float(omega), low, high, error)


def item_table(scales: list[Scale], table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """What each item adds to its scale, for all people together who answered every item.

    Returns
    -------
    One row a scale and item (``ITEM_COLUMNS``): mean and standard deviation after turning, correlation with
    the sum of the others, α without the item, standardised loading on one factor, shares of the lowest and
    highest answer (missing where fewer than five people gave it or did not). Missing, with the reason, where
    fewer than five people answered.
    """
    here = subgroups(table, programme)[""]
    return pd.DataFrame([row for scale in scales for row in item_rows(scale, here)], columns=ITEM_COLUMNS)


def item_rows(scale: Scale, here: pd.Series) -> list[dict[str, object]]:
    """Rows of one scale."""
    complete, line = scale.items[here].dropna(), scale.line
    base = [
        {"name": line.name, "indicator": line.indicator, "time": line.time, "rater": line.rater, "item": item}
        for item in complete
    ]
    if len(complete) < SMALLEST_CELL:
        return [
            row | {"n": np.nan if len(complete) else 0, "reasons": str(ScaleReason.TOO_FEW())} for row in base
        ]
    matrix = reliability.covariance(complete)
    rest, without = reliability.item_rest(matrix), reliability.alpha_without(matrix)
    loadings, reason = loadings_of(complete, matrix)
    against = set(reliability.unreversed(matrix))
    rows = []
    for place, row in enumerate(base):
        values = complete.iloc[:, place]
        told = [ScaleReason.ITEM_AGAINST(item=str(row["item"]))] if place in against else []
        numbers = {
            "n": len(values),
            "mean": values.mean(),
            "sd": values.std(),
            "item_rest_r": rest[place],
            "alpha_without": without[place],
        }
        shares = {
            "share_lowest": safe_share(values == scale.low),
            "share_highest": safe_share(values == scale.high),
        }
        rows.append(
            row | numbers | shares | {"loading": loadings[place], "reasons": write_reasons([*told, *reason])}
        )
    return rows


def loadings_of(complete: pd.DataFrame, matrix: np.ndarray) -> tuple[np.ndarray, list[Reason]]:
    """Standardised loadings (k), or missing ones and the reason."""
    try:
        return fitted(complete, matrix).standardised, []
    except NotApplicableError as failure:
        return np.full(complete.shape[1], np.nan), [failure.reason]


def safe_share(holds: pd.Series) -> float:
    """Share of people for whom something holds; missing where one to four people stand on either side."""
    return np.nan if share_of_few(holds.mean(), len(holds)) else holds.mean()
