"""The key figure of a brief: what counts for each claim, in one picture for a page and one for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import blended_transform_factory

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    FULL_WIDTH,
    HALF_WIDTH,
    Spot,
    draw_estimate,
    plain_ticks,
    set_thesis_style,
    to_svg,
)
from manfaat.report.words import Language

LINE, FOOT = 0.2, 2.3  # inches between two lines; lines below the axis
AMOUNT, COUNT = 0.645, 0.995  # where amounts begin and counts end in a wide picture
BESIDE = 35  # letters of an amount and of a count that stand in one line
WORDS: dict[str, Any] = {"fontsize": 7.5, "color": INK, "annotation_clip": False}


class Layout(NamedTuple):
    """How wide a picture is (inches), how many letters of a label stand in a line, and where in the width the
    marks stand.
    """

    width: float
    letters: int
    mark: tuple[float, float]

    @property
    def is_wide(self) -> bool:
        """Whether words stand beside the marks."""
        return self.width == FULL_WIDTH


PAGE, PHONE = Layout(FULL_WIDTH, 42, (0.41, 0.625)), Layout(HALF_WIDTH, 46, (0.03, 0.97))


class Mark(NamedTuple):
    """One indicator of a claim, as ``brief.Brief.rows`` gives it."""

    claim: str
    label: str
    estimate: float
    ci_low: float
    ci_high: float
    text: str
    n: str
    others: Sequence[float]


def claims_figure(id: str, rows: pd.DataFrame, title: str, caption: str, language: Language) -> Exhibit:
    """Return the figure; ``rows`` as ``brief.Brief.rows`` gives them."""
    told = [f"{row.claim}: {shown(row)}" for row in typed_rows(rows, Mark)]
    alt = language.say("Chart of estimates with intervals, one line an estimate.") + f" {'; '.join(told)}."
    wide, narrow = (drawn(rows, layout, language) for layout in (PAGE, PHONE))
    data = rows.drop(columns=["text", "n", "others"])
    return Exhibit(id, title, caption, data, alt, wide, narrow=narrow)


def amount(row: Mark) -> str:
    """The amount as it stands beside its mark: the interval below it where both would meet the count."""
    return row.text.replace(" (", "\n(") if len(row.text) + len(row.n) > BESIDE else row.text


def shown(row: Mark) -> str:
    """What a mark shows, in words."""
    return f"{row.label}: {row.text}, n {row.n}"


def drawn(rows: pd.DataFrame, layout: Layout, language: Language) -> bytes:
    """Draw the rows below each other, each claim headed by its name; in a narrow picture what a row says
    stands above and below its mark, in a wide one beside it.
    """
    above, place, heads, places = "", 0.0, [], []
    for row in typed_rows(rows, Mark):
        if row.claim != above:
            place, above = place + (0.4 if above else 0.0), row.claim
            heads.append((place, row.claim))
            place += 1
        beside = amount(row).count("\n") if layout.is_wide else 0
        lines = max(fill(row.label, layout.letters).count("\n"), beside) + 1
        places.append(place + ((lines - 1) / 2 if layout.is_wide else lines - 0.2))
        place += lines if layout.is_wide else lines + 1.3
    place += 0.0 if layout.is_wide else 0.5  # what the last row says ends above the axis
    height = LINE * (place + FOOT)
    set_thesis_style()
    figure = Figure(figsize=(layout.width, height))
    figure.set_layout_engine("none")  # the places are known
    left, right = layout.mark
    ax = figure.add_axes((left, FOOT * LINE / height, right - left, LINE * place / height))
    for row, at in zip(typed_rows(rows, Mark), places, strict=True):
        draw_mark(ax, row, at, layout)
    for at, name in heads:
        write(ax, name, (0.005, at), fontweight="bold", fontsize=8)
    if layout.is_wide:
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set(ylim=(place - 0.5, -0.5), ylabel="", yticks=[], xlabel=language.say("Standard deviations"))
    ax.spines["left"].set_visible(False)
    plain_ticks(ax.xaxis, language)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    marks = zip(typed_rows(rows, Mark), places, strict=True)
    spots = [Spot(ax, row.ci_low, row.ci_high, at - 0.3, at + 0.3, shown(row)) for row, at in marks]
    return to_svg(figure, spots)


def write(ax: Axes, text: str, at: tuple[float, float], **look: Any) -> None:
    """Write a text at a share of the picture's width, in the line of a place."""
    lines = blended_transform_factory(ax.figure.transFigure, ax.transData)
    ax.annotate(text, at, xycoords=lines, **{"va": "center"} | WORDS | look)


def draw_mark(ax: Axes, row: Mark, place: float, layout: Layout) -> None:
    """Draw an interval with its estimate, filled where it excludes zero, and write what it says."""
    ax.plot([*row.others], [place] * len(row.others), "|", color=GREY, markersize=7, markeredgewidth=0.9)
    draw_estimate(ax, (row.ci_low, row.estimate, row.ci_high), place, speaks=True)
    label = fill(row.label, layout.letters)
    if layout.is_wide:
        write(ax, label, (0.005, place))
        write(ax, amount(row), (AMOUNT, place))
        write(ax, row.n, (COUNT, place), ha="right")
    else:
        ax.plot([0, 0], [place - 0.3, place + 0.3], color=GREY, linewidth=0.9, zorder=0)
        write(ax, label, (0.005, place - 0.4), va="bottom")
        write(ax, row.text, (0.005, place + 0.4), va="top")
        write(ax, row.n, (COUNT, place + 0.4), va="top", ha="right")
