"""One cohort with all its definitions, loaded and checked: what every notebook opens first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers import cleaning, indicators, paths, readers
from helpers.codebook import Codebook, load_codebook
from helpers.definitions import shown
from helpers.indicators import Indicator, load_indicators
from helpers.paths import Places, places
from helpers.problems import Problem, nearest, refuse
from helpers.programme import Cohort, Programme, load_cohort, load_programme


@dataclass(frozen=True)
class Study:
    """Definitions and folders of one cohort."""

    places: Places
    programme: Programme
    codebook: Codebook
    indicators: tuple[Indicator, ...]
    corrections: tuple[tuple[int, cleaning.Correction], ...]
    cohort: Cohort

    @property
    def primary(self) -> str:
        """The specification that speaks for this cohort, by how its comparison came about."""
        return getattr(self.programme.primary, self.cohort.assignment)

    @property
    def definitions(self) -> Path:
        """Folder of the programme's definition files."""
        return self.places.programme(self.programme.programme)


def load_study(cohort: str, *, data_dir: str = "data", reports_dir: str = "reports", root: Path | None = None) -> Study:
    """Load a cohort's definitions.

    Raises
    ------
    ProblemsError with every mistake in every definition file.
    """
    place = places(cohort, data_dir=data_dir, reports_dir=reports_dir, root=root)
    if not place.raw.is_dir():
        known = paths.known_cohorts(place.data)
        refuse(
            [
                Problem(
                    shown(place.raw, place.root),
                    f"there is no cohort '{cohort}'",
                    expected=nearest(cohort, known) if known else "a folder of data/raw with a cohort.yml",
                )
            ]
        )
    delivery, problems = load_cohort(place.raw, root=place.root)
    refuse(problems if delivery is None else [])
    return load_definitions(delivery, place, problems)


def load_definitions(delivery: Cohort, place: Places, problems: list[Problem]) -> Study:
    """Load the programme that a delivery names, gathering the problems of all its files."""
    folder = place.programme(delivery.programme)
    if not folder.is_dir():
        known = [path.name for path in (place.root / "programmes").iterdir() if path.is_dir()]
        refuse(
            [
                *problems,
                Problem(
                    shown(place.raw / "cohort.yml", place.root),
                    f"there is no programme '{delivery.programme}'",
                    column="programme",
                    expected=nearest(delivery.programme, known),
                ),
            ]
        )
    programme, wrong = load_programme(folder, root=place.root)
    problems += wrong
    refuse(problems if programme is None else [])
    codebook, wrong = load_codebook(folder, programme, root=place.root)
    problems += wrong
    lines, wrong = load_indicators(folder, programme, codebook, root=place.root)
    problems += wrong
    corrections, wrong, _ = cleaning.load_corrections(folder, root=place.root)
    problems += wrong + check_delivery(delivery, programme, codebook, shown(place.raw / "cohort.yml", place.root))
    refuse(problems)
    return Study(place, programme, codebook, tuple(lines), tuple(corrections), delivery)


def check_delivery(delivery: Cohort, programme: Programme, codebook: Codebook, file: str) -> list[Problem]:
    """Say which names in ``cohort.yml`` the programme does not know."""
    problems = []
    for item in delivery.files:
        if item.table not in programme.tables:
            problems.append(
                Problem(file, f"the table '{item.table}' is not declared", column=f"files.{item.file}", expected=nearest(item.table, programme.tables))
            )
            continue
        names = {variable.name for variable in codebook.table(item.table)}
        problems += [
            Problem(file, f"'{name}' is not a variable", column=f"files.{item.file}.multiply", expected=nearest(name, names))
            for name in item.multiply
            if name not in names
        ]
    fed = {item.table for item in delivery.files}
    return problems + [Problem(file, f"no file feeds the table '{name}'", column="files") for name in programme.tables if name not in fed]


def read_raw(study: Study) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Read the delivered files as text; see ``readers.read_cohort``."""
    return readers.read_cohort(study.places.raw, study.cohort, study.codebook, root=study.places.root)


def clean_tables(study: Study, raw: dict[str, pd.DataFrame]) -> dict[str, cleaning.CleanTable]:
    """Clean every table; hold each ledger against the raw text; refuse a delivery that the design cannot use."""
    file = shown(study.definitions / "corrections.csv", study.places.root)
    tables = {
        name: cleaning.clean_table(table, name, study.programme, study.codebook, study.cohort, list(study.corrections), corrections_file=file)
        for name, table in raw.items()
    }
    for name, table in tables.items():
        cleaning.check_ledger(table, raw[name], study.codebook.table(name))
    return tables


def build(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Compute the declared indicators of the main table and refuse groups that cannot be compared."""
    context = indicators.panel_context(table, study.programme, study.definitions, root=study.places.root)
    built = indicators.build_indicators(table, list(study.indicators), context, study.programme)
    refuse(check_groups(study, built))
    return built


def check_groups(study: Study, built: pd.DataFrame) -> list[Problem]:
    """Say which of the declared groups has no rows."""
    from helpers.evaluation.sample import participation

    design, group = study.programme.design, participation(built, study.programme)
    file = shown(study.places.raw / "cohort.yml", study.places.root)
    problems = []
    if not (group == 1).any():
        problems.append(Problem(file, "no row belongs to the participants", column=design.group, expected=f"rows with {' or '.join(design.participants)}"))
    if design.comparison and not (group == 0).any():
        problems.append(
            Problem(
                file,
                "no row belongs to the comparison group",
                column=design.group,
                expected=f"rows with {' or '.join(design.comparison)}, or a programme that declares no comparison group",
            )
        )
    return problems


def check_study(study: Study) -> None:
    """Read, clean and build without writing anything; raise every problem found."""
    raw, _ = read_raw(study)
    build(study, clean_tables(study, raw)[study.programme.main_table].kept)
