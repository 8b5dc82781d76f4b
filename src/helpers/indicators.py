"""Every derived variable, once, for all cohorts: declared in ``indicators.csv``, never written as code.

A construct is a small function (columns in, column out) that a definition names. Missing in gives missing out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from helpers.cleaning import KEY
from helpers.codebook import Codebook
from helpers.definitions import Record, parse_arguments, read_rows, shown
from helpers.prices import deflate, read_series
from helpers.problems import Problem, nearest
from helpers.programme import Programme

Stage = Literal["input", "activity", "output", "outcome", "impact"]
Time = Literal["fixed", "before", "then", "now", "period"]
Use = Literal["effect", "covariate", "technical", "describe", "group", "treatment"]


class Indicator(Record):
    """One line of ``indicators.csv``: one column of the indicators table.

    ``indicator`` is what is measured, ``time`` when; columns of one indicator at different times stay apart.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    indicator: str = Field(min_length=1)
    time: Time
    stage_thesis: Stage
    stage_dac: Stage
    recipe: str = Field(alias="construct")
    inputs: str = Field(min_length=1)
    arguments: str = ""
    unit: str = ""
    direction: Literal["higher", "lower", "neutral", ""] = ""
    family: str = ""
    use: Use
    label_en: str = Field(alias="label::English (en)", min_length=1)
    label_id: str = Field(alias="label::Bahasa Indonesia (id)", min_length=1)
    definition_en: str = Field(alias="definition::English (en)", min_length=1)
    definition_id: str = Field(alias="definition::Bahasa Indonesia (id)", min_length=1)

    @field_validator("arguments")
    @classmethod
    def readable(cls, value: str) -> str:
        """Refuse arguments that are not ``name=value;name=value``."""
        parse_arguments(value)
        return value

    @property
    def options(self) -> dict[str, str]:
        """The arguments as a dictionary of texts."""
        return parse_arguments(self.arguments)

    def label(self, language: str) -> str:
        """What it is called."""
        return self.label_id if language == "id" else self.label_en

    def definition(self, language: str) -> str:
        """What it means."""
        return self.definition_id if language == "id" else self.definition_en


@dataclass(frozen=True)
class Context:
    """What a construct may look at beside its inputs: the panel's columns and the price series."""

    unit: pd.Series | None = None
    period: pd.Series | None = None
    prices: pd.Series | None = None
    base_year: int | None = None


def numbers(values: pd.Series) -> pd.Series:
    """Return numbers in double precision, so that no small integer type can overflow."""
    return pd.to_numeric(values, errors="raise").astype("float64")


