"""What the gain is worth in each subgroup that a programme prices apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.costs.scenarios import in_accounts, mean_of, moved_to_accounts, reach_of, worth_of
from manfaat.costs.uncertainty import net_value
from manfaat.costs.valuation import Valuation

COLUMNS = ["code", "n", "gain", "gain_low", "gain_high", "npv", "npv_low", "npv_high"]


def by_subgroup(valuation: Valuation) -> pd.DataFrame:
    """Net present value for society of one trainee of each declared subgroup, who costs what trainees cost on
    average.

    Amount and reach are those of the subgroup; which costs fall on whom within it is not known, so they do
    not differ.

    Returns
    -------
    ``code`` (answer), ``n`` (people behind the estimate), ``gain`` (in the benefit's unit) and ``npv``, both
    with ``_low`` and ``_high``: at the ends of the gain's interval. No rows where nothing is declared or the
    subgroups could not be looked at.
    """
    study, benefit = valuation.study, worth_of(valuation.study).benefit
    rows = valuation.estimates
    if benefit.by_subgroup is None or benefit.published or "subgroup" not in rows:
        return pd.DataFrame(columns=COLUMNS)
    found = []
    declared = next(one for one in study.programme.subgroups if one.id == benefit.by_subgroup)
    for code in declared.answers:
        name = f"{declared.id}={code}"
        own = rows[(rows["subgroup"] == name) & (rows["indicator"] == benefit.indicator)]
        own = own.dropna(subset=["estimate", "ci_low", "ci_high"])
        amount, _, _ = mean_of(valuation.basis, benefit.base, f"comparison {name}")
        reach, _ = reach_of(valuation.basis, benefit.reach, f" {name}")
        if own.empty or np.isnan([amount, reach]).any():
            continue
        row = own.iloc[0]
        amount *= moved_to_accounts(study, valuation.accounts, benefit.base)
        evidence = replace(
            valuation.found,
            effect=float(row["estimate"]),
            low=float(row["ci_low"]),
            high=float(row["ci_high"]),
        )
        evidence = in_accounts(study, valuation.accounts, amount, evidence)
        gains = [evidence.effect, evidence.low, evidence.high]
        case = replace(valuation.case, amount=amount, reach=reach)
        values = [net_value(replace(case, effect=gain)) / case.people for gain in gains]
        found.append([code, row["n"], *gains, *values])
    return pd.DataFrame(found, columns=COLUMNS)
