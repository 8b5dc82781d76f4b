"""Many indicators: published p values, Anderson's algorithm written out, pyfixest, and false alarms where
nothing happened.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from evaluation_cases import LINES, indicator, people, programme, sample, spec
from manfaat.evaluation import families, indexes, methods, romano_wolf
from manfaat.evaluation.estimate import Settings, margins
from manfaat.evaluation.ladder import estimate_stages

# Benjamini and Hochberg (1995), section 4.1: fifteen tests of a trial of thrombolysis
PUBLISHED = np.array(
    [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
)
DIFFERENCE = {"method": "difference_in_means", "id": "difference", "std_errors": ["HC2"]}
SETTINGS = Settings("trial", "randomised", "difference", draws=1_999)


def as_printed(p: np.ndarray) -> np.ndarray:
    """Sharpened q values by the steps of Anderson's (2008) code: q from 1 downwards, two stages each, the
    last rejected rank.
    """
    order, count = np.argsort(p, kind="stable"), len(p)
    q = np.ones(count)
    for thousandth in range(1_000, 0, -1):
        level = thousandth / 1_000
        first = level / (1 + level)
        rejected = 0
        for rank, place in enumerate(order, start=1):
            if p[place] <= first * rank / count:
                rejected = rank
        second = first * count / (count - rejected) if rejected < count else np.inf
        last = 0
        for rank, place in enumerate(order, start=1):
            if p[place] <= second * rank / count:
                last = rank
        for rank, place in enumerate(order, start=1):
            if rank <= last:
                q[place] = level
    return q


def study(
    n: int, count: int, seed: int, *, effects: tuple[float, ...] = (), clusters: int = 0
) -> tuple[pd.DataFrame, list]:
    """People with several correlated outcomes; of whole clusters where asked."""
    rng = np.random.default_rng(seed)
    table = people(n, 0.0, seed).assign(place=np.arange(n) % clusters if clusters else np.arange(n))
    if clusters:
        table["group"] = (table["place"] % 2).astype(float)
    common = rng.normal(size=n) + (rng.normal(size=clusters)[table["place"]] if clusters else 0.0)
    for number in range(count):
        effect = effects[number] if number < len(effects) else 0.0
        table[f"s{number}"] = 0.7 * common + rng.normal(size=n) + effect * table["group"]
    lines = [
        indicator(f"s{number}", "now", "effect", f"s{number}").model_copy(update={"family": "all"})
        for number in range(count)
    ]
    return table, [*LINES[:-1], *lines]


def examined(
    table: pd.DataFrame, lines: list, specs=(DIFFERENCE,), settings: Settings = SETTINGS, **design
) -> tuple[pd.DataFrame, pd.DataFrame]:
    declared = programme(list(specs), **design)
    estimates = estimate_stages(table, declared, lines, settings, stages=("outcome",))
    tests = families.family_table(estimates, lines)
    return estimates, romano_wolf.adjusted(tests, table, declared, lines, settings)


def test_published_p_values():
    rejected = {
        "bonferroni": (PUBLISHED * 15 <= 0.05).sum(),
        "holm": (families.holm(pd.Series(PUBLISHED)) <= 0.05).sum(),
        "bh": (families.benjamini_hochberg(PUBLISHED) <= 0.05).sum(),
        "by": multipletests(PUBLISHED, method="fdr_by")[0].sum(),
    }
    assert rejected == {"bonferroni": 3, "holm": 3, "bh": 4, "by": 3}
    assert families.benjamini_hochberg(PUBLISHED)[:5].round(4).tolist() == [
        0.0015,
        0.0030,
        0.0095,
        0.0356,
        0.0603,
    ]


@pytest.mark.parametrize("seed", range(6))
def test_sharpened_q_values_as_printed(seed):
    rng = np.random.default_rng(seed)
    for p in (
        PUBLISHED,
        rng.random(12),
        rng.random(20) ** 4,
        np.repeat(rng.random(4), 3),
        rng.random(1),
        np.array([0.0, 1.0]),
    ):
        assert families.sharpened(p) == pytest.approx(as_printed(p), abs=1e-12)
    assert len(families.sharpened(np.array([]))) == 0


def test_each_indicator_counts_once_and_raw_and_adjusted_are_both_there():
    table, lines = study(200, 4, 1, effects=(0.8,))
    lines = [*lines[:-1], lines[-1].model_copy(update={"family": "other"})]
    adjusted = {"method": "regression", "covariates": ["x"], "std_errors": ["HC1"]}
    estimates, tests = examined(table, lines, (DIFFERENCE, adjusted))
    assert list(tests.columns) == families.COLUMNS
    assert tests["n_tests"].tolist() == [3, 3, 3, 1]
    assert tests["holm"].tolist()[:3] == pytest.approx(multipletests(tests["p"][:3], method="holm")[1])
    assert tests["holm"][3] == tests["p"][3]
    assert tests["bh"].tolist() == pytest.approx(multipletests(tests["p"], method="fdr_bh")[1])
    filled = families.with_adjusted(estimates, tests)
    main = filled[filled["is_primary"]]
    assert main["p_adjusted"].tolist() == tests["holm"].tolist()
    assert set(main["p_adjusted_kind"]) == {families.HOLM_KIND}
    assert main["p_value"].tolist() == tests["p"].tolist()
    assert filled.loc[~filled["is_primary"], "p_adjusted"].isna().all()


def test_tests_without_numbers_are_no_tests():
    table, lines = study(60, 3, 2)
    _, tests = examined(table.assign(s1=1.0), lines)
    assert tests["indicator"].tolist() == ["s0", "s2"]
    assert set(tests["n_tests"]) == {2}
    _, none = examined(table.assign(s0=1.0, s1=1.0, s2=1.0), lines)
    assert none.empty
    assert list(none.columns) == families.COLUMNS


def test_raters_are_tests_of_their_own():
    table, lines = study(100, 2, 3)
    twice = [
        line.model_copy(update={"indicator": "s", "rater": rater})
        for line, rater in zip(lines[-2:], ("self", "supervisor"), strict=True)
    ]
    _, tests = examined(table, [*lines[:-2], *twice])
    assert tests["rater"].tolist() == ["self", "supervisor"]
    assert set(tests["n_tests"]) == {2}


def by_repeated_regression(table: pd.DataFrame, count: int, draws: int) -> np.ndarray:
    """Romano–Wolf as Clarke, Romano and Wolf (2020) print it: regress anew in every draw of a wild bootstrap
    that imposes the null.
    """
    rng, x = np.random.default_rng(3), np.column_stack([np.ones(len(table)), table["group"]])
    outcomes = table[[f"s{k}" for k in range(count)]].to_numpy()

    def t_values(y: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(x.T @ x)
        beta = inverse @ x.T @ y
        residuals = y - x @ beta
        scores = (inverse @ x.T)[1][:, None] * residuals
        return np.abs(beta[1]) / np.sqrt((scores**2).sum(axis=0) * len(y) / (len(y) - 2))

    seen, null = t_values(outcomes), outcomes - outcomes.mean(axis=0)
    drawn = np.array(
        [
            t_values(outcomes.mean(axis=0) + null * rng.choice([-1.0, 1.0], len(table))[:, None])
            for _ in range(draws)
        ]
    )
    left, found, last = list(range(count)), np.empty(count), 0.0
    while left:
        best = max(left, key=lambda k: seen[k])
        last = max(last, (1 + sum(drawn[:, left].max(axis=1) >= seen[best])) / (1 + draws))
        found[best] = last
        left.remove(best)
    return found


@pytest.mark.slow
def test_romano_wolf_as_by_repeated_regression():
    table, lines = study(150, 5, 4, effects=(0.45, 0.4, 0.3))
    _, tests = examined(
        table,
        lines,
        ({**DIFFERENCE, "std_errors": ["HC1"]},),
        Settings("trial", "randomised", "difference", draws=60_000),
    )
    assert tests["romano_wolf"].to_numpy() == pytest.approx(
        by_repeated_regression(table, 5, 9_999), abs=0.015
    )
    # pyfixest 0.60: rwolf([feols(f"s{k} ~ group", table, vcov="HC1") for k in range(5)], "group", reps=499,
    # seed=1, sampling_method="ri")
    assert tests["romano_wolf"].to_numpy() == pytest.approx([0.160, 0.198, 0.320, 0.430, 0.674], abs=0.04)
    assert (tests["romano_wolf"] >= tests["p"] - 0.015).all()
    assert (tests["romano_wolf"] <= tests["holm"] + 0.01).all()  # what is known of their dependence is used


def test_step_down_values_never_fall_and_count_those_left():
    drawn = np.array([[4.0, 1.0, 1.0], [3.0, 4.0, 2.0], [2.0, 2.0, 4.0], [1.0, 3.0, 3.0]])
    # ranks as p values: test 1 gives .25 .5 .75 1, test 2 1 .25 .75 .5, test 3 1 .75 .25 .5; smallest of all:
    # .25 .25 .25 .5
    # p = .25: three of four draws, (1 + 3) / 5; then of tests 2 and 3 1 .25 .25 .5 against .5: 4 / 5; of test
    # 2 alone .25 .5 against .6: 3 / 5
    assert families.step_down(np.array([0.25, 0.6, 0.5]), drawn).tolist() == [0.8, 0.8, 0.8]
    assert families.step_down(np.array([0.2, 0.6, 0.4]), drawn).tolist() == pytest.approx([0.2, 0.6, 0.6])
    # ties are one rank, the larger
    assert families.step_down(np.array([0.5]), np.array([[1.0], [1.0], [0.0]])).tolist() == [0.5]


@pytest.mark.parametrize("design", [(12, 3, 0), (60, 6, 0), (90, 45, 6)])
def test_one_test_alone_keeps_its_p_value_and_none_falls_below_it(design):
    # six of 60 treated: p .087 by 6 degrees of freedom; judged by nearly normal draws it was .023
    n, treated, clusters = design
    for seed in range(5):
        table, _ = study(n, 4, seed, clusters=clusters)
        lot = table["group"] if clusters else pd.Series((np.arange(n) < treated) * 1.0)
        more = {"cluster_": table["place"]} if clusters else {}
        found = [
            methods.difference_in_means(
                sample(table[f"s{k}"], lot, **more), spec("difference_in_means", ("auto",))
            )[0][0]
            for k in range(4)
        ]
        p = np.array([margins(one, SETTINGS)[2] for one in found])
        scores = (
            pd.DataFrame([one.scores for one in found]).T.groupby(table["place"].to_numpy()).sum().to_numpy()
        )
        drawn = families.drawn_statistics(scores, 1_999, seed)
        assert families.step_down(p[:1], drawn[:, :1]) == pytest.approx(p[:1], abs=0.001)
        assert (families.step_down(p, drawn) >= p).all()


def test_whole_clusters_change_sign_together():
    table, lines = study(120, 3, 11, clusters=12)
    _, tests = examined(table, lines, ({**DIFFERENCE, "std_errors": ["CR2"]},), cluster="place")
    found = [
        methods.difference_in_means(
            sample(table[f"s{k}"], table["group"], cluster_=table["place"]),
            spec("difference_in_means", ("CR2",)),
        )[0][0]
        for k in range(3)
    ]
    scores = np.column_stack([np.bincount(table["place"], weights=one.scores) for one in found])
    expected = families.step_down(
        tests["p"].to_numpy(), families.drawn_statistics(scores, SETTINGS.draws, SETTINGS.seed)
    )
    assert tests["romano_wolf"].tolist() == expected.tolist()


@pytest.mark.slow
def test_many_units_give_what_signs_would_give():
    rng = np.random.default_rng(5)
    scores = rng.normal(size=(1_200, 4)) + rng.normal(size=(1_200, 1))
    few = families.step_down(
        2 * stats.norm.sf([2.5, 2.1, 1.0, 2.4]), families.drawn_statistics(scores[:1_000], 20_000, 1)
    )
    many = families.step_down(
        2 * stats.norm.sf([2.5, 2.1, 1.0, 2.4]), families.drawn_statistics(scores, 20_000, 2)
    )
    assert many == pytest.approx(few, abs=0.012)


def drawn_p_values(
    seed: int, clusters: int, kind: str, *, heed: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Raw and step-down p values of five outcomes that nothing changed; ``heed``: sum the scores by
    cluster.
    """
    table, _ = study(90, 5, seed, clusters=clusters)
    more = {"cluster_": table["place"]} if clusters and heed else {}
    found = [
        methods.difference_in_means(
            sample(table[f"s{k}"], table["group"], **more), spec("difference_in_means", (kind,))
        )[0][0]
        for k in range(5)
    ]
    place = table["place"] if clusters and heed else table.index
    scores = pd.DataFrame([one.scores for one in found]).T.groupby(np.asarray(place)).sum().to_numpy()
    p = np.array([margins(one, SETTINGS)[2] for one in found])
    return p, families.step_down(p, families.drawn_statistics(scores, 499, seed))


