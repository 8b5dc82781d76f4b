"""Were the groups alike before the programme?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.evaluation.sample import participation
from helpers.indicators import Indicator
from helpers.programme import Programme

COLUMNS = ["name", "n", "n_comparison", "mean", "mean_comparison", "smd", "variance_ratio"]


def standardised_difference(participants: pd.Series, comparison: pd.Series) -> float:
    """Difference in means over the root of the average variance (Austin 2009); missing when nothing varies."""
    spread = np.sqrt((participants.var() + comparison.var()) / 2)
    return float((participants.mean() - comparison.mean()) / spread) if spread > 0 else np.nan


def baseline(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Rows that describe units before the programme: all of them, or the first period of a panel or of repeated cross-sections."""
    design = programme.design
    period = design.panel.period if design.panel else design.wave
    return table if period is None else table[table[period] == table[period].min()]


def balance(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Compare the groups on every covariate, and on the indicators themselves as a panel first measured them.

    Returns
    -------
    One row a covariate: ``name, n, n_comparison`` (answers), ``mean, mean_comparison`` (own unit), ``smd``
    (standardised difference), ``variance_ratio`` (participants over comparison group).
    """
    before = baseline(table, programme)
    group = participation(before, programme)
    panel_uses = ("covariate", "effect", "describe") if programme.design.panel else ("covariate",)
    rows = []
    for line in indicators:
        if line.use not in panel_uses:
            continue
        one, other = before.loc[group == 1, line.name].dropna().astype("float64"), before.loc[group == 0, line.name].dropna().astype("float64")
        ratio = one.var() / other.var() if len(other) > 1 and other.var() > 0 else np.nan
        rows.append([line.name, len(one), len(other), one.mean(), other.mean(), standardised_difference(one, other), ratio])
    return pd.DataFrame(rows, columns=COLUMNS)
