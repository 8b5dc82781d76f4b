"""All cohorts of a programme side by side, in words, tables and a figure; numbers are those of their finished
reports.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from manfaat.analysis.trends import Finished, finished, up_to_date
from manfaat.base.parameters import check_session
from manfaat.base.paths import find_root
from manfaat.base.problems import Problem, refuse
from manfaat.evaluation.levels import LEVEL
from manfaat.report import labels
from manfaat.report.chapter import Chapter, set_display
from manfaat.report.cover import Cover, kind_line
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.cohorts import cohort_trends
from manfaat.report.tables import Column, table
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.verdicts import measure_label
from manfaat.report.words import Language, mark

FOLDER = "programmes"  # below the reports: one folder a programme
MOST_PANELS = 21
REASONS = {
    "same people": mark(
        "the same participants stand in both cohorts, so that the two estimates are no independent samples"
    ),
    "other definitions": mark(
        "the reports were made from different definitions or price series; run both cohorts again"
    ),
    "other rater": mark("somebody else rated"),
    "other comparison": mark(
        "the estimate came about otherwise: another kind of evidence or another specification"
    ),
    "other unit": mark("the units differ"),
    "other confidence": mark("the intervals have another coverage"),
    "nominal money": mark("it is money of different years, not deflated"),
    "own unit": mark("its unit is made of each cohort's own people, so that a step is not as large in both"),
    "other form": mark("the forms ask it differently, or only one of them asks it"),
    "not estimated": mark("one of the two has no estimate"),
}


def open_programme(
    name: str,
    programme: str,
    *,
    language: str = "en",
    data_dir: str = "data",
    reports_dir: str = "reports",
    output_dir: str = "",
) -> tuple[Chapter, list[Finished]]:
    """Read the finished reports of a programme; what is shown is kept below
    ``data/processed/programmes/<programme>/scratch``.

    ``output_dir`` is for ``manfaat run`` alone, which publishes.

    Raises
    ------
    ProblemsError if fewer than two cohorts have a report that is up to date, or a definition file has a
    mistake; ValueError for an unknown language.
    """
    set_display()
    root = find_root()
    check_session(name, root)
    reports, outdated = up_to_date(finished(programme, data_dir=data_dir, reports_dir=reports_dir))
    if len(reports) < 2:
        found = (
            f"{len(reports)} of its cohorts has a finished report"
            if len(reports) == 1
            else "none of its cohorts has a finished report"
        )
        refuse(
            [
                *outdated,
                Problem(
                    f"programme '{programme}'",
                    found,
                    expected="two or more to be set side by side: manfaat run --all first",
                ),
            ]
        )
    target = root / output_dir
    places = replace(
        reports[0].study.places,
        reports_dir=target.parent,
        cohort=target.name if output_dir else f"{FOLDER}/{programme}",
    )
    if output_dir and not places.is_published:
        refuse(
            [
                Problem(
                    "parameter 'output_dir'",
                    "it is set by manfaat run alone, which publishes",
                    expected="no value",
                )
            ]
        )
    for old in (places.output / "exhibits").glob(f"{name[:2]}-*"):
        old.unlink()
    return Chapter(name, replace(reports[0].study, places=places), Language(language)), reports


def programme_cover(reports: list[Finished], language: Language, day: date) -> Cover:
    """Return the cover of the page."""
    code, studies = language.code, [report.study for report in reports]
    kinds, periods = (
        "; ".join(dict.fromkeys(told))
        for told in ([kind_line(s, language) for s in studies], [s.cohort.period[code] for s in studies])
    )
    return Cover(
        studies[0].programme.title[code],
        language.say("Cohorts side by side"),
        periods,
        kinds,
        language.date(day),
    )


def cohort_labels(reports: list[Finished], language: Language) -> dict[str, str]:
    """What each cohort is called; with the name of its folder where two are called alike."""
    words = {report.name: report.study.cohort.label[language.code] for report in reports}
    return {
        name: label if list(words.values()).count(label) == 1 else f"{label} ({name})"
        for name, label in words.items()
    }


def named(reports: list[Finished], row: object, language: Language) -> str:
    """What the indicator of a line is called."""
    return measure_label(reports[0].study, row.indicator, row.rater, language)


def unit_word(reports: list[Finished], row: object, language: Language) -> str:
    """What stands on the axis: a share that is a level is per cent, not percentage points; empty where no
    unit is declared.
    """
    unit = labels.unit_of(reports[0].study, row.unit)
    return (
        ""
        if unit is None
        else language.say("per cent")
        if unit.is_share and row.basis == LEVEL
        else unit.label[language.code]
    )


def amount(reports: list[Finished], row: object, value: float, language: Language) -> str:
    """Write an estimate in its indicator's unit; a level as a level."""
    unit = labels.unit_of(reports[0].study, row.unit)
    return language.level(value, unit) if row.basis == LEVEL else language.amount(value, unit)


