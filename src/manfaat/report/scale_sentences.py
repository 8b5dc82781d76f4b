"""Computed sentences on scales and raters, from the rows of ``evaluation.measurement``."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.measurement.reasons import ScaleReason
from manfaat.report.reasons import reason_text, reasons_of
from manfaat.report.scale_words import RATERS, TIMES, item_label, line_label
from manfaat.report.words import Language

ENOUGH = (
    0.7  # asked of a scale, and of agreement (Terwee et al. 2007, Journal of Clinical Epidemiology 60, 34–42)
)


def measurement_sentences(study: Study, rows: pd.DataFrame, language: Language) -> list[str]:
    """Say what a reader must know before relying on the ratings."""
    shown = rows[rows["subgroup"] == ""]
    return [
        *reliability_sentences(study, shown, language),
        *item_sentences(study, shown, language),
        *agreement_sentences(study, shown, language),
        *style_sentences(shown, language),
        *recall_sentences(study, shown, language),
    ]


def spread_of(study: Study, part: pd.DataFrame, language: Language) -> dict[str, str]:
    """Lowest and highest value with whose it is, and how many reach ``ENOUGH``."""
    least, most = part.loc[part["estimate"].idxmin()], part.loc[part["estimate"].idxmax()]
    return {
        "low": language.number(least["estimate"], 2),
        "high": language.number(most["estimate"], 2),
        "lowest": line_label(study, least["name"], language),
        "highest": line_label(study, most["name"], language),
        "k": language.number((part["estimate"] >= ENOUGH).sum(), 0),
        "enough": language.number(ENOUGH, 2),
    }


def reliability_sentences(study: Study, rows: pd.DataFrame, language: Language) -> list[str]:
    """Say between what values α lies, and how many scales reach what is asked."""
    part = rows[rows["method"] == "cronbach_alpha"].dropna(subset=["estimate"])
    if part.empty:
        return []
    text = language.say_count(
        "{n} scale: Cronbach α of “{lowest}” is {low}; {enough} is asked of a scale that compares groups.",
        "{n} scales: Cronbach α goes from {low} (“{lowest}”) to {high} (“{highest}”); of them {k} at least"
        " {enough}, which is asked of a scale that compares groups.",
        len(part),
        **spread_of(study, part, language),
    )
    return [text]


def item_sentences(study: Study, rows: pd.DataFrame, language: Language) -> list[str]:
    """Name every item that runs against its scale."""
    found = []
    for row in rows[rows["method"] == "cronbach_alpha"].itertuples(index=False):
        items = [
            str(dict(reason.values)["item"])
            for reason in reasons_of(row.reasons)
            if reason.code is ScaleReason.ITEM_AGAINST
        ]
        if items:
            found.append(
                language.say(
                    "{scale}: α is {alpha}. What follows runs against the other items and looks as if it had"
                    " not been turned: {items}. Check wording and direction before relying on the score.",
                    scale=line_label(study, row.name, language),
                    items=language.listing([f"“{item_label(study, item, language)}”" for item in items]),
                    alpha=language.number(row.estimate, 2),
                )
            )
    return found


def agreement_sentences(study: Study, rows: pd.DataFrame, language: Language) -> list[str]:
    """Say between what values the agreement of raters lies, of the indicators that conclusions rest on."""
    effects = {line.name for line in study.indicators if line.use == "effect"}
    part = rows[(rows["method"] == "ICC(2,1)") & rows["name"].isin(effects)].dropna(subset=["estimate"])
    if part.empty:
        return []
    text = language.say_count(
        "{n} indicator was rated by two: ICC(2,1) of “{lowest}” is {low}. Where it is far below {enough}, one"
        " rater cannot stand for the other.",
        "{n} indicators were rated by two: ICC(2,1) goes from {low} (“{lowest}”) to {high} (“{highest}”); of"
        " them {k} at least {enough}. Where it is far below, one rater cannot stand for the other.",
        len(part),
        **spread_of(study, part, language),
    )
    return [text]


def battery_words(row: object, language: Language) -> dict[str, str]:
    """Rater, time and number of items of a battery."""
    return {
        "rater": language.say(RATERS[row.rater]),
        "time": language.say(TIMES[row.time]),
        "items": language.number(row.items, 0),
    }


def style_sentences(rows: pd.DataFrame, language: Language) -> list[str]:
    """Say who answers all the same, and whether people agree as such."""
    found = []
    for row in rows[(rows["estimand"] == "straight-lining") & (rows["estimate"] > 0)].itertuples(index=False):
        found.append(
            language.say(
                "{rater}, {time}: {share} gave one and the same answer to all of the {items} items that they"
                " answered ({n} people).",
                share=language.percent(row.estimate, 1),
                n=language.number(row.n, 0),
                **battery_words(row, language),
            )
        )
    agree = rows[rows["estimand"] == "acquiescence"]
    leaning = {str(code) for code in (ScaleReason.AGREES, ScaleReason.DISAGREES)}
    for row in agree[agree["reasons"].isin(leaning)].itertuples(index=False):
        found.append(
            language.say(
                "{rater}, {time}: {warning}, by {points} points from the middle of the list [{low}; {high}].",
                warning=reason_text(row.reasons, language),
                points=language.number(row.estimate, 2),
                low=language.number(row.ci_low, 2),
                high=language.number(row.ci_high, 2),
                **battery_words(row, language),
            )
        )
    if len(agree) and agree["estimate"].isna().all():
        found.append(
            language.say(
                "Whether people tend to agree whatever is asked cannot be told: too few answered items that"
                " are worded the other way round."
            )
        )
    return found


def recall_sentences(study: Study, rows: pd.DataFrame, language: Language) -> list[str]:
    """Say whether what is recalled can be held against a measurement, and whether items hang together alike
    at both times.
    """
    found, shift = [], rows[rows["estimand"] == "response shift"]
    if len(shift) and shift["estimate"].isna().all():
        found.append(
            language.say(
                "Response shift cannot be told: nothing that was recalled at the interview had been measured"
                " before by the same rater on the same scale. A gain since what is recalled is a felt change."
            )
        )
    alike = rows[rows["method"] == "tucker_congruence"].dropna(subset=["estimate"])
    if len(alike):
        least = alike.loc[alike["estimate"].idxmin()]
        found.append(
            language.say(
                "The items of a scale hang together then and now with a congruence (Tucker) of {low} or more,"
                " lowest for “{scale}”; {equal} counts as equal. This compares patterns, not levels.",
                low=language.number(least["estimate"], 3),
                equal=language.number(0.95, 2),
                scale=line_label(study, least["name"], language),
            )
        )
    return found
