"""Run a small case by the command line, once a session, and look at the files it wrote."""

from __future__ import annotations

import shutil
import traceback
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from manfaat.cli import app

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"


@dataclass(frozen=True)
class CaseRun:
    """What ``manfaat run`` made of one case: exit code, what it printed, and the project it ran in."""

    name: str
    code: int
    printed: str
    project: Path

    @property
    def processed(self) -> Path:
        return self.project / "data" / "processed" / self.name

    @property
    def report(self) -> Path:
        return self.project / "reports" / self.name

    def clean(self, table: str = "people") -> pd.DataFrame:
        return pd.read_parquet(self.processed / f"{table}.parquet")

    def estimates(self) -> pd.DataFrame:
        """As they were computed: nobody can download these data, so that the report rounds them."""
        return pd.read_parquet(self.processed / "estimates.parquet")


def project_of(case: str, base: Path) -> tuple[str, Path]:
    """Lay a case out as a project of its own below ``base``: (name of programme and cohort, folder)."""
    source = CASES / case
    name = (source / "name.txt").read_text(encoding="utf-8").strip()
    project = base / case
    shutil.copytree(
        ROOT / "notebooks", project / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints")
    )
    shutil.copytree(source / "programme", project / "programmes" / name)
    shutil.copytree(source / "raw", project / "data" / "raw" / name)
    return name, project


def manfaat(project: Path, *arguments: str) -> tuple[int, str]:
    """Run the command line in a project, in this process: (exit code, all that it printed)."""
    with chdir(project):
        done = CliRunner().invoke(app, arguments)
    is_told = done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output + (
        "" if is_told else "".join(traceback.format_exception(done.exception))
    )


def run_case(case: str, base: Path, *, formats: str = "html", language: str = "en") -> CaseRun:
    """Run one case from its raw file to its report."""
    name, project = project_of(case, base)
    code, printed = manfaat(project, "run", name, "--formats", formats, "--language", language)
    return CaseRun(name, code, printed, project)
