"""Participant flow: how many were there at each step, and why some were lost."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import FULL_WIDTH, HALF_WIDTH, PALETTE, Spot, new_figure, to_svg
from manfaat.report.words import Language

LETTERS = 36  # in a line of all boxes on a phone


class Step(NamedTuple):
    """How many of a group were left at a step, and why others were lost before it."""

    step: str
    group: str
    n: float
    lost: float
    reason: str


@dataclass(frozen=True)
class Plan:
    """Where the boxes stand: one column a group, one row a step, the taller the more lines a name takes.

    ``wide`` : whether it is drawn for a page, or else for a phone.
    """

    groups: list[str]
    steps: list[str]
    wide: bool

    @property
    def width(self) -> float:
        """Of a box, as a share of the picture's."""
        return 0.86 / len(self.groups)

    @property
    def extra(self) -> float:
        """What names of several lines add to a row."""
        names = [self.named(name) for name in (*self.groups, *self.steps)]
        return 0.19 * max(name.count("\n") for name in names)

    @property
    def height(self) -> float:
        """Of a box."""
        return 0.62 + self.extra

    @property
    def gap(self) -> float:
        """From one row to the next."""
        return 1.25 + self.extra

    def named(self, name: str) -> str:
        """A name as it stands in its box."""
        return name if self.wide else fill(name, max(8, LETTERS // len(self.groups)))

    def place(self, row: Step) -> tuple[float, float]:
        """The middle of the box of a group at a step."""
        across = (self.groups.index(row.group) + 0.5) / len(self.groups)
        return across, -self.steps.index(row.step) * self.gap

    def drawn(self) -> tuple[Figure, Axes]:
        """A figure with room for all of it."""
        rows = len(self.steps)
        height = 0.35 + 0.78 * rows + 0.62 * self.extra * rows
        return new_figure(height, width=FULL_WIDTH if self.wide else HALF_WIDTH)


def plan_of(data: pd.DataFrame, *, wide: bool = True) -> Plan:
    """Where the boxes of ``data`` stand."""
    return Plan(list(data["group"].unique()), list(data["step"].unique()), wide)


def draw_flow(data: pd.DataFrame, ax: Axes, language: Language, *, wide: bool = True) -> Axes:
    """Draw one row of boxes a step; ``data`` has ``step, group, n, lost`` in the order of the steps."""
    plan = plan_of(data, wide=wide)
    for row in typed_rows(data, Step):
        draw_box(ax, row, plan, language)
        if row.step != plan.steps[0]:
            draw_arrow(ax, row, plan, language)
    low = -(len(plan.steps) - 1) * plan.gap - plan.height / 2 - 0.19
    ax.set(xlim=(0, 1), ylim=(low, plan.height / 2 + 0.19))
    ax.axis("off")
    return ax


def draw_box(ax: Axes, row: Step, plan: Plan, language: Language) -> None:
    """Draw the box of a group at a step, in the colour of the group."""
    x, y = plan.place(row)
    ax.add_patch(
        FancyBboxPatch(
            (x - plan.width / 2, y - plan.height / 2),
            plan.width,
            plan.height,
            boxstyle="round,pad=0,rounding_size=0.02",
            facecolor=PALE,
            edgecolor=PALETTE[plan.groups.index(row.group) % len(PALETTE)],
            linewidth=1.2,
            mutation_aspect=8,
        )
    )
    name = row.group if row.step == plan.steps[0] else row.step
    middle: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
    ax.text(x, y + 0.11, plan.named(name), fontsize=8, **middle)
    below = y - 0.14 - plan.extra / 2
    ax.text(x, below, language.number(row.n, 0), fontsize=10, fontweight="bold", **middle)


def draw_arrow(ax: Axes, row: Step, plan: Plan, language: Language) -> None:
    """Draw what leads from the step before, and how many were lost on the way."""
    x, y = plan.place(row)
    ends = (x, y + plan.gap - plan.height / 2), (x, y + plan.height / 2)
    ax.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=9, color=GREY))
    if row.lost:
        at = (x + 0.012, y + plan.gap / 2)
        lost = f"−{language.number(row.lost, 0)}"
        ax.text(*at, lost, ha="left", va="center", fontsize=8, color=GREY)


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
    wide, narrow = (drawn(data, parts, language, wide=wide) for wide in (True, False))
    return Exhibit("flow", title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def drawn(data: pd.DataFrame, parts: list[str], language: Language, *, wide: bool) -> bytes:
    """Return the picture; ``parts`` : what each row shows, in words."""
    plan = plan_of(data, wide=wide)
    figure, ax = plan.drawn()
    draw_flow(data, ax, language, wide=wide)
    spots = [
        Spot(ax, x - plan.width / 2, x + plan.width / 2, y - plan.height / 2, y + plan.height / 2, part)
        for (x, y), part in zip(map(plan.place, typed_rows(data, Step)), parts, strict=True)
    ]
    return to_svg(figure, spots)
