"""What threatens each number, in plain words: one table a primary estimate, and what subgroups and times to
an event say.

Reads the rows of ``manfaat.threats`` (their shape: ``manfaat.threats.contract``) and says them; computes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.definitions.contrasts import OFFER
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Unit
from manfaat.definitions.study import Study
from manfaat.report import labels, threat_texts, threat_words
from manfaat.report.blocks import Bullets, Cell, Paragraph, listed, said
from manfaat.report.chapter import Chapter
from manfaat.report.exhibit import Exhibit, id_of
from manfaat.report.plan import fixed_before
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.tables import Layout
from manfaat.report.words import Language, mark, sentence_case
from manfaat.threats import Threats, headlines
from manfaat.threats.contract import UNITS

KEYS = ["indicator", "rater", "arm", "treatment"]
APART = ("subgroup", "time to event")  # told in sentences of their own
MISSING = "–"
NO_PRIMARY = mark("There is no primary estimate here, so there is nothing to examine for threats.")
THREATS = Layout(
    "threats",
    mark("What threatens each number"),
    [
        ("threat", mark("Threat")),
        ("number", mark("Number"), "right"),
        ("stands", mark("Does the estimate stand?")),
        ("meaning", mark("What it means")),
    ],
    mark("Held against the primary estimates, which head their rows."),
    layer="annex",
)
SUBGROUPS = Layout(
    "subgroups",
    mark("For whom?"),
    [
        ("indicator", mark("Indicator")),
        ("subgroup", mark("Subgroup")),
        ("within", mark("Estimate within each")),
        ("difference", mark("Difference"), "right"),
        ("interval", mark("Interval"), "right"),
        ("meaning", mark("What it means")),
    ],
)


class Difference(NamedTuple):
    """The difference of an estimate between subgroups, and what it means or why it could not be had."""

    value: float
    ci_low: float
    ci_high: float
    meaning: str
    reason: str


def claimed(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows about the indicators that claims rest on; all rows where no claim of the programme rests on any of
    them.
    """
    wanted = {name for claim in study.programme.claims for name in claim.indicators}
    own = rows[rows["indicator"].isin(wanted)]
    return own if len(own) else rows[rows["indicator"] != ""]


def foremost_rows(reader: Reader, rows: pd.DataFrame) -> pd.DataFrame:
    """Of the indicators that claims rest on, one row a threat: the one that decides whether it stands."""
    return claimed(reader.study, headlines(rows[~rows["threat"].isin(APART)]))


def threat_tables(reader: Reader, found: Threats, estimates: pd.DataFrame) -> list[Exhibit]:
    """The threats to each primary estimate that a claim rests on, below one another: the threat, its number,
    whether the estimate stands, what that means. None where there is no such estimate.
    """
    rows = claimed(reader.study, found.rows[~found.rows["threat"].isin(APART)])
    about = [(estimate, rows_about(reader, own, estimate)) for estimate, own in examined(rows, estimates)]
    told = [line for _, lines in about for line in lines]
    if not told:
        return []
    made = THREATS.exhibit(reader, told, reader.source_note())
    cells, grouped = iter(made.rows), list[tuple[Cell, ...]]()
    for estimate, lines in about:
        grouped.append((Cell(head_of(reader, estimate)),))
        for line in lines:
            first, *others = next(cells)
            grouped.append((replace(first, id=row_of(estimate, line["about"])), *others))
    names = [title_of(reader, estimate) for estimate, lines in about for _ in lines]
    data = made.data.copy()
    data.insert(0, "indicator", names)
    return [replace(made, rows=tuple(grouped), data=data)]


def examined(rows: pd.DataFrame, estimates: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.DataFrame]]:
    """Each primary estimate that rows are about, with its rows; one without a number is left out."""
    for (concept, rater, arm, treatment), own in rows.groupby(KEYS, sort=False):
        estimate = primary_row(estimates, str(concept), str(rater), str(treatment), str(arm))
        if estimate is not None and labels.has_number(estimate["estimate"]):
            yield estimate, own


