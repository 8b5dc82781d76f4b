"""Laws of time: dates, months, interviews, and events that come by chance. Dates are days since 1970, months
since the year 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from manfaat.simulation.laws import Step, Terms
from manfaat.simulation.world import World, months_in


def day_of_month(months: np.ndarray) -> np.ndarray:
    """Days since 1970 of the first day of months since the year 0."""
    known = (
        (np.nan_to_num(months, nan=1970 * 12).astype("int64") - 1970 * 12)
        .astype("datetime64[M]")
        .astype("datetime64[D]")
        .astype("int64")
    )
    return np.where(np.isnan(months), np.nan, known.astype("float64"))


class DateIn(Step):
    """A day in one of the months ``first`` to ``last`` of the year that stands in ``year``."""

    law: Literal["date_in"]
    year: str
    first: int = Field(default=1, ge=1, le=12)
    last: int = Field(default=12, ge=1, le=12)

    def needs(self) -> list[str]:
        """The year."""
        return [self.year]

    def draw(self, world: World) -> None:
        """Draw month and day."""
        stream = world.stream(self.name)
        months = world.column(self.year) * 12 + stream.integers(self.first - 1, self.last, world.n)
        world.put(self.name, day_of_month(months) + stream.integers(0, 28, world.n), "day")


class Shift(Step):
    """A later (or earlier) day or month: that of ``of`` plus the sum and a normal deviation of ``sd``, in
    whole days or months.

    ``as_month`` turns a day into its month first.
    """

    law: Literal["shift"]
    of: str
    base: float = 0.0
    plus: Terms = {}
    sd: float = Field(default=0.0, ge=0)
    as_month: bool = False

    def needs(self) -> list[str]:
        """The earlier day."""
        return [self.of]

    def draw(self, world: World) -> None:
        """Draw the deviations."""
        start = months_in(world, self.of) if self.as_month else world.column(self.of)
        later = start + world.sum(self.base, self.plus)
        if self.sd:
            later = later + self.sd * world.stream(self.name).standard_normal(world.n)
        world.put(self.name, np.floor(later), "month" if self.as_month else world.kinds[self.of])


class Between(Step):
    """Months or years from one day or month to another."""

    law: Literal["between"]
    first: str
    last: str
    unit: Literal["months", "years"] = "years"

    def needs(self) -> list[str]:
        """Both ends."""
        return [self.first, self.last]

    def draw(self, world: World) -> None:
        """Compute it; nothing is drawn."""
        months = months_in(world, self.last) - months_in(world, self.first)
        world.put(self.name, months / 12 if self.unit == "years" else months)


class FirstKnown(Step):
    """The first of some columns that is known; days become months."""

    law: Literal["first_known"]
    of: list[str] = Field(min_length=2)

    def needs(self) -> list[str]:
        """All of them."""
        return list(self.of)

    def draw(self, world: World) -> None:
        """Take the first that is known."""
        values = months_in(world, self.of[0])
        for name in self.of[1:]:
            values = np.where(np.isnan(values), months_in(world, name), values)
        world.put(
            self.name,
            values,
            "month" if world.kinds[self.of[0]] in ("day", "month") else world.kinds[self.of[0]],
        )


class Recalled(Step):
    """A month as people remember it: some do not know it, January and years ending in 0 or 5 come up too
    often.

    ``unknown`` : share who cannot say. ``january`` : share whose month becomes January. ``round_year`` :
    share whose year becomes the nearest that ends in 0 or 5. ``towards`` : the share ``telescoping`` brings
    the month nearer to that column by ``months`` at most. Nothing is moved outside ``after`` and ``before``.
    This is what makes recall wrong: without it the month is right.
    """

    law: Literal["recalled"]
    of: str
    unknown: float = 0.0
    january: float = 0.0
    round_year: float = 0.0
    towards: str = ""
    telescoping: float = 0.0
    months: int = 12
    after: str = ""
    before: str = ""

    def needs(self) -> list[str]:
        """The true month and its limits."""
        return [name for name in (self.of, self.after, self.before, self.towards) if name]

    def draw(self, world: World) -> None:
        """Move and blank months; in the world without bias copy them."""
        truth = months_in(world, self.of)
        world.put(self.name, truth, "month")
        if not world.is_biased:
            return
        luck = world.stream(self.name).random((4, world.n))
        lowest = months_in(world, self.after) if self.after else np.full(world.n, -np.inf)
        highest = months_in(world, self.before) if self.before else np.full(world.n, np.inf)
        values = truth
        if self.towards:
            nearer = np.floor(
                truth + np.minimum(self.months, months_in(world, self.towards) - truth) * luck[0]
            )
            values = np.where(luck[1] < self.telescoping, nearer, values)
        year, month = values // 12, values % 12
        year = (
            np.where(luck[0] < self.round_year, np.floor(year / 5 + 0.5) * 5, year)
            if self.round_year
            else year
        )
        month = np.where(luck[2] < self.january, 0, month)
        moved = year * 12 + month
        values = np.where((moved >= lowest) & (moved <= highest), moved, values)
        world.put(self.name, values, "month")
        world.leave_out(self.name, (luck[3] < self.unknown) & ~np.isnan(truth), "dont_know")


class Clock(Step):
    """A moment: on the day ``of`` between the hours ``first`` and ``last``, or ``base`` plus a deviation of
    ``sd`` minutes after ``of``.
    """

    law: Literal["clock"]
    of: str
    first: float = 8.0
    last: float = 17.0
    base: float = 0.0
    sd: float = 0.0
    low: float = 1.0

    def needs(self) -> list[str]:
        """The day or the earlier moment."""
        return [self.of]

    def draw(self, world: World) -> None:
        """Draw minutes."""
        stream, start = world.stream(self.name), world.column(self.of)
        if world.kinds[self.of] == "minute":
            values = start + np.maximum(
                self.low, np.round(self.base + self.sd * stream.standard_normal(world.n))
            )
        else:
            values = start * 1440 + np.floor(stream.uniform(self.first * 60, self.last * 60, world.n))
        world.put(self.name, values, "minute")


class Hazard(Step):
    """Events that come by chance between ``start`` and ``end`` (days or months): how many, and under
    ``first`` when the first came.

    ``yearly`` is the chance of an event in a year, multiplied by exp(sum of ``plus``); at most ``most``
    events, and no more than the column ``room`` allows.
    """

    law: Literal["hazard"]
    start: str
    end: str
    yearly: float = Field(gt=0, lt=1)
    plus: Terms = {}
    most: int = Field(gt=0)
    room: str = ""
    first: str

    def names(self) -> list[str]:
        """The count and the month of the first."""
        return [self.name, self.first]

    def needs(self) -> list[str]:
        """Start, end and room."""
        return [name for name in (self.start, self.end, self.room) if name]

    def draw(self, world: World) -> None:
        """Draw the waiting times; they are exponential with the rate −ln(1 − chance) a year."""
        start, end = months_in(world, self.start), months_in(world, self.end)
        chance = np.clip(self.yearly * np.exp(world.sum(0.0, self.plus)), 0, 0.95)
        monthly = -np.log1p(-chance) / 12
        waits = world.stream(self.name).standard_exponential((self.most, world.n)) / monthly
        arrivals = np.cumsum(waits, axis=0)
        happened = (arrivals <= end - start).sum(axis=0).astype("float64")
        if self.room:
            happened = np.minimum(happened, world.column(self.room))
        known = ~(np.isnan(start) | np.isnan(end))
        world.put(self.name, np.where(known, happened, np.nan))
        world.put(
            self.first, np.where(known & (happened > 0), np.floor(start + arrivals[0]), np.nan), "month"
        )
