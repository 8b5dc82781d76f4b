"""Codebook in and out: forms, drafts, new deliveries, decisions, labelled files."""

import json

import pandas as pd
import pyreadstat
import pytest

from conftest import ROOT, page_of, project_below, replace_in, seal
from manfaat.analysis.study import load_study
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.programme import load_programme
from manfaat.desk.decisions import record_decisions
from manfaat.desk.deliveries import differ, new_cohort
from manfaat.desk.export import codebook_html, export_table
from manfaat.desk.forms import read_form, write_form
from manfaat.desk.scaffold import new_programme
from manfaat.report.words import Language
from manfaat.run.run import Options, run_cohort

pytestmark = pytest.mark.runs

FORM = {
    "survey": [
        [
            "type",
            "name",
            "label::English (en)",
            "label::Bahasa Indonesia (id)",
            "required",
            "relevant",
            "constraint",
        ],
        ["start", "start", "", "", "", "", ""],
        ["begin_group", "grp_a", "Part A", "Bagian A", "", "", ""],
        ["text", "resp_id", "Number", "Nomor", "yes", "", ""],
        ["select_one yn", "consent", "Consent?", "Setuju?", "yes", "", ""],
        ["integer", "wage", "Wage", "Gaji", "", "${consent} = '1'", ". >= 0"],
        ["end_group", "", "", "", "", "", ""],
        ["begin_repeat", "kids", "Children", "Anak", "", "", ""],
        ["integer", "age", "Age", "Umur", "", "", "count(${age}) < 9"],
        ["end_repeat", "", "", "", "", "", ""],
        ["select_multiple goods", "assets", "Assets", "", "", "", ""],
        ["image", "photo", "Photo", "Foto", "", "", ""],
    ],
    "choices": [
        ["list_name", "name", "label::English (en)", "label::Bahasa Indonesia (id)"],
        ["yn", "1", "Yes", "Ya"],
        ["yn", "2", "No", "Tidak"],
        ["goods", "1", "House", "Rumah"],
        ["goods", "2", "Car", "Mobil"],
    ],
    "settings": [["form_title", "form_id"], ["Trial", "trial"]],
}


@pytest.fixture
def form(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in FORM.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "form.xlsx")
    return tmp_path / "form.xlsx"


def test_a_form_becomes_a_codebook(form):
    draft = read_form(form, table="participants")
    lines = {line["name"]: line for line in draft.variables}
    assert {name: (line["table"], line["type"]) for name, line in lines.items()} == {
        "start": ("participants", "dateTime"),
        "resp_id": ("participants", "text"),
        "consent": ("participants", "select_one yn"),
        "wage": ("participants", "integer"),
        "age": ("kids", "integer"),
        "assets": ("participants", "select_multiple goods"),
    }
    assert (lines["wage"]["relevant"], lines["wage"]["constraint"]) == ("${consent} = '1'", ". >= 0")
    assert lines["start"]["role"] == "start"
    assert lines["assets"]["label::Bahasa Indonesia (id)"] == "Assets"
    assert [choice["name"] for choice in draft.choices] == ["1", "2", "1", "2"]
    assert any("count(${age}) < 9' cannot be read" in line for line in draft.decide)
    assert any("the type 'image' holds no answer" in line for line in draft.decide)


def test_a_form_that_is_not_one_is_refused(tmp_path):
    (tmp_path / "form.xlsx").write_text("no form")
    with pytest.raises(ProblemsError, match="not a valid XLSForm"):
        read_form(tmp_path / "form.xlsx", table="people")


def test_a_codebook_becomes_a_form_that_reads_back(tmp_path):
    programme, _ = load_programme(ROOT / "programmes" / "nsw", root=ROOT)
    codebook, _ = load_codebook(ROOT / "programmes" / "nsw", programme, root=ROOT)
    assert write_form(programme, codebook, "people", tmp_path / "out.xlsx") == []
    draft = read_form(tmp_path / "out.xlsx", table="people")
    wanted = [(v.name, v.type, v.label_en, v.label_id, v.constraint) for v in codebook.table("people")]
    assert [
        (
            line["name"],
            line["type"],
            line["label::English (en)"],
            line["label::Bahasa Indonesia (id)"],
            line["constraint"],
        )
        for line in draft.variables
    ] == wanted


def test_a_new_programme_is_drafted_and_says_what_to_decide(project, form):
    folder, study, _ = new_programme("trial", project, form=form, data=None)
    assert {path.name for path in folder.iterdir()} == {
        "programme.yml",
        "codebook.csv",
        "choices.csv",
        "indicators.csv",
        "corrections.csv",
        "charter.yml",
    }
    assert study.draft.title == "Trial"
    programme, problems = load_programme(folder, root=project)
    assert problems == []
    _, problems = load_codebook(folder, programme, root=project)
    assert problems == []
    with pytest.raises(ProblemsError, match="exists already"):
        new_programme("trial", project, form=form, data=None)


