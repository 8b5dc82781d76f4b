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


def read_prices(path: Path, *, root: Path) -> dict[str, pd.Series]:
    """Return every series of a file: its name → its values by year.

    Raises
    ------
    ProblemsError if the file is missing or unreadable, if a value is not positive, or if a series has two values for one year.
    """
    lines, problems = read_rows(Price, path, root=root)
    values: dict[str, dict[int, float]] = {}
    for row, line in lines:
        if line.value <= 0:
            problems.append(Problem(path.name, f"the value {line.value:g} is not positive", row=row, column="value"))
        if line.year in values.setdefault(line.series, {}):
            problems.append(Problem(path.name, f"the series '{line.series}' has two values for {line.year}", row=row, column="year"))
        values[line.series][line.year] = line.value
    refuse(problems)
    return {name: pd.Series(found, name=name, dtype="float64").sort_index() for name, found in values.items()}


def series_names(path: Path, *, root: Path) -> frozenset[str]:
    """Names of the series of a file; none when it cannot be read (which is said where the series is read)."""
    return frozenset(line.series for _, line in read_rows(Price, path, root=root)[0])


def read_all_series(path: Path, needed: str, *, root: Path) -> dict[str, pd.Series]:
    """Return every series of a file, by name.

    Raises
    ------
    ProblemsError if the file is missing or unreadable, or does not hold the series ``needed``.
    """
    found = read_prices(path, root=root)
    if needed not in found:
        refuse([Problem(path.name, f"the series '{needed}' is not in this file", column="series")])
    return found


def refuse_unknown_years(years: pd.Series, index: pd.Series, also: tuple[int, ...] = ()) -> None:
    """Refuse years that a series does not have; a year is never filled in.

    Raises
    ------
    ProblemsError naming every such year.
    """
    unknown = sorted({int(year) for year in [*years.dropna().unique(), *also]} - {int(year) for year in index.index})
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


def deflate(amounts: pd.Series, years: pd.Series, index: pd.Series, base_year: int) -> pd.Series:
    """Express ``amounts`` of ``years`` at the prices of ``base_year``: amount × index(base) / index(year).

    Raises
    ------
    ProblemsError naming every year that the series does not have; a year is never filled in.
    """
    refuse_unknown_years(years, index, (base_year,))
    return amounts * index.loc[base_year] / years.map(index).astype("float64")


def relative_to(amounts: pd.Series, years: pd.Series, series: pd.Series) -> pd.Series:
    """Return ``amounts`` of ``years`` divided by the value of a series in the same year (a wage in minimum wages).

    Raises
    ------
    ProblemsError naming every year that the series does not have.
    """
    refuse_unknown_years(years, series)
    return amounts / years.map(series).astype("float64")
