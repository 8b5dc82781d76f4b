"""Whether two answers go together: the test that fits a table of counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEAST_EXPECTED = 5.0  # in each cell of two by two; in four of five cells of larger tables, with 1 in all
SHARE_EXPECTED = 0.8
DRAWS = 9_999


@dataclass(frozen=True)
class Association:
    """A test that two answers have nothing to do with each other.

    ``test`` : ``chi-square``, ``fisher`` or ``permutation``; ``statistic`` is chi-square throughout. ``v`` :
    Cramér's V, 0 to 1.
    """

    test: str
    statistic: float
    df: int
    p_value: float
    v: float


def association(counts: np.ndarray, seed: int = 1) -> Association | None:
    """Test a table of counts (rows × columns, one person a count); None where one side has a single answer.

    Pearson's chi-square without correction where enough are expected in each cell (Cochran 1954, Biometrics
    10, 417–451); else Fisher's exact test of two by two, and of larger tables the share of permutations with
    as large a chi-square.
    """
    table = np.asarray(counts, dtype="float64")
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return None
    n, expected = table.sum(), np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    v = float(np.sqrt(statistic / n / (min(table.shape) - 1)))
    is_small = table.shape == (2, 2)
    enough = (
        expected.min() >= LEAST_EXPECTED
        if is_small
        else ((expected >= LEAST_EXPECTED).mean() >= SHARE_EXPECTED and expected.min() >= 1)
    )
    if enough:
        return Association("chi-square", statistic, df, float(stats.chi2.sf(statistic, df)), v)
    if is_small:
        return Association("fisher", statistic, df, float(stats.fisher_exact(table)[1]), v)
    return Association("permutation", statistic, df, permuted(table, expected, statistic, seed), v)


def permuted(table: np.ndarray, expected: np.ndarray, statistic: float, seed: int) -> float:
    """Share of random tables with the same totals whose chi-square is as large, the table's own among them
    (Patefield 1981).
    """
    drawn = stats.random_table(table.sum(axis=1), table.sum(axis=0)).rvs(DRAWS, random_state=seed)
    squares = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    return float((1 + (squares >= statistic * (1 - 1e-12)).sum()) / (DRAWS + 1))