def test_a_codebook_is_drafted_from_data_alone(project):
    data = ROOT / "data/raw/michigan-1987-89/jtrain.csv"
    folder, study, _ = new_programme("trial", project, form=None, data=data)
    kinds = {line["source"]: line["type"] for line in study.draft.variables}
    assert (kinds["fcode"], kinds["year"], kinds["scrap"], kinds["union"]) == (
        "integer",
        "integer",
        "decimal",
        "select_one yes_no",
    )
    assert (study.main.panel, study.main.unit, study.main.group) == (("fcode", "year"), "firm", "grant")
    text = (folder / "programme.yml").read_text()
    assert "participants: ['1988', '1989']" in text
    assert "comparison: [never]" in text
    lines = (folder / "indicators.csv").read_text()
    assert "group,group,fixed,input,input,first_period,grant,otherwise=never" in lines
    with pytest.raises(ProblemsError, match="nothing to draft from"):
        new_programme("other", project, form=None, data=None)


def test_a_new_delivery_says_how_it_differs(project, tmp_path):
    text = (
        (project / "data/raw/nsw-1976/nsw.csv")
        .read_text()
        .replace("treat,age,", "treat,usia_,", 1)
        .replace(",re78", ",re_78,shoe", 1)
    )
    lines = text.splitlines()
    lines = [lines[0], *[line + ",1" for line in lines[1:]]]
    lines[1] = "7" + lines[1][1:]
    path = tmp_path / "next.csv"
    path.write_text("\n".join(lines) + "\n")
    study = load_study("nsw-1976", root=project)
    found = differ(path, study.codebook, "people")
    told = {(row.what, row.column, row.variable) for row in found.itertuples()}
    assert ("new answers", "treat", "group") in told
    assert ("new", "shoe", "") in told
    assert ("missing", "", "age") in told
    folder, _ = new_cohort("nsw-next", study, [path], places("nsw-next", root=project))
    assert (folder / "next.csv").read_bytes() == path.read_bytes()
    with pytest.raises(ProblemsError) as caught:
        load_study("nsw-next", root=project)
    assert "cohort.yml, row" in str(caught.value)
    assert "still to be decided: en: 'DECIDE: nsw-next'" in str(caught.value)


def test_a_new_delivery_needs_as_many_files(project, tmp_path):
    study = load_study("nsw-1976", root=project)
    with pytest.raises(ProblemsError, match="0 files given, 1 expected"):
        new_cohort("nsw-next", study, [], places("nsw-next", root=project))
    with pytest.raises(ProblemsError, match="the file is missing"):
        new_cohort("nsw-next", study, [tmp_path / "none.csv"], places("nsw-next", root=project))


def left_undecided(project):
    """The project with one answer that a person must decide."""
    raw = project / "data/raw/nsw-1976"
    replace_in(raw / "nsw.csv", "\n1,37,11,", "\n1,37 or 38,11,")
    seal(raw)
    replace_in(raw / "cohort.yml", "assignment: randomised", "assignment: randomised\nunreadable: review")
    return project


@pytest.fixture
def undecided(project):
    return left_undecided(project)


def test_decisions_become_corrections_that_the_next_run_applies(undecided):
    assert run_cohort("nsw-1976", Options(), root=undecided).failure == ""
    path = undecided / "data/processed/nsw-1976/review.csv"
    review = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert review[["key", "variable", "raw"]].to_numpy().tolist() == [["nsw:2", "age", "37 or 38"]]
    kinds = pd.read_csv(path.with_name("review_kinds.csv"), dtype=str, keep_default_na=False)
    assert kinds[["kind", "variable", "raw", "rows", "row"]].to_numpy().tolist() == [
        ["1", "age", "37 or 38", "1", "2"]
    ]
    study = load_study("nsw-1976", root=undecided)
    with pytest.raises(ProblemsError, match="no line has a decision"):
        record_decisions(study, path, "AB")
    review.assign(decision="37").to_csv(path, index=False)
    assert record_decisions(study, path, "AB") == 1
    assert run_cohort("nsw-1976", Options(), root=undecided).failure == ""
    cells = pd.read_parquet(undecided / "data/processed/nsw-1976/people_cells.parquet").astype(str)
    assert cells[["key", "raw", "clean", "rule"]].to_numpy().tolist() == [
        ["nsw:2", "37 or 38", "37", "correction"]
    ]
    assert len(pd.read_csv(path)) == 0


