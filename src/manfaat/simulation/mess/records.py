"""Mess in whole records: sent twice, two persons under one number, trial rows, interviews that stop, the same
answer throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from manfaat.definitions.codebook import Variable
from manfaat.simulation.columns import TextColumn

TRIAL = ("TEST", "coba", "asdf")
FRAME = (
    "key",
    "group",
    "version",
    "start",
    "end",
    "submitted",
    "cluster",
    "enumerator",
)  # filled in before the first question


@dataclass
class Records:
    """A table of raw texts while mess is put into its records.

    ``touched`` : masks of answers that were changed, by variable. ``log`` : (row, or -1 for a trial row;
    variable, "" for the whole record; true text; raw text; kind; expected; which of the written records it
    is). ``order`` : for each written record the row it comes from, -1 for a trial row; ``fuller`` : row → the
    written record that was sent later and holds its answers (neither is known before records were appended).
    ``coloured`` : rows in colour.
    """

    canonical: Mapping[str, TextColumn]
    columns: dict[str, TextColumn]
    variables: list[Variable]
    touched: dict[str, np.ndarray] = field(default_factory=dict)
    log: list[tuple[int, str, str, str, int, str, int]] = field(default_factory=list)
    order: np.ndarray | None = None
    fuller: dict[int, int] = field(default_factory=dict)
    coloured: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype="int64"))

    def put(self, name: str, rows: np.ndarray, texts: list[str], kind: int) -> None:
        """Put other texts into some rows of a column; log and mark those that change."""
        if not len(rows):
            return
        column, true = self.columns[name], self.canonical[name]
        right, wanted = true.take(rows).texts(), np.array(texts, dtype=object)
        for place in np.flatnonzero(column.take(rows).texts() != wanted).tolist():
            row = int(rows[place])
            self.log.append((row, name, right[place], texts[place], kind, "report", row))
        self.columns[name] = column.put(rows, texts)
        mask = self.touched.setdefault(name, np.zeros(len(column.codes), dtype=bool))
        mask[rows] = True

    def untouched(self, rows: np.ndarray) -> np.ndarray:
        """Those of some rows in which no answer was changed before."""
        found = np.zeros(len(rows), dtype=bool)
        for mask in self.touched.values():
            found |= mask[rows]
        return rows[~found]

    def role(self, role: str) -> str | None:
        """The variable of a role."""
        return next(
            (
                variable.name
                for variable in self.variables
                if variable.role == role and variable.name in self.columns
            ),
            None,
        )


def text_at(column: TextColumn, row: int) -> str:
    """One text of a column."""
    place = column.codes[row]
    return column.pool[place] if place < len(column.pool) else ""


def draw_rows(n: int, rate: float, stream: np.random.Generator) -> np.ndarray:
    """Rows that a kind of mess befalls."""
    return np.flatnonzero(stream.random(n) < rate) if rate and n else np.zeros(0, dtype="int64")


def change_records(
    records: Records,
    scales: list[list[str]],
    key: str,
    rates: Mapping[int, float],
    stream: np.random.Generator,
) -> None:
    """Mess up records before their single answers: interviews that stop, the same answer throughout, another
    person's number.

    Parameters
    ----------
    scales : batteries of ratings that may be answered all alike; the first one is.
    """
    n = len(records.columns[key].codes)
    stop_early(records, records.untouched(draw_rows(n, rates.get(57, 0.0), stream)), stream)
    answer_alike(records, scales, records.untouched(draw_rows(n, rates.get(58, 0.0), stream)))
    rows = records.untouched(draw_rows(n, rates.get(55, 0.0), stream))
    rows = rows[rows > 0]
    records.put(key, rows, [text_at(records.columns[key], row - 1) for row in rows], 55)
    records.coloured = draw_rows(n, rates.get(42, 0.0), stream)
    records.log += [(int(row), "", "", "a red row", 42, "report", int(row)) for row in records.coloured]


def stop_early(records: Records, rows: np.ndarray, stream: np.random.Generator) -> None:
    """Blank everything after a place in the last two thirds of the form; what was filled in before the first
    question stays.
    """
    names = [variable.name for variable in records.variables if variable.role not in FRAME]
    stops = stream.integers(len(names) // 3, max(len(names), 1), len(rows))
    for place, name in enumerate(names):
        hit = rows[stops < place]
        records.put(name, hit, [""] * len(hit), 57)


def answer_alike(records: Records, scales: list[list[str]], rows: np.ndarray) -> None:
    """Give the same answer to all ratings of the first battery, and let the interview end after four
    minutes.
    """
    if not scales or not len(rows):
        return
    names = scales[0]
    alike = [
        next((text for name in names if (text := text_at(records.columns[name], row))), "") for row in rows
    ]
    for name in names:
        records.put(name, rows, alike, 58)
    start, end = records.role("start"), records.role("end")
    if start and end:
        moments = [text_at(records.canonical[start], row) for row in rows]
        records.put(end, rows, [str(np.datetime64(text, "s") + 240) if text else "" for text in moments], 58)


def append_records(
    records: Records,
    columns: Mapping[str, TextColumn],
    key: str,
    rates: Mapping[int, float],
    stream: np.random.Generator,
) -> dict[str, TextColumn]:
    """Append records: some sent twice (as they are, or fuller a day later), and trial rows.

    Returns
    -------
    The longer columns; the log of ``records`` tells which people were sent twice.
    """
    n, found = len(columns[key].codes), dict(columns)
    again, trials = draw_rows(n, rates.get(54, 0.0), stream), len(draw_rows(n, rates.get(56, 0.0), stream))
    submitted = records.role("submitted")
    later = again[stream.random(len(again)) < 0.5] if submitted else again[:0]
    order = np.concatenate([np.arange(n), again])
    found = {name: column.take(order) for name, column in found.items()}
    if submitted:
        resubmit(found, records, submitted, later, n + np.flatnonzero(np.isin(again, later)))
    is_later = set(later.tolist())
    records.fuller = {int(row): n + place for place, row in enumerate(again) if int(row) in is_later}
    records.log += [
        (
            int(row),
            "",
            "",
            "sent again, fuller" if int(row) in is_later else "sent twice",
            54,
            "repair",
            n + place,
        )
        for place, row in enumerate(again)
    ]
    records.order = np.concatenate([order, np.full(trials, -1)])
    if trials:
        found = {
            variable.name: add_trials(found[variable.name], variable, variable.name == key, trials)
            for variable in records.variables
        }
        records.log += [
            (-1, "", "", TRIAL[place % len(TRIAL)] + str(place + 1), 56, "repair", len(order) + place)
            for place in range(trials)
        ]
    return found


def resubmit(
    found: dict[str, TextColumn], records: Records, submitted: str, first: np.ndarray, second: np.ndarray
) -> None:
    """Let the second of two records be sent a day later, and leave the last third of the first one empty."""
    names = [variable.name for variable in records.variables if variable.role not in FRAME]
    moments = [text_at(records.canonical[submitted], row) for row in first]
    found[submitted] = (
        found[submitted]
        .put(first, moments)
        .put(second, [str(np.datetime64(text, "s") + 86_400) if text else "" for text in moments])
    )
    for name in names[len(names) * 2 // 3 :]:
        found[name] = found[name].put(first, [""] * len(first))


def add_trials(column: TextColumn, variable: Variable, is_key: bool, trials: int) -> TextColumn:
    """Append trial rows: a trial word as number and in free texts, nothing else."""
    words = [TRIAL[place % len(TRIAL)] + (str(place + 1) if is_key else "") for place in range(trials)]
    texts = words if is_key or variable.role == "text" else [""] * trials
    longer = TextColumn(np.concatenate([column.codes, np.zeros(trials, dtype="int32")]), column.pool)
    return longer.put(np.arange(len(column.codes), len(longer.codes)), texts)
