"""Costs, shares and thresholds at the very amount where a sentence or a grade turns."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_value import accounts_of, case, rupiah

from cost_cases import placed
from evaluation_cases import programme
from manfaat.costs import advice, double_benefit, effectiveness
from manfaat.costs.basis import TECHNIQUES, for_later, techniques_by_year, techniques_for_later
from manfaat.costs.breakeven import break_even
from manfaat.costs.flows import Terms
from manfaat.definitions.declarations import Implication

STUDY = programme([{"method": "difference_in_means", "std_errors": ["HC2"]}], primary="difference-in-means")
USED = SimpleNamespace(adopted="adopted", still="still", count="count", since="since", firm="firm")


@pytest.mark.parametrize(
    ("side", "value", "low", "high", "verdict"),
    [
        ({"above": 0.5}, 0.5, 0.4, 0.6, "not called for"),  # at the threshold is not beyond it
        ({"above": 0.5}, 0.6, 0.5, 0.7, "leaning"),  # nor is an interval that ends there
        ({"above": 0.5}, 0.6, 0.51, 0.7, "called for"),
        ({"below": 0.5}, 0.5, 0.4, 0.6, "not called for"),
        ({"below": 0.5}, 0.4, 0.3, 0.5, "leaning"),
        ({"below": 0.5}, 0.4, 0.3, 0.49, "called for"),
        ({"below": 0.5}, 0.4, np.nan, np.nan, "called for"),  # accounts have no interval
        ({"above": 0.0}, np.nan, np.nan, np.nan, "not measured"),
    ],
)
def test_recommendation_turns_beyond_its_threshold_and_not_at_it(side, value, low, high, verdict):
    assert (
        advice.judge(
            value, low, high, Implication(id="x", statistic="s", text={"en": "x", "id": "x"}, **side)
        )
        == verdict
    )


def test_small_loss_and_small_worth_still_have_a_break_even():
    """Half a rupiah lost by each of ten, one year of benefit at no discount: 0.5 a head; who gains needs
    nothing, nor does who loses nothing.
    """
    one = case(placed(rupiah(payer="2", amount=5.0))[1], terms=Terms(0.0, 1, 0.0), effect=0.0, people=10)
    assert break_even(one, ["home"]).set_index("party").loc["home", "needed"] == pytest.approx(0.5)
    cheap = replace(one, lines=placed(rupiah(payer="2", amount=1.0))[1], people=1)
    assert break_even(cheap, ["home"]).set_index("party").loc["home", "needed"] == pytest.approx(
        1.0
    )  # 1 lost, worth 1 × 1
    assert break_even(cheap, ["host"])["needed"].isna().iloc[0]


def test_saving_that_one_rate_of_exchange_denies_is_not_shown():
    """¥100,000 × 10 are 24.0 million by the year's rate and 28.9 by purchasing power: 26 million are less
    than the one alone.
    """
    own = {"payer": "2", "currency": "IDR", "basis": "1"}
    found = accounts_of(own | {"amount": 26e6}, {"payer": "2", "item": "15"})
    assert (double_benefit.cheaper(found).grade, double_benefit.cheaper(found).why) == (
        "cannot tell",
        "by reading",
    )
    assert (
        double_benefit.cheaper(accounts_of(own | {"amount": 20e6}, {"payer": "2", "item": "15"})).grade
        == "shown"
    )


def test_saving_rests_on_an_estimate_where_one_of_its_prices_does():
    firm, guess = (rupiah(payer="2", item="15", amount=9e6, valuation=valuation) for valuation in ("1", "4"))
    own = rupiah(payer="2", amount=1e6)
    assert double_benefit.cheaper(accounts_of(own, firm)).grade == "shown"
    assert double_benefit.cheaper(accounts_of(own, firm, guess)).why == "estimated price"
    assert (
        double_benefit.cheaper(accounts_of(own, rupiah(payer="2", item="15", amount=9e6, valuation="2"))).why
        == "estimated price"
    )  # no band is declared


def test_only_what_is_shown_is_lowered_where_the_accounts_are_not_complete():
    whole = SimpleNamespace(sheet=SimpleNamespace(aside=[]), slips=[])
    for part in (
        SimpleNamespace(sheet=SimpleNamespace(aside=[1]), slips=[]),
        SimpleNamespace(sheet=SimpleNamespace(aside=[]), slips=[1]),
    ):
        shown = double_benefit.for_what_is_known(double_benefit.Half("host", "shown", "most"), part)
        assert (shown.grade, shown.why) == ("suggested", "incomplete")
        less = double_benefit.Half("host", "contradicted", "less")
        assert double_benefit.for_what_is_known(less, part) == less
    most = double_benefit.Half("host", "shown", "most")
    assert double_benefit.for_what_is_known(most, whole) == most


def test_host_that_bore_exactly_half_did_not_bear_most():
    assert (
        double_benefit.borne_by_host(
            accounts_of(rupiah(payer="1", amount=2.0), rupiah(payer="2", amount=2.0))
        ).grade
        == "contradicted"
    )


def test_cost_of_a_place_is_that_of_all_over_the_trainees():
    lines = [
        rupiah(payer="2", amount=20e6),
        rupiah(payer="1", amount=30e6),
        rupiah(payer="2", item="15", amount=90e6, valuation="2", covered=20),
    ]
    found = effectiveness.place_costs(accounts_of(*lines)).iloc[0]
    assert found["whole"] == pytest.approx(5e6)  # 50 million for ten
    assert found["sender"] == found["sender_high"] == pytest.approx(2e6)
    assert (
        found["equivalent"] == found["equivalent_low"] == pytest.approx(4.5e6)
    )  # 90 million for twenty, of which no band is declared
    band = effectiveness.place_costs(
        accounts_of(
            rupiah(payer="2", amount=20e6, valuation="4"),
            rupiah(payer="2", item="15", amount=9e6, valuation="4"),
        )
    ).iloc[0]
    assert band["sender_high"] == pytest.approx(2.6e6)  # 30 % more
    assert band["equivalent_low"] == pytest.approx(0.63e6)  # 30 % less


def test_line_of_nothing_is_placed_and_only_a_transfer_has_a_receiver():
    lines = placed(
        rupiah(payer="1", amount=0.0, document="receipt 7"),
        rupiah(payer="1", item="2", transfer="2"),
        rupiah(payer="1", item="2", transfer="1", document=None),
    )[1]
    assert lines["real"].tolist()[0] == 0
    assert lines["receiver"].tolist() == ["", "", "trainee"]
    assert lines["document"].tolist() == ["receipt 7", "", ""]


def yearly(*years: tuple[int, int, int]) -> pd.DataFrame:
    """Techniques of years: how many forms, and how many of the eight that report one say that it is still
    used; each in a firm of its own.
    """
    rows = [
        {"since": f"{year}-01", "adopted": int(at < 8), "still": int(at < still), "count": 1, "group": "1"}
        for year, n, still in years
        for at in range(n)
    ]
    return techniques_by_year(pd.DataFrame(rows), USED, pd.Series(range(len(rows))), STUDY)


def test_last_of_two_years_is_joined_with_the_first_where_it_counts_few():
    assert yearly((1994, 16, 8), (1995, 16, 8))[["first", "last"]].to_numpy().tolist() == [
        [1994, 1994],
        [1995, 1995],
    ]
    joined = yearly((1994, 16, 8), (1995, 9, 8))  # one of nine reports none
    assert joined[["first", "last", "forms", "adopted", "still", "firms"]].to_numpy().tolist() == [
        [1994, 1995, 25, 16, 16, 16]
    ]


def test_programme_that_declares_no_technology_has_no_techniques():
    table = pd.DataFrame({"_key": ["a"]})
    for worth in (None, SimpleNamespace(technology=None)):
        found = techniques_for_later(SimpleNamespace(programme=SimpleNamespace(worth=worth)), table, table)
        assert (list(found.columns), len(found)) == (TECHNIQUES, 0)


def test_means_for_later_have_intervals_of_ninety_five_in_a_hundred():
    """1 to 5: mean 3, error √(2.5 / 5) = 0.7071; t of 4 degrees of freedom 2.776445: ±1.9632."""
    study = SimpleNamespace(
        programme=STUDY.model_copy(update={"worth": SimpleNamespace(columns=lambda: ["score"], benefit=None)})
    )
    found = for_later(study, pd.DataFrame({"group": "1", "score": [1.0, 2, 3, 4, 5]}))
    assert found[["group", "n", "mean"]].to_numpy().tolist() == [["participants", 5, 3.0]]
    assert found[["ci_low", "ci_high"]].iloc[0].tolist() == pytest.approx([3 - 1.963243, 3 + 1.963243])
    undeclared = SimpleNamespace(programme=STUDY.model_copy(update={"worth": None}))
    assert for_later(undeclared, pd.DataFrame({"group": "1", "score": [1.0, 2, 3, 4, 5]})).empty
