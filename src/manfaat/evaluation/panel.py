"""Fixed effects of a panel: units compared with themselves in other periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.estimate import Counts
from manfaat.evaluation.inference import DEFAULT, Inference, least_squares_results
from manfaat.evaluation.linear import Fit, basis, dummies, fit, independent_places, standardise
from manfaat.evaluation.methods import SD_BEFORE_KIND, Sized
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.resampling import extremes
from manfaat.evaluation.sample import (
    CLUSTER,
    WEIGHT,
    NotApplicableError,
    Sample,
    check_columns,
    codes,
    variable,
    with_roles,
)
from manfaat.indicators import Indicator

# standard deviation within units, in standard deviations of all rows, of a covariate that does not change
UNCHANGING = 1e-7


@dataclass(frozen=True)
class Within:
    """One treatment of a panel, the effects of units and periods taken out.

    ``regressor`` is the treatment within units and periods, before weighting; ``counted`` coefficients count
    for CR1.
    """

    fitted: Fit
    sample: Sample
    regressor: np.ndarray
    counted: int


def fixed_effects(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    inference: Inference = DEFAULT,
) -> tuple[dict[str, Sized], Counts]:
    """Regress a panel's outcome on the treatments with one effect per unit and per period (within estimator).

    Clusters are the units, unless the design declares larger ones. CR1 counts the units' effects, which are
    nested in the clusters, as one coefficient (as fixest, pyfixest and Stata's xtreg do).

    Returns
    -------
    Per treatment the results, and the counts of unit-periods (treated at any time, never treated, missing).

    Raises
    ------
    NotApplicableError when the panel cannot carry the estimate.
    """
    found: dict[str, Sized] = {}
    for treatment, within in within_fits(table, line, spec, programme, indicators).items():
        sample, level_sd = within.sample, within.sample.sd("outcome_")
        results = least_squares_results(
            within.fitted, within.regressor, sample, spec, inference, counted=within.counted
        )
        found[treatment] = [(result, (result.estimate / level_sd, SD_BEFORE_KIND)) for result in results]
    participants = int(sample.frame["participant"].sum())
    return found, Counts(participants, len(sample.frame) - participants, sample.n_missing)


def within_fits(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
) -> dict[str, Within]:
    """Fit the within estimator once a treatment.

    Raises
    ------
    NotApplicableError when the panel cannot carry the estimate.
    """
    if programme.design.panel is None:
        raise NotApplicableError(EstimateReason.NO_PANEL())
    spec = with_treatment(spec, programme)
    check_columns(table, spec, programme, indicators)
    complete, n_missing = panel_rows(table, line, spec, programme)
    check_panel(complete, spec)
    return fits_of(complete, spec, n_missing)


def fits_of(complete: pd.DataFrame, spec: Specification, n_missing: int = 0) -> dict[str, Within]:
    """The fits from complete unit-periods: ``outcome_, unit_, period_, cluster_``, the treatments and
    covariates that the specification names.

    Raises
    ------
    NotApplicableError where units move between clusters, or nothing is left to estimate from.
    """
    if not is_nested(codes(complete["unit_"]), codes(complete[CLUSTER])):
        raise NotApplicableError(EstimateReason.UNITS_MOVE())
    root = np.sqrt(complete[WEIGHT].to_numpy()) if WEIGHT in complete else np.ones(len(complete))
    unit, period = codes(complete["unit_"]), codes(complete["period_"])
    columns = np.column_stack(
        [
            complete["outcome_"].to_numpy(),
            complete[spec.treatment].to_numpy(),
            dummies(period),
            standardise(complete[spec.covariates].to_numpy()),
        ]
    )
    within = demeaned(columns, unit, root**2) * root[:, None]
    within = without_redundant(within, 1 + len(spec.treatment), int(period.max()))
    found = {}
    for place, treatment in enumerate(spec.treatment):
        prepared = basis(
            within[:, 1:], place, absorbed=int(unit.max()) + 1, absorbed_leverage=share_of_unit(unit, root**2)
        )
        if prepared.df < 1:
            raise NotApplicableError(EstimateReason.FEW_OBSERVATIONS())
        sample = Sample(complete.assign(treated=complete[treatment], now=complete["outcome_"]), n_missing)
        found[treatment] = Within(
            fit(prepared, within[:, 0]), sample, within[:, 1 + place] / root, within.shape[1]
        )
    return found


def with_treatment(spec: Specification, programme: Programme) -> Specification:
    """The specification with the treatment that it names, or with participation where it names none."""
    return spec if spec.treatment else spec.model_copy(update={"treatment": [programme.design.group]})


def panel_sample(table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme) -> Sample:
    """The complete unit-periods of units seen at least twice, and those left out."""
    if programme.design.panel is None:
        raise NotApplicableError(EstimateReason.NO_PANEL())
    chosen = panel_frame(table, line, spec, programme)
    complete, n_missing = panel_rows(table, line, spec, programme)
    return Sample(complete, n_missing, left_out=chosen[~chosen.index.isin(complete.index)])


def panel_rows(
    table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme
) -> tuple[pd.DataFrame, int]:
    """The complete unit-periods of units seen at least twice, and how many others there were."""
    chosen, spec = panel_frame(table, line, spec, programme), with_treatment(spec, programme)
    complete = chosen.dropna()
    complete = complete[
        complete["unit_"].duplicated(keep=False)
    ]  # a unit seen once says nothing about change within units
    return complete.astype(
        {name: "float64" for name in ("outcome_", *spec.treatment, *spec.covariates)}
    ), len(chosen) - len(complete)


def panel_frame(
    table: pd.DataFrame, line: Indicator, spec: Specification, programme: Programme
) -> pd.DataFrame:
    """All unit-periods with what the specification needs."""
    panel, spec = programme.design.panel, with_treatment(spec, programme)
    chosen = table[[*spec.treatment, *spec.covariates]].assign(
        outcome_=table[line.name], unit_=table[panel.unit], period_=table[panel.period]
    )
    chosen = chosen.assign(**{name: variable(table, name, programme) for name in spec.treatment})
    chosen = with_roles(
        chosen.assign(participant=table[programme.design.group].isin(programme.design.participants)),
        table,
        spec,
        programme,
    )
    return (
        chosen
        if programme.design.cluster
        else chosen.assign(**{CLUSTER: pd.factorize(table[panel.unit], sort=True)[0]})
    )


def without_redundant(within: np.ndarray, first: int, periods: int) -> np.ndarray:
    """Leave out covariates that do not change within units, or follow from the periods and those before them.

    ``within`` (n × k) holds outcome and treatments in its ``first`` columns, then ``periods`` columns of
    periods, then covariates.
    """
    others, covariates = within[:, first : first + periods], within[:, first + periods :]
    changing = np.sqrt((covariates**2).mean(axis=0)) > UNCHANGING
    kept = independent_places(np.where(changing, covariates, 0.0), others)
    return np.column_stack([within[:, : first + periods], covariates[:, kept]])


def demeaned(columns: np.ndarray, unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Subtract each unit's (weighted) mean from each column."""
    total = np.bincount(unit, weights=weights)
    means = (
        np.column_stack([np.bincount(unit, weights=weights * column) for column in columns.T])
        / total[:, None]
    )
    return columns - means[unit]


def share_of_unit(unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Leverage of the units' effects: a row's weight over that of its unit."""
    return weights / np.bincount(unit, weights=weights)[unit]


def is_nested(unit: np.ndarray, clusters: np.ndarray) -> bool:
    """Whether every unit stays in one cluster."""
    return not np.ptp(extremes(clusters.astype("float64"), unit), axis=1).any()


def check_panel(complete: pd.DataFrame, spec: Specification) -> None:
    """Refuse, with the reason, a panel that cannot carry fixed effects."""
    if complete.empty:
        raise NotApplicableError(EstimateReason.NO_COMPLETE_UNIT())
    within = complete.groupby("unit_")[["outcome_", *spec.treatment]].transform(
        lambda values: values - values.mean()
    )
    if np.allclose(within["outcome_"], 0):
        raise NotApplicableError(EstimateReason.NO_CHANGE_OVER_PERIODS())
    if any(np.allclose(within[treatment], 0) for treatment in spec.treatment):
        raise NotApplicableError(EstimateReason.NO_CHANGE_OF_TREATMENT())
    if complete["unit_"].nunique() < 2 or len(complete) - complete["unit_"].nunique() - complete[
        "period_"
    ].nunique() + 1 <= len(spec.treatment):
        raise NotApplicableError(EstimateReason.FEW_OBSERVATIONS())
