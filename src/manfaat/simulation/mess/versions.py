"""Forms of another version among the rest: another number, codes that differ, items worded the other way
round, questions not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.columns import BLANK, TextColumn
from manfaat.simulation.mess.cells import Entry
from manfaat.simulation.world import REASONS


@dataclass(frozen=True)
class Answers:
    """Answers of a table: canonical texts, and why answers are missing, by variable."""

    canonical: Mapping[str, TextColumn]
    reasons: Mapping[str, np.ndarray]


def version_of(variables: list[Variable]) -> Variable | None:
    """The variable that holds the version of the form."""
    return next((variable for variable in variables if variable.role == "version"), None)


def differs_by_version(variable: Variable) -> bool:
    """Whether an answer stands otherwise on another version of the form."""
    return variable.role == "version" or bool(variable.reversed or variable.versions or variable.recodes)


def mix_versions(
    answers: Answers, variables: list[Variable], codebook: Codebook, rate: float, stream: np.random.Generator
) -> tuple[Answers, np.ndarray]:
    """Let some records be answered on the next version of the form.

    Returns
    -------
    The answers as they are then, and the rows of those records. An item that one of both versions words the
    other way round is answered the other way round; what the other version does not ask is missing.
    """
    form = version_of(variables)
    codes = (
        [choice.name for choice in codebook.answers(form.list_name)]
        if form is not None and form.list_name
        else []
    )
    if form is None or len(codes) < 2 or not rate:
        return answers, np.zeros(0, dtype="int64")
    before = answers.canonical[form.name]
    known = np.array([text in codes for text in [*before.pool, BLANK]])[before.codes]
    rows = np.flatnonzero(known & (stream.random(len(known)) < rate))
    following = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
    old = before.texts()[rows]
    new = [following[text] for text in old]
    canonical, reasons = dict(answers.canonical), dict(answers.reasons)
    canonical[form.name] = before.put(rows, new)
    for variable in variables:
        if variable.name in canonical and variable.reversed:
            turns = set(variable.reversed.split())
            canonical[variable.name] = turned(
                canonical[variable.name],
                variable,
                codebook,
                rows[[(a in turns) != (b in turns) for a, b in zip(old, new, strict=True)]],
            )
        if variable.name in canonical and variable.versions:
            asked = np.isin(new, variable.versions.split())
            canonical[variable.name] = canonical[variable.name].put_one(rows[~asked], BLANK)
            told = reasons.get(variable.name, np.zeros(len(known), dtype="uint8")).copy()
            told[rows[~asked]] = REASONS["not_asked"]
            told[rows[asked]] = np.where(told[rows[asked]] == REASONS["not_asked"], 0, told[rows[asked]])
            reasons[variable.name] = told
    return Answers(canonical, reasons), rows


def turned(column: TextColumn, variable: Variable, codebook: Codebook, rows: np.ndarray) -> TextColumn:
    """Answer an item that is worded the other way round: the codes of its list in the other order."""
    codes = [choice.name for choice in codebook.answers(variable.list_name)]
    other = dict(zip(codes, reversed(codes), strict=True))
    return column.put(rows, [other.get(text, text) for text in column.take(rows).texts()])


def version_entries(
    plain: Mapping[str, TextColumn],
    raw: Mapping[str, TextColumn],
    true: Mapping[str, TextColumn],
    variables: list[Variable],
    rows: np.ndarray,
) -> list[Entry]:
    """Say which answers of mixed-in records stand in the file otherwise than they would on the usual version.

    Parameters
    ----------
    plain, raw : as the export would write all answers without and with the other version. true : what a clean
    table holds then.
    """
    entries = []
    for variable in variables:
        if not differs_by_version(variable):
            continue
        usual, found, right = (columns[variable.name].take(rows).texts() for columns in (plain, raw, true))
        hit = np.flatnonzero(usual != found)
        if len(hit):
            kind = 65 if variable.role == "version" or variable.versions else 24 if variable.reversed else 25
            entries.append(
                Entry(
                    variable.name, rows[hit], text_column(right[hit]), text_column(found[hit]), kind, "repair"
                )
            )
    return entries


def text_column(texts: np.ndarray) -> TextColumn:
    """A column of few texts."""
    pool, codes = np.unique(texts.astype("str"), return_inverse=True)
    return TextColumn(codes.astype("int32"), [str(text) for text in pool])
