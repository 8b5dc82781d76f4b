"""Which constructs there are, and what each needs: inputs, kinds of variables, arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from manfaat.indicators import answers, assets, basic, items, money, panel, times, transforms
from manfaat.indicators.context import Context

Construct = Callable[[list[pd.Series], dict[str, str], Context], pd.Series]
ANY = 60  # inputs at most, where there may be any number
NUMBER = frozenset(("integer", "decimal", "money", "select_one"))
DATE = frozenset(("date", "month", "dateTime"))
ONE = frozenset(("select_one",))
SEVERAL = frozenset(("select_multiple",))
ANSWER = NUMBER | {"text"}
ALL = NUMBER | DATE | SEVERAL | {"text"}


@dataclass(frozen=True)
class Recipe:
    """One construct.

    ``build`` : the function. ``fewest, most`` : number of inputs. ``must, may`` : arguments that must and
    that may be given (``None``: any, one a code). ``kinds`` : the kinds of variables that each input may be;
    the last one holds for all further inputs.
    ``undefined`` : why a value can be missing although all inputs are known.
    """

    build: Construct
    fewest: int
    most: int
    must: frozenset[str] = frozenset()
    may: frozenset[str] | None = frozenset()
    kinds: tuple[frozenset[str], ...] = (NUMBER,)
    undefined: str = "undefined"


def recipe(
    build: Construct, fewest: int, most: int, must: str = "", may: str | None = "", **more: Any
) -> Recipe:
    """Return a recipe; arguments are named in one text."""
    return Recipe(
        build, fewest, most, frozenset(must.split()), None if may is None else frozenset(may.split()), **more
    )


CONSTRUCTS: dict[str, Recipe] = {
    "copy": recipe(basic.build_copy, 1, 1, kinds=(ALL,)),
    "first_known": recipe(basic.build_first_known, 1, ANY, kinds=(ALL,)),
    "equals": recipe(basic.build_equals, 1, 1, "value"),
    "less_than": recipe(basic.build_less_than, 1, 1, "threshold"),
    "power": recipe(basic.build_power, 1, 1, "exponent"),
    "log": recipe(basic.build_log, 1, 1, undefined="not_positive"),
    "asinh": recipe(transforms.build_asinh, 1, 1),
    "winsorise": recipe(transforms.build_winsorise, 1, 1, may="lower upper"),
    "percent_of_comparison": recipe(
        transforms.build_percent_of_comparison, 1, 2, undefined="comparison_mean_not_positive"
    ),
    "calculate": recipe(
        transforms.build_calculate, 1, ANY, "formula", kinds=(ALL,), undefined="not_calculable"
    ),
    "ratio": recipe(basic.build_ratio, 2, 2, undefined="divided_by_zero"),
    "sum": recipe(basic.build_sum, 1, ANY, may="minimum"),
    "product": recipe(basic.build_product, 1, ANY, may="factor"),
    "difference": recipe(basic.build_difference, 2, 2),
    "log_ratio": recipe(basic.build_log_ratio, 2, 2, undefined="not_positive"),
    "part": recipe(basic.build_part, 2, ANY, undefined="divided_by_zero"),
    "normalised_gain": recipe(basic.build_normalised_gain, 2, 2, "maximum", undefined="nothing_to_gain"),
    "in_set": recipe(answers.build_in_set, 1, 1, "values", kinds=(ANSWER,)),
    "code_above": recipe(answers.build_code_above, 1, 1, "code"),
    "map_codes": recipe(answers.build_map_codes, 1, 1, may=None, kinds=(ONE,), undefined="not_mapped"),
    "same": recipe(answers.build_same, 2, 2, kinds=(ANSWER,)),
    "count": recipe(answers.build_count, 1, ANY, "values", "minimum", kinds=(ANSWER,)),
    "share": recipe(answers.build_share, 1, ANY, "values", "minimum scale suffix table", kinds=(ANSWER,)),
    "any": recipe(answers.build_any, 1, ANY, "values", kinds=(ANSWER,)),
    "steps": recipe(answers.build_steps, 2, 2, kinds=(ONE,)),
    "mean_items": recipe(
        items.build_mean_items, 1, ANY, "minimum", "scale suffix table", kinds=(ONE | {"integer", "decimal"},)
    ),
    "deflate": recipe(
        money.build_deflate,
        1,
        2,
        may="absent",
        kinds=(frozenset(("integer", "decimal", "money")), DATE | {"integer"}),
        undefined="no_price",
    ),
    "ratio_to_series": recipe(
        money.build_ratio_to_series,
        1,
        2,
        "series",
        "absent",
        kinds=(frozenset(("integer", "decimal", "money")), DATE | {"integer"}),
        undefined="no_price",
    ),
    "year": recipe(times.build_year, 1, 1, kinds=(DATE,), undefined="no_year"),
    "months_between": recipe(times.build_months_between, 2, 2, kinds=(DATE,), undefined="no_month"),
    "years_between": recipe(times.build_years_between, 2, 2, kinds=(DATE,), undefined="no_month"),
    "days_between": recipe(times.build_days_between, 2, 2, may="days", kinds=(DATE,), undefined="no_day"),
    "shift_months": recipe(times.build_shift_months, 1, 1, "months", kinds=(DATE,), undefined="no_month"),
    "event_observed": recipe(
        times.build_event_observed,
        4,
        4,
        "happened not_happened",
        kinds=(ONE, DATE),
        undefined="outside_observation",
    ),
    "event_duration": recipe(
        times.build_event_duration,
        4,
        4,
        "happened not_happened",
        kinds=(ONE, DATE),
        undefined="outside_observation",
    ),
    "count_selected": recipe(assets.build_count_selected, 1, 1, may="values", kinds=(SEVERAL,)),
    "asset_index": recipe(
        assets.build_asset_index, 1, 2, "method", "values", kinds=(SEVERAL,), undefined="no_variation"
    ),
    "previous_period": recipe(panel.build_previous_period, 1, 1, may="fill", undefined="no_earlier_period"),
    "first_period": recipe(panel.build_first_period, 1, 1, "otherwise", "list"),
}
NEEDS_PANEL = {"previous_period", "first_period"}
NEEDS_GROUP = {"asset_index", "percent_of_comparison"}

NUMBERS = {"value", "threshold", "exponent", "maximum", "factor", "days", "fill", "lower", "upper"}
WHOLE = {"minimum", "months"}
CODES = {"values", "code", "happened", "not_happened"}
WORDS = {"method": ("component", "sum"), "absent": ("missing",)}
