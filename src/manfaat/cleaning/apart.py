"""What identifies people, taken out of the ledgers: it is written to a folder of its own, and nowhere
else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.cleaning.ledger import CleanTable
from manfaat.cleaning.readers import PLACE
from manfaat.definitions.codebook import KEY


def cells_of(table: CleanTable, chosen: np.ndarray) -> CleanTable:
    """The table with some of its distinct changes only (a mask of ``changes``), and the cells that underwent
    them.
    """
    if chosen.all():
        return table
    number = np.cumsum(chosen) - 1
    left = table.changed[chosen[table.changed["line"].to_numpy()]] if len(table.changed) else table.changed
    changed = (
        left.assign(line=number[left["line"]].astype("int32")).reset_index(drop=True)
        if len(left)
        else left.reset_index(drop=True)
    )
    return replace(table, changes=table.changes[chosen].reset_index(drop=True), changed=changed)


def take_apart(table: CleanTable) -> tuple[CleanTable, CleanTable, pd.DataFrame]:
    """Part the ledgers of a table into what identifies nobody and what does.

    Returns
    -------
    The table without the raw texts of identifiers; the same rows with the changed cells of identifiers only;
    and the rows set aside with their identifiers only (``_key, _file, _sheet, _row`` and the raw texts).
    Together they hold every raw text once.
    """
    secret = [name for name in table.identifiers.columns if name != KEY]
    own = table.changes["variable"].isin(secret).to_numpy(dtype=bool)
    shared = replace(cells_of(table, ~own), aside=table.aside.drop(columns=secret))
    return shared, cells_of(table, own), table.aside[[KEY, *PLACE, *secret]]
