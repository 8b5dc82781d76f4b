"""The input indicators IN01 to IN06, from the accounts and from what the answers say of hours and
completion.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from manfaat.costs.flows import changing
from manfaat.costs.ledger import Accounts
from manfaat.definitions.declarations import CostSheet

COLUMNS = ["code", "name", "value", "unit", "rests_on"]


def trainees(lines: pd.DataFrame) -> int:
    """How many trainees the sheet covers: in each cohort the largest number that one of its lines covers."""
    return int(lines.groupby("cohort")["covered"].max().sum())


def real_by_role(lines: pd.DataFrame, sheet: CostSheet) -> dict[str, int]:
    """Real cost borne by each role."""
    roles = {party.id: party.role for party in sheet.parties}
    sums = lines.groupby(lines["party"].map(roles))["real"].sum()
    return {role: int(sums.get(role, 0)) for role in roles.values()}


def time_away(lines: pd.DataFrame, sheet: CostSheet, people: int) -> float | None:
    """Cost of the work not done, for one trainee: its replacement and what the trainee lost.

    A wage that goes on prices the same work as the replacement and counts only where its cohort had none
    (``changing``). None where the sheet has no line of this kind: that is not known, and not nothing.
    """
    if not lines["item"].isin(sheet.opportunity).any():
        return None
    left = changing(lines, sheet)
    return int(left.loc[left["item"].isin(sheet.opportunity), "real"].sum()) / people


def line_of(code: str, name: str, value: float | None, unit: str, rests_on: str) -> dict[str, object]:
    """One indicator; a missing value stays missing."""
    return {
        "code": code,
        "name": name,
        "value": float("nan") if value is None else float(value),
        "unit": unit,
        "rests_on": rests_on,
    }


def cost_indicators(
    lines: pd.DataFrame, sheet: CostSheet, basis: Mapping[str, float], rates: Mapping[str, float]
) -> pd.DataFrame:
    """IN01 to IN06, in money at the prices of the base year.

    Parameters
    ----------
    lines : placed lines with ``real``. basis : means of the participants' answers: ``completed`` (share) and
    ``training_hours``.
    rates : how much of the accounts' currency one unit of another bought in the base year.

    Returns
    -------
    ``code, name, value, unit`` (``money``, ``money:<currency>``, ``share``, ``ratio``, ``hours``) and
    ``rests_on``.

    Raises
    ------
    ValueError when there are no lines: without a cost there is nothing to divide.
    """
    if lines.empty or not lines["real"].sum():
        raise ValueError("no line of the cost sheet could be placed")
    total, people, by_role = int(lines["real"].sum()), trainees(lines), real_by_role(lines, sheet)
    sender, completed, hours = by_role.get("sender", 0), basis.get("completed"), basis.get("training_hours")
    completed, hours = (
        None if value is None or pd.isna(value) or value <= 0 else value for value in (completed, hours)
    )
    rows = [line_of("IN01", "cost per trainee", total / people, "money", "costs")]
    rows += [
        line_of("IN01", "cost per trainee", total / people / rate, f"money:{currency}", "costs")
        for currency, rate in rates.items()
    ]
    rows += [
        line_of(
            "IN01",
            "cost per completer",
            total / people / completed if completed else None,
            "money",
            "costs, completed",
        )
    ]
    rows += [
        line_of("IN02", f"share of {role}", amount / total, "share", "costs")
        for role, amount in by_role.items()
    ]
    rows += [line_of("IN03", "leverage", (total - sender) / sender if sender else None, "ratio", "costs")]
    rows += [
        line_of("IN04", "opportunity cost per trainee", time_away(lines, sheet, people), "money", "costs")
    ]
    rows += [line_of("IN05", "training hours per trainee", hours, "hours", "training_hours")]
    rows += [
        line_of(
            "IN05",
            "cost per training hour",
            total / people / hours if hours else None,
            "money",
            "costs, training_hours",
        )
    ]
    rows += [
        line_of(
            "IN06",
            "in-kind share",
            int(lines.loc[lines["in_kind"] == "yes", "real"].sum()) / total,
            "share",
            "costs",
        )
    ]
    rows += [
        line_of(
            "IN06",
            "not stated whether in kind",
            int(lines.loc[lines["in_kind"] == "", "real"].sum()) / total,
            "share",
            "costs",
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def for_accounts(accounts: Accounts | None, basis: pd.DataFrame) -> pd.DataFrame:
    """IN01 to IN06 of the accounts of a cohort; no rows without accounts or without a placed line.

    Parameters
    ----------
    basis : means of answers, see ``manfaat.costs.basis``.
    """
    if accounts is None or accounts.is_empty:
        return pd.DataFrame(columns=COLUMNS)
    sheet, year = accounts.money.sheet, accounts.money.base_year
    own = basis[basis["group"] == "participants"]
    means = dict(zip(own["name"], own["mean"], strict=True))
    rates = {
        code: float(accounts.money.market_rate(code, year))
        for code in sheet.currencies
        if code != sheet.currency and accounts.money.has_year(code, year)
    }
    return cost_indicators(accounts.lines, sheet, means, rates)


def in_kind_by_method(lines: pd.DataFrame) -> pd.DataFrame:
    """How the cost in kind and in cash was valued: ``in_kind, valuation, real, share`` of all."""
    found = lines.groupby(["in_kind", "valuation"], sort=True)["real"].sum().reset_index()
    return found.assign(share=found["real"] / lines["real"].sum())
