"""How strong would a cause that nobody measured have to be? Oster's δ and adjusted estimate, Cinelli and
Hazlett's robustness value.

Notation: t, df of the coefficient; f² = t² / df; R²_{Y~Z|DX}, R²_{D~Z|X} partial R² of the hidden cause Z
with outcome and participation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

# Oster (2019): results of most lotteries survive 1.3 times the R² of the regression with all covariates
R_MAX_FACTOR = 1.3


def partial_r2(t_value: float, df: float) -> float:
    """Share of the variance that is left without a regressor and that it explains: t² / (t² + df)."""
    return float(t_value**2 / (t_value**2 + df))


def robustness_value(t_value: float, df: float, *, alpha: float = 1.0, share: float = 1.0) -> float:
    """Share of what is left of both outcome and participation that a hidden cause must explain to take off
    ``share`` of the estimate.

    With ``alpha`` below 1: to make it no longer significant at that level. Source: Cinelli and Hazlett
    (2020), JRSS B 82(1), 39–67.
    """
    critical = abs(student.ppf(alpha / 2, df - 1)) / np.sqrt(df - 1) if alpha < 1 else 0.0
    strength = share * abs(t_value) / np.sqrt(df)
    rest = strength - critical
    if rest <= 0:
        return 0.0
    if critical > 0 and strength > 1 / critical:  # the bound on the outcome's side is reached first
        return float((strength**2 - critical**2) / (1 + strength**2))
    return float((np.sqrt(rest**4 + 4 * rest**2) - rest**2) / 2)


@dataclass(frozen=True)
class Adjusted:
    """What an estimate would be beside a hidden cause of a given strength."""

    with_treatment: float  # R²_{D~Z|X}
    with_outcome: float  # R²_{Y~Z|DX}
    estimate: float
    std_error: float
    df: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """The t interval."""
        margin = student.ppf((1 + confidence) / 2, self.df) * self.std_error
        return float(self.estimate - margin), float(self.estimate + margin)


def adjust(
    estimate: float, std_error: float, df: float, with_treatment: float, with_outcome: float
) -> Adjusted:
    """Take the bias of a hidden cause off an estimate, towards zero; ``std_error`` is the classical one."""
    bias = std_error * np.sqrt(df * with_outcome * with_treatment / (1 - with_treatment))
    error = std_error * np.sqrt((1 - with_outcome) / (1 - with_treatment) * df / (df - 1))
    return Adjusted(
        with_treatment, with_outcome, float(estimate - np.sign(estimate) * bias), float(error), df - 1
    )


class Strength(NamedTuple):
    """How strong a covariate is: its t in the regression of the outcome, and in that of participation on all
    covariates, with its degrees of freedom.
    """

    name: str
    outcome_t: float
    treatment_t: float
    treatment_df: float


def benchmark(
    estimate: float, std_error: float, df: float, covariate: Strength, *, times: float = 1.0
) -> Adjusted | None:
    """What the estimate would be beside a hidden cause ``times`` as strong as a covariate that was measured.

    ``df`` are those of the regression of the outcome. None where no hidden cause can be so strong.
    """
    of_treatment = partial_r2(covariate.treatment_t, covariate.treatment_df)
    of_outcome = partial_r2(covariate.outcome_t, df)
    if times * of_treatment >= 1 - of_treatment or of_outcome >= 1:
        return None
    with_treatment = times * of_treatment / (1 - of_treatment)
    shared = times * of_treatment**2 / ((1 - times * of_treatment) * (1 - of_treatment))
    if times * of_treatment >= 1 or shared >= 1:
        return None
    with_outcome = (
        ((np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)) ** 2 * of_outcome / (1 - of_outcome)
    )
    return adjust(estimate, std_error, df, float(with_treatment), float(min(with_outcome, 1.0)))


@dataclass(frozen=True)
class Movement:
    """How an estimate moved when covariates came in, and the variances behind it.

    ``short`` and ``full`` coefficients without and with covariates, their R², variances of outcome and
    participation, and of what of participation the covariates leave unexplained.
    """

    short: float
    short_r2: float
    full: float
    full_r2: float
    outcome_variance: float
    treatment_variance: float
    treatment_left: float

    def r_max(self, factor: float = R_MAX_FACTOR) -> float:
        """R² if the hidden cause were measured too."""
        return min(1.0, factor * self.full_r2)


def terms(moved: Movement, r_max: float) -> tuple[float, float, float, float, float]:
    """Δ = short − full, (Rmax − R)σ_y², (R − R_short)σ_y², σ_x², τ_x."""
    gap = moved.short - moved.full
    rest = (r_max - moved.full_r2) * moved.outcome_variance
    gained = (moved.full_r2 - moved.short_r2) * moved.outcome_variance
    return gap, rest, gained, moved.treatment_variance, moved.treatment_left


def oster_delta(moved: Movement, r_max: float, target: float = 0.0) -> float:
    """How many times as much as on the covariates selection on what is hidden must be for the true
    coefficient to be ``target``.

    Source: Oster (2019), Journal of Business and Economic Statistics 37(2), 187–204, proposition 3. NaN where
    nothing is hidden (Rmax = R²).
    """
    gap, rest, gained, variance, left = terms(moved, r_max)
    bias = moved.full - target
    above = (
        bias * gained * left
        + bias * variance * left * gap**2
        + 2 * bias**2 * left * gap * variance
        + bias**3 * (left * variance - left**2)
    )
    below = (
        rest * gap * variance
        + bias * rest * (variance - left)
        + bias**2 * left * gap * variance
        + bias**3 * (left * variance - left**2)
    )
    return float(above / below) if rest > 0 and below != 0 else np.nan


def oster_estimates(moved: Movement, r_max: float, delta: float = 1.0) -> np.ndarray:
    """All coefficients that are possible with this δ, the nearest to the full one first: roots of a cubic (δ
    ≠ 1) or a quadratic (δ = 1).
    """
    gap, rest, gained, variance, left = terms(moved, r_max)
    if not rest > 0:
        return np.array([moved.full])
    cubic = (delta - 1) * (left * variance - left**2)
    square = left * gap * variance * (delta - 2)
    linear = delta * rest * (variance - left) - gained * left - variance * left * gap**2
    cubics = np.array([cubic, square, linear, delta * rest * gap * variance])
    roots = np.roots(np.trim_zeros(cubics, "f"))
    real: np.ndarray = roots[np.abs(roots.imag) < 1e-8 * (1 + np.abs(roots.real))].real
    found: np.ndarray = moved.full - real[np.argsort(np.abs(real), kind="stable")]
    return found
