"""Words of the value: its terms, its unknowns, and sentences that say what holds and what is a scenario. No
number is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.analysis.study import Study
from manfaat.costs.accounts import typical_move
from manfaat.costs.flows import SOCIETY, Terms
from manfaat.costs.ledger import Accounts
from manfaat.costs.uncertainty import Case, net_value, switching_values
from manfaat.costs.valuation import Valuation
from manfaat.definitions.declarations import Band
from manfaat.report.cost_sentences import not_placed
from manfaat.report.cost_words import Teller
from manfaat.report.sentences import no_costs
from manfaat.report.words import Language, mark

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
    "prices": mark("Consumer prices, times"),
    "timing": mark("Timing"),
}


@dataclass(frozen=True)
class ValueTeller:
    """Writes a value with the terms that it depends on."""

    words: Teller
    terms: Terms
    turns: Mapping[str, float]
    is_level: bool = False

    @property
    def language(self) -> Language:
        """The reader's language."""
        return self.words.language

    def timing(self, timing: str) -> str:
        """Write when in a year its money moves."""
        return (
            self.language.say("start of the year")
            if timing == "start"
            else self.language.say("end of the year")
        )

    def band_text(self, value: float) -> str:
        """Write where within their bands all cost lines stand: −1 low, 1 high, 0 as the sheet states them."""
        if abs(value) == 1:
            return self.language.say("low") if value < 0 else self.language.say("high")
        return (
            self.language.say("{share} of the band", share=self.language.percent(value))
            if value
            else self.language.say("as stated")
        )

    def gain(self, effect: float) -> str:
        """Write an effect of the benefit: in per cent of the amount, or in money where it is that."""
        return self.words.amount(effect) if self.is_level else self.language.percent(np.expm1(effect), 1)

    def level(self, what: str, value: float | str) -> str:
        """Write a value of one unknown in its own way."""
        if what == "effect":
            return self.gain(value)
        if what in ("reach", "discount_rate", "decay"):
            return self.language.percent(value, 1)
        if what == "amount":
            return self.words.amount(value)
        if what == "timing":
            return self.timing(value)
        if what == "valuation":
            return self.band_text(value)
        return self.language.number(value, 0 if what == "horizon" else 2)

    def said(self) -> str:
        """All terms in one sentence."""
        terms, language = self.terms, self.language
        timing = language.say("the start") if terms.timing == "start" else language.say("the end")
        moved = 1 - 1 / (1 + terms.discount_rate) if terms.timing == "start" else terms.discount_rate
        return language.say(
            "Present values at departure rest on assumptions: discount rate {rate} a year, {horizon} years of"
            " benefit from year {first} after departure, shrinking by {decay} a year (the gain was measured"
            " once, at the interview), money moves at {timing} of a year (the other choice moves every value"
            " by {moved}), one unit of public money costs {funds}.",
            rate=language.percent(terms.discount_rate, 1),
            horizon=language.number(terms.horizon, 0),
            first=terms.first_year,
            decay=language.percent(terms.decay, 1),
            timing=timing,
            funds=language.number(terms.funds, 2),
            moved=language.percent(abs(moved), 1),
        )

    def short(self) -> str:
        """The terms in few words, for captions."""
        terms, language = self.terms, self.language
        return language.say(
            "Assumed, in brackets where each alone turns society's value: discount rate {rate} [{rate_turn}],"
            " {horizon} years [{horizon_turn}] from year {first}, decay {decay} [{decay_turn}], public money"
            " {funds} [{funds_turn}], bands [{bands_turn}]; {timing}.",
            rate=language.percent(terms.discount_rate, 1),
            horizon=language.number(terms.horizon, 0),
            first=terms.first_year,
            decay=language.percent(terms.decay, 1),
            timing=self.timing(terms.timing),
            funds=language.number(terms.funds, 2),
            rate_turn=self.turn("discount_rate"),
            horizon_turn=self.turn("horizon"),
            decay_turn=self.turn("decay"),
            funds_turn=self.turn("funds"),
            bands_turn=self.turn("valuation"),
        )

    def turn(self, what: str) -> str:
        """Where one unknown alone brings society's value to zero, or that it does so nowhere."""
        value = self.turns.get(what, float("nan"))
        return self.level(what, value) if pd.notna(value) else self.language.say("nowhere")

    def bands(self, case: Case) -> str:
        """How far the cost lines, exchange rates and prices are taken to be off, and how far rates did
        move.
        """
        language, sheet = self.language, self.words.sheet
        lines = [
            f"{self.words.answer(sheet.columns.valuation, code)} ±{language.percent(band)}"
            for code, band in sheet.bands.items()
        ]
        return language.say(
            "Assumed as well: by how much a cost line may be off by the way it was valued ({lines}), exchange"
            " rates ±{rate}{rate_why}, consumer prices ±{prices}{prices_why}. They are judgements; no source"
            " states them. {moves}",
            lines=", ".join(lines),
            rate=language.percent(case.rate_band),
            prices=language.percent(case.price_band),
            moves=self.moves(case),
            rate_why=self.reason(sheet.rate_band),
            prices_why=self.reason(sheet.price_band),
        ).strip()

    def reason(self, band: Band | None) -> str:
        """The reason of a band in brackets; nothing where none is declared."""
        return f" ({band.because[self.language.code]})" if band else ""

    def moves(self, case: Case) -> str:
        """How far the exchange rates of the sheet moved from one year to the next, by their series; nothing
        where all is paid at home.
        """
        language, money = self.language, self.words.money
        said = []
        for code in sorted(set(case.lines["currency"]) - {money.sheet.currency}):
            found = typical_move(money, code)
            said.append(
                language.say(
                    "From one year to the next the {currency} moved by {median} at the median and {most} at"
                    " most ({first} to {last}).",
                    currency=money.sheet.currencies[code].label[language.code],
                    median=language.percent(found[0], 1),
                    most=language.percent(found[1]),
                    first=found[2],
                    last=found[3],
                )
            )
        return " ".join(said)

    def note(self) -> str:
        """Terms, prices, rates and source: the end of every caption."""
        return f"{self.short()} {self.words.note()}"


