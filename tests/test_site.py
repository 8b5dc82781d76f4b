"""The documentation as a whole: every page is in the contents, every link leads somewhere, and what is looked
for in the built pages is found where it is planted. ``make site`` builds them.
"""

from __future__ import annotations

import re
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools/pages"))
import offline

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def links(path):
    """Addresses of files and places that a page links to, outside its blocks of code."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return LINK.findall(re.sub(r"`[^`\n]*`", "", text))


def places(path):
    """The places of a page that a link can name: its headings, in small letters with hyphens."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_in_the_contents():
    listed = {(DOCS / to).resolve() for to, _ in links(DOCS / "index.md")}
    assert {path for path in PAGES if path.name != "index.md"} <= listed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_every_link_leads_somewhere(path):
    for to, part in links(path):
        target = (path.parent / to).resolve() if to else path
        assert target.exists(), f"{path.name} links to {to}"
        assert not part or target.suffix != ".md" or part[1:] in places(target), f"{path.name}: {to}{part}"


PLANTED = {
    '<script src="https://x.org/a.js"></script>': "https://x.org/a.js",
    '<script src="//x.org/a.js"></script>': "//x.org/a.js",
    '<link rel="stylesheet" href="http://x.org/a.css">': "http://x.org/a.css",
    '<img src="a.png" srcset="a.png 1x, https://x.org/b.png 2x">': "https://x.org/b.png",
    "<style>@import 'https://x.org/a.css';</style>": "https://x.org/a.css",
    '<p style="background: url(https://x.org/a.png)"></p>': "https://x.org/a.png",
    '<svg><use href="https://x.org/a.svg#b"/></svg>': "https://x.org/a.svg#b",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_a_page_would_fetch_from_elsewhere_is_found(tmp_path, planted):
    (tmp_path / "a.png").touch()
    (tmp_path / "index.html").write_text(f"<p>https://x.org</p>{planted}<a href='https://x.org'>x</a>")
    assert offline.faults(tmp_path) == [f"index.html fetches {PLANTED[planted]}"]


def test_fonts_of_style_sheets_are_looked_at(tmp_path):
    (tmp_path / "own.css").write_text(
        "@font-face {src: url('https://x.org/f.woff2')} a {background: url(data:image/png;base64,AA)}"
    )
    assert offline.faults(tmp_path) == ["own.css fetches https://x.org/f.woff2"]


def test_a_link_to_no_file_or_place_is_found(tmp_path):
    (tmp_path / "b.html").write_text("<h1 id='there'>B</h1>")
    (tmp_path / "a.html").write_text(
        "<a href='b.html#there'>1</a><a href='b.html#gone'>2</a><a href='c.html'>3</a><a href='#x'>4</a>"
    )
    assert offline.faults(tmp_path) == [
        f"a.html leads to {to}, which is not there" for to in ("b.html#gone", "c.html", "#x")
    ]
