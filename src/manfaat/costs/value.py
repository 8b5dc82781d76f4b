"""Net present value, benefit–cost ratio, internal rate of return, payback, Phillips's return, marginal value
of public funds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.costs.flows import SOCIETY, Terms, yearly_flow
from manfaat.definitions.declarations import CostSheet

COLUMNS = ["party", "benefits", "costs", "npv", "bcr", "irr", "sign_changes", "payback"]


def present_value(flow: np.ndarray, first: int, terms: Terms) -> float:
    """Value at departure of a flow a year whose first entry is in the year ``first`` since departure."""
    start = flow @ (1 + terms.discount_rate) ** -np.arange(len(flow))  # its first entry is not discounted
    return float(start * terms.factor(first))


def sign_changes(flow: np.ndarray) -> int:
    """How often the sign of a flow changes; zeros are passed over."""
    signs = np.sign(flow[flow != 0])
    return int((signs[1:] != signs[:-1]).sum())


def internal_rate(flow: np.ndarray) -> float:
    """Rate at which the flow is worth nothing; missing where there is none. With several changes of sign it
    is the one nearest to 0 of several.
    """
    if not sign_changes(flow):
        return float("nan")
    factors = np.roots(flow[::-1])  # v = 1 / (1 + rate) for which the sum of flow · v^year is 0
    rates = 1 / factors[(factors.imag == 0) & (factors.real > 0)].real - 1
    return float(min(rates, key=abs, default=float("nan")))


def payback(flow: np.ndarray, first: int, terms: Terms) -> float:
    """First year since departure in which the discounted sum so far is not negative; missing where it never
    is, or nothing was spent.
    """
    worth = np.cumsum(flow * terms.factor(np.arange(first, first + len(flow))))
    if not (worth < 0).any():
        return float("nan")
    spent = int(np.argmax(worth < 0))
    back = np.flatnonzero(worth[spent:] >= 0)
    return float(first + spent + back[0]) if len(back) else float("nan")


def sided(entries: pd.DataFrame, party: str, terms: Terms) -> tuple[float, float]:
    """Present value of what a party gains and of what it spends; for society transfers are left out on both
    sides.
    """
    own = entries[entries["kind"] != "transfer"] if party == SOCIETY else entries[entries["party"] == party]
    worth = own["amount"].to_numpy(dtype="float64") * terms.factor(own["offset"].to_numpy())
    return float(worth[worth > 0].sum()), float(-worth[worth < 0].sum())


def value_table(entries: pd.DataFrame, parties: list[str], terms: Terms) -> pd.DataFrame:
    """Value for each party and for society.

    Returns
    -------
    ``party, benefits, costs`` (present values), ``npv, bcr`` (missing without costs, and for a party that
    gains nothing: what was not priced has no ratio), ``irr`` (missing without a change of sign),
    ``sign_changes, payback`` (year since departure).
    """
    rows = []
    for party in [*parties, SOCIETY]:
        flow, first = yearly_flow(entries, party)
        gains, spent = sided(entries, party, terms)
        rows.append(
            {
                "party": party,
                "benefits": gains,
                "costs": spent,
                "npv": present_value(flow, first, terms),
                "bcr": gains / spent if spent and (gains or party == SOCIETY) else np.nan,
                "irr": internal_rate(flow),
                "sign_changes": sign_changes(flow),
                "payback": payback(flow, first, terms),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def phillips_roi(yearly_gain: float, attributed: float, cost: float) -> float:
    """Phillips's return on investment of the first year: (gain × attribution × confidence − cost) / cost.

    ``attributed`` is the product of attribution and confidence, both shares. Source: Phillips (2003), Return
    on Investment in Training and Performance Improvement Programs.

    Raises
    ------
    ValueError when the cost is not above zero or ``attributed`` is no share.
    """
    if cost <= 0 or not 0 <= attributed <= 1:
        raise ValueError(
            f"a return needs a cost above zero and a share attributed between 0 and 1, not {cost} and"
            f" {attributed}"
        )
    return (yearly_gain * attributed - cost) / cost


def value_of_funds(table: pd.DataFrame, sheet: CostSheet, payer: str = "") -> float:
    """Marginal value of public funds: net value for trainees and employers, by unit of net cost to
    governments (or one of them).

    Taxes on the gains are not counted unless they stand among the entries. Missing where governments spend
    nothing. Source: Hendren and Sprung-Keyser (2020), Quarterly Journal of Economics 135(3), 1209–1318.
    """
    worth = table.set_index("party")["npv"]
    private = sum(
        worth.get(party.id, 0.0) for party in sheet.parties if party.role in ("trainee", "employer")
    )
    public = -sum(
        worth.get(party.id, 0.0)
        for party in sheet.parties
        if (party.id == payer if payer else party.government)
    )
    return private / public if public > 0 else float("nan")


def by_rate(
    entries: pd.DataFrame, party: str, terms: Terms, rates: tuple[float, ...] = (0.03, 0.05, 0.08, 0.10, 0.12)
) -> pd.DataFrame:
    """Net present value and benefit–cost ratio at several discount rates: ``rate, npv, bcr``."""
    rows = []
    for rate in rates:
        now = Terms(rate, terms.horizon, terms.decay, terms.first_year, terms.timing, terms.funds)
        flow, first = yearly_flow(entries, party)
        gains, spent = sided(entries, party, now)
        rows.append(
            {"rate": rate, "npv": present_value(flow, first, now), "bcr": gains / spent if spent else np.nan}
        )
    return pd.DataFrame(rows, columns=["rate", "npv", "bcr"])
