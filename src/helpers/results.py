"""What the programme produced and changed: the questions of ``04_outputs`` and ``05_outcomes``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.frames import read
from helpers.showing import Part, Questions, listed, question, said
from manfaat import threats
from manfaat.analysis.study import linked_tables, scale_items
from manfaat.evaluation import ladder, levels, summaries
from manfaat.evaluation.estimate import Settings
from manfaat.indicators import Indicator, Scale, concepts
from manfaat.measurement.measurement import measurement_estimates
from manfaat.measurement.scales import item_table
from manfaat.report import (
    answer_figures,
    change,
    exhibits,
    group_figures,
    scale_sentences,
    scales,
    sentences,
    threat_figures,
)
from manfaat.report.chapter import Chapter
from manfaat.report.threats import threat_blocks, write_threats
from manfaat.threats import Threats


def compared(chapter: Chapter, estimates: pd.DataFrame) -> list[Part]:
    """Figures and table of the declared estimates."""
    return [
        *exhibits.ladder_figures(chapter.study, estimates, chapter.language),
        *exhibits.estimates_table(chapter.study, estimates, chapter.language),
    ]


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
    <threats: 2 figures, 3 tables, 63 rows>
    """

    stages: tuple[str, ...]
    settings: Settings

    @property
    def lines(self) -> list[Indicator]:
        """The indicators of these stages that an effect is asked for."""
        return concepts(self.indicators, stages=self.stages)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Every declared estimate of these stages."""
        programme = self.study.programme
        return ladder.estimate_stages(
            self.table, programme, self.indicators, self.settings, stages=self.stages
        )

    @cached_property
    def levels(self) -> pd.DataFrame:
        """How participants stand, in the same columns: compared with nobody."""
        programme = self.study.programme
        return levels.estimate_levels(
            self.table, programme, self.indicators, self.settings, stages=self.stages
        )

    @cached_property
    def items(self) -> list[Scale]:
        """The items behind every scale."""
        main = read(self.chapter, self.study.programme.main_table)
        linked = {name: read(self.chapter, name) for name in linked_tables(self.study)}
        return scale_items(self.study, main, linked, self.table)

    @cached_property
    def measurement(self) -> pd.DataFrame:
        """Reliability of scales and agreement of raters."""
        programme = self.study.programme
        return measurement_estimates(self.items, self.table, programme, self.indicators, self.settings)

    @cached_property
    def found(self) -> Threats:
        """What threatens the primary estimates."""
        programme, cohort = self.study.programme, self.study.cohort
        return threats.run(
            self.table, programme, self.indicators, self.estimates, self.settings, cohort=cohort
        )

    @property
    def examined(self) -> pd.DataFrame:
        """One row a number that examines a threat."""
        return self.found.rows

    @question("measurement")
    def ratings(self) -> list[Part]:
        """Whether the ratings can be relied on: one row a scale or pair of raters and a statistic."""
        drawn = scales.measurement_tables(self.study, self.measurement, self.language)
        told = scale_sentences.measurement_sentences(self.study, self.measurement, self.language)
        return [*drawn, *listed(told), *said(exhibits.nothing_drawn(drawn, self.language))]

    @question()
    def spread(self) -> list[Part]:
        """How the indicators were spread before and after, by group: of outputs also the answers behind
        them, of outcomes also pay.
        """
        study, words, programme = self.study, self.language, self.study.programme
        spreads = {
            line.name: summaries.spread(self.table, line, programme, self.indicators) for line in self.lines
        }
        drawn, answers = exhibits.distribution_figures(study, spreads, words), []
        if "output" in self.stages:
            answers = answer_figures.likert_figures(study, self.items, self.table, words)
            answers = [*answers, *answer_figures.rater_figure(study, self.table, words)]
        else:
            drawn = [*drawn, *group_figures.pay_figures(study, self.table, words)]
        return [*answers, *drawn, *said(exhibits.nothing_drawn(drawn, words))]

    @question()
    def trends(self) -> list[Part]:
        """How the groups moved over the periods of a panel."""
        words, level = self.language, self.settings.confidence
        found = summaries.all_trends(self.table, self.lines, self.study.programme, confidence=level)
        drawn = exhibits.trend_figures(self.study, found, level, words)
        return [*drawn, *said(exhibits.nothing_drawn(drawn, words))]

    @question("estimates")
    def comparison(self) -> list[Part]:
        """How participants compare, by every specification."""
        return [
            *compared(self.chapter, self.estimates),
            *group_figures.change_figure(self.study, self.table, self.stages, self.language),
            *said(exhibits.nothing_measured(self.estimates, self.language, self.stages[0])),
        ]

    @question()
    def changes(self) -> list[Part]:
        """How participants alone changed: no effect."""
        told = sentences.change_sentences(self.study, self.estimates, self.language)
        return [
            *listed(told),
            *change.change_table(self.study, self.estimates, self.language),
            *said(exhibits.nothing_drawn(told, self.language)),
        ]

    @question("examined")
    def threats(self) -> list[Part]:
        """What threatens these numbers."""
        study, words = self.study, self.language
        return [
            *threat_blocks(study, self.found, self.estimates, words),
            *threat_figures.curve_figures(study, self.found, self.estimates, words),
            *threat_figures.bound_figure(study, self.found, self.estimates, words),
        ]

    @question()
    def times(self) -> list[Part]:
        """When it came, and from where to where."""
        study, words = self.study, self.language
        drawn = [
            *threat_figures.survival_figures(study, self.found, self.settings.confidence, words),
            *threat_figures.position_figure(study, self.found, words),
        ]
        return [*drawn, *said(exhibits.nothing_drawn(drawn, words))]

    def write(self) -> None:
        """Write estimates and threats for the findings; of outputs also what is known of the scales."""
        self.chapter.write_estimates(self.estimates, self.levels)
        write_threats(self.chapter, self.found)
        if "output" in self.stages:
            self.chapter.write_summary(self.measurement, "scales")
            self.chapter.write_summary(
                item_table(self.items, self.table, self.study.programme), "scale_items"
            )
