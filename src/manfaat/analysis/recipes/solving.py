"""Balancing, matching, quantiles and instruments in three languages: each line is a step of the formula."""

from __future__ import annotations

from manfaat.analysis.recipes.units import TREATED, Units

BALANCING, MATCHING = "entropy_balancing", "nearest_neighbour"
QUANTILES, BY_OFFER = "quantile_effects", "instrumental_variables"
METHODS = (BALANCING, MATCHING, QUANTILES, BY_OFFER)
OFFERED, TAKEN_BEFORE, OFFERED_BEFORE = "offered", "took_part_before", "offered_before"
TIES = "1e-5"  # squared distances that differ by less are ties


def python(units: Units) -> list[str]:
    """Lines that leave the number in ``estimate``."""
    return [*PYTHON[units.spec.method](units), 'std_error = float("nan")']


def r(units: Units) -> list[str]:
    """Lines that leave the number in ``estimate``."""
    return [*R[units.spec.method](units), "std_error <- NA"]


def stata(units: Units) -> list[str]:
    """Lines that show the number."""
    return STATA[units.spec.method](units)


def right_of(units: Units) -> str:
    """The covariates as a formula's right side."""
    return " + ".join(units.covariates) or "1"


def python_split(units: Units) -> list[str]:
    """Lines that part outcome and covariates, in standard deviations, by group."""
    names = ", ".join(f'"{name}"' for name in units.covariates)
    return [
        f'd, y = used["{TREATED}"], used["{units.outcome}"]',
        f"x = used[[{names}]]",
        "x = (x - x[d == 1].mean()) / x.std(ddof=0)",
        "one, other = x[d == 1].to_numpy(), x[d == 0].to_numpy()",
    ]


def python_balancing(units: Units) -> list[str]:
    """Newton steps to the weights exp(b'x) under which both groups have the same means."""
    return [
        *python_split(units),
        "b = np.zeros(other.shape[1])",
        "for _ in range(200):",
        "    w = np.exp(other @ b - (other @ b).max())",
        "    w = w / w.sum()",
        "    gap = w @ other",
        "    spread = (other * w[:, None]).T @ other - np.outer(gap, gap)",
        "    step = np.linalg.lstsq(spread, gap, rcond=None)[0]",
        "    b = b - step / max(1.0, np.abs(step).max())",
        "estimate = y[d == 1].mean() - w @ y[d == 0]",
    ]


def python_matching(units: Units) -> list[str]:
    """The nearest of the others, ties and all, with a regression among them for what distance is left."""
    return [
        *python_split(units),
        'far = cdist(one, other, "sqeuclidean")',
        f"limit = np.sort(far, axis=1)[:, [{units.spec.neighbours - 1}]] + {TIES}",
        "share = (far <= limit) / (far <= limit).sum(axis=1, keepdims=True)",
        "a = np.column_stack([np.ones(len(other)), other])",
        "root = np.sqrt(share.sum(axis=0))  # how often each is used",
        "slope = np.linalg.lstsq(a * root[:, None], y[d == 0] * root, rcond=None)[0]",
        "moved = one @ slope[1:] - share @ (other @ slope[1:])",
        "estimate = (y[d == 1] - share @ y[d == 0] - moved).mean()",
    ]


def python_quantiles(units: Units) -> list[str]:
    """Quantiles of both groups, weighted by the propensity score where there are covariates."""
    weigh = [f'd, y = used["{TREATED}"].to_numpy(), used["{units.outcome}"].to_numpy()']
    weigh += ["w1, w0 = d, 1 - d"]
    if units.covariates:
        score = f'logit("{TREATED} ~ {right_of(units)}", used).fit(disp=0, tol=1e-12, maxiter=100).predict()'
        weigh += [f"p = np.asarray({score})"]
        weigh += ["w1, w0 = d / p, (1 - d) / (1 - p)" if units.is_about_all else "w0 = (1 - d) * p / (1 - p)"]
    return [
        *weigh,
        "",
        "",
        "def quantile(w):",
        "    values, w = y[w > 0], w[w > 0]",
        '    order = np.argsort(values, kind="stable")',
        "    below = np.cumsum(w[order]) / w.sum()",
        f"    at = np.searchsorted(below, {units.level} - 1e-12)",
        f"    middle = abs(below[at] - {units.level}) < 1e-12",
        "    return values[order[at : at + 1 + middle]].mean()",
        "",
        "",
        "estimate = quantile(w1) - quantile(w0)",
    ]


