"""Forms and exports of SurveyCTO: from both to a programme and a first cohort that are read."""

import pandas as pd
import pytest
from test_new_programme import put_right, write_book

import surveycto_form
from manfaat.analysis.study import check_study, clean_tables, load_codes, load_study, read_raw
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.desk.deliveries import first_cohort
from manfaat.desk.forms import read_form
from manfaat.desk.scaffold import new_programme
from surveycto_form import people

ENGLISH = "label::English (en)"


@pytest.fixture
def form(tmp_path):
    return surveycto_form.write_form(tmp_path / "form.xlsx")


def test_a_form_of_surveycto_becomes_a_codebook(form):
    draft = read_form(form, table="participants")
    lines = {line["name"]: line for line in draft.variables}
    roles = {name: line["role"] for name, line in lines.items() if line["role"]}
    assert roles == {
        "starttime": "start",
        "endtime": "end",
        **dict.fromkeys(
            ("deviceid", "subscriberid", "simid", "devicephonenum", "resp_name", "gps"), "identifier"
        ),
        "username": "enumerator",
        "enum_id": "enumerator",
    }
    kinds = {
        name: lines[name]["type"]
        for name in ("caseid", "duration", "mean_sound", "trained", "assets", "village")
    }
    assert kinds == {
        "caseid": "text",
        "duration": "integer",
        "mean_sound": "decimal",
        "trained": "select_one yesno",
        "assets": "select_multiple goods",
        "village": "text",
    }
    assert lines["age"][ENGLISH] == "How old are you, [resp_name]?"
    assert lines["age"]["label::Bahasa Indonesia (id)"] == "Berapa umur Anda, [resp_name]?"
    assert lines["trained"][ENGLISH] == "Did you take part in [training]?"  # no question has that name
    assert lines["enum_id"][ENGLISH] == "Who asks?"
    assert (lines["assets"]["relevant"], lines["age"]["constraint"]) == (
        "${trained} = 1",
        ". >= 15 and . <= 99",
    )
    assert "the type of what is computed" in lines["consent_time"]["note"]
    assert {"old_question", "text_audit", "audio_audit", "light", "comments", "hello"} & set(lines) == set()
    assert lines["child_age"]["table"] == "children"
    told = "\n".join(draft.decide)
    assert all(
        f"question '{name}': its answers lie in another file" in told
        for name in ("text_audit", "audio_audit", "light", "comments", "village")
    )


def test_an_answer_that_stands_twice_is_told_with_both_labels(form):
    draft = read_form(form, table="participants")
    twice = [line for line in draft.decide if "twice" in line]
    assert twice == [
        "answer '2' stands twice in the list 'goods', as 'Car' and as 'Lorry'; the first is taken"
    ]
    assert [(line["list_name"], line["name"], line[ENGLISH]) for line in draft.choices] == [
        ("yesno", "1", "Yes"),
        ("yesno", "0", "No"),
        ("goods", "1", "House"),
        ("goods", "2", "Car"),
        ("goods", "-88", "Other"),
    ]


