"""Programmes of other countries and languages, invented here, from the raw file to the report: money of Kenya
in English alone, and texts in French alone.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from conftest import ROOT, page_of, replace_in, seal
from manfaat.analysis.study import build, clean_tables, load_study, read_raw
from manfaat.base.problems import ProblemsError
from manfaat.desk.forms import write_form
from manfaat.report.letters import lacking_languages
from manfaat.run.files import write_media
from manfaat.run.run import Options, run_cohort

PROGRAMME = """
programme: stitch
title: {en: Tailoring course in Kisumu}
summary: {en: Invented for a test. A lottery gave places in a course of three months.}
tables:
  people: {label: {en: people}, key: [number]}
  costs: {label: {en: cost sheet}, key: [line]}
units: {kes_month: , years: }
prices: {nominal_within: 1, base_year: 2024, label: {en: "money of May 2024"}}
subgroups:
  - {id: sex, label: {en: Sex}, variable: sex, answers: {"1": {en: women}, "0": {en: men}}}
costs:
  table: costs
  currency: KES
  bases: {"1": cohort}
  "yes": "1"
  "no": "0"
  months: {value: 3, source: {en: the timetable}}
  currencies: {KES: }
  parties:
    - {id: trainee, label: {en: Trainees}, role: trainee, payers: ["1"]}
    - {id: county, label: {en: The county}, role: sender, payers: ["2"], government: true}
    - {id: others, label: {en: Other tailors}, role: other}
worth:
  benefit:
    label: {en: Higher pay}
    indicator: pay
    base: pay
    goes_to: trainee
    by_subgroup: sex
    profile: {0: -0.25, 0.5: 0.5, 1: 1}
    levies: [{label: {en: income tax}, share: 0.1, goes_to: county, source: {en: the tax table}}]
    displacement: {share: 0.2, borne_by: others, because: {en: few customers}}
design:
  unit: person
  group: group
  participants: ["1"]
  comparison: ["0"]
  times: {now: {en: May 2024}}
