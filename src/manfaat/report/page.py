"""Executed notebooks → chapters of blocks → one HTML file that opens anywhere, loads nothing and says where
every number is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import jinja2
import lxml.html
import nbformat
from lxml import etree
from markupsafe import Markup

from manfaat import __version__
from manfaat.report.blocks import Block, Code, Figure, Heading, Layer, Paragraph, Run, Table, Terms, plain
from manfaat.report.citing import cited
from manfaat.report.compact import compact
from manfaat.report.cover import Cover
from manfaat.report.exhibit import inline_svg
from manfaat.report.fitting import fitted
from manfaat.report.fonts import font_faces
from manfaat.report.html import Shown, alignment_rules, html_of
from manfaat.report.markdown import blocks_of
from manfaat.report.policy import PLAIN_WITH_FONTS, security_policy
from manfaat.report.reader import Reader
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
WITHIN, BESIDE = re.compile(r"\s*(?:#|data:|$)"), re.compile(r"(?:[\w-]+\.)+html(?:#\S*)?")
ADDRESS = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?(?:data:|#))([^)]*)\)", re.IGNORECASE)
IMPORT = re.compile(r"@import\s+(\S+)", re.IGNORECASE)
LARGEST = 1_000_000  # bytes: larger files do not travel well by mail


@dataclass(frozen=True)
class Part:
    """One chapter: its blocks, the first of which is its heading."""

    blocks: tuple[Block, ...]
    left_out: tuple[str, ...] = ()  # what its notebook showed and may not be published, one line a cell

    def of(self, layer: Layer) -> Part | None:
        """What of the chapter stands in a file: its opening, and of every section what stands in this layer;
        None where that is nothing. How the chapter was made stands in the annex.

        In the report a section that found nothing to show is one line.
        """
        blocks = [block for block in self.blocks if block.layer != "brief"]
        starts = [i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 2]
        kept: list[Block] = []
        lines: list[Block] = []
        for start, end in pairwise([*starts, len(blocks)]):
            head, *rest = blocks[start:end]
            home = "report" if head.layer == "report" else "annex"
            own = [block for block in rest if home_of(block, home) == layer]
            if layer == "report" and (line := nothing_in(head, own)):
                lines.append(line)
            elif own or home == layer:
                kept += [in_layer(head, layer), *own]
        opening = blocks[: starts[0]] if starts else blocks
        opening = [in_layer(block, layer) for block in opening if layer == "annex" or block.layer == "report"]
        return replace(self, blocks=(*opening, *kept, *lines)) if kept or lines else None

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
    def ids(self) -> list[str]:
        """What a link can lead to."""
        named = [entry for block in self.blocks if isinstance(block, Terms) for entry in block.entries]
        own = [block for block in self.blocks if isinstance(block, Heading | Figure | Table)]
        return [one.id for one in [*own, *named] if one.id]

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
    their own. A section whose heading is tagged ``annex`` stands in the annex, with all that follows.
    """
    blocks: list[Block] = []
    left_out: list[str] = []
    section: Layer = "report"
    written = [
        cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])
    ]  # as in notebooks/
    for place, cell in enumerate(written, start=1):
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            layer: Layer = "technical" if "technical" in tags else "report"
            told = blocks_of(language.prose(cell.source), layer)
            if any(isinstance(block, Heading) and block.level == 2 for block in told):
                section = "annex" if {"annex", "technical"} & {*tags} else "report"
            blocks += [in_layer(block, section) for block in told]
        elif cell.cell_type == "code":
            shown, dropped = published(cell)
            blocks += [] if "parameters" in tags else [Code(cell.source)]
            blocks += [in_layer(block, section) for block in shown]
            if dropped:
                left_out.append(
                    f"{name}, cell {place}: {dropped}: left out of the report. A table of groups is shared by"
                    " study.share(...)"
                )
    return Part(tuple(cited(numbered(name, blocks), language)), tuple(left_out))


def home_of(block: Block, section: str) -> str:
    """The file that a block stands in: its own, or that of its section."""
    return block.layer if block.layer in ("report", "annex") else section


def nothing_in(head: Block, blocks: list[Block]) -> Paragraph | None:
    """One line for a section that found nothing to show: what was asked, and why there is nothing."""
    told = [block for block in blocks if not isinstance(block, Code)]
    found = [block for block in told if isinstance(block, Paragraph) and block.role == "nothing"]
    others = [
        block for block in told if not isinstance(block, Paragraph) or block.role not in ("", "nothing")
    ]
    if not found or others or not isinstance(head, Heading):
        return None
    reasons = (Run(f" {plain(block.runs)}") for block in found)
    return Paragraph((Run(head.text, italic=True), *reasons), "note")


