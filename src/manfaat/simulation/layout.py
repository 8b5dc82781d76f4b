"""How the files of a cohort look: kind of file, names of columns, and what has happened to whole files on the
way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from manfaat.definitions.codebook import Variable
from manfaat.simulation.columns import TextColumn
from manfaat.simulation.mess.rendering import Rendering

Format = Literal["csv", "kobo", "xlsx", "sav"]
SUFFIXES: dict[Format, str] = {"csv": "csv", "kobo": "csv", "xlsx": "xlsx", "sav": "sav"}
THOUSANDS = " (ribu Rp)"
NUMBER_COLUMN = "NIK"
TIME_COLUMN = "waktu"
HIDDEN_SHEET = "Daftar kode"
OTHERS_SHEET = "pembanding"
PAIRS = (("_then", "_now"), ("_pre", "_now"))


@dataclass(frozen=True)
class Structure:
    """What is unusual about a whole file, sheet or column: kind of mess, variable ("" for all), what is right
    and what stands there.
    """

    kind: int
    raw: str
    variable: str = ""
    true: str = ""
    expected: str = "as is"
    sheet: str = ""


@dataclass(frozen=True)
class Places:
    """Where rows stand in their file: the sheet ("" in text), and the number of the row, counted from 1 as in
    the file; 0 where it was not written.
    """

    sheets: TextColumn
    rows: np.ndarray


@dataclass(frozen=True)
class Layout:
    """How the exports of a cohort look.

    ``level`` : how much mess (low, real, high; empty for none). ``formats`` : the kind of file by table,
    delimited text unless named.
    ``headers`` : variable names, or questions in one language with their number. ``separator``, ``mark`` : of
    delimited text; the mark is the one that some programs put at the beginning of UTF-8. ``titles`` : lines
    above the header. ``footer`` : a line with the number of rows at the end.

    What may have happened to whole files, none of it unless asked for (``untidy`` draws it at declared
    rates): ``sections`` above the names of columns; columns that stand ``twice``; a ``long`` text file, two
    rows a person, for what was asked then and now; workbooks with one of ``sheets`` for each value of a
    variable, a hidden sheet, and without the sheet ``lost``; amounts in ``thousands``; text in another
    ``encoding`` (``cp1252``, ``utf-16``, ``shift_jis``), with other ``line_end`` or without the ``last_end``;
    decimal commas without quotes (``broken``); a column of identity ``numbers`` that nobody asked for;
    nothing ``recorded`` of those who did not answer.
    """

    level: str = "real"
    rendering: Rendering = field(default_factory=Rendering)
    formats: Mapping[str, Format] = field(default_factory=dict)
    headers: Literal["name", "en", "id"] = "name"
    separator: str = ","
    mark: bool = False
    titles: Sequence[str] = ()
    footer: bool = False
    sections: bool = False
    twice: Sequence[str] = ()
    long: bool = False
    sheets: str = ""
    lost: str = ""
    thousands: Sequence[str] = ()
    encoding: str = "utf-8"
    line_end: Literal["\n", "\r\n"] = "\n"
    last_end: bool = True
    broken: bool = False
    numbers: bool = False
    recorded: bool = True

    def format(self, table: str) -> Format:
        """The kind of file of a table."""
        return self.formats.get(table, "csv")

    def file(self, table: str) -> str:
        """The name of a table's file."""
        return f"{table}.{SUFFIXES[self.format(table)]}"

    def structure(self, table: str, variables: Sequence[Variable]) -> list[Structure]:
        """What is unusual about a file as a whole."""
        kind = self.format(table)
        found = (
            [Structure(38, "names of groups"), Structure(32, "one column for each answer")]
            if kind == "kobo"
            else []
        )
        if kind in ("csv", "xlsx"):
            found += self.above_and_below() + self.columns_of(variables)
        if kind == "csv":
            found += self.text_file(variables)
        return found + (self.workbook(variables) if kind == "xlsx" else [])

    def above_and_below(self) -> list[Structure]:
        """What stands around the rows of a text file or a sheet."""
        found = [Structure(35, "sections above the names of columns")] if self.sections else []
        found += [Structure(36, "titles above the header")] if self.titles else []
        found += [Structure(36, "a total below the rows")] if self.footer else []
        return found + ([Structure(37, "questions for names")] if self.headers != "name" else [])

    def columns_of(self, variables: Sequence[Variable]) -> list[Structure]:
        """What is unusual about whole columns."""
        names = {variable.name for variable in variables}
        found = [
            Structure(39, "the column stands twice", name, "", "report")
            for name in self.twice
            if name in names
        ]
        found += [
            Structure(43, "thousands, as the header says", name, "rupiah", "repair")
            for name in self.thousands
            if name in names
        ]
        return found + (
            [Structure(62, "a column of identity numbers", NUMBER_COLUMN, "", "report")]
            if self.numbers
            else []
        )

    def text_file(self, variables: Sequence[Variable]) -> list[Structure]:
        """What is unusual about a text file."""
        found = [Structure(46, "mark at the beginning")] if self.mark else []
        found += [Structure(50, f"separated by '{self.separator}'")] if self.separator != "," else []
        found += (
            [Structure(47 if self.encoding == "cp1252" else 48, f"written in {self.encoding}")]
            if self.encoding != "utf-8"
            else []
        )
        found += [Structure(52, "Windows line ends")] if self.line_end != "\n" else []
        found += [Structure(52, "no end of the last line")] if not self.last_end else []
        return found + (
            [Structure(40, "two rows a record, then and now", expected="report")]
            if self.long and pairs_of(variables)
            else []
        )

    def workbook(self, variables: Sequence[Variable]) -> list[Structure]:
        """What is unusual about a workbook."""
        if self.sheets not in {variable.name for variable in variables}:
            return []
        found = [
            Structure(41, f"one sheet for each value of {self.sheets}", self.sheets),
            Structure(41, "a hidden sheet", sheet=HIDDEN_SHEET),
        ]
        return found + (
            [Structure(66, "the sheet is missing", expected="report", sheet=self.lost)] if self.lost else []
        )

    def extras(self, table: str, variables: Sequence[Variable]) -> list[tuple[str, str]]:
        """Columns after the usual ones: their name here, and what stands in the header."""
        if self.format(table) not in ("csv", "xlsx"):
            return []
        headers = dict(
            zip([variable.name for variable in variables], header_of(variables, self), strict=True)
        )
        return [(f"{name} again", headers[name]) for name in self.twice if name in headers] + (
            [(NUMBER_COLUMN, NUMBER_COLUMN)] if self.numbers else []
        )

    def column(self, table: str, variable: Variable, variables: Sequence[Variable]) -> str:
        """What stands in the header over the answers to a question."""
        if self.format(table) == "sav":
            return variable.name
        if self.format(table) == "kobo":
            return kobo_name(variable)
        pair = (
            next((stem for stem, *names in pairs_of(variables) if variable.name in names), None)
            if self.is_long(table)
            else None
        )
        return pair or header_of([variable], self)[0]

    def is_long(self, table: str) -> bool:
        """Whether a table is written with two rows a record."""
        return self.long and self.format(table) == "csv"


