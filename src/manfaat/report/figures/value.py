"""What it was worth: to whom, how sure, what moves it, and what a place cost elsewhere."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    BAR,
    WEAK_BAR,
    Spot,
    Stacked,
    bar_spots,
    draw_bar,
    name_bars,
    new_figure,
    pictures,
    plain_ticks,
    width_of,
    write_end,
)
from manfaat.report.words import Language


class PartyValue(NamedTuple):
    """What a programme is worth to one party, or to society as a ``whole``."""

    label: str
    npv: float
    whole: bool


class Swing(NamedTuple):
    """Two values of one unknown, as texts, and what the programme is worth at each."""

    label: str
    low: str
    high: str
    at_low: float
    at_high: float


class PlaceCost(NamedTuple):
    """What one place costs, and from where to where by the choice of the exchange rate."""

    label: str
    cost: float
    low: float
    high: float


def viewpoint_bars(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return one bar a party; ``data`` has ``label, npv`` and ``whole`` (society, drawn apart)."""
    rows = list(typed_rows(data, PartyValue))
    parts = [f"{row.label}: {language.number(row.npv, 1)}" for row in rows]
    alt = language.say("Bar chart of net present values, one bar a party, {unit}.", unit=unit)
    told = f"{alt} {'; '.join(parts)}."
    shown, stacked = data[["label", "npv"]], Stacked(data["label"].tolist(), 0.3)

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(0.9 + 0.34 * len(data)) if is_wide else stacked.figure()
        draw_parties(ax, rows, unit, language)
        if not is_wide:
            stacked.name(ax)
        return figure, bar_spots(ax, [0.0] * len(rows), data["npv"], parts)

    wide, narrow = pictures(draw)
    return Exhibit("viewpoints-bars", title, caption, shown, told, wide, narrow=narrow)


def draw_parties(ax: Axes, rows: list[PartyValue], unit: str, language: Language) -> None:
    """Draw what a programme is worth to each party, from zero."""
    sns.barplot(x=[row.npv for row in rows], y=range(len(rows)), orient="h", width=0.6, errorbar=None, ax=ax)
    for place, (bar, row) in enumerate(zip(ax.patches, rows, strict=True)):
        gains = row.npv >= 0
        bar.set(facecolor=GREY if row.whole else BAR, hatch="" if gains else "//", edgecolor="white")
        write_end(ax, language.number(row.npv, 1), row.npv, place, gap=4 if gains else -4)
    values = [row.npv for row in rows]
    low, high = min([*values, 0.0]), max([*values, 0.0])
    reach = max(high, -low) or 1.0
    ax.axvline(0, color=GREY, linewidth=0.9)
    ends = (low - 0.38 * reach if low < 0 else 0, high + 0.3 * reach if high > 0 else 0.05 * reach)
    name_bars(ax, [row.label for row in rows], ends, unit, language)


