"""One cohort with all its definitions, loaded and checked: what every notebook opens first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import available_timezones

import pandas as pd

from manfaat import cleaning, indicators
from manfaat.base import paths
from manfaat.base.paths import Places, places
from manfaat.base.problems import Problem, loaded, nearest, need, refuse
from manfaat.cleaning import readers
from manfaat.definitions.answer_labels import check_recodes
from manfaat.definitions.charter import CHARTER, Known, Statements, check_charter, load_charter
from manfaat.definitions.codebook import KEY, Codebook, load_codebook
from manfaat.definitions.cohort import Cohort, load_cohort
from manfaat.definitions.corrections import load_corrections
from manfaat.definitions.declarations import check_declared
from manfaat.definitions.freshness import Shelf
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.prices import read_all_series, series_names
from manfaat.definitions.programme import Programme, load_programme
from manfaat.definitions.records import shown
from manfaat.definitions.renames import check_absent
from manfaat.definitions.study import DECIDE, Study
from manfaat.evaluation.chooser import completed
from manfaat.evaluation.specifications import check_methods
from manfaat.indicators import load_indicators

DAYS_IN_A_MONTH = 31


def load_study(
    cohort: str, *, data_dir: str = "data", reports_dir: str = "reports", root: Path | None = None
) -> Study:
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
    return load_definitions(loaded(delivery, problems), place, problems)


def load_definitions(delivery: Cohort, place: Places, problems: list[Problem]) -> Study:
    """Load the programme that a delivery names, gathering the problems of all its files."""
    paths.check_name(delivery.programme, "programme", paths.known_programmes(place.root))
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
    read, wrong = load_programme(folder, root=place.root)
    problems += wrong
    programme = loaded(read, problems)
    codebook, wrong = load_codebook(folder, programme, root=place.root)
    problems += wrong
    lines, wrong = load_indicators(folder, programme, codebook, root=place.root)
    problems += wrong
    refuse(problems if wrong and not lines else [])  # what follows would call every name unknown
    corrections, wrong, file = load_corrections(folder, root=place.root)
    cohorts = {*paths.known_cohorts(place.data), *paths.known_cohorts(place.root / "data")}
    problems += cleaning.check_corrections(corrections, codebook, programme.tables, cohorts, file)
    problems += check_totals(delivery, lines, shown(place.raw / "cohort.yml", place.root))
    problems += check_months(delivery, programme, shown(place.raw / "cohort.yml", place.root))
    file = shown(folder / "programme.yml", place.root)
    problems += cleaning.check_declarations(programme, codebook, file)
    problems += check_methods(programme, lines, file)
    problems += (
        wrong
        + check_delivery(delivery, programme, codebook, shown(place.raw / "cohort.yml", place.root))
        + undecided([folder, place.raw], place.root)
    )
    problems += check_value(programme, codebook, lines, folder, place)
    stated, wrong = load_stated(delivery, programme, lines, place)
    problems += wrong
    refuse(problems)
    programme, lines = indicators.with_answers(programme, codebook, lines)
    codebook = replace(codebook, idle=idle_texts(programme, codebook, lines))
    return Study(
        place, completed(programme, lines), codebook, tuple(lines), tuple(corrections), delivery, stated
    )


def load_stated(
    delivery: Cohort, programme: Programme, lines: list[Indicator], place: Places
) -> tuple[Statements | None, list[Problem]]:
    """What the programme's charter states of a cohort; nothing where there is none."""
    folder = place.programme(delivery.programme)
    charter, problems = load_charter(folder, root=place.root)
    if charter is None:
        return None, problems
    known = Known(
        claims=[claim.id for claim in programme.claims],
        indicators={line.indicator for line in lines},
        columns={line.name for line in lines},
        implications=[rule.id for rule in programme.worth.implications] if programme.worth else [],
    )
    file = shown(folder / CHARTER, place.root)
    return charter.of(delivery.cohort), problems + check_charter(charter, delivery.cohort, known, file)


