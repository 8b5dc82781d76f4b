"""What ``manfaat run`` does besides running: it checks what was asked for before anything starts, and tells
how it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from manfaat.base.problems import Problem, ProblemsError, nearest, refuse
from manfaat.run.fresh import State, due_pages
from manfaat.run.options import EVERY, Options


@dataclass(frozen=True)
class Asked:
    """How it was asked for: every cohort there is, or some by name; fresh ones too; only to be told."""

    every: bool = False
    is_forced: bool = False
    only_tells: bool = False


console, errors = Console(highlight=False), Console(stderr=True, highlight=False)


def check_options(options: Options, given: list[str], root: Path) -> tuple[Options, list[Problem]]:
    """Return the options with the parameters given as ``name=value``, and every unknown parameter, language
    and format.
    """
    from manfaat.base.parameters import check, parameters_of
    from manfaat.report.words import LANGUAGES
    from manfaat.run.files import FORMATS

    values, problems = check(given, parameters_of(root))
    languages, language = (*LANGUAGES, EVERY), options.language
    if language not in languages:
        problems.append(
            Problem(
                f"language '{language}'", "there is no such language", expected=nearest(language, languages)
            )
        )
    unknown = [name for name in options.formats if name not in FORMATS]
    problems += [
        Problem(f"format '{name}'", "there is no such format", expected=nearest(name, FORMATS))
        for name in unknown
    ]
    wanted = tuple(name for name in FORMATS if name == "html" or name in options.formats)
    return replace(options, values=values, formats=wanted), problems


def ready(cohorts: list[str], options: Options, root: Path) -> tuple[list[str], dict[str, ProblemsError]]:
    """Part the cohorts that can be run from those whose definitions or sealed files are not in order."""
    from manfaat.analysis.study import load_study
    from manfaat.cleaning.readers import check_files

    good, unfinished = [], {}
    for name in cohorts:
        try:
            study = load_study(name, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
            refuse(check_files(study.places.raw, study.cohort, root=root))
            good.append(name)
        except ProblemsError as failure:
            unfinished[name] = failure
    return good, unfinished


def run_command(
    states: dict[str, State], options: Options, given: list[str], root: Path, asked: Asked
) -> int:
    """Run those of the cohorts that are not fresh, and set cohorts side by side; return how many failed.

    Raises
    ------
    ProblemsError with everything that is wrong with what was asked for, before anything runs.
    """
    options, problems = check_options(options, given, root)
    due = [name for name, state in states.items() if not state.is_fresh]
    good, unfinished = ready(due, options, root)
    if not asked.every or not (good or len(due) < len(states)):
        problems += [problem for failure in unfinished.values() for problem in failure.problems]
    refuse(problems)
    failed = 0
    if asked.only_tells:
        for name in good:
            console.print(escape(f"{name}: would be run: {states[name].because}"), soft_wrap=True)
        for name in due_pages(states, options, root, is_forced=asked.is_forced):
            console.print(f"{name}: its cohorts would be set side by side")
    else:
        failed = run_all(good, options, root) if good else 0
        failed += side_by_side([name for name in states if name not in unfinished], options, root, asked)
    for name, failure in unfinished.items():
        errors.print(escape(f"{name}: not run: {failure}"), style="red", soft_wrap=True)
    return failed + len(unfinished)


def run_all(cohorts: list[str], options: Options, root: Path) -> int:
    """Run the cohorts with a line of progress each; return how many failed."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from manfaat.base.paths import NOTEBOOKS
    from manfaat.definitions.records import shown
    from manfaat.run.run import run_cohorts

    failed, steps = 0, len(NOTEBOOKS) * len(options.languages) + 1
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[doing]}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        tasks = {name: progress.add_task(name, total=steps, doing="waiting") for name in cohorts}
        done: dict[str, dict[str, float]] = {name: {} for name in cohorts}

        def tell(cohort: str, notebook: str, cell: int, cells: int) -> None:
            done[cohort][notebook] = (cell + 1) / cells if notebook != "report" else cell
            progress.update(
                tasks[cohort],
                completed=sum(done[cohort].values()),
                doing=f"{notebook}, cell {cell + 1} of {cells}" if notebook != "report" else "report",
            )

        for outcome in run_cohorts(cohorts, options, root=root, progress=tell):
            if not outcome.failure:
                progress.update(tasks[outcome.cohort], completed=steps, doing="done")
                if outcome.report:  # none where nothing is measured yet: the notes say so
                    console.print(
                        f"{outcome.cohort}: {shown(outcome.report, root)} ({outcome.seconds:.1f} s)",
                        soft_wrap=True,
                    )
                for note in outcome.notes:
                    errors.print(escape(f"{outcome.cohort}: {note}"), soft_wrap=True)
            else:
                failed += 1
                progress.update(tasks[outcome.cohort], doing="failed")
                kept = shown(root / options.data_dir / "processed" / outcome.cohort / "notebooks", root)
                errors.print(
                    escape(
                        f"{outcome.cohort}: {outcome.failure} (executed notebook kept in {kept}; the former"
                        " report is unchanged)"
                    ),
                    style="red",
                    soft_wrap=True,
                )
    return failed


def side_by_side(cohorts: list[str], options: Options, root: Path, asked: Asked) -> int:
    """Set the cohorts of each programme side by side that has several reports; return how many programmes
    failed.
    """
    from manfaat.definitions.records import shown
    from manfaat.run.programmes import run_programmes

    outcomes = run_programmes(cohorts, options, root=root, is_forced=asked.is_forced)
    for outcome in outcomes:
        if outcome.report:
            console.print(
                f"{outcome.cohort}: {shown(outcome.report, root)} ({outcome.seconds:.1f} s)", soft_wrap=True
            )
        if outcome.failure:
            errors.print(
                escape(
                    f"{outcome.cohort}, cohorts side by side: {outcome.failure} (the former page is"
                    " unchanged)"
                ),
                style="red",
                soft_wrap=True,
            )
        for note in outcome.notes:
            errors.print(escape(f"{outcome.cohort}: {note}"), soft_wrap=True)
    return sum(bool(outcome.failure) for outcome in outcomes)
