"""The report as a Word document: heading styles, captions, tables with header rows, pictures described,
languages marked.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from manfaat.report.blocks import Block, Bullets, Figure, Heading, Paragraph, Runs, Table, ended, on_paper
from manfaat.report.cover import Cover
from manfaat.report.printed import picture_width
from manfaat.report.unbroken import unbroken
from manfaat.report.wordparts import add_field, add_table, bookmark, describe, set_language
from manfaat.report.words import Language

LONGEST_PROPERTY = 255  # letters that Word's own properties hold
REGIONS = {"en": "en-GB", "id": "id-ID"}  # Word names a language with its region
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP file can hold: the same report gives the same bytes


def write_docx(
    target: Path,
    told: Iterable[Block],
    cover: Cover,
    exhibits: Path,
    language: Language,
    pictures: Path | None = None,
) -> None:
    """Write the report as DOCX; the same report gives the same bytes.

    ``exhibits`` holds the pictures as SVG, ``pictures`` as PNG; those that are not there are told in words.
    """
    document, blocks = new_document(cover, language), list(on_paper(told))
    write_cover(document, cover, blocks, language)
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            add_heading(document, block, place, below=int(cover.is_brief))
        elif isinstance(block, Paragraph):
            add_runs(paragraph_of(document, "Term" if block.role == "term" else ""), block.runs)
        elif isinstance(block, Bullets):
            for item in block.items:
                add_runs(paragraph_of(document, "ListNumber" if block.is_ordered else "ListBullet"), item)
        elif isinstance(block, Figure):
            add_figure(document, block, exhibits, pictures)
        else:
            add_captioned_table(document, block)
    stream = BytesIO()
    document.save(stream)
    target.write_bytes(undated(stream.getvalue()))


def new_document(cover: Cover, language: Language) -> Document:
    """Return an empty A4 document with the report's styles, language and properties."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = f"{cover.title}: {cover.label}"
    footer = section.footer.paragraphs[0]
    footer.text = cover.kind + "\t\t"
    add_field(footer, "PAGE", "1")
    set_styles(document)
    set_language(document, REGIONS.get(language.code, language.code))
    properties, moment = document.core_properties, datetime(cover.day.year, cover.day.month, cover.day.day)
    properties.title, properties.author, properties.last_modified_by = (
        f"{cover.title}: {cover.label}"[:LONGEST_PROPERTY],
        "Manfaat",
        "Manfaat",
    )
    properties.language, properties.comments, properties.revision = (
        REGIONS.get(language.code, language.code),
        "",
        1,
    )
    properties.created = properties.modified = moment
    return document


