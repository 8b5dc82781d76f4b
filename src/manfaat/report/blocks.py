"""What a report says, as data: headings, paragraphs, lists, tables, figures. Page, PDF, Word and LaTeX are
each written from these blocks, and none from another.

A block says in which layer it stands. ``brief``, ``report`` and ``annex`` are files of their own: one page
for a minister, what everybody reads, and what whoever checks looks up. Two layers stand within a file:
``technical`` is code and technical notes, which the page unfolds and paper leaves out, and ``page`` what only
a page can do (lists of links).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from manfaat.definitions.records import printable

Layer = Literal["brief", "report", "annex", "technical", "page"]
# What is as by default is left out of what is saved.
LEAN = Field(exclude_if=lambda value: value is None or value is False or value == "")


@dataclass(frozen=True)
class Run:
    """A piece of text in one look; ``lang`` where it is in another language than the report, ``link`` where
    it leads to an id.
    """

    text: str
    bold: Annotated[bool, LEAN] = False
    italic: Annotated[bool, LEAN] = False
    code: Annotated[bool, LEAN] = False
    lang: Annotated[str, LEAN] = ""
    link: Annotated[str, LEAN] = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 opens a chapter. ``place`` is that of a section in the report: chapter and place in
    it, as in ``5.2``.
    """

    level: int
    text: str
    id: str = ""
    layer: Layer = "report"
    place: str = ""
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``role`` is what it is to the reader: a ``finding``, a ``note``, a ``term`` that names
    what follows.
    """

    runs: Runs
    role: str = ""
    layer: Layer = "report"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Runs, ...]
    is_ordered: bool = False
    role: str = ""
    layer: Layer = "report"
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True)
class Term:
    """A name and what is said of it."""

    name: str
    runs: Runs
    id: str = ""


@dataclass(frozen=True)
class Terms:
    """A list of names and what is said of each."""

    entries: tuple[Term, ...]
    layer: Layer = "report"
    kind: Literal["terms"] = "terms"


@dataclass(frozen=True)
class Fold:
    """Blocks below a title, to be unfolded."""

    title: str
    blocks: tuple[Block, ...]
    layer: Layer = "technical"
    kind: Literal["fold"] = "fold"


@dataclass(frozen=True)
class Code:
    """The code of a cell."""

    text: str
    layer: Layer = "technical"
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Figure:
    """A numbered picture; ``name`` is that of its files (``04-ladder-pay``), its data among them."""

    id: str
    label: str  # "Figure 4.2"
    title: str
    note: str
    alt: str
    name: str = ""
    layer: Layer = "report"
    svg: Annotated[str, Field(exclude=True)] = ""  # saved as a file, not with the block
    narrow: Annotated[str, Field(exclude=True)] = ""  # the same for a phone, where there is one
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its text and, where that is one number, the number as it is written and its
    decimals; ``id`` in the first cell of a row to which links lead, ``link`` where the text leads to an id.
    """

    text: str
    value: Annotated[float | None, LEAN] = None
    decimals: Annotated[int | None, LEAN] = None
    lang: Annotated[str, LEAN] = ""
    id: Annotated[str, LEAN] = ""
    link: Annotated[str, LEAN] = ""


@dataclass(frozen=True)
class Head:
    """The head of a column; ``decimals`` are the most of its numbers, None where it holds anything else."""

    text: str
    is_number: bool = False
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names it, a row of one cell heads those below it.

    ``is_grouped`` : a name like that of the row above is there for those who listen and not for those who
    look.
    """

    id: str
    label: str  # "Table 4.2"
    title: str
    note: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str = ""
    is_grouped: bool = False
    folds: tuple[Fold, ...] = ()
    layer: Layer = "report"
    kind: Literal["table"] = "table"


Block = Annotated[
    Heading | Paragraph | Bullets | Terms | Fold | Code | Figure | Table, Field(discriminator="kind")
]
ADAPTER: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[Block, ...])


def as_data(blocks: Iterable[Block]) -> list[dict[str, object]]:
    """Return blocks as lists and dictionaries that JSON can hold; pictures stay behind."""
    data: list[dict[str, object]] = ADAPTER.dump_python(tuple(blocks), mode="json")
    return data


def from_data(data: object) -> tuple[Block, ...]:
    """Return the blocks that ``as_data`` made ``data`` of, without letters that no format can hold.

    Raises
    ------
    pydantic.ValidationError where it is anything else.
    """
    return ADAPTER.validate_python(cleaned(data))


def cleaned(data: object) -> object:
    """Return lists and dictionaries with every text in them printable."""
    match data:
        case str():
            return printable(data)
        case list() | tuple():
            return [cleaned(part) for part in data]
        case dict():
            return {name: cleaned(part) for name, part in data.items()}
    return data


def said(text: str, role: str = "", layer: Layer = "report") -> Paragraph:
    """Return a text as a paragraph."""
    return Paragraph((Run(text),), role, layer)


def leading(text: str, ends: Mapping[str, str]) -> Runs:
    """Return a text whose pieces lead to where they come from: ``ends`` gives the id of each, those first
    that hold others. A piece is no part of a longer word or number.

    Examples
    --------
    >>> [run.link for run in leading("pay rose by 4; it pays", {"pay": "claim-1", "4": "origin-1"})]
    ['#claim-1', '', '#origin-1', '']
    """
    if not text:
        return ()
    for piece in filter(None, ends):
        if found := re.search(rf"(?<![\w.,]){re.escape(piece)}(?![\w%]|[.,]\d)", text):
            link = Run(piece, link=f"#{ends[piece]}")
            return (*leading(text[: found.start()], ends), link, *leading(text[found.end() :], ends))
    return (Run(text),)


def listed(texts: Iterable[str], role: str = "findings") -> Bullets:
    """Return texts as a list."""
    return Bullets(tuple((Run(text),) for text in texts), role=role)


def plain(runs: Runs) -> str:
    """Return the text alone."""
    return "".join(run.text for run in runs)


def ended(title: str) -> str:
    """End a title with a full stop, unless it ends a sentence already."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."


def anchor_of(label: str) -> str:
    """The id of a figure or table within a report: ``exhibit-4-2`` after its kind's letter."""
    return label.split()[-1].lower().replace(".", "-")


def widest(cells: Iterable[Cell]) -> int | None:
    """The most decimals of a column of numbers and dashes; None for any other column."""
    found = [cell.decimals for cell in cells if cell.text != "–"]
    return None if not found or None in found else max(decimal for decimal in found if decimal is not None)


def gap(cell: Cell, head: Head) -> tuple[bool, int]:
    """What a number lacks behind it to end where the longest of its column ends: the decimal mark, and
    digits.
    """
    if not head.is_number or cell.decimals is None or not head.decimals:
        return False, 0
    return cell.decimals == 0, head.decimals - cell.decimals


def on_paper(blocks: Iterable[Block]) -> Iterator[Heading | Paragraph | Bullets | Figure | Table]:
    """Yield what stands on paper, where nothing unfolds and nothing is followed: a list of terms as
    paragraphs.
    """
    for block in blocks:
        if block.layer in ("technical", "page"):
            continue
        if isinstance(block, Terms):
            for entry in block.entries:
                yield said(entry.name, "term")
                yield from [Paragraph(entry.runs)] if entry.runs else []
        elif isinstance(block, Fold):
            yield from on_paper(block.blocks)
        elif not isinstance(block, Code):
            yield block
