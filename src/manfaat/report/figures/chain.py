"""The results chain: from what was put in to what it led to, with the numbers of one cohort and the grade of
each claim.
"""

from __future__ import annotations

from textwrap import fill, wrap
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import FULL_WIDTH, HALF_WIDTH, new_panels, to_svg
from manfaat.report.verdict_words import GRADE_SIGNS
from manfaat.report.words import Language

LINE, GAP = 0.165, 0.26  # inches of a line and between two stages
WIDEST_STAGE = 12


class Shape(NamedTuple):
    """How a picture is laid out: its width (inches), letters in a line of a claim and of a number, where
    lines begin and how far numbers are set in, as shares of the width; ``grades`` beside each other in the
    legend.

    For a page the name of a stage stands beside its lines, for a phone above them.
    """

    width: float
    claim: int
    number: int
    begin: float
    indent: float
    grades: int

    @property
    def is_wide(self) -> bool:
        """Whether it is for a page."""
        return self.width == FULL_WIDTH

    @property
    def head(self) -> float:
        """Inches of the name of a stage above its lines."""
        return 0.0 if self.is_wide else 1.3 * LINE


PAGE, PHONE = Shape(FULL_WIDTH, 70, 76, 0.19, 0.018, 5), Shape(HALF_WIDTH, 36, 40, 0.045, 0.035, 2)


class Entry(NamedTuple):
    """A claim with its grade, or a number."""

    kind: str
    grade: str
    text: str


class Line(NamedTuple):
    """One line of an entry, and its place within its stage."""

    kind: str
    grade: str
    text: str
    place: float
    number: int


def laid_out(data: pd.DataFrame, shape: Shape) -> pd.DataFrame:
    """Cut each entry into lines: ``stage, kind, grade, text`` (one line each), ``place`` (lines above it
    within its stage) and ``number`` of the entry.
    """
    rows = []
    for stage, entries in data.groupby("stage", sort=False):
        place = 0.0
        for number, row in zip(entries.index, typed_rows(entries, Entry), strict=True):
            if row.kind == "claim" and place:
                place += 0.35
            for text in wrap(row.text, shape.claim if row.kind == "claim" else shape.number) or [""]:
                rows.append(
                    {
                        "stage": stage,
                        "kind": row.kind,
                        "grade": row.grade,
                        "text": text,
                        "place": place,
                        "number": number,
                    }
                )
                place += 1
    return pd.DataFrame(rows, columns=["stage", "kind", "grade", "text", "place", "number"])


def band_height(own: pd.DataFrame, shape: Shape) -> float:
    """Height in inches of the band of one stage, whose name needs room too."""
    if not shape.is_wide:
        return shape.head + (float(own["place"].max()) + 1) * LINE + 0.14
    return (
        max(float(own["place"].max()) + 1, 1.2 * (fill(own["stage"].iloc[0], WIDEST_STAGE).count("\n") + 1))
        * LINE
        + 0.14
    )


def draw_chain(lines: pd.DataFrame, ax: Axes, shape: Shape) -> float:
    """Draw one band a stage from top to bottom, joined by arrows; ``lines`` from ``laid_out``.

    Returns
    -------
    The height in inches that the bands take.
    """
    top, stages = 0.0, list(dict.fromkeys(lines["stage"]))
    for stage in stages:
        own = lines[lines["stage"] == stage]
        height = band_height(own, shape)
        ax.add_patch(Rectangle((0, top), 1, height, facecolor="white", edgecolor=GREY, linewidth=0.7))
        middle = draw_stage(ax, stage, (top, height), shape)
        for row in typed_rows(own, Line):
            draw_line(
                row,
                top + shape.head + 0.07 + (row.place + 0.5) * LINE,
                ax,
                shape,
                is_first=not ((own["number"] == row.number) & (own["place"] < row.place)).any(),
            )
        if stage != stages[-1]:
            ax.add_patch(
                FancyArrowPatch(
                    (middle, top + height),
                    (middle, top + height + GAP),
                    arrowstyle="-|>",
                    mutation_scale=11,
                    color=INK,
                    shrinkA=0,
                    shrinkB=0,
                )
            )
        top += height + GAP
    ax.set(xlim=(-0.004, 1.004), ylim=(top - GAP + 0.02, -0.02))  # the bands' edges whole
    ax.axis("off")
    return top - GAP