def primary_row(
    estimates: pd.DataFrame, concept: str, rater: str, treatment: str, arm: str = ""
) -> pd.Series | None:
    """The primary estimate that rows are about."""
    own = estimates[
        estimates["is_primary"].astype(bool)
        & (estimates["indicator"] == concept)
        & (estimates["treatment"] == treatment)
        & (estimates["arm"] == arm)
    ]
    own = own[own["rater"].fillna("") == rater]
    return own.iloc[0] if len(own) else None


def head_of(reader: Reader, estimate: pd.Series) -> str:
    """A primary estimate with its interval and its specification."""
    unit = reader.unit_of(estimate["unit"])
    return reader.say(
        "{indicator}: {amount} ({confidence} interval {low} to {high}; {specification})",
        indicator=title_of(reader, estimate),
        amount=reader.amount_with_unit(estimate["estimate"], unit),
        confidence=reader.percent(estimate["confidence"]),
        low=reader.amount(estimate["ci_low"], unit),
        high=reader.amount(estimate["ci_high"], unit),
        specification=reader.specification_label(
            reader.study.programme.specification(estimate["specification"])
        ),
    )


def rows_about(reader: Reader, own: pd.DataFrame, estimate: pd.Series) -> list[dict[str, str]]:
    """What each threat means for one primary estimate; last what could not be run, with the reason."""
    say, unit = reader.say, reader.unit_of(estimate["unit"])
    rows: list[dict[str, str]] = []
    not_run: dict[str, list[str]] = {}
    for threat, part in own.groupby("threat", sort=False):
        first, name = part.iloc[0], threat_texts.TEXTS[str(threat)].name
        stands = threat_texts.STANDS[first["passed"]]
        if first["meaning"] == "cannot run":
            not_run.setdefault(first["reason"], []).append(say(name))
            continue
        rows.append(
            {
                "about": str(threat),
                "threat": say(name),
                "number": number_text(first, unit, reader),
                "stands": say(stands),
                "meaning": threat_words.sentence(reader, part, unit),
            }
        )
    told = [
        say("{threats}: {reason}", threats=", ".join(names), reason=reason_text(reason, reader))
        for reason, names in not_run.items()
    ]
    if told:
        dashes = {"about": "", "threat": say("Not run"), "number": MISSING, "stands": MISSING}
        rows.append(dashes | {"meaning": sentence_case("; ".join(told)) + "."})
    return rows


def row_of(estimate: pd.Series, threat: str) -> str:
    """The id of what a threat means for a primary estimate: a row of its table."""
    about = id_of(*(estimate[name] for name in KEYS), threat)
    return f"threat-{sha256(about.encode()).hexdigest()[:8]}" if threat else ""


def several_treatments(study: Study, estimate: pd.Series) -> bool:
    """Whether the specification tells several treatments apart."""
    return len(study.programme.specification(estimate["specification"]).treatment) > 1


def title_of(reader: Reader, estimate: pd.Series) -> str:
    """The indicator, and which treatment where there are several."""
    rater = estimate["rater"] if isinstance(estimate["rater"], str) else ""
    text = reader.about(reader.indicator_label(estimate["indicator"], rater), estimate)
    return (
        f"{text}, {reader.treatment_label(estimate['treatment'])}"
        if several_treatments(reader.study, estimate)
        else text
    )


def number_text(row: pd.Series, unit: Unit | None, language: Language) -> str:
    """The number of a row, written as what it is."""
    statistic, value = row["statistic"], row["value"]
    if statistic == "interval":
        return (
            language.between(row["ci_low"], row["ci_high"], unit)
            if labels.has_number(row["ci_low"])
            else MISSING
        )
    if not labels.has_number(value):
        return MISSING
    if statistic in UNITS:
        return language.amount(value, unit)
    if statistic == "gap":
        return language.say("{n} percentage points", n=language.number(100 * value, 1))
    if statistic in threat_texts.SHARES:
        return language.percent(value, 1)
    if statistic.endswith(" p"):
        return "p " + threat_words.p_text(value, language)
    return language.number(value, threat_texts.DECIMALS.get(statistic, 2))


def threat_sentences(reader: Reader, found: Threats, estimates: pd.DataFrame) -> list[str]:
    """One sentence a primary estimate that a claim rests on: against how many threats it stands, and against
    which it does not.
    """
    rows = foremost_rows(reader, found.rows)
    return [
        threat_words.summary(title_of(reader, estimate), own, reader)
        for estimate, own in examined(rows, estimates)
    ]


