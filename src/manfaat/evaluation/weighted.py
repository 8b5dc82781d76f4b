"""The one summariser behind every mean, share, standard deviation and quantile that is shown: by the survey
weights where the design declares them.

Weights w say how many people of the population stand behind each answer. Only their ratios count; they are
brought to mean 1 among the answers, so that n stays the number of people who answered. Rows whose weight is
missing or 0 stand for nobody and are left out, as they are from every estimate. Where no weights are declared
every formula is the ordinary one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, share_of_few
from manfaat.definitions.programme import Programme


def weights_of(table: pd.DataFrame, programme: Programme) -> pd.Series | None:
    """The survey weight of every row, missing where it is not above 0; None where the design declares
    none.
    """
    name = programme.design.sampling_weight
    if not name:
        return None
    weight = pd.to_numeric(table[name], errors="coerce").astype("float64")
    return weight.where(weight > 0)


@dataclass(frozen=True)
class Answers:
    """Known values of one group and their weights with mean 1 (all 1 where none are declared)."""

    values: np.ndarray
    weights: np.ndarray
    is_weighted: bool = False

    @property
    def n(self) -> int:
        """People who answered and stand for somebody."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Σwx / Σw; missing for nobody."""
        return float(self.weights @ self.values / self.n) if self.n else np.nan

    @property
    def variance(self) -> float:
        """Σw(x − mean)² / (n − 1), weights with mean 1; missing for fewer than two."""
        return float(self.weights @ (self.values - self.mean) ** 2 / (self.n - 1)) if self.n > 1 else np.nan

    @property
    def sd(self) -> float:
        """Root of the variance."""
        return float(np.sqrt(self.variance))

    @property
    def effective(self) -> float:
        """How many answers of equal weight these are worth: (Σw)² / Σw² (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights @ self.weights)) if self.n else 0.0

    @property
    def std_error(self) -> float:
        """Standard error of the mean: √(n / (n − 1) · Σw²(x − mean)²) / n, linearised (Binder 1983); SD / √n
        where all weigh alike.
        """
        if self.n < 2:
            return np.nan
        return float(
            np.sqrt(self.n / (self.n - 1) * ((self.weights * (self.values - self.mean)) ** 2).sum()) / self.n
        )

    @property
    def ones(self) -> float:
        """How many people answered 1, of an indicator that is 0 or 1 for all; else missing."""
        return (
            float((self.values == 1).sum()) if self.n and np.isin(self.values, (0.0, 1.0)).all() else np.nan
        )

    def rests_on_few(self, smallest: int = SMALLEST_CELL) -> bool:
        """Whether this is a share that holds, or does not hold, for a few people, whatever they weigh."""
        return bool(
            self.n and self.ones == self.ones and share_of_few(self.ones / self.n, self.n, smallest=smallest)
        )

    def quantile(self, share: float) -> float:
        """The value at or below which this share of the weight lies; where all weigh alike, between
        neighbours in proportion.
        """
        if not self.n:
            return np.nan
        return (
            float(np.quantile(self.values, share))
            if np.ptp(self.weights) == 0
            else weighted_quantile(self.values, self.weights, share)
        )

    def beyond(self, share: float) -> int:
        """People at or beyond the quantile on its nearer side."""
        cut = self.quantile(share)
        return int((self.values <= cut).sum() if share <= 0.5 else (self.values >= cut).sum())


def weighted_quantile(values: np.ndarray, weights: np.ndarray, level: float) -> float:
    """Smallest value below or at which at least the share ``level`` of the weight lies; midway to the next
    where it is exactly that share.
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    cumulated /= cumulated[-1]
    place = int(np.searchsorted(cumulated, level - 1e-12))
    place = min(place, len(values) - 1)
    if abs(cumulated[place] - level) < 1e-12 and place + 1 < len(values):
        return float((values[order[place]] + values[order[place + 1]]) / 2)
    return float(values[order[place]])


def answers(values: pd.Series, weights: pd.Series | None = None) -> Answers:
    """The known values of a column, with their weights (same index) brought to mean 1."""
    known = values.astype("float64").dropna()
    if weights is None:
        return Answers(known.to_numpy(), np.ones(len(known)))
    weight = weights.reindex(known.index)
    known, weight = known[weight.notna().to_numpy()], weight.dropna()
    return Answers(
        known.to_numpy(),
        (weight / weight.mean()).to_numpy() if len(weight) else weight.to_numpy(),
        is_weighted=True,
    )
