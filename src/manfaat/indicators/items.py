"""Scale scores: the mean of items, with items that a form version words the other way round turned back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.indicators.context import Context
from manfaat.indicators.values import codes_of, frame_of, numbers, truth


def asked_reversed(column: pd.Series, context: Context) -> pd.Series:
    """Say in which rows an item was worded the other way round: 1 or 0, missing where the form version is not
    known.
    """
    item = context.items.get(str(column.name))
    if item is None or not item.reversed_in:
        return pd.Series(0.0, index=column.index)
    versions = context.versions.get(item.table)
    if versions is None:
        return pd.Series(np.nan, index=column.index)
    form = codes_of(versions)
    return truth(form.isin(item.reversed_in), form.notna())


def turned(column: pd.Series, context: Context) -> pd.Series:
    """Return an item's ratings, reversed (lowest + highest − rating) in the rows of the form versions that
    reverse it.

    A rating whose form version is not known is missing: nobody can say which way round it was meant.
    """
    item = context.items.get(str(column.name))
    ratings = numbers(column)
    if item is None or not item.reversed_in:
        return ratings
    codes = [float(code) for code in item.codes]
    turn = asked_reversed(column, context)
    return ratings.mask(turn == 1, min(codes) + max(codes) - ratings).where(turn.notna())


def build_mean_items(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Mean of the answered items where at least ``minimum`` were answered, on the items' own scale.

    The items are the inputs, or those of ``scale`` whose names end in ``suffix`` (of ``table``, the main one
    unless named).
    """
    values = frame_of([turned(column, context) for column in inputs])
    return values.mean(axis=1).where(values.notna().sum(axis=1) >= int(options["minimum"]))
