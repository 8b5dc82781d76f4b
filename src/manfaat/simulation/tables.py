"""The delivered rows of every table of a block of people, as canonical texts, before any mess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from manfaat.definitions.codebook import Codebook
from manfaat.simulation.columns import BLANK, TextColumn, canonical_column
from manfaat.simulation.people import Block, Plan
from manfaat.simulation.truth import DIGITS, keys_of
from manfaat.simulation.world import World


@dataclass(frozen=True)
class TableBlock:
    """Some rows of one table: canonical texts, reasons of missing answers, keys."""

    name: str
    canonical: dict[str, TextColumn]
    reasons: dict[str, np.ndarray]
    keys: TextColumn


def table_blocks(block: Block, plan: Plan, codebook: Codebook) -> Iterator[TableBlock]:
    """The delivered rows of every table of a block, as canonical texts."""
    keys, asked = keys_of(block, plan), np.flatnonzero(block.answered | block.declined)
    main = table_block(plan.main_table, block.people, asked, keys.take(asked), plan, codebook)
    yield without_consent(main, block.declined[asked], plan)
    for name, (world, there) in block.tables.items():
        rows = np.flatnonzero(there)
        yield table_block(name, world, rows, keys.take(rows), plan, codebook)


def without_consent(part: TableBlock, declined: np.ndarray, plan: Plan) -> TableBlock:
    """Leave nothing in the rows of those who did not consent but what is known without it, and their no."""
    consent = plan.simulation.response.consent
    if consent is None or not declined.any():
        return part
    rows, kept = np.flatnonzero(declined), {plan.simulation.key, plan.simulation.group, *consent.before}
    columns = {
        name: column if name in kept else column.put_one(rows, BLANK)
        for name, column in part.canonical.items()
    }
    columns[consent.question] = part.canonical[consent.question].put_one(rows, consent.declined)
    reasons = {
        name: told if name in kept else np.where(declined, 0, told).astype("uint8")
        for name, told in part.reasons.items()
    }
    return replace(part, canonical=columns, reasons=reasons)


def table_block(
    name: str, world: World, rows: np.ndarray, keys: TextColumn, plan: Plan, codebook: Codebook
) -> TableBlock:
    """Some rows of one table as canonical texts."""
    columns, reasons = {}, {}
    for variable in codebook.table(name):
        if variable.name == plan.simulation.key:
            columns[variable.name] = keys
        elif variable.name in world.values:
            columns[variable.name] = canonical_column(world, variable.name, rows, digits=DIGITS)
            if variable.name in world.reasons:
                reasons[variable.name] = world.reasons[variable.name][rows]
        else:
            columns[variable.name] = TextColumn(np.zeros(len(rows), dtype="int32"), [""])
    return TableBlock(name, columns, reasons, keys)
