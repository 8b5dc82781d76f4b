"""Any delivered file → one data frame of raw text, with the file, sheet and row that every value came from.

Nothing is interpreted here: an answer leaves this module exactly as it stood in the file. What was detected
about a file is said in a log; what is stated in ``cohort.yml`` is not detected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from manfaat.base.checksums import checksum
from manfaat.base.problems import Problem, ProblemsError, nearest, refuse
from manfaat.base.showing import card, counted, line
from manfaat.definitions.answer_labels import check_labels, declared_codes
from manfaat.definitions.codebook import Codebook, Variable, answers_of
from manfaat.definitions.cohort import Cohort
from manfaat.definitions.raw_files import RawFile
from manfaat.definitions.records import short, shown
from manfaat.definitions.renames import column_missing, is_asked
from manfaat.files.formats import (
    Block,
    Detected,
    FormatOptions,
    RawTable,
    code_of,
    declared_block,
    find_unnamed_blocks,
    fold_multiple,
    link_repeats,
    log_table,
    match_headers,
    read_any,
    strip_groups,
    with_other,
)
from manfaat.files.formats.layout import JOINT
from manfaat.files.formats.tables import MISSING, some
from manfaat.files.parsing import ChoiceList, language_of, read_header_unit

SEALED = re.compile(r"([0-9A-Fa-f]{64})\s+\*?(\S.*?)\s*\Z")
UTC = re.compile(r"[0-9](?::[0-9]{2}(?:[.,][0-9]+)?)\s?(?:Z|UTC|GMT|[+-]00:?00)\s*\Z", re.I)
FILE, SHEET, ROW = "_file", "_sheet", "_row"
PLACE = (FILE, SHEET, ROW)
ABSENT = ["file", "sheet", "variable"]
UNIT_IN_BRACKETS = re.compile(
    r"\s*[(\[](?:dalam"
    r" )?(?:(?:ribuan|ribu|rb|jutaan|juta|jt|thousands?|millions?|000s?|千)?\s*(?:rp\.?|rupiah|idr|¥|yen|jpy|円|us\$|usd|\$)?|%|persen|per"  # noqa: E501
    r" cent"
    r"|jam|hours?|hari|days?|bulan|bln|months?|tahun|thn|years?|orang|org|people|kali|times)[)\]]\Z",
    re.I,
)


@dataclass(frozen=True)
class Told:
    """What the files of one table say of its cells beside their text.

    ``kinds`` : the stored type of each cell (variable → codes of ``formats.celltext``, row by row); a text
    file stores none.
    ``epochs`` : the calendar of each workbook (file → 1900 or 1904). ``headers`` : (file, variable) → the
    name of its column.
    ``languages`` : the language of each file's header (file → ``en``, ``id`` or "").
    ``missing`` : what a file itself declares missing: ``file, variable, kind, low, high, reason, count``.
    ``absent`` : variables of the codebook that a sheet has no column for: ``file, sheet, variable``.
    """

    kinds: dict[str, np.ndarray] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    headers: dict[tuple[str, str], str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    missing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["file", *MISSING]))
    absent: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ABSENT))


@dataclass(frozen=True, repr=False)
class Delivery:
    """A delivery as raw text.

    ``tables`` : one frame a table, a column a variable after ``_file, _sheet, _row``.
    ``files`` : one row a file and sheet: ``file, sheet, table, rows, columns, unused``.
    ``left_out`` : rows that are no rows of answers (titles, totals, blanks): ``table, file, sheet, row, rule,
    reason, text``.
    ``log`` : what was detected: ``file, table, what, value, how, place, doubtful``.
    ``header_units`` : what amounts are multiplied by because their header says so ("(ribu Rp)"): ``file,
    variable, column, factor``.
    ``told`` : table → what its files say of its cells beside their text.
    """

    tables: dict[str, pd.DataFrame]
    files: pd.DataFrame
    left_out: pd.DataFrame
    log: pd.DataFrame
    header_units: pd.DataFrame
    told: dict[str, Told] = field(default_factory=dict)

    def __repr__(self) -> str:
        rows = [f"{name} {counted(len(table), 'row')}" for name, table in self.tables.items()]
        return line("delivery", counted(len(self.files), "sheet"), *rows)

    def _repr_html_(self) -> str:
        rows = {name: counted(len(table), "row") for name, table in self.tables.items()}
        return card("Delivery", {"files": ", ".join(dict.fromkeys(self.files["file"])), **rows})


def read_checksums(folder: Path) -> dict[str, str]:
    """Return file name → SHA-256 as sealed in ``SHA256SUMS``, of the lines that say both; empty when there is
    none.
    """
    return {found[2]: found[1].lower() for _, _, found in seal_lines(folder) if found}


def seal_lines(folder: Path) -> list[tuple[int, str, re.Match[str] | None]]:
    """The lines of ``SHA256SUMS``: number, text, and the checksum and file name in it; nothing where it says
    something else.
    """
    path = folder / "SHA256SUMS"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return [
        (number, line, SEALED.match(line.lstrip("\ufeff")))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def check_files(folder: Path, cohort: Cohort, *, root: Path) -> list[Problem]:
    """Say which files are missing, empty, unsealed or not the ones that were sealed."""
    sums, seal = read_checksums(folder), shown(folder / "SHA256SUMS", root)
    expected = "64 hexadecimal digits, two spaces and the file's name"
    problems = [
        Problem(seal, f"'{short(line)}' is no seal", row=n, expected=expected)
        for n, line, found in seal_lines(folder)
        if not found
    ]
    if not sums and not problems:
        problems.append(
            Problem(seal, "the file is missing", expected="one line 'checksum  file' per delivered file")
        )
    for name in dict.fromkeys(item.file for item in cohort.files):
        path = folder / name
        place = shown(path, root)
        if not path.is_file():
            problems.append(
                Problem(
                    place,
                    "the file is missing",
                    expected="the file that cohort.yml names, in the cohort's folder",
                )
            )
        elif path.stat().st_size == 0:
            problems.append(
                Problem(place, "the file is empty", expected="a header row and at least one row of answers")
            )
        elif sums and name not in sums:
            problems.append(Problem(place, "the file is not sealed", expected="a line for it in SHA256SUMS"))
        elif sums and checksum(path) != sums[name]:
            problems.append(
                Problem(
                    place,
                    "the file has changed since it was sealed (checksum mismatch)",
                    expected="the file as delivered, or a new line in SHA256SUMS",
                )
            )
    return problems


def options_of(item: RawFile) -> FormatOptions:
    """Turn what ``cohort.yml`` states about a file into the reader's options."""
    return FormatOptions(
        encoding=item.encoding,
        separator=item.separator,
        quote=item.quote or '"',
        quote_stated=item.quote is not None,
        decimal=item.decimal,
        sheets=tuple(item.sheets) if item.sheets else None,
        header_rows=None if item.header_rows is None else tuple(item.header_rows),
        skip_rows=tuple(item.skip_rows),
        ragged=item.ragged,
    )


