"""The command that simulates a cohort: all or nothing, refused in clear words, sealed, and the same bytes
again.
"""

import shlex
import shutil

import pytest
import yaml
from typer.testing import CliRunner

from conftest import ROOT
from manfaat.analysis.study import check_study, load_study
from manfaat.base.paths import known_cohorts
from manfaat.base.problems import ProblemsError
from manfaat.cleaning.readers import read_checksums
from manfaat.cli import app
from manfaat.simulation import requests
from manfaat.simulation.requests import Request, simulate

runner = CliRunner()
SHIPPED = [name for name in known_cohorts(ROOT / "data") if "synthetic" in name]
ASKED = ["simulate", "jakarta-tokyo", "--cohort", "trial-synthetic", "--participants", "12", "--seed", "3"]


@pytest.fixture
def house(tmp_path, monkeypatch):
    """The definitions alone, without any delivery."""
    for name in ("programmes", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str):
    result = runner.invoke(app, list(arguments))
    return result.exit_code, " ".join(result.output.split())


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
def test_a_cohort_is_simulated_sealed_and_can_be_checked(house):
    code, said = call(*ASKED)
    assert code == 0
    assert "data/raw/trial-synthetic: rows of participants" in said
    folder = house / "data/raw/trial-synthetic"
    found = files_of(folder)
    assert set(found) == {"cohort.yml", "SHA256SUMS", "participants.csv", "supervisors.csv", "costs.csv"} | {
        f"truth/{name}.csv" for name in ("effects", "errors", "participants", "supervisors", "costs")
    }
    assert set(read_checksums(folder)) == set(found) - {"cohort.yml", "SHA256SUMS"}
    code, told = call("check", "trial-synthetic")
    assert (code, "trial-synthetic: definitions and files are in order" in told) == (0, True)
    assert [path.name for path in (house / "data/raw").iterdir()] == [
        "trial-synthetic"
    ]  # nothing half-made beside it


@pytest.mark.slow
def test_the_truth_is_never_needed(house):
    call(*ASKED)
    shutil.rmtree(house / "data/raw/trial-synthetic/truth")
    check_study(load_study("trial-synthetic", root=house))


@pytest.mark.slow
def test_the_command_in_the_file_makes_the_same_bytes_again(house):
    call(
        *ASKED,
        "--format",
        "xlsx",
        "--answers",
        "id",
        "--comparison",
        "30",
        "--survey",
        "2009-07-06",
        "--form-version",
        "2",
        "--record",
    )
    folder = house / "data/raw/trial-synthetic"
    first = files_of(folder)
    command = yaml.safe_load(first["cohort.yml"])["simulated"]["command"]
    assert call(*shlex.split(command)[1:], "--replace")[0] == 0
    assert files_of(folder) == first


def test_the_comparison_groups_have_the_asked_size(house):
    plan = requests.plan_of(
        Request("jakarta-tokyo", "x-synthetic", 100, 1, "none", comparison=400),
        requests.load_simulated("jakarta-tokyo", root=house),
    )
    assert plan.sizes["1"] == 100
    assert sum(plan.sizes.values()) == pytest.approx(500, abs=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"programme": "jakarta-tokio"}, "there is no such programme. Expected: did you mean jakarta-tokyo?"),
        (
            {"programme": "nsw"},
            "it has no simulation.yml: nothing says how it is simulated. Expected: one of jakarta-tokyo",
        ),
        (
            {"cohort": "trial"},
            "the name of a simulated cohort must say so. Expected: for instance 'trial-synthetic'",
        ),
        ({"cohort": "../x-synthetic"}, "is no name of a folder. Expected: small letters, digits and hyphens"),
        ({"mess": "much"}, "--mess: there is no 'much'. Expected: one of high, low, none, real"),
        ({"participants": 9}, "--participants: 9 is out of range. Expected: 10 to 10000000"),
        ({"participants": 10_000_001}, "--participants: 10000001 is out of range"),
        ({"comparison": 3}, "--comparison: 3 is out of range"),
        ({"seed": -1}, "--seed: -1 is out of range"),
        ({"kind": "ods"}, "--format: there is no 'ods'"),
        ({"kind": "kobo", "answers": "id"}, "--answers: a file of the format 'kobo' holds codes"),
        ({"answers": "fr"}, "--answers: there is no 'fr'"),
        ({"version": "3"}, "--form-version: there is no '3'. Expected: one of 1, 2"),
        ({"survey": "2004"}, "--survey: '2004' is no day. Expected: a day like 2004-07-05"),
        ({"survey": "2031-01-01"}, "has no value for 2030"),
        ({"kind": "xlsx", "participants": 100_000}, "people are too many for the format 'xlsx'"),
    ],
)
def test_what_cannot_be_simulated_is_refused_and_leaves_nothing(house, given, told):
    asked = Request(
        **(
            {
                "programme": "jakarta-tokyo",
                "cohort": "trial-synthetic",
                "participants": 12,
                "seed": 1,
                "mess": "real",
            }
            | given
        )
    )
    with pytest.raises(ProblemsError) as failure:
        simulate(asked, house / "data", root=house)
    assert told in str(failure.value)
    assert not list((house / "data").rglob("*.csv"))


