"""How participants changed, by effect sizes and by ranks and signs: no comparison group, so never an effect.

The paired t test is in ``methods``; shares and levels are in ``categories`` and ``ordered``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import optimize, stats

from manfaat.definitions.programme import Specification
from manfaat.evaluation.errors import Error
from manfaat.evaluation.estimand import About, Measure
from manfaat.evaluation.estimate import DEFAULT, Inference, Result, Sized, hedges_factor
from manfaat.evaluation.inference import each_kind
from manfaat.evaluation.jackknife import FEWEST_PEOPLE, jackknife, sums_without
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.registry import Method, Rung, register
from manfaat.evaluation.sample import NotApplicableError, Sample

D_Z_KIND = "d_z (SD of the change)"
D_AV_KIND = "d_av (mean of the SDs before and now)"
G_AV_KIND = "g_av (d_av, corrected for small samples)"
MOST_SKEWED = 2.0  # below it the interval of d_z covers at least 93 in 100
RANK_KIND = "rank-biserial correlation (matched pairs)"
SHARE = "share_of_units"  # stands for the programme's own unit of shares
SIGN_KIND = "Cohen g (share of the changes that were rises, less one half)"
MOST_EXACT = 50  # changes: up to here the exact distribution of the signed ranks
MOST_DISTINCT = 1_500  # changes: up to here all their averages are formed
MOST_AVERAGES = 1_000_000  # … and as many of them at once above it
MOST_DF = 1_000  # above it the noncentral t distribution is taken as normal
LARGEST_T = 30.0  # and above it, where it cannot be computed to full precision


def changes(sample: Sample) -> np.ndarray:
    """Change of every participant, after checking that the sample can carry a test of single persons.

    Raises
    ------
    NotApplicableError with survey weights, for fewer than two participants, and where all changed alike.
    """
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    values = sample.change().now
    if len(values) < 2:
        raise NotApplicableError(EstimateReason.FEW_MEASURED_TWICE())
    if not np.ptp(values) > 1e-12 * sample.frame[["before", "now"]].abs().to_numpy().max():
        raise NotApplicableError(EstimateReason.ALL_CHANGED_ALIKE())
    return values


def noncentral_below(t: float, df: int, shift: float) -> float:
    """P(T ≤ t) under noncentral t; where SciPy's series gives no number, the mean of Φ(t·s − shift) over the
    quantiles of s = √(χ²/df).
    """
    found = float(stats.nct.cdf(t, df, shift))
    if np.isfinite(found):
        return found
    spread = np.sqrt(stats.chi2.ppf((np.arange(4_000) + 0.5) / 4_000, df) / df)
    return float(stats.norm.cdf(t * spread - shift).mean())


def noncentral_interval(d: float, n: int, confidence: float) -> tuple[float, float]:
    """Interval of a standardised mean d of n values: all δ for which t = d√n is no surprise under noncentral
    t (Steiger and Fouladi 1997).
    """
    root, tail = np.sqrt(n), (1 - confidence) / 2
    if n - 1 > MOST_DF or abs(d) * root > LARGEST_T:
        margin = stats.norm.ppf(1 - tail) * np.sqrt(1 / n + d * d / (2 * n))
        return d - margin, d + margin
    t = d * root

    def end(level: float, direction: float) -> float:
        step = 4.0
        while (noncentral_below(t, n - 1, t + direction * step) - level) * direction > 0:
            step *= 2
        inner, outer = t, t + direction * step
        if (
            noncentral_below(t, n - 1, inner) - level
        ) * direction <= 0:  # the end lies on the other side of t, which happens for tiny n
            inner = t - direction * step
        found = optimize.brentq(
            lambda shift: noncentral_below(t, n - 1, shift) - level, *sorted((inner, outer)), xtol=1e-10
        )
        return float(found / root)

    return end(1 - tail, -1.0), end(tail, 1.0)


def standardised_interval(values: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Standard error and interval of the mean of changes over their standard deviation: noncentral t below
    30, the jackknife from there.
    """
    n, mean, sd = len(values), values.mean(), values.std(ddof=1)
    d = float(mean / sd)
    if n < FEWEST_PEOPLE:
        return (float(np.sqrt(1 / n + d**2 / (2 * (n - 1)))), *noncentral_interval(d, n, confidence))
    around = values - mean
    return jackknife(d, (mean - around / (n - 1)) / np.sqrt(sums_without(around) / (n - 2)), confidence)


