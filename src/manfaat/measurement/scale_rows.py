"""Rows in the shape of an estimate for what is not an effect: reliability, agreement, response styles,
response shift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from manfaat.base.disclosure import hide_small, is_few, share_of_few
from manfaat.base.reasons import Reason, write_reasons
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import COLUMNS, Settings
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, participation
from manfaat.measurement.agreement import Interval
from manfaat.measurement.reasons import ScaleReason

ALL_COLUMNS = ["name", "time", "items", *COLUMNS]
NUMBERS = ["estimate", "std_error", "df", "ci_low", "ci_high", "p_value", "effect_size", "mde"]
SHARES = ("ceiling", "floor", "straight-lining")
NO_INTERVAL = Interval(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Subject:
    """What a row is about: a column of the indicators, what it is called in the contract, and for whom."""

    name: str
    indicator: str
    time: str
    rater: str
    stage: str
    unit: str
    items: int
    subgroup: str = ""


def subject_of(line: Indicator, items: int, subgroup: str = "", **other: str) -> Subject:
    """Describe an indicator; ``other`` replaces single entries (a pair of raters, the unit of a share)."""
    entries = {
        "name": line.name,
        "indicator": line.indicator,
        "time": line.time,
        "rater": line.rater,
        "stage": line.stage_thesis,
        "unit": line.unit,
    }
    return Subject(**(entries | other), items=items, subgroup=subgroup)


class Measure(NamedTuple):
    """One number about a subject: what it is of, by which method, how its interval comes (``kind``)."""

    estimand: str
    method: str
    kind: str
    compute: Callable[[], Interval]
    reasons: tuple[Reason, ...] = ()


def estimate_row(
    subject: Subject, measure: Measure, settings: Settings, *, n: int, n_missing: int = 0
) -> dict[str, object]:
    """Return one row; where the measure raises NotApplicableError it holds no number, and the reason."""
    try:
        found, told = measure.compute(), measure.reasons
    except NotApplicableError as failure:
        found, told = NO_INTERVAL, (*measure.reasons, failure.reason)
    row = dict.fromkeys(ALL_COLUMNS, np.nan)
    return row | {
        "name": subject.name,
        "time": subject.time,
        "items": subject.items,
        "cohort": settings.cohort,
        "stage": subject.stage,
        "indicator": subject.indicator,
        "rater": subject.rater,
        "estimand": measure.estimand,
        "method": measure.method,
        "specification": "",
        "treatment": "",
        "subgroup": subject.subgroup,
        "n": n,
        "n_comparison": 0,
        "n_missing": n_missing,
        "estimate": found.estimate,
        "std_error": found.std_error,
        "std_error_kind": measure.kind,
        "ci_low": found.low,
        "ci_high": found.high,
        "confidence": settings.confidence,
        "effect_size_kind": "",
        "unit": subject.unit,
        "is_primary": False,
        "reasons": write_reasons(told),
    }


def share_interval(count: int, n: int, confidence: float) -> Interval:
    """Share of n people with its Wilson interval, which has a width even at 0 and 1.

    Source: Wilson (1927), Journal of the American Statistical Association 22, 209–212.

    Raises
    ------
    NotApplicableError without anybody.
    """
    if n < 1:
        raise NotApplicableError(ScaleReason.NOBODY_ANSWERED())
    low, high = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
    return Interval(count / n, float(low) if count else 0.0, float(high) if count < n else 1.0)  # not −1e-19


def subgroups(table: pd.DataFrame, programme: Programme) -> dict[str, pd.Series]:
    """Who is looked at: everyone who is participant or comparison group, and each of the two. Of a panel, its
    last period only.
    """
    role = participation(table, programme)
    panel = programme.design.panel
    here = (
        pd.Series(True, index=table.index)
        if panel is None
        else table[panel.period] == table[panel.period].max()
    )
    return {"": here & role.notna(), "participants": here & (role == 1), "comparison": here & (role == 0)}


def as_protected_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Gather rows; a number that rests on fewer than five people is left out, and the reason said.

    Where one of the two groups has such a number, that of the other is left out too: else it would follow
    from the number of all.
    """
    table = pd.DataFrame(rows, columns=ALL_COLUMNS)
    small = is_few(table["n"])
    alike = table["estimand"].isin(SHARES) & ~small & share_of_few(table["estimate"], table["n"])
    other = in_other_group(table, small | alike) & ~small & ~alike
    hidden = hide_small(table, "n", NUMBERS, rests_on_few=alike | other, missing="n_missing")
    told = (
        table["reasons"]
        .mask(small, str(ScaleReason.TOO_FEW()))
        .mask(alike, str(EstimateReason.FEW_ALIKE()))
        .mask(other, str(ScaleReason.FEW_OTHERS()))
    )
    return hidden.assign(n=hidden["n"].mask(other), reasons=told)


def in_other_group(table: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Whether the same number of the other group is hidden; the rows of all people stay."""
    keys = [table[name].fillna("") for name in ("name", "time", "rater", "estimand", "method", "items")]
    group = table["subgroup"] != ""
    return group & (hidden & group).groupby(keys).transform("any")
