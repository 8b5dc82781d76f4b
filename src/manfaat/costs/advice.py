"""What follows for managing a similar programme: computed from thresholds, each line with the statistic that
it rests on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.definitions.declarations import Implication

COLUMNS = ["id", "statistic", "value", "ci_low", "ci_high", "n", "threshold", "side", "verdict"]


def statistics(basis: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Every number that a recommendation may rest on: ``statistic, value, ci_low, ci_high, n``; the accounts'
    have no interval.
    """
    own = basis[basis["group"] == "participants"]
    rows = own.rename(columns={"name": "statistic", "mean": "value"})[
        ["statistic", "value", "ci_low", "ci_high", "n"]
    ].to_dict("records")
    names = {
        "share of host": "share_host",
        "share of sender": "share_sender",
        "in-kind share": "share_in_kind",
        "leverage": "leverage",
    }
    rows += [
        {"statistic": names[row.name], "value": row.value, "ci_low": np.nan, "ci_high": np.nan, "n": np.nan}
        for row in indicators.itertuples(index=False)
        if row.name in names
    ]
    return pd.DataFrame(rows, columns=["statistic", "value", "ci_low", "ci_high", "n"])


def judge(value: float, low: float, high: float, rule: Implication) -> str:
    """``called for``, ``leaning`` (the value is beyond the threshold, its interval is not), ``not called
    for`` or ``not measured``.
    """
    if np.isnan(value):
        return "not measured"
    beyond = value < rule.below if rule.below is not None else value > rule.above
    if not beyond:
        return "not called for"
    farthest = high if rule.below is not None else low
    surely = np.isnan(farthest) or (
        farthest < rule.below if rule.below is not None else farthest > rule.above
    )
    return "called for" if surely else "leaning"


def implications(rules: list[Implication], known: pd.DataFrame) -> pd.DataFrame:
    """Hold every declared rule against its statistic; see ``judge``."""
    by_name, rows = known.set_index("statistic"), []
    for rule in rules:
        found = (
            by_name.loc[rule.statistic]
            if rule.statistic in by_name.index
            else pd.Series(np.nan, index=["value", "ci_low", "ci_high", "n"])
        )
        threshold, side = (rule.below, "below") if rule.below is not None else (rule.above, "above")
        verdict = judge(float(found["value"]), float(found["ci_low"]), float(found["ci_high"]), rule)
        rows.append(
            [
                rule.id,
                rule.statistic,
                found["value"],
                found["ci_low"],
                found["ci_high"],
                found["n"],
                threshold,
                side,
                verdict,
            ]
        )
    return pd.DataFrame(rows, columns=COLUMNS)
