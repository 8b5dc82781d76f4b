"""Computed sentences: what was found, for whom, how sure, and what it cannot show. No number is typed."""

from __future__ import annotations

from math import expm1

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.typed import required
from manfaat.definitions.contrasts import TAKE_UP
from manfaat.definitions.indicator import Indicator, smallest_effect
from manfaat.definitions.study import Study
from manfaat.evaluation.chooser import Chosen
from manfaat.evaluation.estimand import Estimand, read_estimands
from manfaat.evaluation.estimate import Estimate, as_rows
from manfaat.evaluation.exaggeration import exaggeration, is_overshooting, overshooting
from manfaat.evaluation.ladder import of_participants_alone, primary, reported
from manfaat.evaluation.left_out import shown
from manfaat.evaluation.registry import is_alone
from manfaat.report import labels
from manfaat.report.blocks import Bullets, Runs
from manfaat.report.citing import asking
from manfaat.report.comparison_words import change_template, comparison_template, is_written_zero, no_distance
from manfaat.report.counts import is_hidden, shown_count
from manfaat.report.methods import STD_ERRORS
from manfaat.report.plan import SPEAKS, fixed_before
from manfaat.report.reader import Reader
from manfaat.report.reasons import MESSAGES, reason_text
from manfaat.report.words import Language, mark


def primary_rows(study: Study, estimates: pd.DataFrame, concept: str) -> list[Estimate]:
    """Primary estimates of one indicator, one a treatment, in the order declared."""
    rows = primary(estimates)
    return list(as_rows(rows[rows["indicator"] == concept]))


def primary_rule(reader: Reader) -> str:
    """The rule that chose the primary specification, and whether a plan fixed it before results were seen."""
    design = reader.study.programme.design
    rule = required(reader.study.programme.primary, "the rule that chooses the primary specification")
    say, before = reader.say, fixed_before(reader.study, *SPEAKS)
    names = {
        way: reader.specification_label(reader.study.programme.specification(getattr(rule, way)))
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
            "Rule for the primary specification, as declared today: “{lottery}” where a lottery decided"
            " {what}, “{otherwise}” where none did."
        )
        if before:
            text = mark(
                "Rule for the primary specification, fixed before results were seen: “{lottery}” where a"
                " lottery decided {what}, “{otherwise}” where none did."
            )
    text = say(
        text,
        specification=names["randomised"],
        lottery=names["randomised"],
        otherwise=names["observational"],
        what=say("who was offered a place") if design.assigned else say("who took part"),
    )
    came = (
        say("Here a lottery decided.")
        if reader.study.cohort.assignment == "randomised"
        else say("Here no lottery decided.")
    )
    chosen = isinstance(rule, Chosen) and say(MESSAGES[rule.why])
    because = rule.because[reader.code] if rule.because else chosen
    why = say("The reason: {reason}.", reason=because) if because else ""
    return " ".join(part for part in (text, came, why) if part)


def compared(row: Estimate, reader: Reader) -> str:
    """Say how participants and comparison group differ, in the indicator's unit."""
    unit = reader.unit_of(row.unit)
    first, second = reader.sides(row.arm, row.against, row.contrast)
    name = reader.indicator_label(row.indicator, row.rater)
    names_arm = Estimand.read(row.estimand).is_of_moved or is_alone(row.method)
    values = {
        "indicator": reader.with_arm(name, row.arm if names_arm else ""),
        "first": first,
        "second": second,
        "amount": reader.amount_with_unit(abs(row.estimate), unit),
        "low": reader.amount(row.ci_low, unit),
        "high": reader.amount(row.ci_high, unit),
        "confidence": reader.percent(row.confidence),
    }
    text = reader.say(
        no_distance(row) if is_written_zero(row.estimate, unit, reader) else comparison_template(row),
        **values,
        units=reader.units,
        treatment=reader.treatment_label(row.treatment),
    )
    if unit and unit.is_log:
        text += " " + reader.say("That is {percent}.", percent=signed_percent(row.estimate, reader))
    return text


