"""Love plot: how alike the groups were before the programme, one point a covariate."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from manfaat.report.colours import GREY, INK, PALE
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.style import Spot, Stacked, new_figure, plain_ticks, to_svg
from manfaat.report.words import Language

THRESHOLD = 0.1
WIDEST_LABEL = 40  # letters in one line


def draw_love(data: pd.DataFrame, ax: Axes, language: Language) -> Axes:
    """Draw ``smd`` against ``label``; the shaded band is where groups count as alike, whose points are
    hollow.
    """
    outside = data["smd"].abs() > THRESHOLD
    ax.axvspan(-THRESHOLD, THRESHOLD, color=PALE, zorder=0)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=1)
    for selected, inside in ((~outside, "white"), (outside, INK)):
        sns.scatterplot(
            x=data.loc[selected, "smd"],
            y=data.index[selected],
            color=inside,
            edgecolor=INK,
            linewidth=1,
            s=32,
            ax=ax,
            legend=False,
            zorder=3,
        )
    ax.set_yticks(range(len(data)), [fill(label, WIDEST_LABEL) for label in data["label"]])
    ax.set_ylim(len(data) - 0.5, -0.5)
    ax.set(xlabel=language.say("Standardised difference, participants minus comparison group"), ylabel="")
    ax.grid(axis="y", color=PALE)
    reach = max(0.35, float(data["smd"].abs().max()) * 1.1)
    ax.set_xlim(-reach, reach)
    plain_ticks(ax.xaxis, language)
    return ax


def love_plot(data: pd.DataFrame, caption: str, language: Language) -> Exhibit:
    """Return the balance figure; ``data`` has ``label`` and ``smd``."""
    shown = data.dropna(subset=["smd"]).sort_values("smd", ignore_index=True)
    parts = [f"{row['label']} {language.number(row['smd'], 2)}" for _, row in shown.iterrows()]
    alt = language.say("Dot chart of standardised differences before the programme.")
    wide, narrow = (drawn(shown, parts, language, wide=wide) for wide in (True, False))
    return Exhibit(
        "balance-plot",
        language.say("Likeness of the groups before the programme"),
        caption,
        shown,
        f"{alt} {'; '.join(parts)}.",
        wide,
        narrow=narrow,
    )


def drawn(shown: pd.DataFrame, parts: list[str], language: Language, *, wide: bool) -> bytes:
    """Draw the points for a page or for a phone; ``parts`` : what each shows, in words."""
    lines = max(
        (fill(label, WIDEST_LABEL).count("\n") for label in shown["label"]), default=0
    )  # beyond the first
    stacked = Stacked(shown["label"].tolist(), 0.2)
    figure, ax = new_figure(0.75 + (0.22 + 0.12 * lines) * len(shown)) if wide else stacked.figure()
    draw_love(shown, ax, language)
    if not wide:
        stacked.name(ax)
    spots = [
        Spot(ax, smd, smd, place, place, part)
        for place, (smd, part) in enumerate(zip(shown["smd"], parts, strict=True))
    ]
    return to_svg(figure, spots)
