"""All cohorts of a programme side by side, in words, tables and a figure; numbers are those of their finished
reports.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from manfaat.analysis.study import load_study
from manfaat.analysis.trends import Finished, finished, up_to_date
from manfaat.base.parameters import check_session
from manfaat.base.paths import PAGES, find_root, known_cohorts
from manfaat.base.problems import Problem, refuse
from manfaat.base.typed import typed_rows
from manfaat.definitions.cohort import load_cohort
from manfaat.evaluation.levels import LEVEL
from manfaat.report import labels
from manfaat.report.chapter import Chapter, set_display
from manfaat.report.cover import Cover, kind_line
from manfaat.report.exhibit import Exhibit
from manfaat.report.figures.cohorts import cohort_trends
from manfaat.report.reader import Reader
from manfaat.report.tables import Column, Layout
from manfaat.report.verdict_words import GRADE_WORDS
from manfaat.report.verdicts import measure_label
from manfaat.report.words import Language, mark

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


GRADES = Layout(
    "grades",
    mark("Verdict on each claim, cohort by cohort"),
    [("claim", mark("Claim"))],
    mark(
        "Grades by the same written rule. A grade says how sure a finding is, not how large: a grade that"
        " differs is no change of the programme."
    ),
)
ESTIMATES = Layout(
    "estimates",
    mark("Estimates that claims rest on, cohort by cohort"),
    [("indicator", mark("Indicator"))],
    mark(
        "In brackets {confidence} intervals; n of participants and, where there is one, of the comparison"
        " group."
    ),
)
DIFFERENCES = Layout(
    "differences",
    mark("Differences between cohorts"),
    [
        ("indicator", mark("Indicator")),
        ("pair", mark("Cohorts")),
        ("difference", mark("Difference"), "right"),
        ("interval", mark("Interval"), "right"),
        ("said", mark("What the interval says")),
    ],
    mark(
        "Each cohort with the one before it in the order of their names, and the last with the first."
        " Intervals from those of the two estimates, which are independent (Zou and Donner 2008); nothing is"
        " allowed for the number of differences looked at."
    ),
    is_grouped=True,
)


class Line(NamedTuple):
    """The estimate that counts for an indicator in one cohort."""

    cohort: str
    indicator: str
    rater: str
    basis: str
    unit: str
    estimate: float
    ci_low: float
    ci_high: float
    n: float
    n_comparison: float


class Pair(NamedTuple):
    """The difference of an indicator between two cohorts; without numbers where there is a ``reason``."""

    indicator: str
    rater: str
    unit: str
    earlier: str
    later: str
    difference: float
    ci_low: float
    ci_high: float
    confidence: float
    reason: str

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.ci_low > 0 or self.ci_high < 0


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

    ``output_dir`` is for ``manfaat run`` alone, which publishes two cohorts and more.

    Raises
    ------
    ProblemsError where no cohort of the programme is there, a report is out of date, or a definition file has
    a mistake; ValueError for an unknown language.
    """
    set_display()
    root = find_root()
    check_session(name, root)
    reports, outdated = up_to_date(finished(programme, data_dir=data_dir, reports_dir=reports_dir))
    known = cohorts_of(programme, root / data_dir, root)
    if len(reports) < 2 and (output_dir or outdated or not known):
        told = f"{len(reports)} of its cohorts has" if reports else "none of its cohorts has"
        expected = "two or more to be set side by side: manfaat run --all first"
        lacking = Problem(f"programme '{programme}'", f"{told} a finished report", expected=expected)
        refuse([*outdated, lacking])
    study = reports[0].study if reports else load_study(known[0], data_dir=data_dir, reports_dir=reports_dir)
    target = root / output_dir
    places = replace(
        study.places,
        reports_dir=target.parent,
        cohort=target.name if output_dir else f"{PAGES}/{programme}",
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
    return Chapter(name, Reader(language, replace(study, places=places))), reports


def cohorts_of(programme: str, data: Path, root: Path) -> list[str]:
    """The cohorts of a programme that are there, whether they have a report or not."""
    found = {name: load_cohort(data / "raw" / name, root=root)[0] for name in known_cohorts(data)}
    return [name for name, cohort in found.items() if cohort and cohort.programme == programme]


def programme_cover(reports: list[Finished], language: Language, day: date) -> Cover:
    """Return the cover of the page."""
    code, studies = language.code, [report.study for report in reports]
    kinds, periods = (
        "; ".join(dict.fromkeys(told))
        for told in (
            [kind_line(Reader(language.code, s)) for s in studies],
            [s.cohort.period[code] for s in studies],
        )
    )
    return Cover(
        studies[0].programme.title[code],
        language.say("Cohorts side by side"),
        periods,
        kinds,
        language.date(day),
        day,
    )


def cohort_labels(reports: list[Finished], language: Language) -> dict[str, str]:
    """What each cohort is called; with the name of its folder where two are called alike."""
    words = {report.name: report.study.cohort.label[language.code] for report in reports}
    return {
        name: label if list(words.values()).count(label) == 1 else f"{label} ({name})"
        for name, label in words.items()
    }


def named(row: Line | Pair, reader: Reader) -> str:
    """What the indicator of a line is called."""
    return measure_label(reader, row.indicator, row.rater)


def unit_word(row: Line, reader: Reader) -> str:
    """What stands on the axis: a share that is a level is per cent, not percentage points; empty where no
    unit is declared.
    """
    unit = labels.unit_of(reader.study, row.unit)
    if unit is None:
        return ""
    return reader.say("per cent") if unit.is_share and row.basis == LEVEL else unit.label[reader.code]


def written(row: Line, reader: Reader, gap: str = " ") -> str:
    """Write an estimate with its interval in its indicator's unit, a level as a level; ``gap`` stands between
    the ends.
    """
    unit = labels.unit_of(reader.study, row.unit)
    write = reader.level if row.basis == LEVEL else reader.amount
    estimate, low, high = (write(value, unit) for value in (row.estimate, row.ci_low, row.ci_high))
    return f"{estimate} [{low};{gap}{high}]"


def coverage(lines: pd.DataFrame, reader: Reader) -> str:
    """The coverage of the intervals."""
    known = lines["confidence"].dropna()
    return reader.percent(known.iloc[0] if len(known) else 0.95)


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


def opening(reports: list[Finished], reader: Reader) -> list[str]:
    """What stands beside each other, and what may be concluded from it; or what there is so far."""
    if len(reports) < 2:
        names = cohorts_of(
            reader.study.programme.programme, reader.study.places.data, reader.study.places.root
        )
        done = [report.name for report in reports]
        told = reader.say(
            "Cohorts of this programme with a finished report: {done}; still without one: {waiting}. Two and"
            " more are set side by side; manfaat run --all makes the reports.",
            done=reader.listing(done) or reader.say("none"),
            waiting=reader.listing([name for name in names if name not in done]) or reader.say("none"),
        )
        return [told]
    return [
        reader.say(
            "This programme has {n} cohorts with a finished report: {cohorts}. Every number stands as that"
            " report states it; nothing is estimated anew.",
            n=reader.number(len(reports), 0),
            cohorts=reader.listing(list(cohort_labels(reports, reader).values())),
        ),
        reader.say(
            "A difference between cohorts is no trend unless its interval excludes zero; and even then other"
            " people were asked, at another time, by whoever asked them."
        ),
    ]


def grade_table(reports: list[Finished], grades: pd.DataFrame, reader: Reader) -> list[Exhibit]:
    """The grade of each claim in each cohort; none where the programme claims nothing."""
    if grades.empty:
        return []
    words = cohort_labels(reports, reader)
    claims = {claim.id: f"{claim.id}. {claim.text[reader.code]}" for claim in reader.study.programme.claims}
    shown = {
        cohort: [reader.say(GRADE_WORDS[grade]) if grade else "–" for grade in grades[cohort]]
        for cohort in words
    }
    data = pd.DataFrame({"claim": grades["claim"].map(claims), **shown})
    more = [Column(cohort, label) for cohort, label in words.items()]
    return [GRADES.exhibit(reader, data, sources(reports, reader), more=more)]


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
    reports: list[Finished], lines: pd.DataFrame, differences: pd.DataFrame, reader: Reader
) -> list[Exhibit]:
    """Estimates of all cohorts, one panel an indicator; none where claims rest on no indicator."""
    chosen = list(dict.fromkeys(lines["indicator"]))[:MOST_PANELS]
    if not chosen:
        return []
    words, rows = cohort_labels(reports, reader), []
    formed = differences[differences["reason"] == ""]
    compared = set(zip(formed["indicator"], formed["earlier"], strict=True)) | set(
        zip(formed["indicator"], formed["later"], strict=True)
    )
    for row in typed_rows(lines[lines["indicator"].isin(chosen)], Line):
        unit = labels.unit_of(reader.study, row.unit)
        scale = unit.scale if unit else 1.0
        rows.append(
            {
                "name": row.indicator,
                "indicator": named(row, reader),
                "unit": unit_word(row, reader),
                "cohort": words[row.cohort],
                "estimate": row.estimate * scale,
                "ci_low": row.ci_low * scale,
                "ci_high": row.ci_high * scale,
                "is_compared": (row.indicator, row.cohort) in compared,
                "has_zero": row.basis != LEVEL,
                "text": written(row, reader),
            }
        )
    title = reader.say("What claims rest on, cohort by cohort")
    caption = reader.say(
        "The estimate that counts for each indicator, with its {confidence} interval, as each cohort's report"
        " states it; panels without a line at zero show levels, not differences. Filled: the interval"
        " excludes zero. Grey: compared with no other cohort, for the reason that the table of differences"
        " gives.",
        confidence=coverage(lines, reader),
    )
    note = f"{caption} {sources(reports, reader)}"
    return [cohort_trends(pd.DataFrame(rows), list(words.values()), title, note, reader)]


