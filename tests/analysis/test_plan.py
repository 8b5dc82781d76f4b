"""A plan is written once a day, fixes what matters, and a run that departs from it says so."""

import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import yaml

from evaluation_cases import LINES, programme
from manfaat.analysis.plan import (
    LOOK,
    Plan,
    departures,
    first_look,
    in_force,
    looks,
    note_look,
    plans,
    write_plan,
)
from manfaat.analysis.study import load_study
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.report.chapter import open_chapter
from manfaat.report.plan import departures_table, fixed_before, plan_sentence
from manfaat.report.reader import Reader
from manfaat.report.sentences import primary_rule
from manfaat.report.words import Language

SPECIFICATIONS = [
    {"method": "regression", "covariates": ["x"], "std_errors": ["HC2"]},
    {"method": "difference_in_means", "std_errors": ["HC2"]},
]
DAY = date(2026, 1, 2)


def base():
    return programme(SPECIFICATIONS, primary="regression")


def test_a_run_by_the_same_definitions_keeps_to_the_plan(tmp_path):
    path = write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    assert path.name == "plan-2026-01-02.yml"
    (plan,) = plans(tmp_path, root=tmp_path)
    assert plan.written == "2026-01-02"
    assert len(plan.sha256) == 64
    assert departures(plan, base(), LINES) == []


def test_every_kind_of_departure_is_found(tmp_path):
    write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    (plan,) = plans(tmp_path, root=tmp_path)
    changed = [
        base().model_copy(update={"smallest_effects": {"score": 0.3}}),
        programme([SPECIFICATIONS[0] | {"covariates": ["x", "z"]}, SPECIFICATIONS[1]], primary="regression"),
        programme(SPECIFICATIONS, primary="difference-in-means"),
        programme(SPECIFICATIONS[:1], primary="regression"),
        programme(SPECIFICATIONS, primary="regression", cluster="z"),
    ]
    found = [[one.what for one in departures(plan, other, LINES)] for other in changed]
    assert found[0] == ["smallest_effects.score"]
    assert found[1] == ["specifications.regression.covariates"]
    assert found[2] == ["primary.randomised", "primary.observational"]
    assert all(what.startswith("specifications.difference-in-means") for what in found[3])
    assert found[4] == ["design.cluster"]
    assert [one.what for one in departures(plan, base(), LINES, confidence=0.9)] == ["confidence"]
    less = [line for line in LINES if line.name != "score_now"]
    assert {one.what for one in departures(plan, base(), less)} >= {
        "directions.score_now",
        "definitions.score_now",
    }


def test_only_a_plan_older_than_the_first_look_vouches(tmp_path):
    def written(day: date, *seen: str) -> Plan:
        folder = tmp_path / f"{day}{seen}"
        folder.mkdir()
        write_plan(base(), LINES, folder, root=tmp_path, today=day, seen=seen)
        return plans(folder, root=tmp_path)[0]

    first, second, late = written(DAY), written(date(2026, 1, 5)), written(date(2026, 2, 1), "c")
    assert first.vouches("c", "")
    assert first.vouches("c", "2026-01-03")
    assert first.vouches("c", "2026-01-02"), "it says that nothing had been seen when it was written"
    assert not first.vouches("c", "2026-01-01")
    assert not late.vouches("c", "2026-02-01")
    assert not late.vouches("c", ""), "whoever deletes the tables does not make the plan older"
    assert late.vouches("another", "2026-02-01")
    old = replace(first, seen=None)  # of an earlier version, which does not say
    assert old.vouches("c", "2026-01-03")
    assert not old.vouches("c", "2026-01-02")
    assert in_force([first, second, late], "c", "2026-01-04") is first
    assert in_force([first, second, late], "c", "2026-01-20") is second
    assert in_force([first, second, late], "c", "2026-01-01") is late
    assert in_force([], "c", "") is None


def test_the_first_look_is_remembered_by_tables_and_by_the_report(project):
    place = places("nsw-1976", root=project)
    assert first_look(place) == ""
    note_look(place, today=DAY)
    note_look(place, today=date(2026, 3, 1))
    assert first_look(place) == "2026-01-02"
    assert looks("nsw", project) == {"nsw-1976": "2026-01-02"}
    assert looks("michigan-grants", project) == {}
    (place.processed / LOOK).write_text("no JSON")
    place.reports.mkdir(parents=True)
    (place.reports / "run.json").write_text('{"finished": "2025-12-24T10:00:00+00:00"}')
    assert first_look(place) == "2025-12-24"
    note_look(place, today=DAY)
    shutil.rmtree(place.reports)
    assert first_look(place) == "2025-12-24"


