"""Who gives and who receives what, in which year after departure: the entries that value and viewpoints are
made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from manfaat.definitions.declarations import Benefit, CostSheet, Displacement, Levy

ENTRIES = ["kind", "item", "valuation", "currency", "party", "offset", "amount"]
SHIFTS = {"start": 0.0, "middle": 0.5, "end": 1.0}  # when in a year its money moves
TIMINGS = ("start", "end")  # the two that lie farthest apart
SOCIETY = "society"
MOVES = ("transfer", "levy")  # kinds of entries that only move money, and cancel for society


@dataclass(frozen=True)
class Terms:
    """The choices that a present value depends on; all are printed with it.

    ``discount_rate`` and ``decay`` : shares a year. ``horizon`` : years of benefit. ``first_year`` : years
    from departure to the first benefit. ``timing`` : whether the money of a year moves at its start, middle
    or end. ``funds`` : what one unit of public money costs society (1: nothing more than itself).
    """

    discount_rate: float = 0.05
    horizon: int = 10
    decay: float = 0.0
    first_year: int = 1
    timing: str = "end"
    funds: float = 1.0

    def __post_init__(self) -> None:
        if self.timing not in SHIFTS:
            raise ValueError(f"timing is '{self.timing}': it is one of {', '.join(SHIFTS)}")
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

    def factor(self, offset: np.ndarray | float) -> np.ndarray:
        """What money of the year ``offset`` (0: the year of departure) is worth at departure; arrays are
        welcome.
        """
        return (1 + self.discount_rate) ** -(np.asarray(offset, dtype="float64") + SHIFTS[self.timing])


@dataclass(frozen=True)
class Passing:
    """Who has a gain in the end, and when: what passes on of it, what others lose, and how many years' gains
    fall in which year since departure (``profile``; empty: one a year, by the terms).
    """

    levies: tuple[Levy, ...] = ()
    displaced: Displacement | None = None
    profile: Mapping[float, float] = field(default_factory=dict)

    @classmethod
    def of(cls, benefit: Benefit) -> Passing:
        """What a programme declares of its benefit."""
        return cls(tuple(benefit.levies), benefit.displacement, benefit.profile)

    @property
    def lost(self) -> float:
        """Share of the gain that others lose."""
        return self.displaced.share if self.displaced else 0.0

    def shares(self, goes_to: str) -> dict[str, float]:
        """How much each party, and society, has of one unit of gain: what is lost to others would have paid
        the same levies.
        """
        found = {goes_to: 1.0}
        for levy in self.levies:
            found[goes_to] -= levy.share
            found[levy.goes_to] = found.get(levy.goes_to, 0.0) + levy.share * (1 - self.lost)
        if self.displaced:
            kept = 1 - sum(levy.share for levy in self.levies)
            found[self.displaced.borne_by] = found.get(self.displaced.borne_by, 0.0) - self.lost * kept
        return found | {SOCIETY: 1 - self.lost}

    def years(self, terms: Terms, decay: float) -> tuple[np.ndarray, np.ndarray]:
        """When a gain falls (years since departure) and how many years' gains fall then.

        Where the profile counts in half-years, money moves at the start, middle or end of the half-year: the
        offset is such that the terms, which shift by a part of a year, lead there.
        """
        if not self.profile:
            years = np.arange(terms.horizon)
            return years + terms.first_year, (1 - decay) ** years.astype("float64")
        begins = np.array(sorted(self.profile))
        times = np.array([self.profile[year] for year in begins])
        if (begins % 1).any():
            return begins - SHIFTS[terms.timing] / 2, times
        return begins.astype("int64"), times


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


def benefit_entries(
    yearly: float, goes_to: str, terms: Terms, passing: Passing | None = None
) -> pd.DataFrame:
    """Entries of a benefit of ``yearly`` a year, rounded to whole units: the whole to ``goes_to``
    (``benefit``), what passes on from there (``levy``, numbered as declared), and what others lose
    (``displaced``).

    What levies take and bring cancels exactly.
    """
    passing = passing or Passing()
    offsets, times = passing.years(terms, terms.decay)
    amounts = np.array([round(yearly * one) for one in times.tolist()], dtype="int64")
    parts = [("benefit", "benefit", goes_to, amounts)]
    for place, levy in enumerate(passing.levies):
        taken = (amounts * levy.share).round().astype("int64")
        spared = (taken * passing.lost).round().astype("int64")
        parts += [("levy", str(place), goes_to, -taken), ("levy", str(place), levy.goes_to, taken - spared)]
        if passing.displaced:
            parts.append(("levy", str(place), passing.displaced.borne_by, spared))
    if passing.displaced:
        lost = (amounts * -passing.lost).round().astype("int64")
        parts.append(("displaced", "displaced", passing.displaced.borne_by, lost))
    names = ["kind", "item", "party", "amount"]
    rows = [
        dict(zip(names, part, strict=True)) | {"valuation": "", "currency": "", "offset": offsets}
        for part in parts
    ]
    return pd.concat([pd.DataFrame(row, columns=ENTRIES) for row in rows], ignore_index=True)


def burden_entries(entries: pd.DataFrame, sheet: CostSheet, terms: Terms) -> pd.DataFrame:
    """Entries of what raising the public money costs beyond itself, borne by the taxpayers of each
    government.
    """
    public = [party.id for party in sheet.parties if party.government]
    paid = entries[entries["party"].isin(public) & (entries["amount"] < 0)]
    amount = (paid["amount"] * (terms.funds - 1)).round().astype("int64")
    return paid.assign(kind="burden", item="burden", amount=amount)[amount != 0]


def all_entries(
    lines: pd.DataFrame,
    yearly: float,
    goes_to: str,
    sheet: CostSheet,
    terms: Terms,
    passing: Passing | None = None,
) -> pd.DataFrame:
    """Costs, benefits and the burden of public money, in one table of entries."""
    costs = cost_entries(lines, sheet)
    benefits = benefit_entries(yearly, goes_to, terms, passing)
    parts = [costs, benefits, burden_entries(costs, sheet, terms)]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def step_of(entries: pd.DataFrame) -> float:
    """How many years lie between two entries at the least: 1, or less where gains come by half-years."""
    offsets = entries["offset"].to_numpy(dtype="float64")
    return next((step for step in (1.0, 0.5) if not (offsets % step).any()), 0.25)


def yearly_flow(entries: pd.DataFrame, party: str, step: float = 1.0) -> tuple[np.ndarray, float]:
    """Net flow a year, or a ``step`` of it, of one party (or of ``society``: all entries), and the year since
    departure of the first one.
    """
    own = entries if party == SOCIETY else entries[entries["party"] == party]
    if own.empty:
        return np.zeros(1), 0
    places = (own["offset"] / step).astype("int64")
    first, last = int(places.min()), int(places.max())
    sums = own["amount"].groupby(places).sum()
    return sums.reindex(range(first, last + 1), fill_value=0).to_numpy(dtype="float64"), first * step
