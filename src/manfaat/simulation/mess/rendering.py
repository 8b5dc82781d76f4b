"""How an export writes answers that are not messed up: labels or codes, dates day first, missing answers as
codes or blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from manfaat.definitions.codebook import Codebook, Variable
from manfaat.simulation.columns import BLANK, TextColumn
from manfaat.simulation.world import REASONS

Answers = Literal["code", "en", "id"]


@dataclass(frozen=True)
class Rendering:
    """The habits of one export.

    ``answers`` : answers as codes or as labels in one language. ``dates`` : ``dmy`` (31/12/1998, 12/1998) or
    ``iso``. ``version`` : the version of the form, whose codes may differ. ``skipped`` : what stands where a
    question was not asked: nothing, or the code.
    """

    answers: Answers = "code"
    dates: Literal["dmy", "iso"] = "dmy"
    version: str = ""
    skipped: Literal["blank", "code"] = "blank"


def day_first(text: str) -> str:
    """Write an ISO date or month with the day (or month) first; anything else stays."""
    parts = text[:10].split("-")
    return "/".join(reversed(parts)) if len(parts) > 1 else text


def written(text: str, variable: Variable, labels: dict[str, str], rendering: Rendering) -> str:
    """Write one canonical text as an export would."""
    if not text:
        return BLANK
    if variable.list_name:
        own = {new: old for old, new in variable.recodes.get(rendering.version, {}).items()}
        parts = [
            labels.get(code, code) if rendering.answers != "code" else own.get(code, code)
            for code in text.split()
        ]
        return (" " if rendering.answers == "code" else ";").join(parts)
    if variable.kind in ("date", "month") and rendering.dates == "dmy":
        return day_first(text)
    return text


def render(
    column: TextColumn,
    reasons: np.ndarray | None,
    variable: Variable,
    codebook: Codebook,
    rendering: Rendering,
    versions: TextColumn | None = None,
) -> TextColumn:
    """Write a column of canonical texts as an export would, and missing answers as their codes.

    Parameters
    ----------
    reasons : why each answer is missing, as small numbers (see ``world.REASONS``); 0 for none.
    versions : the version of the form of each row, where rows may differ; that of ``rendering`` holds for all
    otherwise.
    """
    answers = codebook.answers(variable.list_name) if variable.list_name else []
    labels = (
        {choice.name: choice.label(rendering.answers) for choice in answers}
        if rendering.answers != "code"
        else {}
    )
    if versions is not None and variable.recodes and rendering.answers == "code":
        codes, pool = by_version(column, variable, labels, rendering, versions)
    elif variable.list_name or (variable.kind in ("date", "month") and rendering.dates == "dmy"):
        codes, pool = column.codes, [written(text, variable, labels, rendering) for text in column.pool]
    else:
        codes, pool = column.codes, list(column.pool)
    if reasons is not None and reasons.any():
        declared = {reason: code for code, reason in reversed(list(variable.missing_codes.items()))}
        shown = ("dont_know", "refused") if rendering.skipped == "blank" else tuple(REASONS)
        codes = codes.copy()
        for reason in shown:
            if reason in declared:
                codes[reasons == REASONS[reason]] = len(pool)
                pool.append(declared[reason])
    return TextColumn(codes, pool)


def by_version(
    column: TextColumn, variable: Variable, labels: dict[str, str], rendering: Rendering, versions: TextColumn
) -> tuple[np.ndarray, list[str]]:
    """Write each row in the codes of its version; return places and pool."""
    width, pool = len(column.pool) + 1, []
    known = list(dict.fromkeys([*versions.pool, BLANK]))
    for version in known:
        own = replace(rendering, version=version)
        pool += [*[written(text, variable, labels, own) for text in column.pool], BLANK]
    place = np.array([known.index(version) for version in [*versions.pool, BLANK]], dtype="int32")
    return np.minimum(column.codes, width - 1) + width * place[versions.codes], pool
