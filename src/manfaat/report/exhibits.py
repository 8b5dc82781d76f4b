"""Every figure and table of the chapters, in the reader's language, from tables computed elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from manfaat.base import disclosure
from manfaat.definitions.contrasts import OFFER, TAKE_UP
from manfaat.definitions.indicator import concepts
from manfaat.evaluation.estimand import Word, words_of
from manfaat.evaluation.estimate import Estimate, as_rows
from manfaat.evaluation.ladder import of_participants_alone, primary, reported
from manfaat.evaluation.reasons import POOR_OVERLAP
from manfaat.report import gate, labels
from manfaat.report.counts import shown_count, told_samples
from manfaat.report.exhibit import Exhibit, id_of
from manfaat.report.figure_notes import mark_notes
from manfaat.report.figures import distribution, flow, forest, love
from manfaat.report.origins import disclosures
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text, reasons_of
from manfaat.report.spreads import distribution_figures as distribution_figures
from manfaat.report.tables import Column, Layout, Notes, levels
from manfaat.report.words import Language, inside_sentence, mark, sentence_case

# of estimates on the page; where there are more, specifications that do not apply stand in the data alone
MOST_ROWS = 40
MEASURED = Layout(
    "measured",
    mark("For how many each indicator was measured"),
    [
        ("indicator", mark("Indicator")),
        ("n", "{participants}", "count of people"),
        ("n_comparison", "{comparison}", "count of people"),
    ],
    mark("Number of {units} with at least one value."),
    layer="annex",
)
BALANCE = Layout(
    "balance",
    mark("The groups before the programme"),
    [
        ("label", mark("Covariate")),
        ("mean_text", "{participants}", "right"),
        ("comparison_text", "{comparison}", "right"),
        ("smd", mark("Standardised difference"), "number"),
        ("variance_ratio", mark("Variance ratio"), "number"),
    ],
    mark("Means; variance ratio is {over}. A dash: a share of fewer than {n} people."),
    layer="annex",
)
DEFINITIONS = Layout(
    "definitions",
    mark("Indicators and their definitions"),
    [
        ("label", mark("Indicator")),
        ("definition", mark("Definition")),
        ("stage", mark("Stage (thesis)")),
        ("stage_dac", mark("Stage (OECD-DAC)")),
        ("unit", mark("Unit")),
    ],
    mark("Definitions as in indicators.csv of the programme."),
)
SUMMARY = Layout(
    "summary",
    mark("Indicators by group"),
    [("indicator", mark("Indicator"))],
    mark("Mean (standard deviation) · number of {units} with a value."),
)
ESTIMATES = Layout(
    "estimates",
    mark("All estimates of this chapter"),
    [
        ("indicator", mark("Indicator")),
        ("specification", mark("Specification")),
        ("estimate", mark("Estimate"), "right"),
        ("interval", mark("Interval"), "right"),
        ("p_value", mark("p value"), "right"),
        ("size", mark("Effect size"), "right"),
        ("mde", mark("Minimum detectable effect"), "right"),
        ("n", "{people}", "right"),
        ("n_missing", mark("Left out"), "right"),
    ],
    mark(
        "Intervals cover {confidence}. The minimum detectable effect would be found with {power} power. Left"
        " out: units without an answer that the specification needs."
    ),
    is_grouped=True,
)


def definitions_table(reader: Reader) -> Exhibit:
    """What every indicator means."""
    say = reader.say
    rows = [
        {
            "label": line.label(reader.code),
            "definition": labels.definition(line, reader),
            "stage": say(labels.STAGES[line.stage_thesis]),
            "stage_dac": say(labels.STAGES[line.stage_dac]),
            "unit": reader.study.programme.units[line.unit].label[reader.code] if line.unit else "–",
        }
        for line in reader.study.indicators
        if line.use != "technical"
    ]
    return DEFINITIONS.exhibit(reader, rows)


def summary_table(reader: Reader, summary: pd.DataFrame, dominated: Collection[str] = ()) -> Exhibit:
    """Mean and standard deviation of every indicator: on the page a row an indicator and a column a group, in
    the data a row for both. ``dominated`` : names of those of which few have nearly all; not told.
    """
    lines = {line.name: line for line in reader.study.indicators}
    told = summary[summary["name"].map(lambda name: lines[name].use != "technical")]
    few = disclosure.share_of_few(told["ones"] / told["n"], told["n"])
    hidden = disclosure.hide_small(told, "n", ["mean", "sd"], rests_on_few=few, missing="n_missing")
    shown = gate.without_levels(gate.told(reader.study, hidden), dominated)
    units = {name: reader.unit_of(line.unit) for name, line in lines.items()}
    data = shown.assign(
        indicator=[lines[name].label(reader.code) for name in shown["name"]],
        group=[reader.group_label(code) for code in shown["group"]],
        mean_text=[
            reader.level(value, units[name]) for name, value in zip(shown["name"], shown["mean"], strict=True)
        ],
        sd_text=[
            reader.level(value, units[name]) for name, value in zip(shown["name"], shown["sd"], strict=True)
        ],
    )
    counts = data["n"].map(lambda n: reader.number(n, 0))
    cells = (
        (data["mean_text"] + " (" + data["sd_text"] + ") · " + counts)
        .mask(data["mean"].isna(), "– · " + counts)
        .mask(data["n"] == 0, None)
    )
    wide = data.assign(cell=cells).pivot(index="name", columns="group", values="cell")
    design = reader.study.programme.design
    order = [reader.group_label(code) for code in (*design.participants, *design.comparison)]
    groups = [group for group in order if group in wide.columns] + [
        group for group in wide.columns if group not in order
    ]
    names = list(dict.fromkeys(data["name"]))
    wide = wide.reindex(index=names, columns=groups).assign(
        indicator=[lines[name].label(reader.code) for name in names]
    )
    few_told = reader.say(
        "Statistics that rest on fewer than {n} units are not shown, nor shares of which fewer than {n} give"
        " the one answer or the other.",
        n=disclosure.SMALLEST_CELL,
    )
    return SUMMARY.exhibit(
        reader,
        wide,
        few_told,
        reader.source_note(by_weight=True),
        more=[Column(group, group) for group in groups],
        whole=data[["indicator", "group", "n", "n_missing", "mean_text", "sd_text"]],
        units=reader.units,
    )


def flow_figure(reader: Reader, counts: pd.DataFrame) -> Exhibit:
    """Participant flow, from what is known before the delivery to complete measurement."""
    say, rows = reader.say, list[flow.Step]()
    if (
        len(concepts(list(reader.study.indicators))) > labels.MOST_FIGURES
    ):  # hardly anybody has a value for every one of many
        counts = counts[counts["step"] != "all"]
    samples, counts = counts[counts["step"] == "sample"], counts[counts["step"] != "sample"]
    counts = counts[counts["step"] != "enrolled"]  # no loss: it is told in words
    groups = [
        group
        for group in counts[["participant", "arm"]].drop_duplicates().itertuples(index=False, name=None)
        if group[0] == 1 or reader.study.programme.design.comparison
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
    columns = []
    for role, arm in groups:
        known = [
            (
                step.label[reader.code],
                step.participants if role else step.comparison,
                step.loss[reader.code],
            )
            for step in reader.study.cohort.flow
            if not reader.study.programme.design.arms  # it does not tell arms apart
        ]
        declared = len(known)
        own = counts[(counts["participant"] == role) & (counts["arm"] == arm)]
        known += [(steps[step], n, reasons[step]) for step, n in zip(own["step"], own["n"], strict=True)]
        losses = [step.loss[reader.code] for step in reader.study.cohort.flow][:declared]
        reasons_of_steps = ["", *losses, *(why for *_, why in known[declared + 1 :])][: len(known)]
        columns.append((reader.role_label(role, arm), known, reasons_of_steps))
    kept = told_steps([[float(n) for _, n, _ in known] for _, known, _ in columns], declared)
    for group, known, whys in columns:
        for before, place in zip([None, *kept], kept, strict=False):
            step, n, _ = known[place]
            lost = 0 if before is None else known[before][1] - n
            why = (
                "" if before is None else "; ".join(dict.fromkeys(filter(None, whys[before + 1 : place + 1])))
            )
            rows.append(flow.Step(step, group, n, lost, why if lost else ""))
    told = dict.fromkeys(f"“{row.step}”: {inside_sentence(row.reason)}" for row in rows if row.lost)
    caption = say("Number of {units} at each step.", units=reader.units)
    caption += " " + say("Why a step has fewer – {reasons}.", reasons="; ".join(told)) if told else ""
    caption += told_samples(reader, samples)
    denominators = reader.study.cohort.denominators
    because = f" {sentence_case(denominators.because[reader.code])}." if denominators.because else ""
    return flow.participant_flow(pd.DataFrame(rows), caption + because + " " + reader.source_note(), reader)


def told_steps(counts: list[list[float]], delivered: int) -> list[int]:
    """The places of the steps of a flow that are told: a step of which few were lost, in whichever group, is
    told together with the one after it, or before it where that is who is in the delivery (``delivered``),
    which every table tells.
    """
    kept = list(range(max(map(len, counts), default=0)))
    while True:
        few = [
            at
            for at in range(1, len(kept))
            if any(disclosure.is_few(own[kept[at - 1]] - own[kept[at]]) for own in counts)
        ]
        if not few:
            return kept
        kept.pop(few[0] - 1 if kept[few[0]] == delivered else few[0])


def measured_table(reader: Reader, counts: pd.DataFrame) -> Exhibit:
    """For how many units each indicator was measured."""
    labels_of = {line.name: line.label(reader.code) for line in reader.study.indicators}
    return MEASURED.exhibit(
        reader,
        counts.assign(indicator=by_arm(reader, counts["name"].map(labels_of), counts["arm"])),
        reader.source_note(),
        units=reader.units,
        participants=first_heading(reader),
        comparison=reader.role_label(0.0),
    )


def by_arm(reader: Reader, texts: pd.Series, arms: pd.Series) -> list[str]:
    """Names of rows, with the arm that each is about where there are several."""
    return [reader.with_arm(text, arm) for text, arm in zip(texts, arms, strict=True)]


def first_heading(reader: Reader) -> str:
    """The heading of the first of two sides; of several arms each row tells which."""
    return reader.say("Arm") if reader.study.programme.design.arms else reader.role_label(1.0)


def labelled_balance(reader: Reader, balance: pd.DataFrame) -> pd.DataFrame:
    """Add each covariate's label."""
    lines = {line.name: line for line in reader.study.indicators}
    names = pd.Series([lines[name].label(reader.code) for name in balance["name"]], dtype=object)
    return balance.assign(label=by_arm(reader, names, balance["arm"]))


