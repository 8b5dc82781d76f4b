"""The last chapter: methods with references, lists of figures and tables, and how the report was made.

A further section is one more function in ``sections``; it gives the blocks below its heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from manfaat import __version__
from manfaat.analysis import oracle
from manfaat.base.typed import typed_rows
from manfaat.definitions.prices import about_series, sources
from manfaat.report.abbreviations import abbreviations
from manfaat.report.blocks import (
    Block,
    Bullets,
    Cell,
    Figure,
    Head,
    Heading,
    Run,
    Runs,
    Table,
    Term,
    Terms,
    said,
)
from manfaat.report.exhibit import block_of
from manfaat.report.methods import ALWAYS, METHODS, STD_ERRORS, Method
from manfaat.report.quality import quality_table
from manfaat.report.questionnaire import questionnaire_table
from manfaat.report.reader import Reader
from manfaat.report.regressions import regressions_table
from manfaat.report.words import Language, mark


class Compared(NamedTuple):
    """A published number, with the digits printed, and ours."""

    quantity: str
    published: str
    ours: float
    verdict: str


def sections(
    reader: Reader,
    record: dict[str, Any],
    estimates: pd.DataFrame,
    coefficients: pd.DataFrame,
    told: Iterable[Block],
) -> tuple[Block, ...]:
    """Return the appendix in the order read; ``told`` are the blocks of all chapters before it."""
    told, checked = list(told), oracle_table(reader)
    said_of = [
        *methods(estimates, reader),
        *checked,
        *regressions(reader, coefficients, 2 if checked else 1),
    ]
    said_of += questionnaire_table(reader, 1 + sum(isinstance(block, Table) for block in said_of))
    said_of += [*abbreviations(reader, [*told, *said_of]), *documents(reader)]
    tables = sum(isinstance(block, Table) for block in said_of)
    return (
        Heading(1, reader.say("Methods, and how this was made"), "appendix"),
        *said_of,
        *quality_table(reader, [*told, *said_of], tables + 1),
        *exhibits(told, reader),
        *run_record(reader, record),
    )


def foreign(text: str, language: Language) -> Run:
    """Return a text that stays in English, marked so where the report is in another language."""
    return Run(text, lang="" if language.code == "en" else "en")


def methods(estimates: pd.DataFrame, language: Language) -> list[Block]:
    """Describe every method and kind of standard error that this run used; nothing where it used none."""
    say = language.say
    used = [name for name in METHODS if name in set(estimates["method"])]
    entries = [described(METHODS[name], language, f"method-{name}") for name in used]
    for name in (name for name in STD_ERRORS if name in set(estimates["std_error_kind"].dropna())):
        kind = say(STD_ERRORS[name].name)
        entries.append(Term(kind[:1].upper() + kind[1:], (foreign(STD_ERRORS[name].reference, language),)))
    entries += [described(known, language) for known in ALWAYS] if used else []
    opening = say(
        "What was used in this run, and who describes it. Every estimate with all its columns is in"
        " estimates.csv."
    )
    heading = Heading(2, say("Methods and references"), "methods")
    return [heading, said(opening), Terms(tuple(entries))] if entries else []


def described(known: Method, language: Language, id: str = "") -> Term:
    """Say what a method does and who describes it."""
    words = (Run(language.say(known.does) + " "), foreign(known.reference, language))
    return Term(language.say(known.name), words, id)


def regressions(reader: Reader, coefficients: pd.DataFrame, place: int) -> list[Block]:
    """The regressions that speak for the cohort, whole; nothing where none does. ``place`` numbers the table
    among those of the appendix.
    """
    label = reader.say("Table") + f" A.{place}"
    found = [block_of(one, label, "") for one in regressions_table(reader, coefficients)]
    return [Heading(2, reader.say("Regressions in full"), "regressions"), *found] if found else []


ORACLE_WORDS = {
    oracle.AGREES: mark("agrees"),
    oracle.MISSES: mark("misses"),
    oracle.NOT_OFFERED: mark("not offered"),
    oracle.NO_DATA: mark("data not at hand"),
}


def oracle_table(reader: Reader) -> list[Block]:
    """Published numbers and ours, side by side, as they were last computed; nothing before that was ever
    done.
    """
    found, say = oracle.results(reader.study.places.root), reader.say
    if found.empty:
        return []
    counts = found["verdict"].value_counts()
    parts = [
        f"{say(word)} {reader.number(int(counts[name]), 0)}"
        for name, word in ORACLE_WORDS.items()
        if name in counts
    ]
    opening = say(
        "Every estimator is held against what is in print: {parts}. Where none is offered, or ours cannot"
        " agree, the reason stands in docs/oracle.csv.",
        parts=", ".join(parts),
    )
    rows: list[tuple[Cell, ...]] = []
    for group, lines in found.groupby("group", sort=False):
        named = str(group)
        rows += [(Cell(named, lang=foreign(named, reader).lang),), *oracle_rows(lines, reader)]
    title = say("Published numbers and ours")
    source = say(
        "Source: {citation}; {label}.", citation="docs/oracle.csv", label=say("each with its own source")
    )
    heads = (
        Head(say("Quantity")),
        Head(say("Published"), is_number=True),
        Head(say("Ours"), is_number=True),
        Head(say("Verdict")),
    )
    shown = Table("exhibit-table-a-1", say("Table") + " A.1", title, source, heads, tuple(rows))
    return [Heading(2, title, "oracle"), said(opening), shown]


def oracle_rows(lines: pd.DataFrame, language: Language) -> list[tuple[Cell, ...]]:
    """The rows of one group; ours is written with one digit more than was printed."""
    rows: list[tuple[Cell, ...]] = []
    for line in typed_rows(lines, Compared):
        digits = len(line.published.partition(".")[2])
        rows.append(
            (
                Cell(line.quantity, lang=foreign(line.quantity, language).lang),
                Cell(str(language.number(float(line.published), digits)), float(line.published)),
                Cell(str(language.number(line.ours, digits + 1))),
                Cell(language.say(ORACLE_WORDS[line.verdict])),
            )
        )
    return rows


def documents(reader: Reader) -> list[Block]:
    """What the programme's definitions and its series of prices rest on, numbered."""
    items: tuple[Runs, ...] = tuple((foreign(text, reader),) for text in reader.study.programme.sources)
    items += tuple(series_of(reader))
    heading = Heading(2, reader.say("Documents consulted"), "documents")
    return [heading, Bullets(items, is_ordered=True)] if items else []


