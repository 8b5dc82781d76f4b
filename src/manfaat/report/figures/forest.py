"""Estimates with their intervals: one indicator by all specifications, or all indicators by the primary
one.
"""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import PALETTE, Spot, Stacked, new_figure, plain_ticks, to_svg
from manfaat.report.words import Language

WIDEST_LABEL = 34  # letters in one line


class Interval(NamedTuple):
    """An estimate with its interval: written, whether it is the one that counts, and whether it compares
    nobody.
    """

    estimate: float
    ci_low: float
    ci_high: float
    text: str
    highlight: bool
    only_change: bool


def draw_intervals(data: pd.DataFrame, ax: Axes, xlabel: str) -> Axes:
    """Draw one line an estimate: ``label, estimate, ci_low, ci_high, text`` (to the right),
    ``highlight`` (the one that counts) and ``only_change`` (nobody is compared: grey).
    """
    for place, row in enumerate(typed_rows(data, Interval)):
        colour, marker = (
            (PALETTE[1], "D") if row.highlight else (GREY, "s") if row.only_change else (PALETTE[0], "o")
        )
        ax.plot([row.ci_low, row.ci_high], [place, place], color=colour, linewidth=1.6, solid_capstyle="butt")
        ax.plot(
            [row.estimate],
            [place],
            marker=marker,
            color=colour,
            markersize=5.5,
            linestyle="none",
            markerfacecolor="white" if row.only_change else colour,
        )
        ax.annotate(
            row.text,
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            ha="left",
            fontsize=7.5,
            color=INK,
            annotation_clip=False,
        )
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set_yticks(range(len(data)), [fill(label, WIDEST_LABEL) for label in data["label"]])
    ax.set_ylim(len(data) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE)
    ax.set(xlabel=xlabel, ylabel="")
    return ax


def interval_figure(
    id: str, title: str, data: pd.DataFrame, xlabel: str, caption: str, language: Language
) -> Exhibit:
    """Return a figure of estimates with intervals; ``data`` as for ``draw_intervals``."""
    parts = [f"{label}: {text}" for label, text in zip(data["label"], data["text"], strict=True)]
    alt = language.say("Chart of estimates with intervals, one line an estimate.")
    told = f"{alt} {'; '.join(parts)}."
    wide, narrow = (drawn(data, xlabel, language, wide=wide) for wide in (True, False))
    return Exhibit(id, title, caption, data.drop(columns="text"), told, wide, narrow=narrow)


def drawn(data: pd.DataFrame, xlabel: str, language: Language, *, wide: bool) -> bytes:
    """Draw the intervals for a page, names and amounts beside them, or for a phone, above them."""
    names = [f"{label}\n{text}" for label, text in zip(data["label"], data["text"], strict=True)]
    stacked = Stacked(names, 0.15)
    lines = max(
        fill(label, WIDEST_LABEL).count("\n") + 1 for label in data["label"]
    )  # rows are evenly spaced: the longest label decides
    figure, ax = new_figure(0.75 + (0.13 + 0.14 * lines) * len(data)) if wide else stacked.figure()
    draw_intervals(data if wide else data.assign(text=""), ax, xlabel)
    plain_ticks(ax.xaxis, language)
    ax.xaxis.set_major_locator(MaxNLocator(4))  # long labels leave little width for numbers
    if not wide:
        stacked.name(ax)
    spots = [
        Spot(ax, row.ci_low, row.ci_high, place - 0.15, place + 0.15, name.replace("\n", ": "))
        for place, (row, name) in enumerate(zip(typed_rows(data, Interval), names, strict=True))
    ]
    return to_svg(figure, spots)
