"""What somebody who holds nothing but a finished report can work out about single people.

From all tables together (every language, every chapter, CSV files and the tables of its pages), or from what
a release says that it tells (``leaving``):

- ``shares``: a share times its n, as far as its digits allow, is a count of one to four, or leaves so many
  over; of a curve of survival too;
- ``counts``: a hidden number of people follows from the size of its group less those without an answer;
- ``differences``: the sums behind two means of the same people but for one to four give the mean of these,
  closer than half of what such a mean varies by among people; of answers of yes or no, how many said yes. A
  mean is printed, or is the constant of a regression on the group alone;
- ``tests``: the same for estimates that follow from a p value and a standard error;
- ``tables``: a hidden count of a table whose totals are known has, by an integer program (``solving``), one
  possible value, or none but one to four;
- ``curves``: a density has more digits than a drawing needs, so that single answers can be read out of it;
- ``releases``: a group has one to four people more or fewer than in a former release, so that whatever both
  tell is about these.

The attacker knows how numbers are rounded (``manfaat.base.precision``), for that is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t as student

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.precision import FEW_DIGITS, LINES, steps
from manfaat.base.solving import Cells, cells_of, given_away, with_moments
from manfaat.report.leaving import KEYS, LEDGER, Tables, read_ledger, tables_in, tables_told

FEW = SMALLEST_CELL - 1
SHARES = ("share", "survival", "cumulated", "share_missing", "share_lowest", "share_highest", "owed")
MEANS = ("mean", "before", "now", "earlier", "estimate", "mean_comparison")
GROUPS = (
    *("group", "label", "indicator", "name", "variable", "item", "rater", "time", "concept"),
    "participant",
)
ABOUT = (
    *("name", "indicator", "label", "item", "rater", "group", "time", "unit", "estimand", "method", "term"),
)
NEAR = 0.5  # of the standard deviation of what a person, or the mean of a few, could be: closer is an answer
ROUNDED = 0.02  # so far off may be the standard deviation of a share
BESIDE = tuple(round(line - less, 3) for line in LINES for less in (0.0, 0.001))
CROSSED = 0.1  # so far a p value is moved back at most
MEANS_APART = "difference_in_means"
DIFFERENCE = "difference"  # the specification without covariates
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


def numbers(table: pd.DataFrame, name: str) -> np.ndarray:
    """A column's numbers; missing where it has none."""
    if name not in table:
        return np.full(len(table), np.nan)
    return pd.to_numeric(table[name], errors="coerce").to_numpy(dtype="float64")


def half_unit(text: str) -> float:
    """How far a number that is printed so may be off: half a unit of its last digit.

    Examples
    --------
    >>> half_unit("0.27"), half_unit("12"), half_unit("2.7e-07")
    (0.005, 0.5, 5e-09)
    """
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


def by_shares(tables: Tables) -> Iterator[Recovered]:
    """Multiply every share by its n."""
    in_steps = rounds(tables)
    for place, table in tables.items():
        counts = numbers(table, "n")
        if "at_risk" in table:
            lines = [name for name in ("indicator", "rater", "group") if name in table]
            risk = pd.Series(numbers(table, "at_risk"))
            counts = (risk.groupby([table[line] for line in lines]).transform("max") if lines else risk).array
        for name in SHARES:
            totals = totals_of(table, np.asarray(counts), numbers(table, name), name)
            for row, share in enumerate(numbers(table, name)):
                total = totals[row]
                if np.isnan(total) or share in (0, 1) or {"low", "high"} <= set(table):
                    continue
                off = max(half_unit(table.iloc[row][name]), float(steps(1, total)) / 2 if in_steps else 0)
                if only_few(counts_within(share, off, round(total)), round(total)):
                    what = f"{named(table, row)}: {share} of {total:.0f}"
                    yield Recovered("shares", what, (f"{place}, row {row + 1}",))
        yield from by_percents(place, table, np.asarray(counts))