def balance_figure(reader: Reader, balance: pd.DataFrame) -> list[Exhibit]:
    """Love plot of the pre-programme differences; none when nothing can be compared."""
    names = ["label", "n", "n_comparison", "smd", "variance_ratio"]
    data = gate.told(reader.study, labelled_balance(reader, balance)[names])
    if data["smd"].notna().sum() == 0:
        return []
    design, told = reader.study.programme.design, {"limit": reader.number(love.THRESHOLD, 1)}
    told |= {name: reader.number(data[name].max(), 0) for name in ("n", "n_comparison")}
    if design.arms or design.assigned:
        caption = reader.say(
            "Difference in means over the root of the average variance of the two groups; between the shaded"
            " lines (±{limit}) groups count as alike. n: up to {n} ({first}) and {n_comparison} ({second}).",
            **told,
            first=reader.say("in an arm") if design.arms else reader.role_label(1.0),
            second=reader.role_label(0.0),
        )
    else:
        caption = reader.say(
            "Difference in means over the root of the average variance of the two groups; between the shaded"
            " lines (±{limit}) groups count as alike. n: up to {n} participants and {m} in the comparison"
            " group.",
            **told,
            m=told["n_comparison"],
        )
    marks = reader.say("Hollow: between these lines; filled: beyond them.")
    return [love.love_plot(data, f"{caption} {marks} {reader.source_note(by_weight=True)}", reader)]


