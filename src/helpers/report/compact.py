"""A page's figures in fewer bytes: what matplotlib repeats in every element of every figure is said once."""

from __future__ import annotations

import re
from collections import Counter

PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
STYLE = re.compile(r' style="([^"]*)"')
FAMILY = re.compile(r"font-family: 'DejaVu Sans';? ?")  # the page's own style sheet says so for all figures
UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')


def share_styles(html: str) -> tuple[str, str]:
    """Turn styles that stand on several elements of the page's figures into classes.

    Returns
    -------
    The page, and the rules for its style sheet. Every element keeps the look that it had.
    """
    html = PICTURE.sub(lambda picture: UNTURNED.sub("", FAMILY.sub("", picture[0])), html)
    counts = Counter(style for picture in PICTURE.findall(html) for style in STYLE.findall(picture))
    names = {style: f"y{place}" for place, (style, n) in enumerate(counts.most_common()) if n > 1 and style}

    def short(match: re.Match) -> str:
        return f' class="{names[match[1]]}"' if match[1] in names else match[0]

    rules = "".join(f".exhibit .{name}{{{style.replace(': ', ':').replace('; ', ';')}}}" for style, name in names.items())
    return PICTURE.sub(lambda picture: STYLE.sub(short, picture[0]), html), rules
