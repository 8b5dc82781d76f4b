"""What the benefit may be: the estimate where a lottery stands behind it, else scenarios, and called that."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.reasons import read_reasons
from manfaat.base.typed import required
from manfaat.costs.flows import Passing, Terms
from manfaat.costs.indicators import trainees
from manfaat.costs.ledger import Accounts
from manfaat.costs.uncertainty import Case
from manfaat.definitions.declarations import Benefit, Worth
from manfaat.definitions.indicator import is_level
from manfaat.definitions.study import Study
from manfaat.evaluation.estimand import Estimand, read_estimands
from manfaat.evaluation.exaggeration import exaggeration, is_overshooting
from manfaat.evaluation.ladder import primary
from manfaat.evaluation.reasons import EstimateReason

NAMES = ("none", "low", "estimate", "high")


@dataclass(frozen=True)
class Evidence:
    """The benefit's estimate, in the indicator's unit, with its error and interval. ``kind``: ``effect``
    (lottery), ``difference``, ``change`` (of participants alone), ``published`` (elsewhere) or ``assumed``.
    ``doubted`` : something keeps its interval from being relied on.
    """

    kind: str
    effect: float
    error: float
    low: float
    high: float
    specification: str = ""
    mde: float = float("nan")
    df: float = float("nan")
    doubted: bool = False

    @property
    def is_uncertain(self) -> bool:
        """Whether the estimate is not told from zero, or its interval cannot be relied on."""
        return self.kind != "assumed" and (self.low <= 0 <= self.high or self.doubted)

    @property
    def times_too_large(self) -> float:
        """How many times too large an estimate told from zero is on average, if the truth is as large as this
        one; 1 where it is as large as the study could find.
        """
        if not is_overshooting(self.effect, self.low, self.high, self.mde):
            return 1.0
        return exaggeration(self.effect, self.error, self.df)

    @property
    def is_causal(self) -> bool:
        """Whether a lottery stands behind it."""
        return self.kind == "effect"


def primary_row(estimates: pd.DataFrame, indicator: str, rater: str | None = None) -> pd.Series | None:
    """The row that speaks for an indicator (of one rater, if named); none where it has no number."""
    rows = primary(estimates)
    rows = rows[
        (rows["indicator"] == indicator) & ((rows["rater"] == rater) if rater is not None else True)
    ].dropna(subset=["estimate"])
    return None if rows.empty else rows.iloc[0]


def row_of_participants(study: Study, estimates: pd.DataFrame, indicator: str) -> pd.Series | None:
    """The row that says what taking part did to one participant: the one that speaks, or, where places were
    offered, that of those whom the offer moved; none of several arms, which the accounts do not tell apart.
    """
    design = study.programme.design
    if design.arms:
        return None
    if not design.assigned:
        return primary_row(estimates, indicator)
    own = estimates[(estimates["indicator"] == indicator) & (estimates["subgroup"] == "")]
    own = own.dropna(subset=["estimate"])
    moved = own[[one.is_of_moved for one in read_estimands(own)]]
    return None if moved.empty else moved.iloc[0]


def worth_of(study: Study) -> Worth:
    """What the programme's benefits are; only asked where they are declared."""
    return required(study.programme.worth, "'worth' of the programme")


def evidence(study: Study, estimates: pd.DataFrame, assumed_gain: float) -> Evidence:
    """What is known of the benefit: an estimate from elsewhere where one is declared (interval of 95 %), else
    our own; ``assumed_gain`` (a share, 0.05: 5 %) stands in where no estimate applies.
    """
    benefit = worth_of(study).benefit
    if found := benefit.published:
        margin = float(stats.norm.ppf(0.975)) * found.std_error
        low, high = found.value - margin, found.value + margin
        return Evidence("published", found.value, found.std_error, low, high)
    row = row_of_participants(study, estimates, benefit.indicator)
    if row is None:
        return Evidence("assumed", float(np.log1p(assumed_gain)), 0.0, 0.0, float(np.log1p(2 * assumed_gain)))
    kind = str(Estimand.read(row["estimand"]).word)
    return Evidence(
        kind,
        float(row["estimate"]),
        float(row["std_error"]),
        float(row["ci_low"]),
        float(row["ci_high"]),
        str(row["specification"]),
        float(row["mde"]),
        float(row["df"]),
        any(reason.doubts for reason in read_reasons(row.get("reasons"), EstimateReason)),
    )


