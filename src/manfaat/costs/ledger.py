"""The accounts of one cohort: the cost sheet placed, in money, reconciled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from manfaat.base.typed import required
from manfaat.costs.accounts import Money, in_money, reconcile, without_unknown_years
from manfaat.costs.reasons import CostReason
from manfaat.costs.sheet import Sheet, read_sheet
from manfaat.costs.slips import proposals
from manfaat.definitions.prices import house_series, read_prices
from manfaat.definitions.study import Study


@dataclass(frozen=True)
class Accounts:
    """A cost sheet in money. ``lines`` have ``nominal`` and ``real``; ``ledger`` closes; ``slips`` are
    proposals to a person.
    """

    money: Money
    sheet: Sheet
    lines: pd.DataFrame
    alternatives: pd.DataFrame
    ledger: pd.DataFrame
    slips: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to account for."""
        return self.lines.empty or not self.lines["real"].sum()


def money_of(study: Study, base_year: int = 0, convention: str = "year of payment") -> Money:
    """What turns the amounts of this programme into money of one year; 0 stands for the base year that the
    programme declares.
    """
    prices = study.programme.prices
    path = prices.path(study.definitions) if prices else None
    series = house_series() | (read_prices(path, root=study.places.root) if path else {})
    costs = required(study.programme.costs, "'costs' of the programme")
    year = base_year or required(prices, "'prices' of the programme").base_year
    return Money(costs, series, year, convention)


def with_reasons(aside: pd.DataFrame, reasons: pd.DataFrame | None) -> pd.DataFrame:
    """Say of a cell that is empty because nobody has decided yet what it says that it waits, not that it is
    missing.
    """
    if reasons is None or aside.empty:
        return aside
    waiting = set(
        map(tuple, reasons.loc[reasons["reason"] == "to_decide", ["key", "variable"]].to_numpy().tolist())
    )
    told = [
        str(CostReason.WAITS()) if (line, column) in waiting else reason
        for line, column, reason in zip(aside["line"], aside["column"], aside["reason"], strict=True)
    ]
    return aside.assign(reason=told)


def open_accounts(
    study: Study, table: pd.DataFrame | None, reasons: pd.DataFrame | None = None, *, base_year: int = 0
) -> Accounts | None:
    """Open the accounts of a clean cost sheet; none when the programme delivers no costs.

    Parameters
    ----------
    reasons : ``key, variable, reason`` of the sheet's missing cells, as the cleaning stage gives them.

    Raises
    ------
    ProblemsError when the table lacks a declared column or the price series the base year; ValueError when
    the accounts do not close.
    """
    if table is None or study.programme.costs is None:
        return None
    money = money_of(study, base_year)
    sheet = without_unknown_years(read_sheet(table, study.programme.costs), money)
    sheet = replace(sheet, aside=with_reasons(sheet.aside, reasons))
    lines = in_money(sheet.lines, money)
    return Accounts(
        money,
        sheet,
        lines,
        in_money(sheet.alternatives, money),
        reconcile(sheet, lines, len(table)),
        proposals(lines, money),
    )
