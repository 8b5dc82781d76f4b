"""The accounts: hand-worked lines, exact shares, refused input, slips that are proposed and never made."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import examples, replace_in
from cost_cases import LINE, declared, money, placed, table
from manfaat.analysis.study import load_study
from manfaat.base.problems import ProblemsError
from manfaat.costs import indicators
from manfaat.costs.accounts import (
    by_convention,
    in_money,
    percentages,
    reconcile,
    share_table,
    shares,
    totals,
    without_unknown_years,
    years_of_few,
)
from manfaat.costs.sheet import read_sheet
from manfaat.costs.slips import as_proposed, proposals
from manfaat.definitions.prices import HOUSE, about_series, house_series, rate, spans

# --- series


def test_every_series_of_the_house_is_described_and_its_gaps_are_told():
    about, series = about_series(), house_series()
    assert {path.stem for path in HOUSE.glob("*.csv")} == {"about", *about}
    for name, line in about.items():
        years = set(series[name].index)
        lacking = set(range(min(years), max(years) + 1)) - years
        assert bool(lacking) <= bool(line.gaps("en")), name
        assert bool(line.gaps("en")) == bool(line.gaps("id")), name
        assert line.source
        assert line.licence


def test_cross_rates_are_those_of_the_fact_sheet():
    # rupiah per yen, annual averages: IMF rupiah per dollar over FRED yen per dollar
    known = {
        1989: 12.82,
        1990: 12.71,
        1993: 18.79,
        1996: 21.53,
        1997: 24.03,
        1998: 76.45,
        1999: 69.07,
        2000: 78.12,
        2002: 74.36,
        2004: 82.65,
        2006: 78.75,
    }
    years = pd.Series(list(known))
    found = rate(house_series(), ["idr_per_usd"], ["jpy_per_usd"], years)
    assert found.tolist() == pytest.approx(list(known.values()), abs=0.006)
    assert found[years == 1998].iloc[0] / found[years == 1997].iloc[0] == pytest.approx(3.18, abs=0.005)


def test_a_year_that_a_series_lacks_is_refused_by_name_year_and_what_there_is():
    with pytest.raises(
        ProblemsError,
        match=(
            r"price series 'minimum_wage': it has no value for 1997, 2006; it has 2004 to 2005, 2009 to 2010,"
            r" 2015 to 2024"
        ),
    ):
        rate(house_series(), ["minimum_wage"], [], pd.Series([2006, 2004, 1997]))
    assert spans([2010, 2004, 2005]) == "2004 to 2005, 2010"


def test_a_programmes_own_series_goes_before_the_houses(tmp_path):
    from manfaat.definitions.prices import read_all_series

    own = tmp_path / "prices.csv"
    own.write_text("series,year,value,source\nidn_cpi,2004,50,mine\n")
    assert read_all_series(own, "idn_cpi", root=tmp_path)["idn_cpi"].to_dict() == {2004: 50.0}
    with pytest.raises(ProblemsError, match=r"there is no series 'idn_cpy'\. Expected: did you mean"):
        read_all_series(None, "idn_cpy", root=tmp_path)


# --- lines by hand


def test_three_lines_by_hand():
    _, lines = placed(
        # ¥100,000 a trainee × 10 = ¥1,000,000 × 2909.38 / 121.06 = Rp 24,032,545.8; at 2004 prices × 100 /
        # 35.76 = 67,205,105.8
        {},
        {
            "currency": "IDR",
            "amount": 2_000_000.0,
            "basis": "1",
            "share": 0.5,
            "year": 1998,
            "payer": "2",
        },  # half of 2,000,000; × 100 / 56.66 = 1,764,913.5
        {
            "currency": "IDR",
            "amount": 150_000.0,
            "basis": "3",
            "year": 1998,
            "payer": "3",
        },  # × 10 trainees × 10 months = 15,000,000; × 100 / 56.66 = 26,473,702.8
    )
    assert lines["nominal"].tolist() == [24_032_546, 1_000_000, 15_000_000]
    assert lines["real"].tolist() == [
        round(Fraction(290_938, 12_106) * 1_000_000 / Fraction("0.3576")),
        1_764_914,
        26_473_703,
    ]
    # pooled: 67,205,106 + 1,764,914 + 26,473,703 = 95,443,723 → 70.4, 1.8, 27.7 %; what rounding leaves (0.1)
    # goes to the largest remainder
    pooled = share_table(lines)[lambda rows: rows["year"].isna()].set_index("payer")
    assert pooled["real"].sum() == lines["real"].sum()
    assert pooled["share"].tolist() == pytest.approx(
        [67_205_106 / 95_443_723, 1_764_914 / 95_443_723, 26_473_703 / 95_443_723], abs=1e-7
    )
    assert round(pooled["percent"].sum(), 9) == 100
    in_1998 = share_table(lines)[lambda rows: rows["year"] == 1998].set_index("payer")
    assert in_1998.loc["2", "percent"] == 6.3  # 1,764,914 of 28,238,617 is 6.25 %
    assert in_1998.loc["1", "percent"] == 0.0


def test_the_same_yen_by_three_rates():
    sheet = read_sheet(table({"year": 1997}, {"year": 1998, "cohort": 1998}), declared())
    found = {
        name: in_money(sheet.lines, money(name))
        for name in ("year of payment", "average", "purchasing power")
    }
    # the average of 24.0325 and 76.4457 is 50.2391, for both years
    assert found["average"]["nominal"].tolist() == pytest.approx([50_239_130, 50_239_130], abs=200)
    # by purchasing power: at Japanese prices of 2004, at the rate of 2004: 1,000,000 × 100 / 102.32 × 82.6523
    # = 80,778,200
    assert found["purchasing power"]["real"].tolist() == pytest.approx(
        [1e6 / 1.0232 * 8938.85 / 108.15, 1e6 / 1.03 * 8938.85 / 108.15], abs=1
    )
    assert found["year of payment"]["nominal"].iloc[1] / found["year of payment"]["nominal"].iloc[
        0
    ] == pytest.approx(3.18, abs=0.005)


def test_a_currency_without_prices_keeps_its_market_rate_by_purchasing_power():
    sheet = read_sheet(table({"currency": "USD", "amount": 100.0}), declared())
    assert in_money(sheet.lines, money("purchasing power"))["nominal"].tolist() == [
        round(Fraction("2909.38") * 1000)
    ]


def test_conventions_each_add_up_to_one_hundred():
    sheet, _ = placed({}, {"currency": "IDR", "payer": "2", "amount": 1e6})
    found = by_convention(sheet, money())
    assert found.groupby("convention")["percent"].sum().round(9).tolist() == [100, 100, 100]
    with pytest.raises(ValueError, match="there is no rate by 'black market'"):
        money("black market")


# --- bad input is named by line


@pytest.mark.parametrize(
    ("cell", "column", "found", "reason"),
    [
        ({"year": None}, "year", "", "no_year"),
        ({"year": 1997.5}, "year", "1997.5", "broken_year"),
        ({"cohort": 1997.5}, "cohort", "1997.5", "broken_year"),
        ({"year": "soon"}, "year", "soon", "not_a_number"),
        ({"cohort": "soon"}, "cohort", "soon", "not_a_number"),
        ({"year": 1960}, "year", "1960", "year_unpriced"),
        (
            {"year": 2012},
            "year",
            "2012",
            "year_unpriced",
        ),  # prices are known, the yen's rate is not
        ({"currency": None}, "currency", "", "no_currency"),
        ({"currency": "EUR"}, "currency", "EUR", "unknown_currency"),
        ({"payer": "9"}, "payer", "9", "unknown_payer"),
        ({"payer": ""}, "payer", "", "no_payer"),
        ({"item": None}, "item", "", "no_item"),
        ({"amount": np.nan}, "amount", "", "no_amount"),
        ({"amount": -5.0}, "amount", "-5.0", "negative_amount"),
        ({"amount": np.inf}, "amount", "inf", "not_a_number"),
        ({"share": 1.2}, "share", "1.2", "wrong_share"),
        ({"share": -0.1}, "share", "-0.1", "wrong_share"),
        ({"share": pd.NA}, "share", "", "no_share"),
        ({"covered": 0}, "covered", "0.0", "wrong_trainees"),
        ({"covered": 2.5}, "covered", "2.5", "wrong_trainees"),
        ({"covered": None}, "covered", "", "no_trainees"),
        ({"basis": "7"}, "basis", "7", "unknown_basis"),
    ],
)
def test_a_line_that_cannot_be_placed_is_set_aside_with_its_reason(cell, column, found, reason):
    sheet = without_unknown_years(read_sheet(table({}, cell), declared()), money())
    assert sheet.lines["line"].tolist() == ["K1"]
    assert sheet.aside.drop(columns="year").to_dict("records") == [
        {"line": "K2", "column": column, "found": found, "reason": reason}
    ]
    ledger = reconcile(sheet, in_money(sheet.lines, money()), 2).set_index("entry")
    assert ledger.loc[["delivered", "set aside", "placed"], "lines"].tolist() == [2, 1, 1]


def test_a_ledger_that_does_not_close_stops_the_run():
    sheet, lines = placed({}, {})
    with pytest.raises(ValueError, match="lines are lost"):
        reconcile(sheet, lines, 3)


def test_an_empty_sheet_and_a_missing_column():
    sheet = read_sheet(table({}).iloc[:0], declared())
    assert sheet.lines.empty
    assert in_money(sheet.lines, money())["real"].sum() == 0
    with pytest.raises(ProblemsError, match="table 'costs': the column 'share' is not there"):
        read_sheet(table({}).drop(columns="share"), declared())
    with pytest.raises(ValueError, match="the total is zero"):
        shares({"a": 0})


def test_input_is_not_changed():
    raw = table({}, {"share": 2.0})
    before = raw.copy()
    in_money(read_sheet(raw, declared()).lines, money())
    pd.testing.assert_frame_equal(raw, before)


# --- shares conserve, whatever the amounts

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "amount": st.floats(0, 1e9, allow_nan=False, allow_infinity=False),
            "currency": st.sampled_from(["IDR", "JPY", "USD"]),
            "payer": st.sampled_from(["1", "2", "3", "5"]),
            "year": st.integers(1989, 2006),
            "basis": st.sampled_from(["1", "2", "3"]),
            "covered": st.integers(1, 30),
            "share": st.floats(0, 1, allow_nan=False),
            "item": st.sampled_from(["1", "2", "10", "11"]),
            "transfer": st.sampled_from(["1", "2"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=examples(80), deadline=None)
@given(LINES)
@pytest.mark.slow
def test_shares_and_totals_conserve_to_the_last_unit(lines):
    sheet, found = placed(*lines)
    reconcile(sheet, found, len(lines))
    for by in ("payer", "party", "item", "year"):
        assert int(totals(found, [by])["real"].sum()) == int(found["real"].sum())
    if found["real"].sum():
        parts = shares({name: int(value) for name, value in found.groupby("payer")["real"].sum().items()})
        assert sum(parts.values()) == 1
        assert round(sum(percentages(parts).values()) * 10) == 1000
        table_of_shares = share_table(found)
        assert all(
            round(total * 10) == 1000
            for total in table_of_shares.groupby("year", dropna=False)["percent"].sum()
        )


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=9).filter(sum), st.integers(0, 3))
def test_rounded_percentages_always_add_up(amounts, decimals):
    parts = shares({str(place): amount for place, amount in enumerate(amounts)})
    rounded = percentages(parts, decimals)
    assert round(sum(rounded.values()) * 10**decimals) == 100 * 10**decimals
    assert all(
        abs(Fraction(rounded[name]).limit_denominator(10**6) / 100 - part) <= Fraction(1, 100 * 10**decimals)
        for name, part in parts.items()
    )


# --- indicators by hand


def test_input_indicators_by_hand():
    _, lines = placed(
        {
            "currency": "IDR",
            "year": 2004,
            "cohort": 2004,
            "amount": 9_000_000.0,
            "basis": "1",
            "payer": "1",
            "in_kind": "1",
        },
        {
            "currency": "IDR",
            "year": 2004,
            "cohort": 2004,
            "amount": 1_000_000.0,
            "basis": "1",
            "payer": "2",
            "in_kind": "2",
        },
        {
            "currency": "IDR",
            "year": 2004,
            "cohort": 2004,
            "amount": 20_000.0,
            "basis": "3",
            "payer": "3",
            "item": "10",
            "in_kind": "",
            "transfer": "1",
        },
    )  # 20,000 × 10 trainees × 10 months = 2,000,000: in all 12,000,000 for 10 trainees
    found = indicators.cost_indicators(
        lines, declared(), {"completed": 0.8, "training_hours": 1_500.0}, {"JPY": 80.0}
    ).set_index(["name", "unit"])["value"]
    assert found["cost per trainee", "money"] == 1_200_000
    assert found["cost per trainee", "money:JPY"] == 15_000  # 1,200,000 / 80
    assert found["cost per completer", "money"] == 1_500_000  # 12,000,000 / 8
    assert found["share of host", "share"] == 0.75
    assert found["share of sender", "share"] == pytest.approx(1 / 12)
    assert found["leverage", "ratio"] == 11  # (12 − 1) / 1
    assert found["opportunity cost per trainee", "money"] == 200_000
    assert found["cost per training hour", "money"] == 800  # 1,200,000 / 1,500
    assert found["in-kind share", "share"] == 0.75
    assert found["not stated whether in kind", "share"] == pytest.approx(1 / 6)


def test_what_was_not_measured_stays_missing():
    _, lines = placed({"payer": "1"})
    found = indicators.cost_indicators(lines, declared(), {}, {}).set_index("name")["value"]
    assert (
        found[["cost per completer", "training hours per trainee", "cost per training hour", "leverage"]]
        .isna()
        .all()
    )
    with pytest.raises(ValueError, match="no line of the cost sheet could be placed"):
        indicators.cost_indicators(lines.iloc[:0], declared(), {}, {})


# --- slips


def test_yen_in_a_rupiah_field_and_thousands_are_proposed_and_never_made():
    years = range(1990, 1998)
    lines = [{"year": year, "cohort": year, "amount": 120_000.0} for year in years]
    lines[2] |= {"currency": "IDR"}  # yen in a rupiah field: 1992 rupiah are 16 times too few
    lines[5] |= {"amount": 120.0}  # thousands
    lines[7] |= {"amount": 120_000_000_000.0}  # a million times too much
    _, found = placed(*lines)
    slips = proposals(found, money()).set_index("line")
    assert slips.index.tolist() == ["K3", "K6", "K8"]
    assert slips.loc["K3", ["column", "found", "proposed"]].tolist() == [
        "currency",
        "120000 IDR",
        "120000 JPY",
    ]
    assert slips.loc["K6", ["column", "proposed", "reading"]].tolist() == ["amount", "120000 JPY", "thousand"]
    assert slips.loc["K8", "reading"] == "per million"
    assert found["amount"].tolist()[2] == 120_000  # as delivered
    assert found["currency"].tolist()[2] == "IDR"
    read = as_proposed(found, proposals(found, money()), money())
    assert read["real"].sum() < found["real"].sum() / 1000
    assert read["real"].iloc[2] == pytest.approx(
        in_money(
            read_sheet(table(*[line | {"currency": "JPY"} for line in lines]), declared()).lines, money()
        )["real"].iloc[2],
        abs=60,
    )


def test_no_slip_is_seen_among_few_lines_or_in_ordinary_spread():
    _, few = placed({"amount": 1.0}, {"amount": 100_000.0}, {"amount": 100_000.0})
    assert proposals(few, money()).empty
    _, many = placed(
        *[{"year": year, "cohort": year, "amount": 50_000.0 * (1 + year % 5)} for year in range(1990, 2003)]
    )
    assert proposals(many, money()).empty
    # a sixth of the others is no slip, although read as yen (12.7 rupiah in 1990) it would be near them
    lines = [
        {"year": 1990, "cohort": 1990, "currency": "IDR", "amount": amount}
        for amount in (600.0, 600.0, 600.0, 600.0, 100.0)
    ]
    assert proposals(placed(*lines)[1], money()).empty


# --- declarations


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('payers: ["1", "4"]', 'payers: ["1"]', "the payer '4' belongs to no party"),
        ('payers: ["6", "7"]', 'payers: ["6", "7", "1"]', "the payer '1' belongs to 2 parties"),
        ("role: sender", "role: other", "0 parties have the role 'sender'"),
        ("role: other", "role: host", "2 parties have the role 'host'. Expected: one or none"),
        ('receivers: {"2": trainee', 'receivers: {"2": trainees', "'trainees' is not a party"),
        ('alternatives: ["15"]', 'alternatives: ["16"]', "'16' is not an answer of the cost sheet"),
        (
            "times: [idr_per_usd], over: [jpy_per_usd]",
            "times: [idr_per_usd], over: [yen_per_usd]",
            "there is no series 'yen_per_usd'",
        ),
        ("currency: IDR\n  columns", "currency: IDX\n  columns", "'IDX' is not declared"),
        (
            "year: year_paid, covered",
            "amount: amounts, year: year_paid, covered",
            "'amounts' is not a variable. Expected: did you mean amount",
        ),
        ("base: pay_now", "base: pay_then", "'pay_then' is not declared"),
        ("statistic: completed", "statistic: completion", "'completion' is not a statistic"),
        ("      below: 0.9\n", "", "a threshold is either 'below' or 'above'"),
        ("  table: costs\n  currency", "  table: cost\n  currency", "the table 'cost' is not declared"),
        ('"4": 0.30}', '"4": 1.30}', "a band of 1.3 is no share"),
    ],
)
def test_mistakes_in_the_declarations_are_told(project, right, wrong, message):
    folder = project / "data/raw/trial"
    folder.mkdir()
    (folder / "cohort.yml").write_text(
        (project / "data/raw/michigan-1987-89/cohort.yml")
        .read_text()
        .replace("michigan-1987-89", "trial")
        .replace("michigan-grants", "jakarta-tokyo")
    )
    replace_in(project / "programmes/jakarta-tokyo/programme.yml", right, wrong)
    with pytest.raises(ProblemsError) as raised:
        load_study("trial", root=project)
    assert message in str(raised.value)


def test_the_shipped_declarations_hold(project):
    from manfaat.definitions.programme import load_programme

    for folder in sorted(path for path in (project / "programmes").iterdir() if path.is_dir()):
        programme, problems = load_programme(folder, root=project)
        assert problems == []
        assert (programme.costs is None) == (programme.worth is None)
    assert LINE["line"] == "K1"


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ({2001: 11, 2002: 9, 2003: 8}, set()),
        ({2001: 11, 2002: 3, 2003: 8}, {2002, 2003}),  # or the year follows from what all years add up to
        ({2001: 3, 2002: 4, 2003: 80}, {2001, 2002}),
    ],
)
def test_a_year_that_cost_money_for_few_is_not_told_by_payer(people, hidden):
    """What the employer paid in it is one firm's, or nearly."""
    rows = [(year, year, n) for year, n in people.items() for _ in range(2)]
    lines = pd.DataFrame(rows, columns=["year", "cohort", "covered"])
    assert years_of_few(lines) == hidden
