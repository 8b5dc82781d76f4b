"""Matching against the R package Matching, against distances computed one by one, and its ties."""

import numpy as np
import pytest
from test_evaluation_weighting import delivered

from evaluation_cases import people, sample, spec
from manfaat.evaluation import matching
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError

NAMES = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "u74", "u75"]
# R 4.2.2, Matching 4.10-8: Match(Y = d$re78, Tr = d$treat, X = d[, cov], Z = d[, cov], estimand = "ATT", M =
# M, replace = TRUE,
# ties = TRUE, BiasAdjust = TRUE); m$est, m$se. With M = 5 these are the numbers of Imbens and Xu (2024),
# table B1.
IN_R = [
    ("nsw", 1, 1618.8331, 867.0426),
    ("nsw", 5, 1757.1750, 764.0582),
    ("cps", 1, 1795.5146, 910.3028),
    ("cps", 5, 1729.1183, 815.3757),
    ("psid", 1, 2374.6871, 1714.1323),
    ("psid", 5, 2255.4724, 1403.8256),
]


def results(case, neighbours: int, names, kinds=("AI_equal", "AI")):
    return [
        one
        for one, _ in matching.nearest_neighbour(
            case, spec("nearest_neighbour", kinds, covariates=names, neighbours=neighbours)
        )
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("cohort", "neighbours", "estimate", "std_error"), IN_R)
def test_estimate_and_error_as_in_r(cohort, neighbours, estimate, std_error):
    d = delivered(cohort)
    equal, unequal = results(
        sample(d["re78"], d["treat"], **{name: d[name] for name in NAMES}), neighbours, NAMES
    )
    assert (equal.estimate, equal.std_error) == (
        pytest.approx(estimate, abs=6e-5),
        pytest.approx(std_error, abs=6e-5),
    )
    assert unequal.estimate == equal.estimate


def by_hand(case, names, neighbours: int) -> tuple[float, float]:
    """Estimate and error of Abadie and Imbens (2006, theorem 7; 2011), one distance after another."""
    y, d = case.now, case.treated
    x = case.frame[names].to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    treated, control = np.flatnonzero(d == 1), np.flatnonzero(d == 0)

    def near(unit: int, pool: np.ndarray, m: int) -> np.ndarray:
        distance = ((x[pool] - x[unit]) ** 2).sum(axis=1)
        return pool[distance <= np.sort(distance)[m - 1] + matching.TOLERANCE]

    chosen = {i: near(i, control, neighbours) for i in treated}
    used, squared = np.zeros(len(y)), np.zeros(len(y))
    for found in chosen.values():
        used[found] += 1 / len(found)
        squared[found] += 1 / len(found) ** 2
    kept = control[used[control] > 0]
    root = np.sqrt(used[kept])[:, None]
    slope = np.linalg.lstsq(
        np.column_stack([np.ones(len(kept)), x[kept]]) * root, y[kept] * root[:, 0], rcond=None
    )[0][1:]
    gains = np.array([y[i] - np.mean(y[found] + (x[i] - x[found]) @ slope) for i, found in chosen.items()])
    variance = 0.0
    for j in kept:
        own = near(j, control[control != j], 2)
        variance += len(own) / (len(own) + 1) * (y[j] - y[own].mean()) ** 2 * (used[j] ** 2 - squared[j])
    return float(gains.mean()), float(np.sqrt(((gains - gains.mean()) ** 2).sum() + variance) / len(gains))


@pytest.mark.parametrize("neighbours", [1, 3])
@pytest.mark.parametrize("rounded", [False, True])
def test_equals_distances_computed_one_by_one(neighbours, rounded):
    # rounded: nearly everyone is tied with someone
    d = people(200, 0.5, 3, selected=0.7)
    x = d["x"].round(0) if rounded else d["x"]
    case = sample(d["score_now"], d["group"], x=x, z=d["z"])
    _, found = results(case, neighbours, ["x", "z"])
    assert (found.estimate, found.std_error) == pytest.approx(by_hand(case, ["x", "z"], neighbours), rel=1e-9)


