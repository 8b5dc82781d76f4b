"""The command line refuses before it runs, and says what it did."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from conftest import seal
from manfaat import cli
from manfaat.cli import app

runner = CliRunner()


@pytest.fixture(autouse=True)
def inside(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "200")


def test_list_names_all_cohorts():
    result = runner.invoke(app, ["list"])
    assert result.exit_code == 0
    assert "nsw-1976" in result.stdout
    assert "michigan-grants" in result.stdout


@pytest.mark.parametrize(("width", "has_label"), [(80, False), (130, True)])
def test_list_has_one_line_a_cohort_in_any_terminal(monkeypatch, width, has_label):
    monkeypatch.setattr(cli, "console", Console(width=width, highlight=False))
    lines = runner.invoke(app, ["list"]).stdout.splitlines()
    told = [line for line in lines if line.startswith("│")]
    assert len(told) == len(list(Path("data/raw").iterdir()))
    assert all(len(line) <= width for line in lines)
    assert ("lottery" in " ".join(told)) is has_label


def test_check_says_that_all_is_in_order():
    result = runner.invoke(app, ["check", "nsw-1976", "michigan-1987-89"])
    assert result.exit_code == 0
    assert "nsw-1976: definitions and files are in order" in result.stdout


def test_check_names_all_problems(project):
    (project / "data/raw/nsw-1976/nsw.csv").unlink()
    result = runner.invoke(app, ["check", "nsw-1976", "michigan-1987-89"])
    assert result.exit_code == 2
    assert "nsw.csv: the file is missing" in result.output
    assert "michigan-1987-89: definitions and files are in order" in result.output


def test_check_refuses_a_panel_of_columns_that_are_not_there(project):
    path = project / "programmes/michigan-grants/programme.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("panel: {unit: firm,", "panel: {unit: firn,"),
        encoding="utf-8",
    )
    result = runner.invoke(app, ["check", "michigan-1987-89"])
    assert result.exit_code == 2
    assert (
        "design.panel.unit: 'firn' is not a variable of the table firm_years. Expected: did you mean firm?"
        in " ".join(result.output.split())
    )


def test_figures_need_a_report_and_a_known_medium():
    assert "manfaat run nsw-1976 first" in runner.invoke(app, ["figures", "nsw-1976"]).output
    assert "did you mean slide?" in runner.invoke(app, ["figures", "nsw-1976", "--medium", "slides"]).output


def test_run_writes_a_report_and_says_where(project):
    result = runner.invoke(app, ["run", "nsw-1976"])
    assert result.exit_code == 0, result.output
    drawn = runner.invoke(app, ["figures", "nsw-1976"])
    assert "reports/nsw-1976/exhibits/thesis: " in drawn.output
    assert len(list((project / "reports/nsw-1976/exhibits/thesis").glob("*.png"))) >= 5
    assert "reports/nsw-1976/report.html" in result.output
    assert (project / "reports/nsw-1976/report.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nsw-1967"], "did you mean nsw-1976?"),
        (["nsw-1976", "-p", "confidenze=0.9"], "did you mean confidence?"),
        (["nsw-1976", "-p", "confidence=high"], "'high' is not a number"),
        (["nsw-1976", "--language", "in"], "there is no such language"),
        ([], "at least one, or --all; cohorts: michigan-1987-89, nsw-1976"),
    ],
)
def test_run_refuses_before_anything_starts(project, arguments, message):
    result = runner.invoke(app, ["run", *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not (project / "data/processed").exists()


def test_run_with_a_failing_notebook_exits_with_1(project):
    (project / "data/raw/nsw-1976/nsw.csv").write_text("treat\n")
    seal(project / "data/raw/nsw-1976")  # a damaged seal is refused before anything starts
    result = runner.invoke(app, ["run", "nsw-1976", "michigan-1987-89"])
    assert result.exit_code == 1
    assert "nsw-1976: 01_clean, cell " in result.output
    assert "executed notebook kept in data/processed/nsw-1976/notebooks" in " ".join(result.output.split())
    assert (project / "reports/michigan-1987-89/report.html").is_file()
