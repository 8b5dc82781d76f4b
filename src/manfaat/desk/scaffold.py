"""Begin a programme: draft its definition files from its form, its data or both, and say what a person must
decide.

What is drafted is marked; nothing that exists is written over, and what fails leaves nothing behind.
"""

from __future__ import annotations

import csv
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from manfaat.base.problems import Problem, need, refuse
from manfaat.definitions.charter import CHARTER
from manfaat.definitions.codebook import Choice, Codebook, Variable
from manfaat.definitions.raw_files import RawFile
from manfaat.definitions.study import DECIDE
from manfaat.desk.deliveries import NAME, best_table, compare, differ, read_sheets, table_of
from manfaat.desk.drafts import (
    ENGLISH,
    INDONESIAN,
    PERHAPS_IDENTIFIER,
    Draft,
    draft_from_data,
    guessed_kind,
    system_lines,
)
from manfaat.desk.forms import COMPUTED, read_form
from manfaat.desk.naming import LONGEST_IN_CODEBOOK, tidy_name
from manfaat.desk.proposals import proposed
from manfaat.desk.study_draft import (
    INDICATORS,
    StudyDraft,
    columns_of,
    indicator_lines,
    programme_text,
    told,
    unit_of,
)
from manfaat.files.formats import RawTable, strip_groups
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
REPORTED = (
    "indicators.csv: a line for each number that is reported; claims below: what is held to be true of them"
)
Ask = Callable[[StudyDraft], StudyDraft]  # lets a person put right what is supposed


def new_programme(
    name: str,
    root: Path,
    *,
    form: Path | None,
    data: Path | Sequence[Path] | None,
    ask: Ask | None = None,
) -> tuple[Path, StudyDraft, pd.DataFrame]:
    """Write the definition files of a new programme from a form, its data (one file, or several of one
    export), or both.

    Parameters
    ----------
    ask : puts right what is supposed of the study before anything is written; nothing is where it is left
    out.

    Returns
    -------
    The folder, what was drafted, and where a form is held against data how the two differ (``file, what,
    column, variable, note``).

    Raises
    ------
    ProblemsError if the programme exists, nothing is given to draft from, or a file cannot be read.
    """
    folder = root / "programmes" / name
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
    study, differences = drafted(form=form, data=data)
    study = ask(study) if ask else study
    write_programme(folder, name, study)
    return folder, study, differences


def drafted(*, form: Path | None, data: Path | Sequence[Path] | None) -> tuple[StudyDraft, pd.DataFrame]:
    """What a form, its data or both let one suppose, without writing anything; and how the two differ."""
    files = [data] if isinstance(data, Path) else list(data or [])
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
        need(
            sheets,
            Problem(
                files[0].name,
                "the file holds no rows of answers",
                expected="a header row and at least one row of answers",
            ),
        )
        draft = draft_from_data(sheets)
    return supposed(draft, sheets), differences


def marks_below(folder: Path) -> int:
    """How many marks a person must decide stand in the files of a folder, beside those of comment lines."""
    return sum(
        line.count(DECIDE.strip())
        for path in folder.iterdir()
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )


def then(programme: str, data: Sequence[Path]) -> str:
    """What to do with a drafted programme."""
    files = " ".join(f"--data {shlex.quote(str(path))}" for path in data or [Path("FILE")])
    return f"look at these files, then: manfaat new-cohort NAME --programme {programme} {files}"


def supposed(draft: Draft, sheets: list[RawTable]) -> StudyDraft:
    """What the delivered sheets let one suppose about each table of a draft; amounts get their unit."""
    bare = [strip_groups(sheet) for sheet in sheets]
    columns = {table: columns_of(draft, table, bare) for table in draft.tables}
    for table, found in columns.items():
        money = {column.name: unit_of(column) for column in found if column.kind == "money"}
        for line in draft.table(table):
            line["unit"] = line["unit"] or money.get(line["name"], "")
    return StudyDraft(draft, columns, {table: proposed(found) for table, found in columns.items()})


def write_programme(folder: Path, name: str, study: StudyDraft) -> None:
    """Write the files under another name first, so that a failure leaves no half of them."""
    begun = folder.with_name(f".{name}.begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    lines = indicator_lines(study)
    try:
        write_lines(begun / "codebook.csv", CODEBOOK, study.draft.variables)
        write_lines(begun / "choices.csv", CHOICES, study.draft.choices)
        write_lines(begun / "indicators.csv", INDICATORS, lines)
        write_lines(begun / "corrections.csv", CORRECTIONS, [])
        text = programme_text(name, study, lines, [*told(study), REPORTED])
        (begun / "programme.yml").write_text(text, encoding="utf-8")
        shutil.copyfile(Path(__file__).with_name(CHARTER), begun / CHARTER)  # comments, to be taken away
        begun.rename(folder)
    finally:
        shutil.rmtree(begun, ignore_errors=True)


def write_lines(path: Path, columns: list[str], lines: list[dict[str, str]]) -> None:
    """Write a definition table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


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
            "name": tidy_name(source, taken, most=LONGEST_IN_CODEBOOK),
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
                "note": "; ".join(filter(None, [line["note"], PERHAPS_IDENTIFIER])),
            }
