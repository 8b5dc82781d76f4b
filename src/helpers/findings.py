"""What was found, for whom, and how sure it is: the questions of ``07_findings``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, listed, question, said
from manfaat import verdict
from manfaat.evaluation import families, indexes, left_out, romano_wolf, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.report import chain, exhibits, plan, sentences, truths, verdicts
from manfaat.report.families import families_table, index_table


@dataclass(frozen=True, repr=False)
class Findings(Questions):
    """All estimates together, what threatens them, and the verdicts that follow.

    Attributes
    ----------
    settings : coverage, power, seed and draws.

    Raises
    ------
    ProblemsError, when first asked, naming the notebooks to run first.

    Examples
    --------
    >>> study.findings().settings.draws
    9999
    """

    settings: Settings

    @cached_property
    def stored(self) -> pd.DataFrame:
        """The estimates as the earlier notebooks wrote them."""
        return self.chapter.read_estimates()

    @cached_property
    def tests(self) -> pd.DataFrame:
        """The primary estimates as tests, with p values adjusted within their family."""
        family = families.family_table(self.stored, self.indicators)
        programme = self.study.programme
        return romano_wolf.adjusted(family, self.table, programme, self.indicators, self.settings)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """All estimates, with adjusted p values."""
        return families.with_adjusted(self.stored, self.tests)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Who is not among the units of an estimate, and why."""
        why = self.chapter.read("indicators_missing")
        programme = self.study.programme
        return left_out.left_out(self.table, why, programme, self.indicators, self.estimates)

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """What bears on each claim."""
        return verdict.evidence(
            self.study.programme,
            self.indicators,
            self.estimates,
            self.chapter.read_threats(),
            self.study.cohort.assignment,
            left_out.waiting(self.left_out),
        )

    @cached_property
    def grades(self) -> pd.DataFrame:
        """The grade of each claim: ``claim, grade, rule`` and what decided."""
        halves = self.chapter.read_summary("double_benefit", "06_benefits")
        return verdict.verdicts(self.study.programme, self.evidence, verdict.from_accounts(halves))

    @cached_property
    def by_family(self) -> pd.DataFrame:
        """One test a family, of the mean of its indicators."""
        return indexes.index_estimates(self.table, self.study.programme, self.indicators, self.settings)

    @question("grades")
    def verdicts(self) -> list[Part]:
        """What was examined, and what came out: one row a claim."""
        study, words, grades, evidence = self.study, self.language, self.grades, self.evidence
        counts = summaries.flow_counts(self.table, study.programme, self.indicators)
        return [
            *said(study.programme.summary[words.code], kind="summary"),
            *said(sentences.who_was_studied(study, counts, words), verdicts.headline(grades, words)),
            *chain.chain_figure(study, self.table, counts, grades, evidence, words),
            *listed(verdicts.verdict_sentences(study, grades, evidence, words)),
            verdicts.verdict_table(study, grades, evidence, self.estimates, words),
        ]

    @question("estimates")
    def estimated(self) -> list[Part]:
        """What was found, and how sure it is."""
        return [
            *listed(sentences.findings(self.study, self.estimates, self.language, self.left_out)),
            *exhibits.forest_figure(self.study, self.estimates, self.language),
        ]

    @question("tests")
    def adjusted(self) -> list[Part]:
        """What is left when it is counted how much was examined."""
        return [
            *families_table(self.study, self.tests, self.language),
            *index_table(self.study, self.by_family, self.language),
        ]

    @question()
    def truths(self) -> list[Part]:
        """What the estimates say of a truth of another size."""
        return [
            *listed(truths.truth_sentences(self.study, self.estimates, self.language)),
            *truths.truth_table(self.study, self.estimates, self.language),
        ]

    @question()
    def limits(self) -> list[Part]:
        """What this cannot show."""
        differences = balance(self.table, self.study.programme, self.indicators)
        return listed(sentences.limits(self.study, self.estimates, differences, self.language))

    @question("evidence")
    def rules(self) -> list[Part]:
        """How verdicts are given: one row a line of evidence."""
        study, words, estimates = self.study, self.language, self.estimates
        return [
            *said(sentences.primary_rule(study, words), plan.plan_sentence(study, estimates, words)),
            verdicts.rules_table(words),
            *verdicts.evidence_table(study, self.evidence, words),
            *plan.departures_table(study, estimates, words),
        ]

    def write(self) -> None:
        """Write all estimates, tests and verdicts to the report's folder."""
        self.chapter.write_estimates(self.estimates, name="estimates.csv")
        self.chapter.write_estimates(self.tests, name="families.csv")
        self.chapter.write_estimates(self.by_family, name="indexes.csv")
        self.chapter.write_summary(self.grades, "verdicts")
