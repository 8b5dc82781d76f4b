"""When the ties of a city began."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.ticker import MaxNLocator

from manfaat.base.typed import typed_rows
from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import PALETTE, new_figure, to_svg
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
    figure, ax = new_figure(0.7 + 0.26 * len(known))
    last = int(known["year"].max()) + 3
    for place, row in enumerate(typed_rows(known, Tie)):
        colour, marker = (PALETTE[1], "D") if row.highlight else (PALETTE[0], "o")
        ax.plot(
            [row.year, last],
            [place, place],
            color=colour if row.highlight else GREY,
            linewidth=1.2,
            linestyle="-" if row.highlight else ":",
        )
        ax.plot([row.year], [place], marker=marker, color=colour, markersize=6, linestyle="none")
        ax.annotate(
            f"{row.year:.0f}",
            (row.year, place),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=INK,
        )
    ax.set_yticks(range(len(known)), known["partner"])
    ax.set(ylim=(len(known) - 0.4, -0.8), xlim=(int(known["year"].min()) - 2, last))
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    ax.grid(axis="x", color=PALE)
    parts = [f"{row.partner} {row.year:.0f}" for row in typed_rows(known, Tie)]
    alt = language.say("Time line of ties, one line a partner, from its first year.")
    return Exhibit(
        "ties", title, caption, known[["partner", "year"]], f"{alt} {'; '.join(parts)}.", to_svg(figure)
    )
