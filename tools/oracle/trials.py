"""Estimates of a bare data frame by the same ladder as a programme's: the smallest programme that says who
took part and what came out.
"""

from __future__ import annotations

import pandas as pd

from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.estimate import Estimate, Settings
from manfaat.evaluation.ladder import estimate_one
from manfaat.evaluation.sample import Dataset

WORDS = {"en": "-", "id": "-"}


def line_of(name: str, time: str, use: str, concept: str) -> Indicator:
    """An indicator that copies one column."""
    words = dict.fromkeys(
        (
            "label::English (en)",
            "label::Bahasa Indonesia (id)",
            "definition::English (en)",
            "definition::Bahasa Indonesia (id)",
        ),
        name,
    )
    fixed = {
        "stage_thesis": "outcome",
        "stage_dac": "outcome",
        "construct": "copy",
        "inputs": name,
        "direction": "higher",
    }
    return Indicator.model_validate(
        {"name": name, "indicator": concept, "time": time, "use": use, **fixed, **words}
    )


def programme_of(specification: dict[str, object], design: dict[str, object]) -> Programme:
    """A programme of one table and one specification."""
    return Programme.model_validate(
        {
            "programme": "trial",
            "title": WORDS,
            "summary": WORDS,
            "tables": {"people": {"label": WORDS, "key": ["row"]}},
            "units": {},
            "design": {
                "unit": {"one": WORDS, "many": WORDS},
                "group": "group_",
                "participants": ["1"],
                "comparison": ["0"],
                "times": {"now": WORDS},
                **design,
            },
            "specifications": [specification],
            "primary": {"randomised": specification["id"], "observational": specification["id"]},
        }
    )


def trial(*given: object, **more: object) -> dict[str, pd.Series]:
    """Estimate by one method, as ``trial_rows``: the first row of each kind of standard error, by its
    name.
    """
    found: dict[str, pd.Series] = {}
    for row in trial_rows(*given, **more):
        found.setdefault(row.std_error_kind, pd.Series(row._asdict()))
    return found


def trial_rows(
    frame: pd.DataFrame, outcome: str, group: str, method: str, kinds: list[str], *, covariates: tuple[str, ...] = (), before: str | None = None,  # noqa: E501
    design: dict[str, object] | None = None, **more: object,
) -> list[Estimate]:  # fmt: skip
    """Estimate by one method.

    Parameters
    ----------
    frame : one row a unit; ``group`` is 1 or 0. before : the column that measured the outcome before. more :
    further fields of the
        specification.

    Returns
    -------
    The rows of the contract.
    """
    spec = {
        "id": "trial",
        "label": WORDS,
        "method": method,
        "std_errors": kinds,
        "covariates": list(covariates),
        **more,
    }
    table = frame.assign(group_=frame[group].astype(int).astype("str"), now_=frame[outcome])
    lines = [line_of("group_", "fixed", "group", "group_"), line_of("now_", "now", "effect", "outcome_")]
    if before:
        table = table.assign(before_=frame[before])
        lines.append(line_of("before_", "before", "covariate", "outcome_"))
    lines += [line_of(name, "fixed", "covariate", name) for name in {*covariates, *(design or {}).values()}]
    made = programme_of(spec, design or {})
    return estimate_one(
        Dataset(table, made, lines),
        lines[1],
        Specification.model_validate(spec),
        Settings("trial", "observational", "trial"),
    )
