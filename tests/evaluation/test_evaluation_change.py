"""Change of participants alone and ordered answers: published numbers, other programs, simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.miscmodels.ordinal_model import OrderedModel

from evaluation_cases import LINES, indicator, ladder, people, programme, sample, spec
from manfaat.evaluation import categories, change, methods, ordered
from manfaat.evaluation.estimate import Inference, Settings, minimum_detectable
from manfaat.evaluation.ladder import estimate_stages, on_its_own_scale
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError

# Student (1908): hours of additional sleep of ten patients under two drugs
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SLEEP = sample(FIRST, [1] * 10, before=SECOND)
# Madsen (1976): satisfaction (low, medium, high) of tenants, by influence (3), type of housing (4) and
# contact (2), satisfaction first
HOUSING = [
    21,
    21,
    28,
    34,
    22,
    36,
    10,
    11,
    36,
    61,
    23,
    17,
    43,
    35,
    40,
    26,
    18,
    54,
    13,
    9,
    10,
    8,
    8,
    12,
    6,
    7,
    9,
    18,
    6,
    7,
    15,
    13,
    13,
    7,
    5,
    11,
    14,
    19,
    37,
    17,
    23,
    40,
    3,
    5,
    23,
    78,
    46,
    43,
    48,
    45,
    86,
    15,
    25,
    62,
    20,
    23,
    20,
    10,
    22,
    24,
    7,
    10,
    21,
    57,
    23,
    13,
    31,
    21,
    13,
    5,
    6,
    13,
]
# Stuart (1955): unaided distance vision of 7,477 women, right eye by left
VISION = np.array([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]])


def only(sized) -> tuple:
    return sized[0]


def test_students_sleep_as_published():
    result, (size, kind) = only(methods.before_after_change(SLEEP, spec("before_after_change")))
    assert result.estimate / result.std_error == pytest.approx(-4.0621, abs=5e-5)
    assert result.estimate == pytest.approx(-1.58)
    assert 2 * stats.t.sf(4.0621, 9) == pytest.approx(0.00283, abs=5e-6)
    margin = stats.t.ppf(0.975, 9) * result.std_error
    assert [result.estimate - margin, result.estimate + margin] == pytest.approx([-2.4599, -0.7001], abs=5e-5)
    assert (round(size, 4), kind) == (-1.2846, change.D_Z_KIND)


def test_three_effect_sizes_each_with_its_name_and_interval():
    sized = change.standardised_change(SLEEP, spec("standardised_change", ("normal_theory",)))
    found = {str(result.about): (result, size, kind) for result, (size, kind) in sized}
    assert list(found) == ["d_z", "d_av", "g_av"]
    assert found["d_z"][1] == pytest.approx(-1.2846, abs=5e-5)
    assert found["d_av"][1] == pytest.approx(-0.8335, abs=5e-5)
    assert found["g_av"][1] == pytest.approx(-0.8335 * (1 - 3 / 35), abs=5e-5)
    # R: f <- function(p) uniroot(function(n) pt(-4.0621277, 9, n) - p, c(-20, 10), tol = 1e-10)$root /
    # sqrt(10); c(f(.975), f(.025))
    assert found["d_z"][0].interval == pytest.approx((-2.118017, -0.4146278), abs=2e-6)
    assert len({kind for _, _, kind in found.values()}) == 3
    assert all(result.p_value == pytest.approx(0.002833, abs=5e-7) for result, _, _ in found.values())


@pytest.mark.parametrize(
    ("n", "expected"), [(20, 0.660), (30, 0.529), (50, 0.404), (60, 0.368), (80, 0.317), (100, 0.283)]
)
def test_minimum_detectable_change_as_tabulated(n, expected):
    rng = np.random.default_rng(n)
    frame = sample(rng.normal(size=n), np.ones(n), before=rng.normal(size=n))
    result = change.standardised_change(frame, spec("standardised_change", ("normal_theory",)))[0][0]
    # the table's numbers are exact powers (statsmodels TTestPower); the closed form is up to 0.0006 larger
    assert minimum_detectable(
        result.null_error, result.df, Settings("x", "randomised", "x")
    ) == pytest.approx(expected, abs=1.1e-3)


@pytest.mark.parametrize(
    ("n", "expected"),
    [(20, 0.909), (30, 0.736), (50, 0.566), (60, 0.516), (80, 0.446), (100, 0.398), (150, 0.325)],
)
def test_minimum_detectable_difference_as_tabulated(n, expected):
    assert minimum_detectable(np.sqrt(2 / n), 2 * n - 2, Settings("x", "randomised", "x")) == pytest.approx(
        expected, abs=1.1e-3
    )


@pytest.mark.simulation
def test_intervals_of_effect_sizes_cover_as_often_as_they_say():
    rng, n, inside = np.random.default_rng(5), 25, {"d_z": 0, "d_av": 0}
    for _ in range(1_000):
        before = rng.normal(0, 1, n)
        now = 0.6 * before + rng.normal(0.7, 1.1, n)
        for result, _ in change.standardised_change(
            sample(now, np.ones(n), before=before), spec("standardised_change", ("normal_theory",))
        )[:2]:
            truth = (
                0.7 / np.sqrt(0.4**2 + 1.1**2)
                if result.about.measure == "d_z"
                else 0.7 / ((1 + np.sqrt(0.6**2 + 1.1**2)) / 2)
            )
            margin = stats.t.ppf(0.975, result.df) * result.std_error
            low, high = result.interval or (result.estimate - margin, result.estimate + margin)
            inside[str(result.about)] += low <= truth <= high
    assert inside["d_z"] / 1_000 == pytest.approx(0.95, abs=0.02)
    assert inside["d_av"] / 1_000 == pytest.approx(0.95, abs=0.025)


@pytest.mark.simulation
@pytest.mark.parametrize(("law", "people"), [("normal", 60), ("gamma", 60), ("heavy tails", 130)])
def test_d_z_covers_also_where_changes_are_not_normal(law, people):
    """Noncentral t covers .99 of the gamma changes and .89 of those with heavy tails, however many there
    are.
    """
    rng, draws = np.random.default_rng(6), 500
    make = {
        "normal": rng.standard_normal,
        "gamma": lambda size: rng.gamma(2, 1, size) / np.sqrt(2) - np.sqrt(2),
    }
    make["heavy tails"] = lambda size: rng.standard_t(5, size) * np.sqrt(0.6)
    hits = 0
    for _ in range(draws):
        _, low, high = change.standardised_interval(1 + make[law](people), 0.95)
        hits += low <= 1 <= high
    assert 0.925 <= hits / draws <= 0.985


def test_pseudo_median_as_in_r():
    # R: wilcox.test(x, conf.int = TRUE)
    short = np.array([1.1, 2.2, -0.3, 4.1, 0.7, 1.9, -0.8, 2.6])
    assert change.pseudo_median(short, 0.95) == pytest.approx((1.475, -0.05, 3.0))
    longer = [
        2.341,
        -2.256,
        0.718,
        -0.268,
        -0.153,
        0.084,
        -1.72,
        0.068,
        -0.565,
        3.623,
        0.526,
        -0.053,
        0.019,
        -0.368,
        -0.755,
    ]
    longer += [
        -0.091,
        0.782,
        0.061,
        1.258,
        0.1,
        0.324,
        1.846,
        0.845,
        -0.205,
        0.117,
        0.841,
        2.235,
        0.03,
        0.056,
        1.302,
    ]
    assert change.pseudo_median(np.array(longer), 0.95) == pytest.approx((0.2725, -0.0345, 0.6835))
    result, _ = only(
        change.signed_rank_change(
            sample(longer, np.ones(30), before=np.zeros(30)), spec("signed_rank_change", ("signed_rank",))
        )
    )
    assert result.p_value == pytest.approx(0.096102, abs=5e-7)


@pytest.mark.slow
def test_pseudo_median_of_many_needs_no_table_of_all_averages():
    for values in (
        np.random.default_rng(1).normal(size=3_000),
        np.random.default_rng(2).exponential(size=2_501).round(3),
    ):
        first, second = np.triu_indices(len(values))
        averages = np.sort((values[first] + values[second]) / 2)
        total, rank = len(averages), change.interval_rank(len(values), 0.95)
        expected = (np.median(averages), averages[rank - 1], averages[total - rank])
        assert change.pseudo_median(values, 0.95) == pytest.approx(expected, abs=1e-12)
    assert np.isfinite(change.pseudo_median(np.random.default_rng(3).normal(size=100_000), 0.95)).all()


def test_signed_rank_interval_and_test_agree():
    rng = np.random.default_rng(4)
    for _ in range(200):
        values = rng.normal(0.4, 1, 15)
        _, low, high = change.pseudo_median(values, 0.95)
        assert (stats.wilcoxon(values).pvalue <= 0.05) == (low > 0 or high < 0)


def test_mcnemar_as_published():
    # Bentur et al. (2009) in Fagerland, Lydersen and Laake (2013): of 21 children 7 gained and 1 lost airway
    # hyper-responsiveness
    before = [1.0] * 2 + [0.0] * 19
    now = [1.0, 0.0] + [1.0] * 7 + [0.0] * 12
    found = {
        result.std_error_kind: result
        for result, _ in categories.paired_shares(
            sample(now, np.ones(21), before=before), spec("paired_shares", ("exact", "mid_p"))
        )
    }
    assert found["exact"].p_value == pytest.approx(0.0703, abs=5e-5)
    assert found["mid_p"].p_value == pytest.approx(0.0391, abs=5e-5)
    assert found["exact"].estimate == pytest.approx(6 / 21)
    assert change.discordant_test(4, 4, "mid_p") == pytest.approx(1 - 0.5 * stats.binom.pmf(4, 8, 0.5))
    # the adjusted interval of Bonett and Price: (c + 1 − b − 1) / (n + 2) ± z √((b + c + 2 − (c − b)² / (n +
    # 2)) / (n + 2)²)
    centre, error = 6 / 23, np.sqrt((10 - 36 / 23) / 23**2)
    assert found["exact"].interval == pytest.approx((centre - 1.959964 * error, centre + 1.959964 * error))


@pytest.mark.simulation
def test_interval_of_a_net_share_covers_as_often_as_it_says():
    rng, truth, inside = np.random.default_rng(6), 0.10, 0
    for _ in range(4_000):
        rose, fell, _ = rng.multinomial(60, [0.2, 0.1, 0.7])
        found = change.net_share(rose, fell, 60, "mid_p", 0.95)
        inside += found.interval[0] <= truth <= found.interval[1]
    assert inside / 4_000 == pytest.approx(0.95, abs=0.015)


def test_stuart_maxwell_and_bowker_as_published():
    # Stuart (1955), as in R: coin::mh_test(vision), Q = 11.96; mcnemar.test(vision) gives Bowker's 19.107, df
    # 6, p .003987
    stuart, bowker = categories.marginal_tests(VISION)
    assert (round(stuart.statistic, 2), stuart.df) == (11.96, 3)
    assert (round(bowker.statistic, 3), bowker.df, round(bowker.p_value, 6)) == (19.107, 6, 0.003987)
    empty = np.zeros((5, 5), dtype=int)
    empty[:4, :4] = VISION
    assert categories.marginal_tests(empty) == (stuart, bowker)
    assert categories.marginal_tests(np.diag([3, 4])) == (None, None)


def test_levels_tell_who_moved_and_protect_the_few():
    before, now = np.repeat(np.indices(VISION.shape).reshape(2, -1).astype(float), VISION.ravel(), axis=1)
    sized = categories.marginal_homogeneity(
        sample(now, np.ones(len(now)), before=before), spec("marginal_homogeneity", ("mid_p",))
    )
    assert [str(result.about) for result, _ in sized] == ["level 0", "level 1", "level 2", "level 3"]
    margins = (VISION.sum(axis=0) - VISION.sum(axis=1)) / VISION.sum()
    assert [result.estimate for result, _ in sized] == pytest.approx(list(margins))
    assert EstimateReason.STUART_MAXWELL(statistic=11.96, df=3, p=0.0076) in sized[0][0].reasons
    few = sample(
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 2.0] * 3, np.ones(30), before=[0, 1, 1, 0, 0, 1, 0, 0, 1, 1.0] * 3
    )
    refused = {
        str(result.about): result.is_refused
        for result, _ in categories.marginal_homogeneity(few, spec("marginal_homogeneity", ("mid_p",)))
    }
    assert refused == {"level 0": False, "level 1": False, "level 2": True}


def test_proportional_odds_as_published():
    # R: MASS::polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, Hess = TRUE)
    place = np.arange(72)
    infl, kind, cont = place // 3 % 3, place // 9 % 4, place // 36
    x = np.column_stack([infl == 1, infl == 2, kind == 1, kind == 2, kind == 3, cont == 1]).astype(float)
    fitted = ordered.proportional_odds(place % 3, x, np.array(HOUSING, float))
    assert fitted.beta.round(4).tolist() == [0.5664, 1.2888, -0.5724, -0.3662, -1.0910, 0.3603]
    assert fitted.thresholds.round(4).tolist() == [-0.4961, 0.6907]
    assert fitted.deviance == pytest.approx(3479.15, abs=0.005)
    errors = np.sqrt(np.diag(np.linalg.inv(fitted.information)))
    assert errors[2:] == pytest.approx(
        [0.1046528, 0.1271561, 0.1192380, 0.1551733, 0.1514860, 0.0955358], rel=2e-5
    )


def levelled(n: int, seed: int, effect: float = 0.6) -> pd.DataFrame:
    table = people(n, effect, seed)
    return table.assign(
        **{name: np.digitize(table[name], [-1, 0, 1]).astype(float) for name in ("score_now", "score_before")}
    )


def test_odds_ratio_between_groups_as_in_statsmodels():
    table = levelled(400, 3)
    case = sample(table["score_now"], table["group"], x=table["x"])
    (result, (odds, kind)), (ratio, _) = ordered.ordered_logit(
        case, spec("ordered_logit", ("influence",), covariates=["x"])
    )
    model = OrderedModel(table["score_now"], table[["group", "x"]], distr="logit").fit(
        method="bfgs", disp=False, gtol=1e-8
    )
    assert result.estimate == pytest.approx(model.params["group"], abs=1e-5)
    assert result.std_error == pytest.approx(model.bse["group"], rel=0.08)  # sandwich against inverse Hessian
    assert (odds, kind) == (pytest.approx(np.exp(result.estimate)), ordered.ODDS_KIND)
    assert ratio.estimate == pytest.approx(odds)
    assert ratio.interval[0] < odds < ratio.interval[1]
    assert (ratio.interval[0] > 1 or ratio.interval[1] < 1) == (ratio.p_value < 0.05)


def test_check_of_proportional_odds_as_by_stacked_logits():
    # independent: one GEE over the stacked cuts with persons as clusters, Wald test of cut × treatment
    table = levelled(300, 4)
    level, x = table["score_now"].astype(int).to_numpy(), table[["group", "x"]].to_numpy()
    found = ordered.same_odds(level, x, np.ones(300), np.arange(300))
    rows = []
    for cut in range(3):
        own = np.column_stack([np.ones(300), x])
        rows.append(np.column_stack([own * (cut == other) for other in range(3)]))
    outcome = np.concatenate([(level > cut).astype(float) for cut in range(3)])
    fitted = GEE(
        outcome,
        np.vstack(rows),
        groups=np.tile(np.arange(300), 3),
        family=Binomial(),
        cov_struct=Independence(),
    ).fit()
    contrast = np.zeros((2, 9))
    contrast[0, [1, 4]] = contrast[1, [4, 7]] = [-1, 1]
    apart = contrast @ fitted.params
    expected = apart @ np.linalg.solve(contrast @ fitted.cov_params() @ contrast.T, apart)
    assert found == (pytest.approx(expected, rel=1e-5), 2)


def test_then_and_now_counts_each_person_once():
    # the standard error of two answers of a person: statsmodels GEE of a yes-or-no item, persons as clusters
    table = levelled(300, 5).assign(
        score_now=lambda t: (t["score_now"] > 1) * 1.0, score_before=lambda t: (t["score_before"] > 1) * 1.0
    )
    case = sample(table["score_now"], np.ones(300), before=table["score_before"])
    result, _ = only(ordered.ordered_change(case, spec("ordered_change", ("CR1",))))
    outcome = np.concatenate([table["score_before"], table["score_now"]])
    later = np.column_stack([np.ones(600), np.repeat([0.0, 1.0], 300)])
    fitted = GEE(
        outcome, later, groups=np.tile(np.arange(300), 2), family=Binomial(), cov_struct=Independence()
    ).fit()
    assert result.estimate == pytest.approx(fitted.params[1], abs=1e-6)
    assert result.std_error == pytest.approx(fitted.bse[1] * np.sqrt(300 / 299), rel=1e-5)


def test_probability_of_superiority_as_published():
    # Neubert and Brunner (2007), pain scores; R: lawstat::brunner.munzel.test(Y, N): 3.1375, df 17.683, p
    # .005786, .788961 [.5952169, .9827052]
    fewer, more = [1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], [3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4]
    case = sample(fewer + more, [0] * 14 + [1] * 11)
    result, (size, _) = only(
        ordered.probability_of_superiority(case, spec("probability_of_superiority", ("brunner_munzel",)))
    )
    assert size == pytest.approx(0.788961, abs=5e-7)
    assert result.estimate / result.std_error == pytest.approx(3.1375, abs=5e-5)
    assert result.df == pytest.approx(17.683, abs=5e-4)
    assert result.p_value == pytest.approx(0.005786, abs=5e-7)
    assert [(1 + end) / 2 for end in result.interval] == pytest.approx([0.5952169, 0.9827052], abs=5e-7)
    apart = sample([1, 2, 3, 4.0], [0, 0, 1, 1])
    with pytest.raises(NotApplicableError, match="all_exceed"):
        ordered.probability_of_superiority(apart, spec("probability_of_superiority", ("brunner_munzel",)))


def test_finite_population_correction_is_stated_and_the_uncorrected_stays():
    study = programme(
        [
            {
                "method": "before_after_change",
                "id": "difference",
                "std_errors": ["classical", "finite_population"],
            }
        ]
    )
    rows = ladder(people(100), study, trained=120).set_index("std_error_kind")
    assert rows.loc["finite_population", "std_error"] / rows.loc["classical", "std_error"] == pytest.approx(
        np.sqrt((120 - 50) / 119)
    )
    assert "finite_population(n=50, total=120, factor=0.767)" in rows.loc["finite_population", "reasons"]
    unknown = ladder(people(100), study).set_index("std_error_kind")["reasons"]
    assert unknown["finite_population"] == "trained_unknown"
    everyone = ladder(people(100), study, trained=50).set_index("std_error_kind")
    assert pd.isna(everyone.loc["finite_population", "std_error"])
    assert not pd.isna(everyone.loc["classical", "std_error"])


@pytest.mark.simulation
def test_finite_population_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(7)
    all_of_them = rng.normal(0.3, 1, 60)
    inside, rows = 0, spec("before_after_change", ("finite_population",))
    for _ in range(1_500):
        drawn = rng.choice(all_of_them, 40, replace=False)
        result, _ = only(
            methods.before_after_change(
                sample(drawn, np.ones(40), before=np.zeros(40)), rows, Inference(trained=60)
            )
        )
        inside += abs(result.estimate - all_of_them.mean()) <= stats.t.ppf(0.975, 39) * result.std_error
    assert inside / 1_500 == pytest.approx(0.95, abs=0.02)


def test_recalled_and_measured_baselines_stay_apart():
    table = people(80, 0.5).assign(score_then=lambda t: t["score_before"] - 1)
    lines = [*LINES, indicator("score_then", "then", "describe")]
    specs = [
        {"method": "before_after_change", "id": "difference", "std_errors": ["classical"]},
        {"method": "before_after_change", "id": "recalled", "baseline": "then", "std_errors": ["classical"]},
    ]
    settings = Settings("trial", "randomised", "difference")
    rows = estimate_stages(table, programme(specs), lines, settings, stages=("outcome",)).set_index(
        "specification"
    )
    assert rows.loc["recalled", "estimate"] == pytest.approx(rows.loc["difference", "estimate"] + 1)
    assert "recalled" in rows.loc["recalled", "reasons"]
    assert "recalled" not in rows.loc["difference", "reasons"]
    alone = estimate_stages(table, programme(specs), LINES, settings, stages=("outcome",)).set_index(
        "specification"
    )
    assert alone.loc["recalled", "reasons"] == "nobody_recalled"


def test_only_numbers_in_the_indicators_unit_are_drawn_together():
    specs = [
        {"method": "before_after_change", "id": "difference", "std_errors": ["classical"]},
        {"method": "standardised_change", "std_errors": ["normal_theory"]},
        {"method": "signed_rank_change", "std_errors": ["signed_rank"]},
        {"method": "sign_test", "std_errors": ["mid_p"]},
        {"method": "marginal_homogeneity", "std_errors": ["mid_p"]},
        {"method": "ordered_logit", "std_errors": ["influence"]},
        {"method": "probability_of_superiority", "std_errors": ["brunner_munzel"]},
    ]
    table = people(200, 0.5).assign(
        **{
            name: lambda t, name=name: (1.7 * t[name]).clip(-5, 5).round()
            for name in ("score_before", "score_now")
        }
    )
    rows = ladder(table, programme(specs)).dropna(subset=["estimate"])
    assert set(rows["specification"]) == {one.get("id", one["method"].replace("_", "-")) for one in specs}
    assert set(rows[on_its_own_scale(rows)]["specification"]) == {"difference", "signed-rank-change"}
