"""Computed sentences on scales and raters, from the rows of ``evaluation.measurement``."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.measurement.reasons import ScaleReason
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text, reasons_of
from manfaat.report.scale_words import RATERS, TIMES, item_label, line_label
from manfaat.report.words import Language

ENOUGH = (
    0.7  # asked of a scale, and of agreement (Terwee et al. 2007, Journal of Clinical Epidemiology 60, 34–42)
)


class Scored(NamedTuple):
    """What is known of a scale or of a list of items by one method; missing numbers are NaN."""

    name: str
    time: str
    items: float
    rater: str
    n: float
    estimate: float
    ci_low: float
    ci_high: float
    reasons: str


def measurement_sentences(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """Say what a reader must know before relying on the ratings."""
    shown = rows[rows["subgroup"] == ""]
    return [
        *reliability_sentences(reader, shown),
        *item_sentences(reader, shown),
        *agreement_sentences(reader, shown),
        *style_sentences(shown, reader),
        *recall_sentences(reader, shown),
    ]


def spread_of(reader: Reader, part: pd.DataFrame) -> dict[str, str]:
    """Lowest and highest value with whose it is, and what is asked."""
    order = part.set_index("name")["estimate"]
    return {
        "low": reader.number(order.min(), 2),
        "high": reader.number(order.max(), 2),
        "lowest": line_label(reader, str(order.idxmin())),
        "highest": line_label(reader, str(order.idxmax())),
        "enough": reader.number(ENOUGH, 2),
    }


def reliability_sentences(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """Say between what values α lies, and how many scales reach what is asked."""
    part = rows[rows["method"] == "cronbach_alpha"].dropna(subset=["estimate"])
    if part.empty:
        return []
    text = reader.say_count(
        "Cronbach's α of “{lowest}” is {low}; {enough} is asked of a scale that compares groups.",
        "Cronbach's α of {n} scales lies between {low} (“{lowest}”) and {high} (“{highest}”). A scale that"
        " compares groups should reach {enough}.",
        len(part),
        **spread_of(reader, part),
    )
    return [f"{text} {reached(reader, part)}" if len(part) > 1 else text]


def reached(reader: Reader, part: pd.DataFrame) -> str:
    """Say how many reach ``ENOUGH``."""
    k = int((part["estimate"] >= ENOUGH).sum())
    if not k:
        return reader.say("None does.")
    if k == len(part):
        return reader.say("All do.")
    return reader.say_count("Only {n} does.", "Of these, {n} do.", k)


def item_sentences(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """Name every item that runs against its scale."""
    found = []
    for row in typed_rows(rows[rows["method"] == "cronbach_alpha"], Scored):
        items = [
            str(dict(reason.values)["item"])
            for reason in reasons_of(row.reasons)
            if reason.code is ScaleReason.ITEM_AGAINST
        ]
        if items:
            found.append(
                reader.say(
                    "{scale}: α is {alpha}. What follows runs against the other items and looks as if it had"
                    " not been turned: {items}. Check wording and direction before relying on the score.",
                    scale=line_label(reader, row.name),
                    items=reader.listing([f"“{item_label(reader, item)}”" for item in items]),
                    alpha=reader.number(row.estimate, 2),
                )
            )
    return found


def agreement_sentences(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """Say between what values the agreement of raters lies, of the indicators that conclusions rest on."""
    effects = {line.name for line in reader.study.indicators if line.use == "effect"}
    part = rows[(rows["method"] == "ICC(2,1)") & rows["name"].isin(effects)].dropna(subset=["estimate"])
    if part.empty:
        return []
    text = reader.say_count(
        "Two raters agree on “{lowest}” with an ICC(2,1) of {low}. Far below {enough}, one rater cannot stand"
        " for the other.",
        "Two raters agree on {n} indicators with an ICC(2,1) between {low} (“{lowest}”) and {high}"
        " (“{highest}”). Far below {enough}, one rater cannot stand for the other.",
        len(part),
        **spread_of(reader, part),
    )
    return [text]


def battery_words(row: Scored, language: Language) -> dict[str, str]:
    """Rater, time and number of items of a battery."""
    return {
        "rater": language.say(RATERS[row.rater]),
        "time": language.say(TIMES[row.time]),
        "items": language.number(row.items, 0),
    }


def style_sentences(rows: pd.DataFrame, language: Language) -> list[str]:
    """Say who answers all the same, and whether people agree as such."""
    found = []
    alike = rows[(rows["estimand"] == "straight-lining") & (rows["estimate"] > 0)]
    for row in typed_rows(alike, Scored):
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
    for row in typed_rows(agree[agree["reasons"].isin(leaning)], Scored):
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


def recall_sentences(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """Say whether what is recalled can be held against a measurement, and whether items hang together alike
    at both times.
    """
    found, shift = [], rows[rows["estimand"] == "response shift"]
    if len(shift) and shift["estimate"].isna().all():
        found.append(
            reader.say(
                "Response shift cannot be told: nothing that was recalled at the interview had been measured"
                " before by the same rater on the same scale. A gain since what is recalled is a felt change."
            )
        )
    alike = rows[rows["method"] == "tucker_congruence"].dropna(subset=["estimate"])
    if len(alike):
        least = alike.nsmallest(1, "estimate").iloc[0]
        found.append(
            reader.say(
                "The items of a scale hang together then and now with a congruence (Tucker) of {low} or more,"
                " lowest for “{scale}”; from {equal} on it counts as equal. This compares patterns, not"
                " levels.",
                low=reader.number(least["estimate"], 3),
                equal=reader.number(0.95, 2),
                scale=line_label(reader, least["name"]),
            )
        )
    return found
