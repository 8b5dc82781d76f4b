"""What may be shown: no number that rests on so few people that one of them could be recognised."""

from __future__ import annotations

import pandas as pd

SMALLEST_CELL = 5
IDENTIFYING_COLUMNS = ("_key", "_row", "_file", "key")


def hide_small(table: pd.DataFrame, counts: str, columns: list[str], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Blank ``columns`` (statistics) and ``counts`` itself in rows that rest on fewer than ``smallest`` units, zero excepted."""
    small = (table[counts] > 0) & (table[counts] < smallest)
    hidden = table.copy()
    for column in [counts, *columns]:
        hidden[column] = hidden[column].astype("float64").mask(small)
    return hidden


def check_exhibit(data: pd.DataFrame) -> pd.DataFrame:
    """Return ``data`` when it may leave the house.

    Raises
    ------
    ValueError if a column that identifies a unit is in it.
    """
    found = [column for column in data.columns if column in IDENTIFYING_COLUMNS]
    if found:
        raise ValueError(f"the column '{found[0]}' identifies single units and may not be shown")
    return data
