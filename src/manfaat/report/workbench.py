"""What the workbench shows of one look: small pictures drawn at once, numbers beside the official ones, and
what many looks do to a p value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.definitions.codebook import Variable
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Unit
from manfaat.evaluation.families import holm
from manfaat.evaluation.summaries import spread
from manfaat.report.exhibit import NO_MATH
from manfaat.report.reader import Reader
from manfaat.report.words import mark

WIDE, HIGH, LEFT = 560, 22, 190  # of a picture, of one of its lines, of the space for names; in pixels
LONGEST = 28  # letters of a name
COARSE = 20  # an axis of more than this has ticks without decimals
STYLE = "font:12px sans-serif;max-width:100%"
CELLS = "<style>.look td, .look th { padding: 2px 10px; text-align: left }</style>"
INK, SOFT, MINE, OFFICIAL = "currentColor", "#8a8a8a", "#d55e00", "#0072b2"
# JupyterLab takes letters and arrows for its own commands, among them to delete a cell, wherever what has the
# focus does not forbid it.
FORBID = "event.target.setAttribute('data-lm-suppress-shortcuts', 'true')"
OWN_KEYS = (
    f"<style onload=\"this.closest('.widget-vbox').addEventListener('focusin', event => {FORBID})\"></style>"
)
EXPLORATORY = mark("exploratory")
DECLARED = mark("declared")
OFFICIAL_ONE = mark("official")
NO_CONTROLS = mark(
    "There are no controls, since ipywidgets is not installed. bench.look(name, group=…, where=…,"
    " covariates=[…], specification=…, outliers=False) shows the same."
)


@dataclass(frozen=True)
class Axis:
    """Where numbers lie from left to right in a picture that holds them all."""

    low: float
    high: float
    room: int = 30  # kept free on the right

    @classmethod
    def of(cls, ends: Iterable[float]) -> Axis:
        """The axis that holds some numbers, with a margin."""
        known = [float(end) for end in ends if np.isfinite(end)]
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        margin = 0.05 * (high - low) or 1.0
        return cls(low - margin, high + margin)

    def at(self, value: float) -> str:
        """The place of a number in pixels."""
        part = (value - self.low) / (self.high - self.low)
        return f"{LEFT + part * (WIDE - LEFT - self.room):.1f}"


def drawing(lines: list[str], count: int, alt: str) -> str:
    """A picture of some lines and the axis below them, described for those who cannot see it."""
    count += 1
    size = f'viewBox="0 0 {WIDE} {HIGH * count + 6}" width="{WIDE}"'
    opening = f'<svg role="img" aria-label="{escape(alt)}" {size} style="{STYLE}">'
    return f"{opening}{''.join(lines)}</svg>"


def ticks(axis: Axis, place: int, write: Callable[[float], str]) -> list[str]:
    """Three numbers along the axis, below the lines."""
    found = []
    for value in (axis.low, (axis.low + axis.high) / 2, axis.high):
        at = f'x="{axis.at(value)}" y="{HIGH * place + 16}"'
        found.append(f'<text {at} text-anchor="middle" fill="{SOFT}">{escape(write(value))}</text>')
    return found


def named(place: int, text: str) -> str:
    """The name of a line at its left."""
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    at = f'x="{LEFT - 8}" y="{HIGH * place + 17}"'
    return f'<text {at} text-anchor="end" fill="{INK}">{escape(short)}</text>'


def interval_picture(reader: Reader, rows: pd.DataFrame) -> str:
    """Estimates with their intervals, one line each, and the same in numbers.

    ``rows`` : ``label, specification, n, n_comparison, estimate, ci_low, ci_high, p_value, unit, mine``.
    """
    unit = reader.unit_of(rows["unit"].iloc[0])
    axis = Axis.of([0.0, *rows["ci_low"], *rows["ci_high"], *rows["estimate"]])
    zero = f'x1="{axis.at(0.0)}" x2="{axis.at(0.0)}" y1="2" y2="{HIGH * len(rows) + 4}"'
    lines, told = [f'<line {zero} stroke="{SOFT}"/>'], []
    for place, row in enumerate(rows.to_dict("records")):
        y, colour = HIGH * place + 13, MINE if row["mine"] else OFFICIAL
        text = reader.with_interval(row["estimate"], row["ci_low"], row["ci_high"], unit)
        told.append(f"{row['label']}: {text}")
        lines.append(named(place, row["label"]))
        if np.isfinite(row["ci_low"]) and np.isfinite(row["ci_high"]):
            ends = f'x1="{axis.at(row["ci_low"])}" x2="{axis.at(row["ci_high"])}" y1="{y}" y2="{y}"'
            lines.append(f'<line {ends} stroke="{colour}" stroke-width="2"/>')
        shape = f'cx="{axis.at(row["estimate"])}" cy="{y}" r="{4 if row["mine"] else 3}"'
        lines.append(f'<circle {shape} fill="{colour}"><title>{escape(text)}</title></circle>')
    lines += ticks(axis, len(rows), lambda value: reader.amount(value, unit))
    return drawing(lines, len(rows), "; ".join(told)) + numbers_html(reader, rows, unit)


def numbers_html(reader: Reader, rows: pd.DataFrame, unit: Unit | None) -> str:
    """Estimates, intervals and p values as a table."""
    heads = ["", reader.say("Specification"), reader.say("Estimate [interval]"), "p"]
    heads += [reader.say("n (participants / comparison)")]
    body = [
        [
            row["label"],
            row["specification"],
            reader.with_interval(row["estimate"], row["ci_low"], row["ci_high"], unit),
            reader.p_value(row["p_value"]),
            f"{reader.number(row['n'], 0)} / {reader.number(row['n_comparison'], 0)}",
        ]
        for row in rows.to_dict("records")
    ]
    return table_html(heads, body) + paragraph(reader.unit_label(unit))


def table_html(heads: list[str], rows: list[list[str]]) -> str:
    """A small table."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def spread_picture(reader: Reader, data: pd.DataFrame) -> str:
    """How numbers or answers are spread: a box from quartile to quartile with whiskers to the outer tenths,
    or a bar of a share; what is hidden is not drawn. ``data`` : see ``describing``.
    """
    is_share = "median" not in data
    wanted = "share" if "answer" in data else "mean" if is_share else "median"
    data = data[data[wanted].notna()]
    if data.empty:
        return ""
    percentiles = [] if is_share else ["p10", "p25", "median", "p75", "p90"]
    axis = Axis(0.0, 1.0, 60) if is_share else Axis.of(data[percentiles].to_numpy().ravel())
    lines, told = [], []
    for place, row in enumerate(data.to_dict("records")):
        name = ", ".join(str(row[one]) for one in ("group", "answer") if one in row)
        lines.append(named(place, name))
        text = reader.percent(row[wanted], 1) if is_share else reader.number(row["median"])
        lines += bar_lines(axis, place, row[wanted], text) if is_share else box_lines(axis, place, row)
        told.append(f"{name}: {text}")
    decimals = 0 if axis.high - axis.low > COARSE else 2
    lines += ticks(axis, len(data), reader.percent if is_share else partial(reader.number, decimals=decimals))
    return drawing(lines, len(data), "; ".join(told))


