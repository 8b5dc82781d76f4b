"""What somebody who holds nothing but a finished report can work out about single people.

    python tools/attack.py reports/jakarta-tokyo-2004-synthetic     name what was recovered, and from where

From all tables of a report together (every language, every chapter, CSV files and the tables of its pages):

- ``shares``: a share times its n, as far as its digits allow, is a count of one to four, or leaves so many
  over;
- ``counts``: a hidden number of people follows from the size of its group less those without an answer;
- ``differences``: the sums behind two means of the same people but for one to four give the mean of these,
  closer than half a standard deviation;
- ``tables``: a hidden count of a table whose totals are known has, by an integer program (HiGHS in scipy),
  one possible value, or none but one to four.

The attacker knows how numbers are rounded (``manfaat.base.precision``), for that is published.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.precision import steps

FEW = SMALLEST_CELL - 1
SHARES = ("share", "survival", "cumulated", "share_missing", "share_lowest", "share_highest", "owed")
MEANS = ("mean", "before", "now", "earlier", "estimate", "mean_comparison")
GROUPS = (
    "group",
    "label",
    "indicator",
    "name",
    "variable",
    "item",
    "rater",
    "time",
    "concept",
    "participant",
)
NEAR = 0.5  # of a standard deviation: closer is a person's answer
PERCENT = re.compile(r"(?P<value>\d+(?:[.,]\d+)?)\s?%")


@dataclass(frozen=True)
class Recovered:
    """What was worked out: how, what, and the files (and rows) that give it away."""

    how: str
    what: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.how}: {self.what}, from {'; '.join(self.places)}"


@dataclass(frozen=True)
class Told:
    """A mean of some people as it was printed: of whom and what, n, the mean, how far off it may be, and the
    standard deviation behind it.
    """

    about: tuple[str, ...]
    n: int
    mean: float
    off: float
    spread: float
    place: str


def tables_of(folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of a report: its CSV files, and the tables of its pages, by their places."""
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        found[path.relative_to(folder).as_posix()] = pd.read_csv(path, dtype=str, keep_default_na=False)
    for path in sorted(folder.glob("blocks*.json")):
        for block in json.loads(path.read_text(encoding="utf-8")):
            if heads := block.get("heads"):
                rows = [[cell["text"] for cell in row] for row in block["rows"]]
                names = [f"{place} {head['text']}" for place, head in enumerate(heads)]
                rows = [row for row in rows if len(row) == len(names)]
                found[f"{path.name} {block.get('label', '')}"] = pd.DataFrame(rows, columns=names, dtype=str)
    return found


def numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    """A column's numbers; missing where it has none."""
    if name not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[name], errors="coerce").to_numpy(dtype="float64")


def half_unit(text: str) -> float:
    """How far a number that is printed so may be off: half a unit of its last digit."""
    digits, _, power = text.lower().partition("e")
    decimals = len(digits.partition(".")[2].rstrip("0") or "") if "." in digits else 0
    return 0.5 * 10.0 ** (int(power or 0) - decimals)


def counts_within(share: float, off: float, n: int) -> range:
    """The whole numbers of n people of whom a share, as it is printed, can be."""
    low, high = np.ceil((share - off) * n - 1e-9), np.floor((share + off) * n + 1e-9)
    return range(max(int(low), 0), min(int(high), n) + 1)


def only_few(counts: Iterable[int], n: int) -> bool:
    """Whether every count that is possible is of one to four, or leaves one to four over."""
    known = list(counts)
    return bool(known) and (
        all(1 <= count <= FEW for count in known) or all(1 <= n - count <= FEW for count in known)
    )


def named(table: pd.DataFrame, row: int) -> str:
    """What a row is about, in the words of its table."""
    return ", ".join(str(table.iloc[row][name]) for name in GROUPS if name in table and table.iloc[row][name])


def by_shares(tables: dict[str, pd.DataFrame]) -> Iterator[Recovered]:
    """Multiply every share by its n."""
    in_steps = rounds(tables)
    for place, table in tables.items():
        counts = numbers(table, "n")
        for name in SHARES:
            for row, share in enumerate(numbers(table, name)):
                n = counts[row]
                if np.isnan(share) or np.isnan(n) or n < 1 or {"low", "high"} <= set(table):
                    continue
                total = n if name != "share" or "before" not in table else n / share if share else np.nan
                if np.isnan(total) or share in (0, 1):
                    continue
                off = max(half_unit(table.iloc[row][name]), float(steps(1, total)) / 2 if in_steps else 0)
                if only_few(counts_within(share, off, round(total)), round(total)):
                    yield Recovered(
                        "shares", f"{named(table, row)}: {share} of {n:.0f}", (f"{place}, row {row + 1}",)
                    )
        yield from by_percents(place, table, counts)


