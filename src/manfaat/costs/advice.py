"""What follows for managing a similar programme: computed from thresholds, each line with the statistic that
it rests on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.typed import required
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
        {"statistic": names[name], "value": value, "ci_low": np.nan, "ci_high": np.nan, "n": np.nan}
        for name, value in zip(indicators["name"], indicators["value"], strict=True)
        if name in names
    ]
    return pd.DataFrame(rows, columns=["statistic", "value", "ci_low", "ci_high", "n"])


def judge(value: float, low: float, high: float, rule: Implication) -> str:
    """``called for``, ``leaning`` (the value is beyond the threshold, its interval is not), ``not called
    for`` or ``not measured``.
    """
    if np.isnan(value):
        return "not measured"
    threshold, side = threshold_of(rule)
    sign = -1 if side == "below" else 1
    farthest = high if side == "below" else low
    if not sign * (value - threshold) > 0:
        return "not called for"
    return "called for" if np.isnan(farthest) or sign * (farthest - threshold) > 0 else "leaning"


def threshold_of(rule: Implication) -> tuple[float, str]:
    """The threshold of a recommendation and the side of it on which it is called for."""
    if rule.below is not None:
        return rule.below, "below"
    return required(rule.above, f"the threshold of the implication '{rule.id}'"), "above"


def implications(rules: list[Implication], known: pd.DataFrame) -> pd.DataFrame:
    """Hold every declared rule against its statistic; see ``judge``."""
    by_name, rows = known.set_index("statistic"), []
    for rule in rules:
        found: dict[str, float] = dict.fromkeys(("value", "ci_low", "ci_high", "n"), np.nan)
        if rule.statistic in by_name.index:
            found = {name: by_name[name][rule.statistic] for name in found}
        threshold, side = threshold_of(rule)
        verdict = judge(found["value"], found["ci_low"], found["ci_high"], rule)
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
