"""Value: hand-worked cases, viewpoints that conserve, draws against closed forms, switching values, grades
that never exceed.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from test_costs import LINES

from conftest import examples
from cost_cases import declared, placed
from manfaat.costs import advice, double_benefit, effectiveness, uncertainty, value
from manfaat.costs.flows import SOCIETY, Terms, all_entries, changing, cost_entries, yearly_flow
from manfaat.costs.scenarios import is_reach_told, reach_of
from manfaat.costs.viewpoints import viewpoint_table
from manfaat.definitions.claims import GRADES
from manfaat.definitions.declarations import Implication, Technology, Yardstick

PARTIES = ["trainee", "employer", "home", "host"]


def rupiah(**changes: object) -> dict[str, object]:
    """A line in rupiah of 2004, so that nominal and real are the same."""
    return {"currency": "IDR", "year": 2004, "cohort": 2004, "basis": "1", "covered": 10} | changes


def case(lines: pd.DataFrame, **changes: object) -> uncertainty.Case:
    """A case with 10 trainees who earn Rp 1,000,000 a month."""
    usual = {
        "terms": Terms(0.05, 10, 0.05),
        "people": 10,
        "effect": 0.1,
        "error": 0.02,
        "amount": 1e6,
        "amount_error": 5e4,
        "reach": 0.9,
        "reach_error": 0.02,
    }
    return uncertainty.Case(lines=lines, sheet=declared(), times=12, goes_to="trainee", **(usual | changes))


# --- present values by hand


def test_present_value_by_hand_and_what_timing_moves():
    flow = np.array([-100.0, 60.0, 60.0])
    # at the start of the years: −100 + 60 / 1.05 + 60 / 1.1025 = −100 + 57.142857 + 54.421769 = 11.564626
    assert value.present_value(flow, 0, Terms(0.05, timing="start")) == pytest.approx(11.564626, abs=1e-6)
    # at their end all of it is a year later: 11.564626 / 1.05 = 11.013929; timing alone moves it by 5 %
    assert value.present_value(flow, 0, Terms(0.05, timing="end")) == pytest.approx(11.013929, abs=1e-6)
    # paid the year before departure: worth 5 % more at departure
    assert value.present_value(flow, -1, Terms(0.05, timing="start")) == pytest.approx(
        11.564626 * 1.05, abs=1e-5
    )


def test_internal_rate_against_roots_of_another_library():
    flow = np.array([-100.0, 60.0, 60.0])
    # scipy.optimize.brentq(lambda r: sum(f / (1 + r) ** t), 0, 1)
    found = brentq(lambda rate: sum(amount / (1 + rate) ** year for year, amount in enumerate(flow)), 0, 1)
    assert value.internal_rate(flow) == pytest.approx(found, abs=1e-9)
    assert np.isnan(value.internal_rate(np.array([1.0, 2.0])))
    assert np.isnan(value.internal_rate(np.zeros(3)))


# What manuals print: Excel (IRR), and NumPy before it gave up its financial functions (irr).
RATES = {
    "Excel, four years": ([-70_000, 12_000, 15_000, 18_000, 21_000], -0.021, 0.0005),
    "Excel, five years": ([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000], 0.087, 0.0005),
    "NumPy, gain": ([-100, 39, 59, 55, 20], 0.28095, 0.000005),
    "NumPy, late loss": ([-100, 0, 0, 74], -0.0955, 0.00005),
    "NumPy, two changes": ([-100, 100, 0, -7], -0.0833, 0.00005),
    "NumPy, late gain": ([-100, 100, 0, 7], 0.06206, 0.000005),
    "NumPy, three changes": ([-5, 10.5, 1, -8, 1], 0.0886, 0.00005),
}
WORTHS = {  # Excel (NPV) discounts the first entry too, or takes it as it is where it is added outside
    "Excel, first after a year": (0.10, 1, [-10_000, 3_000, 4_200, 6_800], 1_188.44),
    "Excel, first at once": (0.08, 0, [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500], 1_922.06),
    "Excel, with a late loss": (0.08, 0, [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500, -9_000], -3_749.47),
    "NumPy": (0.08, 0, [-40_000, 5_000, 8_000, 12_000, 30_000], 3_065.22267),
}


@pytest.mark.parametrize("published", RATES)
def test_internal_rates_as_published(published):
    flow, rate, within = RATES[published]
    assert value.internal_rate(np.array(flow, dtype="float64")) == pytest.approx(rate, abs=within)


@pytest.mark.parametrize("published", WORTHS)
def test_present_values_as_published(published):
    rate, first, flow, worth = WORTHS[published]
    terms = Terms(rate, timing="start")
    assert value.present_value(np.array(flow), first, terms) == pytest.approx(worth, abs=0.005)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12), st.floats(0, 0.3))
def test_at_the_internal_rate_a_flow_is_worth_nothing(flow, rate):
    flow = np.array(flow, dtype="float64")
    summed = sum(amount / (1 + rate) ** year for year, amount in enumerate(flow))
    assert value.present_value(flow, 0, Terms(rate, timing="start")) == pytest.approx(summed, abs=1e-6)
    found = value.internal_rate(flow)
    if not value.sign_changes(flow):
        assert np.isnan(found)
    elif value.sign_changes(flow) == 1:  # by Descartes' rule there is exactly one
        years = np.arange(len(flow))
        assert abs(flow @ (1 + found) ** -years) <= 1e-6 * (np.abs(flow) @ (1 + found) ** -years)


def test_more_than_one_change_of_sign_is_counted():
    # −100, 230, −132 has the roots 10 % and 20 %: 230 / 1.1 − 132 / 1.21 = 209.09 − 109.09 = 100
    assert value.sign_changes(np.array([-100.0, 230.0, -132.0])) == 2
    assert value.sign_changes(np.array([-1.0, 0.0, -1.0, 0.0, 2.0])) == 1
    assert value.internal_rate(np.array([-100.0, 230.0, -132.0])) == pytest.approx(0.1)


def test_payback_by_hand():
    now = Terms(0.0, timing="start")
    assert value.payback(np.array([-100.0, 60.0, 60.0]), 0, now) == 2
    assert value.payback(np.array([-100.0, 100.0]), 0, now) == 1  # exactly even
    assert np.isnan(value.payback(np.array([-100.0, 60.0]), 0, now))
    assert np.isnan(value.payback(np.array([10.0, 60.0]), 0, now))  # nothing was spent
    # discounted at 10 %: −100 + 54.5 + 49.6 = 4.1, still in the second year; at 20 %: −100 + 50 + 41.7 < 0
    assert value.payback(np.array([-100.0, 60.0, 60.0]), 0, Terms(0.10, timing="start")) == 2
    assert np.isnan(value.payback(np.array([-100.0, 60.0, 60.0]), 0, Terms(0.20, timing="start")))


def test_phillips_by_hand():
    # gain 200, half of it ascribed with a confidence of 0.8: 200 × 0.4 = 80 against a cost of 50: (80 − 50) /
    # 50 = 60 %
    assert value.phillips_roi(200, 0.5 * 0.8, 50) == pytest.approx(0.6)
    for bad in ((200, 0.4, 0), (200, 1.2, 50), (200, -0.1, 50)):
        with pytest.raises(ValueError, match="a return needs"):
            value.phillips_roi(*bad)


@pytest.mark.parametrize(
    "wrong", [{"timing": "noon"}, {"horizon": -1}, {"decay": 1.5}, {"funds": 0.5}, {"discount_rate": 2.0}]
)
def test_terms_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Terms(**wrong)


# --- viewpoints


def test_viewpoints_by_hand():
    _, lines = placed(
        rupiah(payer="1", amount=600.0, item="4"),  # instruction: host pays
        rupiah(payer="1", amount=300.0, item="2", transfer="1"),  # allowance: host pays, trainee receives
        rupiah(payer="2", amount=100.0, item="7"),  # selection: home pays
        rupiah(payer="3", amount=80.0, item="10", transfer="1"),  # wage that goes on
        rupiah(payer="3", amount=50.0, item="11"),  # replacement
    )
    now = Terms(0.0, 2, 0.5, funds=1.2, timing="start")
    entries = all_entries(lines, 200.0, "trainee", declared(), now)
    found = viewpoint_table(entries, PARTIES, now).set_index(["kind", "item"])
    # benefit 200, then 200 × 0.5 = 100; the wage that goes on is left out, because its cohort prices the work
    # not done
    assert found.loc[("benefit", "benefit")].tolist() == [300, 0, 0, 0, 300]
    assert found.loc[("transfer", "2")].tolist() == [300, 0, 0, -300, 0]
    assert ("transfer", "10") not in found.index
    assert found.loc[("burden", "burden")].tolist() == [
        0,
        0,
        -20,
        -180,
        -200,
    ]  # 20 % of 100, and of 600 + 300
    assert found.loc[("total", "")].tolist() == [600, -50, -120, -1080, -650]
    worth = value.value_table(entries, PARTIES, now).set_index("party")
    assert worth["npv"].tolist() == pytest.approx([600, -50, -120, -1080, -650])
    assert worth.loc[SOCIETY, ["benefits", "costs"]].tolist() == pytest.approx(
        [300, 950]
    )  # 600 + 100 + 50 + 200
    # trainees and employers gain 600 − 50 = 550; governments spend 1,200; home alone 120
    assert value.value_of_funds(worth.reset_index(), declared()) == pytest.approx(550 / 1200)
    assert value.value_of_funds(worth.reset_index(), declared(), "home") == pytest.approx(550 / 120)


def test_a_wage_that_goes_on_stands_for_the_work_where_nobody_replaced_it():
    _, lines = placed(
        rupiah(payer="3", amount=80.0, item="10", transfer="1"),
        rupiah(payer="3", amount=50.0, item="11", cohort=2003),
    )
    left = changing(lines, declared())
    assert left["item"].tolist() == ["10", "11"]
    entries = cost_entries(lines, declared()).set_index("item")
    assert entries.loc["10", ["kind", "party", "amount"]].tolist() == ["resource", "employer", -80]


def test_rounding_leaves_nothing_of_a_transfer():
    # 11 from each of two payers, 5 % off: 10.476 is rounded to 10 twice, 20.952 to 21; the row must still add
    # up to nothing
    _, lines = placed(*[rupiah(payer=payer, amount=11.0, item="2", transfer="1") for payer in ("1", "2")])
    now = Terms(0.05, timing="end")
    seen = viewpoint_table(all_entries(lines, 0.0, "trainee", declared(), now), PARTIES, now).set_index(
        ["kind", "item"]
    )
    assert seen.loc[("transfer", "2")].tolist() == [20, 0, -10, -10, 0]


@settings(max_examples=examples(60), deadline=None)
@given(
    LINES,
    st.integers(0, 10**12),
    st.floats(0, 0.2),
    st.floats(1, 2),
    st.floats(0, 1),
    st.sampled_from(["start", "end"]),
)
def test_viewpoints_conserve_to_the_last_unit(lines, yearly, rate, funds, decay, timing):
    _, found = placed(*lines)
    now = Terms(rate, 7, decay, timing=timing, funds=funds)
    entries = all_entries(found, float(yearly), "trainee", declared(), now)
    transfers = entries[entries["kind"] == "transfer"]
    assert int(transfers["amount"].sum()) == 0
    if entries.empty:
        return
    seen = viewpoint_table(entries, PARTIES, now)
    assert (seen[PARTIES].sum(axis=1) == seen[SOCIETY]).all()
    assert (seen.loc[seen["kind"] == "transfer", SOCIETY] == 0).all()
    body = seen[seen["kind"] != "total"]
    assert (
        body[[*PARTIES, SOCIETY]].sum() == seen[seen["kind"] == "total"][[*PARTIES, SOCIETY]].iloc[0]
    ).all()
    # the rounded table and the unrounded flow agree but for half a unit a cell
    for party in [*PARTIES, SOCIETY]:
        flow, first = yearly_flow(entries, party)
        assert (
            abs(value.present_value(flow, first, now) - seen[seen["kind"] == "total"][party].iloc[0])
            <= len(seen) * len(PARTIES) + 1e-9 * abs(flow).sum()
        )
    # all resource entries are the real cost of what changes, payer by payer
    left = changing(found, declared())
    resources = entries[entries["kind"] == "resource"]["amount"].sum()
    assert int(resources) == -int(left.loc[left["receiver"] == "", "real"].sum())


# --- uncertainty


def test_annuity_is_the_sum_of_its_years():
    now = Terms(0.07, 9, 0.1, first_year=2, timing="end")
    by_hand = sum(0.9**year * 1.07 ** -(year + 2 + 1) for year in range(9))
    assert uncertainty.annuity(now, 0.1) == pytest.approx(by_hand, rel=1e-12)
    assert (
        uncertainty.annuity(Terms(0.0, 5, 0.0, timing="start"), 0.0) == 5
    )  # nothing discounted, nothing lost
    assert uncertainty.annuity(Terms(0.05, 0), 0.0) == 0
    drawn = uncertainty.annuity(now, np.array([0.0, 0.1, 1.0]))
    assert drawn[1] == pytest.approx(by_hand)
    assert drawn[2] == pytest.approx(1.07**-3)


def test_net_value_is_that_of_the_flows():
    _, lines = placed(
        rupiah(payer="1", amount=9e6),
        rupiah(payer="1", amount=3e6, item="2", transfer="1"),
        rupiah(payer="2", amount=1e6, year=2005),
    )
    one = case(lines, terms=Terms(0.08, 6, 0.1, funds=1.1))
    entries = all_entries(lines, one.yearly, "trainee", declared(), one.terms)
    table = value.value_table(entries, PARTIES, one.terms).set_index("party")["npv"]
    for party in [*PARTIES, SOCIETY]:
        assert uncertainty.net_value(one, party) == pytest.approx(
            table[party], abs=20
        )  # the flows are rounded to whole units each year


@pytest.mark.slow
def test_draws_have_the_moments_of_their_closed_form():
    _, lines = placed(
        rupiah(payer="1", amount=1e8, valuation="4"), rupiah(payer="2", amount=5e7, valuation="1")
    )
    one = case(lines, terms=Terms(0.0, 5, 0.0, timing="start"), error=0.0, amount_error=1e5, reach_error=0.0)
    drawn = uncertainty.draws(one, seed=3, draws=200_000)
    # host: 1e8 within ±30 %, uniform: mean 1e8, standard deviation 0.3 × 1e8 / √3
    assert drawn["host"].mean() == pytest.approx(-1e8, rel=2e-3)
    assert drawn["host"].std() == pytest.approx(0.3e8 / np.sqrt(3), rel=0.01)
    assert (drawn["home"] == -5e7).all()  # invoices: no band
    gain = 10 * 0.9 * 12 * np.expm1(0.1) * 5
    assert drawn["trainee"].mean() == pytest.approx(gain * 1e6, rel=2e-3)
    assert drawn["trainee"].std() == pytest.approx(gain * 1e5, rel=0.01)
    assert drawn[SOCIETY].to_numpy() == pytest.approx(drawn[PARTIES].sum(axis=1).to_numpy())


def test_probability_above_zero_is_that_of_the_normal_distribution():
    _, lines = placed(rupiah(payer="1", amount=5.8e7, valuation="1"))
    one = case(lines, terms=Terms(0.0, 5, 0.0, timing="start"), error=0.0, amount_error=2e5, reach_error=0.0)
    gain = 10 * 0.9 * 12 * np.expm1(0.1) * 5
    # scipy.stats.norm.sf((5.8e7 / gain − 1e6) / 2e5)
    expected = stats.norm.sf((5.8e7 / gain - 1e6) / 2e5)
    found = uncertainty.summary(uncertainty.draws(one, seed=5, draws=200_000)).set_index("party")
    assert 0.2 < expected < 0.8
    assert found.loc[SOCIETY, "probability"] == pytest.approx(expected, abs=0.004)


def test_same_seed_same_draws():
    _, lines = placed(rupiah(payer="1", amount=1e7, valuation="4"))
    first, again, other = (uncertainty.draws(case(lines), seed=seed, draws=50) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["trainee"] != other["trainee"]).any()


@pytest.mark.slow
def test_at_its_switching_value_nothing_is_left():
    _, lines = placed(rupiah(payer="1", amount=4e7))
    one = case(lines)
    found = uncertainty.switching_values(one).set_index("what")
    assert uncertainty.net_value(one) > 0
    for what in ("effect", "discount_rate", "costs", "amount"):
        assert uncertainty.net_value(one, **{what: found.loc[what, "switches_at"]}) == pytest.approx(0, abs=1)
    years = int(found.loc["horizon", "switches_at"])
    assert uncertainty.net_value(one, horizon=years) >= 0 > uncertainty.net_value(one, horizon=years - 1)
    # a cost that nothing can pay back turns nowhere
    _, dear = placed(rupiah(payer="1", amount=1e15))
    assert (
        uncertainty.switching_values(case(dear))
        .set_index("what")
        .loc[["decay", "horizon"], "switches_at"]
        .isna()
        .all()
    )


def test_tornado_moves_one_thing_at_a_time():
    _, lines = placed(rupiah(payer="1", amount=1e7, valuation="4"), {"payer": "1", "amount": 1000.0})
    one = case(lines)
    found = uncertainty.tornado(one).set_index("what")
    assert found["swing"].is_monotonic_decreasing
    assert found.loc["valuation", "swing"] == pytest.approx(2 * 0.3 * 1e7 * one.terms.factor(0), rel=1e-6)
    assert found.loc["effect", ["at_low", "at_high"]].tolist() == pytest.approx(
        [
            uncertainty.net_value(replace(one, effect=0.1 - 1.959964 * 0.02)),
            uncertainty.net_value(replace(one, effect=0.1 + 1.959964 * 0.02)),
        ]
    )


def test_a_benefit_in_money_is_no_difference_of_logarithms():
    # Rp 520 a month more is Rp 520 a month more; through exp() it was beyond any number, and 5.2 thousand
    # dollars were "520.1 %"
    _, lines = placed(rupiah(payer="1", amount=1e4))
    one = case(lines, effect=520.0, error=50.0, amount_error=3e5, is_level=True)
    assert one.yearly == pytest.approx(10 * 0.9 * 12 * 520)
    found = uncertainty.draws(replace(one, terms=Terms(0.05, 10, 0.0)), seed=1, draws=20_000)["trainee"]
    expected = replace(one, terms=Terms(0.05, 10, 0.0)).yearly * float(
        uncertainty.annuity(Terms(0.05, 10, 0.0), 0.0)
    )
    assert found.mean() == pytest.approx(
        expected, rel=0.01
    )  # however uncertain the amount without the programme is
    turns = uncertainty.switching_values(one).set_index("what")
    assert uncertainty.net_value(one, effect=turns.loc["effect", "switches_at"]) == pytest.approx(0, abs=1)
    assert "amount" not in turns.index
    assert "amount" not in set(uncertainty.tornado(one)["what"])
    assert (
        replace(one, effect=-2e6).yearly < -one.amount
    )  # a loss of more than the amount has no logarithm, and is a loss


@pytest.mark.parametrize(
    ("benefit", "unit", "message"),
    [
        ({}, {}, ""),
        ({"kind": "level"}, {}, "'log_pay' is no amount of money in the unit of 'pay_now'"),
        ({}, {"is_log": False}, "'log_pay' is no amount of money in the unit of 'pay_now'"),
        ({"kind": "log"}, {"is_log": False}, "'log_pay' is no difference of logarithms"),
    ],
)
def test_the_kind_of_a_benefit_is_that_of_its_unit(benefit, unit, message):
    from manfaat.analysis.study import load_study
    from manfaat.indicators import check_value_units

    study = load_study("jakarta-tokyo-2004-synthetic")
    name = next(
        line.unit for line in study.indicators if line.indicator == "log_pay" and line.use == "effect"
    )
    worth = study.programme.worth.model_copy(
        update={"benefit": study.programme.worth.benefit.model_copy(update=benefit)}
    )
    units = study.programme.units | {name: study.programme.units[name].model_copy(update=unit)}
    problems = check_value_units(
        study.programme.model_copy(update={"worth": worth, "units": units}),
        list(study.indicators),
        "programme.yml",
    )
    assert [problem.message for problem in problems][:1] == ([message] if message else [])


# --- cost-effectiveness


def test_cost_of_one_unit_by_hand():
    _, lines = placed(rupiah(payer="1", amount=8e6), rupiah(payer="2", amount=2e6))
    one = case(lines, terms=Terms(0.0, timing="start"))
    row = {
        "indicator": "promoted",
        "rater": "self",
        "is_primary": True,
        "specification": "s",
        "effect_size": 0.5,
    }
    estimates = pd.DataFrame(
        [
            row | {"estimate": 0.2, "ci_low": 0.1, "ci_high": 0.4},
            row | {"indicator": "skills", "estimate": 0.25, "ci_low": -0.25, "ci_high": 0.75},
            row | {"indicator": "log_pay", "estimate": -0.1, "ci_low": -0.2, "ci_high": 0.0},
        ]
    )
    words = {"en": "x", "id": "x"}
    sticks = [
        Yardstick(label=words, indicator=name, kind=kind)
        for name, kind in (("promoted", "share"), ("skills", "sd"), ("log_pay", "percent"), ("absent", "sd"))
    ]
    found = effectiveness.cost_per_unit(one, sticks, estimates).set_index(["indicator", "payer"])
    # 10,000,000 for 10 trainees, 0.2 more promoted each: 1,000,000 / 0.2; bounds 1,000,000 / 0.4 and / 0.1
    assert found.loc[("promoted", SOCIETY), ["each", "each_low", "each_high"]].tolist() == pytest.approx(
        [5e6, 2.5e6, 1e7]
    )
    assert found.loc[("promoted", "home"), "each"] == pytest.approx(1e6)
    # half a standard deviation, interval −0.5 to 1.5: the upper bound of the cost does not exist
    assert found.loc[
        ("skills", SOCIETY), ["units", "units_low", "units_high", "each"]
    ].tolist() == pytest.approx([0.5, -0.5, 1.5, 2e6])
    assert np.isnan(found.loc[("skills", SOCIETY), "each_high"])
    assert found.loc[("log_pay", SOCIETY), "units"] == pytest.approx(100 * np.expm1(-0.1))
    assert found.loc[[("log_pay", SOCIETY), ("absent", "home")], "each"].isna().all()


# --- the double benefit


def basis(share: float, n: int = 40) -> pd.DataFrame:
    """Means as the chapter on inputs writes them: one share with Wilson's interval."""
    from manfaat.costs.basis import interval
    from manfaat.evaluation.weighted import answers

    low, high = interval(answers(pd.Series([1.0] * round(share * n) + [0.0] * (n - round(share * n)))), 0.95)
    return pd.DataFrame(
        [
            {
                "name": "adopted",
                "group": "participants",
                "n": n,
                "mean": share,
                "sd": 0.5,
                "std_error": 0.5 / n**0.5,
                "ci_low": low,
                "ci_high": high,
            }
        ]
    )


