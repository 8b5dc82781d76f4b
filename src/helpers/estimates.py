"""One indicator by every declared specification; and, marked as exploratory, by one's own."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, replace

import pandas as pd

from helpers.naming import asked_for, labels_of, unknown
from helpers.recipes import Recipe, recipe_of
from helpers.showing import Answer, Part, listed, said
from manfaat import threats
from manfaat.base.disclosure import is_few
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.study import Study
from manfaat.evaluation.coefficients import tables_of
from manfaat.evaluation.estimate import Settings, as_table
from manfaat.evaluation.ladder import estimate_one, primary, sample_for
from manfaat.evaluation.linear import varying
from manfaat.evaluation.registry import METHODS, is_alone
from manfaat.evaluation.sample import Dataset, NotApplicableError
from manfaat.report import exhibits
from manfaat.report.chapter import Chapter
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.threats import threat_sentences, threat_tables

EXPLORATORY = "exploratory"


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
    where: str = ""
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
        if not self.is_exploratory:
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
        data = Dataset(self.table, self.study.programme, list(self.study.indicators))
        return tables_of(data, self.lines, self.settings)

    def recipe(self, specification: str | None = None) -> Recipe:
        """The statsmodels call that gives the same number.

        Parameters
        ----------
        specification : id of a specification; the one that speaks for the cohort unless given.

        Raises
        ------
        ProblemsError for an unknown specification, one without a number, or a method that no one call of
        statsmodels covers.

        Examples
        --------
        >>> study.estimate("earnings").recipe("adjusted-6").estimate.__round__()
        1672
        """
        rows = self.primary if specification is None else self.named(specification)
        if rows.empty or pd.isna(rows["estimate"].iloc[0]):
            told = reason_text(rows["reasons"].iloc[0], self.chapter.reader) if len(rows) else ""
            because = told or "none speaks for this cohort"
            raise ProblemsError([Problem("recipe", f"there is no estimate: {because}")])
        row = rows.iloc[0]
        line = next(one for one in self.lines if one.rater == (row["rater"] or ""))
        return recipe_of(self.study, line, row, self.table, self.where)

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


@dataclass(frozen=True)
class Choices:
    """What an analyst chose for an exploratory estimate: rows, covariates, clusters; None or empty where
    nothing was.
    """

    where: str = ""
    covariates: tuple[str, ...] | None = None
    cluster: str | None = None

    @property
    def are_any(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.where or self.covariates is not None or self.cluster)

    def told(self) -> str:
        """The choices in a few words, as the estimate's column ``subgroup`` holds those of rows."""
        covariates = "no covariates" if self.covariates == () else ", ".join(self.covariates or ())
        clusters = f"clusters: {self.cluster}" if self.cluster else ""
        return "; ".join(part for part in (self.where, covariates, clusters) if part)


def chosen_rows(table: pd.DataFrame, study: Study, where: str) -> pd.DataFrame:
    """The rows for which a condition holds.

    Raises
    ------
    ProblemsError that names what is near, for a condition that cannot be read, or that holds for nobody or
    few.
    """
    place = f"where={where!r}"
    try:
        rows = table.query(where, engine="python")
    except pd.errors.UndefinedVariableError as failure:
        word = str(failure).split("'")[1]
        labels = labels_of(study, "en")
        raise unknown(place, word, {name: labels.get(name, name) for name in table.columns}) from None
    except (SyntaxError, ValueError, TypeError, AttributeError, KeyError) as failure:
        told = f"it cannot be read: {failure}"
        raise ProblemsError([Problem(place, told, expected="such as age >= 30 and married == 1")]) from None
    if is_few(len(rows)) or rows.empty:
        held = "nobody" if rows.empty else "fewer than five"
        raise ProblemsError([Problem(place, f"it holds for {held}", expected="a larger group")])
    return rows


def check_columns(table: pd.DataFrame, study: Study, choices: Choices) -> None:
    """Refuse names of covariates and clusters that are no columns, and covariates that are no numbers."""
    labels = labels_of(study, "en")
    for name in (*(choices.covariates or ()), *([choices.cluster] if choices.cluster else [])):
        if name not in table:
            raise unknown("study.estimate", name, {one: labels.get(one, one) for one in table.columns})
    words = [one for one in choices.covariates or () if not pd.api.types.is_numeric_dtype(table[one])]
    if words:
        told = f"'{words[0]}' is no number"
        expected = "an indicator that is 0 or 1 for each of its answers"
        raise ProblemsError([Problem("study.estimate, covariates", told, expected=expected)])


