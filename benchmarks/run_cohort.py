"""From raw file to HTML: our runner against the command lines of papermill and nbconvert over the same
notebooks.

Both in one run on one machine; what counts is the ratio.

    .venv/bin/python benchmarks/run_cohort.py [COHORT] [--rounds 3]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from manfaat.base.paths import NOTEBOOKS

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    """Run a command inside the project; stop the benchmark when it fails."""
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def ours(cohort: str, folder: Path, _: list[str]) -> None:
    """One command, raw files to report."""
    run(
        sys.executable,
        "-m",
        "manfaat.cli",
        "run",
        cohort,
        "--data-dir",
        str(folder / "data"),
        "--reports-dir",
        str(folder / "reports"),
    )


def theirs(cohort: str, folder: Path, notebooks: list[str]) -> None:
    """Each notebook by papermill, then each by nbconvert, one after the other."""
    for name in notebooks:
        path = ROOT / "notebooks" / f"{name}.ipynb"
        out = str(folder / path.name)
        parameters = [
            "-p",
            "cohort",
            cohort,
            "-p",
            "data_dir",
            str(folder / "data"),
            "-p",
            "reports_dir",
            str(folder / "reports"),
        ]
        run(str(BIN / "papermill"), str(path), out, *parameters)
        run(str(BIN / "jupyter"), "nbconvert", "--to", "html", "--embed-images", out)


def seconds(way, cohort: str, notebooks: list[str]) -> float:
    """Time one way in a fresh folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
        began = time.perf_counter()
        way(cohort, folder, notebooks)
        return time.perf_counter() - began


def main() -> None:
    """Time both ways in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cohort", nargs="?", default="nsw-1976")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="*", default=NOTEBOOKS, help="the notebooks of the other way: a trial"
    )
    arguments = parser.parse_args()
    seconds(
        ours, arguments.cohort, arguments.only
    )  # the first run on a machine fills the disk's and the fonts' caches
    times = {way.__name__: [] for way in (ours, theirs)}
    for _ in range(arguments.rounds):
        for way in (ours, theirs):
            times[way.__name__].append(seconds(way, arguments.cohort, arguments.only))
    for name, values in times.items():
        print(
            f"{name:7s} {' '.join(f'{value:.1f}' for value in values)} s, median"
            f" {statistics.median(values):.1f} s"
        )
    print(f"ratio   {statistics.median(times['theirs']) / statistics.median(times['ours']):.1f}")


if __name__ == "__main__":
    main()
