"""Answers that a person decided: the filled review list becomes lines of ``corrections.csv``."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pandas as pd

from helpers.cleaning.row_checks import PERHAPS
from helpers.problems import Problem, refuse
from helpers.study import Study

COLUMNS = ["cohort", "table", "key", "variable", "old", "new", "who", "when", "why"]


def read_decisions(path: Path) -> pd.DataFrame:
    """Read a filled review list: the lines with a decision.

    Raises
    ------
    ProblemsError if the file is missing, lacks a column, or decides nothing.
    """
    refuse([] if path.is_file() else [Problem(path.name, "the file is missing", expected="the review list of a run, with the column 'decision' filled in")])
    lines = pd.read_csv(path, dtype=str, keep_default_na=False)
    lacking = [name for name in ("table", "key", "variable", "raw", "decision", "reason") if name not in lines]
    refuse([Problem(path.name, "the column is missing", column=name) for name in lacking])
    decided = lines[lines["decision"].str.strip() != ""]
    refuse(
        []
        if len(decided)
        else [Problem(path.name, "no line has a decision", column="decision", expected="the right answer, or a missing code, in at least one line")]
    )
    return decided


def record_decisions(study: Study, path: Path, who: str) -> int:
    """Append the decisions of a filled review list to the programme's ``corrections.csv``; return how many.

    Raises
    ------
    ProblemsError as ``read_decisions``, or when a decision says the same as a raw text that could not be read. An amount that waits
    because a slip of unit would explain it may be confirmed as it stands.
    """
    decided = read_decisions(path)
    same = decided[(decided["decision"] == decided["raw"]) & ~decided["reason"].str.contains(PERHAPS, regex=False)]
    refuse(
        [
            Problem(
                path.name,
                f"the decision for '{row.variable}' of key '{row.key}' says the same as the raw text",
                column="decision",
                expected="another answer, or none",
            )
            for row in same.itertuples()
        ]
    )
    lines = [
        [study.cohort.cohort, row.table, row.key, row.variable, row.raw, row.decision, who, date.today().isoformat(), f"decided: {row.reason}"]
        for row in decided.itertuples()
    ]
    target = study.definitions / "corrections.csv"
    fresh = not target.is_file()
    with target.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([COLUMNS] * fresh + lines)
    return len(lines)