def balance_table(reader: Reader, balance: pd.DataFrame) -> Exhibit:
    """Means of both groups before the programme."""
    lines = {line.name: line for line in reader.study.indicators}
    data = labelled_balance(reader, gate.told_balance(reader.study, balance))
    units = [reader.unit_of(lines[name].unit) for name in data["name"]]
    data = data.assign(
        mean_text=levels(data["mean"].mask(data["few"]), units, reader),
        comparison_text=levels(data["mean_comparison"].mask(data["few_comparison"]), units, reader),
    ).drop(columns=["few", "few_comparison"])
    return BALANCE.exhibit(
        reader,
        data,
        reader.source_note(by_weight=True),
        n=disclosure.SMALLEST_CELL,
        over=over(reader),
        participants=first_heading(reader),
        comparison=reader.role_label(0.0),
    )


def over(reader: Reader) -> str:
    """Which side's variance stands over which."""
    design = reader.study.programme.design
    if not (design.arms or design.assigned):
        return reader.say("participants over comparison group")
    first = reader.say("the arm") if design.arms else reader.role_label(1.0)
    return reader.say("{first} over {second}", first=first, second=reader.role_label(0.0))


def people_heading(reader: Reader, rows: pd.DataFrame) -> str:
    """The heading of the numbers of people on both sides: the first named and the others where sides have
    names.
    """
    if (rows[["arm", "contrast"]] == "").all(axis=None):
        return reader.say("n (participants / comparison)")
    return reader.say("n (first side / other side)")


