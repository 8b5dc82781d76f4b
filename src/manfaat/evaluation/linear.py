"""Least squares in an orthonormal basis: every standard error of one coefficient becomes a short sum.

With X = QR (columns of Q orthonormal) the wanted coefficient is l'Q'y with l = R⁻ᵀc, so that the "bread" of
every sandwich is the identity. Survey weights enter as √w times each row, which makes weighted least squares
ordinary least squares.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from manfaat.base.typed import required
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample

# of the reduced errors: adjusted influence (n), own part of each group (G), what groups share (G × k)
Parts = tuple[np.ndarray, np.ndarray, np.ndarray | csr_array]
Named = dict[str, np.ndarray]  # what a named coefficient is of those of a design (k)
CONSTANT, TREATMENT = "(constant)", "(treatment)"  # names of coefficients that are no column's

COLLINEAR = (
    1e-10  # smallest eigenvalue, of the correlations between regressors, that still counts as independent
)
EXACT = 1e-18  # residual sum of squares over total: below it the outcome follows exactly from the regressors


@dataclass(frozen=True)
class Basis:
    """The regressors of a fit and what of them standard errors need.

    ``q`` (n × k) orthonormal columns; ``contrast`` (k) is l above; ``influence`` (n) is Ql: the coefficient
    is influence'y; ``leverage`` (n); ``absorbed`` counts effects that were removed from outcome and
    regressors beforehand. ``strata`` (n × absorbed, sparse) are their own orthonormal columns, at right
    angles to ``q``, where they are kept: one entry a row, so that their number has no limit. ``memory`` keeps
    what standard errors need that rests on no outcome. ``terms`` are the l of every coefficient that has a
    name, each in the unit of its own column.
    """

    q: np.ndarray
    contrast: np.ndarray
    influence: np.ndarray
    leverage: np.ndarray
    absorbed: int = 0
    strata: csr_array | None = None
    memory: dict[int | None, Parts] = field(default_factory=dict, compare=False, repr=False)
    terms: dict[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @property
    def count(self) -> int:
        """Coefficients, those of absorbed effects among them."""
        return int(self.q.shape[1]) + self.absorbed

    def block(self, rows: np.ndarray) -> np.ndarray:
        """All orthonormal columns of some rows, those of ``q`` first; columns of strata that hold none of
        them are left out.
        """
        shared: np.ndarray = self.q[rows]
        if self.strata is None:
            return shared
        own = self.strata[rows]
        return np.column_stack([shared, own[:, np.unique(own.indices)].toarray()])

    def times(self, factor: np.ndarray) -> np.ndarray | csr_array:
        """All orthonormal columns, each row times a factor (n)."""
        dense = self.q * factor[:, None]
        return (
            dense
            if self.strata is None
            else csr_array(hstack([csr_array(dense), self.strata.multiply(factor[:, None])]))
        )

    @property
    def df(self) -> float:
        """Residual degrees of freedom."""
        return float(self.q.shape[0] - self.count)


@dataclass(frozen=True)
class Fit:
    """One coefficient by least squares: the basis, the coefficient and the residuals (times √w where there
    are weights).
    """

    basis: Basis
    outcome: np.ndarray
    estimate: float
    residuals: np.ndarray

    @property
    def n(self) -> int:
        """Rows used."""
        return len(self.residuals)

    def along(self, contrast: np.ndarray) -> Fit:
        """The same fit, its coefficient another one or a sum of several: ``contrast`` is l (k)."""
        base = replace(self.basis, contrast=contrast, influence=self.basis.q @ contrast, memory={})
        return replace(self, basis=base, estimate=float(base.influence @ self.outcome))


@dataclass(frozen=True)
class Regression:
    """A whole regression: its fit, its units, their outcome (n) before weighting and absorbing, and the
    coefficients that CR1 counts, if others than the fit's.
    """

    fitted: Fit
    sample: Sample
    outcome: np.ndarray
    counted: int | None = None


def orthonormal(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Q (n × k) and R (k × k) with Q R = columns, by two rounds of Cholesky (Yamamoto et al. 2015):
    fast for n ≫ k.

    Raises
    ------
    NotApplicableError if a column follows from the others.
    """
    norms = np.sqrt((columns**2).sum(axis=0))
    if (norms <= 0).any():
        raise NotApplicableError(EstimateReason.COLLINEAR())
    q, r = columns / norms, np.diag(norms)
    for _ in range(2):
        gram = q.T @ q
        if np.linalg.eigvalsh(gram)[0] < COLLINEAR:
            raise NotApplicableError(EstimateReason.COLLINEAR())
        upper = np.linalg.cholesky(gram).T
        q, r = q @ np.linalg.inv(upper), upper @ r
    return q, r


