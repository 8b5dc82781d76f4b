"""Weighting, imputation and ranks in three languages: each line is a step of the formula, by the language's
own logit and least squares.
"""

from __future__ import annotations

from manfaat.analysis.recipes.units import TREATED, Units
from manfaat.evaluation.registry import is_about_all

BY_SCORE = ("inverse_probability_weighting", "doubly_robust", "doubly_robust_difference_in_differences")
METHODS = (*BY_SCORE, "regression_imputation", "signed_rank_change", "paired_shares", "sign_test",
           "standardised_change", "probability_of_superiority")  # fmt: skip
PAIRED = ("signed_rank_change", "paired_shares", "sign_test", "standardised_change")
OF_CHANGE = (*PAIRED, "doubly_robust_difference_in_differences")


def names_of(units: Units) -> str:
    """The covariates as a formula's right side."""
    return " + ".join(units.covariates) or "1"


def python(units: Units) -> list[str]:
    """Lines that leave the number in ``estimate``."""
    method, right = units.spec.method, names_of(units)
    outcome = f'used["{units.outcome}"]' + (f' - used["{units.before}"]' if method in OF_CHANGE else "")
    lines = [f"used = used.assign(y={outcome})"]
    if method in PAIRED or method == "probability_of_superiority":
        return [*lines, *PYTHON_RANKS[method], 'std_error = float("nan")']
    lines += [f'd = used["{TREATED}"]']
    if method in BY_SCORE:
        lines += [
            f'p = logit("{TREATED} ~ {right}", used).fit(disp=0, tol=1e-12, maxiter=100).predict()',
        ]
    if method != "inverse_probability_weighting":
        lines += [f'm0 = ols("y ~ {right}", used[d == 0]).fit().predict(used)']
    if is_about_all(units.spec) and method != "inverse_probability_weighting":
        lines += [f'm1 = ols("y ~ {right}", used[d == 1]).fit().predict(used)']
    return [*lines, *PYTHON_STEPS[method, is_about_all(units.spec)], 'std_error = float("nan")']


IPW, AIPW, DR = BY_SCORE
IMPUTED = "regression_imputation"
PYTHON_STEPS = {
    (IPW, False): [
        "w = (1 - d) * p / (1 - p)",
        'estimate = used["y"][d == 1].mean() - (w * used["y"]).sum() / w.sum()',
    ],
    (IPW, True): [
        "w1, w0 = d / p, (1 - d) / (1 - p)",
        'estimate = (w1 * used["y"]).sum() / w1.sum() - (w0 * used["y"]).sum() / w0.sum()',
    ],
    (AIPW, False): [
        'w, rest = (1 - d) * p / (1 - p), used["y"] - m0',
        "estimate = rest[d == 1].mean() - (w * rest).sum() / w.sum()",
    ],
    (AIPW, True): [
        "w1, w0 = d / p, (1 - d) / (1 - p)",
        'upper = m1.mean() + (w1 * (used["y"] - m1)).sum() / w1.sum()',
        'lower = m0.mean() + (w0 * (used["y"] - m0)).sum() / w0.sum()',
        "estimate = upper - lower",
    ],
    (IMPUTED, False): ['estimate = (used["y"] - m0)[d == 1].mean()'],
    (IMPUTED, True): ["estimate = (m1 - m0).mean()"],
}
PYTHON_STEPS |= {(DR, False): PYTHON_STEPS[AIPW, False]}
PYTHON_RANKS = {
    "signed_rank_change": [
        "i, j = np.triu_indices(len(used))",
        'estimate = np.median((used["y"].to_numpy()[i] + used["y"].to_numpy()[j]) / 2)',
    ],
    "paired_shares": ['estimate = used["y"].mean()'],
    "sign_test": ['estimate = (used["y"] > 0).mean() - (used["y"] < 0).mean()'],
    "standardised_change": ['estimate = used["y"].mean() / used["y"].std()'],
    "probability_of_superiority": [
        f'one, other = used["y"][used["{TREATED}"] == 1], used["y"][used["{TREATED}"] == 0]',
        "above = mannwhitneyu(one, other).statistic / (len(one) * len(other))",
        "estimate = 2 * above - 1",
    ],
}


def r(units: Units) -> list[str]:
    """Lines that leave the number in ``estimate``."""
    method, right = units.spec.method, names_of(units)
    lines = [f"used$y <- used${units.outcome}" + (f" - used${units.before}" if method in OF_CHANGE else "")]
    if method in R_RANKS:
        return [*lines, *R_RANKS[method], "std_error <- NA"]
    lines += [f"d <- used${TREATED}"]
    if method in BY_SCORE:
        strict = "control = glm.control(epsilon = 1e-14, maxit = 100)"
        lines += [f"p <- fitted(glm({TREATED} ~ {right}, binomial, used, {strict}))"]
    if method != IPW:
        lines += [f"m0 <- predict(lm(y ~ {right}, used[d == 0, ]), used)"]
    if is_about_all(units.spec) and method != IPW:
        lines += [f"m1 <- predict(lm(y ~ {right}, used[d == 1, ]), used)"]
    return [*lines, *R_STEPS[method, is_about_all(units.spec)], "std_error <- NA"]