def trend_figures(reader: Reader, trends: dict[str, pd.DataFrame], confidence: float) -> list[Exhibit]:
    """One figure an indicator: group means over the periods of a panel."""
    exhibits, lines = [], {line.name: line for line in reader.study.indicators}
    dominated = gate.dominated_of(reader.study)
    for name, data in trends.items():
        if data.empty or name in dominated:
            continue
        line = lines[name]
        unit = reader.unit_of(line.unit)
        groups = [reader.group_label(code) for code in data["group"]]
        shown = gate.told(reader.study, data).assign(group=groups)
        caption = (
            reader.say(
                "Group means with {confidence} t intervals, each group in each period by itself.",
                confidence=reader.percent(confidence),
            )
            + " "
            + reader.source_note(by_weight=True)
        )
        title = reader.say("{indicator} over the years, by group", indicator=line.label(reader.code))
        exhibits.append(
            distribution.trend(
                id_of("trend", name),
                title,
                shown,
                reader.unit_label(unit),
                caption,
                reader,
            )
        )
    return exhibits


def interval_text(reader: Reader, row: Estimate) -> str:
    """Write '$1,794 [476; 3,113]'."""
    return reader.with_interval(row.estimate, row.ci_low, row.ci_high, reader.unit_of(row.unit))


def side_notes(reader: Reader, rows: pd.DataFrame) -> str:
    """Say who stands on which side of estimates by offer and by take-up; empty where a study knows but
    one.
    """
    told = []
    for kind in (OFFER, TAKE_UP):
        own = rows[(rows["contrast"] == kind) & (rows["arm"] == "")]
        if len(own):
            first, second = reader.sides("", "", kind)
            told.append(reader.say("{first} against {second}", first=first, second=second))
    text = reader.say("The sides: {sides}.", sides="; ".join(told)) if told else ""
    if (rows["contrast"] == TAKE_UP).any():
        text += " " + reader.say(
            "By take-up: people decided themselves who took part, so that this is a difference and no effect."
        )
    return text.strip()


def poor_overlap(row: Estimate, language: Language) -> str:
    """Mark an estimate whose weights rest on few."""
    return (
        " " + language.say("(poor overlap)")
        if any(reason.code in POOR_OVERLAP for reason in reasons_of(row.reasons))
        else ""
    )


def estimate_cells(reader: Reader, row: Estimate, mark: str) -> dict[str, object]:
    """One line of the table of estimates; ``mark`` stands behind the specification."""
    unit, applies = reader.unit_of(row.unit), labels.has_number(row.estimate)
    return {
        "indicator": reader.with_unit(reader.indicator_label(row.indicator, row.rater), unit),
        "applies": applies,
        "specification": reader.row_label(row) + mark,
        "estimate": reader.amount(row.estimate, unit),
        "interval": (reader.between(row.ci_low, row.ci_high, unit) if applies else "–"),
        "p_value": reader.p_value(row.p_value),
        "size": labels.size_text(row, reader),
        "mde": reader.amount(row.mde, unit),
        "n": f"{reader.number(row.n, 0)} / {reader.number(row.n_comparison, 0)}",
        "n_missing": shown_count(row.n_missing, reader),
    }


