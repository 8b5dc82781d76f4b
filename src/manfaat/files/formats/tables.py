"""What a reader hands back: a raw table of text, and a plain log of everything that was detected or left
out.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem, refuse

SHEET, ROW = "_sheet", "_row"
DROPPED = ("_sheet", "_row", "rule", "reason", "text")
LABELS = ("variable", "kind", "value", "label")
MISSING = ("variable", "kind", "low", "high", "reason", "count")
TEXT = pd.StringDtype(na_value=float("nan"))
GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Detected:
    """One thing that was found out about a file, how, and where; ``doubtful`` asks a person to look."""

    what: str
    value: str
    how: str
    place: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class FormatOptions:
    """What the user states about a file. Whatever is given is not detected.

    ``header_rows`` and ``skip_rows`` are row numbers as they stand in the file, from 1; ``header_rows=()``
    says that the file has no header. ``ragged`` decides on rows with more or fewer cells than the header:
    ``refuse`` them, ``set aside`` into ``dropped``, or ``pad`` the short ones with empty cells (long ones are
    refused then). The last five are limits: of the unpacked bytes, of their ratio to the packed ones, of the
    cells of a text file and of a sheet, and of the time to read a binary file.
    """

    encoding: str | None = None
    separator: str | None = None
    quote: str = '"'
    quote_stated: bool = False
    decimal: str | None = None
    sheets: tuple[str, ...] | None = None
    hidden_sheets: bool = False
    header_rows: tuple[int, ...] | None = None
    skip_rows: tuple[int, ...] = ()
    keep_footer: bool = False
    keep_totals: bool = False
    ragged: Literal["refuse", "set aside", "pad"] = "refuse"
    max_bytes: int = GIGABYTE
    max_ratio: int = 200
    max_cells: int = 100_000_000
    max_sheet_cells: int = 40_000_000
    seconds: float = 300


@dataclass(frozen=True, eq=False)
class RawTable:
    """One table as it stood in a file.

    ``frame`` has one text column a column of the file after ``_sheet`` and ``_row`` (1-based row in the
    file); ``dropped`` has the rows that were left out (``_sheet, _row, rule, reason, text``, cells joined by
    tabs); ``labels`` the labels of variables and values (``variable, kind, value, label``); ``missing`` what
    the file itself declares missing (``variable, kind, low, high, reason, count``); ``kinds`` the stored type
    of each cell (column → codes of ``celltext``, row by row; none of a text file), ``epoch`` the calendar of
    a workbook (1900, 1904; 0 of others). ``name`` is the sheet, the repeat group, or the file without its
    ending.
    """

    name: str
    frame: pd.DataFrame
    log: tuple[Detected, ...] = ()
    dropped: pd.DataFrame = field(default_factory=lambda: empty(DROPPED))
    labels: pd.DataFrame = field(default_factory=lambda: empty(LABELS))
    missing: pd.DataFrame = field(default_factory=lambda: empty(MISSING))
    file: str = ""
    kind: str = ""
    kinds: Mapping[str, np.ndarray] = field(default_factory=dict)
    epoch: int = 0

    @property
    def columns(self) -> list[str]:
        """Names of the delivered columns, without ``_sheet`` and ``_row``."""
        return [column for column in self.frame.columns if column not in (SHEET, ROW)]

    @property
    def doubts(self) -> list[Detected]:
        """What a person should look at before the numbers are believed."""
        return [entry for entry in self.log if entry.doubtful]


def empty(columns: Iterable[str]) -> pd.DataFrame:
    """Return a frame without rows; ``_row`` and ``count`` are whole numbers, everything else is text."""
    whole = ("_row", "count")
    return pd.DataFrame(
        {column: pd.Series(dtype="int64") if column in whole else pd.Series(dtype=TEXT) for column in columns}
    )


def records(rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a frame of the given columns from tuples, with the types of ``empty``."""
    found = list(rows)
    if not found:
        return empty(columns)
    frame = pd.DataFrame(found, columns=list(columns))
    return frame.astype({column: "int64" if column in ("_row", "count") else TEXT for column in columns})


def log_table(tables: Iterable[RawTable]) -> pd.DataFrame:
    """Return one row a log entry: ``file, table, what, value, how, place, doubtful``."""
    rows = [(t.file, t.name, e.what, e.value, e.how, e.place, e.doubtful) for t in tables for e in t.log]
    return pd.DataFrame(rows, columns=["file", "table", "what", "value", "how", "place", "doubtful"])


def some(values: Iterable[object], *, limit: int = 8) -> str:
    """Return the first values separated by commas, and how many more there are."""
    found = [str(value) for value in values]
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return ", ".join(found[:limit]) + more


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 row`` or ``2 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def rows_text(numbers: Iterable[int]) -> str:
    """Return ``row 3`` or ``rows 3, 5, 9 and 40 more``."""
    found = [int(number) for number in numbers]
    return ("row " if len(found) == 1 else "rows ") + some(found)


def check_options(options: FormatOptions, *, file: str) -> None:
    """Refuse options that cannot be meant, with the allowed values.

    Raises
    ------
    ProblemsError naming every wrong option.
    """
    problems = []
    if options.encoding is not None and not known_encoding(options.encoding):
        problems.append(
            Problem(
                file,
                f"the encoding '{options.encoding}' is not known",
                expected="for example utf-8, cp1252, utf-16 or shift_jis",
            )
        )
    for name, value in (("separator", options.separator), ("quote", options.quote)):
        if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n\0 "):
            problems.append(
                Problem(
                    file,
                    f"the {name} {value!r} cannot be used",
                    expected="one character, such as , ; | or a tab",
                )
            )
    if isinstance(options.sheets, str):
        problems.append(
            Problem(file, f"sheets {options.sheets!r} cannot be used", expected="a list of sheet names")
        )
    if options.decimal not in (None, ",", "."):
        problems.append(
            Problem(
                file, f"the decimal sign {options.decimal!r} cannot be used", expected="a comma or a point"
            )
        )
    if options.ragged not in ("refuse", "set aside", "pad"):
        problems.append(
            Problem(file, f"ragged {options.ragged!r} is not a choice", expected="refuse, set aside or pad")
        )
    for name, rows in (("header_rows", options.header_rows or ()), ("skip_rows", options.skip_rows)):
        if any(not isinstance(row, int) or row < 1 for row in rows) or (
            name == "header_rows" and list(rows) != sorted(set(rows))
        ):
            problems.append(
                Problem(
                    file,
                    f"{name} {rows!r} cannot be used",
                    expected="rising row numbers from 1, as they stand in the file",
                )
            )
    refuse(problems)


def known_encoding(name: str) -> bool:
    """Say whether ``name`` is a text encoding that this Python knows."""
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False


def stem(path: Path) -> str:
    """Return the file name without its ending."""
    return path.name[: -len(path.suffix)] if path.suffix else path.name
