"""What the marks of figures of estimates mean, in words: the same in every figure."""

from __future__ import annotations

from manfaat.report.words import Language, mark

SPEAKS = mark("Square: the specification that speaks for this cohort, by the declared rule.")
FILLED = mark("Filled: the interval excludes zero; hollow: it includes zero.")
ALONE = mark("Dashed, in the colour of participants: their change alone, compared with nobody.")


def mark_notes(language: Language, *, alone: bool = False) -> str:
    """What square and circle, filled and hollow mean, and dashed where participants stand ``alone``."""
    return " ".join(language.say(text) for text in (SPEAKS, FILLED, *([ALONE] if alone else [])))
