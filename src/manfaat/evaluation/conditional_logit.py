"""Yes or no within groups: the logit that is conditional on how many of each group say yes, and what an
effect on the odds is in shares.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import BY_INFLUENCE, Error
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, NO_SIZE, Inference, Result, Sized
from manfaat.evaluation.inference import each_kind, influence_error
from manfaat.evaluation.linear import check_groups, dummies, independent_places, standardise
from manfaat.evaluation.ordered import LARGEST, as_odds
from manfaat.evaluation.panel import check_panel, demeaned, panel_sample
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.sample import NotApplicableError, Sample, codes

LARGEST_GROUP = 400  # units: beyond it the sum over who else could have said yes is too long
ROUNDS = 50
STEP = 1e-5  # of a coefficient, to see by how much an average effect moves


@dataclass(frozen=True)
class Grouped:
    """The units (n) of groups that hold both answers: outcome, regressors (n × k), the wanted one first,
    codes of groups, and the places of these units in the sample.
    """

    y: np.ndarray
    x: np.ndarray
    group: np.ndarray
    place: np.ndarray

    def average_effect(self, beta: np.ndarray) -> float:
        """By how much the share who say yes is higher with the treatment than without, over these units; of
        a treatment of more than two values for one unit of it.

        Each group's own level is the one at which as many say yes as do.
        """
        index = self.x @ beta
        for_group = np.bincount(self.group, weights=self.y)
        level = np.zeros(len(for_group))
        level -= np.bincount(self.group, weights=index) / np.bincount(self.group)
        for _ in range(ROUNDS):
            share = expit(level[self.group] + index)
            slope = np.bincount(self.group, weights=share * (1 - share))
            step = (for_group - np.bincount(self.group, weights=share)) / np.maximum(slope, 1e-12)
            level += np.clip(step, -1, 1)
        wanted = self.x[:, 0]
        without = level[self.group] + index - wanted * beta[0]
        if np.isin(wanted, (0.0, 1.0)).all():
            return float((expit(without + beta[0]) - expit(without)).mean())
        share = expit(without + wanted * beta[0])
        return float(beta[0] * (share * (1 - share)).mean())


def grouped(y: np.ndarray, x: np.ndarray, group: np.ndarray) -> Grouped:
    """Keep the groups that hold both answers, and the regressors that tell units within them apart.

    Raises
    ------
    NotApplicableError where there is no such group, one is too large, or the treatment differs within none.
    """
    size, yes = np.bincount(group), np.bincount(group, weights=y)
    mixed = (yes > 0) & (yes < size)
    if not mixed.any():
        raise NotApplicableError(EstimateReason.NO_MIXED_ANSWERS())
    if size[mixed].max() > LARGEST_GROUP:
        raise NotApplicableError(EstimateReason.LARGE_GROUP(units=LARGEST_GROUP))
    place = np.flatnonzero(mixed[group])
    own = np.unique(group[place], return_inverse=True)[1]
    scaled = np.column_stack([x[place, :1], standardise(x[place, 1:])])
    within = demeaned(scaled, own, np.ones(len(place)))
    within = np.where(np.abs(within).max(axis=0) > 1e-9, within, 0.0)
    kept = independent_places(within, np.zeros((len(place), 0)))
    if kept[:1] != [0]:
        raise NotApplicableError(EstimateReason.NO_MIXED_STRATUM())
    return Grouped(y[place], scaled[:, kept], own, place)


def fitted(units: Grouped) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (k), and the influence of each group on them (G × k), by Newton steps from statsmodels'
    likelihood.

    Raises
    ------
    NotApplicableError where the likelihood has no maximum.
    """
    from statsmodels.discrete.conditional_models import ConditionalLogit  # here: it loads a formula parser
    from statsmodels.tools.sm_exceptions import ModelWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        model = ConditionalLogit(units.y, units.x, groups=units.group)
    beta = np.zeros(units.x.shape[1])
    for _ in range(ROUNDS):
        information = -model.hessian(beta)
        if np.abs(beta[0]) > LARGEST or not np.linalg.eigvalsh(information)[0] > 1e-7:
            raise NotApplicableError(EstimateReason.LEVELS_APART())
        step = np.linalg.solve(information, model.score(beta))
        beta = beta + step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-7:
            scores = np.array([model.score_grp(place, beta) for place in range(units.group.max() + 1)])
            return beta, np.linalg.solve(-model.hessian(beta), scores.T).T
    raise NotApplicableError(EstimateReason.LEVELS_APART())


