"""How far each estimator is from a known truth, and how often its interval covers it, over many simulated
cohorts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from manfaat.simulation.trials import EFFECTS, Drawn, Trial

if TYPE_CHECKING:
    import pandas as pd

    from manfaat.definitions.indicator import Indicator
    from manfaat.evaluation.estimate import Settings

KEYS = ["condition", "effect", "indicator", "rater", "specification"]
SUMMARY = [
    *KEYS,
    "seeds",
    "truth",
    "mean",
    "bias",
    "bias_error",
    "sd",
    "mean_std_error",
    "coverage",
    "coverage_error",
    "rejected",
]


def settings_of(trial: Trial) -> Settings:
    """The choices of a run on cohorts of this trial."""
    from manfaat.evaluation.estimate import Settings

    return Settings("trial", trial.assignment, getattr(trial.programme.primary, trial.assignment))


def lines_named(trial: Trial, names: Iterable[str]) -> list[Indicator]:
    """Indicators that are estimated, by name of the column."""
    wanted = set(names)
    return [line for line in trial.definitions.indicators if line.name in wanted]


def estimates_of(table: pd.DataFrame, trial: Trial, names: Iterable[str]) -> pd.DataFrame:
    """Apply every declared specification to some indicators, in the contract's shape; the reported kind of
    standard error only.
    """
    from manfaat.evaluation.estimate import as_table
    from manfaat.evaluation.ladder import estimate_one, reported
    from manfaat.evaluation.sample import Dataset

    rows, programme = [], trial.programme
    data = Dataset(table, programme, trial.definitions.indicators)
    for line in lines_named(trial, names):
        for spec in programme.specifications:
            if spec.asks_for(line.indicator):
                rows += estimate_one(data, line, spec, settings_of(trial))
    return reported(as_table(rows), programme)


def seed_rows(trial: Trial, cohort: Drawn, names: list[str]) -> list[dict[str, object]]:
    """Estimates of one cohort beside the truth of the same people, at the planted effect and without any.

    Returns
    -------
    Rows of ``KEYS``, ``seed, truth, estimate, std_error, ci_low, ci_high``; estimates on another scale than
    the indicator's are left out.
    """
    from manfaat.evaluation.ladder import on_its_own_scale

    rows = []
    columns = {(line.indicator, line.rater): line.name for line in lines_named(trial, names)}
    for effect in EFFECTS:
        found = estimates_of(cohort.tables[effect], trial, names)
        found = found[on_its_own_scale(found) & found["estimate"].notna()]
        for row in found.drop_duplicates(["indicator", "rater", "specification"]).to_dict("records"):
            true = cohort.truth[columns[row["indicator"], row["rater"]]] if effect == "planted" else 0.0
            known = {
                name: row[name]
                for name in (
                    "indicator",
                    "rater",
                    "specification",
                    "estimate",
                    "std_error",
                    "ci_low",
                    "ci_high",
                )
            }
            rows.append(
                {"condition": trial.condition, "effect": effect, "seed": cohort.seed, "truth": true, **known}
            )
    return rows


def tabulate(rows: pd.DataFrame) -> pd.DataFrame:
    """Summarise the rows of many seeds.

    Returns
    -------
    ``SUMMARY``: ``seeds`` with an estimate, mean ``truth`` and estimate, ``bias`` with its Monte-Carlo error,
    standard deviation of the error of estimation (``sd``), mean standard error, share of intervals that cover
    the truth with its Monte-Carlo error √(p(1 − p)/n), and share of intervals that exclude 0. Source: Morris,
    White and Crowther (2019), Statistics in Medicine 38(11), 2074–2102.
    """
    import pandas as pd

    def one(part: pd.DataFrame) -> pd.Series:
        error, n = part["estimate"] - part["truth"], len(part)
        covered = ((part["ci_low"] <= part["truth"]) & (part["truth"] <= part["ci_high"])).mean()
        rejected = ((part["ci_low"] > 0) | (part["ci_high"] < 0)).mean()
        sd = error.std(ddof=1) if n > 1 else np.nan
        return pd.Series(
            {
                "seeds": n,
                "truth": part["truth"].mean(),
                "mean": part["estimate"].mean(),
                "bias": error.mean(),
                "bias_error": sd / np.sqrt(n),
                "sd": sd,
                "mean_std_error": part["std_error"].mean(),
                "coverage": covered,
                "coverage_error": np.sqrt(covered * (1 - covered) / n),
                "rejected": rejected,
            }
        )

    if rows.empty:
        return pd.DataFrame(columns=SUMMARY)
    found = [
        dict(zip(KEYS, key, strict=True)) | one(part).to_dict()
        for key, part in rows.groupby(KEYS, sort=False)
    ]
    return pd.DataFrame(found, columns=SUMMARY).astype({"seeds": int})
