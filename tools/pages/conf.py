"""How ``docs`` becomes pages: read by Sphinx, see ``__main__.py``."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\[(?P<text>[^\]\n]+)\]\((?P<to>[^)#\s]+)(?P<part>#[^)\s]*)?\)")
SECTION = re.compile(r"^## (?P<head>.+)\n(?P<body>(?:(?!^## ).*\n?)*)", re.MULTILINE)

project, language = "Manfaat", "en"
html_title, html_theme = "Manfaat", "furo"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_copy_source = html_show_sourcelink = html_show_copyright = False
html_static_path, html_css_files = ["static"], ["own.css"]
html_domain_indices = html_use_index = False
pygments_style, pygments_dark_style = "friendly", "native"


def inside(text: str, page: Path) -> str:
    """Links to files beside ``docs`` as words: the pages lie anywhere, and the files do not lie with them."""

    def linked(found: re.Match[str]) -> str:
        to = found["to"]
        if "://" in to or (page.parent / to).resolve().is_relative_to(DOCS):
            return found[0]
        name = os.path.relpath((page.parent / to).resolve(), DOCS.parent)
        return found["text"] if found["text"].strip("`") == name else f"{found['text']} (`{name}`)"

    return LINK.sub(linked, text)


def contents(text: str) -> str:
    """The pages that the sections of the first page link to, as the contents of the site."""
    trees = []
    for section in SECTION.finditer(text):
        pages = [found["to"] for found in LINK.finditer(section["body"]) if found["to"].endswith(".md")]
        trees.append(
            "\n".join(["```{toctree}", ":hidden:", f":caption: {section['head']}", "", *pages, "```"])
        )
    return text + "\n\n" + "\n\n".join(trees) + "\n"


def prepared(_: Any, name: str, source: list[str]) -> None:
    """Before a page is read."""
    source[0] = inside(source[0], DOCS / f"{name}.md")
    if name == "index":
        source[0] = contents(source[0])


def setup(app: Any) -> None:
    """What Sphinx calls first."""
    app.connect("source-read", prepared)
    app.add_lexer("csv", TextLexer)
