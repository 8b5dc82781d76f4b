"""What happens around cleaning, on shipped deliveries: labelled files, the codebook's page, decisions, corrections, identifiers, links."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pyreadstat
import pytest

from conftest import ROOT
from helpers.export import codebook_html, codebook_rows, delivered, export_table, shown_answers
from helpers.report.chapter import open_chapter
from helpers.study import clean_tables, load_study, read_raw
from helpers.words import Language

DEFAULT = "jakarta-tokyo-2004-synthetic"


def copy_project(folder, cohort=DEFAULT):
    """A project with one cohort, to be broken at will."""
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data" / "raw" / cohort, folder / "data" / "raw" / cohort)
    return folder


def clean_stage(root, cohort, monkeypatch):
    """Do what notebook 01 does: clean the delivery and write its tables; return the study and the clean tables."""
    monkeypatch.chdir(root)
    chapter = open_chapter("01_clean", cohort, language="en", data_dir="data", reports_dir="reports")
    tables = clean_tables(chapter.study, read_raw(chapter.study))
    for table in tables.values():
        chapter.write_clean(table)
    chapter.write_review(tables)
    return chapter.study, tables


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The default cohort after its cleaning stage."""
    root = copy_project(tmp_path_factory.mktemp("shipped"))
    with pytest.MonkeyPatch.context() as patch:
        return clean_stage(root, DEFAULT, patch)


def test_the_codebook_page_of_the_default_cohort_counts_what_the_clean_table_holds(shipped):
    study, tables = shipped
    rows = {row["variable"].name: row for row in codebook_rows(study, "participants")}
    kept = tables["participants"].kept
    assert {c.name: n for c, n in rows["sex"]["answers"]} == kept["sex"].value_counts().to_dict()
    owned = [codes.split() for codes in kept["assets_now"].dropna()]
    assert {c.name: n for c, n in rows["assets_now"]["answers"]} == {c.name: sum(c.name in codes for codes in owned) for c, _ in rows["assets_now"]["answers"]}
    assert (rows["assets_now"]["n"], rows["assets_now"]["missing"]) == (len(owned), len(kept) - len(owned))
    assert '<span lang="id">' in codebook_html(study)


def test_a_hidden_count_cannot_be_worked_out_from_the_others():
    english = Language("en")
    assert shown_answers([40, 3, 20], 63, english) == ["40", "< 5", "≥ 5"]
    assert shown_answers([40, 3, 2], 45, english) == ["40", "< 5", "< 5"]
    assert shown_answers([40, 3, 30], 50, english) == ["40", "< 5", "30"]  # several answers a person: nothing adds up
    assert shown_answers([3, 0], 3, english) == ["< 5", "< 5"]
    assert shown_answers([0, 12], 12, english) == ["0", "12"]


def test_tables_without_a_file_are_not_exported(tmp_path, monkeypatch):
    root = copy_project(tmp_path)
    raw = root / "data" / "raw" / DEFAULT
    text = (raw / "cohort.yml").read_text(encoding="utf-8")
    (raw / "cohort.yml").write_text(text.replace("- file: costs.csv\n  table: costs\n", ""), encoding="utf-8")
    study, _ = clean_stage(root, DEFAULT, monkeypatch)
    assert delivered(study) == ["participants", "supervisors"]
    assert "cost sheet" not in codebook_html(study)


@pytest.mark.parametrize("language", ["en", "id"])
def test_labelled_files_of_the_default_cohort_read_back_with_pandas_too(shipped, language):
    study, tables = shipped
    words = Language(language)
    for name, table in tables.items():
        spss, stata, parquet = (export_table(study, name, kind, words) for kind in ("sav", "dta", "parquet"))
        _, meta = pyreadstat.read_sav(str(spss))
        plain = pd.read_stata(stata, convert_categoricals=False)
        assert len(plain) == len(table.kept) == len(pd.read_parquet(parquet))
        for variable in study.codebook.table(name):
            if variable.name in meta.column_names_to_labels:
                assert meta.column_names_to_labels[variable.name] == variable.label(language)
        wages = [v.name for v in study.codebook.table(name) if v.kind == "money"]
        for wage in wages:
            assert plain[wage].tolist() == pytest.approx(table.kept[wage].astype("float64").tolist(), nan_ok=True)
