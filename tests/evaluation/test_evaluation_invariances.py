"""What must not change an estimate, changes none: of every estimator, every standard error and every threat,
on ordinary and on hostile samples.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from test_evaluation_edges import ALL_OF_THEM

from evaluation_cases import LINES, people, programme
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.registry import METHODS
from manfaat.threats.driver import THREATS, run

# on another scale, or about levels that are counted: a shift or a new scale of the outcome changes what they
# say, as it must
OWN_SCALE = (
    "d_z",
    "d_av",
    "g_av",
    "log-odds",
    "odds-ratio",
    "marginal",
    "superiority",
    "net-share",
    "level",
    "take-up",
)
DRAWN = ("wild", "randomisation")
SCALE, SHIFT = 1000.0, 5e4


def hostile() -> dict[str, pd.DataFrame]:
    """Small samples of the kinds that break estimators."""
    near = people(60, 0.5, 7)
    return {
        "ordinary": people(90, 0.5, 4, selected=0.5),
        "constant within a group": near.assign(z=lambda t: t["z"] * (t["group"] == 1)),
        "constant within the comparison group": near.assign(
            z=lambda t: np.where(t["group"] == 0, 1.0, t["z"])
        ),
        "an empty level": near.assign(z=0.0),
        "out of range": near.assign(x=lambda t: t["x"] + 9.0 * t["group"]),
        "two treated": near.assign(group=[1.0, 1.0] + [0.0] * 58, taken=[1.0, 1.0] + [0.0] * 58),
        "tied covariates": near.assign(x=lambda t: t["x"].round()),
    }


def changed(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """The same study, said otherwise."""
    both = ["score_now", "score_before"]
    if what == "shift":
        return table.assign(**{name: table[name] + SHIFT for name in both})
    if what == "scale":
        return table.assign(**{name: table[name] * SCALE for name in both})
    if what == "covariate":
        return table.assign(x=table["x"] * 37.0 - 1_000.0)
    if what == "codes":
        return table.assign(place=900 - 7 * table["place"], block=table["block"] * 3 + 50)
    if what == "constant":
        return table.assign(flat=4.0)
    if what == "weights":
        return table.assign(weight=table["weight"] * 0.25)
    return table.sample(frac=1.0, random_state=3).reset_index(drop=True)


def study_of(design: str, *extra: str):
    """Every method, with an added covariate or none."""
    roles = {
        "plain": {},
        "clusters": {"cluster": "place"},
        "strata": {"strata": "block"},
        "weights": {"weight": "weight"},
    }[design]
    specifications = [
        one | {"covariates": [*one["covariates"], *extra]} if one.get("covariates") else one
        for one in ALL_OF_THEM
    ]
    return programme(specifications, **roles)


def lines_of(*extra: str):
    like = next(line for line in LINES if line.name == "x")
    return [*LINES, *(like.model_copy(update={"name": name, "indicator": name}) for name in extra)]


@cache
def unchanged(name: str, design: str) -> pd.DataFrame:
    """The numbers of a sample as it is."""
    return numbers(hostile()[name], design)


def numbers(table: pd.DataFrame, design: str, *extra: str, factor: float = 1.0) -> pd.DataFrame:
    """Estimates and errors by specification, kind and population, divided by ``factor`` where they are in the
    outcome's unit.
    """
    settings = Settings("trial", "randomised", "difference-in-means", draws=199)
    rows = estimate_stages(table, study_of(design, *extra), lines_of(*extra), settings, stages=("outcome",))
    assert set(rows["method"]) == set(METHODS)
    own = rows["estimand"].str.contains("|".join(OWN_SCALE), regex=True) | rows["method"].isin(
        ["paired_shares", "marginal_homogeneity", "ordered_change"]
    )
    by = np.where(own, 1.0, factor)
    found = rows[
        [
            "specification",
            "std_error_kind",
            "estimand",
            "estimate",
            "std_error",
            "df",
            "ci_low",
            "ci_high",
            "p_value",
        ]
    ].copy()
    for name in ("estimate", "std_error", "ci_low", "ci_high"):
        found[name] = found[name] / by
    drawn = found["std_error_kind"].isin(DRAWN)
    found.loc[drawn, ["ci_low", "ci_high", "p_value"]] = np.nan
    return found.set_index(["specification", "std_error_kind", "estimand"])


@pytest.mark.many
@pytest.mark.parametrize(
    "design", [pytest.param("plain", marks=pytest.mark.slow), "clusters", "strata", "weights"]
)
@pytest.mark.parametrize("what", ["shift", "scale", "covariate", "codes", "rows", "constant", "weights"])
def test_no_estimate_changes(what, design):
    for name, table in hostile().items():
        if name != "ordinary" and design != "plain":
            continue
        extra = ("flat",) if what == "constant" else ()
        before = unchanged(name, design)
        after = numbers(changed(table, what), design, *extra, factor=SCALE if what == "scale" else 1.0)
        assert list(before.index) == list(after.index), name
        gone = before["estimate"].isna() != after["estimate"].isna()
        assert not gone.any(), (name, list(before.index[gone]))
        for column in before:
            size = np.maximum(
                np.nanmax(np.abs(before[[column]].to_numpy()), axis=1, initial=1e-9),
                before["std_error"].fillna(1.0).to_numpy(),
            )
            far = np.abs(before[column] - after[column]).to_numpy() > 1e-5 * size
            assert not far.any(), (name, column, before[far], after[far])


@pytest.mark.parametrize("design", ["plain", "strata"])
def test_a_row_split_in_two_of_half_the_weight_changes_no_estimate(design):
    table = people(90, 0.5, 4, selected=0.5)
    twice = pd.concat([table, table.assign(_key=table["_key"] + "b")], ignore_index=True).assign(
        weight=lambda t: t["weight"] / 2
    )
    whole, half = (numbers(one, "weights") for one in (table, twice))
    known = whole["estimate"].notna()
    own = [place for place in whole.index[known] if not place[2].startswith(("change (d", "change (g"))]
    assert half.loc[own, "estimate"].tolist() == pytest.approx(whole.loc[own, "estimate"].tolist(), rel=1e-6)


@pytest.mark.many
@pytest.mark.parametrize("what", ["shift", "scale", "covariate", "codes", "rows"])
@pytest.mark.parametrize("assignment", ["randomised", "observational"])
def test_no_threat_changes(what, assignment):
    settings = Settings("trial", assignment, "regression", draws=199)
    table = people(90, 0.9, 4, selected=0.5).assign(
        score_now=lambda t: t["score_now"].where(np.arange(len(t)) % 9 > 0)
    )
    said = []
    study = programme(ALL_OF_THEM, primary="regression")
    for one, factor in ((table, 1.0), (changed(table, what), SCALE if what == "scale" else 1.0)):
        estimates = estimate_stages(one, study, LINES, settings, stages=("outcome",))
        said.append(run(one, study, LINES, estimates, settings).rows.assign(factor=factor))
    before, after = said
    assert set(before["threat"]) >= set(THREATS)
    assert before["passed"].tolist() == after["passed"].tolist(), before[
        before["passed"].to_numpy() != after["passed"].to_numpy()
    ]
    assert before["reason"].tolist() == after["reason"].tolist()


def test_noncentral_t_has_a_number_where_scipys_series_has_none():
    # scipy.stats.nct.cdf(t, 23, shift) is NaN for some ordinary t and shift, which ended the chapter on
    # outcomes in a traceback
    from manfaat.evaluation.change import noncentral_below, noncentral_interval

    grid = [
        noncentral_below(t, df, shift)
        for t in np.linspace(-3, 3, 13)
        for df in (1, 5, 24)
        for shift in np.linspace(-9, 9, 13)
    ]
    assert np.isfinite(grid).all()
    assert min(grid) >= 0
    assert max(grid) <= 1 + 1e-12
    for n in range(2, 30):
        low, high = noncentral_interval(0.04, n, 0.95)
        assert low < 0.04 < high
