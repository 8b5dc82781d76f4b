"""Read definition files into typed records, gathering every mistake with its file, row and column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from babel import localedata
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from manfaat.base.paths import is_name
from manfaat.base.paths import shown as shown
from manfaat.base.problems import Problem, nearest

BYTE_MARKS = re.compile("[\ufeff\ufffe\uffff]")  # the first comes along when text is pasted from a CSV file
FEW = 3  # rows with the same mistake that are told one by one
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")  # a vertical tab is a line break of some spreadsheets
TOLD = ("label::", "definition::")  # columns whose texts a reader sees


def printable(text: str) -> str:
    """Return a text without what no file format can hold: marks of byte order go, control characters become
    spaces.
    """
    return CONTROLS.sub(" ", BYTE_MARKS.sub("", text))


def own_file(name: str) -> str:
    """Return the name of a file as it is.

    Raises
    ------
    ValueError for one that leads out of the folder in which it stands, on this or another system.
    """
    path = PureWindowsPath(name)  # knows the signs of both
    if path.anchor or ".." in path.parts or not name.isprintable():
        raise ValueError("it lies elsewhere, and only what lies in the folder itself is read")
    return name


def file_name(name: str) -> str:
    """Return a name as it is.

    Raises
    ------
    ValueError for one by which no file can be called.
    """
    if not is_name(name):
        raise ValueError("no file can be called so; a name has no path in it")
    return name


OwnFile = Annotated[str, AfterValidator(own_file)]
FileName = Annotated[str, AfterValidator(file_name)]


class Record(BaseModel):
    """Base of all definition records: unknown fields are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(RootModel[dict[str, str]]):
    """One text in one or more languages, none of which must be there: a language that is not is served in
    English, or in the first that is.
    """

    model_config = ConfigDict(frozen=True)

    @field_validator("root")
    @classmethod
    def in_languages(cls, texts: dict[str, str]) -> dict[str, str]:
        """Take out what no format can print; refuse what is no language, and a text in none."""
        for code in texts:
            if not re.fullmatch("[a-z]{2,3}", code) or not localedata.exists(code):
                raise ValueError(f"'{code}' is no language; one is written as en, fr or sw")
        if not texts:
            raise ValueError("the text stands in no language")
        return {code: printable(text) for code, text in texts.items()}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it is in."""
        return tuple(self.root)

    @property
    def en(self) -> str:
        """The text in English, or in another language where it has none."""
        return self["en"]

    @property
    def id(self) -> str:
        """The text in Bahasa Indonesia, or in another language where it has none."""
        return self["id"]

    def __getitem__(self, language: str) -> str:
        return in_language(self.root, language)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """A text in one language, or in English, or in the first language that it has."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


COLUMN = re.compile(r"(label|definition)::.*\((\w+)\)\Z")


class Labelled(Record):
    """A row of a table with its label in one or more languages, each in a column of its own."""

    labels: Words = Field(alias="label::language (code)")
    """What it is called, in a column for each language. Example: Hours a week"""

    @model_validator(mode="before")
    @classmethod
    def gathered(cls, cells: Any) -> Any:
        """Gather the columns of the languages; one that is empty says nothing."""
        if not isinstance(cells, dict):
            return cells
        rest: dict[str, Any] = {}
        for name, cell in cells.items():
            found = COLUMN.match(name)
            if found is None:
                rest[name] = cell
            elif cell:
                rest.setdefault(f"{found[1]}::language (code)", {})[found[2]] = cell
        return rest

    def label(self, language: str) -> str:
        """What it is called."""
        return self.labels[language]

    @property
    def label_en(self) -> str:
        """What it is called in English."""
        return self.labels.en

    @property
    def label_id(self) -> str:
        """What it is called in Bahasa Indonesia."""
        return self.labels.id


LARGEST_YAML = 250_000  # letters; the definitions of a survey with 200 questions have 30,000
LONGEST_TEXT = 20_000  # letters of one text or cell; the longest of the programmes that come along has 1,500
DEEPEST_YAML = 60
LONGEST_FOUND = 80  # letters of a wrong value in a message
Kind = TypeVar("Kind", bound=BaseModel)
Row = tuple[int, dict[str, str]]  # number of the first line, and the cells by column
WriteValues = Callable[[dict[str, Any], str], tuple[dict[str, Any], list[Problem]]]
WriteRows = Callable[[list[Row], str], tuple[list[Row], list[Problem]]]


def explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str | None]:
    """Turn one pydantic error into (what is wrong, what is expected) in plain words; what is proposed are the
    keys of the record in which the mistake stands.
    """
    value = error.get("input")
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "missing":
        return f"'{name}' is missing", None
    if error["type"] == "extra_forbidden":
        return f"'{name}' is not a known field", nearest(name, keys_at(model, error["loc"][:-1]))
    if error["type"] == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"'{short(value)}' is not allowed", "one of " + allowed
    if error["type"] in ("model_type", "model_attributes_type"):
        return f"'{short(value)}' stands where keys are needed", "the keys " + ", ".join(
            keys_at(model, error["loc"])
        )
    if error["type"] == "string_type" and isinstance(value, int | float):
        return f"{short(value)} is read as a number, and a text is needed", f"'{value}', in quotation marks"
    told = error["msg"].removeprefix("Value error, ")
    return f"{told[0].lower()}{told[1:]} (found {short(repr(value))})", None


def keys_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that the record at a place may have: ``("claims", 0)`` of a programme is a claim."""
    here: list[Any] = [model]
    for part in place:
        inner = [kind for outer in here for kind in inside(outer, part)]
        here = inner or here  # pydantic also names the member of a union, which is no step
    records = [kind for kind in here if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [entry.alias or name for kind in records for name, entry in kind.model_fields.items()]


def inside(kind: Any, part: int | str) -> list[Any]:
    """The types, without their unions, that a value of a type may have at a key or a place in a list."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        entries = {entry.alias or name: entry for name, entry in kind.model_fields.items()}
        return members(entries[part].annotation) if part in entries else []
    origin, arguments = get_origin(kind), get_args(kind)
    if (origin is list and isinstance(part, int)) or (origin is dict and isinstance(part, str)):
        return members(arguments[-1])
    return []


def members(kind: Any) -> list[Any]:
    """The types that a union may be; a type that is none."""
    if get_origin(kind) in (Union, UnionType):
        return [one for member in get_args(kind) for one in members(member)]
    return members(get_args(kind)[0]) if get_origin(kind) is Annotated else [kind]


def parse(
    model: type[Kind], values: dict[str, Any], *, file: str, row: int | None = None
) -> tuple[Kind | None, list[Problem]]:
    """Return the record, or None and the problems found; one of the two is always empty."""
    try:
        return model.model_validate(values), []
    except ValidationError as failure:
        problems = []
        for error in failure.errors():
            message, expected = explain(error, model)
            place = ".".join(str(part) for part in error["loc"] if part != "[key]")
            problems.append(Problem(file, message, row=row, column=place or None, expected=expected))
        return None, problems


Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first needs a tenth of the time


def check_node(node: yaml.Node) -> None:
    """Refuse a text of a document that is no label any more, and a key that stands twice: the last would win
    without a word.
    """
    if isinstance(node, yaml.ScalarNode) and len(node.value) > LONGEST_TEXT:
        raise too_much(f"a text has {len(node.value):,} letters, more than {LONGEST_TEXT:,}", node.start_mark)
    lines: dict[str, int] = {}
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and key.value in lines:
            told = f"'{short(key.value)}' stands twice, first in row {lines[key.value]}"
            raise yaml.MarkedYAMLError(problem=told, problem_mark=key.start_mark)
        if isinstance(key, yaml.ScalarNode):
            lines[key.value] = key.start_mark.line + 1


def load_yaml(text: str) -> Any:
    """Return what a YAML text holds.

    Raises
    ------
    yaml.YAMLError for a text that is no YAML, has a key twice, or is too large, too deep or too often
    repeated to be a definition.
    """
    if len(text) > LARGEST_YAML:
        raise too_much(f"it has {len(text):,} letters, more than {LARGEST_YAML:,}")
    deep, deepest = 0, 0
    for bracket in re.findall(r"[\[{\]}]", text):
        deep += 1 if bracket in "[{" else -1
        deepest = max(deepest, deep)
    if deepest > DEEPEST_YAML or re.search(rf"(?:[-?] ){{{DEEPEST_YAML}}}", text):
        raise too_much(f"it is nested more than {DEEPEST_YAML} deep")
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is not None and size_of(node, {}) > LARGEST_YAML:
            raise too_much("its parts repeat one another so often that it would fill the memory")
        return None if node is None else loader.construct_document(node)
    except RecursionError:
        raise too_much("it is nested too deep") from None
    finally:
        loader.dispose()


def too_much(why: str, mark: yaml.Mark | None = None) -> yaml.MarkedYAMLError:
    """What is raised for a text that is no definition by its size."""
    return yaml.MarkedYAMLError(problem=why, problem_mark=mark)


