"""The workbench: what is looked at, what is copied, what is counted, and what is never shown."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from conftest import ROOT
from helpers import Bench, open_study
from manfaat.base.paths import NOTEBOOKS
from manfaat.report.controls import Controls

pytestmark = pytest.mark.slow

COHORTS = ("nsw-1976", "michigan-1987-89")
COHORT = COHORTS[0]
LOOKS = [
    {},
    {"where": "married == 'Yes'"},
    {"covariates": ["age", "education"]},
    {"covariates": []},
    {"outliers": False, "where": "age >= 25", "specification": "adjusted-6"},
    {"specification": "did"},
    {"name": "education", "group": "married"},
    {"name": "no_degree_delivered"},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("bench")
    for name in ("programmes", "notebooks"):
        (root / name).symlink_to(ROOT / name)
    for cohort in COHORTS:
        shutil.copytree(ROOT / "data/raw" / cohort, root / "data/raw" / cohort)
    return root


@pytest.fixture
def bench(place, monkeypatch) -> Bench:
    monkeypatch.chdir(place)
    return Bench(open_study(COHORT))


def answers_of(code: str) -> list:
    """Run copied code as a cell would; return what each of its calls gives."""
    tree, names, found = ast.parse(code), {}, []
    for node in tree.body:
        text = ast.unparse(node)
        if isinstance(node, ast.Expr):
            found.append(eval(text, names))
        else:
            exec(text, names)
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_the_copied_code_gives_the_same_numbers(bench, look):
    seen = bench.look(**look)
    found = answers_of(seen.code)
    assert len(found) == len(seen.calls)
    for answer, part in zip(found, seen.calls, strict=True):
        pd.testing.assert_frame_equal(answer.frame, seen.answer(part).frame)
    if "estimate" in seen.calls:
        assert found[-1].primary["estimate"].iloc[0] == seen.rows["estimate"].iloc[0]


def test_what_is_shown_is_the_estimate_beside_the_official_one(bench):
    seen = bench.look(where="age >= 25")
    assert seen.rows["label"].tolist() == ["exploratory", "official"]
    official = bench.study.estimate(seen.choice.name).primary
    assert seen.rows["estimate"].tolist()[1] == official["estimate"].iloc[0]
    page = seen._repr_html_()
    for row in seen.rows.itertuples():
        assert f"{row.estimate:,.0f}" in page
    assert "enters no report" in page
    assert bench.look(where="").rows["label"].tolist() == ["official"]


def test_looks_are_counted_once_each_and_p_is_told_among_all(bench):
    bench.look()
    assert bench.count == 0  # what is declared was fixed without looking
    for where in ("age >= 25", "age >= 30", "age >= 25", "black == 1"):
        seen = bench.look(where=where)
    assert bench.count == 3
    p_values = list(bench.p_values.values())
    assert p_values[-1] == seen.rows["p_value"].iloc[0]
    holm = multipletests(p_values, method="holm")[1]
    reader = bench.study.reader
    page = seen._repr_html_()
    assert "looked at so far: 3." in page
    assert f"{1 - 0.95**3:.0%}" in page
    assert f"among all looked at p = {reader.p_value(holm[-1])} (Holm)" in page


def test_small_cells_are_hidden_and_small_subgroups_refused(bench):
    seen = bench.look("earnings", group="education")
    sizes = bench.study.indicators.groupby("education").size()
    assert (sizes < 5).any()
    shown = seen.answer("spread").frame
    assert (shown["n"].dropna() >= 5).all()
    drawn = re.findall(r'aria-label="([^"]*)"', seen.parts()["spread"])[0].split("; ")
    assert len(drawn) == shown["median"].notna().sum() < len(sizes)
    before = bench.last
    with pytest.raises(ValueError, match="fewer than five"):
        bench.look(where="age > 40 and hispanic == 1")
    assert bench.last == before
    assert bench.count == 0


def test_a_subgroup_is_that_of_every_part(bench):
    seen = bench.look("earnings", where="married == 'Yes'", group="group")
    indicators = bench.study.indicators
    married = indicators[indicators["married"] == 1]
    assert (
        seen.answer("spread").frame["n"].sum()
        == len(married)
        == seen.rows.iloc[0][["n", "n_comparison"]].sum()
    )
    means = seen.answer("spread").frame.set_index("group")["mean"]
    assert means.to_dict() == pytest.approx(
        married.groupby("group", observed=True)["earnings_1978"].mean().to_dict()
    )


def test_wording_stands_in_both_languages(bench):
    page = bench.look("married").parts()["question"]
    variable = next(v for v in bench.study.definition.codebook.variables if v.name == "married")
    assert variable.label_en in page
    assert variable.label_id in page
    assert variable.label_en != variable.label_id


def test_an_estimate_that_cannot_be_had_says_why(bench):
    page = bench.look("no_earnings", specification="quantiles").parts()["estimate"]
    assert "<p>" in page
    assert "official" in page


def test_nothing_is_written_but_below_scratch(bench, place):
    bench.look(where="age >= 25")._repr_html_()
    own = [path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()]
    own = [name for name in own if not name.startswith(("programmes/", "notebooks/", "data/raw/"))]
    assert own
    assert all("/scratch/" in name for name in own)


def test_a_look_takes_at_most_three_tenths_of_a_second(bench):
    bench.look()._repr_html_()
    taken = []
    for age in (20, 22, 24, 26, 28, 30, 32):
        start = time.process_time()
        bench.look(where=f"age >= {age}")._repr_html_()
        taken.append(time.process_time() - start)
    assert len(bench.study.indicators) == 445
    assert np.median(taken) <= 0.3, taken


@pytest.fixture
def controls(bench) -> Controls:
    return Controls(bench, lambda cohort: Bench(open_study(cohort)))


def test_what_is_found_is_offered(controls):
    everything = controls.name.options
    controls.find.value = "school"
    assert [name for _, name in controls.name.options] == ["education", "no_degree", "no_degree_delivered"]
    assert controls.name.value == "education"
    assert 'describe("education"' in unescape(controls.code.value)
    controls.find.value = ""
    assert controls.name.options == everything
    assert controls.name.value == "education", "what was looked at stays"
    controls.find.value = "zzzz"
    assert controls.name.options == everything, "nothing is near"


def test_each_control_changes_what_is_shown(controls):
    seen = {controls.shown.value}
    for control, value in (
        (controls.where, "age >= 25"),
        (controls.outliers, False),
        (controls.adjust, "none"),
        (controls.covariates, ("age", "education")),
        (controls.adjust, "own"),
        (controls.specification, "did"),
        (controls.group, "married"),
        (controls.name, "no_earnings"),
    ):
        before = controls.shown.value
        control.value = value
        assert controls.told.value == ""
        if control is not controls.covariates:  # until they are asked for
            assert controls.shown.value != before
        seen.add(controls.shown.value)
    assert len(seen) >= 8
    code = unescape(re.search(r"<pre>(.*)</pre>", controls.code.value, re.DOTALL)[1])
    assert code == controls.bench.look().code
    assert 'covariates=["age", "education"], outliers=False, specification="did"' in code


def test_what_cannot_be_read_is_told_in_its_place_and_mended(controls):
    controls.where.value = "maried == 1"
    assert "did you mean married" in controls.told.value
    assert controls.shown.value == ""
    controls.where.value = "married == 1"
    assert controls.told.value == ""
    assert "exploratory" in controls.shown.value


def test_another_cohort_is_opened_with_what_it_has(controls):
    controls.where.value = "age >= 25"
    controls.cohort.value = COHORTS[1]
    assert controls.bench.study.definition.cohort.cohort == COHORTS[1]
    assert controls.where.value == ""
    assert "official" in controls.shown.value
    assert COHORTS[1] in controls.code.value


def test_without_controls_the_first_look_and_the_way_by_code_are_shown(bench, monkeypatch, capsys):
    shown = []
    monkeypatch.setitem(sys.modules, "manfaat.report.controls", None)
    monkeypatch.setattr("helpers.bench.display", shown.append)
    bench.show()
    assert shown[0].choice == bench.last
    assert "bench.look(" in capsys.readouterr().out


def test_it_is_no_chapter_and_keeps_the_rules_of_notebooks():
    assert "explore" not in NOTEBOOKS
    notebook = nbformat.read(ROOT / "notebooks/explore.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "parameters" in cells[0].metadata["tags"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
    imported = [
        node
        for cell in cells
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.ImportFrom)
    ]
    assert {node.module for node in imported} == {"helpers"}


@pytest.mark.slow
def test_the_notebook_runs_headless(place, tmp_path):
    target, papermill = tmp_path / "out.ipynb", Path(sys.executable).with_name("papermill")
    command = [papermill, ROOT / "notebooks/explore.ipynb", target, "-p", "cohort", COHORT]
    command += ["--cwd", place, "--no-progress-bar"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=place)
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(target, as_version=4).cells
    outputs = [out for cell in cells for out in cell.get("outputs", [])]
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "official" in outputs[-1]["data"]["text/html"]
    assert not [out for out in outputs if out.output_type in ("stream", "error")]
    assert not (place / "reports").exists()