def sources(reports: list[Finished], language: Language) -> str:
    """The last sentences of the captions."""
    text = language.say(
        "Source: the reports of {cohorts}.",
        cohorts=language.listing(list(cohort_labels(reports, language).values())),
    )
    made = {report.study.cohort.kind for report in reports}
    return text + (
        " " + language.say("Synthetic data: no person stands behind them.") if made == {"synthetic"} else ""
    )


def opening(reports: list[Finished], language: Language) -> list[str]:
    """What stands beside each other, and what may be concluded from it."""
    return [
        language.say(
            "{n} cohorts of this programme have a finished report: {cohorts}. Every number stands as that"
            " report states it; nothing is estimated anew.",
            n=language.number(len(reports), 0),
            cohorts=language.listing(list(cohort_labels(reports, language).values())),
        ),
        language.say(
            "A difference between cohorts is no trend unless its interval excludes zero; and even then other"
            " people were asked, at another time, by whoever asked them."
        ),
    ]


def grade_table(reports: list[Finished], grades: pd.DataFrame, language: Language) -> list[Exhibit]:
    """The grade of each claim in each cohort; none where the programme claims nothing."""
    say, words = language.say, cohort_labels(reports, language)
    if grades.empty:
        return []
    claims = {
        claim.id: f"{claim.id}. {claim.text[language.code]}" for claim in reports[0].study.programme.claims
    }
    shown = {
        cohort: [say(GRADE_WORDS[grade]) if grade else "–" for grade in grades[cohort]] for cohort in words
    }
    data = pd.DataFrame({"claim": grades["claim"].map(claims), **shown})
    columns = [Column("claim", say("Claim")), *(Column(cohort, label) for cohort, label in words.items())]
    caption = say(
        "Grades by the same written rule. A grade says how sure a finding is, not how large: a grade that"
        " differs is no change of the programme."
    )
    return [
        table(
            "grades",
            say("Verdict on each claim, cohort by cohort"),
            caption + " " + sources(reports, language),
            data,
            columns,
        )
    ]


def grade_sentences(reports: list[Finished], grades: pd.DataFrame, language: Language) -> list[str]:
    """Which claims all cohorts grade alike, and which not."""
    names = [report.name for report in reports]
    same = grades[names].nunique(axis=1) == 1
    told = []
    for text, rows in (
        (mark("The same verdict in all cohorts: {claims}."), grades[same]),
        (mark("Verdicts that differ between cohorts: {claims}."), grades[~same]),
    ):
        if len(rows):
            told.append(language.say(text, claims=language.listing(list(rows["claim"]))))
    return told


