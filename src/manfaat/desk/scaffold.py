"""Begin a programme: draft its definition files from its form, its data or both, and say what a person must
decide.

What is drafted is marked; nothing that exists is written over, and what fails leaves nothing behind.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from manfaat.analysis.study import DECIDE
from manfaat.base.problems import Problem, refuse
from manfaat.definitions.codebook import Choice, Codebook, Variable
from manfaat.definitions.raw_files import RawFile
from manfaat.desk.deliveries import (
    NAME,
    best_table,
    both,
    compare,
    differ,
    dump,
    marked,
    read_sheets,
    table_of,
)
from manfaat.desk.drafts import (
    ENGLISH,
    INDONESIAN,
    PERHAPS_IDENTIFIER,
    Draft,
    draft_from_data,
    guessed_kind,
    system_lines,
    tidy_name,
)
from manfaat.desk.forms import COMPUTED, LONGEST_NAME, read_form
from manfaat.files.formats import RawTable, strip_groups
from manfaat.files.formats.redcap import EVENT
from manfaat.files.parsing.telephones import are_telephones

CODEBOOK = [
    "table",
    "name",
    "type",
    "source",
    ENGLISH,
    INDONESIAN,
    "unit",
    "required",
    "relevant",
    "constraint",
    "missing",
    "role",
    "note",
]
CHOICES = ["list_name", "name", ENGLISH, INDONESIAN, "aliases"]
CORRECTIONS = ["cohort", "table", "key", "variable", "old", "new", "who", "when", "why"]
DEFINITIONS = ["definition::English (en)", "definition::Bahasa Indonesia (id)"]
INDICATORS = [
    "name",
    "indicator",
    "time",
    "stage_thesis",
    "stage_dac",
    "construct",
    "inputs",
    "arguments",
    "unit",
    "direction",
    "family",
    "use",
    ENGLISH,
    INDONESIAN,
    *DEFINITIONS,
]
MOST_KEYS = 5
REPORTED = (
    "indicators.csv: a line for each number that is reported; claims below: what is held to be true of them"
)
MARKS = {
    "group": "the indicator that says who took part; indicators.csv has a line for it",
    "participants": "the answers of that variable that participants have",
    "comparison": "the answers of the comparison group; [] when there is none",
}


def new_programme(
    name: str, root: Path, *, form: Path | None, data: Path | Sequence[Path] | None
) -> tuple[Path, Draft, pd.DataFrame]:
    """Write the definition files of a new programme from a form, its data (one file, or several of one
    export), or both.

    Returns
    -------
    The folder, what was drafted, and where a form is held against data how the two differ (``file, what,
    column, variable, note``).

    Raises
    ------
    ProblemsError if the programme exists, nothing is given to draft from, or a file cannot be read.
    """
    folder = root / "programmes" / name
    files = [data] if isinstance(data, Path) else list(data or [])
    refuse(
        [
            Problem(
                "manfaat new",
                f"'{name}' cannot be the name of a folder",
                expected="letters, digits, points and hyphens",
            )
        ]
        if not NAME.fullmatch(name)
        else []
    )
    refuse(
        [Problem(f"programmes/{name}", "the programme exists already", expected="another name")]
        if folder.exists()
        else []
    )
    refuse(
        [Problem("manfaat new", "nothing to draft from", expected="--form form.xlsx or --data export.csv")]
        if form is None and not files
        else []
    )
    refuse(
        [
            Problem(path.name, "the file is missing")
            for path in (form, *files)
            if path is not None and not path.is_file()
        ]
    )
    differences, delivered = table_of([]), {path: read_sheets(path) for path in files}
    sheets = [sheet for several in delivered.values() for sheet in several]
    if form:
        draft = read_form(form, table="participants")
        differences = held_against(draft, delivered) if files else differences
    else:
        refuse(
            []
            if sheets
            else [
                Problem(
                    files[0].name,
                    "the file holds no rows of answers",
                    expected="a header row and at least one row of answers",
                )
            ]
        )
        draft = draft_from_data(sheets)
    write_programme(folder, name, draft, key_marks(draft, sheets))
    return folder, draft, differences


def write_programme(folder: Path, name: str, draft: Draft, keys: dict[str, str]) -> None:
    """Write the files under another name first, so that a failure leaves no half of them."""
    begun = folder.with_name(f".{name}.begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    try:
        write_lines(begun / "codebook.csv", CODEBOOK, draft.variables)
        write_lines(begun / "choices.csv", CHOICES, draft.choices)
        write_lines(begun / "indicators.csv", INDICATORS, [group_line()])
        write_lines(begun / "corrections.csv", CORRECTIONS, [])
        (begun / "programme.yml").write_text(programme_text(name, draft, keys), encoding="utf-8")
        begun.rename(folder)
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def write_lines(path: Path, columns: list[str], lines: list[dict[str, str]]) -> None:
    """Write a definition table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


