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
from manfaat.definitions.contrasts import Contrast
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Specification
from manfaat.evaluation.estimand import MEAN, About, Word


class Estimate(NamedTuple):
    """One row of estimates: a number with all that must stand beside it; missing numbers are NaN.

    ``reasons`` as ``base.reasons`` writes them, ``n`` counts the first side (participants, or those offered),
    ``n_missing`` who was left out. ``arm`` and ``against`` name the sides where there are several arms (an
    empty ``against`` is the comparison group), ``wave`` the period where results are told by it, ``contrast``
    whether sides are told apart by what was offered or by who took it up (``offer``, ``take-up``); all four
    are empty in a study that knows but one.
    Mean and SD of the comparison group are of the outcome afterwards; ``percent_of_comparison`` is the
    estimate in per cent of that mean (see ``comparison``).
    """

    cohort: str
    stage: str
    indicator: str
    rater: str
    arm: str
    against: str
    wave: str
    contrast: str
    estimand: str
    method: str
    specification: str
    treatment: str
    subgroup: str
    n: float
    n_comparison: float
    n_missing: float
    mean_comparison: float
    sd_comparison: float
    percent_of_comparison: float
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
SIDES = ("arm", "against", "wave", "contrast")  # left out of files where all are empty
NO_SIZE = (np.nan, "")
DIGITS = 4  # of a mean of one group
ALL_ONE = Contrast("", (), ())  # of a study that knows no other


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


@dataclass(frozen=True)
class Inference:
    """How uncertainty is found: coverage, seed and number of draws, and whether a lottery assigned."""

    confidence: float = 0.95
    seed: int = 1
    draws: int = 9_999
    is_lottery: bool = True
    trained: int | None = None


DEFAULT = Inference()


def from_settings(settings: Settings) -> Inference:
    """The choices of a run that concern uncertainty."""
    return Inference(
        settings.confidence,
        settings.seed,
        settings.draws,
        settings.assignment == "randomised",
        settings.trained,
    )


@dataclass(frozen=True, repr=False)
class Result:
    """One coefficient: number, standard error and degrees of freedom.

    ``interval`` and ``p_value`` are given where they do not follow from the standard error and t (bootstrap,
    randomisation, instruments). ``about`` says whom the number is about, and by which measure; ``word`` is
    given where it is neither effect, difference nor change. ``treatment`` and ``unit`` are given where they
    differ from the specification's and the indicator's.
    """

    estimate: float
    std_error: float
    std_error_kind: str
    df: float
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    about: About = MEAN
    word: Word | None = None
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
        return bool(np.isnan(self.estimate))

    def __repr__(self) -> str:
        number = f"{self.estimate:.6g} (standard error {self.std_error:.6g}, df {self.df:.6g})"
        about = f"about {self.about}" if self.about else ""
        told = write_reasons(self.reasons)
        return line("result", "none" if self.is_refused else number, self.std_error_kind, about, told)

    def _repr_html_(self) -> str:
        told = {
            "estimate": f"{self.estimate:.6g}",
            "standard error": f"{self.std_error:.6g} ({self.std_error_kind})",
            "degrees of freedom": f"{self.df:.6g}",
            "about": str(self.about),
            "reasons": write_reasons(self.reasons),
        }
        return card("Result", told)


def refused(kind: str, reason: Reason, about: About = MEAN) -> Result:
    """A result that could not be had, with the reason."""
    return Result(np.nan, np.nan, kind, np.nan, about=about, reasons=(reason,))


Sized = list[tuple[Result, tuple[float, str]]]  # results with the effect size of each and its name


@dataclass(frozen=True)
class Counts:
    """Units used: participants, comparison, and those left out because something needed is missing."""

    n: float
    n_comparison: float
    n_missing: float


@dataclass(frozen=True)
class Comparison:
    """Mean and SD of the outcome in the comparison group, the mean's scores (n), the clusters of the units if
    there are enough, and whether per cent of it mean anything.
    """

    mean: float
    sd: float
    scores: np.ndarray
    clusters: np.ndarray | None = None
    is_ratio: bool = True


NO_COMPARISON = Comparison(np.nan, np.nan, np.zeros(0), is_ratio=False)


@dataclass(frozen=True)
class Applied:
    """One specification applied to one indicator: what all its rows have in common.

    ``counts`` are the units used, none where it does not apply; ``comparison`` is what the comparison group
    has; ``reasons`` concern every row; ``contrast`` says who is compared.
    """

    line: Indicator
    spec: Specification
    settings: Settings
    counts: Counts = Counts(np.nan, np.nan, np.nan)
    comparison: Comparison = NO_COMPARISON
    reasons: tuple[Reason, ...] = ()
    contrast: Contrast = ALL_ONE


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


def rounded(value: float) -> float:
    """A number as it is told of a group: with ``DIGITS`` digits, from which no single answer follows, even
    where another group has one person less.
    """
    return float(f"{value:.{DIGITS}g}")


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


def as_table(rows: Iterable[Estimate]) -> pd.DataFrame:
    """Gather rows into a data frame with the contract's columns, in its order."""
    return pd.DataFrame(list(rows), columns=COLUMNS)


def as_rows(table: pd.DataFrame) -> Iterator[Estimate]:
    """The rows of a data frame with the contract's columns."""
    return map(Estimate._make, table[COLUMNS].itertuples(index=False, name=None))
