"""A cohort's specifications tried on its indicators, without publishing a number: does each find what it
needs?

The specification that speaks for the cohort is run on every indicator that an effect is asked for, the others
until one has a number. A message says in words what the reason of an estimate is, and which column is to
blame where one is.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from manfaat.base.problems import Problem
from manfaat.base.reasons import Reason
from manfaat.definitions.indicator import Indicator, concepts
from manfaat.definitions.programme import Programme, Specification
from manfaat.definitions.records import shown
from manfaat.definitions.study import Study
from manfaat.evaluation.estimate import Settings, from_settings
from manfaat.evaluation.ladder import results_of
from manfaat.evaluation.sample import Dataset, NotApplicableError, group_code, participation, variable
from manfaat.report.reasons import say_reason
from manfaat.report.words import Language

DRAWS = 199  # of a bootstrap or lottery: the number is not kept
EVERY = ("input", "activity", "output", "outcome", "impact")


@dataclass(frozen=True)
class Trial:
    """What a trial found: ``problems`` keep the cohort from a result, ``notes`` leave some numbers out."""

    problems: list[Problem]
    notes: list[str]


def try_study(study: Study, built: pd.DataFrame) -> Trial:
    """Try every specification of a cohort on the indicators that an effect is asked for.

    Parameters
    ----------
    built : the indicators, one row a unit, as ``analysis.study.build`` gives them.
    """
    data = Dataset(built, study.programme, list(study.indicators))
    settings = Settings(
        study.cohort.cohort,
        study.cohort.assignment,
        study.primary,
        draws=DRAWS,
        trained=study.cohort.denominators.trained,
    )
    file = shown(study.definitions / "programme.yml", study.places.root)
    problems, notes = [], on_no_side(built, study.programme)
    for spec in study.programme.specifications:
        lines = [line for line in concepts(data.indicators, stages=EVERY) if spec.asks_for(line.indicator)]
        is_primary = spec.id == study.primary
        refused, doubts = outcomes(data, lines, spec, settings, until_one=not is_primary)
        for reason in dict.fromkeys(refused.values()):
            names = [name for name, other in refused.items() if other == reason]
            told = f"no number for {', '.join(names)}: {in_words(reason)}{blamed(data, names, spec)}"
            if is_primary and len(refused) == len(lines):
                told = f"it speaks for the cohort, and gives {told}"
                problems.append(Problem(file, told, column=f"specifications.{spec.id}"))
            elif is_primary or len(refused) == len(lines):
                notes.append(f"{spec.id}: {told}")
        notes += [f"{spec.id}: no verdict will rest on it: {in_words(reason)}" for reason in doubts]
    return Trial(problems, notes)


def outcomes(
    data: Dataset, lines: list[Indicator], spec: Specification, settings: Settings, *, until_one: bool
) -> tuple[dict[str, Reason], list[Reason]]:
    """Run a specification; ``until_one``: until one indicator has a number.

    Returns
    -------
    The indicators that it has no number for, each with the reason; and the doubts of every number, where all
    indicators are looked at.
    """
    refused: dict[str, Reason] = {}
    doubts: list[set[Reason]] = []
    first = spec.model_copy(update={"std_errors": spec.std_errors[:1]})
    for line in lines:
        try:
            _, found = results_of(data, line, first, from_settings(settings))
        except NotApplicableError as failure:
            refused[line.name] = failure.reason
            continue
        results = [result for sized in found.values() for result, _ in sized]
        if all(result.is_refused for result in results):
            refused[line.name] = results[0].reasons[0]
        elif until_one:
            return refused, []
        else:
            doubts.append({reason for result in results for reason in result.reasons if reason.doubts})
    return refused, sorted(set.intersection(*doubts), key=str) if doubts else []


def on_no_side(built: pd.DataFrame, programme: Programme) -> list[str]:
    """A note on those who are neither participants nor the comparison group, by their answer."""
    answers = built[programme.design.group]
    left = answers[participation(built, programme).isna() & answers.notna()].map(group_code)
    told = ", ".join(f"{code}: {n}" for code, n in left.value_counts(sort=False).items())
    return (
        [f"design: {len(left)} are neither participants nor compared, and in no estimate ({told})"]
        if told
        else []
    )


def in_words(reason: Reason) -> str:
    """The sentence of a reason."""
    return say_reason(reason, Language("en"))


def blamed(data: Dataset, names: list[str], spec: Specification) -> str:
    """Which of these indicators, and of the columns that a specification rests on, nobody answered, or all
    alike; "" where there are none.
    """
    programme = data.programme
    group = participation(data.table, programme)
    asked = data.table[group.notna()]
    told = []
    for name in dict.fromkeys([*spec.columns(programme.design), *names]):
        if name not in asked:
            continue
        answers = variable(asked, name, programme).dropna()
        if answers.empty:
            told.append(f"nobody has an answer to '{name}'")
        elif answers.nunique() == 1:
            told.append(f"'{name}' is the same for all")
    return f" ({'; '.join(told)})" if told else ""
