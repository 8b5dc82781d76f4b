"""Fixed effects of a panel: units compared with themselves in other periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Specification
from manfaat.evaluation.estimate import DEFAULT, Inference, Sized
from manfaat.evaluation.inference import least_squares_results
from manfaat.evaluation.linear import (
    Fit,
    Regression,
    basis,
    dummies,
    fit,
    independent_places,
    named_terms,
    standardise,
)
from manfaat.evaluation.methods import SD_BEFORE_KIND
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.resampling import extremes
from manfaat.evaluation.sample import (
    CLUSTER,
    PARTICIPANT,
    WEIGHT,
    Dataset,
    NotApplicableError,
    Sample,
    check_columns,
    codes,
    is_named,
    sides,
    variable,
    with_roles,
)
from manfaat.evaluation.std_errors import least_squares

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


def fixed_effects(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> dict[str, Sized]:
    """Regress a panel's outcome on the treatments with one effect per unit and per period (within estimator).

    Clusters are the units, unless the design declares larger ones. CR1 counts the units' effects, which are
    nested in the clusters, as one coefficient (as fixest, pyfixest and Stata's xtreg do).

    Returns
    -------
    Per treatment the results.

    Raises
    ------
    NotApplicableError when the panel cannot carry the estimate.
    """
    check_panel(sample.frame, spec)
    found: dict[str, Sized] = {}
    for treatment, within in fits_of(sample.frame, spec, sample.n_missing).items():
        level_sd = within.sample.sd("outcome_")
        results = least_squares_results(
            within.fitted, within.regressor, within.sample, spec, inference, counted=within.counted
        )
        found[treatment] = [(result, (result.estimate / level_sd, SD_BEFORE_KIND)) for result in results]
    return found


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
    within, kept = without_redundant(within, 1 + len(spec.treatment), int(period.max()))
    covariates = [spec.covariates[at] for at in kept]
    periods = [f"(period) {value:g}" for value in np.unique(complete["period_"])[1:]]
    named = named_terms([*spec.treatment, *periods], complete[covariates].to_numpy(), covariates, [])
    found = {}
    for place, treatment in enumerate(spec.treatment):
        prepared = basis(
            within[:, 1:],
            place,
            absorbed=int(unit.max()) + 1,
            absorbed_leverage=share_of_unit(unit, root**2),
            named=named,
        )
        if prepared.df < 1:
            raise NotApplicableError(EstimateReason.FEW_OBSERVATIONS())
        sample = Sample(complete.assign(treated=complete[treatment], now=complete["outcome_"]), n_missing)
        found[treatment] = Within(
            fit(prepared, within[:, 0]), sample, within[:, 1 + place] / root, within.shape[1]
        )
    return found


def whole_panel(sample: Sample, spec: Specification) -> Regression:
    """The regression of all treatments, which is one."""
    within = next(iter(fits_of(sample.frame, spec, sample.n_missing).values()))
    return Regression(within.fitted, within.sample, within.sample.now, within.counted)


def panel_sample(data: Dataset, line: Indicator, spec: Specification) -> Sample:
    """The complete unit-periods of units seen at least twice (``outcome_, unit_, period_, cluster_``, the
    treatments and covariates), and those left out.

    Raises
    ------
    NotApplicableError without a panel, or without a column that the specification names.
    """
    table, design = data.table, data.programme.design
    if design.panel is None:
        raise NotApplicableError(EstimateReason.NO_PANEL())
    check_columns(data, spec)
    table = table[is_named(table, spec, data.programme)]
    unit = table[design.panel.unit]
    chosen = table[[*spec.treatment, *spec.covariates]].assign(
        **{name: variable(table, name, data.programme) for name in spec.treatment},
        outcome_=table[line.name],
        unit_=unit,
        period_=table[design.panel.period],
    )
    chosen[PARTICIPANT] = sides(table, data.programme) == 1
    chosen = with_roles(chosen, table, spec, data.programme)
    if not design.cluster:
        chosen = chosen.assign(**{CLUSTER: pd.factorize(unit, sort=True)[0]})
    complete = chosen.dropna()
    complete = complete[
        complete["unit_"].duplicated(keep=False)
    ]  # a unit seen once says nothing about change within units
    numbers = {name: "float64" for name in ("outcome_", *spec.treatment, *spec.covariates)}
    left = chosen[~chosen.index.isin(complete.index)]
    return Sample(complete.astype(numbers), len(chosen) - len(complete), left_out=left)


def without_redundant(within: np.ndarray, first: int, periods: int) -> tuple[np.ndarray, list[int]]:
    """Leave out covariates that do not change within units, or follow from the periods and those before them;
    say which are kept.

    ``within`` (n × k) holds outcome and treatments in its ``first`` columns, then ``periods`` columns of
    periods, then covariates.
    """
    others, covariates = within[:, first : first + periods], within[:, first + periods :]
    changing = np.sqrt((covariates**2).mean(axis=0)) > UNCHANGING
    kept = independent_places(np.where(changing, covariates, 0.0), others)
    return np.column_stack([within[:, : first + periods], covariates[:, kept]]), kept


def demeaned(columns: np.ndarray, unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Subtract each unit's (weighted) mean from each column."""
    total = np.bincount(unit, weights=weights)
    means = (
        np.column_stack([np.bincount(unit, weights=weights * column) for column in columns.T])
        / total[:, None]
    )
    within: np.ndarray = columns - means[unit]
    return within


def share_of_unit(unit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Leverage of the units' effects: a row's weight over that of its unit."""
    shares: np.ndarray = weights / np.bincount(unit, weights=weights)[unit]
    return shares


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


register(
    Method(
        "fixed_effects",
        fixed_effects,
        std_errors=least_squares(without="HC2 HC3 BM randomisation"),
        whole=whole_panel,
        needs="a panel",
        draw=panel_sample,
        formula="b in yᵢₜ = aᵢ + lₜ + b·dᵢₜ + c'xᵢₜ + e",
    )
)
