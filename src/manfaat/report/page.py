"""Executed notebooks → chapters of blocks → one HTML file that opens anywhere, loads nothing and says where
every number is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import jinja2
import lxml.html
from lxml import etree
from markupsafe import Markup

from manfaat import __version__
from manfaat.report.blocks import Code, Figure
from manfaat.report.compact import compact
from manfaat.report.cover import Cover
from manfaat.report.exhibit import inline_svg
from manfaat.report.fitting import fitted, packed
from manfaat.report.fonts import font_faces
from manfaat.report.html import Shown, alignment_rules, html_of
from manfaat.report.markdown import blocks_of
from manfaat.report.parts import Part
from manfaat.report.policy import PLAIN_WITH_FONTS, security_policy
from manfaat.report.reader import Reader

TEMPLATES = Path(__file__).parent / "templates"
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


def warm_up() -> None:
    """Load what rendering needs, while something else is waited for."""
    html_of([*blocks_of("# x"), Code("x")], Shown({}, {}))
    font_faces({"normal": "x", "bold": "x"})


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

    Of a page larger than ``LARGEST`` bytes, the drawings for a phone are packed, then pictures and the folds
    of the estimates left out and said where to find. ``exhibits`` : the folder of the pictures.

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
    apart = {id: (pictures[id], svg) for id, svg in zip(narrow, svgs[len(figures) :], strict=True)}
    pictures |= {id: both(*svgs) for id, svgs in apart.items()}
    annexed = {figure.id for figure in figures if figure.layer == "annex"}
    apart = {id: svgs for id, svgs in apart.items() if id in annexed}
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
                packed=packed(shown.packed),
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
        data={figure.id: text for figure in figures if (text := data_of(figure, exhibits))},
        data_name=reader.say("Data (CSV)"),
    )
    size = lambda shown: len(page(shown).encode())  # noqa: E731
    made = page(fitted(whole, size, LARGEST, [part.figures for part in chapters], reader, apart))
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
    shown = Shown(pictures, {}, files=beside.files)
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
            text=Markup("\n".join(html_of(part.blocks, shown) for part in parts)),
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


def data_of(figure: Figure, exhibits: Path) -> str:
    """Return the data behind a figure (CSV), from their file; nothing where there is none."""
    file = exhibits / f"{figure.name}.csv"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


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
