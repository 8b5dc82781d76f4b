"""One figure or table with the data behind it, its number, title, caption and a description for those who
cannot see it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import pandas as pd

from manfaat.base.showing import counted, line

NO_MATH = "mathjax_ignore"  # or JupyterLab would set what stands between two dollar signs as a formula


STEP = re.compile(r"([MLz])((?:-?[\d.]+ -?[\d.]+)?)")
LONG_PATH = 200  # letters; markers are shorter, and too small for tenths


@dataclass(frozen=True, repr=False)
class Exhibit:
    """A figure (``svg``) or a table (``html``), not yet numbered.

    ``data`` is what is drawn or printed, nothing more; ``alt`` says in words and numbers what a figure shows.
    """

    id: str
    title: str
    caption: str
    data: pd.DataFrame
    alt: str = ""
    svg: bytes | None = None
    html: str = ""
    folds: str = ""  # HTML to be unfolded below: how the numbers came about

    @property
    def is_figure(self) -> bool:
        """Whether it is a picture."""
        return self.svg is not None

    def __repr__(self) -> str:
        what = "figure" if self.is_figure else "table"
        return line(what, self.id, self.title, counted(len(self.data), "row"))

    def _repr_html_(self) -> str:
        return Numbered(self, "Figure" if self.is_figure else "Table")._repr_html_()


def inline_svg(exhibit: Exhibit) -> str:
    """Return the picture to stand inside a page: described, without what only a file needs, its ids its own.

    Text stays text, so that it can be read, found and enlarged; a few letters of font in the page cost less
    than their outlines in every figure.
    """
    svg = exhibit.svg.decode()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"#([\w-]+)", svg))
    svg = re.sub(
        r' id="([^"]+)"', lambda match: f' id="{exhibit.id}-{match[1]}"' if match[1] in used else "", svg
    )
    svg = re.sub(r'(url\(#|href="#)([\w-]+)', rf"\1{exhibit.id}-\2", svg)
    svg = re.sub(
        r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), svg
    )  # coordinates only, never a written number
    svg = re.sub(r' d="([^"]*)"', lambda match: f' d="{short_path(match[1])}"', svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    opening = (
        f'<svg role="img" aria-label="{escape(exhibit.alt)}"'
        ' style="stroke-linejoin:round;stroke-linecap:butt;width:100%;height:auto;background:#fff"'
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


def ended(title: str) -> str:
    """End a title with a full stop, unless it ends a sentence already."""
    return title if title.endswith(("?", "!", ".")) else f"{title}."


@dataclass(frozen=True)
class Numbered:
    """An exhibit with its number, as a notebook shows it."""

    exhibit: Exhibit
    label: str  # "Figure 4.2"

    def _repr_html_(self) -> str:
        exhibit = self.exhibit
        heading = (
            f'<span class="number">{escape(self.label)}.</span> <span'
            f' class="title">{escape(ended(exhibit.title))}</span>'
        )
        note = f'<p class="note">{escape(exhibit.caption)}</p>'
        anchor = f"exhibit-{'figure' if exhibit.is_figure else 'table'}-{self.label.split()[-1].lower().replace('.', '-')}"  # noqa: E501
        if exhibit.is_figure:
            return (
                f'<figure class="exhibit {NO_MATH}"'
                f' id="{anchor}">{inline_svg(exhibit)}<figcaption>{heading}{note}</figcaption></figure>'
            )
        named = f'aria-labelledby="{anchor}-name"'
        opening, renamed = (
            r'<div class="(scroll[^"]*)" tabindex="0"><table>',
            rf'<div class="\1" tabindex="0" role="region" {named}><table {named}>',
        )
        table = re.sub(opening, renamed, exhibit.html, count=1)
        return (
            f'<figure class="exhibit table {NO_MATH}" id="{anchor}"><figcaption'
            f' id="{anchor}-name">{heading}</figcaption>{table}{note}{exhibit.folds}</figure>'
        )

    def __repr__(self) -> str:
        text = f"{self.label}. {ended(self.exhibit.title)}"
        return (
            f"{text} {self.exhibit.alt}"
            if self.exhibit.is_figure
            else f"{text}\n{self.exhibit.data.to_string(index=False)}"
        )


@dataclass(frozen=True)
class Paragraph:
    """Computed sentences, as a notebook shows them."""

    text: str
    kind: str = "finding"

    def _repr_html_(self) -> str:
        return f'<p class="{escape(self.kind)} {NO_MATH}">{escape(self.text)}</p>'

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Bullets:
    """A list of computed sentences, as a notebook shows it."""

    items: tuple[str, ...]

    def _repr_html_(self) -> str:
        return (
            f'<ul class="findings {NO_MATH}">'
            + "".join(f"<li>{escape(item)}</li>" for item in self.items)
            + "</ul>"
        )

    def __repr__(self) -> str:
        return "\n".join(f"- {item}" for item in self.items)
