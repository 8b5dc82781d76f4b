"""Tables of the many tests: raw and adjusted p values of every indicator, and one index test a family."""

from __future__ import annotations

from functools import partial

import pandas as pd

from manfaat.evaluation.estimate import as_rows
from manfaat.evaluation.families import KEYS
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.plan import fixed_before
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Layout, Notes
from manfaat.report.words import mark

FAMILIES = Layout(
    "families",
    mark("Raw and adjusted p values"),
    [
        ("name", mark("Indicator")),
        ("shown_family", mark("Family")),
        ("n_tests", mark("Tests in the family"), "count"),
        ("p", mark("p value"), "p value"),
        ("holm", mark("Holm"), "p value"),
        ("romano_wolf", mark("Romano–Wolf"), "p value"),
        ("bh", mark("Benjamini–Hochberg"), "p value"),
        ("q_sharpened", mark("Sharpened q"), "p value"),
    ],
    mark("Each indicator and rater counts once, by the primary specification."),
)
INDEXES = Layout(
    "indexes",
    mark("One test for each family"),
    [
        ("family", mark("Family")),
        ("estimate", mark("Estimate"), "right"),
        ("interval", mark("Interval"), "right"),
        ("p", mark("p value"), "right"),
        ("mde", mark("Minimum detectable effect"), "right"),
    ],
    mark(
        "Index of a family's indicators (Anderson 2008): each turned so that more is better, in standard"
        " deviations of the comparison group, weighted by the inverse of their covariance; by the primary"
        " specification. What nobody calls better or worse has no part."
    ),
)


def families_table(reader: Reader, tests: pd.DataFrame) -> list[Exhibit]:
    """Every test with its raw p value and what is left of it; none where nothing was tested."""
    if tests.empty:
        return []
    say, several = reader.say, tests["treatment"].nunique() > 1
    names = [
        reader.with_arm(reader.indicator_label(indicator, rater), arm)
        + (f", {reader.treatment_label(treatment)}" if several else "")
        for indicator, rater, arm, treatment in tests[KEYS].itertuples(index=False, name=None)
    ]
    families = [reader.family_label(name) or say("no family") for name in tests["family"]]
    declared = (
        say("Families were declared before results were seen.")
        if fixed_before(reader.study, "families")
        else say("Families are as declared today.")
    )
    bounds = say(
        "Holm and Romano–Wolf bound the chance of even one false alarm within a family; Benjamini–Hochberg"
        " and the sharpened q bound the share of false alarms among all {n} tests. Sharpened q values can lie"
        " below the p value where much is found.",
        n=reader.number(len(tests), 0),
    )
    missing = [
        say(
            "Romano–Wolf is missing for some families: {reason}; Holm holds there.",
            reason=reason_text(reason, reader),
        )
        for reason in dict.fromkeys(tests.loc[tests["romano_wolf"].isna(), "romano_wolf_reason"])
    ]
    data = tests.assign(name=names, shown_family=families)
    return [FAMILIES.exhibit(reader, data, declared, bounds, *missing, reader.source_note())]


def index_table(reader: Reader, indexes: pd.DataFrame) -> list[Exhibit]:
    """One test a family; none where no family has an index."""
    shown = indexes[indexes["is_primary"].astype(bool)] if len(indexes) else indexes
    if shown.empty:
        return []
    rows, notes, number = [], Notes(), partial(reader.number, decimals=2)
    for row in as_rows(shown):
        told = f"{number(row.ci_low)} … {number(row.ci_high)}" if labels.has_number(row.estimate) else "–"
        family = reader.family_label(row.indicator.removeprefix("index_")) + (
            f", {reader.treatment_label(row.treatment)}" if shown["treatment"].nunique() > 1 else ""
        )
        family = reader.with_arm(family, row.arm)
        rows.append(
            {
                "family": family + notes.mark(reason_text(row.reasons, reader)),
                "estimate": number(row.estimate),
                "interval": told,
                "p": reader.p_value(row.p_value),
                "mde": number(row.mde),
            }
        )
    return [INDEXES.exhibit(reader, rows, reader.source_note(), notes.told())]
