"""From which position to which? Counts and row shares of positions before and after, small cells
protected.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, without_few
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
    that no cell follows from the others.
    """
    frame = pd.DataFrame({"group": group, "before": before, "now": now}).dropna()
    positions = sorted(set(frame["before"]) | set(frame["now"]))
    rows = []
    for member, part in frame.groupby("group", sort=True):
        counts = pd.crosstab(part["before"], part["now"]).reindex(
            index=positions, columns=positions, fill_value=0
        )
        for position, line in counts.iterrows():
            shown = without_few(line.to_numpy(), smallest=smallest)
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
