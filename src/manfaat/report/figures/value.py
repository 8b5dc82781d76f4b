"""What it was worth: to whom, how sure, what moves it, and what a place cost elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import GREY, INK, PALETTE, new_figure, plain_ticks, to_svg
from manfaat.report.words import Language


def viewpoint_bars(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return one bar a party; ``data`` has ``label, npv`` and ``whole`` (society, drawn apart)."""
    figure, ax = new_figure(0.9 + 0.34 * len(data))
    for place, row in enumerate(data.itertuples(index=False)):
        colour = GREY if row.whole else PALETTE[0] if row.npv >= 0 else PALETTE[1]
        ax.barh(
            place,
            row.npv,
            height=0.6,
            color=colour,
            hatch="" if row.npv >= 0 else "//",
            edgecolor="white",
            linewidth=0.5,
        )
        side = (4, "left") if row.npv >= 0 else (-4, "right")
        ax.annotate(
            language.number(row.npv, 1),
            (row.npv, place),
            xytext=(side[0], 0),
            textcoords="offset points",
            ha=side[1],
            va="center",
            fontsize=8,
            color=INK,
        )
    reach = float(data["npv"].abs().max()) or 1.0
    low, high = min(data["npv"].min(), 0.0), max(data["npv"].max(), 0.0)
    ax.axvline(0, color=GREY, linewidth=0.9)
    ax.set_yticks(range(len(data)), data["label"])
    ax.set(
        ylim=(len(data) - 0.5, -0.5),
        xlim=(low - 0.38 * reach if low < 0 else 0, high + 0.3 * reach if high > 0 else 0.05 * reach),
        xlabel=unit,
    )
    plain_ticks(ax.xaxis, language)
    parts = [f"{row.label}: {language.number(row.npv, 1)}" for row in data.itertuples(index=False)]
    alt = (
        language.say("Bar chart of net present values, one bar a party, {unit}.", unit=unit)
        + " "
        + "; ".join(parts)
        + "."
    )
    return Exhibit("viewpoints-bars", title, caption, data[["label", "npv"]], alt, to_svg(figure))


def tornado(
    data: pd.DataFrame, now: float, unit: str, title: str, caption: str, language: Language
) -> Exhibit:
    """Return the swings, widest first; ``data`` has ``label, low, high`` (texts), ``at_low, at_high``
    (values).
    """
    figure, ax = new_figure(0.9 + 0.36 * len(data))
    for place, row in enumerate(data.itertuples(index=False)):
        for value, text, colour, hatch in (
            (row.at_low, row.low, PALETTE[0], ""),
            (row.at_high, row.high, PALETTE[4], "//"),
        ):
            ax.barh(
                place,
                value - now,
                left=now,
                height=0.6,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                linewidth=0.5,
            )
            right = value >= now
            ax.annotate(
                text,
                (value, place),
                xytext=(4 if right else -4, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=7,
            )
    ax.axvline(now, color=INK, linewidth=1)
    reach = float(max((data[["at_low", "at_high"]] - now).abs().max().max(), 1e-9))
    ax.set_yticks(range(len(data)), data["label"])
    ax.set(ylim=(len(data) - 0.5, -0.5), xlim=(now - 1.35 * reach, now + 1.35 * reach), xlabel=unit)
    plain_ticks(ax.xaxis, language)
    parts = [
        language.say(
            "{label}: {at_low} at {low}, {at_high} at {high}",
            label=row.label,
            low=row.low,
            high=row.high,
            at_low=language.number(row.at_low, 1),
            at_high=language.number(row.at_high, 1),
        )
        for row in data.itertuples(index=False)
    ]
    alt = (
        language.say(
            "Tornado chart around {now} {unit}, the widest first.", now=language.number(now, 1), unit=unit
        )
        + " "
        + "; ".join(parts)
        + "."
    )
    return Exhibit("tornado", title, caption, data, alt, to_svg(figure))


def value_distribution(
    data: pd.DataFrame, told: str, unit: str, title: str, caption: str, language: Language
) -> Exhibit:
    """Return the histogram of the drawn values; ``data`` has ``low, high, share`` of each bin; ``told`` says
    the probability above zero.
    """
    figure, ax = new_figure(2.7)
    above = data["low"] >= 0
    for rows, colour, hatch in ((data[~above], PALETTE[1], "//"), (data[above], PALETTE[0], "")):
        ax.bar(
            rows["low"],
            rows["share"] * 100,
            width=rows["high"] - rows["low"],
            align="edge",
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.3,
        )
    ax.axvline(0, color=INK, linewidth=1)
    ax.set(xlabel=unit, ylabel=language.say("per cent of draws"))
    plain_ticks(ax.xaxis, language)
    plain_ticks(ax.yaxis, language)
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
    return Exhibit("npv-distribution", title, f"{told} {caption}", data, alt, to_svg(figure))


def place_bars(data: pd.DataFrame, unit: str, title: str, caption: str, language: Language) -> Exhibit:
    """Return what a place costs; ``data`` has ``label, cost, low, high`` (``low`` and ``high``: by choice of
    the exchange rate).
    """
    figure, ax = new_figure(0.9 + 0.4 * len(data))
    for place, row in enumerate(data.itertuples(index=False)):
        ax.barh(
            place,
            row.cost,
            height=0.55,
            color=PALETTE[place % 6],
            hatch=("", "//", "\\\\")[place % 3],
            edgecolor="white",
            linewidth=0.5,
        )
        ax.plot([row.low, row.high], [place, place], color=INK, linewidth=1.4, marker="|", markersize=7)
        ax.annotate(
            language.number(row.cost, 1),
            (max(row.cost, row.high), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK,
        )
    ax.set_yticks(range(len(data)), data["label"])
    ax.set(ylim=(len(data) - 0.5, -0.5), xlim=(0, data[["cost", "high"]].max().max() * 1.18), xlabel=unit)
    plain_ticks(ax.xaxis, language)
    parts = [
        language.say(
            "{label}: {cost}, from {low} to {high} by the exchange rate",
            label=row.label,
            cost=language.number(row.cost, 1),
            low=language.number(row.low, 1),
            high=language.number(row.high, 1),
        )
        for row in data.itertuples(index=False)
    ]
    alt = language.say("Bar chart of the cost of a place, {unit}.", unit=unit) + " " + "; ".join(parts) + "."
    return Exhibit("place-costs", title, caption, data, alt, to_svg(figure))