def totals_of(table: pd.DataFrame, n: np.ndarray, share: np.ndarray, name: str) -> np.ndarray:
    """How many people each share is of: n, or what n is the share of, where several rows say the same of
    that, or a row counts nobody.
    """
    whole = np.where((n >= 1) & (share > 0), n / np.where(share > 0, share, 1), np.nan)
    known = np.round(whole[np.isfinite(whole)])
    counts = "before" in table or len(set(known)) < len(known) or bool(((n == 0) & (share == 0)).any())
    if name == "share" and counts:
        return whole
    return np.where((n >= 1) & np.isfinite(share), n, np.nan)


def by_percents(place: str, table: pd.DataFrame, counts: np.ndarray) -> Iterator[Recovered]:
    """The same for percentages in words beside an n."""
    for name in [str(name) for name in table if str(name).endswith("_text") or str(name)[:1].isdigit()]:
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


def rounds(tables: Tables) -> bool:
    """Whether a report tells numbers in steps: one that has means or shares of people of more than six digits
    does not.
    """
    return not any(
        len(re.sub(r"\D|e.*", "", text).strip("0")) > 6
        for table in tables.values()
        for name in (*MEANS, *SHARES)
        if name in table and {"n", "n_comparison", "at_risk"} & set(table)
        for text in table[name]
    )


def sizes_of(tables: Tables) -> dict[str, set[int]]:
    """The sizes of the groups: who answered, and who did not."""
    sizes: dict[str, set[int]] = {}
    for table in tables.values():
        whole = numbers(table, "n") + numbers(table, "n_missing")
        if "group" in table and "n_missing" in table:
            for group, size in zip(table["group"], whole, strict=True):
                if np.isfinite(size):
                    sizes.setdefault(group, set()).add(int(size))
    return sizes


def by_counts(tables: Tables) -> Iterator[Recovered]:
    """Find hidden numbers of people: the size of a group less who lacks an answer, and the same number in
    another table.
    """
    sizes = sizes_of(tables)
    for place, table in tables.items():
        if not {"n", "n_missing", "group"} <= set(table):
            continue
        n, missing = numbers(table, "n"), numbers(table, "n_missing")
        for row in np.flatnonzero(np.isnan(n) & np.isfinite(missing)):
            for size in sizes.get(table["group"].iloc[row], ()):
                if 1 <= size - missing[row] <= FEW:
                    left = f"{size:.0f} − {missing[row]:.0f}"
                    yield Recovered(
                        "counts", f"{named(table, int(row))}: {left}", (f"{place}, row {row + 1}",)
                    )


def spreads_of(tables: Tables) -> dict[str, float]:
    """The standard deviation of every indicator that any table tells."""
    found: dict[str, float] = {}
    for table in tables.values():
        for name, of in (("sd", "name"), ("sd_comparison", "indicator"), ("sd", "item")):
            if of in table:
                for key, value in zip(table[of], numbers(table, name), strict=True):
                    if np.isfinite(value) and value > 0:
                        found.setdefault(key, value)
    return found


def told_means(tables: Tables) -> Iterator[Told]:
    """Every mean of some people that is printed with its n."""
    is_rounded, spreads = rounds(tables), spreads_of(tables)
    for place, table in tables.items():
        one_group = numbers(table, "n_comparison")
        for name in [name for name in MEANS if name in table and "term" not in table]:
            means = numbers(table, name)  # coefficients are no means
            n = numbers(table, "n_comparison" if name == "mean_comparison" else "n")
            alone = (one_group == 0) | (name != "estimate")  # of two groups it is no mean of people
            near = spreads_at(table, name, n)
            for row in np.flatnonzero(np.isfinite(means) & (n >= SMALLEST_CELL) & alone):
                own = first(table, int(row))
                spread = near[row] if np.isfinite(near[row]) else spreads.get(own, np.nan)
                if not spread > 0:
                    continue
                off = max(half_unit(table.iloc[row][name]), least_off(means[row], spread, n[row], is_rounded))
                what = (*about(table, int(row), name), "" if own else place.rpartition("/")[2])
                yield Told(what, int(n[row]), means[row], off, spread, f"{place}, row {row + 1}")


def first(table: pd.DataFrame, row: int) -> str:
    """The name of what a row is about."""
    named = (table.iloc[row][name] for name in ("name", "indicator", "label", "item") if name in table)
    return str(next(named, ""))


