"""The tables of a cohort as frames: labelled categories, real types, one row a unit."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import build_with_reasons, clean_tables, linked_tables, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.definitions.codebook import KEY, Variable
from manfaat.evaluation.sample import group_code, participation
from manfaat.report.chapter import Chapter
from manfaat.report.reader import Reader

TOOK_PART = "took_part"
QUICK = 30_000_000  # bytes of a delivery that is cleaned while one waits
DATES = {"date": "%Y-%m-%d", "month": "%Y-%m", "dateTime": None}


def prepare(reader: Reader) -> None:
    """Clean the delivery and build the indicators, as ``01_clean`` and ``02_indicators`` do, below the
    cohort's ``scratch/``.

    Raises
    ------
    ProblemsError with everything that stops these notebooks.
    """
    study = reader.study
    tables = clean_tables(study, read_raw(study))
    cleaned = Chapter("01_clean", reader)
    for table in tables.values():
        cleaned.write_clean(table)
    measured, main = Chapter("02_indicators", reader), study.programme.main_table
    linked = {name: measured.read(name) for name in linked_tables(study)}
    reasons = {name: measured.read(f"{name}_reasons") for name in (main, *linked)}
    built, why = build_with_reasons(study, measured.read(main), linked, reasons)
    measured.write(built, "indicators")
    measured.write(why, "indicators_missing")


def read(chapter: Chapter, name: str) -> pd.DataFrame:
    """Read a table; outside the report's notebooks and of a delivery that is quickly read, make it first
    where it is not there or older than its sources.

    Raises
    ------
    ProblemsError that names the notebook or command to run first.
    """
    places = chapter.study.places
    try:
        return chapter.read(name)
    except ProblemsError:
        size = sum(path.stat().st_size for path in places.raw.glob("*") if path.is_file())
        if chapter.name or places.is_published or size > QUICK:
            raise
    prepare(chapter.reader)
    return chapter.read(name)


def category(values: pd.Series, variable: Variable, reader: Reader) -> pd.Series:
    """Codes of a list as a category of its labels, in the list's order; labels that stand twice keep their
    codes.
    """
    choices = reader.study.codebook.answers(variable.list_name or "")
    labels = [choice.label(reader.code) for choice in choices]
    if variable.role == "group":
        labels = [reader.group_label(choice.name) for choice in choices]
    named = {
        choice.name: label if labels.count(label) == 1 else f"{label} ({choice.name})"
        for choice, label in zip(choices, labels, strict=True)
    }
    others = {code: code for code in sorted(set(values.dropna()) - set(named))}
    named |= others
    return pd.Series(pd.Categorical(values.map(named), list(named.values())), index=values.index)


def labelled(table: pd.DataFrame, name: str, reader: Reader) -> pd.DataFrame:
    """A clean table as an analyst wants it, indexed by the key of the unit.

    Lists become categories, dates and months ``datetime64``; whole numbers are ``Int64``, other numbers
    ``float64``, texts and answers of several choices ``string``. Where a row came from is left out.
    """
    columns: dict[str, pd.Series] = {}
    for variable in reader.study.codebook.table(name):
        if variable.name not in table:
            continue
        values = table[variable.name]
        if variable.kind == "select_one":
            values = category(values, variable, reader)
        elif variable.kind in DATES:
            values = pd.to_datetime(values, format=DATES[variable.kind], errors="coerce")
        columns[variable.name] = values
    return pd.DataFrame(columns, index=table.index).set_axis(pd.Index(table[KEY], name="key"), axis=0)


def group_codes(reader: Reader, table: pd.DataFrame) -> list[str]:
    """The codes of the groups, those of the design first."""
    design = reader.study.programme.design
    codes = {group_code(value) for value in table[design.group].unique()}
    return list(dict.fromkeys([*design.participants, *design.comparison, *sorted(codes - {""})]))


def measured(reader: Reader, table: pd.DataFrame) -> pd.DataFrame:
    """The indicators as an analyst wants them, indexed by the key; ``took_part`` is 1 for participants, 0 for
    the comparison group and missing for anyone else, the group a category.
    """
    design = reader.study.programme.design
    names = {code: reader.group_label(code) for code in group_codes(reader, table)}
    called = {value: names.get(group_code(value)) for value in table[design.group].unique()}
    group = pd.Categorical(table[design.group].map(called), list(dict.fromkeys(names.values())))
    frame = table.drop(columns=KEY).assign(**{design.group: group})
    if TOOK_PART not in frame:
        frame.insert(0, TOOK_PART, participation(table, reader.study.programme))
    return frame.set_axis(pd.Index(table[KEY], name="key"), axis=0)
