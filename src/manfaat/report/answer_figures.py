"""Figures of answers: to the items of scales then and now, by rater, and which are missing."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base import disclosure
from manfaat.evaluation.sample import participation
from manfaat.evaluation.weighted import weights_of
from manfaat.indicators import Indicator, Scale
from manfaat.measurement import profiles
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.answers import dumbbell, gaps_map, likert
from manfaat.report.words import Language, mark

ENDS = " ,:;–-("
MOST_BARS = 26  # of one figure: more do not fit on a printed page
RATER_NAMES = {"self": mark("self-rating"), "supervisor": mark("supervisor"), "test": mark("test")}


def claimed_columns(study: Study) -> set[str]:
    """The indicators that claims rest on, and the columns that those are made of (of a gain, the levels now
    and then).
    """
    names = {name for claim in study.programme.claims for name in claim.indicators}
    made = [word for line in study.indicators if line.indicator in names for word in line.inputs.split()]
    concepts = {line.indicator for line in study.indicators if line.name in made}
    return names | concepts


def time_words(study: Study, time: str, language: Language) -> str:
    """What the time of a level is called: now, measured before, or recalled."""
    return {
        "now": language.say("now"),
        "before": language.say("before"),
        "then": language.say("then, recalled"),
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


def item_label(study: Study, item: str, language: Language) -> str:
    """The words of an item that its questions then and now share."""
    own = [
        line.label(language.code)
        for line in study.codebook.variables
        if line.name in (item, *(f"{item}_{time}" for time in ("now", "then", "before", "pre")))
    ]
    return (shared_words(own[0], own[-1]) if len(own) > 1 else own[0]) if own else item


def concept_label(study: Study, concept: str, rater: str, language: Language) -> str:
    """What an indicator is called without its time."""
    own = [
        line.label(language.code)
        for line in study.indicators
        if line.indicator == concept and line.rater == rater and line.use in ("effect", "describe")
    ]
    return shared_words(own[0], own[-1])


def answer_words(study: Study, answer_list: str, language: Language) -> list[str]:
    """The answers of a list, from the lower end."""
    choices = sorted(study.codebook.answers(answer_list), key=lambda choice: float(choice.name))
    return [f"{choice.name} {choice.label(language.code)}" for choice in choices]


def likert_figures(
    study: Study, scales: list[Scale], table: pd.DataFrame, language: Language
) -> list[Exhibit]:
    """Participants' own answers to the items behind the claims, then and now; none where no such scale was
    asked twice.
    """
    wanted = claimed_columns(study)
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
        twice, participation(table, study.programme) == 1, weights_of(table, study.programme)
    )
    lists = {scale.line.name: (scale.answer_list, scale.line.indicator) for scale in twice}
    if shares.empty:
        return []
    shares = shares.assign(
        list=[lists[name][0] for name in shares["scale"]],
        concept=[lists[name][1] for name in shares["scale"]],
    )
    figures = []
    for (answer_list, _), rows in shares.groupby(["list", packed(shares)], sort=False):
        figures.append(one_likert(study, rows, answer_list, len(figures) + 1, language))
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


def one_likert(
    study: Study, rows: pd.DataFrame, answer_list: str, number: int, language: Language
) -> Exhibit:
    """One figure of items with the same answers."""
    say, order = language.say, {"then": 0, "before": 0, "now": 1}
    first = {item: place for place, item in enumerate(dict.fromkeys(rows["item"]))}
    rows = rows.assign(item_place=rows["item"].map(first), time_place=rows["time"].map(order)).sort_values(
        ["item_place", "time_place", "answer"]
    )
    data = pd.DataFrame(
        {
            "label": [item_label(study, item, language) for item in rows["item"]],
            "time": [time_words(study, time, language) for time in rows["time"]],
            "answer": rows["answer"].to_numpy(),
            "n": rows["n"].to_numpy(),
            "share": rows["share"].to_numpy(),
            "includes": rows["includes"].to_numpy(),
        }
    )
    names = language.listing(
        [
            concept_label(study, concept, "self", language).lower()
            for concept in dict.fromkeys(rows["concept"])
        ]
    )
    caption = say(
        "Participants' own answers, per cent of those who answered the item; n beside each bar. Items asked"
        " the other way round are turned. An end answer that fewer than {n} gave is counted with its"
        " neighbour; what is still smaller is not shown, nor what would give it away (–).",
        n=disclosure.SMALLEST_CELL,
    )
    words = {
        "sides": say("below the middle ← per cent → above the middle"),
        "middle": say("middle, per cent"),
    }
    answers = answer_words(study, answer_list, language)
    title = say("Participants' answers then and now: {scales}", scales=names)
    return likert(
        f"answers-{number}",
        title,
        data,
        answers,
        words,
        caption + " " + labels.source_note(study, language, by_weight=True),
        language,
    )


def rater_figure(study: Study, table: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Mean levels then and now by rater, of the indicators behind the claims; none where nobody rated
    anything twice.
    """
    wanted, say = claimed_columns(study), language.say
    means = profiles.rater_means(table, study.programme, list(study.indicators))
    means = means[means["indicator"].isin(wanted)]
    if means.empty:
        return []
    wide = means.pivot(index=["indicator", "rater", "unit", "n"], columns="time", values="mean").reset_index()
    wide = wide.assign(
        place=wide["rater"].map(list(RATER_NAMES).index),
        first=wide["indicator"].map({c: i for i, c in enumerate(dict.fromkeys(means["indicator"]))}),
    )
    wide = wide.sort_values(["first", "place"])
    units = [labels.unit_of(study, unit) for unit in wide["unit"]]
    data = pd.DataFrame(
        {
            "label": [
                concept_label(study, concept, "test" if rater == "test" else "self", language)
                for concept, rater in zip(wide["indicator"], wide["rater"], strict=True)
            ],
            "rater": [say(RATER_NAMES[rater]) for rater in wide["rater"]],
            "unit": [unit.label[language.code] if unit else "" for unit in units],
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
        "Means of the participants whom the rater rated both times (n from {least} to {most}): hollow then"
        " (recalled; of a test, measured before), filled now. Nobody is compared with them here, and no"
        " intervals are drawn: those of the changes stand in the table of changes.",
        least=language.number(data["n"].min(), 0),
        most=language.number(data["n"].max(), 0),
    )
    return [
        dumbbell(
            "ratings",
            say("Participants' mean ratings then and now, by rater"),
            data,
            caption + " " + labels.source_note(study, language, by_weight=True),
            language,
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


def group_words(study: Study, code: str, language: Language) -> str:
    """What a group or a role is called."""
    return (
        labels.role_label(study, float(code[-1]), language)
        if code.startswith("role ")
        else labels.group_label(study, code, language)
    )


def gaps_figure(study: Study, table: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Where values are missing, of the indicators that claims rest on; none where there are no claims."""
    lines = {line.name: line for line in gap_lines(study)}
    found = profiles.gaps(table, study.programme, list(lines))
    if found.empty:
        return []
    say = language.say
    data = pd.DataFrame(
        {
            "label": [lines[name].label(language.code) for name in found["name"]],
            "group": [group_words(study, code, language) for code in found["group"]],
            "n": found["n"].to_numpy(),
            "n_missing": found["n_missing"].to_numpy(),
            "share": found["share"].to_numpy(),
        }
    )
    sizes = "; ".join(
        f"{row.group} {language.number(row.n, 0)}"
        for row in data.drop_duplicates("group").itertuples(index=False)
    )
    caption = say(
        "Per cent of each group without a value, of the indicators that claims rest on. Rows in the delivery:"
        " {sizes}. A dash: between one and {most} lack a value, or have one. What was not asked of a group"
        " counts as missing.",
        sizes=sizes,
        most=disclosure.SMALLEST_CELL - 1,
    )
    return [
        gaps_map(
            data,
            say("Which values are missing, by group"),
            caption + " " + labels.source_note(study, language),
            language,
        )
    ]
