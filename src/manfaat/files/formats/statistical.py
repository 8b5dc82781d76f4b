"""SPSS (.sav, .zsav, .por) and Stata (.dta) files → one raw table, with labels and declared missing values
kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.base.problems import ProblemsError
from manfaat.files.formats.body import Body
from manfaat.files.formats.celltext import DATE, NUMBER, TIME, WORDS
from manfaat.files.formats.characters import unusual_in_frame
from manfaat.files.formats.finishing import frame_of
from manfaat.files.formats.isolated import read_apart
from manfaat.files.formats.names import clean_names
from manfaat.files.formats.safety import AGAIN, refusal
from manfaat.files.formats.tables import (
    LABELS,
    MISSING,
    Detected,
    FormatOptions,
    RawTable,
    count_of,
    records,
    some,
    stem,
)

PROGRAMS = {"sav": "SPSS", "por": "SPSS", "dta": "Stata"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FALLBACK = "WINDOWS-1252"
EXTREME = 1e300  # SPSS writes LOWEST and HIGHEST as the ends of its number range


def read_statistical(
    path: Path, kind: str, options: FormatOptions, *, file: str, log: Sequence[Detected] = ()
) -> list[RawTable]:
    """Return the table of an SPSS or Stata file as a list of one.

    Values leave as their text; coded values stay codes. System-missing values leave as empty text, Stata's
    tagged ones as ``.a`` to ``.z``; user-missing values stay as they are and are listed in ``missing``.

    Raises
    ------
    ProblemsError if the file is damaged or not in the given encoding.
    """
    try:
        facts, columns = gather(path, kind, options, file=file)
        foreign = bool(facts["lost letters"]) and len(facts["lost letters"]) == facts["beyond ASCII"]
    except ProblemsError as error:
        if options.encoding is not None or kind == "por" or not about_encoding(error):
            raise
        foreign = True
    if foreign and options.encoding is None:
        facts, columns = gather(path, kind, replace(options, encoding=FALLBACK), file=file)
        facts["guessed"] = True
    table = build(facts, columns, kind, path, options, file)
    return [replace(table, log=(*log, *table.log))]


def about_encoding(error: ProblemsError) -> bool:
    """Say whether a file could not be read because of the letters in it."""
    return any(word in str(error).lower() for word in ("encoding", "byte sequence", "codec"))


def gather(
    path: Path, kind: str, options: FormatOptions, *, file: str
) -> tuple[dict[str, Any], list[pa.ChunkedArray]]:
    """Return what the file says about its variables, and its columns."""
    parts: list[list[pa.Array]] = []
    tagged: dict[str, set[str]] = {}
    with closing(read_apart(path, kind, options, file=file)) as stream:
        _, facts = next(stream)
        facts |= {"tagged": tagged, "lost letters": [], "beyond ASCII": 0}
        for _, columns, found, lost, beyond in stream:
            facts["lost letters"] += lost
            facts["beyond ASCII"] += beyond
            parts.append([pa.array(column, pa.large_string()) for column in columns])
            for name, letters in found.items():
                tagged.setdefault(name, set()).update(letters)
    count, read = len(facts["columns"]), sum(len(part[0]) for part in parts if part)
    if count and (facts["rows"] or 0) > read:
        raise refusal(
            file,
            f"the file says that it has {facts['rows']:,} rows but holds {read:,}: it was cut off",
            expected=AGAIN,
        )
    chunks = [[part[at] for part in parts] for at in range(count)]
    return facts, [pa.chunked_array(found, pa.large_string()) for found in chunks]


def build(
    facts: dict[str, Any],
    columns: list[pa.ChunkedArray],
    kind: str,
    path: Path,
    options: FormatOptions,
    file: str,
) -> RawTable:
    """Return the raw table from the columns and what the file says about them."""
    names, renamed = clean_names(facts["columns"])
    tags = {name: sorted(facts["tagged"].get(name, ())) for name in facts["columns"]} if kind == "dta" else {}
    columns = [
        tag_text(column, tags.get(name, ())) for name, column in zip(facts["columns"], columns, strict=True)
    ]
    named = zip(facts["columns"], names, columns, strict=True)
    missing = records(
        [row for name, new, column in named for row in missing_of(name, new, column, facts, tags)], MISSING
    )
    columns = [pc.fill_null(column, "") for column in columns]
    count = len(columns[0]) if columns else 0
    table = pa.Table.from_arrays(columns, names=[f"c{at}" for at in range(len(columns))])
    frame = frame_of(Body(table, np.arange(1, count + 1, dtype=np.int64)), names, "")
    labels = records(label_rows(facts, dict(zip(facts["columns"], names, strict=True))), LABELS)
    said = [
        *encoding_notes(facts, kind, options),
        *renamed,
        *content_notes(facts, missing, labels, columns, kind),
    ]
    said.append(
        Detected(
            "table",
            f"{count_of(count, 'row')} × {count_of(len(names), 'column')}",
            "row numbers count the cases from 1; the file has no header row",
            doubtful=not count,
        )
    )
    said += unusual_in_frame(frame)
    kinds = {
        new: np.full(count, stored_kind(name, facts), dtype=np.uint8)
        for name, new in zip(facts["columns"], names, strict=True)
    }
    return RawTable(
        stem(path), frame, tuple(said), labels=labels, missing=missing, file=file, kind=kind, kinds=kinds
    )


def stored_kind(name: str, facts: dict[str, Any]) -> int:
    """Return what a column holds, by its type and its display format: texts, dates, times or numbers."""
    if facts["types"][name] == "string":
        return WORDS
    return {None: NUMBER, "time": TIME}.get(facts["dates"].get(name), DATE)


def tag_text(column: pa.ChunkedArray, tags: Iterable[str]) -> pa.ChunkedArray:
    """Return the column with tagged missing values as ``.a`` instead of ``a``."""
    for letter in tags:
        if len(letter) == 1:
            column = pc.if_else(pc.fill_null(pc.equal(column, letter), False), f".{letter}", column)
    return column


def missing_of(
    name: str, new: str, column: pa.ChunkedArray, facts: dict[str, Any], tags: dict[str, list[str]]
) -> list[tuple[Any, ...]]:
    """Return one row for each value, range or tag that the file declares missing, and one for system-missing
    values.
    """
    reasons = dict(facts["values"].get(name, ()))
    rows = []
    if column.null_count:
        rows.append((new, "system", "", "", "system missing", column.null_count))
    for letter in tags.get(name, ()):
        rows.append(
            (
                new,
                "tagged",
                f".{letter}",
                f".{letter}",
                reasons.get(letter, ""),
                number_of(column, f".{letter}"),
            )
        )
    for low, high in facts["ranges"].get(name, ()):
        if low == high:
            rows.append((new, "value", low, high, reasons.get(low, ""), number_of(column, low)))
            continue
        inside = [
            value for value in pc.unique(column).to_pylist() if value is not None and within(value, low, high)
        ]
        reason = "; ".join(f"{value} {reasons[value]}" for value in inside if value in reasons)
        rows.append(
            (
                new,
                "range",
                limit_text(low),
                limit_text(high),
                reason,
                sum(number_of(column, value) for value in inside),
            )
        )
    return rows


def number_of(column: pa.ChunkedArray, value: str) -> int:
    """Return how many cells hold a value."""
    return pc.sum(pc.equal(column, value)).as_py() or 0


def within(value: str, low: str, high: str) -> bool:
    """Say whether a number lies in a range; text never does."""
    try:
        return float(low) <= float(value) <= float(high)
    except ValueError:
        return False


def limit_text(value: str) -> str:
    """Return the end of a range; the ends of SPSS's number range as the words that SPSS shows."""
    try:
        number = float(value)
    except ValueError:
        return value
    return "LOWEST" if number < -EXTREME else "HIGHEST" if number > EXTREME else value


