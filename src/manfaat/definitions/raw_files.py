"""What ``cohort.yml`` states about one delivered file, and about those who were not reached by it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from manfaat.definitions.records import Record, Words


class RawFile(Record):
    """One delivered file and the table it feeds. What is not said here is detected, and what was detected is
    stated.

    ``sheets`` are read as one table; ``header_rows`` and ``skip_rows`` count from 1 as in the file;
    ``columns`` names the variable of a column whose name does not tell; ``absent`` names variables that were
    not asked or not delivered; ``multiply`` converts units, by variable; ``recode`` says what the codes of
    this file mean (delivered code → code of the answer list), by variable; ``decimal`` holds for all columns,
    and so does ``date_order`` unless it is given by variable; ``time_zone`` is that of the interviews
    (``Asia/Makassar``), in which times with an offset are written; ``version`` is the version of the form
    when the file itself does not say.
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
    absent: list[str] = []
    multiply: dict[str, int | float] = {}
    recode: dict[str, dict[str, str]] = {}
    version: str = ""

    @field_validator("recode", mode="before")
    @classmethod
    def codes_as_texts(cls, value: object) -> object:
        """Take codes that YAML reads as numbers as the texts that they are."""
        if not isinstance(value, dict):
            return value
        return {
            name: {str(old): str(new) for old, new in pairs.items()} if isinstance(pairs, dict) else pairs
            for name, pairs in value.items()
        }

    def order_of(self, variable: str) -> str | None:
        """The order of day and month that is stated for a variable; None where none is."""
        return self.date_order.get(variable) if isinstance(self.date_order, dict) else self.date_order


class FlowStep(Record):
    """People known of before the delivery begins, and why the next step has fewer."""

    label: Words
    participants: int = Field(ge=0)
    comparison: int = Field(ge=0)
    source: str
    loss: Words
