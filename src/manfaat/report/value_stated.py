"""The numbers of the value that sentences alone tell, as a file beside the tables: what is said can be held
against it.
"""

from __future__ import annotations

import pandas as pd

from manfaat.costs.accounts import typical_move
from manfaat.costs.breakeven import break_even
from manfaat.costs.uncertainty import net_value
from manfaat.report.unpriced import bridge
from manfaat.report.value_words import ValueTeller

COLUMNS = ["name", "value"]


def moves_of(teller: ValueTeller) -> list[tuple[str, float]]:
    """How far each currency of the sheet moved from one year to the next."""
    money = teller.words.money
    abroad = sorted(set(teller.valuation.case.lines["currency"]) - {money.sheet.currency})
    found = [(code, typical_move(money, code)) for code in abroad]
    middle = [(f"{code} at the median", move[0]) for code, move in found]
    return [*middle, *((f"{code} at most", move[1]) for code, move in found)]


def unshrunk_stated(teller: ValueTeller) -> dict[str, float]:
    """How much too large a gain may be, the gain without that, and what it would be worth."""
    times, case = teller.valuation.found.times_too_large, teller.valuation.case
    if not times > 1:
        return {}
    smaller = case.effect / times
    worth = net_value(case, effect=smaller)
    return {"gain, times too large": times, "gain, smaller": smaller, "worth of the smaller gain": worth}


def stated(teller: ValueTeller | None) -> pd.DataFrame:
    """``name, value``: what becomes of the accounts, public funds, the gain in trainees' own judgement, what
    is needed to break even, and what a year's benefit is made of. No rows without a value.
    """
    if teller is None:
        return pd.DataFrame(columns=COLUMNS)
    valuation = teller.valuation
    needed = break_even(valuation.case, valuation.parties).dropna(subset=["needed"])
    low, high = valuation.funds_interval(seed=teller.seed) if teller.benefit.levies else (None, None)
    public = valuation.public_funds() if teller.benefit.levies else None
    rows = [
        *((f"cost {name}", value) for name, value in bridge(teller).items()),
        *((f"public funds {name}", value) for name, value in valuation.funds().items()),
        *((f"own judgement {name}", value) for name, value in valuation.phillips().items()),
        *((f"break even {row.party}", row.needed) for row in needed.itertuples()),
        *((f"break even {row.party}, share", row.of_amount) for row in needed.itertuples()),
        *(("public funds low", low), ("public funds high", high)),
        *(((f"public funds {name}", value) for name, value in vars(public).items()) if public else ()),
        *moves_of(teller),
        *(unshrunk_stated(teller).items()),
        *(("reach", valuation.case.reach), ("people", valuation.case.people)),
        *(("amount", valuation.case.amount), ("effect", valuation.case.effect)),
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.assign(value=pd.to_numeric(found["value"], errors="coerce")).dropna()
