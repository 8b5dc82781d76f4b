"""A data frame as a table: which column, under which heading, how its values are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from manfaat.base.disclosure import blanked, is_few
from manfaat.definitions.programme import Unit
from manfaat.report.blocks import Cell, Head, Layer, widest
from manfaat.report.cost_words import amount_text, millions
from manfaat.report.counts import shown_count
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.words import Language, Written, sentence_case

PEOPLE = "count of people"  # a way of writing: what is few is said to be few, and not how few
Write = Callable[[Any], str]
WAYS: Mapping[str, Callable[[Reader], Write]] = {  # how the values of a declared column are written
    "right": lambda reader: str,
    "or none": lambda reader: lambda text: text or reader.say("none"),
    "year": lambda reader: lambda year: f"{year:.0f}",
    "count": lambda reader: partial(reader.number, decimals=0),
    PEOPLE: lambda reader: partial(shown_count, language=reader),
    "one decimal": lambda reader: partial(reader.number, decimals=1),
    "number": lambda reader: reader.number,
    "three decimals": lambda reader: partial(reader.number, decimals=3),
    "percent": lambda reader: partial(reader.percent, decimals=1),
    "whole percent": lambda reader: reader.percent,
    "money": lambda reader: partial(amount_text, reader=reader),
    "millions": lambda reader: partial(millions, reader=reader),
    "p value": lambda reader: reader.p_value,
}


@dataclass(frozen=True)
class Column:
    """One column of a table: the data's column, its heading, and how a value is written (as it is by
    default); a column with a way of writing is set to the right.
    """

    name: str
    heading: str
    write: Write | None = None

    def cell(self, value: object) -> Cell:
        """Write one value; a missing one is a dash."""
        if value is None or value is pd.NA or value != value:
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
) -> Exhibit:
    """Return a table exhibit; its data are the columns shown, unrounded, or ``whole`` where the page shows a
    shorter form of it.
    """
    shown = data[[column.name for column in columns]] if whole is None else whole
    heads, rows = cells_of(data, columns)
    return Exhibit(id, title, caption, shown, heads=heads, rows=rows)


def without_small(data: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The data of a table without the counts that the page says to be few."""
    counts = [name for name in names if name in data and pd.api.types.is_numeric_dtype(data[name])]
    return data.assign(**{name: blanked(data[name], is_few(data[name])) for name in counts})


@dataclass(frozen=True)
class Layout:
    """A table as it is declared: its title, its caption, and of each column the data's name, the heading and
    the way of writing (see ``WAYS``; "" as it is).

    Title, caption and headings are messages; their ``{names}`` are filled in where the table is made, and
    those of a way that depends on the study.
    """

    id: str
    title: str
    columns: Sequence[tuple[str, str] | tuple[str, str, str]]
    caption: str = ""
    is_grouped: bool = False  # see blocks.Table
    layer: Layer = "report"

    def exhibit(
        self,
        reader: Reader,
        data: pd.DataFrame | Sequence[Mapping[str, object]],
        *notes: str,
        more: Sequence[Column] = (),
        whole: pd.DataFrame | None = None,
        **values: object,
    ) -> Exhibit:
        """Return the table of some data, or of rows of what is written, for a reader.

        ``notes`` stand after the caption. ``more`` columns follow the declared ones, of which those that the
        data lack are left out. ``whole`` : see ``table``.
        """
        if not isinstance(data, pd.DataFrame):
            data = pd.DataFrame(data, columns=[name for name, *_ in self.columns], dtype=object)
        columns = [
            Column(
                name,
                reader.say(heading, **values),
                WAYS[way[0].format(**values)](reader) if way else None,
            )
            for name, heading, *way in self.columns
            if name in data
        ]
        caption = " ".join(filter(None, [self.caption and reader.say(self.caption, **values), *notes]))
        title = reader.say(self.title, **values)
        made = table(self.id, title, caption, data, [*columns, *more], whole=whole)
        people = [name for name, _, *way in self.columns if way and way[0].format(**values) == PEOPLE]
        made = replace(made, data=without_small(made.data, people))
        return replace(made, is_grouped=self.is_grouped, layer=self.layer)


@dataclass(frozen=True)
class Notes:
    """What is said of several rows of a table: once, below it, each by its number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def mark(self, text: str) -> str:
        """The number of a note, to stand behind the name of a row; nothing without a note."""
        return f" [{self.numbers.setdefault(text, len(self.numbers) + 1)}]" if text else ""

    def told(self, among: Iterable[str] | None = None) -> str:
        """The notes with their numbers, all or only those ``among`` some."""
        wanted = self.numbers.keys() if among is None else set(among)
        return " ".join(
            f"[{number}] {sentence_case(note)}." for note, number in self.numbers.items() if note in wanted
        )


def levels(values: pd.Series, units: list[Unit | None], language: Language) -> pd.Series:
    """Write levels, each in its unit."""
    texts = [language.level(value, unit) for value, unit in zip(values, units, strict=True)]
    return pd.Series(texts, index=values.index, dtype=object)
