"""From a form and its export to a programme and a first cohort: forms and exports as other programs write
them, by hand.
"""

import csv

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from manfaat.analysis.study import check_study, load_codes, load_study, only_cleans
from manfaat.base.paths import places
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.readers import read_cohort
from manfaat.cli import app
from manfaat.definitions.cohort import load_cohort
from manfaat.definitions.study import DECIDE
from manfaat.desk.deliveries import first_cohort, new_cohort
from manfaat.desk.forms import read_form
from manfaat.desk.scaffold import new_programme

SURVEY = [
    [
        "type",
        "name",
        "label::English (en)",
        "label::Bahasa Indonesia (id)",
        "required",
        "relevant",
        "constraint",
        "calculation",
        "choice_filter",
        "parameters",
    ],
    ["start", "start"],
    ["note", "intro", "Welcome", "Selamat datang"],
    ["begin_group", "grp_A", "Part A", "Bagian A"],
    ["text", "Resp_ID", "Number", "Nomor", "yes"],
    ["select_one grp", "grp", "Group", "Kelompok", "true()"],
    ["select_one yn", "Work", "Do you work?", "Bekerja?"],
    ["begin_group", "grp_A1", "Work", "Kerja", "", "${Work} = '1'"],
    ["integer", "wage", "Wage", "Gaji", "", "${grp} = '1'", ". >= 0"],
    ["select_one job or_other", "job", "Job", "Pekerjaan"],
    ["end_group"],
    ["end_group"],
    ["select_multiple goods", "assets", "Assets", "Harta"],
    ["range", "ladder", "Ladder", "Tangga", "", "", "", "", "", "start=1 end=10 step=1"],
    ["calculate", "bonus", "Bonus", "Bonus", "", "", "", "${wage} * 0.1"],
    ["begin_repeat", "kids", "Children", "Anak"],
    ["integer", "kid_age", "Age", "Umur", "", "${Work} = '1'"],
    ["end_repeat"],
]
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::Bahasa Indonesia (id)"],
    ["grp", "1", "Participant", "Peserta"],
    ["grp", "2", "Comparison", "Pembanding"],
    ["yn", "1", "Yes", "Ya"],
    ["yn", "2", "No", "Tidak"],
    ["job", "op", "Operator", "Operator"],
    ["job", "ld", "Leader", "Kepala regu"],
    ["goods", "house", "House", "Rumah"],
    ["goods", "moto", "Motorcycle", "Sepeda motor"],
]
PEOPLE = [
    [
        "start",
        "intro",
        "grp_A/Resp_ID",
        "grp_A/grp",
        "grp_A/Work",
        "grp_A/grp_A1/wage",
        "grp_A/grp_A1/job",
        "grp_A/grp_A1/job_other",
        "assets",
        "assets/house",
        "assets/moto",
        "ladder",
        "bonus",
        "_id",
        "_uuid",
        "_submission_time",
        "_index",
    ],
    [
        "2024-03-01T08:00:00.000+07:00",
        None,
        "0001",
        "1",
        "1",
        2500000,
        "other",
        "Kasir",
        "house moto",
        1,
        1,
        7,
        250000,
        11,
        "u-1",
        "2024-03-01T02:00:00",
        1,
    ],
    [
        "2024-03-02T08:00:00.000+07:00",
        None,
        "0002",
        "2",
        "2",
        None,
        None,
        None,
        None,
        0,
        0,
        4,
        None,
        12,
        "u-2",
        "2024-03-02T02:00:00",
        2,
    ],
]
KIDS = [
    ["kids/kid_age", "_index", "_parent_table_name", "_parent_index", "_submission__uuid"],
    [7, 1, "Survey", 1, "u-1"],
    [9, 2, "Survey", 1, "u-1"],
]


