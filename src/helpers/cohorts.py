"""The cohorts of a programme side by side: the questions of ``08_cohorts``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from helpers.showing import Part, Questions, listed, question, said
from manfaat.analysis import trends
from manfaat.analysis.trends import Finished
from manfaat.report import cohorts


@dataclass(frozen=True, repr=False)
class Cohorts(Questions):
    """The finished reports of a programme's cohorts. Open them by ``open_programme``.

    Attributes
    ----------
    reports : one a cohort, the oldest first.
    lines : the estimates that claims rest on, one row a cohort and indicator.
    pairs : differences between cohorts, with intervals.

    Examples
    --------
    >>> from inspect import signature
    >>> list(signature(Cohorts).parameters)
    ['chapter', 'reports']
    """

    reports: list[Finished]

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The estimates that claims rest on, cohort by cohort."""
        return trends.side_by_side(self.reports)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The differences between cohorts."""
        return trends.differences(self.reports, self.lines)

    @cached_property
    def graded(self) -> pd.DataFrame:
        """The grades of all claims, one row a cohort and claim."""
        return trends.grades(self.reports)

    @question("lines")
    def opening(self) -> list[Part]:
        """Which cohorts stand side by side."""
        return said(*cohorts.opening(self.reports, self.reader))

    @question("graded")
    def grades(self) -> list[Part]:
        """What each cohort says of the claims."""
        return [
            *listed(cohorts.grade_sentences(self.reports, self.graded, self.reader)),
            *cohorts.grade_table(self.reports, self.graded, self.reader),
        ]

    @question("lines")
    def estimates(self) -> list[Part]:
        """What the claims rest on, cohort by cohort."""
        return [
            *cohorts.trend_figure(self.reports, self.lines, self.pairs, self.reader),
            *cohorts.estimate_table(self.reports, self.lines, self.reader),
        ]

    @question("pairs")
    def differences(self) -> list[Part]:
        """Whether the cohorts differ: one row a pair of cohorts and an indicator."""
        return [
            *listed(cohorts.difference_sentences(self.reports, self.pairs, self.reader)),
            *cohorts.difference_table(self.reports, self.pairs, self.reader),
        ]

    def write(self) -> None:
        """Write estimates and differences beside the programme's page."""
        self.chapter.write_summary(self.lines, "estimates_by_cohort")
        self.chapter.write_summary(self.pairs, "differences")


def open_programme(
    programme: str,
    *,
    language: str = "en",
    data_dir: str = "data",
    reports_dir: str = "reports",
    output_dir: str = "",
    notebook: str = "08_cohorts",
) -> Cohorts:
    """Open the finished reports of a programme's cohorts.

    Parameters
    ----------
    programme : a folder of ``programmes``. output_dir : for ``manfaat run`` alone, which publishes.

    Raises
    ------
    ProblemsError if a report is out of date, or there is no such programme; ValueError for an unknown
    language.

    Examples
    --------
    >>> open_programme("nsv")
    Traceback (most recent call last):
    manfaat.base.problems.ProblemsError: 1 problem found
      - programme 'nsv': none of its cohorts has a finished report. Expected: two or more to be set side...
    """
    chapter, reports = cohorts.open_programme(
        notebook,
        programme,
        language=language,
        data_dir=data_dir,
        reports_dir=reports_dir,
        output_dir=output_dir,
    )
    return Cohorts(chapter, reports)
