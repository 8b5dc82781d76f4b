"""The kinds of standard error that a specification may name: one record each.

To add one: its record here, its name and its source in ``report.methods``. Every method by least squares
takes it then; a method that computes its own names it in its record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from manfaat.base.reasons import Reason
from manfaat.evaluation import errors, resampling
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimate import DEFAULT, Inference, Result
from manfaat.evaluation.linear import Fit, root_weights
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample

# units of the smaller group, below which intervals by lot of skewed values are too narrow where effects
# differ
FEW_BY_LOT = 40


@dataclass(frozen=True)
class Coefficient:
    """A least-squares coefficient, and what its uncertainty may rest on.

    ``regressor`` : the wanted one (n) before weighting; what draws it anew needs it. ``counted`` : the
    coefficients that CR1 counts, if others than the fit's. ``skewed`` : the warning where the values are too
    skewed for t.
    """

    fitted: Fit
    sample: Sample
    inference: Inference = DEFAULT
    regressor: np.ndarray | None = None
    counted: int | None = None
    skewed: tuple[Reason, ...] = ()

    def error(self, kind: str) -> Error | Result:
        """Its standard error of one kind; a result where the kind brings interval and p value of its own.

        Raises
        ------
        NotApplicableError if the kind does not apply to the sample, or is none of least squares.
        """
        of = STD_ERRORS[kind].of if kind in STD_ERRORS else None
        if of is None:
            raise NotApplicableError(EstimateReason.WRONG_ERROR())
        return of(self)

    def moved(self) -> np.ndarray:
        """The wanted regressor, to be drawn anew.

        Raises
        ------
        NotApplicableError where nothing can be drawn.
        """
        if self.regressor is None:
            raise NotApplicableError(EstimateReason.WRONG_ERROR())
        return self.regressor

    def drawn_result(
        self, kind: str, drawn: resampling.Drawn, error: Error, doubts: tuple[Reason, ...]
    ) -> Result:
        """A result with interval and p value from draws; ``error`` stands beside it."""
        interval = resampling.invert(drawn, self.fitted.estimate, error.std_error, self.inference.confidence)
        return Result(
            self.fitted.estimate,
            error.std_error,
            kind,
            error.df,
            interval,
            drawn.p_value(0.0),
            reasons=doubts,
        )


@dataclass(frozen=True)
class StdError:
    """One kind of standard error.

    ``of`` : how it comes from a least-squares coefficient; None for what a method computes by itself.
    ``is_naive`` : takes no account of degrees of freedom, or of leverage. ``clusters`` : whether those of
    the design are ignored, heeded or needed. ``is_exact`` : holds however few clusters there are.
    ``is_common`` : belongs to every method by least squares, unless its record says otherwise. ``formula`` :
    for the reference.
    """

    name: str
    of: Callable[[Coefficient], Error | Result] | None = None
    is_naive: bool = False
    clusters: Literal["ignored", "heeded", "needed"] = "ignored"
    is_exact: bool = False
    is_common: bool = True
    formula: str = ""


def classical(one: Coefficient) -> Error:
    """One residual variance, which survey weights forbid."""
    if one.sample.weights is not None:
        raise NotApplicableError(EstimateReason.CLASSICAL_WEIGHTED())
    return errors.classical(one.fitted)


def finite_population(one: Coefficient) -> Error:
    """Classical, for those who took part and no others."""
    return errors.finite_population(classical(one), one.fitted.n, one.inference.trained)


def cr1(one: Coefficient) -> Error:
    """By clusters, without correction for leverage."""
    return errors.cluster_robust(one.fitted, one.sample.clusters, counted=one.counted)


def survey(one: Coefficient) -> Error:
    """Linearised, by clusters within strata."""
    scores = one.fitted.basis.influence * one.fitted.residuals
    return errors.linearised(scores, one.sample.strata, one.sample.clusters, one.fitted.basis.count)


def wild(one: Coefficient) -> Result:
    """The wild cluster bootstrap; the standard error beside it, which the minimum detectable effect rests on,
    is CR1.
    """
    regressor, inference = one.moved() * root_weights(one.sample), one.inference
    drawn = resampling.wild_bootstrap(
        one.fitted, regressor, one.sample.clusters, draws=inference.draws, seed=inference.seed
    )
    return one.drawn_result("wild", drawn, cr1(one), one.skewed)


def randomisation(one: Coefficient) -> Result:
    """The lottery repeated; the standard error beside it is HC2 or, where whole clusters were assigned,
    CR2.
    """
    sample, inference, regressor = one.sample, one.inference, one.moved()
    if not inference.is_lottery:
        raise NotApplicableError(EstimateReason.NO_LOTTERY())
    if not np.isin(regressor, (0.0, 1.0)).all() or not np.array_equal(regressor, sample.treated):
        raise NotApplicableError(EstimateReason.NOT_BINARY())
    drawn = resampling.randomisation(
        one.fitted, sample, root_weights(sample), draws=inference.draws, seed=inference.seed
    )
    beside = (
        errors.bias_reduced(one.fitted, sample.clusters)
        if resampling.assigned_whole(sample.treated, sample.clusters)
        else errors.robust(one.fitted, "HC2")
    )
    doubts = (EstimateReason.BESIDE_BY_LOT(),) if one.skewed and is_small(sample.treated) else ()
    return one.drawn_result("randomisation", drawn, beside, doubts)


def is_small(treated: np.ndarray) -> bool:
    """Whether one of the two groups is small for an interval by lot of skewed values."""
    return bool(min((treated > 0).sum(), (treated <= 0).sum()) < FEW_BY_LOT)


STD_ERRORS: dict[str, StdError] = {
    one.name: one
    for one in (
        StdError(
            "auto", formula="one of the kinds below, by what the design says"
        ),  # chosen by the design, by the written rule of ``errors.choose``
        StdError(
            "classical",
            classical,
            is_naive=True,
            formula="√(σ²Σa²), a what a unit weighs in the estimate, e its residual; t, n − k df",
        ),
        StdError(
            "HC1",
            lambda one: errors.robust(one.fitted, "HC1"),
            is_naive=True,
            formula="√(n / (n − k) · Σa²e²)",
        ),
        StdError(
            "HC2",
            lambda one: errors.robust(one.fitted, "HC2"),
            is_naive=True,
            formula="√(Σa²e² / (1 − h)), h the leverage of a unit",
        ),
        StdError(
            "HC3", lambda one: errors.robust(one.fitted, "HC3"), is_naive=True, formula="√(Σa²e² / (1 − h)²)"
        ),
        StdError(
            "BM", lambda one: errors.bell_mccaffrey(one.fitted), formula="as HC2; t, Satterthwaite's df"
        ),
        StdError(
            "CR1",
            cr1,
            is_naive=True,
            clusters="needed",
            formula="√(G / (G − 1) · (n − 1) / (n − k) · Σ(Σae)²), the inner sum within a cluster",
        ),
        StdError(
            "CR2",
            lambda one: errors.bias_reduced(one.fitted, one.sample.clusters),
            clusters="needed",
            formula="√(Σ(ΣaAe)²), A = (I − H)^(−1/2) within each cluster; t, Satterthwaite's df",
        ),
        StdError(
            "CR3",
            lambda one: errors.jackknife(one.fitted, one.sample.clusters),
            is_naive=True,
            clusters="needed",
            formula="√((G − 1) / G · Σ(b without a cluster − b)²); t, G − 1 df",
        ),
        StdError(
            "wild",
            wild,
            clusters="needed",
            formula="p: share of draws of the signs of clusters' residuals whose t is as far out",
        ),
        StdError(
            "randomisation",
            randomisation,
            is_exact=True,
            formula="p: share of lotteries drawn again whose estimate is as far out",
        ),
        StdError(
            "survey",
            survey,
            is_naive=True,
            clusters="heeded",
            formula="√(Σ over strata of G / (G − 1) · Σ(z − z̄)²), z a cluster's sum of scores",
        ),
        StdError(
            "BRL",
            lambda one: errors.bias_reduced_linearisation(one.fitted, one.sample.strata, one.sample.clusters),
            formula="as survey, of the scores of CR2; t, Satterthwaite's df",
        ),
        StdError(
            "finite_population",
            finite_population,
            is_common=False,
            formula="classical · √((N − n) / (N − 1)), N all who took part",
        ),
        StdError(
            "influence",
            is_naive=True,
            formula="√(Σψ²) / n, ψ a unit's influence, that on weights and regressions counted",
        ),
        StdError(
            "jackknife", formula="√((n − 1) / n · Σ(b without a unit or cluster − b)²); t, Satterthwaite's df"
        ),
        StdError(
            "AI",
            formula="√(Σ(g − ḡ)² + Σσ²(K² − K₂)) / n₁, g gains, K and K₂ sums of shares and their squares",
        ),
        StdError("AI_equal", formula="as AI, with one σ² for all"),
        StdError("normal_theory", formula="noncentral t of the change, or the delta method"),
        StdError("signed_rank", formula="width of Wilcoxon's interval over that of a normal one"),
        StdError("exact", formula="binomial probabilities of those who changed"),
        StdError(
            "mid_p", formula="binomial probabilities of those who changed, half that of the observed number"
        ),
        StdError(
            "brunner_munzel", formula="√(Σ of both groups' variance of placements / n); t, Satterthwaite's df"
        ),
    )
}


def least_squares(without: str = "", also: str = "") -> tuple[str, ...]:
    """The kinds of a method by least squares: all common ones but some, and some of its own; names in one
    text.
    """
    common = [one.name for one in STD_ERRORS.values() if one.of and one.is_common]
    return ("auto", *[name for name in common if name not in without.split()], *also.split())
