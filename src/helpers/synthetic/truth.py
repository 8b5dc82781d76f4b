"""What is true of a simulation: the effect on every indicator, and how far two naive readings are from it.

The same people are simulated with the programme and without it, with the same luck. Without what makes answers wrong
(response shift, acquiescence, recall, rounding), the mean difference among those who took part is the effect. With it, as
delivered by those who answered, the change of participants and their gap to the comparison group are what a naive reader sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.codebook import Codebook
from helpers.indicators.model import Indicator, measured_before
from helpers.programme import Programme
from helpers.synthetic.columns import TextColumn, canonical_column, typed_frame
from helpers.synthetic.people import Block, Plan, blocks
from helpers.synthetic.world import TREATED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "name", "indicator", "time", "rater", "unit", "n", "mean_without", "effect", "effect_error",
    "naive_change", "naive_change_bias", "naive_gap", "naive_gap_bias",
]  # fmt: skip
CHANGES = ("difference", "log_ratio", "steps", "normalised_gain")
DIGITS = 7


def keys_of(block: Block, plan: Plan) -> TextColumn:
    """The keys of everybody in a block."""
    everybody = np.arange(block.people.n)
    return canonical_column(block.people, plan.simulation.key, everybody, key_prefix=plan.simulation.key_prefix, digits=DIGITS)


def indicators_of(block: Block, plan: Plan, programme: Programme, codebook: Codebook, lines: list[Indicator], folder: Path, *, root: Path) -> pd.DataFrame:
    """Build the indicators of everybody in a block, as the indicator stage would."""
    from helpers.indicators import build_indicators, join_linked, panel_context

    everybody, keys = np.arange(block.people.n), keys_of(block, plan)
    main = typed_frame(block.people, everybody, codebook, plan.main_table, plan.simulation.key, keys)
    linked = dict.fromkeys(name for name, table in programme.tables.items() if table.link)
    for name, (world, there) in block.tables.items():
        rows = np.flatnonzero(there)
        linked[name] = typed_frame(world, rows, codebook, name, plan.simulation.key, keys.take(rows))
    joined = join_linked(main, linked, programme, codebook)
    return build_indicators(joined, lines, panel_context(joined, programme, folder, root=root, codebook=codebook), programme)


def truth_table(
    plan: Plan, programme: Programme, codebook: Codebook, lines: list[Indicator], folder: Path, *, root: Path, most_blocks: int = 2
) -> pd.DataFrame:
    """Compute the truth of a simulation.

    Parameters
    ----------
    most_blocks : blocks of people to look at; more give the same numbers more exactly.

    Returns
    -------
    One row an indicator that is a number: ``name, indicator, time, rater, unit``; ``n`` people who took part; ``mean_without`` (their
    mean without the programme), ``effect`` (mean difference, without errors of measurement) and ``effect_error`` (its standard error
    from simulating); ``naive_change`` (mean change of those who answered, missing where nothing was measured or recalled before)
    and ``naive_gap`` (their mean minus the comparison group's), each with its ``_bias``, naive minus effect.
    """
    import pandas as pd

    parts = {name: [] for name in ("with", "without", "seen")}
    groups, answered = [], []
    worlds = {"with": (True, False), "without": (False, False), "seen": (True, True)}
    runs = {name: blocks(plan, is_treated=treated, is_biased=biased) for name, (treated, biased) in worlds.items()}
    for _ in range(most_blocks):
        found = {name: next(run, None) for name, run in runs.items()}
        if found["seen"] is None:
            break
        for name, block in found.items():
            parts[name].append(indicators_of(block, plan, programme, codebook, lines, folder, root=root))
        groups.append(found["seen"].people.values[TREATED])
        answered.append(found["seen"].answered)
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    took_part, replied = np.concatenate(groups) == 1, np.concatenate(answered)
    rows = [truth_row(line, lines, tables, took_part, replied) for line in lines if pd.api.types.is_numeric_dtype(tables["seen"][line.name])]
    return pd.DataFrame(rows, columns=COLUMNS)


def truth_row(line: Indicator, lines: list[Indicator], tables: dict[str, pd.DataFrame], took_part: np.ndarray, replied: np.ndarray) -> dict[str, object]:
    """Return the truth of one indicator."""
    there, absent, seen = (tables[name][line.name].to_numpy(dtype="float64") for name in ("with", "without", "seen"))
    difference = (there - absent)[took_part]
    known = difference[~np.isnan(difference)]
    effect = mean(known)
    before = baseline(line, lines)
    if before is not None:
        change = mean((seen - tables["seen"][before.name].to_numpy(dtype="float64"))[took_part & replied])
    else:
        change = mean(seen[took_part & replied]) if line.recipe in CHANGES else np.nan
    gap = mean(seen[took_part & replied]) - mean(seen[~took_part & replied])
    return {
        "name": line.name, "indicator": line.indicator, "time": line.time, "rater": line.rater, "unit": line.unit, "n": len(known),
        "mean_without": mean(absent[took_part]), "effect": effect, "effect_error": known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan,
        "naive_change": change, "naive_change_bias": change - effect, "naive_gap": gap, "naive_gap_bias": gap - effect,
    }  # fmt: skip


def baseline(line: Indicator, lines: Iterable[Indicator]) -> Indicator | None:
    """What an indicator now is naively compared with: measured before, else recalled."""
    if line.time != "now":
        return None
    found = [measured_before(list(lines), line.indicator, line.rater, time=time) for time in ("before", "then")]
    return next((entry for entry in found if entry is not None), None)


def mean(values: np.ndarray) -> float:
    """Mean of the known values; missing without any."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan
