"""Exports as survey services write them, written by hand: Qualtrics, SurveyMonkey re-saved by pandas,
LimeSurvey, Google Forms, KoboToolbox labels.
"""

import csv

import pytest

from conftest import seal
from manfaat.analysis.study import clean_by_parts, load_study
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.readers import options_of
from manfaat.definitions.raw_files import RawFile
from manfaat.desk.drafts import draft_from_data
from manfaat.files.formats import read_any
from manfaat.files.parsing import read_multiple
from manfaat.files.parsing.choices import choice_list

GOODS = choice_list(
    [
        ("1", "House", "Rumah"),
        ("2", "Motorcycle", "Sepeda motor"),
        ("3", "Rice land", "Tanah, sawah"),
        ("4", "Car", "Mobil"),
    ]
)


def write(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_the_three_header_rows_of_qualtrics_are_no_people(tmp_path):
    rows = [
        ["StartDate", "ResponseId", "Q1", "Q3"],
        ["Start Date", "Response ID", "Do you\nwork?", "Wage"],
        [
            '{"ImportId":"startDate","timeZone":"Asia/Jakarta"}',
            '{"ImportId":"_recordId"}',
            '{"ImportId":"QID1"}',
            '{"ImportId":"QID3_TEXT"}',
        ],
        *[[f"2019-03-{day:02} 07:15:22", f"R_{day}", "Yes", str(day * 1000)] for day in range(1, 13)],
    ]
    table = read_any(write(tmp_path / "qualtrics.csv", rows))[0]
    assert table.columns == ["StartDate", "ResponseId", "Q1", "Q3"]
    assert table.frame.iloc[0].tolist()[1:] == [5, "2019-03-01 07:15:22", "R_1", "Yes", "1000"]
    assert table.dropped[["_row", "rule"]].to_numpy().tolist() == [[2, "question texts"], [4, "import codes"]]
    assert dict(zip(table.labels["variable"], table.labels["label"], strict=True))["Q1"] == "Do you work?"
    assert draft_from_data([table]).variables[2]["label::English (en)"] == "Do you work?"


def test_a_second_header_row_under_made_names_is_no_person(tmp_path):
    first = ["Respondent ID", "Punya apa?", "Unnamed: 2", "Unnamed: 3", "Saran"]
    rows = [first, ["", "Rumah", "Mobil", "Other (please specify)", "Open-Ended Response"]]
    rows += [
        [str(100 + at), "Rumah" if at % 2 else "", "Mobil" if at % 3 else "", "", f"saran {at}"]
        for at in range(12)
    ]
    table = read_any(write(tmp_path / "monkey.csv", rows))[0]
    assert table.columns == [
        "Respondent ID",
        "Punya apa? / Rumah",
        "Punya apa? / Mobil",
        "Punya apa? / Other (please specify)",
        "Saran / Open-Ended Response",
    ]
    assert table.frame["_row"].tolist()[0] == 3


def test_marks_in_brackets_are_options_and_rows_of_a_grid_are_not(tmp_path):
    rows = [["id", "G1Q2[SQ001]", "G1Q2[SQ002]", "G1Q2[other]", "Nilai [Ilmu]", "Nilai [Kerja]"]]
    rows += [
        [str(at), "Y" if at % 2 else "", "Y" if at % 3 else "", "sapi" if at == 4 else "", "Ya", "Tidak"]
        for at in range(12)
    ]
    draft = draft_from_data(read_any(write(tmp_path / "lime.csv", rows)))
    assert [(line["name"], line["type"]) for line in draft.variables] == [
        ("id", "integer"),
        ("g1q2", "select_multiple g1q2"),
        ("g1q2_other", "text"),
        ("nilai_ilmu", "select_one yes_no"),
        ("nilai_kerja", "select_one yes_no"),
    ]
    assert [line["name"] for line in draft.choices if line["list_name"] == "g1q2"] == ["SQ001", "SQ002"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Rumah Sepeda motor", ("1", "2")),
        ("Mobil Sepeda motor Rumah", ("1", "2", "4")),
        ("Rumah, Tanah, sawah, Mobil", ("1", "3", "4")),
        ("Tanah, sawah", ("3",)),
        ("House Rice land", ("1", "3")),
    ],
)
def test_labels_joined_by_what_labels_hold_are_read_where_there_is_one_way(text, codes):
    assert read_multiple(text, GOODS).value == codes


