"""What things are called in the reader's language: indicators, groups, specifications, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.definitions.programme import Specification, Unit
from manfaat.evaluation.estimate import Estimate
from manfaat.indicators import Indicator
from manfaat.report.words import Language, mark

RATERS = ("test", "supervisor", "self", "")
MOST_FIGURES = 12  # of one kind in a chapter
SE_KINDS = {
    "classical": mark("classical standard errors"),
    "HC1": mark("HC1 robust standard errors"),
    "HC2": mark("HC2 robust standard errors"),
    "HC3": mark("HC3 robust standard errors"),
    "BM": mark("HC2 robust standard errors with Satterthwaite degrees of freedom"),
    "CR1": mark("CR1 cluster-robust standard errors"),
    "CR2": mark("CR2 cluster-robust standard errors with Satterthwaite degrees of freedom"),
    "CR3": mark("CR3 cluster-robust standard errors (jackknife)"),
    "wild": mark("the wild cluster bootstrap"),
    "randomisation": mark("randomisation inference"),
    "survey": mark("linearised survey standard errors"),
    "BRL": mark("bias-reduced linearised survey standard errors with Satterthwaite degrees of freedom"),
    "jackknife": mark("standard errors by the jackknife, with Satterthwaite degrees of freedom"),
    "influence": mark("standard errors that count the estimated weights and regressions"),
    "AI": mark("Abadie–Imbens standard errors"),
    "AI_equal": mark("Abadie–Imbens standard errors with one variance for all"),
    "finite_population": mark("classical standard errors with the finite-population correction"),
    "normal_theory": mark(
        "intervals of d_z by noncentral t below 30 participants and by the jackknife from there, of the"
        " others by the delta method"
    ),
    "signed_rank": mark("Wilcoxon's signed ranks"),
    "exact": mark("the exact test"),
    "mid_p": mark("the mid-p test"),
    "brunner_munzel": mark("the test of Brunner and Munzel"),
    "auto": mark("standard errors chosen by the design"),
    "Wilson": mark("Wilson's interval of a share"),
}
POPULATIONS = {
    "ATT": mark("ATT, average over the participants"),
    "ATE": mark("ATE, average over participants and comparison group"),
    "ITT": mark("ITT, of the offer, whether taken up or not"),
    "LATE": mark("LATE, average over those whom the offer moved, with the interval of Anderson and Rubin"),
    "take-up": mark("take-up, what the offer added to participation"),
    "superiority": mark(
        "superiority, how much oftener a participant exceeds one of the comparison group than the reverse"
    ),
    "quantile": mark("quantiles of the two groups, not of individual gains"),
}
STAGES = {
    "input": mark("input"),
    "activity": mark("activity"),
    "output": mark("output"),
    "outcome": mark("outcome"),
    "impact": mark("impact"),
}
SIZE_KINDS = {
    "Hedges g (SD within groups)": mark(
        "Hedges g: standard deviations within the groups, corrected for small samples"
    ),
    "d (SD of the level)": mark("d: standard deviations of the level"),
    "d_z (SD of the change)": mark("d_z: standard deviations of the change"),
    "d_av (mean of the SDs before and now)": mark("d_av: mean of the standard deviations before and now"),
    "g_av (d_av, corrected for small samples)": mark("g_av: d_av, corrected for small samples"),
    "rank-biserial correlation (matched pairs)": mark("rank-biserial correlation of matched pairs"),
    "Cohen g (share of the changes that were rises, less one half)": mark(
        "Cohen g: share of the changes that were rises, less one half"
    ),
    "odds ratio (proportional odds)": mark("odds ratio, the same at every level"),
    "probability of superiority (ties count half)": mark("probability of superiority, ties counting half"),
}
SIZE_NAMES = {
    "Hedges g (SD within groups)": "Hedges g",
    "d (SD of the level)": "d",
    "d_z (SD of the change)": "d_z",
    "d_av (mean of the SDs before and now)": "d_av",
    "g_av (d_av, corrected for small samples)": "g_av",
    "rank-biserial correlation (matched pairs)": mark("rank-biserial"),
    "Cohen g (share of the changes that were rises, less one half)": "Cohen g",
    "odds ratio (proportional odds)": mark("odds ratio"),
    "probability of superiority (ties count half)": mark("probability of superiority"),
}
# what is told of an estimate beside its specification, where it is not a mean in the indicator's unit
MEASURES = {
    "d_z": mark("d_z"),
    "d_av": mark("d_av"),
    "g_av": mark("g_av"),
    "pseudo-median": mark("pseudo-median"),
    "net-share": mark("share who rose less share who fell"),
    "log-odds": mark("log odds ratio"),
    "odds-ratio": mark("odds ratio"),
    "superiority": mark("superiority"),
}
ROW_RULES = {
    "empty row": mark("empty row"),
    "exact duplicate": mark("exact duplicate of an earlier row"),
    "resubmission": mark("submitted again; the fullest and latest is kept"),
    "decided": mark("decided by a person"),
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
LEFT_OUT = {  # to stand after a number of units
    "to_decide": mark("with an answer that could not be read and waits for a decision"),
    "damaged": mark("with a damaged answer"),
    "absent": mark("without an interview in the other period"),
    "no_record": mark("without a record in another table"),
    "not_delivered": mark("of whom a table was not delivered"),
    "not_asked": mark("not asked"),
    "not_applicable": mark("to whom the question did not apply"),
    "refused": mark("who refused"),
    "dont_know": mark("who did not know"),
    "blank": mark("without an answer"),
    "once": mark("seen only once"),
    "other": mark("for other reasons"),
}
DETECTED = {
    "answer sets": mark("answer sets"),
    "calendar": mark("calendar"),
    "cell colours": mark("coloured cells, whose meaning cannot be read"),
    "column names": mark("names of columns"),
    "columns differ": mark("sheets or files with different columns"),
    "dates": mark("dates"),
    "decimal sign": mark("sign of decimals"),
    "declared missing": mark("answers that the file declares missing"),
    "encoding": mark("encoding of the letters"),
    "error cells": mark("error values of a spreadsheet"),
    "errors and colours": mark("errors and colours were not checked"),
    "file type": mark("type of the file"),
    "form groups": mark("groups of the form"),
    "formulas": mark("formulas without a stored value"),
    "header": mark("row with the names of the columns"),
    "headers": mark("columns matched by their text"),
    "hidden rows": mark("hidden rows"),
    "hidden sheets": mark("hidden sheets"),
    "leading zeros": mark("zeros in front that may be lost"),
    "long cells": mark("unusually long texts"),
    "long numbers": mark("numbers too long to be exact"),
    "lost letters": mark("lost letters"),
    "merged cells": mark("merged cells"),
    "percent cells": mark("cells that show per cent"),
    "perhaps a note": mark("perhaps a note and no answer"),
    "perhaps totals": mark("perhaps totals and no answers"),
    "repeat group": mark("repeated group of the form"),
    "rows left out": mark("rows that are no answers"),
    "same name": mark("columns of the same name"),
    "scaled cells": mark("cells that show another unit"),
    "separator": mark("separator of the columns"),
    "several answers": mark("questions with several answers"),
    "short rows": mark("rows with too few cells"),
    "single cells": mark("rows with a single filled cell"),
    "surplus cells": mark("rows with too many cells"),
    "table": mark("shape of the table"),
    "time zone": mark("time zone"),
    "unusual signs": mark("unusual signs or wrongly decoded letters"),
    "workbook": mark("structure of the workbook"),
}
FINDINGS = {
    "straight-lining": mark("the same answer to all items of a battery"),
    "too fast": mark("the interview was shorter than people need"),
    "ends before it starts": mark("the interview ended before it started"),
    "part of a date": mark("only a part of the date is known"),
    "personal data": mark("personal data in a column that should hold none"),
}
SEVERITIES = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}


def population_label(estimand: str, language: Language) -> str:
    """Whom an estimate is about, to stand after the specification: ``ATT``, ``quantile 0.25``; empty where
    the estimand says no more.
    """
    if estimand == "take-up":
        return language.say("take-up")
    inner = estimand.partition("(")[2].removesuffix(")")
    parts = []
    for part in inner.split(", ") if inner else []:
        word, _, level = part.partition(" ")
        if part in MEASURES or word == "level":
            parts.append(
                language.say(MEASURES[part])
                if part in MEASURES
                else language.say(
                    "level {level}",
                    level=language.number(float(level), 0 if float(level).is_integer() else 2),
                )
            )
            continue
        parts.append(
            language.say("quantile {level}", level=language.number(float(level), 2))
            if level
            else ""
            if word == "quantiles"
            else word
        )
    return ", ".join(part for part in parts if part)


def size_text(row: Estimate, language: Language) -> str:
    """An effect size with its name; a dash where there is none, for a number without its name is never
    shown.
    """
    if not has_number(row.effect_size) or row.effect_size_kind not in SIZE_NAMES:
        return "–"
    return f"{language.number(row.effect_size, 2)} ({language.say(SIZE_NAMES[row.effect_size_kind])})"


def population_notes(estimands: pd.Series, language: Language) -> str:
    """One sentence that explains the populations that occur; empty where there are none."""
    words = {
        word
        for estimand in estimands
        for word in re.findall(r"ATT|ATE|ITT|LATE|take-up|superiority|quantile", str(estimand))
    }
    told = [language.say(text) for word, text in POPULATIONS.items() if word in words]
    return (
        language.say("Whom the estimates are about: {populations}.", populations="; ".join(told))
        if told
        else ""
    )


def effect_indicator(study: Study, concept: str, rater: str | None = None) -> Indicator:
    """The column that measures a concept after the programme; the first one, or the given rater's."""
    return next(
        line
        for line in study.indicators
        if line.indicator == concept and line.use == "effect" and rater in (None, line.rater)
    )


