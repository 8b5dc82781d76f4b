"""All declared indicators of a table, and how they are spread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from manfaat.definitions.codebook import KEY, Codebook
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.prices import read_all_series
from manfaat.definitions.programme import Programme
from manfaat.indicators.context import Context, input_names, items_of, joined_tables
from manfaat.indicators.registry import CONSTRUCTS
from manfaat.indicators.values import codes_of, numbers


def panel_context(
    table: pd.DataFrame, programme: Programme, folder: Path, *, root: Path, codebook: Codebook | None = None
) -> Context:
    """Gather what constructs may look at."""
    panel, prices = programme.design.panel, programme.prices
    prices = prices if prices and prices.series else None  # else all money is of one short span
    series = read_all_series(prices.path(folder), prices.series, root=root) if prices else {}
    versions = {
        v.table: table[v.name]
        for name in joined_tables(programme)
        for v in (codebook.table(name) if codebook else [])
        if v.role == "version"
    }
    return Context(
        unit=table[panel.unit] if panel else None,
        period=table[panel.period] if panel else None,
        prices=series[prices.series] if prices else None,
        base_year=prices.base_year if prices else None,
        series=series,
        items=items_of(programme, codebook) if codebook else {},
        versions=versions,
    )


def build_indicators(
    table: pd.DataFrame, indicators: list[Indicator], context: Context, programme: Programme
) -> pd.DataFrame:
    """Compute all declared indicators.

    Returns
    -------
    One row a row of ``table`` (a unit, or a unit in one period): ``_key``, the panel's columns, and one
    column an indicator. Nobody is dropped; what is about participants alone is missing for the others.
    """
    panel, design = programme.design.panel, programme.design
    fixed = table[[KEY, *([panel.unit, panel.period] if panel else [])]].copy()
    built: dict[str, pd.Series] = {str(name): fixed[name] for name in fixed}
    for line in indicators:
        names = input_names(line.inputs, line.options, context.items, programme.main_table)
        inputs = [
            (built[name] if name in built and name != line.name else table[name]).rename(name)
            for name in names
        ]
        built[line.name] = CONSTRUCTS[line.recipe].build(inputs, line.options, context).rename(line.name)
        if line.about == "participants" and context.comparison is not None:
            built[line.name] = built[line.name].mask(context.comparison)
        if line.name == design.weight:
            context = replace(context, weight=numbers(built[line.name]))
        if line.name == design.group and design.comparison:
            context = replace(context, comparison=codes_of(built[line.name]).isin(design.comparison))
    return pd.DataFrame(built)
