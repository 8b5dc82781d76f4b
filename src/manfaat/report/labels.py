"""What things are called in the reader's language: indicators, groups, specifications, sources."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Unit
from manfaat.definitions.study import Study
from manfaat.evaluation.estimand import Estimand, Measure, Word
from manfaat.evaluation.estimate import Estimate
from manfaat.indicators.transforms import quantiles_of
from manfaat.report.words import Language, mark

RATERS = ("test", "supervisor", "self", "")
MOST_FIGURES = 12  # of one kind in a chapter
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
    Measure.D_Z: mark("d_z"),
    Measure.D_AV: mark("d_av"),
    Measure.G_AV: mark("g_av"),
    Measure.PSEUDO_MEDIAN: mark("pseudo-median"),
    Measure.NET_SHARE: mark("share who rose less share who fell"),
    Measure.LOG_ODDS: mark("log odds ratio"),
    Measure.ODDS: mark("odds ratio"),
    Measure.SUPERIORITY: mark("superiority"),
    Measure.MARGINAL: mark("average effect on the share"),
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
    "several rules": mark("several rules that set only a few rows aside"),
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


TRANSFORMS = {
    "asinh": mark("Told as the inverse hyperbolic sine, log(x + √(x² + 1)), which is known at zero too."),
    "winsorise": mark(
        "Values below the {low} quantile and above the {high} quantile are set to these quantiles."
    ),
    "percent_of_comparison": mark("In per cent of the comparison group's mean, which is taken as given."),
}


def definition(line: Indicator, language: Language) -> str:
    """What an indicator is, and by which transform its numbers were changed."""
    text = line.definition(language.code)
    if line.recipe not in TRANSFORMS:
        return text
    low, high = quantiles_of(line.options)
    decimals = 3 if round(low, 2) != low or round(high, 2) != high else 2
    told = language.say(
        TRANSFORMS[line.recipe], low=language.number(low, decimals), high=language.number(high, decimals)
    )
    return f"{text.rstrip('.')}. {told}"


def population_label(estimand: str, language: Language) -> str:
    """Whom an estimate is about, to stand after the specification: ``ATT``, ``quantile 0.25``; empty where
    the estimand says no more.
    """
    found = Estimand.read(estimand)
    if found.word is Word.TAKE_UP:
        return language.say("take-up")
    about = found.about
    told = language.say(MEASURES[about.measure]) if about.measure in MEASURES else ""
    if about.measure is Measure.QUANTILE and about.at is not None:
        told = language.say("quantile {level}", level=language.number(about.at, 2))
    if about.measure is Measure.ANSWER and about.at is not None:
        told = language.say(
            "level {level}", level=language.number(about.at, 0 if about.at.is_integer() else 2)
        )
    return ", ".join(part for part in (told, about.population) if part)


def size_text(row: Estimate, language: Language) -> str:
    """An effect size with its name; a dash where there is none, for a number without its name is never
    shown.
    """
    if not has_number(row.effect_size) or row.effect_size_kind not in SIZE_NAMES:
        return "–"
    return f"{language.number(row.effect_size, 2)} ({language.say(SIZE_NAMES[row.effect_size_kind])})"


def population_notes(estimands: pd.Series, language: Language) -> str:
    """One sentence that explains the populations that occur; empty where there are none."""
    found = {Estimand.read(estimand) for estimand in estimands}
    words = {str(word) for one in found for word in (one.word, one.about.population, one.about.measure)}
    words |= {str(Measure.QUANTILE)} if str(Measure.QUANTILES) in words else set()
    told = [language.say(text) for word, text in POPULATIONS.items() if word in words]
    return (
        language.say("Whom the estimates are about: {populations}.", populations="; ".join(told))
        if told
        else ""
    )


def size_notes(kinds: pd.Series, language: Language) -> str:
    """One sentence that explains the effect sizes that occur; empty where there are none."""
    told = [language.say(SIZE_KINDS[kind]) for kind in dict.fromkeys(kinds) if kind in SIZE_KINDS]
    return language.say("Effect sizes: {kinds}.", kinds="; ".join(told)) if told else ""


def effect_indicator(study: Study, concept: str, rater: str | None = None) -> Indicator:
    """The column that measures a concept after the programme; the first one, or the given rater's."""
    return next(
        line
        for line in study.indicators
        if line.indicator == concept and line.use == "effect" and rater in (None, line.rater)
    )


def unit_of(study: Study, name: str) -> Unit | None:
    """The declared unit with this name."""
    return study.programme.units.get(name)


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


def has_number(value: float | None) -> bool:
    """Whether a cell holds a number."""
    return not pd.isna(value)