def prepare(table: RawTable, variables: list[Variable], codebook: Codebook) -> RawTable:
    """Undo what export tools do to columns: group prefixes, and one column for each answer of a
    ``select_multiple``.

    Only columns of a variable that takes several answers are folded, into the codes of its list.
    """
    for variable in variables:
        if variable.kind != "select_multiple":
            continue
        names = list(dict.fromkeys((*variable.sources, variable.name)))
        taken = {
            name for other in variables if other is not variable for name in (*other.sources, other.name)
        }
        answers = answers_of(variable, codebook, {})
        block = declared_block(table, names, answers, taken) or unnamed_options(table, names, answers)
        if block is not None:
            table = fold_multiple(*with_other(table, block, answers), name=variable.sources[0]).table
    return strip_groups(table)


def unnamed_options(table: RawTable, names: list[str], answers: ChoiceList) -> Block | None:
    """Return the question's column with the unnamed ones after it, each of which holds the text of one
    answer.
    """
    block = next((block for block in find_unnamed_blocks(table) if block.question in names), None)
    if block is None:
        return None
    codes = tuple(code_of(option, answers) or option for option in block.options)
    return replace(block, options=codes, labels=block.options) if len(set(codes)) == len(codes) else block


class Matched(NamedTuple):
    """The columns of a sheet: column → variable, the columns that belong to none, what is stated of columns
    that are not there, and the log of what was matched by its text.
    """

    mapping: dict[str, str]
    unused: list[str]
    problems: list[Problem]
    log: tuple[Detected, ...]


