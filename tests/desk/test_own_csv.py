"""The pages *A report from your own CSV*, *From a KoboToolbox form* and *A new cohort*, followed in a
terminal as they stand: what they type is typed, what they write is written, and what they show must be said.
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
GOES_ON = ("docs/tutorials/kobo-form.md", "docs/tutorials/new-cohort.md")
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


@pytest.fixture(scope="module")
def gone_on(followed):
    """The same reader's project after the pages that go on from there."""
    root, _ = followed
    for page in GOES_ON:
        for block in blocks(page):
            (follow_diff if block.kind == "diff" else follow_console)(block, root)
    return root


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
    assert "about twenty lines" in (ROOT / PAGE).read_text(encoding="utf-8")
    assert 15 <= written[FIRST] <= 25 <= MOST_LINES
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


def test_the_pages_that_go_on_do_what_they_say(gone_on):
    for name in ("vocational", "workshop"):
        assert (gone_on / "programmes" / name / "programme.yml").exists()
    waiting = gone_on / "data/processed/vocational-2024-synthetic/review.csv"
    assert len(waiting.read_text(encoding="utf-8").splitlines()) == 1  # its header
    people = pd.read_parquet(waiting.with_name("vocational.parquet")).set_index("_key")
    assert people.loc["VT008", "age_years"] == 21
    assert people.loc["VT012", "highest_level_education"] == "4"
    assert people.loc["VT003", "monthly_income_now"] == 2_000_000
    assert pd.isna(people.loc["VT021", "monthly_income_before"])


def test_what_is_written_by_hand_can_be_written_in_ten_minutes():
    # 200 characters a minute, as who types with care; the machine's part is under two minutes
    typed = [
        line[1:]
        for block in blocks(PAGE)
        if block.kind == "diff" and "2023" not in block.text and "dropped_out" not in block.text
        for line in block.text.splitlines()
        if line.startswith("+")
    ]
    assert sum(map(len, typed)) / 200 < 8
