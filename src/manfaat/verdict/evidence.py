"""What bears on each claim: one line an indicator and rater, with the estimate that speaks and what threatens
it.

Evidence is of four kinds, the strongest that exists speaks for an indicator: ``lottery`` (a comparison that a
lottery made), ``comparison`` (another comparison group), ``change`` (participants alone, before and after),
``level`` (participants alone, at one time).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.reasons import read_reasons
from manfaat.definitions.claims import Claim, Part
from manfaat.definitions.programme import Programme
from manfaat.evaluation.families import holm
from manfaat.evaluation.levels import LEVEL
from manfaat.evaluation.reasons import EstimateReason
from manfaat.indicators import Indicator
from manfaat.verdict.reasons import VerdictReason

EVIDENCE_COLUMNS = [
    "claim",
    "part",
    "indicator",
    "rater",
    "basis",
    "is_opinion",
    "speaks",
    "side",
    "is_small",
    "specification",
    "estimate",
    "ci_low",
    "ci_high",
    "p_value",
    "p_holm",
    "p_family",
    "n",
    "n_comparison",
    "mde",
    "power",
    "confidence",
    "smallest",
    "unit",
    "failed",
    "doubts",
    "unreliable",
    "waiting",
    "reason",
]
RATERS = ("test", "supervisor", "", "self")  # whose word counts more; "" is a fact and nobody's rating
# A threat that fails here takes the ground from under the comparison itself; the others say how strong a
# hidden cause must be.
DECISIVE = ("placebo", "pre-trend", "overlap", "attrition")


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
    alone, speaks = mine["estimand"].fillna("").str.startswith("change"), mine["is_primary"].astype(bool)
    kinds = [
        (basis, mine[speaks & ~alone]),
        ("change", pd.concat([mine[speaks & alone], mine[mine["estimand"] == "change"]])),
        (LEVEL, mine[mine["estimand"] == LEVEL]),
    ]
    found = []
    for kind, rows in kinds:
        rows = rows[rows["estimate"].notna()]
        found += [(kind, row) for _, row in rows.drop_duplicates(["rater", "treatment"]).iterrows()]
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
    if "treatment" in threats:
        mine &= threats["treatment"].fillna("").isin([row["treatment"], ""])
    return threats[mine].drop_duplicates("threat")


def failed_threats(threats: pd.DataFrame, row: pd.Series) -> list[str]:
    """Threats that this very estimate does not stand against, those first that take the ground from under the
    comparison.
    """
    if not len(threats):
        return []
    failed = list(headlines(threats, row).query("passed == 'no'")["threat"])
    return sorted(failed, key=lambda threat: threat not in DECISIVE)


def doubted(threats: pd.DataFrame, row: pd.Series) -> list[str]:
    """Threats that are there, though the conclusion beside them is the same: groups of a lottery that differ
    by more than lotteries as a rule make them.
    """
    if not len(threats) or "meaning" not in threats:
        return []
    return list(headlines(threats, row).query("meaning == 'differ, but the conclusion stands'")["threat"])


def unreliable(row: pd.Series) -> str:
    """Why the interval of an estimate cannot be relied on, from its reasons; empty where nothing says so."""
    return next((str(told) for told in read_reasons(row["reasons"], EstimateReason) if told.doubts), "")


def line_of(
    claim: Claim,
    part: str,
    basis: str,
    row: pd.Series,
    programme: Programme,
    indicators: list[Indicator],
    threats: pd.DataFrame,
) -> dict[str, object]:
    """One line of evidence, not yet weighed against the others of its part."""
    unit = programme.units.get(row["unit"])
    smallest = programme.smallest_effects.get(row["indicator"], np.nan)
    direction = direction_of(indicators, row["indicator"], row["rater"])
    best, doubt = direction * (row["ci_high"] if direction > 0 else row["ci_low"]), unreliable(row)
    return {
        "claim": claim.id,
        "part": part,
        "indicator": row["indicator"],
        "rater": row["rater"],
        "basis": basis,
        "is_opinion": bool(unit and unit.is_rating and row["rater"] in ("", "self")),
        "speaks": False,
        "side": "neither",
        "is_small": bool(basis in ("lottery", "comparison") and direction and best < smallest and not doubt),
        "specification": row["specification"],
        **{
            name: row[name]
            for name in (
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
        },
        "p_holm": np.nan,
        "p_family": row["p_adjusted"],
        "doubts": "; ".join(doubted(threats, row)) if basis == "lottery" else "",
        "smallest": smallest,
        "failed": "; ".join(failed_threats(threats, row)) if basis in ("lottery", "comparison") else "",
        "unreliable": doubt,
        "reason": "",
        "direction": direction,
    }


def choose(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """Mark, of each indicator's lines, the one that speaks: the strongest kind, and within it the rater whose
    word counts most.
    """
    order = {"lottery": 0, "comparison": 0, "change": 1, LEVEL: 2}
    for name in dict.fromkeys(line["indicator"] for line in lines):
        own = [line for line in lines if line["indicator"] == name]
        min(own, key=lambda line: (line["is_opinion"], order[line["basis"]], RATERS.index(line["rater"])))[
            "speaks"
        ] = True
    return lines


def sides(lines: list[dict[str, object]], alpha: float) -> list[dict[str, object]]:
    """Say on which side of zero each line lies; the p values of those that speak are adjusted among
    themselves (Holm 1979).

    A line whose interval cannot be relied on lies on neither: no verdict rests on it.
    """
    tested = [line for line in lines if line["speaks"] and np.isfinite(line["p_value"])]
    if tested:
        for line, adjusted in zip(tested, holm(pd.Series([line["p_value"] for line in tested])), strict=True):
            line["p_holm"] = float(adjusted)
    for line in lines:
        p_value = line["p_holm"] if np.isfinite(line["p_holm"]) else line["p_value"]
        is_clear = p_value < alpha if np.isfinite(p_value) else not line["ci_low"] <= 0 <= line["ci_high"]
        if is_clear and line["direction"] and not line["unreliable"]:
            line["side"] = "for" if line["direction"] * line["estimate"] > 0 else "against"
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
    rows = []
    for claim in programme.claims:
        for place, part in enumerate(parts_of(claim)):
            name, lines = str(place + 1) if part else "", []
            for indicator in indicators_of(claim, part):
                found = [
                    line_of(claim, name, basis, row, programme, indicators, threats)
                    for basis, row in candidates(estimates, indicator, assignment)
                ]
                lines += found or [nothing(claim, name, indicator, estimates)]
            told = [line for line in lines if not line["reason"]]
            sides(choose(told), alpha)
            rows += lines
    shares = {} if waiting is None else waiting.to_dict()
    found = pd.DataFrame(rows, columns=EVIDENCE_COLUMNS)
    return found.assign(
        waiting=[shares.get((row.indicator, row.rater), 0.0) for row in found.itertuples(index=False)]
    )


def nothing(claim: Claim, part: str, indicator: str, estimates: pd.DataFrame) -> dict[str, object]:
    """The line of an indicator about which there is no estimate, with the reason that the estimates give."""
    why = estimates.loc[
        (estimates["indicator"] == indicator) & (estimates["reasons"].fillna("") != ""), "reasons"
    ]
    return dict.fromkeys(EVIDENCE_COLUMNS, np.nan) | {
        "claim": claim.id,
        "part": part,
        "indicator": indicator,
        "rater": "",
        "basis": "none",
        "is_opinion": False,
        "speaks": True,
        "side": "neither",
        "is_small": False,
        "failed": "",
        "doubts": "",
        "unreliable": "",
        "unit": "",
        "specification": "",
        "reason": why.iloc[0] if len(why) else str(VerdictReason.NOT_ESTIMATED()),
    }
