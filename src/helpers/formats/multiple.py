"""Questions with several answers: one column a possible answer, or one column of codes, or both.

Nothing is folded unasked. ``find_multiple`` and ``find_unnamed_blocks`` say what looks like such a question and how sure that
is; ``fold_multiple`` folds one of them and names every row in which two ways of storing the same answer disagree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.formats.layout import JOINT
from helpers.formats.names import AUTOMATIC
from helpers.formats.tables import ROW, SHEET, TEXT, Detected, RawTable, count_of, records, rows_text, some

IN_BRACKETS = re.compile(r"(.+?)\s?\[([^\[\]]+)\]\s*", re.DOTALL)  # LimeSurvey: G1Q2[SQ001]; marked Y or Yes, or left empty
YES, NO = (
    tuple(form for word in words.split() for form in dict.fromkeys((word, word.upper(), word.capitalize())))
    for words in ("1 1.0 true v √ ✓ ✔ ☑ x ya y yes", "0 0.0 false ☐ tidak tdk t no n")
)
DISAGREEMENTS = ("_sheet", "_row", "question", "combined", "separate", "reason")
OTHER = re.compile(r"\b(?:lain|lainnya|other|sebutkan|specify)\b|その他", re.IGNORECASE)
POSITION = re.compile(r"column_\d+")


@dataclass(frozen=True)
class Block:
    """A question with several answers: its ``columns``, the ``options`` they stand for, and the ``combined`` column if there is one.

    ``kind`` is ``marks`` for columns of 0 and 1, ``texts`` for columns that hold their option's own text or nothing.
    """

    question: str
    columns: tuple[str, ...]
    options: tuple[str, ...]
    kind: str
    combined: str | None
    sure: bool
    how: str


@dataclass(frozen=True, eq=False)
class Folded:
    """A table with one block folded into one column, and the rows where its two ways of storing disagree."""

    table: RawTable
    disagreements: pd.DataFrame


def find_multiple(table: RawTable) -> list[Block]:
    """Return the questions whose columns are named ``question/option`` or ``question[option]``, as KoboToolbox, joined headers and LimeSurvey name them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for column in table.columns:
        head, joint, tail = parted(column)
        if head and tail:
            groups.setdefault((head, joint), []).append(column)
    found = []
    for (head, _), columns in groups.items():
        columns = without_other(table, columns)
        options = tuple(parted(column)[2] for column in columns)
        values = [different(table, column) for column in columns]
        kind = kind_of(values, options)
        combined = head if head in table.columns else None
        if kind and (len(columns) > 1 or combined):
            found.append(block_of(head, columns, options, kind, combined))
    return found


def parted(column: str) -> tuple[str, str, str]:
    """Part a column's name into question, joint and option; the question is empty where it has none."""
    if match := IN_BRACKETS.fullmatch(column):
        return match[1], "[", match[2]
    joint = JOINT if JOINT in column else "/"
    head, mark, tail = column.rpartition(joint)
    return (head, joint, tail) if mark else ("", joint, tail)


def without_other(table: RawTable, columns: list[str]) -> list[str]:
    """Return the columns without a free-text one for other answers, which stays a column of its own."""
    free = [
        column
        for column in columns
        if OTHER.search(parted(column)[2]) and not (different(table, column) and different(table, column) <= {*YES, *NO, parted(column)[2]})
    ]
    return [column for column in columns if column not in free] if len(columns) - len(free) > 1 else columns


def block_of(head: str, columns: list[str], options: tuple[str, ...], kind: str, combined: str | None) -> Block:
    """Return the block and how sure it is."""
    if combined:
        return Block(head, tuple(columns), options, kind, combined, True, f"the column '{combined}' holds the same answers as codes")
    if all(option.isdigit() for option in options) or kind == "texts":
        return Block(head, tuple(columns), options, kind, None, True, "the options are numbered, or each column holds its option's text")
    return Block(head, tuple(columns), options, kind, None, False, "the columns hold only 0 and 1, but may also be a group of yes/no questions")


