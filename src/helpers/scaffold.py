"""Begin a programme or a cohort: draft its definition files, and say what a person must decide.

What is drafted is marked; nothing that exists is written over.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from helpers.codebook import Codebook, Variable
from helpers.formats import RawTable, match_headers, read_any
from helpers.forms import DECIDE, ENGLISH, INDONESIAN, Draft, read_form
from helpers.parsing import date_context, read_date
from helpers.paths import Places
from helpers.problems import Problem, nearest, refuse
from helpers.study import Study

MOST_ANSWERS = 12  # a column of more distinct texts than this is drafted as text, not as a question with answers
MOST = 0.9  # share of the distinct texts that tells what a column holds
SAMPLE = 500  # distinct texts that are looked at
AMOUNT = r"(?i)(rp\.?\s?)?\d{1,3}([.,]\d{3})+(,\d\d|,-)?|rp\.?\s?\d+(,-)?|(rp\.?\s?)?\d+([.,]\d+)?\s?(ribu|rb|juta|jt)"
CODEBOOK = ["table", "name", "type", "source", ENGLISH, INDONESIAN, "unit", "required", "relevant", "constraint", "missing", "role", "note"]
CHOICES = ["list_name", "name", ENGLISH, INDONESIAN, "aliases"]
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
    "definition::English (en)",
    "definition::Bahasa Indonesia (id)",
]


@dataclass(frozen=True)
class Difference:
    """How a delivery differs from a codebook: ``what`` (new, missing, renamed, new answers), ``column, variable, note``."""

    lines: pd.DataFrame


def tidy_name(column: str, taken: set[str]) -> str:
    """A variable's name from a column's: small letters, digits, underscores, at most 24, not used before."""
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in column.lower()).strip("_")
    base = ("_".join(part for part in letters.split("_") if part) or "column")[:24]
    base = base if base[0].isalpha() else f"v_{base}"[:24]
    name, number = base, 2
    while name in taken:
        name, number = f"{base[:21]}_{number}", number + 1
    taken.add(name)
    return name


def draft_from_data(tables: list[RawTable]) -> Draft:
    """Draft a codebook from delivered tables: a question with answers where few texts repeat, else a number, date or text."""
    draft = Draft()
    for sheet in tables:
        taken: set[str] = set()
        table = tidy_name(sheet.name or "people", set())
        for column in sheet.columns:
            texts = sheet.frame[column].astype("str").str.strip()
            draft.variables.append(drafted_line(column, texts[texts != ""], table, tidy_name(column, taken), draft))
    draft.decide += [
        "which columns are the key, the group, identifiers and sensitive answers (column 'role')",
        "labels in both languages",
        "units, missing codes and ranges",
    ]
    return draft


def guessed_kind(texts: pd.Series) -> str:
    """Guess what a column holds: ``integer, decimal, money, date, dateTime, select_one`` or ``text``.

    Dates and amounts as people write them are told from most of the texts, however few repeat; what looks like codes is a question.
    """
    distinct = pd.Series(texts.unique(), dtype="str")
    if distinct.empty:
        return "text"
    if distinct.str.fullmatch(AMOUNT).mean() >= MOST:
        return "money"
    written = distinct[~distinct.str.fullmatch(r"-?\d+([.,]\d+)?") & distinct.str.contains(r"\d") & (distinct.str.len() <= 40)].head(SAMPLE)
    if len(written) >= MOST * min(len(distinct), SAMPLE):
        context = date_context(texts.value_counts())
        found = [str(reading.value or reading.proposal) for reading in (read_date(text, context) for text in written)]
        days = [day for day in found if len(day) >= len("2004-03-12") and day[4] == "-"]
        if len(days) >= MOST * len(written):
            return "dateTime" if all("T" in day for day in days) else "date"
    if len(distinct) <= MOST_ANSWERS:
        return "select_one" if len(texts) >= 2 * len(distinct) else "text"
    whole, number = (distinct.str.fullmatch(pattern).all() for pattern in (r"-?\d{1,15}", r"-?\d+([.,]\d+)?"))
    return "integer" if whole else "decimal" if number else "text"


def drafted_line(column: str, texts: pd.Series, table: str, name: str, draft: Draft) -> dict[str, str]:
    """One line of the codebook, guessed from the column's texts and marked as a guess."""
    kind = guessed_kind(texts)
    if kind == "select_one":
        kind = f"select_one {name}"
        draft.choices += [
            {"list_name": name, "name": text, ENGLISH: f"{DECIDE} {text}", INDONESIAN: f"{DECIDE} {text}", "aliases": ""} for text in sorted(texts.unique())
        ]
    return {
        "table": table,
        "name": name,
        "type": kind,
        "source": column,
        ENGLISH: f"{DECIDE} {column}",
        INDONESIAN: f"{DECIDE} {column}",
        "unit": "",
        "required": "no",
        "relevant": "",
        "constraint": "",
        "missing": "",
        "role": "",
        "note": f"{DECIDE} type guessed from the data",
    }


