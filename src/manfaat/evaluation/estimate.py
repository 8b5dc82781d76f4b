"""The one shape of every estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.reasons import Reason, write_reasons
from manfaat.base.showing import card, line
from manfaat.definitions.programme import Specification
from manfaat.definitions.vocabulary import OF_PARTICIPANTS_ALONE
from manfaat.indicators import Indicator


class Estimate(NamedTuple):
    """One row of estimates: a number with all that must stand beside it; missing numbers are NaN.

    ``reasons`` as ``base.reasons`` writes them, ``n`` counts participants, ``n_missing`` who was left out.
    """

    cohort: str
    stage: str
    indicator: str
    rater: str
    estimand: str
    method: str
    specification: str
    treatment: str
    subgroup: str
    n: float
    n_comparison: float
    n_missing: float
    estimate: float
    std_error: float
    std_error_kind: str
    df: float
    ci_low: float
    ci_high: float
    confidence: float
    p_value: float
    p_adjusted: float
    p_adjusted_kind: str
    effect_size: float
    effect_size_kind: str
    mde: float
    power: float
    unit: str
    is_primary: bool
    reasons: str


COLUMNS = list(Estimate._fields)
TAKE_UP = "take-up"


@dataclass(frozen=True)
class Settings:
    """Choices that hold for a whole run: cohort, how its comparison came about, coverage and power."""

    cohort: str
    assignment: str
    primary: str
    confidence: float = 0.95
    power: float = 0.8
    seed: int = 1  # of the wild bootstrap and of randomisation inference
    draws: int = 9_999
    trained: int | None = None  # all who took part, measured or not; None where the delivery does not say

    def __post_init__(self) -> None:
        for name in ("confidence", "power"):
            value = getattr(self, name)
            if not 0.5 <= value < 1:
                raise ValueError(f"{name} must be at least 0.5 and below 1, not {value}")
        if self.seed < 0 or self.draws < 99:
            raise ValueError(
                f"seed must be at least 0 and draws at least 99, not {self.seed} and {self.draws}"
            )


@dataclass(frozen=True, repr=False)
class Result:
    """One coefficient: number, standard error and degrees of freedom.

    ``interval`` and ``p_value`` are given where they do not follow from the standard error and t (bootstrap,
    randomisation, instruments). ``population`` says whom the number is about (``ATT``, ``ATE``, ``ITT``,
    ``LATE``, ``take-up``, ``quantile 0.5``). ``treatment`` and ``unit`` are given where they differ from the
    specification's and the indicator's.
    """

    estimate: float
    std_error: float
    std_error_kind: str
    df: float
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    population: str = ""
    treatment: str = ""
    unit: str | None = None
    reasons: tuple[Reason, ...] = ()
    null_error: float | None = (
        None  # standard error where the truth is none, if another: the minimum detectable effect rests on it
    )
    scores: np.ndarray | None = field(
        default=None, compare=False, repr=False
    )  # one a unit, summing to the deviation from the truth

    @property
    def is_refused(self) -> bool:
        """Whether this kind of standard error, or this quantile, could not be had; ``reasons`` holds the
        reason.
        """
        return np.isnan(self.estimate)

    def __repr__(self) -> str:
        number = f"{self.estimate:.6g} (standard error {self.std_error:.6g}, df {self.df:.6g})"
        about = f"about {self.population}" if self.population else ""
        told = write_reasons(self.reasons)
        return line("result", "none" if self.is_refused else number, self.std_error_kind, about, told)

    def _repr_html_(self) -> str:
        told = {
            "estimate": f"{self.estimate:.6g}",
            "standard error": f"{self.std_error:.6g} ({self.std_error_kind})",
            "degrees of freedom": f"{self.df:.6g}",
            "about": self.population,
            "reasons": write_reasons(self.reasons),
        }
        return card("Result", told)


def refused(kind: str, reason: Reason, population: str = "") -> Result:
    """A result that could not be had, with the reason."""
    return Result(np.nan, np.nan, kind, np.nan, population=population, reasons=(reason,))


@dataclass(frozen=True)
class Counts:
    """Units used: participants, comparison, and those left out because something needed is missing."""

    n: float
    n_comparison: float
    n_missing: float


def minimum_detectable(std_error: float, df: float, settings: Settings) -> float:
    """Smallest effect that this design would find with the given power: (t(power) + t(1 − α/2)) × standard
    error.

    Source: Bloom (1995), Evaluation Review 19(5), 547–556.
    """
    tail = (1 + settings.confidence) / 2
    return float((stats.t.ppf(settings.power, df) + stats.t.ppf(tail, df)) * std_error)


def hedges_factor(df: float) -> float:
    """Small-sample correction of a standardised difference, 1 − 3 / (4 df − 1) (Hedges 1981)."""
    return 1 - 3 / (4 * df - 1) if df > 1 else np.nan


def estimand(spec: Specification, settings: Settings, population: str) -> str:
    """Name what is estimated: ``effect`` only where a lottery assigned, ``change`` where nobody is compared,
    and for whom.

    ``effect (ATT)``, ``difference (quantile 0.5)``, ``take-up`` …
    """
    if spec.method in OF_PARTICIPANTS_ALONE:
        return f"change ({population})" if population else "change"
    if population == TAKE_UP:
        return TAKE_UP
    word = "effect" if settings.assignment == "randomised" else "difference"
    return f"{word} ({population})" if population else word


def margins(result: Result, settings: Settings) -> tuple[float, float, float]:
    """Interval and p value: the result's own where it has them, else from t."""
    margin = stats.t.ppf((1 + settings.confidence) / 2, result.df) * result.std_error
    low, high = result.interval or (result.estimate - margin, result.estimate + margin)
    p_value = (
        2 * stats.t.sf(abs(result.estimate / result.std_error), result.df)
        if result.p_value is None
        else result.p_value
    )
    return float(low), float(high), float(p_value)


