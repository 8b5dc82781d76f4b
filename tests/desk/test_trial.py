"""``manfaat check`` tries the specifications: what would leave a report without numbers is said before it is
made.
"""

import pytest
from typer.testing import CliRunner

from conftest import replace_in, seal
from manfaat.analysis.study import check_study, load_study
from manfaat.base.problems import Problem, ProblemsError
from manfaat.cli import app
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import parse
from manfaat.desk.trial import try_study


def tried(project, cohort="nsw-1976"):
    study = load_study(cohort, root=project)
    built = check_study(study)
    assert built is not None
    return try_study(study, built)


def without_answers(project, column):
    path = project / "data/raw/nsw-1976/nsw.csv"
    header, *lines = path.read_text().splitlines()
    at = header.split(",").index(column)
    rows = [line.split(",") for line in lines]
    text = "\n".join([header, *[",".join([*row[:at], "", *row[at + 1 :]]) for row in rows]])
    path.write_text(text + "\n")
    seal(path.parent)


def test_what_is_in_order_has_nothing_to_say(project):
    assert (tried(project).problems, tried(project).notes) == ([], [])


def test_a_covariate_that_nobody_answered_leaves_the_report_without_a_number(project):
    programme = project / "programmes/nsw"
    replace_in(programme / "codebook.csv", "Menikah,,yes", "Menikah,,no")
    replace_in(programme / "programme.yml", "randomised: difference", "randomised: adjusted-10")
    without_answers(project, "marr")
    [problem] = tried(project).problems
    assert problem.column == "specifications.adjusted-10"
    assert "it speaks for the cohort, and gives no number for earnings_1978, zero_1978" in problem.message
    assert "nobody has an answer to 'married'" in problem.message


def test_what_does_not_speak_is_a_note(project):
    programme = project / "programmes/nsw"
    replace_in(programme / "codebook.csv", "Menikah,,yes", "Menikah,,no")
    without_answers(project, "marr")
    trial = tried(project)
    assert trial.problems == []
    assert {note.partition(":")[0] for note in trial.notes} >= {"adjusted-8", "adjusted-10", "aipw"}


@pytest.mark.parametrize(
    ("role", "column", "said"),
    [
        ("cluster", "one", "no verdict will rest on it: the interval cannot be relied on"),
        ("strata", "age", "in no stratum are there both participants and others"),
        ("instrument", "one", "'one' is the same for all"),
    ],
)
def test_clusters_strata_and_offers_that_carry_nothing(project, role, column, said):
    programme = project / "programmes/nsw"
    with (programme / "indicators.csv").open("a") as stream:
        stream.write(
            "one,,fixed,input,,less_than,age,threshold=1000,,,,technical,One,Satu,Always 1,Selalu 1\n"
        )
    text = (programme / "programme.yml").read_text()
    before, _, after = text.partition("# Covariates that several")
    before += "design:" + after.partition("design:")[2].partition("specifications:\n")[0]
    rest = after.partition("# For whom:")[2]
    before = before.replace("  times:\n", f"  {role}: {column}\n  times:\n", 1)
    (programme / "programme.yml").write_text(f"{before}# For whom:{rest}")
    if role == "strata":
        path = project / "data/raw/nsw-1976/nsw.csv"
        header, *lines = path.read_text().splitlines()
        rows = [line.split(",") for line in lines]
        at = header.split(",").index("age")
        for row in rows:
            row[at] = "30" if row[0] == "1" else "40"
        path.write_text("\n".join([header, *[",".join(row) for row in rows]]) + "\n")
        seal(path.parent)
    trial = tried(project)
    assert said in "\n".join([*map(str, trial.problems), *trial.notes])


def test_a_thousand_lines_are_told_by_kind():
    problems = [
        Problem(
            "p/codebook.csv", f"still to be decided: line {n}", row=n, expected="the marked text put right"
        )
        for n in range(2, 1002)
    ]
    problems += [Problem("p/programme.yml", "'title' is missing")]
    text = ProblemsError(problems).by_kind()
    assert text.splitlines() == [
        "1001 problems found",
        "  - p/codebook.csv, row 2: still to be decided: line 2. Expected: the marked text put right.",
        "    and 999 more of this kind: rows 3, 4, 5, 6, 7, 8, 9, 10 …",
        "  - p/programme.yml: 'title' is missing.",
    ]


def test_check_tells_kinds_and_every_one_when_asked(project, monkeypatch):
    monkeypatch.chdir(project)
    path = project / "programmes/nsw/codebook.csv"
    path.write_text(path.read_text().replace(",people", ",people").replace("people,", "peple,"))
    run = CliRunner()
    short, long = (run.invoke(app, ["check", "nsw-1976", *more]) for more in ([], ["--every"]))
    assert (short.exit_code, long.exit_code) == (2, 2)
    assert "more of this kind" in short.output
    assert len(long.output.splitlines()) > len(short.output.splitlines()) + 3


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        ({"claims": [{"id": "a", "txt": ""}]}, "did you mean text?"),
        ({"tables": {"people": {"keys": []}}}, "did you mean key?"),
        ({"design": {"panel": {"unit": "a", "periods": "b"}}}, "did you mean period?"),
        ({"design": {"grup": "a"}}, "did you mean group?"),
        ({"units": {"x": {"prefx": "a"}}}, "did you mean prefix?"),
        ({"titel": ""}, "did you mean title?"),
    ],
)
def test_a_key_is_proposed_from_the_record_in_which_it_stands(values, proposed):
    _, problems = parse(Programme, values, file="programme.yml")
    unknown = [problem for problem in problems if "is not a known field" in problem.message]
    assert [problem.expected for problem in unknown] == [proposed]


def test_a_text_instead_of_keys_and_a_number_instead_of_a_text_are_said_in_words():
    values = {"design": "people", "programme": 3}
    _, problems = parse(Programme, values, file="programme.yml")
    told = "\n".join(str(problem) for problem in problems)
    assert "'people' stands where keys are needed. Expected: the keys unit, group, participants" in told
    assert "3 is read as a number, and a text is needed. Expected: '3', in quotation marks" in told
