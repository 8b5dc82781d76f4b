"""When an event came, with those still waiting below; and from which position to which people moved."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from manfaat.base.typed import typed_rows
from manfaat.report.colours import INK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.answers import rectangles
from manfaat.report.figures.style import (
    LINES,
    PALETTE,
    PARTICIPANTS,
    WEAK_BAR,
    Spot,
    legend_name,
    new_panels,
    pictures,
    plain_ticks,
    width_of,
)
from manfaat.report.words import Language

SPACE = 0.02  # between two positions, as a share of the height


class Waiting(NamedTuple):
    """How many of a group are still without the event at a time."""

    group: str
    time: float
    at_risk: float


class Move(NamedTuple):
    """How many moved from one position to another."""

    before: str
    now: str
    n: float


class Ribbon(NamedTuple):
    """The upper ends of a ribbon on both sides, and how high it is."""

    left: float
    right: float
    height: float


def draw_survival(data: pd.DataFrame, ax: Axes) -> Axes:
    """Draw one falling staircase a group with its interval; ``data`` has ``group`` (words), ``time, survival,
    ci_low, ci_high`` (shares).
    """
    for place, (group, rows) in enumerate(data.groupby("group", sort=False)):
        ax.fill_between(
            rows["time"],
            rows["ci_low"] * 100,
            rows["ci_high"] * 100,
            step="post",
            color=PALETTE[place],
            alpha=0.15,
            linewidth=0,
        )
        sns.lineplot(
            x=rows["time"],
            y=rows["survival"] * 100,
            drawstyle="steps-post",
            estimator=None,
            legend=False,
            ax=ax,
            color=PALETTE[place],
            linestyle=LINES[place % len(LINES)],
            linewidth=1.8,
            label=legend_name(str(group)),
        )
    ax.set(xlabel="", ylabel="", ylim=(0, 102), xlim=(0, float(data["time"].max()) * 1.02))
    return ax


def draw_at_risk(
    data: pd.DataFrame, times: np.ndarray, ax: Axes, language: Language, letters: int = 26
) -> Axes:
    """Write below the curve how many are still without the event at ``times``; ``data`` has ``group, time,
    at_risk``; ``letters`` : in a line of a group's name.
    """
    groups = list(dict.fromkeys(data["group"]))
    for row in typed_rows(data[data["time"].isin(times)], Waiting):
        ax.text(
            row.time,
            groups.index(row.group),
            language.number(row.at_risk, 0),
            ha="center",
            va="center",
            fontsize=7.5,
            color=INK,
        )
    ax.set_yticks(range(len(groups)), [fill(group, letters) for group in groups])
    ax.set(ylim=(len(groups) - 0.4, -0.6), xlim=(0, float(data["time"].max()) * 1.02), xticks=[])
    ax.tick_params(length=0, pad=16)
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def survival(
    id: str, title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``group, time, at_risk, survival, ci_low, ci_high``; ``words`` the
    names of the axes (``x, y, risk``).
    """
    parts = []
    for group, rows in data.groupby("group", sort=False):
        last = rows.iloc[-1]
        parts.append(
            language.say(
                "{group}: {share} without it after {time} (n at the start {n})",
                group=group,
                share=language.percent(last["survival"]),
                time=language.number(last["time"], 0),
                n=language.number(rows["at_risk"].iloc[0], 0),
            )
        )
    alt = language.say(
        "Falling step curves of the share without the event, one a group, with those at risk below."
    )
    wide, narrow = pictures(lambda is_wide: survival_drawn(data, words, language, wide=is_wide))
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def survival_drawn(
    data: pd.DataFrame, words: dict[str, str], language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw curves and those at risk for a page or for a phone."""
    groups = data["group"].nunique()
    low = (0.2 if wide else 0.34) * groups
    figure, (ax, below) = new_panels(3.3 + low, heights=(2.6, low), width=width_of(wide))
    times = np.sort(data["time"].unique())[:: 2 if wide else 4]
    draw_survival(data, ax)
    draw_at_risk(data, times, below, language, 26 if wide else 13)
    ax.set(xlabel=words["x"] if wide else fill(words["x"], 34), ylabel=fill(words["y"], 30))
    ax.set_xticks(times, [language.number(time, 0) for time in times])
    plain_ticks(ax.yaxis, language)
    figure.legend(loc="outside lower center", ncols=2 if wide else 1, handlelength=3)
    below.set_title(words["risk"], loc="left", fontsize=8)
    return figure, []


def ribbons(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Turn counts into ribbons: ``before, now, n, left, right`` (their upper ends on both sides) and
    ``height``, shares of all that are shown.

    ``rows`` : ``before, now, n`` of one group; what is not shown (``n`` missing) has no ribbon.
    """
    shown = rows[rows["n"] > 0]
    total, out = max(float(shown["n"].sum()), 1.0), []
    tops: dict[str, dict[str, float]] = {"before": {}, "now": {}}
    for side in ("before", "now"):
        top = 0.0
        for position in order:
            tops[side][position] = top
            here = shown.loc[shown[side] == position, "n"].sum() / total
            top += here + (SPACE if here else 0)
    for position in order:
        own = shown[shown["before"] == position]
        for row in typed_rows(own.sort_values("now", key=lambda column: column.map(order.index)), Move):
            height = row.n / total
            out.append(
                {
                    "before": row.before,
                    "now": row.now,
                    "n": row.n,
                    "left": tops["before"][row.before],
                    "right": tops["now"][row.now],
                    "height": height,
                }
            )
            tops["before"][row.before] += height
            tops["now"][row.now] += height
    return pd.DataFrame(out, columns=["before", "now", "n", "left", "right", "height"])


def ribbon(left: float, right: float, height: float) -> Path:
    """One ribbon from x = 0 to 1; ``left, right`` are its upper ends."""
    points = [
        (0, left),
        (0.5, left),
        (0.5, right),
        (1, right),
        (1, right + height),
        (0.5, right + height),
        (0.5, left + height),
        (0, left + height),
        (0, left),
    ]
    return Path(points, [1, 4, 4, 4, 2, 4, 4, 4, 79])


def draw_alluvial(
    rows: pd.DataFrame,
    order: list[str],
    ax: Axes,
    language: Language,
    look: tuple[str, int] = (PARTICIPANTS, 40),
) -> Axes:
    """Draw the moves of one group in its colour: up in full, down in its tint, each with a hatch of its own,
    the same in grey; positions named, counts at both ends. ``look`` : the colour, and how many letters stand
    in a line of a name.
    """
    colour, letters = look
    drawn = ribbons(rows, order)
    step = [
        order.index(before) - order.index(now)
        for before, now in zip(drawn["before"], drawn["now"], strict=True)
    ]
    for chosen, inside, hatch in (
        (np.greater(step, 0), colour, "//"),
        (np.equal(step, 0), WEAK_BAR, ""),
        (np.less(step, 0), sns.light_palette(colour, 4).as_hex()[1], "\\\\"),
    ):
        paths = [ribbon(row.left, row.right, row.height) for row in typed_rows(drawn[chosen], Ribbon)]
        if paths:
            ax.add_patch(
                PathPatch(
                    Path.make_compound_path(*paths),
                    facecolor=inside,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.6,
                )
            )
    nodes = [
        (x, y, 0.012, height)
        for edge, x in (("left", -0.012), ("right", 1.0))
        for y, height in zip(drawn[edge], drawn["height"], strict=True)
    ]
    ax.add_patch(PathPatch(rectangles(nodes), facecolor=INK, edgecolor="none"))
    bottom = float(max((drawn["left"] + drawn["height"]).max(), (drawn["right"] + drawn["height"]).max()))
    for side, x, align in (("before", -0.04, "right"), ("now", 1.04, "left")):
        edge = {"before": "left", "now": "right"}[side]
        for position, own in drawn.groupby(side):
            y = (own[edge].min() + (own[edge] + own["height"]).max()) / 2
            text = fill(f"{position} {language.number(own['n'].sum(), 0)}", letters)
            ax.text(x, y, text, ha=align, va="center", fontsize=7.5, color=INK)
    ax.set(xlim=(-0.02, 1.02), ylim=(bottom + 0.01, -0.01))
    ax.axis("off")
    return ax


def alluvial(
    id: str, title: str, data: pd.DataFrame, words: dict[str, str], caption: str, language: Language
) -> Exhibit:
    """Return the figure, one panel a group; ``data`` has ``group, before, now`` (words, in the order from the
    lowest), ``n, share``; ``words``: ``before, now``.
    """
    moved = data[data["n"] > 0]
    parts = [
        f"{group}, {row.before} → {row.now}: {language.number(row.n, 0)}"
        for group, row in zip(moved["group"], typed_rows(moved, Move), strict=True)
    ]
    alt = language.say("Ribbons from the position before to the position now, one panel a group.")
    wide, narrow = pictures(lambda is_wide: alluvial_drawn(data, words, language, wide=is_wide))
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def alluvial_drawn(
    data: pd.DataFrame, words: dict[str, str], language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page or for a phone."""
    groups = list(dict.fromkeys(data["group"]))
    order = list(dict.fromkeys([*data["before"], *data["now"]]))[::-1]  # the highest on top
    tall = (2.7 if wide else 4.2) * len(groups)  # names take several lines on a phone
    figure, axes = new_panels(tall, heights=[1] * len(groups), width=width_of(wide))
    for place, (ax, group) in enumerate(zip(axes, groups, strict=True)):
        look = PALETTE[place % len(PALETTE)], 40 if wide else 14
        draw_alluvial(data[data["group"] == group], order, ax, language, look)
        title = f"{group}: {words['before']} → {words['now']}"
        ax.set_title(title if wide else fill(title, 38), loc="center", fontsize=8.5)
    return figure, []
