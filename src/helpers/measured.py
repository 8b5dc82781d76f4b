"""What is measured, for whom, and how often it is missing: the questions of ``02_indicators``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.frames import read
from helpers.showing import Part, Questions, computed, listed, question
from manfaat.analysis.study import build_with_reasons, linked_tables
from manfaat.evaluation import summaries
from manfaat.evaluation.contributors import contributors, dominated
from manfaat.evaluation.sample import group_code
from manfaat.report import attention, exhibits, ledgers
from manfaat.report.gate import CONTRIBUTORS


@dataclass(frozen=True, repr=False)
class Measured(Questions):
    """The indicators of a cohort, built from its clean tables.

    Raises
    ------
    ProblemsError, when first asked, for keys that cannot be joined, years without prices, empty groups.

    Examples
    --------
    >>> measured = study.measure()
    >>> measured.summary.frame[["name", "group", "n"]].head(2).values.tolist()
    [['age', '1', 185], ['age', '0', 260]]
    """

    @cached_property
    def main(self) -> pd.DataFrame:
        """The clean main table."""
        return read(self.chapter, self.study.programme.main_table)

    @cached_property
    def linked(self) -> dict[str, pd.DataFrame]:
        """The clean tables that are joined to it."""
        return {name: read(self.chapter, name) for name in linked_tables(self.study)}

    @cached_property
    def built(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The indicators, and one line a missing value with the reason."""
        names = (self.study.programme.main_table, *self.linked)
        reasons = {name: read(self.chapter, f"{name}_reasons") for name in names}
        return build_with_reasons(self.study, self.main, self.linked, reasons)

    @computed
    def values(self) -> pd.DataFrame:
        """``name, group, n, n_missing, mean, sd``, by survey weight."""
        table, programme = self.built[0], self.study.programme
        groups = table[programme.design.group].map(group_code)
        return summaries.describe(table, programme, self.indicators, groups)

    @computed
    def contributors(self) -> pd.DataFrame:
        """Who stands behind each mean: ``name, group, people, firms``, and how much few have of it."""
        study = self.study
        return contributors(self.built[0], study.programme, study.indicators, study.codebook)

    @question()
    def definitions(self) -> list[Part]:
        """How each indicator is defined: one row an indicator."""
        return [exhibits.definitions_table(self.reader)]

    @question("values")
    def summary(self) -> list[Part]:
        """The values by group."""
        reader = self.reader
        told = ledgers.link_sentences(reader, self.main, self.linked)
        return [
            *listed([*told, *attention.undelivered_sentences(reader)]),
            exhibits.summary_table(reader, self.values, dominated(self.contributors)),
            *attention.unexplained_table(reader, self.built[1]),
        ]

    def write(self) -> None:
        """Write the indicators and the reasons of missing ones for later notebooks."""
        table, why = self.built
        self.chapter.write(table, "indicators")
        self.chapter.write(why, "indicators_missing")
        self.chapter.write(self.contributors, CONTRIBUTORS)
