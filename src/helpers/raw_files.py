"""What ``cohort.yml`` states about one delivered file."""

from __future__ import annotations

from typing import Literal

from helpers.definitions import Record


class RawFile(Record):
    """One delivered file and the table it feeds. What is not said here is detected, and what was detected is stated.

    ``sheets`` are read as one table; ``header_rows`` and ``skip_rows`` count from 1 as in the file; ``columns`` names the
    variable of a column whose name does not tell; ``multiply`` converts units, by variable; ``decimal`` holds for all columns, and
    so does ``date_order`` unless it is given by variable; ``time_zone`` is that of the interviews (``Asia/Makassar``), in which times
    with an offset are written; ``version`` is the version of the form when the file itself does not say.
    """

    file: str
    table: str
    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    decimal: Literal[",", "."] | None = None
    date_order: Literal["dmy", "mdy"] | dict[str, Literal["dmy", "mdy"]] | None = None
    time_zone: str = ""
    sheets: list[str] | None = None
    header_rows: list[int] | None = None
    skip_rows: list[int] = []
    ragged: Literal["refuse", "set aside", "pad"] = "refuse"  # rows with more or fewer cells than the header
    columns: dict[str, str] = {}
    multiply: dict[str, int | float] = {}
    version: str = ""

    def order_of(self, variable: str) -> str | None:
        """The order of day and month that is stated for a variable; None where none is."""
        return self.date_order.get(variable) if isinstance(self.date_order, dict) else self.date_order
