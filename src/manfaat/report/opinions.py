"""What participants named as best and worst: never their own words, but what a person coded them as."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.definitions.claims import Opinion
from manfaat.report.blocks import said
from manfaat.report.brief import Part
from manfaat.report.reader import Reader
from manfaat.report.tables import PEOPLE, Layout
from manfaat.report.words import mark

MOST = 3  # answers that a sentence names; the annex has all
OPINIONS = Layout(
    "opinions",
    mark("What participants named in their own words"),
    [
        ("about", mark("Question")),
        ("answer", mark("What a person coded it as")),
        ("n", mark("Participants"), PEOPLE),
        ("share", mark("Share of those coded"), "whole percent"),
    ],
    mark("Answers of few people, and those from which they would follow, are left out (–)."),
    is_grouped=True,
    layer="annex",
)


class Named(NamedTuple):
    """How many named an answer."""

    opinion: str
    answer: str
    n: float
    share: float
    n_answered: float


def opinion_parts(reader: Reader, found: pd.DataFrame) -> list[Part]:
    """What was named most, in a sentence a question, and all answers in the annex; a question whose answers
    nobody has coded is said to be so. Nothing where no such question is declared.
    """
    known = {one.id: one for one in reader.study.programme.opinions}
    rows = list(typed_rows(found, Named))
    told = [
        sentence(reader, one, [row for row in rows if row.opinion == name]) for name, one in known.items()
    ]
    if not told:
        return []
    data = found.assign(
        about=[known[row.opinion].label[reader.code] for row in rows],
        answer=[known[row.opinion].answers[row.answer][reader.code] for row in rows],
    )
    return [said(" ".join(told)), *([OPINIONS.exhibit(reader, data, reader.source_note())] if rows else [])]


def sentence(reader: Reader, one: Opinion, rows: list[Named]) -> str:
    """What was named most often to one question."""
    label = one.label[reader.code]
    if not rows:
        return reader.say("Answers to “{question}” are not told: nobody has coded them.", question=label)
    shown = [row for row in rows if row.share == row.share][:MOST]
    most = [
        reader.say(
            "{answer} ({share})", answer=one.answers[row.answer][reader.code], share=reader.percent(row.share)
        )
        for row in shown
    ]
    n = reader.number(rows[0].n_answered, 0)
    few = mark("“{question}”: no answer is shared by enough people to be told ({n} were coded).")
    often = mark("“{question}”: most often {most}, of {n} whose answers a person coded.")
    return reader.say(often if most else few, question=label, most=reader.listing(most), n=n)
