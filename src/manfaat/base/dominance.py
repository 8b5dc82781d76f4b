"""Sums and means of which one person or firm has nearly all, so that whoever knows the number knows theirs.

Two rules of statistical offices, of the sum behind a number and whoever contributes to it:

- the n–k rule: the ``largest`` contributors have more than a ``share`` of it;
- the p % rule: whoever has the second most, and takes their own away, knows the most to within ``percent`` of
  it.

A contributor is a person, or the firm of all of them who name it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Dominance:
    """Above which shares a sum counts as that of few."""

    largest: int = 2
    share: float = 0.85
    percent: float = 10.0


RULE = Dominance()


def is_dominated(amounts: npt.ArrayLike, of: pd.Series | None = None, *, rule: Dominance = RULE) -> bool:
    """Whether a sum of amounts, none below 0, is that of a few; ``of`` : the firm of each, where one is
    known.

    Examples
    --------
    >>> is_dominated([90, 2, 3, 4, 5]), is_dominated([30, 28, 25, 20, 26])
    (True, False)
    >>> is_dominated([30, 28, 25, 20, 26], pd.Series(["a", "a", "a", "a", "b"]))
    True
    """
    most, rest = measures(amounts, of, largest=rule.largest)
    return most > rule.share or rest < rule.percent / 100


def measures(amounts: npt.ArrayLike, of: pd.Series | None = None, *, largest: int = 2) -> tuple[float, float]:
    """The share of a sum that its ``largest`` contributors have, and how much all but the two largest have as
    a part of what the largest has; of nothing no share, and no end of the rest.
    """
    known = pd.Series(np.asarray(amounts, dtype="float64"))
    if of is not None:
        own = of.reset_index(drop=True)
        known = known.groupby(own.where(own.notna(), pd.Series(known.index, dtype="object"))).sum()
    sums = np.sort(known[known > 0].to_numpy())[::-1]
    if not len(sums):
        return 0.0, np.inf
    return float(sums[:largest].sum() / sums.sum()), float(sums[2:].sum() / sums[0])
