"""Answers of a list without an order: its codes are names, so that each answer enters as an indicator of its
own, never the code as a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from manfaat.base.problems import Problem
from manfaat.definitions.codebook import Choice, Codebook
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import Words
from manfaat.indicators.context import Item, items_of

CARRY_CODES = (
    "copy",
    "first_known",
    "first_period",
    "previous_period",
)  # what is made so holds the code that was answered
RECKON = (
    "asinh",
    "winsorise",
    "percent_of_comparison",
    "sum",
    "difference",
    "product",
    "ratio",
    "part",
    "log",
    "log_ratio",
    "power",
)
NUMBERS = {"0", "1"}  # a list with no other codes is yes or no, and a number already
LONGEST = 40


def list_behind(
    line: Indicator, lines: Mapping[str, Indicator], items: Mapping[str, Item], programme: Programme
) -> Item | None:
    """The variable whose bare codes an indicator holds; None where it holds numbers.

    Codes are numbers where the definition gives them a unit other than a share (steps, points, years), and
    where they are 0 and 1.
    """
    names = line.inputs.split()
    if line.recipe not in CARRY_CODES or not names or is_counted(line, programme):
        return None
    if names[0] in lines and names[0] != line.name:
        return list_behind(lines[names[0]], lines, items, programme)
    item = items.get(names[0])
    return item if holds_codes(item) else None


def is_counted(line: Indicator, programme: Programme) -> bool:
    """Whether a definition says by its unit that its numbers count something."""
    unit = programme.units.get(line.unit)
    return unit is not None and not unit.is_share


def holds_codes(item: Item | None) -> bool:
    """Whether the answers of a variable are codes of a list, other than no and yes."""
    return bool(item and item.kind == "select_one" and set(item.codes) - NUMBERS)


def bare_lists(lines: list[Indicator], programme: Programme, items: Mapping[str, Item]) -> dict[str, Item]:
    """Indicators that hold the bare codes of a list, by name."""
    named = {line.name: line for line in lines}
    found = {line.name: list_behind(line, named, items, programme) for line in lines if line.use != "group"}
    return {name: item for name, item in found.items() if item}


def check_lists(
    programme: Programme, codebook: Codebook, lines: list[tuple[int, Indicator]], file: str
) -> list[Problem]:
    """Refuse an effect on, or of, the bare codes of a list, reckoning with them, and a covariate that is a
    text.
    """
    items = items_of(programme, codebook)
    bare = bare_lists([line for _, line in lines], programme, items)
    problems = []
    for row, line in lines:
        if line.name in bare and line.use in ("effect", "treatment"):
            found = (
                f"'{line.name}' holds the codes of the list '{bare[line.name].list_name}', which are names"
                " and no numbers"
            )
            problems.append(
                Problem(
                    file,
                    found,
                    row=row,
                    column="construct",
                    expected="in_set or map_codes; or a unit, where the codes count something",
                )
            )
        reckoned = (
            [name for name in line.inputs.split() if name in bare or holds_codes(items.get(name))]
            if line.recipe in RECKON
            else []
        )
        if reckoned and not is_counted(line, programme):
            found = (
                f"'{line.recipe}' reckons with the codes of '{reckoned[0]}', which are names and no numbers"
            )
            problems.append(
                Problem(
                    file,
                    found,
                    row=row,
                    column="inputs",
                    expected="map_codes or steps first; or a unit, where the codes count something",
                )
            )
    texts = {
        line.name
        for _, line in lines
        if line.recipe == "copy"
        and (item := items.get(line.inputs.strip()))
        and item.kind in ("text", "select_multiple")
    }
    asked = {name for spec in programme.specifications for name in spec.covariates} | {
        line.name for _, line in lines if line.use == "covariate"
    }
    return problems + [
        Problem(
            file,
            f"the covariate '{line.name}' is a text",
            row=row,
            column="construct",
            expected="a number, or a list of answers (select_one)",
        )
        for row, line in lines
        if line.name in texts & asked
    ]


def joined(first: Words, second: Words) -> Words:
    """Two texts as one, in every language that either has."""
    return Words({code: f"{first[code]}: {second[code]}" for code in {**first.root, **second.root}})


def answer_lines(
    line: Indicator, item: Item, choices: list[Choice], taken: set[str], share: str
) -> list[Indicator]:
    """One indicator an answer: 1 where it was given, 0 where another was."""
    found = []
    for choice in choices:
        base = f"{line.name}_{re.sub(r'[^a-z0-9]+', '_', choice.name.lower()).strip('_')}"[:LONGEST]
        name, number = base, 2
        while name in taken:
            name, number = f"{base[: LONGEST - 4]}_{number}", number + 1
        taken.add(name)
        told = {
            "name": name,
            "indicator": f"{line.indicator}_{choice.name}",
            "recipe": "in_set",
            "inputs": line.name,
            "arguments": f"values={choice.name}",
            "unit": share,
            "direction": "neutral",
            "family": "",
            "code": "",
            "labels": joined(line.labels, choice.labels),
            "definitions": joined(line.definitions, choice.labels),
        }
        found.append(line.model_copy(update=told))
    return found


def with_answers(
    programme: Programme, codebook: Codebook, lines: list[Indicator]
) -> tuple[Programme, list[Indicator]]:
    """Give every list that is a covariate, or described, one indicator an answer, and name these in the
    specifications.

    The list itself stays as a technical column: subgroups, strata and known totals go by its codes.
    """
    bare = bare_lists(lines, programme, items_of(programme, codebook))
    asked = {name for spec in programme.specifications for name in spec.covariates}
    wanted = {
        line.name
        for line in lines
        if line.name in bare and (line.use in ("covariate", "describe") or line.name in asked)
    }
    if not wanted:
        return programme, lines
    share = next((name for name, unit in programme.units.items() if unit.is_share), "")
    taken, made, found = {line.name for line in lines}, {}, []
    for line in lines:
        if line.name not in wanted:
            found.append(line)
            continue
        answers = answer_lines(
            line, bare[line.name], codebook.answers(bare[line.name].list_name), taken, share
        )
        made[line.name] = [answer.name for answer in answers]
        found += [line.model_copy(update={"use": "technical"}), *answers]
    specifications = [
        spec.model_copy(
            update={"covariates": [new for name in spec.covariates for new in made.get(name, [name])]}
        )
        for spec in programme.specifications
    ]
    return programme.model_copy(update={"specifications": specifications}), found
