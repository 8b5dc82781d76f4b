"""The regressions that speak for a cohort, as one table: a column an indicator, a row a coefficient."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.evaluation.coefficients import EQUAL, all_tables, told
from manfaat.evaluation.estimate import Settings
from manfaat.report import labels
from manfaat.report.chapter import Chapter
from manfaat.report.exhibit import Exhibit
from manfaat.report.methods import STD_ERRORS
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, Layout
from manfaat.report.words import mark

FOLDER = "coefficients"  # beside the estimates
MOST_COLUMNS = 6
REGRESSIONS = Layout(
    "regressions",
    mark("The regressions that speak for the cohort"),
    [("term", mark("Coefficient"))],
    mark(
        "By “{specification}”; in brackets the standard error ({kind}). Numbers are in the unit of each"
        " indicator per unit of the row; shares from 0 to 1. R² counts absorbed effects. All regressions,"
        " with intervals and p values, stand in the folder coefficients."
    ),
)
PARTS = {
    "(constant)": mark("Constant"),
    "(group)": mark("Participants before"),
    "(later)": mark("Later period"),
}
BELOW = {  # the lines below the coefficients: the column that each is of
    "percent": mark("Effect in per cent of the comparison group's mean"),
    "in_sd": mark("Effect in standard deviations of the comparison group"),
    "mean_comparison": mark("Mean of the comparison group"),
    "sd_comparison": mark("Standard deviation of the comparison group"),
    "r_squared": mark("R²"),
    "n": mark("n"),
}


class Row(NamedTuple):
    """One coefficient, or one test, of one regression."""

    role: str
    term: str
    estimate: float
    std_error: float
    p_value: float
    percent: float
    percent_std_error: float
    in_sd: float
    mean_comparison: float
    sd_comparison: float
    r_squared: float
    n: float


def write_coefficients(
    chapter: Chapter, table: pd.DataFrame, stages: tuple[str, ...], settings: Settings
) -> None:
    """Write every coefficient of every regression of some stages (``coefficients/<notebook>.csv``)."""
    study = chapter.study
    found = chapter.once(
        f"coefficients of {stages} by {settings}",
        lambda: all_tables(table, study.programme, list(study.indicators), settings, stages=stages),
    )
    chapter.write_csv(told(found), f"{FOLDER}/{chapter.name}.csv")


def regressions_table(reader: Reader, coefficients: pd.DataFrame) -> list[Exhibit]:
    """The table of the primary regressions of the foremost indicators, by the rater whose word counts most;
    none where the primary specification is no regression.
    """
    own = coefficients[coefficients["specification"] == reader.study.primary]
    own = own[labels.weightiest(own)] if len(own) else own
    chosen = labels.foremost(reader.study, own["indicator"])
    own = own[own["indicator"].isin(chosen)]
    names = list(dict.fromkeys(zip(own["indicator"], own["rater"], strict=True)))[:MOST_COLUMNS]
    if not names:
        return []
    columns = {
        f"{indicator} {rater}": lines_of(
            reader, own[(own["indicator"] == indicator) & (own["rater"] == rater)]
        )
        for indicator, rater in names
    }
    wide = pd.DataFrame(columns)
    last = [reader.say(text) for text in BELOW.values()]
    wide = wide.reindex([*[name for name in wide.index if name not in last], *last]).dropna(how="all")
    more = [
        Column(column, reader.indicator_label(*name), str)
        for column, name in zip(columns, names, strict=True)
    ]
    kinds = [reader.say(STD_ERRORS[kind].name) for kind in dict.fromkeys(own["std_error_kind"])]
    spec = reader.study.programme.specification(reader.study.primary)
    return [
        REGRESSIONS.exhibit(
            reader,
            wide.assign(term=wide.index),
            reader.source_note(),
            more=more,
            specification=reader.specification_label(spec),
            kind=reader.listing(kinds),
        )
    ]


def lines_of(reader: Reader, rows: pd.DataFrame) -> pd.Series:
    """The lines of one regression, written, by what they are called."""
    found: dict[str, str] = {}
    below = {name: reader.say(text) for name, text in BELOW.items()}
    several = (rows["role"] == "treatment").sum() > 1
    for row in typed_rows(rows, Row):
        if row.role == EQUAL:
            names = " = ".join(term_label(reader, name) for name in row.term.split(" = "))
            found[reader.say("p value: {names}", names=names)] = reader.p_value(row.p_value)
            continue
        label = term_label(reader, row.term)
        found[label] = with_error(reader, row.estimate, row.std_error)
        if row.role == "treatment" and not several:
            found[below["percent"]] = with_error(reader, row.percent, row.percent_std_error)
            found[below["in_sd"]] = reader.number(row.in_sd, 2)
        for name in ("mean_comparison", "sd_comparison"):
            found[below[name]] = significant(reader, getattr(row, name))
        found[below["r_squared"]] = reader.number(row.r_squared, 3)
        found[below["n"]] = reader.number(row.n, 0)
    return pd.Series(found, dtype=object)


def term_label(reader: Reader, term: str) -> str:
    """What a coefficient is called."""
    if term in PARTS:
        return reader.say(PARTS[term])
    if term == reader.study.programme.design.group:
        return reader.say("Taking part")
    return reader.treatment_label(term.removeprefix("(period) "))


def with_error(reader: Reader, value: float, error: float) -> str:
    """A number and, in brackets, its standard error."""
    return f"{significant(reader, value)} ({significant(reader, error)})" if isfinite(value) else "–"


def significant(reader: Reader, value: float) -> str:
    """A number with three digits that count, and no more than four decimals."""
    size = floor(log10(abs(value))) if isfinite(value) and value else 0
    return reader.number(value, min(max(2 - size, 0), 4))
