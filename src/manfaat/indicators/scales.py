"""The items behind each scale score, as they were answered and as they enter the score."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.indicators.context import Context, input_names
from manfaat.indicators.items import asked_reversed, turned
from manfaat.indicators.values import numbers

SCORE = "mean_items"


@dataclass(frozen=True)
class Scale:
    """One declared mean of items, one row a row of the main table.

    ``items`` : after turning, as they enter the score; ``answers`` : as given on the form; ``is_reversed`` :
    1 where the form words the item the other way round, 0 where it does not, missing where the version is not
    known. ``low, high`` : ends of the items' common answer list, missing where they have none;
    ``answer_list`` : its name. ``answer_list`` : the list's name.
    """

    line: Indicator
    items: pd.DataFrame
    answers: pd.DataFrame
    is_reversed: pd.DataFrame
    low: float
    high: float
    answer_list: str

    @property
    def places(self) -> list[str]:
        """Names of the items without what tells then from now, so that the same item has the same name at
        both times.
        """
        suffix = self.line.options.get("suffix", "")
        return [str(name).removesuffix(suffix) for name in self.items]


def scales_of(
    table: pd.DataFrame, built: pd.DataFrame, lines: list[Indicator], context: Context, main_table: str
) -> list[Scale]:
    """Gather the items of every declared mean of items, in the order declared.

    Parameters
    ----------
    table : the main table joined with the linked ones. built : the indicators of the same rows, some of which
    may be items.
    """
    return [scale_of(table, built, line, context, main_table) for line in lines if line.recipe == SCORE]


def scale_of(
    table: pd.DataFrame, built: pd.DataFrame, line: Indicator, context: Context, main_table: str
) -> Scale:
    """Gather the items of one score; an item is found where ``build_indicators`` finds it."""
    names = input_names(line.inputs, line.options, context.items, main_table)
    columns = {
        name: (built[name] if name in built and name != line.name else table[name]).rename(name)
        for name in names
    }
    lists = {
        (item.list_name, item.codes) if (item := context.items.get(name)) else ("", ()) for name in names
    }
    answer_list, codes = lists.pop() if len(lists) == 1 else ("", ())
    return Scale(
        line,
        pd.DataFrame({name: turned(column, context) for name, column in columns.items()}, index=table.index),
        pd.DataFrame({name: numbers(column) for name, column in columns.items()}, index=table.index),
        pd.DataFrame(
            {name: asked_reversed(column, context) for name, column in columns.items()}, index=table.index
        ),
        min(map(float, codes), default=float("nan")),
        max(map(float, codes), default=float("nan")),
        answer_list,
    )
