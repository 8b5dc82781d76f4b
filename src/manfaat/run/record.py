"""The run record: what was run on what, so that any number can be traced to its origin."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from manfaat.analysis.plan import first_look, plans
from manfaat.analysis.study import Study
from manfaat.base.strict import json_text
from manfaat.definitions.freshness import checksum
from manfaat.definitions.prices import HOUSE

ENGINE = Path(__file__).parents[1]
PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "seaborn",
    "matplotlib",
    "papermill",
)


def checksums(folder: Path, pattern: str) -> dict[str, str]:
    """SHA-256 of every matching file below a folder, by its path inside the folder."""
    return {
        path.relative_to(folder).as_posix(): checksum(path)
        for path in sorted(folder.rglob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }


def commit(root: Path) -> str:
    """The git commit of the project, marked when files differ from it; empty outside git."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=True
        ).stdout.strip()
        dirty = subprocess.run(
            ["git", "status", "--porcelain", "--untracked-files=no"],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return head + ("+changes" if dirty else "")


def form_versions(study: Study) -> dict[str, str]:
    """The version of the form that most rows of each table are of; without those tables that have none."""
    found: dict[str, str] = {}
    for table in study.programme.tables:
        names = [variable.name for variable in study.codebook.table(table) if variable.role == "version"]
        path = study.places.processed / f"{table}.parquet"
        if names and path.is_file():
            most = pd.read_parquet(path, columns=names[:1])[names[0]].dropna().astype("str").mode()
            found |= {table: most.iloc[0]} if len(most) else {}
    return found


def moment() -> datetime:
    """Now, or the moment that ``SOURCE_DATE_EPOCH`` states (seconds since 1970), so that a report made on
    another day has the same bytes (reproducible-builds.org).
    """
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(stated), UTC) if stated.isdigit() else datetime.now(UTC)


def files_of(study: Study) -> dict[str, dict[str, str]]:
    """Checksums of everything that a run reads: to be taken before it begins, and held against what is there
    when it ends.
    """
    root = study.places.root
    return {
        "inputs": checksums(study.places.raw, "*"),
        "definitions": checksums(study.definitions, "*"),
        "notebooks": checksums(root / "notebooks", "*.ipynb"),
        "series": checksums(HOUSE, "*.csv"),
        "code": {
            f"{folder.name}/{name}": digest
            for folder in (ENGINE, ENGINE.with_name("helpers"))
            for name, digest in checksums(folder, "*.py").items()
        },
    }


def moved(before: dict[str, dict[str, str]], now: dict[str, dict[str, str]]) -> list[str]:
    """Name the files that are not as they were; the code was loaded before anything was read."""
    return [
        name
        for part in before
        if part != "code"
        for name in sorted({*before[part], *now[part]})
        if before[part].get(name) != now[part].get(name)
    ]


def record(
    study: Study,
    read: dict[str, dict[str, str]],
    parameters: dict[str, object],
    ledger: Sequence[Mapping[Any, object]],
    seconds: dict[str, float],
) -> dict[str, object]:
    """Gather the record; ``read`` are the checksums of what the run has read. No absolute path, no user
    name.
    """
    root = study.places.root
    return {
        "cohort": study.cohort.cohort,
        "programme": study.programme.programme,
        "kind": study.cohort.kind,
        "assignment": study.cohort.assignment,
        "primary_specification": study.primary,
        "plans": [
            {"file": one.file, "written": one.written, "sha256": one.sha256}
            for one in plans(study.definitions, root=root)
        ],
        "first_look": first_look(study.places),
        "parameters": parameters,
        "form_versions": form_versions(study),
        "finished": moment().isoformat(timespec="seconds"),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "ledger_rows": ledger,
        "git_commit": commit(root),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        **read,
    }


def write_record(target: Path, values: dict[str, object]) -> None:
    """Write the record as JSON."""
    target.write_text(json_text(values), encoding="utf-8")
