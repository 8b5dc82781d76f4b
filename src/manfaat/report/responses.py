"""What the office that received a report answers to its recommendations, and what became of those of the
former report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from manfaat.definitions.charter import Response, Statements
from manfaat.report.blocks import Paragraph, said
from manfaat.report.brief import Brief, Part
from manfaat.report.citing import asking
from manfaat.report.recommendations import PLANNER, Advised, advised, declared
from manfaat.report.tables import Layout
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.words import mark, sentence_case

ANSWERS = {
    "accepted": mark("accepted"),
    "partly accepted": mark("partly accepted"),
    "rejected": mark("rejected"),
}
STATES = {
    "not begun": mark("not begun"),
    "under way": mark("under way"),
    "done": mark("done"),
}
NOW = {
    "called for": mark("still called for"),
    "leaning": mark("still leaning"),
    "not called for": mark("no longer called for"),
    "not measured": mark("not measured"),
}
COLUMNS = [
    ("text", mark("Recommendation")),
    ("to", mark("To")),
    ("by_when", mark("By when")),
    ("response", mark("Response")),
    ("action", mark("What is done, or why not")),
    ("status", mark("How far")),
]
ANSWERED = Layout(
    "responses",
    mark("What the recommendations were answered"),
    COLUMNS,
    mark("Answered by those who received the report, in their words."),
    layer="annex",
)
FOLLOWED = Layout(
    "followed",
    mark("What became of the former recommendations"),
    [*COLUMNS, ("now", mark("In this report"))],
    mark("The last column is computed from this report's data; all else is what was answered."),
    layer="annex",
)


def answered_row(page: Brief, one: Advised, answer: Response | None) -> dict[str, str | None]:
    """One recommendation with what was answered; dashes where nothing was."""
    say, code = page.reader.say, page.reader.code
    due = answer.due[code] if answer and answer.due else one.by_when
    row: dict[str, str | None] = {"text": one.text, "to": one.to or None, "by_when": due or None}
    if answer is None:
        return row | {"response": None, "action": None, "status": None}
    return row | {
        "response": say(ANSWERS[answer.response]),
        "action": sentence_case(answer.action[code]),
        "status": say(STATES[answer.status]),
    }


def answers(page: Brief, stated: Statements) -> list[Part]:
    """What the recommendations of this report were answered: a sentence, and a table of the annex; one line
    where nobody has answered. Nothing where nothing is recommended.
    """
    own, reader = advised(page), page.reader
    if not own:
        return []
    if not stated.responses:
        text = reader.say_count(
            "Nobody has answered the {n} recommendation of this report yet: whoever received it does so"
            " under ‘responses’ in charter.yml.",
            "Nobody has answered the {n} recommendations of this report yet: whoever received it does so"
            " under ‘responses’ in charter.yml.",
            len(own),
        )
        return [Paragraph(asking(text, "recommendations"), "note")]
    by_name = {answer.recommendation: answer for answer in stated.responses}
    found = [next((by_name[name] for name in one.names if name in by_name), None) for one in own]
    rows = [answered_row(page, one, answer) for one, answer in zip(own, found, strict=True)]
    counts = Counter(answer.response for answer in found if answer)
    text = reader.say(
        "Of {all} recommendations {n} were answered: {parts}.",
        all=reader.number(len(own), 0),
        n=reader.number(counts.total(), 0),
        parts=reader.listing(counted(page, counts, ANSWERS)),
    )
    return [said(text), ANSWERED.exhibit(reader, rows, reader.source_note())]


def counted(page: Brief, counts: Mapping[Any, int], words: dict[str, str]) -> list[str]:
    """How many of each kind, in words."""
    say, number = page.reader.say, page.reader.number
    return [f"{number(counts[name], 0)} {say(word)}" for name, word in words.items() if counts.get(name)]


def follow_up(page: Brief, stated: Statements) -> list[Part]:
    """What became of the recommendations of the former report, and whether the data still call for them."""
    if not stated.former:
        return []
    reader, known = page.reader, declared(page)
    claims = {claim.id: claim for claim in reader.study.programme.claims}
    now, rows = verdicts_now(page), []
    for answer in stated.former:
        name = answer.recommendation
        about = known.get(name) or Advised((name,), claims[name].text[reader.code], reader.say(PLANNER))
        rows.append(answered_row(page, about, answer) | {"now": now(name)})
    counts = Counter(answer.status for answer in stated.former)
    text = reader.say(
        "Of {all} recommendations of the former report: {parts}.",
        all=reader.number(len(rows), 0),
        parts=reader.listing(counted(page, counts, STATES)),
    )
    return [said(text), FOLLOWED.exhibit(reader, rows, reader.source_note())]


def verdicts_now(page: Brief) -> Callable[[str], str]:
    """What this report says of a recommendation by its name, or of a claim."""
    implied = dict(zip(page.implied["id"], page.implied["verdict"], strict=True))
    grades: pd.Series = page.grades.groupby("claim")["grade"].first()

    def now(name: str) -> str:
        if name in implied:
            return page.reader.say(NOW[implied[name]])
        return page.reader.say(GRADE_WORDS[grades[name]]) if name in grades else ""

    return now
