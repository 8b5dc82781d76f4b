"""What the texts of a column are answers of: lists that questionnaires share, one answer in several
spellings, words for no answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from manfaat.files.parsing.aliases import fold, load_aliases
from manfaat.files.parsing.missing import worded
from manfaat.files.parsing.normalise import tidy

NUMBERED = re.compile(
    r"[(\[]?(?P<code>-?\d{1,3})[)\]]?\s*[-.:=)]?\s+(?P<label>[^\W\d].*)", re.S
)  # 1 - Yes, (2) No


@dataclass(frozen=True)
class Answer:
    """One answer of a list: its code, its label in both languages, and other ways in which it is written."""

    code: str
    en: str
    id: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """One level of a list that questionnaires share; ``keys`` are its spellings, folded."""

    answer: Answer
    keys: frozenset[str]
    may_lack: bool


@cache
def known_lists() -> dict[str, tuple[Level, ...]]:
    """The lists that questionnaires share, by name, each in its order (``scales.yml``)."""
    text = files("manfaat.desk").joinpath("scales.yml").read_text(encoding="utf-8")
    return {name: levels_of(entry) for name, entry in yaml.safe_load(text).items()}


def levels_of(entry: Mapping[str, Any]) -> tuple[Level, ...]:
    """The levels of one list, with the spellings of its table; one that two levels share is none."""
    table = load_aliases(entry["table"]) if "table" in entry else None
    levels = []
    for level in entry["levels"]:
        own = {fold(str(text)) for text in (level["en"], level["id"], *level.get("also", ()))}
        if table and level.get("is"):
            own |= {key for key, concepts in table.keys.items() if concepts == (level["is"],)}
        answer = Answer(str(level.get("code", "")), level["en"], level["id"])
        levels.append(Level(answer, frozenset(own), bool(level.get("open"))))
    often = Counter(key for level in levels for key in level.keys)
    return tuple(
        replace(level, keys=frozenset(key for key in level.keys if often[key] == 1)) for level in levels
    )


def shared_list(texts: Iterable[str]) -> tuple[str, list[Answer]] | None:
    """The list that all texts are answers of, in its order; None where there is none, or only one answer of a
    list other than yes and no.

    Texts may begin with the code of the answer ("1 - Strongly disagree"), which is then kept.

    Returns
    -------
    The list's name, and its answers with the spellings of the texts. Levels that nobody chose are there, but
    those that a form may lack.
    """
    words = {text: NUMBERED.fullmatch(text) for text in dict.fromkeys(texts)}
    keys = {text: fold(tidy(match["label"] if match else text)[0]) for text, match in words.items()}
    for name, levels in known_lists().items():
        place = {
            text: next((at for at, level in enumerate(levels) if key in level.keys), -1)
            for text, key in keys.items()
        }
        seen = set(place.values())
        if not place or -1 in seen or (len(seen) < 2 and name != "yes_no"):
            continue
        if len(seen) == 1 and len(place) == 1 and not any(len(text) > 1 for text in place):
            continue  # a single letter is no list
        codes = {at: words[text]["code"] for text, at in place.items() if words[text]}  # type: ignore[index]
        kept = [at for at, level in enumerate(levels) if at in seen or not level.may_lack]
        if codes and set(codes) != set(kept):
            kept = sorted(seen)
        spelt: dict[int, list[str]] = {}
        for text, at in place.items():
            spelt.setdefault(at, []).append(text)
        return name, [
            replace(
                (answer := levels[at].answer),
                code=codes.get(at) or answer.code or str(number),
                also=tuple(text for text in spelt.get(at, ()) if text not in (answer.en, answer.id)),
            )
            for number, at in enumerate(kept, start=1)
        ]
    return None


def reason_of(text: str) -> str:
    """The reason that a text gives for having no answer ("Refusal", "DontKnow", "Tidak tahu"); "" for an
    answer and for words that may also be one ("none", "n/a").
    """
    if not any(letter.isalpha() for letter in text):
        return ""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tidy(text)[0])
    found = worded(apart)
    return found.missing or "" if found and not found.flag else ""


def without_variants(texts: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Answers that differ in case, spaces and signs alone are one, called as most write it.

    Parameters
    ----------
    texts : how often each text stands.

    Returns
    -------
    Answer → its other spellings, in the order of the answers.
    """
    same: dict[str, list[str]] = {}
    for text in sorted(texts, key=lambda text: (-texts[text], text)):
        same.setdefault(fold(tidy(text)[0]) or text, []).append(text)
    return dict(sorted((spellings[0], tuple(spellings[1:])) for spellings in same.values()))
