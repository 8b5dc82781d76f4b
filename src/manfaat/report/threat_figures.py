"""Figures of what threatens the numbers, and of times and positions, from the tables of
``manfaat.threats``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base import disclosure
from manfaat.base.typed import typed_rows
from manfaat.definitions.study import Study
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit, id_of
from manfaat.report.figure_notes import mark_notes
from manfaat.report.figures.curves import bounds, specification_curves
from manfaat.report.figures.events import alluvial, survival
from manfaat.report.reader import Reader
from manfaat.report.threats import KEYS, claimed, primary_row, time_to, title_of
from manfaat.report.words import Language, mark
from manfaat.threats import Threats

# curves of a figure, beside each other; specifications from which on a curve says more than the ladder
MOST_CURVES, FEWEST = 3, 5
MOST_PANELS = 5
CHOICES = {
    "declared": mark("declared specification"),
    "none": mark("no covariates"),
    "without": mark("all covariates but one"),
    "only": mark("one covariate alone"),
    "drawn in": mark("extremes drawn in"),
}
BOUNDS = {"lee bounds": mark("Lee's bounds"), "worst case": mark("worst case")}


def deciding_first(study: Study, frame: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """The estimates (indicator, rater, arm, treatment) that claims rest on, the first indicator of each claim
    first; of each the rater whose word counts most.
    """
    named = [claim.indicators for claim in study.programme.claims if claim.indicators]
    ranked = [
        names[place]
        for place in range(max(map(len, named), default=0))
        for names in named
        if place < len(names)
    ]
    order = {name: place for place, name in reversed(list(enumerate(ranked)))}
    keys = [
        key
        for key in dict.fromkeys(frame[KEYS].fillna("").itertuples(index=False, name=None))
        if key[0] in order
    ]
    keys = sorted(keys, key=lambda key: (order[key[0]], labels.RATERS.index(key[1])))
    best = {key[0]: key[1] for key in reversed(keys)}
    return [key for key in keys if key[1] == best[key[0]]]


def choices_of(rows: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Which choice each specification of a curve made: one column of booleans a choice that any of them
    made.
    """
    kind = rows["covariates"].fillna("").str.partition(" ")[0]
    made = {
        "declared": rows["kind"] == "declared",
        "none": kind == "none",
        "without": kind == "without",
        "only": kind == "only",
        "drawn in": rows["outcome"] == "extremes drawn in",
    }
    return pd.DataFrame(
        {language.say(text): made[name].to_numpy() for name, text in CHOICES.items() if made[name].any()}
    )


def curve_figures(reader: Reader, found: Threats, estimates: pd.DataFrame) -> list[Exhibit]:
    """Specification curves of the foremost estimates that claims rest on, as panels of one figure; none where
    there are few specifications.
    """
    curve, chosen = found.tables.get("curve", pd.DataFrame()), list[tuple[pd.DataFrame, pd.Series]]()
    if curve.empty:
        return []
    for concept, rater, arm, treatment in deciding_first(reader.study, curve):
        rows = curve[
            (curve["indicator"] == concept)
            & (curve["rater"].fillna("") == rater)
            & (curve["arm"] == arm)
            & (curve["treatment"] == treatment)
        ]
        estimate = primary_row(estimates, concept, rater, treatment, arm)
        if len(rows) >= FEWEST and estimate is not None and len(chosen) < MOST_CURVES:
            chosen.append((rows, estimate))
    return [curves_figure(reader, chosen)] if chosen else []


def curves_figure(reader: Reader, chosen: list[tuple[pd.DataFrame, pd.Series]]) -> Exhibit:
    """The curves of some primary estimates."""
    say, first = reader.say, chosen[0][1]
    choices = choices_of(pd.concat([rows for rows, _ in chosen], ignore_index=True), reader)
    data = pd.concat([curve_data(reader, rows, estimate) for rows, estimate in chosen], ignore_index=True)
    alt = "; ".join(curve_told(reader, rows, estimate) for rows, estimate in chosen)
    caption = say(
        "Estimates of every declared specification in the indicator's own unit, and of variants of the"
        " primary one, with {confidence} intervals, from the lowest to the highest. {marks} Below: what each"
        " chose. n: {least} to {most}.",
        confidence=reader.percent(first["confidence"]),
        marks=mark_notes(reader),
        least=reader.number(data["n"].min(), 0),
        most=reader.number(data["n"].max(), 0),
    )
    title = (
        say("{indicator}: the estimate by every reasonable specification", indicator=title_of(reader, first))
        if len(chosen) == 1
        else say("Estimates by every reasonable specification")
    )
    return specification_curves(
        f"curves-{first['stage']}",
        title,
        pd.concat([data, choices], axis=1),
        alt,
        caption + " " + reader.source_note(),
        reader,
    )