def idle_texts(
    programme: Programme, codebook: Codebook, lines: list[Indicator]
) -> frozenset[tuple[str, str]]:
    """Free texts whose names no indicator, rule or definition holds, as (table, name): nothing depends on how
    they are spelt.
    """
    told = [programme.model_dump_json(), *[line.model_dump_json() for line in (*lines, *codebook.rules)]]
    told += [text for variable in codebook.variables for text in (variable.relevant, variable.constraint)]
    used = set(re.findall(r"\w+", " ".join(told)))
    return frozenset(
        (v.table, v.name)
        for v in codebook.variables
        if v.kind == "text" and v.role in ("", "text", "other") and v.name not in used
    )


def load_codes(name: str, place: Places) -> tuple[Programme, Codebook]:
    """Load a programme and its codebook alone, drafts with marks among them: what its first delivery is held
    against.

    Raises
    ------
    ProblemsError if there is no such programme, or with every mistake in the two.
    """
    folder = place.programme(name)
    known = sorted(
        path.name
        for path in (place.root / "programmes").iterdir()
        if path.is_dir() and not path.name.startswith(".")
    )
    need(
        name in known,
        Problem(f"programmes/{name}", f"there is no programme '{name}'", expected=nearest(name, known)),
    )
    read, problems = load_programme(folder, root=place.root)
    programme = loaded(read, problems)
    codebook, wrong = load_codebook(folder, programme, root=place.root)
    refuse(problems + wrong)
    return programme, codebook


def load_measures(name: str, root: Path) -> tuple[Programme, list[Indicator]]:
    """Load a programme and its indicators, without any delivery.

    Raises
    ------
    ProblemsError if there is no such programme, or with every mistake in its files.
    """
    paths.check_name(name, "programme", paths.known_programmes(root))
    folder = root / "programmes" / name
    read, problems = load_programme(folder, root=root)
    programme = loaded(read, problems)
    codebook, wrong = load_codebook(folder, programme, root=root)
    lines, more = load_indicators(folder, programme, codebook, root=root)
    unfit = check_methods(programme, lines, shown(folder / "programme.yml", root))
    refuse([*problems, *wrong, *more, *unfit])
    return completed(programme, lines), lines


def check_value(
    programme: Programme, codebook: Codebook, lines: list[Indicator], folder: Path, place: Places
) -> list[Problem]:
    """Say what the declarations of costs and value refer to in vain."""
    answers = {
        v.name: [choice.name for choice in codebook.answers(v.list_name)] if v.list_name else []
        for v in codebook.variables
    }
    variables = {
        table: {v.name: answers[v.name] for v in codebook.table(table)} for table in programme.tables
    }
    known = series_names(programme.prices.path(folder) if programme.prices else None, root=place.root)
    measured = {line.name: line.indicator if line.use == "effect" else "" for line in lines}
    file = shown(folder / "programme.yml", place.root)
    problems = check_declared(programme.costs, programme.worth, variables, measured, known, file)
    asked = {name for table in variables.values() for name in table}
    problems += [
        Problem(
            file,
            f"'{one.text}' is not a variable of the codebook",
            column=f"opinions.{one.id}.text",
            expected=nearest(one.text, asked),
        )
        for one in programme.opinions
        if one.text not in asked
    ]
    return problems + indicators.check_value_units(programme, lines, file)


def undecided(folders: list[Path], root: Path) -> list[Problem]:
    """Say which lines of the definition files are still drafts that a person must decide."""
    problems = []
    for path in sorted(
        path
        for folder in folders
        for pattern in ("*.yml", "*.csv")
        for path in folder.glob(pattern)
        if path.is_file()
    ):
        if path.suffix == ".csv" and path.parent != folders[0]:
            continue  # a delivery's own tables are no definitions
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        marked = [
            number
            for number, line in enumerate(lines, start=1)
            if DECIDE in line and not line.startswith("#")
        ]
        problems += [
            Problem(
                shown(path, root),
                f"still to be decided: {lines[number - 1].strip()[:80]}",
                row=number,
                expected="the marked text put right",
            )
            for number in marked
        ]
    return problems


