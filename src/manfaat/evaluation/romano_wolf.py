"""Step-down p values of the families from the indicators table: how the estimates of a family would vary
together under the null.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation import families
from manfaat.evaluation.errors import FEWEST_CLUSTERS
from manfaat.evaluation.estimate import Settings, from_settings
from manfaat.evaluation.ladder import results_of
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import CLUSTER, Dataset, NotApplicableError


def scores_of(
    data: Dataset, line: Indicator, spec: Specification, settings: Settings
) -> dict[str, pd.Series]:
    """An indicator's scores by treatment, summed over clusters (units where there are none) and indexed by
    them.

    Empty where the method has none (matching, quantiles, ranks) or does not apply.
    """
    try:
        sample, found = results_of(data, line, spec, from_settings(settings))
    except NotApplicableError:
        return {}
    place = np.asarray(sample.frame.get(CLUSTER, sample.frame.index))
    first = {
        treatment: next((result.scores for result, _ in sized if result.scores is not None), None)
        for treatment, sized in found.items()
    }
    return {
        treatment: pd.Series(scores).groupby(place).sum()
        for treatment, scores in first.items()
        if scores is not None
    }


def adjusted(
    tests: pd.DataFrame,
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
) -> pd.DataFrame:
    """Fill ``romano_wolf`` of a table of tests, family by family; missing, with the reason, where one of a
    family's tests cannot be drawn.

    Units of one cluster go together; the seed and the number of draws are those of the run.
    """
    spec = programme.specification(settings.primary)
    lines = {(line.indicator, line.rater): line for line in indicators if line.use == "effect"}
    found: dict[tuple[str, ...], pd.Series] = {}
    for contrast in programme.design.contrasts():
        data = Dataset(table, programme.of(contrast), indicators)
        for key in dict.fromkeys(zip(tests["indicator"], tests["rater"], strict=True)):
            scores = scores_of(data, lines[key], spec, settings)
            found |= {(*key, contrast.arm, treatment): values for treatment, values in scores.items()}
    result, reasons = tests["romano_wolf"].copy(), tests["romano_wolf_reason"].copy()
    for _, rows in tests.groupby("family", sort=False):
        keys = list(rows[families.KEYS].itertuples(index=False, name=None))
        if not all(key in found for key in keys):
            reasons.loc[rows.index] = str(EstimateReason.NO_SCORES())
            continue
        joint = pd.concat([found[key] for key in keys], axis=1).fillna(0.0).sort_index().to_numpy()
        if ((joint != 0).sum(axis=0) < FEWEST_CLUSTERS).any():
            reasons.loc[rows.index] = str(EstimateReason.FEW_CLUSTERS_TO_DRAW())
            continue
        drawn = families.drawn_statistics(joint, settings.draws, settings.seed)
        result.loc[rows.index] = families.step_down(rows["p"].to_numpy(), drawn)
    return tests.assign(romano_wolf=np.asarray(result, dtype="float64"), romano_wolf_reason=reasons)