TECH = Technology(
    adopted="adopted",
    count="count",
    still="still",
    taught="taught",
    since="since",
    firm="firm",
    threshold=0.5,
)


def accounts_of(*lines: dict[str, object]):
    """Accounts of some lines."""
    from cost_cases import money
    from manfaat.costs.accounts import in_money, reconcile
    from manfaat.costs.ledger import Accounts
    from manfaat.costs.slips import proposals

    sheet, found = placed(*lines)
    return Accounts(
        money(),
        sheet,
        found,
        in_money(sheet.alternatives, money()),
        reconcile(sheet, found, len(lines)),
        proposals(found, money()),
    )


@pytest.mark.parametrize(
    ("share", "grade"), [(0.9, "reported only"), (0.5, "cannot tell"), (0.1, "contradicted")]
)
def test_technology_is_never_more_than_reported(share, grade):
    assert double_benefit.technology(basis(share), TECH).grade == grade


def test_technology_that_was_not_measured_cannot_be_told():
    assert double_benefit.technology(basis(0.9).iloc[:0], TECH).grade == "cannot tell"
    assert double_benefit.technology(basis(0.9), None).grade == "cannot tell"


@pytest.mark.parametrize(
    ("home", "other", "valuation", "grade"),
    [
        (1e6, 9e6, "1", "shown"),
        (1e6, 9e6, "4", "suggested"),
        (9e6, 1e6, "1", "contradicted"),
        (6.2e6, 9e6, "4", "suggested"),
        (6.5e6, 9e6, "4", "cannot tell"),
    ],
)
def test_cheaper_only_when_no_reading_says_otherwise(home, other, valuation, grade):
    # 9,000,000 estimated within ±30 % may be 6,300,000: more than 6,200,000, less than 6,500,000
    found = accounts_of(
        rupiah(payer="2", amount=home), rupiah(payer="2", item="15", amount=other, valuation=valuation)
    )
    assert double_benefit.cheaper(found).grade == grade


