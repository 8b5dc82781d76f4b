"""The double benefit: technology acquired, cost saved, and both. What both claim is never surer than the
weaker half.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.costs.accounts import by_convention
from manfaat.costs.effectiveness import place_costs
from manfaat.costs.ledger import Accounts
from manfaat.definitions.claims import weakest
from manfaat.definitions.declarations import Technology

FIRM_VALUATION = 0.10  # a price whose band is wider than this is an estimate, on which nothing is shown


@dataclass(frozen=True)
class Half:
    """One part of the claim: ``name``, its grade, and why (a key of the sentences that say it)."""

    name: str
    grade: str
    why: str


def technology(basis: pd.DataFrame, declared: Technology | None) -> Half:
    """Grade the first half by the share of supervisors who report a technique in use.

    Nobody knows what the firms would have adopted without the programme, so it is never more than reported:
    that, when the interval of the share lies above the declared threshold; contradicted, when it lies below.
    """
    unknown = Half("technology", "cannot tell", "not measured")
    if declared is None:
        return unknown
    own = basis[(basis["name"] == declared.adopted) & (basis["group"] == "participants")]
    if own.empty:
        return unknown
    row = own.iloc[0]
    if row["ci_low"] > declared.threshold:
        return Half("technology", "reported only", "above")
    return (
        Half("technology", "contradicted", "below")
        if row["ci_high"] < declared.threshold
        else Half("technology", "cannot tell", "around")
    )


def cheaper(accounts: Accounts) -> Half:
    """Grade whether the sending side paid less than for an equivalent programme: only when no reading of the
    sheet says otherwise.
    """
    places = place_costs(accounts)
    if places["equivalent"].isna().any():
        return Half("cheaper", "cannot tell", "no equivalent")
    if (places["sender"] >= places["equivalent"]).all():
        return Half("cheaper", "contradicted", "dearer")
    if not (places["sender_high"] < places["equivalent_low"]).all():
        return Half("cheaper", "cannot tell", "by reading")
    bands = accounts.alternatives["valuation"].map(accounts.money.sheet.bands).fillna(1.0)
    return (
        Half("cheaper", "suggested", "estimated price")
        if bands.max() > FIRM_VALUATION
        else Half("cheaper", "shown", "every reading")
    )


def borne_by_host(accounts: Accounts) -> Half:
    """Grade whether the host bore most of the cost, under every choice of the exchange rate."""
    found = by_convention(accounts.sheet, accounts.money)
    host = found[found["party"] == accounts.money.sheet.party("host").id]["share"]
    if len(host) and (host > 0.5).all():
        return Half("host", "shown", "most")
    return (
        Half("host", "cannot tell", "by rate")
        if len(host) and (host > 0.5).any()
        else Half("host", "contradicted", "less")
    )


def for_what_is_known(half: Half, accounts: Accounts) -> Half:
    """Lower what is shown to suggested where lines were set aside or look like slips: the accounts are then
    not complete.
    """
    open_ = len(accounts.sheet.aside) or len(accounts.slips)
    return Half(half.name, "suggested", "incomplete") if open_ and half.grade == "shown" else half


def double_benefit(accounts: Accounts | None, basis: pd.DataFrame, declared: Technology | None) -> list[Half]:
    """All parts: technology, host, cheaper, cost (the weaker of the two before it), joint (the weaker of
    technology and cost).
    """
    first = technology(basis, declared)
    if accounts is None or accounts.is_empty:
        host = Half("host", "cannot tell", "no costs")
        less = Half("cheaper", "cannot tell", "no costs")
    else:
        host, less = (
            for_what_is_known(half, accounts) for half in (borne_by_host(accounts), cheaper(accounts))
        )
    cost = Half("cost", weakest(host.grade, less.grade), "weaker")
    return [first, host, less, cost, Half("joint", weakest(first.grade, cost.grade), "weaker")]
