"""Begin a cohort: copy and seal what was delivered, draft its ``cohort.yml``, and say how it differs from the
codebook.

What is drafted is marked; nothing that exists is written over, and what fails leaves nothing behind.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rich.markup import escape
from rich.table import Column, Table

from manfaat.base.checksums import checksum
from manfaat.base.paths import Places
from manfaat.base.problems import Problem, need, refuse
from manfaat.cleaning.readers import match_columns, options_of, prepare
from manfaat.definitions.codebook import Codebook, Variable, answers_of
from manfaat.definitions.programme import Programme
from manfaat.definitions.raw_files import RawFile
from manfaat.definitions.renames import is_asked, proposals
from manfaat.definitions.study import DECIDE, Study
from manfaat.desk.drafts import declared_missing
from manfaat.files.formats import RawTable, link_repeats, read_any
from manfaat.files.parsing import read_choice, read_multiple

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
OF_ONE_DELIVERY = ("totals", "simulated", "same_participants_as")  # holds for the other cohort only
FIRST_LINE = "put right what is marked, and look whether everything else holds for this delivery"
HOW = {
    "assignment": "randomised or observational: how it came about who took part",
    "kind": "real or synthetic",
}
OF_COLUMNS = {
    "columns": "column: variable; whether the new names mean the old questions",
    "absent": (
        "whether these were not asked or not delivered; a column with another name belongs under 'columns'"
    ),
}


@dataclass(frozen=True)
class Compared:
    """One sheet of a delivery against a table of the codebook: column → variable, columns that are none,
    variables without a column.
    """

    sheet: RawTable
    mapping: dict[str, str]
    unused: list[str]
    missing: list[Variable]
    by_text: dict[str, str]


def compare(sheet: RawTable, codebook: Codebook, item: RawFile) -> Compared:
    """Match a sheet's columns with the variables of a table, as the reader will."""
    variables = codebook.table(item.table)
    table = prepare(sheet, variables, codebook)
    mapping, unused, *_ = match_columns(table, variables, item, file=item.file)
    found = set(mapping.values())
    known = {source for variable in variables for source in (*variable.sources, variable.name)} | set(
        item.columns
    )
    by_text = {column: name for column, name in mapping.items() if column not in known}
    return Compared(
        table, mapping, unused, [variable for variable in variables if variable.name not in found], by_text
    )


def read_sheets(path: Path, item: RawFile | None = None) -> list[RawTable]:
    """Read the sheets of a delivered file that have rows, repeat groups linked to their parents."""
    return [
        sheet
        for sheet in link_repeats(read_any(path, options_of(item) if item else None))
        if len(sheet.frame)
    ]


def best_table(sheet: RawTable, codebook: Codebook, tables: list[str]) -> str | None:
    """Return the table of which the sheet has the largest share of variables; None where it has none of
    any.
    """
    shares = {}
    for name in tables:
        variables = codebook.table(name)
        found = compare(sheet, codebook, RawFile(file=sheet.file, table=name)) if variables else None
        shares[name] = len(found.mapping) / len(variables) if found else 0.0
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] > 0 else None