def value_teller(
    study: Study, accounts: Accounts | None, terms: Terms, valuation: Valuation | None, language: Language
) -> ValueTeller | None:
    """Who writes the value; nobody without accounts."""
    turns = switching_values(valuation.case).set_index("what")["switches_at"].to_dict() if valuation else {}
    return (
        ValueTeller(
            Teller(study, accounts.money, language),
            terms,
            turns,
            valuation is not None and valuation.case.is_level,
        )
        if accounts
        else None
    )


def value_headline(
    study: Study,
    accounts: Accounts | None,
    valuation: Valuation | None,
    teller: ValueTeller | None,
    language: Language,
) -> str:
    """Say whether it was worth it, and whether that is an estimate or a scenario; or why it cannot be
    said.
    """
    if accounts is None:
        return no_costs(study, language)
    if valuation is None:
        return language.say(
            "What the programme was worth cannot be computed: the cost lines could not be placed, or the"
            " amount that a gain would be a share of was not measured in both groups."
        )
    values = valuation.table().set_index("party").loc[SOCIETY]
    turning = teller.turns["effect"]
    words = {
        "benefit": study.programme.worth.benefit.label[language.code],
        "gain": teller.gain(valuation.case.effect),
        "npv": teller.words.amount(values["npv"]),
        "bcr": language.number(values["bcr"], 2),
    }
    first = (
        language.say(basis_sentence(valuation), **words)
        + " "
        + language.say("No other benefit has a price here.")
    )
    low, high = valuation.case.searched["effect"]
    if pd.isna(turning):
        return (
            first
            + " "
            + language.say(
                "No gain between {low} and {high} would make benefits and costs equal for society.",
                low=teller.gain(low),
                high=teller.gain(high),
            )
        )
    return (
        first
        + " "
        + language.say(
            "For society benefits and costs would be equal at a gain of {turn}.", turn=teller.gain(turning)
        )
    )


