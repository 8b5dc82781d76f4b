"""Mess in single answers: each answer is messed up at most once, and every one is logged with its true value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from helpers.codebook import Codebook, Variable
from helpers.programme import Programme
from helpers.synthetic.columns import TextColumn
from helpers.synthetic.mess import writing_styles as styles
from helpers.synthetic.mess.rendering import Rendering, written
from helpers.synthetic.mess.writing_styles import Way
from helpers.synthetic.world import REASONS

LOG_COLUMNS = ["table", "key", "variable", "true", "raw", "kind", "expected"]
UNTOUCHED = ("key", "version", "submitted", "cluster", "enumerator", "group")


@dataclass(frozen=True)
class Entry:
    """Answers of one variable that were messed up in one way: their rows, and what was written in place of what."""

    variable: str
    rows: np.ndarray
    true: TextColumn
    raw: TextColumn
    kind: int
    expected: str


def ways_of(variable: Variable, programme: Programme, codebook: Codebook, rendering: Rendering) -> list[Way]:
    """The ways in which an answer of a variable can be written otherwise."""
    unit = programme.units.get(variable.unit)
    if variable.role in UNTOUCHED and variable.kind != "select_one":
        return []
    if variable.kind == "select_one":
        choices = codebook.answers(variable.list_name)
        labels = {choice.name: choice.label(rendering.answers) for choice in choices} if rendering.answers != "code" else {}
        return [] if variable.role in ("version", "group") else styles.choice_ways(variable, choices, lambda code: written(code, variable, labels, rendering))
    if variable.kind == "select_multiple":
        return styles.several_ways(codebook.answers(variable.list_name))
    if variable.kind == "money" and unit and unit.currency == "JPY":
        return list(styles.YEN)
    by_kind = {"money": styles.RUPIAH, "integer": styles.WHOLE, "date": styles.DATES, "month": styles.DATES, "dateTime": styles.MOMENTS, "text": styles.FREE}
    if variable.kind == "decimal":
        return list(styles.PERCENT if variable.unit == "percent" else styles.DECIMAL)
    return [*by_kind.get(variable.kind, ()), *(styles.PERSONAL if variable.role == "text" else ())]


def choose_rows(luck: np.ndarray, is_eligible: np.ndarray, ways: list[Way], rates: Mapping[int, float]) -> list[tuple[Way, np.ndarray]]:
    """Give each way its rows: the share of its kind, divided among the kind's ways; no row twice."""
    kinds = [way.kind for way in ways]
    shares = np.cumsum([rates.get(way.kind, 0.0) / kinds.count(way.kind) for way in ways])
    if not len(shares) or not shares[-1]:
        return []
    candidates = np.flatnonzero(is_eligible & (luck < shares[-1]))
    places = np.searchsorted(shares, luck[candidates], side="right")
    return [(way, rows) for place, way in enumerate(ways) if len(rows := candidates[places == place])]


def mess_column(name: str, canonical: TextColumn, raw: TextColumn, chosen: list[tuple[Way, np.ndarray]]) -> tuple[TextColumn, list[Entry]]:
    """Write the chosen rows otherwise; a way that does not apply to a value, or writes it as the export does, leaves it as it is.

    Each distinct value is written once per way, however often it occurs.
    """
    pool, codes, entries = list(raw.pool), raw.codes, []
    for way, rows in chosen:
        distinct, places = np.unique(canonical.codes[rows], return_inverse=True)
        plain = [canonical.pool[code] if code < len(canonical.pool) else "" for code in distinct]
        texts = [way.write(text) for text in plain]
        as_usual = [raw.pool[code] if code < len(raw.pool) else "" for code in raw.codes[rows[np.unique(places, return_index=True)[1]]]]
        applies = np.array([text is not None and text != usual for text, usual in zip(texts, as_usual, strict=True)])[places]
        if not applies.any():
            continue
        codes = codes.copy() if codes is raw.codes else codes
        hit, at, start = rows[applies], places[applies].astype("int32"), len(pool)
        pool += [text or "" for text in texts]
        codes[hit] = start + at
        entries.append(Entry(name, hit, TextColumn(at, plain), TextColumn(at, [text or "" for text in texts]), way.kind, way.expected))
    return TextColumn(codes, pool), entries


def inject_cells(
    canonical: Mapping[str, TextColumn], raw: Mapping[str, TextColumn], reasons: Mapping[str, np.ndarray], touched: Mapping[str, np.ndarray],
    variables: list[Variable], programme: Programme, codebook: Codebook, rendering: Rendering, rates: Mapping[int, float], stream: np.random.Generator,
) -> tuple[dict[str, TextColumn], list[Entry]]:  # fmt: skip
    """Mess up single answers of one table.

    Parameters
    ----------
    canonical, raw : the true texts, and as the export writes them, by variable. reasons : why answers are missing, by variable.
    touched : answers that mess in whole records has changed already (masks by variable); they stay as they are.

    Returns
    -------
    The raw columns with their mess, and what was done.
    """
    messed, log = dict(raw), []
    for variable in variables:
        name = variable.name
        if name not in raw:
            continue
        luck, absent = stream.random(len(raw[name].codes)), canonical_missing(canonical[name])
        if name in touched:
            luck = np.where(touched[name], 2.0, luck)
        chosen = choose_rows(luck, ~absent, ways_of(variable, programme, codebook, rendering), rates)
        told = reasons.get(name)
        if told is not None and variable.role not in UNTOUCHED and variable.kind != "text":
            chosen += missing_rows(luck, absent, told, variable, rates)
        messed[name], entries = mess_column(name, canonical[name], raw[name], chosen)
        log += entries
    return messed, log


def canonical_missing(column: TextColumn) -> np.ndarray:
    """Where a column of canonical texts has none."""
    empty = np.array([not text for text in [*column.pool, ""]])
    return empty[column.codes]


def missing_rows(luck: np.ndarray, absent: np.ndarray, told: np.ndarray, variable: Variable, rates: Mapping[int, float]) -> list[tuple[Way, np.ndarray]]:
    """Choose missing answers to be written otherwise: by words or other codes, and zeros where a number was not asked for."""
    chosen = []
    for reason in ("dont_know", "refused"):
        declared = [code for code, why in variable.missing_codes.items() if why == reason]
        chosen += choose_rows(luck, absent & (told == REASONS[reason]), styles.missing_ways(reason, declared), rates)
    if variable.kind in ("integer", "money"):
        chosen += choose_rows(luck, absent & (told == REASONS["not_applicable"]), [Way(13, lambda text: "0", "report")], rates)
    return chosen
