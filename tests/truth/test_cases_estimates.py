"""Small cases of estimates through the command line; each value is the one its thread gives."""

import pandas as pd
import pytest

from conftest import page_of

METHODS = ("inverse_probability_weighting", "doubly_robust", "entropy_balancing", "nearest_neighbour")


def test_matching_invents_no_slope_where_the_comparison_group_is_alike(case):
    # 7.808 was printed, and 57.808 after 100 was added to every outcome; the six exact matches differ by
    # 1.517
    rows = case("e5-matching-constant").estimates()
    matched = rows[rows["specification"] == "m"]
    assert matched["estimate"].isna().all()
    assert matched["reasons"].str.contains("unlike").all()


def test_without_overlap_nothing_that_weights_or_matches_is_estimated(case):
    rows = case("e6-no-overlap").estimates().set_index("method")
    refused = rows.loc[list(METHODS), "estimate"]
    assert refused.isna().all(), refused
    assert rows.loc["difference_in_means", "estimate"] == rows.loc["difference_in_means", "estimate"]


def test_holm_counts_the_indicators_that_have_a_number(case):
    rows = case("e8-family-with-gap").estimates().set_index("indicator")
    assert rows["p_adjusted"].dropna().round(5).tolist() == [0.00410, 0.14325, 0.93335]


def test_wild_bootstrap_needs_clusters(case):
    wild = case("e9-wild").estimates().set_index("std_error_kind")
    assert 0.07 < wild.loc["wild", "p_value"] < 0.10
    alone = case("e9b-wild-no-clusters")
    assert alone.code == 2  # before anything runs
    assert "the design declares no clusters for wild" in alone.printed


def test_provinces_enter_as_effects_of_each_and_not_as_numbers(case):
    # 3.589 was printed, because codes 31, 32 and 64 entered as one number
    run = case("e11-nominal-covariate")
    rows = run.estimates().set_index("specification")
    assert rows.loc["r", "estimate"] == pytest.approx(1.0356, abs=5e-5)
    balance = pd.read_csv(run.report / "exhibits" / "03-balance.csv")
    assert balance["label"].tolist() == ["prov: Jakarta", "prov: Jawa Barat", "prov: Kalimantan Timur"]


def test_weights_reach_balance_and_means_as_they_reach_the_estimate(case):
    # 0.5 beside 0.5 and 16.62 beside 16.62 were printed, although the weighted groups could hardly differ
    # more
    run = case("e10-weighted-balance")
    assert run.estimates().set_index("specification").loc["d", "estimate"] == pytest.approx(8.0)
    exhibits = run.report / "exhibits"
    balance = pd.read_csv(exhibits / "03-balance.csv").iloc[0]
    assert [balance["mean_text"], balance["comparison_text"]] == ["10%", "90%"]
    summary = pd.read_csv(exhibits / "02-summary.csv")
    assert summary.loc[summary["indicator"] == "y", "mean_text"].tolist() == [
        "20.5",
        "12.5",
    ]  # 20.625 and 12.625, in steps of what one person moves them by
    page = page_of(run.report)
    assert (
        page.count("Weighted by the survey weights") >= 4
    )  # captions of balance, summary, spread, estimates
