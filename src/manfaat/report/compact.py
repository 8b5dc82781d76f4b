"""The pictures of a page in fewer bytes: what is repeated in every element is said once, what has no look is
left out.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

STYLE = re.compile(r' style="([^"]*)"')
FAMILY = re.compile(r"font-family: 'DejaVu Sans';? ?")  # the page's own style sheet says so for all figures
UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')


ID = re.compile(r' id="([^"]+)"')
NAMED = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')
NEEDLESS = re.compile(r' xmlns(?::xlink)?="[^"]*"| version="1.1"|<defs></defs>|<defs/>')
EMPTY = re.compile(r"<(path|use|rect)\b([^<>]*?)></\1>")
GROUP = re.compile(r"(<g(?:\s[^>]*)?>|</g>)")


def without_bare_groups(svg: str) -> str:
    """Take out the groups that carry nothing: they change no look and are a sixth of a figure's bytes."""
    kept: list[str] = []
    bare: list[bool] = []
    for token in GROUP.split(svg):
        if token == "</g>":
            if not bare.pop():
                kept.append(token)
        elif GROUP.fullmatch(token):
            bare.append(token == "<g>")
            if token != "<g>":
                kept.append(token)
        else:
            kept.append(token.replace("> <", "><").strip() if not token.strip() else token)
    return "".join(kept)


def share_names(svgs: list[str]) -> list[str]:
    """Give everything inside a page's figures that is referred to a short name; a figure's parts are referred
    to within it alone.
    """
    places = count()

    def renamed(svg: str) -> str:
        names = {
            name: f"z{next(places)}" for name in dict.fromkeys(ID.findall(svg))
        }  # the same name in two figures is two names
        return NAMED.sub(lambda match: match[1] + names.get(match[2], match[2]), svg)

    return [renamed(svg) for svg in svgs]


def compact(svgs: list[str]) -> tuple[list[str], str]:
    """Smaller pictures of one page, and the rules for its style sheet; every element keeps the look that it
    had.
    """
    shared, rules = share_styles(share_names([without_bare_groups(svg) for svg in svgs]))
    return [without_needless(svg) for svg in shared], rules


def without_needless(svg: str) -> str:
    """Take out what a figure inside a page does not need: names of languages, closing tags of what is empty,
    spaces between elements.
    """
    svg = NEEDLESS.sub("", re.sub(r">\s+<", "><", svg)).replace("xlink:href", "href")
    return EMPTY.sub(r"<\1\2/>", svg)


def share_styles(svgs: list[str]) -> tuple[list[str], str]:
    """Turn styles that stand on several elements of the page's figures into classes.

    Returns
    -------
    The pictures, and the rules for the style sheet. Every element keeps the look that it had.
    """
    svgs = [UNTURNED.sub("", FAMILY.sub("", svg)) for svg in svgs]
    counts = Counter(style for svg in svgs for style in STYLE.findall(svg))
    names = {style: f"y{place}" for place, (style, n) in enumerate(counts.most_common()) if n > 1 and style}

    def short(match: re.Match[str]) -> str:
        return f' class="{names[match[1]]}"' if match[1] in names else match[0]

    rules = "".join(
        f".exhibit .{name}{{{style.replace(': ', ':').replace('; ', ';')}}}" for style, name in names.items()
    )
    return [STYLE.sub(short, svg) for svg in svgs], rules