def test_all_ties_count_even_when_they_are_many():
    # one participant, sixty comparison units at the same place: the match is their mean
    x = np.r_[0.0, 0.0, np.zeros(60), np.ones(5)]
    y = np.r_[10.0, 12.0, np.arange(60.0), np.full(5, 99.0)]
    case = sample(y, np.r_[1, 1, np.zeros(65)], x=x)
    assert results(case, 1, ["x"])[0].estimate == pytest.approx(11 - np.arange(60).mean())
    spread = np.r_[np.tile([-1.0, 1.0], 40), np.linspace(5, 6, 20)]  # forty cells tied at equal distance
    shifted = sample(
        np.r_[1.0, 2.0, np.arange(100.0)],
        np.r_[1, 1, np.zeros(100)],
        x=np.r_[0, 0, spread],
        z=np.r_[0, 0, np.arange(80) * 0, np.ones(20)],
    )
    found = matching.match(shifted, ["x", "z"], 1)
    assert found.neighbours.tolist() == [80.0]


def test_weights_and_clusters_are_refused():
    d = people(60, 0.5, 3)
    for role, reason in (("weight_", "no_weights_carried"), ("cluster_", "no_clusters_carried")):
        case = sample(d["score_now"], d["group"], x=d["x"], **{role: d["weight"]})
        with pytest.raises(NotApplicableError, match=reason):
            results(case, 1, ["x"])


def test_more_matches_than_the_comparison_group_has_are_refused():
    d = people(20, 0.5, 3)
    with pytest.raises(NotApplicableError, match="few_matches"):
        results(sample(d["score_now"], d["group"], x=d["x"]), 50, ["x"])


def sparse(outcome_shift: float = 0.0, own=(1, 0, 1, 0, 1, 0), theirs=(1, 1, 1, 1, 1, 1)):
    """Twelve people of three ages; a second covariate that the comparison group may not vary in."""
    age = np.r_[np.repeat([20.0, 30.0, 40.0], 2), np.repeat([20.0, 30.0, 40.0], 2)]
    y = np.array([13.0, 12.0, 15.1, 13.2, 16.0, 15.3, 11.0, 11.5, 12.0, 13.0, 14.5, 13.5]) + outcome_shift
    return sample(y, np.r_[np.ones(6), np.zeros(6)], age=age, woman=np.r_[own, theirs])


@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        (
            (1, 0, 1, 0, 1, 0),
            (1, 1, 1, 1, 1, 1),
        ),  # constant among the comparison units: 7.81 was printed, and 57.81 with 100 added
        ((5, 5, 5, 5, 5, 5), (0, 0, 0, 0, 0, 1e-3)),  # hardly varies there, and participants are far beyond
        (
            (20.5, 21, 30.5, 31, 40.5, 41),
            (20, 20, 30, 30, 40, 40),
        ),  # follows from the other covariate among them
    ],
)
def test_no_slope_is_invented_where_comparison_units_are_alike(own, theirs, shift):
    with pytest.raises(NotApplicableError, match="unlike"):
        results(sparse(shift, own, theirs), 1, ["age", "woman"])


def test_the_level_of_the_outcome_enters_no_slope():
    # nobody differs in the second covariate but two comparison units far away, whom nobody is matched with
    own, theirs = (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0)
    case, shifted = (
        sample(
            np.r_[one.now, 1.0, 2.0],
            np.r_[one.treated, 0, 0],
            age=np.r_[one.frame["age"], 30, 30],
            z=np.r_[np.zeros(12), 1, 1],
        )
        for one in (sparse(0.0, own, theirs), sparse(100.0, own, theirs))
    )
    assert results(shifted, 1, ["age", "z"])[0].estimate == pytest.approx(
        results(case, 1, ["age", "z"])[0].estimate, abs=1e-9
    )
    assert results(case, 1, ["age", "z"])[0].estimate == pytest.approx(
        1.516667, abs=1e-6
    )  # the mean of six exact matches


@pytest.mark.parametrize(("curve", "told"), [(0.5, True), (0.0, False)])
def test_a_bend_that_a_linear_correction_leaves_is_told(curve, told):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 4))
    treated = (rng.random(400) < 1 / (1 + np.exp(-0.7 * x[:, 0]))) * 1.0
    now = x[:, 0] + curve * x[:, 0] ** 2 + rng.normal(size=400)
    names = [f"x{k}" for k in range(4)]
    for one in results(sample(now, treated, **dict(zip(names, x.T, strict=True))), 1, names):
        assert (EstimateReason.CURVED() in one.reasons) == told


def test_covariates_of_two_answers_have_no_bend():
    case = people(300, effect=1.0, selected=1.0)
    assert (
        EstimateReason.CURVED()
        not in results(sample(case["score_now"], case["group"], z=case["z"]), 1, ["z"])[0].reasons
    )
