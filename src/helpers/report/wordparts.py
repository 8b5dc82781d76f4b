"""Parts of a Word document that python-docx has no words for: fields, bookmarks, header rows, descriptions, languages."""

from __future__ import annotations

from collections.abc import Callable

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Length, Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from helpers.report.document import Cell, Table

WIDTH = Cm(16)
SMALLEST = Pt(6.5)  # letters of a table with many columns


def element(tag: str, /, **attributes: str) -> BaseOxmlElement:
    """Return a new element of the word processing namespace."""
    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def add_field(paragraph: WordParagraph, instruction: str, result: str | list[tuple[str, str]]) -> None:
    """Add a field that Word computes anew when it opens the document, with a result for readers that do not.

    ``result`` is a text, or (bookmark, text) entries, each a link on a line of its own.
    """
    begin = element("fldChar", fldCharType="begin")
    if not isinstance(result, str):
        begin.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(begin)
    code = element("instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    paragraph.add_run()._r.append(code)
    paragraph.add_run()._r.append(element("fldChar", fldCharType="separate"))
    if isinstance(result, str):
        paragraph.add_run(result)
    else:
        for place, (target, text) in enumerate(result):
            link = element("hyperlink", anchor=target)
            run = paragraph.add_run(text)
            if place < len(result) - 1:
                run.add_break()
            link.append(run._r)
            paragraph._p.append(link)
    paragraph.add_run()._r.append(element("fldChar", fldCharType="end"))


def bookmark(paragraph: WordParagraph, name: str, number: int) -> None:
    """Put a bookmark around a paragraph's text; ``number`` is its own in the document."""
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, element("bookmarkStart", id=str(number), name=name))
    paragraph._p.append(element("bookmarkEnd", id=str(number)))


def describe(properties: BaseOxmlElement, title: str, words: str) -> None:
    """Describe a picture for those who cannot see it."""
    properties.set("title", title)
    properties.set("descr", words)


def set_language(document: Document, region: str) -> None:
    """Say in which language the document is."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    defaults.append(element("lang", val=region, eastAsia="ja-JP", bidi="ar-SA"))


def add_table(document: Document, block: Table, clean: Callable[[str], str]) -> WordTable:
    """Add a table with header rows that repeat on every page, rows that do not break, and three rules."""
    table = document.add_table(rows=0, cols=block.width)
    table.autofit = True
    properties = table._tbl.tblPr
    properties.append(borders(top="single", bottom="single"))
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        properties.remove(look)
    properties.append(element("tblLook", val="0480", firstRow="1", firstColumn="1", lastRow="0", lastColumn="0", noHBand="1", noVBand="1"))
    for name, text in (("tblCaption", f"{block.label} {block.title}".strip()), ("tblDescription", block.note)):
        properties.append(element(name, val=clean(text)))
    size = Pt(8) if block.width <= 5 else Pt(7) if block.width <= 7 else SMALLEST
    widths = [Length(int(WIDTH * share)) for share in block.shares]
    for width, column in zip(widths, table.columns, strict=True):
        column.width = width
    for is_head, rows in ((True, block.head), (False, block.rows)):
        for row in rows:
            add_row(table, row, widths, size, clean, is_head=is_head)
    return table


def add_row(table: WordTable, cells: tuple[Cell, ...], widths: list[Length], size: Length, clean: Callable[[str], str], *, is_head: bool) -> None:
    """Add one row; numbers stand to the right."""
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    if is_head:
        properties.append(element("tblHeader"))
    for cell, target, width in zip(cells, row.cells, widths, strict=False):
        target.width = width
        paragraph = target.paragraphs[0]
        paragraph.style = "Cell"
        run = paragraph.add_run(clean(cell.text))
        run.font.size, run.bold = size, is_head or None
        if cell.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if is_head:
            target._tc.get_or_add_tcPr().append(borders("tcBorders", bottom="single"))


def borders(tag: str = "tblBorders", /, **sides: str) -> BaseOxmlElement:
    """Return the rules of a table or cell."""
    made = element(tag)
    for side, kind in sides.items():
        made.append(element(side, val=kind, sz="6", space="0", color="1B1F24"))
    return made
