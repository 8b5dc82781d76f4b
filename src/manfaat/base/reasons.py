"""Why a number could not be had, or what must be known of it: a code with values, never a sentence.

Each package that gives reasons has one enumeration of ``Code``. What a reader sees of a code stands in
``report.reasons``. Tables hold reasons as text, ``; `` between them: ``no_strata; few_df(df=2.4)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

Value = int | float | str
WORD = re.compile(r"[^\W\d]\w*")
QUOTED = r'"(?:[^"\\]|\\.)*"'
WRITTEN = re.compile(rf"(\w+)(?:\(((?:{QUOTED}|[^()\"])*)\))?(?:; |$)")
PAIR = re.compile(rf"(\w+)=({QUOTED}|[^,]+)(?:, |$)")


@dataclass(frozen=True)
class Meaning:
    """What a code means, which values it takes, and whether it doubts the interval."""

    text: str
    fields: tuple[str, ...] = ()
    doubts: bool = False


def because(text: str, *fields: str) -> Meaning:
    """A code that says why, or what is to be known."""
    return Meaning(text, fields)


def doubt(text: str, *fields: str) -> Meaning:
    """A code that says that an interval covers less often than it says: no verdict rests on it."""
    return Meaning(text, fields, doubts=True)


class Code(Enum):
    """The reasons of a package; called with its values, a code becomes a reason."""

    value: Meaning

    def __str__(self) -> str:
        return self.name.lower()

    def __call__(self, **values: Value) -> Reason:
        """Give the reason; values are numbers, rounded as they are told, or names.

        Raises
        ------
        TypeError unless the values are those of the code.
        """
        if tuple(values) != self.value.fields:
            raise TypeError(f"{self} takes {self.value.fields}, not {tuple(values)}")
        return Reason(self, tuple(values.items()))


@dataclass(frozen=True)
class Reason:
    """A code with its values."""

    code: Code
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def doubts(self) -> bool:
        """Whether it says that an interval cannot be relied on."""
        return self.code.value.doubts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value_text(value)}" for name, value in self.values)
        return f"{self.code}({told})" if told else str(self.code)


class ReasonError(ValueError):
    """Something cannot be had, for a reason that tables hold and readers see."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def value_text(value: Value) -> str:
    """Write a value so that ``value_of`` reads it back: a number, a name, any other text in quotes."""
    if isinstance(value, str):
        return value if WORD.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return repr(int(value) if isinstance(value, int) else float(value))


def value_of(text: str) -> Value:
    """Read a value."""
    if text.startswith('"'):
        return str(json.loads(text))
    if WORD.fullmatch(text):
        return text
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def write_reasons(reasons: Iterable[Reason]) -> str:
    """Write reasons as the text of a table's cell, each once."""
    return "; ".join(dict.fromkeys(str(reason) for reason in reasons))


@cache
def by_name(packages: tuple[type[Code], ...]) -> dict[str, Code]:
    """The codes of packages as tables write them."""
    return {str(code): code for codes in packages for code in codes}


def read_reasons(text: object, *packages: type[Code]) -> tuple[Reason, ...]:
    """Read a cell; none where it is empty or missing.

    Raises
    ------
    ValueError for what is no code of these packages.
    """
    if not isinstance(text, str) or not text:
        return ()
    known, found, place = by_name(packages), [], 0
    while place < len(text):
        match = WRITTEN.match(text, place)
        if match is None or match[1] not in known:
            raise ValueError(f"no reason: {text[place:]!r}")
        values = {name: value_of(value) for name, value in PAIR.findall(match[2] or "")}
        found.append(known[match[1]](**values))
        place = match.end()
    return tuple(found)
