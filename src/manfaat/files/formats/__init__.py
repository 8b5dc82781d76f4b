"""Any delivered file → raw tables of text as it stood in the file, with a plain log of what was detected or
left out.

Nothing is interpreted: no dates, no numbers, no missing codes. ``read_any`` reads delimited text, XLSX, XLS,
ODS, SPSS and Stata files; the other functions reshape raw tables without changing an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from manfaat.files.formats.characters import repair_mojibake
from manfaat.files.formats.delimited import read_delimited
from manfaat.files.formats.headers import HeaderMatch, match_headers
from manfaat.files.formats.kobo import link_repeats, strip_groups
from manfaat.files.formats.multiple import (
    Block,
    Folded,
    code_of,
    declared_block,
    find_multiple,
    find_unnamed_blocks,
    fold_multiple,
)
from manfaat.files.formats.others import with_other
from manfaat.files.formats.safety import check_file, plain_problems
from manfaat.files.formats.sniffing import sniff
from manfaat.files.formats.statistical import read_statistical
from manfaat.files.formats.tables import Detected, FormatOptions, RawTable, check_options, log_table
from manfaat.files.formats.unions import unite
from manfaat.files.formats.workbooks import read_workbook

__all__ = [
    "Block",
    "Detected",
    "Folded",
    "FormatOptions",
    "HeaderMatch",
    "RawTable",
    "code_of",
    "declared_block",
    "find_multiple",
    "find_unnamed_blocks",
    "fold_multiple",
    "link_repeats",
    "log_table",
    "match_headers",
    "read_any",
    "repair_mojibake",
    "strip_groups",
    "unite",
    "with_other",
]


def read_any(
    path: Path | str, options: FormatOptions | None = None, *, name: str | None = None
) -> list[RawTable]:
    """Read one delivered file, whatever its kind; the kind is told by the content, not by the name.

    Parameters
    ----------
    path : the file.
    options : what the user states; everything else is detected and said in each table's ``log``.
    name : how messages and tables name the file; its own name without folders by default.

    Returns
    -------
    One ``RawTable`` a sheet; a text, SPSS or Stata file gives one. A table may have no rows, which its log
    then doubts.

    Raises
    ------
    ProblemsError, and no other exception, if the file cannot be read: missing, empty, damaged, protected, too
    large, ragged, or of a kind that holds no table. Its message says what to do.
    """
    path, options = Path(path), options or FormatOptions()
    file = name or path.name
    check_options(options, file=file)
    with plain_problems(file):
        check_file(path, options, file=file)
        kind, log = sniff(path, file=file)
        return reader(kind)(path, options, file, log)


def reader(kind: str) -> Callable[[Path, FormatOptions, str, list[Detected]], list[RawTable]]:
    """Return the function that reads one kind of file."""
    if kind == "delimited text":
        return lambda path, options, file, log: read_delimited(path, options, file=file, log=log)
    if kind in ("sav", "por", "dta"):
        return lambda path, options, file, log: read_statistical(path, kind, options, file=file, log=log)
    return lambda path, options, file, log: read_workbook(path, kind, options, file=file, log=log)
