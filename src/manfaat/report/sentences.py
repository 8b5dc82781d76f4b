"""Computed sentences: what was found, for whom, how sure, and what it cannot show. No number is typed."""

from __future__ import annotations

from math import expm1

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.definitions.vocabulary import OF_PARTICIPANTS_ALONE
from manfaat.evaluation.estimate import Estimate, as_rows
from manfaat.evaluation.exaggeration import exaggeration, is_overshooting, overshooting
from manfaat.evaluation.ladder import of_participants_alone, primary, reported
from manfaat.evaluation.left_out import shown
from manfaat.indicators import Indicator
from manfaat.report import labels
from manfaat.report.comparison_words import change_template, comparison_template, is_written_zero, no_distance
from manfaat.report.counts import is_hidden
from manfaat.report.plan import SPEAKS, fixed_before
from manfaat.report.reasons import reason_text
from manfaat.report.words import Language, mark


def primary_rows(study: Study, estimates: pd.DataFrame, concept: str) -> list[Estimate]:
    """Primary estimates of one indicator, one a treatment, in the order declared."""
    rows = primary(estimates)
    return list(as_rows(rows[rows["indicator"] == concept]))


def primary_rule(study: Study, language: Language) -> str:
    """The rule that chose the primary specification, and whether a plan fixed it before results were seen."""
    rule, say, before = study.programme.primary, language.say, fixed_before(study, *SPEAKS)
    names = {
        way: labels.specification_label(study.programme.specification(getattr(rule, way)), language)
        for way in ("randomised", "observational")
    }
    if rule.randomised == rule.observational:
        text = mark(
            "Rule for the primary specification, as declared today: “{specification}”, however the groups"
            " came about."
        )
        if before:
            text = mark(
                "Rule for the primary specification, fixed before results were seen: “{specification}”,"
                " however the groups came about."
            )
    else:
        text = mark(
            "Rule for the primary specification, as declared today: “{lottery}” where a lottery decided who"
            " took part, “{otherwise}” where none did."
        )
        if before:
            text = mark(
                "Rule for the primary specification, fixed before results were seen: “{lottery}” where a"
                " lottery decided who took part, “{otherwise}” where none did."
            )
    text = say(
        text, specification=names["randomised"], lottery=names["randomised"], otherwise=names["observational"]
    )
    came = (
        say("Here a lottery decided.")
        if study.cohort.assignment == "randomised"
        else say("Here no lottery decided.")
    )
    why = say("The reason: {reason}.", reason=rule.because[language.code]) if rule.because else ""
    return " ".join(part for part in (text, came, why) if part)


def compared(row: Estimate, study: Study, language: Language) -> str:
    """Say how participants and comparison group differ, in the indicator's unit."""
    unit = labels.unit_of(study, row.unit)
    values = {
        "indicator": labels.indicator_label(study, row.indicator, language, row.rater),
        "amount": language.amount_with_unit(abs(row.estimate), unit),
        "low": language.amount(row.ci_low, unit),
        "high": language.amount(row.ci_high, unit),
        "confidence": language.percent(row.confidence),
    }
    text = language.say(
        no_distance(row) if is_written_zero(row.estimate, unit, language) else comparison_template(row),
        **values,
        units=study.programme.design.unit.many[language.code],
        treatment=labels.treatment_label(study, row.treatment, language),
    )
    if unit and unit.is_log:
        text += " " + language.say("That is {percent}.", percent=signed_percent(row.estimate, language))
    return text


def signed_percent(log_points: float, language: Language) -> str:
    """Turn a difference of logarithms into a percentage with its sign: exp(b) − 1."""
    share = expm1(log_points)
    return ("+" if share > 0 else "") + language.percent(share, 1)


def sureness(row: Estimate, study: Study, language: Language) -> str:
    """Say what the interval allows one to conclude, and of a change that it is one; empty where the design
    says it for all (``terms``).
    """
    unit = labels.unit_of(study, row.unit)
    if row.ci_low <= 0 <= row.ci_high:
        return language.say(
            "The interval includes zero: whether there is a difference cannot be told. With {power} power the"
            " study would have found only a difference of at least {mde}.",
            power=language.percent(row.power),
            mde=language.amount_with_unit(row.mde, unit),
        )
    told = [overshoot(row, study, language)]
    if row.method in OF_PARTICIPANTS_ALONE:
        told.append(
            language.say(
                "Nobody was compared with the participants: this is a change, and its cause cannot be told."
            )
        )
    return " ".join(text for text in told if text)


