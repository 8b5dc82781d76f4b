"""How participants moved between categories and levels: McNemar, Stuart–Maxwell and Bowker. A change, never
an effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable

from manfaat.base.disclosure import SMALLEST_CELL
from manfaat.base.reasons import Reason
from manfaat.definitions.programme import Specification
from manfaat.evaluation.change import SHARE, SIGN_KIND, net_share
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized, refused
from manfaat.evaluation.inference import each_kind
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, register
from manfaat.evaluation.sample import NotApplicableError, Sample

MOST_LEVELS = 12


@dataclass(frozen=True)
class JointTest:
    """A chi-square statistic with its degrees of freedom and p value."""

    statistic: float
    df: int
    p_value: float


def crossed(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Levels that occur, and how many participants went from each (row) to each (column).

    Raises
    ------
    NotApplicableError with survey weights, for fewer than two participants, one level, or so many that they
    are a scale.
    """
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    before, now = sample.frame["before"].to_numpy(), sample.now
    if len(now) < 2:
        raise NotApplicableError(EstimateReason.FEW_MEASURED_TWICE())
    levels, place = np.unique(np.concatenate([before, now]), return_inverse=True)
    if len(levels) < 2:
        raise NotApplicableError(EstimateReason.ALL_THE_SAME())
    if len(levels) > MOST_LEVELS:
        raise NotApplicableError(EstimateReason.MANY_LEVELS_MOVED())
    size = len(levels)
    return levels, np.bincount(place[: len(now)] * size + place[len(now) :], minlength=size * size).reshape(
        size, size
    )


def paired_shares(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of a share among the same participants: McNemar's test (1947), exact or mid-p (Fagerland,
    Lydersen and Laake 2013).
    """
    levels, table = crossed(sample)
    if not np.isin(levels, (0.0, 1.0)).all():
        raise NotApplicableError(EstimateReason.NOT_YES_OR_NO())
    rose, fell = int(table[0, 1]), int(table[1, 0])
    if rose + fell == 0:
        raise NotApplicableError(EstimateReason.NOBODY_CHANGED())

    def one(kind: str) -> Result:
        return net_share(rose, fell, int(table.sum()), kind, inference.confidence)

    return [(result, (rose / (rose + fell) - 0.5, SIGN_KIND)) for result in each_kind(sample, spec, 1.0, one)]


register(
    Method(
        "paired_shares",
        paired_shares,
        std_errors=("exact", "mid_p"),
        needs_before=True,
        participants_only=True,
        formula="p now − p before, of the same people",
    )
)


def marginal_tests(table: np.ndarray) -> tuple[JointTest | None, JointTest | None]:
    """Stuart–Maxwell test that all shares stayed as they were (Stuart 1955; Maxwell 1970), Bowker's of
    symmetry (1948); None where undefined.

    Levels that nobody left or entered have no part in either.
    """
    moved = (table.sum(axis=0) + table.sum(axis=1) - 2 * np.diag(table)) > 0
    inner = table[np.ix_(moved, moved)].astype("float64")
    if moved.sum() < 2:
        return None, None
    square = SquareTable(inner, shift_zeros=False)
    pairs = (inner + inner.T)[np.triu_indices(len(inner), 1)] > 0
    differ = (inner - inner.T)[np.triu_indices(len(inner), 1)]
    statistic = float((differ[pairs] ** 2 / (inner + inner.T)[np.triu_indices(len(inner), 1)][pairs]).sum())
    bowker = JointTest(statistic, int(pairs.sum()), chi_square_tail(statistic, int(pairs.sum())))
    found = square.homogeneity(method="stuart_maxwell") if is_connected(inner) else None
    stuart = None if found is None else JointTest(float(found.statistic), int(found.df), float(found.pvalue))
    return stuart, bowker


def is_connected(table: np.ndarray) -> bool:
    """Whether the covariance of the differences of the margins can be inverted: movements link all levels."""
    moves = table + table.T
    laplacian = np.diag(moves.sum(axis=1) - np.diag(moves)) - (moves - np.diag(np.diag(moves)))
    return bool(np.linalg.matrix_rank(laplacian) == len(table) - 1)


def chi_square_tail(statistic: float, df: int) -> float:
    """P(χ² > statistic)."""
    return float(stats.chi2.sf(statistic, df))


def told(code: EstimateReason, test: JointTest | None) -> tuple[Reason, ...]:
    """A joint test as a note; p values are rounded up to four places, so that none is zero."""
    if test is None:
        return ()
    p_value = max(ceil(test.p_value * 10_000), 1) / 10_000
    return (code(statistic=round(float(test.statistic), 2), df=test.df, p=round(p_value, 4)),)


def marginal_homogeneity(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Change of the share of participants at each level, with the tests of all levels together
    (Stuart–Maxwell, Bowker) beside it.

    A level into and out of which fewer than five moved gives no number, which also protects these few.
    """
    levels, table = crossed(sample)
    if (table.sum() - np.trace(table)) == 0:
        raise NotApplicableError(EstimateReason.NOBODY_CHANGED())
    stuart, bowker = marginal_tests(table)
    notes = (
        *told(EstimateReason.STUART_MAXWELL, stuart),
        *told(EstimateReason.BOWKER, bowker),
    )
    results: list[Result] = []
    for place, level in enumerate(levels):
        into, out = (
            int(table[:, place].sum() - table[place, place]),
            int(table[place].sum() - table[place, place]),
        )
        about = About(measure=Measure.ANSWER, at=float(level))
        if into + out < SMALLEST_CELL:
            results.append(refused(spec.std_errors[0], EstimateReason.FEW_MOVED(), about))
            continue

        def one(kind: str, into: int = into, out: int = out, about: About = about) -> Result:
            found = net_share(into, out, int(table.sum()), kind, inference.confidence)
            return replace(found, about=about, unit=SHARE, reasons=notes)

        results += each_kind(sample, spec, 1.0, one)
    if all(result.is_refused for result in results):
        raise NotApplicableError(EstimateReason.FEW_MOVED())
    return [(result, (np.nan, "")) for result in results]


register(
    Method(
        "marginal_homogeneity",
        marginal_homogeneity,
        std_errors=("exact", "mid_p"),
        needs_before=True,
        participants_only=True,
        several="a number for each level",
        formula="pₖ now − pₖ before, for each level k",
    )
)
