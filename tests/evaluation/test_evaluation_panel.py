"""Panels and repeated cross-sections: fixed effects against pyfixest and dummies, waves against cell means,
and their edges.
"""

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm

from conftest import ROOT
from evaluation_cases import indicator, programme
from manfaat.evaluation.estimate import COLUMNS, Settings
from manfaat.evaluation.ladder import estimate_stages

LINES = [
    indicator("group", "fixed", "group", "group"),
    indicator("grant", "period", "treatment", "grant"),
    indicator("size", "period", "covariate", "size"),
    indicator("score", "period", "effect"),
]
PANEL = {"panel": {"unit": "firm", "period": "year"}}
SPECS = [
    {
        "method": "fixed_effects",
        "id": "difference",
        "treatment": ["grant"],
        "std_errors": ["CR1", "classical", "CR2", "CR3", "wild", "HC1", "auto"],
    },
    {
        "method": "fixed_effects",
        "id": "with-size",
        "treatment": ["grant"],
        "covariates": ["size"],
        "std_errors": ["CR1"],
    },
    {
        "method": "first_difference",
        "treatment": ["grant"],
        "periods": {"before": 1, "now": 2},
        "std_errors": ["HC1", "BM"],
    },
    {
        "method": "difference_in_differences",
        "periods": {"before": 1, "now": 3},
        "std_errors": ["HC2", "auto"],
    },
    {
        "method": "repeated_cross_sections",
        "periods": {"before": 1, "now": 3},
        "std_errors": ["CR1", "HC1", "CR2", "wild"],
    },
    {
        "method": "doubly_robust_difference_in_differences",
        "covariates": ["size"],
        "periods": {"before": 1, "now": 3},
        "std_errors": ["influence"],
    },
    {
        "method": "nearest_neighbour",
        "covariates": ["size"],
        "periods": {"before": 1, "now": 3},
        "std_errors": ["AI"],
    },
    {"method": "difference_in_means", "id": "no-periods", "std_errors": ["HC2"]},
]


def firms(n: int = 40, effect: float = 0.5, seed: int = 1) -> pd.DataFrame:
    """Firms over three years; half get a grant in the second year, which works in the second and third; some
    answers are missing.
    """
    rng = np.random.default_rng(seed)
    firm, year = np.repeat(np.arange(n), 3), np.tile([1, 2, 3], n)
    group = (np.arange(n) % 2)[firm].astype(float)
    grant = group * (year >= 2)
    size = rng.normal(size=n)[firm] + 0.1 * rng.normal(size=3 * n)
    score = rng.normal(size=n)[firm] + size + 0.3 * year + effect * grant + rng.normal(size=3 * n)
    score[rng.random(3 * n) < 0.08] = np.nan
    columns = {
        "firm": firm.astype(str),
        "year": year,
        "group": group,
        "grant": grant,
        "size": size,
        "score": score,
    }
    return pd.DataFrame(
        {
            "_key": np.arange(3 * n).astype(str),
            **columns,
            "town": (firm % 7).astype(str),
            "weight": 1.0 + firm % 3,
        }
    )


def ladder(table: pd.DataFrame, specs=SPECS, **design) -> pd.DataFrame:
    study = programme(specs, **{**PANEL, **design})
    return estimate_stages(
        table, study, LINES, Settings("trial", "randomised", "difference", draws=199), stages=("outcome",)
    )


def one(rows: pd.DataFrame, specification: str, kind: str) -> pd.Series:
    return rows.set_index(["specification", "std_error_kind"]).loc[(specification, kind)]


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pyfixest
@pytest.mark.parametrize("id", ["difference", "with-size"])
def test_fixed_effects_as_in_pyfixest(id):
    table = firms()
    extra = " + size" if id == "with-size" else ""
    complete = table.dropna()
    complete = complete[complete["firm"].duplicated(keep=False)].assign(year=lambda t: t["year"].astype(str))
    fit = pyfixest.feols(f"score ~ grant{extra} + C(year) | firm", complete, vcov={"CRV1": "firm"})
    row = one(ladder(table), id, "CR1")
    assert (row["estimate"], row["std_error"]) == (
        pytest.approx(fit.coef()["grant"], rel=1e-9),
        pytest.approx(fit.se()["grant"], rel=1e-9),
    )
    assert row["df"] == complete["firm"].nunique() - 1
    if id == "difference":
        iid = fit.vcov("iid")
        row = one(ladder(table), id, "classical")
        assert (row["std_error"], row["df"]) == (pytest.approx(iid.se()["grant"], rel=1e-9), fit._df_t)
        assert row["n"] + row["n_comparison"] == len(complete)


