"""Corrections as people keep them: by key or place, with or without the old answer, "looked at, stays", and a
field team's log.
"""

from __future__ import annotations

import pandas as pd
import pytest

from conftest import seal
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.desk.decisions import Waiting, meant
from manfaat.desk.field_logs import record_log

COHORT = "nsw-1976"
HEAD = "cohort,table,key,variable,old,new,who,when,why\n"


@pytest.fixture
def keyed(project):
    """The smallest shipped study, a few rows of it, with a key and an age that cannot be."""
    raw = project / "data/raw" / COHORT
    frame = pd.read_csv(raw / "nsw.csv", dtype=str).groupby("treat").head(3)
    frame.insert(0, "id", [f"u{at}" for at in range(len(frame))])
    frame.loc[frame["id"] == "u1", "age"] = "199"
    frame.loc[frame["id"] == "u2", "age"] = "many"
    frame.to_csv(raw / "nsw.csv", index=False)
    seal(raw)
    (raw / "cohort.yml").write_text((raw / "cohort.yml").read_text() + "\nunreadable: review\n")
    programme = project / "programmes/nsw"
    book = pd.read_csv(programme / "codebook.csv", dtype=str, keep_default_na=False)
    line = dict.fromkeys(book.columns, "") | {
        "table": "people",
        "name": "id",
        "type": "text",
        "source": "id",
        "required": "yes",
        "role": "key",
    }
    line |= dict.fromkeys([column for column in book.columns if column.startswith("label")], "id")
    pd.concat([pd.DataFrame([line]), book]).to_csv(programme / "codebook.csv", index=False)
    text = (programme / "programme.yml").read_text()
    assert "key: [row]" in text
    (programme / "programme.yml").write_text(text.replace("key: [row]", "key: [id]"))
    return project


def cleaned(project, *lines):
    (project / "programmes/nsw/corrections.csv").write_text(HEAD + "".join(f"{line}\n" for line in lines))
    study = load_study(COHORT, root=project)
    return clean_tables(study, read_raw(study))["people"]


def age_of(table, key):
    return table.kept.set_index("_key")["age"].get(key)


@pytest.mark.parametrize("row", ["u0", "nsw.csv:2", "row 2"])
def test_a_row_is_named_by_its_key_or_by_its_place(keyed, row):
    assert age_of(cleaned(keyed, f"{COHORT},people,{row},age,37,38,AB,2026-01-01,asked"), "u0") == 38


def test_the_old_answer_may_be_left_out(keyed):
    assert age_of(cleaned(keyed, f"{COHORT},people,u0,age,,38,AB,2026-01-01,asked"), "u0") == 38
    with pytest.raises(ProblemsError, match="'age' of key 'u0' is '37', not '36'"):
        cleaned(keyed, f"{COHORT},people,u0,age,36,38,AB,2026-01-01,asked")
    with pytest.raises(ProblemsError, match="corrected twice, in rows 2 and 3"):
        cleaned(keyed, *[f"{COHORT},people,u0,age,,{age},AB,2026-01-01,asked" for age in (38, 39)])


def test_looked_at_stays_is_stored_and_asks_no_more(keyed):
    before = cleaned(keyed)
    assert sorted(before.review["raw"]) == ["199", "many"]
    after = cleaned(
        keyed,
        *[
            f"{COHORT},people,{key},age,{old},{old},AB,2026-01-01,seen his card"
            for key, old in (("u1", "199"), ("u2", "many"))
        ],
    )
    assert after.review.empty
    assert age_of(after, "u1") == 199  # out of range and true
    assert pd.isna(age_of(after, "u2"))  # still no number
    assert after.reasons.query("variable == 'age'")["reason"].tolist() == ["damaged"]
    told = after.cells[after.cells["rule"] == "correction"]
    assert set(told["reason"]) == {"seen his card (AB, 2026-01-01)"}


def test_keep_in_the_review_list_is_taken():
    line = Waiting("people", "u1", "age", "199", "199", "out of range")
    assert meant(line, "keep") == ("199", None)


def log(project, *rows, head="uuid,question,old,new,action"):
    path = project / "log.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_a_field_teams_log_becomes_corrections(keyed):
    cleaned(keyed)
    study = load_study(COHORT, root=keyed)
    rows = [
        "u0,age,37,38,change_response",
        "u1,age,199,,no_action",
        "u2,age,many,,blank_response",
        "nsw.csv:5,,,,remove_survey",
    ]
    assert record_log(study, log(keyed, *rows), "AB") == 4
    study = load_study(COHORT, root=keyed)
    table = clean_tables(study, read_raw(study))["people"]
    assert table.kept["_key"].tolist() == ["u0", "u1", "u2", "u4", "u5"]
    assert table.kept["age"].tolist()[:2] == [38, 199]
    assert pd.isna(table.kept["age"].iloc[2])
    assert table.review.empty
    assert "field log log.csv, row 2" in study.corrections[0][1].why


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("u9,age,37,38,change", "row 2, column uuid: it names 0 rows of the delivery"),
        (
            "u0,agge,37,38,change",
            "row 2, column question: there is no such question 'agge'. Expected: did you mean age",
        ),
        ("u0,age,36,38,change", "row 2, column old: 'age' of that row is not what stands under 'old'"),
        (
            "u0,age,37,38,chnge",
            "row 2, column action: the action 'chnge' is not known. Expected: did you mean change",
        ),
        ("u0,age,37,old,change", "the new answer of 'age' for key 'u0' cannot be used"),
    ],
)
def test_a_log_that_does_not_fit_writes_nothing(keyed, row, told):
    cleaned(keyed)
    with pytest.raises(ProblemsError) as failure:
        record_log(load_study(COHORT, root=keyed), log(keyed, row), "AB")
    assert told in str(failure.value)
    assert (keyed / "programmes/nsw/corrections.csv").read_text() == HEAD


def test_a_log_lacks_a_column(keyed):
    cleaned(keyed)
    with pytest.raises(ProblemsError, match="column question: the column is missing"):
        record_log(load_study(COHORT, root=keyed), log(keyed, "u0,38", head="uuid,new"), "AB")
