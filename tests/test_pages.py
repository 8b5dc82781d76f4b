"""Every block that README, CONTRIBUTING and the documentation show is run as it stands: commands in a
terminal, edits on a copy of the shipped programme, code against the shipped cohort, definitions by their
models. What is not run here says why, or where it is.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from case_runs import manfaat
from conftest import ROOT
from helpers import open_study
from manfaat.definitions.codebook import Choice, Variable
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.corrections import Correction
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.named_sets import write_out
from manfaat.definitions.programme import Programme
from manfaat.definitions.records import parse
from manfaat.evaluation.registry import METHODS
from pages import blocks, commands, follow_console, follow_diff

COHORT = "nsw-1976"
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "data/README.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
]
ELSEWHERE = {  # page → the test that runs all its blocks
    "docs/tutorials/own-csv.md": "tests/desk/test_own_csv.py",
    "docs/tutorials/kobo-form.md": "tests/desk/test_own_csv.py",
    "docs/tutorials/new-cohort.md": "tests/desk/test_own_csv.py",
    "docs/reference/helpers.md": "tests/helpers/test_face.py",
    "docs/ten-questions.md": "tests/helpers/test_ten_questions.py",
}
SHORT_AND_FULL = "tests/definitions/test_short_forms.py"  # pairs of blocks that must mean the same
FIRST = "docs/tutorials/first-report.md"  # where nothing was run yet
TABLES = (Indicator, Variable, Choice, Correction)


def is_a_pair(block):
    return block.info.endswith((" short", " full")) or block.info in ("short", "full")


ALL = [block for page in PAGES if page not in ELSEWHERE for block in blocks(page) if not is_a_pair(block)]
RUN = [block for block in ALL if not block.why]
KINDS = {"console", "python", "yaml", "csv", "diff"}


def of(*kinds):
    return [block for block in RUN if block.kind in kinds]


def pages_of(*kinds):
    return list(dict.fromkeys(block.page for block in of(*kinds)))


ALONE = [FIRST, *pages_of("diff")]


def new_project(folder):
    """A copy of the project with its smallest cohort, and notebooks and documents as they are."""
    shutil.copytree(ROOT / "programmes", folder / "programmes")
    shutil.copytree(ROOT / "data/raw" / COHORT, folder / "data/raw" / COHORT)
    for name in ("notebooks", "docs", "Makefile", "tools", "src"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_every_block_is_run_or_says_why_not():
    for block in ALL:
        assert block.kind in KINDS or block.why, f"{block}: {block.kind or 'a block without a language'}"
        assert not block.why or len(block.why.split()) >= 3, f"{block}: why is it not run?"
    assert len(RUN) >= 30


@pytest.mark.parametrize("page", ELSEWHERE)
def test_what_is_run_elsewhere_is(page):
    assert page.rpartition("/")[2].removesuffix(".md") in (ROOT / ELSEWHERE[page]).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A project of which a report was made."""
    project = new_project(tmp_path_factory.mktemp("reader"))
    code, said = manfaat(project, "run", COHORT)
    assert code == 0, said
    return project


def follow(page, project):
    """Type and write what a page says."""
    for block in of("console", "diff"):
        if block.page == page:
            (follow_diff if block.kind == "diff" else follow_console)(block, project)


@pytest.mark.runs
@pytest.mark.parametrize("page", [page for page in pages_of("console") if page not in ALONE])
def test_commands_of_a_page_do_what_it_says(page, reader):
    follow(page, reader)


@pytest.mark.runs
@pytest.mark.parametrize("page", ALONE)
def test_a_page_that_changes_its_project_does_what_it_says(page, tmp_path):
    follow(page, new_project(tmp_path))


@pytest.mark.runs
@pytest.mark.parametrize("page", pages_of("python"))
def test_code_runs_as_it_stands(page, reader, monkeypatch):
    monkeypatch.chdir(reader)
    names = {"study": open_study(COHORT)}
    for block in of("python"):
        if block.page == page:
            exec(compile(block.text, str(block), "exec"), names)


def wrong(model, values):
    """What a record says is wrong with some of its keys; that others are missing is none of it."""
    _, problems = parse(model, values, file="")
    return [str(problem) for problem in problems if not is_left_out(problem)]