@pytest.mark.slow
def test_all_that_is_wrong_is_told_at_once(house):
    code, said = call(
        "simulate",
        "jakarta-tokyo",
        "--cohort",
        "trial",
        "--participants",
        "1",
        "--seed",
        "1",
        "--mess",
        "much",
    )
    assert code == 2
    assert "3 problems found" in said


def test_nothing_is_overwritten_unless_asked_for_and_never_what_is_real(project, monkeypatch):
    monkeypatch.chdir(project)
    call(*ASKED)
    before = files_of(project / "data/raw/trial-synthetic")
    code, said = call(*ASKED)
    assert (code, "the cohort exists already. Expected: another name, or --replace" in said) == (2, True)
    assert files_of(project / "data/raw/trial-synthetic") == before
    real = project / "data/raw/a-real-cohort-not-synthetic"
    shutil.copytree(project / "data/raw/nsw-1976", real)
    told = files_of(real)
    code, said = call(
        "simulate", "jakarta-tokyo", "--cohort", real.name, "--participants", "12", "--seed", "1", "--replace"
    )
    assert (code, "it is no synthetic cohort, and a real one is never replaced" in said) == (2, True)
    assert files_of(real) == told


@pytest.mark.slow
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
def test_an_interruption_leaves_the_former_cohort_and_nothing_else(house, monkeypatch, interruption):
    asked = Request("jakarta-tokyo", "trial-synthetic", 12, 3, "real")
    simulate(asked, house / "data", root=house)
    before = files_of(house / "data")

    def stop(*_, **__):
        raise interruption

    monkeypatch.setattr("manfaat.simulation.delivery.truth_table", stop)
    with pytest.raises(interruption):
        simulate(asked, house / "data", root=house, is_replaced=True)
    assert files_of(house / "data") == before


@pytest.mark.slow
def test_progress_is_told_while_blocks_are_written(house):
    told = []
    definitions = house / "programmes/jakarta-tokyo/simulation.yml"
    definitions.write_text(
        definitions.read_text(encoding="utf-8").replace("block: 50000", "block: 20"), encoding="utf-8"
    )
    simulate(
        Request("jakarta-tokyo", "trial-synthetic", 20, 3, "none"),
        house / "data",
        root=house,
        progress=lambda people, of: told.append((people, of)),
    )
    assert told == [(20, 60), (40, 60), (60, 60)]


# --- the cohorts that are shipped


@pytest.mark.parametrize("cohort", SHIPPED)
def test_a_shipped_cohort_is_synthetic_small_and_says_so(cohort):
    folder = ROOT / "data/raw" / cohort
    values = yaml.safe_load((folder / "cohort.yml").read_text(encoding="utf-8"))
    assert values["kind"] == "synthetic"
    assert "(synthetic)" in values["label"]["en"]
    assert "(sintetis)" in values["label"]["id"]
    assert values["licence"].startswith("CC0")
    assert sum(len(content) for content in files_of(folder).values()) < 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize("cohort", SHIPPED)
def test_a_shipped_cohort_is_what_its_command_makes(house, cohort):
    """If this fails after a change of the simulation, ``make synthetic`` makes the cohorts anew."""
    command = yaml.safe_load((ROOT / "data/raw" / cohort / "cohort.yml").read_text(encoding="utf-8"))[
        "simulated"
    ]["command"]
    assert call(*shlex.split(command)[1:])[0] == 0
    made, shipped = files_of(house / "data/raw" / cohort), files_of(ROOT / "data/raw" / cohort)
    assert set(made) == set(shipped)
    changed = {name for name in made if made[name] != shipped[name]} - {
        "truth/effects.csv",
        "SHA256SUMS",
    }  # effects follow the indicators
    assert changed == set()


def test_three_surveys_are_shipped_of_different_kinds_and_versions():
    files = {
        cohort: {path.name for path in (ROOT / "data/raw" / cohort).glob("participants.*")}
        for cohort in SHIPPED
    }
    assert sorted(map(sorted, files.values())) == [
        ["participants.csv"],
        ["participants.sav"],
        ["participants.xlsx"],
    ]
