"""The evaluation itself in the report: what the charter states, the evaluation matrix, what follows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.costs.advice import COLUMNS as ADVICE
from manfaat.costs.valuation import SUMMARY
from manfaat.definitions.charter import Statements
from manfaat.report.benefit_exhibits import advice_table, rests_on
from manfaat.report.blocks import Bullets, Paragraph, plain
from manfaat.report.brief import Brief
from manfaat.report.charter import charter_parts, concluded, learned, mark_of
from manfaat.report.exhibit import Exhibit
from manfaat.report.reader import Reader
from manfaat.report.recommendations import not_called_for

GRADES = pd.DataFrame(
    [
        {"claim": claim, "grade": grade, "rule": "lottery", "part": "", "indicator": name, "rater": ""}
        | {"basis": "lottery", "threat": "balance", "tied": "", "arm": ""}
        for claim, grade, name in (("N1", "shown", "earnings"), ("N2", "cannot tell", "no_earnings"))
    ]
)
NOTHING = {
    "value": SUMMARY,
    "parts": ["part", "value", "against"],
    "costs": ["name", "value", "unit"],
    "implied": ADVICE,
}
KEYS = ["claim", "part", "indicator", "rater", "arm", "speaks", "basis", "specification"]


@pytest.fixture(scope="module")
def study():
    return load_study("nsw-1976", root=ROOT)


def page(study, stated, language="en", grades=GRADES):
    """The page of a study with another charter; no evidence stands behind the verdicts."""
    if isinstance(stated, str):
        stated = Statements(**yaml.safe_load(stated))
    tables = {name: pd.DataFrame(columns=columns) for name, columns in NOTHING.items()}
    frames = grades, pd.DataFrame(columns=KEYS), pd.DataFrame(columns=KEYS), pd.DataFrame()
    return Brief(Reader(language, replace(study, charter=stated)), *frames, **tables)


def texts(parts) -> list[str]:
    """What paragraphs and lists say, and the captions of tables."""
    told = []
    for part in parts:
        match part:
            case Exhibit():
                told.append(part.caption)
            case Bullets():
                told += [plain(item) for item in part.items]
            case Paragraph():
                told.append(plain(part.runs))
    return told


def tables(parts) -> dict[str, pd.DataFrame]:
    return {part.id: part.data for part in parts if isinstance(part, Exhibit)}


def test_every_statement_of_a_shipped_charter_stands_in_the_table_in_both_languages(study):
    written = yaml.safe_load((ROOT / "programmes" / "nsw" / "charter.yml").read_text(encoding="utf-8"))
    for language in ("en", "id"):
        told = tables(charter_parts(page(study, study.charter, language)))["charter"]["told"].str.cat(
            sep="\n"
        )
        for name in ("purpose", "audience", "places", "scope", "eligibility", "sampling", "comparison"):
            assert written[name][language][1:].strip() in told, name  # a sentence begins with a capital
        assert written["uses"][0]["by"][language] in told
        assert written["evaluators"][0]["interests"][language] in told


def test_what_is_not_stated_stands_below_the_table_reasons_once(study):
    caption = next(
        part.caption
        for part in charter_parts(page(study, study.charter))
        if getattr(part, "id", "") == "charter"
    )
    assert (
        "Not stated: Who asked for it; Who paid for it; Terms of reference; Who was heard,"
        " because this is a new analysis of published data."
    ) in caption
    assert caption.count("this is a new analysis") == 1


def test_the_matrix_holds_each_question_with_its_criterion_its_evidence_and_its_verdicts(study):
    matrix = tables(charter_parts(page(study, study.charter)))["questions"]
    assert matrix["criterion"].tolist() == ["impact", "effectiveness", "equity"]
    assert matrix["answer"].tolist() == ["N1 ● shown", "N2 ? cannot tell", "no claim"]
    labels = {line.indicator: line.labels.en for line in study.indicators if line.use == "effect"}
    own = [labels["earnings"], labels["no_earnings"]]
    assert matrix["evidence"].tolist() == [*own, "; ".join(own)]


def test_a_question_beside_the_claims_says_from_where_it_is_answered(study):
    stated = """
questions:
  - id: Q
    text: {en: "Was it right?"}
    criterion: relevance
    indicators: [earnings]
    sources: {en: two interviews}
not_assessed: {impact: {en: it is too early}}
"""
    parts = charter_parts(page(study, stated))
    row = tables(parts)["questions"].iloc[0]
    assert row["evidence"].endswith("; two interviews")
    assert row["answer"] == "no claim"
    assert "Not asked: impact, because it is too early." in texts(parts)


def test_an_assumption_says_whether_anything_checks_it(study):
    told = texts(charter_parts(page(study, study.charter)))
    assert any("(nothing here checks it)" in one for one in told)
    assert any("(checked by “No earnings all year”)" in one for one in told)


def test_without_a_charter_the_partners_are_named_all_the_same(study):
    parts = charter_parts(page(study, None))
    assert texts(parts)[0] == "Who asked for this evaluation, why and for whom is not stated."
    assert tables(parts)["involved"]["name"].tolist() == ["Manpower Demonstration Research Corporation"]


def test_an_objective_is_held_against_the_level_among_participants(study):
    indicators = pd.DataFrame(
        {"group": ["1"] * 10 + ["0"] * 10, "zero_1975": [1.0, 0.0] * 5 + [1.0] * 10, "age": np.arange(20.0)}
    )
    stated = """
