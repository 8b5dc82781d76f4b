"""One line of ``indicators.csv``: one column of the indicators table."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, field_validator

from manfaat.base.showing import card, line
from manfaat.base.typed import required
from manfaat.definitions.programme import Programme, Unit
from manfaat.definitions.records import Labelled, Words, parse_arguments

Stage = Literal["input", "activity", "output", "outcome", "impact"]
Time = Literal["fixed", "before", "then", "now", "period"]
Rater = Literal["", "self", "supervisor", "test"]
Use = Literal["effect", "covariate", "technical", "describe", "group", "treatment"]

NEEDS_PRICES = {"deflate", "ratio_to_series"}  # recipes that look prices up


class Indicator(Labelled):
    """One line of ``indicators.csv``: one column of the indicators table.

    Columns of one indicator at different times or by different raters stay apart and never replace one
    another. Where a question is about participants alone, the comparison group has no value: a 0 there would
    say that it was asked.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the column in the indicators table."""
    indicator: str = Field(min_length=1)
    """What is measured, the same for all columns that measure it; the name where it is left out."""
    time: Time
    """When: fixed, before, then (before, recalled at the interview), now, or each period."""
    rater: Rater = ""
    """Who says so."""
    code: str = ""
    """Number in a dictionary of indicators, if there is one."""
    stage_thesis: Stage
    """Stage of the chain from input to impact."""
    stage_dac: Stage
    """Stage in the words of the OECD's committee; that of stage_thesis where it is left out."""
    recipe: str = Field(alias="construct")
    """How it is computed: one of the constructs."""
    inputs: str = ""
    """Variables and earlier indicators that it is computed from."""
    arguments: str = ""
    """What the construct needs beside: name=value, separated by semicolons."""
    unit: str = ""
    """Unit of the values."""
    direction: Literal["higher", "lower", "neutral", ""] = ""
    """Whether more is better."""
    family: str = ""
    """Family of outcomes that it belongs to, for tests of several at once."""
    use: Use
    """What it is for."""
    about: Literal["", "participants"] = ""
    """Whom the question is about: everybody, or participants alone."""
    definitions: Words = Field(alias="definition::language (code)")
    """What exactly it is, in a column for each language. Example: Hours a week in the main job"""

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

    def definition(self, language: str) -> str:
        """What it means."""
        return self.definitions[language]

    @property
    def definition_en(self) -> str:
        """What it means in English."""
        return self.definitions.en

    @property
    def definition_id(self) -> str:
        """What it means in Bahasa Indonesia."""
        return self.definitions.id

    def __repr__(self) -> str:
        return line("indicator", self.name, self.label_en, self.time, self.rater, self.unit, self.use)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        shown = ("indicator", "stage_thesis", "time", "rater", "unit", "use", "recipe", "inputs", "arguments")
        told = {name: getattr(self, name) for name in shown}
        return card(f"{self.name}: {self.label_en}", {"definition": self.definition_en, **told})


def concepts(
    indicators: list[Indicator], *, stages: tuple[str, ...] = (), use: str = "effect"
) -> list[Indicator]:
    """The indicators that an effect is asked for, of the given stages (all when none is named)."""
    return [line for line in indicators if line.use == use and (not stages or line.stage_thesis in stages)]


def measured_before(
    indicators: list[Indicator], concept: str, rater: str | None = None, *, time: str = "before"
) -> Indicator | None:
    """The column that measured the same indicator before the programme, if there is one.

    Parameters
    ----------
    rater : whose measurement; None when only one rater measures this indicator. A self-rating now has no
    baseline in a test
        before: with several raters and none named there is none.
    time : ``before`` (measured) or ``then`` (recalled).
    """
    own = [line for line in indicators if line.indicator == concept]
    if rater is None and len({line.rater for line in own}) > 1:
        return None
    return next((line for line in own if line.time == time and rater in (None, line.rater)), None)


def unit_of_concept(programme: Programme, indicators: list[Indicator], concept: str) -> Unit | None:
    """The unit of the indicator that an effect is asked for; None where it has none."""
    return next(
        (
            programme.units.get(line.unit)
            for line in indicators
            if line.indicator == concept and line.use == "effect"
        ),
        None,
    )


def smallest_effect(programme: Programme, indicators: list[Indicator], concept: str, unit: str) -> float:
    """What would still be worth having of an indicator; missing where it is declared in another unit, for
    raters of one indicator may count in units of their own.
    """
    own = [line.unit for line in indicators if line.indicator == concept and line.use == "effect"]
    return programme.smallest_effects.get(concept, math.nan) if unit in own[:1] else math.nan


def is_level(programme: Programme, indicators: list[Indicator]) -> bool:
    """Whether the benefit's effect is an amount of money, and not a difference of logarithms."""
    benefit = required(programme.worth, "what the programme is worth").benefit
    unit = unit_of_concept(programme, indicators, benefit.indicator)
    return benefit.kind == "level" if benefit.kind else not (unit and unit.is_log)
