"""What a table of a delivery is cleaned by: its definitions, the corrections, the deflator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from manfaat.cleaning.cells import Coding
from manfaat.cleaning.outcomes import Prices
from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import Programme, Table
from manfaat.definitions.raw_files import RawFile


@dataclass(frozen=True)
class Instructions:
    """What one table is cleaned by.

    ``corrections`` : the lines of ``corrections_file`` with their numbers, those of other tables and cohorts
    among them. ``prices`` : the deflator that checks of amounts at constant prices need; without it they
    decide nothing, and say so.
    """

    name: str
    programme: Programme
    codebook: Codebook
    cohort: Cohort
    corrections: Sequence[tuple[int, Correction]] = ()
    corrections_file: str = "corrections.csv"
    prices: Prices | None = None

    @cached_property
    def variables(self) -> list[Variable]:
        """The variables of the table, in order."""
        return self.codebook.table(self.name)

    @property
    def definition(self) -> Table:
        """What the programme says of the table."""
        return self.programme.tables[self.name]

    @property
    def files(self) -> list[RawFile]:
        """The files that feed the table."""
        return [item for item in self.cohort.files if item.table == self.name]

    @property
    def stops(self) -> bool:
        """Whether what cannot be read stops the run."""
        return self.cohort.unreadable == "stop"

    @cached_property
    def lines(self) -> list[tuple[int, Correction]]:
        """The corrections of the table in this cohort."""
        return [
            line
            for line in self.corrections
            if line[1].table == self.name and line[1].cohort == self.cohort.cohort
        ]

    def coding(self, variable: Variable, item: RawFile, version: str = "") -> Coding:
        """How a variable is coded in one file and version of its form."""
        return Coding(variable, self.codebook, self.programme.units.get(variable.unit), item, version)
