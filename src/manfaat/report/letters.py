"""Whether the figures' font has every letter of the texts that they draw: said before a run, not at its
end.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from manfaat.analysis.study import Study
from manfaat.base.problems import Problem
from manfaat.definitions.records import Words, shown
from manfaat.report.fonts import glyphs

NOT_DRAWN = ("title", "summary")  # stand on the page alone, which is set in the reader's own fonts


def check_letters(study: Study) -> list[Problem]:
    """One problem a text that a figure may draw and the figures' font cannot: where it stands, and which
    letters are lacking.
    """
    return [
        Problem(
            file,
            f"the figures' font has no glyph for {' '.join(lacking(text))}",
            column=place,
            expected=(
                "a label in letters that every reader's machine can draw (Latin, Greek, Cyrillic, Arabic,"
                " Hebrew …); the data may hold any"
            ),
        )
        for file, place, text in drawn_texts(study)
        if lacking(text)
    ]


@cache
def lacking(text: str) -> tuple[str, ...]:
    """The letters of a text for which the figures' font has no glyph, in their order."""
    return tuple(
        dict.fromkeys(letter for letter in text if not letter.isspace() and ord(letter) not in glyphs())
    )


def drawn_texts(study: Study) -> Iterator[tuple[str, str, str]]:
    """Every text of the definitions that a figure may draw: file, place in it, text."""
    root, folder = study.places.root, study.definitions
    for record, path in (
        (study.programme, folder / "programme.yml"),
        (study.cohort, study.places.raw / "cohort.yml"),
    ):
        yield from (
            (shown(path, root), place, text)
            for place, text in words_in(record)
            if place.partition(".")[0] not in NOT_DRAWN
        )
    for line in study.indicators:
        yield from (
            (shown(folder / "indicators.csv", root), f"label of {line.name}", line.label(code))
            for code in ("en", "id")
        )
    used = {name for line in study.indicators for name in line.inputs.split()}
    asked = [variable for variable in study.codebook.variables if variable.name in used]
    for variable in asked:
        yield from (
            (shown(folder / "codebook.csv", root), f"label of {variable.name}", text)
            for text in (variable.label_en, variable.label_id)
        )
    for choice in [
        choice
        for name in dict.fromkeys(variable.list_name for variable in asked)
        for choice in study.codebook.answers(name)
    ]:
        place = f"label of '{choice.name}' in {choice.list_name}"
        yield from (
            (shown(folder / "choices.csv", root), place, text) for text in (choice.label_en, choice.label_id)
        )


def words_in(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """The texts of a record in every language, each with its place: ``claims.0.text.en``."""
    parts: dict[object, object] = {}
    if isinstance(value, Words):
        yield from ((f"{place}.{code}", value[code]) for code in ("en", "id"))
    elif isinstance(value, BaseModel):
        parts = dict(value)
    elif isinstance(value, dict):
        parts = value
    elif isinstance(value, (list, tuple)):
        parts = dict(enumerate(value))
    for key, part in parts.items():
        yield from words_in(part, f"{place}.{key}".removeprefix("."))
