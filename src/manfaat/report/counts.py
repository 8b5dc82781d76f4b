"""Counts of people in words and tables: a small one is said to be small, and not how small (see
``disclosure``).
"""

from __future__ import annotations

import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, is_few
from manfaat.report.reader import Reader
from manfaat.report.words import Language


def shown_count(n: float, language: Language) -> str:
    """A count as it may be shown; a dash where it is not known."""
    return f"< {SMALLEST_CELL}" if is_few(n) else language.number(n, 0)


def is_hidden(n: float) -> bool:
    """Whether a count of people is too small to be told, or was left out of a file for that."""
    return bool(n != n or is_few(n))


def sample_counts(reader: Reader, name: str, counts: pd.DataFrame) -> str:
    """How many are in a declared sample; the others are not missing."""
    numbers = counts.groupby("participant")["n"].sum()
    told = {"sample": reader.sample_label(name)}
    told |= {"n": shown_count(numbers[1.0], reader), "m": shown_count(numbers[0.0], reader)}
    if not reader.study.programme.design.comparison:
        return reader.say("Some estimates are about {sample} alone: {n}. The others are not missing.", **told)
    return reader.say(
        "Some estimates are about {sample} alone: {n} participants, {m} in the comparison group. The others"
        " are not missing.",
        **told,
    )


def told_samples(reader: Reader, counts: pd.DataFrame) -> str:
    """One sentence a sample, each with a space before it; ``counts`` are those of samples."""
    parts = counts.groupby("sample", sort=False)
    return "".join(f" {sample_counts(reader, str(name), own)}" for name, own in parts)
