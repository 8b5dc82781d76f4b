"""One figure or table with the data behind it, its title, caption and a description for those who cannot see
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path

import pandas as pd

from manfaat.base.showing import counted, line
from manfaat.report.blocks import Block, Cell, Figure, Fold, Head, Layer, Table, anchor_of
from manfaat.report.colours import PAGE
from manfaat.report.html import Shown, html_of

NO_MATH = "mathjax_ignore"  # or JupyterLab would set what stands between two dollar signs as a formula

TEMPLATES = Path(__file__).parent / "templates"
DARK = ('[data-jp-theme-light="false"]', ".vscode-dark")  # what says that a notebook is dark
STEP = re.compile(r"([MLz])((?:-?[\d.]+ -?[\d.]+)?)")
THEMED = re.compile(rf"((?:fill|stroke): ?)({'|'.join(PAGE)})\b")
LONG_PATH = 200  # letters; markers are shorter, and too small for tenths


def id_of(*parts: object) -> str:
    """The id of an exhibit from what it shows; what is missing or empty is left out."""
    return "-".join(part.replace("_", "-") for part in parts if isinstance(part, str) and part)


def anchor(*parts: object) -> str:
    """The id of what a link leads to, from what it is about."""
    return re.sub(r"[^\w-]", "-", id_of(*parts))


@dataclass(frozen=True, repr=False)
class Exhibit:
    """A figure (``svg``) or a table (``heads`` and ``rows``), not yet numbered.

    ``data`` is what is drawn or printed, nothing more; ``alt`` says in words and numbers what a figure shows.
    """

    id: str
    title: str
    caption: str
    data: pd.DataFrame
    alt: str = ""
    svg: bytes | None = None
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    is_grouped: bool = False
    folds: tuple[Fold, ...] = ()  # to be unfolded below: how the numbers came about
    narrow: bytes | None = None  # the picture for a phone, where it has one of its own
    layer: Layer = "report"  # in which file it stands; what stands in the brief is not numbered

    @property
    def is_figure(self) -> bool:
        """Whether it is a picture."""
        return self.svg is not None

    def __repr__(self) -> str:
        what = "figure" if self.is_figure else "table"
        return line(what, self.id, self.title, counted(len(self.data), "row"))

    def _repr_html_(self) -> str:
        return notebook_html(block_of(self, "Figure" if self.is_figure else "Table", self.id))

    @property
    def text(self) -> str:
        """Every word and number of it that a reader sees."""
        cells = [head.text for head in self.heads] + [cell.text for row in self.rows for cell in row]
        return "\n".join([self.title, self.caption, self.alt, *cells])


def block_of(exhibit: Exhibit, label: str, name: str) -> Figure | Table:
    """Return a numbered exhibit as a block; ``label`` is "Figure 4.2", ``name`` that of its files."""
    title, note = exhibit.title, exhibit.caption
    if exhibit.svg is not None:
        id = f"exhibit-figure-{anchor_of(label) if label else exhibit.id}"
        svg, narrow = exhibit.svg.decode(), (exhibit.narrow or b"").decode()
        return Figure(id, label, title, note, exhibit.alt, name, exhibit.layer, svg=svg, narrow=narrow)
    return Table(
        f"exhibit-table-{anchor_of(label)}",
        label,
        title,
        note,
        exhibit.heads,
        exhibit.rows,
        name,
        exhibit.is_grouped,
        exhibit.folds,
        exhibit.layer,
    )


def in_annex(exhibits: Iterable[Exhibit]) -> list[Exhibit]:
    """Exhibits that whoever checks looks up."""
    return [replace(exhibit, layer="annex") for exhibit in exhibits]


def notebook_html(block: Block) -> str:
    """Return a block as a notebook shows it, with its picture, in the light or dark of JupyterLab or VS
    Code.
    """
    pictures = {block.id: inline_svg(block, block.svg)} if isinstance(block, Figure) else {}
    inner = html_of([block], Shown(pictures, {}))
    return f'<style>{notebook_sheet()}</style><div class="manfaat {NO_MATH}">{inner}</div>'


@cache
def notebook_sheet() -> str:
    """The style sheet of a notebook's outputs; colours of a dark one are those of a dark page."""
    page, own = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "notebook.css"))
    dark = page.partition(':root[data-theme="dark"]')[2]
    return f"{own}{' .manfaat, '.join(DARK)} .manfaat {dark[: dark.index('}') + 1]}"


def inline_svg(figure: Figure, svg: str) -> str:
    """Return the picture to stand inside a page: described, without what only a file needs, its ids its own.

    Text stays text, so that it can be read, found and enlarged; a few letters of font in the page cost less
    than their outlines in every figure.
    """
    own = figure.name.partition("-")[2] or figure.id
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", svg))
    svg = re.sub(r' id="([^"]+)"', lambda match: f' id="{own}-{match[1]}"' if match[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)([\w-]+)', rf"\1{own}-\2", svg)
    svg = re.sub(
        r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), svg
    )  # coordinates only, never a written number
    svg = re.sub(r' d="([^"]*)"', lambda match: f' d="{short_path(match[1])}"', svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    svg = THEMED.sub(lambda match: f"{match[1]}var({PAGE[match[2]]}, {match[2]})", svg)
    opening = (
        f'<svg role="img" aria-label="{escape(figure.alt)}"'
        ' style="stroke-linejoin:round;stroke-linecap:butt;width:100%;height:auto;'
        'background:var(--back, #fff)"'
    )
    return re.sub(
        r'<svg( [^>]*?) width="[^"]*" height="[^"]*"', lambda match: opening + match[1], svg, count=1
    )


def short_path(path: str) -> str:
    """Write a path in fewer letters, a long one in tenths of a point (a thirtieth of a millimetre): no
    needless spaces, level and upright lines by their ends.
    """
    path = re.sub(r"\s*([A-Za-z])\s*", r"\1", path.strip())
    path = (
        re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), path)
        if len(path) > LONG_PATH
        else path
    )
    steps = STEP.findall(path)
    if "".join(command + ends for command, ends in steps) != path:
        return path  # curves
    written, x, y = [], "", ""
    for command, ends in steps:
        to_x, _, to_y = ends.partition(" ")
        written.append(
            "H" + to_x
            if command == "L" and to_y == y
            else "V" + to_y
            if command == "L" and to_x == x
            else command + ends
        )
        x, y = (to_x, to_y) if ends else (x, y)
    return "".join(written)
