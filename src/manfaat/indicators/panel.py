"""Constructs that look along a panel's periods."""

from __future__ import annotations

import pandas as pd

from manfaat.base.typed import required
from manfaat.indicators.context import Context
from manfaat.indicators.values import numbers


def build_previous_period(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The unit's value one period earlier; ``fill`` stands in for the first period of all."""
    frame = pd.DataFrame(
        {
            "unit": context.unit,
            "period": numbers(required(context.period, "a period")),
            "value": numbers(inputs[0]),
        }
    )
    earlier = frame.assign(period=frame["period"] + 1).rename(columns={"value": "earlier"})
    found = frame.merge(earlier, on=["unit", "period"], how="left")["earlier"].set_axis(frame.index)
    first = frame["period"] == frame["period"].min()
    return found.mask(first, float(options["fill"])) if "fill" in options else found


def build_first_period(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The first period in which the unit's value is 1, as text; ``otherwise`` where it never is."""
    when = numbers(required(context.period, "a period")).where(numbers(inputs[0]) == 1)
    first = when.groupby(required(context.unit, "a unit")).transform("min")
    return first.map(lambda year: options["otherwise"] if pd.isna(year) else f"{year:.0f}").astype("string")
