"""Whether the numbers in the prose of a finished report are those of its tables: read from the blocks and the
CSV files that leave, not from what made them.

Prose says an estimate and its interval as ``24 percentage points higher (4 to 42)``. Both ends must be those
of one interval that a table or a file tells, as they are, in per cent, in thousands, millions or billions, or
of a logarithm as the change that it stands for; and what is said before them must be its estimate. And every
primary estimate must stand in a table, written in the reader's language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from manfaat.report.leaving import Tables
from manfaat.report.reader import Reader
from manfaat.report.words import mark

INTERVAL = mark("{low} to {high}")
NUMBER = r"−?(?:[^\W\d_]{0,3}|[$€£¥])[ \xa0]?\d[\d.,]*(?:[ \xa0]?%)?(?:[ \xa0][^\W\d_]+)?"
DIGITS = re.compile(r"−?\D{0,4}?(\d[\d.,]*)")
NEAR = re.compile(r"(−?(?:[^\W\d_]{0,3}|[$€£¥])[ \xa0]?\d[\d.,]*)[^\d()]{0,60}$")
ENDS = ("ci_low", "ci_high")
PAIRS = (ENDS, ("low", "high"), ("lower", "upper"), ("p5", "p95"), ("at_low", "at_high"))
MIDDLES = ("estimate", "value", "mean", "npv", "bcr", "median")
SLACK = 1.02  # of half a unit: a number is rounded twice
YEARS = range(1900, 2101)
As = Callable[[float], float]


def times(power: int) -> As:
    """A number told in another unit."""
    return lambda value: value * 10.0**power


def as_change(value: float) -> float:
    """A difference of logarithms as the per cent that it stands for."""
    return 100 * math.expm1(value) if value < 50 else math.inf


AS: tuple[As, ...] = (*(times(power) for power in (0, 2, -3, -6, -9, -12)), as_change)


@dataclass(frozen=True)
class Written:
    """A number of a sentence: its value, and half a unit of its last decimal."""

    value: float
    half: float

    def is_of(self, known: float, told: As, *, signed: bool = True) -> bool:
        """Whether it is a number that is known, told so; without regard to the sign where a word tells it."""
        said = told(known)
        if not math.isfinite(said):
            return False
        return abs((said if signed else abs(said)) - (self.value if signed else abs(self.value))) <= (
            self.half * SLACK + abs(said) * 1e-9
        )


def read_number(text: str, decimal: str) -> Written | None:
    """A number as a language writes it; None where there is none.

    Examples
    --------
    >>> read_number("−Rp 11.7", ".")
    Written(value=-11.7, half=0.05)
    >>> read_number("Rp3.113", ",").value, read_number("1.150.000", ".")
    (3113.0, None)
    """
    found = DIGITS.match(text.strip())
    if not found:
        return None
    whole, _, part = found[1].rstrip(".,").partition(decimal)
    if part and not part.isdigit():
        return None  # of another language, or a date
    plain = re.sub(r"[.,]", "", whole)
    sign = -1 if text.strip().startswith("−") else 1
    return Written(sign * float(f"{plain}.{part or 0}"), 0.5 * 10.0 ** -len(part))


def texts_of(blocks: Iterable[dict[str, Any]], layers: Iterable[str]) -> Iterator[str]:
    """The sentences of some layers."""
    for block in blocks:
        if block["layer"] not in layers:
            continue
        runs = [block["runs"]] if block["kind"] == "paragraph" else block.get("items", [])
        yield from ("".join(run["text"] for run in own) for own in runs)


def told_intervals(tables: Tables) -> list[tuple[float, float, tuple[float, ...]]]:
    """Every interval that a table of numbers tells: its ends, and what stands in the row as its middle."""
    found = []
    for table in tables.values():
        if "scenario" in table:
            found += list(told_scenarios(table))
        for low, high in PAIRS:
            if not {low, high} <= set(table):
                continue
            names = [name for name in MIDDLES if name in table]
            values = table[[low, high, *names]].apply(pd.to_numeric, errors="coerce").to_numpy("float64")
            for row in values[np.isfinite(values[:, :2]).all(axis=1)].tolist():
                found.append((row[0], row[1], tuple(one for one in row[2:] if math.isfinite(one))))
    return list(dict.fromkeys(found))


def told_scenarios(table: pd.DataFrame) -> Iterator[tuple[float, float, tuple[float, ...]]]:
    """The intervals of a table of scenarios: its low end, the estimate and its high end follow each other."""
    for name in [name for name in MIDDLES if name in table]:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy("float64").tolist()
        for low, middle, high in zip(values, values[1:], values[2:], strict=False):
            yield low, high, (middle,)


def written_intervals(blocks: Iterable[dict[str, Any]], decimal: str) -> set[tuple[Written | None, ...]]:
    """Every interval that a cell of the pages' tables holds: ``4 … 42``, ``85% [70%; 90%]``."""
    cells = {
        cell["text"] for block in blocks for row in block.get("rows", ()) for cell in row if cell["text"]
    }
    parts = [re.split(r"…|[\[\];]", cell) for cell in cells]
    pairs = [
        (part[-2], part[-1]) if "…" in cell else part[1:3] for cell, part in zip(cells, parts, strict=True)
    ]
    return {tuple(read_number(end, decimal) for end in pair) for pair in pairs if len(pair) == 2}


