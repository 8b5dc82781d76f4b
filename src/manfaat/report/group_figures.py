"""Figures of participants beside the comparison group: real pay, the change since before, the chance to have
taken part.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pandas as pd

from manfaat.base import disclosure
from manfaat.base.typed import typed_rows
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Unit
from manfaat.definitions.study import Study
from manfaat.evaluation.balance import baseline
from manfaat.evaluation.sample import sides
from manfaat.evaluation.summaries import percentile
from manfaat.evaluation.weighted import answers, weights_of
from manfaat.measurement import profiles
from manfaat.report import gate, labels
from manfaat.report.exhibit import Exhibit, id_of, in_annex
from manfaat.report.figures.groups import change_plot, overlap, raincloud
from manfaat.report.reader import Reader
from manfaat.report.words import inside_sentence, sentence_case

MOST_PANELS, MOST_CLOUDS = 4, 1


class Moved(NamedTuple):
    """The mean of participants, or of the comparison group, before and now."""

    participant: float
    n: float
    before: float
    now: float


def claimed_lines(study: Study, stages: tuple[str, ...]) -> list[Indicator]:
    """The columns after the programme that claims rest on, of some stages, in the order of the claims."""
    order = list(dict.fromkeys(name for claim in study.programme.claims for name in claim.indicators))
    own = [
        line
        for line in study.indicators
        if line.indicator in order and line.use == "effect" and line.stage_thesis in stages
    ]
    return sorted(own, key=lambda line: order.index(line.indicator))


def in_money(study: Study, line: Indicator, table: pd.DataFrame) -> tuple[Indicator, Unit] | None:
    """The column of money behind an indicator, itself or what it is the logarithm of, with its unit; None
    where it is no money.
    """
    lines = {other.name: other for other in study.indicators}
    line = lines.get(line.inputs, line) if line.recipe == "log" else line
    unit = labels.unit_of(study, line.unit)
    return (line, unit) if unit and unit.prefix and line.name in table else None


def last_period(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a panel's last period; all rows of any other study."""
    panel = study.programme.design.panel
    return table[table[panel.period] == table[panel.period].max()] if panel else table


def pay_figures(reader: Reader, table: pd.DataFrame) -> list[Exhibit]:
    """How real pay is spread now in both groups; none where no claim rests on money or a group is small."""
    say, now, exhibits = reader.say, last_period(reader.study, table), []
    dominated = gate.measured_by(reader.study, gate.dominated_of(reader.study))
    found = {
        money[0].name: money
        for line in claimed_lines(reader.study, ("outcome",))
        if (money := in_money(reader.study, line, table)) and money[0].indicator not in dominated
    }
    for line, unit in list(found.values())[:MOST_CLOUDS]:
        values, group = now[line.name].astype("float64"), sides(now, reader.study.programme)
        weights = weights_of(now, reader.study.programme)
        curves, dots = profiles.density_curves(values, group, weights), profiles.dots(values, group, weights)
        if curves["group"].nunique() < 2:
            continue
        thousands = 1000.0 if curves["value"].abs().max() >= 100_000 else 1.0
        names = {role: reader.role_label(role) for role in (1.0, 0.0)}
        medians = [
            say(
                "{group}: median {median}, n = {n}",
                group=names[role],
                median=reader.amount(middle(reader, values[group == role], weights), unit),
                n=reader.number(int(values[group == role].notna().sum()), 0),
            )
            for role in (1.0, 0.0)
        ]
        name, least = line.label(reader.code), int(dots["people"].min())
        caption = say(
            "Above: density of each group (Gaussian kernel, Silverman's width), below it one stroke for the"
            " mean of {least} or more neighbours, the outermost left out. Lower part: share of the group with"
            " this much or less. {medians}. The curves end where fewer than {n} people lie beyond.",
            least=reader.number(least, 0),
            medians="; ".join(medians),
            n=disclosure.SMALLEST_CELL,
        )
        label = unit.label[reader.code]
        alt = say("Densities, dots and cumulated shares of {indicator}.", indicator=name)
        words = {
            "x": (
                say("{indicator}, thousand {unit}", indicator=name, unit=label)
                if thousands > 1
                else f"{name}, {label}"
            ),
            "y": say("at or below, per cent of the group"),
            "alt": f"{alt} {'; '.join(medians)}.",
        }
        shown = pd.concat([curves.assign(drawn="curve"), dots.assign(drawn="dot")], ignore_index=True)
        shown = gate.told(reader.study, shown)
        shown = shown.assign(value=shown["value"] / thousands, group=shown["group"].map(names))
        title = say("How {indicator} is spread in both groups", indicator=inside_sentence(name))
        exhibits.append(
            raincloud(
                id_of("pay", line.name),
                title,
                shown,
                words,
                caption + " " + reader.source_note(by_weight=True),
                reader,
            )
        )
    return exhibits


def middle(reader: Reader, values: pd.Series, weights: pd.Series | None) -> float:
    """The median of a group, as finely as it may be told, and nobody's own value."""
    known = answers(values, weights)
    if not reader.study.cohort.is_confidential:
        return known.quantile(0.5)
    return gate.told_level(reader.study, percentile(known, 0.5, disclosure.SMALLEST_CELL), values)