def group_line() -> dict[str, str]:
    """The one line of ``indicators.csv`` that every programme needs: who took part."""
    line = dict.fromkeys(INDICATORS, "")
    line |= {
        "name": "group",
        "indicator": "group",
        "time": "fixed",
        "stage_thesis": "input",
        "stage_dac": "input",
        "construct": "copy",
        "use": "group",
    }
    line |= {
        "inputs": f"{DECIDE}the_variable_that_says_who_took_part",
        ENGLISH: "Group",
        INDONESIAN: "Kelompok",
    }
    return line | {
        column: f"{DECIDE} who counts as a participant, and who is compared" for column in DEFINITIONS
    }


def held_against(draft: Draft, delivered: dict[Path, list[RawTable]]) -> pd.DataFrame:
    """Complete a form's draft by what its export shows: columns that the server adds, repeats side by side,
    and the type of what is computed.

    Returns
    -------
    How the export differs from the form, one line a difference.
    """
    lines = []
    put_beside(draft, [sheet for sheets in delivered.values() for sheet in sheets])
    codebook, tables = codebook_of(draft), draft.tables
    for path, sheet in [(path, sheet) for path, sheets in delivered.items() for sheet in sheets]:
        table = best_table(sheet, codebook, tables)
        if table is None:
            lines.append(
                (path.name, "left out", "", "", f"the sheet '{sheet.name}' has no question of the form")
            )
            continue
        found = compare(sheet, codebook, RawFile(file=path.name, table=table))
        settle_types(
            draft, table, {name: found.sheet.frame[column] for column, name in found.mapping.items()}
        )
        taken = {line["name"] for line in draft.table(table)}
        draft.variables += [
            line
            for line in system_lines(sheet, table, taken)
            if not any(line["source"] == other["source"] for other in draft.table(table))
        ]
    complete = codebook_of(draft)
    feeding = {
        (path, table): [sheet for sheet in sheets if best_table(sheet, complete, tables) == table]
        for path, sheets in delivered.items()
        for table in tables
    }
    return pd.concat(
        [
            table_of(lines),
            *[differ(path, complete, table, sheets=sheets) for (path, table), sheets in feeding.items()],
        ],
        ignore_index=True,
    )


def put_beside(draft: Draft, sheets: list[RawTable]) -> None:
    """Make variables of the main table of a repeat group that the export writes side by side: ``age_1,
    age_2``, a column each time.
    """
    main, *repeats = draft.tables
    codebook, columns = (
        codebook_of(draft),
        {column.rpartition("/")[2]: column for sheet in sheets for column in sheet.columns},
    )
    fed = {best_table(sheet, codebook, draft.tables) for sheet in sheets}
    for table in [name for name in repeats if name not in fed]:
        taken = {line["name"] for line in draft.table(main)}
        times = {
            line["name"]: sorted(
                int(n)
                for n in (
                    column[len(line["source"]) + 1 :]
                    for column in columns
                    if column.startswith(f"{line['source']}_")
                )
                if n.isdigit()
            )
            for line in draft.table(table)
        }
        if not any(times.values()):
            continue
        new = [one_time(line, main, n, taken) for line in draft.table(table) for n in times[line["name"]]]
        draft.variables = [line for line in draft.variables if line["table"] != table] + new
        draft.decide = [line for line in draft.decide if not line.startswith(f"table '{table}':")]
        draft.decide.append(
            f"group '{table}': the export has a column for each time it was answered; they became {len(new)}"
            f" variables of '{main}'"
        )


def one_time(line: dict[str, str], table: str, n: int, taken: set[str]) -> dict[str, str]:
    """The line of a repeated question for one of its times; rules about other repeated questions are not
    taken over.
    """
    source = f"{line['source']}_{n}"
    rules = {column: "" if "${" in line[column] else line[column] for column in ("relevant", "constraint")}
    labels = {column: f"{line[column]} ({n})" for column in (ENGLISH, INDONESIAN)}
    return (
        line
        | rules
        | labels
        | {
            "table": table,
            "name": tidy_name(source, taken, most=LONGEST_NAME),
            "source": source,
            "required": "no",
        }
    )


def codebook_of(draft: Draft) -> Codebook:
    """The draft as a codebook."""
    return Codebook(
        tuple(Variable.model_validate(line) for line in draft.variables),
        tuple(Choice.model_validate(line) for line in draft.choices),
    )