def estimates_table(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """All reported estimates of a chapter, with their minimum detectable effects; a method that does not
    apply says why.
    """
    say = reader.say
    shown = reported(estimates[~of_participants_alone(estimates)], reader.study.programme)
    if shown.empty:
        return []
    rows, notes, is_long = [], Notes(), len(shown) > MOST_ROWS
    for row in as_rows(shown):
        note = reason_text(row.reasons, reader)
        note = note if labels.has_number(row.estimate) else say("does not apply: {reason}", reason=note)
        rows.append(estimate_cells(reader, row, notes.mark(note)) | {"note": note})
    data = pd.DataFrame(rows, dtype=object).astype({"applies": bool})
    page = data[shown["is_primary"].to_numpy(dtype=bool) & data["applies"]] if is_long else data
    told = [
        labels.size_notes(shown["effect_size_kind"], reader),
        labels.population_notes(shown["estimand"], reader),
        side_notes(reader, shown),
        reader.source_note(by_weight=True),
    ]
    if len(page) < len(data):
        told.append(
            say(
                "Only the primary specification is listed, where it applies; all others, and why one does not"
                " apply, stand in the data of this table."
            )
        )
    told.append(notes.told(page["note"]))
    listed = page
    if is_long and page["specification"].nunique() == 1:  # or it would take a third of the page's width
        told.append(say("All are by the specification “{name}”.", name=page["specification"].iloc[0]))
        listed = page.drop(columns="specification")
    made = ESTIMATES.exhibit(
        reader,
        listed,
        *told,
        whole=data[[*[name for name, *_ in ESTIMATES.columns], "note"]],
        people=people_heading(reader, shown),
        confidence=reader.percent(shown["confidence"].iloc[0]),
        power=reader.percent(shown["power"].iloc[0]),
    )
    return [replace(made, folds=disclosures(reader, shown.iloc[page.index]))]


def forest_figure(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """The foremost indicators by the specification that speaks for the cohort, in standard deviations."""
    chosen = labels.foremost(reader.study, estimates["indicator"])
    return forest_figures(
        reader,
        estimates[estimates["indicator"].isin(chosen)],
        are_all=len(chosen) == estimates["indicator"].nunique(),
    )


def forest_figures(reader: Reader, estimates: pd.DataFrame, *, are_all: bool = True) -> list[Exhibit]:
    """Indicators by the specification that speaks for the cohort, in standard deviations; no figure when none
    has an effect size.
    """
    rows = primary(estimates).dropna(subset=["effect_size", "estimate"])
    rows = rows[rows["effect_size"] != 0]
    if rows.empty:
        return []
    scale = rows["effect_size"] / rows["estimate"]
    several, arms = rows["treatment"].nunique() > 1, rows["arm"].nunique() > 1
    data = pd.DataFrame(
        {
            "label": [
                reader.indicator_label(row.indicator, row.rater)
                + (f", {reader.treatment_label(row.treatment)}" if several else "")
                + (f", {reader.arms_of(row)}" if arms else "")
                for row in as_rows(rows)
            ],
            "estimate": rows["effect_size"],
            "ci_low": rows["ci_low"] * scale,
            "ci_high": rows["ci_high"] * scale,
            "highlight": True,
            "only_change": words_of(rows) == Word.CHANGE,
            "text": [interval_text(reader, row) for row in as_rows(rows)],
        }
    )
    sizes = dict.fromkeys(rows["effect_size_kind"])
    kinds = reader.listing([reader.say(labels.SIZE_KINDS[kind]) for kind in sizes])
    caption = reader.say(
        "Estimates by the primary specification ({specification}) with {confidence} intervals, in standard"
        " deviations ({kinds}); on the right in each indicator's own unit. {marks}",
        specification=reader.specification_label(
            reader.study.programme.specification(rows["specification"].iloc[0])
        ),
        confidence=reader.percent(rows["confidence"].iloc[0]),
        kinds=kinds,
        marks=mark_notes(reader, alone=bool(data["only_change"].any())),
    )
    return [
        forest.interval_figure(
            "forest",
            (
                reader.say("All indicators at a glance")
                if are_all
                else reader.say("The indicators that claims rest on, at a glance")
            ),
            data,
            reader.say("Standard deviations"),
            caption + " " + reader.source_note(by_weight=True),
            reader,
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
    if exhibits:
        return ""
    return language.say(
        "There is nothing to show here: what this needs was not delivered, rests on too few people, or does"
        " not go with this design."
    )