def mean_of(basis: pd.DataFrame, name: str, group: str) -> tuple[float, float, int]:
    """Mean, its standard error and the number of people behind it; all missing where it was not measured."""
    own = basis[(basis["name"] == name) & (basis["group"] == group)]
    if own.empty:
        return float("nan"), float("nan"), 0
    row = own.iloc[0]
    return float(row["mean"]), float(row["std_error"]), int(row["n"])


def reach_of(basis: pd.DataFrame, name: str | None, within: str = "") -> tuple[float, float]:
    """The share of participants whom a benefit reaches, and its error; all of them where none is named.

    Where so few lack it that the share is not told, half of the most that few can be are taken to lack it:
    that few lack it, and not few have it, is known from most of the comparison group having it too.
    """
    if name is None:
        return 1.0, 0.0
    share, error, n = mean_of(basis, name, f"participants{within}")
    compared = mean_of(basis, name, f"comparison{within}")[0]
    if np.isnan(share) and n >= SMALLEST_CELL and compared > 0.5:
        share = 1 - SMALLEST_CELL / 2 / n
        error = float(np.sqrt(share * (1 - share) / n))
    return share, error


def is_reach_told(basis: pd.DataFrame, name: str | None) -> bool:
    """Whether the share that a benefit reaches is one that may be told; see ``reach_of``."""
    return name is None or not np.isnan(mean_of(basis, name, "participants")[0])


def moved_to_accounts(study: Study, accounts: Accounts, column: str) -> float:
    """What one unit of a column of money is in the currency, at the prices of the accounts' base year."""
    declared = required(study.programme.prices, "'prices' of the programme").base_year
    moved = float(accounts.money.deflator(declared)) if declared != accounts.money.base_year else 1.0
    line = next((line for line in study.indicators if line.name == column), None)
    unit = study.programme.units.get(line.unit) if line else None
    return moved * (unit.multiple if unit else 1.0)


def base_amount(
    study: Study, benefit: Benefit, basis: pd.DataFrame, accounts: Accounts
) -> tuple[float, float]:
    """The amount without the programme at the prices of the accounts' base year: the comparison group's mean,
    and its error.
    """
    mean, error, _ = mean_of(basis, benefit.base, "comparison")
    moved = moved_to_accounts(study, accounts, benefit.base)
    return mean * moved, error * moved


def in_accounts(study: Study, accounts: Accounts, amount: float, found: Evidence) -> Evidence:
    """The estimate as the accounts count: logarithms as they are, an effect in money at the prices of their
    base year.
    """
    benefit = worth_of(study).benefit
    if not is_level(study.programme, list(study.indicators)):
        return found
    numbers = np.array([found.effect, found.error, found.low, found.high])
    if found.kind == "assumed":
        numbers = amount * np.expm1(numbers)
    elif published := benefit.published:
        declared = required(study.programme.prices, "'prices' of the programme").base_year
        numbers = float(accounts.money.deflator(published.year or declared)) * numbers
    else:
        numbers = moved_to_accounts(study, accounts, benefit.base) * numbers
    return replace(found, **dict(zip(("effect", "error", "low", "high"), numbers.tolist(), strict=True)))


def case_for(
    study: Study, accounts: Accounts, basis: pd.DataFrame, found: Evidence, terms: Terms
) -> Case | None:
    """Everything a value rests on; none where the amount without the programme was not measured."""
    benefit = worth_of(study).benefit
    amount, amount_error = base_amount(study, benefit, basis, accounts)
    reach, reach_error = reach_of(basis, benefit.reach)
    if np.isnan([amount, reach]).any():
        return None
    rate_band, price_band = (
        band.value if band else 0.0
        for band in (accounts.money.sheet.rate_band, accounts.money.sheet.price_band)
    )
    found = in_accounts(study, accounts, amount, found)
    return Case(
        accounts.lines,
        accounts.money.sheet,
        terms,
        trainees(accounts.lines),
        found.effect,
        found.error,
        amount,
        amount_error,
        reach,
        reach_error,
        benefit.times_a_year,
        benefit.goes_to,
        rate_band,
        price_band,
        (found.low, found.high),
        is_level(study.programme, list(study.indicators)),
        Passing.of(benefit),
    )


def scenario_cases(case: Case) -> dict[str, Case]:
    """The same case under no benefit, the low and the high end of the interval, and the estimate itself."""
    low, high = required(case.interval, "the interval of the effect")
    effects = {"none": 0.0, "low": low, "estimate": case.effect, "high": high}
    return {name: replace(case, effect=effect) for name, effect in effects.items()}
