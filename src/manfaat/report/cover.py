"""What stands on the cover of a report in every format."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from manfaat.report.reader import Reader


@dataclass(frozen=True)
class Cover:
    """What stands on the first page and in every running head."""

    title: str
    label: str
    period: str
    kind: str  # real data, or simulated
    date: str
    day: datetime.date
    is_brief: bool = False  # one page, without contents


def kind_line(reader: Reader) -> str:
    """Say on the cover whether people answered or a computer did."""
    if reader.study.cohort.kind == "synthetic":
        return reader.say("SYNTHETIC DATA: simulated; no person stands behind them")
    return reader.say("Real data")


def cover_of(reader: Reader, day: datetime.date) -> Cover:
    """Return the cover of a cohort's report."""
    code = reader.code
    return Cover(
        reader.study.programme.title[code],
        reader.study.cohort.label[code],
        reader.study.cohort.period[code],
        kind_line(reader),
        reader.date(day),
        day,
    )
