"""How indicators are spread before and after, by group: one figure each, or panels of one figure where there
are several.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base import disclosure
from manfaat.definitions.indicator import Indicator
from manfaat.report import gate, labels
from manfaat.report.exhibit import Exhibit, id_of
from manfaat.report.figures import distribution
from manfaat.report.reader import Reader
from manfaat.report.words import mark

STATISTICS = ("mean", "p10", "p25", "median", "p75", "p90")
FEWEST_PANELS = 3  # boxes of fewer indicators are a figure each
BOXES = mark(
    "Boxes hold the middle half of a group, whiskers the middle eight tenths, the line is the"
    " median and the cross the mean. A percentile that fewer than {n} share is the mean of the"
    " {n} values around it; it is not drawn where fewer than {n} lie beyond it."
)
SHARES = mark(
    "Share of each group for whom this holds; a dash where it holds, or does not hold, for fewer than {n}."
)


class Drawn(NamedTuple):
    """An indicator whose spread is shown: its name, what is shown in words and told numbers, its unit."""

    name: str
    label: str
    data: pd.DataFrame
    unit: str

    @property
    def is_share(self) -> bool:
        """Whether its answers are yes and no."""
        return "median" not in self.data


def distribution_figures(reader: Reader, spreads: dict[str, pd.DataFrame]) -> list[Exhibit]:
    """How each indicator (see ``labels.foremost``) was spread before and after, by group; where there are
    many, by one rater. Boxes of several indicators are panels of one figure.
    """
    shown = [drawn_of(reader, line, spreads[line.name]) for line in chosen(reader, spreads)]
    found = [one for one in shown if not one.data["mean" if one.is_share else "median"].isna().all()]
    boxes = [one for one in found if not one.is_share]
    together = boxes if len(boxes) >= FEWEST_PANELS else []
    return [
        *([panels(reader, together)] if together else []),
        *(alone(reader, one) for one in found if one.is_share or not together),
    ]


def chosen(reader: Reader, spreads: dict[str, pd.DataFrame]) -> list[Indicator]:
    """The indicators of which there is anything to show, where there are many those that count most."""
    lines = {line.name: line for line in reader.study.indicators}
    dominated = gate.measured_by(reader.study, gate.dominated_of(reader.study))
    concepts = labels.foremost(reader.study, (lines[name].indicator for name in spreads))
    are_few = len(concepts) == len({lines[name].indicator for name in spreads})
    whose = {} if are_few else labels.foremost_raters(lines[name] for name in spreads)
    return [
        line
        for line in (lines[name] for name, data in spreads.items() if not data.empty)
        if line.indicator not in dominated
        and line.indicator in concepts
        and line.rater == whose.get(line.indicator, line.rater)
    ]


def drawn_of(reader: Reader, line: Indicator, data: pd.DataFrame) -> Drawn:
    """The spread of one indicator as it is shown; shares are drawn in per cent, as their unit says."""
    times, unit = reader.study.programme.design.times, reader.unit_of(line.unit)
    words = {"before": times.before[reader.code] if times.before else "", "now": times.now[reader.code]}
    roles = [reader.role_label(role) for role in data["participant"]]
    shown = gate.told(reader.study, data).assign(group=roles, time=data["time"].map(words))
    shown = shown.drop(columns="participant")
    if unit and "median" in data:
        shown = shown.assign(**{name: shown[name] * unit.scale for name in STATISTICS if name in shown})
    return Drawn(line.name, line.label(reader.code), shown, reader.unit_label(unit))


def alone(reader: Reader, one: Drawn) -> Exhibit:
    """The figure of one indicator."""
    several = one.data["time"].nunique() > 1
    template = mark("{indicator}, before and after") if several else mark("{indicator}, by group")
    title = reader.say(template, indicator=one.label)
    caption = note(reader, SHARES if one.is_share else BOXES)
    return distribution.distribution(id_of("spread", one.name), title, one.data, one.unit, caption, reader)


def panels(reader: Reader, boxes: list[Drawn]) -> Exhibit:
    """The figure of several indicators, one panel each."""
    data = pd.concat([one.data.assign(indicator=one.label, unit=one.unit) for one in boxes])
    data = data[["indicator", "unit", *data.columns.drop(["indicator", "unit"])]]
    several = data["time"].nunique() > 1
    title = (
        reader.say("Each indicator, before and after") if several else reader.say("Each indicator, by group")
    )
    return distribution.panels("spread-boxes", title, data, note(reader, BOXES), reader)


def note(reader: Reader, text: str) -> str:
    """What stands below a figure."""
    told = reader.say(text, n=disclosure.SMALLEST_CELL)
    return f"{told} {reader.source_note(by_weight=True)}"
