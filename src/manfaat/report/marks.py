"""What a page must say for those who listen to it, or go through it by keys: held against its elements, as a
browser builds them. What only an eye or a browser can judge (contrast, order, focus) is tested in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import lxml.html
from lxml import etree

LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")


def named(element: lxml.html.HtmlElement) -> bool:
    """Whether an element has a name of its own."""
    own = ("aria-label", "aria-labelledby", "alt", "title")
    return any((element.get(name) or "").strip() for name in own) or bool(element.text_content().strip())


def is_tabled(table: lxml.html.HtmlElement) -> bool:
    """Whether a table has a name, and heads that say what they head."""
    heads = table.findall(".//th")
    has_name = table.find("caption") is not None or bool(
        table.get("aria-labelledby") or table.get("aria-label")
    )
    return has_name and bool(heads) and all(head.get("scope") for head in heads)


def is_described(picture: lxml.html.HtmlElement) -> bool:
    """Whether a picture says in words what it shows, or that it shows nothing."""
    return picture.get("aria-hidden") == "true" or any(
        (picture.get(name) or "").strip() for name in ("aria-label", "alt", "aria-labelledby")
    )


# what is looked for, which elements it is looked for in, and what must be true of each
ELEMENTS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("a table without a name or without heads that say what they head", "//table", is_tabled),
    ("a picture that is not described", "//svg[not(ancestor::svg)]|//img", is_described),
    ("a link or button without a name", "//a[@href]|//button", named),
)


def lacking_marks(page: Path, language: str) -> Iterator[str]:
    """What a page lacks, each kind once."""
    tree = lxml.html.fromstring(page.read_text(encoding="utf-8"))
    html = tree.getroottree().getroot()
    if html.get("lang") != language:
        yield f"the page does not say that it is in the language '{language}'"
    if not (html.findtext("head/title") or "").strip():
        yield "the page has no title"
    yield from (
        f"{told}, {len(wrong)} times"
        for told, where, right in ELEMENTS
        if (wrong := [element for element in tree.xpath(where) if not right(element)])
    )
    levels = [LEVELS.index(element.tag) for element in tree.iter(etree.Element) if element.tag in LEVELS]
    if levels.count(0) != 1 or any(after > before + 1 for before, after in pairwise(levels)):
        yield "its headings leave out a level, or there is not one title"
    used = [element.get("id") for element in tree.xpath("//*[@id]")]
    if len(set(used)) < len(used):
        yield "two of its elements have one id"
