"""What ``manfaat new`` asks in a terminal, and in a workbook: every bad answer is said in words and asked
again, and what is interrupted leaves nothing behind.
"""

import os
import signal
import subprocess
import sys

import pexpect
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import vocational
from manfaat.base.problems import ProblemsError
from manfaat.cli import app
from manfaat.desk import questions
from manfaat.desk.scaffold import drafted, new_programme
from pages import in_terminal, plain


@pytest.fixture
def root(tmp_path):
    (tmp_path / "programmes").mkdir()
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    vocational.write(tmp_path / "survey.csv", vocational.people(60))
    return tmp_path


def answering(*answers):
    """A prompt that gives these answers, then what is given; and the questions that were asked."""
    left, seen = list(answers), []

    def prompt(question, given):
        seen.append((question, given))
        return (left.pop(0) if left else "") or given

    return prompt, seen


def study_of(root):
    return drafted(form=None, data=root / "survey.csv")[0]


def test_what_is_supposed_is_the_answer_of_who_says_nothing(root):
    prompt, seen = answering()
    study = questions.asked(study_of(root), prompt, pytest.fail)
    assert [given for _, given in seen] == [
        "person",
        "respondent_id",
        "group",
        "trained",
        "waiting_list",
        "monthly_income_now",
        "none",
    ]
    assert study.main.settled == {"group"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["12"], "it is a word"),
        (["", "respondent"], "there is no variable 'respondent': did you mean respondent_id"),
        (["person", "sex"], "rows have the sex of another row"),
        (["person", "none", "none"], "every study has one"),
        (["person", "none", "full_name"], "'full_name' has no list of answers"),
        (["person", "none", "group", "Treated"], "'Treated' is no answer of 'group': trained (Trained)"),
        (["person", "none", "group", "none"], "at least one answer is that of participants"),
        (["person", "none", "group", "trained", "trained"], "trained are participants already"),
        (
            ["person", "none", "group", "trained", "none", "village_name"],
            "there is no variable 'village_name'",
        ),
        (["person", "none", "group", "trained", "none", "full_name"], "'full_name' is no number"),
        (["person", "none", "group", "trained", "none", "group"], "'group' says who took part"),
        (["person", "none", "group", "trained", "none", "none", "end"], "one of"),
    ],
)
def test_a_bad_answer_is_said_in_words_and_asked_again(root, answers, said):
    prompt, seen = answering(*answers)
    told = []
    questions.asked(study_of(root), prompt, told.append)
    assert len(told) == 1
    assert said in told[0]
    assert len(seen) == len(questions.QUESTIONS) + 1


def test_white_space_is_no_answer(root):
    prompt, _ = answering(*["  "] * len(questions.QUESTIONS))
    questions.asked(study_of(root), prompt, pytest.fail)


def test_answers_settle_the_marks_and_may_be_labels(root):
    prompt, _ = answering("person", "respondent_id", "group", "Trained", "", "hours_work_week", "outcome")
    folder, *_ = new_programme(
        "asked", root, form=None, data=root / "survey.csv", ask=lambda s: questions.asked(s, prompt, print)
    )
    text = (folder / "programme.yml").read_text()
    assert "participants: [trained]\n" in text
    line = next(
        one for one in (folder / "indicators.csv").read_text().splitlines() if one.startswith("hours")
    )
    assert "hours_work_week,hours_work_week,now,outcome,outcome,copy" in line
    assert "DECIDE" not in line


def test_without_a_terminal_nothing_is_asked(root, monkeypatch):
    monkeypatch.chdir(root)
    done = CliRunner().invoke(app, ["new", "quiet", "--data", "survey.csv"], input="")
    assert (done.exit_code, "marks to decide" in done.output) == (0, True)


@pytest.mark.slow
def test_a_workbook_is_written_filled_in_and_read_back(root, monkeypatch):
    monkeypatch.chdir(root)
    arguments = ["new", "booked", "--data", "survey.csv", "--workbook", "study.xlsx"]
    run = CliRunner()
    assert run.invoke(app, arguments).exit_code == 0
    assert not (root / "programmes/booked").exists()
    book = load_workbook("study.xlsx")
    cells = {row[0].value: row[1] for row in book["study"].iter_rows(min_row=2)}
    cells["stage"].value, cells["group"].value = "outcom", "grup"
    book.save("study.xlsx")
    bad = run.invoke(app, arguments)
    said = " ".join(bad.output.split())
    assert bad.exit_code == 2
    assert "there is no variable 'grup': did you mean group." in said
    assert "'outcom' is no stage: did you mean outcome" in said
    assert not list((root / "programmes").iterdir())
    cells["stage"].value, cells["group"].value = "outcome", "group"
    for row in book["answers"].iter_rows(min_row=2):
        if row[1].value == "trained":
            row[2].value = "Trained in 2022"
    book.save("study.xlsx")
    assert run.invoke(app, arguments).exit_code == 0
    assert "Trained in 2022" in (root / "programmes/booked/choices.csv").read_text()
    assert ",outcome,outcome,deflate," in (root / "programmes/booked/indicators.csv").read_text()


