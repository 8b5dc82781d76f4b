"""Whether a run would make anything else than the last one has made, by the content of all that it reads and
of all that it made.

A finished run leaves ``report.json`` in ``.made/`` beside its tables, and a failed one ``failed.json``.
Nothing here loads what makes reports, so that a run that has nothing to do ends at once.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from manfaat.base.checksums import checksum, checksums
from manfaat.base.paths import MADE, PAGES, Places, known_cohorts, places, shown
from manfaat.base.strict import held_in, json_text
from manfaat.base.writing import written_whole
from manfaat.run.options import Options
from manfaat.run.staging import RUNNING, held

ENGINE = Path(__file__).parents[1]
LINE, FAILED = f"{MADE}/report.json", f"{MADE}/failed.json"
PRINTED = "docs/oracle.csv"  # a table of the project that every report prints
REPORTED = ("run.json", "estimates.csv", "verdicts.csv")  # of a report, read by the page of its programme
DELIVERED = ("cohort.yml", "SHA256SUMS")
PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "seaborn",
    "matplotlib",
    "papermill",
)
TYPESETTER = "typst"  # there need not be one; then there is no PDF

Read = dict[str, dict[str, str]]  # checksums of files, or values, by their names, by what they are


def versions(names: Iterable[str]) -> dict[str, str]:
    """The installed version of each package; empty where it is not there."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def files_of(place: Places, programme: str) -> Read:
    """Checksums of everything that a run reads: to be taken before it begins, and held against what is there
    when it ends.
    """
    return {
        "inputs": checksums(place.raw),
        "definitions": checksums(place.programme(programme)),
        "notebooks": checksums(place.root / "notebooks", "[0-9]*.ipynb"),
        "series": checksums(ENGINE / "definitions" / "series", "*.csv"),
        "code": code_below(ENGINE),
    }


@cache
def code_below(engine: Path) -> dict[str, str]:
    """Checksums of all files of the code, once a command: it is the code that runs."""
    return {
        f"{folder.name}/{name}": digest
        for folder in (engine, engine.with_name("helpers"))
        for name, digest in checksums(folder).items()
    }


def moved(before: Read, now: Read) -> list[str]:
    """Name the files that are not as they were; the code was loaded before anything was read."""
    return [
        name
        for part in before
        if part != "code"
        for name in sorted({*before[part], *now[part]})
        if before[part].get(name) != now[part].get(name)
    ]


def made_by(place: Places) -> Read:
    """Checksums of what a run has made: the files of the report, and the tables of which is known what they
    were made from.
    """
    tables = [path.stem for path in sorted((place.processed / MADE).glob("*.json"))]
    return {
        "report": checksums(place.reports),
        "tables": {
            name: checksum(place.processed / name) for name in tables if (place.processed / name).is_file()
        },
    }


def basis(place: Places, options: Options, read: Read) -> Read:
    """All that a report depends on; ``read`` are the checksums of the files."""
    return {
        "asked": options.asked,
        **read,
        "printed": {PRINTED: checksum(place.root / PRINTED)},
        "versions": versions((*PACKAGES, TYPESETTER)) | {"Python": platform.python_version()},
    }


def note_made(place: Places, programme: str, options: Options, read: Read) -> None:
    """Write down what a finished run has made, and from what."""
    values = {
        "finished": f"{datetime.now():%Y-%m-%d %H:%M}",
        "programme": programme,
        "basis": basis(place, options, read),
        "made": made_by(place),
    }
    with written_whole(place.processed / LINE) as path:
        path.write_text(json_text(values), encoding="utf-8")
    (place.processed / FAILED).unlink(missing_ok=True)


def line_of(place: Places) -> dict[str, Any]:
    """What the last run has written down; nothing where it is not what this version writes."""
    line = held_in(place.processed / LINE)
    return line if {"finished", "programme", "basis", "made"} <= set(line) else {}


def note_failed(place: Places, failure: str) -> None:
    """Write down why a run has ended without a report; on a full disk nobody will know it later."""
    with suppress(OSError), written_whole(place.processed / FAILED) as path:
        path.write_text(json_text({"failure": failure, "when": f"{datetime.now():%Y-%m-%d %H:%M}"}))


def restore_index(reports: Path) -> None:
    """Write the overview of finished reports anew where it is gone in one of its languages."""
    catalogues = (ENGINE / "report" / "locale").glob("*.po")
    names = ["index.html", *(f"index.{path.stem}.html" for path in catalogues)]
    if any(reports.glob("[!.]*/summary.json")) and not all((reports / name).is_file() for name in names):
        from manfaat.run.overview import write_index

        write_index(reports)


@dataclass(frozen=True)
class State:
    """How a cohort stands: ``fresh``, ``stale``, ``failed``, ``running`` or ``never``, and why."""

    kind: str
    because: str = ""

    @property
    def is_fresh(self) -> bool:
        """Whether a run would make the same again."""
        return self.kind == "fresh"


