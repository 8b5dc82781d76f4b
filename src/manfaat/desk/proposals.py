"""What a table of answers lets one suppose about the study: what a row is, who took part, what was measured
before and now.

Nothing here is certain, and a draft says so where a person must decide; it is found by how columns are
called, by what their answers are, and by which columns tell rows apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from manfaat.desk.naming import time_of, told_by, words_of

NUMBERS = ("integer", "decimal", "money")
CODE = r"(?=.*\d)[\w./-]{1,24}"  # P001, 3271-04: what names a row where no column is called so
DUMMIES = ("trend", "yr", "year", "dum", "dummy", "item", "age")  # and a number: no year
MOST_GROUPS = 6
MOST_PERIODS = 24


@dataclass(frozen=True)
class Column:
    """A drafted variable with its answers: ``codes`` are those of its list where it has one, else its texts;
    ``said`` is what it is called and asked, in words.
    """

    name: str
    kind: str
    role: str
    said: str
    codes: pd.Series
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def answered(self) -> pd.Series:
        """The codes that are there."""
        return self.codes[self.codes != ""]

    @property
    def distinct(self) -> list[str]:
        """The different answers that people gave, those with a label in its order."""
        found = set(self.answered.unique())
        return [code for code in self.labels if code in found] or sorted(found)

    def is_called(self, words: str) -> bool:
        """Whether its name, as words, holds one of these words."""
        return bool(re.search(rf"(?<![a-z])(?:{words})(?![a-z])", self.name.replace("_", " ")))

    def is_about(self, words: str) -> bool:
        """Whether its name or question holds one of these words."""
        return self.is_called(words) or bool(re.search(rf"(?i)(?<!\w)(?:{words})(?!\w)", self.said))


@dataclass
class Proposal:
    """What is supposed of a study; "" and [] where nothing is."""

    key: list[str] = field(default_factory=list)
    unit: str = "person"
    panel: tuple[str, str] | None = None
    wave: str = ""
    group: str = ""
    participants: list[str] = field(default_factory=list)
    comparison: list[str] = field(default_factory=list)
    offer: str = ""
    strata: str = ""
    cluster: str = ""
    weight: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    covariates: list[str] = field(default_factory=list)
    outcome: str = ""
    stage: str = ""
    settled: set[str] = field(default_factory=set)  # what a person has said

    def before(self, name: str) -> str:
        """The variable that measured before what another measures now; "" where there is none."""
        return next((first for first, now in self.pairs if now == name), "")


def proposed(columns: list[Column]) -> Proposal:
    """Suppose what the columns of one table say about the study."""
    found = Proposal()
    found.key, found.panel = key_of(columns)
    waves = [column for column in columns if re.fullmatch(words_of("wave"), column.name.replace("_", " "))]
    found.wave = (
        next((c.name for c in waves if c.kind == "integer" and is_period(c)), "") if not found.panel else ""
    )
    unit = next((column for column in columns if found.panel and column.name == found.panel[0]), None)
    heads = [column for column in columns if column.name in found.key] if unit is None else [unit]
    found.unit = "firm" if any(column.is_about(words_of("firms")) for column in heads) else "person"
    rest = [column for column in columns if column.name not in (*found.key, found.wave) and not column.role]
    with_group(found, rest)
    rest = [column for column in rest if column.name not in (found.group, found.offer)]
    found.weight = first(rest, words_of("weight"), is_weight)
    found.strata = first(
        rest, words_of("strata"), lambda column: 2 <= len(column.distinct) <= len(column.codes) / 4
    )
    found.cluster = cluster_of(rest, next((c for c in columns if c.name == found.group), None))
    taken = {found.weight, found.strata, found.cluster}
    rest = [column for column in rest if column.name not in taken]
    found.pairs = pairs_of(rest)
    found.outcome = outcome_of(found, rest)
    measured = {name for pair in found.pairs for name in pair} | {found.outcome}
    found.covariates = [
        column.name
        for words in told_by()
        if words.startswith("covariate_")
        for column in rest
        if column.is_called(words_of(words)) and column.name not in measured and is_covariate(column)
    ]
    return found


def first(columns: Iterable[Column], words: str, fits: Callable[[Column], bool]) -> str:
    """The name of the first column that is called so and fits; "" where there is none."""
    return next((column.name for column in columns if column.is_called(words) and fits(column)), "")


def is_weight(column: Column) -> bool:
    """Whether a column may be a survey weight: positive numbers that are not people's own."""
    if column.kind not in NUMBERS or column.is_about(words_of("body")):
        return False
    values = pd.to_numeric(column.answered, errors="coerce")
    return bool(len(values) and (values > 0).mean() >= 0.95 and values.nunique() > 1)


