"""Rows of a definition table that stand for several: written out before they become records.

A cell of ``repeat``, ``time`` or ``rater`` with several values makes its row stand for as many rows. In the
other cells ``{when}`` becomes what ``words`` in ``programme.yml`` says for the row's value, in the column's
language, ``{time}`` the value itself, and ``{a/b}`` a in the first of two rows and b in the second. A row
with ``like`` takes every cell that it leaves empty from the row that it names, one with several names stands
for a row like each, and ``{like}`` is the cell that it would take. What is still empty then comes from the
last row without a name, which speaks for the rows below it. ``-`` keeps a cell empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.records import Row, Words, in_language

Values = dict[str, str]  # the one value that a row has of each column that may list several
BRACES = re.compile(r"(?<!\$)\{([^{}$]+)\}")  # ${name} is a variable of an expression
LIKE, KEPT_EMPTY = "like", "-"
BLANK = "\0"  # a cell that was kept empty, until nothing can fill it any more
LANGUAGE = re.compile(r"\((\w+)\)$")  # of a column such as label::English (en)


@dataclass(frozen=True)
class Grid:
    """Which columns of a table may list several values, the last changing fastest, and what words say.

    ``words`` : value → word → text, or the text by language. ``finish`` fills cells that a row leaves empty
    because another cell says the same, ``stems`` are those left to the name before values are added to it,
    ``own`` those whose cell other cells of the row may name.
    """

    columns: tuple[str, ...]
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    finish: Callable[[dict[str, str]], dict[str, str]] = dict
    stems: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def combinations(self, cells: dict[str, str]) -> list[Values]:
        """What a row stands for: one choice of values for each row; one without any where nothing is
        listed.
        """
        listed = {name: cells[name].split() for name in self.columns if cells.get(name, "").strip()}
        return [dict(zip(listed, values, strict=True)) for values in product(*listed.values())]

    def said(self, word: str, values: Values, language: str) -> str | None:
        """What a word says in a row; None where it says nothing."""
        if word in values:
            return values[word]
        for value in values.values():
            if word in self.words.get(value, {}):
                text = self.words[value][word]
                if isinstance(text, str):
                    return text
                return in_language(text.root if isinstance(text, Words) else text, language)
        return None

    def named(self, row: Mapping[str, str]) -> dict[str, str]:
        """The cells of a row that its other cells may name; one that is left to the name is the name."""
        cells = {
            column: row.get(column) or (row["name"] if column in self.stems else "") for column in self.own
        }
        return {column: cell for column, cell in cells.items() if cell}

    def known(self) -> set[str]:
        """Every word that stands for something."""
        return set(self.columns) | {word for words in self.words.values() for word in words}


def written_out(rows: list[Row], file: str, grid: Grid) -> tuple[list[Row], list[Problem]]:
    """Return every row that the rows of a table stand for, in their order, and what is wrong with them.

    A row keeps the number of the line that it comes from. Text in braces is left as it is where neither the
    row stands for several nor ``words`` declares what is in the braces.
    """
    found: list[Row] = []
    problems = [
        Problem(file, f"a row without a name speaks for those below it and has no '{column}'", number, column)
        for number, cells in rows
        if not cells.get("name", "x")
        for column, text in cells.items()
        if text and (column == LIKE or LANGUAGE.search(column))
    ]
    templates: dict[str, dict[str, str]] = {}
    for number, cells, section in by_section(rows):
        for bare in alike(cells, templates):
            taken, wrong = completed(bare, templates, section, number, file)
            templates[bare.get("name", "")] = taken
            row = below(taken, section)
            several = grid.combinations(row)
            made = [
                grid.finish(one_row(row, values, place, len(several), grid))
                for place, values in enumerate(several)
            ]
            left = [] if wrong else unsaid(row, several, grid)
            problems += wrong or [
                Problem(file, message, number, column, expected) for message, column, expected in left
            ]
            problems += clashes([one.get("name", "") for one in made], number, file)
            found += [] if wrong or left else [(number, one) for one in made]
    return found, problems


def by_section(rows: list[Row]) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
    """Every row that has a name, with the cells of the last row above it that has none."""
    section: dict[str, str] = {}
    for number, cells in rows:
        if cells.get("name", "x"):
            yield number, cells, section
        else:
            section = {column: text for column, text in cells.items() if text}


def alike(cells: dict[str, str], templates: Mapping[str, dict[str, str]]) -> list[dict[str, str]]:
    """One row for each of those that a row is like, with their cells put into its own."""
    return [
        {
            column: text.replace("{like}", templates.get(base, {}).get(column, "")) if base else text
            for column, text in cells.items()
        }
        | ({LIKE: base} if base else {})
        for base in cells.get(LIKE, "").split() or [""]
    ]


def completed(
    cells: dict[str, str],
    templates: Mapping[str, dict[str, str]],
    section: Mapping[str, str],
    number: int,
    file: str,
) -> tuple[dict[str, str], list[Problem]]:
    """Fill a row from the one that it is like; what its section says is left to ``below``."""
    base = cells.get(LIKE, "")
    row = {
        name: BLANK if cell == KEPT_EMPTY and (base or section) else cell
        for name, cell in cells.items()
        if name != LIKE
    }
    if not base:
        return row, []
    if base not in templates:
        wrong = f"there is no earlier row '{base}'"
        return row, [Problem(file, wrong, number, LIKE, nearest(base, templates) if templates else None)]
    return {name: cell or templates[base].get(name, "") for name, cell in row.items()}, []


def below(row: dict[str, str], section: Mapping[str, str]) -> dict[str, str]:
    """A row with what its section says in the cells that are still empty."""
    return {name: "" if cell == BLANK else cell or section.get(name, "") for name, cell in row.items()}


def one_row(row: dict[str, str], values: Values, place: int, count: int, grid: Grid) -> dict[str, str]:
    """One of the rows that a row stands for: ``place`` counts from 0."""
    told = {name: in_words(row, name, values, place, count, grid) for name in row}
    if count > 1 and told.get("name") == row.get("name"):
        told |= {name: row["name"] for name in grid.stems if not told.get(name)}
        told["name"] = "_".join([row["name"], *(v for name, v in values.items() if " " in row[name].strip())])
    return told | values


def in_words(row: dict[str, str], column: str, values: Values, place: int, count: int, grid: Grid) -> str:
    """A cell with its braces replaced; a text for readers that begins with one begins with a capital."""
    text = row[column]
    language = LANGUAGE.search(column)

    def said(found: re.Match[str]) -> str:
        parts = found[1].split("/")
        if count > 1 and len(parts) == count:
            return parts[place]
        own = {} if language else grid.named(row)
        word = own.get(found[1]) or grid.said(found[1], values, language[1] if language else "en")
        return found[0] if word is None else word

    replaced = BRACES.sub(said, text)
    begins = language and text.startswith("{") and replaced != text
    return replaced[:1].upper() + replaced[1:] if begins else replaced


def unsaid(row: dict[str, str], several: list[Values], grid: Grid) -> list[tuple[str, str, str | None]]:
    """What no word stands for in a row: message, column, and what would be right."""
    found: list[tuple[str, str, str | None]] = []
    count = len(several)
    for column, text in row.items():
        own = () if LANGUAGE.search(column) else grid.own
        for word in BRACES.findall(text):
            parts = word.split("/")
            if word in own and word not in grid.named(row):
                found.append((f"the row has no '{word}'", column, None))
            elif len(parts) > 1 and count > 1:
                if len(parts) != count:
                    told = f"'{{{word}}}' has {len(parts)} parts, and the row stands for {count} rows"
                    found.append((told, column, f"{count} parts"))
            elif word not in own and (word in grid.known() or count > 1):
                bare = [values for values in several if grid.said(word, values, "en") is None]
                if bare:
                    values = " ".join(bare[0].values()) or "this row"
                    found.append((f"no word '{word}' is declared for '{values}'", column, near(word, grid)))
    return found


def near(word: str, grid: Grid) -> str | None:
    """The words closest to one that is not known."""
    return nearest(word, grid.known() - {word}) if grid.known() - {word} else None


def clashes(names: list[str], number: int, file: str) -> list[Problem]:
    """Say which name several of the rows have that one row stands for."""
    return [
        Problem(
            file,
            f"{names.count(name)} of the {len(names)} rows that this one stands for are called '{name}'",
            number,
            "name",
            "a name that differs, such as one without braces, to which the values are added",
        )
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
