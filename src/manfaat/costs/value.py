"""Net present value, benefit–cost ratio, internal rate of return, payback, Phillips's return, marginal value
of public funds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from manfaat.costs.flows import MOVES, SHIFTS, SOCIETY, Terms, step_of, yearly_flow
from manfaat.definitions.declarations import CostSheet

SERVED = ("trainee", "employer")  # roles of those who are served
COLUMNS = ["party", "benefits", "costs", "npv", "bcr", "irr", "sign_changes", "payback"]


def present_value(flow: np.ndarray, first: float, terms: Terms, step: float = 1.0) -> float:
    """Value at departure of a flow a year (or a ``step`` of it) whose first entry is in the year ``first``
    since departure.
    """
    start = flow @ (1 + terms.discount_rate) ** -(step * np.arange(len(flow)))  # the first is not discounted
    return float(start * terms.factor(first))


def sign_changes(flow: np.ndarray) -> int:
    """How often the sign of a flow changes; zeros are passed over."""
    signs = np.sign(flow[flow != 0])
    return int((signs[1:] != signs[:-1]).sum())


def internal_rate(flow: np.ndarray, step: float = 1.0) -> float:
    """Rate a year at which the flow (an entry a ``step`` of a year) is worth nothing; missing where there is
    none. With several changes of sign it is the one nearest to 0 of several.
    """
    if not sign_changes(flow):
        return float("nan")
    factors = np.roots(flow[::-1])  # v = 1 / (1 + rate) for which the sum of flow · v^year is 0
    rates = (1 / factors[(factors.imag == 0) & (factors.real > 0)].real) ** (1 / step) - 1
    return float(min(rates, key=abs, default=float("nan")))


def payback(flow: np.ndarray, first: float, terms: Terms, step: float = 1.0) -> float:
    """First year since departure in which the discounted sum so far is not negative; missing where it never
    is, or nothing was spent.
    """
    worth = np.cumsum(flow * terms.factor(first + step * np.arange(len(flow))))
    if not (worth < 0).any():
        return float("nan")
    spent = int(np.argmax(worth < 0))
    back = np.flatnonzero(worth[spent:] >= 0)
    year = first + SHIFTS[terms.timing] / 2  # where half-years count, one begins so much after its offset
    return float(np.floor(year + step * (spent + back[0]))) if len(back) else float("nan")


def sided(entries: pd.DataFrame, party: str, terms: Terms) -> tuple[float, float]:
    """Present value of what a party gains and of what it spends; for society transfers and levies are left
    out on both sides, and what others lose is taken off the gain.
    """
    own = entries[~entries["kind"].isin(MOVES)] if party == SOCIETY else entries[entries["party"] == party]
    worth = own["amount"].to_numpy(dtype="float64") * terms.factor(own["offset"].to_numpy())
    gained = worth > 0
    if party == SOCIETY:  # what others lose is no cost of the programme but less of a gain
        gained |= (own["kind"] == "displaced").to_numpy()
    return float(worth[gained].sum()), float(-worth[~gained].sum())


def value_table(entries: pd.DataFrame, parties: list[str], terms: Terms) -> pd.DataFrame:
    """Value for each party and for society.

    Returns
    -------
    ``party, benefits, costs`` (present values), ``npv, bcr`` (missing without costs, and for a party that
    gains nothing: what was not priced has no ratio), ``irr`` (missing without a change of sign),
    ``sign_changes, payback`` (year since departure).
    """
    rows, step = [], step_of(entries)
    for party in [*parties, SOCIETY]:
        flow, first = yearly_flow(entries, party, step)
        gains, spent = sided(entries, party, terms)
        rows.append(
            {
                "party": party,
                "benefits": gains,
                "costs": spent,
                "npv": present_value(flow, first, terms, step),
                "bcr": gains / spent if spent and (gains or party == SOCIETY) else np.nan,
                "irr": internal_rate(flow, step),
                "sign_changes": sign_changes(flow),
                "payback": payback(flow, first, terms, step),
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
    """Net value for trainees and employers, by unit of net cost to governments (or one of them).

    Missing where governments spend nothing. ``public_funds`` counts what comes back to governments.
    """
    worth = table.set_index("party")["npv"]
    private = sum(worth.get(party.id, 0.0) for party in sheet.parties if party.role in SERVED)
    public = -sum(
        worth.get(party.id, 0.0)
        for party in sheet.parties
        if (party.id == payer if payer else party.government)
    )
    return private / public if public > 0 else float("nan")


@dataclass(frozen=True)
class Funds:
    """What public money bought, in present values: ``willing`` is what those served would pay for it (less
    what others lose), ``spent`` what governments paid, ``back`` what came back to them.
    """

    willing: float
    spent: float
    back: float

    @property
    def net_cost(self) -> float:
        """What it cost governments in the end; below zero where it pays for itself."""
        return self.spent - self.back

    @property
    def ratio(self) -> float:
        """The marginal value of public funds."""
        return float(funds_ratio(np.array(self.willing), np.array(self.net_cost)))

    @property
    def ratio_at_cost(self) -> float:
        """The same if those served valued the programme at what it cost."""
        return float(funds_ratio(np.array(self.spent), np.array(self.net_cost)))


def funds_ratio(willing: np.ndarray, net_cost: np.ndarray) -> np.ndarray:
    """Marginal value of public funds: willingness to pay by unit of net cost to governments.

    Infinite where something is gained and nothing spent in the end; missing where nothing is spent and
    nothing gained, which no ratio orders. Source: Hendren and Sprung-Keyser (2020), Quarterly Journal of
    Economics 135(3), 1209–1318.

    Examples
    --------
    >>> funds_ratio(np.array([4962.0 + 6614, 5.0, -5.0]), np.array([28290.0 - 1134, -1.0, -1.0])).round(2)
    array([0.43,  inf,  nan])
    """
    free = np.where(willing > 0, np.inf, np.nan)
    return np.where(net_cost > 0, willing / np.where(net_cost > 0, net_cost, 1.0), free)


def public_funds(entries: pd.DataFrame, sheet: CostSheet, terms: Terms) -> Funds:
    """What public money bought: the present values of ``Funds``, without the burden of raising it, which the
    ratio leaves to whoever compares it with that of other programmes.

    Those served are trainees and employers; what others lose by displacement is taken off.
    """
    counted = entries[entries["kind"] != "burden"]
    worth = counted["amount"].to_numpy(dtype="float64") * terms.factor(counted["offset"].to_numpy())
    public = counted["party"].isin([party.id for party in sheet.parties if party.government]).to_numpy()
    served = counted["party"].isin([party.id for party in sheet.parties if party.role in SERVED])
    losing = counted.loc[counted["kind"] == "displaced", "party"]
    willing = (served | counted["party"].isin(losing)).to_numpy() & ~public
    returned = public & counted["kind"].isin(("levy", "displaced", "benefit")).to_numpy()
    return Funds(
        float(worth[willing].sum()), float(-worth[public & ~returned].sum()), float(worth[returned].sum())
    )


def by_rate(
    entries: pd.DataFrame, party: str, terms: Terms, rates: tuple[float, ...] = (0.03, 0.05, 0.08, 0.10, 0.12)
) -> pd.DataFrame:
    """Net present value and benefit–cost ratio at several discount rates: ``rate, npv, bcr``."""
    rows = []
    for rate in rates:
        now, step = replace(terms, discount_rate=rate), step_of(entries)
        flow, first = yearly_flow(entries, party, step)
        gains, spent = sided(entries, party, now)
        worth = present_value(flow, first, now, step)
        rows.append({"rate": rate, "npv": worth, "bcr": gains / spent if spent else np.nan})
    return pd.DataFrame(rows, columns=["rate", "npv", "bcr"])
