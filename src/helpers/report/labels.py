"""What things are called in the reader's language: indicators, groups, specifications, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import pandas as pd

from helpers.indicators import Indicator
from helpers.programme import Specification, Unit
from helpers.study import Study
from helpers.words import Language, mark

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
    "influence": mark("standard errors that count the estimated weights and regressions"),
    "AI": mark("Abadie–Imbens standard errors"),
    "AI_equal": mark("Abadie–Imbens standard errors with one variance for all"),
    "finite_population": mark("classical standard errors with the finite-population correction"),
    "normal_theory": mark("intervals of normal theory (noncentral t for d_z, the delta method for the others)"),
    "signed_rank": mark("Wilcoxon's signed ranks"),
    "exact": mark("the exact test"),
    "mid_p": mark("the mid-p test"),
    "brunner_munzel": mark("the test of Brunner and Munzel"),
    "auto": mark("standard errors chosen by the number of clusters"),
    "Wilson": mark("Wilson's interval of a share"),
}
POPULATIONS = {
    "ATT": mark("ATT, average over the participants"),
    "ATE": mark("ATE, average over participants and comparison group"),
    "ITT": mark("ITT, of the offer, whether taken up or not"),
    "LATE": mark("LATE, average over those whom the offer moved, with the interval of Anderson and Rubin"),
    "take-up": mark("take-up, what the offer added to participation"),
    "superiority": mark("superiority, how much oftener a participant exceeds one of the comparison group than the reverse"),
    "quantile": mark("quantiles of the two groups, not of individual gains"),
}
STAGES = {"input": mark("input"), "activity": mark("activity"), "output": mark("output"), "outcome": mark("outcome"), "impact": mark("impact")}
SIZE_KINDS = {
    "Hedges g (SD within groups)": mark("Hedges g: standard deviations within the groups, corrected for small samples"),
    "d (SD of the level)": mark("d: standard deviations of the level"),
    "d_z (SD of the change)": mark("d_z: standard deviations of the change"),
    "d_av (mean of the SDs before and now)": mark("d_av: mean of the standard deviations before and now"),
    "g_av (d_av, corrected for small samples)": mark("g_av: d_av, corrected for small samples"),
    "rank-biserial correlation (matched pairs)": mark("rank-biserial correlation of matched pairs"),
    "Cohen g (share of the changes that were rises, less one half)": mark("Cohen g: share of the changes that were rises, less one half"),
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
MEASURES = {  # what is told of an estimate beside its specification, where it is not a mean in the indicator's unit
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
DETECTED = {
    "answer sets": mark("answer sets"), "calendar": mark("calendar"), "cell colours": mark("coloured cells, whose meaning cannot be read"),
    "column names": mark("names of columns"), "columns differ": mark("sheets or files with different columns"), "dates": mark("dates"),
    "decimal sign": mark("sign of decimals"), "declared missing": mark("answers that the file declares missing"), "encoding": mark("encoding of the letters"),
    "error cells": mark("error values of a spreadsheet"), "errors and colours": mark("errors and colours were not checked"), "file type": mark("type of the file"),
    "form groups": mark("groups of the form"), "formulas": mark("formulas without a stored value"), "header": mark("row with the names of the columns"),
    "headers": mark("columns matched by their text"), "hidden rows": mark("hidden rows"), "hidden sheets": mark("hidden sheets"),
    "leading zeros": mark("zeros in front that may be lost"), "long cells": mark("unusually long texts"), "long numbers": mark("numbers too long to be exact"),
    "lost letters": mark("lost letters"), "merged cells": mark("merged cells"), "percent cells": mark("cells that show per cent"),
    "perhaps a note": mark("perhaps a note and no answer"), "perhaps totals": mark("perhaps totals and no answers"), "repeat group": mark("repeated group of the form"),
    "rows left out": mark("rows that are no answers"), "same name": mark("columns of the same name"), "scaled cells": mark("cells that show another unit"),
    "separator": mark("separator of the columns"), "several answers": mark("questions with several answers"), "short rows": mark("rows with too few cells"),
    "single cells": mark("rows with a single filled cell"), "surplus cells": mark("rows with too many cells"), "table": mark("shape of the table"),
    "unusual signs": mark("unusual signs or wrongly decoded letters"), "workbook": mark("structure of the workbook"),
}  # fmt: skip
FINDINGS = {
    "straight-lining": mark("the same answer to all items of a battery"), "too fast": mark("the interview was shorter than people need"),
    "ends before it starts": mark("the interview ended before it started"), "part of a date": mark("only a part of the date is known"),
    "personal data": mark("personal data in a column that should hold none"),
}  # fmt: skip
SEVERITIES = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}
SCALE_REASONS = (
    mark("a model with one factor needs at least three items"),
    mark("a rater gives everyone the same rating"),
    mark("a scale of one item has no internal consistency"),
    mark("all items differ by the same amount for everyone"),
    mark("all people are rated alike, so that nothing can agree or disagree"),
    mark("an item does not vary, so that it has no correlations"),
    mark("an item follows from the others"),
    mark("an item runs against the others and looks as if it had not been turned"),
    mark("everyone differs by the same amount"),
    mark("everyone gave the same answer to an item"),
    mark("everyone gave the same answers"),
    mark("fewer than 30 people: α and ω are uncertain"),
    mark("fewer than five people gave this answer or did not, who could be recognised"),
    mark("fewer than five people, who could be recognised"),
    mark("fewer than four fifths of those asked answered all items, and α is theirs alone"),
    mark("fewer than three items"),
    mark("fewer than three people answered all items"),
    mark("fewer than three people answered some pair of items"),
    mark("fewer than two people answered at all three times"),
    mark("fewer than two people were rated by both"),
    mark("more than 15 per cent have the highest score, so that a rise cannot show"),
    mark("more than 15 per cent have the lowest score, so that a fall cannot show"),
    mark("no item is worded the other way round, so that agreeing as such cannot be told from a high rating"),
    mark("nobody answered"),
    mark("people tend to agree whatever an item says"),
    mark("people tend to disagree whatever an item says"),
    mark("the items have no common list of answers, so that no score is the highest"),
    mark("the items have no factor in common"),
    mark("the model leaves an item no variance of its own (Heywood case), so that ω cannot be trusted"),
    mark("the model with one factor cannot be fitted"),
    mark("the other group has so few people that they could be recognised from this number and that of all"),
    mark("the raters always agree, so that an interval has no width"),
    mark("the raters differ by the same amount for everyone"),
    mark("the same rater did not measure this before the programme, so that what is recalled has nothing to be held against"),
    mark("the sum of the items is the same for everyone"),
    mark("there are not more people than the model has coefficients"),
    mark("too few items: the same answer to all of them is nothing odd"),
    mark("α is above 0.95: items say the same thing twice"),
)
REASONS = (
    mark("not measured before the programme"),
    mark("the method does not say what each unit adds to the estimate, so that it cannot be drawn how the tests go together"),
    mark("with fewer than five clusters it cannot be drawn how the tests go together"),
    mark("nobody was asked to recall it"),
    mark("an indicator counts against the family's index, because it follows nearly from the others"),
    mark("what was before is recalled at the interview, not measured then"),
    mark("no participant changed"),
    mark("the indicator is not yes or no"),
    mark("the indicator has too many levels to count who moved between them"),
    mark("the indicator has too many levels for a model of ordered levels"),
    mark("the levels of the two sides hardly overlap, so that the odds ratio has no bound"),
    mark("fewer than five participants moved into or out of this level"),
    mark("so many participants changed by the same amount that the interval has no width"),
    mark("there are too few participants for an interval with this coverage"),
    mark("every participant exceeds every unit of the comparison group, or the reverse"),
    mark("how many took part in all is not known"),
    mark("no fewer were measured than took part: nothing is left to chance in who was measured"),
    mark("whether the odds ratio is the same at every level could not be tested"),
    mark("finite-population correction: {n} of {total} who took part were measured, which multiplies the standard error by {factor}"),
    mark("all levels together (Stuart–Maxwell): chi-square {statistic} with {df} degrees of freedom, p at most {p}"),
    mark("symmetry of the moves (Bowker): chi-square {statistic} with {df} degrees of freedom, p at most {p}"),
    mark("test of the same odds ratio at every level: chi-square {statistic} with {df} degrees of freedom, p at most {p}"),
    mark("the specification names no periods"),
    mark("the value before the programme cannot be both subtracted and a covariate"),
    mark("no unit has all the answers needed"),
    mark("there is nobody to compare: participants or comparison group are missing"),
    mark("one of the two groups has fewer than two units"),
    mark("there are not more units than coefficients"),
    mark("there are not more clusters than coefficients and strata"),
    mark("few units: the weighted group counts for only {units} units of equal weight"),
    mark("every unit has the same value"),
    mark("every participant has the same value"),
    mark("fewer than two participants have an answer"),
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
    mark("a column that the design or the specification names is not among the indicators"),
    mark("a covariate was measured after the programme, which may have changed it"),
    mark("a group has fewer units than the regression has coefficients"),
    mark("a stratum holds a single cluster, whose variation cannot be told"),
    mark("a survey weight is negative or not a number"),
    mark("a unit decides a coefficient alone, so that its error cannot be estimated"),
    mark("chosen because no clusters are declared: standard errors of single units"),
    mark("chosen because the sample is stratified and weighted: linearised survey standard errors"),
    mark("chosen because there are {clusters} clusters, {smaller} of them in the group that has fewer"),
    mark("classical standard errors do not hold with survey weights"),
    mark("everyone or nobody took part"),
    mark("fewer than five units of a group lie beyond this quantile"),
    mark("more than a tenth of a group has the very value of this quantile, which makes it jump"),
    mark("no lottery assigned the programme, so none can be repeated"),
    mark("no weights on the comparison group reproduce the participants' averages: there is not enough overlap"),
    mark("one of the two groups has fewer than two units before or after"),
    mark("participation follows exactly from the offer: there is nothing to correct"),
    mark("poor overlap: one unit carries {share}% of a group's weight"),
    mark("poor overlap: the weighted group counts for only {units} units of equal weight"),
    mark("some values of the covariates occur in only one of the groups: there is no overlap"),
    mark("the comparison group has fewer units than a participant needs matches"),
    mark("the design declares no clusters"),
    mark("the design declares no strata"),
    mark("the design has only {clusters} clusters: two cities are not a clustered sample, and the interval leaves out what sets such places apart"),
    mark("the interval rests on only {df} degrees of freedom and is rough"),
    mark("the method cannot carry clusters"),
    mark("the method cannot carry survey weights"),
    mark("the method needs a treatment that is yes or no"),
    mark("the offer moved participation too little: what participation brought has no bounded interval"),
    mark("the sample is too large to repeat the lottery, and large enough to do without"),
    mark("the study has no periods"),
    mark("there are fewer than two clusters"),
    mark("there are too few clusters"),
    mark("there are too few clusters for a bootstrap"),
    mark("there are too few ways to draw for an interval with this coverage"),
    mark("there are too many strata for one effect each"),
    mark("this kind of standard error does not belong to the method"),
    mark("units of the panel move between clusters"),
    mark("units of one cluster are treated as independent of each other, which makes the interval too narrow"),
    mark("with fewer than 50 clusters the standard errors of a weighting method are too small"),
    mark("within one of the groups a covariate is constant or follows from the others"),
    mark("without one of the clusters the estimate does not exist"),
    mark("{share}% of the units were left out because hardly anyone in the other group is like them"),
    *SCALE_REASONS,
)
NUMBER = r"(\d+(?:\.\d+)?)"


@cache
def reason_patterns() -> tuple[tuple[re.Pattern, str, tuple[str, ...]], ...]:
    """The reasons that hold numbers: a pattern that finds them, the message, the names of the numbers."""
    found = []
    for message in REASONS:
        names = tuple(re.findall(r"\{(\w+)\}", message))
        if names:
            found.append((re.compile(NUMBER.join(re.escape(part) for part in re.split(r"\{\w+\}", message))), message, names))
    return tuple(found)


def reason_text(warnings: str, language: Language) -> str:
    """Say the reasons of a row (parts joined by ``"; "``) in the reader's language, their numbers too."""
    return "; ".join(one_reason(part, language) for part in str(warnings).split("; ") if part)