def test_without_an_equivalent_no_saving_can_be_told():
    assert double_benefit.cheaper(accounts_of(rupiah(payer="2", amount=1.0))).why == "no equivalent"


def test_who_bore_most():
    assert (
        double_benefit.borne_by_host(
            accounts_of(rupiah(payer="1", amount=3.0), rupiah(payer="2", amount=2.0))
        ).grade
        == "shown"
    )
    assert (
        double_benefit.borne_by_host(
            accounts_of(rupiah(payer="1", amount=2.0), rupiah(payer="2", amount=3.0))
        ).grade
        == "contradicted"
    )
    assert double_benefit.borne_by_host(accounts_of(rupiah(payer="2", amount=3.0))).grade == "contradicted"
    # ¥100,000 × 10 in 1997 are Rp 24.0 million by the year's rate and 82.65 × 35.76 / 100 / 1.0232 = 28.9
    # million by purchasing power
    yen = accounts_of({"payer": "1"}, {"payer": "2", "currency": "IDR", "amount": 26_000_000.0, "basis": "1"})
    assert double_benefit.borne_by_host(yen).grade == "cannot tell"


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
@pytest.mark.parametrize("home", [1e6, 6.5e6, 2e7])
@pytest.mark.parametrize("host", [1e5, 1e9])
def test_the_joint_claim_is_never_surer_than_the_weaker_half(share, home, host):
    found = accounts_of(
        rupiah(payer="1", amount=host),
        rupiah(payer="2", amount=home),
        rupiah(payer="2", item="15", amount=9e6, valuation="4"),
    )
    halves = {half.name: half.grade for half in double_benefit.double_benefit(found, basis(share), TECH)}
    rank = GRADES.index
    assert rank(halves["joint"]) == min(rank(halves["technology"]), rank(halves["cost"]))
    assert rank(halves["cost"]) == min(rank(halves["host"]), rank(halves["cheaper"]))


