"""How strongly would a hidden cause have to go with both taking part and the outcome, as a ratio of risks?
The E-value.

Source: VanderWeele and Ding (2017), Annals of Internal Medicine 167(4), 268–274, doi 10.7326/M16-2607.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EValue:
    """E-value of an estimate and of the limit of its interval that is nearer to no association (1 where the
    interval holds it).
    """

    estimate: float
    limit: float


def e_value(ratio: float) -> float:
    """RR + √(RR (RR − 1)), for a ratio below 1 of its inverse.

    Raises
    ------
    ValueError for a ratio that is not above 0.
    """
    if not ratio > 0:
        raise ValueError(f"a risk ratio is above 0, not {ratio}")
    larger = max(ratio, 1 / ratio)
    return float(larger + np.sqrt(larger * (larger - 1)))


def of_risk_ratio(ratio: float, low: float, high: float) -> EValue:
    """E-value of a risk ratio and its interval."""
    if not low <= ratio <= high:
        raise ValueError(f"the interval from {low} to {high} does not hold the ratio {ratio}")
    return EValue(e_value(ratio), 1.0 if low <= 1 <= high else e_value(low if low > 1 else high))


def of_difference(size: float, error: float) -> EValue:
    """E-value of a standardised difference d with its standard error: RR ≈ exp(0.91 d), interval exp(0.91 d ±
    1.78 s).
    """
    return of_risk_ratio(*(float(np.exp(0.91 * size + step * error)) for step in (0.0, -1.78, 1.78)))


def risk_ratio(estimate: float, base: float) -> float:
    """Ratio of risks of two groups whose shares differ by ``estimate``, the comparison group's being
    ``base``; NaN where it is not above 0.
    """
    ratio = (base + estimate) / base if base > 0 else np.nan
    return float(ratio) if ratio > 0 else np.nan
