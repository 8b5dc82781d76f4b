"""When the ties of a city began."""

from __future__ import annotations

from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import Spot, draw_point, new_figure, pictures, width_of
from manfaat.report.words import Language


class Tie(NamedTuple):
    """A tie with another city, since when, and whether it is the programme's own."""

    partner: str
    year: float
    highlight: bool


def ties_over_time(data: pd.DataFrame, title: str, caption: str, language: Language) -> Exhibit:
    """Return the ties whose year is known, one line each, the programme's own marked; ``data`` has ``partner,
    year, highlight``.
    """
    known = data.dropna(subset=["year"]).sort_values("year", ignore_index=True)
    parts = [f"{row.partner} {row.year:.0f}" for row in typed_rows(known, Tie)]
    alt = language.say("Time line of ties, one line a partner, from its first year.")

    def draw(is_wide: bool) -> tuple[Figure, list[Spot]]:
        figure, ax = new_figure(0.7 + 0.26 * len(known), width=width_of(is_wide))
        draw_ties(known, ax, 40 if is_wide else 20)
        ax.xaxis.set_major_locator(MaxNLocator(8 if is_wide else 4, integer=True))
        return figure, []

    wide, narrow = pictures(draw)
    data = known[["partner", "year"]]
    return Exhibit("ties", title, caption, data, f"{alt} {'; '.join(parts)}.", wide, narrow=narrow)


def draw_ties(known: pd.DataFrame, ax: Axes, letters: int) -> Axes:
    """Draw one line a tie from its first year, the programme's own in ink; ``letters`` : in a line of a
    name.
    """
    last = int(known["year"].max()) + 3
    for place, row in enumerate(typed_rows(known, Tie)):
        colour, line = (INK, "-") if row.highlight else (GREY, ":")
        ax.plot([row.year, last], [place, place], color=colour, linewidth=1.2, linestyle=line)
        draw_point(ax, row.year, place, colour)
        ax.annotate(
            f"{row.year:.0f}",
            (row.year, place),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=INK,
        )
    ax.set_yticks(range(len(known)), [fill(name, letters) for name in known["partner"]])
    ax.set(ylim=(len(known) - 0.4, -0.8), xlim=(int(known["year"].min()) - 2, last))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    ax.grid(axis="x", color=PALE)
    return ax
