"""One estimate by every reasonable specification, and how far missing answers could move it."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GAPS, GREY, INK, MIDDLE, PALE, WEAK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    Spot,
    draw_estimate,
    draw_point,
    is_clear,
    new_panels,
    pictures,
    plain_ticks,
    width_of,
)
from manfaat.report.words import Language

WIDEST_LABEL, NARROW_LABEL = 34, 18  # letters in one line
NARROWEST = 110  # points of a panel, where three stand beside each other
COLUMNS = ("indicator", "unit", "estimate", "ci_low", "ci_high", "n", "is_primary", "text")


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


def thickness(lines: int) -> float:
    """How thick so many lines side by side may be, that each is seen: less than half of what one has."""
    return min(1.4, NARROWEST / 2.4 / max(lines, 1))


def draw_curve(data: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the estimates from the lowest to the highest with their intervals; ``data`` has ``estimate,
    ci_low, ci_high, is_primary``.
    """
    place, thick = np.arange(len(data)), thickness(len(data))
    ax.axhline(0, color=GREY, linewidth=0.9)
    ax.plot(
        broken(place, place),
        broken(data["ci_low"], data["ci_high"]),
        color=WEAK,
        linewidth=thick,
        solid_capstyle="butt",
    )
    ax.plot(
        broken(place - 0.4, place + 0.4),
        broken(data["estimate"], data["estimate"]),
        color=GAPS[3],
        linewidth=2.2,
        solid_capstyle="butt",
    )
    for one in map(int, np.flatnonzero(data["is_primary"])):
        low, estimate, high = data[["ci_low", "estimate", "ci_high"]].iloc[one]
        ax.plot([one, one], [low, high], color=INK, linewidth=1.6)
        draw_point(ax, one, estimate, INK, marker="s", filled=is_clear(low, high))
    ax.set(xlim=(-1, len(data)), xticks=[])
    return ax


def draw_choices(choices: pd.DataFrame, ax: Axes, letters: int = WIDEST_LABEL) -> Axes:
    """Mark below each estimate what was chosen; ``choices`` has one column of booleans a choice, rows in the
    order of the estimates. ``letters`` : in a line of a name, 0 where they are not named.
    """
    names = [str(name) for name in choices]
    for row, name in enumerate(names):
        place = np.flatnonzero(choices[name])
        ax.plot(
            broken(place, place),
            broken(np.full(len(place), row - 0.35), np.full(len(place), row + 0.35)),
            color=INK,
            linewidth=thickness(len(choices)),
            solid_capstyle="butt",
        )
    ax.set_yticks(range(len(names)), [fill(name, letters) if letters else "" for name in names])
    ax.set(ylim=(len(names) - 0.4, -0.6), xlim=(-1, len(choices)), xticks=[])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE)
    ax.spines["bottom"].set_visible(False)
    return ax


def specification_curves(
    id: str, title: str, data: pd.DataFrame, alt: str, caption: str, language: Language
) -> Exhibit:
    """Return the figure, one panel an indicator beside each other; ``data`` has ``indicator, unit`` (words),
    ``estimate, ci_low, ci_high, n, is_primary, text`` and one column of booleans a choice (its name is
    shown).
    """
    data = data.sort_values("estimate", kind="stable")
    shown = [data[data["indicator"] == name] for name in data.sort_index()["indicator"].unique()]
    drawn, narrow = pictures(lambda wide: curves_drawn(shown, language, wide=wide))
    told = pd.concat(shown, ignore_index=True).drop(columns="text")
    return Exhibit(id, title, caption, told, alt, drawn, narrow=narrow)


def choices_in(data: pd.DataFrame) -> pd.DataFrame:
    """What each specification chose: the columns of choices."""
    return data.drop(columns=[name for name in COLUMNS if name in data])


