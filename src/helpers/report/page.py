"""Executed notebooks → one HTML file that opens anywhere, loads nothing and says where every number is from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import jinja2
import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from traitlets.config import Config

from helpers import __version__
from helpers.report.compact import share_styles
from helpers.report.fonts import font_faces
from helpers.study import Study
from helpers.words import Language

TEMPLATES = Path(__file__).parent / "templates"
READING_ORDER = ("07_findings", "01_clean", "02_indicators", "03_inputs", "04_outputs", "05_outcomes", "06_benefits")
HEADING = re.compile(r"<h([1-5])(?: id=\"[^\"]*\")?>(.*?)(?:<a class=\"anchor-link\".*?</a>)?</h\1>", re.DOTALL)
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
    body, _ = exporter().from_notebook_node(translated(notebook, language))
    found: list[Section] = []

    def heading(match: re.Match) -> str:
        level, text = int(match[1]) + 1, match[2].strip()
        anchor = f"chapter-{name[:2]}" + (f"-{len(found)}" if found else "")
        technical = body.rfind('<div class="technical">', 0, match.start()) > body.rfind('<div class="words">', 0, match.start() - 40)
        found.append(Section(anchor, re.sub(r"<[^>]+>", "", text), technical))
        return f'<h{level} id="{anchor}">{text}</h{level}>'

    html = HEADING.sub(heading, body)
    title, sections = found[0], tuple(found[1:])
    number = "" if name == READING_ORDER[0] else f"{int(name[:2])} "
    html = html.replace(f'<h2 id="{title.id}">', f'<h2 id="{title.id}">{number}', 1)
    return Part(
        title.id, number + Markup(title.title).unescape(), tuple(Section(s.id, Markup(s.title).unescape(), s.technical) for s in sections), Markup(html)
    )


def record_lines(study: Study, record: dict[str, object], language: Language) -> list[tuple[str, str]]:
    """The run record as the report shows it: (name, value) pairs."""
    say = language.say
    parameters = ", ".join(f"{k} = {v}" for k, v in record["parameters"].items())
    versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
    inputs = "; ".join(f"{k} {v[:16]}…" for k, v in record["inputs"].items())
    return [
        (say("Data"), study.cohort.origin),
        (say("Licence of the data"), study.cohort.licence),
        (say("Sources"), " · ".join(study.programme.sources)),
        (say("Primary specification, fixed beforehand"), study.programme.specification(study.primary).label[language.code]),
        (say("Parameters"), parameters),
        (say("Checksums of the files delivered (SHA-256, first 16 digits)"), inputs),
        (say("Software"), f"Manfaat {__version__}, {versions}"),
        (say("Version of the project (git)"), str(record["git_commit"]) or say("unknown")),
    ]


def kind_line(study: Study, language: Language) -> str:
    """Say on the cover whether people answered or a computer did."""
    if study.cohort.kind == "synthetic":
        return language.say("SYNTHETIC DATA: simulated; no person stands behind them")
    return language.say("Real data")


def render_page(study: Study, parts: dict[str, Part], record: dict[str, object], language: Language) -> str:
    """Return the whole report as one HTML text; ``parts`` are the chapters by notebook, see ``chapter_part``.

    Raises
    ------
    ValueError if it loads anything from outside or is larger than 1 MB.
    """
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    chapters = [parts[name] for name in READING_ORDER if name in parts]
    html = environment.get_template("page.html.j2").render(
        _=language.say,
        language=language.code,
        version=__version__,
        title=study.programme.title[language.code],
        label=study.cohort.label[language.code],
        period=study.cohort.period[language.code],
        kind=kind_line(study, language),
        date=language.date(date.today()),
        chapters=chapters,
        record=record_lines(study, record, language),
        style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8") + code_style() + figure_fonts(chapters)),
        script=Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
    )
    html, rules = share_styles(html)
    html = html.replace("</style>", f"{rules}</style>", 1)
    check_page(html)
    return html


def figure_fonts(chapters: list[Part]) -> str:
    """Embed the letters that the figures use."""
    texts = {"normal": "", "bold": ""}
    for chapter in chapters:
        for style, text in re.findall(r"<text([^>]*)>(.*?)</text>", chapter.html, re.DOTALL):
            texts["bold" if "bold" in style or "700" in style else "normal"] += Markup(re.sub(r"<[^>]+>", "", text)).unescape()
    return font_faces(texts)


@cache
def code_style() -> str:
    """Colours of highlighted code with enough contrast, light and dark."""
    light = {
        "k": "#8a1c7c",
        "s1": "#0a6127",
        "s2": "#0a6127",
        "sa": "#0a6127",
        "mi": "#8f3d00",
        "mf": "#8f3d00",
        "c1": "#56606b",
        "nb": "#00568a",
        "o": "#3f4750",
    }
    dark = {
        "k": "#f3a6ea",
        "s1": "#9be3ae",
        "s2": "#9be3ae",
        "sa": "#9be3ae",
        "mi": "#ffc59b",
        "mf": "#ffc59b",
        "c1": "#aab4bf",
        "nb": "#9fd2ff",
        "o": "#c9d1d9",
    }
    rules = {name: "".join(f".code .{token}{{color:{colour}}}" for token, colour in colours.items()) for name, colours in (("light", light), ("dark", dark))}
    return rules["light"] + "@media (prefers-color-scheme: dark){" + rules["dark"] + "}@media print{" + rules["light"] + "}"


def check_page(html: str) -> None:
    """Refuse a page that loads anything from outside, or that is too large to be sent."""
    outside = re.findall(r"(?:src|href)\s*=\s*[\"'](?!#|data:)([^\"']*)|url\((?!['\"]?(?:data:|#))([^)]*)\)|@import\s+(\S+)", html)
    if outside:
        raise ValueError(f"the report would load '{''.join(outside[0])}' from outside")
    size = len(html.encode())
    if size > LARGEST:
        raise ValueError(f"the report has {size:,} bytes, more than {LARGEST:,}")
