"""What was fixed before looking: the pre-analysis plan of a programme, and how a run departs from it.

A plan is a dated YAML file beside the programme's definitions. It says in full which indicators bear on which claim, which
specification is primary, its covariates, the families of indicators, the subgroups and the smallest effect of interest; a run
compares the definitions that it uses with the plan in force, and its record holds the plan's checksum (Olken 2015, Journal of
Economic Perspectives 29(3), 61–80).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from helpers.definitions import shown
from helpers.indicators import Indicator
from helpers.problems import Problem, refuse
from helpers.programme import Programme, Specification

NAME = re.compile(r"^plan-(\d{4}-\d{2}-\d{2})\.yml$")
HEAD = """\
# Pre-analysis plan, written by `manfaat plan`. Not to be edited: its checksum stands in the record of every run, and a run
# whose definitions differ from it says so in its report.
"""


@dataclass(frozen=True)
class Plan:
    """A plan in force: its date, what it fixed, and the checksum of its file."""

    written: str
    fixed: dict[str, object]
    file: str
    sha256: str


@dataclass(frozen=True)
class Departure:
    """One thing that a run does otherwise than planned; ``planned`` or ``now`` is empty where it was added or left out."""

    what: str
    planned: str
    now: str


def specification_plan(spec: Specification) -> dict[str, object]:
    """What a specification fixes, without its label."""
    return spec.model_dump(exclude={"label", "id"}, exclude_defaults=True)


def fixed(programme: Programme, indicators: list[Indicator], *, confidence: float = 0.95, power: float = 0.8) -> dict[str, object]:
    """Gather what is fixed before results are seen, from the definition files, with the coverage of intervals and the power."""
    tested = [line for line in indicators if line.use == "effect"]
    families = {line.family: [] for line in tested if line.family}
    for line in tested:
        if line.family:
            families[line.family].append(line.name)
    return {
        "confidence": confidence,
        "power": power,
        "design": programme.design.model_dump(exclude={"unit", "times"}, exclude_none=True),
        "primary": programme.primary.model_dump(exclude={"because"}),
        "claims": {claim.id: claim.model_dump(exclude={"id", "text", "because"}, exclude_defaults=True) for claim in programme.claims},
        "families": families,
        "directions": {line.name: line.direction for line in tested if line.direction},
        "definitions": {line.name: f"{line.recipe}({line.inputs}; {line.arguments})" for line in tested},
        "smallest_effects": dict(programme.smallest_effects),
        "subgroups": {one.id: {"variable": one.variable, "answers": list(one.answers)} for one in programme.subgroups},
        "specifications": {spec.id: specification_plan(spec) for spec in programme.specifications},
    }


def write_plan(programme: Programme, indicators: list[Indicator], folder: Path, *, root: Path, today: date | None = None) -> Path:
    """Write ``plan-<date>.yml`` into the programme's folder.

    Raises
    ------
    ProblemsError if a plan of the same day is there: a plan is never overwritten.
    """
    day = (today or date.today()).isoformat()
    path = folder / f"plan-{day}.yml"
    if path.exists():
        refuse([Problem(shown(path, root), "there is a plan of this day already", expected="a plan is not overwritten; a new one is written on another day")])
    values = {"programme": programme.programme, "written": day, "fixed": fixed(programme, indicators)}
    path.write_text(HEAD + yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=160), encoding="utf-8")
    return path


def plans(folder: Path, *, root: Path) -> list[Plan]:
    """Read all plans of a programme, the oldest first.

    Raises
    ------
    ProblemsError naming a plan that cannot be read.
    """
    found, problems = [], []
    for path in sorted(path for path in folder.iterdir() if NAME.match(path.name)):
        raw = path.read_bytes()
        try:
            values = yaml.safe_load(raw.decode("utf-8"))
            found.append(Plan(str(values["written"]), dict(values["fixed"]), path.name, hashlib.sha256(raw).hexdigest()))
        except (yaml.YAMLError, UnicodeDecodeError, TypeError, KeyError, ValueError):
            problems.append(Problem(shown(path, root), "the plan cannot be read", expected="a file that manfaat plan wrote, unedited"))
    refuse(problems)
    return found


def flat(values: object, place: str = "") -> dict[str, str]:
    """Turn nested values into one line each: where it stands, and what stands there. Lists are kept whole."""
    if isinstance(values, dict) and values:
        return {key: text for name, inner in values.items() for key, text in flat(inner, f"{place}.{name}" if place else str(name)).items()}
    return {place: ", ".join(str(one) for one in values) if isinstance(values, list) else ("" if values in (None, {}) else str(values))}


def departures(plan: Plan, programme: Programme, indicators: list[Indicator], *, confidence: float = 0.95, power: float = 0.8) -> list[Departure]:
    """Compare what a run uses with the plan, line by line."""
    planned, now = flat(plan.fixed), flat(fixed(programme, indicators, confidence=confidence, power=power))
    keys = dict.fromkeys([*planned, *now])
    return [Departure(key, planned.get(key, ""), now.get(key, "")) for key in keys if planned.get(key, "") != now.get(key, "")]
