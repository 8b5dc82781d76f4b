"""Executed notebooks → one HTML file that opens anywhere, loads nothing and says where every number is
from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path

import jinja2
import lxml.html
import nbformat
import pandas as pd
from lxml import etree
from markupsafe import Markup
from nbconvert import HTMLExporter
from traitlets.config import Config

from manfaat import __version__
from manfaat.analysis.study import Study
from manfaat.report.appendix import html_of, sections
from manfaat.report.compact import compact
from manfaat.report.cover import Cover, cover_of
from manfaat.report.fitting import fitted
from manfaat.report.fonts import font_faces
from manfaat.report.sharing import published_only
from manfaat.report.words import Language

TEMPLATES = Path(__file__).parent / "templates"
READING_ORDER = (
    "07_findings",
    "01_clean",
    "02_indicators",
    "03_inputs",
    "04_outputs",
    "05_outcomes",
    "06_benefits",
)
HEADING = re.compile(
    r"<h([1-5])(?: id=\"[^\"]*\")?>(.*?)(?:<a class=\"anchor-link\".*?</a>)?</h\1>", re.DOTALL
)
SOURCES = ("src", "srcset", "href", "data", "action", "formaction", "poster", "background")
STYLES = (
    "style",
    "fill",
    "stroke",
    "clip-path",
    "mask",
    "filter",
    "marker-start",
    "marker-mid",
    "marker-end",
)
WITHIN, BESIDE = re.compile(r"\s*(?:#|data:|$)"), re.compile(r"(?:[\w-]+\.)+html")
ADDRESS = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?(?:data:|#))([^)]*)\)", re.IGNORECASE)
IMPORT = re.compile(r"@import\s+(\S+)", re.IGNORECASE)
LARGEST = 1_000_000  # bytes: larger files do not travel well by mail


@dataclass(frozen=True)
class Section:
    """One entry of the table of contents below a chapter."""

    id: str
    title: str
    technical: bool


@dataclass(frozen=True)
class Part:
    """One chapter of the page: its heading, sections and HTML."""

    id: str
    title: str
    sections: tuple[Section, ...]
    html: Markup
    left_out: tuple[str, ...] = ()  # what its notebook showed and may not be published, one line a cell


@cache
def exporter() -> HTMLExporter:
    """Return the exporter for one chapter: our own template, no parameters, nothing from outside."""
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = {"parameters", "injected-parameters"}
    config.CSSHTMLHeaderPreprocessor.enabled = False
    config.HTMLExporter.exclude_anchor_links = True
    return HTMLExporter(config=config, template_name="manfaat", extra_template_basedirs=[str(TEMPLATES)])


def warm_up() -> None:
    """Load and compile what rendering needs, while something else is waited for."""
    cells = [nbformat.v4.new_markdown_cell("# x"), nbformat.v4.new_code_cell("x")]
    exporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))
    font_faces({"normal": "x", "bold": "x"})


def translated(notebook: nbformat.NotebookNode, language: Language) -> nbformat.NotebookNode:
    """Return the notebook with its prose in the reader's language."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = language.say(cell.source)
    return copy


def chapter_part(name: str, notebook: nbformat.NotebookNode, language: Language) -> Part:
    """Turn one executed notebook into a chapter; headings move one level down and get ids of their own."""
    shown, left_out = published_only(name, notebook)
    body, _ = exporter().from_notebook_node(translated(shown, language))
    found: list[Section] = []

    def heading(match: re.Match) -> str:
        level, text = int(match[1]) + 1, match[2].strip()
        anchor = f"chapter-{name[:2]}" + (f"-{len(found)}" if found else "")
        technical = body.rfind('<div class="technical">', 0, match.start()) > body.rfind(
            '<div class="words">', 0, match.start() - 40
        )
        found.append(Section(anchor, re.sub(r"<[^>]+>", "", text), technical))
        return f'<h{level} id="{anchor}">{text}</h{level}>'

    html = HEADING.sub(heading, body)
    title, sections = found[0], tuple(found[1:])
    number = "" if name == READING_ORDER[0] else f"{int(name[:2])} "
    html = html.replace(f'<h2 id="{title.id}">', f'<h2 id="{title.id}">{number}', 1)
    contents = tuple(Section(s.id, Markup(s.title).unescape(), s.technical) for s in sections)
    return Part(title.id, number + Markup(title.title).unescape(), contents, Markup(html), left_out)