def in_layer(block: Block, layer: Layer) -> Block:
    """What everybody reads, in the layer of its section."""
    return replace(block, layer=layer) if block.layer == "report" else block


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


def in_file(parts: list[Part], layer: Layer) -> list[Part]:
    """What of the chapters stands in the file of a layer."""
    return [part for whole in parts if (part := whole.of(layer))]


@dataclass(frozen=True)
class Version:
    """The same file in another language: the language, its own name, and its file beside this one."""

    code: str
    name: str
    file: str


@dataclass(frozen=True)
class Beside:
    """What lies beside a page: the folder of its pictures, ``versions`` in other languages, ``layers`` (name
    and file) of the same run, and in which of these files the links end that do not end in the page.
    """

    exhibits: str = "exhibits"
    versions: tuple[Version, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def render_page(
    reader: Reader,
    chapters: list[Part],
    exhibits: Path,
    *,
    cover: Cover,
    beside: Beside,
) -> str:
    """Return report or annex as one HTML text; ``chapters`` are in the order read.

    Of a page larger than ``LARGEST`` bytes, pictures and then the folds of the estimates are left out and
    said where to find. ``exhibits`` : the folder of the pictures.

    Raises
    ------
    ValueError if it loads anything from outside or is still too large.
    """
    figures = [figure for part in chapters for figure in part.figures]
    phones = {figure.id for figure in figures if (exhibits / f"{figure.name}-phone.svg").is_file()}
    drawn = [picture_of(figure, exhibits) for figure in figures]
    drawn += [picture_of(phone_of(figure), exhibits) for figure in figures if figure.id in phones]
    svgs, rules = compact(drawn)
    pictures = {figure.id: svg for figure, svg in zip(figures, svgs, strict=False)}
    narrow = [figure.id for figure in figures if figure.id in phones]
    pictures |= {id: both(pictures[id], svg) for id, svg in zip(narrow, svgs[len(figures) :], strict=True)}
    sheet = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    style = sheet + alignment_rules() + rules + figure_fonts(drawn)

    def page(shown: Shown) -> str:
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                _=reader.say,
                language=reader.code,
                versions=beside.versions,
                layers=beside.layers,
                mark=reader.decimal_mark,
                version=__version__,
                **vars(cover),
                chapters=[(part, Markup(html_of(part.blocks, shown))) for part in chapters],
                style=Markup(style),
                script=Markup(script),
                policy=Markup(security_policy(script)),
            )
        )

    whole = Shown(
        pictures,
        {
            figure.id: reader.say(
                "The picture is in the file {file}.", file=f"{beside.exhibits}/{figure.name}.svg"
            )
            for figure in figures
        },
        files=beside.files,
    )
    size = lambda shown: len(page(shown).encode())  # noqa: E731
    made = page(fitted(whole, size, LARGEST, [part.figures for part in chapters], reader))
    check_page(made)
    return made


def render_brief(reader: Reader, parts: list[Part], exhibits: Path, *, cover: Cover, beside: Beside) -> str:
    """Return the brief as one HTML text, without script; its style sheet shows one of two pictures, that for
    a page or that for a phone.

    Raises
    ------
    ValueError if it loads anything from outside or is too large.
    """
    figures = [figure for part in parts for figure in part.figures]
    drawn = {one.id: [picture_of(part, exhibits) for part in (one, phone_of(one))] for one in figures}
    pictures = {id: both(*svgs) for id, svgs in drawn.items()}
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    style += (TEMPLATES / "brief.css").read_text(encoding="utf-8")
    style += figure_fonts([svg for both in drawn.values() for svg in both])
    page = (
        environment()
        .get_template("brief.html.j2")
        .render(
            _=reader.say,
            language=reader.code,
            version=__version__,
            **vars(cover),
            versions=beside.versions,
            layers=beside.layers,
            text=Markup("\n".join(html_of(part.blocks, Shown(pictures, {})) for part in parts)),
            style=Markup(style),
            policy=Markup(PLAIN_WITH_FONTS),
        )
    )
    check_page(page)
    return page


def both(wide: str, phone: str) -> str:
    """A picture and that for a phone; the style sheet shows one of them."""
    return f'<div class="wide">{wide}</div><div class="phone">{phone}</div>'


def phone_of(figure: Figure) -> Figure:
    """The same figure as it is drawn for a phone."""
    return replace(figure, name=f"{figure.name}-phone", svg=figure.narrow)


def environment() -> jinja2.Environment:
    """What fills the templates; every text is escaped."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)


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
