"""The letters of the figures, embedded once in the page, so that text in a figure is as wide everywhere as it
was drawn.
"""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

FAMILY = "DejaVu Sans"  # ships with matplotlib; free to embed (Bitstream Vera licence)


@cache
def glyphs() -> frozenset[int]:
    """The letters (code points) that the font has in both weights."""
    found = []
    for weight in ("normal", "bold"):
        with TTFont(
            findfont(FontProperties(family=FAMILY, weight=weight), fallback_to_default=False)
        ) as font:
            found.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*found)


@cache
def embedded(letters: str, weight: str) -> str:
    """Return the font, reduced to ``letters``, as base64 of a WOFF file.

    Raises
    ------
    ValueError naming the letters that the font does not have.
    """
    font = TTFont(findfont(FontProperties(family=FAMILY, weight=weight), fallback_to_default=False))
    missing = {letter for letter in letters if not letter.isspace() and ord(letter) not in font.getBestCmap()}
    if missing:
        raise ValueError(f"the figures' font has no glyph for {' '.join(sorted(missing))}")
    options = Options(flavor="woff", layout_features=["kern"], notdef_outline=True, hinting=False)
    options.drop_tables += ["FFTM"]  # the font editor's own time stamp
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor, font["head"].modified, font.recalcTimestamp = "woff", font["head"].created, False
    stream = BytesIO()
    font.save(stream)
    return base64.b64encode(stream.getvalue()).decode()


def font_faces(texts: dict[str, str]) -> str:
    """Return the style rules that embed the letters of ``texts`` (weight → all letters used)."""
    rules = []
    for weight, text in texts.items():
        letters = "".join(sorted(set(text)))
        if letters.strip():
            rules.append(
                f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/woff;base64,{embedded(letters, weight)})'  # noqa: E501
                ' format("woff")}'
            )
    return "".join(rules)
