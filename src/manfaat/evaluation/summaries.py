"""Summaries of groups: flow, spread before and after, means over the periods of a panel. No one person can be
seen in them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.typed import required
from manfaat.definitions.indicator import Indicator, concepts, measured_before
from manfaat.definitions.programme import Programme
from manfaat.evaluation.asked import in_sample
from manfaat.evaluation.sample import WEIGHT, group_code, participation, sides, unit_keys
from manfaat.evaluation.weighted import Answers, answers, weights_of


def describe(
    table: pd.DataFrame, programme: Programme, indicators: list[Indicator], group: pd.Series
) -> pd.DataFrame:
    """One row an indicator and group: ``name, group, n, n_missing, mean, sd, ones``, by survey weight; only
    indicators that are numbers.

    ``ones`` counts the units whose answer is 1, of an indicator that is 0 or 1 for everybody; else it is
    missing. A unit of which no group is known ("") is in none.
    """
    weights, rows, group = weights_of(table, programme), [], group.replace("", np.nan)
    for line in indicators:
        if line.use == "group" or not pd.api.types.is_numeric_dtype(table[line.name]):
            continue
        yes_no = bool(table[line.name].dropna().isin([0, 1]).all())
        for name, values in table[line.name].groupby(group, sort=False):
            known = answers(values, None if line.name == programme.design.sampling_weight else weights)
            told = {
                "name": line.name,
                "group": name,
                "n": known.n,
                "n_missing": len(values) - known.n,
                "mean": known.mean,
                "sd": known.sd,
            }
            rows.append(told | {"ones": known.ones if yes_no and known.n else 0.0 if yes_no else np.nan})
    return pd.DataFrame(rows, columns=["name", "group", "n", "n_missing", "mean", "sd", "ones"])


def flow_counts(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Count units at each step that the indicators table knows; of waves those of the last, for those asked
    before took part in nothing.

    Returns
    -------
    One row a step and side: ``step`` (``delivered``, ``any``, ``all``; where it is known what was assigned
    also ``enrolled``, those who took part, in their arm where they were assigned to one), ``participant`` (1,
    by arm, or 0), ``arm``, ``n``.
    """
    wave = programme.design.wave
    table = table if wave is None else table[table[wave] == table[wave].max()]
    units = unit_keys(table, programme)
    names = [line.name for line in concepts(indicators)]
    answered = {"any": table[names].notna().any(axis=1), "all": table[names].notna().all(axis=1)}
    seen = [(1.0, programme.of(contrast)) for contrast in programme.design.contrasts()] + [(0.0, programme)]
    rows = []
    for role, own in seen:
        columns = {"unit": units, "participant": sides(table, own), **answered}
        if programme.design.assigned:
            columns["enrolled"] = participation(table, own) == 1
        by_unit = pd.DataFrame(columns).groupby("unit", sort=False).max()
        chosen = by_unit[by_unit["participant"] == role]
        counts = {"delivered": len(chosen)} | {
            step: int(chosen[step].sum()) for step in ("any", "all", "enrolled") if step in chosen
        }
        arm = own.design.contrast.arm
        told = {"participant": role, "arm": arm}
        rows += [{"step": step, "n": n, **told} for step, n in counts.items()]
        for name in dict.fromkeys(spec.where for spec in programme.specifications if spec.where):
            inside = in_sample(table, programme, name).fillna(False).astype(bool)
            n = units[inside & (columns["participant"] == role)].nunique()
            rows.append({"step": "sample", "n": n, "sample": name, **told})
    return pd.DataFrame(rows, columns=["step", "participant", "arm", "sample", "n"])


def measured_counts(table: pd.DataFrame, programme: Programme, indicators: list[Indicator]) -> pd.DataFrame:
    """Count the units with at least one value, per effect indicator and arm: ``name, arm, n,
    n_comparison``.
    """
    units, rows = unit_keys(table, programme), []
    roles = {one.arm: sides(table, programme.of(one)) for one in programme.design.contrasts()}
    for line in concepts(indicators):
        has = table[line.name].notna()
        for arm, role in roles.items():
            counts = {"n": units[has & (role == 1)].nunique()}
            counts |= {"n_comparison": units[has & (role == 0)].nunique()}
            rows.append({"name": line.name, "arm": arm, **counts})
    return pd.DataFrame(rows, columns=["name", "arm", "n", "n_comparison"])


