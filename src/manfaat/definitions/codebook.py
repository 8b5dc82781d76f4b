"""Every variable of a programme and its answers, in the programme's languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from manfaat.base.problems import Problem, nearest
from manfaat.base.showing import card, counted, line
from manfaat.definitions.expressions import Expression, parse_expression
from manfaat.definitions.grids import Grid, written_out
from manfaat.definitions.missing import check_profiles, spelt_out, with_profiles
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import Labelled, Row, parse_arguments, read_rows, shown
from manfaat.files.parsing.choices import ChoiceList, choice_list
from manfaat.files.parsing.reading import missing_reasons

TYPES = ("text", "integer", "decimal", "money", "select_one", "select_multiple", "date", "month", "dateTime")
WITH_LIST = ("select_one", "select_multiple")
Role = Literal[
    "",
    "key",
    "group",
    "treatment",
    "cluster",
    "weight",
    "stratum",
    "identifier",
    "quasi-identifier",
    "sensitive",
    "text",
    "version",
    "submitted",
    "start",
    "end",
    "enumerator",
    "other",
]
REPEATED = ("rater", "repeat")  # columns of a row that stands for several; the last changes fastest
BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")

KEY = "_key"  # the column of every clean table that names the row's unit


class Variable(Labelled):
    """One line of ``codebook.csv``; column names follow XLSForm where it has them."""

    table: str
    """Table of the variable; the first one where it is left out."""
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the variable."""
    type: str
    """What an answer is: text, a number, a date, or an answer of a list, as XLSForm writes it."""
    source: str
    """Names that the column may have in a delivery, separated by |; its own where it is left out, or where
    they begin with |.
    """
    unit: str = ""
    """Unit of a number."""
    required: Literal["yes", "no"] = "yes"
    """Whether who is asked must answer."""
    relevant: Expression = ""
    """Whom the question is for: an XLSForm expression."""
    constraint: Expression = ""
    """Which answers are possible: an XLSForm expression about '.', the answer."""
    missing: str = ""
    """Codes that stand for no answer, with the reason, or profiles of such codes."""
    role: Role = ""
    """What the variable is for, beyond being asked."""
    scale: str = ""
    """Scale that the question is an item of."""
    reversed: str = ""
    """Versions of the form in which the question is worded the other way round."""
    versions: str = ""
    """Versions of the form that ask it; all where it is left out."""
    recode: str = ""
    """How codes of a version of the form become those of the list."""
    ladder: str = ""
    """Way in which free text is read to a level, such as job titles."""
    core: Literal["", "yes", "no"] = ""
    """Whether the question belongs to the short form."""
    note: str = ""
    """Where the question stands, and what else one should know of it."""

    @field_validator("type")
    @classmethod
    def known_type(cls, value: str) -> str:
        """Refuse a type that the cleaning stage does not know."""
        parts = value.split(" ")
        if parts[0] not in TYPES or len(parts) != (2 if parts[0] in WITH_LIST else 1):
            raise ValueError(
                f"the type '{value}' is not known; use one of {', '.join(TYPES)}, with the name of its list"
                f" after {' and '.join(WITH_LIST)}"
            )
        return value

    @field_validator("missing")
    @classmethod
    def known_reasons(cls, value: str) -> str:
        """Refuse a reason that is not one of those kept apart to the end."""
        missing_reasons(read_missing_codes(value))
        return value

    @field_validator("recode")
    @classmethod
    def known_recode(cls, value: str) -> str:
        """Refuse recodes that are not ``version: old=new;old=new``, versions separated by ``|``."""
        read_recodes(value)
        return value

    @property
    def kind(self) -> str:
        """The type without its list."""
        return self.type.split(" ")[0]

    @property
    def list_name(self) -> str | None:
        """The answer list of a variable that has one."""
        return self.type.split(" ")[1] if self.kind in WITH_LIST else None

    @property
    def sources(self) -> list[str]:
        """Names that the column may have in a delivery, the usual one first."""
        return [name.strip() for name in self.source.split("|")]

    @property
    def bounds(self) -> list[tuple[str, float]]:
        """The constraint as (operator, number) pairs, when it is a chain of comparisons of the answer; else
        none.
        """
        parts = [part.strip() for part in self.constraint.split(" and ")]
        if not self.constraint or not all(BOUND.fullmatch(part) for part in parts):
            return []
        return [(operator, float(number)) for operator, number in BOUND.findall(self.constraint)]

    @property
    def recodes(self) -> dict[str, dict[str, str]]:
        """How the codes of a version of the form become the codebook's: version → old code → code."""
        return read_recodes(self.recode)

    @property
    def missing_codes(self) -> dict[str, str]:
        """Codes that stand for a missing answer, with the reason they give."""
        return read_missing_codes(self.missing)


def read_missing_codes(text: str) -> dict[str, str]:
    """Read ``code=reason;code``; a code without a reason stands for a blank."""
    pairs = [part.split("=", 1) for part in text.split(";") if part.strip()]
    return {pair[0].strip(): pair[1].strip() if len(pair) == 2 else "blank" for pair in pairs}


