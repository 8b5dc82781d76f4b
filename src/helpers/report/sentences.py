"""Computed sentences: what was found, for whom, how sure, and what it cannot show. No number is typed."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pandas as pd

from helpers.evaluation.ladder import primary, reported
from helpers.indicators import Indicator
from helpers.report import labels
from helpers.report.exhibit import Exhibit
from helpers.report.origins import disclosures
from helpers.report.tables import Column, table
from helpers.study import Study
from helpers.words import Language, mark

GRADES = {
    "shown": mark("shown"),
    "suggested": mark("suggested"),
    "contradicted": mark("contradicted"),
    "cannot tell": mark("cannot tell"),
}
GRADE_RULES = {
    "shown": mark("The comparison came about by lottery and the interval of the primary estimate excludes zero on the claimed side."),
    "suggested": mark(
        "The comparison did not come about by lottery; the interval of the primary estimate excludes zero on the claimed side. A difference between the groups that was not measured could explain it."
    ),
    "contradicted": mark("The interval of the primary estimate excludes zero on the side opposite to the claim."),
    "cannot tell": mark("The interval of the primary estimate includes zero, or the primary specification does not apply."),
}


def grade(row: object, study: Study) -> str:
    """Grade one primary estimate by the written rule (``GRADE_RULES``)."""
    if not labels.has_number(row.estimate) or row.ci_low <= 0 <= row.ci_high:
        return "cannot tell"
    wanted = 1 if labels.effect_indicator(study, row.indicator, row.rater).direction == "higher" else -1
    if wanted * row.estimate < 0:
        return "contradicted"
    return "shown" if study.cohort.assignment == "randomised" else "suggested"


def primary_rows(study: Study, estimates: pd.DataFrame, concept: str) -> list[object]:
    """Primary estimates of one indicator, one a treatment, in the order declared."""
    rows = primary(estimates)
    return list(rows[rows["indicator"] == concept].itertuples(index=False))


def claims_table(study: Study, estimates: pd.DataFrame, language: Language) -> Exhibit:
    """The verdict on each claim, with the estimate it rests on."""
    say, rows, told = language.say, [], []
    for claim in study.programme.claims:
        for concept in claim.indicators:
            for row in primary_rows(study, estimates, concept)[:1]:
                told.append(row._asdict())
                unit = labels.unit_of(study, row.unit)
                applies = labels.has_number(row.estimate)
                rows.append(
                    {
                        "claim": claim.text[language.code],
                        "verdict": say(GRADES[grade(row, study)]),
                        "indicator": labels.indicator_label(study, concept, language, row.rater),
                        "estimate": language.amount_with_unit(row.estimate, unit) if applies else "–",
                        "interval": f"{language.amount(row.ci_low, unit)} … {language.amount(row.ci_high, unit)}" if applies else "–",
                    }
                )
    columns = [
        Column("claim", say("Claim")),
        Column("verdict", say("Verdict")),
        Column("indicator", say("Indicator")),
        Column("estimate", say("Estimate"), str),
        Column("interval", say("Interval"), str),
    ]
    spec = study.programme.specification(study.primary)
    caption = (
        say("Primary specification, fixed before results were seen: {specification}.", specification=labels.specification_label(spec, language))
        + " "
        + labels.source_note(study, language)
    )
    made = table("claims", say("Verdict on each claim"), caption, pd.DataFrame(rows, columns=[c.name for c in columns]), columns)
    return replace(made, folds=disclosures(study, pd.DataFrame(told), language))


def rules_table(language: Language) -> Exhibit:
    """The written rule behind the verdicts."""
    rows = [{"verdict": language.say(GRADES[name]), "rule": language.say(rule)} for name, rule in GRADE_RULES.items()]
    return table(
        "rules",
        language.say("How verdicts are given"),
        language.say("The first rule that fits applies."),
        pd.DataFrame(rows),
        [Column("verdict", language.say("Verdict")), Column("rule", language.say("Rule"))],
    )


def comparison_template(row: object) -> str:
    """Return the sentence that fits what was compared with what, and the sign."""
    higher = row.estimate >= 0
    if row.method == "fixed_effects":
        if higher:
            return mark(
                "{indicator}: {amount} higher {treatment} than the other years of the same {units} and the course of them all would lead one to expect ({confidence} interval {low} to {high}; {specification}, {kind})."
            )
        return mark(
            "{indicator}: {amount} lower {treatment} than the other years of the same {units} and the course of them all would lead one to expect ({confidence} interval {low} to {high}; {specification}, {kind})."
        )
    if row.method == "instrumental_variables":
        if higher:
            return mark(
                "{indicator}: {amount} higher by “{treatment}” among those whom the offer moved ({confidence} interval {low} to {high}; {specification}, {kind})."
            )
        return mark(
            "{indicator}: {amount} lower by “{treatment}” among those whom the offer moved ({confidence} interval {low} to {high}; {specification}, {kind})."
        )
    if higher:
        return mark(
            "{indicator}: {amount} higher for participants than for the comparison group ({confidence} interval {low} to {high}; {specification}, {kind})."
        )
    return mark("{indicator}: {amount} lower for participants than for the comparison group ({confidence} interval {low} to {high}; {specification}, {kind}).")


def compared(row: object, study: Study, language: Language) -> str:
    """Say how participants and comparison group differ, in the indicator's unit."""
    unit = labels.unit_of(study, row.unit)
    values = {
        "indicator": labels.indicator_label(study, row.indicator, language, row.rater),
        "amount": language.amount_with_unit(abs(row.estimate), unit),
        "low": language.amount(row.ci_low, unit),
        "high": language.amount(row.ci_high, unit),
        "confidence": language.percent(row.confidence),
        "specification": labels.specification_label(study.programme.specification(row.specification), language),
        "kind": language.say(labels.SE_KINDS[row.std_error_kind]),
    }
    text = language.say(
        comparison_template(row),
        **values,
        units=study.programme.design.unit.many[language.code],
        treatment=labels.treatment_label(study, row.treatment, language),
    )
    if unit and unit.is_log:
        text += " " + language.say("That is {percent}.", percent=signed_percent(row.estimate, language))
    return text


