"""What the programme cost, and who paid: the questions of ``03_inputs`` about its costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from helpers.showing import Part, Questions, listed, question, said
from manfaat.costs import indicators, ledger
from manfaat.costs.ledger import Accounts
from manfaat.report import cost_exhibits, cost_sentences


@dataclass(frozen=True, repr=False)
class Costed(Questions):
    """The accounts of a programme.

    Attributes
    ----------
    base_year : year whose prices are used; 0 is the one that the programme declares.
    means : means of participants, as ``study.inputs().means`` has them.
    accounts : the cost sheet in money of one year; None where no costs were delivered.

    Examples
    --------
    >>> costs = study.costs(study.inputs().means)
    >>> costs.accounts is None
    True
    >>> costs.payers.exhibits
    []
    """

    base_year: int
    means: pd.DataFrame

    @cached_property
    def accounts(self) -> Accounts | None:
        """The accounts; none where no costs were delivered."""
        declared = self.study.programme.costs
        sheet = self.chapter.read_delivered(declared.table if declared else None)
        reasons = None if sheet is None else self.chapter.read_delivered(declared.table, "_reasons")
        return ledger.open_accounts(self.study, sheet, reasons, base_year=self.base_year)

    @cached_property
    def teller(self) -> Any:
        """What writes amounts in the accounts' currency."""
        return cost_sentences.teller_for(self.study, self.accounts, self.language)

    @cached_property
    def per_place(self) -> pd.DataFrame:
        """What a place cost, by indicator."""
        return indicators.for_accounts(self.accounts, self.means)

    @property
    def lines(self) -> pd.DataFrame:
        """The lines of the cost sheet, in money of one year."""
        return pd.DataFrame() if self.accounts is None else self.accounts.lines

    @question("lines")
    def payers(self) -> list[Part]:
        """What it cost, and who paid."""
        study, words, accounts, teller = self.study, self.language, self.accounts, self.teller
        return [
            *said(cost_sentences.cost_headline(study, accounts, teller, words)),
            *cost_exhibits.payer_exhibits(accounts, teller),
            *listed(cost_sentences.cost_caveats(study, accounts, teller, words)),
        ]

    @question("per_place")
    def places(self) -> list[Part]:
        """What a place costs, and whether the accounts close."""
        return [
            *cost_exhibits.indicator_table(self.per_place, self.teller),
            *cost_exhibits.item_table(self.accounts, self.teller),
            *cost_exhibits.ledger_exhibits(self.accounts, self.teller),
        ]

    def write(self) -> None:
        """Write what a place cost for later notebooks."""
        self.chapter.write_summary(self.per_place, "cost_indicators")