def one_reason(text: str, language: Language) -> str:
    """Say one reason."""
    for pattern, message, names in reason_patterns():
        if match := pattern.fullmatch(text):
            return language.say(message, **{name: language.number(float(n), len(n.partition(".")[2])) for name, n in zip(names, match.groups(), strict=True)})
    return language.say(text)


def population_label(estimand: str, language: Language) -> str:
    """Whom an estimate is about, to stand after the specification: ``ATT``, ``quantile 0.25``; empty where the estimand says no more."""
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
                else language.say("level {level}", level=language.number(float(level), 0 if float(level).is_integer() else 2))
            )
            continue
        parts.append(language.say("quantile {level}", level=language.number(float(level), 2)) if level else "" if word == "quantiles" else word)
    return ", ".join(part for part in parts if part)


def size_text(row: object, language: Language) -> str:
    """An effect size with its name; a dash where there is none, for a number without its name is never shown."""
    if not has_number(row.effect_size) or row.effect_size_kind not in SIZE_NAMES:
        return "–"
    return f"{language.number(row.effect_size, 2)} ({language.say(SIZE_NAMES[row.effect_size_kind])})"


def population_notes(estimands: pd.Series, language: Language) -> str:
    """One sentence that explains the populations that occur; empty where there are none."""
    words = {word for estimand in estimands for word in re.findall(r"ATT|ATE|ITT|LATE|take-up|superiority|quantile", str(estimand))}
    told = [language.say(text) for word, text in POPULATIONS.items() if word in words]
    return language.say("Whom the estimates are about: {populations}.", populations="; ".join(told)) if told else ""