def trend_figure(
    reports: list[Finished], lines: pd.DataFrame, differences: pd.DataFrame, language: Language
) -> list[Exhibit]:
    """Estimates of all cohorts, one panel an indicator; none where claims rest on no indicator."""
    chosen = list(dict.fromkeys(lines["indicator"]))[:MOST_PANELS]
    if not chosen:
        return []
    say, rows, words = language.say, [], cohort_labels(reports, language)
    formed = differences[differences["reason"] == ""]
    compared = set(zip(formed["indicator"], formed["earlier"], strict=True)) | set(
        zip(formed["indicator"], formed["later"], strict=True)
    )
    for row in lines[lines["indicator"].isin(chosen)].itertuples(index=False):
        unit = labels.unit_of(reports[0].study, row.unit)
        scale = unit.scale if unit else 1.0
        low, high = (amount(reports, row, value, language) for value in (row.ci_low, row.ci_high))
        rows.append(
            {
                "name": row.indicator,
                "indicator": named(reports, row, language),
                "unit": unit_word(reports, row, language),
                "cohort": words[row.cohort],
                "estimate": row.estimate * scale,
                "ci_low": row.ci_low * scale,
                "ci_high": row.ci_high * scale,
                "is_compared": (row.indicator, row.cohort) in compared,
                "has_zero": row.basis != LEVEL,
                "text": f"{amount(reports, row, row.estimate, language)} [{low}; {high}]",
            }
        )
    data = pd.DataFrame(rows)
    caption = say(
        "The estimate that counts for each indicator, with its {confidence} interval, as each cohort's report"
        " states it; panels without a line at zero show levels, not differences. Grey and hollow: compared"
        " with no other cohort, for the reason that the table of differences gives.",
        confidence=language.percent(
            lines["confidence"].dropna().iloc[0] if lines["confidence"].notna().any() else 0.95
        ),
    )
    return [
        cohort_trends(
            data,
            list(words.values()),
            say("What claims rest on, cohort by cohort"),
            caption + " " + sources(reports, language),
            language,
        )
    ]


