"""Random cohorts as they would be told in two successive releases, by the functions that make a report's
tables; to be attacked.

    python tools/attack.py --random 200     cohorts, two releases, three profiles: how many were recovered
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from manfaat.base.disclosure import hide_small, share_of_few, without_few
from manfaat.base.precision import capped, coarse
from manfaat.evaluation.summaries import percentiles
from manfaat.evaluation.weighted import answers
from manfaat.measurement.profiles import density_curves
from manfaat.report.leaving import Tables
from manfaat.threats.survival import survival_curves
from manfaat.threats.transitions import transition_matrix

LAYERS = {  # of a table, and so the profiles that get it
    "exhibits/summary.csv": "report",
    "exhibits/reasons.csv": "report",
    "exhibits/moves.csv": "annex",
    "exhibits/curve.csv": "annex",
    "exhibits/survival.csv": "annex",
    "exhibits/pay.csv": "annex",
    "exhibits/bins.csv": "annex",
    "estimates.csv": "annex",
    "coefficients/05.csv": "between",
}
PROFILES = {
    "public": ("report",),
    "partner": ("report", "annex"),
    "internal": ("report", "annex", "between"),
}
Z, LEAST = 1.96, 12
NUMERIC = ("pay", "asset", "steps")
SHARES = ("employed", "promoted", "rare")


@dataclass(frozen=True)
class Cohort:
    """People of two groups with answers, some of them missing."""

    people: pd.DataFrame

    def first(self, n: int) -> Cohort:
        """The same without the last ``n`` people of each group, which keeps a dozen."""
        places = self.people.groupby("group", sort=False)
        kept = (places.cumcount(ascending=False) >= n) | (places.cumcount() < LEAST)
        return Cohort(self.people[kept].reset_index(drop=True))


def cohort(seed: int) -> Cohort:
    """A cohort of 40 to 400 people, with rare answers, large pay, a ladder and times."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 150), rng.integers(20, 250)
    group = np.repeat([1.0, 0.0], sizes)
    n = len(group)
    before = rng.integers(1, 5, n)
    steps = rng.binomial(3, np.where(group == 1, 0.35, 0.2))
    people = pd.DataFrame(
        {
            "group": group,
            "pay": np.round(np.exp(rng.normal(14 + 0.2 * group, 0.6)), -3),
            "asset": rng.normal(0.1 * group, 1),
            "before": before,
            "now": np.minimum(before + steps, 6),
            "employed": rng.binomial(1, 0.9, n).astype(float),
            "promoted": (steps > 0).astype(float),
            "rare": rng.binomial(1, rng.uniform(0.01, 0.1), n).astype(float),
            "why": rng.choice(5, n, p=[0.6, 0.25, 0.1, 0.03, 0.02]),
            "months": rng.integers(1, 120, n).astype(float),
            "came": rng.binomial(1, 0.7, n).astype(float),
            "steps": (np.minimum(before + steps, 6) - before).astype(float),
            "x": rng.normal(0, 1, n),
        }
    )
    for name in (*NUMERIC[:2], "employed", "rare", "x"):
        people.loc[rng.random(n) < rng.uniform(0, 0.08), name] = np.nan
    return Cohort(people)


def released(one: Cohort) -> dict[str, pd.DataFrame]:
    """The tables of a report, told, as they stand in its files."""
    people = one.people
    estimates, coefficients = estimated(people)
    told = {
        "exhibits/summary.csv": coarse(summary(people)),
        "exhibits/reasons.csv": capped(reasons(people)),
        "exhibits/moves.csv": coarse(moves(people)),
        "exhibits/curve.csv": coarse(density_curves(people["pay"], people["group"])),
        "exhibits/survival.csv": coarse(survived(people)),
        "exhibits/pay.csv": coarse(spread(people)),
        "exhibits/bins.csv": coarse(bins(people)),
        "estimates.csv": coarse(estimates, shares=("share",)),
        "coefficients/05.csv": coarse(coefficients, shares=("share",)),
    }
    return {name: written(table) for name, table in told.items()}


