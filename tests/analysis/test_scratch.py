"""A notebook opened by hand damages no report, and never counts with tables that are older than what they
were made from.
"""

from __future__ import annotations

import json
import shutil
import threading
import types

import pandas as pd
import pytest

from conftest import ROOT
from manfaat.analysis import trends
from manfaat.analysis.study import build_with_reasons, clean_tables, linked_tables, load_study, read_raw
from manfaat.base import parameters
from manfaat.base.problems import ProblemsError
from manfaat.definitions.freshness import MADE
from manfaat.report.chapter import open_chapter
from manfaat.report.cohorts import open_programme

COHORT = "nsw-1976"
RUN = "reports/.run-x/en"  # as manfaat run calls a notebook


@pytest.fixture
def inside(project, monkeypatch):
    monkeypatch.chdir(project)
    return project


def test_the_line_of_a_table_is_there_while_it_is_written_anew(inside):
    """The notebooks of two languages share the tables about people: one reads what the other writes again."""
    clean(RUN)
    shelf, tables = open_chapter("02_indicators", COHORT, reports_dir=RUN).shelf, "people.parquet"
    folder, seen = shelf.places.tables, list[bool]()
    writer = threading.Thread(
        target=lambda: [shelf.written(folder, tables, "01_clean") for _ in range(300)], daemon=True
    )
    writer.start()
    while writer.is_alive():
        seen.append(shelf.line(folder, tables) is not None)
    assert all(seen)


def clean(reports_dir: str = "reports") -> None:
    """What 01_clean does."""
    chapter = open_chapter("01_clean", COHORT, reports_dir=reports_dir)
    tables = clean_tables(chapter.study, read_raw(chapter.study))
    for table in tables.values():
        chapter.write_clean(table)
    chapter.write_review(tables)
    chapter.write_summary(pd.DataFrame({"rows": [445]}), "ledger_rows")


def measure(reports_dir: str = "reports") -> None:
    """What 02_indicators does."""
    chapter = open_chapter("02_indicators", COHORT, reports_dir=reports_dir)
    study, main = chapter.study, chapter.study.programme.main_table
    people = chapter.read(main)
    table, why = build_with_reasons(
        study,
        people,
        {name: chapter.read(name) for name in linked_tables(study)},
        {main: chapter.read(f"{main}_reasons")},
    )
    chapter.write(table, "indicators")
    chapter.write(why, "indicators_missing")


