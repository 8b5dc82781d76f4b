"""Every declared specification for every indicator of a stage: the ladder of estimates."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from manfaat.base.reasons import Reason
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation import change
from manfaat.evaluation.asked import asked, is_chosen_late
from manfaat.evaluation.comparison import comparison_of
from manfaat.evaluation.estimand import read_estimands
from manfaat.evaluation.estimate import (
    Applied,
    Estimate,
    Inference,
    Settings,
    Sized,
    as_table,
    from_settings,
    refused,
)
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import METHODS, about_of, is_alone
from manfaat.evaluation.rows import estimate_row, rows_of
from manfaat.evaluation.sample import Dataset, NotApplicableError, Sample, draw_sample
from manfaat.evaluation.weighting import trimmed

KEYS = [
    "cohort",
    "indicator",
    "rater",
    "arm",
    "against",
    "wave",
    "specification",
    "treatment",
    "subgroup",
    "estimand",
]


def sample_for(data: Dataset, line: Indicator, spec: Specification) -> Sample:
    """Draw the sample that the specification's method needs, trimmed where it says so."""
    data, spec = asked(data, line, spec)
    method, spec = METHODS[spec.method], with_treatment(spec, data.programme)
    if method.draw:
        return method.draw(data, line, spec)
    by_change = method.has_instrument and bool(
        data.programme.design.panel and spec.periods and spec.periods.before is not None
    )
    sample = draw_sample(
        data,
        line,
        spec,
        needs_before=method.needs_before or by_change,
        participants_only=method.participants_only,
        two_periods=method.two_periods,
    )
    return sample if spec.trim is None else trimmed(sample, spec)


def with_treatment(spec: Specification, programme: Programme) -> Specification:
    """The specification with the treatment that it names; where it names none, with what was assigned, or
    participation: of those who took part alone always the latter.
    """
    design = programme.design
    usual = design.group if is_alone(spec.method) else design.contrast.column
    return spec if spec.treatment else spec.model_copy(update={"treatment": [usual]})


def results_of(
    data: Dataset, line: Indicator, spec: Specification, inference: Inference
) -> tuple[Sample, dict[str, Sized]]:
    """The sample of one specification, and the results of its method by treatment.

    Raises
    ------
    NotApplicableError with the reason where it does not apply.
    """
    data, spec = asked(data, line, spec)
    sample, method = sample_for(data, line, spec), METHODS[spec.method]
    whole = with_treatment(spec, data.programme)
    found = method.estimate(sample, whole if method.draw else spec, inference)
    return sample, found if isinstance(found, dict) else {whole.treatment[0]: found}


def estimate_one(data: Dataset, line: Indicator, spec: Specification, settings: Settings) -> list[Estimate]:
    """Apply one specification to one indicator; a specification that does not apply gives a row with the
    reason.
    """
    reasons: tuple[Reason, ...] = (
        (EstimateReason.SAME_PERIOD(),)
        if spec.covariates and spec.covariates_measured == "same_period"
        else ()
    )
    if is_chosen_late(spec, data.programme, data.indicators):
        reasons = (*reasons, EstimateReason.CHOSEN_LATE())
    applied = Applied(line, spec, settings, reasons=reasons, contrast=data.programme.design.contrast)
    try:
        sample, found = results_of(data, line, spec, from_settings(settings))
    except NotApplicableError as failure:
        none = refused(spec.std_errors[0], failure.reason, about_of(spec))
        treatments = with_treatment(spec, data.programme).treatment
        return [estimate_row(applied, treatment, none) for treatment in treatments]
    compared = comparison_of(sample, data.programme.units.get(line.unit))
    applied = replace(
        applied, counts=sample.counts, comparison=compared, reasons=applied.reasons + sample.notes
    )
    rows = [
        row
        for treatment, results in found.items()
        for row in rows_of(results, applied, treatment, data.indicators)
    ]
    shares = next((name for name, unit in data.programme.units.items() if unit.is_share), "")
    return [row._replace(unit=shares) if row.unit == change.SHARE else row for row in rows]


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
    Rows in the contract's shape, one per indicator, specification, arm, treatment, population and kind of
    standard error; of several arms also each against each.
    """
    rows, data = [], Dataset(table, programme, indicators)
    for line in concepts(indicators, stages=stages):
        for spec in programme.specifications:
            if spec.asks_for(line.indicator):
                rows += estimate_contrasts(data, line, spec, settings)
    return as_table(rows)


def estimate_contrasts(
    data: Dataset, line: Indicator, spec: Specification, settings: Settings
) -> list[Estimate]:
    """Apply one specification to one indicator, arm by arm and then between the arms; where nobody is
    compared, arm by arm alone.
    """
    return [
        row
        for contrast in data.programme.design.contrasts(pairs=not is_alone(spec.method))
        for row in estimate_one(replace(data, programme=data.programme.of(contrast)), line, spec, settings)
    ]


def reported(estimates: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Keep, of each specification, the kind of standard error that is reported: the first one declared."""
    return estimates[~estimates.duplicated(KEYS)]


def of_participants_alone(estimates: pd.DataFrame) -> pd.Series:
    """Whether each row is a change of participants, compared with nobody."""
    return estimates["method"].map(is_alone).astype(bool)


def on_its_own_scale(estimates: pd.DataFrame) -> pd.Series:
    """Whether each row is in the indicator's own unit: no odds, no standard deviations, no shares of
    something else.
    """
    return read_estimands(estimates).map(lambda one: one.is_in_unit).astype(bool)


def primary(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that speak for the cohort, by the rule fixed in ``programme.yml`` before results were
    seen.
    """
    return estimates[estimates["is_primary"].astype(bool)]