def test_weighted_fixed_effects_equal_weighted_dummies():
    table = firms()
    complete = table.dropna()
    complete = complete[complete["firm"].duplicated(keep=False)]
    design = pd.get_dummies(complete[["firm", "year"]].astype(str), drop_first=True, dtype=float).assign(
        grant=complete["grant"], one=1.0
    )
    fit = sm.WLS(complete["score"], design, weights=complete["weight"]).fit()
    row = one(ladder(table, weight="weight"), "difference", "CR1")
    assert row["estimate"] == pytest.approx(fit.params["grant"], rel=1e-9)


def test_grants_and_scrap_clustered_by_firm_as_published():
    # Holzer et al. (1993) data, R, plm 2.6-2: m <- plm(lscrap ~ d88 + d89 + grant + grant_1, model =
    # "within");
    # sqrt(diag(vcovHC(m, method = "arellano", type = t))): HC0 .1403291, .2763347; HC1 .1421, .2798 (the
    # printed ones: n / (n − k), k = 4,
    # but no G / (G − 1)). Ours have G / (G − 1) · (n − 1) / (n − 5), which counts the mean of the firms'
    # effects, as fixest and xtreg do.
    d = pd.read_csv(ROOT / "data/raw/michigan-1987-89/jtrain.csv").dropna(subset=["scrap"])
    before = d.set_index(["fcode", "year"])["grant"]
    d = d.assign(
        last=[before.get((firm, year - 1), 0) for firm, year in zip(d["fcode"], d["year"], strict=True)],
        score=np.log(d["scrap"]),
    )
    d = d.assign(
        _key=np.arange(len(d)).astype(str),
        firm=d["fcode"].astype(str),
        group=d.groupby("fcode")["grant"].transform("max").astype(float),
    )
    lines = [LINES[0], LINES[1], indicator("last", "period", "treatment", "last"), LINES[3]]
    study = programme(
        [
            {
                "method": "fixed_effects",
                "id": "difference",
                "treatment": ["grant", "last"],
                "std_errors": ["CR1"],
            }
        ],
        **PANEL,
    )
    rows = estimate_stages(
        d, study, lines, Settings("trial", "observational", "difference"), stages=("outcome",)
    ).set_index("treatment")
    bare = rows["std_error"] / np.sqrt(54 / 53 * 161 / 157)
    for treatment, estimate, without_factor, printed in (
        ("grant", -0.2523, 0.1403291, 0.1421),
        ("last", -0.4216, 0.2763347, 0.2798),
    ):
        assert rows.loc[treatment, "estimate"] == pytest.approx(estimate, abs=5.1e-5)
        assert bare[treatment] == pytest.approx(without_factor, abs=6e-8)
        assert bare[treatment] * np.sqrt(162 / 158) == pytest.approx(printed, abs=5.1e-5)


def test_larger_clusters_that_the_design_declares_are_used():
    row = one(ladder(firms(), cluster="town"), "difference", "CR1")
    assert row["df"] == 6
    assert (
        one(ladder(firms(), cluster="town"), "difference", "CR2")["df"] < 6
    ).all()  # asked for, and chosen by auto


