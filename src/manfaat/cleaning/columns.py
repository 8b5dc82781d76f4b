"""Columns of raw text, each distinct text held once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.files.formats.celltext import WORDS

KINDS_OF_CELLS = 8  # more than there are stored types
PLAIN = "^[!-~]+( [!-~]+)*$"  # printable ASCII, single spaces between, none at the ends


@dataclass(frozen=True)
class Column:
    """A column of raw text, each distinct text once: row ``i`` holds ``texts[codes[i]]``.

    ``kinds`` is the stored type of each distinct text (codes of ``formats.celltext``) where the file stores
    types: a text that stands as a number and as a text stands twice.
    """

    codes: np.ndarray
    texts: list[str]
    kinds: np.ndarray | None = None

    def select(self, rows: np.ndarray) -> Column:
        """The column of some rows only (positions or a mask)."""
        return replace(self, codes=self.codes[rows])

    def array(self) -> np.ndarray:
        """The texts row by row."""
        return (
            np.array(self.texts, dtype=object)[self.codes] if len(self.codes) else np.array([], dtype=object)
        )

    def put(self, row: int, text: str) -> Column:
        """The column with another text in one row."""
        codes = self.codes.copy()
        codes[row] = len(self.texts)
        return Column(
            codes, [*self.texts, text], None if self.kinds is None else np.append(self.kinds, WORDS)
        )


def encode(values: pd.Series, kinds: np.ndarray | None = None) -> Column:
    """Find the distinct texts of a column (in compiled code: this is done for every column of every table).

    ``kinds`` is the stored type of each row's cell, where the file stores types.
    """
    encoded = pa.array(values.array, from_pandas=True)
    encoded = pa.chunked_array([encoded]) if not isinstance(encoded, pa.ChunkedArray) else encoded
    encoded = encoded.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    column = Column(
        encoded.indices.to_numpy(zero_copy_only=False),
        [text or "" for text in encoded.dictionary.to_pylist()],
    )
    return column if kinds is None else with_kinds(column, kinds)


def with_kinds(column: Column, kinds: np.ndarray) -> Column:
    """Tell texts apart by how their cells are stored; the order in which they first stand stays."""
    pairs = column.codes.astype("int64") * KINDS_OF_CELLS + kinds
    distinct, codes = np.unique(pairs, return_inverse=True)
    texts = [column.texts[place] for place in distinct // KINDS_OF_CELLS]
    return Column(codes.astype(column.codes.dtype), texts, (distinct % KINDS_OF_CELLS).astype(np.uint8))


def plain_texts(texts: list[str]) -> np.ndarray:
    """Mask of the texts in plain letters with single spaces: nothing about their characters needs to be put
    in order.
    """
    found: np.ndarray = pc.match_substring_regex(pa.array(texts, type=pa.string()), PLAIN).to_numpy(
        zero_copy_only=False
    )
    return found
