"""From which position to which? Counts and row shares of positions before and after, small cells
protected.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, without_few
from manfaat.base.precision import steps
from manfaat.base.solving import Cells, Line, cells_of, given_away, with_moments
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.sample import participation

COLUMNS = ["group", "before", "now", "n", "share"]


def ladder_pairs(indicators: list[Indicator]) -> list[tuple[Indicator, Indicator, Indicator]]:
    """Indicators that count steps on a ladder, each with the columns that hold the position before and now.

    ``steps`` compares two raw answers, now and before; the columns are those that copy them.
    """
    copies = {line.inputs: line for line in indicators if line.recipe == "copy"}
    found = []
    for line in indicators:
        parts = line.inputs.split() if line.recipe == "steps" else []
        if len(parts) == 2 and all(part in copies for part in parts):
            found.append((line, copies[parts[1]], copies[parts[0]]))
    return found


def transition_matrix(
    before: pd.Series, now: pd.Series, group: pd.Series, *, smallest: int = SMALLEST_CELL
) -> pd.DataFrame:
    """Count positions before and now within groups.

    Returns
    -------
    One row a group and pair of positions: ``group, before, now, n`` and ``share`` of those with the same
    position before. Cells of fewer than ``smallest`` are blanked, and with them the next one of the row, so
    that no cell follows from the others; and as many more as it takes for none to follow from the mean and
    the standard deviation of the steps, and from how many rose or fell, which the report tells elsewhere.
    """
    frame = pd.DataFrame({"group": group, "before": before, "now": now}).dropna()
    positions = sorted(set(frame["before"]) | set(frame["now"]))
    rows = []
    for member, part in frame.groupby("group", sort=True):
        counts = pd.crosstab(part["before"], part["now"]).reindex(
            index=positions, columns=positions, fill_value=0
        )
        safe = np.array([without_few(line, smallest=smallest) for line in counts.to_numpy()])
        safe = unsolved(counts.to_numpy(dtype="float64"), safe)
        for (position, line), shown in zip(counts.iterrows(), safe, strict=True):
            total = line.sum()
            rows += [
                {
                    "group": member,
                    "before": position,
                    "now": target,
                    "n": n,
                    "share": n / total if total else np.nan,
                }
                for target, n in zip(positions, shown, strict=True)
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def unsolved(counts: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Blank more of a square table of counts, until no blank one follows by an integer program from totals,
    mean step, its standard deviation, and how many rose or fell.
    """
    shown = shown.copy()
    while np.isnan(shown).any():
        given = [row for row, *_ in given_away(known_of(counts, shown))]
        rest = np.where(shown > 0, shown, np.inf)
        if not given or not np.isfinite(rest).any():
            return shown
        near = np.full_like(rest, np.inf)
        lines = sorted({row // len(counts) for row in given})
        near[lines] = rest[lines]
        shown.flat[(near if np.isfinite(near).any() else rest).argmin()] = np.nan
    return shown


def known_of(counts: np.ndarray, shown: np.ndarray) -> Cells:
    """What a report tells of the blank counts of a square table."""
    places = np.arange(len(counts))
    before, now = (side.ravel() for side in np.meshgrid(places, places, indexing="ij"))
    n, step = counts.ravel(), now - before
    total = counts.sum(axis=1, keepdims=True)
    share = (shown / np.where(total > 0, total, np.nan)).ravel()
    table = pd.DataFrame({"before": before, "now": now, "n": shown.ravel()})
    cells = cells_of(table, shown.ravel(), share, ())
    people = n.sum()
    mean = float((step * n).sum() / people)
    sd = float(np.sqrt((n * (step - mean) ** 2).sum() / max(people - 1, 1)))
    if cells is None:
        return Cells(np.flatnonzero(np.isnan(shown)))
    off = float(np.nan_to_num(steps(sd, people))) / 2
    cells = with_moments(replace(cells, people=float(people)), table, (mean, off), (sd, off))
    hidden = np.isnan(shown.ravel())
    sides = [(side, n[side & hidden].sum()) for side in (step > 0, step < 0)]
    lines = [Line(side[cells.rows].astype("float64"), count - 0.5, count + 0.5) for side, count in sides]
    return replace(cells, lines=(*cells.lines, *lines))


def all_transitions(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """The matrices of all ladders, with ``indicator`` and ``rater``; ``group`` is 1 for participants, 0 for
    the comparison group.

    None where the design declares survey weights: the matrices count people, and would pass for shares of a
    population.
    """
    parts = [
        transition_matrix(table[before.name], table[now.name], participation(table, programme)).assign(
            indicator=line.indicator, rater=line.rater
        )
        for line, before, now in ladder_pairs(indicators)
        if before.name in table and now.name in table and not programme.design.sampling_weight
    ]
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=[*COLUMNS, "indicator", "rater"])
    )
