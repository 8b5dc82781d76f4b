"""How sure a value is: draws from what is not known, what each unknown alone can move, and where the answer
turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from manfaat.costs.flows import SHIFTS, SOCIETY, TIMINGS, Passing, Terms, cost_entries
from manfaat.definitions.declarations import CostSheet

Matrix = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Case:
    """All that a value rests on.

    ``effect, error`` : of the benefit's indicator, in logarithms or, ``is_level``, in money a time, with its
    standard error. ``amount, amount_error`` : the amount a time without the programme (a month's pay at the
    prices of the base year). ``reach, reach_error`` : share of people who have the amount. ``people`` :
    trainees. ``times`` : times a year. ``goes_to`` : party. ``lines`` : cost lines with ``real``.
    ``rate_band, price_band`` : how far exchange rates and consumer prices may be off, as shares. ``interval``
    : of the effect, where it has one. ``passing`` : who has the gain in the end, and when.
    """

    lines: pd.DataFrame
    sheet: CostSheet
    terms: Terms
    people: int
    effect: float
    error: float
    amount: float
    amount_error: float
    reach: float
    reach_error: float
    times: int
    goes_to: str
    rate_band: float = 0.10
    price_band: float = 0.0
    interval: tuple[float, float] | None = None
    is_level: bool = False
    passing: Passing = field(default_factory=Passing)

    def __post_init__(self) -> None:
        for name in ("rate_band", "price_band"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it lies from 0 to below 1")

    @cached_property
    def entries(self) -> pd.DataFrame:
        """What the lines change for whom, and when."""
        return cost_entries(self.lines, self.sheet)

    @cached_property
    def matrices(self) -> dict[Terms, Matrix]:
        """The costs by the terms that were asked for."""
        return {}

    def costs(self, terms: Terms) -> Matrix:
        """``cost_matrix`` on other terms, once for all that do not differ in what costs depend on."""
        terms = replace(terms, decay=self.terms.decay, horizon=self.terms.horizon)
        if terms not in self.matrices:
            self.matrices[terms] = cost_matrix(self, terms)
        return self.matrices[terms]

    @property
    def yearly(self) -> float:
        """The benefit of the first year, all people together."""
        return self.people * self.reach * self.times * float(self.gained(self.effect, self.amount))

    def gained(self, effect: np.ndarray | float, amount: np.ndarray | float) -> np.ndarray | float:
        """What one person gains each time: the effect itself where it is in money, else the share of the
        amount that it stands for.
        """
        return effect if self.is_level else amount * np.expm1(effect)

    @property
    def searched(self) -> dict[str, tuple[float, float]]:
        """Within what bounds each unknown is tried; an effect in money as far as one in logarithms would
        carry the amount.
        """
        found = {
            name: bounds for name, bounds in SEARCHED.items() if name != "decay" or not self.passing.profile
        }
        if not self.is_level:
            return found
        low, high = (self.amount * float(np.expm1(end)) for end in SEARCHED["effect"])
        return {name: bounds for name, bounds in found.items() if name != "amount"} | {"effect": (low, high)}

    def years(self, decay: float | np.ndarray) -> np.ndarray:
        """Present value of one unit of gain a year; arrays are welcome, and a declared profile knows no
        decay.
        """
        if not self.passing.profile:
            return annuity(self.terms, decay)
        offsets, times = self.passing.years(self.terms, 0.0)
        return np.full(np.shape(decay), float(times @ self.terms.factor(offsets)))

    @property
    def parties(self) -> list[str]:
        """Every party, then society."""
        return [*[party.id for party in self.sheet.parties], SOCIETY]


def annuity(terms: Terms, decay: float | np.ndarray) -> np.ndarray:
    """Present value of one unit a year that shrinks by ``decay``, over the horizon; arrays are welcome."""
    rate = terms.discount_rate
    keep = (1 - np.asarray(decay, dtype="float64")) / (1 + rate)
    series = np.where(
        np.isclose(keep, 1),
        terms.horizon,
        (1 - keep**terms.horizon) / np.where(np.isclose(keep, 1), 1, 1 - keep),
    )
    start: float = (1 + rate) ** -(terms.first_year + SHIFTS[terms.timing])
    return series * start


def cost_matrix(case: Case, terms: Terms | None = None) -> Matrix:
    """Present value of the costs by group of lines valued alike (rows) and party or society (columns), the
    bands, and which are foreign; on the case's own terms unless others are given.

    The burden of public money is counted with the line that causes it.
    """
    entries, terms = case.entries, terms or case.terms
    public = {party.id for party in case.sheet.parties if party.government}
    burden = np.where(entries["party"].isin(public) & (entries["amount"] < 0), terms.funds, 1.0)
    worth = entries.assign(worth=entries["amount"] * terms.factor(entries["offset"].to_numpy()) * burden)
    wide = (
        worth.groupby(["item", "valuation", "currency", "party"], sort=True)["worth"]
        .sum()
        .unstack("party", fill_value=0)
    )
    wide = wide.reindex(columns=case.parties[:-1], fill_value=0.0)
    wide[SOCIETY] = wide.sum(axis=1)
    bands = np.array([case.sheet.bands.get(valuation, 0.0) for _, valuation, _ in wide.index])
    foreign = np.array([currency != case.sheet.currency for _, _, currency in wide.index])
    return wide.to_numpy(), bands, foreign


def draws(case: Case, *, seed: int, draws: int) -> pd.DataFrame:
    """Net present values, one row a draw, one column a party and ``society``.

    Drawn are the effect (normal, with its standard error), the amount and its reach (normal, with theirs),
    decay (uniform from none to twice the assumed), every group of lines valued alike (uniform within the band
    of its valuation), the exchange rate (uniform within ``rate_band``, the same for all foreign lines) and
    consumer prices (uniform within ``price_band``, the same for all lines). Discount rate, horizon and timing
    are choices and are not drawn.
    """
    random = np.random.default_rng(seed)
    matrix, bands, foreign = cost_matrix(case)
    factors = 1 + bands * random.uniform(-1, 1, (draws, len(bands)))
    factors *= np.where(foreign, 1 + case.rate_band * random.uniform(-1, 1, (draws, 1)), 1.0)
    factors *= 1 + case.price_band * random.uniform(-1, 1, (draws, 1))
    values = factors @ matrix
    effect, amount = (
        random.normal(case.effect, case.error, draws),
        random.normal(case.amount, case.amount_error, draws),
    )
    reach = np.clip(random.normal(case.reach, case.reach_error, draws), 0, 1)
    decay = np.clip(random.uniform(0, 2, draws) * case.terms.decay, 0, 1)
    gain = case.people * reach * case.times * case.gained(effect, np.maximum(amount, 0)) * case.years(decay)
    for party, share in case.passing.shares(case.goes_to).items():
        values[:, case.parties.index(party)] += share * gain
    return pd.DataFrame(values, columns=case.parties)


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """``party, mean, p5, median, p95, probability`` (that the net present value is above zero)."""
    rows = [
        {
            "party": party,
            "mean": own.mean(),
            "p5": own.quantile(0.05),
            "median": own.median(),
            "p95": own.quantile(0.95),
            "probability": (own > 0).mean(),
        }
        for party, own in values.items()
    ]
    return pd.DataFrame(rows)


def net_value(case: Case, party: str = SOCIETY, **changes: float | str) -> float:
    """Net present value with some of what it rests on changed.

    ``changes`` : ``effect, amount, reach, discount_rate, horizon, decay, funds, timing, costs`` and
    ``prices`` (both times), ``rate`` (times, foreign lines), ``valuation`` (−1: every line at the low end of
    its band, 1: at the high end).
    """
    named: dict[str, Any] = {
        name: changes[name]
        for name in ("discount_rate", "decay", "funds", "horizon", "timing")
        if name in changes
    }
    named |= {"horizon": int(named["horizon"])} if "horizon" in named else {}
    own: dict[str, Any] = {name: changes[name] for name in ("effect", "amount", "reach") if name in changes}
    now = replace(case, terms=replace(case.terms, **named), **own)
    rate, valuation, costs, prices = (
        float(changes.get(name, usual))
        for name, usual in (("rate", 1.0), ("valuation", 0.0), ("costs", 1.0), ("prices", 1.0))
    )
    matrix, bands, foreign = case.costs(now.terms)
    factors = np.where(foreign, rate, 1.0) * (1 + bands * valuation)
    factors = factors * costs * prices
    cost = float(factors @ matrix[:, now.parties.index(party)])
    share = now.passing.shares(now.goes_to).get(party, 0.0)
    return cost + share * now.yearly * float(now.years(now.terms.decay))


def tornado(case: Case, party: str = SOCIETY, *, z: float = 1.959964) -> pd.DataFrame:
    """What each unknown alone moves the net present value to, the widest first.

    Returns
    -------
    ``what, low, high`` (values tried), ``at_low, at_high`` (net present values), ``swing``.
    """
    terms = case.terms
    tried: dict[str, tuple[float, float] | tuple[str, str]] = {
        "effect": case.interval or (case.effect - z * case.error, case.effect + z * case.error),
        "amount": (case.amount - z * case.amount_error, case.amount + z * case.amount_error),
        "reach": (max(case.reach - z * case.reach_error, 0), min(case.reach + z * case.reach_error, 1)),
        "discount_rate": (0.03, 0.12),
        "horizon": (max(terms.horizon // 2, 1), terms.horizon * 2 if terms.horizon <= 30 else 60),
        "decay": (0.0, min(max(2 * terms.decay, 0.1), 1.0)),
        "funds": (1.0, max(terms.funds, 1.3)),
        "valuation": (-1.0, 1.0),
        "rate": (1 - case.rate_band, 1 + case.rate_band),
        "prices": (1 - case.price_band, 1 + case.price_band),
        "timing": TIMINGS,
    }
    rows = []
    if case.is_level:
        del tried["amount"]  # the gain is no share of it
    if case.passing.profile:
        del tried["horizon"], tried["decay"]  # the profile says both
    for what, (low, high) in tried.items():
        at_low, at_high = (net_value(case, party, **{what: value}) for value in (low, high))
        rows.append(
            {
                "what": what,
                "low": low,
                "high": high,
                "at_low": at_low,
                "at_high": at_high,
                "swing": abs(at_high - at_low),
            }
        )
    return pd.DataFrame(rows).sort_values("swing", ascending=False, ignore_index=True)


SEARCHED: Mapping[str, tuple[float, float]] = {
    "effect": (-0.5, 3.0),
    "discount_rate": (-0.3, 1.0),
    "decay": (0.0, 0.99),
    "costs": (0.0, 20.0),
    "amount": (0.0, 1e9),
    "funds": (1.0, 5.0),
    "valuation": (-1.0, 1.0),
    "rate": (0.1, 10.0),
}


def net_value_at(case: Case, party: str, what: str, value: float) -> float:
    """Net present value with one of what it rests on changed."""
    return net_value(case, party, **{what: value})


def switching_values(case: Case, party: str = SOCIETY) -> pd.DataFrame:
    """Where the net present value turns from one side of zero to the other, each unknown by itself.

    Returns
    -------
    ``what, now, switches_at`` (missing where it does not turn between ``low`` and ``high``), ``low, high``.
    """
    now = {"effect": case.effect, "amount": case.amount, "costs": 1.0, "valuation": 0.0, "rate": 1.0}
    now |= {name: getattr(case.terms, name) for name in ("discount_rate", "decay", "funds")}
    rows = []
    for what, (low, high) in case.searched.items():
        rows.append(
            {
                "what": what,
                "now": now[what],
                "switches_at": root(partial(net_value_at, case, party, what), low, high),
                "low": low,
                "high": high,
            }
        )
    if case.passing.profile:
        return pd.DataFrame(rows)
    horizon = next((years for years in range(1, 61) if net_value(case, party, horizon=years) >= 0), np.nan)
    rows.append({"what": "horizon", "now": case.terms.horizon, "switches_at": horizon, "low": 1, "high": 60})
    return pd.DataFrame(rows)


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function crosses zero between two bounds; missing where both ends lie on the same side."""
    at_low, at_high = function(low), function(high)
    if not np.isfinite([at_low, at_high]).all() or at_low * at_high > 0:
        return float("nan")
    return float(brentq(function, low, high, xtol=1e-10))
