"""Matching on the propensity score: one or several comparison units for each participant, with or without
replacement, within a caliper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimate import DEFAULT, Inference, Sized
from manfaat.evaluation.inference import each_kind
from manfaat.evaluation.matching import (
    VARIANCE_NEIGHBOURS,
    Cells,
    Matches,
    cells,
    check_to_match,
    degrees_of_freedom,
    nearest,
    own_variance,
)
from manfaat.evaluation.methods import with_size
from manfaat.evaluation.nuisance import propensity
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, about_of, register
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.skewness import skew_warning
from manfaat.evaluation.weighting import overlap

STEPS = 1e6  # of the logit of a score in each of its standard deviations: what falls on one step is equal


@dataclass(frozen=True)
class Pairs:
    """Who is compared with whom. Units of a group with one score are a cell.

    ``weight`` (cells of participants) is the share of a cell's participants that are matched; ``shares`` are
    those of each cell of the comparison group in a cell's match (rows of matched cells sum to 1).
    """

    participants: Cells
    comparison: Cells
    weight: np.ndarray
    shares: csr_array
    replacement: bool

    @property
    def matched(self) -> float:
        """How many participants have a match."""
        return float(self.weight @ self.participants.size)

    @property
    def times_used(self) -> np.ndarray:
        """How much each comparison unit counts (n₀): the sum of its shares."""
        of_cells = (self.shares.T @ (self.weight * self.participants.size)) / self.comparison.size
        times: np.ndarray = of_cells[self.comparison.cell]
        return times

    @property
    def beyond_pairs(self) -> np.ndarray:
        """By how much the square of that exceeds the sum of squared shares (n₀): by nothing where nobody is
        used twice.
        """
        if not self.replacement:
            return np.zeros(len(self.comparison.cell))
        squares = self.shares.multiply(self.shares).T @ (self.weight * self.participants.size)
        less: np.ndarray = self.times_used**2 - (squares / self.comparison.size**2)[self.comparison.cell]
        return less


def steps(sample: Sample, covariates: list[str]) -> np.ndarray:
    """The logit of the propensity score in whole steps (n × 1)."""
    value = np.log(propensity(sample, covariates).odds)
    found: np.ndarray = np.round(value[:, None] / value.std() * STEPS)
    return found


def pairs(sample: Sample, spec: Specification) -> Pairs:
    """Match by the distance between logits of the score.

    With replacement each participant takes its ``neighbours`` nearest comparison units, all that are equally
    near. Without, participants choose in turn, the highest score first (who has the fewest like them), each
    the nearest units that are left, of two equally near the one of lower score. Of units with one score none
    is preferred: what is taken of them, or is too little for them, is shared evenly, so that the order of
    rows decides nothing.

    Raises
    ------
    NotApplicableError where fewer than two participants find a match.
    """

    def compute() -> Pairs:
        scores, treated = steps(sample, spec.covariates), sample.treated > 0
        own, others = cells(scores[treated]), cells(scores[~treated])
        limit = np.inf if spec.caliper is None else spec.caliper * STEPS
        if spec.replacement:
            near = nearest(own.rows, KDTree(others.rows), others.size, spec.neighbours).tocoo()
            row, column = near.coords
            inside = np.abs(own.rows[row, 0] - others.rows[column, 0]) <= limit
            entries = near.data[inside], (row[inside], column[inside])
            enough = np.ones(len(own.size))
        else:
            entries = in_turn(own, others, spec.neighbours, limit)
            enough = own.size
        counts = csr_array(entries, shape=(len(own.size), len(others.size)))
        taken = counts.sum(axis=1)
        weight = np.minimum(taken / enough, 1.0)
        shares = csr_array(counts.multiply(1 / np.where(taken > 0, taken, 1.0)[:, None]))
        found = Pairs(own, others, weight, shares, spec.replacement)
        if found.matched < 2:
            raise NotApplicableError(EstimateReason.FEW_MATCHED())
        return found

    what = ("pairs", tuple(spec.covariates), spec.neighbours, spec.caliper, spec.replacement)
    return sample.once(what, compute)


def in_turn(
    own: Cells, others: Cells, wanted: int, limit: float
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Units that each cell of participants takes of each cell of the others, none twice, the highest score
    first.
    """
    scores, left, found = others.rows[:, 0], others.size.copy(), []
    for row in range(len(own.size) - 1, -1, -1):
        point, need = own.rows[row, 0], wanted * own.size[row]
        upper = int(np.searchsorted(scores, point))
        lower = upper - 1
        while need > 0:
            while lower >= 0 and left[lower] <= 0:
                lower -= 1
            while upper < len(scores) and left[upper] <= 0:
                upper += 1
            below = point - scores[lower] if lower >= 0 else np.inf
            above = scores[upper] - point if upper < len(scores) else np.inf
            if not min(below, above) <= limit or np.isinf(min(below, above)):
                break
            cell = lower if below <= above else upper
            units = min(need, left[cell])
            left[cell] -= units
            need -= units
            found.append((units, row, cell))
    units, rows, columns = np.array(found).reshape(-1, 3).T
    return units, (rows.astype("int64"), columns.astype("int64"))