def build_copy(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The variable itself; number codes become numbers, other texts stay texts."""
    try:
        return numbers(inputs[0])
    except (ValueError, TypeError):
        return inputs[0].astype("string")


def build_equals(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the input equals ``value``, else 0."""
    value = numbers(inputs[0])
    return (value == float(options["value"])).astype("float64").where(value.notna())


def build_less_than(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """1 where the input is below ``threshold``, else 0."""
    value = numbers(inputs[0])
    return (value < float(options["threshold"])).astype("float64").where(value.notna())


def build_power(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The input to the power of ``exponent``."""
    return numbers(inputs[0]) ** float(options["exponent"])


def build_log(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Natural logarithm; missing where the input is not positive."""
    value = numbers(inputs[0])
    return np.log(value.where(value > 0))


def build_ratio(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """First input divided by the second; missing where the second is zero."""
    below = numbers(inputs[1])
    return numbers(inputs[0]) / below.where(below != 0)


def build_deflate(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """Money at the prices of the base year, by the year of each amount (second input, or the panel's period)."""
    years = numbers(inputs[1]) if len(inputs) > 1 else numbers(context.period)
    return deflate(numbers(inputs[0]), years, context.prices, context.base_year)


def build_previous_period(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The unit's value one period earlier; ``fill`` stands in for the first period of all."""
    frame = pd.DataFrame({"unit": context.unit, "period": numbers(context.period), "value": numbers(inputs[0])})
    earlier = frame.assign(period=frame["period"] + 1).rename(columns={"value": "earlier"})
    found = frame.merge(earlier, on=["unit", "period"], how="left")["earlier"].set_axis(frame.index)
    first = frame["period"] == frame["period"].min()
    return found.mask(first, float(options["fill"])) if "fill" in options else found


def build_first_period(inputs: list[pd.Series], options: dict[str, str], context: Context) -> pd.Series:
    """The first period in which the unit's value is 1, as text; ``otherwise`` where it never is."""
    when = numbers(context.period).where(numbers(inputs[0]) == 1)
    first = when.groupby(context.unit).transform("min")
    return first.map(lambda year: options["otherwise"] if pd.isna(year) else f"{year:.0f}").astype("string")


Construct = Callable[[list[pd.Series], dict[str, str], Context], pd.Series]
# name → (function, fewest and most inputs, arguments that must be there, arguments that may be)
CONSTRUCTS: dict[str, tuple[Construct, int, int, set[str], set[str]]] = {
    "copy": (build_copy, 1, 1, set(), set()),
    "equals": (build_equals, 1, 1, {"value"}, set()),
    "less_than": (build_less_than, 1, 1, {"threshold"}, set()),
    "power": (build_power, 1, 1, {"exponent"}, set()),
    "log": (build_log, 1, 1, set(), set()),
    "ratio": (build_ratio, 2, 2, set(), set()),
    "deflate": (build_deflate, 1, 2, set(), set()),
    "previous_period": (build_previous_period, 1, 1, set(), {"fill"}),
    "first_period": (build_first_period, 1, 1, {"otherwise"}, {"list"}),
}
NEEDS_PANEL = {"previous_period", "first_period"}


def load_indicators(folder: Path, programme: Programme, codebook: Codebook, *, root: Path) -> tuple[list[Indicator], list[Problem]]:
    """Read ``indicators.csv`` and check every name in it."""
    path = folder / "indicators.csv"
    lines, problems = read_rows(Indicator, path, root=root)
    known = {variable.name for variable in codebook.table(programme.main_table)}
    seen: set[str] = set()
    for row, line in lines:
        problems += check_indicator(line, row, shown(path, root), known | seen, seen, programme)
        seen.add(line.name)
    return [line for _, line in lines], problems + check_names(programme, [line for _, line in lines], root=root)


def check_indicator(line: Indicator, row: int, file: str, inputs: set[str], seen: set[str], programme: Programme) -> list[Problem]:
    """Say what is wrong with one definition: a construct, input, argument or unit that does not exist."""

    def wrong(message: str, column: str, expected: str | None = None) -> Problem:
        return Problem(file, message, row=row, column=column, expected=expected)

    problems = [wrong(f"'{line.name}' stands twice", "name")] if line.name in seen else []
    if line.unit and line.unit not in programme.units:
        problems.append(wrong(f"the unit '{line.unit}' is not declared in programme.yml", "unit", nearest(line.unit, programme.units)))
    problems += [
        wrong(f"'{name}' is neither a variable nor an earlier indicator", "inputs", nearest(name, inputs)) for name in line.inputs.split() if name not in inputs
    ]
    if line.recipe not in CONSTRUCTS:
        return [*problems, wrong(f"the construct '{line.recipe}' does not exist", "construct", nearest(line.recipe, CONSTRUCTS))]
    _, fewest, most, must, may = CONSTRUCTS[line.recipe]
    if not fewest <= len(line.inputs.split()) <= most:
        problems.append(wrong(f"'{line.recipe}' takes {fewest if fewest == most else f'{fewest} or {most}'} inputs", "inputs"))
    problems += [wrong(f"'{line.recipe}' needs the argument '{name}'", "arguments") for name in sorted(must - set(line.options))]
    problems += [wrong(f"'{line.recipe}' has no argument '{name}'", "arguments") for name in sorted(set(line.options) - must - may)]
    if line.recipe in NEEDS_PANEL and programme.design.panel is None:
        problems.append(wrong(f"'{line.recipe}' needs a panel, and programme.yml declares none", "construct"))
    if line.recipe == "deflate" and programme.prices is None:
        problems.append(wrong("'deflate' needs 'prices' in programme.yml", "construct"))
    return problems


def check_names(programme: Programme, indicators: list[Indicator], *, root: Path) -> list[Problem]:
    """Say which names in ``programme.yml`` are not indicators."""
    columns = {line.name for line in indicators}
    concepts = {line.indicator for line in indicators if line.use == "effect"}
    file = f"programmes/{programme.programme}/programme.yml"
    asked = [("design.group", programme.design.group, columns)]
    for spec in programme.specifications:
        asked += [(f"specifications.{spec.id}.covariates", name, columns) for name in spec.covariates]
        asked += [(f"specifications.{spec.id}.treatment", name, columns) for name in spec.treatment]
        asked += [(f"specifications.{spec.id}.indicators", name, concepts) for name in spec.indicators]
    for claim in programme.claims:
        asked += [(f"claims.{claim.id}.indicators", name, concepts) for name in claim.indicators]
    return [
        Problem(file, f"'{name}' is not an indicator", column=place, expected=nearest(name, allowed)) for place, name, allowed in asked if name not in allowed
    ]


def panel_context(table: pd.DataFrame, programme: Programme, folder: Path, *, root: Path) -> Context:
    """Gather what constructs may look at."""
    panel, prices = programme.design.panel, programme.prices
    return Context(
        unit=table[panel.unit] if panel else None,
        period=table[panel.period] if panel else None,
        prices=read_series(folder / prices.file, prices.series, root=root) if prices else None,
        base_year=prices.base_year if prices else None,
    )


def build_indicators(table: pd.DataFrame, indicators: list[Indicator], context: Context, programme: Programme) -> pd.DataFrame:
    """Compute all declared indicators.

    Returns
    -------
    One row a row of ``table`` (a unit, or a unit in one period): ``_key``, the panel's columns, and one column an
    indicator. Nobody is dropped.
    """
    panel = programme.design.panel
    built = table[[KEY, *([panel.unit, panel.period] if panel else [])]].copy()
    for line in indicators:
        inputs = [built[name] if name in built and name != line.name else table[name] for name in line.inputs.split()]
        built[line.name] = CONSTRUCTS[line.recipe][0](inputs, line.options, context)
    return built


def concepts(indicators: list[Indicator], *, stages: tuple[str, ...] = (), use: str = "effect") -> list[Indicator]:
    """The indicators that an effect is asked for, of the given stages (all when none is named)."""
    return [line for line in indicators if line.use == use and (not stages or line.stage_thesis in stages)]


def measured_before(indicators: list[Indicator], concept: str) -> Indicator | None:
    """The column that measured the same indicator before the programme, if there is one."""
    return next((line for line in indicators if line.indicator == concept and line.time == "before"), None)


def describe(indicators_table: pd.DataFrame, indicators: list[Indicator], group: pd.Series) -> pd.DataFrame:
    """One row an indicator and group: ``name, group, n, n_missing, mean, sd``; only indicators that are numbers."""
    lines = []
    for line in indicators:
        if line.use in ("group",) or not pd.api.types.is_numeric_dtype(indicators_table[line.name]):
            continue
        for name, values in indicators_table[line.name].groupby(group, sort=False):
            lines.append(
                {
                    "name": line.name,
                    "group": name,
                    "n": int(values.notna().sum()),
                    "n_missing": int(values.isna().sum()),
                    "mean": values.mean(),
                    "sd": values.std(),
                }
            )
    return pd.DataFrame(lines, columns=["name", "group", "n", "n_missing", "mean", "sd"])
