"""Dates as people write them, read to ISO text with no more precision than they have.

Day before month or month before day by what the column and its file show (``date_order``); a date that can be
both in a column that shows neither is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from manfaat.files.parsing.date_forms import nearest_month, plainer
from manfaat.files.parsing.date_times import at_place, split_time, with_time
from manfaat.files.parsing.date_words import (
    APPROXIMATE,
    ERA,
    ERA_NAMES,
    ERAS,
    FILLERS,
    WESTERN_JAPANESE,
    era_year,
    month_numbers,
    weekdays,
)
from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.reading import (
    OPEN_ORDER,
    Reading,
    doubted,
    missing_reasons,
    noted,
    report,
    review,
    unreadable,
)

LONGEST = 80
EXCHANGED = "day and month could be exchanged"
FIRST_YEAR, LAST_YEAR = 1900, 2100
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
THREE = re.compile(r"([0-9]{1,4}) ?([-/.]| ) ?([0-9]{1,2}) ?\2 ?'?([0-9]{1,4})")
TWO = re.compile(r"'?([0-9]{1,4}) ?([-/.]) ?'?([0-9]{1,4})")
YEAR = re.compile(r"(?P<mark>')?(?P<year>[0-9]{4}|[0-9]{2})(?P<unit> ?m)?")
COMPACT = re.compile(r"[0-9]{8}")
SERIAL = re.compile(r"(?P<day>[0-9]{5})(?:[.,](?P<part>[0-9]{1,12}))?")
SERIAL_FIRST = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|'?[0-9]+(?:st|nd|rd|th)?")
LEADING_DAY = re.compile(r"(?P<name>[a-z']+)[\s,./-]+(?=[0-9'a-z])")
TRAILING_DAY = re.compile(r"[\s,/-]*\(?\b(?P<name>[a-z']+)\)?\Z")
ANY_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True)
class DateContext:
    """What the whole column says about how one of its dates is to be read.

    Attributes
    ----------
    order : "dmy" or "mdy" when the column shows or somebody knows it; None when it is open.
    mixed : whether the column holds dates of both orders, or too few to tell: then no date that can be both
    is decided.
    likely : the order to propose where it is open; None is day first.
    because : what decided the order, where the column's own dates do not show it; or why nothing does.
    serials : 1900 or 1904 when whole numbers are Excel's day numbers, None when they are not expected.
    epoch : the calendar of the workbook, 1900 or 1904, by which a lone day number is proposed; None outside
    workbooks.
    exchanged : whether a spreadsheet program read the day as the month wherever it could (see
    ``date_context``).
    zone : the time zone of the place (``Asia/Makassar``): a time with an offset is written in its clock; ""
    as it stands.
    years : first and last year that a two-digit year may mean; at most 100 years, so that it means one only.
    missing : declared missing codes, code → reason.
    """

    order: str | None = None
    mixed: bool = False
    serials: int | None = None
    years: tuple[int, int] = (1930, 2010)
    missing: Mapping[str, str] = field(default_factory=dict)
    likely: str | None = None
    because: str = ""
    epoch: int | None = None
    exchanged: bool = False
    zone: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not known, naming what is."""
        if {self.order, self.likely} - {"dmy", "mdy", None} or {self.serials, self.epoch} - {
            1900,
            1904,
            None,
        }:
            raise ValueError(
                "order and likely are 'dmy', 'mdy' or None; serials and epoch are 1900, 1904 or None"
            )
        if not 0 <= self.years[1] - self.years[0] < 100:
            raise ValueError("years is (first, last) of at most 100 years")
        object.__setattr__(self, "missing", missing_reasons(self.missing))


def full_year(digits: str, context: DateContext) -> tuple[int | None, str]:
    """Return a year of two or four digits, and a note when it had to be guessed from two."""
    if len(digits) == 4:
        return int(digits), ""
    first, last = context.years
    year = first + (int(digits) - first) % 100
    return (
        (year, f"'{digits}' read as {year}, the only such year from {first} to {last}")
        if year <= last
        else (None, "")
    )


