"""Words of the value: its terms, its unknowns, and sentences that say what holds and what is a scenario. No
number is typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.costs.accounts import typical_move
from manfaat.costs.flows import SOCIETY
from manfaat.costs.ledger import Accounts
from manfaat.costs.scenarios import is_reach_told, worth_of
from manfaat.costs.uncertainty import net_value, switching_values
from manfaat.costs.valuation import Valuation
from manfaat.definitions.declarations import Band, Benefit
from manfaat.report.cost_sentences import not_placed
from manfaat.report.cost_words import Teller
from manfaat.report.reader import Reader
from manfaat.report.sentences import no_costs
from manfaat.report.words import mark

KINDS = {
    "benefit": mark("Benefit"),
    "displaced": mark("Lost by others"),
    "levy": mark("Passed on"),
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
TIMING = {
    "start": mark("start of the year"),
    "middle": mark("middle of the year"),
    "end": mark("end of the year"),
}
AT = {"start": mark("the start"), "middle": mark("the middle"), "end": mark("the end")}
BASIS = {  # the first sentence of the value, by what stands behind the benefit
    "effect": mark(
        "{benefit}: with the effect that the lottery allows to estimate ({gain}) the net present value"
        " for society is {npv}, the benefit–cost ratio {bcr}."
    ),
    "difference": mark(
        "{benefit}: no lottery stands behind the estimate, so what follows are scenarios. If the whole"
        " difference that the primary specification finds ({gain}) were caused by the programme, the net"
        " present value for society would be {npv}, the benefit–cost ratio {bcr}."
    ),
    "change": mark(
        "{benefit}: nobody was compared with the participants, so what follows are scenarios. If the"
        " whole change of the participants ({gain}) were caused by the programme, the net present value"
        " for society would be {npv}, the benefit–cost ratio {bcr}."
    ),
}
PUBLISHED = mark(
    "{benefit}: the gain ({gain}) was not found here but is taken from {source}. If it held here, the net"
    " present value for society would be {npv}, the benefit–cost ratio {bcr}."
)
ASSUMED = mark(
    "{benefit}: no estimate applies, so what follows are scenarios. If the gain were {gain}, which is an"
    " assumption, the net present value for society would be {npv}, the benefit–cost ratio {bcr}."
)


TURNS = {  # where an assumption alone brings society's value to zero
    "discount_rate": mark("a discount rate of {value}"),
    "horizon": mark("gains for {value} years"),
    "decay": mark("gains that shrink by {value} a year"),
    "funds": mark("public money at {value}"),
    "valuation": mark("cost lines at {value}"),
}


class Value(NamedTuple):
    """What a programme is worth to one party: see ``manfaat.costs.value.value_table``."""

    party: str
    benefits: float
    costs: float
    npv: float
    bcr: float
    irr: float
    sign_changes: int
    payback: float


def values_of(valuation: Valuation, scenario: str = "estimate") -> dict[str, Value]:
    """The value for every party and for society in one scenario."""
    return {row.party: row for row in typed_rows(valuation.table(scenario), Value)}


@dataclass(frozen=True)
class ValueTeller:
    """Writes the value of a programme with the terms that it depends on."""

    reader: Reader
    valuation: Valuation
    seed: int = 1

    @cached_property
    def words(self) -> Teller:
        """Who writes the accounts."""
        return Teller(self.reader, self.valuation.accounts)

    @cached_property
    def turns(self) -> dict[str, float]:
        """Where each unknown alone brings society's value to zero; missing where it does so nowhere."""
        found = switching_values(self.valuation.case)
        return dict(zip(found["what"], found["switches_at"], strict=True))

    @property
    def benefit(self) -> Benefit:
        """What is worth money."""
        return worth_of(self.valuation.study).benefit

    def timing(self, timing: str) -> str:
        """Write when in a year its money moves."""
        return self.reader.say(TIMING[timing])

    def band_text(self, value: float) -> str:
        """Write where within their bands all cost lines stand: −1 low, 1 high, 0 as the sheet states them."""
        if abs(value) == 1:
            return self.reader.say("low") if value < 0 else self.reader.say("high")
        return (
            self.reader.say("{share} of the band", share=self.reader.percent(value))
            if value
            else self.reader.say("as stated")
        )

    def gain(self, effect: float) -> str:
        """Write an effect of the benefit: in per cent of the amount, or in money where it is that."""
        is_level = self.valuation.case.is_level
        return self.words.amount(effect) if is_level else self.reader.percent(np.expm1(effect), 1)

    def level(self, what: str, value: float | str) -> str:
        """Write a value of one unknown in its own way; a text says when in a year money moves."""
        if isinstance(value, str):
            return self.timing(value)
        if what == "effect":
            return self.gain(value)
        if what in ("reach", "discount_rate", "decay"):
            return self.reader.percent(value, 1)
        if what == "amount":
            return self.words.amount(value)
        if what == "valuation":
            return self.band_text(value)
        return self.reader.number(value, 0 if what == "horizon" else 2)

    def said(self) -> str:
        """All terms in one sentence."""
        terms, reader = self.valuation.case.terms, self.reader
        timing = reader.say(AT[terms.timing])
        if self.valuation.case.passing.profile:
            return self.said_by_profile(timing)
        moved = 1 - 1 / (1 + terms.discount_rate) if terms.timing == "start" else terms.discount_rate
        return reader.say(
            "Values are those of the day of departure, at a discount rate of {rate} a year. Benefits are"
            " taken to last {horizon} years from year {first} on, and to shrink by {decay} a year: the gain"
            " was measured only once, at the interview. Money is taken to move at {timing} of a year (the"
            " other choice moves every value by {moved}), and one unit of public money to cost {funds}.",
            rate=reader.percent(terms.discount_rate, 1),
            horizon=reader.number(terms.horizon, 0),
            first=terms.first_year,
            decay=reader.percent(terms.decay, 1),
            timing=timing,
            funds=reader.number(terms.funds, 2),
            moved=reader.percent(abs(moved), 1),
        )

    def said_by_profile(self, timing: str) -> str:
        """All terms in one sentence, where the programme declares when the gain falls."""
        terms, reader, profile = self.valuation.case.terms, self.reader, self.valuation.case.passing.profile
        halves = any(year % 1 for year in profile)
        return reader.say(
            "Values are those of the day of departure, at a discount rate of {rate} a year. Of a year's gain"
            " as it was estimated falls {profile} ({unit} since departure: times). Money is taken to move at"
            " {timing} of it, and one unit of public money to cost {funds}.",
            rate=reader.percent(terms.discount_rate, 1),
            profile=self.profile(),
            unit=reader.say("years, by half-years") if halves else reader.say("years"),
            timing=timing,
            funds=reader.number(terms.funds, 2),
        )

    def profile(self) -> str:
        """How many years' gains fall when, as the programme declares it."""
        write, found = self.reader.number, self.valuation.case.passing.profile
        return "; ".join(
            f"{write(year, int(year % 1 > 0))}: {write(times, 2)}" for year, times in sorted(found.items())
        )

    def short(self) -> str:
        """The terms in few words, for captions."""
        terms, reader = self.valuation.case.terms, self.reader
        if self.valuation.case.passing.profile:
            told = reader.say(
                "Assumed: a discount rate of {rate}, gains by year {profile}, public money at {funds};"
                " {timing}.",
                rate=reader.percent(terms.discount_rate, 1),
                profile=self.profile(),
                funds=reader.number(terms.funds, 2),
                timing=self.timing(terms.timing),
            )
        else:
            told = reader.say(
                "Assumed: a discount rate of {rate}, gains for {horizon} years from year {first} that shrink"
                " by {decay} a year, public money at {funds}; {timing}.",
                rate=reader.percent(terms.discount_rate, 1),
                horizon=reader.number(terms.horizon, 0),
                first=terms.first_year,
                decay=reader.percent(terms.decay, 1),
                funds=reader.number(terms.funds, 2),
                timing=self.timing(terms.timing),
            )
        return f"{told} {self.turning()}"

    def turning(self) -> str:
        """Where each assumption alone would bring society's value to zero, of those that do so anywhere."""
        reader = self.reader
        found = [
            reader.say(text, value=self.level(what, value))
            for what, text in TURNS.items()
            if pd.notna(value := self.turns.get(what, float("nan")))
        ]
        if not found:
            return reader.say("None of these alone would bring society's value to zero.")
        return reader.say(
            "Changed alone, these would bring society's value to zero: {turns}.", turns="; ".join(found)
        )

    def bands(self) -> str:
        """How far the cost lines, exchange rates and prices are taken to be off, and how far rates did
        move.
        """
        reader, sheet, case = self.reader, self.words.sheet, self.valuation.case
        if not (sheet.bands or sheet.rate_band or sheet.price_band):
            return ""
        lines = [
            f"{self.words.answer(sheet.columns.valuation, code)} ±{reader.percent(band)}"
            for code, band in sheet.bands.items()
        ]
        return reader.say(
            "Cost lines may be off by the way they were valued ({lines}), exchange rates by"
            " ±{rate}{rate_why}, consumer prices by ±{prices}{prices_why}. These are judgements; no"
            " source states them. {moves}",
            lines=", ".join(lines),
            rate=reader.percent(case.rate_band),
            prices=reader.percent(case.price_band),
            moves=self.moves(),
            rate_why=self.reason(sheet.rate_band),
            prices_why=self.reason(sheet.price_band),
        ).strip()

    def reason(self, band: Band | None) -> str:
        """The reason of a band in brackets; nothing where none is declared."""
        return f" ({band.because[self.reader.code]})" if band else ""

    def moves(self) -> str:
        """How far the exchange rates of the sheet moved from one year to the next, by their series; nothing
        where all is paid at home.
        """
        reader, money = self.reader, self.words.money
        said = []
        for code in sorted(set(self.valuation.case.lines["currency"]) - {money.sheet.currency}):
            found = typical_move(money, code)
            said.append(
                reader.say(
                    "From one year to the next the {currency} moved by {median} at the median and {most} at"
                    " most ({first} to {last}).",
                    currency=money.sheet.currencies[code].label[reader.code],
                    median=reader.percent(found[0], 1),
                    most=reader.percent(found[1]),
                    first=found[2],
                    last=found[3],
                )
            )
        return " ".join(said)

    def note(self) -> str:
        """Terms, prices, rates and source: the end of every caption."""
        return f"{self.short()} {self.words.note()}"


