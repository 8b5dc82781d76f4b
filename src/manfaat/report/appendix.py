"""The last chapter: methods with references, lists of figures and tables, and how the report was made.

A further section is one more function in ``sections``; it gives a title, an anchor and the HTML below its
heading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import pandas as pd
from markupsafe import Markup

from manfaat import __version__
from manfaat.analysis import oracle
from manfaat.analysis.study import Study
from manfaat.report import labels
from manfaat.report.methods import ALWAYS, METHODS, STD_ERRORS
from manfaat.report.words import Language, mark

NOT_PRINTED = ' class="only-screen"'


@dataclass(frozen=True)
class Content:
    """One section of the appendix."""

    id: str
    title: str
    html: str
    on_paper: bool = True


def sections(
    study: Study, record: dict[str, object], estimates: pd.DataFrame, chapters: str, language: Language
) -> list[Content]:
    """Return the appendix in the order read; ``chapters`` is the HTML of all chapters before it."""
    found = [
        methods(estimates, language),
        oracle_table(study, language),
        exhibits(chapters, language),
        run_record(study, record, language),
    ]
    return [section for section in found if section.html]


def foreign(text: str, language: Language) -> str:
    """Return a text that stays in English, marked so where the report is in another language."""
    return escape(text) if language.code == "en" else f'<span lang="en">{escape(text)}</span>'


def methods(estimates: pd.DataFrame, language: Language) -> Content:
    """Describe every method and kind of standard error that this run used."""
    say, lines = language.say, []
    used = [name for name in METHODS if name in set(estimates["method"])]
    for name in used:
        known = METHODS[name]
        lines.append(
            f'<dt id="method-{name}">{escape(say(known.name))}</dt><dd>{escape(say(known.does))}'
            f" <cite>{foreign(known.reference, language)}</cite></dd>"
        )
    for name in (name for name in STD_ERRORS if name in set(estimates["std_error_kind"].dropna())):
        kind = say(labels.SE_KINDS[name])
        lines.append(
            f"<dt>{escape(kind[:1].upper() + kind[1:])}</dt><dd><cite>{foreign(STD_ERRORS[name], language)}</cite></dd>"  # noqa: E501
        )
    for known in ALWAYS if used else ():
        lines.append(
            f"<dt>{escape(say(known.name))}</dt><dd>{escape(say(known.does))}"
            f" <cite>{foreign(known.reference, language)}</cite></dd>"
        )
    opening = say(
        "What was used in this run, and who describes it. Every estimate with all its columns is in"
        " estimates.csv."
    )
    return Content(
        "methods",
        say("Methods and references"),
        f'<p>{escape(opening)}</p><dl class="record">{"".join(lines)}</dl>' if lines else "",
    )


ORACLE_WORDS = {
    oracle.AGREES: mark("agrees"),
    oracle.MISSES: mark("misses"),
    oracle.NOT_OFFERED: mark("not offered"),
    oracle.NO_DATA: mark("data not at hand"),
}


def oracle_table(study: Study, language: Language) -> Content:
    """Published numbers and ours, side by side, as they were last computed; empty before that was ever
    done.
    """
    found, say = oracle.results(study.places.root), language.say
    if found.empty:
        return Content("oracle", say("Published numbers and ours"), "")
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
    head = "".join(
        f'<th scope="col"{place}>{escape(text)}</th>'
        for text, place in (
            (say("Quantity"), ""),
            (say("Published"), NUMBER),
            (say("Ours"), NUMBER),
            (say("Verdict"), ""),
        )
    )
    rows = "".join(
        '<tbody><tr><th scope="rowgroup"'
        f' colspan="4">{foreign(group, language)}</th></tr>{oracle_rows(lines, language)}</tbody>'
        for group, lines in found.groupby("group", sort=False)
    )
    title, word, named = (
        say("Published numbers and ours"),
        say("Table"),
        'aria-labelledby="exhibit-table-a-1-name"',
    )
    source = say(
        "Source: {citation}; {label}.", citation="docs/oracle.csv", label=say("each with its own source")
    )
    name = f'<span class="number">{escape(word)} A.1.</span> <span class="title">{escape(title)}.</span>'
    table = (
        f'<div class="scroll" tabindex="0" role="region" {named}><table'
        f" {named}><thead><tr>{head}</tr></thead>{rows}</table></div>"
    )
    figure = (
        '<figure class="exhibit table" id="exhibit-table-a-1"><figcaption'
        f' id="exhibit-table-a-1-name">{name}</figcaption>{table}<p'
        f' class="note">{escape(source)}</p></figure>'
    )
    return Content("oracle", title, f"<p>{escape(opening)}</p>{figure}", on_paper=True)


NUMBER = ' class="number"'


def oracle_rows(lines: pd.DataFrame, language: Language) -> str:
    """The rows of one group; ours is written with one digit more than was printed."""
    rows = []
    for line in lines.itertuples(index=False):
        digits = len(line.published.partition(".")[2])
        cells = (
            language.number(float(line.published), digits),
            language.number(line.ours, digits + 1) if line.ours == line.ours else "–",
        )
        word = ORACLE_WORDS[line.verdict]
        rows.append(
            f'<tr><th scope="row">{foreign(line.quantity, language)}</th>'
            + "".join(f"<td{NUMBER}>{cell}</td>" for cell in cells)
            + f"<td>{escape(language.say(word))}</td></tr>"
        )
    return "".join(rows)


def exhibits(chapters: str, language: Language) -> Content:
    """List all figures and tables, each a link to its place."""
    found = re.findall(
        r'<figure class="exhibit[^"]*" id="([^"]+)">.*?<span class="number">(.*?)\.?</span> <span'
        r' class="title">(.*?)</span>',
        chapters,
        re.DOTALL,
    )
    parts = []
    for words, kind in ((language.say("Figures"), "figure"), (language.say("Tables"), "table")):
        entries = "".join(
            f'<li><a href="#{anchor}">{number}. {title.rstrip(".")}</a></li>'
            for anchor, number, title in found
            if anchor.startswith(f"exhibit-{kind}")
        )
        parts += [f'<h4>{escape(words)}</h4><ul class="lists">{entries}</ul>'] if entries else []
    opening = language.say(
        "The data behind each are in the folder exhibits beside this report, with the pictures as files."
    )
    html = f"<p>{escape(opening)}</p>{''.join(parts)}" if parts else ""
    return Content(
        "lists", language.say("Lists of figures and tables"), html, on_paper=False
    )  # on paper they stand in front


def run_record(study: Study, record: dict[str, object], language: Language) -> Content:
    """Say what the report rests on, so that it can be made again."""
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in record_lines(study, record, language)
    )
    return Content("record", language.say("How this report was made"), f'<dl class="record">{lines}</dl>')


def record_lines(study: Study, record: dict[str, object], language: Language) -> list[tuple[str, Markup]]:
    """Return the run record as (name, HTML) pairs."""
    say = language.say
    parameters = ", ".join(f"{k} = {v}" for k, v in record["parameters"].items())
    versions = ", ".join(f"{k} {v}" for k, v in record["versions"].items())
    inputs = "; ".join(f"{k} {v[:16]}…" for k, v in record["inputs"].items())
    return [
        (say("Data"), Markup(foreign(study.cohort.origin, language))),
        (say("Licence of the data"), Markup(foreign(study.cohort.licence, language))),
        (say("Sources"), Markup(foreign(" · ".join(study.programme.sources), language))),
        (
            say("Primary specification"),
            Markup(escape(study.programme.specification(study.primary).label[language.code])),
        ),
        (say("Parameters"), Markup(f"<code>{escape(parameters)}</code>")),
        (
            say("Checksums of the files delivered (SHA-256, first 16 digits)"),
            Markup(f"<code>{escape(inputs)}</code>"),
        ),
        (say("Software"), Markup(foreign(f"Manfaat {__version__}, {versions}", language))),
        (
            say("Version of the project (git)"),
            Markup(
                f"<code>{escape(str(record['git_commit']))}</code>"
                if record["git_commit"]
                else escape(say("unknown"))
            ),
        ),
    ]


def html_of(contents: list[Content]) -> str:
    """Return the sections below the appendix's own heading."""
    return "".join(
        f"<div{'' if content.on_paper else NOT_PRINTED}><h3"
        f' id="{content.id}">{escape(content.title)}</h3>{content.html}</div>'
        for content in contents
    )
