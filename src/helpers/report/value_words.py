"""Words of the value: its terms, its unknowns, and sentences that say what holds and what is a scenario. No number is typed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.costs.flows import SOCIETY, Terms
from helpers.costs.ledger import Accounts
from helpers.costs.uncertainty import switching_values
from helpers.costs.valuation import Valuation
from helpers.report.cost_sentences import not_placed
from helpers.report.cost_words import Teller
from helpers.report.sentences import no_costs
from helpers.study import Study
from helpers.words import Language, mark

KINDS = {
    "benefit": mark("Benefit"),
    "resource": mark("Cost"),
    "transfer": mark("Transfer"),
    "burden": mark("Burden of raising public money"),
    "total": mark("Net present value"),
}
UNKNOWNS = {
    "effect": mark("Gain"),
    "amount": mark("Amount without the programme"),
    "reach": mark("For how many"),
    "discount_rate": mark("Discount rate"),
    "horizon": mark("Years of benefit"),
    "decay": mark("Decay a year"),
    "funds": mark("Cost of public money"),
    "valuation": mark("Valuation"),
    "costs": mark("Costs, times"),
    "rate": mark("Exchange rate, times"),
}


@dataclass(frozen=True)
class ValueTeller:
    """Writes a value with the terms that it depends on."""

    words: Teller
    terms: Terms

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.words.language

    def level(self, what: str, value: float) -> str:
        """Write a value of one unknown in its own way."""
        if what == "effect":
            return self.language.percent(np.expm1(value), 1)
        if what in ("reach", "discount_rate", "decay"):
            return self.language.percent(value, 1)
        if what == "amount":
            return self.words.amount(value)
        if what == "valuation":
            return self.language.say("low") if value < 0 else self.language.say("high")
        return self.language.number(value, 0 if what == "horizon" else 2)

    def said(self) -> str:
        """All terms in one sentence."""
        terms, language = self.terms, self.language
        timing = language.say("the start") if terms.timing == "start" else language.say("the end")
        return language.say(
            "Present values at departure: discount rate {rate} a year, {horizon} years of benefit from year {first} after departure, shrinking by {decay} a year, money moves at {timing} of a year, one unit of public money costs {funds}.",
            rate=language.percent(terms.discount_rate, 1), horizon=language.number(terms.horizon, 0), first=terms.first_year,
            decay=language.percent(terms.decay, 1), timing=timing, funds=language.number(terms.funds, 2),
        )  # fmt: skip

    def short(self) -> str:
        """The terms in few words, for captions."""
        terms, language = self.terms, self.language
        timing = language.say("start of the year") if terms.timing == "start" else language.say("end of the year")
        return language.say(
            "Discount rate {rate}, {horizon} years from year {first}, decay {decay}, {timing}, public money {funds}.",
            rate=language.percent(terms.discount_rate, 1), horizon=language.number(terms.horizon, 0), first=terms.first_year,
            decay=language.percent(terms.decay, 1), timing=timing, funds=language.number(terms.funds, 2),
        )  # fmt: skip

    def note(self) -> str:
        """Terms, prices, rates and source: the end of every caption."""
        return f"{self.short()} {self.words.note()}"


def value_teller(study: Study, accounts: Accounts | None, terms: Terms, language: Language) -> ValueTeller | None:
    """Who writes the value; nobody without accounts."""
    return ValueTeller(Teller(study, accounts.money, language), terms) if accounts else None


def value_headline(study: Study, accounts: Accounts | None, valuation: Valuation | None, teller: ValueTeller | None, language: Language) -> str:
    """Say whether it was worth it, and whether that is an estimate or a scenario; or why it cannot be said."""
    if accounts is None:
        return no_costs(study, language)
    if valuation is None:
        return language.say(
            "What the programme was worth cannot be computed: the cost lines could not be placed, or the amount that a gain would be a share of was not measured in both groups."
        )
    values = valuation.table().set_index("party").loc[SOCIETY]
    turning = switching_values(valuation.case).set_index("what").loc["effect", "switches_at"]
    words = {
        "benefit": study.programme.worth.benefit.label[language.code],
        "gain": language.percent(np.expm1(valuation.case.effect), 1),
        "npv": teller.words.amount(values["npv"]),
        "bcr": language.number(values["bcr"], 2),
    }
    first = language.say(basis_sentence(valuation), **words)
    if pd.isna(turning):
        return (
            first
            + " "
            + language.say(
                "No gain between {low} and {high} would make benefits and costs equal for society.",
                low=language.percent(np.expm1(-0.5)),
                high=language.percent(np.expm1(3.0)),
            )
        )
    return first + " " + language.say("For society benefits and costs would be equal at a gain of {turn}.", turn=language.percent(np.expm1(turning), 1))


def basis_sentence(valuation: Valuation) -> str:
    """The first sentence, by what stands behind the benefit."""
    if valuation.found.kind == "effect":
        return mark(
            "{benefit}: with the effect that the lottery allows to estimate ({gain}) the net present value for society is {npv}, the benefit–cost ratio {bcr}."
        )
    if valuation.found.kind == "difference":
        return mark(
            "{benefit}: no lottery stands behind the estimate, so what follows are scenarios. If the whole difference that the primary specification finds ({gain}) were caused by the programme, the net present value for society would be {npv}, the benefit–cost ratio {bcr}."
        )
    return mark(
        "{benefit}: no estimate applies, so what follows are scenarios. If the gain were {gain}, which is an assumption, the net present value for society would be {npv}, the benefit–cost ratio {bcr}."
    )


def value_caveats(study: Study, valuation: Valuation | None, teller: ValueTeller | None) -> list[str]:
    """What the value leaves out, how its parts were had, and the other yardsticks."""
    if valuation is None:
        return []
    say, language, case, words = teller.language.say, teller.language, valuation.case, teller.words
    lines = {line.name: line.label(language.code) for line in study.indicators}
    benefit = study.programme.worth.benefit
    told = [
        *filter(None, [not_placed(valuation.accounts, language)]),
        teller.said(),
        say("Benefit of the first year: {people} trainees × {reach} ({indicator}) × {amount} a time (mean of the comparison group) × {times} times a year × the gain.",
            people=language.number(case.people, 0), reach=language.percent(case.reach, 1),
            indicator=lines.get(benefit.reach, ""), amount=words.amount(case.amount), times=case.times),
        say("Only “{benefit}” is worth money here. Technology, skills and what firms produce have no price and are not counted; taxes on the gain are not counted either.",
            benefit=benefit.label[language.code]),
    ]  # fmt: skip
    funds, ending = valuation.funds(), valuation.phillips()
    told.append(
        say("Marginal value of public funds: trainees and employers together gain {all} net for each unit that all governments spend, {sender} for each unit of {party} alone.",
            all=language.number(funds["all"], 2), sender=language.number(funds["sender"], 2), party=words.role("sender"))
    )  # fmt: skip
    if ending["roi"] == ending["roi"]:
        told.append(
            say("Phillips's return of the first year: {roi}. The pay of all participants together moved by {gain} a year, of which they ascribe {share} to the programme (share times how sure they are), against a cost of {cost}. It rests on opinion, not on a comparison.",
                roi=language.percent(ending["roi"], 1), gain=words.amount(ending["gain"]), share=language.percent(ending["attributed"], 1), cost=words.amount(ending["cost"]))
        )  # fmt: skip
    return told


def nothing(valuation: Valuation | None, language: Language) -> str:
    """Say that there is nothing to show without a valuation."""
    return "" if valuation else language.say("Nothing can be shown here: what it was worth cannot be computed.")
