"""What the programme cost, and who paid: the questions of ``03_inputs`` about its costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, listed, question, said
from manfaat.costs import indicators, ledger
from manfaat.costs.ledger import Accounts
from manfaat.report import cost_exhibits, cost_sentences
from manfaat.report.cost_words import Teller
from manfaat.report.sentences import no_costs


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
        name = declared.table if declared else None
        sheet = self.chapter.read_delivered(name)
        reasons = None if sheet is None else self.chapter.read_delivered(name, "_reasons")
        return ledger.open_accounts(self.study, sheet, reasons, base_year=self.base_year)

    @cached_property
    def teller(self) -> Teller | None:
        """What writes the accounts; none where no costs were delivered."""
        return None if self.accounts is None else Teller(self.reader, self.accounts)

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
        teller = self.teller
        if teller is None:
            return said(no_costs(self.reader), kind="nothing")
        return [
            *said(cost_sentences.cost_headline(teller)),
            *cost_exhibits.payer_exhibits(teller),
            *listed(cost_sentences.cost_caveats(teller)),
        ]

    @question("per_place")
    def places(self) -> list[Part]:
        """What a place costs, and whether the accounts close."""
        teller = self.teller
        if teller is None:
            return []
        return [
            *cost_exhibits.indicator_table(self.per_place, teller),
            *cost_exhibits.item_table(teller),
            *cost_exhibits.ledger_exhibits(teller),
        ]

    def write(self) -> None:
        """Write what a place cost for later notebooks."""
        self.chapter.write_summary(self.per_place, "cost_indicators")