def indicator_label(study: Study, concept: str, language: Language, rater: str | None = None) -> str:
    """What an indicator is called."""
    return effect_indicator(study, concept, rater).label(language.code)


def unit_of(study: Study, name: str) -> Unit | None:
    """The declared unit with this name."""
    return study.programme.units.get(name)


def group_label(study: Study, code: str, language: Language) -> str:
    """What a group is called: by this delivery, or by the programme's answer lists, or by its code."""
    if code in study.cohort.groups:
        return study.cohort.groups[code][language.code]
    return next(
        (
            choice.label(language.code)
            for choice in study.codebook.choices
            if choice.list_name in group_lists(study) and choice.name == code
        ),
        code,
    )


def group_lists(study: Study) -> set[str]:
    """The answer lists that the group variable draws on."""
    line = next(line for line in study.indicators if line.name == study.programme.design.group)
    declared = line.options.get("list")
    lists = {
        variable.list_name
        for variable in study.codebook.table(study.programme.main_table)
        if variable.name in line.inputs.split()
    }
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


def row_label(study: Study, row: Estimate, language: Language) -> str:
    """Specification of an estimate, where it has several treatments which of them, and whom the estimate is
    about.
    """
    spec = study.programme.specification(row.specification)
    text = specification_label(spec, language)
    text = f"{text}: {treatment_label(study, row.treatment, language)}" if len(spec.treatment) > 1 else text
    about = population_label(row.estimand, language)
    return f"{text}, {about}" if about else text