def change_lines(
    study: Study, table: pd.DataFrame, stages: tuple[str, ...]
) -> list[tuple[Indicator, pd.DataFrame]]:
    """The foremost outcomes measured before and now in both groups, with their means."""
    found: list[tuple[Indicator, pd.DataFrame]] = []
    dominated = gate.measured_by(study, gate.dominated_of(study))
    for line in claimed_lines(study, stages):
        if line.indicator in dominated:
            continue
        means = profiles.moved_means(table, line, study.programme, list(study.indicators))
        if len(means) and len(found) < MOST_PANELS:
            found.append((line, means))
    return found


def change_figure(reader: Reader, table: pd.DataFrame, stages: tuple[str, ...]) -> list[Exhibit]:
    """What changed in both groups, and where participants would be had they changed like the others; none
    where nothing was measured before.
    """
    say, rows = reader.say, []
    for line, means in change_lines(reader.study, table, stages):
        unit, name = reader.unit_of(line.unit), line.label(reader.code)
        scale = unit.scale if unit else 1.0
        role = sides(table, reader.study.programme)
        tell = partial(gate.told_level, reader.study)
        first, second = (
            one._replace(before=tell(one.before, own), now=tell(one.now, own))
            for one in typed_rows(means, Moved)
            for own in [table.loc[role == one.participant, line.name].dropna().head(int(one.n))]
        )
        gap = (first.now - first.before) - (second.now - second.before)
        write = partial(reader.level, unit=unit)
        moves = [
            say(
                "{group} from {before} to {now} (n = {n})",
                group=reader.role_label(row.participant),
                before=write(row.before),
                now=write(row.now),
                n=reader.number(row.n, 0),
            )
            for row in (first, second)
        ]
        text = f"{name}: {'; '.join(moves)}; " + say(
            "difference of the changes {gap}", gap=reader.amount_with_unit(gap, unit)
        )
        rows += [
            {
                "indicator": name,
                "unit": reader.unit_label(unit),
                "group": reader.role_label(row.participant),
                "n": row.n,
                "before": row.before * scale,
                "now": row.now * scale,
                "gap": gap * scale,
                "gap_text": reader.amount(gap, unit),
                "text": text,
            }
            for row in (first, second)
        ]
    if not rows:
        return []
    times = reader.study.programme.design.times
    words = {
        "before": (times.before[reader.code] if times.before else say("before")).partition(" (")[0],
        "now": times.now[reader.code],
        "without": say("participants, had they changed like the comparison group"),
    }
    counts = [f"{row['n']:.0f}" for row in rows]
    caption = say(
        "Means of those measured both times (n of a group: {least} to {most}), without covariates. The"
        " bracket is the difference of the changes: an effect only if both groups would have changed alike."
        " Intervals, and the estimate that speaks for the cohort, stand in the charts of estimates.",
        least=min(counts, key=float),
        most=max(counts, key=float),
    )
    title = say("What changed, and what would have changed anyway")
    return [
        change_plot(
            f"change-{stages[0]}",
            title,
            pd.DataFrame(rows),
            words,
            caption + " " + reader.source_note(by_weight=True),
            reader,
        )
    ]


def chance_covariates(study: Study, table: pd.DataFrame) -> list[str]:
    """What the chance to take part is estimated from: the primary specification's covariates, else all that
    describe units before the programme.
    """
    named = study.programme.specification(study.primary).covariates or [
        line.name for line in study.indicators if line.use == "covariate"
    ]
    return [name for name in named if name in table and table[name].nunique() > 1]


def overlap_figure(reader: Reader, table: pd.DataFrame) -> list[Exhibit]:
    """Estimated chances to take part in both groups; none where there is nobody to compare or they cannot be
    estimated.
    """
    first = baseline(table, reader.study.programme)
    names = chance_covariates(reader.study, first)
    found = (
        profiles.chances(first, reader.study.programme, names)
        if names and reader.study.programme.design.comparison
        else pd.DataFrame()
    )
    if found.empty or found["share"].notna().sum() == 0:
        return []
    say, lines = reader.say, {line.name: line for line in reader.study.indicators}
    words = {role: reader.role_label(role) for role in (1.0, 0.0)}
    medians = found.groupby("group")["median"].first()
    counted = [
        say("{group}: median {share}", group=words[role], share=reader.percent(medians[role]))
        for role in (1.0, 0.0)
    ]
    told = {
        "x": say("estimated chance to have taken part, per cent"),
        "y": say("per cent of the group"),
        "alt": (
            say(
                "Histogram of estimated chances to take part, participants upwards, comparison group"
                " downwards."
            )
            + " "
            + "; ".join(counted)
            + "."
        ),
    }
    about = reader.listing(
        [f"“{lines[name].label(reader.code) if name in lines else name}”" for name in names]
    )
    caption = say(
        "Chances from a logit on {covariates}. Where one group has bars and the other none, nobody is there"
        " to compare with. Steps with between one and {most} people, and a neighbour that would give them"
        " away, are drawn as a dash. {medians}.",
        covariates=about,
        most=disclosure.SMALLEST_CELL - 1,
        medians="; ".join(counted),
    )
    data = found.assign(group=found["group"].map(words))
    note = caption + " " + reader.source_note(by_weight=True)
    return in_annex([overlap(sentence_case(say("who could have taken part")), data, told, note, reader)])
