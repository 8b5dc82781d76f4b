"""Were the groups alike, all in all, and is there somebody to compare with? The omnibus test of balance, and
overlap.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2

from manfaat.base.disclosure import share_of_few
from manfaat.evaluation.balance import standardised_difference, variance_ratio
from manfaat.evaluation.linear import independent, standardise
from manfaat.evaluation.nuisance import logit
from manfaat.evaluation.resampling import assigned_whole, permutations
from manfaat.evaluation.sample import WEIGHT, NotApplicableError
from manfaat.evaluation.weighted import answers
from manfaat.evaluation.weighting import Overlap, overlap
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import DIFFER_BUT_STANDS, LIMITS, conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason

DRAWN_UP_TO = 2_000  # units
DRAWS = 4_999


def omnibus_test(
    columns: np.ndarray, treated: np.ndarray, strata: np.ndarray | None = None, *, seed: int = 1
) -> tuple[float, int, float]:
    """Test whether all covariates together differ by more than a lottery would make them differ: d²(z, x) of
    Hansen and Bowers.

    d'V⁻¹d for the differences in means d (pooled over strata by n₁n₀/n) and their covariance V over all draws
    of the same lottery. Chosen over an F test because it supposes a lottery and no model. The p value is that
    of the lottery drawn again ``DRAWS`` times, and of χ² (as many degrees of freedom as independent
    covariates) only for more than ``DRAWN_UP_TO`` units: few of one group make χ² reject too often.

    Parameters
    ----------
    columns : n × k. treated : n, 1 or 0. strata : n codes of what the lottery was drawn within; None for one
    draw.

    Returns
    -------
    χ², degrees of freedom, p value.

    Raises
    ------
    NotApplicableError where there are not two groups, or too few units. Source: Hansen and Bowers (2008),
    Statistical Science 23(2), 219–236.
    """
    x = independent(standardise(columns))
    strata = np.zeros(len(x), dtype="int64") if strata is None else strata
    centred, spread = np.zeros(x.shape), np.zeros((x.shape[1], x.shape[1]))
    for stratum in np.unique(strata):
        inside = strata == stratum
        ours, n, n1 = x[inside], inside.sum(), treated[inside].sum()
        if not 0 < n1 < n:
            continue
        centred[inside] = ours - ours.mean(axis=0)
        spread += n1 * (n - n1) / n * np.atleast_2d(np.cov(ours.T))
    if not x.shape[1] or len(x) <= x.shape[1] + 1 or not spread.any():
        raise NotApplicableError(ThreatReason.FEW_WITH_COVARIATES())
    df, inverse = int(np.linalg.matrix_rank(spread)), np.linalg.pinv(spread, hermitian=True)
    statistic = float((treated @ centred) @ inverse @ (treated @ centred))
    if len(x) > DRAWN_UP_TO:
        return statistic, df, float(chi2.sf(statistic, df))
    gaps = permutations(treated, strata, DRAWS, np.random.default_rng(seed)) @ centred
    drawn = np.einsum("ij,jk,ik->i", gaps, inverse, gaps)
    return statistic, df, float((1 + (drawn >= statistic * (1 - 1e-9)).sum()) / (1 + DRAWS))


def common_support(
    columns: np.ndarray, treated: np.ndarray, weights: np.ndarray | None = None
) -> tuple[Overlap, float]:
    """How many units of equal weight the comparison group is worth once weighted to resemble the
    participants, and the share of these beyond it.

    Returns
    -------
    The overlap of weights p / (1 − p), times the survey weights where there are any, from a logit that they
    enter too; and the share of participants, by weight, more likely to take part than anyone compared with
    them.

    Raises
    ------
    NotApplicableError where the covariates tell the groups apart.
    """
    x = np.column_stack([np.ones(len(columns)), independent(standardise(columns))])
    if len(x) <= x.shape[1]:
        raise NotApplicableError(ThreatReason.FEW_WITH_COVARIATES())
    weights = np.ones(len(x)) if weights is None else weights / weights.mean()
    fitted = logit(x, treated, weights)
    beyond = fitted.score[treated == 1] > fitted.score[treated == 0].max()
    return overlap((weights * fitted.odds)[treated == 0], int(treated.sum())), float(
        np.average(beyond, weights=weights[treated == 1])
    )


def compared(case: Case) -> tuple[pd.DataFrame, list[str]]:
    """Units with all covariates that differ between anyone, and the names of these."""
    frame = case.described
    names = [name for name in case.covariates if frame[name].nunique() > 1]
    if not names:
        raise NotApplicableError(ThreatReason.NOTHING_DIFFERS())
    complete = frame.dropna(subset=[*names, *([WEIGHT] if WEIGHT in frame else [])])
    if min((complete["treated"] == value).sum() for value in (0, 1)) < 2:
        raise NotApplicableError(ThreatReason.FEW_WITH_COVARIATES())
    return complete, names


def by_whole_clusters(case: Case, complete: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Clusters that were assigned as a whole count as one unit each, with their mean; else the units
    themselves.
    """
    cluster = case.programme.design.cluster
    if not cluster:
        return complete
    codes = pd.factorize(case.table.loc[complete.index, cluster], sort=True)[0]
    if (codes < 0).any() or not assigned_whole(complete["treated"].to_numpy(), codes):
        return complete
    return complete[[*names, "treated"]].groupby(codes).mean()


