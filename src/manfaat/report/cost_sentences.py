"""Sentences of the accounts: what it cost, who paid, how sure the shares are. No number is typed."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.costs.accounts import by_convention, share_table
from manfaat.costs.indicators import trainees
from manfaat.costs.ledger import Accounts
from manfaat.costs.slips import as_proposed
from manfaat.report.cost_words import Teller
from manfaat.report.sentences import no_costs
from manfaat.report.words import Language


def teller_for(study: Study, accounts: Accounts | None, language: Language) -> Teller | None:
    """Who writes the accounts; nobody without accounts."""
    return Teller(study, accounts.money, language) if accounts else None


def cost_headline(study: Study, accounts: Accounts | None, teller: Teller | None, language: Language) -> str:
    """Say what it cost and who bore it; or that no costs were delivered."""
    if accounts is None:
        return no_costs(study, language)
    if accounts.is_empty:
        return language.say(
            "No line of the cost sheet could be placed: what the programme cost, and who paid, cannot be"
            " told."
        )
    lines, people = accounts.lines, trainees(accounts.lines)
    total = int(lines["real"].sum())
    found = by_convention(accounts.sheet, accounts.money)
    host = found[found["party"] == teller.sheet.party("host").id]
    first, last = int(lines["year"].min()), int(lines["year"].max())
    paid = (
        language.say("paid in {year}", year=first)
        if first == last
        else language.say("paid from {first} to {last}", first=first, last=last)
    )
    text = language.say_count(
        "The programme cost {total} for its one trainee (prices of {year}; cost lines: {lines}, {paid}).",
        "The programme cost {total}, {each} for each of {n} trainees (prices of {year}; cost lines: {lines},"
        " {paid}).",
        people,
        total=teller.amount(total),
        each=teller.amount(total / people),
        year=teller.money.base_year,
        lines=language.number(len(lines), 0),
        paid=paid,
    )
    if host.empty:
        return text + " " + language.say("{party} bore none of it.", party=teller.role("host"))
    text += " " + not_placed(accounts, language) if len(accounts.sheet.aside) else ""
    return (
        text
        + " "
        + language.say(
            "{party} bore {share}% of it at the rates of the years of payment, and from {low}% to {high}% by"
            " the choice of the exchange rate.",
            party=teller.role("host"),
            share=language.number(host["percent"].iloc[0], 1),
            low=language.number(host["percent"].min(), 1),
            high=language.number(host["percent"].max(), 1),
        )
    )


def not_placed(accounts: Accounts, language: Language) -> str:
    """Say how many cost lines are in none of the numbers; nothing when all were placed."""
    n = len(accounts.sheet.aside)
    if not n:
        return ""
    return language.say_count(
        "{n} cost line could not be placed and is in none of these numbers.",
        "{n} cost lines could not be placed and are in none of these numbers.",
        n,
    )


def cost_caveats(
    study: Study, accounts: Accounts | None, teller: Teller | None, language: Language
) -> list[str]:
    """What a reader must know of the accounts: other counts of trainees, months away, lines set aside, slips,
    currencies.
    """
    if accounts is None or accounts.is_empty:
        return []
    say, told = language.say, []
    people, trained = trainees(accounts.lines), study.cohort.denominators.trained
    if trained is not None and trained != people:
        told.append(
            language.say_count(
                "The cost sheet covers {n} trainee, the delivery names {m}: cost per trainee uses the sheet's"
                " own number.",
                "The cost sheet covers {n} trainees, the delivery names {m}: cost per trainee uses the"
                " sheet's own number.",
                people,
                m=language.number(trained, 0),
            )
        )
    monthly = [basis for basis, kind in teller.sheet.bases.items() if kind == "month"]
    if monthly:
        months = teller.sheet.months
        told.append(
            say(
                "Amounts a month are multiplied by {n}, the months of the programme: {source}.",
                n=language.number(months.value, 0),
                source=months.source[language.code],
            )
        )
    if open_ := unclear_transfers(accounts.lines):
        told.append(
            language.say_count(
                "{n} cost line does not say whether it is a transfer, or to whom: it counts as a cost to"
                " society.",
                "{n} cost lines do not say whether they are transfers, or to whom: they count as costs to"
                " society.",
                open_,
            )
        )
    if len(accounts.slips):
        told.append(slip_sentence(accounts, teller))
    return [*told, teller.currencies(accounts)]


def unclear_transfers(lines: pd.DataFrame) -> int:
    """How many lines may move money without using anything up, and cannot be treated so: not stated, or
    nobody declared to receive it.
    """
    return int((((lines["transfer"] == "yes") & (lines["receiver"] == "")) | (lines["transfer"] == "")).sum())


def slip_sentence(accounts: Accounts, teller: Teller) -> str:
    """Say what the host's share would be if every proposal were accepted."""
    host, language = teller.sheet.party("host").id, teller.language
    found = []
    for lines in (accounts.lines, as_proposed(accounts.lines, accounts.slips, accounts.money)):
        pooled = share_table(lines, "party")
        own = pooled[pooled["year"].isna() & (pooled["party"] == host)]["percent"]
        found.append(language.number(own.iloc[0] if len(own) else 0.0, 1))
    return language.say_count(
        "{n} amount looks like a slip. Read as proposed, the share of {party} would be {after}% instead of"
        " {before}%.",
        "{n} amounts look like slips. Read as proposed, the share of {party} would be {after}% instead of"
        " {before}%.",
        len(accounts.slips),
        party=teller.role("host"),
        before=found[0],
        after=found[1],
    )
