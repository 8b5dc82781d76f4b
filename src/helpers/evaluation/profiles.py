"""Summaries that are drawn: shares of answers, means by rater, densities, chances to take part, gaps. No one person can be seen in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import gaussian_kde

from helpers.disclosure import SMALLEST_CELL, is_few, share_of_few, without_few
from helpers.evaluation.nuisance import propensity
from helpers.evaluation.sample import NotApplicableError, Sample, group_code, participation
from helpers.evaluation.summaries import before_and_now
from helpers.indicators import Indicator, Scale
from helpers.programme import Programme

SHARES = ["scale", "item", "time", "answer", "n", "share", "includes"]
MEANS = ["indicator", "rater", "time", "unit", "n", "mean"]
CURVES = ["group", "value", "density", "cumulated"]
DOTS = ["group", "value", "people"]
CHANCES = ["group", "low", "high", "n", "share", "median"]
GAPS = ["name", "group", "n", "n_missing", "share"]
MEETING = ["participant", "n", "before", "now"]
POINTS, FEWEST_FOR_CURVE, MOST_DOTS = 40, 40, 30


def ends_joined(counts: np.ndarray, smallest: int) -> tuple[np.ndarray, list[str]]:
    """Count an end answer that fewer than ``smallest`` gave with its neighbour on the same side of the middle; blank what is still small.

    Returns
    -------
    The counts, missing where an answer is counted with another or not shown; and for each answer the places counted with it.
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


