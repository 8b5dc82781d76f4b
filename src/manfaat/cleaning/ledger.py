"""The ledgers: every row in is kept or set aside, every changed cell can be changed back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from manfaat.base.problems import Problem, refuse
from manfaat.base.showing import card, line
from manfaat.cleaning.cells import ColumnReading, canonical
from manfaat.cleaning.columns import Column
from manfaat.cleaning.outcomes import CHECKED_COLUMNS, FINDING_COLUMNS
from manfaat.cleaning.readers import FILE, PLACE, ROW, SHEET
from manfaat.cleaning.threads import each
from manfaat.definitions.codebook import KEY, Codebook, Variable

CELL_COLUMNS = ["table", "key", "variable", "raw", "clean", "rule", "reason"]
CHANGE_COLUMNS = CELL_COLUMNS[2:]
PARQUET = {"compression": "zstd", "dictionary_pagesize_limit": 1 << 30, "write_statistics": False}
ROW_GROUP = 1 << 22  # each group repeats its dictionary of keys
DECIMAL = re.compile(r"-?\d+\.\d*")
SECONDS = re.compile(r"(:\d\d)[.,]\d{1,9}")  # a fraction of a second behind the seconds
REVIEW_COLUMNS = [
    "table",
    "key",
    "variable",
    "raw",
    "proposal",
    "rule",
    "reason",
    "file",
    "sheet",
    "row",
    "until_then",
    "decision",
]


def nothing(columns: list[str]) -> pd.DataFrame:
    """A frame without rows."""
    return pd.DataFrame(columns=columns)


@dataclass(frozen=True, repr=False)
class CleanTable:
    """One cleaned table.

    ``kept`` : typed rows with ``_key, _file, _sheet, _row``. ``identifiers`` : what names people, by key,
    kept apart.
    ``aside`` : rows set aside, raw text with ``rule, reason``. ``rows_in`` : rows of answers delivered.
    ``changes`` : distinct changes (variable, raw, clean, rule, reason); ``changed`` : changed cells (``row``
    of ``kept``, ``line`` of ``changes``); together they are ``cells``, the ledger in the contract's shape.
    ``reasons`` : why an answer is missing (key, variable, reason). ``review`` : what a person must decide,
    and what holds until then (``missing``, ``kept``, ``set aside``).
    ``findings`` : broken rules and answering styles. ``checked`` : one line a rule or check (``check,
    severity, n_checked, n_found, because``): on how many rows it could be decided, how many findings there
    are, why it could not be decided on others.
    """

    name: str
    kept: pd.DataFrame
    aside: pd.DataFrame
    changes: pd.DataFrame
    changed: pd.DataFrame
    rows_in: int
    reasons: pd.DataFrame = field(default_factory=lambda: nothing(["key", "variable", "reason"]))
    review: pd.DataFrame = field(default_factory=lambda: nothing(REVIEW_COLUMNS))
    findings: pd.DataFrame = field(default_factory=lambda: nothing(FINDING_COLUMNS))
    identifiers: pd.DataFrame = field(default_factory=lambda: nothing([KEY]))
    checked: pd.DataFrame = field(default_factory=lambda: nothing(CHECKED_COLUMNS))

    @property
    def cells(self) -> pd.DataFrame:
        """The cell ledger: ``table, key, variable, raw, clean, rule, reason``, one line a changed cell."""
        lines = self.changes.iloc[self.changed["line"]].reset_index(drop=True)
        keys = self.kept[KEY].to_numpy(dtype=object)[self.changed["row"]]
        return pd.DataFrame(
            {"table": self.name, "key": keys, **{name: lines[name] for name in CELL_COLUMNS[2:]}},
            columns=CELL_COLUMNS,
        )

    def __repr__(self) -> str:
        return line("clean table", self.name, *[f"{value} {name}" for name, value in self.counts.items()])

    def _repr_html_(self) -> str:
        return card(f"Clean table {self.name}", self.counts)

    @property
    def counts(self) -> dict[str, str]:
        """The ledger in numbers: rows delivered, kept and set aside, cells changed, what is to be decided."""
        numbers = {
            "rows delivered": self.rows_in,
            "kept": len(self.kept),
            "set aside": len(self.aside),
            "cells changed": len(self.changed),
            "to be decided": len(self.review),
        }
        return {name: f"{value:,}" for name, value in numbers.items()}


def cell_table(table: CleanTable) -> pa.Table:
    """The cell ledger as an Arrow table: the same lines as ``CleanTable.cells``, each distinct text held
    once.
    """
    lines = pa.array(table.changed["line"].to_numpy(), type=pa.int32())
    keys = pa.array(table.kept[KEY].array, from_pandas=True)
    keys = (keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys).cast(pa.string())
    columns = {
        "table": pa.DictionaryArray.from_arrays(
            pa.array(np.zeros(len(lines), dtype="int32")), pa.array([table.name])
        ),
        "key": pa.DictionaryArray.from_arrays(
            pa.array(table.changed["row"].to_numpy(), type=pa.int32()), keys
        ),
    }
    columns |= {
        name: pa.DictionaryArray.from_arrays(
            lines, pa.array(table.changes[name].astype("object"), type=pa.string())
        )
        for name in CHANGE_COLUMNS
    }
    return pa.table(columns)


def write_cells(table: CleanTable, path: Path) -> None:
    """Write the cell ledger as Parquet; keys and texts stay in dictionaries however many they are."""
    pq.write_table(cell_table(table), path, row_group_size=ROW_GROUP, **PARQUET)


def reason_of(note: str, missing: str) -> str:
    """Why a cell was changed, in words."""
    return note or (
        f"missing: {missing.replace('_', ' ')}" if missing else "the same answer in its standard form"
    )


def changes_of(
    original: Column, reading: ColumnReading, variable: Variable, done: pd.DataFrame
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Find the changed cells of one variable: those whose raw text is not their canonical text.

    Parameters
    ----------
    original : the raw text as delivered. done : corrected cells (``row, variable, reason``).

    Returns
    -------
    The distinct changes (variable, raw, clean, rule, reason), the rows changed, and for each its line; equal
    changes stand together.
    """
    by_hand = done[done["variable"] == variable.name]
    distinct = np.flatnonzero((reading.lines("text") != reading.lines("clean")).astype(bool))
    line_of = np.full(len(reading.read), -1, dtype="int32")
    line_of[distinct] = np.arange(len(distinct))
    part = reading.read.iloc[distinct]
    changes = pd.DataFrame(
        {
            "variable": variable.name,
            "raw": part["text"],
            "clean": part["clean"],
            "rule": part["rule"],
            "reason": list(map(reason_of, part["note"], part["missing"])),
        },
        columns=CHANGE_COLUMNS,
    )
    lines = line_of[reading.codes] if len(reading.read) else np.array([], dtype="int32")
    hand = [
        (
            variable.name,
            original.texts[original.codes[row]],
            reading.lines("clean")[reading.codes[row]],
            "correction",
            reason,
        )
        for row, reason in zip(by_hand["row"], by_hand["reason"], strict=True)
    ]
    lines[by_hand["row"].to_numpy(dtype="int64")] = len(changes) + np.arange(len(hand))
    rows = np.flatnonzero(lines >= 0)
    found = lines[rows]
    order = np.argsort(
        found.astype("uint16") if len(changes) + len(hand) < 1 << 16 else found, kind="stable"
    )  # 16 bits: counted, not compared
    return (
        pd.concat([changes, pd.DataFrame(hand, columns=CHANGE_COLUMNS)], ignore_index=True),
        rows.astype("int32")[order],
        found[order],
    )


