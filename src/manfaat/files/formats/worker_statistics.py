"""SPSS and Stata files as messages: what the file says of its variables, then portions of its columns. Runs
in the reading process.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
from collections.abc import Callable, Iterator
from typing import Any

from manfaat.files.formats.celltext import length_text, moment_text, number_text

PORTION = 4_000_000  # cells read at a time
RAW = "ISO-8859-1"  # every byte is one sign
SPSS_ZERO, STATA_ZERO = datetime.datetime(1582, 10, 14), datetime.datetime(1960, 1, 1)
SPSS_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "MOYR", "QYR", "WKYR")
SPSS_MOMENTS = ("DATETIME", "YMDHMS")


def after(zero: datetime.datetime, seconds: float) -> str | None:
    """Return the moment so many seconds after ``zero`` as ISO text; None outside the calendar."""
    try:
        return moment_text(zero + datetime.timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        return None


def length(seconds: float) -> str | None:
    """Return so many seconds as a length of time; None where there are more than a length of time can
    hold.
    """
    try:
        return length_text(datetime.timedelta(seconds=seconds))
    except OverflowError:
        return None


def stata_month(value: float) -> str | None:
    """Return months since January 1960 as year and month; None outside the calendar."""
    year, month = divmod(int(value), 12)
    return (
        f"{1960 + year:04}-{month + 1:02}"
        if value == int(value) and -1959 * 12 <= value < 8040 * 12
        else None
    )


def dated(kind: str, form: str) -> tuple[str, Callable[[float], str | None]] | None:
    """Return what a display format makes of numbers, and how; None where numbers stay numbers."""
    if kind == "dta":
        if form.startswith(("%tc", "%tC", "%-tc", "%-tC")):
            return "date and time", lambda value: after(STATA_ZERO, value / 1000)
        if form.startswith(("%td", "%d", "%-td", "%-d")):
            return "date", lambda value: after(STATA_ZERO, value * 86400)
        return ("month", stata_month) if form.startswith(("%tm", "%-tm")) else None
    name = form.rstrip("0123456789.")
    if name in SPSS_DAYS or name in SPSS_MOMENTS:
        return "date", lambda value: after(SPSS_ZERO, value)
    if name in ("TIME", "DTIME"):
        return "time", length
    return None


def column_text(
    values: list[Any], convert: Callable[[float], str | None] | None, *, single: bool
) -> list[str | None]:
    """Return one column as text, each different value converted once; None stays None (system missing)."""
    known: dict[Any, str | None] = {None: None}
    for value in set(values) - {None}:
        if isinstance(value, str):
            known[value] = value
        elif value != value:
            known[value] = None
        else:
            dated_text = convert(value) if convert else None
            known[value] = (
                dated_text if dated_text is not None else number_text(shortest(value) if single else value)
            )
    return [known.get(value) for value in values]


def shortest(value: float) -> float:
    """Return the shortest number that is the same in single precision, so that a stored 0.1 does not become
    0.10000000149.
    """
    import numpy

    return float(str(numpy.float32(value)))


def value_text(value: Any) -> str:
    """Return a label's or a limit's value as text."""
    return value if isinstance(value, str) else number_text(float(value))


def facts_of(meta: Any, kind: str) -> dict[str, Any]:
    """Return what the file says about its variables, as plain lists and dictionaries."""
    formats = {name: form or "" for name, form in meta.original_variable_types.items()}
    made = {name: dated(kind, form) for name, form in formats.items()}
    return {
        "columns": list(meta.column_names),
        "labels": {name: label for name, label in meta.column_names_to_labels.items() if label},
        "values": {
            name: [(value_text(value), str(text)) for value, text in pairs.items()]
            for name, pairs in meta.variable_value_labels.items()
        },
        "ranges": {
            name: [[value_text(part["lo"]), value_text(part["hi"])] for part in parts]
            for name, parts in meta.missing_ranges.items()
        },
        "tagged": {
            name: [value_text(value) for value in values] for name, values in meta.missing_user_values.items()
        },
        "formats": formats,
        "dates": {name: found[0] for name, found in made.items() if found},
        "types": dict(meta.readstat_variable_types),
        "encoding": meta.file_encoding or "",
        "label": meta.file_label or "",
        "sets": sorted(meta.mr_sets or {}),
        "rows": meta.number_rows,
    }


def lost_letters(
    read_raw: Callable[[], Any], facts: dict[str, Any], columns: list[list[str | None]], kind: str
) -> tuple[list[tuple[str, int]], int]:
    """Return the cells (column, row from 1) whose text is not what their bytes say, and how many cells hold
    bytes beyond ASCII.

    The library drops a letter whose bytes are cut off or foreign at the end of a text without a word. The
    texts are therefore read a second time byte for byte, and compared.
    """
    texts = [at for at, name in enumerate(facts["columns"]) if facts["types"][name] == "string"]
    if kind == "por" or not texts or not columns[0]:
        return [], 0
    data, meta = read_raw()
    lost, beyond = [], 0
    for at in texts:
        raw = list(data[meta.column_names[at]])
        suspect = {
            pair for pair in set(zip(raw, columns[at], strict=True)) if pair[0] and not pair[0].isascii()
        }
        wrong = {pair for pair in suspect if pair[1] not in readings(pair[0].encode(RAW), facts["encoding"])}
        if suspect:
            pairs = list(zip(raw, columns[at], strict=True))
            beyond += sum(pair in suspect for pair in pairs)
            lost += [(facts["columns"][at], row) for row, pair in enumerate(pairs, start=1) if pair in wrong]
    return lost, beyond


def readings(content: bytes, encoding: str) -> list[str]:
    """Return what bytes mean in the stated encoding and the usual ones, where they mean something."""
    found = []
    for name in (encoding or "utf-8", "utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            found.append(content.decode(name))
            if name.lower().replace("-", "") == encoding.lower().replace("-", ""):
                break  # the stated encoding fits: no other reading counts
    return found


def portable_reader() -> Callable[..., Any]:
    """Return the reader of SPSS portable files that keeps user-missing values.

    The public ``read_por`` turns them into system-missing ones without a word; the function below it takes
    the same option as for the other formats. Where a version lacks it the public one is used, and the log
    says what was lost.
    """
    import pyreadstat

    try:
        # its stub leaves the function out
        from pyreadstat.pyreadstat import parser_entry_point  # type: ignore[attr-defined]
    except ImportError:
        return pyreadstat.read_por
    return functools.partial(parser_entry_point, parser_format="por")


def read_statistics(request: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what an SPSS or Stata file says about its variables, then its rows as text, one list a column."""
    import pyreadstat

    kind = request["kind"]
    readers: dict[str, Callable[..., Any]] = {
        "sav": pyreadstat.read_sav,
        "por": portable_reader(),
        "dta": pyreadstat.read_dta,
    }
    read = readers[kind]
    given = {"disable_datetime_conversion": True, "output_format": "dict"}
    loses_missing = read is pyreadstat.read_por
    given |= {} if loses_missing else {"user_missing": True}
    given |= {} if kind == "por" else {"encoding": request.get("encoding")}
    _, meta = read(request["file"], metadataonly=True, **given)
    facts = facts_of(meta, kind) | {"lost": loses_missing}
    if None in facts["columns"] or len(set(facts["columns"])) != len(facts["columns"]):
        raise ValueError("a variable has no name, or two have the same")
    yield ("facts", facts)
    made = {name: dated(kind, form) for name, form in facts["formats"].items()}
    size = max(1000, PORTION // max(1, len(facts["columns"])))
    offset = 0
    while facts["rows"] is None or offset < facts["rows"]:
        data, meta = read(request["file"], row_limit=size, row_offset=offset, **given)
        columns = [
            column_text(
                list(data[name]),
                dates[1] if (dates := made[name]) else None,
                single=facts["types"][name] == "float",
            )
            for name in facts["columns"]
        ]
        count = len(columns[0]) if columns else 0
        lost, beyond = lost_letters(
            functools.partial(
                read, request["file"], row_limit=size, row_offset=offset, **{**given, "encoding": RAW}
            ),
            facts,
            columns,
            kind,
        )
        yield (
            "columns",
            columns,
            facts_of(meta, kind)["tagged"],
            [(name, offset + row) for name, row in lost],
            beyond,
        )
        offset += count
        if count < size:
            break