def check_months(delivery: Cohort, programme: Programme, file: str) -> list[Problem]:
    """Say where answers of a programme without prices were collected over more months than it declares."""
    most = programme.prices.nominal_within if programme.prices else None
    days = delivery.fieldwork
    if most is None or (days and days.ends and (days.ends - days.begins).days < DAYS_IN_A_MONTH * most):
        return []
    found = "answers took longer than that to collect" if days and days.ends else "the days are not known"
    message = f"money is compared as it is within {most} months, and {found}"
    expected = "'begins' and 'ends' within so many months, or a price series in programme.yml"
    return [Problem(file, message, column="fieldwork", expected=expected)]


def check_totals(delivery: Cohort, lines: list[Indicator], file: str) -> list[Problem]:
    """Say which known totals are about no indicator, or cannot be numbers of people."""
    names = [line.name for line in lines]
    problems = [
        Problem(file, f"'{name}' is not an indicator", column=f"totals.{name}", expected=nearest(name, names))
        for name in delivery.totals
        if name not in names
    ]
    for name, known in delivery.totals.items():
        if not known or min(known.values()) < 0 or not sum(known.values()) > 0:
            problems.append(
                Problem(
                    file,
                    "the known numbers are not all 0 or more, or none is above 0",
                    column=f"totals.{name}",
                )
            )
    return problems


def check_delivery(delivery: Cohort, programme: Programme, codebook: Codebook, file: str) -> list[Problem]:
    """Say which names in ``cohort.yml`` the programme does not know."""
    problems = []
    for item in delivery.files:
        if item.table not in programme.tables:
            problems.append(
                Problem(
                    file,
                    f"the table '{item.table}' is not declared",
                    column=f"files.{item.file}",
                    expected=nearest(item.table, programme.tables),
                )
            )
            continue
        names = {variable.name for variable in codebook.table(item.table)}
        for word, named in (
            ("multiply", item.multiply),
            ("columns", item.columns.values()),
            ("absent", item.absent),
            ("date_order", item.date_order if isinstance(item.date_order, dict) else {}),
        ):
            problems += [
                Problem(
                    file,
                    f"'{name}' is not a variable",
                    column=f"files.{item.file}.{word}",
                    expected=nearest(name, names),
                )
                for name in named
                if name not in names
            ]
        if item.time_zone and item.time_zone not in available_timezones():
            expected = nearest(item.time_zone, sorted(available_timezones()))
            problems.append(
                Problem(
                    file,
                    f"the time zone '{item.time_zone}' is not known",
                    column=f"files.{item.file}.time_zone",
                    expected=expected,
                )
            )
        problems += check_absent(item, programme, codebook, file) + check_recodes(item, codebook, file)
    # the others may not have been asked for in this delivery: what rests on them is then missing, and said so
    main = programme.main_table
    return problems + (
        []
        if main in {item.table for item in delivery.files}
        else [Problem(file, f"no file feeds the table '{main}'", column="files")]
    )


def read_raw(study: Study) -> readers.Delivery:
    """Read the delivered files as text; see ``readers.read_cohort``."""
    return readers.read_cohort(study.places.raw, study.cohort, study.codebook, root=study.places.root)


def with_header_units(cohort: Cohort, delivery: readers.Delivery) -> Cohort:
    """Add the units that headers state ("(ribu Rp)") to what ``cohort.yml`` says of each file."""
    files = []
    for item in cohort.files:
        own = delivery.header_units[delivery.header_units["file"] == item.file]
        stated = dict(zip(own["variable"], own["factor"], strict=True))
        files.append(item.model_copy(update={"multiply": stated | item.multiply}))
    return cohort.model_copy(update={"files": files})


def instructions(study: Study, table: str, cohort: Cohort) -> cleaning.Instructions:
    """What a table is cleaned by; ``cohort`` is ``cohort.yml`` with what the headers add."""
    return cleaning.Instructions(
        table,
        study.programme,
        study.codebook,
        cohort,
        study.corrections,
        shown(study.definitions / "corrections.csv", study.places.root),
        deflator(study),
    )


