"""Estimates by an analyst's own choice of rows, covariates, clusters and specification."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from pandas.api.types import is_numeric_dtype

from manfaat.analysis.conditions import Labels, rows_where
from manfaat.base.disclosure import is_few
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.naming import labels_of, unknown
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import Settings, as_table
from manfaat.evaluation.ladder import estimate_contrasts, sample_for
from manfaat.evaluation.linear import varying
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import Dataset, NotApplicableError

EXPLORATORY = "exploratory"
FENCE = 3.0  # interquartile ranges beyond the quartiles: "far out" (Tukey 1977, Exploratory data analysis)
FEWEST_VALUES = 10  # different ones: of answers of a list none is an outlier


@dataclass(frozen=True)
class Choices:
    """What an analyst chose: rows, covariates, clusters, whether outliers stay, one of the specifications;
    None or empty where nothing was.
    """

    where: str = ""
    covariates: tuple[str, ...] | None = None
    cluster: str | None = None
    outliers: bool = True
    specification: str | None = None

    @property
    def are_any(self) -> bool:
        """Whether anything was chosen that is not declared; one of the declared specifications is no such
        thing.
        """
        return bool(self.where or self.covariates is not None or self.cluster or not self.outliers)

    def told(self) -> str:
        """The choices in a few words."""
        covariates = "no covariates" if self.covariates == () else ", ".join(self.covariates or ())
        clusters = f"clusters: {self.cluster}" if self.cluster else ""
        outliers = "" if self.outliers else "without outliers"
        return "; ".join(part for part in (self.where, covariates, clusters, outliers) if part)


@dataclass(frozen=True)
class Explored:
    """Estimates by an analyst's choices.

    Attributes
    ----------
    frame : the rows, see ``Estimate``. rows : the rows of the indicators that they rest on, outliers among
    them. study : the study with the choices in the place of what is declared. same : covariates that were
    left out because all units have the same. outliers : units left out as outliers.
    """

    frame: pd.DataFrame
    rows: pd.DataFrame
    study: Study
    same: tuple[str, ...] = ()
    outliers: int = 0


def check_columns(table: pd.DataFrame, study: Study, choices: Choices) -> None:
    """Refuse names of covariates and clusters that are no columns, and covariates that are no numbers."""
    labels = labels_of(study, "en")
    for name in (*(choices.covariates or ()), *([choices.cluster] if choices.cluster else [])):
        if name not in table:
            raise unknown("study.estimate", name, {one: labels.get(one, one) for one in table.columns})
    words = [one for one in choices.covariates or () if not is_numeric_dtype(table[one])]
    if words:
        told = f"'{words[0]}' is no number"
        expected = "an indicator that is 0 or 1 for each of its answers"
        raise ProblemsError([Problem("study.estimate, covariates", told, expected=expected)])


def base_of(study: Study, name: str | None) -> Specification:
    """The specification chosen, or the primary one.

    Raises
    ------
    ProblemsError that names what is near.
    """
    known = {spec.id: spec.label["en"] if spec.label else spec.id for spec in study.programme.specifications}
    if name is not None and name not in known:
        raise unknown("study.estimate, specification", name, known)
    return study.programme.specification(name or study.primary)


def own_specification(study: Study, choices: Choices) -> Specification:
    """The specification chosen, else the primary one, with the covariates chosen."""
    base = base_of(study, choices.specification)
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
    """The programme with the analyst's choices in the place of what is declared."""
    programme = study.programme
    if choices.covariates is not None:
        specs = [own_specification(study, choices)]
    elif choices.specification is not None:
        specs = [base_of(study, choices.specification)]
    else:
        specs = programme.specifications
    if not choices.cluster:
        return programme.model_copy(update={"specifications": specs})
    design = programme.design.model_copy(update={"cluster": choices.cluster})
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


def far_out(values: pd.Series) -> pd.Series:
    """Whether each value lies more than three interquartile ranges beyond the quartiles of all.

    Nobody is far out of answers with few values, of a yes or no, or where half of all are the same.
    """
    if not is_numeric_dtype(values) or values.nunique() <= FEWEST_VALUES:
        return pd.Series(False, index=values.index)
    low, high = values.quantile([0.25, 0.75])
    reach = FENCE * (high - low)
    return ((values < low - reach) | (values > high + reach)) & (reach > 0)


def rows_for(table: pd.DataFrame, line: Indicator, choices: Choices) -> pd.DataFrame:
    """The rows that an indicator is estimated on: all, or those that are not far out in it."""
    return table if choices.outliers else table[~far_out(table[line.name])]


def explore(
    table: pd.DataFrame,
    study: Study,
    lines: tuple[Indicator, ...],
    settings: Settings,
    choices: Choices,
    labels: Labels,
) -> Explored:
    """Estimate indicators by what an analyst chose; by every declared specification where nothing was.

    Parameters
    ----------
    table : the indicators, with the answers beside them where a choice may name some. labels : what codes are
    called, for ``where``; see ``answer_labels``.

    Raises
    ------
    ProblemsError that names what is near; for conditions that hold for few.
    """
    check_columns(table, study, choices)
    rows = rows_where(table, study, choices.where, labels) if choices.where else table
    programme, found, left, gone = exploring(study, choices), [], [], 0
    for line in lines:
        data = Dataset(rows_for(rows, line, choices), programme, list(study.indicators))
        gone = max(gone, len(rows) - len(data.table))
        for spec in [spec for spec in programme.specifications if spec.asks_for(line.indicator)]:
            same = constant(data, line, spec) if choices.are_any else []
            left += same
            kept = [name for name in spec.covariates if name not in same]
            used = spec.model_copy(update={"covariates": kept}) if same else spec
            found += estimate_contrasts(data, line, used, settings)
    frame = as_table(found)
    if choices.are_any:
        frame = frame.assign(subgroup=choices.where, is_primary=False)
        few = is_few(frame["n"].fillna(0)) | is_few(frame["n_comparison"].fillna(0))
        if few.any():
            told = "an estimate would rest on fewer than five on one side"
            raise ProblemsError([Problem(f"where={choices.where!r}", told, expected="a larger group")])
    return Explored(frame, rows, replace(study, programme=programme), tuple(dict.fromkeys(left)), gone)
