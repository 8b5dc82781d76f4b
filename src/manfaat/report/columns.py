"""How a table stands on paper: how wide each column is, and whether the heads of a table of many columns are
written upwards, because no word may be cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from textwrap import wrap

from manfaat.report.blocks import Head, Table
from manfaat.report.unbroken import unbroken

ROOM = ((5, 88), (7, 100), (99, 108))  # up to so many columns: letters beside each other on a page
PADDING, LINE = 2, 2.6  # of a column, and how high a line is, in letters
WORD, SENTENCE, MOST = 34, 24, 70  # letters: of a word kept whole, of a text kept on a line, of any line
PARTS = re.compile(r"[^ \n–/-]+[–/-]*")  # what a line may end with


@dataclass(frozen=True)
class Columns:
    """``shares`` of the width; ``turned``: the columns whose heads are written upwards, ``height`` letters
    high.
    """

    shares: tuple[float, ...]
    turned: frozenset[int] = frozenset()
    height: int = 0


def columns_of(table: Table) -> Columns:
    """How a table stands on paper: every column takes its longest word, and more where it has more to say.

    Heads are written upwards where there is no room for their words beside each other.
    """
    room = next(letters for most, letters in ROOM if len(table.heads) <= most)
    texts = [
        [row[place].text for row in table.rows if place < len(row) > 1] for place in range(len(table.heads))
    ]
    inside = [PADDING + longest(own) for own in texts]
    heads = [PADDING + longest([head.text]) for head in table.heads]
    upright = [max(pair) for pair in zip(inside, heads, strict=True)]
    turned = frozenset[int]()
    if sum(upright) > room:
        turned = frozenset(place for place in range(1, len(heads)) if heads[place] > inside[place])
    least = [
        max(inside[place], PADDING + 2 * LINE) if place in turned else upright[place]
        for place in range(len(heads))
    ]
    wanted = [
        max(low, PADDING + liked(head, own)) for low, head, own in zip(least, table.heads, texts, strict=True)
    ]
    widths = filled(least, wanted, room)
    lines = {place: max(int((widths[place] - PADDING / 2) / LINE), 1) for place in turned}
    height = max((length_in(table.heads[place].text, most) for place, most in lines.items()), default=0)
    return Columns(tuple(width / sum(widths) for width in widths), turned, height)


def longest(texts: list[str]) -> int:
    """The letters of the longest word."""
    return min(max((len(word) for text in texts for word in PARTS.findall(unbroken(text))), default=1), WORD)


def liked(head: Head, texts: list[str]) -> float:
    """How many letters wide a column would like to be: a number on one line, a text on one or some."""
    whole = max(map(len, texts), default=1)
    return (
        min(whole, SENTENCE) if head.is_number or whole <= SENTENCE else min(max(SENTENCE, whole / 2.5), MOST)
    )


def filled(least: list[float], wanted: list[float], room: int) -> list[float]:
    """Widths that fill the room: what each needs, then what each would like, then more for all."""
    free = room - sum(least)
    if free <= 0:
        return least
    more = [high - low for low, high in zip(least, wanted, strict=True)]
    share = min(free / sum(more), 1.0) if sum(more) else 1.0
    return [low + share * add for low, add in zip(least, more, strict=True)]


def length_in(text: str, most: int) -> int:
    """The least letters of a line such that a text takes at most so many lines."""
    return next(width for width in count(longest([text])) if len(wrap(text, width)) <= most)