def answer_shares(scales: list[Scale], participants: pd.Series, *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Shares of the answers to each item, among participants, as the items enter the score (turned where they are asked the other way round).

    Parameters
    ----------
    participants : booleans, one a row of the items.

    Returns
    -------
    ``scale`` (name of the score), ``item`` (without what tells then from now), ``time, answer`` (1 = the lower end), ``n`` (who answered the
    item), ``share`` and ``includes``: an end answer that fewer than ``smallest`` gave is missing and counted with its neighbour, which says so;
    a side that is still smaller is missing, with the next smallest answer. Items that fewer than twice as many answered are left out.
    """
    rows = []
    for scale in scales:
        if not np.isfinite(scale.low):
            continue
        answers = np.arange(scale.low, scale.high + 1)
        for item, column in zip(scale.places, scale.items.columns, strict=True):
            values = scale.items.loc[participants, column].dropna()
            counts = np.array([(values == answer).sum() for answer in answers])
            if counts.sum() < 2 * smallest:
                continue
            shown, includes = ends_joined(counts, smallest)
            named = {"scale": scale.line.name, "item": item, "time": scale.line.time, "n": int(counts.sum())}
            rows += [named | {"answer": place + 1, "share": n / counts.sum(), "includes": includes[place]} for place, n in enumerate(shown)]
    return pd.DataFrame(rows, columns=SHARES)


def rater_means(table: pd.DataFrame, programme: Programme, lines: list[Indicator], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Participants' mean levels by rater, now and earlier, of the same people both times.

    Returns
    -------
    ``indicator, rater, time`` (``earlier``: recalled or measured before; ``now``), ``unit, n, mean``; nothing of fewer than ``smallest`` people.
    """
    chosen, rows = table[participation(table, programme) == 1], []
    for now in lines:
        earlier = [
            line for line in lines if (line.indicator, line.rater, line.unit) == (now.indicator, now.rater, now.unit) and line.time in ("before", "then")
        ]
        if not now.rater or now.time != "now" or not earlier:
            continue
        pair = chosen[[earlier[0].name, now.name]].astype("float64").dropna()
        if len(pair) >= smallest:
            named = {"indicator": now.indicator, "rater": now.rater, "unit": now.unit, "n": len(pair)}
            rows += [named | {"time": time, "mean": pair[line.name].mean()} for time, line in (("earlier", earlier[0]), ("now", now))]
    return pd.DataFrame(rows, columns=MEANS)


def density_curves(values: pd.Series, group: pd.Series, *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Density (Gaussian kernel, Silverman's width) and cumulated share of a number in each group, on a grid.

    The grid ends where ``smallest`` units lie beyond it, and between two points of the cumulated share lie at least as many; groups of
    fewer than ``FEWEST_FOR_CURVE`` have no curve.

    Returns
    -------
    ``group, value, density, cumulated`` (missing at points that are left out).
    """
    rows = []
    for member in (1.0, 0.0):
        own = values[group == member].dropna().to_numpy(dtype="float64")
        if len(own) < FEWEST_FOR_CURVE:
            continue
        low, high = np.quantile(own, [smallest / len(own), 1 - smallest / len(own)])
        if not high > low:
            continue
        grid = np.linspace(low, high, POINTS)
        below = np.searchsorted(np.sort(own), grid, side="right")
        density = gaussian_kde(own, bw_method="silverman")(grid)
        cumulated = far_apart(below, len(own), smallest) / len(own)
        rows.append(pd.DataFrame({"group": member, "value": grid, "density": density, "cumulated": cumulated}))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=CURVES)


def far_apart(counts: np.ndarray, n: int, smallest: int) -> np.ndarray:
    """Keep, of rising counts out of n, those with at least ``smallest`` between them and to both ends; the others are missing."""
    kept, last = np.full(len(counts), np.nan), 0
    for place, count in enumerate(counts):
        if count - last >= smallest and n - count >= smallest:
            kept[place] = last = count
    return kept


def dots(values: pd.Series, group: pd.Series, *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """The means of neighbouring units: at least ``smallest`` to a dot, and no more than ``MOST_DOTS`` dots a group.

    The outermost dots are left out: one unit far away could be read from its dot.

    Returns
    -------
    ``group, value, people`` (units behind the dot).
    """
    rows = []
    for member in (1.0, 0.0):
        own = np.sort(values[group == member].dropna().to_numpy(dtype="float64"))
        if len(own) < FEWEST_FOR_CURVE:
            continue
        parts = np.array_split(own, min(MOST_DOTS, len(own) // smallest))
        rows += [{"group": member, "value": part.mean(), "people": len(part)} for part in parts[1:-1]]
    return pd.DataFrame(rows, columns=DOTS)


def chances(table: pd.DataFrame, programme: Programme, covariates: list[str], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Estimated chances to take part (logit on the covariates) of both groups, counted in steps of a twentieth.

    Returns
    -------
    ``group`` (1 participants, 0 comparison), ``low, high`` (ends of the step), ``n, share`` of the group, both missing where fewer than
    ``smallest`` are in the step, and the group's ``median``. Empty where the chances cannot be estimated.
    """
    frame = table[covariates].astype("float64").assign(treated=participation(table, programme)).dropna()
    try:
        score = propensity(Sample(frame, 0), covariates).score
    except NotApplicableError:
        return pd.DataFrame(columns=CHANCES)
    edges, rows = np.linspace(0, 1, 21), []
    for member in (1.0, 0.0):
        own = score[frame["treated"].to_numpy() == member]
        counts = without_few(np.histogram(own, edges)[0], smallest=smallest)
        rows += [
            {"group": member, "low": low, "high": high, "n": n, "share": n / len(own), "median": np.median(own) if len(own) >= 2 * smallest else np.nan}
            for low, high, n in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    return pd.DataFrame(rows, columns=CHANCES)


def gaps(table: pd.DataFrame, programme: Programme, names: list[str], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Share without a value, of each indicator and declared group; where more than three groups are declared, of participants and all others.

    Returns
    -------
    ``name, group`` (code, or ``role 1`` and ``role 0``), ``n`` (units of the group), ``n_missing, share``; these two missing where one to four lack a value, or have one.
    """
    groups, rows = table[programme.design.group].map(group_code), []
    codes = [*programme.design.participants, *programme.design.comparison]
    if len(codes) > 3:
        groups, codes = participation(table, programme).map({1.0: "role 1", 0.0: "role 0"}), ["role 1", "role 0"]
    for code in codes:
        own = table[groups == code]
        for name in names if len(own) >= smallest else []:
            missing = int(own[name].isna().sum())
            is_small = share_of_few(missing / len(own), len(own), smallest=smallest)
            rows.append({"name": name, "group": code, "n": len(own)} | ({} if is_small else {"n_missing": missing, "share": missing / len(own)}))
    return pd.DataFrame(rows, columns=GAPS)


def moved_means(table: pd.DataFrame, line: Indicator, programme: Programme, indicators: list[Indicator], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Means before and now of those measured both times, participants and comparison group.

    Returns
    -------
    ``participant, n, before, now``, two rows; none where it was not measured before or a group is smaller than ``smallest``.
    """
    frame = before_and_now(table, line, programme, indicators)
    if "before" not in frame:
        return pd.DataFrame(columns=MEETING)
    frame = frame[["participant", "before", "now"]].astype("float64").dropna()
    rows = [
        {"participant": role, "n": len(own)} | own[["before", "now"]].mean().to_dict()
        for role in (1.0, 0.0)
        if len(own := frame[frame["participant"] == role]) >= smallest
    ]
    return pd.DataFrame(rows if len(rows) == 2 else [], columns=MEETING)
