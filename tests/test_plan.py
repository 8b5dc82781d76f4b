"""A plan is written once a day, fixes what matters, and a run that departs from it says so."""

from datetime import date

import pandas as pd
import pytest
import yaml

from evaluation_cases import LINES, programme
from helpers.plan import departures, plans, write_plan
from helpers.problems import ProblemsError
from helpers.report.plan import departures_table, plan_sentence
from helpers.study import load_study
from helpers.words import Language

SPECIFICATIONS = [{"method": "regression", "covariates": ["x"], "std_errors": ["HC2"]}, {"method": "difference_in_means", "std_errors": ["HC2"]}]
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
    assert {one.what for one in departures(plan, base(), less)} >= {"directions.score_now", "definitions.score_now"}


def test_a_plan_is_never_overwritten_and_the_latest_is_in_force(tmp_path):
    write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    with pytest.raises(ProblemsError, match="already"):
        write_plan(base(), LINES, tmp_path, root=tmp_path, today=DAY)
    write_plan(programme(SPECIFICATIONS, primary="difference-in-means"), LINES, tmp_path, root=tmp_path, today=date(2026, 2, 1))
    assert [one.written for one in plans(tmp_path, root=tmp_path)] == ["2026-01-02", "2026-02-01"]


def test_a_plan_that_was_edited_into_nonsense_is_refused_by_name(tmp_path):
    (tmp_path / "plan-2026-01-02.yml").write_text("[]")
    with pytest.raises(ProblemsError, match="plan-2026-01-02"):
        plans(tmp_path, root=tmp_path)


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_report_says_whether_the_run_keeps_to_its_plan(project, code):
    study, words = load_study("nsw-1976", root=project), Language(code)
    estimates = pd.DataFrame({"confidence": [0.95], "power": [0.8]})
    without = plan_sentence(study, estimates, words)
    path = write_plan(study.programme, list(study.indicators), study.definitions, root=project, today=DAY)
    kept = plan_sentence(study, estimates, words)
    departed = plan_sentence(study, estimates.assign(confidence=0.9), words)
    assert len({without, kept, departed}) == 3
    assert departures_table(study, estimates, words) == []
    (shown,) = departures_table(study, estimates.assign(confidence=0.9), words)
    assert shown.data["what"].tolist() == ["confidence"]
    assert yaml.safe_load(path.read_text())["fixed"]["primary"] == {"randomised": "difference", "observational": "adjusted-10"}
