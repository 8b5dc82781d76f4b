"""The statsmodels call that gives the same number as an estimate by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Specification
from manfaat.definitions.study import Study
from manfaat.evaluation.asked import with_own_baseline
from manfaat.evaluation.linear import varying
from manfaat.evaluation.sample import Dataset, draw_sample

METHODS = ("difference_in_means", "regression", "difference_in_differences", "before_after_change",
           "strata_fixed_effects")  # fmt: skip
KINDS = {"classical": "nonrobust", "HC1": "HC1", "HC2": "HC2", "HC3": "HC3", "BM": "HC2", "CR1": "cluster"}
TERM, ALONE = "took_part", "before_after_change"


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

    Parameters
    ----------
    table : the rows of the indicators it was estimated on. where : the condition that chose them, if any.

    Raises
    ------
    ProblemsError for a method or a design that no one call of statsmodels covers.
    """
    spec, design = study.programme.specification(row["specification"]), study.programme.design
    if spec.method not in METHODS or spec.trim is not None or spec.treatment or spec.where:
        raise refuse(row, f"no one call of statsmodels is the method '{spec.method}' as declared")
    if design.panel or design.wave or design.frequency:
        raise refuse(row, "its sample is drawn from several periods or rows stand for several units")
    spec = with_own_baseline(spec, line, list(study.indicators), study.programme)
    change = spec.method in ("difference_in_differences", ALONE)
    lines, rater = list(study.indicators), line.rater or None
    before = measured_before(lines, line.indicator, rater, time=spec.baseline) if change else None
    columns = [line.name, *([before.name] if before else []), TERM, *spec.covariates]
    roles = [name for name in (design.cluster, design.sampling_weight, spec.strata or design.strata) if name]
    left = f"I({line.name} - {before.name})" if before else line.name
    right = [] if spec.method == ALONE else [TERM, *telling_apart(table, line, spec, study, change)]
    right += [f"C({spec.strata or design.strata})"] if spec.method == "strata_fixed_effects" else []
    quoted = ", ".join(f'"{name}"' for name in dict.fromkeys([*columns, *roles]))
    weight, kind = design.sampling_weight, row["std_error_kind"]
    estimator = "wls" if weight else "ols"
    options = f'cov_type="{KINDS.get(kind, "nonrobust")}", use_t=True'
    options += f', cov_kwds={{"groups": used["{design.cluster}"]}}' if kind == "CR1" else ""
    given = f', weights=used["{weight}"]' if weight else ""
    term = "Intercept" if spec.method == ALONE else TERM
    code = [f"from statsmodels.formula.api import {estimator}", "", "people = study.indicators"]
    code += [f"people = people.query({where!r})"] if where else []
    code += [f'people = people[people["{TERM}"] == 1]'] if spec.method == ALONE else []
    code += [f"used = people[[{quoted}]].dropna()"]
    code += [f'used = used[used["{weight}"] > 0]'] if weight else []
    code += [f'fit = {estimator}("{left} ~ {" + ".join(right) or "1"}", used{given}).fit({options})']
    code += [f'estimate, std_error = fit.params["{term}"], fit.bse["{term}"]']
    code += [] if kind in KINDS else [f"# statsmodels has no standard error of the kind {kind}"]
    std_error = float(row["std_error"]) if kind in KINDS else float("nan")
    return Recipe("\n".join(code), float(row["estimate"]), std_error)


def telling_apart(
    table: pd.DataFrame, line: Indicator, spec: Specification, study: Study, needs_before: bool
) -> list[str]:
    """The covariates that tell the units of a sample apart; the others leave every estimate as it is."""
    data = Dataset(table, study.programme, list(study.indicators))
    sample = draw_sample(data, line, spec, needs_before=needs_before)
    return varying(sample.frame, spec.covariates)
