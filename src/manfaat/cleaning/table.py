"""One raw table → the rows kept, the rows set aside, and the ledgers."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from manfaat.cleaning.corrections import KEY, Correction, apply_corrections, check_corrected, settle_stays
from manfaat.cleaning.date_orders import Contexts, date_contexts
from manfaat.cleaning.declared import apply_checks
from manfaat.cleaning.holding import hold
from manfaat.cleaning.ledger import CleanTable, changes_of, gather_changes
from manfaat.cleaning.outcomes import FINDING_COLUMNS, Prices
from manfaat.cleaning.precision import partial_dates
from manfaat.cleaning.readers import FILE, PLACE, ROW, SHEET, Told
from manfaat.cleaning.reviews import WHOLE_ROW, by_place, decided_rows, listed, review_lines, to_decide
from manfaat.cleaning.rows import row_keys, set_aside_declared, set_aside_raw
from manfaat.cleaning.strange_rows import header_problems, open_names, perhaps_headers, rows_to_decide
from manfaat.cleaning.threads import each
from manfaat.definitions.codebook import Codebook, Variable
from manfaat.definitions.programme import Cohort, Programme
from manfaat.definitions.raw_files import RawFile
from manfaat.files.parsing.date_order import ASK

MOST_SHOWN = 20
QUOTED = re.compile(r"'[^']*'")
HINT = (
    "; a single wrong answer is corrected in corrections.csv, a code for a missing answer is declared under"
    " 'missing' in codebook.csv, and 'unreadable: review' in cohort.yml lets the run go on without these"
    " answers"
)
NOTHING_TOLD = Told()
ESSENTIAL = ("key", "group", "treatment")
UNTOLD = ("identifier", "text")  # roles of answers that no message repeats: messages are shared


@dataclass(frozen=True)
class Whole:
    """What is known of a whole table when only a part of it is cleaned.

    ``counts`` : texts and how often they stand, by variable. ``aside`` : rows set aside because of rows
    elsewhere (``rule, reason``), by their row number in the file. ``read`` : columns of which every text of
    the table was read already.
    ``dates`` : how the dates of each column are to be read.
    """

    counts: dict[str, pd.Series]
    aside: pd.DataFrame
    read: dict[str, ColumnReading] = field(default_factory=dict)
    dates: Contexts = field(default_factory=dict)


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
    files: list[RawFile], variable: Variable, dates: Contexts, declared: pd.DataFrame | None = None
) -> bool:
    """Whether all files of a table may be read as one column; ``declared`` is what each of them declares
    missing.
    """
    name, missing = variable.name, [missing_in(declared, item, variable) for item in files]
    settings = [
        (item.decimal, item.multiply.get(name, 1), item.recode.get(name), dates.get((item.file, name)))
        for item in files
    ]
    alike = all(setting == settings[0] for setting in settings) and all(
        codes == missing[0] for codes in missing
    )
    return alike and (not variable.recodes or name in files[0].recode)


def missing_in(declared: pd.DataFrame | None, item: RawFile, variable: Variable) -> set[tuple[str, str]]:
    """The codes and ranges that one file declares missing of a variable."""
    if declared is None or declared.empty:
        return set()
    mine = declared_in(declared, item, variable)
    if mine is None:
        return set()
    own = mine[mine["kind"].isin(("value", "range", "tagged", "labelled"))]
    return set(zip(own["low"], own["high"], strict=True))


def declared_in(declared: pd.DataFrame | None, item: RawFile, variable: Variable) -> pd.DataFrame | None:
    """What one file declares missing of a variable: a code that is no answer in one file may be one in the
    next.
    """
    if declared is None or declared.empty:
        return declared
    return declared[
        (declared["file"] == item.file) & declared["variable"].isin([*variable.sources, variable.name])
    ]


def read_variable(
    columns: dict[str, Column],
    place: pd.DataFrame,
    variable: Variable,
    programme: Programme,
    codebook: Codebook,
    cohort: Cohort,
    declared: pd.DataFrame | None,
    whole: Whole | None = None,
    dates: Contexts | None = None,
) -> ColumnReading:
    """Read one variable of all rows."""
    files, dates = [item for item in cohort.files if item.table == variable.table], dates or {}
    unit, column = programme.units.get(variable.unit), columns[variable.name]
    if same_conventions(files, variable, dates, declared):
        known = (
            looked_up(column, whole.read[variable.name]) if whole and variable.name in whole.read else None
        )
        counts, order = (
            whole.counts.get(variable.name) if whole else None,
            dates.get((files[0].file, variable.name)),
        )
        return known or read_column(
            column, variable, codebook, unit, files[0], declared=declared, whole=counts, dates=order
        )
    version = next((other for other in codebook.table(variable.table) if other.role == "version"), None)
    forms = None
    if version and variable.recodes:
        read = read_column(columns[version.name], version, codebook, None, files[0], declared=declared)
        forms = read.lines("clean")[read.codes]
    parts = [
        (
            at,
            read_column(
                column.select(at),
                variable,
                codebook,
                unit,
                item,
                version=form,
                declared=own,
                dates=dates.get((item.file, variable.name)),
            ),
        )
        for at, item, form in groups_of(place, files, forms)
        for own in (declared_in(declared, item, variable),)
    ]
    return join_readings(parts, len(place))


def undecided(
    place: pd.DataFrame, original: Column, reading: ColumnReading, variable: Variable, *, table: str
) -> pd.DataFrame:
    """Return the review list of one variable: cells that a person must decide."""
    rows = np.flatnonzero(reading.waits())
    codes, where = reading.codes[rows], place.iloc[rows]
    raw, proposals, reasons = (
        original.select(rows).array(),
        reading.lines("proposal")[codes],
        reading.lines("note")[codes],
    )
    return review_lines(where, table, variable.name, raw, proposals, reasons, "missing")


def open_cells(
    place: pd.DataFrame,
    delivered: dict[str, Column],
    readings: dict[str, ColumnReading],
    variables: list[Variable],
    codebook: Codebook,
    *,
    stop: bool,
) -> pd.DataFrame:
    """Return the review list of a table's cells; of identifiers nobody need decide, no analysis needs them.

    Raises
    ------
    ProblemsError as ``clean_table``.
    """
    review = listed(
        [
            undecided(place, delivered[v.name], readings[v.name], v, table=v.table)
            for v in variables
            if readings[v.name].waits().any()
        ]
    )
    headers = perhaps_headers(readings, variables) if stop else pd.Series(dtype="object")
    whole = pd.MultiIndex.from_frame(place[[FILE, SHEET, ROW]].iloc[headers.index].astype("str"))
    told = review[
        ~pd.MultiIndex.from_frame(review[["file", "sheet", "row"]].astype("str")).isin(whole)
    ]  # these are told as whole rows
    stop_for(header_problems(place, headers) + complain(told, codebook, essential_only=not stop))
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
    absent: pd.DataFrame | None,
) -> pd.DataFrame:
    """Say why every missing answer is missing (``key, variable, reason``); what a sheet has no column for was
    not asked in it.
    """
    version = next((variable.name for variable in variables if variable.role == "version"), None)

    def reasons_of(variable: Variable) -> tuple[np.ndarray, pd.Series]:
        rows, told = missing_reasons(
            clean, readings[variable.name], variable, clean[version] if version else None
        )
        lacks = absent[absent["variable"] == variable.name] if absent is not None else pd.DataFrame()
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
                expected=expected(variable, codebook) + HINT,
            )
        )
    return problems


def once_a_column(review: pd.DataFrame) -> pd.DataFrame:
    """Keep the first line of each column whose order of day and month is asked for, with the number of
    answers that wait for it.
    """
    asked = review["reason"].str.contains(ASK, regex=False).astype(bool)
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
    raw: pd.DataFrame,
    name: str,
    programme: Programme,
    codebook: Codebook,
    cohort: Cohort,
    corrections: Sequence[tuple[int, Correction]] = (),
    *,
    corrections_file: str = "corrections.csv",
    declared: pd.DataFrame | None = None,
    absent: pd.DataFrame | None = None,
    told: Told = NOTHING_TOLD,
    whole: Whole | None = None,
    prices: Prices | None = None,
) -> CleanTable:
    """Clean one table.

    Parameters
    ----------
    raw : raw text, one column a variable, with ``_file, _sheet, _row``; never changed.
    whole : what is known of the rest, when ``raw`` is a part of a table (see ``chunks``).
    declared, absent, told : what the files themselves declare missing, what they have no column for, and what
    they say of their cells
        beside the text; see ``readers.Delivery``.
    prices : the deflator that checks of amounts at constant prices need; without it they decide nothing, and
    say so.

    Raises
    ------
    ProblemsError naming every correction that fits nothing and, where the cohort says that the unreadable
    stops the run (or concerns keys and groups), every cell that cannot be read and every double key.
    """
    variables, definition, stop = codebook.table(name), programme.tables[name], cohort.unreadable == "stop"
    names = [variable.name for variable in variables]
    columns = dict(
        zip(
            names,
            each(lambda column: encode(raw[column], told.kinds.get(column)), names, rows=len(raw)),
            strict=True,
        )
    )
    place = raw[list(PLACE)].reset_index(drop=True)
    place.insert(0, KEY, row_keys(place, columns, definition.key))
    mine = [line for line in corrections if line[1].table == name and line[1].cohort == cohort.cohort]
    decided, misfits = decided_rows(
        place, [line for line in mine if line[1].variable == WHOLE_ROW], file=corrections_file
    )
    aside, problems = set_aside_raw(
        place, columns, variables, ["row"] if whole else definition.key, stop=stop, decided=decided
    )
    refuse(misfits + problems)
    aside = aside if whole is None else elsewhere(aside, place, whole)
    keep = np.flatnonzero(~place.index.isin(aside.index))
    delivered, here = kept_of(columns, place, keep) if len(aside) else (columns, place)
    cells = by_place([line for line in mine if line[1].variable != WHOLE_ROW], here)
    keys, untold = here[KEY].to_numpy(dtype=object), [v.name for v in variables if v.role in UNTOLD]
    corrected, done = apply_corrections(keys, delivered, cells, file=corrections_file, untold=untold)
    dates = (
        whole.dates
        if whole
        else date_contexts(
            corrected, here[FILE], variables, [item for item in cohort.files if item.table == name], told
        )
    )
    read = each(
        lambda variable: read_variable(
            corrected, here, variable, programme, codebook, cohort, declared, whole, dates
        ),
        variables,
        rows=len(raw),
    )
    readings = settle_stays(done, dict(zip(names, read, strict=True)), codebook, name)
    again = keys if done.empty or definition.key == ["row"] else row_keys(here, corrected, definition.key)
    refuse(check_corrected(done, readings, keys, again, definition.key, file=corrections_file))
    open_now = open_cells(here, delivered, readings, variables, codebook, stop=stop)
    review = listed(
        [
            open_now,
            rows_to_decide(
                here, open_names(here, place, decided), delivered, readings, variables, cohort.fieldwork
            ),
        ]
    )
    values = each(lambda variable: typed(readings[variable.name], variable), variables, rows=len(raw))
    clean = pd.concat([here, pd.DataFrame(dict(zip(names, values, strict=True)))], axis=1)
    ledger = gather_changes(
        each(lambda v: changes_of(delivered[v.name], readings[v.name], v, done), variables, rows=len(raw))
    )
    outside = (
        raw.reset_index(drop=True)
        .iloc[aside.index]
        .assign(**{KEY: place[KEY].iloc[aside.index], **{str(note): aside[note] for note in aside}})
    )
    table = finish(
        raw,
        clean,
        outside,
        ledger,
        review,
        all_reasons(clean, readings, variables, absent),
        keep,
        name,
        programme,
        codebook,
    )
    return examine(table, place, decided, programme, codebook, prices, is_whole=whole is None)


def kept_of(
    columns: dict[str, Column], place: pd.DataFrame, keep: np.ndarray
) -> tuple[dict[str, Column], pd.DataFrame]:
    """The texts and places of the rows that are kept."""
    return {variable: column.select(keep) for variable, column in columns.items()}, place.iloc[
        keep
    ].reset_index(drop=True)


def finish(
    raw: pd.DataFrame,
    clean: pd.DataFrame,
    outside: pd.DataFrame,
    ledger: tuple[pd.DataFrame, pd.DataFrame],
    review: pd.DataFrame,
    reasons: pd.DataFrame,
    keep: np.ndarray,
    name: str,
    programme: Programme,
    codebook: Codebook,
) -> CleanTable:
    """Set aside what declared rules exclude, and take identifiers out."""
    definition, (changes, changed) = programme.tables[name], ledger
    excluded = set_aside_declared(clean, definition)
    if len(excluded):
        more = (
            raw.reset_index(drop=True)
            .iloc[keep[excluded.index]]
            .assign(
                **{
                    KEY: clean.loc[excluded.index, KEY].to_numpy(),
                    **{str(note): excluded[note].to_numpy() for note in excluded},
                }
            )
        )
        outside = pd.concat([outside, more])
        clean, changed = without(clean, changed, excluded.index.to_numpy())
        reasons, review = (
            frame[frame["key"].isin(set(clean[KEY]))].reset_index(drop=True) for frame in (reasons, review)
        )
    secret = [variable.name for variable in codebook.table(name) if variable.role == "identifier"]
    outside = outside.reset_index(drop=True)
    return CleanTable(
        name,
        clean.drop(columns=secret),
        outside,
        changes,
        changed,
        len(raw),
        reasons=reasons,
        review=review,
        identifiers=clean[[KEY, *secret]],
    )


def examine(
    table: CleanTable,
    place: pd.DataFrame,
    decided: pd.DataFrame,
    programme: Programme,
    codebook: Codebook,
    prices: Prices | None,
    *,
    is_whole: bool,
) -> CleanTable:
    """Hold the rows kept against the rules and the declared checks, and list what a person must decide
    because of them.
    """
    name, variables = table.name, codebook.table(table.name)
    every = pd.concat([table.kept, table.identifiers.drop(columns=KEY)], axis=1)
    broken, told = broken_rules(every, name, codebook)
    declared, checked = apply_checks(every, table.aside, name, programme, codebook, prices, is_whole=is_whole)
    told_of = (
        broken,
        declared,
        answering_styles(every, name, programme, variables),
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