@pytest.mark.slow
@pytest.mark.parametrize(("clusters", "kind"), [(0, "HC2"), (30, "CR2")])
def test_false_alarms_in_a_family_are_as_rare_as_said(clusters, kind):
    pairs = [drawn_p_values(1_000 + seed, clusters, kind) for seed in range(250)]
    alarms = [np.mean([(p <= 0.05).any() for p in column]) for column in zip(*pairs, strict=True)]
    holm = np.mean([(families.holm(pd.Series(p)) <= 0.05).any() for p, _ in pairs])
    assert alarms[0] > 0.10
    assert holm < 0.08
    assert alarms[1] == pytest.approx(0.05, abs=0.035)


@pytest.mark.slow
def test_ignoring_clusters_would_be_wrong():
    # scores of single units, although whole clusters were assigned, give false alarms far more often: the
    # sums by cluster matter
    alarms = np.mean(
        [(drawn_p_values(2_000 + seed, 10, "HC2", heed=False)[1] <= 0.05).any() for seed in range(100)]
    )
    assert alarms > 0.15


def test_methods_without_scores_say_nothing():
    table, lines = study(80, 2, 6)
    matching = {"method": "nearest_neighbour", "id": "difference", "covariates": ["x"], "std_errors": ["AI"]}
    _, tests = examined(table, lines, (matching,))
    assert tests["romano_wolf"].isna().all()
    assert set(tests["romano_wolf_reason"]) == {"no_scores"}
    assert tests["holm"].notna().all()


