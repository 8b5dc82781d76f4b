"""What the programme produced and changed: the questions of ``04_outputs`` and ``05_outcomes``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from helpers.frames import read
from helpers.showing import Part, Questions, computed, listed, question, said
from manfaat import threats
from manfaat.analysis.study import linked_tables, scale_items
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.evaluation import ladder, levels, summaries
from manfaat.evaluation.estimate import Settings
from manfaat.indicators import Scale
from manfaat.measurement.measurement import measurement_estimates
from manfaat.measurement.scales import item_table
from manfaat.report import (
    answer_figures,
    change,
    exhibits,
    gate,
    group_figures,
    ladders,
    scale_sentences,
    scales,
    sentences,
    threat_figures,
)
from manfaat.report.chapter import Chapter
from manfaat.report.regressions import write_coefficients
from manfaat.report.threats import threat_blocks, write_threats
from manfaat.threats import Threats


def compared(chapter: Chapter, estimates: pd.DataFrame) -> list[Part]:
    """Figures and table of the declared estimates."""
    told = chapter.reader, chapter.told(estimates)
    return [*ladders.ladder_figures(*told), *exhibits.estimates_table(*told)]


@dataclass(frozen=True, repr=False)
class Results(Questions):
    """The indicators of some stages, by every declared specification.

    Attributes
    ----------
    stages : of ``input, activity, output, outcome, impact``.
    settings : coverage, power, seed and draws.
    estimates : one row an indicator, specification, population and kind of standard error, in the columns of
        ``estimates.csv`` and in each indicator's unit.

    Examples
    --------
    >>> results = study.results("outcome", "impact")
    >>> results.estimates.loc[results.estimates["is_primary"], "estimate"].round(2).tolist()
    [1794.34, -0.11]
    >>> results.threats
    <threats: 1 figure, 2 tables, 63 rows>
    """

    stages: tuple[str, ...]
    settings: Settings

    @property
    def lines(self) -> list[Indicator]:
        """The indicators of these stages that an effect is asked for."""
        return concepts(self.indicators, stages=self.stages)

    @computed
    def estimates(self) -> pd.DataFrame:
        """Every declared estimate of these stages."""
        given = self.table, self.study.programme, self.indicators, self.settings
        return ladder.estimate_stages(*given, stages=self.stages)

    @computed
    def levels(self) -> pd.DataFrame:
        """How participants stand, in the same columns: compared with nobody."""
        given = self.table, self.study.programme, self.indicators, self.settings
        return levels.estimate_levels(*given, stages=self.stages)

    @computed
    def items(self) -> list[Scale]:
        """The items behind every scale."""
        main = read(self.chapter, self.study.programme.main_table)
        linked = {name: read(self.chapter, name) for name in linked_tables(self.study)}
        return scale_items(self.study, main, linked, self.table)

    @computed
    def measurement(self) -> pd.DataFrame:
        """Reliability of scales and agreement of raters."""
        programme = self.study.programme
        return measurement_estimates(self.items, self.table, programme, self.indicators, self.settings)

    @computed
    def found(self) -> Threats:
        """What threatens the primary estimates."""
        given = self.table, self.study.programme, self.indicators, self.estimates, self.settings
        return threats.run(*given, cohort=self.study.cohort)

    @property
    def examined(self) -> pd.DataFrame:
        """One row a number that examines a threat."""
        return self.found.rows

    @question("measurement")
    def ratings(self) -> list[Part]:
        """Whether the ratings can be relied on: one row a scale or pair of raters and a statistic."""
        rows = self.reader, self.chapter.told(self.measurement)
        drawn, told = scales.measurement_tables(*rows), scale_sentences.measurement_sentences(*rows)
        return [*drawn, *listed(told), *said(exhibits.nothing_drawn(drawn, self.reader), kind="nothing")]

    @question()
    def spread(self) -> list[Part]:
        """How the indicators were spread before and after, by group: of outputs also the answers behind
        them, of outcomes also pay.
        """
        reader, programme = self.reader, self.study.programme
        spreads = {
            line.name: summaries.spread(self.table, line, programme, self.indicators) for line in self.lines
        }
        drawn, answers = exhibits.distribution_figures(reader, spreads), []
        if "output" in self.stages:
            answers = answer_figures.likert_figures(reader, self.items, self.table)
            answers = [*answers, *answer_figures.rater_figure(reader, self.table)]
        else:
            drawn = [*drawn, *group_figures.pay_figures(reader, self.table)]
        return [*answers, *drawn, *said(exhibits.nothing_drawn(drawn, reader), kind="nothing")]

    @question()
    def trends(self) -> list[Part]:
        """How the groups moved over the periods of a panel."""
        reader, level = self.reader, self.settings.confidence
        found = summaries.all_trends(self.table, self.lines, self.study.programme, confidence=level)
        drawn = exhibits.trend_figures(reader, found, level)
        return [*drawn, *said(exhibits.nothing_drawn(drawn, reader), kind="nothing")]

    @question("estimates")
    def comparison(self) -> list[Part]:
        """How participants compare, by every specification."""
        return [
            *compared(self.chapter, self.estimates),
            *group_figures.change_figure(self.reader, self.table, self.stages),
            *said(exhibits.nothing_measured(self.estimates, self.reader, self.stages[0]), kind="nothing"),
        ]

    @question()
    def changes(self) -> list[Part]:
        """How participants alone changed: no effect."""
        rows = self.reader, self.chapter.told(self.estimates)
        told = sentences.change_sentences(*rows)
        return [
            *listed(told),
            *change.change_table(*rows),
            *([] if told else said(exhibits.nothing_drawn([], self.reader), kind="nothing")),
        ]

    @question("examined")
    def threats(self) -> list[Part]:
        """What threatens these numbers."""
        told = self.reader, gate.told_threats(self.study, self.found), self.chapter.told(self.estimates)
        drawn = threat_blocks, threat_figures.curve_figures, threat_figures.bound_figure
        return [part for draw in drawn for part in draw(*told)]

    @question()
    def times(self) -> list[Part]:
        """When it came, and from where to where."""
        reader, found = self.reader, gate.told_threats(self.study, self.found)
        drawn = [
            *threat_figures.survival_figures(reader, found, self.settings.confidence),
            *threat_figures.position_figure(reader, found),
        ]
        return [*drawn, *said(exhibits.nothing_drawn(drawn, reader), kind="nothing")]

    def write(self) -> None:
        """Write estimates and threats for the findings; of outputs also what is known of the scales."""
        self.chapter.write_estimates(self.estimates, self.levels)
        write_coefficients(self.chapter, self.table, self.stages, self.settings)
        write_threats(self.chapter, self.found)
        if "output" in self.stages:
            self.chapter.write_summary(self.measurement, "scales")
            items = item_table(self.items, self.table, self.study.programme)
            self.chapter.write_summary(items, "scale_items")
