"""Matching on the propensity score: a plain implementation by loops, invariances, a truth, edges."""

import numpy as np
import pytest
import statsmodels.api as sm

from evaluation_cases import people, sample, spec
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample
from manfaat.evaluation.score_matching import pairs, propensity_matching


def trial(n=150, seed=4, selected=0.7) -> Sample:
    one = people(n, 1.0, seed=seed, selected=selected)
    return sample(one["score_now"], one["group"], x=one["x"], z=one["z"])


def asked(given: Sample, **more):
    specification = spec("propensity_matching", ("AI",), covariates=["x", "z"], **more)
    return propensity_matching(given, specification)[0][0]


def by_loops(given: Sample, k=1, replacement=True, caliper=np.inf):
    """Gains of those who are matched, and how often each other unit is used; scores by statsmodels."""
    frame = given.frame
    columns = sm.add_constant(frame[["x", "z"]])
    index = (columns @ sm.Logit(frame["treated"], columns).fit(disp=False, tol=1e-12).params).to_numpy()
    index = index / index.std()
    others = [at for at in range(len(frame)) if given.treated[at] == 0]
    turn = sorted((at for at in range(len(frame)) if given.treated[at] == 1), key=lambda at: -index[at])
    gains, used = {}, dict.fromkeys(others, 0.0)
    for at in turn:
        free = [one for one in others if replacement or used[one] == 0]
        near = sorted(free, key=lambda one: (abs(index[one] - index[at]), index[one]))[:k]
        near = [one for one in near if abs(index[one] - index[at]) <= caliper]
        if near:
            gains[at] = given.now[at] - given.now[near].mean()
            for one in near:
                used[one] += 1 / len(near)
    return np.array(list(gains.values())), np.array(list(used.values())), len(turn)


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize(("k", "caliper"), [(1, None), (3, None), (1, 0.1), (2, 0.2)])
def test_matches_are_those_of_plain_loops(k, caliper, replacement):
    given = trial(selected=0.7 if replacement or k == 1 else -0.4)
    gains, used, participants = by_loops(given, k, replacement, caliper or np.inf)
    more = {"neighbours": k, "replacement": replacement, "caliper": caliper}
    found = pairs(given, spec("propensity_matching", ("AI",), covariates=["x", "z"], **more))
    assert found.matched == pytest.approx(len(gains))
    result = asked(given, **more)
    assert result.estimate == pytest.approx(gains.mean())
    np.testing.assert_allclose(np.sort(found.times_used), np.sort(used), atol=1e-9)
    told = [str(reason) for reason in result.reasons if reason.code is EstimateReason.UNMATCHED]
    gone = round(100 * (1 - len(gains) / participants), 1)
    assert told == ([f"unmatched(share={gone})"] if gone else [])
    if not replacement:  # no unit is used twice: the error is that of pairs
        assert found.times_used.max() <= 1 + 1e-9
        n = len(gains)
        assert result.std_error == pytest.approx((((gains - gains.mean()) ** 2).sum()) ** 0.5 / n)
    else:
        assert result.std_error > 0


def test_ties_are_shared_and_the_order_of_rows_decides_nothing():
    given = trial(200)
    tied = Sample(given.frame.assign(x=given.frame["x"].round()), 0)
    turned = Sample(tied.frame.sample(frac=1, random_state=2), 0)
    for more in ({"neighbours": 2}, {"replacement": False}, {"replacement": False, "caliper": 0.3}):
        one, other = asked(tied, **more), asked(turned, **more)
        assert (one.estimate, one.std_error) == pytest.approx((other.estimate, other.std_error))


def test_with_few_left_participants_stay_unmatched():
    """Of five at one score and three others there, each of the five counts three fifths."""
    rng = np.random.default_rng(1)
    x = np.repeat([0.0, 1.0], [8, 12])
    treated = np.array([1] * 5 + [0] * 3 + [1] * 4 + [0] * 8)
    given = sample(rng.normal(size=20), treated, x=x)
    asked_ = spec("propensity_matching", ("AI",), covariates=["x"], replacement=False, caliper=0.01)
    found = pairs(given, asked_)
    assert sorted(found.weight) == pytest.approx([0.6, 1.0])
    assert found.matched == pytest.approx(7)
    now = given.now
    by_hand = 3 * (now[:5].mean() - now[5:8].mean()) + 4 * (now[8:12].mean() - now[12:].mean())
    assert propensity_matching(given, asked_)[0][0].estimate == pytest.approx(by_hand / 7)


@pytest.mark.simulation
def test_the_truth_is_found_and_held():
    found = []
    for seed in range(150):
        one = people(500, 1.0, seed=seed, selected=-0.5)
        given = sample(one["score_now"], one["group"], x=one["x"], z=one["z"])
        found.append(
            [(r.estimate, r.std_error) for r in (asked(given), asked(given, replacement=False, caliper=0.02))]
        )
    numbers = np.array(found)
    np.testing.assert_allclose(numbers[:, :, 0].mean(axis=0), [1, 1], atol=0.06)
    inside = np.abs(numbers[:, :, 0] - 1) < 1.97 * numbers[:, :, 1]
    assert (inside.mean(axis=0) > 0.92).all()


def refusal(given: Sample, **more) -> EstimateReason:
    with pytest.raises(NotApplicableError) as failure:
        asked(given, **more)
    return failure.value.reason.code


def test_what_cannot_be_had_says_why():
    given = trial()
    apart = Sample(given.frame.assign(x=given.treated), 0)
    assert refusal(apart) == EstimateReason.NO_OVERLAP
    assert refusal(Sample(given.frame.assign(treated=1.0), 0)) == EstimateReason.NOBODY_TO_COMPARE
    assert refusal(given, caliper=1e-9) == EstimateReason.FEW_MATCHED
    assert refusal(Sample(given.frame.assign(weight_=1.0), 0)) == EstimateReason.NO_WEIGHTS_CARRIED
    same = Sample(given.frame.assign(x=1.0, z=0.0), 0)
    assert refusal(same) == EstimateReason.COVARIATES_THE_SAME
