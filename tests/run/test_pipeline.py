"""The runner: same outputs as ordinary kernels, nothing carried over, nothing lost when something fails."""

import json
import os
import re
import time

import nbformat
import pandas as pd
import pytest

from conftest import ROOT, page_of, replace_in
from manfaat.base import parameters
from manfaat.base.paths import NOTEBOOKS, OVER_COHORTS
from manfaat.base.problems import ProblemsError
from manfaat.run.interpreter import PATIENCE, InterpreterEndedError, WarmInterpreter
from manfaat.run.run import Options, run_cohort

pytestmark = pytest.mark.runs


def outputs(folder) -> dict[str, list]:
    found = {}
    for name in NOTEBOOKS:
        notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        found[name] = [
            [dict(output) for output in cell.get("outputs", [])]
            for cell in notebook.cells
            if "injected-parameters" not in cell.metadata.get("tags", [])
        ]
    return found


def test_same_outputs_as_ordinary_kernels(finished, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    options = Options(data_dir=str(tmp_path / "data"), reports_dir=str(tmp_path / "reports"), warm=False)
    assert run_cohort("nsw-1976", options, root=ROOT).failure == ""
    ordinary, warm = (
        outputs(tmp_path / "data/processed/nsw-1976/notebooks"),
        outputs(finished.data / "processed/nsw-1976/notebooks"),
    )
    assert sum(len(cell) for cells in ordinary.values() for cell in cells) > 30
    assert warm == ordinary
    for name in ("estimates.csv", "ledger_rows.csv"):
        assert (tmp_path / "reports/nsw-1976" / name).read_bytes() == (
            finished.reports / "nsw-1976" / name
        ).read_bytes()


def test_second_run_gives_the_same_bytes(finished, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(ROOT / "data" / "raw")
    options = Options("both", str(tmp_path / "data"), str(tmp_path / "reports"))
    assert run_cohort("michigan-1987-89", options, root=ROOT).failure == ""
    first, second = finished.reports / "michigan-1987-89", tmp_path / "reports/michigan-1987-89"
    names = sorted(p.relative_to(first).as_posix() for p in first.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second).as_posix() for p in second.rglob("*") if p.is_file())
    assert len(names) > 40
    for name in names:
        if name != "run.json":  # holds the time of the run
            assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_run_record_says_what_was_run(finished):
    values = json.loads(
        (finished.reports / "nsw-1976" / "run.json").read_text(), parse_constant=pytest.fail
    )  # NaN is no JSON
    assert values["primary_specification"] == "difference"
    estimating = {
        "cohort": "nsw-1976",
        "language": "both",
        "confidence": 0.95,
        "power": 0.8,
        "seed": 1,
        "draws": 9999,
    }
    valuing = {
        "base_year": 0,
        "discount_rate": 0.05,
        "horizon": 10,
        "decay": 0.05,
        "timing": "end",
        "marginal_cost_of_funds": 1.0,
        "assumed_gain": 0.05,
    }
    assert values["parameters"] == estimating | valuing
    assert "idn_cpi.csv" in values["series"]
    assert values["inputs"]["nsw.csv"] == (ROOT / "data/raw/nsw-1976/SHA256SUMS").read_text().split()[0]
    assert {"programme.yml", "codebook.csv", "indicators.csv"} <= set(values["definitions"])
    assert set(values["notebooks"]) == {f"{name}.ipynb" for name in (*NOTEBOOKS, OVER_COHORTS)}
    rows = {entry["entry"]: entry["rows"] for entry in values["ledger_rows"]}
    assert rows == {"rows in": 445, "rows kept": 445}


def test_no_path_user_or_identifier_in_any_output(finished, cohorts):
    private = {str(ROOT), str(finished.data), str(finished.reports), os.path.expanduser("~") + "/"}
    # a user's name may be an ordinary word; it is looked for as a word and only where it is one of its own
    for cohort in cohorts:
        for path in (finished.reports / cohort).rglob("*"):
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                assert not [word for word in private if word in text], path
    firms = {
        line.split(",")[0]
        for line in (ROOT / "data/raw/michigan-1987-89/jtrain.csv").read_text().splitlines()[1:]
    }
    assert len(firms) == 157
    for path in (finished.reports / "michigan-1987-89").rglob("*"):
        if path.is_file() and path.name != "run.json":
            shown = re.sub(
                r"<[^>]*>", " ", path.read_text(encoding="utf-8")
            )  # coordinates of pictures are no identifiers
            assert not firms & set(re.findall(r"(?<![\d.,])\d{6}(?![\d.,])", shown)), path


def broken(project, source: str, name: str = "03_inputs", before: str = "open_study(") -> Options:
    """Put a cell that fails or lingers into a notebook."""
    path = project / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = next(
        i for i, cell in enumerate(notebook.cells) if before in cell.source and cell.cell_type == "code"
    )
    notebook.cells[place].source = source
    nbformat.write(notebook, path)
    return Options()


def test_failing_notebook_names_cell_and_cause_and_leaves_the_former_report(project):
    assert run_cohort("nsw-1976", Options(), root=project).failure == ""
    before = {p: p.read_bytes() for p in (project / "reports/nsw-1976").rglob("*") if p.is_file()}
    outcome = run_cohort(
        "nsw-1976", broken(project, "wages = 5\nraise ValueError('no such\\nwage')"), root=project
    )
    assert outcome.report is None
    assert outcome.failure.startswith("03_inputs, cell ")
    assert outcome.failure.endswith("ValueError: no such wage")
    assert {p: p.read_bytes() for p in (project / "reports/nsw-1976").rglob("*") if p.is_file()} == before
    assert sorted(p.name for p in (project / "reports").iterdir()) == [
        "index.html",
        "index.id.html",
        "nsw-1976",
    ]
    copies = [
        path.read_text(encoding="utf-8")
        for path in (project / "data/processed/nsw-1976/notebooks").rglob("*.ipynb")
    ]
    assert len(copies) >= 3
    assert not any(str(project) in text for text in copies), (
        "the project's place on this machine is nobody's business"
    )
    kept = nbformat.read(project / "data/processed/nsw-1976/notebooks/03_inputs.ipynb", as_version=4)
    assert any(output.output_type == "error" for cell in kept.cells for output in cell.get("outputs", []))


def test_an_answer_that_cannot_be_shown_stops_the_run(project):
    # IPython goes on after an error in what displays a value
    source = "from helpers import Answer\n\nAnswer('nothing', study.chapter, lambda: 1 / 0)"
    outcome = run_cohort("nsw-1976", broken(project, source, "02_indicators", ".write()"), root=project)
    assert outcome.report is None
    assert outcome.failure.startswith("02_indicators, cell ")
    assert "ZeroDivisionError" in outcome.failure


def test_notebook_that_takes_too_long_is_ended(project):
    broken(
        project, "import time\nwhile True:\n    time.sleep(0.2)", "01_clean", "import"
    )  # before any other cell needs its time
    began = time.perf_counter()
    outcome = run_cohort("nsw-1976", Options(time_limit=3), root=project)
    assert "01_clean, cell " in outcome.failure
    assert "longer than 3 seconds" in outcome.failure
    assert time.perf_counter() - began < 60


def test_bad_data_fails_in_one_line_with_the_place(project):
    (project / "data/raw/nsw-1976/nsw.csv").write_text("treat\n1\n")
    outcome = run_cohort("nsw-1976", Options(), root=project)
    assert outcome.failure.startswith("01_clean, cell ")
    assert "checksum mismatch" in outcome.failure
    assert "\n" not in outcome.failure


def test_no_state_leaks_from_one_notebook_to_the_next(tmp_path):
    import papermill

    def run(source: str) -> list:
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source)],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        nbformat.write(notebook, tmp_path / "in.ipynb")
        done = papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", engine_name="warm", progress_bar=False
        )
        return done.cells[0].outputs

    run(
        "import numpy as np, os, sys, pandas as pd, matplotlib as mpl, random\nnp.random.rand(5);"
        " random.random(); leaked = 1; pd.options.display.precision = 2; mpl.rcParams['lines.linewidth'] = 9;"
        " os.environ['LEAK'] = '1'; sys.modules['leak'] = sys"
    )
    look = (
        "import numpy as np, os, sys, pandas as pd, matplotlib as mpl, random\nprint('leaked' in globals(),"
        " pd.options.display.precision, mpl.rcParams['lines.linewidth'], os.environ.get('LEAK'), 'leak' in"
        " sys.modules, round(np.random.rand(), 6), round(random.random(), 6))"
    )
    first, second = run(look), run(look)
    # np.random.seed(0); np.random.rand() → 0.548814; random.seed(0); random.random() → 0.844422
    assert first == second
    assert first[0].text == "False 6 1.5 None False 0.548814 0.844422\n"


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), 9)", "os._exit(3)"])
def test_a_notebook_whose_process_dies_says_so(tmp_path, ending):
    import papermill

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(f"import os\n{ending}")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="killed, perhaps for want of memory"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", engine_name="warm", progress_bar=False
        )