def label_rows(facts: dict[str, Any], renamed: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Return the labels of variables and of values; tags as ``.a``."""
    rows = [
        (renamed[name], "variable", "", label) for name, label in facts["labels"].items() if name in renamed
    ]
    for name, pairs in facts["values"].items():
        for value, label in pairs:
            tag = value in LETTERS and len(value) == 1 and facts["types"].get(name) != "string"
            rows.append((renamed.get(name, name), "value", f".{value}" if tag else value, label))
    return rows


def encoding_notes(facts: dict[str, Any], kind: str, options: FormatOptions) -> list[Detected]:
    """Say how the letters of the file were read."""
    if options.encoding is not None and kind != "por":
        return [Detected("encoding", options.encoding, "given")]
    if facts.get("guessed"):
        return [
            Detected(
                "encoding",
                "cp1252",
                "the file does not say its encoding and its letters are not UTF-8; check names and labels",
                doubtful=True,
            )
        ]
    return [
        Detected(
            "encoding",
            facts["encoding"] or "not stated",
            (
                "as the file says"
                if facts["encoding"]
                else "the usual one of its format; check names and labels"
            ),
        )
    ]


def content_notes(
    facts: dict[str, Any],
    missing: pd.DataFrame,
    labels: pd.DataFrame,
    columns: list[pa.ChunkedArray],
    kind: str,
) -> list[Detected]:
    """Say what the file declares: labels, missing values, dates, and that its cells were typed."""
    texts = sum(form == "string" for form in facts["types"].values())
    numbers = len(columns) - texts
    log = [
        Detected(
            "typed cells",
            f"{count_of(numbers, 'numeric column')}, {count_of(texts, 'text column')}",
            "stored types; numbers leave as their shortest text, whole ones without a point",
        )
    ]
    for name, form in facts["dates"].items():
        log.append(date_note(name, form, facts["formats"][name], columns[facts["columns"].index(name)]))
    left = sorted(
        {
            form
            for name, form in facts["formats"].items()
            if kind == "dta" and form.lstrip("%-")[:1] == "t" and name not in facts["dates"]
        }
    )
    if left:
        log.append(
            Detected(
                "dates",
                some(left),
                "formats of weeks, quarters or halves: the stored number leaves as it is",
                doubtful=True,
            )
        )
    log.append(
        Detected(
            "labels",
            count_of(len(labels), "label"),
            "of variables and values, listed in 'labels'; cells keep the codes",
        )
    )
    declared = missing[missing["kind"] != "system"]
    log.append(
        Detected(
            "declared missing",
            count_of(len(declared), "value or range", "values or ranges"),
            "listed in 'missing'; cells keep the codes",
        )
    )
    if facts.get("lost"):
        log.append(
            Detected(
                "declared missing",
                "lost",
                "the reader of portable files turned user-missing values into empty cells",
                doubtful=True,
            )
        )
    system = int(missing["count"][missing["kind"] == "system"].sum())
    if system:
        log.append(Detected("system missing", count_of(system, "cell"), "leave as empty text"))
    if facts["lost letters"]:
        places = some([f"{name} in row {row}" for name, row in facts["lost letters"]])
        how = f"their last letter is cut off or foreign to the file's encoding and was dropped: {places}"
        log.append(Detected("lost letters", count_of(len(facts["lost letters"]), "cell"), how, doubtful=True))
    if facts["label"]:
        log.append(Detected("file label", facts["label"], "as the file says"))
    if facts["sets"]:
        log.append(
            Detected(
                "answer sets",
                some(facts["sets"]),
                f"{PROGRAMS[kind]} groups these columns as one question with several answers",
            )
        )
    return log


def date_note(name: str, form: str, display: str, column: pa.ChunkedArray) -> Detected:
    """Say that a column of numbers leaves as dates, and whether some numbers were no date."""
    values = [value for value in pc.unique(column).to_pylist() if value and not value.startswith(".")]
    wrong = [value for value in values if form != "time" and not ("-" in value[1:] and value[:4].isdigit())]
    how = f"stored as a number, shown as {display}; leaves as ISO text"
    how += f"; {some(wrong, limit=3)} lie outside the calendar and stay numbers" if wrong else ""
    return Detected("dates", form, how, f"column {name}", doubtful=bool(wrong))
