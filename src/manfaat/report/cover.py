"""What stands on the cover of a report in every format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from manfaat.analysis.study import Study
from manfaat.report.words import Language


@dataclass(frozen=True)
class Cover:
    """What stands on the first page and in every running head."""

    title: str
    label: str
    period: str
    kind: str  # real data, or simulated
    date: str


def kind_line(study: Study, language: Language) -> str:
    """Say on the cover whether people answered or a computer did."""
    if study.cohort.kind == "synthetic":
        return language.say("SYNTHETIC DATA: simulated; no person stands behind them")
    return language.say("Real data")


def cover_of(study: Study, language: Language, day: date) -> Cover:
    """Return the cover of a cohort's report."""
    code = language.code
    return Cover(
        study.programme.title[code],
        study.cohort.label[code],
        study.cohort.period[code],
        kind_line(study, language),
        language.date(day),
    )