claims: [{id: T1, text: {en: Pay rose.}, indicators: [pay]}]
families: [pay]
"""
COHORT = """
cohort: kisumu-2024-synthetic
programme: stitch
label: {en: Kisumu 2024}
kind: synthetic
assignment: randomised
files: [{file: people.csv, table: people}, {file: costs.csv, table: costs}]
period: {en: May 2024}
fieldwork: {begins: 2024-05-02, ends: 2024-05-28}
denominators: {because: {en: nobody was counted}}
origin: made by a test
licence: CC0
citation: none
"""
CODEBOOK = """table,name,type,unit,role,label::English (en)
people,number,text,,key,Number
people,group,select_one group,,group,Group
people,sex,select_one sex,,,Sex
people,age,integer,years,,Age
people,pay,decimal,kes_month,,Pay last month
costs,line,text,,key,Line
costs,cohort,integer,,,Cohort
costs,item,select_one item,,,Item
costs,payer,select_one payer,,,Payer
costs,currency,text,,,Currency
costs,amount,decimal,,,Amount
costs,year,integer,,,Year
costs,covered,integer,,,Trainees
costs,basis,select_one basis,,,Basis
costs,in_kind,select_one yes_no,,,In kind
costs,valuation,text,,,Valuation
costs,transfer,select_one yes_no,,,Transfer
costs,share,decimal,,,Share
costs,document,text,,,Document
"""
CHOICES = """list_name,name,label::English (en)
group,1,Participants
group,0,Controls
sex,1,Woman
sex,0,Man
item,1,Teaching
payer,1,Trainees
payer,2,County
basis,1,The whole cohort
yes_no,1,Yes
yes_no,0,No
"""
INDICATORS = """name,time,stage_thesis,construct,inputs,unit,direction,family,use,label::English (en),definition::English (en)
group,fixed,input,copy,group,,,,group,Group,Offered a place or not
sex,fixed,input,copy,sex,,,,covariate,Woman,Is a woman
age,fixed,input,copy,age,years,,,covariate,Age,Age in years
pay,now,outcome,copy,pay,kes_month,higher,pay,effect,Pay,Pay of last month
"""  # noqa: E501
COSTS = """line,cohort,item,payer,currency,amount,year,covered,basis,in_kind,valuation,transfer,share,document
1,2024,1,2,KES,4000000,2024,60,1,0,1,0,1,ledger
"""
FRENCH = {
    "English (en)": "Français (fr)",
    "{en:": "{fr:",
    "Tailoring course in Kisumu": "Cours de couture à Thiès",
    "Pay of last month": "Salaire du mois dernier",
    ",Pay,": ",Salaire,",
    "KES": "EUR",
    "kes_month": "eur_month",
}


def people(write) -> str:
    """120 people, of whom 60 were offered a place and earn some 3,000 more; ``write`` writes an amount."""
    random = np.random.default_rng(4)
    rows = []
    for place in range(120):
        offered, woman = place % 2, place // 2 % 2
        pay = round(9000 + 3000 * offered + 500 * woman + random.normal(0, 1500))
        rows.append(f'{place + 1},{offered},{woman},{20 + place % 25},"{write(place, pay)}"')
    return "\n".join(["number,group,sex,age,pay", *rows]) + "\n"


def kenyan(place: int, pay: int) -> str:
    """An amount as people of Kisumu write it, each in one of three ways."""
    return (f"KSh {pay:,}/=", f"Kshs. {pay:,}.00", f"{pay:,}")[place % 3]


def french(place: int, pay: int) -> str:
    """An amount as people in Thiès would write euros."""
    return f"{pay:,},00 €".replace(",", " ", 1) if place % 2 else f"{pay} euros"


def written(base: Path, write, words: dict[str, str]) -> Path:
    """Write programme and delivery below a folder, with some words changed."""

    def put(path: Path, text: str) -> None:
        for old, new in words.items():
            text = text.replace(old, new)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    files = {"programme.yml": PROGRAMME, "codebook.csv": CODEBOOK, "choices.csv": CHOICES}
    for name, text in (files | {"indicators.csv": INDICATORS}).items():
        put(base / "programmes" / "stitch" / name, text)
    raw = base / "data" / "raw" / "kisumu-2024-synthetic"
    put(raw / "cohort.yml", COHORT)
    put(raw / "costs.csv", COSTS)
    (raw / "people.csv").write_text(people(write), encoding="utf-8")
    seal(raw)
    if not (base / "notebooks").exists():
        (base / "notebooks").symlink_to(ROOT / "notebooks")
    return base


def loaded(base: Path):
    """The study below a folder."""
    return load_study("kisumu-2024-synthetic", root=base)


@pytest.mark.parametrize(("write", "words", "sign"), [(kenyan, {}, "Ksh "), (french, FRENCH, "€")])
def test_amounts_are_those_that_were_written(tmp_path, write, words, sign):
    study = loaded(written(tmp_path, write, words))
    tables = clean_tables(study, read_raw(study))
    table = build(study, tables["people"].kept)
    expected = [int(row.split(",", 4)[4].strip('"')) for row in people(lambda _, pay: pay).splitlines()[1:]]
    assert table["pay"].tolist() == expected
    unit = next(iter(study.programme.units.values()))
    assert unit.prefix == sign
    told = lacking_languages(study)  # the house's own words for a unit are in its own languages
    assert [line for line in told if "programme.yml" not in line] == []
    assert bool(told) == bool(words)


def test_a_text_that_a_language_lacks_is_told_and_falls_back(tmp_path):
    base = written(tmp_path, kenyan, {"title: {en: Tailoring course in Kisumu}":
        "title: {en: Tailoring course in Kisumu, sw: Kozi ya ushonaji}\nlanguages: [en, sw]"})  # fmt: skip
    study = loaded(base)
    assert study.programme.title["sw"] == "Kozi ya ushonaji"
    assert study.programme.summary["sw"] == study.programme.summary["en"]
    told = lacking_languages(study)
    assert told[0].startswith("stitch/programme.yml: ")
    assert "not said in 'sw'" in told[0]
    assert "'summary'" in told[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("programme", "{en: people}", "{zz: people}", "'zz' is no language"),
        ("programme", "{en: people}", "{}", "the text stands in no language"),
        ("programme", "nominal_within: 1, ", "", "prices are either a 'series'"),
        ("programme", "kes_month: ,", "kex_month: ,", "the unit 'kex_month' has no label"),
        ("cohort", "ends: 2024-05-28", "ends: 2024-07-28", "answers took longer than that to collect"),
        ("cohort", "fieldwork: {begins: 2024-05-02, ends: 2024-05-28}\n", "", "the days are not known"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, file, old, new, message):
    base = written(tmp_path, kenyan, {})
    path = {"programme": base / "programmes/stitch/programme.yml"}.get(
        file, base / "data/raw/kisumu-2024-synthetic/cohort.yml"
    )
    replace_in(path, old, new)
    with pytest.raises(ProblemsError, match=message):
        loaded(base)


def test_a_form_is_in_the_languages_of_the_programme(tmp_path):
    base = written(tmp_path, french, FRENCH)
    study = loaded(base)
    write_form(study.programme, study.codebook, "people", tmp_path / "form.xlsx")
    survey = pd.read_excel(tmp_path / "form.xlsx", sheet_name="survey", engine="openpyxl")
    assert [name for name in survey if name.startswith("label")] == ["label::Français (fr)"]


@pytest.mark.runs
@pytest.mark.parametrize(("write", "words"), [(kenyan, {}), (french, FRENCH)])
def test_from_the_raw_file_to_the_report(tmp_path, write, words, monkeypatch):
    base = written(tmp_path, write, words)
    outcome = run_cohort("kisumu-2024-synthetic", Options("both", formats=("html",)), root=base)
    assert outcome.failure == ""
    reports = base / "reports" / "kisumu-2024-synthetic"
    assert not (reports / "report.id.html").exists()
    page = page_of(reports)
    house = base / "data/processed/kisumu-2024-synthetic/exact"
    effect, told = (
        frame.loc[frame["is_primary"] & (frame["indicator"] == "pay"), "estimate"].iloc[0]
        for frame in (
            pd.read_csv(file) for file in (house / "estimates/05_outcomes.csv", reports / "estimates.csv")
        )
    )
    raw = [row.split(",", 4) for row in people(lambda _, pay: pay).splitlines()[1:]]
    by_hand = [np.mean([float(row[4].strip('"')) for row in raw if row[1] == code]) for code in ("1", "0")]
    assert effect == pytest.approx(by_hand[0] - by_hand[1])
    sign = "€" if words else "Ksh "
    assert f"{sign}{told:,.0f} a month" in page
    assert "Marginal value of public funds" in page
    assert "not deflated" in page
    assert ("Salaire" in page) == bool(words)
    study = load_study("kisumu-2024-synthetic", root=base)
    ((folder, pictures),) = write_media(study, "web")  # of the one language that there is
    assert folder == reports / "exhibits/web"
    assert len(list(folder.glob("*.png"))) == pictures >= 5


def test_check_names_what_is_lacking(tmp_path, monkeypatch):
    from manfaat import cli

    base = written(tmp_path, kenyan, {"title: {en: Tailoring course in Kisumu}":
        "title: {en: Tailoring course in Kisumu, sw: Kozi ya ushonaji}"})  # fmt: skip
    monkeypatch.setattr(cli, "project", lambda: base)
    result = CliRunner().invoke(cli.app, ["check", "kisumu-2024-synthetic"])
    assert result.exit_code == 0, result.output
    assert "not said in 'sw'" in result.output