def series_of(reader: Reader) -> Iterator[Runs]:
    """Each series of prices or exchange rates that the definitions name, and where it is from."""
    programme, known = reader.study.programme, about_series()
    named = [programme.prices.series] if programme.prices else []
    for money in programme.costs.currencies.values() if programme.costs else ():
        named += [*money.times, *money.over, money.prices or ""]
    path = programme.prices.path(reader.study.definitions) if programme.prices else None
    where = sources(path, root=reader.study.places.root)
    for name in dict.fromkeys(name for name in named if name in where):
        label = known[name].label(reader.code) if name in known else name
        yield Run(f"{label}: "), foreign(where[name], reader)


def exhibits(told: Iterable[Block], language: Language) -> list[Block]:
    """List all figures and tables, each a link to its place; on paper they stand in front."""
    say = language.say
    parts: list[Block] = []
    shown = [block for block in told if isinstance(block, Figure | Table) and block.label]
    for title, kind in ((say("Figures"), Figure), (say("Tables"), Table)):
        entries = tuple(
            (Run(f"{block.label}. {block.title.rstrip('.')}", link=f"#{block.id}"),)
            for block in shown
            if isinstance(block, kind)
        )
        if entries:
            parts += [Heading(3, title, layer="page"), Bullets(entries, role="lists", layer="page")]
    opening = say("The data behind each are in the folder exhibits beside this report.")
    heading = Heading(2, say("Lists of figures and tables"), "lists", "page")
    return [heading, said(opening, layer="page"), *parts] if parts else []


def run_record(reader: Reader, record: dict[str, Any]) -> list[Block]:
    """Say what the report rests on, so that it can be made again."""
    say = reader.say
    parameters = ", ".join(f"{k} = {v}" for k, v in record["parameters"].items())
    versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
    inputs = "; ".join(f"{k} {v[:16]}…" for k, v in record["inputs"].items())
    commit, primary = record["git_commit"], reader.study.programme.specification(reader.study.primary)
    lines = (
        (say("Data"), foreign(reader.study.cohort.origin, reader)),
        (say("Licence of the data"), foreign(reader.study.cohort.licence, reader)),
        (
            say("Primary specification"),
            Run(reader.specification_label(primary)),
        ),
        (say("Parameters"), Run(parameters, code=True)),
        (say("Checksums of the files delivered (SHA-256, first 16 digits)"), Run(inputs, code=True)),
        (say("Software"), foreign(f"Manfaat {__version__}, {versions}", reader)),
        (say("Version of the project (git)"), Run(str(commit), code=True) if commit else Run(say("unknown"))),
    )
    terms = Terms(tuple(Term(name, (run,)) for name, run in lines))
    return [Heading(2, say("How this report was made"), "record"), terms]
