"""How strong would a cause that nobody measured have to be to overturn a primary estimate?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.evaluation import errors
from manfaat.evaluation.linear import Fit, basis, fit, regressors, standardise, varying
from manfaat.evaluation.methods import within_sd
from manfaat.evaluation.nuisance import logit
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError
from manfaat.threats import evalue, omitted
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import LIMITS, conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason
from manfaat.threats.rosenbaum import critical_gamma, optimal_pairs, signed_rank, upper_p

STANDS, FALLS = "stands beside a cause as strong as measured", "falls beside a cause as strong as measured"


def rosenbaum_rows(case: Case) -> list[dict[str, object]]:
    """Γ at which matched pairs are no longer significant, one-sided at half of 1 − confidence; pairs at least
    Mahalanobis distance.

    It is held against the strongest measured covariate: the factor by which one standard deviation of it
    alone changes the odds of taking part.
    """
    case.need_no_lottery()
    case.need_finding()
    frame = case.one_row_a_unit().dropna()
    if not case.spec.covariates:
        raise NotApplicableError(ThreatReason.NO_COVARIATES())
    key = ("pairs", tuple(frame.index), tuple(case.spec.covariates))
    if key not in case.memory:
        columns, treated = frame[varying(frame, case.spec.covariates)], frame["treated"].to_numpy()
        case.memory[key] = (*optimal_pairs(columns.to_numpy(), treated), *strongest_odds(columns, treated))
    ours, theirs, name, odds = case.memory[key]
    outcome, alpha = frame["outcome"].to_numpy(), (1 - case.settings.confidence) / 2
    statistic = signed_rank(case.conclusion * (outcome[ours] - outcome[theirs]))
    gamma = critical_gamma(statistic, alpha)
    passes = False if gamma <= 1 else None if np.isnan(odds) else gamma >= odds
    rows = [
        entry(
            "rosenbaum", "gamma", gamma, limit=odds, detail=name, n=len(ours), **judged(passes, STANDS, FALLS)
        )
    ]
    return [
        *rows,
        entry("rosenbaum", "p without hidden cause", upper_p(statistic, 1.0), limit=alpha, n=statistic.n),
    ]


ROSENBAUM = Threat(
    "rosenbaum",
    rosenbaum_rows,
    formula="Γ: how unequal the odds of taking part may be within pairs",
    falls="Γ is below the factor by which one standard deviation of the strongest covariate changes the odds",
    source="Rosenbaum, P. R. (2002). Observational Studies, 2nd edition. Springer, section 4.3.",
)


def strongest_odds(columns: pd.DataFrame, treated: np.ndarray) -> tuple[str, float]:
    """The covariate of which one standard deviation changes the odds of taking part most, and by what factor
    (1 or more; NaN if endlessly).
    """
    found: dict[str, float] = {}
    for name in map(str, columns):
        x = np.column_stack([np.ones(len(columns)), standardise(columns[[name]].to_numpy())])
        try:
            odds = logit(x, treated, np.ones(len(x))).odds
        except NotApplicableError:
            return name, np.nan
        found[name] = float(np.exp(abs(np.linalg.lstsq(x, np.log(odds), rcond=None)[0][1])))
    name = max(found, key=lambda one: found[one])
    return name, found[name]


def movement(case: Case) -> omitted.Movement:
    """Coefficient and R² with and without the covariates."""
    frame = case.sample.frame
    outcome, wanted = frame["now"].to_numpy(), frame["treated"].to_numpy()
    ones = np.ones((len(frame), 1))
    covariates = np.column_stack([ones, regressors(frame, case.spec.covariates)])
    short = fit(basis(np.column_stack([ones, wanted]), 1), outcome)
    full = fit(basis(np.column_stack([covariates, wanted]), covariates.shape[1]), outcome)
    left = fit(basis(covariates, 0), wanted).residuals
    total = ((outcome - outcome.mean()) ** 2).sum()
    r2 = [1 - fitted.residuals @ fitted.residuals / total for fitted in (short, full)]
    return omitted.Movement(
        short.estimate, r2[0], full.estimate, r2[1], outcome.var(), wanted.var(), float((left**2).mean())
    )


def oster_rows(case: Case) -> list[dict[str, object]]:
    """δ that would bring the coefficient to zero, and the coefficient at δ = 1, with Rmax = 1.3·R² (at most
    1).
    """
    case.need_no_lottery()
    case.need_finding()
    if case.spec.method != "regression" or case.programme.design.panel or case.sample.weights is not None:
        raise NotApplicableError(ThreatReason.NO_REGRESSION())
    if not case.spec.covariates:
        raise NotApplicableError(ThreatReason.NO_COVARIATES())
    moved = movement(case)
    r_max = moved.r_max()
    delta, estimates = omitted.oster_delta(moved, r_max), omitted.oster_estimates(moved, r_max)
    if np.isnan(delta):
        raise NotApplicableError(ThreatReason.FULLY_EXPLAINED())
    # a negative δ: selection on what is hidden would have to run against selection on the covariates
    passes = delta >= LIMITS["delta"] or delta < 0
    n = len(case.sample.frame)
    return [
        entry(
            "oster",
            "delta",
            delta,
            limit=LIMITS["delta"],
            n=n,
            **judged(passes, "conclusion stands", "conclusion changes"),
        ),
        entry(
            "oster",
            "adjusted",
            float(estimates[0]),
            n=n,
            detail="" if len(estimates) == 1 else "several solutions",
        ),
        entry("oster", "largest r2", r_max, n=n),
    ]


OSTER = Threat(
    "oster",
    oster_rows,
    formula="δ at which the coefficient is 0, with Rmax = min(1.3 R², 1)",
    falls="δ is from 0 to below 1: a hidden cause no stronger than the covariates would do",
    source="Oster, E. (2019). Unobservable selection and coefficient stability: theory and evidence. "
    "Journal of Business and Economic Statistics 37(2), 187–204.",
)


def covariate_strength(case: Case) -> list[omitted.Strength]:
    """How strong each covariate of the specification is."""
    frame, rows = case.sample.frame, []
    ones = np.ones((len(frame), 1))
    covariates = np.column_stack([ones, regressors(frame, case.spec.covariates)])
    wanted = frame["treated"].to_numpy()
    both = np.column_stack([covariates, wanted])

    def t_value(fitted: Fit) -> float:
        return fitted.estimate / errors.classical(fitted).std_error

    for place, name in enumerate(varying(frame, case.spec.covariates), start=1):
        of_outcome, of_treatment = (
            fit(basis(both, place), frame["now"].to_numpy()),
            fit(basis(covariates, place), wanted),
        )
        t_values = t_value(of_outcome), t_value(of_treatment)
        rows.append(omitted.Strength(name, *t_values, of_treatment.basis.df))
    return rows


def robustness_rows(case: Case) -> list[dict[str, object]]:
    """Robustness value, that at which the interval reaches zero, and the estimate beside a hidden cause as
    strong as the strongest covariate.
    """
    case.need_no_lottery()
    case.need_finding()
    fitted = case.fit
    if case.sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    error, df = errors.classical(fitted).std_error, fitted.basis.df
    if df < 2:
        raise NotApplicableError(ThreatReason.FEW_RESIDUALS())
    t_value, n = fitted.estimate / error, len(case.sample.frame)
    alpha = 1 - case.settings.confidence
    value = omitted.robustness_value(t_value, df)
    limit = omitted.robustness_value(t_value, df, alpha=alpha)
    rows = [
        entry("robustness", "value", value, n=n),
        entry("robustness", "value at interval", limit, n=n),
        entry("robustness", "partial r2", omitted.partial_r2(t_value, df), n=n),
    ]
    if case.spec.method != "regression" or not case.spec.covariates:
        return rows
    return [*strongest(case, fitted.estimate, error, df), *rows]


ROBUSTNESS = Threat(
    "robustness",
    robustness_rows,
    formula="RV = (√(f⁴ + 4f²) − f²) / 2, f = |t| / √df",
    falls="beside a hidden cause as strong as the strongest covariate the interval includes zero",
    source="Cinelli, C. and Hazlett, C. (2020). Making sense of sensitivity: extending omitted "
    "variable bias. Journal of the Royal Statistical Society B 82(1), 39–67.",
)


def strongest(case: Case, estimate: float, error: float, df: float) -> list[dict[str, object]]:
    """The benchmark that moves the estimate most; it stands where its interval still leads to the same
    conclusion.
    """
    found: dict[str, omitted.Adjusted] = {}
    n = len(case.sample.frame)
    for covariate in covariate_strength(case):
        beside = omitted.benchmark(estimate, error, df, covariate)
        if beside is None:
            return [entry("robustness", "adjusted", detail=covariate.name, n=n, passed="no", meaning=FALLS)]
        found[covariate.name] = beside
    name = min(found, key=lambda key: np.sign(estimate) * found[key].estimate)
    interval = found[name].interval(case.settings.confidence)
    stands = conclusion(*interval) == case.conclusion
    return [
        entry(
            "robustness",
            "adjusted",
            found[name].estimate,
            interval=interval,
            detail=name,
            n=n,
            **judged(stands, STANDS, FALLS),
        ),
        entry("robustness", "benchmark with participation", found[name].with_treatment, detail=name, n=n),
        entry("robustness", "benchmark with outcome", found[name].with_outcome, detail=name, n=n),
    ]


def e_value_rows(case: Case) -> list[dict[str, object]]:
    """E-value of the estimate and of its limit: of the ratio of shares, or of a standardised difference."""
    case.need_no_lottery()
    case.need_finding()
    if case.programme.design.panel:
        raise NotApplicableError(ThreatReason.WITH_THEMSELVES())
    sample = case.sample
    comparison = sample.now[sample.treated == 0]
    n = len(sample.frame)
    if np.isin(sample.now, (0.0, 1.0)).all() and len(comparison):
        base = float(
            np.average(
                comparison, weights=None if sample.weights is None else sample.weights[sample.treated == 0]
            )
        )
        ratios = sorted(
            evalue.risk_ratio(value, base)
            for value in (case.row["ci_low"], case.estimate, case.row["ci_high"])
        )
        if np.isnan(ratios).any():
            raise NotApplicableError(ThreatReason.NO_RATIO())
        found, kind = evalue.of_risk_ratio(ratios[1], ratios[0], ratios[2]), "ratio of shares"
    else:
        sd = within_sd(sample.now, sample.treated, sample.weights)
        if not sd > 0:
            raise NotApplicableError(EstimateReason.ALL_THE_SAME())
        found, kind = (
            evalue.of_difference(case.estimate / sd, case.row["std_error"] / sd),
            "standardised difference",
        )
    return [
        entry("e-value", "limit", found.limit, detail=kind, n=n),
        entry("e-value", "value", found.estimate, detail=kind, n=n),
    ]


E_VALUE = Threat(
    "e-value",
    e_value_rows,
    formula="RR + √(RR (RR − 1))",
    falls="never: a number without a limit to hold it against",
    source="VanderWeele, T. J. and Ding, P. (2017). Sensitivity analysis in observational research: "
    "introducing the E-value. Annals of Internal Medicine 167(4), 268–274.",
)
