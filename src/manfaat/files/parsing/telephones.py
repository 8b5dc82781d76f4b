"""Telephone numbers of every country: with their country code, behind a word for telephone, or as a whole
column of one country.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

SEVEN_DIGITS = re.compile(r"(?:[0-9][^0-9]{0,3}){7}")
INTERNATIONAL = re.compile(r"(?<![0-9A-Za-z+])(?:\+|00) ?\(?[1-9](?:[ .\-/()]{0,2}[0-9]){6,14}(?![0-9])")
NAMED = re.compile(
    r"\b(?:tel(?:p|epon|ephone|efon|efone|éfono)?|tél(?:éphone)?|phone|hp|handphone|ponsel|mobile|cell(?:phone)?|celular|wa|whats"
    r" ?app|call (?:me|us)(?: on| at)?|hubungi|simu)\b"
    r"[ .:#-]{0,3}(?:(?:no|nomor|number|nr)\b[ .:]{0,2})?(?P<number>\(?[0-9](?:["
    r" .\-/()]{0,2}[0-9]){6,13})(?![0-9])",
    re.I,
)
NORTH_AMERICA = re.compile(r"(?<![0-9])\(?[2-9][0-9]{2}\)?[-. ] ?[2-9][0-9]{2}[-.][0-9]{4}(?![0-9])")
WRITTEN = re.compile(
    r"(?:\+|0|\()[0-9 .\-/()]{6,18}|[2-9][0-9]{2}[-. ][2-9][0-9]{2}[-. ][0-9]{4}"
)  # a zero or country code in front, or groups
SAMPLE, FEWEST, MOST = (
    40,
    3,
    0.8,
)  # texts of a column that are tried, that are needed, and the share that tells


@lru_cache(maxsize=10_000)
def is_valid(number: str, region: str | None) -> bool:
    """Whether a number is one that can be called; ``region`` is the country it is dialled in, None where it
    has a country code.
    """
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=10_000)
def is_valid_somewhere(number: str) -> bool:
    """Whether a number can be called in any country."""
    import phonenumbers

    return any(is_valid(number, region) for region in sorted(phonenumbers.SUPPORTED_REGIONS))


def has_telephone(text: str, region: str = "") -> bool:
    """Whether a tidy text holds a telephone number.

    Parameters
    ----------
    region : the country (ISO code) whose numbers without a country code count wherever they stand; see
    ``telephone_region``.
    """
    if not SEVEN_DIGITS.search(text):
        return False
    for match in INTERNATIONAL.finditer(text):
        if is_valid("+" + re.sub(r"\A00", "", re.sub(r"[^0-9]", "", match.group())), None):
            return True
    if any(is_valid_somewhere(match["number"]) for match in NAMED.finditer(text)):
        return True
    if any(is_valid(match.group(), "US") for match in NORTH_AMERICA.finditer(text)):
        return True
    return bool(region) and bool(WRITTEN.fullmatch(text)) and is_valid(text, region)


def telephone_region(texts: Sequence[str]) -> str:
    """A country in which a column's texts are telephone numbers without a country code; "" where they are
    none.

    Numbers are looked for where nearly all texts are written as people write them: a zero in front, or in
    groups. Several countries number alike; any that fits tells that they are telephones.
    """
    filled = [text.strip() for text in dict.fromkeys(texts) if text.strip()][:SAMPLE]
    written = [text for text in filled if WRITTEN.fullmatch(text) and SEVEN_DIGITS.search(text)]
    if len(written) < max(FEWEST, MOST * len(filled)):
        return ""
    import phonenumbers

    national = [text for text in written if not text.startswith(("+", "00"))]
    if len(national) < FEWEST:
        return ""
    counts = {
        region: sum(is_valid(text, region) for text in national)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    }
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] >= MOST * len(national) else ""


def are_telephones(texts: Sequence[str]) -> bool:
    """Whether a column holds telephone numbers: nearly all of a sample of its distinct texts are some."""
    filled = [text.strip() for text in dict.fromkeys(texts) if text.strip()][:SAMPLE]
    region = telephone_region(filled)
    return len(filled) >= FEWEST and sum(has_telephone(text, region) for text in filled) >= MOST * len(filled)