def estimate_table(reports: list[Finished], lines: pd.DataFrame, reader: Reader) -> list[Exhibit]:
    """Estimates with intervals, one row an indicator and one column a cohort; none where there are none."""
    words = cohort_labels(reports, reader)
    rows: dict[str, dict[str, str]] = {}
    for row in typed_rows(lines, Line):
        word = unit_word(row, reader)
        name = named(row, reader) + (f" ({word})" if word else "")
        cells = rows.setdefault(row.indicator, {"indicator": name})
        n = reader.number(row.n, 0)
        if row.n_comparison > 0:
            n += f"\u00a0/\u00a0{reader.number(row.n_comparison, 0)}"
        cells[row.cohort] = written(row, reader, "\u00a0") + f", n\u00a0=\u00a0{n}"
    if not rows:
        return []
    data = pd.DataFrame(rows.values()).reindex(columns=["indicator", *words])
    more = [Column(cohort, label, str) for cohort, label in words.items()]
    note, confidence = sources(reports, reader), coverage(lines, reader)
    return [ESTIMATES.exhibit(reader, data, note, more=more, whole=lines, confidence=confidence)]


def difference_table(reports: list[Finished], differences: pd.DataFrame, reader: Reader) -> list[Exhibit]:
    """Differences between cohorts, with intervals; or why there is none."""
    say, words, rows = reader.say, cohort_labels(reports, reader), []
    for row in typed_rows(differences, Pair):
        unit = labels.unit_of(reader.study, row.unit)
        gap, low, high = (reader.amount(value, unit) for value in (row.difference, row.ci_low, row.ci_high))
        rows.append(
            {
                "indicator": named(row, reader) + (f" ({unit.label[reader.code]})" if unit else ""),
                "pair": say("{later} minus {earlier}", later=words[row.later], earlier=words[row.earlier]),
                "difference": "–" if row.reason else gap,
                "interval": "–" if row.reason else f"{low} … {high}",
                "said": (
                    say(REASONS[row.reason])
                    if row.reason
                    else say("excludes zero")
                    if row.is_clear
                    else say("includes zero: no difference shown")
                ),
            }
        )
    if not rows:
        return []
    return [DIFFERENCES.exhibit(reader, rows, sources(reports, reader), whole=differences)]