def bar_lines(axis: Axis, place: int, share: float, text: str) -> list[str]:
    """One bar with its share behind it."""
    y, end = HIGH * place + 5, float(axis.at(share))
    return [
        f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="14" fill="{OFFICIAL}"/>',
        f'<text x="{end + 5:.1f}" y="{y + 12}" fill="{INK}">{escape(text)}</text>',
    ]


def box_lines(axis: Axis, place: int, row: Mapping[Any, Any]) -> list[str]:
    """One box with its whiskers and median; an end that is hidden is not drawn."""
    y, middle = HIGH * place + 5, row["median"]
    p25, p75 = (row[one] if np.isfinite(row[one]) else middle for one in ("p25", "p75"))
    p10 = row["p10"] if np.isfinite(row["p10"]) else p25
    p90 = row["p90"] if np.isfinite(row["p90"]) else p75
    whisker = f'x1="{axis.at(p10)}" x2="{axis.at(p90)}" y1="{y + 7}" y2="{y + 7}"'
    width = max(float(axis.at(p75)) - float(axis.at(p25)), 1.0)
    box = f'x="{axis.at(p25)}" y="{y}" width="{width:.1f}" height="14"'
    across = f'x1="{axis.at(middle)}" x2="{axis.at(middle)}" y1="{y}" y2="{y + 14}"'
    return [
        f'<line {whisker} stroke="{INK}"/>',
        f'<rect {box} fill="{OFFICIAL}" fill-opacity="0.35" stroke="{OFFICIAL}"/>',
        f'<line {across} stroke="{INK}" stroke-width="2"/>',
    ]


