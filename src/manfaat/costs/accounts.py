"""Who paid how much: lines in one currency and at the prices of one year, in whole units, so that every total
closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from manfaat.base.disclosure import without_few
from manfaat.costs.reasons import CostReason
from manfaat.costs.sheet import ASIDE, Sheet, exact
from manfaat.definitions.declarations import CostSheet
from manfaat.definitions.prices import refuse_unknown_years

CONVENTIONS = ("year of payment", "average", "purchasing power")


@dataclass(frozen=True)
class Money:
    """What turns the amounts of a sheet into the accounts' currency at the prices of one year.

    ``series`` : every series by name. ``base_year`` : whose prices. ``convention`` : which exchange rate.
    """

    sheet: CostSheet
    series: Mapping[str, pd.Series]
    base_year: int
    convention: str = "year of payment"

    def __post_init__(self) -> None:
        if self.convention not in CONVENTIONS:
            raise ValueError(f"there is no rate by '{self.convention}': one of {', '.join(CONVENTIONS)}")
        if self.price_series:
            home = self.series[self.price_series]
            refuse_unknown_years(pd.Series(dtype="float64"), home, (self.base_year,))

    @property
    def price_series(self) -> str:
        """Name of the series of consumer prices where the accounts' currency is spent; "" where all money is
        of the base year.
        """
        return self.sheet.currencies[self.sheet.currency].prices or ""

    def value(self, name: str, year: int) -> Fraction:
        """One value of a series, exactly; a year that it lacks is refused."""
        if year not in self.series[name].index:
            refuse_unknown_years(pd.Series([year]), self.series[name])
        return exact(self.series[name][year])

    def has_year(self, currency: str, year: int) -> bool:
        """Whether prices and rates of a year are known."""
        money = self.sheet.currencies[currency]
        named = [name for name in (*money.times, *money.over, money.prices, self.price_series) if name]
        in_span = bool(self.price_series) or year == self.base_year
        return in_span and all(year in self.series[name].index for name in named)

    def market_rate(self, currency: str, year: int) -> Fraction:
        """How much of the accounts' currency one unit bought in a year."""
        money, rate = self.sheet.currencies[currency], Fraction(1)
        for name in money.times:
            rate *= self.value(name, year)
        for name in money.over:
            rate /= self.value(name, year)
        return rate

    def rate(self, currency: str, year: int, years: list[int]) -> Fraction:
        """The rate by the convention; ``years`` are those in which the sheet pays in this currency.

        By purchasing power: the market rate of the base year, moved by the two price levels since (relative
        purchasing power parity). In real terms that is the amount at the foreign prices of the base year, at
        the base year's rate.
        """
        if self.convention == "average":
            return sum((self.market_rate(currency, one) for one in years), Fraction(0)) / len(years)
        abroad, home = self.sheet.currencies[currency].prices, self.price_series
        if self.convention == "purchasing power" and abroad and home:
            moved = (
                self.value(home, year)
                / self.value(home, self.base_year)
                / (self.value(abroad, year) / self.value(abroad, self.base_year))
            )
            return self.market_rate(currency, self.base_year) * moved
        return self.market_rate(currency, year)

    def deflator(self, year: int) -> Fraction:
        """What an amount of a year is multiplied by to stand at the prices of the base year."""
        name = self.price_series
        if not name and year == self.base_year:
            return Fraction(1)
        return self.value(name, self.base_year) / self.value(name, year)


def typical_move(money: Money, currency: str) -> tuple[float, float, int, int]:
    """How far the market rate of a currency moved from one year to the next: median and largest change
    without sign, first and last year.

    Only years that follow one another are compared; a change is the ratio of the two rates, the larger over
    the smaller, minus 1.
    """
    named = [*money.sheet.currencies[currency].times, *money.sheet.currencies[currency].over]
    years = sorted(set.intersection(*[set(money.series[name].index) for name in named]))
    rates = pd.Series([float(money.market_rate(currency, year)) for year in years], index=years)
    pairs = [(rates[year] / rates[year + 1], year + 1) for year in years if year + 1 in rates.index]
    moved = [max(ratio, 1 / ratio) - 1 for ratio, _ in pairs]
    return (
        (float(np.median(moved)), max(moved), years[0], pairs[-1][1])
        if moved
        else (float("nan"), float("nan"), years[0], years[-1])
    )


