"""What a column of dates shows about itself: day or month first, and whether its numbers are Excel's day
numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from manfaat.files.parsing.date_order import DAY_FIRST, Order, WrittenDate, by_its_file, order_of
from manfaat.files.parsing.date_times import split_time
from manfaat.files.parsing.dates import (
    COMPACT,
    LONGEST,
    SERIAL,
    THREE,
    DateContext,
    date_part,
    made,
    serial_date,
    without_weekday,
)
from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy
from manfaat.files.parsing.number_context import pairs_of
from manfaat.files.parsing.reading import OPEN_ORDER, missing_reasons

NOTHING_KNOWN = DateContext()
FEWEST_SERIALS = 3  # in a column of numbers only
LIKELY_SERIAL_YEARS = (1930, 2035)
FEWEST_EACH, FEWEST_BOTH = (
    3,
    8,
    # distinct days of stored dates and distinct texts before their parting says that days and months were
    # exchanged
)


def written_date(text: str, clock: re.Match[str] | None, count: int) -> WrittenDate | None:
    """Take a date of three numbers apart, unless the year stands first."""
    match = THREE.fullmatch(text)
    if (
        COMPACT.fullmatch(text)
        and made(int(text[:4]), int(text[4:6]), int(text[6:]), "compact").value is None
    ):
        return WrittenDate(int(text[:2]), int(text[2:4]), int(text[4:]), None, count)
    if not match or len(match[1]) > 2:
        return None
    hour = (
        int(clock["hour"]) % 12 + (12 if clock["half"] == "p" else 0)
        if clock and clock["half"]
        else int(clock["hour"])
        if clock
        else 0
    )
    time = (hour, int(clock["minute"]), int(clock["second"] or 0)) if clock else None
    return WrittenDate(int(match[1]), int(match[3]), int(match[4]), time, count)


def serial_base(
    serials: list[re.Match[str]], years: list[int], others: int, epoch: int | None = None
) -> int | None:
    """Return the base of Excel's day numbers in a column, or None when its numbers are no day numbers.

    ``epoch`` is the workbook's own base, where it is known: no other one is tried then.

    They are where all of them fall within the years of the column's other dates, with the usual base of 1900;
    with the base of 1904 only where there are at least three that do, and where the usual one would put most
    of them outside: the two bases are four years apart, so one number beside a short range of years proves
    nothing. In a column of such numbers only there must be at least three, and all must fall in likely years.
    """
    if not serials or (not years and (others or len({match.group() for match in serials}) < FEWEST_SERIALS)):
        return None
    low, high = (min(years), max(years)) if years else LIKELY_SERIAL_YEARS
    inside = {base: within_years(serials, base, low, high) for base in (1900, 1904)}
    if epoch or all(inside[1900]):
        return (epoch if all(inside[epoch]) else None) if epoch else 1900
    several = len({match.group() for match in serials}) >= FEWEST_SERIALS
    return 1904 if years and several and all(inside[1904]) and sum(inside[1900]) * 2 < len(serials) else None


def within_years(serials: list[re.Match[str]], base: int, low: int, high: int) -> list[bool]:
    """Which of Excel's day numbers fall between two years."""
    dates = [serial_date(match["day"], match["part"], base) for match in serials]
    return [found is not None and low <= int(found[:4]) <= high for found in dates]


def exchanged_by_program(dates: list[WrittenDate], stored: Iterable[str]) -> bool:
    """Whether a spreadsheet program with the month first read every date that it could as one, and left the
    others as text.

    It turns 03/04/2019 into 4 March and leaves 25/04/2019 as it is. So all texts have a day above 12, and no
    stored date has.
    """
    days = {int(text[8:10]) for text in stored if len(text) >= 10} - {0}
    texts = {(date.first, date.second, date.year) for date in dates}
    only_texts = bool(dates) and all(date.order == DAY_FIRST for date in dates)
    return (
        only_texts
        and bool(days)
        and max(days) <= 12
        and min(len(days), len(texts)) >= FEWEST_EACH
        and len(days) + len(texts) >= FEWEST_BOTH
    )


def date_context(
    uniques: Mapping[str, int] | Iterable[tuple[str, int]],
    known: DateContext = NOTHING_KNOWN,
    *,
    stored: Iterable[str] = (),
) -> DateContext:
    """Derive a column's conventions from those of its cells that can be read in one way only.

    Parameters
    ----------
    uniques : distinct raw texts with their counts, in the order in which they first stand
    (``Series.value_counts(sort=False)``).
    known : what is declared for the variable or file, or known of the column: an ``order`` or ``serials``
    that stands here is not derived. stored : what the workbook's cells hold as dates, as ISO text.

    Returns
    -------
    The context for ``read_date``. Typed dates of which a few can only be month-first make the column
    ``mixed``; then ``order`` is only the one to propose.
    """
    return column_dates(uniques, known, stored=stored)[0]


def column_dates(
    uniques: Mapping[str, int] | Iterable[tuple[str, int]], known: DateContext, *, stored: Iterable[str] = ()
) -> tuple[DateContext, Order]:
    """Return a column's context with the order that its own dates show; parameters as for
    ``date_context``.
    """
    codes = missing_reasons(known.missing)
    plain = DateContext(missing=codes, years=known.years)
    written, found, years_seen, others = [], [], [int(text[:4]) for text in stored], 0
    for raw, count in pairs_of(uniques):
        text = tidy(raw)[0]
        if len(text) > LONGEST or no_answer(text, codes):
            continue
        lower, clock = split_time(without_weekday(text.lower()))
        body = without_weekday(lower)
        written += [date] if (date := written_date(body, clock, count)) else []
        if serial := SERIAL.fullmatch(body):
            found.append(serial)
            continue
        reading = date_part(body, plain)
        others += 1
        if reading is not None and (reading.is_read or reading.rule == OPEN_ORDER):
            years_seen.append(int((reading.value or reading.proposal)[:4]))
    base = known.serials or serial_base(found, years_seen, others, known.epoch)
    own = Order(known.order) if known.order else order_of(written)
    exchanged = not known.order and exchanged_by_program(written, stored)
    context = replace(
        known,
        order=own.order,
        mixed=own.mixed,
        serials=base,
        missing=codes,
        likely=own.likely,
        because=own.because,
        exchanged=exchanged,
    )
    return context, own


def in_its_file(
    context: DateContext, own: Order, others: Iterable[tuple[str, Order]], language: str
) -> DateContext:
    """Complete a column's context, where its order is open, by the other columns of its file and the language
    of its header.
    """
    order = by_its_file(own, others, language)
    return (
        context
        if order is own
        else replace(context, order=order.order, likely=order.likely, because=order.because)
    )
