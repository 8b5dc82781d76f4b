"""The rows of a table between its header and its end, as columns of text with the row number of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

CHUNK = 400_000  # cells turned into columns at a time


@dataclass
class Body:
    """Rows of equal width: ``table`` of text columns, ``rows`` their numbers in the file, ``kinds`` the
    stored type of each cell.

    ``blank`` holds the numbers of empty rows, ``ragged`` the rows of another width as (number, cells),
    ``cut`` the numbers of rows whose surplus cells were all empty, ``short`` of rows that lack only columns
    without a name, ``padded`` of rows filled up as stated, ``breaks`` of rows with many line breaks inside a
    cell; ``how`` says how rows were counted.
    """

    table: pa.Table
    rows: np.ndarray
    kinds: np.ndarray | None = None
    blank: list[int] = field(default_factory=list)
    ragged: list[tuple[int, list[str]]] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    short: list[int] = field(default_factory=list)
    padded: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    how: str = ""

    def keep(self, mask: np.ndarray) -> Body:
        """Return the body with the rows where ``mask`` is true."""
        if mask.all():
            return self
        kinds = None if self.kinds is None else self.kinds[mask]
        return replace(self, table=self.table.filter(pa.array(mask)), rows=self.rows[mask], kinds=kinds)

    def cells(self, at: int) -> list[str]:
        """Return the cells of one row."""
        return [column[at].as_py() for column in self.table.columns]


class Columns:
    """Collects rows and turns them into text columns portion by portion, so that few Python objects live at a
    time.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.size = max(1, CHUNK // max(1, width))
        self.schema = pa.schema([(f"c{at}", pa.large_string()) for at in range(width)])
        self.tables: list[pa.Table] = []
        self.numbers: list[np.ndarray] = []
        self.pending: list[Sequence[str]] = []
        self.pending_numbers: list[int] = []

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Take one row of exactly ``width`` cells."""
        self.pending.append(cells)
        self.pending_numbers.append(number)
        if len(self.pending) >= self.size:
            self.flush()

    def extend(self, numbers: Iterable[int], rows: Iterable[Sequence[str]]) -> None:
        """Take many rows."""
        for number, cells in zip(numbers, rows, strict=True):
            self.add(number, cells)

    def flush(self) -> None:
        """Turn the rows taken so far into columns."""
        if self.pending:
            arrays = [pa.array(column, pa.large_string()) for column in zip(*self.pending, strict=True)]
            self.tables.append(pa.Table.from_arrays(arrays, schema=self.schema))
            self.numbers.append(np.array(self.pending_numbers, dtype=np.int64))
            self.pending, self.pending_numbers = [], []

    def body(self) -> Body:
        """Return all rows taken."""
        self.flush()
        table = pa.concat_tables(self.tables) if self.tables else self.schema.empty_table()
        rows = np.concatenate(self.numbers) if self.numbers else np.array([], dtype=np.int64)
        return Body(table, rows)
