"""Accounts are opened only of what was delivered; what the benefit may be, and at whose prices, by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_value import PARTIES, accounts_of, case, rupiah

from cost_cases import declared, money, placed, table
from manfaat.costs import ledger, scenarios, value
from manfaat.costs.flows import SOCIETY, Terms, all_entries, benefit_entries, cost_entries, yearly_flow
from manfaat.costs.indicators import COLUMNS, cost_indicators, for_accounts, in_kind_by_method
from manfaat.costs.slips import proposals
from manfaat.costs.uncertainty import switching_values, tornado
from manfaat.costs.valuation import summary_table, value_programme
from manfaat.costs.viewpoints import viewpoint_table
from manfaat.definitions.prices import house_series


def study(**worth: object) -> SimpleNamespace:
    """A programme with a cost sheet and a benefit in yen a month, its prices those of 2004."""
    benefit = {
        "indicator": "pay",
        "kind": "level",
        "base": "pay_now",
        "reach": None,
        "times_a_year": 12,
        "goes_to": "trainee",
        "published": None,
        "by_subgroup": None,
        "levies": [],
        "displacement": None,
        "profile": {},
    } | worth
    units = {"yen": SimpleNamespace(multiple=1.0), "million": SimpleNamespace(multiple=1e6)}
    return SimpleNamespace(
        programme=SimpleNamespace(
            design=SimpleNamespace(assigned=None, arms={}),
            costs=declared(),
            prices=SimpleNamespace(base_year=2004, path=lambda folder: folder),
            units=units,
            worth=SimpleNamespace(benefit=SimpleNamespace(**benefit)),
        ),
        definitions=None,
        places=SimpleNamespace(root=None),
        indicators=[
            SimpleNamespace(name="other", unit="yen", indicator="other", use="effect"),
            SimpleNamespace(name="pay_now", unit="million", indicator="pay", use="effect"),
        ],
    )


# --- opening


def test_no_sheet_and_no_declaration_open_no_accounts():
    assert ledger.open_accounts(study(), None) is None
    without = study()
    without.programme.costs = None
    assert ledger.open_accounts(without, table(rupiah())) is None


def test_accounts_are_in_prices_of_the_declared_year_unless_another_is_asked_for():
    opened = ledger.open_accounts(study(), table(rupiah(amount=1e6), {"amount": None}))
    assert opened.money.base_year == 2004
    assert opened.lines["real"].tolist() == [1_000_000]
    assert opened.sheet.aside["reason"].tolist() == ["no_amount"]
    assert not opened.is_empty
    later = ledger.open_accounts(study(), table(rupiah(amount=1e6)), base_year=2010)
    cpi = house_series()["idn_cpi"]
    assert later.lines["real"].tolist() == [round(1e6 * cpi[2010] / cpi[2004])]


def test_accounts_without_lines_or_without_any_amount_are_empty():
    assert ledger.open_accounts(study(), table({"amount": None})).is_empty
    assert ledger.open_accounts(study(), table(rupiah(amount=0.0))).is_empty
    assert not ledger.open_accounts(study(), table(rupiah(amount=1.0))).is_empty


def test_cell_that_nobody_has_decided_waits_and_is_not_missing():
    aside = pd.DataFrame({"line": ["K1", "K2"], "column": ["amount", "amount"], "reason": ["no_amount"] * 2})
    reasons = pd.DataFrame(
        {"key": ["K2", "K1"], "variable": ["amount", "amount"], "reason": ["to_decide", "refused"]}
    )
    assert ledger.with_reasons(aside, reasons)["reason"].tolist() == ["no_amount", "waits"]
    assert ledger.with_reasons(aside, None) is aside
    assert ledger.with_reasons(aside.iloc[:0], reasons).empty
    assert ledger.open_accounts(study(), table({"amount": None}), reasons.assign(key="K1")).sheet.aside[
        "reason"
    ].tolist() == ["waits"]


def test_prices_of_the_programme_stand_beside_those_of_the_house(tmp_path):
    house = ledger.money_of(study()).series
    assert set(house) == set(house_series())
    with_own = study()
    with_own.definitions, with_own.places.root = tmp_path / "prices.csv", tmp_path
    with_own.definitions.write_text("series,year,value,source\nrice,2004,2.5,hand\n")
    found = ledger.money_of(with_own).series
    assert set(found) == {*house_series(), "rice"}
    assert found["rice"].to_dict() == {2004: 2.5}
    none = study()
    none.programme.prices = None
    assert set(ledger.money_of(none, 2004).series) == set(house_series())


# --- what the benefit may be


def estimates(**cells: object) -> pd.DataFrame:
    """One main estimate beside one that is none."""
    own = {
        "indicator": "pay",
        "rater": "",
        "estimate": 0.2,
        "std_error": 0.05,
        "ci_low": 0.1,
        "ci_high": 0.3,
        "specification": "s",
        "mde": 0.14,
        "df": 40.0,
        "estimand": "effect (ITT)",
        "is_primary": True,
        "subgroup": "",
    } | cells
    return pd.DataFrame(
        [own | {"estimate": 9.0, "is_primary": False}, own | {"indicator": "other", "estimate": 8.0}, own]
    )


def test_an_offer_is_priced_by_what_it_did_to_those_it_moved():
    offered = study()
    offered.programme.design.assigned = "invited"
    whole = estimates()
    assert scenarios.evidence(offered, whole, 0.05).kind == "assumed"  # an offer is not a place
    late = whole.tail(1).assign(estimand="effect (LATE)", estimate=0.3, is_primary=False)
    women = late.assign(subgroup="women", estimate=0.9)  # who speak for nobody else
    assert scenarios.evidence(offered, pd.concat([whole, women, late]), 0.05).effect == 0.3


def test_evidence_is_the_main_estimate_of_the_benefit_or_the_assumed_gain():
    found = scenarios.evidence(study(), estimates(), 0.05)
    assert found == scenarios.Evidence("effect", 0.2, 0.05, 0.1, 0.3, "s", 0.14, 40.0)
    assert found.is_causal
    assumed = scenarios.evidence(study(), estimates(estimate=np.nan).assign(indicator="other"), 0.05)
    assert (assumed.kind, assumed.error, assumed.low) == ("assumed", 0.0, 0.0)
    assert (assumed.effect, assumed.high) == pytest.approx(
        (np.log(1.05), np.log(1.10))
    )  # nothing to twice the gain
    assert not assumed.is_causal


def test_row_that_speaks_is_that_of_the_rater_asked_for():
    two = pd.concat([estimates(rater="self", estimate=0.4), estimates(rater="test")])
    assert scenarios.primary_row(two, "pay", "test")["estimate"] == 0.2
    assert scenarios.primary_row(two, "pay")["estimate"] == 0.4
    assert scenarios.primary_row(two, "pay", "boss") is None


MEANS = pd.DataFrame(
    {
        "name": ["pay_now", "pay_now", "employed"],
        "group": ["participants", "comparison", "participants"],
        "mean": [3.0, 2.0, 0.8],
        "std_error": [0.3, 0.2, 0.1],
        "n": [30, 20, 50],
    }
)


def test_mean_is_that_of_the_name_and_group():
    assert scenarios.mean_of(MEANS, "pay_now", "comparison") == (2.0, 0.2, 20)
    assert scenarios.mean_of(MEANS, "pay_now", "participants") == (3.0, 0.3, 30)
    low, error, n = scenarios.mean_of(MEANS, "employed", "comparison")
    assert np.isnan([low, error]).all()
    assert n == 0


def test_amount_is_counted_in_the_accounts_currency_at_their_prices():
    """The column is in millions: 2 are 2,000,000, at the prices of 2010 the more as prices rose."""
    accounts = accounts_of(rupiah(payer="1", amount=5e6))
    assert scenarios.base_amount(study(), study().programme.worth.benefit, MEANS, accounts) == pytest.approx(
        (2e6, 2e5)
    )
    cpi = house_series()["idn_cpi"]
    later = replace(accounts, money=money(base_year=2010))
    assert scenarios.moved_to_accounts(study(), later, "pay_now") == pytest.approx(
        1e6 * cpi[2010] / cpi[2004]
    )
    assert scenarios.moved_to_accounts(study(), later, "nowhere") == pytest.approx(cpi[2010] / cpi[2004])


def test_effect_in_money_is_moved_and_an_assumed_share_is_of_the_amount():
    accounts, effect = (
        accounts_of(rupiah(payer="1", amount=5e6)),
        scenarios.Evidence("effect", 0.2, 0.05, 0.1, 0.3, "s", 0.14, 40.0),
    )
    moved = scenarios.in_accounts(study(), accounts, 2e6, effect)
    assert (moved.effect, moved.error, moved.low, moved.high, moved.mde) == pytest.approx(
        (2e5, 5e4, 1e5, 3e5, 0.14)
    )
    assumed = scenarios.in_accounts(
        study(), accounts, 2e6, scenarios.Evidence("assumed", np.log(1.05), 0.0, 0.0, np.log(1.1))
    )
    assert (assumed.effect, assumed.low, assumed.high) == pytest.approx(
        (1e5, 0, 2e5)
    )  # 5 and 10 % of 2 million
    assert scenarios.in_accounts(study(kind="log"), accounts, 2e6, effect) is effect


def test_case_rests_on_what_was_measured_and_there_is_none_without_the_amount():
    accounts, found = (
        accounts_of(rupiah(payer="1", amount=5e6, covered=12)),
        scenarios.Evidence("effect", 0.2, 0.05, 0.1, 0.3),
    )
    made = scenarios.case_for(study(reach="employed"), accounts, MEANS, found, Terms())
    assert (
        made.people,
        made.amount,
        made.amount_error,
        made.reach,
        made.reach_error,
        made.times,
    ) == pytest.approx((12, 2e6, 2e5, 0.8, 0.1, 12))
    assert (made.effect, made.error, *made.interval) == pytest.approx((2e5, 5e4, 1e5, 3e5))
    everybody = scenarios.case_for(study(kind="log"), accounts, MEANS, found, Terms())
    assert (everybody.reach, everybody.reach_error, everybody.effect, everybody.is_level) == (
        1.0,
        0.0,
        0.2,
        False,
    )
    assert scenarios.case_for(study(), accounts, MEANS.iloc[:1], found, Terms()) is None
    assert scenarios.case_for(study(reach="absent"), accounts, MEANS, found, Terms()) is None


def test_scenarios_are_nothing_both_ends_and_the_estimate():
    made = scenarios.scenario_cases(case(placed(rupiah())[1], interval=(0.02, 0.3), effect=0.1))
    assert {name: one.effect for name, one in made.items()} == {
        "none": 0.0,
        "low": 0.02,
        "estimate": 0.1,
        "high": 0.3,
    }


# --- what the value chapter shows


def valued(
    *lines: dict[str, object],
    estimate: pd.DataFrame | None = None,
    means: pd.DataFrame = MEANS,
    **worth: object,
):
    """A value of some lines, at no discount over one year."""
    declared_ = study(kind="log", **worth)
    vars(declared_.programme.worth).update({"before": "pay_before", "attributed": "share"})
    return value_programme(
        declared_,
        accounts_of(*lines),
        means,
        estimates() if estimate is None else estimate,
        Terms(0.0, 1),
        assumed_gain=0.05,
    )


PHILLIPS = pd.DataFrame(
    {
        "name": ["pay_now", "pay_now", "pay_before", "share"],
        "group": ["participants", "comparison", "participants", "participants"],
        "mean": [3.0, 2.0, 2.5, 0.5],
        "std_error": [0.1] * 4,
        "n": [30] * 4,
    }
)


def test_return_of_the_first_year_is_of_the_change_that_participants_give_the_programme():
    """(3.0 − 2.5) million × 12 months × 10 people = 60 million, half of it the programme's: 30 for a cost of
    20.
    """
    found = valued(rupiah(payer="1", amount=20e6), means=PHILLIPS).phillips()
    assert found == pytest.approx({"gain": 60e6, "attributed": 0.5, "cost": 20e6, "roi": 0.5})
    for name in ("pay_before", "share"):
        assert np.isnan(
            valued(rupiah(payer="1", amount=20e6), means=PHILLIPS[PHILLIPS["name"] != name]).phillips()["roi"]
        )


def test_parties_of_a_value_are_those_that_pay_or_receive():
    found = valued(
        rupiah(payer="1", amount=20e6),
        rupiah(payer="1", amount=5e6, item="2", transfer="1"),
        rupiah(payer="2", amount=1e6),
    )
    assert found.parties == ["trainee", "home", "host"]
    assert found.without_gain == ["home", "host"]
    paid = rupiah(payer="1", amount=1.0, item="2", transfer="1")  # of one rupiah, of which a trainee gains
    employer = valued(rupiah(payer="1", amount=20e6), paid, goes_to="employer")
    assert employer.without_gain == ["host"]  # the trainee receives the allowance, the employer the benefit
    rows = summary_table(found)
    assert rows["scenario"].drop_duplicates().tolist() == ["none", "low", "estimate", "high"]
    assert rows.index.is_unique
    # an effect of 0.2 on the logarithm of 2 million a month: 24 million × (e^0.2 − 1) × 10 people
    assert rows.set_index(["scenario", "party"]).loc[("estimate", "trainee"), "npv"] == pytest.approx(
        24e7 * (np.exp(0.2) - 1) + 5e6, abs=1
    )
    more = {"scenario", "basis", "base_year"}
    assert set(summary_table(None).columns) == {*found.table().columns, *more} == set(rows.columns)


def test_nothing_is_valued_without_costs_or_a_declared_benefit():
    one = study(kind="log")
    for accounts in (None, accounts_of(rupiah(amount=0.0))):
        assert value_programme(one, accounts, MEANS, estimates(), Terms(), assumed_gain=0.05) is None
    one.programme.worth = None
    assert value_programme(one, accounts_of(rupiah()), MEANS, estimates(), Terms(), assumed_gain=0.05) is None


def test_money_is_back_in_the_year_after_it_was_spent_and_not_before():
    """The years before anything is spent do not count, whether nothing or a little came in."""
    for early in (0.0, 0.5):
        assert value.payback(np.array([early, -100.0, 60.0, 60.0]), 0, Terms(0.0)) == 3
    assert value.payback(np.array([-100.0, 60.0, 40.0]), -1, Terms(0.0)) == 1  # exactly back is back
    assert np.isnan(value.payback(np.array([-100.0, 60.0, 39.0]), 0, Terms(0.0)))
    assert np.isnan(value.payback(np.array([0.0, 60.0]), 0, Terms(0.0)))


def test_ratio_at_a_rate_is_of_gains_to_costs_at_that_rate():
    """Paid 100 at departure, 60 a year later and again: at 0 % 1.2, at 20 % (50 + 41.67) / 100."""
    lines = placed(rupiah(payer="1", amount=100.0))[1].assign(real=[100])
    entries = all_entries(lines, 60.0, "trainee", declared(), Terms(0.0, 2, timing="start"))
    found = value.by_rate(entries, SOCIETY, Terms(0.0, 2, timing="start"), (0.0, 0.2))
    assert found["bcr"].tolist() == pytest.approx([1.2, 0.916667], abs=1e-6)
    assert found["npv"].tolist() == pytest.approx([20, -8.333333], abs=1e-6)
    assert value.by_rate(entries, "trainee", Terms(), (0.05,))["bcr"].isna().all()  # spends nothing


def test_viewpoints_stand_benefits_first_then_resources_transfers_and_burden():
    lines = placed(
        rupiah(payer="1", amount=33.0, item="3"),
        rupiah(payer="1", amount=7.0, item="2", transfer="1"),
        rupiah(payer="2", amount=50.0, item="1"),
    )[1].assign(real=[33, 7, 50])
    terms = Terms(0.0, 1, timing="start", funds=2.0)
    found = viewpoint_table(all_entries(lines, 60.0, "trainee", declared(), terms), PARTIES, terms)
    assert found[["kind", "item"]].to_numpy().tolist() == [
        ["benefit", "benefit"],
        ["resource", "1"],
        ["resource", "3"],
        ["transfer", "2"],
        ["burden", "burden"],
        ["total", ""],
    ]
    assert found[[*PARTIES, SOCIETY]].to_numpy().tolist() == [
        [60, 0, 0, 0, 60],
        [0, 0, -50, 0, -50],
        [0, 0, 0, -33, -33],
        [7, 0, 0, -7, 0],
        [0, 0, -50, -40, -90],
        [67, 0, -100, -80, -113],
    ]


def test_transfer_adds_up_to_nothing_though_each_cell_is_rounded():
    """What is paid and received a year later, at 20 %."""
    entries = pd.DataFrame(
        {
            "kind": "transfer",
            "item": "2",
            "valuation": "1",
            "currency": "IDR",
            "party": ["host", "trainee", "employer"],
            "offset": 1,
            "amount": [-10, 3, 7],
        }
    )
    row = viewpoint_table(entries, PARTIES, Terms(0.2, timing="start")).iloc[0]
    # −8.33, 2.5, 5.83 are −8, 2, 6: nothing is left; the whole stands as it is
    assert row[[*PARTIES, SOCIETY]].tolist() == [2, 6, 0, -8, 0]
    uneven = entries.assign(amount=[-10, 4, 6])  # −8.33, 3.33, 5 are −8, 3, 5
    assert viewpoint_table(uneven, PARTIES, Terms(0.2, timing="start")).iloc[0][
        [*PARTIES, SOCIETY]
    ].tolist() == [3, 5, 0, -8, 0]
    odd = entries.assign(
        amount=[-9, 4, 5]
    )  # −7.5, 3.33, 4.17 are −8, 3, 4: one is added to the largest receipt
    assert viewpoint_table(odd, PARTIES, Terms(0.2, timing="start")).iloc[0][
        [*PARTIES, SOCIETY]
    ].tolist() == [3, 5, 0, -8, 0]


def tried(**changes: object) -> pd.DataFrame:
    """What each unknown is tried at."""
    return tornado(case(placed(rupiah(payer="1", amount=5e6))[1], **changes)).set_index("what")


def test_unknowns_are_tried_at_what_they_can_be():
    found = tried(reach=0.99, reach_error=0.6, terms=Terms(0.05, 1, 0.6))
    assert found.loc[["reach", "horizon", "decay", "funds"], ["low", "high"]].to_numpy().tolist() == [
        [0, 1],
        [1, 2],
        [0, 1],
        [1, 1.3],
    ]


def test_unknowns_are_tried_at_both_ends_of_what_is_known():
    found = tried(reach=0.5, reach_error=0.1, terms=Terms(0.05, 9, 0.02, funds=1.5))
    assert found.loc["reach", ["low", "high"]].tolist() == pytest.approx([0.3040036, 0.6959964])
    assert found.loc[["horizon", "decay", "funds"], ["low", "high"]].to_numpy().tolist() == [
        [4, 18],
        [0, 0.1],
        [1, 1.5],
    ]


@pytest.mark.parametrize(("years", "most"), [(30, 60), (31, 60), (29, 58)])
def test_twice_the_horizon_is_tried_up_to_sixty_years(years, most):
    assert tried(terms=Terms(0.05, years)).loc["horizon", "high"] == most


def test_switching_values_are_looked_for_from_half_the_pay_lost_to_twenty_times_it():
    found = switching_values(case(placed(rupiah(payer="1", amount=5e6))[1])).set_index("what")
    assert found.loc[
        ["effect", "costs", "valuation", "rate", "decay", "horizon"], ["low", "high"]
    ].to_numpy().tolist() == [
        [-0.5, 3.0],
        [0, 20],
        [-1, 1],
        [0.1, 10],
        [0, 0.99],
        [1, 60],
    ]
    assert found.loc[["effect", "costs", "valuation", "horizon"], "now"].tolist() == [0.1, 1, 0, 10]


# --- entries, shares, slips


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("discount_rate", (-0.5, 1), (-0.51, 1.01)),
        ("horizon", (0, 60), (-1, 61)),
        ("decay", (0, 1), (-0.01, 1.01)),
        ("first_year", (0, 20), (-1, 21)),
        ("funds", (1, 5), (0.99, 5.01)),
    ],
)
def test_terms_reach_to_their_limits_and_no_further(name, inside, outside):
    for limit in inside:
        assert getattr(Terms(**{name: limit}), name) == limit
    for limit in outside:
        with pytest.raises(ValueError, match=name):
            Terms(**{name: limit})


def test_year_without_an_entry_is_nothing_in_the_flow():
    """Paid in the years 0 and 2 after departure, a benefit of 100 that loses a tenth a year from year 1
    on.
    """
    lines = placed(rupiah(payer="1", amount=50.0), rupiah(payer="1", amount=30.0, year=2006))[1].assign(
        real=[50, 30]
    )
    flow, first = yearly_flow(cost_entries(lines, declared()), "host")
    assert (flow.tolist(), first) == ([-50, 0, -30], 0)
    assert benefit_entries(100, "trainee", Terms(decay=0.1, horizon=3, first_year=1))[
        ["offset", "amount"]
    ].to_numpy().tolist() == [[1, 100], [2, 90], [3, 81]]


def test_what_is_in_kind_is_summed_by_how_it_was_valued():
    lines = pd.DataFrame(
        {"in_kind": ["yes", "yes", "no", "yes"], "valuation": ["1", "1", "1", "4"], "real": [10, 20, 60, 10]}
    )
    assert in_kind_by_method(lines).to_numpy().tolist() == [
        ["no", "1", 60, 0.6],
        ["yes", "1", 30, 0.3],
        ["yes", "4", 10, 0.1],
    ]


def test_accounts_that_are_not_there_have_no_indicators():
    means = pd.DataFrame({"name": ["completed"], "group": ["participants"], "mean": [0.8]})
    for accounts in (None, accounts_of(rupiah(amount=0.0))):
        assert (list(for_accounts(accounts, means).columns), len(for_accounts(accounts, means))) == (
            COLUMNS,
            0,
        )
    found = for_accounts(
        accounts_of(rupiah(payer="2", amount=8e6), rupiah(payer="1", amount=2e6)), means
    ).set_index("name")["value"]
    assert found[["cost per completer", "share of sender", "leverage"]].tolist() == pytest.approx(
        [1.25e6, 0.8, 0.25]
    )  # 10 million / 10 / 0.8; 2 / 8


def test_cost_per_completer_needs_somebody_who_completed():
    lines = placed(rupiah(payer="1", amount=1e6))[1]
    for share, each in ((0.0, np.nan), (0.5, 2e5), (np.nan, np.nan)):
        assert cost_indicators(lines, declared(), {"completed": share}, {}).set_index("name")["value"][
            "cost per completer"
        ] == pytest.approx(each, nan_ok=True)


def test_line_a_thousand_times_the_others_is_proposed_to_be_read_in_thousands():
    lines = placed(*[rupiah(amount=1e5)] * 5, rupiah(amount=2e8))[1]
    found = proposals(lines, money())
    assert found["line"].tolist() == ["K6"]
    assert found["ratio"].iloc[0] == pytest.approx(2000)
    assert found["ratio_after"].iloc[0] == pytest.approx(2)  # twice the others is near them
    assert (found["column"].iloc[0], found["reading"].iloc[0], found["proposed"].iloc[0]) == (
        "amount",
        "per thousand",
        "200000 IDR",
    )
    assert proposals(
        placed(*[rupiah(amount=1e5)] * 5, rupiah(amount=8e5))[1], money()
    ).empty  # eight times is not odd
    assert proposals(
        placed(*[rupiah(amount=1e5)] * 2, rupiah(amount=2e8))[1], money()
    ).empty  # two others are too few
    assert proposals(placed(*[rupiah(amount=1e5)] * 3, rupiah(amount=2e8))[1], money())["line"].tolist() == [
        "K4"
    ]
    small = proposals(placed(*[rupiah(amount=1e5)] * 5, rupiah(amount=100.0))[1], money())
    assert (small["reading"].iloc[0], small["ratio_after"].iloc[0]) == ("thousand", pytest.approx(1))
