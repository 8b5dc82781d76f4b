"""Do the intervals of scales and raters cover? Print the table of ``docs/coverage.md``; run as ``python -m
manfaat.simulation.measurement_runs``.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Callable

import numpy as np

from manfaat.evaluation import change
from manfaat.evaluation.sample import NotApplicableError
from manfaat.measurement import agreement, reliability

CUTS = {  # of a standard normal answer, so that 7, 58 and 88 in 100 give the highest of five
    "symmetric": (-1.5, -0.5, 0.5, 1.5),
    "58% highest": (-2.2, -1.6, -1.0, -0.2),
    "88% highest": (-2.6, -2.1, -1.7, -1.15),
}
LARGE = 400_000  # people of whom the truth is taken
Draw = Callable[[np.random.Generator, int], np.ndarray]
Ends = Callable[[np.ndarray], tuple[float, float]]
Point = Callable[[np.ndarray], float]


def items(law: str, k: int) -> Draw:
    """Answers of n people to k items that share half their variance."""

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        both = rng.standard_normal((n, 1)) + rng.standard_normal((n, k))
        return np.asarray(np.digitize(np.sqrt(0.5) * both, CUTS[law]), dtype="float64")

    return draw


def ratings(law: str) -> Draw:
    """Ratings of n people by two raters who are alike: people normal, exponential or on five points."""

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        people = rng.exponential(1, (n, 1)) if law == "exponential" else rng.standard_normal((n, 1))
        values = people + 0.7 * rng.standard_normal((n, 2))
        return np.digitize(values / np.sqrt(1.49), CUTS[law]).astype("float64") if law in CUTS else values

    return draw


def changes(law: str) -> Draw:
    """Changes of n people, mean and standard deviation 1."""

    def draw(rng: np.random.Generator, n: int) -> np.ndarray:
        if law == "gamma":
            return np.asarray(rng.gamma(2, 1, n) / np.sqrt(2) - np.sqrt(2) + 1)
        return 1 + (rng.standard_t(5, n) * np.sqrt(0.6) if law == "heavy tails" else rng.standard_normal(n))

    return draw


def interval(found: agreement.Interval) -> tuple[float, float]:
    """Ends of an interval."""
    return found.low, found.high


def cells() -> list[tuple[str, str, Draw, Ends, Point]]:
    """What is tried: statistic, law, draws, ends of its interval, and the number itself."""

    def icc(values: np.ndarray) -> tuple[float, float]:
        return interval(agreement.intraclass(values, 0.95)["ICC(3,1)"])

    def upper(values: np.ndarray) -> agreement.Interval:
        return agreement.limits_of_agreement(values[:, 0], values[:, 1], 0.95).upper

    def kappa(values: np.ndarray) -> agreement.Interval:
        return agreement.weighted_kappa(values[:, 0], values[:, 1], 0.95)

    def alpha(values: np.ndarray) -> float:
        return reliability.cronbach_alpha(np.cov(values, rowvar=False))

    found: list[tuple[str, str, Draw, Ends, Point]] = [
        (
            f"Cronbach α, {k} items",
            law,
            items(law, k),
            lambda values: reliability.alpha_interval(values, 0.95)[1:],
            alpha,
        )
        for k in (4, 8)
        for law in CUTS
    ]
    single = lambda values: agreement.single_correlations(agreement.mean_squares(values))["ICC(3,1)"]  # noqa: E731
    found += [
        ("ICC(3,1)", law, ratings(law), icc, single) for law in ("normal", "exponential", "58% highest")
    ]
    found += [
        (
            "upper limit of agreement",
            law,
            ratings(law),
            lambda v: interval(upper(v)),
            lambda v: upper(v).estimate,
        )
        for law in ("normal", "58% highest")
    ]
    found += [
        ("weighted κ", law, ratings(law), lambda v: interval(kappa(v)), lambda v: kappa(v).estimate)
        for law in CUTS
    ]
    d_z = [
        ("d_z", law, changes(law), lambda v: change.standardised_interval(v, 0.95)[1:], lambda v: 1.0)
        for law in ("normal", "gamma", "heavy tails")
    ]
    return found + d_z


def coverage(cell: tuple[str, str, Draw, Ends, Point], n: int, draws: int) -> tuple[float, int]:
    """Share of intervals of n people that hold the truth, and how many could be had."""
    name, law, draw, ends, point = cell
    truth = point(draw(np.random.default_rng(0), LARGE))
    hits = had = 0
    for seed in range(draws):
        try:
            low, high = ends(draw(np.random.default_rng([zlib.crc32(f"{name}/{law}".encode()), n, seed]), n))
        except NotApplicableError:
            continue
        had, hits = had + 1, hits + (low <= truth <= high)
    return hits / max(had, 1), had


def main(arguments: list[str] | None = None) -> int:
    """Print one line a statistic, law and number of people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000, help="samples of each kind")
    draws = parser.parse_args(arguments).draws
    print("| interval of | law | n | samples | coverage % |\n|---|---|---:|---:|---:|")
    for cell in cells():
        for n in (30, 60, 130, 400):
            share, had = coverage(cell, n, draws)
            print(
                f"| {cell[0]} | {cell[1]} | {n} | {had} | {100 * share:.1f} ±"
                f" {100 * np.sqrt(share * (1 - share) / max(had, 1)):.1f} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