def size_of(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a part of a document holds, those that it repeats by name (``*name``) counted each
    time; each is checked once.
    """
    if id(node) not in known:
        check_node(node)
        known[id(node)] = LARGEST_YAML + 1  # if it holds itself
        inner = (
            [part for pair in node.value for part in pair]
            if isinstance(node, yaml.MappingNode)
            else node.value
        )
        known[id(node)] = (
            1 if isinstance(node, yaml.ScalarNode) else 1 + sum(size_of(part, known) for part in inner)
        )
    return known[id(node)]


def short(value: object) -> str:
    """Write a value that was found, no longer than a message can bear."""
    text = str(value)
    return text if len(text) <= LONGEST_FOUND else f"{text[:LONGEST_FOUND]}…"


def read_yaml(
    model: type[Kind], path: Path, *, root: Path, write_out: WriteValues | None = None
) -> tuple[Kind | None, list[Problem]]:
    """Read one YAML file into ``model``; ``write_out`` writes out its short forms."""
    name = shown(path, root)
    if not path.is_file():
        return None, [Problem(name, "the file is missing")]
    try:
        values = load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        mark = getattr(failure, "problem_mark", None)
        reason = getattr(failure, "problem", None) or "it is not UTF-8 text"
        return None, [
            Problem(name, f"the file cannot be read as YAML: {reason}", row=mark.line + 1 if mark else None)
        ]
    if not isinstance(values, dict):
        return None, [Problem(name, "the file is empty or not a list of 'name: value' lines")]
    values, problems = write_out(values, name) if write_out else (values, [])
    record, wrong = parse(model, values, file=name)
    return record, problems + wrong


def read_rows(
    model: type[Kind], path: Path, *, root: Path, required: bool = True, write_out: WriteRows | None = None
) -> tuple[list[tuple[int, Kind]], list[Problem]]:
    """Read a CSV file, one record a line; return (line number, record) pairs and all problems.

    ``write_out`` writes out rows that stand for several.
    """
    name = shown(path, root)
    if not path.is_file():
        return [], [Problem(name, "the file is missing")] if required else []
    try:
        lines = numbered_lines(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        return [], [Problem(name, "the file is not UTF-8 text", expected="a CSV file saved as UTF-8")]
    except csv.Error as failure:
        return [], [Problem(name, f"the file cannot be read as CSV: {failure}")]
    whole = [(number, line) for number, line in lines if None not in line and None not in line.values()]
    uneven = {number for number, _ in lines} - {number for number, _ in whole}
    problems = [
        Problem(name, "the row has more or fewer cells than the header", row=number)
        for number in sorted(uneven)
    ]
    problems += [
        Problem(
            name, f"a cell has {len(cell):,} letters, more than {LONGEST_TEXT:,}", row=number, column=column
        )
        for number, line in whole
        for column, cell in line.items()
        if len(cell) > LONGEST_TEXT
    ]
    rows = [(number, cells_of(line)) for number, line in whole]
    rows, wrong = write_out(rows, name) if write_out else (rows, [])
    problems += wrong
    records, told = [], set()
    for number, row in rows:
        record, wrong = parse(model, row, file=name, row=number)
        problems += [problem for problem in wrong if problem not in told]
        told |= set(wrong)
        if record is not None:
            records.append((number, record))
    return records, said_once(problems)


def cells_of(line: dict[str | None, Any]) -> dict[str, str]:
    """The cells of a row without spaces around them; texts for readers without what no format can hold."""
    return {
        str(name): printable(cell).strip() if str(name).startswith(TOLD) else cell.strip()
        for name, cell in line.items()
    }


def said_once(problems: list[Problem]) -> list[Problem]:
    """Tell what is wrong in the same words on many rows once, by its first row: a column too many is one
    mistake, not two hundred.
    """
    words = [(problem.message, problem.column, problem.expected) for problem in problems]
    rows, told = Counter(words), []
    for place, (problem, same) in enumerate(zip(problems, words, strict=True)):
        if rows[same] <= FEW:
            told.append(problem)
        elif words.index(same) == place:
            told.append(
                replace(problem, message=f"{problem.message}, and the same in {rows[same] - 1} more rows")
            )
    return told


def numbered_lines(text: str) -> list[tuple[int, dict[str | None, Any]]]:
    """The rows of a CSV text by its header, each with the number of its first line.

    The separator is the comma, semicolon or tab of which the header has most: spreadsheet programs save
    semicolons in many languages.
    """
    header = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    names = rows.fieldnames or []
    if len(set(names)) < len(names):
        raise csv.Error(f"the header has '{next(name for name in names if names.count(name) > 1)}' twice")
    found, last = [], rows.line_num
    try:
        for row in rows:
            found.append((last + 1, row))
            last = rows.line_num
    except csv.Error as failure:
        raise csv.Error(f"{failure}, in row {last + 1}") from None
    return found


def parse_arguments(text: str) -> dict[str, str]:
    """Split ``name=value;name=value`` into a dictionary.

    Raises
    ------
    ValueError if a part has no ``=``.
    """
    parts = [part.strip() for part in text.split(";") if part.strip()]
    wrong = [part for part in parts if "=" not in part]
    if wrong:
        raise ValueError(f"'{wrong[0]}' is not of the form name=value")
    return {k.strip(): v.strip() for k, v in (part.split("=", 1) for part in parts)}
