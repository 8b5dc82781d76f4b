"""A recipe: the units of an estimate in a file, and the code that computes it again from them alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from manfaat.analysis.recipes import least_squares, solving, weighting
from manfaat.analysis.recipes.units import Units, units_of
from manfaat.base.problems import Problem, ProblemsError, nearest
from manfaat.base.writing import written_whole
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.study import Study
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.std_errors import STD_ERRORS

LANGUAGES = {"python": ".py", "r": ".R", "stata": ".do"}
COMMENT = {"python": "#", "r": "#", "stata": "*"}
KNOWN = {
    "python": set(least_squares.PYTHON),
    "r": set(least_squares.R),
    "stata": set(least_squares.STATA),
}
STEPS = {name: way for way in (weighting, solving) for name in way.METHODS}  # written out, estimate alone
WITH_TREATMENT = ("fixed_effects", "first_difference", "instrumental_variables")
PROGRAM = {"python": "statsmodels", "r": "R's sandwich and clubSandwich", "stata": "regress"}


@dataclass(frozen=True, repr=False)
class Recipe:
    """Code that computes an estimate again from a file of the units that it rests on.

    Attributes
    ----------
    code : lines of Python, R or Stata; they read the file beside them, leave the number in ``estimate`` and
        its standard error in ``std_error`` (Stata shows both).
    estimate, std_error : what the study's own row says, in the indicator's unit. ``std_error`` is missing
        where the program has no such kind: the code says so and gives its formula.
    script, data : where code and units lie, below the cohort's ``scratch/recipes``. The units are about
        people, without their keys.

    Examples
    --------
    >>> recipe = study.estimate("earnings").recipe()
    >>> print(recipe.code)
    # earnings by 'difference' in cohort '...': 445 units in earnings-difference.csv, beside this file
    import pandas as pd
    from statsmodels.formula.api import ols
    <BLANKLINE>
    used = pd.read_csv("earnings-difference.csv")
    fit = ols("earnings_1978 ~ took_part", used).fit(cov_type="HC2", use_t=True)
    estimate, std_error = fit.params["took_part"], fit.bse["took_part"]
    print(repr(float(estimate)), repr(float(std_error)))
    >>> study.estimate("earnings").recipe("stata").script.name
    'earnings-difference.do'
    """

    code: str
    estimate: float
    std_error: float
    script: Path
    data: Path

    def __repr__(self) -> str:
        return self.code


def recipe_of(
    study: Study,
    line: Indicator,
    row: pd.Series,
    table: pd.DataFrame,
    language: str,
) -> Recipe:
    """Write the units of one row of estimates and the code for it.

    Parameters
    ----------
    table : the rows of the indicators that it was estimated on. language : ``python``, ``r`` or ``stata``.

    Raises
    ------
    ProblemsError for an unknown language, and for a method that no program of that language covers, with its
    formula.
    """
    if language not in LANGUAGES:
        expected = nearest(language, LANGUAGES)
        raise ProblemsError([Problem("recipe", f"there is no recipe in '{language}'", expected=expected)])
    programme = seen_by(study.programme, row)
    spec = programme.specification(row["specification"])
    check_covered(spec, row, programme)
    units = units_of(study, line, row, table, programme)
    names = [line.name if line.rater else line.indicator, row["arm"], row["against"], spec.id]
    if row["std_error_kind"] != spec.std_errors[0] and "auto" not in spec.std_errors:
        names.append(row["std_error_kind"])
    stem = "-".join(name for name in names if name).replace("_", "-")
    lines, has_error = written(units, row["std_error_kind"], language)
    told = f"{line.indicator} by '{spec.id}' in cohort '{study.cohort.cohort}'"
    head = f"{COMMENT[language]} {told}: {len(units.frame)} units in {stem}.csv, beside this file"
    code = "\n".join([head, *opening(language, lines, stem), *lines, *closing(language)])
    folder = study.places.scratch / "recipes"
    study.places.make_private()
    folder.mkdir(parents=True, exist_ok=True)
    data, script = folder / f"{stem}.csv", folder / f"{stem}{LANGUAGES[language]}"
    with written_whole(data) as path:
        units.frame.to_csv(path, index=False)
    with written_whole(script) as path:
        Path(path).write_text(code + "\n", encoding="utf-8")
    std_error = float(row["std_error"]) if has_error else float("nan")
    return Recipe(code, float(row["estimate"]), std_error, script, data)


def seen_by(programme: Programme, row: pd.Series) -> Programme:
    """The programme as the row's contrast sees it."""
    contrasts = programme.design.contrasts(pairs=True)
    same = [one for one in contrasts if (one.arm, one.against) == (row["arm"], row["against"])]
    return programme.of(same[0]) if same and programme.design.arms else programme


