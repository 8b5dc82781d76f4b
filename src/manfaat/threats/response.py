"""Who answered, and what if those who answered stood for all? Response rates, response weights, raking to
known totals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from manfaat.definitions.cohort import Denominators
from manfaat.definitions.programme import Specification
from manfaat.evaluation.balance import baseline
from manfaat.evaluation.linear import independent, standardise
from manfaat.evaluation.nuisance import logit
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, group_code, sides
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import LIMITS, cannot, conclusion, entry, judged
from manfaat.threats.omnibus import omnibus_test
from manfaat.threats.reasons import ThreatReason

WEIGHT = "threat_weight_"
ROUNDS = 1_000


def response_rates(n_answered: int, denominators: Denominators) -> dict[str, float]:
    """Gross rate (of all trained, or invited where that is not known) and net rate (of those reached);
    missing where it is not known.

    200 answers of 1,000 trained, 600 of whom were reached: gross 20 per cent, net 33 (Indonesian tracer study
    instrument, 2021).
    """
    everyone = denominators.trained if denominators.trained is not None else denominators.invited
    return {
        "gross": n_answered / everyone if everyone else np.nan,
        "net": n_answered / denominators.reached if denominators.reached else np.nan,
    }


def rate_rows(n_answered: int, denominators: Denominators) -> list[dict[str, object]]:
    """Gross and net response rate of the participants in the delivery; the reason where neither is known."""
    found = [
        entry("response rate", name, rate, n=n_answered)
        for name, rate in response_rates(n_answered, denominators).items()
        if not np.isnan(rate)
    ]
    return found or [cannot("response rate", ThreatReason.ASKED_UNKNOWN())]


def response_gap(
    answered: np.ndarray, treated: np.ndarray, confidence: float
) -> tuple[float, float, float, float, float]:
    """Shares that answered among participants and comparison group, their difference, and Newcombe's interval
    of it (1998, method 10).
    """
    groups = [answered[treated == value] for value in (1, 0)]
    if min(len(group) for group in groups) == 0:
        raise NotApplicableError(EstimateReason.NOBODY_TO_COMPARE())
    (a, n), (b, m) = ((int(group.sum()), len(group)) for group in groups)
    first, second = (
        binomtest(count, size).proportion_ci(confidence, method="wilson") for count, size in ((a, n), (b, m))
    )
    low = np.hypot(a / n - first.low, second.high - b / m)
    high = np.hypot(first.high - a / n, b / m - second.low)
    return a / n, b / m, a / n - b / m, float(a / n - b / m - low), float(a / n - b / m + high)


def rake(base: np.ndarray, answers: list[np.ndarray], totals: list[np.ndarray]) -> np.ndarray:
    """Weights nearest to ``base`` (n) whose sums by answer equal known totals: iterative proportional
    fitting.

    Parameters
    ----------
    answers : per variable n codes 0, 1, …. totals : per variable the known number with each code.

    Raises
    ------
    NotApplicableError where the totals of two variables do not add up to the same, a known answer was given
    by nobody, or the fit does not come to rest. Source: Deming and Stephan (1940), Annals of Mathematical
    Statistics 11(4), 427–444.
    """
    sums = [float(total.sum()) for total in totals]
    if not np.allclose(sums, sums[0], rtol=1e-6):
        raise NotApplicableError(ThreatReason.TOTALS_DIFFER())
    weights = base.astype("float64")
    for _ in range(ROUNDS):
        furthest = 0.0
        for code, total in zip(answers, totals, strict=True):
            now = np.bincount(code, weights=weights, minlength=len(total))
            if ((now <= 0) & (total > 0)).any():
                raise NotApplicableError(ThreatReason.NOT_IN_TOTALS())
            factor = np.divide(total, now, out=np.ones_like(total, dtype="float64"), where=now > 0)
            weights = weights * factor[code]
            furthest = max(furthest, float(np.abs(factor - 1).max()))
        if furthest < 1e-10:
            return weights
    raise NotApplicableError(ThreatReason.NO_RAKING())


def response_weights(columns: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """1 / (probability of answering), by a logit on ``columns`` (n × k), for everyone; mean 1 among those who
    answered.

    Raises
    ------
    NotApplicableError where the columns tell those who answered from those who did not.
    """
    x = np.column_stack([np.ones(len(columns)), independent(standardise(columns))])
    try:
        weights = logit(x, answered.astype("float64"), np.ones(len(x))).by_score
    except NotApplicableError as failure:
        raise NotApplicableError(ThreatReason.FEW_TO_WEIGHT()) from failure
    scaled: np.ndarray = weights / weights[answered].mean()
    return scaled


def who_answered(case: Case) -> pd.DataFrame:
    """``answered`` (1 or 0) and ``treated`` of every unit, one row each: of a panel, whether the estimate
    could use the unit.
    """
    design = case.programme.design
    if design.panel is None:
        frame = case.one_row_a_unit()
        return frame[["treated"]].assign(answered=frame["outcome"].notna().astype("float64"))
    if design.sampling_weight:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    before = baseline(case.table, case.programme)
    used = case.table.loc[case.sample.frame.index, design.panel.unit]
    frame = pd.DataFrame(
        {
            "treated": sides(before, case.programme),
            "answered": before[design.panel.unit].isin(used).astype("float64"),
        }
    )
    return frame[frame["treated"].isin([0.0, 1.0])]


def attrition_rows(case: Case) -> list[dict[str, object]]:
    """Shares that answered by group, and whether those who answered differ from those who did not in what was
    known before.
    """
    frame = who_answered(case)
    answered, treated = frame["answered"].to_numpy() == 1, frame["treated"].to_numpy()
    ours, theirs, gap, low, high = response_gap(answered, treated, case.settings.confidence)
    n = len(frame)
    if answered.all():
        return [
            entry(
                "attrition",
                "gap",
                0.0,
                limit=LIMITS["response gap"],
                interval=(low, high),
                n=n,
                passed="yes",
                meaning="nothing missing",
            )
        ]
    small = abs(gap) <= LIMITS["response gap"]
    passes = True if small else (False if conclusion(low, high) else None)
    rows = [
        entry(
            "attrition",
            "gap",
            gap,
            limit=LIMITS["response gap"],
            interval=(low, high),
            n=n,
            **judged(passes, "alike", "differ", "too small to tell"),
        )
    ]
    for share, value, name in ((ours, 1, "participants"), (theirs, 0, "comparison")):
        rows.append(entry("attrition", "share answered", share, n=int((treated == value).sum()), detail=name))
    return rows + answers_by_baseline(case, frame)


ATTRITION = Threat(
    "attrition",
    attrition_rows,
    is_decisive=True,
    formula="share with an answer of the participants − that of the comparison group",
    falls="the shares are told apart and more than 5 percentage points from each other",
    source="What Works Clearinghouse (2022). Procedures and Standards Handbook, version 5.0.",
)


def answers_by_baseline(case: Case, frame: pd.DataFrame) -> list[dict[str, object]]:
    """Omnibus test of those who answered against those who did not, within the groups."""
    known = case.table.loc[frame.index, case.covariates].astype("float64").dropna()
    known = known.loc[:, known.nunique() > 1]
    answered = frame.loc[known.index, "answered"].to_numpy()
    try:
        statistic, df, p = omnibus_test(
            known.to_numpy(), answered, frame.loc[known.index, "treated"].to_numpy()
        )
    except NotApplicableError:
        return []
    return [
        entry(
            "attrition",
            "baseline p",
            p,
            limit=LIMITS["p"],
            detail=f"chi2({df}) = {statistic:.2f}",
            n=len(known),
            meaning="alike" if p >= LIMITS["p"] else "differ",
        )
    ]


def reweighted(case: Case, threat: str, weights: pd.Series) -> list[dict[str, object]]:
    """The estimate with weights, and how far it moved in standard errors."""
    found = case.again(
        table=case.table.assign(**{WEIGHT: weights}), spec=robust(case), weight=WEIGHT, weight_kind="sampling"
    )
    same = conclusion(found["ci_low"], found["ci_high"]) == case.conclusion
    n = found["n"] + found["n_comparison"]
    estimate = entry(
        threat,
        "estimate",
        found["estimate"],
        interval=(found["ci_low"], found["ci_high"]),
        n=n,
        **judged(same, "conclusion stands", "conclusion changes"),
    )
    return [
        estimate,
        entry(
            threat,
            "moved (standard errors)",
            (found["estimate"] - case.estimate) / case.row["std_error"],
            n=n,
        ),
    ]


def robust(case: Case) -> Specification:
    """The specification with a standard error that holds with weights."""
    return case.spec.model_copy(update={"std_errors": ["auto"]})


def response_weight_rows(case: Case) -> list[dict[str, object]]:
    """The estimate with those who answered weighted to stand for those who did not, by group and
    covariates.
    """
    frame = case.one_row_a_unit()
    answered = frame["outcome"].notna().to_numpy()
    if answered.all():
        return [
            entry(
                "response weights",
                "estimate",
                case.estimate,
                n=len(frame),
                passed="yes",
                meaning="nothing missing",
            )
        ]
    known = case.table.loc[frame.index, case.covariates].astype("float64")
    known = known.loc[:, known.notna().all() & (known.nunique() > 1)].assign(treated=frame["treated"])
    weights = pd.Series(response_weights(known.to_numpy(), answered), index=frame.index).reindex(
        case.table.index
    )
    return reweighted(case, "response weights", weights)


RESPONSE_WEIGHTS = Threat(
    "response weights",
    response_weight_rows,
    formula="the estimate with weights 1 / P(answered given group and covariates)",
    falls="the conclusion is another",
    source="Wooldridge, J. M. (2007). Inverse probability weighted estimation for general missing "
    "data problems. Journal of Econometrics 141(2), 1281–1301.",
)


def raking_rows(case: Case) -> list[dict[str, object]]:
    """The estimate with participants weighted to the known totals of all who took part."""
    if not case.totals:
        raise NotApplicableError(ThreatReason.NO_TOTALS())
    frame = case.one_row_a_unit().dropna(subset=["outcome"])
    members = frame.index[frame["treated"] == 1]
    codes, wanted = [], []
    for variable, known in case.totals.items():
        names = list(known)
        found = case.table.loc[members, variable].map(group_code)
        if not found.isin(names).all():
            raise NotApplicableError(ThreatReason.NOT_IN_TOTALS())
        codes.append(found.map(names.index).to_numpy(dtype="int64"))
        wanted.append(np.array([known[name] for name in names], dtype="float64"))
    raked = rake(np.ones(len(members)), codes, wanted)
    weights = pd.Series(1.0, index=case.table.index).where(sides(case.table, case.programme) == 0)
    weights.loc[members] = raked * len(members) / raked.sum()
    return reweighted(case, "raking", weights)


RAKING = Threat(
    "raking",
    raking_rows,
    formula="the estimate with participants weighted to known totals, margin by margin",
    falls="the conclusion is another",
    source="Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled "
    "frequency table when the expected marginal totals are known. Annals of Mathematical "
    "Statistics 11(4), 427–444.",
)
