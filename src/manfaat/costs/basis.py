"""What the later chapters need of people's answers, as means of groups: no one person can be seen in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.disclosure import SMALLEST_CELL, is_few
from manfaat.definitions.declarations import Technology
from manfaat.definitions.programme import Programme
from manfaat.definitions.study import Study
from manfaat.evaluation.sample import group_code, participation
from manfaat.evaluation.weighted import Answers, answers, weights_of

COLUMNS = ["name", "group", "n", "mean", "sd", "std_error", "ci_low", "ci_high"]
TECHNIQUES = ["first", "last", "forms", "adopted", "techniques", "still", "firms"]


def basis(
    table: pd.DataFrame,
    names: list[str],
    programme: Programme,
    *,
    confidence: float = 0.95,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Mean of each named indicator among participants and in the comparison group, with a t interval
    (Wilson's for yes and no).

    Returns
    -------
    ``name, group`` (``participants`` or ``comparison``), ``n, mean, sd, std_error, ci_low, ci_high``, by
    survey weight; groups of fewer than ``smallest`` with a value are left out.
    """
    role, weights, rows = participation(table, programme), weights_of(table, programme), []
    for name in names:
        for group, code in (("participants", 1), ("comparison", 0)):
            known = answers(table.loc[(role == code).to_numpy(), name], weights)
            if known.n >= smallest:
                low, high = interval(known, confidence)
                found = {
                    "n": known.n,
                    "mean": known.mean,
                    "sd": known.sd,
                    "std_error": known.std_error,
                    "ci_low": low,
                    "ci_high": high,
                }
                rows.append({"name": name, "group": group, **found})
    return pd.DataFrame(rows, columns=COLUMNS)


def for_later(study: Study, table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """The means that a programme declares for its later chapters; no rows where it declares none. Of the
    subgroups whose gain is priced, ``group`` is ``comparison vocational=1`` and the like.
    """
    worth, programme = study.programme.worth, study.programme
    parts = [basis(table, worth.columns() if worth else [], programme, confidence=confidence)]
    benefit = worth.benefit if worth else None
    named = [one for one in programme.subgroups if benefit and one.id == benefit.by_subgroup]
    for declared, code in ((one, code) for one in named for code in one.answers):
        names = [name for name in (benefit.base, benefit.reach) if name] if benefit else []
        inside = table[table[declared.variable].map(group_code) == code]
        own = basis(inside, names, programme, confidence=confidence)
        parts.append(own.assign(group=own["group"] + f" {declared.id}={code}"))
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def interval(known: Answers, confidence: float) -> tuple[float, float]:
    """Interval of a mean: Wilson (1927) for zeros and ones, answers counted by what they are worth, else from
    t.
    """
    n, mean, tail = known.effective, known.mean, (1 + confidence) / 2
    if np.isin(known.values, (0.0, 1.0)).all():
        z = stats.norm.ppf(tail)
        centre, half = mean + z**2 / (2 * n), z * np.sqrt(mean * (1 - mean) / n + z**2 / (4 * n**2))
        return float((centre - half) / (1 + z**2 / n)), float((centre + half) / (1 + z**2 / n))
    margin = float(stats.t.ppf(tail, known.n - 1) * known.std_error)
    return mean - margin, mean + margin


def techniques_by_year(
    table: pd.DataFrame,
    declared: Technology,
    firms: pd.Series,
    programme: Programme,
    *,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Techniques by the year of return: how many supervisors report one, how many techniques, still used, and
    in how many firms.

    Firms are counted, never named: a firm's name or number identifies people. Years are joined until every
    count of each, and what it leaves over, is none or ``smallest`` and more.

    Parameters
    ----------
    firms : number of the firm of each row of ``table``.

    Returns
    -------
    ``first, last`` (years of return), ``forms, adopted, techniques, still, firms``; counts. Nothing is
    returned of fewer than ``smallest`` forms; where even all years together count fewer of anything, only the
    forms are told.
    """
    held = (
        (participation(table, programme) == 1).to_numpy()
        & table[declared.adopted].notna().to_numpy()
        & table[declared.since].notna().to_numpy()
    )
    rows = table[held].assign(
        year=table.loc[held, declared.since].astype("string").str[:4].astype("int64"),
        firm=firms.to_numpy()[held],
    )
    found: list[list[tuple[int, pd.DataFrame]]] = []
    waiting: list[tuple[int, pd.DataFrame]] = []
    for year, own in rows.groupby("year", sort=True):
        waiting.append((int(str(year)), own))
        if not rests_on_few(technique_row(waiting, declared), smallest):
            found.append(waiting)
            waiting = []
    if waiting:
        found.append(waiting)
    while len(found) > 1 and rests_on_few(technique_row(found[-1], declared), smallest):
        found[-2:] = [found[-2] + found[-1]]
    table = pd.DataFrame([technique_row(years, declared) for years in found], columns=TECHNIQUES)
    if table.empty or is_few(table["forms"].iloc[-1], smallest=smallest):
        return table.head(0)
    few = table.apply(rests_on_few, axis=1, smallest=smallest)
    return table.assign(**{name: table[name].mask(few) for name in TECHNIQUES[3:]})


def rests_on_few(row: Mapping[str, float], smallest: int) -> bool:
    """Whether a row of techniques counts so few people or firms that one could be recognised, or would let
    them be worked out.
    """
    counts = [
        row["forms"],
        row["adopted"],
        row["forms"] - row["adopted"],
        row["still"],
        row["adopted"] - row["still"],
        row["firms"],
    ]
    return any(is_few(count, smallest=smallest) for count in counts)


def techniques_for_later(study: Study, table: pd.DataFrame, main: pd.DataFrame) -> pd.DataFrame:
    """Techniques by year of return, of a programme that declares how technology is measured.

    Parameters
    ----------
    table : indicators, one row a row of ``main``, the clean main table, in which the number of the firm
    stands.
    """
    declared = study.programme.worth.technology if study.programme.worth else None
    if declared is None:
        return pd.DataFrame(columns=TECHNIQUES)
    firms = table[["_key"]].merge(
        main[["_key", declared.firm]], on="_key", how="left", validate="one_to_one"
    )[declared.firm]
    return techniques_by_year(table, declared, firms, study.programme)


def technique_row(years: list[tuple[int, pd.DataFrame]], declared: Technology) -> dict[str, int]:
    """Counts of one group of years."""
    rows = pd.concat([own for _, own in years])
    adopted = rows[declared.adopted].eq(1).fillna(False)
    still = rows[declared.still].eq(1).fillna(False) & adopted
    return {
        "first": years[0][0],
        "last": years[-1][0],
        "forms": len(rows),
        "adopted": int(adopted.sum()),
        "techniques": int(rows[declared.count].sum()),
        "still": int(still.sum()),
        "firms": int(rows.loc[still, "firm"].nunique()),
    }