def estimate_table(reports: list[Finished], lines: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Estimates with intervals, one row an indicator and one column a cohort; none where there are none."""
    say, words, rows = language.say, cohort_labels(reports, language), []
    for _, own in lines.groupby("indicator", sort=False):
        first = next(own.itertuples(index=False))
        word = unit_word(reports, first, language)
        cells = {"indicator": named(reports, first, language) + (f" ({word})" if word else "")}
        for row in own.itertuples(index=False):
            low, high = (amount(reports, row, value, language) for value in (row.ci_low, row.ci_high))
            n = language.number(row.n, 0) + (
                f"\u00a0/\u00a0{language.number(row.n_comparison, 0)}" if row.n_comparison > 0 else ""
            )
            cells[row.cohort] = (
                f"{amount(reports, row, row.estimate, language)} [{low};\u00a0{high}], n\u00a0=\u00a0{n}"
            )
        rows.append(cells)
    if not rows:
        return []
    data = pd.DataFrame(rows).reindex(columns=["indicator", *words])
    columns = [
        Column("indicator", say("Indicator")),
        *(Column(cohort, label, str) for cohort, label in words.items()),
    ]
    caption = say(
        "In brackets {confidence} intervals; n of participants and, where there is one, of the comparison"
        " group.",
        confidence=language.percent(
            lines["confidence"].dropna().iloc[0] if lines["confidence"].notna().any() else 0.95
        ),
    )
    return [
        table(
            "estimates",
            say("Estimates that claims rest on, cohort by cohort"),
            caption + " " + sources(reports, language),
            data,
            columns,
            whole=lines,
        )
    ]


def difference_table(reports: list[Finished], differences: pd.DataFrame, language: Language) -> list[Exhibit]:
    """Differences between cohorts, with intervals; or why there is none."""
    say, words, rows = language.say, cohort_labels(reports, language), []
    for row in differences.itertuples(index=False):
        unit = labels.unit_of(reports[0].study, row.unit)
        low, high = (language.amount(value, unit) for value in (row.ci_low, row.ci_high))
        said = (
            say(REASONS[row.reason])
            if row.reason
            else (
                say("excludes zero")
                if row.ci_low > 0 or row.ci_high < 0
                else say("includes zero: no difference shown")
            )
        )
        rows.append(
            {
                "indicator": (
                    named(reports, row, language) + (f" ({unit.label[language.code]})" if unit else "")
                ),
                "pair": say("{later} minus {earlier}", later=words[row.later], earlier=words[row.earlier]),
                "difference": language.amount(row.difference, unit) if not row.reason else "–",
                "interval": f"{low} … {high}" if not row.reason else "–",
                "said": said,
            }
        )
    if not rows:
        return []
    columns = [
        Column("indicator", say("Indicator")),
        Column("pair", say("Cohorts")),
        Column("difference", say("Difference"), str),
        Column("interval", say("Interval"), str),
        Column("said", say("What the interval says")),
    ]
    caption = say(
        "Each cohort with the one before it in the order of their names, and the last with the first."
        " Intervals from those of the two estimates, which are independent (Zou and Donner 2008); nothing is"
        " allowed for the number of differences looked at."
    )
    made = table(
        "differences",
        say("Differences between cohorts"),
        caption + " " + sources(reports, language),
        pd.DataFrame(rows, dtype=object),
        columns,
        whole=differences,
        is_grouped=True,
    )
    return [made]


def difference_sentences(reports: list[Finished], differences: pd.DataFrame, language: Language) -> list[str]:
    """How many differences exclude zero and how many would by chance; each that does; and what was not
    compared, and why.
    """
    say, words, told = language.say, cohort_labels(reports, language), []
    formed = differences[differences["reason"] == ""]
    clear = formed[(formed["ci_low"] > 0) | (formed["ci_high"] < 0)]
    if len(formed):
        chance = len(formed) * (1 - formed["confidence"].iloc[0])
        told.append(
            say(
                "Differences between cohorts: {n}; with an interval that excludes zero: {m}. If no cohort"
                " differed from another, about {chance} would by chance.",
                n=language.number(len(formed), 0),
                m=language.number(len(clear), 0),
                chance=language.number(chance, 1),
            )
        )
    for row in clear.itertuples(index=False):
        unit = labels.unit_of(reports[0].study, row.unit)
        told.append(
            say(
                "“{indicator}”: {later} minus {earlier} is {amount} ({confidence} interval {low} to {high}).",
                indicator=named(reports, row, language),
                later=words[row.later],
                earlier=words[row.earlier],
                amount=language.amount_with_unit(row.difference, unit),
                low=language.amount(row.ci_low, unit),
                high=language.amount(row.ci_high, unit),
                confidence=language.percent(row.confidence),
            )
        )
    if len(formed) and clear.empty:
        told.append(
            say(
                "No trend is shown. That does not show that the programme worked alike in all cohorts: the"
                " intervals say how far they may differ."
            )
        )
    return told + refusals(reports, differences, language)


def refusals(reports: list[Finished], differences: pd.DataFrame, language: Language) -> list[str]:
    """What was not compared, and why; apart what was compared in some pairs of cohorts."""
    told, formed = [], set(differences.loc[differences["reason"] == "", "indicator"])
    refused = differences[differences["reason"] != ""]
    for (reason, is_partly), rows in refused.groupby(
        ["reason", refused["indicator"].isin(formed)], sort=False
    ):
        names = language.listing(
            list(dict.fromkeys(named(reports, row, language) for row in rows.itertuples(index=False)))
        )
        text = (
            mark("Not compared in some pairs of cohorts: {indicators}; {reason}.")
            if is_partly
            else mark("Not compared: {indicators}; {reason}.")
        )
        told.append(language.say(text, indicators=names, reason=language.say(REASONS[reason])))
    return told


def programme_folder(reports_dir: Path, programme: str) -> Path:
    """Where the page of a programme lies."""
    return reports_dir / FOLDER / programme