def estimate_row(
    line: Indicator,
    spec: Specification,
    treatment: str,
    result: Result,
    counts: Counts,
    size: tuple[float, str],
    settings: Settings,
    reasons: list[Reason],
    *,
    is_first: bool | None = None,
) -> Estimate:
    """Return one row of the contract's shape; the sign of the estimate is kept as it is.

    ``is_first`` says whether it is the one reported of its specification (else: of the first kind declared).

    Raises
    ------
    ValueError for an effect size without its name.
    """
    if np.isfinite(size[0]) and not size[1]:
        raise ValueError(f"the effect size of '{line.indicator}' by '{spec.id}' has no name")
    is_first = result.std_error_kind == spec.std_errors[0] if is_first is None else is_first
    low, high, p_value = margins(result, settings)
    smallest = minimum_detectable(
        result.std_error if result.null_error is None else result.null_error, result.df, settings
    )
    return Estimate(
        cohort=settings.cohort,
        stage=line.stage_thesis,
        indicator=line.indicator,
        rater=line.rater,
        estimand=estimand(spec, settings, result.population),
        method=spec.method,
        specification=spec.id,
        treatment=result.treatment or treatment,
        subgroup="",
        n=counts.n,
        n_comparison=counts.n_comparison,
        n_missing=counts.n_missing,
        estimate=result.estimate,
        std_error=result.std_error,
        std_error_kind=result.std_error_kind,
        df=result.df,
        ci_low=low,
        ci_high=high,
        confidence=settings.confidence,
        p_value=p_value,
        p_adjusted=np.nan,
        p_adjusted_kind="",
        effect_size=size[0],
        effect_size_kind=size[1],
        mde=smallest,
        power=settings.power,
        unit=line.unit if result.unit is None else result.unit,
        is_primary=spec.id == settings.primary and is_first,
        reasons=write_reasons([*reasons, *result.reasons]),
    )


def reason_row(
    line: Indicator,
    spec: Specification,
    treatment: str,
    reason: Reason,
    settings: Settings,
    counts: Counts | None = None,
    *,
    result: Result | None = None,
    is_first: bool = True,
) -> Estimate:
    """Return the row of a method that does not apply: no numbers, and the reason under ``reasons``.

    ``result`` is given where only one kind of standard error, or one quantile, could not be had; ``is_first``
    as for ``estimate_row``.
    """
    counted = counts or Counts(np.nan, np.nan, np.nan)
    return Estimate(
        cohort=settings.cohort,
        stage=line.stage_thesis,
        indicator=line.indicator,
        rater=line.rater,
        estimand=estimand(spec, settings, result.population if result else spec.population),
        method=spec.method,
        specification=spec.id,
        treatment=treatment,
        subgroup="",
        n=counted.n,
        n_comparison=counted.n_comparison,
        n_missing=counted.n_missing,
        estimate=np.nan,
        std_error=np.nan,
        std_error_kind=result.std_error_kind if result else spec.std_errors[0],
        df=np.nan,
        ci_low=np.nan,
        ci_high=np.nan,
        confidence=settings.confidence,
        p_value=np.nan,
        p_adjusted=np.nan,
        p_adjusted_kind="",
        effect_size=np.nan,
        effect_size_kind="",
        mde=np.nan,
        power=settings.power,
        unit=line.unit,
        is_primary=spec.id == settings.primary and is_first,
        reasons=str(reason),
    )


def as_table(rows: Iterable[Estimate]) -> pd.DataFrame:
    """Gather rows into a data frame with the contract's columns, in its order."""
    return pd.DataFrame(list(rows), columns=COLUMNS)


def as_rows(table: pd.DataFrame) -> Iterator[Estimate]:
    """The rows of a data frame with the contract's columns."""
    return map(Estimate._make, table[COLUMNS].itertuples(index=False, name=None))
