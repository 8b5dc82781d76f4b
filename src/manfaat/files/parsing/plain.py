"""A number written with digits and separators only, and what a separator means in its column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from manfaat.files.parsing.currencies import parts_lakhs
from manfaat.files.parsing.reading import Reading, doubted, missing_reasons, noted, report, review, unreadable

KINDS = ("rupiah", "yen", "integer", "decimal", "percent")
MONEY = ("rupiah", "yen")
# a whole number of more does not fit a float exactly; further digits of a fraction are only its last bits
MOST_DIGITS = 15
COMPUTED = 6  # a fraction of at least so many digits was computed; nobody writes thousands so
ROUNDING = 1e-9  # a stored number this near to a whole one is that whole one: 3.9999999999999996
NO_WHOLE = re.compile(r"(?P<sign>[-+]?)(?P<rest>[.,][0-9]+)")
LARGEST_MONEY = 10**12
SMALLEST_AMOUNT = 1_000  # an amount with a fraction below it lacks its thousands or millions
SMALL_RUPIAH = 10_000  # below this a wage or cost is more likely written in thousands
FAR = (
    1000**0.5
)  # further than this from the usual amount, the same digits with three zeros more or less are nearer to it
SHAPES = re.compile(
    r"(?P<plain>[0-9]+)"
    r"|(?P<either>[1-9][0-9]{0,2}[.,][0-9]{3})"
    r"|(?P<dots>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})"
    r"|(?P<commas>[1-9][0-9]{0,2}(?:,[0-9]{3}){2,})"
    r"|(?P<dots_decimal>[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+)"
    r"|(?P<commas_decimal>[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+)"
    r"|(?P<fraction>[0-9]+[.,][0-9]+)"
    r"|(?P<spaces>[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]{1,2})?)"
    r"|(?P<apostrophes>[1-9][0-9]{0,2}(?:'[0-9]{3})+(?:[.,][0-9]{1,2})?)"
)
LAKHS = re.compile(r"(?P<whole>[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.(?P<fraction>[0-9]+))?")
MARKS = re.compile("[.,' ]")
LIKELY_CODES = frozenset(int(digit * length) for digit in "789" for length in (2, 3)) | {98, 998}
LIKELY_NEGATIVE_CODES = frozenset(-int(digit * length) for digit in "6789" for length in (1, 2, 3, 4)) | {
    -98,
    -998,
}
UNTOLD = "the column does not tell; 'decimal' under the file in cohort.yml does"
WORDS = {"dots": "dots", "commas": "commas", "dots_decimal": "dots", "commas_decimal": "commas"}


@dataclass(frozen=True, slots=True)
class ColumnContext:
    """What the whole column says about how one of its cells is to be read.

    Attributes
    ----------
    kind : one of ``KINDS``.
    decimal : the column's decimal sign, "," or "."; None when unknown or when cells disagree.
    missing : declared missing codes, code → reason. Nothing is assumed.
    negative : whether numbers below zero are answers here.
    period : the period that an amount is asked for (``day``, ``week``, ``month``, ``year``, ``hour``), ""
    when not stated.
    factor : what a number without a unit of its own is multiplied by, as the column's header says ("(ribu
    Rp)": 1000).
        "2,5 juta" in such a column stays 2.5 million: give the factor here, never multiply afterwards.
    units : words that may follow a number here without changing it, in lower case ("jam", "orang").
    typical : an amount that is usual in this column (of its unambiguous cells), in rupiah or yen.
    currency : of an amount with cents, which ``kind`` does not say: its code ("USD"); "" for any other
    number.
    whole : whether the unit has no decimals: then three digits after a sign are thousands before they are a
    fraction.
    thousands : how many answers say so where the column shows thousands by nothing but groups of three
    ("7,100"); 0 elsewhere.
    running : numbers of nothing but nines whose neighbours stand in the column too: they count, and are no
    missing codes.
    fractions : whether the column holds fractions of three digits or more, so that three digits after its
    decimal sign are one.
    percent : "points" when 3.5 means 3.5 %, "share" when 0.035 does, None when unknown.
    """

    kind: str = "decimal"
    decimal: str | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    negative: bool = False
    period: str = ""
    factor: int | float | Decimal = 1
    units: tuple[str, ...] = ()
    typical: float | None = None
    percent: str | None = None
    currency: str = ""
    whole: bool = False
    thousands: int = 0
    fractions: bool = False
    running: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what is not known, naming what is."""
        if (
            self.kind not in KINDS
            or self.decimal not in (",", ".", None)
            or self.percent not in ("points", "share", None)
        ):
            raise ValueError(
                f"kind is one of {KINDS}, decimal is ',', '.' or None, percent is 'points', 'share' or None"
            )
        if not 0 < self.factor < LARGEST_MONEY:
            raise ValueError("factor is a number above 0")
        object.__setattr__(self, "missing", missing_reasons(self.missing))


