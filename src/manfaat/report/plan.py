"""Was it fixed before looking? The plan in force, and where the run departs from it, in words."""

from __future__ import annotations

from datetime import date

import pandas as pd

from manfaat.analysis.plan import Departure, Plan, departures, first_look, in_force, plans
from manfaat.definitions.study import Study
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.tables import Layout
from manfaat.report.words import mark

SPEAKS = ("primary", "design")  # parts of a plan that say which estimate speaks
DEPARTURES = Layout(
    "departures",
    mark("Departures from the plan"),
    [("what", mark("What")), ("planned", mark("Planned")), ("now", mark("In this run"))],
    mark("Each line of the plan that differs from the definitions of this run; an empty cell was not there."),
)


def plan_for(study: Study) -> tuple[Plan | None, str]:
    """The plan in force for a cohort, and the day on which its results were first seen; None where there is
    no plan.
    """
    look = first_look(study.places)
    return in_force(plans(study.definitions, root=study.places.root), study.cohort.cohort, look), look


def fixed_before(study: Study, *parts: str) -> bool:
    """Whether a plan older than the first look at a cohort's results fixed these parts as they are now
    ("primary", "subgroups").
    """
    plan, look = plan_for(study)
    if plan is None or not plan.vouches(study.cohort.cohort, look):
        return False
    departed = departures(plan, study.programme, list(study.indicators))
    return not any(one.what == part or one.what.startswith(f"{part}.") for one in departed for part in parts)


def found_departures(study: Study, estimates: pd.DataFrame) -> list[Departure]:
    """Where this run departs from the plan in force; nothing where there is no plan."""
    plan, _ = plan_for(study)
    used = {
        name: float(values.iloc[0])
        for name in ("confidence", "power")
        if len(values := estimates[name].dropna())
    }
    return departures(plan, study.programme, list(study.indicators), **used) if plan else []


def plan_sentence(reader: Reader, estimates: pd.DataFrame) -> str:
    """Say whether there is a plan, of what date, and whether the run keeps to it."""
    (plan, look), known = (
        plan_for(reader.study),
        plans(reader.study.definitions, root=reader.study.places.root),
    )
    if plan is None:
        return reader.say(
            "No dated plan vouches for this: specifications and claims are as the definition files have them"
            " today."
        )
    departed = found_departures(reader.study, estimates)
    text = reader.say(
        "A plan was written down on {day} (checksum {sum}…).",
        day=reader.date(date.fromisoformat(plan.written)),
        sum=plan.sha256[:12],
    )
    if len(known) > 1:
        text += " " + reader.say_count(
            "Beside it {n} other plan is kept.", "Beside it {n} other plans are kept.", len(known) - 1
        )
    vouches = plan.vouches(reader.study.cohort.cohort, look)
    if look:
        seen = reader.date(date.fromisoformat(look))
        told = {
            True: reader.say(
                "The results of this delivery were first seen after that, on {seen}.", seen=seen
            ),
            False: reader.say(
                "The results of this delivery had been seen before, on {seen}: the plan does not vouch for"
                " them, and specifications and claims are as declared today.",
                seen=seen,
            ),
        }
        text += " " + told[vouches]
    if not departed and not vouches:
        return text
    if not departed:
        return text + " " + reader.say("This run keeps to it in every respect.")
    return (
        text
        + " "
        + reader.say_count(
            "This run departs from it in {n} respect.",
            "This run departs from it in {n} respects.",
            len(departed),
        )
    )


def departures_table(reader: Reader, estimates: pd.DataFrame) -> list[Exhibit]:
    """What was planned and what was done instead; nothing where the run keeps to its plan."""
    rows = [vars(one) for one in found_departures(reader.study, estimates)]
    return [DEPARTURES.exhibit(reader, rows)] if rows else []