@pytest.mark.parametrize("text", ["Rumah Sepeda", "Sepeda motor kuda", "Tanah sawah Rumah kosong"])
def test_a_word_that_is_no_label_leaves_the_answer_to_a_person(text):
    assert read_multiple(text, GOODS).flag == "review"


def test_two_ways_to_part_a_text_are_for_a_person():
    answers = choice_list(
        [("1", "A", "Merah"), ("2", "B", "Merah muda"), ("3", "C", "Muda hijau"), ("4", "D", "Hijau")]
    )
    assert not read_multiple("Merah muda hijau", answers).is_read


def test_several_answers_in_one_cell_are_drafted_as_such(tmp_path):
    rows = [
        ["Cap waktu", "Punya apa?"],
        *[
            [f"2019/03/{1 + at:02} 10.15.22 AM GMT+7", text]
            for at, text in enumerate(["Rumah, Mobil", "Mobil", "Rumah", "Kapal, Rumah, Mobil", "Kapal"] * 5)
        ],
    ]
    rows = [
        rows[0],
        *[
            [
                row[0],
                row[1]
                + (", Sapi" if at % 7 == 0 else "")
                + (", Padi" if at % 5 == 0 else "")
                + (", Kuda" if at % 4 == 0 else ""),
            ]
            for at, row in enumerate(rows[1:])
        ],
    ]
    draft = draft_from_data(read_any(write(tmp_path / "google.csv", rows)))
    assert [line["type"].split(" ")[0] for line in draft.variables] == ["dateTime", "select_multiple"]
    assert "perhaps several answers" in draft.variables[1]["note"]
    assert [(line["name"], line["aliases"]) for line in draft.choices][:2] == [
        ("kapal", ""),
        ("kuda", ""),
    ]


def put(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_decimal_commas_between_commas_are_named_by_row_even_where_all_rows_have_them(tmp_path):
    text = "gaji,skor\n" + "".join(f"{1000 + at},5,3,5\n" for at in range(20))
    with pytest.raises(
        ProblemsError, match="row 2: the row has 4 cells, the header 2; perhaps decimal commas"
    ):
        read_any(put(tmp_path / "a.csv", text))


@pytest.mark.parametrize("stray", [(4, 9), (4, 5), (7, 8)])
def test_two_stray_quotes_do_not_swallow_the_people_between_them(tmp_path, stray):
    text = "resp_id,nama,saran\n" + "".join(
        f"{at:04},{chr(34) if at in stray else ''}Budi,bagus {at}\n" for at in range(20)
    )
    path = put(tmp_path / "a.csv", text)
    with pytest.raises(
        ProblemsError, match=f"row {stray[0] + 2}: a quoted cell holds lines that look like whole rows"
    ):
        read_any(path)
    assert len(
        read_any(path, options_of(RawFile(file="a.csv", table="people", quote='"')))[0].frame
    ) == 20 - (stray[1] - stray[0])


def test_lines_of_an_answer_are_not_taken_for_rows(tmp_path):
    text = "id,nama,saran\n" + "".join(
        f'{at},Budi,"satu, dua,\ntiga, empat, lima\nenam {at}"\n' for at in range(20)
    )
    assert len(read_any(put(tmp_path / "a.csv", text))[0].frame) == 20


def test_decimal_commas_between_semicolons_are_no_doubt_about_the_separator(tmp_path):
    text = "id;nama;gaji\n" + "".join(f"{at};Budi;{1000 + at},5\n" for at in range(20))
    table = read_any(put(tmp_path / "a.csv", text))[0]
    assert [entry.value for entry in table.log if entry.what == "separator"] == ["semicolon"]
    assert [entry.what for entry in table.doubts] == []
    bare = read_any(put(tmp_path / "b.csv", text.partition("\n")[2]))[0]
    assert "separator" in [entry.what for entry in bare.doubts]


def test_a_file_between_bars_is_cleaned_part_by_part(project):
    raw = project / "data/raw/nsw-1976"
    put(raw / "nsw.csv", (raw / "nsw.csv").read_text().replace(",", "|"))
    seal(raw)
    cohort = raw / "cohort.yml"
    cohort.write_text(cohort.read_text().replace('    separator: ","\n', ""))
    totals = clean_by_parts(load_study("nsw-1976", root=project), lambda doing, rows: None)
    assert sum(totals.rows.values()) > 400