def test_what_is_no_such_workbook_is_refused(root):
    (root / "no.xlsx").write_text("no workbook")
    with pytest.raises(ProblemsError, match="it cannot be read as a workbook"):
        questions.read_workbook(root / "no.xlsx", study_of(root))


NEW = f"exec {sys.executable} -m manfaat.cli new typed --data survey.csv"
BAD = {  # what is typed at each question first, and what is said of it
    "What is a row about": ("12", "it is a word"),
    "Which variables tell rows apart": ("respondnt_id", "did you mean respondent_id"),
    "Which variable says who took part": ("\u00e9\u2603" * 40, "there is no variable"),
    "answers are those of participants": ("Treated", "'Treated' is no answer of 'group'"),
    "those of the comparison group": ("trained", "trained are participants already"),
    "What is the outcome": ("full_name", "'full_name' is no number"),
    "At which stage does it stand": ("the end", "'the end' is no stage"),
}


def ended(running):
    """The exit code of a command in a terminal, and what it said last."""
    running.expect(pexpect.EOF)
    said = plain(running.before)
    running.close()
    return running.exitstatus, said


def left(root):
    """What stands among programmes and deliveries."""
    return [path.name for folder in ("programmes", "data/raw") for path in (root / folder).iterdir()]


@pytest.mark.slow
def test_a_bad_answer_to_every_question_is_said_and_asked_again(root):
    running = in_terminal(NEW, root)
    for asks, (bad, said) in BAD.items():
        running.expect_exact(asks)
        running.expect_exact("]:")
        running.sendline(bad)
        running.expect_exact(said)
        running.expect_exact(asks)
        running.expect_exact("]:")
        running.sendline("  ")
    code, said = ended(running)
    assert (code, "marks to decide" in said) == (0, True), said
    assert left(root) == ["typed"]


def test_every_question_has_a_bad_answer_above(root):
    assert all(asks in question.asks for asks, question in zip(BAD, questions.QUESTIONS, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(questions.QUESTIONS)))
def test_stopped_at_any_prompt_nothing_is_left(root, at):
    for key in ("\x03", "\x04"):  # Ctrl-C; the end of all input
        running = in_terminal(NEW, root)
        for question in list(BAD)[: at + 1]:
            running.expect_exact(question)
            running.expect_exact("]:")
            running.send(key if question == list(BAD)[at] else "\r")
        code, said = ended(running)
        assert code == 130, said
        assert (
            "stopped; " in said
        )  # at a prompt that nothing was written, between two that reports are unchanged
        assert "Traceback" not in said
        assert left(root) == []


@pytest.mark.slow
def test_killed_at_a_prompt_the_same_command_begins_anew(root):
    running = in_terminal(NEW, root)
    running.expect_exact("]:")
    os.kill(running.pid, signal.SIGKILL)
    ended(running)
    assert left(root) == []
    running = in_terminal(NEW, root)
    for _ in questions.QUESTIONS:
        running.expect_exact("]:")
        running.sendline("")
    assert ended(running)[0] == 0
    assert left(root) == ["typed"]


@pytest.mark.slow
def test_what_fails_while_it_is_written_leaves_nothing(root, monkeypatch):
    monkeypatch.chdir(root)

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("manfaat.desk.scaffold.programme_text", stopped)
    done = CliRunner().invoke(app, ["new", "half", "--data", "survey.csv"])
    assert (done.exit_code, left(root)) == (130, [])


@pytest.mark.slow
@pytest.mark.parametrize("no_input", [subprocess.DEVNULL, subprocess.PIPE])
def test_without_any_terminal_nothing_is_asked_and_all_is_written(root, no_input):
    done = subprocess.run(
        NEW.split()[1:], cwd=root, stdin=no_input, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "?" not in done.stdout
    assert "5 marks to decide" in " ".join(done.stdout.split())
    assert left(root) == ["typed"]
