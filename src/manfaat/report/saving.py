"""An answer's tables and figures as files of an analyst's own: below the cohort's scratch folder, never among
the reports.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from manfaat.base.disclosure import cells_as_texts, check_exhibit
from manfaat.base.problems import Problem, ProblemsError, nearest
from manfaat.report.blocks import Table
from manfaat.report.chapter import Chapter
from manfaat.report.exhibit import Exhibit, block_of
from manfaat.report.latex import latex_table

ENDINGS = (".csv", ".svg", ".tex", ".xlsx")
WIDEST = 60  # letters of a column in a workbook


def save(chapter: Chapter, exhibits: list[Exhibit], file: str) -> Path:
    """Write tables as a workbook, LaTeX or CSV, or a figure as SVG, by the ending of the file's name.

    Numbers are those shown, not rounded; what rests on few people is hidden as on the screen.

    Returns
    -------
    Where it lies, from the project's folder.

    Raises
    ------
    ProblemsError for a name with a folder in it, an unknown ending, and where there is nothing of that kind.
    """
    place, ending = f"save('{file}')", Path(file).suffix.lower()
    if Path(file).name != file or file.startswith("."):
        raise ProblemsError([Problem(place, "it is no plain name of a file", expected="such as pay.xlsx")])
    if ending not in ENDINGS:
        expected = nearest(ending, ENDINGS) if ending else "an ending: " + ", ".join(ENDINGS)
        raise ProblemsError([Problem(place, f"no file of the kind '{ending}' is written", expected=expected)])
    fitting = [one for one in exhibits if one.is_figure == (ending == ".svg")]
    if not fitting:
        kind, other = ("figure", ".xlsx") if ending == ".svg" else ("table", ".svg")
        told = f"there is no {kind} among what it shows"
        raise ProblemsError([Problem(place, told, expected=f"an ending such as {other}")])
    places = chapter.study.places
    places.make_private()
    folder = places.scratch / "saved"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file
    if ending == ".xlsx":
        cells_as_texts(workbook_of(fitting)).save(target)
    elif ending == ".svg":
        target.write_bytes(fitting[0].svg or b"")
    elif ending == ".csv":
        check_exhibit(fitting[0].data).to_csv(target, index=False)
    else:
        target.write_text(latex_of(chapter, fitting), encoding="utf-8")
    return target.relative_to(places.root) if target.is_relative_to(places.root) else target


def latex_of(chapter: Chapter, exhibits: list[Exhibit]) -> str:
    """The tables with booktabs rules, one after the other."""
    blocks = [block_of(one, "Table", one.id) for one in exhibits]
    return "\n".join(latex_table(one, one.name, chapter.reader) for one in blocks if isinstance(one, Table))


def workbook_of(exhibits: list[Exhibit]) -> Workbook:
    """One sheet a table: its title, its numbers as numbers, its note."""
    book = Workbook()
    book.remove(book.active)
    for place, one in enumerate(exhibits, start=1):
        sheet = book.create_sheet(f"{place} {one.id}"[:31])
        data = check_exhibit(one.data)
        sheet.append([one.title])
        sheet.append([str(name) for name in data.columns])
        for row in data.astype("object").where(data.notna(), None).itertuples(index=False):
            sheet.append([value.item() if hasattr(value, "item") else value for value in row])
        sheet.append([])
        sheet.append([one.caption])
        for cell in (*sheet[1], *sheet[2]):
            cell.font = Font(bold=True)
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=False)
        for column, name in zip(sheet.iter_cols(min_row=2), data.columns, strict=False):
            longest = max([len(str(name)), *(len(str(cell.value)) for cell in column[1:-1] if cell.value)])
            sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, WIDEST)
    return book