def gather_changes(
    parts: list[tuple[pd.DataFrame, np.ndarray, np.ndarray]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the changes of all variables together: ``changes`` and ``changed`` of a clean table."""
    cells = np.empty((2, sum(len(rows) for _, rows, _ in parts)), dtype="int32")
    at = start = 0
    for changes, rows, lines in parts:
        cells[0, at : at + len(rows)] = rows
        np.add(lines, start, out=cells[1, at : at + len(rows)], casting="unsafe")
        at, start = at + len(rows), start + len(changes)
    changes = (
        pd.concat([changes for changes, _, _ in parts if len(changes)], ignore_index=True)
        if any(len(c) for c, _, _ in parts)
        else nothing(CHANGE_COLUMNS)
    )
    return changes, pd.DataFrame(cells.T, columns=["row", "line"], copy=False)


def as_texts(values: pd.Series) -> pa.Array:
    """A column of text as an Arrow array; missing is the empty text."""
    texts = pa.array(
        values.array,
        type=None if isinstance(values.dtype, pd.StringDtype) else pa.large_string(),
        from_pandas=True,
    )
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return pc.fill_null(texts.cast(pa.large_string()), "")


def canonical_texts(values: pd.Series) -> pa.Array:
    """Write every value of a column in its shortest form, each distinct one once."""
    if isinstance(values.dtype, pd.StringDtype):
        return as_texts(values)
    codes, distinct = pd.factorize(values)
    return pa.array([*[canonical(value) for value in distinct], ""], type=pa.large_string()).take(
        pa.array(np.where(codes < 0, len(distinct), codes))
    )


def changes_by_variable(table: CleanTable) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The changed cells of each variable that has any: their rows in ``kept`` and their lines in
    ``changes``.
    """
    codes, names = pd.factorize(table.changes["variable"])
    rows, lines = table.changed["row"].to_numpy(), table.changed["line"].to_numpy()
    own = codes.astype("int16")[lines]
    order = np.argsort(own, kind="stable")
    parts = np.split(order, np.searchsorted(own[order], np.arange(1, len(names))))
    return (
        {name: (rows[part], lines[part]) for name, part in zip(names, parts, strict=True)}
        if len(names)
        else {}
    )


def rebuild_column(
    table: CleanTable, variable: Variable, changed: tuple[np.ndarray, np.ndarray] | None
) -> pa.Array:
    """Rebuild the raw text of one variable for the rows kept, from clean values and its changed cells
    alone.
    """
    if variable.name in table.kept:
        rebuilt = canonical_texts(table.kept[variable.name])
    else:
        apart = pd.Index(table.identifiers[KEY]).get_indexer(table.kept[KEY])
        rebuilt = canonical_texts(table.identifiers[variable.name]).take(pa.array(apart))
    if changed is None:
        return rebuilt
    line = np.full(len(rebuilt), -1, dtype="int32")
    line[changed[0]] = changed[1]
    was = pa.array(table.changes["raw"].to_numpy(dtype=object), type=pa.large_string()).take(
        pa.array(line, mask=line < 0)
    )
    return pc.coalesce(was, rebuilt)


def raw_texts(table: CleanTable, variables: list[Variable]) -> dict[str, np.ndarray]:
    """Rebuild the raw text of some variables for the rows kept: one array of texts a variable."""
    changed = changes_by_variable(table)
    return {
        v.name: rebuild_column(table, v, changed.get(v.name)).to_numpy(zero_copy_only=False)
        for v in variables
    }


def rebuild_raw(table: CleanTable, variables: list[Variable]) -> pd.DataFrame:
    """Rebuild the raw text from clean table, identifiers, cell ledger and rows set aside, in the order
    delivered.
    """
    texts = raw_texts(table, variables)
    both = pd.concat(
        [table.kept[list(PLACE)].assign(**texts), table.aside[[*PLACE, *texts]]], ignore_index=True
    )
    return both.astype(dict.fromkeys(texts, "str")).sort_values(list(PLACE), ignore_index=True)


def places_of(table: CleanTable, raw: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows kept and the rows set aside among the rows delivered, by file, sheet and row number.

    Raises
    ------
    ProblemsError if some are missing, or stand twice.
    """
    files = pd.MultiIndex.from_frame(raw[[FILE, SHEET]].drop_duplicates())
    numbers = [
        files.get_indexer(pd.MultiIndex.from_frame(frame[[FILE, SHEET]])) * (1 << 40)
        + frame[ROW].to_numpy(dtype="int64")
        for frame in (raw, table.kept, table.aside)
    ]
    kept, aside = (pd.Index(numbers[0]).get_indexer(part) for part in numbers[1:])
    found = np.r_[kept, aside]
    if min(found, default=0) < 0 or not (np.bincount(found, minlength=len(raw)) == 1).all():
        refuse(
            [
                Problem(
                    table.name,
                    "the row ledger does not close: the rows kept and set aside are not the rows delivered",
                )
            ]
        )
    return kept, aside


def check_ledger(table: CleanTable, raw: pd.DataFrame, variables: list[Variable]) -> None:
    """Hold the ledger against the raw text, cell by cell.

    Raises
    ------
    ProblemsError if rows in are not rows kept plus rows set aside, or if the raw text cannot be rebuilt.
    """
    if table.rows_in != len(table.kept) + len(table.aside) or len(raw) != table.rows_in:
        refuse(
            [
                Problem(
                    table.name,
                    f"the row ledger does not close: {table.rows_in} in, {len(table.kept)} kept,"
                    f" {len(table.aside)} set aside",
                )
            ]
        )
    kept, aside = places_of(table, raw)
    order, changed = pa.array(np.argsort(np.r_[kept, aside])), changes_by_variable(table)

    def differing(variable: Variable) -> int:
        rebuilt = pa.concat_arrays(
            [
                rebuild_column(table, variable, changed.get(variable.name)),
                as_texts(table.aside[variable.name]),
            ]
        )
        rebuilt = rebuilt.take(order) if len(aside) else rebuilt  # the rows kept stand as delivered
        return pc.sum(pc.not_equal(rebuilt, as_texts(raw[variable.name]))).as_py() or 0

    found = list(zip(variables, each(differing, variables, rows=len(raw)), strict=True))
    refuse(
        [
            Problem(table.name, f"{n} raw cells cannot be rebuilt from the ledger", column=variable.name)
            for variable, n in found
            if n
        ]
    )


def row_ledger(tables: dict[str, CleanTable], left_out: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row a table and rule: ``table, entry, rule, rows``. The rows of a table add up: in − set aside =
    kept.

    ``left_out`` are rows of the files that are no answers (titles, totals); they count as in and as set
    aside.
    """
    lines = []
    for name, table in tables.items():
        other = (
            left_out[left_out["table"] == name]["rule"].value_counts()
            if left_out is not None and len(left_out)
            else pd.Series(dtype="int64")
        )
        lines.append(
            {"table": name, "entry": "rows in", "rule": "", "rows": table.rows_in + int(other.sum())}
        )
        lines += [
            {"table": name, "entry": "left out", "rule": rule, "rows": -int(count)}
            for rule, count in other.items()
        ]
        lines += [
            {"table": name, "entry": "set aside", "rule": rule, "rows": -int(count)}
            for rule, count in table.aside["rule"].value_counts().items()
        ]
        lines.append({"table": name, "entry": "rows kept", "rule": "", "rows": len(table.kept)})
    return pd.DataFrame(lines)


def same_value(raw: str, clean: str) -> bool:
    """Whether two texts are one number or one time as programs store it: 7.0 and 7, 10:05:00.123 and
    10:05:00.
    """
    number = raw.rstrip("0").rstrip(".") if DECIMAL.fullmatch(raw) else raw
    return number == clean or SECONDS.sub(r"\1", raw).replace(" ", "T", 1) == clean


def cell_ledger(tables: dict[str, CleanTable]) -> pd.DataFrame:
    """Number of cells changed, by table, variable and rule: ``table, variable, rule, cells``.

    What only stands otherwise and says the same (7.0 for 7) is kept in the ledger, so that raw can be
    rebuilt, and not counted.
    """
    counted = []
    for name, table in tables.items():
        cells = (
            np.bincount(table.changed["line"], minlength=len(table.changes))
            if len(table.changes)
            else np.array([], dtype="int64")
        )
        told = table.changes[["variable", "rule"]].assign(table=name, cells=cells)
        same = [
            rule != "correction" and same_value(raw, clean)
            for raw, clean, rule in table.changes[["raw", "clean", "rule"]].itertuples(index=False)
        ]
        counted.append(told[~np.array(same, dtype=bool)])
    every = (
        pd.concat([part for part in counted if len(part)], ignore_index=True)
        if any(map(len, counted))
        else nothing(["table", "variable", "rule", "cells"])
    )
    sums = every.groupby(["table", "variable", "rule"], as_index=False, sort=False).agg({"cells": "sum"})
    return sums.astype({"cells": "int64"})


def missing_answers(tables: dict[str, CleanTable], codebook: Codebook) -> pd.DataFrame:
    """One row a variable: ``table, variable, n, n_missing, share_missing`` and one column a reason, among the
    rows kept.
    """
    lines = []
    for name, table in tables.items():
        counts = {
            name: own["reason"].value_counts().sort_index() for name, own in table.reasons.groupby("variable")
        }
        for variable in codebook.table(name):
            if variable.name not in table.kept:
                continue
            missing, n = int(table.kept[variable.name].isna().sum()), len(table.kept)
            own = counts[variable.name].to_dict() if variable.name in counts else {}
            lines.append(
                {
                    "table": name,
                    "variable": variable.name,
                    "n": n,
                    "n_missing": missing,
                    "share_missing": missing / n if n else float("nan"),
                    **own,
                }
            )
    frame = pd.DataFrame(lines)
    extra = [
        column
        for column in frame.columns
        if column not in ("table", "variable", "n", "n_missing", "share_missing")
    ]
    return frame.fillna(dict.fromkeys(extra, 0)).astype(dict.fromkeys(extra, "int64"))