def test_opening_a_notebook_that_estimates_is_a_look(project, monkeypatch):
    monkeypatch.chdir(project)
    place = places("nsw-1976", root=project)
    open_chapter("02_indicators", "nsw-1976")
    assert first_look(place) == ""
    open_chapter("05_outcomes", "nsw-1976")
    assert first_look(place) == date.today().isoformat()


@pytest.mark.parametrize("code", ["en", "id"])
def test_fixed_before_results_were_seen_is_said_only_where_a_plan_vouches(project, code):
    # "fixed before results were seen" was printed whatever had happened, and a plan written after four runs
    # was "kept in every respect"
    study, words = load_study("nsw-1976", root=project), Language(code)
    estimates = pd.DataFrame({"confidence": [0.95], "power": [0.8]})
    before = words.say(
        "Rule for the primary specification, fixed before results were seen: “{lottery}” where a lottery"
        " decided {what}, “{otherwise}” where none did."
    )
    before = before.partition("“")[0]
    assert not primary_rule(Reader(words.code, study)).startswith(before), "no plan"
    note_look(study.places, today=date(2026, 1, 10))
    write_plan(
        study.programme,
        list(study.indicators),
        study.definitions,
        root=project,
        today=date(2026, 1, 11),
        seen=("nsw-1976",),
    )
    late = plan_sentence(Reader(words.code, study), estimates)
    assert not primary_rule(Reader(words.code, study)).startswith(before), "a plan after the first look"
    assert words.say("This run keeps to it in every respect.") not in late
    assert words.date(date(2026, 1, 10)) in late
    assert not fixed_before(study, "subgroups")
    write_plan(study.programme, list(study.indicators), study.definitions, root=project, today=DAY)
    assert primary_rule(Reader(words.code, study)).startswith(before), "a plan before the first look"
    assert words.say("This run keeps to it in every respect.") in plan_sentence(
        Reader(words.code, study), estimates
    )
    assert fixed_before(study, "subgroups")
    changed = replace(
        study, programme=study.programme.model_copy(update={"subgroups": study.programme.subgroups[:1]})
    )
    assert not fixed_before(changed, "subgroups"), "what departs from the plan was not fixed by it"
    assert fixed_before(changed, "primary", "design")


def test_a_plan_whose_date_was_moved_is_refused(tmp_path):
    path = write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    path.write_text(path.read_text().replace("2026-01-02", "2025-01-02"))
    with pytest.raises(ProblemsError, match="unedited"):
        plans(tmp_path, root=tmp_path)


def test_a_plan_is_never_overwritten_and_the_latest_is_in_force(tmp_path):
    write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    with pytest.raises(ProblemsError, match="already"):
        write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    write_plan(
        programme(SPECIFICATIONS, primary="difference-in-means"),
        LINES,
        tmp_path,
        root=tmp_path,
        today=date(2026, 2, 1),
    )
    assert [one.written for one in plans(tmp_path, root=tmp_path)] == ["2026-01-02", "2026-02-01"]


def test_a_plan_that_was_edited_into_nonsense_is_refused_by_name(tmp_path):
    (tmp_path / "plan-2026-01-02.yml").write_text("[]")
    with pytest.raises(ProblemsError, match="plan-2026-01-02"):
        plans(tmp_path, root=tmp_path)


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_report_says_whether_the_run_keeps_to_its_plan(project, code):
    study, words = load_study("nsw-1976", root=project), Language(code)
    estimates = pd.DataFrame({"confidence": [0.95], "power": [0.8]})
    without = plan_sentence(Reader(words.code, study), estimates)
    path = write_plan(study.programme, list(study.indicators), study.definitions, root=project, today=DAY)
    kept = plan_sentence(Reader(words.code, study), estimates)
    departed = plan_sentence(Reader(words.code, study), estimates.assign(confidence=0.9))
    assert len({without, kept, departed}) == 3
    assert departures_table(Reader(words.code, study), estimates) == []
    (shown,) = departures_table(Reader(words.code, study), estimates.assign(confidence=0.9))
    assert shown.data["what"].tolist() == ["confidence"]
    assert yaml.safe_load(path.read_text())["fixed"]["primary"] == {
        "randomised": "difference",
        "observational": "adjusted-10",
    }
