"""Simulated cohorts of growing size: seconds, rows a second and peak memory of the generator, with its mess
and its log of errors.

Each size runs in a process of its own. Memory must not grow with the number of people: they are drawn and
written block by block. ``--participants`` counts those who took part; the comparison groups, the supervisors'
forms and the log come on top.

    .venv/bin/python benchmarks/synthetic.py [--participants 1000 10000 100000 1000000] [--mess real]
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

PROGRAMME = "jakarta-tokyo"
ROOT = Path(__file__).resolve().parents[1]


def simulate(participants: int, level: str) -> tuple[float, float, int, int, float]:
    """Write a cohort; return wall and processor seconds, rows, errors, and megabytes of files."""
    from manfaat.simulation import Plan
    from manfaat.simulation.exports import Layout
    from manfaat.simulation.requests import load_simulated
    from manfaat.simulation.writing import write_cohort

    known = load_simulated(PROGRAMME, root=ROOT)
    plan = Plan(
        known.simulation, known.codebook, known.programme.main_table, known.series, participants, seed=1
    )
    with tempfile.TemporaryDirectory() as place:
        start, used = time.perf_counter(), time.process_time()
        written = write_cohort(Path(place) / "cohort", plan, known.programme, Layout(level=level))
        size = sum(path.stat().st_size for path in (Path(place) / "cohort").iterdir()) / 1e6
        return (
            time.perf_counter() - start,
            time.process_time() - used,
            sum(written.rows.values()),
            sum(written.errors.values()),
            size,
        )


def measure(participants: int, level: str, queue: multiprocessing.Queue) -> None:
    """Simulate in this process and report its peak memory too."""
    queue.put((*simulate(participants, level), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--participants", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--mess", default="real", choices=["", "low", "real", "high"])
    options = parser.parse_args()
    print(
        f"{'participants':>12} {'rows':>10} {'errors':>10} {'wall s':>8} {'cpu s':>8} {'rows/s':>9}"
        f" {'files MB':>9} {'peak MB':>8}"
    )
    context = multiprocessing.get_context("spawn")
    for participants in options.participants:
        queue = context.Queue()
        process = context.Process(target=measure, args=(participants, options.mess, queue))
        process.start()
        wall, cpu, rows, errors, size, peak = queue.get()
        process.join()
        print(
            f"{participants:>12} {rows:>10} {errors:>10} {wall:>8.1f} {cpu:>8.1f} {rows / wall:>9.0f}"
            f" {size:>9.0f} {peak:>8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
