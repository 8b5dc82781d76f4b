"""Participants and comparison group side by side: how a number is spread, what moved since before, and who
could have taken part.
"""

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
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.curves import broken
from manfaat.report.figures.style import (
    LINES,
    PALETTE,
    Spot,
    legend_name,
    new_figure,
    new_panels,
    pictures,
    plain_ticks,
    width_of,
)
from manfaat.report.words import Language

HATCHES = ("//", "\\\\")


class Change(NamedTuple):
    """The mean of a group before and now."""

    group: str
    before: float
    now: float


def draw_clouds(curves: pd.DataFrame, dots: pd.DataFrame, ax: Axes, letters: int = 20) -> Axes:
    """Draw one cloud (density) a group with its rain below it (``dots``, each the mean of several units);
    ``group, value, density``.
    """
    groups, top = list(dict.fromkeys(curves["group"])), float(curves["density"].max())
    for place, group in enumerate(groups):
        own, base = curves[curves["group"] == group], place * 1.35
        ax.fill_between(
            own["value"],
            base,
            base - own["density"] / top * 0.85,
            facecolor=PALETTE[place],
            alpha=0.35,
            edgecolor=PALETTE[place],
            hatch=HATCHES[place % 2],
        )
        rain = dots[dots["group"] == group]["value"]
        ax.plot(
            broken(rain, rain),
            broken(np.full(len(rain), base + 0.08), np.full(len(rain), base + 0.28)),
            color=PALETTE[place],
            linewidth=1.6,
            solid_capstyle="butt",
        )
    ax.set_yticks([place * 1.35 for place in range(len(groups))], [fill(group, letters) for group in groups])
    ax.set_ylim((len(groups) - 1) * 1.35 + 0.42, -0.95)
    ax.tick_params(axis="y", length=0)
    return ax


