"""What was fixed before looking: the pre-analysis plan of a programme, and how a run departs from it.

A plan is a dated YAML file beside the programme's definitions. It says in full which indicators bear on which
claim, which specification is primary, its covariates, the families of indicators, the subgroups and the
smallest effect of interest; a run compares the definitions that it uses with the plan in force, and its
record holds the plan's checksum (Olken 2015, Journal of Economic Perspectives 29(3), 61–80).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from manfaat.base.moments import day_of, moment
from manfaat.base.paths import Places, known_cohorts, places
from manfaat.base.problems import Problem, refuse
from manfaat.base.strict import held_in, json_text
from manfaat.base.typed import required
from manfaat.base.writing import written_whole
from manfaat.definitions.cohort import load_cohort
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.records import load_yaml, shown

NAME = re.compile(r"^plan-(\d{4}-\d{2}-\d{2})\.yml$")
# when the results of a delivery were first seen; beside its tables, and again in the report's record
LOOK = "first_look.json"
HEAD = """\
# Pre-analysis plan, written by `manfaat plan`. Not to be edited: its checksum stands in the record of every run, and a run
# whose definitions differ from it says so in its report.
"""  # noqa: E501


@dataclass(frozen=True)
class Plan:
    """A plan: its date, what it fixed, the checksum of its file, and the cohorts whose results had been seen
    when it was written.

    ``seen`` is None in a plan that does not say.
    """

    written: str
    fixed: dict[str, object]
    file: str
    sha256: str
    seen: tuple[str, ...] | None = None

    def vouches(self, cohort: str, look: str) -> bool:
        """Whether it was written before the results of a cohort were first seen on the day ``look``; empty:
        not yet seen.
        """
        return cohort not in (self.seen or ()) and (
            not look or self.written < look or (self.written == look and self.seen is not None)
        )


@dataclass(frozen=True)
class Departure:
    """One thing that a run does otherwise than planned; ``planned`` or ``now`` is empty where it was added or
    left out.
    """

    what: str
    planned: str
    now: str


def specification_plan(spec: Specification) -> dict[str, object]:
    """What a specification fixes, without its label."""
    return spec.model_dump(exclude={"label", "id"}, exclude_defaults=True)


def design_plan(programme: Programme) -> dict[str, object]:
    """What the design fixes, without words; arms only where there are some."""
    found = programme.design.model_dump(exclude={"unit", "times", "words"}, exclude_none=True)
    arms = {name: arm.answers for name, arm in programme.design.arms.items()}
    return {name: value for name, value in found.items() if name != "arms"} | ({"arms": arms} if arms else {})


def fixed(
    programme: Programme, indicators: list[Indicator], *, confidence: float = 0.95, power: float = 0.8
) -> dict[str, object]:
    """Gather what is fixed before results are seen, from the definition files, with the coverage of intervals
    and the power.
    """
    tested = [line for line in indicators if line.use == "effect"]
    families: dict[str, list[str]] = {line.family: [] for line in tested if line.family}
    for line in tested:
        if line.family:
            families[line.family].append(line.name)
    return {
        "confidence": confidence,
        "power": power,
        "design": design_plan(programme),
        "primary": required(programme.primary, "a primary specification").model_dump(exclude={"because"}),
        "claims": {
            claim.id: claim.model_dump(exclude={"id", "text", "because"}, exclude_defaults=True)
            for claim in programme.claims
        },
        "families": families,
        "directions": {line.name: line.direction for line in tested if line.direction},
        "definitions": {line.name: f"{line.recipe}({line.inputs}; {line.arguments})" for line in tested},
        "smallest_effects": dict(programme.smallest_effects),
        "subgroups": {
            one.id: {"variable": one.variable, "answers": list(one.answers)} for one in programme.subgroups
        },
        "specifications": {spec.id: specification_plan(spec) for spec in programme.specifications},
    }


def first_look(place: Places) -> str:
    """The day on which results of a cohort were first seen, as far as anything here remembers; empty where
    nothing does.
    """
    days = [
        held.get("first_look") or str(held.get("finished", ""))[:10]
        for held in map(held_in, (place.processed / LOOK, place.reports / "run.json"))
    ]
    return min((day for day in days if day), default="")


def note_look(place: Places, *, today: date | None = None) -> None:
    """Remember that the results of a cohort are seen today, unless they have been before."""
    target, day = place.processed / LOOK, first_look(place) or (today or day_of(moment())).isoformat()
    if held_in(target).get("first_look") != day:
        place.make_private()
        with written_whole(target) as path:
            path.write_text(json_text({"first_look": day}), encoding="utf-8")


def looks(
    programme: str, root: Path, *, data_dir: str = "data", reports_dir: str = "reports"
) -> dict[str, str]:
    """The cohorts of a programme whose results have been seen, each with the day of the first look."""
    found: dict[str, str] = {}
    for name in known_cohorts(root / data_dir):
        cohort, _ = load_cohort(root / data_dir / "raw" / name, root=root)
        day = first_look(places(name, data_dir=data_dir, reports_dir=reports_dir, root=root))
        found |= {name: day} if day and cohort and cohort.programme == programme else {}
    return found


def in_force(known: list[Plan], cohort: str, look: str) -> Plan | None:
    """The latest plan that vouches for a cohort, or where none does the latest; None without plans."""
    return next(
        (plan for plan in reversed(known) if plan.vouches(cohort, look)), known[-1] if known else None
    )


def write_plan(
    programme: Programme,
    indicators: list[Indicator],
    folder: Path,
    *,
    root: Path,
    today: date | None = None,
    seen: tuple[str, ...] = (),
) -> Path:
    """Write ``plan-<date>.yml`` into the programme's folder; ``seen`` are the cohorts whose results have been
    seen.

    Raises
    ------
    ProblemsError if a plan of the same day is there: a plan is never overwritten.
    """
    day = (today or date.today()).isoformat()
    path = folder / f"plan-{day}.yml"
    if path.exists():
        refuse(
            [
                Problem(
                    shown(path, root),
                    "there is a plan of this day already",
                    expected="a plan is not overwritten; a new one is written on another day",
                )
            ]
        )
    values = {
        "programme": programme.programme,
        "written": day,
        "seen": list(seen),
        "fixed": fixed(programme, indicators),
    }
    path.write_text(
        HEAD + yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=160), encoding="utf-8"
    )
    return path


def plans(folder: Path, *, root: Path) -> list[Plan]:
    """Read all plans of a programme, the oldest first.

    Raises
    ------
    ProblemsError naming a plan that cannot be read.
    """
    found, problems = [], []
    for path in sorted(path for path in folder.iterdir() if NAME.match(path.name) and path.is_file()):
        raw = path.read_bytes()
        try:
            values = load_yaml(raw.decode("utf-8"))
            found.append(plan_of(path.name, values, hashlib.sha256(raw).hexdigest()))
        except (yaml.YAMLError, UnicodeDecodeError, TypeError, AttributeError, KeyError, ValueError):
            problems.append(
                Problem(
                    shown(path, root),
                    "the plan cannot be read",
                    expected="a file that manfaat plan wrote, unedited",
                )
            )
    refuse(problems)
    return found


def plan_of(file: str, values: dict[str, Any], sha256: str) -> Plan:
    """Read one plan.

    Raises
    ------
    ValueError, KeyError or TypeError where it is not as it was written; its date is that of its name.
    """
    written, seen = str(values["written"]), values.get("seen")
    named = NAME.match(file)
    if named is None or written != named[1] or not isinstance(seen, list | None):
        raise ValueError("the plan was edited")
    date.fromisoformat(written)
    return Plan(written, dict(values["fixed"]), file, sha256, None if seen is None else tuple(map(str, seen)))


def flat(values: object, place: str = "") -> dict[str, str]:
    """Turn nested values into one line each: where it stands, and what stands there. Lists are kept whole."""
    if isinstance(values, dict) and values:
        return {
            key: text
            for name, inner in values.items()
            for key, text in flat(inner, f"{place}.{name}" if place else str(name)).items()
        }
    return {
        place: (
            ", ".join(str(one) for one in values)
            if isinstance(values, list)
            else ("" if values in (None, {}) else str(values))
        )
    }


def departures(
    plan: Plan,
    programme: Programme,
    indicators: list[Indicator],
    *,
    confidence: float = 0.95,
    power: float = 0.8,
) -> list[Departure]:
    """Compare what a run uses with the plan, line by line."""
    planned, now = flat(plan.fixed), flat(fixed(programme, indicators, confidence=confidence, power=power))
    keys = dict.fromkeys([*planned, *now])
    return [
        Departure(key, planned.get(key, ""), now.get(key, ""))
        for key in keys
        if planned.get(key, "") != now.get(key, "")
    ]
