"""One line of ``indicators.csv``: one column of the indicators table."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from manfaat.base.showing import card, line
from manfaat.definitions.records import Record, parse_arguments

Stage = Literal["input", "activity", "output", "outcome", "impact"]
Time = Literal["fixed", "before", "then", "now", "period"]
Rater = Literal["", "self", "supervisor", "test"]
Use = Literal["effect", "covariate", "technical", "describe", "group", "treatment"]


class Indicator(Record):
    """One line of ``indicators.csv``: one column of the indicators table.

    ``indicator`` is what is measured, ``time`` when (``then``: recalled at the interview; ``before``:
    measured before), ``rater`` who says so. Columns of one indicator at different times or by different
    raters stay apart and never replace one another. ``code`` is its number in a dictionary of indicators, if
    there is one. ``about`` names whom the question is about: everybody, or participants alone, so that the
    comparison group has no value (a 0 there would say that it was asked).
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    indicator: str = Field(min_length=1)
    time: Time
    rater: Rater = ""
    code: str = ""
    stage_thesis: Stage
    stage_dac: Stage
    recipe: str = Field(alias="construct")
    inputs: str = ""
    arguments: str = ""
    unit: str = ""
    direction: Literal["higher", "lower", "neutral", ""] = ""
    family: str = ""
    use: Use
    about: Literal["", "participants"] = ""
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
