"""Numbers of a column one below the other at the decimal mark, also where the rows have units with different
decimals.
"""

from __future__ import annotations

import re

ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"(<t[dh][^>]*>)(.*?)(</t[dh]>)", re.DOTALL)
NUMBER = re.compile(
    r"[−<\s]*(?:&lt;)?[^\d\s]{0,3}\s?(\d[\d.,]*)"
)  # a sign, a currency, digits; nothing after them
DIGIT, MARK = "\u2007", "\u2008"  # spaces as wide as a digit, and as a full stop or a comma


def decimals(text: str, mark: str) -> int | None:
    """How many digits stand after the decimal mark; None where the text is not one number."""
    found = NUMBER.fullmatch(text)
    return None if found is None else len(found[1].partition(mark)[2])


def padding(text: str, widest: int, mark: str) -> str:
    """What a number needs behind it to end where the one with ``widest`` decimals ends."""
    own = decimals(text, mark)
    if own is None or own == widest:
        return ""
    return (MARK if own == 0 else "") + DIGIT * (widest - own)


def align_numbers(html: str, mark: str) -> str:
    """Pad the numbers of a table's columns; a column that holds anything else than numbers and dashes stays
    as it is.

    Parameters
    ----------
    html : a table as ``html_table`` writes it. mark : the decimal mark of the language.
    """
    rows = [[cell[1] for cell in CELL.findall(row)] for row in ROW.findall(html)][1:]
    width = max((len(row) for row in rows), default=0)
    columns = [[row[place] for row in rows if place < len(row)] for place in range(width)]
    widest = [widest_of(texts, mark) for texts in columns]

    def padded(row: re.Match) -> str:
        places = iter(range(width))
        return CELL.sub(lambda cell: cell[1] + cell[2] + pad(cell[2], next(places)) + cell[3], row[0])

    def pad(text: str, place: int) -> str:
        return "" if widest[place] is None else padding(text, widest[place], mark)

    head, found, body = html.partition("<tbody>")
    return head + found + ROW.sub(padded, body) if any(widest) else html


def widest_of(texts: list[str], mark: str) -> int | None:
    """The most decimals of a column of numbers and dashes; None for another column, 0 where there is nothing
    to do.
    """
    found = [decimals(text, mark) for text in texts if text != "–"]
    return None if not found or None in found else max(found)
