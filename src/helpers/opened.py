"""One cohort, opened: what an analyst may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import display

from helpers import estimates, frames, tracing
from helpers.benefits import Benefits
from helpers.cleaned import Cleaned
from helpers.costed import Costed
from helpers.findings import Findings
from helpers.inputs import Inputs
from helpers.measured import Measured
from helpers.missing import Missing
from helpers.results import Results
from helpers.showing import Answer
from manfaat.analysis.conditions import Labels, answer_labels, rows_where, with_answers
from manfaat.analysis.exploring import Choices
from manfaat.analysis.study import load_study
from manfaat.base.showing import line
from manfaat.costs.flows import Terms
from manfaat.definitions import naming, searching
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import Settings
from manfaat.report import describing
from manfaat.report.chapter import Chapter, open_chapter, set_display
from manfaat.report.own import Draw, Words, own_exhibit
from manfaat.report.reader import Reader


@dataclass(frozen=True, repr=False)
class OpenStudy:
    """One cohort with its definitions and tables. Open one by ``open_study``.

    Asking reads the tables that the notebooks or ``manfaat run`` left, as long as nothing they were made from
    has changed; else the delivery is cleaned and measured first, below ``data/processed/<cohort>/scratch/``.
    Nothing is written elsewhere.

    Examples
    --------
    >>> study = open_study(cohort)
    >>> study.people["married"].value_counts().to_dict()
    {'No': 370, 'Yes': 75}
    """

    definition: Study
    chapter: Chapter = field(compare=False)
    read: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False)

    @property
    def reader(self) -> Reader:
        """The study in the reader's language."""
        return self.chapter.reader

    def __repr__(self) -> str:
        study, cohort = self.definition, self.definition.cohort
        told = f"{cohort.cohort} ({study.programme.title[self.reader.code]})"
        how = f"{cohort.kind} data, {cohort.assignment}"
        return line("study", told, how, f"{len(study.indicators)} indicators", f"tables {self.state}")

    def _repr_html_(self) -> str:
        return self.definition._repr_html_()

    @property
    def state(self) -> str:
        """Whether the tables are there: ``ready``, or what will be done first."""
        main = f"{self.definition.programme.main_table}.parquet"
        wanted = {main: "01_clean", "indicators.parquet": "02_indicators"}
        shelf = self.chapter.shelf
        doubts = [doubt for name, by in wanted.items() for doubt in shelf.find(name, by)[1]]
        return f"to be cleaned first ({doubts[0].because})" if doubts else "ready"

    def table(self, name: str) -> pd.DataFrame:
        """A table as it is stored, with codes: a cleaned one, ``indicators``, ``<table>_reasons`` and others.

        Returns
        -------
        One row a unit (of ``indicators``: in a panel, a unit in one period), ``_key`` its key.

        Raises
        ------
        ProblemsError for an unknown name; for a large delivery, or within the report's own notebooks, which
        notebook or command to run first.

        Examples
        --------
        >>> study.table("people").shape
        (445, 14)
        """
        stem = name.removesuffix("_reasons").removesuffix("_aside").removesuffix("_findings")
        known = [*self.definition.programme.tables, "indicators", "indicators_missing"]
        if name not in known and stem not in known:
            raise naming.unknown(f"study.table('{name}')", name, {one: one for one in known})
        if name not in self.read or self.chapter.name:  # a notebook of the report may write it meanwhile
            self.read[name] = frames.read(self.chapter, name)
        return self.read[name].copy(deep=False)

    @cached_property
    def people(self) -> pd.DataFrame:
        """The answers of the main table, one row a unit: categories with labels, dates, numbers; the index is
        the unit's key.

        Names and other identifiers are not in it. It is about people: shown in a notebook of the report it is
        left out of the report.

        Raises
        ------
        ProblemsError with everything that stops cleaning.

        Examples
        --------
        >>> study.people.shape
        (445, 10)
        >>> study.people["group"].cat.categories.tolist()
        ['Participants', 'Controls']
        """
        main = self.definition.programme.main_table
        return frames.labelled(self.table(main), main, self.reader)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """The indicators, one row a unit (in a panel, a unit in one period); the index is the unit's key.

        ``took_part`` is 1 for participants, 0 for the comparison group, missing for anyone else. Amounts are
        in the unit that ``find`` tells, shares 0 or 1.

        Raises
        ------
        ProblemsError with everything that stops cleaning or measuring.

        Examples
        --------
        >>> study.indicators.groupby("took_part")["earnings_1978"].mean().round().to_dict()
        {0.0: 4555.0, 1.0: 6349.0}
        """
        return frames.measured(self.reader, self.table("indicators"))

    def find(self, text: str) -> pd.DataFrame:
        """Indicators and answers whose name, label or definition holds a text; else those near it.

        Returns
        -------
        One row each: ``name, indicator, kind`` (``indicator`` or ``answer``), ``stage, time, rater, unit,
        label, definition``.

        Examples
        --------
        >>> study.find("school")["name"].tolist()
        ['education', 'no_degree', 'no_degree_delivered']
        >>> study.find("maried")["name"].tolist()[:1]
        ['married']
        """
        return searching.found(self.definition, text, self.reader.code)

    def describe(self, name: str, by: str | list[str] | None = None, *, where: str = "") -> Answer:
        """How an indicator or an answer is spread, by group.

        Means, shares and percentiles are by the survey weights where the design declares some, which the note
        below the table says; n counts people. What rests on fewer than five is hidden, with as much more as
        it takes that it cannot be worked out.

        Parameters
        ----------
        name : an indicator, its column, or an answer of the main table. by : columns of groups, of at most 30
        values each. where : a condition, as of ``estimate``.

        Returns
        -------
        An answer whose ``frame`` has one row a group (``group, n, n_missing, mean``, of what is no yes or no
        also ``sd`` and percentiles), or, of an answer from a list, one row a group and answer (``n, share``).

        Raises
        ------
        ProblemsError that names what is near.

        Examples
        --------
        >>> study.describe("earnings", by="group").frame[["group", "n", "mean"]].round().values.tolist()
        [['Participants', 185, 6349.0], ['Controls', 260, 4555.0]]
        """
        return self.answer(describing.described(self.reader, self.among(where), name, by))

    def figure(self, name: str, by: str | list[str] | None = None, *, where: str = "") -> Answer:
        """What ``describe`` gives, drawn in the house's style: boxes of numbers, bars of shares.

        Examples
        --------
        >>> study.figure("education", by="group")
        <figure of education by group: 1 figure, 2 rows>
        """
        return self.answer(describing.drawn(self.reader, self.among(where), name, by))

    def crosstab(self, row: str, column: str, *, where: str = "") -> Answer:
        """How two answers go together: counts, shares of each column, and the test that fits them.

        Counts that rest on fewer than five are hidden, with as many more as it takes. The test is
        chi-square, where few are expected in a cell an exact or permuted one; none by survey weights or
        clusters, for which these do not hold.

        Returns
        -------
        An answer whose ``frame`` has one row a pair of answers (``row, column, n, share``).

        Examples
        --------
        >>> study.crosstab("married", "group").frame["n"].tolist()
        [35.0, 150.0, 40.0, 220.0]
        """
        return self.answer(describing.cross_described(self.reader, self.among(where), row, column))

    def missing(self, name: str, by: str | None = None, *, where: str = "") -> Missing:
        """Why values are missing, by group: ``frame`` counts, ``people`` names who has which reason.

        Examples
        --------
        >>> why = study.missing("earnings", by="group")
        >>> float(why.frame["n"].sum()), len(why.people)
        (0.0, 0)
        """
        return Missing.of(self, self.among(where), name, by)

    def rows(self, where: str) -> pd.DataFrame:
        """Indicators and answers, as codes, of those for whom a condition holds."""
        table, labels = self.choosable
        return rows_where(table, self.definition, where, labels) if where else table

    def among(self, where: str) -> describing.Asked:
        """Everything that may be described, of those for whom a condition holds."""
        if not where:
            return self.asked
        kept = self.choosable[0].index.isin(self.rows(where).index)
        return replace(self.asked, frame=self.asked.frame[kept])

    def answer(self, told: describing.Described) -> Answer:
        """Something described, as an answer."""
        return Answer(told.title, self.chapter, lambda: [told.show()], lambda: told.data)

    @cached_property
    def asked(self) -> describing.Asked:
        """Everything that may be described, one column each."""
        study, frame = self.definition, self.indicators
        if study.programme.design.panel is None:
            answered = self.people
            others = [one for one in answered if one not in frame]
            frame = frame.join(answered.loc[~answered.index.duplicated(), others])
            return describing.Asked(study, frame, answered)
        return describing.Asked(study, frame, frame.iloc[:0, :0])

    def estimate(
        self,
        name: str,
        *,
        where: str = "",
        covariates: list[str] | None = None,
        cluster: str | None = None,
        outliers: bool = True,
        specification: str | None = None,
        **settings: Any,
    ) -> estimates.Estimate:
        """The estimates of an indicator by every specification that the programme declares.

        Any choice of rows, covariates, clusters or outliers makes it exploratory: it says so and enters no
        report.

        Parameters
        ----------
        name : what is measured, or its column after the programme.
        where : a condition on columns of ``indicators`` and answers of ``people``, by code or label, such as
        ``"age >= 30 and married == 'Yes'"``. Covariates that tell the rows no longer apart are left out,
        which ``notes`` says.
        covariates : columns that are adjusted for in the place of those declared; an empty list for none.
        cluster : a column that says which units were drawn or assigned together; CR2 standard errors.
        outliers : False leaves out who lies more than three interquartile ranges beyond the quartiles
        of the indicator.
        specification : one of those declared, instead of all.
        settings : ``rater``, whose measurement; ``confidence, power, seed, draws`` (0.95, 0.8, 1, 9999).

        Raises
        ------
        ProblemsError that names what is near; for conditions that hold for few.

        Examples
        --------
        >>> study.estimate("earnings").primary["estimate"].round().tolist()
        [1794.0]
        >>> study.estimate("earnings", covariates=["age", "education"]).primary["estimate"].round().tolist()
        [1659.0]
        >>> study.estimate("earning")
        Traceback (most recent call last):
        manfaat.base.problems.ProblemsError: 1 problem found
          - study.estimate('earning'): there is no 'earning'. Expected: did you mean earnings (Annual...
        """
        study, rater = self.definition, settings.pop("rater", None)
        lines = tuple(naming.asked_for(study, name, rater))
        own = None if covariates is None else tuple(covariates)
        choices = Choices(where, own, cluster, outliers, specification)
        table, labels = self.choosable if choices.are_any else (self.table("indicators"), {})
        return estimates.estimate(self.chapter, table, lines, self.settings(**settings), choices, labels)

    @cached_property
    def choosable(self) -> tuple[pd.DataFrame, Labels]:
        """The columns that a condition may name, with codes; and what these are called."""
        study, table, answers = self.definition, self.table("indicators"), None
        if study.programme.design.panel is None:
            answers = self.table(study.programme.main_table)
            table = with_answers(study, table, answers)
        groups = {code: self.reader.group_label(code) for code in frames.group_codes(self.reader, table)}
        group = {study.programme.design.group: {label: code for code, label in groups.items()}}
        return table, answer_labels(study, table, answers) | group

    def settings(self, **chosen: Any) -> Settings:
        """The choices of a run: ``confidence, power, seed, draws``; those of ``manfaat run`` unless given."""
        return self.chapter.settings(**{"confidence": 0.95, "power": 0.8, "seed": 1, "draws": 9999, **chosen})

    def person(self, key: str) -> tracing.Person:
        """What cleaning did to one unit: its ``frame`` has one row a changed cell, with rule and raw text.

        Raises
        ------
        ProblemsError that names the keys that are near.

        Examples
        --------
        >>> study.person(study.people.index[0]).missing.empty
        True
        """
        self.table(self.definition.programme.main_table)
        return tracing.person(self.chapter, key)

    def show(
        self, what: Any, title: Words = "", *, counts: str = "", draw: Draw | None = None, caption: Words = ""
    ) -> None:
        """Show something of your own; in a notebook of the report it becomes a numbered exhibit of it.

        Numbers that rest on fewer than five are hidden, others told as the report tells them.

        Parameters
        ----------
        what : a table with one row a group, or an answer of the study. counts : its column that says on how
        many units each row rests. title, caption : in the programme's first language, or ``{"en": …, "id":
        …}``. draw : a function of the table, as it may leave the house, and axes: shows what it draws.
        Raises ProblemsError for what may not leave, and where the report's language has no words.
        """
        made = (
            None
            if isinstance(what, Answer)
            else own_exhibit(self.reader, what, title, counts=counts, draw=draw, caption=caption)
        )
        self.chapter.show(made) if made and self.chapter.name else display(made or what)

    def clean(self) -> Cleaned:
        """Read and clean the delivery; what notebook 01 asks."""
        return Cleaned(self.chapter)

    def measure(self) -> Measured:
        """Build the indicators from the clean tables; what notebook 02 asks."""
        return Measured(self.chapter)

    def inputs(self, *, confidence: float = 0.95, power: float = 0.8) -> Inputs:
        """Setting, participants, balance and activities; what notebook 03 asks."""
        return Inputs(self.chapter, confidence, power)

    def costs(self, means: pd.DataFrame, *, base_year: int = 0) -> Costed:
        """What the programme cost, and who paid; ``means`` are those of ``inputs``."""
        return Costed(self.chapter, base_year, means)

    def results(self, *stages: str, **settings: Any) -> Results:
        """The indicators of some stages (``output, outcome, impact``); what notebooks 04 and 05 ask.
        ``settings`` : ``confidence, power, seed, draws`` (0.95, 0.8, 1, 9999 unless given).
        """
        return Results(self.chapter, stages, self.settings(**settings))

    def benefits(
        self, *, base_year: int = 0, assumed_gain: float = 0.05, seed: int = 1, **terms: Any
    ) -> Benefits:
        """What the programme was worth, and to whom; what notebook 06 asks. ``terms`` : ``discount_rate,
        horizon, decay, timing, funds`` (what one unit of public money costs society).
        """
        return Benefits(self.chapter, Terms(**{"decay": 0.05, **terms}), base_year, assumed_gain, seed)

    def findings(self, **settings: Any) -> Findings:
        """All estimates together and the verdicts; what notebook 07 asks."""
        return Findings(self.chapter, self.settings(**settings))