WEIGHTED = [
    {"method": "regression", "covariates": ["x"], "std_errors": ["HC1"]},
    {"method": "inverse_probability_weighting", "covariates": ["x"], "std_errors": ["influence"]},
    {"method": "doubly_robust", "covariates": ["x"], "std_errors": ["influence"]},
    {"method": "entropy_balancing", "covariates": ["x"], "std_errors": ["influence"]},
    {
        "method": "instrumental_variables",
        "instrument": "group",
        "treatment": ["taken"],
        "std_errors": ["HC1"],
    },
]


@pytest.mark.parametrize("one", WEIGHTED, ids=lambda one: one["method"])
def test_every_method_with_scores_has_step_down_values(one):
    table, lines = study(200, 3, 7, effects=(1.0,))
    taken = table["group"] * (np.arange(200) % 5 > 0)
    _, tests = examined(table.assign(taken=taken), lines, ({**one, "id": "difference"},))
    assert tests["romano_wolf"].notna().all()
    assert tests["romano_wolf"][0] < 0.01
    assert (tests["romano_wolf"] >= 0.9 * tests["p"] - 0.02).all()


def test_index_weights_are_row_sums_of_the_inverse_covariance():
    table, lines = study(300, 3, 8)
    members = lines[-3:]
    table["s2"] = -table["s2"]
    members[2] = members[2].model_copy(update={"direction": "lower"})
    index = indexes.family_index(table, members, programme([DIFFERENCE]), lines)
    aside = table["group"] == 0
    z = np.column_stack(
        [
            sign * (table[name] - table.loc[aside, name].mean()) / table.loc[aside, name].std()
            for name, sign in (("s0", 1), ("s1", 1), ("s2", -1))
        ]
    )
    inverse = np.linalg.inv(np.cov(z, rowvar=False))
    expected = (
        z @ inverse @ np.ones(3) / (np.ones(3) @ inverse @ np.ones(3))
    )  # Anderson (2008), section 3.2.1
    assert index.values.to_numpy() == pytest.approx(expected)
    assert sum(index.weights.values()) == pytest.approx(1)


