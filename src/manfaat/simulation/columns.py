"""Simulated columns as the texts and types that the rest of the house uses.

A column of texts is kept as places in a pool of distinct texts: a million answers are a million small numbers
and a few texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.world import World

if TYPE_CHECKING:
    import pandas as pd

BLANK = ""


@dataclass
class TextColumn:
    """Texts as places (``codes``, int32) in a ``pool`` of texts; the same text may stand in the pool
    twice.
    """

    codes: np.ndarray
    pool: list[str]

    def texts(self) -> np.ndarray:
        """All texts (n, object)."""
        texts: np.ndarray = np.array([*self.pool, BLANK], dtype=object)[self.codes]
        return texts

    def take(self, rows: np.ndarray) -> TextColumn:
        """The texts of some rows (places or a mask)."""
        return TextColumn(self.codes[rows], self.pool)

    def put(self, rows: np.ndarray, texts: list[str]) -> TextColumn:
        """Another column with other texts in some rows (places)."""
        if not len(rows):
            return self
        codes = self.codes.copy()
        codes[rows] = len(self.pool) + np.arange(len(rows), dtype="int32")
        return TextColumn(codes, [*self.pool, *texts])

    def put_one(self, rows: np.ndarray, text: str) -> TextColumn:
        """Another column with one other text in all of some rows (places)."""
        codes = self.codes.copy()
        codes[rows] = len(self.pool)
        return TextColumn(codes, [*self.pool, text])


def column_of(texts: list[str]) -> TextColumn:
    """A column of given texts."""
    pool = list(dict.fromkeys(texts))
    places = {text: place for place, text in enumerate(pool)}
    return TextColumn(np.array([places[text] for text in texts], dtype="int32"), pool)


def write_number(value: float) -> str:
    """Write a number in its shortest form."""
    return f"{value:.0f}" if float(value).is_integer() else repr(round(float(value), 10))


def write_days(values: np.ndarray) -> list[str]:
    """Write days since 1970 as ISO dates."""
    return list(np.datetime_as_string(values.astype("int64").astype("datetime64[D]")).tolist())


def write_months(values: np.ndarray) -> list[str]:
    """Write months since the year 0 as ``YYYY-MM``."""
    return list(np.datetime_as_string((values.astype("int64") - 1970 * 12).astype("datetime64[M]")).tolist())


def write_minutes(values: np.ndarray) -> list[str]:
    """Write minutes since 1970 as ISO dates and times with seconds."""
    return list(np.datetime_as_string((values.astype("int64") * 60).astype("datetime64[s]")).tolist())


def write_numbers(values: np.ndarray) -> list[str]:
    """Write numbers in their shortest form."""
    return [write_number(value) for value in values.tolist()]


WRITERS = {
    "number": write_numbers,
    "code": write_numbers,
    "day": write_days,
    "month": write_months,
    "minute": write_minutes,
}


def canonical_column(
    world: World, name: str, rows: np.ndarray, *, key_prefix: str = "", digits: int = 0
) -> TextColumn:
    """Write a simulated column as the shortest texts of its values; missing is the empty text."""
    import pandas as pd

    values, kind = world.values[name][rows], world.kinds[name]
    if kind == "text":
        pool = world.pools.get(name)
        if pool is None:
            return TextColumn(
                np.arange(len(values), dtype="int32"),
                [f"{key_prefix}{number + 1:0{digits}d}" for number in values],
            )
        return TextColumn(np.where(values < 0, len(pool), values).astype("int32"), [*pool, BLANK])
    codes, distinct = pd.factorize(values)
    if kind == "multiple":
        options = world.pools[name]
        pool = [
            (
                ""
                if bits < 0
                else " ".join(code for place, code in enumerate(options) if (int(bits) >> place) & 1)
            )
            for bits in distinct
        ]
    else:
        pool = [str(value) for value in distinct] if values.dtype.kind == "U" else WRITERS[kind](distinct)
    return TextColumn(np.where(codes < 0, len(pool), codes).astype("int32"), [*pool, BLANK])


def typed_frame(
    world: World, rows: np.ndarray, codebook: Codebook, table: str, key: str, keys: TextColumn
) -> pd.DataFrame:
    """Return simulated people as the cleaning stage would give them: ``_key`` and the table's variables,
    typed.
    """
    import pandas as pd

    columns: dict[str, object] = {"_key": keys.texts()}
    for variable in codebook.table(table):
        columns[variable.name] = typed_column(world, variable, rows, key, keys)
    return pd.DataFrame(columns)


def typed_column(world: World, variable: Variable, rows: np.ndarray, key: str, keys: TextColumn) -> object:
    """Return one variable with its type: whole numbers ``Int64``, other numbers ``float64``, everything else
    ``string``.
    """
    import pandas as pd

    n = len(keys.codes)
    if variable.kind in ("integer", "decimal", "money"):
        values = (
            world.values[variable.name][rows].astype("float64")
            if variable.name in world.values
            else np.full(n, np.nan)
        )
        return pd.array(np.round(values), dtype="Int64") if variable.kind == "integer" and n else values
    if variable.name == key:
        column = keys
    elif variable.name in world.values:
        column = canonical_column(world, variable.name, rows)
    else:
        return pd.array([None] * n, dtype="string")
    absent = (
        world.is_missing(variable.name)[rows]
        if variable.name in world.values and variable.name != key
        else np.zeros(n, dtype=bool)
    )
    texts = pd.array(column.pool, dtype="string").take(column.codes)
    texts[absent] = pd.NA
    return texts
