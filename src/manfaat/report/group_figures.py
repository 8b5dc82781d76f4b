"""Figures of participants beside the comparison group: real pay, the change since before, the chance to have
taken part.
"""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base import disclosure
from manfaat.evaluation.balance import baseline
from manfaat.evaluation.sample import participation
from manfaat.evaluation.weighted import answers, weights_of
from manfaat.indicators import Indicator
from manfaat.measurement import profiles
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.exhibits import sentence_case
from manfaat.report.figures.groups import change_plot, overlap, raincloud
from manfaat.report.words import Language

MOST_PANELS, MOST_CLOUDS = 4, 1


def claimed_lines(study: Study, stages: tuple[str, ...]) -> list[Indicator]:
    """The columns after the programme that claims rest on, of some stages, in the order of the claims."""
    order = list(dict.fromkeys(name for claim in study.programme.claims for name in claim.indicators))
    own = [
        line
        for line in study.indicators
        if line.indicator in order and line.use == "effect" and line.stage_thesis in stages
    ]
    return sorted(own, key=lambda line: order.index(line.indicator))


def in_money(study: Study, line: Indicator, table: pd.DataFrame) -> Indicator | None:
    """The column of money behind an indicator: itself, or what it is the logarithm of; None where it is no
    money.
    """
    lines = {other.name: other for other in study.indicators}
    line = lines.get(line.inputs, line) if line.recipe == "log" else line
    unit = labels.unit_of(study, line.unit)
    return line if unit and unit.prefix and line.name in table else None


def last_period(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a panel's last period; all rows of any other study."""
    panel = study.programme.design.panel
    return table[table[panel.period] == table[panel.period].max()] if panel else table


def pay_figures(study: Study, table: pd.DataFrame, language: Language) -> list[Exhibit]:
    """How real pay is spread now in both groups; none where no claim rests on money or a group is small."""
    say, now, exhibits = language.say, last_period(study, table), []
    found = [money for line in claimed_lines(study, ("outcome",)) if (money := in_money(study, line, table))]
    for line in list({line.name: line for line in found}.values())[:MOST_CLOUDS]:
        values, group, unit = (
            now[line.name].astype("float64"),
            participation(now, study.programme),
            labels.unit_of(study, line.unit),
        )
        weights = weights_of(now, study.programme)
        curves, dots = profiles.density_curves(values, group, weights), profiles.dots(values, group, weights)
        if curves["group"].nunique() < 2:
            continue
        thousands = 1000.0 if curves["value"].abs().max() >= 100_000 else 1.0
        names = {role: labels.role_label(study, role, language) for role in (1.0, 0.0)}
        medians = [
            say(
                "{group}: median {median}, n = {n}",
                group=names[role],
                median=language.amount(answers(values[group == role], weights).quantile(0.5), unit),
                n=language.number(int(values[group == role].notna().sum()), 0),
            )
            for role in (1.0, 0.0)
        ]
        name, least = line.label(language.code), int(dots["people"].min())
        words = {
            "y": say("at or below, per cent of the group"),
            "alt": (
                say("Densities, dots and cumulated shares of {indicator}.", indicator=name)
                + " "
                + "; ".join(medians)
                + "."
            ),
        }
        caption = say(
            "Above: density of each group (Gaussian kernel, Silverman's width), below it one stroke for the"
            " mean of {least} or more neighbours, the outermost left out. Lower part: share of the group with"
            " this much or less. {medians}. The curves end where fewer than {n} people lie beyond.",
            least=language.number(least, 0),
            medians="; ".join(medians),
            n=disclosure.SMALLEST_CELL,
        )
        label = unit.label[language.code]
        xlabel = (
            say("{indicator}, thousand {unit}", indicator=name, unit=label)
            if thousands > 1
            else f"{name}, {label}"
        )
        shown = [
            frame.assign(value=frame["value"] / thousands, group=frame["group"].map(names))
            for frame in (curves, dots)
        ]
        title = say("How {indicator} is spread in both groups", indicator=name[:1].lower() + name[1:])
        exhibits.append(
            raincloud(
                f"pay-{line.name.replace('_', '-')}",
                title,
                *shown,
                xlabel,
                words,
                caption + " " + labels.source_note(study, language, by_weight=True),
                language,
            )
        )
    return exhibits


def change_lines(
    study: Study, table: pd.DataFrame, stages: tuple[str, ...]
) -> list[tuple[Indicator, pd.DataFrame]]:
    """The foremost outcomes measured before and now in both groups, with their means."""
    found = []
    for line in claimed_lines(study, stages):
        means = profiles.moved_means(table, line, study.programme, list(study.indicators))
        if len(means) and len(found) < MOST_PANELS:
            found.append((line, means))
    return found


def change_figure(
    study: Study, table: pd.DataFrame, stages: tuple[str, ...], language: Language
) -> list[Exhibit]:
    """What changed in both groups, and where participants would be had they changed like the others; none
    where nothing was measured before.
    """
    say, rows = language.say, []
    for line, means in change_lines(study, table, stages):
        unit, name = labels.unit_of(study, line.unit), line.label(language.code)
        scale = unit.scale if unit else 1.0
        first, second = means.iloc[0], means.iloc[1]
        gap = (first["now"] - first["before"]) - (second["now"] - second["before"])
        write = lambda value, unit=unit: language.level(value, unit)  # noqa: E731
        names = [labels.role_label(study, role, language) for role in means["participant"]]
        moves = [
            say(
                "{group} from {before} to {now} (n = {n})",
                group=group,
                before=write(row.before),
                now=write(row.now),
                n=language.number(row.n, 0),
            )
            for group, row in zip(names, means.itertuples(index=False), strict=True)
        ]
        text = f"{name}: {'; '.join(moves)}; " + say(
            "difference of the changes {gap}", gap=language.amount_with_unit(gap, unit)
        )
        for group, row in zip(names, means.itertuples(index=False), strict=True):
            named = {
                "indicator": name,
                "unit": unit.label[language.code] if unit else "",
                "group": group,
                "n": row.n,
            }
            rows.append(
                named
                | {
                    "before": row.before * scale,
                    "now": row.now * scale,
                    "gap": gap * scale,
                    "gap_text": language.amount(gap, unit),
                    "text": text,
                }
            )
    if not rows:
        return []
    times = study.programme.design.times
    words = {
        "before": (times.before[language.code] if times.before else say("before")).partition(" (")[0],
        "now": times.now[language.code],
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
            caption + " " + labels.source_note(study, language, by_weight=True),
            language,
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


def overlap_figure(study: Study, table: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Estimated chances to take part in both groups; none where there is nobody to compare or they cannot be
    estimated.
    """
    first = baseline(table, study.programme)
    names = chance_covariates(study, first)
    found = (
        profiles.chances(first, study.programme, names)
        if names and study.programme.design.comparison
        else pd.DataFrame()
    )
    if found.empty or found["share"].notna().sum() == 0:
        return []
    say, lines = language.say, {line.name: line for line in study.indicators}
    words = {role: labels.role_label(study, role, language) for role in (1.0, 0.0)}
    medians = found.groupby("group")["median"].first()
    counted = [
        say("{group}: median {share}", group=words[role], share=language.percent(medians[role]))
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
    about = language.listing(
        [f"“{lines[name].label(language.code) if name in lines else name}”" for name in names]
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
    return [
        overlap(
            sentence_case(say("who could have taken part")),
            data,
            told,
            caption + " " + labels.source_note(study, language, by_weight=True),
            language,
        )
    ]