def overshoot(row: Estimate, study: Study, language: Language) -> str:
    """Say that an estimate told from zero is smaller than what the study could find, and by how much such
    estimates are too large; else empty.
    """
    if not is_overshooting(row.estimate, row.ci_low, row.ci_high, row.mde):
        return ""
    unit, smallest = (
        labels.unit_of(study, row.unit),
        study.programme.smallest_effects.get(row.indicator, float("inf")),
    )
    less = min(abs(row.estimate) / 2, smallest)
    times = [exaggeration(effect, row.std_error, row.df, row.confidence) for effect in (row.estimate, less)]
    return language.say(
        "It is smaller than the {mde} that the study could be expected to find, and estimates of such a study"
        " that are told from zero are as a rule too large: on average {times} times if the truth were as"
        " large as this one, {more} times if it were {less} (Gelman and Carlin 2014).",
        mde=language.amount_with_unit(row.mde, unit),
        times=language.number(times[0], 1),
        more=language.number(times[1], 1),
        less=language.amount_with_unit(less, unit),
    )


def method_words(row: Estimate, study: Study, language: Language) -> dict[str, str]:
    """The specification of an estimate and its kind of standard error."""
    specification = labels.specification_label(study.programme.specification(row.specification), language)
    return {"specification": specification, "kind": language.say(labels.SE_KINDS[row.std_error_kind])}


def terms(rows: list[Estimate], study: Study, language: Language) -> str:
    """What holds for all estimates told, said once: the specification where it is one, and what the design
    allows one to conclude.
    """
    methods = {(row.specification, row.std_error_kind) for row in rows}
    told = (
        [
            language.say(
                "All numbers below are by the primary specification (“{specification}”, {kind}).",
                **method_words(rows[0], study, language),
            )
        ]
        if len(methods) == 1
        else []
    )
    if all(row.method in OF_PARTICIPANTS_ALONE for row in rows):
        return " ".join(told)
    if study.cohort.assignment == "randomised":
        told.append(
            language.say(
                "Who took part was decided by lottery, so a difference whose interval excludes zero is an"
                " effect of the programme."
            )
        )
    else:
        told.append(
            language.say(
                "Who took part was not decided by lottery: what was not measured and sets the groups apart"
                " could explain any difference below."
            )
        )
    return " ".join(told)


def left_out_words(row: Estimate, left: pd.DataFrame | None, language: Language) -> str:
    """How many an estimate leaves out, by why; empty where the reasons are not known, or are not those of
    just these units.
    """
    if left is None:
        return ""
    own = left[
        (left["indicator"] == row.indicator)
        & (left["rater"] == row.rater)
        & (left["specification"] == row.specification)
    ]
    if int(own["n"].sum()) != int(row.n_missing):
        return ""
    listed = [f"{language.number(n, 0)} {language.say(labels.LEFT_OUT[reason])}" for reason, n in shown(own)]
    return language.say_count(
        "; {n} was left out: {reasons}.",
        "; {n} were left out: {reasons}.",
        int(row.n_missing),
        reasons=", ".join(listed),
    )


def sample_sentence(row: Estimate, study: Study, language: Language, left: pd.DataFrame | None = None) -> str:
    """Say for how many the estimate was made, and how many were left out, and why."""
    panel = study.programme.design.panel and row.method == "fixed_effects"
    n, m = language.number(row.n, 0), language.number(row.n_comparison, 0)
    if panel:
        words = study.programme.tables[study.programme.main_table].label
        text = language.say(
            "It rests on {n} {units} of participants and {m} of the comparison group",
            n=n,
            m=m,
            units=words[language.code],
        )
    elif row.method in OF_PARTICIPANTS_ALONE:
        text = language.say_count("It rests on {n} participant", "It rests on {n} participants", int(row.n))
    else:
        text = language.say_count(
            "It rests on {n} participant and {m} in the comparison group",
            "It rests on {n} participants and {m} in the comparison group",
            int(row.n),
            m=m,
        )
    if is_hidden(row.n_missing):
        return text + language.say(
            "; fewer than {n} were left out because an answer was missing.", n=SMALLEST_CELL
        )
    if row.n_missing and (words := left_out_words(row, left, language)):
        return text + words
    if row.n_missing and panel:
        return text + language.say_count(
            "; {n} was left out because an answer was missing or the unit was seen only once.",
            "; {n} were left out because an answer was missing or the unit was seen only once.",
            int(row.n_missing),
        )
    if row.n_missing:
        return text + language.say_count(
            "; {n} was left out because an answer was missing.",
            "; {n} were left out because an answer was missing.",
            int(row.n_missing),
        )
    return text + "."


