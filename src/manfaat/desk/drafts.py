"""Lines for the definition files of a programme, drafted from a form or from data, and what a person must
decide about them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from manfaat.analysis.study import DECIDE
from manfaat.files.formats import (
    Block,
    RawTable,
    find_multiple,
    find_unnamed_blocks,
    fold_multiple,
    link_repeats,
    strip_groups,
    unite,
)
from manfaat.files.parsing import date_context, read_date
from manfaat.files.parsing.missing import between, read_label
from manfaat.files.parsing.telephones import are_telephones

ENGLISH, INDONESIAN = "label::English (en)", "label::Bahasa Indonesia (id)"
MOST_ANSWERS = (
    12  # a column of more distinct texts than this is drafted as text, not as a question with answers
)
MOST = 0.9  # share of the distinct texts that tells what a column holds
ALIKE = 0.5  # share of the columns that sheets of one table have in common
SAMPLE = 500  # distinct texts that are looked at
LONGEST_NAME = 24
CODE = re.compile(r"-?\d{1,9}(?:\.\d+)?|[A-Za-z]{1,3}\d{1,6}")  # 3, -9, SQ001: what is a code already
NUMBERS = r"[-+]?[\d.,/: T-]*\d[\d.,/: -]*Z?"  # numbers, dates and times as programs write them
FEWEST_WORDS, MOSTLY_WORDS, MOST_WORDS = (
    3,
    0.6,
    0.2,
)  # of a row that is no row of answers: its words, their share; and their share in a column
AMOUNT = r"(?i)(rp\.?\s?)?\d{1,3}([.,]\d{3})+(,\d\d|,-)?|rp\.?\s?\d+(,-)?|(rp\.?\s?)?\d+([.,]\d+)?\s?(ribu|rb|juta|jt)"  # noqa: E501
BROKEN = (  # 0.5, also written .5, 5e-01 or 1.5e-05
    r"-?(?:(?:0|[1-9]\d{0,14})?[.,]\d+(?:[eE][-+]?\d{1,3})?|[1-9][eE]-\d{1,3})"
)
IDENTIFYING = (
    r"(?i)\b(?:nama|name|alamat|address|e-?mail|surel|telepon|telp|tele?phone|phone|phone ?number|mobile|cell"
    r" ?phone|hand ?phone|hp|whats ?app|wa|nik|ktp|ip ?address)\b"
)
PERHAPS_IDENTIFIER = "perhaps an identifier, kept apart until decided otherwise"
SUBMISSION, SUBMITTED, PARENT = (
    ("_uuid", "KEY"),
    ("_submission_time", "SubmissionDate"),
    ("_submission__uuid", "PARENT_KEY"),
)
SYSTEM = (  # what KoboToolbox, ODK and SurveyCTO add to every row: columns, name, type, role, texts
    (SUBMISSION, "submission", "text", "", ("Submission", "Pengiriman")),
    (SUBMITTED, "submitted", "dateTime", "submitted", ("Time of submission", "Waktu pengiriman")),
    (PARENT, "submission", "text", "", ("Submission that the row belongs to", "Pengiriman induk baris ini")),
    (("formdef_version",), "form_version", "text", "", ("Version of the form", "Versi formulir")),
    (("review_status",), "review_status", "text", "", ("Review of the submission", "Pemeriksaan pengiriman")),
)


@dataclass
class Draft:
    """Lines for ``codebook.csv`` and ``choices.csv``, and what a person must decide."""

    variables: list[dict[str, str]] = field(default_factory=list)
    choices: list[dict[str, str]] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)
    title: str = ""

    @property
    def tables(self) -> list[str]:
        """The tables, in the order of their first lines."""
        return list(dict.fromkeys(line["table"] for line in self.variables))

    def table(self, name: str) -> list[dict[str, str]]:
        """The lines of one table."""
        return [line for line in self.variables if line["table"] == name]


def tidy_name(column: str, taken: set[str], *, most: int = LONGEST_NAME) -> str:
    """A name from a column's or a question's: small letters, digits, underscores, at most ``most``, not used
    before; ``taken`` grows by it.
    """
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in column.lower()).strip("_")
    base = ("_".join(part for part in letters.split("_") if part) or "column")[:most].rstrip("_")
    base = base if base[0].isalpha() else f"v_{base}"[:most]
    name, number = base, 2
    while name in taken:
        name, number = f"{base[: most - 1 - len(str(number))]}_{number}", number + 1
    taken.add(name)
    return name


def codebook_line(table: str, name: str, kind: str, source: str, note: str = "") -> dict[str, str]:
    """One line of ``codebook.csv`` with its labels still to be decided."""
    label = f"{DECIDE} {source}"
    empty = dict.fromkeys(("unit", "relevant", "constraint", "missing", "role"), "")
    return {
        "table": table,
        "name": name,
        "type": kind,
        "source": source,
        ENGLISH: label,
        INDONESIAN: label,
        "required": "no",
        "note": note,
        **empty,
    }


def draft_from_data(tables: list[RawTable]) -> Draft:
    """Draft a codebook from delivered tables: a question with answers where few texts repeat, else a number,
    date or text.

    What a file says itself (labels of SPSS and Stata files) is taken over, and questions whose answers have a
    column each become one question with several answers. Sheets with the same columns are one table; those
    without rows, and notes, are left out.
    """
    draft = Draft()
    names: set[str] = set()
    filled = link_repeats([table for table in tables if len(table.frame)])
    notes = [table for table in filled if len(table.columns) == 1 and len(filled) > 1]
    draft.decide += [f"sheet '{table.name}': left out, it has one column" for table in notes]
    for sheet in alike_united([table for table in filled if table not in notes]):
        people = without_headers(sheet, draft)
        table, blocks = folded(people)
        add_table(draft, table, blocks, tidy_name(sheet.name or "people", names))
    draft.decide += [
        "which columns are the key, the group, identifiers and sensitive answers (column 'role')",
        "labels in both languages",
        "units, missing codes and ranges",
    ]
    return draft


def without_headers(sheet: RawTable, draft: Draft) -> RawTable:
    """Leave rows out of the guesses that hold words where the other rows hold numbers: questions under the
    names, another table's header.
    """
    numbers, words = [], []
    for column in sheet.columns:
        texts = sheet.frame[column].astype("str").str.strip()
        is_number, has_letters = texts.str.fullmatch(NUMBERS), texts.str.contains(r"[^\W\d_]{2}")
        if has_letters.sum() <= max(1, MOST_WORDS * is_number.sum()) and is_number.sum() > 1:
            numbers.append(is_number)
            words.append(has_letters)
    if len(words) < FEWEST_WORDS:
        return sheet
    worded, answered = np.sum(words, axis=0), np.sum(numbers, axis=0) + np.sum(words, axis=0)
    strange = (worded >= FEWEST_WORDS) & (worded >= MOSTLY_WORDS * answered)
    for first, last in runs(np.flatnonzero(strange)):
        rows = (
            f"row {sheet.frame['_row'].iloc[first]}"
            if first == last
            else f"rows {sheet.frame['_row'].iloc[first]} to {sheet.frame['_row'].iloc[last]}"
        )
        told = (
            "perhaps a second header, or where another table begins; no type was guessed from it, and"
            " 'skip_rows' in cohort.yml leaves it out"
        )
        draft.decide.append(f"sheet '{sheet.name}', {rows}: {told}")
    kinds = {column: codes[~strange] for column, codes in sheet.kinds.items()}
    return (
        replace(sheet, frame=sheet.frame[~strange].reset_index(drop=True), kinds=kinds)
        if strange.any()
        else sheet
    )


def runs(places: np.ndarray) -> list[tuple[int, int]]:
    """The first and last of each run of places that follow one another."""
    parts = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []
    return [(int(part[0]), int(part[-1])) for part in parts]


def alike_united(tables: list[RawTable]) -> list[RawTable]:
    """Put sheets under one another that share most of their columns, as a sheet a cohort does."""
    groups: list[list[RawTable]] = []
    for table in tables:
        columns = set(table.columns)
        if (
            "_parent_row" in columns
        ):  # repeat groups of one file are different tables, though all name their parents
            groups.append([table])
            continue
        group = next(
            (
                group
                for group in groups
                if len(columns & set(group[0].columns)) >= ALIKE * max(len(columns), len(group[0].columns))
            ),
            None,
        )
        groups.append([table]) if group is None else group.append(table)
    return [group[0] if len(group) == 1 else unite(group, name="people") for group in groups]


def folded(sheet: RawTable) -> tuple[RawTable, dict[str, Block]]:
    """Undo what export tools do to columns, as the reader will; return the table, and the block behind each
    folded column.
    """
    table, found = sheet, {}
    for block in (*find_multiple(sheet), *find_unnamed_blocks(sheet)):
        if (
            not plain_questions(sheet, block)
            and set(block.columns) <= set(table.columns)
            and (block.question not in table.columns or block.question in (block.combined, block.columns[0]))
        ):
            table = fold_multiple(table, block).table
            found[block.question] = block
    stripped = strip_groups(table)
    return stripped, {
        new: found[old] for old, new in zip(table.columns, stripped.columns, strict=True) if old in found
    }


def plain_questions(sheet: RawTable, block: Block) -> bool:
    """Whether columns that may be options say no in words somewhere: rather questions of their own, such as
    the rows of a grid.
    """
    return not block.sure and bool(
        set().union(*(sheet.frame[column].unique() for column in block.columns)) & {"N", "No", "Tidak", "Non"}
    )


def add_table(draft: Draft, sheet: RawTable, blocks: dict[str, Block], table: str) -> None:
    """Add the columns of one table to the draft."""
    taken: set[str] = set()
    system = system_lines(sheet, table, taken)
    known = {source for line in system for source in line["source"].split("|")}
    for column in sheet.columns:
        if column in known or (column.startswith("_") and known):
            continue
        if column in blocks:
            draft.variables.append(
                line_of_block(blocks[column], column, table, tidy_name(column, taken), draft)
            )
        else:
            draft.variables.append(line_of_column(sheet, column, table, tidy_name(column, taken), draft))
    draft.variables += system


def system_lines(sheet: RawTable, table: str, taken: set[str]) -> list[dict[str, str]]:
    """Lines for the columns by which KoboToolbox and ODK name and date a submission, where the table has
    them.
    """
    found, columns = [], sheet.columns
    for sources, name, kind, role, labels in SYSTEM:
        if not any(source in columns for source in sources) or (
            sources is SUBMISSION and any(parent in columns for parent in PARENT)
        ):
            continue
        line = codebook_line(table, tidy_name(name, taken), kind, "|".join(sources))
        found.append(line | {ENGLISH: labels[0], INDONESIAN: labels[1], "role": role})
    return found


def line_of_block(block: Block, column: str, table: str, name: str, draft: Draft) -> dict[str, str]:
    """One line for a question with several answers, whose options had a column each."""
    listed = list_name(name, table, draft)
    labels = block.labels if any(block.labels) else block.options
    draft.choices += answer_lines(listed, dict(zip(block.options, labels, strict=True)))
    doubt = (
        ""
        if block.sure
        else (
            f"; {len(block.columns)} columns were taken as its answers: several answers of one question, or"
            " questions of their own?"
        )
    )
    return codebook_line(
        table, name, f"select_multiple {listed}", column, f"{DECIDE} type guessed from the data{doubt}"
    )


def line_of_column(sheet: RawTable, column: str, table: str, name: str, draft: Draft) -> dict[str, str]:
    """One line of the codebook, guessed from the column's texts and from what the file says of it, and marked
    as a guess.
    """
    texts = sheet.frame[column].astype("str").str.strip()
    absent = declared_missing(sheet, column)
    texts = texts[(texts != "") & ~texts.isin(absent)]
    answers = {
        value: label
        for value, label in labels_of(sheet, column, "value")
        if value not in absent and not value.startswith(".")
    }
    kind = "select_one" if answers and set(texts.unique()) <= set(answers) else guessed_kind(texts)
    note, parts = (
        f"{DECIDE} type guessed from the data",
        [] if answers or kind not in ("text", "select_one") else joined_answers(texts),
    )
    if parts:
        listed = list_name(name, table, draft)
        kind = f"select_multiple {listed}"
        draft.choices += answer_lines(listed, {part: part for part in parts})
        note += (
            "; perhaps several answers of one list in one cell, parted at commas or semicolons: look whether"
            " each is an answer"
        )
    elif kind == "select_one":
        listed = list_name(name, table, draft)
        kind = f"select_one {listed}"
        draft.choices += answer_lines(
            listed,
            {code: answers.get(code, code) for code in dict.fromkeys([*answers, *sorted(texts.unique())])},
        )
    line = codebook_line(table, name, kind, column, note) | {"missing": reasons_of(sheet, column, absent)}
    said = next((label for _, label in labels_of(sheet, column, "variable")), "")
    if said:
        line |= {ENGLISH: f"{DECIDE} {said}", INDONESIAN: f"{DECIDE} {said}"}
    line |= {"type": "text"} if (called := are_telephones(list(texts.unique()))) else {}
    if called or (identifies(column, said) and kind.split(" ")[0] in ("text", "select_one")):
        line |= {"role": "identifier", "note": f"{note}; {PERHAPS_IDENTIFIER}"}
    return line


def identifies(*texts: str) -> bool:
    """Whether a name or a question asks for what identifies people: a name, an address, a number to call."""
    return any(re.search(IDENTIFYING, text.replace("_", " ")) for text in texts)


def joined_answers(texts: pd.Series) -> list[str]:
    """The answers of a column that looks like several of a short list in one cell, as Google Forms writes
    them; none where it does not.

    They are fewer than the texts that they make up ("A", "B", "A, B"), and hold letters.
    """
    if not texts.str.contains(r"[,;]").any():
        return []
    parts = texts.str.split(r"\s*;\s*" if texts.str.contains(";").any() else r"\s*,\s+", regex=True).explode()
    found = sorted(part for part in parts.unique() if part)
    worded = all(any(letter.isalpha() for letter in part) for part in found)
    return (
        found
        if worded
        and len(found) <= MOST_ANSWERS
        and len(parts) >= 2 * len(found)
        and len(found) < texts.nunique()
        else []
    )


def labels_of(sheet: RawTable, column: str, kind: str) -> list[tuple[str, str]]:
    """What the file says of a column, value and label: its own label, or those of its values."""
    own = sheet.labels[(sheet.labels["variable"] == column) & (sheet.labels["kind"] == kind)]
    return list(zip(own["value"], own["label"], strict=True))


def declared_missing(sheet: RawTable, column: str) -> set[str]:
    """The texts of a column that the file itself declares missing, or calls no answer."""
    lines = sheet.missing[
        (sheet.missing["variable"] == column) & sheet.missing["kind"].isin(("value", "range", "tagged"))
    ]
    is_range = lines["kind"] == "range"
    ranges = list(zip(lines["low"][is_range].astype(str), lines["high"][is_range].astype(str), strict=True))
    exact = set(lines["low"][~is_range])
    labels = labels_of(sheet, column, "value")
    texts = {*sheet.frame[column].astype("str").unique(), *(value for value, _ in labels)}
    exact |= {value for value, label in labels if read_label(label, value)}
    return exact | {text for text in texts if any(between(text, low, high) for low, high in ranges)}


def reasons_of(sheet: RawTable, column: str, absent: set[str]) -> str:
    """The codes that the file declares missing with the reasons that their labels give, as ``missing`` of the
    codebook has them.
    """
    named = {
        value: read_label(label, value)
        for value, label in labels_of(sheet, column, "value")
        if value in absent
    }
    return ";".join(f"{code}={reason}" for code, reason in named.items() if reason)


def list_name(name: str, table: str, draft: Draft) -> str:
    """The name of a new list of answers: the variable's, with its table where another table has one of that
    name.
    """
    return name if name not in {line["list_name"] for line in draft.choices} else f"{table}_{name}"


def answer_lines(listed: str, answers: dict[str, str]) -> list[dict[str, str]]:
    """Lines of ``choices.csv`` for answers as delivered → their labels, which are still to be decided.

    Each gets a short code without spaces; a text as it is delivered becomes another way to write the answer.
    """
    taken = {answer for answer in answers if CODE.fullmatch(answer)}
    codes = {answer: answer if answer in taken else short_code(answer, taken) for answer in answers}
    return [
        answer_line(listed, codes[answer], label, "" if answer == codes[answer] or "|" in answer else answer)
        for answer, label in answers.items()
    ]


def short_code(text: str, taken: set[str]) -> str:
    """A code for an answer in words; ``taken`` grows by it."""
    return tidy_name(
        text if any(letter.isascii() and letter.isalnum() for letter in text) else "answer", taken
    )


def answer_line(listed: str, code: str, label: str, alias: str) -> dict[str, str]:
    """One line of ``choices.csv`` with its labels still to be decided."""
    return {
        "list_name": listed,
        "name": code,
        ENGLISH: f"{DECIDE} {label}",
        INDONESIAN: f"{DECIDE} {label}",
        "aliases": alias,
    }


def guessed_kind(texts: pd.Series) -> str:
    """Guess what a column holds: ``integer, decimal, money, date, month, dateTime, select_one`` or ``text``.

    Dates and amounts as people write them are told from most of the texts, however few repeat; what looks
    like codes is a question.
    """
    distinct = pd.Series(texts.unique(), dtype="str")
    if distinct.empty:
        return "text"
    if distinct.str.fullmatch(AMOUNT).mean() >= MOST:
        return "money"
    written = distinct[
        ~distinct.str.fullmatch(r"-?\d+([.,]\d+)?")
        & distinct.str.contains(r"\d")
        & (distinct.str.len() <= 40)
    ].head(SAMPLE)
    if len(written) >= MOST * min(len(distinct), SAMPLE):
        context = date_context(Counter(texts))
        found = [
            str(reading.value or reading.proposal)
            for reading in (read_date(text, context) for text in written)
        ]
        days = [day for day in found if len(day) >= len("2004-03-12") and day[4] == "-"]
        if len(days) >= MOST * len(written):
            return "dateTime" if all("T" in day for day in days) else "date"
    if distinct.str.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])").all():
        return "month"
    if len(distinct) <= MOST_ANSWERS and len(texts) >= 2 * len(distinct):
        return "select_one"
    whole, broken = (distinct.str.fullmatch(pattern) for pattern in (r"-?(0|[1-9]\d{0,14})", BROKEN))
    return (
        "integer" if whole.all() else "decimal" if (whole | broken).all() else "text"
    )  # what begins with 0, or is longer, is a name made of digits
