"""Was it fixed before looking? The plan in force, and where the run departs from it, in words."""

from __future__ import annotations

from datetime import date

import pandas as pd

from helpers.plan import Departure, departures, plans
from helpers.report.exhibit import Exhibit
from helpers.report.tables import Column, table
from helpers.study import Study
from helpers.words import Language


def found_departures(study: Study, estimates: pd.DataFrame) -> list[Departure]:
    """Where this run departs from the plan in force, the latest one; nothing where there is no plan."""
    known = plans(study.definitions, root=study.places.root)
    used = {name: float(values.iloc[0]) for name in ("confidence", "power") if len(values := estimates[name].dropna())}
    return departures(known[-1], study.programme, list(study.indicators), **used) if known else []


def plan_sentence(study: Study, estimates: pd.DataFrame, language: Language) -> str:
    """Say whether there is a plan, of what date, and whether the run keeps to it."""
    known = plans(study.definitions, root=study.places.root)
    if not known:
        return language.say("No dated plan vouches for this: specifications and claims are as the definition files have them today.")
    departed = found_departures(study, estimates)
    text = language.say(
        "A plan was written down on {day} (checksum {sum}…).", day=language.date(date.fromisoformat(known[-1].written)), sum=known[-1].sha256[:12]
    )
    if len(known) > 1:
        text += " " + language.say_count("{n} earlier plan is kept beside it.", "{n} earlier plans are kept beside it.", len(known) - 1)
    if not departed:
        return text + " " + language.say("This run keeps to it in every respect.")
    return text + " " + language.say_count("This run departs from it in {n} respect.", "This run departs from it in {n} respects.", len(departed))


def departures_table(study: Study, estimates: pd.DataFrame, language: Language) -> list[Exhibit]:
    """What was planned and what was done instead; nothing where the run keeps to its plan."""
    rows = [vars(one) for one in found_departures(study, estimates)]
    if not rows:
        return []
    columns = [Column("what", language.say("What")), Column("planned", language.say("Planned")), Column("now", language.say("In this run"))]
    caption = language.say("Each line of the plan that differs from the definitions of this run; an empty cell was not there.")
    return [table("departures", language.say("Departures from the plan"), caption, pd.DataFrame(rows), columns)]
