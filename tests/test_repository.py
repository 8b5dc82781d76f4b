"""The project keeps its own rules: layout, pins, notebooks, words, names."""

import ast
import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
NUMBERED = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SOURCES = sorted((ROOT / "src").rglob("*.py"))


TOP = (
    *("CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md"),
    *("environment.yml", "pyproject.toml"),
)


def test_layout():
    for name in (
        "notebooks",
        "programmes",
        "data/raw",
        "data/processed",
        "src/manfaat",
        "src/helpers",
        "tests",
        "environment.yml",
        "README.md",
        "Makefile",
        "LICENSE",
        "CITATION.cff",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "data/README.md",
        ".ci/run",
    ):
        assert (ROOT / name).exists(), name
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    beside = {
        name for name in tracked.split() if "/" not in name and not name.startswith(("requirements", "."))
    }
    assert beside <= {*TOP}, "nothing that a program left is kept"
    assert [path.stem for path in NUMBERED] == [
        "01_clean",
        "02_indicators",
        "03_inputs",
        "04_outputs",
        "05_outcomes",
        "06_benefits",
        "07_findings",
        "08_cohorts",
    ]


def test_environment_lock_and_pyproject_agree():
    import write_environment

    assert (ROOT / "environment.yml").read_text() == write_environment.environment()
    versions = write_environment.locked()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in project["dependencies"] + project["optional-dependencies"]["dev"]:
        name, least = re.fullmatch(r"([a-z0-9-]+)>=([\d.]+)", line).groups()
        assert tuple(map(int, re.findall(r"\d+", versions[name])))[:3] >= tuple(map(int, least.split("."))), (
            line
        )


def test_lock_is_hashed_names_no_host_and_leaves_out_what_costs_every_start():
    for name in ("requirements.lock", "requirements-uv.lock", "requirements-site.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
        assert pinned
        assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)
    assert not re.search(r"^rfc3987-syntax==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_installed_versions_are_the_locked_ones():
    from importlib.metadata import version

    import write_environment

    if sys.version_info[:2] != (3, 11):
        pytest.skip("the pins compared are those for Python 3.11")
    for name in ("pandas", "numpy", "scipy", "statsmodels", "pyfixest", "seaborn", "papermill", "jupyterlab"):
        assert version(name) == write_environment.locked()[name]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_notebooks_keep_their_budget_and_order(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(notebook.cells) <= 27
    assert sum(len(cell.source.splitlines()) for cell in code) <= 40
    assert all(len(cell.source.splitlines()) <= 16 for cell in code)
    assert "parameters" in code[0].metadata["tags"]
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].source.startswith("# ")
    assert "**Question.**" in notebook.cells[0].source
    assert all(word in notebook.cells[1].source for word in ("**Reads**", "**Writes**", "**Used by**"))
    for cell in code:
        assert cell.outputs == []
        assert cell.execution_count is None
        assert not re.search(r"^\s*[!%]|\.\./|datetime|time\.time", cell.source, re.MULTILINE)
        assert not [
            node
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
        ]


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_notebooks_import_a_few_names_of_the_helpers_and_nothing_of_the_engine(path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    nodes = [node for source in cells for node in ast.walk(ast.parse(source))]
    own = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    names = [alias.name for node in own for alias in node.names]
    assert {node.module for node in own} == {"helpers"}
    assert 1 <= len(names) <= 5
    assert not [node for node in nodes if isinstance(node, ast.Import)]


def test_outputs_and_outcomes_ask_the_same_in_the_same_way():
    def asked(name):
        cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
        return [cell.source for cell in cells if cell.cell_type == "code" and "results." in cell.source]

    one, other = asked("04_outputs"), asked("05_outcomes")
    assert [source for source in one if source != "results.ratings"] == [
        source for source in other if source != "results.times"
    ]


def test_no_code_knows_a_programme_or_cohort():
    names = [path.name for path in (ROOT / "programmes").iterdir()] + [
        path.name for path in (ROOT / "data/raw").iterdir() if path.is_dir()
    ]
    words = [re.escape(word) for name in names for word in (name, name.split("-")[0])]
    pattern = re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)
    for path in SOURCES:
        assert not pattern.search(path.read_text(encoding="utf-8")), path
    for path in NUMBERED:
        for cell in nbformat.read(path, as_version=4).cells:
            default = "parameters" in cell.metadata.get("tags", [])  # the default cohort may be named
            assert default or not pattern.search(cell.source), path


def test_importing_the_package_does_nothing_slow():
    # work at import would show as one of the heavy libraries
    code = (
        "import sys, manfaat.cli; print(sorted({'pandas', 'matplotlib', 'scipy', 'papermill', 'nbformat',"
        " 'manfaat.simulation'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_imports_follow_the_order_of_the_house():
    # the contracts stand in pyproject.toml
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_functions_are_short_and_modules_can_be_read():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 650, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
                assert statements <= 33, f"{path.name}: {node.name}"


def test_every_file_that_the_documents_name_exists():
    for name in ("README.md", "CONTRIBUTING.md", "data/README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        base = (ROOT / name).parent
        for target in re.findall(
            r"\]\((?!https?:|#)([^)#]+)\)|`((?:src|tests|notebooks|programmes|data|docs|tools|benchmarks|raw)/[\w./-]+)`",
            text,
        ):
            path = next(part for part in target if part)
            assert (base / path).exists() or (ROOT / path).exists() or "<" in path, f"{name} names {path}"


def test_every_test_that_stands_for_a_defence_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text())
    assert len(named) >= 15
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(), (file, test)


def test_every_raw_file_is_sealed_described_and_licensed():
    described = (ROOT / "data/README.md").read_text(encoding="utf-8")
    for folder in (ROOT / "data/raw").iterdir():
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {
            "cohort.yml",
            "SHA256SUMS",
        }
        sealed = dict(reversed(line.split()) for line in (folder / "SHA256SUMS").read_text().splitlines())
        assert set(sealed) == names
        for name in names:
            where = "truth/" if name.startswith("truth/") else name
            assert f"`raw/{folder.name}/{where}`" in described
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sealed[name]
        assert "licence:" in (folder / "cohort.yml").read_text()
