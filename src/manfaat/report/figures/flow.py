"""Participant flow: how many were there at each step, and why some were lost."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import PALETTE, new_figure, to_svg
from manfaat.report.words import Language


class Step(NamedTuple):
    """How many of a group were left at a step, and why others were lost before it."""

    step: str
    group: str
    n: float
    lost: float
    reason: str


def draw_flow(data: pd.DataFrame, ax: Axes, language: Language) -> Axes:
    """Draw one row of boxes a step; ``data`` has ``step, group, n, lost`` in the order of the steps."""
    groups, steps = list(data["group"].unique()), list(data["step"].unique())
    centres = {group: (place + 0.5) / len(groups) for place, group in enumerate(groups)}
    width, height, gap = 0.86 / len(groups), 0.62, 1.25
    for place, step in enumerate(steps):
        for _, row in data[data["step"] == step].iterrows():
            x, y, colour = (
                centres[row["group"]],
                -place * gap,
                PALETTE[groups.index(row["group"]) % len(PALETTE)],
            )
            ax.add_patch(
                FancyBboxPatch(
                    (x - width / 2, y - height / 2),
                    width,
                    height,
                    boxstyle="round,pad=0,rounding_size=0.02",
                    facecolor=PALE,
                    edgecolor=colour,
                    linewidth=1.2,
                    mutation_aspect=8,
                )
            )
            ax.text(
                x,
                y + 0.11,
                row["group"] if place == 0 else step,
                ha="center",
                va="center",
                fontsize=8,
                color=INK,
            )
            ax.text(
                x,
                y - 0.14,
                language.number(row["n"], 0),
                ha="center",
                va="center",
                fontsize=10,
                fontweight="bold",
                color=INK,
            )
            if place:
                ax.add_patch(
                    FancyArrowPatch(
                        (x, y + gap - height / 2),
                        (x, y + height / 2),
                        arrowstyle="-|>",
                        mutation_scale=9,
                        color=GREY,
                    )
                )
                if row["lost"]:
                    ax.text(
                        x + 0.012,
                        y + gap / 2,
                        f"−{language.number(row['lost'], 0)}",
                        ha="left",
                        va="center",
                        fontsize=8,
                        color=GREY,
                    )
    ax.set(xlim=(0, 1), ylim=(-(len(steps) - 1) * gap - 0.5, 0.5))
    ax.axis("off")
    return ax


def fewer(row: Step, language: Language) -> str:
    """Say how many fewer there are than at the step before, and why."""
    if not row.lost:
        return ""
    reason = language.say("{n} fewer: {reason}", n=language.number(row.lost, 0), reason=row.reason)
    return f" ({reason})"


def participant_flow(data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the flow figure; ``data`` as for ``draw_flow`` with ``reason`` (why units were lost before a
    step).
    """
    steps = list(data["step"].unique())
    figure, ax = new_figure(0.35 + 0.78 * len(steps))
    draw_flow(data, ax, language)
    parts = [
        f"{row.group}, {row.step}: {language.number(row.n, 0)}" + fewer(row, language)
        for row in typed_rows(data, Step)
    ]
    title = (
        language.say("Flow of participants and comparison group")
        if data["group"].nunique() > 1
        else language.say("Flow of participants")
    )
    alt = language.say("Flow chart.")
    return Exhibit("flow", title, caption, data, f"{alt} {'; '.join(parts)}.", to_svg(figure))
