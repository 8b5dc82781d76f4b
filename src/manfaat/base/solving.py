"""Hidden counts as whole numbers that must fit what is told of them: their least and their most, by an
integer program (HiGHS in scipy).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from manfaat.base.disclosure import SMALLEST_CELL, without_few_both_ways


@dataclass(frozen=True)
class Line:
    """Some counts, each times its weight, add up to something between two numbers."""

    weights: np.ndarray
    low: float
    high: float


@dataclass(frozen=True)
class Cells:
    """The hidden counts of a table: their rows, what is known of their sums, and how many people all counts
    are of; missing where that does not follow.
    """

    rows: np.ndarray
    lines: tuple[Line, ...] = field(default=())
    people: float = np.nan


def cells_of(table: pd.DataFrame, n: np.ndarray, share: np.ndarray, sizes: Collection[int]) -> Cells | None:
    """The hidden counts of one group's table: what is told before (``before``) parts it into lines with
    totals of their own.

    ``sizes`` : of the group, as other tables tell them; the total where no share tells it. None where nothing
    is hidden, or no total is known.
    """
    hidden = np.flatnonzero(np.isnan(n))
    before = table["before"].to_numpy() if "before" in table else np.zeros(len(table))
    lines, people = [], 0.0
    for value in dict.fromkeys(before):
        at = np.flatnonzero(before == value)
        total = total_of(n[at], share[at], sizes if "low" in table else ())
        people += total
        own = np.isin(hidden, at)
        rest = total - np.nansum(n[at])
        if own.any() and rest >= 0:
            lines.append(Line(own.astype("float64"), rest, rest))
    return Cells(hidden, tuple(lines), people) if lines else None


def total_of(n: np.ndarray, share: np.ndarray, sizes: Collection[int]) -> float:
    """How many people some counts are of: what the largest with a share says, or the one size of their
    group.
    """
    known = np.flatnonzero(np.isfinite(n) & (n > 0) & (share > 0))
    if len(known):
        best = known[n[known].argmax()]
        return float(round(n[best] / share[best]))
    if np.isfinite(n).all():
        return float(n.sum())
    return float(next(iter(sizes))) if len(sizes) == 1 else np.nan


def with_moments(
    cells: Cells, table: pd.DataFrame, mean: tuple[float, float], sd: tuple[float, float]
) -> Cells:
    """The same with what mean and standard deviation of the steps from before to now say of a table of both;
    each with how far off it may be.
    """
    names = [name for name in ("before", "now") if name in table]
    if len(names) < 2 or not np.isfinite(cells.people):
        return cells
    levels = dict.fromkeys([*table["before"], *table["now"]])
    order = {level: place for place, level in enumerate(levels)}
    step = (table["now"].map(order) - table["before"].map(order)).to_numpy(dtype="float64")
    n = pd.to_numeric(table["n"], errors="coerce").to_numpy(dtype="float64")
    shown, people = np.nan_to_num(n), cells.people
    middle, off = mean
    more = [Line(step[cells.rows], people * (middle - off), people * (middle + off))]
    if np.isfinite(sd[0]):
        ends = [
            (people - 1) * max(sd[0] + side * sd[1], 0) ** 2 + people * max(abs(middle) + side * off, 0) ** 2
            for side in (-1, 1)
        ]
        more.append(Line(step[cells.rows] ** 2, *ends))
    sums = [float(shown @ step), float(shown @ step**2)]
    less = [
        replace(line, low=line.low - sum, high=line.high - sum) for line, sum in zip(more, sums, strict=False)
    ]
    return replace(cells, lines=(*cells.lines, *less))


def linked(counts: np.ndarray, hidden: np.ndarray) -> Cells:
    """The hidden counts of a table whose totals of rows and of columns are known."""
    rows = np.flatnonzero(hidden.ravel())
    places = np.unravel_index(rows, counts.shape)
    lines = []
    for axis, own in enumerate(places):
        sums = np.where(hidden, counts, 0).sum(axis=1 - axis)
        lines += [Line((own == at).astype("float64"), sums[at], sums[at]) for at in sorted(set(own.tolist()))]
    return Cells(rows, tuple(lines))


def without_few_linked(counts: np.ndarray) -> np.ndarray:
    """Blank a table of counts whose totals of rows and of columns are known, so that no hidden count follows
    from all of these together; ``disclosure.without_few_both_ways`` looks at one row or column at a time.
    Where the totals alone give a count away everything is blank.
    """
    counts = np.asarray(counts, dtype="float64")
    shown = without_few_both_ways(counts)
    while np.isnan(shown).any():
        given = [row for row, *_ in given_away(linked(counts, np.isnan(shown)))]
        rest = np.where(shown > 0, shown, np.inf)
        if not given or not np.isfinite(rest).any():
            return shown
        near = np.full_like(rest, np.inf)
        for row, column in (divmod(place, counts.shape[1]) for place in given):
            near[row], near[:, column] = rest[row], rest[:, column]
        shown.flat[(near if np.isfinite(near).any() else rest).argmin()] = np.nan
    return shown


def given_away(cells: Cells) -> Iterator[tuple[int, int, int]]:
    """Row, least and most of the hidden counts that have one possible value, or none but one to four."""
    for row, low, high in solved(cells):
        if (low == high and high > 0) or (low >= 1 and high < SMALLEST_CELL):
            yield row, low, high


def solved(cells: Cells) -> Iterator[tuple[int, int, int]]:
    """Row, least and most of every hidden count; nothing where nothing is known of them, or no counts fit."""
    if not cells.lines:
        return
    weights = np.array([line.weights for line in cells.lines])
    known = LinearConstraint(weights, [line.low for line in cells.lines], [line.high for line in cells.lines])
    for place, row in enumerate(cells.rows):
        if not weights[:, place].any():
            continue
        ends = []
        for sign in (1, -1):
            aim = np.zeros(len(cells.rows))
            aim[place] = sign
            found = milp(aim, constraints=known, integrality=np.ones(len(aim)), bounds=Bounds(0, np.inf))
            if not found.success:
                return
            ends.append(round(sign * found.fun))
        yield int(row), ends[0], ends[1]
