"""Estimators that weight the comparison group, or predict for it, so that it resembles the participants.

Each returns its estimate with an influence function that accounts for the estimated weights and regressions.
Where statsmodels' ``TreatmentEffect`` knows the estimator (IPW, regression imputation) the numbers are the
same, which tests hold; AIPW differs a little, because the weights of its residuals sum to 1 here and to what
they happen to there. It is not called, because it knows neither survey weights nor clusters and solves a GMM
for each outcome.

Notation: s = survey weights, D = participant, p = propensity, m₀, m₁ = outcome regressions of comparison
group and participants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from manfaat.base.reasons import Reason
from manfaat.base.typed import required
from manfaat.definitions.programme import Specification
from manfaat.evaluation import errors
from manfaat.evaluation.errors import BY_WEIGHTING, Error
from manfaat.evaluation.estimate import DEFAULT, Inference, Sized
from manfaat.evaluation.inference import each_kind, influence_error
from manfaat.evaluation.linear import check_groups, check_treatment
from manfaat.evaluation.methods import BEFORE, with_size
from manfaat.evaluation.nuisance import (
    ALONE,
    Balance,
    Propensity,
    Regression,
    design_matrix,
    entropy_balance,
    outcome_regression,
    propensity,
    solved,
    survey_weights,
)
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, Rung, about_of, is_about_all, register
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.skewness import adjusted_skew_warning

FEWEST_EFFECTIVE = (
    0.25  # effective units of a weighted group over the units of the smaller group: below it overlap is poor
)
NEARLY_SURE = 0.95  # a propensity beyond which hardly anyone else is like that
MOST_SURE = 0.05  # share of participants beyond it


@dataclass(frozen=True)
class Overlap:
    """How far weights rest on few: effective sample size (Σw)² / Σw² (Kish 1965), units, the largest share of
    the weight on one, and how many ``others`` the group is weighted to resemble.
    """

    effective: float
    units: int
    largest_share: float
    others: float = np.inf

    @property
    def least(self) -> float:
        """Effective units below which overlap is poor: a quarter of the smaller group.

        A share and no number, for few units alike make an interval wide, not wrong; of the smaller group, for
        of a large pool most are meant to count for nothing.
        """
        return FEWEST_EFFECTIVE * min(self.units, self.others)

    @property
    def is_poor(self) -> bool:
        """Whether the weighted units count for too few."""
        return self.effective < self.least

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What a reader must know; nothing where overlap is good."""
        if not self.is_poor:
            return ()
        return (EstimateReason.FEW_EFFECTIVE(units=self.units, effective=round(float(self.effective))),)


def beyond_comparison(
    score: np.ndarray, d: np.ndarray, s: np.ndarray, *, both: bool = False
) -> tuple[Reason, ...]:
    """The warning where many participants are almost sure to take part, so that hardly anyone is like them;
    with ``both``, also the reverse.
    """
    shares = [
        np.average(score > NEARLY_SURE, weights=s * d),
        np.average(score < 1 - NEARLY_SURE, weights=s * (1 - d)) if both else 0.0,
    ]
    if max(shares) <= MOST_SURE:
        return ()
    return (EstimateReason.NEARLY_SURE(share=round(100 * float(max(shares)))),)


@dataclass(frozen=True)
class Estimated:
    """An estimate, its scores (n, summing to its deviation from the truth), what of it is each outcome's
    (``pull``, n: the estimate is pull'y at given weights), and the weights of each group that was weighted.
    """

    estimate: float
    scores: np.ndarray
    pull: np.ndarray
    weights: tuple[np.ndarray, ...] = ()

    @property
    def overlap(self) -> Overlap:
        """The weighted group with the smaller share of effective units; the larger of the largest shares."""
        found = [overlap(weights, int((weights <= 0).sum())) for weights in self.weights] or [
            Overlap(np.inf, 0, 0.0)
        ]
        worst = min(found, key=lambda one: one.effective / max(one.least, 1e-9))
        return replace(worst, largest_share=max(one.largest_share for one in found))


def overlap(weights: np.ndarray, others: float = np.inf) -> Overlap:
    """Overlap of one weighted group with the ``others`` that it is weighted to resemble."""
    used = weights[weights > 0]
    return Overlap(float(used.sum() ** 2 / (used @ used)), len(used), float(used.max() / used.sum()), others)


