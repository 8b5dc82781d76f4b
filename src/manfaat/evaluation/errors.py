"""Standard errors of one least-squares coefficient, and which of them a design calls for.

Notation: a = influence (the coefficient is a'y), e = residuals, h = leverage, g = clusters, k = coefficients,
G = number of clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from manfaat.base.reasons import Reason
from manfaat.evaluation.linear import Basis, Fit, Parts
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError

FEWEST_CLUSTERS = 5  # below it a sample is not a clustered one
FEWEST_DF = 4.0  # below it the Satterthwaite approximation itself is poor (Tipton 2015)
FASTER_UNSORTED = 20  # pairs of stratum and cluster a unit


@dataclass(frozen=True)
class Auto:
    """Which kinds stand for ``auto``: of single units, of clusters, of a stratified and weighted sample.

    ``without_strata`` : what holds where no stratum has several clusters, if another.
    """

    units: str
    clusters: str
    survey: str
    without_strata: Auto | None = None


BY_LEAST_SQUARES = Auto("BM", "CR2", "BRL")
BY_STRATA = Auto("BM", "CR3", "CR3", without_strata=BY_LEAST_SQUARES)
BY_WEIGHTING = Auto("jackknife", "jackknife", "jackknife")
BY_INFLUENCE = Auto("influence", "CR1", "survey")


@dataclass(frozen=True)
class Error:
    """A standard error, its degrees of freedom, and what a reader must know about it."""

    std_error: float
    df: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A kind of standard error and why it was chosen."""

    kind: str
    reason: Reason


def choose(
    clusters: int | None, smaller_side: int, *, by: Auto = BY_LEAST_SQUARES, survey: bool = False
) -> Choice:
    """Choose the standard error by the design: the written rule of ``auto``.

    1. Fewer than 5 clusters: as without clusters, with a warning, because two cities are not a clustered
    sample.
    2. Survey weights with strata: ``BRL`` (bias-reduced linearisation; Bell and McCaffrey 2002).
    3. No clusters: ``BM`` (HC2, Satterthwaite degrees of freedom; Imbens and Kolesár 2016).
    4. Effects of strata that hold several clusters each: ``CR3`` (the cluster jackknife; MacKinnon, Nielsen
    and Webb 2023). With six clusters of unequal size a stratum, ``BRL`` covers .91 and ``CR3`` .96.
    5. Clusters, however many: ``CR2`` (Bell and McCaffrey 2002). How many there are does not say how much
    they tell: of 60, two large ones can
       decide, and CR1 then covers .84; the degrees of freedom say it.

    Weighting methods take the ``jackknife`` in each of these places, methods that have nothing but an
    influence function ``influence``, ``CR1`` and ``survey`` (``by``).

    ``clusters`` is None where none are declared; ``smaller_side`` counts the clusters of the group that has
    fewer.
    """
    if clusters is not None and clusters < FEWEST_CLUSTERS:
        return Choice(by.units, EstimateReason.TOO_FEW_CLUSTERS(clusters=clusters))
    if survey:
        return Choice(by.survey, EstimateReason.CHOSEN_SURVEY())
    if clusters is None:
        return Choice(by.units, EstimateReason.CHOSEN_UNITS())
    return Choice(by.clusters, EstimateReason.CHOSEN_CLUSTERS(clusters=clusters, smaller=smaller_side))


def smaller_side(clusters: np.ndarray, treated: np.ndarray) -> int:
    """Count the clusters with treated units and those with untreated ones; return the smaller number (all
    where there is one group).
    """
    if (treated > 0).all():
        return len(np.unique(clusters))
    return min(len(np.unique(clusters[treated > 0])), len(np.unique(clusters[treated <= 0])))


