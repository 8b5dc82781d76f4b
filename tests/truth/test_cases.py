"""The small cases that were right from the start stay right; each value is the one its thread gives."""

import pandas as pd


def test_values_that_spss_declares_missing_are_no_answers(case):
    people = case("r1-spss-missing").clean()
    assert people["score"].isna().sum() == 3
    assert people["score"].dropna().tolist() == [10, 20, 30]


def test_the_order_of_rows_changes_no_matching(case):
    first, second = case("e4-matching-order-a").estimates(), case("e4-matching-order-b").estimates()
    pd.testing.assert_series_equal(first["estimate"], second["estimate"])
    assert first["estimate"].notna().any()


def test_errors_under_weights_are_those_of_statsmodels(case):
    errors = case("e1-weights-errors").estimates()["std_error"].round(6).tolist()
    assert 0.366295 in errors
    assert 0.417218 in errors
