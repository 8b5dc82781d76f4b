"""A recipe gives the same number from its own file alone: Python and R are run, Stata is read as text."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from helpers import open_study
from manfaat.analysis.recipes import LANGUAGES, least_squares, solving, weighting

pytestmark = pytest.mark.slow
RSCRIPT = shutil.which("Rscript")
COHORTS = ("nsw-1976", "jakarta-tokyo-2004-synthetic", "michigan-1987-89")
OUTCOMES = [
    (COHORTS[0], "earnings"),
    (COHORTS[0], "no_earnings"),
    (COHORTS[1], "log_pay"),
    (COHORTS[2], "log_scrap"),
]


@pytest.mark.r
def test_r_is_there_where_it_must_be():
    assert os.environ.get("MANFAAT_R") != "required" or (
        has_package("sandwich") and has_package("clubSandwich")
    )


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    root = tmp_path_factory.mktemp("recipes")
    for name in ("programmes", "notebooks"):
        (root / name).symlink_to(ROOT / name)
    for cohort in COHORTS:
        shutil.copytree(ROOT / "data/raw" / cohort, root / "data/raw" / cohort)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield {cohort: open_study(cohort) for cohort in COHORTS}


def has_package(name: str) -> bool:
    return (
        bool(RSCRIPT)
        and not subprocess.run([RSCRIPT, "-e", f"library({name})"], capture_output=True).returncode
    )


def covered(found):
    """The rows of an estimate that a recipe is written for, each with its recipe's arguments."""
    known = (*least_squares.METHODS, *weighting.METHODS, *solving.METHODS)
    rows = found.frame[found.frame["method"].isin(known) & found.frame["estimate"].notna()]
    return [
        {"specification": row.specification, "std_error": row.std_error_kind}
        for row in rows.drop_duplicates(["specification", "std_error_kind"]).itertuples()
    ]


def python_numbers(recipe, monkeypatch):
    monkeypatch.chdir(recipe.script.parent)
    names = runpy.run_path(recipe.script.name)
    return float(names["estimate"]), float(names["std_error"])


def r_numbers(recipe):
    done = subprocess.run(
        [RSCRIPT, recipe.script.name], cwd=recipe.script.parent, capture_output=True, text=True, check=True
    )
    return tuple(float("nan") if word == "NA" else float(word) for word in done.stdout.split()[-2:])


def check(numbers, recipe):
    assert numbers[0] == pytest.approx(recipe.estimate, rel=1e-8)
    if np.isfinite(recipe.std_error):
        assert numbers[1] == pytest.approx(recipe.std_error, rel=1e-7)


@pytest.mark.parametrize(("cohort", "name"), OUTCOMES)
def test_every_python_recipe_gives_the_number(studies, cohort, name, monkeypatch):
    found = studies[cohort].estimate(name)
    arguments = covered(found)
    assert len({one["specification"] for one in arguments}) >= (4 if cohort == COHORTS[2] else 10)
    errors = 0
    for one in arguments:
        recipe = found.recipe(**one)
        check(python_numbers(recipe, monkeypatch), recipe)
        errors += np.isfinite(recipe.std_error)
    assert errors >= (4 if cohort == COHORTS[2] else 6)


@pytest.mark.parametrize(
    "choice",
    [
        {"where": "age >= 25", "covariates": ["age", "married"]},
        {"outliers": False, "specification": "adjusted-6"},
        {"cluster": "education", "covariates": []},
    ],
)
def test_a_recipe_of_what_was_chosen_gives_the_number(studies, choice, monkeypatch):
    found = studies[COHORTS[0]].estimate("earnings", **choice)
    recipe = found.recipe()
    check(python_numbers(recipe, monkeypatch), recipe)
    if "cluster" in choice:
        assert "no standard error of the kind CR2: √(Σ(ΣaAe)²)" in recipe.code


def test_the_file_holds_the_sample_and_no_more(studies):
    found = studies[COHORTS[1]].estimate("log_pay")
    recipe = found.recipe(specification="adjusted-work")
    row = found.named("adjusted-work").iloc[0]
    data = pd.read_csv(recipe.data)
    spec = studies[COHORTS[1]].definition.programme.specification("adjusted-work")
    assert len(data) == row["n"] + row["n_comparison"]
    assert set(data) <= {"log_pay_now", "took_part", *spec.covariates}
    assert {"log_pay_now", "took_part"} <= set(data)
    whole = studies[COHORTS[1]].indicators["log_pay_now"]
    assert set(data["log_pay_now"]) <= set(whole.dropna())  # to the last digit
    assert "/data/processed/" in recipe.data.as_posix()
    assert recipe.data.parent.name == "recipes"


def test_each_language_has_each_recipe_and_says_what_it_lacks(studies):
    found = studies[COHORTS[0]].estimate("earnings")
    for language, ending in LANGUAGES.items():
        for one in covered(found):
            recipe = found.recipe(language, **one)
            assert recipe.script.suffix == ending
            assert recipe.script.read_text(encoding="utf-8").rstrip("\n") == recipe.code
            assert f'{recipe.data.name}"' in recipe.code
            if not np.isfinite(recipe.std_error):
                assert "standard error" in recipe.code
    text = found.recipe("stata", specification="adjusted-10", std_error="HC3").code
    assert "vce(hc3)" in text
    assert "regress earnings_1978 took_part age" in text


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ({"language": "rr"}, "did you mean r"),
        (
            {"specification": "cross-section"},
            "with a treatment of its own. Expected: its formula, to be written by hand",
        ),
        ({"std_error": "HC4"}, "HC2"),
    ],
)
def test_what_there_is_no_recipe_for_is_told(studies, arguments, near):
    cohort, name = (COHORTS[2], "training_hours") if "specification" in arguments else OUTCOMES[0]
    with pytest.raises(ValueError, match="1 problem") as failure:
        studies[cohort].estimate(name).recipe(**arguments)
    assert near in str(failure.value)


@pytest.mark.r
@pytest.mark.skipif(not has_package("sandwich"), reason="R with sandwich is not installed")
@pytest.mark.parametrize(("cohort", "name"), OUTCOMES)
def test_every_r_recipe_gives_the_number(studies, cohort, name):
    found = studies[cohort].estimate(name)
    for one in covered(found):
        recipe = found.recipe("r", **one)
        check(r_numbers(recipe), recipe)


@pytest.mark.r
@pytest.mark.skipif(not has_package("clubSandwich"), reason="R with clubSandwich is not installed")
@pytest.mark.parametrize("name", ["log_pay", "promoted"])
def test_clustered_errors_are_those_of_clubsandwich(studies, name):
    found = studies[COHORTS[1]].estimate(
        name, rater="self" if name == "promoted" else None, cluster="firm", specification="difference"
    )
    recipe = found.recipe("r")
    assert "CR2" in recipe.code
    assert np.isfinite(recipe.std_error)
    check(r_numbers(recipe), recipe)
