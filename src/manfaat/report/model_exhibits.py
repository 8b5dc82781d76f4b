"""The training model: what the programme was, and what goes together with better results."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.evaluation.associations import FEWEST
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.forest import interval_figure
from manfaat.report.tables import Column, levels, table
from manfaat.report.words import Language


def column_label(study: Study, name: str, language: Language) -> str:
    """What a column of the indicators table is called."""
    return next((line.label(language.code) for line in study.indicators if line.name == name), name)


def model_table(study: Study, basis: pd.DataFrame, confidence: float, language: Language) -> list[Exhibit]:
    """What the programme was like for those who took part; none where nothing is declared or measured."""
    worth, say = study.programme.worth, language.say
    names = [*worth.model.shown, *worth.model.features] if worth else []
    own = basis[basis["name"].isin(names) & (basis["group"] == "participants")]
    if own.empty:
        return []
    units = {line.name: labels.unit_of(study, line.unit) for line in study.indicators}
    data = own.assign(
        label=[column_label(study, name, language) for name in own["name"]],
        text=levels(own["mean"], [units[name] for name in own["name"]], language),
        interval=[
            f"{language.level(row.ci_low, units[row.name])} … {language.level(row.ci_high, units[row.name])}"
            for row in own.itertuples(index=False)
        ],
        unit=[units[name].label[language.code] if units[name] else "" for name in own["name"]],
    )
    columns = [
        Column("label", say("Feature")),
        Column("text", say("Mean"), str),
        Column("interval", say("Interval"), str),
        Column("n", say("n"), lambda n: language.number(n, 0)),
        Column("unit", say("Unit")),
    ]
    caption = say(
        "Among participants who answered; intervals of {confidence} (Wilson's for shares, t otherwise).",
        confidence=language.percent(confidence),
    )
    return [
        table(
            "model",
            say("What the programme was"),
            caption + " " + labels.source_note(study, language),
            data,
            columns,
        )
    ]


def measured(found: pd.DataFrame | None) -> pd.DataFrame:
    """The pairs that could be correlated; no rows where none were asked for."""
    return pd.DataFrame() if found is None else found.dropna(subset=["r"])


def association_figure(
    study: Study, found: pd.DataFrame | None, confidence: float, language: Language
) -> list[Exhibit]:
    """Correlations of features with results; none where nothing could be correlated."""
    say, shown = language.say, measured(found)
    if shown.empty:
        return []
    data = pd.DataFrame(
        [
            {
                "label": (
                    f"{column_label(study, row.outcome, language)}:"
                    f" {column_label(study, row.feature, language)}"
                ),
                "estimate": row.r,
                "ci_low": row.ci_low,
                "ci_high": row.ci_high,
                "n": row.n,
                "p_adjusted": row.p_adjusted,
                "highlight": row.p_adjusted < 1 - confidence,
                "only_change": False,
                "text": (
                    f"{language.number(row.r, 2)} [{language.number(row.ci_low, 2)};"
                    f" {language.number(row.ci_high, 2)}]"
                ),
            }
            for row in shown.itertuples(index=False)
        ]
    )
    caption = say(
        "Pearson correlations among participants with {confidence} intervals (Fisher); a diamond marks those"
        " that remain after Holm's adjustment for all {n} pairs. Pairs of fewer than {fewest} are left out.",
        confidence=language.percent(confidence),
        n=language.number(len(shown), 0),
        fewest=FEWEST,
    )
    title = say("Features of the programme and results of those who took part")
    return [
        interval_figure(
            "associations",
            title,
            data,
            say("Correlation"),
            caption + " " + labels.source_note(study, language),
            language,
        )
    ]


def association_sentence(
    study: Study, found: pd.DataFrame | None, confidence: float, language: Language
) -> str:
    """Say which associations remain after adjustment, and what they cannot show."""
    say, shown = language.say, measured(found)
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
            mde=language.number(shown["mde"].max(), 2),
        )
    else:
        pairs = [
            f"{column_label(study, row.feature, language)} – {column_label(study, row.outcome, language)}"
            f" ({language.number(row.r, 2)})"
            for row in kept.itertuples(index=False)
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
