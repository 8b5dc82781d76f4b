"""Whether the figures' font has every letter of the texts that they draw: said before a run, not at its
end.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from manfaat.base.problems import Problem
from manfaat.definitions.records import Words, shown
from manfaat.definitions.study import Study
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
            (shown(folder / "indicators.csv", root), f"label of {line.name}", text)
            for text in line.labels.root.values()
        )
    used = {name for line in study.indicators for name in line.inputs.split()}
    asked = [variable for variable in study.codebook.variables if variable.name in used]
    for variable in asked:
        yield from (
            (shown(folder / "codebook.csv", root), f"label of {variable.name}", text)
            for text in variable.labels.root.values()
        )
    for choice in [
        choice
        for name in dict.fromkeys(variable.list_name for variable in asked)
        for choice in study.codebook.answers(name)
    ]:
        place = f"label of '{choice.name}' in {choice.list_name}"
        yield from (
            (shown(folder / "choices.csv", root), place, text) for text in choice.labels.root.values()
        )


def words_in(value: object) -> Iterator[tuple[str, str]]:
    """The texts of a record in every language, each with its place: ``claims.0.text.en``."""
    for place, words in several_in(value):
        yield from ((f"{place}.{code}", text) for code, text in words.root.items())


def lacking_languages(study: Study) -> list[str]:
    """One line a language of the programme and a file: how many texts do not stand in it, and are shown in
    another.
    """
    folder, told = study.definitions.name, []
    texts: dict[str, list[tuple[str, Words]]] = {
        "programme.yml": list(several_in(study.programme)),
        "cohort.yml": list(several_in(study.cohort)),
        "indicators.csv": [
            (line.name, one) for line in study.indicators for one in (line.labels, line.definitions)
        ],
        "codebook.csv": [(variable.name, variable.labels) for variable in study.codebook.variables],
        "choices.csv": [(f"{one.list_name} {one.name}", one.labels) for one in study.codebook.choices],
        "rules.csv": [(rule.id, rule.labels) for rule in study.codebook.rules],
    }
    for file, found in texts.items():
        for language in study.programme.spoken:
            bare = [place for place, words in found if language not in words.languages]
            if bare:
                told.append(
                    f"{folder}/{file}: {len(bare)} of {len(found)} texts are not said in '{language}' and are"
                    f" shown in another language, the first of them '{bare[0]}'"
                )
    return told


def several_in(value: object, place: str = "") -> Iterator[tuple[str, Words]]:
    """The texts of a record, each with its place."""
    if isinstance(value, Words):
        yield place, value
        return
    inner = dict(value) if isinstance(value, (BaseModel, dict)) else {}
    inner = dict(enumerate(value)) if isinstance(value, (list, tuple)) else inner
    for key, part in inner.items():
        yield from several_in(part, f"{place}.{key}".removeprefix("."))
