"""The run record: what was run on what, so that any number can be traced to its origin."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from manfaat.analysis.plan import first_look, plans
from manfaat.base.moments import is_stated, moment
from manfaat.base.strict import json_text
from manfaat.definitions.study import Study
from manfaat.run.fresh import PACKAGES, Read, versions


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


def record(
    study: Study,
    read: Read,
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
        "seconds": {} if is_stated() else {name: round(value, 2) for name, value in seconds.items()},
        "ledger_rows": ledger,
        "git_commit": commit(root),
        "versions": {"python": platform.python_version(), **versions(PACKAGES)},
        **read,
    }


def write_record(target: Path, values: dict[str, object]) -> None:
    """Write the record as JSON."""
    target.write_text(json_text(values), encoding="utf-8")
