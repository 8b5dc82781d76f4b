"""The page *A report from your own CSV*, followed in a terminal as it stands: what it types is typed, what it
writes is written, and what it shows must be said.
"""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

import vocational
from conftest import ROOT, page_of
from pages import blocks, follow_console, follow_diff

pytestmark = pytest.mark.runs

PAGE = "docs/tutorials/own-csv.md"
FIRST, SECOND = "vocational-2022-synthetic", "vocational-2023-synthetic"
MOST_LINES = 40
TRUTH = 400_000  # rupiah a month, see vocational.people


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The project of a reader who has followed the page, and how many lines she wrote before the first report
    and after it.
    """
    root = tmp_path_factory.mktemp("reader")
    (root / "notebooks").symlink_to(ROOT / "notebooks")
    (root / "programmes").mkdir()
    (root / "data/raw").mkdir(parents=True)
    shutil.copytree(ROOT / "docs/tutorials", root / "docs/tutorials")
    written = {FIRST: 0, SECOND: 0}
    for block in blocks(PAGE):
        cohort = SECOND if (root / "reports" / FIRST).exists() else FIRST
        if block.kind == "diff":
            written[cohort] += len(follow_diff(block, root))
        elif block.kind == "console":
            follow_console(block, root)
    return root, written


def verdicts(root, cohort):
    found = pd.read_csv(root / "reports" / cohort / "verdicts.csv", dtype="str", keep_default_na=False)
    return dict(zip(found["claim"], found["grade"], strict=True))


def test_the_files_of_the_page_are_the_invented_ones(tmp_path):
    vocational.shipped(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "docs/tutorials" / path.name).read_bytes(), path.name
    head = (tmp_path / "vocational-2022.csv").read_text(encoding="utf-8").splitlines()[:2]
    shown = next(block.text for block in blocks(PAGE) if block.kind == "csv").splitlines()
    assert head[0].startswith(shown[0].removesuffix("…"))
    assert head[1] == shown[1]


def test_few_lines_are_written_by_hand(followed):
    _, written = followed
    assert 20 <= written[FIRST] <= MOST_LINES
    assert written[SECOND] <= 20


@pytest.mark.parametrize("cohort", [FIRST, SECOND])
def test_the_reports_are_right(followed, cohort):
    root, _ = followed
    assert verdicts(root, cohort) == {"V1": "shown", "V2": "reported only"}
    estimates = pd.read_parquet(root / "data/processed" / cohort / "estimates.parquet")
    income = estimates[(estimates["indicator"] == "monthly_income") & estimates["is_primary"]].iloc[0]
    assert income["ci_low"] < TRUTH < income["ci_high"]
    assert abs(income["estimate"] - TRUTH) < 50_000
    assert "SYNTHETIC DATA" in page_of(root / "reports" / cohort)


def test_who_dropped_out_is_counted_among_participants(followed):
    root, _ = followed
    estimates = pd.read_parquet(root / "data/processed" / SECOND / "estimates.parquet")
    income = estimates[(estimates["indicator"] == "monthly_income") & estimates["is_primary"]].iloc[0]
    assert (income["n"], income["n_comparison"]) == (60, 60)


def test_names_and_hours_that_were_not_asked_are_in_no_report(followed):
    root, _ = followed
    for cohort in (FIRST, SECOND):
        for name in ("report.html", "annex.html", "brief.html", "estimates.csv"):
            assert "Person 1" not in (root / "reports" / cohort / name).read_text(encoding="utf-8")


def test_the_cohorts_are_set_side_by_side(followed):
    root, _ = followed
    assert (root / "reports/programmes/vocational/cohorts.html").exists()