def test_without_costs_the_double_benefit_cannot_be_told():
    halves = {half.name: half.grade for half in double_benefit.double_benefit(None, basis(0.9), TECH)}
    assert halves == {
        "technology": "reported only",
        "host": "cannot tell",
        "cheaper": "cannot tell",
        "cost": "cannot tell",
        "joint": "cannot tell",
    }


# --- advice


@pytest.mark.parametrize(
    ("value_", "low", "high", "below", "above", "verdict"),
    [
        (0.8, 0.7, 0.85, 0.9, None, "called for"),
        (0.8, 0.7, 0.95, 0.9, None, "leaning"),
        (0.95, 0.7, 0.99, 0.9, None, "not called for"),
        (0.9, 0.8, 0.95, 0.9, None, "not called for"),  # at the threshold
        (0.6, np.nan, np.nan, None, 0.5, "called for"),
        (0.6, 0.4, 0.8, None, 0.5, "leaning"),
        (np.nan, np.nan, np.nan, None, 0.5, "not measured"),
    ],
)
def test_recommendations_follow_from_thresholds(value_, low, high, below, above, verdict):
    rule = Implication(id="x", statistic="x", below=below, above=above, text={"en": "x", "id": "x"})
    assert advice.judge(value_, low, high, rule) == verdict