def test_other_spellings_and_a_language_without_a_name_are_read(tmp_path):
    survey = [
        [
            "type",
            "name",
            "label",
            "label:bahasa",
            "required message",
            "media:image",
            "appearance",
            "relevance",
            "constraint",
            "disabled",
            "calculation",
        ],
        ["simserial", "sim"],
        ["device_info", "info"],
        ["speed violations count", "quick", "", "", "", "", "v=1"],
        ["speed violations list", "quick_ones"],
        ["begin group", "g", "Consent of ${sim}"],
        ["select_one  yn", "agree", "Agree, ${some one}?", "Setuju?", "Say, ${sim}"],
        ["end group"],
        ["begin_group", "g2", "", "", "", "", "", "${agree} = 1"],
        ["integer", "age", "Age", "Umur", "", "", "", "", ". >= 0 or . = -99"],
        ["calculate", "land", "", "", "", "", "", "", "", "", "pulldata('hh', 'land', 'key', ${agree})"],
        ["select_multiple yn or_other", "several", "Which?", "Mana?"],
        ["begin group", "off", "Off", "", "", "", "", "", "", "yes"],
        ["text", "off1", "Off", "", "", "", "", "", "", "YES"],
        ["end group", "off", "", "", "", "", "", "", "", "yes"],
        ["end_group", "g2"],
        [None],
    ]
    choices = [
        ["list_name", "value", "label", "label:bahasa"],
        ["yn", 1.0, "Yes", "Ya"],
        [None],
        ["yn", -99, "Refused", "Menolak"],
    ]
    path = write_book(
        tmp_path / "form.xlsx",
        survey=survey,
        choices=choices,
        settings=[["form_title", "form_id", "default_language"], ["T", "t", "english"]],
    )
    draft = read_form(path, table="people")
    found = {line["name"]: (line["type"], line[ENGLISH], line["relevant"]) for line in draft.variables}
    assert found == {
        "sim": ("text", "SIM card of the device", ""),
        "info": ("text", "Kind of device", ""),
        "quick": ("integer", "quick", ""),
        "agree": ("select_one yn", "Agree, [some one]?", ""),
        "age": ("integer", "Age", "${agree} = 1"),
        "land": ("text", "land", "${agree} = 1"),
        "several": ("select_multiple yn", "Which?", "${agree} = 1"),
        "several_other": ("text", "Other: several", "(${agree} = 1) and (selected(${several}, 'other'))"),
    }
    assert [(line["name"], line["label::Bahasa Indonesia (id)"]) for line in draft.choices] == [
        ("1", "Ya"),
        ("-99", "Menolak"),
        ("other", "Lainnya"),
    ]


def test_a_type_that_no_program_knows_is_still_refused(tmp_path):
    path = write_book(
        tmp_path / "form.xlsx",
        survey=[["type", "name", "label"], ["intiger", "age", "Age"]],
        choices=[["list_name", "name", "label"]],
    )
    with pytest.raises(ProblemsError, match="intiger"):
        read_form(path, table="people")


@pytest.fixture(params=["wide", "long"])
def begun(request, form, tmp_path):
    """A programme and a first cohort from the form and an export, put right; and the shape of the export."""
    (tmp_path / "programmes").mkdir()
    (tmp_path / "data/raw").mkdir(parents=True)
    files = (
        [surveycto_form.write_wide(tmp_path / "wide.csv")]
        if request.param == "wide"
        else surveycto_form.write_long(tmp_path / "long.csv")
    )
    folder, study, _ = new_programme("trial", tmp_path, form=form, data=files)
    place = places("trial-2024", root=tmp_path)
    cohort, _ = first_cohort("trial-2024", *load_codes("trial", place), files, place)
    for part in (folder, cohort):
        put_right(part, key="[submission]", group="trained")
    return load_study("trial-2024", root=tmp_path), study.draft, request.param


@pytest.mark.slow
def test_a_form_and_its_export_become_a_programme_and_a_cohort_with_the_right_values(begun):
    study, draft, shape = begun
    check_study(study)
    cleaned = clean_tables(study, read_raw(study))
    table = cleaned["participants"].kept
    wanted = people()
    assert table["age"].tolist() == [one["age"] for one in wanted]
    assert table["wage"].tolist() == [one["wage"] for one in wanted]
    assert table["trained"].astype(str).tolist() == [str(one["trained"]) for one in wanted]
    assert [str(day)[:10] for day in table["submitted"]] == [f"2024-03-{one['day']:02d}" for one in wanted]
    assert str(table["starttime"].iloc[0])[:16].replace("T", " ") == "2024-03-01 09:10"
    assert [None if pd.isna(text) else text for text in table["assets"]] == [
        None if one["assets"] is None else " ".join(map(str, one["assets"])) or None for one in wanted
    ]
    assert table["caseid"].tolist() == [f"case{at:03d}" for at in range(len(wanted))]
    assert set(table["form_version"]) == {"2403010915"}
    assert all(len(one.review) == 0 for one in cleaned.values())
    ages = [one["children"] for one in wanted]
    if shape == "wide":
        assert table["child_age_1"].fillna(0).tolist() == [(*age, 0)[0] for age in ages]
        assert any("a column for each time it was answered" in line for line in draft.decide)
    else:
        assert cleaned["children"].kept["child_age"].tolist() == [age for each in ages for age in each]
        assert cleaned["children"].kept["submission"].isin(table["submission"]).all()
