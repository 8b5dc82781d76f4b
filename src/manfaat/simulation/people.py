"""People, block by block: selection, answers, skip rules, who answers, further tables. Nothing is written
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from manfaat.definitions.codebook import Codebook
from manfaat.simulation.conditions import fails, holds
from manfaat.simulation.laws import Step, coded
from manfaat.simulation.model import Fate, Response, Simulation
from manfaat.simulation.world import TREATED, World

MOST_ATTEMPTS = 500
LOST: tuple[Fate, ...] = ("not_reached", "refused", "no_consent")
FATES = ("answered", *LOST)


@dataclass(frozen=True)
class Plan:
    """What is to be simulated: how many took part, from which seed, at which prices, with interviews from
    which day on.

    ``command`` : how to make the same cohort again. ``fixed`` : columns that have one code for everybody (the
    version of the form), instead of what their step draws.
    """

    simulation: Simulation
    codebook: Codebook
    main_table: str
    series: Mapping[str, Mapping[int, float]]
    participants: int
    seed: int
    survey: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    command: str = "manfaat simulate"

    @property
    def sizes(self) -> dict[str, int]:
        """People of each group: the participants, and the others in proportion to them (rounded)."""
        return {
            code: round(self.participants * group.per_participant)
            for code, group in self.simulation.groups.items()
        }

    @property
    def first_day(self) -> float:
        """First day of the interviews, in days since 1970."""
        return float((date.fromisoformat(self.survey or self.simulation.survey) - date(1970, 1, 1)).days)


@dataclass(frozen=True)
class Block:
    """Some of the people: everybody (``people``) and who of them answered (``answered``, a mask); further
    tables with their rows.

    ``fates`` : what became of everybody, as places in ``FATES``. Those without consent have a row, but no
    answers.
    """

    people: World
    answered: np.ndarray
    tables: dict[str, tuple[World, np.ndarray]]
    fates: np.ndarray

    @property
    def declined(self) -> np.ndarray:
        """Who was asked and did not consent (a mask)."""
        mask: np.ndarray = self.fates == FATES.index("no_consent")
        return mask


def blocks(plan: Plan, *, is_treated: bool = True, is_biased: bool = True) -> Iterator[Block]:
    """Simulate all people, at most ``block`` at a time, so that memory does not grow with their number.

    Everybody is numbered through; the groups come in turn, in the proportions of the plan, so that every
    block holds all groups.
    """
    sizes = np.array(list(plan.sizes.values()))
    total, size = int(sizes.sum()), plan.simulation.block
    for number, start in enumerate(range(0, total, size)):
        places = np.arange(start, min(start + size, total), dtype="int64")
        yield simulate_block(
            plan, number, group_of(places, sizes), start, is_treated=is_treated, is_biased=is_biased
        )


def group_of(places: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the group (0, 1, …) of people numbered from 0: spread evenly, each group exactly as large as it
    should be.
    """
    total = int(sizes.sum())
    spread = (places * stride(total)) % total  # a permutation of 0 … total − 1
    return np.searchsorted(np.cumsum(sizes), spread, side="right")


def stride(total: int) -> int:
    """A step without a common divisor with ``total``, near the golden section of it: it visits every number
    once, in no order.
    """
    step = max(1, round(total * 0.6180339887))
    while np.gcd(step, total) != 1:
        step += 1
    return step