def before_and_now(
    table: pd.DataFrame, line: Indicator, programme: Programme, indicators: list[Indicator]
) -> pd.DataFrame:
    """Return ``participant, before, now``, one row a unit, and its survey weight (``weight_``) where the
    design declares one.

    ``before`` is left out where it was not measured; a panel's unit counts by its weight in the last period
    it was weighted in.
    """
    panel = programme.design.panel
    role, weights = sides(table, programme), weights_of(table, programme)
    if panel is None:
        before = measured_before(indicators, line.indicator, line.rater or None)
        frame = pd.DataFrame(
            {"participant": role, "now": table[line.name]} | ({} if weights is None else {WEIGHT: weights})
        )
        return frame.assign(before=table[before.name]) if before else frame
    first, last = table[panel.period].min(), table[panel.period].max()
    wide = pd.DataFrame(
        {
            "unit": table[panel.unit],
            "participant": role,
            "period": table[panel.period],
            "value": table[line.name],
        }
    )
    spread = (
        wide[wide["period"].isin([first, last])]
        .pivot(index=["unit", "participant"], columns="period", values="value")
        .reset_index()
    )
    spread = spread.rename(columns={first: "before", last: "now"})
    if weights is not None:
        spread[WEIGHT] = spread["unit"].map(weights.groupby(table[panel.unit]).last())
    return spread[["participant", "before", "now", *([] if weights is None else [WEIGHT])]]


def spread(
    table: pd.DataFrame,
    line: Indicator,
    programme: Programme,
    indicators: list[Indicator],
    *,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Summarise an indicator by group, before and now.

    Returns
    -------
    ``participant, time, n, mean`` and, unless the indicator is 0 or 1, ``p10, p25, median, p75, p90`` (see
    ``percentiles``). A group of fewer than ``smallest`` units is left out; of a 0 or 1 the mean is missing
    where so few have the one answer or the other.
    """
    frame = before_and_now(table, line, programme, indicators)
    series = {
        (role, time): answers(frame.loc[frame["participant"] == role, time], frame.get(WEIGHT))
        for role in (1.0, 0.0)
        for time in ("before", "now")
        if time in frame
    }
    series = {key: known for key, known in series.items() if known.n >= smallest}
    yes_no = bool(series) and all(np.isin(known.values, (0.0, 1.0)).all() for known in series.values())
    rows = []
    for (role, time), known in series.items():
        row = {"participant": role, "time": time, "n": known.n, "mean": known.mean}
        few = yes_no and known.rests_on_few(smallest)
        rows.append(row | ({"mean": np.nan} if few else {}) if yes_no else row | percentiles(known, smallest))
    return pd.DataFrame(rows, columns=None if rows else ["participant", "time", "n", "mean"])


def percentiles(known: Answers, smallest: int) -> dict[str, float]:
    """Percentiles beyond which at least ``smallest`` units lie, by their weight and in number; the others are
    missing.
    """
    wanted = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
    lies = {share: min(known.n * min(share, 1 - share), known.beyond(share)) for share in wanted.values()}
    return {
        name: percentile(known, share, smallest) if lies[share] >= smallest else np.nan
        for name, share in wanted.items()
    }


def percentile(known: Answers, share: float, smallest: int) -> float:
    """A percentile that is nobody's own value: where fewer than ``smallest`` units have it, the mean of the
    ``smallest`` values around it.
    """
    exact, values = known.quantile(share), np.sort(known.values)
    if (values == exact).sum() >= smallest:
        return exact
    place = share * (known.n - 1) if not known.is_weighted else float(np.searchsorted(values, exact))
    first = min(max(round(place - (smallest - 1) / 2), 0), known.n - smallest)
    return float(values[first : first + smallest].mean())


def trends(
    table: pd.DataFrame,
    line: Indicator,
    programme: Programme,
    *,
    confidence: float,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Mean of an indicator by group and period of a panel, with a t interval.

    Returns
    -------
    ``group`` (code), ``period, n, mean, ci_low, ci_high``; groups smaller than ``smallest`` are left out, and
    shares that rest on fewer.
    """
    panel, weights = required(programme.design.panel, "the panel"), weights_of(table, programme)
    rows = []
    for code in [*programme.design.participants, *programme.design.comparison]:
        members = table[table[programme.design.group].map(group_code) == code]
        for period, values in members.groupby(members[panel.period].astype("Int64"))[line.name]:
            known = answers(values, weights)
            if known.n >= smallest and not known.rests_on_few(smallest):
                margin = stats.t.ppf((1 + confidence) / 2, known.n - 1) * known.std_error
                named = {"group": code, "period": period, "n": known.n, "mean": known.mean}
                rows.append(named | {"ci_low": known.mean - margin, "ci_high": known.mean + margin})
    return pd.DataFrame(rows, columns=["group", "period", "n", "mean", "ci_low", "ci_high"])


def all_trends(
    table: pd.DataFrame, lines: list[Indicator], programme: Programme, *, confidence: float
) -> dict[str, pd.DataFrame]:
    """Trends of all ``lines`` by name; empty when the study is not a panel."""
    if programme.design.panel is None:
        return {}
    return {line.name: trends(table, line, programme, confidence=confidence) for line in lines}
