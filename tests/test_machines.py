"""Other ways to get the environment, and what set-up does so that nothing about people reaches a commit."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def test_binder_installs_what_is_locked_and_nothing_else():
    env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "PIP_DRY_RUN": "1"}
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        ["bash", ".binder/postBuild"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"Would install (.*)", done.stdout) == ["manfaat-0.1.0"], "all else is there already"
    version = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f"FROM python:{version}-" in (ROOT / ".devcontainer" / "Dockerfile").read_text()


def test_the_container_sets_up_as_everybody_does():
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert (ROOT / ".devcontainer" / told["build"]["dockerfile"]).is_file()
    target = told["postCreateCommand"].removeprefix("make ")
    assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE)


def test_what_a_notebook_showed_of_people_reaches_no_commit(tmp_path):
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    (tmp_path / ".venv").symlink_to(BIN.parent)
    told = 'print:\n\t@echo "$(NO_OUTPUTS)"\n'
    commands = subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", "-f", "-", "print"],
        input=told,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["bash", "-c", commands], cwd=tmp_path, check=True)
    shown = nbformat.v4.new_output("stream", text="KV001 earns 2200")
    cell = nbformat.v4.new_code_cell("people.head()", outputs=[shown], execution_count=3)
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "notebooks" / "my.ipynb")
    subprocess.run(["git", "add", "notebooks"], cwd=tmp_path, check=True)
    kept = subprocess.run(
        ["git", "show", ":notebooks/my.ipynb"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert "people.head()" in kept
    assert "KV001" not in kept
    assert "KV001" in (tmp_path / "notebooks" / "my.ipynb").read_text(), "the analyst's own copy stays"
    before = (ROOT / "notebooks" / "01_clean.ipynb").read_text(encoding="utf-8")
    run = nbformat.reads(before, as_version=4)
    run.metadata.language_info = {"name": "python", "version": "3.11.2", "pygments_lexer": "ipython3"}
    next(one for one in run.cells if one.cell_type == "code").update(outputs=[shown], execution_count=3)
    nbformat.write(run, tmp_path / "notebooks" / "01_clean.ipynb")
    subprocess.run(["git", "add", "notebooks"], cwd=tmp_path, check=True)
    kept = subprocess.run(
        ["git", "show", ":notebooks/01_clean.ipynb"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert kept == before, "a notebook that was only run makes no difference"
    (tmp_path / ".venv").unlink()
    (tmp_path / "notebooks" / "my.ipynb").touch()
    (tmp_path / "notebooks" / "other.ipynb").write_text((tmp_path / "notebooks" / "my.ipynb").read_text())
    failed = subprocess.run(["git", "add", "notebooks"], cwd=tmp_path, capture_output=True, check=False)
    assert failed.returncode != 0, "without the filter nothing is added"