def standardised_change(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Mean change in three kinds of standard deviations: d_z, d_av and g_av (Cumming 2012; Lakens 2013), each
    with an interval.

    d_z divides by the standard deviation of the change (interval by noncentral t), d_av by the mean of the
    standard deviations before and now (interval by the delta method for normal values, as Bonett 2008 does
    for the root of the mean variance), g_av is d_av with Hedges' factor. p values are those of the paired t
    test. From 30 participants on, d_z has a jackknife interval instead: noncentral t covers 80 to 90 in 100
    where changes are skewed or have heavy tails, and more people do not heal it.
    """
    values = changes(sample)
    n, mean, sd = len(values), float(values.mean()), float(values.std(ddof=1))
    first, second = sample.frame["before"].to_numpy(), sample.now
    sd1, sd2 = first.std(ddof=1), second.std(ddof=1)
    level, df = (sd1 + sd2) / 2, n - 1.0
    p_value = float(2 * stats.t.sf(abs(mean) / sd * np.sqrt(n), df))
    d_z, d_av, factor = mean / sd, mean / level, hedges_factor(df)
    shared = np.cov(first, second)[0, 1] ** 2 / (sd1 * sd2) if sd1 > 0 and sd2 > 0 else 0.0
    of_level = (sd1**2 + sd2**2 + 2 * shared) / (
        8 * df
    )  # variance of the mean of two dependent standard deviations
    error_av = float(np.sqrt(sd**2 / n + d_av**2 * of_level) / level)
    null_av, kind = sd / np.sqrt(n) / level, spec.std_errors[0]
    error_z, low, high = standardised_interval(values, inference.confidence)
    of_z = Result(
        d_z,
        error_z,
        kind,
        df,
        (low, high),
        p_value,
        About(measure=Measure.D_Z),
        unit="",
        reasons=(EstimateReason.SKEWED_CHANGES(),) if abs(stats.skew(values)) > MOST_SKEWED else (),
        null_error=float(1 / np.sqrt(n)),
    )
    sized = [(of_z, (d_z, D_Z_KIND))]
    for estimate, scale, measure, label in (
        (d_av, 1.0, Measure.D_AV, D_AV_KIND),
        (d_av * factor, factor, Measure.G_AV, G_AV_KIND),
    ):
        if not np.isfinite(estimate):
            continue
        result = Result(
            estimate,
            error_av * scale,
            kind,
            df,
            None,
            p_value,
            About(measure=measure),
            unit="",
            null_error=float(null_av * scale),
        )
        sized.append((result, (estimate, label)))
    return sized


register(
    Method(
        "standardised_change",
        standardised_change,
        std_errors=("normal_theory",),
        needs_before=True,
        participants_only=True,
        several="several effect sizes",
        rung=Rung("change-sizes", 130, ("normal_theory",)),
        formula="d_z = mean Δ / sd(Δ); d_av and g_av by the mean of both times' spreads",
    )
)


def signed_rank_counts(n: int) -> np.ndarray:
    """P(V = 0), …, P(V = n (n + 1) / 2) of the sum V of the ranks of the rises among n changes without
    ties.
    """
    share = np.ones(1)
    for rank in range(1, n + 1):
        grown = np.zeros(len(share) + rank)
        grown[: len(share)] += share / 2
        grown[rank:] += share / 2
        share = grown
    return share


def interval_rank(n: int, confidence: float) -> int:
    """Which of the n (n + 1) / 2 averages of two changes, counted from below, is the lower end of the
    interval.

    Raises
    ------
    NotApplicableError if none has the coverage.
    """
    tail = (1 - confidence) / 2
    if n > MOST_EXACT:
        return int(n * (n + 1) / 4 - stats.norm.ppf(1 - tail) * np.sqrt(n * (n + 1) * (2 * n + 1) / 24) + 0.5)
    below = np.cumsum(signed_rank_counts(n))
    rank = int(np.searchsorted(below, tail))
    if rank < 1:
        raise NotApplicableError(EstimateReason.FEW_FOR_COVERAGE())
    return rank


def walsh_averages(values: np.ndarray, ranks: list[int]) -> list[float]:
    """The averages (x_i + x_j) / 2, i ≤ j, with the given ranks (from 1), without forming all of them where
    there are many values.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) > MOST_DISTINCT:
        ordered = np.sort(values)
        found = {rank: nth_average(ordered, rank) for rank in sorted(set(ranks))}
        return [found[rank] for rank in ranks]
    first, second = np.triu_indices(len(distinct))
    averages = (distinct[first] + distinct[second]) / 2
    times = np.where(first == second, counts[first] * (counts[first] + 1) / 2, counts[first] * counts[second])
    order = np.argsort(averages, kind="stable")
    place = np.searchsorted(np.cumsum(times[order]), np.asarray(ranks, dtype="float64"))
    return [float(value) for value in averages[order][place]]


def nth_average(ordered: np.ndarray, rank: int) -> float:
    """The average with this rank, by halving the range that holds it until few enough lie in it to form
    them.
    """
    low, high = ordered[0] - abs(ordered[0]) * 1e-12 - 1e-300, ordered[-1]
    below, upto = 0, len(ordered) * (len(ordered) + 1) // 2
    while upto - below > MOST_AVERAGES:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return float(high)
        count = averages_upto(ordered, middle)
        low, high, below, upto = (middle, high, count, upto) if count < rank else (low, middle, below, count)
    place = np.arange(len(ordered))
    start = np.maximum(np.searchsorted(ordered, 2 * low - ordered, side="right"), place)
    stop = np.maximum(np.searchsorted(ordered, 2 * high - ordered, side="right"), start)
    size = stop - start
    partner = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start, size)
    found = (np.repeat(ordered, size) + ordered[partner]) / 2
    return float(np.partition(found, rank - below - 1)[rank - below - 1])


