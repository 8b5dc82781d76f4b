"""One look for all figures, set explicitly so that every machine and every kernel draws the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from io import BytesIO
from textwrap import fill
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from manfaat.definitions.records import printable
from manfaat.report.colours import GAPS, GREY, INK, WEAK
from manfaat.report.words import Language

# Okabe and Ito's palette, safe for colour-blind readers; every series has a marker of its own too.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
PARTICIPANTS = PALETTE[0]
RATERS = ("o", "D", "^")  # a square is for the specification that speaks
LINES = ("-", "--", ":")  # of groups, which have colours too
BAR, WEAK_BAR = GAPS[3], WEAK  # of what belongs to no group
FULL_WIDTH, HALF_WIDTH = 16 / 2.54, 8 / 2.54  # inches; the text block of a thesis is 16 cm wide
# Centimetres. What is drawn for a thesis grows as a whole: letters of 8 points there have 14 on a slide and
# 9.5 on a page.
# Half the width is drawn so (``new_figure(width=HALF_WIDTH)``), never shrunk: its letters could not be read.
MEDIA = {"thesis": 16.0, "slide": 28.0, "web": 19.0}
PHONE_LETTERS = 46  # in a line of a picture of half the width
POINTS, MARGIN = 72, 4  # of a picture in an inch; and around a mark, so that it need not be hit exactly


class Spot(NamedTuple):
    """Where in a figure a mark stands (``left, right, low, high`` on the axes), and what it tells."""

    ax: Axes
    left: float
    right: float
    low: float
    high: float
    text: str


def set_thesis_style() -> None:
    """Set fonts, sizes, colours and fixed metadata for the figures of one kernel."""
    import seaborn as sns  # here, for most of what comes with this module draws nothing

    sns.set_theme(
        context="paper",
        style="ticks",
        palette=PALETTE,
        rc={
            "font.family": "DejaVu Sans",
            "font.size": 8.5,
            "axes.labelsize": 8.5,
            "axes.titlesize": 8.5,
            "xtick.labelsize": 8,
            "ytick.labelsize": 8,
            "legend.fontsize": 8,
            "legend.frameon": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": INK,
            "text.color": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.unicode_minus": True,
            "text.parse_math": (
                False
            ),  # what stands between two dollar signs in a label is an amount, no formula
            "figure.dpi": 100,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "svg.fonttype": "none",
            "svg.hashsalt": "manfaat",
        },
    )


def new_figure(height: float, *, width: float = FULL_WIDTH) -> tuple[Figure, Axes]:
    """Return a figure of the given height and width (inches) with its axes; it belongs to no window and needs
    no closing.
    """
    set_thesis_style()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def new_panels(
    height: float,
    *,
    heights: Sequence[float] = (1.0,),
    widths: Sequence[float] = (1.0,),
    width: float = FULL_WIDTH,
    share_x: bool = False,
    share_y: bool = False,
) -> tuple[Figure, list[Axes]]:
    """Return a figure of several panels, row by row, as ``new_figure`` returns one.

    ``heights, widths`` : how the height is shared among the rows, the width among the columns.
    """
    set_thesis_style()
    figure = Figure(figsize=(width, height), layout="constrained")
    panels = figure.subplots(
        len(heights),
        len(widths),
        sharex=share_x,
        sharey=share_y,
        squeeze=False,
        height_ratios=heights,
        width_ratios=widths,
    )
    return figure, list(panels.flat)


def pictures(draw: Callable[[bool], tuple[Figure, Iterable[Spot]]]) -> tuple[bytes, bytes]:
    """A picture for a page and one of half the width for a phone; ``draw`` : draws one of them (True: for a
    page), and says where its marks stand.
    """
    wide, narrow = (to_svg(*draw(is_wide)) for is_wide in (True, False))
    return wide, narrow


def width_of(wide: bool) -> float:
    """How wide a picture for a page is, or one for a phone."""
    return FULL_WIDTH if wide else HALF_WIDTH


class Stacked(NamedTuple):
    """Rows of a picture for a phone, which has no room beside them: the name of each stands above its mark,
    which reaches ``half`` a row up and down.
    """

    labels: Sequence[str]
    half: float

    @property
    def lines(self) -> list[str]:
        """The names, cut into lines."""
        return ["\n".join(fill(part, PHONE_LETTERS) for part in name.split("\n")) for name in self.labels]

    def figure(self) -> tuple[Figure, Axes]:
        """A figure with room for all of them."""
        most = max((name.count("\n") + 1 for name in self.lines), default=1)
        height = 0.145 * most / (1 - 2 * self.half) + 0.03
        return new_figure(0.8 + height * len(self.labels), width=HALF_WIDTH)

    def name(self, ax: Axes) -> None:
        """Write the names above the marks that were drawn, in place of those beside them."""
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        for place, name in enumerate(self.lines):
            at, across = (0, place - self.half), ("axes fraction", "data")
            text = ax.annotate(name, at, xycoords=across, va="bottom", fontsize=8, color=INK, clip_on=False)
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # no line through it
            text.set_in_layout(False)  # or the longest name would decide the width of the axes
        ax.set_ylim(len(self.labels) - 1 + self.half + 0.15, self.half - 1)
        ax.set_xlabel(fill(ax.get_xlabel(), PHONE_LETTERS - 6))
        ax.xaxis.set_major_locator(MaxNLocator(4))


def is_clear(low: float, high: float) -> bool:
    """Whether an interval excludes zero."""
    return low > 0 or high < 0


def draw_estimate(
    ax: Axes,
    ends: tuple[float, float, float],
    place: float,
    *,
    speaks: bool = False,
    alone: bool = False,
    faint: bool = False,
) -> None:
    """Draw an estimate with its interval (``ends``: low, estimate, high) in one line, by the grammar of all
    figures: a square where it is by the specification that ``speaks``, filled where the interval excludes
    zero; in ink, as a contrast belongs to no group, or dashed and in the colour of participants where they
    stand ``alone``, or ``faint`` where it stands for itself.
    """
    low, estimate, high = ends
    colour, line = PARTICIPANTS if alone else GREY if faint else INK, (0, (2.5, 1.5)) if alone else "-"
    ax.plot([low, high], [place, place], color=colour, linestyle=line, linewidth=1.4, solid_capstyle="butt")
    draw_point(ax, estimate, place, colour, marker="s" if speaks else "o", filled=is_clear(low, high))


def draw_point(ax: Axes, x: float, y: float, colour: str, *, marker: str = "o", filled: bool = True) -> None:
    """Draw one mark, filled or hollow."""
    ax.plot(
        [x],
        [y],
        marker=marker,
        linestyle="none",
        markersize=5 if marker == "s" else 5.5,
        color=colour,
        markerfacecolor=colour if filled else "white",
    )


def draw_bar(ax: Axes, place: int, width: float, colour: str, *, hatch: str = "", left: float = 0.0) -> None:
    """Draw one horizontal bar."""
    ax.barh(place, width, left=left, height=0.6, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)


def write_end(ax: Axes, text: str, end: float, place: int, *, gap: float = 4, size: float = 8) -> None:
    """Write what a horizontal bar shows beyond its end, ``gap`` points to the right (below 0: to the
    left).
    """
    ax.annotate(
        text,
        (end, place),
        xytext=(gap, 0),
        textcoords="offset points",
        ha="left" if gap > 0 else "right",
        va="center",
        fontsize=size,
        color=INK,
    )


def bar_spots(ax: Axes, starts: Iterable[float], ends: Iterable[float], texts: list[str]) -> list[Spot]:
    """Where horizontal bars stand, one below the other, and what each shows."""
    return [
        Spot(ax, start, end, place - 0.3, place + 0.3, text)
        for place, (start, end, text) in enumerate(zip(starts, ends, texts, strict=True))
    ]


def name_bars(
    ax: Axes, labels: Sequence[str], reach: tuple[float, float], unit: str, language: Language
) -> None:
    """Name horizontal bars from the top, and write the numbers of the axis below them."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set(ylim=(len(labels) - 0.5, -0.5), xlim=reach, xlabel=unit)
    plain_ticks(ax.xaxis, language)


