"""What participants answered then and now: shares of the answers to each item, means by rater; and which
answers are missing.
"""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MultipleLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GAPS, GREY, INK, MIDDLE, PALE, WEAK
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import (
    PARTICIPANTS,
    RATERS,
    Spot,
    draw_point,
    legend_name,
    new_figure,
    new_panels,
    pictures,
    plain_ticks,
    width_of,
)
from manfaat.report.words import Language

# From the ends inwards, and from the middle outwards, in the colour of participants, whose answers they are.
LOW, HIGH = (GAPS[3], MIDDLE), ("#8dbfe0", PARTICIPANTS)
WIDEST_LABEL, WIDEST_ITEM = 44, 60  # letters in one line, and on a phone
NARROW_LABEL, NARROW_ITEM = 24, 28


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
    return WEAK, ""


def places(bars: pd.DataFrame, letters: int = WIDEST_ITEM) -> tuple[list[float], list[tuple[float, str]]]:
    """Heights of the bars, from the top, and of the items' texts above theirs."""
    heights, texts, y = [], [], 0.0
    for label, rows in bars.groupby("label", sort=False):
        lines = fill(str(label), letters)
        texts.append((y, lines))
        y += 0.85 * (lines.count("\n") + 1)
        heights += [y + number for number in range(len(rows))]
        y += len(rows) + 0.25
    return heights, texts


def draw_answers(
    data: pd.DataFrame, ax: Axes, apart: Axes, answers: list[str], letters: int = WIDEST_ITEM
) -> Axes:
    """Draw the bars around zero and, in ``apart``, the middle answer; ``answers`` are the words of the
    answers from the lower end, ``letters`` those in a line of an item.
    """
    boxes, most = sides(data), len(answers)
    heights, texts = places(data.drop_duplicates(["label", "time"]), letters)
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
    parts = [
        f"{label}, {time}: {told(rows, answers, language)}"
        for (label, time), rows in data.groupby(["label", "time"], sort=False)
    ]
    alt = language.say(
        "Bars of the answers to each item then and now, those below the middle to the left, those above it to"
        " the right, the middle apart."
    )
    drawn, narrow = pictures(lambda wide: likert_drawn(data, answers, parts, language, wide=wide))
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", drawn, narrow=narrow)


def likert_drawn(
    data: pd.DataFrame, answers: list[str], parts: list[str], language: Language, *, wide: bool
) -> tuple[Figure, list[Spot]]:
    """Draw the bars for a page or for a phone; ``parts`` : what each shows, in words."""
    bars, letters = data.drop_duplicates(["label", "time"]), WIDEST_ITEM if wide else NARROW_ITEM
    heights, _ = places(bars, letters)
    legend_lines = 1 if wide else len(answers)
    figure, (ax, apart) = new_panels(
        0.8 + 0.15 * legend_lines + 0.19 * (heights[-1] + 1.2),
        widths=(4, 1),
        width=width_of(wide),
        share_y=True,
    )
    draw_answers(data, ax, apart, answers, letters)
    ax.set_yticks(
        heights,
        [f"{row.time}, n\u00a0=\u00a0{language.number(row.n, 0)}" for row in typed_rows(bars, Bar)],
        fontsize=7.5,
    )
    names = language.say("below the middle ← per cent → above the middle"), language.say("middle, per cent")
    ax.set_xlabel(names[0] if wide else fill(names[0], 16))
    apart.set_xlabel(names[1] if wide else fill(names[1], 8))
    apart.patch.set_visible(False)  # names of items reach below it on a phone
    for axis, step in ((ax.xaxis, 25 if wide else 50), (apart.xaxis, 50 if wide else 100)):
        axis.set_major_locator(MultipleLocator(step))
        axis.set_major_formatter(lambda value, _: language.number(abs(value), 0))
    for one in (ax, apart):
        one.tick_params(axis="y", length=0)
        one.spines["left"].set_visible(False)
    order = [legend_name(answer) for answer in answers]
    handles = [*ax.get_legend_handles_labels()[0], *apart.get_legend_handles_labels()[0]]
    handles = sorted(handles, key=lambda patch: order.index(str(patch.get_label())))
    columns = (3 if sum(map(len, answers)) > 70 else len(answers)) if wide else 1
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
    reach = ax.get_xlim()
    return figure, [
        Spot(ax, *reach, height - 0.35, height + 0.35, part)
        for height, part in zip(heights, parts, strict=True)
    ]


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