def averages_upto(ordered: np.ndarray, limit: float) -> int:
    """How many averages of two values, each pair once and each value with itself, do not exceed the limit."""
    both = int(np.searchsorted(ordered, 2 * limit - ordered, side="right").sum())
    return (both + int(np.searchsorted(2 * ordered, 2 * limit, side="right"))) // 2


def pseudo_median(values: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Hodges–Lehmann pseudo-median of the changes with its interval (Hodges and Lehmann 1963), the
    signed-rank test inverted.

    Unchanged participants count. The interval is exact up to 50 participants without ties; with ties it
    covers at least as often.
    """
    n = len(values)
    total, rank = n * (n + 1) // 2, interval_rank(n, confidence)
    low, left, right, high = walsh_averages(
        values, [rank, (total + 1) // 2, total // 2 + 1, total + 1 - rank]
    )
    return (left + right) / 2, low, high


def signed_rank_change(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Pseudo-median of the change, tested by Wilcoxon's signed ranks (Wilcoxon 1945; zeros as Pratt 1959).

    The standard error, on which the minimum detectable effect rests, is the interval's width over that of a t
    interval of one unit.
    """
    values = changes(sample)
    estimate, low, high = pseudo_median(values, inference.confidence)
    if not low < high:
        raise NotApplicableError(EstimateReason.MANY_TIES())
    df = len(values) - 1.0
    test = stats.wilcoxon(values, zero_method="pratt" if (values == 0).any() else "wilcox", correction=True)
    ranks = stats.rankdata(np.abs(values))[values != 0]
    signs = np.sign(values[values != 0])

    about = About(measure=Measure.PSEUDO_MEDIAN)

    def one(kind: str) -> Result:
        error = (high - low) / (2 * stats.t.ppf((1 + inference.confidence) / 2, df))
        return Result(estimate, float(error), kind, df, (low, high), float(test.pvalue), about)

    size = float(signs @ ranks / ranks.sum())
    return [(result, (size, RANK_KIND)) for result in each_kind(sample, spec, max(abs(estimate), 1.0), one)]


register(
    Method(
        "signed_rank_change",
        signed_rank_change,
        std_errors=("signed_rank",),
        needs_before=True,
        participants_only=True,
        rung=Rung("change-ranks", 140, ("signed_rank",)),
        formula="median of all (Δᵢ + Δⱼ) / 2",
    )
)


def discordant_test(rose: int, fell: int, kind: str) -> float:
    """Two-sided p value of ``rose`` against ``fell`` under even odds: exact, or less half the chance of what
    was seen (mid-p; Lancaster 1961).
    """
    total, fewer = rose + fell, min(rose, fell)
    exact = min(1.0, 2 * float(stats.binom.cdf(fewer, total, 0.5)))
    if kind == "exact":
        return exact
    seen = float(stats.binom.pmf(fewer, total, 0.5))
    return 1 - seen / 2 if rose == fell else exact - seen


def net_share(rose: int, fell: int, n: int, kind: str, confidence: float) -> Result:
    """Share that rose less share that fell, of n, with the adjusted interval of Bonett and Price (2012)."""
    more, less = (rose + 1) / (n + 2), (fell + 1) / (n + 2)
    error = float(np.sqrt((more + less - (more - less) ** 2) / (n + 2)))
    margin = stats.norm.ppf((1 + confidence) / 2) * error
    interval = (max(more - less - margin, -1.0), min(more - less + margin, 1.0))
    return Result((rose - fell) / n, error, kind, n - 1.0, interval, discordant_test(rose, fell, kind))


def sign_test(sample: Sample, spec: Specification, inference: Inference = DEFAULT) -> Sized:
    """Share of participants who rose less share who fell, tested by the sign test (Dixon and Mood 1946): no
    scale is assumed, only order.
    """
    if sample.weights is not None:
        raise NotApplicableError(EstimateReason.NO_WEIGHTS_CARRIED())
    values = sample.change().now
    rose, fell = int((values > 0).sum()), int((values < 0).sum())
    if len(values) < 2:
        raise NotApplicableError(EstimateReason.FEW_MEASURED_TWICE())
    if rose + fell == 0:
        raise NotApplicableError(EstimateReason.NOBODY_CHANGED())

    def one(kind: str) -> Result | Error:
        found = net_share(rose, fell, len(values), kind, inference.confidence)
        return replace(found, about=About(measure=Measure.NET_SHARE), unit=SHARE)

    size = rose / (rose + fell) - 0.5
    return [(result, (size, SIGN_KIND)) for result in each_kind(sample, spec, 1.0, one)]


register(
    Method(
        "sign_test",
        sign_test,
        std_errors=("exact", "mid_p"),
        needs_before=True,
        participants_only=True,
        rung=Rung("change-signs", 150, ("mid_p", "exact")),
        formula="share with Δ > 0 − share with Δ < 0",
    )
)
