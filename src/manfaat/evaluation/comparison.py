"""What the comparison group has: its mean and standard deviation, and an effect in per cent of that mean."""

from __future__ import annotations

import numpy as np

from manfaat.base.disclosure import is_few
from manfaat.definitions.programme import Unit
from manfaat.evaluation.errors import FEWEST_CLUSTERS, by_group
from manfaat.evaluation.estimate import NO_COMPARISON, Comparison, Result
from manfaat.evaluation.sample import WEIGHT, Sample
from manfaat.evaluation.weighted import answers


def comparison_of(sample: Sample, unit: Unit | None) -> Comparison:
    """Mean and standard deviation of the outcome in the comparison group, by survey weight.

    Those that ``Sample.counts`` counts as comparison: with an instrument those without the offer, in a panel
    the periods of units that never took part. Nothing where one of the groups is small, or a share of it
    rests on few: beside the estimate its mean gives back the other's.
    """
    outcome = sample.frame["now" if "now" in sample.frame else "outcome_"]
    inside = sample.is_participant
    both = [answers(outcome[side], sample.frame.get(WEIGHT)) for side in (inside, ~inside)]
    if any(side.n < 2 or is_few(side.n) or side.rests_on_few() for side in both):
        return NO_COMPARISON
    own = both[1]
    scores = np.zeros(len(outcome))
    scores[~inside] = own.weights * (own.values - own.mean) / own.n
    is_ratio = not (unit and (unit.is_log or unit.is_calendar or unit.is_rating)) and own.mean > 0
    clusters = sample.clusters
    few = clusters is None or clusters.max() + 1 < FEWEST_CLUSTERS
    return Comparison(own.mean, own.sd, scores, None if few else clusters, is_ratio)


def percent_of(result: Result, comparison: Comparison) -> tuple[float, float]:
    """The estimate in per cent of the comparison group's mean, and its standard error.

    The error is by the delta method: with r the ratio, s an estimate's scores and m those of the mean, the
    ratio's scores are (s − r·m) / mean; their sum of squares (within clusters, where there are some) is
    brought to the estimate's declared error by that of s. Missing where the unit has no zero that means
    nothing (logarithms, ratings, years), where the mean is not above 0, or the estimate is on another scale;
    the error also where a method has no scores.
    """
    known = (
        comparison.is_ratio and result.unit is None and result.word is None and result.about.measure is None
    )
    if not known or result.is_refused:
        return np.nan, np.nan
    ratio = result.estimate / comparison.mean
    if result.scores is None or len(result.scores) != len(comparison.scores):
        return 100 * ratio, np.nan
    groups = np.arange(len(comparison.scores)) if comparison.clusters is None else comparison.clusters
    own, whole = (
        by_group(scores, groups) for scores in (result.scores, result.scores - ratio * comparison.scores)
    )
    size = np.sqrt((whole @ whole) / (own @ own)) if own @ own > 0 else np.nan
    return 100 * ratio, float(100 * result.std_error * size / comparison.mean)
