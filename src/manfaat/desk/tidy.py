"""Rewrite the definition files of a programme in their short forms, after proving that they mean the same."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manfaat.base.problems import Problem, refuse
from manfaat.base.writing import written_whole
from manfaat.definitions.codebook import Codebook, grid_of, load_codebook
from manfaat.definitions.grids import LIKE, Grid
from manfaat.definitions.indicator import Indicator
from manfaat.definitions.missing import parts_of, spelt_out
from manfaat.definitions.programme import Programme, load_programme
from manfaat.definitions.records import Words, numbered_lines, shown
from manfaat.desk.definition_edits import as_line, records
from manfaat.desk.tidy_programme import method_words, shorter_programme
from manfaat.desk.tidy_sections import Cells, by_own_cells, gathered, sectioned, unsectioned
from manfaat.desk.tidy_tables import (
    by_profile,
    folded_codebook,
    folded_indicators,
    likened,
    profiles_of,
)
from manfaat.evaluation.chooser import with_usual_errors
from manfaat.evaluation.specifications import check_methods
from manfaat.indicators import checking

SHORT_FORMS: dict[str, Any] = {  # what loading alone looks at
    "covariate_sets": True,
    "batteries": True,
    "missing": True,
    "words": True,
    "tables": {"__all__": {"dates"}},
}
Loaded = tuple[dict[str, object], Codebook, list[Indicator]]
NOTED = "|{note}"  # the source of a question that the delivery calls by its number, which is noted
FEWEST_LIKE = 4  # rows like others that are worth a column


@dataclass(frozen=True)
class Tidied:
    """One file: its text as it is and in its short form."""

    path: Path
    before: str
    after: str

    def changes(self) -> list[str]:
        """The lines that go and those that come, as a comparison of the two texts writes them."""
        before, after, name = self.before.splitlines(), self.after.splitlines(), self.path.name
        return list(difflib.unified_diff(before, after, name, name, lineterm="", n=0))


def load_all(folder: Path, root: Path) -> tuple[Programme, Codebook, list[Indicator]]:
    """The definitions of a programme, each specification with what it is called.

    Raises
    ------
    ProblemsError with everything that is wrong with them.
    """
    programme, problems = load_programme(folder, root=root)
    refuse(problems if programme is None else [])
    assert programme is not None
    codebook, wrong = load_codebook(folder, programme, root=root)
    indicators, more = checking.load_indicators(folder, programme, codebook, root=root)
    unfit = check_methods(programme, indicators, shown(folder / "programme.yml", root))
    refuse([*problems, *wrong, *more, *unfit])
    named = [
        spec.model_copy(update={"label": spec.label or Words(method_words(spec.method))})
        for spec in with_usual_errors(programme.specifications)
    ]
    programme = programme.model_copy(update={"specifications": named})
    return programme, codebook, indicators


def tidied(folder: Path, *, root: Path) -> list[Tidied]:
    """Return the files of a programme that can be written shorter, nothing written.

    Raises
    ------
    ProblemsError where the definitions cannot be loaded, or would not mean the same afterwards.
    """
    programme, codebook, indicators = load_all(folder, root)
    texts = {
        name: (folder / name).read_text(encoding="utf-8-sig")
        for name in ("codebook.csv", "indicators.csv", "programme.yml")
    }
    missing, book = shorter_codebook(rows_of(texts["codebook.csv"]), programme)
    new = {
        "codebook.csv": as_text(texts["codebook.csv"], book),
        "indicators.csv": as_text(
            texts["indicators.csv"],
            shorter_indicators(rows_of(texts["indicators.csv"]), checking.grid_of(programme)),
        ),
        "programme.yml": shorter_programme(texts["programme.yml"], missing),
    }
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "programmes" / folder.name
        shutil.copytree(folder, copy)
        for name, text in new.items():
            (copy / name).write_text(text, encoding="utf-8")
        now = load_all(copy, Path(scratch))
    if meaning(*now) != meaning(programme, codebook, indicators):
        told = "the short form would not mean the same, so nothing is written"
        refuse([Problem(shown(folder, root), told, expected="please report it with these files")])
    return [Tidied(folder / name, texts[name], text) for name, text in new.items() if text != texts[name]]


def meaning(programme: Programme, codebook: Codebook, indicators: list[Indicator]) -> Loaded:
    """What the definitions say, without the short forms in which they say it."""
    return programme.model_dump(exclude=SHORT_FORMS), codebook, indicators


def write(files: list[Tidied]) -> None:
    """Write the short forms."""
    for file in files:
        with written_whole(file.path) as path:
            path.write_bytes(file.after.encode("utf-8"))


def rows_of(text: str) -> list[Cells]:
    """The rows of a definition table."""
    return [{str(name): str(cell).strip() for name, cell in line.items()} for _, line in numbered_lines(text)]


def shorter_codebook(rows: list[Cells], programme: Programme) -> tuple[dict[str, str], list[Cells]]:
    """Profiles of missing codes, and the rows of the codebook in their short form."""
    counted = Counter(
        text
        for row in rows
        if (text := row.get("missing", "")) and not set(parts_of(text)) & set(programme.missing)
    )
    profiles = profiles_of(counted, spelt_out(programme.missing))
    short, grid = list[Cells](), grid_of(programme)
    for row in unsectioned(rows):
        cells = row | {"missing": by_profile(row.get("missing", ""), profiles)}
        if len(programme.tables) > 1 and cells.get("table") == programme.main_table and not cells.get(LIKE):
            cells["table"] = ""
        source, name = cells.get("source", ""), cells["name"]
        if (source == name or source.startswith(f"{name}|")) and not cells.get(LIKE):
            cells["source"] = source.removeprefix(name)
        if cells.get("note") and cells.get("source") == f"|{cells['note']}":
            cells["source"] = NOTED
        short.append({"table": "", LIKE: "", "rater": "", "repeat": ""} | cells)
    folded = gathered(sectioned(alike_where_worth(folded_codebook(short, grid), grid)))
    bases = {base for row in folded for base in row[LIKE].split()}
    for row in folded:
        if row.get("source") == NOTED and row["note"] and row["name"] not in bases:
            row["source"] = f"|{row['note']}"
    used = {part for row in folded for part in parts_of(row["missing"])}
    return {name: text for name, text in profiles.items() if name in used}, folded


def shorter_indicators(rows: list[Cells], grid: Grid) -> list[Cells]:
    """The rows of the indicators in their short form."""
    bare = []
    for row in unsectioned(rows):
        cells = {LIKE: "", "indicator": "", "rater": "", "stage_dac": ""} | row
        if not cells[LIKE]:
            cells["indicator"] = "" if cells["indicator"] == cells["name"] else cells["indicator"]
            cells["stage_dac"] = "" if cells["stage_dac"] == cells["stage_thesis"] else cells["stage_dac"]
        bare.append(cells)
    folded = folded_indicators(bare, grid)
    return gathered(sectioned(by_own_cells(alike_where_worth(folded, grid), grid)))


def alike_where_worth(rows: list[Cells], grid: Grid) -> list[Cells]:
    """Rows like others where there are enough of them for a column that says so."""
    liked = likened(rows, grid)
    return liked if sum(bool(row[LIKE]) for row in liked) >= FEWEST_LIKE else rows


def as_text(before: str, rows: list[Cells]) -> str:
    """The rows as a table; lines that stay are left as they were written, and so are columns without a
    cell.
    """
    head = before.split("\n", 1)[0]
    sign, end = max(",;\t", key=head.count), "\r\n" if "\r\n" in before else "\n"
    known = records(before, sign)
    columns = list(known[0][1])
    new = (
        [name for name in rows[0] if name not in columns and any(row.get(name) for row in rows)]
        if rows
        else []
    )
    at = columns.index("name") + 1
    columns[at:at] = new
    written = (
        {tuple(cell.strip() for cell in cells): raw for raw, cells in known[1:]}
        if columns == known[0][1]
        else {}
    )
    lines = [[row.get(name, "") for name in columns] for row in rows]
    first = known[0][0] if columns == known[0][1] else as_line(columns, sign, end)
    return first + "".join(written.get(tuple(line)) or as_line(line, sign, end) for line in lines)