def family_label(study: Study, name: str, language: Language) -> str:
    """What a family of indicators is called; its own name where the programme does not say."""
    return study.programme.families[name][language.code] if name in study.programme.families else name


def treatment_label(study: Study, name: str, language: Language) -> str:
    """What a treatment variable is called."""
    return next((line.label(language.code) for line in study.indicators if line.name == name), name)


def source_note(study: Study, language: Language, *, by_weight: bool | None = None) -> str:
    """The last sentences of every caption: where the data come from, and whether people answered or a
    computer did.

    ``by_weight``: what is shown is weighted wherever the design declares survey weights, or, where False,
    cannot be; None for counts.
    """
    told = {
        True: mark("Weighted by the survey weights; n counts those who answered."),
        False: mark("The survey weights do not enter here: answers count alike."),
    }
    weighted = (
        language.say(told[by_weight]) + " "
        if by_weight is not None and study.programme.design.sampling_weight
        else ""
    )
    source = weighted + language.say(
        "Source: {citation}; {label}.",
        citation=study.cohort.citation,
        label=study.cohort.label[language.code],
    )
    return source + (
        " " + language.say("Synthetic data: no person stands behind them.")
        if study.cohort.kind == "synthetic"
        else ""
    )


def unit_count(study: Study, n: int, language: Language) -> str:
    """Write '185 people' in the words of the programme."""
    words = study.programme.design.unit
    return f"{language.number(n, 0)} {(words.one if n == 1 else words.many)[language.code]}"


def foremost(study: Study, concepts: Iterable[str]) -> set[str]:
    """Indicators with a figure and a sentence of their own: all of them where they are few, else those that a
    claim names.
    """
    named = set(concepts)
    return (
        named
        if len(named) <= MOST_FIGURES
        else named & {concept for claim in study.programme.claims for concept in claim.indicators}
    )


def weightiest(rows: pd.DataFrame) -> pd.Series:
    """Mask of the rows of each indicator's weightiest rater: a test before a supervisor, a supervisor before
    people's word about themselves.
    """
    order = rows["rater"].map({"test": 0, "supervisor": 1, "": 2, "self": 3})
    counts = rows.groupby(["indicator", "rater"])["rater"].transform("size")
    order = order.where(counts > 1, order + 4)  # a single rung is no ladder
    return order == order.groupby(rows["indicator"]).transform("min")


def foremost_raters(lines: Iterable[Indicator]) -> dict[str, str]:
    """The rater whose word counts most, of each indicator: a test, then a supervisor, then the person."""
    found: dict[str, str] = {}
    for line in lines:
        found[line.indicator] = min(found.get(line.indicator, line.rater), line.rater, key=RATERS.index)
    return found


def check_label(study: Study, check: str, language: Language) -> str:
    """What a consistency rule, a declared check or a check of every programme is called."""
    declared = {entry.id: entry.label[language.code] for entry in study.programme.checks} | {
        rule.id: rule.label(language.code) for rule in study.codebook.rules
    }
    if check in declared:
        return declared[check]
    kind, _, name = check.partition(":")
    variable = next(
        (variable.label(language.code) for variable in study.codebook.variables if variable.name == name),
        name,
    )
    if kind == "skip":
        return language.say("answered although the form skips it: “{question}”", question=variable)
    if kind == "range":
        return language.say("outside the declared range: “{question}”", question=variable)
    return language.say(FINDINGS[kind]) if kind in FINDINGS else check


def has_number(value: object) -> bool:
    """Whether a cell holds a number."""
    return not pd.isna(value)
