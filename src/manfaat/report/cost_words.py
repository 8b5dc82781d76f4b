"""Words of the accounts: labels of payers, items and parties, and amounts written with their scale and base
year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from manfaat.analysis.study import Study
from manfaat.costs.accounts import Money
from manfaat.costs.ledger import Accounts
from manfaat.definitions.prices import about_series, sources
from manfaat.report import labels
from manfaat.report.words import Language, mark

SCALES = ((1e9, mark("{amount} billion")), (1e6, mark("{amount} million")), (1e3, mark("{amount} thousand")))
CONVENTIONS = {
    "year of payment": mark("exchange rate of the year of payment"),
    "average": mark("average exchange rate of all years"),
    "purchasing power": mark(
        "exchange rate of the base year moved by the two price levels (relative purchasing power)"
    ),
}


@dataclass(frozen=True)
class Teller:
    """Writes the accounts of one study in one language."""

    study: Study
    money: Money
    language: Language

    @property
    def sheet(self) -> object:
        """The declaration of the cost sheet."""
        return self.money.sheet

    @cached_property
    def prefix(self) -> str:
        """The sign before an amount of the accounts' currency."""
        units = self.study.programme.units.values()
        return next(
            (unit.prefix for unit in units if unit.currency == self.sheet.currency and not unit.period),
            self.sheet.currency + " ",
        )

    def answer(self, variable: str, code: str) -> str:
        """What an answer of the cost sheet is called; a code that is not listed stands as it is."""
        found = next(
            (one for one in self.study.codebook.table(self.sheet.table) if one.name == variable), None
        )
        answers = self.study.codebook.answers(found.list_name) if found and found.list_name else []
        return next(
            (choice.label(self.language.code) for choice in answers if choice.name == code),
            code or self.language.say("not stated"),
        )

    def payer(self, code: str) -> str:
        """What a payer is called."""
        return self.answer(self.sheet.columns.payer, code)

    def item(self, code: str) -> str:
        """What a kind of cost is called."""
        return self.answer(self.sheet.columns.item, code)

    def party(self, name: str) -> str:
        """What a party is called; ``society`` is all of them."""
        if name == "society":
            return self.language.say("Society (all parties)")
        return next(party.label[self.language.code] for party in self.sheet.parties if party.id == name)

    def role(self, role: str) -> str:
        """What the party with a role is called."""
        return self.sheet.party(role).label[self.language.code]

    def amount(self, value: float) -> str:
        """Write an amount with its sign and scale: ``Rp 27.1 billion``."""
        if value is None or value != value:
            return "–"
        for scale, text in SCALES:
            if abs(value) >= scale:
                number = self.language.number(abs(value) / scale, 1)
                return ("−" if value < 0 else "") + self.prefix + self.language.say(text, amount=number)
        return ("−" if round(value) < 0 else "") + self.prefix + self.language.number(abs(value), 0)

    def unit(self, *, real: bool = True) -> str:
        """The unit of a figure or table in millions: ``million Rp, prices of 2004``."""
        sign = self.prefix.strip()
        if real:
            return self.language.say("million {sign}, prices of {year}", sign=sign, year=self.money.base_year)
        return self.language.say("million {sign}, money of the year", sign=sign)

    def millions(self, value: float) -> str:
        """Write an amount in millions."""
        return self.language.number(value / 1e6, 1)

    def currencies(self, accounts: Accounts) -> str:
        """Which index, which rates and which base year stand behind the real figures, with their sources."""
        say, code, known = self.language.say, self.language.code, about_series()
        used = sorted(accounts.lines["currency"].unique())
        named = [self.sheet.currencies[self.sheet.currency].prices]
        for money in (self.sheet.currencies[currency] for currency in used):
            named += [*money.times, *money.over, *([money.prices] if money.prices else [])]
        path = (
            self.study.programme.prices.path(self.study.definitions) if self.study.programme.prices else None
        )
        where = sources(path, root=self.study.places.root)
        series = "; ".join(
            f"{known[name].label(code) if name in known else name} ({where[name]})"
            for name in dict.fromkeys(named)
        )
        gaps = "; ".join(
            f"{known[name].label(code)}: {known[name].gaps(code)}"
            for name in dict.fromkeys(named)
            if name in known and known[name].gaps(code)
        )
        text = say(
            "Real amounts are at the prices of {year}; {convention}. Series: {series}.",
            year=self.money.base_year,
            convention=say(CONVENTIONS[self.money.convention]),
            series=series,
        )
        return f"{text} " + say("What they lack: {gaps}.", gaps=gaps) if gaps else text

    def note(self) -> str:
        """The short form of the same, for every caption, with the source of the data."""
        name, known = self.sheet.currencies[self.sheet.currency].prices, about_series()
        text = self.language.say(
            "At prices of {year} (deflator: {index}); {convention}.",
            year=self.money.base_year,
            index=known[name].label(self.language.code) if name in known else name,
            convention=self.language.say(CONVENTIONS[self.money.convention]),
        )
        return text + " " + labels.source_note(self.study, self.language)
