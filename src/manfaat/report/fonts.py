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
# code points of most texts: Latin and Greek letters, punctuation, arrows, signs of mathematics and of grades
USUAL = (
    range(0x180),
    range(0x370, 0x400),
    range(0x2000, 0x2070),
    range(0x2190, 0x2300),
    range(0x25A0, 0x2720),
)


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
    missing = {letter for letter in letters if not letter.isspace() and ord(letter) not in glyphs()}
    if missing:
        raise ValueError(f"the figures' font has no glyph for {' '.join(sorted(missing))}")
    rare = "".join(letter for letter in letters if not any(ord(letter) in part for part in USUAL))
    font = TTFont(BytesIO(reduced(rare, weight)))
    font["head"].modified = font["head"].created
    return base64.b64encode(written(font, letters, flavor="woff")).decode()


@cache
def reduced(rare: str, weight: str) -> bytes:
    """The font with the letters of most texts and some ``rare`` ones: to reduce the whole font once more for
    every page takes five times as long.
    """
    font = TTFont(findfont(FontProperties(family=FAMILY, weight=weight), fallback_to_default=False))
    return written(font, "".join(chr(place) for part in USUAL for place in part) + rare)


def written(font: TTFont, letters: str, flavor: str | None = None) -> bytes:
    """A font file that holds some letters and what they need, without the time of day."""
    options = Options(flavor=flavor, layout_features=["kern"], notdef_outline=True, hinting=False)
    options.drop_tables += ["FFTM"]  # the font editor's own time stamp
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor, font.recalcTimestamp = flavor, False
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()


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