def python_by_offer(units: Units) -> list[str]:
    """What the offer changed in the outcome over what it changed in participation."""
    lines = [f"used = used.assign({', '.join(f'{name}={text}' for name, text in columns(units, 'used.'))})"]
    given = ', weights=used["weight"]' if units.has("weight") else ""
    call = "wls" if given else "ols"
    right = " + ".join(["z", *units.covariates])
    for name in ("y", "d"):
        lines += [f'of_{name} = {call}("{name} ~ {right}", used{given}).fit().params["z"]']
    return [*lines, "estimate = of_y / of_d"]


def columns(units: Units, of: str) -> list[tuple[str, str]]:
    """Outcome, participation and offer, as changes where the estimate is one of changes."""
    pairs = [(units.outcome, units.before), (TREATED, TAKEN_BEFORE), (OFFERED, OFFERED_BEFORE)]
    is_change = units.has(OFFERED_BEFORE)
    return [
        (name, f"{of}{now}" + (f" - {of}{before}" if is_change else ""))
        for name, (now, before) in zip(("y", "d", "z"), pairs, strict=True)
    ]


def r_split(units: Units) -> list[str]:
    """Lines that part outcome and covariates, in standard deviations, by group."""
    names = ", ".join(f'"{name}"' for name in units.covariates)
    return [
        f"d <- used${TREATED}; y <- used${units.outcome}",
        f"x <- as.matrix(used[c({names})])",
        "sd0 <- apply(x, 2, function(v) sqrt(mean((v - mean(v))^2)))",
        "x <- scale(x, colMeans(x[d == 1, , drop = FALSE]), sd0)",
        "one <- x[d == 1, , drop = FALSE]; other <- x[d == 0, , drop = FALSE]",
    ]


def r_balancing(units: Units) -> list[str]:
    """The same in R."""
    return [
        *r_split(units),
        "b <- rep(0, ncol(other))",
        "for (i in 1:200) {",
        "  w <- exp(c(other %*% b) - max(other %*% b)); w <- w / sum(w)",
        "  gap <- c(w %*% other)",
        "  spread <- t(other * w) %*% other - outer(gap, gap)",
        "  step <- qr.coef(qr(spread), gap); step[is.na(step)] <- 0",
        "  b <- b - step / max(1, abs(step))",
        "}",
        "estimate <- mean(y[d == 1]) - sum(w * y[d == 0])",
    ]


def r_matching(units: Units) -> list[str]:
    """The same in R."""
    return [
        *r_split(units),
        "far <- outer(rowSums(one^2), rowSums(other^2), `+`) - 2 * one %*% t(other)",
        f"limit <- apply(far, 1, function(v) sort(v)[{units.spec.neighbours}]) + {TIES}",
        "share <- (far <= limit) / rowSums(far <= limit)",
        "slope <- coef(lm(y[d == 0] ~ other, weights = colSums(share)))[-1]; slope[is.na(slope)] <- 0",
        "moved <- one %*% slope - share %*% (other %*% slope)",
        "estimate <- mean(y[d == 1] - share %*% y[d == 0] - moved)",
    ]


