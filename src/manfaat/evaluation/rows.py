"""From a method's results to rows of the one shape, also for what could not be had."""

from __future__ import annotations

import numpy as np

from manfaat.base.reasons import write_reasons
from manfaat.definitions.contrasts import TAKE_UP
from manfaat.definitions.indicator import Indicator
from manfaat.evaluation.comparison import percent_of
from manfaat.evaluation.estimand import Estimand, Word
from manfaat.evaluation.estimate import (
    NO_SIZE,
    Applied,
    Estimate,
    Result,
    Sized,
    margins,
    minimum_detectable,
    rounded,
)
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import is_alone


def estimand(applied: Applied, treatment: str, result: Result) -> Estimand:
    """What a result is of: an effect only where a lottery decided who is on which side, a change where nobody
    is compared.

    A lottery of offers decides nothing about who takes them up, nor about whom a sample holds that was known
    only after the programme: that is a difference.
    """
    is_chosen = any(one.code is EstimateReason.CHOSEN_LATE for one in applied.reasons)
    by_lot = applied.settings.assignment == "randomised" and contrast_of(applied, treatment) != TAKE_UP
    by_design = Word.EFFECT if by_lot and not is_chosen else Word.DIFFERENCE
    word = Word.CHANGE if is_alone(applied.spec.method) else result.word or by_design
    return Estimand(word, result.about)


def contrast_of(applied: Applied, treatment: str) -> str:
    """By what the sides are told apart (``Contrast.kind_of``); empty where nobody is compared."""
    spec = applied.spec
    return "" if is_alone(spec.method) else applied.contrast.kind_of(treatment, spec.instrument)


def rows_of(results: Sized, applied: Applied, treatment: str, indicators: list[Indicator]) -> list[Estimate]:
    """One row a result; the first is the one that is reported. Take-up has the unit of what is taken up."""
    rows = []
    for place, (result, size) in enumerate(results):
        row = estimate_row(applied, treatment, result, size, is_first=place == 0)
        if result.word is Word.TAKE_UP:
            taken = (one.unit for one in indicators if one.name == treatment and one.use != "group")
            row = row._replace(unit=next(taken, ""))
        rows.append(row)
    return rows


def estimate_row(
    applied: Applied,
    treatment: str,
    result: Result,
    size: tuple[float, str] = NO_SIZE,
    *,
    is_first: bool | None = None,
) -> Estimate:
    """Return one row of the contract's shape; the sign of the estimate is kept as it is.

    A result that could not be had gives a row without numbers, its reason under ``reasons``. ``is_first``
    says whether it is the one reported of its specification (else: of the first kind declared).

    Raises
    ------
    ValueError for an effect size without its name.
    """
    line, spec, settings = applied.line, applied.spec, applied.settings
    if np.isfinite(size[0]) and not size[1]:
        raise ValueError(f"the effect size of '{line.indicator}' by '{spec.id}' has no name")
    is_first = result.std_error_kind == spec.std_errors[0] if is_first is None else is_first
    low, high, p_value = margins(result, settings)
    smallest = minimum_detectable(
        result.std_error if result.null_error is None else result.null_error, result.df, settings
    )
    size, told = (NO_SIZE, result.reasons) if result.is_refused else (size, applied.reasons + result.reasons)
    return Estimate(
        cohort=settings.cohort,
        stage=line.stage_thesis,
        indicator=line.indicator,
        rater=line.rater,
        arm=applied.contrast.arm,
        against=applied.contrast.against,
        wave="",
        contrast=contrast_of(applied, treatment),
        estimand=str(estimand(applied, treatment, result)),
        method=spec.method,
        specification=spec.id,
        treatment=result.treatment or treatment,
        subgroup="",
        n=applied.counts.n,
        n_comparison=applied.counts.n_comparison,
        n_missing=applied.counts.n_missing,
        mean_comparison=rounded(applied.comparison.mean),
        sd_comparison=rounded(applied.comparison.sd),
        percent_of_comparison=rounded(percent_of(result, applied.comparison)[0]),
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
        is_primary=spec.id == settings.primary and is_first and not applied.contrast.against,
        reasons=write_reasons(told),
    )
