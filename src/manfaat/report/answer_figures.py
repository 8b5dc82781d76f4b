"""Figures of answers: to the items of scales then and now, by rater, and which are missing."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base import disclosure
from manfaat.base.typed import typed_rows
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.study import Study
from manfaat.evaluation.sample import participation
from manfaat.evaluation.weighted import weights_of
from manfaat.indicators import Scale
from manfaat.measurement import profiles
from manfaat.report import gate
from manfaat.report.exhibit import Exhibit, in_annex
from manfaat.report.figures.answers import dumbbell, gaps_map, likert
from manfaat.report.reader import Reader
from manfaat.report.scale_words import RATERS


class Rated(NamedTuple):
    """The mean of what a rater said of participants, then or now."""

    indicator: str
    rater: str
    n: int
    mean: float


ENDS = " ,:;–-("
MOST_BARS = 26  # of one figure: more do not fit on a printed page


def claimed_columns(study: Study) -> set[str]:
    """The indicators that claims rest on, and the columns that those are made of (of a gain, the levels now
    and then).
    """
    names = {name for claim in study.programme.claims for name in claim.indicators}
    made = [word for line in study.indicators if line.indicator in names for word in line.inputs.split()]
    concepts = {line.indicator for line in study.indicators if line.name in made}
    return names | concepts


def time_words(reader: Reader, time: str) -> str:
    """What the time of a level is called: now, measured before, or recalled."""
    return {
        "now": reader.say("now"),
        "before": reader.say("before"),
        "then": reader.say("then, recalled"),
    }[time]


def shared_words(first: str, second: str) -> str:
    """What two names have in common at their beginning or end ("Now: output", "Before: output" → "Output");
    the first where that is nothing.
    """
    one, other = first.split(), second.split()
    same = [left.strip(ENDS) == right.strip(ENDS) for left, right in zip(one, other, strict=False)]
    head = next((place for place, is_same in enumerate(same) if not is_same), len(same))
    same = [
        left.strip(ENDS) == right.strip(ENDS)
        for left, right in zip(reversed(one), reversed(other), strict=False)
    ]
    tail = next((place for place, is_same in enumerate(same) if not is_same), len(same))
    text = " ".join(one[:head] if head >= tail else one[len(one) - tail :]).strip(ENDS)
    return text[:1].upper() + text[1:] or first


def item_label(reader: Reader, item: str) -> str:
    """The words of an item that its questions then and now share."""
    own = [
        line.label(reader.code)
        for line in reader.study.codebook.variables
        if line.name in (item, *(f"{item}_{time}" for time in ("now", "then", "before", "pre")))
    ]
    return (shared_words(own[0], own[-1]) if len(own) > 1 else own[0]) if own else item


def concept_label(reader: Reader, concept: str, rater: str) -> str:
    """What an indicator is called without its time."""
    own = [
        line.label(reader.code)
        for line in reader.study.indicators
        if line.indicator == concept and line.rater == rater and line.use in ("effect", "describe")
    ]
    return shared_words(own[0], own[-1])


def answer_words(reader: Reader, answer_list: str) -> list[str]:
    """The answers of a list, from the lower end."""
    choices = sorted(reader.study.codebook.answers(answer_list), key=lambda choice: float(choice.name))
    return [f"{choice.name} {choice.label(reader.code)}" for choice in choices]


def likert_figures(reader: Reader, scales: list[Scale], table: pd.DataFrame) -> list[Exhibit]:
    """Participants' own answers to the items behind the claims, then and now; none where no such scale was
    asked twice.
    """
    wanted = claimed_columns(reader.study)
    own = [
        scale
        for scale in scales
        if scale.line.rater in ("self", "") and scale.line.indicator in wanted and scale.answer_list
    ]
    twice = [
        scale
        for scale in own
        if len({other.line.time for other in own if other.line.indicator == scale.line.indicator}) > 1
    ]
    shares = profiles.answer_shares(
        twice, participation(table, reader.study.programme) == 1, weights_of(table, reader.study.programme)
    )
    lists = {scale.line.name: (scale.answer_list, scale.line.indicator) for scale in twice}
    if shares.empty:
        return []
    shares = shares.assign(
        list=[lists[name][0] for name in shares["scale"]],
        concept=[lists[name][1] for name in shares["scale"]],
    )
    figures: list[Exhibit] = []
    for (answer_list, _), rows in shares.groupby(["list", packed(shares)], sort=False):
        figures.append(one_likert(reader, rows, str(answer_list), len(figures) + 1))
    return figures


def packed(shares: pd.DataFrame) -> pd.Series:
    """Number the figures: as many whole scales in each as fit."""
    bars = shares.drop_duplicates(["concept", "item", "time"]).groupby("concept", sort=False).size()
    number, room, chosen = 0, MOST_BARS, {}
    for concept, n in bars.items():
        if n > room and room < MOST_BARS:
            number, room = number + 1, MOST_BARS
        chosen[concept], room = number, room - n
    return shares["concept"].map(chosen).rename("figure")


def one_likert(reader: Reader, rows: pd.DataFrame, answer_list: str, number: int) -> Exhibit:
    """One figure of items with the same answers."""
    say, order = reader.say, {"then": 0, "before": 0, "now": 1}
    first = {item: place for place, item in enumerate(dict.fromkeys(rows["item"]))}
    rows = rows.assign(item_place=rows["item"].map(first), time_place=rows["time"].map(order)).sort_values(
        ["item_place", "time_place", "answer"]
    )
    data = pd.DataFrame(
        {
            "label": [item_label(reader, item) for item in rows["item"]],
            "time": [time_words(reader, time) for time in rows["time"]],
            "answer": rows["answer"].to_numpy(),
            "n": rows["n"].to_numpy(),
            "share": rows["share"].to_numpy(),
            "includes": rows["includes"].to_numpy(),
        }
    )
    data = gate.told(reader.study, data)
    names = reader.listing(
        [concept_label(reader, concept, "self").lower() for concept in dict.fromkeys(rows["concept"])]
    )
    caption = say(
        "Participants' own answers, per cent of those who answered the item; n beside each bar. Items asked"
        " the other way round are turned. An end answer that fewer than {n} gave is counted with its"
        " neighbour; what is still smaller is not shown, nor what would give it away (–).",
        n=disclosure.SMALLEST_CELL,
    )
    answers = answer_words(reader, answer_list)
    title = say("Participants' answers then and now: {scales}", scales=names)
    return likert(
        f"answers-{number}",
        title,
        data,
        answers,
        caption + " " + reader.source_note(by_weight=True),
        reader,
    )


def rater_figure(reader: Reader, table: pd.DataFrame) -> list[Exhibit]:
    """Mean levels then and now by rater, of the indicators behind the claims; none where nobody rated
    anything twice.
    """
    wanted, say = claimed_columns(reader.study), reader.say
    means = profiles.rater_means(table, reader.study.programme, list(reader.study.indicators))
    means = means[means["indicator"].isin(wanted)]
    if means.empty:
        return []
    took_part = table[participation(table, reader.study.programme) == 1]
    rated: dict[tuple[str, str], pd.Series] = {
        (line.indicator, line.rater): took_part[line.name].dropna()
        for line in reader.study.indicators
        if line.time == "now"
    }
    means = means.assign(
        mean=[
            gate.told_level(reader.study, row.mean, rated[row.indicator, row.rater].head(row.n))
            for row in typed_rows(means, Rated)
        ]
    )
    wide = means.pivot(index=["indicator", "rater", "unit", "n"], columns="time", values="mean").reset_index()
    wide = wide.assign(
        place=wide["rater"].map(list(RATERS).index),
        first=wide["indicator"].map({c: i for i, c in enumerate(dict.fromkeys(means["indicator"]))}),
    )
    wide = wide.sort_values(["first", "place"])
    units = [reader.unit_of(unit) for unit in wide["unit"]]
    data = pd.DataFrame(
        {
            "label": [
                concept_label(reader, concept, "test" if rater == "test" else "self")
                for concept, rater in zip(wide["indicator"], wide["rater"], strict=True)
            ],
            "rater": [say(RATERS[rater]) for rater in wide["rater"]],
            "unit": [reader.unit_label(unit) for unit in units],
            "n": wide["n"].to_numpy(),
            "earlier": [
                value * (unit.scale if unit else 1)
                for value, unit in zip(wide["earlier"], units, strict=True)
            ],
            "now": [
                value * (unit.scale if unit else 1) for value, unit in zip(wide["now"], units, strict=True)
            ],
        }
    )
    caption = say(
        "Means of the participants whom the rater rated both times (n from {least} to {most}): a stroke then"
        " (recalled; of a test, measured before), the rater's mark now. Nobody is compared with them here,"
        " and no intervals are drawn: those of the changes stand in the table of changes.",
        least=reader.number(data["n"].min(), 0),
        most=reader.number(data["n"].max(), 0),
    )
    return [
        dumbbell(
            "ratings",
            say("Participants' mean ratings then and now, by rater"),
            data,
            caption + " " + reader.source_note(by_weight=True),
            reader,
        )
    ]


def gap_lines(study: Study) -> list[Indicator]:
    """The columns after the programme that claims rest on."""
    named = {name for claim in study.programme.claims for name in claim.indicators}
    own = [
        line
        for line in study.indicators
        if line.indicator in named and line.time in ("now", "period") and line.use in ("effect", "describe")
    ]
    return own[:30]


def group_words(reader: Reader, code: str) -> str:
    """What a group or a role is called."""
    return reader.role_label(float(code[-1])) if code.startswith("role ") else reader.group_label(code)


def gaps_figure(reader: Reader, table: pd.DataFrame) -> list[Exhibit]:
    """Where values are missing, of the indicators that claims rest on; none where there are no claims."""
    lines = {line.name: line for line in gap_lines(reader.study)}
    found = profiles.gaps(table, reader.study.programme, list(lines))
    if found.empty:
        return []
    say = reader.say
    data = pd.DataFrame(
        {
            "label": [lines[name].label(reader.code) for name in found["name"]],
            "group": [group_words(reader, code) for code in found["group"]],
            "n": found["n"].to_numpy(),
            "n_missing": found["n_missing"].to_numpy(),
            "share": found["share"].to_numpy(),
        }
    )
    sizes = "; ".join(
        f"{group} {reader.number(n, 0)}"
        for group, n in data.groupby("group", sort=False)["n"].first().items()
    )
    caption = say(
        "Per cent of each group without a value, of the indicators that claims rest on. Rows in the delivery:"
        " {sizes}. A dash: between one and {most} lack a value, or have one. What was not asked of a group"
        " counts as missing.",
        sizes=sizes,
        most=disclosure.SMALLEST_CELL - 1,
    )
    title = say("Which values are missing, by group")
    return in_annex([gaps_map(data, title, caption + " " + reader.source_note(), reader)])