def match_columns(table: RawTable, variables: list[Variable], item: RawFile, *, file: str) -> Matched:
    """Find each variable's column: as stated, by the codebook's names, or by question code and text."""
    columns = table.columns  # computed anew each time it is asked for
    known = set(columns)
    stated = {column: name for column, name in item.columns.items() if column in known}
    problems = [
        Problem(file, f"there is no column '{column}'", column="columns", expected=nearest(column, columns))
        for column in item.columns
        if column not in known
    ]
    mapping, taken = dict(stated), set(stated.values())
    for variable in variables:
        present = [
            source
            for source in (*variable.sources, variable.name)
            if source in known and source not in mapping
        ]
        if present and variable.name not in taken:
            mapping[present[0]] = variable.name
            taken.add(variable.name)
    open_columns = [column for column in columns if column not in mapping]
    open_variables = [variable for variable in variables if variable.name not in taken]
    found = match_headers(open_columns, open_variables) if open_columns and open_variables else None
    mapping |= found.mapping if found else {}
    log = found.log if found else ()
    bare = without_units([column for column in open_columns if column not in mapping])
    waiting = [variable for variable in open_variables if variable.name not in mapping.values()]
    further = match_headers(list(bare), waiting) if bare and waiting else None
    if further and further.mapping:
        mapping |= {bare[name]: variable for name, variable in further.mapping.items()}
        log += further.log
    return Matched(mapping, [column for column in columns if column not in mapping], problems, log)


def lacking(
    table: RawTable, matched: Matched, codebook: Codebook, item: RawFile, versions: set[str], *, file: str
) -> list[Problem]:
    """Say which variables have no column, though ``cohort.yml`` does not declare them absent and a version of
    the form in the file asks them.
    """
    given = set(matched.mapping.values())
    rest = table.frame[[column for column in matched.unused if not column.startswith("_")]]
    return [
        column_missing(variable, rest, codebook, file=file)
        for variable in codebook.table(item.table)
        if variable.name not in given and is_asked(variable, item, versions)
    ]


def without_units(columns: list[str]) -> dict[str, str]:
    """Name without the unit in brackets at its end ("Upah (ribu Rp)") → column; a name that two columns would
    share stays out.
    """
    found: dict[str, list[str]] = {}
    for column in columns:
        match = UNIT_IN_BRACKETS.search(column)
        if match and (name := column[: match.start()].rstrip(f"{JOINT}/ ")):
            found.setdefault(name, []).append(column)
    return {name: several[0] for name, several in found.items() if len(several) == 1 and name not in columns}


def shape(table: RawTable, mapping: dict[str, str], variables: list[Variable], item: RawFile) -> pd.DataFrame:
    """Return the table with one text column a variable of the codebook; a variable without a column is
    empty.
    """
    frame = pd.DataFrame(
        {
            FILE: item.file,
            SHEET: table.frame["_sheet"].astype("str"),
            ROW: table.frame["_row"].astype("int64"),
        }
    )
    columns = {name: column for column, name in mapping.items()}
    for variable in variables:
        given = columns.get(variable.name)
        default = item.version if variable.role == "version" else ""
        frame[variable.name] = table.frame[given].astype("str").fillna("") if given else default
    return frame


