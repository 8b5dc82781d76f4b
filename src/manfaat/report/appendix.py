"""The last chapter: methods with references, lists of figures and tables, and how the report was made.

A further section is one more function in ``sections``; it gives the blocks below its heading.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from manfaat import __version__
from manfaat.analysis import oracle
from manfaat.analysis.study import Study
from manfaat.report import labels
from manfaat.report.blocks import (
    Block,
    Bullets,
    Cell,
    Figure,
    Head,
    Heading,
    Run,
    Table,
    Term,
    Terms,
    said,
)
from manfaat.report.methods import ALWAYS, METHODS, STD_ERRORS, Method
from manfaat.report.words import Language, mark


def sections(
    study: Study,
    record: dict[str, object],
    estimates: pd.DataFrame,
    told: Iterable[Block],
    language: Language,
) -> tuple[Block, ...]:
    """Return the appendix in the order read; ``told`` are the blocks of all chapters before it."""
    return (
        Heading(1, language.say("Appendix"), "appendix"),
        *methods(estimates, language),
        *oracle_table(study, language),
        *exhibits(told, language),
        *run_record(study, record, language),
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
        kind = say(labels.SE_KINDS[name])
        entries.append(Term(kind[:1].upper() + kind[1:], (foreign(STD_ERRORS[name], language),)))
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


ORACLE_WORDS = {
    oracle.AGREES: mark("agrees"),
    oracle.MISSES: mark("misses"),
    oracle.NOT_OFFERED: mark("not offered"),
    oracle.NO_DATA: mark("data not at hand"),
}


def oracle_table(study: Study, language: Language) -> list[Block]:
    """Published numbers and ours, side by side, as they were last computed; nothing before that was ever
    done.
    """
    found, say = oracle.results(study.places.root), language.say
    if found.empty:
        return []
    counts = found["verdict"].value_counts()
    parts = [
        f"{say(word)} {language.number(int(counts[name]), 0)}"
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
        rows += [(Cell(group, lang=foreign(group, language).lang),), *oracle_rows(lines, language)]
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
    for line in lines.itertuples(index=False):
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
    opening = say(
        "The data behind each are in the folder exhibits beside this report, with the pictures as files."
    )
    heading = Heading(2, say("Lists of figures and tables"), "lists", "page")
    return [heading, said(opening, layer="page"), *parts] if parts else []


def run_record(study: Study, record: dict[str, object], language: Language) -> list[Block]:
    """Say what the report rests on, so that it can be made again."""
    say = language.say
    parameters = ", ".join(f"{k} = {v}" for k, v in record["parameters"].items())
    versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
    inputs = "; ".join(f"{k} {v[:16]}…" for k, v in record["inputs"].items())
    commit, primary = record["git_commit"], study.programme.specification(study.primary)
    lines = (
        (say("Data"), foreign(study.cohort.origin, language)),
        (say("Licence of the data"), foreign(study.cohort.licence, language)),
        (say("Sources"), foreign(" · ".join(study.programme.sources), language)),
        (
            say("Primary specification"),
            Run(primary.label[language.code]),
        ),
        (say("Parameters"), Run(parameters, code=True)),
        (say("Checksums of the files delivered (SHA-256, first 16 digits)"), Run(inputs, code=True)),
        (say("Software"), foreign(f"Manfaat {__version__}, {versions}", language)),
        (say("Version of the project (git)"), Run(str(commit), code=True) if commit else Run(say("unknown"))),
    )
    terms = Terms(tuple(Term(name, (run,)) for name, run in lines))
    return [Heading(2, say("How this report was made"), "record"), terms]
