"""What to measure next time: a line a claim that is open, by the reason, with the people it takes."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.power import TTestIndPower, TTestPower
from test_brief import brief, line, study, verdict  # noqa: F401

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.definitions.indicator import smallest_effect
from manfaat.evaluation.planning import people_needed
from manfaat.report.brief import round_up
from manfaat.report.next_time import steps


def found(std_error, df, power=0.8):
    """What is found with some power: statsmodels' solution for a comparison, in the unit of the error."""
    return TTestPower().solve_power(nobs=df + 1, alpha=0.05, power=power) * np.sqrt(df + 1) * std_error


@pytest.mark.parametrize(("n", "m", "smallest"), [(90, 140, 0.2), (60, 60, 0.15), (185, 260, 0.1)])
def test_the_people_needed_are_those_of_statsmodels(n, m, smallest):
    rng = np.random.default_rng(n)
    group = np.repeat([1.0, 0.0], [n, m])
    x = rng.normal(size=n + m)
    fit = sm.OLS(0.3 * x + rng.normal(size=n + m), sm.add_constant(np.column_stack([group, x]))).fit()
    own, others = people_needed(n, m, found(fit.bse[1], fit.df_resid), smallest)
    assert others / own == pytest.approx(m / n)
    spread = fit.bse[1] / np.sqrt(1 / n + 1 / m)  # of the answers, as the regression leaves it
    wanted = TTestIndPower().solve_power(smallest / spread, alpha=0.05, power=0.8, ratio=m / n)
    assert own == pytest.approx(wanted, rel=0.02)  # the larger study has more degrees of freedom


def test_of_participants_alone_two_groups_are_needed_whose_changes_are_as_spread():
    changes = np.random.default_rng(3).normal(0.1, 0.8, 60)
    own, others = people_needed(60, 0, found(changes.std(ddof=1) / np.sqrt(60), 59), 0.3)
    wanted = TTestIndPower().solve_power(0.3 / changes.std(ddof=1), alpha=0.05, power=0.8)
    assert own == others == pytest.approx(wanted, rel=0.03)


OPEN = {"mde": 0.4, "smallest": 0.2}


@pytest.mark.parametrize(
    ("grade", "rule", "more", "said"),
    [
        (
            "cannot tell",
            "unclear",
            OPEN,
            "To see 0.2 points on a scale of 1 to 5 in knowledge and skills, 160 participants and 240 others"
            " have to answer; here 40 and 60 did.",
        ),
        (
            "suggested",
            "comparison",
            OPEN,
            "To be surer of knowledge and skills, give places by lottery: 160 participants and 240 others"
            " show 0.2 points on a scale of 1 to 5; here 40 and 60 answered.",
        ),
        (
            "cannot tell",
            "unclear",
            OPEN | {"basis": "change", "n_comparison": 0},
            "Choose somebody to compare knowledge and skills with: 320 participants and as many others show"
            " 0.2 points on a scale of 1 to 5.",
        ),
        (
            "cannot tell",
            "unclear",
            {"basis": "change", "mde": np.nan},
            "Choose somebody to compare knowledge and skills with: participants alone cannot tell.",
        ),
        (
            "cannot tell",
            "unclear",
            {"mde": 0.1, "smallest": 0.2},
            "Ask about knowledge and skills once more: as many as here can see 0.2 points on a scale of 1 to"
            " 5, yet the interval holds zero.",
        ),
        (
            "cannot tell",
            "unclear",
            {"mde": 0.1},
            "Say what change in knowledge and skills would be worth having: only then can it be said how many"
            " to ask.",
        ),
        (
            "cannot tell",
            "failed",
            {},
            "Choose before places are given who is compared, best by lottery: knowledge and skills.",
        ),
        (
            "cannot tell",
            "nothing",
            {"estimate": np.nan, "reason": "x"},
            "Ask about knowledge and skills, of participants and of those compared with them.",
        ),
        ("suggested", "comparison", {"mde": 0.1, "smallest": 0.2}, None),
        ("shown", "lottery", OPEN, None),
        ("contradicted", "small", {"mde": 0.1, "smallest": 0.2}, None),
    ],
)
def test_the_reason_says_what_to_do(study, grade, rule, more, said):  # noqa: F811
    basis = more.get("basis", "comparison")
    own = brief(
        study,
        [verdict("T1", grade, rule, "skills_gain", basis)],
        [line("T1", "skills_gain", **{"estimate": 0.01} | more)],
    )
    assert [step.text for step in steps(own)] == ([said] if said else [])