def header_of(variables: Sequence[Variable], layout: Layout) -> list[str]:
    """The names of the columns: of variables, or question number and text; with the unit where amounts are in
    thousands.
    """
    units = [THOUSANDS if variable.name in layout.thousands else "" for variable in variables]
    if layout.headers == "name":
        return [variable.sources[0] + unit for variable, unit in zip(variables, units, strict=True)]
    numbers = [question_number(variable) for variable in variables]
    texts = [
        f"{number}. {v.label(layout.headers)}" if number else v.label(layout.headers)
        for number, v in zip(numbers, variables, strict=True)
    ]
    return [text + unit for text, unit in zip(texts, units, strict=True)]


def sections_of(variables: Sequence[Variable]) -> list[str]:
    """The row above the names: the letter of a question's section where it begins, nothing over the rest of
    it.
    """
    letters = [question_number(variable)[:1] for variable in variables]
    return [
        f"Bagian {letter}" if letter and letter != before else ""
        for before, letter in zip(["", *letters[:-1]], letters, strict=True)
    ]


def question_number(variable: Variable) -> str:
    """The number of a question, when its other names hold one (``C7a``)."""
    return next(
        (source for source in variable.sources[1:] if source[:1].isupper() and source[1:2].isdigit()), ""
    )


def kobo_name(variable: Variable) -> str:
    """The name of a question with its group; the time of submission is a system column."""
    if variable.role == "submitted":
        return "_submission_time"
    number = question_number(variable)
    return f"grp_{number[0]}/{variable.sources[0]}" if number else variable.sources[0]


def pairs_of(variables: Sequence[Variable]) -> list[tuple[str, str, str]]:
    """Questions asked for then and for now: their common stem, and the names of both."""
    names = {variable.name for variable in variables}
    found = [
        (name[: -len(now)], name[: -len(now)] + then, name)
        for then, now in PAIRS
        for name in sorted(names)
        if name.endswith(now)
    ]
    return [(stem, then, now) for stem, then, now in found if then in names]
