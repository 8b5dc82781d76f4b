"""The page for whoever decides: its rules, its numbers against the raw file, its size."""

import re
from dataclasses import replace

import lxml.html
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from pypdf import PdfReader

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.costs.advice import COLUMNS as ADVICE
from manfaat.costs.valuation import SUMMARY
from manfaat.definitions.indicator import smallest_effect
from manfaat.report.blocks import plain
from manfaat.report.brief import Brief, round_up
from manfaat.report.reader import Reader

NOTHING = {
    "value": SUMMARY,
    "parts": ["part", "value", "against"],
    "costs": ["name", "value", "unit"],
    "implied": ADVICE,
}
COUNTS = pd.DataFrame({"step": ["delivered"] * 2, "participant": [1.0, 0.0], "n": [40, 60]})


def line(claim, indicator, estimate, unit="points_5", basis="comparison", **more):
    """One line of evidence of the default programme."""
    numbers = {"estimate": estimate, "ci_low": estimate - 0.1, "ci_high": estimate + 0.1, "mde": 0.05}
    return {
        **{"claim": claim, "part": "", "indicator": indicator, "rater": "", "basis": basis, "unit": unit},
        **{"arm": "", "contrast": "", "estimand": "difference", "cohort": "c", "treatment": "group"},
        **{"against": "", "wave": "", "subgroup": ""},
        **{"speaks": True, "n": 40, "n_comparison": 60, "confidence": 0.95, "smallest": np.nan},
        **{"specification": "adjusted-work"},
        **numbers,
        **more,
    }


def verdict(claim, grade, rule="comparison", indicator="log_pay", basis="comparison", part=""):
    return dict(
        claim=claim, grade=grade, rule=rule, part=part, indicator=indicator, rater="", basis=basis
    ) | {
        "threat": "balance",
        "tied": "",
        "arm": "",
    }


@pytest.fixture(scope="module")
def study():
    return load_study("jakarta-tokyo-2004-synthetic", root=ROOT)


def brief(study, grades, evidence, language="en", **tables):
    """A brief of the default programme with the claims that ``grades`` names."""
    named = {claim.id: claim for claim in study.programme.claims}
    claims = [named[one["claim"]] for one in grades]
    programme = study.programme.model_copy(update={"claims": claims})
    estimates = pd.DataFrame(evidence).assign(effect_size=lambda rows: rows["estimate"] * 2)
    empty = {name: pd.DataFrame(columns=columns) for name, columns in NOTHING.items()}
    reader = Reader(language, replace(study, programme=programme))
    frames = pd.DataFrame(grades), pd.DataFrame(evidence), estimates, COUNTS
    return Brief(reader, *frames, **empty | tables)


@pytest.mark.parametrize(
    ("grade", "first"),
    [
        ("shown", "It worked: places were given by lottery, and pay came out 35% higher."),
        ("suggested", "It probably worked: compared with similar people, pay came out 35% higher."),
        ("contradicted", "It did not do what was claimed: pay came out 35% higher."),
        (
            "reported only",
            "It is reported, not shown: pay came out 35% higher.",
        ),
        ("cannot tell", "This study cannot tell whether the programme worked."),
    ],
)
def test_the_first_sentence_follows_the_strongest_grade(study, grade, first):
    own = brief(study, [verdict("T4", grade)], [line("T4", "log_pay", 0.3, "log_points")])
    assert own.answer == [first]


def test_a_stronger_grade_speaks_before_one_declared_earlier_and_the_unknown_are_counted(study):
    grades = [
        verdict("T1", "cannot tell", "unclear", "skills_gain"),
        verdict("T3", "suggested", indicator="promoted"),
        verdict("T4", "shown"),
    ]
    evidence = [
        line("T1", "skills_gain", 0.01),
        line("T3", "promoted", -0.2, "share"),
        line("T4", "log_pay", -0.1, "log_points"),
    ]
    own = brief(study, grades, evidence)
    assert own.answer[0] == (
        "It worked: places were given by lottery, and pay came out 10% lower."
        " On 1 of 3 claims the study cannot tell."
    )
    assert [plain(runs) for runs in own.by_claim] == [
        "● Shown: pay came out 10% lower (−18% to 0%).",
        "◐ Suggested: promotion came out 20 percentage points lower (−30 to −10).",
        "? Cannot tell: too small a study: knowledge and skills.",
    ]


def test_what_nobody_compared_is_no_comparison(study):
    accounts = verdict("T7", "suggested", "accounts", "", "", "cheaper")
    own = brief(study, [accounts], [line("T4", "log_pay", 0.3, "log_points")])
    assert own.answer == ["By its accounts: cost to Jakarta."]
    failed = brief(
        study,
        [verdict("T4", "suggested", "lottery failed", basis="lottery"), accounts],
        [line("T4", "log_pay", 0.3, "log_points", basis="lottery")],
    )
    assert failed.answer == [
        "It probably worked: places were given by lottery, but a check of it failed; pay came out 35% higher."
    ]
    joint = brief(study, [verdict("T8", "cannot tell", "joint", "", "")], [line("T4", "log_pay", 0.3)])
    assert plain(joint.by_claim[0]) == "? Cannot tell: no surer than what it joins: the double benefit."