def is_left_out(problem):
    """Whether a snippet leaves out another key of the file, or of ``design``; within another key nothing may
    lack.
    """
    place = (problem.column or "").removeprefix("design.")
    return problem.message.endswith("is missing") and "." not in place


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_keys_are_those_of_a_definition_file(block):
    values = yaml.safe_load(block.text)
    full, problems = write_out(values, "")
    assert [] in (wrong(Programme, full), wrong(Cohort, values)), wrong(Programme, full)
    assert problems == []


def test_specifications_within_the_text_are_such():
    found = [
        (page, told)
        for page in PAGES
        for told in re.findall(r"`(\{id: [^`]+\})`", (ROOT / page).read_text(encoding="utf-8"))
    ]
    assert len(found) >= 6
    for page, told in found:
        values, problems = write_out({"specifications": [yaml.safe_load(told)]}, "")
        assert (wrong(Programme, values), problems) == ([], []), (page, told)
        spec = values["specifications"][0]
        assert spec["method"] in METHODS, (page, told)
        assert set(spec.get("std_errors", [])) <= set(METHODS[spec["method"]].std_errors), (page, told)


@pytest.mark.parametrize("block", of("csv"), ids=str)
def test_columns_are_those_of_a_definition_table(block):
    rows = list(csv.DictReader(block.text.splitlines()))
    assert rows
    assert any(all(not wrong(model, row) for row in rows) for model in TABLES), [
        wrong(model, rows[0]) for model in TABLES
    ]


def test_commands_are_typed_below_the_project():
    for block in of("console"):
        for command, _ in commands(block):
            assert command.split()[0] in ("manfaat", "papermill", "source"), f"{block}: {command}"


# --- what the README says


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_can_be_read_in_a_minute():
    assert len(README.splitlines()) <= 110


def numbers(cell):
    """The numbers of a cell, as they are written."""
    found = re.findall(r"[−+]?\d[\d,]*(?:\.\d+)?", cell.replace("$", ""))
    return [one.replace("−", "-").replace(",", "") for one in found]


def test_its_numbers_are_those_that_are_held_against_print():
    held = pd.read_csv(ROOT / "docs/oracle.csv")
    rows = re.findall(r"^\| `([\w-]+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", README, re.MULTILINE)
    assert len(rows) == 4
    for cohort, published, ours in rows:
        own = held[held["id"].str.startswith(f"{cohort}/")]
        told = [float(one) for one in numbers(ours)]
        in_print = [float(one) for one in numbers(published)]
        assert len(told) == len(in_print) >= 2
        for text, value, printed in zip(numbers(ours), told, in_print, strict=True):
            places = len(text.partition(".")[2])
            assert (own["ours"].round(places) == value).any(), (cohort, text)
            assert abs(round(value, 3 if abs(printed) < 1 else 0) - printed) <= 1e-9, (cohort, text, printed)


def test_its_warning_is_what_the_cohorts_say():
    held = pd.read_csv(ROOT / "docs/oracle.csv").set_index("id")["ours"]
    assert "from +$1,794 to −$15,205" in README
    assert round(held["nsw-1976/earnings/difference/group/classical/estimate"]) == 1794
    assert round(held["nsw-1976-psid/earnings/difference/group/HC1/estimate"]) == -15205


def test_it_counts_what_comes_with_it():
    names = [path.name for path in (ROOT / "data/raw").iterdir() if path.is_dir()]
    assert "Three **synthetic** surveys" in README
    assert sum("synthetic" in name for name in names) == 3
    assert "real data of two programmes" in README
    real = [
        (ROOT / "data/raw" / name / "cohort.yml").read_text() for name in names if "synthetic" not in name
    ]
    programmes = {re.search(r"^programme: (.+)$", text, re.MULTILINE)[1] for text in real}
    assert len(programmes) == 2
    assert f"{len(TEN)} ordinary questions".replace("10", "Ten") in README


TEN = re.findall(r"^\| \d+ \|", (ROOT / "docs/ten-questions.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.slow
def test_the_environment_takes_about_a_gigabyte():
    assert "(about 1 GB)" in README
    folder = Path(sys.prefix)
    if not (folder / "ready").exists():
        pytest.skip("this is not the environment that make sets up")
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
    assert 0.6e9 < size < 1.4e9


def test_its_pictures_are_small_and_say_that_nobody_is_in_them():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(shown) == 3
    assert all((ROOT / name).stat().st_size < 300_000 for name in shown)
    assert "synthetic data, as the brief" in README


def test_made_pages_of_the_reference_are_up_to_date():
    sys.path.insert(0, str(ROOT / "tools/pages"))
    import made

    assert made.stale() == []  # else: python tools/pages/made.py