def about(table: pd.DataFrame, row: int, name: str) -> tuple[str, ...]:
    """What a mean is of: indicator, rater, group and time, as far as its table says. That of the comparison
    group is the same whatever it is set against.
    """
    keys = ("indicator", "rater", "arm", "against", "subgroup") if name == "mean_comparison" else ABOUT
    return (name, *(str(table.iloc[row][key]) for key in keys if key in table))


def spreads_at(table: pd.DataFrame, name: str, n: np.ndarray) -> np.ndarray:
    """The standard deviations that a table tells of its own means."""
    if name == "mean_comparison":
        return numbers(table, "sd_comparison")
    sd, error = numbers(table, "sd"), numbers(table, "std_error") * np.sqrt(np.where(n > 0, n, np.nan))
    found = np.where(np.isfinite(sd), sd, error)
    return np.where(np.isfinite(found), found, (numbers(table, "p75") - numbers(table, "p25")) / 1.349)


def constants(tables: Tables) -> Iterator[Told]:
    """Means of the comparison group beside coefficients: as they are told, and as constants of regressions on
    the group alone. How many people they are of stands beside the estimate of the same specification.
    """
    keys = ["indicator", "rater", "specification"]
    sides = {
        tuple(row): n
        for table in tables.values()
        if {*keys, "n_comparison"} <= set(table)
        for *row, n in table[[*keys, "n_comparison"]].itertuples(index=False)
    }
    is_rounded = rounds(tables)
    for place, table in tables.items():
        if not {"term", "role", "mean_comparison", "sd_comparison", *keys} <= set(table):
            continue
        spreads, alone = numbers(table, "sd_comparison"), table["role"] == "constant"
        for name in ("mean_comparison", "estimate"):
            means = numbers(table, name)
            one = alone if name == "mean_comparison" else alone & (table["specification"] == DIFFERENCE)
            for row in np.flatnonzero(one & np.isfinite(means) & (spreads > 0)):
                n = float(sides.get(tuple(table.iloc[row][keys])) or 0)
                if n >= SMALLEST_CELL:
                    off = max(
                        half_unit(table.iloc[row][name]), least_off(means[row], spreads[row], n, is_rounded)
                    )
                    what = about(table, int(row), "mean_comparison")
                    yield Told((*what, ""), int(n), means[row], off, spreads[row], f"{place}, row {row + 1}")


def by_differences(tables: Tables, means: list[Told]) -> Iterator[Recovered]:
    """Take the sums behind two means of nearly the same people."""
    yield from apart("differences", as_told_of_most([*means, *constants(tables)]))


def by_yes(_: Tables, means: list[Told]) -> Iterator[Recovered]:
    """Multiply the means of answers of yes or no by their n, as shares are; what is told of several samples
    may have the standard deviation of a share by chance.
    """
    for one in means:
        if (
            one.about[0] == "mean"
            and is_yes_or_no(one.mean, one.spread, one.n)
            and only_few(counts_within(one.mean, one.off, one.n), one.n)
        ):
            yield Recovered("shares", f"{', '.join(one.about)}: {one.mean} of {one.n}", (one.place,))


def as_told_of_most(means: list[Told]) -> Iterator[Told]:
    """The same, where one file tells one mean of several samples of a comparison group as of the largest of
    these: the rule is published, so that it is known to be told of that one.
    """
    most: dict[tuple[object, ...], int] = {}
    for one in means:
        key = one.about, one.mean, one.place.partition(",")[0]
        most[key] = max(most.get(key, 0), one.n)
    for one in means:
        alone = one.about[0] != "mean_comparison"
        yield one if alone else replace(one, n=most[one.about, one.mean, one.place.partition(",")[0]])


