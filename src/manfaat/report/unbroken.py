"""Numbers that stay on one line: between a number and its sign, scale or unit stands a space that does not
break. Blocks, data and pictures hold ordinary spaces; what writes a page, a PDF or a Word document asks for
these.
"""

from __future__ import annotations

import re
from functools import cache

from manfaat.report.words import LANGUAGES, Language, mark

KEPT = "\u00a0"
UNITS = mark(  # what stands behind a number, in every language of the house
    "billion, million, thousand, per cent, points, years, months, weeks, days, hours"
)
SIGN = r"\b[A-Z][^\W\d_]{0,2}\$? (?=[\d−])"  # Rp 12
COMPARED = r"(?:\b\w{1,3} )?[=<>≤≥≈±] (?=[\d−])"  # n = 74


@cache
def pattern() -> re.Pattern[str]:
    """What is kept together: a sign and its amount, a statistic and its value, a number and its scale or
    unit, a level and its interval, the word and the number of an exhibit.
    """
    languages = [Language(code) for code in LANGUAGES]
    units = {unit for one in languages for unit in one.say(UNITS).split(", ")}
    exhibits = "|".join(
        re.escape(name) for one in languages for name in (one.say("Figure"), one.say("Table"))
    )
    behind = "|".join(sorted(map(re.escape, units | {"CI", "interval"}), key=len, reverse=True))
    return re.compile(rf"{SIGN}|{COMPARED}|(?<=[\d%]) (?:{behind})\b|\b(?:{exhibits}) (?=A?\d)")


def unbroken(text: str) -> str:
    """A text whose numbers stay with their signs and units.

    Examples
    --------
    >>> unbroken("Rp 12.0 billion for n = 74 (95% CI), see Table 4").replace("\u00a0", "_")
    'Rp_12.0_billion for n_=_74 (95%_CI), see Table_4'
    """
    return pattern().sub(lambda found: found[0].replace(" ", KEPT), text) if " " in text else text
