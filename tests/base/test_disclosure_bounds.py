"""The rule on small counts at the counts where it turns."""

import numpy as np
import pandas as pd
import pytest

from manfaat.base.disclosure import (
    IDENTIFYING_COLUMNS,
    blanked,
    check_exhibit,
    follows,
    hide_small,
    is_few,
    share_of_few,
)


def test_few_are_one_to_four_and_a_count_from_a_share_may_be_half_a_person_off():
    assert is_few(np.array([0.0, 0.5, 0.51, 1, 4, 4.49, 4.5, 5])).tolist() == [
        False,
        False,
        True,
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("share", "n", "few"),
    [
        (0.5, 10, False),
        (0.4, 10, True),
        (0.6, 10, True),
        (0.0, 10, False),
        (1.0, 10, False),
        (1.0, 4, True),
        (0.0, 4, True),
    ],
)
def test_share_is_of_few_by_either_side_or_by_all(share, n, few):
    assert share_of_few(share, n) == few


def test_statistics_are_blanked_where_few_are_behind_them_and_counts_beside():
    table = pd.DataFrame({"n": [4, 5, 0], "mean": [1.0, 2.0, 3.0], "n_missing": [7, 4, 9]})
    plain = hide_small(table, "n", ["mean"])
    assert plain["mean"].tolist() == pytest.approx([np.nan, 2, 3], nan_ok=True)
    assert plain["n"].tolist() == pytest.approx([np.nan, 5, 0], nan_ok=True)
    assert plain["n_missing"].tolist() == [7, 4, 9]
    beside = hide_small(
        table, "n", ["mean"], missing="n_missing", rests_on_few=pd.Series([False, False, True])
    )
    assert beside["mean"].tolist() == pytest.approx([np.nan, 2, np.nan], nan_ok=True)
    assert beside["n_missing"].tolist() == pytest.approx([np.nan, np.nan, 9], nan_ok=True)


def test_counts_stay_whole_numbers_where_none_is_hidden():
    assert blanked(pd.Series([7, 9]), pd.Series([False, False])).dtype == "int64"
    assert blanked(pd.Series([7, 9]), pd.Series([False, True])).tolist() == pytest.approx(
        [7, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(
    ("hidden", "known"),
    [
        ([2, 2], True),
        ([2, 3], False),
        ([4, 4], True),
        ([4, 3], False),
        ([1] * 6, True),
        ([1] * 5 + [2], False),
        ([4] * 3, True),
    ],
)
def test_hidden_counts_follow_from_their_sum_where_it_is_small_least_or_most(hidden, known):
    assert follows(np.array(hidden, dtype=float), 5) is known


@pytest.mark.parametrize("column", IDENTIFYING_COLUMNS)
def test_every_column_that_identifies_is_refused(column):
    with pytest.raises(ValueError, match=column):
        check_exhibit(pd.DataFrame({column: ["a"], "n": [9]}))


def test_identifying_columns_are_the_key_and_the_place_of_a_row():
    assert set(IDENTIFYING_COLUMNS) == {"_key", "_row", "_file", "key"}


def test_missing_counts_that_are_few_are_left_out_and_texts_stay():
    assert check_exhibit(pd.DataFrame({"n_missing": [4, 5]}))["n_missing"].tolist() == pytest.approx(
        [np.nan, 5], nan_ok=True
    )
    assert check_exhibit(pd.DataFrame({"n_missing": ["4", "—"]}))["n_missing"].tolist() == ["4", "—"]
    assert check_exhibit(pd.DataFrame({"n": [4, 5]}))["n"].tolist() == [4, 5]