R_STEPS = {
    (IPW, False): [
        "w <- (1 - d) * p / (1 - p)",
        "estimate <- mean(used$y[d == 1]) - sum(w * used$y) / sum(w)",
    ],
    (IPW, True): [
        "w1 <- d / p; w0 <- (1 - d) / (1 - p)",
        "estimate <- sum(w1 * used$y) / sum(w1) - sum(w0 * used$y) / sum(w0)",
    ],
    (AIPW, False): [
        "w <- (1 - d) * p / (1 - p); rest <- used$y - m0",
        "estimate <- mean(rest[d == 1]) - sum(w * rest) / sum(w)",
    ],
    (AIPW, True): [
        "w1 <- d / p; w0 <- (1 - d) / (1 - p)",
        "upper <- mean(m1) + sum(w1 * (used$y - m1)) / sum(w1)",
        "estimate <- upper - mean(m0) - sum(w0 * (used$y - m0)) / sum(w0)",
    ],
    (IMPUTED, False): ["estimate <- mean((used$y - m0)[d == 1])"],
    (IMPUTED, True): ["estimate <- mean(m1 - m0)"],
}
R_STEPS |= {(DR, False): R_STEPS[AIPW, False]}
R_RANKS = {
    "signed_rank_change": [
        "pairs <- outer(used$y, used$y, `+`) / 2",
        "estimate <- median(pairs[upper.tri(pairs, diag = TRUE)])",
    ],
    "paired_shares": ["estimate <- mean(used$y)"],
    "sign_test": ["estimate <- mean(used$y > 0) - mean(used$y < 0)"],
    "standardised_change": ["estimate <- mean(used$y) / sd(used$y)"],
    "probability_of_superiority": [
        f"one <- used$y[used${TREATED} == 1]; other <- used$y[used${TREATED} == 0]",
        "estimate <- mean(outer(one, other, `>`)) - mean(outer(one, other, `<`))",
    ],
}


def stata(units: Units) -> list[str]:
    """Lines that show the number: teffects where it has the estimator, else its steps."""
    method, right = units.spec.method, " ".join(units.covariates)
    whom = "ate" if is_about_all(units.spec) else "atet"
    minus = f" - {units.before}" if method in OF_CHANGE else ""
    lines = [f"generate double y_ = {units.outcome}{minus}"]
    if method == IPW:
        return [*lines, f"teffects ipw (y_) ({TREATED} {right}), {whom}"]
    if method == IMPUTED:
        return [*lines, f"teffects ra (y_ {right}) ({TREATED}), {whom}"]
    if method in BY_SCORE and is_about_all(units.spec):
        return [*lines, *stata_for_all(right)]
    if method in BY_SCORE:
        return [
            *lines,
            f"logit {TREATED} {right}",
            "predict double p_, pr",
            f"regress y_ {right} if {TREATED} == 0",
            "predict double m_, xb",
            f"generate double w_ = cond({TREATED} == 1, 1, p_ / (1 - p_))",
            "generate double rest_ = y_ - m_",
            f"regress rest_ {TREATED} [aweight = w_]",
        ]
    return [*lines, *STATA_RANKS[method]]


STATA_RANKS = {
    "signed_rank_change": ["ssc install somersd", "cid y_, median"],
    "paired_shares": ["mean y_"],
    "sign_test": ["generate sign_ = sign(y_)", "mean sign_"],
    "standardised_change": ["summarize y_", "display %21.15g r(mean) / r(sd)"],
    "probability_of_superiority": [f"ranksum y_, by({TREATED}) porder"],
}


def stata_for_all(right: str) -> list[str]:
    """The doubly robust estimate for everyone; teffects aipw lets its weights not add up to one."""
    lines = [f"logit {TREATED} {right}", "predict double p_, pr"]
    for side, chance in (("1", "p_"), ("0", "(1 - p_)")):
        lines += [
            f"regress y_ {right} if {TREATED} == {side}",
            f"predict double m{side}_, xb",
            f"summarize m{side}_, meanonly",
            f"scalar mean{side} = r(mean)",
            f"generate double rest{side}_ = y_ - m{side}_",
            f"summarize rest{side}_ [aweight = 1 / {chance}] if {TREATED} == {side}",
            f"scalar rest{side} = r(mean)",
        ]
    return [*lines, "display %21.15g (mean1 + rest1) - (mean0 + rest0)"]
