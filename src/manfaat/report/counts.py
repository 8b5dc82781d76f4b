"""Counts of people in words and tables: a small one is said to be small, and not how small (see
``disclosure``).
"""

from __future__ import annotations

from manfaat.base.disclosure import SMALLEST_CELL, is_few
from manfaat.report.words import Language


def shown_count(n: float, language: Language) -> str:
    """A count as it may be shown; a dash where it is not known."""
    return f"< {SMALLEST_CELL}" if is_few(n) else language.number(n, 0)


def is_hidden(n: float) -> bool:
    """Whether a count of people is too small to be told, or was left out of a file for that."""
    return bool(n != n or is_few(n))
