"""Lines of evidence: which threats, reasons, p values and reasons are those of this very line, held from
both sides.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_verdict import ONE, graded, lines_of, row, study_of

from manfaat.evaluation.estimate import COLUMNS
from manfaat.verdict.evidence import (
    Line,
    candidates,
    direction_of,
    failed_threats,
    nothing,
    sides,
    unreliable,
)


def test_threats_of_another_treatment_or_indicator_are_not_those_of_this_line():
    mine = {"indicator": "i", "rater": "", "specification": "s", "passed": "no"}
    threats = pd.DataFrame([
        mine | {"threat": "oster", "treatment": "a"},
        mine | {"threat": "placebo", "treatment": "b"},
        mine | {"threat": "overlap", "treatment": None},  # of all treatments
        mine | {"threat": "attrition", "treatment": "a", "indicator": "j"},
        mine | {"threat": "pre-trend", "treatment": "a", "rater": "self"},
        mine | {"threat": "bounds", "treatment": "a", "specification": "t"},
    ])  # fmt: skip
    assert failed_threats(
        threats, pd.Series({"indicator": "i", "rater": "", "specification": "s", "treatment": "a"})
    ) == ("overlap", "oster")


def test_interval_that_cannot_be_relied_on_is_told_by_its_first_doubt_alone():
    doubts = ["too_few_clusters(clusters=4)", "too_skewed"]
    assert unreliable(pd.Series({"reasons": "; ".join(["trimmed(share=2.5)", *doubts])})) == doubts[0]
    assert unreliable(pd.Series({"reasons": doubts[0]})) == doubts[0]
    assert unreliable(pd.Series({"reasons": "trimmed(share=2.5)"})) == ""
    assert unreliable(pd.Series({"reasons": np.nan})) == ""


def line(
    p_value: float,
    *,
    speaks: bool = True,
    estimate: float = 1.0,
    low: float = 0.5,
    direction: int = 1,
    doubt: str = "",
) -> Line:
    """A line before it is weighed."""
    return Line(
        "C1",
        "",
        "i",
        "",
        "comparison",
        speaks=speaks,
        p_value=p_value,
        ci_low=low,
        ci_high=low + 2,
        direction=direction,
        estimate=estimate,
        unreliable=doubt,
    )


def test_only_p_values_of_lines_that_speak_are_adjusted():
    """Holm: 2 × 0.02 and 1 × 0.03, but no less than the one before; the silent one and the one without a p
    value stand aside.
    """
    lines = sides([line(0.02), line(0.03), line(0.01, speaks=False), line(np.nan)], 0.05)
    assert [one.p_holm for one in lines] == pytest.approx([0.04, 0.04, np.nan, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("given", "side"),
    [
        (line(0.049), "for"),
        (line(0.05), "neither"),  # not below one in twenty
        (line(0.01, estimate=-1.0), "against"),
        (line(0.01, direction=-1), "against"),
        (line(0.01, estimate=-1.0, direction=-1), "for"),
        (line(0.01, direction=0), "neither"),  # nothing is claimed of its direction
        (line(0.01, doubt="few clusters"), "neither"),
        (line(np.nan, low=0.01), "for"),  # without a p value by its interval
        (line(np.nan, low=0.0), "neither"),
        (line(np.nan, low=-1.0), "neither"),
        (line(np.nan, low=-2.0, estimate=-1.0), "neither"),
        (line(np.nan, low=-2.01, estimate=-1.0), "against"),
    ],
)
def test_side_of_a_line_turns_at_alpha_and_at_zero(given, side):
    assert sides([replace(given)], 0.05)[0].side == side


def test_reason_of_an_indicator_without_estimates_is_its_own():
    rows = [
        ("i", None),
        ("j", "all_the_same"),
        ("i", "few_answered"),
        ("i", "later"),
    ]
    estimates = pd.DataFrame(rows, columns=["indicator", "reasons"])
    found = nothing("i", estimates)
    assert found.reason == "few_answered"
    assert (found.is_small, found.is_opinion, found.speaks, found.side) == (False, False, True, "neither")
    assert nothing("k", estimates).reason == "not_estimated"


def test_direction_is_that_of_the_line_of_this_indicator_and_rater():
    lines = lines_of("score", raters=("test", "self"))
    lines = [
        lines[0].model_copy(update={"direction": ""}),
        lines[1].model_copy(update={"direction": "lower"}),
    ]
    assert direction_of(lines, "score", "self") == -1
    assert direction_of(lines, "score", "test") == 0
    assert direction_of(lines, "other", "self") == 0


def test_change_that_is_no_main_estimate_still_speaks_and_a_comparison_that_is_none_does_not():
    estimates = pd.DataFrame(
        [row(estimand="change"), row(estimate=5.0) | {"is_primary": False}], columns=COLUMNS
    )
    assert [(kind, one["estimate"]) for kind, one in candidates(estimates, "score", "randomised")] == [
        ("change", 1.0)
    ]
    both = pd.DataFrame([row(estimate=np.nan), row(estimate=2.0), row(estimate=3.0)], columns=COLUMNS)
    assert [(kind, one["estimate"]) for kind, one in candidates(both, "score", "observational")] == [
        ("comparison", 2.0)
    ]  # one a rater


@pytest.mark.parametrize(("high", "small"), [(0.49, True), (0.5, False)])
def test_effect_is_small_where_its_interval_ends_below_the_smallest_that_matters(high, small):
    found = graded(
        study_of(ONE, smallest={"score": 0.5}),
        [row(estimate=0.1, ci_low=-0.3, ci_high=high)],
        lines_of("score"),
    )[1]
    assert found.loc[0, "is_small"] == small
    doubtful = [row(estimate=0.1, ci_low=-0.3, ci_high=high, reasons="too_few_clusters(clusters=4)")]
    assert not graded(study_of(ONE, smallest={"score": 0.5}), doubtful, lines_of("score"))[1].loc[
        0, "is_small"
    ]
