"""Answers that a person decided: the filled review list becomes lines of ``corrections.csv``.

A spreadsheet program changes what it saves: separators, dates, leading zeros. So only ``line`` and
``decision`` are read from the filled list; what each line is about is taken from the list as the run wrote
it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from manfaat.analysis.study import clean_tables, read_raw
from manfaat.base.disclosure import with_formulas
from manfaat.base.problems import Problem, ProblemsError, need, refuse
from manfaat.base.typed import typed_rows
from manfaat.base.writing import written_whole
from manfaat.cleaning import CleanTable
from manfaat.cleaning.reviews import DECISIONS, WHOLE_ROW
from manfaat.definitions.corrections import Correction, load_corrections
from manfaat.definitions.records import numbered_lines, shown
from manfaat.definitions.study import Study

COLUMNS = ["cohort", "table", "key", "variable", "old", "new", "who", "when", "why"]
NEEDED = ("table", "key", "variable", "raw", "decision", "reason")
KEEP, MISSING, ACCEPT = "keep", "missing", "accept"
AS_WRITTEN = "review_list.parquet"


def read_decisions(path: Path) -> pd.DataFrame:
    """Read a filled review list: the lines with a decision.

    Returns
    -------
    ``table, key, variable, raw, proposal, reason, decision``, with ``at``, the number of the line in the
    file.

    Raises
    ------
    ProblemsError as ``decided_lines``, or if it is the list of another run.
    """
    return as_written(decided_lines(path, NEEDED), path)


def decided_lines(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    """Read the lines of a list with a decision, however a spreadsheet program saved it, with ``at``, the
    number of the line in the file.

    Raises
    ------
    ProblemsError if the file is missing, cannot be read, lacks one of the ``needed`` columns or decides
    nothing.
    """
    rows = lines_of(path)
    names = rows[0][1].keys() if rows else []
    refuse([Problem(path.name, "the column is missing", column=name) for name in needed if name not in names])
    decided = [
        (at, {str(name): str(cell or "") for name, cell in row.items()})
        for at, row in rows
        if str(row["decision"] or "").strip()
    ]
    wanted = "the right answer, or keep, accept, missing, a missing code; for a whole row: " + " or ".join(
        DECISIONS
    )
    need(decided, Problem(path.name, "no line has a decision", column="decision", expected=wanted))
    found = [{"at": at, **row, "decision": row["decision"].strip()} for at, row in decided]
    return with_formulas(pd.DataFrame(found))


def is_filled(path: Path) -> bool:
    """Whether a list is there and some line of it has a decision."""
    return path.is_file() and any(str(row.get("decision") or "").strip() for _, row in lines_of(path))


def lines_of(path: Path) -> list[tuple[int, dict[str | None, Any]]]:
    """The lines of a list, each with its number in the file."""
    need(
        path.is_file(),
        Problem(
            path.name,
            "the file is missing",
            expected="the review list of a run, with the column 'decision' filled in",
        ),
    )
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    try:
        return numbered_lines(text)
    except csv.Error as failure:
        raise ProblemsError([Problem(path.name, f"the file cannot be read as CSV: {failure}")]) from failure


def as_written(decided: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Take what each decided line is about from the list as the run wrote it, where it lies beside the filled
    one.
    """
    before = path.with_name(AS_WRITTEN)
    if "line" not in decided or not before.is_file():
        return decided.assign(proposal=decided.get("proposal", ""))
    written = pd.read_parquet(before).set_index("line")
    numbers = pd.to_numeric(decided["line"], errors="coerce")
    found = written.reindex(numbers)
    told = found[["table", "variable"]].fillna("").to_numpy() == decided[["table", "variable"]].to_numpy()
    same = [alike(key, given) for key, given in zip(found["key"].fillna(""), decided["key"], strict=True)]
    refuse(
        Problem(
            path.name,
            "this line is not the one that the last run wrote",
            row=int(at),
            column="line",
            expected="the list of the last run",
        )
        for at, fits, is_same in zip(decided["at"], told.all(axis=1), same, strict=True)
        if not (fits and is_same)
    )
    return found.reset_index(drop=True).assign(at=decided["at"], decision=decided["decision"])


def alike(key: str, given: str) -> bool:
    """Whether a key may have become what stands in the filled list: leading zeros, spaces and escapes are
    lost on the way.
    """
    return key.strip().lstrip("0") == given.strip().removeprefix("'").lstrip("0")


class Waiting(NamedTuple):
    """What a line of the review list says of the answer that waits."""

    table: str
    key: str
    variable: str
    raw: str
    proposal: str
    reason: str


def meant(line: Waiting, decision: str) -> tuple[str, tuple[str, str] | None]:
    """What a decision says: the answer that shall stand; and what is wrong with it (message, expected), if
    anything is.
    """
    word = decision.lower()
    if line.variable == WHOLE_ROW:
        wrong = (f"'{decision}' is no decision about the row '{line.raw}'", " or ".join(DECISIONS))
        return word, None if word in DECISIONS else wrong
    new = {KEEP: line.raw, MISSING: "", ACCEPT: line.proposal}.get(word, decision)
    if word == ACCEPT and not line.proposal:
        return new, (
            f"nothing is proposed for '{line.variable}' of key '{line.key}'",
            "the right answer, or missing",
        )
    return new, None


