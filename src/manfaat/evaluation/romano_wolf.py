"""Step-down p values of the families from the indicators table: how the estimates of a family would vary
together under the null.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation import families
from manfaat.evaluation.errors import FEWEST_CLUSTERS
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.inference import from_settings
from manfaat.evaluation.ladder import METHODS, sample_for
from manfaat.evaluation.panel import fixed_effects, panel_rows
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import CLUSTER, NotApplicableError
from manfaat.indicators import Indicator


def scores_of(
    table: pd.DataFrame,
    line: Indicator,
    spec: Specification,
    programme: Programme,
    indicators: list[Indicator],
    settings: Settings,
    memory: dict,
) -> dict[str, pd.Series]:
    """An indicator's scores by treatment, summed over clusters (units where there are none) and indexed by
    them.

    Empty where the method has none (matching, quantiles, ranks) or does not apply.
    """
    inference, treatments = from_settings(settings), spec.treatment or [programme.design.group]
    try:
        if spec.method == "fixed_effects":
            found, _ = fixed_effects(table, line, spec, programme, indicators, inference)
            place = panel_rows(table, line, spec, programme)[0][CLUSTER].to_numpy()
        else:
            sample = sample_for(table, line, spec, programme, indicators, memory)
            found = {treatments[0]: METHODS[spec.method].estimate(sample, spec, inference)}
            place = np.asarray(sample.frame.get(CLUSTER, sample.frame.index))
    except NotApplicableError:
        return {}
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
    spec, memory = programme.specification(settings.primary), {}
    lines = {(line.indicator, line.rater): line for line in indicators if line.use == "effect"}
    found = {}
    for key in dict.fromkeys(zip(tests["indicator"], tests["rater"], strict=True)):
        scores = scores_of(table, lines[key], spec, programme, indicators, settings, memory)
        found |= {(*key, treatment): values for treatment, values in scores.items()}
    result, reasons = tests["romano_wolf"].copy(), tests["romano_wolf_reason"].copy()
    for _, rows in tests.groupby("family", sort=False):
        keys = list(rows[families.KEYS].itertuples(index=False, name=None))
        if not all(key in found for key in keys):
            reasons.loc[rows.index] = str(EstimateReason.NO_SCORES())
            continue
        scores = pd.concat([found[key] for key in keys], axis=1).fillna(0.0).sort_index().to_numpy()
        if ((scores != 0).sum(axis=0) < FEWEST_CLUSTERS).any():
            reasons.loc[rows.index] = str(EstimateReason.FEW_CLUSTERS_TO_DRAW())
            continue
        drawn = families.drawn_statistics(scores, settings.draws, settings.seed)
        result.loc[rows.index] = families.step_down(rows["p"].to_numpy(), drawn)
    return tests.assign(romano_wolf=np.asarray(result, dtype="float64"), romano_wolf_reason=reasons)
