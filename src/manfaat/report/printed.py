"""The report as PDF: pages numbered, running heads, lists of figures and tables, nothing that the page does
not say.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from manfaat.report.cover import Cover
from manfaat.report.document import Block, Figure, as_data
from manfaat.report.words import Language

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
WIDEST, TALLEST = 16.0, 20.0  # cm; caption and note need the rest of the page


def numbered_pictures(exhibits: Path) -> dict[str, str]:
    """Which picture belongs to which number: ``{"Figure 4.2": "04-ladder-x"}``, from the words kept beside
    each.
    """
    found = {}
    for path in sorted(exhibits.glob("*.json")):
        if path.with_suffix(".svg").is_file():
            found[json.loads(path.read_text(encoding="utf-8"))["number"]] = path.stem
    return found


def write_pdf(target: Path, blocks: list[Block], cover: Cover, exhibits: Path, language: Language) -> None:
    """Write the report as a tagged PDF; the same report gives the same bytes.

    ``exhibits`` holds the pictures as SVG.
    """
    say, pictures = language.say, numbered_pictures(exhibits)
    data = {
        "language": language.code,
        "title": cover.title,
        "label": cover.label,
        "short": shortened(cover.label),
        "period": cover.period,
        "kind": cover.kind,
        "words": {
            "period": say("Period"),
            "date": say("Report made on {date}", date=cover.date),
            "contents": say("Contents"),
            "figures": say("List of figures"),
            "tables": say("List of tables"),
        },
        "blocks": [placed(block, pictures, exhibits) for block in blocks],
    }
    from manfaat.report.pictures import typesetter

    compiler = typesetter(exhibits)
    document = compiler.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    target.write_bytes(document)


def placed(block: Block, pictures: dict[str, str], exhibits: Path) -> dict[str, object]:
    """Return a block as data, a figure with its file and its width."""
    data = as_data(block)
    if isinstance(block, Figure) and block.label in pictures:
        name = f"{pictures[block.label]}.svg"
        data |= {"file": name, "width": picture_width(exhibits / name)}
    return data


def picture_width(svg: Path) -> float:
    """How wide a picture stands on paper (cm): as it was drawn, or less where it would not fit a page."""
    _, root = next(ElementTree.iterparse(svg, events=("start",)))
    width, height = (float(root.get(name).removesuffix("pt")) for name in ("width", "height"))
    return min(width / 72 * 2.54, WIDEST, TALLEST * width / height)


def shortened(text: str, most: int = 60) -> str:
    """Cut a long text for a running head."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
