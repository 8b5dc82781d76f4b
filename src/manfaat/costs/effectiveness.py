"""What one unit of a result cost, and what a place cost against an equivalent programme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.costs.accounts import CONVENTIONS, Money, in_money
from manfaat.costs.flows import SOCIETY
from manfaat.costs.indicators import trainees
from manfaat.costs.ledger import Accounts
from manfaat.costs.scenarios import primary_row
from manfaat.costs.uncertainty import Case, cost_matrix
from manfaat.definitions.declarations import Yardstick

COLUMNS = [
    "yardstick",
    "indicator",
    "units",
    "units_low",
    "units_high",
    "payer",
    "cost",
    "each",
    "each_low",
    "each_high",
    "specification",
]


def units_each(row: pd.Series, stick: Yardstick) -> tuple[float, float, float]:
    """How many units of a result one trainee gained: estimate and interval.

    ``share`` : persons; ``sd`` : standard deviations, the interval in proportion to the estimate's;
    ``percent`` : per cent.
    """
    numbers = np.array([row["estimate"], row["ci_low"], row["ci_high"]], dtype="float64")
    if stick.kind == "percent":
        return tuple(100 * np.expm1(numbers))
    if stick.kind == "sd":
        scale = row["effect_size"] / row["estimate"] if row["estimate"] else np.nan
        return tuple(numbers * scale)
    return tuple(numbers)


def cost_per_unit(case: Case, sticks: list[Yardstick], estimates: pd.DataFrame) -> pd.DataFrame:
    """Present cost divided by what it brought, for society and for the sending side.

    A cost per unit is given only where the estimate is above zero; its upper end is missing where the
    interval reaches zero, because the cost of a unit is then not bounded.

    Returns
    -------
    ``yardstick`` (position), ``indicator``, ``units`` per trainee with interval, ``payer`` (party or
    ``society``), ``cost`` (present value), ``each`` with interval.
    """
    matrix, _, _ = cost_matrix(case)
    payers = [SOCIETY, case.sheet.party("sender").id]
    costs = {payer: -float(matrix[:, case.parties.index(payer)].sum()) for payer in payers}
    rows = []
    for place, stick in enumerate(sticks):
        row = primary_row(estimates, stick.indicator, stick.rater)
        units, low, high = units_each(row, stick) if row is not None else (np.nan, np.nan, np.nan)
        for payer in payers:
            each = [
                costs[payer] / case.people / value if value > 0 else np.nan for value in (units, high, low)
            ]
            rows.append(
                dict(
                    zip(
                        COLUMNS,
                        [
                            place,
                            stick.indicator,
                            units,
                            low,
                            high,
                            payer,
                            costs[payer],
                            *each,
                            "" if row is None else row["specification"],
                        ],
                        strict=True,
                    )
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def place_costs(accounts: Accounts) -> pd.DataFrame:
    """Real cost of a place under each choice of the exchange rate: the whole, the sending side's part, an
    equivalent programme.

    The sending side's part is also given with every line at the high end of its band, the equivalent with
    every line at the low end: the least favourable reading.

    Returns
    -------
    ``convention, whole, sender, sender_high, equivalent, equivalent_low``; the last two are missing where the
    sheet declares none.
    """
    money, rows = accounts.money, []
    sheet, sender = money.sheet, money.sheet.party("sender").id
    for convention in CONVENTIONS:
        now = Money(sheet, money.series, money.base_year, convention)
        lines, other = in_money(accounts.sheet.lines, now), in_money(accounts.sheet.alternatives, now)
        people, own = trainees(lines), lines[lines["party"] == sender]
        rows.append(
            {
                "convention": convention,
                "whole": lines["real"].sum() / people,
                "sender": own["real"].sum() / people,
                "sender_high": (
                    (own["real"] * (1 + own["valuation"].map(sheet.bands).fillna(0.0))).sum() / people
                ),
                "equivalent": other["real"].sum() / trainees(other) if len(other) else np.nan,
                "equivalent_low": (
                    (other["real"] * (1 - other["valuation"].map(sheet.bands).fillna(0.0))).sum()
                    / trainees(other)
                    if len(other)
                    else np.nan
                ),
            }
        )
    return pd.DataFrame(rows)


def equivalent_sources(accounts: Accounts) -> list[str]:
    """The documents that the price of an equivalent programme is from."""
    return sorted({text for text in accounts.alternatives["document"] if text})
