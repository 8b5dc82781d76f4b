"""The report as PDF: pages numbered, running heads, lists of figures and tables, nothing that the page does
not say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf

from manfaat.report.blocks import Block, Cell, Figure, Head, Table, as_data, gap, on_paper
from manfaat.report.columns import columns_of
from manfaat.report.cover import Cover
from manfaat.report.unbroken import unbroken
from manfaat.report.words import Language

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
WIDEST, TALLEST = 16.0, 20.0  # cm; caption and note need the rest of the page


def write_pdf(
    target: Path, blocks: Iterable[Block], cover: Cover, exhibits: Path, language: Language
) -> None:
    """Write the report as a tagged PDF; the same report gives the same bytes.

    ``exhibits`` holds the pictures as SVG.
    """
    say = language.say
    data = {
        "language": language.code,
        "title": cover.title,
        "label": cover.label,
        "short": shortened(cover.label),
        "period": cover.period,
        "kind": cover.kind,
        "is_brief": cover.is_brief,
        "words": {
            "period": say("Period"),
            "date": say("Report made on {date}", date=cover.date),
            "contents": say("Contents"),
            "figures": say("List of figures"),
            "tables": say("List of tables"),
        },
        "blocks": [kept_whole(placed(block, exhibits, language)) for block in on_paper(blocks)],
    }
    from manfaat.report.pictures import document_of, typesetter

    compiler = typesetter(exhibits)
    document = compiler.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    target.write_bytes(packed(document_of(document)))


def packed(document: bytes) -> bytes:
    """The same PDF at a third of its size: its many small objects, which describe the text to those who
    listen, packed together.
    """
    made = BytesIO()
    with pikepdf.open(BytesIO(document)) as pdf:
        pdf.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return made.getvalue()


def kept_whole(data: Any) -> Any:
    """The same data, no number in their texts parted from its sign or unit; what is listened to as it is."""
    if isinstance(data, dict):
        return {name: value if name == "alt" else kept_whole(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [kept_whole(value) for value in data]
    return unbroken(data) if isinstance(data, str) else data


def placed(block: Block, exhibits: Path, language: Language) -> dict[str, object]:
    """Return a block as data: a figure with its file and its width, a table with the shares of its columns
    and what each number lacks behind it.
    """
    data = as_data([block])[0]
    if isinstance(block, Figure):
        data |= {"file": f"{block.name}.svg", "width": picture_width(exhibits / f"{block.name}.svg")}
    if isinstance(block, Table):
        cells = [
            [
                {"text": cell.text, "after": filling(cell, head, language)}
                for cell, head in zip(row, block.heads, strict=False)
            ]
            for row in block.rows
        ]
        columns = columns_of(block)
        shape = {"shares": columns.shares, "turned": sorted(columns.turned), "height": columns.height}
        data |= {**shape, "rows": cells}
    return data


def filling(cell: Cell, head: Head, language: Language) -> str:
    """What stands unseen behind a number, so that it ends where the others of its column end."""
    has_mark, digits = gap(cell, head)
    return language.decimal_mark * has_mark + "0" * digits


def picture_width(svg: Path) -> float:
    """How wide a picture stands on paper (cm): as it was drawn, or less where it would not fit a page."""
    with svg.open("rb") as stream:
        _, root = next(ElementTree.iterparse(stream, events=("start",)))
    width, height = (float(root.get(name).removesuffix("pt")) for name in ("width", "height"))
    return min(width / 72 * 2.54, WIDEST, TALLEST * width / height)


def shortened(text: str, most: int = 60) -> str:
    """Cut a long text for a running head."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