def curves_drawn(shown: list[pd.DataFrame], language: Language, *, wide: bool) -> tuple[Figure, list[Spot]]:
    """Draw the panels, what each specification chose below each; the choices are named once, or on a phone,
    where the panels stand below each other, in each.
    """
    columns, choices = len(shown) if wide else 1, [choices_in(data) for data in shown]
    low = 0.3 + (0.17 if wide else 0.26) * choices[0].shape[1]
    several = 0.3 * (len(shown) > 1)
    heights = [2.2 + several, low] * (1 if wide else len(shown))
    figure, axes = new_panels(sum(heights), heights=heights, widths=[1] * columns, width=width_of(wide))
    uppers, lowers = (axes[:columns], axes[columns:]) if wide else (axes[::2], axes[1::2])
    spots: list[Spot] = []
    for place, (data, made, ax, below) in enumerate(zip(shown, choices, uppers, lowers, strict=True)):
        draw_curve(data, ax)
        letters = (WIDEST_LABEL if wide else NARROW_LABEL) if place == 0 or not wide else 0
        draw_choices(made, below, letters)
        ax.set_ylabel(fill(data["unit"].iloc[0], 28))
        if several:
            ax.set_title(fill(data["indicator"].iloc[0], 54 // columns), loc="left", fontsize=8)
        plain_ticks(ax.yaxis, language)
        spots += curve_spots(ax, data, made)
    return figure, spots


def curve_spots(ax: Axes, data: pd.DataFrame, choices: pd.DataFrame) -> list[Spot]:
    """Where each estimate of a curve stands, and what it shows."""
    made = choices.apply(lambda row: ", ".join(str(name) for name in choices if row[name]), axis=1)
    return [
        Spot(ax, place - 0.4, place + 0.4, row.ci_low, row.ci_high, f"{name}: {text}" if name else text)
        for place, (row, name, text) in enumerate(
            zip(typed_rows(data, Ends), made, data["text"], strict=True)
        )
    ]


def draw_bounds(rows: pd.DataFrame, ax: Axes) -> Axes:
    """Draw, of one indicator, one line a method: thin its interval, thick what lies between the bounds (a
    point where they meet); ``label, low, high, ci_low, ci_high``.
    """
    for place, row in enumerate(typed_rows(rows, Bounds)):
        if row.low == row.high:
            draw_estimate(ax, (row.ci_low, row.low, row.ci_high), place, speaks=True)
            continue
        ax.plot([row.ci_low, row.ci_high], [place, place], color=INK, linewidth=1.4, solid_capstyle="butt")
        if np.isfinite(row.low):
            ax.plot([row.low, row.high], [place, place], color=MIDDLE, linewidth=5, solid_capstyle="butt")
    ax.axvline(0, color=GREY, linewidth=0.9, zorder=0)
    ax.set_yticks(range(len(rows)), rows["label"])
    ax.set(ylim=(len(rows) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    return ax


def bounds(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the figure, one panel an indicator; ``data`` has ``indicator, unit, label`` (the method), ``low,
    high, ci_low, ci_high`` and ``text``.
    """
    told = data.assign(text=data["label"] + ": " + data["text"])
    parts = [f"{name}, {text}" for name, text in zip(told["indicator"], told["text"], strict=True)]
    alt = language.say("Chart of intervals and bounds, one panel an indicator, one line a method.")
    wide, narrow = pictures(lambda is_wide: bounds_drawn(told, language, wide=is_wide))
    description = f"{alt} {'; '.join(parts)}."
    return Exhibit(id, title, caption, data.drop(columns="text"), description, wide, narrow=narrow)


def bounds_drawn(data: pd.DataFrame, language: Language, *, wide: bool) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page or for a phone; ``data`` as above, ``text`` : what each line shows."""
    panels = [rows for _, rows in data.groupby("indicator", sort=False)]
    counts = [len(rows) for rows in panels]
    names = [", ".join(filter(None, rows[["indicator", "unit"]].iloc[0])) for rows in panels]
    names = [fill(name, 84 if wide else 32) for name in names]
    lines = [name.count("\n") for name in names]
    figure, axes = new_panels(
        0.3
        + sum((0.62 if wide else 0.75) + 0.2 * count for count in counts)
        + 0.16 * sum(line if wide else max(line - 1, 0) for line in lines),
        heights=[count + 0.6 for count in counts],
        width=width_of(wide),
    )
    spots: list[Spot] = []
    for ax, rows, name in zip(axes, panels, names, strict=True):
        draw_bounds(rows, ax)
        ax.set_xlabel(name)
        plain_ticks(ax.xaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(5 if wide else 4))
        spots += [
            Spot(ax, row.ci_low, row.ci_high, place - 0.25, place + 0.25, row.text)
            for place, row in enumerate(typed_rows(rows, Told))
        ]
    return figure, spots