@dataclass(frozen=True, slots=True)
class Shape:
    """How a number is written: the name of the pattern, the digits before and after the decimal sign, and
    that sign if certain.
    """

    name: str
    whole: str
    fraction: str = ""
    decimal: str | None = None

    @property
    def value(self) -> Decimal:
        """The number, for a shape that can mean only one."""
        return Decimal(f"{self.whole}.{self.fraction}" if self.fraction else self.whole)


def shape_of(text: str) -> Shape | None:
    """Classify digits with separators; None for anything else. A single separator before three digits is
    ``either``.
    """
    match = SHAPES.fullmatch(text) if len(text) <= 60 else None
    name = match.lastgroup if match else None
    if name is None:
        return None
    if name == "plain":
        return Shape(name, text)
    if name == "either":
        whole, fraction = MARKS.split(text)
        return Shape(name, whole, fraction)
    if name in ("dots", "commas"):
        return Shape(name, MARKS.sub("", text), decimal="," if name == "dots" else ".")
    body, sign, tail = text, None, ""
    if name not in ("spaces", "apostrophes") or "," in text or "." in text:
        sign = text[max(text.rfind(","), text.rfind("."))]
        body, _, tail = text.rpartition(sign)
    return Shape(name, MARKS.sub("", body), tail, sign)


def lakhs(text: str, context: ColumnContext) -> Shape | None:
    """Classify 1,25,000 in a currency whose people part digits so."""
    match = LAKHS.fullmatch(text) if context.currency and parts_lakhs(context.currency) else None
    if match is None:
        return None
    name = "commas_decimal" if match["fraction"] else "commas"
    return Shape(name, match["whole"].replace(",", ""), match["fraction"] or "", ".")


def with_zero(text: str) -> str:
    """Write the zero that SPSS and others leave out: ``.5`` becomes ``0.5``."""
    match = NO_WHOLE.fullmatch(text)
    return f"{match['sign']}0{match['rest']}" if match else text


def number(value: Decimal) -> int | float:
    """Return a whole number as int, any other as float."""
    return int(value) if value == value.to_integral_value() else float(value)


def settle(text: str, context: ColumnContext) -> Reading | None:
    """Read a number of digits and separators by its column; None when ``text`` is not one.

    The rule is named after the column's kind and the pattern, for example ``rupiah-dots``.
    """
    shape = shape_of(text) or lakhs(text, context)
    if shape is None:
        return None
    if len(shape.whole) > MOST_DIGITS:
        return review("too-many-digits", "more digits than a number here can have: an identifier?")
    if context.kind in MONEY:
        return settle_money(text, shape, context)
    if context.kind == "integer":
        return settle_integer(text, shape, context)
    return settle_decimal(text, shape, context)


def leading_zero(shape: Shape, reading: Reading, *, longest: int) -> Reading:
    """Doubt a number written with zeros in front: it may be an identifier or a telephone number."""
    if len(shape.whole) == 1 or shape.whole[0] != "0":
        return reading
    if len(shape.whole) > longest:
        return doubted(reading, "leading-zero", "zeros in front: an identifier or a telephone number?")
    return noted(reading, "zeros in front")


def other_convention(shape: Shape, reading: Reading, context: ColumnContext) -> Reading:
    """Report a cell written in the other convention than its column."""
    if context.decimal and shape.decimal and shape.decimal != context.decimal:
        return noted(
            reading, f"written with '{shape.decimal}' as decimal sign, the column with '{context.decimal}'"
        )
    return reading


def settle_money(text: str, shape: Shape, context: ColumnContext) -> Reading:
    """Read an amount of a currency whose coins are not used: three digits after a sign are thousands."""
    rule = f"{context.kind}-{shape.name.replace('_', '-')}"
    if shape.name == "either":
        return settle_short_group(text, shape, context)
    if shape.name == "plain":
        return leading_zero(shape, Reading(int(text), rule), longest=1)
    value = number(shape.value)
    reading = other_convention(shape, Reading(value, rule), context)
    if 2 < len(shape.fraction) < COMPUTED:
        return review("bad-groups", f"'{text}' is not grouped by thousands: a digit or a sign is wrong")
    if shape.name == "fraction" and value < SMALLEST_AMOUNT and value != 0 and context.factor == 1:
        return review("money-fraction", f"'{text}' has a fraction: are thousands or millions left out?")
    if shape.fraction.strip("0"):
        return noted(reading, "an amount with a fraction")
    return (
        noted(reading, "thousands parted by a space")
        if shape.name == "spaces" and len(shape.whole) <= 6
        else leading_zero(shape, reading, longest=1)
    )


