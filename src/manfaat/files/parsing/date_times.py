"""The time of day in a time stamp, as survey software writes it: ``10.15.22 WIB``, ``10:15:22 PM GMT+7``,
ISO.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from manfaat.files.parsing.date_words import ZONES
from manfaat.files.parsing.reading import Reading, doubted, unreadable

TIME = re.compile(
    r"(?:(?<=[0-9])t|,? |, ?)(?:pukul |jam |pkl?\.? |at"
    r" )?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?\(?(?P<zone>wib|wita|wit|jst|utc|gmt|z)\)?)?(?:"
    r" ?(?P<offset>[+-][0-9]{1,2}(?::?[0-9]{2})?))?\Z"
)

WITH_OFFSET = re.compile(r"T[0-9:]+[+-][0-9]{2}:[0-9]{2}\Z")
UTC_OFFSET = "+00:00"


def split_time(text: str) -> tuple[str, re.Match[str] | None]:
    """Part a text into its date and its time of day."""
    match = TIME.search(text)
    return (text[: match.start()].rstrip(" ,"), match) if match and match.start() else (text, None)


def with_time(reading: Reading, match: re.Match[str]) -> Reading:
    """Add the time of day to a date of day precision."""
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return unreadable("impossible-time", f"there is no hour {hour} with AM or PM")
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return unreadable("impossible-time", f"there is no time {match['hour']}:{match['minute']}")
    day = reading.value or reading.proposal
    if not day or reading.precision != "day":
        return doubted(reading, "time-without-day", "a time of day without a day")
    if (hour, minute, second) == (0, 0, 0) and not (match["zone"] or match["offset"]):
        # Software writes a date without a time as midnight.
        return replace(reading, rule=f"{reading.rule}-midnight")
    zone = offset_of(match)
    if zone is None:
        return doubted(reading, "odd-zone", "a time zone that does not exist")
    clock = f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if match["second"] else "")
    stamp, precision = f"{day}T{clock}{zone}", "second" if match["second"] else "minute"
    if reading.is_read:
        return replace(reading, value=stamp, precision=precision)
    return replace(reading, proposal=stamp, precision=precision)


def at_place(reading: Reading, zone: str) -> Reading:
    """Write a time with an offset in the clock of a place: its day, month and year are then those of the
    place.
    """
    stamp = reading.value or reading.proposal
    if not zone or not WITH_OFFSET.search(str(stamp)):
        return reading
    precision = "seconds" if reading.precision == "second" else "minutes"
    try:
        moved = datetime.fromisoformat(stamp).astimezone(ZoneInfo(zone)).isoformat(timespec=precision)
    except OverflowError:
        return reading
    return replace(reading, value=moved) if reading.is_read else replace(reading, proposal=moved)


def offset_of(match: re.Match[str]) -> str | None:
    """Return the offset from UTC as ``+07:00``, "" when none is written, None when there is none like it."""
    zone, offset = match["zone"], match["offset"]
    if not offset:
        return ZONES[zone] if zone else ""
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    named = ZONES.get(zone or "gmt")
    return (
        f"{offset[0]}{hours:02d}:{minutes:02d}"
        if hours <= 14 and minutes < 60 and named == "+00:00"
        else None
    )
