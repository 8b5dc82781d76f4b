"""What to measure next time: a recommendation for each claim of which the study cannot tell, and for each
that only a small study suggests.

How it is written, for every programme: the reason that decided the verdict says what to do; claims of one
reason share a line, but where people can be counted each has its own, with how many of them it takes to see
the smallest effect that was declared worth having (``evaluation.planning``). A joint claim has none: those
that it joins have theirs.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.evaluation.planning import people_needed
from manfaat.report.brief import Brief, Found, round_up
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.verdict_words import WHY
from manfaat.report.words import mark

LARGER = mark(
    "To see {smallest} in {about}, {n} participants and {m} others have to answer; here {k} and {l} did."
)
SURER = mark(
    "To be surer of {about}, give places by lottery: {n} participants and {m} others show {smallest}; here"
    " {k} and {l} answered."
)
COMPARED = mark(
    "Choose somebody to compare {about} with: {n} participants and as many others show {smallest}."
)
AGAIN = mark("Ask about {about} once more: as many as here can see {smallest}, yet the interval holds zero.")
WORTH = mark("Say what change in {about} would be worth having: only then can it be said how many to ask.")
ATTRITION = "attrition"  # the check that a comparison which lost people must pass
STEPS = {  # by the rule of the verdict
    "nothing": mark("Ask about {about}, of participants and of those compared with them."),
    "failed": mark("Choose before places are given who is compared, best by lottery: {about}."),
    ATTRITION: mark("Follow up those who did not answer, in both groups alike: {about}."),
    "alone": mark("Choose somebody to compare {about} with: participants alone cannot tell."),
    "mixed": mark("Say beforehand which indicator counts: {about}."),
    "waiting": mark("Decide the answers that wait for a decision: {about}."),
    "no accounts": mark("Keep accounts of what the programme costs: {about}."),
}
DOUBTED = mark("Plan for an interval that can be relied on in {about}: {why}.")
ACCOUNTS = mark("Settle what left {about} open: {why}.")


class Step(NamedTuple):
    """What to do next time about some claims; ``n`` and ``m`` are how many people that takes."""

    claims: tuple[str, ...]
    text: str
    n: float = float("nan")
    m: float = float("nan")


def steps(page: Brief) -> list[Step]:
    """What to do next time, in the order of the claims within a grade."""
    told, shared = list[Step](), dict[str, list[Found]]()
    for one in page.claims:
        if found := counted_step(page.reader, one):
            told.append(found)
        elif text := own_step(page.reader, one):
            shared.setdefault(text, []).append(one)
    for text, ones in shared.items():
        abouts = page.reader.listing([one.about for one in ones])
        told.append(Step(tuple(one.claim.id for one in ones), page.reader.say(text, about=abouts)))
    return told


def people_stated(page: Brief) -> pd.DataFrame:
    """``name, value``: how many people each step takes, as sentences tell it."""
    told = steps(page)
    rows = [(f"{' '.join(one.claims)}, participants", one.n) for one in told]
    rows += [(f"{' '.join(one.claims)}, others", one.m) for one in told]
    found = pd.DataFrame(rows, columns=["name", "value"]).dropna()
    return found.assign(value=[round_up(size) for size in found["value"]])


def is_small(line: pd.Series | None) -> bool:
    """Whether a study could not be expected to find the smallest effect worth having."""
    return line is not None and bool(line["mde"] > line["smallest"] > 0)


def counted_step(reader: Reader, one: Found) -> Step | None:
    """What to do about a claim whose people can be counted; None where they cannot, or need not be."""
    line, rule = one.line, one.verdict.rule
    is_open = one.verdict.grade == "cannot tell" and rule == "unclear"
    if line is None or not (is_open or (one.verdict.grade == "suggested" and rule == "comparison")):
        return None
    if not is_small(line) and not (is_open and line["mde"] > 0 and line["smallest"] > 0):
        return None
    if one.verdict.grade == "suggested":
        text = SURER
    elif not one.is_compared:
        text = COMPARED
    else:
        text = LARGER if is_small(line) else AGAIN
    n, m = people_needed(
        line["n"], line["n_comparison"] if one.is_compared else 0, line["mde"], line["smallest"]
    )
    values = {
        "about": one.about,
        "smallest": reader.difference(line["smallest"], reader.unit_of(line["unit"])),
        **{name: reader.number(round_up(size), 0) for name, size in (("n", n), ("m", m))},
        **{name: reader.number(line[size], 0) for name, size in (("k", "n"), ("l", "n_comparison"))},
    }
    return Step((one.claim.id,), reader.say(text, **values), n, m)


def own_step(reader: Reader, one: Found) -> str:
    """The message of what to do about a claim by the reason that decided its verdict; empty where nothing
    follows.
    """
    if one.verdict.grade != "cannot tell":
        return ""
    rule, line = one.verdict.rule, one.line
    if rule == "unclear":
        return WORTH if one.is_compared else STEPS["alone"]
    if rule == "failed" and one.verdict.threat == ATTRITION:
        return STEPS[ATTRITION]
    if rule == "doubted" and line is not None:
        why = reason_text(line["unreliable"], reader)
        return reader.say(DOUBTED, why=why, about="{about}")
    if rule == "accounts" and one.verdict.basis in WHY:
        return reader.say(ACCOUNTS, why=reader.say(WHY[one.verdict.basis]), about="{about}")
    return STEPS.get(rule, "")
