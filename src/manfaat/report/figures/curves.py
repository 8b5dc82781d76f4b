"""One estimate by every reasonable specification, and how far missing answers could move it."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import PALETTE, Spot, new_panels, plain_ticks, to_svg
from manfaat.report.words import Language

WIDEST_LABEL = 34


class Ends(NamedTuple):
    """The interval of an estimate."""

    ci_low: float
    ci_high: float


class Bounds(NamedTuple):
    """Bounds of an estimate and the interval around them."""

    low: float
    high: float
    ci_low: float
    ci_high: float


class Told(NamedTuple):
    """An interval and what it is, in words."""

    ci_low: float
    ci_high: float
    text: str


def broken(*ends: pd.Series | np.ndarray) -> np.ndarray:
    """Values of one line that is interrupted between its pieces: a fraction of the bytes of as many lines."""
    return np.column_stack(
        [*[np.asarray(end, dtype="float64") for end in ends], np.full(len(ends[0]), np.nan)]
    ).ravel()


def draw_curve(data: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the estimates from the lowest to the highest with their intervals; ``data`` has ``estimate,
    ci_low, ci_high, is_primary``.
    """
    place = np.arange(len(data))
    ax.axhline(0, color=GREY, linewidth=0.9)
    ax.plot(
        broken(place, place),
        broken(data["ci_low"], data["ci_high"]),
        color=PALETTE[5],
        linewidth=1.4,
        solid_capstyle="butt",
    )
    ax.plot(
        broken(place - 0.4, place + 0.4),
        broken(data["estimate"], data["estimate"]),
        color=PALETTE[0],
        linewidth=2.2,
        solid_capstyle="butt",
    )
    chosen = np.flatnonzero(data["is_primary"])
    for one in chosen:
        row = data.iloc[one]
        ax.plot([one, one], [row["ci_low"], row["ci_high"]], color=PALETTE[1], linewidth=1.8)
    ax.plot(
        chosen,
        data["estimate"].to_numpy()[chosen],
        marker="D",
        color=PALETTE[1],
        markersize=6,
        linestyle="none",
    )
    ax.set(xlim=(-1, len(data)), xticks=[])
    return ax


def draw_choices(choices: pd.DataFrame, ax: Axes) -> Axes:
    """Mark below each estimate what was chosen; ``choices`` has one column of booleans a choice, rows in the
    order of the estimates.
    """
    names = [str(name) for name in choices]
    for row, name in enumerate(names):
        place = np.flatnonzero(choices[name])
        ax.plot(
            broken(place, place),
            broken(np.full(len(place), row - 0.35), np.full(len(place), row + 0.35)),
            color=INK,
            linewidth=1.6,
            solid_capstyle="butt",
        )
    ax.set_yticks(range(len(names)), [fill(name, WIDEST_LABEL) for name in names])
    ax.set(ylim=(len(names) - 0.4, -0.6), xlim=(-1, len(choices)), xticks=[])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE)
    ax.spines["bottom"].set_visible(False)
    return ax


def specification_curve(
    id: str, title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``estimate, ci_low, ci_high, is_primary, text`` and one column of
    booleans a choice (its name is shown); ``words``: ``y, alt``.
    """
    data = data.sort_values("estimate", kind="stable", ignore_index=True)
    told, data = data["text"], data.drop(columns="text")
    choices = data.drop(columns=["estimate", "ci_low", "ci_high", "n", "is_primary"], errors="ignore")
    low = 0.3 + 0.17 * choices.shape[1]
    figure, (ax, below) = new_panels(2.2 + low, heights=(2.2, low))
    draw_curve(data, ax)
    draw_choices(choices, below)
    ax.set_ylabel(fill(words["y"], 28))
    plain_ticks(ax.yaxis, language)
    made = choices.apply(lambda row: ", ".join(str(name) for name in choices if row[name]), axis=1)
    spots = [
        Spot(ax, place - 0.4, place + 0.4, row.ci_low, row.ci_high, f"{name}: {text}" if name else text)
        for place, (row, name, text) in enumerate(zip(typed_rows(data, Ends), made, told, strict=True))
    ]
    return Exhibit(id, title, caption, data, words["alt"], to_svg(figure, spots))


def draw_bounds(rows: pd.DataFrame, ax: Axes) -> Axes:
    """Draw, of one indicator, one line a method: thin its interval, thick what lies between the bounds (a
    point where they meet); ``label, low, high, ci_low, ci_high``.
    """
    for place, row in enumerate(typed_rows(rows, Bounds)):
        colour = PALETTE[1] if row.low == row.high else PALETTE[0]
        ax.plot([row.ci_low, row.ci_high], [place, place], color=colour, linewidth=1.4, solid_capstyle="butt")
        if row.low == row.high:
            ax.plot([row.low], [place], marker="D", color=colour, markersize=5.5, linestyle="none")
        elif np.isfinite(row.low):
            ax.plot(
                [row.low, row.high],
                [place, place],
                color=colour,
                linewidth=5,
                alpha=0.75,
                solid_capstyle="butt",
            )
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set_yticks(range(len(rows)), rows["label"])
    ax.set(ylim=(len(rows) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    return ax


def bounds(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the figure, one panel an indicator; ``data`` has ``indicator, unit, label`` (the method), ``low,
    high, ci_low, ci_high`` and ``text``.
    """
    names = list(dict.fromkeys(data["indicator"]))
    counts = [int((data["indicator"] == name).sum()) for name in names]
    figure, axes = new_panels(
        0.3 + sum(0.62 + 0.2 * count for count in counts), heights=[count + 0.6 for count in counts]
    )
    for ax, name in zip(axes, names, strict=True):
        rows = data[data["indicator"] == name]
        draw_bounds(rows, ax)
        ax.set_xlabel(fill(f"{name}, {rows['unit'].iloc[0]}" if rows["unit"].iloc[0] else name, 84))
        plain_ticks(ax.xaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(5))
    told = data.assign(text=data["label"] + ": " + data["text"])
    parts = [f"{name}, {text}" for name, text in zip(told["indicator"], told["text"], strict=True)]
    alt = language.say("Chart of intervals and bounds, one panel an indicator, one line a method.")
    spots = [
        Spot(ax, row.ci_low, row.ci_high, place - 0.25, place + 0.25, row.text)
        for ax, name in zip(axes, names, strict=True)
        for place, row in enumerate(typed_rows(told[told["indicator"] == name], Told))
    ]
    return Exhibit(
        id, title, caption, data.drop(columns="text"), f"{alt} {'; '.join(parts)}.", to_svg(figure, spots)
    )
