"""How each number came about: method, specification, data and notebook of an estimate, to be unfolded beside
it.
"""

from __future__ import annotations

from hashlib import sha256

import pandas as pd

from manfaat.evaluation.estimate import SIDES, Estimate, as_rows
from manfaat.evaluation.registry import is_alone
from manfaat.report import labels
from manfaat.report.blocks import Fold, Run, Runs, Term, Terms
from manfaat.report.counts import shown_count
from manfaat.report.methods import METHODS, STD_ERRORS
from manfaat.report.reader import Reader
from manfaat.report.words import Language

NOTEBOOK_OF = {
    "input": "03_inputs",
    "activity": "03_inputs",
    "output": "04_outputs",
    "outcome": "05_outcomes",
    "impact": "05_outcomes",
}


def disclosures(reader: Reader, estimates: pd.DataFrame) -> tuple[Fold, ...]:
    """Return one fold an estimate, all in one fold; none where there is no estimate."""
    rows = [row for row in as_rows(estimates) if labels.has_number(row.estimate)]
    if not rows:
        return ()
    inner = tuple(one(reader, row) for row in rows)
    return (Fold(reader.say("How these numbers came about"), inner),)


def one(reader: Reader, row: Estimate) -> Fold:
    """Return the fold of one estimate."""
    unit = reader.unit_of(row.unit)
    number = reader.with_interval(row.estimate, row.ci_low, row.ci_high, unit)
    name = f"{reader.indicator_label(row.indicator, row.rater)}, {reader.row_label(row)}"
    return Fold(f"{name}: {number}", (Terms(facts(reader, row)),))


def origin_of(row: Estimate) -> str:
    """The id of what an estimate rests on: links lead from its number to it."""
    return f"origin-{sha256(place(row).encode()).hexdigest()[:8]}"


def facts(reader: Reader, row: Estimate) -> tuple[Term, ...]:
    """Return what an estimate rests on."""
    say = reader.say
    return (
        Term(say("Indicator"), (Run(measured(reader, row)),), origin_of(row)),
        Term(say("Method"), method(row.method, reader)),
        Term(say("Specification"), (Run(specification(reader, row)),)),
        Term(say("Standard error"), (Run(uncertainty(reader, row)),)),
        Term(say("Data"), (Run(data(reader, row)),)),
        Term(say("Notebook"), (Run(f"notebooks/{NOTEBOOK_OF[row.stage]}.ipynb", code=True),)),
        Term(say("Row of estimates.csv"), (Run(place(row), code=True),)),
    )


def measured(reader: Reader, row: Estimate) -> str:
    """Say what the indicator is, and which columns of the survey it is made of."""
    line = labels.effect_indicator(reader.study, row.indicator, row.rater)
    made_of = (
        " " + reader.say("From: {variables}.", variables=", ".join(line.inputs.split()))
        if line.inputs
        else ""
    )
    return labels.definition(line, reader).rstrip(".") + "." + made_of


def method(name: str, language: Language) -> Runs:
    """Name the method, with a link to its description in the appendix."""
    known = METHODS.get(name)
    if known is None:
        return (Run(name),)
    return (
        Run(language.say(known.name), link=f"#method-{name}"),
        Run(": " + language.say(known.does)),
    )


def specification(reader: Reader, row: Estimate) -> str:
    """Name the specification, its covariates, and whether it is the one that speaks for the cohort."""
    spec = reader.study.programme.specification(row.specification)
    lines = {line.name: line.label(reader.code) for line in reader.study.indicators}
    text = reader.specification_label(spec) + "."
    if spec.covariates:
        text += " " + reader.say(
            "Covariates: {names}.", names=", ".join(lines.get(name, name) for name in spec.covariates)
        )
    if spec.baseline == "adjust":
        text += " " + reader.say("Adjusted for the same indicator before the programme.")
    if spec.where:
        sample = reader.study.programme.samples[spec.where]
        text += " " + reader.say(
            "Only {sample}: {condition}.", sample=sample.label[reader.code], condition=sample.when
        )
    return text + (
        " " + reader.say("It speaks for this cohort, by the declared rule.") if row.is_primary else ""
    )


def uncertainty(reader: Reader, row: Estimate) -> str:
    """Say how large the standard error is, in the estimate's unit, of which kind, and what the interval
    covers.
    """
    kind = (
        reader.say(STD_ERRORS[row.std_error_kind].name)
        if row.std_error_kind in STD_ERRORS
        else str(row.std_error_kind)
    )
    coverage = reader.say("intervals cover {confidence}", confidence=reader.percent(row.confidence))
    return f"{reader.amount(row.std_error, reader.unit_of(row.unit))} ({kind}; {coverage})"


def data(reader: Reader, row: Estimate) -> str:
    """Say for how many the estimate was made and where their answers come from."""
    table = reader.table_label(reader.study.programme.main_table)
    first, second = ("", "") if is_alone(row.method) else reader.sides(row.arm, row.against, row.contrast)
    if first:
        people = f"{reader.number(row.n, 0)} ({first})"
        people += f", {reader.number(row.n_comparison, 0)} ({second})"
    elif reader.study.programme.design.panel and row.method == "fixed_effects":
        people = reader.say("{n} ({table}) of participants", n=reader.number(row.n, 0), table=table)
    else:
        people = reader.say_count("{n} participant", "{n} participants", int(row.n))
    if row.n_comparison == row.n_comparison and not first:
        people += reader.say(", {m} in the comparison group", m=reader.number(row.n_comparison, 0))
    return people + reader.say(
        ", {missing} left out; table “{table}” of {files}.",
        missing=shown_count(row.n_missing, reader),
        table=table,
        files=", ".join(file.file for file in reader.study.cohort.files),
    )


def place(row: Estimate) -> str:
    """Return the values that find the estimate's row in ``estimates.csv``."""
    names = ("indicator", "rater", *SIDES, "specification", "treatment", "estimand", "std_error_kind")
    values = row._asdict()
    return "; ".join(
        f"{name} = {values[name]}" for name in names if isinstance(values[name], str) and values[name]
    )
