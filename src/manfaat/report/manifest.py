"""What a release holds, what was withheld from it and why, and what it was held against: in words, in each
language of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from manfaat import __version__
from manfaat.report.ledgers import terms_of_sharing
from manfaat.report.reader import Reader
from manfaat.report.words import mark

WIDTH = 96
WHOM = {
    "internal": mark("those who work on the evaluation"),
    "partner": mark("the parties of the programme"),
    "public": mark("anybody"),
}
LEFT_OUT = {  # of what a run makes, by what is left out, for which profiles, and why
    "record": mark(
        "The record of the run, the report as data and the tables between the notebooks: whoever makes the"
        " report again needs them, and nobody else does."
    ),
    "annex": mark(
        "The annex, with the ledgers of rows and of changed answers, and every exhibit that"
        " stands there alone:"
        " the more tables lie side by side, the more can be worked out from all of them together. Where the"
        " report names the annex, it can be asked for."
    ),
}
WITHHELD = (
    mark("Answers of single people, what names them, and whatever somebody wrote in own words."),
    mark(
        "A number of people of one to four, a share that holds for or leaves over so few, and as"
        " many others as"
        " it takes for none of them to follow from a total."
    ),
    mark(
        "An amount of which two people or firms have nearly all: no mean of it is told, and a difference only"
        " roughly."
    ),
    mark(
        "Digits: a mean is told in steps of its standard deviation divided by the number of"
        " people, a share in"
        " steps of one person, an estimate by its standard error; the difference of two numbers"
        " tells nobody's"
        " answer."
    ),
)
CHECKED = (
    mark("the report is what its definitions, its delivery and this version make"),
    mark("every row delivered is kept, or set aside by a rule: the ledger adds up"),
    mark("every number that a sentence of brief and report tells is one of a table, as far as it is rounded"),
    mark("an attacker who holds this release, and former ones of the same people, recovers no single person"),
    mark("nothing names a person, a machine or its user"),
    mark("every language of the report is there and says the same numbers"),
    mark("pages name and describe every table and picture for those who listen"),
)


@dataclass(frozen=True)
class Contents:
    """What a manifest is about: for whom, the files and their sizes, the ledger of what they tell."""

    profile: str
    files: dict[str, int]
    ledger: pd.DataFrame
    left_out: tuple[str, ...]  # keys of ``LEFT_OUT``
    former: tuple[str, ...] = ()  # days of former releases that it was held against


def withheld(ledger: pd.DataFrame) -> tuple[int, int]:
    """How many numbers of tables about people in report and brief are empty or a dash, and how many there
    are; some of these would be empty of anybody's answers.
    """
    report = ledger[ledger["layer"].isin(["brief", "report"]) & (ledger["people"] == "yes")]
    return int(report["value"].isin(["", "–"]).sum()), len(report)


def manifest(reader: Reader, contents: Contents, day: date) -> str:
    """The text of a manifest."""
    programme, cohort = reader.study.programme.title[reader.code], reader.study.cohort.label[reader.code]
    lines = [
        f"{programme}: {cohort}",
        reader.say(
            "Release for {whom} (profile {profile}), {day}, made with Manfaat {version}.",
            whom=reader.say(WHOM[contents.profile]),
            profile=contents.profile,
            day=reader.date(day),
            version=__version__,
        ),
        "",
        *listed(reader.say("What it holds"), holds(reader, contents)),
        *listed(reader.say("What was withheld, and why"), left(reader, contents)),
        *listed(reader.say("What it was held against before it was built"), against(reader, contents)),
        reader.say("SHA256SUMS holds the checksum of every file: sha256sum -c SHA256SUMS"),
    ]
    return "\n".join(line for text in lines for line in wrapped(text)) + "\n"


def holds(reader: Reader, contents: Contents) -> Iterator[str]:
    """What lies in a release."""
    pages = [name for name in contents.files if "/" not in name and name.endswith((".html", ".pdf", ".docx"))]
    yield ", ".join(sorted(pages))
    data = [name for name in contents.files if name not in pages]
    yield reader.say_count(
        "{n} file of data behind its figures and tables",
        "{n} files of data behind its figures and tables",
        len(data),
    )
    yield reader.say(
        "release.csv: every number that it tells, with how many people each is of, {n} lines",
        n=reader.number(len(contents.ledger), 0),
    )


def left(reader: Reader, contents: Contents) -> Iterator[str]:
    """What was withheld, and why."""
    yield from (reader.say(LEFT_OUT[key]) for key in contents.left_out)
    if terms := terms_of_sharing(reader):
        yield terms + " " + reader.say("Small numbers are hidden all the same.")
        return
    yield from (reader.say(text) for text in WITHHELD)
    hidden, of = withheld(contents.ledger)
    yield reader.say(
        "Of the {of} numbers about people in the tables of brief and report at most {hidden} ({share}) are"
        " withheld.",
        of=reader.number(of, 0),
        hidden=reader.number(hidden, 0),
        share=reader.percent(hidden / of if of else 0.0, 1),
    )


def against(reader: Reader, contents: Contents) -> Iterator[str]:
    """What a release was held against."""
    for text in CHECKED:
        if text != CHECKED[3] or reader.study.cohort.is_confidential:
            yield reader.say(text)
    if contents.former:
        yield reader.say("former releases: {days}", days=", ".join(contents.former))


def listed(title: str, items: Iterable[str]) -> list[str]:
    """A title and its lines."""
    return [title, *(f"- {item}" for item in items), ""]


def wrapped(text: str) -> list[str]:
    """A text in lines of ``WIDTH`` letters; those of a list stand below its first word."""
    import textwrap

    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False) or [""]
