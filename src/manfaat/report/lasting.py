"""Whether results last, what the programme depends on, and who was worse off: from what the data carry."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import typed_rows
from manfaat.report.blocks import Heading, said
from manfaat.report.brief import Brief, Part
from manfaat.report.reader import Reader
from manfaat.report.tables import PEOPLE, Layout
from manfaat.report.verdicts import measure_label
from manfaat.report.words import mark

MOST = 3  # outcomes that a sentence names; the annex has all
WORSE = Layout(
    "setbacks",
    mark("Who was worse off than before"),
    [
        ("outcome", mark("Outcome")),
        ("n", mark("Participants"), PEOPLE),
        ("share", mark("Worse off [interval]"), "right"),
        ("n_comparison", mark("Compared"), PEOPLE),
        ("share_comparison", mark("Worse off [interval]"), "right"),
    ],
    mark(
        "Those whose answer now is worse than the one before, in the direction that the claim means. Answers"
        " vary from time to time, so that some are always worse; compare the two shares. Shares of few people"
        " are left out (–)."
    ),
    layer="annex",
)


class Setback(NamedTuple):
    """A share of units that are worse off than before."""

    indicator: str
    rater: str
    side: int
    n: float
    share: float
    ci_low: float
    ci_high: float


class Period(NamedTuple):
    """Techniques of those who returned in some years."""

    first: int
    last: int
    adopted: float
    still: float


def lasting_parts(page: Brief, techniques: pd.DataFrame, worse: pd.DataFrame) -> list[Part]:
    """Whether results last and what they depend on, and who was worse off, in a few sentences; the shares by
    outcome in the annex.
    """
    reader = page.reader
    told = [*persistence(reader, techniques), *by_treatment(page), *dependence(page)]
    return [
        Heading(3, reader.say("Will it last, and was anybody worse off?")),
        said(" ".join([*(told or [not_examined(reader)]), *setback_texts(reader, worse)])),
        *setback_table(reader, worse),
    ]


def not_examined(reader: Reader) -> str:
    """Why nothing is said of the years to come."""
    stated = reader.study.charter
    words = stated.not_assessed.get("sustainability") if stated else None
    why = words[reader.code] if words else reader.say("nothing was asked more than once after it")
    return reader.say("Whether results last was not examined, because {why}.", why=why)


def persistence(reader: Reader, techniques: pd.DataFrame) -> list[str]:
    """How many techniques are still in use, and whether fewer are where more years have gone by."""
    rows = [row for row in typed_rows(techniques, Period) if row.adopted > 0 and row.still == row.still]
    if not rows:
        return []
    used, adopted = sum(row.still for row in rows), sum(row.adopted for row in rows)
    told = [
        reader.say(
            "Of {m} supervisors who report a technique, {n} say that one is still in use.",
            m=reader.number(adopted, 0),
            n=reader.number(used, 0),
        )
    ]
    if len(rows) == 1:
        fades = mark(
            "Whether use fades with the years cannot be told: too few who returned in one year answered."
        )
        return [*told, reader.say(fades)]
    ends = [(row, row.still / row.adopted) for row in (rows[0], rows[-1])]
    shares = [
        reader.say("{share} of those back in {years}", share=reader.percent(share), years=span(row))
        for row, share in ends
    ]
    return [*told, reader.say("By year of return: {shares}.", shares=reader.listing(shares))]


def span(row: Period) -> str:
    """The years of return of a row."""
    return str(row.first) if row.first == row.last else f"{row.first}–{row.last}"


def by_treatment(page: Brief) -> list[str]:
    """What was found at first and later, where a specification tells both."""
    reader = page.reader
    primary = reader.study.programme.specification(reader.study.primary)
    if len(primary.treatment) < 2:
        return []
    told = []
    for name, rater in measures_of(page)[:MOST]:
        rows = page.estimates[
            (page.estimates["indicator"] == name)
            & (page.estimates["rater"].fillna("") == rater)
            & (page.estimates["specification"] == primary.id)
        ].drop_duplicates("treatment")
        found = [at_once(reader, row) for _, row in rows[rows["estimate"].notna()].iterrows()]
        if len(found) > 1:
            unit = reader.unit_of(rows["unit"].iloc[0])
            label = measure_label(reader, name, rater)
            label = label if unit and unit.is_log else reader.with_unit(label, unit)
            told.append(reader.say("“{outcome}”: {found}.", outcome=label, found=reader.listing(found)))
    return told


def at_once(reader: Reader, row: pd.Series) -> str:
    """An estimate with its interval, of logarithms in per cent, and when it was found."""
    unit, ends = reader.unit_of(row["unit"]), [row[name] for name in ("estimate", "ci_low", "ci_high")]
    if unit and unit.is_log:
        found, low, high = (reader.percent(math.expm1(end)) for end in ends)
        amount = f"{found} [{low}; {high}]"
    else:
        amount = reader.with_interval(ends[0], ends[1], ends[2], unit)
    return reader.say("{amount} {when}", amount=amount, when=reader.treatment_label(row["treatment"]))


def measures_of(page: Brief) -> list[tuple[str, str]]:
    """What decides the claims: indicator and rater, each once."""
    pairs = zip(page.grades["indicator"], page.grades["rater"], strict=True)
    return [pair for pair in dict.fromkeys(pairs) if pair[0]]


def dependence(page: Brief) -> list[str]:
    """How much of the cost the host side bears."""
    reader, sheet = page.reader, page.reader.study.programme.costs
    hosts = [party.label[reader.code] for party in sheet.parties if party.role == "host"] if sheet else []
    return [
        reader.say(
            "{party} paid {share} of the cost: without that it cannot go on as it is.",
            party=name,
            share=reader.percent(share),
        )
        for name, share in page.payers
        if name in hosts
    ]


def setback_texts(reader: Reader, worse: pd.DataFrame) -> list[str]:
    """Who was worse off, in the outcomes where most were; that it was not examined where it could not be."""
    rows = list(typed_rows(worse, Setback))
    own = sorted((row for row in rows if row.side == 1), key=lambda row: -row.share)
    if not own:
        unasked = mark("Who was worse off was not examined: too few were asked the same before and after.")
        return [reader.say(unasked)]
    others = {(row.indicator, row.rater): row for row in rows if row.side == 0}
    told = []
    for row in own[:MOST]:
        named = {
            "share": reader.percent(row.share),
            "outcome": measure_label(reader, row.indicator, row.rater),
        }
        text = reader.say("{share} of participants in “{outcome}”", **named)
        if other := others.get((row.indicator, row.rater)):
            beside = mark("{first} ({share} of those compared)")
            text = reader.say(beside, first=text, share=reader.percent(other.share))
        told.append(text)
    return [reader.say("Worse off than before: {list}.", list="; ".join(told))]


def setback_table(reader: Reader, worse: pd.DataFrame) -> list[Part]:
    """Every share of people worse off, with its interval."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for row in typed_rows(worse, Setback):
        end = "" if row.side == 1 else "_comparison"
        ends = f"[{reader.percent(row.ci_low)}; {reader.percent(row.ci_high)}]"
        blank = dict.fromkeys(("n", "share", "n_comparison", "share_comparison"))
        told = found.setdefault((row.indicator, row.rater), dict(blank))
        told |= {f"n{end}": row.n, f"share{end}": f"{reader.percent(row.share)} {ends}"}
        found[row.indicator, row.rater] = told | {"outcome": measure_label(reader, row.indicator, row.rater)}
    panel = mark("In a panel, from the first period in which a unit answered to the last.")
    notes = [reader.say(panel)] if reader.study.programme.design.panel else []
    return [WORSE.exhibit(reader, list(found.values()), *notes, reader.source_note())] if found else []