def r_quantiles(units: Units) -> list[str]:
    """The same in R."""
    weigh = [f"d <- used${TREATED}; y <- used${units.outcome}; w1 <- d; w0 <- 1 - d"]
    if units.covariates:
        strict = "control = glm.control(epsilon = 1e-14, maxit = 100)"
        weigh += [f"p <- fitted(glm({TREATED} ~ {right_of(units)}, binomial, used, {strict}))"]
        weigh += [
            "w1 <- d / p; w0 <- (1 - d) / (1 - p)" if units.is_about_all else "w0 <- (1 - d) * p / (1 - p)"
        ]
    return [
        *weigh,
        "quantile_of <- function(w) {",
        "  v <- y[w > 0]; w <- w[w > 0]; w <- w[order(v)]; v <- sort(v)",
        "  below <- cumsum(w) / sum(w)",
        f"  at <- which(below >= {units.level} - 1e-12)[1]",
        f"  if (abs(below[at] - {units.level}) < 1e-12) mean(v[at:(at + 1)]) else v[at]",
        "}",
        "estimate <- quantile_of(w1) - quantile_of(w0)",
    ]


def r_by_offer(units: Units) -> list[str]:
    """The same in R."""
    lines = [f"used${name} <- {text}" for name, text in columns(units, "used$")]
    given = ", weights = weight" if units.has("weight") else ""
    right = " + ".join(["z", *units.covariates])
    for name in ("y", "d"):
        lines += [f'of_{name} <- coef(lm({name} ~ {right}, data = used{given}))[["z"]]']
    return [*lines, "estimate <- of_y / of_d"]


def stata_balancing(units: Units) -> list[str]:
    """By the command of Hainmueller and Xu (2013)."""
    return [
        "ssc install ebalance",
        f"ebalance {TREATED} {' '.join(units.covariates)}, targets(1) tolerance(1e-9) generate(w_)",
        f"regress {units.outcome} {TREATED} [pweight = w_]",
    ]


def stata_matching(units: Units) -> list[str]:
    """By teffects, whose correction for bias is the same regression."""
    names = " ".join(units.covariates)
    matched = f"({units.outcome} {names}) ({TREATED}), atet nneighbor({units.spec.neighbours})"
    return [f"teffects nnmatch {matched} metric(ivariance) biasadj({names})"]


def stata_quantiles(units: Units) -> list[str]:
    """By weighted percentiles."""
    weigh = [f"generate double w_ = 1 if {TREATED} == 1", f"replace w_ = 1 if {TREATED} == 0"]
    if units.covariates:
        weigh = [f"logit {TREATED} {' '.join(units.covariates)}", "predict double p_, pr"]
        of_all = (f"cond({TREATED} == 1, 1 / p_, 1 / (1 - p_))", f"cond({TREATED} == 1, 1, p_ / (1 - p_))")
        weigh += [f"generate double w_ = {of_all[0] if units.is_about_all else of_all[1]}"]
    percent = f"{100 * float(units.level):g}"
    for side in ("1", "0"):
        given = f"{units.outcome} [aweight = w_] if {TREATED} == {side}"
        weigh += [f"_pctile {given}, percentiles({percent})", f"scalar q{side} = r(r1)"]
    return [*weigh, "display %21.15g q1 - q0"]


def stata_by_offer(units: Units) -> list[str]:
    """By two-stage least squares."""
    made = [f"generate double {name}_ = {text}" for name, text in columns(units, "")]
    given = " [aweight = weight]" if units.has("weight") else ""
    return [*made, f"ivregress 2sls y_ {' '.join(units.covariates)} (d_ = z_){given}, small"]


PYTHON = {
    BALANCING: python_balancing,
    MATCHING: python_matching,
    QUANTILES: python_quantiles,
    BY_OFFER: python_by_offer,
}
R = {BALANCING: r_balancing, MATCHING: r_matching, QUANTILES: r_quantiles, BY_OFFER: r_by_offer}
STATA = {
    BALANCING: stata_balancing,
    MATCHING: stata_matching,
    QUANTILES: stata_quantiles,
    BY_OFFER: stata_by_offer,
}