objectives:
  - {text: {en: "Few had earned nothing."}, indicator: zero_1975, at_most: 0.9}
  - {text: {en: "Most had earned nothing."}, indicator: zero_1975, at_least: 0.6}
  - {text: {en: "They are old."}, indicator: age, at_least: 60}
"""
    parts = concluded(page(study, stated), indicators, 0.95)
    rows = tables(parts)["objectives"]
    assert rows["reached"].tolist() == ["yes", "cannot tell", "no"]
    # Wilson's interval of 5 in 10, and the t interval of 0 … 9
    assert rows["found"].tolist()[0] == "50.0% [23.7%; 76.3%]"
    assert rows["found"].tolist()[2].startswith("4.5 [2.3; 6.7]")


def test_of_confidential_data_a_level_is_told_in_steps_and_judged_exactly():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    group = ["1"] * 40 + ["2"] * 40
    indicators = pd.DataFrame({"group": group, "satisfaction": [3.0, 4.0, 4.0, 5.0] * 10 + [np.nan] * 40})
    stated = "objectives: [{text: {en: They are content.}, indicator: satisfaction, at_least: 3.77}]"
    grades = GRADES.assign(claim=["T1", "T2"], indicator=["knowledge_gain", "productivity_gain"])
    rows = tables(concluded(page(study, stated, grades=grades), indicators, 0.95))["objectives"]
    # the lower end is 3.7710…; a person of 40 moves the mean by 0.018, so it is told in steps of 0.02
    assert rows["found"].tolist() == ["4 [3.78; 4.22]"]
    assert rows["reached"].tolist() == ["yes"]


def test_a_conclusion_says_when_the_verdicts_have_moved_since(study):
    now = mark_of(GRADES)
    moved = GRADES.assign(grade=["shown", "suggested"])
    assert mark_of(moved) != now
    stated = f"conclusion: {{text: {{en: It can go on.}}, verdicts: '{now}'}}"
    assert texts(concluded(page(study, stated), pd.DataFrame(), 0.95)) == ["It can go on."]
    told = texts(concluded(page(study, stated, grades=moved), pd.DataFrame(), 0.95))
    assert told[0] == "It can go on."
    assert now in told[1]
    assert mark_of(moved) in told[1]
    told = texts(concluded(page(study, "conclusion: {text: {en: It can go on.}}"), pd.DataFrame(), 0.95))
    assert f"have the mark {now}" in told[1]


def test_lessons_name_the_claims_they_rest_on_and_nothing_is_said_plainly(study):
    stated = "lessons: [{text: {en: Ask first.}, claims: [N1, N2]}]"
    assert texts(learned(page(study, stated))) == ["Ask first. (N1, N2)"]
    assert texts(learned(page(study, None))) == ["Nobody has written down a lesson yet."]
    (nothing,) = concluded(page(study, None), pd.DataFrame(), 0.95)
    assert nothing.role == "nothing"


def held_against(study, *verdicts):
    """The recommendations of a programme, each with a verdict."""
    rules = study.programme.worth.implications
    found = pd.DataFrame({"id": [r.id for r in rules], "statistic": [r.statistic for r in rules]})
    numbers = {"value": 0.5, "ci_low": 0.4, "ci_high": 0.6, "n": 50.0, "threshold": 0.9, "side": "below"}
    found = found.assign(**numbers, verdict=verdicts)
    return found.assign(value=found["value"].mask(found["verdict"] == "not measured"))


def test_what_is_not_called_for_is_a_sentence_and_no_recommendation():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    verdicts = ["not called for", "leaning", "called for", "not measured", "called for", "not called for"]
    found = held_against(study, *verdicts)
    idle, unknown = not_called_for(Reader("en", study), found)
    for place in (0, 5):
        assert rests_on(Reader("en", study), found["statistic"][place]) + " 50%" in idle
    assert idle.count("(<") == 2
    assert rests_on(Reader("en", study), found["statistic"][3]) + " (< 90" in unknown
    (table,) = advice_table(Reader("en", study), found)
    assert table.data["verdict"].str.split("[:,]").str[0].tolist() == sorted(
        verdicts, key=["called for", "leaning", "not called for", "not measured"].index
    )


def test_shipped_conclusions_were_written_on_the_verdicts_and_the_numbers_there_are(finished, cohorts):
    for cohort in cohorts:
        conclusion = load_study(cohort, root=ROOT).charter.conclusion
        grades = pd.read_csv(finished.reports / cohort / "verdicts.csv", keep_default_na=False)
        assert conclusion.verdicts == mark_of(grades.assign(arm=grades.get("arm", ""))), cohort
        if cohort.startswith("jakarta"):  # "what could be priced does not repay the cost"
            value = pd.read_csv(finished.reports / cohort / "value.csv")
            society = value[value["party"] == "society"]
            assert len(society) >= 3
            assert (society["npv"] < 0).all()
        if cohort.startswith("michigan"):  # "firms trained more in the year of a grant"
            rows = finished.estimates(cohort).query("is_primary and indicator == 'training_hours'")
            assert rows.loc[rows["treatment"] == "grant", "ci_low"].item() > 0
