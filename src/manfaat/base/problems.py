"""Everything that is wrong with some files, told at once and in words that a person can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
FEW = 3  # problems of one kind that are told one by one
MOST_ROWS = 8  # that are named of the others


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
        expected = ""
        if self.expected:
            expected = f" Expected: {self.expected}" + ("" if self.expected.endswith("?") else ".")
        return f"{', '.join(place)}: {self.message}.{expected}"

    @property
    def kind(self) -> tuple[str, str, str]:
        """What problems of one kind have in common: the file, the kind of column, the message without what it
        names.
        """
        place = re.sub(r"\.[^.]+", ".*", self.column or "")
        return self.file, place, re.sub(r"'[^']*'|\d+", "*", self.message.partition(": ")[0])


class ProblemsError(ValueError):
    """Raised with all problems that were found, never with the first alone."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        super().__init__("\n".join([f"{title} found", *[f"  - {problem}" for problem in self.problems]]))

    def by_kind(self) -> str:
        """The problems as a person reads them who has hundreds: of each kind how many there are, one example,
        and where the others stand.
        """
        kinds: dict[tuple[str, str, str], list[Problem]] = {}
        for problem in self.problems:
            kinds.setdefault(problem.kind, []).append(problem)
        lines = [str(self).partition("\n")[0]]
        for same in kinds.values():
            if len(same) <= FEW:
                lines += [f"  - {problem}" for problem in same]
                continue
            lines.append(f"  - {same[0]}")
            where = [str(p.row if p.row is not None else p.column or "") for p in same[1:]]
            named = [place for place in dict.fromkeys(where) if place]
            rows = "rows " if all(p.row is not None for p in same[1:]) else ""
            told = f": {rows}{', '.join(named[:MOST_ROWS])}" if named else ""
            lines.append(f"    and {len(same) - 1} more of this kind{told}{' …' * (len(named) > MOST_ROWS)}")
        return "\n".join(lines)

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


def need(condition: object, problem: Problem) -> None:
    """Raise one ``ProblemsError`` holding the ``problem`` unless the ``condition`` holds."""
    refuse([] if condition else [problem])


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
