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
    """One regression: its outcome, its terms in order, and the one that is the estimate ("" for the
    constant).
    """

    units: Units
    outcome: str
    terms: tuple[str, ...]
    wanted: str
    is_change: bool
    has_strata: bool = False
    is_weighted: bool = False


def model_of(units: Units) -> Model:
    """The regression behind a method of least squares."""
    method, weighted = units.spec.method, units.has("weight")
    is_change = method in ("difference_in_differences", "before_after_change")
    if method == "before_after_change":
        return Model(units, units.outcome, (), "", True, is_weighted=weighted)
    if method == "repeated_cross_sections":
        terms = (TREATED, "later", f"{TREATED}:later", *units.covariates)
        return Model(units, units.outcome, terms, f"{TREATED}:later", False, is_weighted=weighted)
    within = method == "strata_fixed_effects"
    terms = (TREATED, *units.covariates)
    return Model(units, units.outcome, terms, TREATED, is_change, within, weighted)


def drops_singles(model: Model, kind: str) -> bool:
    """Whether strata of one unit are left out: they tell nothing, and a division by no residual freedom is
    undefined.
    """
    return model.has_strata and kind in ("HC2", "HC3", "BM", "randomisation")


def python(model: Model, kind: str) -> list[str]:
    """The call of statsmodels; the standard error is missing where it has no such kind."""
    left = f"I({model.outcome} - {model.units.before})" if model.is_change else model.outcome
    right = [*model.terms, *(["C(stratum)"] if model.has_strata else [])]
    estimator, given = ("wls", ', weights=used["weight"]') if model.is_weighted else ("ols", "")
    options = f'cov_type="{PYTHON.get(kind, "nonrobust")}", use_t=True'
    options += ', cov_kwds={"groups": used["cluster"]}' if kind == "CR1" else ""
    wanted = model.wanted or "Intercept"
    alone = 'used = used[used.groupby("stratum")["stratum"].transform("size") > 1]'
    error = f'fit.bse["{wanted}"]' if kind in PYTHON else 'float("nan")'
    return [
        *([alone] if drops_singles(model, kind) else []),
        f'fit = {estimator}("{left} ~ {" + ".join(right) or "1"}", used{given}).fit({options})',
        f'estimate, std_error = fit.params["{wanted}"], {error}',
    ]


def r(model: Model, kind: str) -> list[str]:
    """The call of lm with sandwich or clubSandwich."""
    left = f"I({model.outcome} - {model.units.before})" if model.is_change else model.outcome
    right = [*model.terms, *(["factor(stratum)"] if model.has_strata else [])]
    given = ", weights = weight" if model.is_weighted else ""
    wanted = model.wanted or "(Intercept)"
    error = f'sqrt({R[kind]}["{wanted}", "{wanted}"])' if kind in R else "NA"
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
    made += ["generate double both_ = took_part * later"] if ":" in model.wanted else []
    right = [term.replace(f"{TREATED}:later", "both_") for term in model.terms]
    right += ["i.stratum"] if model.has_strata else []
    given = " [aweight = weight]" if model.is_weighted else ""
    wanted = model.wanted.replace(f"{TREATED}:later", "both_") or "_cons"
    kind = STATA.get(kind, "ols")
    return [
        *made,
        f"regress {' '.join([left, *right])}{given}, vce({kind})",
        f'display %21.15g _b[{wanted}] "  " %21.15g _se[{wanted}]',
    ]
