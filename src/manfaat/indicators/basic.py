"""Constructs that calculate with numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.indicators.context import Context
from manfaat.indicators.values import frame_of, numbers


def build_copy(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The variable itself; number codes become numbers, other texts stay texts."""
    try:
        return numbers(inputs[0])
    except (ValueError, TypeError):
        return inputs[0].astype("string")


def build_first_known(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The first of the inputs that is known: another source of the same fact, never a guess."""
    columns = [build_copy([column], {}, context) for column in inputs]
    if any(column.dtype == "string" for column in columns):
        columns = [column.astype("string") for column in inputs]
    found = columns[0]
    for column in columns[1:]:
        found = found.where(found.notna(), column)
    return found


def build_equals(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the input equals ``value``, else 0."""
    value = numbers(inputs[0])
    return (value == float(options["value"])).astype("float64").where(value.notna())


def build_less_than(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the input is below ``threshold``, else 0."""
    value = numbers(inputs[0])
    return (value < float(options["threshold"])).astype("float64").where(value.notna())


def build_power(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The input to the power of ``exponent``."""
    return numbers(inputs[0]) ** float(options["exponent"])


def build_log(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Natural logarithm; missing where the input is not positive."""
    value = numbers(inputs[0])
    logarithm: pd.Series = np.log(value.where(value > 0))
    return logarithm


def build_ratio(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """First input divided by the second (savings by income, a total by months); missing where the second is
    zero.
    """
    below = numbers(inputs[1])
    return numbers(inputs[0]) / below.where(below != 0)


def build_sum(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Sum of the inputs; missing unless all are known, or at least ``minimum`` of them (the others then count
    as zero).
    """
    values = frame_of(inputs)
    fewest = int(options.get("minimum", values.shape[1]))
    return values.sum(axis=1).where(values.notna().sum(axis=1) >= fewest)


def build_product(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Product of the inputs, times ``factor``; missing unless all are known."""
    return frame_of(inputs).prod(axis=1, skipna=False) * float(options.get("factor", 1))


def build_difference(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """First input minus the second."""
    return numbers(inputs[0]) - numbers(inputs[1])


def build_log_ratio(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Natural logarithm of the first input divided by the second; missing unless both are positive."""
    return build_log([inputs[0]], {}, context) - build_log([inputs[1]], {}, context)


def build_part(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The first input as a share of the sum of all inputs; missing unless all are known and the sum is
    positive.
    """
    total = build_sum(inputs, {}, context)
    return numbers(inputs[0]) / total.where(total > 0)


def build_normalised_gain(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Gain as a share of what could be gained: (after − before) / (``maximum`` − before); missing where
    nothing could.

    Inputs: after, before. Source: Hake (1998), American Journal of Physics 66(1), 64–74, for one person
    instead of a class.
    """
    after, before = numbers(inputs[0]), numbers(inputs[1])
    room = float(options["maximum"]) - before
    return (after - before) / room.where(room > 0)