def no_value(reader: Reader, accounts: Accounts | None) -> str:
    """Say why it cannot be said whether it was worth it."""
    if accounts is None:
        return no_costs(reader)
    return reader.say(
        "What the programme was worth cannot be computed: the cost lines could not be placed, or the"
        " amount that a gain would be a share of was not measured in both groups."
    )


def value_headline(teller: ValueTeller) -> str:
    """Say whether it was worth it, and whether that is an estimate or a scenario."""
    reader, valuation = teller.reader, teller.valuation
    published = teller.benefit.published
    first = reader.say(
        PUBLISHED if published else BASIS.get(valuation.found.kind, ASSUMED),
        benefit=teller.benefit.label[reader.code],
        source=published.source[reader.code] if published else "",
        **priced(teller),
    )
    low, high = valuation.case.searched["effect"]
    turning = teller.turns["effect"]
    turns = (
        reader.say(
            "No gain between {low} and {high} would make benefits and costs equal for society.",
            low=teller.gain(low),
            high=teller.gain(high),
        )
        if pd.isna(turning)
        else reader.say(
            "For society benefits and costs would be equal at a gain of {turn}.", turn=teller.gain(turning)
        )
    )
    return " ".join([first, reader.say("No other benefit has a price here."), turns])


def priced(teller: ValueTeller) -> dict[str, str]:
    """The gain and its worth to society, ``gain, npv, bcr``: with both bounds where the findings do not tell
    the gain from zero or doubt its interval.
    """
    valuation = teller.valuation
    names = ["estimate", "low", "high"] if valuation.found.is_uncertain else ["estimate"]
    found = [values_of(valuation, name)[SOCIETY] for name in names]
    written = {
        "gain": [teller.gain(valuation.cases[name].effect) for name in names],
        "npv": [teller.words.amount(value.npv) for value in found],
        "bcr": [teller.reader.number(value.bcr, 2) for value in found],
    }
    return {name: with_bounds(texts) for name, texts in written.items()}


