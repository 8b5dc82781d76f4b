"""What only a simulation can know: the planted truth beside the estimate and two naive readings. Synthetic
cohorts only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.study import Study
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.verdicts import measure_label
from manfaat.report.words import Language, mark

EFFECTS = "effects.csv"
COLUMNS = ["indicator", "rater", "unit", "truth", "estimate", "ci_low", "ci_high", "change", "gap"]
TRUTH = Layout(
    "truth",
    mark("The truth and two naive readings"),
    [
        ("indicator", mark("Indicator")),
        ("truth", mark("Truth"), "right"),
        ("estimate", mark("Primary estimate"), "right"),
        ("interval", mark("Interval"), "right"),
        ("change", mark("Naive: change of participants"), "right"),
        ("gap", mark("Naive: gap to the comparison group"), "right"),
    ],
    mark(
        "What only a simulation can know. Truth: mean effect on all who took part, from the same simulated"
        " people with and without the programme, without errors of measurement. It enters no estimate and no"
        " verdict. The naive readings are of all simulated answers, also those set aside in the cleaning, and"
        " may differ a little from the numbers elsewhere. A dash: nothing was measured before."
    ),
)


def known_truth(study: Study, estimates: pd.DataFrame) -> pd.DataFrame:
    """Put the truth of a synthetic cohort beside its primary estimates, for the indicators that claims name.

    Returns
    -------
    ``COLUMNS``, in the indicator's own unit, one row an indicator and rater with a known effect and a primary
    estimate: ``truth`` (mean effect on all who took part), the primary estimate with its interval, ``change``
    (naive change of participants) and ``gap`` (naive difference from the comparison group). Empty for a real
    cohort, and where the truth was not delivered.
    """
    simulated = study.cohort.simulated
    path = study.places.raw / simulated.truth / EFFECTS if simulated else None
    if study.cohort.kind != "synthetic" or path is None or not path.is_file():
        return pd.DataFrame(columns=COLUMNS)
    named = list(dict.fromkeys(name for claim in study.programme.claims for name in claim.indicators))
    truth = pd.read_csv(path, dtype={"rater": "string", "unit": "string"}, keep_default_na=True)
    truth = truth[truth["indicator"].isin(named) & (truth["time"] == "now") & truth["effect"].notna()]
    truth = truth.assign(rater=truth["rater"].fillna(""))[
        ["indicator", "rater", "effect", "naive_change", "naive_gap"]
    ]
    primary = estimates[estimates["is_primary"].astype(bool) & estimates["estimate"].notna()]
    primary = primary.assign(rater=primary["rater"].fillna("")).drop_duplicates(["indicator", "rater"])
    both = truth.merge(
        primary[["indicator", "rater", "unit", "estimate", "ci_low", "ci_high"]], on=["indicator", "rater"]
    )
    both = both.rename(columns={"effect": "truth", "naive_change": "change", "naive_gap": "gap"})
    return both.sort_values(
        "indicator", key=lambda names: names.map(named.index), kind="stable", ignore_index=True
    )[COLUMNS]


def further_off(known: pd.DataFrame, naive: str) -> tuple[int, int]:
    """How many naive figures lie further from the truth than the primary estimate, and of how many."""
    told = known[known[naive].notna()]
    return int(((told[naive] - told["truth"]).abs() > (told["estimate"] - told["truth"]).abs()).sum()), len(
        told
    )


def covered(known: pd.DataFrame) -> int:
    """How many intervals of primary estimates hold the truth."""
    return int(((known["ci_low"] <= known["truth"]) & (known["truth"] <= known["ci_high"])).sum())


def truth_sentences(reader: Reader, estimates: pd.DataFrame) -> list[str]:
    """Say how far naive figures are off, and how many intervals hold the truth; nothing where no truth is
    known.
    """
    known = known_truth(reader.study, estimates)
    if known.empty:
        return []
    told = [
        reader.say_count(
            "The truth is known for {n} indicator that a claim names.",
            "The truth is known for {n} indicators that a claim names.",
            len(known),
        )
    ]
    changes, of_changes = further_off(known, "change")
    if of_changes:
        told.append(
            reader.say_count(
                "The change of participants alone is further from the truth than the primary estimate for {n}"
                " indicator of {all}; typically it is off by {times} times the effect.",
                "The change of participants alone is further from the truth than the primary estimate for {n}"
                " indicators of {all}; typically it is off by {times} times the effect.",
                changes,
                all=reader.number(of_changes, 0),
                times=reader.number(times_off(known, "change"), 1),
            )
        )
    gaps, of_gaps = further_off(known, "gap")
    if of_gaps:
        told.append(
            reader.say_count(
                "The plain gap to the comparison group is further from it than the primary estimate for {n}"
                " indicator of {all}; typically it is off by {times} times the effect.",
                "The plain gap to the comparison group is further from it than the primary estimate for {n}"
                " indicators of {all}; typically it is off by {times} times the effect.",
                gaps,
                all=reader.number(of_gaps, 0),
                times=reader.number(times_off(known, "gap"), 1),
            )
        )
    told.append(
        reader.say_count(
            "The interval of the primary estimate holds the truth for {n} indicator of {all}.",
            "The interval of the primary estimate holds the truth for {n} indicators of {all}.",
            covered(known),
            all=reader.number(len(known), 0),
        )
    )
    return told + too_large(known, reader)


def too_large(known: pd.DataFrame, language: Language) -> list[str]:
    """Say how many of the estimates told from zero are further from it than the truth; nothing where none is
    told from zero.
    """
    clear = known[(known["ci_low"] > 0) | (known["ci_high"] < 0)]
    times = clear["estimate"] / clear["truth"].where(clear["truth"] != 0)
    if times.notna().sum() == 0:
        return []
    return [
        language.say_count(
            "Of the {all} estimates whose interval excludes zero {n} is larger than the truth; the median is"
            " {times} times the truth. A small study finds what it overestimates.",
            "Of the {all} estimates whose interval excludes zero {n} are larger than the truth; the median is"
            " {times} times the truth. A small study finds what it overestimates.",
            int((clear["estimate"].abs() > clear["truth"].abs()).sum()),
            all=language.number(len(clear), 0),
            times=language.number(times.median(), 1),
        )
    ]


def times_off(known: pd.DataFrame, naive: str) -> float:
    """Median distance of a naive figure from the truth, in sizes of the true effect; effects of 0 are left
    out.
    """
    told = known[known[naive].notna() & (known["truth"] != 0)]
    return float(((told[naive] - told["truth"]) / told["truth"]).abs().median()) if len(told) else np.nan


def truth_table(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """Truth, primary estimate, naive change and naive gap; nothing where no truth is known."""
    rows = []
    for line in known_truth(reader.study, estimates).to_dict("records"):
        unit = reader.unit_of(line["unit"])
        label = measure_label(reader, line["indicator"], line["rater"])
        rows.append(
            {
                "indicator": reader.with_unit(label, unit),
                "interval": reader.between(line["ci_low"], line["ci_high"], unit),
                **{name: reader.amount(line[name], unit) for name in ("truth", "estimate", "change", "gap")},
            }
        )
    return [TRUTH.exhibit(reader, rows, reader.source_note())] if rows else []