def kind_of(values: Sequence[set[str]], options: Sequence[str]) -> str:
    """Return ``marks``, ``texts``, or nothing when the columns are no options."""
    together = set().union(*values)
    crossed = bool(together & {"x", "X"}) and bool(together & {"0", "1"})
    if together and together <= {*YES, *NO} and not crossed:
        return "marks"
    own = all(value <= {option} for value, option in zip(values, options, strict=True))
    return "texts" if together and own else ""


def different(table: RawTable, column: str) -> set[str]:
    """Return the different filled values of a column."""
    return {value for value in table.frame[column].unique() if value.strip()}


def find_unnamed_blocks(table: RawTable) -> list[Block]:
    """Return questions followed by columns without a name of their own (``Unnamed: 12``, ``Column2``), each with one text or none.

    The option of a column is the one text that it holds; a column that nobody chose has an unknown option and stays out.
    """
    found, columns, at = [], table.columns, 0
    while at < len(columns):
        end = at + 1
        while end < len(columns) and (AUTOMATIC.fullmatch(columns[end]) or POSITION.fullmatch(columns[end])):
            end += 1
        if end - at > 1:
            found += unnamed_block(table, columns[at:end])
        at = end
    return found


def unnamed_block(table: RawTable, columns: Sequence[str]) -> list[Block]:
    """Return the block of a question and the unnamed columns after it, if each holds at most one text."""
    values = [different(table, column) for column in columns]
    if any(len(value) > 1 for value in values) or not any(values):
        return []
    kept = [(column, next(iter(value))) for column, value in zip(columns, values, strict=True) if value]
    unknown = len(columns) - len(kept)
    how = "each column holds one text or nothing" + (f"; {count_of(unknown, 'column')} that nobody chose cannot be named" if unknown else "")
    return [Block(columns[0], tuple(c for c, _ in kept), tuple(o for _, o in kept), "texts", None, False, how)]


def fold_multiple(table: RawTable, block: Block, *, name: str | None = None, separator: str | None = None, none: str = "") -> Folded:
    """Fold the columns of a block into one column of codes in place of the first.

    Parameters
    ----------
    table, block : a raw table and one of its blocks, found or made by hand.
    name : of the new column; the question by default.
    separator : between the codes; a space, or a semicolon when an option holds a space.
    none : text for rows where every mark is 0. Rows where nothing is filled leave as empty text.

    Returns
    -------
    The new table, and one row for each disagreement: the combined column says otherwise than the separate ones (the combined
    text is kept then), or a mark is neither yes nor no.

    Raises
    ------
    KeyError if a column is absent; ValueError if the options hold the separator.
    """
    missing = [column for column in (*block.columns, *([block.combined] if block.combined else [])) if column not in table.columns]
    if missing:
        raise KeyError(f"the table has no column {some(missing)}")
    separator = separator or (";" if any(" " in option for option in block.options) else " ")
    if any(separator in option for option in block.options):
        raise ValueError(f"an option holds the separator {separator!r}; choose another")
    chosen, filled, odd = marks(table, block)
    codes = join_codes(chosen, block.options, separator)
    silent = filled.any(axis=0) & ~chosen.any(axis=0)
    codes[silent & ~odd] = none
    result, disagreements = settle(table, block, codes, chosen, filled.any(axis=0), odd, separator)
    log = fold_log(table, block, filled, silent, disagreements, separator)
    frame = put_column(table.frame, block, name or block.question, result)
    return Folded(replace(table, frame=frame, log=(*table.log, *log)), disagreements)