def open_study(
    cohort: str,
    *,
    notebook: str = "",
    language: str = "en",
    data_dir: str = "data",
    reports_dir: str = "reports",
) -> OpenStudy:
    """Open a cohort: load and check its definitions.

    Parameters
    ----------
    cohort : a folder of ``data/raw``. language : of labels, figures and sentences.
    notebook : set by the notebooks of the report: what is shown is then numbered, kept and published, and
    tables of earlier notebooks are read and never made.
    data_dir, reports_dir : folders, relative to the project, which is looked for above the working folder.

    Raises
    ------
    ProblemsError with every mistake in the definition files; where there is no such cohort, which are near.
    ValueError for an unknown language. FileNotFoundError outside a project.

    Examples
    --------
    >>> study = open_study(cohort)
    >>> len(repr(study)) < 300
    True
    >>> open_study(cohort[:-2])
    Traceback (most recent call last):
    manfaat.base.problems.ProblemsError: 1 problem found
      - data/raw/...: there is no cohort '...'. Expected: did you mean ...
    """
    if notebook:
        chapter = open_chapter(
            notebook, cohort, language=language, data_dir=data_dir, reports_dir=reports_dir
        )
        return OpenStudy(chapter.study, chapter)
    set_display()
    study = load_study(cohort, data_dir=data_dir, reports_dir=reports_dir)
    return OpenStudy(study, Chapter("", Reader(language, study)))