def basis(
    columns: np.ndarray,
    place: int,
    *,
    absorbed: int = 0,
    absorbed_leverage: np.ndarray | float = 0.0,
    strata: csr_array | None = None,
    named: Named | None = None,
) -> Basis:
    """Prepare the regressors (n × k, already times √w) for the coefficient of column ``place``."""
    q, r = orthonormal(columns)
    contrast = np.linalg.solve(r.T, np.eye(len(r))[place])
    terms = {name: np.linalg.solve(r.T, weights) for name, weights in (named or {}).items()}
    leverage = (q**2).sum(axis=1) + absorbed_leverage
    return Basis(q, contrast, q @ contrast, leverage, absorbed, strata, terms=terms)


def named_terms(before: list[str], scaled: np.ndarray, names: list[str], after: list[str]) -> Named:
    """What each coefficient in the unit of its own column is of those of a design: the columns ``before``,
    then the columns ``scaled`` (n × m, with their names) after ``standardise``, then those ``after``.

    A constant, first in ``before``, takes in what the scaled columns were centred by.
    """
    whole = np.eye(len(before) + len(names) + len(after))
    spread, place = scaled.std(axis=0), len(before)
    whole[place : place + len(names)] /= np.where(spread > 0, spread, 1.0)[:, None]
    if before[:1] == [CONSTANT]:
        whole[0] -= scaled.mean(axis=0) @ whole[place : place + len(names)]
    return dict(zip([*before, *names, *after], whole, strict=True))


def fit(prepared: Basis, outcome: np.ndarray, total: np.ndarray | None = None) -> Fit:
    """Regress an outcome (n, already times √w) on prepared regressors; ``total`` is the outcome before
    effects were absorbed, if any were.

    Raises
    ------
    NotApplicableError if the outcome follows exactly from the regressors.
    """
    projected = prepared.q.T @ outcome
    residuals = outcome - prepared.q @ projected
    whole = outcome if total is None else total
    if residuals @ residuals <= EXACT * (whole @ whole):
        raise NotApplicableError(EstimateReason.FOLLOWS_EXACTLY())
    return Fit(prepared, outcome, float(prepared.contrast @ projected), residuals)


def standardise(columns: np.ndarray) -> np.ndarray:
    """Centre and scale columns: the coefficients of the others stay the same, the arithmetic loses no
    digits.
    """
    spread = columns.std(axis=0)
    scaled: np.ndarray = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return scaled


def independent_places(columns: np.ndarray, given: np.ndarray | None = None) -> list[int]:
    """Places of the columns (n × k) that neither are constant nor follow from those before them.

    ``given`` (n × m) are regressors that are there in any case; a constant, unless they are named.
    """
    norms = np.sqrt((columns**2).sum(axis=0))
    if given is None:
        basis = np.ones((len(columns), 1)) / np.sqrt(max(len(columns), 1))
    else:
        turned, sizes, _ = np.linalg.svd(given, full_matrices=False)
        basis = turned[:, sizes > COLLINEAR * max(sizes.max(initial=0.0), 1.0)]
    kept: list[int] = []
    for place in np.flatnonzero(norms > 0):
        column = columns[:, place] / norms[place]
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        if rest @ rest > COLLINEAR:
            kept.append(int(place))
            basis = np.column_stack([basis, rest / np.sqrt(rest @ rest)])
    return kept


def independent(columns: np.ndarray, given: np.ndarray | None = None) -> np.ndarray:
    """Leave out columns that are constant or follow from those before them."""
    return columns[:, independent_places(columns, given)]


def varying(frame: pd.DataFrame, covariates: list[str], given: np.ndarray | None = None) -> list[str]:
    """Names of the covariates that tell units apart: neither constant nor following from those before them.

    What is left out changes no estimate: the answers of a list add up to one, and an answer that nobody of a
    sample gave is a constant.
    """
    return [
        covariates[place]
        for place in independent_places(standardise(frame[covariates].to_numpy(dtype="float64")), given)
    ]


def regressors(frame: pd.DataFrame, covariates: list[str], given: np.ndarray | None = None) -> np.ndarray:
    """The covariates that tell units apart, centred and scaled (n × k)."""
    return standardise(frame[varying(frame, covariates, given)].to_numpy(dtype="float64"))


def dummies(group: np.ndarray) -> np.ndarray:
    """One column a group but the first (n × (groups − 1))."""
    columns: np.ndarray = (group[:, None] == np.arange(1, group.max() + 1)).astype("float64")
    return columns


def strata_columns(group: np.ndarray, root: np.ndarray) -> csr_array:
    """Orthonormal columns (n × groups) of one effect a group, rows times √w."""
    sizes = np.bincount(group, weights=root**2)
    return csr_array(
        (root / np.sqrt(sizes[group]), (np.arange(len(group)), group)), shape=(len(group), len(sizes))
    )


