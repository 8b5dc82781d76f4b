"""What a benefit that nobody priced would have to be worth: the usual way to judge what has no price without
giving it one.
"""

from __future__ import annotations

import pandas as pd

from manfaat.costs.flows import SOCIETY
from manfaat.costs.uncertainty import Case, net_value

COLUMNS = ["party", "needed", "of_amount"]


def break_even(case: Case, parties: list[str]) -> pd.DataFrame:
    """How much what is not priced would have to bring, for each trainee in the first year, for a party's net
    present value to be zero.

    It is taken to last and to shrink as the priced benefit does. Source: Boardman et al., Cost-Benefit
    Analysis, on break-even values.

    Parameters
    ----------
    parties : those to show; society comes last.

    Returns
    -------
    ``party, needed`` (accounts' currency at the prices of the base year; missing where the party loses
    nothing, or where no year of benefit is counted) and ``of_amount``: the same as a share of what is earned
    in a year without the programme.
    """
    worth = case.people * float(case.years(case.terms.decay))
    rows = []
    for party in [*parties, SOCIETY]:
        lacking = -net_value(case, party)
        needed = lacking / worth if lacking > 0 and worth > 0 else float("nan")
        rows.append([party, needed, needed / (case.amount * case.times)])
    return pd.DataFrame(rows, columns=COLUMNS)