def test_decisions_about_whole_rows_are_read_back(undecided):
    with (undecided / "programmes/nsw/programme.yml").open("a", encoding="utf-8") as stream:
        stream.write(
            "checks:\n  - {id: N1, table: people, severity: warning, kind: near_duplicate, variables:"
            " [education, pay_1975, pay_1978], label: {en: x, id: x}}\n"
        )
    assert run_cohort("nsw-1976", Options(), root=undecided).failure == ""
    path, kept = (
        undecided / "data/processed/nsw-1976/review.csv",
        undecided / "data/processed/nsw-1976/people.parquet",
    )
    before = len(pd.read_parquet(kept))
    review = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = review[review["variable"] == "_row"]
    assert set(rows["until_then"]) == {"kept"}
    assert len(rows) > 2
    study = load_study("nsw-1976", root=undecided)
    review.loc[rows.index[0], "decision"] = "perhaps"
    review.to_csv(path, index=False)
    with pytest.raises(ProblemsError, match=r"'perhaps' is no decision about the row 'nsw\.csv:"):
        record_decisions(study, path, "AB")
    review.loc[rows.index[:2], "decision"] = ["set aside", "keep"]
    review.to_csv(path, index=False)
    assert record_decisions(study, path, "AB") == 2
    assert run_cohort("nsw-1976", Options(), root=undecided).failure == ""
    assert len(pd.read_parquet(kept)) == before - 1
    aside = pd.read_parquet(undecided / "data/processed/nsw-1976/people_aside.parquet")
    assert aside[["_key", "rule"]].to_numpy().tolist() == [[rows["key"].iloc[0], "decided"]]
    again = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert not set(rows["key"].iloc[:2]) & set(again["key"])
    assert "decided by a person" in page_of(undecided / "reports/nsw-1976")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    root = left_undecided(project_below(tmp_path_factory.mktemp("exported")))
    assert run_cohort("nsw-1976", Options(), root=root).failure == ""
    return load_study("nsw-1976", root=root)


def test_spss_reads_back_equal_with_labels_and_reasons(exported):
    path = export_table(exported, "people", "sav", Language("id"))
    clean = pd.read_parquet(exported.places.processed / "people.parquet")
    frame, meta = pyreadstat.read_sav(str(path))
    assert frame["row_key"].tolist() == clean["_key"].tolist()
    for name in ("education", "pay_1978"):
        assert frame[name].tolist() == clean[name].astype(float).tolist()
    assert frame["age"].isna().tolist() == clean["age"].isna().tolist()
    assert meta.column_names_to_labels["age"] == "Usia"
    assert meta.variable_value_labels["married"] == {0.0: "Tidak", 1.0: "Ya"}
    raw, meta = pyreadstat.read_sav(str(path), user_missing=True)
    assert raw["age"].tolist()[0] == -5
    assert meta.variable_value_labels["age"] == {-5.0: "perlu diputuskan"}


def test_stata_reads_back_equal_with_labels_and_tags(exported):
    path = export_table(exported, "people", "dta", Language("en"))
    clean = pd.read_parquet(exported.places.processed / "people.parquet")
    frame, meta = pyreadstat.read_dta(str(path), user_missing=True)
    assert frame["pay_1978"].tolist() == clean["pay_1978"].tolist()
    assert frame["age"].tolist()[0] == "c"
    assert meta.column_names_to_labels["age"] == "Age"
    assert meta.variable_value_labels["married"] == {0: "No", 1: "Yes"}


def test_parquet_reads_back_equal_with_both_languages(exported):
    import pyarrow.parquet as pq

    path = export_table(exported, "people", "parquet", Language("en"))
    clean, table = pd.read_parquet(exported.places.processed / "people.parquet"), pq.read_table(path)
    assert table["pay_1978"].to_pylist() == clean["pay_1978"].tolist()
    assert json.loads(table["missing"][0].as_py()) == {"age": "to_decide"}
    note = json.loads(table.schema.field("married").metadata[b"codebook"])
    assert note == {
        "label_en": "Married",
        "label_id": "Menikah",
        "answers": {"1": ["Yes", "Ya"], "0": ["No", "Tidak"]},
    }


def test_the_codebook_page_shows_both_languages_counts_and_no_small_cells(exported):
    html = codebook_html(exported)
    assert "Buku kode" in html
    assert '<span lang="id">Lama bersekolah</span>' in html
    assert 'Married</td><td><span lang="id">Menikah</span>' in html
    assert '1 Yes · <span lang="id">Ya</span>: 75' in html
    assert "to be decided &lt; 5" in html or "to be decided < 5" in html
    assert "http:" not in html
    assert "https:" not in html
