"""What may be shown: no number that rests on so few people that one of them could be recognised.

One rule for every table, figure, description and file:

- a count of people is shown when it is none, or ``SMALLEST_CELL`` and more (``is_few``);
- a share is shown when the people it holds for, and those it does not hold for, are each none or that many
  (``share_of_few``);
- counts that add up to a total that is known are shown so that none of the hidden ones follows from the
  others (``without_few``);
- how many lack a value is hidden beside a number of answers that is hidden, or they would follow from the
  size of the group (``hide_small``).

How many answered stands beside every number, so from that many on it is shown: no mean can be judged without
it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from openpyxl import Workbook

SMALLEST_CELL = 5
FORMULA = re.compile(r"[=+\-@\t\r](?![\d.,]+$)")  # how a formula begins; a negative number is none
IDENTIFYING_COLUMNS = ("_key", "_row", "_file", "key")


@overload
def is_few(counts: pd.Series, *, smallest: int = ...) -> pd.Series[bool]: ...
@overload
def is_few(counts: np.ndarray, *, smallest: int = ...) -> npt.NDArray[np.bool_]: ...
@overload
def is_few(counts: float, *, smallest: int = ...) -> bool: ...
def is_few(
    counts: pd.Series | np.ndarray | float, *, smallest: int = SMALLEST_CELL
) -> pd.Series | np.ndarray | bool:
    """Whether counts are of at least one person and of fewer than ``smallest``; counts worked out from shares
    may be a little off a whole number.
    """
    return (counts > 0.5) & (counts < smallest - 0.5)


@overload
def share_of_few(share: pd.Series, n: pd.Series | float, *, smallest: int = ...) -> pd.Series[bool]: ...
@overload
def share_of_few(share: float, n: float, *, smallest: int = ...) -> bool: ...
def share_of_few(
    share: pd.Series | float, n: pd.Series | float, *, smallest: int = SMALLEST_CELL
) -> pd.Series | bool:
    """Whether a share of ``n`` people rests on few: those it holds for, those it does not hold for, or all of
    them.
    """
    holds = share * n
    return (
        is_few(holds, smallest=smallest) | is_few(n - holds, smallest=smallest) | is_few(n, smallest=smallest)
    )


def hide_small(
    table: pd.DataFrame,
    counts: str,
    columns: list[str],
    *,
    rests_on_few: pd.Series | None = None,
    missing: str | None = None,
    smallest: int = SMALLEST_CELL,
) -> pd.DataFrame:
    """Blank what rests on few.

    Parameters
    ----------
    counts : column with the number of people behind a row; blanked itself where it is small.
    columns : statistics of the row, blanked where ``counts`` is small, or where ``rests_on_few`` says so (see
    ``share_of_few``).
    missing : column with the number of people without an answer, blanked where it is small, or where
    ``counts`` is.
    """
    small = is_few(table[counts], smallest=smallest)
    hidden = table.copy()
    hidden[counts] = hidden[counts].astype("float64").mask(small)
    for column in columns:
        hidden[column] = (
            hidden[column].astype("float64").mask(small if rests_on_few is None else small | rests_on_few)
        )
    if missing:
        hidden[missing] = blanked(hidden[missing], small | is_few(table[missing], smallest=smallest))
    return hidden


def blanked(counts: pd.Series, hidden: pd.Series) -> pd.Series:
    """Counts without those that are hidden; whole numbers where none is."""
    return counts.astype("float64").mask(hidden) if hidden.any() else counts


def without_few(
    counts: np.ndarray, *, smallest: int = SMALLEST_CELL, hidden: np.ndarray | None = None
) -> np.ndarray:
    """Blank the counts of a distribution whose total is known that are above 0 and below ``smallest``, those
    that are ``hidden`` already, and as many more as it takes.

    What is blanked adds up to the total less what is shown. The next smallest count is blanked too while that
    sum could only come about in one way: below ``smallest``, or by as many hidden counts of one, or of the
    most that is small.
    """
    counts = np.asarray(counts, dtype="float64")
    hidden = is_few(counts, smallest=smallest) | (False if hidden is None else hidden)
    while hidden.any() and not hidden.all() and follows(counts[hidden], smallest):
        rest = np.where(counts > 0, counts, counts.max() + 1)  # an empty cell comes last
        hidden[np.where(hidden, np.inf, rest).argmin()] = True
    return np.where(hidden, np.nan, counts)


def without_few_both_ways(counts: np.ndarray, *, smallest: int = SMALLEST_CELL) -> np.ndarray:
    """Blank a table of counts whose totals of rows and of columns are known, so that no hidden count follows
    from the others of its row or of its column; see ``without_few``.
    """
    counts = np.asarray(counts, dtype="float64")
    hidden, before = is_few(counts, smallest=smallest), -1
    while hidden.sum() != before:
        before = hidden.sum()
        for lines, blank in ((counts, hidden), (counts.T, hidden.T)):
            for line, own in zip(lines, blank, strict=True):
                own |= np.isnan(without_few(line, smallest=smallest, hidden=own.copy()))
    return np.where(hidden, np.nan, counts)


def follows(hidden: np.ndarray, smallest: int) -> bool:
    """Whether hidden counts could be worked out from their number and their sum."""
    return bool(
        len(hidden) == 1
        or hidden.sum() < smallest
        or hidden.sum() in (len(hidden), len(hidden) * (smallest - 1))
    )


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it may stand in a file that a spreadsheet program opens: an apostrophe before every text
    that it would take for a formula, the names of columns among them. Numbers, negative ones too, stay
    numbers.
    """
    names = [name for name in table.columns if isinstance(name, str) and FORMULA.match(name)]
    table = table.rename(columns={name: f"'{name}" for name in names}) if names else table
    texts = [at for at, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    plain = table.copy(deep=False)
    for at in texts:
        column = table.iloc[:, at].astype("object")
        begins = column.map(lambda cell: isinstance(cell, str) and FORMULA.match(cell) is not None)
        if begins.any():
            plain.isetitem(at, column.where(~begins.astype(bool), "'" + column.astype("str")).array)
    return plain


def cells_as_texts(book: Workbook) -> Workbook:
    """A workbook in which no text is a formula: what begins as one is stored as the text that it is, and is
    read back so.
    """
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"
    return book


def with_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The texts of such a file as they were before ``without_formulas``."""
    shielded = re.compile(f"'(?={FORMULA.pattern})")
    table = table.rename(
        columns=lambda name: shielded.sub("", name, count=1) if isinstance(name, str) else name
    )
    texts = table.select_dtypes(exclude="number").columns
    return table.assign(**{name: table[name].str.replace(shielded, "", regex=True) for name in texts})


def check_exhibit(data: pd.DataFrame) -> pd.DataFrame:
    """Return ``data`` as they may leave the house: how many lack an answer is left out where they are few,
    and no text is a formula.

    Raises
    ------
    ValueError if a column that identifies a unit is in it.
    """
    found = [column for column in data.columns if column in IDENTIFYING_COLUMNS]
    if found:
        raise ValueError(f"the column '{found[0]}' identifies single units and may not be shown")
    data = without_formulas(data)
    if "n_missing" not in data or not pd.api.types.is_numeric_dtype(data["n_missing"]):
        return data
    return data.assign(n_missing=blanked(data["n_missing"], is_few(data["n_missing"])))
