"""Every declared specification for every indicator of a stage: the ladder of estimates."""

from __future__ import annotations

import pandas as pd

from helpers.evaluation import methods
from helpers.evaluation.estimate import Settings, as_table, estimate_row, reason_row
from helpers.evaluation.sample import NotApplicableError, draw_sample
from helpers.indicators import Indicator, concepts
from helpers.programme import Programme, Specification

SAME_PERIOD = "covariates were measured in the same period as the outcome and may themselves have been changed by the programme"
ONE_SAMPLE = {
    "difference_in_means": (methods.difference_in_means, False),
    "regression": (methods.regression, False),
    "difference_in_differences": (methods.difference_in_differences, True),
    "first_difference": (methods.first_difference, True),
    "before_after_change": (methods.before_after_change, True),
}


def estimate_one(
    table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme, indicators: list[Indicator], settings: Settings
) -> list[dict[str, object]]:
    """Apply one specification to one indicator; a specification that does not apply gives a row with the reason."""
    treatments = spec.treatment or [programme.design.group]
    warnings = [SAME_PERIOD] if spec.covariates and spec.covariates_measured == "same_period" else []
    try:
        if spec.method == "fixed_effects":
            if programme.design.panel is None:
                raise NotApplicableError("the study is not a panel")
            found, counts = methods.fixed_effects(table, line.name, spec, programme)
        else:
            method, needs_before = ONE_SAMPLE[spec.method]
            sample = draw_sample(table, line, spec, programme, indicators, needs_before=needs_before, participants_only=spec.method == "before_after_change")
            counts, found = sample.counts, {treatments[0]: method(sample, spec)}
    except NotApplicableError as reason:
        return [reason_row(line, spec, treatment, str(reason), settings) for treatment in treatments]
    return [estimate_row(line, spec, treatment, result, counts, size, settings, warnings) for treatment, results in found.items() for result, size in results]


def estimate_stages(table: pd.DataFrame, programme: Programme, indicators: list[Indicator], settings: Settings, *, stages: tuple[str, ...]) -> pd.DataFrame:
    """Estimate every indicator of the given stages by every specification that names it (or names none).

    Returns
    -------
    Rows in the contract's shape, one per indicator, specification, treatment and kind of standard error.
    """
    rows = []
    for line in concepts(indicators, stages=stages):
        for spec in programme.specifications:
            if not spec.indicators or line.indicator in spec.indicators:
                rows += estimate_one(table, line, spec, programme, indicators, settings)
    return as_table(rows)


def reported(estimates: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Keep, of each specification, the kind of standard error that is reported: the first one declared."""
    first = {spec.id: spec.std_errors[0] for spec in programme.specifications}
    return estimates[estimates["std_error_kind"] == estimates["specification"].map(first)]


def primary(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that speak for the cohort, by the rule fixed in ``programme.yml`` before results were seen."""
    return estimates[estimates["is_primary"].astype(bool)]
