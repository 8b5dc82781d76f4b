"""The whole table of a regression: every coefficient with the error that the specification declares, how much
it explains, what the effect is beside the comparison group, and whether effects are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.disclosure import is_few
from manfaat.base.reasons import write_reasons
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.comparison import comparison_of, percent_of
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimate import (
    Comparison,
    Inference,
    Result,
    Settings,
    from_settings,
    margins,
    rounded,
)
from manfaat.evaluation.inference import resolve
from manfaat.evaluation.ladder import sample_for, with_treatment
from manfaat.evaluation.linear import CONSTANT, TREATMENT, Regression, root_weights
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.resampling import assigned_whole
from manfaat.evaluation.sample import Dataset, NotApplicableError
from manfaat.evaluation.std_errors import Coefficient

EQUAL = "equal"
OF_MODEL = ["cohort", "stage", "indicator", "rater", "specification", "std_error_kind"]
OF_ALL = ["n", "r_squared", "mean_comparison", "sd_comparison"]  # of a regression, the same in all its rows
OF_TREATMENT = ["percent", "percent_std_error", "in_sd"]
OF_TEST = ["statistic", "df_numerator"]
NUMBERS = ["estimate", "std_error", "df", "ci_low", "ci_high", "p_value"]
COLUMNS = [*OF_MODEL, "role", "term", *NUMBERS, *OF_TEST, *OF_TREATMENT, *OF_ALL, "reasons"]


@dataclass(frozen=True)
class Model:
    """A regression with the one kind of standard error that its table is by."""

    regression: Regression
    kind: str
    inference: Inference

    def along(self, contrast: np.ndarray) -> tuple[float, Error]:
        """A coefficient, or a sum of several, and its error.

        Raises
        ------
        NotApplicableError where this kind cannot be had of it.
        """
        one = self.regression
        fitted = one.fitted.along(contrast)
        found = Coefficient(fitted, one.sample, self.inference, counted=one.counted).error(self.kind)
        error = Error(found.std_error, found.df, found.reasons) if isinstance(found, Result) else found
        return fitted.estimate, error


def model_of(regression: Regression, spec: Specification, inference: Inference) -> Model:
    """The regression by the kind of standard error that the specification declares first; where that draws,
    by the kind that stands beside it.
    """
    sample = regression.sample
    kind, _ = resolve(spec.std_errors[0], sample, by=METHODS[spec.method].auto)
    if kind == "wild":
        kind = "CR1"
    elif kind == "randomisation":
        kind = "CR2" if assigned_whole(sample.treated, sample.clusters) else "HC2"
    return Model(regression, kind, inference)


def explained(regression: Regression) -> float:
    """R²: the share of the outcome's variance, by survey weight, that the regression explains, absorbed
    effects among it.
    """
    weights, outcome = root_weights(regression.sample) ** 2, regression.outcome
    total = weights @ (outcome - np.average(outcome, weights=weights)) ** 2
    rest = regression.fitted.residuals
    return float(1 - rest @ rest / total) if total > 0 else np.nan


@dataclass(frozen=True)
class Test:
    """A test that sums of coefficients are 0: F, its degrees of freedom, p value."""

    statistic: float
    numerator: int
    denominator: float
    p_value: float


def wald(model: Model, contrasts: Sequence[np.ndarray]) -> Test:
    """The test that all contrasts (each k, see ``Basis.terms``) are 0 together, by the model's own errors.

    Their covariances are those of the declared kind: half of what the variance of a sum has beyond those of
    its parts. F has as many degrees of freedom below as the contrast that has fewest; of one contrast it is
    t².

    Raises
    ------
    NotApplicableError where an error cannot be had, or a contrast follows from the others.
    """
    found = [model.along(contrast) for contrast in contrasts]
    values, size = np.array([value for value, _ in found]), len(found)
    spread = np.diag([error.std_error**2 for _, error in found])
    for i, j in combinations(range(size), 2):
        both = model.along(contrasts[i] + contrasts[j])[1].std_error ** 2
        spread[i, j] = spread[j, i] = (both - spread[i, i] - spread[j, j]) / 2
    scale = np.sqrt(np.diag(spread))
    if not (scale > 0).all() or np.linalg.eigvalsh(spread / np.outer(scale, scale))[0] < 1e-9:
        raise NotApplicableError(EstimateReason.COLLINEAR())
    statistic = float(values @ np.linalg.solve(spread, values)) / size
    df = min(error.df for _, error in found)
    return Test(statistic, size, df, float(stats.f.sf(statistic, size, df)))


def rows_of_model(model: Model, names: dict[str, str], settings: Settings) -> list[dict[str, object]]:
    """One row a coefficient, then the tests that the effects of several treatments are equal.

    ``names`` are the terms that are effects, each with the name of its treatment.
    """
    terms = model.regression.fitted.basis.terms
    rows = [
        row_of(model, terms[term], settings, (role(term, names), names.get(term, term))) for term in terms
    ]
    pairs = [(terms[one] - terms[other], (one, other)) for one, other in combinations(names, 2)]
    rows += [
        row_of(model, contrast, settings, (EQUAL, " = ".join(names[one] for one in pair)))
        for contrast, pair in pairs
    ]
    if len(names) > 2:
        first = next(iter(names))
        joint = joint_row(model, [contrast for contrast, (one, _) in pairs if one == first])
        rows.append({**joint, "term": " = ".join(names.values())})
    return rows


def role(term: str, effects: dict[str, str]) -> str:
    """What a coefficient is: ``treatment``, ``constant``, ``design`` (groups, periods) or ``covariate``."""
    if term in effects:
        return "treatment"
    return "constant" if term == CONSTANT else "design" if term.startswith("(") else "covariate"


def row_of(
    model: Model, contrast: np.ndarray, settings: Settings, called: tuple[str, str]
) -> dict[str, object]:
    """One coefficient; where its error cannot be had, the coefficient and the reason."""
    row: dict[str, object] = {"role": called[0], "term": called[1]}
    try:
        value, error = model.along(contrast)
    except NotApplicableError as failure:
        value = model.regression.fitted.along(contrast).estimate
        return row | {"estimate": value, "reasons": write_reasons((failure.reason,))}
    low, high, p_value = margins(Result(value, error.std_error, model.kind, error.df), settings)
    numbers = (value, error.std_error, error.df, low, high, p_value)
    return row | dict(zip(NUMBERS, numbers, strict=True)) | {"reasons": write_reasons(error.reasons)}


def joint_row(model: Model, contrasts: list[np.ndarray]) -> dict[str, object]:
    """The test that all effects are equal."""
    try:
        test = wald(model, contrasts)
    except NotApplicableError as failure:
        return {"role": EQUAL, "reasons": write_reasons((failure.reason,))}
    found = {"statistic": test.statistic, "df_numerator": test.numerator, "df": test.denominator}
    return {"role": EQUAL, **found, "p_value": test.p_value, "reasons": ""}


def one_table(data: Dataset, line: Indicator, spec: Specification, settings: Settings) -> pd.DataFrame:
    """The table of one specification for one indicator, in ``COLUMNS``; no rows where it is no regression, or
    one that cannot be had.
    """
    try:
        sample, whole = sample_for(data, line, spec), with_treatment(spec, data.programme)
        regression = METHODS[spec.method].regression(sample, whole) if len(sample.frame) else None
    except NotApplicableError:
        regression = None
    if regression is None:
        return pd.DataFrame(columns=COLUMNS)
    model, terms = model_of(regression, spec, from_settings(settings)), regression.fitted.basis.terms
    plain = [TREATMENT] if TREATMENT in terms else whole.treatment
    compared = comparison_of(sample, data.programme.units.get(line.unit))
    rows = rows_of_model(model, dict(zip(plain, whole.treatment, strict=False)), settings)
    for row, term in zip(rows, terms, strict=False):
        if row["role"] == "treatment":
            row |= beside(model, terms[term], row, compared)
        few = row["role"] == "covariate" and rests_on_few(sample.frame[term])
        if few or (row["role"] == "constant" and np.isnan(compared.mean)):
            row |= {**dict.fromkeys(NUMBERS, np.nan), "reasons": str(EstimateReason.FEW_ALIKE())}
    own: list[object] = [settings.cohort, line.stage_thesis, line.indicator, line.rater, spec.id, model.kind]
    own += [regression.fitted.n, explained(regression), compared.mean, compared.sd]
    shared = dict(zip([*OF_MODEL, *OF_ALL], own, strict=True))
    return pd.DataFrame([row | shared for row in rows], columns=COLUMNS)


def beside(
    model: Model, contrast: np.ndarray, row: dict[str, object], compared: Comparison
) -> dict[str, object]:
    """An effect in per cent of the comparison group's mean, with its error, and in that group's SDs."""
    one, error = model.regression.fitted.along(contrast), row.get("std_error", np.nan)
    scores = one.basis.influence * one.residuals
    result = Result(one.estimate, float(str(error)), model.kind, np.nan, scores=scores)
    in_sd = one.estimate / compared.sd if compared.sd > 0 else np.nan
    return dict(zip(OF_TREATMENT, [*percent_of(result, compared), in_sd], strict=True))


def rests_on_few(values: pd.Series) -> bool:
    """Whether a covariate of two values has one of them for few people, whom it would tell of."""
    counts = values.value_counts()
    return len(counts) == 2 and bool(is_few(counts).any())


def all_tables(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    *,
    stages: tuple[str, ...],
) -> pd.DataFrame:
    """The tables of every regression of the indicators of some stages, one below the other, in ``COLUMNS``;
    rows are coefficients and tests.
    """
    lines = concepts(indicators, stages=stages)
    return tables_of(Dataset(table, programme, indicators), lines, settings)


def tables_of(data: Dataset, lines: Iterable[Indicator], settings: Settings) -> pd.DataFrame:
    """The tables of every regression of some indicators, as ``all_tables``."""
    found = [
        one_table(data, line, spec, settings)
        for line in lines
        for spec in data.programme.specifications
        if spec.asks_for(line.indicator)
    ]
    filled = [one for one in found if len(one)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)


def told(table: pd.DataFrame) -> pd.DataFrame:
    """The tables as they may leave the house: numbers with as many digits as a mean of one group, for a
    constant can be one.
    """
    numbers = [name for name in [*NUMBERS, *OF_TEST, *OF_TREATMENT, *OF_ALL] if name != "n"]
    return table.assign(**{name: table[name].astype("float64").map(rounded) for name in numbers})
