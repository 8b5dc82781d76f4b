"""What bears on each claim: one line an indicator and rater, with the estimate that speaks and what threatens
it.

Evidence is of four kinds, the strongest that exists speaks for an indicator: ``lottery`` (a comparison that a
lottery made: of what was offered, or what that identifies), ``comparison`` (another comparison group, such as
those who did not take up what a lottery offered), ``change`` (participants alone, before and after),
``level`` (participants alone, at one time). With several arms each has its own lines.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from manfaat.base.reasons import read_reasons
from manfaat.definitions.claims import Claim, Part
from manfaat.definitions.contrasts import TAKE_UP
from manfaat.definitions.indicator import Indicator, smallest_effect
from manfaat.definitions.programme import Programme
from manfaat.evaluation.estimand import Word, words_of
from manfaat.evaluation.families import holm
from manfaat.evaluation.levels import LEVEL
from manfaat.evaluation.reasons import EstimateReason
from manfaat.threats.contract import DIFFER_BUT_STANDS
from manfaat.threats.driver import THREATS
from manfaat.verdict.reasons import VerdictReason

RATERS = ("test", "supervisor", "", "self")  # whose word counts more; "" is a fact and nobody's rating
# A threat that fails here takes the ground from under the comparison itself; the others say how strong a
# hidden cause must be.
DECISIVE = tuple(name for name, threat in THREATS.items() if threat.is_decisive)


@dataclass
class Line:
    """What one estimate says of an indicator that bears on a claim; numbers that are missing are NaN.

    ``direction`` is that in which more is better, as ``direction_of`` gives it; the rest are
    ``EVIDENCE_COLUMNS``.
    """

    claim: str
    part: str
    indicator: str
    rater: str
    basis: str
    arm: str = ""
    contrast: str = ""
    estimand: str = ""
    is_opinion: bool = False
    speaks: bool = False
    side: str = "neither"
    is_small: bool = False
    specification: str = ""
    estimate: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan
    p_value: float = np.nan
    p_holm: float = np.nan
    p_family: float = np.nan
    n: float = np.nan
    n_comparison: float = np.nan
    mde: float = np.nan
    power: float = np.nan
    confidence: float = np.nan
    smallest: float = np.nan
    unit: str = ""
    failed: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    unreliable: str = ""
    waiting: float = 0.0
    reason: str = ""
    direction: int = 0


EVIDENCE_COLUMNS = [entry.name for entry in fields(Line) if entry.name != "direction"]
# columns of the estimate that a line takes over
TAKEN = (
    "estimate",
    "ci_low",
    "ci_high",
    "p_value",
    "n",
    "n_comparison",
    "mde",
    "power",
    "confidence",
    "unit",
)


def parts_of(claim: Claim) -> list[Part | None]:
    """The halves of a claim; None stands for a claim that has none, whose indicators bear on it together."""
    return list(claim.parts) or [None]


def indicators_of(claim: Claim, part: Part | None) -> list[str]:
    """The indicators that bear on one half."""
    return part.indicators if part else claim.indicators


def candidates(estimates: pd.DataFrame, indicator: str, assignment: str) -> list[tuple[str, pd.Series]]:
    """All rows that could speak for an indicator, the strongest kind first: (basis, row), one a rater and
    kind.
    """
    mine = estimates[estimates["indicator"] == indicator]
    basis = "lottery" if assignment == "randomised" else "comparison"
    alone, speaks = words_of(mine) == Word.CHANGE, mine["is_primary"].astype(bool)
    chosen = mine["contrast"] == TAKE_UP
    kinds = [
        (basis, mine[speaks & ~alone & ~chosen]),
        ("comparison", mine[speaks & ~alone & chosen]),
        ("change", pd.concat([mine[speaks & alone], mine[mine["estimand"] == Word.CHANGE]])),
        (LEVEL, mine[mine["estimand"] == Word.LEVEL]),
    ]
    found = []
    for kind, rows in kinds:
        rows = rows[rows["estimate"].notna()]
        found += [(kind, row) for _, row in rows.drop_duplicates(["rater", "arm", "treatment"]).iterrows()]
    return found


def direction_of(indicators: list[Indicator], name: str, rater: str) -> int:
    """1 where more is better, −1 where less is; 0 where neither is claimed."""
    line = next(
        (line for line in indicators if line.indicator == name and line.rater == rater and line.direction),
        None,
    )
    return {"higher": 1, "lower": -1}.get(line.direction, 0) if line else 0


def headlines(threats: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """The headline of every threat to this very estimate: its first row, the only one whose ``passed``
    counts.
    """
    mine = (
        (threats["indicator"] == row["indicator"])
        & (threats["rater"].fillna("") == row["rater"])
        & (threats["specification"] == row["specification"])
    )
    for name in ("arm", "treatment"):
        if name in threats:
            mine &= threats[name].fillna("").isin([row[name], ""])
    own: pd.DataFrame = threats[mine].drop_duplicates("threat")
    return own


def failed_threats(threats: pd.DataFrame, row: pd.Series) -> tuple[str, ...]:
    """Threats that this very estimate does not stand against, those first that take the ground from under the
    comparison.
    """
    if not len(threats):
        return ()
    failed = list(headlines(threats, row).query("passed == 'no'")["threat"])
    return tuple(sorted(failed, key=lambda threat: threat not in DECISIVE))


def doubted(threats: pd.DataFrame, row: pd.Series) -> tuple[str, ...]:
    """Threats that are there, though the conclusion beside them is the same: groups of a lottery that differ
    by more than lotteries as a rule make them.
    """
    if not len(threats) or "meaning" not in threats:
        return ()
    first = headlines(threats, row)
    return tuple(first.loc[first["meaning"] == DIFFER_BUT_STANDS, "threat"])


def unreliable(row: pd.Series) -> str:
    """Why the interval of an estimate cannot be relied on, from its reasons; empty where nothing says so."""
    return next((str(told) for told in read_reasons(row["reasons"], EstimateReason) if told.doubts), "")


def line_of(
    basis: str, row: pd.Series, programme: Programme, indicators: list[Indicator], threats: pd.DataFrame
) -> Line:
    """One line of evidence, not yet put to a claim and weighed against the others of its part."""
    unit = programme.units.get(row["unit"])
    smallest = smallest_effect(programme, indicators, row["indicator"], row["unit"])
    direction = direction_of(indicators, row["indicator"], row["rater"])
    best, doubt = direction * (row["ci_high"] if direction > 0 else row["ci_low"]), unreliable(row)
    return Line(
        "",
        "",
        row["indicator"],
        row["rater"],
        basis,
        arm=row["arm"],
        contrast=row["contrast"],
        estimand=row["estimand"],
        is_opinion=bool(unit and unit.is_rating and row["rater"] in ("", "self")),
        is_small=bool(basis in ("lottery", "comparison") and direction and best < smallest and not doubt),
        specification=row["specification"],
        p_family=row["p_adjusted"],
        doubts=doubted(threats, row) if basis == "lottery" else (),
        smallest=smallest,
        failed=failed_threats(threats, row) if basis in ("lottery", "comparison") else (),
        unreliable=doubt,
        direction=direction,
        **{name: row[name] for name in TAKEN},
    )


def choose(lines: list[Line]) -> list[Line]:
    """Mark, of each indicator's lines (and each arm's), the one that speaks: the strongest kind, and within
    it the rater whose word counts most.
    """
    order = {"lottery": 0, "comparison": 0, "change": 1, LEVEL: 2}
    for name, arm in dict.fromkeys((line.indicator, line.arm) for line in lines):
        own = [line for line in lines if line.indicator == name and line.arm == arm]
        min(
            own, key=lambda line: (line.is_opinion, order[line.basis], RATERS.index(line.rater))
        ).speaks = True
    return lines


def sides(lines: list[Line], alpha: float) -> list[Line]:
    """Say on which side of zero each line lies; the p values of those that speak, in all arms, are adjusted
    among themselves (Holm 1979).

    A line whose interval cannot be relied on lies on neither: no verdict rests on it.
    """
    tested = [line for line in lines if line.speaks and np.isfinite(line.p_value)]
    if tested:
        for line, adjusted in zip(tested, holm(pd.Series([line.p_value for line in tested])), strict=True):
            line.p_holm = float(adjusted)
    for line in lines:
        p_value = line.p_holm if np.isfinite(line.p_holm) else line.p_value
        is_clear = p_value < alpha if np.isfinite(p_value) else not line.ci_low <= 0 <= line.ci_high
        if is_clear and line.direction and not line.unreliable:
            line.side = "for" if line.direction * line.estimate > 0 else "against"
    return lines


def evidence(
    programme: Programme,
    indicators: list[Indicator],
    estimates: pd.DataFrame,
    threats: pd.DataFrame,
    assignment: str,
    waiting: pd.Series | None = None,
) -> pd.DataFrame:
    """Gather what bears on each claim that rests on indicators.

    Parameters
    ----------
    estimates : in the contract's shape. threats : ``indicator, rater, specification, threat, passed`` …; may
    be empty.
    waiting : by indicator and rater the share of units whose answers wait for a person's decision; none wait
    where it is not given.

    Returns
    -------
    ``EVIDENCE_COLUMNS``, one row a claim, part, indicator, rater and kind of evidence; an indicator about
    which there is nothing has a row with a ``reason`` and no numbers. ``speaks`` marks the row that counts
    for its indicator.
    """
    alpha = 1 - (
        float(estimates["confidence"].dropna().iloc[0]) if estimates["confidence"].notna().any() else 0.95
    )
    shares = {} if waiting is None else waiting.to_dict()
    rows: list[Line] = []
    for claim in programme.claims:
        for place, part in enumerate(parts_of(claim)):
            lines: list[Line] = []
            for indicator in indicators_of(claim, part):
                found = [
                    line_of(basis, row, programme, indicators, threats)
                    for basis, row in candidates(estimates, indicator, assignment)
                ]
                lines += found or [nothing(indicator, estimates)]
            for line in lines:
                line.claim, line.part = claim.id, str(place + 1) if part else ""
                line.waiting = shares.get((line.indicator, line.rater), 0.0)
            sides(choose([line for line in lines if not line.reason]), alpha)
            rows += lines
    return pd.DataFrame([vars(line) for line in rows], columns=EVIDENCE_COLUMNS)


def nothing(indicator: str, estimates: pd.DataFrame) -> Line:
    """The line of an indicator about which there is no estimate, with the reason that the estimates give."""
    why = estimates.loc[
        (estimates["indicator"] == indicator) & (estimates["reasons"].fillna("") != ""), "reasons"
    ]
    told = str(why.iloc[0]) if len(why) else str(VerdictReason.NOT_ESTIMATED())
    return Line("", "", indicator, "", "none", speaks=True, reason=told)
