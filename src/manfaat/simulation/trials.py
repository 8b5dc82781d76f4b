"""Many small cohorts with a known truth: drawn where the assumptions of a comparison hold, where they fail,
and by lottery.

A trial changes the simulation in memory and leaves the definition file alone. Effects are taken away by
letting nobody's answers depend on having taken part, with one exception: the response shift of those who took
part stays, because people who gained nothing may still look back more strictly on themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from manfaat.simulation.laws_answers import Ratings
from manfaat.simulation.model import Simulation
from manfaat.simulation.people import Block, Plan, blocks
from manfaat.simulation.requests import NONE, Definitions, Request, plan_of
from manfaat.simulation.truth import Measures, indicators_of
from manfaat.simulation.world import TREATED

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.programme import Programme

CONDITIONS = ("hidden", "measured", "lottery")
EFFECTS = ("planted", "none")


@dataclass(frozen=True)
class Task:
    """What is run: which programme, what is hidden, which indicators are estimated, how many seeds, how many
    people.
    """

    programme: str
    hidden: tuple[str, ...]
    indicators: tuple[str, ...]
    seeds: int
    graded: int
    participants: int
    comparison: int


@dataclass(frozen=True)
class Drawn:
    """One simulated cohort: the planted effects by name of indicator, and the indicators of those who
    answered with each of ``EFFECTS``.
    """

    seed: int
    truth: dict[str, float]
    tables: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Trial:
    """What is drawn: people who took part and others, how they were selected, and whether the programme did
    anything.

    ``condition`` : ``hidden`` (as the simulation is declared), ``measured`` (nothing that nobody measured
    decides who is selected, who answers and which question is left out) or ``lottery`` (as ``measured``, and
    selection does not differ between groups).
    ``hidden`` : what the selection of people depends on that no indicator measures.
    """

    definitions: Definitions
    programme: Programme
    condition: str
    hidden: tuple[str, ...]
    participants: int = 130
    comparison: int = 260

    @property
    def assignment(self) -> str:
        """How the comparison came about, as ``cohort.yml`` would say it."""
        return "randomised" if self.condition == "lottery" else "observational"

    @cached_property
    def simulation(self) -> Simulation:
        """The simulation under this condition."""
        declared = self.definitions.simulation
        if self.condition == "hidden":
            return declared
        known = without_hidden(declared, self.hidden)
        return known if self.condition == "measured" else by_lottery(known)

    def plan(self, seed: int) -> Plan:
        """What is simulated from one seed."""
        request = Request(
            self.programme.programme,
            "trial-synthetic",
            self.participants,
            seed,
            NONE,
            comparison=self.comparison,
        )
        return plan_of(request, replace(self.definitions, simulation=shifted_by_group(self.simulation)))

    def drawn(self, seed: int) -> Drawn:
        """One cohort with its truth."""
        return Drawn(seed, self.truth(seed), {effect: self.draw(seed, effect) for effect in EFFECTS})

    def draw(self, seed: int, effect: str) -> pd.DataFrame:
        """The indicators of those who answered; ``effect`` is one of ``EFFECTS``."""
        block = next(blocks(self.plan(seed), is_treated=effect == "planted"))
        return self._built(block, seed, np.flatnonzero(block.answered))

    def truth(self, seed: int) -> dict[str, float]:
        """Mean effect on all who took part, by name of indicator: the same people with and without it,
        without errors of measurement.
        """
        import pandas as pd

        there, absent = (
            next(blocks(self.plan(seed), is_treated=treated, is_biased=False)) for treated in (True, False)
        )
        took_part = there.people.values[TREATED] == 1
        one, two = (self._built(block, seed, None)[took_part] for block in (there, absent))
        numeric = [name for name in one.columns if pd.api.types.is_numeric_dtype(one[name]) and name in two]
        return {
            name: float((one[name].astype("float64") - two[name].astype("float64")).mean())
            for name in numeric
        }

    def _built(self, block: Block, seed: int, rows: np.ndarray | None) -> pd.DataFrame:
        given = self.definitions
        return indicators_of(
            block, self.plan(seed), Measures(given.programme, given.indicators, given.folder), rows=rows
        )


def only_groups(terms: dict[str, float], group: str) -> dict[str, float]:
    """The terms that name nothing but the group."""
    return {
        term: number
        for term, number in terms.items()
        if all(part.strip().partition("=")[0] == group for part in term.split("*"))
    }


def without_hidden(simulation: Simulation, hidden: tuple[str, ...]) -> Simulation:
    """A simulation in which nothing hidden decides who is selected, and answers are missing at random within
    each group.

    Raises
    ------
    ValueError where selection does not depend on something named as hidden.
    """
    terms = simulation.selection.plus
    unknown = [
        name
        for name in hidden
        if not any(name == part.partition("=")[0] for term in terms for part in term.split("*"))
    ]
    if unknown:
        raise ValueError(
            f"selection does not depend on {' or '.join(unknown)}: it depends on {', '.join(terms)}"
        )
    kept = {
        term: number
        for term, number in terms.items()
        if not any(part.partition("=")[0] in hidden for part in term.split("*"))
    }
    steps = [
        (
            step.model_copy(
                update={
                    "blank": step.blank.model_copy(
                        update={"plus": only_groups(step.blank.plus, simulation.group)}
                    )
                }
            )
            if step.blank
            else step
        )
        for step in simulation.steps
    ]
    response = simulation.response.model_copy(
        update={"plus": only_groups(simulation.response.plus, simulation.group)}
    )
    selection = simulation.selection.model_copy(update={"plus": kept})
    return simulation.model_copy(update={"selection": selection, "steps": steps, "response": response})


def by_lottery(simulation: Simulation) -> Simulation:
    """A simulation in which all groups are drawn from the same people and answer alike."""
    groups = {code: group.model_copy(update={"selected": None}) for code, group in simulation.groups.items()}
    response = simulation.response.model_copy(update={"plus": {}})
    return simulation.model_copy(update={"groups": groups, "response": response})


def shifted_by_group(simulation: Simulation) -> Simulation:
    """The same simulation with response shift tied to the group: it stays where the programme has no
    effect.
    """
    took_part = [code for code, group in simulation.groups.items() if group.treated]

    def terms(shift: dict[str, float]) -> dict[str, float]:
        found = {term: number for term, number in shift.items() if term != TREATED}
        return found | (
            {f"{simulation.group}={code}": shift[TREATED] for code in took_part} if TREATED in shift else {}
        )

    def moved(step: object) -> object:
        return (
            step.model_copy(update={"shift": terms(step.shift)})
            if isinstance(step, Ratings) and step.shift
            else step
        )

    rows = [
        entry.model_copy(update={"steps": [moved(step) for step in entry.steps]}) for entry in simulation.rows
    ]
    return simulation.model_copy(update={"steps": [moved(step) for step in simulation.steps], "rows": rows})