def state_of(place: Places, options: Options | None = None) -> State:
    """How a cohort stands, if a run was asked for with these options; without them, as the last run was."""
    who = place.processed / RUNNING
    if who.is_file():
        with held(place.processed, wait=False) as was_left:
            if not was_left:
                return State("running", who.read_text(encoding="utf-8"))
    line, failed = line_of(place), held_in(place.processed / FAILED)
    why = reasons(place, line, options) if line else []
    if line and not why:
        is_report = bool(line["made"]["report"])
        what = shown(place.reports / "report.html" if is_report else place.processed, place.root)
        told_of = "the report is fresh" if is_report else "the clean tables are fresh"
        return State("fresh", f"nothing has changed since {line['finished']}; {told_of}: {what}")
    if who.is_file():
        return State("failed", f"the last run was killed ({who.read_text(encoding='utf-8')})")
    if failed:
        return State("failed", f"{failed['failure']} ({failed['when']})")
    if line:
        return State("stale", why[0] + (f", and {len(why) - 1} more" if len(why) > 1 else ""))
    if (place.reports / "run.json").is_file():
        return State("stale", "nothing here says what its report was made from")
    return State("never", "it was never run")


def states_of(cohorts: Iterable[str], options: Options, root: Path, *, is_forced: bool) -> dict[str, State]:
    """How each cohort stands; none is fresh where a run ``is_forced``."""
    found = {}
    for name in cohorts:
        place = places(name, data_dir=options.data_dir, reports_dir=options.reports_dir, root=root)
        found[name] = State("stale", "--force was given") if is_forced else state_of(place, options)
    return found


def reasons(
    place: Places, line: Mapping[str, Any], options: Options | None, more: Read | None = None
) -> list[str]:
    """Say everything because of which a run would not make again what is there; nothing where it would.

    ``line`` : what the last run wrote down; ``more`` : what it read besides its definitions and its delivery.
    """
    then, programme = line["basis"], line["programme"]
    now = basis(place, options or Options(), files_of(place, programme) | (more or {}))
    if options is None:
        now["asked"] = then["asked"]
    folders = {
        "inputs": f"{shown(place.raw, place.root)}/",
        "definitions": f"{shown(place.programme(programme), place.root)}/",
        "notebooks": "notebooks/",
        "series": "src/manfaat/definitions/series/",
        "code": "src/",
        "report": f"{shown(place.reports, place.root)}/",
        "tables": f"{shown(place.processed, place.root)}/",
    }
    found = [
        told(part, f"{folders.get(part, '')}{name}", before.get(name, ""), after.get(name, ""))
        for part, after in now.items()
        for before in [then.get(part, {})]
        for name in sorted({*before, *after})
        if before.get(name, "") != after.get(name, "")
    ]
    there = made_by(place)
    return found + [
        f"{folders[part]}{name} {'was changed after the run' if name in there[part] else 'is gone'}"
        for part, names in line["made"].items()
        for name, digest in names.items()
        if there[part].get(name) != digest
    ]


def told(part: str, name: str, before: str, after: str) -> str:
    """Say what became of a file, or of what was asked for."""
    if part in ("asked", "versions"):
        return f"{name}: {after or 'none'} now, {before or 'none'} then"
    return f"{name} {'was changed' if before and after else 'is new' if after else 'is gone'}"


def page_of(programme: str, options: Options, root: Path) -> Places:
    """The folders of the page that sets the cohorts of a programme side by side."""
    return Places(root, root / options.data_dir, root / options.reports_dir, f"{PAGES}/{programme}")


def side_by_side(programme: str, options: Options, root: Path) -> Read:
    """Checksums of what such a page is made from: the reports of the cohorts, and their deliveries, than
    which a report may be older.
    """
    page = page_of(programme, options, root)
    names = [
        name
        for name in known_cohorts(page.data)
        if held_in(page.reports_dir / name / "run.json").get("programme") == programme
    ]
    reports = {f"{name}/{file}": page.reports_dir / name / file for name in names for file in REPORTED}
    sealed = {f"{name}/{file}": page.data / "raw" / name / file for name in names for file in DELIVERED}
    return {
        "reports": {name: checksum(path) for name, path in reports.items()},
        "deliveries": {name: checksum(path) for name, path in sealed.items()},
    }


def is_page_due(programme: str, options: Options, root: Path) -> bool:
    """Whether the page of a programme must be made; there is none for a single report."""
    page, more = page_of(programme, options, root), side_by_side(programme, options, root)
    line = line_of(page)
    several = len(more["reports"]) > len(REPORTED)
    return several and (not line or bool(reasons(page, line, options, more)))


def due_pages(cohorts: Iterable[str], options: Options, root: Path, *, is_forced: bool = False) -> list[str]:
    """The programmes of cohorts whose page must be made; all of them where it ``is_forced``."""
    records = [held_in(root / options.reports_dir / name / "run.json") for name in cohorts]
    named = dict.fromkeys(str(record["programme"]) for record in records if record.get("programme"))
    return [name for name in named if is_forced or is_page_due(name, options, root)]