def settle_short_group(text: str, shape: Shape, context: ColumnContext) -> Reading:
    """Read ``2.500`` or ``2,500`` in a money column: 2500 by its pattern, but 2.5 million if "ribu" was left
    out.
    """
    value, sign = int(shape.whole + shape.fraction), text[len(shape.whole)]
    rule = f"{context.kind}-{'dots' if sign == '.' else 'commas'}"
    # Japanese amounts are grouped by commas whatever the column shows.
    agrees = context.decimal != sign if context.decimal else context.kind == "yen" and sign == ","
    note = f"'{text}' is {value} by its pattern, or {value * 1000} with thousands left out"
    if context.typical is not None:
        near = context.typical / FAR < value * float(context.factor) < context.typical * FAR
        if not near:
            meant = (
                value * 1000
                if context.typical / FAR < value * 1000 * float(context.factor) < context.typical * FAR
                else value
            )
            return review("short-group", f"{note}; usual here is about {context.typical:.0f}", proposal=meant)
        return (
            Reading(value, rule)
            if agrees or context.decimal is None
            else report(value, rule, f"written with '{sign}' between thousands, the column otherwise")
        )
    if agrees:
        return Reading(value, rule)
    return review("short-group", f"{note}; the column does not tell", proposal=value)


def settle_integer(text: str, shape: Shape, context: ColumnContext) -> Reading:
    """Read a whole number."""
    rule = f"integer-{shape.name.replace('_', '-')}"
    if shape.name == "either":
        sign = text[len(shape.whole)]
        if context.decimal is not None and context.decimal != sign:
            return by_thousands(shape, sign, rule, context)
        return review("either-sign", f"'{text}' is {shape.whole}{shape.fraction} or {shape.whole}: {UNTOLD}")
    if shape.fraction.strip("0"):
        return review("not-whole", f"'{text}' is not a whole number", proposal=number(shape.value))
    reading = (
        other_convention(shape, Reading(int(shape.whole), rule), context)
        if shape.name != "fraction"
        else Reading(int(shape.whole), "integer-zero-decimals")
    )
    if shape.name == "spaces":
        reading = noted(reading, "thousands parted by a space")
    return leading_zero(shape, reading, longest=3)


def by_thousands(shape: Shape, sign: str, rule: str, context: ColumnContext) -> Reading:
    """Read three digits after a sign as thousands; say by what, where nothing in the column but such groups
    shows it.
    """
    reading = Reading(int(shape.whole + shape.fraction), rule)
    if not context.thousands:
        return reading
    note = (
        f"'{sign}' read as parting thousands: all {context.thousands} answers with it have three digits after"
        " it, and the unit has no decimals"
    )
    return noted(reading, note, f"{rule}-groups")


def settle_either(text: str, shape: Shape, context: ColumnContext, rule: str) -> Reading:
    """Read three digits after a single sign in a column that may hold fractions."""
    sign, grouped = text[len(shape.whole)], int(shape.whole + shape.fraction)
    if context.decimal is None:
        return review("either-sign", f"'{text}' is {grouped} or {shape.whole}.{shape.fraction}: {UNTOLD}")
    if sign != context.decimal:
        return by_thousands(shape, sign, rule, context)
    if context.fractions or not (context.currency or context.whole):
        return Reading(number(shape.value), rule)
    if context.currency:
        return review(
            "either-sign",
            f"'{text}': cents have two digits, so these may be thousands: {grouped}",
            proposal=grouped,
        )
    return review(
        "either-sign",
        f"'{text}' is {grouped} or {shape.whole}.{shape.fraction}: '{sign}' is the column's decimal sign, but"
        " its unit has no decimals",
    )