def signed_percent(log_points: float, language: Language) -> str:
    """Turn a difference of logarithms into a percentage with its sign: exp(b) − 1."""
    share = expm1(log_points)
    return ("+" if share > 0 else "") + language.percent(share, 1)


def sureness(row: Estimate, reader: Reader) -> str:
    """Say what the interval allows one to conclude, and of a change that it is one; empty where the design
    says it for all (``terms``).
    """
    unit = reader.unit_of(row.unit)
    if row.ci_low <= 0 <= row.ci_high:
        return reader.say(
            "The interval includes zero: whether there is a difference cannot be told. With {power} power the"
            " study would have found only a difference of at least {mde}.",
            power=reader.percent(row.power),
            mde=reader.amount_with_unit(row.mde, unit),
        )
    told = [overshoot(row, reader)]
    if is_alone(row.method):
        told.append(
            reader.say(
                "Nobody was compared with the participants: this is a change, and its cause cannot be told."
            )
        )
    return " ".join(text for text in told if text)


def overshoot(row: Estimate, reader: Reader) -> str:
    """Say that an estimate told from zero is smaller than what the study could find, and by how much such
    estimates are too large; else empty.
    """
    if not is_overshooting(row.estimate, row.ci_low, row.ci_high, row.mde):
        return ""
    study, unit = reader.study, reader.unit_of(row.unit)
    smallest = smallest_effect(study.programme, list(study.indicators), row.indicator, row.unit)
    less = np.fmin(abs(row.estimate) / 2, smallest)
    times = [exaggeration(effect, row.std_error, row.df, row.confidence) for effect in (row.estimate, less)]
    return reader.say(
        "It is smaller than the {mde} that the study could be expected to find, and estimates of such a study"
        " that are told from zero are as a rule too large: on average {times} times if the truth were as"
        " large as this one, {more} times if it were {less} (Gelman and Carlin 2014).",
        mde=reader.amount_with_unit(row.mde, unit),
        times=reader.number(times[0], 1),
        more=reader.number(times[1], 1),
        less=reader.amount_with_unit(less, unit),
    )


def method_words(row: Estimate, reader: Reader) -> dict[str, str]:
    """The specification of an estimate and its kind of standard error."""
    specification = reader.specification_label(reader.study.programme.specification(row.specification))
    return {"specification": specification, "kind": reader.say(STD_ERRORS[row.std_error_kind].name)}