def written(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is read back from its file."""
    return table.astype(object).where(table.notna(), "").astype(str).reset_index(drop=True)


def of_profile(tables: Tables, profile: str) -> dict[str, pd.DataFrame]:
    """What a profile gets of them."""
    return {name: table for name, table in tables.items() if LAYERS[name] in PROFILES[profile]}


def summary(people: pd.DataFrame) -> pd.DataFrame:
    """n, missing, mean and standard deviation of each answer in each group."""
    rows = []
    for group, own in people.groupby("group"):
        for name in (*NUMERIC, *SHARES):
            known = own[name].dropna()
            rows.append(
                {
                    **{"name": name, "group": group, "n": len(known), "n_missing": len(own) - len(known)},
                    **{"mean": known.mean(), "sd": known.std()},
                }
            )
    return hide_small(pd.DataFrame(rows), "n", ["mean", "sd"], missing="n_missing")


def reasons(people: pd.DataFrame) -> pd.DataFrame:
    """How many gave which reason."""
    rows = []
    for group, own in people.groupby("group"):
        counts = own["why"].value_counts().reindex(range(5), fill_value=0)
        shown = without_few(counts.to_numpy(float))
        rows += [
            {"label": f"reason {why}", "group": group, "n": n, "share": n / counts.sum()}
            for why, n in enumerate(shown)
        ]
    return pd.DataFrame(rows)


def moves(people: pd.DataFrame) -> pd.DataFrame:
    """The ladder before and now."""
    return transition_matrix(people["before"], people["now"], people["group"]).assign(
        indicator="steps", rater=""
    )


def survived(people: pd.DataFrame) -> pd.DataFrame:
    """Curves of the time until an event."""
    columns = (people[name].to_numpy(float) for name in ("months", "came", "group"))
    return survival_curves(*columns, 0.95).assign(indicator="months", rater="")


def spread(people: pd.DataFrame) -> pd.DataFrame:
    """Mean and percentiles of pay."""
    rows = []
    for group, own in people.groupby("group"):
        known = answers(own["pay"].dropna(), None)
        row = {"indicator": "pay", "rater": "", "group": group, "n": known.n, "mean": known.mean}
        rows.append(row | percentiles(known, 5))
    return pd.DataFrame(rows)


def bins(people: pd.DataFrame) -> pd.DataFrame:
    """A histogram of a score."""
    rows, edges = [], np.linspace(-3, 3, 9)
    for group, own in people.groupby("group"):
        counts = np.histogram(own["asset"].dropna().clip(-3, 3), edges)[0].astype(float)
        shown = without_few(counts)
        rows += [
            {"group": group, "low": low, "high": high, "n": n, "share": n / counts.sum()}
            for low, high, n in zip(edges, edges[1:], shown, strict=False)
        ]
    return pd.DataFrame(rows)


def estimated(people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The difference of each answer between the groups, as it is and with a covariate that some lack, by two
    kinds of standard errors; and their coefficients.
    """
    estimates, coefficients = [], []
    for name in (*NUMERIC, *SHARES):
        for specification, used in (("difference", [name]), ("adjusted", [name, "x"])):
            own = people.dropna(subset=used)
            if is_hidden(own, name):
                continue
            for kind in ("HC2", "classical"):
                row, terms = regressed(own, name, specification, kind)
                estimates.append(row)
                coefficients += terms
        estimates += [changed(people, name)] if name == "pay" else []
    return pd.DataFrame(estimates), pd.DataFrame(coefficients)


def is_hidden(own: pd.DataFrame, name: str) -> bool:
    """Whether a share is of few in one of the groups."""
    sides = own.groupby("group")[name].agg(["mean", "size"])
    return name in SHARES and bool(share_of_few(sides["mean"], sides["size"]).any())


def regressed(
    own: pd.DataFrame, name: str, specification: str, kind: str
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """One regression on the group, and on the covariate where it is adjusted."""
    extra = [own["x"].to_numpy()] if specification == "adjusted" else []
    design = np.column_stack([np.ones(len(own)), own["group"], *extra])
    values = own[name].to_numpy(float)
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ values
    rest, df = values - design @ beta, float(len(own) - design.shape[1])
    weights = rest**2 / (1 - np.einsum("ij,jk,ik->i", design, inverse, design))
    classical = inverse * (rest @ rest / df)
    errors = np.sqrt(
        np.diag(inverse @ (design.T * weights) @ design @ inverse if kind == "HC2" else classical)
    )
    other = own.loc[own["group"] == 0, name]
    shared = {
        **{"indicator": name, "rater": "", "specification": specification, "std_error_kind": kind},
        **{"mean_comparison": other.mean(), "sd_comparison": other.std(), "df": df},
    }
    told = lambda at: {  # noqa: E731
        **{"estimate": beta[at], "std_error": errors[at]},
        **{"ci_low": beta[at] - Z * errors[at], "ci_high": beta[at] + Z * errors[at]},
    }
    n = {"n": int((own["group"] == 1).sum()), "n_comparison": len(other)}
    method = "difference_in_means" if specification == "difference" else "regression"
    row = shared | told(1) | n | {"method": method, "unit": "share" if name in SHARES else "points"}
    terms = [
        shared | told(at) | {"n": len(own), "role": role, "term": role}
        for at, role in enumerate(("constant", "treatment"))
    ]
    return row, terms


def changed(people: pd.DataFrame, name: str) -> dict[str, object]:
    """The mean change of the participants."""
    own = people.loc[people["group"] == 1, name].dropna()
    error = own.std() / np.sqrt(len(own))
    return {
        **{"indicator": name, "rater": "", "specification": "", "std_error_kind": "t", "method": "change"},
        **{"mean_comparison": np.nan, "sd_comparison": np.nan, "df": len(own) - 1.0, "unit": "points"},
        **{"estimate": own.mean(), "std_error": error, "n": len(own), "n_comparison": 0},
        **{"ci_low": own.mean() - Z * error, "ci_high": own.mean() + Z * error},
    }