def draw_stage(ax: Axes, stage: str, band: tuple[float, float], shape: Shape) -> float:
    """Draw the name of a stage, ``band`` being the top and the height of its own; return where in the width
    the arrow to the next stage stands.
    """
    top, height = band
    width = shape.begin - 0.02 if shape.is_wide else 1.0
    height = height if shape.is_wide else shape.head
    ax.add_patch(Rectangle((0, top), width, height, facecolor=PALE, edgecolor=GREY, linewidth=0.7))
    name = fill(stage, WIDEST_STAGE) if shape.is_wide else stage
    at = (width / 2, top + height / 2)
    ax.text(*at, name, ha="center", va="center", fontsize=9, fontweight="bold", color=INK)
    return width / 2


def draw_line(row: Line, y: float, ax: Axes, shape: Shape, *, is_first: bool) -> None:
    """Draw one line of an entry; the first line of a claim has the sign of its grade."""
    if row.kind == "claim" and is_first:
        ax.text(
            shape.begin,
            y,
            GRADE_SIGNS[row.grade],
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold",
            color=INK,
        )
    weight, size = ("bold", 8) if row.kind == "claim" else ("normal", 8)
    ax.text(
        shape.begin + shape.indent * (1 if row.kind == "claim" else 2),
        y,
        row.text,
        ha="left",
        va="center",
        fontsize=size,
        fontweight=weight,
        color=INK,
    )


def draw_legend(words: dict[str, str], ax: Axes, shape: Shape) -> Axes:
    """Say what the signs mean; ``words`` are the grades by their codes."""
    names = list(words)
    rows = [names[place : place + shape.grades] for place in range(0, len(names), shape.grades)]
    for place, row in enumerate(rows):
        letters = sum(len(words[grade]) + 6 for grade in row) if shape.is_wide else 2 * 26
        before = 1
        for grade in row:
            x, y = before / letters, 1 - (place + 0.5) / len(rows)
            before += len(words[grade]) + 6 if shape.is_wide else 26
            look: dict[str, Any] = {"fontsize": 10, "fontweight": "bold", "color": INK}
            ax.text(x, y, GRADE_SIGNS[grade], ha="center", va="center", **look)
            beside = 0.02 * FULL_WIDTH / shape.width
            ax.text(x + beside, y, words[grade], ha="left", va="center", fontsize=8, color=INK)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    return ax


def results_chain(
    data: pd.DataFrame, grades: dict[str, str], title: str, caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``stage, kind`` (``claim`` or ``number``), ``grade`` (of a claim, else
    empty) and ``text``, in the order shown.
    """
    parts = [f"{stage}: {'; '.join(rows['text'])}" for stage, rows in data.groupby("stage", sort=False)]
    alt = language.say("Diagram of the results chain, from top to bottom.") + " " + ". ".join(parts) + "."
    wide, narrow = (drawn(data, grades, shape) for shape in (PAGE, PHONE))
    return Exhibit("chain", title, caption, data, alt, wide, narrow=narrow)


def drawn(data: pd.DataFrame, grades: dict[str, str], shape: Shape) -> bytes:
    """Return the picture in one shape."""
    lines = laid_out(data, shape)
    heights = [band_height(own, shape) for _, own in lines.groupby("stage", sort=False)]
    height = sum(heights) + GAP * (len(heights) - 1) + 0.04
    foot_height = 0.26 if shape.is_wide else 0.2 * -(-len(grades) // shape.grades)
    figure, (ax, foot) = new_panels(
        height + foot_height + 0.04, heights=(height, foot_height), width=shape.width
    )
    draw_chain(lines, ax, shape)
    draw_legend(grades, foot, shape)
    for text in (*ax.texts, *foot.texts):  # or the width of a line would decide that of the bands
        text.set_in_layout(False)
    return to_svg(figure)