def terms(rows: list[Estimate], reader: Reader) -> str:
    """What holds for all estimates told, said once: the specification where it is one, and what the design
    allows one to conclude.
    """
    methods = {(row.specification, row.std_error_kind) for row in rows}
    told = (
        [
            reader.say(
                "All numbers below are by the primary specification (“{specification}”, {kind}).",
                **method_words(rows[0], reader),
            )
        ]
        if len(methods) == 1
        else []
    )
    if all(is_alone(row.method) for row in rows):
        return " ".join(told)
    if reader.study.cohort.assignment == "randomised" and any(row.contrast for row in rows):
        told.append(
            reader.say(
                "Who was offered a place was decided by lottery, who took it up was not. A difference by"
                " offer whose interval excludes zero is an effect of the offer; what taking part did is told"
                " only of those whom the offer moved."
            )
        )
    elif reader.study.cohort.assignment == "randomised":
        told.append(
            reader.say(
                "Who took part was decided by lottery, so a difference whose interval excludes zero is an"
                " effect of the programme."
            )
        )
    else:
        told.append(
            reader.say(
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
        & (left["arm"] == row.arm)
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


def sample_sentence(row: Estimate, reader: Reader, left: pd.DataFrame | None = None) -> str:
    """Say for how many the estimate was made, and how many were left out, and why."""
    panel = reader.study.programme.design.panel and row.method == "fixed_effects"
    n, m = reader.number(row.n, 0), reader.number(row.n_comparison, 0)
    if panel:
        text = reader.say(
            "It rests on {n} {units} of participants and {m} of the comparison group",
            n=n,
            m=m,
            units=reader.table_label(reader.study.programme.main_table),
        )
    elif is_alone(row.method):
        text = reader.say_count("It rests on {n} participant", "It rests on {n} participants", int(row.n))
    elif row.arm or row.contrast:
        first, second = reader.sides(row.arm, row.against, row.contrast)
        text = reader.say(
            "It rests on {n} {units} ({first}) and {m} ({second})",
            n=n,
            m=m,
            units=reader.units,
            first=first,
            second=second,
        )
    else:
        text = reader.say_count(
            "It rests on {n} participant and {m} in the comparison group",
            "It rests on {n} participants and {m} in the comparison group",
            int(row.n),
            m=m,
        )
    if is_hidden(row.n_missing):
        return text + reader.say(
            "; fewer than {n} were left out because an answer was missing.", n=SMALLEST_CELL
        )
    if row.n_missing and (why := left_out_words(row, left, reader)):
        return text + why
    if row.n_missing and panel:
        return text + reader.say_count(
            "; {n} was left out because an answer was missing or the unit was seen only once.",
            "; {n} were left out because an answer was missing or the unit was seen only once.",
            int(row.n_missing),
        )
    if row.n_missing:
        return text + reader.say_count(
            "; {n} was left out because an answer was missing.",
            "; {n} were left out because an answer was missing.",
            int(row.n_missing),
        )
    return text + "."


def finding(
    rows: list[Estimate], reader: Reader, left: pd.DataFrame | None = None, *, with_method: bool = True
) -> str:
    """Everything about one indicator by the primary specification, in one paragraph; one row a treatment."""
    if not labels.has_number(rows[0].estimate):
        return reader.say(
            "{indicator}: the primary specification does not apply, because {reason}.",
            indicator=reader.indicator_label(rows[0].indicator, rows[0].rater),
            reason=reason_text(rows[0].reasons, reader),
        )
    several = len({row.arm for row in rows}) > 1
    told = [
        sentence
        for row in rows
        if labels.has_number(row.estimate)
        for sentence in (
            compared(row, reader),
            *caveats(row, reader),
            sureness(row, reader),
            sample_sentence(row, reader, left) if several else "",
        )
    ]
    method = (
        reader.say("Specification: “{specification}”, {kind}.", **method_words(rows[0], reader))
        if with_method
        else ""
    )
    return " ".join(
        sentence
        for sentence in (*told, "" if several else sample_sentence(rows[0], reader, left), method)
        if sentence
    )


def caveats(row: Estimate, language: Language) -> list[str]:
    """What a reader must know about an estimate before relying on it."""
    text = reason_text(row.reasons, language)
    return [language.say("Mind: {warnings}.", warnings=text)] if text else []


def findings(reader: Reader, estimates: pd.DataFrame, left: pd.DataFrame | None = None) -> list[str]:
    """One paragraph an indicator that a claim rests on, and rater, after what holds for all of them; the
    other indicators are in the figure and the chapters.

    ``left`` : how many are left out of each estimate, by why, from ``evaluation.left_out``.
    """
    wanted, groups = (
        list(
            dict.fromkeys(concept for claim in reader.study.programme.claims for concept in claim.indicators)
        ),
        [],
    )
    for concept in wanted:
        rows = primary_rows(reader.study, estimates, concept)
        groups += [
            [row for row in rows if row.rater == rater] for rater in dict.fromkeys(row.rater for row in rows)
        ]
    numbers = [row for rows in groups for row in rows if labels.has_number(row.estimate)]
    one_method = len({(row.specification, row.std_error_kind) for row in numbers}) == 1
    told = [finding(rows, reader, left, with_method=not one_method) for rows in groups]
    return [text for text in (terms(numbers, reader) if numbers else "", *told) if text]


def who_was_studied(reader: Reader, counts: pd.DataFrame) -> str:
    """Say how many took part, where a roster tells it, and otherwise how many of them the data hold; who was
    compared with them, and when.
    """
    if reader.study.programme.design.arms or reader.study.programme.design.assigned:
        return " ".join(filter(None, [who_was_assigned(reader, counts), synthetic(reader)]))
    delivered = counts[counts["step"] == "delivered"].set_index("participant")["n"]
    participants = reader.unit_count(int(delivered.get(1.0, 0)))
    comparison = reader.unit_count(int(delivered.get(0.0, 0)))
    trained = reader.study.cohort.denominators.trained
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
    text = reader.say(
        told,
        trained=reader.unit_count(trained or 0),
        title=reader.study.programme.title[reader.code],
        label=reader.study.cohort.label[reader.code],
        participants=participants,
        n=reader.number(delivered.get(1.0, 0), 0),
        comparison=comparison,
        period=reader.study.cohort.period[reader.code],
    )
    return " ".join(filter(None, [text, synthetic(reader)]))


def synthetic(reader: Reader) -> str:
    """Say that nobody stands behind the data; empty where they are real."""
    if reader.study.cohort.kind != "synthetic":
        return ""
    return reader.say("The data are synthetic: they were simulated, and no person stands behind them.")


def who_was_assigned(reader: Reader, counts: pd.DataFrame) -> str:
    """Say how many stand on each side of what is compared, and how many of them took part where that is
    known.
    """
    told = []
    for (side, arm), rows in counts.groupby(["participant", "arm"], sort=False):
        n = rows.set_index("step")["n"]
        text = f"{reader.role_label(float(str(side)), str(arm))}: {reader.unit_count(int(n['delivered']))}"
        if "enrolled" in n:
            enrolled = shown_count(float(n["enrolled"]), reader)
            text = reader.say("{side}, of whom {n} took part", side=text, n=enrolled)
        told.append(text)
    return reader.say(
        "{title}, {label} ({period}): {sides}.",
        title=reader.study.programme.title[reader.code],
        label=reader.study.cohort.label[reader.code],
        period=reader.study.cohort.period[reader.code],
        sides="; ".join(told),
    )


def comparable(
    reader: Reader, estimates: pd.DataFrame, indicator: str, rater: str, arm: str = ""
) -> pd.DataFrame:
    """The estimates of an indicator by all specifications that compare groups and are about the same people
    (not quantiles or everyone, nor those who took up an offer).
    """
    rows = reported(estimates, reader.study.programme)
    alike = (
        read_estimands(rows)
        .map(lambda one: one.is_difference_of_means and one.about.population != "ATE")
        .astype(bool)
    )
    alike &= (rows["contrast"] != TAKE_UP) & (rows["arm"] == arm) & (rows["against"] == "")
    sample = {spec.id: spec.where or "" for spec in reader.study.programme.specifications}
    about = sample.get(reader.study.primary, "")  # what is about others answers another question
    alike &= rows["specification"].map(sample) == about
    own: pd.DataFrame = rows[(rows["indicator"] == indicator) & (rows["rater"] == rater) & alike]
    return own.dropna(subset=["estimate"])


def spread_of_methods(reader: Reader, estimates: pd.DataFrame, line: Indicator, arm: str = "") -> str:
    """Say how far the specifications disagree that answer the same question."""
    rows = comparable(reader, estimates, line.indicator, line.rater, arm)
    if len(rows) < 2:
        return ""
    unit = reader.unit_of(rows["unit"].iloc[0])
    name = line.label(reader.code)
    return reader.say(
        "{indicator}: the specifications that compare groups give from {low} to {high}.",
        indicator=reader.with_arm(name, arm),
        low=reader.amount(rows["estimate"].min(), unit),
        high=reader.amount_with_unit(rows["estimate"].max(), unit),
    )


def spreads(reader: Reader, estimates: pd.DataFrame) -> list[str]:
    """Say of the foremost indicators how far the specifications disagree; nothing where a lottery decides
    between them.
    """
    if reader.study.cohort.assignment != "observational":
        return []
    chosen = labels.foremost(reader.study, estimates["indicator"])
    return [
        text
        for line in reader.study.indicators
        if line.use == "effect" and line.indicator in chosen
        for contrast in reader.study.programme.design.contrasts()
        if (text := spread_of_methods(reader, estimates, line, contrast.arm))
    ]


def limits(reader: Reader, estimates: pd.DataFrame, balance: pd.DataFrame) -> Bullets:
    """Say what the results cannot show, from what the study is and what the data hold; what is counted leads
    to the exhibit that shows it.
    """
    say, found = reader.say, list[Runs]()
    if reader.study.cohort.assignment == "observational":
        apart = balance[balance["smd"].abs() > 0.1].dropna(subset=["smd"])
        if len(apart):
            found.append(asking(apart_before(reader, apart, balance), "balance-plot", "balance"))
    else:
        text = say(
            "The lottery protects the comparison of the groups as they were drawn; it does not tell for whom"
            " else the programme would work, nor why."
        )
        found.append(asking(text))
    if of_participants_alone(estimates).any():
        text = say(
            "A before–after change of participants alone is not an effect: it holds everything else that"
            " happened in the meantime."
        )
        found.append(asking(text))
    denominators = reader.study.cohort.denominators
    if denominators.because:
        text = say(
            "How far the people reached stand for all who took part is unknown: {reason}.",
            reason=denominators.because[reader.code],
        )
        found.append(asking(text))
    if reader.study.cohort.is_confidential:
        text = say(
            "Numbers are told in steps of what one person moves them by, so that nobody's answer follows from"
            " them. Verdicts go by the exact ones, which stay in the house."
        )
        found.append(asking(text))
    found += [asking(text, "evidence") for text in overshot(estimates, reader)]
    tests = primary(estimates)["p_value"].notna()
    text = reader.say_count(
        "Only {n} test was made, so its p value needs no adjustment.",
        "Each indicator and rater was tested once, by the primary specification: {n} tests in all. Before"
        " Holm's adjustment within each family the p value of {raw} of them is at most 0.05, after it that of"
        " {still}. Both are shown.",
        int(tests.sum()),
        raw=reader.number((primary(estimates)["p_value"] <= 0.05).sum(), 0),
        still=reader.number((primary(estimates)["p_adjusted"] <= 0.05).sum(), 0),
    )
    return Bullets((*found, asking(text, "families")), role="findings")


def apart_before(reader: Reader, apart: pd.DataFrame, balance: pd.DataFrame) -> str:
    """In how many respects the groups differed before the programme, and most in which."""
    name, smd = max(zip(apart["name"], apart["smd"], strict=True), key=lambda one: abs(one[1]))
    line = next(line for line in reader.study.indicators if line.name == name)
    return reader.say_count(
        "Before the programme the groups differed in the one respect that was measured, “{worst}” ({smd}"
        " standard deviations). Adjustment removes what was measured, not what was not.",
        "Before the programme the groups differed in {k} of {n} measured respects, most in “{worst}” ({smd}"
        " standard deviations). Adjustment removes what was measured, not what was not.",
        int(balance["smd"].notna().sum()),
        k=reader.number(len(apart), 0),
        worst=line.label(reader.code),
        smd=reader.number(smd, 2),
    )


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
            "Of {all} primary estimates that are told from zero, {n} is smaller than what the study could be"
            " expected to find: such a one is as a rule too large.",
            "Of {all} primary estimates that are told from zero, {n} are smaller than what the study could be"
            " expected to find: such are as a rule too large.",
            small,
            all=language.number(clear, 0),
        )
    ]


def change_sentences(reader: Reader, estimates: pd.DataFrame) -> list[str]:
    """Say how participants alone changed, and call it a change."""
    rows = reported(estimates[estimates["method"] == "before_after_change"], reader.study.programme).dropna(
        subset=["estimate"]
    )
    sentences = []
    for row in as_rows(rows):
        unit = reader.unit_of(row.unit)
        values = {
            "indicator": reader.with_arm(reader.indicator_label(row.indicator, row.rater), row.arm),
            "amount": reader.amount_with_unit(abs(row.estimate), unit),
            "signed": reader.amount_with_unit(row.estimate, unit),
            "low": reader.amount(row.ci_low, unit),
            "high": reader.amount(row.ci_high, unit),
            "confidence": reader.percent(row.confidence),
            "n": reader.number(row.n, 0),
        }
        sentences.append(reader.say(change_template(row, unit, reader), **values))
    return sentences


def no_costs(reader: Reader) -> str:
    """Say that the delivery holds no costs."""
    return reader.say(
        "No costs were delivered for {title}: what a place cost, and who paid, cannot be told.",
        title=reader.study.programme.title[reader.code],
    )
