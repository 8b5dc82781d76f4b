"""Checks between two tables, and how the rows of linked tables found one another."""

from __future__ import annotations

import re

import pandas as pd

from manfaat.cleaning.outcomes import Given, Kind, Outcome, hits, nothing_hit
from manfaat.cleaning.readers import PLACE
from manfaat.cleaning.table_checks import month_numbers
from manfaat.definitions.codebook import KEY
from manfaat.definitions.expressions import evaluate, parse_expression
from manfaat.definitions.programme import Programme

MATCH_COLUMNS = ["table", "key", "match", "with_table", "n_rows", "n_records", "file", "sheet", "row"]


def counterpart(given: Given, name: str) -> pd.Series:
    """What the other table says of each row's key; missing where it has no record or several."""
    other = given.counterparts.dropna(subset=[given.by])
    alone = other[~other[given.by].duplicated(keep=False)].set_index(given.by)[name]
    return given.clean[given.by].map(alone)


def agreement(given: Given) -> Outcome:
    """An amount differs from the other table's ``with_variable`` by at most ``tolerance``, as a share of the
    latter.
    """
    name = given.check.variables[0]
    own, theirs = (
        given.clean[name].astype("float64"),
        counterpart(given, str(given.check.arguments["with_variable"])).astype("float64"),
    )
    apart = (own - theirs).abs() > given.number("tolerance", 0) * theirs.abs() + 1e-9
    notes = [
        f"differs by {(a - b) / b:+.0%}" if b else "differs from nothing"
        for a, b in zip(own[apart], theirs[apart], strict=True)
    ]
    return Outcome(int((own.notna() & theirs.notna()).sum()), hits(given.clean[apart], name, notes))


AGREEMENT = Kind("agreement", agreement, "other", ("with_table", "with_variable"), ("tolerance",))


def date_agreement(given: Given) -> Outcome:
    """A remembered date is at most ``months`` later or earlier than the other table's ``with_variable`` (a
    file's date).
    """
    name, most = given.check.variables[0], given.number("months", 0)
    later = month_numbers(given.clean[name]) - month_numbers(
        counterpart(given, str(given.check.arguments["with_variable"]))
    )
    apart = later.abs() > most
    notes = [
        f"remembered {abs(value):.0f} months too {'late' if value > 0 else 'early'}" for value in later[apart]
    ]
    return Outcome(int(later.notna().sum()), hits(given.clean[apart], name, notes))


DATE_AGREEMENT = Kind("date_agreement", date_agreement, "other", ("with_table", "with_variable"), ("months",))


def linked_rows(given: Given) -> Outcome:
    """Each row for which the other table should hold a record has one.

    ``where`` says for which rows (all); with ``by``, one record in a group of rows is enough. What the other
    table holds of nobody is found with it (see ``orphans``).
    """
    where, by = str(given.check.arguments.get("where", "")), given.listed("by")
    asked = (
        evaluate(parse_expression(where), given.clean).fillna(False).astype(bool)
        if where
        else pd.Series(True, index=given.clean.index)
    )
    has = given.clean[given.by].isin(set(given.counterparts[given.by].dropna()))
    has = (
        has.groupby([given.clean[name] for name in by], dropna=False, sort=False).transform("any")
        if by
        else has
    )
    return Outcome(
        int(asked.sum()), hits(given.clean[asked & ~has], given.by, "the other table has no record")
    )


def orphans(given: Given) -> pd.DataFrame:
    """Records of the other table that belong to no row: ``key, variable, note``, with the other table's
    keys.
    """
    known = given.clean[given.by].dropna()
    other = given.counterparts
    lost = other[~other[given.by].isin(set(known))]
    if lost.empty:
        return nothing_hit()
    alike: dict[str, list[str]] = {}
    for key in known[~known.isin(set(other[given.by].dropna()))].astype(str).unique():
        alike.setdefault(plain_key(key), []).append(key)
    near = [alike.get(plain_key(str(key)), []) for key in lost[given.by]]
    notes = [
        "belongs to no row of the main table" + (f"; perhaps to '{keys[0]}'" if len(keys) == 1 else "")
        for keys in near
    ]
    return hits(lost, given.by, notes)


LINKED_ROWS = Kind("linked_rows", linked_rows, "other", ("with_table",), ("where", "by"), of_other=orphans)


def plain_key(key: str) -> str:
    """A key without what people change when they copy it: capitals, spaces, signs and zeros in front of its
    number.
    """
    letters = re.sub(r"[\W_]", "", key).casefold()
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", letters)


def matches(frames: dict[str, pd.DataFrame], programme: Programme) -> pd.DataFrame:
    """List how rows found their records in linked tables, and the units of a panel their periods.

    Parameters
    ----------
    frames : the rows kept of every delivered table.

    Returns
    -------
    One line a row or record: ``table, key, match`` (``one to one``, ``without record``: a row whose record is
    lost or was never given; ``without row``: a record of nobody; ``ambiguous``: its key stands on several
    rows or records; ``all periods``, ``periods lost``), ``with_table, n_rows, n_records`` (that share the
    key), ``file, sheet, row``.
    """
    main = programme.main_table
    parts = [
        pair(frames[main], frames[name], main, name, table.link.by)
        for name, table in programme.tables.items()
        if table.link and name in frames and main in frames
    ]
    panel = programme.design.panel
    if panel and main in frames and {panel.unit, panel.period} <= set(frames[main].columns):
        parts.append(periods(frames[main], main, panel.unit, panel.period))
    return (
        pd.concat(parts, ignore_index=True)[MATCH_COLUMNS] if parts else pd.DataFrame(columns=MATCH_COLUMNS)
    )


def pair(rows: pd.DataFrame, records: pd.DataFrame, main: str, name: str, by: str) -> pd.DataFrame:
    """How the rows of the main table and the records of one linked table found one another."""
    n_rows, n_records = (frame[by].value_counts() for frame in (rows, records))
    parts = []
    for frame, table, other, lost in (
        (rows, main, name, "without record"),
        (records, name, main, "without row"),
    ):
        counts = {
            "n_rows": frame[by].map(n_rows).fillna(0).astype("int64"),
            "n_records": frame[by].map(n_records).fillna(0).astype("int64"),
        }
        match = pd.Series("one to one", index=frame.index, dtype="object")
        match[(counts["n_rows"] > 1) | (counts["n_records"] > 1)] = "ambiguous"
        match[(counts["n_records"] if table == main else counts["n_rows"]) == 0] = lost
        parts.append(placed(frame).assign(table=table, match=match, with_table=other, **counts))
    return pd.concat(parts, ignore_index=True)


def periods(rows: pd.DataFrame, main: str, unit: str, period: str) -> pd.DataFrame:
    """In how many of the panel's periods each row's unit was seen."""
    seen, every = rows.groupby(unit)[period].transform("nunique"), rows[period].nunique()
    twice = rows.duplicated([unit, period], keep=False)
    match = (
        pd.Series("all periods", index=rows.index, dtype="object")
        .mask(seen < every, "periods lost")
        .mask(twice, "ambiguous")
    )
    return placed(rows).assign(
        table=main, match=match, with_table=main, n_rows=seen.astype("int64"), n_records=every
    )


def placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Key and place of each row: ``key, file, sheet, row``."""
    return rows[[KEY, *PLACE]].set_axis(["key", "file", "sheet", "row"], axis=1)
