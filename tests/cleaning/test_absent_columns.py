"""A column that was not delivered stops the run, or is declared absent; what it may be called now is
proposed.
"""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from conftest import replace_in, seal
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.readers import read_item
from manfaat.definitions.raw_files import RawFile
from manfaat.definitions.renames import is_asked
from manfaat.desk.deliveries import new_cohort
from manfaat.files.formats import read_any


def optional(project):
    """The codebook of the shipped study as ``manfaat new`` drafts one: no column is required."""
    book = project / "programmes" / "nsw" / "codebook.csv"
    frame = pd.read_csv(book, dtype=str, keep_default_na=False)
    frame["required"] = "no"
    frame.to_csv(book, index=False)
    return project / "data" / "raw" / "nsw-1976"


def refusal(project):
    with pytest.raises(ProblemsError) as failure:
        read_raw(load_study("nsw-1976", root=project))
    return str(failure.value)


def test_a_renamed_column_stops_the_run_and_is_proposed_by_its_name(project):
    # an optional column called otherwise was empty for everybody, and every estimate that needs it with it
    raw = optional(project)
    replace_in(raw / "nsw.csv", "marr", "Marital")
    seal(raw)
    text = refusal(project)
    assert "nsw.csv, column marr or married: the column is missing. Expected: did you mean Marital" in text
    assert 'columns: {"Marital": married}' in text
    assert "absent: [married]" in text


def test_a_renamed_column_is_proposed_by_its_answers(project):
    raw = optional(project)
    frame = pd.read_csv(raw / "nsw.csv", dtype=str)
    words = {"1": "Married", "0": "Not married"}
    frame.assign(Status=frame["marr"].map(words), Note="x").drop(columns="marr").to_csv(
        raw / "nsw.csv", index=False
    )
    seal(raw)
    book, choices = project / "programmes/nsw/codebook.csv", project / "programmes/nsw/choices.csv"
    lines = pd.read_csv(book, dtype=str, keep_default_na=False)
    lines.loc[lines["name"] == "married", "type"] = "select_one marital_of_case"
    lines.to_csv(book, index=False)
    answers = pd.read_csv(choices, dtype=str, keep_default_na=False)
    more = pd.DataFrame(
        [
            ("marital_of_case", "1", "Married", "Menikah"),
            ("marital_of_case", "0", "Not married", "Tidak menikah"),
        ],
        columns=list(answers.columns)[:4],
    )
    pd.concat([answers, more]).fillna("").to_csv(choices, index=False)
    text = refusal(project)
    assert "did you mean Status (its answers fit)?" in text


def test_what_cohort_yml_says_settles_it(project):
    raw = optional(project)
    replace_in(raw / "nsw.csv", "marr", "Marital")
    seal(raw)
    replace_in(raw / "cohort.yml", 'separator: ","', 'separator: ","\n    columns: {Marital: married}')
    study = load_study("nsw-1976", root=project)
    assert clean_tables(study, read_raw(study))["people"].kept["married"].notna().all()
    replace_in(raw / "cohort.yml", "columns: {Marital: married}", "absent: [married]")
    study = load_study("nsw-1976", root=project)
    table = clean_tables(study, read_raw(study))["people"]
    assert table.kept["married"].isna().all()
    assert set(table.reasons.loc[table.reasons["variable"] == "married", "reason"]) == {"not_asked"}


def test_a_misspelt_source_of_an_optional_column_is_named(project):
    optional(project)
    replace_in(project / "programmes/nsw/codebook.csv", "re75", "re_75x")
    text = refusal(project)
    assert "column re_75x: the column is missing. Expected: did you mean re75" in text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("columns: {re78: pay_1987}", "'pay_1987' is not a variable. Expected: did you mean pay_1978"),
        ("absent: [pay_1987]", "'pay_1987' is not a variable"),
        ("absent: [group]", "'group' says who took part and cannot be absent"),
        ("columns: {re78: pay_1978, re75: pay_1978}", "two columns are stated for 'pay_1978'"),
        (
            "columns: {re78: pay_1978}\n    absent: [pay_1978]",
            "'pay_1978' is declared absent and has a column",
        ),
    ],
)
def test_what_is_said_of_columns_must_fit_the_codebook(project, said, told):
    replace_in(project / "data/raw/nsw-1976/cohort.yml", 'separator: ","', f'separator: ","\n    {said}')
    with pytest.raises(ProblemsError) as failure:
        load_study("nsw-1976", root=project)
    assert told in str(failure.value)


def test_a_question_of_another_version_of_the_form_need_not_be_there(project):
    line = load_study("nsw-1976", root=project).codebook.variables[1].model_copy(update={"versions": "2 3"})
    item = RawFile(file="f.csv", table="people")
    assert [is_asked(line, item, versions) for versions in (set(), {"1"}, {"2"}, {"1", "3"})] == [
        True,
        False,
        True,
        True,
    ]
    assert not is_asked(line, item.model_copy(update={"absent": [line.name]}), {"2"})


def test_of_two_sheets_only_the_one_without_the_column_was_not_asked(project, tmp_path):
    raw = optional(project)
    frame = pd.read_csv(raw / "nsw.csv", dtype=str)
    frame.loc[0, "marr"] = ""
    with pd.ExcelWriter(raw / "nsw.xlsx") as book:
        frame.head(3).to_excel(book, sheet_name="one", index=False)
        frame.tail(3).drop(columns="marr").to_excel(book, sheet_name="two", index=False)
    (raw / "nsw.csv").unlink()
    from manfaat.cleaning.readers import checksum

    (raw / "SHA256SUMS").write_text(f"{checksum(raw / 'nsw.xlsx')}  nsw.xlsx\n")
    replace_in(raw / "cohort.yml", "nsw.csv", "nsw.xlsx")
    replace_in(raw / "cohort.yml", '    encoding: utf-8\n    separator: ","\n', "    absent: [married]\n")
    study = load_study("nsw-1976", root=project)
    reasons = clean_tables(study, read_raw(study))["people"].reasons.query("variable == 'married'")
    assert sorted(reasons["reason"]) == ["blank", "not_asked", "not_asked", "not_asked"]


def test_a_new_cohort_drafts_what_may_be_renamed_and_what_is_absent(project, tmp_path):
    raw = optional(project)
    frame = pd.read_csv(raw / "nsw.csv", dtype=str).rename(columns={"marr": "Marital"}).drop(columns="hisp")
    frame.to_csv(tmp_path / "next.csv", index=False)
    study = load_study("nsw-1976", root=project)
    folder, differences = new_cohort("nsw-1977", study, [tmp_path / "next.csv"], study.places)
    text = (folder / "cohort.yml").read_text(encoding="utf-8")
    entry = yaml.safe_load(text)["files"][0]
    assert entry["columns"] == {"Marital": "married"}
    assert entry["absent"] == ["hispanic"]
    assert all(
        "DECIDE:" in line for line in text.splitlines() if line.strip().startswith(("columns:", "absent:"))
    )
    assert (
        dict(zip(differences["column"], differences["note"], strict=True))["Marital"]
        == "perhaps renamed: married"
    )


def test_the_reader_finds_what_lies_there(project):
    study = load_study("nsw-1976", root=project)
    found, problems = read_item(study.places.raw, study.cohort.files[0], study.codebook, root=project)
    assert not problems
    assert len(found) == len(read_any(study.places.raw / "nsw.csv")) == 1
