"""Everything that is wrong with some files, told at once and in words that a person can act on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """One mistake: the file it stands in, its row and column where they apply, what is wrong and what would
    be right.
    """

    file: str
    message: str
    row: int | str | None = None
    column: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        expected = f" Expected: {self.expected}." if self.expected else ""
        return f"{', '.join(place)}: {self.message}.{expected}"


class ProblemsError(ValueError):
    """Raised with all problems that were found, never with the first alone."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"{title} found", *[f"  - {problem}" for problem in self.problems]]))

    def _render_traceback_(self) -> list[str]:
        """Show a notebook the problems alone: where in our code they were noticed helps nobody to put them
        right.
        """
        return str(self).splitlines()

    def __reduce__(self) -> tuple[type, tuple[list[Problem]]]:
        """Travel between processes as the problems, not as their text."""
        return type(self), (self.problems,)


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one ``ProblemsError`` holding all ``problems``; do nothing when there are none."""
    found = list(problems)
    if found:
        raise ProblemsError(found)


def loaded(value: T | None, problems: Iterable[Problem]) -> T:
    """Return what was read from a file; raise its ``problems`` where it could not be."""
    if value is None:
        raise ProblemsError(problems)
    return value


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return a phrase that names the allowed words closest to ``word``, or all of them when none is close."""
    options = sorted(allowed)
    close = difflib.get_close_matches(word, options, n=3, cutoff=0.5)
    return "did you mean " + " or ".join(close) + "?" if close else "one of " + ", ".join(options)