def settle_decimal(text: str, shape: Shape, context: ColumnContext) -> Reading:
    """Read a number that may have a fraction."""
    rule = f"{context.kind}-{shape.name.replace('_', '-')}"
    if shape.name == "either":
        return settle_either(text, shape, context, rule)
    reading = other_convention(shape, Reading(number(shape.value), rule), context)
    three = len(shape.fraction) == 3
    if shape.name == "fraction" and three and shape.whole.strip("0") and reading.flag:
        return review(
            "bad-groups",
            f"'{text}' is not grouped by thousands, and its sign is not the column's decimal sign",
            proposal=reading.value,
        )
    if shape.name in WORDS and three:
        reading = noted(reading, f"'{text}' has both signs before three digits")
    if shape.name == "spaces":
        reading = noted(reading, "thousands parted by a space")
    return leading_zero(shape, reading, longest=3)


def coded(reading: Reading, context: ColumnContext) -> Reading:
    """Read a bare number that is, or looks like, a missing code."""
    value = reading.value
    if value is None:
        return reading
    digits = str(value)
    if digits in context.missing:
        return Reading(None, "missing-code", missing=context.missing[digits])
    if isinstance(value, int) and len(digits) >= 4 and set(digits) == {"9"} and value not in context.running:
        return doubted(reading, "nines", f"{digits} looks like a missing code that is not declared")
    if value in LIKELY_CODES and context.kind == "integer":
        return noted(reading, f"{digits} may be a missing code that is not declared")
    return reading


def below_zero(reading: Reading, context: ColumnContext) -> Reading:
    """Doubt a number below zero where none is an answer, and report those that questionnaires use for missing
    answers elsewhere.
    """
    if not context.negative:
        return doubted(reading, "negative", "below zero: a missing code that is not declared?")
    return (
        noted(reading, f"{reading.value} may be a missing code that is not declared")
        if reading.value in LIKELY_NEGATIVE_CODES
        else reading
    )


def sized(reading: Reading, context: ColumnContext) -> Reading:
    """Report amounts of money whose size points at a slip; the amount itself stays as written."""
    value, usual = reading.value, context.typical
    if value is None or context.kind not in MONEY:
        return reading
    if value == 0:
        return noted(reading, "zero: no pay, or not applicable?")
    size = abs(value)
    if size > LARGEST_MONEY:
        return doubted(reading, "too-large", "more than a million million")
    if usual is not None and not usual / FAR < size < usual * FAR:
        return noted(reading, f"far from the usual {usual:.0f} here: a slip of the unit?")
    if usual is None and context.kind == "rupiah" and size < SMALL_RUPIAH:
        return noted(reading, "a small amount: are thousands left out?")
    return reading


def scaled(reading: Reading, context: ColumnContext) -> Reading:
    """Multiply an amount without a unit of its own by the factor that the header of its column states."""
    if context.factor == 1 or reading.value is None:
        return reading
    value = number(Decimal(str(reading.value)) * Decimal(str(context.factor)))
    if context.factor > 1 and reading.value >= context.factor * 1000:
        return doubted(
            reading,
            "factor",
            f"the header says to multiply by {context.factor}, but {reading.value} looks complete",
        )
    return replace(reading, value=value, rule=f"{reading.rule}-times-{context.factor}")


def whole_number(value: int | float) -> int | float:
    """A number without the last bits that arithmetic left on it: 3.9999999999999996 is 4."""
    near = round(value)
    return near if value != near and abs(value - near) < ROUNDING * max(1.0, abs(value)) else value


def stored_number(text: str, context: ColumnContext) -> Reading:
    """Read a number that the file holds as a number, by its shortest text: no sign in it parts thousands, no
    digit was mistyped.

    What its size says is doubted as for any other answer: codes of missing answers, amounts with thousands
    left out.
    """
    value = number(Decimal(text))
    if context.kind == "integer" and isinstance(value := whole_number(value), float):
        return review("not-whole", f"'{text}' is not a whole number", proposal=value)
    if (
        context.kind in MONEY
        and isinstance(value, float)
        and abs(value) < SMALLEST_AMOUNT
        and context.factor == 1
    ):
        return review("money-fraction", f"'{text}' has a fraction: are thousands or millions left out?")
    reading = coded(Reading(value, f"{context.kind}-stored"), context)
    return below_zero(reading, context) if value < 0 and reading.is_read else reading


def no_number(text: str) -> Reading:
    """Say that a text holds no number that can be told apart."""
    groups = re.fullmatch(r"[0-9]+(?:[.,][0-9]+){2,}", text[:80], re.A)
    if groups:
        return unreadable(
            "bad-groups", f"'{text[:40]}' is not grouped by thousands: a broken column or a digit too few"
        )
    return unreadable("no-number", "no number can be told from this text")
