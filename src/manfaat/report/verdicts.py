"""The verdict on each claim in words: a grade, one computed sentence, and the one threat most likely to
overturn it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import expm1
from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import required, typed_rows
from manfaat.definitions.claims import Claim
from manfaat.definitions.contrasts import OFFER
from manfaat.definitions.programme import Unit
from manfaat.evaluation.levels import LEVEL
from manfaat.report.exhibit import Exhibit, anchor
from manfaat.report.origins import disclosures
from manfaat.report.plan import SPEAKS, fixed_before
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Layout
from manfaat.report.threat_texts import TEXTS
from manfaat.report.verdict_words import (
    BASES,
    DOUBTS,
    GRADE_RULES,
    GRADE_WORDS,
    HIGHER,
    LOWER,
    OFFERED,
    OTHER,
    SIDES,
    WHY,
)
from manfaat.report.words import Language, mark
from manfaat.verdict.reasons import VerdictReason
from manfaat.verdict.rules import MOST_WAITING

VERDICTS = Layout(
    "claims",
    mark("Verdict on each claim"),
    [
        ("claim", mark("Claim")),
        ("verdict", mark("Verdict")),
        ("indicator", mark("Rests on")),
        ("estimate", mark("Estimate"), "right"),
        ("interval", mark("Interval"), "right"),
    ],
)
EVIDENCE = Layout(
    "evidence",
    mark("What the verdicts rest on"),
    [
        ("indicator", mark("Indicator")),
        ("basis", mark("Kind of evidence")),
        ("estimate", mark("Estimate"), "right"),
        ("interval", mark("Interval"), "right"),
        ("p_value", mark("p"), "right"),
        ("p_holm", mark("p (Holm)"), "right"),
        ("p_family", mark("p (family)"), "right"),
        ("side", mark("Speaks")),
        ("speaks", mark("Counts")),
    ],
    mark(
        "All estimates that bear on a claim. One kind counts for each indicator: a comparison before a change"
        " of participants alone, a test before a supervisor's rating before one's own. Holm: adjusted for the"
        " number of indicators of the claim or part, so that nothing is adjusted where it has one; family:"
        " adjusted for all tests of the indicator's family."
    ),
)
RULES = Layout(
    "rules",
    mark("How verdicts are given"),
    [("verdict", mark("Verdict")), ("rule", mark("Rule"))],
    mark(
        "A claim of several parts needs them all: its grade is that of the weakest. A joint claim is as"
        " strong as the weakest claim it joins."
    ),
)


class Verdict(NamedTuple):
    """The grade of a claim, the rule that gave it, the evidence that decided, and the foremost threat."""

    claim: str
    grade: str
    rule: str
    part: str
    indicator: str
    rater: str
    basis: str
    threat: str
    tied: str
    arm: str


def by_claim(reader: Reader, verdicts: pd.DataFrame) -> Iterator[tuple[Claim, Verdict, str]]:
    """Each verdict with its claim and what stands before the claim's text: its id, and the arm where there
    are several.
    """
    claims = {claim.id: claim for claim in reader.study.programme.claims}
    for row in typed_rows(verdicts, Verdict):
        yield claims[row.claim], row, reader.with_arm(row.claim, row.arm)


def page_of(claim: Claim, row: Verdict) -> str:
    """The id of what the report says of a claim."""
    return anchor("claim", claim.id, row.arm)


def about_line(reader: Reader, line: pd.Series) -> str:
    """What the indicator of a line of evidence is called, and who is compared where a study knows several."""
    name = measure_label(reader, line["indicator"], line["rater"])
    if line["basis"] in ("lottery", "comparison"):
        return reader.about(name, line)
    return reader.with_arm(name, line["arm"])


def measure_label(reader: Reader, name: str, rater: str) -> str:
    """What an indicator is called that a claim names, whatever it is used for."""
    own = [
        line for line in reader.study.indicators if line.indicator == name and rater in (line.rater, "")
    ] or [line for line in reader.study.indicators if line.indicator == name]
    return (
        next((line for line in own if line.time in ("now", "period")), own[0]).label(reader.code)
        if own
        else name
    )


def deciding(verdict: Verdict, evidence: pd.DataFrame) -> pd.Series | None:
    """The line of evidence that decided a verdict; None where there is none."""
    mine = evidence[
        (evidence["claim"] == verdict.claim) & (evidence["part"].astype(str) == str(verdict.part))
    ]
    mine = mine[
        (mine["indicator"] == verdict.indicator)
        & (mine["rater"] == verdict.rater)
        & (mine["basis"] == verdict.basis)
        & mine["arm"].isin([verdict.arm, ""])
    ]
    return mine.iloc[0] if len(mine) else None


def template(rule: str, line: pd.Series | None) -> str:
    """The sentence of a rule, by the sign of the estimate."""
    if line is None or rule in ("mixed", "nothing", "small", "doubted"):
        return OTHER.get(rule, OTHER["nothing"])
    if rule == "unclear":
        return OTHER["unclear"] if pd.notna(line["mde"]) else OTHER["unclear alone"]
    if line["basis"] == "level":
        return OTHER["level"]
    rule = "opinion alone" if rule == "opinion" and line["basis"] == "change" else rule
    rule = rule.replace("lottery", "offer") if line["contrast"] == OFFER else rule
    return (HIGHER if line["estimate"] >= 0 else LOWER)[rule]


def values_of(reader: Reader, line: pd.Series | None) -> dict[str, str]:
    """Everything that a sentence may name."""
    if line is None or pd.isna(line["estimate"]):
        reason = line["reason"] if line is not None else ""
        return {"reason": reason_text(reason or str(VerdictReason.NOT_ESTIMATED()), reader)}
    unit = reader.unit_of(line["unit"])
    write = reader.level if line["basis"] == "level" else reader.amount
    return {
        "units": reader.units,
        "indicator": about_line(reader, line),
        "amount": (
            reader.level(line["estimate"], unit)
            if line["basis"] == "level"
            else distance(line["estimate"], unit, reader)
        ),
        "low": write(line["ci_low"], unit),
        "high": write(line["ci_high"], unit),
        "n": reader.number(line["n"], 0),
        "confidence": reader.percent(0.95 if pd.isna(line["confidence"]) else line["confidence"]),
        "power": reader.percent(0.8 if pd.isna(line["power"]) else line["power"]),
        "mde": reader.amount_with_unit(line["mde"], unit) if pd.notna(line["mde"]) else "–",
        "smallest": reader.amount_with_unit(line["smallest"], unit) if pd.notna(line["smallest"]) else "–",
        "doubt": reason_text(line["unreliable"], reader),
    }


def distance(estimate: float, unit: Unit | None, language: Language) -> str:
    """A difference without its sign, in its unit; of logarithms also in per cent: |exp(b) − 1|."""
    text = language.amount_with_unit(abs(estimate), unit)
    if not (unit and unit.is_log):
        return text
    return language.say(
        "{amount} or {percent}", amount=text, percent=language.percent(abs(expm1(estimate)), 1)
    )


def because(reader: Reader, verdict: Verdict, evidence: pd.DataFrame) -> str:
    """Why a claim has its grade, as the second half of a sentence."""
    if verdict.rule == "accounts":
        return reader.say(WHY[verdict.basis])
    if verdict.rule in ("joint", "no accounts"):
        text = OTHER[verdict.rule]
        return reader.say(text, claim=reader.listing(str(verdict.tied).split()))
    line = deciding(verdict, evidence)
    if verdict.rule == "waiting":
        return waits(reader, required(line, "the evidence that waits"))
    return reader.say(template(verdict.rule, line), **values_of(reader, line))


def waits(reader: Reader, line: pd.Series) -> str:
    """That more answers wait for a decision than may."""
    text = OTHER["waiting"]
    return reader.say(
        text,
        units=reader.units,
        indicator=measure_label(reader, line["indicator"], line["rater"]),
        limit=reader.percent(MOST_WAITING),
    )


def half(claim: Claim, part: str, language: Language) -> str:
    """Which half of a claim decided; empty where it has none."""
    return claim.parts[int(part) - 1].label[language.code] if claim.parts and str(part).isdigit() else ""


def doubt(verdict: Verdict, language: Language, units: str) -> str:
    """What is doubtful, as a sentence: it overturns a finding, stands in the way where there is none, and
    where a lottery shows one says what it cannot tell.
    """
    known = TEXTS[verdict.threat].overturns if verdict.threat in TEXTS else DOUBTS[verdict.threat]
    threat = language.say(known, units=units)
    if verdict.grade == "cannot tell":
        return language.say("What stands most in the way: {threat}.", threat=threat)
    if verdict.threat == "other places":
        return language.say("What it does not tell: {threat}.", threat=threat)
    return language.say("Most likely to overturn this: {threat}.", threat=threat)


def frame_of(*, parts: int, tied: int) -> str:
    """The sentence around a grade, by how many parts a claim has, and how many of them are as weak as the one
    that is told.
    """
    if tied == parts == 2:
        return mark("{id}. {claim}: {grade}. Both halves have this grade; of {part}: {why}.")
    if tied == parts > 2:
        return mark("{id}. {claim}: {grade}. All its parts have this grade; of {part}: {why}.")
    if tied > 1:
        return mark("{id}. {claim}: {grade}. The weakest parts are {parts}; of {part}: {why}.")
    if parts > 2:
        return mark("{id}. {claim}: {grade}. The weakest part is {part}: {why}.")
    if parts == 2:
        return mark("{id}. {claim}: {grade}. The weaker half is {part}: {why}.")
    return mark("{id}. {claim}: {grade}, because {why}.")


def family_sentence(verdict: Verdict, evidence: pd.DataFrame, language: Language) -> list[str]:
    """Say where a p value is no longer below the level when all tests of its family are allowed for; the
    verdict allows for those of the claim.
    """
    line = (
        deciding(verdict, evidence)
        if verdict.grade in ("shown", "suggested", "contradicted") and verdict.rule != "small"
        else None
    )
    if line is None or pd.isna(line["p_family"]) or line["p_family"] <= 1 - line["confidence"] + 1e-12:
        return []
    return [
        language.say(
            "With all tests of its family allowed for, p is {p}: it may be chance.",
            p=language.p_value(line["p_family"]),
        )
    ]


def verdict_sentences(reader: Reader, verdicts: pd.DataFrame, evidence: pd.DataFrame) -> list[str]:
    """One sentence a claim: the claim, its grade, why, and what is most likely to overturn it."""
    told, units = [], reader.units
    for claim, row, name in by_claim(reader, verdicts):
        part = half(claim, row.part, reader)
        tied = [half(claim, name, reader) for name in str(row.tied).split()] if part else []
        text = reader.say(
            frame_of(parts=len(claim.parts) if part else 0, tied=len(tied)),
            id=name,
            claim=claim.text[reader.code].rstrip("."),
            grade=reader.say(GRADE_WORDS[row.grade]),
            why=because(reader, row, evidence),
            part=part,
            parts=reader.listing(tied),
        )
        told.append(" ".join([text, *family_sentence(row, evidence, reader), doubt(row, reader, units)]))
    return told


def deciding_estimates(
    verdicts: Iterable[Verdict], evidence: pd.DataFrame, estimates: pd.DataFrame
) -> pd.DataFrame:
    """The estimates that decided verdicts, one row each; what is no estimate of a specification has none."""
    lines = [
        line
        for row in verdicts
        if (line := deciding(row, evidence)) is not None and line["specification"] != LEVEL
    ]
    keys = ["indicator", "rater", "arm", "specification"]
    wanted = pd.DataFrame(lines, columns=keys) if lines else pd.DataFrame(columns=keys)
    wanted = wanted.drop_duplicates()  # one estimate may decide several claims
    return wanted.merge(estimates.drop_duplicates(keys), on=keys)


def verdict_table(
    reader: Reader, verdicts: pd.DataFrame, evidence: pd.DataFrame, estimates: pd.DataFrame
) -> Exhibit:
    """The verdict on each claim, with the estimate that decided it and how that came about."""
    say, rows = reader.say, []
    for claim, row, told in by_claim(reader, verdicts):
        line, name = deciding(row, evidence), "–"
        if line is not None and pd.notna(line["estimate"]):
            unit = reader.unit_of(line["unit"])
            is_share = line["basis"] == "level" and unit and unit.is_share  # written with its per cent sign
            name = about_line(reader, line)
            name = reader.with_unit(name, None if is_share else unit)
        rows.append(
            {
                "claim": f"{told}. {claim.text[reader.code]}",
                "verdict": say(GRADE_WORDS[row.grade]),
                "indicator": name,
                **shown_estimate(reader, line),
            }
        )
    label = reader.specification_label(reader.study.programme.specification(reader.study.primary))
    if fixed_before(reader.study, *SPEAKS, f"specifications.{reader.study.primary}"):
        about = say(
            "Primary specification, fixed before results were seen: {specification}.", specification=label
        )
    else:
        about = say("Primary specification, as declared today: {specification}.", specification=label)
    made = VERDICTS.exhibit(reader, rows, about, reader.source_note())
    decided = typed_rows(verdicts, Verdict)
    return replace(made, folds=disclosures(reader, deciding_estimates(decided, evidence, estimates)))


def shown_estimate(reader: Reader, line: pd.Series | None) -> dict[str, str]:
    """Estimate and interval of a line of evidence, as a table shows them; dashes where there is no number."""
    if line is None or pd.isna(line["estimate"]):
        return {"estimate": "–", "interval": "–"}
    unit, write = reader.unit_of(line["unit"]), reader.amount
    if line["basis"] == "level":
        write = reader.level
    return {
        "estimate": write(line["estimate"], unit),
        "interval": f"{write(line['ci_low'], unit)} … {write(line['ci_high'], unit)}",
    }


def evidence_table(reader: Reader, evidence: pd.DataFrame) -> list[Exhibit]:
    """Everything that bears on the claims; nothing where no claim rests on an indicator."""
    if evidence.empty:
        return []
    say, rows = reader.say, []
    for _, line in evidence.iterrows():
        name = about_line(reader, line)
        basis, side = BASES[line["basis"]], SIDES[line["side"]]
        rows.append(
            {
                "indicator": f"{line['claim']}: {name}",
                "basis": say(basis),
                **shown_estimate(reader, line),
                "p_value": reader.p_value(line["p_value"]),
                "p_holm": reader.p_value(line["p_holm"]),
                "p_family": reader.p_value(line["p_family"]),
                "side": say(side) if pd.notna(line["estimate"]) else reason_text(line["reason"], reader),
                "speaks": say("yes") if line["speaks"] else say("no"),
            }
        )
    return [EVIDENCE.exhibit(reader, rows, reader.source_note())]


def rules_table(reader: Reader) -> Exhibit:
    """The written rule behind the verdicts."""
    rules = GRADE_RULES | ({"shown": OFFERED} if reader.study.programme.design.assigned else {})
    return RULES.exhibit(
        reader,
        [
            {"verdict": reader.say(GRADE_WORDS[name]), "rule": reader.say(rule)}
            for name, rule in rules.items()
        ],
    )


def headline(verdicts: pd.DataFrame, language: Language) -> str:
    """The first sentence of the report: how many claims got which grade."""
    counts = verdicts["grade"].value_counts()
    parts = [
        f"{language.number(counts[name], 0)} {language.say(word)}"
        for name, word in GRADE_WORDS.items()
        if name in counts
    ]
    return language.say_count(
        "Verdict on {n} claim: {parts}.",
        "Verdicts on {n} claims: {parts}.",
        len(verdicts),
        parts=language.listing(parts),
    )
