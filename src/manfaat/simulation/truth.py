"""What is true of a simulation: the effect on every indicator, and how far two naive readings are from it.

The same people are simulated with the programme and without it, with the same luck. Without what makes
answers wrong (response shift, acquiescence, recall, rounding), the mean difference among those who took part
is the effect. With it, as delivered by those who answered, the change of participants and their gap to the
comparison group are what a naive reader sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Programme
from manfaat.simulation.columns import TextColumn, canonical_column, typed_frame
from manfaat.simulation.people import Block, Plan, blocks
from manfaat.simulation.world import TREATED

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "name",
    "indicator",
    "time",
    "rater",
    "unit",
    "n",
    "mean_without",
    "effect",
    "effect_error",
    "naive_change",
    "naive_change_error",
    "naive_change_bias",
    "naive_gap",
    "naive_gap_error",
    "naive_gap_bias",
    "note",
]
WORLDS = {
    "with": (True, False),
    "without": (False, False),
    "seen": (True, True),
}  # treated, with what makes answers wrong
CHANGES = ("difference", "log_ratio", "steps", "normalised_gain")
DIGITS = 7


def keys_of(block: Block, plan: Plan) -> TextColumn:
    """The keys of everybody in a block."""
    everybody = np.arange(block.people.n)
    return canonical_column(
        block.people, plan.simulation.key, everybody, key_prefix=plan.simulation.key_prefix, digits=DIGITS
    )


class Measures(NamedTuple):
    """What a programme measures: itself, its indicators, and the folder of its definition files."""

    programme: Programme
    indicators: list[Indicator]
    folder: Path


def indicators_of(
    block: Block, plan: Plan, measures: Measures, *, rows: np.ndarray | None = None
) -> pd.DataFrame:
    """Build the indicators of people in a block, of everybody unless ``rows`` (places) are given, as the
    indicator stage would.
    """
    from manfaat.indicators import build_indicators, join_linked, panel_context

    programme, codebook, folder = measures.programme, plan.codebook, measures.folder
    keys, who = keys_of(block, plan), np.arange(block.people.n) if rows is None else rows
    main = typed_frame(block.people, who, codebook, plan.main_table, plan.simulation.key, keys.take(who))
    linked = dict.fromkeys(name for name, table in programme.tables.items() if table.link)
    for name, (world, there) in block.tables.items():
        found = who[there[who]]
        linked[name] = typed_frame(world, found, codebook, name, plan.simulation.key, keys.take(found))
    joined = join_linked(main, linked, programme, codebook)
    context = panel_context(joined, programme, folder, root=folder.parents[1], codebook=codebook)
    return build_indicators(joined, measures.indicators, context, programme)


def truth_table(plan: Plan, measures: Measures, *, most_blocks: int = 2) -> pd.DataFrame:
    """Compute the truth of a simulation.

    Parameters
    ----------
    most_blocks : blocks of people to look at; more give the same numbers more exactly.

    Returns
    -------
    One row an indicator: ``name, indicator, time, rater, unit``; ``n`` people who took part and for whom it
    is known with and without the programme; ``mean_without`` (the mean without it of all who took part),
    ``effect`` (mean difference, without errors of measurement, whether or not they answered) and
    ``effect_error`` (its standard error from simulating); ``naive_change`` (mean change of those who
    answered) and ``naive_gap`` (their mean minus the comparison group's), each with its ``_error`` and its
    ``_bias``, naive minus effect; ``note``, why a number is missing.
    """
    import pandas as pd

    lines = measures.indicators
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in WORLDS}
    groups, replies = [], []
    runs = [blocks(plan, is_treated=treated, is_biased=biased) for treated, biased in WORLDS.values()]
    for worlds in islice(zip(*runs, strict=True), most_blocks):
        for name, block in zip(WORLDS, worlds, strict=True):
            rows = np.flatnonzero(block.answered) if name == "seen" else None
            parts[name].append(indicators_of(block, plan, measures, rows=rows))
            if name == "seen":
                groups.append(block.people.values[TREATED])
                replies.append(block.people.values[TREATED][block.answered])
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    took_part, replied = np.concatenate(groups) == 1, np.concatenate(replies) == 1
    return pd.DataFrame(
        [truth_row(line, lines, tables, took_part, replied) for line in lines], columns=COLUMNS
    )


def truth_row(
    line: Indicator,
    lines: list[Indicator],
    tables: dict[str, pd.DataFrame],
    took_part: np.ndarray,
    replied: np.ndarray,
) -> dict[str, object]:
    """Return the truth of one indicator.

    Parameters
    ----------
    took_part : who of everybody took part. replied : who of those who answered took part.
    """
    import pandas as pd

    told = {
        "name": line.name,
        "indicator": line.indicator,
        "time": line.time,
        "rater": line.rater,
        "unit": line.unit,
        "n": 0,
        "note": "",
    }
    if line.use in ("group", "treatment") or not pd.api.types.is_numeric_dtype(tables["seen"][line.name]):
        return told | {"note": "a month, a day or a code: it has no mean"}
    there, absent, seen = (tables[name][line.name].to_numpy(dtype="float64") for name in WORLDS)
    effect, effect_error, n = mean_of((there - absent)[took_part])
    change, change_error = naive_change(line, lines, tables["seen"], replied)
    gap, gap_error = difference_of(seen[replied], seen[~replied])
    return told | {
        "n": n,
        "mean_without": mean_of(absent[took_part])[0],
        "effect": effect,
        "effect_error": effect_error,
        "naive_change": change,
        "naive_change_error": change_error,
        "naive_change_bias": change - effect,
        "naive_gap": gap,
        "naive_gap_error": gap_error,
        "naive_gap_bias": gap - effect,
        "note": reason_of(effect, change, gap),
    }


def naive_change(
    line: Indicator, lines: list[Indicator], seen: pd.DataFrame, replied: np.ndarray
) -> tuple[float, float]:
    """Return the mean change of those who took part and answered, with its standard error; missing where
    nothing is known before.
    """
    values, before = seen[line.name].to_numpy(dtype="float64"), baseline(line, lines)
    if before is None:
        return mean_of(values[replied])[:2] if line.recipe in CHANGES else (np.nan, np.nan)
    return mean_of((values - seen[before.name].to_numpy(dtype="float64"))[replied])[:2]


def reason_of(effect: float, change: float, gap: float) -> str:
    """Say which numbers are missing, and why."""
    if np.isnan(effect):
        return "not known of anybody both with and without the programme"
    found = ["change: nothing was measured or recalled before"] if np.isnan(change) else []
    return "; ".join(found + (["gap: not asked of the comparison group"] if np.isnan(gap) else []))


def baseline(line: Indicator, lines: Iterable[Indicator]) -> Indicator | None:
    """What an indicator now is naively compared with: measured before, else recalled."""
    if line.time != "now":
        return None
    found = [
        measured_before(list(lines), line.indicator, line.rater, time=time) for time in ("before", "then")
    ]
    return next((entry for entry in found if entry is not None), None)


def mean_of(values: np.ndarray) -> tuple[float, float, int]:
    """Mean of the known values, its standard error, and how many there are; missing without any."""
    known = values[~np.isnan(values)]
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else np.nan
    return float(known.mean()) if len(known) else np.nan, error, len(known)


def difference_of(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Difference of two means, and its standard error."""
    one, two = mean_of(first), mean_of(second)
    return one[0] - two[0], float(np.hypot(one[1], two[1]))
