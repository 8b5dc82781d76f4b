"""Everything that the chapter on value shows, computed once; nothing when there is no cost or no amount to
value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from manfaat.costs.flows import Terms, all_entries
from manfaat.costs.ledger import Accounts
from manfaat.costs.scenarios import Evidence, case_for, evidence, mean_of, scenario_cases, worth_of
from manfaat.costs.uncertainty import Case, draws, summary
from manfaat.costs.value import (
    SERVED,
    Funds,
    funds_ratio,
    phillips_roi,
    public_funds,
    value_of_funds,
    value_table,
)
from manfaat.definitions.study import Study

SUMMARY = ["scenario", "party", "benefits", "costs", "npv", "bcr", "irr", "sign_changes", "payback"]
SUMMARY += ["basis", "base_year"]


@dataclass(frozen=True)
class Valuation:
    """The value of a programme. ``cases`` : scenario → case. ``case`` : the one of the estimate itself."""

    study: Study
    accounts: Accounts
    basis: pd.DataFrame
    estimates: pd.DataFrame
    found: Evidence
    case: Case
    cases: dict[str, Case]

    @cached_property
    def parties(self) -> list[str]:
        """Parties that pay or receive anything, in the order declared."""
        entries = self.entries(self.case)
        return [party.id for party in self.case.sheet.parties if (entries["party"] == party.id).any()]

    @cached_property
    def without_gain(self) -> list[str]:
        """Parties that nothing is paid or priced to: their value can only be a cost."""
        entries = self.entries(self.case)
        gaining = {self.case.goes_to, *entries.loc[entries["amount"] > 0, "party"]}
        return [party for party in self.parties if party not in gaining]

    def entries(self, case: Case) -> pd.DataFrame:
        """Costs, benefits and burden of one scenario."""
        return all_entries(case.lines, case.yearly, case.goes_to, case.sheet, case.terms, case.passing)

    def table(self, scenario: str = "estimate") -> pd.DataFrame:
        """Value for every party and society in one scenario."""
        case = self.cases[scenario]
        return value_table(self.entries(case), self.parties, case.terms)

    def funds(self) -> dict[str, float]:
        """Marginal value of public funds: of all governments together, and of the sending side alone."""
        table, sheet = self.table(), self.case.sheet
        return {
            "all": value_of_funds(table, sheet),
            "sender": value_of_funds(table, sheet, sheet.party("sender").id),
        }

    def public_funds(self) -> Funds:
        """What public money bought; only worth asking where it is declared what comes back."""
        return public_funds(self.entries(self.case), self.case.sheet, self.case.terms)

    def funds_interval(self, *, seed: int, draws_: int = 20_000) -> tuple[float, float]:
        """The 5th and 95th percentile of the marginal value of public funds over the draws, infinite ones on
        top; missing where in more than 5 % of the draws no ratio has a meaning.
        """
        sheet, case = self.case.sheet, replace(self.case, terms=replace(self.case.terms, funds=1.0))
        values, losing = draws(case, seed=seed, draws=draws_), case.passing.displaced
        served = [one.id for one in sheet.parties if one.role in SERVED and not one.government]
        served += [losing.borne_by] if losing and losing.borne_by not in served else []
        public = [one.id for one in sheet.parties if one.government]
        willing, net_cost = values[served].sum(axis=1), -values[public].sum(axis=1)
        found = funds_ratio(willing.to_numpy(), net_cost.to_numpy())
        if np.isnan(found).mean() > 0.05:
            return float("nan"), float("nan")
        low, high = np.nanquantile(found, [0.05, 0.95], method="inverted_cdf")
        return float(low), float(high)

    def phillips(self) -> dict[str, float]:
        """Phillips's return of the first year, from the participants' own change and their own estimate of
        the programme's share.

        ``gain`` : change of the amount a year, all people; ``attributed`` : share; ``cost`` : whole cost;
        ``roi``. Missing where not asked.
        """
        worth, case = worth_of(self.study), self.case
        now, before = (
            mean_of(self.basis, name or "", "participants")[0] for name in (worth.benefit.base, worth.before)
        )
        moved = (
            case.amount / mean_of(self.basis, worth.benefit.base, "comparison")[0]
        )  # to the base year of the accounts
        gain = (now - before) * moved * case.times * case.reach * case.people
        attributed = mean_of(self.basis, worth.attributed or "", "participants")[0]
        cost = float(self.accounts.lines["real"].sum())
        known = gain == gain and attributed == attributed
        return {
            "gain": gain,
            "attributed": attributed,
            "cost": cost,
            "roi": phillips_roi(gain, attributed, cost) if known else float("nan"),
        }

    def drawn(self, *, seed: int, draws_: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Draws of the net present value of every party, and their summary."""
        values = draws(self.case, seed=seed, draws=draws_)[[*self.parties, "society"]]
        return values, summary(values)


def value_programme(
    study: Study,
    accounts: Accounts | None,
    basis: pd.DataFrame,
    estimates: pd.DataFrame,
    terms: Terms,
    *,
    assumed_gain: float,
) -> Valuation | None:
    """Value a programme; none without costs, without a declared benefit, or without the amount it is a share
    of.
    """
    if accounts is None or accounts.is_empty or study.programme.worth is None:
        return None
    found = evidence(study, estimates, assumed_gain)
    case = case_for(study, accounts, basis, found, terms)
    return (
        None
        if case is None
        else Valuation(study, accounts, basis, estimates, found, case, scenario_cases(case))
    )


def summary_table(valuation: Valuation | None) -> pd.DataFrame:
    """Value by scenario and party, for the report's folder, with what stands behind the benefit (``basis``:
    effect, difference, change, assumed) and the year of the prices; no rows when nothing could be valued.
    """
    if valuation is None:
        return pd.DataFrame(columns=SUMMARY)
    rows = pd.concat(
        [valuation.table(name).assign(scenario=name) for name in valuation.cases], ignore_index=True
    )
    return rows.assign(basis=valuation.found.kind, base_year=valuation.accounts.money.base_year)