def by_percents(place: str, table: pd.DataFrame, counts: np.ndarray) -> Iterator[Recovered]:
    """The same for percentages in words beside an n."""
    for name in [name for name in table if str(name).endswith("_text") or str(name)[:1].isdigit()]:
        for row, cell in enumerate(table[name]):
            found = PERCENT.match(cell)
            n = counts[row]
            beside = re.search(r"· (\d+)$", cell)
            n = float(beside[1]) if beside else n
            if not found or np.isnan(n) or n < 1 or name.startswith("sd"):
                continue
            share = float(found["value"].replace(",", ".")) / 100
            if share not in (0, 1) and only_few(
                counts_within(share, half_unit(found["value"]) / 100, int(n)), int(n)
            ):
                yield Recovered("shares", f"{named(table, row)}: {cell}", (f"{place}, row {row + 1}",))


def rounds(tables: dict[str, pd.DataFrame]) -> bool:
    """Whether a report tells numbers in steps: one that has means or shares of more than six digits does
    not.
    """
    return not any(
        len(re.sub(r"\D|e.*", "", text).strip("0")) > 6
        for table in tables.values()
        for name in (*MEANS, *SHARES)
        if name in table
        for text in table[name]
    )


def by_counts(tables: dict[str, pd.DataFrame]) -> Iterator[Recovered]:
    """Find hidden numbers of people: the size of a group less who lacks an answer, and the same number in
    another table.
    """
    sizes: dict[str, set[int]] = {}
    for table in tables.values():
        whole = numbers(table, "n") + numbers(table, "n_missing")
        if "group" in table and "n_missing" in table:
            for group, size in zip(table["group"], whole, strict=True):
                if np.isfinite(size):
                    sizes.setdefault(group, set()).add(int(size))
    for place, table in tables.items():
        if not {"n", "n_missing", "group"} <= set(table):
            continue
        n, missing = numbers(table, "n"), numbers(table, "n_missing")
        for row in np.flatnonzero(np.isnan(n) & np.isfinite(missing)):
            for size in sizes.get(table["group"].iloc[row], ()):
                if 1 <= size - missing[row] <= FEW:
                    left = f"{size:.0f} − {missing[row]:.0f}"
                    yield Recovered("counts", f"{named(table, row)}: {left}", (f"{place}, row {row + 1}",))


