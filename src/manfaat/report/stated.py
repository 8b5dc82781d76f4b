"""Whether every number in the prose of a finished report is one that its folder tells: of a table, an
estimate or a ledger, rounded as it is written, and in the unit in which it is written.

A number is looked for where a reader would: in the tables and figures of its own section and of those that it
cites, among the primary estimates, and in the summaries of costs, value and verdicts; one of three digits and
more also in all other tables. One with a per cent sign is a share or a percentage, or the change that a
difference of logarithms stands for; one with a word for millions an amount, or a number of millions; one that
words call percentage points is a share.

``kind_of`` names those that are nobody's result, and are not looked for:

- ``a year``: 1900 to 2100;
- ``declared``: what a definition file or a parameter of the run says, such as a limit, a rate or a name;
- ``a count``: how many rows a table has, or how many of its rows say the same, and whole numbers of one
  digit.

A short number is often that of some other table too, so that a wrong one is not always found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from manfaat.report.cost_words import SCALES
from manfaat.report.leaving import Tables
from manfaat.report.reader import Reader
from manfaat.report.said import SLACK, YEARS, Written, read_number

TOKEN = re.compile(r"(?<![\w.,:/#-])(?:[^\W\d_]{1,3}|[$€£¥])?[ \xa0]?(\d[\d.,]*)(?![\w-]*\d)([ \xa0]?%)?")
AFTER = re.compile(r"[ \xa0]([^\W\d_]+)")
NUMBERS = re.compile(r"(\d[\d.,]*)([ \xa0]?%)?")
EXHIBIT = "exhibit-"
STATED = "stated/"  # numbers that sentences alone tell
SUMMARIES = (
    *("verdicts.csv", "cost_indicators.csv", "value.csv", "implications.csv", "double_benefit.csv"),
    *("techniques.csv", "ledger_rows.csv", "basis.csv"),
    *("exhibits/06-value-parties.csv", "exhibits/06-scenarios.csv", "exhibits/03-cost-conventions.csv"),
    *("exhibits/03-cost-ledger.csv", "exhibits/06-switching.csv", "exhibits/03-flow.csv"),
)
ESTIMATES, THREATS, RESPONSE = "estimates.csv", "threats/", "response rate"
ONE_DIGIT = 10  # below it there is always a table that tells it: a check would not find a wrong one
FEW = 3  # digits: so short a number is found in any folder
LAYERS = ("brief", "report")
OTHER = str.maketrans(".,", ",.")  # a number as the other language writes it
Numbers = npt.NDArray[np.float64]
Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Stated:
    """A number of a sentence: the sentence around it, its digits, its value, and what it is told in."""

    around: str
    digits: str
    number: Written
    is_percent: bool = False
    is_points: bool = False
    power: int = 0  # of ten: 6 for millions


@dataclass(frozen=True)
class Told:
    """What some tables tell: their numbers, and those that the cells of the pages' tables show as text."""

    tables: Tables
    cells: frozenset[tuple[str, bool]]  # digits, and whether a per cent sign follows

    @cached_property
    def numbers(self) -> Numbers:
        """Every number of a table, without its sign, in order."""
        found = [
            pd.to_numeric(table[name], errors="coerce").to_numpy("float64")
            for table in self.tables.values()
            for name in table
        ]
        every = np.abs(np.concatenate([np.empty(0), *found]))
        return np.unique(every[np.isfinite(every)])

    @cached_property
    def changes(self) -> Numbers:
        """Differences of logarithms as per cent, both ways, in order."""
        small = self.numbers[self.numbers < 1]
        return np.unique(np.abs(100 * np.expm1(np.concatenate([small, -small]))))

    @cached_property
    def counts(self) -> frozenset[int]:
        """How many rows tables have, and how many of their rows say the same."""
        found: set[int] = set()
        for table in self.tables.values():
            found.add(len(table))
            for name in [name for name in table if table[name].nunique() < len(table)]:
                found |= set(table[name].value_counts())
        return frozenset(int(one) for one in found)

    def tells(self, one: Stated) -> bool:
        """Whether a table tells a number, in the unit in which it is written."""
        if (one.digits, one.is_percent) in self.cells:
            return True
        if one.is_percent:
            known = (self.numbers * 100, self.changes, self.numbers[self.numbers > 1])
            return any(has_near(numbers, one.number) for numbers in known)
        if one.is_points and has_near(self.numbers * 100, one.number):
            return True
        return has_near(self.numbers / 10.0**one.power, one.number) or has_near(self.numbers, one.number)