def without_strata(columns: np.ndarray, strata: csr_array) -> np.ndarray:
    """What orthonormal columns of strata leave of columns (n or n × k, already times √w); a column that they
    explain wholly becomes 0.
    """
    rest = columns - strata @ (strata.T @ columns)
    rest = rest - strata @ (strata.T @ rest)
    gone = (rest**2).sum(axis=0) <= COLLINEAR * (columns**2).sum(axis=0)
    return np.where(gone, 0.0, rest)


def root_weights(sample: Sample) -> np.ndarray:
    """√w of every unit, 1 where there are no survey weights."""
    return np.ones(len(sample.frame)) if sample.weights is None else np.sqrt(sample.weights)


def check_groups(sample: Sample) -> None:
    """Refuse, with the reason, a sample without two groups of two units, or without any difference in the
    outcome.
    """
    if len(sample.frame) == 0:
        raise NotApplicableError(EstimateReason.NO_COMPLETE_UNIT())
    counts = np.unique(sample.treated, return_counts=True)[1]
    if len(counts) < 2:
        raise NotApplicableError(EstimateReason.NOBODY_TO_COMPARE())
    if len(counts) == 2 and counts.min() < 2:
        raise NotApplicableError(EstimateReason.FEW_IN_A_GROUP())
    if np.ptp(sample.now) == 0:
        raise NotApplicableError(EstimateReason.ALL_THE_SAME())


def check_treatment(sample: Sample) -> None:
    """Refuse a treatment that is not 0 or 1, for methods that weight, match or permute."""
    if not np.isin(sample.treated, (0.0, 1.0)).all():
        raise NotApplicableError(EstimateReason.NOT_BINARY())


def regress(
    sample: Sample,
    wanted: np.ndarray,
    covariates: list[str],
    *,
    strata: bool = False,
    extra: np.ndarray | pd.DataFrame | None = None,
    key: str = "",
) -> Fit:
    """Regress the outcome on a constant, ``wanted`` (n), covariates and, if asked, one effect a stratum.

    ``extra`` (n × m) are further regressors, of a frame with their names, ``key`` tells fits apart whose
    ``wanted`` differs.

    Raises
    ------
    NotApplicableError when the sample cannot carry the estimate.
    """
    root = root_weights(sample)
    if strata:
        return regress_within(sample, wanted, covariates)

    def prepare() -> Basis:
        others = np.column_stack([np.ones((len(root), 1)), *([] if extra is None else [extra])])
        names = varying(sample.frame, covariates, others)
        plain = sample.frame[names].to_numpy(dtype="float64")
        design = np.column_stack([others[:, :1], wanted, standardise(plain), others[:, 1:]])
        if len(design) <= design.shape[1]:
            raise NotApplicableError(EstimateReason.FEW_UNITS())
        after = [] if extra is None else [str(name) for name in pd.DataFrame(extra).columns]
        terms = named_terms([CONSTANT, TREATMENT], plain, names, after)
        return basis(design * root[:, None], 1, named=terms)

    prepared = sample.once(("regress", key, tuple(covariates)), prepare)
    return fit(prepared, sample.now * root)


def regress_within(sample: Sample, wanted: np.ndarray, covariates: list[str]) -> Fit:
    """Regress the outcome on ``wanted`` (n), covariates and one effect a stratum, however many there are: all
    within strata.

    The same coefficient and errors as with a column for each stratum (Frisch and Waugh 1933).

    Raises
    ------
    NotApplicableError when the sample cannot carry the estimate.
    """
    root = root_weights(sample)
    effects = sample.once(("strata",), lambda: strata_columns(required(sample.strata, "the strata"), root))

    def prepare() -> Basis:
        inside = without_strata(wanted * root, effects)
        if not inside.any():
            raise NotApplicableError(EstimateReason.NO_MIXED_STRATUM())
        plain = sample.frame[covariates].to_numpy(dtype="float64")
        others = without_strata(standardise(plain) * root[:, None], effects)
        kept = independent_places(others, np.zeros((len(root), 0)))
        design = np.column_stack([inside, others[:, kept]])
        if len(design) <= design.shape[1] + effects.shape[1]:
            raise NotApplicableError(EstimateReason.FEW_UNITS())
        return basis(
            design,
            0,
            absorbed=effects.shape[1],
            absorbed_leverage=np.asarray(effects.multiply(effects).sum(axis=1)).ravel(),
            strata=effects,
            named=named_terms([TREATMENT], plain[:, kept], [covariates[place] for place in kept], []),
        )

    prepared = sample.once(("regress within", tuple(covariates)), prepare)
    return fit(prepared, without_strata(sample.now * root, effects), total=sample.now * root)
