"""How each number came about: method, specification, data and notebook of an estimate, to be unfolded beside
it.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.report import labels
from manfaat.report.blocks import Fold, Run, Runs, Term, Terms
from manfaat.report.counts import shown_count
from manfaat.report.methods import METHODS
from manfaat.report.words import Language

NOTEBOOK_OF = {
    "input": "03_inputs",
    "activity": "03_inputs",
    "output": "04_outputs",
    "outcome": "05_outcomes",
    "impact": "05_outcomes",
}


def disclosures(study: Study, estimates: pd.DataFrame, language: Language) -> tuple[Fold, ...]:
    """Return one fold an estimate, all in one fold; none where there is no estimate."""
    rows = [row for row in estimates.itertuples(index=False) if labels.has_number(row.estimate)]
    if not rows:
        return ()
    inner = tuple(one(study, row, language) for row in rows)
    return (Fold(language.say("How these numbers came about"), inner),)


def one(study: Study, row: object, language: Language) -> Fold:
    """Return the fold of one estimate."""
    unit = labels.unit_of(study, row.unit)
    number = (
        f"{language.amount(row.estimate, unit)} [{language.amount(row.ci_low, unit)};"
        f" {language.amount(row.ci_high, unit)}]"
    )
    name = (
        f"{labels.indicator_label(study, row.indicator, language, row.rater)},"
        f" {labels.row_label(study, row, language)}"
    )
    return Fold(f"{name}: {number}", (Terms(facts(study, row, language)),))


def facts(study: Study, row: object, language: Language) -> tuple[Term, ...]:
    """Return what an estimate rests on."""
    say = language.say
    return (
        Term(say("Indicator"), (Run(measured(study, row, language)),)),
        Term(say("Method"), method(row.method, language)),
        Term(say("Specification"), (Run(specification(study, row, language)),)),
        Term(say("Standard error"), (Run(uncertainty(study, row, language)),)),
        Term(say("Data"), (Run(data(study, row, language)),)),
        Term(say("Notebook"), (Run(f"notebooks/{NOTEBOOK_OF[row.stage]}.ipynb", code=True),)),
        Term(say("Row of estimates.csv"), (Run(place(row), code=True),)),
    )


def measured(study: Study, row: object, language: Language) -> str:
    """Say what the indicator is, and which columns of the survey it is made of."""
    line = labels.effect_indicator(study, row.indicator, row.rater)
    made_of = (
        " " + language.say("From: {variables}.", variables=", ".join(line.inputs.split()))
        if line.inputs
        else ""
    )
    return line.definition(language.code).rstrip(".") + "." + made_of


def method(name: str, language: Language) -> Runs:
    """Name the method, with a link to its description in the appendix."""
    known = METHODS.get(name)
    if known is None:
        return (Run(name),)
    return (
        Run(language.say(known.name), link=f"#method-{name}"),
        Run(": " + language.say(known.does)),
    )


def specification(study: Study, row: object, language: Language) -> str:
    """Name the specification, its covariates, and whether it is the one that speaks for the cohort."""
    spec = study.programme.specification(row.specification)
    lines = {line.name: line.label(language.code) for line in study.indicators}
    text = labels.specification_label(spec, language) + "."
    if spec.covariates:
        text += " " + language.say(
            "Covariates: {names}.", names=", ".join(lines.get(name, name) for name in spec.covariates)
        )
    return text + (
        " " + language.say("It speaks for this cohort, by the declared rule.") if row.is_primary else ""
    )


def uncertainty(study: Study, row: object, language: Language) -> str:
    """Say how large the standard error is, in the estimate's unit, of which kind, and what the interval
    covers.
    """
    kind = (
        language.say(labels.SE_KINDS[row.std_error_kind])
        if row.std_error_kind in labels.SE_KINDS
        else str(row.std_error_kind)
    )
    coverage = language.say("intervals cover {confidence}", confidence=language.percent(row.confidence))
    return f"{language.amount(row.std_error, labels.unit_of(study, row.unit))} ({kind}; {coverage})"


def data(study: Study, row: object, language: Language) -> str:
    """Say for how many the estimate was made and where their answers come from."""
    table = study.programme.tables[study.programme.main_table].label[language.code]
    if study.programme.design.panel and row.method == "fixed_effects":
        people = language.say("{n} ({table}) of participants", n=language.number(row.n, 0), table=table)
    else:
        people = language.say_count("{n} participant", "{n} participants", int(row.n))
    if row.n_comparison == row.n_comparison:
        people += language.say(", {m} in the comparison group", m=language.number(row.n_comparison, 0))
    return people + language.say(
        ", {missing} left out; table “{table}” of {files}.",
        missing=shown_count(row.n_missing, language),
        table=table,
        files=", ".join(file.file for file in study.cohort.files),
    )


def place(row: object) -> str:
    """Return the values that find the estimate's row in ``estimates.csv``."""
    keys = {
        name: getattr(row, name)
        for name in ("indicator", "rater", "specification", "treatment", "estimand", "std_error_kind")
    }
    return "; ".join(f"{name} = {value}" for name, value in keys.items() if isinstance(value, str) and value)
