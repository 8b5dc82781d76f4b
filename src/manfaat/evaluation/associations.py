"""Which features of a programme go together with better results: association among those who took part, never
a cause.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.definitions.programme import Programme
from manfaat.evaluation.families import holm
from manfaat.evaluation.sample import participation

FEWEST = 10  # pairs below which a correlation says nothing
COLUMNS = ["feature", "outcome", "n", "r", "ci_low", "ci_high", "p_value", "p_adjusted", "mde", "reason"]


def correlation(first: np.ndarray, second: np.ndarray, confidence: float, power: float) -> dict[str, object]:
    """Pearson's correlation with Fisher's interval and the smallest one that so many pairs would find with
    the given power.

    Source: Fisher (1921), Metron 1, 3–32: arctanh r is nearly normal with standard error 1 / √(n − 3).
    """
    n = len(first)
    empty = {"n": n, "r": np.nan, "ci_low": np.nan, "ci_high": np.nan, "p_value": np.nan, "mde": np.nan}
    if n < FEWEST:
        return empty | {"reason": "too few"}
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return empty | {"reason": "all alike"}
    r, p_value = stats.pearsonr(first, second)
    error, z = 1 / np.sqrt(n - 3), stats.norm.ppf((1 + confidence) / 2)
    centre = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))
    mde = np.tanh((z + stats.norm.ppf(power)) * error)
    return {
        "n": n,
        "r": r,
        "ci_low": np.tanh(centre - z * error),
        "ci_high": np.tanh(centre + z * error),
        "p_value": p_value,
        "mde": mde,
        "reason": "",
    }


def associations(
    table: pd.DataFrame,
    features: list[str],
    outcomes: list[str],
    programme: Programme,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
) -> pd.DataFrame:
    """Correlate every feature with every outcome among participants; p values are adjusted by Holm for all
    pairs together.

    Returns
    -------
    ``feature, outcome, n, r, ci_low, ci_high, p_value, p_adjusted, mde, reason``; a pair that cannot be
    correlated says why (``too few``, ``all alike``).
    """
    own, rows = table[(participation(table, programme) == 1).to_numpy()], []
    for outcome in outcomes:
        for feature in features:
            if programme.design.sampling_weight:
                rows.append({"feature": feature, "outcome": outcome, "n": 0, "reason": "weighted"})
                continue
            pair = (
                own[[feature, outcome]].astype("float64").dropna()
                if feature != outcome
                else own[[feature]].iloc[:0].assign(other=0.0)
            )
            rows.append(
                {
                    "feature": feature,
                    "outcome": outcome,
                    **correlation(pair.iloc[:, 0].to_numpy(), pair.iloc[:, 1].to_numpy(), confidence, power),
                }
            )
    found = pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "p_adjusted"]).assign(
        p_adjusted=np.nan
    )
    known = found["p_value"].notna()
    if known.any():
        found.loc[known, "p_adjusted"] = holm(found.loc[known, "p_value"])
    return found[COLUMNS]
