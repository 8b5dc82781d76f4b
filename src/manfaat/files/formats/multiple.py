"""Questions with several answers: one column a possible answer, or one column of codes, or both.

Nothing is folded unasked. ``find_multiple`` and ``find_unnamed_blocks`` say what looks like such a question
and how sure that is; ``fold_multiple`` folds one of them and names every row in which two ways of storing the
same answer disagree.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from manfaat.files.formats.layout import JOINT
from manfaat.files.formats.names import AUTOMATIC
from manfaat.files.formats.tables import (
    ROW,
    SHEET,
    TEXT,
    Detected,
    RawTable,
    count_of,
    records,
    rows_text,
    some,
)
from manfaat.files.parsing.aliases import fold
from manfaat.files.parsing.choices import ChoiceList
from manfaat.files.parsing.missing import read_missing
from manfaat.files.parsing.multiple import CHOSEN, NOT_CHOSEN
from manfaat.files.parsing.normalise import tidy

# LimeSurvey: G1Q2[SQ001], "Which do you own? [Radio]", or both: "G1Q2[SQ001]. Which do you own? [Radio]"
IN_BRACKETS = re.compile(r"(.+?)\s?\[([^\[\]]+)\]\s*", re.DOTALL)
CODE_AND_TEXT = re.compile(r"([^\[\]]+?)\s?\[([^\[\]]+)\]\s*[.:]?\s*(.*?)\s*\[([^\[\]]+)\]\s*", re.DOTALL)
REDCAP = re.compile(r"(\w+?)___(_?)(\w+)")  # goods___1; a minus is written as a further underscore
REDCAP_LABEL = re.compile(r"(.+?)\s?\(choice=(.+)\)\s*", re.DOTALL)
WEAK = ("_", ".", ":", "-")  # joints that also stand inside names
# share of the filled cells that may hold something else than marks: one slip makes no other question of it
ODD = 0.1
DISAGREEMENTS = ("_sheet", "_row", "question", "combined", "separate", "reason")
OTHER = re.compile(r"\b(?:lain|lainnya|other|sebutkan|specify)\b|その他", re.IGNORECASE)
POSITION = re.compile(r"column_\d+")


@dataclass(frozen=True)
class Block:
    """A question with several answers: its ``columns``, the ``options`` they stand for, and the ``combined``
    column if there is one.

    ``kind`` is ``marks`` for columns of 0 and 1, ``texts`` for columns that hold their option's own text or
    nothing. ``labels`` are the options in words where a column's name has both.
    """

    question: str
    columns: tuple[str, ...]
    options: tuple[str, ...]
    kind: str
    combined: str | None
    sure: bool
    how: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Folded:
    """A table with one block folded into one column, and the rows where its two ways of storing disagree."""

    table: RawTable
    disagreements: pd.DataFrame


class Parted(NamedTuple):
    """A column's name as question, joint and option; the question is empty where it has none. ``label``,
    ``text`` : option and question in words.
    """

    question: str
    joint: str
    option: str
    label: str = ""
    text: str = ""


def find_multiple(table: RawTable) -> list[Block]:
    """Return the questions whose columns are named as one question's options: by KoboToolbox, joined headers,
    LimeSurvey or REDCap.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for column in table.columns:
        name = parted(column)
        if name.question and name.option:
            groups.setdefault((name.question, name.joint), []).append(column)
    found = []
    for (head, _), columns in groups.items():
        columns = without_other(table, columns)
        options = tuple(parted(column).option for column in columns)
        kind = kind_of([counted(table, column) for column in columns], options)
        combined = head if head in table.columns else None
        if kind and (len(columns) > 1 or combined):
            found.append(block_of(head, columns, options, kind, combined))
    return found


def parted(column: str) -> Parted:
    """Part a column's name into question, joint and option."""
    if match := CODE_AND_TEXT.fullmatch(column):
        return Parted(match[1], "[", match[2], match[4], match[3])
    if match := IN_BRACKETS.fullmatch(column):
        return Parted(match[1], "[", match[2])
    if match := REDCAP_LABEL.fullmatch(column):
        return Parted(match[1], "(choice=", match[2])
    if match := REDCAP.fullmatch(column):
        return Parted(match[1], "___", match[2].replace("_", "-") + match[3])
    joint = JOINT if JOINT in column else "/"
    head, mark, tail = column.rpartition(joint)
    return Parted(head, joint, tail) if mark else Parted("", joint, tail)