def test_a_warm_interpreter_that_was_killed_says_so():
    one = WarmInterpreter()
    try:
        one.process.kill()
        with pytest.raises(InterpreterEndedError, match="killed, perhaps for want of memory; run again"):
            one.connect(5)
    finally:
        one.close()


def test_a_process_that_ends_before_it_comes_is_known_at_once():
    class Torn(WarmInterpreter):
        def order(self, line: str) -> int:
            address, _, limit = line.split("\t")
            return super().order(f"{address}\tno key\t{limit}")

    one = Torn()
    try:
        began = time.monotonic()
        with pytest.raises(ConnectionAbortedError):
            one.connect(600)
        assert time.monotonic() - began < PATIENCE / 2
    finally:
        one.close()


def test_streams_displays_and_values_keep_their_order(tmp_path):
    import papermill

    source = (
        "import sys\nfrom IPython.display import display\nprint('a')\nprint('b')\ndisplay(1)\nprint('c',"
        " file=sys.stderr)\n2"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, tmp_path / "in.ipynb")
    done = [
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / f"{name}.ipynb", engine_name=name, progress_bar=False
        )
        .cells[0]
        .outputs
        for name in ("warm", "nbclient")
    ]
    assert [output.output_type for output in done[0]] == [
        "stream",
        "display_data",
        "stream",
        "execute_result",
    ]
    assert done[0] == done[1]


