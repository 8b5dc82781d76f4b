"""Tables on scales and raters, from the rows of ``evaluation.measurement``."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from manfaat.base.typed import required, typed_rows
from manfaat.definitions.programme import Unit
from manfaat.measurement.reasons import ScaleReason
from manfaat.report import labels
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.scale_words import line_label, raters_label, scale_reasons
from manfaat.report.tables import Layout, Notes
from manfaat.report.words import Language, mark, sentence_case

AT_AN_END = [str(code) for code in (ScaleReason.AT_CEILING, ScaleReason.AT_FLOOR)]
RELIABILITY = Layout(
    "scales",
    mark("Reliability of the scales"),
    [
        ("scale", mark("Scale")),
        ("items", mark("Items"), "right"),
        ("n", mark("n (in part)"), "right"),
        ("alpha", mark("Cronbach α"), "right"),
        ("omega", mark("McDonald ω"), "right"),
        ("ends", mark("Lowest / highest score"), "right"),
    ],
    mark(
        "Participants and comparison group together, items after turning those worded the other way round."
        " Intervals cover {confidence}: of α by the jackknife, of ω (one factor, maximum likelihood) by a"
        " sandwich standard error, people taken as independent of one another. n answered all items; in"
        " brackets those who answered some and are left out of α and ω. The last column is the share of"
        " people with the lowest and the highest possible score; one that rests on fewer than five people is"
        " not shown."
    ),
)
AGREEMENT = Layout(
    "raters",
    mark("Agreement of raters"),
    [
        ("indicator", mark("Indicator")),
        ("n", mark("n"), "right"),
        ("bias", mark("Mean difference"), "right"),
        ("limits", mark("Limits of agreement"), "right"),
        ("absolute", mark("ICC(2,1) or κ"), "right"),
        ("relative", mark("ICC(3,1)"), "right"),
    ],
    mark(
        "People whom both rated. Between the limits of agreement (Bland and Altman) lie about {confidence} of"
        " the differences. ICC(2,1) counts a difference in level as disagreement, ICC(3,1) does not (Shrout"
        " and Fleiss); κ is Cohen's kappa, for yes or no. In brackets {confidence} intervals, by the"
        " jackknife but for the mean difference."
    ),
)
SHIFT = Layout(
    "response-shift",
    mark("Response shift"),
    [
        ("indicator", mark("Indicator")),
        ("n", mark("n"), "right"),
        ("shift", mark("Recalled minus measured"), "right"),
        ("size", mark("d_z"), "right"),
        ("mde", mark("Minimum detectable difference"), "right"),
        ("measured", mark("Change since the measurement"), "right"),
        ("recalled", mark("Change since what is recalled"), "right"),
    ],
    mark(
        "Participants and comparison group together, those who answered at all three times. Paired t"
        " intervals of {confidence}; d_z: standard deviations of the difference. A difference shows that"
        " people judge their earlier selves otherwise now, not which judgement is right."
    ),
)


class Measured(NamedTuple):
    """What is known of a scale or of a pair of raters by one method; missing numbers are NaN."""

    name: str
    items: float
    rater: str
    n: float
    n_missing: float
    estimate: float
    ci_low: float
    ci_high: float
    effect_size: float
    mde: float
    unit: str
    reasons: str


def measurement_tables(reader: Reader, rows: pd.DataFrame) -> list[Exhibit]:
    """Reliability of the scales, agreement of raters, response shift; each left out where there is nothing of
    it.
    """
    shown = rows[rows["subgroup"] == ""]
    return [
        *reliability_table(reader, shown),
        *agreement_table(reader, shown),
        *shift_table(reader, shown),
    ]


def pick(rows: pd.DataFrame, name: str, method: str, estimand: str = "") -> Measured | None:
    """The row of one column, method and (where a method has several) estimand; None where there is none."""
    found = rows[
        (rows["name"] == name)
        & (rows["method"] == method)
        & ((rows["estimand"] == estimand) | (estimand == ""))
    ]
    return next(typed_rows(found, Measured), None)


def with_interval(row: Measured | None, language: Language, decimals: int = 2) -> str:
    """Write '0.81 [0.78; 0.83]'; a dash where there is no number."""
    if row is None or not labels.has_number(row.estimate):
        return "–"
    text = language.number(row.estimate, decimals)
    return (
        text
        if not labels.has_number(row.ci_low)
        else f"{text} [{language.number(row.ci_low, decimals)}; {language.number(row.ci_high, decimals)}]"
    )


def reliability_table(reader: Reader, rows: pd.DataFrame) -> list[Exhibit]:
    """One line a scale: how reliable, and how many people stand at its ends."""
    lines, notes = [], Notes()
    for name in rows.loc[rows["estimand"] == "reliability", "name"].drop_duplicates():
        alpha, omega, highest, lowest = (
            required(pick(rows, name, method, end), f"{method} of {name}")
            for method, end in (
                ("cronbach_alpha", ""),
                ("mcdonald_omega", ""),
                ("share", "ceiling"),
                ("share", "floor"),
            )
        )
        flags = [row.reasons for row in (highest, lowest) if row.reasons in AT_AN_END]
        said = scale_reasons(reader, [alpha.reasons, omega.reasons, *flags])
        lines.append(
            {
                "scale": line_label(reader, name) + notes.mark(said),
                "items": reader.number(alpha.items, 0),
                "n": f"{reader.number(alpha.n, 0)} ({reader.number(alpha.n_missing, 0)})",
                "alpha": with_interval(alpha, reader),
                "omega": with_interval(omega, reader),
                "ends": f"{reader.percent(lowest.estimate)} / {reader.percent(highest.estimate)}",
            }
        )
    if not lines:
        return []
    return [
        RELIABILITY.exhibit(
            reader,
            lines,
            reader.source_note(by_weight=False),
            notes.told(),
            confidence=reader.percent(rows["confidence"].iloc[0]),
        )
    ]


def agreement_table(reader: Reader, rows: pd.DataFrame) -> list[Exhibit]:
    """One line an indicator that conclusions rest on and that two raters rated."""
    notes = Notes()
    effects = {line.name for line in reader.study.indicators if line.use == "effect"}
    compared = rows[(rows["method"] == "bias") & rows["name"].isin(effects)]
    if compared.empty:
        return []
    usual, one_pair = compared["unit"].iloc[0], compared["rater"].nunique() == 1
    lines = [
        agreement_line(reader, rows, bias, usual if one_pair else "", notes)
        for bias in typed_rows(compared, Measured)
    ]
    unit, which = reader.unit_of(usual), ""
    if one_pair and unit:
        which = reader.say(
            "{pair}, in {unit} unless another unit is named.",
            pair=sentence_case(raters_label(compared["rater"].iloc[0], reader)),
            unit=unit.label[reader.code],
        )
    return [
        AGREEMENT.exhibit(
            reader,
            lines,
            which,
            reader.source_note(by_weight=False),
            notes.told(),
            confidence=reader.percent(compared["confidence"].iloc[0]),
        )
    ]


def agreement_line(
    reader: Reader, rows: pd.DataFrame, bias: Measured, usual: str, notes: Notes
) -> dict[str, str]:
    """One line; ``usual`` is the unit that need not be named, empty where the raters must be named too."""
    own = rows[(rows["name"] == bias.name) & (rows["rater"] == bias.rater)]
    low, high, absolute, relative, kappa = (
        pick(own, bias.name, method)
        for method in ("limit_lower", "limit_upper", "ICC(2,1)", "ICC(3,1)", "weighted_kappa")
    )
    unit = reader.unit_of(bias.unit)
    label = line_label(reader, bias.name) + ("" if usual else f", {raters_label(bias.rater, reader)}")
    said = scale_reasons(reader, [row.reasons for row in (bias, absolute, kappa) if row is not None])
    return {
        "indicator": reader.with_unit(label, unit if bias.unit != usual else None) + notes.mark(said),
        "n": reader.number(bias.n, 0),
        "bias": amounts(bias, unit, reader),
        "limits": (
            reader.between(low.estimate, high.estimate, unit)
            if low and high and labels.has_number(low.estimate)
            else "–"
        ),
        "absolute": (
            with_interval(absolute, reader) if absolute is not None else f"κ {with_interval(kappa, reader)}"
        ),
        "relative": reader.number(relative.estimate, 2) if relative is not None else "–",
    }


def amounts(row: Measured | None, unit: Unit | None, language: Language) -> str:
    """Write a difference in its unit with its interval; a dash where there is none."""
    if row is None or not labels.has_number(row.estimate):
        return "–"
    return language.with_interval(row.estimate, row.ci_low, row.ci_high, unit)


def shift_table(reader: Reader, rows: pd.DataFrame) -> list[Exhibit]:
    """One line an indicator that was measured before and recalled later; none where there is none."""
    lines = []
    told = rows[(rows["estimand"] == "response shift") & rows["estimate"].notna()]
    for shift in typed_rows(told, Measured):
        unit = reader.unit_of(shift.unit)
        measured, recalled = (
            pick(rows, shift.name, method) for method in ("now_minus_before", "now_minus_then")
        )
        lines.append(
            {
                "indicator": reader.with_unit(line_label(reader, shift.name), unit),
                "n": reader.number(shift.n, 0),
                "shift": amounts(shift, unit, reader),
                "size": reader.number(shift.effect_size, 2),
                "mde": reader.amount(shift.mde, unit),
                "measured": amounts(measured, unit, reader),
                "recalled": amounts(recalled, unit, reader),
            }
        )
    if not lines:
        return []
    confidence = reader.percent(rows["confidence"].iloc[0])
    return [SHIFT.exhibit(reader, lines, reader.source_note(by_weight=False), confidence=confidence)]