def without_other(table: RawTable, columns: list[str]) -> list[str]:
    """Return the columns without a free-text one for other answers, which stays a column of its own."""

    def is_free(column: str) -> bool:
        name, texts = parted(column), set(counted(table, column))
        marked = bool(texts) and all(
            is_mark(text) or fold(text) in (fold(name.option), fold(name.label)) for text in texts
        )
        return bool(OTHER.search(name.option) or OTHER.search(name.label)) and not marked

    kept = [column for column in columns if not is_free(column)]
    return kept if len(kept) > 1 else columns


def declared_block(
    table: RawTable, names: Sequence[str], choices: ChoiceList, taken: Collection[str] = ()
) -> Block | None:
    """Return the columns of a question that is known to take several answers, whatever marks they hold; None
    where it has none.

    Parameters
    ----------
    names : of the question in the delivery. choices : its answers. taken : columns of other questions.

    Returns
    -------
    Its options by the joints of export programs, also ``goods_1`` and ``goods.house`` where the end is one of
    the answers; ``options`` are the codes of the list where it has them.
    """
    groups: dict[str, dict[str, Parted]] = {}
    for column in table.columns:
        name = None if column in taken or column in names else option_of(column, names, choices)
        if name is not None:
            groups.setdefault(name.question, {})[column] = name
    exact = [head for head in groups if head in names]
    if len(groups) != 1 and len(exact) != 1:
        return None
    found = groups[(exact or list(groups))[0]]
    columns = [
        column
        for column in without_other(table, list(found))
        if code_named(found[column], choices) or mostly_marks(table, column)
    ]
    codes = [code_named(found[column], choices) or found[column].option for column in columns]
    combined = (
        next(
            (column for column in table.columns if column in names or column == found[columns[0]].question),
            None,
        )
        if columns
        else None
    )
    known = sum(bool(code_named(found[column], choices)) for column in columns)
    if not known or (len(columns) == 1 and not combined) or len(set(codes)) < len(codes):
        return None
    kind = kind_of([counted(table, column) for column in columns], codes)
    if not kind and combined and all(found[column].joint in WEAK for column in columns):
        return None  # perhaps questions of their own; where nothing else answers the question, odd marks wait
    labels = tuple(found[column].option for column in columns)
    return Block(
        names[0],
        tuple(columns),
        tuple(codes),
        kind or "marks",
        combined,
        True,
        "the codebook says that it takes several answers",
        labels,
    )


def option_of(column: str, names: Sequence[str], choices: ChoiceList) -> Parted | None:
    """Return a column's name in parts if it is an option of the question; by a mere ``_``, ``.`` or ``-``
    only where the end is an answer.
    """
    name = parted(column)
    bare = name.question.rpartition("/")[2]
    if name.option and any(given in (name.question, bare, name.text) for given in names):
        return name
    for given in names:
        match = re.fullmatch(
            rf"((?:.*/)?{re.escape(given)})(\s?/\s?|[_.:-])(.{{1,80}})", column[:300], re.DOTALL
        )
        if match:
            part = Parted(match[1], match[2], match[3].strip())
            return part if "/" in part.joint or code_of(part.option, choices) else None
    return None


def code_of(option: str, choices: ChoiceList) -> str:
    """Return the code that an option stands for, by its code or its label; "" where it is none of the list or
    may be several.
    """
    clean = tidy(option)[0]
    codes = (
        (clean,)
        if clean in choices.codes
        else choices.keys.get(fold(clean), ()) or choices.exact.get(clean.replace(" ", ""), ())
    )
    return codes[0] if clean and len(codes) == 1 else ""


def code_named(name: Parted, choices: ChoiceList) -> str:
    """Return the code that a column's option stands for, by its name or its label; "" where it is none of the
    list.
    """
    return code_of(name.option, choices) or code_of(name.label, choices)


def mostly_marks(table: RawTable, column: str) -> bool:
    """Say whether nearly all that stands in a column says yes or no."""
    return kind_of([counted(table, column)], [parted(column).option]) == "marks"


