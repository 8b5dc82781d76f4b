"""How an indicator was spread before and after, in each group."""

from __future__ import annotations

from textwrap import fill
from typing import Any, NamedTuple

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import INK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    MARKERS,
    PALETTE,
    Spot,
    legend_name,
    new_figure,
    new_panels,
    plain_ticks,
    to_svg,
)
from manfaat.report.words import Language

WIDEST_LABEL, WIDEST_UNIT, WIDEST_PANEL = 40, 60, 19  # letters in one line


class Spread(NamedTuple):
    """How the values of one group at one time are spread."""

    label: str
    mean: float
    p10: float
    p25: float
    median: float
    p75: float
    p90: float


class Period(NamedTuple):
    """The mean of one group in one period."""

    group: str
    period: float
    n: float
    mean: float
    ci_low: float
    ci_high: float


def draw_boxes(data: pd.DataFrame, ax: Axes, times: list[str] | None = None) -> Axes:
    """Draw one box a group and time, from summaries alone; ``data`` has ``label, time, mean, p10, p25,
    median, p75, p90``; ``times`` : those of all panels, whose boxes look alike.

    The box holds the middle half, the whiskers the middle eight tenths, the diamond is the mean. Where a
    percentile is not known, the side of the box has no whisker.
    """
    times, rows = times or list(data["time"].unique()), list(typed_rows(data, Spread))
    boxes: list[dict[str, object]] = [
        {
            "label": row.label,
            "med": row.median,
            "q1": row.p25,
            "q3": row.p75,
            "whislo": row.p10 if pd.notna(row.p10) else row.p25,
            "whishi": row.p90 if pd.notna(row.p90) else row.p75,
            "mean": row.mean,
            "fliers": [],
        }
        for row in rows
    ]
    drawn = ax.bxp(
        boxes,
        orientation="horizontal",
        showmeans=True,
        showfliers=False,
        widths=0.55,
        patch_artist=True,
        meanprops={"marker": "D", "markerfacecolor": INK, "markeredgecolor": INK, "markersize": 4},
        medianprops={"color": INK, "linewidth": 1.4},
    )
    for place, row in enumerate(rows):
        for side, end in ((2 * place, row.p10), (2 * place + 1, row.p90)):
            for part in ("whiskers", "caps"):
                drawn[part][side].set_visible(bool(pd.notna(end)))
    for box, time in zip(drawn["boxes"], data["time"], strict=True):
        box.set(**box_look(times.index(time)))
    ax.invert_yaxis()
    ax.set(ylabel="")
    return ax


def box_look(place: int) -> dict[str, Any]:
    """How the boxes of a time look, by its place among the times."""
    colour = PALETTE[place]
    tint = sns.light_palette(colour, 4)[1]
    return {"facecolor": tint, "edgecolor": colour, "hatch": ("", "//")[place % 2]}


def draw_shares(data: pd.DataFrame, ax: Axes, language: Language) -> Axes:
    """Draw one bar a group and time: the share of units with the answer 1, a dash where it is not known;
    ``data`` has ``label, time, mean``.
    """
    times = list(data["time"].unique())
    colours = [PALETTE[times.index(time)] for time in data["time"]]
    bars = ax.barh(
        range(len(data)),
        data["mean"].fillna(0) * 100,
        color=[sns.light_palette(colour, 4)[1] for colour in colours],
        edgecolor=colours,
        hatch=[("", "//")[times.index(time) % 2] for time in data["time"]],
        height=0.55,
    )
    ax.bar_label(bars, [language.percent(share, 1) for share in data["mean"]], padding=4, fontsize=8)
    ax.set_yticks(range(len(data)), data["label"])
    ax.set(
        ylim=(len(data) - 0.5, -0.5),
        xlim=(0, min(100, max(10, data["mean"].max() * 125))),
        xlabel=language.say("per cent"),
        ylabel="",
    )
    return ax


