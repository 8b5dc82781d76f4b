"""Rows that stand for several equal units: each is written out as so many, so that every count, error and
figure is that of the units.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem, refuse
from manfaat.definitions.codebook import KEY
from manfaat.definitions.programme import Programme

# above it the column is hardly a frequency, but how many people of a population a row stands for
MOST_UNITS = 5_000_000


def written_out(built: pd.DataFrame, programme: Programme, file: str) -> pd.DataFrame:
    """The indicators with every row as often as its frequency says; keys of repeated rows get a number.

    Raises
    ------
    ProblemsError for a frequency that is no whole number of 0 or more, so many units that it must be a
    sampling weight, or a panel.
    """
    name = programme.design.frequency
    if name is None:
        return built
    counts = pd.to_numeric(built[name], errors="coerce")
    wrong = built.index[~(counts >= 0) | (counts % 1 != 0)]
    column, expected = (
        "design.weight",
        "'weight_kind: sampling', where it says how many people of the population a row stands for",
    )
    if programme.design.panel:
        refuse(
            [
                Problem(
                    file,
                    "a row of a panel cannot stand for several units",
                    column="design.weight_kind",
                    expected="sampling",
                )
            ]
        )
    if len(wrong):
        found = (
            f"'{name}' is declared a frequency, and is '{built[name][wrong[0]]}' for the key"
            f" {built[KEY][wrong[0]]}"
        )
        refuse(
            [
                Problem(
                    file, f"{found}; {len(wrong)} rows are no whole number", column=column, expected=expected
                )
            ]
        )
    if counts.sum() > MOST_UNITS:
        refuse(
            [
                Problem(
                    file,
                    f"'{name}' is declared a frequency, and adds up to {counts.sum():.0f} units",
                    column=column,
                    expected=expected,
                )
            ]
        )
    times = counts.to_numpy(dtype="int64")
    places = np.repeat(np.arange(len(built)), times)
    number = np.arange(len(places)) - np.repeat(np.cumsum(times) - times, times)
    long = built.iloc[places].reset_index(drop=True)
    return long.assign(
        **{
            KEY: (
                long[KEY]
                .astype("string")
                .where(number == 0, long[KEY].astype("string") + "#" + pd.Series(number + 1).astype("string"))
            )
        }
    )
