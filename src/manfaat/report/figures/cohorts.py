"""Cohorts of one programme side by side: one panel an indicator, one interval a cohort."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import Spot, draw_estimate, new_panels, pictures, plain_ticks, width_of
from manfaat.report.words import Language

COLUMNS = 3  # panels beside each other
WIDEST = {"name": 31, "unit": 34, "cohort": 18}  # letters in a line


class Interval(NamedTuple):
    """The estimate of one cohort; ``is_compared`` with another one."""

    cohort: str
    estimate: float
    ci_low: float
    ci_high: float
    is_compared: bool


def draw_cohorts(rows: pd.DataFrame, cohorts: list[str], ax: Axes) -> Axes:
    """Draw one interval a cohort, in their order from the top; ``cohort, estimate, ci_low, ci_high,
    is_compared`` (grey where not), ``has_zero``.
    """
    for row in typed_rows(rows, Interval):
        place, ends = cohorts.index(row.cohort), (row.ci_low, row.estimate, row.ci_high)
        draw_estimate(ax, ends, place, speaks=True, faint=not row.is_compared)
    if rows["has_zero"].iloc[0]:
        ax.axvline(0, color=GREY, linewidth=0.9, zorder=1.8)  # above the grid, below the intervals
    ax.set_yticks(range(len(cohorts)), [fill(name, WIDEST["cohort"]) for name in cohorts], fontsize=7)
    ax.set_ylim(len(cohorts) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", labelsize=7)
    ax.grid(axis="x", color=PALE)
    return ax


def cohort_trends(
    data: pd.DataFrame, cohorts: list[str], title: str, caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``name`` (code), ``indicator, unit, cohort`` (words, in the order of
    ``cohorts``), ``estimate, ci_low, ci_high, is_compared, has_zero`` and ``text``.
    """
    parts = "; ".join(
        f"{own['indicator'].iloc[0]}: "
        + ", ".join(f"{cohort} {text}" for cohort, text in zip(own["cohort"], own["text"], strict=True))
        for _, own in data.groupby("name", sort=False)
    )
    alt = language.say("Panels of estimates with intervals, one panel an indicator, one line a cohort.")
    shown = data.drop(columns=["text", "has_zero"])
    wide, narrow = pictures(lambda is_wide: panels_of(data, cohorts, language, is_wide))
    return Exhibit("trends", title, caption, shown, f"{alt} {parts}.", wide, narrow=narrow)


def panels_of(
    data: pd.DataFrame, cohorts: list[str], language: Language, is_wide: bool
) -> tuple[Figure, list[Spot]]:
    """The panels beside each other, or for a phone one below the other, and where their marks stand."""
    names = list(dict.fromkeys(data["name"]))
    columns = min(COLUMNS, len(names)) if is_wide else 1
    rows = -(-len(names) // columns)
    lines = max(fill(name, WIDEST["cohort"]).count("\n") + 1 for name in cohorts)
    above = sum(
        max(fill(text, WIDEST[kind]).count("\n") for text in data[column])
        for kind, column in (("name", "indicator"), ("unit", "unit"))
    )
    figure, axes = new_panels(
        0.2 + (0.72 + 0.13 * above + (0.1 + 0.12 * lines) * len(cohorts)) * rows,
        heights=[1] * rows,
        widths=[1] * columns,
        width=width_of(is_wide),
        share_y=True,
    )
    spots = []
    for ax, name in zip(axes, names, strict=False):
        own = data[data["name"] == name]
        draw_cohorts(own, cohorts, ax)
        ax.set_title(fill(own["indicator"].iloc[0], WIDEST["name"]), loc="left", fontsize=8, color=INK)
        ax.set_xlabel(fill(own["unit"].iloc[0], WIDEST["unit"]), fontsize=7)
        plain_ticks(ax.xaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        for row, place, text in told_of(own, cohorts):
            where = (row.ci_low, row.ci_high, place - 0.25, place + 0.25)
            spots.append(Spot(ax, *where, f"{row.cohort}: {text}"))
    for ax in axes[len(names) :]:
        ax.axis("off")
    return figure, spots


def told_of(rows: pd.DataFrame, cohorts: list[str]) -> Iterator[tuple[Interval, int, str]]:
    """The intervals of one panel, in which line each stands and what it shows."""
    for row, text in zip(typed_rows(rows, Interval), rows["text"], strict=True):
        yield row, cohorts.index(row.cohort), text
