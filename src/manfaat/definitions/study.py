"""One cohort with all its definitions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from manfaat.base.paths import Places
from manfaat.base.showing import card, counted, line
from manfaat.definitions.charter import Statements
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.freshness import sources_of
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme

DECIDE = "DECIDE:"  # marks what was drafted and a person must decide


@dataclass(frozen=True, repr=False)
class Study:
    """Definitions and folders of one cohort."""

    places: Places
    programme: Programme
    codebook: Codebook
    indicators: tuple[Indicator, ...]
    corrections: tuple[tuple[int, Correction], ...]
    cohort: Cohort
    charter: Statements | None = None

    @property
    def primary(self) -> str:
        """The specification that speaks for this cohort, by how its comparison came about."""
        return str(getattr(self.programme.primary, self.cohort.assignment))

    @property
    def definitions(self) -> Path:
        """Folder of the programme's definition files."""
        return self.places.programme(self.programme.programme)

    @property
    def sources(self) -> dict[str, str]:
        """Checksums of the files that numbers of this cohort are made from; see ``freshness.sources_of``."""
        prices = self.programme.prices
        return sources_of(self.places, self.definitions, prices.path(self.definitions) if prices else None)

    def __repr__(self) -> str:
        told = f"{self.cohort.cohort} of {self.programme.programme}"
        return line("study", told, counted(len(self.indicators), "indicator"))

    def _repr_html_(self) -> str:
        cohort, programme = self.cohort, self.programme
        return card(
            f"{cohort.label.en}: {programme.title.en}",
            {
                "cohort": f"{cohort.cohort}, {cohort.kind} data, {cohort.assignment}",
                "tables": ", ".join(programme.tables),
                "indicators": len(self.indicators),
                "speaks for the cohort": self.primary if programme.primary else "",
                "claims": len(programme.claims),
                "source": cohort.citation,
            },
        )
