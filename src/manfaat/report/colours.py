"""The colours of figures that are no series: of text, lines and grounds. Inside a page they follow it."""

from __future__ import annotations

GREY, INK, PALE, GROUND = "#6b6b6b", "#1b1b1b", "#e9eef2", "#ffffff"
# Variables of the page's style sheet; the first two darks are seaborn's and matplotlib's own.
PAGE = {
    "#262626": "--ink",
    "#000000": "--ink",
    INK: "--ink",
    GREY: "--soft",
    PALE: "--line",
    GROUND: "--back",
}
