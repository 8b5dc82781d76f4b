"""What is printed beside the estimates: constants, further coefficients and R² of the same regressions,
means, and balancing as others count it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.evaluation.errors import classical, cluster_robust, robust
from manfaat.evaluation.linear import basis, fit
from manfaat.evaluation.nuisance import tilt
from manfaat.evaluation.panel import demeaned
from manfaat.evaluation.sample import participation
from oracle.training import built_cohort

TEN = (
    "age",
    "education",
    "black",
    "hispanic",
    "married",
    "no_degree",
    "earnings_1974",
    "earnings_1975",
    "zero_1974",
    "zero_1975",
)


def coefficients(
    columns: dict[str, np.ndarray],
    outcome: np.ndarray,
    *,
    absorbed: int = 0,
    clusters: np.ndarray | None = None,
) -> dict[str, float]:
    """Every coefficient by its name with its classical (or, given clusters, CR1) error under ``name/error``,
    R² and the number of rows.
    """
    x, found = np.column_stack(list(columns.values())), {}
    for place, name in enumerate(columns):
        fitted = fit(basis(x, place, absorbed=absorbed), outcome)
        error = classical(fitted) if clusters is None else cluster_robust(fitted, clusters)
        found |= {name: fitted.estimate, f"{name}/error": error.std_error}
    r2 = 1 - fitted.residuals @ fitted.residuals / ((outcome - outcome.mean()) ** 2).sum()
    return found | {"r2": float(r2), "n": fitted.n}


def within_firms(firms: pd.DataFrame) -> dict[str, float]:
    """The fixed-effects regression of log scrap with its years."""
    used = firms.dropna(subset=["log_scrap", "grant", "grant_last_year"])
    unit = pd.factorize(used["firm"])[0]
    columns = {
        "d88": used["year"] == 1988,
        "d89": used["year"] == 1989,
        "grant": used["grant"],
        "grant_last_year": used["grant_last_year"],
    }
    flat = demeaned(
        np.column_stack([*(column.astype("float64") for column in columns.values()), used["log_scrap"]]),
        unit,
        np.ones(len(used)),
    )
    by_name = dict(zip(columns, flat.T[:-1], strict=True))
    plain = coefficients(by_name, flat[:, -1], absorbed=unit.max() + 1)
    years = {f"{name}{end}": plain[f"{name}{end}"] for name in ("d88", "d89") for end in ("", "/error")}
    return {"r2": plain["r2"], **years}


def changes(firms: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Differences to the year before, of the years named."""
    ordered = firms.sort_values(["firm", "year"])
    named = ["log_scrap", "scrap_rate", "grant", "grant_last_year", "training_hours"]
    return (
        ordered[named]
        .astype("float64")
        .groupby(ordered["firm"])
        .diff()
        .assign(year=ordered["year"])[lambda d: d["year"].isin(years)]
    )


def grants() -> dict[str, float]:
    """The Michigan regressions with all that is printed of them."""
    _, firms = built_cohort("michigan-1987-89")
    one = changes(firms, (1988,))
    found = {f"fixed-effects/{name}": value for name, value in within_firms(firms).items()}
    for outcome in ("log_scrap", "scrap_rate"):
        rows = one.dropna(subset=[outcome, "grant"])
        made = coefficients(
            {"constant": np.ones(len(rows)), "grant": rows["grant"]}, rows[outcome].to_numpy()
        )
        found |= {f"{outcome}/{name}": made[name] for name in ("constant", "constant/error", "r2", "n")}
    both = changes(firms, (1988, 1989)).dropna(subset=["log_scrap", "grant", "grant_last_year"])
    made = coefficients(
        {
            "constant": np.ones(len(both)),
            "d89": both["year"] == 1989,
            "grant": both["grant"],
            "last": both["grant_last_year"],
        },
        both["log_scrap"].to_numpy(),
    )
    found |= {f"both/{name}": made[name] for name in ("grant", "grant/error", "last", "last/error", "n")}
    asked = firms[firms["year"] == 1988].dropna(
        subset=["training_hours", "grant", "log_sales", "log_employees"]
    )
    made = coefficients(
        {
            "constant": np.ones(len(asked)),
            **{name: asked[name] for name in ("grant", "log_sales", "log_employees")},
        },
        asked["training_hours"].to_numpy(),
    )
    found |= {
        f"hours/{name}": made[name]
        for name in ("log_sales", "log_employees", "log_employees/error", "r2", "n")
    }
    offered = one.dropna(subset=["log_scrap", "training_hours", "grant"])
    ones, scrap, hours = (
        np.ones(len(offered)),
        offered["log_scrap"].to_numpy(),
        offered["training_hours"].to_numpy(),
    )
    plain = coefficients({"constant": ones, "hours": hours}, scrap)
    first = coefficients({"constant": ones, "grant": offered["grant"]}, hours)
    second = coefficients({"constant": ones, "grant": offered["grant"]}, scrap)["grant"] / first["grant"]
    found |= {
        "offer/n": len(offered),
        "offer/F": (first["grant"] / first["grant/error"]) ** 2,
        "offer/constant": scrap.mean() - second * hours.mean(),
        "offer/ols": plain["hours"],
        "offer/ols/error": plain["hours/error"],
    }
    return {f"michigan-1987-89/{name}": value for name, value in found.items()}


def balanced(cohort: str) -> dict[str, float]:
    """Entropy balancing as Imbens and Xu count its error: HC1 of the weighted difference, the weights taken
    as known; and the weights' effective number.
    """
    study, men = built_cohort(cohort)
    treated = participation(men, study.programme).to_numpy() > 0
    x = men[list(TEN)].astype("float64").to_numpy()
    x = (x - x[treated].mean(axis=0)) / x.std(axis=0)
    weights = np.where(treated, 1.0, 0.0)
    weights[~treated] = tilt(x[~treated], np.full((~treated).sum(), 1 / (~treated).sum()))
    root = np.sqrt(np.where(treated, 1.0, weights * treated.sum()))
    difference = fit(
        basis(np.column_stack([np.ones(len(men)), treated]) * root[:, None], 1),
        men["earnings_1978"].to_numpy("float64") * root,
    )
    return {
        f"{cohort}/entropy/known-weights": robust(difference, "HC1").std_error,
        f"{cohort}/entropy/effective": 1 / (weights[~treated] ** 2).sum(),
    }


def groups() -> dict[str, float]:
    """Means of the 445 men of supported work, by group, and the size of the low-earning PSID-1 sample."""
    study, men = built_cohort("nsw-1976")
    names = (
        "earnings_1978",
        "age",
        "education",
        "black",
        "hispanic",
        "married",
        "no_degree",
        "earnings_1974",
        "earnings_1975",
    )
    means = men[list(names)].astype("float64").groupby(participation(men, study.programme).to_numpy()).mean()
    found = {
        f"nsw-1976/mean/{name}/{int(group)}": means.loc[group, name] for name in names for group in (1, 0)
    }
    _, psid = built_cohort("nsw-1976-psid")
    low = (psid["earnings_1974"] + psid["earnings_1975"]) / 2 <= 10_000
    return found | {"jtrain3/low/n": int(low.sum())} | balanced("nsw-1976-cps") | balanced("nsw-1976-psid")