def test_each_recommendation_names_its_statistic():
    rules = [
        Implication(id="a", statistic="adopted", below=0.95, text={"en": "x", "id": "x"}),
        Implication(id="b", statistic="share_host", above=0.5, text={"en": "x", "id": "x"}),
    ]
    known = advice.statistics(basis(0.9), pd.DataFrame([{"name": "share of host", "value": 0.7}]))
    found = advice.implications(rules, known).set_index("id")
    assert found["statistic"].tolist() == ["adopted", "share_host"]
    assert found["verdict"].tolist() == ["leaning", "called for"]
    assert advice.implications(rules, known.iloc[:0])["verdict"].tolist() == ["not measured", "not measured"]


def test_a_share_that_too_few_lack_to_be_told_is_taken_as_half_way():
    rows = [("employed", "participants", 74, 0.973, 0.019), ("employed", "comparison", 213, 0.95, 0.015)]
    basis = pd.DataFrame(rows, columns=["name", "group", "n", "mean", "std_error"])
    assert reach_of(basis, "employed") == (0.973, 0.019)
    assert reach_of(basis, None) == (1.0, 0.0)
    hidden = basis.assign(mean=[np.nan, 0.95], std_error=[np.nan, 0.015])
    share, error = reach_of(hidden, "employed")
    assert 70 / 74 < share < 73 / 74  # one to four of them lack it
    assert share == pytest.approx(1 - 2.5 / 74)
    assert error == pytest.approx(np.sqrt(share * (1 - share) / 74))
    assert is_reach_told(basis, "employed")
    assert not is_reach_told(hidden, "employed")
    assert np.isnan(reach_of(hidden.assign(mean=np.nan), "employed")[0])  # nobody knows which side is few
    assert np.isnan(reach_of(hidden.assign(mean=[np.nan, 0.1]), "employed")[0])
