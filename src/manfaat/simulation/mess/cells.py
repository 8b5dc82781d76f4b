"""Mess in single answers: each answer is messed up at most once, and every one is logged with its true
value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.programme import Programme
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.mess import writing_styles as styles
from manfaat.simulation.mess.records import Records
from manfaat.simulation.mess.rendering import Rendering, written
from manfaat.simulation.mess.writing_styles import Way
from manfaat.simulation.world import REASONS

LOG_COLUMNS = [
    "table",
    "key",
    "variable",
    "true",
    "raw",
    "kind",
    "expected",
    "file",
    "sheet",
    "row",
    "column",
]
UNTOUCHED = ("key", "version", "submitted", "cluster", "enumerator", "group")


@dataclass(frozen=True)
class Entry:
    """Answers of one variable that were messed up in one way: their rows, and what was written in place of
    what.
    """

    variable: str
    rows: np.ndarray
    true: TextColumn
    raw: TextColumn
    kind: int
    expected: str


@dataclass(frozen=True)
class Medium:
    """What a file can hold: its kind and encoding, whether decimal commas stand in it without quotes, and
    what befell whole columns.

    ``month_first`` : columns of dates with the month before the day in some rows. ``thousands`` : amounts
    written in thousands, which are messed up in no other way.
    """

    format: str = "csv"
    encoding: str = "utf-8"
    is_broken: bool = False
    month_first: frozenset[str] = frozenset()
    thousands: frozenset[str] = frozenset()

    def holds(self, text: str) -> bool:
        """Whether a text can be written in the file's encoding."""
        if self.encoding == "utf-8" or text.isascii():
            return True
        plain = text.replace(styles.BARE_COMMA, ",")
        return plain.encode(self.encoding, "ignore").decode(self.encoding) == plain


PLAIN = Medium()


def ways_of(
    variable: Variable, programme: Programme, codebook: Codebook, rendering: Rendering, medium: Medium
) -> list[Way]:
    """The ways in which an answer of a variable can be written otherwise."""
    if variable.name in medium.thousands:
        return []
    if variable.role == "identifier":
        return [*styles.IDENTITY, styles.ZEROS]
    if variable.role in UNTOUCHED and variable.kind != "select_one":
        return [styles.ZEROS] if variable.kind == "text" else []
    if variable.kind == "money":
        return money_ways(variable, programme, medium)
    if variable.kind == "date" and variable.name in medium.month_first:
        # a workbook stores the ambiguous ones as dates with day and month changed over, which nobody can see
        # any more
        return [
            *styles.DATES,
            styles.MONTH_FIRST_PLAIN,
            *([] if medium.format == "xlsx" else [styles.MONTH_FIRST_AMBIGUOUS]),
        ]
    broken = [styles.BROKEN_NUMBER] if medium.is_broken and variable.kind == "decimal" else []
    return [*plain_ways(variable, programme, codebook, rendering), *broken]


def money_ways(variable: Variable, programme: Programme, medium: Medium) -> list[Way]:
    """The ways in which an amount can be written otherwise."""
    unit = programme.units.get(variable.unit)
    if unit and unit.currency == "JPY":
        return list(styles.YEN)
    is_pay = any(
        check.kind == "real_range" and variable.name in check.variables for check in programme.checks
    )
    found = [
        *styles.RUPIAH,
        styles.UNIT,
        *([styles.YEN_FOR_RUPIAH] if is_pay else []),
        *(styles.FORMULAS if medium.format == "xlsx" else []),
    ]
    return [*found, *([styles.BROKEN_AMOUNT] if medium.is_broken else [])]


def plain_ways(
    variable: Variable, programme: Programme, codebook: Codebook, rendering: Rendering
) -> list[Way]:
    """The ways in which an answer that is no amount can be written otherwise, in any file."""
    if variable.kind == "select_one":
        choices = codebook.answers(variable.list_name)
        labels = (
            {choice.name: choice.label(rendering.answers) for choice in choices}
            if rendering.answers != "code"
            else {}
        )
        return (
            []
            if variable.role in ("version", "group")
            else styles.choice_ways(
                variable, choices, lambda code: written(code, variable, labels, rendering)
            )
        )
    if variable.kind == "select_multiple":
        return styles.several_ways(codebook.answers(variable.list_name))
    by_kind = {
        "integer": styles.WHOLE,
        "date": styles.DATES,
        "month": styles.DATES,
        "dateTime": styles.MOMENTS,
        "text": styles.FREE,
    }
    if variable.kind == "decimal":
        return list(styles.PERCENT if variable.unit == "percent" else styles.DECIMAL)
    return [
        *by_kind.get(variable.kind, ()),
        *((*styles.PERSONAL, styles.LETTERS) if variable.role == "text" else ()),
    ]