def write_lines(path: Path, columns: list[str], lines: list[dict[str, str]]) -> None:
    """Write a definition table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)


def new_programme(name: str, root: Path, *, form: Path | None, data: Path | None) -> tuple[Path, Draft]:
    """Write the definition files of a new programme from a form, or from its data.

    Raises
    ------
    ProblemsError if the programme exists, nothing is given to draft from, or a file cannot be read.
    """
    folder = root / "programmes" / name
    refuse([Problem(f"programmes/{name}", "the programme exists already", expected="another name")] if folder.exists() else [])
    refuse([Problem("manfaat new", "nothing to draft from", expected="--form form.xlsx or --data export.csv")] if form is None and data is None else [])
    draft = read_form(form, table="participants") if form else draft_from_data(read_any(data))
    folder.mkdir(parents=True)
    write_lines(folder / "codebook.csv", CODEBOOK, draft.variables)
    write_lines(folder / "choices.csv", CHOICES, draft.choices)
    write_lines(folder / "indicators.csv", INDICATORS, [])
    write_lines(folder / "corrections.csv", ["cohort", "table", "key", "variable", "old", "new", "who", "when", "why"], [])
    (folder / "programme.yml").write_text(programme_text(name, draft), encoding="utf-8")
    return folder, draft


class PlainDumper(yaml.SafeDumper):
    """Writes a text that stands twice out twice: people edit these files."""

    def ignore_aliases(self, data: object) -> bool:
        """No anchors."""
        return True


def dump(values: dict[str, object]) -> str:
    """YAML as people write it."""
    return yaml.dump(values, Dumper=PlainDumper, allow_unicode=True, sort_keys=False, width=120)


def programme_text(name: str, draft: Draft) -> str:
    """The text of a drafted ``programme.yml``, with a comment at everything that must be decided."""
    decide = {"en": f"{DECIDE} {draft.title or name}", "id": f"{DECIDE} {draft.title or name}"}
    tables = dict.fromkeys(line["table"] for line in draft.variables)
    values = {
        "programme": name, "title": decide, "summary": decide, "partners": [], "sources": [],
        "tables": {table: {"label": {"en": table, "id": table}, "key": ["row"]} for table in tables}, "units": {},
        "design": {"unit": {"one": {"en": "person", "id": "orang"}, "many": {"en": "people", "id": "orang"}}, "group": "group", "participants": ["1"], "comparison": [], "times": {"now": decide}},
        "claims": [],
    }  # fmt: skip
    head = [f"# Drafted. {DECIDE} everything that is marked so, then run: manfaat check COHORT", *[f"# - {line}" for line in dict.fromkeys(draft.decide)]]
    tail = "# No 'specifications' are declared: the ladder of estimates and which of them speaks are chosen by the design above.\n"
    return "\n".join(head) + "\n" + dump(values) + tail


def new_cohort(name: str, like: Study, data: list[Path], place: Places) -> tuple[Path, pd.DataFrame]:
    """Write a new delivery's folder like another's: the files, their seals, ``cohort.yml``; and say how it differs from the codebook.

    Raises
    ------
    ProblemsError if the folder exists, a file is missing, or there are not as many files as the other cohort has.
    """
    folder = place.data / "raw" / name
    wanted = like.cohort.files
    problems = [Problem(f"data/raw/{name}", "the cohort exists already", expected="another name")] if folder.exists() else []
    problems += [Problem(path.name, "the file is missing") for path in data if not path.is_file()]
    if len(data) != len(wanted):
        problems.append(
            Problem(
                "manfaat new-cohort",
                f"{len(data)} files given, {len(wanted)} expected",
                expected=" and ".join(f"one for table '{item.table}' (like {item.file})" for item in wanted),
            )
        )
    refuse(problems)
    differences = pd.concat([differ(path, like.codebook, item.table) for path, item in zip(data, wanted, strict=True)], ignore_index=True)
    folder.mkdir(parents=True)
    values = yaml.safe_load((like.places.raw / "cohort.yml").read_text(encoding="utf-8"))
    values |= {
        "cohort": name,
        "label": {"en": f"{DECIDE} {name}", "id": f"{DECIDE} {name}"},
        "flow": [],
        "origin": f"{DECIDE} who delivered it, when",
        "licence": f"{DECIDE} on what terms",
    }
    values["files"] = [item | {"file": path.name} for item, path in zip(values["files"], data, strict=True)]
    (folder / "cohort.yml").write_text(
        f"# Drafted like {like.cohort.cohort}. {DECIDE} what is marked, and whether everything else holds for this delivery too.\n" + dump(values),
        encoding="utf-8",
    )
    for path in data:
        shutil.copyfile(path, folder / path.name)
    seals = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in data]
    (folder / "SHA256SUMS").write_text("\n".join(seals) + "\n", encoding="utf-8")
    return folder, differences


def differ(path: Path, codebook: Codebook, table: str) -> pd.DataFrame:
    """Compare a file with a table of the codebook: columns that are new, missing or renamed, and answers that are new.

    Returns
    -------
    ``file, what, column, variable, note``, one line a difference.
    """
    variables, lines = codebook.table(table), []
    for sheet in read_any(path):
        columns, known = list(sheet.columns), {source: v for v in variables for source in (*v.sources, v.name)}
        direct = {column: known[column] for column in columns if column in known}
        missing = [v for v in variables if v not in direct.values()]
        found = match_headers([c for c in columns if c not in direct], missing) if missing else None
        matched = found.mapping if found else {}
        lines += [("renamed", column, name, "read by its text; say so under 'columns' or in the codebook's 'source'") for column, name in matched.items()]
        lines += [
            ("new", column, "", near_note(column, missing))
            for column in columns
            if column not in direct and column not in matched and not column.startswith("_")
        ]
        lines += [("missing", "", v.name, "required" if v.required == "yes" else "not required") for v in missing if v.name not in matched.values()]
        lines += [("new answers", column, v.name, note) for column, v in direct.items() if (note := new_answers(sheet.frame[column], v, codebook))]
    return pd.DataFrame([(path.name, *line) for line in lines], columns=["file", "what", "column", "variable", "note"])


def near_note(column: str, missing: list[Variable]) -> str:
    """Suggest which missing variable a new column may be."""
    text = nearest(column.lower(), [v.name for v in missing]) if missing else ""
    return f"perhaps renamed: {text}" if text.startswith("did") else "not in the codebook"


def new_answers(column: pd.Series, variable: Variable, codebook: Codebook) -> str:
    """Name the texts of a column that are no answer of its question; at most eight."""
    from helpers.cleaning.cells import answers_of
    from helpers.parsing import read_choice, read_multiple

    if not variable.list_name:
        return ""
    answers = answers_of(variable, codebook, {})
    read = read_multiple if variable.kind == "select_multiple" else read_choice
    odd = [text for text in column.astype("str").unique() if text.strip() and read(text, answers).needs_person]
    return ", ".join(f"'{text[:40]}'" for text in odd[:8]) + (f" and {len(odd) - 8} more" if len(odd) > 8 else "")