@dataclass(frozen=True)
class Units:
    """Outcome, participation, survey weights and design matrix of the units; with ``leaving`` (n codes),
    scores are those of the jackknife.

    The jackknife in one step: what a group of units adds is told with the group left out of every mean and
    regression, so that a unit that pulls the estimate its way does not hide its own error.
    """

    y: np.ndarray
    d: np.ndarray
    s: np.ndarray
    x: np.ndarray
    leaving: np.ndarray | None = None

    def mean(self, values: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray, float]:
        """Weighted mean, its scores with the weights as given, and the sum of the weights."""
        total = weights.sum()
        mean = float(weights @ values / total)
        rest = (
            total
            if self.leaving is None
            else total - np.bincount(self.leaving, weights=weights)[self.leaving]
        )
        if np.min(rest) <= ALONE * total:
            raise NotApplicableError(EstimateReason.ONE_LEFT_OUT())
        return mean, weights * (values - mean) / rest, total

    def of_score(self, p: Propensity) -> np.ndarray:
        """Influence of the propensity's coefficients (n × k)."""
        if self.leaving is None:
            return p.influence
        key = hash(self.leaving.tobytes())
        if key not in p.memory:
            p.memory[key] = solved(
                self.x,
                self.s * p.score * (1 - p.score),
                self.x * (self.s * (self.d - p.score))[:, None],
                self.leaving,
            )
        return p.memory[key]

    def regression(self, group: np.ndarray) -> Regression:
        """The outcome regression of a group."""
        return outcome_regression(self.x, self.y, group, self.s, self.leaving)


def ipw_att(units: Units, p: Propensity) -> Estimated:
    """Participants' mean minus the comparison group's mean weighted by s·p / (1 − p), weights summing to 1
    (Hájek).
    """
    y, d, s, x = units.y, units.d, units.s, units.x
    treated, first, total1 = units.mean(y, s * d)
    weights = s * (1 - d) * p.odds
    control, second, total = units.mean(y, weights)
    slope = (weights * (y - control)) @ x / total
    return Estimated(
        treated - control,
        first - second - units.of_score(p) @ slope,
        s * d / total1 - weights / total,
        (weights,),
    )


def ipw_ate(units: Units, p: Propensity) -> Estimated:
    """Means of the two groups weighted by s / p and s / (1 − p), weights summing to 1 (Hájek)."""
    y, d, s, x = units.y, units.d, units.s, units.x
    upper, lower = s * d * p.by_score, s * (1 - d) * p.by_rest
    treated, first, total1 = units.mean(y, upper)
    control, second, total0 = units.mean(y, lower)
    slope = (upper * (1 - p.score) * (y - treated)) @ x / total1 + (
        lower * p.score * (y - control)
    ) @ x / total0
    return Estimated(
        treated - control,
        first - second - units.of_score(p) @ slope,
        upper / total1 - lower / total0,
        (upper, lower),
    )


def aipw_att(units: Units, p: Propensity) -> Estimated:
    """Doubly robust: IPW of what the comparison group's regression m₀ leaves unexplained (Robins, Rotnitzky
    and Zhao 1994).

    With the change as the outcome this is the difference-in-differences of Sant'Anna and Zhao (2020),
    equation 3.1.
    """
    y, d, s, x = units.y, units.d, units.s, units.x
    regression = units.regression(d == 0)
    rest, weights = y - regression.fitted, s * (1 - d) * p.odds
    treated, first, total1 = units.mean(rest, s * d)
    control, second, total0 = units.mean(rest, weights)
    of_regression = (s * d) @ x / total1 - weights @ x / total0
    of_score = (weights * (rest - control)) @ x / total0
    scores = first - second - regression.influence @ of_regression - units.of_score(p) @ of_score
    pull = s * d / total1 - weights / total0 - regression.pull @ of_regression
    return Estimated(treated - control, scores, pull, (weights,))


def aipw_ate(units: Units, p: Propensity) -> Estimated:
    """Doubly robust for everyone: m₁ − m₀ plus the weighted residuals of both groups, weights summing to
    1.
    """
    y, d, s, x = units.y, units.d, units.s, units.x
    estimate, scores, pull, used, of_p = 0.0, np.zeros(len(y)), np.zeros(len(y)), [], units.of_score(p)
    for sign, group, inverse, other in (
        (1.0, d == 1, p.by_score, 1 - p.score),
        (-1.0, d == 0, p.by_rest, p.score),
    ):
        regression = units.regression(group)
        weights = s * group * inverse
        level, first, total_all = units.mean(regression.fitted, s)
        rest, second, total = units.mean(y - regression.fitted, weights)
        of_regression = s @ x / total_all - weights @ x / total
        of_score = (weights * other * (y - regression.fitted - rest)) @ x / total
        estimate += sign * (level + rest)
        scores += sign * (first + second + regression.influence @ of_regression) - of_p @ of_score
        pull += sign * (weights / total + regression.pull @ of_regression)
        used.append(weights)
    return Estimated(estimate, scores, pull, tuple(used))


def imputation_att(units: Units) -> Estimated:
    """Participants' mean of y − m₀: what the comparison group's regression predicts for them is taken off
    (Oaxaca 1973; Blinder 1973).
    """
    regression, part = units.regression(units.d == 0), units.s * units.d
    estimate, scores, total = units.mean(units.y - regression.fitted, part)
    of_regression = part @ units.x / total
    return Estimated(
        estimate,
        scores - regression.influence @ of_regression,
        part / total - regression.pull @ of_regression,
    )