def difference_sentences(reports: list[Finished], differences: pd.DataFrame, reader: Reader) -> list[str]:
    """How many differences exclude zero and how many would by chance; each that does; and what was not
    compared, and why.
    """
    say, words, told = reader.say, cohort_labels(reports, reader), []
    formed = [row for row in typed_rows(differences, Pair) if not row.reason]
    clear = [row for row in formed if row.is_clear]
    if formed:
        told.append(
            say(
                "Differences between cohorts: {n}; with an interval that excludes zero: {m}. If no cohort"
                " differed from another, about {chance} would by chance.",
                n=reader.number(len(formed), 0),
                m=reader.number(len(clear), 0),
                chance=reader.number(len(formed) * (1 - formed[0].confidence), 1),
            )
        )
    for row in clear:
        unit = labels.unit_of(reader.study, row.unit)
        told.append(
            say(
                "“{indicator}”: {later} minus {earlier} is {amount} ({confidence} interval {low} to {high}).",
                indicator=named(row, reader),
                later=words[row.later],
                earlier=words[row.earlier],
                amount=reader.amount_with_unit(row.difference, unit),
                low=reader.amount(row.ci_low, unit),
                high=reader.amount(row.ci_high, unit),
                confidence=reader.percent(row.confidence),
            )
        )
    if formed and not clear:
        told.append(
            say(
                "No trend is shown. That does not show that the programme worked alike in all cohorts: the"
                " intervals say how far they may differ."
            )
        )
    return told + refusals(differences, reader)


def refusals(differences: pd.DataFrame, reader: Reader) -> list[str]:
    """What was not compared, and why; apart what was compared in some pairs of cohorts."""
    formed = set(differences.loc[differences["reason"] == "", "indicator"])
    names: dict[tuple[str, bool], list[str]] = {}
    for row in typed_rows(differences[differences["reason"] != ""], Pair):
        names.setdefault((row.reason, row.indicator in formed), []).append(named(row, reader))
    return [
        reader.say(
            mark("Not compared in some pairs of cohorts: {indicators}; {reason}.")
            if is_partly
            else mark("Not compared: {indicators}; {reason}."),
            indicators=reader.listing(list(dict.fromkeys(told))),
            reason=reader.say(REASONS[reason]),
        )
        for (reason, is_partly), told in names.items()
    ]
