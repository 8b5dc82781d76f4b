"""``corrections.csv``: single wrong answers, each with who found it, when and why."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from manfaat.base.problems import Problem
from manfaat.definitions.records import Record, read_rows, shown


class Correction(Record):
    """One line of ``corrections.csv``: a single wrong answer, with who found it, when and why."""

    cohort: str
    """Cohort that is corrected. Example: survey-2024"""
    table: str
    """Table that is corrected. Example: people"""
    key: str
    """Row: its key, or its file and row. Example: export.xlsx:17"""
    variable: str
    """Variable that is corrected; empty for a whole row. Example: wage_now"""
    old: str
    """Answer as it was delivered. Example: 25000000"""
    new: str
    """Right answer, or what becomes of it. Example: 2500000"""
    who: str = Field(min_length=1)
    """Initials of who decided. Example: AB"""
    when: str = Field(min_length=1)
    """Day of the decision. Example: 2024-11-03"""
    why: str = Field(min_length=1)
    """Reason of the decision. Example: the respondent confirmed it by telephone"""


def load_corrections(folder: Path, *, root: Path) -> tuple[list[tuple[int, Correction]], list[Problem], str]:
    """Read ``corrections.csv`` of a programme, if there is one."""
    path = folder / "corrections.csv"
    records, problems = read_rows(Correction, path, root=root, required=False)
    return records, problems, shown(path, root)