def basis_sentence(valuation: Valuation) -> str:
    """The first sentence, by what stands behind the benefit."""
    if valuation.found.kind == "effect":
        return mark(
            "{benefit}: with the effect that the lottery allows to estimate ({gain}) the net present value"
            " for society is {npv}, the benefit–cost ratio {bcr}."
        )
    if valuation.found.kind == "difference":
        return mark(
            "{benefit}: no lottery stands behind the estimate, so what follows are scenarios. If the whole"
            " difference that the primary specification finds ({gain}) were caused by the programme, the net"
            " present value for society would be {npv}, the benefit–cost ratio {bcr}."
        )
    if valuation.found.kind == "change":
        return mark(
            "{benefit}: nobody was compared with the participants, so what follows are scenarios. If the"
            " whole change of the participants ({gain}) were caused by the programme, the net present value"
            " for society would be {npv}, the benefit–cost ratio {bcr}."
        )
    return mark(
        "{benefit}: no estimate applies, so what follows are scenarios. If the gain were {gain}, which is an"
        " assumption, the net present value for society would be {npv}, the benefit–cost ratio {bcr}."
    )


def unshrunk(valuation: Valuation, teller: ValueTeller) -> str:
    """Say that a gain smaller than what the study could find is priced as it was estimated, and what it would
    be worth if it were as much smaller as such estimates are too large.
    """
    times, case = valuation.found.times_too_large, valuation.case
    if not times > 1:
        return ""
    smaller = case.effect / times
    return teller.language.say(
        "The gain is priced as it was estimated, unshrunk: it is told from zero, but smaller than what the"
        " study could be expected to find, and estimates of such a study are as a rule too large. If the"
        " truth were {gain}, those told from zero would be {times} times too large on average (Gelman and"
        " Carlin 2014); were the gain that much smaller, {smaller}, the net present value for society would"
        " be {npv}.",
        gain=teller.level("effect", case.effect),
        times=teller.language.number(times, 2),
        smaller=teller.level("effect", smaller),
        npv=teller.words.amount(net_value(case, effect=smaller)),
    )


def value_caveats(study: Study, valuation: Valuation | None, teller: ValueTeller | None) -> list[str]:
    """What the value leaves out, how its parts were had, and the other yardsticks."""
    if valuation is None:
        return []
    say, language, case, words = teller.language.say, teller.language, valuation.case, teller.words
    lines = {line.name: line.label(language.code) for line in study.indicators}
    benefit = study.programme.worth.benefit
    told = [
        *filter(None, [not_placed(valuation.accounts, language), unshrunk(valuation, teller)]),
        teller.said(),
        teller.bands(case),
        say(
            "Benefit of the first year: {people} trainees × {reach} ({indicator}) × {amount} a time (mean of"
            " the comparison group) × {times} times a year × the gain.",
            people=language.number(case.people, 0),
            reach=language.percent(case.reach, 1),
            indicator=lines.get(benefit.reach, ""),
            amount=words.amount(case.amount),
            times=case.times,
        ),
    ]
    funds, ending = valuation.funds(), valuation.phillips()
    told.append(
        say(
            "Marginal value of public funds: trainees and employers together gain {all} net for each unit"
            " that all governments spend, {sender} for each unit of {party} alone.",
            all=language.number(funds["all"], 2),
            sender=language.number(funds["sender"], 2),
            party=words.role("sender"),
        )
    )
    if ending["roi"] == ending["roi"]:
        told.append(
            say(
                "Phillips's return of the first year: {roi}. The pay of all participants together moved by"
                " {gain} a year, of which they ascribe {share} to the programme (share times how sure they"
                " are), against a cost of {cost}. It rests on opinion, not on a comparison.",
                roi=language.percent(ending["roi"], 1),
                gain=words.amount(ending["gain"]),
                share=language.percent(ending["attributed"], 1),
                cost=words.amount(ending["cost"]),
            )
        )
    return told


def nothing(valuation: Valuation | None, language: Language) -> str:
    """Say that there is nothing to show without a valuation."""
    return (
        "" if valuation else language.say("Nothing can be shown here: what it was worth cannot be computed.")
    )
