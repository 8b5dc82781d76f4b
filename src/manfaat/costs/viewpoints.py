"""The same money seen by each party and by society: what one pays and another receives cancels for society
alone.
"""

from __future__ import annotations

import pandas as pd

from manfaat.costs.flows import MOVES, SOCIETY, Terms

KINDS = ("benefit", "displaced", "levy", "resource", "transfer", "burden")  # in the order of the table


def viewpoint_table(entries: pd.DataFrame, parties: list[str], terms: Terms) -> pd.DataFrame:
    """Present values by kind and item (rows) and party (columns), in whole units.

    Each cell is rounded once; a transfer's receipt is minus what is paid, so that its row adds up to exactly
    zero, and ``society`` is the sum of its row. The last row is the sum of its column.

    Returns
    -------
    ``kind, item``, one column a party, ``society``; the last row has ``kind`` ``total``.
    """
    worth = entries.assign(
        worth=entries["amount"].to_numpy(dtype="float64") * terms.factor(entries["offset"].to_numpy())
    )
    cells = (
        worth.groupby(["kind", "item", "party"], sort=True)["worth"]
        .sum()
        .round()
        .astype("int64")
        .unstack("party", fill_value=0)
    )
    cells = cells.reindex(columns=parties, fill_value=0).reset_index()
    cells[parties] = cells[parties].where(~cells["kind"].isin(MOVES), other=settled(cells, parties), axis=0)
    cells[SOCIETY] = cells[parties].sum(axis=1)
    order = {kind: place for place, kind in enumerate(KINDS)}
    cells = cells.sort_values(
        ["kind", "item"],
        key=lambda column: column.map(order).fillna(9) if column.name == "kind" else column,
        ignore_index=True,
    )
    last = {"kind": "total", "item": "", **{name: int(cells[name].sum()) for name in [*parties, SOCIETY]}}
    return pd.concat([cells, pd.DataFrame([last])], ignore_index=True)[["kind", "item", *parties, SOCIETY]]


def settled(cells: pd.DataFrame, parties: list[str]) -> pd.DataFrame:
    """Transfers and levies whose rounding is settled: what rounding leaves is taken from the largest receipt
    of the row.
    """
    fixed = cells[parties].copy()
    for place in cells.index[cells["kind"].isin(MOVES)]:
        row = fixed.loc[place]
        fixed.loc[place, row.idxmax()] -= int(row.sum())
    return fixed
