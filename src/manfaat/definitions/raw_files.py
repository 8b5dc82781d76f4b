"""What ``cohort.yml`` states about one delivered file, and about those who were not reached by it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from manfaat.definitions.records import OwnFile, Record, Words


class RawFile(Record):
    """One delivered file and the table it feeds. What is not said here is detected, and what was detected is
    stated.
    """

    file: OwnFile
    """Name of the file in the folder of the cohort."""
    table: str
    """Table of the programme that the file feeds."""
    encoding: str | None = None
    """Encoding of a text file; detected where it is left out."""
    separator: str | None = None
    """Separator of a delimited file; detected where it is left out."""
    quote: str | None = None
    """Quotation mark of a delimited file; detected where it is left out. Example: "'"."""
    decimal: Literal[",", "."] | None = None
    """Decimal sign of all columns."""
    date_order: Literal["dmy", "mdy"] | dict[str, Literal["dmy", "mdy"]] | None = None
    """Which of day and month comes first, for all columns or by variable."""
    time_zone: str = ""
    """Time zone of the interviews, in which times with an offset are written. Example: Asia/Makassar"""
    sheets: list[str] | None = None
    """Sheets of a workbook that are read as one table. Example: [North, South]"""
    header_rows: list[int] | None = None
    """Rows of the file, counted from 1, that make the header. Example: [2, 3]"""
    skip_rows: list[int] = []
    """Rows of the file, counted from 1, that are no data. Example: [4]"""
    ragged: Literal["refuse", "set aside", "pad"] = "refuse"
    """What becomes of rows with more or fewer cells than the header."""
    columns: dict[str, str] = {}
    """Columns whose name does not tell, and the variable of each. Example: {Q7 (a): wage_now}"""
    absent: list[str] = []
    """Variables that were not asked, or not delivered."""
    multiply: dict[str, int | float] = {}
    """Numbers by which the values of a variable are multiplied, to convert units."""
    recode: dict[str, dict[str, str]] = {}
    """Delivered codes and those of the answer list, by variable. Example: {sex: {M: '1', F: '2'}}"""
    version: str = ""
    """Version of the form, where the file itself does not say. Example: '2'"""

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
    """What this step is."""
    participants: int = Field(ge=0)
    """Participants who were left at this step."""
    comparison: int = Field(ge=0)
    """People of the comparison group who were left at this step."""
    source: str
    """Where the numbers are from."""
    loss: Words
    """Why the next step has fewer."""