def read_recodes(text: str) -> dict[str, dict[str, str]]:
    """Read ``version: old=new;old=new | version: …``.

    Raises
    ------
    ValueError when it is of another form.
    """
    found = {}
    for part in text.split("|") if text.strip() else []:
        version, separator, pairs = part.partition(":")
        if not separator or not version.strip():
            raise ValueError(f"'{part.strip()}' is not of the form 'version: old=new;old=new'")
        found[version.strip()] = parse_arguments(pairs)
    return found


class Choice(Labelled):
    """One line of ``choices.csv``: an answer of a list."""

    list_name: str = Field(min_length=1)
    """List that the answer belongs to."""
    name: str = Field(min_length=1)
    """Code of the answer."""
    aliases: str = ""
    """Other ways to write it, separated by |."""

    @field_validator("name")
    @classmethod
    def without_spaces(cls, value: str) -> str:
        """Refuse a code with a space: several answers stand with spaces between their codes."""
        if re.search(r"\s", value):
            raise ValueError(
                f"the code '{value}' holds a space; write a short code such as"
                f" '{'_'.join(value.lower().split())[:24]}', and the text as it is delivered under 'aliases'"
            )
        return value


class Rule(Labelled):
    """One line of ``rules.csv``: what must hold between the answers of a row, and how bad it is when it does
    not.
    """

    id: str = Field(min_length=1)
    """Short name, such as V5."""
    table: str
    """Table whose rows are looked at."""
    severity: Literal["error", "warning", "note"]
    """How bad it is when the rule does not hold."""
    rule: Expression = Field(min_length=1)
    """What must hold: an XLSForm expression."""


@dataclass(frozen=True, repr=False)
class Codebook:
    """All variables, answers and consistency rules of a programme; ``idle`` are free texts (table, name) on
    which nothing depends.
    """

    variables: tuple[Variable, ...]
    choices: tuple[Choice, ...]
    rules: tuple[Rule, ...] = field(default=())
    idle: frozenset[tuple[str, str]] = frozenset()

    def table(self, name: str) -> list[Variable]:
        """The variables of one table, in order."""
        return [variable for variable in self.variables if variable.table == name]

    def answers(self, list_name: str | None) -> list[Choice]:
        """The answers of one list, in order; none without a list."""
        return [choice for choice in self.choices if choice.list_name == list_name]

    def __repr__(self) -> str:
        lists = len({choice.list_name for choice in self.choices})
        return line("codebook", counted(len(self.variables), "variable"), counted(lists, "answer list"))

    def _repr_html_(self) -> str:
        tables: dict[str, list[str]] = {}
        for variable in self.variables:
            tables.setdefault(variable.table, []).append(variable.name)
        return card("Codebook", {name: ", ".join(names) for name, names in tables.items()})


def further(choice: Choice) -> list[str]:
    """What an answer is called in languages other than the first two that it is read in."""
    told = {choice.label_en, choice.label_id}
    return [text for text in choice.labels.root.values() if text not in told]


def answers_of(variable: Variable, codebook: Codebook, recode: dict[str, str]) -> ChoiceList:
    """Make a variable's answer list ready for reading; ``recode`` turns delivered codes into the list's."""
    rows = [
        (
            choice.name,
            choice.label_en,
            choice.label_id,
            [part.strip() for part in choice.aliases.split("|") if part.strip()] + further(choice),
        )
        for choice in codebook.answers(variable.list_name)
    ]
    return choice_list(rows, missing=variable.missing_codes, recode=recode or None)


def load_codebook(folder: Path, programme: Programme, *, root: Path) -> tuple[Codebook, list[Problem]]:
    """Read ``codebook.csv`` and ``choices.csv`` and check them against the programme."""
    variables, problems = read_rows(
        Variable,
        folder / "codebook.csv",
        root=root,
        write_out=lambda rows, file: in_full(rows, file, programme),
    )
    choices, more = read_rows(Choice, folder / "choices.csv", root=root)
    rules, wrong = read_rows(Rule, folder / "rules.csv", root=root, required=False)
    codebook = Codebook(
        tuple(v for _, v in variables), tuple(c for _, c in choices), tuple(r for _, r in rules)
    )
    problems += (
        more + wrong + check_variables(variables, codebook, programme, shown(folder / "codebook.csv", root))
    )
    problems += check_checks(codebook, programme, shown(folder / "programme.yml", root))
    return codebook, problems + check_expressions(
        variables, rules, codebook, programme, root=root, folder=folder
    )


def in_full(rows: list[Row], file: str, programme: Programme) -> tuple[list[Row], list[Problem]]:
    """Write out the short forms of a codebook: rows that stand for several, profiles of missing codes, and
    what another cell says already.
    """
    found, problems = written_out(rows, file, grid_of(programme))
    codes = spelt_out(programme.missing)
    problems += check_profiles(rows, programme.missing, file)
    return [
        (number, cells | {"missing": with_profiles(cells.get("missing", ""), codes)})
        for number, cells in found
    ], problems


def grid_of(programme: Programme) -> Grid:
    """Which columns of ``codebook.csv`` may list several values."""
    finish = partial(completed, main_table=programme.main_table)
    return Grid(REPEATED, programme.words, finish, own=("note",))