def choose_rows(
    luck: np.ndarray, is_eligible: np.ndarray, ways: list[Way], rates: Mapping[int, float]
) -> list[tuple[Way, np.ndarray]]:
    """Give each way its rows: the share of its kind, divided among the kind's ways; no row twice."""
    kinds = [way.kind for way in ways]
    shares = np.cumsum([rates.get(way.kind, 0.0) / kinds.count(way.kind) for way in ways])
    if not len(shares) or not shares[-1]:
        return []
    candidates = np.flatnonzero(is_eligible & (luck < shares[-1]))
    places = np.searchsorted(shares, luck[candidates], side="right")
    return [(way, rows) for place, way in enumerate(ways) if len(rows := candidates[places == place])]


def discernible(chosen: list[tuple[Way, np.ndarray]], canonical: TextColumn) -> list[tuple[Way, np.ndarray]]:
    """Leave out dates that could be month first, unless another date of the column can only be: nobody could
    know of them.
    """
    certain = [rows for way, rows in chosen if way is styles.MONTH_FIRST_PLAIN]
    if any(
        way.write(canonical.pool[code])
        for way in [styles.MONTH_FIRST_PLAIN]
        for rows in certain
        for code in np.unique(canonical.codes[rows])
    ):
        return chosen
    return [(way, rows) for way, rows in chosen if way is not styles.MONTH_FIRST_AMBIGUOUS]


def mess_column(
    name: str, canonical: TextColumn, raw: TextColumn, chosen: list[tuple[Way, np.ndarray]], medium: Medium
) -> tuple[TextColumn, list[Entry]]:
    """Write the chosen rows otherwise; a way that does not apply to a value, or writes it as the export does,
    leaves it as it is.

    Each distinct value is written once per way, however often it occurs.
    """
    pool, codes, entries = list(raw.pool), raw.codes, []
    for way, rows in chosen:
        distinct, first, places = np.unique(canonical.codes[rows], return_index=True, return_inverse=True)
        plain = [canonical.pool[code] if code < len(canonical.pool) else "" for code in distinct]
        texts = [way.write(text) for text in plain]
        as_usual = [raw.pool[code] if code < len(raw.pool) else "" for code in raw.codes[rows[first]]]
        applies = np.array(
            [
                text is not None and text != usual and medium.holds(text)
                for text, usual in zip(texts, as_usual, strict=True)
            ]
        )[places]
        if not applies.any():
            continue
        codes = codes.copy() if codes is raw.codes else codes
        hit, at, start = rows[applies], places[applies].astype("int32"), len(pool)
        pool += [text or "" for text in texts]
        codes[hit] = start + at
        entries.append(
            Entry(
                name,
                hit,
                TextColumn(at, plain),
                TextColumn(at, [text or "" for text in texts]),
                way.kind,
                way.expected,
            )
        )
    return TextColumn(codes, pool), entries


def inject_cells(
    records: Records,
    reasons: Mapping[str, np.ndarray],
    ways: Mapping[str, list[Way]],
    medium: Medium,
    rates: Mapping[int, float],
    stream: np.random.Generator,
) -> tuple[dict[str, TextColumn], list[Entry]]:
    """Mess up single answers of one table; those that mess in whole records has changed already stay as they
    are.

    Parameters
    ----------
    reasons : why answers are missing, by variable. ways : in which an answer can be written otherwise, by
    variable.

    Returns
    -------
    The raw columns with their mess, and what was done.
    """
    canonical, raw = records.canonical, records.columns
    messed, log = dict(raw), []
    for variable in records.variables:
        name = variable.name
        if name not in raw:
            continue
        luck, absent = stream.random(len(raw[name].codes)), canonical_missing(canonical[name])
        if name in records.touched:
            luck = np.where(records.touched[name], 2.0, luck)
        chosen = discernible(choose_rows(luck, ~absent, ways[name], rates), canonical[name])
        told = reasons.get(name)
        if told is not None and variable.role not in UNTOUCHED and variable.kind != "text":
            chosen += missing_rows(luck, absent, told, variable, rates)
        messed[name], entries = mess_column(name, canonical[name], raw[name], chosen, medium)
        log += entries
    return messed, log


def canonical_missing(column: TextColumn) -> np.ndarray:
    """Where a column of canonical texts has none."""
    empty = np.array([not text for text in [*column.pool, ""]])
    absent: np.ndarray = empty[column.codes]
    return absent


def missing_rows(
    luck: np.ndarray, absent: np.ndarray, told: np.ndarray, variable: Variable, rates: Mapping[int, float]
) -> list[tuple[Way, np.ndarray]]:
    """Choose missing answers to be written otherwise: by words or other codes, and zeros where a number was
    not asked for.
    """
    chosen = []
    for reason in ("dont_know", "refused"):
        declared = [code for code, why in variable.missing_codes.items() if why == reason]
        chosen += choose_rows(
            luck, absent & (told == REASONS[reason]), styles.missing_ways(reason, declared), rates
        )
    if variable.kind in ("integer", "money"):
        chosen += choose_rows(
            luck, absent & (told == REASONS["not_applicable"]), [Way(13, lambda text: "0", "report")], rates
        )
    return chosen