def by_group(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sum values (n or n × m) within groups coded 0, 1, … (G or G × m)."""
    if values.ndim == 1:
        return np.bincount(groups, weights=values)
    return np.column_stack([np.bincount(groups, weights=column) for column in values.T])


def clustered(clusters: np.ndarray | None) -> tuple[np.ndarray, int]:
    """The clusters and how many there are.

    Raises
    ------
    NotApplicableError where none are declared or there is only one.
    """
    if clusters is None:
        raise NotApplicableError(EstimateReason.NO_CLUSTERS())
    count = int(clusters.max()) + 1
    if count < 2:
        raise NotApplicableError(EstimateReason.ONE_CLUSTER())
    return clusters, count


def classical(fitted: Fit) -> Error:
    """One residual variance: σ²a'a, n − k degrees of freedom."""
    base = fitted.basis
    sigma = fitted.residuals @ fitted.residuals / base.df
    return Error(float(np.sqrt(sigma * (base.influence @ base.influence))), base.df)


def finite_population(error: Error, n: int, total: int | None) -> Error:
    """A standard error times √((N − n) / (N − 1)): of the N who took part, n were measured (Cochran 1977,
    chapter 2).

    It is about these N alone, not about others like them, and holds if those measured are as good as a random
    draw from them.

    Raises
    ------
    NotApplicableError where N is not known, or does not exceed n.
    """
    if total is None:
        raise NotApplicableError(EstimateReason.TRAINED_UNKNOWN())
    if total <= n:
        raise NotApplicableError(EstimateReason.ALL_MEASURED())
    factor = float(np.sqrt((total - n) / (total - 1)))
    note = EstimateReason.FINITE_POPULATION(n=n, total=total, factor=round(factor, 3))
    return Error(error.std_error * factor, error.df, (*error.reasons, note))


def robust(fitted: Fit, kind: str) -> Error:
    """HC1, HC2 or HC3 (MacKinnon and White 1985): Σa²e² times n / (n − k), over 1 − h, over (1 − h)²."""
    base = fitted.basis
    if kind == "HC1":
        return Error(
            float(np.sqrt(((base.influence * fitted.residuals) ** 2).sum() * fitted.n / base.df)), base.df
        )
    return Error(
        float(np.sqrt(((adjusted(base, 0.5 if kind == "HC2" else 1.0) * fitted.residuals) ** 2).sum())),
        base.df,
    )


def adjusted(base: Basis, power: float) -> np.ndarray:
    """A / (1 − h)^power; a unit with leverage 1 that has no part in the coefficient counts as nothing.

    Raises
    ------
    NotApplicableError if a unit with leverage 1 has a part in it.
    """
    rest = 1 - base.leverage
    alone = rest < 1e-10
    if (base.influence[alone] ** 2 > 1e-20 * (base.influence @ base.influence)).any():
        raise NotApplicableError(EstimateReason.UNIT_DECIDES())
    return np.where(alone, 0.0, base.influence / np.where(alone, 1.0, rest) ** power)


def satterthwaite(own: np.ndarray, cross: np.ndarray | csr_array, strata: np.ndarray | None = None) -> float:
    """Degrees of freedom of Σ(p_g'e)² when e is white: tr(P)² / tr(P²) with P = diag(own) − cross cross'.

    ``own`` (G) and ``cross`` (G × k, or sparse) as in Bell and McCaffrey (2002); never G × G. With ``strata``
    (G codes 0, 1, …, each at least twice) those of Σ m / (m − 1) · (p_g'e − mean)² within strata of m
    clusters.
    """
    square, weight = (own**2).sum(), own
    if strata is not None:
        cross = cross if isinstance(cross, np.ndarray) else cross.toarray()
        sizes = np.bincount(strata)
        factor = sizes / (sizes - 1)
        square = factor**2 @ (
            by_group(own**2, strata) * (1 - 2 / sizes) + (by_group(own, strata) / sizes) ** 2
        )
        cross = np.sqrt(factor)[strata][:, None] * (
            cross - (by_group(cross, strata) / sizes[:, None])[strata]
        )
        weight = factor[strata] * own
    inner, each = cross.T @ cross, np.asarray((cross * cross).sum(axis=1)).ravel()
    trace = own.sum() - each.sum()
    square = square - 2 * (weight @ each) + (inner * inner).sum()
    return float(trace**2 / square) if square > 0 else np.nan


def with_df(variance: float, df: float, clusters: int | None = None) -> Error:
    """A standard error with Satterthwaite degrees of freedom, warned of where these are few, or far fewer
    than the clusters are many.
    """
    if not df > 0:
        raise NotApplicableError(EstimateReason.NO_VARIATION())
    told = []
    if df < FEWEST_DF:
        told.append(EstimateReason.FEW_DF(df=round(df, 1)))
    if clusters is not None and df < clusters / 2:
        told.append(EstimateReason.UNEQUAL_CLUSTERS(clusters=clusters, df=round(df, 1)))
    return Error(float(np.sqrt(variance)), df, tuple(told))


def bell_mccaffrey(fitted: Fit) -> Error:
    """HC2 with Satterthwaite degrees of freedom: CR2 with every unit a cluster of its own (Imbens and Kolesár
    2016).
    """
    if fitted.basis.absorbed and fitted.basis.strata is None:
        raise NotApplicableError(EstimateReason.FEW_CLUSTERS())
    part, own, cross = reduced_parts(fitted.basis, None)
    return with_df(float(((part * fitted.residuals) ** 2).sum()), satterthwaite(own, cross))


def cluster_robust(fitted: Fit, clusters: np.ndarray | None, *, counted: int | None = None) -> Error:
    """CR1 (Liang and Zeger 1986): G / (G − 1) · (n − 1) / (n − k) · Σ(Σ_g ae)², t with G − 1 degrees of
    freedom.

    ``counted`` is k where effects nested in the clusters were absorbed and do not count.
    """
    clusters, count = clustered(clusters)
    k = fitted.basis.count if counted is None else counted
    sums = by_group(fitted.basis.influence * fitted.residuals, clusters)
    factor = count / (count - 1) * (fitted.n - 1) / (fitted.n - k)
    return Error(float(np.sqrt(factor * (sums @ sums))), count - 1.0)


def adjusted_influence(base: Basis, rows: np.ndarray) -> np.ndarray:
    """(I − Q_g Q_g')^(−1/2) a_g of one cluster, by the eigenvalues of the small Q_g'Q_g; a null direction is
    left out.
    """
    block, influence = base.block(rows), base.influence[rows]
    values, vectors = np.linalg.eigh(block.T @ block)
    kept = values > 1e-12
    values, turned = values[kept], block @ vectors[:, kept]
    factor = np.where(1 - values > 1e-10, 1 / np.sqrt(np.maximum(1 - values, 1e-10)), 0.0)
    whole: np.ndarray = influence + turned @ ((factor - 1) / values * (turned.T @ influence))
    return whole


def reduced_parts(base: Basis, clusters: np.ndarray | None) -> Parts:
    """The adjusted influence (n), and ``own`` (G) and ``cross`` (G × k) of ``satterthwaite``; once a basis,
    for they rest on no outcome.
    """
    key = None if clusters is None else hash(clusters.tobytes())
    if key not in base.memory:
        if clusters is None:
            part = adjusted(base, 0.5)
            base.memory[key] = part, part**2, base.times(part)
        else:
            order, part = np.argsort(clusters, kind="stable"), np.empty(len(clusters))
            for rows in np.split(order, np.cumsum(np.bincount(clusters))[:-1]):
                part[rows] = adjusted_influence(base, rows)
            whose = csr_array(
                (np.ones(len(part)), (clusters, np.arange(len(part)))),
                shape=(int(clusters.max()) + 1, len(part)),
            )
            base.memory[key] = part, by_group(part**2, clusters), whose @ base.times(part)
    return base.memory[key]


def bias_reduced(fitted: Fit, clusters: np.ndarray | None) -> Error:
    """CR2 with Satterthwaite degrees of freedom (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018),
    independent equal errors as working model.

    With survey weights the working variance is their inverse.
    """
    clusters, count = clustered(clusters)
    part, own, cross = reduced_parts(fitted.basis, clusters)
    scores = by_group(part * fitted.residuals, clusters)
    return with_df(float(scores @ scores), satterthwaite(own, cross), count)


def bias_reduced_linearisation(fitted: Fit, strata: np.ndarray | None, clusters: np.ndarray | None) -> Error:
    """The scores of CR2 (of BM without clusters), their variance within strata, Satterthwaite degrees of
    freedom (Bell and McCaffrey 2002).

    Binder's linearisation with the leverages that it leaves out, which matter with few clusters.

    Raises
    ------
    NotApplicableError if a stratum holds a single cluster, or clusters stand for nothing.
    """
    groups, stratum, sizes = within_strata(strata, clusters, fitted.n)
    if fitted.basis.absorbed and fitted.basis.strata is None and clusters is None:
        raise NotApplicableError(EstimateReason.FEW_CLUSTERS())
    part, own, cross = reduced_parts(fitted.basis, None if len(stratum) == fitted.n else groups)
    if len(stratum) == fitted.n:  # one unit a cluster: in the order of the groups
        order = np.argsort(groups, kind="stable")
        own, cross = own[order], cross[order]
    centred = deviations(by_group(part * fitted.residuals, groups), stratum, sizes)
    variance = ((sizes / (sizes - 1))[stratum] * centred**2).sum()
    return with_df(
        float(variance), satterthwaite(own, cross, stratum), None if clusters is None else len(stratum)
    )


def within_strata(
    strata: np.ndarray | None, clusters: np.ndarray | None, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Groups (n codes) of the same cluster and stratum, the stratum of each group, and how many groups each
    stratum has.

    Units count as clusters where none are declared, the sample as one stratum where there are none.

    Raises
    ------
    NotApplicableError if a stratum holds a single cluster.
    """
    clusters = np.arange(n) if clusters is None else clusters.astype("int64")
    strata = np.zeros(n, dtype="int64") if strata is None else np.unique(strata, return_inverse=True)[1]
    width = int(clusters.max()) + 1
    pair = strata * width + clusters
    if (
        pair.max() < FASTER_UNSORTED * n
    ):  # a place for each pair that could be, which is faster than sorting those that are
        is_there = np.bincount(pair) > 0
        groups, there = (np.cumsum(is_there) - 1)[pair], np.flatnonzero(is_there)
    else:
        there, groups = np.unique(pair, return_inverse=True)
    stratum = there // width
    sizes = np.bincount(stratum)
    if (sizes < 2).any():
        raise NotApplicableError(EstimateReason.SINGLE_CLUSTER())
    return groups, stratum, sizes


def deviations(sums: np.ndarray, stratum: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Sums of groups less the mean of their stratum."""
    rest: np.ndarray = sums - (by_group(sums, stratum) / sizes)[stratum]
    return rest


def jackknife(fitted: Fit, clusters: np.ndarray | None) -> Error:
    """CR3, the cluster jackknife: (G − 1) / G · Σ(b₍₋g₎ − b)², t with G − 1 degrees of freedom (MacKinnon,
    Nielsen and Webb 2023).
    """
    clusters, count = clustered(clusters)
    order = np.argsort(clusters, kind="stable")
    shifts = np.array(
        [without_rows(fitted, rows) for rows in np.split(order, np.cumsum(np.bincount(clusters))[:-1])]
    )
    return Error(float(np.sqrt((count - 1) / count * (shifts @ shifts))), count - 1.0)


def without_rows(fitted: Fit, rows: np.ndarray) -> float:
    """By how much the coefficient is larger than without some rows: l'(I − Q_g'Q_g)⁻¹ Q_g'e_g.

    A direction that only these rows know, as a stratum of them alone is, does not matter where the
    coefficient has no part in it.

    Raises
    ------
    NotApplicableError where it does not exist without them.
    """
    block = fitted.basis.block(rows)
    values, vectors = np.linalg.eigh(np.eye(block.shape[1]) - block.T @ block)
    wanted = fitted.basis.contrast @ vectors[: fitted.basis.q.shape[1]]
    alone = values < 1e-10
    if (np.abs(wanted[alone]) > 1e-7 * np.linalg.norm(fitted.basis.contrast)).any():
        raise NotApplicableError(EstimateReason.CLUSTER_DECIDES())
    return float(
        (wanted / np.where(alone, np.inf, values)) @ (vectors.T @ (block.T @ fitted.residuals[rows]))
    )


def linearised(scores: np.ndarray, strata: np.ndarray | None, clusters: np.ndarray | None, k: int) -> Error:
    """Survey standard error: scores (n) summed within clusters, their variance within strata (Binder 1983).

    t has clusters − strata + 1 − k degrees of freedom for k coefficients, as R's ``svyglm`` counts them
    (units count as clusters where none are declared).

    Raises
    ------
    NotApplicableError if a stratum holds a single cluster, or there are no degrees of freedom.
    """
    groups, stratum, sizes = within_strata(strata, clusters, len(scores))
    centred = deviations(by_group(scores, groups), stratum, sizes)
    variance = ((sizes / (sizes - 1))[stratum] * centred**2).sum()
    df = len(stratum) - len(sizes) + 1 - k
    if df < 1:
        raise NotApplicableError(EstimateReason.FEW_CLUSTERS_FOR_COEFFICIENTS())
    return Error(float(np.sqrt(variance)), float(df))