def set_styles(document: Document) -> None:
    """Set fonts and sizes, and add the styles that Word's own template lacks."""
    styles = document.styles
    for name, size in {
        "Normal": 10.5,
        "Title": 22,
        "Subtitle": 14,
        "Heading 1": 16,
        "Heading 2": 12,
        "Heading 3": 10.5,
        "Caption": 9,
        "Header": 8.5,
        "Footer": 8.5,
    }.items():
        font = styles[name].font
        font.name, font.size = "Cambria" if name == "Normal" else "Calibri", Pt(size)
        font.color.rgb = RGBColor(0x1B, 0x1F, 0x24)
        fonts = styles[name].element.rPr.rFonts
        for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[theme]
    styles["Subtitle"].font.italic = False
    styles["Heading 1"].paragraph_format.page_break_before = True
    for name, base in (
        ("Figure caption", "Caption"),
        ("Table caption", "Caption"),
        ("Note", "Normal"),
        ("Term", "Normal"),
        ("Cell", "Normal"),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
        style.font.size = Pt({"Note": 8, "Cell": 7.5, "Term": 10.5}.get(name, 9))
        style.font.bold = {"Term": True, "Figure caption": False, "Table caption": False}.get(name)
        style.paragraph_format.keep_with_next = name in ("Table caption", "Term")
        style.paragraph_format.space_after = Pt({"Note": 12, "Cell": 0, "Term": 0}.get(name, 4))
        style.paragraph_format.space_before = Pt(2 if name == "Cell" else 6)


def write_cover(document: Document, cover: Cover, blocks: Sequence[Block], language: Language) -> None:
    """Write the title page, the table of contents and the lists of figures and tables."""
    say = language.say
    document.add_paragraph().add_run(cover.kind).bold = True
    document.add_paragraph(cover.title, style="Title")
    document.add_paragraph(cover.label, style="Subtitle")
    document.add_paragraph(": ".join((say("Period"), cover.period)))
    document.add_paragraph(say("Report made on {date}", date=cover.date))
    if cover.is_brief:
        return
    lists = (
        (
            say("Contents"),
            'TOC \\o "1-2" \\h \\z',
            [
                (f"heading{i}", b.text)
                for i, b in enumerate(blocks)
                if isinstance(b, Heading) and b.level <= 2
            ],
        ),
        (
            say("List of figures"),
            'TOC \\h \\z \\t "Figure caption,1"',
            [(b.id, f"{b.label}. {ended(b.title)}") for b in blocks if isinstance(b, Figure)],
        ),
        (
            say("List of tables"),
            'TOC \\h \\z \\t "Table caption,1"',
            [(b.id, f"{b.label}. {ended(b.title)}") for b in blocks if isinstance(b, Table) and b.label],
        ),
    )
    for place, (title, instruction, entries) in enumerate(lists):
        heading = document.add_paragraph(style="Term")
        heading.add_run(title)
        heading.paragraph_format.page_break_before = place == 0
        add_field(document.add_paragraph(), instruction, entries)


def add_heading(document: Document, block: Heading, place: int, *, below: int = 0) -> None:
    """Add a heading that the table of contents can lead to, ``below`` levels under its own."""
    bookmark(
        document.add_heading(printable(block.text), level=min(block.level + below, 3)),
        f"heading{place}",
        place,
    )


def add_runs(paragraph: WordParagraph, runs: Runs) -> None:
    """Add pieces of text in their looks and languages."""
    for run in runs:
        added = paragraph.add_run(printable(run.text))
        added.bold, added.italic = run.bold or None, run.italic or None
        if run.code:
            added.font.name = "Consolas"
        if run.lang:
            mark = OxmlElement("w:lang")
            mark.set(qn("w:val"), REGIONS.get(run.lang, run.lang))
            added._r.get_or_add_rPr().append(mark)


def paragraph_of(document: Document, style: str) -> WordParagraph:
    """Add a paragraph in the style with this identifier; looking a style up by its name takes far longer."""
    paragraph = document.add_paragraph()
    if style:
        paragraph._p.style = style
    return paragraph


def add_note(document: Document, note: str) -> None:
    """Add the small print below a figure or table."""
    paragraph_of(document, "Note").add_run(printable(note))


def printable(text: str) -> str:
    """Leave out the characters that XML cannot hold, and part no number from its sign or unit."""
    return unbroken("".join(letter for letter in text if letter in "\t\n" or ord(letter) >= 32))


def add_caption(document: Document, block: Figure | Table, style: str) -> None:
    """Add 'Figure 4.2. Title.' where the list of figures or tables finds it."""
    paragraph = paragraph_of(document, style)
    if block.label:
        paragraph.add_run(printable(f"{block.label}. ")).bold = True
    paragraph.add_run(printable(ended(block.title)))
    if block.id:
        bookmark(paragraph, block.id, sum(map(ord, block.id)) * 1000 + len(document.element.body))


def add_figure(document: Document, block: Figure, exhibits: Path, pictures: Path | None) -> None:
    """Add a picture with its description, caption and note; the description itself where there is no
    picture.
    """
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    name = block.name
    if pictures and (pictures / f"{name}.png").is_file():
        shape = paragraph.add_run().add_picture(
            str(pictures / f"{name}.png"), width=Cm(picture_width(exhibits / f"{name}.svg"))
        )
        describe(shape._inline.docPr, f"{block.label}", printable(block.alt))
    else:
        paragraph.add_run(printable(block.alt))
    add_caption(document, block, "Figurecaption")
    add_note(document, block.note)


def add_captioned_table(document: Document, block: Table) -> None:
    """Add a table with its caption above and its note below."""
    if block.label:
        add_caption(document, block, "Tablecaption")
    elif block.title:
        paragraph_of(document, "Term").add_run(printable(block.title))
    add_table(document, block, printable)
    add_note(document, block.note)


def undated(document: bytes) -> bytes:
    """Return the same ZIP file with one fixed date for all its parts."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = zipfile.ZipInfo(name, ZIP_DATE)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(part, old.read(name))
    return stream.getvalue()
