"""Words of the accounts: labels of payers, items and parties, and amounts written with their scale and base
year.
"""

from __future__ import annotations

from dataclasses import dataclass

from manfaat.base.typed import required
from manfaat.costs.accounts import Money
from manfaat.costs.effectiveness import equivalent_sources
from manfaat.costs.ledger import Accounts
from manfaat.definitions.declarations import CostSheet, Role
from manfaat.definitions.prices import about_series
from manfaat.files.parsing.currencies import sign_before
from manfaat.report.reader import Reader
from manfaat.report.words import mark

SCALES = ((1e9, mark("{amount} billion")), (1e6, mark("{amount} million")), (1e3, mark("{amount} thousand")))
CONVENTIONS = {
    "year of payment": mark("exchange rate of the year of payment"),
    "average": mark("average exchange rate of all years"),
    "purchasing power": mark(
        "exchange rate of the base year moved by the two price levels (relative purchasing power)"
    ),
}


def sign_of(reader: Reader) -> str:
    """The sign before an amount of the accounts' currency."""
    currency = required(reader.study.programme.costs, "'costs' of the programme").currency
    units = reader.study.programme.units.values()
    return next(
        (unit.prefix for unit in units if unit.currency == currency and not unit.period),
        sign_before(currency),
    )


def amount_text(value: float, reader: Reader) -> str:
    """Write an amount of the accounts' currency with its sign and scale: ``Rp 27.1 billion``."""
    if value is None or value != value:
        return "–"
    sign = sign_of(reader)
    for scale, text in SCALES:
        if abs(value) >= scale:
            number = reader.number(abs(value) / scale, 1)
            return ("−" if value < 0 else "") + reader.after_sign(sign, reader.say(text, amount=number))
    return ("−" if round(value) < 0 else "") + reader.after_sign(sign, reader.number(abs(value), 0))


def millions(value: float, reader: Reader) -> str:
    """Write an amount in millions."""
    return reader.number(value / 1e6, 1)


@dataclass(frozen=True)
class Teller:
    """Writes the accounts of one study in one language."""

    reader: Reader
    accounts: Accounts

    @property
    def money(self) -> Money:
        """What turns the amounts of the accounts into money of one year."""
        return self.accounts.money

    @property
    def sources(self) -> str:
        """The documents that the price of an equivalent programme is from; what somebody wrote there names
        people, so that of a confidential cohort they are counted. Empty where none is named.
        """
        found = equivalent_sources(self.accounts)
        if found and self.reader.study.cohort.is_confidential:
            return self.reader.say_count(
                "{n} document that the cost sheet names",
                "{n} documents that the cost sheet names",
                len(found),
            )
        return "; ".join(f"“{source}”" for source in found)

    @property
    def sheet(self) -> CostSheet:
        """The declaration of the cost sheet."""
        return self.money.sheet

    @property
    def sign(self) -> str:
        """The sign of the accounts' currency."""
        return sign_of(self.reader).strip()

    def answer(self, variable: str, code: str) -> str:
        """What an answer of the cost sheet is called; a code that is not listed stands as it is."""
        found = next(
            (one for one in self.reader.study.codebook.table(self.sheet.table) if one.name == variable), None
        )
        answers = self.reader.study.codebook.answers(found.list_name) if found and found.list_name else []
        return next(
            (choice.label(self.reader.code) for choice in answers if choice.name == code),
            code or self.reader.say("not stated"),
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
            return self.reader.say("Society (all parties)")
        return next(party.label[self.reader.code] for party in self.sheet.parties if party.id == name)

    def role(self, role: Role) -> str:
        """What the party with a role is called."""
        return self.sheet.party(role).label[self.reader.code]

    def amount(self, value: float) -> str:
        """Write an amount with its sign and scale."""
        return amount_text(value, self.reader)

    def unit(self) -> str:
        """The unit of a figure or table in millions: ``million Rp, prices of 2004``."""
        return self.reader.say("million {sign}, prices of {year}", sign=self.sign, year=self.money.base_year)

    def currencies(self) -> str:
        """Which index, which rates and which base year stand behind the real figures; their sources are among
        the documents of the annex.
        """
        say, code, known = self.reader.say, self.reader.code, about_series()
        used = sorted(self.accounts.lines["currency"].unique())
        named = [name for name in (self.money.price_series,) if name]
        for money in (self.sheet.currencies[currency] for currency in used):
            named += [*money.times, *money.over, *([money.prices] if money.prices else [])]
        series = "; ".join(
            known[name].label(code) if name in known else name for name in dict.fromkeys(named)
        )
        gaps = "; ".join(
            f"{known[name].label(code)}: {known[name].gaps(code)}"
            for name in dict.fromkeys(named)
            if name in known and known[name].gaps(code)
        )
        if not named:
            return self.not_deflated()
        text = say(
            "Real amounts are at the prices of {year}; {convention}. Series: {series}. Their sources are"
            " listed under “Documents consulted” in the annex.",
            year=self.money.base_year,
            convention=say(CONVENTIONS[self.money.convention]),
            series=series,
        )
        return f"{text} " + say("What they lack: {gaps}.", gaps=gaps) if gaps else text

    def not_deflated(self) -> str:
        """Say that amounts stand as they were paid."""
        return self.reader.say("Money of {year}, not deflated.", year=self.money.base_year)

    def note(self) -> str:
        """The short form of the same, for every caption, with the source of the data."""
        name, known = self.money.price_series, about_series()
        if not name:
            return f"{self.not_deflated()} {self.reader.source_note()}"
        text = self.reader.say(
            "At prices of {year} (deflator: {index}); {convention}.",
            year=self.money.base_year,
            index=known[name].label(self.reader.code) if name in known else name,
            convention=self.reader.say(CONVENTIONS[self.money.convention]),
        )
        return text + " " + self.reader.source_note()
