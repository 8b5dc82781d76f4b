"""Parts of a Word document that python-docx has no words for: fields, bookmarks, header rows, descriptions,
languages.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm
from docx.text.paragraph import Paragraph as WordParagraph

from manfaat.report.blocks import Cell, Head, Table, gap
from manfaat.report.columns import Columns, columns_of

WIDTH = Cm(16)
DIGIT_WIDTH, MARK_WIDTH = 0.554, 0.221  # of the size of the letters, in Cambria
LETTER = 6.4  # of a bold letter, in tenths of a point by the half points of its size
MARGINS = '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>'
RULE = '<w:{side} w:val="single" w:sz="6" w:space="0" w:color="1B1F24"/>'


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
    paragraph._p.insert(
        1 if paragraph._p.pPr is not None else 0, element("bookmarkStart", id=str(number), name=name)
    )
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


def add_table(document: Document, block: Table, clean: Callable[[str], str]) -> None:
    """Add a table with header rows that repeat on every page, rows that do not break, and three rules.

    It is written as XML: through python-docx a table of a thousand rows takes half a minute.
    """
    columns = columns_of(block)
    widths = [int(WIDTH.twips * share) for share in columns.shares]
    size = (
        16 if len(widths) <= 5 else 14 if len(widths) <= 7 else 13
    )  # half points: many columns, small letters
    names = tuple(Cell(head.text) for head in block.heads)
    rows = [row_xml(names, block.heads, widths, size, clean, columns)]
    rows += [row_xml(row, block.heads, widths, size, clean) for row in block.rows]
    about = "".join(
        f'<w:{name} w:val="{quoted(clean(text))}"/>'
        for name, text in (
            ("tblCaption", f"{block.label} {block.title}".strip()),
            ("tblDescription", block.note),
        )
    )
    properties = (
        f'<w:tblPr><w:tblW w:w="{WIDTH.twips}"'
        f' w:type="dxa"/><w:tblBorders>{RULE.format(side="top")}{RULE.format(side="bottom")}</w:tblBorders><w:tblLayout'  # noqa: E501
        f' w:type="fixed"/>{MARGINS}<w:tblLook w:val="0480" w:firstRow="1" w:firstColumn="1" w:lastRow="0"'
        f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{about}</w:tblPr>'
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    table = parse_xml(
        f"<w:tbl {nsdecls('w')}>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    document.element.body.insert_element_before(table, "w:sectPr")


def row_xml(
    cells: tuple[Cell, ...],
    heads: tuple[Head, ...],
    widths: list[int],
    size: int,
    clean: Callable[[str], str],
    columns: Columns | None = None,
) -> str:
    """Return one row, or with its ``columns`` that of the heads, some of which may be written upwards;
    numbers stand to the right, a short row is filled up. A row of one cell heads those below it,
    across the table.
    """
    if len(cells) == 1 < len(widths) and columns is None:
        return across_xml(clean(cells[0].text), widths, size)
    filled, is_head = [*cells, *[Cell("")] * (len(widths) - len(cells))], columns is not None
    turned, height = (columns.turned, columns.height) if columns else (frozenset[int](), 0)
    tall = f'<w:trHeight w:val="{round(height * LETTER * size) + 120}" w:hRule="atLeast"/>' if height else ""
    properties = f"<w:trPr><w:cantSplit/>{tall}{'<w:tblHeader/>' * is_head}</w:trPr>"
    parts = []
    for place, (cell, head, width) in enumerate(zip(filled, heads, widths, strict=True)):
        rule = f"<w:tcBorders>{RULE.format(side='bottom')}</w:tcBorders>" if is_head else ""
        rule += '<w:textDirection w:val="btLr"/>' * (place in turned)
        rule += '<w:vAlign w:val="bottom"/>' * (height > 0)
        is_right = head.is_number and place not in turned
        right = f'{indent(cell, head, size)}<w:jc w:val="right"/>' if is_right else ""
        bold = "<w:b/>" if is_head else ""
        run = (
            f'<w:r><w:rPr>{bold}<w:sz w:val="{size}"/></w:rPr><w:t'
            f' xml:space="preserve">{escape(clean(cell.text))}</w:t></w:r>'
            if cell.text
            else ""
        )
        parts.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rule}</w:tcPr><w:p><w:pPr><w:pStyle'
            f' w:val="Cell"/>{right}</w:pPr>{run}</w:p></w:tc>'
        )
    return f"<w:tr>{properties}{''.join(parts)}</w:tr>"


def across_xml(text: str, widths: list[int], size: int) -> str:
    """Return a row of one cell as wide as the table, kept on a page with the row below it."""
    return (
        f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:gridSpan w:val="{len(widths)}"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="Cell"/><w:keepNext/>'
        f'</w:pPr><w:r><w:rPr><w:i/><w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc></w:tr>'
    )


def indent(cell: Cell, head: Head, size: int) -> str:
    """Set a number with fewer decimals than others of its column in from the right by what it lacks, in
    twentieths of a point; ``size`` is in half points.
    """
    has_mark, digits = gap(cell, head)
    lacking = (MARK_WIDTH * has_mark + DIGIT_WIDTH * digits) * size * 10
    return f'<w:ind w:right="{round(lacking)}"/>' if lacking else ""


def quoted(text: str) -> str:
    """Return a text as the value of an attribute."""
    return escape(text, {'"': "&quot;", "\n": " "})
