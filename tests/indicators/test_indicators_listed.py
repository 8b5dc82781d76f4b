"""Lists of answers without an order: each answer enters as an indicator of its own, whatever its code."""

import csv
import shutil
from hashlib import sha256

import pytest

from case_runs import project_of
from manfaat.analysis import study as studies
from manfaat.base.problems import ProblemsError
from manfaat.evaluation.estimate import Settings
from manfaat.evaluation.ladder import estimate_stages


def rewrite(path, change):
    """Read a CSV file, change its rows and write it back."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def nominal(tmp_path):
    name, project = project_of("e11-nominal-covariate", tmp_path)
    shutil.rmtree(project / "notebooks")
    return name, project


def estimates(name, project):
    raw = project / "data" / "raw" / name
    (raw / "SHA256SUMS").write_text(f"{sha256((raw / 'd.csv').read_bytes()).hexdigest()}  d.csv\n")
    study = studies.load_study(name, root=project)
    built = studies.build(study, studies.clean_tables(study, studies.read_raw(study))["people"].kept)
    return study, estimate_stages(
        built,
        study.programme,
        list(study.indicators),
        Settings(name, "observational", study.primary),
        stages=("outcome",),
    )


@pytest.mark.parametrize(
    "codes",
    [
        {"31": "1", "32": "2", "64": "3"},
        {"31": "9", "32": "3", "64": "5"},
        {"31": "jakarta", "32": "jabar", "64": "kaltim"},
    ],
)
def test_new_codes_change_nothing(nominal, codes):
    name, project = nominal
    _, before = estimates(name, project)
    definitions = project / "programmes" / name
    rewrite(
        definitions / "choices.csv",
        lambda rows: [row | {"name": codes.get(row["name"], row["name"])} for row in rows],
    )
    rewrite(
        project / "data" / "raw" / name / "d.csv",
        lambda rows: [row | {"prov": codes[row["prov"]]} for row in rows],
    )
    _, after = estimates(name, project)
    assert after["estimate"].tolist() == pytest.approx(before["estimate"].tolist(), abs=1e-9)
    assert before["estimate"].iloc[0] == pytest.approx(1.0356, abs=5e-5)  # 3.589 with the codes as one number


def test_an_answer_that_nobody_gave_changes_nothing(nominal):
    name, project = nominal
    _, before = estimates(name, project)
    rewrite(
        project / "programmes" / name / "choices.csv",
        lambda rows: [dict(rows[-1], name="11", **{"label::English (en)": "Aceh"}), *rows],
    )
    _, after = estimates(name, project)
    assert after["estimate"].tolist() == pytest.approx(before["estimate"].tolist(), abs=1e-9)


def test_a_list_coded_one_and_two_is_shown_as_shares(nominal):
    name, project = nominal
    rewrite(
        project / "programmes" / name / "choices.csv",
        lambda rows: [row for row in rows if row["name"] != "64"],
    )
    rewrite(
        project / "data" / "raw" / name / "d.csv",
        lambda rows: [row | {"prov": "32"} if row["prov"] == "64" else row for row in rows],
    )
    # a share whose codes are not 0 and 1 is no share: 3,150 per cent would be printed of it
    rewrite(
        project / "programmes" / name / "indicators.csv",
        lambda rows: [row | {"unit": "share"} if row["name"] == "prov" else row for row in rows],
    )
    study, _ = estimates(name, project)
    assert [
        (line.name, line.use, line.unit) for line in study.indicators if line.name.startswith("prov")
    ] == [
        ("prov", "technical", "share"),
        ("prov_31", "covariate", "share"),
        ("prov_32", "covariate", "share"),
    ]


def test_codes_that_count_something_stay_numbers(nominal):
    name, project = nominal
    rewrite(
        project / "programmes" / name / "indicators.csv",
        lambda rows: [row | {"unit": "number"} if row["name"] == "prov" else row for row in rows],
    )
    study, _ = estimates(name, project)
    assert [line.name for line in study.indicators] == ["group", "prov", "y"]


def test_an_effect_on_bare_codes_is_refused(nominal):
    name, project = nominal
    rewrite(
        project / "programmes" / name / "indicators.csv",
        lambda rows: [row | {"use": "effect"} if row["name"] == "prov" else row for row in rows],
    )
    with pytest.raises(
        ProblemsError, match="'prov' holds the codes of the list 'prov', which are names and no numbers"
    ):
        studies.load_study(name, root=project)


def test_a_text_is_no_covariate(nominal):
    name, project = nominal
    rewrite(
        project / "programmes" / name / "codebook.csv",
        lambda rows: [row | {"type": "text"} if row["name"] == "prov" else row for row in rows],
    )
    with pytest.raises(ProblemsError, match="the covariate 'prov' is a text"):
        studies.load_study(name, root=project)


@pytest.mark.parametrize(
    ("recipe", "inputs", "arguments"),
    [("sum", "prov", ""), ("power", "prov", "exponent=2"), ("difference", "prov y_raw", "")],
)
def test_codes_are_not_reckoned_with(nominal, recipe, inputs, arguments):
    name, project = nominal
    path = project / "programmes" / name / "indicators.csv"
    y = next(
        row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()) if row["name"] == "y"
    )
    made = y | {
        "name": "odd",
        "indicator": "odd",
        "construct": recipe,
        "inputs": inputs.replace("y_raw", y["inputs"]),
        "arguments": arguments,
        "unit": "",
    }
    rewrite(path, lambda rows: [*rows, made | {"use": "describe"}])
    with pytest.raises(
        ProblemsError, match=f"'{recipe}' reckons with the codes of 'prov', which are names and no numbers"
    ):
        studies.load_study(name, root=project)