def with_bounds(texts: list[str]) -> str:
    """A number and, where there are any, its bounds: ``5% [−1%; 11%]``."""
    return texts[0] if len(texts) == 1 else f"{texts[0]} [{texts[1]}; {texts[2]}]"


def unshrunk(teller: ValueTeller) -> str:
    """Say that a gain smaller than what the study could find is priced as it was estimated, and what it would
    be worth if it were as much smaller as such estimates are too large.
    """
    times, case = teller.valuation.found.times_too_large, teller.valuation.case
    if not times > 1:
        return ""
    smaller = case.effect / times
    return teller.reader.say(
        "The gain is priced as it was estimated, unshrunk: it is told from zero, but smaller than what the"
        " study could be expected to find, and estimates of such a study are as a rule too large. If the"
        " truth were {gain}, those told from zero would be {times} times too large on average (Gelman and"
        " Carlin 2014); were the gain that much smaller, {smaller}, the net present value for society would"
        " be {npv}.",
        gain=teller.level("effect", case.effect),
        times=teller.reader.number(times, 2),
        smaller=teller.level("effect", smaller),
        npv=teller.words.amount(net_value(case, effect=smaller)),
    )


def reach_text(teller: ValueTeller) -> str:
    """The share that the benefit reaches; where too few lack it to be told, that it is taken to be so."""
    share = teller.reader.percent(teller.valuation.case.reach, 1)
    if is_reach_told(teller.valuation.basis, teller.benefit.reach):
        return share
    return teller.reader.say("taken as {share}, for too few lack it to be told", share=share)


