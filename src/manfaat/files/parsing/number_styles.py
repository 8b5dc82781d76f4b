"""Two styles of writing a number that change what its digits mean: scientific notation and percent."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from manfaat.files.parsing.plain import (
    MOST_DIGITS,
    ColumnContext,
    below_zero,
    coded,
    number,
    settle,
    with_zero,
)
from manfaat.files.parsing.reading import Reading, doubted, noted, report, review, unreadable

FLAGS = re.I | re.A
ALL_DIGITS = 14  # after the decimal sign of a mantissa: all that a number of double precision has
SCIENTIFIC = re.compile(
    r"(?P<sign>-?)(?P<mantissa>[0-9](?:[.,][0-9]{1,17})?)e(?P<power>[-+]?[0-9]{1,3})", FLAGS
)
PERCENT = re.compile(r"(?P<body>.*[^\s%])\s*(?:%|persen|prosen|percent|pct)\.?\Z", FLAGS)


def scientific(text: str, context: ColumnContext) -> Reading | None:
    """Read ``2.5E+06`` or ``1e-05``.

    Excel shows few digits of what was there, so the last shown digit is in doubt by half of itself. Nothing
    that counts is lost where the number is below one, or where a program wrote all digits that a number has.
    """
    match = SCIENTIFIC.fullmatch(text)
    if not match:
        return None
    mantissa = Decimal(match["mantissa"].replace(",", "."))
    decimals = match["mantissa"].replace(",", ".").partition(".")[2]
    shown, power = len(decimals), int(match["power"])
    value = mantissa.scaleb(power)
    if power < 0 or power <= shown >= ALL_DIGITS:
        return exact_power(-value if match["sign"] else value, context)
    if power > MOST_DIGITS - 3 or match["sign"]:
        return unreadable("scientific", "scientific notation: digits are lost", missing="damaged")
    half = Decimal(10) ** (power - shown) / 2
    bounds = (number(value - half), number(value + half))
    if context.kind == "integer" and value != value.to_integral_value():
        return unreadable("scientific", "scientific notation: not a whole number", missing="damaged")
    if not shown:
        return review(
            "scientific",
            "scientific notation with one digit: the others are lost",
            proposal=number(value),
            bounds=bounds,
        )
    return report(
        number(value),
        "scientific",
        f"scientific notation: digits may be lost; between {bounds[0]} and {bounds[1]}",
        bounds=bounds,
    )


def exact_power(value: Decimal, context: ColumnContext) -> Reading:
    """Read scientific notation that leaves no digit before the decimal sign out, as programs write very small
    numbers.
    """
    if context.kind == "integer" and value != value.to_integral_value():
        return review("not-whole", "scientific notation: not a whole number", proposal=number(value))
    reading = Reading(
        number(Decimal(str(float(value)))), "scientific-exact"
    )  # the double that the program held
    return below_zero(reading, context) if value < 0 else reading


def percent(text: str, context: ColumnContext) -> Reading | None:
    """Read a share in percent points by its sign, or by what the column's other cells are; None when it is no
    plain number.
    """
    match = PERCENT.match(text)
    body, marked = (match["body"], True) if match else (text, False)
    negative = body.startswith("-")
    reading = settle(with_zero(body.removeprefix("-")), context)
    if reading is None:
        return None
    if negative and reading.is_read:
        reading = replace(reading, value=-reading.value)
        reading = below_zero(reading, context)
    reading = reading if marked else coded(reading, context)
    if not reading.is_read:
        return reading
    if context.kind != "percent":
        return replace(
            (
                noted(reading, "written with a percent sign")
                if context.kind == "decimal"
                else doubted(reading, "percent", "a percent sign in a column of another kind")
            ),
            unit="percent",
        )
    return replace(percent_points(reading, marked=marked, context=context), unit="percent")


def percent_points(reading: Reading, *, marked: bool, context: ColumnContext) -> Reading:
    """Decide whether a bare number is in points (3.5) or a share (0.035)."""
    value = reading.value
    if marked:
        return replace(reading, rule="percent-sign")
    as_points = number(Decimal(str(value)) * 100)
    if value == 0 or (context.percent == "points" and abs(value) >= 1):
        return reading
    if context.percent == "share":
        return (
            noted(
                replace(reading, value=as_points), f"the share {value} read as {as_points} %", "percent-share"
            )
            if abs(value) <= 1
            else doubted(reading, "percent-style", f"{value} among shares: percent points?")
        )
    if abs(value) > 1:
        return noted(reading, "read as percent points")
    return review("percent-style", f"{value} %, or the share {value} = {as_points} %?", proposal=as_points)