def about_matches(found: Pairs) -> tuple[Reason, ...]:
    """What a reader must know: how many participants have no match, and how far the matches rest on few."""
    gone = 1 - found.matched / found.participants.size.sum()
    told = (EstimateReason.UNMATCHED(share=round(100 * gone, 1)),) if gone > 0 else ()
    return (*told, *overlap(found.times_used, found.matched).reasons)


def propensity_matching(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Each participant less the mean of the comparison units with the nearest propensity score (Rosenbaum and
    Rubin 1985; Dehejia and Wahba 2002).

    The error is Abadie and Imbens' (2006) for matching on a score that is known; without replacement it is
    that of pairs. That the score was estimated is not counted.
    """
    check_to_match(sample)
    found, treated = pairs(sample, spec), sample.treated > 0
    outside, weight = sample.now[~treated], found.weight[found.participants.cell]
    near = (found.shares @ found.comparison.mean(outside))[found.participants.cell]
    gained, n, times = sample.now[treated] - near, found.matched, found.times_used
    estimate = float(weight @ gained / n)

    def one(kind: str) -> Error:
        extra = own_variances(found, outside) @ found.beyond_pairs if found.replacement else 0.0
        total = weight @ (gained - estimate) ** 2 + extra
        df = degrees_of_freedom(round(n), times, 2) if found.replacement else n - 1
        return Error(float(np.sqrt(max(total, 0.0))) / n, df)

    pull = np.zeros(len(treated))
    pull[treated], pull[~treated] = weight / n, -times / n
    told = (*about_matches(found), *skew_warning(sample.now - sample.now.mean(), pull, sample.now))
    made = [
        replace(result, about=about_of(spec), reasons=(*(() if result.is_refused else told), *result.reasons))
        for result in each_kind(sample, spec, estimate, one)
    ]
    return with_size(made, sample)


def own_variances(found: Pairs, outside: np.ndarray) -> np.ndarray:
    """Variance of each used comparison unit's outcome given its score, from its two nearest in its group."""
    others = found.comparison
    if others.size.sum() < VARIANCE_NEIGHBOURS + 1:
        raise NotApplicableError(EstimateReason.FEW_MATCHES())
    used = np.unique(found.shares.indices)
    own = nearest(others.rows[used], KDTree(others.rows), others.size, VARIANCE_NEIGHBOURS, own=used)
    whole = Matches(others, others, found.shares, np.ones(0), used, own)
    return own_variance(whole, outside)


register(
    Method(
        "propensity_matching",
        propensity_matching,
        std_errors=("AI",),
        needs_covariates=True,
        carries_design=False,
        estimands=("att",),
        formula="mean of y − mean of y₀ of the units whose logit of p is nearest, over matched participants",
    )
)
