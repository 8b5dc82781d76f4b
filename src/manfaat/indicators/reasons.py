"""Why an indicator is missing: the reasons of the answers it is made of, carried on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from manfaat.base.typed import required
from manfaat.definitions.codebook import KEY
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.indicators.context import Context, input_names
from manfaat.indicators.linking import has_record
from manfaat.indicators.registry import CONSTRUCTS
from manfaat.indicators.values import codes_of

COLUMNS = ["key", "indicator", "reason"]
FIRST = ("not_asked", "not_applicable", "refused", "dont_know", "blank", "no_record", "not_delivered")
MOST_REASONS = 60


def main_reasons(
    table: pd.DataFrame,
    linked: Mapping[str, pd.DataFrame | None],
    programme: Programme,
    reasons: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Gather the reasons of all joined tables under the keys of the main table: ``key, variable, reason``."""
    parts = [reasons[programme.main_table]] if programme.main_table in reasons else []
    for name, other in linked.items():
        if other is None or name not in reasons:
            continue
        by = required(programme.tables[name].link, f"the link of '{name}'").by
        main = pd.Series(table[KEY].to_numpy(), index=codes_of(table[by]).to_numpy())
        partner = pd.Series(
            codes_of(other[by]).map(main[~main.index.duplicated()]).to_numpy(),
            index=other[KEY].astype("string").to_numpy(),
        )
        told = reasons[name].assign(key=reasons[name]["key"].astype("string").map(partner))
        parts.append(told.dropna(subset=["key"]))
    filled = [part for part in parts if len(part)]
    return (
        pd.concat(filled, ignore_index=True)
        if filled
        else pd.DataFrame(columns=["key", "variable", "reason"])
    )


class Reasons:
    """Sets of reasons as whole numbers, one bit a reason, so that those of several answers are joined at
    once.
    """

    def __init__(self) -> None:
        self.bits: dict[str, int] = {name: 1 << place for place, name in enumerate(FIRST)}

    def bit(self, reason: str) -> int:
        """The bit of a reason; a new one gets the next, those beyond the sixtieth share the last."""
        if reason not in self.bits:
            self.bits[reason] = 1 << min(len(self.bits), MOST_REASONS)
        return self.bits[reason]

    def text(self, flags: int) -> str:
        """Write a set of reasons, ``; `` between them, in a fixed order."""
        return "; ".join(name for name, bit in self.bits.items() if flags & bit)


def given(reasons: pd.DataFrame, keys: pd.Series, sets: Reasons) -> dict[str, np.ndarray]:
    """Return for each variable the reason of every row as flags (0 where none is given)."""
    places = pd.Index(keys.astype("string"))
    found = {}
    for name, rows in reasons.groupby("variable", sort=False):
        at = places.get_indexer_for(pd.Index(rows["key"].astype("string")))
        flags = np.zeros(len(places), dtype="int64")
        bits = rows["reason"].map(sets.bit).to_numpy(dtype="int64")
        if len(at) == len(bits):
            flags[at[at >= 0]] = bits[at >= 0]
        found[str(name)] = flags
    return found


def explain_missing(
    table: pd.DataFrame,
    built: pd.DataFrame,
    indicators: list[Indicator],
    context: Context,
    programme: Programme,
    reasons: pd.DataFrame,
) -> pd.DataFrame:
    """Say why each missing value of each indicator is missing.

    Parameters
    ----------
    table : the clean table that ``built`` was made from (with linked tables joined). reasons : ``key,
    variable, reason``, one line a
        missing answer of any of the joined tables; the keys are those of the main table.

    Returns
    -------
    One line a missing value: ``key, indicator`` (the column's name), ``reason``: those of the missing answers
    it needs, ``; `` between them; ``blank`` for an answer without a given reason, ``no_record`` where the
    linked table has no row, ``not_delivered`` where there is no such table, and where all answers are there
    the construct's own reason (``not_positive``, ``no_price`` …).
    """
    sets, design = Reasons(), programme.design
    others = codes_of(built[design.group]).isin(design.comparison).to_numpy()
    told, lines = given(reasons, table[KEY], sets), []
    flags: dict[str, np.ndarray] = {}
    for line in indicators:
        absent, own = built[line.name].isna().to_numpy(), np.zeros(len(table), dtype="int64")
        for name in input_names(line.inputs, line.options, context.items, programme.main_table):
            if name in flags and name != line.name:
                own |= flags[name]
            elif name in table:
                own |= answer_flags(table, name, told, context, programme, sets)
        if line.about == "participants":
            own[others] = sets.bit("not_applicable")
        own[absent & (own == 0)] = sets.bit(CONSTRUCTS[line.recipe].undefined)
        flags[line.name] = np.where(absent, own, 0)
        codes, distinct = pd.factorize(flags[line.name][absent])
        texts = np.array([sets.text(int(number)) for number in distinct], dtype=object)
        lines.append(
            pd.DataFrame(
                {
                    "key": table[KEY].to_numpy()[absent],
                    "indicator": line.name,
                    "reason": texts[codes] if len(texts) else [],
                }
            )
        )
    filled = [part for part in lines if len(part)]
    return pd.concat(filled, ignore_index=True)[COLUMNS] if filled else pd.DataFrame(columns=COLUMNS)


def answer_flags(
    table: pd.DataFrame,
    name: str,
    told: dict[str, np.ndarray],
    context: Context,
    programme: Programme,
    sets: Reasons,
) -> np.ndarray:
    """Return the reasons of a variable's missing answers as flags, 0 where it was answered."""
    absent = table[name].isna().to_numpy()
    flags = np.where(absent, told.get(name, np.zeros(len(table), dtype="int64")), 0)
    item = context.items.get(name)
    if item and item.table != programme.main_table and has_record(item.table) in table:
        flags[absent & ~table[has_record(item.table)].to_numpy(dtype=bool)] = sets.bit(
            "not_delivered" if item.table in context.undelivered else "no_record"
        )
    flags[absent & (flags == 0)] = sets.bit("blank")
    return flags
