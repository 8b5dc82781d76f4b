"""What a construct may look at beside its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from manfaat.definitions.codebook import Codebook
from manfaat.definitions.programme import Programme


@dataclass(frozen=True)
class Item:
    """What the codebook says of a variable: its table and kind, its answers in order, its scale, the form
    versions that reverse it.
    """

    name: str
    table: str
    kind: str
    codes: tuple[str, ...] = ()
    list_name: str = ""
    scale: str = ""
    reversed_in: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Context:
    """What a construct may look at beside its inputs.

    ``unit, period`` : the panel's columns. ``prices, base_year`` : the deflator by year. ``series`` : all
    series of the price file.
    ``items`` : the variables by name. ``versions`` : table → form version of each row. ``comparison`` : who
    is in the comparison group (None before the group is known, or where the design has no comparison group).
    ``weight`` : survey weights, once they are known. ``undelivered`` : tables without a file.
    """

    unit: pd.Series | None = None
    period: pd.Series | None = None
    prices: pd.Series | None = None
    base_year: int | None = None
    series: Mapping[str, pd.Series] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    versions: Mapping[str, pd.Series] = field(default_factory=dict)
    comparison: pd.Series | None = None
    weight: pd.Series | None = None
    undelivered: frozenset[str] = frozenset()


def joined_tables(programme: Programme) -> list[str]:
    """The main table and those that are joined to it."""
    return [
        programme.main_table,
        *[
            name
            for name, table in programme.tables.items()
            if table.link and table.link.to == programme.main_table
        ],
    ]


def items_of(programme: Programme, codebook: Codebook) -> dict[str, Item]:
    """Gather what constructs may know of the variables of the main table and of those joined to it, by
    name.
    """
    found: dict[str, Item] = {}
    for table in joined_tables(programme):
        for variable in codebook.table(table):
            codes = (
                tuple(choice.name for choice in codebook.answers(variable.list_name))
                if variable.list_name
                else ()
            )
            item = Item(
                variable.name,
                table,
                variable.kind,
                codes,
                variable.list_name or "",
                variable.scale,
                frozenset(variable.reversed.split()),
            )
            found.setdefault(variable.name, item)
    return found


def input_names(
    inputs: str, options: Mapping[str, str], items: Mapping[str, Item], main_table: str = ""
) -> list[str]:
    """Return the names of a definition's inputs: as listed, or the items of ``scale`` that end in ``suffix``
    in ``table``.

    ``table`` is the main table unless it is named, so that ratings of a person and of a supervisor never mix.
    """
    listed = inputs.split()
    if listed or "scale" not in options:
        return listed
    table = options.get("table", main_table)
    return [
        item.name
        for item in items.values()
        if item.scale == options["scale"]
        and item.name.endswith(options.get("suffix", ""))
        and item.table == table
    ]