def test_waves_equal_the_difference_of_differences_of_cell_means():
    table = firms()
    rows = ladder(table)
    kept = table[table["year"] != 2].dropna(subset=["score"])
    mean = kept.groupby(["group", "year"])["score"].mean()
    row = one(rows, "repeated-cross-sections", "HC1")
    assert row["estimate"] == pytest.approx(mean[1, 3] - mean[1, 1] - mean[0, 3] + mean[0, 1], rel=1e-10)
    design = sm.add_constant(
        kept.assign(later=kept["year"] == 3)[["group", "later"]]
        .astype(float)
        .assign(both=lambda t: t["group"] * t["later"])
    )
    fit = sm.OLS(kept["score"], design).fit(cov_type="HC1")
    assert row["std_error"] == pytest.approx(fit.bse["both"], rel=1e-10)
    clustered = sm.OLS(kept["score"], design).fit(
        cov_type="cluster", cov_kwds={"groups": kept["firm"].astype(int)}
    )
    assert one(rows, "repeated-cross-sections", "CR1")["std_error"] == pytest.approx(
        clustered.bse["both"], rel=1e-10
    )


def test_waves_of_other_people_are_told_apart_by_the_period_they_name():
    table = firms().rename(columns={"firm": "who"})
    specs = [
        {"method": "difference_in_means", "id": "difference", "periods": {"now": 3}, "std_errors": ["HC2"]},
        {"method": "repeated_cross_sections", "periods": {"before": 1, "now": 3}, "std_errors": ["HC1"]},
        {"method": "difference_in_means", "id": "no-periods", "std_errors": ["HC2"]},
    ]
    rows = ladder(table, specs, panel=None, wave="year")
    later = table[table["year"] == 3].groupby("group")["score"].mean()
    assert one(rows, "difference", "HC2")["estimate"] == pytest.approx(later[1] - later[0], rel=1e-10)
    assert (
        one(rows, "repeated-cross-sections", "HC1")["estimate"]
        == one(ladder(firms()), "repeated-cross-sections", "HC1")["estimate"]
    )
    assert one(rows, "no-periods", "HC2")["reasons"] == "no_periods_named"


def test_group_that_was_asked_only_later_gives_the_reason():
    table = firms().query("group == 0 or year == 3")
    assert one(ladder(table), "repeated-cross-sections", "CR1")["reasons"] == "few_in_a_cell"


EDGES = {
    "nobody": firms(0),
    "one firm": firms(1),
    "two firms": firms(2),
    "four firms": firms(4),
    "all the same": firms(20).assign(score=1.0),
    "all missing": firms(20).assign(score=np.nan),
    "only one year": firms(20).query("year == 3"),
    "each firm once": firms(30).iloc[[3 * i + i % 3 for i in range(30)]],
    "nobody got a grant": firms(20).assign(grant=0.0),
    "everybody got one at once": firms(20).assign(grant=lambda t: (t["year"] > 1) * 1.0, group=1.0),
    "one treated": (
        firms(20).assign(
            group=lambda t: (t["firm"] == "3") * 1.0,
            grant=lambda t: (t["firm"] == "3") * (t["year"] > 1) * 1.0,
        )
    ),
    "outcome follows from grant": firms(20).assign(score=lambda t: t["grant"]),
    "size never changes": firms(20).assign(size=lambda t: t["firm"].astype(float)),
    "one town": firms(20).assign(town="a"),
    "firms that move between towns": firms(20).assign(town=lambda t: (t.index % 4).astype(str)),
    "three towns": firms(20).assign(town=lambda t: (t["firm"].astype(int) % 3).astype(str)),
}


@pytest.mark.many
@pytest.mark.parametrize("design", [{}, {"cluster": "town"}, {"weight": "weight"}])
@pytest.mark.parametrize("edge", EDGES)
def test_a_reason_or_a_finite_interval_of_some_width(edge, design):
    rows = ladder(EDGES[edge], **design)
    assert list(rows.columns) == COLUMNS
    assert set(rows["specification"]) == {spec.get("id", spec["method"].replace("_", "-")) for spec in SPECS}
    for row in rows.itertuples():
        place = (row.specification, row.std_error_kind)
        if pd.isna(row.estimate):
            assert row.reasons, place
            assert pd.isna(row.std_error), place
        else:
            assert np.isfinite(
                [row.estimate, row.std_error, row.ci_low, row.ci_high, row.df, row.mde, row.p_value]
            ).all(), place
            assert row.std_error > 0, place
            assert row.ci_low < row.ci_high, place