def record_decisions(study: Study, path: Path, who: str) -> int:
    """Add the decisions of a filled review list to the programme's ``corrections.csv``; return how many.

    All are tried out first: when one does not fit, none is written.

    Raises
    ------
    ProblemsError as ``read_decisions``, when nobody's initials are given, when a decision about a row is not
    one of ``keep`` and ``set aside``, cannot be read, or was made before. ``keep`` lets an answer stand as it
    is written; one that cannot be read stays missing, and no longer waits.
    """
    refuse_nobody(who)
    decided = read_decisions(path)
    waiting = list(typed_rows(decided, Waiting))
    told = list(map(meant, waiting, decided["decision"]))
    wrong = zip(decided["at"], told, strict=True)
    refuse(
        Problem(path.name, problem[0], row=int(at), column="decision", expected=problem[1])
        for at, (_, problem) in wrong
        if problem
    )
    lines = [
        (
            int(at),
            line_of(study, who, row.table, row.key, row.variable, row.raw, new, f"decided: {row.reason}"),
        )
        for at, row, (new, _) in zip(decided["at"], waiting, told, strict=True)
    ]
    return store(
        study, lines, path, is_tried=path.with_name(AS_WRITTEN).is_file()
    )  # what was cleaned part by part is too large to be tried out


def refuse_nobody(who: str) -> None:
    """Refuse decisions of nobody."""
    need(who.strip(), Problem("--who", "nobody is named", expected="the initials of the person who decided"))


def line_of(study: Study, who: str, *told: str) -> dict[str, str]:
    """A line of ``corrections.csv`` of today; ``told`` is table, key, variable, old, new and why."""
    table, key, variable, old, new, why = told
    return dict(
        zip(
            COLUMNS,
            (study.cohort.cohort, table, key, variable, old, new, who.strip(), date.today().isoformat(), why),
            strict=True,
        )
    )


def store(study: Study, lines: list[tuple[int, dict[str, str]]], path: Path, *, is_tried: bool) -> int:
    """Try decisions out, each with its row in the file, and write them; return how many. When one does not
    fit, none is written.
    """
    refuse_repeated(study, lines, path.name)
    if is_tried:
        try_out(study, lines, path.name)
    write_corrections(study, [line for _, line in lines])
    return len(lines)


def cell_of(line: dict[str, str]) -> tuple[str, ...]:
    """What a line decides: one cell, or one row by its place."""
    return (
        line["cohort"],
        line["table"],
        line["key"],
        line["variable"],
        line["old"] if line["variable"] == WHOLE_ROW else "",
    )


def refuse_repeated(study: Study, lines: list[tuple[int, dict[str, str]]], file: str) -> None:
    """Refuse decisions that ``corrections.csv`` holds already, or that the list holds twice."""
    seen = {
        cell_of(line.model_dump()): f"it was made before, in row {number} of corrections.csv"
        for number, line in study.corrections
    }
    problems = []
    for at, line in lines:
        if cell_of(line) in seen:
            told = (
                f"the decision for '{line['variable']}' of key '{line['key']}' is not new:"
                f" {seen[cell_of(line)]}"
            )
            problems.append(
                Problem(
                    file,
                    told,
                    row=int(at),
                    column="decision",
                    expected="an empty cell; run the cohort again for a new list",
                )
            )
        seen[cell_of(line)] = f"it is made in row {at} of this list"
    refuse(problems)


def try_out(study: Study, lines: list[tuple[int, dict[str, str]]], file: str) -> dict[str, CleanTable]:
    """Clean the delivery with the decisions; a problem with one is told by its row in the filled list."""
    last, name = 1 << 40, shown(study.definitions / "corrections.csv", study.places.root)
    new = [(last + int(at), Correction.model_validate(line)) for at, line in lines]
    try:
        return clean_tables(replace(study, corrections=(*study.corrections, *new)), read_raw(study))
    except ProblemsError as failure:
        told = [
            (
                Problem(file, p.message, row=p.row - last, column="decision", expected=p.expected)
                if p.file == name and isinstance(p.row, int) and p.row > last
                else p
            )
            for p in failure.problems
        ]
        raise ProblemsError(told) from failure


def write_corrections(study: Study, lines: list[dict[str, str]]) -> None:
    """Write ``corrections.csv`` anew with more lines, whole or not at all, whatever program saved it last."""
    target = study.definitions / "corrections.csv"
    before, problems, _ = load_corrections(study.definitions, root=study.places.root)
    refuse(problems)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*(line.model_dump() for _, line in before), *lines])
    with written_whole(target) as path:
        path.write_text(stream.getvalue(), encoding="utf-8", newline="")
