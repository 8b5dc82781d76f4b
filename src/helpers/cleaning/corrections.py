"""Single answers that a person corrected, with who found it, when and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.cleaning.cells import Column
from helpers.definitions import Record, read_rows, shown
from helpers.problems import Problem, refuse

KEY = "_key"


class Correction(Record):
    """One line of ``corrections.csv``: a single wrong answer, with who found it, when and why."""

    cohort: str
    table: str
    key: str
    variable: str
    old: str
    new: str
    who: str
    when: str
    why: str


def load_corrections(folder: Path, *, root: Path) -> tuple[list[tuple[int, Correction]], list[Problem], str]:
    """Read ``corrections.csv`` of a programme, if there is one."""
    path = folder / "corrections.csv"
    records, problems = read_rows(Correction, path, root=root, required=False)
    return records, problems, shown(path, root)


def misfit(line: Correction, rows: np.ndarray, columns: dict[str, Column]) -> tuple[str, str] | None:
    """Say what is wrong with a correction (message, expected), or None when it fits exactly one cell."""
    if line.variable not in columns:
        return f"the correction names '{line.variable}', which matches no variable of the table", "a variable of the codebook"
    if len(rows) != 1:
        return f"the correction of '{line.variable}' for key '{line.key}' matches {len(rows)} cells", "exactly one cell"
    column = columns[line.variable]
    found = column.texts[column.codes[rows[0]]]
    if found == line.new == line.old:
        return None  # a person confirms the answer as it stands
    if found == line.new:
        return f"'{line.variable}' of key '{line.key}' already is '{line.new}'", "a line that changes something, or no line"
    if found != line.old:
        return f"'{line.variable}' of key '{line.key}' is '{found}', not '{line.old}'", "the answer as delivered under 'old'"
    return None


def apply_corrections(
    keys: np.ndarray, columns: dict[str, Column], corrections: list[tuple[int, Correction]], *, file: str
) -> tuple[dict[str, Column], pd.DataFrame]:
    """Replace single answers as ``corrections.csv`` says.

    Returns the corrected columns and one line a corrected cell: ``row`` (position), ``variable, reason``.

    Raises
    ------
    ProblemsError when a line matches no cell, or finds a value other than the one it corrects.
    """
    corrected, done, problems = dict(columns), [], []
    for number, line in corrections:
        rows = np.flatnonzero(keys == line.key)
        wrong = misfit(line, rows, corrected)
        if wrong:
            problems.append(Problem(file, wrong[0], row=number, expected=wrong[1]))
            continue
        corrected[line.variable] = corrected[line.variable].put(int(rows[0]), line.new)
        done.append({"row": int(rows[0]), "variable": line.variable, "reason": f"{line.why} ({line.who}, {line.when})"})
    refuse(problems)
    return corrected, pd.DataFrame(done, columns=["row", "variable", "reason"])
