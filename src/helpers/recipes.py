"""The statsmodels call that gives the same number as an estimate by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.analysis.study import Study
from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.programme import Specification
from manfaat.evaluation.linear import varying
from manfaat.evaluation.sample import NotApplicableError, draw_sample
from manfaat.indicators import Indicator, measured_before

METHODS = ("difference_in_means", "regression", "difference_in_differences", "before_after_change",
           "strata_fixed_effects")  # fmt: skip
KINDS = {"classical": "nonrobust", "HC1": "HC1", "HC2": "HC2", "HC3": "HC3", "BM": "HC2", "CR1": "cluster"}
TERM = "took_part"


@dataclass(frozen=True, repr=False)
class Recipe:
    """A piece of code that computes an estimate again with statsmodels alone.

    Attributes
    ----------
    code : lines of Python that leave the number in ``estimate`` and its standard error in ``std_error``.
    estimate, std_error : what the study's own row says, in the indicator's unit. ``std_error`` is missing
        where statsmodels has no such kind (CR2, CR3, randomisation and others): the estimate is the same.

    Examples
    --------
    >>> recipe = study.estimate("earnings").recipe()
    >>> print(recipe.code)
    from statsmodels.formula.api import ols
    <BLANKLINE>
    people = study.indicators
    used = people[["earnings_1978", "took_part"]].dropna()
    fit = ols("earnings_1978 ~ took_part", used).fit(cov_type="HC2", use_t=True)
    estimate, std_error = fit.params["took_part"], fit.bse["took_part"]
    >>> names = {"study": study}
    >>> exec(recipe.code, names)
    >>> bool(abs(names["estimate"] - recipe.estimate) < 1e-6)
    True
    """

    code: str
    estimate: float
    std_error: float

    def __repr__(self) -> str:
        return self.code


def refuse(row: pd.Series, because: str) -> ProblemsError:
    """The error of an estimate that no one call of statsmodels gives."""
    place = f"the estimate of '{row['indicator']}' by '{row['specification']}'"
    expected = "another specification: study.estimate(…).recipe(specification='…')"
    return ProblemsError([Problem(place, because, expected=expected)])


def recipe_of(study: Study, line: Indicator, row: pd.Series, table: pd.DataFrame, where: str) -> Recipe:
    """Write the call for one row of estimates.

    Raises
    ------
    ProblemsError for a method or a design that no one call of statsmodels covers.
    """
    spec, design = study.programme.specification(row["specification"]), study.programme.design
    lines = list(study.indicators)
    if spec.method not in METHODS or spec.trim is not None or spec.treatment:
        raise refuse(row, f"no one call of statsmodels is the method '{spec.method}' as declared")
    if design.panel or design.wave or design.frequency:
        raise refuse(row, "its sample is drawn from several periods or rows stand for several units")
    change = spec.method in ("difference_in_differences", "before_after_change")
    before = (
        measured_before(lines, line.indicator, line.rater or None, time=spec.baseline) if change else None
    )
    alone = spec.method == "before_after_change"
    try:
        sample = draw_sample(
            table, line, spec, study.programme, lines, needs_before=change, participants_only=alone
        )
    except NotApplicableError as reason:
        raise refuse(row, str(reason)) from None
    covariates = [] if alone else varying(sample.frame, spec.covariates)
    strata = spec.strata or design.strata
    stratified = strata if spec.method == "strata_fixed_effects" else None
    roles = [name for name in (design.cluster, design.sampling_weight, strata) if name]
    outcome = f"I({line.name} - {before.name})" if before else line.name
    terms = [*([] if alone else [TERM]), *covariates, *([f"C({stratified})"] if stratified else [])]
    needed = [line.name, *([before.name] if before else []), TERM, *spec.covariates, *roles]
    kept = list(dict.fromkeys(needed))
    code = written(
        where=where, alone=alone, needed=kept, spec=spec, kind=row["std_error_kind"],
        formula=f"{outcome} ~ {' + '.join(terms) or '1'}", term="Intercept" if alone else TERM,
        cluster=design.cluster, weight=design.sampling_weight,
    )  # fmt: skip
    known = row["std_error_kind"] in KINDS
    return Recipe(code, float(row["estimate"]), float(row["std_error"]) if known else float("nan"))


def written(
    *, where: str, alone: bool, needed: list[str], spec: Specification, kind: str, formula: str, term: str,
    cluster: str | None, weight: str | None,
) -> str:  # fmt: skip
    """The lines of code."""
    quoted = ", ".join(f'"{name}"' for name in needed)
    estimator = "wls" if weight else "ols"
    weights = f', weights=used["{weight}"]' if weight else ""
    errors = f'cov_type="{KINDS.get(kind, "nonrobust")}", use_t=True'
    errors += f', cov_kwds={{"groups": used["{cluster}"]}}' if kind == "CR1" else ""
    lines = [f"from statsmodels.formula.api import {estimator}", "", "people = study.indicators"]
    lines += [f"people = people.query({where!r})"] if where else []
    lines += [f'people = people[people["{TERM}"] == 1]'] if alone else []
    lines += [f"used = people[[{quoted}]].dropna()"]
    lines += [f'used = used[used["{weight}"] > 0]'] if weight else []
    lines += [f'fit = {estimator}("{formula}", used{weights}).fit({errors})']
    lines += [f'estimate, std_error = fit.params["{term}"], fit.bse["{term}"]']
    lines += [] if kind in KINDS else [f"# statsmodels has no standard error of the kind {kind}"]
    return "\n".join(lines)
