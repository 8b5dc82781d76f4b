"""Significant estimates of a small study overshoot: by how much, where it is said, and what the value chapter
makes of it.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_sentences import row_of, study_of
from test_value import case, rupiah

from cost_cases import placed
from manfaat.costs.scenarios import Evidence
from manfaat.costs.uncertainty import net_value
from manfaat.evaluation.exaggeration import exaggeration, is_overshooting
from manfaat.report import sentences, truths, value_words
from manfaat.report.reader import Reader
from manfaat.report.words import Language

ENGLISH = Language("en")


@pytest.mark.parametrize(
    ("effect", "error", "printed"),
    # Gelman and Carlin (2014): beauty and sex ratio, standard error 3.28, true effects of 0.1, 0.3 and 1.0
    # points: 77, 25 and 7.7 (their
    # simulation gives 25 where the integral is 25.6); fat arms, effect 2 and standard error 8.1: 9.5
    [(0.1, 3.28, 77), (0.3, 3.28, 25.5), (1.0, 3.28, 7.7), (2, 8.1, 9.5)],
)
def test_exaggeration_as_printed(effect, error, printed):
    assert exaggeration(effect, error, np.inf) == pytest.approx(printed, rel=0.01)


@pytest.mark.parametrize(("effect", "df"), [(1.5, 8), (0.4, 30), (-2.5, 100), (4.0, 5)])
def test_exaggeration_is_the_mean_of_what_is_told_from_zero(effect, df):
    drawn = effect + np.random.default_rng(1).standard_t(df, 400_000)
    told = np.abs(drawn)[np.abs(drawn) > stats.t.ppf(0.975, df)]
    assert exaggeration(effect, 1.0, df) == pytest.approx(told.mean() / abs(effect), rel=0.01)


def test_a_large_study_does_not_overshoot_and_no_effect_is_overshot_without_bound():
    assert exaggeration(10.0, 1.0, 200) == pytest.approx(1.0, abs=1e-6)
    assert exaggeration(0.0, 1.0, 200) == np.inf
    assert exaggeration(1.0, 2.0, float("nan")) == exaggeration(
        1.0, 2.0, np.inf
    )  # a method that has no degrees of freedom
    assert [
        is_overshooting(0.3, low, 0.5, mde)
        for low, mde in ((0.1, 0.4), (0.1, 0.2), (-0.1, 0.4), (0.1, np.nan))
    ] == [True, False, False, False]


def test_a_finding_smaller_than_the_study_could_find_says_so():
    small = row_of(estimate=0.6)  # of 0.1 to 1.1, with 0.7 detectable
    times = [exaggeration(effect, 0.25, 50.0) for effect in (0.6, 0.3)]
    told = sentences.sureness(small, Reader(ENGLISH.code, study_of()))
    assert "smaller than the 0.7 points that the study could be expected to find" in told
    assert (
        f"on average {times[0]:.1f} times if the truth were as large as this one, {times[1]:.1f} times if it"
        " were 0.3 points" in told
    )
    study = study_of()
    study.programme.smallest_effects = {
        "score": 0.1
    }  # the smallest effect that would be worth having, where it is declared and less than half
    assert "if it were 0.1 points" in sentences.sureness(small, Reader(ENGLISH.code, study))
    assert sentences.sureness(row_of(estimate=1.0), Reader(ENGLISH.code, study_of())) == ""
    assert "Gelman" not in sentences.sureness(row_of(estimate=0.2), Reader(ENGLISH.code, study_of()))
    assert sentences.sureness(small, Reader("id", study_of())) != told


def test_the_value_knows_that_its_gain_overshoots():
    assert Evidence("difference", 0.237, 0.1, 0.04, 0.43, "x", 0.28, 120).times_too_large == pytest.approx(
        exaggeration(0.237, 0.1, 120)
    )
    for found in (
        Evidence("difference", 0.3, 0.1, 0.1, 0.5, "x", 0.28, 120),
        Evidence("difference", 0.1, 0.1, -0.1, 0.3, "x", 0.28, 120),
        Evidence("assumed", 0.05, 0, 0, 0.1),
    ):
        assert found.times_too_large == 1.0


def test_the_value_says_that_the_gain_is_priced_unshrunk_and_what_it_would_be_worth_shrunk():
    asked = case(placed(rupiah())[1], effect=0.237, error=0.1)
    found = Evidence("difference", 0.237, 0.1, 0.04, 0.43, "x", 0.28, 120)
    words = SimpleNamespace(amount=lambda value: f"Rp {value:.0f}")
    teller = SimpleNamespace(
        reader=ENGLISH,
        words=words,
        level=lambda what, value: f"{100 * np.expm1(value):.1f}%",
        valuation=SimpleNamespace(found=found, case=asked),
    )
    told = value_words.unshrunk(teller)
    smaller = 0.237 / exaggeration(0.237, 0.1, 120)
    assert (
        f"were the gain that much smaller, {100 * np.expm1(smaller):.1f}%, the net present value for society"
        f" would be Rp {net_value(asked, effect=smaller):.0f}." in told
    )
    assert "If the truth were 26.7%" in told
    large = Evidence("effect", 0.5, 0.1, 0.3, 0.7, "x", 0.28, 120)
    teller.valuation.found = large
    assert value_words.unshrunk(teller) == ""


def test_the_truth_of_a_simulation_is_held_against_what_was_told_from_zero():
    # of a study of 130 with known truth: 13 of 13 estimates told from zero were too large, and no sentence
    # said so
    known = pd.DataFrame(
        {
            "truth": [0.1, 0.2, -0.1, 0.5],
            "estimate": [0.3, 0.4, -0.15, 0.1],
            "ci_low": [0.1, 0.1, -0.2, -0.1],
            "ci_high": [0.5, 0.7, -0.1, 0.3],
        }
    )
    assert truths.too_large(known, ENGLISH) == [
        "Of the 3 estimates whose interval excludes zero 3 are larger than the truth; the median is 2.0 times"
        " the truth. A small study finds what it overestimates."
    ]
    assert truths.too_large(known.iloc[3:], ENGLISH) == []


def test_how_many_findings_the_study_was_too_small_for():
    rows = pd.DataFrame(
        {
            "estimate": [0.6, 1.0, 0.1],
            "ci_low": [0.1, 0.5, -0.4],
            "ci_high": [1.1, 1.5, 0.6],
            "mde": 0.7,
            "is_primary": True,
        }
    )
    assert sentences.overshot(rows, ENGLISH) == [
        "Of 2 primary estimates that are told from zero, 1 is smaller than what the study could be expected"
        " to find: such a one is as a rule too large."
    ]
    assert sentences.overshot(rows.iloc[1:], ENGLISH) == []


def test_rows_without_numbers_are_no_findings():
    empty = SimpleNamespace(estimate=np.nan, ci_low=np.nan, ci_high=np.nan, mde=np.nan)
    assert not is_overshooting(empty.estimate, empty.ci_low, empty.ci_high, empty.mde)
