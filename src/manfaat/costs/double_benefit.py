"""The double benefit: technology acquired, cost saved, and both. What both claim is never surer than the
weaker half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from manfaat.costs.accounts import by_convention
from manfaat.costs.effectiveness import place_costs
from manfaat.costs.ledger import Accounts
from manfaat.definitions.claims import weakest
from manfaat.definitions.declarations import Technology

FIRM_VALUATION = 0.10  # a price whose band is wider than this is an estimate, on which nothing is shown


@dataclass(frozen=True)
class Half:
    """One part of the claim: ``name``, its grade, and why (a key of the sentences that say it).

    ``value, against`` : the numbers compared, at the rates of the years of payment: a share and its
    threshold, or the cost of a place and that of an equivalent one; missing where there are none.
    """

    name: str
    grade: str
    why: str
    value: float = float("nan")
    against: float = float("nan")


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
    numbers = float(row["mean"]), declared.threshold
    if row["ci_low"] > declared.threshold:
        return Half("technology", "reported only", "above", *numbers)
    if row["ci_high"] < declared.threshold:
        return Half("technology", "contradicted", "below", *numbers)
    return Half("technology", "cannot tell", "around", *numbers)


def cheaper(accounts: Accounts) -> Half:
    """Grade whether the sending side paid less than for an equivalent programme: only when no reading of the
    sheet says otherwise.
    """
    places = place_costs(accounts)
    if places["equivalent"].isna().any():
        return Half("cheaper", "cannot tell", "no equivalent")
    numbers = float(places["sender"].iloc[0]), float(places["equivalent"].iloc[0])
    if (places["sender"] >= places["equivalent"]).all():
        return Half("cheaper", "contradicted", "dearer", *numbers)
    if not (places["sender_high"] < places["equivalent_low"]).all():
        return Half("cheaper", "cannot tell", "by reading", *numbers)
    bands = accounts.alternatives["valuation"].map(accounts.money.sheet.bands).fillna(1.0)
    if bands.max() > FIRM_VALUATION:
        return Half("cheaper", "suggested", "estimated price", *numbers)
    return Half("cheaper", "shown", "every reading", *numbers)


def borne_by_host(accounts: Accounts) -> Half:
    """Grade whether the host bore most of the cost, under every choice of the exchange rate."""
    found = by_convention(accounts.sheet, accounts.money)
    host = found[found["party"] == accounts.money.sheet.party("host").id]["share"]
    if host.empty:
        return Half("host", "contradicted", "less")
    numbers = float(host.iloc[0]), 0.5
    if (host > 0.5).all():
        return Half("host", "shown", "most", *numbers)
    if (host > 0.5).any():
        return Half("host", "cannot tell", "by rate", *numbers)
    return Half("host", "contradicted", "less", *numbers)


def for_what_is_known(half: Half, accounts: Accounts) -> Half:
    """Lower what is shown to suggested where lines were set aside or look like slips: the accounts are then
    not complete.
    """
    open_ = len(accounts.sheet.aside) or len(accounts.slips)
    return replace(half, grade="suggested", why="incomplete") if open_ and half.grade == "shown" else half


def double_benefit(accounts: Accounts | None, basis: pd.DataFrame, declared: Technology | None) -> list[Half]:
    """All parts: technology, host (where there is one), cheaper, cost (the weaker of the two before it),
    joint (the weaker of technology and cost).
    """
    first = technology(basis, declared)
    if accounts is None or accounts.is_empty:
        saved = [Half(name, "cannot tell", "no costs") for name in ("host", "cheaper")]
    else:
        borne = [borne_by_host(accounts)] if accounts.money.sheet.has("host") else []
        saved = [for_what_is_known(half, accounts) for half in (*borne, cheaper(accounts))]
    cost = Half("cost", weakest(*(half.grade for half in saved)), "weaker")
    return [first, *saved, cost, Half("joint", weakest(first.grade, cost.grade), "weaker")]