def block_of(
    head: str, columns: list[str], options: tuple[str, ...], kind: str, combined: str | None
) -> Block:
    """Return the block and how sure it is."""
    labels = tuple(parted(column).label for column in columns)
    if combined:
        return Block(
            head,
            tuple(columns),
            options,
            kind,
            combined,
            True,
            f"the column '{combined}' holds the same answers as codes",
            labels,
        )
    if all(parted(column).joint in ("___", "(choice=") for column in columns):
        return Block(
            head,
            tuple(columns),
            options,
            kind,
            None,
            True,
            "the columns are named as REDCap names the options of a question",
            labels,
        )
    if all(option.lstrip("-").isdigit() for option in options) or kind == "texts":
        return Block(
            head,
            tuple(columns),
            options,
            kind,
            None,
            True,
            "the options are numbered, or each column holds its option's text",
            labels,
        )
    return Block(
        head,
        tuple(columns),
        options,
        kind,
        None,
        False,
        "the columns hold only 0 and 1, but may also be a group of yes/no questions",
        labels,
    )


def kind_of(values: Sequence[Mapping[str, int]], options: Sequence[str]) -> str:
    """Return ``marks``, ``texts``, or nothing when the columns are no options; a few odd cells are slips and
    no other question.

    ``values`` : how often each text stands in each column, without those that say that there is no answer.
    """
    together = {text: sum(value.get(text, 0) for value in values) for text in set().union(*values)}
    total = sum(together.values())
    crossed = bool({"x", "X"} & together.keys()) and bool({"0", "1"} & together.keys())
    odd = {text: count for text, count in together.items() if not is_mark(text)}
    numbers = (
        any(text.isdigit() for text in odd) and "0" not in together
    )  # 1 and a few 2 are codes of answers
    if total and sum(odd.values()) <= ODD * total and not crossed and not numbers:
        return "marks"
    own = all(
        fold(text) == fold(option) for value, option in zip(values, options, strict=True) for text in value
    )
    return "texts" if total and own else ""


def is_mark(text: str) -> bool:
    """Say whether a text says yes or no, as export programs and people write it."""
    return tidy(text)[0].casefold() in CHOSEN | NOT_CHOSEN


def counted(table: RawTable, column: str) -> dict[str, int]:
    """Count the texts of a column, without those that say that there is no answer: nothing, "n/a", "-"."""
    counts = table.frame[column].str.strip().value_counts()
    return {
        text: int(count)
        for text, count in zip(counts.index.astype(str), counts, strict=True)
        if text and (is_mark(text) or not says_nothing(text))
    }


def says_nothing(text: str) -> bool:
    """Say whether a text says that there is no answer."""
    return bool(read_missing(text).missing)


