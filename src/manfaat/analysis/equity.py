"""Whom a programme reached, whom it lost, and whether it did as much for one group as for another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL, without_few
from manfaat.definitions.claims import Axis
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimate import Settings, margins, minimum_detectable
from manfaat.evaluation.sample import NotApplicableError, group_code, participation, unit_keys
from manfaat.threats.case import Case
from manfaat.threats.driver import cases
from manfaat.threats.subgroups import difference, members, within_spec

Measure = tuple[str, str, str]  # indicator, rater, arm
REACH = ["axis", "code", "n", "share", "lost", "n_comparison", "share_comparison", "lost_comparison"]
OUTCOMES = ["axis", "code", "kind", "indicator", "rater", "arm", "treatment", "unit", "n", "n_comparison"]
OUTCOMES += ["estimate", "std_error", "ci_low", "ci_high", "mde"]
WITHIN, BETWEEN, FEW = "within", "between", "few"


def groups_of(axis: Axis) -> list[str]:
    """The codes of an axis: its answers, or its bands counted from 0."""
    return list(axis.answers) or [str(place) for place in range(len(axis.bands) + 1)]


def codes_of(axis: Axis, table: pd.DataFrame) -> pd.Series:
    """The code of each row's group; missing where nobody knows it."""
    values = table[axis.variable]
    if axis.bands:
        numbers = values.astype("float64")
        placed = pd.Series(np.searchsorted(axis.bands, numbers, side="right"), index=table.index)
        return placed.astype("str").where(numbers.notna())
    codes = values.astype("object").map(group_code)
    return codes.where(codes.isin(list(axis.answers)))


def reach(table: pd.DataFrame, programme: Programme, outcomes: Collection[str]) -> pd.DataFrame:
    """Of each group of each axis: how many took part (``n``), their share of all whose group is known, and
    which share of them lacks an answer to any of ``outcomes`` (columns of the table); the same of those
    compared.

    What rests on few is missing, and so is what it would follow from.
    """
    rows = []
    first = ~unit_keys(table, programme).duplicated()
    people, took_part = table[first], participation(table, programme)[first]
    lacks = table[list(outcomes)].isna().any(axis=1) if outcomes else pd.Series(False, index=table.index)
    lacking = lacks.groupby(unit_keys(table, programme)).transform("all")[first]
    for axis in programme.equity:
        codes, names = codes_of(axis, people), groups_of(axis)
        sides = {
            end: side_of(codes[took_part == side], lacking[took_part == side], names)
            for end, side in (("", 1), ("_comparison", 0))
        }
        for place, code in enumerate(names):
            told = {f"{name}{end}": own[name][place] for end, own in sides.items() for name in own}
            rows.append({"axis": axis.id, "code": code} | told)
    return pd.DataFrame(rows, columns=REACH)


def side_of(codes: pd.Series, lacking: pd.Series, names: list[str]) -> dict[str, np.ndarray]:
    """Number, share and share lost of each group on one side."""
    n = np.array([(codes == name).sum() for name in names], dtype="float64")
    lost = np.array([lacking[codes == name].sum() for name in names], dtype="float64")
    shown = without_few(n)
    kept = without_few(n - lost) + without_few(lost)  # missing where either is
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"n": shown, "share": shown / n.sum(), "lost": np.where(np.isnan(kept), np.nan, lost / shown)}


def by_group(
    table: pd.DataFrame,
    programme: Programme,
    indicators: list[Indicator],
    estimates: pd.DataFrame,
    settings: Settings,
    wanted: Iterable[Measure],
) -> pd.DataFrame:
    """The primary estimate of each wanted measure within each group of each axis (``within``), and how much
    larger it is in a group than in the others (``between``: of two groups the later against the first).

    ``mde`` is the smallest difference that would have been found. An axis of which a group has fewer than
    ``SMALLEST_CELL`` people on a side has one row without numbers (``few``), and so has one that the
    specification cannot tell apart.
    """
    measures, rows = set(wanted), list[dict[str, object]]()
    named = zip(*(estimates[name].fillna("") for name in ("indicator", "rater", "arm")), strict=True)
    chosen = pd.Series([one in measures for one in named], index=estimates.index, dtype=bool)
    for case in cases(table, programme, indicators, estimates[chosen], settings, {}):
        if np.isnan(case.estimate):
            continue
        for axis in programme.equity:
            about: dict[str, object] = {"indicator": case.line.indicator, "rater": case.line.rater}
            about |= {"axis": axis.id, "arm": case.arm, "treatment": case.treatment, "unit": case.row["unit"]}
            try:
                rows += [about | row for row in of_axis(case, axis)]
            except NotApplicableError:
                rows.append(about | {"code": "", "kind": FEW})
    return pd.DataFrame(rows, columns=OUTCOMES)


def of_axis(case: Case, axis: Axis) -> list[dict[str, object]]:
    """The estimate within each group of an axis, and what differs between them.

    Raises
    ------
    NotApplicableError where it cannot be estimated.
    """
    codes, names = codes_of(axis, case.table), groups_of(axis)
    sizes = members(case, codes)
    counts = {(code, side): sizes.get((code, side), 0) for code in names for side in (True, False)}
    present = [code for code in names if counts[code, True] or counts[code, False]]
    few = any(counts[code, side] < SMALLEST_CELL for code in present for side in (True, False))
    if few or len(present) < 2:
        return [{"code": "", "kind": FEW}]
    rows: list[dict[str, object]] = []
    for code in present:
        own = codes == code
        found = case.again(table=case.table[own], spec=within_spec(case, own))
        numbers = {name: found[name] for name in OUTCOMES[OUTCOMES.index("n") :]}
        rows.append({"code": code, "kind": WITHIN} | numbers)
    everybody = {code: counts[code, True] + counts[code, False] for code in present}
    for code in present[1:] if len(present) == 2 else present:
        result, _ = difference(case, codes.where(codes.isin(present)), code)
        low, high, _ = margins(result, case.settings)
        mde = minimum_detectable(result.std_error, result.df, case.settings)
        others = sum(everybody.values()) - everybody[code]
        numbers = {"n": everybody[code], "n_comparison": others, "estimate": result.estimate}
        numbers |= {"std_error": result.std_error, "ci_low": low, "ci_high": high, "mde": mde}
        rows.append({"code": code, "kind": BETWEEN} | numbers)
    return rows


def band_ends(axis: Axis) -> list[tuple[float | None, float | None]]:
    """Where each band of an axis begins and ends.

    Examples
    --------
    >>> from manfaat.definitions.records import Words
    >>> band_ends(Axis(id="age", label=Words({"en": "Age"}), variable="age", bands=[25, 35]))
    [(None, 25.0), (25.0, 35.0), (35.0, None)]
    """
    return list(pairwise([None, *axis.bands, None]))
