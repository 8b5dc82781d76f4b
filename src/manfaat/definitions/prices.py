"""Price series: what turns the money of one year into the money of another.

The house's own series stand in ``series``: ``about.csv`` says what each is, where it is from and what it
lacks, and one file a series holds its values. A programme may bring more, or its own under the same name, in
the file that it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from pydantic import Field

from manfaat.base.problems import Problem, nearest, refuse
from manfaat.definitions.records import Record, read_rows

HOUSE = Path(__file__).parent / "series"


class Price(Record):
    """One line of a price series: the value of an index in one year, with its source."""

    series: str
    """Name of the series."""
    year: int
    """Year of the value."""
    value: float
    """Value of the index in that year."""
    source: str
    """Where the value is from."""


class Value(Record):
    """One line of a series of the house: the value of one year."""

    year: int
    """Year of the value."""
    value: float
    """Value of that year."""


class About(Record):
    """What a series is, where it is from, under which licence, and what it lacks."""

    series: str
    """Name of the series."""
    unit: str
    """What the values are in."""
    label_en: str = Field(alias="label::English (en)", min_length=1)
    """What the series is called."""
    label_id: str = Field(alias="label::Bahasa Indonesia (id)", min_length=1)
    """What the series is called."""
    source: str = Field(min_length=1)
    """Where the values are from."""
    licence: str = Field(min_length=1)
    """Under which licence they may be used."""
    gaps_en: str = Field(alias="gaps::English (en)", default="")
    """Which years are missing, and why."""
    gaps_id: str = Field(alias="gaps::Bahasa Indonesia (id)", default="")
    """Which years are missing, and why."""

    def label(self, language: str) -> str:
        """What it is called."""
        return self.label_id if language == "id" else self.label_en

    def gaps(self, language: str) -> str:
        """What it lacks."""
        return self.gaps_id if language == "id" else self.gaps_en


def about_series() -> dict[str, About]:
    """Every series of the house, by name.

    Raises
    ------
    ProblemsError if the list cannot be read.
    """
    lines, problems = read_rows(About, HOUSE / "about.csv", root=HOUSE.parent)
    refuse(problems)
    return {line.series: line for _, line in lines}


def house_series() -> dict[str, pd.Series]:
    """Values of every series of the house, by name and year.

    Raises
    ------
    ProblemsError if a file is missing or unreadable, or a value is not positive or stands twice.
    """
    return {name: read_house(name) for name in about_series()}


def read_house(name: str) -> pd.Series:
    """Read one series of the house."""
    path = HOUSE / f"{name}.csv"
    lines, problems = read_rows(Value, path, root=HOUSE.parent)
    return by_year(((row, name, line.year, line.value) for row, line in lines), path.name, problems)[name]


def read_prices(path: Path, *, root: Path) -> dict[str, pd.Series]:
    """Return every series of a file: its name → its values by year.

    Raises
    ------
    ProblemsError if the file is missing or unreadable, if a value is not positive, or if a series has two
    values for one year.
    """
    lines, problems = read_rows(Price, path, root=root)
    return by_year(((row, line.series, line.year, line.value) for row, line in lines), path.name, problems)


def by_year(
    lines: Iterable[tuple[int, str, int, float]], file: str, problems: list[Problem]
) -> dict[str, pd.Series]:
    """Gather (row, series, year, value) by series; refuse values that are not positive and years that stand
    twice.
    """
    values: dict[str, dict[int, float]] = {}
    for row, series, year, value in lines:
        if value <= 0:
            problems.append(Problem(file, f"the value {value:g} is not positive", row=row, column="value"))
        if year in values.setdefault(series, {}):
            problems.append(
                Problem(file, f"the series '{series}' has two values for {year}", row=row, column="year")
            )
        values[series][year] = value
    refuse(problems)
    return {name: pd.Series(found, name=name, dtype="float64").sort_index() for name, found in values.items()}


def series_names(path: Path | None, *, root: Path) -> frozenset[str]:
    """Names of the house's series and of those of a programme's file, as far as it can be read (which is said
    where it is read).
    """
    own = read_rows(Price, path, root=root)[0] if path else []
    return frozenset(about_series()) | frozenset(line.series for _, line in own)


def read_all_series(path: Path | None, needed: str, *, root: Path) -> dict[str, pd.Series]:
    """Return every series that a programme can use, by name: the house's, and over them those of its own
    file, if it has one.

    Raises
    ------
    ProblemsError if the file is missing or unreadable, or if no series is called ``needed``.
    """
    found = house_series() | (read_prices(path, root=root) if path else {})
    if needed not in found:
        file = path.name if path else "programme.yml"
        refuse(
            [
                Problem(
                    file, f"there is no series '{needed}'", column="series", expected=nearest(needed, found)
                )
            ]
        )
    return found


def sources(path: Path | None, *, root: Path) -> dict[str, str]:
    """Where each series is from, by name."""
    own = {line.series: line.source for _, line in read_rows(Price, path, root=root)[0]} if path else {}
    return {name: about.source for name, about in about_series().items()} | own


def spans(years: Iterable[int]) -> str:
    """Write years with runs joined: ``2004 to 2006, 2010``."""
    runs: list[list[int]] = []
    for year in sorted({int(year) for year in years}):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in runs)


def refuse_unknown_years(years: pd.Series, index: pd.Series, also: tuple[int, ...] = ()) -> None:
    """Refuse years that a series does not have; a year is never filled in.

    Raises
    ------
    ProblemsError naming every such year.
    """
    unknown = sorted(
        {int(year) for year in [*years.dropna().unique(), *also]} - {int(year) for year in index.index}
    )
    if unknown:
        years_named = ", ".join(map(str, unknown))
        refuse(
            [
                Problem(
                    f"price series '{index.name}'",
                    f"it has no value for {years_named}; it has {spans(index.index)}",
                    expected=(
                        "a line for every year, with its source, in the series or in the programme's price"
                        " file"
                    ),
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
    return amounts * float(index.loc[base_year]) / years.map(index).astype("float64")


def relative_to(amounts: pd.Series, years: pd.Series, series: pd.Series) -> pd.Series:
    """Return ``amounts`` of ``years`` divided by the value of a series in the same year (a wage in minimum
    wages).

    Raises
    ------
    ProblemsError naming every year that the series does not have.
    """
    refuse_unknown_years(years, series)
    return amounts / years.map(series).astype("float64")


def rate(series: dict[str, pd.Series], times: list[str], over: list[str], years: pd.Series) -> pd.Series:
    """Product of the series ``times`` over that of the series ``over``, in each of ``years``: rupiah per yen
    from two dollar rates.

    Raises
    ------
    ProblemsError naming the series and every year that it does not have.
    """
    found = pd.Series(1.0, index=years.index)
    for names, sign in ((times, 1), (over, -1)):
        for name in names:
            refuse_unknown_years(years, series[name])
            found = found * years.map(series[name]).astype("float64") ** sign
    return found
