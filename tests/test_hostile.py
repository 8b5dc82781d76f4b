"""Whatever stands in a folder that somebody sent, every command ends in a sentence; what was interrupted
leaves nothing behind.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time

import pytest
from typer.testing import CliRunner

from manfaat.base.paths import STAGING
from manfaat.cli import app
from manfaat.definitions.records import load_yaml
from manfaat.run import run as running
from manfaat.run.interpreter import STOP
from manfaat.run.overview import write_index
from manfaat.run.staging import FORMER, held, replace, staging_folder, the_only_run, tidy

COHORT = "nsw-1976"
runner = CliRunner()


@pytest.fixture
def inside(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setattr(
        "manfaat.run.interpreter.warm_interpreter", lambda: None
    )  # nothing here gets as far as a notebook
    shutil.rmtree(project / "data/raw/michigan-1987-89")
    return project


def commands(cohort: str, programme: str = "nsw") -> list[list[str]]:
    """Every command that reads a folder, called as people call it."""
    return [
        ["list"],
        ["check", cohort],
        ["run", cohort, "--formats", "html"],
        ["clean", cohort],
        ["decide", cohort, "--who", "AB"],
        ["export", cohort],
        ["figures", cohort],
        ["new-cohort", "another", "--like", cohort, "--data", f"data/raw/{COHORT}/nsw.csv"],
        ["new", "fresh", "--data", f"data/raw/{COHORT}/nsw.csv"],
        ["simulate", programme, "--cohort", "drawn-synthetic", "--participants", "12", "--seed", "1"],
        ["form", programme, "--output", "form.xlsx"],
        ["plan", programme],
    ]


def told(arguments: list[str]) -> str:
    """Run a command; return what it said, which is no traceback."""
    result = runner.invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), (arguments, result.exception)
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def raw(project, name: str = "cohort.yml"):
    return project / "data/raw" / COHORT / name


def prepend(path, text: str) -> None:
    path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")


def file_is(project, name: str) -> None:
    path = raw(project)
    path.write_text(
        path.read_text(encoding="utf-8").replace("file: nsw.csv", f"file: {name}"), encoding="utf-8"
    )
    sums = raw(project, "SHA256SUMS")
    sums.write_text(sums.read_text().replace("nsw.csv", name))


def linked(project) -> None:
    secret = project.parent / f"{project.name}-secret.csv"
    shutil.copy(raw(project, "nsw.csv"), secret)
    raw(project, "nsw.csv").unlink()
    raw(project, "nsw.csv").symlink_to(secret)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
FOLDERS = {
    "a file above the folder": (
        lambda p: file_is(p, "../../../secret.csv"),
        "'../../../secret.csv' lies elsewhere. Expected: a file that lies in the cohort's own folder",
    ),
    "a file by its whole path": (lambda p: file_is(p, "/etc/passwd"), "'/etc/passwd' lies elsewhere"),
    "a link out of the folder": (linked, "'nsw.csv' lies elsewhere"),
    "an odd word in the seal": (
        lambda p: prepend(raw(p, "SHA256SUMS"), "sealed\n"),
        "SHA256SUMS, row 1: 'sealed' is no seal. Expected: 64 hexadecimal digits",
    ),
    "a seal of letters only": (
        lambda p: raw(p, "SHA256SUMS").write_bytes(b"\xff\xfe\x00zz  nsw.csv\n"),
        "is no seal",
    ),
    "a short checksum": (
        lambda p: raw(p, "SHA256SUMS").write_text("abc  nsw.csv\n"),
        "'abc nsw.csv' is no seal",
    ),
    "an empty seal": (lambda p: raw(p, "SHA256SUMS").write_text("\n"), "SHA256SUMS: the file is missing"),
    "a key twice": (
        lambda p: prepend(raw(p), "assignment: observational\n"),
        "'assignment' stands twice, first in row 1",
    ),
    "a key twice in the programme": (
        lambda p: prepend(p / "programmes/nsw/programme.yml", "programme: nsw\n"),
        "'programme' stands twice",
    ),
    "a text of a megabyte": (
        lambda p: prepend(raw(p), f"label: {'x' * 1_000_001}\n"),
        "letters, more than 1,000,000",
    ),
    "brackets without end": (lambda p: raw(p).write_text("[" * 100_000), "nested more than 60 deep"),
    "dashes without end": (lambda p: raw(p).write_text("- " * 100_000), "nested more than 60 deep"),
    "names that multiply": (lambda p: raw(p).write_text(LAUGHS), "fill the memory"),
    "a list that holds itself": (lambda p: raw(p).write_text("a: &a [*a]\n"), "cohort.yml"),
    "no text": (lambda p: raw(p).write_bytes(b"\x00\xff\xfe"), "cohort.yml"),
    "an empty file": (lambda p: raw(p).write_text(""), "the file is empty"),
    "a number": (lambda p: raw(p).write_text("5"), "cohort.yml"),
    "a list as a key": (lambda p: prepend(raw(p), "? [a]\n: b\n"), "cohort.yml"),
    "prices from elsewhere": (
        lambda p: prepend(
            p / "programmes/nsw/programme.yml",
            "prices: {series: cpi, file: ../../../prices.csv, base_year: 1982, label: {en: a, id: a}}\n",
        ),
        "'../../../prices.csv' lies elsewhere. Expected: a file in the programme's own folder",
    ),
    "a programme elsewhere": (
        lambda p: raw(p).write_text(
            raw(p).read_text().replace("programme: nsw", "programme: ../../elsewhere")
        ),
        "programme '../../elsewhere': it is no name of a folder",
    ),
    "a folder in place of a file": (
        lambda p: (raw(p, "nsw.csv").unlink(), raw(p, "nsw.csv").mkdir()),
        "nsw.csv: the file is missing",
    ),
    "a folder in place of the definition": (
        lambda p: (raw(p).unlink(), raw(p).mkdir()),
        "cohort.yml: the file is missing",
    ),
    "nothing": (lambda p: shutil.rmtree(raw(p).parent), "there is no cohort 'nsw-1976'"),
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_command_ends_in_a_sentence_whatever_the_folder_holds(inside, kind):
    spoil, message = FOLDERS[kind]
    spoil(inside)
    said = {arguments[0]: told(arguments) for arguments in commands(COHORT)}
    assert message in said["check"], said["check"]
    assert not (inside / "reports" / COHORT / "report.html").exists()


@pytest.mark.parametrize(
    "name",
    [
        f"{COHORT}/",
        f"./{COHORT}",
        f"../raw/{COHORT}",
        f"data/raw/{COHORT}",
        f"..\\{COHORT}",
        "/etc",
        "..",
        ".",
        "",
        "~",
        ".git",
        "a\0b",
        "x" * 300,
    ],
)
def test_a_name_with_a_path_in_it_is_refused_by_every_command(inside, name):
    said = {arguments[0]: told(arguments) for arguments in commands(name, name) if arguments[0] != "list"}
    plain = (
        "File name too long" if name == "x" * 300 else "it is no name of a folder. Expected: the name alone"
    )
    assert plain in said["check"]
    if COHORT in name:
        assert f"did you mean {COHORT}?" in said["check"]
    assert sorted(path.name for path in inside.iterdir()) == [
        "data",
        "notebooks",
        "programmes",
    ], "nothing was written anywhere"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (errno.ENOSPC, "No space left on device"),
        (errno.EROFS, "Read-only file system"),
        (errno.EACCES, "Permission denied"),
    ],
)
def test_a_full_or_locked_disk_is_told_in_a_sentence(inside, monkeypatch, code, word):
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(code, os.strerror(code), str(inside / "reports"))

    monkeypatch.setattr("manfaat.run.run.staging_folder", refuse)
    assert f"reports: it cannot be read or written: {word}" in told(["run", COHORT])
    monkeypatch.setattr("manfaat.analysis.plan.write_plan", refuse)
    assert f"reports: it cannot be read or written: {word}" in told(["plan", "nsw"])


def test_a_file_in_place_of_the_reports_is_told_in_a_sentence(inside):
    (inside / "reports").write_text("")
    assert "reports: it cannot be read or written" in told(["run", COHORT])


def test_one_unfinished_cohort_does_not_stop_the_others_and_is_named(inside, monkeypatch):
    (inside / "data/raw/begun").mkdir()
    asked = []
    monkeypatch.setattr(
        "manfaat.run.command.run_all", lambda cohorts, options, root: asked.extend(cohorts) or 0
    )
    result = runner.invoke(app, ["run", "--all"])
    assert asked == [COHORT]
    assert result.exit_code == 1
    assert "begun: not run: 1 problem found" in " ".join(result.output.split())
    assert "cohort.yml: the file is missing" in told(["run", "begun", COHORT]), (
        "asked for by name it stops the run"
    )


def test_list_cuts_no_name_off(inside, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = "a-cohort-with-a-name-that-is-long-synthetic"
    shutil.copytree(raw(inside).parent, inside / "data/raw" / long)
    path = inside / "data/raw" / long / "cohort.yml"
    path.write_text(path.read_text().replace(f"cohort: {COHORT}", f"cohort: {long}"))
    text = told(["list"])
    assert long in text
    assert "…" not in text


# --- reports of other times


def summary(reports, name: str, language: str) -> None:
    (reports / name).mkdir(parents=True)
    version = {
        "language": language,
        "title": name,
        "label": "",
        "files": {"html": "report.html"},
        "verdicts": {},
    }
    values = {"cohort": name, "programme": "nsw", "kind": "real", "day": "2026-01-02", "versions": [version]}
    (reports / name / "summary.json").write_text(json.dumps(values))


def test_a_report_in_a_language_that_is_gone_or_without_a_summary_spoils_no_overview(tmp_path):
    summary(tmp_path, "old-one", "es")
    summary(tmp_path, "new-one", "en")
    for name, text in (("broken", "{"), ("empty", "{}"), ("list", "[]")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").write_text(text)
    write_index(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "old-one" in page
    assert "new-one" in page


# --- interruptions


def test_what_killed_runs_left_is_removed_and_what_is_in_use_is_kept(tmp_path):
    (tmp_path / f"{STAGING}dead" / "en").mkdir(parents=True)
    with staging_folder(tmp_path) as used:
        assert not (tmp_path / f"{STAGING}dead").exists()
        with staging_folder(tmp_path) as second:
            assert used.is_dir()
            assert second != used
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "programmes"])
def test_a_report_whose_replacement_was_killed_halfway_is_put_back(tmp_path, below, monkeypatch):
    old, new = tmp_path / below / "nsw", tmp_path / f"{STAGING}x" / "en" / "nsw"
    for folder, text in ((old, "former"), (new, "new")):
        folder.mkdir(parents=True)
        (folder / "report.html").write_text(text)
    real = os.replace

    def killed(source: object, target: object) -> None:
        if str(source) == str(new):
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        replace(new, old, tmp_path)
    monkeypatch.setattr(os, "replace", real)
    assert not old.exists()
    tidy(tmp_path)
    assert (old / "report.html").read_text() == "former"
    assert not list(tmp_path.rglob(f"{FORMER}*"))
    new.mkdir(parents=True)
    (new / "report.html").write_text("new")
    replace(new, old, tmp_path)
    assert (old / "report.html").read_text() == "new"


def test_a_folder_is_held_by_one_at_a_time(tmp_path):
    with held(tmp_path) as first, held(tmp_path, wait=False) as second:
        assert (first, second) == (True, False)
    with held(tmp_path, wait=False) as again:
        assert again


def test_a_second_run_of_a_cohort_is_refused_by_name_and_touches_nothing(inside):
    processed = inside / "data" / "processed" / COHORT
    with the_only_run(processed):
        outcome = running.run_or_tell(COHORT, running.Options(), inside, lambda *_: None)
        assert f"another run of this cohort is under way: process {os.getpid()}, since" in outcome.failure
        done = runner.invoke(app, ["clean", COHORT])
        assert done.exit_code == 2
        assert "under way" in done.output
        assert [path.name for path in processed.iterdir()] == [".running"]
    assert not list(processed.iterdir())


def test_ctrl_c_ends_the_run_at_once_and_replaces_no_report(monkeypatch):
    replaced = []

    def lingering(cohort: str, options: object, **more: object) -> running.Outcome:
        if not STOP.wait(30):
            replaced.append(cohort)
        return running.Outcome(cohort, None, "stopped")

    monkeypatch.setattr(running, "run_cohort", lingering)
    monkeypatch.setattr(running, "load_renderer", lambda: None)
    outcomes, began = running.run_cohorts(["a", "b"], running.Options(warm=False)), time.perf_counter()

    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures._base.Future.result", interrupt)  # where the main thread waits
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)
    assert time.perf_counter() - began < 10
    assert replaced == []
    STOP.clear()


def test_a_stopped_command_says_so(inside, monkeypatch):
    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("manfaat.run.command.run_command", interrupt)
    result = runner.invoke(app, ["run", COHORT])
    assert result.exit_code == 130
    assert "stopped; the former reports are unchanged" in " ".join(result.output.split())


# --- YAML


def test_ordinary_yaml_is_read_as_ever():
    text = "a: &one {x: 1}\nb: *one\nc:\n  <<: *one\n  y: 2\n'x[[': [[1], [2]]\n"
    assert load_yaml(text) == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}, "x[[": [[1], [2]]}
    assert load_yaml("") is None
