"""What participants answered then and now: shares of the answers to each item, means by rater; and which
answers are missing.
"""

from __future__ import annotations

from itertools import pairwise
from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MultipleLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GAPS, GREY, INK, PALE
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

LOW, HIGH = (
    ("#b04a00", "#e9a26b"),
    ("#8dbfe0", "#0072B2"),
)  # from the ends inwards, and from the middle outwards
WIDEST_LABEL, WIDEST_ITEM = 44, 60  # letters in one line


class Box(NamedTuple):
    """A part of a bar: which bar from the top, where the part begins, its share."""

    place: int
    left: float
    width: float


class Bar(NamedTuple):
    """When an item was asked, and how many answered."""

    time: str
    n: float


class Rating(NamedTuple):
    """The mean rating of one indicator by one rater."""

    label: str
    rater: str
    earlier: float
    now: float


def rectangles(boxes: list[tuple[float, float, float, float]]) -> Path:
    """One path of many boxes (left, bottom, width, height): a fraction of the bytes of as many patches."""
    parts = [
        Path([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], [1, 2, 2, 2, 79])
        for x, y, w, h in boxes
    ]
    return Path.make_compound_path(*parts) if parts else Path(np.empty((0, 2)))


def sides(data: pd.DataFrame) -> pd.DataFrame:
    """Turn shares of answers into boxes: ``place`` of the bar (from the top), ``answer, left, width``, those
    below the middle to the left of zero.

    ``data`` : ``label, time, answer, share`` in the order of the bars; the middle answer of an odd number
    stands apart (``left`` missing). A share that is not shown takes no room.
    """
    most, rows = int(data["answer"].max()) if len(data) else 0, []
    for place, (_, bar) in enumerate(data.groupby(["label", "time"], sort=False)):
        shares = bar.set_index("answer")["share"].fillna(0.0)
        below = [answer for answer in range(1, most + 1) if answer < (most + 1) / 2]
        above = [answer for answer in range(1, most + 1) if answer > (most + 1) / 2]
        left = 0.0
        for answer in reversed(below):
            left -= shares.get(answer, 0.0)
            rows.append({"place": place, "answer": answer, "left": left, "width": shares.get(answer, 0.0)})
        right = 0.0
        for answer in above:
            rows.append({"place": place, "answer": answer, "left": right, "width": shares.get(answer, 0.0)})
            right += shares.get(answer, 0.0)
        if most % 2:
            rows.append(
                {
                    "place": place,
                    "answer": (most + 1) // 2,
                    "left": np.nan,
                    "width": shares.get((most + 1) // 2, 0.0),
                }
            )
    return pd.DataFrame(rows, columns=["place", "answer", "left", "width"])


def shade(answer: int, most: int) -> tuple[str, str]:
    """Colour and hatch of an answer: the ends dark, those next to the middle light."""
    if answer * 2 < most + 1:
        return LOW[0 if answer == 1 else 1], "////" if answer == 1 else ""
    if answer * 2 > most + 1:
        return HIGH[1 if answer == most else 0], "\\\\\\\\" if answer == most else ""
    return "#c9c9c9", ""


def places(bars: pd.DataFrame) -> tuple[list[float], list[tuple[float, str]]]:
    """Heights of the bars, from the top, and of the items' texts above theirs."""
    heights, texts, y = [], [], 0.0
    for label, rows in bars.groupby("label", sort=False):
        lines = fill(str(label), WIDEST_ITEM)
        texts.append((y, lines))
        y += 0.85 * (lines.count("\n") + 1)
        heights += [y + number for number in range(len(rows))]
        y += len(rows) + 0.25
    return heights, texts


def draw_answers(data: pd.DataFrame, ax: Axes, apart: Axes, answers: list[str]) -> Axes:
    """Draw the bars around zero and, in ``apart``, the middle answer; ``answers`` are the words of the
    answers from the lower end.
    """
    boxes, most = sides(data), len(answers)
    heights, texts = places(data.drop_duplicates(["label", "time"]))
    for answer in range(1, most + 1):
        own = boxes[boxes["answer"] == answer]
        colour, hatch = shade(answer, most)
        here = apart if answer * 2 == most + 1 else ax
        drawn = [
            (0.0 if np.isnan(row.left) else row.left * 100, heights[row.place] - 0.4, row.width * 100, 0.8)
            for row in typed_rows(own, Box)
            if row.width
        ]
        here.add_patch(
            PathPatch(
                rectangles(drawn),
                facecolor=colour,
                edgecolor="white",
                hatch=hatch,
                linewidth=0.4,
                label=legend_name(answers[answer - 1]),
            )
        )
    for place, (_, bar) in enumerate(data.groupby(["label", "time"], sort=False)):
        mark_hidden(bar, heights[place], ax, apart, most)
    widest = (boxes["left"].abs() + boxes["width"].where(boxes["left"] >= 0, 0)).max()
    reach = 25 * max(1.0, float(np.ceil(4 * widest)))
    for y, text in texts:
        ax.text(-reach, y - 0.45, text, ha="left", va="top", fontsize=7.5, color=INK, in_layout=False)
    ax.plot(
        np.zeros(3 * len(heights)),
        [y for height in heights for y in (height - 0.5, height + 0.5, np.nan)],
        color=GREY,
        linewidth=0.9,
    )
    ax.set(ylim=(max(heights, default=0) + 0.6, -0.6), xlim=(-reach, reach))
    apart.set(xlim=(0, 100))
    return ax


def hidden(bar: pd.DataFrame) -> pd.Series:
    """Which answers of a bar are not shown; one that is counted with its neighbour (``includes``) is."""
    counted = set(" ".join(bar["includes"].fillna("")).split())
    return bar["share"].isna() & ~bar["answer"].astype("str").isin(counted)


def mark_hidden(bar: pd.DataFrame, height: float, ax: Axes, apart: Axes, most: int) -> None:
    """Write a dash where a part of a bar is not shown, at the end of what is: it is not nothing."""
    gone, middle = hidden(bar), (most + 1) / 2
    for side, sign in ((bar["answer"] < middle, -1), (bar["answer"] > middle, 1)):
        if gone[side].any():
            end = sign * (bar.loc[side, "share"].sum() * 100 + 1.5)
            ax.text(end, height, "–", ha="right" if sign < 0 else "left", va="center", fontsize=8, color=INK)
    if gone[bar["answer"] == middle].any():
        apart.text(3, height, "–", ha="left", va="center", fontsize=8, color=INK)


def likert(
    id: str, title: str, data: pd.DataFrame, answers: list[str], caption: str, language: Language
) -> Exhibit:
    """Return the figure; ``data`` has ``label`` (the item), ``time`` (in words), ``answer, n, share,
    includes``.
    """
    bars = data.drop_duplicates(["label", "time"])
    heights, _ = places(bars)
    figure, (ax, apart) = new_panels(0.95 + 0.19 * (heights[-1] + 1.2), widths=(4, 1), share_y=True)
    draw_answers(data, ax, apart, answers)
    ax.set_yticks(
        heights,
        [f"{row.time}, n\u00a0=\u00a0{language.number(row.n, 0)}" for row in typed_rows(bars, Bar)],
        fontsize=7.5,
    )
    ax.set_xlabel(language.say("below the middle ← per cent → above the middle"))
    apart.set_xlabel(language.say("middle, per cent"))
    for axis, step in ((ax.xaxis, 25), (apart.xaxis, 50)):
        axis.set_major_locator(MultipleLocator(step))
        axis.set_major_formatter(lambda value, _: language.number(abs(value), 0))
    for one in (ax, apart):
        one.tick_params(axis="y", length=0)
        one.spines["left"].set_visible(False)
    names = [legend_name(answer) for answer in answers]
    handles = [*ax.get_legend_handles_labels()[0], *apart.get_legend_handles_labels()[0]]
    handles = sorted(handles, key=lambda patch: names.index(str(patch.get_label())))
    figure.legend(
        handles=handles, loc="outside lower center", ncols=3 if sum(map(len, answers)) > 70 else len(answers)
    )
    parts = [
        f"{label}, {time}: {told(rows, answers, language)}"
        for (label, time), rows in data.groupby(["label", "time"], sort=False)
    ]
    alt = language.say(
        "Bars of the answers to each item then and now, those below the middle to the left, those above it to"
        " the right, the middle apart."
    )
    reach = ax.get_xlim()
    spots = [
        Spot(ax, *reach, height - 0.35, height + 0.35, part)
        for height, part in zip(heights, parts, strict=True)
    ]
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure, spots))


