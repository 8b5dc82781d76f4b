"""Nearest-neighbour matching with bias correction (Abadie and Imbens 2006, 2011), on distinct rows of
covariates.

Units that agree in all covariates form a cell, so that ties, which all count, cost nothing: survey answers
are mostly tied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimate import DEFAULT, Inference, Sized
from manfaat.evaluation.inference import each_kind
from manfaat.evaluation.linear import COLLINEAR, check_groups, check_treatment
from manfaat.evaluation.methods import BEFORE, with_size
from manfaat.evaluation.nuisance import design_matrix
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, Rung, about_of, register
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.skewness import adjusted_skew_warning
from manfaat.evaluation.weighting import overlap

TOLERANCE = 1e-5  # squared distances that differ by less are ties
SURELY_CURVED = 0.05  # p value of the squares among comparison units
MOST_CURVED = 0.2  # standard errors that they leave: at .3 an interval of 95 % covers 94 %
VARIANCE_NEIGHBOURS = 2  # of a unit's own group, to estimate its variance


@dataclass(frozen=True)
class Cells:
    """Distinct rows of covariates of one group: ``rows`` (cells × k), the ``cell`` of every unit, units a
    cell (``size``).
    """

    rows: np.ndarray
    cell: np.ndarray
    size: np.ndarray

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Mean of a value over the units of each cell."""
        means: np.ndarray = np.bincount(self.cell, weights=values, minlength=len(self.size)) / self.size
        return means


@dataclass(frozen=True)
class Matches:
    """Who is compared with whom: rows are cells of participants, columns cells of the comparison group.

    ``shares`` sum to 1 a row; ``neighbours`` counts each row's matched units; ``own`` are the matches of the
    ``used`` comparison cells within their own group, as counts of units a cell (the unit itself left out).
    """

    participants: Cells
    comparison: Cells
    shares: csr_array
    neighbours: np.ndarray
    used: np.ndarray
    own: csr_array

    @property
    def times_used(self) -> np.ndarray:
        """How much each unit of a comparison cell counts: the sum of its shares."""
        times: np.ndarray = (self.shares.T @ self.participants.size) / self.comparison.size
        return times

    @property
    def times_squared(self) -> np.ndarray:
        """Sum of the squared shares of each unit of a comparison cell."""
        single = self.participants.size / self.neighbours**2
        used = csr_array(
            (np.ones_like(self.shares.data), self.shares.indices, self.shares.indptr), shape=self.shares.shape
        )
        squared: np.ndarray = used.T @ single
        return squared


def cells(rows: np.ndarray) -> Cells:
    """Gather units with the same covariates."""
    distinct, cell, size = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return Cells(distinct, cell.ravel(), size.astype("float64"))


def nearest(
    points: np.ndarray, tree: KDTree, size: np.ndarray, wanted: int, *, own: np.ndarray | None = None
) -> csr_array:
    """Cells (columns) that hold the ``wanted`` nearest units of each point, all ties included; entries count
    their units.

    ``own``: the points are these cells of the tree itself, and one unit of the cell itself does not count.
    """
    without_self = own is not None
    itself = np.full(len(points), -1) if own is None else own
    found: list[tuple[np.ndarray, np.ndarray]] = []
    left, k = np.arange(len(points)), min(wanted + 1 + without_self, tree.n)
    while len(left):
        distance, place = tree.query(points[left], k=np.arange(1, k + 1), workers=-1)
        counts = size[place] - (place == itself[left][:, None])
        enough = np.argmax(np.cumsum(counts, axis=1) >= min(wanted, size.sum() - without_self), axis=1)
        limit = distance[np.arange(len(left)), enough] ** 2 + TOLERANCE
        inside = distance**2 <= limit[:, None]
        open_ended = inside[:, -1] & (k < tree.n) | (np.cumsum(counts, axis=1)[:, -1] < wanted) & (k < tree.n)
        row, column = np.nonzero(inside & ~open_ended[:, None])
        found.append((left[row], place[row, column]))
        left, k = left[open_ended], min(4 * k, tree.n)
    row, column = (np.concatenate(part) for part in zip(*found, strict=True))
    counts = size[column] - (column == itself[row])
    return csr_array((counts, (row, column)), shape=(len(points), tree.n))