def test_index_is_estimated_by_the_primary_specification():
    table, lines = study(400, 4, 9, effects=(0.5, 0.5, 0.5, 0.5))
    rows = indexes.index_estimates(table, programme([DIFFERENCE]), lines, SETTINGS)
    assert rows["indicator"].tolist() == ["index_all"]
    row = rows.iloc[0]
    assert row["is_primary"]
    assert row["ci_low"] > 0
    missing = table.assign(s3=np.where(np.arange(400) % 3 == 0, np.nan, table["s3"]))
    assert (
        indexes.index_estimates(missing, programme([DIFFERENCE]), lines, SETTINGS)["n"].iloc[0] == 200
    )  # what was measured counts


def test_no_index_of_one_indicator_or_of_repeats():
    table, lines = study(100, 2, 10)
    assert indexes.family_index(table, lines[-1:], programme([DIFFERENCE]), lines) is None
    assert (
        indexes.family_index(table.assign(s1=table["s0"]), lines[-2:], programme([DIFFERENCE]), lines) is None
    )
    neutral = [line.model_copy(update={"direction": "neutral"}) for line in lines[-2:]]
    assert indexes.family_index(table, neutral, programme([DIFFERENCE]), lines) is None
    assert indexes.family_index(table.assign(group=1.0), lines[-2:], programme([DIFFERENCE]), lines) is None
