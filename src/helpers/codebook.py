"""Every variable of a programme and its answers, in English and Bahasa Indonesia."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from helpers.definitions import Record, read_rows, shown
from helpers.problems import Problem, nearest
from helpers.programme import Programme

TYPES = ("text", "integer", "decimal", "select_one")
Role = Literal["", "key", "group", "treatment", "cluster", "weight", "stratum", "identifier", "quasi-identifier", "sensitive", "text"]
BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")


class Variable(Record):
    """One line of ``codebook.csv``; column names follow XLSForm where it has them."""

    table: str
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    type: str
    source: str
    label_en: str = Field(alias="label::English (en)", min_length=1)
    label_id: str = Field(alias="label::Bahasa Indonesia (id)", min_length=1)
    unit: str = ""
    required: Literal["yes", "no"] = "yes"
    constraint: str = ""
    missing: str = ""
    role: Role = ""

    @field_validator("type")
    @classmethod
    def known_type(cls, value: str) -> str:
        """Refuse a type that the cleaning stage does not know."""
        if value.split(" ")[0] not in TYPES or (value.startswith("select_one") and len(value.split(" ")) != 2):
            raise ValueError(f"the type '{value}' is not known; use text, integer, decimal or 'select_one LIST'")
        return value

    @field_validator("constraint")
    @classmethod
    def known_constraint(cls, value: str) -> str:
        """Refuse a constraint that is not a chain of comparisons of the answer (``.``) with numbers."""
        if value and not all(BOUND.fullmatch(part.strip()) for part in value.split(" and ")):
            raise ValueError(f"the constraint '{value}' cannot be read; write for example '. >= 0 and . <= 100'")
        return value

    @property
    def kind(self) -> str:
        """The type without its list."""
        return self.type.split(" ")[0]

    @property
    def list_name(self) -> str | None:
        """The answer list of a ``select_one`` variable."""
        return self.type.split(" ")[1] if self.kind == "select_one" else None

    @property
    def sources(self) -> list[str]:
        """Names that the column may have in a delivery, the usual one first."""
        return [name.strip() for name in self.source.split("|")]

    @property
    def bounds(self) -> list[tuple[str, float]]:
        """The comparisons of the constraint, as (operator, number)."""
        return [(operator, float(number)) for operator, number in BOUND.findall(self.constraint)]

    @property
    def missing_codes(self) -> dict[str, str]:
        """Codes that stand for a missing answer, with the reason they give."""
        pairs = [part.split("=", 1) for part in self.missing.split(";") if part.strip()]
        return {pair[0].strip(): pair[1].strip() if len(pair) == 2 else "missing" for pair in pairs}

    def label(self, language: str) -> str:
        """The question in one language."""
        return self.label_id if language == "id" else self.label_en


class Choice(Record):
    """One line of ``choices.csv``: an answer of a list."""

    list_name: str = Field(min_length=1)
    name: str = Field(min_length=1)
    label_en: str = Field(alias="label::English (en)", min_length=1)
    label_id: str = Field(alias="label::Bahasa Indonesia (id)", min_length=1)

    def label(self, language: str) -> str:
        """The answer in one language."""
        return self.label_id if language == "id" else self.label_en


@dataclass(frozen=True)
class Codebook:
    """All variables and answers of a programme."""

    variables: tuple[Variable, ...]
    choices: tuple[Choice, ...]

    def table(self, name: str) -> list[Variable]:
        """The variables of one table, in order."""
        return [variable for variable in self.variables if variable.table == name]

    def answers(self, list_name: str) -> list[Choice]:
        """The answers of one list, in order."""
        return [choice for choice in self.choices if choice.list_name == list_name]


def load_codebook(folder: Path, programme: Programme, *, root: Path) -> tuple[Codebook, list[Problem]]:
    """Read ``codebook.csv`` and ``choices.csv`` and check them against the programme."""
    variables, problems = read_rows(Variable, folder / "codebook.csv", root=root)
    choices, more = read_rows(Choice, folder / "choices.csv", root=root)
    codebook = Codebook(tuple(v for _, v in variables), tuple(c for _, c in choices))
    problems += more + check_variables(variables, codebook, programme, shown(folder / "codebook.csv", root))
    return codebook, problems


def check_variables(variables: list[tuple[int, Variable]], codebook: Codebook, programme: Programme, file: str) -> list[Problem]:
    """Say which variables stand twice or name a table, unit or answer list that does not exist."""
    lists = {choice.list_name for choice in codebook.choices}
    problems, seen = [], set()
    for row, variable in variables:
        if (variable.table, variable.name) in seen:
            problems.append(Problem(file, f"'{variable.name}' stands twice", row=row, column="name"))
        seen.add((variable.table, variable.name))
        for column, value, allowed in (
            ("table", variable.table, programme.tables),
            ("unit", variable.unit, programme.units),
            ("type", variable.list_name, lists),
        ):
            if value and value not in allowed:
                problems.append(Problem(file, f"'{value}' is not declared", row=row, column=column, expected=nearest(value, allowed)))
    return problems + check_keys(codebook, programme, file)


def check_keys(codebook: Codebook, programme: Programme, file: str) -> list[Problem]:
    """Say which key variable of a table has no line in the codebook."""
    return [
        Problem(file, f"the key '{name}' of table '{table}' has no line", column="name")
        for table, definition in programme.tables.items()
        for name in definition.key
        if name != "row" and name not in {variable.name for variable in codebook.table(table)}
    ]