@dataclass(frozen=True)
class Folder:
    """A report's folder: all that it tells, what stands in which section, and what is declared."""

    blocks: Blocks
    tables: Tables
    declared: frozenset[str]

    @cached_property
    def whole(self) -> Told:
        """All of it."""
        return Told(self.tables, cells_of(self.blocks))

    @cached_property
    def summaries(self) -> dict[str, pd.DataFrame]:
        """The primary estimates, and the files that sum a report up."""
        found = {name: own for name, own in self.tables.items() if name in SUMMARIES or STATED in name}
        if ESTIMATES in self.tables:
            estimates = self.tables[ESTIMATES]
            found[ESTIMATES] = estimates[estimates["is_primary"] == "True"]
            found["range"] = ends_of(estimates)
        for name in [name for name in self.tables if name.startswith(THREATS)]:
            if "threat" in self.tables[name]:
                found[name] = self.tables[name][self.tables[name]["threat"] == RESPONSE]
        return found

    @cached_property
    def parts(self) -> list[Blocks]:
        """The sections: what stands below each heading, in whichever layer."""
        return [part for part in sections(self.blocks) if part]

    def near(self, section: Blocks) -> Told:
        """What a section shows and cites, and the summaries."""
        links = set(re.findall(rf'"#({EXHIBIT}[\w-]+)"', json.dumps([*map(texts_in, section)])))
        heading = next((block["id"] for block in section if block["kind"] == "heading"), "")
        alike = [other for other in self.parts if heading and other[0].get("id") == heading]
        own = [block for other in [section, *alike] for block in other if block.get("name")]
        own += [block for block in self.blocks if block.get("name") and block["id"] in links]
        names = [f"exhibits/{block['name']}.csv" for block in own]
        tables = self.summaries | {name: self.tables[name] for name in names if name in self.tables}
        return Told(tables, cells_of(own) | texts_of(tables))

    def lacking(self, reader: Reader) -> Iterator[Stated]:
        """Every number in the prose of brief and report that nothing tells."""
        for section in self.parts:
            near = self.near(section)
            for one in numbers_of(reader, section):
                if not (near.tells(one) or self.kind_of(one, near)):
                    is_long = len(re.sub(r"\D", "", one.digits).lstrip("0")) > FEW
                    if not (is_long and self.whole.tells(one)):
                        yield one

    def kind_of(self, one: Stated, near: Told) -> str:
        """What kind of number this is, that no table has to tell; empty for a result."""
        whole = float(one.number.value).is_integer() and not one.is_percent
        if whole and one.number.value in YEARS:
            return "a year"
        if one.digits in self.declared:
            return "declared"
        if whole and (one.number.value < ONE_DIGIT or int(one.number.value) in near.counts):
            return "a count"
        return ""


def ends_of(estimates: pd.DataFrame) -> pd.DataFrame:
    """The least and the largest estimate of each indicator and rater, over those that compare groups."""
    if not {"indicator", "rater", "n_comparison"} <= set(estimates):
        return pd.DataFrame()
    known = estimates.assign(estimate=pd.to_numeric(estimates["estimate"], errors="coerce"))
    beside = pd.to_numeric(estimates["n_comparison"], errors="coerce") > 0
    ends = known[beside].groupby(["indicator", "rater"])["estimate"].agg(["min", "max"])
    return ends.astype("str")


def has_near(numbers: Numbers, written: Written) -> bool:
    """Whether one of some numbers in order is a written one, as far as its decimals say."""
    value = abs(written.value)
    off = written.half * SLACK + value * 1e-9
    at = int(np.searchsorted(numbers, value - off))
    return at < len(numbers) and bool(numbers[at] <= value + off)


def texts_in(block: Mapping[str, Any]) -> list[Any]:
    """The pieces of text of a block of prose."""
    return [block.get("runs", []), block.get("items", [])]


def cells_of(blocks: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str, bool]]:
    """Every number that a cell of a table of the pages shows, as it is written."""
    texts = {cell["text"] for block in blocks for row in block.get("rows", ()) for cell in row}
    found = (pair for text in texts for pair in NUMBERS.findall(text))
    return frozenset((digits.rstrip(".,"), bool(sign)) for digits, sign in found)


def texts_of(tables: Tables) -> frozenset[tuple[str, bool]]:
    """Every percentage that a table's file holds as text, as English and Indonesian write it."""
    texts = [cell for table in tables.values() for name in table for cell in table[name] if "%" in cell]
    found = {(digits, bool(sign)) for cell in texts for digits, sign in NUMBERS.findall(cell)}
    return frozenset(found | {(digits.translate(OTHER), sign) for digits, sign in found})


def declared_in(texts: Iterable[str]) -> frozenset[str]:
    """Every number of definition files, as English and Indonesian write it; shares as per cent too."""
    found = {digits.rstrip(".,") for text in texts for digits, _ in NUMBERS.findall(text)}
    found |= {f"{float(one) * 100:g}" for one in found if re.fullmatch(r"0\.\d+", one)}
    return frozenset(found | {one.translate(OTHER) for one in found})


def sections(blocks: Blocks) -> Iterator[Blocks]:
    """The blocks below each heading."""
    found: Blocks = []
    for block in blocks:
        if block["kind"] == "heading":
            yield found
            found = []
        found.append(block)
    yield found


def numbers_of(reader: Reader, section: Blocks) -> Iterator[Stated]:
    """Every number in a section's prose, without those that name an exhibit."""
    for block in section:
        if block["layer"] in LAYERS and block["kind"] in ("paragraph", "bullets"):
            for runs in [block["runs"]] if block["kind"] == "paragraph" else block["items"]:
                plain = [
                    "…" if run.get("link", "").startswith(f"#{EXHIBIT}") else run["text"] for run in runs
                ]
                yield from stated_in(reader, "".join(plain))


def stated_in(reader: Reader, text: str) -> Iterator[Stated]:
    """Every number of a sentence."""
    powers = {reader.say(template, amount="").strip(): len(f"{scale:.0f}") - 1 for scale, template in SCALES}
    units = [unit for unit in reader.study.programme.units.values() if unit.is_share]
    points = tuple((unit.after or unit.label)[reader.code] for unit in units)
    for found in TOKEN.finditer(text):
        number, after = read_number(found[1], reader.decimal_mark), AFTER.match(text, found.end())
        if number is None:
            continue
        around = text[max(found.start() - 40, 0) : found.end() + 30]
        one = Stated(around, found[1].rstrip(".,"), number, is_percent=bool(found[2]))
        is_points = any(word in text for word in points)
        yield replace(one, is_points=is_points, power=powers.get(after[1], 0) if after else 0)