def curve_data(reader: Reader, rows: pd.DataFrame, estimate: pd.Series) -> pd.DataFrame:
    """What is drawn of one curve, in the indicator's own unit, without the choices."""
    unit = reader.unit_of(estimate["unit"])
    ends = rows[["estimate", "ci_low", "ci_high"]]
    texts = [reader.with_interval(one, low, high, unit) for one, low, high in ends.to_numpy()]
    named = {"indicator": title_of(reader, estimate), "unit": reader.unit_label(unit)}
    shown = (ends * (unit.scale if unit else 1.0)).assign(**named, n=rows["n"], is_primary=rows["is_primary"])
    return shown[[*named, *ends, "n", "is_primary"]].assign(text=texts)


def curve_told(reader: Reader, rows: pd.DataFrame, estimate: pd.Series) -> str:
    """One curve in words."""
    unit = reader.unit_of(estimate["unit"])
    above = (np.sign(rows["estimate"]) == np.sign(estimate["estimate"])).sum()
    told = reader.say(
        "Curve of {n} estimates from the lowest, {least}, to the highest, {most}; the median is {median}."
        " {same} of them have the sign of the primary one, {amount}.",
        n=reader.number(len(rows), 0),
        least=reader.amount(rows["estimate"].min(), unit),
        most=reader.amount(rows["estimate"].max(), unit),
        median=reader.amount(rows["estimate"].median(), unit),
        same=reader.number(above, 0),
        amount=reader.amount_with_unit(estimate["estimate"], unit),
    )
    return f"{title_of(reader, estimate)}: {told}"


class Bound(NamedTuple):
    """A bound of an estimate, or the interval around its bounds."""

    statistic: str
    value: float
    ci_low: float
    ci_high: float


def bound_line(rows: pd.DataFrame) -> dict[str, float] | None:
    """Bounds and interval of one method; None where it could not be run."""
    pick = {row.statistic: row for row in typed_rows(rows, Bound)}
    if "interval" not in pick or not labels.has_number(pick["interval"].ci_low):
        return None
    low, high = (pick[name].value if name in pick else np.nan for name in ("lower", "upper"))
    return {"low": low, "high": high, "ci_low": pick["interval"].ci_low, "ci_high": pick["interval"].ci_high}


def bound_figure(reader: Reader, found: Threats, estimates: pd.DataFrame) -> list[Exhibit]:
    """How far missing answers could move the foremost estimates; none where no answers are missing or no
    bounds are known.
    """
    rows, say = claimed(reader.study, found.rows[found.rows["threat"].isin(BOUNDS)]), reader.say
    lines: list[dict[str, object]] = []
    for concept, rater, arm, treatment in deciding_first(reader.study, rows) if len(rows) else []:
        own = rows[(rows[KEYS] == [concept, rater, arm, treatment]).all(axis=1)]
        estimate = primary_row(estimates, concept, rater, treatment, arm)
        known = {
            threat: line
            for threat in BOUNDS
            if (line := bound_line(own[own["threat"] == threat])) and np.isfinite(line["low"])
        }
        if estimate is None or not known or len({line["indicator"] for line in lines}) == MOST_PANELS:
            continue
        unit, name = reader.unit_of(estimate["unit"]), title_of(reader, estimate)
        point = {
            "low": estimate["estimate"],
            "high": estimate["estimate"],
            "ci_low": estimate["ci_low"],
            "ci_high": estimate["ci_high"],
        }
        for label, line in {
            say("primary estimate"): point,
            **{say(BOUNDS[threat]): line for threat, line in known.items()},
        }.items():
            amounts = {key: reader.amount(value, unit) for key, value in line.items()}
            text = (
                f"{amounts['low']}"
                if line["low"] == line["high"]
                else f"{amounts['low']} … {amounts['high']}"
            )
            scaled = {key: value * (unit.scale if unit else 1.0) for key, value in line.items()}
            named = {"indicator": name, "unit": reader.unit_label(unit), "label": label}
            text = f"{text} [{amounts['ci_low']}; {amounts['ci_high']}]"
            lines.append({**named, **scaled, "text": text})
    if not lines:
        return []
    caption = say(
        "Squares: primary estimates with {confidence} intervals, filled where these exclude zero. Thick:"
        " between the bounds; thin: the interval of Imbens and Manski that covers what lies between them. The"
        " worst case gives every missing answer the least or the most that was possible; Lee's bounds suppose"
        " a lottery and trim the group that answered more.",
        confidence=reader.percent(estimates["confidence"].dropna().iloc[0]),
    )
    title = say("How far missing answers could move the estimates")
    stage = estimates["stage"].iloc[0]
    return [
        bounds(
            f"bounds-{stage}",
            title,
            pd.DataFrame(lines),
            caption + " " + reader.source_note(),
            reader,
        )
    ]


