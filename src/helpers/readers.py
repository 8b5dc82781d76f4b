"""Any delivered file → one data frame of raw text, with the file and the row every value came from.

Nothing is interpreted here: an answer leaves this module exactly as it stood in the file.
"""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path

import pandas as pd

from helpers.codebook import Codebook, Variable
from helpers.definitions import shown
from helpers.problems import Problem, nearest, refuse
from helpers.programme import Cohort, RawFile

FILE, ROW = "_file", "_row"


def read_checksums(folder: Path) -> dict[str, str]:
    """Return file name → SHA-256 as sealed in ``SHA256SUMS``; empty when there is none."""
    path = folder / "SHA256SUMS"
    if not path.is_file():
        return {}
    pairs = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {name.lstrip("*").strip(): digest for digest, name in pairs}


def check_files(folder: Path, cohort: Cohort, *, root: Path) -> list[Problem]:
    """Say which files are missing, empty, unsealed or not the ones that were sealed."""
    sums, problems = read_checksums(folder), []
    if not sums:
        problems.append(Problem(shown(folder / "SHA256SUMS", root), "the file is missing", expected="one line 'checksum  file' per delivered file"))
    for item in cohort.files:
        path = folder / item.file
        name = shown(path, root)
        if not path.is_file():
            problems.append(Problem(name, "the file is missing", expected="the file that cohort.yml names, in the cohort's folder"))
        elif path.stat().st_size == 0:
            problems.append(Problem(name, "the file is empty", expected="a header row and at least one row of answers"))
        elif sums and item.file not in sums:
            problems.append(Problem(name, "the file is not sealed", expected="a line for it in SHA256SUMS"))
        elif sums and hashlib.sha256(path.read_bytes()).hexdigest() != sums[item.file]:
            problems.append(
                Problem(name, "the file has changed since it was sealed (checksum mismatch)", expected="the file as delivered, or a new line in SHA256SUMS")
            )
    return problems


def read_file(folder: Path, item: RawFile, *, root: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read one delivered file as text; row numbers count the header as row 1."""
    name = shown(folder / item.file, root)
    try:
        content = (folder / item.file).read_bytes().decode(item.encoding.replace("utf-8", "utf-8-sig"))
    except (UnicodeDecodeError, LookupError):
        return None, [Problem(name, f"the file is not text in the encoding '{item.encoding}'", expected="the right 'encoding' in cohort.yml")]
    if "\0" in content:
        return None, [Problem(name, "the file holds NUL bytes: it is not a CSV file", expected="a CSV file")]
    try:
        frame = pd.read_csv(StringIO(content), sep=item.separator, dtype=str, keep_default_na=False, na_filter=False, skip_blank_lines=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as failure:
        return None, [
            Problem(
                name,
                f"the file cannot be read as a table: {str(failure).splitlines()[0]}",
                expected=f"the same number of cells, separated by '{item.separator}', in every row",
            )
        ]
    if frame.empty:
        return None, [Problem(name, "the file holds a header but no rows", expected="at least one row of answers")]
    frame.insert(0, FILE, item.file)
    frame.insert(1, ROW, range(2, len(frame) + 2))
    return frame, []


def match_columns(frame: pd.DataFrame, variables: list[Variable], *, file: str) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Rename the delivered columns to variable names; return the table, the unused columns and the problems."""
    delivered = [column for column in frame.columns if column not in (FILE, ROW)]
    found, problems = {}, []
    for variable in variables:
        present = [source for source in variable.sources if source in delivered]
        if present:
            found[present[0]] = variable.name
        elif variable.required == "yes":
            near = [nearest(source, delivered) for source in variable.sources[:1]]
            problems.append(Problem(file, "the column is missing", column=" or ".join(variable.sources), expected=near[0]))
    unused = [column for column in delivered if column not in found]
    table = frame[[FILE, ROW, *found]].rename(columns=found)
    for variable in variables:
        if variable.name not in table:
            table[variable.name] = ""
    return table[[FILE, ROW, *[variable.name for variable in variables]]], unused, problems


def read_cohort(folder: Path, cohort: Cohort, codebook: Codebook, *, root: Path) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Read all files of a delivery.

    Returns
    -------
    The raw text of every table, one column a variable of the codebook plus ``_file`` and ``_row``; and one row a
    file: ``file, table, rows, columns, unused`` (columns that the codebook does not name, separated by spaces).

    Raises
    ------
    ProblemsError naming every missing, changed or unreadable file and every missing column.
    """
    refuse(check_files(folder, cohort, root=root))
    parts: dict[str, list[pd.DataFrame]] = {}
    log, problems = [], []
    for item in cohort.files:
        frame, wrong = read_file(folder, item, root=root)
        problems += wrong
        if frame is None:
            continue
        table, unused, wrong = match_columns(frame, codebook.table(item.table), file=shown(folder / item.file, root))
        problems += wrong
        parts.setdefault(item.table, []).append(table)
        log.append({"file": item.file, "table": item.table, "rows": len(table), "columns": frame.shape[1] - 2, "unused": " ".join(unused)})
    refuse(problems)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}, pd.DataFrame(log)
