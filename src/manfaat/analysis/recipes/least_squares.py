"""Calls of least squares in three languages, each with the standard error that the estimate has."""

from __future__ import annotations

from dataclasses import dataclass

from manfaat.analysis.recipes.units import TREATED, Units

METHODS = (
    "difference_in_means",
    "regression",
    "difference_in_differences",
    "before_after_change",
    "strata_fixed_effects",
    "repeated_cross_sections",
    "first_difference",
    "fixed_effects",
)
PYTHON = {"classical": "nonrobust", "HC1": "HC1", "HC2": "HC2", "HC3": "HC3", "BM": "HC2"}
PYTHON |= {"randomisation": "HC2", "CR1": "cluster"}
R = {"classical": "vcov(fit)"} | {
    kind: f'sandwich::vcovHC(fit, type = "{kind}")' for kind in ("HC1", "HC2", "HC3")
}
R |= dict.fromkeys(("BM", "randomisation"), R["HC2"])
R |= {"CR1": 'sandwich::vcovCL(fit, cluster = used$cluster, type = "HC1")'}
R |= {kind: f'clubSandwich::vcovCR(fit, cluster = used$cluster, type = "{kind}")' for kind in ("CR2", "CR3")}
STATA = {"classical": "ols", "HC1": "robust", "HC2": "hc2", "HC3": "hc3", "BM": "hc2", "randomisation": "hc2"}
STATA |= {"CR1": "cluster cluster", "CR2": "hc2 cluster"}


@dataclass(frozen=True)
class Model:
    """One regression: its outcome, its terms in order, the one that is the estimate ("" for the constant),
    and the columns whose values each have a constant of their own.
    """

    units: Units
    outcome: str
    terms: tuple[str, ...]
    wanted: str
    is_change: bool
    groups: tuple[str, ...] = ()
    is_weighted: bool = False


def model_of(units: Units) -> Model:
    """The regression behind a method of least squares."""
    method, weighted = units.spec.method, units.has("weight")
    is_change = method in ("difference_in_differences", "before_after_change", "first_difference")
    if method == "before_after_change":
        return Model(units, units.outcome, (), "", True, is_weighted=weighted)
    if method == "repeated_cross_sections":
        terms = (TREATED, "later", f"{TREATED}:later", *units.covariates)
        return Model(units, units.outcome, terms, f"{TREATED}:later", False, is_weighted=weighted)
    if method == "fixed_effects":
        terms = (*units.treatments, *units.covariates)
        return Model(units, units.outcome, terms, terms[0], False, ("unit", "period"), weighted)
    wanted = f"I({TREATED} - {TREATED}_before)" if method == "first_difference" else TREATED
    within = ("stratum",) if method == "strata_fixed_effects" else ()
    return Model(units, units.outcome, (wanted, *units.covariates), wanted, is_change, within, weighted)


def drops_singles(model: Model, kind: str) -> bool:
    """Whether strata of one unit are left out: they tell nothing, and a division by no residual freedom is
    undefined.
    """
    return "stratum" in model.groups and kind in ("HC2", "HC3", "BM", "randomisation")


def lacks(model: Model, kind: str) -> bool:
    """Whether programs have another standard error of this kind: CR1 of theirs counts the constants of units
    that lie within a cluster, and CR3 cannot be had beside them.
    """
    return "unit" in model.groups and kind in ("CR1", "CR3")


def python(model: Model, kind: str) -> list[str]:
    """The call of statsmodels; the standard error is missing where it has no such kind."""
    left = f"I({model.outcome} - {model.units.before})" if model.is_change else model.outcome
    right = [*model.terms, *(f"C({name})" for name in model.groups)]
    estimator, given = ("wls", ', weights=used["weight"]') if model.is_weighted else ("ols", "")
    options = f'cov_type="{PYTHON.get(kind, "nonrobust")}", use_t=True'
    options += ', cov_kwds={"groups": used["cluster"]}' if kind == "CR1" else ""
    wanted = model.wanted or "Intercept"
    alone = 'used = used[used.groupby("stratum")["stratum"].transform("size") > 1]'
    error = f'fit.bse["{wanted}"]' if kind in PYTHON and not lacks(model, kind) else 'float("nan")'
    return [
        *([alone] if drops_singles(model, kind) else []),
        f'fit = {estimator}("{left} ~ {" + ".join(right) or "1"}", used{given}).fit({options})',
        f'estimate, std_error = fit.params["{wanted}"], {error}',
    ]


def r(model: Model, kind: str) -> list[str]:
    """The call of lm with sandwich or clubSandwich."""
    left = f"I({model.outcome} - {model.units.before})" if model.is_change else model.outcome
    right = [*model.terms, *(f"factor({name})" for name in model.groups)]
    given = ", weights = weight" if model.is_weighted else ""
    wanted = model.wanted or "(Intercept)"
    error = f'sqrt({R[kind]}["{wanted}", "{wanted}"])' if kind in R and not lacks(model, kind) else "NA"
    alone = "used <- used[ave(used$stratum, used$stratum, FUN = length) > 1, ]"
    return [
        *([alone] if drops_singles(model, kind) else []),
        f"fit <- lm({left} ~ {' + '.join(right) or '1'}, data = used{given})",
        f'estimate <- coef(fit)[["{wanted}"]]',
        f"std_error <- {error}",
    ]


def stata(model: Model, kind: str) -> list[str]:
    """The call of regress; with weights their kind is analytic, which gives the same numbers."""
    made = [f"generate double change_ = {model.outcome} - {model.units.before}"] if model.is_change else []
    left = "change_" if model.is_change else model.outcome
    made += ["bysort stratum: drop if _N == 1"] if drops_singles(model, kind) else []
    made += [f"generate double both_ = {TREATED} * later"] if ":" in model.wanted else []
    made += [f"generate double moved_ = {model.wanted[2:-1]}"] if "(" in model.wanted else []
    called = {f"{TREATED}:later": "both_", f"I({TREATED} - {TREATED}_before)": "moved_"}
    right = [called.get(term, term) for term in model.terms]
    right += [f"i.{name}" for name in model.groups]
    given = " [aweight = weight]" if model.is_weighted else ""
    wanted = called.get(model.wanted, model.wanted) or "_cons"
    kind = STATA.get(kind, "ols")
    return [
        *made,
        f"regress {' '.join([left, *right])}{given}, vce({kind})",
        f'display %21.15g _b[{wanted}] "  " %21.15g _se[{wanted}]',
    ]
