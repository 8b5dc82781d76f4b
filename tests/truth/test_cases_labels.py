"""What an SPSS or Stata file says of its own codes is believed, or refused where the codebook says otherwise;
never passed over.
"""

from __future__ import annotations

import pandas as pd
import pyreadstat
import pytest

from case_runs import manfaat, project_of
from manfaat.analysis.study import clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.readers import checksum

pytestmark = pytest.mark.slow

YES_FIRST = {1: "Ya", 2: "Tidak"}  # as the codebook of the cases has it
NO_FIRST = {1: "Tidak", 2: "Ya"}


def laid_out(
    tmp_path,
    case="c1-labels-contradict-spss",
    *,
    kerja=(1.0, 2, 2, 1),
    labels=None,
    missing=None,
    cohort="",
    codebook=(),
    kind="sav",
):
    """The small case with another file: the project, and the name of its cohort."""
    name, project = project_of(case, tmp_path)
    raw = project / "data" / "raw" / name
    for old in raw.glob("d.*"):
        old.unlink()
    frame = pd.DataFrame(
        {
            "id": [f"a{at}" for at in range(len(kerja))],
            "grp": [1.0, 0.0] * (len(kerja) // 2),
            "kerja": list(kerja),
            "puas": [1.0, 2] * (len(kerja) // 2),
        }
    )
    path = raw / f"d.{kind}"
    if kind == "sav":
        pyreadstat.write_sav(
            frame,
            path,
            variable_value_labels={"kerja": labels or {}},
            missing_ranges={"kerja": missing} if missing else None,
        )
    else:
        pyreadstat.write_dta(
            frame,
            path,
            version=15,
            variable_value_labels={"kerja": labels or {}},
            missing_user_values={"kerja": missing} if missing else None,
        )
    (raw / "SHA256SUMS").write_text(f"{checksum(path)}  {path.name}\n")
    text = (raw / "cohort.yml").read_text().replace("d.sav", path.name).replace("d.dta", path.name)
    (raw / "cohort.yml").write_text(text.replace("    table: people\n", f"    table: people\n{cohort}"))
    for old, new in codebook:
        file = project / "programmes" / name / "codebook.csv"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    return name, project


def cleaned(name, project):
    study = load_study(name, root=project)
    return clean_tables(study, read_raw(study))["people"]


def refusal(name, project):
    with pytest.raises(ProblemsError) as failure:
        read_raw(load_study(name, root=project))
    return str(failure.value)


def reasons_of(table, variable):
    lines = table.reasons[table.reasons["variable"] == variable]
    return dict(zip(lines["key"], lines["reason"], strict=True))


@pytest.mark.parametrize("case", ["c1-labels-contradict-spss", "c1b-labels-contradict-stata"])
def test_labels_that_contradict_the_codebook_stop_the_run_with_both_shown(case, tmp_path):
    # worldbank/iefieldkit#136: the file says 1 = Tidak, the codebook 1 = Yes; taken as they are, every share
    # is turned round.
    name, project = project_of(case, tmp_path)
    code, printed = manfaat(project, "check", name)
    assert code == 2, printed
    assert "1 is 'Tidak' in the file and 'Yes' in the codebook" in printed
    assert "1 is 'Puas' in the file and 'Dissatisfied' in the codebook" in printed
    assert 'recode: {kerja: {"1": "2", "2": "1"}}' in printed


def test_a_file_with_the_groups_labels_swapped_is_refused(tmp_path):
    # the sign of every effect hangs on it
    name, project = project_of("c1-labels-contradict-spss", tmp_path)
    raw = project / "data" / "raw" / name
    frame = pd.DataFrame({"id": ["a", "b"], "grp": [1.0, 0], "kerja": [1.0, 2], "puas": [1.0, 2]})
    pyreadstat.write_sav(frame, raw / "d.sav", variable_value_labels={"grp": {0: "Peserta", 1: "Pembanding"}})
    (raw / "SHA256SUMS").write_text(f"{checksum(raw / 'd.sav')}  d.sav\n")
    assert "0 is 'Peserta' in the file and 'Comparison' in the codebook" in refusal(name, project)


def test_what_cohort_yml_says_of_the_codes_settles_it_and_raw_can_be_rebuilt(tmp_path):
    name, project = laid_out(tmp_path, labels=NO_FIRST, cohort='    recode: {kerja: {"1": "2", "2": "1"}}\n')
    table = cleaned(name, project)
    assert table.kept["kerja"].tolist() == ["2", "1", "1", "2"]  # 1 was Tidak: 2 in the codebook
    assert set(table.changes.loc[table.changes["variable"] == "kerja", "raw"]) == {"1", "2"}
    as_they_are = laid_out(tmp_path / "b", labels=NO_FIRST, cohort="    recode: {kerja: {1: 1, 2: 2}}\n")
    assert cleaned(*as_they_are).kept["kerja"].tolist() == ["1", "2", "2", "1"]


def test_a_recode_names_a_variable_with_answers_and_codes_that_it_has(tmp_path):
    name, project = laid_out(tmp_path, cohort="    recode: {kerj: {1: 2}, puas: {1: 7}}\n")
    with pytest.raises(ProblemsError) as failure:
        load_study(name, root=project)
    assert "'kerj' is not a variable with a list of answers" in str(failure.value)
    assert "'7' is no answer of 'puas'" in str(failure.value)


@pytest.mark.parametrize(
    ("labels", "kerja"),
    [
        (YES_FIRST, (1.0, 2, 2, 1)),  # they agree
        ({1: "1. Ya", 2: "2. Tidak"}, (1.0, 2, 2, 1)),  # with the code before the label
        ({1: "YES", 2: "no"}, (1.0, 2, 2, 1)),
        (
            {1: "Setahu saya", 2: "Tidak"},
            (1.0, 2, 2, 1),
        ),  # a label that says none of the answers is told, not refused
        ({1: "Tidak", 2: "Tidak"}, (2.0, 2, 2, 2)),  # the wrong label is one that no cell has
        ({1: "2", 2: "1"}, (1.0, 2, 2, 1)),  # a number is no label of an answer
    ],
)
def test_labels_that_agree_or_say_nothing_stop_nothing(tmp_path, labels, kerja):
    assert cleaned(*laid_out(tmp_path, labels=labels, kerja=kerja)).kept["kerja"].astype(
        float
    ).tolist() == list(kerja)


def test_a_label_that_is_none_of_the_answers_is_told(tmp_path):
    name, project = laid_out(tmp_path, labels={1: "Setahu saya", 2: "Tidak"})
    log = read_raw(load_study(name, root=project)).log
    told = log[(log["what"] == "labels") & log["doubtful"].astype(bool)]
    assert told["value"].tolist() == ["kerja: 1 = 'Setahu saya' (codebook: 'Yes')"]


@pytest.mark.parametrize(
    ("labels", "missing", "told"),
    [
        (
            {1: "Tidak tahu", 2: "Tidak"},
            "",
            "1 is 'Tidak tahu' (no answer) in the file and 'Yes' in the codebook",
        ),
        ({2: "Ya"}, "2=refused", "2 is 'Ya' in the file and no answer (refused) in the codebook"),
        ({0: "Tidak", 1: "Ya"}, "", "0 is 'Tidak' in the file and none of the answers in the codebook"),
    ],
)
def test_an_answer_in_the_one_that_is_none_in_the_other_is_a_contradiction(tmp_path, labels, missing, told):
    lists = ("kerja,kerja,,no,,,", f"kerja,kerja,,no,,,{missing}")
    kerja = (0.0, 1, 1, 0) if 0 in labels else (1.0, 2, 2, 1)
    choices = laid_out(tmp_path, labels=labels, kerja=kerja, codebook=[lists])
    assert told in refusal(*choices)


def test_codes_of_a_version_are_held_against_what_the_version_means(tmp_path):
    # in version 2 of the form 1 was No: the file's labels are right, and nothing is refused
    version = "people,ver,text,ver,ver,ver,,no,,,,version,,,,,,,\npeople,puas"
    swapped = ("kerja,kerja,,no,,,,,,,,,,", "kerja,kerja,,no,,,,,,,,2: 1=2;2=1,,")
    name, project = laid_out(
        tmp_path, labels=NO_FIRST, codebook=[("people,puas", version), swapped], cohort='    version: "2"\n'
    )
    assert cleaned(name, project).kept["kerja"].tolist() == ["2", "1", "1", "2"]
    name, project = laid_out(
        tmp_path / "b",
        labels=YES_FIRST,
        codebook=[("people,puas", version), swapped],
        cohort='    version: "2"\n',
    )
    assert "1 is 'Ya' in the file and 'No' in the codebook" in refusal(name, project)


# Reasons of missing answers
# ------------------------------------------------------------------------------------------------


def test_the_labels_of_statas_tags_give_the_reasons(case):
    # tidyverse/haven#583: .a "don't know", .b "refused"
    reasons = pd.read_parquet(case("r2-stata-tags").processed / "people_reasons.parquet")
    assert dict(zip(reasons["key"], reasons["reason"], strict=True)) == {"a2": "dont_know", "a3": "refused"}


def test_a_range_of_spss_gives_the_reason_of_each_code(case):
    # tidyverse/haven#55: 97 to 99 are missing, and each has a label of its own
    reasons = pd.read_parquet(case("r1-spss-missing").processed / "people_reasons.parquet")
    score = reasons[reasons["variable"] == "score"]
    assert score["reason"].tolist() == ["refused", "dont_know", "blank"]


def test_the_codebooks_declared_code_comes_before_the_files_label(tmp_path):
    lists = ("kerja,kerja,,no,,,", "kerja,kerja,,no,,,8=not_asked")
    labels = YES_FIRST | {8: "Menolak", 9: "Menolak"}
    table = cleaned(
        *laid_out(tmp_path, kerja=(1.0, 8, 9, 2), labels=labels, missing=[8, 9], codebook=[lists])
    )
    assert reasons_of(table, "kerja") == {"a1": "not_asked", "a2": "refused"}


@pytest.mark.many
@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Refused", "refused"),
        ("-9 Refused", "refused"),
        ("(9) Refused to answer", "refused"),
        ("REFUSED (SPONTANEOUS)", "refused"),
        ("Don't know/can't say", "dont_know"),
        ("DK", "dont_know"),
        ("Don´t know", "dont_know"),
        ("Can't remember", "dont_know"),
        ("Inapplicable", "not_applicable"),
        ("IAP", "not_applicable"),
        ("Legitimate skip", "not_applicable"),
        ("Tidak berlaku", "not_applicable"),
        ("Not asked in survey", "not_asked"),
        ("Not administered", "not_asked"),
        ("No answer", "blank"),
        ("Missing", "blank"),
        ("Don't know/refused", "blank"),
        ("Something else", "blank"),
        ("", "blank"),
    ],
)
def test_labels_of_declared_missing_codes_as_surveys_write_them(tmp_path, label, reason):
    table = cleaned(
        *laid_out(
            tmp_path, kerja=(1.0, 9, 2, 1), labels=YES_FIRST | ({9: label} if label else {}), missing=[9]
        )
    )
    assert reasons_of(table, "kerja") == {"a1": reason}


def test_a_code_that_the_file_calls_no_answer_is_none_though_it_is_not_declared_so(tmp_path):
    # many Stata files only label 98 "don't know": as a number it would be an income of 98
    number = ("people,kerja,select_one yn12,", "people,kerja,integer,")
    table = cleaned(
        *laid_out(
            tmp_path,
            kerja=(3.0, 98, 99, 0),
            labels={98: "Don't know", 99: "Refused", 0: "None"},
            codebook=[number],
            kind="dta",
        )
    )
    assert reasons_of(table, "kerja") == {"a1": "dont_know", "a2": "refused"}
    assert table.kept["kerja"].dropna().tolist() == [3, 0]  # "none" is a number of them


def test_a_programme_that_only_cleans_is_checked_and_run_to_its_end(case, tmp_path):
    # no indicator beyond who took part: a way of working while the codebook grows, not a failure
    done = case("r4-kobo-blank-multiple")
    assert done.code == 0, done.printed
    assert "there is no report, for indicators.csv declares nothing beyond who took part" in " ".join(
        done.printed.split()
    )
    assert not done.report.exists()
    assert len(done.clean()) > 0
    code, printed = manfaat(done.project, "check", done.name)
    assert code == 0, printed
    assert "nothing is measured" in printed
