"""The estimate of each indicator by every specification that applies: panels of one figure, or a figure alone
where there are few.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.evaluation.estimand import Word, words_of
from manfaat.evaluation.estimate import Estimate, as_rows
from manfaat.evaluation.ladder import on_its_own_scale, reported
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit, id_of
from manfaat.report.exhibits import forest_figures, interval_text, poor_overlap, side_notes
from manfaat.report.figure_notes import mark_notes
from manfaat.report.figures import forest
from manfaat.report.methods import STD_ERRORS
from manfaat.report.reader import Reader
from manfaat.report.spreads import FEWEST_PANELS

MOST_PANELS = 9  # of one figure: more are too small to read


class Ladder(NamedTuple):
    """The estimates of one indicator by one rater: its rows, and what is drawn of them."""

    concept: str
    rater: str
    rows: pd.DataFrame
    data: pd.DataFrame
    unit: str


def ladder_figures(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """Each indicator (see ``labels.foremost``) by every specification that applies, as panels where there are
    several; where some have none, all at a glance first.
    """
    shown = reported(estimates, reader.study.programme).dropna(subset=["estimate"])
    shown = shown[on_its_own_scale(shown)]
    chosen = labels.foremost(reader.study, shown["indicator"])
    exhibits = forest_figures(reader, estimates) if len(chosen) < shown["indicator"].nunique() else []
    shown = shown[shown["indicator"].isin(chosen)]
    shown = shown if not exhibits else shown[labels.weightiest(shown)]
    ladders = [
        ladder_of(reader, str(concept), str(rater), rows)
        for (concept, rater), rows in shown.groupby(["indicator", "rater"], sort=False)
    ]
    if len(ladders) < FEWEST_PANELS:
        return [*exhibits, *(alone(reader, one) for one in ladders)]
    size = -(-len(ladders) // -(-len(ladders) // MOST_PANELS))  # figures of about as many panels each
    groups = [ladders[place : place + size] for place in range(0, len(ladders), size)]
    return [*exhibits, *(panels(reader, own, place) for place, own in enumerate(groups, start=1))]


def ladder_of(reader: Reader, concept: str, rater: str, rows: pd.DataFrame) -> Ladder:
    """What is drawn of the estimates of one indicator, in its own unit."""
    unit = reader.unit_of(rows["unit"].iloc[0])
    ends = rows[["estimate", "ci_low", "ci_high"]] * (unit.scale if unit else 1.0)
    data = ends.assign(
        label=[reader.row_label(row) for row in as_rows(rows)],
        n=rows["n"],
        n_comparison=rows["n_comparison"],
        highlight=rows["is_primary"].astype("bool"),
        only_change=words_of(rows) == Word.CHANGE,
        few_alike=[bool(poor_overlap(row, reader)) for row in as_rows(rows)],
        text=[text_of(reader, row) for row in as_rows(rows)],
    )
    order = ["label", *ends, "n", "n_comparison", "highlight", "only_change", "few_alike", "text"]
    return Ladder(concept, rater, rows, data[order].reset_index(drop=True), reader.unit_label(unit))


def text_of(reader: Reader, row: Estimate) -> str:
    """An estimate with its interval, marked where its weights rest on few."""
    return interval_text(reader, row) + poor_overlap(row, reader)


def alone(reader: Reader, one: Ladder) -> Exhibit:
    """The figure of one indicator."""
    title = reader.say(
        "{indicator}: the estimate by each specification",
        indicator=reader.indicator_label(one.concept, one.rater),
    )
    id = id_of("ladder", one.concept, one.rater)
    return forest.interval_figure(id, title, one.data, one.unit, note(reader, [one]), reader)


def panels(reader: Reader, ladders: list[Ladder], place: int) -> Exhibit:
    """The figure of several indicators, one panel each."""
    data = pd.concat(
        [
            one.data.assign(indicator=reader.indicator_label(one.concept, one.rater), unit=one.unit)
            for one in ladders
        ],
        ignore_index=True,
    )
    data = data[["indicator", "unit", *data.columns.drop(["indicator", "unit"])]]
    title = reader.say("Each indicator, by each specification")
    return forest.interval_panels(f"ladders-{place}", title, data, note(reader, ladders), reader)


def note(reader: Reader, ladders: list[Ladder]) -> str:
    """What stands below a figure of such estimates."""
    rows = pd.concat([one.rows for one in ladders])
    kinds = sorted({reader.say(STD_ERRORS[kind].name) for kind in rows["std_error_kind"]})
    has_alone = any(one.data["only_change"].any() for one in ladders)
    is_doubted = len(ladders) >= FEWEST_PANELS and any(one.data["few_alike"].any() for one in ladders)
    told = [
        reader.say(
            "Estimates with {confidence} intervals ({kinds}).",
            confidence=reader.percent(rows["confidence"].iloc[0]),
            kinds=reader.listing(kinds),
        ),
        mark_notes(reader, alone=has_alone),
        reader.say("{sign}: poor overlap.", sign=forest.DOUBT) if is_doubted else "",
        labels.population_notes(rows["estimand"], reader),
        side_notes(reader, rows),
        reader.source_note(by_weight=True),
    ]
    return " ".join(filter(None, told))