def assigned(path: Path, codebook: Codebook, tables: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Say which sheets of a file feed which table.

    Returns
    -------
    One entry for ``files`` of ``cohort.yml`` a table, its sheets named where the file has several; and the
    sheets that feed none.
    """
    sheets = read_sheets(path)
    found: dict[str, list[str]] = {}
    idle = []
    for sheet in sheets:
        table = best_table(sheet, codebook, tables)
        found.setdefault(table, []).append(sheet.name) if table else idle.append(sheet.name)
    ordered = {table: found[table] for table in tables if table in found}
    return [
        {"file": path.name, "table": table} | ({"sheets": names} if len(sheets) > 1 else {})
        for table, names in ordered.items()
    ], idle


def new_cohort(name: str, like: Study, data: list[Path], place: Places) -> tuple[Path, pd.DataFrame]:
    """Write a new delivery's folder like another's: the files, their seals, ``cohort.yml``; and say how it
    differs from the codebook.

    What holds for the other delivery alone (numbers of people, known totals, rows to skip) is not taken over.

    Raises
    ------
    ProblemsError if the folder exists, a file is missing or unreadable, or there are not as many files as the
    other cohort has.
    """
    wanted = like.cohort.files
    old = list(dict.fromkeys(item.file for item in wanted))
    problems = usable(name, data, place)
    if len(data) != len(old):
        tables = {
            file: " and ".join(f"'{item.table}'" for item in wanted if item.file == file) for file in old
        }
        expected = " and ".join(f"one for table {tables[file]} (like {file})" for file in old)
        problems.append(
            Problem("manfaat new-cohort", f"{len(data)} files given, {len(old)} expected", expected=expected)
        )
    refuse(problems)
    paths = dict(zip(old, data, strict=True))
    values = yaml.safe_load((like.places.raw / "cohort.yml").read_text(encoding="utf-8"))
    items = [
        taken_over(given, paths[item.file], item, like.codebook)
        for given, item in zip(values["files"], wanted, strict=True)
    ]
    differences = [
        differ(paths[old.file], like.codebook, item["table"], RawFile(**item))
        for old, item in zip(wanted, items, strict=True)
    ]
    items = [
        with_columns(item, paths[old.file], like.codebook) for old, item in zip(wanted, items, strict=True)
    ]
    values = (
        {key: value for key, value in values.items() if key not in OF_ONE_DELIVERY}
        | drafted(name, like.programme, items)
        | {"kind": kind_of(name)}
    )
    return deliver(name, f"Drafted like {like.cohort.cohort}", values, data, place), pd.concat(
        differences, ignore_index=True
    )


def first_cohort(
    name: str, programme: Programme, codebook: Codebook, data: list[Path], place: Places
) -> tuple[Path, pd.DataFrame]:
    """Write the folder of a programme's first delivery: each sheet feeds the table that it has most of.

    Raises
    ------
    ProblemsError if the folder exists, a file is missing or unreadable, or no sheet has a column of the
    codebook.
    """
    refuse(usable(name, data, place))
    items, lines = [], []
    for path in data:
        entries, idle = assigned(path, codebook, list(programme.tables))
        items += entries
        lines += [
            (path.name, "left out", "", "", f"the sheet '{sheet}' has no column of the codebook")
            for sheet in idle
        ]
    need(
        items,
        Problem(
            data[0].name,
            "no column is in the codebook",
            expected="the names under 'source' in codebook.csv",
        ),
    )
    paths = {path.name: path for path in data}
    differences = [differ(paths[item["file"]], codebook, item["table"], RawFile(**item)) for item in items]
    items = [with_columns(item, paths[item["file"]], codebook) for item in items]
    values = {
        "cohort": "",
        "programme": "",
        "label": "",
        "kind": kind_of(name),
        "assignment": "observational",
        "files": [],
    }
    values |= drafted(name, programme, items)
    folder = deliver(name, f"Drafted for the programme {programme.programme}", values, data, place)
    return folder, pd.concat([table_of(lines), *differences], ignore_index=True)


def usable(name: str, data: list[Path], place: Places) -> list[Problem]:
    """Say what is wrong with the cohort's name and the given files."""
    problems = []
    if not NAME.fullmatch(name):
        problems.append(
            Problem(
                "manfaat new-cohort",
                f"'{name}' cannot be the name of a folder",
                expected="letters, digits, points and hyphens",
            )
        )
    elif (place.data / "raw" / name).exists():
        problems.append(Problem(f"data/raw/{name}", "the cohort exists already", expected="another name"))
    problems += (
        []
        if data
        else [
            Problem(
                "manfaat new-cohort", "0 files given", expected="--data FILE, once for each delivered file"
            )
        ]
    )
    problems += [Problem(path.name, "the file is missing") for path in data if not path.is_file()]
    names = [path.name for path in data]
    twice = sorted({one for one in names if names.count(one) > 1})
    return problems + [
        Problem(
            one,
            "two files have this name, and a cohort's folder holds one of them",
            expected="another name for one",
        )
        for one in twice
    ]


def taken_over(given: dict[str, Any], path: Path, item: RawFile, codebook: Codebook) -> dict[str, Any]:
    """Return what the other cohort states about a file, for the new one: without rows to skip, and with its
    own sheets.
    """
    entry = {key: value for key, value in given.items() if key not in ("skip_rows", "sheets")} | {
        "file": path.name
    }
    own, sheets = RawFile(**entry), {sheet.name: sheet for sheet in read_sheets(path, RawFile(**entry))}
    if item.sheets and set(item.sheets) <= set(sheets):
        return entry | {"sheets": list(item.sheets)}
    fitting = [
        name
        for name, sheet in sheets.items()
        if compare(sheet, codebook, own).mapping and "_parent_index" not in sheet.columns
    ]
    return entry | ({"sheets": fitting} if len(sheets) > 1 and fitting else {})


def with_columns(entry: dict[str, Any], path: Path, codebook: Codebook) -> dict[str, Any]:
    """Draft under which other name a column may stand, and which are absent; each is for a person to decide.

    A file with several sheets for one table is left to ``manfaat check``, which names the sheet.
    """
    item = RawFile(**entry)
    sheets = read_sheets(path, item)
    if len(sheets) != 1:
        return entry
    found = compare(sheets[0], codebook, item)
    likely = renamed(found, codebook)
    missing = [
        variable.name
        for variable in found.missing
        if is_asked(variable, item, set()) and variable.name not in likely.values()
    ]
    more = {"columns": item.columns | likely} if likely else {}
    return entry | more | ({"absent": [*item.absent, *missing]} if missing else {})


def renamed(found: Compared, codebook: Codebook) -> dict[str, str]:
    """Column → the variable that it may hold under another name, each once; whose names are alike first."""
    rest = found.sheet.frame[[column for column in found.unused if not column.startswith("_")]]
    likely = [
        (why, column, variable.name)
        for variable in found.missing
        for column, why in proposals(variable, rest, codebook).items()
    ]
    pairs: dict[str, str] = {}
    for _, column, name in sorted(likely, key=lambda line: "name" not in line[0]):
        if column not in pairs and name not in pairs.values():
            pairs[column] = name
    return pairs


def kind_of(name: str) -> str:
    """What a delivery is by its name: that of a simulated one must say so."""
    return "synthetic" if "synthetic" in name else "real"


def drafted(name: str, programme: Programme, items: list[dict[str, Any]]) -> dict[str, Any]:
    """What a person must say of every delivery, in the programme's languages."""
    languages = programme.spoken
    unknown = in_each("how many were trained, invited and reached; or why that is not known", languages)
    is_nominal = programme.prices is not None and programme.prices.nominal_within
    days = {
        end: f"{DECIDE} {which} day of the interviews, like 2023-05-31"
        for end, which in (("begins", "first"), ("ends", "last"))
    }
    return {
        "cohort": name,
        "programme": programme.programme,
        "label": in_each(name, languages),
        "files": items,
        **({"fieldwork": days} if is_nominal else {}),
        "period": in_each("when the answers were given", languages),
        "flow": [],
        "denominators": {"trained": None, "invited": None, "reached": None, "because": unknown},
        "origin": f"{DECIDE} who delivered it, when",
        "licence": f"{DECIDE} on what terms",
        "citation": f"{DECIDE} how it is cited",
    }


def in_each(text: str, languages: Sequence[str] = ("en", "id")) -> dict[str, str]:
    """A text that a person must decide, once in each language."""
    return {language: f"{DECIDE} {text}" for language in languages}


class PlainDumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML brings no types
    """Writes a text that stands twice out twice: people edit these files."""

    def ignore_aliases(self, data: object) -> bool:
        """No anchors."""
        return True


def dump(values: Mapping[str, object]) -> str:
    """YAML as people write it."""
    return str(yaml.dump(values, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=120))


def marked(text: str, marks: dict[str, str]) -> str:
    """Return YAML with a comment behind each line that begins with one of the keys: what a person must decide
    there.
    """
    lines = [
        line
        + next(
            (f"  # {DECIDE} {what}" for key, what in marks.items() if line.strip().startswith(f"{key}:")), ""
        )
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"


def deliver(name: str, how: str, values: dict[str, Any], data: list[Path], place: Places) -> Path:
    """Write the folder of a delivery under another name first, so that a failure leaves no half of it."""
    folder = place.data / "raw" / name
    begun = folder.with_name(f".{name}.begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    try:
        for path in data:
            shutil.copyfile(path, begun / path.name)
        seals = [f"{checksum(begun / path.name)}  {path.name}" for path in data]
        (begun / "SHA256SUMS").write_text("\n".join(seals) + "\n", encoding="utf-8")
        (begun / "cohort.yml").write_text(
            f"# {how}. {DECIDE} {FIRST_LINE}.\n" + marked(dump(values), HOW | OF_COLUMNS), encoding="utf-8"
        )
        begun.rename(folder)
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    return folder


def differ(
    path: Path,
    codebook: Codebook,
    table: str,
    item: RawFile | None = None,
    *,
    sheets: list[RawTable] | None = None,
) -> pd.DataFrame:
    """Compare a file with a table of the codebook: columns that are new, missing or renamed, and answers that
    are new.

    Parameters
    ----------
    item : what is stated about the file. sheets : its sheets that feed the table, where they are read
    already.

    Returns
    -------
    ``file, what, column, variable, note``, one line a difference.
    """
    item = item or RawFile(file=path.name, table=table)
    sheets, rows = read_sheets(path, item) if sheets is None else sheets, []
    for sheet in sheets:
        lines: list[tuple[str, ...]] = []
        found = compare(sheet, codebook, item)
        names = {variable.name: variable for variable in codebook.table(table)}
        lines += [
            (
                "renamed",
                column,
                name,
                "read by its text; say so under 'columns' or in the codebook's 'source'",
            )
            for column, name in found.by_text.items()
        ]
        likely = renamed(found, codebook)
        lines += [
            (
                "new",
                column,
                "",
                f"perhaps renamed: {likely[column]}" if column in likely else "not in the codebook",
            )
            for column in found.unused
            if column[:1] != "_"
        ]
        lines += [
            ("missing", "", variable.name, "required" if variable.required == "yes" else "not required")
            for variable in found.missing
        ]
        lines += answers_told(found, names, codebook)
        rows += [(f"{path.name}, {sheet.name}" if len(sheets) > 1 else path.name, *line) for line in lines]
    return table_of(rows)


def answers_told(found: Compared, names: dict[str, Variable], codebook: Codebook) -> list[tuple[str, ...]]:
    """One line a column with texts that are no answer of its question, and that the file does not declare
    missing.
    """
    lines: list[tuple[str, ...]] = []
    for column, name in found.mapping.items():
        if name in names and names[name].list_name:
            values = found.sheet.frame[column]
            told = new_answers(
                values[~values.isin(declared_missing(found.sheet, column))], names[name], codebook
            )
            lines += [("new answers", column, name, told)] if told else []
    return lines


def table_of(lines: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    """The differences as a table."""
    return pd.DataFrame(lines, columns=["file", "what", "column", "variable", "note"])


def as_table(differences: pd.DataFrame) -> Table:
    """The differences as a terminal shows them, nothing cut short."""
    heads = ("file", "difference", "column", "variable", "note")
    table = Table(*(Column(name, overflow="fold") for name in heads))
    for line in differences.itertuples(index=False):
        table.add_row(*[escape(" ".join(str(part).split())) for part in line])
    return table


def new_answers(column: pd.Series, variable: Variable, codebook: Codebook) -> str:
    """Name the texts of a column that are no answer of its question; at most eight."""
    answers = answers_of(variable, codebook, {})
    read = read_multiple if variable.kind == "select_multiple" else read_choice
    odd = [
        text for text in column.astype("str").unique() if text.strip() and read(text, answers).needs_person
    ]
    return ", ".join(f"'{text[:40]}'" for text in odd[:8]) + (
        f" and {len(odd) - 8} more" if len(odd) > 8 else ""
    )
