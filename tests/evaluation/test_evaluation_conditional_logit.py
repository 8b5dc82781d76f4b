"""Logit within groups: statsmodels, the whole likelihood written out, a published study, truths and edges."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.discrete.discrete_model import Logit

from evaluation_cases import LINES, indicator, programme, sample, spec
from manfaat.evaluation.conditional_logit import conditional_logit, fitted, grouped
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages
from manfaat.evaluation.reasons import EstimateReason
from manfaat.evaluation.sample import NotApplicableError, Sample


def trial(groups=60, size=6, effect=1.0, seed=1) -> Sample:
    """People in groups of their own level; half of each, by lot, take part."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    d = np.concatenate([rng.permutation(size) % 2 for _ in range(groups)]) * 1.0
    x = rng.normal(size=len(group))
    chance = expit(rng.normal(size=groups)[group] + effect * d + 0.5 * x)
    return sample(rng.random(len(group)) < chance, d, x=x, stratum_=group)


def asked(given: Sample, kind="influence", **more):
    return [result for result, _ in conditional_logit(given, spec("conditional_logit", (kind,), **more))]


def test_odds_are_those_of_statsmodels():
    given = trial()
    units = grouped(given.now, given.frame[["treated", "x"]].to_numpy(), given.strata)
    beta, influence = fitted(units)
    model = ConditionalLogit(units.y, units.x, groups=units.group)
    theirs = model.fit(method="newton")
    np.testing.assert_allclose(beta, theirs.params, rtol=1e-5)
    found = asked(given, covariates=["x"])
    assert found[0].estimate == pytest.approx(theirs.params[0], rel=1e-5)
    assert found[1].estimate == pytest.approx(np.exp(found[0].estimate))
    count, k = len(influence), 2
    assert found[0].std_error == pytest.approx(
        (influence[:, 0] @ influence[:, 0] * count / (count - k)) ** 0.5
    )
    assert found[0].std_error == pytest.approx(theirs.bse[0], rel=0.15)  # theirs by the information
    assert [str(one.about) for one in found] == ["log-odds", "odds-ratio", "marginal"]


def test_the_likelihood_is_over_all_who_could_have_said_yes():
    given = trial(groups=12, size=5)
    x = given.frame[["treated", "x"]].to_numpy()

    def loss(beta):
        total = 0.0
        for group in range(12):
            own = given.strata == group
            index, yes = x[own] @ beta, given.now[own]
            others = [sum(index[list(who)]) for who in combinations(range(5), int(yes.sum()))]
            total += np.log(np.exp(others).sum()) - index @ yes
        return total

    whole = minimize(loss, np.zeros(2), tol=1e-10).x
    assert asked(given, covariates=["x"])[0].estimate == pytest.approx(whole[0], abs=1e-4)


def test_pairs_are_those_of_mcnemar():
    """One of each pair takes part: the odds ratio is that of the pairs that differ, 18 to 6."""
    yes = [(1, 0)] * 18 + [(0, 1)] * 6 + [(1, 1)] * 9 + [(0, 0)] * 7
    given = sample(np.ravel(yes), np.tile([1, 0], 40), stratum_=np.repeat(np.arange(40), 2))
    found = asked(given)
    assert found[1].estimate == pytest.approx(3.0)
    assert found[0].std_error == pytest.approx((1 / 18 + 1 / 6) ** 0.5 * (24 / 23) ** 0.5)
    assert str(found[0].reasons[0]) == "groups_decide(mixed=24, groups=40, units=48)"


def test_the_average_effect_is_that_of_a_constant_for_each_group_at_the_same_odds():
    given = trial(groups=8, size=40)
    units = grouped(given.now, given.frame[["treated", "x"]].to_numpy(), given.strata)
    beta, _ = fitted(units)
    columns = (units.group[:, None] == np.arange(8)).astype(float)
    levels = Logit(units.y, columns, offset=units.x @ beta).fit(disp=False).params
    index = columns @ levels + units.x @ beta - beta[0] * units.x[:, 0]
    by_hand = (expit(index + beta[0]) - expit(index)).mean()
    assert asked(given, covariates=["x"])[2].estimate == pytest.approx(by_hand)
    hours = units.x.copy()
    hours[:, 0] = 2 * hours[:, 0]
    twice = grouped(units.y, hours, units.group)
    share = expit(columns @ levels + units.x @ beta)
    slope = (beta[0] / 2 * share * (1 - share)).mean()
    assert twice.average_effect(np.array([beta[0] / 2, beta[1]])) == pytest.approx(slope)


