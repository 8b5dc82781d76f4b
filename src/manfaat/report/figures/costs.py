"""What was paid, by whom, over the years; and what is left of the total for the party whose saving is at
issue.
"""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.answers import rectangles
from manfaat.report.figures.style import (
    BAR,
    FULL_WIDTH,
    HALF_WIDTH,
    PALETTE,
    WEAK_BAR,
    Spot,
    Stacked,
    bar_spots,
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
PAYERS = PALETTE[2:]  # the first two colours are of participants and of those compared with them


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
                facecolor=PAYERS[place % len(PAYERS)],
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
    paid = data[data["real"] > 0]
    parts = [
        language.say(
            "{payer}, {year}: {nominal} in the money of the year, {real} in real money",
            payer=row.payer,
            year=row.year,
            nominal=language.number(row.nominal, 1),
            real=language.number(row.real, 1),
        )
        for row in typed_rows(paid, Stack)
    ]
    alt = language.say("Stacked bars of the cost by payer over the years, {unit}.", unit=unit)
    title = language.say("Who paid, over the years")
    pictures = []
    for wide in (True, False):
        figure, axes = panels_of_years(data, titles, unit, language, wide=wide)
        pictures.append(to_svg(figure, year_spots(axes, paid, parts)))
    told = f"{alt} {'; '.join(parts)}."
    return Exhibit("payers", title, caption, data, told, pictures[0], narrow=pictures[1])


def panels_of_years(
    data: pd.DataFrame, titles: tuple[str, str], unit: str, language: Language, *, wide: bool
) -> tuple[Figure, list[Axes]]:
    """Draw both stacks, for a page or for a phone."""
    width = FULL_WIDTH if wide else HALF_WIDTH
    figure, axes = new_panels(4.6 if wide else 5.0, heights=(1, 1), width=width)
    for ax, column, title in zip(axes, ("nominal", "real"), titles, strict=True):
        draw_stacks(data, column, ax)
        ax.set_title(title if wide else fill(title, 40), loc="left")
        ax.set_ylabel(unit)
        plain_ticks(ax.yaxis, language)
        if not wide:
            ax.tick_params(axis="x", labelrotation=90)
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2 if wide else 1)
    return figure, axes


def year_spots(axes: list[Axes], paid: pd.DataFrame, parts: list[str]) -> list[Spot]:
    """Where what each paid in a year stands in both stacks, and what it shows."""
    return [
        Spot(ax, row.year - 0.375, row.year + 0.375, top - getattr(row, column), top, text)
        for ax, column in zip(axes, ("nominal", "real"), strict=True)
        for row, top, text in zip(
            typed_rows(paid, Stack), paid.groupby("year")[column].cumsum(), parts, strict=True
        )
    ]


def waterfall(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return the steps from the whole cost to what is left; ``data`` has ``label, start, end, kind``
    (``total``, ``step``, ``rest``).
    """
    rows = list(typed_rows(data, Step))
    parts = [f"{row.label}: {language.number(abs(row.end - row.start), 1)}" for row in rows]
    alt = language.say("Waterfall chart from the whole cost to what is left, {unit}.", unit=unit)
    told = f"{alt} {'; '.join(parts)}."
    stacked = Stacked(data["label"].tolist(), 0.3)
    pictures: list[bytes] = []
    for figure, ax in (new_figure(0.9 + 0.36 * len(data)), stacked.figure()):
        draw_steps(ax, rows, language)
        name_bars(ax, data["label"].tolist(), (0, data["start"].max() * 1.15), unit, language)
        if pictures:
            stacked.name(ax)
        pictures.append(to_svg(figure, bar_spots(ax, data["start"], data["end"], parts)))
    return Exhibit("waterfall", title, caption, data, told, pictures[0], narrow=pictures[1])


def draw_steps(ax: Axes, rows: list[Step], language: Language) -> None:
    """Draw the bars of a waterfall, each where the one above it ends."""
    colours = {"total": BAR, "step": WEAK_BAR, "rest": BAR}
    for place, row in enumerate(rows):
        low, width = min(row.start, row.end), abs(row.end - row.start)
        hatch = "//" if row.kind == "step" else ""
        draw_bar(ax, place, width, colours[row.kind], hatch=hatch, left=low)
        written = ("−" if row.kind == "step" else "") + language.number(width, 1)
        write_end(ax, written, max(row.start, row.end), place)
        if place:
            ax.plot([row.start, row.start], [place - 1, place], color=GREY, linewidth=0.7)