def clean_tables(study: Study, delivery: readers.Delivery) -> dict[str, cleaning.CleanTable]:
    """Clean every table, hold each ledger against the raw text, and apply the checks between tables."""
    cohort, tables = with_header_units(study.cohort, delivery), {}
    for name, raw in delivery.tables.items():
        tables[name] = cleaning.clean_table(raw, instructions(study, name, cohort), delivery.told[name])
        cleaning.check_ledger(tables[name], raw, study.codebook.table(name))
    return cleaning.apply_between(tables, study.programme)


def clean_by_parts(study: Study, tell: Callable[[str, int], None]) -> cleaning.Totals:
    """Clean a delivery of one delimited file part by part, and write its tables as the cleaning stage does;
    see ``clean_in_chunks``.

    Raises
    ------
    ProblemsError when the delivery has several files, or its file is no delimited text, besides all that
    stops the stage.
    """
    place, files = study.places, study.cohort.files
    file = shown(place.raw / "cohort.yml", place.root)
    wanted = "one file of delimited text; other deliveries are cleaned whole, by notebooks/01_clean.ipynb"
    need(
        len(files) == 1,
        Problem(file, f"the delivery has {len(files)} files", column="files", expected=wanted),
    )
    item = files[0]
    wrong = Path(item.file).suffix.lower() not in (".csv", ".tsv", ".txt", ".tab")
    refuse(
        [Problem(file, f"'{item.file}' is no delimited text", column="files", expected=wanted)]
        if wrong
        else []
    )
    refuse(readers.check_files(place.raw, study.cohort, root=place.root))
    by = instructions(study, item.table, study.cohort)
    totals = cleaning.clean_in_chunks(place.raw / item.file, item, by, place.processed, tell)
    cleaning.write_kinds(place.processed)
    shelf = Shelf(place, study.sources)
    for path in (
        *place.processed.glob(f"{item.table}*.parquet"),
        *place.processed.glob(f"identifiers/{item.table}*.parquet"),
    ):
        shelf.written(place.processed, path.relative_to(place.processed).as_posix(), "01_clean")
    return totals


def deflator(study: Study) -> cleaning.Prices | None:
    """The price series that checks of amounts at constant prices need; None where the programme has none or
    asks for none.

    Raises
    ------
    ProblemsError if the price file is missing or unreadable, or does not hold the programme's series.
    """
    prices = study.programme.prices
    if (
        prices is None
        or not prices.series
        or not any("dates" in check.arguments for check in study.programme.checks)
    ):
        return None
    series = read_all_series(prices.path(study.definitions), prices.series, root=study.places.root)
    return cleaning.Prices(series[prices.series], prices.base_year)


def linked_tables(study: Study) -> list[str]:
    """Names of the delivered tables that are joined to the main table."""
    fed = {item.table for item in study.cohort.files}
    return [name for name, table in study.programme.tables.items() if table.link and name in fed]


def undelivered_tables(study: Study) -> list[str]:
    """Names of the programme's tables that this delivery has no file for."""
    fed = {item.table for item in study.cohort.files}
    return [name for name in study.programme.tables if name not in fed]


