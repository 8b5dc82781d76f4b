"""A small version of ``make coverage``; the definition of agreement; the verdict on the shipped cohorts; the
truth in the report.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.evaluation.chooser import completed
from manfaat.report import truths
from manfaat.report.reader import Reader
from manfaat.report.words import Language
from manfaat.simulation import coverage, coverage_runs, grading, interval_laws, interval_runs, interval_tests
from manfaat.simulation.coverage_page import page
from manfaat.simulation.people import blocks
from manfaat.simulation.requests import load_simulated
from manfaat.simulation.trials import CONDITIONS, Task, Trial

pytestmark = pytest.mark.simulation

NAMES = ["log_pay_now", "knowledge_gain", "knowledge_sup_gain"]
SYNTHETIC = "jakarta-tokyo-2004-synthetic"
SEEDS = range(1, 5)


@pytest.fixture(scope="module")
def trials() -> dict[str, Trial]:
    given = load_simulated("jakarta-tokyo", root=ROOT)
    programme = completed(given.programme, given.indicators)
    return {condition: Trial(given, programme, condition, ("ability",)) for condition in CONDITIONS}


@pytest.fixture(scope="module")
def drawn(trials):
    return {condition: [trial.drawn(seed) for seed in SEEDS] for condition, trial in trials.items()}


@pytest.fixture(scope="module")
def rows(trials, drawn) -> pd.DataFrame:
    return pd.DataFrame(
        [
            row
            for name, trial in trials.items()
            for cohort in drawn[name]
            for row in coverage.seed_rows(trial, cohort, NAMES)
        ]
    )


@pytest.fixture(scope="module")
def grades(trials, drawn) -> pd.DataFrame:
    return pd.DataFrame(
        [
            row
            for name, trial in trials.items()
            for cohort in drawn[name][:2]
            for row in grading.seed_grades(trial, cohort)
        ]
    )


def test_groups_differ_in_what_is_hidden_only_where_they_should(trials):
    """Of 20,000 people: selection on ability, no selection on it, and a lottery in which schooling does not
    differ either.
    """
    gaps = {}
    for condition, trial in trials.items():
        block = next(blocks(replace(trial, participants=6_000, comparison=14_000).plan(3)))
        values, took_part = block.people.values, block.people.values["treated"] == 1
        gaps[condition] = [
            values[name][took_part].mean() - values[name][~took_part].mean()
            for name in ("ability", "schooling", "age_drawn")
        ]
        gaps[condition].append(
            (values["edu_pre"][took_part] == 5).mean() - (values["edu_pre"][~took_part] == 5).mean()
        )
    assert gaps["hidden"][0] > 0.2
    assert abs(gaps["measured"][0]) < 0.06  # 4 standard errors
    assert abs(gaps["lottery"][0]) < 0.06
    assert gaps["measured"][3] > 0.03
    assert abs(gaps["lottery"][3]) < 0.03


def test_without_effect_only_the_response_shift_is_left(trials):
    """The same people with and without: pay, the test and supervisors' ratings do not move; own ratings of
    the past are the same in both.
    """
    trial = replace(trials["lottery"], participants=3_000, comparison=3_000)
    there, absent = (
        next(blocks(trial.plan(5), is_treated=treated)).people.values for treated in (True, False)
    )
    took_part = there["treated"] == 1
    assert (there["log_now"] - absent["log_now"])[took_part].mean() > 0.05
    for name in ("log_now", "steps_up", "kn_after"):
        np.testing.assert_array_equal(there[name][~took_part], absent[name][~took_part])
    np.testing.assert_array_equal(there["kn1_then"], absent["kn1_then"])
    assert np.nanmean(absent["kn1_then"][took_part]) < np.nanmean(absent["kn1_then"][~took_part]) - 0.1


def test_what_is_hidden_must_be_something_that_selection_depends_on(trials):
    with pytest.raises(ValueError, match="does not depend on charm: it depends on ability"):
        replace(trials["measured"], hidden=("charm",)).drawn(1)


def test_table_says_bias_coverage_and_rejections():
    """By hand: errors 1, −1, 3; the third interval leaves the truth out, the second holds 0."""
    key = {
        "condition": "hidden",
        "effect": "planted",
        "indicator": "a",
        "rater": "",
        "specification": "s",
        "truth": 2.0,
    }
    made = [(3, 1, 5), (1, -1, 3), (5, 4, 6)]
    found = coverage.tabulate(
        pd.DataFrame(
            [key | {"estimate": e, "std_error": 1.0, "ci_low": low, "ci_high": high} for e, low, high in made]
        )
    ).iloc[0]
    assert found[["seeds", "truth", "mean", "bias", "sd", "mean_std_error"]].tolist() == pytest.approx(
        [3, 2, 3, 1, 2, 1]
    )
    assert found[["coverage", "rejected"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert found["bias_error"] == pytest.approx(2 / np.sqrt(3))
    assert found["coverage_error"] == pytest.approx(np.sqrt(2 / 27))
    assert coverage.tabulate(pd.DataFrame()).empty


def test_a_change_of_participants_and_own_ratings_miss_the_truth_and_a_comparison_meets_it(rows):
    found = coverage.tabulate(rows).set_index(["condition", "effect", "indicator", "rater", "specification"])
    for condition in CONDITIONS:
        assert found.loc[(condition, "none", "log_pay", "", "change"), "coverage"] == 0
        assert found.loc[(condition, "planted", "log_pay", "", "change"), "bias"] > 0.2
        assert found.loc[(condition, "none", "knowledge_gain", "self", "adjusted-work"), "bias"] > 0.08
    pay = rows[
        (rows["indicator"] == "log_pay") & rows["specification"].isin(["adjusted-work", "aipw", "did-robust"])
    ]
    covered = (pay["ci_low"] <= pay["truth"]) & (pay["truth"] <= pay["ci_high"])
    assert len(pay) == 3 * 4 * 2 * 3
    assert covered.mean() > 0.8
    assert (rows[rows["effect"] == "none"]["truth"] == 0).all()
    assert (
        rows[(rows["effect"] == "planted") & (rows["indicator"] == "log_pay")]["truth"]
        .between(0.05, 0.2)
        .all()
    )


def test_grades_of_a_few_cohorts_agree_and_nothing_is_shown_without_a_lottery(grades):
    assert set(grades["claim"]) == {"T1", "T2", "T3", "T4", "T5", "T6"}
    assert grades["agrees"].mean() >= 0.9
    assert not ((grades["grade"] == "shown") & (grades["condition"] != "lottery")).any()
    assert not ((grades["grade"] == "shown") & (grades["effect"] == "none")).any()
    shares = grading.tabulate_grades(grades)
    np.testing.assert_allclose(
        shares[["contradicted", "cannot tell", "reported only", "suggested", "shown"]].sum(axis=1), 1
    )


def test_a_large_lottery_shows_a_raise_in_pay_and_a_small_one_cannot_tell(trials):
    verdicts = {}
    for size in (1_500, 40):
        trial = replace(trials["lottery"], participants=size, comparison=2 * size)
        rows = pd.DataFrame(grading.seed_grades(trial, trial.drawn(2)))
        verdicts[size] = rows[rows["claim"] == "T4"].set_index("effect")["grade"].to_dict()
        assert rows["agrees"].all()
    assert verdicts[1_500] == {"planted": "shown", "none": "cannot tell"} or verdicts[1_500] == {
        "planted": "shown",
        "none": "contradicted",
    }
    assert verdicts[40]["planted"] == "cannot tell"


def line(**more) -> dict:
    values = {
        "claim": "C",
        "part": "",
        "indicator": "a",
        "basis": "comparison",
        "failed": "",
        "is_opinion": False,
        "mde": 0.28,
        "power": 0.8,
    }
    return values | more


@pytest.mark.parametrize(
    ("grade", "effect", "more", "expected"),
    [
        ("shown", 0.0, {}, False),
        ("suggested", 0.0, {}, False),
        ("suggested", -0.5, {}, False),  # the planted effect is the opposite of what is claimed
        ("reported only", 0.0, {}, True),
        ("contradicted", 0.0, {}, True),
        ("cannot tell", 0.0, {}, True),
        ("contradicted", 0.5, {}, False),
        ("contradicted", 0.1, {}, True),  # below the smallest effect of interest
        ("suggested", 0.5, {}, True),
        # a standard error of 0.1: 0.36 is found with a power of 95 per cent, 0.28 with 80
        ("cannot tell", 0.37, {}, False),
        ("cannot tell", 0.35, {}, True),
        ("cannot tell", 0.37, {"failed": "placebo"}, True),
        ("cannot tell", 0.37, {"is_opinion": True}, True),
        ("cannot tell", 0.37, {"basis": "change"}, True),
    ],
)
def test_when_a_grade_agrees(grade, effect, more, expected):
    verdict = pd.Series({"claim": "C", "grade": grade, "indicator": "a"})
    assert grading.agrees(verdict, pd.DataFrame([line(**more)]), [effect], {"a": 0.2}) is expected


def test_a_claim_of_two_parts_is_true_when_both_are():
    lines = pd.DataFrame([line(part="1"), line(part="2", indicator="b")])
    verdict = pd.Series({"claim": "C", "grade": "suggested", "indicator": "a"})
    assert grading.agrees(verdict, lines, [0.5, 0.5], {}) is True
    assert grading.agrees(verdict, lines, [0.5, 0.0], {}) is False
    missed = pd.Series({"claim": "C", "grade": "cannot tell", "indicator": "a"})
    assert grading.agrees(missed, lines, [0.5, 0.5], {}) is False
    assert grading.agrees(missed, lines, [0.5, 0.1], {}) is True  # the weaker part could not be found


def test_the_page_names_what_fails_and_stopped_runs_go_on(trials, tmp_path):
    task = Task("jakarta-tokyo", ("ability",), ("log_pay_now",), 1, 1, 130, 260)
    for condition in CONDITIONS:
        assert coverage_runs.run_chunk(task, condition, 1, ROOT, tmp_path) == 1
        (tmp_path / f"large-{condition}-00001.parquet").write_bytes(
            (tmp_path / f"grades-{condition}-00001.parquet").read_bytes()
        )
    assert list(coverage_runs.run_all(task, ROOT, tmp_path, workers=1)) == []  # everything is there
    found, grades = (coverage_runs.gathered(tmp_path, kind) for kind in coverage_runs.KINDS)
    told = page(
        task,
        trials["hidden"],
        coverage.tabulate(found),
        grading.tabulate_grades(grades),
        grading.tabulate_grades(grades),
    )
    for text in (
        "By how much are naive figures off",
        "before–after change of participants off by",
        "| log_pay | adjusted-work | 1 |",
        "it holds",
    ):
        assert text in told, text
    grades.loc[(grades["effect"] == "none") & (grades["claim"] == "T4"), ["grade", "agrees"]] = [
        "shown",
        False,
    ]
    bad = page(
        task,
        trials["hidden"],
        coverage.tabulate(found),
        grading.tabulate_grades(grades),
        grading.tabulate_grades(grades),
    )
    assert "it does not hold" in bad
    assert "**Below 95 %:** T4, lottery, no effect: 0.0 %" in bad


# --- the verdict on the shipped cohorts


def verdict_of(finished, cohort: str, claim: str) -> pd.Series:
    return pd.read_csv(finished.reports / cohort / "verdicts.csv").set_index("claim").loc[claim]


def test_a_lottery_shows_what_the_training_did_for_earnings(finished):
    found = verdict_of(finished, "nsw-1976", "N1")
    assert found[["grade", "rule", "basis"]].tolist() == ["shown", "lottery", "lottery"]


@pytest.mark.parametrize("cohort", ["nsw-1976-cps", "nsw-1976-psid"])
def test_the_placebo_pulls_down_a_comparison_with_strangers(finished, cohort):
    assert verdict_of(finished, cohort, "N1")["grade"] not in ("shown", "suggested")
    threats = pd.concat(
        [
            pd.read_csv(path)
            for path in sorted((finished.reports / cohort / "threats").glob("*.csv"))
            if "threat" in pd.read_csv(path, nrows=0)
        ]
    )
    failed = threats[(threats["indicator"] == "earnings") & (threats["threat"] == "placebo")]
    assert (failed["passed"] == "no").any()


# --- the truth in the report of a synthetic cohort


@pytest.fixture(scope="module")
def synthetic(finished):
    return load_study(SYNTHETIC, root=ROOT), pd.read_csv(finished.reports / SYNTHETIC / "estimates.csv")


def test_the_truth_stands_beside_the_estimate_that_speaks(synthetic):
    study, estimates = synthetic
    known = truths.known_truth(study, estimates).set_index(["indicator", "rater"])
    delivered = pd.read_csv(study.places.raw / "truth" / "effects.csv").set_index("name")
    pay = known.loc[("log_pay", "")]
    assert (
        pay[["truth", "change", "gap"]].tolist()
        == delivered.loc["log_pay_now", ["effect", "naive_change", "naive_gap"]].tolist()
    )
    own = estimates[(estimates["indicator"] == "log_pay") & estimates["is_primary"]]
    assert pay["estimate"] == own["estimate"].iloc[0]
    assert {
        ("knowledge_gain", "self"),
        ("knowledge_gain", "supervisor"),
        ("promoted", "self"),
        ("asset_index", ""),
    } <= set(known.index)
    assert known.index.is_unique


def test_sentences_count_what_is_further_off():
    known = pd.DataFrame(
        [
            ("a", "", "", 1.0, 1.1, 0.9, 1.3, 3.0, 1.2),
            ("b", "", "", -1.0, 0.0, -0.5, 0.5, np.nan, -0.9),
            ("c", "", "", 0.0, 0.1, -1, 1, 0.5, 0.05),
        ],
        columns=truths.COLUMNS,
    )
    assert truths.further_off(known, "change") == (2, 2)
    assert truths.further_off(known, "gap") == (1, 3)
    assert truths.covered(known) == 2
    assert truths.times_off(known, "change") == 2.0
    assert truths.times_off(known, "gap") == pytest.approx(0.15)


def test_only_a_synthetic_cohort_has_a_truth_and_only_where_it_was_delivered(synthetic, finished, tmp_path):
    study, estimates = synthetic
    real = load_study("nsw-1976", root=ROOT)
    for language in (Language("en"), Language("id")):
        assert truths.truth_sentences(Reader(language.code, real), finished.estimates("nsw-1976")) == []
        assert truths.truth_table(Reader(language.code, real), finished.estimates("nsw-1976")) == []
    away = replace(study, places=replace(study.places, data=tmp_path))
    assert truths.truth_table(Reader("en", away), estimates) == []


def test_the_report_says_by_how_much_naive_figures_are_off(finished):
    assert "The truth and two naive readings" in finished.page(SYNTHETIC)
    assert "The truth and two naive readings" not in finished.page("nsw-1976")
    assert "What only a simulation can know" in finished.page(SYNTHETIC)


def test_sentences_in_both_languages(synthetic):
    study, estimates = synthetic
    english, indonesian = (truths.truth_sentences(Reader(code, study), estimates) for code in ("en", "id"))
    assert len(english) == len(indonesian) == 5
    assert not set(english) & set(indonesian)


def test_intervals_of_other_laws_cover_or_are_doubted():
    # a small version of the table in docs/coverage.md: what auto takes, 40 draws each; .80 is four
    # Monte-Carlo errors below .95
    chosen = [
        cell
        for cell in interval_laws.cells()
        if (cell.what, cell.n)
        in (
            ("lottery, 10% treated, their SD double", 60),
            ("clusters, unequal", 12),
            ("clusters, two large, a third treated", 60),
            ("3 strata of clusters, weights", 4),
            ("people within clusters, effects differ", 4),
            ("selection, slope 0.7, a tenth treated", 130),
        )
    ]
    assert len(chosen) == 6
    found = interval_runs.tabulate(
        pd.DataFrame(
            [row for cell in chosen for seed in range(40) for row in interval_runs.one_draw(cell, seed)]
        )
    )
    kinds = found.groupby("what")["kind"].first()
    assert kinds["lottery, 10% treated, their SD double"] == "BM"
    assert kinds["clusters, two large, a third treated"] == "CR2"
    assert kinds["3 strata of clusters, weights"] == "BRL"
    assert set(found.loc[found["estimator"].str.startswith("doubly"), "kind"]) == {"jackknife"}
    assert (found.loc[found["what"].str.startswith("people within"), "doubted"] == 1).all()
    quiet = found[found["quiet"] >= 30]
    assert len(quiet) >= 9
    assert (quiet["else"] >= 0.8).all()
    page = interval_runs.with_section(
        "# Page\n\n## Do the intervals cover?\n\nformer table\n", interval_runs.section(found)
    )
    assert page.count(interval_runs.HEADING) == 1
    assert "former table" not in page


def test_families_panels_bounds_and_checks_are_drawn_too():
    rows = [
        row
        for trial in interval_tests.trials()
        for seed in range(2)
        for row in interval_runs.one_draw(trial, seed)
    ]
    found = interval_runs.tabulate(pd.DataFrame(rows))
    named = {trial.what: set(trial.estimators) for trial in interval_tests.trials()}
    assert {what: set(part["estimator"]) for what, part in found.groupby("what")} == named
    without = found["estimator"].isin(["Holm", "Romano–Wolf", "omnibus balance", "proportional hazards"])
    assert found.loc[without, "coverage"].isna().all()
    assert found.loc[~without, "coverage"].notna().all()
    assert found["size"].isna().eq(found["estimator"] == "Lee bounds").all()


def test_page_names_what_covers_too_rarely_too_often_and_tests_that_reject_too_often():
    def rows(what, covers, *, doubted=0.0, p=0.5):
        covered = np.arange(1000) < 1000 * covers
        low = np.where(covered, -1.0, 0.5) if covers >= 0 else np.nan
        return pd.DataFrame(
            {
                "what": what,
                "n": 9,
                "estimator": "e",
                "kind": "BM",
                "estimate": np.arange(1000.0),
                "std_error": 1.0,
                "low": low,
                "high": np.abs(low) + 1,
                "p": np.where(np.arange(1000) < 1000 * p, 0.01, 0.5),
                "doubted": np.arange(1000) < 1000 * doubted,
            }
        )

    found = interval_runs.tabulate(
        pd.concat(
            [
                rows("good", 0.95),
                rows("narrow", 0.9),
                rows("tail", 0.95, doubted=0.8),
                rows("known", 0.9, doubted=0.96),
                rows("wide", 0.99),
                rows("test", -1, p=0.09),
                rows("holds", -1, p=0.06),
            ]
        )
    )
    text = interval_runs.section(found)
    assert (
        "(by more than twice the Monte-Carlo error): 1 of 5 intervals. 7 of 7 rows have 1,000 samples, none"
        " fewer than 1000.\n\n- narrow, n = 9, e: 10.0 ± 0.9 %" in text
    )
    assert "are missed:\n\n- narrow, n = 9, e: 90.0 ± 0.9 %\n- tail, n = 9, e: 75.0 ± 3.1 %\n\n" in text
    assert "more than 97 %:\n\n- wide, n = 9" in text
    assert "do not rely on them:\n\n- test, n = 9, e: 9.0 ± 0.9 %\n\n|" in text
    assert "none of 1 intervals." in interval_runs.section(found[found["what"] == "good"])
