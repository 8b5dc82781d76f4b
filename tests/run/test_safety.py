"""What leaves is safe to open, what stays is its owner's alone, and a stated day gives the same bytes."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import stat
import time
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis.plan import first_look, note_look
from manfaat.analysis.study import load_study
from manfaat.base.disclosure import cells_as_texts, with_formulas, without_formulas
from manfaat.base.paths import private
from manfaat.base.problems import ProblemsError
from manfaat.report.chapter import Chapter
from manfaat.report.leaving import read_ledger
from manfaat.report.manifest import withheld
from manfaat.report.reader import Reader
from manfaat.run import record, release
from manfaat.run.overview import local_day
from manfaat.run.run import Options, run_cohort


def test_every_page_lets_its_own_script_run_and_nothing_else(side_by_side):
    pages = [*side_by_side.reports.glob("*.html"), *side_by_side.reports.glob("*/*.html")]
    assert len(pages) >= 9
    for page in pages:
        html = page.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1]
        assert "default-src 'none'" in policy
        scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
        if page.name.startswith("brief"):  # needs none
            assert "<script" not in html
            assert "script-src" not in policy
            continue
        assert len(scripts) == html.count("<script") == 1, page
        digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_tables_about_people_are_their_owners_alone(finished, cohorts, tmp_path):
    processed = finished.data / "processed"
    for folder in (processed, *(processed / cohort for cohort in cohorts)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        for path in folder.glob("identifiers/*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(private(tmp_path / "open").stat().st_mode) == 0o700


def test_every_shipped_cohort_can_be_released_and_protection_costs_little(finished, cohorts, tmp_path):
    """The attacker among the checks; of the numbers about people in brief and report at most a tenth is kept
    back.
    """
    places = {"data_dir": str(finished.data), "reports_dir": str(finished.reports)}
    for cohort in cohorts:
        for profile in release.PROFILES:
            path, files = release.release(cohort, profile, tmp_path, places=places, root=ROOT)
            assert files > 20
            assert path.stat().st_size < 10_000_000
        kept = sorted((finished.data / "processed" / cohort / release.RELEASED).glob("*-partner.csv"))
        hidden, of = withheld(read_ledger(kept[-1]))
        assert of > 20
        assert hidden <= of / 10, cohort


def test_no_text_that_leaves_begins_as_a_formula(finished):
    begins = re.compile(r"[=+\-@\t\r](?![\d.,]+(?:e[+-]?\d+)?$)")
    for path in finished.reports.rglob("*.csv"):
        cells = re.split(r'[,\n"]+', path.read_text(encoding="utf-8"))
        assert [cell for cell in cells if begins.match(cell)] == [], path


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_what_a_session_writes_first_is_its_owners_alone_whatever_the_machine_does(tmp_path):
    study = load_study("nsw-1976", root=ROOT)
    table, before = pd.DataFrame({"n": [1.0]}), os.umask(0)
    try:
        for number, write in enumerate(
            (
                lambda chapter: chapter.write(table, "people"),
                lambda chapter: chapter.write_list(table, "list"),
                lambda chapter: chapter.write_csv(table, "numbers.csv"),
                lambda chapter: note_look(chapter.study.places),
            )
        ):
            data = tmp_path / str(number)
            (data / "processed").mkdir(parents=True, mode=0o777)
            places = replace(study.places, data=data, reports_dir=data / "reports")
            write(Chapter("05_outcomes", Reader("en", replace(study, places=places))))
            for folder in (data / "processed", data / "processed" / "nsw-1976"):
                assert stat.S_IMODE(folder.stat().st_mode) == 0o700, (number, folder)
    finally:
        os.umask(before)


def test_a_stated_moment_is_that_of_everything_dated(monkeypatch, tmp_path):
    study = load_study("nsw-1976", root=ROOT)
    study = replace(study, places=replace(study.places, data=tmp_path, reports_dir=tmp_path / "reports"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1104537600")
    monkeypatch.setenv("TZ", "America/Los_Angeles")  # where it was still the last day of 2004
    time.tzset()
    values = record.record(study, {}, {}, [], {"01_clean": time.perf_counter()})
    assert values["finished"] == "2005-01-01T00:00:00+00:00"
    assert values == record.record(study, {}, {}, [], {"01_clean": time.perf_counter() + 1})
    assert local_day(values["finished"]) == date(2005, 1, 1)
    note_look(study.places)
    assert first_look(study.places) == "2005-01-01"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert local_day(values["finished"]) == date(2004, 12, 31)
    assert record.record(study, {}, {}, [], {"01_clean": 1.0})["seconds"] == {"01_clean": 1.0}
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.mark.parametrize("text", ["yesterday", "²", "-1", "1e9", "9" * 12, " "])
def test_a_moment_that_is_none_is_told_before_anything_runs(monkeypatch, text):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(
        ProblemsError, match=r"SOURCE_DATE_EPOCH: '.*' is no moment\. Expected: whole seconds"
    ):
        run_cohort("nsw-1976", Options(), root=ROOT)


FORMULAS = ("=cmd|'/c calc'!A1", '+HYPERLINK("http://x.invalid","y")', "-2+3+cmd", "@SUM(1)", "\t=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_in_a_file_and_it_is_read_back_as_it_was(tmp_path, text):
    table = pd.DataFrame({text: [1.0, -2.0], "label": [text, "-3"]})
    without_formulas(table).to_csv(tmp_path / "a.csv", index=False)
    cells = next(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    assert all(cell.startswith("'") or cell == "label" for cell in cells)
    back = with_formulas(pd.read_csv(tmp_path / "a.csv"))
    assert [*back.columns] == [text, "label"]
    assert back["label"].tolist() == [text, "-3"]

    book = openpyxl.Workbook()
    book.active.append([text, "=1+1", 5])
    cells_as_texts(book).save(tmp_path / "a.xlsx")
    read = openpyxl.load_workbook(tmp_path / "a.xlsx").active[1]
    assert [cell.data_type for cell in read] == ["s", "s", "n"]
    assert [cell.value for cell in read][1:] == ["=1+1", 5]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_every_workbook_that_is_written_holds_texts_and_no_formulas():
    """Whoever saves a workbook passes it through the one function; those of a simulation are deliveries."""
    lines = [
        line.strip()
        for path in (ROOT / "src/manfaat").rglob("*.py")
        if "openpyxl" in (text := path.read_text("utf-8")) and "simulation" not in path.parts
        for line in text.splitlines()
        if ".save(" in line
    ]
    assert len(lines) == 3
    assert [line for line in lines if "cells_as_texts" not in line] == []
