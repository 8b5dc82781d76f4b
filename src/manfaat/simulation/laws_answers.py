"""Laws of answers: money as people state it, and ratings on a scale by several raters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import Field

from manfaat.definitions.records import Record
from manfaat.simulation.laws import Step, Terms
from manfaat.simulation.world import World, months_in

ROUND = np.array([digit * 10.0**power for power in range(2, 9) for digit in (1, 2, 5)])


class Heaps(Record):
    """Round amounts that people name: multiples of ``units`` with given ``shares`` (the rest to ``finest``).

    The units hold at the prices of ``year`` and later; before, they shrink with the price level to the
    nearest of 1, 2 or 5 times a power of ten. Amounts under two units use the next finer one.
    """

    units: list[float]
    shares: list[float]
    finest: float = 1000.0
    year: int


class Money(Step):
    """Money of a date: exp(sum plus a normal deviation of ``sd``) at the prices of the base year, turned into
    that year's money.

    ``at`` names the day or month; ``series`` the price index. ``recall`` is the standard deviation of the
    error that memory adds to the logarithm, ``heaps`` the rounding; both are left out in the world without
    bias. ``zero`` is the log-odds of nothing.
    """

    law: Literal["money"]
    base: float = 0.0
    plus: Terms = {}
    sd: float = Field(default=0.0, ge=0)
    at: str = ""
    series: str = ""
    base_year: int = 0
    recall: float = Field(default=0.0, ge=0)
    heaps: Heaps | None = None
    to: float = 1.0
    zero: float | None = None

    def needs(self) -> list[str]:
        """The date."""
        return [self.at] if self.at else []

    def draw(self, world: World) -> None:
        """Draw, inflate, misremember, round."""
        stream = world.stream(self.name)
        noise = stream.standard_normal((2, world.n))
        logs = world.sum(self.base, self.plus) + self.sd * noise[0]
        years, level = self.level(world)
        logs = logs + np.log(level) + (self.recall * noise[1] if world.is_biased else 0.0)
        amounts = np.exp(logs)
        luck = stream.random((2, world.n))
        if self.heaps and world.is_biased:
            amounts = heaped(amounts, luck[0], years, self.heaps, world.series.get(self.series, {}))
        elif self.to:
            amounts = np.round(amounts / self.to) * self.to
        if self.zero is not None:
            amounts = np.where(luck[1] < 1 / (1 + np.exp(-self.zero)), 0.0, amounts)
        world.put(self.name, amounts)

    def level(self, world: World) -> tuple[np.ndarray, np.ndarray]:
        """Year of each amount, and the price level of that year relative to the base year (1 without a
        series).
        """
        if not self.at:
            return np.full(world.n, float(self.base_year)), np.ones(world.n)
        years = np.floor(months_in(world, self.at) / 12)
        return years, (
            by_year(years, world.series[self.series]) / world.series[self.series][self.base_year]
            if self.series
            else np.ones(world.n)
        )


def by_year(years: np.ndarray, series: Mapping[int, float]) -> np.ndarray:
    """The value of a series in each year; missing where the year is.

    Raises
    ------
    KeyError naming the first year that the series does not have.
    """
    found = np.full(len(years), np.nan)
    for year in np.unique(years[~np.isnan(years)]):
        if int(year) not in series:
            raise KeyError(f"the price series has no value for {int(year)}")
        found[years == year] = series[int(year)]
    return found


def heaped(
    amounts: np.ndarray, luck: np.ndarray, years: np.ndarray, heaps: Heaps, series: Mapping[int, float]
) -> np.ndarray:
    """Round each amount to a multiple of a unit drawn by its share, in the price level of its year."""
    choice = np.searchsorted(np.cumsum(heaps.shares), luck, side="right")
    result = np.round(amounts / heaps.finest) * heaps.finest
    distinct, places = np.unique(np.nan_to_num(years), return_inverse=True)
    level = np.array(
        [min(1.0, series.get(int(year), np.inf) / series[heaps.year]) if series else 1.0 for year in distinct]
    )
    for place, unit in reversed(list(enumerate(heaps.units))):
        nearest = ROUND[np.abs(np.log(ROUND[None, :] / (unit * level)[:, None])).argmin(axis=1)]
        wanted = np.where(level >= 1, unit, nearest)[places]
        fits = (choice <= place) & (amounts >= 1.5 * wanted)
        result = np.where(fits, np.round(amounts / wanted) * wanted, result)
    return result


def cut_at(cuts: list[float], values: np.ndarray) -> np.ndarray:
    """How many cuts each value is above: as ``searchsorted``, which is slower where the cuts are few."""
    places = np.zeros(len(values), dtype="int8")
    for cut in cuts:
        places += values > cut
    return places


class Ratings(Step):
    """A battery of ratings by one rater at one time, of one thing (``truth``), cut into the codes 1, 2, 3 …
    at ``cuts``.

    What the rater sees is ``agreement`` × truth plus √(1 − agreement²) × what the rater brings along, of
    which the columns of ``style`` hold the given shares of the variance (the rest is new each time). An item
    is √``common`` × that plus √(1 − common) × its own deviation. Two things make ratings wrong and are left
    out in the world without bias: ``shift`` (a sum: response shift) and ``acquiescence`` (a column added to
    every item). ``turned`` : item → column and code in whose rows it is worded the other way round, so that
    the answer is turned as well. ``skip`` is the share of items not answered.
    """

    law: Literal["ratings"]
    items: list[str] = Field(min_length=1)
    truth: Terms
    agreement: float = Field(gt=0, le=1)
    style: dict[str, float] = {}
    common: float = Field(gt=0, le=1)
    shift: Terms = {}
    acquiescence: str = ""
    cuts: list[float] = Field(min_length=1)
    turned: dict[str, str] = {}
    skip: float = Field(default=0.0, ge=0, lt=1)

    def names(self) -> list[str]:
        """The items."""
        return list(self.items)

    def needs(self) -> list[str]:
        """What the rater brings along."""
        return [*self.style, *([self.acquiescence] if self.acquiescence else [])]

    def terms(self) -> list[str]:
        """The terms of truth, shift and turning."""
        return [*super().terms(), *self.truth, *self.shift, *self.turned.values()]

    def draw(self, world: World) -> None:
        """Draw what the rater sees, then every item."""
        stream = world.stream(self.name)
        brought = np.sqrt(max(0.0, 1 - sum(self.style.values()))) * stream.standard_normal(world.n)
        for name, share in self.style.items():
            brought = brought + np.sqrt(share) * world.column(name)
        seen = self.agreement * world.sum(0.0, self.truth) + np.sqrt(1 - self.agreement**2) * brought
        added = world.column(self.acquiescence) if self.acquiescence and world.is_biased else 0.0
        if self.shift and world.is_biased:
            seen = seen + world.sum(0.0, self.shift)
        own = np.sqrt(1 - self.common) * stream.standard_normal((len(self.items), world.n), dtype="float32")
        for name, deviation in zip(self.items, own, strict=True):
            rating = 1.0 + cut_at(self.cuts, np.sqrt(self.common) * seen + added + deviation)
            if name in self.turned:
                rating = np.where(world.factor(self.turned[name]) == 1, len(self.cuts) + 2 - rating, rating)
            world.put(name, np.where(np.isnan(seen), np.nan, rating), "code")
            if self.skip and world.is_biased:
                world.leave_out(name, stream.random(world.n, dtype="float32") < self.skip, "dont_know")