def own_specification(study: Study, choices: Choices) -> Specification:
    """The primary specification with the covariates chosen."""
    base = study.programme.specification(study.primary)
    covariates = list(choices.covariates or ())
    method, known = base.method, METHODS[base.method]
    if covariates and (known.participants_only or not known.takes_covariates):
        method = "regression"
    if not covariates and (known.needs_covariates or method == "regression"):
        method = "difference_in_means"
    label = {"en": f"Exploratory: {choices.told()}", "id": f"Penjajakan: {choices.told()}"}
    kinds = base.std_errors if method == base.method or not known.needs_covariates else ["auto"]
    told = {"id": EXPLORATORY, "label": label, "method": method, "covariates": covariates}
    told |= {"baseline": "then" if base.baseline == "then" else "before"}
    whole = {**base.model_dump(), "std_errors": kinds, "indicators": [], **told}
    return Specification.model_validate(whole)


def exploring(study: Study, choices: Choices) -> Programme:
    """The programme with the analyst's choices in the place of what is declared; nothing of it is primary."""
    programme = study.programme
    design = programme.design.model_copy(update={"cluster": choices.cluster or programme.design.cluster})
    own = choices.covariates is not None
    specs = [own_specification(study, choices)] if own else programme.specifications
    if choices.cluster:
        specs = [
            spec.model_copy(update={"std_errors": [kind]})
            for spec in specs
            for kinds in [METHODS[spec.method].std_errors]
            for kind in [next((one for one in ("CR2", "CR1") if one in kinds), spec.std_errors[0])]
        ]
    return programme.model_copy(update={"design": design, "specifications": specs})


def constant(data: Dataset, line: Indicator, spec: Specification) -> list[str]:
    """Covariates of a specification that tell no units of its sample apart."""
    if not spec.covariates or spec.method == "fixed_effects":
        return []
    try:
        frame = sample_for(data, line, spec.model_copy(update={"trim": None})).frame
    except NotApplicableError:
        return []
    return [name for name in spec.covariates if name not in varying(frame, spec.covariates)]


def ladder(
    table: pd.DataFrame, lines: tuple[Indicator, ...], chapter: Chapter, settings: Settings, choices: Choices
) -> tuple[pd.DataFrame, tuple[str, ...], Study]:
    """Rows, notes and the study that they are by: the declared one, or the one with the analyst's choices."""
    study = chapter.study
    programme = exploring(study, choices) if choices.are_any else study.programme
    data = Dataset(table, programme, list(study.indicators))
    rows, left = [], []
    for line in lines:
        for spec in programme.specifications:
            if spec.indicators and line.indicator not in spec.indicators:
                continue
            same = constant(data, line, spec) if choices.are_any else []
            left += same
            kept = [name for name in spec.covariates if name not in same]
            used = spec.model_copy(update={"covariates": kept}) if same else spec
            rows += estimate_one(data, line, used, settings)
    frame = as_table(rows)
    names = ", ".join(dict.fromkeys(left))
    told = chapter.reader.say("Left out, because all units have the same: {names}.", names=names)
    if choices.are_any:
        frame = frame.assign(subgroup=choices.where, is_primary=False)
    return frame, (told,) if left else (), replace(study, programme=programme)


def estimate(
    chapter: Chapter, table: pd.DataFrame, name: str, rater: str | None, settings: Settings, choices: Choices
) -> Estimate:
    """Estimate one indicator; see ``OpenStudy.estimate``."""
    study, reader = chapter.study, chapter.reader
    lines = tuple(asked_for(study, name, rater))
    check_columns(table, study, choices)
    rows = chosen_rows(table, study, choices.where) if choices.where else table
    frame, notes, used = ladder(rows, lines, chapter, settings, choices)
    few = is_few(frame["n"].fillna(0)) | is_few(frame["n_comparison"].fillna(0))
    if choices.are_any and few.any():
        told = "an estimate would rest on fewer than five on one side"
        raise ProblemsError([Problem(f"where={choices.where!r}", told, expected="a larger group")])

    def make() -> list[Part]:
        mark = reader.say(
            "Exploratory: {choices}. Chosen now and not declared beforehand; it speaks for no cohort and"
            " enters no report.",
            choices=choices.told(),
        )
        alone = frame["method"].map(is_alone).all()
        return [
            *(said(mark, *notes, kind="exploratory") if choices.are_any else []),
            *exhibits.ladder_figures(replace(reader, study=used), frame),
            *([] if alone else exhibits.estimates_table(replace(reader, study=used), frame)),
        ]

    shown = f"estimate of {name}", chapter, make, lambda: frame, not choices.are_any
    return Estimate(
        *shown, study=used, lines=lines, table=rows, settings=settings, where=choices.where, notes=notes
    )
