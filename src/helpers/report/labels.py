"""What things are called in the reader's language: indicators, groups, specifications, sources."""

from __future__ import annotations

import pandas as pd

from helpers.indicators import Indicator
from helpers.programme import Specification, Unit
from helpers.study import Study
from helpers.words import Language, mark

SE_KINDS = {
    "classical": mark("classical standard errors"),
    "HC1": mark("HC1 robust standard errors"),
    "HC2": mark("HC2 robust standard errors"),
    "HC3": mark("HC3 robust standard errors"),
    "CR1": mark("CR1 standard errors clustered by unit"),
}
STAGES = {"input": mark("input"), "activity": mark("activity"), "output": mark("output"), "outcome": mark("outcome"), "impact": mark("impact")}
SIZE_KINDS = {
    "Hedges g (SD within groups)": mark("Hedges g: standard deviations within the groups, corrected for small samples"),
    "d (SD of the level)": mark("d: standard deviations of the level"),
    "d_z (SD of the change)": mark("d_z: standard deviations of the change"),
}
ROW_RULES = {
    "empty row": mark("empty row"),
    "test row": mark("entered to try the form"),
    "exact duplicate": mark("exact duplicate of an earlier row"),
    "resubmission": mark("submitted again; the fullest and latest is kept"),
    "same key, different answers": mark("same key with different answers, to be decided"),
    "title row": mark("title above the header"),
    "blank row": mark("empty row"),
    "total row": mark("total, not an answer"),
    "footer": mark("note below the table"),
}
CELL_RULES = {
    "correction": mark("corrected by hand"),
    "unit": mark("unit converted"),
    "missing": mark("recognised as no answer"),
    "waiting": mark("cannot be used until a person decides"),
    "integer": mark("number rewritten in its standard form"),
    "decimal": mark("number rewritten in its standard form"),
    "money": mark("number rewritten in its standard form"),
    "date": mark("date rewritten in its standard form"),
    "month": mark("date rewritten in its standard form"),
    "dateTime": mark("date rewritten in its standard form"),
    "select_one": mark("answer matched to its code"),
    "select_multiple": mark("answer matched to its code"),
    "text": mark("characters and spaces put in order"),
}
MISSING_REASONS = {
    "blank": mark("not answered"),
    "not_applicable": mark("not applicable"),
    "dont_know": mark("does not know"),
    "refused": mark("refused"),
    "not_asked": mark("not asked"),
    "damaged": mark("damaged"),
    "to_decide": mark("to be decided"),
}
SEVERITIES = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}
REASONS = (
    mark("not measured before the programme"),
    mark("the specification names no periods"),
    mark("the value before the programme cannot be both subtracted and a covariate"),
    mark("no unit has all the answers needed"),
    mark("there is nobody to compare: participants or comparison group are missing"),
    mark("one of the two groups has fewer than two units"),
    mark("there are not more units than coefficients"),
    mark("every unit has the same value"),
    mark("a covariate is constant or follows from the others"),
    mark("the indicator follows exactly from the covariates"),
    mark("there is no variation left to estimate a standard error from"),
    mark("fewer than two participants were measured both before and after"),
    mark("every participant changed by the same amount"),
    mark("no unit's value changes between periods"),
    mark("no unit's treatment changes between periods"),
    mark("there are not more observations than coefficients"),
    mark("the study is not a panel"),
    mark("covariates were measured in the same period as the outcome and may themselves have been changed by the programme"),
)


def effect_indicator(study: Study, concept: str) -> Indicator:
    """The column that measures a concept after the programme."""
    return next(line for line in study.indicators if line.indicator == concept and line.use == "effect")


def indicator_label(study: Study, concept: str, language: Language) -> str:
    """What an indicator is called."""
    return effect_indicator(study, concept).label(language.code)


def unit_of(study: Study, name: str) -> Unit | None:
    """The declared unit with this name."""
    return study.programme.units.get(name)


def group_label(study: Study, code: str, language: Language) -> str:
    """What a group is called: by this delivery, or by the programme's answer lists, or by its code."""
    if code in study.cohort.groups:
        return study.cohort.groups[code][language.code]
    return next((choice.label(language.code) for choice in study.codebook.choices if choice.list_name in group_lists(study) and choice.name == code), code)


def group_lists(study: Study) -> set[str]:
    """The answer lists that the group variable draws on."""
    line = next(line for line in study.indicators if line.name == study.programme.design.group)
    declared = line.options.get("list")
    lists = {variable.list_name for variable in study.codebook.table(study.programme.main_table) if variable.name in line.inputs.split()}
    return {declared} if declared else {name for name in lists if name}


def role_label(study: Study, participant: float, language: Language) -> str:
    """What participants and comparison group are called: the group's own name where the role is one group."""
    codes = study.programme.design.participants if participant == 1 else study.programme.design.comparison
    if len(codes) == 1:
        return group_label(study, codes[0], language)
    return language.say("Participants") if participant == 1 else language.say("Comparison group")


def specification_label(spec: Specification, language: Language) -> str:
    """What a specification is called."""
    return spec.label[language.code]


def row_label(study: Study, row: object, language: Language) -> str:
    """Specification of an estimate and, where it has several treatments, which of them."""
    spec = study.programme.specification(row.specification)
    text = specification_label(spec, language)
    return f"{text}: {treatment_label(study, row.treatment, language)}" if len(spec.treatment) > 1 else text


def treatment_label(study: Study, name: str, language: Language) -> str:
    """What a treatment variable is called."""
    return next((line.label(language.code) for line in study.indicators if line.name == name), name)


def source_note(study: Study, language: Language) -> str:
    """The last sentences of every caption: where the data come from, and whether people answered or a computer did."""
    source = language.say("Source: {citation}; {label}.", citation=study.cohort.citation, label=study.cohort.label[language.code])
    return source + (" " + language.say("Synthetic data: no person stands behind them.") if study.cohort.kind == "synthetic" else "")


def unit_count(study: Study, n: int, language: Language) -> str:
    """Write '185 people' in the words of the programme."""
    words = study.programme.design.unit
    return f"{language.number(n, 0)} {(words.one if n == 1 else words.many)[language.code]}"


def has_number(value: object) -> bool:
    """Whether a cell holds a number."""
    return not pd.isna(value)
