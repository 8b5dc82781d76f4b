"""Two styles of writing a number that change what its digits mean: scientific notation and percent."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from helpers.parsing.plain import MOST_DIGITS, ColumnContext, below_zero, coded, number, settle
from helpers.parsing.reading import Reading, doubted, noted, report, review, unreadable

FLAGS = re.I | re.A
SCIENTIFIC = re.compile(r"(?P<sign>-?)(?P<mantissa>[0-9](?:[.,][0-9]{1,14})?)e\+?(?P<power>[0-9]{1,2})", FLAGS)
PERCENT = re.compile(r"(?P<body>.*[^\s%])\s*(?:%|persen|prosen|percent|pct)\.?\Z", FLAGS)


def scientific(text: str, context: ColumnContext) -> Reading | None:
    """Read ``2.5E+06``: Excel shows few digits of what was there, so the last shown digit is in doubt by half of itself."""
    match = SCIENTIFIC.fullmatch(text)
    if not match:
        return None
    mantissa = Decimal(match["mantissa"].replace(",", "."))
    shown = max(0, -mantissa.as_tuple().exponent)
    power = int(match["power"])
    if power > MOST_DIGITS - 3 or match["sign"]:
        return unreadable("scientific", "scientific notation: digits are lost", missing="damaged")
    half = Decimal(10) ** (power - shown) / 2
    value = mantissa.scaleb(power)
    bounds = (number(value - half), number(value + half))
    if context.kind == "integer" and value != value.to_integral_value():
        return unreadable("scientific", "scientific notation: not a whole number", missing="damaged")
    if not shown:
        return review("scientific", "scientific notation with one digit: the others are lost", proposal=number(value), bounds=bounds)
    return report(number(value), "scientific", f"scientific notation: digits may be lost; between {bounds[0]} and {bounds[1]}", bounds=bounds)


def percent(text: str, context: ColumnContext) -> Reading | None:
    """Read a share in percent points by its sign, or by what the column's other cells are; None when it is no plain number."""
    match = PERCENT.match(text)
    body, marked = (match["body"], True) if match else (text, False)
    negative = body.startswith("-")
    reading = settle(body.removeprefix("-"), context)
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
            noted(reading, "written with a percent sign")
            if context.kind == "decimal"
            else doubted(reading, "percent", "a percent sign in a column of another kind"),
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
            noted(replace(reading, value=as_points), f"the share {value} read as {as_points} %", "percent-share")
            if abs(value) <= 1
            else doubted(reading, "percent-style", f"{value} among shares: percent points?")
        )
    if abs(value) > 1:
        return noted(reading, "read as percent points")
    return review("percent-style", f"{value} %, or the share {value} = {as_points} %?", proposal=as_points)
