"""What an SPSS or Stata file declares missing is missing whatever the column is called, with the reason that
its label gives.
"""

import pandas as pd
import pyreadstat
import pytest

from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.cleaning.readers import checksum
from manfaat.desk.deliveries import differ
from manfaat.desk.drafts import draft_from_data
from manfaat.desk.scaffold import codebook_of
from manfaat.files.formats import read_any

LABELS = {"sat": {1: "STS", 2: "TS", 5: "SS", 9: "Tidak menjawab", 97: "Tidak tahu", 98: "Menolak"}}


@pytest.fixture
def spss(tmp_path):
    frame = pd.DataFrame(
        {
            "id": [f"{at:03}" for at in range(12)],
            "sat": [1.0, 2, 5, 9, 97, 98] * 2,
            "wage": [1e6 + at for at in range(11)] + [-9.0],
        }
    )
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={"sat": "Kepuasan"},
        variable_value_labels=LABELS,
        missing_ranges={"sat": [9, {"lo": 97, "hi": 98}], "wage": [-9]},
    )
    return tmp_path / "a.sav"


def test_a_draft_takes_labels_and_reasons_from_the_file(spss):
    draft = draft_from_data(read_any(spss))
    lines = {line["name"]: line for line in draft.variables}
    assert (lines["sat"]["type"], lines["sat"]["label::English (en)"]) == (
        "select_one sat",
        "Kepuasan",
    )
    assert lines["sat"]["missing"] == "9=blank;97=dont_know;98=refused"
    assert [(line["name"], line["label::English (en)"]) for line in draft.choices] == [
        ("1", "STS"),
        ("2", "TS"),
        ("5", "SS"),
    ]
    assert len(differ(spss, codebook_of(draft), lines["sat"]["table"])) == 0


def test_tagged_values_are_missing_and_no_answers(tmp_path):
    frame = pd.DataFrame({"id": [f"{at:03}" for at in range(12)], "sat": [1.0, 5.0, "a", "b"] * 3})
    labels = {"sat": {1: "STS", 5: "SS", "a": "Tidak tahu", "b": "Menolak"}}
    pyreadstat.write_dta(
        frame,
        tmp_path / "a.dta",
        version=15,
        variable_value_labels=labels,
        missing_user_values={"sat": ["a", "b"]},
    )
    draft = draft_from_data(read_any(tmp_path / "a.dta"))
    assert [(line["type"], line["missing"]) for line in draft.variables] == [
        ("text", ""),
        ("select_one sat", ".a=dont_know;.b=refused"),
    ]
    assert [line["name"] for line in draft.choices] == ["1", "5"]


def test_a_column_named_in_cohort_yml_keeps_what_its_file_declares_missing(project):
    raw = project / "data/raw/nsw-1976"
    frame = pd.read_csv(raw / "nsw.csv").rename(columns={"re78": "pendapatan"})
    frame.loc[0, "pendapatan"], frame.loc[1, "pendapatan"] = 99999, -8
    pyreadstat.write_sav(
        frame, raw / "nsw.sav", missing_ranges={"pendapatan": [99999, {"lo": float("-inf"), "hi": -1}]}
    )
    (raw / "nsw.csv").unlink()
    (raw / "SHA256SUMS").write_text(f"{checksum(raw / 'nsw.sav')}  nsw.sav\n")
    cohort = raw / "cohort.yml"
    text = (
        cohort.read_text()
        .replace("nsw.csv", "nsw.sav")
        .replace("    encoding: utf-8\n", "")
        .replace('    separator: ","\n', "    columns: {pendapatan: pay_1978}\n")
    )
    cohort.write_text(text)
    study = load_study("nsw-1976", root=project)
    kept = clean_tables(study, read_raw(study))["people"].kept
    assert kept["pay_1978"].iloc[:2].isna().all()
    assert kept["pay_1978"].iloc[2:].notna().all()
