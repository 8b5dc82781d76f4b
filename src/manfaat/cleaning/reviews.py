"""What a person must decide beside answers that cannot be read: rows of perhaps two persons or one, and slips
of unit.

Such a decision is a line of ``corrections.csv`` like any other. For a whole row its variable is ``_row``,
``old`` is the row's place (``file:row``, or ``file/sheet:row``) and ``new`` is ``keep`` or ``set aside``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem
from manfaat.cleaning.cells import canonical
from manfaat.cleaning.declared import KINDS
from manfaat.cleaning.ledger import REVIEW_COLUMNS, CleanTable, raw_texts
from manfaat.cleaning.readers import FILE, ROW, SHEET
from manfaat.cleaning.row_checks import SLIPS, Slip
from manfaat.definitions.codebook import KEY, Codebook
from manfaat.definitions.corrections import Correction
from manfaat.definitions.programme import Check, Programme

WHOLE_ROW = "_row"
DECISIONS = ("keep", "set aside")
UNDECIDED = "same key, different answers"


def row_names(rows: pd.DataFrame, place: pd.DataFrame) -> pd.Series:
    """The place of some rows in one text each: ``file:row``, with the sheet where the file has several in
    ``place``.
    """
    sheets = place.groupby(FILE)[SHEET].nunique()
    several = rows[FILE].isin(sheets.index[sheets > 1])
    sheet = ("/" + rows[SHEET].astype("object")).where(several, "")
    return rows[FILE].astype("object") + sheet + ":" + rows[ROW].astype(str)


def decided_rows(
    place: pd.DataFrame, lines: list[tuple[int, Correction]], *, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Find the rows that a person decided to keep or to set aside.

    Parameters
    ----------
    place : ``_key, _file, _sheet, _row`` of every row. lines : the corrections whose variable is ``_row``.

    Returns
    -------
    ``decision, reason`` by position of the row; and a problem for each line that fits no row or decides
    nothing.
    """
    names = row_names(place, place).to_numpy(dtype=object) if lines else np.array([], dtype=object)
    found, problems = {}, []
    for number, line in lines:
        at = np.flatnonzero((names == line.old) & (place[KEY] == line.key).to_numpy())
        if line.new not in DECISIONS:
            problems.append(
                Problem(
                    file,
                    f"'{line.new}' is no decision about a row",
                    row=number,
                    expected=" or ".join(DECISIONS),
                )
            )
        elif len(at) != 1 or at[0] in found:
            wrong = "is decided twice" if len(at) == 1 else f"matches {len(at)} rows"
            problems.append(
                Problem(
                    file,
                    f"the row '{line.old}' with the key '{line.key}' {wrong}",
                    row=number,
                    expected="exactly one row, decided once",
                )
            )
        else:
            found[int(at[0])] = (line.new, f"{line.why} ({line.who}, {line.when})")
    return pd.DataFrame.from_dict(found, orient="index", columns=["decision", "reason"]), problems


def review_lines(rows: pd.DataFrame, table: str, until: str) -> pd.DataFrame:
    """One line a row for a person to decide, in the shape of the review list: about the whole row, its raw
    text, proposal and reason still to be assigned.

    Parameters
    ----------
    rows : ``_key, _file, _sheet, _row``. until : what holds until a person decides.
    """
    lines = {
        "table": table,
        "key": rows[KEY].to_numpy(),
        "variable": WHOLE_ROW,
        "raw": "",
        "proposal": "",
        "rule": "",
        "reason": "",
        "file": rows[FILE].to_numpy(),
        "sheet": rows[SHEET].to_numpy(),
        "row": rows[ROW].to_numpy(),
        "until_then": until,
        "decision": "",
    }
    return pd.DataFrame(lines, columns=REVIEW_COLUMNS)


