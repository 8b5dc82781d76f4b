"""Which currency amounts are in, by what people write beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from babel.core import get_global

from manfaat.files.parsing.currencies import pattern_of

MOST = 0.9  # share of the amounts with a sign that it must explain
AMOUNT = re.compile(r"[\d.,\s+\-]+")
A_NAME = re.compile(r"[A-Za-z]+\d+|\d+[A-Za-z]+|.*(?<![\d.,])0\d.*")  # VT012, 12b: of rows, not of money


@cache
def current() -> tuple[str, ...]:
    """Codes of all that is legal tender somewhere today."""
    history = get_global("territory_currencies")
    return tuple(
        sorted(
            {
                code
                for several in history.values()
                for code, _, until, tender in several
                if tender and not until
            }
        )
    )


def currency_of(texts: Iterable[str]) -> str:
    """The code of the one currency whose signs, names or code stand beside the amounts; "" where none does,
    or several do (Sh is money in three countries).

    Examples
    --------
    >>> currency_of(["KSh 12,500", "9,700/=", "8,000"]), currency_of(["9,700/="]), currency_of(["12 kg"])
    ('KES', '', '')
    """
    amounts = [text.strip() for text in texts if re.search(r"\d", text)]
    beside = Counter(" ".join(AMOUNT.sub(" ", text).split()) for text in amounts)
    del beside[""]
    if not beside or sum(bool(A_NAME.fullmatch(text)) for text in amounts) > (1 - MOST) * len(amounts):
        return ""
    fitting = [code for code in current() if explained(code, beside) >= MOST * beside.total()]
    return fitting[0] if len(fitting) == 1 else ""


def explained(code: str, beside: Counter[str]) -> int:
    """Beside how many amounts nothing stands but signs of this currency."""
    pattern = pattern_of(code)
    return sum(
        n
        for text, n in beside.items()
        if all(pattern.fullmatch(part) and not is_a_word(part, code) for part in text.split(" "))
    )


def is_a_word(part: str, code: str) -> bool:
    """Whether a sign may as well be another word: a code in small letters (2 cups, 3 pens), or one letter
    (12 L).
    """
    bare = part.rstrip(".")
    return (bare.isascii() and len(bare) == 1 and bare.isalpha()) or (
        bare.upper().removesuffix("S") == code and not part.isupper()
    )
