"""Every reasonable specification beside the primary one: what would other choices have found?

Source: Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208–1214.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.evaluation.estimand import read_estimands
from manfaat.evaluation.estimate import from_settings, margins
from manfaat.evaluation.inference import least_squares_results
from manfaat.evaluation.ladder import reported
from manfaat.evaluation.linear import regress
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import LIMITS, conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason

CURVE_COLUMNS = [
    "kind",
    "specification",
    "covariates",
    "outcome",
    "estimate",
    "ci_low",
    "ci_high",
    "n",
    "is_primary",
]
TAIL = (
    0.01  # share of the answers at each end that the variant "extremes drawn in" sets to the last value kept
)


def declared(case: Case) -> pd.DataFrame:
    """The declared specifications that ask the same question: they compare the groups on this indicator, in
    its unit, in the same sample.
    """
    sample = {spec.id: spec.where or "" for spec in case.programme.specifications}
    rows = reported(case.estimates, case.programme)
    own = (
        (rows["indicator"] == case.line.indicator)
        & (rows["rater"].fillna("") == case.line.rater)
        & (rows["treatment"] == case.treatment)
        & (rows["arm"] == case.arm)
        & (rows["against"] == "")
        & (rows["contrast"] == case.row["contrast"])
        & (rows["specification"].map(sample) == sample.get(case.spec.id, ""))
    )
    rows = rows[own & read_estimands(rows).map(lambda one: one.is_difference_of_means).astype(bool)].dropna(
        subset=["estimate"]
    )
    return pd.DataFrame(
        {
            "kind": "declared",
            "specification": rows["specification"],
            "covariates": "",
            "outcome": "as measured",
            "estimate": rows["estimate"],
            "ci_low": rows["ci_low"],
            "ci_high": rows["ci_high"],
            "n": rows["n"] + rows["n_comparison"],
            "is_primary": rows["is_primary"].astype(bool),
        }
    )


def subsets(covariates: list[str]) -> dict[str, list[str]]:
    """No covariates, all but one, and one alone, by name; all of them are the declared specification."""
    found: dict[str, list[str]] = {"none": []}
    found |= {f"without {name}": [other for other in covariates if other != name] for name in covariates}
    return found | ({f"only {name}": [name] for name in covariates} if len(covariates) > 2 else {})


def drawn_in(values: np.ndarray) -> np.ndarray:
    """Values beyond the outer percent at each end, but at least five, set to the last value kept."""
    tail = min(max(TAIL, SMALLEST_CELL / len(values)), 0.25)
    low, high = np.quantile(values, [tail, 1 - tail])
    clipped: np.ndarray = np.clip(values, low, high)
    return clipped


def variants(case: Case) -> pd.DataFrame:
    """The primary regression with other covariates, and with the outcome's extremes drawn in; standard errors
    by the rule of ``auto``.
    """
    if case.spec.method not in ("difference_in_means", "regression") or case.programme.design.panel:
        return pd.DataFrame(columns=CURVE_COLUMNS)
    names, rows = case.spec.covariates, []
    outcomes = {"as measured": case.sample}
    if not np.isin(case.sample.now, (0.0, 1.0)).all():
        outcomes["extremes drawn in"] = replace(
            case.sample, frame=case.sample.frame.assign(now=drawn_in(case.sample.now))
        )
    for outcome, sample in outcomes.items():
        sets = ({} if not names else subsets(names)) | ({"all": names} if outcome != "as measured" else {})
        for label, chosen in sets.items():
            found = one_variant(case, sample, chosen)
            if found:
                rows.append(
                    {
                        "kind": "variant",
                        "specification": case.spec.id,
                        "covariates": label,
                        "outcome": outcome,
                        **found,
                        "is_primary": False,
                    }
                )
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)


def one_variant(case: Case, sample: Sample, covariates: list[str]) -> dict[str, float]:
    """Estimate and interval of one variant; nothing where it does not apply."""
    spec = case.spec.model_copy(update={"covariates": covariates, "std_errors": ["auto"]})
    try:
        fitted = regress(sample, sample.treated, covariates)
        result = least_squares_results(fitted, sample.treated, sample, spec, from_settings(case.settings))[0]
    except NotApplicableError:
        return {}
    low, high, _ = margins(result, case.settings)
    return {"estimate": result.estimate, "ci_low": low, "ci_high": high, "n": len(sample.frame)}


def curve(case: Case) -> pd.DataFrame:
    """All specifications of one primary estimate from the lowest to the highest, found once a case.

    Returns
    -------
    ``kind`` (``declared`` or ``variant``), ``specification``, ``covariates`` (``none``, ``without x``, ``only
    x``, ``all``; empty where declared), ``outcome``, ``estimate, ci_low, ci_high`` in the indicator's unit,
    ``n, is_primary``.
    """
    key = ("curve", case.line.indicator, case.line.rater, case.arm, case.treatment)
    if key not in case.memory:
        parts = [part for part in (declared(case), variants(case)) if len(part)]
        whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CURVE_COLUMNS)
        case.memory[key] = whole.sort_values("estimate", kind="stable", ignore_index=True)
    found: pd.DataFrame = case.memory[key]
    return found


def curve_rows(case: Case) -> list[dict[str, object]]:
    """Share of the specifications with the primary estimate's sign, share whose interval excludes zero on its
    side, median and range.
    """
    found = curve(case)
    if len(found) < 2:
        raise NotApplicableError(ThreatReason.ONE_SPECIFICATION())
    sign = np.sign(case.estimate)
    signs = np.array(
        [conclusion(low, high) for low, high in zip(found["ci_low"], found["ci_high"], strict=True)]
    )
    same, significant = float((np.sign(found["estimate"]) == sign).mean()), float((signs == sign).mean())
    n, passes = len(found), same >= LIMITS["same sign"] if case.conclusion else None
    verdict = judged(passes, "conclusion stands", "conclusion changes", "nothing to overturn")
    return [
        entry(
            "specification curve",
            "share same sign",
            same,
            limit=LIMITS["same sign"],
            detail=str(n),
            **verdict,
        ),
        entry("specification curve", "share significant", significant, detail=str(n)),
        entry(
            "specification curve",
            "median",
            float(found["estimate"].median()),
            interval=(found["estimate"].min(), found["estimate"].max()),
            detail=str(n),
        ),
    ]


SPECIFICATION_CURVE = Threat(
    "specification curve",
    curve_rows,
    formula="share of the specifications of the same question with the estimate’s sign",
    falls="the share is below 0.9",
    source="Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020). Specification curve analysis. "
    "Nature Human Behaviour 4, 1208–1214.",
)
