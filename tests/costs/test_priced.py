"""What is priced, what is assumed and how both are printed: work not done, shares written once, bands, what
has no price.
"""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_value import case, rupiah

from conftest import ROOT
from cost_cases import declared, money, placed
from manfaat.costs import indicators, uncertainty, value
from manfaat.costs.accounts import typical_move
from manfaat.costs.breakeven import break_even
from manfaat.costs.flows import SOCIETY, Terms, all_entries
from manfaat.definitions.programme import load_programme
from manfaat.report.cost_exhibits import shares_told
from manfaat.report.cost_sentences import unclear_transfers
from manfaat.report.words import Language


def opportunity(*lines: dict[str, object]) -> float:
    """IN04 of a sheet."""
    found = indicators.cost_indicators(placed(*lines)[1], declared(), {}, {}).set_index("name")["value"]
    return found["opportunity cost per trainee"]


# --- the work not done is counted once


def test_the_work_not_done_is_priced_once():
    wage = rupiah(payer="3", amount=80.0, item="10", transfer="1")
    # the wage goes on (80) and a replacement does the work (50): the work not done is worth 50, for 10
    # trainees 5 each, not 130
    assert opportunity(wage, rupiah(payer="3", amount=50.0, item="11")) == 5
    # nobody replaced the worker: the wage stands for the work, 80 / 10
    assert opportunity(wage) == 8
    # pay that the trainee lost (30) comes on top of the replacement: (50 + 30) / 10
    assert (
        opportunity(
            wage, rupiah(payer="3", amount=50.0, item="11"), rupiah(payer="5", amount=30.0, item="12")
        )
        == 8
    )


def test_a_sheet_without_such_lines_does_not_say_that_time_was_free():
    assert pd.isna(opportunity(rupiah(payer="1", amount=80.0)))


# --- what is assumed is declared, and moves what it should


def test_the_band_of_exchange_rates_is_about_their_usual_move():
    # rupiah per yen, 1989 to 2006, each year over the one before (facts in src/manfaat/definitions/series):
    # the median of the 17 changes
    rates = [
        12.82,
        12.71,
        14.49,
        16.01,
        18.79,
        21.15,
        23.93,
        21.53,
        24.03,
        76.45,
        69.07,
        78.12,
        84.40,
        74.36,
        73.98,
        82.65,
        88.14,
        78.75,
    ]
    moves = sorted(max(one / other, other / one) - 1 for one, other in itertools.pairwise(rates))
    median, most, first, last = typical_move(money(), "JPY")
    assert median == pytest.approx(moves[8], abs=0.002)
    assert most == pytest.approx(76.45 / 24.03 - 1, abs=0.002)
    assert (first, last) == (1989, 2006)
    band = load_programme(ROOT / "programmes/jakarta-tokyo", root=ROOT)[0].costs.rate_band
    assert band.value == pytest.approx(median, abs=0.03)
    assert "median" in band.because["en"]


def test_years_that_do_not_follow_one_another_are_not_compared():
    # rupiah per dollar after 2006: 2010, 2015, 2020 and 2021; only the last two are a year apart
    assert typical_move(money(), "USD")[2:] == (1989, 2021)
    assert typical_move(money(), "USD")[1] == pytest.approx(10013.62 / 2909.38 - 1)


def test_prices_move_all_costs_and_rates_only_foreign_ones():
    _, lines = placed(rupiah(payer="2", amount=6e7), {"payer": "1", "amount": 1000.0})
    drawn = uncertainty.draws(case(lines, price_band=0.3, rate_band=0.0), seed=2, draws=200_000)
    # home pays 6e7 at the end of year 0, within ±30 %, uniform: standard deviation 0.3 × 6e7 / 1.05 / √3
    assert drawn["home"].std() == pytest.approx(0.3 * 6e7 / 1.05 / np.sqrt(3), rel=0.01)
    assert drawn["home"].corr(drawn["host"]) == pytest.approx(1)
    still = uncertainty.draws(case(lines, price_band=0.0, rate_band=0.3), seed=2, draws=1_000)
    assert still["home"].nunique() == 1
    assert still["host"].std() > 0
    for name in ("rate_band", "price_band"):
        with pytest.raises(ValueError, match=name):
            case(lines, **{name: 1.2})


def test_the_tornado_tries_the_interval_that_the_scenarios_show_and_both_timings():
    _, lines = placed(rupiah(payer="1", amount=1e8))
    found = uncertainty.tornado(case(lines, interval=(0.03, 0.2), price_band=0.05)).set_index("what")
    assert found.loc["effect", ["low", "high"]].tolist() == [0.03, 0.2]
    # money at the start of the year instead of its end: every value is 5 % larger
    assert found.loc["timing", "at_low"] == pytest.approx(1.05 * found.loc["timing", "at_high"])
    assert found.loc["prices", "swing"] == pytest.approx(0.1 * 1e8 / 1.05)