def marks(table: RawTable, block: Block) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (options × rows) whether chosen, whether filled, and (rows) whether some mark is neither yes nor no."""
    chosen, filled, odd = [], [], np.zeros(len(table.frame), dtype=bool)
    numbered = any(different(table, column) & {"0", "1"} for column in block.columns)
    said = [word for word in YES if not (numbered and word in ("x", "X"))]  # beside 0 and 1 a cross is no mark of its own
    for column in block.columns:
        values = table.frame[column].str.strip()
        full = (values != "").to_numpy(dtype=bool)
        yes = values.isin(said).to_numpy(dtype=bool) if block.kind == "marks" else full
        if block.kind == "marks":
            odd |= full & ~yes & ~values.isin(NO).to_numpy(dtype=bool)
        chosen.append(yes)
        filled.append(full)
    return np.array(chosen), np.array(filled), odd


def join_codes(chosen: np.ndarray, options: Sequence[str], separator: str) -> np.ndarray:
    """Return the chosen options of each row, joined in the order of the columns."""
    joined = pa.array([""] * chosen.shape[1], pa.large_string())
    for yes, option in zip(chosen, options, strict=True):
        code = pa.scalar(option, pa.large_string())
        longer = pc.if_else(pc.equal(joined, ""), code, pc.binary_join_element_wise(joined, code, pa.scalar(separator, pa.large_string())))
        joined = pc.if_else(pa.array(yes), longer, joined)
    return joined.to_numpy(zero_copy_only=False).astype(object)


def settle(
    table: RawTable, block: Block, codes: np.ndarray, chosen: np.ndarray, any_filled: np.ndarray, odd: np.ndarray, separator: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the text of each row and the disagreements; where there is a combined column its text is kept."""
    rows, result = [], codes.copy()
    sheets, numbers = table.frame[SHEET].to_numpy(dtype=object), table.frame[ROW].to_numpy()
    combined = table.frame[block.combined].to_numpy(dtype=object) if block.combined else None
    if combined is not None:
        result = combined.copy()
    for at in range(len(codes)) if combined is not None else np.flatnonzero(odd):
        reason = "a mark is neither yes nor no" if odd[at] else ""
        if combined is not None and not reason:
            said = set(re.split(r"[\s;,]+" if separator == " " else re.escape(separator), combined[at].strip())) - {""}
            marked = {option for option, yes in zip(block.options, chosen[:, at], strict=True) if yes}
            half = bool(combined[at].strip()) != bool(any_filled[at])
            reason = "" if said == marked else "only one of the two is filled" if half else "the codes differ"
        if reason:
            rows.append((sheets[at], int(numbers[at]), block.question, "" if combined is None else combined[at], codes[at], reason))
    return result, records(rows, DISAGREEMENTS)


def fold_log(table: RawTable, block: Block, filled: np.ndarray, silent: np.ndarray, disagreements: pd.DataFrame, separator: str) -> list[Detected]:
    """Say what was folded, and which rows a person should look at."""
    place = f"question {block.question}"
    shown = "a space" if separator == " " else f"'{separator}'"
    log = [
        Detected("several answers", f"{len(block.columns)} columns folded into one", f"{block.how}; codes separated by {shown}", place, doubtful=not block.sure)
    ]
    if len(disagreements):
        how = f"the combined and the separate columns disagree, or a mark is unknown: {rows_text(disagreements[ROW])}"
        log.append(Detected("several answers", f"{count_of(len(disagreements), 'row')} in disagreement", how, place, doubtful=True))
    partly = filled.any(axis=0) & ~filled.all(axis=0) if block.kind == "marks" else np.zeros(filled.shape[1], dtype=bool)
    for what, mask, how in (("with only zeros", silent, "answered, but nothing chosen"), ("partly filled", partly, "empty marks were read as not chosen")):
        if mask.any():
            where = rows_text(table.frame[ROW][mask])
            log.append(Detected("several answers", f"{count_of(int(mask.sum()), 'row')} {what}", f"{how}: {where}", place, doubtful=mask is partly))
    return log


def put_column(frame: pd.DataFrame, block: Block, name: str, values: np.ndarray) -> pd.DataFrame:
    """Return the frame with the new column where the block's first column stood, and without the block's columns."""
    gone = {*block.columns, *([block.combined] if block.combined else [])}
    first = min(frame.columns.get_loc(column) for column in gone)
    kept = [column for column in frame.columns if column not in gone]
    if name in kept:
        raise ValueError(f"the table already has a column '{name}'")
    at = sum(column not in gone for column in frame.columns[:first])
    result = frame[kept].copy()
    result.insert(at, name, pd.array(values, dtype=TEXT))
    return result
