"""A field team's log of corrections (uuid, question, old, new, action) becomes lines of
``corrections.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from manfaat.analysis.study import read_raw
from manfaat.base.problems import Problem, nearest, need, refuse
from manfaat.cleaning.readers import PLACE
from manfaat.cleaning.reviews import WHOLE_ROW, row_names
from manfaat.definitions.codebook import Variable
from manfaat.definitions.study import Study
from manfaat.desk.decisions import line_of, refuse_nobody, store
from manfaat.files.formats import RawTable, read_any

COLUMNS = {  # what a column of a log is called
    "uuid": ("uuid", "_uuid", "key", "id", "submission", "instanceid", "kunci"),
    "question": (
        "question",
        "question.name",
        "variable",
        "field",
        "column",
        "name",
        "pertanyaan",
        "variabel",
    ),
    "old": ("old", "old.value", "old_value", "old value", "before", "lama", "nilai lama"),
    "new": ("new", "new.value", "new_value", "new value", "after", "baru", "nilai baru"),
    "action": ("action", "changed", "type", "change_type", "tindakan"),
    "why": ("why", "issue", "reason", "comment", "comments", "feedback", "alasan"),
}
CHANGE, STAYS, MISSING, ASIDE = "change", "stays", "missing", "set aside"
ACTIONS = {
    CHANGE: (
        "change",
        "changed",
        "change_response",
        "correct",
        "corrected",
        "replace",
        "replaced",
        "update",
        "updated",
        "recode",
        "yes",
        "ubah",
        "diubah",
        "ganti",
    ),
    STAYS: (
        "stays",
        "stay",
        "keep",
        "kept",
        "no_action",
        "no action",
        "none",
        "no",
        "no change",
        "confirm",
        "confirmed",
        "ok",
        "valid",
        "true",
        "tetap",
        "benar",
    ),
    MISSING: ("missing", "blank", "blank_response", "empty", "clear", "set missing", "kosongkan"),
    ASIDE: (
        "set aside",
        "delete",
        "deleted",
        "remove",
        "removed",
        "remove_survey",
        "drop",
        "hapus",
        "dihapus",
    ),
}
WORD = re.compile(r"[a-z][a-z_/ ]{0,24}")
NAMES_A_SUBMISSION = ("_uuid", "uuid", "KEY", "meta/instanceID", "meta-instanceID", "instanceID", "_id")


def record_log(study: Study, path: Path, who: str) -> int:
    """Add what a field team's log says to the programme's ``corrections.csv``; return how many lines.

    All are tried out first: when one does not fit, none is written.

    Raises
    ------
    ProblemsError naming every row of the log that names no row or question of the delivery, or no known
    action.
    """
    refuse_nobody(who)
    log = read_log(path)
    raw, problems, lines = read_raw(study).tables, [], []
    for entry in log.to_dict("records"):
        row = {str(name): value for name, value in entry.items()}
        line, wrong = line_of_log(study, raw, row, who, file=path.name)
        problems += wrong
        lines += [(int(entry["_row"]), line)] if line else []
    refuse(problems)
    return store(study, lines, path, is_tried=True)


def read_log(path: Path) -> pd.DataFrame:
    """Read a log in any format that deliveries have: ``uuid, question, old, new, action, why`` as texts, and
    ``_row``.

    Raises
    ------
    ProblemsError if the file is missing, cannot be read, or lacks the column of the row, the question or the
    new value.
    """
    need(
        path.is_file(),
        Problem(
            path.name,
            "the file is missing",
            expected="a log with the columns uuid, question, old, new, action",
        ),
    )
    table: RawTable = read_any(path)[0]
    known = {column.strip().casefold(): column for column in table.columns}
    given = {
        name: next((known[other] for other in others if other in known), None)
        for name, others in COLUMNS.items()
    }
    refuse(
        Problem(
            path.name,
            "the column is missing",
            column=name,
            expected=f"one of {', '.join(COLUMNS[name])}; columns: {', '.join(table.columns)}",
        )
        for name in ("uuid", "question", "new")
        if given[name] is None
    )
    texts = {
        name: table.frame[column].astype("str").str.strip() if column else ""
        for name, column in given.items()
    }
    return pd.DataFrame(texts | {"_row": table.frame["_row"]})


def line_of_log(
    study: Study, raw: Mapping[str, pd.DataFrame], entry: dict[str, Any], who: str, *, file: str
) -> tuple[dict[str, str] | None, list[Problem]]:
    """Turn one row of a log into a line of ``corrections.csv``, or into what is wrong with it."""
    at = int(entry["_row"])
    action = action_of(entry)
    if action is None:
        known = [word for words in ACTIONS.values() for word in words]
        return None, [
            Problem(
                file,
                f"the action{quoted(entry['action'])} is not known",
                row=at,
                column="action",
                expected=nearest(entry["action"].casefold(), known),
            )
        ]
    found = [
        (table, place)
        for table, frame in raw.items()
        for place in rows_of(frame, entry["uuid"], study.codebook.table(table))
    ]
    if len(found) != 1:
        wanted = "the key or uuid of one row, or its place (file:row)"
        return None, [
            Problem(
                file,
                f"it names {len(found)} rows of the delivery",
                row=at,
                column="uuid",
                expected=wanted,
            )
        ]
    (table, place), why = (
        found[0],
        f"field log {file}, row {at}" + (f": {entry['why']}" if entry["why"] else ""),
    )
    key = key_of(study, raw[table], table, place)
    if action == ASIDE:
        return line_of(study, who, table, key, WHOLE_ROW, place, "set aside", why), []
    variables = {name.casefold(): v for v in study.codebook.table(table) for name in (*v.sources, v.name)}
    asked = entry["question"].casefold()
    variable = variables.get(asked) or variables.get(asked.rpartition("/")[2])
    if variable is None:
        return None, [
            Problem(
                file,
                f"there is no such question{quoted(entry['question'])}",
                row=at,
                column="question",
                expected=nearest(entry["question"], variables),
            )
        ]
    old = cell(raw[table], place, variable)
    if entry["old"] and entry["old"] != old:
        return None, [
            Problem(
                file,
                f"'{variable.name}' of that row is not what stands under 'old'",
                row=at,
                column="old",
                expected="the answer as delivered",
            )
        ]
    new = {STAYS: old, MISSING: ""}.get(action, entry["new"])
    return line_of(study, who, table, key, variable.name, old, new, why), []


def quoted(text: str) -> str:
    """A word of a log as a message may repeat it: one that could be a person's or a number's is not."""
    return f" '{text}'" if WORD.fullmatch(text) else ""


def action_of(entry: dict[str, Any]) -> str | None:
    """What a row of a log asks for; without an action a new value changes, and the old one again stays."""
    word = entry["action"].casefold()
    if word:
        return next((action for action, words in ACTIONS.items() if word in words), None)
    return STAYS if entry["new"] in ("", entry["old"]) else CHANGE


def rows_of(frame: pd.DataFrame, uuid: str, variables: list[Variable]) -> list[str]:
    """The places of the rows that a key, a uuid or a place names."""
    places = row_names(frame, frame)
    named = [v.name for v in variables if v.role == "key" or set(v.sources) & set(NAMES_A_SUBMISSION)]
    hit = places == uuid
    for name in named:
        hit |= frame[name].astype("str").str.strip() == uuid
    return places[hit].tolist()


def key_of(study: Study, frame: pd.DataFrame, table: str, place: str) -> str:
    """The key of a row, as the cleaning stage makes it."""
    from manfaat.cleaning.columns import encode
    from manfaat.cleaning.rows import row_keys

    key = study.programme.tables[table].key
    columns = {name: encode(frame[name]) for name in key if name in frame}
    return str(
        row_keys(frame[list(PLACE)], columns, key)[
            int((row_names(frame, frame) == place).to_numpy().argmax())
        ]
    )


def cell(frame: pd.DataFrame, place: str, variable: Variable) -> str:
    """The delivered text of one cell."""
    return str(frame.loc[(row_names(frame, frame) == place).to_numpy(), variable.name].iloc[0])
