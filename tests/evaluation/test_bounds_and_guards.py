"""Signs, bounds and guards on which a number or a grade turns, each held from both sides: a ``<`` for a
``<=`` fails here.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from evaluation_cases import LINES, WORDS, programme, sample, spec
from manfaat.cleaning import rows, table_checks
from manfaat.cleaning.columns import Column
from manfaat.cleaning.corrections import misfit
from manfaat.cleaning.outcomes import Given
from manfaat.costs.double_benefit import technology
from manfaat.costs.indicators import trainees
from manfaat.definitions.codebook import Variable
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import Check
from manfaat.evaluation import change
from manfaat.evaluation.linear import basis, fit
from manfaat.evaluation.sample import WEIGHT, Dataset, NotApplicableError, draw_sample
from manfaat.threats.leave_one_out import leave_one_out_rows
from manfaat.verdict.evidence import failed_threats
from manfaat.verdict.rules import grade_part


def variables(**roles: str) -> list[Variable]:
    """Text variables with a role each."""
    labels = {"label::English (en)": "x", "label::Bahasa Indonesia (id)": "x"}
    return [
        Variable.model_validate(
            {"table": "people", "name": name, "type": "text", "source": name, "role": role} | labels
        )
        for name, role in roles.items()
    ]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (["1", "2", "x", "y"], True),  # half of four: still one person
        (["1", "x", "y", "z"], False),
        (["1", "2", "3", "4"], True),
        (["", "", "", ""], True),  # nothing both answered says nothing
        (["", "", "x", "4"], True),  # half of what both answered
        (["", "x", "y", "4"], False),  # a third
        ([" 1 ", "2", "x", "y"], True),  # spaces are no answer
    ],
)
def test_rows_under_one_key_are_one_person_from_half_of_the_answers_on(other, same):
    names = list("abcd")
    table = pd.DataFrame([["1", "2", "3", "4"], other], columns=names)
    assert rows.agree(table, variables(**dict.fromkeys(names, ""))) is same
    third = pd.concat([table.iloc[:1], table], ignore_index=True)  # every row is asked, not the second alone
    assert rows.agree(third, variables(**dict.fromkeys(names, ""))) is same


def test_keys_and_times_of_the_record_make_nobody_the_same_person():
    table = pd.DataFrame(
        {"id": ["7", "7"], "sent": ["t", "t"], "began": ["t", "t"], "left": ["t", "t"], "a": ["1", "9"]}
    )
    assert not rows.agree(table, variables(id="key", sent="submitted", began="start", left="end", a=""))


def test_fullest_row_then_the_latest_then_the_last():
    table = pd.DataFrame({"a": ["1", "1", "1", " "], "b": ["", "2", "2", "2"]})
    assert rows.fullest(table, ["a", "b"], pd.Series([9, 5, 4, 9])) == 1
    assert rows.fullest(table, ["a", "b"], pd.Series([9, 5, 5, 9])) == 2
    assert rows.fullest(table.iloc[[0, 3]], ["a", "b"], pd.Series([9, 8], index=[0, 3])) == 0


def test_row_that_two_rules_name_is_set_aside_once_by_the_first():
    asides = [
        SimpleNamespace(rule=rule, when=when, reason={"en": rule})
        for rule, when in (("no consent", "${ok} = 0"), ("child", "${age} < 15"))
    ]
    clean = pd.DataFrame(
        {"ok": [0.0, 1, 0, 1, np.nan], "age": [10.0, 10, 40, 15, np.nan]}, index=[3, 5, 7, 9, 11]
    )
    found = rows.set_aside_declared(clean, SimpleNamespace(set_aside=asides))
    assert found["rule"].to_dict() == {3: "no consent", 7: "no consent", 5: "child"}
    assert not found.index.duplicated().any()
    assert rows.set_aside_declared(clean, SimpleNamespace(set_aside=[])).empty


@pytest.mark.parametrize(
    ("old", "new", "untold", "said"),
    [
        ("12", "13", False, None),
        (" 12", "13 ", False, None),
        ("12", "12", False, None),  # looked at, stays
        ("11", "12", False, "already is '12'"),
        ("11", "13", False, "is '12', not '11'"),
        ("12", "13", True, None),
        ("12", "12", True, None),
        ("11", "12", True, "already is what the line says"),
        ("11", "13", True, "is not what stands under 'old'"),
    ],
)
def test_correction_fits_its_cell_or_says_why_and_repeats_no_secret(old, new, untold, said):
    line = Correction(
        cohort="c", table="people", key="7", variable="q", old=old, new=new, who="a", when="2024", why="b"
    )
    found = misfit(
        line, np.array([1]), {"q": Column(np.array([1, 0, 1]), ["12", "99"])}, untold=("q",) if untold else ()
    )
    assert (found is None) if said is None else (said in found[0])
    if untold and found:
        assert not {"11", "12", "13"} & set(found[0].replace("'", " ").split())


@pytest.mark.parametrize(("hit", "said"), [([], "matches 0 cells"), ([0, 1], "matches 2 cells")])
def test_correction_of_no_row_or_of_two_is_refused(hit, said):
    line = Correction(
        cohort="c", table="people", key="7", variable="q", old="12", new="13", who="a", when="2024", why="b"
    )
    assert said in misfit(line, np.array(hit), {"q": Column(np.array([0, 0]), ["12"])})[0]
    assert "no variable" in misfit(line, np.array([0]), {})[0]


def test_distance_of_an_interviewer_is_in_standard_deviations_of_the_others_means():
    """Where interviewers differ by far more than chance: numpy.std of the means of the others, with n − 1."""
    ratings = {
        "A": [1.0, 1.2] * 20,
        "B": [3.0, 3.2] * 20,
        "C": [4.0, 4.2] * 20,
        "D": [6.0, 6.2] * 20,
        "E": [9.0, 9.2] * 20,
    }
    table = pd.DataFrame(
        [(name, value) for name, own in ratings.items() for value in own], columns=["by", "q"]
    )
    groups = (
        table.groupby("by")["q"]
        .agg(["mean", "size", "sum"])
        .assign(squares=(table["q"] ** 2).groupby(table["by"]).sum())
    )
    found = table_checks.distance_from_others(groups)
    for name in ratings:
        others = np.array([np.mean(own) for other, own in ratings.items() if other != name])
        assert found[name] == pytest.approx(
            abs(np.mean(ratings[name]) - others.mean()) / max(others.std(ddof=1), pooled(ratings, name))
        )


def pooled(ratings: dict[str, list[float]], name: str) -> float:
    """Standard error of the difference from all ratings of the others taken together."""
    rest = np.concatenate([own for other, own in ratings.items() if other != name])
    return float(rest.std(ddof=1) * np.sqrt(1 / len(ratings[name]) + 1 / len(rest)))


def test_last_months_are_counted_from_this_one_and_held_against_as_many_before():
    """In June 2004 with three months: April to June are late, January to March early, December is neither,
    nor is July.
    """
    given = {
        "first": [f"2004-{month:02d}" for month in (7, 6, 5, 4, 3, 2, 1)] + ["2003-12"],
        "day": "2004-06-15",
    }
    check = Check.model_validate(
        {
            "id": "X",
            "table": "people",
            "severity": "note",
            "kind": "recent_dates",
            "variables": ["first"],
            "arguments": {"until": ["day"], "months": 3},
            "label": WORDS,
        }
    )
    table = pd.DataFrame(given).assign(_key="k", _file="f", _sheet="", _row=1)
    assert table_checks.recent_dates(Given(check, table)).n_checked == 6
    crowd = pd.concat([table.iloc[[1]]] * 8 + [table.iloc[[3]]] * 8, ignore_index=True)
    found = table_checks.recent_dates(Given(check, crowd))
    assert found.hits["note"].tolist() == [
        "16 in the last 3 months, 0 in the 3 months before: perhaps remembered too late"
    ]
    early = pd.concat([table.iloc[[4]]] * 8 + [table.iloc[[6]]] * 8, ignore_index=True)
    assert table_checks.recent_dates(Given(check, early)).hits.empty


def test_trainees_are_the_most_that_a_line_covers_added_over_cohorts():
    lines = pd.DataFrame({"cohort": ["a", "a", "b", "b"], "covered": [10, 12, 30, 7]})
    assert trainees(lines) == 42


@pytest.mark.parametrize(
    ("low", "high", "grade", "why"),
    [
        (0.5, 0.9, "cannot tell", "around"),  # an interval that reaches the threshold does not lie above it
        (0.51, 0.9, "reported only", "above"),
        (0.1, 0.5, "cannot tell", "around"),
        (0.1, 0.49, "contradicted", "below"),
    ],
)
def test_half_of_the_double_benefit_turns_where_the_interval_leaves_the_threshold(low, high, grade, why):
    declared = SimpleNamespace(adopted="adopted", threshold=0.5)
    known = pd.DataFrame(
        {
            "name": ["adopted", "adopted"],
            "group": ["comparison", "participants"],
            "mean": [0.92, (low + high) / 2],
            "ci_low": [0.9, low],
            "ci_high": [0.95, high],
        }
    )
    half = technology(known, declared)
    assert (half.grade, half.why) == (grade, why)
    assert (half.value, half.against) == ((low + high) / 2, 0.5)
    assert technology(known.iloc[:1], declared).why == "not measured"
    assert technology(known, None).why == "not measured"


def lines_of(**columns: list) -> pd.DataFrame:
    """Lines of evidence of one part."""
    n = len(next(iter(columns.values())))
    fixed = {
        "speaks": True,
        "reason": "",
        "side": "neither",
        "is_small": False,
        "basis": "lottery",
        "is_opinion": False,
        "failed": "",
        "doubts": "",
        "unreliable": "",
        "waiting": 0.0,
        "indicator": "i",
        "rater": "",
    }
    return pd.DataFrame({name: columns.get(name, [value] * n) for name, value in fixed.items()} | columns)


def test_claim_is_contradicted_as_small_only_where_every_estimate_is():
    every = grade_part(lines_of(is_small=[True, True]))
    assert (every["grade"], every["rule"]) == ("contradicted", "small")
    some = grade_part(lines_of(is_small=[True, False], indicator=["a", "b"]))
    assert (some["grade"], some["rule"], some["indicator"]) == (
        "cannot tell",
        "unclear",
        "b",
    )  # by the one that could still be large
    none = grade_part(lines_of(is_small=[False]))
    assert (none["grade"], none["rule"]) == ("cannot tell", "unclear")


def test_evidence_on_both_sides_is_mixed_only_where_one_side_contradicts():
    mixed = grade_part(lines_of(side=["for", "against"]))
    assert (mixed["grade"], mixed["rule"]) == ("cannot tell", "mixed")
    alone = grade_part(lines_of(side=["for", "against"], basis=["lottery", "change"]))
    assert alone["grade"] == "shown"


def test_failed_check_that_takes_the_ground_away_is_named_first():
    row = pd.Series({"indicator": "i", "rater": "", "specification": "s", "treatment": "group"})
    headline = {"indicator": "i", "rater": "", "specification": "s"}
    rows = [
        headline | {"threat": threat, "passed": passed}
        for threat, passed in (
            ("oster", "no"),
            ("rosenbaum", "yes"),
            ("attrition", "no"),
            ("attrition", "yes"),
        )
    ]
    assert failed_threats(pd.DataFrame(rows), row) == ("attrition", "oster")
    assert failed_threats(pd.DataFrame(rows).assign(specification="other"), row) == ()
    assert (
        failed_threats(pd.DataFrame(columns=["indicator", "rater", "specification", "threat", "passed"]), row)
        == ()
    )


def test_error_of_a_change_in_mean_standard_deviations_is_that_of_the_delta_method():
    """Var((s₁ + s₂)/2) of normal pairs is (σ₁² + σ₂² + 2ρ²σ₁σ₂)/(8 df); the error is the root of sd²/n + d²
    Var, over the mean sd.
    """
    rng = np.random.default_rng(8)
    before = rng.normal(0, 1, 40)
    now = 0.7 * before + rng.normal(0.9, 2, 40)
    found = change.standardised_change(sample(now, np.ones(40), before), spec("standardised_change"))
    result = next(result for result, (_, kind) in found if kind == change.D_AV_KIND)
    s1, s2, rho, d = before.std(ddof=1), now.std(ddof=1), np.corrcoef(before, now)[0, 1], result.estimate
    wanted = np.sqrt(
        (now - before).var(ddof=1) / 40 + d**2 * (s1**2 + s2**2 + 2 * rho**2 * s1 * s2) / (8 * 39)
    ) / ((s1 + s2) / 2)
    assert d == pytest.approx((now - before).mean() / ((s1 + s2) / 2))
    assert result.std_error == pytest.approx(wanted)


def test_sample_holds_the_complete_rows_of_its_groups_with_weights_of_mean_one():
    study = programme(
        [{"id": "d", "method": "difference_in_means", "std_errors": ["HC2"]}], primary="d", weight="w"
    )
    table = pd.DataFrame(
        {
            "group": ["1", "1", "1", "0", "0", "0", None],
            "score_now": [1.0, 2, np.nan, 4, 5, 6, 7],
            "w": [1.0, 3, 5, 2, 2, np.nan, 9],
            "score_before": 1.0,
        }
    )
    data, line = Dataset(table, study, LINES), next(line for line in LINES if line.name == "score_now")
    drawn = draw_sample(data, line, study.specifications[0])
    assert sorted(drawn.frame["now"]) == [1, 2, 4, 5]  # no answer, no weight, no group
    assert drawn.n_missing == 2  # the row without a group belongs to nobody
    assert drawn.frame[WEIGHT].mean() == pytest.approx(1)
    assert drawn.frame.set_index("now").loc[2, WEIGHT] == pytest.approx(1.5)
    alone = draw_sample(data, line, study.specifications[0], participants_only=True)
    assert sorted(alone.frame["now"]) == [1, 2]
    assert alone.n_missing == 1


@pytest.mark.parametrize(("smallest", "told"), [(5, True), (4, False)])
def test_estimates_without_one_cluster_are_told_from_clusters_of_five_on(smallest, told):
    """An estimate without a cluster of four, and the one with it, would tell four answers."""
    rng = np.random.default_rng(3)
    clusters = np.repeat([0, 1, 2, 3], [smallest, 8, 9, 10])
    design = np.column_stack([rng.normal(size=len(clusters)), np.ones(len(clusters))])
    fitted = fit(basis(design, 0), 5 * design[:, 0] + rng.normal(size=len(clusters)))
    case = SimpleNamespace(
        sample=SimpleNamespace(clusters=clusters),
        fit=fitted,
        row={"std_error": 0.5, "df": 3},
        settings=SimpleNamespace(confidence=0.95),
        conclusion=1,
    )
    found = [row["statistic"] for row in leave_one_out_rows(case)]
    assert found == (["largest change", "lowest", "highest"] if told else ["largest change"])


def test_two_people_and_one_change_are_enough_and_one_person_is_not():
    """The refusals turn between one and two people, and between none and one who changed."""
    both = change.changes(sample([2.0, 5.0], np.ones(2), [1.0, 2.0]))
    assert both.tolist() == [1.0, 3.0]
    with pytest.raises(NotApplicableError, match="few_measured_twice"):
        change.changes(sample([2.0], np.ones(1), [1.0]))
    (result, _), *_ = change.sign_test(
        sample([2.0, 2.0, 2.0], np.ones(3), [1.0, 2.0, 2.0]), spec("sign_test")
    )
    assert result.estimate == pytest.approx(1 / 3)
    with pytest.raises(NotApplicableError, match="nobody_changed"):
        change.sign_test(sample([2.0, 2.0, 2.0], np.ones(3), [2.0, 2.0, 2.0]), spec("sign_test"))


def test_interval_of_a_standardised_mean_of_very_many_is_normal():
    """Where noncentral t is out of reach: d ± z √(1/n + d²/2n) (Hedges and Olkin 1985)."""
    n, d = change.MOST_DF + 2, 0.5
    low, high = change.noncentral_interval(d, n, 0.95)
    half = 1.959964 * np.sqrt(1 / n + d**2 / (2 * n))
    assert (low, high) == pytest.approx((d - half, d + half), rel=1e-6)
    inside = change.noncentral_interval(
        d, change.MOST_DF, 0.95
    )  # the last that is reached by noncentral t agrees
    assert inside == pytest.approx((low, high), rel=1e-2)


def test_error_of_a_signed_rank_interval_is_its_width_over_that_of_t():
    rng = np.random.default_rng(6)
    before = rng.normal(size=24)
    (result, _), *_ = change.signed_rank_change(
        sample(before + rng.normal(0.4, 1, 24), np.ones(24), before), spec("signed_rank_change")
    )
    low, high = result.interval
    assert result.std_error == pytest.approx((high - low) / (2 * 2.0686576))  # R: qt(.975, 23)
