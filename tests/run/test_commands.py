"""Every command that README, CONTRIBUTING and the Makefile name does what it says: run here in a copy of the
project with small arguments, or by ``.ci/run``.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from manfaat.cli import app

pytestmark = pytest.mark.runs

BIN = Path(sys.executable).parent
LEFT_BEHIND = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "processed", "reports", "raw")
SMALL = ["COHORT=nsw-1976", "REPORT_LANGUAGE=en"]
FEW = (
    "COVERAGE=jakarta-tokyo --hidden ability --indicators log_pay_now --graded 1 --participants 60"
    " --comparison 60"
)
# target → what it is given, a file that it writes, what it says
HERE = {
    "help": ([], "", "show what can be made"),
    "report": (SMALL, "reports/nsw-1976/report.html", "reports/nsw-1976/report.html"),
    "reports": (SMALL, "reports/index.html", "nsw-1976"),
    "cleaning-score": (["SEEDS=1"], "", "total of 1 cohorts"),
    "coverage": (["SEEDS=1", "DRAWS=1", "ONLY=exponential", FEW], "docs/coverage.md", ""),
    "mutation": (
        ["ARGS=--module base.disclosure --most 1 --tests tests/report/test_disclosure.py"],
        "",
        " noticed",
    ),
    "benchmark": (["ARGS=--rounds 1 --only 01_clean"], "", "ratio"),
    "translations": ([], "src/manfaat/report/locale/id.po", " 0 problems"),
    "quick": (["PYTEST=python -m pytest tests/base/test_precision.py"], "", " passed"),
}
APART = {"synthetic", "lab", "clean"}  # with a test of their own below
UNTRIED = {
    "lock"
}  # needs uv and asks the network for the newest versions; its second half is a test of its own


BY_WORKFLOW = {"branches"}  # the quick tests once more: too long for what must pass before a change is taken


def targets() -> set[str]:
    """What can be made."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the project with its smallest cohort."""
    folder = tmp_path_factory.mktemp("commands") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
    shutil.copytree(ROOT / "data/raw/nsw-1976", folder / "data/raw/nsw-1976")
    (folder / "data/processed").mkdir()
    (folder / "data/processed/.gitkeep").touch()
    return folder


def command(folder: Path, *arguments: str) -> subprocess.Popen:
    """Start a command in the copy, with the copy's code and this environment's interpreter."""
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(folder / "src"), "PATH": f"{BIN}:{os.environ['PATH']}", "BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def made(folder: Path, target: str, *arguments: str) -> str:
    """What a target says; the environment stands and is not set up again."""
    running = command(folder, "make", "--old-file=.venv/ready", f"BIN={BIN}", target, *arguments)
    said = running.communicate(timeout=600)[0]
    assert running.returncode == 0, said
    return said


def test_every_target_is_run_here_or_by_ci():
    by_ci = set(
        re.findall(
            r"^(?:\w+=\w+ )*make ([a-z-]+)", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all((ROOT / f"tests/{name}.py").exists() for name in re.findall(r"\w+/test_\w+", recipes))
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"- run: make ([a-z-]+)$", workflow, re.MULTILINE)) >= BY_WORKFLOW
    assert {"test", "browser", "oracle", "corpus", "site"} <= by_ci
    assert targets() == {*HERE, *APART, *UNTRIED, *BY_WORKFLOW, *by_ci, "lint"}, "lint is run by make test"


@pytest.mark.parametrize("target", HERE)
def test_a_target_does_what_it_says(copy, target):
    given, writes, says = HERE[target]
    assert says in made(copy, target, *given)
    assert (copy / writes).exists()


def test_translations_are_up_to_date(copy):
    """Before and after ``make translations``."""
    for path in (ROOT / "src/manfaat/report/locale").glob("*.po"):
        assert (copy / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_the_synthetic_cohorts_are_simulated_as_they_are_shipped(copy):
    made(copy, "synthetic")
    simulated = sorted(path.name for path in (copy / "data/raw").glob("*-synthetic"))
    assert simulated == sorted(path.name for path in (ROOT / "data/raw").glob("*-synthetic"))
    for name in simulated:
        for path in (ROOT / "data/raw" / name).glob("participants.*"):
            assert (copy / "data/raw" / name / path.name).read_bytes() == path.read_bytes()
        shutil.rmtree(copy / "data/raw" / name)


def test_the_lab_opens_on_the_notebooks(copy):
    running = command(copy, "make", "--old-file=.venv/ready", f"BIN={BIN}", "lab")
    stop = Timer(120, os.killpg, (running.pid, signal.SIGKILL))
    stop.start()
    try:
        assert any(re.search(r"http://\S+/lab", line) for line in running.stdout)
    finally:
        stop.cancel()
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()


def test_clean_leaves_no_report_and_no_table(copy):
    (copy / "reports").mkdir(exist_ok=True)
    (copy / "data/processed/trial").mkdir()
    made(copy, "clean")
    assert not (copy / "reports").exists()
    assert [path.name for path in (copy / "data/processed").iterdir()] == [".gitkeep"]


def named(pattern: str) -> list[str]:
    """What README, CONTRIBUTING and the documentation name, in the order of the text; their blocks are run by
    ``tests/test_pages.py``.
    """
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return re.findall(pattern, "\n".join(texts), re.MULTILINE)


def test_commands_and_targets_that_are_named_exist():
    shown = named(r"(?:^|`)make ([a-z-]+)")
    assert len(shown) >= 25
    assert set(shown) <= targets()
    for name, rest in named(r"`manfaat ([a-z-]+)([^`]*)`"):
        told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, name
        assert all(option in told.output for option in re.findall(r"--[a-z-]+", rest)), (name, rest)
