"""A run that is killed at any moment leaves the former report or the new one, whole, and nothing among the
reports that is neither; the next run goes on as if nothing had been.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from case_runs import project_of
from manfaat.base.paths import STAGING, places
from manfaat.run.staging import FORMER, RUNNING

pytestmark = [
    pytest.mark.runs,
    pytest.mark.skipif(os.name != "posix", reason="other systems have other signals"),
]
CASE = "e9-wild"
MOMENTS = int(
    os.environ.get("MANFAAT_MOMENTS", "3")
)  # test_kill_points.py has every step of the end of a run


def start(project: Path, name: str) -> subprocess.Popen:
    """Start a run that has all to do, in a group of its own."""
    command = [sys.executable, "-m", "manfaat.cli", "run", name, "--force", "--formats", "html"]
    return subprocess.Popen(
        [*command, "--language", "en"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(run: subprocess.Popen) -> str:
    """What a run says, once it has ended."""
    return " ".join(run.communicate(timeout=900)[0].split())


def contents(folder: Path) -> dict[str, bytes]:
    """A report, without the record, which holds the time of the run."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }


def left(place) -> list[Path]:
    """What no finished run leaves."""
    folders = (place.reports_dir, place.data / "processed")
    return [path for folder in folders for begin in (STAGING, FORMER) for path in folder.rglob(f"{begin}*")]


def are_there(session: int) -> bool:
    """Whether a process of a session is still there."""
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case with a report: its folders, the report, and the seconds that it took."""
    name, project = project_of(CASE, tmp_path_factory.mktemp("killed"))
    began, run = time.monotonic(), start(project, name)
    said = finish(run)
    assert run.returncode == 0, said
    place = places(name, root=project)
    return place, contents(place.reports), time.monotonic() - began


def test_a_run_that_is_killed_at_any_moment_leaves_a_whole_report(made):
    place, report, seconds = made
    moments = random.Random(1)
    for _ in range(MOMENTS):
        run = start(place.root, place.cohort)
        time.sleep(moments.uniform(0.1, 1) * seconds)
        run.kill()
        run.wait(timeout=60)
        assert contents(place.reports) == report
        assert not list(place.reports_dir.glob(f"{STAGING}*")), "nothing unfinished lies among the reports"
        until = time.monotonic() + 60
        while are_there(run.pid) and time.monotonic() < until:
            time.sleep(0.1)
        assert not are_there(run.pid), "nothing goes on that nobody waits for"
        run.stdout.close()
    run = start(place.root, place.cohort)
    said = finish(run)
    assert run.returncode == 0, said
    assert contents(place.reports) == report
    assert left(place) == []


def test_a_second_run_is_refused_and_the_first_can_be_stopped(made):
    place, report, _ = made
    path = place.root / "notebooks/01_clean.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import time\n\ntime.sleep(500)"))
    nbformat.write(notebook, path)
    first = start(place.root, place.cohort)
    until = time.monotonic() + 300
    while not (place.processed / RUNNING).is_file() and time.monotonic() < until:
        time.sleep(0.05)
    second = start(place.root, place.cohort)
    said = finish(second)
    assert second.returncode == 1, said
    assert f"another run of this cohort is under way: process {first.pid}, since" in said
    first.send_signal(signal.SIGTERM)
    said = finish(first)
    assert first.returncode == 130, said
    assert "stopped; the former reports are unchanged" in said
    assert "Traceback" not in said
    assert contents(place.reports) == report
    assert left(place) == []
