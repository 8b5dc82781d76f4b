"""A chapter of the report as a list of blocks, read back from its HTML: what PDF and Word are written from.

The HTML is the only place where sentences and numbers are made, so that no file can say something else than
another. Code and technical notes, which a reader of the page unfolds, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from lxml import html as parser
from lxml.html import HtmlElement

from manfaat.definitions.records import printable

LEFT_OUT = ("code", "technical", "origins", "only-screen")  # classes of what only the page shows
SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class Run:
    """A piece of text in one look; ``lang`` where it is in another language than the document."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 opens a chapter."""

    level: int
    text: str
    anchor: str
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``role`` is ``term`` where it names what follows."""

    runs: tuple[Run, ...]
    role: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[tuple[Run, ...], ...]
    ordered: bool
    kind: str = "items"


@dataclass(frozen=True)
class Figure:
    """A numbered picture; which file it is follows from its number."""

    label: str
    title: str
    note: str
    alt: str
    anchor: str
    kind: str = "figure"


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    is_head: bool
    is_number: bool


@dataclass(frozen=True)
class Table:
    """A numbered table: ``head`` and ``rows`` are rows of cells of the same number."""

    label: str
    title: str
    note: str
    anchor: str
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "table"

    @property
    def width(self) -> int:
        """Number of columns."""
        return max((len(row) for row in self.head + self.rows), default=0)

    @property
    def shares(self) -> list[float]:
        """How much of the width each column gets: numbers what they need, texts by how long they are, within
        limits.
        """
        wanted = [
            wanted_width([row[place] for row in self.head + self.rows if place < len(row)])
            for place in range(self.width)
        ]
        return [width / sum(wanted) for width in wanted]


def wanted_width(cells: list[Cell]) -> float:
    """How many letters wide a column would like to be."""
    word = max((len(word) for cell in cells for word in cell.text.split()), default=1)
    whole = max((len(cell.text) for cell in cells if not (cell.is_head and cell.is_number)), default=1)
    return 2 + (min(max(whole, word), 22) if cells and cells[-1].is_number else min(max(word, whole / 3), 34))


Block = Heading | Paragraph | Items | Figure | Table


def blocks(html: str) -> list[Block]:
    """Return the blocks of a chapter's HTML (one chapter heading ``h2``, see ``chapter_part``)."""
    return list(walk(parser.fragment_fromstring(printable(html), create_parent="div")))


def as_data(block: Block) -> dict[str, object]:
    """Return a block as plain dictionaries and lists, a table with the shares of its columns."""
    return asdict(block) | ({"shares": block.shares} if isinstance(block, Table) else {})


def walk(element: HtmlElement) -> Iterator[Block]:
    """Yield the blocks of an element in the order read."""
    for child in element:
        if not isinstance(child.tag, str) or set(child.get("class", "").split()) & set(LEFT_OUT):
            continue
        yield from block_of(child)


def block_of(child: HtmlElement) -> Iterator[Block]:
    """Yield the block or blocks that an element stands for."""
    name = child.tag
    if re.fullmatch("h[1-6]", name):
        yield Heading(max(int(name[1]) - 1, 1), plain(child), child.get("id", ""))
    elif name in ("p", "pre", "dt", "dd", "summary"):
        found = tuple(runs(child))
        yield from [Paragraph(found, {"dt": "term"}.get(name, child.get("class", "")))] if found else []
    elif name in ("ul", "ol"):
        yield Items(tuple(tuple(runs(item)) for item in child.iterchildren("li")), name == "ol")
    elif name == "figure":
        yield exhibit(child)
    elif name == "table":
        yield grid(child, "", plain_or_empty(child.find("caption")), "", child.get("id", ""))
    else:
        yield from walk(child)


def exhibit(figure: HtmlElement) -> Figure | Table:
    """Return a numbered figure or table with its words."""
    caption = figure.find(".//figcaption")
    label = plain_or_empty(first(figure, "span", "number")).rstrip(".")
    title, note = plain_or_empty(first(caption, "span", "title")), plain_or_empty(first(figure, "p", "note"))
    table = figure.find(".//table")
    if table is not None:
        return grid(table, label, title, note, figure.get("id", ""))
    picture = figure.find(".//*[@role='img']")
    alt = picture.get("aria-label") if picture is not None else plain_or_empty(first(figure, "p", "alt"))
    return Figure(label, title, note, alt, figure.get("id", ""))


def first(element: HtmlElement, tag: str, name: str) -> HtmlElement | None:
    """Return the first descendant of a tag with this class."""
    return next((found for found in element.iter(tag) if name in found.get("class", "").split()), None)


def grid(table: HtmlElement, label: str, title: str, note: str, anchor: str) -> Table:
    """Return a table's cells; a cell that spans columns is followed by empty ones."""
    rows = [row for row in table.iter("tr")]
    head = [row for row in rows if row.getparent().tag == "thead"]
    body = [row for row in rows if row.getparent().tag != "thead"]
    return Table(label, title, note, anchor, tuple(map(cells, head)), tuple(map(cells, body)))


def cells(row: HtmlElement) -> tuple[Cell, ...]:
    """Return the cells of a row; on paper a column cannot be scrolled, so that every text may break."""
    found: list[Cell] = []
    for cell in row.iterchildren("th", "td"):
        number = "number" in cell.get("class", "").split()
        found.append(Cell(plain(cell).replace("\u00a0", " "), cell.tag == "th", number))
        found += [Cell("", cell.tag == "th", number)] * (int(cell.get("colspan", 1)) - 1)
    return tuple(found)


def plain(element: HtmlElement) -> str:
    """Return the text of an element on one line."""
    return SPACES.sub(" ", element.text_content()).strip(" ")


def plain_or_empty(element: HtmlElement | None) -> str:
    """Return the text of an element, or nothing where there is none."""
    return "" if element is None else plain(element)


def runs(element: HtmlElement) -> list[Run]:
    """Return the text of an element in pieces of one look, its outer spaces cut off."""
    found = [run for run in pieces(element, Run("", lang=element.get("lang", ""))) if run.text]
    if found:
        found[0] = Run(**{**asdict(found[0]), "text": found[0].text.lstrip(" ")})
        found[-1] = Run(**{**asdict(found[-1]), "text": found[-1].text.rstrip(" ")})
    return [run for run in found if run.text]


def pieces(element: HtmlElement, look: Run) -> Iterator[Run]:
    """Yield the pieces of an element; ``look`` is what it inherits."""
    yield Run(SPACES.sub(" ", element.text or ""), look.bold, look.italic, look.code, look.lang)
    for child in element:
        if isinstance(child.tag, str) and not set(child.get("class", "").split()) & set(LEFT_OUT):
            yield from pieces(
                child,
                Run(
                    "",
                    look.bold or child.tag in ("strong", "b"),
                    look.italic or child.tag in ("em", "i"),
                    look.code or child.tag == "code",
                    child.get("lang", look.lang),
                ),
            )
        yield Run(SPACES.sub(" ", child.tail or ""), look.bold, look.italic, look.code, look.lang)
