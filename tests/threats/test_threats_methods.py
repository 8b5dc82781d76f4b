"""The methods behind the threats, each against a published number, another implementation, brute force or a
known truth.
"""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm

from manfaat.base.disclosure import without_few
from manfaat.definitions.cohort import Denominators
from manfaat.evaluation.linear import basis, fit
from manfaat.evaluation.nuisance import logit
from manfaat.evaluation.sample import NotApplicableError
from manfaat.report import threat_words
from manfaat.report.words import Language
from manfaat.threats import driver, evalue, omitted, survival
from manfaat.threats.bounds import extreme_fills, imbens_manski, lee, lee_within, trimmed_mean
from manfaat.threats.leave_one_out import without_each
from manfaat.threats.omnibus import common_support, omnibus_test
from manfaat.threats.response import rake, response_gap, response_rates, response_weights
from manfaat.threats.rosenbaum import critical_gamma, optimal_pairs, signed_rank, upper_p
from manfaat.threats.specification_curve import drawn_in, subsets
from manfaat.threats.transitions import transition_matrix

NAN = np.nan

# --- bounds


def test_lee_by_hand():
    # all ten participants answer, eight of ten of the comparison group: a fifth of the participants is set
    # aside, from either end
    outcome = np.array([*range(1, 11), *[0.0] * 8, NAN, NAN])
    found = lee(outcome, np.repeat([1, 0], 10))
    assert (found.low, found.high, found.trimmed) == (
        pytest.approx(4.5),
        pytest.approx(6.5),
        pytest.approx(0.2),
    )
    turned = lee(
        -outcome, np.repeat([0, 1], 10)
    )  # the comparison group answers more often: now it is set aside from
    assert (turned.low, turned.high) == (pytest.approx(4.5), pytest.approx(6.5))


def test_a_unit_at_the_cut_counts_in_part():
    values = np.array([1.0, 2.0, 2.0, 2.0, 7.0])
    for kept in (0.3, 0.55, 0.8, 0.95):
        for largest in (True, False):
            copies = np.sort(np.repeat(values, 100))[:: -1 if largest else 1][: round(kept * 500)]
            mean, variance, _ = trimmed_mean(values, kept, largest=largest)
            assert mean == pytest.approx(copies.mean())
            assert variance == pytest.approx(copies.var())


