"""Laws that samples of other studies are drawn from: what intervals and tests have to withstand. The truth is
0 in each.

They are written for this purpose alone and share nothing with the simulated cohorts: unequal variances and
clusters, few of one group, skewed values, weak overlap, a wrong model, weights that depend on the outcome,
strata.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from manfaat.evaluation.sample import Sample

Columns = dict[str, np.ndarray]
LEAST_SQUARES = ("difference_in_means",)
LOTTERY = (*LEAST_SQUARES, "difference_in_means/randomisation")
ADJUSTED = ("regression",)
WEIGHTING = ("inverse_probability_weighting", "doubly_robust", "entropy_balancing", "regression_imputation")
EVERYONE = ("inverse_probability_weighting/ATE", "doubly_robust/ATE", "regression_imputation/ATE")


@dataclass(frozen=True)
class Cell:
    """One design: a law at one size, and the estimators that are tried on its draws; ``what`` says it in
    words.
    """

    what: str
    n: int
    law: Callable[[np.random.Generator, int], Columns]
    estimators: tuple[str, ...]


def sample_of(columns: Columns) -> Sample:
    """A complete sample of a law's columns."""
    import pandas as pd

    from manfaat.evaluation.sample import Sample

    return Sample(pd.DataFrame(columns).astype("float64"), 0)


