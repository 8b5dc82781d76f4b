"""The reference is made from the models and registries, says what each thing is, and is up to date."""

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.declared import KINDS
from manfaat.cli import app
from manfaat.desk.reference import explained, stale, topics
from manfaat.evaluation.registry import METHODS
from manfaat.evaluation.std_errors import STD_ERRORS
from manfaat.threats.driver import THREATS


def test_the_pages_are_as_they_would_be_made_now():
    assert stale(ROOT) == []  # else: python -m manfaat.desk.reference


def test_everything_says_what_it_is_and_gives_an_example():
    for topic in topics(ROOT).values():
        assert topic.says.endswith("."), topic.name
        assert all(told for _, told in topic.more), topic.name


def test_every_method_standard_error_and_check_is_explained():
    pages = {topic.page: set() for topic in topics(ROOT).values()}
    for topic in topics(ROOT).values():
        pages[topic.page].add(topic.name)
    assert pages["methods"] == set(METHODS)
    assert pages["standard errors"] == set(STD_ERRORS)
    assert pages["checks"] == set(KINDS)
    assert pages["threats"] == set(THREATS)
    assert sum(map(len, pages.values())) == len(topics(ROOT))


def test_a_key_is_found_by_the_end_of_its_name_and_by_a_name_near_by():
    (topic,) = explained("design.group", ROOT)
    assert topic.name == "programme.design.group"
    assert {"cohort.label", "programme.claims.parts.label"} <= {one.name for one in explained("label", ROOT)}
    with pytest.raises(ProblemsError, match="did you mean programme"):
        explained("desing.group", ROOT)


def test_a_programme_with_mistakes_does_not_keep_anything_from_being_explained(tmp_path):
    for name, text in (("programme.yml", "a: ["), ("codebook.csv", "a,a\n1,2\n"), ("rules.csv", "id\nV1\n")):
        (tmp_path / "programmes/begun").mkdir(parents=True, exist_ok=True)
        (tmp_path / "programmes/begun" / name).write_text(text)
    assert dict(explained("rules.id", tmp_path)[0].more)["example"] == "V1"
    assert explained("design.group", tmp_path)[0].says == explained("design.group", ROOT)[0].says


def test_explain_on_the_command_line(monkeypatch):
    monkeypatch.setattr("manfaat.cli.project", lambda: ROOT)
    shown = CliRunner().invoke(app, ["explain", "specifications.neighbours"]).stdout
    assert "type: whole number (at least 1, at most 100)" in shown
    assert "default: 1" in shown
    shown = CliRunner().invoke(app, ["explain", "CR2"]).stdout
    assert "formula: √(Σ(ΣaAe)²)" in shown
    assert "source: Bell, R. M. and McCaffrey" in shown
    assert "mean_items\n" in CliRunner().invoke(app, ["explain"]).stdout
