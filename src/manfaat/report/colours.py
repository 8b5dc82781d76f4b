"""The colours of figures, and what they are called in the style sheet of a page: inside a page they follow
its theme, in a file they are those of paper.
"""

from __future__ import annotations

GREY, INK, PALE, GROUND = "#6b6b6b", "#1b1b1b", "#e9eef2", "#ffffff"
# Of text, lines and grounds; the first two darks are seaborn's and matplotlib's own.
GROUNDS = {
    "#262626": "--ink",
    "#000000": "--ink",
    INK: "--ink",
    GREY: "--soft",
    PALE: "--line",
    GROUND: "--back",
}
GAPS = ("#edf5ff", "#c2c9d1", "#989da3", "#6d7175", "#424547")  # how much is missing, a fifth each
WEAK, MIDDLE = (
    "#c3cad2",
    "#999ea4",
)  # greys of what is drawn behind or between; they stand out on a dark page too
# Of series: the first of the palette, and their tints in boxes; the middle of a scale of answers; what is
# missing.
SERIES = {
    "#0072b2": "--blue",
    "#d55e00": "--orange",
    "#009e73": "--green",
    "#56b4e9": "--sky",
    "#a0c6dd": "--pale-blue",
    "#e9bfa0": "--pale-orange",
    "#8dbfe0": "--water",
    WEAK: "--weak",
    MIDDLE: "--middle",
} | {colour: f"--gap-{place}" for place, colour in enumerate(GAPS, start=1)}
PAGE = GROUNDS | SERIES
