"""Write ``docs/coverage.md`` from many simulated cohorts; run as ``python -m
manfaat.simulation.coverage_runs``.

Seeds that are done are kept in a folder of their own under ``data/processed``, so that a run that was stopped
goes on where it was.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from manfaat.base import paths
from manfaat.base.writing import written_whole
from manfaat.simulation.coverage import seed_rows, tabulate
from manfaat.simulation.coverage_page import page
from manfaat.simulation.grading import seed_grades, tabulate_grades
from manfaat.simulation.interval_runs import HEADING, with_section
from manfaat.simulation.requests import load_simulated
from manfaat.simulation.trials import CONDITIONS, Task, Trial

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 10
KINDS = ("estimates", "grades")
LARGER, LARGE_SEEDS = (
    10,
    40,
)  # so many times the people, in so many cohorts: what verdicts say where there is power


def trial_of(task: Task, condition: str, root: Path) -> Trial:
    """Load the definitions of one trial."""
    from manfaat.evaluation.chooser import completed

    given = load_simulated(task.programme, root=root)
    return Trial(
        given,
        completed(given.programme, given.indicators),
        condition,
        task.hidden,
        task.participants,
        task.comparison,
    )


def run_chunk(task: Task, condition: str, first: int, root: Path, folder: Path) -> int:
    """Run some seeds of one condition and write their rows; return how many seeds were run."""
    import pandas as pd
    import statsmodels.api  # noqa: F401

    # statsmodels' multipletests collects garbage at every call: what is loaded for good need not be looked at
    gc.freeze()
    trial, seeds = trial_of(task, condition, root), range(first, min(first + CHUNK, task.seeds + 1))
    rows, grades = [], []
    for seed in seeds:
        cohort = trial.drawn(seed)
        rows += seed_rows(trial, cohort, list(task.indicators))
        grades += seed_grades(trial, cohort) if seed <= task.graded else []
    for kind, found in zip(KINDS, (rows, grades), strict=True):
        with written_whole(folder / f"{kind}-{condition}-{first:05d}.parquet") as path:
            pd.DataFrame(found).to_parquet(path, index=False)
    return len(seeds)


def run_large(task: Task, condition: str, first: int, root: Path, folder: Path) -> int:
    """Grade some much larger cohorts of one condition and write the grades; return how many."""
    import pandas as pd

    trial = trial_of(
        replace(task, participants=task.participants * LARGER, comparison=task.comparison * LARGER),
        condition,
        root,
    )
    seeds = range(first, min(first + CHUNK, large_seeds(task) + 1))
    grades = [row for seed in seeds for row in seed_grades(trial, trial.drawn(seed))]
    with written_whole(folder / f"large-{condition}-{first:05d}.parquet") as path:
        pd.DataFrame(grades).to_parquet(path, index=False)
    return len(seeds)


def large_seeds(task: Task) -> int:
    """How many large cohorts are graded."""
    return min(LARGE_SEEDS, task.graded)


def run_all(task: Task, root: Path, folder: Path, *, workers: int) -> Iterator[int]:
    """Run what is not there yet, several chunks at a time; yields how many seeds each chunk had."""
    works = (("grades", run_chunk, task.seeds), ("large", run_large, large_seeds(task)))
    with ProcessPoolExecutor(workers) as pool:
        wanted = [
            (kind, work, first, condition)
            for kind, work, most in works
            for first in range(1, most + 1, CHUNK)
            for condition in CONDITIONS
        ]
        wanted = [
            entry
            for entry in wanted
            if not (folder / f"{entry[0]}-{entry[3]}-{entry[2]:05d}.parquet").exists()
        ]
        jobs = [
            pool.submit(work, task, condition, first, root, folder) for _, work, first, condition in wanted
        ]
        for job in as_completed(jobs):
            yield job.result()


def gathered(folder: Path, kind: str) -> pd.DataFrame:
    """All rows that were written, in the order of condition and seed."""
    import pandas as pd

    found = [
        path for condition in CONDITIONS for path in sorted(folder.glob(f"{kind}-{condition}-*.parquet"))
    ]
    return pd.concat([part for part in map(pd.read_parquet, found) if len(part)], ignore_index=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the simulation and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programme")
    parser.add_argument(
        "--hidden", nargs="+", required=True, help="what selection depends on that nothing measures"
    )
    parser.add_argument(
        "--indicators", nargs="+", required=True, help="columns to estimate by every specification"
    )
    parser.add_argument("--seeds", type=int, default=500, help="cohorts for the estimates")
    parser.add_argument("--graded", type=int, default=200, help="cohorts for the verdicts")
    parser.add_argument("--participants", type=int, default=130)
    parser.add_argument("--comparison", type=int, default=260)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", default="docs/coverage.md")
    parser.add_argument("--fresh", action="store_true", help="forget seeds that are done")
    given = parser.parse_args(arguments)
    root = paths.find_root()
    task = Task(
        given.programme,
        tuple(given.hidden),
        tuple(given.indicators),
        given.seeds,
        given.graded,
        given.participants,
        given.comparison,
    )
    folder = (
        root
        / "data"
        / "processed"
        / "coverage"
        / f"{task.programme}-{task.seeds}-{task.graded}-{task.participants}-{task.comparison}"
    )
    if given.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    started, done = time.monotonic(), 0
    for number in run_all(task, root, folder, workers=given.workers):
        done += number
        print(f"{done} cohorts, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    trial = trial_of(task, CONDITIONS[0], root)
    tables = (
        tabulate(gathered(folder, "estimates")),
        tabulate_grades(gathered(folder, "grades")),
        tabulate_grades(gathered(folder, "large")),
    )
    text = page(task, trial, *tables)
    output = root / given.output
    rest = output.read_text(encoding="utf-8").partition(HEADING) if output.exists() else ("", "", "")
    output.write_text(with_section(text, "".join(rest[1:])) if rest[1] else text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
