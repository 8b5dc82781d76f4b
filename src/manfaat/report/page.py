"""Executed notebooks → chapters of blocks → one HTML file that opens anywhere, loads nothing and says where
every number is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import jinja2
import lxml.html
import nbformat
from lxml import etree
from markupsafe import Markup

from manfaat import __version__
from manfaat.analysis.study import Study
from manfaat.report.blocks import Block, Code, Figure, Heading
from manfaat.report.compact import compact
from manfaat.report.cover import Cover, cover_of
from manfaat.report.exhibit import inline_svg
from manfaat.report.fitting import fitted
from manfaat.report.fonts import font_faces
from manfaat.report.html import Shown, alignment_rules, html_of
from manfaat.report.markdown import blocks_of
from manfaat.report.policy import security_policy
from manfaat.report.sharing import published
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
class Part:
    """One chapter: its blocks, the first of which is its heading."""

    blocks: tuple[Block, ...]
    left_out: tuple[str, ...] = ()  # what its notebook showed and may not be published, one line a cell

    @property
    def heading(self) -> Heading:
        """The heading of the chapter."""
        return next(block for block in self.blocks if isinstance(block, Heading))

    @property
    def sections(self) -> list[Heading]:
        """The headings below it that a table of contents lists."""
        found = [block for block in self.blocks if isinstance(block, Heading) and block.level <= 2]
        return [block for block in found if block is not self.heading]

    @property
    def figures(self) -> list[Figure]:
        """Its pictures."""
        return [block for block in self.blocks if isinstance(block, Figure)]


def warm_up() -> None:
    """Load what rendering needs, while something else is waited for."""
    html_of([*blocks_of("# x"), Code("x")], Shown({}, {}))
    font_faces({"normal": "x", "bold": "x"})


def chapter_part(name: str, notebook: nbformat.NotebookNode, language: Language) -> Part:
    """Turn one executed notebook into a chapter, its prose in the reader's language; headings get ids of
    their own.
    """
    blocks: list[Block] = []
    left_out: list[str] = []
    written = [
        cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])
    ]  # as in notebooks/
    for place, cell in enumerate(written, start=1):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            blocks += blocks_of(language.prose(cell.source), "annex" if "technical" in tags else "report")
        elif cell.cell_type == "code":
            shown, dropped = published(cell)
            blocks += [*([] if "parameters" in tags else [Code(cell.source)]), *shown]
            if dropped:
                left_out.append(
                    f"{name}, cell {place}: {dropped}: left out of the report. A table of groups is shared by"
                    " study.share(...)"
                )
    return Part(tuple(numbered(name, blocks)), tuple(left_out))


def numbered(name: str, blocks: list[Block]) -> Iterator[Block]:
    """Give every heading of a chapter its id, and the first the chapter's number."""
    anchor, found = f"chapter-{name[:2]}", 0
    number = "" if name == READING_ORDER[0] else f"{int(name[:2])} "
    for block in blocks:
        if isinstance(block, Heading):
            text = block.text if found else number + block.text
            yield replace(block, text=text, id=f"{anchor}-{found}" if found else anchor)
            found += 1
        else:
            yield block


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
    exhibits: Path,
    *,
    day: date,
    versions: tuple[Version, ...] = (),
    beside: str = "exhibits",
    largest: int = LARGEST,
    cover: Cover | None = None,
) -> str:
    """Return the whole report as one HTML text; ``chapters`` are in the order read, ``cover`` is the cohort's
    unless given.

    Of a report larger than ``largest`` bytes, pictures and then the folds of the estimates are left out and
    said where to find. ``exhibits`` : the folder of the pictures, which will lie ``beside`` the page.

    Raises
    ------
    ValueError if it loads anything from outside or is still too large.
    """
    figures = [figure for part in chapters for figure in part.figures]
    drawn = [picture_of(figure, exhibits) for figure in figures]
    svgs, rules = compact(drawn)
    sheet = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    style = sheet + alignment_rules() + rules + figure_fonts(drawn)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )

    def page(shown: Shown) -> str:
        return environment.get_template("page.html.j2").render(
            _=language.say,
            language=language.code,
            versions=versions,
            version=__version__,
            **vars(cover or cover_of(study, language, day)),
            chapters=[(part, Markup(html_of(part.blocks, shown))) for part in chapters],
            style=Markup(style),
            script=Markup(script),
            policy=Markup(security_policy(script)),
        )

    whole = Shown(
        {figure.id: svg for figure, svg in zip(figures, svgs, strict=True)},
        {
            figure.id: language.say("The picture is in the file {file}.", file=f"{beside}/{figure.name}.svg")
            for figure in figures
        },
    )
    size = lambda shown: len(page(shown).encode())  # noqa: E731
    made = page(fitted(whole, size, largest, [part.figures for part in chapters], language))
    check_page(made)
    return made


def picture_of(figure: Figure, exhibits: Path) -> str:
    """Return a figure's picture for the page, from its file."""
    return inline_svg(figure, figure.svg or (exhibits / f"{figure.name}.svg").read_text(encoding="utf-8"))


def figure_fonts(svgs: list[str]) -> str:
    """Embed the letters that the figures use."""
    texts = {"normal": "", "bold": ""}
    for style, text in re.findall(r"<text([^>]*)>(.*?)</text>", "".join(svgs), re.DOTALL):
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
