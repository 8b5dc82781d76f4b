"""Where things are. No other module builds a path to a folder of the project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from manfaat.base.problems import Problem, nearest, refuse

NOTEBOOKS = (
    "01_clean",
    "02_indicators",
    "03_inputs",
    "04_outputs",
    "05_outcomes",
    "06_benefits",
    "07_findings",
)
OVER_COHORTS = "08_cohorts"  # reads finished reports of a programme; part of none
# begins the name of the folder in which a run builds a report before it takes the former one's place
STAGING = ".run-"
# below reports and data/processed: a folder for each programme whose cohorts stand side by side
PAGES = "programmes"
EXACT = "exact"  # below data/processed/<cohort>: numbers of the report as they were computed
MADE = ".made"  # beside tables: a file for each that says what it was made from
COMPUTED = "computed"  # in the folder of a run: what its languages share
WORKINGS = "workings"  # below data/processed/<cohort>: see Places.workings
SCRATCH = "scratch"  # below data/processed/<cohort>: what JupyterLab and plain papermill write


def find_root(start: Path | str | None = None) -> Path:
    """Return the project folder: the nearest one at or above ``start`` that holds ``programmes/`` and
    ``notebooks/``.

    Raises
    ------
    FileNotFoundError if there is none above ``start`` (the working folder by default).
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "programmes").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise FileNotFoundError(
        "No folder above this one holds 'programmes' and 'notebooks': start from inside the project."
    )


def shown(path: Path, root: Path) -> str:
    """Return ``path`` as it may be shown: relative to the project folder, or its last parts outside it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return "/".join(path.parts[-3:])


def private(folder: Path) -> Path:
    """A folder that its owner alone can open, whatever the machine's habits (umask) are; made where it is not
    there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def refused_by_machine(failure: OSError, root: Path) -> Problem:
    """Say which file the machine did not let us read or write, by its place in the project, and why."""
    path = Path(str(failure.filename)) if failure.filename else None
    place = "the disk" if path is None else shown(path, root)
    return Problem(place, f"it cannot be read or written: {failure.strerror or failure}")


def unreachable(failure: OSError) -> Problem | OSError:
    """The same wherever the work is done; what is no fault of a file as it is."""
    if failure.strerror is None:
        return failure
    try:
        root = find_root()
    except FileNotFoundError:
        root = Path.cwd()
    return refused_by_machine(failure, root)


def is_name(name: object) -> bool:
    """Whether this is the plain name of a file or folder, on any system: no path, nothing hidden."""
    return (
        isinstance(name, str)
        and name.strip() != ""
        and name.isprintable()
        and not set(name) & set("/\\:")
        and not name.startswith(("~", "."))
    )


def check_name(name: object, kind: str, known: list[str]) -> None:
    """Refuse what is no plain name of a folder: nothing may be read or written elsewhere by a name with a
    path in it.
    """
    if not is_name(name):
        bare = str(name).replace("\\", "/").rstrip("/").split("/")[-1]
        refuse(
            [
                Problem(
                    f"{kind} '{name}'",
                    "it is no name of a folder",
                    expected=f"the name alone: {nearest(bare, known)}" if known else "the name alone",
                )
            ]
        )


@dataclass(frozen=True)
class Places:
    """The folders of one cohort. ``data`` and ``reports`` may lie outside the project (trial runs, tests)."""

    root: Path
    data: Path
    reports_dir: Path
    cohort: str

    def __repr__(self) -> str:
        return f"<folders of {self.cohort}>"

    @property
    def raw(self) -> Path:
        """Folder of the files as delivered."""
        return self.data / "raw" / self.cohort

    @property
    def processed(self) -> Path:
        """Folder of the generated tables about people; confidential."""
        return self.data / "processed" / self.cohort

    def make_private(self) -> None:
        """Make the folder of the tables about people, which is its owner's alone as all of them are."""
        private(self.data / "processed")
        private(self.processed)

    @property
    def reports(self) -> Path:
        """Folder of what may leave the house."""
        return self.reports_dir / self.cohort

    @property
    def workings(self) -> Path:
        """Folder of what the finished report shows, as data and as pictures: what further files are made
        of.
        """
        return self.processed / WORKINGS

    @property
    def is_published(self) -> bool:
        """Whether ``manfaat run`` is at work: it alone gives notebooks a folder of its own, and puts that
        among the reports when all is done.
        """
        return any(folder.name.startswith(STAGING) for folder in (self.reports_dir, self.reports_dir.parent))

    @property
    def shared(self) -> Path | None:
        """Folder of what a run has computed in one language and takes over in another; none outside a run,
        and none where an unfinished report lies among the reports.
        """
        own = (self.reports_dir, self.reports_dir.parent)
        within = [folder for folder in own if folder.name.startswith(STAGING)]
        return within[0] / COMPUTED if within and within[0].parent == self.data / "processed" else None

    @property
    def scratch(self) -> Path:
        """Folder of everything that a notebook writes outside a run; confidential, and nobody's report."""
        return self.processed / SCRATCH

    @property
    def tables(self) -> Path:
        """Folder in which this session's notebooks write tables about people."""
        return self.processed if self.is_published else self.scratch

    @property
    def output(self) -> Path:
        """Folder in which this session's notebooks write figures, tables and estimates."""
        return self.reports if self.is_published else self.scratch

    def programme(self, name: str) -> Path:
        """Folder of a programme's definition files."""
        return self.root / "programmes" / name


def places(
    cohort: str, *, data_dir: str = "data", reports_dir: str = "reports", root: Path | None = None
) -> Places:
    """Return the folders of ``cohort``; relative folders count from the project folder.

    Raises
    ------
    ProblemsError for a name that holds a path.
    """
    base = root or find_root()
    check_name(cohort, "cohort", known_cohorts(base / data_dir))
    return Places(base, base / data_dir, base / reports_dir, cohort)


def known_programmes(root: Path) -> list[str]:
    """Names of all programmes: folders of ``programmes``."""
    return sorted(
        path.name
        for path in (root / "programmes").iterdir()
        if path.is_dir() and not path.name.startswith(".")
    )


def known_cohorts(data: Path) -> list[str]:
    """Names of all cohorts delivered: folders of ``data/raw``, with or without a ``cohort.yml``."""
    raw = data / "raw"
    return (
        sorted(p.name for p in raw.iterdir() if p.is_dir() and not p.name.startswith("."))
        if raw.is_dir()
        else []
    )
