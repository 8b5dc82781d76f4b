"""Tables on scales and raters, from the rows of ``evaluation.measurement``."""

from __future__ import annotations

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.definitions.programme import Unit
from manfaat.measurement.reasons import ScaleReason
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.exhibits import sentence_case
from manfaat.report.scale_words import line_label, raters_label, scale_reasons
from manfaat.report.tables import Column, table
from manfaat.report.words import Language

AT_AN_END = [str(code) for code in (ScaleReason.AT_CEILING, ScaleReason.AT_FLOOR)]


def measurement_tables(study: Study, rows: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Reliability of the scales, agreement of raters, response shift; each left out where there is nothing of
    it.
    """
    shown = rows[rows["subgroup"] == ""]
    return [
        *reliability_table(study, shown, language),
        *agreement_table(study, shown, language),
        *shift_table(study, shown, language),
    ]


def pick(rows: pd.DataFrame, name: str, method: str, estimand: str = "") -> object | None:
    """The row of one column, method and (where a method has several) estimand; None where there is none."""
    found = rows[
        (rows["name"] == name)
        & (rows["method"] == method)
        & ((rows["estimand"] == estimand) | (estimand == ""))
    ]
    return next(found.itertuples(index=False), None)


def with_interval(row: object | None, language: Language, decimals: int = 2) -> str:
    """Write '0.81 [0.78; 0.83]'; a dash where there is no number."""
    if row is None or not labels.has_number(row.estimate):
        return "–"
    text = language.number(row.estimate, decimals)
    return (
        text
        if not labels.has_number(row.ci_low)
        else f"{text} [{language.number(row.ci_low, decimals)}; {language.number(row.ci_high, decimals)}]"
    )


def percentage(row: object | None, language: Language) -> str:
    """Write a share; a dash where there is none to show."""
    return "–" if row is None or not labels.has_number(row.estimate) else language.percent(row.estimate)


def numbered(notes: dict[str, int], text: str) -> str:
    """Mark a row with the number of its note; nothing without a note."""
    return f" [{notes.setdefault(text, len(notes) + 1)}]" if text else ""


def told(notes: dict[str, int]) -> str:
    """The notes below a table."""
    return "".join(f" [{number}] {sentence_case(note)}." for note, number in notes.items())


def reliability_table(study: Study, rows: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One line a scale: how reliable, and how many people stand at its ends."""
    say, lines, notes = language.say, [], {}
    for name in rows.loc[rows["estimand"] == "reliability", "name"].drop_duplicates():
        alpha, omega = pick(rows, name, "cronbach_alpha"), pick(rows, name, "mcdonald_omega")
        ends = [pick(rows, name, "share", end) for end in ("ceiling", "floor")]
        flags = [row.reasons for row in ends if row.reasons in AT_AN_END]
        said = scale_reasons(study, [alpha.reasons, omega.reasons, *flags], language)
        lines.append(
            {
                "scale": line_label(study, name, language) + numbered(notes, said),
                "items": language.number(alpha.items, 0),
                "n": f"{language.number(alpha.n, 0)} ({language.number(alpha.n_missing, 0)})",
                "alpha": with_interval(alpha, language),
                "omega": with_interval(omega, language),
                "ends": f"{percentage(ends[1], language)} / {percentage(ends[0], language)}",
            }
        )
    if not lines:
        return []
    columns = [
        Column("scale", say("Scale")),
        Column("items", say("Items"), str),
        Column("n", say("n (in part)"), str),
        Column("alpha", say("Cronbach α"), str),
        Column("omega", say("McDonald ω"), str),
        Column("ends", say("Lowest / highest score"), str),
    ]
    caption = say(
        "Participants and comparison group together, items after turning those worded the other way round."
        " Intervals cover {confidence}: of α by the jackknife, of ω (one factor, maximum likelihood) by a"
        " sandwich standard error, people taken as independent of one another. n answered all items; in"
        " brackets those who answered some and are left out of α and ω. The last column is the share of"
        " people with the lowest and the highest possible score; one that rests on fewer than five people is"
        " not shown.",
        confidence=language.percent(rows["confidence"].iloc[0]),
    )
    return [
        table(
            "scales",
            say("Reliability of the scales"),
            f"{caption} {labels.source_note(study, language, by_weight=False)}{told(notes)}",
            pd.DataFrame(lines, dtype=object),
            columns,
        )
    ]


def agreement_table(study: Study, rows: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One line an indicator that conclusions rest on and that two raters rated."""
    say, notes = language.say, {}
    effects = {line.name for line in study.indicators if line.use == "effect"}
    compared = rows[(rows["method"] == "bias") & rows["name"].isin(effects)]
    if compared.empty:
        return []
    usual, one_pair = compared["unit"].iloc[0], compared["rater"].nunique() == 1
    lines = [
        agreement_line(study, rows, bias, usual if one_pair else "", notes, language)
        for bias in compared.itertuples(index=False)
    ]
    columns = [
        Column("indicator", say("Indicator")),
        Column("n", say("n"), str),
        Column("bias", say("Mean difference"), str),
        Column("limits", say("Limits of agreement"), str),
        Column("absolute", say("ICC(2,1) or κ"), str),
        Column("relative", say("ICC(3,1)"), str),
    ]
    caption = say(
        "People whom both rated. Between the limits of agreement (Bland and Altman) lie about {confidence} of"
        " the differences. ICC(2,1) counts a difference in level as disagreement, ICC(3,1) does not (Shrout"
        " and Fleiss); κ is Cohen's kappa, for yes or no. In brackets {confidence} intervals, by the"
        " jackknife but for the mean difference.",
        confidence=language.percent(compared["confidence"].iloc[0]),
    )
    unit = labels.unit_of(study, usual)
    if one_pair and unit:
        pair = sentence_case(raters_label(compared["rater"].iloc[0], language))
        caption += " " + say(
            "{pair}, in {unit} unless another unit is named.", pair=pair, unit=unit.label[language.code]
        )
    return [
        table(
            "raters",
            say("Agreement of raters"),
            f"{caption} {labels.source_note(study, language, by_weight=False)}{told(notes)}",
            pd.DataFrame(lines, dtype=object),
            columns,
        )
    ]


def agreement_line(
    study: Study, rows: pd.DataFrame, bias: object, usual: str, notes: dict[str, int], language: Language
) -> dict[str, str]:
    """One line; ``usual`` is the unit that need not be named, empty where the raters must be named too."""
    own = rows[(rows["name"] == bias.name) & (rows["rater"] == bias.rater)]
    low, high, absolute, relative, kappa = (
        pick(own, bias.name, method)
        for method in ("limit_lower", "limit_upper", "ICC(2,1)", "ICC(3,1)", "weighted_kappa")
    )
    unit = labels.unit_of(study, bias.unit)
    label = line_label(study, bias.name, language) + (
        "" if usual else f", {raters_label(bias.rater, language)}"
    )
    cells = [row.reasons for row in (bias, absolute, kappa) if row is not None]
    limits = low is not None and labels.has_number(low.estimate)
    return {
        "indicator": (
            label
            + (f" ({unit.label[language.code]})" if unit and bias.unit != usual else "")
            + numbered(notes, scale_reasons(study, cells, language))
        ),
        "n": language.number(bias.n, 0),
        "bias": amounts(bias, unit, language),
        "limits": (
            f"{language.amount(low.estimate, unit)} … {language.amount(high.estimate, unit)}"
            if limits
            else "–"
        ),
        "absolute": (
            with_interval(absolute, language)
            if absolute is not None
            else f"κ {with_interval(kappa, language)}"
        ),
        "relative": language.number(relative.estimate, 2) if relative is not None else "–",
    }


def amounts(row: object | None, unit: Unit | None, language: Language) -> str:
    """Write a difference in its unit with its interval; a dash where there is none."""
    if row is None or not labels.has_number(row.estimate):
        return "–"
    return (
        f"{language.amount(row.estimate, unit)} [{language.amount(row.ci_low, unit)};"
        f" {language.amount(row.ci_high, unit)}]"
    )


def shift_table(study: Study, rows: pd.DataFrame, language: Language) -> list[Exhibit]:
    """One line an indicator that was measured before and recalled later; none where there is none."""
    say, lines = language.say, []
    for shift in rows[(rows["estimand"] == "response shift") & rows["estimate"].notna()].itertuples(
        index=False
    ):
        unit = labels.unit_of(study, shift.unit)
        measured, recalled = (
            pick(rows, shift.name, method) for method in ("now_minus_before", "now_minus_then")
        )
        lines.append(
            {
                "indicator": (
                    line_label(study, shift.name, language)
                    + (f" ({unit.label[language.code]})" if unit else "")
                ),
                "n": language.number(shift.n, 0),
                "shift": amounts(shift, unit, language),
                "size": language.number(shift.effect_size, 2),
                "mde": language.amount(shift.mde, unit),
                "measured": amounts(measured, unit, language),
                "recalled": amounts(recalled, unit, language),
            }
        )
    if not lines:
        return []
    columns = [
        Column("indicator", say("Indicator")),
        Column("n", say("n"), str),
        Column("shift", say("Recalled minus measured"), str),
        Column("size", say("d_z"), str),
        Column("mde", say("Minimum detectable difference"), str),
        Column("measured", say("Change since the measurement"), str),
        Column("recalled", say("Change since what is recalled"), str),
    ]
    caption = say(
        "Participants and comparison group together, those who answered at all three times. Paired t"
        " intervals of {confidence}; d_z: standard deviations of the difference. A difference shows that"
        " people judge their earlier selves otherwise now, not which judgement is right.",
        confidence=language.percent(rows["confidence"].iloc[0]),
    )
    return [
        table(
            "response-shift",
            say("Response shift"),
            f"{caption} {labels.source_note(study, language, by_weight=False)}",
            pd.DataFrame(lines, dtype=object),
            columns,
        )
    ]
