"""Read definition files into typed records, gathering every mistake with its file, row and column."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails

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


class Record(BaseModel):
    """Base of all definition records: unknown fields are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Record):
    """One text in both languages; a further language of the reader is served in English until the definitions
    speak it.
    """

    en: str
    id: str

    @field_validator("en", "id")
    @classmethod
    def without_marks(cls, value: str) -> str:
        """Take out what no format can print."""
        return printable(value)

    def __getitem__(self, language: str) -> str:
        return self.id if language == "id" else self.en


LARGEST_YAML = 1_000_000  # letters; definitions have a few thousand lines
DEEPEST_YAML = 60
LONGEST_FOUND = 80  # letters of a wrong value in a message
Kind = TypeVar("Kind", bound=BaseModel)
Row = tuple[int, dict[str, str]]  # number of the first line, and the cells by column
WriteValues = Callable[[dict[str, Any], str], tuple[dict[str, Any], list[Problem]]]
WriteRows = Callable[[list[Row], str], tuple[list[Row], list[Problem]]]


def explain(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str | None]:
    """Turn one pydantic error into (what is wrong, what is expected) in plain words."""
    value = error.get("input")
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "missing":
        return f"'{name}' is missing", None
    if error["type"] == "extra_forbidden":
        return f"'{name}' is not a known field", nearest(name, model.model_fields)
    if error["type"] == "literal_error":
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"'{short(value)}' is not allowed", "one of " + allowed
    return f"{error['msg'][0].lower()}{error['msg'][1:]} (found {short(repr(value))})", None


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
            place = ".".join(str(part) for part in error["loc"])
            problems.append(Problem(file, message, row=row, column=place or None, expected=expected))
        return None, problems


class Strict(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML brings no types, so its classes are not known
    """Reads YAML and refuses a key that stands twice: the last would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping with each key once."""
        lines: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and lines.setdefault(key.value, line) != line:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{key.value}' stands twice, first in row {lines[key.value]}", key.start_mark
                )
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


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
    loader = Strict(text)
    try:
        node = loader.get_single_node()
        if node is not None and size_of(node, {}) > LARGEST_YAML:
            raise too_much("its parts repeat one another so often that it would fill the memory")
        return None if node is None else loader.construct_document(node)
    except RecursionError:
        raise too_much("it is nested too deep") from None
    finally:
        loader.dispose()


def too_much(why: str) -> yaml.MarkedYAMLError:
    """What is raised for a text that is no definition by its size."""
    return yaml.MarkedYAMLError(problem=why)


def size_of(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a part of a document holds, those that it repeats by name (``*name``) counted each
    time.
    """
    if id(node) not in known:
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
    for row in rows:
        found.append((last + 1, row))
        last = rows.line_num
    return found


def shown(path: Path, root: Path) -> str:
    """Return ``path`` as it may be shown: relative to the project folder, or its last parts outside it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return "/".join(path.parts[-3:])


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
