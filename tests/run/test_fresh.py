"""A run is made where it would make anything else than what is there, and nowhere else; what it says of
freshness is true.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from case_runs import manfaat
from conftest import ROOT
from manfaat.base.checksums import checksums
from manfaat.base.paths import MADE, places
from manfaat.run import fresh
from manfaat.run.options import Options
from manfaat.run.staging import RUNNING, the_only_run

COHORT, PROGRAMME = "trial-1", "trial"
OPTIONS = Options("both", values={"confidence": 0.9}, formats=("html", "pdf", "docx"))
GIVEN = ["-p", "confidence=0.9"]
HEAVY = {"pandas", "numpy", "yaml", "IPython", "papermill", "matplotlib", "jinja2"}


def write(path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def place(tmp_path):
    """A cohort with a finished run, as far as it is told from the files."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    write(tmp_path / "programmes" / PROGRAMME / "programme.yml", "programme: trial\n")
    place = places(COHORT, root=tmp_path)
    write(place.raw / "cohort.yml", "cohort: trial-1\n")
    write(place.raw / "answers.csv", "a,b\n1,2\n")
    write(place.reports / "report.html", "<p>two</p>")
    write(place.reports / "run.json", json.dumps({"programme": PROGRAMME}))
    write(place.processed / "people.parquet", "two")
    write(place.processed / MADE / "people.parquet.json", "{}")
    fresh.note_made(place, PROGRAMME, OPTIONS, fresh.files_of(place, PROGRAMME))
    return place


def test_an_unchanged_cohort_is_fresh_and_says_since_when(place):
    state = fresh.state_of(place, OPTIONS)
    assert state.is_fresh
    assert state.because.startswith("nothing has changed since 20")
    assert state.because.endswith("; the report is fresh: reports/trial-1/report.html")
    write(place.reports / "exhibits/slide/01.svg", "a picture in another size")
    write(place.raw / ".DS_Store", "of no delivery")
    write(place.processed / "review.csv", "filled in by somebody")
    write(place.root / "notebooks/explore.ipynb", "an analyst's own cells, of which no report is made")
    assert fresh.state_of(place).is_fresh


RAW, DEFINED = f"data/raw/{COHORT}", f"programmes/{PROGRAMME}"
CHANGES = {
    "raw file": (f"{RAW}/answers.csv", "a,b\n1,3\n", "was changed"),
    "more raw files": (f"{RAW}/truth/effects.csv", "a", "is new"),
    "delivery": (f"{RAW}/cohort.yml", None, "is gone"),
    "definition": (f"{DEFINED}/programme.yml", "programme: trial\nkey: 1\n", "was changed"),
    "plan": (f"{DEFINED}/plan-2026-01-01.yml", "a", "is new"),
    "notebook": ("notebooks/05_outcomes.ipynb", "{}", "was changed"),
    "printed table": ("docs/oracle.csv", "a", "is new"),
    "page": (f"reports/{COHORT}/report.html", "<p>three</p>", "was changed after the run"),
    "record": (f"reports/{COHORT}/run.json", None, "is gone"),
    "table": (f"data/processed/{COHORT}/people.parquet", "three", "was changed after the run"),
    "lost table": (f"data/processed/{COHORT}/people.parquet", None, "is gone"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_was_changed_is_named_and_is_no_longer_fresh(place, what):
    name, text, said = CHANGES[what]
    if text is None:
        (place.root / name).unlink()
    else:
        write(place.root / name, text)
    state = fresh.state_of(place, OPTIONS)
    assert state == fresh.State("stale", f"{name} {said}")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options("id", values=OPTIONS.values, formats=OPTIONS.formats), "language: id now, both then"),
        (Options("both", values=OPTIONS.values), "formats: html now, docx,html,pdf then"),
        (Options("both", formats=OPTIONS.formats), "confidence: none now, 0.9 then"),
        (
            Options("both", values={"confidence": 0.8}, formats=OPTIONS.formats),
            "confidence: 0.8 now, 0.9 then",
        ),
    ],
)
def test_other_options_make_another_report(place, options, said):
    assert fresh.state_of(place, options) == fresh.State("stale", said)
    assert fresh.state_of(place).is_fresh, "it is what the last run was asked for"


def test_another_version_of_what_counts_or_of_the_code_is_told(place, monkeypatch):
    monkeypatch.setattr(fresh, "version", lambda name: "0.1")
    state = fresh.state_of(place, OPTIONS)
    assert state.because.startswith("matplotlib: 0.1 now, ")
    assert state.because.endswith(f", and {len(fresh.PACKAGES)} more")
    monkeypatch.undo()
    monkeypatch.setattr(fresh, "ENGINE", ROOT / "src/manfaat/base")
    state = fresh.state_of(place, OPTIONS)
    assert state.kind == "stale"
    assert "src/" in state.because


