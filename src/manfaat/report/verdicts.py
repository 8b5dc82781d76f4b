"""The verdict on each claim in words: a grade, one computed sentence, and the one threat most likely to
overturn it.
"""

from __future__ import annotations

from dataclasses import replace
from math import expm1

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.definitions.claims import Claim
from manfaat.definitions.programme import Unit
from manfaat.evaluation.levels import LEVEL
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.origins import disclosures
from manfaat.report.plan import SPEAKS, fixed_before
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Column, table
from manfaat.report.verdict_words import (
    BASES,
    GRADE_RULES,
    GRADE_WORDS,
    HIGHER,
    LOWER,
    OTHER,
    SIDES,
    THREATS,
    WHY,
)
from manfaat.report.words import Language, mark
from manfaat.verdict.reasons import VerdictReason
from manfaat.verdict.rules import MOST_WAITING


def measure_label(study: Study, name: str, rater: str, language: Language) -> str:
    """What an indicator is called that a claim names, whatever it is used for."""
    own = [line for line in study.indicators if line.indicator == name and rater in (line.rater, "")] or [
        line for line in study.indicators if line.indicator == name
    ]
    return (
        next((line for line in own if line.time in ("now", "period")), own[0]).label(language.code)
        if own
        else name
    )


def deciding(verdict: object, evidence: pd.DataFrame) -> pd.Series | None:
    """The line of evidence that decided a verdict; None where there is none."""
    mine = evidence[
        (evidence["claim"] == verdict.claim) & (evidence["part"].astype(str) == str(verdict.part))
    ]
    mine = mine[
        (mine["indicator"] == verdict.indicator)
        & (mine["rater"] == verdict.rater)
        & (mine["basis"] == verdict.basis)
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
    return (HIGHER if line["estimate"] >= 0 else LOWER)[rule]


def values_of(study: Study, line: pd.Series | None, language: Language) -> dict[str, str]:
    """Everything that a sentence may name."""
    if line is None or pd.isna(line["estimate"]):
        reason = line["reason"] if line is not None else ""
        return {"reason": reason_text(reason or str(VerdictReason.NOT_ESTIMATED()), language)}
    unit = labels.unit_of(study, line["unit"])
    write = language.level if line["basis"] == "level" else language.amount
    return {
        "units": study.programme.design.unit.many[language.code],
        "indicator": measure_label(study, line["indicator"], line["rater"], language),
        "amount": (
            language.level(line["estimate"], unit)
            if line["basis"] == "level"
            else distance(line["estimate"], unit, language)
        ),
        "low": write(line["ci_low"], unit),
        "high": write(line["ci_high"], unit),
        "n": language.number(line["n"], 0),
        "confidence": language.percent(0.95 if pd.isna(line["confidence"]) else line["confidence"]),
        "power": language.percent(0.8 if pd.isna(line["power"]) else line["power"]),
        "mde": language.amount_with_unit(line["mde"], unit) if pd.notna(line["mde"]) else "–",
        "smallest": language.amount_with_unit(line["smallest"], unit) if pd.notna(line["smallest"]) else "–",
        "doubt": reason_text(line["unreliable"], language),
    }


def distance(estimate: float, unit: Unit | None, language: Language) -> str:
    """A difference without its sign, in its unit; of logarithms also in per cent: |exp(b) − 1|."""
    text = language.amount_with_unit(abs(estimate), unit)
    if not (unit and unit.is_log):
        return text
    return language.say(
        "{amount} or {percent}", amount=text, percent=language.percent(abs(expm1(estimate)), 1)
    )


def because(study: Study, verdict: object, evidence: pd.DataFrame, language: Language) -> str:
    """Why a claim has its grade, as the second half of a sentence."""
    if verdict.rule == "accounts":
        return language.say(WHY[verdict.basis])
    if verdict.rule in ("joint", "no accounts"):
        text = OTHER[verdict.rule]
        return language.say(text, claim=language.listing(str(verdict.tied).split()))
    line = deciding(verdict, evidence)
    if verdict.rule == "waiting":
        return waits(study, line, language)
    return language.say(template(verdict.rule, line), **values_of(study, line, language))


def waits(study: Study, line: pd.Series, language: Language) -> str:
    """That more answers wait for a decision than may."""
    text = OTHER["waiting"]
    return language.say(
        text,
        units=study.programme.design.unit.many[language.code],
        indicator=measure_label(study, line["indicator"], line["rater"], language),
        limit=language.percent(MOST_WAITING),
    )


def half(claim: Claim, part: str, language: Language) -> str:
    """Which half of a claim decided; empty where it has none."""
    return claim.parts[int(part) - 1].label[language.code] if claim.parts and str(part).isdigit() else ""


def doubt(verdict: object, language: Language, units: str) -> str:
    """What is doubtful, as a sentence: it overturns a finding, stands in the way where there is none, and
    where a lottery shows one says what it cannot tell.
    """
    text = THREATS[verdict.threat]
    threat = language.say(text, units=units)
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


def family_sentence(verdict: object, evidence: pd.DataFrame, language: Language) -> list[str]:
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


def verdict_sentences(
    study: Study, verdicts: pd.DataFrame, evidence: pd.DataFrame, language: Language
) -> list[str]:
    """One sentence a claim: the claim, its grade, why, and what is most likely to overturn it."""
    told, units = [], study.programme.design.unit.many[language.code]
    for claim, row in zip(study.programme.claims, verdicts.itertuples(index=False), strict=True):
        part = half(claim, row.part, language)
        tied = [half(claim, name, language) for name in str(row.tied).split()] if part else []
        text = language.say(
            frame_of(parts=len(claim.parts) if part else 0, tied=len(tied)),
            id=claim.id,
            claim=claim.text[language.code].rstrip("."),
            grade=language.say(GRADE_WORDS[row.grade]),
            why=because(study, row, evidence, language),
            part=part,
            parts=language.listing(tied),
        )
        told.append(" ".join([text, *family_sentence(row, evidence, language), doubt(row, language, units)]))
    return told


def deciding_estimates(
    verdicts: pd.DataFrame, evidence: pd.DataFrame, estimates: pd.DataFrame
) -> pd.DataFrame:
    """The estimates that decided verdicts, one row each; what is no estimate of a specification has none."""
    lines = [
        line
        for row in verdicts.itertuples(index=False)
        if (line := deciding(row, evidence)) is not None and line["specification"] != LEVEL
    ]
    keys = ["indicator", "rater", "specification"]
    wanted = pd.DataFrame(lines, columns=keys) if lines else pd.DataFrame(columns=keys)
    return wanted.merge(estimates.drop_duplicates(keys), on=keys)


def verdict_table(
    study: Study, verdicts: pd.DataFrame, evidence: pd.DataFrame, estimates: pd.DataFrame, language: Language
) -> Exhibit:
    """The verdict on each claim, with the estimate that decided it and how that came about."""
    say, rows = language.say, []
    for claim, row in zip(study.programme.claims, verdicts.itertuples(index=False), strict=True):
        line = deciding(row, evidence)
        has = line is not None and pd.notna(line["estimate"])
        values = values_of(study, line, language) if has else {}
        unit = labels.unit_of(study, line["unit"]) if has else None
        write = language.level if has and line["basis"] == "level" else language.amount
        share = has and line["basis"] == "level" and unit and unit.is_share  # written with its per cent sign
        unit_words = unit.label[language.code] if unit and not share else ""
        rows.append(
            {
                "claim": f"{claim.id}. {claim.text[language.code]}",
                "verdict": say(GRADE_WORDS[row.grade]),
                "indicator": values["indicator"] + (f" ({unit_words})" if unit_words else "") if has else "–",
                "estimate": write(line["estimate"], unit) if has else "–",
                "interval": f"{values['low']} … {values['high']}" if has else "–",
            }
        )
    columns = [
        Column("claim", say("Claim")),
        Column("verdict", say("Verdict")),
        Column("indicator", say("Rests on")),
        Column("estimate", say("Estimate"), str),
        Column("interval", say("Interval"), str),
    ]
    spec = study.programme.specification(study.primary)
    label = labels.specification_label(spec, language)
    if fixed_before(study, *SPEAKS, f"specifications.{study.primary}"):
        caption = say(
            "Primary specification, fixed before results were seen: {specification}.", specification=label
        )
    else:
        caption = say("Primary specification, as declared today: {specification}.", specification=label)
    made = table(
        "claims",
        say("Verdict on each claim"),
        f"{caption} {labels.source_note(study, language)}",
        pd.DataFrame(rows, columns=[c.name for c in columns], dtype=object),
        columns,
    )
    return replace(
        made, folds=disclosures(study, deciding_estimates(verdicts, evidence, estimates), language)
    )


def evidence_table(study: Study, evidence: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Everything that bears on the claims; nothing where no claim rests on an indicator."""
    if evidence.empty:
        return []
    say, rows = language.say, []
    for line in evidence.to_dict("records"):
        has, unit = pd.notna(line["estimate"]), labels.unit_of(study, line["unit"])
        values = values_of(study, pd.Series(line), language) if has else {}
        basis, side = BASES[line["basis"]], SIDES[line["side"]]
        rows.append(
            {
                "indicator": (
                    f"{line['claim']}: {measure_label(study, line['indicator'], line['rater'], language)}"
                ),
                "basis": say(basis),
                "estimate": (
                    (language.level if line["basis"] == "level" else language.amount)(line["estimate"], unit)
                    if has
                    else "–"
                ),
                "interval": f"{values['low']} … {values['high']}" if has else "–",
                "p_value": language.p_value(line["p_value"]),
                "p_holm": language.p_value(line["p_holm"]),
                "p_family": language.p_value(line["p_family"]),
                "side": say(side) if has else reason_text(line["reason"], language),
                "speaks": say("yes") if line["speaks"] else say("no"),
            }
        )
    columns = [
        Column("indicator", say("Indicator")),
        Column("basis", say("Kind of evidence")),
        Column("estimate", say("Estimate"), str),
        Column("interval", say("Interval"), str),
        Column("p_value", say("p"), str),
        Column("p_holm", say("p (Holm)"), str),
        Column("p_family", say("p (family)"), str),
        Column("side", say("Speaks")),
        Column("speaks", say("Counts")),
    ]
    caption = say(
        "All estimates that bear on a claim. One kind counts for each indicator: a comparison before a change"
        " of participants alone, a test before a supervisor's rating before one's own. Holm: adjusted for the"
        " number of indicators of the claim or part, so that nothing is adjusted where it has one; family:"
        " adjusted for all tests of the indicator's family."
    )
    return [
        table(
            "evidence",
            say("What the verdicts rest on"),
            f"{caption} {labels.source_note(study, language)}",
            pd.DataFrame(rows, columns=[c.name for c in columns], dtype=object),
            columns,
        )
    ]


def rules_table(language: Language) -> Exhibit:
    """The written rule behind the verdicts."""
    rows = [
        {"verdict": language.say(GRADE_WORDS[name]), "rule": language.say(rule)}
        for name, rule in GRADE_RULES.items()
    ]
    caption = language.say(
        "A claim of several parts needs them all: its grade is that of the weakest. A joint claim is as"
        " strong as the weakest claim it joins."
    )
    columns = [Column("verdict", language.say("Verdict")), Column("rule", language.say("Rule"))]
    return table("rules", language.say("How verdicts are given"), caption, pd.DataFrame(rows), columns)


def headline(verdicts: pd.DataFrame, language: Language) -> str:
    """The first sentence of the report: how many claims got which grade."""
    counts = verdicts["grade"].value_counts()
    parts = [
        f"{language.number(counts[name], 0)} {language.say(word)}"
        for name, word in GRADE_WORDS.items()
        if name in counts
    ]
    return language.say_count(
        "{n} claim was examined: {parts}.",
        "{n} claims were examined: {parts}.",
        len(verdicts),
        parts=language.listing(parts),
    )