def without_unknown_years(sheet: Sheet, money: Money) -> Sheet:
    """Set lines aside whose year has no price or no rate; a year is never filled in."""

    def have_year(part: pd.DataFrame) -> np.ndarray:
        found = [money.has_year(*line) for line in zip(part["currency"], part["year"], strict=True)]
        return np.array(found, dtype=np.bool_)

    known, priced = have_year(sheet.lines), have_year(sheet.alternatives)
    column = money.sheet.columns.year
    late = pd.concat([sheet.lines[~known], sheet.alternatives[~priced]])
    aside = pd.DataFrame(
        [
            {
                "line": line,
                "year": float(year),
                "column": column,
                "found": str(year),
                "reason": str(CostReason.YEAR_UNPRICED()),
            }
            for line, year in zip(late["line"], late["year"], strict=True)
        ],
        columns=ASIDE,
    )
    every = pd.concat([part for part in (sheet.aside, aside) if len(part)] or [aside], ignore_index=True)
    return Sheet(
        sheet.lines[known].reset_index(drop=True), every, sheet.alternatives[priced].reset_index(drop=True)
    )


def in_money(lines: pd.DataFrame, money: Money) -> pd.DataFrame:
    """Add ``rate``, ``nominal`` (whole units of the accounts' currency) and ``real`` (the same at the prices
    of the base year).

    Raises
    ------
    ProblemsError naming the series and every year that it does not have.
    """
    years = {currency: sorted(own["year"].unique().tolist()) for currency, own in lines.groupby("currency")}
    pairs = list(zip(lines["currency"], lines["year"], strict=True))
    found = {pair: money.rate(*pair, years[pair[0]]) for pair in dict.fromkeys(pairs)}
    rates = [found[pair] for pair in pairs]
    amounts: list[Fraction] = [paid * rate for paid, rate in zip(lines["paid"], rates, strict=True)]
    deflators = {year: money.deflator(year) for year in lines["year"].unique().tolist()}
    real = [amount * deflators[year] for amount, year in zip(amounts, lines["year"], strict=True)]
    whole = {"nominal": [round(amount) for amount in amounts], "real": [round(amount) for amount in real]}
    return lines.assign(
        rate=[float(rate) for rate in rates],
        **{name: pd.Series(values, dtype="int64", index=lines.index) for name, values in whole.items()},
    )


