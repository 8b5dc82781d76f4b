"""A data frame as a table: which column, under which heading, how its values are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from manfaat.definitions.programme import Unit
from manfaat.report.blocks import Cell, Head, widest
from manfaat.report.exhibit import Exhibit
from manfaat.report.words import Language, Written


@dataclass(frozen=True)
class Column:
    """One column of a table: the data's column, its heading, and how a value is written (as it is by
    default).
    """

    name: str
    heading: str
    write: Callable[[object], str] | None = None

    def cell(self, value: object) -> Cell:
        """Write one value; a missing one is a dash."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return Cell("–")
        text = value if isinstance(value, Written) or not self.write else self.write(value)
        return Cell(str(text), text.value, text.decimals) if isinstance(text, Written) else Cell(str(text))


def cells_of(
    data: pd.DataFrame, columns: list[Column]
) -> tuple[tuple[Head, ...], tuple[tuple[Cell, ...], ...]]:
    """Return heads and rows of a table; columns with a ``write`` function are set to the right."""
    rows = tuple(
        tuple(column.cell(value) for column, value in zip(columns, values, strict=True))
        for values in data[[column.name for column in columns]].itertuples(index=False)
    )
    heads = tuple(
        Head(column.heading, True, widest(row[place] for row in rows))
        if column.write
        else Head(column.heading)
        for place, column in enumerate(columns)
    )
    return heads, rows


def table(
    id: str,
    title: str,
    caption: str,
    data: pd.DataFrame,
    columns: list[Column],
    *,
    whole: pd.DataFrame | None = None,
    is_grouped: bool = False,
) -> Exhibit:
    """Return a table exhibit; its data are the columns shown, unrounded, or ``whole`` where the page shows a
    shorter form of it.

    ``is_grouped`` : see ``blocks.Table``.
    """
    shown = data[[column.name for column in columns]] if whole is None else whole
    heads, rows = cells_of(data, columns)
    return Exhibit(id, title, caption, shown, heads=heads, rows=rows, is_grouped=is_grouped)


def levels(values: pd.Series, units: list[Unit | None], language: Language) -> pd.Series:
    """Write levels, each in its unit."""
    texts = [language.level(value, unit) for value, unit in zip(values, units, strict=True)]
    return pd.Series(texts, index=values.index, dtype=object)
