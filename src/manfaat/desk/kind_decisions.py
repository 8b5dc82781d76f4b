"""One decision a kind: the filled list of kinds becomes aliases, missing codes, orders of dates, and lines of
``corrections.csv``.

Each decision is written where it holds for every such answer to come; what fits nowhere else is a correction
of each row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from manfaat.analysis.study import load_study
from manfaat.base.disclosure import with_formulas
from manfaat.base.problems import Problem, ProblemsError, refuse
from manfaat.base.typed import typed_rows
from manfaat.base.writing import written_whole
from manfaat.cleaning.cells import Coding, ColumnReading, read_column
from manfaat.cleaning.columns import encode
from manfaat.cleaning.kinds import ORDERS, asks_order, with_kinds
from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.records import shown
from manfaat.definitions.study import Study
from manfaat.desk.decisions import (
    AS_WRITTEN,
    KEEP,
    MISSING,
    Waiting,
    decided_lines,
    is_filled,
    line_of,
    lines_of,
    meant,
    record_decisions,
    refuse_nobody,
    refuse_repeated,
    try_out,
    write_corrections,
)
from manfaat.desk.definition_edits import stand_alone, with_cell, with_date_order
from manfaat.files.parsing.reading import MISSING_REASONS

KINDS_FILE = "review_kinds.csv"
NEEDED = ("kind", "table", "variable", "decision")


class Asked(NamedTuple):
    """One decided kind: its line in the file, what was decided, and the lines of the review list that hang on
    it.
    """

    at: int
    decision: str
    lines: pd.DataFrame

    @property
    def first(self) -> pd.Series:
        """The first line, which says what all have in common."""
        return self.lines.iloc[0]


@dataclass
class Settled:
    """What decisions become: a change of a file's text each (file, what is changed), and corrections with
    their line in the list.
    """

    edits: list[tuple[Path, Callable[[str], str]]] = field(default_factory=list)
    corrections: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def record_lists(study: Study, path: Path | None, who: str) -> Counter[str]:
    """Write the decisions of a filled list, or of both lists of the last run where they are filled: by kind
    first, then row by row; all or none.

    Returns
    -------
    How many decisions were written to each file.

    Raises
    ------
    ProblemsError as ``record_kinds`` and ``record_decisions``.
    """
    both = [study.places.processed / name for name in (KINDS_FILE, "review.csv")]
    told: Counter[str] = Counter()
    with put_back(
        {
            *study.definitions.glob("*.csv"),
            study.definitions / "corrections.csv",
            study.places.raw / "cohort.yml",
        }
    ):
        for one in [path] if path else [one for one in both if is_filled(one)] or both[1:]:
            if is_by_kind(one):
                told += record_kinds(study, one, who)
                study = reloaded(study)
            else:
                told["corrections.csv"] += record_decisions(study, one, who)
    return told


def is_by_kind(path: Path) -> bool:
    """Whether a list has a line a kind."""
    names = next((set(line) for _, line in lines_of(path)), set())
    return "kind" in names and "key" not in names


def record_kinds(study: Study, path: Path, who: str) -> Counter[str]:
    """Write the decisions of a filled list of kinds where each fits; all or none.

    Returns
    -------
    How many kinds were written to each file.

    Raises
    ------
    ProblemsError when nobody's initials are given, the list is that of another run, a decision does not fit,
    or some answer of a decided kind would still wait.
    """
    refuse_nobody(who)
    asked, settled = read_kinds(path), Settled()
    told: Counter[str] = Counter()
    problems = []
    for kind in asked:
        before = len(settled.edits)
        wrong = settle(kind, study, who, settled)
        problems += (
            [Problem(path.name, wrong[0], row=kind.at, column="decision", expected=wrong[1])] if wrong else []
        )
        told[settled.edits[-1][0].name if len(settled.edits) > before else "corrections.csv"] += 1
    refuse(problems)
    refuse_repeated(study, settled.corrections, path.name)
    written(study, settled, lambda: ends_them(study, asked, settled, path))
    return told


def read_kinds(path: Path) -> list[Asked]:
    """Read a filled list of kinds, with the lines of the last run's review list that each stands for."""
    decided = decided_lines(path, NEEDED)
    before = path.with_name(AS_WRITTEN)
    if before.is_file():
        review = with_kinds(pd.read_parquet(before))
    else:  # cleaned part by part
        written = pd.read_csv(
            path.with_name("review.csv"), dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
        review = with_kinds(with_formulas(written))
    numbers, found, problems = pd.to_numeric(decided["kind"], errors="coerce"), [], []
    lines = zip(*(decided[name] for name in ("at", "table", "variable", "decision")), strict=True)
    for number, (at, table, variable, decision) in zip(numbers, lines, strict=True):
        rows = review[review["kind"] == number]
        if rows.empty or (rows[["table", "variable"]].iloc[0] != [table, variable]).any():
            problems.append(
                Problem(
                    path.name,
                    "this kind is not one of the last run",
                    row=int(at),
                    column="kind",
                    expected="the list of the last run",
                )
            )
        else:
            found.append(Asked(int(at), decision, rows))
    refuse(problems)
    return found


def settle(kind: Asked, study: Study, who: str, settled: Settled) -> tuple[str, str] | None:
    """Add what a decision becomes; return what is wrong with it (message, expected), or None."""
    variable = next(
        (v for v in study.codebook.table(kind.first.table) if v.name == kind.first.variable), None
    )
    if variable is not None and asks_order(kind.lines).any() and kind.decision.lower() != MISSING:
        return settle_order(kind, study, settled)
    reason = "" if variable is None else reason_of(kind.decision, variable)
    if reason and reason not in MISSING_REASONS:
        return f"'{reason}' is no reason of a missing answer", ", ".join(MISSING_REASONS)
    if reason and variable is not None:
        if settle_missing(kind, reason, variable, study, settled):
            return None
        code = code_of(reason, variable)
        if code is None:
            lacking = (
                f"'{kind.first.raw}' cannot be a missing code, and '{kind.first.variable}' has none for this"
                " reason"
            )
            return lacking, "a code for it under 'missing' in codebook.csv, or missing"
        corrected(kind, [code] * len(kind.lines), study, who, settled)
        return None
    told = [meant(line, kind.decision) for line in typed_rows(kind.lines, Waiting)]
    wrong = next((problem for _, problem in told if problem), None)
    if wrong:
        return wrong
    if (
        variable is not None
        and kind.decision.lower() not in (KEEP, MISSING)
        and settle_alias(kind, told[0][0], variable, study, settled)
    ):
        return None
    corrected(kind, [new for new, _ in told], study, who, settled)
    return None


def reason_of(decision: str, variable: Variable) -> str:
    """The reason that a decision gives for a missing answer: ``missing: refused``, or a missing code of the
    variable; "" where it gives none.
    """
    word, sign, reason = decision.partition(":")
    if sign and word.strip().lower() == MISSING:
        return reason.strip().lower().replace(" ", "_")
    return variable.missing_codes.get(decision.strip(), "")


def code_of(reason: str, variable: Variable) -> str | None:
    """The missing code of a variable that stands for a reason; None where it has none."""
    return next(
        (code for code, given in variable.missing_codes.items() if given == reason),
        "" if reason == "blank" else None,
    )


def corrected(kind: Asked, new: Sequence[str], study: Study, who: str, settled: Settled) -> None:
    """Correct each row of a kind to its new answer."""
    for line, answer in zip(typed_rows(kind.lines, Waiting), new, strict=True):
        settled.corrections.append(
            (
                kind.at,
                line_of(
                    study,
                    who,
                    line.table,
                    line.key,
                    line.variable,
                    line.raw,
                    answer,
                    f"decided: {line.reason}",
                ),
            )
        )


def settle_order(kind: Asked, study: Study, settled: Settled) -> tuple[str, str] | None:
    """State the order of day and month of a column in ``cohort.yml``."""
    order = ORDERS.get(" ".join(kind.decision.lower().split()))
    if order is None:
        return f"'{kind.decision}' is no order of day and month", "day first, month first or missing"
    entry, variable = (str(kind.first.file), str(kind.first.table)), str(kind.first.variable)
    settled.edits.append(
        (study.places.raw / "cohort.yml", lambda text: with_date_order(text, entry, variable, order))
    )
    return None


def settle_alias(kind: Asked, code: str, variable: Variable, study: Study, settled: Settled) -> bool:
    """Make words that were delivered another way to write an answer, where they are read so then; bare
    numbers mean something in other questions.
    """
    raw, codes = (
        str(kind.first.raw).strip(),
        [choice.name for choice in study.codebook.answers(variable.list_name)] if variable.list_name else [],
    )
    if code not in codes or "|" in raw or not any(letter.isalpha() for letter in raw):
        return False
    choices = tuple(
        (
            choice.model_copy(update={"aliases": joined(choice.aliases, "|", raw)})
            if (choice.list_name, choice.name) == (variable.list_name, code)
            else choice
        )
        for choice in study.codebook.choices
    )
    reading = reading_of(kind, variable, replace(study.codebook, choices=choices), study)
    if reading.waits()[0] or reading.lines("clean")[0] != code:
        return False
    line = {"list_name": str(variable.list_name), "name": code}
    settled.edits.append(
        (
            study.definitions / "choices.csv",
            lambda text: with_cell(text, line, "aliases", lambda cell: joined(cell, "|", raw)),
        )
    )
    return True


def settle_missing(kind: Asked, reason: str, variable: Variable, study: Study, settled: Settled) -> bool:
    """Make a text a missing code of its variable, where it is read so then."""
    raw = str(kind.first.raw).strip()
    own = raw if reason == "blank" else f"{raw}={reason}"
    if not raw or set(raw) & set(";="):
        return False
    further = variable.model_copy(update={"missing": joined(variable.missing, ";", own)})
    reading = reading_of(kind, further, study.codebook, study)
    if reading.waits()[0] or reading.lines("missing")[0] != reason:
        return False
    line = {"table": variable.table, "name": variable.name}
    settled.edits.append(
        (
            study.definitions / "codebook.csv",
            lambda text: with_cell(
                stand_alone(text, variable.table, variable.name, study.programme),
                line,
                "missing",
                lambda cell: joined(cell, ";", own),
            ),
        )
    )
    return True


def joined(cell: str, sign: str, further: str) -> str:
    """A cell of a definition file with one more entry."""
    parts = [part.strip() for part in cell.split(sign) if part.strip()]
    return sign.join(parts if further in parts else [*parts, further])


def reading_of(kind: Asked, variable: Variable, codebook: Codebook, study: Study) -> ColumnReading:
    """Read the text of a kind by changed definitions."""
    item = next(
        item for item in study.cohort.files if item.table == variable.table and item.file == kind.first.file
    )
    unit = study.programme.units.get(variable.unit)
    return read_column(
        encode(pd.Series([str(kind.first.raw)], dtype="str")), Coding(variable, codebook, unit, item)
    )


def written(study: Study, settled: Settled, check: Callable[[], None]) -> None:
    """Write all that decisions become, and hold it against the delivery; what fails leaves the files as they
    were.
    """
    files = {path for path, _ in settled.edits} | (
        {study.definitions / "corrections.csv"} if settled.corrections else set()
    )
    with put_back(files):
        for path, change in settled.edits:
            with written_whole(path) as target:
                target.write_bytes(changed(path, change, study).encode("utf-8"))
        if settled.corrections:
            write_corrections(study, [line for _, line in settled.corrections])
        check()


@contextmanager
def put_back(files: Iterable[Path]) -> Iterator[None]:
    """Leave files as they are when what is done to them fails; one that is not there is taken away again."""
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                with written_whole(path) as target:
                    target.write_bytes(content)
        raise


def changed(path: Path, change: Callable[[str], str], study: Study) -> str:
    """The text of a definition file as it shall be."""
    try:
        return change(path.read_bytes().decode("utf-8"))
    except LookupError as failure:
        told = Problem(
            shown(path, study.places.root),
            f"the decision cannot be written: {failure.args[0]}",
            expected="the file as the last run found it",
        )
        raise ProblemsError([told]) from failure


def ends_them(study: Study, asked: list[Asked], settled: Settled, path: Path) -> None:
    """Clean the delivery by the definitions as they are now; refuse where some answer of a decided kind still
    waits.

    What was cleaned part by part is too large to be tried out; its definitions are loaded.
    """
    now = reloaded(study)
    if not path.with_name(AS_WRITTEN).is_file():
        return
    tables = try_out(replace(now, corrections=study.corrections), settled.corrections, path.name)
    review = pd.concat([table.review for table in tables.values()], ignore_index=True)
    open_now = set(zip(review["table"], review["key"], review["variable"], review["raw"], strict=True))
    problems = []
    for kind in asked:
        rest = [
            line
            for line in kind.lines.itertuples()
            if (line.table, line.key, line.variable, line.raw) in open_now
        ]
        if rest:
            told = (
                f"{len(rest)} of {len(kind.lines)} rows would still wait, the first with key '{rest[0].key}'"
            )
            problems.append(
                Problem(
                    path.name,
                    told,
                    row=kind.at,
                    column="decision",
                    expected="an answer that can be read, missing, or keep",
                )
            )
    refuse(problems)


def reloaded(study: Study) -> Study:
    """The study by its definition files as they are now."""
    place = study.places
    return load_study(
        place.cohort, data_dir=str(place.data), reports_dir=str(place.reports_dir), root=place.root
    )
