"""Every declared specification for every indicator of a stage: the ladder of estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.vocabulary import OF_PARTICIPANTS_ALONE
from manfaat.evaluation import categories, change, methods, ordered, weighting
from manfaat.evaluation.estimate import (
    TAKE_UP,
    Counts,
    Estimate,
    Settings,
    as_table,
    estimate_row,
    reason_row,
)
from manfaat.evaluation.inference import from_settings
from manfaat.evaluation.instrument import instrumental_variables
from manfaat.evaluation.matching import nearest_neighbour
from manfaat.evaluation.methods import Sized
from manfaat.evaluation.panel import fixed_effects
from manfaat.evaluation.quantiles import quantile_effects
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample, draw_sample
from manfaat.indicators import Indicator, concepts

OTHER_SCALES = (
    change.D_Z,
    change.D_AV,
    change.G_AV,
    "net-share",
    "level",
    ordered.LOG_ODDS,
    ordered.ODDS,
    "superiority",
)
KEYS = ["cohort", "indicator", "rater", "specification", "treatment", "subgroup", "estimand"]


@dataclass(frozen=True)
class Method:
    """An estimator and the sample it needs: the value before, participants alone, or the answers of two
    periods.
    """

    estimate: Callable[..., Sized]
    needs_before: bool = False
    participants_only: bool = False
    two_periods: bool = False


METHODS = {
    "difference_in_means": Method(methods.difference_in_means),
    "regression": Method(methods.regression),
    "strata_fixed_effects": Method(methods.strata_fixed_effects),
    "inverse_probability_weighting": Method(weighting.inverse_probability_weighting),
    "doubly_robust": Method(weighting.doubly_robust),
    "entropy_balancing": Method(weighting.entropy_balancing),
    "nearest_neighbour": Method(nearest_neighbour),
    "regression_imputation": Method(weighting.regression_imputation),
    "quantile_effects": Method(quantile_effects),
    "instrumental_variables": Method(instrumental_variables),
    "difference_in_differences": Method(methods.difference_in_differences, needs_before=True),
    "doubly_robust_difference_in_differences": Method(
        weighting.doubly_robust_difference_in_differences, needs_before=True
    ),
    "first_difference": Method(methods.first_difference, needs_before=True),
    "repeated_cross_sections": Method(methods.repeated_cross_sections, two_periods=True),
    "before_after_change": Method(methods.before_after_change, needs_before=True, participants_only=True),
    "standardised_change": Method(change.standardised_change, needs_before=True, participants_only=True),
    "signed_rank_change": Method(change.signed_rank_change, needs_before=True, participants_only=True),
    "sign_test": Method(change.sign_test, needs_before=True, participants_only=True),
    "paired_shares": Method(categories.paired_shares, needs_before=True, participants_only=True),
    "marginal_homogeneity": Method(
        categories.marginal_homogeneity, needs_before=True, participants_only=True
    ),
    "ordered_change": Method(ordered.ordered_change, needs_before=True, participants_only=True),
    "ordered_logit": Method(ordered.ordered_logit),
    "probability_of_superiority": Method(ordered.probability_of_superiority),
}


def sample_for(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    memory: dict | None,
) -> Sample:
    """Draw the sample that the specification's method needs, trimmed where it says so."""
    method = METHODS[spec.method]
    by_change = spec.method == "instrumental_variables" and bool(
        programme.design.panel and spec.periods and spec.periods.before is not None
    )
    sample = draw_sample(
        table,
        line,
        spec,
        programme,
        indicators,
        needs_before=method.needs_before or by_change,
        participants_only=method.participants_only,
        two_periods=method.two_periods,
        memory=memory,
    )
    return sample if spec.trim is None else weighting.trimmed(sample, spec)


def estimate_one(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    memory: dict | None = None,
) -> list[Estimate]:
    """Apply one specification to one indicator; a specification that does not apply gives a row with the
    reason.

    ``memory`` is shared by the indicators of a run: what rests on covariates alone is computed once.
    """
    treatments = spec.treatment or [programme.design.group]
    reasons = (
        [EstimateReason.SAME_PERIOD()]
        if spec.covariates and spec.covariates_measured == "same_period"
        else []
    )
    inference = from_settings(settings)
    try:
        if spec.method == "fixed_effects":
            found, counts = fixed_effects(table, line, spec, programme, indicators, inference)
        else:
            sample = sample_for(table, line, spec, programme, indicators, memory)
            counts, found = (
                sample.counts,
                {treatments[0]: METHODS[spec.method].estimate(sample, spec, inference)},
            )
            reasons += sample.notes
    except NotApplicableError as failure:
        return [reason_row(line, spec, treatment, failure.reason, settings) for treatment in treatments]
    rows = [
        row
        for treatment, results in found.items()
        for row in rows_of(results, line, spec, treatment, counts, settings, reasons, indicators)
    ]
    shares = next((name for name, unit in programme.units.items() if unit.is_share), "")
    return [row._replace(unit=shares) if row.unit == change.SHARE else row for row in rows]


def rows_of(
    results: Sized,
    line: Indicator,
    spec: Specification,
    treatment: str,
    counts: Counts,
    settings: Settings,
    reasons: list[Reason],
    indicators: list[Indicator],
) -> list[Estimate]:
    """One row a result; the first is the one that is reported. Take-up has the unit of what is taken up."""
    rows = []
    for place, (result, size) in enumerate(results):
        named = result.treatment or treatment
        if result.is_refused:
            row = reason_row(
                line, spec, named, result.reasons[0], settings, counts, result=result, is_first=place == 0
            )
        else:
            row = estimate_row(
                line, spec, named, result, counts, size, settings, reasons, is_first=place == 0
            )
        if result.population == TAKE_UP:
            taken = (one.unit for one in indicators if one.name == treatment and one.use != "group")
            row = row._replace(unit=next(taken, ""))
        rows.append(row)
    return rows


def estimate_stages(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    *,
    stages: tuple[str, ...],
) -> pd.DataFrame:
    """Estimate every indicator of the given stages by every specification that names it (or names none).

    Returns
    -------
    Rows in the contract's shape, one per indicator, specification, treatment, population and kind of standard
    error.
    """
    rows, memory = [], {}
    for line in concepts(indicators, stages=stages):
        for spec in programme.specifications:
            if not spec.indicators or line.indicator in spec.indicators:
                rows += estimate_one(table, line, spec, programme, indicators, settings, memory)
    return as_table(rows)


def reported(estimates: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Keep, of each specification, the kind of standard error that is reported: the first one declared."""
    return estimates[~estimates.duplicated(KEYS)]


def of_participants_alone(estimates: pd.DataFrame) -> pd.Series:
    """Whether each row is a change of participants, compared with nobody."""
    return estimates["method"].isin(OF_PARTICIPANTS_ALONE)


def on_its_own_scale(estimates: pd.DataFrame) -> pd.Series:
    """Whether each row is in the indicator's own unit: no odds, no standard deviations, no shares of
    something else.
    """
    measure = estimates["estimand"].str.extract(r"\((\S+)", expand=False).str.removesuffix(")")
    return ~(measure.isin(OTHER_SCALES) | (estimates["estimand"] == TAKE_UP))


def primary(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that speak for the cohort, by the rule fixed in ``programme.yml`` before results were
    seen.
    """
    return estimates[estimates["is_primary"].astype(bool)]
