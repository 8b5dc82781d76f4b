"""Agreement of raters: the published table, other programs, simulation, and the edges."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats.anova import anova_lm

from manfaat.evaluation.sample import NotApplicableError
from manfaat.measurement import agreement

# Shrout and Fleiss (1979), table 2: six people, four judges
JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype="float64"
)


def test_intraclass_correlations_are_the_published_ones():
    found = agreement.intraclass(JUDGES, 0.95)
    # Shrout and Fleiss (1979), table 4: .17 .29 .71, averages .44 .62 .91; more digits from R: psych::ICC
    assert [round(found[name].estimate, 3) for name in ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)")] == [
        0.166,
        0.290,
        0.715,
    ]
    assert [round(found[name].estimate, 3) for name in ("ICC(1,k)", "ICC(2,k)", "ICC(3,k)")] == [
        0.443,
        0.620,
        0.909,
    ]


def test_the_interval_of_raters_who_stand_for_others_is_that_of_another_program():
    found = agreement.agreement_interval(agreement.mean_squares(JUDGES), 0.95)
    # R: psych::ICC(sf, lmer = FALSE): 0.019, 0.76; the interval shown is never narrower
    assert (round(found.low, 3), round(found.high, 2)) == (0.019, 0.76)
    shown = agreement.intraclass(JUDGES, 0.95)["ICC(2,1)"]
    assert shown.low <= found.low
    assert shown.high >= found.high


def test_leaving_out_each_person_in_one_pass_is_leaving_them_out_one_by_one():
    at_once = agreement.single_correlations(agreement.without_each(JUDGES))
    one_by_one = [
        agreement.single_correlations(agreement.mean_squares(np.delete(JUDGES, person, axis=0)))
        for person in range(6)
    ]
    for name, values in at_once.items():
        np.testing.assert_allclose(values, [found[name] for found in one_by_one], rtol=1e-10)


def test_mean_squares_are_those_of_an_analysis_of_variance():
    long = pd.DataFrame(
        {"rating": JUDGES.ravel(), "person": np.repeat(range(6), 4), "judge": np.tile(range(4), 6)}
    )
    table = anova_lm(smf.ols("rating ~ C(person) + C(judge)", long).fit())
    squares = agreement.mean_squares(JUDGES)
    np.testing.assert_allclose([squares.people, squares.raters, squares.error], table["mean_sq"], rtol=1e-10)
    assert squares.within == pytest.approx((table["sum_sq"].iloc[1:] / 18).sum())


def test_the_consistency_of_averages_is_cronbach_alpha_with_its_interval():
    from manfaat.measurement import reliability

    found = agreement.intraclass(JUDGES, 0.9)["ICC(3,k)"]
    assert found.estimate == pytest.approx(reliability.cronbach_alpha(np.cov(JUDGES, rowvar=False)))
    assert (found.low, found.high) == pytest.approx(reliability.alpha_interval(JUDGES, 0.9)[1:])


@pytest.mark.simulation
@pytest.mark.parametrize("law", ["normal", "exponential"])
def test_intervals_cover_as_stated(law):
    """Person .5, error .5 of the variance, raters alike, so that every form has the truth 1/2; F intervals
    have .84 for the second law.
    """
    rng, hits, draws = np.random.default_rng(1), dict.fromkeys(("ICC(1,1)", "ICC(2,1)", "ICC(3,1)"), 0), 500
    for _ in range(draws):
        people = rng.standard_normal((60, 1)) if law == "normal" else rng.exponential(1, (60, 1))
        found = agreement.intraclass(people + rng.standard_normal((60, 2)), 0.95)
        for name in hits:
            hits[name] += found[name].low <= 0.5 <= found[name].high
    assert all(0.92 <= count / draws <= 0.985 for count in hits.values()), hits


def test_a_rater_who_is_always_higher_agrees_in_order_and_not_in_level():
    rng = np.random.default_rng(2)
    truth = rng.standard_normal(200)
    ratings = np.column_stack([truth, truth + 2]) + 0.3 * rng.standard_normal((200, 2))
    found = agreement.intraclass(ratings, 0.95)
    assert found["ICC(3,1)"].estimate > 0.85
    assert found["ICC(2,1)"].estimate < 0.4


def test_limits_of_agreement_are_those_of_the_formula_and_cover():
    first, second = JUDGES[:, 0], JUDGES[:, 3]
    found = agreement.limits_of_agreement(first, second, 0.95)
    # R: d <- c(1, 4, 0, 1, 1, -1); mean(d); sd(d); mean(d) + c(-1, 1) * qnorm(.975) * sd(d);
    # t.test(d)$conf.int
    assert found.bias.estimate == pytest.approx(1.0)
    assert found.sd == pytest.approx(1.67332005)
    assert (found.lower.estimate, found.upper.estimate) == pytest.approx((-2.27964704, 4.27964704), abs=1e-7)
    assert (found.bias.low, found.bias.high) == pytest.approx((-0.7560417, 2.7560417), abs=1e-7)
    rng, hits = np.random.default_rng(3), np.zeros(3)
    for _ in range(500):
        found = agreement.limits_of_agreement(rng.standard_normal(60) + 0.5, np.zeros(60), 0.95)
        for place, (interval, truth) in enumerate(
            ((found.bias, 0.5), (found.lower, 0.5 - 1.959964), (found.upper, 0.5 + 1.959964))
        ):
            hits[place] += interval.low <= truth <= interval.high
    assert (np.abs(hits / 500 - 0.95) < 0.03).all()


@pytest.mark.simulation
def test_the_limit_of_skewed_differences_covers_where_normal_theory_does_not():
    rng, hits = np.random.default_rng(4), 0
    for _ in range(500):
        upper = agreement.limits_of_agreement(rng.exponential(1, 130), np.zeros(130), 0.95).upper
        hits += upper.low <= 1 + 1.959964 <= upper.high
    assert hits / 500 >= 0.91  # .66 with the standard error of Bland and Altman (1999)


@pytest.mark.simulation
@pytest.mark.parametrize("cuts", [(-1.5, -0.5, 0.5, 1.5), (-2.2, -1.6, -1.0, -0.2)])
def test_kappa_covers_also_where_most_give_the_highest_rating(cuts):
    rng = np.random.default_rng(5)

    def pair(n):
        truth = 0.8 * rng.standard_normal(n)
        return [np.digitize(truth + 0.6 * rng.standard_normal(n), cuts).astype(float) for _ in range(2)]

    truth, hits = agreement.weighted_kappa(*pair(400_000), 0.95).estimate, 0
    for _ in range(500):
        found = agreement.weighted_kappa(*pair(60), 0.95)
        hits += found.low <= truth <= found.high
    assert 0.925 <= hits / 500 <= 0.98


def test_kappa_with_quadratic_weights_is_the_published_formula():
    # 1 − Σ w p / Σ w e of Cohen (1968), by hand; and the simple kappa where the answer is yes or no
    first, second = np.array([1, 1, 2, 2, 3, 3, 4, 4, 5, 5.0]), np.array([1, 2, 2, 3, 3, 3, 5, 4, 5, 4.0])
    weights = (first[:, None] - second[None, :]) ** 2
    expected = 1 - np.diag(weights).mean() / weights.mean()
    assert agreement.weighted_kappa(first, second, 0.95).estimate == pytest.approx(expected)
    yes, no = (
        np.array([1.0] * 20 + [0] * 5 + [1] * 10 + [0] * 15),
        np.array([1.0] * 20 + [1] * 5 + [0] * 10 + [0] * 15),
    )
    found = agreement.weighted_kappa(yes, no, 0.95)
    assert found.estimate == pytest.approx(0.4)  # agreement .70, by chance .50
    assert found.low < 0.4 < found.high


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.empty((0, 2)), "not_rated_by_both"),
        (np.array([[1.0, 2.0]]), "not_rated_by_both"),
        (np.full((5, 2), 3.0), "all_rated_alike"),
        (np.array([[1.0, 2.0], [2.0, 3.0], [4.0, 5.0]]), "raters_differ_alike"),
        (np.array([[1.0, 5.0], [5.0, 1.0], [2.0, 4.0]]), "all_rated_alike"),
    ],
)
def test_edges_of_intraclass_correlations_are_reasons(ratings, reason):
    with pytest.raises(NotApplicableError, match=reason):
        agreement.intraclass(ratings, 0.95)


def test_three_people_have_an_interval_with_a_width_and_two_have_none():
    with pytest.raises(NotApplicableError, match="few_rated_twice"):
        agreement.intraclass(JUDGES[:2], 0.95)
    found = agreement.intraclass(JUDGES[:3], 0.95)
    assert all(interval.high > interval.low for interval in found.values() if not np.isnan(interval.low))


def test_other_edges_are_reasons():
    same, one = np.array([2.0, 2.0, 2.0]), np.array([1.0, 2.0, 3.0])
    for first, second, reason in (
        (one[:1], one[:1], "not_rated_by_both"),
        (one, one + 1, "raters_differ_alike"),
    ):
        with pytest.raises(NotApplicableError, match=reason):
            agreement.limits_of_agreement(first, second, 0.95)
    for first, second, reason in (
        (one[:1], one[:1], "not_rated_by_both"),
        (one, same, "rater_constant"),
        (one, one, "raters_agree"),
    ):
        with pytest.raises(NotApplicableError, match=reason):
            agreement.weighted_kappa(first, second, 0.95)
    assert agreement.is_ordered_item(one, same)
    assert not agreement.is_ordered_item(one + 0.5, same)
    assert not agreement.is_ordered_item(one, np.array([1.0, 2.0, 40.0]))
    assert not agreement.is_ordered_item(one[:0], one[:0])
