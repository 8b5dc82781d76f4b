"""Summaries that are drawn: shares of answers, means by rater, densities, chances to take part, gaps. No one
person can be seen in them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import gaussian_kde

from manfaat.base.disclosure import SMALLEST_CELL, is_few, share_of_few, without_few
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.nuisance import propensity
from manfaat.evaluation.sample import WEIGHT, NotApplicableError, Sample, group_code, participation, sides
from manfaat.evaluation.summaries import before_and_now
from manfaat.evaluation.weighted import Answers, answers, weights_of
from manfaat.indicators import Scale

SHARES = ["scale", "item", "time", "answer", "n", "share", "includes"]
MEANS = ["indicator", "rater", "time", "unit", "n", "mean"]
CURVES = ["group", "value", "density", "cumulated"]
DOTS = ["group", "value", "people"]
CHANCES = ["group", "low", "high", "n", "share", "median"]
GAPS = ["name", "group", "n", "n_missing", "share"]
MEETING = ["participant", "n", "before", "now"]
POINTS, FEWEST_FOR_CURVE, MOST_DOTS = 40, 40, 30


def ends_joined(counts: np.ndarray, smallest: int) -> tuple[np.ndarray, list[str]]:
    """Count an end answer that fewer than ``smallest`` gave with its neighbour on the same side of the
    middle; blank what is still small.

    Returns
    -------
    The counts, missing where an answer is counted with another or not shown; and for each answer the places
    counted with it.
    """
    joined, includes, half = counts.astype("float64"), [""] * len(counts), len(counts) // 2
    for end, step in ((0, 1), (len(counts) - 1, -1)):
        for place in [end + step * number for number in range(half - 1)]:
            if is_few(joined[place], smallest=smallest):
                joined[place + step] += joined[place]
                includes[place + step] = " ".join(part for part in (includes[place], str(place + 1)) if part)
                joined[place], includes[place] = np.nan, ""
    there = np.isfinite(joined)
    joined[there] = without_few(joined[there], smallest=smallest)
    return joined, includes


def answer_shares(
    scales: list[Scale],
    participants: pd.Series,
    weights: pd.Series | None = None,
    *,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Shares of the answers to each item, among participants, as the items enter the score (turned where they
    are asked the other way round).

    Parameters
    ----------
    participants : booleans, one a row of the items. weights : survey weights of these rows; None where none
    are declared.

    Returns
    -------
    ``scale`` (name of the score), ``item`` (without what tells then from now), ``time, answer`` (1 = the
    lower end), ``n`` (who answered the item), ``share`` and ``includes``: an end answer that fewer than
    ``smallest`` gave is missing and counted with its neighbour, which says so; a side that is still smaller
    is missing, with the next smallest answer. Items that fewer than twice as many answered are left out.
    """
    rows = []
    for scale in scales:
        if not np.isfinite(scale.low):
            continue
        levels = np.arange(scale.low, scale.high + 1)
        for item, column in zip(scale.places, scale.items.columns, strict=True):
            values = scale.items.loc[participants, column].dropna()
            known = answers(values, weights)
            counts = np.array([(known.values == answer).sum() for answer in levels])
            if counts.sum() < 2 * smallest:
                continue
            shown, includes = ends_joined(counts, smallest)
            held = np.array([known.weights[known.values == answer].sum() for answer in levels])
            joined = [
                mass + sum(held[int(other) - 1] for other in part.split())
                for mass, part in zip(held, includes, strict=True)
            ]
            named = {"scale": scale.line.name, "item": item, "time": scale.line.time, "n": int(counts.sum())}
            shares = np.where(np.isfinite(shown), joined, np.nan) / held.sum()
            rows += [
                named | {"answer": place + 1, "share": share, "includes": includes[place]}
                for place, share in enumerate(shares)
            ]
    return pd.DataFrame(rows, columns=SHARES)


