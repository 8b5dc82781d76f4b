"""How an indicator was spread before and after, in each group."""

from __future__ import annotations

from textwrap import fill
from typing import Any, NamedTuple

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK
from manfaat.report.exhibit import Exhibit
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
    write_end,
)
from manfaat.report.words import Language

WIDEST_LABEL, WIDEST_UNIT, WIDEST_PANEL = 40, 60, 19  # letters in one line


class Look(NamedTuple):
    """Which groups and times there are: a group has a colour, all but the last time are hatched."""

    groups: list[str]
    times: list[str]

    @classmethod
    def of(cls, data: pd.DataFrame) -> Look:
        """Those of all rows, in their order."""
        return cls(list(data["group"].unique()), list(data["time"].unique()))

    def box(self, group: str, time: str) -> dict[str, Any]:
        """How the box or bar of a group at a time looks."""
        colour = PALETTE[self.groups.index(group) % len(PALETTE)]
        tint = sns.light_palette(colour, 4)[1]
        return {"facecolor": tint, "edgecolor": colour, "hatch": self.hatch(time)}

    def hatch(self, time: str) -> str:
        """The hatch of a time."""
        return "" if time == self.times[-1] else "//"

    def patches(self, letters: int) -> list[Patch]:
        """What a legend shows: the times, ``letters`` in a line."""
        return [
            Patch(
                label=legend_name(fill(time, letters)),
                facecolor="white",
                edgecolor=GREY,
                hatch=self.hatch(time),
            )
            for time in self.times
        ]


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


def draw_boxes(data: pd.DataFrame, ax: Axes, look: Look) -> Axes:
    """Draw one box a group and time, from summaries alone; ``data`` has ``group, label, time, mean, p10, p25,
    median, p75, p90``; ``look`` : that of all panels.

    The box holds the middle half, the whiskers the middle eight tenths, the cross is the mean. Where a
    percentile is not known, the side of the box has no whisker. seaborn would need the values themselves.
    """
    rows = list(typed_rows(data, Spread))
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
        meanprops={"marker": "x", "markeredgecolor": INK, "markersize": 5},
        medianprops={"color": INK, "linewidth": 1.4},
    )
    for place, row in enumerate(rows):
        for side, end in ((2 * place, row.p10), (2 * place + 1, row.p90)):
            for part in ("whiskers", "caps"):
                drawn[part][side].set_visible(bool(pd.notna(end)))
    for box, group, time in zip(drawn["boxes"], data["group"], data["time"], strict=True):
        box.set(**look.box(group, time))
    ax.invert_yaxis()
    ax.set(ylabel="")
    return ax


def draw_shares(data: pd.DataFrame, ax: Axes, language: Language) -> Axes:
    """Draw one bar a group and time: the share of units with the answer 1, a dash where it is not known;
    ``data`` has ``group, label, time, mean``.
    """
    look, shares = Look.of(data), data["mean"].fillna(0) * 100
    sns.barplot(x=shares.to_numpy(), y=range(len(data)), orient="h", width=0.55, errorbar=None, ax=ax)
    for bar, group, time in zip(ax.patches, data["group"], data["time"], strict=True):
        bar.set(**look.box(group, time))
    for place, (end, share) in enumerate(zip(shares, data["mean"], strict=True)):
        write_end(ax, language.percent(share, 1), end, place)
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
    yes_no, labelled = "median" not in data, with_labels(data, language)
    if yes_no:
        alt = language.say("Bar chart of shares before and after, by group.")
        parts = [
            f"{label}: {language.percent(mean, 1)}"
            for label, mean in zip(labelled["label"], labelled["mean"], strict=True)
        ]
    else:
        alt = language.say("Box chart of values before and after, by group.")
        parts = [described(row, language) for row in typed_rows(labelled, Spread)]

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        cut = in_lines(labelled, WIDEST_LABEL if is_wide else WIDEST_PANEL)
        figure, ax = spread_drawn(cut, is_wide)
        if yes_no:
            draw_shares(cut, ax, language)
        else:
            draw_boxes(cut, ax, Look.of(data))
            ax.set_xlabel(fill(xlabel, WIDEST_UNIT if is_wide else WIDEST_LABEL))
            plain_ticks(ax.xaxis, language)
            ax.xaxis.set_major_locator(MaxNLocator(6 if is_wide else 3))
        return figure, spread_spots(ax, data, parts)

    wide, narrow = pictures(draw)
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def spread_drawn(cut: pd.DataFrame, is_wide: bool) -> tuple[Figure, Axes]:
    """A figure with room for rows of so many lines."""
    lines = max((label.count("\n") for label in cut["label"]), default=0)  # beyond the first
    return new_figure(0.75 + (0.33 + 0.12 * lines) * len(cut), width=width_of(is_wide))


