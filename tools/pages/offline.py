"""What is wrong with built pages: what they would fetch from elsewhere, and links that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {  # what a browser fetches by itself; of links only those that are no address to go to
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "link": ("href",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
    "input": ("src",),
}
ELSEWHERE = re.compile(r"(?i)^\s*(?:[a-z][a-z0-9+.-]*:)?//")
IN_STYLES = re.compile(r"""(?i)(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")


class Page(HTMLParser):
    """What one page fetches, where it leads, and its places."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.leads: list[str] = []
        self.places: set[str] = set()
        self.is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses of one element."""
        given = {name: value or "" for name, value in attrs}
        self.is_style = tag == "style"
        self.places.add(given.get("id", ""))
        for name in FETCHED.get(tag, ()):
            for part in given.get(name, "").split(",") if name == "srcset" else [given.get(name, "")]:
                self.fetched += part.split()[:1]
        self.fetched += IN_STYLES.findall(given.get("style", ""))
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without an end."""
        self.handle_starttag(tag, attrs)
        self.is_style = False

    def handle_data(self, data: str) -> None:
        """Styles written into the page."""
        self.fetched += IN_STYLES.findall(data) if self.is_style else []

    def handle_endtag(self, tag: str) -> None:
        """What follows is no style."""
        self.is_style = False


def read(path: Path) -> Page:
    """One page."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def faults(folder: Path) -> list[str]:
    """A line for everything that a built folder would fetch from elsewhere, and for each link to no file or
    to no place of a page.
    """
    pages = {path: read(path) for path in sorted(folder.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(folder).as_posix()
        found += [f"{name} fetches {one}" for one in page.fetched if ELSEWHERE.match(one)]
        found += [f"{name} leads to {one}, which is not there" for one in lost(path, page, pages)]
    for path in sorted(folder.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.name} fetches {one}" for one in IN_STYLES.findall(text) if ELSEWHERE.match(one)]
    return found


def lost(path: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    """Addresses of a page within the folder that lead to no file, or to no place of its page."""
    for address in [*page.leads, *page.fetched]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        there = pages.get(target)
        if not target.exists() or (there and parts.fragment and unquote(parts.fragment) not in there.places):
            yield address
