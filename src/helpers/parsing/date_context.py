"""What a column of dates shows about itself: day or month first, and whether its numbers are Excel's day numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from helpers.parsing.date_times import split_time
from helpers.parsing.dates import LONGEST, SERIAL, THREE, DateContext, date_part, serial_date, without_weekday
from helpers.parsing.missing import no_answer
from helpers.parsing.normalise import tidy
from helpers.parsing.number_context import pairs_of
from helpers.parsing.reading import missing_reasons

FEWEST_SERIALS = 3  # in a column of numbers only
LIKELY_SERIAL_YEARS = (1930, 2035)


def order_shown(text: str) -> str | None:
    """Return the order that one date can only have: "dmy", "mdy", or None when it could be both."""
    match = THREE.fullmatch(text)
    if not match or len(match[1]) > 2 or int(match[1]) > 31:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12 >= second >= 1:
        return "dmy"
    return "mdy" if second > 12 >= first >= 1 and second <= 31 else None


def serial_base(serials: list[re.Match[str]], years: list[int], others: int) -> int | None:
    """Return the base of Excel's day numbers in a column, or None when its numbers are no day numbers.

    They are where all of them fall within the years of the column's other dates, with the usual base of 1900; with the base of 1904
    only where there are at least three that do, and where the usual one would put most of them outside: the two bases are four years
    apart, so one number beside a short range of years proves nothing. In a column of such numbers only there must be at least three,
    and all must fall in likely years.
    """
    if not serials or (not years and (others or len({match.group() for match in serials}) < FEWEST_SERIALS)):
        return None
    low, high = (min(years), max(years)) if years else LIKELY_SERIAL_YEARS
    inside = {base: within_years(serials, base, low, high) for base in (1900, 1904)}
    if all(inside[1900]):
        return 1900
    several = len({match.group() for match in serials}) >= FEWEST_SERIALS
    return 1904 if years and several and all(inside[1904]) and sum(inside[1900]) * 2 < len(serials) else None


def within_years(serials: list[re.Match[str]], base: int, low: int, high: int) -> list[bool]:
    """Which of Excel's day numbers fall between two years."""
    dates = [serial_date(match["day"], match["part"], base) for match in serials]
    return [found is not None and low <= int(found[:4]) <= high for found in dates]


def date_context(
    uniques: Mapping[str, int] | Iterable[tuple[str, int]],
    *,
    missing: Mapping[str, str] | None = None,
    order: str | None = None,
    serials: int | None = None,
    years: tuple[int, int] = (1930, 2010),
) -> DateContext:
    """Derive a column's conventions from those of its cells that can be read in one way only.

    Parameters
    ----------
    uniques : distinct raw texts with their counts (a mapping, or ``Series.value_counts()``).
    missing, years : as declared for the variable; see ``DateContext``.
    order, serials : what somebody knows of the column; it is not derived then.

    Returns
    -------
    The context for ``read_date``. A single date that can only be month-first makes the column ``mixed``; then ``order``
    is only the one to propose.
    """
    codes = missing_reasons(missing or {})
    plain = DateContext(missing=codes, years=years)
    shown, found, years_seen, others = set(), [], [], 0
    for raw, _ in pairs_of(uniques):
        text = tidy(raw)[0]
        if len(text) > LONGEST or no_answer(text, codes):
            continue
        body = without_weekday(split_time(without_weekday(text.lower()))[0])
        shown.add(order_shown(body))
        if serial := SERIAL.fullmatch(body):
            found.append(serial)
            continue
        reading = date_part(body, plain)
        others += 1
        if reading is not None and reading.is_read:
            years_seen.append(int(reading.value[:4]))
    base = serials or serial_base(found, years_seen, others)
    if order:
        return DateContext(order, False, base, years, codes)
    mixed = "mdy" in shown
    seen = "dmy" if "dmy" in shown else ("mdy" if mixed else None)
    return DateContext(seen, mixed, base, years, codes)