def spread_spots(ax: Axes, data: pd.DataFrame, parts: list[str]) -> list[Spot]:
    """Where boxes or bars stand, and what each shows."""
    has_boxes = "median" in data
    ends = zip(data["p25"], data["p75"], strict=True) if has_boxes else ((0, m * 100) for m in data["mean"])
    return [
        Spot(ax, low, high, place - 0.28, place + 0.28, part)
        for place, ((low, high), part) in enumerate(
            zip(ends, parts, strict=True), 1 if has_boxes else 0
        )  # boxes are counted from one
    ]


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
    order = sorted(shown, key=lambda own: -own["time"].nunique())  # one asked once may have been asked last
    look = Look(list(data["group"].unique()), list(pd.concat(order)["time"].unique()))
    wide, narrow = pictures(lambda is_wide: panels_drawn(shown, look, language, wide=is_wide))
    parts = [
        f"{name}, {described(row, language)}"
        for own in shown
        for name, row in zip(own["indicator"], typed_rows(own, Spread), strict=True)
    ]
    alt = language.say("Box charts of values before and after, by group, one panel an indicator.")
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def panels_drawn(
    shown: list[pd.DataFrame], look: Look, language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page, two beside each other, or for a phone, one below the other."""
    drawn = [in_lines(with_labels(own.assign(time=""), language), WIDEST_PANEL) for own in shown]
    lines, columns = max(label.count("\n") + 1 for own in drawn for label in own["label"]), 2 if wide else 1
    most = [max(map(len, shown[place : place + columns])) for place in range(0, len(shown), columns)]
    tall = [0.85 + (0.1 + 0.11 * lines) * rows for rows in most]
    figure, axes = new_panels(sum(tall) + 0.25, heights=tall, widths=[1] * columns, width=width_of(wide))
    spots: list[Spot] = []
    for ax, own, cut in zip(axes, shown, drawn, strict=False):
        draw_boxes(cut.assign(time=own["time"]), ax, look)
        ax.set_title(
            fill(own["indicator"].iloc[0], WIDEST_LABEL), loc="left" if wide else "center", fontsize=8
        )
        ax.set_xlabel(fill(own["unit"].iloc[0], 28))
        plain_ticks(ax.xaxis, language)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        spots += spread_spots(ax, own, [described(row, language) for row in typed_rows(own, Spread)])
    for ax in axes[len(shown) :]:
        ax.axis("off")
    if len(look.times) > 1:
        columns = 1 if len("".join(look.times)) > 90 else columns
        figure.legend(handles=look.patches(90 if wide else 38), loc="outside lower center", ncols=columns)
    return figure, spots


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
    wide, narrow = pictures(lambda is_wide: trend_drawn(data, ylabel, parts, language, wide=is_wide))
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def trend_drawn(
    data: pd.DataFrame, ylabel: str, parts: list[str], language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw the lines for a page or for a phone; ``parts`` : what each mean shows, in words."""
    groups = list(data["group"].unique())
    figure, ax = new_figure(2.8 if wide else 2.6 + 0.15 * len(groups), width=width_of(wide))
    shifts = {group: (place - (len(groups) - 1) / 2) * 0.04 for place, group in enumerate(groups)}
    for place, (group, rows) in enumerate(data.groupby("group", sort=False)):
        x, colour = rows["period"] + shifts[str(group)], PALETTE[place % len(PALETTE)]
        sns.lineplot(
            x=x,
            y=rows["mean"],
            color=colour,
            linestyle=LINES[place % len(LINES)],
            marker="o",
            markeredgewidth=0,
            estimator=None,
            label=legend_name(str(group)),
            legend=False,
            ax=ax,
        )
        ends = [rows["mean"] - rows["ci_low"], rows["ci_high"] - rows["mean"]]
        ax.errorbar(x, rows["mean"], yerr=ends, fmt="none", ecolor=colour, elinewidth=1, capsize=2)
    ax.set(xlabel="", ylabel=ylabel if wide else fill(ylabel, 34))
    ax.set_xticks(sorted(data["period"].unique()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    plain_ticks(ax.yaxis, language)
    handles, names = ax.get_legend_handles_labels()
    columns = len(groups) if wide else 1
    figure.legend(handles, names, loc="outside lower center", ncols=columns, handlelength=3)
    return figure, [
        Spot(ax, across, across, row.ci_low, row.ci_high, part)
        for row, part in zip(typed_rows(data, Period), parts, strict=True)
        for across in [row.period + shifts[row.group]]
    ]
