"""Whatever stands in a folder that somebody sent, every command ends in a sentence; what was interrupted
leaves nothing behind.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import time
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from helpers import open_programme, open_study
from manfaat.base.paths import STAGING, Places, places
from manfaat.base.problems import ProblemsError
from manfaat.base.stopping import stoppable
from manfaat.cli import app
from manfaat.definitions.records import load_yaml
from manfaat.report.chapter import open_chapter
from manfaat.run import run as running
from manfaat.run.fresh import state_of
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
        ["status", cohort],
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
        "cohort.yml, column files.0.file: it lies elsewhere, and only what lies in the folder itself is read",
    ),
    "a file by its whole path": (lambda p: file_is(p, "/etc/passwd"), "read (found '/etc/passwd')"),
    "a link out of the folder": (linked, "nsw.csv: it is a link to elsewhere"),
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
        "bytes, more than 1,000,000",
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
        "programme.yml, column prices.file: it lies elsewhere",
    ),
    "a programme elsewhere": (
        lambda p: raw(p).write_text(
            raw(p).read_text().replace("programme: nsw", "programme: ../../elsewhere")
        ),
        "cohort.yml, column programme: no file can be called so; a name has no path in it",
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


@pytest.mark.parametrize("name", ["../fresh", "/tmp/fresh", "a/b", "..", "", "a\nb", "C:fresh", "~x", ".x"])
def test_nothing_is_begun_under_a_name_with_a_path_in_it(inside, name):
    data = ["--data", f"data/raw/{COHORT}/nsw.csv"]
    drawn = ["--participants", "12", "--seed", "1"]
    before = sorted(path.relative_to(inside.parent) for path in inside.parent.rglob("*"))
    for arguments in (
        ["new", name, *data],
        ["new-cohort", name, "--like", COHORT, *data],
        ["new-cohort", name, "--programme", "nsw", *data],
        ["new-cohort", "another", "--programme", name, *data],
        ["simulate", "jakarta-tokyo", "--cohort", f"{name}-synthetic", *drawn],
        ["simulate", name, "--cohort", "drawn-synthetic", *drawn],
        ["tidy", name],
        ["form", name],
        ["run", COHORT, "-p", f"cohort={name}"],
    ):
        result = runner.invoke(app, arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert "Expected: " in " ".join(result.output.split()), arguments
    assert sorted(path.relative_to(inside.parent) for path in inside.parent.rglob("*")) == before


@pytest.mark.parametrize("name", [f"{COHORT}/", f"../raw/{COHORT}", "/etc", "..", "", "a\0b"])
def test_no_session_is_opened_under_a_name_with_a_path_in_it(inside, name):
    with pytest.raises(ProblemsError, match="it is no name of a folder"):
        open_study(name)
    with pytest.raises(ProblemsError, match="it is no name of a folder"):
        open_chapter("05_outcomes", name)
    with pytest.raises(ProblemsError, match="none of its cohorts has a finished report"):
        open_programme(name)
    assert sorted(path.name for path in inside.iterdir()) == ["data", "notebooks", "programmes"]


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


@pytest.mark.parametrize("is_one_disk", [True, False])
def test_what_killed_runs_left_is_removed_and_what_is_in_use_is_kept(tmp_path, monkeypatch, is_one_disk):
    place = Places(tmp_path, tmp_path / "data", tmp_path / "reports", COHORT)
    processed = place.data / "processed"
    for folder in (processed, place.reports_dir):
        (folder / f"{STAGING}dead" / "en").mkdir(parents=True)
    if not is_one_disk:
        monkeypatch.setattr(
            "manfaat.run.staging.disk", lambda folder: 1 if folder == place.reports_dir else 2
        )
    with staging_folder(place) as used:
        assert used.parent == (processed if is_one_disk else place.reports_dir), (
            "what is unfinished stays in the house wherever it can"
        )
        assert not (place.reports_dir / f"{STAGING}dead").exists()
        with staging_folder(place) as second:
            assert used.is_dir()
            assert second != used
    assert list(place.reports_dir.iterdir()) == []
    assert not is_one_disk or list(processed.iterdir()) == []


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


@pytest.mark.skipif(os.name != "posix", reason="other systems have other signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_request_to_end_is_taken_for_ctrl_c(name):
    number = getattr(signal, name)
    former = signal.signal(number, signal.SIG_DFL)  # the tests themselves may run under nohup

    @stoppable()
    def asked_to_end() -> None:
        os.kill(os.getpid(), number)
        time.sleep(5)

    try:
        with pytest.raises(KeyboardInterrupt):
            asked_to_end()
        assert signal.getsignal(number) is signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN)  # as by nohup
        with stoppable():
            os.kill(os.getpid(), number)
    finally:
        signal.signal(number, former)


def test_a_definition_that_changes_while_it_is_read_is_refused(inside, monkeypatch):
    path, load = inside / "programmes/nsw/programme.yml", running.load_study

    def changed(*arguments: object, **options: object) -> object:
        study = load(*arguments, **options)
        path.write_text(path.read_text() + "# changed\n")
        return study

    monkeypatch.setattr(running, "load_study", changed)
    monkeypatch.setattr(running, "run_languages", lambda *arguments, **options: None)
    outcome = running.run_cohort(COHORT, running.Options(), root=inside)
    assert "programme.yml was changed while the run went on" in outcome.failure
    assert not (inside / "reports" / COHORT).exists()


def test_a_disk_that_fills_up_during_a_run_is_told_in_a_line_and_remembered(inside, monkeypatch):
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(inside / "data/processed/a"))

    monkeypatch.setattr(running, "run_languages", full)
    outcome = running.run_cohort(COHORT, running.Options(), root=inside)
    assert outcome.failure == "data/processed/a: it cannot be read or written: No space left on device."
    state = state_of(places(COHORT, root=inside))
    assert state.kind == "failed"
    assert state.because.startswith(outcome.failure)


def test_a_notebook_that_fails_names_no_place_of_the_machine(tmp_path):
    failure = SimpleNamespace(
        ename="OSError", evalue=f"[Errno 30] Read-only: '{tmp_path}/data/a'", cell_index=2
    )
    assert running.one_line("01_clean", failure, tmp_path) == (
        "01_clean, cell 3: OSError: [Errno 30] Read-only: 'data/a'"
    )


# --- YAML


def test_ordinary_yaml_is_read_as_ever():
    text = "a: &one {x: 1}\nb: *one\nc:\n  <<: *one\n  y: 2\n'x[[': [[1], [2]]\n"
    assert load_yaml(text) == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}, "x[[": [[1], [2]]}
    assert load_yaml("") is None