def said_intervals(
    reader: Reader, texts: Iterable[str]
) -> Iterator[tuple[str, Written, Written, Written | None]]:
    """Every interval in parentheses: what is said, its ends, and the number that stands before it."""
    between = re.escape(reader.say(INTERVAL, low="\0", high="\0")).split("\0")[1].removesuffix("\\")
    pattern = re.compile(rf"\((?:[^()\d−]*(?:\d+%)?[^()\d−]* )?({NUMBER}){between}({NUMBER})")
    for text in texts:
        for found in pattern.finditer(text):
            low, high = (read_number(end, reader.decimal_mark) for end in found.groups())
            before = NEAR.search(text[: found.start()])
            middle = read_number(before[1], reader.decimal_mark) if before else None
            if low and high and not {low.value, high.value} <= set(YEARS):
                yield text[max(found.start() - 60, 0) : found.end()] + ")", low, high, middle


def unlike(reader: Reader, blocks: list[dict[str, Any]], tables: Tables) -> Iterator[str]:
    """What the prose of brief and report says and no table does."""
    known, cells = told_intervals(tables), written_intervals(blocks, reader.decimal_mark)
    for said, low, high, middle in said_intervals(reader, texts_of(blocks, ("brief", "report"))):
        fits = [
            (row, told)
            for row in known
            for told in AS
            if low.is_of(row[0], told) and high.is_of(row[1], told)
        ]
        if not fits and (low, high) not in cells:
            yield said
        middles = {one for (_, _, own), _ in fits for one in own}
        if (
            middle
            and middles
            and not any(middle.is_of(one, told, signed=False) for one in middles for told in AS)
        ):
            yield said


def untold(reader: Reader, blocks: list[dict[str, Any]], estimates: pd.DataFrame) -> Iterator[str]:
    """The primary estimates that no table of the pages tells as the reader's language writes them."""
    cells = {
        cell["text"].replace("\xa0", " ") for block in blocks for row in block.get("rows", ()) for cell in row
    }
    text = "\n".join(cells)
    primary = estimates[estimates["is_primary"].astype(str).eq("True") & estimates["estimate"].notna()]
    primary = primary[primary["ci_low"].notna()].drop_duplicates(["indicator", "rater"])
    for name, unit, low, high in zip(*(primary[key] for key in ("indicator", "unit", *ENDS)), strict=True):
        ends = reader.between(float(low), float(high), reader.unit_of(str(unit))).replace("\xa0", " ")
        if ends not in text:
            yield f"{name}: {ends}"
