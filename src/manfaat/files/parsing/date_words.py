"""Names of months, weekdays, time zones and Japanese eras as they are written in survey answers."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from babel.dates import get_day_names, get_month_names

# Spellings that the CLDR tables of Babel lack, or that differ between their versions (Agt/Agu); old
# Indonesian ones with P.
MONTH_SPELLINGS = {
    1: "jan januari january",
    2: "feb peb februari pebruari febuari february",
    3: "mar mrt maret march",
    4: "apr april",
    5: "mei may",
    6: "jun juni june",
    7: "jul juli july",
    8: "agt agu ags agus agst agustus aug august",
    9: "sep sept september",
    10: "okt oct oktober october",
    11: "nov nop november nopember",
    12: "des dec desember december",
}
WEEKDAY_SPELLINGS = {
    0: "mon sen",
    1: "tue tues sel",
    2: "wed rab",
    3: "thu thur thurs kam",
    4: "fri jumat jum'at jum",
    5: "sat sab",
    6: "sun ahad minggu min",
}
FILLERS = frozenset(
    ("tgl", "tanggal", "bulan", "bln", "tahun", "thn", "th", "pada", "pd", "di", "of", "the", "date")
)
ROUGH_WORDS = {
    "the beginning of": "awal permulaan early",
    "the middle of": "pertengahan tengah mid",
    "the end of": "akhir penghujung late",
    "about": "sekitar kira-kira kira about around circa ca",
    "Ramadan": "ramadan ramadhan romadhon puasa",
    "Lebaran": "lebaran idul fitri",
    "Christmas": "natal",
    "Chinese New Year": "imlek",
    "a half-year": "semester",
    "a quarter": "triwulan",
    "a season": "musim",
}
APPROXIMATE = {word: meaning for meaning, words in ROUGH_WORDS.items() for word in words.split()}
# Offsets from UTC: Indonesia's three zones (Keputusan Presiden 41/1987), Japan, and UTC's own names.
ZONES = {
    "wib": "+07:00",
    "wita": "+08:00",
    "wit": "+09:00",
    "jst": "+09:00",
    "utc": "+00:00",
    "gmt": "+00:00",
    "z": "+00:00",
}
# First day of each era, and its last (Japanese Government Gazette); year 1 is the calendar year of the first
# day.
ERAS = {
    "meiji": (date(1868, 10, 23), date(1912, 7, 29)),
    "taisho": (date(1912, 7, 30), date(1926, 12, 24)),
    "showa": (date(1926, 12, 25), date(1989, 1, 7)),
    "heisei": (date(1989, 1, 8), date(2019, 4, 30)),
    "reiwa": (date(2019, 5, 1), date(2100, 12, 31)),
}
ERA_NAMES = {
    "明治": "meiji",
    "大正": "taisho",
    "昭和": "showa",
    "平成": "heisei",
    "令和": "reiwa",
    "昭": "showa",
    "平": "heisei",
    "令": "reiwa",
    "m": "meiji",
    "t": "taisho",
    "s": "showa",
    "h": "heisei",
    "r": "reiwa",
    "meiji": "meiji",
    "taisho": "taisho",
    "showa": "showa",
    "heisei": "heisei",
    "reiwa": "reiwa",
}
ERA = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|昭|平|令|meiji|taisho|showa|heisei|reiwa|[mtshr](?=[.\s]{0,2}[0-9]))[.\s]{0,2}(?P<year>[0-9]{1,2}|元)"
    r"(?:\s?[年./-]\s?(?:(?P<month>[0-9]{1,2})(?:\s?[月./-]\s?(?:(?P<day>[0-9]{1,2})\s?日?)?)?)?)?"
)
WESTERN_JAPANESE = re.compile(
    r"(?P<year>[0-9]{4})\s?年\s?(?:(?P<month>[0-9]{1,2})\s?月\s?(?:(?P<day>[0-9]{1,2})\s?日)?)?"
)


@cache
def month_numbers() -> dict[str, int]:
    """Lower-case month name → number: Babel's Indonesian and English names, and the spellings above."""
    names = {name: number for number, spellings in MONTH_SPELLINGS.items() for name in spellings.split()}
    for locale in ("id", "en"):
        for width in ("wide", "abbreviated"):
            names |= {
                name.lower().rstrip("."): number
                for number, name in get_month_names(width, locale=locale).items()
            }
    return names


@cache
def weekdays() -> dict[str, int]:
    """Lower-case name of a weekday, Indonesian or English → its number, Monday is 0."""
    known = {name: number for number, spellings in WEEKDAY_SPELLINGS.items() for name in spellings.split()}
    for locale in ("id", "en"):
        for width in ("wide", "abbreviated"):
            known |= {name.lower(): number for number, name in get_day_names(width, locale=locale).items()}
    return known


def era_year(era: str, year: str) -> int:
    """Return the calendar year of an era year; 元 is the first."""
    first, _ = ERAS[ERA_NAMES[era]]
    return first.year + (1 if year == "元" else int(year)) - 1
