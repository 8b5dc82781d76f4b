"""Answers that wait: an amount that a slip of unit would explain counts as missing until a person decides
what was meant.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.cleaning.ledger import CHANGE_COLUMNS, CleanTable, raw_texts
from manfaat.definitions.codebook import KEY, Variable

RULE, REASON = "waits", "to_decide"


def hold(table: CleanTable, waiting: pd.DataFrame, variables: list[Variable]) -> CleanTable:
    """Take answers out of a clean table until a person decides; the ledger says what they were, so that raw
    can be rebuilt.

    Parameters
    ----------
    waiting : lines of the review list; ``key, variable, reason`` name the answers.
    """
    lines = waiting.drop_duplicates(["key", "variable"])
    if lines.empty:
        return table
    kept, changes, changed = table.kept.copy(), [table.changes], [table.changed]
    places = pd.Index(table.kept[KEY]).get_indexer(lines["key"])
    n = len(table.changes)
    by_name = {variable.name: variable for variable in variables}
    texts = raw_texts(table, [by_name[name] for name in lines["variable"].unique()])
    for group, places_of in pd.Series(places).groupby(lines["variable"].to_numpy(), sort=False):
        name = str(group)
        rows, raw = places_of.to_numpy(), texts[name]
        kept.loc[kept.index[rows], name] = pd.NA if by_name[name].kind == "integer" else np.nan
        reasons = lines["reason"].to_numpy(dtype=object)[places_of.index]
        more = pd.DataFrame(
            {"variable": name, "raw": raw[rows], "clean": "", "rule": RULE, "reason": reasons},
            columns=CHANGE_COLUMNS,
        )
        changes.append(more)
        changed.append(
            pd.DataFrame({"row": rows.astype("int32"), "line": np.arange(n, n + len(rows), dtype="int32")})
        )
        n += len(rows)
    told = pd.DataFrame(
        {"key": lines["key"].to_numpy(), "variable": lines["variable"].to_numpy(), "reason": REASON}
    )
    return replace(
        table,
        kept=kept,
        changes=pd.concat([part for part in changes if len(part)], ignore_index=True),
        changed=pd.concat([former_changes(table, lines, places), *changed[1:]], ignore_index=True),
        reasons=pd.concat([table.reasons, told], ignore_index=True),
    )


def former_changes(table: CleanTable, lines: pd.DataFrame, places: np.ndarray) -> pd.DataFrame:
    """The changed cells without those that now wait: each cell stands once in the ledger."""
    codes, names = pd.factorize(pd.concat([table.changes["variable"], lines["variable"]], ignore_index=True))
    waits = places * len(names) + codes[len(table.changes) :]
    cells = table.changed["row"].to_numpy(dtype="int64") * len(names) + codes[table.changed["line"]]
    return table.changed[~np.isin(cells, waits)]