def legend_name(text: str) -> str:
    """Return a name as a legend shows it: matplotlib leaves out, without a word, what begins with an
    underscore.
    """
    return f" {text}" if text.startswith("_") else text


def plain_ticks(axis: Axis, language: Language) -> None:
    """Write the numbers of an axis in the reader's language, with as many decimals as it takes to write every
    tick exactly.
    """

    def write(value: float, _: float) -> str:
        ticks = axis.get_majorticklocs()
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
        exact = (
            places
            for places in range(7)
            if all(abs(round(tick, places) - tick) < step / 1000 for tick in ticks)
        )
        return language.number(value, next(exact, 6))

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(write)


def sized(svg: bytes, medium: str) -> bytes:
    """Return a figure in the width of another medium (``MEDIA``), everything in it grown or shrunk alike.

    Raises
    ------
    KeyError for an unknown medium.
    """
    wide = MEDIA[medium]

    def resize(match: re.Match[bytes]) -> bytes:
        width, height = float(match[1]), float(match[2])
        return f'width="{wide:.2f}cm" height="{wide * height / width:.2f}cm"'.encode()

    return re.sub(rb'width="([\d.]+)pt" height="([\d.]+)pt"', resize, svg, count=1)


def to_svg(figure: Figure, spots: Iterable[Spot] = ()) -> bytes:
    """Return the figure as SVG without dates, the same bytes for the same figure; whoever points at one of
    the ``spots`` is told what it shows.
    """
    stream = BytesIO()
    lay_out(figure)
    with matplotlib.rc_context({"svg.hashsalt": "manfaat"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    drawn, _, end = stream.getvalue().decode().rpartition("</svg>")
    frames = "".join(frame(figure, spot) for spot in spots if np.isfinite(spot[1:5]).all())
    told = f'<g class="spots" fill="none" pointer-events="all">{frames}</g>\n' if frames else ""
    return printable(f"{drawn}{told}</svg>{end}").encode()


def lay_out(figure: Figure) -> None:
    """Give everything its place, as saving would: but saving draws the whole figure once more for that."""
    engine, dpi = figure.get_layout_engine(), figure.dpi
    if engine is None:
        return
    FigureCanvasSVG(figure)  # letters are measured as they are written
    figure.dpi = POINTS
    engine.execute(figure)
    figure.dpi = dpi
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)


def frame(figure: Figure, spot: Spot) -> str:
    """Return an unseen rectangle around a mark of a figure that was drawn, titled with what it shows."""
    corners = spot.ax.transData.transform([(spot.left, spot.low), (spot.right, spot.high)])
    (left, low), (right, high) = np.sort(corners * POINTS / figure.dpi, axis=0)
    top = figure.get_figheight() * POINTS - high
    place = (left - MARGIN, top - MARGIN, right - left + 2 * MARGIN, high - low + 2 * MARGIN)
    x, y, width, height = (f"{value:.1f}" for value in place)
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}"><title>{escape(spot.text)}</title></rect>'
    )
