"""The generator for any programme: what it needs, a programme of three variables, and the same bytes from the
same seed in every format.
"""

import csv
import hashlib
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_synthetic_mess import FOLDER, MAIN, loaded, plan, written

from conftest import ROOT
from manfaat.analysis import study as studies
from manfaat.definitions.codebook import load_codebook
from manfaat.definitions.programme import load_programme
from manfaat.simulation import load_simulation
from manfaat.simulation.delivery import write_delivery
from manfaat.simulation.exports import Layout
from manfaat.simulation.mess.rendering import Rendering
from manfaat.simulation.truth import Measures, truth_table

pytestmark = pytest.mark.simulation


@pytest.fixture(scope="module")
def study():
    return loaded(FOLDER, ROOT)


SETTINGS = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@SETTINGS
@given(
    kind=st.sampled_from(["csv", "kobo", "xlsx", "sav"]),
    level=st.sampled_from(["", "low", "high"]),
    answers=st.sampled_from(["code", "en", "id"]),
    untidy=st.booleans(),
    people=st.integers(1, 25),
    seed=st.integers(0, 2**32),
)
def test_same_seed_same_bytes(study, tmp_path_factory, kind, level, answers, untidy, people, seed):
    more = {
        "sections": True,
        "twice": ("wage_now",),
        "numbers": True,
        "sheets": "cohort",
        "encoding": "utf-16",
        "line_end": "\r\n",
        "broken": True,
    }
    layout = Layout(
        level=level,
        rendering=Rendering(answers=answers),
        formats={MAIN: kind, "supervisors": kind},
        **(more if untidy else {}),
    )
    folders = [
        written(tmp_path_factory.mktemp("x") / name, study, plan(study, people, seed), layout)
        for name in ("one", "two")
    ]
    sums = [
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        for folder in folders
    ]
    assert sums[0] == sums[1]
    assert len(sums[0]) == 4


