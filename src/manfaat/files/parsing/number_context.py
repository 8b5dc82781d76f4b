"""What a column of numbers shows about itself: its decimal sign, its usual amount, its percent style; and its
header's unit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy
from manfaat.files.parsing.number_styles import PERCENT
from manfaat.files.parsing.numbers import (
    AMOUNT,
    LONGEST,
    NEUTRAL,
    Parts,
    one_amount,
    read_stored,
    take_prefixes,
    take_suffixes,
)
from manfaat.files.parsing.plain import MONEY, MOST_DIGITS, ColumnContext, Shape, coded, shape_of, with_zero
from manfaat.files.parsing.reading import Reading, missing_reasons, report

SHARE_STYLE = 0.8  # below this majority neither percent style is the column's
SCALE = r"(?P<ribu{0}>ribu(?:an)?|rb|thousands?|000s?|千円)|(?P<juta{0}>juta(?:an)?|jt|millions?|mio)|(?P<miliar{0}>mil[iy]ar(?:an)?|billions?)"  # noqa: E501
HEADER_FACTOR = re.compile(
    rf"[(\[][^()\[\]0-9]{{0,40}}?(?<![a-z0-9.,])(?:{SCALE.format('')})(?![a-z0-9.,])[^()\[\]0-9]{{0,40}}?[)\]]"
    rf"|\b(?:dalam|in) (?:{SCALE.format('2')})(?![a-z0-9.,])",
    re.I,
)
FEWEST_GROUPS = (
    3  # distinct answers such as "7,100" from which thousands are told where no currency speaks for them
)
FACTORS = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9}


def pairs_of(uniques: Mapping[str, int] | Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return (text, count) pairs of a mapping, a ``value_counts`` series or an iterable of pairs."""
    return [
        (str(text), int(count)) for text, count in (uniques.items() if hasattr(uniques, "items") else uniques)
    ]


def lone_amount(text: str, currency: str = "") -> re.Match[str] | None:
    """Match the only amount of a tidy text that holds nothing else but its currency and period."""
    parts = Parts(text, currency)
    take_prefixes(parts)
    match = AMOUNT.match(parts.rest)
    if not match or parts.bound:
        return None
    parts.rest = parts.rest[match.end() :].lstrip()
    take_suffixes(parts)
    return match if not parts.rest.strip("% ") or NEUTRAL.match(parts.rest) else None


def decimal_sign(shapes: Iterable[Shape]) -> str | None:
    """Return the decimal sign that all telling cells agree on, or None.

    One cell to the contrary is enough for None: the share of wrong readings among the ambiguous cells would
    be as large as the share of people who write the other way.
    """
    signs = {shape.decimal for shape in shapes if shape.decimal}
    if len(signs) == 1:
        return signs.pop()
    return None


def short_group_sign(texts: Iterable[str], *, fewest: int = 2) -> str | None:
    """Return the decimal sign of a column that has only short groups ("850.000"), all with one sign in
    several amounts; else None.
    """
    texts = set(texts)
    signs = {"." if "." in text else "," for text in texts}
    return ({".": ",", ",": "."}[signs.pop()]) if len(signs) == 1 and len(texts) >= fewest else None


def grouped_thousands(short: Mapping[str, int]) -> tuple[str | None, int]:
    """Return the decimal sign and the number of answers that show thousands in a column whose unit has no
    decimals.

    Groups of nothing but zeros prove nothing there: a program may write 2 as ``2.000``.
    """
    told = any(not text.endswith("000") for text in short)
    sign = short_group_sign(short, fewest=FEWEST_GROUPS) if told else None
    return sign, sum(short.values()) if sign else 0


def running_nines(texts: Iterable[str]) -> frozenset[int]:
    """Return 9999, 99999 … where the numbers before and after it stand in the column too: a running number is
    no missing code.
    """
    whole = {text for text in texts if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS}
    nines = [int(text) for text in whole if len(text) > 3 and set(text) == {"9"}]
    return frozenset(number for number in nines if {str(number - 1), str(number + 1)} <= whole)


def long_fractions(shapes: Iterable[Shape], decimal: str | None) -> bool:
    """Whether a column holds fractions of three digits or more after its decimal sign, in answers that can be
    read in one way only.
    """
    return decimal is not None and any(
        shape.name == "fraction" and shape.decimal == decimal and len(shape.fraction) > 2 for shape in shapes
    )


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """Return the lower median of (value, count) pairs; None of nothing."""
    ordered = sorted(values)
    half, passed = sum(count for _, count in ordered) / 2, 0
    for value, count in ordered:
        passed += count
        if passed >= half:
            return value
    return None


