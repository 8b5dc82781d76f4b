"""The results chain filled with a cohort's numbers: who took part, what was done, and each claim at its stage
with its grade.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base import disclosure
from manfaat.definitions.claims import Claim
from manfaat.evaluation.sample import participation
from manfaat.evaluation.weighted import answers, weights_of
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.chain import results_chain
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.verdicts import measure_label
from manfaat.report.words import Language

MOST_NUMBERS, MOST_ESTIMATES = 3, 6  # of the activities; of one claim
COLUMNS = ["stage", "kind", "grade", "text"]


def stage_of(study: Study, claim: Claim, placed: dict[str, str]) -> str:
    """The stage at which a claim stands: of its first indicator; a joint claim's is the latest of those that
    it joins, accounts are inputs.
    """
    if claim.claims:
        return max((placed.get(name, "impact") for name in claim.claims), key=list(labels.STAGES).index)
    if claim.accounts or not claim.indicators:
        return "input"
    return next(
        (line.stage_thesis for line in study.indicators if line.indicator == claim.indicators[0]), "impact"
    )


def estimate_text(study: Study, line: pd.Series, language: Language) -> str:
    """One line of evidence: the indicator, its estimate with its interval and unit, and how many people it
    rests on.
    """
    unit, say = labels.unit_of(study, line["unit"]), language.say
    name = measure_label(study, line["indicator"], line["rater"], language)
    is_level = line["basis"] == "level"
    write = language.level if is_level else language.amount
    interval = f"[{write(line['ci_low'], unit)};\u00a0{write(line['ci_high'], unit)}]"
    compared = pd.notna(line["n_comparison"]) and line["n_comparison"] > 0
    n = (
        f"{language.number(line['n'], 0)}\u00a0/\u00a0{language.number(line['n_comparison'], 0)}"
        if compared
        else language.number(line["n"], 0)
    )
    value = (
        language.level(line["estimate"], unit)
        if is_level
        else language.amount_with_unit(line["estimate"], unit)
    )
    return say(
        "{indicator}: {value} {interval}, n\u00a0=\u00a0{n}",
        indicator=name,
        value=value,
        interval=interval,
        n=n,
    )


def claim_rows(
    study: Study, claim: Claim, verdict: object, evidence: pd.DataFrame, language: Language
) -> list[dict[str, str]]:
    """A claim with its grade, and below it the estimates that count for it, that of the indicator that
    decided first.
    """
    text = f"{claim.id} · {language.say(GRADE_WORDS[verdict.grade])}: {claim.text[language.code].rstrip('.')}"
    failed = language.say("a check of the comparison failed")
    text += f" ({failed})" if verdict.rule == "failed" else ""
    counts = evidence[
        (evidence["claim"] == claim.id) & evidence["speaks"].astype(bool) & evidence["estimate"].notna()
    ]
    counts = pd.concat(
        [counts[counts["indicator"] == verdict.indicator], counts[counts["indicator"] != verdict.indicator]]
    )
    numbers = [
        {"kind": "number", "grade": "", "text": estimate_text(study, line, language)}
        for line in counts.head(MOST_ESTIMATES).to_dict("records")
    ]
    return [{"kind": "claim", "grade": verdict.grade, "text": text}, *numbers]


def activity_rows(study: Study, table: pd.DataFrame, language: Language) -> list[dict[str, str]]:
    """What participants received, on average: the first activities of which enough participants say
    something.
    """
    of_participants, rows = table[participation(table, study.programme) == 1], []
    weights = weights_of(of_participants, study.programme)
    if study.programme.design.panel:  # what units did before they took part is not what the programme did
        return rows
    for line in study.indicators:
        if (
            line.stage_thesis != "activity"
            or line.use not in ("effect", "describe")
            or len(rows) == MOST_NUMBERS
        ):
            continue
        known, unit = answers(of_participants[line.name], weights), labels.unit_of(study, line.unit)
        yes = int(known.values.sum()) if set(known.values) <= {0.0, 1.0} else None
        if min(known.n if yes is None else min(yes, known.n - yes), known.n) < disclosure.SMALLEST_CELL:
            continue
        level = language.level(known.mean, unit)
        value = level if unit is None or unit.is_share else language.amount_with_unit(known.mean, unit)
        told = language.say(
            "{indicator}: {value} on average, n\u00a0=\u00a0{n}",
            indicator=line.label(language.code),
            value=value,
            n=language.number(known.n, 0),
        )
        rows.append({"kind": "number", "grade": "", "text": told})
    return rows


def without_claim(study: Study, table: pd.DataFrame, stage: str, language: Language) -> dict[str, str]:
    """What is said of a stage that no claim and no number stands at: that nothing of it was measured, or that
    it was, and nothing is claimed.
    """
    own = [
        line.name
        for line in study.indicators
        if line.stage_thesis == stage and line.use in ("effect", "describe") and line.name in table
    ]
    measured = bool(own) and bool(table[own].notna().any(axis=None))
    text = (
        language.say("measured, and no claim rests on it")
        if measured
        else language.say("nothing of this stage was measured")
    )
    return {"kind": "number", "grade": "", "text": text}


def chain_rows(
    study: Study,
    table: pd.DataFrame,
    counts: pd.DataFrame,
    verdicts: pd.DataFrame,
    evidence: pd.DataFrame,
    language: Language,
) -> pd.DataFrame:
    """Everything that stands in the chain: ``stage`` (code), ``kind, grade, text``, in the order of the
    stages.
    """
    by_stage: dict[str, list[dict[str, str]]] = {stage: [] for stage in labels.STAGES}
    for role in (1.0, 0.0):
        n = counts.loc[(counts["step"] == "delivered") & (counts["participant"] == role), "n"]
        if len(n) and n.iloc[0]:
            text = (
                f"{labels.role_label(study, role, language)}:"
                f" {labels.unit_count(study, int(n.iloc[0]), language)}"
            )
            by_stage["input"].append({"kind": "number", "grade": "", "text": text})
    by_stage["activity"] += activity_rows(study, table, language)
    placed: dict[str, str] = {}
    for claim, row in zip(study.programme.claims, verdicts.itertuples(index=False), strict=True):
        placed[claim.id] = stage_of(study, claim, placed)
        by_stage[placed[claim.id]] += claim_rows(study, claim, row, evidence, language)
    rows = [
        {"stage": stage, **entry}
        for stage, entries in by_stage.items()
        for entry in entries or [without_claim(study, table, stage, language)]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def chain_figure(
    study: Study,
    table: pd.DataFrame,
    counts: pd.DataFrame,
    verdicts: pd.DataFrame,
    evidence: pd.DataFrame,
    language: Language,
) -> list[Exhibit]:
    """The results chain of this cohort; nothing where the programme claims nothing."""
    if not study.programme.claims:
        return []
    say = language.say
    words = {name: say(text) for name, text in GRADE_WORDS.items()}
    rows = chain_rows(study, table, counts, verdicts, evidence, language)
    data = rows.assign(stage=[say(labels.STAGES[stage]).capitalize() for stage in rows["stage"]])
    spec = study.programme.specification(study.primary)
    confidence = evidence["confidence"].dropna()
    caption = say(
        "Each claim stands at the stage of its first indicator, with the sign and the word of its grade;"
        " below it the estimates that count for it, in brackets {confidence} intervals, n of participants and"
        " comparison group ({specification}; a change or a level where nobody is compared).",
        confidence=language.percent(confidence.iloc[0] if len(confidence) else 0.95),
        specification=labels.specification_label(spec, language),
    )
    if study.programme.design.panel:
        caption += " " + say("In a panel each period of a unit counts in n.")
    return [
        results_chain(
            data,
            words,
            say("The results chain with the verdict on each claim"),
            caption + " " + labels.source_note(study, language, by_weight=True),
            language,
        )
    ]
