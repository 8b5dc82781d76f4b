"""One indicator by every declared specification; and, marked as exploratory, by one's own."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace

import pandas as pd

from helpers.showing import Answer, Part, listed, said
from manfaat import threats
from manfaat.analysis.conditions import Labels
from manfaat.analysis.exploring import Choices, explore, rows_for
from manfaat.analysis.recipes import Recipe, recipe_of
from manfaat.base.disclosure import is_few
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.naming import unknown
from manfaat.definitions.study import Study
from manfaat.evaluation.coefficients import tables_of
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import primary
from manfaat.evaluation.registry import is_alone
from manfaat.evaluation.sample import Dataset
from manfaat.report import exhibits, ladders
from manfaat.report.chapter import Chapter
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.threats import threat_sentences, threat_tables


@dataclass(frozen=True, repr=False)
class Estimate(Answer):
    """An indicator's estimates: the whole declared ladder, or an exploratory one.

    Attributes
    ----------
    frame : one row a rater, specification, population and kind of standard error, in the columns of
        ``estimates.csv``; estimates in the indicator's unit (a share as 0.11). A method that does not apply
        has a row without numbers and with the reason.
    notes : what was done on the way, such as covariates that were left out because all units have the same.

    Examples
    --------
    >>> earnings = study.estimate("earnings")
    >>> earnings.primary[["n", "n_comparison", "estimate", "ci_low", "ci_high"]].round(0).T.squeeze().tolist()
    [185.0, 260.0, 1794.0, 476.0, 3113.0]
    >>> mine = study.estimate("earnings", where="married == 1", covariates=["age", "married"])
    >>> mine.is_exploratory, mine.notes
    (True, ('Left out, because all units have the same: married.',))
    """

    _: KW_ONLY
    study: Study = field(compare=False)
    lines: tuple[Indicator, ...]
    table: pd.DataFrame = field(compare=False)
    settings: Settings
    choices: Choices = field(default_factory=Choices)
    notes: tuple[str, ...] = ()

    @property
    def is_exploratory(self) -> bool:
        """Whether anything was chosen now that is not declared in the programme."""
        return not self.is_published

    @property
    def primary(self) -> pd.DataFrame:
        """The rows that speak for the cohort by the declared rule; of an exploratory estimate, all with a
        number and of the first kind of standard error.
        """
        if self.choices == Choices():
            return primary(self.frame)
        keys = ["indicator", "rater", "specification", "estimand"]
        return self.frame[~self.frame.duplicated(keys)].dropna(subset=["estimate"])

    @property
    def coefficients(self) -> pd.DataFrame:
        """Every coefficient of the regressions among them, with R², n and what the comparison group has.

        Examples
        --------
        >>> whole = study.estimate("earnings").coefficients
        >>> whole.loc[whole["specification"] == "adjusted-6", "term"].tolist()[:3]
        ['(constant)', 'group', 'age']
        """
        parts = []
        for line in self.lines:
            rows = rows_for(self.table, line, self.choices)
            data = Dataset(rows, self.study.programme, list(self.study.indicators))
            parts.append(tables_of(data, (line,), self.settings))
        return pd.concat(parts, ignore_index=True)

    def recipe(
        self, language: str = "python", *, specification: str | None = None, std_error: str | None = None
    ) -> Recipe:
        """The whole call that gives the same number elsewhere, and the units that it rests on as a file.

        Parameters
        ----------
        language : ``python`` (statsmodels), ``r`` (sandwich, clubSandwich) or ``stata``.
        specification : id of a specification; the one that speaks for the cohort unless given.
        std_error : a kind of standard error; the one that is reported unless given.

        Raises
        ------
        ProblemsError that names what is near; for an estimate without a number; for a method that no library
        covers, with its formula.

        Examples
        --------
        >>> round(study.estimate("earnings").recipe(specification="adjusted-6").estimate)
        1672
        """
        rows = self.primary if specification is None else self.named(specification)
        if std_error is not None:
            kinds = rows["std_error_kind"].tolist()
            if std_error not in kinds:
                raise unknown("recipe, std_error", std_error, {kind: kind for kind in kinds})
            rows = rows[rows["std_error_kind"] == std_error]
        known = rows.dropna(subset=["estimate"])
        if known.empty:
            told = reason_text(rows["reasons"].iloc[0], self.chapter.reader) if len(rows) else ""
            because = told or "none speaks for this cohort"
            raise ProblemsError([Problem("recipe", f"there is no estimate: {because}")])
        row = known.iloc[0]
        line = next(one for one in self.lines if one.rater == (row["rater"] or ""))
        return recipe_of(self.study, line, row, rows_for(self.table, line, self.choices), language)

    def named(self, specification: str) -> pd.DataFrame:
        """The rows of one specification.

        Raises
        ------
        ProblemsError that names what is near.
        """
        called = Reader("en", self.study).specification_label
        known = {spec.id: called(spec) for spec in self.study.programme.specifications}
        if specification not in known:
            raise unknown("recipe", specification, known)
        return self.frame[self.frame["specification"] == specification]

    def threats(self) -> Answer:
        """What threatens the primary estimate: a table and a sentence; ``.frame`` has one row a number.

        Raises
        ------
        ProblemsError for an exploratory estimate: threats are examined where something was declared.

        Examples
        --------
        >>> found = study.estimate("earnings").threats()
        >>> found.frame["threat"].unique()[:3].tolist()
        ['balance', 'overlap', 'placebo']
        """
        if self.is_exploratory:
            told = "an exploratory estimate is no claim that anything could threaten"
            raise ProblemsError([Problem("threats", told, expected="study.estimate(…) without choices")])
        study = self.study
        given = self.table, study.programme, list(study.indicators), self.frame, self.settings
        found = threats.run(*given, cohort=study.cohort)
        rows = found.rows[found.rows["indicator"].isin({line.indicator for line in self.lines})]
        own = replace(found, rows=rows)

        def make() -> list[Part]:
            # claims or not: what was asked for is told
            declared = study.programme.model_copy(update={"claims": []})
            about = replace(self.chapter.reader, study=replace(study, programme=declared))
            return [*listed(threat_sentences(about, own, self.frame)), *threat_tables(about, own, self.frame)]

        return Answer(f"threats to {self.title}", self.chapter, make, lambda: rows)


def estimate(
    chapter: Chapter,
    table: pd.DataFrame,
    lines: tuple[Indicator, ...],
    settings: Settings,
    choices: Choices,
    labels: Labels,
) -> Estimate:
    """Estimate one indicator; see ``OpenStudy.estimate`` and ``exploring.explore``."""
    study, reader = chapter.study, chapter.reader
    found = explore(table, study, lines, settings, choices, labels)
    told = reader.say("Left out, because all units have the same: {names}.", names=", ".join(found.same))
    far = reader.say(
        "Left out, because far out of all others in this: {n} {units}.",
        n="1–4" if is_few(found.outliers) else found.outliers,
        units=reader.units,
    )
    notes = (*([told] if found.same else []), *([] if choices.outliers else [far]))

    def make() -> list[Part]:
        mark = reader.say(
            "Exploratory: {choices}. Chosen now and not declared beforehand; it speaks for no cohort and"
            " enters no report.",
            choices=choices.told(),
        )
        about = replace(reader, study=found.study)
        alone = found.frame["method"].map(is_alone).all()
        return [
            *(said(mark, *notes, kind="exploratory") if choices.are_any else []),
            *ladders.ladder_figures(about, found.frame),
            *([] if alone else exhibits.estimates_table(about, found.frame)),
        ]

    return Estimate(
        f"estimate of {lines[0].indicator}",
        chapter,
        make,
        lambda: found.frame,
        not choices.are_any,
        study=found.study,
        lines=lines,
        table=found.rows,
        settings=settings,
        choices=choices,
        notes=notes,
    )
