"""Every kind of mess: what the log says stands in the file, and nothing else differs from the export without
mess.
"""

import csv
import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from openpyxl.styles.colors import Color

from conftest import ROOT
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.prices import read_all_series
from manfaat.definitions.programme import load_programme
from manfaat.indicators import load_indicators
from manfaat.simulation import Plan, load_simulation, messing
from manfaat.simulation.exports import Layout
from manfaat.simulation.layout import HIDDEN_SHEET, OTHERS_SHEET
from manfaat.simulation.mess.rates import (
    CELL_RATES,
    COLUMN_RATES,
    FILE_RATES,
    LEVELS,
    NOT_INJECTED,
    RECORD_RATES,
    rates_of,
)
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.untidy import untidy
from manfaat.simulation.writing import write_cohort

FOLDER = ROOT / "programmes/jakarta-tokyo"
MAIN = "participants"


def loaded(folder: Path, root: Path) -> SimpleNamespace:
    programme, problems = load_programme(folder, root=root)
    codebook, more = load_codebook(folder, programme, root=root)
    lines, wrong = load_indicators(folder, programme, codebook, root=root)
    simulation, worse = load_simulation(folder, programme, codebook, root=root)
    assert problems + more + wrong + worse == []
    prices = (
        read_all_series(programme.prices.path(folder), programme.prices.series, root=root)
        if programme.prices
        else {}
    )
    series = {
        name: {int(year): float(value) for year, value in found.items()} for name, found in prices.items()
    }
    return SimpleNamespace(
        programme=programme,
        codebook=codebook,
        lines=lines,
        simulation=simulation,
        series=series,
        folder=folder,
        root=root,
    )


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    return loaded(FOLDER, ROOT)


CODEBOOK = """table,name,type,source,label::English (en),label::Bahasa Indonesia (id),unit,required,missing,role,reversed,versions,recode
pupils,id,text,id,Number,Nomor,,yes,,key,,,
pupils,arm,select_one arm,arm,Arm,Kelompok,,yes,,group,,,
pupils,form,select_one form,form,Form,Versi,,no,,version,,,
pupils,nik,text,nik,Identity number,NIK,,no,,identifier,,,
pupils,home,select_one home,home,Home,Tempat tinggal,,no,,,,,
pupils,likes,select_one five,likes,Likes it,Suka,,no,,,2,,1: 0=1;1=2;2=3;3=4;4=5
pupils,extra,integer,extra,Extra,Tambahan,,no,-9=refused,,,2,
pupils,score,decimal,score,Score,Nilai,percent,no,,,,,
pupils,day,date,day,Day,Hari,,no,,,,,
"""  # noqa: E501
CHOICES = """list_name,name,label::English (en),label::Bahasa Indonesia (id),aliases
arm,1,Tutored,Dibimbing,
arm,0,Not tutored,Tidak dibimbing,
form,1,Version 1,Versi 1,v1 (1999)
form,2,Version 2,Versi 2,v2 (2003)
home,C,Central Jakarta,Jakarta Pusat,
home,S,South Jakarta,Jakarta Selatan,
home,A,Jakarta (whole province),DKI Jakarta,
home,O,Elsewhere,Luar Jakarta,
five,1,Very little,Sangat sedikit,
five,2,Little,Sedikit,
five,3,Some,Cukup,
five,4,Much,Banyak,
five,5,Very much,Sangat banyak,
"""
INDICATORS = """name,indicator,time,stage_thesis,stage_dac,construct,inputs,arguments,unit,direction,family,use,label::English (en),label::Bahasa Indonesia (id),definition::English (en),definition::Bahasa Indonesia (id)
arm,arm,fixed,input,input,copy,arm,,,,,group,Arm,Kelompok,Arm,Kelompok
score,score,now,outcome,outcome,copy,score,,percent,higher,,effect,Score,Nilai,Score,Nilai
"""  # noqa: E501
PROGRAMME = """programme: pupils
title: {en: Tutoring, id: Bimbingan}
summary: {en: Tutoring, id: Bimbingan}
tables:
  pupils: {label: {en: pupils, id: murid}, key: [id]}
units:
  percent: {label: {en: per cent, id: persen}}
design:
  unit: {one: {en: pupil, id: murid}, many: {en: pupils, id: murid}}
  group: arm
  participants: ["1"]
  comparison: ["0"]
  times: {now: {en: now, id: sekarang}}
specifications:
  - {id: difference, label: {en: Difference, id: Selisih}, method: difference_in_means, std_errors: [HC2]}
primary: {randomised: difference, observational: difference}
"""
SIMULATION = """note: {en: Simulated, id: Simulasi}
block: 500
key: id
key_prefix: ""
group: arm
interview: survey_start
survey: "2020-03-02"
groups:
  "1": {per_participant: 1, treated: true}
  "0": {per_participant: 1}
selection: {base: 0, steps: [{name: wit, law: normal}]}
steps:
  - {name: form, law: choose, weights: {"1": 1}}
  - {name: nik, law: texts, texts: {"": ["9911223344556677", "9900112233445566"]}}
  - {name: home, law: choose, weights: {C: 1, S: 1, A: 1, O: 1}}
  - {name: likes, law: ordered, plus: {wit: 1}, cuts: [-1, -0.3, 0.3, 1], codes: ["1", "2", "3", "4", "5"]}
  - {name: extra, law: count, base: 0.5, high: 9, blank: {base: -2}}
  - {name: score, law: normal, base: 50, plus: {wit: 10, treated: 4}, sd: 5, to: 0.1}
  - {name: day, law: shift, of: survey_start, base: 30, sd: 9}
response: {base: 9}
"""


