"""For whom? The estimate within subgroups declared beforehand, and whether they differ: "not significant
here" is not "different".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.typed import required
from manfaat.definitions.claims import Subgroup
from manfaat.definitions.programme import Specification
from manfaat.evaluation.estimate import Result, from_settings, margins
from manfaat.evaluation.inference import least_squares_results
from manfaat.evaluation.ladder import results_of
from manfaat.evaluation.linear import independent, regress, regressors
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.sample import Dataset, NotApplicableError, Sample, group_code
from manfaat.threats.case import Case, Threat
from manfaat.threats.contract import conclusion, entry, judged
from manfaat.threats.reasons import ThreatReason


def subgroup_rows(case: Case) -> list[dict[str, object]]:
    """Rows of every declared subgroup; one that cannot be looked at says why.

    Raises
    ------
    NotApplicableError where none are declared.
    """
    if not case.programme.subgroups:
        raise NotApplicableError(ThreatReason.NO_SUBGROUPS())
    rows = []
    for declared in case.programme.subgroups:
        try:
            rows += one_subgroup(case, declared)
        except NotApplicableError as failure:
            rows.append(
                entry(
                    "subgroup", "interaction", detail=declared.id, meaning="cannot run", reason=str(failure)
                )
            )
    return rows


SUBGROUP = Threat(
    "subgroup",
    subgroup_rows,
    formula="b within a subgroup − b within the others",
    falls="never: a difference between subgroups is no threat to the whole",
    source="Wang, R. et al. (2007). Statistics in medicine: reporting of subgroup analyses in "
    "clinical trials. New England Journal of Medicine 357(21), 2189–2194.",
)


def one_subgroup(case: Case, declared: Subgroup) -> list[dict[str, object]]:
    """The difference between subgroups (first: two answers, second minus first; more: each against all
    others), then the estimate within each.
    """
    if declared.variable not in case.table:
        raise NotApplicableError(ThreatReason.NO_VARIABLE())
    answer = case.table[declared.variable].map(group_code)
    sizes = members(case, answer)
    if any(sizes.get((code, role), 0) < SMALLEST_CELL for code in declared.answers for role in (True, False)):
        raise NotApplicableError(ThreatReason.SMALL_SUBGROUP())
    codes = list(declared.answers)
    known = answer.isin(codes)
    compared = [codes[1]] if len(codes) == 2 else codes
    rows = [interaction(case, answer.where(known), code, f"{declared.id}={code}") for code in compared]
    for code in codes:
        found = case.again(table=case.table[answer == code], spec=within_spec(case, answer == code))
        rows.append(
            entry(
                "subgroup",
                "within",
                found["estimate"],
                interval=(found["ci_low"], found["ci_high"]),
                detail=f"{declared.id}={code}",
                n=found["n"] + found["n_comparison"],
            )
        )
    return rows


def members(case: Case, answer: pd.Series) -> dict[tuple[str, bool], int]:
    """Units of the sample by answer and by whether they took part at any time."""
    frame = case.sample.frame
    took_part = (frame["participant"] if "participant" in frame else frame["treated"] > 0).astype(bool)
    units = frame["unit_"] if "unit_" in frame else pd.Series(frame.index, index=frame.index)
    counts = units.groupby([answer.reindex(frame.index), took_part]).nunique()
    return dict(zip(counts.index.to_flat_index(), counts.tolist(), strict=True))


def within_spec(case: Case, inside: pd.Series) -> Specification:
    """The specification without covariates that do not vary within the subgroup."""
    kept = [
        name
        for name in case.spec.covariates
        if case.table.loc[inside & case.table.index.isin(case.sample.frame.index), name].nunique() > 1
    ]
    return case.spec.model_copy(update={"covariates": kept})


def interaction(case: Case, answer: pd.Series, code: str, detail: str) -> dict[str, object]:
    """How much larger the coefficient is in one subgroup than in the others, with its interval."""
    result, n = difference(case, answer, code)
    low, high, _ = margins(result, case.settings)
    verdict = judged(
        True if conclusion(low, high) else None, "difference between groups", "", "no difference established"
    )
    return entry(
        "subgroup",
        "interaction",
        result.estimate,
        interval=(low, high),
        detail=detail,
        n=n,
        **verdict | {"passed": "none"},
    )


def difference(case: Case, answer: pd.Series, code: str) -> tuple[Result, int]:
    """How much larger the coefficient is in one subgroup than in the others, and how many rows that rests
    on; units whose ``answer`` is missing are in neither.
    """
    made = panel_interaction if METHODS[case.spec.method].draw else cross_interaction
    return made(case, answer, code)


def cross_interaction(case: Case, answer: pd.Series, code: str) -> tuple[Result, int]:
    """Coefficient of participation × subgroup in a regression that lets everything differ between subgroup
    and others.
    """
    if case.spec.method not in ("difference_in_means", "regression", "difference_in_differences"):
        raise NotApplicableError(ThreatReason.NOT_LINEAR())
    sample = case.sample.change() if case.spec.method == "difference_in_differences" else case.sample
    known = answer.reindex(sample.frame.index).notna().to_numpy()
    sample = Sample(sample.frame[known], 0)
    inside = (answer.reindex(sample.frame.index) == code).to_numpy().astype("float64")
    wanted = sample.treated * inside
    x = regressors(sample.frame, case.spec.covariates)
    others = independent(np.column_stack([sample.treated, inside, x, x * inside[:, None]]))
    fitted = regress(sample, wanted, [], extra=others, key=f"subgroup {code}")
    spec = case.spec.model_copy(update={"std_errors": ["auto"]})
    result = least_squares_results(fitted, wanted, sample, spec, from_settings(case.settings))[0]
    return result, len(sample.frame)


def panel_interaction(case: Case, answer: pd.Series, code: str) -> tuple[Result, int]:
    """Coefficient of treatment × subgroup where the course over the periods, too, may differ between subgroup
    and others.
    """
    inside = (answer == code).astype("float64").where(answer.notna())
    period = case.table[required(case.programme.design.panel, "the panel").period]
    used = sorted(period[case.sample.frame.index].unique())[1:]
    names = {name: f"{name}_in_subgroup" for name in case.spec.treatment}
    course = {f"period_{number}_in_subgroup": inside * (period == at) for number, at in enumerate(used)}
    course |= {f"{name}_in_subgroup": inside * case.table[name] for name in case.spec.covariates}
    table = case.table.assign(**{new: case.table[name] * inside for name, new in names.items()}, **course)
    covariates = [*case.spec.covariates, *course]
    spec = case.spec.model_copy(
        update={
            "treatment": [*names, *names.values()],
            "covariates": covariates,
            "std_errors": case.spec.std_errors[:1],
        }
    )
    data = Dataset(table, case.programme, case.indicators)
    sample, found = results_of(data, case.line, spec, from_settings(case.settings))
    result = found[names[case.treatment]][0][0]
    return result, len(sample.frame)