def totals(lines: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Whole sums by the given columns: ``nominal``, ``real`` and ``lines``."""
    grouped = lines.groupby(by, sort=True)
    return grouped.agg(nominal=("nominal", "sum"), real=("real", "sum"), lines=("line", "size")).reset_index()


def shares(amounts: Mapping[str, int]) -> dict[str, Fraction]:
    """Each part of a total as an exact fraction; they add up to exactly one.

    Raises
    ------
    ValueError when the total is zero: nothing can be shared out.
    """
    total = sum(int(amount) for amount in amounts.values())
    if total == 0:
        raise ValueError("the total is zero: it has no shares")
    return {name: Fraction(int(amount), total) for name, amount in amounts.items()}


def percentages(parts: Mapping[str, Fraction], decimals: int = 1) -> dict[str, float]:
    """Round shares to percentages that add up to exactly 100: what rounding down leaves goes to the largest
    remainders.
    """
    scale = 100 * 10**decimals
    floors = {name: int(part * scale) for name, part in parts.items()}
    left = scale - sum(floors.values())
    order = sorted(parts, key=lambda name: (floors[name] - parts[name] * scale, list(parts).index(name)))
    raised = {name: floors[name] + (place < left) for place, name in enumerate(order)}
    return {name: raised[name] / 10**decimals for name in parts}


def share_table(lines: pd.DataFrame, by: str = "payer") -> pd.DataFrame:
    """Shares of the cost by payer (or another column), in each year and pooled.

    Returns
    -------
    ``year`` (missing for the pooled row), ``by``, ``nominal, real, share, percent``. Pooled shares are of
    money at the prices of the base year, since nominal money of different years cannot be added; within a
    year both are the same up to rounding.
    """
    rows, names = [], sorted(lines[by].unique())
    for year, own in [*lines.groupby("year", sort=True), (None, lines)]:
        sums = {name: int(own.loc[own[by] == name, "real"].sum()) for name in names}
        nominal = {name: int(own.loc[own[by] == name, "nominal"].sum()) for name in names}
        if sum(sums.values()) == 0:
            continue
        parts = shares(sums)
        percent = percentages(parts)
        rows += [
            {
                "year": year,
                by: name,
                "nominal": nominal[name],
                "real": sums[name],
                "share": float(parts[name]),
                "percent": percent[name],
            }
            for name in names
        ]
    return pd.DataFrame(rows, columns=["year", by, "nominal", "real", "share", "percent"])


def years_of_few(lines: pd.DataFrame) -> set[int]:
    """Years whose money was for fewer trainees than may be told, or would tell of such a year by what all
    years add up to: what an employer or a trainee paid in it is one firm's, or one person's.
    """
    people = lines.groupby(["year", "cohort"])["covered"].max().groupby("year").sum()
    hidden = np.isnan(without_few(people.to_numpy(dtype="float64")))
    return {int(year) for year in people.index[hidden]}


def reconcile(sheet: Sheet, lines: pd.DataFrame, delivered: int) -> pd.DataFrame:
    """Hold lines against totals: ``entry, lines, nominal, real``.

    Raises
    ------
    ValueError when lines delivered are not placed plus set aside plus alternatives, or when a sum over
    payers, years or items is not that of the lines. A ledger that does not close stops the run.
    """
    rows: list[dict[str, Any]] = [
        {"entry": "delivered", "lines": delivered},
        {"entry": "set aside", "lines": len(sheet.aside)},
    ]
    rows += [{"entry": "equivalent programme", "lines": len(sheet.alternatives)}]
    whole = {"lines": len(lines), "nominal": int(lines["nominal"].sum()), "real": int(lines["real"].sum())}
    rows += [{"entry": "placed", **whole}]
    for by in ("payer", "year", "item"):
        found = totals(lines, [by])
        rows.append(
            {
                "entry": by,
                "lines": int(found["lines"].sum()),
                "nominal": int(found["nominal"].sum()),
                "real": int(found["real"].sum()),
            }
        )
    wrong = [row["entry"] for row in rows[4:] if {name: row[name] for name in whole} != whole]
    if delivered != len(lines) + len(sheet.aside) + len(sheet.alternatives) or wrong:
        raise ValueError("the accounts do not close: " + (", ".join(wrong) or "lines are lost"))
    return pd.DataFrame(rows, columns=["entry", "lines", "nominal", "real"]).astype(
        {"nominal": "Int64", "real": "Int64"}
    )


def by_convention(sheet: Sheet, money: Money, by: str = "party") -> pd.DataFrame:
    """Pooled shares under every choice of exchange rate: ``convention``, ``by``, ``real, share, percent``."""
    frames = []
    for name in CONVENTIONS:
        lines = in_money(sheet.lines, Money(money.sheet, money.series, money.base_year, name))
        pooled = share_table(lines, by)
        frames.append(pooled[pooled["year"].isna()].drop(columns=["year", "nominal"]).assign(convention=name))
    return pd.concat(frames, ignore_index=True)
