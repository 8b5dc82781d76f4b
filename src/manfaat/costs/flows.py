"""Who gives and who receives what, in which year after departure: the entries that value and viewpoints are
made of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.definitions.declarations import CostSheet

ENTRIES = ["kind", "item", "valuation", "currency", "party", "offset", "amount"]
TIMINGS = ("start", "end")
SOCIETY = "society"


@dataclass(frozen=True)
class Terms:
    """The choices that a present value depends on; all are printed with it.

    ``discount_rate`` and ``decay`` : shares a year. ``horizon`` : years of benefit. ``first_year`` : years
    from departure to the first benefit. ``timing`` : whether the money of a year moves at its start or its
    end. ``funds`` : what one unit of public money costs society (1: nothing more than itself).
    """

    discount_rate: float = 0.05
    horizon: int = 10
    decay: float = 0.0
    first_year: int = 1
    timing: str = "end"
    funds: float = 1.0

    def __post_init__(self) -> None:
        if self.timing not in TIMINGS:
            raise ValueError(f"timing is '{self.timing}': it is one of {', '.join(TIMINGS)}")
        limits = {
            "discount_rate": (-0.5, 1),
            "horizon": (0, 60),
            "decay": (0, 1),
            "first_year": (0, 20),
            "funds": (1, 5),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)}: it lies between {low} and {high}")

    def factor(self, offset: np.ndarray | int) -> np.ndarray:
        """What money of the year ``offset`` (0: the year of departure) is worth at departure; arrays are
        welcome.
        """
        return (1 + self.discount_rate) ** -(np.asarray(offset, dtype="float64") + (self.timing == "end"))


def changing(lines: pd.DataFrame, sheet: CostSheet) -> pd.DataFrame:
    """The lines that change something for somebody.

    What is paid with or without the programme is left out where its cohort prices the work not done;
    elsewhere it stands for that work, as a resource and no transfer.
    """
    goes_on, priced = (
        lines["item"].isin(sheet.continued.items),
        lines["item"].isin(sheet.continued.replaced_by),
    )
    left_out = goes_on & lines["cohort"].isin(lines.loc[priced, "cohort"])
    return lines.assign(receiver=lines["receiver"].mask(goes_on, ""))[~left_out]


def cost_entries(lines: pd.DataFrame, sheet: CostSheet) -> pd.DataFrame:
    """Entries of the cost lines: minus the real amount for the payer and, where it is a transfer, plus the
    same for the receiver.

    Returns
    -------
    ``kind`` (``resource`` or ``transfer``), ``item, valuation, currency, party, offset`` (years since
    departure) and ``amount`` (whole units at the prices of the base year), summed. What transfers pay and
    what they bring cancel exactly.
    """
    lines = changing(lines, sheet)
    kind = np.where(lines["receiver"] != "", "transfer", "resource")
    paid = lines.assign(kind=kind, offset=lines["year"] - lines["cohort"], amount=-lines["real"])
    received = paid[paid["receiver"] != ""].assign(
        party=lambda rows: rows["receiver"], amount=lambda rows: -rows["amount"]
    )
    both = pd.concat([paid[ENTRIES], received[ENTRIES]], ignore_index=True)
    return both.groupby(ENTRIES[:-1], sort=True, as_index=False).agg({"amount": "sum"})


def benefit_entries(yearly: float, goes_to: str, terms: Terms) -> pd.DataFrame:
    """Entries of a benefit that begins with ``yearly`` and shrinks by ``decay`` a year, rounded to whole
    units.
    """
    years = np.arange(terms.horizon)
    amounts = [round(yearly * (1 - terms.decay) ** year) for year in years.tolist()]
    rows = {
        "kind": "benefit",
        "item": "benefit",
        "valuation": "",
        "currency": "",
        "party": goes_to,
        "offset": years + terms.first_year,
    }
    return pd.DataFrame(rows | {"amount": pd.Series(amounts, dtype="int64")}, columns=ENTRIES)


def burden_entries(entries: pd.DataFrame, sheet: CostSheet, terms: Terms) -> pd.DataFrame:
    """Entries of what raising the public money costs beyond itself, borne by the taxpayers of each
    government.
    """
    public = [party.id for party in sheet.parties if party.government]
    paid = entries[entries["party"].isin(public) & (entries["amount"] < 0)]
    amount = (paid["amount"] * (terms.funds - 1)).round().astype("int64")
    return paid.assign(kind="burden", item="burden", amount=amount)[amount != 0]


def all_entries(
    lines: pd.DataFrame, yearly: float, goes_to: str, sheet: CostSheet, terms: Terms
) -> pd.DataFrame:
    """Costs, benefits and the burden of public money, in one table of entries."""
    costs = cost_entries(lines, sheet)
    parts = [costs, benefit_entries(yearly, goes_to, terms), burden_entries(costs, sheet, terms)]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def yearly_flow(entries: pd.DataFrame, party: str) -> tuple[np.ndarray, int]:
    """Net flow a year of one party (or of ``society``: all entries), and the year since departure of the
    first one.
    """
    own = entries if party == SOCIETY else entries[entries["party"] == party]
    if own.empty:
        return np.zeros(1), 0
    first, last = int(own["offset"].min()), int(own["offset"].max())
    sums = own.groupby("offset")["amount"].sum()
    return sums.reindex(range(first, last + 1), fill_value=0).to_numpy(dtype="float64"), first
