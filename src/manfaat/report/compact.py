"""A page's figures and code in fewer bytes: what is repeated in every element is said once, what has no look
is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
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
    kept, bare = [], []
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


def share_names(html: str) -> str:
    """Give everything inside the page's figures that is referred to a short name; a figure's parts are
    referred to within it alone.
    """
    places = count()

    def renamed(picture: re.Match) -> str:
        names = {
            name: f"z{next(places)}" for name in dict.fromkeys(ID.findall(picture[0]))
        }  # the same name in two figures is two names
        return NAMED.sub(lambda match: match[1] + names.get(match[2], match[2]), picture[0])

    return PICTURE.sub(renamed, html)


CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
UNCOLOURED = re.compile(
    r'<span class="(?:n|nb|nn|o|p|w)">(.*?)</span>|<span></span>', re.DOTALL
)  # names, operators, brackets, spaces


def compact(html: str) -> tuple[str, str]:
    """A page with smaller figures and code, and the rules for its style sheet; every element keeps the look
    that it had.
    """
    html = CODE.sub(lambda code: UNCOLOURED.sub(r"\1", code[0]), html)
    html, rules = share_styles(
        share_names(PICTURE.sub(lambda picture: without_bare_groups(picture[0]), html))
    )
    return PICTURE.sub(lambda picture: without_needless(picture[0]), html), rules


def without_needless(svg: str) -> str:
    """Take out what a figure inside a page does not need: names of languages, closing tags of what is empty,
    spaces between elements.
    """
    svg = NEEDLESS.sub("", re.sub(r">\s+<", "><", svg)).replace("xlink:href", "href")
    return EMPTY.sub(r"<\1\2/>", svg)


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

    rules = "".join(
        f".exhibit .{name}{{{style.replace(': ', ':').replace('; ', ';')}}}" for style, name in names.items()
    )
    return PICTURE.sub(lambda picture: STYLE.sub(short, picture[0]), html), rules
