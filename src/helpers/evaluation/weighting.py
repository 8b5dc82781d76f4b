"""Estimators that weight the comparison group, or predict for it, so that it resembles the participants.

Each returns its estimate with an influence function that accounts for the estimated weights and regressions. Where statsmodels'
``TreatmentEffect`` knows the estimator (IPW, AIPW, regression imputation) the numbers are the same, which tests hold; it is not
called, because it knows neither survey weights nor clusters and solves a GMM for each outcome.

Notation: s = survey weights, D = participant, p = propensity, m₀, m₁ = outcome regressions of comparison group and participants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.evaluation.inference import DEFAULT, Inference, each_kind, influence_error
from helpers.evaluation.linear import check_groups, check_treatment
from helpers.evaluation.methods import Sized, with_size
from helpers.evaluation.nuisance import Balance, Propensity, design_matrix, entropy_balance, outcome_regression, propensity, survey_weights
from helpers.evaluation.sample import Sample
from helpers.programme import Specification

FEWEST_EFFECTIVE = 50.0  # effective units of a weighted group: below it the reader is warned
LARGEST_SHARE = 0.1  # of a group's weight on one unit: above it the reader is warned


@dataclass(frozen=True)
class Overlap:
    """How far weights rest on few: effective sample size (Σw)² / Σw² (Kish 1965), units, and the largest share of the weight on one."""

    effective: float
    units: int
    largest_share: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know; nothing where overlap is good."""
        found = []
        if self.effective < FEWEST_EFFECTIVE:
            cause = "poor overlap" if self.effective < self.units / 2 else "few units"
            found.append(f"{cause}: the weighted group counts for only {self.effective:.0f} units of equal weight")
        if self.largest_share > LARGEST_SHARE:
            found.append(f"poor overlap: one unit carries {100 * self.largest_share:.0f}% of a group's weight")
        return tuple(found)


@dataclass(frozen=True)
class Estimated:
    """An estimate, its scores (n, summing to its deviation from the truth), and the weights of each group that was weighted."""

    estimate: float
    scores: np.ndarray
    weights: tuple[np.ndarray, ...] = ()

    @property
    def overlap(self) -> Overlap:
        """The weighted group with the smaller effective sample size; the larger of the largest shares."""
        found = [overlap(weights) for weights in self.weights] or [Overlap(np.inf, 0, 0.0)]
        worst = min(found, key=lambda one: one.effective)
        return replace(worst, largest_share=max(one.largest_share for one in found))


def overlap(weights: np.ndarray) -> Overlap:
    """Overlap of one weighted group."""
    used = weights[weights > 0]
    return Overlap(float(used.sum() ** 2 / (used @ used)), len(used), float(used.max() / used.sum()))