def imputation_ate(units: Units) -> Estimated:
    """Everyone's mean of m₁ − m₀: regression with all interactions (Lin 2013)."""
    upper, lower = units.regression(units.d == 1), units.regression(units.d == 0)
    estimate, scores, total = units.mean(upper.fitted - lower.fitted, units.s)
    of_regression = units.s @ units.x / total
    return Estimated(
        estimate,
        scores + (upper.influence - lower.influence) @ of_regression,
        (upper.pull - lower.pull) @ of_regression,
    )


def balanced_att(units: Units, balance: Balance) -> Estimated:
    """Participants' mean minus the comparison group's mean under entropy-balancing weights.

    Its scores are those of the weighted regression that the weights imply (Zhao and Percival 2017).
    """
    part = units.s * units.d
    treated, first, total = units.mean(units.y, part)
    control = float(balance.weights @ units.y)
    slope = np.linalg.solve(balance.spread, (balance.weights * (units.y - control)) @ balance.centred)
    predicted = balance.centred @ slope
    second = balance.weights * (units.y - control - predicted)
    if units.leaving is not None:
        design = np.column_stack([np.ones(len(predicted)), balance.centred])
        second = solved(design, balance.weights, design * second[:, None], units.leaving)[:, 0]
    moved = units.mean(predicted, part)[1]
    return Estimated(
        treated - control, first - second - moved, part / total - balance.weights, (balance.weights,)
    )


def trimmed(sample: Sample, spec: Specification) -> Sample:
    """Leave out units whose propensity is so near 1 (ATE: or 0) that the other group has hardly anyone like
    them (Crump et al. 2009).

    ``spec.trim`` is the smallest chance of being in the other group. The sample says which share was left
    out; it answers for the rest only.
    """
    parts(sample, spec)
    score, least = propensity(sample, spec.covariates).score, required(spec.trim, "the smallest chance")
    kept = (score <= 1 - least) & ((score >= least) | (not is_about_all(spec)))
    note = EstimateReason.TRIMMED(share=round(100 * float(1 - kept.mean()), 1))
    memory = sample.memory.setdefault(("trimmed", least, about_of(spec), tuple(spec.covariates)), {})
    return Sample(sample.frame[kept], sample.n_missing, () if kept.all() else (note,), memory)


def left_out(sample: Sample) -> np.ndarray:
    """What the jackknife leaves out at a time: the clusters, or the units where there are no clusters or too
    few of them.
    """
    clusters = sample.clusters
    return (
        np.arange(len(sample.frame))
        if clusters is None or clusters.max() + 1 < errors.FEWEST_CLUSTERS
        else clusters
    )


def jackknife_error(scores: np.ndarray, pull: np.ndarray, sample: Sample, k: int) -> Error:
    """Standard error from scores of the jackknife, within strata where the sample is stratified and weighted.

    Degrees of freedom are Satterthwaite's for (Σ pull·e)² with e white, (Σ p_g²)² / Σ p_g⁴: how many units or
    clusters carry the estimate.
    """
    leaving, strata = left_out(sample), sample.strata if sample.weights is not None else None
    groups, stratum, sizes = errors.within_strata(strata, leaving, len(scores))
    sums, own = errors.by_group(scores, groups), errors.by_group(pull**2, groups)
    within, factor = (
        (sums, (sizes - 1) / sizes)
        if strata is None
        else (errors.deviations(sums, stratum, sizes), sizes / (sizes - 1))
    )
    variance = factor[stratum] @ within**2
    df = min(own.sum() ** 2 / (own @ own), len(own) - len(sizes), len(scores) - k)
    if df < 1:
        raise NotApplicableError(EstimateReason.FEW_UNITS())
    return errors.with_df(float(variance), float(df), len(own) if len(own) < len(scores) else None)


def results_of(
    method: Callable[[Units], Estimated],
    units: Units,
    sample: Sample,
    spec: Specification,
    k: int,
    about: tuple[Reason, ...] = (),
) -> Sized:
    """Results of an estimator, one a kind of standard error, with the reasons about overlap."""
    found = method(units)

    def one(kind: str) -> Error:
        if kind != "jackknife":
            return influence_error(found.scores, kind, sample, k)
        return jackknife_error(method(replace(units, leaving=left_out(sample))).scores, found.pull, sample, k)

    made = each_kind(sample, spec, found.estimate, one)
    about = (*found.overlap.reasons, *about, *adjusted_skew_warning(units.x, units.d, units.y, found.pull))
    named = [
        (
            replace(result, about=about_of(spec))
            if result.is_refused
            else replace(result, about=about_of(spec), reasons=(*about, *result.reasons), scores=found.scores)
        )
        for result in made
    ]
    return with_size(named, sample)