def test_order_and_labels_of_groups_tell_nothing():
    given = trial()
    plain = asked(given, covariates=["x"])
    order = np.random.default_rng(4).permutation(len(given.frame))
    turned = given.frame.iloc[order].assign(
        stratum_=lambda one: 1000 - 3 * one["stratum_"], x=lambda one: 5 - 2 * one["x"]
    )
    for one, other in zip(plain, asked(Sample(turned, 0), covariates=["x"]), strict=True):
        assert (one.estimate, one.std_error) == pytest.approx((other.estimate, other.std_error), rel=1e-5)
    said_no = asked(Sample(given.frame.assign(now=1 - given.now), 0), covariates=["x"])
    assert [said_no[place].estimate for place in (0, 2)] == pytest.approx(
        [-plain[place].estimate for place in (0, 2)]
    )


@pytest.mark.simulation
def test_the_truth_is_found_and_held():
    log_odds, inside, effects = [], [], []
    for seed in range(150):
        first, _, third = asked(trial(seed=seed, size=8), covariates=["x"])
        log_odds.append(first.estimate)
        inside.append(abs(first.estimate - 1) < 2 * first.std_error)
        effects.append((third.estimate, third.std_error))
    assert np.mean(log_odds) == pytest.approx(1, abs=0.05)
    assert 0.9 <= np.mean(inside) <= 0.99
    shares = np.array(effects)
    assert shares[:, 1].mean() == pytest.approx(shares[:, 0].std(), rel=0.2)


def refusal(given: Sample, **more) -> EstimateReason:
    with pytest.raises(NotApplicableError) as failure:
        asked(given, **more)
    return failure.value.reason.code


def test_what_cannot_be_had_says_why():
    given = trial()
    frame = given.frame
    same = frame.assign(now=(given.strata % 2) * 1.0)
    assert refusal(Sample(same, 0)) == EstimateReason.NO_MIXED_ANSWERS
    whole = frame.assign(treated=(given.strata % 2) * 1.0)
    assert refusal(Sample(whole, 0)) == EstimateReason.NO_MIXED_STRATUM
    assert refusal(Sample(frame.assign(now=frame["treated"]), 0)) == EstimateReason.LEVELS_APART
    assert refusal(Sample(frame.assign(now=frame["x"]), 0)) == EstimateReason.NOT_YES_OR_NO
    assert refusal(Sample(frame.assign(weight_=1.0), 0)) == EstimateReason.NO_WEIGHTS_CARRIED
    assert refusal(Sample(frame.drop(columns="stratum_"), 0)) == EstimateReason.NO_STRATA
    assert refusal(Sample(frame.assign(treated=1.0), 0)) == EstimateReason.NOBODY_TO_COMPARE
    large = pd.concat([frame] * 2).assign(stratum_=0.0)
    assert refusal(Sample(large, 0)) == EstimateReason.LARGE_GROUP
    idle = frame.assign(z=given.strata * 1.0)  # the same for all of a group
    assert asked(Sample(idle, 0), covariates=["x", "z"])[0].estimate == pytest.approx(
        asked(given, covariates=["x"])[0].estimate
    )


def test_a_panel_compares_units_with_themselves():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"unit": np.repeat(np.arange(120), 3), "year": np.tile([1, 2, 3], 120)})
    table = table.assign(group=(table["unit"] % 2) * 1.0, _key=table.index.astype(str))
    table["begun"] = table["group"] * (table["year"] > 1)
    level = rng.normal(size=120)[table["unit"]] + 0.3 * table["year"] + table["begun"]
    table["score_now"] = (rng.random(360) < expit(level)) * 1.0
    made = programme(
        [{"method": "fixed_effects_logit", "treatment": ["begun"], "std_errors": ["CR1"]}],
        primary="fixed-effects-logit",
        panel={"unit": "unit", "period": "year"},
    )
    lines = [
        LINES[0],
        indicator("score_now", "period", "effect"),
        indicator("begun", "period", "treatment", "b"),
    ]
    settings = Settings("trial", "observational", "fixed-effects-logit")
    rows = estimate_stages(table, made, lines, settings, stages=("outcome",))
    columns = np.column_stack([table["begun"], table["year"] == 2, table["year"] == 3]).astype(float)
    kept = table.groupby("unit")["score_now"].transform("nunique") > 1
    columns, table = columns[kept], table[kept]
    theirs = ConditionalLogit(table["score_now"].to_numpy(), columns, groups=table["unit"].to_numpy())
    assert rows.loc[0, "estimate"] == pytest.approx(
        theirs.fit(method="newton", disp=False).params[0], rel=1e-5
    )
    assert rows["estimand"].tolist()[2] == "difference (marginal)"
    mixed = table["unit"].nunique()
    assert f"groups_decide(mixed={mixed}, groups=120, units={3 * mixed})" in rows.loc[0, "reasons"]