def signed_percent(log_points: float, language: Language) -> str:
    """Turn a difference of logarithms into a percentage with its sign: exp(b) − 1."""
    share = exp(log_points) - 1
    return ("+" if share > 0 else "") + language.percent(share, 1)


def sureness(row: object, study: Study, language: Language) -> str:
    """Say what the interval and the design allow one to conclude."""
    unit = labels.unit_of(study, row.unit)
    verdict = grade(row, study)
    if verdict == "cannot tell":
        return language.say(
            "The interval includes zero: whether there is a difference cannot be told. With {power} power the study would have found only a difference of {mde} or more.",
            power=language.percent(row.power),
            mde=language.amount_with_unit(row.mde, unit),
        )
    if study.cohort.assignment == "randomised":
        return language.say("Who took part was decided by lottery, so this difference is an effect of the programme.")
    return language.say("Who took part was not decided by lottery: a difference between the groups that was not measured could explain this.")


def sample_sentence(row: object, study: Study, language: Language) -> str:
    """Say for how many the estimate was made, and how many were left out."""
    panel = study.programme.design.panel and row.method == "fixed_effects"
    words = study.programme.tables[study.programme.main_table].label if panel else study.programme.design.unit.many
    text = (
        language.say("It rests on {n} participants and {m} in the comparison group", n=language.number(row.n, 0), m=language.number(row.n_comparison, 0))
        if not panel
        else language.say(
            "It rests on {n} {units} of participants and {m} of the comparison group",
            n=language.number(row.n, 0),
            m=language.number(row.n_comparison, 0),
            units=words[language.code],
        )
    )
    if row.n_missing and panel:
        return text + language.say("; {n} were left out because an answer was missing or the unit was seen only once.", n=language.number(row.n_missing, 0))
    if row.n_missing:
        return text + language.say("; {n} were left out because an answer was missing.", n=language.number(row.n_missing, 0))
    return text + "."


def finding(rows: list[object], study: Study, language: Language) -> str:
    """Everything about one indicator by the primary specification, in one paragraph; one row a treatment."""
    if not labels.has_number(rows[0].estimate):
        return language.say(
            "{indicator}: the primary specification does not apply, because {reason}.",
            indicator=labels.indicator_label(study, rows[0].indicator, language, rows[0].rater),
            reason=labels.reason_text(rows[0].warnings, language),
        )
    told = [
        sentence
        for row in rows
        if labels.has_number(row.estimate)
        for sentence in (compared(row, study, language), *caveats(row, language), sureness(row, study, language))
    ]
    return " ".join([*told, sample_sentence(rows[0], study, language)])


def caveats(row: object, language: Language) -> list[str]:
    """What a reader must know about an estimate before relying on it."""
    text = labels.reason_text(row.warnings, language) if isinstance(row.warnings, str) else ""
    return [language.say("Mind: {warnings}.", warnings=text)] if text else []


def findings(study: Study, estimates: pd.DataFrame, language: Language) -> list[str]:
    """One paragraph an indicator that a claim rests on, and rater; the other indicators are in the figure and the chapters."""
    wanted, told = list(dict.fromkeys(concept for claim in study.programme.claims for concept in claim.indicators)), []
    for concept in wanted:
        rows = primary_rows(study, estimates, concept)
        told += [finding([row for row in rows if row.rater == rater], study, language) for rater in dict.fromkeys(row.rater for row in rows)]
    return told


def headline(study: Study, estimates: pd.DataFrame, language: Language) -> str:
    """The first sentence of the report: how many claims got which verdict."""
    grades = [grade(rows[0], study) for claim in study.programme.claims for concept in claim.indicators if (rows := primary_rows(study, estimates, concept))]
    parts = [f"{language.say(word)} {language.number(grades.count(name), 0)}" for name, word in GRADES.items() if name in grades]
    return language.say_count("{n} claim was examined: {parts}.", "{n} claims were examined: {parts}.", len(grades), parts=", ".join(parts))