KINDS = ("auto", "influence", "CR1", "survey", "jackknife")


def parts(sample: Sample, spec: Specification) -> Units:
    """Outcome, participation, survey weights and design matrix, after checking that the sample can carry the
    method.
    """
    check_groups(sample)
    check_treatment(sample)
    return Units(sample.now, sample.treated, survey_weights(sample), design_matrix(sample, spec.covariates))


def inverse_probability_weighting(
    sample: Sample, spec: Specification, inference: Inference = DEFAULT
) -> Sized:
    """Comparison of the groups after weighting by the propensity score (Hirano, Imbens and Ridder 2003), for
    participants or everyone.

    Where overlap is poor the estimate is drawn towards the raw difference, which no standard error shows: the
    row says so.
    """
    units = parts(sample, spec)
    method, p = (
        ipw_ate if is_about_all(spec) else ipw_att,
        propensity(sample, spec.covariates),
    )
    found = method(units, p)
    poor = found.overlap.is_poor or beyond_comparison(p.score, units.d, units.s, both=is_about_all(spec))
    return results_of(
        lambda given: method(given, p),
        units,
        sample,
        spec,
        units.x.shape[1] + 1,
        (EstimateReason.WEIGHTING_BIAS(),) if poor else (),
    )


register(
    Method(
        "inverse_probability_weighting",
        inverse_probability_weighting,
        std_errors=KINDS,
        auto=BY_WEIGHTING,
        needs_covariates=True,
        estimands=("att", "ate"),
        rung=Rung("ipw", 40, covariates=BEFORE),
        formula="ȳ₁ − Σwy / Σw of the others, w = p / (1 − p), p the chance to take part at x",
    )
)


def doubly_robust(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Augmented inverse-probability weighting: right if either the propensity or the outcome regression
    is.
    """
    units = parts(sample, spec)
    method, p = (
        aipw_ate if is_about_all(spec) else aipw_att,
        propensity(sample, spec.covariates),
    )
    return results_of(lambda given: method(given, p), units, sample, spec, units.x.shape[1] + 1)


register(
    Method(
        "doubly_robust",
        doubly_robust,
        std_errors=KINDS,
        auto=BY_WEIGHTING,
        needs_covariates=True,
        estimands=("att", "ate"),
        rung=Rung("aipw", 50, covariates=BEFORE),
        formula="ȳ₁ − Σwy / Σw, of y − m₀(x), m₀ the regression of the comparison group",
    )
)


def doubly_robust_difference_in_differences(
    sample: Sample, spec: Specification, inference: Inference = DEFAULT
) -> Sized:
    """Difference-in-differences at equal covariates, doubly robust (Sant'Anna and Zhao 2020), units measured
    twice.
    """
    changed = sample.change()
    units, p = parts(changed, spec), propensity(changed, spec.covariates)
    made = results_of(lambda given: aipw_att(given, p), units, changed, spec, units.x.shape[1] + 1)
    return with_size([result for result, _ in made], sample)


register(
    Method(
        "doubly_robust_difference_in_differences",
        doubly_robust_difference_in_differences,
        std_errors=KINDS,
        auto=BY_WEIGHTING,
        needs_covariates=True,
        estimands=("att",),
        needs_before=True,
        rung=Rung("did-robust", 90, covariates=("fixed",)),
        formula="the doubly robust estimate, of Δy",
    )
)


def regression_imputation(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Oaxaca–Blinder: participants against what the comparison group's regression predicts for them (ATT), or
    Lin's regression (ATE).
    """
    units = parts(sample, spec)
    return results_of(
        imputation_ate if is_about_all(spec) else imputation_att,
        units,
        sample,
        spec,
        units.x.shape[1] + 1,
    )


register(
    Method(
        "regression_imputation",
        regression_imputation,
        std_errors=KINDS,
        auto=BY_WEIGHTING,
        needs_covariates=True,
        estimands=("att", "ate"),
        formula="mean over participants of y − m₀(x), m₀ the regression of the comparison group",
    )
)


def entropy_balancing(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Comparison of participants with the comparison group reweighted to their averages (Hainmueller
    2012).
    """
    units = parts(sample, spec)
    balance = entropy_balance(sample, spec.covariates, spec.moments)
    return results_of(lambda given: balanced_att(given, balance), units, sample, spec, units.x.shape[1] + 1)


register(
    Method(
        "entropy_balancing",
        entropy_balancing,
        std_errors=KINDS,
        auto=BY_WEIGHTING,
        needs_covariates=True,
        estimands=("att",),
        rung=Rung("entropy", 60, covariates=BEFORE),
        formula="ȳ₁ − Σwy of the others, w as even as Σwx = x̄₁ allows",
    )
)
