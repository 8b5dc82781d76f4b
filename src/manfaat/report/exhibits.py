"""Every figure and table of the chapters, in the reader's language, from tables computed elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base import disclosure
from manfaat.evaluation.estimate import Estimate, as_rows
from manfaat.evaluation.ladder import of_participants_alone, on_its_own_scale, primary, reported
from manfaat.evaluation.reasons import POOR_OVERLAP
from manfaat.indicators import concepts
from manfaat.report import labels
from manfaat.report.counts import shown_count
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures import distribution, flow, forest, love
from manfaat.report.origins import disclosures
from manfaat.report.reasons import reason_text, reasons_of
from manfaat.report.tables import Column, levels, table
from manfaat.report.words import Language, mark

# of estimates on the page; where there are more, specifications that do not apply stand in the data alone
MOST_ROWS = 40
STATISTICS = ("mean", "p10", "p25", "median", "p75", "p90")


def definitions_table(study: Study, language: Language) -> Exhibit:
    """What every indicator means."""
    say = language.say
    rows = [
        {
            "label": line.label(language.code),
            "definition": line.definition(language.code),
            "stage": say(labels.STAGES[line.stage_thesis]),
            "stage_dac": say(labels.STAGES[line.stage_dac]),
            "unit": study.programme.units[line.unit].label[language.code] if line.unit else "–",
        }
        for line in study.indicators
        if line.use != "technical"
    ]
    columns = [
        Column("label", say("Indicator")),
        Column("definition", say("Definition")),
        Column("stage", say("Stage (thesis)")),
        Column("stage_dac", say("Stage (OECD-DAC)")),
        Column("unit", say("Unit")),
    ]
    return table(
        "definitions",
        say("Indicators and their definitions"),
        say("Definitions as in indicators.csv of the programme."),
        pd.DataFrame(rows),
        columns,
    )


def summary_table(study: Study, summary: pd.DataFrame, language: Language) -> Exhibit:
    """Mean and standard deviation of every indicator: on the page a row an indicator and a column a group, in
    the data a row for both.
    """
    say, lines = language.say, {line.name: line for line in study.indicators}
    told = summary[summary["name"].map(lambda name: lines[name].use != "technical")]
    few = disclosure.share_of_few(told["ones"] / told["n"], told["n"])
    shown = disclosure.hide_small(told, "n", ["mean", "sd"], rests_on_few=few, missing="n_missing")
    units = {name: labels.unit_of(study, line.unit) for name, line in lines.items()}
    data = shown.assign(
        indicator=[lines[name].label(language.code) for name in shown["name"]],
        group=[labels.group_label(study, code, language) for code in shown["group"]],
        mean_text=[
            language.level(value, units[name])
            for name, value in zip(shown["name"], shown["mean"], strict=True)
        ],
        sd_text=[
            language.level(value, units[name]) for name, value in zip(shown["name"], shown["sd"], strict=True)
        ],
    )
    counts = data["n"].map(lambda n: language.number(n, 0))
    cells = (
        (data["mean_text"] + " (" + data["sd_text"] + ") · " + counts)
        .mask(data["mean"].isna(), "– · " + counts)
        .mask(data["n"] == 0, None)
    )
    wide = data.assign(cell=cells).pivot(index="name", columns="group", values="cell")
    order = [
        labels.group_label(study, code, language)
        for code in (*study.programme.design.participants, *study.programme.design.comparison)
    ]
    groups = [group for group in order if group in wide.columns] + [
        group for group in wide.columns if group not in order
    ]
    names = list(dict.fromkeys(data["name"]))
    wide = wide.reindex(index=names, columns=groups).assign(
        indicator=[lines[name].label(language.code) for name in names]
    )
    columns = [Column("indicator", say("Indicator")), *[Column(group, group) for group in groups]]
    caption = say(
        "Mean (standard deviation) · number of {units} with a value.",
        units=study.programme.design.unit.many[language.code],
    )
    caption += " " + say(
        "Statistics that rest on fewer than {n} units are not shown, nor shares of which fewer than {n} give"
        " the one answer or the other.",
        n=disclosure.SMALLEST_CELL,
    )
    whole = data[["indicator", "group", "n", "n_missing", "mean_text", "sd_text"]]
    return table(
        "summary",
        say("Indicators by group"),
        caption + " " + labels.source_note(study, language, by_weight=True),
        wide,
        columns,
        whole=whole,
    )


def flow_figure(study: Study, counts: pd.DataFrame, language: Language) -> Exhibit:
    """Participant flow, from what is known before the delivery to complete measurement."""
    say, rows = language.say, []
    if (
        len(concepts(list(study.indicators))) > labels.MOST_FIGURES
    ):  # hardly anybody has a value for every one of many
        counts = counts[counts["step"] != "all"]
    roles = [
        role
        for role in (1.0, 0.0)
        if (counts["participant"] == role).any() and (role == 1 or study.programme.design.comparison)
    ]
    steps = {
        "delivered": say("In the delivery, usable"),
        "any": say("At least one indicator measured"),
        "all": say("All indicators measured"),
    }
    reasons = {
        "delivered": "",
        "any": say("the others have no value for any indicator"),
        "all": say("the others lack a value for at least one indicator"),
    }
    for role in roles:
        known = [
            (
                step.label[language.code],
                step.participants if role else step.comparison,
                step.loss[language.code],
            )
            for step in study.cohort.flow
        ]
        known += [
            (steps[row.step], row.n, reasons[row.step])
            for row in counts[counts["participant"] == role].itertuples(index=False)
        ]
        for place, (step, n, why) in enumerate(known):
            lost = known[place - 1][1] - n if place else 0
            reason = (
                study.cohort.flow[place - 1].loss[language.code]
                if 0 < place <= len(study.cohort.flow)
                else why
            )
            rows.append(
                {
                    "step": step,
                    "group": labels.role_label(study, role, language),
                    "n": n,
                    "lost": lost,
                    "reason": reason if lost else "",
                }
            )
    data = pd.DataFrame(rows)
    told = dict.fromkeys(
        f"“{row.step}”: {row.reason[:1].lower()}{row.reason[1:]}"
        for row in data.itertuples(index=False)
        if row.lost
    )
    caption = say("Number of {units} at each step.", units=study.programme.design.unit.many[language.code])
    caption += " " + say("Why a step has fewer – {reasons}.", reasons="; ".join(told)) if told else ""
    denominators = study.cohort.denominators
    because = f" {sentence_case(denominators.because[language.code])}." if denominators.because else ""
    return flow.participant_flow(
        data, caption + because + " " + labels.source_note(study, language), language
    )


def sentence_case(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def measured_table(study: Study, counts: pd.DataFrame, language: Language) -> Exhibit:
    """For how many units each indicator was measured."""
    say, lines = language.say, {line.name: line for line in study.indicators}
    data = counts.assign(indicator=[lines[name].label(language.code) for name in counts["name"]])
    columns = [
        Column("indicator", say("Indicator")),
        Column("n", labels.role_label(study, 1.0, language), lambda n: shown_count(n, language)),
        Column("n_comparison", labels.role_label(study, 0.0, language), lambda n: shown_count(n, language)),
    ]
    caption = say(
        "Number of {units} with at least one value.", units=study.programme.design.unit.many[language.code]
    )
    return table(
        "measured",
        say("For how many each indicator was measured"),
        caption + " " + labels.source_note(study, language),
        data,
        columns,
    )


def labelled_balance(study: Study, balance: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Add each covariate's label."""
    lines = {line.name: line for line in study.indicators}
    return balance.assign(label=[lines[name].label(language.code) for name in balance["name"]])


