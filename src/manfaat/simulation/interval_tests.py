"""What else a report says with 5 in 100: families of tests, panels, bounds, tests of balance and of
proportional hazards, on samples without any effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from manfaat.simulation.interval_laws import Columns, by_lot, cluster_sizes, sample_of

if TYPE_CHECKING:
    from manfaat.evaluation.estimate import Result

Row = dict[str, object]
Draw = Callable[[np.random.Generator, int], list[Row]]
Design = Callable[[np.random.Generator, int], tuple[Columns, Callable[[], np.ndarray]]]
TESTS = 6  # of a family
RESAMPLES = 999  # of Romano and Wolf
RHO = 0.5  # correlation of the tests of a family, and of neighbouring periods of a panel
PERIODS = 4


@dataclass(frozen=True)
class Trial:
    """One design at one size: ``draw`` gives rows of one sample, one an estimator, with ``p`` or ``low`` and
    ``high``.
    """

    what: str
    n: int
    draw: Draw
    estimators: tuple[str, ...]


def row(
    estimator: str, *, estimate: float = 0.0, interval: tuple[float, float] = (np.nan, np.nan), **rest: object
) -> Row:
    """One row; ``rest``: ``std_error, p, kind, doubted``."""
    known = {"estimator": estimator, "estimate": estimate, "low": interval[0], "high": interval[1]}
    return known | {"std_error": np.nan, "p": np.nan, "kind": "", "doubted": False} | rest


def lottery(share: float, ratio: float = 1.0) -> Design:
    """A lottery; the participants' standard deviation is ``ratio`` times the others'."""

    def design(rng: np.random.Generator, n: int) -> tuple[Columns, Callable[[], np.ndarray]]:
        treated = by_lot(rng, n, share)
        return {"treated": treated}, lambda: rng.normal(size=n) * np.where(treated == 1, ratio, 1.0)

    return design


def few_clusters(rng: np.random.Generator, n: int) -> tuple[Columns, Callable[[], np.ndarray]]:
    """Clusters of unequal size, half of them assigned as a whole, correlation .2 within them; n is their
    number.
    """
    cluster = np.repeat(np.arange(n), cluster_sizes(rng, n, "unequal"))
    treated = by_lot(rng, n, 0.5)[cluster]
    return {
        "treated": treated,
        "cluster_": cluster.astype("float64"),
    }, lambda: 0.5 * rng.normal(size=n)[cluster] + rng.normal(size=len(cluster))


def family(design: Design) -> Draw:
    """Six tests of outcomes that correlate by ``RHO``: the smallest p value as it is, as adjusted by Holm,
    and by Romano and Wolf.
    """

    def draw(rng: np.random.Generator, n: int) -> list[Row]:
        import pandas as pd

        from manfaat.definitions.programme import Specification
        from manfaat.definitions.records import Words
        from manfaat.evaluation import families
        from manfaat.evaluation.estimate import Inference, Settings, margins
        from manfaat.evaluation.methods import difference_in_means

        columns, noise = design(rng, n)
        spec = Specification(
            id="x", label=Words({"en": "x", "id": "x"}), method="difference_in_means", std_errors=["auto"]
        )
        place, common = columns.get("cluster_", np.arange(len(columns["treated"]))), noise()
        samples = [
            sample_of(columns | {"now": np.sqrt(RHO) * common + np.sqrt(1 - RHO) * noise()})
            for _ in range(TESTS)
        ]
        found = [difference_in_means(sample, spec, Inference(is_lottery=False))[0][0] for sample in samples]
        p = np.array([margins(result, Settings("trial", "randomised", "x"))[2] for result in found])
        scores = np.column_stack([pd.Series(result.scores).groupby(place).sum() for result in found])
        wolf = families.step_down(p, families.drawn_statistics(scores, RESAMPLES, int(rng.integers(2**31))))
        return [
            row(name, p=float(values.min()), kind=found[0].std_error_kind)
            for name, values in (("Holm", families.holm(pd.Series(p))), ("Romano–Wolf", wolf))
        ]

    return draw


def panel(treated_units: int) -> Draw:
    """A panel of n units over four periods, of which few are treated in the last two; errors of neighbouring
    periods correlate by ``RHO``.
    """

    def draw(rng: np.random.Generator, n: int) -> list[Row]:
        import pandas as pd

        from manfaat.definitions.programme import Specification
        from manfaat.definitions.records import Words
        from manfaat.evaluation.estimate import Inference
        from manfaat.evaluation.inference import least_squares_results
        from manfaat.evaluation.methods import difference_in_differences
        from manfaat.evaluation.panel import fits_of

        treated, error = np.arange(n) < treated_units, rng.normal(size=(n, PERIODS))
        for moment in range(1, PERIODS):
            error[:, moment] = RHO * error[:, moment - 1] + np.sqrt(1 - RHO**2) * error[:, moment]
        value = rng.normal(size=(n, 1)) + 0.3 * np.arange(PERIODS) + error
        unit, period = np.repeat(np.arange(n), PERIODS), np.tile(np.arange(PERIODS), n)
        columns = {
            "outcome_": value.ravel(),
            "grant": treated[unit] & (period >= PERIODS // 2),
            "unit_": unit,
            "period_": period,
            "cluster_": unit,
        }
        spec = Specification(
            id="x",
            label=Words({"en": "x", "id": "x"}),
            method="fixed_effects",
            std_errors=["auto"],
            treatment=["grant"],
        )
        within, observed = (
            fits_of(pd.DataFrame(columns).astype("float64"), spec)["grant"],
            Inference(is_lottery=False),
        )
        fixed = least_squares_results(
            within.fitted, within.regressor, within.sample, spec, observed, counted=within.counted
        )[0]
        twice = sample_of({"now": value[:, -1], "before": value[:, 0], "treated": treated.astype("float64")})
        gained = difference_in_differences(twice, spec.model_copy(update={"treatment": []}), observed)[0][0]
        return [result_row("fixed effects", fixed), result_row("difference in differences", gained)]

    return draw


def result_row(estimator: str, result: Result) -> Row:
    """The row of a result."""
    from manfaat.evaluation.estimate import Settings, margins

    low, high, p = margins(result, Settings("trial", "randomised", "x"))
    doubted = any(reason.doubts for reason in result.reasons)
    return row(
        estimator,
        estimate=result.estimate,
        interval=(low, high),
        p=p,
        std_error=result.std_error,
        kind=result.std_error_kind,
        doubted=doubted,
    )


def lee_bounds(strata: int) -> Draw:
    """Lee's bounds, within strata where there are some; those whom the programme moved to answer have the
    highest values, so that 0 is the lower bound.
    """

    def draw(rng: np.random.Generator, n: int) -> list[Row]:
        from manfaat.evaluation.sample import NotApplicableError
        from manfaat.threats.bounds import lee, lee_within

        cells = np.arange(n) % strata
        treated = np.zeros(n)
        for cell in range(strata):
            treated[cells == cell] = by_lot(rng, int((cells == cell).sum()), 0.5)
        value = rng.normal(size=n)
        answers = (rng.random(n) < 0.9) & (
            (value < 0.8) | (treated == 1)
        )  # of the untreated the highest fifth does not answer
        outcome = np.where(answers, value, np.nan)
        try:
            found = lee(outcome, treated) if strata == 1 else lee_within(outcome, treated, cells)
        except NotApplicableError:
            return [row("Lee bounds", estimate=np.nan)]
        return [
            row(
                "Lee bounds",
                estimate=found.low,
                std_error=found.low_error,
                interval=found.interval(),
                kind="Imbens–Manski",
            )
        ]

    return draw


def balance(share: float) -> Draw:
    """The omnibus test of three very skewed covariates after a lottery, by drawing it again as reports do."""

    def draw(rng: np.random.Generator, n: int) -> list[Row]:
        from manfaat.threats import omnibus

        columns = np.exp(1.5 * rng.normal(size=(n, 3)))
        p = omnibus.omnibus_test(columns, by_lot(rng, n, share), seed=int(rng.integers(2**31)))[2]
        return [row("omnibus balance", p=p, kind="lottery drawn again")]

    return draw


def proportional(share: float) -> Draw:
    """The test of proportional hazards where they are: exponential times, those of participants half as long,
    a third censored.
    """

    def draw(rng: np.random.Generator, n: int) -> list[Row]:
        from manfaat.evaluation.sample import NotApplicableError
        from manfaat.threats.survival import cox

        treated, covariate = by_lot(rng, n, share), rng.normal(size=(n, 1))
        time = rng.exponential(size=n) * np.exp(-0.5 * covariate[:, 0] - np.log(2) * treated)
        limit = rng.exponential(size=n) * 2
        try:
            found = cox(np.minimum(time, limit), (time <= limit).astype("float64"), treated, covariate)
        except NotApplicableError:
            return [row("proportional hazards", estimate=np.nan)]
        return [row("proportional hazards", p=found.proportional_p, kind="score")]

    return draw


def trials() -> list[Trial]:
    """All designs, in the order of the table."""
    both = ("Holm", "Romano–Wolf")
    found = [Trial("family of six, clusters unequal", n, family(few_clusters), both) for n in (6, 12)]
    found += [Trial("family of six, lottery, half treated", 60, family(lottery(0.5)), both)]
    found += [
        Trial("family of six, lottery, 10% treated, their SD double", n, family(lottery(0.1, 2.0)), both)
        for n in (60, 130)
    ]
    found += [
        Trial(
            f"panel, {treated} units treated",
            60,
            panel(treated),
            ("fixed effects", "difference in differences"),
        )
        for treated in (6, 30)
    ]
    found += [Trial("answers missing, no strata", n, lee_bounds(1), ("Lee bounds",)) for n in (60, 130)]
    found += [
        Trial(f"answers missing, {strata} strata", 130, lee_bounds(strata), ("Lee bounds",))
        for strata in (3, 10, 20)
    ]
    found += [
        Trial("skewed covariates, 10% treated", n, balance(0.1), ("omnibus balance",)) for n in (60, 130, 400)
    ]
    found += [
        Trial(f"times, {share:.0%} treated", n, proportional(share), ("proportional hazards",))
        for share, n in ((0.1, 130), (0.5, 130))
    ]
    return found