def check_covered(spec: Specification, row: pd.Series, programme: Programme) -> None:
    """Refuse a method or design that no program of ours covers, with the formula of the number."""
    method, because = METHODS[spec.method], ""
    if spec.method not in (*least_squares.METHODS, *STEPS):
        because = f"no one call of statsmodels or SciPy is the method '{spec.method}' as it is declared"
    elif programme.design.frequency:
        because = "rows stand for several units"
    elif spec.treatment and spec.method not in WITH_TREATMENT:
        because = "it is declared with a treatment of its own"
    elif spec.method == "first_difference" and spec.covariates:
        because = "it is declared with covariates"
    elif spec.method == solving.BALANCING and spec.moments > 1:
        because = "it is declared with more moments than means"
    elif spec.method in STEPS and spec.method != solving.BY_OFFER and programme.design.sampling_weight:
        because = f"with survey weights no one call is the method '{spec.method}'"
    if because:
        place = f"the estimate of '{row['indicator']}' by '{spec.id}'"
        formula = f"its formula, to be written by hand: {method.formula}"
        raise ProblemsError([Problem(place, because, expected=formula)])


def written(units: Units, kind: str, language: str) -> tuple[list[str], bool]:
    """The lines between reading and telling, and whether they give the standard error too."""
    if units.spec.method in STEPS:
        lines = getattr(STEPS[units.spec.method], language)(units)
        return [*lines, f"{COMMENT[language]} standard error ({kind}): {STD_ERRORS[kind].formula}"], False
    model = least_squares.model_of(units)
    lines = getattr(least_squares, language)(model, kind)
    if kind in KNOWN[language] and not least_squares.lacks(model, kind):
        return lines, True
    told = f"{PROGRAM[language]} has no standard error of the kind {kind}: {STD_ERRORS[kind].formula}"
    return [*lines, f"{COMMENT[language]} {told}"], False


def opening(language: str, lines: list[str], stem: str) -> list[str]:
    """What stands before: what is used of the program, and reading the units."""
    whole = "\n".join(lines)
    if language == "r":
        return [f'used <- read.csv("{stem}.csv")']
    if language == "stata":
        return [f'import delimited "{stem}.csv", clear case(preserve) asdouble']
    used = [name for name in ("logit", "ols", "wls") if f"{name}(" in whole]
    imports = ["import numpy as np"] if "np." in whole else []
    imports += ["import pandas as pd"]
    imports += ["from scipy.spatial.distance import cdist"] if "cdist(" in whole else []
    imports += ["from scipy.stats import mannwhitneyu"] if "mannwhitneyu" in whole else []
    imports += [f"from statsmodels.formula.api import {', '.join(used)}"] if used else []
    return [*imports, "", f'used = pd.read_csv("{stem}.csv")']


def closing(language: str) -> list[str]:
    """How the numbers are told."""
    return {
        "python": ["print(repr(float(estimate)), repr(float(std_error)))"],
        "r": ["cat(format(c(estimate, std_error), digits = 17), fill = TRUE)"],
        "stata": [],
    }[language]