def build(
    study: Study, table: pd.DataFrame, linked: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Compute the declared indicators of the main table and refuse groups that cannot be compared.

    Parameters
    ----------
    table : the clean main table. linked : the clean tables that ``linked_tables`` names.

    Raises
    ------
    ProblemsError for keys that cannot be joined one to one, years without prices, and groups without rows;
    KeyError for a linked table that is not given.
    """
    return build_with_reasons(study, table, linked, None)[0]


def build_with_reasons(
    study: Study,
    table: pd.DataFrame,
    linked: Mapping[str, pd.DataFrame] | None,
    reasons: Mapping[str, pd.DataFrame] | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute the indicators, and say why each missing value is missing.

    Parameters
    ----------
    reasons : table → ``key, variable, reason`` of its missing answers, as the cleaning stage gives them; None
    to ask for none.

    Returns
    -------
    The indicators; and one line a missing value (``key, indicator, reason``), none when no reasons are given.
    """
    programme, lines = study.programme, list(study.indicators)
    given, joined, context = joined_answers(study, table, linked)
    built = indicators.build_indicators(joined, lines, context, programme)
    refuse(check_groups(study, built) + check_measured(study, built))
    units = indicators.written_out(
        built, programme, shown(study.definitions / "programme.yml", study.places.root)
    )
    if reasons is None:
        return units, pd.DataFrame(columns=["key", "indicator", "reason"])
    told = indicators.main_reasons(table, given, programme, reasons)
    context = replace(context, undelivered=frozenset(undelivered_tables(study)))
    return units, indicators.explain_missing(joined, built, lines, context, programme, told)


def joined_answers(
    study: Study, table: pd.DataFrame, linked: Mapping[str, pd.DataFrame] | None
) -> tuple[dict[str, pd.DataFrame | None], pd.DataFrame, indicators.Context]:
    """Join the linked tables to the main one; return the linked tables, the joined table, and what constructs
    may look at.
    """
    programme = study.programme
    given = dict.fromkeys(name for name, entry in programme.tables.items() if entry.link) | {
        name: (linked or {})[name] for name in linked_tables(study)
    }
    joined = indicators.join_linked(table, given, programme, study.codebook)
    return (
        given,
        joined,
        indicators.panel_context(
            joined, programme, study.definitions, root=study.places.root, codebook=study.codebook
        ),
    )


def scale_items(
    study: Study, table: pd.DataFrame, linked: Mapping[str, pd.DataFrame] | None, built: pd.DataFrame
) -> list[indicators.Scale]:
    """Gather the items behind every declared scale score, in the rows of the indicators.

    Parameters
    ----------
    table, linked : as for ``build``. built : the indicators computed from them.

    Raises
    ------
    ValueError when the indicators are of other rows than the table.
    """
    if table[KEY].tolist() != built[KEY].tolist():
        raise ValueError(
            "the indicators are of other rows than the clean table: run notebooks/02_indicators.ipynb again"
        )
    _, joined, context = joined_answers(study, table, linked)
    return indicators.scales_of(joined, built, list(study.indicators), context, study.programme.main_table)


def check_groups(study: Study, built: pd.DataFrame) -> list[Problem]:
    """Say which of the declared groups has no rows."""
    from manfaat.evaluation.sample import participation

    design, group = study.programme.design, participation(built, study.programme)
    file = shown(study.places.raw / "cohort.yml", study.places.root)
    problems = []
    if not (group == 1).any():
        problems.append(
            Problem(
                file,
                "no row belongs to the participants",
                column=design.group,
                expected=f"rows with {' or '.join(design.participants)}",
            )
        )
    if design.comparison and not (group == 0).any():
        problems.append(
            Problem(
                file,
                "no row belongs to the comparison group",
                column=design.group,
                expected=(
                    f"rows with {' or '.join(design.comparison)}, or a programme that declares no comparison"
                    " group"
                ),
            )
        )
    return problems


def check_measured(study: Study, built: pd.DataFrame) -> list[Problem]:
    """Say when the indicators are about nothing but who took part, as in a programme just drafted."""
    measured = [
        line
        for line in study.indicators
        if line.use != "group" and pd.api.types.is_numeric_dtype(built[line.name])
    ]
    file = shown(study.definitions / "indicators.csv", study.places.root)
    expected = "a line for each number that is reported, with use 'effect' for what a claim rests on"
    return (
        []
        if measured
        else [Problem(file, "no indicator is a number: nothing is measured", column="use", expected=expected)]
    )


def only_cleans(study: Study) -> bool:
    """Whether nothing is measured yet: no indicator is declared beyond the one that says who took part."""
    return all(line.use == "group" for line in study.indicators)


def check_study(study: Study) -> pd.DataFrame | None:
    """Read, clean and build without writing anything; raise every problem found.

    Returns
    -------
    The indicators; None where nothing is measured and there is nothing to build.
    """
    tables = clean_tables(study, read_raw(study))
    if only_cleans(study):
        return None
    return build(
        study,
        tables[study.programme.main_table].kept,
        {name: tables[name].kept for name in linked_tables(study)},
    )
