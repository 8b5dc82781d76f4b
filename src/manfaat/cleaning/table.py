"""One raw table → the rows kept, the rows set aside, and the ledgers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.problems import Problem, ProblemsError, refuse
from manfaat.base.typed import typed_rows
from manfaat.cleaning.cells import UNDECIDED, ColumnReading, join_readings, looked_up, read_column, typed
from manfaat.cleaning.checks import (
    REASON_COLUMNS,
    answering_styles,
    broken_rules,
    explain_blanks,
)
from manfaat.cleaning.columns import Column, encode
from manfaat.cleaning.corrections import apply_corrections, check_corrected, settle_stays
from manfaat.cleaning.date_orders import Contexts, date_contexts
from manfaat.cleaning.declared import apply_checks
from manfaat.cleaning.holding import hold
from manfaat.cleaning.instructions import Instructions
from manfaat.cleaning.ledger import CleanTable, changes_of, gather_changes
from manfaat.cleaning.outcomes import FINDING_COLUMNS
from manfaat.cleaning.precision import partial_dates
from manfaat.cleaning.readers import FILE, PLACE, ROW, SHEET, Told
from manfaat.cleaning.reviews import WHOLE_ROW, by_place, decided_rows, listed, review_lines, to_decide
from manfaat.cleaning.rows import row_keys, set_aside_declared, set_aside_raw
from manfaat.cleaning.strange_rows import header_problems, open_names, perhaps_headers, rows_to_decide
from manfaat.cleaning.threads import each
from manfaat.definitions.codebook import KEY, Codebook, Variable
from manfaat.definitions.raw_files import RawFile
from manfaat.files.parsing.reading import OPEN_ORDER

MOST_SHOWN = 20
QUOTED = re.compile(r"'[^']*'")
HINT = (
    "; a single wrong answer is corrected in corrections.csv, a code for a missing answer is declared under"
    " 'missing' in codebook.csv, and 'unreadable: review' in cohort.yml lets the run go on without these"
    " answers"
)
HINT_OF_LISTS = "; a new answer, or another way to write one, is added to choices.csv"
NOTHING_TOLD = Told()
ESSENTIAL = ("key", "group", "treatment")
UNTOLD = ("identifier", "text")  # roles of answers that no message repeats: messages are shared


@dataclass(frozen=True)
class Conventions:
    """What all rows of a table show of how its columns are to be read.

    ``dates`` : how the dates of each column are to be read. ``counts`` : texts and how often they stand, by
    variable, where the rows at hand are only a part. ``read`` : columns of which every text was read already.
    """

    dates: Contexts
    counts: dict[str, pd.Series] = field(default_factory=dict)
    read: dict[str, ColumnReading] = field(default_factory=dict)


@dataclass(frozen=True)
class Whole:
    """What is known of a whole table when only a part of it is cleaned.

    ``aside`` : rows set aside because of rows elsewhere (``rule, reason``), by their row number in the file.
    """

    aside: pd.DataFrame
    conventions: Conventions


def groups_of(
    place: pd.DataFrame, files: list[RawFile], forms: np.ndarray | None
) -> list[tuple[np.ndarray, RawFile, str]]:
    """Split rows by what their column depends on: the file's stated conventions and, for recodes, the form's
    version.
    """
    items = {item.file: item for item in files}
    by = [place[FILE].to_numpy(dtype=object)] + ([] if forms is None else [forms])
    groups = pd.DataFrame({"at": np.arange(len(place))}).groupby(by, sort=False)["at"]
    return [
        (positions.to_numpy(), items[str(keys[0])], str(keys[1]) if len(keys) > 1 else "")
        for keys, positions in groups
    ]


def same_conventions(
    files: list[RawFile], variable: Variable, dates: Contexts, declared: pd.DataFrame
) -> bool:
    """Whether all files of a table may be read as one column; ``declared`` is what each of them declares
    missing.
    """
    name = variable.name
    settings = [
        (
            item.decimal,
            item.multiply.get(name, 1),
            item.recode.get(name),
            dates.get((item.file, name)),
            missing_in(declared, item, variable),
        )
        for item in files
    ]
    alike = all(setting == settings[0] for setting in settings)
    return alike and (not variable.recodes or name in files[0].recode)


def missing_in(declared: pd.DataFrame, item: RawFile, variable: Variable) -> set[tuple[str, str]]:
    """The codes and ranges that one file declares missing of a variable."""
    if declared.empty:
        return set()
    mine = declared_in(declared, item, variable)
    own = mine[mine["kind"].isin(("value", "range", "tagged", "labelled"))]
    return set(zip(own["low"], own["high"], strict=True))


def declared_in(declared: pd.DataFrame, item: RawFile, variable: Variable) -> pd.DataFrame:
    """What one file declares missing of a variable: a code that is no answer in one file may be one in the
    next.
    """
    return declared[
        (declared["file"] == item.file) & declared["variable"].isin([*variable.sources, variable.name])
    ]


def read_variable(
    columns: dict[str, Column],
    place: pd.DataFrame,
    variable: Variable,
    instructions: Instructions,
    conventions: Conventions,
    declared: pd.DataFrame,
) -> ColumnReading:
    """Read one variable of all rows; ``declared`` is what the files declare missing."""
    files, dates, column = instructions.files, conventions.dates, columns[variable.name]
    if same_conventions(files, variable, dates, declared):
        known = conventions.read.get(variable.name)
        return (known and looked_up(column, known)) or read_column(
            column,
            instructions.coding(variable, files[0]),
            declared=declared,
            whole=conventions.counts.get(variable.name),
            dates=dates.get((files[0].file, variable.name)),
        )
    version = next((other for other in instructions.variables if other.role == "version"), None)
    forms = None
    if version and variable.recodes:
        read = read_column(columns[version.name], instructions.coding(version, files[0]), declared=declared)
        forms = read.lines("clean")[read.codes]
    parts = [
        (
            at,
            read_column(
                column.select(at),
                instructions.coding(variable, item, form),
                declared=declared_in(declared, item, variable),
                dates=dates.get((item.file, variable.name)),
            ),
        )
        for at, item, form in groups_of(place, files, forms)
    ]
    return join_readings(parts, len(place))


def undecided(
    place: pd.DataFrame, original: Column, reading: ColumnReading, variable: Variable
) -> pd.DataFrame:
    """Return the review list of one variable: cells that a person must decide."""
    rows = np.flatnonzero(reading.waits())
    codes, where = reading.codes[rows], place.iloc[rows]
    return review_lines(where, variable.table, "missing").assign(
        variable=variable.name,
        raw=original.select(rows).array(),
        proposal=reading.lines("proposal")[codes],
        rule=reading.lines("rule")[codes],
        reason=reading.lines("note")[codes],
    )


def open_cells(
    place: pd.DataFrame,
    delivered: dict[str, Column],
    readings: dict[str, ColumnReading],
    instructions: Instructions,
) -> pd.DataFrame:
    """Return the review list of a table's cells; of identifiers nobody need decide, no analysis needs them.

    Raises
    ------
    ProblemsError as ``clean_table``.
    """
    variables, stop = instructions.variables, instructions.stops
    review = listed(
        [
            undecided(place, delivered[v.name], readings[v.name], v)
            for v in variables
            if readings[v.name].waits().any()
        ]
    )
    headers = perhaps_headers(readings, variables) if stop else pd.Series(dtype="object")
    whole = pd.MultiIndex.from_frame(place[[FILE, SHEET, ROW]].iloc[headers.index].astype("str"))
    told = review[
        ~pd.MultiIndex.from_frame(review[["file", "sheet", "row"]].astype("str")).isin(whole)
    ]  # these are told as whole rows
    problems = complain(told, instructions.codebook, essential_only=not stop)
    stop_for(header_problems(place, headers) + problems)
    return review[~review["variable"].isin([v.name for v in variables if v.role == "identifier"])]


def missing_reasons(
    clean: pd.DataFrame, reading: ColumnReading, variable: Variable, versions: pd.Series | None
) -> tuple[np.ndarray, pd.Series]:
    """Say why each missing answer of a variable is missing: row positions, and a reason each."""
    nothing = np.array([value is None for value in reading.read["value"]], dtype=bool)
    rows = np.flatnonzero(nothing[reading.codes]) if nothing.any() else np.array([], dtype="int64")
    waiting = "damaged" if variable.role == "identifier" else "to_decide"
    why = np.where(reading.read["flag"].isin(UNDECIDED), waiting, reading.lines("missing")).astype(object)
    why[why == ""] = "blank"
    told = pd.Series(pd.array(why, dtype="str").take(reading.codes[rows]))
    blank = (told == "blank").to_numpy()
    if blank.any() and (variable.relevant or variable.versions):
        told[blank] = explain_blanks(clean, rows[blank], variable, versions)
    return rows, told


def all_reasons(
    clean: pd.DataFrame,
    readings: dict[str, ColumnReading],
    variables: list[Variable],
    absent: pd.DataFrame,
) -> pd.DataFrame:
    """Say why every missing answer is missing (``key, variable, reason``); what a sheet has no column for was
    not asked in it.
    """
    version = next((variable.name for variable in variables if variable.role == "version"), None)

    def reasons_of(variable: Variable) -> tuple[np.ndarray, pd.Series]:
        rows, told = missing_reasons(
            clean, readings[variable.name], variable, clean[version] if version else None
        )
        lacks = absent[absent["variable"] == variable.name]
        if len(lacks) and len(rows):
            places = pd.MultiIndex.from_frame(clean[[FILE, SHEET]].iloc[rows])
            told[
                places.isin(list(zip(lacks["file"], lacks["sheet"], strict=True)))
                & (told == "blank").to_numpy()
            ] = "not_asked"
        return rows, told

    found = each(reasons_of, variables, rows=len(clean))
    rows, told = (
        np.concatenate([rows for rows, _ in found]),
        pd.concat([told for _, told in found], ignore_index=True),
    )
    names = pd.array([variable.name for variable in variables], dtype="str").take(
        np.repeat(np.arange(len(found)), [len(rows) for rows, _ in found])
    )
    return pd.DataFrame(
        {"key": clean[KEY].array.take(rows), "variable": names, "reason": told}, columns=REASON_COLUMNS
    )


def expected(variable: Variable, codebook: Codebook) -> str:
    """What an answer of a variable should be, in words."""
    if variable.list_name:
        return "one of " + ", ".join(
            f"{choice.name} ({choice.label_en})" for choice in codebook.answers(variable.list_name)
        )
    return {
        "integer": "a whole number",
        "decimal": "a number",
        "money": "an amount",
        "date": "a date",
        "month": "a month and year",
        "dateTime": "a date and time",
    }.get(variable.kind, "a text")


class Undecided(NamedTuple):
    """What one line of the review list says of a cell."""

    table: str
    variable: str
    file: str
    row: int
    raw: str
    reason: str
    proposal: str


def complain(review: pd.DataFrame, codebook: Codebook, *, essential_only: bool) -> list[Problem]:
    """Turn undecided answers into problems: all of them, or those of variables that nothing works without."""
    variables = {(variable.table, variable.name): variable for variable in codebook.variables}
    problems = []
    for line in typed_rows(once_a_column(review), Undecided):
        variable = variables[line.table, line.variable]
        if essential_only and variable.role not in ESSENTIAL:
            continue
        message = f"'{line.raw}' cannot be used: {line.reason}" + (
            f"; perhaps {line.proposal}" if line.proposal else ""
        )
        message = (
            f"the answer cannot be used: {QUOTED.sub('…', line.reason)}"
            if variable.role in UNTOLD
            else message
        )
        problems.append(
            Problem(
                line.file,
                message,
                row=int(line.row),
                column=f"{variable.sources[0]} ({variable.name})",
                expected=expected(variable, codebook) + (HINT_OF_LISTS if variable.list_name else "") + HINT,
            )
        )
    return problems


def once_a_column(review: pd.DataFrame) -> pd.DataFrame:
    """Keep the first line of each column whose order of day and month is asked for, with the number of
    answers that wait for it.
    """
    asked = review["rule"] == OPEN_ORDER
    waiting = review[asked].groupby(["file", "variable"])["raw"].transform("size")
    told = review[asked].assign(
        reason=review["reason"][asked] + ", and " + waiting.astype(str) + " answers wait for it"
    )
    rest = review.assign(reason=told["reason"].reindex(review.index).fillna(review["reason"]))
    return rest[~(asked & review.duplicated(["file", "variable"]))] if asked.any() else review


def stop_for(problems: list[Problem]) -> None:
    """Raise the first of many problems, and say how many more there are."""
    if problems:
        more = (
            [Problem("…", f"and {len(problems) - MOST_SHOWN} more like these")]
            if len(problems) > MOST_SHOWN
            else []
        )
        raise ProblemsError([*problems[:MOST_SHOWN], *more])


def elsewhere(aside: pd.DataFrame, place: pd.DataFrame, whole: Whole) -> pd.DataFrame:
    """Add the rows of this part that are set aside because of rows in other parts."""
    rows = np.flatnonzero(place[ROW].isin(whole.aside.index).to_numpy())
    rows = rows[~np.isin(rows, aside.index)]
    more = whole.aside.loc[place[ROW].to_numpy()[rows]].set_axis(rows)
    return pd.concat([aside, more])


def clean_table(
    raw: pd.DataFrame, instructions: Instructions, told: Told = NOTHING_TOLD, whole: Whole | None = None
) -> CleanTable:
    """Clean one table.

    Parameters
    ----------
    raw : raw text, one column a variable, with ``_file, _sheet, _row``; never changed.
    told : what the files say of their cells beside the text.
    whole : what is known of the rest, when ``raw`` is a part of a table (see ``chunks``).

    Raises
    ------
    ProblemsError naming every correction that fits nothing and, where the cohort says that the unreadable
    stops the run (or concerns keys and groups), every cell that cannot be read and every double key.
    """
    variables, key, file = instructions.variables, instructions.definition.key, instructions.corrections_file
    raw, names = raw.reset_index(drop=True), [variable.name for variable in variables]
    encoded = each(lambda column: encode(raw[column], told.kinds.get(column)), names, rows=len(raw))
    columns, place = dict(zip(names, encoded, strict=True)), raw[list(PLACE)]
    place.insert(0, KEY, row_keys(place, columns, key))
    decided, misfits = decided_rows(
        place, [line for line in instructions.lines if line[1].variable == WHOLE_ROW], file=file
    )
    aside, problems = set_aside_raw(
        place, columns, variables, ["row"] if whole else key, stop=instructions.stops, decided=decided
    )
    refuse(misfits + problems)
    aside = aside if whole is None else elsewhere(aside, place, whole)
    keep = np.flatnonzero(~place.index.isin(aside.index))
    delivered, here = kept_of(columns, place, keep) if len(aside) else (columns, place)
    cells = by_place([line for line in instructions.lines if line[1].variable != WHOLE_ROW], here)
    keys, untold = here[KEY].to_numpy(dtype=object), [v.name for v in variables if v.role in UNTOLD]
    corrected, done = apply_corrections(keys, delivered, cells, file=file, untold=untold)
    conventions = (
        whole.conventions
        if whole
        else Conventions(date_contexts(corrected, here[FILE], variables, instructions.files, told))
    )
    read = each(
        lambda variable: read_variable(corrected, here, variable, instructions, conventions, told.missing),
        variables,
        rows=len(raw),
    )
    readings = settle_stays(
        done, dict(zip(names, read, strict=True)), instructions.codebook, instructions.name
    )
    again = keys if done.empty or key == ["row"] else row_keys(here, corrected, key)
    refuse(check_corrected(done, readings, keys, again, key, file=file))
    review = [
        open_cells(here, delivered, readings, instructions),
        rows_to_decide(
            here,
            open_names(here, place, decided),
            delivered,
            readings,
            variables,
            instructions.cohort.fieldwork,
        ),
    ]
    values = each(lambda variable: typed(readings[variable.name], variable), variables, rows=len(raw))
    clean = pd.concat([here, pd.DataFrame(dict(zip(names, values, strict=True)))], axis=1)
    changes, changed = gather_changes(
        each(lambda v: changes_of(delivered[v.name], readings[v.name], v, done), variables, rows=len(raw))
    )
    table = CleanTable(
        instructions.name,
        clean,
        set_aside(raw, aside, place[KEY].iloc[aside.index]),
        changes,
        changed,
        len(raw),
        all_reasons(clean, readings, variables, told.absent),
        listed(review),
    )
    table = without_excluded(table, raw, keep, instructions)
    return examine(table, place, decided, instructions, is_whole=whole is None)


def kept_of(
    columns: dict[str, Column], place: pd.DataFrame, keep: np.ndarray
) -> tuple[dict[str, Column], pd.DataFrame]:
    """The texts and places of the rows that are kept."""
    return {variable: column.select(keep) for variable, column in columns.items()}, place.iloc[
        keep
    ].reset_index(drop=True)


def set_aside(raw: pd.DataFrame, notes: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """Rows of raw text with their key, and the rule and reason by which they are set aside.

    Parameters
    ----------
    notes : ``rule, reason``, by position of the row. keys : the key of each of these rows.
    """
    return raw.iloc[notes.index].assign(
        **{KEY: keys.to_numpy(), **{str(note): notes[note].to_numpy() for note in notes}}
    )


def without_excluded(
    table: CleanTable, raw: pd.DataFrame, keep: np.ndarray, instructions: Instructions
) -> CleanTable:
    """Set aside what declared rules exclude, and take identifiers out.

    Parameters
    ----------
    keep : position in ``raw`` of each row of the table.
    """
    excluded = set_aside_declared(table.kept, instructions.definition)
    if len(excluded):
        more = set_aside(raw, excluded.set_axis(keep[excluded.index]), table.kept.loc[excluded.index, KEY])
        kept, changed = without(table.kept, table.changed, excluded.index.to_numpy())
        reasons, review = (
            frame[frame["key"].isin(set(kept[KEY]))].reset_index(drop=True)
            for frame in (table.reasons, table.review)
        )
        table = replace(
            table,
            kept=kept,
            changed=changed,
            aside=pd.concat([table.aside, more]),
            reasons=reasons,
            review=review,
        )
    secret = [variable.name for variable in instructions.variables if variable.role == "identifier"]
    return replace(
        table,
        kept=table.kept.drop(columns=secret),
        aside=table.aside.reset_index(drop=True),
        identifiers=table.kept[[KEY, *secret]],
    )


def examine(
    table: CleanTable,
    place: pd.DataFrame,
    decided: pd.DataFrame,
    instructions: Instructions,
    *,
    is_whole: bool,
) -> CleanTable:
    """Hold the rows kept against the rules and the declared checks, and list what a person must decide
    because of them.
    """
    programme, codebook, variables = instructions.programme, instructions.codebook, instructions.variables
    every = pd.concat([table.kept, table.identifiers.drop(columns=KEY)], axis=1)
    broken, told = broken_rules(every, table.name, codebook)
    declared, checked = apply_checks(every, table.aside, instructions, is_whole=is_whole)
    told_of = (
        broken,
        declared,
        answering_styles(every, table.name, programme, variables),
        partial_dates(every, variables),
    )
    found = [part for part in told_of if len(part)]
    findings = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=FINDING_COLUMNS)
    examined = replace(table, findings=findings, checked=pd.concat([told, checked], ignore_index=True))
    more = to_decide(examined, place, decided, programme, codebook)
    held = hold(
        examined, more[(more["until_then"] == "missing") & (more["variable"] != WHOLE_ROW)], variables
    )
    return replace(held, review=listed([table.review, more]))


def without(
    clean: pd.DataFrame, changed: pd.DataFrame, rows: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave rows out of a clean table and of its changed cells; the rest is numbered anew."""
    stays = np.ones(len(clean), dtype=bool)
    stays[rows] = False
    new_place = np.cumsum(stays) - 1
    left = changed[stays[changed["row"]]]
    return clean[stays].reset_index(drop=True), left.assign(
        row=new_place[left["row"]].astype("int32")
    ).reset_index(drop=True)