def effect_indicator(study: Study, concept: str, rater: str | None = None) -> Indicator:
    """The column that measures a concept after the programme; the first one, or the given rater's."""
    return next(line for line in study.indicators if line.indicator == concept and line.use == "effect" and rater in (None, line.rater))


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
    """Specification of an estimate, where it has several treatments which of them, and whom the estimate is about."""
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


def source_note(study: Study, language: Language) -> str:
    """The last sentences of every caption: where the data come from, and whether people answered or a computer did."""
    source = language.say("Source: {citation}; {label}.", citation=study.cohort.citation, label=study.cohort.label[language.code])
    return source + (" " + language.say("Synthetic data: no person stands behind them.") if study.cohort.kind == "synthetic" else "")


def unit_count(study: Study, n: int, language: Language) -> str:
    """Write '185 people' in the words of the programme."""
    words = study.programme.design.unit
    return f"{language.number(n, 0)} {(words.one if n == 1 else words.many)[language.code]}"


def foremost(study: Study, concepts: Iterable[str]) -> set[str]:
    """Indicators with a figure and a sentence of their own: all of them where they are few, else those that a claim names."""
    named = set(concepts)
    return named if len(named) <= MOST_FIGURES else named & {concept for claim in study.programme.claims for concept in claim.indicators}


def weightiest(rows: pd.DataFrame) -> pd.Series:
    """Mask of the rows of each indicator's weightiest rater: a test before a supervisor, a supervisor before people's word about themselves."""
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
    variable = next((variable.label(language.code) for variable in study.codebook.variables if variable.name == name), name)
    if kind == "skip":
        return language.say("answered although the form skips it: “{question}”", question=variable)
    if kind == "range":
        return language.say("outside the declared range: “{question}”", question=variable)
    return language.say(FINDINGS[kind]) if kind in FINDINGS else check


def has_number(value: object) -> bool:
    """Whether a cell holds a number."""
    return not pd.isna(value)
