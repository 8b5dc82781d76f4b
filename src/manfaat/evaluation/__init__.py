"""Estimates with intervals, all in one shape; nothing here draws or touches a file."""

from manfaat.evaluation import (  # every file that holds a method
    categories,
    change,
    conditional_logit,
    instrument,
    matching,
    methods,
    ordered,
    panel,
    quantile_regression,
    quantiles,
    score_matching,
    weighting,
)

__all__ = [
    "categories",
    "change",
    "conditional_logit",
    "instrument",
    "matching",
    "methods",
    "ordered",
    "panel",
    "quantile_regression",
    "quantiles",
    "score_matching",
    "weighting",
]