def apart(how: str, told: Iterable[Told]) -> Iterator[Recovered]:
    """What two means say of the one to four people by whom they differ, where that is closer than ``NEAR`` of
    what their mean varies by, or leaves of yes and no one number of either.
    """
    means: dict[tuple[str, ...], dict[tuple[int, float], Told]] = {}
    for one in told:
        means.setdefault(one.about, {}).setdefault((one.n, one.mean), one)
    for own in means.values():
        for more, less in combinations(sorted(own.values(), key=lambda told: -told.n), 2):
            people = more.n - less.n
            if not 1 <= people <= FEW:
                continue
            value = (more.n * more.mean - less.n * less.mean) / people
            off = (more.n * more.off + less.n * less.off) / people
            near = off < NEAR * more.spread / np.sqrt(people)
            if near or (
                is_yes_or_no(more.mean, more.spread, more.n) and len(counts_within(value, off, people)) == 1
            ):
                what = f"{', '.join(more.about)}: {people} with {value:.6g} ± {off:.2g}"
                yield Recovered(how, what, (more.place, less.place))


def least_off(mean: float, spread: float, n: float, is_rounded: bool) -> float:
    """How far off a mean is told at least, by the rule of the house; not at all where it keeps its digits."""
    step = float(steps(1.0 if is_yes_or_no(mean, spread, n) else spread, n))
    return step / 2 if is_rounded else 0.0


def is_yes_or_no(mean: float, spread: float, n: float) -> bool:
    """Whether a mean is a share, by its standard deviation."""
    own = mean * (1 - mean) * n / (n - 1)
    return own > 0 and bool(abs(np.sqrt(own) - spread) < ROUNDED)


def by_tests(tables: Tables) -> Iterator[Recovered]:
    """Work estimates out of their p values and standard errors: t times its standard error is known more
    closely than the estimate is told, where t is small.
    """
    yield from apart("tests", tested_means(tables))


def tested_means(tables: Tables) -> Iterator[Told]:
    """Every mean of one group's people that follows from a p value beside a standard error; of two groups
    that of the first, where the mean of the other stands beside the difference.
    """
    is_rounded = rounds(tables)
    for place, table in tables.items():
        if not {"p_value", "std_error", "df", "n", "n_comparison", "estimate"} <= set(table):
            continue
        columns = [numbers(table, name) for name in ("p_value", "std_error", "df", "n", "estimate")]
        others, beside = numbers(table, "n_comparison"), numbers(table, "mean_comparison")
        alone, beside = others == 0, np.where(others == 0, 0.0, beside)
        method = table["method"] if "method" in table else pd.Series("", index=table.index)
        alone |= (method == MEANS_APART).to_numpy() & np.isfinite(beside)
        usable = alone & np.logical_and.reduce([np.isfinite(values) for values in columns])
        for row in np.flatnonzero(usable):
            p, error, df, n, estimate = (float(values[row]) for values in columns)
            unit = half_unit(table.iloc[row]["p_value"])
            if is_rounded and is_of_told(p, unit, 2 * float(student.sf(abs(estimate) / error, df))):
                continue
            if n < SMALLEST_CELL or df <= 0 or not unit < p < 1 - unit:
                continue
            ends = [float(student.isf(side / 2, df)) for side in (p + unit, p - unit)]
            smaller = min(n, others[row] or n)
            least = float(steps(error, smaller)) / 2 if is_rounded else 0
            wide = max(half_unit(table.iloc[row]["std_error"]), least)
            low, high = ends[0] * (error - wide), ends[1] * (error + wide)
            told = float(steps(error * np.sqrt(smaller), smaller)) / 2 if is_rounded else 0
            printed = max(half_unit(table.iloc[row]["estimate"]), told)
            low, high = max(low, abs(estimate) - printed), min(high, abs(estimate) + printed)
            if low <= high:  # or the p value is not that of the estimate over its standard error
                mean = float(np.sign(estimate)) * (low + high) / 2 + float(beside[row])
                what = (*about(table, int(row), "estimate"), f"against {others[row]:.0f}")
                yield Told(
                    what, int(n), mean, (high - low) / 2, error * np.sqrt(n), f"{place}, row {row + 1}"
                )


def is_of_told(p: float, unit: float, told: float) -> bool:
    """Whether a p value may be that of a told estimate, so that it says no more: as near to it as it is
    written, or beside one of the lines that none is moved across.
    """
    return abs(p - told) <= unit * 1.02 or (p in BESIDE and abs(p - told) < CROSSED)


