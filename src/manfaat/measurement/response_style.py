"""Rows on how people answer, whatever is asked: at the ends of a scale, all the same, or always agreeing."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.reasons import Reason
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError
from manfaat.indicators import Scale
from manfaat.measurement.agreement import Interval
from manfaat.measurement.reasons import ScaleReason
from manfaat.measurement.scale_rows import (
    Measure,
    Subject,
    as_protected_table,
    estimate_row,
    share_interval,
    subgroups,
    subject_of,
)

MOST_AT_END = (
    0.15  # of people at an end of a scale (Terwee et al. 2007, Journal of Clinical Epidemiology 60, 34–42)
)
FEWEST_ITEMS = 8  # answered, for the same answer throughout to be odd


def style_estimates(
    scales: list[Scale], table: pd.DataFrame, programme: Programme, settings: Settings
) -> pd.DataFrame:
    """Ends of every scale, and answering styles of every rater and time: for all, participants, comparison
    group.

    Returns
    -------
    Rows in the contract's shape and ``name, time, items``. ``estimand`` is ``ceiling`` or ``floor`` (share of
    people with the highest or lowest possible score, among those with a score; one row a scale),
    ``straight-lining`` (share who gave one and the same answer to all items of a rater and time that they
    answered, at least eight, before any was turned) or ``acquiescence`` (points that answers lie above the
    middle of the list whichever way round an item is worded); shares have Wilson intervals.
    """
    groups, rows = subgroups(table, programme), []
    for scale in scales:
        for name, here in groups.items():
            rows += end_rows(
                scale,
                table.loc[here, scale.line.name].astype("float64"),
                subject_of(scale.line, scale.items.shape[1], name, unit="share"),
                settings,
            )
    for battery in batteries(scales):
        for name, here in groups.items():
            rows += battery_rows(battery, here, name, settings)
    return as_protected_table(rows)


def end_rows(scale: Scale, score: pd.Series, subject: Subject, settings: Settings) -> list[dict[str, object]]:
    """Share of people at each end of one scale."""
    known, rows = score.dropna(), []
    for estimand, end, warning in (
        ("ceiling", scale.high, ScaleReason.AT_CEILING()),
        ("floor", scale.low, ScaleReason.AT_FLOOR()),
    ):
        count = int(np.isclose(known, end).sum())
        told = (warning,) if len(known) and count / len(known) > MOST_AT_END else ()
        compute = partial(share_at_end, count, len(known), end, settings.confidence)
        measure = Measure(estimand, "share", "Wilson", compute, told)
        rows.append(estimate_row(subject, measure, settings, n=len(known)))
    return rows


def share_at_end(count: int, n: int, end: float, confidence: float) -> Interval:
    """Share with the highest or lowest possible score."""
    if np.isnan(end):
        raise NotApplicableError(ScaleReason.NO_COMMON_ANSWERS())
    return share_interval(count, n, confidence)


def batteries(scales: list[Scale]) -> list[list[Scale]]:
    """Scales by rater, time and list of answers, in the order declared."""
    found: dict[tuple[object, ...], list[Scale]] = {}
    for scale in scales:
        if not np.isnan(scale.low):
            found.setdefault((scale.line.rater, scale.line.time, scale.answer_list), []).append(scale)
    return list(found.values())


def battery_rows(
    battery: list[Scale], here: pd.Series, subgroup: str, settings: Settings
) -> list[dict[str, object]]:
    """Straight-lining and acquiescence in all items of one rater and time."""
    first = battery[0].line
    answers = pd.concat([scale.answers[here] for scale in battery], axis=1)
    judged = answers[answers.notna().sum(axis=1) >= FEWEST_ITEMS]
    some = int(answers.notna().any(axis=1).sum())
    same = int((judged.max(axis=1) == judged.min(axis=1)).sum())
    lines = partial(straight_lining, same, *judged.shape, settings.confidence)
    leaning = leaning_of(battery, here)
    agree = partial(mean_interval, leaning, settings.confidence)
    told = tilt(leaning, settings.confidence)
    return [
        estimate_row(
            battery_subject(first, answers.shape[1], subgroup, unit),
            measure,
            settings,
            n=n,
            n_missing=some - n,
        )
        for measure, unit, n in (
            (Measure("straight-lining", "share", "Wilson", lines), "share", len(judged)),
            (Measure("acquiescence", "balanced_mean", "t", agree, told), first.unit, len(leaning)),
        )
    ]


def battery_subject(first: Indicator, items: int, subgroup: str, unit: str) -> Subject:
    """What a row on all items of a rater and time is about: no single indicator."""
    return subject_of(first, items, subgroup, name="", indicator="", stage="", unit=unit)


def straight_lining(same: int, n: int, items: int, confidence: float) -> Interval:
    """Share who gave the same answer to all items."""
    if items < FEWEST_ITEMS:
        raise NotApplicableError(ScaleReason.FEW_FOR_LINES())
    return share_interval(same, n, confidence)


def leaning_of(battery: list[Scale], here: pd.Series) -> pd.Series:
    """How far each person's answers lie above the middle of the list, items of both wordings counting for a
    half.

    Per scale: mean of the items worded one way and of those worded the other way, before any is turned,
    averaged; what is asked then cancels out and what is left is agreeing as such. Mean over the scales that
    hold both wordings; people who met none are left out.
    """
    parts = []
    for scale in battery:
        answers, reverse = scale.answers[here], scale.is_reversed[here]
        one, other = answers.where(reverse == 0).mean(axis=1), answers.where(reverse == 1).mean(axis=1)
        parts.append((one + other) / 2 - (scale.low + scale.high) / 2)
    return pd.concat(parts, axis=1).mean(axis=1).dropna()


def mean_interval(values: pd.Series, confidence: float) -> Interval:
    """Mean with its t interval."""
    if values.empty:
        raise NotApplicableError(ScaleReason.ONE_WORDING())
    if len(values) < 2 or not np.ptp(values) > 0:
        raise NotApplicableError(EstimateReason.NO_VARIATION())
    error = float(values.std() / np.sqrt(len(values)))
    margin = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error
    return Interval(float(values.mean()), float(values.mean() - margin), float(values.mean() + margin), error)


def tilt(leaning: pd.Series, confidence: float) -> tuple[Reason, ...]:
    """A warning where the interval of the mean leaning excludes zero."""
    try:
        found = mean_interval(leaning, confidence)
    except NotApplicableError:
        return ()
    return (ScaleReason.AGREES(),) if found.low > 0 else (ScaleReason.DISAGREES(),) if found.high < 0 else ()