def find_unnamed_blocks(table: RawTable) -> list[Block]:
    """Return questions followed by columns without a name of their own (``Unnamed: 12``, ``Column2``), each
    with one text or none.

    The option of a column is the one text that it holds; a column that nobody chose has an unknown option and
    stays out.
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
    """Return the block of a question and the unnamed columns after it, as far as each holds at most one
    text.
    """
    values = [list(counted(table, column)) for column in columns]
    end = next(
        (at for at, value in enumerate(values) if len(value) > 1), len(values)
    )  # often a free text for other answers comes last
    kept = [(column, value[0]) for column, value in zip(columns[:end], values[:end], strict=True) if value]
    if end < 2 or not kept:
        return []
    unknown = end - len(kept)
    how = "each column holds one text or nothing" + (
        f"; {count_of(unknown, 'column')} that nobody chose cannot be named" if unknown else ""
    )
    return [
        Block(columns[0], tuple(c for c, _ in kept), tuple(o for _, o in kept), "texts", None, False, how)
    ]


def fold_multiple(
    table: RawTable, block: Block, *, name: str | None = None, separator: str | None = None, none: str = ""
) -> Folded:
    """Fold the columns of a block into one column of codes in place of the first.

    Parameters
    ----------
    table, block : a raw table and one of its blocks, found or made by hand.
    name : of the new column; the question by default.
    separator : between the codes; a space, or the first of ``;``, ``|`` and a line break that no option
    holds.
    none : text for rows where every mark is 0. Rows where nothing is filled leave as empty text.

    Returns
    -------
    The new table, and one row for each disagreement: the combined column says otherwise than the separate
    ones (the combined text is kept then), or a mark is neither yes nor no (then it stands behind the codes,
    so that the answer waits).

    Raises
    ------
    KeyError if a column is absent; ValueError if the options hold the separator that is given.
    """
    missing = [
        column
        for column in (*block.columns, *([block.combined] if block.combined else []))
        if column not in table.columns
    ]
    if missing:
        raise KeyError(f"the table has no column {some(missing)}")
    if separator and any(separator in option for option in block.options):
        raise ValueError(f"an option holds the separator {separator!r}; choose another")
    separator = separator or next(
        (sign for sign in (" ", ";", "|") if not any(sign in option for option in block.options)), "\n"
    )
    read = marks(table, block)
    codes = join_codes(read.chosen, block.options, separator)
    filled, odd = read.some_filled, read.some_odd
    silent = filled & ~read.chosen.any(axis=0)
    codes[silent & ~odd] = none
    said = first_said(table, block, ~filled & ~odd)
    codes = np.where(said == "", codes, said)
    result, disagreements = settle(
        table, block, with_odd(table, block, codes, read.odd, separator), read, separator
    )
    log = fold_log(table, block, read.filled, silent, disagreements, separator)
    frame = put_column(table.frame, block, name or block.question, result)
    return Folded(replace(table, frame=frame, log=(*table.log, *log)), disagreements)


class Marks(NamedTuple):
    """(options × rows) whether chosen, whether filled with an answer, and whether neither yes nor no."""

    chosen: np.ndarray
    filled: np.ndarray
    odd: np.ndarray

    @property
    def some_filled(self) -> np.ndarray:
        """Which rows have an answer to some option."""
        return np.asarray(self.filled.any(axis=0))

    @property
    def some_odd(self) -> np.ndarray:
        """Which rows have a mark that is neither yes nor no."""
        return np.asarray(self.odd.any(axis=0))


def marks(table: RawTable, block: Block) -> Marks:
    """Read the marks of a block: words for yes and no, or the option's own text, code or label."""
    texts = [set(table.frame[column].str.strip().unique()) for column in block.columns]
    numbered = any(
        values & {"0", "0.0"} for values in texts
    )  # then 2 is no mark of its own, not even for option 2
    crossed = any(values & {"0", "1"} for values in texts)  # nor is a cross
    labels = block.labels or block.options
    chosen, filled, odd = [], [], []
    for column, option, label, values in zip(block.columns, block.options, labels, texts, strict=True):
        own = {fold(text) for text in (option, label, parted(column).label) if text}
        verdicts = {text: mark_of(text, own, numbered=numbered, crossed=crossed) for text in values}
        found = table.frame[column].str.strip().map(verdicts)
        chosen.append((found == "yes").to_numpy(dtype=bool))
        filled.append(found.isin(("yes", "no", "odd")).to_numpy(dtype=bool))
        odd.append((found == "odd").to_numpy(dtype=bool))
    return Marks(np.array(chosen), np.array(filled), np.array(odd))


def mark_of(text: str, own: set[str], *, numbered: bool, crossed: bool) -> str:
    """Return "yes", "no", "" (no answer) or "odd" for one cell; ``own`` are the folded texts of its
    option.
    """
    clean = tidy(text)[0].casefold()
    if not clean:
        return ""
    if clean in NOT_CHOSEN:
        return "no"
    if clean in CHOSEN:
        return "odd" if crossed and clean == "x" else "yes"
    if fold(clean) in own and not (numbered and clean.replace(".", "").isdigit()):
        return "yes"
    return "" if says_nothing(text) else "odd"


def first_said(table: RawTable, block: Block, rows: np.ndarray) -> np.ndarray:
    """Return what some rows say in place of marks ("n/a"), the first text of each; empty elsewhere."""
    said = np.full(len(rows), "", dtype=object)
    for column in block.columns if rows.any() else ():
        texts = table.frame[column].str.strip().to_numpy(dtype=object)
        said = np.where(rows & (said == ""), texts, said)
    return said


def with_odd(table: RawTable, block: Block, codes: np.ndarray, odd: np.ndarray, separator: str) -> np.ndarray:
    """Return the codes with the odd marks behind them, so that nobody takes the rest for the whole answer."""
    result = codes.astype(object)
    for column, rows in zip(block.columns, odd, strict=True):
        texts = table.frame[column].to_numpy(dtype=object)
        for at in np.flatnonzero(rows):
            result[at] = separator.join(filter(None, (result[at], f"{column}={texts[at].strip()}")))
    return result


def join_codes(chosen: np.ndarray, options: Sequence[str], separator: str) -> np.ndarray:
    """Return the chosen options of each row, joined in the order of the columns."""
    joined = pa.array([""] * chosen.shape[1], pa.large_string())
    for yes, option in zip(chosen, options, strict=True):
        code = pa.scalar(option, pa.large_string())
        longer = pc.if_else(
            pc.equal(joined, ""),
            code,
            pc.binary_join_element_wise(joined, code, pa.scalar(separator, pa.large_string())),
        )
        joined = pc.if_else(pa.array(yes), longer, joined)
    texts: np.ndarray = joined.to_numpy(zero_copy_only=False).astype(object)
    return texts