def balance_rows(case: Case) -> list[dict[str, object]]:
    """Omnibus test, largest standardised difference and most unequal variance; under a lottery the first
    decides, else the second.
    """
    complete, names = compared(case)
    units = by_whole_clusters(case, complete, names)
    strata = case.programme.design.strata
    codes = (
        pd.factorize(case.table.loc[units.index, strata])[0]
        if strata and len(units) == len(complete)
        else None
    )
    statistic, df, p = omnibus_test(units[names].to_numpy(), units["treated"].to_numpy(), codes)
    omnibus = entry(
        "balance", "omnibus p", p, limit=LIMITS["p"], n=len(units), detail=f"chi2({df}) = {statistic:.2f}"
    )
    groups = [case.described[case.described["treated"] == value] for value in (1, 0)]
    known = {name: [answers(group[name], group.get(WEIGHT)) for group in groups] for name in names}
    smd = pd.Series({name: standardised_difference(*pair) for name, pair in known.items()}).dropna()
    ratio = pd.Series({name: variance_ratio(*pair) for name, pair in known.items()})
    ratio = ratio[ratio > 0]
    worst = [
        (what, float(values[name]), name)
        for what, values, order in (
            ("largest smd", smd, smd.abs()),
            ("variance ratio", ratio, ratio.transform(np.log).abs()),
        )
        if len(values)
        for name in (str(order.idxmax()),)
    ]
    rows = [entry("balance", what, value, detail=name, n=len(case.described)) for what, value, name in worst]
    if rows:
        rows[0]["limit"] = LIMITS["smd"]
    differing = entry(
        "balance",
        "covariates beyond limit",
        float((smd.abs() > LIMITS["smd"]).sum()),
        detail=str(len(smd)),
        n=len(case.described),
    )
    if case.is_lottery or not rows:
        return [*by_lot(case, omnibus, p, complete, names), *rows, differing]
    return [
        rows[0] | judged(abs(worst[0][1]) <= LIMITS["smd"], "alike", "differ"),
        *rows[1:],
        differing,
        omnibus,
    ]


BALANCE = Threat(
    "balance",
    balance_rows,
    by_covariates=True,
    formula="d² of all covariates at once; largest (x̄₁ − x̄₀) / s",
    falls="after a lottery the omnibus p is below 0.05 and the estimate with all covariates "
    "concludes otherwise; else a standardised difference is above 0.1",
    source="Hansen, B. B. and Bowers, J. (2008). Covariate balance in simple, stratified and "
    "clustered comparative studies. Statistical Science 23(2), 219–236.",
)


def by_lot(
    case: Case, omnibus: dict[str, object], p: float, complete: pd.DataFrame, names: list[str]
) -> list[dict[str, object]]:
    """Under a lottery groups differ by chance only: where they do, the estimate stands if it says the same
    once the covariates are held equal.
    """
    if p >= LIMITS["p"]:
        return [omnibus | {"passed": "yes", "meaning": "alike"}]
    spec = case.spec.model_copy(
        update={"method": "regression", "covariates": names, "std_errors": ["auto"], "indicators": []}
    )
    try:
        found = case.again(
            table=case.table.loc[complete.index] if not case.programme.design.panel else case.table, spec=spec
        )
    except NotApplicableError:
        return [omnibus | {"passed": "no", "meaning": "differ"}]
    interval = (found["ci_low"], found["ci_high"])
    stands = conclusion(*interval) == case.conclusion
    adjusted = entry(
        "balance",
        "estimate",
        found["estimate"],
        interval=interval,
        n=found["n"] + found["n_comparison"],
        detail="all covariates held equal",
    )
    return [omnibus | judged(stands, DIFFER_BUT_STANDS, "differ"), adjusted]


def overlap_rows(case: Case) -> list[dict[str, object]]:
    """Effective sample size of the comparison group weighted to resemble the participants, and the share of
    these that nobody resembles.

    It can fail only an estimate that leans on covariates: by what share of the smaller group the comparison
    group is worth, not by how many they are, for few units alike make an interval wide, not wrong. For other
    estimates poor overlap is a number and no more.
    """
    complete, names = compared(case)
    found, outside = common_support(
        complete[names].to_numpy(),
        complete["treated"].to_numpy(),
        complete[WEIGHT].to_numpy() if WEIGHT in complete else None,
    )
    effective = entry(
        "overlap",
        "effective sample size",
        found.effective,
        limit=found.least,
        n=len(complete),
        detail=str(found.units),
    )
    treated = int(complete["treated"].sum())
    share = entry(
        "overlap", "share beyond comparison", np.nan if share_of_few(outside, treated) else outside, n=treated
    )
    largest = entry("overlap", "largest weight", found.largest_share, n=found.units)
    passes = True if not found.is_poor else False if case.spec.covariates else None
    return [effective | judged(passes, "enough", "not enough"), share, largest]


OVERLAP = Threat(
    "overlap",
    overlap_rows,
    by_covariates=True,
    is_decisive=True,
    formula="(Σw)² / Σw² of the comparison group weighted to the participants",
    falls="an estimate that leans on covariates rests on a comparison group worth too small a share "
    "of the smaller group",
    source="Kish, L. (1965). Survey Sampling. Wiley.",
)
