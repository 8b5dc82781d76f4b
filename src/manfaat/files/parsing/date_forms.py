"""Ways to write a date that are brought to a plainer one first: Roman months, a day that is not known,
Japanese in Latin letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import fuzz, process

from manfaat.files.parsing.date_words import APPROXIMATE, MONTH_SPELLINGS, month_numbers

MONTHS = tuple(
    spellings.split()[-1] for spellings in MONTH_SPELLINGS.values()
)  # the full English names: no two of them are near one another
ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
UNKNOWN = r"(?:[x?_]{1,2}|-|00|99)"
SIGN = r" ?[-/. ] ?"
SURE = "|".join(
    (
        *(
            word
            for word, meaning in APPROXIMATE.items()
            if meaning not in ("about", "a half-year", "a quarter")
        ),
        "tahun",
        "thn",
        "th",
    )
)
NEAR = 80.0  # similarity (rapidfuzz ratio, in per cent) of a misspelt month to the name that is proposed
SHORTEST = 5  # shorter words are near to too many names


def roman(match: re.Match[str]) -> str:
    """Name a month in place of its Roman number: the order of a column says nothing about it."""
    return f"{match['day'] or ''} {MONTHS[ROMAN[match['month']] - 1]} {match['year']}".strip()


FORMS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str], str], ...] = (
    (re.compile(r"(?P<rest>.*[0-9])\.\Z"), r"\g<rest>", ""),
    (re.compile(r"(?:tanggal|tgl\.?|pada|pd\.?) (?P<rest>[0-9].*)\Z"), r"\g<rest>", ""),
    (re.compile(r"(?:±|\+/-|~|kira2|kira-kira) ?(?P<rest>.+)\Z"), r"sekitar \g<rest>", ""),
    (
        re.compile(
            rf"(?:(?P<day>[0-9]{{1,2}}){SIGN})?(?P<month>[ivx]{{1,4}}){SIGN}(?P<year>'?(?:[0-9]{{4}}|[0-9]{{2}}))\Z"
        ),
        roman,
        "a month in Roman numerals",
    ),
    (re.compile(r"(?P<era>[a-z]+\.? ?[0-9]{1,2}) ?nen\Z"), r"\g<era>年", ""),
    (
        re.compile(r"(?P<era>[a-z]+\.? ?[0-9]{1,2}) ?nen ?(?P<month>[0-9]{1,2}) ?gatsu\Z"),
        r"\g<era>年\g<month>月",
        "",
    ),
    (
        re.compile(
            r"(?P<era>[a-z]+\.? ?[0-9]{1,2}) ?nen ?(?P<month>[0-9]{1,2}) ?gatsu ?(?P<day>[0-9]{1,2}) ?nichi\Z"
        ),
        r"\g<era>年\g<month>月\g<day>日",
        "",
    ),
    (
        re.compile(
            r"(?:bulan|bln) (?P<month>[0-9]{1,2}),? ?(?:tahun|thn|th) ?(?P<year>[0-9]{4}|'?[0-9]{2})\Z"
        ),
        r"\g<month>/\g<year>",
        "",
    ),
    (
        re.compile(r"(?:tahun |thn |th )?(?P<year>[0-9]{4}),? ?(?:bulan|bln) (?P<month>[0-9]{1,2})\Z"),
        r"\g<month>/\g<year>",
        "",
    ),
    (
        re.compile(rf"{UNKNOWN}[-/.]{UNKNOWN}[-/.](?P<year>[0-9]{{4}})\Z"),
        r"\g<year>",
        "neither day nor month is given",
    ),
    (
        re.compile(rf"(?P<year>[0-9]{{4}})[-/.]{UNKNOWN}[-/.]{UNKNOWN}\Z"),
        r"\g<year>",
        "neither day nor month is given",
    ),
    (
        re.compile(rf"{UNKNOWN}[-/.](?P<rest>[0-9]{{1,2}}[-/.][0-9]{{4}})\Z"),
        r"\g<rest>",
        "the day is not given",
    ),
    (
        re.compile(rf"(?P<rest>[0-9]{{4}}[-/.][0-9]{{1,2}})[-/.]{UNKNOWN}\Z"),
        r"\g<rest>",
        "the day is not given",
    ),
    (re.compile(rf"(?P<word>{SURE}) (?P<year>[0-9]{{2}})\Z"), r"\g<word> '\g<year>", ""),
    (
        re.compile(r"(?P<year>3[2-9]|[4-9][0-9])(?P<sign>[-/])(?P<month>0?[1-9]|1[0-2])\Z"),
        r"\g<month>\g<sign>\g<year>",
        "the year first",
    ),
)


def plainer(text: str) -> tuple[str, str]:
    """Return a lower-case date in a plainer form, and a note where something of it is not known or was turned
    round.
    """
    notes = []
    for pattern, form, note in FORMS:
        match = pattern.match(text)
        if match and (form is not roman or is_month(match)):
            text = form(match) if callable(form) else match.expand(form)
            notes += [note] if note else []
    return text, "; ".join(notes)


def is_month(match: re.Match[str]) -> bool:
    """Whether Roman numerals are a month; up to IV alone before a year they may as well count quarters or
    terms.
    """
    return ROMAN.get(match["month"], 0) > (0 if match["day"] else 4)


def nearest_month(text: str) -> str | None:
    """Return a text with its misspelt month spelt right; None when no word, or more than one, is near to a
    month.
    """
    names = {name: number for name, number in month_numbers().items() if len(name) >= SHORTEST}
    found = []
    for word in re.findall(r"[a-z]+", text):
        near = (
            process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=NEAR)
            if len(word) >= SHORTEST and word not in month_numbers()
            else None
        )
        found += [(word, near[0])] if near else []
    return text.replace(found[0][0], found[0][1]) if len(found) == 1 else None