def is_period(column: Column) -> bool:
    """Whether a column may be the period of an answer."""
    return column.kind in ("integer", "select_one") and 2 <= len(column.distinct) <= MOST_PERIODS


def is_covariate(column: Column) -> bool:
    """Whether a column can be adjusted for: it differs, and is no text."""
    return column.kind in (*NUMBERS, "select_one") and len(column.distinct) > 1


def key_of(columns: list[Column]) -> tuple[list[str], tuple[str, str] | None]:
    """The variables that tell rows apart, one or two, and the panel where they are a unit and a period.

    A column that is filled and different in every row is a key when it is called so; else a unit and a period
    that together are different in every row; else a column that stands first or holds codes.
    """
    whole = [
        column
        for column in columns
        if column.kind in ("text", "integer", "select_one")
        and (column.codes != "").all()
        and len(column.codes) > 1
    ]
    alone = [column for column in whole if column.codes.is_unique]
    named = [column for column in alone if column.is_called(words_of("identity"))]
    if named:
        return [min(named, key=lambda column: bool(column.role)).name], None
    periods = [column for column in whole if is_period(column) and column.is_called(words_of("period"))]
    units = [column for column in whole if not column.codes.is_unique and len(column.distinct) > 2]
    units.sort(key=lambda column: (not column.is_called(words_of("identity")), columns.index(column)))
    for period in periods:
        for unit in units:
            if unit is not period and not (unit.codes + "\t" + period.codes).duplicated().any():
                often = unit.codes.value_counts()
                panel = (unit.name, period.name) if often.median() > 1 and period.kind == "integer" else None
                return [unit.name, period.name], panel
    like_codes = [
        column
        for column in alone
        if column is columns[0] or (column.kind != "integer" and column.codes.str.fullmatch(CODE).all())
    ]
    return [like_codes[0].name] if like_codes else [], None


def with_group(found: Proposal, columns: list[Column]) -> None:
    """Suppose which column says who took part, and which who was assigned to it."""
    sides = [
        (column, took, compared)
        for column in columns
        if column.kind == "select_one" and 2 <= len(column.distinct) <= MOST_GROUPS
        for took, compared in [sides_of(column)]
        if took and compared
    ]
    by_words = [side for side in sides if not set(side[0].distinct) <= {"0", "1"}]
    offers = [side for side in sides if side not in by_words and side[0].is_called(words_of("offer"))]
    groups = [
        *[side for side in by_words if side[0].is_about(words_of("group"))],
        *by_words,
        *[side for side in sides if side[0].is_called(words_of("group")) and side not in offers],
    ]
    if groups:
        column, found.participants, found.comparison = groups[0]
        found.group = column.name
        others = [side for side in offers if side[0].name != column.name]
        found.offer = others[0][0].name if others else ""
    elif offers:
        column, found.participants, found.comparison = offers[0]
        found.group = column.name


