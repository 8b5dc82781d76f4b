"""The page of a programme: its cohorts side by side, made from their finished reports once these are
there.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from manfaat.analysis.plan import held_in
from manfaat.analysis.trends import Finished, finished, up_to_date
from manfaat.base.paths import OVER_COHORTS
from manfaat.base.problems import ProblemsError
from manfaat.base.strict import json_text
from manfaat.definitions.freshness import MADE
from manfaat.report.cohorts import FOLDER, programme_cover, programme_folder
from manfaat.report.words import Language
from manfaat.run.files import can_typeset
from manfaat.run.languages import stem
from manfaat.run.overview import local_day, write_index
from manfaat.run.record import moment
from manfaat.run.run import NotebookError, Options, Outcome, Report, ReportError, execute, nothing
from manfaat.run.staging import replace, staging_folder

PAGE = "cohorts"  # name of the files


def run_programmes(
    cohorts: list[str], options: Options, *, root: Path, progress: Report = nothing
) -> list[Outcome]:
    """Set the cohorts of each programme side by side of which one of ``cohorts`` is; a programme with a
    single report has no such page.
    """
    found: dict[str, None] = {}  # in order, each once
    for cohort in cohorts:
        record = root / options.reports_dir / cohort / "run.json"
        if name := held_in(record).get("programme"):
            found.setdefault(name, None)
    outcomes = [run_programme(name, options, root=root, progress=progress) for name in found]
    return [outcome for outcome in outcomes if outcome]


def run_programme(
    programme: str, options: Options, *, root: Path, progress: Report = nothing
) -> Outcome | None:
    """Make one programme's page in all languages and put it in place in one move; None where fewer than two
    cohorts have a report.

    A report that is older than its definitions or its delivery is left out, and the outcome's notes name it.
    A failing notebook leaves the former page as it was.
    """
    began, target = time.perf_counter(), programme_folder(root / options.reports_dir, programme)
    try:
        reports, outdated = up_to_date(
            finished(programme, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
        )
        notes = tuple(f"not set side by side: {problem}" for problem in outdated)
        if len(reports) < 2:
            return Outcome(programme, None, notes=notes) if outdated else None
        target.parent.mkdir(parents=True, exist_ok=True)
        with staging_folder(root / options.reports_dir) as staging:
            for place, language in enumerate(options.languages):
                left_out = write_version(
                    programme, reports, options, root, staging, place, Language(language), progress
                )
            shutil.rmtree(staging / options.languages[0] / MADE, ignore_errors=True)
            replace(staging / options.languages[0], target, root / options.reports_dir)
    except (NotebookError, ReportError, ProblemsError) as failure:
        return Outcome(programme, None, str(failure), time.perf_counter() - began)
    write_index(root / options.reports_dir)
    return Outcome(
        programme, target / f"{PAGE}.html", seconds=time.perf_counter() - began, notes=(*notes, *left_out)
    )


def write_version(
    programme: str,
    reports: list[Finished],
    options: Options,
    root: Path,
    staging: Path,
    place: int,
    language: Language,
    progress: Report,
) -> tuple[str, ...]:
    """Run the notebook in one language and write its page into the folder of the first; return what was left
    out of it.

    Raises
    ------
    NotebookError, or ReportError if no page can be made.
    """
    from manfaat.report.page import Version, chapter_part, render_page

    folder, first = staging / language.code, staging / options.languages[0]
    values: dict[str, object] = {
        "programme": programme,
        "language": language.code,
        "data_dir": options.data_dir,
        "reports_dir": options.reports_dir,
        "output_dir": str(folder),
    }
    kept = (
        root
        / options.data_dir
        / "processed"
        / FOLDER
        / programme
        / f"{OVER_COHORTS}{f'.{language.code}' if place else ''}.ipynb"
    )
    notebook = execute(
        OVER_COHORTS,
        kept,
        values,
        options,
        root,
        lambda cell, cells: progress(programme, OVER_COHORTS, cell, cells),
    )
    day = local_day(moment().isoformat())
    others = tuple(
        Version(code, Language(code).name, f"{stem(i, code, PAGE)}.html")
        for i, code in enumerate(options.languages)
        if i != place
    )
    cover = programme_cover(reports, language, day)
    try:
        part = chapter_part(OVER_COHORTS, notebook, language)
        page = render_page(
            reports[0].study, [part], language, folder / "exhibits", day=day, versions=others, cover=cover
        )
    except ValueError as failure:
        raise ReportError(f"{PAGE}: {failure}") from failure
    name = f"{stem(place, language.code, PAGE)}.html"
    (first / name).write_text(page, encoding="utf-8")
    if set(options.formats) & {"pdf", "docx"} and can_typeset():
        from manfaat.report.pictures import write_pictures

        write_pictures(folder / "exhibits")
    if place:
        (folder / "exhibits").rename(first / "exhibits" / language.code)
    write_summary(first, programme, reports, name, cover.title, language, day.isoformat())
    return part.left_out


def write_summary(
    folder: Path, programme: str, reports: list[Finished], page: str, title: str, language: Language, day: str
) -> None:
    """Write what the overview says of this page to ``summary.json``, one language after the other."""
    path = folder / "summary.json"
    values: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8"))
        if path.is_file()
        else {"programme": programme, "day": day, "versions": []}
    )
    values["cohorts"] = [report.name for report in reports]
    values["versions"].append({"language": language.code, "title": title, "file": page})
    path.write_text(json_text(values), encoding="utf-8")
