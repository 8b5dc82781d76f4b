"""From raw files to a report: all notebooks of one cohort, in order, or several cohorts side by side."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from nbformat import NotebookNode

from manfaat.analysis.plan import first_look, note_look
from manfaat.analysis.study import load_study, only_cleans
from manfaat.base.moments import moment
from manfaat.base.parameters import Parameter, parameters_of, select
from manfaat.base.paths import (
    COMPUTED,
    MADE,
    NOTEBOOKS,
    WORKINGS,
    Places,
    find_root,
    places,
    refused_by_machine,
    shown,
)
from manfaat.base.problems import ProblemsError, refuse
from manfaat.definitions.cohort import load_cohort
from manfaat.definitions.study import Study
from manfaat.report.gate import let_out, refuse_named, refuse_strange
from manfaat.report.letters import check_letters
from manfaat.report.words import Language
from manfaat.run.files import put_away, write_files
from manfaat.run.fresh import Read, files_of, moved, note_failed, note_made
from manfaat.run.interpreter import STOP, stop_notebooks
from manfaat.run.languages import StoppedError, Told, Turns, different, run_languages
from manfaat.run.options import Options
from manfaat.run.overview import write_index, write_summary
from manfaat.run.record import record, write_record
from manfaat.run.staging import replace, staging_folder, the_only_run

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

# A notebook waits for those of the step before it; those of one step run side by side.
# The longest goes first, so that the others fill the time beside it.
STEPS = (
    ("01_clean",),
    ("02_indicators",),
    ("05_outcomes", "03_inputs", "04_outputs"),
    ("06_benefits",),
    ("07_findings",),
)
WRITES_TABLES = ("01_clean", "02_indicators")  # the tables about people, which all languages share
QUICK = 30_000_000  # bytes of a delivery of which a copy costs nothing
ONLY_CLEANED = "cleaned; there is no report, for indicators.csv declares nothing beyond who took part"
Report = Callable[[str, str, int, int], None]  # cohort, notebook, cell, cells


@dataclass(frozen=True)
class Outcome:
    """How one cohort's run ended: the report's path, or one line that says what went wrong; ``notes`` say
    what is lacking.

    A cohort that was only cleaned has neither.
    """

    cohort: str
    report: Path | None
    failure: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


class NotebookError(RuntimeError):
    """A notebook failed; the message names notebook, cell and cause in one line."""


class ReportError(ValueError):
    """The notebooks ran, but no report can be made of them."""


def nothing(cohort: str, notebook: str, cell: int, cells: int) -> None:
    """Report no progress."""


def run_notebook(
    name: str, study: Study, options: Options, version: Told, known: dict[str, Parameter], progress: Report
) -> NotebookNode:
    """Run one notebook through papermill; keep the executed copy in the confidential folder, below it that of
    a further language.

    Raises
    ------
    NotebookError naming notebook, cell and cause in one line.
    """
    further = version.language if version.language != options.languages[0] else ""
    target, cohort = study.places.processed / "notebooks" / further / f"{name}.ipynb", study.cohort.cohort
    values = {
        "cohort": cohort,
        "language": version.language,
        "data_dir": options.data_dir,
        "reports_dir": str(version.folder.parent),
    }
    tell = lambda cell, cells: progress(cohort, f"{name} ({further})" if further else name, cell, cells)  # noqa: E731
    return execute(name, target, select(options.values, known) | values, options, study.places.root, tell)


def execute(
    name: str,
    target: Path,
    values: dict[str, object],
    options: Options,
    root: Path,
    on_cell: Callable[[int, int], None],
) -> NotebookNode:
    """Run a notebook with these parameters and keep the executed copy.

    Raises
    ------
    NotebookError naming notebook, cell and cause in one line.
    """
    import papermill

    target.parent.mkdir(parents=True, exist_ok=True)
    engine = (
        {"engine_name": "warm", "time_limit": options.time_limit, "folder": str(root), "on_cell": on_cell}
        if options.warm
        else {"execution_timeout": options.time_limit, "cwd": str(root)}
    )
    try:
        executed: NotebookNode = papermill.execute_notebook(
            root / "notebooks" / f"{name}.ipynb",
            target,
            parameters=values,
            progress_bar=False,
            log_output=False,
            autosave_cell_every=0,
            request_save_on_cell_execute=False,
            **engine,
        )
        return executed
    except papermill.PapermillExecutionError as failure:
        raise NotebookError(one_line(name, failure, root)) from failure
    finally:
        without_folder(target, root)


def without_folder(notebook: Path, root: Path) -> None:
    """Take the place of the project's folder out of an executed notebook: parameters and error traces name
    it, and it names its user.
    """
    if notebook.is_file() and len(root.parts) > 1:
        notebook.write_text(
            notebook.read_text(encoding="utf-8").replace(f"{root.as_posix()}/", ""), encoding="utf-8"
        )


def one_line(name: str, failure: PapermillExecutionError, root: Path) -> str:
    """Say in one line which notebook and cell failed, and why; the project's place is nobody's business."""
    cause = re.sub(r"\s+", " ", f"{failure.ename}: {failure.evalue}").replace(f"{root.as_posix()}/", "")
    return f"{name}, cell {failure.cell_index + 1}: {cause}"


def run_cohort(
    cohort: str, options: Options, *, root: Path | None = None, progress: Report = nothing
) -> Outcome:
    """Run all notebooks of a cohort and put the report in place of the former one, in one move at the end.

    Where the programme measures nothing yet it is cleaned, and there is no report; a note says so.

    A failing notebook leaves the former report as it was, and its own executed copy under
    ``data/processed/<cohort>/notebooks/`` for inspection.

    Raises
    ------
    ProblemsError for mistakes in the definition files, and where another run of the cohort is under way,
    before anything runs.
    """
    began = time.perf_counter()
    place = places(cohort, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
    delivery, _ = load_cohort(place.raw, root=place.root)  # what is wrong with it is told with all the rest
    read = files_of(place, delivery.programme if delivery else "")
    study = load_study(cohort, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
    options = dataclasses.replace(options, spoken=study.programme.spoken)
    refuse(check_letters(study))
    moment()  # one that is stated wrongly is told before anything runs
    if first_look(place):
        note_look(place)  # the former report, which this run replaces, may be all that remembers it
    with the_only_run(place.processed), staging_folder(place) as staging:
        told = [Told(language, staging / language / cohort) for language in options.languages]
        if len(told) > 1 and size_of(place) < QUICK:
            (staging / COMPUTED).mkdir()  # what is there is kept, and taken from there
        try:
            notes = make_report(study, told, options, read, progress)
        except (NotebookError, ReportError, StoppedError, OSError) as failure:
            because = failed_because(failure, place.root)
            note_failed(place, because)
            return Outcome(cohort, None, because, time.perf_counter() - began)
        note_made(place, study.programme.programme, options, read)
    report = None if only_cleans(study) else place.reports / "report.html"
    return Outcome(cohort, report, seconds=time.perf_counter() - began, notes=tuple(notes))


def size_of(place: Places) -> int:
    """Bytes of a delivery."""
    return sum(path.stat().st_size for path in place.raw.glob("*") if path.is_file())


def failed_because(failure: Exception, root: Path) -> str:
    """Say in one line why there is no new report."""
    if STOP.is_set():
        return "stopped"
    return str(refused_by_machine(failure, root) if isinstance(failure, OSError) else failure)


def make_report(study: Study, told: list[Told], options: Options, read: Read, progress: Report) -> list[str]:
    """Run the notebooks and put the report that is made of them in place of the former one; return what is
    lacking.

    Raises
    ------
    NotebookError or ReportError where there is no report, StoppedError where somebody stopped the run,
    OSError where the machine did not let something be read or written.
    """
    place, cohort = study.places, study.cohort.cohort
    run_languages(
        told,
        lambda version, turns: run_steps(study, options, version, turns, progress),
        Turns(WRITES_TABLES),
        at_once=options.warm,
    )
    if only_cleans(study):
        return [f"{ONLY_CLEANED}; the clean tables lie in {shown(place.processed, place.root)}"]
    progress(cohort, "report", 0, 1)
    notes = write_report(study, told, options, read)
    if STOP.is_set():
        raise StoppedError("the report was not put in place")
    kept = told[0].folder.parent / WORKINGS
    put_away(told[0].folder, kept)
    replace(told[0].folder, place.reports, place.reports_dir)
    shutil.rmtree(place.workings, ignore_errors=True)
    shutil.move(kept, place.workings)
    write_index(place.reports_dir)
    progress(cohort, "report", 1, 1)
    return notes


def run_steps(study: Study, options: Options, version: Told, turns: Turns, progress: Report) -> None:
    """Run the notebooks of one language step by step; keep the report's chapters made of them, and the
    seconds each took.
    """
    from manfaat.report.parts import chapter_part

    known = parameters_of(study.places.root)

    def run(name: str) -> None:
        with turns.of(name):
            if turns.failed.is_set() or STOP.is_set():
                raise StoppedError(f"{name} was not run")
            began = time.perf_counter()
            executed = run_notebook(name, study, options, version, known[name], progress)
        version.chapters[name] = chapter_part(name, executed, Language(version.language))
        version.seconds[name] = time.perf_counter() - began

    for step in STEPS[:1] if only_cleans(study) else STEPS:
        if len(step) == 1 or not options.warm:
            for name in step:
                run(name)
        else:
            with ThreadPoolExecutor(max_workers=min(len(step), os.cpu_count() or 1)) as pool:
                list(pool.map(run, step))


def write_report(study: Study, told: list[Told], options: Options, read: Read) -> list[str]:
    """Write the report's files, ``run.json`` and ``summary.json`` into the folder of the first language;
    return what is lacking.

    ``read`` : checksums of all files, taken before the run began.

    Raises
    ------
    ReportError if no page can be made, the languages do not say the same numbers, or a file was changed
    meanwhile.
    """
    if wrong := different(told):
        raise ReportError(f"report: the languages do not hold the same numbers: {', '.join(wrong)}")
    folder = told[0].folder
    for version in told:
        let_out(study, version.folder)
    if late := moved(read, files_of(study.places, study.programme.programme)):
        raise ReportError(
            f"report: {late[0]} was changed while the run went on, so that the report would hold numbers of"
            " both; run again"
        )
    ledger = pd.read_csv(folder / "ledger_rows.csv", keep_default_na=False).to_dict("records")
    defaults = {
        name: parameter.default
        for notebook in parameters_of(study.places.root).values()
        for name, parameter in notebook.items()
        if name not in ("cohort", "data_dir", "reports_dir")
    }
    used = {"cohort": study.cohort.cohort} | defaults | options.values | {"language": options.language}
    values = record(study, read, used, ledger, told[0].seconds)
    try:
        notes = write_files(study, told, values, options.formats)
        shutil.rmtree(folder / MADE, ignore_errors=True)  # the record says it of the whole report
        refuse_strange(folder)
    except ValueError as failure:
        raise ReportError(f"report: {failure}") from failure
    write_record(folder / "run.json", values)
    write_summary(study, told, values)
    try:
        refuse_named(study, folder)
    except ValueError as failure:
        raise ReportError(f"report: {failure}") from failure
    return [*notes, *(line for name in NOTEBOOKS for line in told[0].chapters[name].left_out)]


def load_renderer() -> None:
    """Load and compile what makes the report, beside the first notebooks."""
    from manfaat.report.page import warm_up

    warm_up()


def run_cohorts(
    cohorts: list[str], options: Options, *, root: Path | None = None, progress: Report = nothing
) -> Iterator[Outcome]:
    """Run several cohorts, as many side by side as there are processors, and yield each as it ends."""
    if options.warm:
        from manfaat.run.interpreter import warm_interpreter

        warm_interpreter()  # its imports go on while this process does its own
    workers = min(len(cohorts), os.cpu_count() or 1) if options.warm else 1
    threading.Thread(
        target=load_renderer, daemon=True
    ).start()  # ready by the time the first notebook is done
    STOP.clear()
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        yield from pool.map(lambda cohort: run_or_tell(cohort, options, root, progress), cohorts)
    except BaseException:  # somebody pressed Ctrl-C: what runs is ended, and no report is replaced
        stop_notebooks()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def run_or_tell(cohort: str, options: Options, root: Path | None, progress: Report) -> Outcome:
    """Run one of several cohorts; what is wrong with one must not keep the others from being run."""
    try:
        return run_cohort(cohort, options, root=root, progress=progress)
    except ProblemsError as failure:
        return Outcome(cohort, None, str(failure))
    except OSError as failure:
        return Outcome(cohort, None, str(refused_by_machine(failure, root or find_root())))
