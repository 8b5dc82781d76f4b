"""How many people and firms stand behind the mean of each group, and of which few have nearly all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, is_few
from manfaat.base.dominance import RULE, Dominance, measures
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Unit
from manfaat.evaluation.sample import group_code, participation
from manfaat.evaluation.weighted import weights_of

COLUMNS = ["name", "group", "people", "firms", "most", "rest"]


def is_amount(unit: Unit | None) -> bool:
    """Whether values of a unit are amounts, of which a sum says something: money, hours, units of output."""
    return unit is not None and not (
        unit.is_share or unit.is_percent or unit.is_log or unit.is_calendar or unit.is_rating
    )


def firm_of(table: pd.DataFrame, programme: Programme, lines: Iterable[Indicator], codebook: Codebook) -> str:
    """The column with the firm, school or other cluster that a person belongs to: the design's, or an
    indicator that copies what the codebook says is one; empty where there is none.
    """
    clusters = {one.name for one in codebook.table(programme.main_table) if one.role == "cluster"}
    copies = [line.name for line in lines if line.recipe == "copy" and line.inputs in clusters]
    named = [programme.design.cluster or "", *copies]
    return next((name for name in named if name in table), "")


def contributors(
    table: pd.DataFrame,
    programme: Programme,
    lines: Iterable[Indicator],
    codebook: Codebook,
    *,
    largest: int = RULE.largest,
) -> pd.DataFrame:
    """Who stands behind each mean: ``name, group, people, firms`` (missing where none are known), and of
    amounts which share of their sum the ``most`` have, and how large the ``rest`` is beside the largest, of
    people or of firms, whichever says more (see ``dominance.measures``).

    ``group`` : a group's code, ``participants`` or ``comparison``, these within the subgroups whose
    gain is priced too, and in a panel or in waves each period by itself.
    """
    lines = list(lines)
    firm, weights = firm_of(table, programme, lines, codebook), weights_of(table, programme)
    parts = list(parts_of(table, programme))
    rows = []
    for line in lines:
        if line.use == "group" or not pd.api.types.is_numeric_dtype(table[line.name]):
            continue
        values = table[line.name].astype("float64")
        amounts = values if weights is None else values * weights
        judged = is_amount(programme.units.get(line.unit)) and bool((values.dropna() >= 0).all())
        for group, rows_of in parts:
            own = amounts[rows_of].dropna()
            if own.empty:
                continue
            firms = table.loc[own.index, firm] if firm else None
            rows.append(
                {
                    **{"name": line.name, "group": group, "people": len(own)},
                    "firms": float("nan") if firms is None else firms.nunique(),
                    **(shares_of(own, firms, largest) if judged else {}),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def shares_of(amounts: pd.Series, firms: pd.Series | None, largest: int) -> dict[str, float]:
    """What the largest of people, or of firms, have of a sum."""
    found = [measures(amounts, of, largest=largest) for of in (None, firms)[: 1 if firms is None else 2]]
    return {"most": max(most for most, _ in found), "rest": min(rest for _, rest in found)}


def dominated(found: pd.DataFrame, rule: Dominance = RULE) -> frozenset[str]:
    """Names of the indicators whose means are not told: one that is told of any group is mostly that of few
    people or firms, or of people of few firms. The others are hidden with it, for it would follow from theirs
    and that of all.
    """
    few = (found["most"] > rule.share) | (found["rest"] < rule.percent / 100)
    few |= found["most"].notna() & is_few(found["firms"].astype("float64"))
    return frozenset(found.loc[few & (found["people"] >= SMALLEST_CELL), "name"])


def parts_of(table: pd.DataFrame, programme: Programme) -> Iterator[tuple[str, pd.Series]]:
    """The groups of which a report tells means: what each is called, and which rows are in it."""
    design, role = programme.design, participation(table, programme)
    codes = table[design.group].map(group_code)
    groups = [(str(code), codes == code) for code in sorted(codes.dropna().unique(), key=str) if code != ""]
    roles = [("participants", role == 1), ("comparison", role == 0)]
    benefit = programme.worth.benefit if programme.worth else None
    inside = [
        (f"{name} {declared.id}={code}", own & (table[declared.variable].map(group_code) == code))
        for declared in programme.subgroups
        if benefit and declared.id == benefit.by_subgroup and declared.variable in table
        for code in declared.answers
        for name, own in roles
    ]
    period = (design.panel.period if design.panel else None) or design.wave
    if not period or period not in table:
        yield from [*groups, *roles, *inside]
        return
    for when in sorted(table[period].dropna().unique()):
        yield from ((f"{name} {when}", own & (table[period] == when)) for name, own in [*groups, *roles])
