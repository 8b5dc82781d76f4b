"""What was found, for whom, and how sure it is: the questions of ``07_findings``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, computed, listed, question, said
from manfaat import verdict
from manfaat.analysis import equity
from manfaat.analysis.opinions import named
from manfaat.analysis.setbacks import worse_off
from manfaat.evaluation import families, indexes, left_out, romano_wolf, summaries
from manfaat.evaluation.balance import balance
from manfaat.evaluation.estimate import Settings
from manfaat.report import chain, charter, exhibits, gate, next_time, plan, sentences, truths, verdicts
from manfaat.report.brief import Brief
from manfaat.report.claim_pages import claim_pages, threat_matrix
from manfaat.report.equity import equity_parts
from manfaat.report.families import families_table, index_table
from manfaat.report.lasting import lasting_parts
from manfaat.report.opinions import opinion_parts


@dataclass(frozen=True, repr=False)
class Findings(Questions):
    """All estimates together, what threatens them, and the verdicts that follow.

    Attributes
    ----------
    settings : coverage, power, seed, draws.

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

    @computed
    def tests(self) -> pd.DataFrame:
        """The primary estimates as tests, with p values adjusted within their family."""
        family = families.family_table(self.stored, self.indicators)
        programme = self.study.programme
        return romano_wolf.adjusted(family, self.table, programme, self.indicators, self.settings)

    @property
    def exact(self) -> pd.DataFrame:
        """All estimates, with adjusted p values, as they were computed: verdicts go by them."""
        return families.with_adjusted(self.stored, self.tests)

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """The same as the report tells them."""
        return self.chapter.told(self.exact)

    @computed
    def left_out(self) -> pd.DataFrame:
        """Who is not among the units of an estimate, and why."""
        why = self.chapter.read("indicators_missing")
        programme = self.study.programme
        return left_out.left_out(self.table, why, programme, self.indicators, self.estimates)

    @cached_property
    def threatened(self) -> pd.DataFrame:
        """What threatens the estimates, as the earlier notebooks wrote it."""
        return self.chapter.read_threats()

    @computed
    def evidence(self) -> pd.DataFrame:
        """What bears on each claim."""
        threatened, waiting = self.threatened, left_out.waiting(self.left_out)
        given, how = (self.study.programme, self.indicators), self.study.cohort.assignment
        known = (self.exact, self.estimates)
        exact, told = (verdict.evidence(*given, rows, threatened, how, waiting) for rows in known)
        return gate.told_evidence(self.study, exact, told)

    @cached_property
    def grades(self) -> pd.DataFrame:
        """The grade of each claim: ``claim, grade, rule`` and what decided."""
        halves = self.chapter.read_summary("double_benefit", "06_benefits")
        return verdict.verdicts(self.study.programme, self.evidence, verdict.from_accounts(halves))

    @computed
    def by_family(self) -> pd.DataFrame:
        """One test a family, of the mean of its indicators."""
        return indexes.index_estimates(self.table, self.study.programme, self.indicators, self.settings)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """How many took part, and how many were compared with them."""
        return summaries.flow_counts(self.table, self.study.programme, self.indicators)

    @cached_property
    def page(self) -> Brief:
        """The page that says it all in short."""
        read = self.chapter.read_summary
        later = "value", "double_benefit", "implications"
        value, parts, implied = (read(name, "06_benefits") for name in later)
        told = self.grades, self.evidence, self.estimates, self.counts
        return Brief(self.reader, *told, value, parts, read("cost_indicators", "03_inputs"), implied)

    @question("grades")
    def brief(self) -> list[Part]:
        """What a minister reads: one page, with the answer first."""
        return [*self.page.page()]

    @question("grades")
    def verdicts(self) -> list[Part]:
        """What was examined, and what came out: one row a claim."""
        study, reader, grades, evidence = self.study, self.reader, self.grades, self.evidence
        return [
            self.page.answered,
            *said(study.programme.summary[reader.code], kind="summary"),
            *said(sentences.who_was_studied(reader, self.counts), verdicts.headline(grades, reader)),
            *chain.chain_figure(reader, self.table, self.counts, grades, evidence),
            verdicts.verdict_table(reader, grades, evidence, self.estimates),
        ]

    @question("grades")
    def evaluation(self) -> list[Part]:
        """Why, for whom and how this evaluation was made, and what it asks."""
        return charter.charter_parts(self.page)

    @question("evidence")
    def by_claim(self) -> list[Part]:
        """What was found of each claim: all at a glance, then one by one."""
        note = self.reader.source_note(by_weight=True)
        drawn = self.page.figure(note) or exhibits.forest_figure(self.reader, self.estimates)
        return [*drawn, *claim_pages(self.page, note)]

    @question("estimates")
    def estimated(self) -> list[Part]:
        """What was found of each indicator."""
        told = sentences.findings(self.reader, self.estimates, self.left_out)
        return listed([*told, *sentences.spreads(self.reader, self.estimates)])

    @question("tests")
    def adjusted(self) -> list[Part]:
        """What is left when it is counted how much was examined, and what follows for a truth of another
        size.
        """
        tests = gate.told_tests(self.study, self.tests, self.estimates)
        by_family = self.chapter.told(self.by_family)
        told = listed(truths.truth_sentences(self.reader, self.estimates))
        tables = families_table(self.reader, tests), index_table(self.reader, by_family)
        return [*tables[0], *tables[1], *told, *truths.truth_table(self.reader, self.estimates)]

    @computed
    def by_group(self) -> pd.DataFrame:
        """What decides the claims, within each group that is to be served alike and between them."""
        decided = zip(*(self.grades[name] for name in ("indicator", "rater", "arm")), strict=True)
        given = self.table, self.study.programme, self.indicators, self.exact, self.settings
        return equity.by_group(*given, decided)

    @question("by_group")
    def equity(self) -> list[Part]:
        """Whom the programme reached, whether it did as much for all, whether it lasts, who was worse off."""
        programme, apart = self.study.programme, self.by_group
        decide = set(zip(apart["indicator"], apart["rater"], strict=True))
        lines = [line for line in self.indicators if line.use == "effect"]
        columns = [line.name for line in lines if (line.indicator, line.rater) in decide]
        reached = equity.reach(self.table, programme, columns)
        speak = self.evidence[self.evidence["speaks"].astype(bool)]
        measures, given = zip(speak["indicator"], speak["rater"], strict=True), (self.table, programme)
        worse = worse_off(*given, self.indicators, measures, self.settings.confidence)
        lasting = self.chapter.read_summary("techniques", "03_inputs"), self.chapter.told(worse)
        parts = equity_parts(self.page, reached, self.chapter.told(apart), self.settings)
        voices = opinion_parts(self.reader, named(self.table, programme))
        return [*parts, *lasting_parts(self.page, *lasting), *voices]

    @question("threatened")
    def threats(self) -> list[Part]:
        """Against which threats each number stands."""
        return threat_matrix(self.reader, self.threatened, self.estimates)

    @question()
    def limits(self) -> list[Part]:
        """What this cannot show."""
        differences = balance(self.table, self.study.programme, self.indicators)
        return [sentences.limits(self.reader, self.estimates, differences)]

    @question("grades")
    def conclusions(self) -> list[Part]:
        """What follows: objectives, the evaluators' conclusion, what to measure next."""
        return charter.concluded(self.page, self.table, self.settings.confidence)

    @question("grades")
    def lessons(self) -> list[Part]:
        """What was learned that holds beyond this programme, in the evaluators' words."""
        return charter.learned(self.page)

    @question("evidence")
    def rules(self) -> list[Part]:
        """How verdicts are given: one row a line of evidence."""
        reader, estimates = self.reader, self.estimates
        told = said(sentences.primary_rule(reader), plan.plan_sentence(reader, estimates))
        tables = verdicts.rules_table(reader), *verdicts.evidence_table(reader, self.evidence)
        return [*told, *tables, *plan.departures_table(reader, estimates)]

    def write(self) -> None:
        """Write all estimates, tests and verdicts to the report's folder."""
        self.chapter.write_estimates(self.exact, name="estimates.csv")
        tests = gate.told_tests(self.study, self.tests, self.estimates)
        self.chapter.write_estimates(tests, name="families.csv")
        self.chapter.write_estimates(self.by_family, name="indexes.csv")
        self.chapter.write_summary(self.grades, "verdicts")
        self.chapter.write_csv(next_time.people_stated(self.page), "stated/07_findings.csv")