def sides_of(column: Column) -> tuple[list[str], list[str]]:
    """Which answers are those of participants and of the comparison group, by their words; 1 and 0 where they
    are yes and no, which only the name of the column makes a group.
    """
    if set(column.distinct) == {"0", "1"}:
        worded = any(
            re.search(rf"(?i)(?<!\w)(?:{words_of('took_part')}|{words_of('compared')})(?!\w)", label)
            for label in column.labels.values()
        )
        return (
            (["1"], ["0"])
            if worded or column.is_called(f"{words_of('group')}|{words_of('offer')}")
            else ([], [])
        )
    compared = [
        code
        for code in column.distinct
        if re.search(rf"(?i)(?<!\w)(?:{words_of('compared')})(?!\w)", column.labels.get(code, code))
    ]
    took = [
        code
        for code in column.distinct
        if code not in compared
        and re.search(rf"(?i)^\W*(?:{words_of('took_part')})(?!\w)", column.labels.get(code, code))
    ]
    if compared and not took and column.is_about(words_of("group")):
        took = [code for code in column.distinct if code not in compared]
    return (took, compared) if took and compared else ([], [])


def cluster_of(columns: list[Column], group: Column | None) -> str:
    """A column of places within which all are in one group, as where whole villages were assigned."""
    for column in columns:
        if not column.is_called(words_of("cluster")) or not 5 <= len(column.distinct) < len(column.codes) / 2:
            continue
        if column.is_called("cluster|klaster"):
            return column.name
        if group is not None and len(group.codes) == len(column.codes):
            there = (group.codes != "") & (column.codes != "")
            if (group.codes[there].groupby(column.codes[there]).nunique() == 1).all():
                return column.name
    return ""


def pairs_of(columns: list[Column]) -> list[tuple[str, str]]:
    """Variables that measure one thing before and now: alike but for a word of time, or for the year."""
    pairs: list[tuple[str, str]] = []
    stems: dict[tuple[str, str], dict[str, str]] = {}
    for column, stem, when in timed(columns):
        stems.setdefault((stem, column.kind), {}).setdefault(when, column.name)
    for found in stems.values():
        if "now" in found and "before" in found:
            pairs.append((found["before"], found["now"]))
        elif len(found) == 2 and "" in found:
            other = next(when for when in found if when)
            pairs.append((found[""], found["now"]) if other == "now" else (found["before"], found[""]))
        elif years := sorted(when for when in found if when.isdigit()):
            pairs += [(found[years[-2]], found[years[-1]])] if len(years) > 1 else []
    return pairs


def timed(columns: list[Column]) -> Iterator[tuple[Column, str, str]]:
    """Each number or question with answers, what it is about without its time, and its time: before, now, the
    year, or "".
    """
    for column in columns:
        if column.kind not in (*NUMBERS, "select_one"):
            continue
        year = re.fullmatch(r"([a-z_]*[a-z])_?((?:19|20)\d\d|[6-9]\d)", column.name)
        when, stem = time_of(column.said)
        name_when, name_stem = time_of(column.name)
        if when:
            yield column, re.sub(r"\W+", " ", stem.lower()).strip(), when
        elif name_when:
            yield column, name_stem, name_when
        elif year and column.kind in NUMBERS and len(year[1]) > 1 and year[1].rstrip("_") not in DUMMIES:
            yield column, year[1], year[2]
        else:
            yield column, column.name.replace("_", " "), ""


def outcome_of(found: Proposal, columns: list[Column]) -> str:
    """The first number that an effect may be asked for: measured twice, or called as outcomes are."""
    late = {now for _, now in found.pairs}
    early = {before for before, _ in found.pairs}
    able = [
        column
        for column in columns
        if column.name not in early
        and len(column.distinct) > 1
        and (column.kind in NUMBERS or set(column.distinct) <= {"0", "1"})
    ]
    ranks: list[Callable[[Column], bool]] = [
        lambda column: (
            column.name in late and column.is_about(words_of("outcome")) and column.kind in NUMBERS
        ),
        lambda column: column.is_called(words_of("outcome")) and column.kind in NUMBERS,
        lambda column: column.name in late and column.is_about(words_of("outcome")),
        lambda column: column.is_called(words_of("outcome")),
        lambda column: column.name in late,
    ]
    return next((column.name for fits in ranks for column in able if fits(column)), "")
