"""The prose of a notebook as blocks: what CommonMark calls headings, paragraphs, lists, tables and code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from typing import Any, cast

import mistune

from manfaat.report.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    Head,
    Heading,
    Layer,
    Paragraph,
    Run,
    Runs,
    Table,
    plain,
)

Node = dict[str, Any]  # of the tree that mistune makes


@cache
def reader() -> mistune.Markdown:
    """Return the reader of CommonMark, with tables and bare addresses."""
    return mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough", "url"])


def blocks_of(text: str, layer: Layer = "report") -> tuple[Block, ...]:
    """Return a text in Markdown as blocks; HTML in it is shown as it is written."""
    nodes = cast(list[Node], reader()(text))
    return tuple(block for node in nodes for block in read(node, layer))


def read(node: Node, layer: Layer) -> Iterator[Block]:
    """Yield the blocks of one node of the tree."""
    match node["type"]:
        case "heading":
            yield Heading(node["attrs"]["level"], plain(runs_of(node)), layer=layer)
        case "paragraph" | "block_text":
            yield Paragraph(runs_of(node), layer=layer)
        case "list":
            yield Bullets(tuple(items(node)), node["attrs"]["ordered"], layer=layer)
        case "block_code":
            yield Code(node["raw"])
        case "block_html":
            yield Paragraph((Run(node["raw"].strip()),), layer=layer)
        case "table":
            yield grid(node, layer)
        case _:
            for child in node.get("children", ()):
                yield from read(child, layer)


def items(node: Node) -> Iterator[Runs]:
    """Yield the items of a list; one within an item follows it."""
    for item in node["children"]:
        inner = [child for child in item["children"] if child["type"] == "list"]
        yield tuple(run for child in item["children"] if child not in inner for run in runs_of(child))
        for child in inner:
            yield from items(child)


def grid(node: Node, layer: Layer) -> Table:
    """Return a table that is written in prose: without number and caption."""
    head, body = node["children"]
    heads = tuple(Head(plain(runs_of(cell))) for cell in head["children"])
    rows = tuple(tuple(Cell(plain(runs_of(cell))) for cell in row["children"]) for row in body["children"])
    return Table("", "", "", "", heads, rows, layer=layer)


def runs_of(node: Node) -> Runs:
    """Return the text of a node in pieces of one look, neighbours of the same look as one."""
    joined: list[Run] = []
    for run in pieces(node, Run("")):
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        else:
            joined.append(run)
    return tuple(joined)


def pieces(node: Node, look: Run) -> Iterator[Run]:
    """Yield the pieces of a node; ``look`` is what it inherits."""
    for child in node.get("children", ()):
        match child["type"]:
            case "text" | "inline_html":
                yield replace(look, text=unescape(child["raw"]))
            case "codespan":
                yield replace(look, text=unescape(child["raw"]), code=True)
            case "softbreak" | "linebreak":
                yield replace(look, text=" ")
            case "strong":
                yield from pieces(child, replace(look, bold=True))
            case "emphasis":
                yield from pieces(child, replace(look, italic=True))
            case "link":
                yield from pieces(child, replace(look, link=child["attrs"]["url"]))
            case _:  # a picture is told by its words: nothing is loaded
                yield from pieces(child, look)