def told(rows: pd.DataFrame, answers: list[str], language: Language) -> str:
    """The shares below, at and above the middle answer in words; a dash where a part is not shown."""
    gone, middle = hidden(rows), (len(answers) + 1) / 2
    names = {
        language.say("below the middle"): rows["answer"] < middle,
        language.say("middle"): rows["answer"] == middle,
        language.say("above"): rows["answer"] > middle,
    }
    shares = {
        name: np.nan if gone[chosen].any() else rows.loc[chosen, "share"].sum()
        for name, chosen in names.items()
        if chosen.any()
    }
    return ", ".join(f"{name} {language.percent(share)}" for name, share in shares.items())


def rating_heights(data: pd.DataFrame) -> list[float]:
    """In which height of a panel the rating of each row stands: those of one indicator close together."""
    labels, heights = list(dict.fromkeys(data["label"])), []
    for row in typed_rows(data, Rating):
        own = list(data.loc[data["label"] == row.label, "rater"])
        heights.append(labels.index(row.label) + (own.index(row.rater) - (len(own) - 1) / 2) * 0.3)
    return heights


def draw_dumbbells(data: pd.DataFrame, ax: Axes, raters: list[str]) -> Axes:
    """Draw one line a rater from earlier (hollow) to now (filled); ``data`` has ``label, rater`` (words),
    ``earlier, now``.
    """
    labels = list(dict.fromkeys(data["label"]))
    for row, y in zip(typed_rows(data, Rating), rating_heights(data), strict=True):
        place = raters.index(row.rater)
        ax.plot([row.earlier, row.now], [y, y], color=PALETTE[place], linewidth=1.8, zorder=2)
        ax.plot(
            [row.earlier],
            [y],
            marker=MARKERS[place],
            color=PALETTE[place],
            markerfacecolor="white",
            markersize=6,
            linestyle="none",
            zorder=3,
        )
        ax.plot(
            [row.now],
            [y],
            marker=MARKERS[place],
            color=PALETTE[place],
            markersize=6,
            linestyle="none",
            zorder=3,
            label=legend_name(row.rater),
        )
    ax.set_yticks(range(len(labels)), [fill(label, 26) for label in labels])
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=PALE)
    return ax