def by_tables(tables: Tables, means: list[Told]) -> Iterator[Recovered]:
    """Solve the tables in which counts are hidden, and whose totals are known: by the share of a count that
    is shown, or as the size of the group; with what a mean and a standard deviation of steps say of them.
    """
    sizes = sizes_of(tables)
    for place, table in tables.items():
        n, share = numbers(table, "n"), numbers(table, "share")
        if "n" not in table or not np.isnan(n).any() or not {"share", "low"} & set(table):
            continue
        lines = [name for name in ("group", "indicator", "rater") if name in table]
        for group, rows in groups_of(table, lines):
            at = rows.index.to_numpy()
            cells = cells_of(rows, n[at], share[at], sizes.get(group, set()))
            for row, low, high in given_away(moved(cells, rows, means)) if cells else ():
                what = f"{named(table, at[row])}: {low} to {high}"
                yield Recovered("tables", what, (f"{place}, row {at[row] + 1}",))


def groups_of(table: pd.DataFrame, lines: list[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The parts of a table that are about different people, and what each group is called."""
    plain = table.reset_index(drop=True)
    for key, rows in plain.groupby(lines, sort=False) if lines else [(("",), plain)]:
        yield str(key[0]) if "group" in lines else "", rows


def moved(cells: Cells, rows: pd.DataFrame, means: list[Told]) -> Cells:
    """Hidden counts of steps with every mean that is told of as many people and of the same indicator."""
    own = str(rows["indicator"].iloc[0]) if "indicator" in rows and "before" in rows else ""
    for one in means if own else ():
        if own in one.about and one.n == cells.people:
            spread = float(steps(one.spread, one.n)) / 2
            known = one.spread if one.about[0] == "mean_comparison" else np.nan
            cells = with_moments(cells, rows, (one.mean, one.off), (known, spread))
    return cells


def by_curves(tables: Tables) -> Iterator[Recovered]:
    """Find curves that are told more finely than they are drawn."""
    for place, table in tables.items():
        for row, text in enumerate(table.get("density", ())):
            if len(re.sub(r"\D", "", text.lower().partition("e")[0]).strip("0")) > FEW_DIGITS:
                yield Recovered(
                    "curves", f"{named(table, row)}: density {text}", (f"{place}, row {row + 1}",)
                )
                break


WAYS = (by_shares, by_counts, by_tests, by_curves)
BY_MEANS = (by_differences, by_yes, by_tables)


def by_releases(tables: Tables, former: Tables) -> Iterator[Recovered]:
    """Hold a release against a former one of the same or of overlapping people: where a row of the same table
    is of one to four people more or fewer, whatever both tell is about these.
    """
    for place in sorted({*tables} & {*former}):
        now, then = (sides(told[place]) for told in (tables, former))
        for key in [key for key in now if key in then]:
            people = abs(now[key][0] - then[key][0])
            if 1 <= people <= FEW:
                what = f"{', '.join(filter(None, key))}: {people:.0f} people more or fewer than before"
                yield Recovered("releases", what, (f"{place}, row {now[key][1] + 1}",))


def sides(table: pd.DataFrame) -> dict[tuple[str, ...], tuple[float, int]]:
    """How many people each row of a table is of, and which row that is, by what it is about."""
    keys = [name for name in KEYS if name in table]
    found: dict[tuple[str, ...], tuple[float, int]] = {}
    for name in ("n", "n_comparison"):
        for row, n in enumerate(numbers(table, name)):
            if np.isfinite(n):
                found.setdefault((name, *(str(table.iloc[row][key]) for key in keys)), (float(n), row))
    return found


def attack(folder: Path) -> list[Recovered]:
    """Everything that can be worked out from a folder: a report's, or that of a release, which says itself
    what it tells.
    """
    told = folder / LEDGER
    return attack_tables(tables_in(folder) | (tables_told(read_ledger(told)) if told.is_file() else {}))


def attack_tables(tables: Tables, former: Iterable[Tables] = ()) -> list[Recovered]:
    """Everything that can be worked out from tables, and from those of former releases beside them."""
    means = list(told_means(tables))
    found = [one for way in WAYS for one in way(tables)]
    found += [one for way in BY_MEANS for one in way(tables, means)]
    found += [one for then in former for one in by_releases(tables, then)]
    return list(dict.fromkeys(found))