def match(sample: Sample, covariates: list[str], wanted: int) -> Matches:
    """Match every participant with the ``wanted`` nearest comparison units, distances in standard deviations
    of each covariate.

    Raises
    ------
    NotApplicableError if the comparison group has fewer units than that, or none from which what distance
    remains can be corrected.
    """

    def compute() -> Matches:
        x, treated = design_matrix(sample, covariates)[:, 1:], sample.treated > 0
        if (~treated).sum() < max(wanted, VARIANCE_NEIGHBOURS + 1):
            raise NotApplicableError(EstimateReason.FEW_MATCHES())
        participants, comparison = cells(x[treated]), cells(x[~treated])
        tree = KDTree(comparison.rows)
        counts = nearest(participants.rows, tree, comparison.size, wanted)
        neighbours = counts.sum(axis=1)
        shares = csr_array(counts.multiply(1 / neighbours[:, None]))
        used = np.unique(shares.indices)
        own = nearest(comparison.rows[used], tree, comparison.size, VARIANCE_NEIGHBOURS, own=used)
        found = Matches(participants, comparison, shares, neighbours, used, own)
        check_correction(found)
        return found

    return sample.once(("match", tuple(covariates), wanted), compute)


def check_correction(found: Matches) -> None:
    """Refuse matches whose remaining distance cannot be corrected, because the matched comparison units
    hardly differ in that direction.

    The corrected estimate weights every comparison unit by how often it was used, plus what the regression of
    the correction makes of the mean distance. Where the second part is larger than the first (sums of
    squares), a slope is carried far beyond the units that it was found among; where they do not differ at all
    there is none. No outcome is looked at.

    Raises
    ------
    NotApplicableError with the reason.
    """
    rows, weights = found.comparison.rows, found.times_used * found.comparison.size
    weights = weights / weights.sum()
    distance = (
        found.participants.size
        @ (found.participants.rows - found.shares @ rows)
        / found.participants.size.sum()
    )
    away = rows - weights @ rows
    moments = (away * weights[:, None]).T @ away
    needed = np.linalg.lstsq(moments, distance, rcond=COLLINEAR)[0]
    correction = found.times_used * (away @ needed)
    beyond = np.abs(moments @ needed - distance).max() > TOLERANCE
    if beyond or (found.comparison.size @ correction**2) > (found.comparison.size @ found.times_used**2):
        raise NotApplicableError(EstimateReason.UNLIKE())


def bias_slope(found: Matches, outcome: np.ndarray) -> np.ndarray:
    """Slopes of the outcome on the covariates among matched comparison units, weighted by how often each was
    used.

    Covariates and outcome are taken from their means, so that the outcome's level never enters a slope; in a
    direction in which the units do not differ the slope is 0.
    """
    weights = found.times_used * found.comparison.size
    root, weights = np.sqrt(weights)[:, None], weights / weights.sum()
    rows, level = found.comparison.rows, found.comparison.mean(outcome)
    slopes: np.ndarray = np.linalg.lstsq(
        (rows - weights @ rows) * root, (level - weights @ level) * root[:, 0], rcond=1e-10
    )[0]
    return slopes


