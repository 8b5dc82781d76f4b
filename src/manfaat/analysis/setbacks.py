"""Who was worse off after the programme than before, among participants and among those compared."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from manfaat.base.disclosure import share_of_few
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Panel, Programme
from manfaat.evaluation.levels import CHANGES
from manfaat.evaluation.sample import participation
from manfaat.verdict.evidence import direction_of

COLUMNS = ["indicator", "rater", "side", "n", "ones", "share", "ci_low", "ci_high"]


def change_of(table: pd.DataFrame, indicators: list[Indicator], name: str, rater: str) -> pd.Series | None:
    """How much an indicator moved for each unit: the answer now less the one before, or an indicator that is
    a change already; None where neither is in the table.
    """
    own = {line.time: line for line in indicators if (line.indicator, line.rater) == (name, rater)}
    now = own.get("now") or next(iter(own.values()), None)
    if now is None or now.name not in table:
        return None
    if now.recipe in CHANGES:
        return table[now.name].astype("float64")
    before = own.get("before")
    if before is None or before.name not in table or before.unit != now.unit:
        return None
    return table[now.name].astype("float64") - table[before.name].astype("float64")


def change_over(
    table: pd.DataFrame, indicators: list[Indicator], name: str, rater: str, panel: Panel
) -> pd.Series | None:
    """How much an indicator moved for each unit of a panel from the first period in which it answered to the
    last, of those who answered in two and more; None where it is not in the table.
    """
    column = next((line.name for line in indicators if (line.indicator, line.rater) == (name, rater)), "")
    if column not in table:
        return None
    known = table.dropna(subset=[column]).sort_values(panel.period, kind="stable")
    by_unit = known[column].astype("float64").groupby(known[panel.unit])
    moved: pd.Series = (by_unit.last() - by_unit.first())[by_unit.size() > 1]
    return moved


def worse_off(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    measures: Iterable[tuple[str, str]],
    confidence: float,
) -> pd.DataFrame:
    """Of each measure (indicator and rater) the share of units that moved against the direction in which more
    is better, among participants (``side`` 1) and those compared (0), with Wilson's interval.

    A measure that was asked once, or of which nobody says what is better, has no rows; nor has a share that
    rests on few. In a panel a unit moved from the first period in which it answered to the last.
    """
    rows, took_part = list[dict[str, object]](), participation(table, programme)
    panel = programme.design.panel
    if panel:
        took_part = took_part.groupby(table[panel.unit]).max()
    for name, rater in dict.fromkeys(measures):
        better = direction_of(indicators, name, rater)
        if not better:
            continue
        moved = (
            change_over(table, indicators, name, rater, panel)
            if panel
            else change_of(table, indicators, name, rater)
        )
        if moved is None:
            continue
        for side in (1, 0):
            own = moved[took_part.reindex(moved.index) == side].dropna() * better
            ones, n = int((own < 0).sum()), len(own)
            if not n or share_of_few(ones / n, n):
                continue
            low, high = proportion_confint(ones, n, alpha=1 - confidence, method="wilson")
            numbers = {"n": n, "ones": ones, "share": ones / n, "ci_low": low, "ci_high": high}
            rows.append({"indicator": name, "rater": rater, "side": side} | numbers)
    return pd.DataFrame(rows, columns=COLUMNS)