def distribution(
    id: str, title: str, data: pd.DataFrame, xlabel: str, caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``group, time, n, mean`` and, unless the answers are 0 or 1, ``p10,
    p25, median, p75, p90``.
    """
    yes_no = "median" not in data
    labelled = with_labels(data, language)
    drawn = in_lines(labelled, WIDEST_LABEL)
    lines = max((label.count("\n") for label in drawn["label"]), default=0)  # beyond the first
    figure, ax = new_figure(0.75 + (0.33 + 0.12 * lines) * len(data))
    if yes_no:
        draw_shares(drawn, ax, language)
    else:
        draw_boxes(drawn, ax)
        ax.set_xlabel(fill(xlabel, WIDEST_UNIT))
        plain_ticks(ax.xaxis, language)
    if yes_no:
        alt = language.say("Bar chart of shares before and after, by group.")
        parts = [
            f"{label}: {language.percent(mean, 1)}"
            for label, mean in zip(labelled["label"], labelled["mean"], strict=True)
        ]
    else:
        alt = language.say("Box chart of values before and after, by group.")
        parts = [described(row, language) for row in typed_rows(labelled, Spread)]
    ends = zip(data["p25"], data["p75"], strict=True) if not yes_no else ((0, m * 100) for m in data["mean"])
    first = 0 if yes_no else 1  # boxes are counted from one
    spots = [
        Spot(ax, low, high, place - 0.28, place + 0.28, part)
        for place, ((low, high), part) in enumerate(zip(ends, parts, strict=True), first)
    ]
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure, spots))


def with_labels(data: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Add what each row is called: group, time and how many answered."""
    return data.assign(
        label=[
            f"{', '.join(filter(None, (group, time)))} (n = {language.number(n, 0)})"
            for group, time, n in zip(data["group"], data["time"], data["n"], strict=True)
        ]
    )


def in_lines(labelled: pd.DataFrame, letters: int) -> pd.DataFrame:
    """Cut what rows are called into lines, n and its number kept together."""
    return labelled.assign(
        label=[fill(label.replace("(n = ", "(n\u00a0=\u00a0"), letters) for label in labelled["label"]]
    )


def panels(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return boxes of several indicators, one panel each, two beside each other; ``data`` as for boxes of
    ``distribution``, with ``indicator`` and ``unit`` in words.
    """
    shown = [own for _, own in with_labels(data, language).groupby("indicator", sort=False)]
    drawn = [in_lines(with_labels(own.assign(time=""), language), WIDEST_PANEL) for own in shown]
    lines = max(label.count("\n") + 1 for own in drawn for label in own["label"])
    most = [max(map(len, shown[place : place + 2])) for place in range(0, len(shown), 2)]
    tall = [0.85 + (0.1 + 0.11 * lines) * rows for rows in most]
    figure, axes = new_panels(sum(tall) + 0.25, heights=tall, widths=[1, 1])
    order = sorted(shown, key=lambda own: -own["time"].nunique())  # one asked once may have been asked last
    times, spots, parts = list(pd.concat(order)["time"].unique()), [], []
    for ax, own, cut in zip(axes, shown, drawn, strict=False):
        draw_boxes(cut.assign(time=own["time"]), ax, times)
        name = own["indicator"].iloc[0]
        ax.set_title(fill(name, WIDEST_LABEL), loc="left", fontsize=8)
        ax.set_xlabel(fill(own["unit"].iloc[0], WIDEST_LABEL))
        plain_ticks(ax.xaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        for place, row in enumerate(typed_rows(own, Spread), start=1):
            parts.append(f"{name}, {described(row, language)}")
            spots.append(Spot(ax, row.p25, row.p75, place - 0.28, place + 0.28, described(row, language)))
    for ax in axes[len(shown) :]:
        ax.axis("off")
    handles = [Patch(label=legend_name(time), **box_look(place)) for place, time in enumerate(times)]
    figure.legend(handles=handles, loc="outside lower center", ncols=1 if len("".join(times)) > 90 else 2)
    alt = language.say("Box charts of values before and after, by group, one panel an indicator.")
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure, spots))


def described(row: Spread, language: Language) -> str:
    """Say in words what one box shows."""
    return language.say(
        "{label}: median {median}, middle half {p25} to {p75}, mean {mean}",
        label=row.label,
        median=language.number(row.median, 1),
        p25=language.number(row.p25, 1),
        p75=language.number(row.p75, 1),
        mean=language.number(row.mean, 1),
    )


def trend(id: str, title: str, data: pd.DataFrame, ylabel: str, caption: str, language: Language) -> Exhibit:
    """Return lines of group means over the periods of a panel; ``data`` has ``group, period, n, mean, ci_low,
    ci_high``.
    """
    figure, ax = new_figure(2.8)
    groups = list(data["group"].unique())
    shifts = {group: (place - (len(groups) - 1) / 2) * 0.04 for place, group in enumerate(groups)}
    for place, (group, rows) in enumerate(data.groupby("group", sort=False)):
        ax.errorbar(
            rows["period"] + shifts[group],
            rows["mean"],
            yerr=[rows["mean"] - rows["ci_low"], rows["ci_high"] - rows["mean"]],
            color=PALETTE[place],
            marker=MARKERS[place],
            markersize=5,
            linewidth=1.5,
            elinewidth=1,
            capsize=2,
            label=legend_name(str(group)),
        )
    ax.set(xlabel="", ylabel=ylabel)
    ax.set_xticks(sorted(data["period"].unique()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    plain_ticks(ax.yaxis, language)
    figure.legend(loc="outside lower center", ncols=len(groups))
    parts = [
        language.say(
            "{group}, {time}: mean {mean} (n = {n})",
            group=row.group,
            time=f"{row.period:.0f}",
            mean=language.number(row.mean, 2),
            n=language.number(row.n, 0),
        )
        for row in typed_rows(data, Period)
    ]
    alt = language.say("Line chart of group means.")
    spots = [
        Spot(ax, across, across, row.ci_low, row.ci_high, part)
        for row, part in zip(typed_rows(data, Period), parts, strict=True)
        for across in [row.period + shifts[row.group]]
    ]
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure, spots))
