"""One real file as a delivery: a programme drafted from it, read, cleaned, and counted."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pandas as pd

from manfaat.analysis.study import load_codes
from manfaat.base.paths import places
from manfaat.cleaning import CleanTable, Instructions, check_ledger, clean_table
from manfaat.cleaning.readers import read_cohort
from manfaat.definitions.cohort import Cohort
from manfaat.desk.scaffold import new_programme

NAME = "corpus"
COUNTS = ["columns", "rows", "kept", "aside", "review", "findings", "missing"]


def cohort_of(file: str, table: str) -> Cohort:
    """A delivery of one file of which nothing is stated."""
    words = {"en": "not known", "id": "tidak diketahui"}
    return Cohort.model_validate(
        {
            "cohort": NAME,
            "programme": NAME,
            "label": words,
            "kind": "real",
            "assignment": "observational",
            "unreadable": "review",
            "period": words,
            "denominators": {"because": words},
            "origin": "a package",
            "licence": "see expected.csv",
            "citation": "none",
            "files": [{"file": file, "table": table}],
        }
    )


def cleaned(path: Path, base: Path) -> CleanTable:
    """Draft a programme from a file and clean the file by it; a sheet that fits no table is a problem."""
    (base / "programmes").mkdir(parents=True)
    place = places(NAME, root=base)
    raw = base / "data" / "raw" / NAME
    raw.mkdir(parents=True)
    copy = Path(shutil.copy(path, raw / path.name))
    (raw / "SHA256SUMS").write_text(
        f"{hashlib.sha256(copy.read_bytes()).hexdigest()}  {copy.name}\n", encoding="utf-8"
    )
    new_programme(NAME, base, form=None, data=copy)
    programme, codebook = load_codes(NAME, place)
    name = next(iter(programme.tables))
    cohort = cohort_of(copy.name, name)
    delivery = read_cohort(raw, cohort, codebook, root=base)
    table = clean_table(
        delivery.tables[name], Instructions(name, programme, codebook, cohort), delivery.told[name]
    )
    check_ledger(table, delivery.tables[name], codebook.table(name))
    return table


def counted(table: CleanTable) -> dict[str, object]:
    """What cleaning made of a file (``COUNTS``): its missing answers by reason, and what a person would have
    to look at.
    """
    reasons = table.reasons["reason"].value_counts().sort_index()
    return {
        "columns": (
            len([column for column in table.kept if not column.startswith("_")])
            + len(table.identifiers.columns)
            - 1
        ),
        "rows": table.rows_in,
        "kept": len(table.kept),
        "aside": len(table.aside),
        "review": len(table.review),
        "findings": len(table.findings),
        "missing": "; ".join(f"{reason} {count}" for reason, count in reasons.items()),
    }


def differences(found: pd.DataFrame, expected: pd.DataFrame) -> list[str]:
    """Say in which counts what was found differs from what is written down, and which files either lacks."""
    one, two = (frame.set_index(["package", "file"]).astype(str) for frame in (found, expected))
    told = [f"{package} {file}: not in expected.csv" for package, file in one.index.difference(two.index)]
    told += [f"{package} {file}: not found" for package, file in two.index.difference(one.index)]
    for place in one.index.intersection(two.index):
        told += [
            f"{' '.join(place)}: {name} {two.loc[place, name]} → {one.loc[place, name]}"
            for name in COUNTS
            if one.loc[place, name] != two.loc[place, name]
        ]
    return told