def balance_figure(study: Study, balance: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Love plot of the pre-programme differences; none when nothing can be compared."""
    data = labelled_balance(study, balance, language)[["label", "n", "n_comparison", "smd", "variance_ratio"]]
    if data["smd"].notna().sum() == 0:
        return []
    caption = language.say(
        "Difference in means over the root of the average variance of the two groups; between the shaded"
        " lines (±{limit}) groups count as alike. n: up to {n} participants and {m} in the comparison group.",
        limit=language.number(love.THRESHOLD, 1),
        n=language.number(data["n"].max(), 0),
        m=language.number(data["n_comparison"].max(), 0),
    )
    return [
        love.love_plot(data, caption + " " + labels.source_note(study, language, by_weight=True), language)
    ]


def balance_table(study: Study, balance: pd.DataFrame, language: Language) -> Exhibit:
    """Means of both groups before the programme."""
    say, lines = language.say, {line.name: line for line in study.indicators}
    data = labelled_balance(study, balance, language)
    units = [labels.unit_of(study, lines[name].unit) for name in data["name"]]
    data = data.assign(
        mean_text=levels(data["mean"].mask(data["few"]), units, language),
        comparison_text=levels(data["mean_comparison"].mask(data["few_comparison"]), units, language),
    ).drop(columns=["few", "few_comparison"])
    number = lambda value: language.number(value, 2)  # noqa: E731
    columns = [
        Column("label", say("Covariate")),
        Column("mean_text", labels.role_label(study, 1.0, language), str),
        Column("comparison_text", labels.role_label(study, 0.0, language), str),
        Column("smd", say("Standardised difference"), number),
        Column("variance_ratio", say("Variance ratio"), number),
    ]
    return table(
        "balance",
        say("The groups before the programme"),
        say(
            "Means; variance ratio is participants over comparison group. A dash: a share of fewer than {n}"
            " people.",
            n=disclosure.SMALLEST_CELL,
        )
        + " "
        + labels.source_note(study, language, by_weight=True),
        data,
        columns,
    )


def distribution_figures(study: Study, spreads: dict[str, pd.DataFrame], language: Language) -> list[Exhibit]:
    """One figure an indicator (see ``labels.foremost``): how it was spread before and after, by group; where
    there are many, by one rater.
    """
    exhibits, times = [], study.programme.design.times
    lines = {line.name: line for line in study.indicators}
    chosen = labels.foremost(study, (lines[name].indicator for name in spreads))
    whose = (
        labels.foremost_raters(lines[name] for name in spreads)
        if len(chosen) < len({lines[name].indicator for name in spreads})
        else {}
    )
    for name, data in spreads.items():
        if (
            data.empty
            or lines[name].indicator not in chosen
            or lines[name].rater != whose.get(lines[name].indicator, lines[name].rater)
        ):
            continue
        line = lines[name]
        words = {
            "before": times.before[language.code] if times.before else "",
            "now": times.now[language.code],
        }
        shown = data.assign(
            group=[labels.role_label(study, role, language) for role in data["participant"]],
            time=data["time"].map(words),
        ).drop(columns="participant")
        unit = labels.unit_of(study, line.unit)
        yes_no = "median" not in data
        if data["mean" if yes_no else "median"].isna().all():
            continue
        caption = (
            language.say(
                "Share of each group for whom this holds; a dash where it holds, or does not hold, for fewer"
                " than {n}.",
                n=disclosure.SMALLEST_CELL,
            )
            if yes_no
            else language.say(
                "Boxes hold the middle half of a group, whiskers the middle eight tenths, the line is the"
                " median and the diamond the mean. A percentile that fewer than {n} share is the mean of the"
                " {n} values around it; it is not drawn where fewer than {n} lie beyond it.",
                n=disclosure.SMALLEST_CELL,
            )
        )
        xlabel = unit.label[language.code] if unit else ""
        if unit and not yes_no:  # shares are drawn in per cent, as their unit says
            shown = shown.assign(**{name: shown[name] * unit.scale for name in STATISTICS if name in shown})
        several = shown["time"].nunique() > 1
        template = mark("{indicator}, before and after") if several else mark("{indicator}, by group")
        title = language.say(template, indicator=line.label(language.code))
        exhibits.append(
            distribution.distribution(
                f"spread-{name.replace('_', '-')}",
                title,
                shown,
                xlabel,
                caption + " " + labels.source_note(study, language, by_weight=True),
                language,
            )
        )
    return exhibits


def trend_figures(
    study: Study, trends: dict[str, pd.DataFrame], confidence: float, language: Language
) -> list[Exhibit]:
    """One figure an indicator: group means over the periods of a panel."""
    exhibits, lines = [], {line.name: line for line in study.indicators}
    for name, data in trends.items():
        if data.empty:
            continue
        line = lines[name]
        unit = labels.unit_of(study, line.unit)
        shown = data.assign(group=[labels.group_label(study, code, language) for code in data["group"]])
        caption = (
            language.say(
                "Group means with {confidence} t intervals, each group in each period by itself.",
                confidence=language.percent(confidence),
            )
            + " "
            + labels.source_note(study, language, by_weight=True)
        )
        title = language.say("{indicator} over the years, by group", indicator=line.label(language.code))
        exhibits.append(
            distribution.trend(
                f"trend-{name.replace('_', '-')}",
                title,
                shown,
                unit.label[language.code] if unit else "",
                caption,
                language,
            )
        )
    return exhibits


def interval_text(study: Study, row: Estimate, language: Language) -> str:
    """Write '$1,794 [476, 3,113]'."""
    unit = labels.unit_of(study, row.unit)
    return (
        f"{language.amount(row.estimate, unit)} [{language.amount(row.ci_low, unit)};"
        f" {language.amount(row.ci_high, unit)}]"
    )


def ladder_figures(study: Study, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One figure an indicator (see ``labels.foremost``): the estimate by every specification that applies;
    where some have none, all at a glance first.
    """
    shown = reported(estimates, study.programme).dropna(subset=["estimate"])
    shown = shown[on_its_own_scale(shown)]
    chosen = labels.foremost(study, shown["indicator"])
    exhibits = (
        forest_figures(study, estimates, language) if len(chosen) < shown["indicator"].nunique() else []
    )
    shown = shown[shown["indicator"].isin(chosen)]
    shown = shown if not exhibits else shown[labels.weightiest(shown)]
    for (concept, rater), rows in shown.groupby(["indicator", "rater"], sort=False):
        unit = labels.unit_of(study, rows["unit"].iloc[0])
        scale = unit.scale if unit else 1.0
        data = pd.DataFrame(
            [
                {
                    "label": labels.row_label(study, row, language) + poor_overlap(row, language),
                    "estimate": row.estimate * scale,
                    "ci_low": row.ci_low * scale,
                    "ci_high": row.ci_high * scale,
                    "n": row.n,
                    "n_comparison": row.n_comparison,
                    "highlight": bool(row.is_primary),
                    "only_change": row.estimand.startswith("change"),
                    "text": interval_text(study, row, language),
                }
                for row in as_rows(rows)
            ]
        )
        title = language.say(
            "{indicator}: the estimate by each specification",
            indicator=labels.indicator_label(study, concept, language, rater),
        )
        kinds = sorted({language.say(labels.SE_KINDS[kind]) for kind in rows["std_error_kind"]})
        caption = language.say(
            "Estimates with {confidence} intervals ({kinds}); the diamond marks the specification that speaks"
            " for this cohort, by the declared rule; a hollow square is a change of participants alone,"
            " compared with nobody.",
            confidence=language.percent(rows["confidence"].iloc[0]),
            kinds=language.listing(kinds),
        )
        exhibits.append(
            forest.interval_figure(
                f"ladder-{concept.replace('_', '-')}" + (f"-{rater}" if rater else ""),
                title,
                data,
                unit.label[language.code] if unit else "",
                " ".join(
                    part
                    for part in (
                        caption,
                        labels.population_notes(rows["estimand"], language),
                        labels.source_note(study, language, by_weight=True),
                    )
                    if part
                ),
                language,
            )
        )
    return exhibits


def poor_overlap(row: Estimate, language: Language) -> str:
    """Mark an estimate whose weights rest on few."""
    return (
        " " + language.say("(poor overlap)")
        if any(reason.code in POOR_OVERLAP for reason in reasons_of(row.reasons))
        else ""
    )


def estimate_cells(study: Study, row: Estimate, mark: str, language: Language) -> dict[str, object]:
    """One line of the table of estimates; ``mark`` stands behind the specification."""
    unit, applies = labels.unit_of(study, row.unit), labels.has_number(row.estimate)
    return {
        "indicator": (
            labels.indicator_label(study, row.indicator, language, row.rater)
            + (f" ({unit.label[language.code]})" if unit else "")
        ),
        "applies": applies,
        "specification": labels.row_label(study, row, language) + mark,
        "estimate": language.amount(row.estimate, unit),
        "interval": (
            f"{language.amount(row.ci_low, unit)} … {language.amount(row.ci_high, unit)}" if applies else "–"
        ),
        "p_value": language.p_value(row.p_value),
        "size": labels.size_text(row, language),
        "mde": language.amount(row.mde, unit),
        "n": f"{language.number(row.n, 0)} / {language.number(row.n_comparison, 0)}",
        "n_missing": shown_count(row.n_missing, language),
    }


def estimates_table(study: Study, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """All reported estimates of a chapter, with their minimum detectable effects; a method that does not
    apply says why.
    """
    say = language.say
    shown = reported(estimates[~of_participants_alone(estimates)], study.programme)
    if shown.empty:
        return []
    rows, notes = [], {}  # what is said of several rows is said once, below the table
    is_long = len(shown) > MOST_ROWS
    for row in as_rows(shown):
        note = reason_text(row.reasons, language)
        note = note if labels.has_number(row.estimate) else say("does not apply: {reason}", reason=note)
        mark = f" [{notes.setdefault(note, len(notes) + 1)}]" if note else ""
        rows.append(estimate_cells(study, row, mark, language))
    right = str
    columns = [
        Column("indicator", say("Indicator")),
        Column("specification", say("Specification")),
        Column("estimate", say("Estimate"), right),
        Column("interval", say("Interval"), right),
        Column("p_value", say("p value"), right),
        Column("size", say("Effect size"), right),
        Column("mde", say("Minimum detectable effect"), right),
        Column("n", say("n (participants / comparison)"), right),
        Column("n_missing", say("Left out"), right),
    ]
    caption = say(
        "Intervals cover {confidence}. The minimum detectable effect would be found with {power} power. Left"
        " out: units without an answer that the specification needs.",
        confidence=language.percent(shown["confidence"].iloc[0]),
        power=language.percent(shown["power"].iloc[0]),
    )
    kinds = [
        say(labels.SIZE_KINDS[kind])
        for kind in dict.fromkeys(shown["effect_size_kind"])
        if kind in labels.SIZE_KINDS
    ]
    caption += " " + say("Effect sizes: {kinds}.", kinds="; ".join(kinds)) if kinds else ""
    about = labels.population_notes(shown["estimand"], language)
    caption += (" " + about if about else "") + " " + labels.source_note(study, language, by_weight=True)
    data = pd.DataFrame(rows, dtype=object).astype({"applies": bool})
    page = data[shown["is_primary"].to_numpy(dtype=bool) & data["applies"]] if is_long else data
    if len(page) < len(data):
        caption += " " + say(
            "Only the primary specification is listed, where it applies; all others, and why one does not"
            " apply, stand in the data of this table."
        )
    caption += "".join(
        f" [{number}] {sentence_case(note)}."
        for note, number in notes.items()
        if any(f"[{number}]" in text for text in page["specification"])
    )
    is_same = (
        is_long and page["specification"].nunique() == 1
    )  # said once, or it would take a third of the page's width
    caption += (
        " " + say("All are by the specification “{name}”.", name=page["specification"].iloc[0])
        if is_same
        else ""
    )
    data = data.assign(
        note=[
            next((note for note, number in notes.items() if f"[{number}]" in text), "")
            for text in data["specification"]
        ]
    )
    listed, whole = columns[:1] + columns[1 + is_same :], data[[*[column.name for column in columns], "note"]]
    made = table(
        "estimates", say("All estimates of this chapter"), caption, page, listed, whole=whole, is_grouped=True
    )
    return [replace(made, folds=disclosures(study, shown.iloc[page.index], language))]


def forest_figure(study: Study, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """The foremost indicators by the specification that speaks for the cohort, in standard deviations."""
    chosen = labels.foremost(study, estimates["indicator"])
    return forest_figures(
        study,
        estimates[estimates["indicator"].isin(chosen)],
        language,
        are_all=len(chosen) == estimates["indicator"].nunique(),
    )


def forest_figures(
    study: Study, estimates: pd.DataFrame, language: Language, *, are_all: bool = True
) -> list[Exhibit]:
    """Indicators by the specification that speaks for the cohort, in standard deviations; no figure when none
    has an effect size.
    """
    rows = primary(estimates).dropna(subset=["effect_size", "estimate"])
    rows = rows[rows["effect_size"] != 0]
    if rows.empty:
        return []
    scale = rows["effect_size"] / rows["estimate"]
    several = rows["treatment"].nunique() > 1
    data = pd.DataFrame(
        {
            "label": [
                labels.indicator_label(study, row.indicator, language, row.rater)
                + (f", {labels.treatment_label(study, row.treatment, language)}" if several else "")
                for row in as_rows(rows)
            ],
            "estimate": rows["effect_size"],
            "ci_low": rows["ci_low"] * scale,
            "ci_high": rows["ci_high"] * scale,
            "highlight": (rows["ci_low"] > 0) | (rows["ci_high"] < 0),
            "only_change": rows["estimand"].str.startswith("change"),
            "text": [interval_text(study, row, language) for row in as_rows(rows)],
        }
    )
    kinds = language.listing(
        [language.say(labels.SIZE_KINDS[kind]) for kind in dict.fromkeys(rows["effect_size_kind"])]
    )
    caption = language.say(
        "Estimates by the primary specification ({specification}) with {confidence} intervals, in standard"
        " deviations ({kinds}); on the right in each indicator's own unit. Diamonds: the interval excludes"
        " zero.",
        specification=labels.specification_label(
            study.programme.specification(rows["specification"].iloc[0]), language
        ),
        confidence=language.percent(rows["confidence"].iloc[0]),
        kinds=kinds,
    )
    return [
        forest.interval_figure(
            "forest",
            (
                language.say("All indicators at a glance")
                if are_all
                else language.say("The indicators that claims rest on, at a glance")
            ),
            data,
            language.say("Standard deviations"),
            caption + " " + labels.source_note(study, language, by_weight=True),
            language,
        )
    ]


def nothing_measured(estimates: pd.DataFrame, language: Language, stage: str) -> str:
    """Say so when the delivery measures nothing of a stage; otherwise say nothing."""
    return (
        ""
        if len(estimates)
        else language.say(
            "No indicator of this kind ({stage}) is compared between the groups; what was delivered is in the"
            " table of indicators by group.",
            stage=language.say(labels.STAGES[stage]),
        )
    )


def nothing_drawn(exhibits: list[Exhibit], language: Language) -> str:
    """Say so when there is nothing to draw."""
    return (
        ""
        if exhibits
        else language.say(
            "There is nothing to show here: what this needs was not delivered, rests on too few people, or"
            " does not go with this design."
        )
    )
