"""What was paid, by whom, over the years; and what is left of the total for the party whose saving is at
issue.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.answers import rectangles
from manfaat.report.figures.style import (
    PALETTE,
    draw_bar,
    legend_name,
    name_bars,
    new_figure,
    new_panels,
    plain_ticks,
    to_svg,
    write_end,
)
from manfaat.report.words import Language

# lines, not dots: a dot is a path of its own and makes large files
HATCHES = ("", "//", "\\\\", "xx", "--", "||")


class Stack(NamedTuple):
    """What one payer paid in one year, in the money of the year and in real money."""

    year: int
    payer: str
    nominal: float
    real: float


class Step(NamedTuple):
    """One bar of a waterfall, from ``start`` to ``end``: ``total``, ``step`` or ``rest``."""

    label: str
    start: float
    end: float
    kind: str


def draw_stacks(data: pd.DataFrame, column: str, ax: Axes) -> Axes:
    """Draw one stack of bars a year; ``data`` has ``year, payer`` and the amounts in ``column``."""
    years = sorted(data["year"].unique())
    base = [0.0] * len(years)
    for place, (payer, rows) in enumerate(data.groupby("payer", sort=False)):
        heights = rows.set_index("year")[column].reindex(years, fill_value=0.0).astype("float64").tolist()
        boxes = [
            (year - 0.375, low, 0.75, tall)
            for year, low, tall in zip(years, base, heights, strict=True)
            if tall
        ]
        ax.add_patch(
            PathPatch(
                rectangles(boxes),
                label=legend_name(str(payer)),
                facecolor=PALETTE[place % 6],
                hatch=HATCHES[place % 6],
                edgecolor="white",
                linewidth=0.5,
            )
        )
        base = [low + tall for low, tall in zip(base, heights, strict=True)]
    ax.set_xticks(years, [str(year) for year in years], rotation=90 if len(years) > 14 else 0, fontsize=7)
    ax.tick_params(axis="x", length=0)
    ax.set(xlim=(min(years) - 0.6, max(years) + 0.6), ylim=(0, max(base) * 1.05 or 1.0))
    return ax


def payers_over_years(
    data: pd.DataFrame, titles: tuple[str, str], unit: str, caption: str, language: Language
) -> Exhibit:
    """Return the stacks in the money of each year and in real money; ``data`` has ``year, payer, nominal,
    real``.
    """
    figure, axes = new_panels(4.6, heights=(1, 1))
    for ax, column, title in zip(axes, ("nominal", "real"), titles, strict=True):
        draw_stacks(data, column, ax)
        ax.set_title(title, loc="left")
        ax.set_ylabel(unit)
        plain_ticks(ax.yaxis, language)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    parts = "; ".join(
        language.say(
            "{payer}, {year}: {nominal} in the money of the year, {real} in real money",
            payer=row.payer,
            year=row.year,
            nominal=language.number(row.nominal, 1),
            real=language.number(row.real, 1),
        )
        for row in typed_rows(data[data["real"] > 0], Stack)
    )
    alt = language.say("Stacked bars of the cost by payer over the years, {unit}.", unit=unit)
    title = language.say("Who paid, over the years")
    return Exhibit("payers", title, caption, data, f"{alt} {parts}.", to_svg(figure))


def waterfall(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return the steps from the whole cost to what is left; ``data`` has ``label, start, end, kind``
    (``total``, ``step``, ``rest``).
    """
    colours = {"total": GREY, "step": PALETTE[5], "rest": PALETTE[1]}
    figure, ax = new_figure(0.9 + 0.36 * len(data))
    rows = list(typed_rows(data, Step))
    for place, row in enumerate(rows):
        low, width = min(row.start, row.end), abs(row.end - row.start)
        hatch = "//" if row.kind == "step" else ""
        draw_bar(ax, place, width, colours[row.kind], hatch=hatch, left=low)
        written = ("−" if row.kind == "step" else "") + language.number(width, 1)
        write_end(ax, written, max(row.start, row.end), place)
        if place:
            ax.plot([row.start, row.start], [place - 1, place], color=GREY, linewidth=0.7)
    name_bars(ax, data["label"].tolist(), (0, data["start"].max() * 1.15), unit, language)
    parts = "; ".join(f"{row.label}: {language.number(abs(row.end - row.start), 1)}" for row in rows)
    alt = language.say("Waterfall chart from the whole cost to what is left, {unit}.", unit=unit)
    return Exhibit("waterfall", title, caption, data, f"{alt} {parts}.", to_svg(figure))