def settle_types(draft: Draft, table: str, columns: dict[str, pd.Series]) -> None:
    """Guess the type of what a form computes from what was computed; telephone numbers are kept apart
    whatever asks for them.
    """
    for line in draft.table(table):
        texts = (
            columns[line["name"]].astype("str").str.strip()
            if COMPUTED in line["note"] and line["name"] in columns
            else pd.Series(dtype="str")
        )
        texts = texts[texts != ""]
        if len(texts) and texts.str.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?").all():
            line["type"] = "decimal"  # a formula that gave whole numbers so far may give others
        elif len(texts):
            kind = guessed_kind(texts)
            line["type"] = kind if kind in ("date", "dateTime") else "text"
        if (
            not line["role"]
            and line["name"] in columns
            and are_telephones(list(columns[line["name"]].astype("str").unique()))
        ):
            line |= {
                "type": "text",
                "role": "identifier",
                "note": f"{line['note'] or DECIDE}; {PERHAPS_IDENTIFIER}",
            }


def key_marks(draft: Draft, sheets: list[RawTable]) -> dict[str, str]:
    """What to decide about the key of each table, with the variables that are filled and different in every
    row of the data.
    """
    marks, bare = {}, [strip_groups(sheet) for sheet in sheets]
    for table in dict.fromkeys(line["table"] for line in draft.variables):
        lines = [
            line
            for line in draft.table(table)
            if line["type"] in ("text", "integer") and line["role"] != "identifier"
        ]
        sources = {source: line["name"] for line in lines for source in line["source"].split("|")}
        names = [
            sources[column]
            for sheet in bare
            for column in sheet.columns
            if column in sources and unique(sheet.frame[column])
        ]
        texts = {
            line["name"] for line in lines if line["type"] == "text"
        }  # names are made of letters sooner than amounts are
        found = ", ".join(sorted(dict.fromkeys(names), key=lambda name: name not in texts)[:MOST_KEYS])
        marks[table] = "the variables that name a person or unit once, so that resubmissions are found" + (
            f"; different in every row: {found}" if found else ""
        )
        pair = next(filter(None, (key_of_events(sheet, draft.table(table)) for sheet in bare)), "")
        marks[table] += f"; together different in every row: {pair}" if pair else ""
    return marks


def key_of_events(sheet: RawTable, lines: list[dict[str, str]]) -> str:
    """The key of an export of REDCap in which people stand once an event; "" where they do not."""
    known = {source: line["name"] for line in lines for source in line["source"].split("|")}
    pair = [column for column in (sheet.columns[0], EVENT) if column in known and column in sheet.columns]
    if len(pair) < 2 or unique(sheet.frame[pair[0]]):
        return ""
    return (
        f"[{', '.join(known[column] for column in pair)}]"
        if unique(sheet.frame[pair[0]].str.strip() + "\t" + sheet.frame[pair[1]].str.strip())
        else ""
    )


def unique(values: pd.Series) -> bool:
    """Whether a column is filled and different in every row."""
    texts = values.astype("str").str.strip()
    return bool(len(texts) > 1 and (texts != "").all() and texts.is_unique)


def number_checks(draft: Draft) -> list[dict[str, object]]:
    """A check for amounts far from all others, one a table, over all its numbers."""
    numbers: dict[str, list[str]] = {}
    for line in draft.variables:
        if line["type"] in ("integer", "decimal") and not line.get("role"):
            numbers.setdefault(line["table"], []).append(line["name"])
    return [
        {"id": f"far_{table}", "table": table, "kind": "outlier", "variables": names}
        for table, names in numbers.items()
    ]


def programme_text(name: str, draft: Draft, keys: dict[str, str]) -> str:
    """The text of a drafted ``programme.yml``, with a comment at everything that must be decided."""
    decide = both(draft.title or name)
    values: dict[str, object] = {
        "programme": name,
        "title": decide,
        "summary": decide,
        "partners": [],
        "sources": [],
        "tables": {table: {"label": {"en": table, "id": table}, "key": f"row {table}"} for table in keys},
        "units": {},
        "design": {
            "unit": "person",
            "group": "group",
            "participants": ["1"],
            "comparison": [],
            "times": {"now": decide},
        },
        "checks": number_checks(draft),
        "claims": [],
    }
    head = [
        f"# Drafted. {DECIDE} everything that is marked so, then run: manfaat check COHORT",
        *[f"# - {line}" for line in dict.fromkeys([*draft.decide, REPORTED])],
    ]
    tail = (
        "# No 'specifications' are declared: the ladder of estimates and which of them speaks are chosen by"
        " the design above.\n"
    )
    text = dump(values).replace("  participants:\n  - '1'\n", "  participants: ['1']\n")
    before, design, after = text.partition("\ndesign:\n")
    for table, what in keys.items():
        before = before.replace(f"    key: row {table}\n", f"    key: [row]  # {DECIDE} {what}\n")
    return "\n".join(head) + "\n" + before + design + marked(after, MARKS) + tail