def read_item(
    folder: Path, item: RawFile, codebook: Codebook, *, root: Path
) -> tuple[
    list[tuple[RawTable, pd.DataFrame, dict[str, str], list[str], tuple[Detected, ...]]], list[Problem]
]:
    """Read one delivered file: every sheet with its shaped table, the column of each variable, unused columns
    and matches; and all problems.
    """
    name, variables = shown(folder / item.file, root), codebook.table(item.table)
    try:
        sheets = chosen(link_repeats(read_any(folder / item.file, options_of(item), name=name)), item)
    except ProblemsError as failure:
        return [], failure.problems
    found, problems = [], []
    for sheet in sheets:
        table = prepare(sheet, variables, codebook)
        if table.frame.empty:
            problems.append(
                Problem(name, "the file holds a header but no rows", expected="at least one row of answers")
            )
            continue
        matched = match_columns(table, variables, item, file=name)
        mapping = matched.mapping
        given = {variable: column for column, variable in mapping.items()}
        strange = strange_sheet(table, mapping, item, sheets, file=name)
        versions = versions_in(table, given, variables, item)
        against, told = check_labels(table, given, codebook, item, versions, file=name)
        lacks = lacking(table, matched, codebook, item, versions, file=name)
        problems += strange or [*matched.problems, *lacks, *against]
        log = (*matched.log, *told, *in_utc(table, given, variables, item))
        found.append((table, shape(table, mapping, variables, item), given, matched.unused, log))
    return found, problems


def in_utc(
    table: RawTable, given: dict[str, str], variables: list[Variable], item: RawFile
) -> list[Detected]:
    """Say once which columns of dates and times are in UTC, where ``cohort.yml`` states no time zone: their
    days may be others at the place.
    """
    dates = [given[v.name] for v in variables if v.kind in ("date", "month", "dateTime") and v.name in given]
    found = (
        []
        if item.time_zone
        else [column for column in dates if table.frame[column].astype("str").str.contains(UTC).any()]
    )
    how = (
        f"the times of {some(found)} are in UTC, and their days and months may be others at the place;"
        " 'time_zone' under the file says where"
    )
    return [Detected("time zone", "UTC", how, doubtful=True)] if found else []


def chosen(sheets: list[RawTable], item: RawFile) -> list[RawTable]:
    """The tables of a file that ``cohort.yml`` names; all where it names none of them."""
    return [sheet for sheet in sheets if sheet.name in (item.sheets or ())] or sheets


def versions_in(table: RawTable, given: dict[str, str], variables: list[Variable], item: RawFile) -> set[str]:
    """The versions of the form that a sheet holds; none when neither its column nor ``cohort.yml`` says."""
    column = next(
        (
            given[variable.name]
            for variable in variables
            if variable.role == "version" and variable.name in given
        ),
        None,
    )
    texts = set(table.frame[column].astype("str").str.strip()) if column else {item.version}
    return texts - {""}


def strange_sheet(
    table: RawTable, mapping: dict[str, str], item: RawFile, sheets: list[RawTable], *, file: str
) -> list[Problem]:
    """Say that a sheet holds no answers of the table: it has none of its columns, or is a repeat group of
    another sheet and nobody asked for it.
    """
    repeat = item.sheets is None and len(sheets) > 1 and "_parent_row" in table.columns
    if mapping and not repeat:
        return []
    what = f"the sheet '{table.name}'" if len(sheets) > 1 else "the file"
    found = (
        f"{what} is a repeat group of another sheet"
        if repeat
        else f"{what} has no column of the table '{item.table}'"
    )
    expected = (
        "the sheets of this table under 'sheets' in cohort.yml"
        if len(sheets) > 1
        else "the columns named under 'source' in codebook.csv"
    )
    return [Problem(file, found, column="sheets" if len(sheets) > 1 else None, expected=expected)]


