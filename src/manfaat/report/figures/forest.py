"""Estimates with their intervals: one indicator by all specifications, or all indicators by the primary
one.
"""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    Spot,
    Stacked,
    draw_estimate,
    new_figure,
    new_panels,
    pictures,
    plain_ticks,
    to_svg,
    width_of,
)
from manfaat.report.words import Language

WIDEST_LABEL, WIDEST_PANEL, NARROW_LABEL = 34, 21, 24  # letters in one line
AROUND = 0.5  # inches above and below the rows of a panel, beside its title and the name of its axis
MOST_APART = 4  # panels of one unit share an axis, but those whose estimates would be a dot on it
COLUMNS, DOUBT = 3, "†"  # panels beside each other; the sign of an estimate whose weights rest on few


class Interval(NamedTuple):
    """An estimate with its interval: written, whether it is by the specification that speaks, and whether it
    compares nobody.
    """

    label: str
    estimate: float
    ci_low: float
    ci_high: float
    text: str
    highlight: bool
    only_change: bool

    @property
    def ends(self) -> tuple[float, float, float]:
        """Where it is drawn."""
        return self.ci_low, self.estimate, self.ci_high


def draw_intervals(data: pd.DataFrame, ax: Axes, xlabel: str) -> Axes:
    """Draw one line an estimate: ``label, estimate, ci_low, ci_high, text`` (to the right),
    ``highlight`` (by the specification that speaks) and ``only_change`` (nobody is compared).
    """
    for place, row in enumerate(typed_rows(data, Interval)):
        draw_estimate(ax, row.ends, place, speaks=row.highlight, alone=row.only_change)
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
    name_rows(ax, [fill(label, WIDEST_LABEL) for label in data["label"]])
    ax.set(xlabel=xlabel, ylabel="")
    return ax


def name_rows(ax: Axes, names: list[str], places: list[float] | None = None) -> None:
    """Name the rows from the top, each at its place (one below the other by default), and draw the line at
    zero.
    """
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set_yticks(range(len(names)) if places is None else places, names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE)


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
    few_ticks(ax)
    if not wide:
        stacked.name(ax)
    spots = [
        Spot(ax, row.ci_low, row.ci_high, place - 0.15, place + 0.15, name.replace("\n", ": "))
        for place, (row, name) in enumerate(zip(typed_rows(data, Interval), names, strict=True))
    ]
    return to_svg(figure, spots)


def few_ticks(ax: Axes) -> None:
    """Write few numbers below the axis, for long labels leave it little width: fewer where they are long."""
    ax.xaxis.set_major_locator(MaxNLocator(3 if max(map(abs, ax.get_xlim())) >= 1000 else 4))


def interval_panels(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return estimates of several indicators, one panel each; ``data`` as for ``draw_intervals``, with
    ``indicator`` and ``unit`` in words, and ``few_alike`` (its weights rest on few).
    """
    alt = language.say("Panels of estimates with intervals, one panel an indicator, one line an estimate.")
    parts = [
        f"{name}: " + ", ".join(f"{row.label} {row.text}" for row in typed_rows(own, Interval))
        for name, own in data.groupby("indicator", sort=False)
    ]
    wide, narrow = pictures(lambda is_wide: panels_drawn(data, language, wide=is_wide))
    told = f"{alt} {'; '.join(parts)}."
    return Exhibit(id, title, caption, data.drop(columns="text"), told, wide, narrow=narrow)


def panels_drawn(data: pd.DataFrame, language: Language, *, wide: bool) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page, those of one row with the same lines, or for a phone, one below the
    other.
    """
    shown = [own for _, own in data.groupby("indicator", sort=False)]
    columns = min(COLUMNS, len(shown)) if wide else 1
    beside = [shown[place : place + columns] for place in range(0, len(shown), columns)]
    lines = [list(dict.fromkeys(pd.concat(own)["label"])) for own in beside]
    letters = WIDEST_LABEL if wide else NARROW_LABEL
    high = [[row_height(name, letters) for name in names] for names in lines]
    around = [AROUND + 0.13 * max(lines_around(one) for one in own) for own in beside]
    tall = [most + sum(rows) for most, rows in zip(around, high, strict=True)]
    figure, axes = new_panels(sum(tall), heights=tall, widths=[1] * columns, width=width_of(wide))
    spots: list[Spot] = []
    for place, (ax, own) in enumerate(zip(axes, shown, strict=False)):
        names, first = lines[place // columns], place % columns == 0
        rows = high[place // columns]
        middles = [sum(rows[:at]) + row / 2 for at, row in enumerate(rows)]
        spots += draw_panel(own, ax, dict(zip(names, middles, strict=True)))
        name_rows(ax, [fill(name, letters) for name in names] if first else [""] * len(names), middles)
        ax.set_ylim(sum(rows), 0)
        ax.set_title(
            fill(own["indicator"].iloc[0], WIDEST_PANEL), loc="left" if wide else "center", fontsize=8
        )
        ax.set_xlabel(fill(own["unit"].iloc[0], WIDEST_PANEL), fontsize=7.5)
        ax.tick_params(labelsize=7.5)
        plain_ticks(ax.xaxis, language)
        few_ticks(ax)
    for unit, own in data.groupby("unit", sort=False):
        same = [ax for ax, one in zip(axes, shown, strict=False) if one["unit"].iloc[0] == unit]
        ends = own.groupby("indicator", sort=False)[["ci_low", "ci_high"]]
        low, high_end = ends.min()["ci_low"].clip(upper=0), ends.max()["ci_high"].clip(lower=0)
        wide_enough = (high_end - low) >= (high_end.max() - low.min()) / MOST_APART
        kept = [ax for ax, is_kept in zip(same, wide_enough, strict=True) if is_kept]
        share_reach(kept, low[wide_enough].min(), high_end[wide_enough].max())
    for ax in axes[len(shown) :]:
        ax.axis("off")
    return figure, spots


def lines_around(own: pd.DataFrame) -> int:
    """How many lines the title of a panel and the name of its axis take."""
    names = own["indicator"].iloc[0], own["unit"].iloc[0]
    return sum(fill(name, WIDEST_PANEL).count("\n") + 1 for name in names)


def row_height(name: str, letters: int) -> float:
    """How much height (inches) a row needs for its name."""
    return 0.05 + 0.13 * (fill(name, letters).count("\n") + 1)


def share_reach(axes: list[Axes], low: float, high: float) -> None:
    """Give panels of one unit one axis."""
    if low < high:
        for ax in axes:
            ax.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))


def draw_panel(own: pd.DataFrame, ax: Axes, places: dict[str, float]) -> list[Spot]:
    """Draw the estimates of one indicator, each at the place of its name; return what each shows."""
    spots = []
    for row, doubted in zip(typed_rows(own, Interval), own["few_alike"], strict=True):
        place = places[row.label]
        draw_estimate(ax, row.ends, place, speaks=row.highlight, alone=row.only_change)
        if doubted:
            ax.annotate(
                DOUBT,
                (row.ci_high, place),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
        spots.append(
            Spot(ax, row.ci_low, row.ci_high, place - 0.08, place + 0.08, f"{row.label}: {row.text}")
        )
    return spots
