"""Laws by which one column is drawn: numbers, codes, yes and no, groups, texts. Declared in
``simulation.yml``.

Every law is a record with a method ``draw`` that adds its column to a block of people. ``base`` and ``plus``
are a sum: a number, and terms with their numbers; a term is ``name``, ``name=code``, or several joined by
``*``.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from manfaat.definitions.records import Record
from manfaat.simulation.world import World, months_in

Terms = dict[str, float]


class Blank(Record):
    """Answers that are not given: a log-odds (``base, plus``) and the reason they carry."""

    base: float
    plus: Terms = {}
    reason: Literal["not_asked", "not_applicable", "dont_know", "refused"] = "refused"


class Step(Record):
    """What all laws have in common: the column, whom it concerns (an expression), and who does not answer."""

    name: str
    where: str = ""
    blank: Blank | None = None

    def names(self) -> list[str]:
        """The columns that this step draws."""
        return [self.name]

    def needs(self) -> list[str]:
        """The columns that this step looks at, beside those of its terms."""
        return []

    def terms(self) -> list[str]:
        """The terms of its sums."""
        return [*getattr(self, "plus", {}), *(self.blank.plus if self.blank else {})]

    def draw(self, world: World) -> None:
        """Add the column to a block of people."""
        raise TypeError(f"{type(self).__name__} does not say how it is drawn")


def coded(codes: list[str], places: np.ndarray) -> np.ndarray:
    """Return codes as numbers where all of them are, else as texts."""
    is_number = all(code.lstrip("-").isdigit() for code in codes)
    column: np.ndarray = np.array(codes, dtype="float64" if is_number else "U8")[places]
    return column


def limited(values: np.ndarray, low: float | None, high: float | None, to: float) -> np.ndarray:
    """Round numbers to multiples of ``to`` and keep them within limits."""
    rounded = np.round(values / to) * to + 0.0 if to else values  # + 0.0 turns −0 into 0
    return np.clip(rounded, low, high) if low is not None or high is not None else rounded


class Normal(Step):
    """A number: the sum plus a normal deviation of ``sd``, kept within ``low`` and ``high``, rounded to
    multiples of ``to``.
    """

    law: Literal["normal"]
    base: float = 0.0
    plus: Terms = {}
    sd: float = Field(default=1.0, ge=0)
    low: float | None = None
    high: float | None = None
    to: float = 0.0

    def draw(self, world: World) -> None:
        """Draw the deviations."""
        values = world.sum(self.base, self.plus)
        if self.sd:
            values = values + self.sd * world.stream(self.name).standard_normal(world.n)
        world.put(self.name, limited(values, self.low, self.high, self.to))


class Power(Step):
    """``(of − minus)`` to the power of ``exponent``, or ``exp`` of it when ``exponent`` is 0; kept within
    limits, rounded to multiples of ``to``.
    """

    law: Literal["power"]
    of: str
    minus: float = 0.0
    exponent: float
    low: float | None = None
    high: float | None = None
    to: float = 0.0

    def needs(self) -> list[str]:
        """Its column."""
        return [self.of]

    def draw(self, world: World) -> None:
        """Compute it; nothing is drawn."""
        values = world.column(self.of) - self.minus
        world.put(
            self.name,
            limited(
                np.exp(values) if self.exponent == 0 else values**self.exponent, self.low, self.high, self.to
            ),
        )


class Lookup(Step):
    """A number for each code of a column; of a day or month, for its year.

    Codes that are not named give ``other``; without ``other`` they are missing.
    """

    law: Literal["lookup"]
    of: str
    values: dict[str, float] = Field(min_length=1)
    other: float | None = None

    def needs(self) -> list[str]:
        """Its column."""
        return [self.of]

    def draw(self, world: World) -> None:
        """Look every value up; nothing is drawn."""
        column = world.column(self.of)
        if world.kinds[self.of] in ("day", "month"):
            column = np.floor(months_in(world, self.of) / 12)
        distinct, places = np.unique(column, return_inverse=True)
        texts = [
            value if column.dtype.kind == "U" else "" if np.isnan(value) else f"{value:.0f}"
            for value in distinct
        ]
        other = np.nan if self.other is None else self.other
        world.put(
            self.name,
            np.array([self.values.get(str(text), other if text else np.nan) for text in texts])[places],
        )


class Case(Record):
    """A code, or a column, for those for whom an expression holds."""

    when: str = ""
    code: str = ""
    of: str = ""


class Cases(Step):
    """The first of some cases that holds: a code, or the value of a column. The last one should have no
    ``when``.
    """

    law: Literal["cases"]
    cases: list[Case] = Field(min_length=1)
    kind: Literal["number", "code"] = "code"

    def needs(self) -> list[str]:
        """The columns of values and conditions."""
        from manfaat.definitions.expressions import parse_expression

        return [
            name
            for case in self.cases
            for name in ([case.of] if case.of else [])
            + (sorted(parse_expression(case.when).names()) if case.when else [])
        ]

    def draw(self, world: World) -> None:
        """Take the first case that holds; nothing is drawn."""
        from manfaat.simulation.conditions import holds

        values, is_open = np.full(world.n, np.nan), np.ones(world.n, dtype=bool)
        for case in self.cases:
            rows = is_open & holds(case.when, world)
            values = np.where(rows, world.column(case.of) if case.of else float(case.code), values)
            is_open &= ~rows
        world.put(self.name, values, self.kind)


class Choose(Step):
    """One of some codes with given weights; ``by`` names a column for whose codes the weights differ
    (``weights_by``).
    """

    law: Literal["choose"]
    weights: dict[str, float] = {}
    by: str = ""
    weights_by: dict[str, dict[str, float]] = {}

    def needs(self) -> list[str]:
        """The column that the weights depend on."""
        return [self.by] if self.by else []

    def draw(self, world: World) -> None:
        """Draw one code for everybody."""
        luck = world.stream(self.name).random(world.n)
        tables = self.weights_by if self.by else {"": self.weights}
        codes = list(dict.fromkeys(code for table in tables.values() for code in table))
        places = np.zeros(world.n, dtype="int64")
        for value, table in tables.items():
            shares = np.cumsum([table.get(code, 0.0) for code in codes])
            rows = world.factor(f"{self.by}={value}") == 1 if self.by else slice(None)
            places[rows] = np.searchsorted(shares / shares[-1], luck[rows], side="right").clip(
                max=len(codes) - 1
            )
        world.put(self.name, coded(codes, places), "code")


class Ordered(Step):
    """One of some ordered codes: the sum plus a normal deviation of ``sd``, cut at ``cuts``."""

    law: Literal["ordered"]
    base: float = 0.0
    plus: Terms = {}
    sd: float = Field(default=1.0, ge=0)
    cuts: list[float] = Field(min_length=1)
    codes: list[str] = Field(min_length=2)

    def draw(self, world: World) -> None:
        """Draw the deviations and cut them."""
        latent = world.sum(self.base, self.plus)
        if self.sd:
            latent = latent + self.sd * world.stream(self.name).standard_normal(world.n)
        world.put(self.name, coded(self.codes, np.searchsorted(self.cuts, latent)), "code")


class Logit(Step):
    """The first of two codes with log-odds of the sum, else the second."""

    law: Literal["logit"]
    base: float = 0.0
    plus: Terms = {}
    codes: list[str] = Field(default=["1", "0"], min_length=2, max_length=2)

    def draw(self, world: World) -> None:
        """Draw yes or no."""
        odds = 1 / (1 + np.exp(-world.sum(self.base, self.plus)))
        world.put(
            self.name,
            coded(self.codes, np.where(world.stream(self.name).random(world.n) < odds, 0, 1)),
            "code",
        )


class Count(Step):
    """A whole number around a mean of exp(sum), geometric when ``spread`` (many zeros, a long tail), else
    Poisson; at most ``high``.
    """

    law: Literal["count"]
    base: float
    plus: Terms = {}
    spread: bool = False
    high: int

    def draw(self, world: World) -> None:
        """Draw the counts: by one uniform number each (geometric), or by the Poisson distribution."""
        mean = np.exp(np.nan_to_num(world.sum(self.base, self.plus), nan=-30.0))
        stream = world.stream(self.name)
        values = (
            np.floor(np.log1p(-stream.random(world.n)) / np.log(mean / (1 + mean)))
            if self.spread
            else stream.poisson(mean).astype("float64")
        )
        world.put(self.name, np.minimum(values, self.high))


class Uniform(Step):
    """A whole number from ``low`` to ``high``, in steps of ``to``."""

    law: Literal["uniform"]
    low: int
    high: int
    to: int = 1

    def draw(self, world: World) -> None:
        """Draw the numbers."""
        places = world.stream(self.name).integers(0, (self.high - self.low) // self.to + 1, world.n)
        world.put(self.name, self.low + places.astype("float64") * self.to)


class Cluster(Step):
    """Groups of about ``size`` people (firms, raters): a number, and under ``effect`` a normal effect of
    standard deviation 1.

    Groups do not reach beyond a block of people.
    """

    law: Literal["cluster"]
    size: float = Field(gt=0)
    effect: str
    prefix: str

    def names(self) -> list[str]:
        """The number and the effect."""
        return [self.name, self.effect]

    def draw(self, world: World) -> None:
        """Draw the groups, then one effect each."""
        stream, groups = world.stream(self.name), max(1, round(world.n / self.size))
        places = stream.integers(0, groups, world.n)
        world.put(self.effect, stream.standard_normal(groups)[places])
        world.pools[self.name] = [
            f"{self.prefix}{world.block * 100_000 + number + 1:05d}" for number in range(groups)
        ]
        world.put(self.name, places, "text")


class Numbered(Step):
    """One of ``count`` labels (interviewers): ``prefix`` and a number."""

    law: Literal["numbered"]
    prefix: str
    count: int = Field(gt=0)

    def draw(self, world: World) -> None:
        """Draw the numbers."""
        world.pools[self.name] = [f"{self.prefix}{number + 1:02d}" for number in range(self.count)]
        world.put(self.name, world.stream(self.name).integers(0, self.count, world.n), "text")


class Texts(Step):
    """One of the texts that stand under the code of ``by`` (a job title of a level), or of all when there is
    no ``by``.
    """

    law: Literal["texts"]
    by: str = ""
    texts: dict[str, list[str]]

    def needs(self) -> list[str]:
        """The column that the texts depend on."""
        return [self.by] if self.by else []

    def draw(self, world: World) -> None:
        """Draw one text for everybody whose code has some."""
        luck = world.stream(self.name).random(world.n)
        pool: list[str] = []
        places = np.full(world.n, -1, dtype="int64")
        for code, texts in self.texts.items():
            rows = world.factor(f"{self.by}={code}") == 1 if self.by else np.ones(world.n, dtype=bool)
            places[rows] = len(pool) + (luck[rows] * len(texts)).astype("int64")
            pool += texts
        world.pools[self.name] = pool
        world.put(self.name, places, "text")


class Option(Record):
    """How likely one answer of several is."""

    base: float
    plus: Terms = {}


class Several(Step):
    """Several answers at once, each with log-odds of its own, and a normal deviation ``common`` that they
    share; ``none`` where none holds.
    """

    law: Literal["several"]
    options: dict[str, Option]
    common: str = ""
    none: str = ""

    def needs(self) -> list[str]:
        """The column that raises all answers alike."""
        return [self.common] if self.common else []

    def terms(self) -> list[str]:
        """The terms of all options."""
        return [*super().terms(), *(term for option in self.options.values() for term in option.plus)]

    def draw(self, world: World) -> None:
        """Draw every answer; they are kept as bits."""
        stream, bits = world.stream(self.name), np.zeros(world.n, dtype="int64")
        shared = world.column(self.common) if self.common else 0.0
        for place, option in enumerate(self.options.values()):
            odds = 1 / (1 + np.exp(-(world.sum(option.base, option.plus) + shared)))
            bits |= (stream.random(world.n) < odds).astype("int64") << place
        if self.none:
            bits = np.where(bits == 0, 1 << len(self.options), bits)
        world.pools[self.name] = [*self.options, *([self.none] if self.none else [])]
        world.put(self.name, bits, "multiple")


class Repeat(Step):
    """Another record of the same fact: equal, but wrong with the probability ``wrong`` (another of
    ``codes``).
    """

    law: Literal["repeat"]
    of: str
    wrong: float = Field(default=0.0, ge=0, le=1)
    codes: list[str] = []

    def needs(self) -> list[str]:
        """The fact."""
        return [self.of]

    def draw(self, world: World) -> None:
        """Copy, and put another code in a share of the rows."""
        values = world.column(self.of)
        if self.codes:
            stream = world.stream(self.name)
            other = coded(self.codes, stream.integers(0, len(self.codes), world.n))
            values = np.where(
                (stream.random(world.n) < self.wrong) & ~world.is_missing(self.of), other, values
            )
        if self.of in world.pools:
            world.pools[self.name] = world.pools[self.of]
        world.put(self.name, values, world.kinds[self.of])
