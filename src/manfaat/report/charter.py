"""The evaluation itself in the report: why, for whom, by whom and how it was made; what it asks and what
answers that; what follows from it in the words of those who made it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.costs.basis import basis
from manfaat.definitions.charter import CRITERIA, Evaluator, Objective, Statements
from manfaat.definitions.claims import Claim
from manfaat.definitions.programme import Partner
from manfaat.report.benefit_exhibits import Mean
from manfaat.report.blocks import Bullets, Paragraph, leading, listed, said
from manfaat.report.brief import Brief, Part
from manfaat.report.exhibit import Exhibit
from manfaat.report.gate import told as as_told
from manfaat.report.labels import STAGES, unit_of
from manfaat.report.reader import Reader
from manfaat.report.recommendations import not_called_for, recommendations
from manfaat.report.responses import answers, follow_up
from manfaat.report.tables import Layout
from manfaat.report.verdict_words import GRADE_SIGNS, GRADE_WORDS
from manfaat.report.verdicts import Verdict, by_claim, measure_label, page_of
from manfaat.report.words import mark, sentence_case

LABELS = {  # of what a charter states, in the order in which a reader is told
    "purpose": mark("Why it was made"),
    "audience": mark("For whom"),
    "uses": mark("For which decisions"),
    "evaluators": mark("Who made it"),
    "commissioned_by": mark("Who asked for it"),
    "funded_by": mark("Who paid for it"),
    "terms_of_reference": mark("Terms of reference"),
    "dates": mark("When it was made"),
    "places": mark("Where the programme ran"),
    "scope": mark("What it covers"),
    "eligibility": mark("Who could take part"),
    "sampling": mark("Who was asked"),
    "comparison": mark("Who is compared with them"),
    "collection": mark("How answers were collected"),
    "ethics": mark("Who approved it"),
    "consent": mark("Consent"),
    "consultation": mark("Who was heard"),
    "questions": mark("Questions"),
    "objectives": mark("Objectives"),
    "assumptions": mark("Assumptions"),
}
CRITERION_WORDS = {
    "relevance": mark("relevance"),
    "coherence": mark("coherence"),
    "effectiveness": mark("effectiveness"),
    "efficiency": mark("efficiency"),
    "impact": mark("impact"),
    "sustainability": mark("sustainability"),
    "equity": mark("equity"),
}
GLANCE = Layout(
    "charter", mark("This evaluation"), [("what", mark("What a reader asks")), ("told", mark("Answer"))]
)
INVOLVED = Layout(
    "involved",
    mark("Who had a part in the programme"),
    [
        ("name", mark("Name")),
        ("role", mark("Part in it")),
        ("interest", mark("What it gains or loses")),
        ("consulted", mark("How it was heard")),
    ],
)
ASKED = Layout(
    "questions",
    mark("What is asked, and what answers it"),
    [
        ("text", mark("Question")),
        ("criterion", mark("Criterion")),
        ("evidence", mark("Answered by")),
        ("answer", mark("Verdict")),
    ],
)
AIMED = Layout(
    "objectives",
    mark("What the programme wanted to reach"),
    [
        ("text", mark("Objective")),
        ("target", mark("Target"), "right"),
        ("found", mark("Among participants"), "right"),
        ("reached", mark("Reached")),
    ],
    mark(
        "“Yes” and “no” are said where the whole interval lies on one side of the target. A level says"
        " nothing of what the programme caused."
    ),
)
REACHED = {"yes": mark("yes"), "no": mark("no"), "open": mark("cannot tell"), "unknown": mark("not measured")}


def charter_parts(page: Brief) -> list[Part]:
    """The evaluation at a glance, who had a part in the programme, and what is asked."""
    reader, stated = page.reader, page.reader.study.charter
    involved = partners_table(reader, reader.study.programme.partners)
    if stated is None:
        text = reader.say("Who asked for this evaluation, why and for whom is not stated.")
        return [said(text, "" if involved else "nothing"), *involved]
    rows = [
        {"what": reader.say(LABELS[name]), "told": sentence_case(told)}
        for name, told in stated_texts(reader, stated)
    ]
    return [
        GLANCE.exhibit(reader, rows, unstated(reader, stated)),
        *involved,
        *questions_table(page, stated),
        *assumed(reader, stated),
    ]


def stated_texts(reader: Reader, stated: Statements) -> Iterator[tuple[str, str]]:
    """What the charter states in words, by key, in the order of the table."""
    code = reader.code
    for name in LABELS:
        value = getattr(stated, name)
        if name == "uses" and value:
            yield name, "; ".join(f"{use.decision[code]} ({use.by[code]})" for use in value)
        elif name == "evaluators" and value:
            yield name, "; ".join(evaluator_text(one, code) for one in value)
        elif name not in ("questions", "objectives", "assumptions") and value:
            yield name, value[code]


def evaluator_text(one: Evaluator, code: str) -> str:
    """Name, organisation, role and interests of one who evaluates."""
    told = [text[code] for text in (one.organisation, one.role, one.interests) if text]
    return f"{called(one, code)}: {', '.join(told)}" if told else called(one, code)


def called(one: Evaluator | Partner, code: str) -> str:
    """What a person or an organisation is called."""
    return one.name if isinstance(one.name, str) else one.name[code]


def unstated(reader: Reader, stated: Statements) -> str:
    """What the charter does not state, and why: things of one reason together."""
    by_reason: dict[str, list[str]] = {}
    for name in LABELS:
        if name in stated.because:
            by_reason.setdefault(stated.because[name][reader.code], []).append(reader.say(LABELS[name]))
    return " ".join(
        reader.say("Not stated: {what}, because {why}.", what="; ".join(names), why=why)
        for why, names in by_reason.items()
    )


def partners_table(reader: Reader, partners: list[Partner]) -> list[Exhibit]:
    """Who had a part in the programme; columns that nobody filled in are left out."""
    rows = [
        {"name": called(one, reader.code)}
        | {"role": sentence_case(one.role[reader.code])}
        | {"interest": one.interest and sentence_case(one.interest[reader.code])}
        | {"consulted": one.consulted and sentence_case(one.consulted[reader.code])}
        for one in partners
    ]
    data = pd.DataFrame(rows).dropna(axis="columns", how="all")
    return [INVOLVED.exhibit(reader, data)] if rows else []


def questions_table(page: Brief, stated: Statements) -> list[Exhibit]:
    """The evaluation matrix: each question with its criterion, what answers it, and the verdicts."""
    reader = page.reader
    if not stated.questions:
        return []
    claims = {claim.id: claim for claim in reader.study.programme.claims}
    verdicts = [
        (claim.id, f"{told} {GRADE_SIGNS[row.grade]} {reader.say(GRADE_WORDS[row.grade])}")
        for claim, row, told in by_claim(reader, page.grades)
    ]
    rows = [
        {
            "text": one.text[reader.code],
            "criterion": reader.say(CRITERION_WORDS[one.criterion]),
            "evidence": sentence_case(
                "; ".join(
                    dict.fromkeys(
                        [
                            *(
                                name
                                for claim in one.claims
                                for name in bearing(reader, claims[claim], claims)
                            ),
                            *(measure_label(reader, name, "") for name in one.indicators),
                            *([one.sources[reader.code]] if one.sources else []),
                        ]
                    )
                )
            ),
            "answer": "; ".join(text for claim, text in verdicts if claim in one.claims)
            or reader.say("no claim"),
        }
        for one in stated.questions
    ]
    left_out = " ".join(
        reader.say(
            "Not asked: {criterion}, because {why}.",
            criterion=reader.say(CRITERION_WORDS[name]),
            why=stated.not_assessed[name][reader.code],
        )
        for name in CRITERIA
        if name in stated.not_assessed
    )
    return [ASKED.exhibit(reader, rows, left_out)]


def bearing(reader: Reader, claim: Claim, claims: dict[str, Claim]) -> list[str]:
    """What bears on a claim: its indicators, the accounts, or what bears on the claims that it joins."""
    named = [name for part in claim.parts for name in part.indicators] or claim.indicators
    told = [measure_label(reader, name, "") for name in named]
    if claim.accounts:
        told.append(reader.say("the cost accounts"))
    return told + [text for other in claim.claims for text in bearing(reader, claims[other], claims)]


def assumed(reader: Reader, stated: Statements) -> list[Part]:
    """What must hold between the stages of the results chain, and whether anything checks it."""
    told = []
    for one in stated.assumptions:
        checked = (
            reader.say("checked by “{indicator}”", indicator=measure_label(reader, one.indicator, ""))
            if one.indicator
            else reader.say("nothing here checks it")
        )
        told.append(
            reader.say(
                "From {stage} onwards: {assumption} ({checked}).",
                stage=reader.say(STAGES[one.after]),
                assumption=one.text[reader.code].rstrip("."),
                checked=checked,
            )
        )
    heading = said(reader.say("What must hold for one step to lead to the next"), "term")
    return [heading, listed(told, "")] if told else []


def objectives_table(
    reader: Reader, stated: Statements, indicators: pd.DataFrame, confidence: float
) -> list[Exhibit]:
    """Each objective with its target, the level among participants, and whether it was reached."""
    if not stated.objectives:
        return []
    names = [one.indicator for one in stated.objectives]
    found = basis(indicators, names, reader.study.programme, confidence=confidence)
    found = found[found["group"] == "participants"]
    exact, shown = (
        {level.name: level for level in typed_rows(table, Mean)}
        for table in (found, as_told(reader.study, found))
    )
    rows = [
        aim_row(reader, one, exact.get(one.indicator), shown.get(one.indicator)) for one in stated.objectives
    ]
    return [AIMED.exhibit(reader, rows, reader.source_note())]


def aim_row(reader: Reader, one: Objective, exact: Mean | None, shown: Mean | None) -> dict[str, object]:
    """One objective held against the exact level among participants, and that level as it may be shown."""
    line = next(line for line in reader.study.indicators if line.name == one.indicator)
    unit = unit_of(reader.study, line.unit)
    target = one.at_most if one.at_least is None else one.at_least
    sign = "≤" if one.at_least is None else "≥"
    row: dict[str, object] = {
        "text": one.text[reader.code],
        "target": f"{sign} {reader.level(target, unit)}",
        "found": None,
        "reached": reader.say(REACHED["unknown"]),
    }
    if exact is None or shown is None:
        return row
    ends = f"[{reader.level(shown.ci_low, unit)}; {reader.level(shown.ci_high, unit)}]"
    return row | {
        "found": f"{reader.level(shown.mean, unit)} {ends}",
        "reached": reader.say(REACHED[reached(one, exact.ci_low, exact.ci_high)]),
    }


def reached(one: Objective, low: float, high: float) -> str:
    """Whether a target is reached, by the interval of the level: ``yes``, ``no`` or ``open``.

    Examples
    --------
    >>> from manfaat.definitions.records import Words
    >>> wanted = Objective(text=Words({"en": "Nine in ten finish."}), indicator="completed", at_least=0.9)
    >>> [reached(wanted, 0.92, 0.97), reached(wanted, 0.85, 0.95), reached(wanted, 0.7, 0.88)]
    ['yes', 'open', 'no']
    """
    if one.at_least is not None:
        return "yes" if low >= one.at_least else "no" if high < one.at_least else "open"
    assert one.at_most is not None  # an objective has one of both
    return "yes" if high <= one.at_most else "no" if low > one.at_most else "open"


def mark_of(grades: pd.DataFrame) -> str:
    """What tells one set of verdicts from another: eight letters that change with any grade."""
    told = "\n".join(f"{row.claim} {row.arm} {row.grade}" for row in typed_rows(grades, Verdict))
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def concluded(page: Brief, indicators: pd.DataFrame, confidence: float) -> list[Part]:
    """What follows: objectives, conclusion, recommendations, and what was answered."""
    reader, stated = page.reader, page.reader.study.charter or Statements()
    parts: list[Part] = [*objectives_table(reader, stated, indicators, confidence)]
    if stated.conclusion:
        parts += [said(stated.conclusion.text[reader.code]), *stale(reader, stated.conclusion.verdicts, page)]
    parts += [*recommendations(page)]
    if told := not_called_for(reader, page.implied):
        parts += [said(" ".join(told), "note")]
    parts += [*answers(page, stated), *follow_up(page, stated)]
    return parts or [said(reader.say("Nobody has written down yet what follows from this."), "nothing")]


def learned(page: Brief) -> list[Part]:
    """The lessons, each with the claims that it rests on, which lead to what was found of them."""
    reader, stated = page.reader, page.reader.study.charter or Statements()
    if not stated.lessons:
        return [said(reader.say("Nobody has written down a lesson yet."), "nothing")]
    pages = {claim.id: page_of(claim, row) for claim, row, _ in by_claim(reader, page.grades)}
    told = [f"{one.text[reader.code]} ({', '.join(one.claims)})" for one in stated.lessons]
    return [Bullets(tuple(leading(text, pages) for text in told), role="findings")]


def stale(reader: Reader, written_on: str, page: Brief) -> list[Paragraph]:
    """That a conclusion was written on other verdicts than those of this report; nothing where it was not."""
    now = mark_of(page.grades)
    if written_on == now:
        return []
    text = (
        mark(
            "These lines were written on other verdicts (mark {then}) than those of this report (mark {now})."
        )
        if written_on
        else mark(
            "These lines do not say on which verdicts they were written; those of this report have the mark"
            " {now}."
        )
    )
    return [said(reader.say(text, then=written_on, now=now), "note")]