def draw_cumulated(curves: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the share at or below each value, one line a group; ``group, value, cumulated`` (a share, missing
    where it is not shown).
    """
    for place, (group, own) in enumerate(curves.dropna(subset=["cumulated"]).groupby("group", sort=False)):
        sns.lineplot(
            x=own["value"],
            y=own["cumulated"] * 100,
            ax=ax,
            estimator=None,
            legend=False,
            color=PALETTE[place],
            linestyle=LINES[place % len(LINES)],
            linewidth=1.8,
            label=legend_name(str(group)),
        )
    ax.set(ylim=(0, 100), xlabel="", ylabel="")
    ax.grid(axis="y", color=PALE)
    return ax


def raincloud(
    id: str, title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return density, rain and cumulated share above each other; ``data``: what is ``drawn``, ``curve`` (as
    for both drawings) and ``dot`` (``group, value, people``); ``words``: ``x, y, alt``.
    """

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, (ax, below) = new_panels(4.6, heights=(2.4, 1.9), width=width_of(is_wide), share_x=True)
        curves = data[data["drawn"] == "curve"]
        draw_clouds(curves, data[data["drawn"] == "dot"], ax, 20 if is_wide else 13)
        draw_cumulated(curves, below)
        below.set(xlabel=fill(words["x"], 90 if is_wide else 42), ylabel=fill(words["y"], 26))
        plain_ticks(below.xaxis, language)
        plain_ticks(below.yaxis, language)
        below.xaxis.set_major_locator(MaxNLocator(6 if is_wide else 3))
        figure.legend(loc="outside lower center", ncols=2 if is_wide else 1)
        return figure, []

    wide, narrow = pictures(draw)
    return Exhibit(id, title, caption, data, words["alt"], wide, narrow=narrow)


def draw_change(rows: pd.DataFrame, words: dict[str, str], ax: Axes, language: Language) -> Axes:
    """Draw two lines from before to now and, dotted, where participants would be had they changed like the
    others; ``group, before, now``, participants first.
    """
    for place, row in enumerate(typed_rows(rows, Change)):
        ax.plot(
            [0, 1],
            [row.before, row.now],
            color=PALETTE[place],
            linestyle=LINES[place],
            marker="o",
            markersize=6,
            linewidth=1.8,
            label=legend_name(row.group),
        )
    mine, others = rows.iloc[0], rows.iloc[1]
    without = mine["before"] + others["now"] - others["before"]
    ax.plot(
        [0, 1],
        [mine["before"], without],
        color=GREY,
        linestyle=":",
        linewidth=1.8,
        label=legend_name(words["without"]),
    )
    ax.plot([1.06, 1.06], [without, mine["now"]], color=INK, linewidth=1.2)
    ax.annotate(
        rows["gap_text"].iloc[0],
        (1.06, (without + mine["now"]) / 2),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
        color=INK,
    )
    ax.set(xlim=(-0.15, 1.55))
    ax.set_xticks([0, 1], [fill(words["before"], 18), fill(words["now"], 18)])
    plain_ticks(ax.yaxis, language)
    return ax


def change_plot(
    id: str, title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return the figure, one panel an indicator, two beside each other; ``data``: ``indicator, unit, group,
    n, before, now, gap, gap_text, text``, two rows each.
    """
    alt = language.say(
        "Lines from before to now, with where participants would be had they changed like the comparison"
        " group."
    )
    wide, narrow = pictures(lambda is_wide: changes_drawn(data, words, language, wide=is_wide))
    return Exhibit(
        id,
        title,
        caption,
        data.drop(columns=["gap_text", "text"]),
        f"{alt} {'; '.join(dict.fromkeys(data['text']))}.",
        wide,
        narrow=narrow,
    )


def changes_drawn(
    data: pd.DataFrame, words: dict[str, str], language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page, two beside each other, or for a phone, one below the other."""
    names = list(dict.fromkeys(data["indicator"]))
    columns = min(2, len(names)) if wide else 1
    rows = -(-len(names) // columns)
    figure, axes = new_panels(
        0.5 + 2.4 * rows, heights=[1] * rows, widths=[1] * columns, width=width_of(wide)
    )
    for ax, name in zip(axes, names, strict=False):
        own = data[data["indicator"] == name]
        draw_change(own, words, ax, language)
        ax.set_title(fill(name, 34), loc="left" if wide else "center")
        ax.set_ylabel(fill(own["unit"].iloc[0], 30))
    for ax in axes[len(names) :]:
        ax.axis("off")
    handles, told = axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        [fill(text, 60 if wide else 34) for text in told],
        loc="outside lower center",
        ncols=3 if columns > 1 and len("".join(told)) < 75 else 1,
        handlelength=3,
    )
    first = data.drop_duplicates("indicator")
    return figure, [
        Spot(ax, 0, 1.06, *change_reach(data[data["indicator"] == name]), text)
        for ax, name, text in zip(axes, names, first["text"], strict=False)
    ]


def change_reach(rows: pd.DataFrame) -> tuple[float, float]:
    """From where to where the lines of one panel reach."""
    ends = rows[["before", "now"]].to_numpy(dtype="float64")
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def draw_chances(data: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the shares of participants upwards and of the comparison group downwards by chance to take part;
    ``group, low, high, share``.
    """
    for place, (group, rows) in enumerate(data.groupby("group", sort=False)):
        sign = 1 - 2 * place
        sns.histplot(
            x=(rows["low"] + rows["high"]) * 50,
            weights=sign * rows["share"].fillna(0) * 100,
            bins=[*rows["low"] * 100, rows["high"].iloc[-1] * 100],
            element="step",
            color=PALETTE[place],
            alpha=0.7,
            hatch=HATCHES[place],
            edgecolor="white",
            linewidth=0.5,
            label=legend_name(str(group)),
            legend=False,
            ax=ax,
        )
        hidden = rows[rows["share"].isna()]
        ax.plot(
            broken(hidden["low"] * 100 + 1, hidden["high"] * 100 - 1),
            broken(*[np.full(len(hidden), sign * 0.5)] * 2),
            color=PALETTE[place],
            linewidth=1.5,
        )
    reach = float(data["share"].max()) * 100 * 1.15
    ax.axhline(0, color=GREY, linewidth=0.9)
    ax.set(xlim=(0, 100), ylim=(-reach, reach))
    return ax


def overlap(
    title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return the mirrored histogram; ``data`` has ``group`` (words, participants first), ``low, high, n,
    share``; ``words``: ``x, y, alt``.
    """

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(2.8, width=width_of(is_wide))
        draw_chances(data, ax)
        ax.set(xlabel=fill(words["x"], 90 if is_wide else 38), ylabel=words["y"])
        plain_ticks(ax.xaxis, language)
        plain_ticks(ax.yaxis, language)
        ax.yaxis.set_major_formatter(lambda value, _: language.number(abs(value), 0))
        figure.legend(loc="outside lower center", ncols=2 if is_wide else 1)
        return figure, []

    wide, narrow = pictures(draw)
    return Exhibit("overlap", title, caption, data, words["alt"], wide, narrow=narrow)
