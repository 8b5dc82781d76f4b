"""Whom the programme reached, whom it lost, and whether it did as much for one group as for another."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.analysis.equity import BETWEEN, FEW, WITHIN, band_ends, groups_of
from manfaat.base.typed import typed_rows
from manfaat.definitions.claims import Axis
from manfaat.evaluation.estimate import Settings
from manfaat.report.blocks import said
from manfaat.report.brief import Brief, Part
from manfaat.report.reader import Reader
from manfaat.report.tables import PEOPLE, Layout
from manfaat.report.verdicts import measure_label
from manfaat.report.words import inside_sentence, mark

MOST = 2  # outcomes that a sentence names; the annex has all
REACHED = Layout(
    "reach",
    mark("Who was reached, and who was lost"),
    [
        ("group", mark("Group")),
        ("n", mark("Participants"), PEOPLE),
        ("share", mark("Share of participants"), "whole percent"),
        ("lost", mark("No answer"), "whole percent"),
        ("n_comparison", mark("Compared"), PEOPLE),
        ("share_comparison", mark("Share of those compared"), "whole percent"),
        ("lost_comparison", mark("No answer"), "whole percent"),
    ],
    mark(
        "No answer: to at least one of the outcomes by which claims are judged. Numbers of few people, and"
        " those from which they would follow, are left out (–)."
    ),
)
APART = Layout(
    "equity",
    mark("Outcomes by group"),
    [
        ("outcome", mark("Outcome")),
        ("group", mark("Group")),
        ("n", mark("Participants"), PEOPLE),
        ("n_comparison", mark("Compared"), PEOPLE),
        ("estimate", mark("Estimate"), "right"),
        ("interval", mark("Interval"), "right"),
        ("mde", mark("Smallest likely to be seen"), "right"),
    ],
    mark(
        "Within each group by the specification that speaks for the cohort; then how much larger it is in one"
        " group than in another (n: of either). The last column is the smallest number that would have been"
        " found with {power} power."
    ),
    layer="annex",
)


class Row(NamedTuple):
    """One estimate of a group, or the difference between groups."""

    axis: str
    code: str
    kind: str
    indicator: str
    rater: str
    arm: str
    treatment: str
    unit: str
    n: float
    n_comparison: float
    estimate: float
    ci_low: float
    ci_high: float
    mde: float

    @property
    def measure(self) -> tuple[str, ...]:
        """What was measured, of whom."""
        return self.indicator, self.rater, self.arm, self.treatment


def axes_of(reader: Reader) -> dict[str, Axis]:
    """The axes of a programme by their id."""
    return {axis.id: axis for axis in reader.study.programme.equity}


def group_name(reader: Reader, axis: Axis, code: str) -> str:
    """What the people of a group are called: by the answer, or by the ends of the band."""
    if not axis.bands:
        return axis.answers[code][reader.code]
    low, high = band_ends(axis)[int(code)]
    first, last = (
        None if end is None else reader.number(end, 0 if end % 1 == 0 else 1) for end in (low, high)
    )
    label = inside_sentence(axis.label[reader.code])
    if first is None:
        return reader.say("{what} under {high}", what=label, high=last)
    if last is None:
        return reader.say("{what} {low} and over", what=label, low=first)
    return reader.say("{what} {low} to under {high}", what=label, low=first, high=last)


def others_of(reader: Reader, axis: Axis, code: str, present: list[str]) -> str:
    """Whom a group is held against: the only other one, or all others."""
    rest = [name for name in present if name != code]
    return group_name(reader, axis, rest[0]) if len(rest) == 1 else reader.say("all others")


def equity_parts(page: Brief, reached: pd.DataFrame, apart: pd.DataFrame, settings: Settings) -> list[Part]:
    """Who was reached and lost as a table, what could not have been seen as sentences, outcomes by group in
    the annex; one line where the programme names nobody who is to be served alike.
    """
    reader = page.reader
    axes = axes_of(reader)
    if not axes:
        text = "Results are not told apart by group, because the programme declares nothing under ‘equity’."
        return [said(reader.say(text), "nothing")]
    known = reached.assign(
        group=[
            group_name(reader, axes[name], code)
            for name, code in zip(reached["axis"], reached["code"], strict=True)
        ]
    )
    rows = list(typed_rows(apart, Row))
    told = [text for axis in axes.values() for text in axis_texts(page, axis, reached, rows)]
    parts: list[Part] = [REACHED.exhibit(reader, known, reader.source_note())]
    told += [*summary(reader, rows, settings.confidence), *failed(page, rows)]
    parts += [said(" ".join(told))]
    if any(row.kind != FEW for row in rows):
        shown = [outcome_row(reader, axes, row, rows) for row in rows if row.kind != FEW]
        parts.append(APART.exhibit(reader, shown, reader.source_note(), power=reader.percent(settings.power)))
    return parts


def axis_texts(page: Brief, axis: Axis, reached: pd.DataFrame, rows: list[Row]) -> list[str]:
    """Of one axis: that all are of one group, that groups are too small, or what could not have been seen."""
    reader, label = page.reader, inside_sentence(axis.label[page.reader.code])
    own = reached[reached["axis"] == axis.id].set_index("code")
    alike = [code for code in groups_of(axis) if (own.loc[code, ["share", "share_comparison"]] == 1).all()]
    if alike:
        name = group_name(reader, axis, alike[0])
        return [reader.say("By {axis} nobody differs: all are {group}.", axis=label, group=name)]
    between = [row for row in rows if row.axis == axis.id and row.kind == BETWEEN]
    told = []
    for code in dict.fromkeys(row.code for row in between):
        asked = [row for row in between if row.code == code]
        least = [
            reader.say(
                "{amount} in “{outcome}”",
                amount=reader.difference(row.mde, reader.unit_of(row.unit)),
                outcome=outcome_name(reader, row),
            )
            for row in asked[:MOST]
        ]
        present = codes_in(rows, asked[0])
        against = reader.say(
            "{axis} ({first} against {second})",
            axis=label,
            first=group_name(reader, axis, code),
            second=others_of(reader, axis, code, present),
        )
        told.append(
            reader.say(
                "By {axis} only a difference of at least {least} was likely to be seen.",
                axis=against if len(present) > 2 else label,
                least=reader.listing(least),
            )
        )
    if not between:
        told.append(reader.say("By {axis} too few people were compared to tell outcomes apart.", axis=label))
    return told


def codes_in(rows: list[Row], about: Row) -> list[str]:
    """The groups of a difference that were looked at."""
    own = [row for row in rows if row.kind == WITHIN and row.axis == about.axis]
    return list(dict.fromkeys(row.code for row in own if row.measure == about.measure))


def outcome_name(reader: Reader, row: Row) -> str:
    """What was measured, and of which arm or treatment where there are several."""
    name = reader.with_arm(measure_label(reader, row.indicator, row.rater), row.arm)
    several = len(reader.study.programme.specification(reader.study.primary).treatment) > 1
    return f"{name}, {reader.treatment_label(row.treatment)}" if several else name


def summary(reader: Reader, rows: list[Row], confidence: float) -> list[str]:
    """How many differences between groups exclude zero; nothing where none could be looked at."""
    between = [row for row in rows if row.kind == BETWEEN]
    if not between:
        return []
    clear = sum(row.ci_low > 0 or row.ci_high < 0 for row in between)
    if not clear:
        return [
            reader.say(
                "Of {m} differences between groups none has an interval without zero; that is no proof that"
                " there are none.",
                m=reader.number(len(between), 0),
            )
        ]
    return [
        reader.say(
            "Intervals without zero: {n} of {m} differences between groups; by chance {chance} would be"
            " expected.",
            chance=reader.number((1 - confidence) * len(between), 1),
            n=reader.number(clear, 0),
            m=reader.number(len(between), 0),
        )
    ]


def failed(page: Brief, rows: list[Row]) -> list[str]:
    """That groups are compared no better than all are, where that comparison failed a check."""
    about = page.grades[page.grades["rule"] == "failed"]
    names = set(about["indicator"]) & {row.indicator for row in rows if row.kind == BETWEEN}
    text = mark("Where the comparison of all failed a check, that of a group rests on it too.")
    return [page.reader.say(text)] if names else []


def outcome_row(reader: Reader, axes: dict[str, Axis], row: Row, rows: list[Row]) -> dict[str, object]:
    """One row of the annex."""
    axis, unit = axes[row.axis], reader.unit_of(row.unit)
    group = group_name(reader, axis, row.code)
    if row.kind == BETWEEN:
        second = others_of(reader, axis, row.code, codes_in(rows, row))
        group = reader.say("{first} less {second}", first=group, second=second)
    return {
        "outcome": reader.with_unit(outcome_name(reader, row), unit),
        "group": group,
        "n": row.n,
        "n_comparison": row.n_comparison,
        "estimate": reader.amount(row.estimate, unit),
        "interval": reader.between(row.ci_low, row.ci_high, unit),
        "mde": reader.amount(row.mde, unit),
    }