def test_the_smallest_effect_of_a_logarithm_is_told_in_per_cent(study):  # noqa: F811
    own = brief(
        study,
        [verdict("T4", "cannot tell", "unclear")],
        [line("T4", "log_pay", 0.01, "log_points", mde=0.1, smallest=0.05)],
    )
    assert own.advice[0].startswith("To see 5% in pay, 160 participants")
    assert steps(own)[0].text.startswith("To see 5% in pay, 160 participants")


def test_where_the_groups_lost_people_those_are_followed_up(study):  # noqa: F811
    lost = verdict("T1", "cannot tell", "failed", "skills_gain") | {"threat": "attrition"}
    own = brief(study, [lost], [line("T1", "skills_gain", 0.3)])
    (step,) = steps(own)
    assert step.text.startswith("Follow up those who did not answer, in both groups alike: knowledge")


def test_claims_of_one_reason_share_a_line_and_a_joint_claim_has_none(study):  # noqa: F811
    grades = [
        verdict("T1", "cannot tell", "failed", "skills_gain"),
        verdict("T3", "cannot tell", "failed", "promoted"),
        verdict("T7", "cannot tell", "accounts", "", "by rate"),
        verdict("T8", "cannot tell", "joint", "", ""),
    ]
    own = brief(study, grades, [line("T1", "skills_gain", 0.3), line("T3", "promoted", 0.3, "share")])
    for code in ("en", "id"):
        again = brief(study, grades, own.evidence.to_dict("records"), code)
        assert [step.claims for step in steps(again)] == [("T1", "T3"), ("T7",)]
    assert [step.text for step in steps(own)] == [
        "Choose before places are given who is compared, best by lottery: knowledge and skills and"
        " promotion.",
        "Settle what left cost to Jakarta open: it depends on the choice of the exchange rate.",
    ]


def test_the_number_in_the_report_is_that_of_the_brief(study):  # noqa: F811
    grades = [verdict("T1", "cannot tell", "unclear", "skills_gain")]
    own = brief(study, grades, [line("T1", "skills_gain", 0.01, **OPEN)])
    (step,) = steps(own)
    assert own.advice[0].removesuffix(" have to answer.") in step.text


@pytest.mark.runs
def test_the_people_a_shipped_report_asks_for_follow_from_its_own_standard_errors(finished, cohorts):
    """From ``estimates.csv`` and the programme's smallest effects alone; told numbers are rounded."""
    seen = 0
    for cohort in cohorts:
        own = load_study(cohort, root=ROOT)
        grades = pd.read_csv(finished.reports / cohort / "verdicts.csv", keep_default_na=False)
        rows = finished.estimates(cohort).query("is_primary")
        text = finished.page(cohort, "report")
        for row in grades.query("grade == 'cannot tell' and rule == 'unclear'").itertuples():
            mine = rows[
                (rows["indicator"] == row.indicator)
                & (rows["rater"].astype("object").fillna("") == row.rater)
            ]
            if row.basis != "comparison" or len(mine) != 1:
                continue
            (one,) = mine.itertuples()
            smallest = smallest_effect(own.programme, list(own.indicators), row.indicator, one.unit)
            if not smallest > 0:
                continue
            spread = one.std_error / np.sqrt(1 / one.n + 1 / one.n_comparison)
            ratio = one.n_comparison / one.n
            n = TTestIndPower().solve_power(smallest / spread, alpha=0.05, power=0.8, ratio=ratio)
            if n <= one.n:
                continue
            near = {f"{round_up(n * by):,} participants" for by in np.linspace(0.93, 1.07, 57)}
            assert any(name in text for name in near), (cohort, row.claim, n)
            seen += 1
    assert seen