def test_declared_parameters_are_read_from_the_notebooks():
    found = parameters.declared(ROOT / "notebooks" / "05_outcomes.ipynb")
    assert {name: (p.type, p.default) for name, p in found.items()} == {
        "cohort": ("str", "jakarta-tokyo-2004-synthetic"),
        "language": ("str", "en"),
        "data_dir": ("str", "data"),
        "reports_dir": ("str", "reports"),
        "confidence": ("float", 0.95),
        "power": ("float", 0.8),
        "seed": ("int", 1),
        "draws": ("int", 9999),
    }
    assert all(p.help for p in found.values())


KNOWN = {
    "n": {
        name: parameters.Parameter(name, kind, default, "")
        for name, kind, default in [
            ("label", "str", "a"),
            ("draws", "int", 5),
            ("rate", "float", 0.1),
            ("deep", "bool", False),
        ]
    }
}


def test_values_take_their_declared_type():
    values, problems = parameters.check(["label=2020", "draws=700", "rate=3", "deep=True"], KNOWN)
    assert problems == []
    assert values == {"label": "2020", "draws": 700, "rate": 3.0, "deep": True}
    assert isinstance(values["rate"], float)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("drawz=5", "no notebook has it. Expected: did you mean draws?"),
        ("draws=2.5", "'2.5' is not a whole number"),
        ("rate=high", "'high' is not a number"),
        ("deep=yes", "'yes' is not True or False"),
        ("draws", "it has no value. Expected: name=value"),
        ("draws=7", "7 is out of range. Expected: a number from 99 to 1,000,000"),
        ("cohort=x", "it has an option of its own"),
    ],
)
def test_wrong_parameters_are_refused(text, message):
    values, problems = parameters.check([text], KNOWN)
    assert values == {}
    assert message in str(problems[0])


OWN = """
by = study.people.groupby("married", observed=True)
groups = by.agg(n=("education", "size"), mean=("education", "mean"))
words = {"en": "Schooling of the married", "id": "Pendidikan yang menikah"}
study.show(groups, words, counts="n", draw=lambda table, ax: ax.bar(table["married"], table["mean"]))
"""


def test_parameter_changes_the_result_and_an_own_cell_does_not(project):
    path = project / "notebooks" / "05_outcomes.ipynb"
    notebook = nbformat.read(path, as_version=4)
    place = next(i for i, cell in enumerate(notebook.cells) if "open_study(" in cell.source)
    notebook.cells.insert(
        place + 1,
        nbformat.v4.new_code_cell(
            "table = study.table('indicators')\nprint(table.head(3).to_string())\n"
            "table[['_key', 'age']].head(3)"
        ),
    )
    own = [nbformat.v4.new_markdown_cell("## Who had been to school?"), nbformat.v4.new_code_cell(OWN)]
    notebook.cells[place + 2 : place + 2] = own
    nbformat.write(notebook, path)
    outcome = run_cohort("nsw-1976", Options(language="both", values={"confidence": 0.5}), root=project)
    assert list(outcome.notes) == [
        f"05_outcomes, cell {place + 2}: a printed text and the value of its last line: left out of the"
        " report. What may leave is shown by study.show(...)"
    ]
    text = page_of(project / "reports/nsw-1976", "brief", "report", "annex")
    assert "nsw:2" not in text
    executed = (project / "data/processed/nsw-1976/notebooks/05_outcomes.ipynb").read_text()
    assert "nsw:2" in executed, "the cell did print people"
    assert "50% interval" in text
    assert "95% interval" not in text
    for ending, title in (("", "Schooling of the married"), (".id", "Pendidikan yang menikah")):
        page = (project / f"reports/nsw-1976/report{ending}.html").read_text()
        found = re.search(rf'<figure class="exhibit" id="([^"]+)"(?:(?!</figure>).)*{title}', page, re.DOTALL)
        assert found, "an own exhibit is a numbered figure of the report"
        assert f'href="#{found[1]}"' in page, "and the text cites it"
    told = pd.read_csv(project / "reports/nsw-1976/exhibits/05-schooling-of-the-married.csv")
    assert told["n"].sum() == 445


def test_definitions_are_checked_before_anything_runs(project):
    replace_in(project / "programmes/nsw/programme.yml", "randomised: difference", "randomised: nothing")
    with pytest.raises(ProblemsError, match="is not a specification"):
        run_cohort("nsw-1976", Options(), root=project)
    assert not (project / "data/processed").exists()
