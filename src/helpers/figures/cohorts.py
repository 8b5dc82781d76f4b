"""Cohorts of one programme side by side: one panel an indicator, one interval a cohort."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.figures.style import GREY, INK, PALE, PALETTE, new_figure, plain_ticks, to_svg
from helpers.report.exhibit import Exhibit
from helpers.words import Language

COLUMNS = 3  # panels beside each other
WIDEST = {"name": 30, "unit": 30, "cohort": 11}  # letters in a line


def draw_cohorts(rows: pd.DataFrame, cohorts: list[str], ax: Axes) -> Axes:
    """Draw one interval a cohort, in their order; ``cohort, estimate, ci_low, ci_high, is_compared`` (hollow where not)."""
    for row in rows.itertuples(index=False):
        place, colour = cohorts.index(row.cohort), PALETTE[0] if row.is_compared else GREY
        ax.plot([place, place], [row.ci_low, row.ci_high], color=colour, linewidth=1.5, solid_capstyle="butt")
        marker, filling = ("o", colour) if row.is_compared else ("s", "white")
        ax.plot([place], [row.estimate], marker=marker, color=colour, markerfacecolor=filling, markersize=5.5, linestyle="none")
    if rows["has_zero"].iloc[0]:
        ax.axhline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set_xticks(range(len(cohorts)), [fill(name, WIDEST["cohort"]) for name in cohorts], fontsize=7)
    ax.set_xlim(-0.5, len(cohorts) - 0.5)
    ax.tick_params(axis="x", length=0)
    ax.tick_params(axis="y", labelsize=7)
    ax.grid(axis="y", color=PALE)
    return ax


def cohort_trends(data: pd.DataFrame, title: str, caption: str, language: Language) -> Exhibit:
    """Return the figure; ``data`` has ``indicator, unit, cohort`` (words), ``estimate, ci_low, ci_high, is_compared, has_zero`` and ``text``."""
    names, cohorts = list(dict.fromkeys(data["indicator"])), list(dict.fromkeys(data["cohort"]))
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure, axes = new_figure(0.2 + 1.55 * rows, rows=rows, columns=columns)
    flat = np.atleast_1d(axes).ravel()
    for ax, name in zip(flat, names, strict=False):
        own = data[data["indicator"] == name]
        draw_cohorts(own, cohorts, ax)
        ax.set_title(fill(name, WIDEST["name"]), loc="left", fontsize=8, color=INK)
        ax.set_ylabel(fill(own["unit"].iloc[0], WIDEST["unit"]), fontsize=7)
        plain_ticks(ax.yaxis, language)
        ax.yaxis.get_major_locator().set_params(nbins=4)
    for ax in flat[len(names) :]:
        ax.axis("off")
    parts = [f"{name}: " + ", ".join(f"{row.cohort} {row.text}" for row in own.itertuples(index=False)) for name, own in data.groupby("indicator", sort=False)]
    alt = language.say("Panels of estimates with intervals, one panel an indicator, one line a cohort.") + " " + "; ".join(parts) + "."
    return Exhibit("trends", title, caption, data.drop(columns=["text", "has_zero"]), alt, to_svg(figure))
