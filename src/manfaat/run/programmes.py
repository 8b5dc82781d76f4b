"""The page of a programme: its cohorts side by side, made from their finished reports once these are
there.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from manfaat.analysis.trends import Finished, finished, up_to_date
from manfaat.base.moments import day_of, moment
from manfaat.base.paths import MADE, OVER_COHORTS
from manfaat.base.problems import ProblemsError
from manfaat.base.strict import json_text
from manfaat.report.cohorts import programme_cover
from manfaat.report.gate import cap
from manfaat.report.reader import Reader
from manfaat.report.words import Language
from manfaat.run.fresh import due_pages, files_of, note_made, page_of, side_by_side
from manfaat.run.languages import stem
from manfaat.run.options import Options
from manfaat.run.overview import write_index
from manfaat.run.run import NotebookError, Outcome, Report, ReportError, execute, nothing
from manfaat.run.staging import replace, staging_folder

PAGE = "cohorts"  # name of the files


def run_programmes(
    cohorts: list[str],
    options: Options,
    *,
    root: Path,
    is_forced: bool = False,
    progress: Report = nothing,
) -> list[Outcome]:
    """Set the cohorts of each programme side by side of which one of ``cohorts`` is, where the page is not
    what it would be again, or ``is_forced``; a programme with a single report has no such page.
    """
    found = due_pages(cohorts, options, root, is_forced=is_forced)
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
    began, page = time.perf_counter(), page_of(programme, options, root)
    read = files_of(page, programme) | side_by_side(programme, options, root)
    try:
        reports, outdated = up_to_date(
            finished(programme, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
        )
        notes = tuple(f"not set side by side: {problem}" for problem in outdated)
        if len(reports) < 2:
            note_made(page, programme, options, read)  # nor can there be one before a report has changed
            return Outcome(programme, None, notes=notes) if outdated else None
        page.reports.parent.mkdir(parents=True, exist_ok=True)
        with staging_folder(page) as staging:
            for place in range(len(options.languages)):
                left_out = write_version(reports, options, root, staging, place, progress)
            for report in reports:
                cap(report.study, staging / options.languages[0])
            shutil.rmtree(staging / options.languages[0] / MADE, ignore_errors=True)
            replace(staging / options.languages[0], page.reports, page.reports_dir)
    except (NotebookError, ReportError, ProblemsError) as failure:
        return Outcome(programme, None, str(failure), time.perf_counter() - began)
    write_index(page.reports_dir)
    note_made(page, programme, options, read)
    return Outcome(
        programme,
        page.reports / f"{PAGE}.html",
        seconds=time.perf_counter() - began,
        notes=(*notes, *left_out),
    )


def write_version(
    reports: list[Finished], options: Options, root: Path, staging: Path, place: int, progress: Report
) -> tuple[str, ...]:
    """Run the notebook in one language and write its page into the folder of the first; return what was left
    out of it.

    Raises
    ------
    NotebookError, or ReportError if no page can be made.
    """
    from manfaat.report.page import Beside, Version, render_page
    from manfaat.report.parts import chapter_part

    programme, language = reports[0].study.programme.programme, Language(options.languages[place])
    folder, first = staging / language.code, staging / options.languages[0]
    values: dict[str, object] = {
        "programme": programme,
        "language": language.code,
        "data_dir": options.data_dir,
        "reports_dir": options.reports_dir,
        "output_dir": str(folder),
    }
    kept = page_of(programme, options, root).processed / (
        f"{OVER_COHORTS}{f'.{language.code}' if place else ''}.ipynb"
    )
    notebook = execute(
        OVER_COHORTS,
        kept,
        values,
        options,
        root,
        lambda cell, cells: progress(programme, OVER_COHORTS, cell, cells),
    )
    day = day_of(moment())
    others = tuple(
        Version(code, Language(code).name, f"{stem(i, code, PAGE)}.html")
        for i, code in enumerate(options.languages)
        if i != place
    )
    cover = programme_cover(reports, language, day)
    try:
        part = chapter_part(OVER_COHORTS, notebook, language)
        page = render_page(
            Reader(language.code, reports[0].study),
            [part.cited(language)],
            folder / "exhibits",
            cover=cover,
            beside=Beside(versions=others),
        )
    except ValueError as failure:
        raise ReportError(f"{PAGE}: {failure}") from failure
    name = f"{stem(place, language.code, PAGE)}.html"
    (first / name).write_text(page, encoding="utf-8")
    if place:
        (folder / "exhibits").rename(first / "exhibits" / language.code)
    write_summary(first, reports, name, cover.title, language, day.isoformat())
    return part.left_out


def write_summary(
    folder: Path, reports: list[Finished], page: str, title: str, language: Language, day: str
) -> None:
    """Write what the overview says of this page to ``summary.json``, one language after the other."""
    path = folder / "summary.json"
    values: dict[str, Any] = (
        json.loads(path.read_text(encoding="utf-8"))
        if path.is_file()
        else {"programme": reports[0].study.programme.programme, "day": day, "versions": []}
    )
    values["cohorts"] = [report.name for report in reports]
    values["versions"].append({"language": language.code, "title": title, "file": page})
    path.write_text(json_text(values), encoding="utf-8")