def test_no_file_holds_the_time_at_which_it_was_made(study, tmp_path):
    """Two files made in the same second would be alike even so."""
    folder = written(
        tmp_path / "x", study, plan(study, 5), Layout(formats={MAIN: "xlsx", "supervisors": "sav"})
    )
    with zipfile.ZipFile(folder / f"{MAIN}.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        moments = re.findall(rb">(\d{4}-\d\d-\d\dT[^<]*)<", archive.read("docProps/core.xml"))
    assert moments == [b"2000-01-01T00:00:00Z"] * 2
    assert (folder / "supervisors.sav").read_bytes()[
        92:109
    ] == b"01 Jan 0000:00:00"  # offset 84 is the bias, 92 the day, 101 the time


@pytest.mark.parametrize("name", ["nsw", "michigan-grants"])
def test_a_programme_without_a_simulation_says_what_it_needs(name):
    folder = ROOT / "programmes" / name
    programme, _ = load_programme(folder, root=ROOT)
    codebook, _ = load_codebook(folder, programme, root=ROOT)
    simulation, problems = load_simulation(folder, programme, codebook, root=ROOT)
    assert simulation is None
    (problem,) = map(str, problems)
    assert f"programmes/{name}/simulation.yml" in problem
    assert "cannot be simulated" in problem
    assert "groups, selection, steps, response" in problem
    drawn = [
        variable.name
        for variable in codebook.table(programme.main_table)
        if variable.role not in ("key", "group")
    ]
    assert all(
        variable in problem
        for variable in drawn
        if variable not in programme.tables[programme.main_table].key
    )


LABELS = "label::English (en),label::Bahasa Indonesia (id)"
THREE = {
    "codebook.csv": (
        f"table,name,type,source,{LABELS},role\nplants,plot,text,plot,Plot,Petak,key\nplants,water,select_one"
        " yes,water,Watered,Disiram,group\nplants,height,integer,height,Height,Tinggi,\n"
    ),
    "choices.csv": f"list_name,name,{LABELS}\nyes,1,Yes,Ya\nyes,2,No,Tidak\n",
    "indicators.csv": (
        f"name,indicator,time,stage_thesis,stage_dac,construct,inputs,arguments,unit,direction,family,use,{LABELS},"
        "definition::English (en),definition::Bahasa Indonesia"
        " (id)\nwater,water,fixed,input,input,copy,water,,,,,group,Water,Air,Water,Air\n"
        "height,height,now,outcome,outcome,copy,height,,cm,higher,,effect,Height,Tinggi,Height,Tinggi\n"
    ),
    "corrections.csv": "table,key,variable,old,new,who,when,why\n",
    "programme.yml": (
        """programme: plants
title: {en: Watering, id: Penyiraman}
summary: {en: Watering, id: Penyiraman}
tables: {plants: {label: {en: plants, id: tanaman}, key: [plot]}}
units: {cm: {label: {en: centimetres, id: sentimeter}}}
design: {unit: {one: {en: plant, id: tanaman}, many: {en: plants, id: tanaman}}, group: water, participants: ["1"], comparison: ["2"], times: {now: {en: now, id: sekarang}}}
specifications: [{id: difference, label: {en: Difference, id: Selisih}, method: difference_in_means, std_errors: [HC2]}]
primary: {randomised: difference, observational: difference}
"""  # noqa: E501
    ),
    "simulation.yml": (
        """note: {en: Simulated, id: Simulasi}
block: 400
key: plot
key_prefix: "0"
group: water
interview: measured
survey: "2020-03-02"
groups:
  "1": {per_participant: 1, selected: true, treated: true, responds: true}
  "2": {per_participant: 2, selected: false}
selection: {base: 0, plus: {sun: 1}, steps: [{name: sun, law: normal}]}
steps:
  - {name: height, law: normal, base: 40, plus: {sun: 5, treated: 7}, sd: 3, to: 1, blank: {base: -3}}
response: {base: 1, plus: {sun: 0.5}}
"""
    ),
}


@pytest.fixture(scope="module")
def plants(tmp_path_factory):
    root = tmp_path_factory.mktemp("house")
    folder = root / "programmes" / "plants"
    folder.mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    for name, text in THREE.items():
        (folder / name).write_text(text, encoding="utf-8")
    return loaded(folder, root)


@pytest.mark.parametrize("kind", ["csv", "kobo", "xlsx", "sav"])
def test_a_programme_of_three_variables(plants, tmp_path, kind):
    made = plan(plants, 500, seed=8)
    layout = Layout(level="real", formats={"plants": kind})
    folder = plants.root / "data" / "raw" / f"{kind}-synthetic"
    written_ = write_delivery(folder, made, Measures(plants.programme, plants.lines, plants.folder), layout)
    cohort = studies.load_study(f"{kind}-synthetic", root=plants.root)
    tables = studies.clean_tables(cohort, studies.read_raw(cohort))
    built = studies.build(cohort, tables["plants"].kept)
    truth = list(csv.DictReader((folder / "truth" / "effects.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["name"] for row in truth] == ["water", "height"]
    height = truth[1]
    assert float(height["effect"]) == pytest.approx(7, abs=0.05)
    assert float(height["naive_gap_bias"]) > 2
    took_part = built["water"].astype("float64") == 1
    gap = built.loc[took_part, "height"].mean() - built.loc[~took_part, "height"].mean()
    assert gap == pytest.approx(
        float(height["naive_gap"]), abs=0.2
    )  # of the same people, some answers unreadable
    assert written_.fates["1"]["answered"] < 500 == sum(written_.fates["1"].values())
    assert written_.fates["2"] == {"answered": 1_000, "not_reached": 0, "refused": 0, "no_consent": 0}
    assert cohort.cohort.denominators.invited == 500


def test_consent_is_asked_where_people_may_withhold_it(plants):
    changed = plants.simulation.model_dump(by_alias=True, mode="json") | {
        "response": {"base": 1, "lost": {"no_consent": 1}}
    }
    with pytest.raises(ValueError, match="'no_consent' needs 'consent'"):
        type(plants.simulation).model_validate(changed)
    with pytest.raises(ValueError, match="need a sum above 0"):
        type(plants.simulation).model_validate(changed | {"response": {"base": 1, "lost": {"refused": 0}}})


def test_unknown_names_about_those_who_do_not_answer_are_told(plants, tmp_path):
    folder = tmp_path / "plants"
    folder.mkdir()
    text = THREE["simulation.yml"].replace(
        "response: {base: 1, plus: {sun: 0.5}}",
        'response: {base: 1, lost_by: {"3": {refused: 1}}, consent: {question: agree, declined: "2", before:'
        " [hight]}}",
    )
    (folder / "simulation.yml").write_text(text)
    _, problems = load_simulation(folder, plants.programme, plants.codebook, root=tmp_path)
    told = "\n".join(map(str, problems))
    assert "there is no group '3'" in told
    assert "'agree' is not a variable of the main table" in told
    assert "'hight' is not a variable of the main table. Expected: did you mean height?" in told


def test_the_truth_of_few_people_is_still_a_table(plants):
    table = truth_table(plan(plants, 1), Measures(plants.programme, plants.lines, plants.folder))
    assert table["name"].tolist() == ["water", "height"]
    assert table["n"].tolist() == [0, 1]