def by_lot(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """Participation of a fixed share, by lot."""
    return (rng.permutation(n) < round(share * n)).astype("float64")


def two_groups(
    share: float, *, ratio: float = 1.0, skewed: bool = False
) -> Callable[[np.random.Generator, int], Columns]:
    """A lottery; the participants' standard deviation is ``ratio`` times the others'; skewed values are
    log-normal (log SD 1).
    """

    def law(rng: np.random.Generator, n: int) -> Columns:
        treated = by_lot(rng, n, share)
        noise = np.exp(rng.normal(size=n)) - np.exp(0.5) if skewed else rng.normal(size=n)
        return {"now": noise * np.where(treated == 1, ratio, 1.0), "treated": treated}

    return law


def cluster_sizes(rng: np.random.Generator, count: int, shape: str) -> np.ndarray:
    """Units of each cluster: ``equal`` 12; ``unequal`` Pareto 1.5 from 4, at most 80; ``two large`` 8, and
    two of 150.
    """
    if shape == "equal":
        return np.full(count, 12)
    if shape == "two large":
        return np.concatenate([[150, 150], np.full(count - 2, 8)])
    return (4 * (1 - rng.random(count)) ** (-1 / 1.5)).astype(int).clip(max=80)


def whole_clusters(shape: str, share: float = 0.5) -> Callable[[np.random.Generator, int], Columns]:
    """Clusters assigned as a whole by lot, correlation .2 within them; n is their number."""

    def law(rng: np.random.Generator, n: int) -> Columns:
        cluster = np.repeat(np.arange(n), cluster_sizes(rng, n, shape))
        treated = by_lot(rng, n, share)[cluster]
        return {
            "now": 0.5 * rng.normal(size=n)[cluster] + rng.normal(size=len(cluster)),
            "treated": treated,
            "cluster_": cluster.astype("float64"),
        }

    return law


def within_clusters(rng: np.random.Generator, n: int) -> Columns:
    """People assigned by lot within clusters whose effects differ (SD .4); n is the number of clusters."""
    cluster = np.repeat(np.arange(n), 30)
    treated = rng.integers(0, 2, len(cluster)).astype("float64")
    slope = 0.4 * rng.normal(size=n)
    now = 0.5 * rng.normal(size=n)[cluster] + slope[cluster] * treated + rng.normal(size=len(cluster))
    return {"now": now, "treated": treated, "cluster_": cluster.astype("float64")}


def survey(strata: int) -> Callable[[np.random.Generator, int], Columns]:
    """Strata of n clusters each of unequal sizes, log-normal weights, half of each stratum's clusters
    assigned by lot.
    """

    def law(rng: np.random.Generator, n: int) -> Columns:
        count = strata * n
        cluster = np.repeat(np.arange(count), cluster_sizes(rng, count, "unequal"))
        lots = np.concatenate([by_lot(rng, n, 0.5) for _ in range(strata)])
        weight = np.exp(0.4 * rng.normal(size=len(cluster)))
        stratum = cluster // n
        now = 0.7 * stratum / strata + 0.5 * rng.normal(size=count)[cluster] + rng.normal(size=len(cluster))
        roles = {
            "cluster_": cluster.astype("float64"),
            "stratum_": stratum.astype("float64"),
            "weight_": weight / weight.mean(),
        }
        return {"now": now, "treated": lots[cluster], **roles}

    return law


def weighted(spread: float, on_outcome: float = 0.0) -> Callable[[np.random.Generator, int], Columns]:
    """A lottery among people who came in with unequal chances: log-normal weights, or by their outcome
    (weight exp(``on_outcome`` y)).
    """

    def law(rng: np.random.Generator, n: int) -> Columns:
        treated = by_lot(rng, n, 0.5)
        if not on_outcome:
            now, weight = rng.normal(size=n), np.exp(spread * rng.normal(size=n))
        # of the population y is normal(0, 1); who came in was drawn in proportion to exp(−b y), which is
        # normal(−b, 1)
        else:
            now = rng.normal(size=n) - on_outcome
            weight = np.exp(on_outcome * now)
        return {"now": now, "treated": treated, "weight_": weight / weight.mean()}

    return law


def selected(
    slope: float, *, share: float = 0.5, wrong: str = "", covariates: int = 2, skewed: bool = False
) -> Callable[[np.random.Generator, int], Columns]:
    """The likelier to take part the larger x1 (logit ``slope``); ``wrong`` model: a square that the outcome's
    or the score's lacks.
    """

    def law(rng: np.random.Generator, n: int) -> Columns:
        while True:
            x = rng.normal(size=(n, covariates))
            score = (
                slope * x[:, 0]
                + (0.5 * (x[:, 0] ** 2 - 1) if wrong == "score" else 0.0)
                + np.log(share / (1 - share))
            )
            treated = (rng.random(n) < 1 / (1 + np.exp(-score))).astype("float64")
            if min(treated.sum(), n - treated.sum()) > covariates + 3:
                break
        curve = 0.5 * (x[:, 0] ** 2 - 1) if wrong in ("outcome", "curved") else 0.0
        noise = rng.normal(size=n)
        now = x[:, 0] + 0.5 * x[:, 1] + curve + (np.exp(noise) - np.exp(0.5) if skewed else noise)
        return {"now": now, "treated": treated, **{f"x{k + 1}": x[:, k] for k in range(covariates)}}

    return law


def clustered_selection(shape: str) -> Callable[[np.random.Generator, int], Columns]:
    """Selection on x1 (slope .7) of people in clusters that share part of their outcome and take part
    together more often; n clusters.
    """

    def law(rng: np.random.Generator, n: int) -> Columns:
        cluster = np.repeat(np.arange(n), cluster_sizes(rng, n, shape))
        x1, x2 = rng.normal(size=(2, len(cluster))) + 0.4 * rng.normal(size=(2, n))[:, cluster]
        treated = (
            rng.random(len(cluster)) < 1 / (1 + np.exp(-0.7 * x1 - 0.5 * rng.normal(size=n)[cluster]))
        ).astype("float64")
        now = x1 + 0.5 * x2 + 0.4 * rng.normal(size=n)[cluster] + rng.normal(size=len(cluster))
        return {"now": now, "treated": treated, "x1": x1, "x2": x2, "cluster_": cluster.astype("float64")}

    return law


def alone(spread: float = 0.0, *, exponential: bool = False) -> Callable[[np.random.Generator, int], Columns]:
    """The change of participants alone: normal, log-normal with a log SD of ``spread``, or exponential."""

    def law(rng: np.random.Generator, n: int) -> Columns:
        noise = rng.normal(size=n)
        change = (
            rng.exponential(size=n) - 1
            if exponential
            else np.exp(spread * noise) - np.exp(spread**2 / 2)
            if spread
            else noise
        )
        before = rng.normal(size=n)
        return {"now": before + change, "treated": np.ones(n), "before": before}

    return law


def cells() -> list[Cell]:
    """All designs, in the order of the table."""
    found = [Cell("lottery, half treated", n, two_groups(0.5), LEAST_SQUARES) for n in (20, 60, 130)]
    found += [
        Cell(f"lottery, {share:.0%} treated, their SD double", n, two_groups(share, ratio=2.0), LEAST_SQUARES)
        for share, n in ((0.03, 400), (0.1, 60), (0.1, 130))
    ]
    found += [Cell(f"lottery, log-normal, {share:.0%} treated", n, two_groups(share, skewed=True), LOTTERY)
              for share, n in ((0.5, 60), (0.1, 60), (0.1, 130), (0.1, 400), (0.03, 400))]  # fmt: skip
    found += [
        Cell(
            "lottery, log-normal, 10% treated, their SD double",
            n,
            two_groups(0.1, ratio=2.0, skewed=True),
            LOTTERY,
        )
        for n in (60, 130, 400)
    ]
    found += [
        Cell(
            "lottery, log-normal, half treated, their SD double",
            60,
            two_groups(0.5, ratio=2.0, skewed=True),
            LOTTERY,
        )
    ]
    found += [
        Cell("participants' change, log-normal", n, alone(1.0), ("before_after_change",))
        for n in (10, 30, 60, 130, 400)
    ]
    found += [
        Cell("participants' change, log-normal, log SD 0.5", n, alone(0.5), ("before_after_change",))
        for n in (10, 15, 20, 30, 60)
    ]
    found += [
        Cell("participants' change, exponential", n, alone(exponential=True), ("before_after_change",))
        for n in (10, 20)
    ]
    found += [Cell("participants' change, normal", n, alone(), ("before_after_change",)) for n in (10, 30)]
    found += [
        Cell(f"clusters, {shape}", n, whole_clusters(shape), LEAST_SQUARES)
        for shape in ("equal", "unequal")
        for n in (6, 12, 30, 50, 100)
    ]
    found += [
        Cell("clusters, two large, a third treated", 60, whole_clusters("two large", 1 / 3), LEAST_SQUARES)
    ]
    found += [
        Cell("clusters, equal, a tenth treated", n, whole_clusters("equal", 0.1), LEAST_SQUARES)
        for n in (20, 50)
    ]
    found += [
        Cell("people within clusters, effects differ", n, within_clusters, LEAST_SQUARES) for n in (2, 4, 10)
    ]
    found += [
        Cell(
            f"{strata} strata of clusters, weights",
            n,
            survey(strata),
            (*LEAST_SQUARES, "strata_fixed_effects"),
        )
        for strata, n in ((3, 4), (5, 6), (5, 12))
    ]
    found += [
        Cell(f"log-normal weights, log SD {spread:g}", n, weighted(spread), LEAST_SQUARES)
        for spread in (0.5, 1.0)
        for n in (130, 400)
    ]
    found += [
        Cell(f"weights exp({b:g} y)", n, weighted(0.0, b), LEAST_SQUARES)
        for b in (0.6, 1.2)
        for n in (130, 400)
    ]
    everything = (*ADJUSTED, *WEIGHTING, *EVERYONE, "nearest_neighbour")
    found += [Cell("selection, slope 0.7", n, selected(0.7), everything) for n in (60, 130, 400)]
    found += [Cell("selection, slope 0.7, a tenth treated", 130, selected(0.7, share=0.1), everything)]
    found += [Cell("selection, slope 1.6: weak overlap", n, selected(1.6), everything) for n in (130, 400)]
    found += [
        Cell(
            "selection, slope 2.2: hardly any overlap",
            1000,
            selected(2.2),
            (*ADJUSTED, *WEIGHTING, *EVERYONE),
        )
    ]
    found += [
        Cell(
            "selection, slope 0.7, a tenth treated, log-normal",
            n,
            selected(0.7, share=0.1, skewed=True),
            everything,
        )
        for n in (130, 400)
    ]
    robust = ("doubly_robust", "doubly_robust/ATE")
    found += [
        Cell(f"selection, slope 0.7, {wrong} model wrong", 400, selected(0.7, wrong=wrong), robust)
        for wrong in ("outcome", "score")
    ]
    found += [
        Cell(
            "selection, curved outcome, four covariates",
            n,
            selected(0.7, wrong="curved", covariates=4),
            ("nearest_neighbour",),
        )
        for n in (130, 400)
    ]
    found += [Cell(f"selection, clusters {shape}", n, clustered_selection(shape), (*WEIGHTING, *EVERYONE))
              for shape, n in (("equal", 10), ("equal", 30), ("unequal", 30))]  # fmt: skip
    return found
