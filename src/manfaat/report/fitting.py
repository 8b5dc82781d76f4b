"""Make a page small enough to be sent: drawings for a phone are packed; pictures that do not fit stay in the
folder, their words stay in the page.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from manfaat.report.blocks import Figure
from manfaat.report.html import Shown, in_words
from manfaat.report.words import Language

DESCRIBED = re.compile(r' aria-label="[^"]*"')
TOLD = re.compile(r"<title>[^<]*</title>")


def fitted(
    shown: Shown,
    size: Callable[[Shown], int],
    largest: int,
    chapters: list[Iterable[Figure]],
    language: Language,
    phones: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> Shown:
    """Return what a page shows such that it is no larger than ``largest`` bytes, as far as that can be had.

    First, drawings for a phone are packed, which the page's script unpacks (``phones`` : pictures without
    and for one). Then go the data behind pictures, which lie beside the page; the packed drawings; the
    largest pictures, then the folds of the estimates, last the pictures of the findings, which are the first
    of the chapters. ``size`` gives the bytes of the page.
    """
    findings, *others = [list(figures) for figures in chapters]
    rest = [figure for figures in others for figure in figures]
    told = language.say(
        "How each number came about stands in its row of estimates.csv, and the methods in the appendix."
    )
    steps: tuple[Callable[[Shown, int], Shown], ...] = (
        lambda shown, _: with_packed(shown, phones),
        without_data,
        lambda shown, _: replace(shown, packed={}),
        lambda shown, excess: without_largest(shown, excess, rest),
        lambda shown, excess: replace(shown, instead_of_folds=told),
        lambda shown, excess: without_largest(shown, excess, findings),
    )
    for step in steps:
        if (excess := size(shown) - largest) > 0:
            shown = step(shown, excess)
    return shown


def with_packed(shown: Shown, phones: Mapping[str, tuple[str, str]]) -> Shown:
    """Hold the drawings for a phone packed, beside the others, from which the script takes what they say of
    themselves and of their marks.
    """
    wide = {id: alone for id, (alone, _) in phones.items()}
    narrow = {id: without_words(alone, drawing) for id, (alone, drawing) in phones.items()}
    return replace(shown, pictures={**shown.pictures, **wide}, packed=narrow)


def without_words(wide: str, narrow: str) -> str:
    """A drawing for a phone without its description, and without what its marks say where those of the other
    say the same.
    """
    narrow = DESCRIBED.sub("", narrow, count=1)
    return TOLD.sub("", narrow) if TOLD.findall(narrow) == TOLD.findall(wide) else narrow


def packed(drawings: Mapping[str, str]) -> str:
    """Drawings by the ids of their figures, as letters; nothing where there are none. The same drawings give
    the same letters.
    """
    if not drawings:
        return ""
    return "base64," + b64encode(gzip.compress(json.dumps(drawings).encode(), mtime=0)).decode()


def without_data(shown: Shown, excess: int) -> Shown:
    """Leave out the largest of the data behind pictures, until ``excess`` bytes are gone."""
    kept = dict(shown.data)
    for id in sorted(shown.data, key=lambda id: -len(shown.data[id])):
        if excess <= 0:
            break
        excess -= len(kept.pop(id).encode())
    return replace(shown, data=kept)


def without_largest(shown: Shown, excess: int, figures: list[Figure]) -> Shown:
    """Leave out the largest pictures, until ``excess`` bytes are gone."""
    kept = dict(shown.pictures)
    for figure in sorted(figures, key=lambda figure: -len(kept[figure.id])):
        if excess <= 0:
            break
        excess -= len(kept.pop(figure.id).encode()) - len(in_words(figure, shown).encode())
    return replace(shown, pictures=kept)
