"""Who took part, how alike the groups were, what was done: questions of ``03_inputs``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.results import compared
from helpers.showing import Part, Questions, question, said
from manfaat import threats
from manfaat.costs import basis
from manfaat.evaluation import associations, ladder, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.report import answer_figures, exhibits, group_figures, model_exhibits, setting, threat_words
from manfaat.report.gate import told_threats
from manfaat.report.regressions import write_coefficients
from manfaat.report.threats import threat_blocks, write_threats
from manfaat.threats import Threats


@dataclass(frozen=True, repr=False)
class Inputs(Questions):
    """Setting, participants, activities.

    Attributes
    ----------
    confidence : coverage of intervals. power : power of the minimum detectable effect.

    Examples
    --------
    >>> inputs = study.inputs()
    >>> inputs.balance.frame.set_index("name")["smd"].round(2).head(2).to_dict()
    {'age': 0.11, 'education': 0.14}
    >>> inputs.participants
    <participants: 2 figures, 1 table, 6 rows>
    """

    confidence: float
    power: float

    @cached_property
    def means(self) -> pd.DataFrame:
        """Means of participants that costs and value rest on."""
        return basis.for_later(self.study, self.table, confidence=self.confidence)

    @cached_property
    def settings(self) -> Settings:
        """Coverage and power, with what the cohort says of itself."""
        cohort, level, power = self.study.cohort, self.confidence, self.power
        return Settings(cohort.cohort, cohort.assignment, self.study.primary, confidence=level, power=power)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Every declared estimate of what was put in and done."""
        programme, stages = self.study.programme, ("input", "activity")
        return ladder.estimate_stages(self.table, programme, self.indicators, self.settings, stages=stages)

    @cached_property
    def found(self) -> Threats:
        """What threatens these estimates."""
        given = self.table, self.study.programme, self.indicators, self.estimates, self.settings
        return threats.run(*given, cohort=self.study.cohort)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Units at each step, by group."""
        return summaries.flow_counts(self.table, self.study.programme, self.indicators)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """The groups before the programme, one row a covariate."""
        return balance(self.table, self.study.programme, self.indicators)

    @question()
    def setting(self) -> list[Part]:
        """In which setting the programme ran."""
        reader = self.reader
        return [*setting.context_blocks(reader), *setting.ties_exhibits(reader)]

    @question("counts")
    def participants(self) -> list[Part]:
        """Who took part, and who was lost on the way: one row a step and group."""
        study, reader = self.study, self.reader
        measured = summaries.measured_counts(self.table, study.programme, self.indicators)
        return [
            *said(threat_words.response_sentence(told_threats(study, self.found).rows, reader)),
            exhibits.flow_figure(reader, self.counts),
            exhibits.measured_table(reader, measured),
            *answer_figures.gaps_figure(reader, self.table),
        ]

    @question("differences")
    def balance(self) -> list[Part]:
        """Whether the groups were alike before the programme."""
        return [
            *exhibits.balance_figure(self.reader, self.differences),
            exhibits.balance_table(self.reader, self.differences),
            *group_figures.overlap_figure(self.reader, self.table),
        ]

    @question("estimates")
    def activities(self) -> list[Part]:
        """What was done: what participants received, compared where both groups were asked."""
        nothing = exhibits.nothing_measured(self.estimates, self.reader, "activity")
        if nothing:
            return said(nothing, kind="nothing")
        told = self.reader, told_threats(self.study, self.found), self.chapter.told(self.estimates)
        return [*compared(self.chapter, self.estimates), *threat_blocks(*told)]

    @question()
    def training(self) -> list[Part]:
        """What kind of training it was, and what goes with better results."""
        study, reader, level, power = self.study, self.reader, self.confidence, self.power
        worth = study.programme.worth
        pairs = None
        if worth:
            named, outcomes = worth.model.features, worth.model.outcomes
            pairs = associations.associations(
                self.table, named, outcomes, study.programme, confidence=level, power=power
            )
        return [
            *model_exhibits.model_table(reader, self.chapter.told(self.means), level),
            *model_exhibits.association_figure(reader, pairs, level),
            *said(model_exhibits.association_sentence(reader, pairs, level)),
        ]

    def write(self) -> None:
        """Write estimates, threats and means for later notebooks."""
        self.chapter.write_estimates(self.estimates)
        write_coefficients(self.chapter, self.table, ("input", "activity"), self.settings)
        write_threats(self.chapter, self.found)
        self.chapter.write_summary(self.means, "basis")
        main = self.chapter.read(self.study.programme.main_table)
        self.chapter.write_summary(basis.techniques_for_later(self.study, self.table, main), "techniques")
