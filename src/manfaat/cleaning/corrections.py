"""Single answers that a person corrected, with who found it, when and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem, nearest, refuse
from manfaat.base.typed import typed_rows
from manfaat.cleaning.cells import ColumnReading
from manfaat.cleaning.columns import Column
from manfaat.definitions.codebook import Codebook
from manfaat.definitions.corrections import Correction


def check_corrections(
    lines: Iterable[tuple[int, Correction]],
    codebook: Codebook,
    tables: Collection[str],
    cohorts: Collection[str],
    file: str,
) -> list[Problem]:
    """Say which corrections name a table or cohort that does not exist, so that they would match nothing, or
    an identifier.
    """
    secret, problems = {(v.table, v.name) for v in codebook.variables if v.role == "identifier"}, []
    for number, line in lines:
        if line.table not in tables:
            problems.append(
                Problem(
                    file,
                    f"there is no table '{line.table}'",
                    row=number,
                    column="table",
                    expected=nearest(line.table, tables),
                )
            )
        if line.cohort not in cohorts:
            problems.append(
                Problem(
                    file,
                    f"there is no cohort '{line.cohort}'",
                    row=number,
                    column="cohort",
                    expected=nearest(line.cohort, cohorts),
                )
            )
        if (line.table, line.variable) in secret:
            wanted = "no line: no analysis needs what identifies people, and this file is shared"
            problems.append(
                Problem(
                    file,
                    f"'{line.variable}' identifies people",
                    row=number,
                    column="variable",
                    expected=wanted,
                )
            )
    return problems


def misfit(
    line: Correction, rows: np.ndarray, columns: dict[str, Column], *, untold: Collection[str] = ()
) -> tuple[str, str] | None:
    """Say what is wrong with a correction (message, expected), or None when it fits exactly one cell.

    Spaces around an answer do not count; without ``old`` any answer is the one that is meant. ``untold`` :
    variables whose answers are not repeated in a message.
    """
    if line.variable not in columns:
        return (
            f"the correction names '{line.variable}', which matches no variable of the table",
            "a variable of the codebook",
        )
    if len(rows) != 1:
        return (
            f"the correction of '{line.variable}' for key '{line.key}' matches {len(rows)} cells",
            "exactly one cell of a row that is not set aside",
        )
    column = columns[line.variable]
    found, old, new = (text.strip() for text in (column.texts[column.codes[rows[0]]], line.old, line.new))
    if found == new and old in ("", found):
        return None  # a person looked at the answer, and it stays
    if line.variable in untold and found == new:
        return (
            f"'{line.variable}' of key '{line.key}' already is what the line says",
            "a line that changes something, or no line",
        )
    if line.variable in untold and old and found != old:
        return (
            f"'{line.variable}' of key '{line.key}' is not what stands under 'old'",
            "the answer as delivered under 'old'",
        )
    if found == new:
        return (
            f"'{line.variable}' of key '{line.key}' already is '{line.new}'",
            "a line that changes something, or no line",
        )
    if old and found != old:
        return (
            f"'{line.variable}' of key '{line.key}' is '{found}', not '{line.old}'",
            "the answer as delivered under 'old'",
        )
    return None


class Corrected(NamedTuple):
    """One corrected cell: the position of its row, its variable, why, the line of the corrections file, and
    whether the answer stays what it was.
    """

    row: int
    variable: str
    reason: str
    number: int
    stays: bool


def apply_corrections(
    keys: np.ndarray,
    columns: dict[str, Column],
    corrections: list[tuple[int, Correction]],
    *,
    file: str,
    untold: Collection[str] = (),
) -> tuple[dict[str, Column], pd.DataFrame]:
    """Replace single answers as ``corrections.csv`` says.

    Returns the corrected columns and one line a corrected cell: ``row`` (position), ``variable, reason,
    number`` (of the line), ``stays`` (a person looked at it and changed nothing).

    Raises
    ------
    ProblemsError when a line matches no cell, or finds a value other than the one it corrects.
    """
    corrected, problems = dict(columns), []
    done: list[Corrected] = []
    for number, line in corrections:
        rows = np.flatnonzero(keys == line.key)
        wrong = misfit(line, rows, corrected, untold=untold)
        if wrong:
            problems.append(Problem(file, wrong[0], row=number, expected=wrong[1]))
            continue
        column, row = corrected[line.variable], int(rows[0])
        before = next((one.number for one in done if (one.row, one.variable) == (row, line.variable)), None)
        if (
            before is not None and not line.old.strip()
        ):  # without 'old' nothing says that the second knows of the first
            told = f"'{line.variable}' of key '{line.key}' is corrected twice, in rows {before} and {number}"
            problems.append(Problem(file, told, row=number, expected="one line a cell"))
            continue
        stays = column.texts[column.codes[row]].strip() == line.new.strip()
        corrected[line.variable] = column.put(row, line.new)
        reason = f"{line.why} ({line.who}, {line.when})"
        done.append(Corrected(row, line.variable, reason, number, stays))
    refuse(problems)
    return corrected, pd.DataFrame(done, columns=Corrected._fields)


def settle_stays(
    done: pd.DataFrame, readings: dict[str, ColumnReading], codebook: Codebook, table: str
) -> dict[str, ColumnReading]:
    """Settle the answers that a person looked at and left as they are, so that they wait no longer.

    What was doubted only for what it says (out of range, a code of another version, an odd year) stands as it
    is written. What cannot be read stays missing: its reason is that it is damaged.
    """
    settled, lists = (
        dict(readings),
        {
            v.name: {c.name for c in codebook.answers(v.list_name)}
            for v in codebook.table(table)
            if v.list_name
        },
    )
    for line in typed_rows(done[done["stays"].astype(bool)], Corrected):
        reading = settled[line.variable]
        if not reading.waits()[line.row]:
            continue
        read, at = reading.read.copy(), int(reading.codes[line.row])
        text, proposal = str(read.at[at, "text"]).strip(), str(read.at[at, "proposal"])
        stands = (
            text if text in lists.get(line.variable, set()) else proposal if same_text(text, proposal) else ""
        )
        for column, value in (
            ("value", stands or None),
            ("clean", stands),
            ("flag", "report"),
            ("missing", "" if stands else "damaged"),
            ("proposal", ""),
        ):
            read.at[at, column] = value
        settled[line.variable] = replace(reading, read=read)
    return settled


def same_text(text: str, proposal: str) -> bool:
    """Whether a proposal is the raw text itself, perhaps as the same number written otherwise."""
    try:
        return bool(proposal) and (text == proposal or float(text) == float(proposal))
    except ValueError:
        return False


def check_corrected(
    done: pd.DataFrame,
    readings: dict[str, ColumnReading],
    old: np.ndarray,
    new: np.ndarray,
    key: list[str],
    *,
    file: str,
) -> list[Problem]:
    """Say which corrected answers cannot be read either, and which corrected keys now stand on two rows.

    Parameters
    ----------
    done : as ``apply_corrections`` gives it. old, new : the keys of the rows before and after the
    corrections. key : the key variables.
    """
    problems, counts = [], pd.Series(new, dtype="object").value_counts()
    for line in typed_rows(done, Corrected):
        reading = readings[line.variable]
        if reading.waits()[line.row]:
            why = reading.lines("note")[reading.codes[line.row]]
            problems.append(
                Problem(
                    file,
                    f"the new answer of '{line.variable}' for key '{old[line.row]}' cannot be used: {why}",
                    row=line.number,
                    column="new",
                )
            )
        elif line.variable in key and counts[new[line.row]] > 1:
            told = f"the corrected key of '{old[line.row]}' stands on another row too"
            problems.append(Problem(file, told, row=line.number, column="new", expected="one row a key"))
    return problems