def percent_style(cells: Iterable[tuple[str, int]], context: ColumnContext) -> str | None:
    """Return "points" or "share" by the majority of cells that tell; None when it is no clear one."""
    points = shares = 0
    for text, count in cells:
        marked = PERCENT.match(text)
        reading = (
            one_amount(match, context)
            if (match := AMOUNT.fullmatch(marked["body"] if marked else text))
            else None
        )
        if reading is None or not reading.is_read or reading.value == 0:
            continue
        points += count * bool(marked or reading.value > 1)
        shares += count * bool(not marked and reading.value < 1)
    majority = "points" if points >= shares else "share"
    return (
        majority
        if max(points, shares) > 0 and max(points, shares) >= SHARE_STYLE * (points + shares)
        else None
    )


def column_context(
    uniques: Mapping[str, int] | Iterable[tuple[str, int]],
    declared: ColumnContext,
    *,
    stored: Mapping[str, int] | Iterable[tuple[str, int]] = (),
) -> ColumnContext:
    """Derive a column's conventions from those of its cells that can be read in one way only.

    Parameters
    ----------
    uniques : distinct raw texts with their counts (a mapping, or ``Series.value_counts()``).
    declared : what is declared for the variable.
    stored : the same of cells that the file holds as numbers: they say what is usual, and nothing about
    signs.

    Returns
    -------
    The context for ``read_number``: ``decimal`` (None where cells disagree), ``typical`` (median of money),
    ``percent``.
    """
    kind, factor, codes = declared.kind, declared.factor, missing_reasons(declared.missing)
    cells = [(with_zero(tidy(text)[0]), count) for text, count in pairs_of(uniques) if len(text) <= LONGEST]
    cells = [(text, count) for text, count in cells if no_answer(text, codes) is None]
    plain, points = ColumnContext(kind, missing=codes), ColumnContext(kind, decimal=".", missing=codes)
    shapes: Counter[Shape] = Counter()
    short: Counter[str] = Counter()
    amounts = []
    for text, count in cells:
        match = lone_amount(text, declared.currency)
        shape = shape_of(match["num"]) if match else None
        if match is None or shape is None:
            continue
        if not match["unit"]:
            shapes[shape] += count
            short.update({match["num"]: count} if shape.name == "either" else {})
        reading = coded(one_amount(match, plain), plain)
        if kind in MONEY and reading.is_read and reading.value > 0:
            amounts.append((reading.value * (1 if match["unit"] else float(factor)), count))
    held = [
        (reading.value, count)
        for text, count in pairs_of(stored)
        if (reading := read_stored(text, points)).is_read
    ]
    amounts += [(value * float(factor), count) for value, count in held if kind in MONEY and value > 0]
    decimal, thousands = decimal_sign(shapes), 0
    if decimal is None and not any(shape.decimal for shape in shapes):
        if kind in MONEY or declared.currency:
            decimal = short_group_sign(short)
        elif declared.whole or kind == "integer":
            decimal, thousands = grouped_thousands(short)
    known = ColumnContext(kind, decimal=decimal, missing=codes)
    percent = percent_style([*cells, *pairs_of(stored)], known) if kind == "percent" else None
    usual, fractions = weighted_median(amounts), long_fractions(shapes, decimal)
    running = running_nines(text for text, _ in (*cells, *pairs_of(stored)))
    return replace(
        declared,
        decimal=decimal,
        missing=codes,
        typical=usual,
        percent=percent,
        whole=declared.whole or kind == "integer",
        thousands=thousands,
        fractions=fractions,
        running=running,
    )


def read_header_unit(header: str) -> Reading:
    """Read the unit that a column's header states, for example ``Gaji (ribu Rp)``.

    Returns
    -------
    Reading whose value is the factor to multiply by (1 when none is stated), reported when it is not 1.
    """
    clean = tidy(header)[0][:500]
    match = HEADER_FACTOR.search(clean)
    if not match:
        return Reading(1, "no-unit")
    factor = FACTORS[(match.lastgroup or "").rstrip("2")]
    return report(
        factor,
        "header-unit",
        f"the header says '{match.group()}': amounts without a unit of their own are multiplied by {factor}",
    )