def simulate_block(
    plan: Plan, number: int, groups: np.ndarray, start: int, *, is_treated: bool, is_biased: bool
) -> Block:
    """Simulate one block of people; see ``blocks``."""
    definition, n = plan.simulation, len(groups)
    world = World(n, plan.seed, number, plan.series, is_treated, is_biased)
    codes, declared = list(definition.groups), list(definition.groups.values())
    select(
        world,
        plan,
        np.array([np.nan if group.selected is None else float(group.selected) for group in declared])[groups],
    )
    world.put(definition.group, np.array([float(code) for code in codes])[groups], "code")
    world.put(TREATED, np.array([float(group.treated) for group in declared])[groups])
    world.put(definition.interview, np.full(n, plan.first_day), "day")
    world.put(definition.key, np.arange(start, start + n, dtype="int64"), "text")
    for step in definition.steps:
        run(step, world)
        if step.name in plan.fixed:
            world.put(step.name, coded([plan.fixed[step.name]], np.zeros(n, dtype="int64")), "code")
    # Without what makes answers wrong everybody answers, and every further form is filled in: an effect is
    # that on all who took part.
    fates = fates_of(
        world,
        definition.response,
        np.array([group.responds and is_biased for group in declared])[groups],
        np.array(codes)[groups],
    )
    answered, tables = fates == 0, {}
    for rows in definition.rows:
        chance = 1 / (1 + np.exp(-world.sum(rows.base, rows.plus)))
        there = (
            answered
            & holds(rows.where, world)
            & ((world.stream(f"rows of {rows.table}").random(n) < chance) | (not is_biased))
        )
        for step in rows.steps:
            run(step, world)
        tables[rows.table] = (world, there)
    for table in (plan.main_table, *tables):
        skip(world, plan.codebook, table)
    return Block(world, answered, tables, fates)


def fates_of(world: World, response: Response, follows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Draw who answers, and what became of the others: places in ``FATES``."""
    odds = 1 / (1 + np.exp(-world.sum(response.base, response.plus)))
    silent = follows & (world.stream("response").random(world.n) >= odds)
    luck, fates = world.stream("lost").random(world.n), np.zeros(world.n, dtype="int8")
    for group in np.unique(groups):
        table = response.lost_by.get(group, response.lost)
        shares = np.cumsum([table.get(fate, 0.0) for fate in LOST])
        rows = silent & (groups == group)
        fates[rows] = 1 + np.searchsorted(shares / shares[-1], luck[rows], side="right").clip(
            max=len(FATES) - 2
        )
    return fates


def run(step: Step, world: World) -> None:
    """Draw one step, for those whom it concerns, and leave out who does not answer."""
    step.draw(world)
    for name in step.names():
        if step.where:
            world.leave_out(name, ~holds(step.where, world), "not_applicable")
        if step.blank:
            odds = 1 / (1 + np.exp(-world.sum(step.blank.base, step.blank.plus)))
            silent = (world.stream(f"{name} blank").random(world.n) < odds) & ~world.is_missing(name)
            if world.is_biased:
                world.leave_out(name, silent, step.blank.reason)


def select(world: World, plan: Plan, needed: np.ndarray) -> None:
    """Draw what is known of people before selection, again and again until everybody has the selection that
    the group needs.

    Parameters
    ----------
    needed : 1 selected, 0 not selected, NaN where no selection concerned them.
    """
    selection, open_places = plan.simulation.selection, np.arange(world.n)
    for attempt in range(MOST_ATTEMPTS):
        trial = World(len(open_places), world.seed, world.block * 1000 + attempt + 1_000_000, world.series)
        for step in selection.steps:
            run(step, trial)
        odds = 1 / (1 + np.exp(-trial.sum(selection.base, selection.plus)))
        chosen = (trial.stream("selection").random(trial.n) < odds).astype("float64")
        fits = np.isnan(needed[open_places]) | (chosen == needed[open_places])
        for name, values in trial.values.items():
            if attempt == 0:
                world.put(name, values.copy(), trial.kinds[name])
                if name in trial.pools:
                    world.pools[name] = trial.pools[name]
            else:
                world.values[name][open_places[fits]] = values[fits]
        open_places = open_places[~fits]
        if not len(open_places):
            return
    raise ValueError(
        f"{len(open_places)} people could not be drawn with the selection that their group needs: the odds of"
        " selection are too extreme"
    )


def skip(world: World, codebook: Codebook, table: str) -> None:
    """Leave out every answer whose skip rule says that it is not asked, and what a version of the form does
    not ask.
    """
    variables = codebook.table(table)
    version = next((variable.name for variable in variables if variable.role == "version"), None)
    for variable in variables:
        if variable.name not in world.values:
            continue
        if variable.relevant:
            world.leave_out(variable.name, fails(variable.relevant, world), "not_applicable", outright=True)
        if variable.versions and version in world.values:
            asked = np.isin(world.column(version), [float(form) for form in variable.versions.split()])
            world.leave_out(variable.name, ~asked, "not_asked", outright=True)
