"""The results chain: from what was put in to what it led to, with the numbers of one cohort and the grade of
each claim.
"""

from __future__ import annotations

from textwrap import fill, wrap
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import PALETTE, new_panels, to_svg
from manfaat.report.verdict_words import GRADE_SIGNS
from manfaat.report.words import Language

# A grade has a sign of its own beside its colour, and its word stands beside both.
GRADE_COLOURS = {
    "shown": PALETTE[2],
    "suggested": PALETTE[0],
    "reported only": "#8a5a00",
    "cannot tell": GREY,
    "contradicted": "#b04a00",
}
WIDEST = {"claim": 70, "number": 82}  # letters in a line
WIDEST_STAGE = 12
LINE, GAP = 0.165, 0.26  # inches of a line and between two stages
BAND, INDENT = 0.19, 0.018  # where the lines begin and how far numbers are set in, as shares of the width


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


def laid_out(data: pd.DataFrame) -> pd.DataFrame:
    """Cut each entry into lines: ``stage, kind, grade, text`` (one line each), ``place`` (lines above it
    within its stage) and ``number`` of the entry.
    """
    rows = []
    for stage, entries in data.groupby("stage", sort=False):
        place = 0.0
        for number, row in zip(entries.index, typed_rows(entries, Entry), strict=True):
            if row.kind == "claim" and place:
                place += 0.35
            for text in wrap(row.text, WIDEST[row.kind]) or [""]:
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


def band_height(own: pd.DataFrame) -> float:
    """Height in inches of the band of one stage, whose name needs room too."""
    return (
        max(float(own["place"].max()) + 1, 1.2 * (fill(own["stage"].iloc[0], WIDEST_STAGE).count("\n") + 1))
        * LINE
        + 0.14
    )


def draw_chain(lines: pd.DataFrame, ax: Axes) -> float:
    """Draw one band a stage from top to bottom, joined by arrows; ``lines`` from ``laid_out``.

    Returns
    -------
    The height in inches that the bands take.
    """
    top, stages = 0.0, list(dict.fromkeys(lines["stage"]))
    for stage in stages:
        own = lines[lines["stage"] == stage]
        height = band_height(own)
        ax.add_patch(Rectangle((0, top), 1, height, facecolor="white", edgecolor=GREY, linewidth=0.7))
        ax.add_patch(Rectangle((0, top), BAND - 0.02, height, facecolor=PALE, edgecolor=GREY, linewidth=0.7))
        ax.text(
            (BAND - 0.02) / 2,
            top + height / 2,
            fill(stage, WIDEST_STAGE),
            ha="center",
            va="center",
            fontsize=9,
            fontweight="bold",
            color=INK,
        )
        for row in typed_rows(own, Line):
            draw_line(
                row,
                top + 0.07 + (row.place + 0.5) * LINE,
                ax,
                is_first=not ((own["number"] == row.number) & (own["place"] < row.place)).any(),
            )
        if stage != stages[-1]:
            middle = (BAND - 0.02) / 2
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


def draw_line(row: Line, y: float, ax: Axes, *, is_first: bool) -> None:
    """Draw one line of an entry; the first line of a claim has the sign of its grade."""
    if row.kind == "claim" and is_first:
        ax.text(
            BAND,
            y,
            GRADE_SIGNS[row.grade],
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold",
            color=GRADE_COLOURS[row.grade],
        )
    weight, size = ("bold", 8) if row.kind == "claim" else ("normal", 8)
    ax.text(
        BAND + INDENT * (1 if row.kind == "claim" else 2),
        y,
        row.text,
        ha="left",
        va="center",
        fontsize=size,
        fontweight=weight,
        color=INK,
    )


def draw_legend(words: dict[str, str], ax: Axes) -> Axes:
    """Say what the signs mean, in one line; ``words`` are the grades by their codes."""
    letters, before = sum(len(word) + 6 for word in words.values()), 1
    for grade, word in words.items():
        x, before = before / letters, before + len(word) + 6
        ax.text(
            x,
            0.5,
            GRADE_SIGNS[grade],
            ha="center",
            va="center",
            fontsize=10,
            fontweight="bold",
            color=GRADE_COLOURS[grade],
        )
        ax.text(x + 0.02, 0.5, word, ha="left", va="center", fontsize=8, color=INK)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axis("off")
    return ax


def results_chain(
    data: pd.DataFrame, grades: dict[str, str], title: str, caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``stage, kind`` (``claim`` or ``number``), ``grade`` (of a claim, else
    empty) and ``text``, in the order shown.
    """
    lines = laid_out(data)
    heights = [band_height(own) for _, own in lines.groupby("stage", sort=False)]
    height = sum(heights) + GAP * (len(heights) - 1) + 0.04
    figure, (ax, foot) = new_panels(height + 0.3, heights=(height, 0.26))
    draw_chain(lines, ax)
    draw_legend(grades, foot)
    for text in (*ax.texts, *foot.texts):  # or the width of a line would decide that of the bands
        text.set_in_layout(False)
    parts = [f"{stage}: {'; '.join(rows['text'])}" for stage, rows in data.groupby("stage", sort=False)]
    alt = language.say("Diagram of the results chain, from top to bottom.") + " " + ". ".join(parts) + "."
    return Exhibit("chain", title, caption, data, alt, to_svg(figure))