def all_files(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_opening_and_running_a_notebook_by_hand_leaves_report_and_tables_as_they_are(inside):
    clean(RUN), measure(RUN)
    report = inside / "reports" / COHORT
    for name in (
        "exhibits/05-ladder.csv",
        "exhibits/02-x.svg",
        "estimates/05_outcomes.csv",
        "estimates.csv",
        "ledger_rows.csv",
    ):
        (report / name).parent.mkdir(parents=True, exist_ok=True)
        (report / name).write_text("as published")
    before = all_files(inside / "reports"), all_files(inside / "data" / "processed")
    for name in ("01_clean", "05_outcomes", "07_findings"):
        open_chapter(name, COHORT)
    clean(), measure()
    open_chapter("05_outcomes", COHORT).write_estimates(pd.DataFrame({"estimate": [1.0]}))
    after = all_files(inside / "data" / "processed")
    assert after.pop(f"{COHORT}/first_look.json"), "whoever opens 05 sees results"
    assert all_files(inside / "reports") == before[0]
    assert {name: data for name, data in after.items() if f"{COHORT}/scratch/" not in name} == before[1]
    assert {
        f"{COHORT}/scratch/{name}"
        for name in ("people.parquet", "review.csv", "indicators.parquet", "estimates/05_outcomes.csv")
    } <= set(after)


def test_no_value_of_a_parameter_lets_a_notebook_write_among_the_reports(inside):
    clean(RUN)
    before = all_files(inside / "reports")
    for folder in ("reports", str(inside / "reports"), "reports/deep/er"):
        clean(folder)
    assert all_files(inside / "reports") == before


def test_the_nearest_fresh_table_is_read(inside):
    clean(RUN), measure(RUN)
    chapter = open_chapter("05_outcomes", COHORT)
    assert (
        chapter.shelf.open("indicators.parquet", "02_indicators")
        == inside / f"data/processed/{COHORT}/indicators.parquet"
    )
    clean(), measure()
    assert (
        chapter.shelf.open("indicators.parquet", "02_indicators")
        == inside / f"data/processed/{COHORT}/scratch/indicators.parquet"
    )
    # a run of manfaat never looks at what was made by hand
    assert (
        open_chapter("05_outcomes", COHORT, reports_dir=RUN)
        .shelf.open("indicators.parquet", "02_indicators")
        .parent.name
        == COHORT
    )


def refused(notebook: str = "05_outcomes", table: str = "indicators", reports_dir: str = "reports") -> str:
    with pytest.raises(ProblemsError) as failure:
        open_chapter(notebook, COHORT, reports_dir=reports_dir).read(table)
    return str(failure.value)


@pytest.mark.parametrize("reports_dir", ["reports", RUN])
def test_a_table_older_than_its_sources_is_refused_and_the_notebook_to_run_again_is_named(
    inside, reports_dir
):
    # changing an indicator's unit and running 05 alone printed "800.0 percentage points"
    definitions, raw = inside / "programmes/nsw", inside / "data/raw" / COHORT
    clean(reports_dir), measure(reports_dir)
    with (definitions / "indicators.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    text = refused(reports_dir=reports_dir)
    assert (
        "older than programmes/nsw/indicators.csv. Expected: notebooks/02_indicators.ipynb to be run first"
        " for cohort 'nsw-1976'" in text
    )
    assert open_chapter("02_indicators", COHORT, reports_dir=reports_dir).read("people").shape[0] == 445, (
        "cleaning looks at no indicator"
    )
    measure(reports_dir)
    open_chapter("05_outcomes", COHORT, reports_dir=reports_dir).read("indicators")
    for path in (definitions / "codebook.csv", raw / "SHA256SUMS", raw / "cohort.yml"):
        path.write_bytes(path.read_bytes() + b"\n")
        text = refused(reports_dir=reports_dir)
        assert f"older than {path.relative_to(inside).as_posix()}" in text
        assert "notebooks/01_clean.ipynb and then notebooks/02_indicators.ipynb" in text
        clean(reports_dir), measure(reports_dir)
        open_chapter("05_outcomes", COHORT, reports_dir=reports_dir).read("indicators")


def test_a_table_of_another_step_before_it_is_refused(inside):
    clean(), measure()
    chapter = open_chapter("01_clean", COHORT)
    people = open_chapter("02_indicators", COHORT).read("people")
    chapter.write(people.head(100), "people")  # the first notebook, changed and run again alone
    assert "older than people.parquet. Expected: notebooks/02_indicators.ipynb" in refused()


def test_a_table_that_nothing_vouches_for_is_refused(inside):
    clean(), measure()
    scratch = inside / f"data/processed/{COHORT}/scratch"
    table = scratch / "indicators.parquet"
    pd.read_parquet(table).head(10).to_parquet(table)
    assert "it was changed after it had been written" in refused()
    shutil.rmtree(scratch / MADE)
    assert "nothing says what it was made from. Expected: notebooks/02_indicators.ipynb" in refused()
    shutil.rmtree(scratch)
    assert "the file is not there. Expected: notebooks/02_indicators.ipynb" in refused()


def test_what_a_finished_report_holds_is_read_while_its_record_agrees(inside):
    clean(RUN)
    study, report = load_study(COHORT, root=inside), inside / "reports" / COHORT
    (report / "estimates").mkdir(parents=True)
    (report / "basis.csv").write_text("n\n1\n")
    sums = {key.split("/")[-1]: value for key, value in study.sources.items() if value}
    record = {
        "programme": "nsw",
        "inputs": sums,
        "definitions": sums,
        "parameters": {"confidence": 0.9, "draws": 5},
    }
    (report / "run.json").write_text(json.dumps(record))
    chapter = open_chapter("06_benefits", COHORT)
    assert chapter.read_summary("basis", "03_inputs")["n"].tolist() == [1]
    exact = inside / "data/processed" / COHORT / "exact"
    exact.mkdir()
    (exact / "basis.csv").write_text("n\n1.25\n")  # as it was computed, and the report does not tell it
    assert open_chapter("06_benefits", COHORT).read_summary("basis", "03_inputs")["n"].tolist() == [1.25]
    chapter = open_chapter("07_findings", COHORT)
    chapter.parameters.update(confidence=0.95, draws=9999)
    with pytest.raises(
        ProblemsError, match=r"made with confidence=0.9, and this notebook has confidence=0.95"
    ):
        chapter.read_summary("basis", "03_inputs")
    (inside / "programmes/nsw/rules.csv").write_text(
        "table,rule,severity,because\n"
    )  # a file that the run did not find
    with pytest.raises(ProblemsError, match=r"rules.csv"):
        open_chapter("06_benefits", COHORT).read_summary("basis", "03_inputs")


def test_a_report_older_than_its_definitions_is_not_set_beside_others(inside):
    study = load_study(COHORT, root=inside)
    sums = {key.split("/")[-1]: value for key, value in study.sources.items()}
    made = trends.Finished(study, pd.DataFrame(), pd.DataFrame(), {"inputs": sums, "definitions": sums})
    assert trends.up_to_date([made]) == ([made], [])
    with (inside / "programmes/nsw/indicators.csv").open("a") as stream:
        stream.write("\n")
    fresh, problems = trends.up_to_date([made])
    assert fresh == []
    assert (
        "nsw-1976: the report is older than programmes/nsw/indicators.csv. Expected: manfaat run nsw-1976"
        in str(problems[0])
    )


def test_the_cohorts_side_by_side_are_written_into_no_report(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    before = all_files(finished.reports)
    options = {"data_dir": str(finished.data), "reports_dir": str(finished.reports)}
    chapter, reports = open_programme("08_cohorts", "nsw", **options)
    assert len(reports) == 3
    chapter.write_summary(pd.DataFrame({"n": [7]}), "differences")
    assert (finished.data / "processed/programmes/nsw/scratch/differences.csv").is_file()
    assert all_files(finished.reports) == before
    with pytest.raises(ProblemsError, match="set by manfaat run alone"):
        open_programme(
            "08_cohorts", "nsw", **options, output_dir=str(finished.reports / "programmes" / "nsw")
        )


# --- parameters


def session(monkeypatch, *cells: str) -> None:
    """A notebook's session in which these cells have run."""
    names: dict[str, object] = {}
    for cell in cells:
        exec(cell, names)
    shell = types.SimpleNamespace(user_ns={**names, "In": ["", *cells]})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)


DECLARED = (
    'cohort: str = "nsw-1976"\nlanguage: str = "en"\ndata_dir: str = "data"\nreports_dir: str ='
    ' "reports"\nconfidence: float = 0.95\npower: float = 0.8\nseed: int = 1\ndraws: int = 9999'
)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            'cohrt = "nsw-1976"',
            (
                r"parameter 'cohrt': notebooks/05_outcomes.ipynb has no such parameter. Expected: did you"
                r" mean cohort\?"
            ),
        ),
        ("cohort = 2004", "parameter 'cohort': found 2004 of type int. Expected: a text"),
        ('confidence = "0.9"', "parameter 'confidence': found the text '0.9'. Expected: a number"),
        (
            "confidence = 90",
            (
                "parameter 'confidence': 90 is out of range. Expected: a number from 0.5 to 0.999; 90 per"
                " cent is 0.9"
            ),
        ),
        ("confidence = 1", "parameter 'confidence': 1 is out of range"),
        ("confidence = float('nan')", "nan is no number"),
        ("power = True", "parameter 'power': found True of type bool"),
        ("draws = 10.5", "parameter 'draws': found 10.5 of type float. Expected: a whole number"),
        ("seed = None", "parameter 'seed': found None of type NoneType"),
        ("cohort = None", "parameter 'cohort'"),
    ],
)
def test_the_first_call_refuses_a_wrong_parameter(inside, monkeypatch, given, told):
    session(monkeypatch, DECLARED, f"# Parameters\n{given}\n")
    with pytest.raises(ProblemsError, match=told):
        open_chapter("05_outcomes", COHORT)
    assert not (inside / "data/processed").exists()


def test_right_parameters_and_names_of_ones_own_pass(inside, monkeypatch):
    session(monkeypatch, DECLARED, "# Parameters\nconfidence = 0.9\n", "pay = 5\ncohrt = 1\n")
    assert open_chapter("05_outcomes", COHORT).parameters == {
        "confidence": 0.9,
        "power": 0.8,
        "seed": 1,
        "draws": 9999,
    }


def test_every_default_passes_its_own_check():
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb")):
        for name, parameter in parameters.declared(path).items():
            assert parameters.mistyped(parameter.default, parameter) == []
            assert parameters.unfit(name, parameter.default) == []
