"""How long the whole ladder of estimates takes, and how the bootstraps compare with scipy's.

``python benchmarks/ladder.py`` prints seconds for 20 indicators at 400 and at 100,000 people, by method, and
the time of the wild cluster bootstrap and of ``scipy.stats.bootstrap`` on the same 100,000 people. Nothing is
written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from evaluation_cases import indicator, programme, sample
from manfaat.evaluation import families, indexes, resampling, romano_wolf
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_one, estimate_stages
from manfaat.evaluation.linear import regress
from manfaat.evaluation.registry import about_of
from manfaat.evaluation.sample import Dataset

INDICATORS = 20
COVARIATES = ["x1", "x2", "x3", "x4", "x5", "x6"]
BY_INFLUENCE = ["influence"]
LADDER = [
    {
        "method": "difference_in_means",
        "id": "difference",
        "std_errors": ["BM", "CR1", "CR2", "wild", "randomisation"],
    },
    {
        "method": "regression",
        "covariates": COVARIATES,
        "std_errors": ["HC1", "HC3", "CR1", "CR2", "CR3", "wild"],
    },
    {"method": "strata_fixed_effects", "covariates": COVARIATES, "std_errors": ["BM", "CR1"]},
    {"method": "inverse_probability_weighting", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "inverse_probability_weighting",
        "id": "ipw-ate",
        "estimand": "ate",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "doubly_robust", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "doubly_robust",
        "id": "aipw-ate",
        "estimand": "ate",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "entropy_balancing", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {"method": "regression_imputation", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {"method": "quantile_effects", "covariates": COVARIATES, "std_errors": BY_INFLUENCE},
    {
        "method": "instrumental_variables",
        "instrument": "group",
        "treatment": ["taken"],
        "covariates": COVARIATES,
        "std_errors": ["HC1"],
    },
    {"method": "difference_in_differences", "std_errors": ["HC2", "CR1"]},
    {
        "method": "doubly_robust_difference_in_differences",
        "covariates": COVARIATES,
        "std_errors": BY_INFLUENCE,
    },
    {"method": "before_after_change", "std_errors": ["classical", "finite_population"]},
    {"method": "standardised_change", "std_errors": ["normal_theory"]},
    {"method": "signed_rank_change", "std_errors": ["signed_rank"]},
    {"method": "sign_test", "std_errors": ["mid_p", "exact"]},
    {"method": "probability_of_superiority", "std_errors": ["brunner_munzel"]},
]
MATCHING = [
    {
        "method": "nearest_neighbour",
        "id": "difference",
        "covariates": COVARIATES,
        "std_errors": ["AI", "AI_equal"],
    }
]


def study(n: int, *, missing: bool) -> pd.DataFrame:
    """People in 40 clusters with covariates and indicators measured twice; with ``missing``, each indicator
    lacks other people.
    """
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 6))
    x[:, 3:] = np.floor(x[:, 3:] * 2)
    group = (rng.random(n) < 1 / (1 + np.exp(-0.5 * x[:, 0]))).astype(float)
    table = pd.DataFrame(x, columns=COVARIATES).assign(
        _key=np.arange(n).astype(str),
        group=group,
        taken=group * (rng.random(n) < 0.8),
        place=np.arange(n) % 40,
        block=np.arange(n) % 5,
    )
    scores = {}
    for number in range(INDICATORS):
        for time in ("before", "now"):
            scores[f"s{number}_{time}"] = (
                x @ rng.normal(size=6)
                + 0.2 * table["taken"].to_numpy() * (time == "now")
                + rng.normal(size=n)
            )
        if missing:
            scores[f"s{number}_now"][rng.random(n) < 0.05] = np.nan
    return table.join(pd.DataFrame(scores))


def lines() -> list:
    """Definitions of the columns."""
    fixed = [indicator("group", "fixed", "group", "group"), indicator("taken", "fixed", "treatment", "taken")]
    fixed += [indicator(name, "fixed", "covariate", name) for name in COVARIATES]
    for number in range(INDICATORS):
        fixed += [
            indicator(f"s{number}_before", "before", "covariate", f"s{number}"),
            indicator(f"s{number}_now", "now", "effect", f"s{number}"),
        ]
    return fixed


def run(n: int, *, missing: bool) -> None:
    """Print the seconds of every specification and of all."""
    table, defined, spent = study(n, missing=missing), lines(), {}
    rows = 0
    for specs, design in ((LADDER, {"cluster": "place", "strata": "block"}), (MATCHING, {})):
        programmed = programme(specs, **design)
        data = Dataset(table, programmed, defined)
        settings = Settings("trial", "randomised", "difference")
        for line in (line for line in defined if line.use == "effect"):
            for spec in programmed.specifications:
                started = perf_counter()
                rows += len(estimate_one(data, line, spec, settings))
                name = f"{spec.method} ({about_of(spec).population or 'as declared'})"
                spent[name] = spent.get(name, 0.0) + perf_counter() - started
    print(
        f"\n{n:,} people, {INDICATORS} indicators, {rows} rows,"
        f" {'other people missing for each' if missing else 'nobody missing'}: {sum(spent.values()):.1f} s"
    )
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {seconds:7.2f} s  {name}")


def many_tests(n: int) -> None:
    """Print the seconds that the adjusted p values and the index tests of all indicators take, as one
    family.
    """
    table, defined = study(n, missing=True), [line.model_copy(update={"family": "all"}) for line in lines()]
    programmed, settings = (
        programme(LADDER[:2], cluster="place"),
        Settings("trial", "randomised", "difference"),
    )
    estimates = estimate_stages(table, programmed, defined, settings, stages=("outcome",))
    started = perf_counter()
    tests = romano_wolf.adjusted(
        families.family_table(estimates, defined), table, programmed, defined, settings
    )
    indexes.index_estimates(table, programmed, defined, settings)
    print(
        f"\n{n:,} people: {len(tests)} tests adjusted and their index tested in"
        f" {perf_counter() - started:.1f} s"
    )


def bootstraps(n: int = 100_000, draws: int = 9_999) -> None:
    """Print the time of the wild cluster bootstrap and of scipy's percentile bootstrap of the same
    difference, and their ratio.
    """
    table = study(n, missing=False)
    case = sample(table["s0_now"], table["group"], cluster_=table["place"])
    started = perf_counter()
    fitted = regress(case, case.treated, [])
    drawn = resampling.wild_bootstrap(fitted, case.treated, case.clusters, draws=draws, seed=1)
    interval = resampling.invert(drawn, fitted.estimate, 0.02, 0.95)
    ours = perf_counter() - started
    parts, share = (case.now[case.treated == 1], case.now[case.treated == 0]), 200
    started = perf_counter()
    stats.bootstrap(
        parts,
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        n_resamples=share,
        batch=20,
        method="percentile",
        rng=1,
    )
    theirs = (perf_counter() - started) * draws / share
    print(
        f"\nBootstrap of a difference at n = {n:,}, {draws:,} draws: wild cluster bootstrap with its interval"
        f" {ours:.3f} s"
    )
    print(
        f"  scipy.stats.bootstrap, percentile, {theirs:.1f} s ({share} draws timed): ratio"
        f" {theirs / ours:.0f}; our interval {interval[0]:.4f} … {interval[1]:.4f}"
    )


if __name__ == "__main__":
    run(400, missing=True)
    run(100_000, missing=False)
    run(100_000, missing=True)
    many_tests(100_000)
    bootstraps()