def for_whom(reader: Reader, found: Threats, estimates: pd.DataFrame) -> tuple[str, list[Exhibit]]:
    """What subgroups declared beforehand say of the estimates that claims rest on: a sentence and a table;
    nothing where none are declared.
    """
    say, rows = reader.say, list[dict[str, str]]()
    subgroups = {declared.id: declared for declared in reader.study.programme.subgroups}
    own = found.rows[found.rows["threat"] == "subgroup"]
    own = claimed(reader.study, own) if subgroups else own.iloc[:0]
    own = own.assign(subgroup=[detail.partition("=")[0] for detail in own["detail"]])
    for estimate, about in examined(own, estimates):
        unit = reader.unit_of(estimate["unit"])
        for name, part in about[about["subgroup"] != ""].groupby("subgroup", sort=False):
            declared, within = subgroups[str(name)], part[part["statistic"] == "within"]
            rows += [
                {
                    "indicator": reader.with_unit(title_of(reader, estimate), unit),
                    "subgroup": declared.label[reader.code],
                    "within": threat_words.within_text(declared, within, unit, reader) or MISSING,
                    "difference": reader.amount(row.value, unit),
                    "interval": (
                        reader.between(row.ci_low, row.ci_high, unit) if not row.reason else MISSING
                    ),
                    "meaning": (
                        say(threat_texts.SUBGROUPS[row.meaning])
                        if not row.reason
                        else reason_text(row.reason, reader)
                    ),
                }
                for row in typed_rows(part[part["statistic"] == "interaction"], Difference)
            ]
    if not rows:
        return "", []
    since = (
        say("Subgroups were declared before results were seen.")
        if fixed_before(reader.study, "subgroups")
        else say("Subgroups are as declared today.")
    )
    what = say(
        "The difference is the later named minus the first; a third or more are each held against all others."
    )
    compared = own[(own["statistic"] == "interaction") & (own["reason"] == "")]
    told = (
        threat_words.subgroups_summary(compared, estimates["confidence"].iloc[0], reader)
        if len(compared)
        else ""
    )
    return told, [SUBGROUPS.exhibit(reader, rows, since, what, reader.source_note())]


def time_to(study: Study, concept: str, rater: str) -> Indicator:
    """The indicator of the time to an event."""
    return next(
        line
        for line in study.indicators
        if line.indicator == concept and line.rater == rater and line.recipe == "event_duration"
    )


def when(reader: Reader, found: Threats) -> list[str]:
    """One sentence a time to an event."""
    own = found.rows[found.rows["threat"] == "time to event"]
    told = []
    for (concept, rater, arm), part in own.groupby(["indicator", "rater", "arm"], sort=False):
        line = time_to(reader.study, str(concept), str(rater))
        first, _ = reader.sides(str(arm), "", OFFER if reader.study.programme.design.assigned else "")
        told.append(threat_words.time_sentence(line.label(reader.code), part, reader, first))
    return told


def threat_blocks(
    reader: Reader, found: Threats, estimates: pd.DataFrame
) -> list[Exhibit | Paragraph | Bullets]:
    """What threatens the numbers of a chapter, for whom they hold and when: sentences and tables in the order
    shown.
    """
    sentences = threat_sentences(reader, found, estimates)
    told, tables = for_whom(reader, found, estimates)
    rest = [text for text in when(reader, found) if text]
    return [
        listed(sentences) if sentences else said(reader.say(NO_PRIMARY), "nothing"),
        *threat_tables(reader, found, estimates),
        *([said(told, "finding")] if told else []),
        *tables,
        *([listed(rest)] if rest else []),
    ]


def write_threats(chapter: Chapter, found: Threats) -> None:
    """Write the rows (``threats/<notebook>.csv``) and each table that is not empty
    (``threats/<notebook>-<table>.csv``).
    """
    for old in (chapter.study.places.output / "threats").glob(f"{chapter.name}*.csv"):
        old.unlink()
    for name, data in {"": found.rows, **found.tables}.items():
        if len(data):
            chapter.write_csv(data, f"threats/{chapter.name}{'-' if name else ''}{name}.csv")