def results_within(
    sample: Sample, spec: Specification, inference: Inference, units: Grouped, groups: int
) -> Sized:
    """Log odds ratio, odds ratio and average effect on the share, of the first regressor."""
    beta, influence = fitted(units)
    gradient = np.array(
        [
            (units.average_effect(beta + move) - units.average_effect(beta - move)) / (2 * STEP)
            for move in STEP * np.eye(len(beta))
        ]
    )
    first = np.unique(units.group, return_index=True)[1]  # a group is one witness: its first unit speaks

    def results(estimate: float, of_groups: np.ndarray) -> list[Result]:
        scores = np.zeros(len(sample.frame))
        scores[units.place[first]] = of_groups

        def one(kind: str) -> Error:
            return influence_error(of_groups if kind == "influence" else scores, kind, sample, len(beta))

        return each_kind(sample, spec, estimate, one)

    note = EstimateReason.GROUPS_DECIDE(mixed=len(first), groups=groups, units=len(units.y))
    found: Sized = []
    for result in results(float(beta[0]), influence[:, 0]):
        if result.is_refused:
            found.append((result, NO_SIZE))
            continue
        told = replace(
            result, about=About(measure=Measure.LOG_ODDS), unit="", reasons=(note, *result.reasons)
        )
        found += [(told, NO_SIZE), (as_odds(told, inference.confidence), NO_SIZE)]
    for result in results(units.average_effect(beta), influence @ gradient):
        found.append(
            (replace(result, about=About(measure=Measure.MARGINAL), reasons=(note, *result.reasons)), NO_SIZE)
        )
    return found


def check_answers(answers: np.ndarray, sample: Sample) -> None:
    """Refuse answers that are not yes or no, and survey weights.

    Raises
    ------
    NotApplicableError with the reason.
    """
    if not np.isin(answers, (0.0, 1.0)).all():
        raise NotApplicableError(EstimateReason.NOT_YES_OR_NO())
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())


def conditional_logit(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Odds ratio of yes for participants against others of the same stratum, at equal covariates, and what
    that is in shares (Chamberlain 1980; statsmodels' ``ConditionalLogit``).

    A stratum in which all say the same tells nothing of odds: it has no part, and the row says how many have.
    The average effect is over the units of those that have; each stratum's level is estimated from its own
    units, so that it is a little too large where these are few. A stratum is one witness, however many units
    it has.
    """
    if sample.strata is None:
        raise NotApplicableError(EstimateReason.NO_STRATA())
    check_groups(sample)
    check_answers(sample.now, sample)
    x = np.column_stack([sample.treated, sample.frame[spec.covariates].to_numpy(dtype="float64")])
    units = grouped(sample.now, x, sample.strata)
    return results_within(sample, spec, inference, units, int(sample.strata.max()) + 1)


register(
    Method(
        "conditional_logit",
        conditional_logit,
        std_errors=("influence", "CR1"),
        auto=BY_INFLUENCE,
        needs="strata",
        formula="exp(b) in logit P(y = 1) = aₛ + b·d + c'x, given how many of stratum s have y = 1",
    )
)


def fixed_effects_logit(
    sample: Sample, spec: Specification, inference: Inference = DEFAULT
) -> dict[str, Sized]:
    """The same in a panel: each unit is compared with itself in other periods, with one effect a period."""
    check_panel(sample.frame, spec)
    answers = sample.frame["outcome_"].to_numpy()
    check_answers(answers, sample)
    unit, others = codes(sample.frame["unit_"]), dummies(codes(sample.frame["period_"]))
    found = {}
    for treatment in spec.treatment:
        names = [treatment, *[name for name in [*spec.treatment, *spec.covariates] if name != treatment]]
        x = np.column_stack([sample.frame[names].to_numpy(dtype="float64"), others])
        units = grouped(answers, x, unit)
        own = replace(sample, frame=sample.frame.assign(now=answers, treated=x[:, 0]))
        found[treatment] = results_within(own, spec, inference, units, int(unit.max()) + 1)
    return found


register(
    Method(
        "fixed_effects_logit",
        fixed_effects_logit,
        std_errors=("CR1",),
        auto=BY_INFLUENCE,
        needs="a panel",
        draw=panel_sample,
        formula="exp(b) in logit P(yᵢₜ = 1) = aᵢ + lₜ + b·dᵢₜ + c'xᵢₜ, given how often unit i has y = 1",
    )
)