def settle(
    table: RawTable, block: Block, codes: np.ndarray, read: Marks, separator: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the text of each row and the disagreements; where there is a combined column its text is kept,
    unless it is empty.
    """
    rows, result, odd, answered = [], codes.copy(), read.some_odd, read.some_filled
    sheets, numbers = table.frame[SHEET].to_numpy(dtype=object), table.frame[ROW].to_numpy()
    combined = table.frame[block.combined].to_numpy(dtype=object) if block.combined else None
    spaced = any(" " in option for option in (*block.options, *block.labels))
    for at in range(len(codes)) if combined is not None else np.flatnonzero(odd):
        reason, text = (
            "a mark is neither yes nor no" if odd[at] else "",
            "" if combined is None else combined[at].strip(),
        )
        if combined is not None:
            chosen = np.flatnonzero(read.chosen[:, at])
            same, half = (
                tells(text, block, chosen, separator),
                (bool(text) and not says_nothing(text)) != bool(answered[at]),
            )
            reason = (
                ""
                if same or (half and not chosen.size and not text)
                else "only one of the two is filled"
                if half
                else "the codes differ"
            )
            result[at] = codes[at] if not text or (same and spaced) else combined[at]
        if reason:
            rows.append((sheets[at], int(numbers[at]), block.question, text, codes[at], reason))
    return result, records(rows, DISAGREEMENTS)


def tells(text: str, block: Block, chosen: np.ndarray, separator: str) -> bool:
    """Say whether a combined text names the chosen options, by code or label, in any order, and nothing
    else.
    """
    if says_nothing(text) or not text:
        return not chosen.size
    if separator == " " and set(re.split(r"[\s;,]+", text)) - {""} == {block.options[at] for at in chosen}:
        return True
    for names in (block.options, block.labels):
        rest, found = text, [names[at] for at in chosen] if names else []
        for name in sorted(found, key=len, reverse=True):
            rest = rest.replace(name, " ", 1) if name and name in rest else rest + "?"
        if found and not rest.strip(" ,;|/\n"):
            return True
    return False


def fold_log(
    table: RawTable,
    block: Block,
    filled: np.ndarray,
    silent: np.ndarray,
    disagreements: pd.DataFrame,
    separator: str,
) -> list[Detected]:
    """Say what was folded, and which rows a person should look at."""
    place = f"question {block.question}"
    shown = {" ": "a space", "\n": "line breaks"}.get(separator, f"'{separator}'")
    log = [
        Detected(
            "several answers",
            f"{len(block.columns)} columns folded into one",
            f"{block.how}; codes separated by {shown}",
            place,
            doubtful=not block.sure,
        )
    ]
    if len(disagreements):
        how = (
            "the combined and the separate columns disagree, or a mark is unknown:"
            f" {rows_text(disagreements[ROW])}"
        )
        log.append(
            Detected(
                "several answers",
                f"{count_of(len(disagreements), 'row')} in disagreement",
                how,
                place,
                doubtful=True,
            )
        )
    partly = np.zeros(filled.shape[1], dtype=bool)
    if block.kind == "marks":
        partly = np.asarray(filled.any(axis=0) & ~filled.all(axis=0))
    for what, mask, how in (
        ("with only zeros", silent, "answered, but nothing chosen"),
        ("partly filled", partly, "empty marks were read as not chosen"),
    ):
        if mask.any():
            where = rows_text(table.frame[ROW][mask])
            log.append(
                Detected(
                    "several answers",
                    f"{count_of(int(mask.sum()), 'row')} {what}",
                    f"{how}: {where}",
                    place,
                    doubtful=mask is partly,
                )
            )
    return log


def put_column(frame: pd.DataFrame, block: Block, name: str, values: np.ndarray) -> pd.DataFrame:
    """Return the frame with the new column where the block's first column stood, and without the block's
    columns.
    """
    gone = {*block.columns, *([block.combined] if block.combined else [])}
    names = list(frame.columns)
    first = min(names.index(column) for column in gone)
    kept = [column for column in names if column not in gone]
    if name in kept:
        raise ValueError(f"the table already has a column '{name}'")
    at = sum(column not in gone for column in names[:first])
    result = frame[kept].copy()
    result.insert(at, name, pd.Series(values, index=frame.index, dtype=TEXT))
    return result
