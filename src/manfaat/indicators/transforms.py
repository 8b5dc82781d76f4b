"""Constructs that change the scale of a number, or calculate by a formula of one's own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem, ProblemsError
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.indicators.context import Context
from manfaat.indicators.values import numbers

LOWEST, HIGHEST = 0.01, 0.99  # quantiles beyond which values are drawn in, where none are named


def quantiles_of(options: dict[str, str]) -> tuple[float, float]:
    """The two quantiles to which values beyond are drawn in."""
    return float(options.get("lower", LOWEST)), float(options.get("upper", HIGHEST))


def build_winsorise(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The input with values below the quantile ``lower`` (0.01) and above ``upper`` (0.99) set to these
    quantiles; 0 and 1 leave that end as it is. Example: inputs pay_real, arguments lower=0;upper=0.95

    The quantiles are those of all known values, of a panel within each period.
    """
    values, (low, high) = numbers(inputs[0]), quantiles_of(options)
    by = pd.Series(0, index=values.index) if context.period is None else context.period
    grouped = values.groupby(by, dropna=False)
    drawn_in: pd.Series = values.clip(grouped.transform("quantile", low), grouped.transform("quantile", high))
    return drawn_in


def build_asinh(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Inverse hyperbolic sine, log(x + √(x² + 1)): like a logarithm of large amounts, and known at zero and
    below. Example: inputs pay_real

    A difference is nearly a relative one only where amounts are large; it depends on their unit (Bellemare
    and Wichman 2020, Oxford Bulletin of Economics and Statistics 82(1), 50–61).
    """
    transformed: pd.Series = np.arcsinh(numbers(inputs[0]))
    return transformed


def build_percent_of_comparison(
    inputs: list[pd.Series], options: dict[str, str], context: Context
) -> pd.Series:
    """The first input in per cent of the comparison group's mean of the second, or of its own; errors take
    that mean as given. Example: inputs pay_before pay_now

    With survey weights the mean is weighted. Two columns of one indicator (before, now) take the same second
    input, or a change would be measured against two means.
    """
    values, base = numbers(inputs[0]), numbers(inputs[-1])
    if context.comparison is None:
        raise ProblemsError(
            [Problem(str(inputs[0].name), "the comparison group is not known", expected="one in 'design'")]
        )
    others = base[context.comparison.fillna(False).astype(bool)].dropna()
    weights = None if context.weight is None else context.weight.reindex(others.index).fillna(0.0)
    counts = len(others) and (weights is None or weights.sum() > 0)
    mean = np.average(others, weights=weights) if counts else np.nan
    return 100 * values / (mean if mean > 0 else np.nan)


def build_calculate(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """An XLSForm expression in ``formula`` of the inputs; what is true is 1 and what is not is 0. Example:
    formula=if(${hours} > 0, ${pay} div ${hours}, 0)
    """
    table = pd.concat(inputs, axis=1)
    found = evaluate(parse_expression(options["formula"]), table)
    return pd.to_numeric(found, errors="coerce").astype("Float64").astype("float64")
