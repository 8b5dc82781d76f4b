"""A name, an identity number, a telephone number, an address, a path, a user's name, a formula and a remark
in one cell of every column of a delivery: none of them leaves, and none stands in what a run says of itself.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from conftest import ROOT
from manfaat.analysis.study import load_study
from manfaat.base.problems import ProblemsError
from manfaat.desk.field_logs import record_log
from manfaat.report.identifying import text_of
from manfaat.run.options import Options
from manfaat.run.run import run_cohort

COHORT = "jakarta-tokyo-2004-synthetic"
CANARIES = (
    "Siti Kanariwati {at}",
    "3174{at:012d}",
    "+62 812-{at:04d}-7777",
    "kanari{at}@canary.example",
    "Jalan Kanari {at} nomor 5",
    "/home/kanari{at}/data.csv",
    "user_kanari{at}",
    "=KANARI{at}()",
    "catatan bebas KANARI{at} tentang atasan",
)
FOUND = re.compile(r"(?i)kanari|3174000000004\d+|812-4\d{3}-7777")
GROUP = 2  # the column without which nobody knows who took part: an answer that is none stops the run


def canary(at: int) -> str:
    return CANARIES[at % len(CANARIES)].format(at=4000 + at)


def plant_in_text(path: Path, first_answer: int) -> int:
    """One cell of every column of a delimited file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    width = max(map(len, rows))
    answers = [row for at, row in enumerate(rows) if at >= first_answer and len(row) == width]
    for column in range(width):
        answers[(5 + 3 * column) % len(answers)][column] = canary(column)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return width


def plant_in_workbook(path: Path, first_answer: int) -> int:
    """The same of a workbook, but for the group."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = [column for column in range(1, sheet.max_column + 1) if column != GROUP]
    for column in columns:
        row = first_answer + (3 * column) % (sheet.max_row - 2 * first_answer)
        sheet.cell(row, column).value = canary(column)
    book.save(path)
    return len(columns)


LOGGED = (  # rows of a field team's log: which answer, and what is put in its place
    ("participants.xlsx:30", "title_now", canary(900), "change_response"),
    ("participants.xlsx:31", "", "", "remove_survey"),
    ("supervisors.csv:9", "out_unit", canary(903), "change_response"),
    ("costs.csv:10", "note", canary(905), "change_response"),
)


def field_log(root: Path) -> Path:
    """A field team's log with remarks that name people, and with columns that nobody asked for."""
    path = root / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["uuid", "question", "old", "new", "action", "why", "enumerator", "seen"])
        for at, (row, question, new, action) in enumerate(LOGGED):
            remarks = [canary(910 + at + 9 * column) for column in range(3)]
            table.writerow([row, question, "", new, action, *remarks])
    return path


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Path:
    """A finished run of a delivery with canaries in all its columns."""
    root = tmp_path_factory.mktemp("canaries")
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    raw = root / "data/raw" / COHORT
    shutil.copytree(ROOT / "data/raw" / COHORT, raw)
    planted = plant_in_text(raw / "costs.csv", 2) + plant_in_text(raw / "supervisors.csv", 5)
    assert planted + plant_in_workbook(raw / "participants.xlsx", 20) > 180
    seals = [line.split("  ", 1)[1] for line in (raw / "SHA256SUMS").read_text().splitlines()]
    digests = {name: hashlib.sha256((raw / name).read_bytes()).hexdigest() for name in seals}
    (raw / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
    assert record_log(load_study(COHORT, root=root), field_log(root), "AB") == 4
    outcome = run_cohort(COHORT, Options("en", formats=("html", "pdf", "docx")), root=root)
    assert outcome.failure == ""
    assert not [note for note in outcome.notes if FOUND.search(note)]
    return root


@pytest.mark.runs
def test_no_canary_leaves_and_none_stands_in_the_record_or_the_notebooks(planted):
    files = [path for path in (planted / "reports").rglob("*") if path.is_file()]
    assert len(files) > 200
    assert [path.name for path in files if FOUND.search(text_of(path))] == []
    for path in planted.glob("reports/**/*.pdf"):
        read = PdfReader(path)
        assert not FOUND.search("".join(page.extract_text() for page in read.pages) + str(read.metadata))
    kept = planted / "data/processed" / COHORT
    corrections = planted / "programmes/jakarta-tokyo/corrections.csv"
    assert FOUND.search(corrections.read_text(encoding="utf-8"))  # or nothing of the log would be tested
    executed = [*kept.glob("notebooks/*.ipynb"), *kept.glob(".made/*")]
    assert len(executed) > 7
    assert [path.name for path in executed if FOUND.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "row",
    [
        [canary(0), "title_now", "", "x", "change"],
        ["participants.xlsx:30", canary(1), "", "x", "change"],
        ["participants.xlsx:30", "title_now", canary(2), "x", "change"],
        ["participants.xlsx:30", "age", "", canary(3), "change"],
        ["participants.xlsx:30", "title_now", "", "x", canary(4)],
        ["participants.xlsx:30", "title_now", "", "x", canary(0)],
    ],
)
def test_a_log_that_does_not_fit_is_told_without_what_stands_in_it(tmp_path, row):
    root = tmp_path / "project"
    for name in ("programmes", "data/raw"):
        shutil.copytree(ROOT / name, root / name)
    (root / "notebooks").mkdir()
    path = root / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["uuid", "question", "old", "new", "action"], row])
    with pytest.raises(ProblemsError) as failure:
        record_log(load_study(COHORT, root=root), path, "AB")
    assert not FOUND.search(str(failure.value))
    assert "log.csv, row 2" in str(failure.value)


@pytest.mark.runs
def test_the_canaries_were_read_and_wait_for_a_person(planted):
    """Or nothing would have been tested: what could not be read stands in the review list, in the house."""
    review = (planted / "data/processed" / COHORT / "review.csv").read_text(encoding="utf-8-sig")
    assert len(set(re.findall(r"(?i)kanari\w*?(4\d{3})", review))) > 40
