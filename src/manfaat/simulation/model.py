"""The whole of ``simulation.yml``: who is simulated, by which laws, who answers, and what the cost sheet
holds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from manfaat.definitions.records import Record, Words
from manfaat.simulation.laws import (  # fmt: skip
    Cases,
    Choose,
    Cluster,
    Count,
    Logit,
    Lookup,
    Normal,
    Numbered,
    Ordered,
    Power,
    Repeat,
    Several,
    Step,
    Terms,
    Texts,
    Uniform,
)
from manfaat.simulation.laws_answers import Money, Ratings
from manfaat.simulation.laws_time import Between, Clock, DateIn, FirstKnown, Hazard, Recalled, Shift

Fate = Literal["not_reached", "refused", "no_consent"]
Law = Annotated[
    Normal
    | Power
    | Lookup
    | Cases
    | Choose
    | Ordered
    | Logit
    | Count
    | Uniform
    | Cluster
    | Numbered
    | Texts
    | Several
    | Repeat
    | DateIn
    | Shift
    | Between
    | FirstKnown
    | Recalled
    | Clock
    | Hazard
    | Money
    | Ratings,
    Field(discriminator="law"),
]


class Group(Record):
    """One group of people: how many of them there are for each participant, whether they were selected, and
    whether they took part.

    ``selected`` is null for people whom no selection concerned. ``responds`` is true where some do not
    answer; false where only those who answered are counted.
    """

    per_participant: float = Field(gt=0)
    selected: bool | None = None
    treated: bool = False
    responds: bool = False


class Selection(Record):
    """How people come to be selected: what is known of them before (``steps``), and the log-odds of
    selection.

    People are drawn until each place of a group is taken by somebody with the selection that the group needs.
    """

    steps: list[Law]
    base: float
    plus: Terms = {}


class Consent(Record):
    """The question whose answer ``declined`` ends the interview, and what is filled in without it
    (``before``: variables of the main table).
    """

    question: str
    declined: str
    before: list[str] = []


class Response(Record):
    """The log-odds that somebody answers at all, in the groups that are followed up, and what became of the
    others.

    ``lost`` : shares of those who do not answer: ``not_reached``, ``refused`` (neither leaves a row),
    ``no_consent`` (a row that ends at the question of ``consent``). By group when ``lost_by`` names its code.
    """

    base: float
    plus: Terms = {}
    lost: dict[Fate, float] = {"not_reached": 1.0}
    lost_by: dict[str, dict[Fate, float]] = {}
    consent: Consent | None = None

    @model_validator(mode="after")
    def consent_is_asked(self) -> Response:
        """Refuse people without consent where no question asks for it, and shares that give nobody."""
        shares = [self.lost, *self.lost_by.values()]
        if not self.consent and any(table.get("no_consent") for table in shares):
            raise ValueError("'no_consent' needs 'consent': the question that asks for it")
        if any(sum(table.values()) <= 0 for table in shares):
            raise ValueError("the shares under 'lost' need a sum above 0")
        return self


class Rows(Record):
    """A further table with at most one row a person: when there is one (an expression), with which log-odds,
    and its steps.
    """

    table: str
    where: str = ""
    base: float
    plus: Terms = {}
    steps: list[Law]


class Line(Record):
    """One line of a listing: a value for each variable; ``[low, high]`` is drawn between the two and rounded
    to ``to``.
    """

    values: dict[str, str | float | list[float]]
    to: float = 1.0
    plus_years: int = 0


class Listing(Record):
    """A table that is not about people: the same lines for every year from ``first`` to ``last`` (a cost
    sheet).
    """

    table: str
    key: str
    prefix: str
    year: str
    year_paid: str
    first: int
    last: int
    lines: list[Line]


class Simulation(Record):
    """The whole of ``simulation.yml``.

    ``block`` : people drawn at a time; it bounds memory and is part of what is drawn. ``survey`` : first day
    of the interviews.
    ``left_blank`` : variables that no step draws.
    """

    note: Words
    block: int = Field(gt=0)
    key: str
    key_prefix: str
    group: str
    interview: str
    survey: str
    groups: dict[str, Group]
    selection: Selection
    steps: list[Law]
    response: Response
    rows: list[Rows] = []
    listings: list[Listing] = []
    left_blank: list[str] = []

    def all_steps(self) -> list[Step]:
        """Every step, in the order in which it is drawn."""
        return [*self.selection.steps, *self.steps, *[step for rows in self.rows for step in rows.steps]]
