"""Mistakes in ``simulation.yml``: names that are not drawn before they are used, variables that no step
draws.
"""

from __future__ import annotations

from pathlib import Path

from manfaat.base.problems import Problem, nearest
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.expressions import parse_expression
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import read_yaml, shown
from manfaat.simulation.laws import Step
from manfaat.simulation.model import Simulation
from manfaat.simulation.world import TREATED

FILE = "simulation.yml"


def load_simulation(
    folder: Path, programme: Programme, codebook: Codebook, *, root: Path
) -> tuple[Simulation | None, list[Problem]]:
    """Read ``simulation.yml`` and check it against the programme and its codebook; say what it needs where
    there is none.
    """
    if not (folder / FILE).is_file():
        return None, [missing_file(programme, codebook, shown(folder / FILE, root))]
    simulation, problems = read_yaml(Simulation, folder / FILE, root=root)
    if simulation is None:
        return None, problems
    file = shown(folder / FILE, root)
    return simulation, problems + check_order(simulation, file) + check_variables(
        simulation, programme, codebook, file
    )


def missing_file(programme: Programme, codebook: Codebook, file: str) -> Problem:
    """Say what a programme needs before cohorts of it can be simulated."""
    parts = ", ".join(name for name, field in Simulation.model_fields.items() if field.is_required())
    group, keys = programme.design.group, programme.tables[programme.main_table].key
    drawn = [
        variable.name
        for variable in codebook.table(programme.main_table)
        if variable.role not in ("key", "group") and variable.name not in keys
    ]
    return Problem(
        file,
        "the file is missing, so cohorts of this programme cannot be simulated",
        expected=(
            f"{parts}; a step, or a line under 'left_blank', for each of {', '.join(drawn)}; under 'group'"
            f" the variable of '{group}'"
        ),
    )


def term_names(term: str) -> list[str]:
    """The columns of one term."""
    return [part.partition("=")[0].strip() for part in term.split("*")]


def uses(step: Step) -> list[str]:
    """Every column that a step looks at."""
    named = [name for term in step.terms() for name in term_names(term)]
    return [*step.needs(), *named, *(sorted(parse_expression(step.where).names()) if step.where else [])]


def check_order(simulation: Simulation, file: str) -> list[Problem]:
    """Say which step, selection or response looks at a column that is not drawn before it, and which columns
    are drawn twice.
    """
    problems, known = [], {TREATED, simulation.group, simulation.key, simulation.interview}
    asked = [(f"steps.{step.name}", uses(step), step.names()) for step in simulation.selection.steps]
    asked.append(("selection", [name for term in simulation.selection.plus for name in term_names(term)], []))
    asked += [(f"steps.{step.name}", uses(step), step.names()) for step in simulation.steps]
    asked.append(("response", [name for term in simulation.response.plus for name in term_names(term)], []))
    for rows in simulation.rows:
        names = [name for term in rows.plus for name in term_names(term)] + (
            sorted(parse_expression(rows.where).names()) if rows.where else []
        )
        asked.append((f"rows.{rows.table}", names, []))
        asked += [(f"steps.{step.name}", uses(step), step.names()) for step in rows.steps]
    for place, needed, drawn in asked:
        problems += [
            Problem(
                file, f"'{name}' is not drawn by an earlier step", column=place, expected=nearest(name, known)
            )
            for name in dict.fromkeys(needed)
            if name not in known
        ]
        problems += [
            Problem(file, f"'{name}' is drawn twice", column=place) for name in drawn if name in known
        ]
        known |= set(drawn)
    return problems


def check_variables(
    simulation: Simulation, programme: Programme, codebook: Codebook, file: str
) -> list[Problem]:
    """Say which tables do not exist and which of their variables no step draws and ``left_blank`` does not
    name.
    """
    tables = [
        programme.main_table,
        *[rows.table for rows in simulation.rows],
        *[listing.table for listing in simulation.listings],
    ]
    problems = [
        Problem(
            file,
            f"the table '{name}' is not declared",
            column="rows",
            expected=nearest(name, programme.tables),
        )
        for name in tables
        if name not in programme.tables
    ]
    drawn = {name for step in simulation.all_steps() for name in step.names()} | {
        simulation.key,
        simulation.group,
        simulation.interview,
    }
    problems += check_response(
        simulation, {variable.name for variable in codebook.table(programme.main_table)}, file
    )
    for name in tables[: 1 + len(simulation.rows)]:
        known = drawn | set(simulation.left_blank)
        problems += [
            Problem(
                file,
                f"no step draws '{variable.name}' of the table '{name}'",
                column="steps",
                expected="a step, or a line under 'left_blank'",
            )
            for variable in codebook.table(name)
            if variable.name not in known
        ]
    for listing in simulation.listings:
        names = {variable.name for variable in codebook.table(listing.table)}
        given = {name for line in listing.lines for name in line.values} | {
            listing.key,
            listing.year,
            listing.year_paid,
        }
        problems += [
            Problem(
                file,
                f"'{name}' is not a variable of '{listing.table}'",
                column="listings",
                expected=nearest(name, names),
            )
            for name in sorted(given - names)
        ]
    return problems


def check_response(simulation: Simulation, names: set[str], file: str) -> list[Problem]:
    """Say which names about those who do not answer are unknown: groups, and variables of the main table."""
    response = simulation.response
    problems = [
        Problem(
            file,
            f"there is no group '{code}'",
            column="response.lost_by",
            expected=nearest(code, simulation.groups),
        )
        for code in response.lost_by
        if code not in simulation.groups
    ]
    named = [response.consent.question, *response.consent.before] if response.consent else []
    return problems + [
        Problem(
            file,
            f"'{name}' is not a variable of the main table",
            column="response.consent",
            expected=nearest(name, names),
        )
        for name in named
        if name not in names
    ]