def day_of(year: int, month: int, day: int) -> date | None:
    """Return the date, or None if there is none like it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def made(year: int | None, month: int | None, day: int | None, rule: str, note: str = "") -> Reading:
    """Make a reading out of the parts that are known, checking that such a date can be."""
    if year is None:
        return review(f"{rule}-yy", "a year of two digits that may lie in no or more than one century")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return review("odd-year", f"the year {year} is not likely")
    if month is None:
        reading = Reading(f"{year:04d}", rule, precision="year")
    elif not 1 <= month <= 12:
        return unreadable("impossible-date", f"there is no month {month}")
    elif day is None:
        reading = Reading(f"{year:04d}-{month:02d}", rule, precision="month")
    elif found := day_of(year, month, day):
        reading = Reading(found.isoformat(), rule, precision="day")
    else:
        return unreadable("impossible-date", f"there is no day {day} in month {month} of {year}")
    return noted(reading, note, f"{rule}-yy") if note else reading


def day_and_month(
    first: int, second: int, digits: str, context: DateContext, *, american: bool = False
) -> Reading:
    """Read day and month in the order of the column, or day first."""
    year, note = full_year(digits, context)
    if second > 12 >= first:
        reading = made(year, first, second, "month-first", note)
        return (
            reading
            if context.order == "mdy" or not reading.is_read
            else noted(reading, f"{second} can only be the day")
        )
    if first > 12 or first == second:
        reading = made(year, second, first, "day-first", note)
        return (
            noted(reading, f"{first} can only be the day")
            if context.order == "mdy" and first > 12 and reading.is_read
            else reading
        )
    month_first = (
        (context.order or context.likely) == "mdy"
        if context.order or not american
        else context.likely != "dmy"
    )
    reading = (
        made(year, first, second, "month-first", note)
        if month_first
        else made(year, second, first, "day-first", note)
    )
    if context.mixed:
        return doubted(
            reading, "mixed-order", f"{EXCHANGED}, and the column holds dates with the month first"
        )
    if context.order is None:
        because = context.because or "nothing shows which stands first"
        said = (
            "; a time with AM or PM comes from software that often writes the month first" if american else ""
        )
        return doubted(reading, OPEN_ORDER, f"{EXCHANGED}: {because}{said}")
    return noted(reading, context.because) if context.because and reading.is_read else reading


def three_numbers(text: str, context: DateContext, *, american: bool = False) -> Reading | None:
    """Read three numbers: day, month, year, or year, month, day."""
    match = THREE.fullmatch(text)
    if not match:
        return None
    first, _, second, third = match.groups()
    if len(first) == 4:
        if len(third) == 4 or int(third) > 31:
            return None
        reading = made(int(first), int(second), int(third), "year-first")
        if reading.rule == "impossible-date" and 12 < int(second) <= 31 and int(third) <= 12:
            other = made(int(first), int(third), int(second), "year-day-month")
            return doubted(other, "year-day-month", "the year, then day and month exchanged?")
        return reading
    if len(first) == 3 or len(third) not in (2, 4):
        return None
    if len(third) == 2 and int(first) > 31 and int(second) <= 12:
        year, note = full_year(first, context)
        return made(year, int(second), int(third), "year-first", note) if int(third) <= 31 else None
    return day_and_month(int(first), int(second), third, context, american=american)


def two_numbers(text: str, context: DateContext) -> Reading | None:
    """Read month and year, in either order."""
    match = TWO.fullmatch(text)
    if not match:
        return None
    first, sign, second = match.groups()
    if len(first) == 4 and sign == "." and second == "0":
        return made(int(first), None, None, "year-zero-decimal")
    if len(first) == 4 and sign == "." and len(second) == 1:
        return review("two-numbers", "a year and a month, or a fraction of a year?")
    if len(first) == 4 and len(second) <= 2:
        return (
            made(int(first), int(second), None, "year-month")
            if 1 <= int(second) <= 12
            else review("two-years", "two years, or an impossible month")
        )
    if len(second) == 4 and len(first) <= 2:
        return made(int(second), int(first), None, "month-year")
    if len(first) == 4 and len(second) == 4:
        return review("two-years", "two years: from one to the other?")
    if len(first) <= 2 and len(second) == 2 and int(second) > 31 and 1 <= int(first) <= 12 and sign != ".":
        year, note = full_year(second, context)
        return made(year, int(first), None, "month-year", note)
    return (
        review("two-numbers", "month and year, or day and month without a year?")
        if len(first) <= 2 and len(second) <= 2
        else None
    )


def lone_number(text: str, context: DateContext) -> Reading | None:
    """Read a year, an Excel day number or eight digits."""
    if COMPACT.fullmatch(text):
        return compact(text, context)
    serial = SERIAL.fullmatch(text)
    if serial:
        return excel_serial(serial, context)
    match = YEAR.fullmatch(text)
    if not match:
        return None
    year, note = full_year(match["year"], context)
    if len(match["year"]) == 2 and not match["mark"]:
        return review(
            "two-digits", "two digits: a year, a month or a day?", proposal=str(year) if year else None
        )
    return made(year, None, None, "year", note)


def compact(text: str, context: DateContext) -> Reading:
    """Read eight digits as year, month, day, or day, month, year: at most one of both has a likely year."""
    ways = (
        made(int(text[:4]), int(text[4:6]), int(text[6:]), "compact-ymd"),
        day_and_month(int(text[:2]), int(text[2:4]), text[4:], context),
    )
    likely = [reading for reading in ways if reading.rule not in ("odd-year", "impossible-date")]
    if len(likely) != 1:
        return unreadable("compact", "eight digits that are no date")
    return noted(
        likely[0],
        "eight digits without signs",
        "compact-dmy" if likely[0].rule in ("day-first", "month-first") else "",
    )


def excel_serial(match: re.Match[str], context: DateContext) -> Reading:
    """Read Excel's day number; without word from the column a person must say whether it is one.

    Source: day 1 is 1 January 1900 with a 29 February 1900 that never was, or day 0 is 1 January 1904
    (Microsoft, "Date systems in Excel").
    """
    base = context.serials or context.epoch or 1900
    value = serial_date(match["day"], match["part"], base)
    if value is None:
        return unreadable("excel-serial", "a number that is no likely date")
    precision = "second" if "T" in value else "day"
    if context.serials is None:
        return review(
            "excel-serial",
            f"a number: Excel's day number would be {value} (from {base})",
            proposal=value,
            precision=precision,
        )
    return report(
        value,
        f"excel-serial-{context.serials}",
        f"Excel's day number {match.group()}, counted from {context.serials}",
        precision=precision,
    )


def serial_date(day: str, part: str | None, base: int) -> str | None:
    """Return the ISO date (with time when there is a fraction of a day) of an Excel day number; None when its
    year is not likely.
    """
    seconds = round(float(f"0.{part}") * 86400) if part else 0
    moment = SERIAL_FIRST[base] + timedelta(days=int(day) + seconds // 86400)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    seconds %= 86400
    return (
        f"{moment.isoformat()}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        if seconds
        else moment.isoformat()
    )


def japanese(text: str) -> Reading | None:
    """Read a date with a Japanese era (平成10年4月, H10.4.1, Heisei 10) or Japanese signs (1998年4月1日)."""
    western = WESTERN_JAPANESE.fullmatch(text)
    match = western or ERA.fullmatch(text)
    if not match:
        return None
    month, day = (int(match[part]) if match[part] else None for part in ("month", "day"))
    if western:
        return made(int(match["year"]), month, day, "japanese")
    year = era_year(match["era"], match["year"])
    reading = made(year, month, day, "japanese-era")
    if not reading.is_read or match["year"] in ("0", "00"):
        return (
            reading if not reading.is_read else unreadable("impossible-date", "an era begins with the year 1")
        )
    first, last = ERAS[ERA_NAMES[match["era"]]]
    if not first.isoformat()[: len(reading.value)] <= reading.value <= last.isoformat()[: len(reading.value)]:
        return doubted(reading, "outside-era", f"outside the era: {first} to {last}")
    if len(match["era"]) == 1 and match["era"].isascii() and month is None:
        return doubted(reading, "japanese-era", "a letter and a number: a year of a Japanese era, or a code?")
    return reading


def with_words(text: str, context: DateContext) -> Reading | None:
    """Read a date with a month name, or a year with words that make it less exact."""
    words = WORD.findall(text)
    if not words or len(words) > 8 or re.sub(r"[a-z0-9 .,'/-]", "", text):
        return None
    months = month_numbers()
    rough = [APPROXIMATE[word] for word in words if word in APPROXIMATE]
    named = [months[word] for word in words if word in months]
    numbers = [word for word in words if word[0].isdigit() or word[0] == "'"]
    unknown = [
        word
        for word in words
        if word[0].isalpha()
        and word not in months
        and word not in APPROXIMATE
        and word not in FILLERS
        and word not in weekdays()
    ]
    if unknown or len(named) > 1 or not (named or rough or len(words) > len(numbers)):
        return None
    reading = named_month(named[0], numbers, context) if named else year_alone(numbers, context)
    return (
        noted(reading, f"not exact: {rough[0]} …", f"{reading.rule}-rough")
        if rough and reading is not None and reading.is_read
        else reading
    )


def year_alone(numbers: list[str], context: DateContext) -> Reading | None:
    """Read the only number beside words as a year; two digits may as well count years ("10 tahun")."""
    match = YEAR.fullmatch(numbers[0]) if len(numbers) == 1 else None
    if not match:
        return None
    year, note = full_year(match["year"], context)
    reading = made(year, None, None, "year", note)
    return (
        doubted(reading, "two-digits", "two digits: a year, or a number of years?")
        if len(match["year"]) == 2 and not match["mark"]
        else reading
    )


def named_month(month: int, numbers: list[str], context: DateContext) -> Reading | None:
    """Read the numbers beside a month name: a year, or a day and a year."""
    plain = [re.sub(r"(?:st|nd|rd|th)$|^'", "", word) for word in numbers]
    if not plain:
        return review("month-name", "a month without a year")
    if len(plain) == 1:
        if len(plain[0]) not in (2, 4) or (
            len(plain[0]) == 2 and numbers[0][0] != "'" and 1 <= int(plain[0]) <= 31
        ):
            return review("month-name", "a month and a number: a day, or a year of two digits?")
        year, note = full_year(plain[0], context)
        return made(year, month, None, "month-name", note)
    if len(plain) != 2:
        return None
    day, year_text = plain if len(plain[0]) <= 2 else plain[::-1]
    if len(day) > 2 or len(year_text) not in (2, 4):
        return None
    year, note = full_year(year_text, context)
    return made(year, month, int(day), "month-name", note)


def weekday_apart(text: str) -> tuple[str, int | None]:
    """Part a lower-case date and the weekday before or behind it ("senin, ", "senin/", "(jumat)"): its
    number, Monday is 0.
    """
    first, last = LEADING_DAY.match(text), TRAILING_DAY.search(text)
    if first and first["name"] in weekdays():
        return text[first.end() :], weekdays()[first["name"]]
    return (
        (text[: last.start()], weekdays()[last["name"]])
        if last and last["name"] in weekdays() and last.start()
        else (text, None)
    )


def without_weekday(text: str) -> str:
    """Take the name of a weekday off a lower-case date."""
    return weekday_apart(text)[0]


def by_weekday(reading: Reading, day: int | None) -> Reading:
    """Hold a date against the weekday beside it: it decides which of two days is meant; where it fits none,
    that is reported.
    """
    text = reading.value or (reading.proposal if reading.rule == OPEN_ORDER else None)
    if day is None or reading.precision != "day" or not text:
        return reading
    days = {order: found for order, found in both_days(str(text)).items() if found}
    fits = {order: found.weekday() == day for order, found in days.items()}
    if reading.rule == OPEN_ORDER and sum(fits.values()) == 1:
        turned = str(text) if fits.get("given") else days["turned"].isoformat()
        return report(
            turned, "weekday", f"{EXCHANGED}; the weekday beside it fits one of both", precision="day"
        )
    return (
        noted(reading, "the date does not fall on the weekday beside it")
        if reading.is_read and not fits["given"]
        else reading
    )


def both_days(text: str) -> dict[str, date | None]:
    """The day that an ISO date gives, and the one with day and month exchanged (None where there is none)."""
    year, month, day = (int(part) for part in text.split("-"))
    return {"given": day_of(year, month, day), "turned": day_of(year, day, month)}


def read_date(text: str, context: DateContext | None = None) -> Reading:
    """Read a date or a time stamp.

    Parameters
    ----------
    text : one raw text.
    context : what its column shows; see ``date_context``.

    Returns
    -------
    Reading whose value is ISO text with the precision that the text has: ``1998``, ``1998-04``,
    ``1998-04-03``, ``1998-04-03T10:15`` or ``…:22``, with ``+07:00`` where a zone is written. ``precision``
    says which.
    """
    context = context or DateContext()
    clean, steps = tidy(text)
    return told(read_tidy(clean, context), steps)


def read_tidy(clean: str, context: DateContext) -> Reading:
    """Read a tidy text; see ``read_date``."""
    nothing = no_answer(clean, context.missing)
    if nothing:
        return nothing
    if len(clean) > LONGEST:
        return unreadable("too-long", "too long to be a date")
    iso = ISO.fullmatch(clean)
    if iso and (reading := made(int(iso[1]), int(iso[2]), int(iso[3]), "iso")).is_read:
        return reading
    lower, day = weekday_apart(clean.lower())
    body, time = split_time(lower)
    if time:
        body, inner = weekday_apart(body)
        dated = date_part(body, context, american=time["half"] is not None)
        if dated:
            reading = by_weekday(dated, inner if day is None else day)
            return (
                at_place(with_time(reading, time), context.zone)
                if reading.is_read or reading.proposal
                else reading
            )
    return by_weekday(date_part(lower, context) or unclear(lower, context), day)


def date_part(text: str, context: DateContext, *, american: bool = False) -> Reading | None:
    """Read a lower-case date without a time; None when it is none."""
    plain, note = plainer(text)
    reading = plain_date(plain, context, american=american)
    return noted(reading, note) if note and reading is not None and reading.is_read else reading


def plain_date(text: str, context: DateContext, *, american: bool = False) -> Reading | None:
    """Read a date in one of the plainer forms; see ``date_forms``."""
    return (
        three_numbers(text, context, american=american)
        or two_numbers(text, context)
        or lone_number(text, context)
        or japanese(text)
        or with_words(text, context)
    )


def unclear(text: str, context: DateContext) -> Reading:
    """Say that no date can be told; propose the date with the nearest month, or a year where there is exactly
    one.
    """
    respelt = nearest_month(text)
    reading = date_part(respelt, context) if respelt else None
    if reading is not None and reading.is_read:
        return doubted(reading, "month-similar", f"no month, only similar: '{respelt}'?")
    years = set(ANY_YEAR.findall(text))
    if len(years) == 1:
        return review("year-within", "a year within other text", proposal=years.pop(), precision="year")
    return (
        review("several-years", "more than one year")
        if years
        else unreadable("no-date", "no date can be told from this text")
    )
