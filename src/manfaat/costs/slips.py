"""Amounts that look like slips: another currency, or thousands taken for ones. Proposed to a person, never
made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.costs.accounts import Money

FEWEST = 3  # other lines of the same kind that a line is held against
ODD = 8.0  # times more or less than their median
CLOSE = 2.5  # times more or less after the proposed reading
FACTORS = {"thousand": 1_000.0, "million": 1_000_000.0}
COLUMNS = ["line", "column", "found", "proposed", "reading", "ratio", "ratio_after"]


def unit_costs(lines: pd.DataFrame) -> pd.Series:
    """Real cost of a line for one trainee, whole lines and monthly amounts alike."""
    return (
        lines["real"].astype("float64")
        / lines["covered"]
        / lines["share"].astype("float64").where(lines["share"] > 0)
    )


def readings(line: pd.Series, money: Money) -> dict[str, tuple[float, str]]:
    """Other ways to read a line: name → (what the real cost is multiplied by, what would stand in the
    sheet).
    """
    amount, currency, year, found = float(line["amount"]), str(line["currency"]), int(line["year"]), {}
    for name, factor in FACTORS.items():
        found[name] = (factor, f"{amount * factor:.0f} {currency}")
        found[f"per {name}"] = (1 / factor, f"{amount / factor:g} {currency}")
    for other in money.sheet.currencies:
        if other != currency and money.has_year(other, year):
            found[f"currency {other}"] = (
                float(money.market_rate(other, year)) / float(line["rate"]),
                f"{amount:.0f} {other}",
            )
    return found


def proposals(lines: pd.DataFrame, money: Money) -> pd.DataFrame:
    """Lines whose amount is far from that of the other lines of the same kind, and near it once read
    differently.

    Each line is held against the median of the others of its kind (``FEWEST`` at least), in real money for
    one trainee. It is proposed to be read differently when it is more than ``ODD`` times off and another
    reading leaves it within ``CLOSE`` times.

    Returns
    -------
    ``line, column, found, proposed, reading, ratio, ratio_after``; nothing is changed.
    """
    costs, rows = unit_costs(lines), []
    for _, own in lines.groupby(["item", "payer"], sort=True):
        for place in own.index:
            others = costs[own.index.drop(place)].dropna()
            others = others[others > 0]
            if len(others) < FEWEST or not costs[place] > 0:
                continue
            ratio = costs[place] / others.median()
            if 1 / ODD <= ratio <= ODD:
                continue
            options = {
                name: (abs(np.log(ratio * factor)), ratio * factor, text)
                for name, (factor, text) in readings(lines.loc[place], money).items()
            }
            name, (distance, after, text) = min(options.items(), key=lambda option: option[1][0])
            if distance <= np.log(CLOSE):
                row = lines.loc[place]
                column = (
                    money.sheet.columns.currency
                    if name.startswith("currency")
                    else money.sheet.columns.amount
                )
                rows.append(
                    {
                        "line": row.line,
                        "column": column,
                        "found": f"{float(row.amount):.0f} {row.currency}",
                        "proposed": text,
                        "reading": name,
                        "ratio": ratio,
                        "ratio_after": after,
                    }
                )
    return pd.DataFrame(rows, columns=COLUMNS)


def as_proposed(lines: pd.DataFrame, found: pd.DataFrame, money: Money) -> pd.DataFrame:
    """Return the lines as they would stand if every proposal were accepted: to see what hangs on it, not to
    be used instead.
    """
    factors = {
        line: readings(lines[lines["line"] == line].iloc[0], money)[reading][0]
        for line, reading in zip(found["line"], found["reading"], strict=True)
    }
    times = lines["line"].map(factors).fillna(1.0)
    return lines.assign(
        **{name: (lines[name] * times).round().astype("int64") for name in ("nominal", "real")}
    )