@pytest.fixture(scope="module")
def pupils(tmp_path_factory) -> SimpleNamespace:
    root = tmp_path_factory.mktemp("house")
    folder = root / "programmes" / "pupils"
    folder.mkdir(parents=True)
    files = {
        "codebook.csv": CODEBOOK,
        "choices.csv": CHOICES,
        "indicators.csv": INDICATORS,
        "programme.yml": PROGRAMME,
        "simulation.yml": SIMULATION,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return loaded(folder, root)


def plan(study, participants: int = 120, seed: int = 4, **fixed: str) -> Plan:
    return Plan(
        study.simulation,
        study.codebook,
        study.programme.main_table,
        study.series,
        participants,
        seed,
        fixed=fixed,
    )


def written(folder: Path, study, made: Plan, layout: Layout) -> Path:
    write_cohort(folder, made, study.programme, layout)
    return folder


def only(monkeypatch, rates: dict[int, float]) -> None:
    monkeypatch.setattr(messing, "rates_of", lambda level: rates)


def text_rows(path: Path, layout: Layout) -> list[list[str]]:
    text = path.read_bytes().decode(layout.encoding if not layout.mark else "utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.separator))


def sheet_rows(path: Path, sheet: str = "Data") -> list[list[str]]:
    book = openpyxl.load_workbook(path)
    rows = [
        ["" if value is None else str(value) for value in row]
        for row in book[sheet].iter_rows(values_only=True)
    ]
    return rows


def log_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "errors.csv").open(encoding="utf-8", newline="") as stream:
        return [line for line in csv.DictReader(stream) if line["table"] == table]


def as_logged(plain: list[list[str]], log: list[dict[str, str]], header: int = 0) -> list[list[str]]:
    """The rows that the log promises: those of the export without mess, with what was written in its
    place.
    """
    rows = [list(row) for row in plain]
    for line in log:
        if line["variable"] and line["row"]:
            place = rows[header].index(line["column"])
            row = rows[int(line["row"]) - 1]
            assert line["row"] != "1"
            row[place] = line["raw"]
    broken = {(int(line["row"]), rows[header].index(line["column"])) for line in log if line["kind"] == "51"}
    for row, place in sorted(broken, reverse=True):
        cells = rows[row - 1]
        cells[place : place + 1] = cells[place].split(",")
    return rows


PERSONAL_LAYOUT = Layout(level="high", rendering=Rendering(answers="id"))
CODES_LAYOUT = Layout(level="high", rendering=Rendering(answers="code", dates="iso"))
IN_TEXT = [*sorted(set(CELL_RATES) - {29, 44, 53, 62}), 14, 55, 57, 58, 65]


@pytest.mark.many
@pytest.mark.parametrize("kind", IN_TEXT)
@pytest.mark.parametrize("layout", [PERSONAL_LAYOUT, CODES_LAYOUT], ids=["labels", "codes"])
def test_what_is_logged_stands_in_the_file_and_nothing_else_differs(
    study, tmp_path, monkeypatch, kind, layout
):
    layout = replace(layout, broken=kind == 51)
    only(monkeypatch, {kind: 1.0 if kind == 14 else rates_of("high")[kind]})
    made = plan(study, form_ver="1")
    plain, messy = (
        written(tmp_path / "plain", study, made, replace(layout, level="")),
        written(tmp_path / "messy", study, made, layout),
    )
    found = 0
    for table in ("participants", "supervisors"):
        log = log_of(messy, table)
        before = text_rows(plain / f"{table}.csv", layout)
        expected = as_logged(before, log)
        assert text_rows(messy / f"{table}.csv", layout) == expected
        assert (expected == before) == (not log)  # every line changes something
        assert {line["file"] for line in log} <= {f"{table}.csv"}
        assert {int(line["kind"]) for line in log} <= ({24, 25, 65} if kind == 65 else {kind})
        found += len(log)
        places = [(line["row"], line["column"]) for line in log]
        assert len(set(places)) == len(places)
    assert found


@pytest.mark.parametrize("kind", [29, 53, 62, 14, 65])
def test_kinds_that_need_numbers_regions_or_versions(pupils, tmp_path, monkeypatch, kind):
    layout = Layout(level="high", rendering=Rendering(answers="id" if kind == 29 else "code"))
    only(monkeypatch, {kind: 1.0 if kind == 14 else 0.3})
    plain, messy = (
        written(tmp_path / name, pupils, plan(pupils), entry)
        for name, entry in (("plain", replace(layout, level="")), ("messy", layout))
    )
    log, before = log_of(messy, "pupils"), text_rows(plain / "pupils.csv", layout)
    expected = as_logged(before, log)
    assert text_rows(messy / "pupils.csv", layout) == expected != before
    raw = {(line["variable"], line["true"], line["raw"]) for line in log}
    assert {
        29: (
            {
                ("home", "C", "Jakpus"),
                ("home", "C", "Kota Adm. Jakarta Pusat"),
                ("home", "S", "Jaksel"),
                ("home", "A", "DKI"),
            }
            <= raw
        ),
        53: (
            {variable for variable, _, _ in raw} == {"id"}
            and all(text == true.lstrip("0") for _, true, text in raw)
        ),
        62: {len(text.replace(" ", "")) for _, _, text in raw} == {15, 16, 17},
        14: all(text[3:5] + text[:2] == true[8:] + true[5:7] for _, true, text in raw),
        65: {kind for _, kind in {(line["variable"], line["kind"]) for line in log}} == {"24", "65"},
    }[kind]


def test_another_version_of_the_form_is_written_as_that_version_would_be(pupils, tmp_path, monkeypatch):
    only(monkeypatch, {65: 0.3})
    layout = Layout(level="high", rendering=Rendering(answers="code"))
    plain, messy = (
        written(tmp_path / name, pupils, plan(pupils), entry)
        for name, entry in (("plain", replace(layout, level="")), ("messy", layout))
    )
    before, after = (
        [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        for rows in (text_rows(path / "pupils.csv", layout) for path in (plain, messy))
    )
    other = [(old, new) for old, new in zip(before, after, strict=True) if new["form"] != "1"]
    assert {new["form"] for _, new in other} == {"2", "v2 (2003)"}
    # version 1 counts from 0; version 2 from 1 and asks the other way round: 0 ↔ 5, 4 ↔ 1
    assert all(int(old["likes"]) + int(new["likes"]) == 5 for old, new in other)
    assert {line["true"] for line in log_of(messy, "pupils") if line["variable"] == "form"} == {"2"}


def test_month_first_is_only_ambiguous_where_something_gives_it_away(pupils, tmp_path, monkeypatch):
    only(monkeypatch, {14: 1.0})
    for seed in range(6):
        log = log_of(written(tmp_path / str(seed), pupils, plan(pupils, 15, seed), Layout()), "pupils")
        assert not log or any(int(line["true"][8:]) > 12 for line in log)
        assert {line["expected"] for line in log} <= {"repair", "report"}
    assert log_of(written(tmp_path / "many", pupils, plan(pupils, 400), Layout()), "pupils")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", sorted({*CELL_RATES, *COLUMN_RATES, *RECORD_RATES}))
def test_rates_are_shares_that_rise(level, kind):
    share = rates_of(level).get(kind, 0.0)
    assert 0 <= share <= 0.5
    assert share <= rates_of("high")[kind]
    assert rates_of("low").get(kind, 0.0) <= rates_of("real").get(kind, 0.0)


def test_every_kind_of_the_list_is_injected_or_has_a_reason():
    drawn_by_layout = {36, 37, 38, 46, 50}
    assert {
        *CELL_RATES,
        *COLUMN_RATES,
        *RECORD_RATES,
        *FILE_RATES,
        *NOT_INJECTED,
        *drawn_by_layout,
        24,
        25,
    } == set(range(1, 67))
    assert not NOT_INJECTED.keys() & {*CELL_RATES, *COLUMN_RATES, *RECORD_RATES, *FILE_RATES}


# --- workbooks


@pytest.mark.slow
def test_formulas_in_a_workbook_have_their_value_or_none(study, tmp_path, monkeypatch):
    only(monkeypatch, {44: 0.3})
    layout = Layout(level="high", formats={MAIN: "xlsx"})
    plain, messy = (
        written(tmp_path / name, study, plan(study), entry)
        for name, entry in (("plain", replace(layout, level="")), ("messy", layout))
    )
    log, before = log_of(messy, MAIN), sheet_rows(plain / f"{MAIN}.xlsx")
    assert sheet_rows(messy / f"{MAIN}.xlsx") == as_logged(before, log) != before
    stored = openpyxl.load_workbook(messy / f"{MAIN}.xlsx", data_only=True)["Data"]
    values = {
        (
            line["expected"],
            stored.cell(int(line["row"]), before[0].index(line["column"]) + 1).value == int(line["true"]),
        )
        for line in log
    }
    assert values == {("repair", True), ("report", False)}


@pytest.mark.slow
def test_coloured_rows_are_those_of_the_log(study, tmp_path, monkeypatch):
    only(monkeypatch, {42: 0.1, 54: 0.05, 56: 0.05})
    folder = written(tmp_path / "x", study, plan(study), Layout(formats={MAIN: "xlsx"}))
    sheet = openpyxl.load_workbook(folder / f"{MAIN}.xlsx")["Data"]
    red = {
        str(row[0].row)
        for row in sheet.iter_rows()
        if all(cell.fill.fgColor == Color(rgb="FFFF0000") for cell in row)
    }
    log = [line for line in log_of(folder, MAIN) if line["kind"] == "42"]
    assert {line["row"] for line in log} == red
    assert len(red) > 5
    keys = {str(row[0].row): row[0].value for row in sheet.iter_rows()}
    assert all(keys[line["row"]] == line["key"] for line in log)


@pytest.mark.slow
def test_sheets_by_cohort_hold_all_rows_but_those_of_the_lost_one(study, tmp_path):
    layout = Layout(
        level="", formats={MAIN: "xlsx"}, sheets="cohort", titles=("Data (sintetis)",), footer=True
    )
    whole = sheet_rows(
        written(tmp_path / "whole", study, plan(study), Layout(level="", formats={MAIN: "xlsx"}))
        / f"{MAIN}.xlsx"
    )
    folder = written(tmp_path / "parts", study, plan(study), replace(layout, lost="1998"))
    book = openpyxl.load_workbook(folder / f"{MAIN}.xlsx")
    years = {row[2] for row in whole[1:] if row[2]}
    assert set(book.sheetnames) == (years - {"1998"}) | {HIDDEN_SHEET, OTHERS_SHEET}
    assert book[HIDDEN_SHEET].sheet_state == "hidden"
    parts = {
        name: sheet_rows(folder / f"{MAIN}.xlsx", name) for name in book.sheetnames if name != HIDDEN_SHEET
    }
    rows = [row for name, found in parts.items() for row in found[2:-1]]
    assert all(
        found[1] == whole[0] and found[-1][:2] == ["Jumlah", str(len(found) - 3)] for found in parts.values()
    )
    assert sorted(rows) == sorted(row for row in whole[1:] if row[2] != "1998")
    log = log_of(folder, MAIN)
    assert [(line["kind"], line["sheet"]) for line in log if line["sheet"]] == [
        ("41", HIDDEN_SHEET),
        ("66", "1998"),
    ]


@pytest.mark.slow
def test_the_log_finds_answers_in_sheets_by_cohort(study, tmp_path, monkeypatch):
    only(monkeypatch, {23: 0.05, 56: 0.05})
    layout = Layout(formats={MAIN: "xlsx"}, sheets="cohort", lost="1998")
    folder = written(tmp_path / "x", study, plan(study), layout)
    book, log = (
        openpyxl.load_workbook(folder / f"{MAIN}.xlsx"),
        [line for line in log_of(folder, MAIN) if line["kind"] in ("23", "56")],
    )
    for line in log:
        assert (line["row"] == "") == (line["sheet"] == "1998")
        if line["row"]:
            sheet = book[line["sheet"]]
            cells = {cell.value: sheet.cell(int(line["row"]), cell.column).value for cell in sheet[1]}
            assert cells["resp_id"] == line["key"]
            assert str(cells[line["column"] or "resp_id"]) == line["raw"]
    assert {line["sheet"] for line in log if line["kind"] == "56"} == {OTHERS_SHEET}


# --- whole text files


def test_sections_above_the_names(study, tmp_path):
    layout = Layout(level="", headers="id", sections=True, titles=("Judul",))
    rows = text_rows(written(tmp_path / "x", study, plan(study), layout) / f"{MAIN}.csv", layout)
    plain = text_rows(
        written(tmp_path / "plain", study, plan(study), replace(layout, sections=False)) / f"{MAIN}.csv",
        layout,
    )
    assert rows[:1] + rows[2:] == plain
    named = {name: section for name, section in zip(plain[1], rows[1], strict=True) if section}
    assert list(named.values()) == [f"Bagian {letter}" for letter in "ABCDEFGH"]
    assert next(name for name, section in named.items() if section == "Bagian C").startswith("C1.")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_column_that_stands_twice_and_one_of_identity_numbers(study, tmp_path, monkeypatch, kind):
    only(monkeypatch, {62: 0.25, 56: 0.05})
    layout = Layout(formats={MAIN: kind}, twice=("wage_now", "sex"), numbers=True)
    plain, messy = (
        written(tmp_path / name, study, plan(study), entry)
        for name, entry in (("plain", Layout(level="", formats={MAIN: kind})), ("x", layout))
    )
    before, after = (
        sheet_rows(path / f"{MAIN}.xlsx") if kind == "xlsx" else text_rows(path / f"{MAIN}.csv", layout)
        for path in (plain, messy)
    )
    width, n = len(before[0]), len(before)
    assert [row[:width] for row in after[:n]] == before
    assert after[0][width:] == ["wage_now", "sex", "NIK"]
    log = log_of(messy, MAIN)
    conflicts = {
        (int(line["row"]), line["variable"]): line for line in log if line["kind"] == "39" and line["row"]
    }
    typos = {int(line["row"]): line for line in log if line["kind"] == "62" and line["row"]}
    for number, row in enumerate(after[1:n], start=2):
        for place, name in ((width, "wage_now"), (width + 1, "sex")):
            line = conflicts.get((number, f"{name} again"))
            assert row[place] == (line["raw"] if line else row[before[0].index(name)])
            assert line is None or line["raw"] != line["true"] == row[before[0].index(name)]
        assert (
            (row[-1] == typos[number]["raw"])
            if number in typos
            else (len(row[-1]) == 16 and row[-1].startswith("99"))
        )
        assert number not in typos or row[0] == typos[number]["key"]
    assert len(conflicts) > 3
    assert len(typos) / (n - 1) == pytest.approx(0.25, abs=0.08)
    assert [(line["kind"], line["variable"], line["row"]) for line in log[:3]] == [
        ("39", "wage_now", ""),
        ("39", "sex", ""),
        ("62", "NIK", ""),
    ]


def test_two_rows_a_record_then_and_now(study, tmp_path, monkeypatch):
    only(monkeypatch, {23: 0.1})
    layout = Layout(long=True)
    plain, messy = (
        written(tmp_path / name, study, plan(study), entry)
        for name, entry in (("plain", Layout(level="")), ("x", layout))
    )
    before = [
        dict(zip(rows[0], row, strict=True))
        for rows in [text_rows(plain / f"{MAIN}.csv", layout)]
        for row in rows[1:]
    ]
    rows = text_rows(messy / f"{MAIN}.csv", layout)
    log = {(line["row"], line["column"]): line for line in log_of(messy, MAIN) if line["row"]}
    assert len(rows) - 1 == 2 * len(before)
    hits = 0
    for place, old in enumerate(before):
        for offset, suffixes in ((0, ("_then", "_pre")), (1, ("_now",))):
            number = 2 + 2 * place + offset
            for name, text in zip(rows[0], rows[number - 1], strict=True):
                if name == "waktu":
                    assert text == ("then", "now")[offset]
                    continue
                own = next((name + suffix for suffix in suffixes if name + suffix in old), name)
                line = log.get((str(number), name)) or (
                    log.get((str(number - 1), name)) if own == name else None
                )
                hits += line is not None
                assert text == (line["raw"] if line and line["variable"] == own else old[own]), (number, name)
    assert hits >= len(log) > 50
    assert log_of(messy, MAIN)[0] | {"kind": "40", "expected": "report"} == log_of(messy, MAIN)[0]


def test_amounts_in_thousands(study, tmp_path):
    layout = Layout(level="high", thousands=("wage_now", "wagekind_now"))
    plain, messy = (
        written(tmp_path / name, study, plan(study), entry)
        for name, entry in (("plain", Layout(level="")), ("x", layout))
    )
    one, two = (text_rows(path / f"{MAIN}.csv", layout) for path in (plain, messy))
    again = {line["key"] for line in log_of(messy, MAIN) if line["kind"] in ("54", "57")}
    place = one[0].index("wage_now")
    assert two[0][place] == "wage_now (ribu Rp)"
    logged = {
        int(line["row"]) for line in log_of(messy, MAIN) if line["variable"] == "wage_now" and line["row"]
    }
    checked = 0
    for number, (old, new) in enumerate(zip(one[1:], two[1:], strict=False), start=2):
        if old[place].isdigit() and new[0] not in again and number not in logged:
            assert float(new[place]) * 1000 == float(old[place])
            checked += 1
    assert checked > 100
    assert {
        line["kind"] for line in log_of(messy, MAIN) if line["variable"] == "wage_now" and line["row"]
    } <= {"12", "31", "13", "57"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "shift_jis"])
@pytest.mark.parametrize("level", ["", "high"])
def test_another_encoding_holds_the_same_text(study, tmp_path, encoding, level):
    layout = Layout(level=level, encoding=encoding, separator=";", titles=("Data",), footer=True)
    folder = written(tmp_path / "x", study, plan(study), layout)
    content = (folder / f"{MAIN}.csv").read_bytes()
    if not level:
        plain = (
            written(tmp_path / "plain", study, plan(study), replace(layout, encoding="utf-8")) / f"{MAIN}.csv"
        )
        assert content.decode(encoding) == plain.read_text(encoding="utf-8")
    assert "toleransi ±0,01" in (folder / "supervisors.csv").read_bytes().decode(encoding)
    assert content.startswith(b"\xff\xfe") == (encoding == "utf-16")
    log = log_of(folder, MAIN)
    assert ("47" if encoding == "cp1252" else "48", f"written in {encoding}") in {
        (line["kind"], line["raw"]) for line in log
    }
    rows = text_rows(folder / f"{MAIN}.csv", layout)
    for line in log:
        if line["variable"] and line["row"] and line["kind"] not in ("54", "57"):
            assert rows[int(line["row"]) - 1][rows[1].index(line["column"])] == line["raw"]


def test_line_ends(study, tmp_path):
    plain = written(tmp_path / "plain", study, plan(study), Layout(level="")) / f"{MAIN}.csv"
    for name, layout in (
        ("windows", Layout(level="", line_end="\r\n")),
        ("open", Layout(level="", last_end=False)),
        ("both", Layout(level="", line_end="\r\n", last_end=False, encoding="utf-16")),
    ):
        folder = written(tmp_path / name, study, plan(study), layout)
        text = (folder / f"{MAIN}.csv").read_bytes().decode(layout.encoding)
        expected = plain.read_bytes().decode().replace("\n", layout.line_end)
        assert text == (expected if layout.last_end else expected.removesuffix(layout.line_end))
        assert {line["raw"] for line in log_of(folder, MAIN) if line["kind"] == "52"} == {
            *(["Windows line ends"] if layout.line_end != "\n" else []),
            *(["no end of the last line"] if not layout.last_end else []),
        }


# --- what happens to whole files, by chance


def test_what_happens_to_files_comes_at_the_declared_rates(study):
    drawn = [untidy(Layout(level="high"), plan(study, seed=seed), study.codebook) for seed in range(400)]
    shares = {
        35: [layout.sections for layout in drawn],
        39: [bool(layout.twice) for layout in drawn],
        40: [layout.long for layout in drawn],
        43: [bool(layout.thousands) for layout in drawn],
        47: [layout.encoding == "cp1252" for layout in drawn],
        51: [layout.broken for layout in drawn],
        62: [layout.numbers for layout in drawn],
        66: [not layout.recorded for layout in drawn],
    }
    for kind, found in shares.items():
        assert sum(found) / len(found) == pytest.approx(FILE_RATES[kind][3], abs=0.07), kind
    assert any(layout.encoding in ("utf-16", "shift_jis") for layout in drawn)
    assert any(layout.line_end == "\r\n" for layout in drawn)
    books = [
        untidy(Layout(level="high", formats={MAIN: "xlsx"}), plan(study, seed=seed), study.codebook)
        for seed in range(400)
    ]
    assert sum(bool(layout.sheets) for layout in books) / 400 == pytest.approx(0.5, abs=0.07)
    assert all(layout.encoding == "utf-8" and not layout.long for layout in books)
    assert untidy(Layout(level=""), plan(study), study.codebook) == Layout(level="")
    assert untidy(Layout(level="high"), plan(study, seed=3), study.codebook) == drawn[3]