def answers_lost(
    n: int, rng: np.random.Generator, effect: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A lottery after which participants answer more often, those who would gain most among them; 70 per cent
    answer in any case.
    """
    treated, x, luck = rng.permutation(n) % 2, (rng.random(n) < 0.5) * 1.0, rng.normal(size=n)
    always, induced = rng.random(n) < 0.7, rng.random(n) < 0.5 + 0.4 * x
    outcome = x + luck + treated * (effect + 0.8 * ~always)
    return np.where(always | (treated.astype(bool) & induced), outcome, NAN), treated, x.astype(int)


@pytest.mark.slow
def test_errors_of_lees_bounds_and_the_interval_hold_in_repeated_samples():
    rng, found, within, covered = np.random.default_rng(5), [], [], 0
    for _ in range(600):
        outcome, treated, x = answers_lost(600, rng)
        one = lee(outcome, treated)
        found.append((one.low, one.high, one.low_error, one.high_error))
        inside = lee_within(outcome, treated, x)
        within.append((inside.low, inside.high, inside.low_error, inside.high_error))
        low, high = one.interval(0.95)
        covered += low <= 0.5 <= high
    for bounds in (np.array(found), np.array(within)):
        assert bounds[:, 2].mean() == pytest.approx(bounds[:, 0].std(), rel=0.08)
        assert bounds[:, 3].mean() == pytest.approx(bounds[:, 1].std(), rel=0.08)
    assert covered / 600 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 600)
    assert np.mean(np.array(within)[:, 1] - np.array(within)[:, 0]) < np.mean(
        np.array(found)[:, 1] - np.array(found)[:, 0]
    )  # covariates tighten


def test_a_thin_stratum_does_not_take_the_bounds_of_hundreds_away():
    outcome, treated, x = answers_lost(600, np.random.default_rng(8))
    thin = np.array(
        [1.0, NAN, 3.0]
    )  # one answer among participants, none in the comparison group and one of a stratum where all took part
    more = (np.append(outcome, thin), np.append(treated, [1, 0, 1]), np.append(x, [7, 7, 8]))
    alone, found = lee_within(outcome, treated, x), lee_within(*more)
    assert (found.low, found.high, found.trimmed) == (alone.low, alone.high, alone.trimmed)
    assert (found.pooled, found.left_out, found.n) == (0, 3, alone.n)
    assert alone.left_out == 0


def test_cells_of_few_answers_are_bounded_together():
    rng = np.random.default_rng(3)
    outcome, treated, _ = answers_lost(240, rng)
    cells = np.empty(240, dtype=int)
    for value in (0, 1):
        cells[treated == value] = np.arange(120) % 20  # six of each group a cell, of whom four or five answer
    found, whole = lee_within(outcome, treated, cells), lee(outcome, treated)
    assert (found.pooled, found.left_out) == (20, 0)
    assert (found.low, found.high) == (pytest.approx(whole.low), pytest.approx(whole.high))


def test_pairs_are_bounded_together_and_strata_of_other_shares_are_not_mixed():
    outcome, treated, _ = answers_lost(400, np.random.default_rng(9))
    order = np.argsort(treated, kind="stable")
    pairs = np.empty(400, dtype=int)
    pairs[order] = np.tile(np.arange(200), 2)
    whole, found = lee(outcome, treated), lee_within(outcome, treated, pairs)
    assert (found.low, found.high) == (pytest.approx(whole.low), pytest.approx(whole.high))
    assert (found.pooled, found.left_out) == (200, 0)
    # strata of one in three and of two in three, everyone answers: the effect is 0 in each, and 1/3 where
    # they are mixed
    drawn = np.tile([1, 0, 0, 1, 1, 0], 60)
    strata, level = np.repeat(np.arange(120), 3), np.tile(np.repeat([0.0, 1.0], 3), 60)
    noise = np.random.default_rng(1).normal(scale=1e-9, size=360)
    apart = lee_within(level + noise, drawn, strata)
    assert (apart.low, apart.high, apart.pooled) == (
        pytest.approx(0, abs=1e-6),
        pytest.approx(0, abs=1e-6),
        120,
    )
    assert lee(level + noise, drawn).low == pytest.approx(1 / 3, abs=1e-6)


def test_lee_is_the_difference_where_answers_are_as_frequent_in_both_groups():
    outcome, treated = np.array([1.0, 2, 4, NAN, 2, 2, 3, NAN]), np.repeat([1, 0], 4)
    found = lee(outcome, treated)
    difference = np.nanmean(outcome[:4]) - np.nanmean(outcome[4:])
    assert found.low == pytest.approx(difference)
    assert found.high == pytest.approx(difference)
    assert found.low_error == pytest.approx(
        np.sqrt(np.nanvar(outcome[:4]) / 3 + np.nanvar(outcome[4:], ddof=1) / 3)
    )


@pytest.mark.parametrize("answers", [[NAN] * 6, [1, NAN, NAN, 2, 3, 4], [1, 2, 3, NAN, NAN, 4]])
def test_bounds_need_two_answers_a_group(answers):
    with pytest.raises(NotApplicableError):
        lee(np.array(answers, float), np.repeat([1, 0], 3))


@pytest.mark.slow
def test_imbens_manski_between_one_sided_and_two_sided_and_covers_at_the_worst_point():
    assert imbens_manski(1.0, 1.0, 0.5, 0.5)[1] == pytest.approx(1 + 0.5 * norm.ppf(0.975), abs=1e-6)
    assert imbens_manski(0.0, 50.0, 0.5, 0.5)[0] == pytest.approx(-0.5 * norm.ppf(0.95), abs=1e-6)
    assert imbens_manski(0.0, 1.0, 0.0, 0.0) == (0.0, 1.0)
    rng, width = np.random.default_rng(2), 0.4
    draws = [imbens_manski(*(rng.normal(size=2) * [0.3, 0.2] + [0.0, width]), 0.3, 0.2) for _ in range(1_500)]
    for truth in (0.0, width):
        assert np.mean([low <= truth <= high for low, high in draws]) >= 0.95 - 3 * np.sqrt(
            0.95 * 0.05 / 1_500
        )


def test_extreme_fills_of_a_regression_are_the_extremes_of_all_ways_to_fill():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(12), rng.integers(0, 2, 12), rng.normal(size=12)])
    outcome, is_missing = rng.normal(size=12), np.arange(12) < 5
    prepared = basis(design, 1)

    def coefficient(values) -> float:
        return fit(prepared, np.where(is_missing, np.r_[values, np.zeros(7)], outcome)).estimate

    everything = [coefficient(values) for values in product((-2.0, 3.0), repeat=5)]
    assert coefficient(
        extreme_fills(prepared.influence, is_missing, -2.0, 3.0, lowest=True)
    ) == pytest.approx(min(everything))
    assert coefficient(
        extreme_fills(prepared.influence, is_missing, -2.0, 3.0, lowest=False)
    ) == pytest.approx(max(everything))


# --- Rosenbaum's gamma

# Lead in the blood of children of exposed workers and of neighbours, 33 pairs (Morton et al. 1982; Rosenbaum
# 2002, section 4.3)
EXPOSED = [
    38,
    23,
    41,
    18,
    37,
    36,
    23,
    62,
    31,
    34,
    24,
    14,
    21,
    17,
    16,
    20,
    15,
    10,
    45,
    39,
    22,
    35,
    49,
    48,
    44,
    35,
    43,
    39,
    34,
    13,
    73,
    25,
    27,
]
NEIGHBOURS = [
    16,
    18,
    18,
    24,
    19,
    11,
    10,
    15,
    16,
    18,
    18,
    13,
    19,
    10,
    16,
    16,
    24,
    13,
    9,
    14,
    21,
    19,
    7,
    18,
    19,
    12,
    11,
    22,
    25,
    16,
    13,
    11,
    13,
]
LEAD = signed_rank(np.array(EXPOSED, float) - np.array(NEIGHBOURS, float))


def test_gamma_of_the_lead_pairs():
    # rbounds::psens(EXPOSED, NEIGHBOURS)
    assert (LEAD.positive, LEAD.n) == (499.0, 32)
    for gamma, expected in (
        (1, 1e-5),
        (2, 0.00177),
        (3, 0.01306),
        (4, 0.03666),
        (4.25, 0.04414),
        (5, 0.06937),
    ):
        assert upper_p(LEAD, gamma) == pytest.approx(expected, abs=6e-6)


def test_critical_gamma_is_where_p_crosses():
    gamma = critical_gamma(LEAD, 0.05)
    assert 4.25 < gamma < 5
    assert upper_p(LEAD, gamma) == pytest.approx(0.05)


def test_gamma_at_the_edges():
    nothing = signed_rank(np.array([0.0, 0.0]))
    assert (nothing.n, nothing.positive, upper_p(nothing, 1.0)) == (0, 0.0, 1.0)
    with pytest.raises(NotApplicableError):
        critical_gamma(signed_rank(np.ones(5)), 0.05)
    assert critical_gamma(signed_rank(np.array([1.0, -2, 3, -4, 5, -6, 7])), 0.05) == 1.0
    assert upper_p(signed_rank(np.array([1.0, -1, 1, -1])), 1.0) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="at least 1"):
        upper_p(LEAD, 0.9)


def test_pairs_have_the_least_total_distance_of_all():
    rng = np.random.default_rng(6)
    x, treated = rng.normal(size=(10, 2)), np.array([1] * 4 + [0] * 6)
    ours, theirs = optimal_pairs(x, treated)
    inverse = np.linalg.inv(np.cov(x.T))

    def total(partners) -> float:
        return sum(
            (x[one] - x[other]) @ inverse @ (x[one] - x[other])
            for one, other in zip(range(4), partners, strict=True)
        )

    assert list(ours) == [0, 1, 2, 3]
    assert len(set(theirs)) == 4
    assert total(theirs) == pytest.approx(min(total(partners) for partners in permutations(range(4, 10), 4)))
    with pytest.raises(NotApplicableError):
        optimal_pairs(np.zeros((6_000, 1)), np.arange(6_000) % 2)


def test_pairs_of_many_equal_units_are_the_same_on_every_machine():
    # two processors differ in the last digit of what they compute, and most units have a twin
    rng = np.random.default_rng(7)
    x, treated = rng.integers(0, 3, size=(240, 3)).astype("float64"), np.arange(240) % 4 == 0
    pairs = optimal_pairs(x, treated)
    for _ in range(5):
        noisy = x * (1 + rng.choice([-4e-16, 0.0, 4e-16], size=x.shape))
        assert all(np.array_equal(a, b) for a, b in zip(pairs, optimal_pairs(noisy, treated), strict=True))


# --- causes that were not measured


def population(delta: float) -> tuple[omitted.Movement, float]:
    """Exact moments of Y = 0.8 X + W₁ + W₂ + u with W₁ seen and W₂ not, X selected on W₂ ``delta`` times as
    strongly as on W₁; and Rmax.
    """
    v1, v2, on1 = 1.3, 0.7, 0.4
    on2 = delta * on1
    x = on1**2 * v1 + on2**2 * v2 + 2.0
    with1, with2 = on1 * v1, on2 * v2
    y = 0.64 * x + v1 + v2 + 1.5 + 1.6 * (with1 + with2)
    xy, y1 = 0.8 * x + with1 + with2, 0.8 * with1 + v1
    full = np.linalg.solve([[x, with1], [with1, v1]], [xy, y1])
    return (
        omitted.Movement(xy / x, xy**2 / x / y, full[0], full @ [xy, y1] / y, y, x, x - with1**2 / v1),
        1 - 1.5 / y,
    )


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0, -0.7])
def test_oster_finds_the_true_coefficient_and_the_true_selection(delta):
    moved, r_max = population(delta)
    assert moved.full != pytest.approx(0.8, abs=0.01)
    assert omitted.oster_delta(moved, r_max, 0.8) == pytest.approx(delta)
    assert np.abs(omitted.oster_estimates(moved, r_max, delta) - 0.8).min() < 1e-9
    assert omitted.oster_estimates(moved, r_max, delta)[0] == pytest.approx(0.8)


def test_oster_where_nothing_is_hidden():
    moved, _ = population(1.0)
    assert np.isnan(omitted.oster_delta(moved, moved.full_r2))
    assert omitted.oster_estimates(moved, moved.full_r2) == pytest.approx([moved.full])
    assert moved.r_max(50.0) == 1.0


# statsmodels on the data that PySensemakr 0.0.8 (MIT) ships: peacefactor ~ directlyharmed + age + farmer_dar
# + herder_dar + pastvoted +
# hhsize_darfur + female + C(village); t of female in that regression and in the one of directlyharmed on the
# rest
DARFUR = {"estimate": 0.09731581928, "std_error": 0.02325653781, "df": 783.0}
FEMALE = omitted.Strength("female", outcome_t=-9.788837042, treatment_t=-2.680447864, treatment_df=784.0)


def test_robustness_values_of_darfur():
    # Cinelli and Hazlett (2020), table 1; sensemakr::sensemakr()
    t = DARFUR["estimate"] / DARFUR["std_error"]
    assert t == pytest.approx(4.1844, abs=5e-5)
    assert omitted.partial_r2(t, 783) == pytest.approx(0.0219, abs=5e-5)
    assert omitted.robustness_value(t, 783) == pytest.approx(0.1388, abs=5e-5)
    assert omitted.robustness_value(t, 783, alpha=0.05) == pytest.approx(0.0763, abs=5e-5)


def test_a_hidden_cause_as_strong_as_a_covariate_of_darfur():
    # sensemakr::ovb_bounds(model, "directlyharmed", "female", kd = 1): .0092, .1246, .0752, .0219, .0323,
    # .1182
    found = omitted.benchmark(**DARFUR, covariate=FEMALE)
    assert (found.with_treatment, found.with_outcome) == (
        pytest.approx(0.0092, abs=5e-5),
        pytest.approx(0.1246, abs=5e-5),
    )
    assert (found.estimate, found.std_error) == (
        pytest.approx(0.0752, abs=5e-5),
        pytest.approx(0.0219, abs=5e-5),
    )
    assert found.interval(0.95) == (pytest.approx(0.0323, abs=5e-5), pytest.approx(0.1182, abs=5e-5))


def test_at_the_robustness_value_the_estimate_is_gone():
    for t, df in ((0.5, 20.0), (4.0, 100.0), (30.0, 50.0)):
        value = omitted.robustness_value(t, df)
        assert omitted.adjust(t, 1.0, df, value, value).estimate == pytest.approx(0.0, abs=1e-9)
        assert omitted.adjust(-t, 1.0, df, value, value).estimate == pytest.approx(0.0, abs=1e-9)
    assert omitted.robustness_value(1.0, 100.0, alpha=0.05) == 0.0
    assert omitted.robustness_value(0.0, 10.0) == 0.0
    assert 0 < omitted.robustness_value(500.0, 5.0, alpha=0.05) < 1
    assert (
        omitted.benchmark(1.0, 0.1, 50.0, omitted.Strength("x", 3.0, 20.0, 50.0), times=2.0) is None
    )  # no cause can be twice as strong


def test_adjusting_for_a_cause_gives_the_regression_that_measures_it():
    rng = np.random.default_rng(7)
    z, x = rng.normal(size=(2, 400))
    d = 0.5 * z + 0.3 * x + rng.normal(size=400)
    y = d + z + 0.4 * x + rng.normal(size=400)
    without, with_z = (
        sm.OLS(y, sm.add_constant(np.column_stack([d, x]))).fit(),
        sm.OLS(y, sm.add_constant(np.column_stack([d, x, z]))).fit(),
    )
    of_d = sm.OLS(d, sm.add_constant(np.column_stack([x, z]))).fit()
    found = omitted.adjust(
        without.params[1],
        without.bse[1],
        without.df_resid,
        omitted.partial_r2(of_d.tvalues[2], of_d.df_resid),
        omitted.partial_r2(with_z.tvalues[3], with_z.df_resid),
    )
    assert found.estimate == pytest.approx(with_z.params[1])
    assert found.std_error == pytest.approx(with_z.bse[1])


# --- E-value


def test_e_value_as_published():
    # VanderWeele and Ding (2017): breastfeeding and infant death, RR 10.73 (8.02, 14.36)
    found = evalue.of_risk_ratio(10.73, 8.02, 14.36)
    assert (found.estimate, found.limit) == (
        pytest.approx(20.94777, abs=5e-6),
        pytest.approx(15.52336, abs=5e-6),
    )


def test_e_value_at_the_edges():
    assert evalue.e_value(1.0) == 1.0
    assert evalue.e_value(0.25) == pytest.approx(evalue.e_value(4.0))
    assert evalue.of_risk_ratio(0.8, 0.6, 1.1).limit == 1.0
    assert evalue.of_risk_ratio(0.5, 0.4, 0.8).limit == pytest.approx(evalue.e_value(1.25))
    # EValue::evalues.MD(0.42, 0.14): 2.28 for the estimate at RR exp(0.91 × 0.42) = 1.4655, limit exp(0.1330)
    # = 1.1422
    assert evalue.of_difference(0.42, 0.14).estimate == pytest.approx(
        1.4655 + np.sqrt(1.4655 * 0.4655), abs=1e-3
    )
    assert evalue.of_difference(0.42, 0.14).limit == pytest.approx(
        1.1422 + np.sqrt(1.1422 * 0.1422), abs=1e-3
    )
    assert np.isnan(evalue.risk_ratio(-0.5, 0.4))
    assert np.isnan(evalue.risk_ratio(0.5, 0.0))
    for wrong in (0.0, -1.0, NAN):
        with pytest.raises(ValueError, match="above 0"):
            evalue.e_value(wrong)
    with pytest.raises(ValueError, match="does not hold"):
        evalue.of_risk_ratio(3.0, 1.0, 2.0)


# --- balance and overlap


def test_omnibus_without_strata_is_a_multiple_of_r2():
    # Hansen and Bowers (2008): d² = (n − 1)·R² of the regression of participation on the covariates
    rng = np.random.default_rng(8)
    x, treated = rng.normal(size=(60, 3)), (rng.random(60) < 0.4) * 1.0
    statistic, df, _ = omnibus_test(x, treated)
    assert df == 3
    assert statistic == pytest.approx(59 * sm.OLS(treated, sm.add_constant(x)).fit().rsquared)


@pytest.mark.slow
def test_omnibus_with_strata_agrees_with_the_lottery_repeated(monkeypatch):
    rng = np.random.default_rng(9)
    strata, x = np.repeat([0, 1, 2], 40), rng.normal(size=(120, 2))
    x[:, 0] += strata
    treated = np.concatenate([rng.permutation(40) < size for size in (10, 20, 30)]) * 1.0
    statistic, _, p = omnibus_test(x, treated, strata)
    monkeypatch.setattr("manfaat.threats.omnibus.DRAWS", 1)  # of the lotteries below only d² is looked at
    again = [
        omnibus_test(
            x, np.concatenate([rng.permutation(treated[strata == one]) for one in range(3)]), strata
        )[0]
        for _ in range(3_000)
    ]
    assert p == pytest.approx(np.mean(np.array(again) >= statistic), abs=0.04)
    assert np.mean(np.array(again) > 5.991) == pytest.approx(0.05, abs=0.015)


def test_omnibus_leaves_out_what_follows_from_others_and_refuses_too_few():
    rng = np.random.default_rng(10)
    x, treated = rng.normal(size=(40, 2)), np.arange(40) % 2
    assert omnibus_test(np.column_stack([x, x[:, 0] + x[:, 1], np.ones(40)]), treated)[1] == 2
    for rows, lots in ((x[:2], treated[:2]), (x, np.ones(40)), (np.ones((40, 1)), treated)):
        with pytest.raises(NotApplicableError):
            omnibus_test(rows, lots)


def test_overlap_of_groups_alike_and_of_groups_apart():
    x, treated = np.repeat([[0.0], [1.0]], 50, axis=0), np.tile([0, 1], 50)
    found, outside = common_support(x, treated)
    assert (found.effective, outside) == (pytest.approx(50.0), 0.0)
    with pytest.raises(NotApplicableError):
        common_support(treated[:, None] + 0.0, treated)


# --- answers


def test_gross_and_net_response_rates():
    # Indonesian tracer study instrument (2021): 200 of 1,000, 600 of them reachable
    assert response_rates(200, Denominators(trained=1000, invited=900, reached=600)) == {
        "gross": 0.2,
        "net": pytest.approx(1 / 3),
    }
    assert response_rates(200, Denominators(invited=400))["gross"] == 0.5
    assert all(np.isnan(rate) for rate in response_rates(0, Denominators()).values())


def test_response_gap_has_newcombes_interval():
    # Newcombe (1998), Statistics in Medicine 17, 873–890, table II, contrast (a): 56/70 − 48/80, method 10:
    # .0524 to .3339
    answered, treated = np.r_[np.arange(70) < 56, np.arange(80) < 48], np.repeat([1, 0], [70, 80])
    _, _, gap, low, high = response_gap(answered, treated, 0.95)
    assert (gap, low, high) == (
        pytest.approx(0.2),
        pytest.approx(0.0524, abs=5e-5),
        pytest.approx(0.3339, abs=5e-5),
    )
    with pytest.raises(NotApplicableError):
        response_gap(answered[:70], treated[:70], 0.95)


def test_raking_meets_the_totals_and_keeps_the_odds_ratio():
    rows, columns = np.repeat([0, 0, 1, 1], [8, 2, 3, 7]), np.repeat([0, 1, 0, 1], [8, 2, 3, 7])
    totals = [np.array([30.0, 70.0]), np.array([55.0, 45.0])]
    weights = rake(np.ones(20), [rows, columns], totals)
    cells = np.bincount(2 * rows + columns, weights=weights)
    assert np.bincount(rows, weights=weights) == pytest.approx(totals[0])
    assert np.bincount(columns, weights=weights) == pytest.approx(totals[1])
    assert cells[0] * cells[3] / (cells[1] * cells[2]) == pytest.approx(
        8 * 7 / (2 * 3)
    )  # what iterative proportional fitting leaves as it was
    # R: loglin(outer(c(30, 70), c(55, 45)) / 100, list(1, 2), start = matrix(c(8, 3, 2, 7), 2), fit =
    # TRUE)$fit[1, 1]
    assert cells[0] == pytest.approx(26.04448843)


def test_raking_refuses_what_cannot_be():
    codes = [np.array([0, 0, 1]), np.array([0, 1, 1])]
    for wrong in (
        [np.array([5.0, 5.0]), np.array([4.0, 7.0])],
        [np.array([4.0, 4.0, 2.0]), np.array([5.0, 5.0])],
    ):
        with pytest.raises(NotApplicableError):
            rake(np.ones(3), codes, wrong)


def test_response_weights_are_one_over_the_share_that_answered():
    x, answered = np.repeat([0.0, 1.0], [40, 60]), np.r_[np.arange(40) < 10, np.arange(60) < 45]
    weights = response_weights(x[:, None], answered)
    assert weights[answered].mean() == pytest.approx(1.0)
    assert weights[0] / weights[-60] == pytest.approx((40 / 10) / (60 / 45))
    assert np.average(x[answered], weights=weights[answered]) == pytest.approx(0.6)
    with pytest.raises(NotApplicableError, match="few_to_weight"):
        response_weights(x[:, None], x == 1)


# --- other specifications, one left out


def test_without_each_is_the_regression_without_it():
    rng = np.random.default_rng(11)
    design, y, groups = (
        np.column_stack([np.ones(40), rng.integers(0, 2, 40), rng.normal(size=(40, 2))]),
        rng.normal(size=40),
        np.arange(40) % 7,
    )
    found = without_each(fit(basis(design, 1), y), groups)
    for group in range(7):
        rest = groups != group
        assert found[group] == pytest.approx(np.linalg.lstsq(design[rest], y[rest], rcond=None)[0][1])
    alone = np.column_stack([np.ones(6), np.arange(6) == 0])
    assert np.isnan(without_each(fit(basis(alone, 1), rng.normal(size=6)), np.arange(6))[0])


def test_subsets_of_covariates():
    assert subsets(["a", "b"]) == {"none": [], "without a": ["b"], "without b": ["a"]}
    assert len(subsets(list("abcde"))) == 11
    assert list(drawn_in(np.arange(100.0))[[0, 50, 99]]) == pytest.approx([4.95, 50, 94.05])


# --- when

# Freireich et al. (1963), remission of leukaemia in weeks, R: MASS::gehan, as printed there; 1 in odd places
# had placebo
WEEKS = np.array(
    [
        "1",
        "10",
        "22",
        "7",
        "3",
        "32",
        "12",
        "23",
        "8",
        "22",
        "17",
        "6",
        "2",
        "16",
        "11",
        "34",
        "8",
        "32",
        "12",
        "25",
        "2",
        "11",
        "5",
        "20",
        "4",
        "19",
        "15",
        "6",
        "8",
        "17",
        "23",
        "35",
        "5",
        "6",
        "11",
        "13",
        "4",
        "9",
        "1",
        "6",
        "8",
        "10",
    ],
    float,
)
RELAPSE = np.array(
    [
        "1",
        "1",
        "1",
        "1",
        "1",
        "0",
        "1",
        "1",
        "1",
        "1",
        "1",
        "1",
        "1",
        "1",
        "1",
        "0",
        "1",
        "0",
        "1",
        "0",
        "1",
        "0",
        "1",
        "0",
        "1",
        "0",
        "1",
        "1",
        "1",
        "0",
        "1",
        "0",
        "1",
        "1",
        "1",
        "1",
        "1",
        "0",
        "1",
        "0",
        "1",
        "0",
    ],
    int,
)
PLACEBO = np.array([1.0, 0.0] * 21)


def test_log_rank_and_cox_of_the_leukaemia_remissions():
    # survdiff(Surv(time, cens) ~ treat): 16.79; coxph(…, ties = "efron"): 1.5721 (0.4124), ratio 4.8169
    # [2.1465, 10.8093]; cox.zph: p 0.8798
    assert survival.log_rank(WEEKS, RELAPSE, PLACEBO)[0] == pytest.approx(16.79294099)
    found = survival.cox(WEEKS, RELAPSE, PLACEBO)
    assert (found.ratio, found.ci_low, found.ci_high) == (
        pytest.approx(4.816873898),
        pytest.approx(2.146508213),
        pytest.approx(10.80931068),
    )
    assert found.proportional_p == pytest.approx(0.879812895)


def test_kaplan_meier_of_the_leukaemia_remissions():
    # survfit(…, conf.type = "log-log") of those given 6-MP
    found = survival.kaplan_meier(WEEKS[1::2], RELAPSE[1::2])
    assert list(found["at_risk"]) == [21, 17, 15, 12, 11, 7, 6]
    assert found["survival"].to_numpy() == pytest.approx(
        [0.85714286, 0.80672269, 0.75294118, 0.69019608, 0.62745098, 0.53781513, 0.44817927]
    )
    assert found["ci_low"].to_numpy() == pytest.approx(
        [0.61971796, 0.56314656, 0.50319951, 0.43161022, 0.36751086, 0.26777894, 0.18805201]
    )


def test_survival_at_the_edges():
    assert survival.kaplan_meier(np.array([3.0, 4.0]), np.array([0, 0])).empty
    assert survival.kaplan_meier(np.array([3.0]), np.array([1]))["survival"].tolist() == [0.0]
    with pytest.raises(NotApplicableError):
        survival.cox(
            np.array([1.0, 2, 3, 4]), np.array([1, 1, 0, 0]), np.array([1.0, 1, 0, 0])
        )  # events in one group only
    empty = np.array([])
    assert survival.survival_curves(empty, empty, empty, 0.95).empty


def test_curves_end_where_few_are_at_risk_and_tell_no_single_time():
    found = survival.survival_curves(WEEKS, RELAPSE, PLACEBO, 0.95)
    assert found["at_risk"].min() >= 5
    assert set(found["time"]) <= set(np.arange(0, 37, 3.0))
    assert found[(found["group"] == 0) & (found["time"] == 12)]["survival"].item() == pytest.approx(
        0.75294118
    )


# --- positions


def test_transitions_count_positions_and_hide_small_cells():
    before = pd.Series([1] * 20 + [2] * 30 + [None])
    now = pd.Series([1] * 12 + [2] * 8 + [1] * 2 + [2] * 10 + [3] * 18 + [1])
    found = transition_matrix(before, now, pd.Series([1.0] * 51)).set_index(["before", "now"])
    assert found.loc[(1, 1), "n"] == 12
    assert found.loc[(1, 2), "share"] == pytest.approx(0.4)
    assert found.loc[(1, 3), "n"] == 0
    # 2 of 30 are few; 10 would tell it, and 18 would by the mean of the steps
    assert np.isnan(found.loc[[(2, 1), (2, 2), (2, 3)], ["n", "share"]].to_numpy()).all()
    assert transition_matrix(before[:0], now[:0], before[:0]).empty


def test_no_hidden_cell_follows_from_the_others_of_its_row():
    rng = np.random.default_rng(12)
    for _ in range(2_000):
        counts = rng.integers(0, 9, rng.integers(1, 7)).astype(float)
        shown = without_few(counts)
        hidden = np.isnan(shown)
        assert not ((shown > 0) & (shown < 5)).any()
        assert hidden.all() or hidden.sum() != 1
        assert not hidden.any() or hidden.all() or counts[hidden].sum() >= 5
        assert (
            hidden.all() or not hidden.any() or hidden.sum() < counts[hidden].sum() != 4 * hidden.sum()
        )  # or each is one, or each four


def test_logit_is_the_one_that_response_weights_rest_on():
    # statsmodels' own maximum-likelihood logit
    rng = np.random.default_rng(13)
    x = sm.add_constant(rng.normal(size=(200, 2)))
    y = (rng.random(200) < 0.5) * 1.0
    assert logit(x, y, np.ones(200)).score == pytest.approx(
        sm.Logit(y, x).fit(disp=False).predict(), abs=1e-8
    )


@pytest.mark.parametrize(("share", "meaning", "said"), [
    (0.1, "too small to tell", "rejects too often where so few are in one group"),
    (0.5, "differ", "The ratio changes with time"),
])  # fmt: skip
def test_whether_a_ratio_changes_with_time_is_not_told_where_few_are_in_one_group(share, meaning, said):
    # participants' events come early or not at all, the others' evenly over 30 months
    n = 400
    treated = (np.arange(n) < share * n) * 1.0
    place = np.arange(n) % 40
    time = np.where(treated == 1, np.where(place < 20, 1 + place % 4, 31.0), 1 + place % 31)
    frame = pd.DataFrame({"time": time, "event": (time < 31) * 1.0, "treated": treated})
    rows = pd.DataFrame(driver.event_rows(frame, [], 0.95))
    assert rows.set_index("statistic")["meaning"]["proportional hazards p"] == meaning
    assert said in threat_words.time_sentence("Promotion", rows, Language("en"))
