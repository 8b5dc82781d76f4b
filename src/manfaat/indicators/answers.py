"""Constructs that look at answers of a list: is it one of these, is it above that, how many, the same, which
step.
"""

from __future__ import annotations

import pandas as pd

from manfaat.indicators.context import Context
from manfaat.indicators.values import codes_of, each_text, numbers, positions, truth


def is_in(values: pd.Series, options: dict[str, str]) -> pd.Series:
    """1 where an answer is one of ``values`` (codes separated by spaces), 0 where it is another, missing
    where it is missing.
    """
    codes = codes_of(values)
    return truth(codes.isin(options["values"].split()), codes.notna())


def build_in_set(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the answer is one of ``values``, else 0: employment, horizontal and vertical match."""
    return is_in(inputs[0], options)


def build_code_above(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the answer stands after ``code`` in its list (or, for a number, is greater), else 0."""
    order = context.items[str(inputs[0].name)].codes if str(inputs[0].name) in context.items else ()
    if order:
        place = positions(inputs[0], order)
        return truth(place > order.index(options["code"]), place.notna())
    value = numbers(inputs[0])
    return truth(value > float(options["code"]), value.notna())


def build_map_codes(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """A number for each code (``code=number``); a code that is not named gives missing."""
    known = {code: float(number) for code, number in options.items()}
    return each_text(codes_of(inputs[0]), lambda text: known.get(text, float("nan")))


def build_same(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where two answers are the same code, else 0; missing where one is missing."""
    first, second = codes_of(inputs[0]), codes_of(inputs[1])
    return truth(first == second, first.notna() & second.notna())


def hits(inputs: list[pd.Series], options: dict[str, str]) -> pd.DataFrame:
    """1, 0 or missing for each input: whether its answer is one of ``values``."""
    return pd.DataFrame({place: is_in(column, options) for place, column in enumerate(inputs)})


def enough(found: pd.DataFrame, options: dict[str, str]) -> pd.Series:
    """Whether at least ``minimum`` of the inputs (all, when it is not given) were answered."""
    return found.notna().sum(axis=1) >= int(options.get("minimum", found.shape[1]))


def build_count(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """How many inputs have one of ``values`` as answer; missing unless all, or at least ``minimum``, were
    answered. Example: inputs can_read can_write, arguments values=1
    """
    found = hits(inputs, options)
    return found.sum(axis=1).where(enough(found, options))


def build_share(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Share of the answered inputs with one of ``values``; missing unless all, or at least ``minimum``, were
    answered.
    """
    found = hits(inputs, options)
    return found.mean(axis=1).where(enough(found, options))


def build_any(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where an input has one of ``values``, 0 where all were answered and none has, else missing. Example:
    inputs ill_adult ill_child, arguments values=1
    """
    found = hits(inputs, options)
    return found.max(axis=1).where((found == 1).any(axis=1) | found.notna().all(axis=1))


def build_steps(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Steps on a ladder: the place of the first answer in its list minus that of the second; a fall is
    negative.
    """
    places = []
    for column in inputs:
        item = context.items.get(str(column.name))
        places.append(positions(column, item.codes) if item and item.codes else numbers(column))
    return places[0] - places[1]