def listed(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put parts of the review list under one another, whether or not any has lines."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=REVIEW_COLUMNS)


def by_place(lines: list[tuple[int, Correction]], rows: pd.DataFrame) -> list[tuple[int, Correction]]:
    """Give the corrections that name a row by its place its key: ``file:row``, ``file/sheet:row``, or ``row
    12`` where there is one file.

    ``rows`` : ``_key, _file, _sheet, _row``. A row's number is that of the line in the file, or of the row in
    the spreadsheet.
    """
    keys = set(rows[KEY])
    if all(line.key in keys for _, line in lines):
        return lines
    places = dict(zip(row_names(rows, rows), rows[KEY], strict=True))
    if rows[FILE].nunique() == 1 and rows[SHEET].nunique() == 1:
        places |= {f"row {row}": key for row, key in zip(rows[ROW], rows[KEY], strict=True)}
    return [
        (
            n,
            (
                line
                if line.key in keys or line.key not in places
                else line.model_copy(update={"key": places[line.key]})
            ),
        )
        for n, line in lines
    ]


def to_decide(
    table: CleanTable, place: pd.DataFrame, decided: pd.DataFrame, programme: Programme, codebook: Codebook
) -> pd.DataFrame:
    """List what a person must decide because of findings: rows, and slips of unit; nothing is changed.

    Parameters
    ----------
    place : ``_key, _file, _sheet, _row`` of every row delivered. decided : the decisions on rows so far, by
    position.
    """
    checks = {check.id: check for check in programme.checks if check.table == table.name}
    found = table.findings[table.findings["check"].isin(checks)]
    double = table.aside[table.aside["rule"] == UNDECIDED]
    asked = (
        found[found["check"].map(lambda name: KINDS[checks[name].kind].asks).astype(bool)]
        if len(found)
        else found
    )
    settled = kept_by_hand(place, decided) | set(
        table.review.loc[table.review["variable"] == WHOLE_ROW, "raw"]
    )  # asked once
    parts = (
        [
            review_lines(double, table.name, "set aside").assign(
                raw=row_names(double, place).to_numpy(dtype=object), reason=double["reason"].to_numpy()
            )
        ]
        if len(double)
        else []
    )
    parts += [rows_asked(table, asked.drop_duplicates("key"), place, settled)] if len(asked) else []
    parts += (
        [slips_to_decide(table, found, checks, codebook)]
        if found["check"].map(lambda name: KINDS[checks[name].kind].names_slips).any()
        else []
    )
    return listed(parts)


def kept_by_hand(place: pd.DataFrame, decided: pd.DataFrame) -> set[str]:
    """The names of the rows that a person decided to keep."""
    return (
        set(row_names(place.iloc[decided.index[decided["decision"] == "keep"]], place))
        if len(decided)
        else set()
    )


def rows_asked(
    table: CleanTable, found: pd.DataFrame, place: pd.DataFrame, settled: set[str]
) -> pd.DataFrame:
    """Rows kept that a check asks a person about, but those that were decided."""
    rows = table.kept.iloc[pd.Index(table.kept[KEY]).get_indexer(found["key"])]
    told = row_names(rows, place).to_numpy(dtype=object)
    is_open = ~np.isin(told, list(settled))
    reasons = np.array([f"{line.check}: {line.note}" for line in found.itertuples()], dtype=object)
    return review_lines(rows[is_open], table.name, "kept").assign(raw=told[is_open], reason=reasons[is_open])


def slips_to_decide(
    table: CleanTable, findings: pd.DataFrame, checks: dict[str, Check], codebook: Codebook
) -> pd.DataFrame:
    """Amounts out of range that a common slip of unit would explain, with what they would then be; but those
    corrected by hand.
    """
    by_hand = table.changed[
        np.isin(table.changed["line"], np.flatnonzero(table.changes["rule"] == "correction"))
    ]
    corrected = set(
        zip(
            table.kept[KEY].to_numpy()[by_hand["row"]],
            table.changes["variable"].to_numpy()[by_hand["line"]],
            strict=True,
        )
    )
    raw = raw_texts(table, [v for v in codebook.table(table.name) if v.name in set(findings["variable"])])
    ranges = [check for check in checks.values() if KINDS[check.kind].names_slips]
    parts = [
        slips_of(check, slip, table.kept, raw, findings, corrected) for check in ranges for slip in SLIPS
    ]
    return listed(parts).drop_duplicates(["key", "variable"])


def slips_of(
    check: Check,
    slip: Slip,
    kept: pd.DataFrame,
    raw: dict[str, np.ndarray],
    findings: pd.DataFrame,
    corrected: set[tuple[str, str]],
) -> pd.DataFrame:
    """The amounts that one slip of unit would explain; those a thousand times too small count as missing
    until a person decides.

    Some people earn in a month what others earn in a year, so amounts that may be a year's are kept until
    then.
    """
    found = findings[(findings["check"] == check.id) & (findings["slip"] == slip.code)]
    found = found[
        np.array([(line.key, line.variable) not in corrected for line in found.itertuples()], dtype=bool)
    ]
    places = pd.Index(kept[KEY]).get_indexer(found["key"])
    texts = [raw[name][place] for place, name in zip(places, found["variable"], strict=True)]
    proposals = [
        canonical(round(float(kept[name].iloc[place]) * slip.factor, 6))
        for place, name in zip(places, found["variable"], strict=True)
    ]
    reasons = [f"{check.id}: {note}" for note in found["note"]]
    return review_lines(kept.iloc[places], check.table, "missing" if slip.factor > 1 else "kept").assign(
        variable=found["variable"].to_numpy(), raw=texts, proposal=proposals, reason=reasons
    )
