"""Numbers and money as people write them: rupiah and yen, words for thousands and millions, ranges, per-day
pay, percent.

What is certain is read; what is likely is reported; what could be two numbers waits for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from manfaat.files.parsing.currencies import pattern_of
from manfaat.files.parsing.missing import no_answer
from manfaat.files.parsing.normalise import tidy, told
from manfaat.files.parsing.number_styles import PERCENT, percent, percent_points, scientific
from manfaat.files.parsing.number_words import in_digits
from manfaat.files.parsing.plain import (
    MONEY,
    ColumnContext,
    below_zero,
    coded,
    no_number,
    number,
    scaled,
    settle,
    shape_of,
    sized,
    stored_number,
    with_zero,
)
from manfaat.files.parsing.reading import Reading, doubted, noted, report, review, unreadable

LONGEST = 120
FLAGS = re.I | re.A
WIDEST_RANGE = 10  # a wider one is more likely two readings of a unit ("500-1 juta")
UNITS = {
    "ratus": 10**2,
    "ribu": 10**3,
    "rb": 10**3,
    "rbu": 10**3,
    "rebu": 10**3,
    "k": 10**3,
    "千": 10**3,
    "thousand": 10**3,
    "万": 10**4,
    "lakh": 10**5,
    "lakhs": 10**5,
    "lac": 10**5,
    "juta": 10**6,
    "jt": 10**6,
    "jta": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "crore": 10**7,
    "crores": 10**7,
    "億": 10**8,
    "m": 10**9,
    "miliar": 10**9,
    "milyar": 10**9,
    "mlr": 10**9,
    "billion": 10**9,
    "triliun": 10**12,
    "trilyun": 10**12,
    "trillion": 10**12,
}
RULES = {
    10**2: "words-hundred",
    10**3: "words-thousand",
    10**4: "words-man",
    10**5: "words-lakh",
    10**6: "words-million",
    10**7: "words-crore",
    10**8: "words-oku",
    10**9: "words-billion",
    10**12: "words-trillion",
}
UNIT = r"(?:" + "|".join(sorted(UNITS, key=len, reverse=True)) + r")(?=-?an\b|[^a-z]|\Z)"
CURRENCIES = {
    "rp": "IDR",
    "rph": "IDR",
    "idr": "IDR",
    "rupiah": "IDR",
    "¥": "JPY",
    "jpy": "JPY",
    "yen": "JPY",
    "円": "JPY",
}
CURRENCY = re.compile(
    r"(?P<known>rupiah|idr|rph\.?(?![a-z])|rp\.?(?![a-z])|¥|jpy|yen|円)|(?P<other>us\$|usd|sgd|s\$|\$|eur|€|gbp|£|myr|rm(?![a-z])|won|krw|cny)",
    FLAGS,
)
SIGNS = {"US$": "USD", "S$": "SGD", "€": "EUR", "£": "GBP", "RM": "MYR", "WON": "KRW"}
DOLLARS = ("USD", "SGD", "AUD", "CAD", "HKD", "NZD", "TWD", "BND")
APPROX = re.compile(
    r"(?:±|\+/-|\+-|~|kira-?\s?kira|kira2|sekitar|kurang lebih|lebih"
    r" kurang|kl\b\.?|k\.l\.|ca\b\.?|about|around|approx(?:\.|imately)?|rata-?\s?rata)\s*",
    FLAGS,
)
BOUND = re.compile(
    r"(?P<low>>=|>|≥|lebih dari|di ?atas|minimal|min\b\.?|paling sedikit|more than|over|at least)\s*"
    r"|(?P<high><=|<|≤|kurang dari|di ?bawah|maksimal|maks?\b\.?|max\b\.?|paling banyak|hampir|less"
    r" than|under|at most|up to)\s*",
    FLAGS,
)
AMOUNT = re.compile(
    rf"(?P<num>[0-9]+(?:[.,'][0-9]+)*(?: [0-9]{{3}}(?![0-9]))*(?:,[0-9]+)?)\s*(?P<unit>{UNIT})?", FLAGS
)
BETWEEN = re.compile(r"\s*(?:-|~|s/d|s\.d\.?|sd\b|sampai(?: dengan)?|hingga|to\b)\s*", FLAGS)
# The sign "-" after a comma or point, and nothing else, closes an amount in Indonesian bookkeeping: Rp
# 2.500.000,-, and after a stroke in East Africa and India: 12,500/=
CLOSING = re.compile(r"[.,/] ?[-=]{1,2}(?![0-9])|-{1,2}(?= ?/|\Z)")
PERIOD = re.compile(
    r"(?:/|per|se|tiap|setiap|@|an?(?= )|each)\s*"
    r"(?P<word>hari|hr|day|minggu|mgg|week|wk|bulan|bln|bl|month|mth|tahun|thn|th|year|yr|jam|hour|shift|orang|org|unit|pcs|potong|rit"
    r"|月|日|時間|時|年)(?:nya|an)?(?![a-z])"
    r"|(?P<adverb>harian|mingguan|bulanan|tahunan|borongan|daily|weekly|monthly|yearly|annually)(?![a-z])",
    FLAGS,
)
PERIODS = {
    "day": "hari hr day harian daily 日",
    "week": "minggu mgg week wk mingguan weekly",
    "month": "bulan bln bl month mth bulanan monthly 月",
    "year": "tahun thn th year yr tahunan yearly annually 年",
    "hour": "jam hour 時間 時",
    "shift": "shift",
    "person": "orang org",
    "piece": "unit pcs potong rit borongan",
}
IN_A_MONTH = {
    "day": (25, "25 working days a month"),
    "week": (52 / 12, "52 weeks a year"),
    "year": (1 / 12, "12 months a year"),
}
PERIOD_OF = {word: period for period, words in PERIODS.items() for word in words.split()}
MINIMUM_WAGE = re.compile(
    r"\b(?:umr|ump|umk|ums|umsk|umsp|upah minimum(?: regional| provinsi)?|minimum wage)\b", FLAGS
)
NEUTRAL = re.compile(
    r"[()\s.]*(?:(?:bersih|nett?|netto|take home pay|thp|saja|aja|cash|tunai)[()\s.]*)+\Z", FLAGS
)
ROUGHLY = re.compile(r"-?an\b", FLAGS)
ABOUT = re.compile(rf"\(?(?:{APPROX.pattern})\)?\Z", FLAGS)
AMONG = re.compile(
    r"[+(]"
)  # what follows is named beside the amount; any other digits are a part of it that was not understood
TWICE = re.compile(r"\A([0-9]+) \(\1\)\Z")  # "1 (satu)" in digits
STORED = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?", re.A)
MORE = re.compile(r"\s*(?:\+|lebih|ke ?atas|up|an lebih)\Z", FLAGS)


@dataclass(slots=True)
class Parts:
    """A text taken apart: what stands around its amounts. ``asked`` : the currency of the column, whose own
    signs and names are known beside those that every column may have.
    """

    rest: str
    asked: str = ""
    approx: bool = False
    bound: str = ""
    currency: str = ""
    negative: bool = False
    period: str = ""


def take_prefixes(parts: Parts) -> None:
    """Take the words and signs before the first amount off ``parts.rest``, in whatever order they stand."""
    for _ in range(4):
        text = parts.rest
        if match := APPROX.match(text):
            parts.approx = True
        elif match := BOUND.match(text):
            parts.bound = match.lastgroup or ""
        elif match := currency_at(text, parts):
            take_currency(parts, match)
        elif text[:1] == "-" and text[1:2].isdigit():
            parts.negative, parts.rest = True, text[1:]
            continue
        else:
            return
        parts.rest = text[match.end() :].lstrip()


def currency_at(text: str, parts: Parts) -> re.Match[str] | None:
    """The currency that a text begins with, that of the column first."""
    own = pattern_of(parts.asked).match(text) if parts.asked else None
    return own or CURRENCY.match(text)


def take_currency(parts: Parts, match: re.Match[str]) -> None:
    """Note a currency; two different ones make an amount of neither."""
    if parts.asked and match.re is pattern_of(parts.asked):
        found = parts.asked
    else:
        found = CURRENCIES.get(match.group().lower().rstrip("."), match.group().upper())
    parts.currency = found if parts.currency in ("", found) else "two currencies"


def take_suffixes(parts: Parts) -> None:
    """Take currency, closing signs and the period that the amount is paid for off the end of an amount."""
    for _ in range(4):
        text = parts.rest
        if match := currency_at(text, parts):
            take_currency(parts, match)
        elif match := PERIOD.match(text):
            parts.period = PERIOD_OF[(match["word"] or match["adverb"]).lower()]
        elif (match := ROUGHLY.match(text)) and not parts.approx:
            parts.approx = True
        elif not (match := CLOSING.match(text)):
            return
        parts.rest = text[match.end() :].lstrip()


def one_amount(match: re.Match[str], context: ColumnContext) -> Reading:
    """Read one amount with its unit word, if it has one."""
    text, unit = match["num"], match["unit"]
    if not unit:
        reading = settle(text, context)
        return scaled(coded(reading, context), context) if reading else no_number(text)
    shape, factor = shape_of(text), UNITS[unit.lower()]
    if (
        shape is None
        or shape.name not in ("plain", "fraction")
        or len(shape.whole) > 4
        or (len(shape.whole) > 1 and shape.whole[0] == "0")
    ):
        return review("grouped-words", f"'{text} {unit}': the sign may part thousands or a fraction")
    value = number(shape.value * factor)
    if unit == "m" or (unit == "M" and (context.currency or context.kind == "yen")):
        value = value if context.kind == "rupiah" or not context.currency else number(shape.value * 10**6)
        return review(
            "words-m",
            f"'{text} m' is a million in English, a thousand million (miliar) in Indonesian",
            proposal=value,
        )
    reading = Reading(value, RULES[factor])
    return noted(reading, f"'M' read as miliar (10⁹): {value}") if unit == "M" else reading


def compound(first: Reading, parts: Parts) -> Reading:
    """Add what follows an amount in a smaller unit: ``1 juta 500 ribu``, ``8万5千``."""
    match = AMOUNT.match(parts.rest)
    biggest = next((size for size, rule in RULES.items() if rule == first.rule), 0)
    if not match:
        return first
    whole = (
        first.is_read
        and not first.flag
        and isinstance(first.value, int)
        and first.value % (biggest or 1) == 0
    )
    if whole and biggest == 10**6 and not match["unit"] and re.fullmatch("[1-9]00", match["num"]):
        parts.rest = parts.rest[match.end() :].lstrip()
        sum_ = replace(first, value=first.value + int(match["num"]) * 1000)
        return doubted(sum_, "second-number", f"'{match['num']}' follows without a unit: thousands?")
    # Japanese leaves out the last unit: 8万5000 is 85,000.
    if not whole or not (match["unit"] or biggest == 10**4):
        return doubted(first, "second-number", "a second number follows")
    factor = UNITS[match["unit"].lower()] if match["unit"] else 1
    second = settle(match["num"], ColumnContext("decimal"))
    parts.rest = parts.rest[match.end() :].lstrip()
    if second is None or not second.is_read or second.value * factor >= biggest:
        return doubted(first, "second-number", "a second number follows that is no smaller part of the first")
    return Reading(first.value + number(Decimal(str(second.value)) * factor), "words-sum")


def range_of(low: re.Match[str], high: re.Match[str], context: ColumnContext) -> Reading:
    """Read a range: its middle with both bounds, always reported."""
    first, second = one_amount(low, context), one_amount(high, context)
    if not low["unit"] and high["unit"]:
        shape = shape_of(low["num"])
        first = (
            Reading(number(shape.value * UNITS[high["unit"].lower()]), "range")
            if shape is not None and shape.name in ("plain", "fraction")
            else review("grouped-words", "a range of two spellings")
        )
    if (
        not first.is_read
        or not second.is_read
        or (context.kind in MONEY and (sized(first, context).flag or sized(second, context).flag))
    ):
        return review("range", "a range whose ends cannot be read with certainty")
    bounds = (first.value, second.value)
    if not 0 < first.value < second.value <= WIDEST_RANGE * first.value:
        return review("range", "the second number of the range does not follow the first", bounds=bounds)
    middle = number((Decimal(str(first.value)) + Decimal(str(second.value))) / 2)
    if context.kind == "integer" and isinstance(middle, float):
        return review(
            "range", "the middle of the range is not a whole number", proposal=middle, bounds=bounds
        )
    return report(
        middle,
        "range-midpoint",
        f"a range from {bounds[0]} to {bounds[1]}; its middle stands for it",
        bounds=bounds,
    )


def take_amounts(parts: Parts, context: ColumnContext) -> Reading | None:
    """Read the amount, the sum of amounts or the range that ``parts.rest`` starts with, and take it off."""
    first = AMOUNT.match(parts.rest)
    if not first:
        return None
    text = parts.rest
    parts.rest = text[first.end() :].lstrip()
    take_suffixes(parts)
    between = BETWEEN.match(parts.rest)
    if between:
        tail = parts.rest[between.end() :]
        currency = currency_at(tail, parts)
        second = AMOUNT.match(tail[currency.end() :].lstrip() if currency else tail)
        if second:
            parts.rest = second.string[second.end() :].lstrip()
            take_suffixes(parts)
            return range_of(first, second, context)
    reading = one_amount(first, context)
    if AMOUNT.match(parts.rest):
        reading = compound(reading, parts)
        take_suffixes(parts)
    return reading


def with_trailing(reading: Reading, parts: Parts, context: ColumnContext) -> Reading:
    """Judge what is left of the text after its amount."""
    rest = parts.rest.strip()
    if not rest or rest.rstrip(".").lower() in context.units:
        return reading
    if ABOUT.match(rest):
        parts.approx = True
        return reading
    if rest == "." and reading.is_read:
        return reading
    if MORE.fullmatch(rest):
        parts.bound = parts.bound or "low"
        return reading
    if NEUTRAL.match(rest):
        return noted(reading, f"followed by '{rest}'") if reading.is_read else reading
    beside = doubted(reading, "trailing-text", f"text beside the number: '{rest[:40]}'")
    return replace(beside, proposal=None) if re.search(r"[0-9½]", AMONG.split(rest)[0]) else beside


def with_unit(reading: Reading, parts: Parts, context: ColumnContext) -> Reading:
    """Judge currency and period against what the column asks for; never convert. The amount as it stands is
    no proposal: accepted, it would be wrong.
    """
    expected = {"rupiah": "IDR", "yen": "JPY"}.get(context.kind, context.currency)
    said = (
        expected
        if parts.currency == "$" and expected in DOLLARS
        else SIGNS.get(parts.currency, parts.currency)
    )
    if parts.currency and said != expected:
        other = doubted(
            reading,
            "other-currency",
            f"the text says {parts.currency}, the column is {expected or 'not money'}",
        )
        return replace(other, unit=parts.currency, proposal=None)
    if not parts.period:
        return reading
    if parts.period == context.period:
        return replace(reading, unit=parts.period)
    if parts.period == "month" and not context.period and context.kind in MONEY:
        return replace(noted(reading, "the text says: a month; the column states no period"), unit="month")
    other = doubted(reading, f"per-{parts.period}", f"an amount per {parts.period}, not multiplied")
    times, why = (
        IN_A_MONTH.get(parts.period, (0, "")) if context.period == "month" and reading.is_read else (0, "")
    )
    note = f"an amount per {parts.period}; what is proposed counts {why}" if times else other.note
    return replace(
        other,
        unit=parts.period,
        proposal=round(float(reading.value) * times, 2) if times else None,
        note=note,
    )


def with_signs(reading: Reading, parts: Parts, context: ColumnContext) -> Reading:
    """Apply minus, "about" and "more than"."""
    if parts.negative and reading.is_read:
        reading = replace(reading, value=-reading.value, bounds=None)
        reading = below_zero(reading, context)
    if parts.approx and reading.is_read:
        reading = noted(reading, "about, not exactly", "approximate")
    if parts.bound and reading.is_read:
        bounds = (reading.value, None) if parts.bound == "low" else (None, reading.value)
        reading = replace(
            doubted(
                reading,
                f"bound-{parts.bound}",
                (
                    "only a limit is given: more than"
                    if parts.bound == "low"
                    else "only a limit is given: less than"
                ),
            ),
            bounds=bounds,
        )
    return reading


def read_number(text: str, context: ColumnContext | None = None) -> Reading:
    """Read a number or an amount of money.

    Parameters
    ----------
    text : one raw text.
    context : what its column is and what its other cells show; see ``column_context``. Without one a single
    sign
        before three digits ("2.500") is never decided.

    Returns
    -------
    Reading whose value is int or float: rupiah, yen, percent points or the number. Ranges give their middle,
    reported, with ``bounds``; per-day pay, limits ("> 3 jt") and text beside the number give a ``proposal``
    for review only.
    """
    context = context or ColumnContext()
    clean, steps = tidy(text)
    return told(read_tidy(clean, context), steps)


def read_tidy(clean: str, context: ColumnContext) -> Reading:
    """Read a tidy text; see ``read_number``."""
    nothing = no_answer(clean, context.missing)
    if nothing:
        return nothing
    if len(clean) > LONGEST:
        return unreadable("too-long", "too long to be a number")
    clean = with_zero(clean.removeprefix("'").lstrip() or clean)
    if context.kind == "percent" or clean[-1:] in "%nt":
        found = percent(clean, context) if context.kind == "percent" or PERCENT.match(clean) else None
        if found:
            return found
    plain = settle(clean, context)
    if plain:
        return sized(scaled(coded(plain, context), context), context)
    digits = TWICE.sub(r"\1", in_digits(clean))
    if digits != clean:
        return in_words(digits, context)
    return scientific(clean, context) or read_phrase(clean, context)


def read_stored(text: str, context: ColumnContext | None = None) -> Reading:
    """Read a number that the file holds as a number (a numeric cell of a workbook, a numeric column of SPSS
    or Stata).

    Parameters
    ----------
    text : its shortest text, as ``formats`` gives it. What is no number, as a tagged missing value, is read
    as any text.
    context : what its column is; the texts of its other cells say nothing about its signs.
    """
    context = context or ColumnContext()
    nothing = no_answer(text, context.missing)
    if nothing or not STORED.fullmatch(text):
        return nothing or read_number(text, context)
    reading = stored_number(text, context)
    if context.kind == "percent" and reading.is_read:
        return replace(percent_points(reading, marked=False, context=context), unit="percent")
    return sized(scaled(reading, context), context)


def in_words(digits: str, context: ColumnContext) -> Reading:
    """Read an amount that was spelt out, by the digits it stands for; always reported."""
    reading = read_tidy(digits, context)
    return (
        noted(reading, f"written in words: '{digits[:40]}'")
        if reading.is_read or reading.missing
        else reading
    )


def number_within(text: str, context: ColumnContext) -> Reading | None:
    """Propose the only number that stands behind other text (``gaji 2 juta``); None when there is none or
    more than one.
    """
    found = list(AMOUNT.finditer(text))
    if len(found) != 1 or found[0].start() == 0:
        return None
    return doubted(
        one_amount(found[0], context),
        "leading-text",
        f"text before the number: '{text[: found[0].start()][:40].strip()}'",
    )


def read_phrase(clean: str, context: ColumnContext) -> Reading:
    """Read a number with words or signs around it."""
    minimum = MINIMUM_WAGE.search(clean)
    parts = Parts(re.sub(r"^\((.{1,60})\)$", r"\1", clean), context.currency)
    take_prefixes(parts)
    reading = take_amounts(parts, context)
    if minimum:
        amount = reading.value if reading is not None else None
        return review(
            "minimum-wage",
            "the minimum wage is meant; its amount depends on month and place",
            proposal=amount or minimum.group().upper(),
        )
    if reading is None:
        return number_within(parts.rest, context) or no_number(clean)
    if clean.startswith("(") and clean.endswith(")") and "(" not in clean[1:]:
        reading = doubted(reading, "brackets", "in brackets: a negative number, a note or a missing code?")
    reading = with_signs(with_trailing(reading, parts, context), parts, context)
    return sized(with_unit(reading, parts, context), context)
