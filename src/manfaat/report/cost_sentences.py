"""Sentences of the accounts: what it cost, who paid, how sure the shares are. No number is typed."""

from __future__ import annotations

import pandas as pd

from manfaat.costs.accounts import by_convention, share_table
from manfaat.costs.indicators import trainees
from manfaat.costs.ledger import Accounts
from manfaat.costs.slips import as_proposed
from manfaat.report.cost_words import Teller
from manfaat.report.words import Language


def cost_headline(teller: Teller) -> str:
    """Say what it cost and who bore it."""
    reader, accounts = teller.reader, teller.accounts
    if accounts.is_empty:
        return reader.say(
            "No line of the cost sheet could be placed: what the programme cost, and who paid, cannot be"
            " told."
        )
    lines, people = accounts.lines, trainees(accounts.lines)
    total = int(lines["real"].sum())
    first, last = int(lines["year"].min()), int(lines["year"].max())
    paid = (
        reader.say("paid in {year}", year=first)
        if first == last
        else reader.say("paid from {first} to {last}", first=first, last=last)
    )
    text = reader.say_count(
        "The programme cost {total} for its one trainee (prices of {year}; cost lines: {lines}, {paid}).",
        "The programme cost {total}, {each} for each of {n} trainees (prices of {year}; cost lines: {lines},"
        " {paid}).",
        people,
        total=teller.amount(total),
        each=teller.amount(total / people),
        year=teller.money.base_year,
        lines=reader.number(len(lines), 0),
        paid=paid,
    )
    if not teller.sheet.has("host"):
        return f"{text} {not_placed(accounts, reader)}".strip()
    found = by_convention(accounts.sheet, accounts.money)
    host = found[found["party"] == teller.sheet.party("host").id]
    if host.empty:
        return text + " " + reader.say("{party} bore none of it.", party=teller.role("host"))
    text += " " + not_placed(accounts, reader) if len(accounts.sheet.aside) else ""
    return (
        text
        + " "
        + reader.say(
            "{party} bore {share}% of it at the rates of the years of payment, and from {low}% to {high}% by"
            " the choice of the exchange rate.",
            party=teller.role("host"),
            share=reader.number(host["percent"].iloc[0], 1),
            low=reader.number(host["percent"].min(), 1),
            high=reader.number(host["percent"].max(), 1),
        )
    )


def not_placed(accounts: Accounts, language: Language) -> str:
    """Say how many cost lines are in none of the numbers; nothing when all were placed."""
    n = len(accounts.sheet.aside)
    if not n:
        return ""
    return language.say_count(
        "Of the cost lines {n} could not be placed; it is in none of these numbers.",
        "Of the cost lines {n} could not be placed; they are in none of these numbers.",
        n,
    )


def cost_caveats(teller: Teller) -> list[str]:
    """What a reader must know of the accounts: other counts of trainees, months away, lines set aside, slips,
    currencies.
    """
    reader, accounts = teller.reader, teller.accounts
    if accounts.is_empty:
        return []
    say, told = reader.say, []
    people, trained = trainees(accounts.lines), reader.study.cohort.denominators.trained
    if trained is not None and trained != people:
        told.append(
            reader.say_count(
                "The cost sheet covers {n} trainee, the delivery names {m}: cost per trainee uses the sheet's"
                " own number.",
                "The cost sheet covers {n} trainees, the delivery names {m}: cost per trainee uses the"
                " sheet's own number.",
                people,
                m=reader.number(trained, 0),
            )
        )
    monthly = [basis for basis, kind in teller.sheet.bases.items() if kind == "month"]
    if monthly:
        months = teller.sheet.months
        told.append(
            say(
                "Amounts a month are multiplied by {n}, the months of the programme: {source}.",
                n=reader.number(months.value, 0),
                source=months.source[reader.code],
            )
        )
    if open_ := unclear_transfers(accounts.lines):
        told.append(
            reader.say_count(
                "Of the cost lines {n} does not say whether it is a transfer, or to whom: it counts as a cost"
                " to society.",
                "Of the cost lines {n} do not say whether they are transfers, or to whom: they count as costs"
                " to society.",
                open_,
            )
        )
    if len(accounts.slips):
        told.append(slip_sentence(teller))
    return [*told, teller.currencies()]


def unclear_transfers(lines: pd.DataFrame) -> int:
    """How many lines may move money without using anything up, and cannot be treated so: not stated, or
    nobody declared to receive it.
    """
    return int((((lines["transfer"] == "yes") & (lines["receiver"] == "")) | (lines["transfer"] == "")).sum())


def slip_sentence(teller: Teller) -> str:
    """Say what the host's share (without a host: the whole cost) would be if every proposal were accepted."""
    language, accounts, found = teller.reader, teller.accounts, []
    read = (accounts.lines, as_proposed(accounts.lines, accounts.slips, accounts.money))
    if not teller.sheet.has("host"):
        before, after = (teller.amount(int(lines["real"].sum())) for lines in read)
        return language.say_count(
            "Of the amounts {n} looks like a slip. Read as proposed, the programme would have cost {after}"
            " instead of {before}.",
            "Of the amounts {n} look like slips. Read as proposed, the programme would have cost {after}"
            " instead of {before}.",
            len(accounts.slips),
            before=before,
            after=after,
        )
    host = teller.sheet.party("host").id
    for lines in read:
        pooled = share_table(lines, "party")
        own = pooled[pooled["year"].isna() & (pooled["party"] == host)]["percent"]
        found.append(language.number(own.iloc[0] if len(own) else 0.0, 1))
    return language.say_count(
        "Of the amounts {n} looks like a slip. Read as proposed, the share of {party} would be {after}%"
        " instead of {before}%.",
        "Of the amounts {n} look like slips. Read as proposed, the share of {party} would be {after}%"
        " instead of {before}%.",
        len(accounts.slips),
        party=teller.role("host"),
        before=found[0],
        after=found[1],
    )
