"""The training model: what the programme was, and what goes together with better results."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.evaluation.associations import FEWEST
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.forest import interval_figure
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout, levels
from manfaat.report.words import mark

MODEL = Layout(
    "model",
    mark("What the programme was"),
    [
        ("label", mark("Feature")),
        ("text", mark("Mean"), "right"),
        ("interval", mark("Interval"), "right"),
        ("n", mark("n"), "count"),
        ("unit", mark("Unit")),
    ],
    mark("Among participants who answered; intervals of {confidence} (Wilson's for shares, t otherwise)."),
)


REMAINS = "*"  # behind a correlation that remains after adjustment


class Pair(NamedTuple):
    """The correlation of a feature of the programme with a result."""

    feature: str
    outcome: str
    r: float
    ci_low: float
    ci_high: float
    p_adjusted: float


def column_label(reader: Reader, name: str) -> str:
    """What a column of the indicators table is called."""
    return next((line.label(reader.code) for line in reader.study.indicators if line.name == name), name)


def model_table(reader: Reader, basis: pd.DataFrame, confidence: float) -> list[Exhibit]:
    """What the programme was like for those who took part; none where nothing is declared or measured."""
    worth = reader.study.programme.worth
    names = [*worth.model.shown, *worth.model.features] if worth else []
    own = basis[basis["name"].isin(names) & (basis["group"] == "participants")]
    if own.empty:
        return []
    declared = {line.name: labels.unit_of(reader.study, line.unit) for line in reader.study.indicators}
    units = [declared[name] for name in own["name"]]
    low, high = levels(own["ci_low"], units, reader), levels(own["ci_high"], units, reader)
    data = own.assign(
        label=[column_label(reader, name) for name in own["name"]],
        text=levels(own["mean"], units, reader),
        interval=low + " … " + high,
        unit=[unit.label[reader.code] if unit else "" for unit in units],
    )
    return [MODEL.exhibit(reader, data, reader.source_note(), confidence=reader.percent(confidence))]


def measured(found: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs that could be correlated; no rows where none were asked for."""
    return pd.DataFrame() if found is None else found.dropna(subset=["r"])


def association_figure(reader: Reader, found: pd.DataFrame | None, confidence: float) -> list[Exhibit]:
    """Correlations of features with results; none where nothing could be correlated."""
    say, shown = reader.say, measured(found)
    if shown.empty:
        return []
    rows = list(typed_rows(shown, Pair))
    data = pd.DataFrame(
        {
            "label": [
                f"{column_label(reader, row.outcome)}: {column_label(reader, row.feature)}" for row in rows
            ],
            "estimate": shown["r"],
            "ci_low": shown["ci_low"],
            "ci_high": shown["ci_high"],
            "n": shown["n"],
            "p_adjusted": shown["p_adjusted"],
            "highlight": False,  # no specification speaks
            "only_change": False,
            "text": [
                f"{reader.number(row.r, 2)} [{reader.number(row.ci_low, 2)}; {reader.number(row.ci_high, 2)}]"
                + (f" {REMAINS}" if row.p_adjusted < 1 - confidence else "")
                for row in rows
            ],
        }
    ).reset_index(drop=True)
    caption = say(
        "Pearson correlations among participants with {confidence} intervals (Fisher); filled: the interval"
        " excludes zero; {star}: remains after Holm's adjustment for all {n} pairs. Pairs of fewer than"
        " {fewest} are left out.",
        star=REMAINS,
        confidence=reader.percent(confidence),
        n=reader.number(len(shown), 0),
        fewest=FEWEST,
    )
    title = say("Features of the programme and results of those who took part")
    return [
        interval_figure(
            "associations",
            title,
            data,
            say("Correlation"),
            caption + " " + reader.source_note(),
            reader,
        )
    ]


def association_sentence(reader: Reader, found: pd.DataFrame | None, confidence: float) -> str:
    """Say which associations remain after adjustment, and what they cannot show."""
    say, shown = reader.say, measured(found)
    if shown.empty:
        return say(
            "Which features of the programme go with better results cannot be told: too few participants"
            " answered, or none is declared."
        )
    kept = shown[shown["p_adjusted"] < 1 - confidence]
    if kept.empty:
        text = say(
            "No feature goes with a result clearly enough to be told from chance in so many comparisons; a"
            " correlation below {mde} would as a rule not have been found.",
            mde=reader.number(shown["mde"].max(), 2),
        )
    else:
        pairs = [
            f"{column_label(reader, row.feature)} – {column_label(reader, row.outcome)}"
            f" ({reader.number(row.r, 2)})"
            for row in typed_rows(kept, Pair)
        ]
        text = say("These go together more closely than chance: {pairs}.", pairs="; ".join(pairs))
    return (
        text
        + " "
        + say(
            "This is association: who got which place was not decided by chance, and a feature may be a sign"
            " of something else."
        )
    )