def mean_of(values: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Weighted mean, its scores with the weights as given, and the sum of the weights."""
    total = weights.sum()
    mean = float(weights @ values / total)
    return mean, weights * (values - mean) / total, total


def ipw_att(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray, p: Propensity) -> Estimated:
    """Participants' mean minus the comparison group's mean weighted by s·p / (1 − p), weights summing to 1 (Hájek)."""
    treated, first, _ = mean_of(y, s * d)
    weights = s * (1 - d) * p.odds
    control, second, total = mean_of(y, weights)
    slope = (weights * (y - control)) @ x / total
    return Estimated(treated - control, first - second - p.influence @ slope, (weights,))


def ipw_ate(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray, p: Propensity) -> Estimated:
    """Means of the two groups weighted by s / p and s / (1 − p), weights summing to 1 (Hájek)."""
    upper, lower = s * d * p.by_score, s * (1 - d) * p.by_rest
    treated, first, total1 = mean_of(y, upper)
    control, second, total0 = mean_of(y, lower)
    slope = (upper * (1 - p.score) * (y - treated)) @ x / total1 + (lower * p.score * (y - control)) @ x / total0
    return Estimated(treated - control, first - second - p.influence @ slope, (upper, lower))


def aipw_att(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray, p: Propensity) -> Estimated:
    """Doubly robust: IPW of what the comparison group's regression m₀ leaves unexplained (Robins, Rotnitzky and Zhao 1994).

    With the change as the outcome this is the difference-in-differences of Sant'Anna and Zhao (2020), equation 3.1.
    """
    regression = outcome_regression(x, y, d == 0, s)
    rest, weights = y - regression.fitted, s * (1 - d) * p.odds
    treated, first, total1 = mean_of(rest, s * d)
    control, second, total0 = mean_of(rest, weights)
    of_regression = (s * d) @ x / total1 - weights @ x / total0
    of_score = (weights * (rest - control)) @ x / total0
    return Estimated(treated - control, first - second - regression.influence @ of_regression - p.influence @ of_score, (weights,))


def aipw_ate(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray, p: Propensity) -> Estimated:
    """Doubly robust for everyone: m₁ − m₀ plus the weighted residuals of both groups, weights summing to 1."""
    estimate, scores, used = 0.0, np.zeros(len(y)), []
    for sign, group, inverse, other in ((1.0, d == 1, p.by_score, 1 - p.score), (-1.0, d == 0, p.by_rest, p.score)):
        regression = outcome_regression(x, y, group, s)
        weights = s * group * inverse
        level, first, total_all = mean_of(regression.fitted, s)
        rest, second, total = mean_of(y - regression.fitted, weights)
        of_regression = s @ x / total_all - weights @ x / total
        of_score = (weights * other * (y - regression.fitted - rest)) @ x / total
        estimate += sign * (level + rest)
        scores += sign * (first + second + regression.influence @ of_regression) - p.influence @ of_score
        used.append(weights)
    return Estimated(estimate, scores, tuple(used))


def imputation_att(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray) -> Estimated:
    """Participants' mean of y − m₀: what the comparison group's regression predicts for them is taken off (Oaxaca 1973; Blinder 1973)."""
    regression = outcome_regression(x, y, d == 0, s)
    estimate, scores, total = mean_of(y - regression.fitted, s * d)
    return Estimated(estimate, scores - regression.influence @ ((s * d) @ x / total))


def imputation_ate(y: np.ndarray, d: np.ndarray, s: np.ndarray, x: np.ndarray) -> Estimated:
    """Everyone's mean of m₁ − m₀: regression with all interactions (Lin 2013)."""
    upper, lower = outcome_regression(x, y, d == 1, s), outcome_regression(x, y, d == 0, s)
    estimate, scores, total = mean_of(upper.fitted - lower.fitted, s)
    return Estimated(estimate, scores + (upper.influence - lower.influence) @ (s @ x / total))


def balanced_att(y: np.ndarray, d: np.ndarray, s: np.ndarray, balance: Balance) -> Estimated:
    """Participants' mean minus the comparison group's mean under entropy-balancing weights.

    Its scores are those of the weighted regression that the weights imply (Zhao and Percival 2017).
    """
    treated, first, total = mean_of(y, s * d)
    control = float(balance.weights @ y)
    slope = np.linalg.solve(balance.spread, (balance.weights * (y - control)) @ balance.centred)
    predicted = balance.centred @ slope
    second = balance.weights * (y - control - predicted) + s * d * predicted / total
    return Estimated(treated - control, first - second, (balance.weights,))


def trimmed(sample: Sample, spec: Specification) -> Sample:
    """Leave out units whose propensity is so near 1 (ATE: or 0) that the other group has hardly anyone like them (Crump et al. 2009).

    ``spec.trim`` is the smallest chance of being in the other group. The sample says which share was left out; it answers for the rest only.
    """
    parts(sample, spec)
    score = propensity(sample, spec.covariates).score
    kept = (score <= 1 - spec.trim) & ((score >= spec.trim) | (spec.population != "ATE"))
    note = f"{100 * (1 - kept.mean()):.1f}% of the units were left out because hardly anyone in the other group is like them"
    memory = sample.memory.setdefault(("trimmed", spec.trim, spec.population, tuple(spec.covariates)), {})
    return Sample(sample.frame[kept], sample.n_missing, () if kept.all() else (note,), memory)


def results_of(found: Estimated, sample: Sample, spec: Specification, k: int) -> Sized:
    """Results of an estimate by its influence function, with the warnings about overlap."""
    made = each_kind(sample, spec, found.estimate, lambda kind: influence_error(found.scores, kind, sample, k), weighting=True)
    about = found.overlap.warnings
    named = [
        replace(result, population=spec.population)
        if result.is_refused
        else replace(result, population=spec.population, warnings=(*about, *result.warnings), scores=found.scores)
        for result in made
    ]
    return with_size(named, sample)


def parts(sample: Sample, spec: Specification) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, participation, survey weights and design matrix, after checking that the sample can carry the method."""
    check_groups(sample)
    check_treatment(sample)
    return sample.now, sample.treated, survey_weights(sample), design_matrix(sample, spec.covariates)


def inverse_probability_weighting(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Comparison of the groups after weighting by the propensity score (Hirano, Imbens and Ridder 2003), for participants or everyone."""
    y, d, s, x = parts(sample, spec)
    method = ipw_ate if spec.population == "ATE" else ipw_att
    return results_of(method(y, d, s, x, propensity(sample, spec.covariates)), sample, spec, x.shape[1] + 1)


def doubly_robust(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Augmented inverse-probability weighting: right if either the propensity or the outcome regression is."""
    y, d, s, x = parts(sample, spec)
    method = aipw_ate if spec.population == "ATE" else aipw_att
    return results_of(method(y, d, s, x, propensity(sample, spec.covariates)), sample, spec, x.shape[1] + 1)


def doubly_robust_difference_in_differences(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Difference-in-differences at equal covariates, doubly robust (Sant'Anna and Zhao 2020), units measured twice."""
    changed = sample.change()
    y, d, s, x = parts(changed, spec)
    found = aipw_att(y, d, s, x, propensity(changed, spec.covariates))
    made = results_of(found, changed, spec, x.shape[1] + 1)
    return with_size([result for result, _ in made], sample)


def regression_imputation(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Oaxaca–Blinder: participants against what the comparison group's regression predicts for them (ATT), or Lin's regression (ATE)."""
    y, d, s, x = parts(sample, spec)
    method = imputation_ate if spec.population == "ATE" else imputation_att
    return results_of(method(y, d, s, x), sample, spec, x.shape[1] + 1)


def entropy_balancing(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Comparison of participants with the comparison group reweighted to their averages (Hainmueller 2012)."""
    y, d, s, x = parts(sample, spec)
    balance = entropy_balance(sample, spec.covariates, spec.moments)
    return results_of(balanced_att(y, d, s, balance), sample, spec, x.shape[1] + 1)