def finding(
    rows: list[Estimate],
    study: Study,
    language: Language,
    left: pd.DataFrame | None = None,
    *,
    with_method: bool = True,
) -> str:
    """Everything about one indicator by the primary specification, in one paragraph; one row a treatment."""
    if not labels.has_number(rows[0].estimate):
        return language.say(
            "{indicator}: the primary specification does not apply, because {reason}.",
            indicator=labels.indicator_label(study, rows[0].indicator, language, rows[0].rater),
            reason=reason_text(rows[0].reasons, language),
        )
    told = [
        sentence
        for row in rows
        if labels.has_number(row.estimate)
        for sentence in (
            compared(row, study, language),
            *caveats(row, language),
            sureness(row, study, language),
        )
    ]
    method = (
        language.say("Specification: “{specification}”, {kind}.", **method_words(rows[0], study, language))
        if with_method
        else ""
    )
    return " ".join(
        sentence for sentence in (*told, sample_sentence(rows[0], study, language, left), method) if sentence
    )


def caveats(row: Estimate, language: Language) -> list[str]:
    """What a reader must know about an estimate before relying on it."""
    text = reason_text(row.reasons, language)
    return [language.say("Mind: {warnings}.", warnings=text)] if text else []


def findings(
    study: Study, estimates: pd.DataFrame, language: Language, left: pd.DataFrame | None = None
) -> list[str]:
    """One paragraph an indicator that a claim rests on, and rater, after what holds for all of them; the
    other indicators are in the figure and the chapters.

    ``left`` : how many are left out of each estimate, by why, from ``evaluation.left_out``.
    """
    wanted, groups = (
        list(dict.fromkeys(concept for claim in study.programme.claims for concept in claim.indicators)),
        [],
    )
    for concept in wanted:
        rows = primary_rows(study, estimates, concept)
        groups += [
            [row for row in rows if row.rater == rater] for rater in dict.fromkeys(row.rater for row in rows)
        ]
    numbers = [row for rows in groups for row in rows if labels.has_number(row.estimate)]
    one_method = len({(row.specification, row.std_error_kind) for row in numbers}) == 1
    told = [finding(rows, study, language, left, with_method=not one_method) for rows in groups]
    return [text for text in (terms(numbers, study, language) if numbers else "", *told) if text]


def who_was_studied(study: Study, counts: pd.DataFrame, language: Language) -> str:
    """Say how many took part, where a roster tells it, and otherwise how many of them the data hold; who was
    compared with them, and when.
    """
    delivered = counts[counts["step"] == "delivered"].set_index("participant")["n"]
    participants = labels.unit_count(study, int(delivered.get(1.0, 0)), language)
    comparison = labels.unit_count(study, int(delivered.get(0.0, 0)), language)
    trained = study.cohort.denominators.trained
    told = (
        mark(
            "{title}, {label}: {trained} took part, of whom the data delivered hold {n}; the comparison"
            " group holds {comparison} ({period})."
        )
        if trained
        else mark(
            "{title}, {label}: the data hold {participants} who took part and {comparison} of the"
            " comparison group ({period})."
        )
    )
    text = language.say(
        told,
        trained=labels.unit_count(study, trained or 0, language),
        title=study.programme.title[language.code],
        label=study.cohort.label[language.code],
        participants=participants,
        n=language.number(delivered.get(1.0, 0), 0),
        comparison=comparison,
        period=study.cohort.period[language.code],
    )
    if study.cohort.kind == "synthetic":
        return (
            text
            + " "
            + language.say("The data are synthetic: they were simulated, and no person stands behind them.")
        )
    return text