def rater_means(
    table: pd.DataFrame, programme: Programme, lines: list[Indicator], *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """Participants' mean levels by rater, now and earlier, of the same people both times.

    Returns
    -------
    ``indicator, rater, time`` (``earlier``: recalled or measured before; ``now``), ``unit, n, mean``; nothing
    of fewer than ``smallest`` people.
    """
    chosen, rows = table[participation(table, programme) == 1], []
    weights = weights_of(chosen, programme)
    for now in lines:
        earlier = [
            line
            for line in lines
            if (line.indicator, line.rater, line.unit) == (now.indicator, now.rater, now.unit)
            and line.time in ("before", "then")
        ]
        if not now.rater or now.time != "now" or not earlier:
            continue
        pair = chosen[[earlier[0].name, now.name]].astype("float64").dropna()
        known = {
            time: answers(pair[line.name], weights) for time, line in (("earlier", earlier[0]), ("now", now))
        }
        if known["now"].n >= smallest:
            named = {"indicator": now.indicator, "rater": now.rater, "unit": now.unit, "n": known["now"].n}
            rows += [named | {"time": time, "mean": one.mean} for time, one in known.items()]
    return pd.DataFrame(rows, columns=MEANS)


def density_curves(
    values: pd.Series, group: pd.Series, weights: pd.Series | None = None, *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """Density (Gaussian kernel, Silverman's width) and cumulated share of a number in each group, on a grid.

    The grid ends where ``smallest`` units lie beyond it, and between two points of the cumulated share lie at
    least as many; groups of fewer than ``FEWEST_FOR_CURVE`` have no curve.

    Returns
    -------
    ``group, value, density, cumulated`` (missing at points that are left out).
    """
    rows = []
    for member in (1.0, 0.0):
        known = answers(values[group == member], weights)
        own = np.sort(known.values)
        if len(own) < FEWEST_FOR_CURVE:
            continue
        low, high = np.quantile(own, [smallest / len(own), 1 - smallest / len(own)])
        if not high > low:
            continue
        grid = np.linspace(low, high, POINTS)
        below = np.searchsorted(own, grid, side="right")
        density = gaussian_kde(known.values, bw_method="silverman", weights=known.weights)(grid)
        held = np.r_[0.0, np.cumsum(known.weights[np.argsort(known.values, kind="stable")])]
        cumulated = np.where(
            np.isfinite(far_apart(below, len(own), smallest)), held[below] / held[-1], np.nan
        )
        rows.append(
            pd.DataFrame({"group": member, "value": grid, "density": density, "cumulated": cumulated})
        )
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=CURVES)


def far_apart(counts: np.ndarray, n: int, smallest: int) -> np.ndarray:
    """Keep, of rising counts out of n, those with at least ``smallest`` between them and to both ends; the
    others are missing.
    """
    kept, last = np.full(len(counts), np.nan), 0
    for place, count in enumerate(counts):
        if count - last >= smallest and n - count >= smallest:
            kept[place] = last = count
    return kept


def dots(
    values: pd.Series, group: pd.Series, weights: pd.Series | None = None, *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """The means of neighbouring units: at least ``smallest`` to a dot, and no more than ``MOST_DOTS`` dots a
    group.

    With survey weights dots stand for about equal weight, so that where dots lie close many people of the
    population are.

    The outermost dots are left out: one unit far away could be read from its dot.

    Returns
    -------
    ``group, value, people`` (units behind the dot).
    """
    rows = []
    for member in (1.0, 0.0):
        known = answers(values[group == member], weights)
        if known.n < FEWEST_FOR_CURVE:
            continue
        order = np.argsort(known.values, kind="stable")
        parts = equal_parts(order, known, min(MOST_DOTS, known.n // smallest), smallest)
        rows += [
            {
                "group": member,
                "value": float(np.average(known.values[part], weights=known.weights[part])),
                "people": len(part),
            }
            for part in parts[1:-1]
        ]
    return pd.DataFrame(rows, columns=DOTS)


def equal_parts(order: np.ndarray, known: Answers, wanted: int, smallest: int) -> list[np.ndarray]:
    """Split units in their order into parts of about equal weight, of at least ``smallest`` units each."""
    if not known.is_weighted:
        return np.array_split(order, wanted)
    held = np.cumsum(known.weights[order])
    target, parts, start = held[-1] / wanted, [], 0
    for place in range(len(order)):
        reached = held[place] - (held[start - 1] if start else 0.0)
        if place + 1 - start >= smallest and reached >= target and len(order) - place - 1 >= smallest:
            parts.append(order[start : place + 1])
            start = place + 1
    return [*parts, order[start:]]


def chances(
    table: pd.DataFrame, programme: Programme, covariates: list[str], *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """Estimated chances to take part (logit on the covariates) of both groups, counted in steps of a
    twentieth.

    Returns
    -------
    ``group`` (1 participants, 0 comparison), ``low, high`` (ends of the step), ``n, share`` of the group,
    both missing where fewer than ``smallest`` are in the step, and the group's ``median``. Empty where the
    chances cannot be estimated.
    """
    weights = weights_of(table, programme)
    frame = table[covariates].astype("float64").assign(treated=sides(table, programme))
    frame = (frame if weights is None else frame.assign(**{WEIGHT: weights})).dropna()
    try:
        score = propensity(Sample(frame, 0), covariates).score
    except NotApplicableError:
        return pd.DataFrame(columns=CHANCES)
    edges, rows = np.linspace(0, 1, 21), []
    for member in (1.0, 0.0):
        inside = frame["treated"] == member
        own = answers(pd.Series(score, frame.index)[inside], weights)
        counts = without_few(np.histogram(own.values, edges)[0], smallest=smallest)
        held = np.histogram(own.values, edges, weights=own.weights)[0]
        median = own.quantile(0.5) if own.n >= 2 * smallest else np.nan
        rows += [
            {
                "group": member,
                "low": low,
                "high": high,
                "n": n,
                "share": mass / own.n if np.isfinite(n) else np.nan,
                "median": median,
            }
            for low, high, n, mass in zip(edges[:-1], edges[1:], counts, held, strict=True)
        ]
    return pd.DataFrame(rows, columns=CHANCES)


def gaps(
    table: pd.DataFrame, programme: Programme, names: list[str], *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """Share without a value, of each indicator and declared group; where more than three groups are declared,
    of participants and all others.

    Returns
    -------
    ``name, group`` (code, or ``role 1`` and ``role 0``), ``n`` (units of the group), ``n_missing, share``;
    these two missing where one to four lack a value, or have one.
    """
    groups, rows = table[programme.design.group].map(group_code), []
    codes = [*programme.design.participants, *programme.design.comparison]
    if len(codes) > 3:
        groups, codes = (
            participation(table, programme).map({1.0: "role 1", 0.0: "role 0"}),
            ["role 1", "role 0"],
        )
    for code in codes:
        own = table[groups == code]
        for name in names if len(own) >= smallest else []:
            missing = int(own[name].isna().sum())
            is_small = share_of_few(missing / len(own), len(own), smallest=smallest)
            rows.append(
                {"name": name, "group": code, "n": len(own)}
                | ({} if is_small else {"n_missing": missing, "share": missing / len(own)})
            )
    return pd.DataFrame(rows, columns=GAPS)


def moved_means(
    table: pd.DataFrame,
    line: Indicator,
    programme: Programme,
    indicators: list[Indicator],
    *,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Means before and now of those measured both times, participants and comparison group.

    Returns
    -------
    ``participant, n, before, now``, two rows; none where it was not measured before or a group is smaller
    than ``smallest``.
    """
    frame = before_and_now(table, line, programme, indicators)
    if "before" not in frame:
        return pd.DataFrame(columns=MEETING)
    frame = frame.astype("float64").dropna()
    rows = [
        {"participant": role, "n": len(own)}
        | {time: answers(own[time], own.get(WEIGHT)).mean for time in ("before", "now")}
        for role in (1.0, 0.0)
        if len(own := frame[frame["participant"] == role]) >= smallest
    ]
    return pd.DataFrame(rows if len(rows) == 2 else [], columns=MEETING)