def told_of(read: list[tuple[RawFile, RawTable, dict[str, str]]], variables: list[Variable]) -> Told:
    """Gather what the files of one table say of its cells, in the order of its rows: file, raw table, the
    column of each variable.
    """
    kinds = {
        variable.name: np.concatenate(
            [kinds_of(table, given.get(variable.name, "")) for _, table, given in read]
        )
        for variable in variables
        if variable.kind in ("integer", "decimal", "money", "date", "month", "dateTime")
    }
    missing, absent = [], []
    for item, table, given in read:
        names, codes = {column: name for name, column in given.items()}, declared_codes(table)
        missing.append(
            codes.assign(file=item.file, variable=[names.get(column, column) for column in codes["variable"]])
        )
        sheets, lacks = (
            table.frame["_sheet"].astype("str").unique(),
            [v.name for v in variables if v.name not in given],
        )
        absent += [(item.file, sheet, name) for sheet in sheets for name in lacks]
    return Told(
        {name: codes for name, codes in kinds.items() if codes.any()},
        {item.file: table.epoch for item, table, _ in read if table.epoch},
        {(item.file, name): column for item, _, given in read for name, column in given.items()},
        {item.file: language_of(table.columns) for item, table, _ in read},
        gather(missing),
        pd.DataFrame(absent, columns=ABSENT),
    )


def kinds_of(table: RawTable, column: str) -> np.ndarray:
    """The stored type of each cell of a column; zeros where the file stores none."""
    return table.kinds[column] if column in table.kinds else np.zeros(len(table.frame), dtype=np.uint8)


def read_cohort(folder: Path, cohort: Cohort, codebook: Codebook, *, root: Path) -> Delivery:
    """Read all files of a delivery.

    Raises
    ------
    ProblemsError naming every missing, changed or unreadable file and every missing column.
    """
    refuse(check_files(folder, cohort, root=root))
    parts: dict[str, list[pd.DataFrame]] = {}
    read: dict[str, list[tuple[RawFile, RawTable, dict[str, str]]]] = {}
    files, left_out, logs, units, problems = [], [], [], [], []
    for item in cohort.files:
        found, wrong = read_item(folder, item, codebook, root=root)
        problems += wrong
        for table, frame, given, unused, log in found:
            parts.setdefault(item.table, []).append(frame)
            read.setdefault(item.table, []).append((item, table, given))
            files.append(
                {
                    "file": item.file,
                    "sheet": table.name,
                    "table": item.table,
                    "rows": len(frame),
                    "columns": len(table.columns),
                    "unused": ", ".join(unused),
                }
            )
            left_out.append(
                table.dropped.rename(columns={"_sheet": "sheet", "_row": "row"}).assign(
                    table=item.table, file=item.file
                )
            )
            logs.append(log_table([table]).assign(file=item.file))
            logs.append(
                pd.DataFrame(
                    [vars(entry) for entry in log], columns=["what", "value", "how", "place", "doubtful"]
                ).assign(file=item.file, table=table.name)
            )
            units += header_units(given, codebook.table(item.table), item)
    refuse(problems)
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    return Delivery(
        tables,
        pd.DataFrame(files),
        gather(left_out),
        gather(logs),
        pd.DataFrame(units, columns=["file", "variable", "column", "factor"]),
        {name: told_of(several, codebook.table(name)) for name, several in read.items()},
    )


def header_units(
    given: dict[str, str], variables: list[Variable], item: RawFile
) -> list[tuple[str, str, str, int]]:
    """Find the amounts whose header states a unit such as "(ribu Rp)", unless ``cohort.yml`` states one:
    (file, variable, column, factor).
    """
    found = []
    for variable in variables:
        if (
            variable.name in given
            and variable.kind in ("integer", "decimal", "money")
            and variable.name not in item.multiply
        ):
            factor = read_header_unit(given[variable.name]).value
            found += [(item.file, variable.name, given[variable.name], factor)] if factor != 1 else []
    return found


def gather(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Join frames of one shape, whether or not any has rows."""
    filled = [frame for frame in frames if len(frame)]
    return (
        pd.concat(filled, ignore_index=True)
        if filled
        else frames[0].reset_index(drop=True)
        if frames
        else pd.DataFrame()
    )