def appendix_part(
    study: Study,
    parts: dict[str, Part],
    record: dict[str, object],
    estimates: pd.DataFrame,
    language: Language,
) -> Part:
    """Return the appendix as a chapter."""
    told = "".join(part.html for part in ordered(parts))
    contents = sections(study, record, estimates, told, language)
    title = language.say("Appendix")
    html = f'<h2 id="appendix">{escape(title)}</h2>{html_of(contents)}'
    return Part(
        "appendix",
        title,
        tuple(Section(content.id, content.title, False) for content in contents),
        Markup(html),
    )


def ordered(parts: dict[str, Part]) -> list[Part]:
    """The chapters in the order read."""
    return [parts[name] for name in READING_ORDER if name in parts]


@dataclass(frozen=True)
class Version:
    """The same report in another language: the language, its own name, and its file beside this one."""

    code: str
    name: str
    file: str


def render_page(
    study: Study,
    chapters: list[Part],
    language: Language,
    *,
    day: date,
    versions: tuple[Version, ...] = (),
    pictures: dict[str, str] | None = None,
    largest: int = LARGEST,
    cover: Cover | None = None,
) -> str:
    """Return the whole report as one HTML text; ``chapters`` are in the order read, ``cover`` is the cohort's
    unless given.

    Of a report larger than ``largest`` bytes, pictures and then the folds of the estimates are left out and
    said where to find; ``pictures`` names the file of each figure by its anchor.

    Raises
    ------
    ValueError if it loads anything from outside or is still too large.
    """

    def page(html: str) -> str:
        return environment.get_template("page.html.j2").render(
            _=language.say,
            language=language.code,
            versions=versions,
            version=__version__,
            **vars(cover or cover_of(study, language, day)),
            chapters=chapters,
            body=Markup(html),
            style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8") + rules + fonts),
            script=Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        )

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )
    body = "".join(
        f'<section class="chapter" aria-labelledby="{part.id}">\n{part.html}\n</section>\n'
        for part in chapters
    )
    fonts = figure_fonts(body)  # before compact: it takes the weight of letters out of their elements
    body, rules = compact(body)
    made = page(fitted(body, lambda html: len(page(html).encode()), largest, pictures or {}, language))
    check_page(made)
    return made


def figure_fonts(html: str) -> str:
    """Embed the letters that the figures use."""
    texts = {"normal": "", "bold": ""}
    for style, text in re.findall(r"<text([^>]*)>(.*?)</text>", html, re.DOTALL):
        texts["bold" if "bold" in style or "700" in style else "normal"] += Markup(
            re.sub(r"<[^>]+>", "", text)
        ).unescape()
    return font_faces(texts)


def loads(html: str) -> Iterator[str]:
    """What a page would load that is not in it: read from its elements, as a browser does, never from its
    words.

    A link to a page beside this one loads nothing.
    """
    for element in lxml.html.document_fromstring(html).iter(etree.Element):
        for name, value in element.items():
            name = name.rpartition(":")[2].lower()
            if (
                name in SOURCES
                and not WITHIN.match(value)
                and not (element.tag == "a" and BESIDE.fullmatch(value))
            ):
                yield value
            yield from ADDRESS.findall(value) if name in STYLES else ()
        if element.tag == "style":
            yield from ADDRESS.findall(element.text or "")
            yield from IMPORT.findall(element.text or "")


def check_page(html: str) -> None:
    """Refuse a page that loads anything from outside, or that is too large to be sent."""
    outside = next(loads(html), None)
    if outside:
        raise ValueError(f"the report would load '{outside}' from outside")
    size = len(html.encode())
    if size > LARGEST:
        raise ValueError(f"the report has {size:,} bytes, more than {LARGEST:,}")
