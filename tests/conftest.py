"""One run of every shipped cohort through the real runner, shared by all tests that look at results."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is there; why: manfaat.run.interpreter

import pandas as pd
import pytest

from manfaat.run import light  # noqa: F401

ROOT = Path(__file__).parents[1]

LANES = ("runs", "simulation", "fuzz", "browser", "slow")  # marks of what a quick run leaves out
ONE_IN = 16  # cases of a test with the mark many, in a quick run
QUICK = False
SHARED_RUNS = {"finished": "finished", "side_by_side": "finished", "sent": "sent", "case": "cases"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave the lanes out, and try fewer random inputs")


def pytest_configure(config: pytest.Config) -> None:
    """Know before the files are read whether the run is a quick one."""
    global QUICK
    QUICK = config.getoption("quick")
    if QUICK and not config.option.markexpr:
        config.option.markexpr = " and ".join(f"not {lane}" for lane in LANES)


def examples(number: int) -> int:
    """How many random inputs a test tries: all, or a tenth in a quick run."""
    return max(number // 10, 5) if QUICK else number


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put a test of whole runs into its lane."""
    if {*SHARED_RUNS, "project"} & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.runs)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests, so that no worker waits at the end for another's last
    one; leave cases out where a quick run needs only some.
    """
    if QUICK:
        cases = defaultdict(list)
        for item in items:
            if item.get_closest_marker("many"):
                cases[item.nodeid.partition("[")[0]].append(item)
        left_out = {item for same in cases.values() for at, item in enumerate(same) if at % ONE_IN}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    slow = {item.path for item in items if any(map(item.get_closest_marker, LANES))}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Look for circles of dead objects less often, and never among what was imported: a tenth of the time of
    the tests went there.
    """
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the tests of one file, and all files that look at the same whole run, on one worker, so that it is
    made once.
    """
    from xdist.scheduler import LoadScopeScheduling

    @cache
    def group_of(file: str) -> str:
        text = (ROOT / file).read_text(encoding="utf-8")
        return next(
            (
                group
                for name, group in SHARED_RUNS.items()
                if re.search(rf"def test_\w+\([^)]*\b{name}\b", text)
            ),
            file,
        )

    class ByRun(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid.partition("::")[0])

    return ByRun(config, log)


def page_of(folder: Path, *layers: str, end: str = "") -> str:
    """The pages of a finished report, one after the other, with ordinary spaces; ``end`` is that of another
    language's files.
    """
    files = [folder / f"{layer}{end}.html" for layer in layers or ("report", "annex")]
    return "".join(file.read_text(encoding="utf-8") for file in files).replace("\u00a0", " ")


@dataclass(frozen=True)
class Finished:
    """Folders of a finished run of all cohorts, in both languages."""

    data: Path
    reports: Path

    def estimates(self, cohort: str) -> pd.DataFrame:
        return pd.read_csv(self.reports / cohort / "estimates.csv", keep_default_na=True)

    def workings(self, cohort: str) -> Path:
        """What the report of a cohort shows, as data and as pictures."""
        return self.data / "processed" / cohort / "workings"

    def page(self, cohort: str, *layers: str) -> str:
        return page_of(self.reports / cohort, *layers)


@pytest.fixture(scope="session")
def cohorts() -> list[str]:
    from manfaat.base.paths import known_cohorts

    names = known_cohorts(ROOT / "data")
    assert len(names) >= 4
    return names


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, cohorts: list[str]) -> Finished:
    from manfaat.run.run import Options, run_cohorts

    base = tmp_path_factory.mktemp("finished")
    (base / "data").mkdir()
    (base / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    options = Options("both", str(base / "data"), str(base / "reports"))
    outcomes = list(run_cohorts(cohorts, options, root=ROOT))
    assert [outcome.failure for outcome in outcomes] == [""] * len(cohorts)
    return Finished(base / "data", base / "reports")


def project_below(folder: Path) -> Path:
    """Copy the project's definitions, notebooks and smallest deliveries into a folder."""
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for cohort in ("nsw-1976", "michigan-1987-89"):
        shutil.copytree(ROOT / "data" / "raw" / cohort, folder / "data" / "raw" / cohort)
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's definitions, notebooks and smallest deliveries, to be broken at will."""
    return project_below(tmp_path)


def seal(folder: Path) -> None:
    """Seal the files of a delivery anew, after a test changed them on purpose."""
    import hashlib

    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"
        for path in sorted(folder.glob("*.csv"))
    ]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")


def replace_in(path: Path, old: str, new: str) -> None:
    """Replace a text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """What people send: one cohort in both languages and all formats."""
    from manfaat.run.run import Options, run_cohort

    base = tmp_path_factory.mktemp("sent")
    (base / "data").mkdir()
    (base / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    options = Options("both", str(base / "data"), str(base / "reports"), formats=("html", "pdf", "docx"))
    assert run_cohort("nsw-1976", options, root=ROOT).failure == ""
    return Finished(base / "data", base / "reports")


@pytest.fixture(scope="session")
def side_by_side(
    finished: Finished, cohorts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Finished:
    """The finished reports of all cohorts, and the pages that set the cohorts of each programme side by
    side.
    """
    from manfaat.run.programmes import run_programmes
    from manfaat.run.run import Options

    reports = tmp_path_factory.mktemp("side_by_side") / "reports"
    reports.mkdir()
    for cohort in cohorts:
        (reports / cohort).symlink_to(finished.reports / cohort)
    outcomes = run_programmes(cohorts, Options("both", str(finished.data), str(reports)), root=ROOT)
    assert outcomes
    assert [outcome.failure for outcome in outcomes] == [""] * len(outcomes)
    return Finished(finished.data, reports)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory):
    """Run a small case of ``tests/cases`` by the command line, each once a session:
    ``case("r2-stata-tags").clean()``.
    """
    from case_runs import run_case

    base = tmp_path_factory.mktemp("cases")
    return cache(lambda name: run_case(name, base))
