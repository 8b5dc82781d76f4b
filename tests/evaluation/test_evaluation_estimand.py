"""Estimands are written as text and read back the same; what is none is refused."""

import pytest

from manfaat.evaluation.estimand import About, Estimand, Measure, Word

WRITTEN = {
    "effect": Estimand(Word.EFFECT),
    "difference (ATT)": Estimand(Word.DIFFERENCE, About("ATT")),
    "effect (quantile 0.25)": Estimand(Word.EFFECT, About("", Measure.QUANTILE, 0.25)),
    "difference (quantile 0.9, ATE)": Estimand(Word.DIFFERENCE, About("ATE", Measure.QUANTILE, 0.9)),
    "change (level 3)": Estimand(Word.CHANGE, About("", Measure.ANSWER, 3.0)),
    "change (pseudo-median)": Estimand(Word.CHANGE, About("", Measure.PSEUDO_MEDIAN)),
    "change (d_z)": Estimand(Word.CHANGE, About("", Measure.D_Z)),
    "level": Estimand(Word.LEVEL),
    "take-up": Estimand(Word.TAKE_UP),
}


@pytest.mark.parametrize(("text", "meant"), WRITTEN.items())
def test_an_estimand_is_read_as_it_was_written(text, meant):
    assert str(meant) == text
    assert Estimand.read(text) == meant


def test_what_is_in_the_indicators_unit_and_what_compares_means():
    in_unit = {text for text, one in WRITTEN.items() if one.is_in_unit}
    assert set(WRITTEN) - in_unit == {"change (level 3)", "change (d_z)", "take-up"}
    assert {text for text, one in WRITTEN.items() if one.is_difference_of_means} == {
        "effect",
        "difference (ATT)",
    }


@pytest.mark.parametrize("text", ["", "an effect", "effect (ATT", "effect (odd 3)", "changes (ATT)"])
def test_what_is_no_estimand_is_refused(text):
    with pytest.raises(ValueError, match=r"estimand|Word|Measure"):
        Estimand.read(text)
