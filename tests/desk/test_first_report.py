"""From a delivery that nobody knows to a right report: drafted, put right by hand in a few lines, checked,
run; and a second delivery that is not like the first.
"""

import difflib
import re
import shutil

import pytest
from typer.testing import CliRunner

import vocational
from conftest import ROOT, page_of
from manfaat.analysis.study import check_study, load_study
from manfaat.cli import app
from manfaat.definitions.study import DECIDE
from manfaat.desk.naming import without_year
from manfaat.desk.trial import try_study
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages

MOST_LINES = 40
DECISIONS = {
    "what the programme is, in a few sentences": "Six months of training; a waiting list is compared.",
    "output, outcome or impact": "outcome",
    "vocational-1": "Vocational training 2022",
    "vocational-2": "Vocational training 2023",
    "when the answers were given": "March to May 2022",
    "how many were trained, invited and reached; or why that is not known": "the delivery does not say",
    "who delivered it, when": "invented for a test",
    "on what terms": "none",
    "how it is cited": "none",
}


def begun(folder):
    """A project with nothing but the notebooks."""
    (folder / "notebooks").symlink_to(ROOT / "notebooks")
    (folder / "programmes").mkdir()
    (folder / "data/raw").mkdir(parents=True)
    return folder


def command(*arguments):
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"}, catch_exceptions=False)
    return done.exit_code, " ".join(done.output.split())


def decided(folder):
    """Put right by hand what is marked; return how many lines that took."""
    lines = 0
    tables = [] if (folder / "SHA256SUMS").exists() else folder.glob("*.csv")  # a delivery is left alone
    for path in sorted([*folder.glob("*.yml"), *tables]):
        before = path.read_text(encoding="utf-8")
        after = []
        for line in before.splitlines():
            if not line.startswith("#") and DECIDE in line:
                line = line.partition(f"  # {DECIDE}")[0]
                for what, decision in DECISIONS.items():
                    line = line.replace(f"{DECIDE} {what}", decision)
            after.append(line)
        path.write_text("\n".join(after) + "\n", encoding="utf-8")
        changes = difflib.ndiff(before.splitlines(), after)
        lines += sum(change.startswith("+ ") for change in changes)
    return lines


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A project in which the first delivery is in order, and how many lines were put right by hand."""
    root = begun(tmp_path_factory.mktemp("vocational"))
    file = vocational.write(root / "survey.csv", vocational.people())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert command("new", "vocational", "--data", str(file))[0] == 0
        code, _ = command("new-cohort", "vocational-1", "--programme", "vocational", "--data", str(file))
        assert code == 0
        lines = decided(root / "programmes/vocational") + decided(root / "data/raw/vocational-1")
    return root, lines


def test_few_lines_are_put_right_by_hand(study):
    _, lines = study
    assert 0 < lines <= MOST_LINES


def test_check_then_finds_nothing(study, monkeypatch):
    root, _ = study
    monkeypatch.chdir(root)
    code, said = command("check", "vocational-1")
    assert (code, said) == (0, "vocational-1: definitions and files are in order")


def test_the_numbers_are_right(study):
    root, _ = study
    own = load_study("vocational-1", root=root)
    built = check_study(own)
    assert try_study(own, built).problems == []
    settings = Settings("vocational-1", own.cohort.assignment, own.primary, draws=199)
    rows = estimate_stages(built, own.programme, list(own.indicators), settings, stages=("outcome",))
    speaks = rows[rows["specification"] == own.primary].iloc[0]
    assert speaks["ci_low"] < 400_000 < speaks["ci_high"]
    assert abs(speaks["estimate"] - 400_000) < 40_000
    assert built["monthly_income"].notna().all()


def test_a_second_delivery_gets_messages_that_lead_on(study, monkeypatch, tmp_path):
    root, _ = study
    monkeypatch.chdir(root)
    rows = vocational.people(60, seed=5)
    rows[0]["Group"] = "Dropped out"
    file = vocational.write(
        tmp_path / "second.csv", rows, {"Sex": "Gender"}.items(), without=("Hours of work per week",)
    )
    code, said = command("new-cohort", "vocational-2", "--like", "vocational-1", "--data", str(file))
    assert code == 0
    said = re.sub(r"[│┃]", "|", said)
    assert "new | Gender | | perhaps renamed: sex" in said
    assert "missing | | hours_work_week | not required" in said
    assert "new answers | Group | group | 'Dropped out'" in said
    text = (root / "data/raw/vocational-2/cohort.yml").read_text()
    assert "Gender: sex" in text
    assert "- hours_work_week" in text
    assert "kind: real  # DECIDE" in text
    code, said = command("check", "vocational-2")
    assert code == 2
    assert "still to be decided" in said
    decided(root / "data/raw/vocational-2")
    code, said = command("check", "vocational-2")
    assert (code, "'Dropped out'" in said) == (2, True)
    assert "a new answer, or another way to write one, is added to choices.csv" in said
    assert "'unreadable: review' in cohort.yml lets the run go on" in said


def test_a_cohort_is_drafted_in_the_languages_of_its_programme_and_by_its_name(study, monkeypatch):
    root, _ = study
    monkeypatch.chdir(root)
    path = root / "programmes/vocational/programme.yml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("programme: vocational\n", "programme: vocational\nlanguages: [en]\n"))
    try:
        arguments = ["--programme", "vocational", "--data", str(root / "survey.csv")]
        assert command("new-cohort", "trial-synthetic", *arguments)[0] == 0
        text = (root / "data/raw/trial-synthetic/cohort.yml").read_text(encoding="utf-8")
    finally:
        path.write_text(whole)
        shutil.rmtree(root / "data/raw/trial-synthetic")
    assert "  id:" not in text
    assert "  en: 'DECIDE: trial-synthetic'" in text
    assert "kind: synthetic" in text


def test_who_is_on_neither_side_is_told(study, monkeypatch):
    root, _ = study
    own = load_study("vocational-1", root=root)
    built = check_study(own)
    assert try_study(own, built).notes == []
    built.loc[built.index[:3], "group"] = "elsewhere"
    told = "design: 3 are neither participants nor compared, and in no estimate (elsewhere: 3)"
    assert try_study(own, built).notes == [told]


@pytest.mark.parametrize(
    ("file", "table"),
    [("jobs-2022", "jobs"), ("jobs_2022", "jobs"), ("2022", ""), ("a2022", "a2022"), ("jobs", "jobs")],
)
def test_a_table_is_not_named_after_the_year_of_its_first_file(file, table):
    assert without_year(file) == table


@pytest.mark.runs
def test_the_report_is_made(study):
    from manfaat.run.run import Options, run_cohort

    root, _ = study
    assert run_cohort("vocational-1", Options(language="en"), root=root).failure == ""
    assert "Monthly income now" in page_of(root / "reports/vocational-1")
