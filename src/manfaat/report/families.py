"""Tables of the many tests: raw and adjusted p values of every indicator, and one index test a family."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.evaluation.estimate import as_rows
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.plan import fixed_before
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Column, table
from manfaat.report.words import Language


def families_table(study: Study, tests: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Every test with its raw p value and what is left of it; none where nothing was tested."""
    if tests.empty:
        return []
    say, several = language.say, tests["treatment"].nunique() > 1
    names = [
        labels.indicator_label(study, row.indicator, language, row.rater)
        + (f", {labels.treatment_label(study, row.treatment, language)}" if several else "")
        for row in tests.itertuples(index=False)
    ]
    data = tests.assign(
        name=names,
        shown_family=[
            labels.family_label(study, name, language) or say("no family") for name in tests["family"]
        ],
    )
    columns = [
        Column("name", say("Indicator")),
        Column("shown_family", say("Family")),
        Column("n_tests", say("Tests in the family"), lambda n: language.number(n, 0)),
        Column("p", say("p value"), language.p_value),
        Column("holm", say("Holm"), language.p_value),
        Column("romano_wolf", say("Romano–Wolf"), language.p_value),
        Column("bh", say("Benjamini–Hochberg"), language.p_value),
        Column("q_sharpened", say("Sharpened q"), language.p_value),
    ]
    declared = (
        say("Families were declared before results were seen.")
        if fixed_before(study, "families")
        else say("Families are as declared today.")
    )
    caption = say("Each indicator and rater counts once, by the primary specification.") + f" {declared} "
    caption += say(
        "Holm and Romano–Wolf bound the chance of even one false alarm within a family; Benjamini–Hochberg"
        " and the sharpened q bound the share of false alarms among all {n} tests. Sharpened q values can lie"
        " below the p value where much is found.",
        n=language.number(len(tests), 0),
    )
    for reason in dict.fromkeys(tests.loc[tests["romano_wolf"].isna(), "romano_wolf_reason"]):
        caption += " " + say(
            "Romano–Wolf is missing for some families: {reason}; Holm holds there.",
            reason=reason_text(reason, language),
        )
    return [
        table(
            "families",
            say("Raw and adjusted p values"),
            caption + " " + labels.source_note(study, language),
            data,
            columns,
        )
    ]


def index_table(study: Study, indexes: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One test a family; none where no family has an index."""
    shown = indexes[indexes["is_primary"].astype(bool)] if len(indexes) else indexes
    if shown.empty:
        return []
    say, number = language.say, lambda value: language.number(value, 2)
    rows, notes = [], {}
    for row in as_rows(shown):
        note = reason_text(row.reasons, language)
        mark = f" [{notes.setdefault(note, len(notes) + 1)}]" if note else ""
        told = f"{number(row.ci_low)} … {number(row.ci_high)}" if labels.has_number(row.estimate) else "–"
        family = labels.family_label(study, row.indicator.removeprefix("index_"), language) + (
            f", {labels.treatment_label(study, row.treatment, language)}"
            if shown["treatment"].nunique() > 1
            else ""
        )
        rows.append(
            {
                "family": family + mark,
                "estimate": number(row.estimate),
                "interval": told,
                "p": language.p_value(row.p_value),
                "mde": number(row.mde),
            }
        )
    columns = [
        Column("family", say("Family")),
        Column("estimate", say("Estimate"), str),
        Column("interval", say("Interval"), str),
        Column("p", say("p value"), str),
        Column("mde", say("Minimum detectable effect"), str),
    ]
    caption = say(
        "Index of a family's indicators (Anderson 2008): each turned so that more is better, in standard"
        " deviations of the comparison group, weighted by the inverse of their covariance; by the primary"
        " specification. What nobody calls better or worse has no part."
    )
    caption += (
        " "
        + labels.source_note(study, language)
        + "".join(f" [{place}] {note[:1].upper()}{note[1:]}." for note, place in notes.items())
    )
    return [
        table("indexes", say("One test for each family"), caption, pd.DataFrame(rows, dtype=object), columns)
    ]