def survival_figures(reader: Reader, found: Threats, confidence: float) -> list[Exhibit]:
    """Curves of the time to each event, participants and comparison group, by the rater whose word counts
    most; none where no times are known.
    """
    curves, exhibits, say = found.tables.get("survival", pd.DataFrame()), list[Exhibit](), reader.say
    if curves.empty:
        return []
    raters = {
        str(concept): min(own, key=labels.RATERS.index)
        for concept, own in curves.groupby("indicator")["rater"]
    }
    for (concept, rater, arm), rows in curves.groupby(["indicator", "rater", "arm"], sort=False):
        if raters[str(concept)] != rater:
            continue
        line = time_to(reader.study, str(concept), str(rater))
        unit, name = reader.unit_of(line.unit), line.label(reader.code)
        data = rows.drop(columns=["indicator", "rater", "arm"]).assign(
            group=[reader.role_label(role, str(arm) if role == 1 else "") for role in rows["group"]]
        )
        caption = say(
            "Share without the event by Kaplan and Meier, with Greenwood's {confidence} intervals on the"
            " log-log scale; people whose time is not over count as long as they were watched. Times are on a"
            " grid; a curve falls only where {n} events have come since it last fell, and ends where fewer"
            " than {n} are still waiting; a dash: fewer than {n} have left since the last number. No"
            " covariates are held equal.",
            confidence=reader.percent(confidence),
            n=disclosure.SMALLEST_CELL,
        )
        words = {
            "x": f"{name} ({unit.label[reader.code]})" if unit else name,
            "y": say("without the event, per cent"),
            "risk": say("still waiting (n)"),
        }
        exhibits.append(
            survival(
                id_of("survival", concept, rater, arm),
                say("{indicator}: when it came", indicator=name),
                data,
                words,
                caption + " " + reader.source_note(),
                reader,
            )
        )
    return exhibits


def position_names(reader: Reader, concept: str) -> dict[float, str]:
    """Words of the positions of a ladder, by their numbers: those of the question that asks for the position
    now.
    """
    line = next(
        line for line in reader.study.indicators if line.indicator == concept and line.recipe == "steps"
    )
    asked = {variable.name: variable for variable in reader.study.codebook.variables}
    names = [asked[part].list_name for part in line.inputs.split() if part in asked and asked[part].list_name]
    return (
        {float(choice.name): choice.label(reader.code) for choice in reader.study.codebook.answers(names[0])}
        if names
        else {}
    )


def position_figure(reader: Reader, found: Threats) -> list[Exhibit]:
    """From which position to which people moved; of several raters the first. None where no positions were
    asked.
    """
    moves, say = found.tables.get("transitions", pd.DataFrame()), reader.say
    if moves.empty:
        return []
    concept, rater = moves["indicator"].iloc[0], moves["rater"].iloc[0]
    rows = moves[(moves["indicator"] == concept) & (moves["rater"] == rater)].sort_values(
        ["group", "before", "now"], ascending=[False, True, True]
    )
    rows = rows.groupby("group", sort=False).filter(lambda own: own["n"].sum() > 0)
    if rows.empty:
        return []
    names = position_names(reader, concept)
    data = rows.drop(columns=["indicator", "rater"]).assign(
        group=[reader.role_label(role) for role in rows["group"]],
        before=[names.get(value, reader.number(value, 0)) for value in rows["before"]],
        now=[names.get(value, reader.number(value, 0)) for value in rows["now"]],
    )
    hidden = int(data["n"].isna().sum())
    caption = say(
        "Each ribbon is a move from the position before to the position now, as wide as the number of people;"
        " hatched rising: up, hatched falling and pale: down, grey: the same."
    )
    if hidden:
        caption += " " + reader.say_count(
            "Not drawn, and not counted at the ends, is {n} move of fewer than {least} people or that"
            " would give such away.",
            "Not drawn, and not counted at the ends, are {n} moves of fewer than {least} people or that"
            " would give such away.",
            hidden,
            least=disclosure.SMALLEST_CELL,
        )
    times = reader.study.programme.design.times
    words = {
        "before": times.before[reader.code].partition(" (")[0] if times.before else say("before"),
        "now": times.now[reader.code],
    }
    return [
        alluvial(
            "positions",
            say("Positions before and now"),
            data,
            words,
            caption + " " + reader.source_note(),
            reader,
        )
    ]
