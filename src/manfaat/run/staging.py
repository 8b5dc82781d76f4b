"""Where a report is built before it takes the former one's place, and what is put right after a run that was
killed.

A folder in use is locked by whoever uses it; the system takes the lock away with the process, however it
ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from manfaat.base.paths import STAGING, Places, private
from manfaat.base.problems import Problem, refuse

try:
    import fcntl
except ImportError:  # no such locks on this system: nothing is taken for abandoned
    fcntl = None  # type: ignore[assignment]  # the type checker reads this where there are such locks

RUNNING = ".running"  # holds who is at work on the tables of a cohort
FORMER = ".former-"  # begins the name of a report that is being replaced


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a folder; yields whether it is ours, which it may not be when another run has it and we do not
    ``wait``.
    """
    if fcntl is None:
        yield wait
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


@contextmanager
def the_only_run(folder: Path) -> Iterator[None]:
    """Hold the tables of a cohort for one run: two at once would write into each other's.

    Raises
    ------
    ProblemsError if another process holds them, naming it.
    """
    private(folder.parent)
    private(folder)
    with held(folder, wait=False) as is_ours:
        who = folder / RUNNING
        if fcntl and not is_ours:
            known = who.read_text(encoding="utf-8") if who.is_file() else "another process"
            told = f"another run of this cohort is under way: {known}"
            refuse([Problem(folder.name, told, expected="one run at a time; wait for it, or stop it")])
        who.write_text(f"process {os.getpid()}, since {datetime.now():%H:%M:%S}", encoding="utf-8")
        try:
            yield
        finally:
            who.unlink(missing_ok=True)


def disk(folder: Path) -> int:
    """The number of the disk that a folder lies on."""
    return folder.stat().st_dev


@contextmanager
def staging_folder(place: Places) -> Iterator[Path]:
    """A folder in which a run builds its report; gone afterwards, as is what killed runs have left.

    It stays in the house (below ``data/processed``): what a killed run has left must not lie among the
    reports. Where these are on another disk it lies there, for a report is put in place by a move.
    """
    reports, base = place.reports_dir, private(place.data / "processed")
    reports.mkdir(parents=True, exist_ok=True)
    if disk(reports) != disk(base):
        base = reports
    with held(reports):
        tidy(reports)
    with held(base):
        tidy(base)
        folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=base))
        mine = held(folder)
        mine.__enter__()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        mine.__exit__(None, None, None)


def tidy(reports: Path) -> None:
    """Put back the report that a run was replacing when it was killed, and remove what no run is using any
    more.
    """
    for aside in (*reports.glob(f"{FORMER}*"), *reports.glob(f"*/{FORMER}*")):
        target = aside.with_name(aside.name.removeprefix(FORMER))
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            os.replace(aside, target)
    for left in reports.glob(f"{STAGING}*"):
        with held(left, wait=False) as mine:
            if mine:
                shutil.rmtree(left, ignore_errors=True)


def replace(new: Path, old: Path, reports: Path) -> None:
    """Put a finished folder in the place of a former one; whoever is killed in between loses neither, see
    ``tidy``.
    """
    aside = old.with_name(f"{FORMER}{old.name}")
    with held(reports):
        if old.exists():
            os.replace(old, aside)
        os.replace(new, old)
        shutil.rmtree(aside, ignore_errors=True)
