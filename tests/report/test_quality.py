"""The reviewer's checklist: what is rated, from what, and that a rating moves with what is declared."""

from dataclasses import replace

import pytest
import yaml

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.definitions.charter import EXPECTED, Statements
from manfaat.report.blocks import Figure, Heading, Table, listed
from manfaat.report.quality import (
    ITEMS,
    SHOWN_BY,
    Facts,
    checklist,
    declared_in,
    grade,
    quality_table,
    rated,
    score,
)
from manfaat.report.reader import Reader
from manfaat.run.files import saved_blocks

TOLD = (
    Heading(2, "Documents consulted", "documents"),
    Heading(2, "Methods", "methods"),
    Table("t", "Table F.1", "Verdicts", "", (), (), name="07-claims"),
)


@pytest.fixture(scope="module")
def study():
    return load_study("nsw-1976", root=ROOT)


def ratings(study, stated="", told=TOLD) -> dict[str, str]:
    charter = Statements(**yaml.safe_load(stated)) if stated else None
    return {
        item.number: rating for item, rating in rated(Facts(replace(study, charter=charter), tuple(told)))
    }


def test_all_some_and_none():
    assert [grade(worth) for worth in ([1, 1], [1, 0.5], [0.5], [0, 0], [])] == [
        "met",
        "partly",
        "partly",
        "not met",
        "not met",
    ]
    assert score(["met", "partly", "partly", "not met", "to judge"]) == (2.0, 4)


@pytest.mark.parametrize(
    ("number", "stated", "rating"),
    [
        ("1.2.4", "evaluators: [{name: A}]", "met"),
        ("1.4.5", "evaluators: [{name: A}]", "not met"),
        ("1.4.5", "evaluators: [{name: A, role: {en: x}, interests: {en: y}}]", "met"),
        ("1.2.5", "because: {commissioned_by: {en: nobody did}}", "partly"),
        ("1.2.5", "commissioned_by: {en: the city}", "met"),
        ("3.1", "purpose: {en: to learn}", "partly"),
        ("3.1", "{purpose: {en: x}, audience: {en: y}, uses: [{decision: {en: z}, by: {en: w}}]}", "met"),
        ("3.3", "questions: [{id: Q, text: {en: x}, criterion: impact, claims: [N1]}]", "partly"),
        ("3.4", "not_assessed: {equity: {en: men alone}}", "partly"),
        ("3.4", "questions: [{id: Q, text: {en: x}, criterion: equity, claims: [N1]}]", "met"),
        ("5.2", "questions: [{id: Q, text: {en: x}, criterion: impact, sources: {en: talks}}]", "not met"),
        ("6.1", "conclusion: {text: {en: It can go on.}}", "met"),
        ("4.8", "ethics: {en: approved}", "partly"),
        ("8.1", "questions: [{id: Q, text: {en: x}, criterion: equity, claims: [N1]}]", "partly"),
    ],
)
def test_a_rating_moves_with_what_is_declared(study, number, stated, rating):
    assert ratings(study)[number] == "not met"
    assert ratings(study, stated)[number] == rating


def test_a_rating_moves_with_what_the_report_shows(study):
    assert ratings(study)["1.3.4"] == ratings(study)["1.4.3"] == "met"
    empty = ratings(study, told=())
    assert empty["1.3.4"] == empty["1.4.3"] == empty["1.4.4"] == "not met"


def test_results_by_group_are_rated_by_what_is_shown(study):
    apart = (*TOLD, *(Table(name, "", "", "", (), (), name=f"07-{name}") for name in ("reach", "equity")))
    asked = "questions: [{id: Q, text: {en: x}, criterion: equity, claims: [N1]}]"
    assert ratings(study)["4.6"] == "partly"  # subgroups are declared
    assert ratings(study, told=apart)["4.6"] == "met"
    assert ratings(study, asked, apart)["8.1"] == "met"


def test_unintended_results_are_rated_by_what_is_shown(study):
    worse = (*TOLD, Table("w", "", "", "", (), (), name="07-setbacks"))
    assert (ratings(study)["5.4"], ratings(study, told=worse)["5.4"]) == ("partly", "met")


def test_what_to_measure_next_is_a_recommendation(study):
    assert ratings(study)["7.2"] == ratings(study)["7.4"] == "not met"
    more = (*TOLD, listed(["Ask more people."], "next"))
    assert ratings(study, told=more)["7.2"] == ratings(study, told=more)["7.4"] == "met"


def test_recommendations_are_rated_by_whom_they_are_for():
    study = load_study("jakarta-tokyo-2004-synthetic", root=ROOT)
    worth = study.programme.worth
    assert ratings(study)["7.4"] == ratings(study)["7.6"] == "met"
    first = worth.implications[0].model_copy(update={"to": None, "by_when": None})
    less = worth.model_copy(update={"implications": [first, *worth.implications[1:]]})
    spoilt = replace(study, programme=study.programme.model_copy(update={"worth": less}))
    assert ratings(spoilt)["7.4"] == ratings(spoilt)["7.6"] == "partly"


def test_every_item_has_a_number_of_its_own_and_names_a_key_that_exists():
    assert len({item.number for item in ITEMS}) == len(ITEMS)
    known = {*EXPECTED, "uses", "not_assessed", "abbreviations", "conclusion", "lessons"}
    for item in ITEMS:
        place = declared_in(item)
        if place.startswith("charter.yml: "):
            assert set(place.removeprefix("charter.yml: ").split(", ")) <= known, item.number


def test_what_shows_an_item_belongs_to_an_item():
    assert set(SHOWN_BY) <= {item.number for item in ITEMS}


def test_every_item_that_a_report_meets_says_where(finished):
    study = load_study(
        "jakarta-tokyo-2004-synthetic",
        data_dir=str(finished.data),
        reports_dir=str(finished.reports),
        root=ROOT,
    )
    reader, told = saved_blocks(study, "en")
    _, rows = checklist(reader, told)
    labels = {block.label for block in told if isinstance(block, Table | Figure)}
    lacking = [row for row in rows if row[2] == "met" and row[4] != "–" and row[3] == "–"]
    assert lacking == []
    named = [place for row in rows for place in row[3].split(", ") if place[:1] in "FT"]
    assert set(named) <= labels
    assert len(named) >= 30


@pytest.mark.parametrize(("language", "met"), [("en", "met"), ("id", "terpenuhi")])
def test_the_table_says_points_and_source(study, language, met):
    _, table = quality_table(Reader(language, study), TOLD, 3)
    assert table.label.endswith(" A.3")
    assert len(table.rows) == len(ITEMS)
    assert table.rows[1][2].text == met
    assert [row[4].text for row in table.rows[:3]] == ["–", "–", "charter.yml: dates"]
    shown = {row[0].text: row[3].text for row in table.rows}
    assert shown["5.3"] == "Table F.1"
    assert shown["1.4.3"] == "“Documents consulted”"
    assert shown["3.1"] == shown["7.2"] == "–"
    assert {len(row) for row in table.rows} == {len(table.heads)}
    points, most = score(rating for _, rating in rated(Facts(study, TOLD)))
    written = f"{points:.1f}" if language == "en" else f"{points:.1f}".replace(".", ",")
    assert table.note.startswith(f"{written} {'of' if language == 'en' else 'dari'} {most} ")
    assert "UNEG/G(2010)/2" in table.note