def spreads_of(tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """The standard deviation of every indicator that any table tells."""
    found: dict[str, float] = {}
    for table in tables.values():
        for name, of in (("sd", "name"), ("sd_comparison", "indicator"), ("sd", "item")):
            if of in table:
                for key, value in zip(table[of], numbers(table, name), strict=True):
                    if np.isfinite(value) and value > 0:
                        found.setdefault(key, value)
    return found


def told_means(tables: dict[str, pd.DataFrame]) -> Iterator[Told]:
    """Every mean of some people that is printed with its n."""
    is_rounded, spreads = rounds(tables), spreads_of(tables)
    for place, table in tables.items():
        for name in MEANS if "term" not in table else ():  # coefficients are no means
            counts = numbers(table, "n_comparison" if name == "mean_comparison" else "n")
            one_group = numbers(table, "n_comparison")
            for row, mean in enumerate(numbers(table, name)):
                n = counts[row]
                alone = name != "estimate" or one_group[row] == 0  # of two groups it is no mean of people
                if not (np.isfinite(mean) and np.isfinite(n) and n >= SMALLEST_CELL and alone):
                    continue
                spread = spread_at(table, row, name, n)
                spread = spread if np.isfinite(spread) else spreads.get(str(first(table, row)), np.nan)
                if not np.isfinite(spread) or spread <= 0:
                    continue
                off = half_unit(table.iloc[row][name])
                off = max(off, float(steps(spread, n)) / 2) if is_rounded else off
                what = (*about(table, row, name), "" if first(table, row) else place.rpartition("/")[2])
                yield Told(what, int(n), mean, off, spread, f"{place}, row {row + 1}")


def first(table: pd.DataFrame, row: int) -> object:
    """The name of what a row is about."""
    return next(
        (table.iloc[row][name] for name in ("name", "indicator", "label", "item") if name in table), ""
    )


def about(table: pd.DataFrame, row: int, name: str) -> tuple[str, ...]:
    """What a mean is of: indicator, rater, group and time, as far as its table says."""
    keys = (
        "name",
        "indicator",
        "label",
        "item",
        "rater",
        "group",
        "time",
        "unit",
        "estimand",
        "method",
        "term",
    )
    return (name, *(str(table.iloc[row][key]) for key in keys if key in table))


def spread_at(table: pd.DataFrame, row: int, name: str, n: float) -> float:
    """The standard deviation that a row tells of its own mean."""
    known = {key: numbers(table, key)[row] for key in ("sd", "std_error", "sd_comparison", "p25", "p75")}
    if name == "mean_comparison":
        return float(known["sd_comparison"])
    if np.isfinite(known["sd"]):
        return float(known["sd"])
    if np.isfinite(known["std_error"]):
        return float(known["std_error"] * np.sqrt(n))
    return float((known["p75"] - known["p25"]) / 1.349)


def by_differences(tables: dict[str, pd.DataFrame]) -> Iterator[Recovered]:
    """Take the sums behind two means of nearly the same people."""
    means: dict[tuple[str, ...], dict[tuple[int, float], Told]] = {}
    for one in told_means(tables):
        means.setdefault(one.about, {}).setdefault((one.n, one.mean), one)
    for own in means.values():
        for more, less in combinations(sorted(own.values(), key=lambda told: -told.n), 2):
            people = more.n - less.n
            if not 1 <= people <= FEW:
                continue
            value = (more.n * more.mean - less.n * less.mean) / people
            off = (more.n * more.off + less.n * less.off) / people
            if off < NEAR * more.spread:
                what = f"{', '.join(more.about)}: {people} with {value:.6g} ± {off:.2g}"
                yield Recovered("differences", what, (more.place, less.place))


def by_tables(tables: dict[str, pd.DataFrame]) -> Iterator[Recovered]:
    """Solve the tables in which counts are hidden, and whose totals are known."""
    for place, table in tables.items():
        n, share = numbers(table, "n"), numbers(table, "share")
        if not {"n", "share"} <= set(table) or not np.isnan(n).any():
            continue
        lines = [
            name for name in ("group", "indicator", "rater", "before") if name in table and name != "now"
        ]
        for _, rows in table.reset_index(drop=True).groupby(lines, sort=False) if lines else [("", table)]:
            at = rows.index.to_numpy()
            known = at[np.isfinite(n[at]) & (n[at] > 0) & (share[at] > 0)]
            hidden = at[np.isnan(n[at])]
            if not len(known) or not len(hidden):
                continue
            best = known[n[known].argmax()]
            rest = round(n[best] / share[best]) - np.nansum(n[at])
            for row, low, high in solved(len(hidden), rest):
                if (low == high and high > 0) or (low >= 1 and high <= FEW):
                    what = f"{named(table, hidden[row])}: {low} to {high}"
                    yield Recovered("tables", what, (f"{place}, row {hidden[row] + 1}",))


def solved(cells: int, rest: float) -> Iterator[tuple[int, int, int]]:
    """Least and most of every hidden count: whole numbers, one of them at least small, that add up to what is
    not shown.
    """
    for row in range(cells):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(cells)
            aim[row] = sign
            whole = LinearConstraint(np.ones((1, cells)), rest, rest)
            found = milp(aim, constraints=whole, integrality=np.ones(cells), bounds=Bounds(0, max(rest, 0)))
            ends.append(round(sign * found.fun) if found.success else -1)
        yield row, ends[0], ends[1]


def attack(folder: Path) -> list[Recovered]:
    """Everything that can be worked out from a report's folder."""
    tables = tables_of(folder)
    ways = by_shares, by_counts, by_differences, by_tables
    return list(dict.fromkeys(found for way in ways for found in way(tables)))


def main() -> int:
    """Attack the folders that are named."""
    left = 0
    for name in sys.argv[1:]:
        found = attack(Path(name))
        left += len(found)
        print(f"{name}: {len(found)} recovered", *found, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
