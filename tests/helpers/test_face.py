"""What an analyst asks of a cohort, and what she is answered: every worked example of ``helpers`` is run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import helpers
from conftest import ROOT
from helpers import Answer, Measured, OpenStudy, open_study
from helpers.showing import said

pytestmark = pytest.mark.slow

COHORT = "nsw-1976"
OPTIONS = doctest.ELLIPSIS
MODULES = sorted(one.name for one in pkgutil.iter_modules(helpers.__path__, "helpers."))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project of its own, in which the shipped cohort is opened and its tables are made once."""
    root = tmp_path_factory.mktemp("face")
    for name in ("programmes", "notebooks"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "data/raw" / COHORT, root / "data/raw" / COHORT)
    return root


@pytest.fixture
def study(place, monkeypatch) -> OpenStudy:
    monkeypatch.chdir(place)
    return open_study(COHORT)


def written(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_asking_writes_below_scratch_alone(study, place):
    assert study.state.startswith(("to be cleaned first", "ready"))
    study.people, study.indicators, study.find("pay"), study.describe("earnings").parts
    repr(study.estimate("earnings").parts)
    assert study.state == "ready"
    own = {name for name in written(place) if not name.startswith(("programmes/", "notebooks/", "data/raw/"))}
    assert own
    assert all(name.startswith(f"data/processed/{COHORT}/scratch/") for name in own)


@pytest.mark.parametrize("module", MODULES)
def test_every_worked_example_gives_what_it_says(module, study):
    names = {"cohort": COHORT, "study": study, **{name: getattr(helpers, name) for name in helpers.__all__}}
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    told: list[str] = []
    for example in finder.find(importlib.import_module(module), extraglobs=names):
        runner.run(example, out=told.append)
    assert not runner.failures, "".join(told)


def test_every_public_name_has_a_worked_example():
    assert 5 <= len(helpers.__all__) <= 30
    assert helpers.__all__ == sorted(helpers.__all__)
    for name in helpers.__all__:
        thing = getattr(helpers, name)
        assert ">>> " in (thing.__doc__ or ""), name
        for inner, value in vars(thing).items() if inspect.isclass(thing) else ():
            value = getattr(value, "func", value)
            if not inner.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                assert value.__doc__, f"{name}.{inner}"


def test_a_name_is_loaded_when_it_is_asked_for_and_editors_know_the_same_names():
    heavy = {"pandas", "numpy", "matplotlib", "IPython", "manfaat"}
    code = f"import sys, helpers\nprint(sorted({heavy!r} & sys.modules.keys()), dir(helpers))"
    asked = [sys.executable, "-c", code]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"[] {helpers.__all__}\n"
    stub = runpy.run_path(str(ROOT / "src/helpers/__init__.pyi"))
    assert stub["__all__"] == helpers.__all__
    assert all(stub[name] is getattr(helpers, name) for name in helpers.__all__)
    with pytest.raises(AttributeError, match="'helpers' has no attribute 'open_studie'"):
        helpers.open_studie  # noqa: B018


def test_what_makes_reports_of_finished_notebooks_loads_nothing_that_draws():
    code = "import sys, manfaat.run.run, manfaat.report.appendix\nprint('seaborn' in sys.modules)"
    asked = [sys.executable, "-c", code]
    assert subprocess.run(asked, capture_output=True, text=True, timeout=120).stdout == "False\n"


def test_the_package_stays_small():
    files = sorted((ROOT / "src/helpers").glob("*.py"))
    assert len(files) <= 20
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 2500


def test_a_declared_estimate_is_the_one_of_the_report(study):
    from manfaat.evaluation.ladder import estimate_stages

    programme, lines = study.definition.programme, list(study.definition.indicators)
    every = estimate_stages(
        study.table("indicators"), programme, lines, study.settings(), stages=("outcome", "impact")
    )
    own = every[every["indicator"] == "earnings"].reset_index(drop=True)
    pd.testing.assert_frame_equal(study.estimate("earnings").frame, own)


def test_a_subgroup_is_estimated_by_every_specification_and_says_what_it_left_out(study):
    found = study.estimate("earnings", where="black == 1")
    assert found.notes == ("Left out, because all units have the same: black, hispanic.",)
    assert set(found.frame["subgroup"]) == {"black == 1"}
    assert not found.frame["is_primary"].any()
    assert found.frame.loc[found.frame["specification"] == "adjusted-10", "estimate"].notna().any()
    assert "Exploratory" in found._repr_html_()


def test_clusters_change_the_error_and_not_the_number(study):
    plain, grouped = (study.estimate("earnings", covariates=[], cluster=c) for c in (None, "education"))
    assert grouped.primary["estimate"].iloc[0] == pytest.approx(plain.primary["estimate"].iloc[0])
    assert grouped.primary["std_error_kind"].tolist() == ["CR2"]
    assert grouped.primary["std_error"].iloc[0] != pytest.approx(plain.primary["std_error"].iloc[0])


@pytest.mark.parametrize(
    ("ask", "near"),
    [
        (lambda s: s.estimate("earnigns"), "earnings"),
        (lambda s: s.estimate("earnings", where="maried == 1"), "married"),
        (lambda s: s.estimate("earnings", covariates=["agee"]), "age"),
        (lambda s: s.estimate("earnings", cluster="eduction"), "education"),
        (lambda s: s.estimate("earnings", rater="slf"), "a fact"),
        (lambda s: s.estimate("married"), "study.describe('married')"),
        (lambda s: s.estimate("earnings").recipe(specification="adjusted-9"), "adjusted-10"),
        (lambda s: s.estimate("earnings", where="age > 200"), "nobody"),
        (lambda s: s.estimate("earnings", where="age >"), "cannot be read"),
        (lambda s: s.estimate("earnings", where="age > 40 and hispanic == 1"), "fewer than five"),
        (lambda s: s.estimate("earnings", where="age > 30").threats(), "exploratory"),
        (lambda s: s.describe("earning"), "did you mean earnings (Annual earnings)"),
        (lambda s: s.describe("earnings", by="grop"), "group"),
        (lambda s: s.describe("earnings", by="earnings_1974"), "no groups"),
        (lambda s: s.person("nsw:99999"), "nsw:"),
        (lambda s: s.table("peple"), "people"),
        (lambda s: open_study("nsw-1977"), COHORT),
    ],
)
def test_errors_name_what_is_near(study, ask, near):
    with pytest.raises(ValueError, match="1 problem") as failure:
        ask(study)
    assert near in str(failure.value)


def test_a_description_hides_what_rests_on_few(study):
    data = study.describe("earnings", by="education").frame
    sizes = study.indicators.groupby("education").size()
    assert sizes.lt(5).any()
    shown = data.dropna(subset=["n"])
    assert shown["n"].ge(5).all()
    hidden = data[data["n"].isna()]
    assert hidden[["mean", "sd", "median"]].isna().all().all()
    assert sizes.sum() - shown["n"].sum() >= 5
    counts = study.describe("hispanic", by="education").frame
    rare = counts["mean"] * counts["n"]
    assert not ((rare > 0.5) & (rare < 4.5)).any()


def test_answers_of_a_list_are_counted_by_their_labels(study):
    data = study.describe("no_degree_delivered", by="group").frame
    assert data["answer"].tolist() == ["Yes", "No", "Yes", "No"]
    table = pd.crosstab(study.people["group"], study.people["no_degree_delivered"])
    assert data["n"].tolist() == [table.loc[g, a] for g, a in zip(data["group"], data["answer"], strict=True)]
    assert data.groupby("group")["share"].sum().round(9).tolist() == [1.0, 1.0]


def engine_objects(study):
    from manfaat.analysis.study import clean_tables, read_raw
    from manfaat.evaluation.estimate import Result
    from manfaat.evaluation.reasons import EstimateReason

    own = study.definition
    answer = study.estimate("earnings")
    yield from (own, own.programme, own.codebook, own.places, *own.indicators, *answer.exhibits)
    delivery = read_raw(own)
    yield delivery
    yield from clean_tables(own, delivery).values()
    yield Result(
        1.5, 0.25, "HC2", 80.0, reasons=tuple(code() for code in EstimateReason if not code.value.fields)
    )
    yield from (
        study,
        answer,
        answer.threats(),
        study.describe("earnings"),
        study.person(study.people.index[0]),
    )


def test_objects_show_themselves_in_a_line_and_without_a_path_of_the_machine(study, place):
    for one in engine_objects(study):
        assert len(repr(one)) <= 300, type(one)
        assert str(place) not in repr(one)
        if type(one).__name__ != "Places":
            html = one._repr_html_()
            assert str(place) not in html
            assert html.startswith("<")
        assert repr(one) == str(one)


@pytest.mark.parametrize(("reports", "published"), [("reports", False), ("reports/.run-x/en", True)])
def test_a_notebook_numbers_keeps_and_marks_what_it_shows(place, monkeypatch, reports, published):
    shown = []
    monkeypatch.chdir(place)
    monkeypatch.setattr("helpers.showing.display", lambda *told, **how: shown.append((told, how)))
    monkeypatch.setattr("manfaat.report.sharing.display", lambda *told, **how: shown.append((told, how)))
    assert len(open_study(COHORT).people) == 445
    own = open_study(COHORT, notebook="05_outcomes", reports_dir=reports)
    answer = Answer("ours", own.chapter, lambda: study_parts(own))
    answer._ipython_display_()
    marks = [how.get("metadata") for _, how in shown]
    assert marks.count({"manfaat": "published"}) == 2
    # the frame stands beside it at work, and nowhere in what leaves the house
    assert len(shown) == (2 if published else 3)
    folder = place / (f"{reports}/{COHORT}" if published else f"data/processed/{COHORT}/scratch")
    assert sorted(path.name for path in (folder / "exhibits").glob("05-definitions*")) == [
        "05-definitions.csv",
        "05-definitions.json",
    ]


def study_parts(study):
    return [*Measured(study.chapter).definitions.parts, *said("A sentence.")]


def test_a_large_delivery_is_not_cleaned_while_one_waits(place, monkeypatch):
    monkeypatch.chdir(place)
    shutil.rmtree(place / "data/processed", ignore_errors=True)
    monkeypatch.setattr("helpers.frames.QUICK", 1000)
    with pytest.raises(ValueError, match="1 problem") as failure:
        open_study(COHORT).table("people")
    assert f"notebooks/01_clean.ipynb to be run first for cohort '{COHORT}'" in str(failure.value)
