"""Summaries of groups: flow, spread before and after, means over the periods of a panel. No one person can be seen in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from helpers.disclosure import SMALLEST_CELL, share_of_few
from helpers.evaluation.sample import group_code, participation, unit_keys
from helpers.indicators import Indicator, concepts, measured_before
from helpers.programme import Programme


def flow_counts(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Count units at each step that the indicators table knows.

    Returns
    -------
    One row a step and role: ``step`` (``delivered``, ``any``, ``all``), ``participant`` (1 or 0), ``n``.
    """
    units = unit_keys(table, programme)
    names = [line.name for line in concepts(indicators)]
    frame = pd.DataFrame(
        {"unit": units, "participant": participation(table, programme), "any": table[names].notna().any(axis=1), "all": table[names].notna().all(axis=1)}
    )
    by_unit = frame.groupby("unit", sort=False).agg({"participant": "max", "any": "max", "all": "max"})
    rows = []
    for role in (1.0, 0.0):
        chosen = by_unit[by_unit["participant"] == role]
        rows += [{"step": "delivered", "participant": role, "n": len(chosen)}] + [
            {"step": step, "participant": role, "n": int(chosen[step].sum())} for step in ("any", "all")
        ]
    return pd.DataFrame(rows)


def measured_counts(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Count the units with at least one value, per effect indicator: ``name, n, n_comparison``."""
    units, role = unit_keys(table, programme), participation(table, programme)
    rows = []
    for line in concepts(indicators):
        has = table[line.name].notna()
        rows.append({"name": line.name, "n": units[has & (role == 1)].nunique(), "n_comparison": units[has & (role == 0)].nunique()})
    return pd.DataFrame(rows, columns=["name", "n", "n_comparison"])


def before_and_now(table: pd.DataFrame, line: Indicator, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Return ``participant, before, now``, one row a unit; ``before`` is left out where it was not measured."""
    panel = programme.design.panel
    role = participation(table, programme)
    if panel is None:
        before = measured_before(indicators, line.indicator, line.rater or None)
        frame = pd.DataFrame({"participant": role, "now": table[line.name]})
        return frame.assign(before=table[before.name]) if before else frame
    first, last = table[panel.period].min(), table[panel.period].max()
    wide = pd.DataFrame({"unit": table[panel.unit], "participant": role, "period": table[panel.period], "value": table[line.name]})
    spread = wide[wide["period"].isin([first, last])].pivot(index=["unit", "participant"], columns="period", values="value").reset_index()
    return spread.rename(columns={first: "before", last: "now"})[["participant", "before", "now"]]


def spread(table: pd.DataFrame, line: Indicator, programme: Programme, indicators: list[Indicator], *, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Summarise an indicator by group, before and now.

    Returns
    -------
    ``participant, time, n, mean`` and, unless the indicator is 0 or 1, ``p10, p25, median, p75, p90`` (see ``percentiles``). A group of
    fewer than ``smallest`` units is left out; of a 0 or 1 the mean is missing where so few have the one answer or the other.
    """
    frame = before_and_now(table, line, programme, indicators)
    series = {
        (role, time): frame.loc[frame["participant"] == role, time].dropna().astype("float64")
        for role in (1.0, 0.0)
        for time in ("before", "now")
        if time in frame
    }
    series = {key: values for key, values in series.items() if len(values) >= smallest}
    yes_no = bool(series) and pd.concat(series.values()).isin([0, 1]).all()
    rows = []
    for (role, time), values in series.items():
        row = {"participant": role, "time": time, "n": len(values), "mean": values.mean()}
        few = yes_no and share_of_few(values.mean(), len(values), smallest=smallest)
        rows.append(row | ({"mean": np.nan} if few else {}) if yes_no else row | percentiles(values, smallest))
    return pd.DataFrame(rows, columns=None if rows else ["participant", "time", "n", "mean"])


def percentiles(values: pd.Series, smallest: int) -> dict[str, float]:
    """Percentiles beyond which at least ``smallest`` units lie; the others are missing."""
    wanted = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
    return {name: percentile(values, share, smallest) if len(values) * min(share, 1 - share) >= smallest else np.nan for name, share in wanted.items()}


def percentile(values: pd.Series, share: float, smallest: int) -> float:
    """A percentile that is nobody's own value: where fewer than ``smallest`` units have it, the mean of the ``smallest`` values around it."""
    exact = float(values.quantile(share))
    if (values == exact).sum() >= smallest:
        return exact
    first = round(share * (len(values) - 1) - (smallest - 1) / 2)
    return float(values.sort_values().iloc[first : first + smallest].mean())


def trends(table: pd.DataFrame, line: Indicator, programme: Programme, *, confidence: float, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """Mean of an indicator by group and period of a panel, with a t interval.

    Returns
    -------
    ``group`` (code), ``period, n, mean, ci_low, ci_high``; groups smaller than ``smallest`` are left out, and shares that rest on fewer.
    """
    panel = programme.design.panel
    rows = []
    for code in [*programme.design.participants, *programme.design.comparison]:
        members = table[table[programme.design.group].map(group_code) == code]
        for period, values in members.groupby(panel.period)[line.name]:
            answers = values.dropna().astype("float64")
            is_share = answers.isin([0, 1]).all() and len(answers) > 0
            if len(answers) >= smallest and not (is_share and share_of_few(answers.mean(), len(answers), smallest=smallest)):
                margin = stats.t.ppf((1 + confidence) / 2, len(answers) - 1) * answers.std() / np.sqrt(len(answers))
                rows.append(
                    {
                        "group": code,
                        "period": int(period),
                        "n": len(answers),
                        "mean": answers.mean(),
                        "ci_low": answers.mean() - margin,
                        "ci_high": answers.mean() + margin,
                    }
                )
    return pd.DataFrame(rows, columns=["group", "period", "n", "mean", "ci_low", "ci_high"])


def all_trends(table: pd.DataFrame, lines: list[Indicator], programme: Programme, *, confidence: float) -> dict[str, pd.DataFrame]:
    """Trends of all ``lines`` by name; empty when the study is not a panel."""
    if programme.design.panel is None:
        return {}
    return {line.name: trends(table, line, programme, confidence=confidence) for line in lines}