def value_caveats(teller: ValueTeller) -> list[str]:
    """What the value leaves out, how its parts were had, and the other yardsticks."""
    language, say, words = teller.reader, teller.reader.say, teller.words
    valuation, case, benefit = teller.valuation, teller.valuation.case, teller.benefit
    lines = {line.name: line.label(language.code) for line in valuation.study.indicators}
    told = [
        *filter(None, [not_placed(valuation.accounts, language), unshrunk(teller)]),
        teller.said(),
        *filter(None, [teller.bands()]),
        say(
            "The benefit of the first year is the number of trainees ({people}), times the share that it"
            " reaches ({reach}: {indicator}), times the comparison group's mean ({amount}, {times} times a"
            " year), times the gain.",
            people=language.number(case.people, 0),
            reach=reach_text(teller),
            indicator=lines.get(benefit.reach or "", ""),
            amount=words.amount(case.amount),
            times=case.times,
        ),
    ]
    told += passing_sentences(teller)
    ending = valuation.phillips()
    told.append(funds_sentence(teller) if benefit.levies else spending_sentence(teller))
    if ending["roi"] == ending["roi"]:
        told.append(
            say(
                "By the participants' own judgement the first year returned {roi} (Phillips's ratio). Their"
                " pay together moved by {gain} a year, of which they ascribe {share} to the programme (share"
                " times how sure they are), against a cost of {cost}. That is opinion, not a comparison.",
                roi=language.percent(ending["roi"], 1),
                gain=words.amount(ending["gain"]),
                share=language.percent(ending["attributed"], 1),
                cost=words.amount(ending["cost"]),
            )
        )
    return told


def passing_sentences(teller: ValueTeller) -> list[str]:
    """What passes on of the gain, and what others lose by it, each with its source."""
    say, code, words, benefit = teller.reader.say, teller.reader.code, teller.words, teller.benefit
    told = [
        say(
            "Of the gain {share} passes to {party}: {what} ({source}).",
            share=teller.reader.percent(levy.share, 1),
            party=words.party(levy.goes_to),
            what=levy.label[code],
            source=levy.source[code],
        )
        for levy in benefit.levies
    ]
    if lost := benefit.displacement:
        told.append(
            say(
                "Others are taken to lose {share} of the gain ({party}: {because}): for society it counts"
                " less by so much.",
                share=teller.reader.percent(lost.share, 1),
                party=words.party(lost.borne_by),
                because=lost.because[code],
            )
        )
    return told


def spending_sentence(teller: ValueTeller) -> str:
    """What trainees and employers gain by unit of public spending, where nothing is declared to come back."""
    funds = teller.valuation.funds()
    return teller.reader.say(
        "For each unit that all governments together spend, trainees and employers gain {all} net; for each"
        " unit that {party} alone spends, {sender} (marginal value of public funds).",
        all=teller.reader.number(funds["all"], 2),
        sender=teller.reader.number(funds["sender"], 2),
        party=teller.words.role("sender"),
    )


def funds_sentence(teller: ValueTeller) -> str:
    """The marginal value of public funds with its interval; infinite, in words, where the programme pays for
    itself.
    """
    say, amount, found = teller.reader.say, teller.words.amount, teller.valuation.public_funds()
    low, high = teller.valuation.funds_interval(seed=teller.seed)
    values = {"willing": amount(found.willing), "spent": amount(found.spent), "back": amount(found.back)}
    if np.isinf(found.ratio):
        told = say(
            "Marginal value of public funds: infinite. Of the {spent} that governments spend {back} come back"
            " to them, so that the programme pays for itself, and it is worth {willing} to those served.",
            **values,
        )
    elif np.isnan(found.ratio):
        told = say(
            "The marginal value of public funds has no meaning here: governments get back what they spend"
            " ({spent} spent, {back} back), and those served lose ({willing}).",
            **values,
        )
    else:
        told = say(
            "Marginal value of public funds: {ratio} for each unit of net public cost. Those served have"
            " {willing} of it; governments spend {spent}, of which {back} come back by what passes on of the"
            " gain. If those served valued the programme at what it cost, it would be {at_cost}.",
            ratio=teller.reader.number(found.ratio, 2),
            at_cost=ratio_text(teller.reader, found.ratio_at_cost),
            **values,
        )
    if np.isnan([low, high]).any():
        return told
    return f"{told} " + say(
        "In nine of ten draws of what is not known it lies between {low} and {high}.",
        low=ratio_text(teller.reader, low),
        high=ratio_text(teller.reader, high),
    )


def ratio_text(reader: Reader, ratio: float) -> str:
    """Write a ratio that may be infinite."""
    return reader.say("infinity (it pays for itself)") if np.isinf(ratio) else reader.number(ratio, 2)


def nothing(reader: Reader) -> str:
    """Say that there is nothing to show without a valuation."""
    return reader.say("Nothing can be shown here: what it was worth cannot be computed.")
