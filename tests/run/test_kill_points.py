"""Whatever a run does to files when its report is ready, it may be killed before each step of it: the former
report or the new one is there, whole, at the latest when the next run begins.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys

import pytest

from manfaat.base.paths import MADE, STAGING, Places
from manfaat.run import fresh
from manfaat.run.options import Options
from manfaat.run.overview import write_index
from manfaat.run.staging import FORMER, RUNNING, replace, staging_folder, the_only_run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="other systems have no fork"),
]
COHORT, PROGRAMME, FILES = "trial-1", "trial", 5
STEPS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
DONE, MOST = 99, 500


def put_in_place(place: Places, told: str) -> None:
    """What a run does once all is computed."""
    with the_only_run(place.processed), staging_folder(place) as staging:
        folder = staging / "en" / COHORT
        (folder / "exhibits").mkdir(parents=True)
        for n in range(FILES):
            (folder / "exhibits" / f"{n}.csv").write_text(told)
        (folder / "run.json").write_text(json.dumps({"programme": PROGRAMME, "told": told}))
        replace(folder, place.reports, place.reports_dir)
        write_index(place.reports_dir)
        fresh.note_made(place, PROGRAMME, Options(), fresh.files_of(place, PROGRAMME))


def killed_before(step: int, place: Places, told: str) -> bool:
    """Whether a run was killed before it did its n-th step; it may have fewer."""
    child = os.fork()
    if child == 0:
        taken = 0

        def look(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal taken
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
            if event in STEPS or writes:
                taken += 1
                if taken == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(look)
        put_in_place(place, told)
        os._exit(DONE)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == DONE, "it failed, and was not killed"
    return os.WIFSIGNALED(status)


def report_in(folder) -> set[str]:
    """What the files of a report tell; one that is not whole tells several things or too few."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) in (0, FILES + 1), "a part of a report"
    texts = {path.read_text() for path in files if path.name != "run.json"}
    return texts | {json.loads(path.read_text())["told"] for path in files if path.name == "run.json"}


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    """A finished report."""
    root = tmp_path_factory.mktemp("points")
    place = Places(root, root / "data", root / "reports", COHORT)
    for folder in (place.raw, place.programme(PROGRAMME), root / "notebooks", root / "docs", place.processed):
        folder.mkdir(parents=True)
    (place.raw / "answers.csv").write_text("a\n1\n")
    put_in_place(place, "former")
    assert report_in(place.reports) == {"former"}
    return root


def test_killed_before_any_step_a_run_leaves_a_whole_report_and_the_next_one_goes_on(beginning, tmp_path):
    seen = set()
    for step in range(1, MOST):
        root = tmp_path / str(step)
        shutil.copytree(beginning, root)
        place = Places(root, root / "data", root / "reports", COHORT)
        was_killed = killed_before(step, place, "new")
        aside = place.reports_dir / f"{FORMER}{COHORT}"
        told = report_in(place.reports)
        assert told or report_in(aside) == {"former"}
        assert told <= {"former"} or told == {"new"}
        assert not list(place.reports_dir.glob(f"{STAGING}*"))
        seen |= told
        if told != {"new"} and was_killed:
            assert fresh.line_of(place)["made"]["report"]
        with the_only_run(place.processed), staging_folder(place):
            assert report_in(place.reports) in ({"former"}, {"new"})
        put_in_place(place, "next")
        assert report_in(place.reports) == {"next"}
        folders = place.reports_dir, place.data / "processed"
        names = {path.name for folder in folders for path in folder.rglob("*")}
        assert not [name for name in names if name.startswith((STAGING, FORMER)) or name == RUNNING]
        assert json.loads((place.processed / MADE / "report.json").read_text())["made"]["report"]
        shutil.rmtree(root)
        if not was_killed:
            break
    assert step > 2 * FILES, "the steps were counted"
    assert seen == {"former", "new"}
