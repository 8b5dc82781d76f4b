"""Constructs that hold money against a series: prices, a minimum wage."""

from __future__ import annotations

import pandas as pd

from manfaat.base.typed import required
from manfaat.definitions.prices import deflate, relative_to
from manfaat.indicators.context import Context
from manfaat.indicators.values import numbers, years_of


def dated(
    inputs: list[pd.Series], options: dict[str, str], context: Context, series: pd.Series
) -> tuple[pd.Series, pd.Series]:
    """Return amounts and the year of each (from its date, month or year; in a panel the period).

    With ``absent=missing`` a year that the series does not have gives a missing value; otherwise it is
    refused further on.
    """
    amounts = numbers(inputs[0])
    years = (years_of(inputs[1]) if len(inputs) > 1 else numbers(required(context.period, "a period"))).where(
        amounts.notna()
    )
    if options.get("absent") == "missing":
        years = years.where(years.isin(series.index))
    return amounts, years


def build_deflate(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Money at the prices of the base year, by the date of each amount (second input, or the panel's
    period).
    """
    prices = required(context.prices, "a price series")
    amounts, years = dated(inputs, options, context, prices)
    return deflate(amounts, years, prices, required(context.base_year, "a base year"))


def build_ratio_to_series(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Money divided by the value of ``series`` in the year of each amount: a wage in minimum wages."""
    series = context.series[options["series"]]
    amounts, years = dated(inputs, options, context, series)
    return relative_to(amounts, years, series)
