"""What has no price: named in a table and a sentence, with what it would have to be worth, because a missing
price is not a zero.
"""

from __future__ import annotations

import pandas as pd

from manfaat.costs.breakeven import break_even
from manfaat.costs.flows import SOCIETY, changing
from manfaat.costs.valuation import Valuation
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.tables import Column, table
from manfaat.report.value_words import ValueTeller


def unpriced_table(valuation: Valuation | None, teller: ValueTeller | None) -> list[Exhibit]:
    """Every benefit that the programme declares and nobody priced, whose it is, and why; none where none is
    declared.
    """
    if valuation is None or not valuation.study.programme.worth.unpriced:
        return []
    say, code = teller.language.say, teller.language.code
    data = pd.DataFrame(
        [
            {"label": one.label[code], "party": teller.words.party(one.goes_to), "because": one.because[code]}
            for one in valuation.study.programme.worth.unpriced
        ]
    )
    columns = [
        Column("label", say("Not priced")),
        Column("party", say("Whose")),
        Column("because", say("Why")),
    ]
    caption = (
        say("None of it is in any value of this chapter. That is a gap, not a zero.")
        + " "
        + labels.source_note(valuation.study, teller.language)
    )
    return [table("unpriced", say("What has no price here"), caption, data, columns)]


def value_bullets(valuation: Valuation | None, teller: ValueTeller | None) -> list[str]:
    """How the accounts lead to the value, and what the value leaves out; nothing without a valuation."""
    return (
        []
        if valuation is None
        else [bridge_sentence(valuation, teller), unpriced_sentence(valuation, teller)]
    )


def unpriced_sentence(valuation: Valuation, teller: ValueTeller) -> str:
    """Say which parties have no priced gain, and what the unpriced would have to be worth to those who
    lose.
    """
    say, language, words = teller.language.say, teller.language, teller.words
    benefit = valuation.study.programme.worth.benefit.label[language.code]
    found = break_even(valuation.case, valuation.parties).dropna(subset=["needed"])
    needed = [
        f"{words.party(row.party)} {words.amount(row.needed)} ({language.percent(row.of_amount, 1)})"
        for row in found.itertuples(index=False)
    ]
    told = say(
        "Only “{benefit}” is priced. What else the programme brought counts as nothing here, which is a gap"
        " and not a finding.",
        benefit=benefit,
    )
    if valuation.without_gain:
        names = "; ".join(words.party(name) for name in valuation.without_gain)
        told += " " + say(
            "No gain at all is priced for {parties}: their values are costs alone.", parties=names
        )
    if needed:
        told += " " + say(
            "To break even, what is not priced would have to bring for each trainee in the first year,"
            " shrinking alike (in brackets: as a share of “{amount}” in a year without the programme):"
            " {needed}.",
            amount=labels_of_amount(valuation, teller),
            needed="; ".join(needed),
        )
    return told


def labels_of_amount(valuation: Valuation, teller: ValueTeller) -> str:
    """What the amount is called that the benefit is a share of."""
    base = valuation.study.programme.worth.benefit.base
    return next(line.label(teller.language.code) for line in valuation.study.indicators if line.name == base)


def bridge_sentence(valuation: Valuation, teller: ValueTeller) -> str:
    """Say how the cost of the accounts becomes the present cost to society."""
    case, say, amount = valuation.case, teller.language.say, teller.words.amount
    left = changing(case.lines, case.sheet)
    moved = int(left.loc[left["receiver"] != "", "real"].sum())
    rest = int(left["real"].sum()) - moved
    entries = valuation.entries(case)
    spent = entries[entries["kind"] == "resource"]
    present = -float((spent["amount"] * case.terms.factor(spent["offset"].to_numpy())).sum())
    return say(
        "From the accounts to society: of {total}, {moved} only moves from one party to another and {goes_on}"
        " is a wage that goes on; the other {rest} is worth {present} at departure.",
        total=amount(int(case.lines["real"].sum())),
        moved=amount(moved),
        goes_on=amount(int(case.lines["real"].sum()) - moved - rest),
        rest=amount(rest),
        present=amount(present),
    )


def starred(valuation: Valuation, teller: ValueTeller, party: str) -> str:
    """A party's name, with a star where no gain is priced for it."""
    return teller.words.party(party) + (" *" if party in valuation.without_gain and party != SOCIETY else "")


def star_note(valuation: Valuation, teller: ValueTeller) -> str:
    """What the star says; nothing where no party has one."""
    return (
        teller.language.say("* Costs alone: no gain is priced for this party.") + " "
        if valuation.without_gain
        else ""
    )
