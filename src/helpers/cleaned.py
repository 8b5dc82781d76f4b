"""What was delivered, and what cleaning made of it: the questions of ``01_clean``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, computed, listed, question, said
from manfaat import cleaning
from manfaat.analysis.study import clean_tables, read_raw
from manfaat.cleaning import CleanTable
from manfaat.cleaning.readers import Delivery
from manfaat.report import attention, ledgers


@dataclass(frozen=True, repr=False)
class Cleaned(Questions):
    """A delivery, read and cleaned.

    Attributes
    ----------
    tables : the cleaned tables by name, each with its ledgers.

    Raises
    ------
    ProblemsError, when first asked, with everything that stops cleaning.

    Examples
    --------
    >>> cleaned = study.clean()
    >>> cleaned.tables["people"]
    <clean table: people, 445 rows delivered, 445 kept, 0 set aside, 0 cells changed, 0 to be decided>
    >>> cleaned.files.frame["rows"].tolist()
    [445]
    """

    @cached_property
    def delivery(self) -> Delivery:
        """The delivery as raw text."""
        return read_raw(self.study)

    @computed
    def tables(self) -> dict[str, CleanTable]:
        """Every table, its ledger held against the raw text."""
        return clean_tables(self.study, self.delivery)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Rows kept and set aside, by table, rule and reason."""
        return cleaning.row_ledger(self.tables, self.delivery.left_out)

    @cached_property
    def matches(self) -> pd.DataFrame:
        """Which records of several tables are of one unit, and which found no partner."""
        kept = {name: part.kept for name, part in self.tables.items()}
        return cleaning.matches(kept, self.study.programme)

    @question()
    def files(self) -> list[Part]:
        """What was delivered: files, what was detected in them, what is missing."""
        return [
            ledgers.files_table(self.reader, self.delivery),
            *ledgers.detected_table(self.reader, self.delivery),
            *listed(attention.undelivered_sentences(self.reader)),
        ]

    @question("ledger")
    def rows(self) -> list[Part]:
        """Which rows are kept, and which were set aside by which rule."""
        return [
            ledgers.row_ledger_table(self.reader, self.ledger),
            *attention.matches_table(self.reader, self.matches),
        ]

    @question()
    def cells(self) -> list[Part]:
        """Which cells were changed, counted by rule; ``study.person`` has them one by one."""
        return [
            *ledgers.cell_ledger_table(self.reader, self.tables),
            *said(ledgers.cells_changed(self.tables, self.reader)),
        ]

    @question()
    def missing(self) -> list[Part]:
        """Which answers are missing, and why: one row a variable."""
        counts = cleaning.missing_answers(self.tables, self.study.codebook)
        return [ledgers.missing_table(self.reader, counts)]

    @question()
    def contradictions(self) -> list[Part]:
        """Which answers contradict one another, by the rule that found them."""
        found = attention.findings_table(self.reader, self.tables)
        return [
            *found,
            *ledgers.heaping_table(self.reader, self.tables),
            *said(ledgers.nothing_found(found, self.reader)),
            *listed(attention.unapplied_checks(self.reader, self.tables)),
        ]

    @question()
    def to_decide(self) -> list[Part]:
        """What a person must decide, and what holds until then."""
        return [
            *attention.waiting_table(self.reader, self.tables),
            *said(attention.waiting_sentence(self.tables, self.reader)),
        ]

    def write(self) -> None:
        """Write clean tables, ledgers, and the lists that a person works through, for later notebooks."""
        for table in self.tables.values():
            self.chapter.write_clean(table)
        self.chapter.write_review(self.tables)
        self.chapter.write_list(self.matches, "matches")
        self.chapter.write_summary(ledgers.told_rows(self.study, self.ledger), "ledger_rows")
