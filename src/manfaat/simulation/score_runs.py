"""The score of the cleaning stage over the shipped synthetic cohorts, or over many random ones; run as
``python -m manfaat.simulation.score_runs``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from manfaat.base import paths
from manfaat.base.problems import ProblemsError
from manfaat.base.typed import typed_rows
from manfaat.definitions.cohort import TRUTH
from manfaat.simulation.scoring import FATES, Score, add_scores, read_texts, score_delivery, score_table
from manfaat.simulation.writing import LOG_FILE

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.study import Study
    from manfaat.simulation.outlier_score import OutlierScore

PROGRAMME = "a folder of programmes/ with a simulation.yml; the first one unless given"
SHAPES = (
    ("csv", "id", ""),
    ("xlsx", "id", ""),
    ("kobo", "code", "2"),
    ("sav", "code", "1"),
)  # kind of file, answers, version of the form
LEVELS = ("real", "high")
TWO_ROWS = '"two rows a record, then and now"'
LEAST = 0.99  # share of errors that must be repaired or reported


class Missed(NamedTuple):
    """An injected error that was missed or wrongly changed, and what the clean table says."""

    fate: str
    kind: str
    table: str
    key: str
    variable: str
    raw: str
    true: str
    clean: str


@dataclass(frozen=True)
class Totals:
    """What decides: errors injected, repaired or reported, wrongly changed; correct answers, and those that
    wait for a person or were changed.
    """

    injected: int
    handled: int
    wrong: int
    correct: int
    waiting: int
    changed: int

    @property
    def share(self) -> float:
        """Share of the injected errors that was repaired or reported."""
        return self.handled / self.injected if self.injected else 1.0

    @property
    def is_good(self) -> bool:
        """Whether enough was repaired or reported, and nothing right was changed."""
        return self.share >= LEAST and self.changed == 0 and self.wrong == 0

    def __str__(self) -> str:
        return (
            f"{self.injected:,} errors injected, {self.handled:,} repaired or reported"
            f" ({100 * self.share:.2f} %), {self.wrong:,} wrongly changed; {self.correct:,} correct answers,"
            f" {self.waiting:,} wait for a person, {self.changed:,} changed"
        )


def totals_of(scores: Iterable[Score]) -> Totals:
    """Add up some scores."""
    scores = list(scores)
    table = add_scores(scores)
    handled = int(table[["repaired", "reported"]].to_numpy().sum())
    wrong, correct = int(table["wrongly changed"].sum()), sum(score.correct for score in scores)
    return Totals(
        int(table["injected"].sum()),
        handled,
        wrong,
        correct,
        sum(score.waiting for score in scores),
        sum(len(score.changed) for score in scores),
    )


def shipped(root: Path, data_dir: str = "data") -> Iterator[Study]:
    """Every synthetic cohort of a data folder."""
    from manfaat.analysis.study import load_study
    from manfaat.definitions.cohort import load_cohort

    for name in paths.known_cohorts(root / data_dir):
        cohort, _ = load_cohort(root / data_dir / "raw" / name, root=root)
        if cohort is not None and cohort.simulated is not None:
            yield load_study(name, data_dir=data_dir, root=root)


def score_shipped(root: Path, data_dir: str = "data") -> Iterator[tuple[str, Score]]:
    """Score every synthetic cohort of a data folder, one after the other."""
    for study in shipped(root, data_dir):
        yield study.cohort.cohort, score_delivery(study)


def outliers_shipped(root: Path, data_dir: str = "data") -> OutlierScore:
    """Score the check for amounts far from all others over every synthetic cohort of a data folder."""
    from manfaat.simulation.outlier_score import OutlierScore, score_outliers

    return sum((score_outliers(study) for study in shipped(root, data_dir)), OutlierScore(0, 0, 0, 0))


def score_seed(seed: int, programme: str, participants: int, root: Path) -> Score:
    """Simulate a cohort in a folder of its own, score it, and leave nothing behind; its shape and its mess
    follow from the seed.

    A file with two rows a record, which nobody can read for certain, is refused as a whole: that is one
    error, reported.
    """
    from manfaat.analysis.study import load_study
    from manfaat.simulation.requests import Request, simulate

    kind, answers, version = SHAPES[seed % len(SHAPES)]
    mess = LEVELS[seed // len(SHAPES) % len(LEVELS)]
    name = f"seed-{seed}-synthetic"
    with tempfile.TemporaryDirectory(prefix="manfaat-") as folder:
        where, _ = simulate(
            Request(programme, name, participants, seed, mess, kind=kind, answers=answers, version=version),
            Path(folder),
            root=root,
        )
        try:
            return score_delivery(load_study(name, data_dir=folder, root=root))
        except ProblemsError:
            if TWO_ROWS not in (where / TRUTH / LOG_FILE).read_text(encoding="utf-8"):
                raise
            return Score(
                score_table([(40, "reported")]), 0, 0, [], read_texts(where / TRUTH / LOG_FILE).head(0)
            )


def score_seeds(
    seeds: Iterable[int], programme: str, participants: int, root: Path, *, workers: int
) -> Iterator[tuple[str, Score | BaseException]]:
    """Score many simulated cohorts, several at a time, in the order of their seeds; of a cohort that cannot
    be scored, give the reason.
    """
    with ProcessPoolExecutor(workers) as pool:
        jobs = [(seed, pool.submit(score_seed, seed, programme, participants, root)) for seed in seeds]
        for seed, job in jobs:
            failure = job.exception()
            yield f"seed {seed}", failure if failure is not None else job.result()


def show(table: pd.DataFrame) -> str:
    """The table of kinds as text."""
    head = f"{'kind':>4}  {'what':<58} {'injected':>9} " + " ".join(f"{fate:>15}" for fate in FATES)
    rows = [
        f"{line.kind:>4}  {str(line.what)[:58]:<58} {line.injected:>9,} "
        + " ".join(f"{count:>15,}" for count in line[3:])
        for line in table.itertuples(index=False)
    ]
    return "\n".join([head, *rows])


def main(arguments: list[str] | None = None) -> int:
    """Print the score and return 0 when it is good enough, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seeds", type=int, default=0, help="so many random cohorts instead of the shipped ones"
    )
    parser.add_argument(
        "--participants", type=int, default=40, help="people who took part in each random cohort"
    )
    parser.add_argument("--programme", default="", help=PROGRAMME)
    parser.add_argument("--workers", type=int, default=2, help="random cohorts at a time")
    given = parser.parse_args(arguments)
    root = paths.find_root()
    if given.seeds:
        programme = given.programme or min(
            path.parent.name for path in (root / "programmes").glob("*/simulation.yml")
        )
        found = score_seeds(
            range(1, given.seeds + 1), programme, given.participants, root, workers=given.workers
        )
    else:
        found = score_shipped(root)
    scores, failed = [], 0
    for name, score in found:
        if isinstance(score, BaseException):
            failed += 1
            print(f"{name}: {score}", file=sys.stderr, flush=True)
            continue
        scores.append(score)
        print(f"{name}: {totals_of([score])}", file=sys.stderr, flush=True)
        for line in typed_rows(score.missed, Missed):
            print(
                f"  {line.fate}: kind {line.kind}, {line.table} {line.key} {line.variable}: {line.raw!r} for"
                f" {line.true!r}, now {line.clean!r}",
                file=sys.stderr,
            )
        for table, key, variable, true, clean in score.changed:
            print(f"  correct, changed: {table} {key} {variable}: {true!r}, now {clean!r}", file=sys.stderr)
    if not scores:
        print("no synthetic cohort was found: make synthetic")
        return 1
    totals = totals_of(scores)
    print(show(add_scores(scores)))
    print(
        f"total of {len(scores)} cohorts: {totals}"
        + (f"; {failed} more could not be scored" if failed else "")
    )
    if not given.seeds:
        print(outliers_shipped(root))
    return 0 if totals.is_good and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
