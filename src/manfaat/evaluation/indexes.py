"""One test a family: Anderson's index of its indicators (2008, JASA 103, 1481–1495), estimated by the primary
specification.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.definitions.indicator import Indicator, concepts, measured_before
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Estimate, Settings, as_table
from manfaat.evaluation.ladder import estimate_one
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import Dataset, sides
from manfaat.evaluation.weighted import answers, weights_of

FEWEST = 10  # units of the comparison group that must have a value
SINGULAR = 1e-8


@dataclass(frozen=True)
class Index:
    """A family's index: ``values`` now and ``before`` (None unless all were measured before) and the weight
    of each indicator.
    """

    values: pd.Series
    before: pd.Series | None
    weights: dict[str, float]


def oriented(line: Indicator) -> float:
    """1 where more is better, −1 where less is better, 0 where neither is."""
    return {"higher": 1.0, "lower": -1.0}.get(line.direction, 0.0)


def family_index(
    table: pd.DataFrame, lines: list[Indicator], programme: Programme, indicators: list[Indicator]
) -> Index | None:
    """Weighted mean of a family's indicators, each turned so that more is better and in standard deviations
    of the comparison group.

    Weights are row sums of the inverse covariance matrix, so that what repeats the others counts less. A
    unit's index rests on what was measured of it. In a panel, the comparison group's unit-periods
    standardise. None where fewer than two indicators can be standardised or one follows from the others.
    """
    aside, weights = sides(table, programme) == 0, weights_of(table, programme)
    usable = [
        line
        for line in lines
        if oriented(line)
        and table.loc[aside, line.name].notna().sum() >= FEWEST
        and table.loc[aside, line.name].std() > 0
    ]
    if len(usable) < 2:
        return None

    def standardised(columns: list[str]) -> pd.DataFrame:
        parts = {}
        for line, column in zip(usable, columns, strict=True):
            reference = answers(table.loc[aside, line.name], weights)
            parts[line.name] = (
                oriented(line) * (table[column].astype("float64") - reference.mean) / reference.sd
            )
        return pd.DataFrame(parts)

    now = standardised([line.name for line in usable])
    covariance = (
        now.cov(min_periods=FEWEST).to_numpy() if weights is None else weighted_covariance(now, weights)
    )
    if not np.isfinite(covariance).all() or np.linalg.eigvalsh(covariance)[0] < SINGULAR:
        return None
    shares = np.linalg.inv(covariance).sum(axis=1)
    if shares.sum() <= 0:
        return None
    earlier = [measured_before(indicators, line.indicator, line.rater or None) for line in usable]
    names = [line.name for line in earlier if line]
    before = weighted(standardised(names), shares) if len(names) == len(earlier) else None
    return Index(
        weighted(now, shares), before, dict(zip(now.columns, (shares / shares.sum()).tolist(), strict=True))
    )


def weighted_covariance(values: pd.DataFrame, weights: pd.Series) -> np.ndarray:
    """Covariances of the units with all values, by survey weight; not finite where fewer than ``FEWEST`` have
    them.
    """
    complete = values.assign(weight_=weights).dropna()
    if len(complete) < FEWEST:
        return np.full((values.shape[1], values.shape[1]), np.nan)
    return np.atleast_2d(
        np.cov(complete[values.columns].to_numpy().T, aweights=complete["weight_"].to_numpy())
    )


def weighted(values: pd.DataFrame, weights: np.ndarray) -> pd.Series:
    """Weighted mean of what is there; missing where nothing is, or what is there has no positive weight."""
    total = values.notna().to_numpy() @ weights
    means = values.fillna(0.0).to_numpy() @ weights / np.where(total > 0, total, 1.0)
    return pd.Series(np.where(total > 0, means, np.nan), index=values.index)


def index_line(family: str, like: Indicator, time: str) -> Indicator:
    """The definition that the estimators need of an index."""
    name = f"index_{family}_{time}"[:40]
    use = "effect" if time == "now" else "covariate"
    changes = {
        "name": name,
        "indicator": f"index_{family}",
        "time": time,
        "rater": "",
        "unit": "",
        "direction": "higher",
        "use": use,
    }
    return like.model_copy(update=changes)


def index_estimates(
    table: pd.DataFrame, programme: Programme, indicators: list[Indicator], settings: Settings
) -> pd.DataFrame:
    """Estimate each family's index by the specification that speaks for the cohort: one test a family, in
    standard deviations.

    Returns
    -------
    Rows in the contract's shape with ``indicator`` = ``index_<family>``; families without an index have none.
    """
    found = [
        row
        for contrast in programme.design.contrasts()
        for row in of_contrast(table, programme.of(contrast), indicators, settings)
    ]
    return as_table(found)


def of_contrast(
    table: pd.DataFrame, programme: Programme, indicators: list[Indicator], settings: Settings
) -> list[Estimate]:
    """The index of each family in one contrast: standardised by its own comparison group."""
    spec, rows = programme.specification(settings.primary), list[Estimate]()
    effects = concepts(indicators)
    for family in dict.fromkeys(line.family for line in effects if line.family):
        members = [line for line in effects if line.family == family]
        index = family_index(table, members, programme, indicators)
        if index is None:
            continue
        now, before = index_line(family, members[0], "now"), index_line(family, members[0], "before")
        columns = {now.name: index.values} | ({} if index.before is None else {before.name: index.before})
        known = [*indicators, now, *([] if index.before is None else [before])]
        found = estimate_one(Dataset(table.assign(**columns), programme, known), now, spec, settings)
        against = str(EstimateReason.NEGATIVE_WEIGHT()) if min(index.weights.values()) < 0 else ""
        rows += [
            row._replace(reasons="; ".join(part for part in (against, row.reasons) if part)) for row in found
        ]
    return rows
