"""The small tables in print, typed into ``tables.json`` with their sources, and the routines that they
check.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, TTestPower

from manfaat.evaluation import families, ordered
from manfaat.evaluation.estimate import Settings, minimum_detectable
from manfaat.measurement import agreement, one_factor, reliability
from manfaat.threats import evalue, omitted, rosenbaum
from oracle.trials import trial, trial_rows

TABLES = json.loads((Path(__file__).parent / "tables.json").read_text(encoding="utf-8"))
SETTINGS = Settings("trial", "randomised", "trial")


def sleep() -> dict[str, float]:
    """Student's patients: the mean change and its sizes."""
    table = pd.DataFrame({"now": TABLES["sleep"]["first"], "before": TABLES["sleep"]["second"], "group": 1})
    row = trial(table, "now", "group", "before_after_change", ["classical"], before="before")["classical"]
    sizes = trial_sizes(table)
    return {
        "sleep/t": row["estimate"] / row["std_error"],
        "sleep/p": row["p_value"],
        "sleep/difference": row["estimate"],
        "sleep/low": row["ci_low"],
        "sleep/high": row["ci_high"],
        "sleep/d_z": sizes["d_z"],
        "sleep/d_av": sizes["d_av"],
    }


def trial_sizes(table: pd.DataFrame) -> dict[str, float]:
    """The standardised changes of one table, by name."""
    return {
        row.estimand.partition("(")[2].rstrip(")"): row.estimate
        for row in trial_rows(
            table, "now", "group", "standardised_change", ["normal_theory"], before="before"
        )
    }


def many_tests() -> dict[str, float]:
    """Fifteen tests: how many each rule rejects at 5 per cent, and the adjusted p values."""
    p = np.array(TABLES["thrombolysis"]["p"])
    adjusted = families.benjamini_hochberg(p)
    found = {"bh/holm": (families.holm(pd.Series(p)) < 0.05).sum(), "bh/bh": (adjusted < 0.05).sum()}
    found |= {
        f"bh/{name}": multipletests(p, method=method)[0].sum()
        for name, method in (("bonferroni", "bonferroni"), ("by", "fdr_by"))
    }
    return {name: float(n) for name, n in found.items()} | {
        f"bh/{i + 1}": float(adjusted[i]) for i in range(5)
    }


def hidden_causes() -> dict[str, float]:
    """Lead in the blood of children, a published risk ratio, attitudes in Darfur."""
    pairs = rosenbaum.signed_rank(
        np.array(TABLES["lead"]["exposed"], float) - np.array(TABLES["lead"]["neighbours"], float)
    )
    ratio = evalue.of_risk_ratio(10.73, 8.02, 14.36)
    return {
        "lead/statistic": pairs.positive,
        "lead/pairs": pairs.n,
        **{f"lead/{gamma:g}": rosenbaum.upper_p(pairs, gamma) for gamma in (1, 2, 3, 4, 4.25, 5)},
        "evalue/estimate": ratio.estimate,
        "evalue/limit": ratio.limit,
        "darfur/partial": 100 * omitted.partial_r2(4.1844, 783),
        "darfur/rv": 100 * omitted.robustness_value(4.1844, 783),
        "darfur/rv-alpha": 100 * omitted.robustness_value(4.1844, 783, alpha=0.05),
    }


def scales_and_raters() -> dict[str, float]:
    """Reliability of the attitude ratings, agreement of four judges."""
    matrix = reliability.covariance(pd.DataFrame(TABLES["attitude"]["ratings"]))
    found = agreement.intraclass(np.array(TABLES["judges"]["ratings"], float), 0.95)
    return {
        "attitude/raw": reliability.cronbach_alpha(matrix),
        "attitude/standardised": reliability.cronbach_alpha(reliability.correlations(matrix)),
        **{
            f"sf/{kind}{end}": found[f"ICC({kind},{end or 1})"].estimate
            for kind in (1, 2, 3)
            for end in ("", "k")
        },
    }


def personality(data: Callable[[str, str], pd.DataFrame]) -> dict[str, float]:
    """Agreeableness: five items, the first reversed."""
    items = data("psych", "bfi")[["A1", "A2", "A3", "A4", "A5"]].astype("float64")
    items["A1"] = 7 - items["A1"]
    complete = items.dropna()
    matrix = reliability.covariance(complete)
    raw, standard = (
        one_factor.fit_one_factor(values) for values in (matrix, reliability.correlations(matrix))
    )
    return {
        "bfi/alpha": reliability.cronbach_alpha(matrix),
        "bfi/n": float(len(complete)),
        "bfi/pairwise": reliability.cronbach_alpha(items.cov().to_numpy()),
        "bfi/omega": one_factor.omega(standard.loadings, standard.uniquenesses),
        "bfi/omega-raw": one_factor.omega(raw.loadings, raw.uniquenesses),
    }


def tenants() -> dict[str, float]:
    """Satisfaction of tenants: an ordered logit with counts as weights."""
    place = np.arange(72)
    influence, kind, contact = place // 3 % 3, place // 9 % 4, place // 36
    x = np.column_stack(
        [influence == 1, influence == 2, kind == 1, kind == 2, kind == 3, contact == 1]
    ).astype(float)
    fitted = ordered.proportional_odds(place % 3, x, np.array(TABLES["housing"]["counts"], float))
    cuts = {f"housing/cut{i + 1}": float(cut) for i, cut in enumerate(fitted.thresholds)}
    return (
        {f"housing/{i + 1}": float(b) for i, b in enumerate(fitted.beta)}
        | cuts
        | {"housing/deviance": float(fitted.deviance)}
    )


def power() -> dict[str, float]:
    """Sample sizes by statsmodels, which the programme uses; minimum detectable effects by our own formula
    (an approximation of the same).
    """
    sizes = {f"power/{d:g}": TTestIndPower().solve_power(d, alpha=0.05, power=0.8) for d in (0.5, 0.2)}
    sizes["power/paired"] = TTestPower().solve_power(0.5, alpha=0.05, power=0.8)
    groups = {
        f"mde/{n}": minimum_detectable(float(np.sqrt(2 / n)), 2 * n - 2, SETTINGS)
        for n in (20, 30, 50, 60, 80, 100, 150)
    }
    pairs = {
        f"mde-paired/{n}": minimum_detectable(float(1 / np.sqrt(n)), n - 1, SETTINGS)
        for n in (20, 30, 50, 60, 80, 100)
    }
    return sizes | groups | pairs
