"""Were the groups alike before the programme?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.sample import sides
from manfaat.evaluation.weighted import Answers, answers, weights_of

COLUMNS = [
    "name",
    "arm",
    "n",
    "n_comparison",
    "mean",
    "mean_comparison",
    "smd",
    "variance_ratio",
    "few",
    "few_comparison",
]


def standardised_difference(participants: Answers, comparison: Answers) -> float:
    """Difference in means over the root of the average variance (Austin 2009); missing when nothing
    varies.
    """
    spread = np.sqrt((participants.variance + comparison.variance) / 2)
    return float((participants.mean - comparison.mean) / spread) if spread > 0 else np.nan


def variance_ratio(participants: Answers, comparison: Answers) -> float:
    """Variance among participants over that in the comparison group; missing where the latter has none."""
    return participants.variance / comparison.variance if comparison.variance > 0 else np.nan


def baseline(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Rows that describe units before the programme: all of them, or the first period of a panel or of
    repeated cross-sections.
    """
    design = programme.design
    period = design.panel.period if design.panel else design.wave
    return table if period is None else table[table[period] == table[period].min()]


def balance(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Compare the groups on every covariate, and on the indicators themselves as a panel first measured them.

    Returns
    -------
    One row a covariate and arm: ``name, arm, n, n_comparison`` (answers), ``mean, mean_comparison`` (own
    unit), ``smd`` (standardised difference), ``variance_ratio`` (first over second side), all but the counts
    by survey weight; ``few`` and ``few_comparison`` (a share that holds, or does not, for so few people that
    it may not be shown).
    """
    rows = []
    for contrast in programme.design.contrasts():
        rows += balance_of(baseline(table, programme), programme.of(contrast), indicators)
    return pd.DataFrame(rows, columns=COLUMNS)


def balance_of(before: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> list[list[object]]:
    """The rows of one contrast."""
    group, weights = sides(before, programme), weights_of(before, programme)
    panel_uses = ("covariate", "effect", "describe") if programme.design.panel else ("covariate",)
    rows: list[list[object]] = []
    for line in indicators:
        if line.use not in panel_uses:
            continue
        one, other = (answers(before.loc[group == role, line.name], weights) for role in (1, 0))
        measured = [
            line.name,
            programme.design.contrast.arm,
            one.n,
            other.n,
            one.mean,
            other.mean,
            standardised_difference(one, other),
            variance_ratio(one, other),
        ]
        rows.append([*measured, one.rests_on_few(), other.rests_on_few()])
    return rows
