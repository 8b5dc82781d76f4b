"""One block of simulated people: their columns, their random streams, and the two switches that make a truth
known.

``is_treated`` off gives the same people, with the same luck, without the programme; ``is_biased`` off gives
the same answers without what makes a questionnaire lie (response shift, acquiescence, recall, rounding).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

TREATED = "treated"
REASONS = {"not_asked": 6, "not_applicable": 7, "dont_know": 8, "refused": 9}


@dataclass
class World:
    """A block of ``n`` people.

    ``values`` : columns by name (float64; texts for answers whose codes are no numbers), missing is NaN or
    the empty text.
    ``kinds`` : number, code, day (since 1970), month (since the year 0), minute (since 1970), multiple (bits)
    or text (places in a pool).
    ``pools`` : the texts of a column of kind text, the codes of one of kind multiple. ``reasons`` : why a
    value is missing, 0 for no reason.
    ``series`` : price series by name. ``seed, block`` : every column draws from a stream of its own, named by
    seed, block and column.
    """

    n: int
    seed: int
    block: int
    series: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    is_treated: bool = True
    is_biased: bool = True
    values: dict[str, np.ndarray] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, np.ndarray] = field(default_factory=dict)

    def stream(self, name: str, attempt: int = 0) -> np.random.Generator:
        """Random numbers of one column; the same whatever the other columns do."""
        return np.random.default_rng([self.seed, self.block, zlib.crc32(name.encode()), attempt])

    def put(self, name: str, values: np.ndarray, kind: str = "number") -> None:
        """Add a column."""
        self.values[name], self.kinds[name] = values, kind

    def column(self, name: str) -> np.ndarray:
        """A column; ``treated`` is 0 for everybody in the world without the programme.

        Raises
        ------
        KeyError naming a column that no earlier step has drawn.
        """
        if name not in self.values:
            raise KeyError(f"'{name}' is not drawn by an earlier step")
        values = self.values[name]
        return np.zeros(self.n) if name == TREATED and not self.is_treated else values

    def factor(self, term: str) -> np.ndarray:
        """One term of a sum: ``name``, ``name=code`` (1 or 0), or several of them joined by ``*``."""
        product = np.ones(self.n)
        for part in term.split("*"):
            name, is_code, code = part.strip().partition("=")
            values = self.column(name)
            if is_code:
                values = (values == (code if values.dtype.kind == "U" else float(code))).astype("float64")
            product = product * values
        return product

    def sum(self, base: float, plus: Mapping[str, float]) -> np.ndarray:
        """``base`` plus each term times its number."""
        total = np.full(self.n, float(base))
        for term, number in plus.items():
            total += number * self.factor(term)
        return total

    def take(self, rows: np.ndarray) -> World:
        """The same columns of some of the people (a mask or places)."""
        size = int(rows.sum()) if rows.dtype == bool else len(rows)
        columns = {name: values[rows] for name, values in self.values.items()}
        reasons = {name: values[rows] for name, values in self.reasons.items()}
        return World(
            size,
            self.seed,
            self.block,
            self.series,
            self.is_treated,
            self.is_biased,
            columns,
            dict(self.kinds),
            dict(self.pools),
            reasons,
        )

    def leave_out(self, name: str, rows: np.ndarray, reason: str, *, outright: bool = False) -> None:
        """Make values missing for a reason; an earlier reason stays, unless the question is left out
        ``outright``.
        """
        if not rows.any():
            return
        values = self.values[name]
        empty = "" if values.dtype.kind == "U" else -1 if values.dtype.kind in "iu" else np.nan
        self.values[name] = np.where(rows, empty, values)
        told = self.reasons.get(name, np.zeros(self.n, dtype="uint8"))
        self.reasons[name] = np.where(rows & (outright | (told == 0)), REASONS[reason], told).astype("uint8")

    def is_missing(self, name: str) -> np.ndarray:
        """Where a column has no value."""
        values = self.values[name]
        if values.dtype.kind == "U":
            blank: np.ndarray = values == ""
            return blank
        return values < 0 if values.dtype.kind in "iu" else np.isnan(values)


def month_of_day(days: np.ndarray) -> np.ndarray:
    """Months since the year 0 of days since 1970; missing stays missing."""
    known = (
        np.nan_to_num(days).astype("int64").astype("datetime64[D]").astype("datetime64[M]").astype("int64")
        + 1970 * 12
    )
    return np.where(np.isnan(days), np.nan, known.astype("float64"))


def months_in(world: World, name: str) -> np.ndarray:
    """A column of days or months as months."""
    values = world.column(name)
    return month_of_day(values) if world.kinds[name] == "day" else values
