"""What may happen to whole files on the way, drawn at declared rates: sections, columns twice, sheets,
thousands, encodings, line ends.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.layout import Layout, pairs_of
from manfaat.simulation.mess.rates import FILE_RATES, LEVELS
from manfaat.simulation.people import Plan
from manfaat.simulation.world import World


def untidy(layout: Layout, plan: Plan, codebook: Codebook) -> Layout:
    """Return a layout with which something has happened to the file of the main table, as the level of its
    mess and the plan's seed have it.

    What a kind of file cannot have is left out; a layout without mess stays as it is.
    """
    if not layout.level:
        return layout
    kind, variables = layout.format(plan.main_table), codebook.table(plan.main_table)
    stream = World(0, plan.seed, 0).stream("files")
    luck = {mess: stream.random(2) for mess in FILE_RATES}
    hit = {
        mess
        for mess, entry in FILE_RATES.items()
        if luck[mess][0] < float(entry[1 + LEVELS.index(layout.level)])
    }
    changed = replace(layout, recorded=layout.recorded and 66 not in hit)
    if kind in ("csv", "xlsx"):
        changed = replace(
            changed,
            sections=35 in hit,
            twice=some(amounts(variables), 39 in hit, luck[39][1]),
            numbers=62 in hit,
        )
        changed = replace(changed, thousands=some(amounts(variables), 43 in hit, luck[43][1]))
    if kind == "xlsx":
        return replace(
            changed,
            sheets=next((v.name for v in variables if is_year(v)), "") if 41 in hit else layout.sheets,
        )
    return as_text(changed, hit, luck, bool(pairs_of(variables))) if kind == "csv" else changed


def as_text(layout: Layout, hit: set[int], luck: dict[int, np.ndarray], has_pairs: bool) -> Layout:
    """What may happen to a text file."""
    encoding = (
        "cp1252"
        if 47 in hit
        else ("utf-16" if luck[48][1] < 0.5 else "shift_jis")
        if 48 in hit
        else layout.encoding
    )
    return replace(
        layout,
        encoding=encoding,
        mark=layout.mark and encoding == "utf-8",
        long=40 in hit and has_pairs,
        broken=51 in hit,
        line_end="\r\n" if 52 in hit and luck[52][1] < 0.8 else layout.line_end,
        last_end=not (52 in hit and luck[52][1] > 0.6),
    )


def amounts(variables: list[Variable]) -> list[str]:
    """The amounts of money of a table."""
    return [
        variable.name
        for variable in variables
        if variable.kind == "money" and variable.unit.startswith("rupiah")
    ]


def is_year(variable: Variable) -> bool:
    """Whether the rows of a table may be divided by a variable: a year."""
    return variable.unit == "year"


def some(names: list[str], is_hit: bool, luck: float) -> tuple[str, ...]:
    """One of some names, if there is any and it is hit."""
    return (names[int(luck * len(names))],) if is_hit and names else ()
