"""What has no price: named in a table and a sentence, with what it would have to be worth, because a missing
price is not a zero.
"""

from __future__ import annotations

from typing import NamedTuple

from manfaat.base.typed import typed_rows
from manfaat.costs.breakeven import break_even
from manfaat.costs.flows import SOCIETY, changing
from manfaat.costs.scenarios import worth_of
from manfaat.report.exhibit import Exhibit
from manfaat.report.tables import Layout
from manfaat.report.value_words import ValueTeller
from manfaat.report.words import mark

UNPRICED = Layout(
    "unpriced",
    mark("What has no price here"),
    [("label", mark("Not priced")), ("party", mark("Whose")), ("because", mark("Why"))],
    mark("None of it is in any value of this chapter. That is a gap, not a zero."),
    layer="annex",
)


class Needed(NamedTuple):
    """What would have to be gained for a party's value to be zero: see ``break_even``."""

    party: str
    needed: float
    of_amount: float


def unpriced_table(teller: ValueTeller) -> list[Exhibit]:
    """Every benefit that the programme declares and nobody priced, whose it is, and why; none where none is
    declared.
    """
    reader, unpriced = teller.reader, worth_of(teller.valuation.study).unpriced
    rows = [
        {
            "label": one.label[reader.code],
            "party": teller.words.party(one.goes_to),
            "because": one.because[reader.code],
        }
        for one in unpriced
    ]
    return [UNPRICED.exhibit(reader, rows, reader.source_note())] if rows else []


def value_bullets(teller: ValueTeller) -> list[str]:
    """How the accounts lead to the value, and what the value leaves out."""
    return [bridge_sentence(teller), unpriced_sentence(teller)]


def unpriced_sentence(teller: ValueTeller) -> str:
    """Say which parties have no priced gain, and what the unpriced would have to be worth to those who
    lose.
    """
    language, say, words = teller.reader, teller.reader.say, teller.words
    valuation, benefit = teller.valuation, teller.benefit
    found = break_even(valuation.case, valuation.parties).dropna(subset=["needed"])
    needed = [
        f"{words.party(row.party)} {words.amount(row.needed)} ({language.percent(row.of_amount, 1)})"
        for row in typed_rows(found, Needed)
    ]
    told = say(
        "Only “{benefit}” is priced. What else the programme brought counts as nothing here, which is a gap"
        " and not a finding.",
        benefit=benefit.label[language.code],
    )
    if valuation.without_gain:
        names = "; ".join(words.party(name) for name in valuation.without_gain)
        told += " " + say(
            "No gain at all is priced for {parties}: their values are costs alone.", parties=names
        )
    if needed:
        told += " " + say(
            "To break even, what is not priced would have to bring each of these parties so much for a"
            " trainee in the first year, shrinking alike: {needed}. In brackets stands its share of"
            " “{amount}” in a year without the programme.",
            amount=next(
                line.label(language.code) for line in valuation.study.indicators if line.name == benefit.base
            ),
            needed="; ".join(needed),
        )
    return told


def bridge_sentence(teller: ValueTeller) -> str:
    """Say how the cost of the accounts becomes the present cost to society."""
    return teller.reader.say(
        "Of the {total} in the accounts, {moved} only moves from one party to another, and {goes_on} is a"
        " wage that goes on. The other {rest} is worth {present} at departure.",
        **{name: teller.words.amount(value) for name, value in bridge(teller).items()},
    )


def bridge(teller: ValueTeller) -> dict[str, float]:
    """What becomes of the cost of the accounts: how much only moves between parties, how much is a wage that
    goes on, and what the rest is worth at departure.
    """
    case = teller.valuation.case
    left = changing(case.lines, case.sheet)
    moved = int(left.loc[left["receiver"] != "", "real"].sum())
    rest = int(left["real"].sum()) - moved
    entries = teller.valuation.entries(case)
    spent = entries[entries["kind"] == "resource"]
    present = -float((spent["amount"] * case.terms.factor(spent["offset"].to_numpy())).sum())
    total = int(case.lines["real"].sum())
    goes_on = total - moved - rest
    return {"total": total, "moved": moved, "goes_on": goes_on, "rest": rest, "present": present}


def starred(teller: ValueTeller, party: str) -> str:
    """A party's name, with a star where no gain is priced for it."""
    is_cost_alone = party != SOCIETY and party in teller.valuation.without_gain
    return teller.words.party(party) + (" *" if is_cost_alone else "")


def star_note(teller: ValueTeller) -> str:
    """What the star says, and the end of the caption."""
    star = teller.reader.say("* Costs alone: no gain is priced for this party.")
    return f"{star} {teller.note()}" if teller.valuation.without_gain else teller.note()
