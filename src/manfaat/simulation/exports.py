"""The files of an export: delimited text, a KoboToolbox export, an Excel workbook, an SPSS file. Same rows,
same bytes.

Text is written block by block; workbooks and SPSS files are held in memory until they are complete, and are
refused when too large.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from manfaat.definitions.codebook import Codebook
from manfaat.simulation.books import BookSink, SavSink
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.layout import Format, Layout, Places
from manfaat.simulation.text_files import KoboSink, TextSink

__all__ = ["Format", "Layout", "Places", "Sink", "open_sink"]


class Sink(Protocol):
    """A file that takes rows and is then closed with their number."""

    def append(
        self, columns: dict[str, TextColumn], coloured: np.ndarray, sheets: TextColumn | None
    ) -> Places:
        """Add rows, some of them coloured, in the sheet of their value; return where they stand."""

    def close(self, rows: int) -> None:
        """Finish the file."""


def open_sink(path: Path, table: str, codebook: Codebook, layout: Layout) -> Sink:
    """Open the file of one table."""
    variables, kind = codebook.table(table), layout.format(table)
    if kind == "xlsx":
        return BookSink(path, table, variables, codebook, layout)
    if kind == "sav":
        return SavSink(path, variables, codebook)
    return (
        KoboSink(path, variables, codebook, layout)
        if kind == "kobo"
        else TextSink(path, table, variables, layout)
    )
