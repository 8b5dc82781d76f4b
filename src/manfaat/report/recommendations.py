"""What a report recommends: what a declared threshold calls for, and what to measure where it cannot tell;
each with whom it is for, by when, what it needs, and the number or verdict that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.report.benefit_exhibits import CALLED, Held, limit_text, rests_on, statistic_text
from manfaat.report.blocks import Cell
from manfaat.report.brief import Brief
from manfaat.report.exhibit import Exhibit
from manfaat.report.next_time import steps
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.words import mark

PLANNER = mark("whoever plans the next survey")
NEXT = "next survey"
WEIGHTS = {  # how pressing they are, in this order
    "called for": mark("Called for: the number is beyond its threshold"),
    "leaning": mark("To be considered: the interval of the number includes its threshold"),
    NEXT: mark("For the next survey: what this one leaves open"),
}
RECOMMENDED = Layout(
    "recommendations",
    mark("Recommendations"),
    [
        ("text", mark("Recommendation")),
        ("to", mark("To")),
        ("by_when", mark("By when")),
        ("needs", mark("What it needs")),
        ("rests", mark("Rests on")),
    ],
)
JUDGED = mark("The thresholds are declared with the programme; they are judgements, not findings.")


class Advised(NamedTuple):
    """A recommendation: the names it goes by, its text, whom it is for, by when, what it needs, what it rests
    on and how pressing it is.
    """

    names: tuple[str, ...]
    text: str
    to: str = ""
    by_when: str = ""
    needs: str = ""
    rests: str = ""
    weight: str = ""


def declared(page: Brief) -> dict[str, Advised]:
    """Every recommendation that a threshold can call for, by its name."""
    worth, code = page.reader.study.programme.worth, page.reader.code
    found = {}
    for rule in worth.implications if worth else []:
        asked = (words[code] if words else "" for words in (rule.to, rule.by_when, rule.needs))
        found[rule.id] = Advised((rule.id,), rule.text[code], *asked)
    return found


def advised(page: Brief) -> list[Advised]:
    """Every recommendation of a report, the most pressing first: those that their numbers call for, or lean
    to, then what to measure next time.
    """
    known, due = declared(page), page.implied[page.implied["verdict"].isin(CALLED)]
    due = due.sort_values("verdict", key=lambda names: names.map(CALLED.index), kind="stable")
    rows = zip(due["id"], due["verdict"], typed_rows(due, Held), strict=True)
    told = [
        known[name]._replace(rests=held_text(page.reader, row), weight=weight) for name, weight, row in rows
    ]
    return [*told, *measured_next(page)]


def held_text(reader: Reader, row: Held) -> str:
    """The number of a recommendation and its threshold."""
    return reader.say(
        "{statistic} {number} (said when {limit})",
        statistic=rests_on(reader, row.statistic),
        number=statistic_text(reader, row),
        limit=limit_text(reader, row),
    )


def measured_next(page: Brief) -> Iterator[Advised]:
    """What to measure next time, with the claims and their grades."""
    grades = {one.claim.id: one.verdict.grade for one in page.claims}
    to, by_when = page.reader.say(PLANNER), page.reader.say("in the next survey")
    for step in steps(page):
        words = page.reader.say(GRADE_WORDS[grades[step.claims[0]]])
        yield Advised(
            step.claims, step.text, to, by_when, rests=f"{', '.join(step.claims)}: {words}", weight=NEXT
        )


def recommendations(page: Brief) -> list[Exhibit]:
    """All of them in one table, the most pressing first; none where nothing is recommended."""
    own, reader = advised(page), page.reader
    if not own:
        return []
    rows = [{name: value or None for name, value in one._asdict().items() if name != "names"} for one in own]
    shown = [name for name, *_ in RECOMMENDED.columns if any(row[name] for row in rows)]
    columns = [column for column in RECOMMENDED.columns if column[0] in shown]
    notes = [reader.say(JUDGED)] if any(one.weight in CALLED for one in own) else []
    made = replace(RECOMMENDED, columns=columns).exhibit(reader, rows, *notes)
    cells = iter(made.rows)
    grouped = [
        row
        for weight, ones in groupby(one.weight for one in own)
        for row in ((Cell(reader.say(WEIGHTS[weight])),), *(next(cells) for _ in ones))
    ]
    data = made.data.assign(weight=[reader.say(WEIGHTS[one.weight]) for one in own])
    return [replace(made, rows=tuple(grouped), data=data)]


def not_called_for(reader: Reader, found: pd.DataFrame) -> list[str]:
    """The thresholds by which nothing is called for, each with its number; and what was not measured, so that
    nothing could be judged.
    """
    told = {
        "not called for": mark("No recommendation follows from these, each with its threshold: {what}."),
        "not measured": mark("Not measured, or resting on too few to be told, so not judged: {what}."),
    }
    texts = []
    for verdict, text in told.items():
        what = []
        for row in typed_rows(found[found["verdict"] == verdict], Held):
            number = "" if pd.isna(row.value) else statistic_text(reader, row)
            name = " ".join(filter(None, [rests_on(reader, row.statistic), number]))
            what.append(f"{name} ({limit_text(reader, row)})")
        texts += [reader.say(text, what="; ".join(what))] if what else []
    return texts
