"""What a specification asks of one indicator: the units of its sample, and the outcome's own value before
as a covariate.

A unit for which the condition of a sample does not hold is not in the sample, and not missing from it. Where
an answer that the condition needs is missing, nobody knows whether a unit belongs: it is counted as left out.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from manfaat.definitions.expressions import evaluate, parse_expression, truth
from manfaat.definitions.indicator import Indicator, measured_before
from manfaat.definitions.programme import Programme, Specification
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import Dataset, NotApplicableError


def asked(data: Dataset, line: Indicator, spec: Specification) -> tuple[Dataset, Specification]:
    """The dataset of a specification's sample, and the specification with all covariates written out; what
    was asked before is left as it is.

    Raises
    ------
    NotApplicableError where an outcome's own value before is asked for that there is not.
    """
    if spec.where is None and spec.baseline != "adjust":
        return data, spec
    own = with_own_baseline(spec, line, data.indicators, data.programme)
    return within(data, line, spec), own.model_copy(update={"where": None})


def in_sample(table: pd.DataFrame, programme: Programme, name: str) -> pd.Series:
    """Whether each row is in a declared sample; missing where nobody knows."""
    return truth(evaluate(parse_expression(programme.samples[name].when), table))


def within(data: Dataset, line: Indicator, spec: Specification) -> Dataset:
    """The rows of a specification's sample, and those that may belong to it, without an outcome."""
    if spec.where is None:
        return data
    holds = in_sample(data.table, data.programme, spec.where)
    table = data.table[holds.fillna(True).astype(bool)]
    known = holds.notna().loc[table.index]
    return replace(data, table=table.assign(**{line.name: table[line.name].where(known)}))


def with_own_baseline(
    spec: Specification, line: Indicator, indicators: list[Indicator], programme: Programme
) -> Specification:
    """A specification of which ``baseline: adjust`` is written out: the outcome's own value before is one
    more covariate (analysis of covariance).

    Source: McKenzie (2012), Journal of Development Economics 99(2), 210–221.

    Raises
    ------
    NotApplicableError where the outcome was not measured before.
    """
    if spec.baseline != "adjust":
        return spec
    if programme.design.panel:
        name = line.name if line.time == "period" and spec.periods and spec.periods.before is not None else ""
    else:
        before = measured_before(indicators, line.indicator, line.rater or None)
        name = before.name if before else ""
    if not name:
        raise NotApplicableError(EstimateReason.NOT_MEASURED_BEFORE())
    covariates = list(dict.fromkeys([*spec.covariates, name]))
    return spec.model_copy(update={"covariates": covariates, "baseline": "before"})


def is_chosen_late(spec: Specification, programme: Programme, indicators: list[Indicator]) -> bool:
    """Whether it was known only after the programme who is in a specification's sample."""
    if spec.where is None:
        return False
    named = parse_expression(programme.samples[spec.where].when).names()
    return any(line.name in named for line in indicators if line.time == "now")
