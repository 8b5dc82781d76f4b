"""What one declared check sees, and what it says: on how many rows it could be decided, and which rows break
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from manfaat.base.typed import required
from manfaat.definitions.codebook import KEY
from manfaat.definitions.programme import Check

HIT_COLUMNS = ["key", "variable", "note"]
FINDING_COLUMNS = ["check", "severity", *HIT_COLUMNS, "slip"]
CHECKED_COLUMNS = ["check", "severity", "n_checked", "n_found", "because"]
WHOLE_TABLE = "it needs the whole table, which was cleaned part by part"


@dataclass(frozen=True)
class Prices:
    """The deflator: an index by year, and the year whose prices are used."""

    index: pd.Series
    base_year: int


@dataclass(frozen=True)
class Given:
    """What a check may look at.

    ``clean`` : the rows kept. ``aside`` : the rows set aside, with their rule. ``names`` : names of people,
    to be found in texts.
    ``key`` : the key variables. ``other`` : the rows kept of the table that the argument ``with_table``
    names, and ``by`` the variable that joins both.
    """

    check: Check
    clean: pd.DataFrame
    aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    key: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prices: Prices | None = None
    other: pd.DataFrame | None = None
    by: str = ""

    def number(self, name: str, default: float = float("nan")) -> float:
        """An argument that is a number."""
        value = self.check.arguments.get(name, default)
        return float(value) if isinstance(value, str | int | float) else default

    def listed(self, name: str) -> list[str]:
        """An argument that is a list of names."""
        return listed(self.check, name)

    @property
    def counterparts(self) -> pd.DataFrame:
        """The rows kept of the other table."""
        return required(self.other, "the other table")


def listed(check: Check, name: str) -> list[str]:
    """An argument that is a list of names; none without it."""
    value = check.arguments.get(name)
    return value if isinstance(value, list) else []


def lists_by_name(check: Check, name: str) -> dict[str, list[str]]:
    """An argument that is a list of names for each of several; none without it."""
    value = check.arguments.get(name)
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    ``n_checked`` : rows on which it could be decided. ``hits`` : ``HIT_COLUMNS``, one line a row that breaks
    it, and its ``slip`` of unit, if the kind of check names any.
    ``because`` : why it could not be decided on some or all rows.
    """

    n_checked: int
    hits: pd.DataFrame
    because: str = ""


@dataclass(frozen=True)
class Kind:
    """How a kind of check works: its function, what it must see at once, the arguments it needs and may have.

    ``sees`` : one row at a time, the whole table, or another table. ``asks`` : a person must decide on the
    rows that it finds. ``is_pair`` : compares two variables. ``at_prices`` : needs a price series.
    ``names_slips`` : its findings name slips of unit, which a person is asked about. ``by_key`` : sees enough
    in a part of a table where its variables are the key. ``of_other`` : what it finds in the other table.
    """

    name: str
    run: Callable[[Given], Outcome]
    sees: Literal["row", "table", "other"]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    asks: bool = False
    is_pair: bool = False
    at_prices: bool = False
    names_slips: bool = False
    by_key: bool = False
    of_other: Callable[[Given], pd.DataFrame] | None = None


def hits(rows: pd.DataFrame, variable: str, note: object) -> pd.DataFrame:
    """One line a row: ``key, variable, note``; the note is one text or one a row."""
    return pd.DataFrame(
        {"key": rows[KEY].to_numpy(), "variable": variable, "note": note}, columns=HIT_COLUMNS
    )


def nothing_hit() -> pd.DataFrame:
    """No line."""
    return pd.DataFrame(columns=HIT_COLUMNS)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Lines of several variables together."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else nothing_hit()


def findings_of(check_id: str, severity: str, outcome: Outcome) -> tuple[pd.DataFrame, Mapping[str, object]]:
    """The findings of one check (``FINDING_COLUMNS``), and its line among the checks applied
    (``CHECKED_COLUMNS``).
    """
    named = outcome.hits if "slip" in outcome.hits else outcome.hits.assign(slip="")
    found = named.assign(check=check_id, severity=severity)[FINDING_COLUMNS]
    line = {
        "check": check_id,
        "severity": severity,
        "n_checked": outcome.n_checked,
        "n_found": len(found),
        "because": outcome.because,
    }
    return found, line


def checked_frame(lines: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The checks applied: ``check, severity, n_checked, n_found, because``."""
    return pd.DataFrame(lines, columns=CHECKED_COLUMNS).astype({"n_checked": "int64", "n_found": "int64"})
