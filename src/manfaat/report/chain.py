"""The results chain filled with a cohort's numbers: who took part, what was done, and each claim at its stage
with its grade.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base import disclosure
from manfaat.base.typed import typed_rows
from manfaat.definitions.claims import Claim
from manfaat.definitions.study import Study
from manfaat.evaluation.sample import participation
from manfaat.evaluation.weighted import answers, weights_of
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.chain import results_chain
from manfaat.report.gate import dominated_of, measured_by, told_level
from manfaat.report.reader import Reader
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.verdicts import Verdict, about_line, by_claim

MOST_NUMBERS, MOST_ESTIMATES = 3, 6  # of the activities; of one claim
COLUMNS = ["stage", "kind", "grade", "text"]


class Side(NamedTuple):
    """How many stand on one side of what is compared."""

    participant: float
    arm: str
    n: int


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


def estimate_text(reader: Reader, line: pd.Series) -> str:
    """One line of evidence: the indicator, its estimate with its interval and unit, and how many people it
    rests on.
    """
    unit, say = reader.unit_of(line["unit"]), reader.say
    name = about_line(reader, line)
    is_level = line["basis"] == "level"
    write = reader.level if is_level else reader.amount
    interval = f"[{write(line['ci_low'], unit)};\u00a0{write(line['ci_high'], unit)}]"
    compared = pd.notna(line["n_comparison"]) and line["n_comparison"] > 0
    n = (
        f"{reader.number(line['n'], 0)}\u00a0/\u00a0{reader.number(line['n_comparison'], 0)}"
        if compared
        else reader.number(line["n"], 0)
    )
    value = (
        reader.level(line["estimate"], unit) if is_level else reader.amount_with_unit(line["estimate"], unit)
    )
    return say(
        "{indicator}: {value} {interval}, n\u00a0=\u00a0{n}",
        indicator=name,
        value=value,
        interval=interval,
        n=n,
    )


def claim_rows(
    reader: Reader, claim: Claim, verdict: Verdict, evidence: pd.DataFrame, name: str
) -> list[dict[str, str]]:
    """A claim with its grade, and below it the estimates that count for it, that of the indicator that
    decided first.
    """
    text = f"{name} · {reader.say(GRADE_WORDS[verdict.grade])}: {claim.text[reader.code].rstrip('.')}"
    failed = reader.say("a check of the comparison failed")
    text += f" ({failed})" if verdict.rule == "failed" else ""
    counts = evidence[
        (evidence["claim"] == claim.id)
        & evidence["arm"].isin([verdict.arm, ""])
        & evidence["speaks"].astype(bool)
        & evidence["estimate"].notna()
    ]
    counts = pd.concat(
        [counts[counts["indicator"] == verdict.indicator], counts[counts["indicator"] != verdict.indicator]]
    )
    numbers = [
        {"kind": "number", "grade": "", "text": estimate_text(reader, line)}
        for _, line in counts.head(MOST_ESTIMATES).iterrows()
    ]
    return [{"kind": "claim", "grade": verdict.grade, "text": text}, *numbers]


def activity_rows(reader: Reader, table: pd.DataFrame) -> list[dict[str, str]]:
    """What participants received, on average: the first activities of which enough participants say
    something.
    """
    of_participants = table[participation(table, reader.study.programme) == 1]
    rows: list[dict[str, str]] = []
    weights = weights_of(of_participants, reader.study.programme)
    if (
        reader.study.programme.design.panel
    ):  # what units did before they took part is not what the programme did
        return rows
    dominated = measured_by(reader.study, dominated_of(reader.study))
    for line in reader.study.indicators:
        if (
            line.stage_thesis != "activity"
            or line.use not in ("effect", "describe")
            or line.indicator in dominated
            or len(rows) == MOST_NUMBERS
        ):
            continue
        known, unit = answers(of_participants[line.name], weights), reader.unit_of(line.unit)
        yes = int(known.values.sum()) if set(known.values) <= {0.0, 1.0} else None
        if min(known.n if yes is None else min(yes, known.n - yes), known.n) < disclosure.SMALLEST_CELL:
            continue
        mean = told_level(reader.study, known.mean, pd.Series(known.values))
        level = reader.level(mean, unit)
        value = level if unit is None or unit.is_share else reader.amount_with_unit(mean, unit)
        told = reader.say(
            "{indicator}: {value} on average, n\u00a0=\u00a0{n}",
            indicator=line.label(reader.code),
            value=value,
            n=reader.number(known.n, 0),
        )
        rows.append({"kind": "number", "grade": "", "text": told})
    return rows


def without_claim(reader: Reader, table: pd.DataFrame, stage: str) -> dict[str, str]:
    """What is said of a stage that no claim and no number stands at: that nothing of it was measured, or that
    it was, and nothing is claimed.
    """
    own = [
        line.name
        for line in reader.study.indicators
        if line.stage_thesis == stage and line.use in ("effect", "describe") and line.name in table
    ]
    measured = bool(own) and bool(table[own].notna().any(axis=None))
    text = (
        reader.say("measured, and no claim rests on it")
        if measured
        else reader.say("nothing of this stage was measured")
    )
    return {"kind": "number", "grade": "", "text": text}


def chain_rows(
    reader: Reader, table: pd.DataFrame, counts: pd.DataFrame, verdicts: pd.DataFrame, evidence: pd.DataFrame
) -> pd.DataFrame:
    """Everything that stands in the chain: ``stage`` (code), ``kind, grade, text``, in the order of the
    stages.
    """
    by_stage: dict[str, list[dict[str, str]]] = {stage: [] for stage in labels.STAGES}
    for side in typed_rows(counts[counts["step"] == "delivered"][["participant", "arm", "n"]], Side):
        if side.n:
            text = f"{reader.role_label(side.participant, side.arm)}: {reader.unit_count(side.n)}"
            by_stage["input"].append({"kind": "number", "grade": "", "text": text})
    by_stage["activity"] += activity_rows(reader, table)
    placed: dict[str, str] = {}
    for claim, row, name in by_claim(reader, verdicts):
        placed[claim.id] = stage_of(reader.study, claim, placed)
        by_stage[placed[claim.id]] += claim_rows(reader, claim, row, evidence, name)
    rows = [
        {"stage": stage, **entry}
        for stage, entries in by_stage.items()
        for entry in entries or [without_claim(reader, table, stage)]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def chain_figure(
    reader: Reader, table: pd.DataFrame, counts: pd.DataFrame, verdicts: pd.DataFrame, evidence: pd.DataFrame
) -> list[Exhibit]:
    """The results chain of this cohort; nothing where the programme claims nothing."""
    if not reader.study.programme.claims:
        return []
    say = reader.say
    words = {name: say(text) for name, text in GRADE_WORDS.items()}
    rows = chain_rows(reader, table, counts, verdicts, evidence)
    data = rows.assign(stage=[say(labels.STAGES[stage]).capitalize() for stage in rows["stage"]])
    design = reader.study.programme.design
    whom = say("both sides") if design.arms or design.assigned else say("participants and comparison group")
    spec = reader.study.programme.specification(reader.study.primary)
    confidence = evidence["confidence"].dropna()
    caption = say(
        "Each claim stands at the stage of its first indicator, with the sign and the word of its grade;"
        " below it the estimates that count for it, in brackets {confidence} intervals, n of {whom}"
        " ({specification}; a change or a level where nobody is compared).",
        whom=whom,
        confidence=reader.percent(confidence.iloc[0] if len(confidence) else 0.95),
        specification=reader.specification_label(spec),
    )
    if reader.study.programme.design.panel:
        caption += " " + say("In a panel each period of a unit counts in n.")
    return [
        results_chain(
            data,
            words,
            say("The results chain with the verdict on each claim"),
            caption + " " + reader.source_note(by_weight=True),
            reader,
        )
    ]