def many_looks(reader: Reader, p_value: float, others: list[float]) -> str:
    """How many estimates were looked at so far, and what that does to the p value of this one.

    Parameters
    ----------
    others : p values of the other exploratory estimates looked at in this session.
    """
    n = len(others) + 1
    if not np.isfinite(p_value):
        return reader.say("Exploratory estimates looked at so far: {n}.", n=n)
    looked = pd.Series([p_value, *(value for value in others if np.isfinite(value))])
    return reader.say(
        "Exploratory estimates looked at so far: {n}. With nothing behind any of so many, the chance of at"
        " least one p below 0.05 would be {chance}. This one has p = {p}; among all looked at p = {adjusted}"
        " (Holm).",
        n=n,
        chance=reader.percent(1 - 0.95**n),
        p=reader.p_value(p_value),
        adjusted=reader.p_value(float(holm(looked)[0])),
    )


def questions_html(reader: Reader, line: Indicator | None, asked: list[Variable]) -> str:
    """What was asked, in every language of the programme, and how the indicator is made of it."""
    languages = reader.study.programme.spoken
    told = [(one.name, code, one.label(code)) for one in asked for code in languages]
    if line is not None:
        own = [(line.name, code, f"{line.label(code)}. {line.definition(code)}") for code in languages]
        told = own + told
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{code}</td><td lang="{code}">{escape(text)}</td></tr>'
        for name, code, text in told
    )
    return f"<table>{cells}</table>" if told else ""


def before_html(reader: Reader, line: Indicator | None, table: pd.DataFrame) -> str:
    """Means of both sides before and now, of an indicator that was measured twice; else nothing."""
    if line is None or line.name not in table or not pd.api.types.is_numeric_dtype(table[line.name]):
        return ""
    study = reader.study
    data = spread(table, line, study.programme, list(study.indicators))
    if data.empty or data["time"].nunique() < 2:
        return ""
    times, unit = study.programme.design.times, reader.unit_of(line.unit)
    words = {"before": times.before[reader.code] if times.before else "", "now": times.now[reader.code]}
    body = [
        [
            reader.role_label(row["participant"]),
            words[row["time"]],
            reader.number(row["n"], 0),
            reader.level(row["mean"], unit),
        ]
        for row in data.to_dict("records")
    ]
    heads = [reader.say("Group"), reader.say("Time"), "n", reader.say("Mean")]
    return table_html(heads, body) + paragraph(reader.unit_label(unit))


def section(title: str, *parts: str, is_open: bool = True) -> str:
    """One foldable part of a look; nothing where it is empty."""
    inside, opened = "".join(parts), " open" if is_open else ""
    return f"<details{opened}><summary><b>{escape(title)}</b></summary>{inside}</details>" if inside else ""


def paragraph(text: str) -> str:
    """A sentence as HTML."""
    return f"<p>{escape(text)}</p>" if text else ""


def copied(reader: Reader, code: str) -> str:
    """The code, with a button that copies it."""
    button = "navigator.clipboard.writeText(this.parentElement.querySelector('pre').textContent)"
    word = escape(reader.say("Copy the code"))
    return f'<button type="button" onclick="{button}">{word}</button><pre>{escape(code)}</pre>'


def problem(text: str) -> str:
    """What cannot be shown, and why, in its place."""
    return f'<pre role="alert" style="white-space:pre-wrap">{escape(text)}</pre>'


def page(parts: Mapping[str, str]) -> str:
    """The parts of a look below each other."""
    return f'<div class="look {NO_MATH}">{CELLS}{"".join(parts.values())}</div>'


def rule(reader: Reader) -> str:
    """The rule of small cells, in a sentence."""
    return reader.say("Numbers that rest on fewer than {n} people are hidden.", n=SMALLEST_CELL)