def test_a_level_is_a_share_or_a_mean(study):
    for size, unit, said in (
        (0.829, "share", "82.9% of those who answered"),
        (8.29, "hours", "8 hours on average"),
    ):
        grades = [verdict("T6", "reported only", "alone", "any_technique", "level")]
        own = brief(study, grades, [line("T6", "any_technique", size, unit, "level")])
        assert said in own.answer[0]


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ("effect", "Society gets back {for_each}."),
        ("difference", "If the whole difference is its doing, society gets back {for_each}."),
        ("change", "If the whole change is its doing, society gets back {for_each}."),
        ("assumed", "If the gain is as assumed, society gets back {for_each}."),
    ],
)
def test_money_is_a_condition_unless_a_lottery_stands_behind_it(study, basis, said):
    values = {"society": (1, 2, 3), "trainee": (1, 2, 3), "tokyo": (-3, -2, -1), "jakarta": (-1, 0, 1)}
    rows = [
        {"party": party, "scenario": scenario, "npv": npv, "bcr": bcr, "basis": basis, "base_year": 2004}
        for party, ends in values.items()
        for scenario, npv, bcr in zip(("low", "estimate", "high"), ends, (1.2, 1.5, 1.8), strict=True)
    ]
    own = brief(
        study,
        [verdict("T4", "suggested")],
        [line("T4", "log_pay", 0.3, "log_points")],
        value=pd.DataFrame(rows),
    )
    # Jakarta's sign depends on the end of the interval: it is named on neither side
    said = said.format(for_each="Rp 1.50 (1.20 to 1.80) for each Rp 1 spent")
    assert own.answer[1:] == [said, "In money it pays for: Trainees.", "Not for: Tokyo and its firms."]


def test_thin_marks_are_what_the_other_specifications_say_of_the_same_question(study):
    own = brief(study, [verdict("T4", "suggested")], [line("T4", "log_pay", 0.3, "log_points")])
    assert own.rows(own.claims)["others"].tolist() == [[]]
    asked = [("difference", "difference", 0.2), ("change", "change", 0.9), ("did", "difference (ATE)", 0.8)]
    asked += [("quantiles", "difference (quantile 0.5)", 0.7)]
    more = [
        line("T4", "log_pay", size, "log_points", specification=name, estimand=told)
        for name, told, size in asked
    ]
    whole = pd.concat([own.estimates, pd.DataFrame(more)], ignore_index=True)
    told = replace(own, estimates=whole)
    (others,) = told.rows(told.claims)["others"]
    assert others == pytest.approx([0.4])  # in standard deviations, which are half a unit here
    assert "Thin marks" in told.drawn("x", told.rows(told.claims), "t", "")[0].caption
    assert "Thin marks" not in told.figure()[0].caption


def test_what_is_better_stands_on_the_right(study):
    own = brief(
        study,
        [verdict("T2", "suggested", indicator="defect_change")],
        [line("T2", "defect_change", -0.2, "log_points", rater="supervisor")],
    )
    row = own.rows(own.claims).iloc[0]
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == pytest.approx((0.4, 0.2, 0.6))
    assert row["text"] == "−18% (−26% to −10%)"


def test_a_larger_study_keeps_the_ratio_of_the_groups(study):
    grades = [verdict("T1", "cannot tell", "unclear", "skills_gain")]
    own = brief(study, grades, [line("T1", "skills_gain", 0.01, mde=0.4, smallest=0.2)])
    assert own.advice == [
        "To see 0.2 points on a scale of 1 to 5 in knowledge and skills, 160 participants and 240 others"
        " have to answer."
    ]
    assert [round_up(n) for n in (1, 10, 11, 999, 1001)] == [10, 10, 20, 1000, 1100]


def test_the_small_effect_worth_having_of_one_unit_is_not_that_of_another(study):
    found = {
        unit: smallest_effect(study.programme, list(study.indicators), "knowledge_gain", unit)
        for unit in ("points_5", "points_100")
    }
    assert found["points_5"] == 0.2
    assert np.isnan(found["points_100"])  # the test counts to a hundred


@pytest.mark.runs
def test_the_brief_of_a_lottery_says_what_the_raw_file_says(finished):
    raw = pd.read_csv(ROOT / "data/raw/nsw-1976/nsw.csv").assign(
        none=lambda rows: (rows["re78"] == 0).astype(float)
    )
    text = words_of(finished.reports / "nsw-1976/brief.html")
    groups = raw.groupby("treat").size()
    assert f"In the data: {groups[1]} people of the programme, {groups[0]} to compare with." in text
    for outcome, scale, form in (("re78", 1, "${:,.0f}"), ("none", 100, "{:.1f}")):
        fit = smf.ols(f"{outcome} ~ treat", raw).fit(cov_type="HC2", use_t=True)
        low, high = fit.conf_int().loc["treat"] * scale
        assert form.format(abs(fit.params["treat"]) * scale) in text
        for end in (low, high):
            assert form.format(abs(end)) in text


@pytest.mark.runs
def test_every_brief_is_one_page_of_few_words(finished, cohorts):
    for cohort in cohorts:
        folder = finished.reports / cohort
        for language in ("", ".id"):
            page = folder / f"brief{language}.html"
            assert page.stat().st_size <= 120_000
            assert len(words_of(page).split()) <= 350, page
            assert "report" + language + ".html" in page.read_text(encoding="utf-8")


@pytest.mark.runs
def test_the_brief_on_paper_says_the_same(sent):
    folder = sent.reports / "nsw-1976"
    for language in ("", ".id"):
        pdf = PdfReader(folder / f"brief{language}.pdf")
        assert len(pdf.pages) == 1
        said = "".join(page.extract_text() for page in pdf.pages).replace("\u00a0", " ")
        numbers = re.findall(r"\d+[.,]\d+", words_of(folder / f"brief{language}.html"))
        assert len(numbers) > 5
        assert [number for number in numbers if number not in said] == []
        assert (folder / f"brief{language}.docx").stat().st_size < 150_000


def words_of(page):
    """What a reader reads on a page, without its picture."""
    tree = lxml.html.fromstring(page.read_text(encoding="utf-8"))
    for element in tree.xpath("//svg | //style | //head"):
        element.drop_tree()
    return re.sub(r"\s+", " ", tree.text_content())