def dumbbell(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the figure, one panel a unit; ``data`` has ``label, rater, unit`` (words), ``n, earlier,
    now``.
    """
    units, raters = list(dict.fromkeys(data["unit"])), list(dict.fromkeys(data["rater"]))
    counts = [data.loc[data["unit"] == unit, "label"].nunique() for unit in units]
    figure, axes = new_panels(
        0.6 + 0.42 * sum(counts) + 0.55 * len(units), heights=[count + 0.3 for count in counts]
    )
    for ax, unit in zip(axes, units, strict=True):
        draw_dumbbells(data[data["unit"] == unit], ax, raters)
        ax.set_xlabel(unit)
        plain_ticks(ax.xaxis, language)
    handles = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3)
    parts = [
        language.say(
            "{label}, {rater}: {earlier} then, {now} now (n = {n})",
            label=row.label,
            rater=row.rater,
            earlier=language.number(row.earlier, 2),
            now=language.number(row.now, 2),
            n=language.number(n, 0),
        )
        for row, n in zip(typed_rows(data, Rating), data["n"], strict=True)
    ]
    alt = language.say("Dots of mean ratings joined by lines, hollow then and filled now, by rater.")
    told = data.assign(text=parts)
    spots = [
        Spot(ax, row.earlier, row.now, height, height, text)
        for ax, (_, own) in zip(axes, told.groupby("unit", sort=False), strict=True)
        for row, height, text in zip(typed_rows(own, Rating), rating_heights(own), own["text"], strict=True)
    ]
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure, spots))


def draw_gaps(wide: pd.DataFrame, ax: Axes, language: Language) -> Axes:
    """Draw one cell an indicator (row) and group (column): the darker, the more is missing, the share written
    in it; a dash where it is not shown.
    """
    values = wide.to_numpy(dtype="float64")
    levels = np.linspace(0, 1, 6)
    for place, (low, high) in enumerate(pairwise(levels)):
        inside = (values > low) & (values <= high) if place else (values >= low) & (values <= high)
        boxes = [
            (column - 0.48, row - 0.46, 0.96, 0.92) for row, column in zip(*np.nonzero(inside), strict=True)
        ]
        ax.add_patch(PathPatch(rectangles(boxes), facecolor=GAPS[place], edgecolor="white", linewidth=0.5))
    for (row, column), share in np.ndenumerate(values):
        dark = share > 0.6
        ax.text(
            column,
            row,
            language.percent(share),
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if dark else INK,
        )
    ax.set_xticks(range(values.shape[1]), [fill(name, 16) for name in wide.columns])
    ax.set_yticks(range(values.shape[0]), [fill(name, WIDEST_LABEL) for name in wide.index])
    ax.set(xlim=(-0.5, values.shape[1] - 0.5), ylim=(values.shape[0] - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def gaps_map(data: pd.DataFrame, title: str, caption: str, language: Language) -> Exhibit:
    """Return the heat map; ``data`` has ``label, group`` (words), ``n, n_missing, share``, one row a cell."""
    wide = data.pivot(index="label", columns="group", values="share")
    wide = wide.reindex(index=list(dict.fromkeys(data["label"])), columns=list(dict.fromkeys(data["group"])))
    lines = max(fill(name, WIDEST_LABEL).count("\n") + 1 for name in wide.index)
    figure, ax = new_figure(0.6 + (0.12 + 0.13 * lines) * len(wide))
    draw_gaps(wide, ax, language)
    parts = [
        f"{label}: " + ", ".join(f"{group} {language.percent(share)}" for group, share in row.items())
        for label, row in wide.iterrows()
    ]
    alt = language.say("Heat map of missing values, one row an indicator, one column a group.")
    return Exhibit("gaps", title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure))
