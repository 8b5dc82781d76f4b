"""The list of what a person must decide, as a file to work through: what matters most first, each line enough
to decide on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from manfaat.cleaning import CleanTable
from manfaat.cleaning.kinds import with_kinds
from manfaat.definitions.codebook import Variable
from manfaat.report.labels import MISSING_REASONS
from manfaat.report.reader import Reader

LIST_COLUMNS = [
    "line",
    "kind",
    "table",
    "key",
    "variable",
    "question",
    "raw",
    "proposal",
    "rule",
    "reason",
    "answers",
    "file",
    "sheet",
    "row",
    "until_then",
    "decision",
]
WHOLE_ROW, ESSENTIAL = "_row", ("key", "group", "treatment", "version")


def review_list(reader: Reader, tables: Mapping[str, CleanTable]) -> pd.DataFrame:
    """What waits for a decision (``LIST_COLUMNS``): whole rows, then keys and groups, then what indicators
    rest on, then the rest.

    Lines of one question stand together, those with the same reason and text one below the other. ``line``
    counts from 1, ``kind`` numbers what one decision can settle (see ``kinds``);
    ``question`` is the question's label, ``answers`` what may be answered, codes of missing answers included.
    """
    lines = pd.concat([part.review for part in tables.values()], ignore_index=True)
    variables = {(v.table, v.name): (at, v) for at, v in enumerate(reader.study.codebook.variables)}
    used = {
        word
        for line in reader.study.indicators
        for word in re.findall(r"\w+", f"{line.inputs} {line.arguments}")
    }
    known = [variables.get(pair, (-1, None)) for pair in zip(lines["table"], lines["variable"], strict=True)]
    lines = lines.assign(
        rank=[rank(variable, used) for _, variable in known],
        place=[at for at, _ in known],
        question=[
            variable.label(reader.code) if variable else reader.say("the whole row") for _, variable in known
        ],
        answers=[answers(variable, reader) if variable else "keep; set aside" for _, variable in known],
    )
    lines = lines.sort_values(
        ["rank", "place", "reason", "raw", "file", "row"], kind="stable", ignore_index=True
    )
    return with_kinds(lines.assign(line=range(1, len(lines) + 1)))[LIST_COLUMNS]


def rank(variable: Variable | None, used: set[str]) -> int:
    """How early a line stands: 0 for a whole row, 3 for an answer that nothing rests on."""
    if variable is None:
        return 0
    return 1 if variable.role in ESSENTIAL else 2 if variable.name in used else 3


def answers(variable: Variable, reader: Reader) -> str:
    """What may be answered to a question: its list, its range, and the codes of missing answers."""
    listed = (
        [
            f"{choice.name} = {choice.label(reader.code)}"
            for choice in reader.study.codebook.answers(variable.list_name)
        ]
        if variable.list_name
        else []
    )
    missing = [
        f"{code} = {reader.say(MISSING_REASONS[reason])}" for code, reason in variable.missing_codes.items()
    ]
    return "; ".join([*listed, *([variable.constraint] if variable.constraint else []), *missing])
