"""How finely numbers are told: in steps no finer than what one person moves a number by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from conftest import examples
from manfaat.base.precision import LINES, capped, coarse, in_steps, p_values, steps

RNG = np.random.default_rng(18)


def means_of(samples: list[np.ndarray]) -> pd.DataFrame:
    """Means as a notebook has them."""
    return pd.DataFrame(
        {
            "name": "pay",
            "n": [len(one) for one in samples],
            "mean": [one.mean() for one in samples],
            "sd": [one.std(ddof=1) for one in samples],
        }
    )


@pytest.mark.parametrize(
    ("spread", "n", "step"),
    [(7.4, 74, 0.1), (7.5, 74, 0.2), (1_358_512, 66, 50_000), (1, 58, 0.02), (1, 100, 0.01), (3e-7, 3, 1e-7)],
)
def test_a_step_is_what_one_person_moves_a_number_by_or_the_next_of_one_two_and_five(spread, n, step):
    assert float(steps(spread, n)) == pytest.approx(step)


@pytest.mark.parametrize(("spread", "n"), [(0, 12), (np.nan, 12), (3, 0), (3, np.nan)])
def test_there_is_no_step_where_nothing_is_known_or_nothing_varies(spread, n):
    assert np.isnan(steps(spread, n))
    assert float(in_steps(1.23456, steps(spread, n))) == 1.23456


def test_a_number_is_told_as_zero_only_where_it_is():
    assert in_steps([0.0, 0.001, -0.001, 0.4], 0.1).tolist() == [0.0, 0.02, -0.02, 0.4]


@pytest.mark.parametrize("law", ["normal", "lognormal", "points", "yes"])
def test_two_means_that_differ_by_a_person_tell_no_more_of_that_person_than_of_anybody(law):
    """n = 58 beside n = 57: the person lies within one standard deviation of what is worked out, at best, and
    a yes cannot be told from a no."""
    for _ in range(examples(200)):
        n = int(RNG.integers(6, 300))
        values = {
            "normal": RNG.normal(50, 9, n),
            "lognormal": RNG.lognormal(14, 0.7, n),
            "points": RNG.integers(1, 6, n).astype(float),
            "yes": (RNG.random(n) < 0.4).astype(float),
        }[law]
        if values.std() == 0:
            continue
        exact = means_of([values, values[:-1]])
        told = coarse(exact)
        step = steps(1.0 if law == "yes" else exact["sd"].max(), exact["n"])
        off = (exact["n"] * step).sum() / 2
        assert off >= (1.0 if law == "yes" else exact["sd"].max()) * 0.99
        if told["mean"].isna().any():  # of few who said yes, or no
            assert law == "yes"
            continue
        assert (told["mean"] - exact["mean"]).abs().max() <= step.max() * 0.51
        if law == "yes":  # every count that is told is that of several counts
            assert np.unique((told["mean"] / step).round(6) % 1).max() in (
                0,
                pytest.approx(0),
                pytest.approx(1),
            )


def test_without_steps_the_person_is_known_to_the_cent():
    """What the rule is against."""
    values = RNG.lognormal(9, 0.6, 58)
    exact = means_of([values, values[:-1]])
    sums = exact["n"] * exact["mean"]
    assert sums[0] - sums[1] == pytest.approx(values[-1], abs=0.01)
    told = coarse(exact)
    sums = told["n"] * told["mean"]
    assert abs(sums[0] - sums[1] - values[-1]) > 1


def test_every_kind_of_standard_error_tells_the_same_estimate():
    rows = pd.DataFrame(
        {
            "indicator": "promoted",
            "specification": "difference",
            "n": 44.0,
            "n_comparison": 107.0,
            "estimate": 0.24917731222739,
            "std_error": [0.15555671623715614, 0.13823362288491114],
            "std_error_kind": ["HC2", "classical"],
            "ci_low": [-0.06, -0.02],
            "ci_high": [0.55, 0.52],
            "unit": "steps",
        }
    )
    told = coarse(rows)
    assert told["estimate"].nunique() == 1
    assert told["estimate"].iloc[0] == 0.25  # in steps of 0.1556 / √44, 0.05
    assert told["std_error"].tolist() == [0.155, 0.14]  # of 0.1556 / 44, 0.005
    assert told["n"].tolist() == [44, 44]


def test_p_values_stay_on_their_side_of_every_line():
    values = np.r_[RNG.random(500), 10 ** RNG.uniform(-9, 0, 500), np.array(LINES) - 1e-7, np.array(LINES)]
    told = p_values(values)
    for line in LINES:
        assert ((values < line) == (told < line)).all()
    assert np.abs(told - values).max() <= 0.0011
    assert np.isnan(p_values([np.nan])).all()


def test_counts_texts_and_what_was_chosen_stay_as_they_are():
    table = pd.DataFrame(
        {"n": [74.0], "n_missing": [8.0], "confidence": [0.987654], "group": ["a"], "rows": [12345]}
    )
    pd.testing.assert_frame_equal(coarse(table), table)
    pd.testing.assert_frame_equal(capped(table), table)


def test_shares_are_told_in_whole_people_unless_their_counts_stand_beside_them():
    shares = pd.DataFrame(
        {"label": ["a", "b"], "n": [73, 73], "share": [0.273972602739726, 0.4931506849315068]}
    )
    assert coarse(shares)["share"].tolist() == [0.28, 0.5]
    beside = shares.assign(low=0.0, high=0.05)
    assert coarse(beside)["share"].tolist() == [0.274, 0.493]


def test_a_comparison_group_of_nought_is_told_without_a_word_of_the_machine(recwarn):
    table = pd.DataFrame({"indicator": "own", "n": [40, 39], "n_comparison": [50, 40], "estimate": 0.1})
    means = {
        "mean_comparison": [0.0, 0.2],
        "sd_comparison": [0.0, 0.4],
        "percent_of_comparison": [np.nan, 50.5],
    }
    told = coarse(table.assign(**means, std_error=0.05))
    assert told["mean_comparison"].tolist() == [0, 0.2]
    assert told["percent_of_comparison"].isna().tolist() == [True, False]
    assert not [str(one.message) for one in recwarn]