def test_a_day_that_is_stated_makes_another_report(place, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1104537600")
    assert fresh.state_of(place, OPTIONS).because == "SOURCE_DATE_EPOCH: 1104537600 now, none then"


def test_how_a_run_ended_is_told(place):
    with the_only_run(place.processed):
        assert fresh.state_of(place).kind == "running"
        assert fresh.state_of(place).because.startswith("process ")
    assert fresh.state_of(place).is_fresh
    write(place.raw / "answers.csv", "")
    fresh.note_failed(place, "01_clean, cell 3: it failed")
    state = fresh.state_of(place)
    assert (state.kind, state.because[:27]) == ("failed", "01_clean, cell 3: it failed")
    write(place.processed / RUNNING, "process 12, since 10:00:00")
    assert fresh.state_of(place) == fresh.State(
        "failed", "the last run was killed (process 12, since 10:00:00)"
    )
    shutil.rmtree(place.processed)
    assert "nothing here says" in fresh.state_of(place).because
    shutil.rmtree(place.reports)
    assert fresh.state_of(place).kind == "never"
    for text in ("[", "{}", '{"finished": ""}'):
        write(place.processed / fresh.LINE, text)
        assert fresh.state_of(place).kind == "never"


def test_a_fresh_cohort_ends_the_command_before_anything_is_loaded(place):
    code = (
        "import sys\nfrom manfaat.cli import app\n"
        f"try:\n    app(['run', '{COHORT}', *{GIVEN!r}])\n"
        f"except SystemExit as end:\n    print(end.code, sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place.root, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith(f"{COHORT}: nothing has changed since ")
    assert done.stdout.endswith("0 []\n"), done.stdout + done.stderr


def test_an_overview_that_is_gone_is_written_anew_though_all_is_fresh(place, monkeypatch):
    summary = {"cohort": COHORT, "programme": PROGRAMME, "kind": "real", "day": "2026-11-30"}
    version = {"language": "en", "title": "Trial", "label": "first", "verdicts": {}}
    files = {"html": "report.html"}
    write(place.reports / "summary.json", json.dumps(summary | {"versions": [version | {"files": files}]}))
    fresh.note_made(place, PROGRAMME, OPTIONS, fresh.files_of(place, PROGRAMME))
    code, printed = manfaat(place.root, "run", COHORT, *GIVEN)
    assert code == 0
    assert "nothing has changed" in printed
    pages = [place.reports_dir / name for name in ("index.html", "index.id.html")]
    assert all(f"{COHORT}/report.html" in page.read_text(encoding="utf-8") for page in pages)
    monkeypatch.setattr("manfaat.run.overview.write_index", None)  # what is there is left alone
    assert manfaat(place.root, "run", COHORT, *GIVEN)[0] == 0


def test_what_is_wrong_with_a_command_is_told_whatever_is_fresh(place, monkeypatch):
    monkeypatch.setattr("manfaat.run.interpreter.warm_interpreter", lambda: None)
    for given, said in (
        (["-p", "confidence=2"], "2 is out of range"),
        (["--language", "in"], "there is no such language"),
        (["--formats", "html,odt"], "there is no such format"),
    ):
        code, printed = manfaat(place.root, "run", COHORT, *GIVEN, *given)
        assert code == 2
        assert said in " ".join(printed.split())


def test_the_page_of_a_programme_is_due_when_a_report_of_it_has_changed(place):
    root, options = place.root, Options()
    assert fresh.due_pages([COHORT], options, root) == [], "a single report has no such page"
    second = places("trial-2", root=root)
    write(second.raw / "cohort.yml", "cohort: trial-2\n")
    write(second.reports / "run.json", json.dumps({"programme": PROGRAMME}))
    assert fresh.due_pages([COHORT], options, root) == [PROGRAMME]
    page = fresh.page_of(PROGRAMME, options, root)
    write(page.reports / "cohorts.html", "<p>both</p>")
    read = fresh.files_of(page, PROGRAMME) | fresh.side_by_side(PROGRAMME, options, root)
    fresh.note_made(page, PROGRAMME, options, read)
    assert fresh.due_pages([COHORT], options, root) == []
    assert fresh.due_pages([COHORT], options, root, is_forced=True) == [PROGRAMME]
    write(second.raw / "SHA256SUMS", "sealed anew")
    assert fresh.due_pages([COHORT], options, root) == [PROGRAMME]
    (second.raw / "SHA256SUMS").unlink()
    write(second.reports / "estimates.csv", "estimate\n1\n")
    assert fresh.due_pages([COHORT], options, root) == [PROGRAMME]


def test_status_says_of_every_cohort_how_it_stands(place, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    write(place.root / "data/raw/trial-2/cohort.yml", "cohort: trial-2\n")
    write(place.raw / "answers.csv", "")
    code, printed = manfaat(place.root, "status")
    assert code == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed.splitlines() if "│" in line]
    assert rows == [
        [COHORT, "stale", f"{RAW}/answers.csv was changed"],
        ["trial-2", "never", "it was never run"],
    ]
    code, printed = manfaat(place.root, "status", "trial-3")
    assert code == 2
    assert "there is no such cohort" in printed


def test_what_a_link_elsewhere_leads_to_is_not_read(place):
    secret = place.root / "secret.csv"
    secret.write_text("a")
    (place.raw / "more.csv").symlink_to(secret)
    (place.raw / "same.csv").symlink_to(place.raw / "answers.csv")
    found = checksums(place.raw)
    assert found["more.csv"] == f"link to {secret}"
    assert found["same.csv"] == found["answers.csv"]