def corrected(
    found: Matches, inside: np.ndarray, outside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each participant's value less that of its matches after the correction, the comparison units' values at
    equal covariates, the slopes.
    """
    slope = bias_slope(found, outside)
    level = outside - (found.comparison.rows @ slope)[found.comparison.cell]
    return (
        inside
        - ((found.participants.rows @ slope) + found.shares @ found.comparison.mean(level))[
            found.participants.cell
        ],
        level,
        slope,
    )


def curve_warning(found: Matches, outside: np.ndarray, std_error: float) -> tuple[Reason, ...]:
    """The warning where squares of the covariates belong into the outcome's regression (F test among
    comparison units) and shift the estimate.

    The shift is what the estimator makes of the squares' part of the outcome, of which nothing is an effect.
    """
    rows, cell = found.comparison.rows, found.comparison.cell
    linear = np.column_stack([np.ones(len(cell)), rows[cell]])
    full = np.column_stack([linear, rows[cell] ** 2])
    (fitted, fewer), (bent, more) = (
        np.linalg.lstsq(design, outside, rcond=1e-10)[::2] for design in (linear, full)
    )
    left, df = float(((outside - full @ bent) ** 2).sum()), len(cell) - more
    if more == fewer or df < 1 or not left > 0:
        return ()
    ratio = (((outside - linear @ fitted) ** 2).sum() - left) / (more - fewer) / (left / df)
    if stats.f.sf(ratio, more - fewer, df) > SURELY_CURVED:
        return ()
    squares = bent[1 + rows.shape[1] :]
    shift = corrected(
        found, (found.participants.rows**2 @ squares)[found.participants.cell], (rows**2 @ squares)[cell]
    )[0].mean()
    return (EstimateReason.CURVED(),) if abs(shift) > MOST_CURVED * std_error else ()


def own_variance(found: Matches, outcome: np.ndarray) -> np.ndarray:
    """Variance of each comparison unit's outcome given its covariates, from its nearest neighbours in its own
    group; 0 where unused.
    """
    comparison = found.comparison
    place = np.full(len(comparison.size), -1)
    place[found.used] = np.arange(len(found.used))
    units = np.flatnonzero(place[comparison.cell] >= 0)
    cell, row = comparison.cell[units], place[comparison.cell[units]]
    others = found.own.copy()
    others.data = others.data / comparison.size[others.indices]
    # of its own cell a unit counts all but itself; the sum over the row spread that over the cell
    alike = comparison.size[cell] - 1
    sums = np.bincount(comparison.cell, weights=outcome)
    total = (
        (others @ sums)[row]
        - alike / comparison.size[cell] * sums[cell]
        + np.where(alike > 0, sums[cell] - outcome[units], 0.0)
    )
    count = found.own.sum(axis=1)[row]
    variance = np.zeros(len(outcome))
    variance[units] = count / (count + 1) * (outcome[units] - total / count) ** 2
    return variance


def degrees_of_freedom(participants: int, times_used: np.ndarray, k: int) -> float:
    """Satterthwaite's for a mean of ``participants`` less a weighted mean of the comparison units, equal
    variances as working model.
    """
    square, fourth = participants + times_used @ times_used, participants + (times_used**4).sum()
    return float(min(square**2 / fourth, participants + len(times_used) - k))


def check_to_match(sample: Sample) -> None:
    """Refuse, with the reason, a sample that cannot be matched: without two groups, with survey weights or
    clusters.
    """
    check_groups(sample)
    check_treatment(sample)
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    if sample.clusters is not None:
        raise NotApplicableError(EstimateReason.NO_CLUSTERS_CARRIED())


def nearest_neighbour(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Each participant against the nearest comparison units, corrected by regression for what distance
    remains (ATT).

    Kinds of standard error: ``AI`` lets the variance differ between units (Abadie and Imbens 2006, two
    neighbours), ``AI_equal`` takes it as one (what the R package Matching reports unless told otherwise).
    """
    check_to_match(sample)
    found = match(sample, spec.covariates, spec.neighbours)
    treated = sample.treated > 0
    inside, outside = sample.now[treated], sample.now[~treated]
    gained, level, slope = corrected(found, inside, outside)
    estimate = float(gained.mean())

    def one(kind: str) -> Error:
        if kind == "AI":
            variance = own_variance(found, outside)
        else:
            rest = inside - (found.participants.rows @ slope)[found.participants.cell] - estimate
            near, square = (
                (found.shares @ found.comparison.mean(part))[found.participants.cell]
                for part in (level, level**2)
            )
            variance = np.full(len(outside), (rest**2 - 2 * rest * near + square).mean() / 2)
        times = (found.times_used**2 - found.times_squared)[found.comparison.cell]
        total = ((gained - estimate) ** 2).sum() + (variance * times).sum()
        return Error(float(np.sqrt(max(total, 0.0))) / len(inside), df)

    times_used = found.times_used[found.comparison.cell]
    df = degrees_of_freedom(len(inside), times_used, found.comparison.rows.shape[1] + 2)
    pull = np.ones(len(treated))
    pull[~treated] = -times_used
    skewed = adjusted_skew_warning(design_matrix(sample, spec.covariates), sample.treated, sample.now, pull)
    about = (*overlap(times_used, len(inside)).reasons, *skewed)
    named = []
    for result in each_kind(sample, spec, estimate, one):
        told = () if result.is_refused else (*about, *curve_warning(found, outside, result.std_error))
        named.append(replace(result, about=about_of(spec), reasons=(*told, *result.reasons)))
    return with_size(named, sample)


register(
    Method(
        "nearest_neighbour",
        nearest_neighbour,
        std_errors=("AI", "AI_equal"),
        needs_covariates=True,
        carries_design=False,
        estimands=("att",),
        rung=Rung("matching", 70, ("AI",), covariates=BEFORE),
        formula="mean of y − neighbours' mean of y₀ + m₀(x) − m₀(x₀), over participants",
    )
)