def draw_dumbbells(data: pd.DataFrame, ax: Axes, raters: list[str], letters: int = 26) -> Axes:
    """Draw one line a rater from earlier (a stroke) to now (the rater's mark); ``data`` has ``label, rater``
    (words), ``earlier, now``.
    """
    labels = list(dict.fromkeys(data["label"]))
    for row, y in zip(typed_rows(data, Rating), rating_heights(data), strict=True):
        marker = RATERS[raters.index(row.rater) % len(RATERS)]
        ax.plot([row.earlier, row.now], [y, y], color=PARTICIPANTS, linewidth=1.8, zorder=2)
        draw_point(ax, row.earlier, y, PARTICIPANTS, marker="|")
        draw_point(ax, row.now, y, PARTICIPANTS, marker=marker)
        ax.lines[-1].set_label(legend_name(row.rater))
    ax.set_yticks(range(len(labels)), [fill(label, letters) for label in labels])
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=PALE)
    return ax


def dumbbell(id: str, title: str, data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the figure, one panel a unit; ``data`` has ``label, rater, unit`` (words), ``n, earlier,
    now``.
    """
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
    alt = language.say("Lines of mean ratings from then, a stroke, to now, a mark of the rater.")
    told = data.assign(text=parts)
    wide, narrow = pictures(lambda is_wide: dumbbells_drawn(told, language, wide=is_wide))
    return Exhibit(id, title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def dumbbells_drawn(data: pd.DataFrame, language: Language, *, wide: bool) -> tuple[Figure, list[Spot]]:
    """Draw the panels for a page or for a phone; ``data`` as above, with ``text`` (what each mark shows)."""
    units, raters = list(dict.fromkeys(data["unit"])), list(dict.fromkeys(data["rater"]))
    counts = [data.loc[data["unit"] == unit, "label"].nunique() for unit in units]
    names = units if wide else [fill(unit, 30) for unit in units]
    letters = 26 if wide else 17
    told = [*names, *(fill(label, letters) for label in data["label"].unique())]
    lines = sum(max(text.count("\n") - 1, 0) for text in told)
    figure, axes = new_panels(
        0.6 + 0.42 * sum(counts) + 0.55 * len(units) + (0 if wide else 0.4) + 0.16 * lines,
        heights=[count + 0.3 for count in counts],
        width=width_of(wide),
    )
    for ax, unit, name in zip(axes, units, names, strict=True):
        draw_dumbbells(data[data["unit"] == unit], ax, raters, letters)
        ax.set_xlabel(name)
        plain_ticks(ax.xaxis, language)
    handles = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    columns = 3 if wide else 1
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=columns)
    return figure, [
        Spot(ax, min(row.earlier, row.now), max(row.earlier, row.now), y - 0.1, y + 0.1, text)
        for ax, unit in zip(axes, units, strict=True)
        for own in [data[data["unit"] == unit]]
        for row, y, text in zip(typed_rows(own, Rating), rating_heights(own), own["text"], strict=True)
    ]


def draw_gaps(wide: pd.DataFrame, ax: Axes, language: Language, letters: int = WIDEST_LABEL) -> Axes:
    """Draw one cell an indicator (row) and group (column): the darker, the more is missing, the share written
    in it; a dash where it is not shown.
    """
    values = wide.to_numpy(dtype="float64")
    sns.heatmap(
        values,
        ax=ax,
        cmap=ListedColormap(GAPS),
        norm=BoundaryNorm(np.linspace(0, 1, len(GAPS) + 1), len(GAPS)),
        linewidths=1,
        linecolor="white",
        cbar=False,
    )
    for (row, column), share in np.ndenumerate(values):
        dark = share >= 0.6
        ax.text(
            column + 0.5,
            row + 0.5,
            language.percent(share),
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if dark else INK,
        )
    ax.set_xticks(
        np.arange(values.shape[1]) + 0.5,
        [fill(name, 16 if letters == WIDEST_LABEL else 9) for name in wide.columns],
    )
    names = [fill(name, letters) for name in wide.index]
    ax.set_yticks(np.arange(values.shape[0]) + 0.5, names, rotation=0)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    return ax


def gaps_map(data: pd.DataFrame, title: str, caption: str, language: Language) -> Exhibit:
    """Return the heat map; ``data`` has ``label, group`` (words), ``n, n_missing, share``, one row a cell."""
    wide = data.pivot(index="label", columns="group", values="share")
    wide = wide.reindex(index=list(dict.fromkeys(data["label"])), columns=list(dict.fromkeys(data["group"])))
    parts = [
        f"{label}: " + ", ".join(f"{group} {language.percent(share)}" for group, share in row.items())
        for label, row in wide.iterrows()
    ]
    alt = language.say("Heat map of missing values, one row an indicator, one column a group.")

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        letters = WIDEST_LABEL if is_wide else NARROW_LABEL
        lines = max(fill(name, letters).count("\n") + 1 for name in wide.index)
        figure, ax = new_figure(0.6 + (0.12 + 0.13 * lines) * len(wide), width=width_of(is_wide))
        draw_gaps(wide, ax, language, letters)
        return figure, []

    drawn, narrow = pictures(draw)
    return Exhibit("gaps", title, caption, data, f"{alt} {'; '.join(parts)}.", drawn, narrow=narrow)
