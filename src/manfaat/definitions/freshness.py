"""What every table between notebooks was made from, and whether it is older than that.

Beside each table that a notebook writes stands a line in ``.made/``: the notebook, the checksum of the table,
those of the definition files and of the delivery's seal, those of the tables that the notebook had opened,
and the parameters it ran with. Who opens the table holds the line against what is there now. Times of files
are not looked at: a copy or a checkout changes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from manfaat import __version__
from manfaat.base.checksums import checksum
from manfaat.base.paths import EXACT, MADE, Places
from manfaat.base.problems import Problem, ProblemsError, refuse
from manfaat.base.strict import json_text
from manfaat.base.writing import written_whole
from manfaat.definitions.records import shown

DEFINING = ("programme.yml", "codebook.csv", "choices.csv", "rules.csv", "corrections.csv", "indicators.csv")
DELIVERED = ("cohort.yml", "SHA256SUMS")
UNREAD = {"01_clean": ("indicators.csv",)}  # definition files that a notebook does not look at
CHANCE = ("seed", "draws")  # parameters of one name that may differ between notebooks: each draws for itself
RECORD = "run.json"


def checksum_once(path: Path) -> str:
    """The same, but a table is read once for as long as nothing of it moves: a notebook opens several that
    rest on it.
    """
    if not path.is_file():
        return ""
    known = path.stat()
    return _summed(path, known.st_size, known.st_mtime_ns, known.st_ino)


@lru_cache(maxsize=256)
def _summed(path: Path, size: int, changed: int, place: int) -> str:
    return checksum(path)


def sources_of(places: Places, definitions: Path, series: Path | None) -> dict[str, str]:
    """Checksums of everything that numbers of a cohort are made from, by the file's name as it may be shown.

    ``series`` is the programme's own price file. The series of the house come with the package, whose version
    stands among the sources.
    """
    files = [
        *(definitions / name for name in DEFINING),
        *(places.raw / name for name in DELIVERED),
        *([series] if series else []),
    ]
    return {shown(path, places.root): checksum(path) for path in files} | {"Manfaat": __version__}


@dataclass(frozen=True)
class Doubt:
    """Why a table cannot be used: which notebook to run again, and because of what."""

    notebook: str
    because: str


@dataclass(frozen=True)
class Shelf:
    """The tables of one cohort as a session's notebooks find them.

    A run of ``manfaat run`` finds what it made itself. Elsewhere what was made by hand below ``scratch/``
    comes first, as long as it is fresh, then what the last run left: numbers as they were computed, where it
    kept them, and as its report tells them elsewhere.

    ``opened`` : what this notebook has read so far: table → the notebook that writes it, and its checksum.
    """

    places: Places
    sources: Mapping[str, str]
    parameters: Mapping[str, object] = field(default_factory=dict)
    opened: dict[str, tuple[str, str]] = field(default_factory=dict)

    def folders(self, name: str) -> tuple[Path, ...]:
        """Where a table may stand, nearest first: one about people (Parquet) or one of numbers (CSV)."""
        places = self.places
        own, *last = (
            (places.tables, places.processed)
            if name.endswith(".parquet")
            else (places.output, places.processed / EXACT, places.reports)
        )
        return (own,) if places.is_published else (own, *last)

    def written(self, folder: Path, name: str, notebook: str) -> None:
        """Note what a table just written was made from."""
        line = {"notebook": notebook, "sha256": checksum(folder / name), "sources": dict(self.sources)}
        line |= {"tables": dict(self.opened), "parameters": dict(self.parameters)}
        with written_whole(folder / MADE / f"{name}.json") as path:  # another language may be reading it
            path.write_text(json_text(line), encoding="utf-8")

    def open(self, name: str, notebook: str) -> Path:
        """Return the file of a table that ``notebook`` writes.

        Raises
        ------
        ProblemsError naming the notebook to run first, where there is no such table or it is older than what
        it was made from.
        """
        path, doubts = self.find(name, notebook)
        if path is None:
            raise self.refusal(self.folders(name)[0] / name, doubts)
        self.agree(path, name)
        self.opened[name] = (notebook, checksum_once(path))
        return path

    def find(self, name: str, notebook: str) -> tuple[Path | None, list[Doubt]]:
        """Return the nearest table that is fresh; None, and what is to be done, where none is."""
        doubts: list[Doubt] = []
        for folder in self.folders(name):
            if (folder / name).is_file():
                found = self.doubts(folder, name, notebook)
                if not found:
                    return folder / name, []
                doubts = doubts or found
        return None, doubts or [Doubt(notebook, "the file is not there")]

    def doubts(self, folder: Path, name: str, notebook: str) -> list[Doubt]:
        """Say why a table may not be used, first what lies furthest back; nothing where it is fresh."""
        line = self.line(folder, name)
        if line is None:
            return [Doubt(notebook, "nothing says what it was made from")]
        maker = str(line["notebook"] or notebook)
        if line["sha256"] not in ("", checksum_once(folder / name)):
            return [Doubt(maker, "it was changed after it had been written")]
        changed = self.changed(line["sources"], maker)
        for source, (source_maker, sum_then) in line["tables"].items():
            path, found = self.find(source, source_maker)
            if path is None:
                return [*found, Doubt(maker, f"it rests on {source}")]
            if checksum_once(path) != sum_then:
                return [Doubt(maker, f"it is older than {source}")]
        return [Doubt(maker, f"it is older than {changed[0]}")] if changed else []

    def changed(self, then: Mapping[str, str], notebook: str = "") -> list[str]:
        """Name the sources that are no longer as they were."""
        unread = UNREAD.get(notebook, ())
        return [
            file
            for file, sum_now in self.sources.items()
            if file.split("/")[-1] not in unread and then.get(file, sum_now) != sum_now
        ]

    def line(self, folder: Path, name: str) -> dict[str, Any] | None:
        """What is known of a table's making; of one in a finished report what the report's record says."""
        path = folder / MADE / f"{name}.json"
        try:
            if path.is_file():
                line: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                return line
            left = self.places.reports, self.places.processed / EXACT
            return self.recorded if folder in left else None
        except (ValueError, UnicodeDecodeError):
            return None

    @cached_property
    def recorded(self) -> dict[str, Any] | None:
        """What the finished report's record says its tables were made from; None without one."""
        path = self.places.reports / RECORD
        if not path.is_file():
            return None
        record = json.loads(path.read_text(encoding="utf-8"))
        return {
            "notebook": "",
            "sha256": "",
            "sources": recorded_sources(record, self.sources),
            "tables": {},
            "parameters": record.get("parameters", {}),
        }

    def agree(self, path: Path, name: str) -> None:
        """Refuse a table that was made with other parameters than this notebook has: one page would hold two
        kinds of numbers.
        """
        line = self.line(path.parents[name.count("/")], name) or {}
        then = line.get("parameters", {})
        differing = [
            one
            for one in self.parameters
            if one in then and one not in (*CHANCE, "language") and then[one] != self.parameters[one]
        ]
        refuse(
            Problem(
                shown(path, self.places.root),
                f"it was made with {one}={then[one]}, and this notebook has {one}={self.parameters[one]}",
                expected=(
                    f"the same in both: {one}={then[one]} here, or"
                    f" notebooks/{line['notebook'] or 'those before this one'} run again"
                ),
            )
            for one in differing
        )

    def refusal(self, path: Path, doubts: Iterable[Doubt]) -> ProblemsError:
        """What must be run again before this notebook can go on."""
        doubts = list(doubts)
        notebooks = list(dict.fromkeys(f"notebooks/{doubt.notebook}.ipynb" for doubt in doubts))
        cohort = self.places.cohort
        expected = (
            f"{' and then '.join(notebooks)} to be run first for cohort '{cohort}', or all by: manfaat run"
            f" {cohort}"
        )
        return ProblemsError([Problem(shown(path, self.places.root), doubts[0].because, expected=expected)])


def recorded_sources(record: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, str]:
    """The checksums that a run's record holds of ``sources``, by the same names; a file that the run did not
    find has none.
    """
    held = {"inputs": record.get("inputs", {}), "definitions": record.get("definitions", {})}
    names = {file: file.split("/")[-1] for file in sources if "/" in file}
    return {
        file: held["inputs" if name in DELIVERED else "definitions"].get(name, "")
        for file, name in names.items()
    }
