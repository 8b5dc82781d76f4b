"""Tables joined one to one to the units of analysis."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from manfaat.base.problems import Problem, refuse
from manfaat.base.typed import required
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.programme import Programme
from manfaat.indicators.context import joined_tables
from manfaat.indicators.values import codes_of

MOST_SHOWN = 20


def has_record(table: str) -> str:
    """Name of the column that says whether a row found its partner in a linked table."""
    return f"_has_{table}"


def join_linked(
    table: pd.DataFrame, linked: Mapping[str, pd.DataFrame | None], programme: Programme, codebook: Codebook
) -> pd.DataFrame:
    """Join the variables of all linked tables to the main table, one to one by the key that both have.

    Parameters
    ----------
    table : the main table, one row a unit; not changed.
    linked : clean tables by name; None for a table that the cohort did not deliver, all of whose variables
    are then missing.

    Returns
    -------
    The main table with the variables of the linked tables and, for each, ``_has_<table>`` (bool). A row
    without a partner has missing values; a record without a row of the main table is left out.

    Raises
    ------
    KeyError naming a linked table that is not given; ProblemsError naming every key that stands on several
    rows.
    """
    joined, problems = table, []
    for name in joined_tables(programme)[1:]:
        by = required(programme.tables[name].link, f"the link of '{name}'").by
        own = [
            variable
            for variable in codebook.table(name)
            if variable.name != by and variable.role != "identifier"
        ]
        other = linked[name]
        if other is None:
            absent = {
                v.name: pd.Series(
                    float("nan") if v.kind in ("integer", "decimal", "money") else None, index=joined.index
                )
                for v in own
            }
            texts = {v.name: "string" for v in own if v.kind not in ("integer", "decimal", "money")}
            joined = joined.assign(**absent, **{has_record(name): False}).astype(texts)
            continue
        twice = ambiguous(joined, by, programme.main_table) + ambiguous(other, by, name)
        problems += twice
        if not twice:
            joined = join_one(joined, other, name, by, [variable.name for variable in own])
    refuse(problems)
    return joined


def join_one(
    table: pd.DataFrame, other: pd.DataFrame, name: str, by: str, columns: list[str]
) -> pd.DataFrame:
    """Join one table whose keys are not ambiguous."""
    right = other.assign(**{by: codes_of(other[by])}).dropna(subset=[by]).set_index(by)
    places = right.index.get_indexer(pd.Index(codes_of(table[by])))
    found = (
        right[[column for column in columns if column in right]].take(places.clip(min=0))
        if len(right)
        else right.reindex(range(len(places)))[columns]
    )
    found = found.set_axis(table.index).mask(pd.Series(places < 0, index=table.index))
    return pd.concat([table, found.assign(**{has_record(name): places >= 0})], axis=1)


def ambiguous(table: pd.DataFrame, by: str, name: str) -> list[Problem]:
    """Say which keys stand on several rows of a table."""
    keys = codes_of(table[by]).dropna()
    several = keys.value_counts()
    several = several[several > 1].sort_index()
    found = [
        Problem(
            f"table '{name}'",
            f"'{key}' stands on {count} rows, so that they cannot be joined one to one",
            column=by,
            expected="one row a key",
        )
        for key, count in several.head(MOST_SHOWN).items()
    ]
    return (
        [*found, Problem(f"table '{name}'", f"and {len(several) - MOST_SHOWN} more like these", column=by)]
        if len(several) > MOST_SHOWN
        else found
    )
