"""Price series: what turns the money of one year into the money of another."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from helpers.definitions import Record, read_rows
from helpers.problems import Problem, refuse


class Price(Record):
    """One line of a price series: the value of an index in one year, with its source."""

    series: str
    year: int
    value: float
    source: str


def read_series(path: Path, series: str, *, root: Path) -> pd.Series:
    """Return the index by year.

    Raises
    ------
    ProblemsError if the file is missing or unreadable, or does not hold the series.
    """
    lines, problems = read_rows(Price, path, root=root)
    refuse(problems)
    chosen = {line.year: line.value for _, line in lines if line.series == series}
    if not chosen:
        refuse([Problem(path.name, f"the series '{series}' is not in this file", column="series")])
    return pd.Series(chosen, name=series, dtype="float64").sort_index()


def deflate(amounts: pd.Series, years: pd.Series, index: pd.Series, base_year: int) -> pd.Series:
    """Express ``amounts`` of ``years`` at the prices of ``base_year``: amount × index(base) / index(year).

    Raises
    ------
    ProblemsError naming every year that the series does not have; a year is never filled in.
    """
    unknown = sorted({int(year) for year in [*years.dropna().unique(), base_year]} - {int(year) for year in index.index})
    if unknown:
        years_named = ", ".join(map(str, unknown))
        refuse(
            [
                Problem(
                    f"price series '{index.name}'",
                    f"it has no value for {years_named}",
                    expected="a line for every year, with its source, in the programme's price file",
                )
            ]
        )
    return amounts * index.loc[base_year] / years.map(index).astype("float64")
