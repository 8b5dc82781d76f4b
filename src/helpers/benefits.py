"""Whether it was worth it, and to whom: the questions of ``06_benefits``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, listed, question, said
from manfaat.costs.double_benefit import Half, double_benefit
from manfaat.costs.flows import Terms
from manfaat.costs.ledger import Accounts, open_accounts
from manfaat.costs.valuation import Valuation, summary_table, value_programme
from manfaat.report import benefit_exhibits, unpriced, value_exhibits, value_stated, value_words
from manfaat.report.cost_words import Teller
from manfaat.report.value_words import ValueTeller


@dataclass(frozen=True, repr=False)
class Benefits(Questions):
    """What a programme was worth, from its accounts and its estimates; no table about people is read.

    Attributes
    ----------
    terms : discount rate, horizon, decay, timing, cost of public funds.
    base_year : year whose prices are used; 0 is the one that the programme declares.
    assumed_gain : gain of the scenario where no estimate applies. seed : of the draws of what is not known.

    Raises
    ------
    ProblemsError, when first asked, naming the notebooks to run first.

    Examples
    --------
    >>> study.benefits(discount_rate=0.03).terms.discount_rate
    0.03
    """

    terms: Terms
    base_year: int
    assumed_gain: float
    seed: int

    @cached_property
    def accounts(self) -> Accounts | None:
        """The accounts; none where no costs were delivered."""
        declared = self.study.programme.costs
        sheet = self.chapter.read_delivered(declared.table if declared else None)
        return open_accounts(self.study, sheet, base_year=self.base_year)

    @cached_property
    def means(self) -> pd.DataFrame:
        """Means of participants, from ``03_inputs``."""
        return self.chapter.told(self.chapter.read_summary("basis", "03_inputs"))

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """All estimates of the earlier notebooks."""
        return self.chapter.told(self.chapter.read_estimates(within=True))

    @cached_property
    def valuation(self) -> Valuation | None:
        """The value by scenario and viewpoint."""
        known = self.accounts, self.means, self.estimates, self.terms
        return value_programme(self.study, *known, assumed_gain=self.assumed_gain)

    @cached_property
    def teller(self) -> ValueTeller | None:
        """What writes the value; none where nothing could be valued."""
        return None if self.valuation is None else ValueTeller(self.reader, self.valuation, self.seed)

    @cached_property
    def halves(self) -> list[Half]:
        """Both halves of the double benefit."""
        worth = self.study.programme.worth
        return double_benefit(self.accounts, self.means, worth.technology if worth else None)

    @cached_property
    def implied(self) -> pd.DataFrame:
        """The numbers that recommendations rest on, each with its threshold."""
        costs, exact = (self.chapter.read_summary(f, "03_inputs") for f in ("cost_indicators", "basis"))
        told = benefit_exhibits.advice(self.study, self.means, costs)
        return told.assign(verdict=benefit_exhibits.advice(self.study, exact, costs)["verdict"])

    @property
    def totals(self) -> pd.DataFrame:
        """The value by scenario and viewpoint, as ``value.csv`` has it."""
        return summary_table(self.valuation)

    @property
    def parts(self) -> pd.DataFrame:
        """The halves of the double benefit, as ``double_benefit.csv`` has them."""
        return benefit_exhibits.halves_data(self.study, self.halves)

    @question("totals")
    def value(self) -> list[Part]:
        """Whether it was worth the money, by scenario."""
        teller = self.teller
        if teller is None:
            return said(value_words.no_value(self.reader, self.accounts), kind="nothing")
        return [
            *said(value_words.value_headline(teller)),
            *value_exhibits.scenario_table(teller),
            *listed([*value_words.value_caveats(teller), *unpriced.value_bullets(teller)]),
            *unpriced.unpriced_table(teller),
        ]

    @question()
    def parties(self) -> list[Part]:
        """To whom it was worth it."""
        teller = self.teller
        if teller is None:
            return said(value_words.nothing(self.reader), kind="nothing")
        return [*value_exhibits.viewpoint_exhibits(teller), *value_exhibits.party_table(teller)]

    @question()
    def certainty(self) -> list[Part]:
        """How sure that is: draws from what is not known, and one assumption moved at a time."""
        teller = self.teller
        if teller is None:
            return said(value_words.nothing(self.reader), kind="nothing")
        return [
            *value_exhibits.drawn_exhibits(teller, seed=self.seed, draws=100_000),
            *value_exhibits.sensitivity_exhibits(teller),
        ]

    @question()
    def unit_costs(self) -> list[Part]:
        """What one unit of a result cost, and one place."""
        teller, accounts = self.teller, self.accounts
        places = value_exhibits.place_exhibits(Teller(self.reader, accounts)) if accounts else []
        if teller is None:
            return [*places, *said(value_words.nothing(self.reader), kind="nothing")]
        return [*value_exhibits.effectiveness_exhibits(teller), *places]

    @question("parts")
    def double_benefit(self) -> list[Part]:
        """Whether technology came home, and cost the sending side little."""
        reader, halves = self.reader, self.halves
        techniques = self.chapter.read_summary("techniques", "03_inputs")
        told = benefit_exhibits.benefit_sentences(reader, self.accounts, self.means, self.estimates, halves)
        return [
            *benefit_exhibits.technique_table(reader, techniques),
            *benefit_exhibits.halves_table(reader, halves),
            *listed(told),
            *said(benefit_exhibits.no_claim(reader), kind="nothing"),
        ]

    @question("implied")
    def advice(self) -> list[Part]:
        """The numbers that recommendations rest on, each with its threshold."""
        return [
            *benefit_exhibits.advice_table(self.reader, self.implied),
            *said(benefit_exhibits.no_advice(self.implied, self.reader), kind="nothing"),
        ]

    def write(self) -> None:
        """Write value, double benefit and implications to the report's folder."""
        self.chapter.write_summary(self.totals, "value")
        self.chapter.write_summary(self.parts, "double_benefit")
        self.chapter.write_summary(self.implied, "implications")
        self.chapter.write_csv(value_stated.stated(self.teller), "stated/06_benefits.csv")