def write_book(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def form(tmp_path):
    return write_book(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES)


@pytest.fixture
def export(tmp_path):
    return write_book(tmp_path / "export.xlsx", Survey=PEOPLE, kids=KIDS)


def put_right(folder, *, key, group):
    """Do what the marks ask for, and nothing else."""
    for path in folder.iterdir():
        if path.suffix not in (".yml", ".csv"):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [line.replace(f"{DECIDE}the_variable_that_says_who_took_part", group) for line in lines]
        lines = [line.replace(f"{DECIDE} output, outcome or impact", "outcome") for line in lines]
        lines = [
            f"    key: {key}" if line.strip().startswith("key: [row]  #") and "resp_id" in line else line
            for line in lines
        ]
        lines = [line.partition(f"  # {DECIDE}")[0] if not line.startswith("#") else line for line in lines]
        lines = [
            (
                "  comparison: ['2']"
                if line.strip() == "comparison: []"
                else line.replace(f"{DECIDE} ", "")
                if not line.startswith("#")
                else line
            )
            for line in lines
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_groups_other_answers_ranges_and_names_of_a_form_come_over(form):
    lines = {line["name"]: line for line in read_form(form, table="people").variables}
    assert lines["resp_id"]["source"] == "Resp_ID"
    assert {name: lines[name]["required"] for name in ("resp_id", "grp", "work")} == {
        "resp_id": "yes",
        "grp": "yes",
        "work": "no",
    }
    assert lines["wage"]["relevant"] == "(${work} = '1') and (${grp} = '1')"
    assert lines["job"]["relevant"] == "${work} = '1'"
    assert (lines["job_other"]["type"], lines["job_other"]["relevant"]) == (
        "text",
        "(${work} = '1') and (selected(${job}, 'other'))",
    )
    assert lines["ladder"]["constraint"] == ". >= 1 and . <= 10"
    assert (lines["kid_age"]["table"], lines["kid_age"]["relevant"]) == ("kids", "")
    assert "'Work' is not one question of the table 'kids'" in lines["kid_age"]["note"]
    answers = [
        (line["list_name"], line["name"], line["label::Bahasa Indonesia (id)"])
        for line in read_form(form, table="people").choices
    ]
    assert ("job", "other", "Lainnya") in answers


def test_the_old_spellings_of_a_form_are_read(tmp_path):
    survey = [
        ["type", "name", "label"],
        ["select one yn", "Q1.a", "Bekerja?"],
        ["begin group", "g1", "G"],
        ["integer", "same", "Umur"],
        ["phone number", "hp", "HP"],
        ["end group"],
        ["begin group", "g2", "G"],
        ["integer", "same", "Umur"],
        ["rank yn", "order", "Urutan"],
        ["end group"],
    ]
    path = write_book(
        tmp_path / "old.xlsx",
        survey=survey,
        choices=[["list name", "name", "label"], ["yn", "y", "Ya"], ["yn", "t", "Tidak"]],
    )
    draft = read_form(path, table="people")
    found = [(line["name"], line["type"], line["source"], line["role"]) for line in draft.variables]
    assert found == [
        ("q1_a", "select_one yn", "Q1.a", ""),
        ("same", "integer", "g1/same", ""),
        ("hp", "text", "hp", "identifier"),
        ("same_2", "integer", "g2/same", ""),
    ]
    assert any("the type 'rank' holds no answer" in line for line in draft.decide)


def test_a_form_and_its_export_become_a_programme_and_a_first_cohort_that_are_read(project, form, export):
    folder, drafted, differences = new_programme("trial", project, form=form, data=export)
    lines = {(line["table"], line["name"]): line for line in drafted.draft.variables}
    assert lines["participants", "bonus"]["type"] == "decimal"
    assert lines["participants", "submitted"]["role"] == "submitted"
    assert lines["kids", "submission"]["source"] == "_submission__uuid|PARENT_KEY"
    assert differences[["what", "column"]].to_numpy().tolist() == [["new", "intro"]]
    assert "resp_id" in next(
        line for line in (folder / "programme.yml").read_text().splitlines() if "key:" in line
    )
    place = places("trial-2024", root=project)
    cohort, _ = first_cohort("trial-2024", *load_codes("trial", place), [export], place)
    put_right(folder, key="[resp_id]", group="grp")
    put_right(cohort, key="[resp_id]", group="grp")
    drafted = load_study("trial-2024", root=project)
    check_study(drafted)
    assert only_cleans(drafted)  # its tables can be cleaned before an indicator is declared
    with (folder / "indicators.csv").open("a") as stream:
        stream.write("wage,wage,now,outcome,outcome,copy,wage,,,higher,,effect,Wage,Gaji,Wage,Gaji\n")
    study = load_study("trial-2024", root=project)
    check_study(study)
    delivery = read_cohort(cohort, study.cohort, study.codebook, root=project)
    assert delivery.tables["participants"][
        ["resp_id", "wage", "job", "job_other", "assets"]
    ].to_numpy().tolist() == [["0001", "2500000", "other", "Kasir", "house moto"], ["0002", "", "", "", ""]]
    assert delivery.tables["kids"][["kid_age", "submission"]].to_numpy().tolist() == [
        ["7", "u-1"],
        ["9", "u-1"],
    ]


def test_a_sheet_that_is_none_of_the_table_is_not_read_as_empty_rows(project, form, export):
    new_programme("trial", project, form=form, data=export)
    place = places("trial-2024", root=project)
    folder, _ = first_cohort("trial-2024", *load_codes("trial", place), [export], place)
    path = folder / "cohort.yml"
    whole = path.read_text()
    before, _, after = whole.partition(
        "  sheets:\n  - Survey\n- file: export.xlsx\n  table: kids\n  sheets:\n  - kids\n"
    )
    path.write_text(before + after)
    cohort, problems = load_cohort(folder, root=project)
    assert problems == []
    _, codebook = load_codes("trial", place)
    with pytest.raises(
        ProblemsError, match=r"the sheet 'kids' is a repeat group of another sheet.*'sheets' in cohort\.yml"
    ):
        read_cohort(folder, cohort, codebook, root=project)


def test_numbers_of_another_delivery_are_not_taken_over(project, tmp_path):
    study = load_study("nsw-1976", root=project)
    path = tmp_path / "next.csv"
    path.write_bytes((study.places.raw / "nsw.csv").read_bytes())
    other = study.places.raw / "cohort.yml"
    other.write_text(
        other.read_text().replace("- file: nsw.csv\n", "- file: nsw.csv\n    skip_rows: [3]\n")
        + "totals:\n  black: {'1': 10, '0': 5}\n"
    )
    study = load_study("nsw-1976", root=project)
    folder, _ = new_cohort("nsw-next", study, [path], places("nsw-next", root=project))
    cohort, _ = load_cohort(folder, root=project)
    assert (cohort.denominators.trained, cohort.flow, cohort.totals, cohort.files[0].skip_rows) == (
        None,
        [],
        {},
        [],
    )
    for text in (cohort.period.en, cohort.citation, cohort.denominators.because.en):
        assert text.startswith(DECIDE)
    assert f"assignment: randomised  # {DECIDE}" in (folder / "cohort.yml").read_text()


def test_two_files_of_one_name_do_not_write_over_each_other(project, export, tmp_path):
    (tmp_path / "b").mkdir()
    again = tmp_path / "b" / export.name
    again.write_bytes(export.read_bytes())
    place = places("trial-2024", root=project)
    with pytest.raises(ProblemsError, match="two files have this name"):
        first_cohort("trial-2024", *load_codes("nsw", place), [export, again], place)
    assert not list((project / "data/raw").glob("*trial*"))


def test_a_delivery_in_groups_is_compared_as_it_will_be_read(project, form, export, tmp_path, monkeypatch):
    monkeypatch.chdir(project)
    run = CliRunner()
    assert run.invoke(app, ["new", "trial", "--form", str(form), "--data", str(export)]).exit_code == 0
    people = [[*PEOPLE[0]], [*PEOPLE[1]], [*PEOPLE[2]]]
    people[0][4], people[2][3] = "grp_A/Kerja", "3"
    path = write_book(tmp_path / "second.xlsx", Survey=people, kids=KIDS)
    done = run.invoke(
        app, ["new-cohort", "trial-2024", "--programme", "trial", "--data", str(path)], env={"COLUMNS": "200"}
    )
    assert done.exit_code == 0
    told = [" ".join(line.split()) for line in done.stdout.splitlines() if "second.xlsx" in line]
    assert any("new answers │ grp │ grp │ '3'" in line for line in told)
    assert any("missing │ │ work │ not required" in line for line in told)
    assert not any("wage" in line or "assets" in line for line in told)
    again = run.invoke(app, ["new-cohort", "trial-2024", "--programme", "trial", "--data", str(path)])
    assert (again.exit_code, "exists already" in again.output) == (2, True)
    neither = run.invoke(app, ["new-cohort", "other", "--data", str(path)])
    assert (neither.exit_code, "one of two is needed" in neither.output) == (2, True)


def test_a_draft_keeps_leading_zeros_and_labels(project, tmp_path):
    path = tmp_path / "people.csv"
    rows = [
        ["No. responden", "Nama", "Kerja"],
        *[[f"{at:04}", f"Budi {at}", "Ya" if at % 2 else "Tidak"] for at in range(1, 41)],
    ]
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    _, drafted, _ = new_programme("trial", project, form=None, data=path)
    assert [(line["type"], line["role"]) for line in drafted.draft.variables] == [
        ("text", ""),
        ("text", "identifier"),
        ("select_one yes_no", ""),
    ]
    assert drafted.main.key == ["no_responden"]


def test_a_sheet_a_cohort_is_one_table_and_notes_are_none(project, tmp_path):
    rows = [["No", "Gaji", "Tanggal"], *[[f"{at:04}", 1000000 + at, f"{at + 1}/03/1998"] for at in range(12)]]
    later = [[*rows[0], "Ket"], *[[*row, "ya"] for row in rows[1:]]]
    path = write_book(
        tmp_path / "sheets.xlsx",
        **{"Angkt 98": rows, "Angkt 99": later, "Petunjuk": [["Isi semua kolom"], ["Terima kasih"]]},
    )
    folder, drafted, _ = new_programme("trial", project, form=None, data=path)
    assert [(line["table"], line["name"], line["type"]) for line in drafted.draft.variables] == [
        ("people", "no", "select_one no"),
        ("people", "gaji", "integer"),
        ("people", "tanggal", "date"),
        ("people", "ket", "select_one yes_no"),
    ]
    assert "sheet 'Petunjuk': left out, it has one column" in drafted.draft.decide
    cohort, told = first_cohort(
        "trial-1",
        *load_codes("trial", places("trial-1", root=project)),
        [path],
        places("trial-1", root=project),
    )
    assert load_cohort(cohort, root=project)[0].files[0].sheets == ["Angkt 98", "Angkt 99"]
    assert told[["file", "what", "variable"]].to_numpy().tolist() == [
        ["sheets.xlsx", "left out", ""],
        ["sheets.xlsx, Angkt 98", "missing", "ket"],
    ]
    assert folder.is_dir()