def completed(cells: dict[str, str], main_table: str) -> dict[str, str]:
    """Fill the table and the source of a row that leaves them to the main table and to its name; who is asked
    must answer where the row does not say.
    """
    row = {column: text for column, text in cells.items() if column not in REPEATED}
    if not row.get("required", "x"):
        row["required"] = "yes"
    source = row.get("source", "")
    if not source or source.startswith("|"):
        row["source"] = row.get("name", "") + source
    return row | {"table": row.get("table") or main_table}


def check_expressions(
    variables: list[tuple[int, Variable]],
    rules: list[tuple[int, Rule]],
    codebook: Codebook,
    programme: Programme,
    *,
    root: Path,
    folder: Path,
) -> list[Problem]:
    """Say which skip rule, range, consistency rule or rule for rows set aside looks at a variable that its
    table does not have.
    """
    asked: list[tuple[Path, int | None, str, str, str]] = [
        (folder / "codebook.csv", row, column, line.table, getattr(line, column))
        for row, line in variables
        for column in ("relevant", "constraint")
    ]
    asked += [(folder / "rules.csv", row, "rule", line.table, line.rule) for row, line in rules]
    asked += [
        (folder / "programme.yml", None, f"tables.{name}.set_aside.{entry.rule}", name, entry.when)
        for name, table in programme.tables.items()
        for entry in table.set_aside
    ]
    problems = []
    for path, row, column, table, text in asked:
        if not text:
            continue
        known = {variable.name: variable for variable in codebook.table(table)}
        node, file = parse_expression(text), shown(path, root)
        own = {"."} if column in ("relevant", "constraint") else set()
        problems += [
            Problem(
                file,
                f"there is no variable '{name}' in table '{table}'",
                row=row,
                column=column,
                expected=nearest(name, known),
            )
            for name in sorted(node.names() - {*known, *own})
        ]
        for name, answer in node.compared():
            codes = (
                [choice.name for choice in codebook.answers(known[name].list_name)] if name in known else []
            )
            if codes and answer not in {*codes, *known[name].missing_codes, ""}:
                problems.append(
                    Problem(
                        file,
                        f"'{answer}' is no answer of '{name}'",
                        row=row,
                        column=column,
                        expected=nearest(answer, codes),
                    )
                )
    return problems


def check_variables(
    variables: list[tuple[int, Variable]], codebook: Codebook, programme: Programme, file: str
) -> list[Problem]:
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
                problems.append(
                    Problem(
                        file,
                        f"'{value}' is not declared",
                        row=row,
                        column=column,
                        expected=nearest(value, allowed),
                    )
                )
    return problems + check_keys(codebook, programme, file) + check_links(codebook, programme, file)


def check_keys(codebook: Codebook, programme: Programme, file: str) -> list[Problem]:
    """Say which key variable of a table has no line in the codebook."""
    return [
        Problem(file, f"the key '{name}' of table '{table}' has no line", column="name")
        for table, definition in programme.tables.items()
        for name in definition.key
        if name != "row" and name not in {variable.name for variable in codebook.table(table)}
    ]


def check_links(codebook: Codebook, programme: Programme, file: str) -> list[Problem]:
    """Say which linked table lacks the variable that links it, and which names it shares with the tables it
    is joined to.
    """
    main = programme.main_table
    problems, taken = [], {variable.name: main for variable in codebook.table(main)}
    for name, table in programme.tables.items():
        if table.link is None or table.link.to != main:
            continue
        own = [variable.name for variable in codebook.table(name)]
        problems += [
            Problem(
                file,
                f"the table '{place}' has no variable '{table.link.by}' to link '{name}' by",
                column="name",
            )
            for place, names in ((name, own), (main, [variable.name for variable in codebook.table(main)]))
            if table.link.by not in names
        ]
        problems += [
            Problem(
                file,
                f"'{other}' stands in the tables '{taken[other]}' and '{name}', which are joined",
                column="name",
                expected="a name of its own",
            )
            for other in own
            if other in taken and other != table.link.by
        ]
        taken |= dict.fromkeys(own, name)
    return problems


def check_checks(codebook: Codebook, programme: Programme, file: str) -> list[Problem]:
    """Say which declared checks and batteries of ratings name a variable that their table does not have."""
    asked = [
        (f"checks.{check.id}.variables", check.table, name)
        for check in programme.checks
        for name in check.variables
    ]
    asked += [
        (f"tables.{table}.scales", table, name)
        for table, definition in programme.tables.items()
        for scale in definition.scales
        for name in scale
    ]
    known = {table: [variable.name for variable in codebook.table(table)] for table in programme.tables}
    variables = {variable.name for variable in codebook.variables}
    return [
        Problem(
            file,
            f"there is no variable '{name}' in table '{table}'",
            column=place,
            expected=nearest(name, [*known[table], *programme.batteries]),
        )
        for place, table, name in asked
        if table in known and name not in known[table]
    ] + [
        Problem(file, f"'{name}' is also the name of a variable", column=f"batteries.{name}")
        for name in programme.batteries
        if name in variables
    ]
