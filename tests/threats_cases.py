"""Cohorts for the tests of threats: the shipped ones and a simulated one, with their indicators, estimates
and threats.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from conftest import ROOT
from manfaat import threats
from manfaat.analysis.study import build, clean_tables, linked_tables, load_study, read_raw
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.prices import house_series
from manfaat.definitions.programme import load_programme
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.indicators import load_indicators
from manfaat.simulation import Plan, load_simulation
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.exports import Layout
from manfaat.simulation.truth import Measures
from manfaat.threats.case import Case
from manfaat.threats.driver import cases

SYNTHETIC = "trial-synthetic"
STAGES = ("output", "outcome", "impact")


@dataclass(frozen=True)
class Examined:
    """One cohort: its definitions, its indicators, its estimates and what threatens them."""

    study: Study
    table: pd.DataFrame
    settings: Settings
    estimates: pd.DataFrame
    found: threats.Threats

    def rows(self, threat: str, indicator: str, **more: str) -> pd.DataFrame:
        rows = self.found.rows
        for name, value in {"threat": threat, "indicator": indicator, **more}.items():
            rows = rows[rows[name] == value]
        return rows.reset_index(drop=True)

    def case(self, indicator: str, **more: str) -> Case:
        """A fresh case, sharing no memory."""
        made = cases(
            self.table, self.study.programme, list(self.study.indicators), self.estimates, self.settings, {}
        )
        return next(
            case
            for case in made
            if case.row["indicator"] == indicator
            and all(case.row[name] == value for name, value in more.items())
        )


@cache
def simulated() -> Path:
    """A data folder with a simulated cohort of 130 who took part."""
    data = Path(mkdtemp(prefix="threats-"))
    (data / "raw").mkdir()
    folder = ROOT / "programmes/jakarta-tokyo"
    programme, _ = load_programme(folder, root=ROOT)
    codebook, _ = load_codebook(folder, programme, root=ROOT)
    lines, _ = load_indicators(folder, programme, codebook, root=ROOT)
    simulation, _ = load_simulation(folder, programme, codebook, root=ROOT)
    series = {
        name: {int(year): float(value) for year, value in found.items()}
        for name, found in house_series().items()
    }
    plan = Plan(simulation, codebook, programme.main_table, series, 130, 3, "")
    write_delivery(data / "raw" / SYNTHETIC, plan, Measures(programme, lines, folder), Layout(level=""))
    return data


@cache
def loaded(cohort: str) -> tuple[Study, pd.DataFrame]:
    """Definitions and indicators of a cohort."""
    data = simulated() if cohort == SYNTHETIC else ROOT / "data"
    study = load_study(cohort, data_dir=str(data), reports_dir=str(data / "reports"), root=ROOT)
    tables = clean_tables(study, read_raw(study))
    return study, build(
        study,
        tables[study.programme.main_table].kept,
        {name: tables[name].kept for name in linked_tables(study)},
    )


def examine(study: Study, table: pd.DataFrame, *, assignment: str = "") -> Examined:
    """Estimate and run all threats."""
    assigned, lines = assignment or study.cohort.assignment, list(study.indicators)
    settings = Settings(study.cohort.cohort, assigned, getattr(study.programme.primary, assigned), draws=199)
    estimates = estimate_stages(table, study.programme, lines, settings, stages=STAGES)
    return Examined(
        study,
        table,
        settings,
        estimates,
        threats.run(table, study.programme, lines, estimates, settings, cohort=study.cohort),
    )


@cache
def examined(cohort: str) -> Examined:
    """A cohort as it was delivered."""
    return examine(*loaded(cohort))