def who_was_studied(study: Study, counts: pd.DataFrame, language: Language) -> str:
    """Say who took part, who was compared with them, and when."""
    delivered = counts[counts["step"] == "delivered"].set_index("participant")["n"]
    participants = labels.unit_count(study, int(delivered.get(1.0, 0)), language)
    comparison = labels.unit_count(study, int(delivered.get(0.0, 0)), language)
    text = language.say(
        "{title}, {label}: {participants} took part; {comparison} are the comparison group ({period}).",
        title=study.programme.title[language.code],
        label=study.cohort.label[language.code],
        participants=participants,
        comparison=comparison,
        period=study.cohort.period[language.code],
    )
    if study.cohort.kind == "synthetic":
        return text + " " + language.say("The data are synthetic: they were simulated, and no person stands behind them.")
    return text


def spread_of_methods(study: Study, estimates: pd.DataFrame, line: Indicator, language: Language) -> str:
    """Say how far the specifications disagree that compare groups and are about participants (not offers, quantiles or everyone)."""
    rows = reported(estimates, study.programme)
    alike = rows["estimand"].isin(["effect", "difference", "effect (ATT)", "difference (ATT)"])
    rows = rows[(rows["indicator"] == line.indicator) & (rows["rater"] == line.rater) & alike].dropna(subset=["estimate"])
    if len(rows) < 2:
        return ""
    unit = labels.unit_of(study, rows["unit"].iloc[0])
    return language.say(
        "{indicator}: the specifications that compare groups give from {low} to {high}.",
        indicator=line.label(language.code),
        low=language.amount(rows["estimate"].min(), unit),
        high=language.amount_with_unit(rows["estimate"].max(), unit),
    )


def limits(study: Study, estimates: pd.DataFrame, balance: pd.DataFrame, language: Language) -> list[str]:
    """Say what the results cannot show, from what the study is and what the data hold."""
    say, found = language.say, []
    if study.cohort.assignment == "observational":
        apart = balance[balance["smd"].abs() > 0.1].dropna(subset=["smd"])
        if len(apart):
            worst = apart.loc[apart["smd"].abs().idxmax()]
            line = next(line for line in study.indicators if line.name == worst["name"])
            found.append(
                say(
                    "Before the programme the groups differed in {k} of {m} measured respects, most in “{worst}” ({smd} standard deviations). Adjustment removes what was measured, not what was not.",
                    k=language.number(len(apart), 0),
                    m=language.number(balance["smd"].notna().sum(), 0),
                    worst=line.label(language.code),
                    smd=language.number(worst["smd"], 2),
                )
            )
        found += [text for line in study.indicators if line.use == "effect" if (text := spread_of_methods(study, estimates, line, language))]
    else:
        found.append(
            say("The lottery protects the comparison of the groups as they were drawn; it does not tell for whom else the programme would work, nor why.")
        )
    if (estimates["estimand"] == "change").any():
        found.append(say("A before–after change of participants alone is not an effect: it holds everything else that happened in the meantime."))
    denominators = study.cohort.denominators
    if denominators.because:
        found.append(say("How far the people reached stand for all who took part is unknown: {reason}.", reason=denominators.because[language.code]))
    found.append(
        language.say_count(
            "{n} indicator was examined; its p values are shown as they are.",
            "{n} indicators were examined together; p values are shown as they are, not adjusted for their number.",
            estimates["indicator"].nunique(),
        )
    )
    return found


def change_sentences(study: Study, estimates: pd.DataFrame, language: Language) -> list[str]:
    """Say how participants alone changed, and call it a change."""
    rows = estimates[estimates["estimand"] == "change"].dropna(subset=["estimate"])
    sentences = []
    for row in rows.itertuples(index=False):
        unit = labels.unit_of(study, row.unit)
        values = {
            "indicator": labels.indicator_label(study, row.indicator, language, row.rater),
            "amount": language.amount_with_unit(abs(row.estimate), unit),
            "low": language.amount(row.ci_low, unit),
            "high": language.amount(row.ci_high, unit),
            "confidence": language.percent(row.confidence),
            "n": language.number(row.n, 0),
        }
        if row.estimate >= 0:
            sentences.append(
                language.say("{indicator}: rose by {amount} among participants ({confidence} interval of the change {low} to {high}; n = {n}).", **values)
            )
        else:
            sentences.append(
                language.say("{indicator}: fell by {amount} among participants ({confidence} interval of the change {low} to {high}; n = {n}).", **values)
            )
    return sentences


def no_costs(study: Study, language: Language) -> str:
    """Say that the delivery holds no costs."""
    return language.say("No costs were delivered for {title}: what a place cost, and who paid, cannot be told.", title=study.programme.title[language.code])