def tornado(
    data: pd.DataFrame, now: float, unit: str, title: str, caption: str, language: Language
) -> Exhibit:
    """Return the swings, widest first; ``data`` has ``label, low, high`` (texts), ``at_low, at_high``
    (values).
    """
    rows = list(typed_rows(data, Swing))
    parts = [
        language.say(
            "{label}: {at_low} at {low}, {at_high} at {high}",
            label=row.label,
            low=row.low,
            high=row.high,
            at_low=language.number(row.at_low, 1),
            at_high=language.number(row.at_high, 1),
        )
        for row in rows
    ]
    alt = language.say(
        "Tornado chart around {now} {unit}, the widest first.", now=language.number(now, 1), unit=unit
    )
    stacked = Stacked(data["label"].tolist(), 0.3)

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(0.9 + 0.36 * len(data)) if is_wide else stacked.figure()
        draw_swings(ax, rows, now, unit, language)
        if not is_wide:
            stacked.name(ax)
        return figure, bar_spots(ax, data["at_low"], data["at_high"], parts)

    wide, narrow = pictures(draw)
    return Exhibit("tornado", title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def ends_of(row: Swing, now: float) -> list[tuple[str, float]]:
    """What is written at which ends of a swing: both values at the outer one where they lie on one side."""
    inner, outer = sorted([(row.low, row.at_low), (row.high, row.at_high)], key=lambda end: abs(end[1] - now))
    if (inner[1] >= now) != (outer[1] >= now):
        return [inner, outer]
    return [(f"{inner[0]}, {outer[0]}", outer[1])]


def draw_swings(ax: Axes, rows: list[Swing], now: float, unit: str, language: Language) -> None:
    """Draw what each unknown moves, from the value ``now``: the first of its two values dark, the other light
    and hatched.
    """
    for place, row in enumerate(rows):
        for value, colour, hatch in ((row.at_low, BAR, ""), (row.at_high, WEAK_BAR, "//")):
            draw_bar(ax, place, value - now, colour, hatch=hatch, left=now)
        for text, value in ends_of(row, now):
            write_end(ax, text, value, place, gap=4 if value >= now else -4, size=7)
    ax.axvline(now, color=INK, linewidth=1)
    reach = max([abs(end - now) for row in rows for end in (row.at_low, row.at_high)] + [1e-9])
    name_bars(ax, [row.label for row in rows], (now - 1.35 * reach, now + 1.35 * reach), unit, language)


def value_distribution(
    data: pd.DataFrame, told: str, unit: str, title: str, caption: str, language: Language
) -> Exhibit:
    """Return the histogram of the drawn values; ``data`` has ``low, high, share`` of each bin; ``told`` says
    the probability above zero.
    """
    cumulated = data["share"].cumsum().to_numpy()
    points = [data["high"].iloc[int(np.searchsorted(cumulated, share))] for share in (0.05, 0.5, 0.95)]
    low, middle, high = (language.number(point, 0) for point in points)
    alt = language.say(
        "Histogram of drawn net present values, {unit}: about nine tenths lie between {low} and {high}, half"
        " below {middle}. {told}",
        unit=unit,
        low=low,
        high=high,
        middle=middle,
        told=told,
    )

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(2.7, width=width_of(is_wide))
        draw_draws(data, ax)
        ax.set(xlabel=unit if is_wide else fill(unit, 38), ylabel=language.say("per cent of draws"))
        plain_ticks(ax.xaxis, language)
        plain_ticks(ax.yaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(6 if is_wide else 3))
        return figure, []

    wide, narrow = pictures(draw)
    return Exhibit("npv-distribution", title, f"{told} {caption}", data, alt, wide, narrow=narrow)


def draw_draws(data: pd.DataFrame, ax: Axes) -> Axes:
    """Draw bars of the shares of draws, hatched below zero; ``low, high, share`` of each bin."""
    sns.histplot(
        x=(data["low"] + data["high"]) / 2,
        weights=data["share"] * 100,
        bins=[*data["low"], data["high"].iloc[-1]],
        color=BAR,
        alpha=1,
        edgecolor="white",
        linewidth=0.3,
        ax=ax,
    )
    for bar, low in zip(ax.patches, data["low"], strict=True):
        bar.set_hatch("" if low >= 0 else "//")
    ax.axvline(0, color=INK, linewidth=1)
    return ax


def place_bars(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return what a place costs; ``data`` has ``label, cost, low, high`` (``low`` and ``high``: by choice of
    the exchange rate).
    """
    rows = list(typed_rows(data, PlaceCost))
    parts = [
        language.say(
            "{label}: {cost}, from {low} to {high} by the exchange rate",
            label=row.label,
            cost=language.number(row.cost, 1),
            low=language.number(row.low, 1),
            high=language.number(row.high, 1),
        )
        for row in rows
    ]
    alt = language.say("Bar chart of the cost of a place, {unit}.", unit=unit)
    stacked = Stacked(data["label"].tolist(), 0.3)

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(0.9 + 0.4 * len(data)) if is_wide else stacked.figure()
        draw_costs(ax, rows, unit, language)
        if not is_wide:
            stacked.name(ax)
        return figure, bar_spots(ax, [0.0] * len(rows), data["cost"], parts)

    wide, narrow = pictures(draw)
    return Exhibit("place-costs", title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def draw_costs(ax: Axes, rows: list[PlaceCost], unit: str, language: Language) -> None:
    """Draw what a place costs, and from where to where by the exchange rate."""
    costs = [row.cost for row in rows]
    sns.barplot(
        x=costs, y=range(len(rows)), orient="h", width=0.6, color=WEAK_BAR, saturation=1, errorbar=None, ax=ax
    )
    for place, row in enumerate(rows):
        ax.plot([row.low, row.high], [place, place], color=INK, linewidth=1.4, marker="|", markersize=7)
        write_end(ax, language.number(row.cost, 1), max(row.cost, row.high), place, gap=5)
    furthest = max([*costs, *(row.high for row in rows)])
    name_bars(ax, [row.label for row in rows], (0, furthest * 1.18), unit, language)