@pytest.mark.slow
def test_every_assumption_has_its_switching_value():
    _, lines = placed(rupiah(payer="1", amount=6.5e7, valuation="4"), {"payer": "1", "amount": 2000.0})
    one = case(lines)
    found = uncertainty.switching_values(one).set_index("what")
    assert {"discount_rate", "decay", "horizon", "funds", "valuation", "rate"} <= set(found.index)
    assert uncertainty.net_value(one) > 0
    for what in ("funds", "valuation", "rate"):
        assert uncertainty.net_value(one, **{what: found.loc[what, "switches_at"]}) == pytest.approx(
            0, abs=2
        ), what


# --- what has no price is not zero


def test_what_the_unpriced_would_have_to_be_worth_by_hand():
    # nothing discounted, nothing lost, 5 years, 10 trainees: 50 unit-years. Home pays 1,000,000: 20,000 a
    # trainee and year
    _, lines = placed(
        rupiah(payer="2", amount=1e6),
        rupiah(payer="1", amount=4e6),
        rupiah(payer="1", amount=5e5, item="2", transfer="1"),
    )
    one = case(lines, terms=Terms(0.0, 5, 0.0, timing="start"), effect=0.0)
    found = break_even(one, ["trainee", "employer", "home", "host"]).set_index("party")
    assert found.loc["home", "needed"] == pytest.approx(20_000)
    assert found.loc["host", "needed"] == pytest.approx(90_000)  # 4,500,000 / 50
    assert found.loc[SOCIETY, "needed"] == pytest.approx(100_000)  # the allowance cancels
    assert found.loc["home", "of_amount"] == pytest.approx(20_000 / 12e6)  # of twelve months at 1,000,000
    assert found.loc[["trainee", "employer"], "needed"].isna().all()  # they lose nothing
    # with decay and discounting, paying for it year by year indeed leaves nothing
    now = replace(one, terms=Terms(0.05, 7, 0.1))
    needed = break_even(now, ["home"]).set_index("party").loc["home", "needed"]
    paid = [10 * needed * 0.9**year * 1.05 ** -(year + 2) for year in range(7)]
    assert sum(paid) + uncertainty.net_value(now, "home") == pytest.approx(0, abs=1e-6)
    assert (
        break_even(replace(one, terms=Terms(0.0, 0)), ["home"])["needed"].isna().all()
    )  # no year of benefit is counted


def test_a_party_without_a_priced_gain_has_no_ratio():
    _, lines = placed(rupiah(payer="2", amount=1e6), rupiah(payer="1", amount=5e5, item="2", transfer="1"))
    now = Terms(0.0, 5, 0.0, timing="start")
    table = value.value_table(
        all_entries(lines, 0.0, "trainee", declared(), now), ["trainee", "home", "host"], now
    ).set_index("party")
    assert table.loc[["home", "host"], "bcr"].isna().all()
    assert table.loc[SOCIETY, "bcr"] == 0  # society's benefit was valued, and it is nothing
    assert np.isnan(table.loc["trainee", "bcr"])  # spends nothing


# --- lines that are unclear are counted, not guessed


def test_transfers_that_nobody_receives_are_counted_as_unclear():
    _, lines = placed(
        rupiah(payer="1", item="2", transfer="1"),  # an allowance: to the trainee
        rupiah(
            payer="1", item="4", transfer="1"
        ),  # a transfer, but nobody is declared to receive instruction
        rupiah(payer="1", item="4", transfer=""),  # not stated
        rupiah(payer="1", item="4", transfer="2"),
    )
    assert lines["receiver"].tolist() == ["trainee", "", "", ""]
    assert unclear_transfers(lines) == 2


def test_shares_of_the_indicators_are_rounded_together():
    # 90.154, 7.477, 1.955 and 0.414 per cent: rounded one by one they add up to 100.1; the largest remainders
    # are those of 7.477 and 1.955
    found = pd.DataFrame(
        {
            "code": ["IN02"] * 4 + ["IN03"],
            "name": [*"abcd", "leverage"],
            "value": [0.90154, 0.07477, 0.01955, 0.00414, 50.2],
        }
    )
    assert shares_told(found, SimpleNamespace(reader=Language("en"))).tolist()[:4] == [
        "90.1%",
        "7.5%",
        "2.0%",
        "0.4%",
    ]