def spread_of_methods(study: Study, estimates: pd.DataFrame, line: Indicator, language: Language) -> str:
    """Say how far the specifications disagree that compare groups and are about participants (not offers,
    quantiles or everyone).
    """
    rows = reported(estimates, study.programme)
    alike = rows["estimand"].isin(["effect", "difference", "effect (ATT)", "difference (ATT)"])
    rows = rows[(rows["indicator"] == line.indicator) & (rows["rater"] == line.rater) & alike].dropna(
        subset=["estimate"]
    )
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
                language.say_count(
                    "Before the programme the groups differed in the one respect that was measured, “{worst}”"
                    " ({smd} standard deviations). Adjustment removes what was measured, not what was not.",
                    "Before the programme the groups differed in {k} of {n} measured respects, most in"
                    " “{worst}” ({smd} standard deviations). Adjustment removes what was measured, not what"
                    " was not.",
                    int(balance["smd"].notna().sum()),
                    k=language.number(len(apart), 0),
                    worst=line.label(language.code),
                    smd=language.number(worst["smd"], 2),
                )
            )
        chosen = labels.foremost(study, estimates["indicator"])
        found += [
            text
            for line in study.indicators
            if line.use == "effect" and line.indicator in chosen
            if (text := spread_of_methods(study, estimates, line, language))
        ]
    else:
        found.append(
            say(
                "The lottery protects the comparison of the groups as they were drawn; it does not tell for"
                " whom else the programme would work, nor why."
            )
        )
    if of_participants_alone(estimates).any():
        found.append(
            say(
                "A before–after change of participants alone is not an effect: it holds everything else that"
                " happened in the meantime."
            )
        )
    denominators = study.cohort.denominators
    if denominators.because:
        found.append(
            say(
                "How far the people reached stand for all who took part is unknown: {reason}.",
                reason=denominators.because[language.code],
            )
        )
    found += overshot(estimates, language)
    tests = primary(estimates)["p_value"].notna()
    still = (primary(estimates)["p_adjusted"] <= 0.05).sum()
    found.append(
        language.say_count(
            "{n} test was made, so its p value needs no adjustment.",
            "{n} tests were made, one for each indicator and rater by the primary specification. A p value of"
            " at most 0.05: {raw} before and {still} after Holm's adjustment within each family. Both are"
            " shown.",
            int(tests.sum()),
            raw=language.number((primary(estimates)["p_value"] <= 0.05).sum(), 0),
            still=language.number(still, 0),
        )
    )
    return found


def overshot(estimates: pd.DataFrame, language: Language) -> list[str]:
    """Say of how many primary estimates told from zero the study was too small; nothing where it was for
    none.
    """
    rows = primary(estimates).dropna(subset=["estimate"])
    small, clear = int(overshooting(rows).sum()), int(((rows["ci_low"] > 0) | (rows["ci_high"] < 0)).sum())
    if not small:
        return []
    return [
        language.say_count(
            "Of {all} primary estimates told from zero {n} is smaller than what the study could be expected"
            " to find: it is as a rule too large.",
            "Of {all} primary estimates told from zero {n} are smaller than what the study could be expected"
            " to find: they are as a rule too large.",
            small,
            all=language.number(clear, 0),
        )
    ]


def change_sentences(study: Study, estimates: pd.DataFrame, language: Language) -> list[str]:
    """Say how participants alone changed, and call it a change."""
    rows = reported(estimates[estimates["method"] == "before_after_change"], study.programme).dropna(
        subset=["estimate"]
    )
    sentences = []
    for row in as_rows(rows):
        unit = labels.unit_of(study, row.unit)
        values = {
            "indicator": labels.indicator_label(study, row.indicator, language, row.rater),
            "amount": language.amount_with_unit(abs(row.estimate), unit),
            "signed": language.amount_with_unit(row.estimate, unit),
            "low": language.amount(row.ci_low, unit),
            "high": language.amount(row.ci_high, unit),
            "confidence": language.percent(row.confidence),
            "n": language.number(row.n, 0),
        }
        sentences.append(language.say(change_template(row, unit, language), **values))
    return sentences


def no_costs(study: Study, language: Language) -> str:
    """Say that the delivery holds no costs."""
    return language.say(
        "No costs were delivered for {title}: what a place cost, and who paid, cannot be told.",
        title=study.programme.title[language.code],
    )
