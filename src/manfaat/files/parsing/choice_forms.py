"""Ways to write an answer that are brought to a plainer one first: abbreviated words, a code with a sign or a
word about it.
"""

from __future__ import annotations

import re
from functools import cache

from manfaat.files.parsing.aliases import packaged, read_pairs
from manfaat.files.parsing.number_words import in_digits

TOKEN = re.compile(r"[a-z]+", re.I)
DECORATED = re.compile(
    r"(?:\[(?P<boxed>[0-9]{1,4})\]|(?P<listed>[0-9]{1,4})[).]|(?:nilai|skala|angka|kode|jawaban)\s?[:=]?\s?(?P<named>[0-9]{1,4}))\Z",
    re.I,
)
DOUBTED = re.compile(r"(?P<code>[0-9]{1,4})\s?\?+\Z")


@cache
def abbreviations() -> dict[str, str]:
    """Abbreviated word → the word, from ``aliases/abbreviations.csv``."""
    return dict(read_pairs(packaged("abbreviations"), "abbreviations", ("short", "long")))


def written_out(text: str) -> str:
    """Write out the abbreviated words of an answer: ``sgt tinggi`` is ``sangat tinggi``."""
    short = abbreviations()
    return TOKEN.sub(lambda match: short.get(match.group().lower(), match.group()), text)


def bare_code(text: str) -> str | None:
    """The code in ``[4]``, ``4)``, ``nilai 4`` or ``empat``; None where the text is no code with a sign or
    word about it.
    """
    match = DECORATED.match(text)
    if match:
        return match[match.lastgroup or 0]
    digits = in_digits(text)
    return digits if digits != text and digits.isdigit() else None
